"""A month's tab made its own archive: a banner, values instead of formulas, and protection.

The colour rules stay: they read the flags, which are text, so an old month never recolours.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

from sheets_sync.sheets import wire

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sheets_sync.core.snapshot import TabSnapshot
    from sheets_sync.sheets.book import Book
    from sheets_sync.sheets.wire import Request

BANNER_ROWS = 1
DESCRIPTION = "sheets_sync: archive"

_BANNER = {"red": 0.2667, "green": 0.2784, "blue": 0.298}
_BANNER_TEXT = {"red": 1, "green": 1, "blue": 1}
_TAB = "#9AA0A6"
_BANNER_PIXELS = 30


def frozen_as(book: Book, sheet_id: int) -> tuple[str, str] | None:
    """Return when and by which run a tab was frozen, as it says itself; None where it was not."""
    fields = "properties(sheetId),developerMetadata(metadataKey,metadataValue)"
    found = book.gateway.grid(book.spreadsheet_id, _corner(sheet_id), fields)
    return stamp_of(found.get("developerMetadata", ()))


def stamp_of(metadata: Iterable[Mapping[str, Any]]) -> tuple[str, str] | None:
    """Return when and by which run a tab was frozen, from its developer metadata."""
    for entry in metadata:
        if entry["metadataKey"] == wire.ARCHIVE_KEY:
            moment, _, run = entry["metadataValue"].partition("|")
            return moment, run
    return None


def freeze(
    book: Book, tab: TabSnapshot, sheet_id: int, banner: str, stamp: tuple[str, str]
) -> None:
    """Freeze a tab, at most once: banner above the headings, nobody but the program and the owner edits.

    Raise RequestRefused where people protect what has to be written.
    """
    requests = [
        *banner_row(sheet_id, tab, banner),
        *_protected(book, tab.id, sheet_id),
        wire.archive_tag(sheet_id, "|".join(stamp)),
    ]
    book.apply_once(requests, object_id(tab.id, "frozen"), f"frozen/{tab.id}")


def to_values(book: Book, sheet_id: int, tab: TabSnapshot) -> None:
    """Turn the formulas of a frozen tab into what they come to; doing it twice does no harm.

    A column that holds one is pasted whole, for a formula may fill the cells below it. Copying passes over
    rows that a filter hides, so a filter is lifted for the moment.
    """
    if not tab.formulas:
        return
    found = book.gateway.grid(
        book.spreadsheet_id, _corner(sheet_id), "properties(sheetId),basicFilter"
    )
    lifted = found.get("basicFilter")
    requests: list[Request] = []
    if lifted is not None:
        requests.append({"clearBasicFilter": {"sheetId": sheet_id}})
    for span in wire.spans(sorted({column for _, column in tab.formulas})):
        area = wire.grid_range(sheet_id, (0, len(tab.rows)), span)
        requests.append(
            {"copyPaste": {"source": area, "destination": area, "pasteType": "PASTE_VALUES"}}
        )
    if lifted is not None:
        kept = {name: value for name, value in lifted.items() if name != "criteria"}
        requests.append({"setBasicFilter": {"filter": kept if "filterSpecs" in kept else lifted}})
    book.gateway.batch_update(book.spreadsheet_id, requests, fields="spreadsheetId")


def has_own_objects(book: Book, sheet_id: int) -> bool:
    """Tell whether people put charts or slicers on a tab."""
    fields = "properties(sheetId),charts(chartId),slicers(slicerId)"
    found = book.gateway.grid(book.spreadsheet_id, _corner(sheet_id), fields)
    return bool(found.get("charts") or found.get("slicers"))


def used_by(book: Book, sheet_id: int, title: str) -> str | None:
    """Return the title of a tab whose formulas refer to a tab, or None; one read of the whole spreadsheet."""
    fields = "sheets(properties(sheetId,title,sheetType))"
    sheets = book.gateway.metadata(book.spreadsheet_id, fields).get("sheets", ())
    titles: dict[int, str] = {
        sheet["properties"].get("sheetId", 0): sheet["properties"]["title"]
        for sheet in sheets
        if sheet["properties"].get("sheetType", "GRID") == "GRID"
    }
    titles.pop(sheet_id, None)
    filters = [{"gridRange": {"sheetId": other}} for other in titles]
    names = (f"{wire.quoted(title)}!", f"{title}!")
    for match in book.gateway.read_ranges(book.spreadsheet_id, filters) if filters else ():
        for column in match["valueRange"].get("values", ()):
            for cell in column:
                if isinstance(cell, str) and cell.startswith("=") and any(n in cell for n in names):
                    return titles[match["dataFilters"][0]["gridRange"].get("sheetId", 0)]
    return None


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


def _protected(book: Book, tab_id: str, sheet_id: int) -> Iterator[Request]:
    """Yield what protects a tab. A sheet has one protection of the whole at most.

    One that people made stays, if it stops people; a mere warning makes room.
    """
    fields = "properties(sheetId),protectedRanges(protectedRangeId,range,warningOnly)"
    found = book.gateway.grid(book.spreadsheet_id, _corner(sheet_id), fields)
    whole = [
        one for one in found.get("protectedRanges", ()) if not one["range"].keys() - {"sheetId"}
    ]
    for one in whole:
        if not one.get("warningOnly"):
            return
        yield {"deleteProtectedRange": {"protectedRangeId": one["protectedRangeId"]}}
    yield protection(sheet_id, tab_id, book.gateway.account)


def protection(sheet_id: int, tab_id: str, account: str | None) -> Request:
    """Return what lets nobody edit a tab but the program's account; Google adds the file's owner.

    The list of editors is sent even where the account is not known: without it, all may go on editing.
    """
    return {
        "addProtectedRange": {
            "protectedRange": {
                "protectedRangeId": object_id(tab_id, f"protected:{sheet_id}"),
                "range": {"sheetId": sheet_id},
                "description": DESCRIPTION,
                "warningOnly": False,
                "editors": {"users": [account] if account is not None else []},
            }
        }
    }


def _corner(sheet_id: int) -> dict[str, int]:
    return wire.grid_range(sheet_id, (0, 1), (0, 1))


def object_id(tab_id: str, what: str) -> int:
    """Return an id that is always the same, so that nothing is made twice."""
    return 1 + zlib.crc32(f"sheets_sync.archive:{tab_id}:{what}".encode()) % (2**31 - 2)
