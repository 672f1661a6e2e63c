"""Fourteen months of one job: each archived once, restated figures in the final copy, nothing lost."""

from __future__ import annotations

import gzip
import json
import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gspread
import gspread.utils
import pytest

from sheets_sync.archive import bundle
from sheets_sync.core.snapshot import TabSnapshot, differences, from_json

if TYPE_CHECKING:
    from conftest import Life

FIRST = date(2025, 6, 1)
MONTHS = [f"{2025 + (5 + i) // 12}-{(5 + i) % 12 + 1:02d}" for i in range(14)]
LAST = date(2026, 9, 13)
KEPT = 4
RESTATED = date(2025, 7, 10)
CLOUDS = ("cloud-a", "cloud-b")


@dataclass
class Story:
    """What was seen on the way."""

    life: Life
    said: list[str] = field(default_factory=list)
    titles: list[list[str]] = field(default_factory=list)
    frozen: dict[str, TabSnapshot] = field(default_factory=dict)
    unproved: list[str] = field(default_factory=list)


def nights() -> Iterator[date]:
    day = FIRST
    while day <= LAST:
        yield from (day.replace(day=n) for n in (1, 13) if day.replace(day=n) <= LAST)
        day = (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def daily(folder: Path) -> TabSnapshot:
    tabs = from_json(gzip.decompress((folder / bundle.CELLS).read_bytes()))
    return next(tab for tab in tabs if tab.id.startswith("daily:"))


def units(tab: TabSnapshot, day: date) -> list[Any]:
    serial = (day - date(1899, 12, 30)).days
    when, count = tab.column("date"), tab.column("units")
    assert when is not None
    assert count is not None
    return [row[count] for row in tab.rows if row[when] == serial]


@pytest.fixture(scope="module")
def story(new_life: Callable[..., Life], tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Live through the months once; a cloud is away for a while, and the team works in its sheet."""
    story = Story(new_life(tmp_path_factory.mktemp("life") / "job", keep_tabs=KEPT))
    story.life.night(FIRST - timedelta(days=1))
    with story.life.server() as sheet:
        for night in nights():
            _happens(story, sheet, night)
            said = story.life.night(night, days=3 if night.day == 1 else 4)
            story.said.append(said)
            _witnessed(story, sheet, said)
    return story


def _happens(story: Story, sheet: gspread.Spreadsheet, night: date) -> None:
    cloud = story.life.folder / "cloud-b"
    if night == date(2025, 8, 1):
        _work(sheet, "日报 2025-07")
    if night == date(2025, 9, 1):  # farther back than the 42 days that are rewritten weekly
        story.life.sales(RESTATED, (77, 66), fetched=night)
    if night == date(2025, 12, 13):
        cloud.rename(cloud.with_name("away"))
        cloud.write_text("not a folder")
    if night == date(2026, 2, 1):
        cloud.unlink()
        cloud.with_name("away").rename(cloud)


def _work(sheet: gspread.Spreadsheet, title: str) -> None:
    """Do what a team does: a column with a formula, a note, a colour, a comment, a tick box."""
    tab = sheet.worksheet(title)
    width, height = len(tab.row_values(1)), len(tab.col_values(1))
    sales = tab.row_values(1).index("销售额") + 1
    letters = gspread.utils.rowcol_to_a1(1, sales).rstrip("1")
    tab.add_cols(2)
    formulas = [[f"={letters}{row}*0.3"] for row in range(2, height + 1)]
    area = gspread.utils.rowcol_to_a1(1, width + 1)
    tab.update([["毛利"], *formulas], area, raw=False)
    tab.update(
        [["跟进"], ["=不是公式"], [True]], gspread.utils.rowcol_to_a1(1, width + 2), raw=True
    )
    tab.format("E3", {"backgroundColor": {"red": 0.8, "green": 1, "blue": 0.8}})
    tab.update_note("A2", "盘点后改")
    notes = tab.row_values(1).index("备注") + 1
    tab.update_cell(2, notes, "和工厂确认过")


def _witnessed(story: Story, sheet: gspread.Spreadsheet, said: str) -> None:
    before = story.titles[-1] if story.titles else []
    titles = [tab.title for tab in sheet.worksheets()]
    story.titles.append(titles)
    for month in re.findall(r"^(\S+): 最终存档", said, re.MULTILINE):
        if month in ("2025-07", "2025-11"):
            story.frozen[month] = story.life.photograph(f"daily:{month}", 1)
    for title in set(before) - set(titles):
        for cloud in CLOUDS:
            if story.life.archive(cloud, title.split()[1])[0] is None:
                story.unproved.append(f"{title} left before {cloud} had it")


def test_each_month_is_archived_once_for_each_state(story: Story) -> None:
    """Fourteen months: one preliminary and one final archive each, announced once, at both places."""
    told = Counter(re.findall(r"^(\S+): (初步|最终)存档", "\n".join(story.said), re.MULTILINE))

    again = {what: count for what, count in told.items() if count > 1}
    outage = {("2025-10", "最终"), ("2025-11", "初步"), ("2025-12", "初步"), ("2025-11", "最终")}
    assert {month for month, state in told if state == "最终"} >= set(MONTHS[:13])
    assert {month for month, state in told if state == "初步"} >= set(MONTHS)
    assert again.keys() <= outage, "only what one place lacked is tried again"
    for cloud in CLOUDS:
        for month in MONTHS:
            assert story.life.archive(cloud, month)[0] is not None, (cloud, month)


def test_restated_figures_reach_the_final_copy(story: Story) -> None:
    """Figures that came after the weekly rewrite had passed them by are in the final archive."""
    first = daily(story.life.at("cloud-a") / "2025-07-preliminary")
    final = daily(story.life.at("cloud-a") / "2025-07")

    assert sorted(units(first, RESTATED)) == [1, 4]
    assert sorted(units(final, RESTATED)) == [66, 77]


def test_no_tab_leaves_before_every_place_has_it(story: Story) -> None:
    """While a place is away nothing is removed; once it is back the old tabs go."""
    assert story.unproved == []
    during = [
        titles
        for night, titles in zip(nights(), story.titles, strict=True)
        if date(2025, 12, 13) <= night < date(2026, 2, 1)
    ]
    assert all("日报 2025-09" in titles for titles in during)
    months = [title for title in story.titles[-1] if title.startswith("日报 2")]
    assert len(months) == KEPT


def test_the_workbook_stays_small(story: Story) -> None:
    """After fourteen months the sheet has the tabs it is told to keep, and no more."""
    most = max(len([t for t in titles if t.startswith("日报 2")]) for titles in story.titles)
    assert most <= KEPT + 3
    gone = {
        title.split()[1]
        for titles in story.titles
        for title in titles
        if title.startswith("日报 2")
    }
    gone -= {title.split()[1] for title in story.titles[-1] if title.startswith("日报 2")}
    memory = story.life.memory()
    assert {month for month, entry in memory.items() if entry["removed"]} == gone


def test_what_the_team_did_is_in_the_archive(story: Story) -> None:
    """Their columns, results of formulas and the formulas, notes, colours and texts are all there."""
    tab = daily(story.life.at("cloud-b") / "2025-07")

    profit, follow = tab.headings.index("毛利"), tab.headings.index("跟进")
    sales = tab.column("sales")
    assert sales is not None
    sold = [row for row in tab.body if row[sales] and row[profit] is not None]
    assert sold
    assert all(
        abs(float(str(row[profit])) - float(str(row[sales])) * 0.3) < 1e-9
        for row in sold
        if row[sales] not in (77 * 20, 66 * 20)
    )
    assert "=不是公式" in [row[follow] for row in tab.rows]
    assert True in [row[follow] for row in tab.rows]
    assert "盘点后改" in tab.notes.values()
    assert all(text.startswith("=") for text in tab.formulas.values())
    assert len(tab.formulas) > 5
    assert "#CCFFCC" in {
        tab.look(r, c).fill for r in range(len(tab.rows)) for c in range(len(tab.columns))
    }
    notes = tab.headings.index("备注")
    assert "和工厂确认过" in [row[notes] for row in tab.rows]


def test_the_archive_equals_the_frozen_tab(story: Story) -> None:
    """Every value and every look of the frozen tab is in the archive."""
    for month, seen in story.frozen.items():
        kept = daily(story.life.at("cloud-a") / month)
        assert list(differences(kept, seen)) == []
        assert list(differences(seen, kept)) == []


@pytest.mark.parametrize("month", ["2025-07", "2025-11"])
def test_a_month_comes_back_as_it_was(story: Story, month: str, tmp_path: Path) -> None:
    """Restoring makes the tab again, cell for cell, though it left the sheet long ago."""
    life = replace(story.life, folder=tmp_path / "job")
    shutil.copytree(story.life.folder, life.folder)
    with life.server() as sheet:
        assert f"日报 {month}" not in [tab.title for tab in sheet.worksheets()]

        code, out, err = life.run("archive", "--restore", month, on=LAST)

        assert code == 0, err
        assert f"「日报 {month}」" in out
        restored = life.photograph_sheet(sheet.worksheet(f"日报 {month}").id, 1)
        again = life.run("archive", "--restore", month, on=LAST)
        titles = [tab.title for tab in sheet.worksheets()]
    assert list(differences(story.frozen[month], restored)) == []
    assert [column.hidden for column in restored.columns] == [
        column.hidden for column in story.frozen[month].columns
    ]
    assert again[0] == 0
    assert "之前已恢复过" in again[1]
    assert sum(month in title for title in titles) == 1


def test_every_copy_is_proved(story: Story) -> None:
    """`--verify` looks at every copy here and there, and finds all of them right."""
    code, out, _ = story.life.run("archive", "--verify", "--json", on=LAST)

    checked = json.loads(out)["months"]
    assert code == 0
    assert {(m["month"], m["state"]) for m in checked} >= {
        (month, "final") for month in MONTHS[:13]
    }
    assert all(copy["ok"] for month in checked for copy in month["copies"])
    assert {c["target"] for m in checked for c in m["copies"]} == {
        "./cloud-a",
        "./cloud-b",
        "state/archives",
    }
