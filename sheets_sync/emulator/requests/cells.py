"""Requests that write cells: values, formats, notes, validation, borders, merges."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sheets_sync.emulator import mask
from sheets_sync.emulator.area import Area
from sheets_sync.emulator.formats import intern_format, normal, unpaired
from sheets_sync.emulator.formula.references import translate
from sheets_sync.emulator.hidden import filtered_rows
from sheets_sync.emulator.refusal import ApiError, unsupported
from sheets_sync.emulator.requests.batch import (
    Batch,
    Handler,
    coordinate,
    exceeds,
    required,
    update_mask,
)
from sheets_sync.emulator.requests.dimensions import grow, insert_blank
from sheets_sync.emulator.requests.tables import find_table
from sheets_sync.emulator.schema import shapes
from sheets_sync.emulator.workbook import Cell, Formula, Json, Sheet, check_length, entered

EMPTY = Cell()
_WRITABLE = ("userEnteredValue", "userEnteredFormat", "note", "dataValidation", "textFormatRuns")
_COMPUTED = ("effectiveValue", "formattedValue", "effectiveFormat", "hyperlink")

_HANDLED = frozenset((*_WRITABLE, *_COMPUTED))

Writer = Callable[[Cell, Json], Cell]


def cell_writer(tree: mask.Mask) -> Writer:
    """Return the function that puts the masked fields of CellData into a cell."""
    fields = mask.names(tree, _WRITABLE)
    for name in fields - set(_WRITABLE):
        raise _not_writable(name)
    mask.check_paths(tree, "CellData")
    writers = {
        "userEnteredValue": _write_value,
        "userEnteredFormat": _format_writer(tree.get("userEnteredFormat") or {}),
        "note": _write_note,
        "dataValidation": _write_validation,
        "textFormatRuns": _write_runs,
    }
    steps = [writer for name, writer in writers.items() if name in fields]

    def write(cell: Cell, data: Json) -> Cell:
        if data and not _HANDLED.issuperset(data):
            _refuse_unhandled(data, tree)
        for step in steps:
            cell = step(cell, data)
        return cell

    return write


def _refuse_unhandled(data: Json, tree: mask.Mask) -> None:
    """Refuse content that a mask for everything would lose; what a narrower one leaves out may stay."""
    for name in data:
        if name not in _HANDLED and data[name] is not None and not tree:
            raise _not_writable(name)


def _not_writable(name: str) -> ApiError:
    if name in _COMPUTED:
        return ApiError(f"Field cannot be updated: {name}")
    if name in shapes()["CellData"]:
        return unsupported(f"writing the cell field {name}")
    return ApiError(f"Invalid field: {name}")


def _write_value(cell: Cell, data: Json) -> Cell:
    return cell._replace(value=entered(data.get("userEnteredValue")), runs=None)


def _format_writer(tree: mask.Mask) -> Writer:
    wide = unpaired(tree)

    def write(cell: Cell, data: Json) -> Cell:
        new = intern_format(data.get("userEnteredFormat"))
        if tree:
            new = intern_format(mask.merge(cell.format or {}, new or {}, wide))
        return cell._replace(format=new)

    return write


def _write_note(cell: Cell, data: Json) -> Cell:
    note = data.get("note") or None
    if note is not None:
        check_length(note)
    return cell._replace(note=note)


def _write_validation(cell: Cell, data: Json) -> Cell:
    rule = data.get("dataValidation")
    return cell._replace(validation=normal(rule) if rule else None)


def _write_runs(cell: Cell, data: Json) -> Cell:
    runs = tuple(normal(run) for run in data.get("textFormatRuns") or ())
    return cell._replace(runs=runs or None)


def _written(sheet: Sheet, row: int, column: int, write: Writer, data: Json) -> Cell | None:
    cell = write(sheet.cell(row, column) or EMPTY, data)
    if isinstance(cell.value, Formula):
        sheet.has_formulas = True
    if cell.validation is not None:
        sheet.note_validation(cell.validation)
    return None if cell == EMPTY else cell


def update_cells(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Write cells from a corner on, or a whole range: what a range gets no data for is cleared."""
    write = cell_writer(update_mask(body))
    rows = [(row or {}).get("values") or [] for row in body.get("rows") or []]
    if body.get("range") is not None:
        sheet, area = batch.closed(body["range"])
        row0, row1, col0, col1 = area.bounds
        _check_fit(rows, row0, row1, col0, col1)
        width = col1 - col0
        rows = [row + [{}] * (width - len(row)) for row in rows]
        if row1 - row0 > len(rows):
            rows += [[{}] * width] * (min(row1, max(len(sheet.rows), row0)) - row0 - len(rows))
    else:
        sheet, row0, col0 = coordinate(batch, required(body, "start"))
        _check_fit(rows, row0, sheet.row_count, col0, sheet.column_count)
    for offset, values in enumerate(rows):
        row = row0 + offset
        sheet.put(
            row,
            col0,
            [_written(sheet, row, col0 + at, write, data or {}) for at, data in enumerate(values)],
        )
    return {}


def _check_fit(rows: list[list[Any]], row0: int, row1: int, col0: int, col1: int) -> None:
    if row0 + len(rows) > row1:
        raise ApiError(
            f"Attempting to write row: {row1}, beyond the last requested row of: {row1 - 1}"
        )
    if any(col0 + len(values) > col1 for values in rows):
        raise ApiError(
            f"Attempting to write column: {col1}, beyond the last requested column of: {col1 - 1}"
        )


def append_cells(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Write rows below the last row that has a value, making the sheet longer if need be."""
    write = cell_writer(update_mask(body))
    rows = [(row or {}).get("values") or [] for row in body.get("rows") or []]
    if body.get("tableId"):
        return _append_to_table(batch, str(body["tableId"]), rows, write)
    sheet = batch.book.edit(int(body.get("sheetId") or 0))
    first = last_row(sheet)
    if first + len(rows) > sheet.row_count:
        grow(batch, sheet, "ROWS", first + len(rows) - sheet.row_count)
    _check_fit(rows, first, sheet.row_count, 0, sheet.column_count)
    for offset, values in enumerate(rows):
        row = first + offset
        sheet.put(
            row,
            0,
            [_written(sheet, row, at, write, data or {}) for at, data in enumerate(values)],
        )
    return {}


def _append_to_table(
    batch: Batch, table_id: str, rows: list[list[Any]], write: Writer
) -> dict[str, Any]:
    """Write rows below the last filled one of a table; rows are inserted when it is full."""
    sheet, table = find_table(batch, table_id)
    row0, row1, col0, col1 = table.areas[0].bounds
    first = row0 + 1
    for row in range(first, min(row1, len(sheet.rows))):
        if any(cell is not None and cell.value is not None for cell in sheet.rows[row][col0:col1]):
            first = row + 1
    missing = first + len(rows) - row1
    if missing > 0:
        insert_blank(batch, sheet, "ROWS", row1, missing, inherit=True)
        sheet, table = find_table(batch, table_id)
        longer = replace(table, areas=(Area(sheet.sheet_id, row0, row1 + missing, col0, col1),))
        sheet.tables = tuple(longer if item is table else item for item in sheet.tables)
    _check_fit(rows, first, sheet.row_count, col0, col1)
    for row, values in enumerate(rows, first):
        cells = [_written(sheet, row, col0 + at, write, v or {}) for at, v in enumerate(values)]
        sheet.put(row, col0, cells)
    return {}


def last_row(sheet: Sheet) -> int:
    """Return the row after the last one with a value."""
    for row in range(len(sheet.rows) - 1, -1, -1):
        if any(cell is not None and cell.value is not None for cell in sheet.rows[row]):
            return row + 1
    return 0


def repeat_cell(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Put the same cell everywhere in a range; a formula's references move along."""
    write = cell_writer(update_mask(body, "cell"))
    data = body.get("cell") or {}
    sheet, area = batch.closed(required(body, "range"))
    row0, row1, col0, col1 = area.bounds
    formula = (data.get("userEnteredValue") or {}).get("formulaValue")
    for row in range(row0, row1):
        cells = []
        for column in range(col0, col1):
            if formula is not None:
                moved = translate(formula, row - row0, column - col0)
                here = {**data, "userEnteredValue": {"formulaValue": moved}}
                cells.append(_written(sheet, row, column, write, here))
            else:
                cells.append(_written(sheet, row, column, write, data))
        sheet.put(row, col0, cells)
    return {}


def set_validation(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Set or clear what may be entered in a range, on filtered-out rows only when asked to."""
    rule = body.get("rule")
    kept = normal(rule) if rule else None
    sheet, area = batch.closed(required(body, "range"))
    sheet.note_validation(kept)
    row0, row1, col0, col1 = area.bounds
    everywhere = body.get("filteredRowsIncluded")
    spared = frozenset[int]() if everywhere else filtered_rows(batch.book, sheet)
    for row in sorted({*range(row0, row1)} - spared):
        cells = []
        for column in range(col0, col1):
            cell = (sheet.cell(row, column) or EMPTY)._replace(validation=kept)
            cells.append(None if cell == EMPTY else cell)
        sheet.put(row, col0, cells)
    return {}


def update_borders(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Set borders around and inside a range; a side that is not given stays."""
    sheet, area = batch.closed(required(body, "range"))
    row0, row1, col0, col1 = area.bounds
    sides = {name: normal(body[name]) for name in body if name != "range" and body[name]}
    for row in range(row0, row1):
        cells = []
        for column in range(col0, col1):
            wanted = {
                "top": sides.get("top" if row == row0 else "innerHorizontal"),
                "bottom": sides.get("bottom" if row == row1 - 1 else "innerHorizontal"),
                "left": sides.get("left" if column == col0 else "innerVertical"),
                "right": sides.get("right" if column == col1 - 1 else "innerVertical"),
            }
            cells.append(_bordered(sheet.cell(row, column) or EMPTY, wanted))
        sheet.put(row, col0, cells)
    return {}


def _bordered(cell: Cell, wanted: dict[str, Any]) -> Cell | None:
    old = cell.format or {}
    borders = dict(old.get("borders", {}))
    for side, border in wanted.items():
        if border is None:
            continue
        if border.get("style", "NONE") == "NONE":
            borders.pop(side, None)
        else:
            borders[side] = border
    merged = {name: value for name, value in old.items() if name != "borders"}
    if borders:
        merged["borders"] = borders
    new = cell._replace(format=intern_format(merged))
    return None if new == EMPTY else new


def merge_cells(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Merge a range whole, by columns or by rows; only the first value of each merge is kept."""
    sheet, area = batch.closed(required(body, "range"))
    row0, row1, col0, col1 = area.bounds
    kind = body.get("mergeType") or "MERGE_ALL"
    if kind == "MERGE_COLUMNS":
        parts = [Area(area.sheet_id, row0, row1, c, c + 1) for c in range(col0, col1)]
    elif kind == "MERGE_ROWS":
        parts = [Area(area.sheet_id, r, r + 1, col0, col1) for r in range(row0, row1)]
    else:
        parts = [area]
    kept = []
    for old in sheet.merges:
        if not old.meets(area):
            kept.append(old)
        elif not _inside(old, area):
            raise ApiError("You must select all cells in a merged range to merge or unmerge them.")
    sheet.merges = (*kept, *(part for part in parts if _cells(part) > 1))
    for part in parts:
        _keep_first(sheet, part)
    return {}


def _cells(area: Area) -> int:
    row0, row1, col0, col1 = area.bounds
    return (row1 - row0) * (col1 - col0)


def _inside(inner: Area, outer: Area) -> bool:
    row0, row1, col0, col1 = inner.bounds
    out0, out1, out2, out3 = outer.bounds
    return out0 <= row0 and row1 <= out1 and out2 <= col0 and col1 <= out3


def _keep_first(sheet: Sheet, part: Area) -> None:
    row0, row1, col0, col1 = part.bounds
    found = None
    for row in range(row0, min(row1, len(sheet.rows))):
        for column in range(col0, col1):
            cell = sheet.cell(row, column)
            if cell is not None and cell.value is not None:
                found = cell if found is None else found
                bare = cell._replace(value=None, runs=None)
                sheet.put(row, column, [None if bare == EMPTY else bare])
    if found is not None:
        first = sheet.cell(row0, col0) or EMPTY
        sheet.put(row0, col0, [first._replace(value=found.value, runs=found.runs)])


def unmerge_cells(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Take apart every merge inside a range; refuse to cut one in two."""
    sheet, area = batch.closed(required(body, "range"))
    for old in sheet.merges:
        if old.meets(area) and not _inside(old, area):
            raise ApiError("You must select all cells in a merged range to merge or unmerge them.")
    sheet.merges = tuple(old for old in sheet.merges if not old.meets(area))
    return {}


def check_inside(sheet: Sheet, area: Area) -> None:
    """Refuse a closed area that leaves the grid."""
    _, row1, _, col1 = area.bounds
    if row1 > sheet.row_count or col1 > sheet.column_count:
        raise exceeds(sheet, area)


HANDLERS: dict[str, Handler] = {
    "updateCells": update_cells,
    "appendCells": append_cells,
    "repeatCell": repeat_cell,
    "setDataValidation": set_validation,
    "updateBorders": update_borders,
    "mergeCells": merge_cells,
    "unmergeCells": unmerge_cells,
}
