"""Requests about tables: a range with a name, whose first row names its columns."""

from dataclasses import replace
from typing import Any

from sheets_sync.emulator import mask
from sheets_sync.emulator.area import Area, to_grid_range
from sheets_sync.emulator.formats import normal, unpaired
from sheets_sync.emulator.refusal import ApiError
from sheets_sync.emulator.requests.batch import Batch, Handler, required, update_mask
from sheets_sync.emulator.workbook import Anchored, Cell, Json, Sheet

_FIELDS = ("name", "range", "rowsProperties", "columnProperties")
_EMPTY = Cell()


def table_json(sheet: Sheet, item: Anchored) -> dict[str, Any]:
    """Return Table JSON; columns are named by the cells of the table's first row."""
    area = item.areas[0]
    rows = {"rowsProperties": item.body["rows"]} if item.body.get("rows") else {}
    return {
        "tableId": item.item_id,
        "name": item.body["name"],
        "range": to_grid_range(area),
        **rows,
        "columnProperties": _columns_json(sheet, area, item.body.get("columns", ())),
    }


def _columns_json(sheet: Sheet, area: Area, known: Any) -> list[dict[str, Any]]:
    own = {int(column["columnIndex"]): column for column in known}
    columns = []
    for index in range(area.bounds[3] - area.left):
        cell = sheet.cell(area.top, area.left + index)
        name = f"Column {index + 1}" if cell is None or cell.value is None else str(cell.value)
        place = {"columnIndex": index} if index else {}
        rest = {key: v for key, v in own.get(index, {}).items() if key != "columnIndex"}
        columns.append({**place, "columnName": name, **rest})
    return columns


def all_tables(batch: Batch) -> list[tuple[Sheet, Anchored]]:
    """Return every table with its sheet."""
    return [(sheet, item) for sheet in batch.book.sheets for item in sheet.tables]


def find_table(batch: Batch, table_id: Any) -> tuple[Sheet, Anchored]:
    """Return a table and its sheet to change; refuse an unknown id."""
    for sheet, item in all_tables(batch):
        if item.item_id == str(table_id):
            return batch.book.edit(sheet.sheet_id), item
    raise ApiError(f"No table with id: {table_id}")


def _check(batch: Batch, name: str, area: Area, own: str | None = None) -> None:
    if not name:
        raise ApiError("No name specified.")
    for _, item in all_tables(batch):
        if item.item_id == own:
            continue
        if str(item.body["name"]).casefold() == name.casefold():
            raise ApiError(f"A table with the name '{name}' already exists.")
        if item.areas[0].meets(area):
            raise ApiError("A table cannot overlap another table.")


def _columns(sheet: Sheet, area: Area, wanted: Any, *, adding: bool) -> list[Json]:
    """Write the columns' names into the heading row; return what else is known of the columns."""
    kept: list[Json] = []
    nameless = 0
    for column in wanted or ():
        index = int(column.get("columnIndex") or 0)
        if not area.contains(area.top, area.left + index):
            raise ApiError(f"columnIndex[{index}] is not inside the table.")
        _check_choices(column)
        name = column.get("columnName")
        if not name:
            if not adding:
                raise ApiError("Table header row cell must have a value.")
            nameless += 1
            name = f"Column {nameless}"
        old = sheet.cell(area.top, area.left + index) or _EMPTY
        sheet.put(area.top, area.left + index, [old._replace(value=str(name), runs=None)])
        rest = {key: value for key, value in normal(column).items() if key != "columnName"}
        kept.append({**rest, "columnIndex": index})
    return kept


def _check_choices(column: Json) -> None:
    """A dropdown column has its choices, and no other column has any."""
    condition = (column.get("dataValidationRule") or {}).get("condition")
    if column.get("columnType") == "DROPDOWN":
        if not condition:
            raise ApiError("Condition must be set for dropdown column type.")
    elif condition:
        raise ApiError("Cannot set condition for non-dropdown column type.")


def add_table(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Make a range a table."""
    wanted = required(body, "table")
    sheet, area = batch.closed(required(wanted, "range"))
    name = wanted.get("name") or f"Table{len(all_tables(batch)) + 1}"
    _check(batch, name, area)
    table_id = wanted.get("tableId")
    taken = {str(item.item_id) for _, item in all_tables(batch)}
    if table_id is None:
        table_id = str(batch.mint.number(lambda fresh: str(fresh) in taken))
    elif table_id in taken:
        raise ApiError(f"A table with id {table_id} already exists.")
    kept: dict[str, Any] = {
        "name": name,
        "columns": _columns(sheet, area, wanted.get("columnProperties"), adding=True),
    }
    if wanted.get("rowsProperties"):
        kept["rows"] = normal(wanted["rowsProperties"])
    item = Anchored((area,), kept, str(table_id))
    sheet.tables = (*sheet.tables, item)
    return {"addTable": {"table": table_json(sheet, item)}}


def update_table(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Change the fields of a table that the mask names."""
    wanted = required(body, "table")
    tree = update_mask(body, "table")
    fields = mask.names(tree, _FIELDS)
    sheet, item = find_table(batch, wanted.get("tableId"))
    area, kept = item.areas[0], dict(item.body)
    if "range" in fields:
        other, area = batch.closed(required(wanted, "range"))
        if other.sheet_id != sheet.sheet_id:
            raise ApiError("A table cannot move to another sheet.")
    if "name" in fields:
        kept["name"] = wanted.get("name") or ""
    _check(batch, kept["name"], area, str(item.item_id))
    if "rowsProperties" in fields:
        new = normal(wanted.get("rowsProperties") or {})
        narrow = tree.get("rowsProperties") or {}
        kept["rows"] = mask.merge(kept.get("rows") or {}, new, unpaired(narrow))
    if "columnProperties" in fields:
        kept["columns"] = _columns(sheet, area, wanted.get("columnProperties"), adding=False)
    new_item = replace(item, areas=(area,), body=kept)
    sheet.tables = tuple(new_item if other is item else other for other in sheet.tables)
    return {}


def delete_table(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Delete a table with the cells in it."""
    sheet, item = find_table(batch, body.get("tableId"))
    row0, row1, col0, col1 = item.areas[0].bounds
    for row in range(row0, min(row1, len(sheet.rows))):
        sheet.put(row, col0, [None] * (col1 - col0))
    sheet.tables = tuple(other for other in sheet.tables if other is not item)
    return {}


HANDLERS: dict[str, Handler] = {
    "addTable": add_table,
    "updateTable": update_table,
    "deleteTable": delete_table,
}
