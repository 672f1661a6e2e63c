"""Requests that move cell contents about: sorting, copying, cutting."""

import random
from dataclasses import replace
from typing import Any

from sheets_sync.emulator.area import Area
from sheets_sync.emulator.calc import effective
from sheets_sync.emulator.formula.coerce import rank
from sheets_sync.emulator.formula.references import translate
from sheets_sync.emulator.formula.results import Result
from sheets_sync.emulator.refusal import ApiError, unsupported
from sheets_sync.emulator.requests.batch import (
    METADATA_ON_SORT,
    Batch,
    Handler,
    coordinate,
    exceeds,
    required,
)
from sheets_sync.emulator.requests.cells import EMPTY
from sheets_sync.emulator.workbook import Cell, Formula, Sheet

Block = list[list[Cell | None]]


def block(sheet: Sheet, area: Area) -> Block:
    """Return the cells of a closed area by row."""
    row0, row1, col0, col1 = area.bounds
    width = col1 - col0
    rows = []
    for row in range(row0, row1):
        cells = list(sheet.row(row)[col0:col1])
        rows.append(cells + [None] * (width - len(cells)))
    return rows


def moved(cell: Cell | None, rows: int, columns: int) -> Cell | None:
    """Return a cell copied that far away: a formula's relative references go along."""
    if cell is None or not isinstance(cell.value, Formula):
        return cell
    return cell._replace(value=Formula(translate(str(cell.value), rows, columns)))


def sort_range(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Sort a range's rows with their formats and notes; blanks go last in either order."""
    sheet, area = batch.closed(required(body, "range"))
    row0, row1, col0, _ = area.bounds
    last = min(row1, max(len(sheet.rows), row0))
    order = list(range(row0, last))
    for spec in reversed(body.get("sortSpecs") or []):
        if (
            spec.get("foregroundColor")
            or spec.get("backgroundColor")
            or spec.get("foregroundColorStyle")
            or spec.get("backgroundColorStyle")
        ):
            raise unsupported("sorting by colour")
        if spec.get("dataSourceColumnReference"):
            raise unsupported("sorting by a column of a data source")
        column = int(spec.get("dimensionIndex") or 0)
        if not area.contains(row0, column):
            raise ApiError(f"dimensionIndex[{column}] is not inside the range.")
        keys = {row: effective(batch.book, sheet, row, column) for row in order}
        _sort(order, keys, descending=spec.get("sortOrder") == "DESCENDING")
    cells = block(sheet, Area(area.sheet_id, row0, max(last, row0 + 1), col0, area.col1))
    for place, row in enumerate(order):
        if row != row0 + place:
            sheet.put(
                row0 + place, col0, [moved(c, row0 + place - row, 0) for c in cells[row - row0]]
            )
    if METADATA_ON_SORT in batch.settings:
        _sort_metadata(batch, sheet, {row: row0 + place for place, row in enumerate(order)})
    batch.book.cache.clear()
    return {}


def _sort_metadata(batch: Batch, sheet: Sheet, places: dict[int, int]) -> None:
    for metadata_id, item in batch.book.metadata.items():
        if (item.sheet_id, item.dimension) == (sheet.sheet_id, "ROWS") and item.start in places:
            row = places[item.start]
            batch.book.metadata[metadata_id] = replace(item, start=row, end=row + 1)


def _sort(order: list[int], keys: dict[int, Result], *, descending: bool) -> None:
    filled = [row for row in order if keys[row] is not None]
    blank = [row for row in order if keys[row] is None]
    filled.sort(key=lambda row: rank(keys[row]), reverse=descending)
    order[:] = filled + blank


def _pasted(old: Cell | None, new: Cell | None, kind: str, value: Result) -> Cell | None:
    """Return a cell after another was pasted on it; `value` is what the other came to."""
    base, source = old or EMPTY, new or EMPTY
    plain = value if isinstance(value, str | int | float | bool | None) else value.shown
    if kind in ("PASTE_NORMAL", "PASTE_UNSPECIFIED"):
        cell = source
    elif kind == "PASTE_VALUES":
        cell = base._replace(value=plain, runs=None)
    elif kind == "PASTE_FORMULA":
        cell = base._replace(value=source.value, runs=None)
    elif kind == "PASTE_FORMAT":
        cell = base._replace(format=source.format)
    elif kind == "PASTE_NO_BORDERS":
        borders = (base.format or {}).get("borders")
        form = {n: v for n, v in (source.format or {}).items() if n != "borders"}
        cell = source._replace(format={**form, **({"borders": borders} if borders else {})} or None)
    elif kind == "PASTE_DATA_VALIDATION":
        cell = base._replace(validation=source.validation)
    else:
        raise unsupported(f"pastes of type {kind}")
    return None if cell == EMPTY else cell


def copy_paste(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Copy a range onto another, repeated as often as it fits."""
    kind = body.get("pasteType") or "PASTE_NORMAL"
    if kind == "PASTE_CONDITIONAL_FORMATTING":
        raise unsupported("pastes of type PASTE_CONDITIONAL_FORMATTING")
    source_sheet, source = batch.closed(required(body, "source"))
    sheet, target = batch.closed(required(body, "destination"))
    cells = block(source_sheet, source)
    row0, _, col0, _ = source.bounds
    results = [
        [effective(batch.book, source_sheet, row0 + r, col0 + c) for c in range(len(line))]
        for r, line in enumerate(cells)
    ]
    origins = [[(r, c) for c in range(len(line))] for r, line in enumerate(cells)]
    if body.get("pasteOrientation") == "TRANSPOSE":
        origins = [list(column) for column in zip(*origins, strict=True)]
    top, bottom, left, right = target.bounds
    height, width = len(origins), len(origins[0])
    tall = max(height, (bottom - top) // height * height)
    wide = max(width, (right - left) // width * width)
    if top + tall > sheet.row_count or left + wide > sheet.column_count:
        raise exceeds(sheet, Area(sheet.sheet_id, top, top + tall, left, left + wide))
    for down in range(tall):
        line = []
        for across in range(wide):
            r, c = origins[down % height][across % width]
            new = moved(cells[r][c], top + down - row0 - r, left + across - col0 - c)
            old = sheet.cell(top + down, left + across)
            line.append(_pasted(old, new, kind, results[r][c]))
        sheet.put(top + down, left, line)
    sheet.has_formulas = sheet.has_formulas or source_sheet.has_formulas
    batch.book.cache.clear()
    return {}


def cut_paste(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Move a range's contents; what was at the destination is replaced."""
    kind = body.get("pasteType") or "PASTE_NORMAL"
    if kind not in ("PASTE_NORMAL", "PASTE_UNSPECIFIED"):
        raise unsupported(f"cutting with pastes of type {kind}")
    if any(sheet.has_formulas for sheet in batch.book.sheets):
        raise unsupported("cutPaste in a spreadsheet with formulas")
    source_sheet, source = batch.closed(required(body, "source"))
    sheet, row, column = coordinate(batch, required(body, "destination"))
    cells = block(source_sheet, source)
    row0, row1, col0, col1 = source.bounds
    area = Area(sheet.sheet_id, row, row + row1 - row0, column, column + col1 - col0)
    if area.bounds[1] > sheet.row_count or area.bounds[3] > sheet.column_count:
        raise exceeds(sheet, area)
    for r in range(row0, row1):
        source_sheet.put(r, col0, [None] * (col1 - col0))
    for down, line in enumerate(cells):
        sheet.put(row + down, column, line)
    sheet.has_formulas = sheet.has_formulas or source_sheet.has_formulas
    return {}


def delete_duplicates(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Delete a range's rows that repeat an earlier one; case and formats make no difference."""
    sheet, area = batch.closed(required(body, "range"))
    row0, row1, col0, col1 = area.bounds
    columns: list[int] = []
    for wanted in body.get("comparisonColumns") or ():
        end = col1 if wanted.get("endIndex") is None else int(wanted["endIndex"])
        columns += range(int(wanted.get("startIndex") or col0), end)
    if any(not col0 <= column < col1 for column in columns):
        raise ApiError("A comparison column is not inside the range.")
    last = min(row1, max(len(sheet.rows), row0))
    seen: set[tuple[Any, ...]] = set()
    kept: Block = []
    for row, cells in enumerate(block(sheet, Area(area.sheet_id, row0, last, col0, col1)), row0):
        key = tuple(
            rank(effective(batch.book, sheet, row, column))
            for column in columns or range(col0, col1)
        )
        if key not in seen:
            kept.append([moved(cell, row0 + len(kept) - row, 0) for cell in cells])
        seen.add(key)
    gone = last - row0 - len(kept)
    for place, cells in enumerate(kept + [[None] * (col1 - col0)] * gone, row0):
        sheet.put(place, col0, cells)
    batch.book.cache.clear()
    return {"deleteDuplicates": {"duplicatesRemovedCount": gone} if gone else {}}


def randomize_range(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Put a range's rows in a random order."""
    sheet, area = batch.closed(required(body, "range"))
    row0, row1, col0, _ = area.bounds
    cells = block(sheet, area)
    order = list(range(row1 - row0))
    random.Random(batch.mint.number(lambda _: False)).shuffle(order)  # noqa: S311 - no secret
    for place, origin in enumerate(order):
        line = [moved(cell, place - origin, 0) for cell in cells[origin]]
        if any(line) or row0 + place < len(sheet.rows):
            sheet.put(row0 + place, col0, line)
    batch.book.cache.clear()
    return {}


HANDLERS: dict[str, Handler] = {
    "sortRange": sort_range,
    "deleteDuplicates": delete_duplicates,
    "randomizeRange": randomize_range,
    "copyPaste": copy_paste,
    "cutPaste": cut_paste,
}
