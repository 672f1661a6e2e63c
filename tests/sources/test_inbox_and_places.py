"""Which files count, whose they are, and when they were made."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from sheets_sync.core.model import SourceFile
from sheets_sync.sources import Places, load
from sheets_sync.sources.dates import day, name_time
from sheets_sync.sources.inbox import scan
from sheets_sync.sources.numbers import Malformed

STOCK = "sku\tasin\tafn-fulfillable-quantity\nA\tB1\t5\n"
TWO = {"acme": ("US", "UK"), "beta": ("US",)}


def test_the_inbox_lists_reports_only(tmp_path: Path) -> None:
    """Hidden, temporary and lock files are left out, and so are folders with a file's name."""
    names = [
        "b.csv",
        "US/a.csv",
        ".DS_Store",
        "~$b.xlsx",
        ".hidden/x.csv",
        "c.csv.part",
        "d.crdownload",
        "US/Thumbs.db",
    ]
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "folder.csv").mkdir()

    files = scan(tmp_path)

    assert [file.path for file in files] == ["US/a.csv", "b.csv"]
    assert files[0].sha256 == "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"
    assert files[0].size == 1
    assert files[0].modified.tzinfo is UTC


def test_a_relative_inbox_is_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The job's path may be relative."""
    (tmp_path / "inbox" / "US").mkdir(parents=True)
    (tmp_path / "inbox" / "US" / "a.csv").write_text("x")
    monkeypatch.chdir(tmp_path)

    assert [file.path for file in scan(Path("inbox"))] == ["US/a.csv"]


def test_no_inbox_is_an_empty_inbox(tmp_path: Path) -> None:
    """A folder that is not there has no files."""
    assert scan(tmp_path / "nowhere") == []


def test_a_file_that_went_away_or_changed_is_a_fault(tmp_path: Path) -> None:
    """What cannot be read, or is not what was listed, is told and not used."""
    (tmp_path / "a.csv").write_text("x")
    gone = SourceFile("gone.csv", "", 1, datetime(2026, 8, 1, tzinfo=UTC))
    changed = SourceFile("a.csv", "0" * 64, 1, datetime(2026, 8, 1, tzinfo=UTC))

    reports = load(tmp_path, [gone, changed], Places({"acme": ("US",)}))

    assert [(r.kind, r.faults[0].reason.en) for r in reports] == [
        (None, "The file cannot be opened: No such file or directory"),
        (None, "The file changed while it was read; it will be read next time"),
    ]


@pytest.mark.parametrize(
    ("path", "stores", "place"),
    [
        ("s.txt", {"acme": ("US",)}, ("acme", "US")),
        ("US/s.txt", {"acme": ("US", "UK")}, ("acme", "US")),
        ("us/s.txt", {"acme": ("US", "UK")}, ("acme", "US")),
        ("GB/s.txt", {"acme": ("US", "UK")}, ("acme", "UK")),
        ("stock_UK_2026.txt", {"acme": ("US", "UK")}, ("acme", "UK")),
        ("stock-GB.txt", {"acme": ("US", "UK")}, ("acme", "UK")),
        ("acme/US/s.txt", TWO, ("acme", "US")),
        ("Beta/s.txt", TWO, ("beta", "US")),
        ("stock_beta_US.txt", TWO, ("beta", "US")),
        ("UK/s.txt", TWO, ("acme", "UK")),
        ("2026-07/US/s.txt", {"acme": ("US", "UK")}, ("acme", "US")),
        ("stock_IT_US.txt", {"acme": ("US", "UK")}, ("acme", "US")),
    ],
)
def test_the_place_is_found(
    read_file: Callable, path: str, stores: dict[str, tuple[str, ...]], place: tuple[str, str]
) -> None:
    """Folder, name, or the only possibility."""
    (portion,) = read_file(path, STOCK, stores).portions

    assert (portion.store, portion.marketplace) == place


@pytest.mark.parametrize(
    ("path", "stores", "reason"),
    [
        (
            "US/stock_UK.txt",
            {"acme": ("US", "UK")},
            "The marketplace is not clear: the folder says US, the name says UK. Rename the file or move it to the right folder",
        ),
        (
            "acme/stock_beta_US.txt",
            TWO,
            "The store is not clear: the folder says acme, the name says beta. Rename the file or move it to the right folder",
        ),
        (
            "US/s.txt",
            TWO,
            "It is not clear whose file this is (acme, beta); put it in inbox/STORE/",
        ),
        (
            "acme/s.txt",
            TWO,
            "It is not clear which marketplace this is (US, UK); put it in inbox/acme/MARKETPLACE/ or write the marketplace in its name, like _US_",
        ),
        (
            "CA/s.txt",
            {"acme": ("US",)},
            "Marketplace CA is not in the job; add it to stores in sheets-sync.yaml first",
        ),
        (
            "beta/UK/s.txt",
            TWO,
            "Store beta has no marketplace UK in the job; add it to stores in sheets-sync.yaml, or move the file",
        ),
    ],
)
def test_an_unclear_place_refuses_the_file(
    read_file: Callable,
    reasons: Callable,
    path: str,
    stores: dict[str, tuple[str, ...]],
    reason: str,
) -> None:
    """What disagrees or is missing is named, with the way out."""
    report = read_file(path, STOCK, stores)

    assert report.kind == "fba-inventory"
    assert report.portions == ()
    assert reasons(report) == [reason]


@pytest.mark.parametrize(
    ("name", "moment", "has_clock"),
    [
        ("stock_2026-07-31T0815.txt", datetime(2026, 7, 31, 15, 15, tzinfo=UTC), True),
        ("stock_20260731-0815.txt", datetime(2026, 7, 31, 15, 15, tzinfo=UTC), True),
        ("stock_20260731_081530.txt", datetime(2026, 7, 31, 15, 15, 30, tzinfo=UTC), True),
        ("stock_2026-07-31T08:15Z.txt", datetime(2026, 7, 31, 8, 15, tzinfo=UTC), True),
        ("stock_2026-07-31T0815Z.txt", datetime(2026, 7, 31, 8, 15, tzinfo=UTC), True),
        ("stock 2026-07-31 08.15.txt", datetime(2026, 7, 31, 15, 15, tzinfo=UTC), True),
        ("stock_2026-07-31.txt", datetime(2026, 7, 31, 7, 0, tzinfo=UTC), False),
        ("stock_20260731.txt", datetime(2026, 7, 31, 7, 0, tzinfo=UTC), False),
        ("stock_2026-07-01_2026-07-31.txt", datetime(2026, 7, 31, 7, 0, tzinfo=UTC), False),
        ("stock_20260701_20260731.txt", datetime(2026, 7, 31, 7, 0, tzinfo=UTC), False),
        ("stock_2026-01-31T0815.txt", datetime(2026, 1, 31, 16, 15, tzinfo=UTC), True),
    ],
)
def test_times_in_names(name: str, moment: datetime, has_clock: bool) -> None:  # noqa: FBT001  # a parameter of a case
    """Local unless it ends with Z; two days are no clock time."""
    found = name_time(name, "US")

    assert found is not None
    assert (found.moment, found.has_clock) == (moment, has_clock)


@pytest.mark.parametrize(
    "name", ["stock.txt", "stock_2026-13-45.txt", "B0123456789012.txt", "2026.txt"]
)
def test_names_without_a_time(name: str) -> None:
    """Other digits are not a time."""
    assert name_time(name, "US") is None


@pytest.mark.parametrize(
    ("text", "marketplace", "expected"),
    [
        ("2026-07-31", "US", date(2026, 7, 31)),
        ("2026/08/01", "JP", date(2026, 8, 1)),
        ("07/08/26", "US", date(2026, 7, 8)),
        ("07/08/26", "UK", date(2026, 8, 7)),
        ("07/08/26", "CA", date(2026, 8, 7)),
        ("26/07/08", "JP", date(2026, 7, 8)),
        ("07.08.2026", "DE", date(2026, 8, 7)),
        ("Nov 10, 2018", "US", date(2018, 11, 10)),
        ("10 November 2018", "UK", date(2018, 11, 10)),
        ("2026年7月31日", "JP", date(2026, 7, 31)),
        ("2011-06-26T07:00:00+00:00", "US", date(2011, 6, 26)),
        (date(2026, 7, 31), "US", date(2026, 7, 31)),
    ],
)
def test_days_are_read_as_the_site_writes_them(
    text: object, marketplace: str, expected: date
) -> None:
    """The marketplace decides the order, never the value."""
    assert day(text, marketplace) == expected


@pytest.mark.parametrize(
    "text", ["", "tomorrow", "31/31/26", "2026-02-30", "1/2/123", 46233.0, None]
)
def test_other_texts_are_no_days(text: object) -> None:
    """Nothing is guessed."""
    with pytest.raises(Malformed):
        day(text, "US")
