"""Requests about sheets as a whole and about the spreadsheet."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sheets_sync.emulator import floating, formats, mask, shift
from sheets_sync.emulator.area import Area
from sheets_sync.emulator.formula.references import renamed
from sheets_sync.emulator.ranges import mapped
from sheets_sync.emulator.refusal import ApiError, unsupported
from sheets_sync.emulator.requests.batch import METADATA_ON_COPY, Batch, Handler, update_mask
from sheets_sync.emulator.workbook import MAX_COLUMNS, Anchored, Json, Metadata, Sheet

MAX_TITLE = 100
_COUNTS = ("rowCount", "columnCount")
_LOOKS = ("hidden", "rightToLeft", "tabColorStyle")


def properties_json(sheet: Sheet, index: int) -> dict[str, Any]:
    """Return a sheet's SheetProperties."""
    looks = dict(sheet.looks)
    if "tabColorStyle" in looks:
        looks["tabColor"] = formats.plain_color(looks["tabColorStyle"])
    return {
        "sheetId": sheet.sheet_id,
        "title": sheet.title,
        "index": index,
        "sheetType": "GRID",
        "gridProperties": {
            "rowCount": sheet.row_count,
            "columnCount": sheet.column_count,
            **sheet.grid,
        },
        **looks,
    }


def new_sheet(batch: Batch, properties: Json) -> Sheet:
    """Return a sheet as its properties ask; it is not in the workbook yet."""
    if properties.get("sheetType", "GRID") not in ("GRID", "SHEET_TYPE_UNSPECIFIED"):
        raise unsupported(f"sheets of type {properties['sheetType']}")
    if properties.get("dataSourceSheetProperties"):
        raise unsupported("data source sheets")
    title = properties.get("title") or _free_title(batch, "Sheet")
    check_title(batch, title)
    sheet = Sheet(_free_id(batch, properties.get("sheetId")), title)
    grid = properties.get("gridProperties") or {}
    sheet.row_count = int(grid.get("rowCount") or 1000)
    sheet.column_count = int(grid.get("columnCount") or 26)
    _set_grid(sheet, grid)
    _set_looks(sheet, properties, set(_LOOKS) | {"tabColor"})
    _check_columns(sheet)
    return sheet


def check_title(batch: Batch, title: str, own: int | None = None) -> None:
    """Refuse a title that another sheet has."""
    other = batch.book.titled(title)
    if len(title) > MAX_TITLE:
        raise ApiError(f"The sheet name cannot be greater than {MAX_TITLE} characters.")
    if other is not None and other.sheet_id != own:
        raise ApiError(
            f'A sheet with the name "{title}" already exists. Please enter another name.'
        )


def _free_title(batch: Batch, stem: str) -> str:
    number = len(batch.book.sheets) + 1
    while batch.book.titled(f"{stem}{number}"):
        number += 1
    return f"{stem}{number}"


def _free_id(batch: Batch, wanted: Any) -> int:
    taken = {sheet.sheet_id for sheet in batch.book.sheets}
    if wanted is None:
        return batch.mint.number(taken.__contains__)
    if int(wanted) in taken:
        raise ApiError(f"A sheet with the id {int(wanted)} already exists.")
    if int(wanted) < 0:
        raise ApiError(f"Sheet id must be non-negative: {int(wanted)}")
    return int(wanted)


def _place(batch: Batch, sheet: Sheet, index: Any) -> int:
    sheets = batch.book.sheets
    position = len(sheets) if index is None else min(int(index), len(sheets))
    sheets.insert(position, sheet)
    batch.book.check_size()
    return position


def add_sheet(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Add an empty sheet."""
    properties = body.get("properties") or {}
    sheet = new_sheet(batch, properties)
    index = _place(batch, sheet, properties.get("index"))
    return {"addSheet": {"properties": properties_json(sheet, index)}}


def delete_sheet(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Delete a sheet with everything on it; its formulas elsewhere lose their target."""
    book = batch.book
    gone = _known(batch, int(body.get("sheetId") or 0))
    left = [sheet for sheet in book.sheets if sheet.sheet_id != gone.sheet_id]
    if not any(not sheet.looks.get("hidden") for sheet in left):
        raise ApiError(
            "You can't remove all the visible sheets in a document."
            if left
            else "You can't remove all the sheets in a document."
        )
    book.sheets = left
    floating.redraw(book, lambda area: None if area.sheet_id == gone.sheet_id else area)
    book.names = tuple(name for name in book.names if name.areas[0].sheet_id != gone.sheet_id)
    for metadata_id, item in list(book.metadata.items()):
        if item.sheet_id == gone.sheet_id:
            del book.metadata[metadata_id]
    return {}


def _known(batch: Batch, sheet_id: int) -> Sheet:
    for sheet in batch.book.sheets:
        if sheet.sheet_id == sheet_id:
            return sheet
    raise ApiError(f"No sheet with id: {sheet_id}")


def duplicate_sheet(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Copy a sheet within the spreadsheet; developer metadata stays with the original by default."""
    source = _known(batch, int(body.get("sourceSheetId") or 0))
    title = body.get("newSheetName") or _free_copy_title(batch, source.title)
    check_title(batch, title)
    copy = copy_sheet(batch, source, _free_id(batch, body.get("newSheetId")), title)
    index = _place(batch, copy, body.get("insertSheetIndex") or 0)
    if METADATA_ON_COPY in batch.settings:
        own = [item for item in batch.book.metadata.values() if item.sheet_id == source.sheet_id]
        copy_metadata(batch, own, copy)
    return {"duplicateSheet": {"properties": properties_json(copy, index)}}


def _free_copy_title(batch: Batch, title: str) -> str:
    name, number = f"Copy of {title}", 1
    while batch.book.titled(name):
        number += 1
        name = f"Copy of {title} {number}"
    return name


def copy_metadata(batch: Batch, items: Iterable[Metadata], copy: Sheet) -> None:
    """Attach copies of a sheet's metadata, with ids of their own, to its copy."""
    known = batch.book.metadata
    for item in items:
        fresh = batch.mint.number(known.__contains__)
        known[fresh] = replace(item, metadata_id=fresh, sheet_id=copy.sheet_id)


def copy_sheet(batch: Batch, source: Sheet, sheet_id: int, title: str) -> Sheet:
    """Return a copy of a sheet under another id; ids of what hangs on it are minted anew."""

    def moved(items: tuple[Anchored, ...]) -> tuple[Anchored, ...]:
        return tuple(
            replace(
                item,
                areas=tuple(area.on(sheet_id) for area in item.areas),
                item_id=None if item.item_id is None else batch.mint.number(lambda _: False),
            )
            for item in items
        )

    copy = source.copy()
    copy.sheet_id, copy.title = sheet_id, title
    copy.looks = {name: value for name, value in source.looks.items() if name != "hidden"}
    copy.merges = tuple(area.on(sheet_id) for area in source.merges)
    copy.rules = moved(source.rules)
    copy.filter_views = moved(source.filter_views)
    copy.protections = moved(source.protections)
    copy.bandings = moved(source.bandings)
    for name, message in floating.SPECS.items():
        drawn = moved(getattr(source, name))
        setattr(
            copy, name, tuple(_drawn_copy(batch, source, copy, item, message) for item in drawn)
        )
    copy.tables = tuple(_table_copy(batch, item) for item in moved(source.tables))
    if source.basic_filter is not None:
        (copy.basic_filter,) = moved((source.basic_filter,))
    return copy


def _drawn_copy(batch: Batch, source: Sheet, copy: Sheet, item: Anchored, message: str) -> Anchored:
    """Return a copied chart or slicer that shows the copy, and nothing that is not here."""
    known = {sheet.sheet_id for sheet in batch.book.sheets}

    def move(area: Area) -> Area | None:
        if area.sheet_id == source.sheet_id:
            return area.on(copy.sheet_id)
        return area if area.sheet_id in known else None

    return replace(item, body={**item.body, "spec": mapped(message, item.body["spec"], move)})


def _table_copy(batch: Batch, item: Anchored) -> Anchored:
    """Return a copied table under a name of its own."""
    known = {str(table.body["name"]) for sheet in batch.book.sheets for table in sheet.tables}
    number, name = 1, f"{item.body['name']}_1"
    while name in known:
        number += 1
        name = f"{item.body['name']}_{number}"
    return replace(item, item_id=str(item.item_id), body={**item.body, "name": name})


def update_sheet_properties(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Change the properties that the mask names."""
    properties = body.get("properties") or {}
    tree = update_mask(body, "properties")
    fields = mask.names(tree, ("title", "index", "gridProperties", *_LOOKS))
    for name in ("sheetType", "dataSourceSheetProperties"):
        if name in tree:
            raise ApiError(f"Field cannot be updated: {name}")
    sheet = batch.book.edit(int(properties.get("sheetId") or 0))
    if "title" in fields:
        _retitle(batch, sheet, properties.get("title") or "")
    if "gridProperties" in fields:
        _regrid(batch, sheet, properties.get("gridProperties") or {}, tree.get("gridProperties"))
    _set_looks(sheet, properties, fields)
    if all(other.looks.get("hidden") for other in batch.book.sheets):
        raise ApiError("You can't hide all the sheets in a document.")
    if "index" in fields and properties.get("index") is not None:
        _reindex(batch, sheet, int(properties["index"]))
    return {}


def _retitle(batch: Batch, sheet: Sheet, title: str) -> None:
    if not title:
        raise ApiError("Sheet name cannot be empty.")
    check_title(batch, title, sheet.sheet_id)
    old, sheet.title = sheet.title, title
    shift.rewrite_formulas(batch.book, lambda text, _: renamed(text, old, title))


def _regrid(batch: Batch, sheet: Sheet, grid: Json, tree: mask.Mask | None) -> None:
    fields = mask.names(tree or {}, (*_COUNTS, *sheet.grid, *grid))
    for name, dimension in (("rowCount", "ROWS"), ("columnCount", "COLUMNS")):
        if name in fields and (tree or name in grid):
            _resize(batch, sheet, dimension, int(grid.get(name) or 0))
    _check_columns(sheet)
    kept = {name: value for name, value in sheet.grid.items() if name not in fields}
    sheet.grid = kept
    _set_grid(sheet, {name: value for name, value in grid.items() if name in fields})


def _resize(batch: Batch, sheet: Sheet, dimension: str, size: int) -> None:
    now = sheet.count(dimension)
    noun = dimension.lower()
    if size < 1:
        raise ApiError(f"You can't delete all the {noun} on the sheet.")
    if size < now:
        change = shift.Change(sheet.sheet_id, dimension, "delete", size, now - size)
        shift.apply(batch.book, change)
    elif dimension == "ROWS":
        sheet.row_count = size
    else:
        sheet.column_count = size
    batch.book.check_size()


def _set_grid(sheet: Sheet, grid: Json) -> None:
    kept = {name: value for name, value in grid.items() if value and name not in _COUNTS}
    sheet.grid = {**sheet.grid, **kept}
    for name, count, noun in (
        ("frozenRowCount", sheet.row_count, "rows"),
        ("frozenColumnCount", sheet.column_count, "columns"),
    ):
        if int(sheet.grid.get(name) or 0) >= count:
            raise ApiError(f"You can't freeze all visible {noun} on the sheet.")


def _check_columns(sheet: Sheet) -> None:
    if sheet.column_count > MAX_COLUMNS:
        raise ApiError(f"A sheet cannot have more than {MAX_COLUMNS} columns.")


def _set_looks(sheet: Sheet, properties: Json, fields: set[str]) -> None:
    looks = dict(sheet.looks)
    for name in ("hidden", "rightToLeft"):
        if name in fields:
            looks.pop(name, None)
            if properties.get(name):
                looks[name] = True
    if {"tabColor", "tabColorStyle"} & fields:
        looks.pop("tabColorStyle", None)
        style = properties.get("tabColorStyle")
        if style is None and properties.get("tabColor") is not None:
            style = {"rgbColor": properties["tabColor"]}
        kept = formats.tab_color(style)
        if kept is not None:
            looks["tabColorStyle"] = kept
    sheet.looks = looks


def _reindex(batch: Batch, sheet: Sheet, index: int) -> None:
    """Move a tab; the index counts positions before the tab is taken out."""
    sheets = batch.book.sheets
    if not 0 <= index <= len(sheets):
        raise ApiError(f"index[{index}] must be between 0 and {len(sheets)}")
    old = sheets.index(sheet)
    sheets.insert(index, sheet)
    del sheets[old if index > old else old + 1]


def update_spreadsheet_properties(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Change the spreadsheet's title, locale and the like."""
    properties = body.get("properties") or {}
    tree = update_mask(body, "properties")
    merged = mask.merge(batch.book.properties, formats.normal(properties), tree)
    if not merged.get("title"):
        raise ApiError("The title of a spreadsheet cannot be empty.")
    batch.book.properties = merged
    return {}


HANDLERS: dict[str, Handler] = {
    "addSheet": add_sheet,
    "deleteSheet": delete_sheet,
    "duplicateSheet": duplicate_sheet,
    "updateSheetProperties": update_sheet_properties,
    "updateSpreadsheetProperties": update_spreadsheet_properties,
}
