"""A spreadsheet in memory.

Cells, rows and everything hung on a sheet are never changed in place: a batch works on a draft that
shares all it does not touch, and the draft replaces the workbook when the whole batch has
succeeded. A reader therefore always holds a finished state, and a failed batch leaves no trace.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from sheets_sync.emulator.area import Area
from sheets_sync.emulator.refusal import ApiError

MAX_CELLS = 10_000_000
MAX_COLUMNS = 18_278
MAX_CHARACTERS = 50_000
MAX_METADATA_CHARACTERS = 30_000

Json = Mapping[str, Any]


class Formula(str):
    """A cell's formula as text, beginning with `=`; told apart from text that looks like one."""

    __slots__ = ()


Value = str | int | float | bool | None
"""What a person entered: text, a number, a truth value, a Formula, or nothing."""


class Cell(NamedTuple):
    """One cell; every part may be missing."""

    value: Value = None
    format: Json | None = None
    note: str | None = None
    validation: Json | None = None
    runs: tuple[Json, ...] | None = None


Row = tuple[Cell | None, ...]
"""Cells from the first column on; what is missing at the end is empty."""


@dataclass(frozen=True, slots=True)
class Anchored:
    """Something hung on areas: a rule, a protection, a name, a filter, a banding."""

    areas: tuple[Area, ...]
    body: Json
    """Its JSON without id and ranges."""
    item_id: int | str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """A group of rows or columns that folds away together."""

    start: int
    end: int
    depth: int
    collapsed: bool = False


@dataclass(frozen=True, slots=True)
class Metadata:
    """A developer's note on the spreadsheet, a sheet, or a row or column."""

    metadata_id: int
    key: str
    value: str | None
    visibility: str
    sheet_id: int | None = None
    dimension: str | None = None
    """ROWS or COLUMNS."""
    start: int = 0
    end: int = 0

    @property
    def characters(self) -> int:
        """What counts against the limit."""
        return len(self.key) + len(self.value or "")


@dataclass(slots=True)
class Sheet:
    """One tab."""

    sheet_id: int
    title: str
    row_count: int = 1000
    column_count: int = 26
    grid: Json = field(default_factory=dict)
    """Grid properties other than the counts."""
    looks: Json = field(default_factory=dict)
    """hidden, rightToLeft, tabColorStyle."""
    rows: list[Row] = field(default_factory=list)
    """May be shorter than row_count: what is missing at the end is empty."""
    row_props: dict[int, Json] = field(default_factory=dict)
    column_props: dict[int, Json] = field(default_factory=dict)
    row_groups: tuple[Group, ...] = ()
    column_groups: tuple[Group, ...] = ()
    merges: tuple[Area, ...] = ()
    rules: tuple[Anchored, ...] = ()
    filter_views: tuple[Anchored, ...] = ()
    protections: tuple[Anchored, ...] = ()
    bandings: tuple[Anchored, ...] = ()
    charts: tuple[Anchored, ...] = ()
    """Hung on the cell they are anchored to; so are slicers."""
    slicers: tuple[Anchored, ...] = ()
    tables: tuple[Anchored, ...] = ()
    basic_filter: Anchored | None = None
    has_formulas: bool = False
    """True once a formula was written; spares a walk over every cell when rows move."""
    has_lookups: bool = False
    """True once a validation was written that looks at other cells; spares the same walk."""

    def copy(self) -> "Sheet":
        """Return a sheet that can be changed without this one changing."""
        return replace(
            self,
            rows=list(self.rows),
            row_props=dict(self.row_props),
            column_props=dict(self.column_props),
        )

    @property
    def whole(self) -> Area:
        """The area of the whole grid."""
        return Area(self.sheet_id, 0, self.row_count, 0, self.column_count)

    def cell(self, row: int, column: int) -> Cell | None:
        """Return a cell, None when nothing was ever put there."""
        if row < len(self.rows):
            cells = self.rows[row]
            if column < len(cells):
                return cells[column]
        return None

    def row(self, row: int) -> Row:
        """Return a row's cells."""
        return self.rows[row] if row < len(self.rows) else ()

    def note_validation(self, rule: Json | None) -> None:
        """Remember that a validation looks at other cells."""
        values = ((rule or {}).get("condition") or {}).get("values") or ()
        if any(str(value.get("userEnteredValue", "")).startswith("=") for value in values):
            self.has_lookups = True

    def put(self, row: int, column: int, cells: Iterable[Cell | None]) -> None:
        """Put cells side by side, beginning at one."""
        new = tuple(cells)
        if row >= len(self.rows):
            self.rows.extend([()] * (row + 1 - len(self.rows)))
        old = self.rows[row]
        if len(old) < column:
            old += (None,) * (column - len(old))
        self.rows[row] = old[:column] + new + old[column + len(new) :]

    def closed(self, area: Area) -> Area:
        """Return an area with its open ends closed at the edge of this grid."""
        return area.closed(self.row_count, self.column_count)

    def count(self, dimension: str) -> int:
        """Return how many rows or columns there are."""
        return self.row_count if dimension == "ROWS" else self.column_count

    def formulas(self) -> Iterator[tuple[int, int, Cell]]:
        """Yield row, column and cell of every formula."""
        if self.has_formulas:
            for row, cells in enumerate(self.rows):
                for column, cell in enumerate(cells):
                    if cell is not None and isinstance(cell.value, Formula):
                        yield row, column, cell


@dataclass(slots=True)
class Workbook:
    """One spreadsheet."""

    spreadsheet_id: str
    properties: Json
    sheets: list[Sheet]
    names: tuple[Anchored, ...] = ()
    metadata: dict[int, Metadata] = field(default_factory=dict)
    file: Json = field(default_factory=dict)
    """What Drive knows of it: createdTime, modifiedTime, version, permissions."""
    cache: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)
    """Values computed from this very state, such as the results of formulas."""
    _owned: set[int] = field(default_factory=set, repr=False, compare=False)

    def draft(self) -> "Workbook":
        """Return a workbook that can be changed without this one changing."""
        return replace(
            self, sheets=list(self.sheets), metadata=dict(self.metadata), cache={}, _owned=set()
        )

    def sheet(self, sheet_id: int) -> Sheet:
        """Return a sheet to read; refuse an unknown id."""
        for sheet in self.sheets:
            if sheet.sheet_id == sheet_id:
                return sheet
        raise ApiError(f"No grid with id: {sheet_id}")

    def edit(self, sheet_id: int) -> Sheet:
        """Return a sheet to change; refuse an unknown id."""
        for index, sheet in enumerate(self.sheets):
            if sheet.sheet_id == sheet_id:
                if sheet_id not in self._owned:
                    self._owned.add(sheet_id)
                    self.sheets[index] = sheet.copy()
                return self.sheets[index]
        raise ApiError(f"No grid with id: {sheet_id}")

    def titled(self, title: str) -> Sheet | None:
        """Return the sheet of that title, None if there is none. Case does not matter."""
        wanted = title.casefold()
        for sheet in self.sheets:
            if sheet.title == title or sheet.title.casefold() == wanted:
                return sheet
        return None

    def check_size(self) -> None:
        """Refuse a state with more cells or columns than a spreadsheet may have."""
        cells = sum(sheet.row_count * sheet.column_count for sheet in self.sheets)
        if cells > MAX_CELLS:
            raise ApiError(
                "This action would increase the number of cells in the workbook "
                f"above the limit of {MAX_CELLS} cells."
            )


def number(value: float) -> int | float:
    """Return a number as Google would write it: whole numbers without a fraction."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value


def entered(body: Any) -> Value:
    """Return the value of an ExtendedValue; refuse more than one kind, or a value too long."""
    if not body:
        return None
    if len(body) > 1:
        raise ApiError("Invalid value: oneof field 'value' is already set.")
    ((kind, value),) = body.items()
    if value is None:
        return None
    if kind == "numberValue":
        if not math.isfinite(float(value)):
            raise ApiError("numberValue must be finite")
        return number(value)
    if kind == "boolValue":
        return bool(value) if isinstance(value, bool) else value == "true"
    if kind == "formulaValue":
        check_length(value)
        return Formula(value if value.startswith("=") else "=" + value)
    if kind == "stringValue":
        check_length(value)
        return str(value)
    raise ApiError("errorValue cannot be written.")


def check_length(text: str) -> None:
    """Refuse text longer than a cell may hold."""
    if len(text) > MAX_CHARACTERS:
        raise ApiError(
            f"Your input contains more than the maximum of {MAX_CHARACTERS} characters "
            "in a single cell."
        )


def extended(value: Value) -> dict[str, Any] | None:
    """Return a value as ExtendedValue JSON."""
    if value is None:
        return None
    if isinstance(value, bool):
        return {"boolValue": value}
    if isinstance(value, int | float):
        return {"numberValue": value}
    if isinstance(value, Formula):
        return {"formulaValue": str(value)}
    return {"stringValue": value}
