"""Requests that insert or delete cells in a range, moving only what is in line with it."""

from typing import Any

from sheets_sync.emulator import shift
from sheets_sync.emulator.area import Area
from sheets_sync.emulator.refusal import ApiError
from sheets_sync.emulator.requests.batch import Batch, Handler, required
from sheets_sync.emulator.workbook import MAX_COLUMNS, Sheet


def _change(batch: Batch, body: dict[str, Any], kind: str) -> tuple[Sheet, shift.Change]:
    sheet, area = batch.closed(required(body, "range"))
    dimension = body.get("shiftDimension")
    if dimension not in ("ROWS", "COLUMNS"):
        raise ApiError("No dimension specified.")
    row0, row1, col0, col1 = area.bounds
    if dimension == "ROWS":
        start, count, within = row0, row1 - row0, (col0, col1)
        moving = Area(sheet.sheet_id, row0, None, col0, col1)
    else:
        start, count, within = col0, col1 - col0, (row0, row1)
        moving = Area(sheet.sheet_id, row0, row1, col0, None)
    for merge in sheet.merges:
        if merge.meets(moving) and not _inside(merge, sheet.closed(moving)):
            raise ApiError("You must select all cells in a merged range to move them.")
    for table in sheet.tables:
        if table.areas[0].meets(moving):
            raise ApiError("Cells of a table cannot be shifted.")
    return sheet, shift.Change(sheet.sheet_id, dimension, kind, start, count, within=within)


def _inside(inner: Area, outer: Area) -> bool:
    row0, row1, col0, col1 = inner.bounds
    out0, out1, out2, out3 = outer.bounds
    return out0 <= row0 and row1 <= out1 and out2 <= col0 and col1 <= out3


def insert_range(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Insert empty cells; what is below or to the right moves on, and the grid grows if it must."""
    sheet, change = _change(batch, body, "insert")
    shift.apply_within(batch.book, change)
    if sheet.column_count > MAX_COLUMNS:
        raise ApiError(f"A sheet cannot have more than {MAX_COLUMNS} columns.")
    batch.book.check_size()
    return {}


def delete_range(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Delete cells; what is below or to the right takes their place."""
    _, change = _change(batch, body, "delete")
    shift.apply_within(batch.book, change)
    return {}


HANDLERS: dict[str, Handler] = {"insertRange": insert_range, "deleteRange": delete_range}
