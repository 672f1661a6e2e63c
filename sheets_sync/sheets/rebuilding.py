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

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sheets_sync.core.snapshot import ColumnLook, Look, TabSnapshot
    from sheets_sync.sheets.book import Book
    from sheets_sync.sheets.wire import Request

_CELLS_A_BATCH = 6_000
"""With their formats, so many cells stay under 1.5 MB."""
_HALF = "half"
"""What the tag of a tab says that is not whole yet."""
_LINES = 100
"""A tab of fewer rows would be cramped."""


def sheet_id_of(tab_id: str) -> int:
    """Return the sheet id that the tab made from an archive gets: always the same."""
    return object_id(tab_id, "restored")


def restored_title(book: Book, tab_id: str) -> str | None:
    """Return the title of the tab that was made whole from an archive before, None where there is none."""
    found = _seen(book, sheet_id_of(tab_id))
    if found is None or _is_half(found):
        return None
    return str(found["properties"]["title"])


def rebuild(book: Book, tab: TabSnapshot, title: str) -> None:
    """Make a tab from a snapshot. A half of one, that a call which was cut off left, is taken away first."""
    sheet_id = sheet_id_of(tab.id)
    found = _seen(book, sheet_id)
    if found is not None and _is_half(found):
        _send(book, [{"deleteSheet": {"sheetId": sheet_id}}])
    _send(book, [*_frame(tab, sheet_id, title), wire.restored_tag(sheet_id, _HALF)])
    stride = max(1, _CELLS_A_BATCH // max(len(tab.columns), 1))
    for top in range(0, len(tab.rows), stride):
        _send(book, [_cells(tab, sheet_id, top, min(top + stride, len(tab.rows)))])
    last = [
        protection(sheet_id, f"{tab.id}:restored", book.gateway.account),
        wire.drop_tags(sheet_id, wire.RESTORED_KEY),
        wire.restored_tag(sheet_id, "whole"),
    ]
    _send(book, last)


def _send(book: Book, requests: list[Request]) -> None:
    book.gateway.batch_update(book.spreadsheet_id, requests, fields="spreadsheetId")


def _seen(book: Book, sheet_id: int) -> dict[str, Any] | None:
    """Return what a sheet is called and tagged, None where there is none."""
    fields = "sheets(properties(sheetId,title),developerMetadata(metadataKey,metadataValue))"
    sheets = book.gateway.metadata(book.spreadsheet_id, fields).get("sheets", ())
    return next((s for s in sheets if s["properties"].get("sheetId", 0) == sheet_id), None)


def _is_half(sheet: dict[str, Any]) -> bool:
    tags = {
        entry["metadataKey"]: entry["metadataValue"] for entry in sheet.get("developerMetadata", ())
    }
    return tags.get(wire.RESTORED_KEY) == _HALF


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
            link = tab.link((row, column))
            if link:
                style = _style(tab.look(row, column), link)
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


def _style(look: Look, link: str = "") -> dict[str, Any]:
    """Return a look as the API writes formats. With a link, it says what a link would be given by itself."""
    if look == PLAIN and not link:
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
    if link:
        text |= {"link": {"uri": link}, "underline": look.underlined}
    if look.ink or link:
        text["foregroundColorStyle"] = {"rgbColor": wire.rgb(look.ink or "#000000")}
    if text:
        style["textFormat"] = text
    if look.fill:
        style["backgroundColorStyle"] = {"rgbColor": wire.rgb(look.fill)}
    if look.align:
        style["horizontalAlignment"] = look.align
    if look.kind:
        style["numberFormat"] = {"type": look.kind, "pattern": look.pattern}
    return style
