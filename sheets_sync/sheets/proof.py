"""The proof in the answer: did every value land beside its key and under its heading?

The answer of a batch carries the heading row and the key cells of the rows it touched, as they are
after it was applied. Where they are not what was expected, rows or columns moved between the read and
the write.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sheets_sync.sheets import wire

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sheets_sync.core.tab import Cell
    from sheets_sync.sheets.batches import Batch
    from sheets_sync.sheets.pieces import SheetProof

FIELDS = (
    "updatedSpreadsheet(sheets(properties(sheetId),"
    "data(startRow,startColumn,rowData(values(userEnteredValue)))))"
)

_NEAR = 30
"""Rows apart up to which two ranges are asked for as one: a key costs less than another range."""

_RANGE = re.compile(r"(?:(?P<title>.+)!)?(?P<cells>[A-Z]*\d*(?::[A-Z]*\d*)?)$", re.DOTALL)
_CORNER = re.compile(r"([A-Z]*)(\d*)$")


def ranges(batch: Batch) -> list[str]:
    """Return the A1 ranges a batch's answer has to hold: headings, and keys of the touched rows."""
    wanted = []
    for sheet in batch.sheets.values():
        title = wire.quoted(sheet.title)
        wanted.append(f"{title}!1:1")
        for first, last in _stretches(sorted(sheet.keys)):
            for left, right in _stretches(sorted(sheet.key_columns), near=1):
                letters = wire.column_letters(left), wire.column_letters(right)
                wanted.append(f"{title}!{letters[0]}{first + 1}:{letters[1]}{last + 1}")
    return wanted


def misplaced(batch: Batch, state: Mapping[str, Any]) -> str | None:
    """Return the title of the first tab on which something landed in the wrong place, or None."""
    seen = {
        sheet["properties"].get("sheetId", 0): cells_of(sheet) for sheet in state.get("sheets", ())
    }
    for sheet in batch.sheets.values():
        if not _is_in_place(sheet, seen.get(sheet.sheet_id, {})):
            return sheet.title
    return None


def size_of(a1: str) -> tuple[str, int, int]:
    """Return (title, rows, columns) of a range as Google writes it, such as `'Daily'!A1:AF1001`."""
    match = _RANGE.match(a1)
    title = (match["title"] or "") if match else ""
    if title.startswith("'"):
        title = title[1:-1].replace("''", "'")
    corner = _CORNER.search((match["cells"] if match else a1).rpartition(":")[2])
    letters, digits = corner.groups() if corner else ("", "")
    return title, int(digits or 0), wire.column_index(letters) + 1


def _is_in_place(sheet: SheetProof, seen: Mapping[tuple[int, int], Cell]) -> bool:
    if any(
        str(seen.get((0, column))) != heading
        for column, heading in sheet.headings.items()
        if heading
    ):
        return False
    return all(
        seen.get((row, column)) == value
        for row, key in sheet.keys.items()
        for column, value in zip(sheet.key_columns, key, strict=True)
    )


def cells_of(sheet: Mapping[str, Any]) -> dict[tuple[int, int], Cell]:
    """Return the values of an answer's grid data by (row, column)."""
    values: dict[tuple[int, int], Cell] = {}
    for data in sheet.get("data", ()):
        top, left = data.get("startRow", 0), data.get("startColumn", 0)
        for i, row in enumerate(data.get("rowData", ())):
            for j, cell in enumerate(row.get("values", ())):
                entered = cell.get("userEnteredValue", {})
                values[top + i, left + j] = next(iter(entered.values()), None)
    return values


def _stretches(numbers: Sequence[int], near: int = _NEAR) -> Iterator[tuple[int, int]]:
    """Yield (first, last) of numbers that lie close together."""
    start = 0
    for i in range(1, len(numbers) + 1):
        if i == len(numbers) or numbers[i] - numbers[i - 1] > near:
            yield numbers[start], numbers[i - 1]
            start = i
