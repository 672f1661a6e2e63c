"""Changes as requests of the Sheets API, cut into batches that apply wholly or not at all.

Only typed values (`ExtendedValue`) are sent: a text that begins with `=` stays text. Rows are always
inserted by the batch that fills them. Neighbouring cells share one request. Coordinates are zero-based
and half-open, as the API counts.
"""

from __future__ import annotations

from itertools import groupby
from math import isfinite
from typing import TYPE_CHECKING, Any

from sheets_sync.core.tab import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sheets_sync.core.tab import Cell

Request = dict[str, Any]

TAB_KEY, COLUMN_KEY = "sheets_sync.tab", "sheets_sync.col"
"""The developer metadata keys that say which of our tabs a tab is, and which column a column."""
ARCHIVE_KEY, RESTORED_KEY = "sheets_sync.archive", "sheets_sync.restored"
"""Those of a tab that was frozen, and of one that was made from an archive."""


def extended(value: Cell) -> dict[str, Any]:
    """Return a cell's value as the API types it; blank is an empty object, which clears.

    A number that JSON does not have (NaN, infinity) is unknown, and so is blank.
    """
    if value is None or value == "":
        return {}
    if isinstance(value, bool):
        return {"userEnteredValue": {"boolValue": value}}
    if isinstance(value, int | float):
        if not isfinite(value):
            return {}
        number = int(value) if float(value).is_integer() else value
        return {"userEnteredValue": {"numberValue": number}}
    return {"userEnteredValue": {"stringValue": clean(value)}}


def update_cells(sheet_id: int, row: int, column: int, rows: Sequence[Sequence[Cell]]) -> Request:
    """Write a block of values; a blank clears the cell's value and leaves its format."""
    return {
        "updateCells": {
            "rows": [{"values": [extended(value) for value in values]} for values in rows],
            "fields": "userEnteredValue",
            "start": {"sheetId": sheet_id, "rowIndex": row, "columnIndex": column},
        }
    }


def blocks(cells: Iterable[tuple[int, int, Cell]]) -> Iterator[tuple[int, int, list[list[Cell]]]]:
    """Group (row, column, value), sorted by row and column, into blocks (row, column, rows of values).

    A block is one run of neighbouring columns over consecutive rows.
    """
    open_runs: dict[tuple[int, int], tuple[int, list[list[Cell]]]] = {}
    previous = None
    for row, group in groupby(cells, key=lambda cell: cell[0]):
        runs = dict(_runs(list(group)))
        if previous is not None:
            for span in list(open_runs):
                if row != previous + 1 or span not in runs:
                    top, rows = open_runs.pop(span)
                    yield top, span[0], rows
        for span, values in runs.items():
            open_runs.setdefault(span, (row, []))[1].append(values)
        previous = row
    for span, (top, rows) in open_runs.items():
        yield top, span[0], rows


def _runs(cells: list[tuple[int, int, Cell]]) -> Iterator[tuple[tuple[int, int], list[Cell]]]:
    """Yield ((first column, end column), values) of each run of neighbours in one row."""
    start = 0
    for i in range(1, len(cells) + 1):
        if i == len(cells) or cells[i][1] != cells[i - 1][1] + 1:
            yield (cells[start][1], cells[i - 1][1] + 1), [cell[2] for cell in cells[start:i]]
            start = i


def spans(indexes: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield (first, end) of each run of consecutive numbers."""
    start = 0
    for i in range(1, len(indexes) + 1):
        if i == len(indexes) or indexes[i] != indexes[i - 1] + 1:
            yield indexes[start], indexes[i - 1] + 1
            start = i


def insert_rows(sheet_id: int, at: int, count: int, *, like_row_above: bool) -> Request:
    """Insert rows before row `at`; their formats are those of the row above or of the row below."""
    span = {"sheetId": sheet_id, "dimension": "ROWS", "startIndex": at, "endIndex": at + count}
    return {"insertDimension": {"range": span, "inheritFromBefore": like_row_above}}


def delete_rows(sheet_id: int, first: int, count: int) -> Request:
    """Take rows out again."""
    span = {
        "sheetId": sheet_id,
        "dimension": "ROWS",
        "startIndex": first,
        "endIndex": first + count,
    }
    return {"deleteDimension": {"range": span}}


def number_format(
    sheet_id: int, rows: tuple[int, int], columns: tuple[int, int], pattern: str, kind: str
) -> Request:
    """Give a block of cells one number format."""
    return {
        "repeatCell": {
            "range": grid_range(sheet_id, rows, columns),
            "cell": {"userEnteredFormat": {"numberFormat": {"type": kind, "pattern": pattern}}},
            "fields": "userEnteredFormat.numberFormat",
        }
    }


def uncoloured(sheet_id: int, rows: tuple[int, int]) -> Request:
    """Take the fill colours from whole rows."""
    return {
        "repeatCell": {
            "range": grid_range(sheet_id, rows, (0, None)),
            "cell": {},
            "fields": "userEnteredFormat.backgroundColorStyle",
        }
    }


def grid_range(
    sheet_id: int, rows: tuple[int, int | None], columns: tuple[int, int | None]
) -> dict[str, int]:
    """Return a range; an end of None leaves it open."""
    span = {
        "sheetId": sheet_id,
        "startRowIndex": rows[0],
        "endRowIndex": rows[1],
        "startColumnIndex": columns[0],
        "endColumnIndex": columns[1],
    }
    return {name: value for name, value in span.items() if value is not None}


def marker(metadata_id: int, value: str) -> Request:
    """Leave proof that the batch was applied; the same id cannot be used twice."""
    return {
        "createDeveloperMetadata": {
            "developerMetadata": {
                "metadataId": metadata_id,
                "metadataKey": "sheets_sync.op",
                "metadataValue": value,
                "visibility": "DOCUMENT",
                "location": {"spreadsheet": True},
            }
        }
    }


def drop_marker(metadata_id: int) -> Request:
    """Remove the proof of an older batch, because their number is limited."""
    return {
        "deleteDeveloperMetadata": {
            "dataFilter": {"developerMetadataLookup": {"metadataId": metadata_id}}
        }
    }


def column_tag(sheet_id: int, column: int, name: str) -> Request:
    """Tag a column so that it is found wherever people move it."""
    place = {
        "sheetId": sheet_id,
        "dimension": "COLUMNS",
        "startIndex": column,
        "endIndex": column + 1,
    }
    return _tag(COLUMN_KEY, name, {"dimensionRange": place})


def tab_tag(sheet_id: int, name: str) -> Request:
    """Tag a tab so that it is found whatever people call it."""
    return _tag(TAB_KEY, name, {"sheetId": sheet_id})


def archive_tag(sheet_id: int, stamp: str) -> Request:
    """Tag a tab as frozen, with when and by which run."""
    return _tag(ARCHIVE_KEY, stamp, {"sheetId": sheet_id})


def restored_tag(sheet_id: int, state: str) -> Request:
    """Tag a tab as made from an archive, and how far it is."""
    return _tag(RESTORED_KEY, state, {"sheetId": sheet_id})


def drop_tags(sheet_id: int, key: str) -> Request:
    """Remove every tag of one key from a sheet and its columns."""
    lookup = {
        "metadataKey": key,
        "metadataLocation": {"sheetId": sheet_id},
        "locationMatchingStrategy": "INTERSECTING_LOCATION",
    }
    return {"deleteDeveloperMetadata": {"dataFilter": {"developerMetadataLookup": lookup}}}


def rgb(colour: str) -> dict[str, float]:
    """Return a colour written #RRGGBB as the API wants it."""
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return dict(zip(("red", "green", "blue"), (round(part, 4) for part in parts), strict=True))


def row_height(sheet_id: int, rows: tuple[int, int], pixels: int) -> Request:
    """Make rows so high."""
    return {
        "updateDimensionProperties": {
            "range": {
                "sheetId": sheet_id,
                "dimension": "ROWS",
                "startIndex": rows[0],
                "endIndex": rows[1],
            },
            "properties": {"pixelSize": pixels},
            "fields": "pixelSize",
        }
    }


def link(sheet_id: int, row: int, column: int, uri: str | None) -> Request:
    """Let a cell lead somewhere, or nowhere any more; its value stays."""
    text_format = {"link": {"uri": uri}} if uri else {}
    return {
        "updateCells": {
            "rows": [{"values": [{"userEnteredFormat": {"textFormat": text_format}}]}],
            "fields": "userEnteredFormat.textFormat.link",
            "start": {"sheetId": sheet_id, "rowIndex": row, "columnIndex": column},
        }
    }


def _tag(key: str, value: str, location: Mapping[str, Any]) -> Request:
    return {
        "createDeveloperMetadata": {
            "developerMetadata": {
                "metadataKey": key,
                "metadataValue": value,
                "visibility": "DOCUMENT",
                "location": dict(location),
            }
        }
    }


def column_letters(column: int) -> str:
    """Return a zero-based column as people write it: 0 is A, 26 is AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """Return the zero-based column that people write so; no letters are -1."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def quoted(title: str) -> str:
    """Return a tab's title as A1 notation needs it."""
    return "'" + title.replace("'", "''") + "'"
