"""Filling cells on from those that are there, as dragging a corner does."""

import itertools
import re
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from sheets_sync.emulator.area import Area
from sheets_sync.emulator.display import DATE_TYPES
from sheets_sync.emulator.refusal import ApiError, unsupported
from sheets_sync.emulator.requests.batch import Batch, Handler, exceeds, required
from sheets_sync.emulator.requests.moves import Block, block, moved
from sheets_sync.emulator.workbook import Cell, Formula, Sheet, number

_NUMBERED = re.compile(r"(.*?)(\d+)", re.DOTALL)
Line = Sequence[Cell | None]


def auto_fill(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Fill a range on from its source: formulas move along, even steps go on, the rest repeats."""
    sheet, source, dimension, length = _task(batch, body)
    if not length:
        return {}
    cells = block(sheet, source)
    lines: list[Line] = [list(line) for line in zip(*cells, strict=True)]
    if dimension == "COLUMNS":
        lines = list(cells)
    alternate = bool(body.get("useAlternateSeries"))
    count = len(lines[0])
    positions = range(count, count + length) if length > 0 else range(-1, length - 1, -1)
    target = _target(sheet, source, dimension, length)
    new: Block = [
        [_filled(line, at, dimension, alternate=alternate) for at in sorted(positions)]
        for line in lines
    ]
    if dimension == "ROWS":
        new = [list(line) for line in zip(*new, strict=True)]
    for down, line in enumerate(new):
        sheet.put(target.top + down, target.left, line)
    batch.book.cache.clear()
    return {}


def _task(batch: Batch, body: dict[str, Any]) -> tuple[Sheet, Area, str, int]:
    """Return sheet, source, dimension and length of what is to be filled."""
    if body.get("sourceAndDestination"):
        wanted = body["sourceAndDestination"]
        sheet, source = batch.closed(required(wanted, "source"))
        dimension = wanted.get("dimension")
        if dimension not in ("ROWS", "COLUMNS"):
            raise ApiError("No dimension specified.")
        return sheet, source, dimension, int(wanted.get("fillLength") or 0)
    sheet, area = batch.closed(required(body, "range"))
    return (sheet, *_detected(sheet, area))


def _detected(sheet: Sheet, area: Area) -> tuple[Area, str, int]:
    """Return the part of a range that has data, at its top or else at its left."""
    row0, row1, col0, col1 = area.bounds
    cells = block(sheet, area)
    rows = [any(cell is not None and cell.value is not None for cell in line) for line in cells]
    columns = [
        any(cell is not None and cell.value is not None for cell in line)
        for line in zip(*cells, strict=True)
    ]
    high, wide = sum(rows), sum(columns)
    if high and rows[:high] == [True] * high and high < len(rows):
        return Area(area.sheet_id, row0, row0 + high, col0, col1), "ROWS", row1 - row0 - high
    if wide and columns[:wide] == [True] * wide and wide < len(columns):
        return Area(area.sheet_id, row0, row1, col0, col0 + wide), "COLUMNS", col1 - col0 - wide
    raise unsupported("autoFill of a range whose data is not at its top or left")


def _target(sheet: Sheet, source: Area, dimension: str, length: int) -> Area:
    row0, row1, col0, col1 = source.bounds
    if dimension == "ROWS":
        row0, row1 = (row1, row1 + length) if length > 0 else (row0 + length, row0)
    else:
        col0, col1 = (col1, col1 + length) if length > 0 else (col0 + length, col0)
    if row0 < 0 or col0 < 0:
        raise ApiError("autoFill would go beyond the first row or column.")
    area = Area(sheet.sheet_id, row0, row1, col0, col1)
    if row1 > sheet.row_count or col1 > sheet.column_count:
        raise exceeds(sheet, area)
    return area


def _filled(line: Line, at: int, dimension: str, *, alternate: bool) -> Cell | None:
    """Return the cell `at` steps from the first of a line."""
    origin = at % len(line)
    cell = line[origin]
    if cell is None:
        return None
    if isinstance(cell.value, Formula):
        away = at - origin
        return moved(cell, *((away, 0) if dimension == "ROWS" else (0, away)))
    values = [item.value if item is not None else None for item in line]
    if all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
        return cell._replace(value=_series(cell, values, at, alternate=alternate))
    if len(line) == 1 and isinstance(cell.value, str) and not alternate:
        numbered = _NUMBERED.fullmatch(cell.value)
        if numbered is not None:
            value = f"{numbered[1]}{max(0, int(numbered[2]) + at):0{len(numbered[2])}d}"
            return cell._replace(value=value, runs=None)
    return cell


def _series(cell: Cell, values: Sequence[Any], at: int, *, alternate: bool) -> int | float:
    """Return a number that goes on from others; refuse steps that are not even."""
    exact = [Fraction(str(value)) for value in values]
    if len(exact) == 1:
        dated = (cell.format or {}).get("numberFormat", {}).get("type") in DATE_TYPES
        step = Fraction(1 if dated is not alternate else 0)
    else:
        steps = {later - earlier for earlier, later in itertools.pairwise(exact)}
        if len(steps) > 1:
            raise unsupported("autoFill from numbers without an even step")
        step = Fraction(0) if alternate else steps.pop()
        if alternate:
            return number(float(exact[at % len(exact)]))
    return number(float(exact[0] + step * at))


HANDLERS: dict[str, Handler] = {"autoFill": auto_fill}
