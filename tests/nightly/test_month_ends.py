"""A new month's tab is the last one without its rows, whatever the team did to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

import gspread
import pytest

from sheets_sync.emulator.serve import LocalServer

if TYPE_CHECKING:
    from conftest import Nights

AUGUST = date(2026, 8, 1)
YELLOW = {"red": 1, "green": 0.95, "blue": 0.8}


def edited(sheet: gspread.Spreadsheet) -> None:
    """Do to July's tab what a team does: columns of their own, widths, a dropdown, a filter, colours."""
    july = sheet.worksheet("日报 2026-07")
    rows = len(july.col_values(1))
    july.insert_cols(
        [["毛利", *[f"=ROW()*{i}" for i in range(1, rows)]], ["跟进", *["看过"] * (rows - 1)]],
        col=9,
        value_input_option="USER_ENTERED",
    )
    july.format("I1", {"backgroundColor": YELLOW})
    columns = {"sheetId": july.id, "dimension": "COLUMNS", "startIndex": 8, "endIndex": 9}
    choice = {"condition": {"type": "ONE_OF_LIST", "values": [{"userEnteredValue": "看过"}]}}
    sheet.batch_update(
        {
            "requests": [
                {
                    "updateDimensionProperties": {
                        "range": columns,
                        "properties": {"pixelSize": 177},
                        "fields": "pixelSize",
                    }
                },
                {
                    "setDataValidation": {
                        "range": {"sheetId": july.id, "startRowIndex": 1, "startColumnIndex": 9, "endColumnIndex": 10},
                        "rule": {**choice, "showCustomUi": True},
                    }
                },
                {
                    "addConditionalFormatRule": {
                        "rule": {
                            "ranges": [{"sheetId": july.id, "startColumnIndex": 8, "endColumnIndex": 9}],
                            "booleanRule": {
                                "condition": {"type": "NUMBER_GREATER", "values": [{"userEnteredValue": "9"}]},
                                "format": {"textFormat": {"italic": True}},
                            },
                        },
                        "index": 0,
                    }
                },
                {"moveDimension": {"source": {**columns, "startIndex": 5, "endIndex": 6}, "destinationIndex": 4}},
            ]
        }
    )  # fmt: skip


def structure(sheet: gspread.Spreadsheet, title: str) -> dict[str, Any]:
    """Return everything about a tab but its rows."""
    found = sheet.fetch_sheet_metadata({"includeGridData": "true", "ranges": f"'{title}'!1:1"})
    [tab] = [one for one in found["sheets"] if one["properties"]["title"] == title]
    return tab


@pytest.mark.parametrize("metadata_on_copy", [False, True])
def test_a_new_month_is_the_last_one_without_its_rows(
    july: Nights, open_sheet: Callable[[str], gspread.Spreadsheet], *, metadata_on_copy: bool
) -> None:
    """The team's columns, widths, dropdowns, rules and filter views carry on; no cell of theirs does."""
    with LocalServer(july.data, metadata_on_copy=metadata_on_copy) as server:
        sheet = open_sheet(server.url)
        edited(sheet)
        before = structure(sheet, "日报 2026-07")
        old_rows = sheet.worksheet("日报 2026-07").get_all_values()

        first = july.sync(AUGUST)
        second = july.sync(AUGUST)

        after = structure(sheet, "日报 2026-08")
        rows = sheet.worksheet("日报 2026-08").get_all_values()
        july_rows = sheet.worksheet("日报 2026-07").get_all_values()
        titles = [tab.title for tab in sheet.worksheets()]
        fields = (
            "sheets(properties(title),developerMetadata,data(columnMetadata(developerMetadata)))"
        )
        tags = sheet.fetch_sheet_metadata({"fields": fields})
    assert titles[:3] == ["今日", "日报 2026-08", "日报 2026-07"]
    assert first["calls"] == {"read": 2, "write": 1, "retried": 0}  # the headings had changed
    assert second["cells_written"] == 0
    assert rows[0] == old_rows[0]
    assert rows[0][3:6] == ["SKU", "预警", "品名"]
    assert {row[0] for row in rows[1:] if row[0]} == {"2026-08-01"}
    assert {row[9] for row in rows[1:]} == {""}
    assert len(july_rows) == len(old_rows)
    assert [row[8:10] for row in july_rows] == [row[8:10] for row in old_rows]
    assert _looks(after) == _looks(before)
    assert len(after["filterViews"]) == len(before["filterViews"]) > 5
    [august] = [one for one in tags["sheets"] if one["properties"]["title"] == "日报 2026-08"]
    assert [tag["metadataValue"] for tag in august["developerMetadata"]] == ["daily:2026-08"]
    columns = [
        [entry["metadataValue"] for entry in column.get("developerMetadata", ())]
        for column in august["data"][0]["columnMetadata"]
    ]
    assert columns[8:10] == [[], []]
    assert columns[3:6] == [["sku"], ["alerts"], ["title"]]
    assert all(len(names) <= 1 for names in columns)


def _looks(tab: dict[str, Any]) -> dict[str, Any]:
    """Return widths, headings with their formats, hidden columns, and rules without the sheet they are on."""
    data = tab["data"][0]
    return {
        "columns": [
            {name: value for name, value in column.items() if name != "developerMetadata"}
            for column in data["columnMetadata"]
        ],
        "headings": data["rowData"][0]["values"],
        "rules": [rule.get("booleanRule") for rule in tab["conditionalFormats"]],
        "groups": [
            {**group, "range": {**group["range"], "sheetId": 0}} for group in tab["columnGroups"]
        ],
        "frozen": tab["properties"]["gridProperties"]["frozenColumnCount"],
    }


def test_figures_restated_in_the_new_month_reach_the_old_tab(july: Nights) -> None:
    """The window reaches back over the month's end, and nothing is written twice."""
    july.sync(AUGUST)

    later = july.night(date(2026, 8, 2))

    with july.sheet() as sheet:
        assert len(sheet.worksheet("日报 2026-07").get_all_values()) > 1
    assert later["rows"]["inserted"] > 0
    assert later["calls"]["write"] == 1


def test_a_month_that_the_team_deletes_is_not_made_again(july: Nights) -> None:
    """A tab is made again only by `init`."""
    with july.sheet() as sheet:
        sheet.del_worksheet(sheet.worksheet("日报 2026-07"))

    result = july.sync(AUGUST)

    with july.sheet() as sheet:
        titles = [tab.title for tab in sheet.worksheets()]
    assert "日报 2026-07" not in titles
    assert "日报 2026-08" in titles
    assert [w["code"] for w in result["warnings"]].count("tab-deleted") == 1


def test_columns_moved_while_a_month_is_copied_do_not_stay_in_the_wrong_place(
    july: Nights, open_sheet: Callable[[str], gspread.Spreadsheet]
) -> None:
    """The copy shows it in its own headings: it goes, and is made anew."""
    with LocalServer(july.data) as server:
        sheet = open_sheet(server.url)
        tab = sheet.worksheet("日报 2026-07")
        notes = tab.row_values(1).index("备注")
        source = {
            "sheetId": tab.id,
            "dimension": "COLUMNS",
            "startIndex": notes,
            "endIndex": notes + 1,
        }
        move = {"moveDimension": {"source": source, "destinationIndex": 8}}
        server.fail({"kind": "edit-between", "batch": [move]})

        july.sync(AUGUST)
        again = july.sync(AUGUST)

        head, *rows = sheet.worksheet("日报 2026-08").get_all_values()
    row = dict(zip(head, rows[0], strict=False))
    assert head[8:10] == ["备注", "销量"]
    assert row["备注"] == ""
    assert {r[head.index("数据状态")] for r in rows if r[0]} == {"初步"}
    assert again["cells_written"] == 0
