"""A person works in the sheet in the very second between the program's read and its write."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

import gspread
import pytest
import requests

from sheets_sync.emulator.serve import LocalServer

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Nights, Rows

LAST_DAY = date(2026, 7, 30)
TAB = "日报 2026-07"


@dataclass
class Race:
    """The sheet as a night finds it, and what the same night makes of it when nobody interferes."""

    nights: Nights
    url: str
    sheet: gspread.Spreadsheet
    rows_of: Callable[..., Rows]
    calm: Rows

    @property
    def tab(self) -> gspread.Worksheet:
        """The daily tab, found by its id whatever it is called."""
        return next(tab for tab in self.sheet.worksheets() if tab.id == self.tab_id)

    tab_id: int = 0

    def meanwhile(self, *batch: dict[str, Any], times: int = 1) -> None:
        """Let somebody do this right after the next time the program reads values."""
        fault = {"kind": "edit-between", "batch": list(batch), "times": times}
        requests.post(f"{self.url}/admin/faults", json=fault, timeout=10).raise_for_status()

    def rows(self) -> Rows:
        """The rows by key, as people see them."""
        return self.rows_of(self.tab)


def edited_by_the_team(nights: Nights) -> None:
    """Give the team columns of its own (formulas; no heading; at the end), notes, and a line without a key."""
    with nights.sheet() as sheet:
        tab = sheet.worksheet(TAB)
        count = len(tab.get_all_values())
        formulas = [f"=I{row}*2" for row in range(2, count + 1)]
        texts = [f"text of row {row}" for row in range(2, count + 1)]
        tab.insert_cols([["我的利润", *formulas]], col=10, value_input_option="USER_ENTERED")
        tab.insert_cols([["", *texts]], col=13, value_input_option="USER_ENTERED")
        notes = tab.row_values(1).index("备注") + 1
        cells = [gspread.Cell(row, notes, f"note {row}") for row in range(2, count + 1)]
        tab.update_cells(cells, value_input_option="RAW")
        tab.add_cols(1)
        tab.update_cell(300, tab.col_count, "beside the table, under no heading")
        tab.append_row(["", "", "", "", "合计"], table_range=f"A{count}")


@pytest.fixture(scope="session")
def _calm_night() -> dict[str, Any]:
    """What the undisturbed night makes of the sheet, worked out once."""
    return {}


@pytest.fixture
def race(
    nights: Nights,
    tmp_path: Path,
    open_sheet: Callable[[str], gspread.Spreadsheet],
    rows_of: Callable[..., Rows],
    _calm_night: dict[str, Any],
) -> Iterator[Race]:
    """A sheet full of the team's own work, with the next night's files in the inbox."""
    edited_by_the_team(nights)
    nights.company.write_night(nights.inbox, LAST_DAY)
    if not _calm_night:
        calm = replace(nights, folder=tmp_path / "calm")
        shutil.copytree(nights.folder, calm.folder)
        calm.sync(LAST_DAY)
        with calm.sheet() as sheet:
            _calm_night.update(rows_of(sheet.worksheet(TAB)))
    with LocalServer(nights.folder / "state" / "local-sheets") as server:
        sheet = open_sheet(server.url)
        yield Race(nights, server.url, sheet, rows_of, _calm_night, sheet.worksheet(TAB).id)


def span(tab: int, dimension: str, start: int, end: int) -> dict[str, Any]:
    return {"sheetId": tab, "dimension": dimension, "startIndex": start, "endIndex": end}


def sort(tab: int) -> dict[str, Any]:
    whole = {"sheetId": tab, "startRowIndex": 1}
    return {
        "sortRange": {
            "range": whole,
            "sortSpecs": [{"dimensionIndex": 3, "sortOrder": "DESCENDING"}],
        }
    }


def insert(tab: int, dimension: str, at: int) -> dict[str, Any]:
    return {"insertDimension": {"range": span(tab, dimension, at, at + 1)}}


def delete(tab: int, dimension: str, at: int) -> dict[str, Any]:
    return {"deleteDimension": {"range": span(tab, dimension, at, at + 1)}}


def move(tab: int, dimension: str, at: int, to: int) -> dict[str, Any]:
    return {"moveDimension": {"source": span(tab, dimension, at, at + 1), "destinationIndex": to}}


def rename(tab: int, title: str) -> dict[str, Any]:
    properties = {"sheetId": tab, "title": title}
    return {"updateSheetProperties": {"properties": properties, "fields": "title"}}


def typed(tab: int, row: int, column: int, value: dict[str, Any]) -> dict[str, Any]:
    return {
        "updateCells": {
            "start": {"sheetId": tab, "rowIndex": row, "columnIndex": column},
            "rows": [{"values": [{"userEnteredValue": value}]}],
            "fields": "userEnteredValue",
        }
    }


EDITS: dict[str, Callable[[int], list[dict[str, Any]]]] = {
    "sorts": lambda tab: [sort(tab)],
    "inserts a row at the top": lambda tab: [insert(tab, "ROWS", 1)],
    "inserts three rows in the middle": lambda tab: [insert(tab, "ROWS", 40)] * 3,
    "moves a row": lambda tab: [move(tab, "ROWS", 60, 3)],
    "inserts a column in the middle": lambda tab: [insert(tab, "COLUMNS", 7)],
    "inserts a column at the left": lambda tab: [insert(tab, "COLUMNS", 0)],
    "moves a column of theirs": lambda tab: [move(tab, "COLUMNS", 12, 5)],
    "moves a column of ours": lambda tab: [move(tab, "COLUMNS", 8, 25)],
    "moves a key column": lambda tab: [move(tab, "COLUMNS", 3, 20)],
    "renames the tab": lambda tab: [rename(tab, "七月")],
    "renames the tab and sorts": lambda tab: [rename(tab, "七月"), sort(tab)],
    "sorts and inserts a column": lambda tab: [sort(tab), insert(tab, "COLUMNS", 7)],
    "renames a column": lambda tab: [typed(tab, 0, 13, {"stringValue": "访问人数"})],
}


@pytest.mark.parametrize("edit", EDITS)
def test_whatever_moves_meanwhile_every_value_stands_where_it_belongs(
    race: Race, edit: str
) -> None:
    """The night ends as if nobody had interfered: figures beside their key, the team's work in its place."""
    race.meanwhile(*EDITS[edit](race.tab_id))

    race.nights.sync(LAST_DAY)
    again = race.nights.sync(LAST_DAY)

    found = race.rows()
    if edit == "renames a column":
        found = {
            key: {("会话" if name == "访问人数" else name): v for name, v in row.items()}
            for key, row in found.items()
        }
    assert differences(found, race.calm) == []
    totals = [row for row in race.tab.get_all_values() if "合计" in row]
    assert [[text for text in row if text] for row in totals] == [["合计"]]
    assert again["cells_written"] == 0
    assert again["overrides"] == []
    assert len(found) > 280


def differences(found: Rows, calm: Rows, *, but: set[str] = frozenset()) -> list[tuple[Any, ...]]:  # type: ignore[assignment]  # never changed
    """Every cell that is not as on the calm night; a column without heading is told by what is in it."""
    one, other = ({k: by_heading(r) for k, r in rows.items()} for rows in (found, calm))
    return [
        (key, name, one.get(key, {}).get(name), other.get(key, {}).get(name))
        for key in one.keys() | other.keys()
        for name in {**one.get(key, {}), **other.get(key, {})}
        if name not in but and one.get(key, {}).get(name) != other.get(key, {}).get(name)
    ]


def by_heading(row: dict[str, Any]) -> dict[str, Any]:
    unnamed = [v for name, v in row.items() if name.startswith("column without") and v != ""]
    named = {n: v for n, v in row.items() if not n.startswith("column without")}
    return {**named, "without heading": unnamed}


def test_a_row_deleted_meanwhile_is_gone_and_the_others_are_right(race: Race) -> None:
    """The row stays deleted; nothing of it lands beside another key."""
    gone = list(race.rows())[3]
    race.meanwhile(delete(race.tab_id, "ROWS", 4))

    race.nights.sync(LAST_DAY)
    again = race.nights.sync(LAST_DAY)

    found = race.rows()
    assert gone in race.calm
    assert found == {key: row for key, row in race.calm.items() if key != gone}
    assert again["cells_written"] == 0
    assert again["overrides"] == []


@pytest.mark.parametrize("heading", ["销量", "原因", "预警码"])
def test_a_column_of_ours_deleted_meanwhile_takes_nothing_else_along(
    race: Race, heading: str
) -> None:
    """What was written one column too far left is put back."""
    at = race.tab.row_values(1).index(heading)
    race.meanwhile(delete(race.tab_id, "COLUMNS", at))

    race.nights.sync(LAST_DAY)
    again = race.nights.sync(LAST_DAY)

    left_out = {heading, "我的利润"} if heading == "销量" else {heading}
    assert differences(race.rows(), race.calm, but=left_out) == []
    assert again["cells_written"] == 0
    assert [w["code"] for w in again["warnings"]].count("column-deleted") == 1


def test_a_key_column_deleted_meanwhile_stops_the_run_with_nothing_out_of_place(race: Race) -> None:
    """The run ends with exit code 5; what the team wrote is where it was."""
    at = race.tab.row_values(1).index("SKU")
    head, *before = race.tab.get_all_values(value_render_option="UNFORMATTED_VALUE")
    race.meanwhile(delete(race.tab_id, "COLUMNS", at))

    code, _, said = race.nights.run("sync")

    after = race.tab.get_all_values(value_render_option="UNFORMATTED_VALUE")
    kept = [i for i in range(len(head)) if i != at]
    assert code == 5
    assert "SKU" in said
    assert [row for row in after if any(row)] == [
        [row[i] for i in kept] for row in [head, *before] if any(row)
    ]


def test_a_tab_deleted_meanwhile_is_not_made_again(race: Race) -> None:
    """The night goes on without it and says so."""
    race.meanwhile({"deleteSheet": {"sheetId": race.tab_id}})

    done = race.nights.sync(LAST_DAY)
    again = race.nights.sync(LAST_DAY)

    assert TAB not in [tab.title for tab in race.sheet.worksheets()]
    assert [w["code"] for w in done["warnings"]].count("tab-deleted") == 1
    assert [w["code"] for w in again["warnings"]].count("tab-deleted") == 1
    assert again["cells_written"] == 0


def test_what_is_typed_meanwhile_into_a_cell_that_is_not_written_stays(race: Race) -> None:
    """A note, an owner, and a stock of an older day."""
    head = race.tab.row_values(1)
    race.meanwhile(
        typed(race.tab_id, 300, head.index("备注"), {"stringValue": "meanwhile"}),
        typed(race.tab_id, 300, head.index("负责人"), {"stringValue": "赵六"}),
        typed(race.tab_id, 300, head.index("品名"), {"stringValue": "their title"}),
    )
    key = list(race.rows())[299]

    race.nights.sync(LAST_DAY)
    again = race.nights.sync(LAST_DAY)

    row = race.rows()[key]
    assert (row["备注"], row["负责人"], row["品名"]) == ("meanwhile", "赵六", "their title")
    assert [(o["column"], o["theirs"]) for o in again["overrides"]] == [("title", "their title")]


def test_a_heading_twice_is_told_apart_by_its_tag(race: Race) -> None:
    """Somebody's copy of a column and ours change places; the headings look the same as before."""
    at = race.tab.row_values(1).index("会话")
    race.sheet.batch_update({"requests": [insert(race.tab_id, "COLUMNS", at)]})
    race.tab.update_cell(1, at + 1, "会话")
    race.tab.update_cell(3, at + 1, "theirs")
    key = list(race.rows())[1]
    race.nights.sync(LAST_DAY)
    race.sheet.batch_update({"requests": [move(race.tab_id, "COLUMNS", at, at + 2)]})
    race.tab.batch_clear([gspread.utils.rowcol_to_a1(3, at + 1)])

    again = race.nights.sync(LAST_DAY)

    rows = race.tab.get_all_values(value_render_option="UNFORMATTED_VALUE")
    assert again["overrides"] == []
    assert rows[2][at] == race.calm[key]["会话"]
    assert rows[2][at + 1] == "theirs"
    assert [row[at + 1] for row in rows[3:] if row[at + 1] != ""] == []


def test_a_sort_whose_repair_gets_no_answer_is_repaired_all_the_same(race: Race) -> None:
    """Putting back is looked at again until nothing is out of place."""
    race.meanwhile(sort(race.tab_id))
    requests.post(
        f"{race.url}/admin/faults",
        json={"kind": "drop-after", "when": "batchUpdate", "times": 2},
        timeout=10,
    ).raise_for_status()

    race.nights.sync(LAST_DAY)
    again = race.nights.sync(LAST_DAY)

    assert race.rows() == race.calm
    assert again["overrides"] == []
