"""A tab made from a snapshot, cell for cell: values, colours, formats, notes, widths.

What colour rules had painted is painted, so the tab looks as it did, whatever rules there are today. It is
not tagged as one of the program's: no sync reads or writes it.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from sheets_sync.core.snapshot import PLAIN
from sheets_sync.sheets import wire
from sheets_sync.sheets.freezing import object_id, protection
from sheets_sync.sheets.refusals import RequestRefused

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sheets_sync.core.snapshot import ColumnLook, Look, TabSnapshot
    from sheets_sync.sheets.book import Book
    from sheets_sync.sheets.wire import Request

_CELLS_A_BATCH = 6_000
"""With their formats, so many cells stay under 1.5 MB."""
_LINES = 100
"""A tab of fewer rows would be cramped."""


def sheet_id_of(tab_id: str) -> int:
    """Return the sheet id that the tab made from an archive gets: always the same."""
    return object_id(tab_id, "restored")


def rebuild(book: Book, tab: TabSnapshot, title: str) -> bool:
    """Make a tab from a snapshot; return False where it stands there already, made by an earlier call.

    A call that was cut off leaves a tab without its last marker: it is removed and made again.
    """
    sheet_id, marker = sheet_id_of(tab.id), object_id(tab.id, f"restored:{title}")
    is_there = _is_there(book, sheet_id)
    if book.gateway.marker(book.spreadsheet_id, marker) is not None:
        if is_there:
            return False
        book.gateway.batch_update(
            book.spreadsheet_id, [wire.drop_marker(marker)], fields="spreadsheetId"
        )
    if is_there:
        _send(book, [{"deleteSheet": {"sheetId": sheet_id}}])
    _send(book, [*_frame(tab, sheet_id, title)])
    stride = max(1, _CELLS_A_BATCH // max(len(tab.columns), 1))
    for top in range(0, len(tab.rows), stride):
        _send(book, [_cells(tab, sheet_id, top, min(top + stride, len(tab.rows)))])
    last = [protection(sheet_id, f"{tab.id}:restored", book.gateway.account)]
    book.apply_once(last, marker, f"restored/{tab.id}")
    return True


def _send(book: Book, requests: list[Request]) -> None:
    book.gateway.batch_update(book.spreadsheet_id, requests, fields="spreadsheetId")


def _is_there(book: Book, sheet_id: int) -> bool:
    try:
        area = wire.grid_range(sheet_id, (0, 1), (0, 1))
        book.gateway.grid(book.spreadsheet_id, area, "properties(sheetId)")
    except RequestRefused:
        return False
    return True


def _frame(tab: TabSnapshot, sheet_id: int, title: str) -> Iterator[Request]:
    properties: dict[str, Any] = {
        "sheetId": sheet_id,
        "title": title,
        "gridProperties": {
            "rowCount": max(len(tab.rows), _LINES),
            "columnCount": max(len(tab.columns), tab.frozen_columns + 1),
            "frozenRowCount": tab.frozen_rows,
            "frozenColumnCount": tab.frozen_columns,
        },
    }
    if tab.colour:
        properties["tabColorStyle"] = {"rgbColor": wire.rgb(tab.colour)}
    yield {"addSheet": {"properties": properties}}
    first = 0
    for column, run in groupby(tab.columns, key=lambda column: column[1:]):
        end = first + len(list(run))
        yield _columns(sheet_id, tab.columns[first], (first, end))
        first = end
        del column
    if tab.has_filter:
        area = wire.grid_range(sheet_id, (tab.heading_row, len(tab.rows)), (0, len(tab.columns)))
        yield {"setBasicFilter": {"filter": {"range": area}}}


def _columns(sheet_id: int, column: ColumnLook, span: tuple[int, int]) -> Request:
    return {
        "updateDimensionProperties": {
            "range": {
                "sheetId": sheet_id,
                "dimension": "COLUMNS",
                "startIndex": span[0],
                "endIndex": span[1],
            },
            "properties": {"pixelSize": column.width, "hiddenByUser": column.hidden},
            "fields": "pixelSize,hiddenByUser",
        }
    }


def _cells(tab: TabSnapshot, sheet_id: int, top: int, end: int) -> Request:
    styles = [_style(look) for look in tab.palette]
    rows = []
    for row in range(top, end):
        values = []
        for column, value in enumerate(tab.rows[row]):
            cell = wire.extended(value)
            style = styles[tab.looks[row][column]]
            if style:
                cell["userEnteredFormat"] = style
            if (row, column) in tab.notes:
                cell["note"] = tab.notes[row, column]
            values.append(cell)
        rows.append({"values": values})
    return {
        "updateCells": {
            "rows": rows,
            "fields": "userEnteredValue,userEnteredFormat,note",
            "start": {"sheetId": sheet_id, "rowIndex": top, "columnIndex": 0},
        }
    }


def _style(look: Look) -> dict[str, Any]:
    """Return a look as the API writes formats."""
    if look == PLAIN:
        return {}
    style: dict[str, Any] = {"wrapStrategy": "WRAP" if look.wrap else "CLIP"}
    text: dict[str, Any] = {
        name: True
        for name, is_so in (
            ("bold", look.bold),
            ("italic", look.italic),
            ("strikethrough", look.struck),
            ("underline", look.underlined),
        )
        if is_so
    }
    if look.ink:
        text["foregroundColorStyle"] = {"rgbColor": wire.rgb(look.ink)}
    if text:
        style["textFormat"] = text
    if look.fill:
        style["backgroundColorStyle"] = {"rgbColor": wire.rgb(look.fill)}
    if look.align:
        style["horizontalAlignment"] = look.align
    if look.kind:
        style["numberFormat"] = {"type": look.kind, "pattern": look.pattern}
    return style
