"""What inserting, deleting and moving rows or columns does to everything that knows a position."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from sheets_sync.emulator import floating, ranges
from sheets_sync.emulator.area import Area
from sheets_sync.emulator.formula.references import rewrite
from sheets_sync.emulator.workbook import Anchored, Cell, Formula, Group, Json, Row, Sheet, Workbook

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Change:
    """One structural change of a sheet, along one dimension.

    `target` is where moved rows or columns go, counted before they are taken away.
    """

    sheet_id: int
    dimension: str
    kind: str
    """insert, delete or move."""
    start: int
    count: int
    target: int = 0
    within: tuple[int, int] | None = None
    """The columns (or rows) that move when only part of each row (or column) does."""

    @property
    def end(self) -> int:
        """The position after the last one inserted, deleted or moved."""
        return self.start + self.count

    def index(self, position: int) -> int | None:
        """Return where a row or column is afterwards, None when it is gone."""
        if self.kind == "insert":
            return position + self.count if position >= self.start else position
        if self.kind == "delete":
            if self.start <= position < self.end:
                return None
            return position - self.count if position >= self.end else position
        return self._moved(position)

    def _moved(self, position: int) -> int:
        if self.start <= position < self.end:
            shift = self.target - self.start
            return position + (shift if shift <= 0 else shift - self.count)
        if self.end <= position < self.target:
            return position - self.count
        if self.target <= position < self.start:
            return position + self.count
        return position

    def span(self, start: int | None, end: int | None) -> tuple[int | None, int | None] | None:
        """Return a half-open span afterwards, None when nothing of it is left."""
        if self.kind == "move":
            return self._moved_span(start, end)
        if self.kind == "insert":
            if start is not None and start >= self.start:
                start += self.count
            if end is not None and end > self.start:
                end += self.count
            return start, end
        start = None if start is None else self._after_delete(start)
        end = None if end is None else self._after_delete(end)
        if end is not None and end <= (start or 0):
            return None
        return start, end

    def _after_delete(self, edge: int) -> int:
        return edge - self.count if edge >= self.end else min(edge, self.start)

    def _moved_span(
        self, start: int | None, end: int | None
    ) -> tuple[int | None, int | None] | None:
        first, last = start or 0, end
        if last is not None and self.start <= first and last <= self.end:
            by = self._moved(first) - first
            return first + by, last + by
        inside = first <= self.start and (last is None or self.end <= last)
        if inside and first <= self.target and (last is None or self.target <= last):
            return start, end
        gone = Change(self.sheet_id, self.dimension, "delete", self.start, self.count)
        rest = gone.span(start, end)
        if rest is None:
            return start, end
        target = self.target if self.target <= self.start else self.target - self.count
        back = Change(self.sheet_id, self.dimension, "insert", target, self.count)
        return back.span(*rest)

    def area(self, area: Area) -> Area | None:
        """Return an area afterwards, None when nothing of it is left."""
        if area.sheet_id != self.sheet_id or not self._across(area):
            return area
        if self.dimension == "ROWS":
            rows = self.span(area.row0, area.row1)
            return rows and replace(area, row0=rows[0], row1=rows[1])
        columns = self.span(area.col0, area.col1)
        return columns and replace(area, col0=columns[0], col1=columns[1])

    def _across(self, area: Area) -> bool:
        """Say whether an area lies wholly in what moves."""
        if self.within is None:
            return True
        low, high = (area.col0, area.col1) if self.dimension == "ROWS" else (area.row0, area.row1)
        return (
            low is not None and high is not None and self.within[0] <= low <= high <= self.within[1]
        )


def apply(book: Workbook, change: Change) -> None:
    """Carry out a structural change of a draft: cells first, then all that points at cells."""
    sheet = book.edit(change.sheet_id)
    if change.dimension == "ROWS":
        sheet.rows = _reorder_rows(sheet.rows, change)
        sheet.row_props = _move_keys(sheet.row_props, change)
        sheet.row_groups = _move_groups(sheet.row_groups, change)
        sheet.row_count += _growth(change)
    else:
        sheet.rows = [_reorder_cells(row, change) for row in sheet.rows]
        sheet.column_props = _move_keys(sheet.column_props, change)
        sheet.column_groups = _move_groups(sheet.column_groups, change)
        sheet.column_count += _growth(change)
    sheet.merges = tuple(area for old in sheet.merges if (area := change.area(old)))
    _move_anchored(sheet, change)
    floating.move(book, change)
    book.names = _move_all(book.names, change.area)
    _move_metadata(book, change)
    _move_references(book, change)


def apply_within(book: Workbook, change: Change) -> None:
    """Insert or delete cells in some columns (or rows) of a draft only; the others stay."""
    sheet = book.edit(change.sheet_id)
    first, last = change.within or (0, 0)
    if change.dimension == "ROWS":
        _move_block(sheet, change, first, last)
    else:
        for row in range(first, min(last, len(sheet.rows))):
            sheet.rows[row] = _reorder_cells(sheet.rows[row], change)
    sheet.row_count = max(sheet.row_count, len(sheet.rows))
    widest = max(map(len, sheet.rows), default=0)
    sheet.column_count = max(sheet.column_count, widest)
    sheet.merges = tuple(area for old in sheet.merges if (area := change.area(old)))
    _move_anchored(sheet, change)
    book.names = _move_all(book.names, change.area)
    floating.redraw(book, change.area)
    _move_references(book, change)


def _move_block(sheet: Sheet, change: Change, first: int, last: int) -> None:
    """Move the cells of some columns up or down; rows that are empty at the end are dropped."""
    width = last - first
    blank: Row = (None,) * width
    cells = [(row[first:last] + blank)[:width] for row in sheet.rows]
    for row, part in enumerate(_reordered(cells, change, blank)):
        if row < len(sheet.rows) or any(part):
            sheet.put(row, first, part)
    for row in range(len(cells) - (change.count if change.kind == "delete" else 0), len(cells)):
        if row >= change.start:
            sheet.put(row, first, blank)


def _growth(change: Change) -> int:
    return {"insert": change.count, "delete": -change.count, "move": 0}[change.kind]


def _reorder_rows(rows: list[Row], change: Change) -> list[Row]:
    empty: Row = ()
    return _reordered(rows, change, empty)


def _reorder_cells(row: Row, change: Change) -> Row:
    if change.kind != "move" and len(row) <= change.start:
        return row
    nothing: Cell | None = None
    return tuple(_reordered(list(row), change, nothing))


def _reordered(items: list[T], change: Change, blank: T) -> list[T]:
    if change.kind == "insert":
        if len(items) <= change.start:
            return items
        return items[: change.start] + [blank] * change.count + items[change.start :]
    if change.kind == "delete":
        return items[: change.start] + items[change.end :]
    reach = max(change.end, change.target)
    items = items + [blank] * (reach - len(items))
    block = items[change.start : change.end]
    if change.target <= change.start:
        return (
            items[: change.target]
            + block
            + items[change.target : change.start]
            + items[change.end :]
        )
    return (
        items[: change.start] + items[change.end : change.target] + block + items[change.target :]
    )


def _move_keys(props: dict[int, Json], change: Change) -> dict[int, Json]:
    return {new: value for old, value in props.items() if (new := change.index(old)) is not None}


def _move_groups(groups: Iterable[Group], change: Change) -> tuple[Group, ...]:
    moved = []
    for group in groups:
        span = change.span(group.start, group.end)
        if span is not None:
            moved.append(replace(group, start=span[0] or 0, end=span[1] or 0))
    return tuple(moved)


def _move_all(
    items: Iterable[Anchored], move: Callable[[Area], Area | None]
) -> tuple[Anchored, ...]:
    kept = []
    for item in items:
        areas = tuple(area for old in item.areas if (area := move(old)))
        if areas:
            kept.append(item if areas == item.areas else replace(item, areas=areas))
    return tuple(kept)


def _move_anchored(sheet: Sheet, change: Change) -> None:
    sheet.rules = _move_all(sheet.rules, change.area)
    moved = _move_all(sheet.filter_views, change.area)
    sheet.filter_views = tuple(_refiltered(item, change) for item in moved)
    sheet.protections = tuple(
        replace(item, body=ranges.mapped("ProtectedRange", item.body, change.area))
        for item in _move_all(sheet.protections, change.area)
    )
    sheet.bandings = _move_all(sheet.bandings, change.area)
    if sheet.basic_filter is not None:
        left = _move_all([sheet.basic_filter], change.area)
        sheet.basic_filter = _refiltered(left[0], change) if left else None


def _refiltered(item: Anchored, change: Change) -> Anchored:
    """Return a filter whose criteria and sorting name the columns by their new positions."""
    if change.dimension != "COLUMNS" or change.within is not None:
        return item
    body = dict(item.body)
    if "criteria" in body:
        moved = {change.index(int(at)): rule for at, rule in body["criteria"].items()}
        body["criteria"] = {str(at): rule for at, rule in moved.items() if at is not None}
    for name, key in (("filterSpecs", "columnIndex"), ("sortSpecs", "dimensionIndex")):
        if name in body:
            pairs = [(change.index(int(spec.get(key) or 0)), spec) for spec in body[name]]
            body[name] = [{**spec, key: at} for at, spec in pairs if at is not None]
    return replace(item, body=body)


def _move_metadata(book: Workbook, change: Change) -> None:
    """Metadata follows its row or column and goes with it."""
    for metadata_id, item in list(book.metadata.items()):
        if (item.sheet_id, item.dimension) != (change.sheet_id, change.dimension):
            continue
        position = change.index(item.start)
        if position is None:
            del book.metadata[metadata_id]
        else:
            book.metadata[metadata_id] = replace(
                item, start=position, end=position + item.end - item.start
            )


def _move_references(book: Workbook, change: Change) -> None:
    title = book.sheet(change.sheet_id).title

    def moved(text: str, home: Sheet) -> str:
        return rewrite(text, home.title, title, change.dimension, change.span, change.within)

    rewrite_formulas(book, moved)


def rewrite_formulas(book: Workbook, moved: Callable[[str, Sheet], str]) -> None:
    """Pass every formula of a draft, in cells and in conditions, through a function."""
    for home in list(book.sheets):
        for row, column, cell in list(home.formulas()):
            text = moved(str(cell.value), home)
            if text != cell.value:
                sheet = book.edit(home.sheet_id)
                sheet.put(row, column, [cell._replace(value=Formula(text))])
        if home.has_lookups:
            _rewrite_validations(book, home, moved)
        rules = tuple(_rule_rewritten(rule, home, moved) for rule in home.rules)
        if any(new is not old for new, old in zip(rules, home.rules, strict=True)):
            book.edit(home.sheet_id).rules = rules


def _rule_rewritten(rule: Anchored, home: Sheet, moved: Callable[[str, Sheet], str]) -> Anchored:
    boolean = rule.body.get("booleanRule")
    if boolean is None:
        return rule
    new = _condition_rewritten(boolean, home, moved)
    return rule if new is boolean else replace(rule, body={**rule.body, "booleanRule": new})


def _condition_rewritten(body: Json, home: Sheet, moved: Callable[[str, Sheet], str]) -> Json:
    """Return something that has a condition, with the formulas in it rewritten."""
    values = (body.get("condition") or {}).get("values", ())
    new = [
        {**value, "userEnteredValue": moved(value["userEnteredValue"], home)}
        if str(value.get("userEnteredValue", "")).startswith("=")
        else value
        for value in values
    ]
    if new == list(values):
        return body
    return {**body, "condition": {**body["condition"], "values": new}}


def _rewrite_validations(book: Workbook, home: Sheet, moved: Callable[[str, Sheet], str]) -> None:
    done: dict[int, Json] = {}
    for row, cells in enumerate(home.rows):
        for column, cell in enumerate(cells):
            if cell is None or cell.validation is None:
                continue
            known = done.get(id(cell.validation))
            if known is None:
                known = _condition_rewritten(cell.validation, home, moved)
                done[id(cell.validation)] = known
            if known is not cell.validation:
                book.edit(home.sheet_id).put(row, column, [cell._replace(validation=known)])
