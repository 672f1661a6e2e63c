"""The demo as a newcomer runs it: thirty nights, every planted problem found, and each story told."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sheets_sync.__main__ import main
from sheets_sync.demo.show import Tally, run_demo
from sheets_sync.errors import ConfigurationError, Words

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)


def quiet(_: Words) -> contextlib.AbstractContextManager[None]:
    """Show no progress."""
    return contextlib.nullcontext()


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Tally, list[str]]:
    """Run the demo once, with fewer products than the real one."""
    folder, lines = tmp_path_factory.mktemp("made") / "演示 demo", list[str]()
    tally = run_demo(
        folder,
        days=30,
        skus=14,
        seed=7,
        serve=False,
        now=NOW,
        language="zh",
        say=lines.append,
        working=quiet,
    )
    return folder, tally, lines


def test_every_planted_problem_is_found_on_its_first_night(
    shown: tuple[Path, Tally, list[str]],
) -> None:
    """And none is missed."""
    _, tally, _ = shown

    assert tally.missed == []
    assert {planting.rule_id for planting in tally.found} >= {
        "low-stock",
        "cover-low",
        "acos-high",
        "spend-without-sales",
        "vtr",
        "late-shipment",
        "feedback",
        "review",
        "ipi",
        "listing",
        "source-stale",
    }


def test_an_ordinary_night_costs_one_read_and_one_write(
    shown: tuple[Path, Tally, list[str]],
) -> None:
    """After the first night, which makes the tabs, every night does, the first of a month too."""
    _, tally, _ = shown

    assert tally.steady[1:] == [(1, 1)] * 29


def test_few_of_the_newest_rows_are_coloured(shown: tuple[Path, Tally, list[str]]) -> None:
    """At most 3 % red and 10 % yellow on ordinary nights; of 42 rows one is 2.4 %."""
    _, tally, _ = shown
    reds = sorted(red for red, _ in tally.shares)
    yellows = sorted(yellow for _, yellow in tally.shares)

    assert reds[len(reds) * 2 // 3] <= 0.03
    assert yellows[len(yellows) * 2 // 3] <= 0.10


def test_explain_tells_the_story_of_each_planted_problem(
    shown: tuple[Path, Tally, list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    """The rule, the figure, the days before and the files behind it."""
    folder, tally, _ = shown

    for planting in tally.found:
        capsys.readouterr()
        code = main(
            [
                "explain",
                planting.sku or "account",
                "--marketplace",
                planting.marketplace,
                "--date",
                planting.first_day.isoformat(),
                "--job",
                str(folder / "sheets-sync.yaml"),
                "--now",
                "2026-08-01T12:00:00+00:00",
            ]
        )
        told = capsys.readouterr().out
        assert code == 0
        if planting.rule_id != "source-stale":  # told on the newest day only: by now the files came
            assert f"[{planting.rule_id}]" in told, (planting, told)
            assert planting.first_day.isoformat() in told


def test_the_demo_goes_on_with_sync_and_names_the_next_commands(
    shown: tuple[Path, Tally, list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    """What it prints can be run as it stands."""
    folder, _, lines = shown

    code = main(
        ["sync", "--job", str(folder / "sheets-sync.yaml"), "--now", "2026-08-01T12:00:00+00:00"]
    )

    assert code == 0
    assert "新增 0 行,更新 0 行" in capsys.readouterr().out
    assert any("emulator --data" in line for line in lines)
    assert any("explain" in line for line in lines)


def test_the_demo_leaves_its_first_archives(
    shown: tuple[Path, Tally, list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    """The months that ended meanwhile lie in its folder, proved, and the demo says so."""
    folder, _, lines = shown

    code = main(["archive", "--verify", "--job", str(folder / "sheets-sync.yaml")])

    assert code == 0, capsys.readouterr().out
    [own] = (folder / "archive").iterdir()
    assert own.name.startswith("acme-")
    assert sorted(path.name for path in own.iterdir()) == [
        "2026-06-preliminary",
        "2026-07-preliminary",
    ]
    assert "  2026-07: 初步存档;已复制并核对:./archive" in lines


def test_the_demo_replaces_its_own_folder_and_no_other(tmp_path: Path) -> None:
    """A folder with somebody's files is left alone."""
    (tmp_path / "mine.txt").write_text("x", encoding="utf-8")

    with pytest.raises(ConfigurationError, match="holds something else"):
        run_demo(
            tmp_path,
            days=3,
            skus=12,
            seed=7,
            serve=False,
            now=NOW,
            language="en",
            say=print,
            working=quiet,
        )
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "x"
