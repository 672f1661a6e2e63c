"""The colours people see, as Google's API shows them: evaluated, and following their rows."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import gspread
    from conftest import Nights

LAST_DAY = date(2026, 7, 30)
RED = {"red": 0.702, "green": 0.149, "blue": 0.1176}
YELLOW = {"red": 1, "green": 0.8196, "blue": 0.4}


def painted(sheet: gspread.Spreadsheet) -> dict[tuple[str, ...], dict[str, Any]]:
    """Return by (date, site, SKU, heading) the evaluated background of every coloured body cell."""
    tab = "日报 2026-07"
    fields = "sheets.data.rowData.values(formattedValue,effectiveFormat.backgroundColor)"
    answer = sheet.fetch_sheet_metadata(
        {"ranges": f"'{tab}'", "fields": fields, "includeGridData": "true"}
    )
    head, *rows = [row.get("values", []) for row in answer["sheets"][0]["data"][0]["rowData"]]
    names = [cell.get("formattedValue", "") for cell in head]
    found = {}
    for row in rows:
        texts = [cell.get("formattedValue", "") for cell in row]
        for name, cell in zip(names, row, strict=False):
            colour = cell.get("effectiveFormat", {}).get("backgroundColor")
            if colour and colour != {"red": 1, "green": 1, "blue": 1}:
                found[texts[0], texts[2], texts[3], name] = colour
    return found


def flagged(sheet: gspread.Spreadsheet) -> set[tuple[str, ...]]:
    """Return (date, site, SKU, metric:severity) of every flag."""
    head, *rows = sheet.worksheet("日报 2026-07").get_all_values()
    at = head.index("预警码")
    return {
        (row[0], row[2], row[3], flag)
        for row in rows
        for flag in row[at].replace("||", "|").strip("|").split("|")
        if ":" in flag
    }


def near(one: dict[str, float], other: dict[str, float]) -> bool:
    """Compare colours as closely as an eye would."""
    return all(
        abs(one.get(name, 0) - other.get(name, 0)) < 0.01 for name in ("red", "green", "blue")
    )


def test_exactly_the_flagged_cells_are_coloured_in_their_severity(nights: Nights) -> None:
    """Each flag colours the cell of its metric, red or yellow, and nothing else is coloured."""
    headings = {
        "stock_units": "可售库存",
        "days_of_cover": "可售天数",
        "acos_7d": "7日ACOS",
        "turnover": "年周转",
    }
    headings |= {"ad_spend": "广告花费", "buy_box_pct": "购物车占比", "new_negatives": "新增差评"}
    nights.night(LAST_DAY)

    with nights.sheet() as sheet:
        colours, flags = painted(sheet), flagged(sheet)

    expected = {}
    for day, site, sku, flag in flags:
        metric, severity = flag.split(":")
        expected[day, site, sku, headings[metric]] = RED if severity == "critical" else YELLOW
    assert len(expected) > 5
    assert colours.keys() == expected.keys()
    assert all(near(colours[place], expected[place]) for place in expected)


def test_a_highlight_follows_its_row_when_people_sort(nights: Nights) -> None:
    """Nothing is painted, so nothing stays behind."""
    with nights.sheet() as sheet:
        before = painted(sheet)
        tab = sheet.worksheet("日报 2026-07")
        tab.sort((4, "des"), (1, "asc"), range=f"A2:AF{tab.row_count}")

        after = painted(sheet)

    assert before == after
