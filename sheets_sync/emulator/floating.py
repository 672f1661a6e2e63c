"""What moving rows or columns does to charts, slicers and tables."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol

from sheets_sync.emulator import ranges
from sheets_sync.emulator.area import Area
from sheets_sync.emulator.workbook import Anchored, Json, Sheet, Workbook

SPECS = {"charts": "ChartSpec", "slicers": "SlicerSpec"}


class Moving(Protocol):
    """A structural change, as far as it matters here."""

    @property
    def sheet_id(self) -> int:
        """The sheet that changes."""

    @property
    def dimension(self) -> str:
        """ROWS or COLUMNS."""

    def index(self, position: int) -> int | None:
        """Return where a row or column is afterwards, None when it is gone."""

    def area(self, area: Area) -> Area | None:
        """Return an area afterwards, None when nothing of it is left."""


def move(book: Workbook, change: Moving) -> None:
    """Carry charts, slicers and tables along with a structural change of a draft."""
    redraw(book, change.area)
    sheet = book.edit(change.sheet_id)
    for name in SPECS:
        moved = tuple(_carried(sheet, item, change) for item in getattr(sheet, name))
        setattr(sheet, name, moved)
    tables = (_table(item, change) for item in sheet.tables)
    sheet.tables = tuple(item for item in tables if item is not None)


def redraw(book: Workbook, move_area: Callable[[Area], Area | None]) -> None:
    """Pass every range that a chart or slicer shows through `move_area`; None drops it."""
    for home in list(book.sheets):
        for name, message in SPECS.items():
            old = getattr(home, name)
            new = tuple(_redrawn(item, message, move_area) for item in old)
            if any(a is not b for a, b in zip(new, old, strict=True)):
                setattr(book.edit(home.sheet_id), name, new)


def _redrawn(item: Anchored, message: str, move_area: Callable[[Area], Area | None]) -> Anchored:
    spec = ranges.mapped(message, item.body["spec"], move_area)
    return item if spec == item.body["spec"] else replace(item, body={**item.body, "spec": spec})


def _carried(sheet: Sheet, item: Anchored, change: Moving) -> Anchored:
    """Return an object on its cell's new place, or on the last cell when its own is gone."""
    old = item.areas[0]
    new = change.area(old)
    if new is None:
        new = old
    row, column = min(new.top, sheet.row_count - 1), min(new.left, sheet.column_count - 1)
    place = Area(old.sheet_id, row, row + 1, column, column + 1)
    return item if place == old else replace(item, areas=(place,))


def _table(item: Anchored, change: Moving) -> Anchored | None:
    old = item.areas[0]
    new = change.area(old)
    if new is None:
        return None
    if change.dimension != "COLUMNS":
        return replace(item, areas=(new,))
    columns: list[Json] = []
    for column in item.body.get("columns", ()):
        position = change.index(old.left + int(column["columnIndex"]))
        if position is not None and new.contains(new.top, position):
            columns.append({**column, "columnIndex": position - new.left})
    body: dict[str, Any] = {**item.body, "columns": columns}
    return replace(item, areas=(new,), body=body)
