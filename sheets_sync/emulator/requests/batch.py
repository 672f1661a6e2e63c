"""What every kind of batchUpdate request needs."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sheets_sync.emulator import mask
from sheets_sync.emulator.area import Area, from_grid_range, to_a1
from sheets_sync.emulator.identity import OWNER
from sheets_sync.emulator.refusal import ApiError
from sheets_sync.emulator.workbook import Json, Sheet, Workbook

_INT32 = 2**31 - 1
METADATA_ON_COPY = "metadata_on_copy"
"""Developer metadata is copied along with its sheet."""
METADATA_ON_SORT = "metadata_on_sort"
"""Developer metadata of rows moves along when they are sorted."""


@dataclass(slots=True)
class Mint:
    """Where new ids come from; what it gave is recorded, so that a replay gives the same."""

    now: str
    """The time of the operation, as Google writes it."""
    recorded: list[int] = field(default_factory=list)
    replaying: bool = False
    _given: int = 0

    def number(self, taken: Callable[[int], bool]) -> int:
        """Return a positive 32-bit number that is not taken."""
        if self.replaying and self._given < len(self.recorded):
            self._given += 1
            return self.recorded[self._given - 1]
        while True:
            fresh = random.SystemRandom().randint(1, _INT32)
            if not taken(fresh):
                self.recorded.append(fresh)
                self._given += 1
                return fresh


@dataclass(slots=True)
class Batch:
    """A batch under way: the draft it changes and where ids come from."""

    book: Workbook
    mint: Mint
    by: str = OWNER
    """The address of whoever asks for it."""
    settings: frozenset[str] = frozenset()
    """Which of the behaviours that Google leaves open are wanted."""

    def area(self, body: Any) -> Area:
        """Return a request's GridRange, checked against its sheet; open ends stay open."""
        area = from_grid_range(body)
        self.check_area(area)
        return area

    def check_area(self, area: Area) -> None:
        """Refuse an area on no sheet, or one that leaves the grid."""
        sheet = self.book.sheet(area.sheet_id)
        row1, col1 = area.row1 or 0, area.col1 or 0
        if (
            row1 > sheet.row_count
            or area.top >= sheet.row_count
            or col1 > sheet.column_count
            or area.left >= sheet.column_count
        ):
            shown = Area(
                area.sheet_id,
                area.top,
                area.row1 or max(sheet.row_count, area.top + 1),
                area.left,
                area.col1 or max(sheet.column_count, area.left + 1),
            )
            raise exceeds(sheet, shown)

    def closed(self, body: Any) -> tuple[Sheet, Area]:
        """Return the sheet to change and a request's GridRange with its open ends closed."""
        area = self.area(body)
        sheet = self.book.edit(area.sheet_id)
        return sheet, sheet.closed(area)


Handler = Callable[[Batch, dict[str, Any]], dict[str, Any]]
"""Changes the draft as the request says and returns the reply."""


def exceeds(sheet: Sheet, area: Area) -> ApiError:
    """Return the refusal of an area outside the grid."""
    return ApiError(
        f"Range ({to_a1(area, sheet.title)}) exceeds grid limits. "
        f"Max rows: {sheet.row_count}, max columns: {sheet.column_count}"
    )


def update_mask(body: Mapping[str, Any], root: str = "") -> mask.Mask:
    """Return a request's field mask; refuse a missing one. `root` is a prefix it may carry."""
    text = body.get("fields")
    if not text:
        raise ApiError(
            "At least one field must be listed in 'fields'. (Use '*' to indicate all fields.)"
        )
    tree = mask.parse(text)
    return tree[root] if root and list(tree) == [root] else tree


def coordinate(batch: Batch, body: Json | None) -> tuple[Sheet, int, int]:
    """Return sheet, row and column of a GridCoordinate; refuse one outside the grid."""
    body = body or {}
    sheet = batch.book.edit(int(body.get("sheetId") or 0))
    row, column = int(body.get("rowIndex") or 0), int(body.get("columnIndex") or 0)
    if row >= sheet.row_count:
        raise ApiError(
            f"GridCoordinate.rowIndex[{row}] is after last row in grid[{sheet.row_count - 1}]"
        )
    if column >= sheet.column_count:
        raise ApiError(
            f"GridCoordinate.columnIndex[{column}] is after last column in "
            f"grid[{sheet.column_count - 1}]"
        )
    return sheet, row, column


def required(body: Mapping[str, Any], name: str) -> Any:
    """Return a field that a request cannot do without."""
    value = body.get(name)
    if value is None:
        raise ApiError(f"No {name} specified.")
    return value
