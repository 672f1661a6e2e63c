"""What newcomers get wrong with clocks, credentials, sharing and the sheet itself."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from sheets_sync.config.data import data_folder
from sheets_sync.config.job import load_job
from sheets_sync.config.rulefiles import load_rules
from sheets_sync.config.templates import load_layouts
from sheets_sync.core.plan import Plan
from sheets_sync.core.tab import TabMemory
from sheets_sync.doctor import exit_code
from sheets_sync.doctor.sheet import google_clock_ahead_s
from sheets_sync.store import Arrived, Store

SPREADSHEET = "1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcd"
ACCOUNT = "sheets-sync@acme.iam.gserviceaccount.com"
DAILY = 77


def tab(sheet_id: int = DAILY, title: str = "Daily 2026-07", **more: Any) -> dict[str, Any]:
    size = {"rowCount": 100, "columnCount": 20}
    return {"properties": {"sheetId": sheet_id, "title": title, "gridProperties": size}} | more


def rule(name: str, flags: str = "$AF2", version: int = 1) -> dict[str, Any]:
    token = f'LEN("sheets_sync:{name}:v{version}")>0'
    formula = f'=AND({token};ISNUMBER(SEARCH("|{name}|";{flags})))'
    condition = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": formula}]}
    return {"booleanRule": {"condition": condition}}


def _all_rules() -> list[str]:
    """Return the names of the shipped rules' highlights, columns the tab lacks included."""
    rules = load_rules({}, data_folder("rules"))
    return sorted({f"{one.metric}:{level.severity}" for one in rules for level in one.levels})


ALL_RULES = _all_rules()


@pytest.fixture
def logged(google_folder: Any, sheet: Any) -> Any:
    """A sheet with a daily log of two rows that the store remembers."""
    job = load_job(google_folder.job_file)
    layout = next(one for one in load_layouts(job) if one.id == "daily")
    columns = [[column.label.en] for column in layout.columns]
    for name, values in {
        "date": [46233, 46233],
        "store": ["my-store"] * 2,
        "marketplace": ["US"] * 2,
        "sku": ["A", "B"],
    }.items():
        columns[list(layout.by_id).index(name)] += values
    places = {column.id: index for index, column in enumerate(layout.columns)}
    memory = TabMemory(
        DAILY, "Daily 2026-07", tuple(column[0] for column in columns), places, "1:abc"
    )
    _remember(job, memory)
    sheet.tabs, sheet.cells = [tab()], {DAILY: columns}
    return google_folder


def _remember(job: Any, memory: TabMemory) -> None:
    store = Store(job.store_url)
    store.begin(
        "r1", SPREADSHEET, datetime(2026, 7, 30, tzinfo=UTC), Plan(), [], Arrived((), ()), {}
    )
    store.finish("r1", SPREADSHEET, Plan(), {}, {"daily:2026-07": memory}, {}, [])
    store.close()


def remembered(folder: Any) -> TabMemory:
    store = Store(load_job(folder.job_file).store_url)
    try:
        return store.tabs(SPREADSHEET)["daily:2026-07"]
    finally:
        store.close()


def test_a_new_google_sheet_passes(google_folder: Any, sheet: Any) -> None:
    """Shared, reachable, writable, and empty."""
    sheet.tabs = [tab(0, "Sheet1")]

    found = google_folder.examined()

    assert found.faults == []
    assert ACCOUNT in found.about("Credentials can be used").what.en
    assert found.about("'Operations' can be read, tabs: 1").ok is True
    assert found.about("The spreadsheet can be written").ok is True
    assert found.about("There is no log yet").ok is None


@pytest.mark.parametrize(
    ("ahead_s", "ok", "words"),
    [
        (0.4, True, "The clock is right"),
        (-20.0, True, "The clock is right"),
        (400.0, False, "400 seconds fast"),
        (-90.0, False, "90 seconds slow"),
        (None, None, "The clock was not checked: Google does not answer"),
    ],
)
def test_the_clock_is_compared_with_googles(
    google_folder: Any, ahead_s: float | None, ok: Any, words: str
) -> None:
    """A wrong clock shows as a refused sign-in otherwise, which nobody understands."""
    google_folder.ahead_s = ahead_s

    assert google_folder.examined().about(words).ok is ok


def test_the_clock_is_read_from_an_answer(sheet: Any) -> None:
    """Any answer carries the time, a refusal too."""
    ahead_s = google_clock_ahead_s(sheet.url)

    assert ahead_s is not None
    assert abs(ahead_s) < 5


def test_without_an_answer_the_clock_is_not_known() -> None:
    """Being offline is no fault of the clock."""
    assert google_clock_ahead_s("http://127.0.0.1:9/") is None


def test_missing_credentials_leave_the_sheet_unchecked(google_folder: Any) -> None:
    """One fault, and not a second one that follows from it."""
    (google_folder.path / "key.json").unlink()

    found = google_folder.examined()

    assert len(found.faults) == 1
    assert "there is no such file" in found.faults[0]
    assert found.about("The spreadsheet was not checked").ok is None
    assert exit_code(found.findings) == 2


def test_a_key_that_others_may_read_is_told(google_folder: Any) -> None:
    """Mode 0644 is what most downloads have."""
    (google_folder.path / "key.json").chmod(0o644)

    assert "chmod 600" in google_folder.examined().about("can be read by other users").what.en


def test_the_age_of_a_key_is_a_reminder(google_folder: Any) -> None:
    """The file does not say when the key was made."""
    finding = google_folder.examined().about("How old the key 01234567... is")

    assert finding.ok is None
    assert finding.remedy.en == "Replace it every 90 days at least."


def test_a_sheet_that_is_not_shared_names_whom_to_share_with(
    google_folder: Any, sheet: Any
) -> None:
    """The most usual mistake of all."""
    sheet.reading = (403, "The caller does not have permission")

    found = google_folder.examined()

    assert "choose Share" in found.about("No permission for spreadsheet").what.en
    assert found.about("The tabs were not checked").ok is None
    assert exit_code(found.findings) == 4


def test_a_sheet_that_may_only_be_read_is_a_fault(google_folder: Any, sheet: Any) -> None:
    """Shared as Viewer: reading works, and the night would fail."""
    sheet.writing = (403, "The caller does not have permission")

    found = google_folder.examined()

    assert found.about("'Operations' can be read").ok is True
    assert "as Editor" in found.about("No permission for spreadsheet").what.en
    assert exit_code(found.findings) == 4


def test_an_address_without_a_sheet_is_a_fault(google_folder: Any, sheet: Any) -> None:
    """A wrong id, or a sheet that was deleted."""
    sheet.reading = (404, "Requested entity was not found.")

    assert google_folder.examined().about("There is no spreadsheet").ok is False


@pytest.mark.parametrize(
    ("rows", "ok"), [(50_000, True), (350_000, None), (499_999, None), (500_000, False)]
)
def test_the_size_is_told_before_google_refuses_it(
    google_folder: Any, sheet: Any, rows: int, ok: Any
) -> None:
    """Blank cells of the grid count towards ten million."""
    sheet.tabs = [tab(0, "Sheet1")]
    sheet.tabs[0]["properties"]["gridProperties"] = {"rowCount": rows, "columnCount": 20}

    assert google_folder.examined().about("Google's limit is 10,000,000").ok is ok


def test_a_log_in_order_has_no_fault(logged: Any, sheet: Any) -> None:
    """Headings, keys and colours are as the program left them."""
    sheet.tabs[0]["conditionalFormats"] = [rule(name) for name in ALL_RULES]

    found = logged.examined()

    assert found.faults == []
    assert found.about("headings and key columns, rows: 2").ok is True
    assert found.about("colour rules").ok is True
    assert remembered(logged).highlights == "1:abc"


@pytest.mark.parametrize(
    "spoilt",
    [
        [],
        [rule(name, version=0) for name in ALL_RULES],
        [rule(name, flags="#REF!") for name in ALL_RULES],
    ],
)
def test_missing_colour_rules_are_a_fault_that_the_next_sync_mends(
    logged: Any, sheet: Any, spoilt: list[dict[str, Any]]
) -> None:
    """Somebody cleared the formatting; the remembered fingerprint is forgotten, so that a sync looks."""
    sheet.tabs[0]["conditionalFormats"] = spoilt

    finding = logged.examined().about("colour rules, so some alerts stay uncoloured")

    assert finding.ok is False
    assert finding.remedy.en == "Run `sheets-sync sync`; it installs them again."
    assert remembered(logged).highlights == ""
    assert remembered(logged).headings[:3] == ("Date", "Store", "Site")


def test_a_lost_key_column_is_a_fault(logged: Any, sheet: Any) -> None:
    """Without the SKU no row can be told from another."""
    sheet.cells[DAILY] = [column for column in sheet.cells[DAILY] if column[0] != "SKU"]

    found = logged.examined()

    assert "has lost its key column(s): SKU" in found.faults[0]
    assert exit_code(found.findings) == 4


def test_a_column_the_team_deleted_is_told(logged: Any, sheet: Any) -> None:
    """It is theirs to delete; it does not come back by itself."""
    sheet.cells[DAILY] = [column for column in sheet.cells[DAILY] if column[0] != "Why"]

    assert logged.examined().about("lacks these columns").what.en.endswith(": Why")


def test_a_protected_range_is_a_fault(logged: Any, sheet: Any) -> None:
    """An editor may still be kept out of a tab."""
    sheet.tabs[0]["protectedRanges"] = [{"range": {"sheetId": DAILY}}]

    assert logged.examined().about("protected range").ok is False


def test_a_protection_that_lets_the_program_in_is_none(logged: Any, sheet: Any) -> None:
    """Warnings stop people only."""
    sheet.tabs[0]["protectedRanges"] = [{"warningOnly": True}, {"requestingUserCanEdit": True}]

    assert not [fault for fault in logged.examined().faults if "protected" in fault]


def test_a_failed_last_run_is_told(logged: Any) -> None:
    """Cron's mail went nowhere; the doctor knows."""
    store = Store(load_job(logged.job_file).store_url)
    store.fail("r1", "No permission")
    store.close()

    assert logged.examined().about("The last run, r1, failed: No permission").ok is None
