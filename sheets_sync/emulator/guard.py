"""Protections: what a caller who is not an editor of a range may not change."""

from typing import Any

from sheets_sync.emulator.area import Area, from_grid_range
from sheets_sync.emulator.refusal import ApiError
from sheets_sync.emulator.workbook import Anchored, Cell, Formula, Sheet, Workbook

_REFUSAL = (
    "You are trying to edit a protected cell or object. Please contact the spreadsheet owner "
    "to remove protection if you need to edit."
)


def may_edit(item: Anchored, email: str) -> bool:
    """Say whether somebody may change a protected range; a warning stops nobody."""
    editors = item.body.get("editors") or {}
    users = {str(user).casefold() for user in editors.get("users", ())}
    return bool(item.body.get("warningOnly")) or email.casefold() in users


def check(before: Workbook, after: Workbook, email: str) -> None:
    """Refuse a change to cells that are protected from this person, or to the protection itself."""
    sheets = {sheet.sheet_id: sheet for sheet in after.sheets}
    for old in before.sheets:
        for item in old.protections:
            if not may_edit(item, email):
                _check_one(old, sheets.get(old.sheet_id), item)


def _check_one(old: Sheet, new: Sheet | None, item: Anchored) -> None:
    if new is None:
        raise ApiError(_REFUSAL)
    if new is old:
        return
    same = next((other for other in new.protections if other.item_id == item.item_id), None)
    if same is None or same.body.get("editors") != item.body.get("editors"):
        raise ApiError(_REFUSAL)
    here, there = old.closed(item.areas[0]), new.closed(same.areas[0])
    row0, row1, col0, col1 = here.bounds
    to0, to1, to2, to3 = there.bounds
    if (row1 - row0, col1 - col0) != (to1 - to0, to3 - to2):
        raise ApiError(_REFUSAL)
    exempt = [from_grid_range(body) for body in item.body.get("unprotectedRanges", ())]
    for down in range(min(row1, max(len(old.rows), len(new.rows))) - row0):
        if old.row(row0 + down) is not new.row(to0 + down):
            _check_row(old, new, (row0 + down, to0 + down), (col0, to2, col1 - col0), exempt)


def _check_row(
    old: Sheet, new: Sheet, rows: tuple[int, int], columns: tuple[int, int, int], exempt: list[Area]
) -> None:
    first, second, width = columns
    for right in range(width):
        one, two = old.cell(rows[0], first + right), new.cell(rows[1], second + right)
        if one is two or any(area.contains(rows[0], first + right) for area in exempt):
            continue
        if _content(one) != _content(two):
            raise ApiError(_REFUSAL)


def _content(cell: Cell | None) -> tuple[Any, ...]:
    """Return what counts of a cell; a formula counts as such, for it may have followed its cells."""
    plain = cell or Cell()
    value = Formula if isinstance(plain.value, Formula) else (type(plain.value), plain.value)
    return value, plain.format, plain.note, plain.validation, plain.runs
