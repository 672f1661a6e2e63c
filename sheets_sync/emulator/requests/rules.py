"""Requests about conditional format rules, which have no id and are known by their position."""

from typing import Any

from sheets_sync.emulator.area import to_grid_range
from sheets_sync.emulator.formats import normal
from sheets_sync.emulator.refusal import ApiError
from sheets_sync.emulator.requests.batch import Batch, Handler, required
from sheets_sync.emulator.workbook import Anchored, Json, Sheet

_KINDS = ("booleanRule", "gradientRule")
_RULE_FORMAT = ("backgroundColor", "backgroundColorStyle", "textFormat")
_RULE_TEXT = (
    "bold",
    "italic",
    "strikethrough",
    "underline",
    "foregroundColor",
    "foregroundColorStyle",
)


def rule_json(rule: Anchored) -> dict[str, Any]:
    """Return ConditionalFormatRule JSON."""
    return {"ranges": [to_grid_range(area) for area in rule.areas], **rule.body}


def _rule(batch: Batch, body: Json) -> Anchored:
    areas = tuple(batch.area(item) for item in body.get("ranges") or ())
    if not areas:
        raise ApiError("No ranges specified.")
    if len({area.sheet_id for area in areas}) > 1:
        raise ApiError("All ranges of a conditional format rule must be on the same sheet.")
    given = [name for name in _KINDS if body.get(name)]
    if len(given) != 1:
        raise ApiError("Must specify exactly one of booleanRule and gradientRule.")
    kept = normal(body[given[0]])
    if given[0] == "booleanRule":
        _check_boolean(kept)
    return Anchored(areas, {given[0]: kept})


def _check_boolean(rule: Json) -> None:
    condition = rule.get("condition") or {}
    if not condition.get("type"):
        raise ApiError("No condition type specified.")
    looks = rule.get("format") or {}
    for name in looks:
        if name not in _RULE_FORMAT:
            raise ApiError(f"ConditionalFormatRule.format does not support {name}.")
    for name in looks.get("textFormat") or {}:
        if name not in _RULE_TEXT:
            raise ApiError(f"ConditionalFormatRule.format does not support textFormat.{name}.")
    if condition["type"] == "CUSTOM_FORMULA":
        values = condition.get("values") or []
        if len(values) != 1 or not str(values[0].get("userEnteredValue", "")).startswith("="):
            raise ApiError("A custom formula must begin with '='.")


def _check_index(sheet: Sheet, index: int, count: int) -> None:
    if not 0 <= index < count:
        raise ApiError(f"No conditional format on sheet: {sheet.sheet_id} at index: {index}")


def add(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Add a rule before the one that is at the index now."""
    rule = _rule(batch, required(body, "rule"))
    sheet = batch.book.edit(rule.areas[0].sheet_id)
    index = int(body.get("index") or 0)
    _check_index(sheet, index, len(sheet.rules) + 1)
    sheet.rules = (*sheet.rules[:index], rule, *sheet.rules[index:])
    return {}


def update(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Replace a rule, or move it to another position."""
    index = int(body.get("index") or 0)
    if body.get("rule"):
        rule = _rule(batch, body["rule"])
        sheet = batch.book.edit(rule.areas[0].sheet_id)
        _check_index(sheet, index, len(sheet.rules))
        old = sheet.rules[index]
        sheet.rules = (*sheet.rules[:index], rule, *sheet.rules[index + 1 :])
        return {
            "updateConditionalFormatRule": {
                "oldRule": rule_json(old),
                "newRule": rule_json(rule),
                "newIndex": index,
            }
        }
    if body.get("newIndex") is None:
        raise ApiError("Must specify rule or newIndex.")
    sheet = batch.book.edit(int(body.get("sheetId") or 0))
    _check_index(sheet, index, len(sheet.rules))
    target = int(body["newIndex"])
    _check_index(sheet, target, len(sheet.rules))
    rules = list(sheet.rules)
    moved = rules.pop(index)
    rules.insert(target, moved)
    sheet.rules = tuple(rules)
    return {
        "updateConditionalFormatRule": {
            "newRule": rule_json(moved),
            "oldIndex": index,
            "newIndex": target,
        }
    }


def delete(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Delete the rule at a position; the ones after it move up."""
    sheet = batch.book.edit(int(body.get("sheetId") or 0))
    index = int(body.get("index") or 0)
    _check_index(sheet, index, len(sheet.rules))
    gone = sheet.rules[index]
    sheet.rules = (*sheet.rules[:index], *sheet.rules[index + 1 :])
    return {"deleteConditionalFormatRule": {"rule": rule_json(gone)}}


HANDLERS: dict[str, Handler] = {
    "addConditionalFormatRule": add,
    "updateConditionalFormatRule": update,
    "deleteConditionalFormatRule": delete,
}
