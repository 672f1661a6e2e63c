"""A month's tab made its own archive: a banner, values instead of formulas, and protection.

The colour rules stay: they read the flags, which are text, so an old month never recolours.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

from sheets_sync.sheets import wire

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sheets_sync.core.snapshot import TabSnapshot
    from sheets_sync.sheets.book import Book
    from sheets_sync.sheets.wire import Request

BANNER_ROWS = 1
DESCRIPTION = "sheets_sync: archive"

_BANNER = {"red": 0.2667, "green": 0.2784, "blue": 0.298}
_BANNER_TEXT = {"red": 1, "green": 1, "blue": 1}
_TAB = "#9AA0A6"
_BANNER_PIXELS = 30


def has_frozen(book: Book, tab: str) -> bool:
    """Tell whether a tab was frozen: a marker that stays tells."""
    return book.gateway.marker(book.spreadsheet_id, object_id(tab, "frozen")) is not None


def freeze(book: Book, tab: TabSnapshot, sheet_id: int, banner: str) -> None:
    """Freeze a tab, at most once: banner above the headings, nobody but the program and the owner edits.

    Formulas become what they come to. A column that holds one is pasted whole, for a formula may fill the
    cells below it.
    """
    requests = [
        *_values_only(book, sheet_id, tab),
        *banner_row(sheet_id, tab, banner),
        protection(sheet_id, tab.id, book.gateway.account),
    ]
    book.apply_once(requests, object_id(tab.id, "frozen"), f"frozen/{tab.id}")


def settle(book: Book, sheet_id: int, tab: TabSnapshot) -> None:
    """Turn into values the formulas that a frozen tab still has; doing it twice does no harm."""
    requests = list(_values_only(book, sheet_id, tab))
    book.gateway.batch_update(book.spreadsheet_id, requests, fields="spreadsheetId")


def has_own_objects(book: Book, sheet_id: int) -> bool:
    """Tell whether people put charts or slicers on a tab."""
    area = wire.grid_range(sheet_id, (0, 1), (0, 1))
    found = book.gateway.grid(
        book.spreadsheet_id, area, "properties(sheetId),charts(chartId),slicers(slicerId)"
    )
    return bool(found.get("charts") or found.get("slicers"))


def remove(book: Book, sheet_id: int) -> None:
    """Take a tab out of the spreadsheet."""
    book.gateway.batch_update(
        book.spreadsheet_id, [{"deleteSheet": {"sheetId": sheet_id}}], fields="spreadsheetId"
    )


def banner_row(sheet_id: int, tab: TabSnapshot, banner: str) -> Iterator[Request]:
    """Yield what puts a banner above the headings, where scrolling leaves it in sight."""
    first = next((i for i, column in enumerate(tab.columns) if not column.hidden), 0)
    style: dict[str, Any] = {
        "backgroundColorStyle": {"rgbColor": _BANNER},
        "textFormat": {"bold": True, "foregroundColorStyle": {"rgbColor": _BANNER_TEXT}},
        "verticalAlignment": "MIDDLE",
        "horizontalAlignment": "LEFT",
        "wrapStrategy": "OVERFLOW_CELL",
    }
    yield wire.insert_rows(sheet_id, 0, BANNER_ROWS, like_row_above=False)
    yield {
        "repeatCell": {
            "range": wire.grid_range(sheet_id, (0, BANNER_ROWS), (0, None)),
            "cell": {"userEnteredFormat": style},
            "fields": "userEnteredFormat",
        }
    }
    yield {"setDataValidation": {"range": wire.grid_range(sheet_id, (0, BANNER_ROWS), (0, None))}}
    yield wire.update_cells(sheet_id, 0, first, [[banner]])
    yield wire.row_height(sheet_id, (0, BANNER_ROWS), _BANNER_PIXELS)
    yield {
        "updateSheetProperties": {
            "properties": {
                "sheetId": sheet_id,
                "tabColorStyle": {"rgbColor": wire.rgb(_TAB)},
                "gridProperties": {"frozenRowCount": BANNER_ROWS + max(tab.frozen_rows, 1)},
            },
            "fields": "tabColorStyle,gridProperties.frozenRowCount",
        }
    }


def protection(sheet_id: int, tab_id: str, account: str | None) -> Request:
    """Return what lets nobody edit a tab but the program's account; Google adds the file's owner.

    Where the account is not known, Google takes whoever asks.
    """
    body: dict[str, Any] = {
        "protectedRangeId": object_id(tab_id, f"protected:{sheet_id}"),
        "range": {"sheetId": sheet_id},
        "description": DESCRIPTION,
        "warningOnly": False,
    }
    if account is not None:
        body["editors"] = {"users": [account]}
    return {"addProtectedRange": {"protectedRange": body}}


def object_id(tab_id: str, what: str) -> int:
    """Return an id that is always the same, so that nothing is made twice."""
    return 1 + zlib.crc32(f"sheets_sync.archive:{tab_id}:{what}".encode()) % (2**31 - 2)


def _values_only(book: Book, sheet_id: int, tab: TabSnapshot) -> Iterator[Request]:
    """Yield what turns formulas into what they come to, wherever their rows are by then.

    Copying passes over rows that a filter hides, so a filter is lifted for the moment.
    """
    if not tab.formulas:
        return
    fields = "properties(sheetId),basicFilter"
    found = book.gateway.grid(
        book.spreadsheet_id, wire.grid_range(sheet_id, (0, 1), (0, 1)), fields
    )
    lifted = found.get("basicFilter")
    if lifted is not None:
        yield {"clearBasicFilter": {"sheetId": sheet_id}}
    for span in wire.spans(sorted({column for _, column in tab.formulas})):
        area = wire.grid_range(sheet_id, (0, len(tab.rows)), span)
        yield {"copyPaste": {"source": area, "destination": area, "pasteType": "PASTE_VALUES"}}
    if lifted is not None:
        kept = {name: value for name, value in lifted.items() if name != "criteria"}
        yield {"setBasicFilter": {"filter": kept if "filterSpecs" in kept else lifted}}
