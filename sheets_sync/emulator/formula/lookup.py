"""Finding values in ranges, and asking where things are."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sheets_sync.emulator.formula.coerce import compare, plain, rank, to_bool, to_grid, to_number
from sheets_sync.emulator.formula.evaluate import Argument, Cells, Compiled, Env
from sheets_sync.emulator.formula.results import ErrorValue, FormulaError, Result


def _row(env: Env, arguments: Sequence[Compiled]) -> Argument:
    if not arguments:
        return env.row + 1
    return _cells(arguments[0](env)).area.top + 1


def _column(env: Env, arguments: Sequence[Compiled]) -> Argument:
    if not arguments:
        return env.column + 1
    return _cells(arguments[0](env)).area.left + 1


def _cells(value: Argument) -> Cells:
    if not isinstance(value, Cells):
        raise FormulaError("#VALUE!", "Argument must be a range.")
    return value


def _height(value: Argument) -> int:
    if isinstance(value, Cells):
        row0, row1, _, _ = value.area.bounds
        return row1 - row0
    return len(to_grid(value))


def _width(value: Argument) -> int:
    if isinstance(value, Cells):
        _, _, col0, col1 = value.area.bounds
        return col1 - col0
    return len(to_grid(value)[0])


def _same(value: Result, wanted: Result) -> bool:
    if value is None or isinstance(value, ErrorValue):
        return False
    if isinstance(wanted, str) and isinstance(value, str) and re.search("[*?]", wanted):
        pattern = re.escape(wanted).replace(r"\*", ".*").replace(r"\?", ".")
        return re.fullmatch(pattern, value, re.IGNORECASE | re.DOTALL) is not None
    return rank(value) == rank(wanted)


def _place(line: Sequence[Result], wanted: Result, kind: int) -> int:
    """Return the position of a value: exactly, or the last not above (1) or not below (-1)."""
    best = None
    for index, value in enumerate(line):
        if kind == 0:
            if _same(value, wanted):
                return index
        elif value is not None and rank(value)[0] == rank(wanted)[0]:
            order = compare(value, wanted)
            if order * kind > 0:
                break
            best = index
    if best is None:
        raise FormulaError("#N/A", f"Did not find value '{wanted}' in lookup evaluation.")
    return best


def _match(wanted: Argument, within: Argument, kind: Argument = 1) -> int:
    grid = to_grid(within)
    line = [row[0] for row in grid] if len(grid[0]) == 1 else grid[0]
    return _place(line, plain(wanted), int(to_number(kind))) + 1


def _vlookup(wanted: Argument, within: Argument, index: Argument, ordered: Argument = 1) -> Result:
    grid = to_grid(within)
    column = int(to_number(index))
    if not 1 <= column <= _width(within):
        raise FormulaError("#REF!", "VLOOKUP evaluates to an out of bounds range.")
    place = _place([row[0] for row in grid], plain(wanted), int(to_bool(ordered)))
    return grid[place][column - 1]


def _hlookup(wanted: Argument, within: Argument, index: Argument, ordered: Argument = 1) -> Result:
    grid = to_grid(within)
    row = int(to_number(index))
    if not 1 <= row <= len(grid):
        raise FormulaError("#REF!", "HLOOKUP evaluates to an out of bounds range.")
    return grid[row - 1][_place(grid[0], plain(wanted), int(to_bool(ordered)))]


def _xlookup(
    wanted: Argument, within: Argument, results: Argument, missing: Argument = None
) -> Result:
    line = [value for row in to_grid(within) for value in row]
    values = [value for row in to_grid(results) for value in row]
    try:
        place = _place(line, plain(wanted), 0)
    except FormulaError:
        if missing is None:
            raise
        return plain(missing)
    return values[place] if place < len(values) else None


def _index(within: Argument, row: Argument = 0, column: Argument = 0) -> Result:
    grid = to_grid(within)
    down, right = int(to_number(row)), int(to_number(column))
    if len(grid) == 1 and column == 0 and down > 0 and _width(within) > 1:
        down, right = 1, down
    down, right = max(down, 1), max(right, 1)
    if down > _height(within) or right > _width(within):
        raise FormulaError("#NUM!", "INDEX parameter is out of range.")
    return grid[down - 1][right - 1] if down <= len(grid) else None


LAZY: Mapping[str, Callable[[Env, Sequence[Compiled]], Argument]] = {
    "ROW": _row,
    "COLUMN": _column,
}
EAGER: Mapping[str, Callable[..., Any]] = {
    "ROWS": _height,
    "COLUMNS": _width,
    "MATCH": _match,
    "VLOOKUP": _vlookup,
    "HLOOKUP": _hlookup,
    "XLOOKUP": _xlookup,
    "INDEX": _index,
}
