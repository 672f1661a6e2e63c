"""What people do in the sheet between two nights is still there after the next one."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import gspread

if TYPE_CHECKING:
    from conftest import Nights

LAST_DAY = date(2026, 7, 30)
YELLOW = {"red": 1, "green": 1, "blue": 0}


def daily(sheet: gspread.Spreadsheet) -> gspread.Worksheet:
    """Return the daily tab."""
    return sheet.worksheet("日报 2026-07")


def table(tab: gspread.Worksheet) -> list[dict[str, Any]]:
    """Return the rows by heading, as plain values."""
    head, *rows = tab.get_all_values(value_render_option="UNFORMATTED_VALUE")
    return [
        dict(zip(head, [*row, *[""] * (len(head) - len(row))], strict=False))
        for row in rows
        if any(row)
    ]


def column(tab: gspread.Worksheet, heading: str) -> int:
    """Return the 1-based number of a column."""
    return tab.row_values(1).index(heading) + 1


def newest_row(tab: gspread.Worksheet) -> int:
    """Return the 1-based number of the first row of the newest day with stock."""
    rows = table(tab)
    last = max(row["日期"] for row in rows)
    return next(i for i, row in enumerate(rows, 2) if row["日期"] == last and row["可售库存"] != "")


def test_every_edit_of_an_ordinary_afternoon_survives_the_night(nights: Nights) -> None:
    """Sorted, a column inserted, one renamed, one moved, an owner typed, a stock overtyped, a cell coloured."""
    with nights.sheet() as sheet:
        tab = daily(sheet)
        rows = len(table(tab))
        tab.sort((column(tab, "SKU"), "asc"), range=f"A2:AF{rows + 1}")
        tab.insert_cols(
            [["我的利润", *[f"=ROW()*{i}" for i in (2, 3)]]],
            col=9,
            value_input_option="USER_ENTERED",
        )
        tab.update_cell(1, column(tab, "会话"), "访问人数")
        move = {
            "sheetId": tab.id,
            "dimension": "COLUMNS",
            "startIndex": column(tab, "备注") - 1,
            "endIndex": column(tab, "备注"),
        }
        sheet.batch_update(
            {"requests": [{"moveDimension": {"source": move, "destinationIndex": 6}}]}
        )
        tab.update_cell(5, column(tab, "负责人"), "赵六")
        newest = newest_row(tab)
        stock = gspread.utils.rowcol_to_a1(newest, column(tab, "可售库存"))
        tab.update_acell(stock, "777")
        tab.format("B4", {"backgroundColor": YELLOW})
        typed_for = table(tab)[3]["SKU"], table(tab)[3]["日期"], table(tab)[3]["站点"]
        overtyped = table(tab)[newest - 2]
        before = table(tab)
        formulas = tab.col_values(10, value_render_option="FORMULA")[:3]

    result = nights.night(LAST_DAY)

    with nights.sheet() as sheet:
        tab = daily(sheet)
        after = table(tab)
        formats = sheet.fetch_sheet_metadata(
            {
                "ranges": "'日报 2026-07'!B4",
                "fields": "sheets.data.rowData.values.userEnteredFormat.backgroundColor",
            }
        )
        assert tab.col_values(10, value_render_option="FORMULA")[:3] == formulas
    assert result["rows"]["inserted"] > 0
    assert [row["SKU"] for row in after[: len(before)]] == [row["SKU"] for row in before]
    owner = next(r for r in after if (r["SKU"], r["日期"], r["站点"]) == typed_for)
    assert owner["负责人"] == "赵六"
    kept = next(
        r
        for r in after
        if (r["SKU"], r["日期"], r["站点"])
        == (overtyped["SKU"], overtyped["日期"], overtyped["站点"])
    )
    assert kept["可售库存"] == 777
    assert [(o["column"], o["theirs"]) for o in result["overrides"]] == [("stock_units", 777)]
    assert "访问人数" in after[0]
    assert list(after[0]).index("备注") == 6
    assert list(after[0])[9] == "我的利润"
    cell = formats["sheets"][0]["data"][0]["rowData"][0]["values"][0]
    assert cell["userEnteredFormat"]["backgroundColor"] == {"red": 1, "green": 1}


def test_values_stay_beside_their_key_after_a_sort(nights: Nights) -> None:
    """A sorted sheet gets the same figures as an unsorted one."""
    nights.company.write_night(nights.inbox, LAST_DAY)
    with nights.sheet() as sheet:
        tab = daily(sheet)
        tab.sort(
            (column(tab, "可售库存"), "des"),
            (column(tab, "站点"), "asc"),
            range=f"A2:AF{len(table(tab)) + 1}",
        )

    nights.sync(LAST_DAY)
    again = nights.sync(LAST_DAY)

    with nights.sheet() as sheet:
        rows = table(daily(sheet))
    keys = [(r["日期"], r["站点"], r["SKU"]) for r in rows]
    assert len(keys) == len(set(keys))
    assert again["cells_written"] == 0


def test_a_row_that_a_person_deletes_stays_deleted_and_is_listed(nights: Nights) -> None:
    """The program does not bring back what somebody took away."""
    with nights.sheet() as sheet:
        tab = daily(sheet)
        gone = table(tab)[-1]
        tab.delete_rows(len(table(tab)) + 1)

    result = nights.night(LAST_DAY)

    with nights.sheet() as sheet:
        keys = [(r["日期"], r["站点"], r["SKU"]) for r in table(daily(sheet))]
    assert (gone["日期"], gone["站点"], gone["SKU"]) not in keys
    assert [w["code"] for w in result["warnings"]].count("row-deleted") == 1


def test_a_cleared_cell_is_given_back_to_the_program(nights: Nights) -> None:
    """Clearing an overtyped cell ends the override."""
    with nights.sheet() as sheet:
        tab = daily(sheet)
        cell = gspread.utils.rowcol_to_a1(3, column(tab, "可售库存"))
        value = tab.acell(cell, value_render_option="UNFORMATTED_VALUE").value
        tab.batch_clear([cell])

    result = nights.night(LAST_DAY)

    with nights.sheet() as sheet:
        assert daily(sheet).acell(cell, value_render_option="UNFORMATTED_VALUE").value == value
    assert result["overrides"] == []


def test_a_column_that_a_person_deletes_stays_away_and_is_reported(nights: Nights) -> None:
    """It is not put back behind their back."""
    with nights.sheet() as sheet:
        tab = daily(sheet)
        tab.delete_columns(column(tab, "CPC"))

    result = nights.night(LAST_DAY)

    with nights.sheet() as sheet:
        assert "CPC" not in daily(sheet).row_values(1)
    assert "CPC" in next(w["text"] for w in result["warnings"] if w["code"] == "column-deleted")


def test_a_lost_key_column_stops_the_run_with_the_way_out(nights: Nights) -> None:
    """Without the SKU no row can be told apart."""
    with nights.sheet() as sheet:
        tab = daily(sheet)
        tab.delete_columns(column(tab, "SKU"))
    nights.company.write_night(nights.inbox, LAST_DAY)

    code, _, said = nights.run("sync")

    assert code == 5
    assert "SKU" in said
    assert "版本历史" in said


def test_a_key_twice_is_refused_with_the_numbers(nights: Nights) -> None:
    """A copied row makes it unclear which one to write."""
    with nights.sheet() as sheet:
        tab = daily(sheet)
        tab.append_row(tab.row_values(newest_row(tab), value_render_option="UNFORMATTED_VALUE"))
    nights.company.write_night(nights.inbox, LAST_DAY)

    code, _, said = nights.run("sync")
    forced, _, _ = nights.run("sync", "--force")

    assert code == 5
    assert "--force" in said
    assert forced == 0
