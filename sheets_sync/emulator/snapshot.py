"""A workbook as JSON on disk, and back."""

from dataclasses import asdict
from typing import Any

from sheets_sync.emulator.area import Area
from sheets_sync.emulator.workbook import (
    Anchored,
    Cell,
    Formula,
    Group,
    Json,
    Metadata,
    Row,
    Sheet,
    Value,
    Workbook,
)

VERSION = 2
_READABLE = (1, VERSION)
"""In version 1 a cell with nothing but a value was a list, too."""
_PLAIN = ("sheet_id", "title", "row_count", "column_count", "grid", "looks")
_FLAGS = ("has_formulas", "has_lookups")
_FORMATTED = 2
_ANCHORS = ("rules", "filter_views", "protections", "bandings", "charts", "slicers", "tables")


def dump(book: Workbook) -> dict[str, Any]:
    """Return everything about a workbook as JSON."""
    return {
        "snapshot": VERSION,
        "id": book.spreadsheet_id,
        "properties": book.properties,
        "file": book.file,
        "names": [_anchored(item) for item in book.names],
        "metadata": [asdict(item) for item in book.metadata.values()],
        "sheets": [dump_sheet(sheet) for sheet in book.sheets],
    }


def load(body: dict[str, Any]) -> Workbook:
    """Return the workbook that `dump` described."""
    if body.get("snapshot") not in _READABLE:
        raise ValueError(f"unknown snapshot version {body.get('snapshot')!r}")
    return Workbook(
        spreadsheet_id=body["id"],
        properties=body["properties"],
        sheets=[load_sheet(sheet) for sheet in body["sheets"]],
        names=tuple(_to_anchored(item) for item in body["names"]),
        metadata={item["metadata_id"]: Metadata(**item) for item in body["metadata"]},
        file=body["file"],
    )


def dump_sheet(sheet: Sheet) -> dict[str, Any]:
    """Return one sheet as JSON; formats and validations are listed once and numbered."""
    shared: list[Json] = []
    places: dict[int, int] = {}
    body: dict[str, Any] = {name: getattr(sheet, name) for name in (*_PLAIN, *_FLAGS)}
    body["rows"] = [[_cell(cell, shared, places) for cell in row] for row in sheet.rows]
    body["shared"] = shared
    body["row_props"] = list(sheet.row_props.items())
    body["column_props"] = list(sheet.column_props.items())
    body["row_groups"] = [asdict(group) for group in sheet.row_groups]
    body["column_groups"] = [asdict(group) for group in sheet.column_groups]
    body["merges"] = [_area(area) for area in sheet.merges]
    for name in _ANCHORS:
        body[name] = [_anchored(item) for item in getattr(sheet, name)]
    body["basic_filter"] = None if sheet.basic_filter is None else _anchored(sheet.basic_filter)
    return body


def load_sheet(body: dict[str, Any]) -> Sheet:
    """Return the sheet that `dump_sheet` described."""
    shared = body["shared"]
    sheet = Sheet(**{name: body[name] for name in _PLAIN})
    for name in _FLAGS:
        setattr(sheet, name, body.get(name, True))
    sheet.rows = [_to_row(row, shared) for row in body["rows"]]
    sheet.row_props = dict(body["row_props"])
    sheet.column_props = dict(body["column_props"])
    sheet.row_groups = tuple(Group(**group) for group in body["row_groups"])
    sheet.column_groups = tuple(Group(**group) for group in body["column_groups"])
    sheet.merges = tuple(Area(*area) for area in body["merges"])
    for name in _ANCHORS:
        setattr(sheet, name, tuple(_to_anchored(item) for item in body.get(name, ())))
    if body["basic_filter"] is not None:
        sheet.basic_filter = _to_anchored(body["basic_filter"])
    return sheet


def _area(area: Area) -> list[Any]:
    return [area.sheet_id, area.row0, area.row1, area.col0, area.col1]


def _anchored(item: Anchored) -> list[Any]:
    return [[_area(area) for area in item.areas], item.body, item.item_id]


def _to_anchored(body: list[Any]) -> Anchored:
    areas, content, item_id = body
    return Anchored(tuple(Area(*area) for area in areas), content, item_id)


def _cell(cell: Cell | None, shared: list[Json], places: dict[int, int]) -> Any:
    """Return a cell as JSON: alone its value, else a list of its parts."""
    if cell is None:
        return None
    value, form, note, validation, runs = cell
    content: Any = {"f": value} if isinstance(value, Formula) else value
    if note is None and validation is None and runs is None:
        if form is not None:
            return [content, _place(form, shared, places)]
        if content is not None and content is value:
            return content
    kept = None if validation is None else _place(validation, shared, places)
    look = None if form is None else _place(form, shared, places)
    body = [content, look, note, kept, runs]
    while len(body) > 1 and body[-1] is None:
        body.pop()
    return body


def _place(body: Json, shared: list[Json], places: dict[int, int]) -> int:
    """Return the number of a format or validation in the list of those that cells share."""
    known = places.get(id(body))
    if known is None:
        known = places[id(body)] = len(shared)
        shared.append(body)
    return known


def _to_row(row: list[Any], shared: list[Json]) -> Row:
    # tuple.__new__ makes a named tuple in half the time that its own constructor takes
    new, list_, cell_type = tuple.__new__, list, Cell
    return tuple(
        [
            _to_cell(cell, shared)
            if cell.__class__ is list_
            else None
            if cell is None
            else new(cell_type, (cell, None, None, None, None))
            for cell in row
        ]
    )


def _to_cell(body: list[Any], shared: list[Json]) -> Cell:
    value = body[0]
    content: Value = Formula(value["f"]) if value.__class__ is dict else value
    if len(body) == _FORMATTED:
        form = body[1]
        kept = None if form is None else shared[form]
        return tuple.__new__(Cell, (content, kept, None, None, None))
    _, form, note, validation, runs = body + [None] * (5 - len(body))
    return Cell(
        content,
        None if form is None else shared[form],
        note,
        None if validation is None else shared[validation],
        None if runs is None else tuple(runs),
    )
