"""The values that cells come to."""

from sheets_sync.emulator.formula.results import Result
from sheets_sync.emulator.workbook import Cell, Formula, Sheet, Workbook


def effective(book: Workbook, sheet: Sheet, row: int, column: int) -> Result:
    """Return the value of a cell, its formula computed; None for a blank one."""
    cell = sheet.cell(row, column)
    if cell is None:
        return None
    if not isinstance(cell.value, Formula):
        return cell.value
    from sheets_sync.emulator.formula.evaluate import cell_value

    return cell_value(book, sheet, row, column, cell.value)


def value_of(book: Workbook, sheet: Sheet, row: int, column: int, cell: Cell | None) -> Result:
    """Return the value of a cell that is already at hand."""
    if cell is None or not isinstance(cell.value, Formula):
        return None if cell is None else cell.value
    return effective(book, sheet, row, column)
