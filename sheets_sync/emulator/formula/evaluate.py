"""Computing formulas: trees become functions once, and results are kept with the workbook."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sheets_sync.emulator.a1 import name_area
from sheets_sync.emulator.area import Area
from sheets_sync.emulator.formula.parse import (
    Call,
    Const,
    Corner,
    Matrix,
    Name,
    Node,
    Reference,
    parse,
)
from sheets_sync.emulator.formula.results import ErrorValue, FormulaError, Result
from sheets_sync.emulator.workbook import Formula, Sheet, Workbook, number

_MAX_CHAIN = 25
_BROKEN = (ArithmeticError, LookupError, MemoryError, RecursionError, TypeError, ValueError)
"""What a function may raise for arguments it was not made for."""


Place = tuple[int, int, int]
"""Sheet id, row and column of a cell."""


class _UnderWay(threading.local):
    """What this thread is computing; other threads compute for themselves."""

    def __init__(self) -> None:
        self.places: set[Place] = set()
        self.depth = 0


_under_way = _UnderWay()


class _TooDeep(Exception):
    """A chain of formulas is deeper than the stack allows: this cell has to come first."""

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self.place = place


@dataclass(slots=True)
class Env:
    """Where a formula stands: its sheet, and how far it was copied from where it was written."""

    book: Workbook
    sheet: Sheet
    rows: int = 0
    columns: int = 0
    row: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class Cells:
    """A range as an argument: read when it is asked for."""

    env: Env
    sheet: Sheet
    area: Area

    def grid(self) -> list[list[Result]]:
        """Return the values by row, no further than the sheet has rows."""
        row0, row1, col0, col1 = self.area.bounds
        return [
            [read_cell(self.env.book, self.sheet, row, column) for column in range(col0, col1)]
            for row in range(row0, max(row0 + 1, min(row1, len(self.sheet.rows))))
        ]

    def single(self) -> Result:
        """Return the value of a single cell, or of the one in line with the formula."""
        row0, row1, col0, col1 = self.area.bounds
        if (row1 - row0, col1 - col0) == (1, 1):
            return read_cell(self.env.book, self.sheet, row0, col0)
        if col1 - col0 == 1 and row0 <= self.env.row < row1:
            return read_cell(self.env.book, self.sheet, self.env.row, col0)
        if row1 - row0 == 1 and col0 <= self.env.column < col1:
            return read_cell(self.env.book, self.sheet, row0, self.env.column)
        raise FormulaError("#VALUE!", "An array value could not be found.")


Grid = list[list[Result]]
Argument = Result | Cells | Grid
Compiled = Callable[[Env], Argument]


def cell_value(book: Workbook, sheet: Sheet, row: int, column: int, text: Formula) -> Result:
    """Return what a cell's formula comes to; kept until the workbook changes."""
    place = (sheet.sheet_id, row, column)
    kept: tuple[Result] | None = book.cache.get(place)
    if kept is not None:
        return kept[0]
    if place in _under_way.places:
        return ErrorValue("#REF!", "Circular dependency detected.")
    if _under_way.depth == 0:
        return _from_the_bottom(book, place)
    if _under_way.depth >= _MAX_CHAIN:
        raise _TooDeep(place)
    return _computed(book, sheet, place, text)


def _from_the_bottom(book: Workbook, wanted: Place) -> Result:
    """Compute a cell; where its chain is too deep, first the cell at the end of the stack."""
    waiting = [wanted]
    result: Result = None
    while waiting:
        sheet_id, row, column = place = waiting[-1]
        sheet = book.sheet(sheet_id)
        cell = sheet.cell(row, column)
        _under_way.places = set(waiting[:-1])
        try:
            result = _computed(book, sheet, place, str(cell.value) if cell else "=0")
            waiting.pop()
        except _TooDeep as deeper:
            waiting.append(deeper.place)
        finally:
            _under_way.places = set()
    return result


def _computed(book: Workbook, sheet: Sheet, place: Place, text: str) -> Result:
    _, row, column = place
    _under_way.places.add(place)
    _under_way.depth += 1
    try:
        result = evaluate(str(text), Env(book, sheet, 0, 0, row, column))
    finally:
        _under_way.depth -= 1
        _under_way.places.discard(place)
    shown: Result = 0 if result is None else result
    book.cache[place] = (shown,)
    return shown


def evaluate(text: str, env: Env) -> Result:
    """Return what formula text comes to, an error as a value."""
    try:
        return scalar(compiled(text)(env))
    except FormulaError as error:
        return error.value
    except _BROKEN:
        return ErrorValue("#NUM!", "The result cannot be computed.")


@lru_cache(4096)
def compiled(text: str) -> Compiled:
    """Return the function a formula stands for; raise #ERROR! if it cannot be read."""
    return _compile(parse(text))


@lru_cache(4096)
def _link(text: str) -> Compiled | None:
    """Return the function of the address in a formula that is a HYPERLINK, None for any other."""
    try:
        node = parse(text)
    except FormulaError:
        return None
    if not isinstance(node, Call) or node.name != "HYPERLINK" or not node.arguments:
        return None
    return _compile(node.arguments[0])


def hyperlink(text: str, env: Env) -> str | None:
    """Return where a formula leads that is a HYPERLINK, None for any other or a broken one."""
    address = _link(text)
    if address is None:
        return None
    try:
        found = scalar(address(env))
    except (FormulaError, _TooDeep, *_BROKEN):
        return None
    return found if isinstance(found, str) and found else None


def read_cell(book: Workbook, sheet: Sheet, row: int, column: int) -> Result:
    """Return a cell's value as other formulas see it."""
    cell = sheet.cell(row, column)
    if cell is None:
        return None
    if isinstance(cell.value, Formula):
        return cell_value(book, sheet, row, column, cell.value)
    return cell.value


def scalar(value: Argument) -> Result:
    """Return a single value of an argument."""
    if isinstance(value, Cells):
        return value.single()
    if isinstance(value, list):
        return value[0][0] if value and value[0] else None
    return number(value) if isinstance(value, float) else value


def _compile(node: Node) -> Compiled:
    if isinstance(node, Const):
        value = node.value
        return lambda _: value
    if isinstance(node, Reference):
        return _reference(node)
    if isinstance(node, Name):
        return _name(node.name)
    if isinstance(node, Matrix):
        return _matrix(node)
    return _call(node)


def _reference(node: Reference) -> Compiled:
    first, last, title = node.first, node.last or node.first, node.sheet

    def refer(env: Env) -> Cells:
        sheet = env.sheet if title is None else env.book.titled(title)
        if sheet is None:
            raise FormulaError("#REF!", f"Unresolved sheet name '{title}'.")
        rows = sorted((_row(first, env, 0), _row(last, env, sheet.row_count - 1)))
        columns = sorted((_column(first, env, 0), _column(last, env, sheet.column_count - 1)))
        if rows[0] < 0 or columns[0] < 0:
            raise FormulaError("#REF!", "Reference does not exist.")
        area = Area(sheet.sheet_id, rows[0], rows[1] + 1, columns[0], columns[1] + 1)
        return Cells(env, sheet, area)

    return refer


def _row(corner: Corner, env: Env, missing: int) -> int:
    if corner.row is None:
        return missing
    return corner.row if corner.fixed_row else corner.row + env.rows


def _column(corner: Corner, env: Env, missing: int) -> int:
    if corner.column is None:
        return missing
    return corner.column if corner.fixed_column else corner.column + env.columns


def _name(name: str) -> Compiled:
    def refer(env: Env) -> Cells:
        area = name_area(env.book, name)
        if area is None:
            raise FormulaError("#NAME?", f"Unknown range name: '{name.upper()}'.")
        sheet = env.book.sheet(area.sheet_id)
        return Cells(env, sheet, sheet.closed(area))

    return refer


def _matrix(node: Matrix) -> Compiled:
    rows = [[_compile(item) for item in row] for row in node.rows]
    return lambda env: [[scalar(item(env)) for item in row] for row in rows]


def _call(node: Call) -> Compiled:
    from sheets_sync.emulator.formula.functions import EAGER, LAZY

    arguments = [_compile(argument) for argument in node.arguments]
    lazy = LAZY.get(node.name)
    if lazy is not None:
        return lambda env: lazy(env, arguments)
    eager = EAGER.get(node.name)
    if eager is None:
        message = f"Unknown function: '{node.name}'."

        def unknown(_: Env) -> Argument:
            raise FormulaError("#NAME?", message)

        return unknown
    name = node.name

    def call(env: Env) -> Argument:
        given = [argument(env) for argument in arguments]
        try:
            result: Any = eager(*given)
        except TypeError as error:
            raise FormulaError("#N/A", f"Wrong number of arguments to {name}.") from error
        return result  # type: ignore[no-any-return]  # functions return arguments

    return call


def flat(arguments: tuple[Argument, ...]) -> Iterator[tuple[Result, bool]]:
    """Yield every value of arguments and whether it was written out rather than referred to."""
    for argument in arguments:
        if isinstance(argument, Cells):
            for row in argument.grid():
                for value in row:
                    yield value, False
        elif isinstance(argument, list):
            for row in argument:
                for value in row:
                    yield value, False
        else:
            yield argument, True
