"""A spreadsheet as the API shows it: spreadsheets.get and everything that answers like it."""

from collections.abc import Iterable
from typing import Any

from sheets_sync.emulator import mask
from sheets_sync.emulator.area import Area, to_grid_range
from sheets_sync.emulator.calc import value_of
from sheets_sync.emulator.conditional import Painter
from sheets_sync.emulator.display import formatted
from sheets_sync.emulator.filters import metadata_json
from sheets_sync.emulator.formula.evaluate import Env, hyperlink
from sheets_sync.emulator.formula.results import ErrorValue, Result
from sheets_sync.emulator.hidden import filtered_rows
from sheets_sync.emulator.requests.anchors import (
    banding_json,
    basic_filter_json,
    filter_view_json,
    named_json,
    protected_json,
)
from sheets_sync.emulator.requests.dimensions import DEFAULT_SIZE, group_json
from sheets_sync.emulator.requests.objects import chart_json, slicer_json
from sheets_sync.emulator.requests.rules import rule_json
from sheets_sync.emulator.requests.tables import table_json
from sheets_sync.emulator.requests.tabs import properties_json
from sheets_sync.emulator.values import clipped
from sheets_sync.emulator.workbook import Cell, Formula, Json, Sheet, Workbook, extended, number

_CELL_PATH = ("sheets", "data", "rowData", "values")


def spreadsheet_json(
    book: Workbook,
    areas: Iterable[Area] | None = None,
    fields: str | None = None,
    *,
    grid: bool = False,
    viewer: str | None = None,
) -> dict[str, Any]:
    """Return Spreadsheet JSON as `viewer` sees it, by default its owner.

    `areas` limits it to the sheets and cells they cover; `fields` is a response mask, and decides
    alone about cells when it is given.
    """
    tree = mask.parse(fields) if fields else {}
    mask.check_paths(tree, "Spreadsheet")
    return masked_spreadsheet(book, areas, tree, grid=grid if not fields else True, viewer=viewer)


def masked_spreadsheet(
    book: Workbook,
    areas: Iterable[Area] | None,
    tree: mask.Mask,
    *,
    grid: bool,
    viewer: str | None = None,
) -> dict[str, Any]:
    """Return Spreadsheet JSON under a mask that has been read and checked."""
    body: dict[str, Any] = {
        "spreadsheetId": book.spreadsheet_id,
        "properties": book.properties,
    }
    if mask.wants(tree, "sheets"):
        grid = grid and mask.wants(tree, "sheets", "data")
        body["sheets"] = list(_sheets(book, areas, tree, grid=grid, viewer=viewer))
    if book.names:
        body["namedRanges"] = [named_json(item) for item in book.names]
    body["spreadsheetUrl"] = f"https://docs.google.com/spreadsheets/d/{book.spreadsheet_id}/edit"
    own = [item for item in book.metadata.values() if item.sheet_id is None]
    if own:
        body["developerMetadata"] = [metadata_json(item) for item in own]
    result: dict[str, Any] = mask.project(body, _cells_done(tree))
    return result


def _cells_done(tree: mask.Mask) -> mask.Mask:
    """Return the mask without its part about cells, which are built to measure."""
    if not mask.below(tree, *_CELL_PATH[:3]) or not mask.wants(tree, *_CELL_PATH):
        return tree
    copy = {**tree}
    sheets = copy["sheets"] = {**copy["sheets"]} if "sheets" in copy else {}
    data = sheets["data"] = {**sheets.get("data", {})}
    data["rowData"] = {}
    return copy


def _sheets(
    book: Workbook,
    areas: Iterable[Area] | None,
    tree: mask.Mask,
    *,
    grid: bool,
    viewer: str | None,
) -> Iterable[dict[str, Any]]:
    wanted = None if areas is None else list(areas)
    for index, sheet in enumerate(book.sheets):
        own = (
            [Area(sheet.sheet_id)]
            if wanted is None
            else [area for area in wanted if area.sheet_id == sheet.sheet_id]
        )
        if not own:
            continue
        body: dict[str, Any] = {"properties": properties_json(sheet, index)}
        if grid:
            body["data"] = [_grid(book, sheet, clipped(sheet, area), tree) for area in own]
        body.update(_attached(book, sheet, viewer))
        yield body


def _attached(book: Workbook, sheet: Sheet, viewer: str | None) -> dict[str, Any]:
    """Return what hangs on a sheet; empty lists are left out."""
    own = [
        item
        for item in book.metadata.values()
        if item.sheet_id == sheet.sheet_id and item.dimension is None
    ]
    lists: dict[str, list[Any]] = {
        "merges": [to_grid_range(area) for area in sheet.merges],
        "conditionalFormats": [rule_json(rule) for rule in sheet.rules],
        "filterViews": [filter_view_json(item) for item in sheet.filter_views],
        "protectedRanges": [protected_json(item, viewer) for item in sheet.protections],
        "charts": [chart_json(item) for item in sheet.charts],
        "bandedRanges": [banding_json(item) for item in sheet.bandings],
        "developerMetadata": [metadata_json(item) for item in own],
        "rowGroups": [group_json(sheet, "ROWS", group) for group in sheet.row_groups],
        "columnGroups": [group_json(sheet, "COLUMNS", group) for group in sheet.column_groups],
        "slicers": [slicer_json(item) for item in sheet.slicers],
        "tables": [table_json(sheet, item) for item in sheet.tables],
    }
    body: dict[str, Any] = {name: items for name, items in lists.items() if items}
    if sheet.basic_filter is not None:
        body["basicFilter"] = basic_filter_json(sheet.basic_filter)
    return body


def _grid(book: Workbook, sheet: Sheet, area: Area, tree: mask.Mask) -> dict[str, Any]:
    row0, row1, col0, col1 = area.bounds
    body: dict[str, Any] = {}
    if row0:
        body["startRow"] = row0
    if col0:
        body["startColumn"] = col0
    if mask.wants(tree, *_CELL_PATH):
        rows = _row_data(book, sheet, area, mask.below(tree, *_CELL_PATH))
        if rows:
            body["rowData"] = rows
    if mask.wants(tree, "sheets", "data", "rowMetadata"):
        body["rowMetadata"] = _dimension_data(book, sheet, "ROWS", range(row0, row1))
    if mask.wants(tree, "sheets", "data", "columnMetadata"):
        body["columnMetadata"] = _dimension_data(book, sheet, "COLUMNS", range(col0, col1))
    return body


def _dimension_data(
    book: Workbook, sheet: Sheet, dimension: str, positions: range
) -> list[dict[str, Any]]:
    props = sheet.row_props if dimension == "ROWS" else sheet.column_props
    filtered = filtered_rows(book, sheet) if dimension == "ROWS" else frozenset[int]()
    attached: dict[int, list[Any]] = {}
    for item in book.metadata.values():
        if (item.sheet_id, item.dimension) == (sheet.sheet_id, dimension):
            attached.setdefault(item.start, []).append(metadata_json(item))
    plain = {"pixelSize": DEFAULT_SIZE[dimension]}
    data = []
    for position in positions:
        own = props.get(position)
        body = plain if own is None else {**plain, **own}
        if position in filtered:
            body = {**body, "hiddenByFilter": True}
        if position in attached:
            body = {**body, "developerMetadata": attached[position]}
        data.append(body)
    return data


def _row_data(book: Workbook, sheet: Sheet, area: Area, tree: mask.Mask) -> list[dict[str, Any]]:
    row0, row1, col0, col1 = area.bounds
    build = _CellBuilder(book, sheet, tree)
    painted = build.painter.reach(row1) if build.painter else 0
    rows: list[dict[str, Any]] = []
    for row in range(row0, min(row1, max(len(sheet.rows), painted))):
        cells = sheet.row(row)
        values = [
            build.cell(row, column, cells[column] if column < len(cells) else None)
            for column in range(col0, col1)
        ]
        while values and not values[-1]:
            values.pop()
        rows.append({"values": values} if values else {})
    while rows and not rows[-1]:
        rows.pop()
    return rows


class _CellBuilder:
    """Builds CellData with just the fields that a mask keeps."""

    def __init__(self, book: Workbook, sheet: Sheet, tree: mask.Mask) -> None:
        self.book, self.sheet, self.tree = book, sheet, tree
        self.locale = str(book.properties.get("locale", "en_US"))
        wanted = {
            name: mask.wants(tree, name)
            for name in (
                "userEnteredValue",
                "effectiveValue",
                "formattedValue",
                "userEnteredFormat",
                "effectiveFormat",
                "hyperlink",
                "note",
                "textFormatRuns",
                "dataValidation",
            )
        }
        self.wanted = {name for name, keep in wanted.items() if keep}
        self.narrow = {name: branch for name, branch in tree.items() if branch}
        self.painter = Painter(book, sheet) if wanted["effectiveFormat"] else None
        self._formats: dict[
            int, tuple[Any, Any]
        ] = {}  # with the whole one, or its id is given away

    def cell(self, row: int, column: int, cell: Cell | None) -> dict[str, Any]:
        """Return the CellData of one cell, empty when it has nothing to show."""
        body: dict[str, Any] = {}
        if cell is not None:
            self._content(body, row, column, cell)
        if self.painter is not None:
            value = value_of(self.book, self.sheet, row, column, cell)
            painted = self.painter.paint(row, column, cell, value)
            if painted is not None:
                body["effectiveFormat"] = painted
        for name, branch in self.narrow.items():
            if name in body:
                body[name] = self._narrowed(name, body[name], branch)
        return body

    def _narrowed(self, name: str, whole: Any, branch: mask.Mask) -> Any:
        """Return what a mask keeps of a part of a cell; few formats serve many cells."""
        if name != "effectiveFormat":
            return mask.project(whole, branch)
        known = self._formats.get(id(whole))
        if known is None:
            known = self._formats[id(whole)] = (whole, mask.project(whole, branch))
        return known[1]

    def _content(self, body: dict[str, Any], row: int, column: int, cell: Cell) -> None:
        wanted = self.wanted
        if cell.value is not None:
            self._value(body, row, column, cell)
        if cell.format is not None and "userEnteredFormat" in wanted:
            body["userEnteredFormat"] = cell.format
        if cell.note is not None and "note" in wanted:
            body["note"] = cell.note
        if cell.runs is not None and "textFormatRuns" in wanted:
            body["textFormatRuns"] = list(cell.runs)
        if cell.validation is not None and "dataValidation" in wanted:
            body["dataValidation"] = cell.validation

    def _value(self, body: dict[str, Any], row: int, column: int, cell: Cell) -> None:
        wanted = self.wanted
        if "userEnteredValue" in wanted:
            body["userEnteredValue"] = extended(cell.value)
        if "effectiveValue" in wanted or "formattedValue" in wanted:
            value = value_of(self.book, self.sheet, row, column, cell)
            if "effectiveValue" in wanted:
                body["effectiveValue"] = _result_json(value)
            if "formattedValue" in wanted:
                number_format = (cell.format or {}).get("numberFormat")
                body["formattedValue"] = formatted(value, number_format, self.locale)
        if "hyperlink" in wanted:
            link = self._hyperlink(row, column, cell)
            if link is not None:
                body["hyperlink"] = link

    def _hyperlink(self, row: int, column: int, cell: Cell) -> str | None:
        """Return where a cell leads: by its formula, its format, or the one link in its text."""
        if isinstance(cell.value, Formula):
            env = Env(self.book, self.sheet, row=row, column=column)
            return hyperlink(str(cell.value), env)
        links = [_uri(run.get("format")) for run in cell.runs or ()]
        found = {link for link in (*links, _uri((cell.format or {}).get("textFormat"))) if link}
        return found.pop() if len(found) == 1 else None


def _uri(text_format: Json | None) -> str | None:
    link: str | None = ((text_format or {}).get("link") or {}).get("uri")
    return link


def _result_json(value: Result) -> dict[str, Any] | None:
    if isinstance(value, ErrorValue):
        return {"errorValue": {"type": value.kind, "message": value.message}}
    return extended(number(value) if isinstance(value, float) else value) or {"numberValue": 0}
