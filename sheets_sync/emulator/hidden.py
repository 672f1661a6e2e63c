"""Rows that a basic filter hides."""

from sheets_sync.emulator.calc import effective
from sheets_sync.emulator.conditional import condition_holds
from sheets_sync.emulator.display import formatted
from sheets_sync.emulator.workbook import Anchored, Json, Sheet, Workbook


def filtered_rows(book: Workbook, sheet: Sheet) -> frozenset[int]:
    """Return the rows that the sheet's basic filter hides now; its heading row stays."""
    if sheet.basic_filter is None:
        return frozenset()
    criteria = _criteria(sheet.basic_filter)
    if not criteria:
        return frozenset()
    row0, row1, _, _ = sheet.closed(sheet.basic_filter.areas[0]).bounds
    return frozenset(
        row
        for row in range(row0 + 1, min(row1, len(sheet.rows)))
        if any(_hides(book, sheet, row, column, rule) for column, rule in criteria.items())
    )


def _criteria(item: Anchored) -> dict[int, Json]:
    found: dict[int, Json] = {
        int(column): rule for column, rule in item.body.get("criteria", {}).items()
    }
    for spec in item.body.get("filterSpecs", ()):
        if spec.get("filterCriteria"):
            found[int(spec.get("columnIndex") or 0)] = spec["filterCriteria"]
    return found


def _hides(book: Workbook, sheet: Sheet, row: int, column: int, rule: Json) -> bool:
    cell = sheet.cell(row, column)
    value = effective(book, sheet, row, column)
    if rule.get("hiddenValues"):
        number_format = (cell.format or {}).get("numberFormat") if cell else None
        shown = formatted(value, number_format, str(book.properties.get("locale", "en_US")))
        if shown in rule["hiddenValues"]:
            return True
    condition = rule.get("condition")
    return condition is not None and not condition_holds(book, sheet, condition, row, column, value)
