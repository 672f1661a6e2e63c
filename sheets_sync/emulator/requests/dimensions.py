"""Requests about rows and columns: making, removing, moving, sizing and folding them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sheets_sync.emulator import mask, shift
from sheets_sync.emulator.refusal import ApiError
from sheets_sync.emulator.requests.batch import Batch, Handler, required, update_mask
from sheets_sync.emulator.workbook import MAX_COLUMNS, Cell, Group, Sheet

DEFAULT_SIZE = {"ROWS": 21, "COLUMNS": 100}
_SETTABLE = ("pixelSize", "hiddenByUser")
_CHARACTER_PIXELS = 7


def dimension_range(batch: Batch, body: Any) -> tuple[Sheet, str, int, int]:
    """Return sheet, dimension, start and end of a DimensionRange, open ends closed."""
    body = body or {}
    sheet = batch.book.edit(int(body.get("sheetId") or 0))
    dimension = str(body.get("dimension") or "")
    if dimension not in DEFAULT_SIZE:
        raise ApiError("No dimension specified.")
    start = int(body.get("startIndex") or 0)
    end = body.get("endIndex")
    end = sheet.count(dimension) if end is None else int(end)
    if start < 0 or end < 0:
        raise ApiError("DimensionRange indexes must be >= 0")
    if end <= start:
        raise ApiError(f"range.endIndex[{end}] must be greater than range.startIndex[{start}]")
    return sheet, dimension, start, end


def _inside(sheet: Sheet, dimension: str, end: int) -> None:
    count = sheet.count(dimension)
    if end > count:
        noun = dimension.lower()[:-1]
        raise ApiError(f"range.endIndex[{end}] is after last {noun} in grid[{count - 1}]")


def insert(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Insert empty rows or columns, formatted like their neighbours."""
    sheet, dimension, start, end = dimension_range(batch, required(body, "range"))
    before = bool(body.get("inheritFromBefore"))
    count = sheet.count(dimension)
    if before and start == 0:
        raise ApiError("inheritFromBefore cannot be true if range.startIndex is 0.")
    if start > count or (start == count and not before):
        rest = "if inheritFromBefore is false." if start == count else "."
        raise ApiError(f"range.startIndex must be less than the grid size ({count}) {rest}")
    insert_blank(batch, sheet, dimension, start, end - start, inherit=before)
    return {}


def insert_blank(
    batch: Batch, sheet: Sheet, dimension: str, start: int, count: int, *, inherit: bool
) -> None:
    """Insert rows or columns and copy the formats and size of the one before or after."""
    if dimension == "COLUMNS" and sheet.column_count + count > MAX_COLUMNS:
        raise ApiError(f"A sheet cannot have more than {MAX_COLUMNS} columns.")
    change = shift.Change(sheet.sheet_id, dimension, "insert", start, count)
    shift.apply(batch.book, change)
    batch.book.check_size()
    source = start - 1 if inherit else start + count
    if source < 0 or source >= sheet.count(dimension):
        return
    _copy_looks(sheet, dimension, source, range(start, start + count))


def _copy_looks(sheet: Sheet, dimension: str, source: int, targets: range) -> None:
    if dimension == "ROWS":
        blank = tuple(_look(cell) for cell in sheet.row(source))
        if any(blank):
            for row in targets:
                sheet.put(row, 0, blank)
    else:
        for row, cells in enumerate(sheet.rows):
            look = _look(cells[source]) if source < len(cells) else None
            if look is not None:
                sheet.put(row, targets.start, [look] * len(targets))
    props = sheet.row_props if dimension == "ROWS" else sheet.column_props
    size = props.get(source, {}).get("pixelSize")
    if size is not None:
        for target in targets:
            props[target] = {"pixelSize": size}


def _look(cell: Cell | None) -> Cell | None:
    if cell is None or (cell.format is None and cell.validation is None):
        return None
    return Cell(format=cell.format, validation=cell.validation)


def append(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Add empty rows or columns at the end."""
    sheet = batch.book.edit(int(body.get("sheetId") or 0))
    dimension, length = str(body.get("dimension") or ""), int(body.get("length") or 0)
    if dimension not in DEFAULT_SIZE:
        raise ApiError("No dimension specified.")
    if length < 1:
        raise ApiError("length must be greater than 0.")
    grow(batch, sheet, dimension, length)
    return {}


def grow(batch: Batch, sheet: Sheet, dimension: str, length: int) -> None:
    """Make the grid longer or wider."""
    if dimension == "ROWS":
        sheet.row_count += length
    else:
        sheet.column_count += length
        if sheet.column_count > MAX_COLUMNS:
            raise ApiError(f"A sheet cannot have more than {MAX_COLUMNS} columns.")
    batch.book.check_size()


def delete(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Delete rows or columns with everything that belongs to them."""
    sheet, dimension, start, end = dimension_range(batch, required(body, "range"))
    _inside(sheet, dimension, end)
    count, noun = sheet.count(dimension), dimension.lower()
    if end - start >= count:
        raise ApiError(f"You can't delete all the {noun} on the sheet.")
    frozen_name = "frozenRowCount" if dimension == "ROWS" else "frozenColumnCount"
    frozen = int(sheet.grid.get(frozen_name) or 0)
    frozen_left = frozen - max(0, min(end, frozen) - start)
    if frozen and count - (end - start) <= frozen_left:
        raise ApiError(f"Sorry, it is not possible to delete all non-frozen {noun}.")
    shift.apply(batch.book, shift.Change(sheet.sheet_id, dimension, "delete", start, end - start))
    if frozen_left != frozen:
        kept = {name: value for name, value in sheet.grid.items() if name != frozen_name}
        sheet.grid = {**kept, **({frozen_name: frozen_left} if frozen_left else {})}
    return {}


def move(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Move rows or columns; the destination is counted before they are taken out."""
    sheet, dimension, start, end = dimension_range(batch, required(body, "source"))
    _inside(sheet, dimension, end)
    target = int(body.get("destinationIndex") or 0)
    if not 0 <= target <= sheet.count(dimension):
        raise ApiError(f"destinationIndex[{target}] must be between 0 and {sheet.count(dimension)}")
    if not start <= target <= end:
        shift.apply(
            batch.book,
            shift.Change(sheet.sheet_id, dimension, "move", start, end - start, target),
        )
    return {}


def update_properties(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Size or hide rows or columns."""
    if body.get("dataSourceSheetRange"):
        raise ApiError("Data source sheets do not exist here.")
    sheet, dimension, start, end = dimension_range(batch, required(body, "range"))
    _inside(sheet, dimension, end)
    properties = body.get("properties") or {}
    fields = mask.names(update_mask(body, "properties"), _SETTABLE)
    unknown = fields - set(_SETTABLE)
    if unknown:
        raise ApiError(f"Field cannot be updated: {min(unknown)}")
    props = sheet.row_props if dimension == "ROWS" else sheet.column_props
    for position in range(start, end):
        kept = {name: v for name, v in props.get(position, {}).items() if name not in fields}
        new = {name: properties[name] for name in fields if properties.get(name)}
        props[position] = {**kept, **new}
        if not props[position]:
            del props[position]
    return {}


def auto_resize(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Fit columns to their longest text, and rows to one line."""
    sheet, dimension, start, end = dimension_range(batch, required(body, "dimensions"))
    if dimension == "ROWS":
        for row in range(start, end):
            sheet.row_props[row] = {
                name: v for name, v in sheet.row_props.get(row, {}).items() if name != "pixelSize"
            }
        return {}
    for column in range(start, end):
        longest = 0
        for cells in sheet.rows:
            cell = cells[column] if column < len(cells) else None
            if cell is not None and cell.value is not None:
                longest = max(longest, len(str(cell.value)))
        if longest:
            size = max(DEFAULT_SIZE["COLUMNS"] // 5, longest * _CHARACTER_PIXELS + 6)
            sheet.column_props[column] = {**sheet.column_props.get(column, {}), "pixelSize": size}
    return {}


def _groups(sheet: Sheet, dimension: str) -> tuple[Group, ...]:
    return sheet.row_groups if dimension == "ROWS" else sheet.column_groups


def _set_groups(sheet: Sheet, dimension: str, groups: list[Group]) -> tuple[Group, ...]:
    ordered = tuple(sorted(groups, key=lambda group: (group.depth, group.start)))
    if dimension == "ROWS":
        sheet.row_groups = ordered
    else:
        sheet.column_groups = ordered
    return ordered


def group_json(sheet: Sheet, dimension: str, group: Group) -> dict[str, Any]:
    """Return a group as DimensionGroup JSON."""
    place: dict[str, Any] = {} if sheet.sheet_id == 0 else {"sheetId": sheet.sheet_id}
    place |= {"dimension": dimension, "startIndex": group.start, "endIndex": group.end}
    return {
        "range": place,
        "depth": group.depth,
        **({"collapsed": True} if group.collapsed else {}),
    }


def _regrouped(
    batch: Batch, body: dict[str, Any], deeper: Callable[[int, bool], int]
) -> tuple[Sheet, str, tuple[Group, ...]]:
    """Rebuild a dimension's groups from the depth of every row or column."""
    sheet, dimension, start, end = dimension_range(batch, required(body, "range"))
    _inside(sheet, dimension, end)
    old = _groups(sheet, dimension)
    reach = max([end, *(group.end for group in old)])
    depths = [0] * reach
    for group in old:
        for position in range(group.start, group.end):
            depths[position] = max(depths[position], group.depth)
    depths = [deeper(depth, start <= at < end) for at, depth in enumerate(depths)]
    folded = {(group.start, group.end, group.depth) for group in old if group.collapsed}
    groups: list[Group] = []
    for depth in range(1, max(depths, default=0) + 1):
        at = 0
        while at < reach:
            if depths[at] < depth:
                at += 1
                continue
            first = at
            while at < reach and depths[at] >= depth:
                at += 1
            groups.append(Group(first, at, depth, (first, at, depth) in folded))
    return sheet, dimension, _set_groups(sheet, dimension, groups)


def add_group(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Group rows or columns, one level deeper than they were."""
    sheet, dimension, groups = _regrouped(batch, body, lambda depth, hit: depth + hit)
    control = "rowGroupControlAfter" if dimension == "ROWS" else "columnGroupControlAfter"
    if len(groups) == 1:
        sheet.grid = {**sheet.grid, control: True}
    return {
        "addDimensionGroup": {
            "dimensionGroups": [group_json(sheet, dimension, group) for group in groups]
        }
    }


def delete_group(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Take rows or columns out of their innermost group."""
    sheet, dimension, start, end = dimension_range(batch, required(body, "range"))
    if not any(g.start < end and start < g.end for g in _groups(sheet, dimension)):
        raise ApiError("There is no group at the specified range.")
    sheet, dimension, groups = _regrouped(batch, body, lambda depth, hit: max(0, depth - hit))
    kept = [group_json(sheet, dimension, group) for group in groups]
    return {"deleteDimensionGroup": {"dimensionGroups": kept} if kept else {}}


def update_group(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Fold or unfold a group; its rows or columns are hidden or shown with it."""
    wanted = required(body, "dimensionGroup")
    sheet, dimension, start, end = dimension_range(batch, required(wanted, "range"))
    fields = mask.names(update_mask(body, "dimensionGroup"), ("collapsed",))
    depth = int(wanted.get("depth") or 0)
    groups = list(_groups(sheet, dimension))
    for index, group in enumerate(groups):
        if (group.start, group.end, group.depth) == (start, end, depth):
            if "collapsed" in fields:
                folded = bool(wanted.get("collapsed"))
                groups[index] = replace(group, collapsed=folded)
                _set_groups(sheet, dimension, groups)
                _hide(sheet, dimension, range(start, end), hidden=folded)
            return {}
    raise ApiError("There is no group with that range and depth.")


def _hide(sheet: Sheet, dimension: str, positions: range, *, hidden: bool) -> None:
    props = sheet.row_props if dimension == "ROWS" else sheet.column_props
    for position in positions:
        old = {name: v for name, v in props.get(position, {}).items() if name != "hiddenByUser"}
        props[position] = {**old, "hiddenByUser": True} if hidden else old
        if not props[position]:
            del props[position]


HANDLERS: dict[str, Handler] = {
    "insertDimension": insert,
    "appendDimension": append,
    "deleteDimension": delete,
    "moveDimension": move,
    "updateDimensionProperties": update_properties,
    "autoResizeDimensions": auto_resize,
    "addDimensionGroup": add_group,
    "deleteDimensionGroup": delete_group,
    "updateDimensionGroup": update_group,
}
