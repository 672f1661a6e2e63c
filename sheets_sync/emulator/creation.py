"""New spreadsheets, empty or as a request describes them."""

from typing import Any

from sheets_sync.emulator import formats
from sheets_sync.emulator.access import permission
from sheets_sync.emulator.identity import OWNER
from sheets_sync.emulator.refusal import unsupported
from sheets_sync.emulator.requests.batch import Batch, Mint
from sheets_sync.emulator.requests.cells import update_cells
from sheets_sync.emulator.requests.tabs import new_sheet
from sheets_sync.emulator.schema import snake
from sheets_sync.emulator.storage import new_id, timestamp
from sheets_sync.emulator.workbook import Json, Sheet, Workbook

_SETTINGS = (
    "locale",
    "timeZone",
    "autoRecalc",
    "iterativeCalculationSettings",
    "importFunctionsExternalUrlAccessAllowed",
    "spreadsheetTheme",
)


def described_workbook(body: Json, owner: str) -> Workbook:
    """Return the new spreadsheet that a Spreadsheet message describes; refuse what would be lost."""
    for name in ("namedRanges", "developerMetadata", "dataSources", "dataSourceSchedules"):
        if body.get(name):
            raise unsupported(f"creating a spreadsheet with {name}")
    properties = body.get("properties") or {}
    book = new_workbook(properties.get("title") or "Untitled spreadsheet", owner)
    settings = {name: properties[name] for name in _SETTINGS if properties.get(name)}
    book.properties = {**book.properties, **settings}
    if body.get("sheets"):
        book.sheets = _initial_sheets(book, body["sheets"])
        book.check_size()
    return book


def new_workbook(title: str, owner: str = OWNER) -> Workbook:
    """Return a new spreadsheet with one empty sheet, owned by that address."""
    now = timestamp()
    return Workbook(
        new_id(),
        formats.new_properties(title),
        [Sheet(0, "Sheet1")],
        file={
            "createdTime": now,
            "modifiedTime": now,
            "version": 1,
            "permissions": [permission(owner, "owner")],
        },
    )


def _initial_sheets(book: Workbook, wanted: list[Any]) -> list[Sheet]:
    """Return the sheets that a new spreadsheet was asked to have, with their cells."""
    book.sheets = []
    batch = Batch(book, Mint(timestamp()))
    for item in wanted:
        for name in item:
            if name not in ("properties", "data"):
                raise unsupported(f"creating sheets with {snake(name)}")
        properties = dict(item.get("properties") or {})
        if not book.sheets:
            properties.setdefault("sheetId", 0)
        sheet = new_sheet(batch, properties)
        book.sheets.append(sheet)
        for data in item.get("data") or ():
            for name in ("rowMetadata", "columnMetadata"):
                if data.get(name):
                    raise unsupported(f"creating sheets with data.{name}")
            start = {
                "sheetId": sheet.sheet_id,
                "rowIndex": data.get("startRow"),
                "columnIndex": data.get("startColumn"),
            }
            update_cells(batch, {"start": start, "rows": data.get("rowData") or [], "fields": "*"})
    return book.sheets
