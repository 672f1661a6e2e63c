"""Reading and writing blocks of values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sheets_sync.emulator.area import Area, column_letters, to_a1
from sheets_sync.emulator.calc import value_of
from sheets_sync.emulator.display import DATE_TYPES, formatted
from sheets_sync.emulator.entry import Entered, typed
from sheets_sync.emulator.formats import intern_format
from sheets_sync.emulator.formula.results import ErrorValue
from sheets_sync.emulator.refusal import ApiError
from sheets_sync.emulator.requests.batch import Batch, exceeds
from sheets_sync.emulator.requests.dimensions import grow, insert_blank
from sheets_sync.emulator.workbook import (
    Cell,
    Formula,
    Sheet,
    Workbook,
    check_length,
    number,
)

_EMPTY = Cell()
_RENDERS = ("FORMATTED_VALUE", "UNFORMATTED_VALUE", "FORMULA")
_DATES = ("SERIAL_NUMBER", "FORMATTED_STRING")
_DIMENSIONS = ("ROWS", "COLUMNS")


@dataclass(frozen=True, slots=True)
class Rendering:
    """How values are to be sent."""

    dimension: str = "ROWS"
    values: str = "FORMATTED_VALUE"
    dates: str = "SERIAL_NUMBER"

    @classmethod
    def asked(cls, options: Mapping[str, Any], prefix: str = "") -> "Rendering":
        """Return the rendering that query parameters or a body ask for; refuse unknown ones."""

        def chosen(name: str, allowed: Sequence[str]) -> str:
            full = prefix + name[0].upper() + name[1:] if prefix else name
            value = options.get(full)
            if value in (None, "", "DIMENSION_UNSPECIFIED"):
                return allowed[0]
            if value not in allowed:
                raise ApiError(f"Invalid value at '{full}', \"{value}\"")
            return str(value)

        return cls(
            _DIMENSIONS[0] if prefix else chosen("majorDimension", _DIMENSIONS),
            chosen("valueRenderOption", _RENDERS),
            chosen("dateTimeRenderOption", _DATES),
        )


def read(book: Workbook, area: Area, how: Rendering) -> dict[str, Any]:
    """Return the ValueRange of an area: trailing blanks cut, `values` absent when all is blank."""
    sheet = book.sheet(area.sheet_id)
    inside = clipped(sheet, area)
    body: dict[str, Any] = {
        "range": to_a1(inside, sheet.title),
        "majorDimension": how.dimension,
    }
    row0, row1, col0, col1 = inside.bounds
    rows = [
        _rendered_row(book, sheet, row, col0, col1, how)
        for row in range(row0, min(row1, len(sheet.rows)))
    ]
    if how.dimension == "COLUMNS":
        width = max(map(len, rows), default=0)
        rows = [[row[at] if at < len(row) else "" for row in rows] for at in range(width)]
    lines = _trimmed(rows)
    if lines:
        body["values"] = lines
    return body


def clipped(sheet: Sheet, area: Area) -> Area:
    """Return an area closed and cut off at the edge of the grid; refuse one wholly outside."""
    if area.top >= sheet.row_count or area.left >= sheet.column_count:
        raise exceeds(sheet, _sized(area))
    row1 = sheet.row_count if area.row1 is None else min(area.row1, sheet.row_count)
    col1 = sheet.column_count if area.col1 is None else min(area.col1, sheet.column_count)
    return Area(area.sheet_id, area.top, row1, area.left, col1)


def _sized(area: Area) -> Area:
    return Area(
        area.sheet_id,
        area.top,
        area.top + 1 if area.row1 is None else area.row1,
        area.left,
        area.left + 1 if area.col1 is None else area.col1,
    )


def _rendered_row(
    book: Workbook, sheet: Sheet, row: int, col0: int, col1: int, how: Rendering
) -> list[Any]:
    cells = sheet.rows[row][col0:col1]
    if how.values == "FORMULA":
        return [
            ""
            if cell is None or cell.value is None
            else str(cell.value)
            if isinstance(cell.value, Formula)
            else cell.value
            for cell in cells
        ]
    return [
        _rendered(book, sheet, row, col0 + at, cell, how) if cell is not None else ""
        for at, cell in enumerate(cells)
    ]


def _rendered(
    book: Workbook, sheet: Sheet, row: int, column: int, cell: Cell, how: Rendering
) -> Any:
    value = value_of(book, sheet, row, column, cell)
    if value is None:
        return ""
    if isinstance(value, ErrorValue):
        return value.shown
    number_format = (cell.format or {}).get("numberFormat")
    if how.values == "UNFORMATTED_VALUE":
        dated = how.dates == "FORMATTED_STRING" and not isinstance(value, bool | str)
        if not dated or (number_format or {}).get("type") not in DATE_TYPES:
            return number(value) if isinstance(value, float) else value
    return formatted(value, number_format, book.properties.get("locale", "en_US"))


def _trimmed(lines: list[list[Any]]) -> list[list[Any]]:
    for line in lines:
        while line and line[-1] == "":
            line.pop()
    while lines and not lines[-1]:
        lines.pop()
    return lines


@dataclass(frozen=True, slots=True)
class Written:
    """Where a block of values landed and how much of it was set."""

    area: Area
    rows: int
    columns: int
    cells: int


def write(
    batch: Batch, area: Area, block: Sequence[Sequence[Any]], dimension: str, option: str
) -> Written:
    """Write a block at an area's corner; null leaves a cell, an empty text clears it."""
    sheet = batch.book.edit(area.sheet_id)
    if area.top >= sheet.row_count or area.left >= sheet.column_count:
        raise exceeds(sheet, _sized(area))
    lines = _lines(block, dimension)
    height, width = len(lines), max(map(len, lines), default=0)
    _check_block(sheet, area, height, width)
    locale = str(batch.book.properties.get("locale", "en_US"))
    touched: set[tuple[int, int]] = set()
    for down, line in enumerate(lines):
        row = area.top + down
        cells = []
        for right, item in enumerate(line):
            column = area.left + right
            old = sheet.cell(row, column)
            if item is None:
                cells.append(old)
                continue
            touched.add((row, column))
            cells.append(_put(sheet, old or _EMPTY, item, option, locale))
        sheet.put(row, area.left, cells)
    return Written(
        Area(
            area.sheet_id,
            area.top,
            area.top + max(height, 1),
            area.left,
            area.left + max(width, 1),
        ),
        len({row for row, _ in touched}),
        len({column for _, column in touched}),
        len(touched),
    )


def _lines(block: Sequence[Sequence[Any]], dimension: str) -> list[list[Any]]:
    if dimension != "COLUMNS":
        return [list(line) for line in block]
    height = max(map(len, block), default=0)
    return [[line[at] if at < len(line) else None for line in block] for at in range(height)]


def _check_block(sheet: Sheet, area: Area, height: int, width: int) -> None:
    """Refuse a block that leaves a range of several cells, or the grid."""
    single = (area.row1, area.col1) == (area.top + 1, area.left + 1)
    where = f"['{sheet.title}'!{_bare(area)}]"
    if not single and area.row1 is not None and area.top + height > area.row1:
        raise ApiError(
            f"Requested writing within range {where}, but tried writing to row [{area.row1 + 1}]"
        )
    if not single and area.col1 is not None and area.left + width > area.col1:
        raise ApiError(
            f"Requested writing within range {where}, "
            f"but tried writing to column [{column_letters(area.col1)}]"
        )
    if area.top + height > sheet.row_count or area.left + width > sheet.column_count:
        outside = Area(
            area.sheet_id,
            area.top,
            area.top + max(height, 1),
            area.left,
            area.left + max(width, 1),
        )
        raise exceeds(sheet, outside)


def _bare(area: Area) -> str:
    first = f"{column_letters(area.left)}{area.top + 1}"
    last = column_letters(area.col1 - 1) if area.col1 else ""
    return f"{first}:{last}{area.row1 or ''}"


def _put(sheet: Sheet, old: Cell, item: Any, option: str, locale: str) -> Cell | None:
    entry = _entered(old, item, option, locale)
    if isinstance(entry.value, Formula):
        sheet.has_formulas = True
    cell = old._replace(value=entry.value, runs=None)
    if entry.number_format is not None and "numberFormat" not in (old.format or {}):
        looks = {**(old.format or {}), "numberFormat": entry.number_format}
        cell = cell._replace(format=intern_format(looks))
    return None if cell == _EMPTY else cell


def _entered(old: Cell, item: Any, option: str, locale: str) -> Entered:
    if item == "" and isinstance(item, str):
        return Entered(None)
    if isinstance(item, bool):
        return Entered(item)
    if isinstance(item, int | float):
        return Entered(number(item))
    if not isinstance(item, str):
        kind = "struct_value" if isinstance(item, dict) else "list_value"
        raise ApiError(f"Invalid values: {kind}")
    check_length(item)
    text_cell = (old.format or {}).get("numberFormat", {}).get("type") == "TEXT"
    if option == "RAW" or text_cell:
        return Entered(item)
    return typed(item, locale)


def clear(batch: Batch, area: Area) -> Area:
    """Clear the values of an area, formats and notes stay; return the area cleared."""
    sheet = batch.book.edit(area.sheet_id)
    inside = clipped(sheet, area)
    row0, row1, col0, col1 = inside.bounds
    for row in range(row0, min(row1, len(sheet.rows))):
        old = sheet.rows[row][col0:col1]
        if any(cell is not None and cell.value is not None for cell in old):
            sheet.put(row, col0, [_cleared(cell) for cell in old])
    return inside


def _cleared(cell: Cell | None) -> Cell | None:
    if cell is None:
        return None
    bare = cell._replace(value=None, runs=None)
    return None if bare == _EMPTY else bare


def table_at(sheet: Sheet, area: Area) -> Area | None:
    """Return the block of cells around the last value inside an area, None if there is none."""
    row0, row1, col0, col1 = clipped(sheet, area).bounds
    for row in range(min(row1, len(sheet.rows)) - 1, row0 - 1, -1):
        for column in range(col1 - 1, col0 - 1, -1):
            if _filled(sheet, row, column):
                return _block_around(sheet, row, column)
    return None


def _filled(sheet: Sheet, row: int, column: int) -> bool:
    cell = sheet.cell(row, column)
    return cell is not None and cell.value is not None


def _block_around(sheet: Sheet, row: int, column: int) -> Area:
    top, bottom, left, right = row, row + 1, column, column + 1
    grown = True
    while grown:
        grown = False
        columns = range(max(left - 1, 0), right + 1)
        if top > 0 and any(_filled(sheet, top - 1, at) for at in columns):
            top, grown = top - 1, True
        if any(_filled(sheet, bottom, at) for at in columns):
            bottom, grown = bottom + 1, True
        rows = range(max(top - 1, 0), bottom + 1)
        if left > 0 and any(_filled(sheet, at, left - 1) for at in rows):
            left, grown = left - 1, True
        if any(_filled(sheet, at, right) for at in rows):
            right, grown = right + 1, True
    return Area(sheet.sheet_id, top, bottom, left, right)


def append(
    batch: Batch,
    area: Area,
    block: Sequence[Sequence[Any]],
    dimension: str,
    option: str,
    *,
    insert: bool,
) -> tuple[Area | None, Written]:
    """Write a block below the table found in an area; return the table and what was written."""
    sheet = batch.book.edit(area.sheet_id)
    table = table_at(sheet, area)
    row, column = (area.top, area.left) if table is None else (table.bounds[1], table.left)
    lines = _lines(block, dimension)
    height, width = len(lines), max(map(len, lines), default=0)
    if insert and table is not None and row < sheet.row_count:
        insert_blank(batch, sheet, "ROWS", row, height, inherit=True)
    if row + height > sheet.row_count:
        grow(batch, sheet, "ROWS", row + height - sheet.row_count)
    if column + width > sheet.column_count:
        grow(batch, sheet, "COLUMNS", column + width - sheet.column_count)
    corner = Area(area.sheet_id, row, row + 1, column, column + 1)
    return table, write(batch, corner, block, dimension, option)


def written_json(book: Workbook, done: Written) -> dict[str, Any]:
    """Return the UpdateValuesResponse of one write; counts of zero are left out."""
    title = book.sheet(done.area.sheet_id).title
    counts = {
        "updatedRows": done.rows,
        "updatedColumns": done.columns,
        "updatedCells": done.cells,
    }
    return {
        "spreadsheetId": book.spreadsheet_id,
        "updatedRange": to_a1(done.area, title),
        **{name: count for name, count in counts.items() if count},
    }


def totals_json(writes: Iterable[Written]) -> dict[str, Any]:
    """Return the totals of several writes."""
    done = list(writes)
    columns: set[tuple[int, int]] = set()
    rows: set[tuple[int, int]] = set()
    for one in done:
        row0, row1, col0, col1 = one.area.bounds
        rows |= {(one.area.sheet_id, row) for row in range(row0, row1)}
        columns |= {(one.area.sheet_id, column) for column in range(col0, col1)}
    return {
        "totalUpdatedRows": len(rows),
        "totalUpdatedColumns": len(columns),
        "totalUpdatedCells": sum(one.cells for one in done),
        "totalUpdatedSheets": len({one.area.sheet_id for one in done}),
    }
