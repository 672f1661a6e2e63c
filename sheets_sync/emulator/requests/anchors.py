"""Requests about protections, names, filters and bandings: things with an id, hung on a range."""

import re
from dataclasses import replace
from typing import Any

from sheets_sync.emulator import mask
from sheets_sync.emulator.area import Area, to_grid_range
from sheets_sync.emulator.formats import normal, unpaired
from sheets_sync.emulator.guard import may_edit
from sheets_sync.emulator.identity import OWNER
from sheets_sync.emulator.refusal import ApiError, unsupported
from sheets_sync.emulator.requests.batch import Batch, Handler, required, update_mask
from sheets_sync.emulator.workbook import Anchored, Json, Sheet

_NAME = re.compile(r"[^\W\d]\w*")
_LIKE_A_CELL = re.compile(r"[A-Za-z]{1,3}\d+|[Rr]\d+[Cc]\d+")


def _find(items: tuple[Anchored, ...], item_id: Any) -> Anchored | None:
    return next((item for item in items if str(item.item_id) == str(item_id)), None)


def _swap(items: tuple[Anchored, ...], new: Anchored) -> tuple[Anchored, ...]:
    return tuple(new if item.item_id == new.item_id else item for item in items)


def _without(items: tuple[Anchored, ...], item_id: int | str | None) -> tuple[Anchored, ...]:
    return tuple(item for item in items if item.item_id != item_id)


def protected_json(item: Anchored, viewer: str | None = None) -> dict[str, Any]:
    """Return ProtectedRange JSON as somebody sees it, by default the owner of the spreadsheet.

    Who may not edit the range is not told who may.
    """
    body = {"protectedRangeId": item.item_id, "range": to_grid_range(item.areas[0]), **item.body}
    if viewer is None or may_edit(item, viewer):
        return {**body, "requestingUserCanEdit": True}
    del body["editors"]
    return body


def _protections(batch: Batch) -> list[tuple[Sheet, Anchored]]:
    return [(sheet, item) for sheet in batch.book.sheets for item in sheet.protections]


def _protected_body(wanted: Json) -> dict[str, Any]:
    left_out = ("protectedRangeId", "range", "requestingUserCanEdit", "namedRangeId")
    kept = {name: value for name, value in normal(wanted).items() if name not in left_out}
    if kept.pop("tableId", None):
        raise unsupported("protecting tables")
    for name in ("warningOnly", "description"):
        if not kept.get(name):
            kept.pop(name, None)
    editors = kept.get("editors") or {}
    kept["editors"] = {name: value for name, value in editors.items() if value}
    return kept


def add_protected(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Protect a range or a whole sheet."""
    wanted = required(body, "protectedRange")
    area = _target(batch, wanted)
    known = {item.item_id for _, item in _protections(batch)}
    item_id = wanted.get("protectedRangeId")
    if item_id is None:
        item_id = batch.mint.number(known.__contains__)
    elif int(item_id) in known:
        raise ApiError(f"A protected range with id {int(item_id)} already exists.")
    kept = _protected_body(wanted)
    reply = protected_json(Anchored((area,), kept, int(item_id)))
    always = dict.fromkeys((OWNER, batch.by))
    users = [user for user in kept["editors"].get("users", ()) if user not in always]
    kept = {**kept, "editors": {**kept["editors"], "users": [*always, *users]}}
    sheet = batch.book.edit(area.sheet_id)
    if not batch.mint.replaying:  # journals from before this check may hold a second one
        _check_whole(sheet, area)
    sheet.protections = (*sheet.protections, Anchored((area,), kept, int(item_id)))
    return {"addProtectedRange": {"protectedRange": reply}}


def _check_whole(sheet: Sheet, area: Area) -> None:
    """Refuse a second protection of a whole sheet; warnings count, parts of the sheet do not."""
    whole = Area(sheet.sheet_id)
    if area == whole and any(item.areas[0] == whole for item in sheet.protections):
        raise ApiError(f'Sheet "{sheet.title}" already has sheet protection.')


def _target(batch: Batch, wanted: Json) -> Area:
    if wanted.get("namedRangeId"):
        named = _find(batch.book.names, wanted["namedRangeId"])
        if named is None:
            raise ApiError(f"No named range with id: {wanted['namedRangeId']}")
        return named.areas[0]
    return batch.area(required(wanted, "range"))


def _protected(batch: Batch, item_id: Any) -> tuple[Sheet, Anchored]:
    for sheet, item in _protections(batch):
        if str(item.item_id) == str(item_id):
            return batch.book.edit(sheet.sheet_id), item
    raise ApiError(f"No protected range with id: {item_id}")


def update_protected(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Change a protection."""
    wanted = required(body, "protectedRange")
    tree = update_mask(body, "protectedRange")
    sheet, item = _protected(batch, wanted.get("protectedRangeId"))
    merged = mask.merge(item.body, normal(wanted), tree)
    if not tree or "range" in tree:
        new_area = _target(batch, wanted)
        if new_area.sheet_id != item.areas[0].sheet_id:
            raise ApiError("A protected range cannot move to another sheet.")
        item = replace(item, areas=(new_area,))
    sheet.protections = _swap(sheet.protections, replace(item, body=_protected_body(merged)))
    return {}


def delete_protected(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Lift a protection."""
    sheet, item = _protected(batch, body.get("protectedRangeId"))
    sheet.protections = _without(sheet.protections, item.item_id)
    return {}


def named_json(item: Anchored) -> dict[str, Any]:
    """Return NamedRange JSON."""
    return {"namedRangeId": item.item_id, **item.body, "range": to_grid_range(item.areas[0])}


def _check_name(batch: Batch, name: str, own: str | None = None) -> None:
    if not _NAME.fullmatch(name) or _LIKE_A_CELL.fullmatch(name):
        raise ApiError(f"The name '{name}' is not valid for a named range.")
    for item in batch.book.names:
        if item.item_id != own and str(item.body["name"]).casefold() == name.casefold():
            raise ApiError(f"A named range with the name '{name}' already exists.")


def add_named(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Give a range a name."""
    wanted = required(body, "namedRange")
    _check_name(batch, wanted.get("name") or "")
    area = batch.area(required(wanted, "range"))
    item_id = wanted.get("namedRangeId")
    if item_id is None:
        taken = {str(item.item_id) for item in batch.book.names}
        item_id = str(batch.mint.number(lambda fresh: str(fresh) in taken))
    elif _find(batch.book.names, item_id):
        raise ApiError(f"A named range with id {item_id} already exists.")
    item = Anchored((area,), {"name": wanted["name"]}, str(item_id))
    batch.book.names = (*batch.book.names, item)
    return {"addNamedRange": {"namedRange": named_json(item)}}


def _named(batch: Batch, item_id: Any) -> Anchored:
    item = _find(batch.book.names, item_id)
    if item is None:
        raise ApiError(f"No named range with id: {item_id}")
    return item


def update_named(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Rename a named range or give it another range."""
    wanted = required(body, "namedRange")
    fields = mask.names(update_mask(body, "namedRange"), ("name", "range"))
    item = _named(batch, wanted.get("namedRangeId"))
    if "name" in fields:
        _check_name(batch, wanted.get("name") or "", str(item.item_id))
        item = replace(item, body={"name": wanted["name"]})
    if "range" in fields:
        item = replace(item, areas=(batch.area(required(wanted, "range")),))
    batch.book.names = _swap(batch.book.names, item)
    return {}


def delete_named(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Take a name away."""
    item = _named(batch, body.get("namedRangeId"))
    batch.book.names = _without(batch.book.names, item.item_id)
    return {}


def filter_view_json(item: Anchored) -> dict[str, Any]:
    """Return FilterView JSON."""
    return {"filterViewId": item.item_id, **item.body, "range": to_grid_range(item.areas[0])}


def basic_filter_json(item: Anchored) -> dict[str, Any]:
    """Return BasicFilter JSON."""
    return {"range": to_grid_range(item.areas[0]), **item.body}


def _filter_body(wanted: Json) -> dict[str, Any]:
    if wanted.get("tableId"):
        raise unsupported("filters on tables")
    left_out = ("filterViewId", "range")
    return {name: value for name, value in normal(wanted).items() if name not in left_out}


def set_basic_filter(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Put the sheet's one filter on a range, in place of the one it had."""
    wanted = required(body, "filter")
    sheet, area = batch.closed(wanted.get("range"))
    sheet.basic_filter = Anchored((area,), _filter_body(wanted))
    return {}


def clear_basic_filter(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Take the sheet's filter away."""
    batch.book.edit(int(body.get("sheetId") or 0)).basic_filter = None
    return {}


def _views(batch: Batch) -> list[tuple[Sheet, Anchored]]:
    return [(sheet, item) for sheet in batch.book.sheets for item in sheet.filter_views]


def add_filter_view(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Add a filter view, which nobody sees until they choose it."""
    wanted = required(body, "filter")
    area = _target(batch, wanted)
    known = {item.item_id for _, item in _views(batch)}
    item_id = wanted.get("filterViewId")
    if item_id is None:
        item_id = batch.mint.number(known.__contains__)
    elif int(item_id) in known:
        raise ApiError(f"A filter view with id {int(item_id)} already exists.")
    sheet = batch.book.edit(area.sheet_id)
    kept = _filter_body(wanted)
    kept.setdefault("title", f"Filter {len(sheet.filter_views) + 1}")
    item = Anchored((sheet.closed(area),), kept, int(item_id))
    sheet.filter_views = (*sheet.filter_views, item)
    return {"addFilterView": {"filter": filter_view_json(item)}}


def _view(batch: Batch, item_id: Any) -> tuple[Sheet, Anchored]:
    for sheet, item in _views(batch):
        if str(item.item_id) == str(item_id):
            return batch.book.edit(sheet.sheet_id), item
    raise ApiError(f"No filter view with id: {item_id}")


def update_filter_view(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Change a filter view."""
    wanted = required(body, "filter")
    tree = update_mask(body, "filter")
    sheet, item = _view(batch, wanted.get("filterViewId"))
    if "range" in mask.names(tree, ("range",)):
        item = replace(item, areas=(sheet.closed(batch.area(required(wanted, "range"))),))
    merged = _filter_body(mask.merge(item.body, normal(wanted), tree))
    sheet.filter_views = _swap(sheet.filter_views, replace(item, body=merged))
    return {}


def duplicate_filter_view(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Copy a filter view under another id."""
    sheet, item = _view(batch, body.get("filterId"))
    known = {view.item_id for _, view in _views(batch)}
    title = f"Copy of {item.body['title']}"
    copy = replace(
        item, item_id=batch.mint.number(known.__contains__), body={**item.body, "title": title}
    )
    sheet.filter_views = (*sheet.filter_views, copy)
    return {"duplicateFilterView": {"filter": filter_view_json(copy)}}


def delete_filter_view(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Delete a filter view."""
    sheet, item = _view(batch, body.get("filterId"))
    sheet.filter_views = _without(sheet.filter_views, item.item_id)
    return {}


def banding_json(item: Anchored) -> dict[str, Any]:
    """Return BandedRange JSON."""
    return {"bandedRangeId": item.item_id, "range": to_grid_range(item.areas[0]), **item.body}


def _bandings(batch: Batch) -> list[tuple[Sheet, Anchored]]:
    return [(sheet, item) for sheet in batch.book.sheets for item in sheet.bandings]


def _banding_body(wanted: Json) -> dict[str, Any]:
    left_out = ("bandedRangeId", "range", "bandedRangeReference")
    return {name: value for name, value in normal(wanted).items() if name not in left_out}


def add_banding(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Give a range alternating colours; refuse one that overlaps another banding."""
    wanted = required(body, "bandedRange")
    area = batch.area(required(wanted, "range"))
    known = {item.item_id for _, item in _bandings(batch)}
    item_id = wanted.get("bandedRangeId")
    if item_id is None:
        item_id = batch.mint.number(known.__contains__)
    elif int(item_id) in known:
        raise ApiError(f"A banded range with id {int(item_id)} already exists.")
    sheet = batch.book.edit(area.sheet_id)
    if any(area.meets(item.areas[0]) for item in sheet.bandings):
        raise ApiError(
            "You cannot add alternating background colors to a range that already has "
            "alternating background colors."
        )
    item = Anchored((area,), _banding_body(wanted), int(item_id))
    sheet.bandings = (*sheet.bandings, item)
    return {"addBanding": {"bandedRange": banding_json(item)}}


def _banding(batch: Batch, item_id: Any) -> tuple[Sheet, Anchored]:
    for sheet, item in _bandings(batch):
        if str(item.item_id) == str(item_id):
            return batch.book.edit(sheet.sheet_id), item
    raise ApiError(f"No banded range with id: {item_id}")


def update_banding(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Change a banding's colours or range."""
    wanted = required(body, "bandedRange")
    tree = update_mask(body, "bandedRange")
    sheet, item = _banding(batch, wanted.get("bandedRangeId"))
    if "range" in mask.names(tree, ("range",)):
        item = replace(item, areas=(batch.area(required(wanted, "range")),))
    merged = _banding_body(mask.merge(item.body, normal(wanted), unpaired(tree)))
    sheet.bandings = _swap(sheet.bandings, replace(item, body=merged))
    return {}


def delete_banding(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Take a banding away; the data stays."""
    sheet, item = _banding(batch, body.get("bandedRangeId"))
    sheet.bandings = _without(sheet.bandings, item.item_id)
    return {}


HANDLERS: dict[str, Handler] = {
    "addProtectedRange": add_protected,
    "updateProtectedRange": update_protected,
    "deleteProtectedRange": delete_protected,
    "addNamedRange": add_named,
    "updateNamedRange": update_named,
    "deleteNamedRange": delete_named,
    "setBasicFilter": set_basic_filter,
    "clearBasicFilter": clear_basic_filter,
    "addFilterView": add_filter_view,
    "updateFilterView": update_filter_view,
    "duplicateFilterView": duplicate_filter_view,
    "deleteFilterView": delete_filter_view,
    "addBanding": add_banding,
    "updateBanding": update_banding,
    "deleteBanding": delete_banding,
}
