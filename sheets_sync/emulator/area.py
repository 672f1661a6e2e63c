"""Rectangles of cells: half-open and zero-based inside, A1 notation at the border.

An end of None is open: it reaches to the edge of the grid, wherever that is.
"""

import re
from dataclasses import dataclass, replace
from typing import Any

from sheets_sync.emulator.refusal import ApiError

_CELL = re.compile(r"\$?([A-Za-z]{0,3})\$?(\d{0,8})")
_SHAPED_LIKE_A_CELL = re.compile(r"[A-Za-z]{1,3}\d+")
_SHAPED_LIKE_R1C1 = re.compile(r"[Rr]\d*[Cc]\d*|[Rr][Cc]?|[Cc]")
_PLAIN_TITLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of one sheet, possibly open at its far ends."""

    sheet_id: int
    row0: int | None = None
    row1: int | None = None
    col0: int | None = None
    col1: int | None = None

    @property
    def top(self) -> int:
        """The first row."""
        return self.row0 or 0

    @property
    def left(self) -> int:
        """The first column."""
        return self.col0 or 0

    def closed(self, rows: int, columns: int) -> "Area":
        """Return the area with every open end at the edge of a grid of that size."""
        return Area(
            self.sheet_id,
            self.top,
            rows if self.row1 is None else self.row1,
            self.left,
            columns if self.col1 is None else self.col1,
        )

    @property
    def bounds(self) -> tuple[int, int, int, int]:
        """First row, row after the last, first column, column after the last, of a closed area."""
        if self.row1 is None or self.col1 is None:
            raise ValueError(self)
        return self.top, self.row1, self.left, self.col1

    def contains(self, row: int, column: int) -> bool:
        """Say whether a cell of the same sheet lies inside."""
        return (
            self.top <= row
            and (self.row1 is None or row < self.row1)
            and self.left <= column
            and (self.col1 is None or column < self.col1)
        )

    def meets(self, other: "Area") -> bool:
        """Say whether two areas share a cell."""
        return (
            self.sheet_id == other.sheet_id
            and (other.row1 is None or self.top < other.row1)
            and (self.row1 is None or other.top < self.row1)
            and (other.col1 is None or self.left < other.col1)
            and (self.col1 is None or other.left < self.col1)
        )

    def on(self, sheet_id: int) -> "Area":
        """Return the same rectangle on another sheet."""
        return replace(self, sheet_id=sheet_id)


def from_grid_range(body: Any, default_sheet: int = 0) -> Area:
    """Return the area of a GridRange; refuse indexes that make no sense."""
    body = body or {}
    row0, row1 = _index(body, "startRowIndex"), _index(body, "endRowIndex")
    col0, col1 = _index(body, "startColumnIndex"), _index(body, "endColumnIndex")
    for start, end, name in ((row0, row1, "Row"), (col0, col1, "Column")):
        if end is not None and end <= (start or 0):
            raise ApiError(
                f"range.end{name}Index[{end}] must be greater than range.start{name}Index[{start or 0}]"
            )
    return Area(int(body.get("sheetId", default_sheet) or 0), row0, row1, col0, col1)


def _index(body: dict[str, Any], name: str) -> int | None:
    value = body.get(name)
    if value is None:
        return None
    if int(value) < 0:
        raise ApiError(f"GridRange.{name}[{value}] must be >= 0")
    return int(value)


def to_grid_range(area: Area) -> dict[str, int]:
    """Return an area as GridRange JSON: open ends absent, a sheet id of zero left out."""
    body = {
        "sheetId": area.sheet_id or None,
        "startRowIndex": area.row0,
        "endRowIndex": area.row1,
        "startColumnIndex": area.col0,
        "endColumnIndex": area.col1,
    }
    return {name: value for name, value in body.items() if value is not None}


def column_letters(column: int) -> str:
    """Return a column's name: 0 is A, 26 is AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """Return a column's number: A is 0, AA is 26."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def quoted(title: str) -> str:
    """Return a sheet's title as A1 notation writes it, in quotes only when it must be."""
    plain = _PLAIN_TITLE.fullmatch(title) and not (
        _SHAPED_LIKE_A_CELL.fullmatch(title) or _SHAPED_LIKE_R1C1.fullmatch(title)
    )
    return title if plain else "'" + title.replace("'", "''") + "'"


def to_a1(area: Area, title: str) -> str:
    """Return a closed area in A1 notation, with its sheet's title."""
    row0, row1, col0, col1 = area.bounds
    first = f"{column_letters(col0)}{row0 + 1}"
    last = f"{column_letters(col1 - 1)}{row1}"
    return f"{quoted(title)}!{first}" + ("" if first == last else f":{last}")


def split_title(text: str) -> tuple[str | None, str]:
    """Return the sheet's title, None when unnamed, and the rest of an A1 reference."""
    if text.startswith("'"):
        position = 1
        while position < len(text):
            if text[position] == "'":
                if text[position + 1 : position + 2] != "'":
                    break
                position += 1
            position += 1
        title, rest = text[1:position].replace("''", "'"), text[position + 1 :]
        if not rest:
            return title, ""
        if rest.startswith("!"):
            return title, rest[1:]
        return None, text
    title, mark, rest = text.rpartition("!")
    return (title, rest) if mark else (None, text)


def parse_cells(text: str) -> tuple[int | None, int | None, int | None, int | None] | None:
    """Return the bounds an A1 reference names (rows, then columns), or None if it is none."""
    first, colon, second = text.partition(":")
    start = _corner(first)
    end = _corner(second) if colon else start
    if start is None or end is None:
        return None
    row0, col0 = start
    row1, col1 = end
    if not colon and (row0 is None or col0 is None):
        return None
    if row0 is not None and row1 is not None and row1 < row0:
        row0, row1 = row1, row0
    if col0 is not None and col1 is not None and col1 < col0:
        col0, col1 = col1, col0
    return (
        row0,
        None if row1 is None else row1 + 1,
        col0,
        None if col1 is None else col1 + 1,
    )


def _corner(text: str) -> tuple[int | None, int | None] | None:
    found = _CELL.fullmatch(text)
    if found is None or not (found[1] or found[2]):
        return None
    row = int(found[2]) - 1 if found[2] else None
    if row is not None and row < 0:
        return None
    return row, column_number(found[1]) if found[1] else None
