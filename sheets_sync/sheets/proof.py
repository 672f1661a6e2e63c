"""The proof in the answer: did every value land beside its key and under its heading?

The answer of a batch carries the heading row and the key cells of the rows it touched, as they are
after it was applied. Where they are not what was expected, rows or columns moved between the read and
the write, and what was written there is put back from the before-image.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sheets_sync.sheets import wire

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sheets_sync.core.plan import Cell, ExistingTab
    from sheets_sync.sheets.batches import Batch, SheetProof
    from sheets_sync.sheets.wire import Request

STATE_FIELDS = (
    "sheets(properties(sheetId),data(startRow,startColumn,rowData(values(userEnteredValue))))"
)
FIELDS = f"updatedSpreadsheet({STATE_FIELDS})"

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
        sheet["properties"].get("sheetId", 0): _cells(sheet) for sheet in state.get("sheets", ())
    }
    for sheet in batch.sheets.values():
        if not _is_in_place(sheet, seen.get(sheet.sheet_id, {})):
            return sheet.title
    return None


def restoration(
    batch: Batch, before: Mapping[str, ExistingTab], now: Mapping[str, ExistingTab]
) -> list[Request]:
    """Return the requests that undo what a batch wrote beside the wrong key or under the wrong heading.

    A cell is put back only while it still holds what the batch wrote. Rows that the batch added under
    the wrong headings are taken out again; rows it added in one piece stay.
    """
    requests: list[Request] = []
    for sheet in batch.sheets.values():
        old, new = before.get(sheet.tab), now.get(sheet.tab)
        if old is None or new is None:
            continue
        requests += _restored_cells(sheet, old, new)
        if _columns_moved(sheet, new):
            requests += _removed_rows(sheet, new)
    return requests


def size_of(a1: str) -> tuple[str, int, int]:
    """Return (title, rows, columns) of a range as Google writes it, such as `'Daily'!A1:AF1001`."""
    match = _RANGE.match(a1)
    title = (match["title"] or "") if match else ""
    if title.startswith("'"):
        title = title[1:-1].replace("''", "'")
    corner = _CORNER.search((match["cells"] if match else a1).rpartition(":")[2])
    letters, digits = corner.groups() if corner else ("", "")
    width = 0
    for letter in letters:
        width = width * 26 + ord(letter) - 64
    return title, int(digits or 0), width


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


def _cells(sheet: Mapping[str, Any]) -> dict[tuple[int, int], Cell]:
    """Return the values of an answer's grid data by (row, column)."""
    values: dict[tuple[int, int], Cell] = {}
    for data in sheet.get("data", ()):
        top, left = data.get("startRow", 0), data.get("startColumn", 0)
        for i, row in enumerate(data.get("rowData", ())):
            for j, cell in enumerate(row.get("values", ())):
                entered = cell.get("userEnteredValue", {})
                values[top + i, left + j] = next(iter(entered.values()), None)
    return values


def _restored_cells(sheet: SheetProof, old: ExistingTab, new: ExistingTab) -> Iterator[Request]:
    names = {index: name for name, index in new.columns.items()}
    key_columns = [name for name, index in old.columns.items() if index in sheet.key_columns]
    key_columns.sort(key=lambda name: sheet.key_columns.index(old.columns[name]))
    old_rows = {key: row for row, key in old.keys(key_columns)}
    new_keys = dict(new.keys(key_columns))
    for cell in sheet.cells:
        here = new_keys.get(cell.row), names.get(cell.column)
        if here == (cell.key, cell.name) or new.cell(cell.row, cell.column) != cell.value:
            continue
        column = _old_column(cell.column, names.get(cell.column), old, new)
        row = old_rows.get(here[0]) if here[0] is not None else None
        value = old.cell(row, column) if row is not None and column is not None else None
        yield _put_back(sheet.sheet_id, cell.row, cell.column, value)


def _old_column(column: int, name: str | None, old: ExistingTab, new: ExistingTab) -> int | None:
    """Return where a column was at the first read: ours by identity, the team's by heading."""
    if name is not None:
        return old.columns.get(name)
    heading = new.headings[column] if column < len(new.headings) else ""
    return old.headings.index(heading) if heading and heading in old.headings else None


def _put_back(sheet_id: int, row: int, column: int, value: Cell) -> Request:
    """Write an older value; what begins with `=` was read as somebody's formula and is one again."""
    request = wire.update_cells(sheet_id, row, column, [[value]])
    if isinstance(value, str) and value.startswith("="):
        request["updateCells"]["rows"] = [
            {"values": [{"userEnteredValue": {"formulaValue": value}}]}
        ]
    return request


def _columns_moved(sheet: SheetProof, new: ExistingTab) -> bool:
    headings = new.headings
    return any(
        heading and (column >= len(headings) or headings[column] != heading)
        for column, heading in sheet.headings.items()
    )


def _removed_rows(sheet: SheetProof, new: ExistingTab) -> Iterator[Request]:
    """Take out the rows this batch added, if they still stand where it put them."""
    first, count = sheet.inserted
    rows = range(first, first + count)
    intact = all(
        new.cell(row, column) == value
        for row in rows
        for column, value in zip(sheet.key_columns, sheet.keys[row], strict=True)
    )
    if count and intact:
        span = {
            "sheetId": sheet.sheet_id,
            "dimension": "ROWS",
            "startIndex": first,
            "endIndex": first + count,
        }
        yield {"deleteDimension": {"range": span}}


def _stretches(numbers: Sequence[int], near: int = _NEAR) -> Iterator[tuple[int, int]]:
    """Yield (first, last) of numbers that lie close together."""
    start = 0
    for i in range(1, len(numbers) + 1):
        if i == len(numbers) or numbers[i] - numbers[i - 1] > near:
            yield numbers[start], numbers[i - 1]
            start = i
