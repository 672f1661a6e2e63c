"""Conditional format rules evaluated, and the format a cell ends up with."""

import itertools
from collections.abc import Callable
from typing import Any

from sheets_sync.emulator.calc import effective
from sheets_sync.emulator.entry import typed
from sheets_sync.emulator.formats import DEFAULT_FORMAT, color, plain_color
from sheets_sync.emulator.formula.coerce import compare
from sheets_sync.emulator.formula.evaluate import Env, evaluate
from sheets_sync.emulator.formula.moments import today
from sheets_sync.emulator.formula.results import ErrorValue, FormulaError, Result
from sheets_sync.emulator.refusal import unsupported
from sheets_sync.emulator.workbook import Anchored, Cell, Formula, Json, Sheet, Workbook

_BASE: Json = {
    **DEFAULT_FORMAT,
    "textFormat": {**DEFAULT_FORMAT["textFormat"], "fontFamily": "Arial"},
    "hyperlinkDisplayType": "PLAIN_TEXT",
}
_NO_FORMAT: Json = {}
_ORDERED: dict[str, Callable[[int], bool]] = {
    "NUMBER_GREATER": lambda order: order > 0,
    "NUMBER_GREATER_THAN_EQ": lambda order: order >= 0,
    "NUMBER_LESS": lambda order: order < 0,
    "NUMBER_LESS_THAN_EQ": lambda order: order <= 0,
    "NUMBER_EQ": lambda order: order == 0,
    "NUMBER_NOT_EQ": lambda order: order != 0,
    "DATE_EQ": lambda order: order == 0,
    "DATE_BEFORE": lambda order: order < 0,
    "DATE_AFTER": lambda order: order > 0,
    "DATE_ON_OR_BEFORE": lambda order: order <= 0,
    "DATE_ON_OR_AFTER": lambda order: order >= 0,
}
_TEXT: dict[str, Callable[[str, str], bool]] = {
    "TEXT_CONTAINS": lambda text, part: part in text,
    "TEXT_NOT_CONTAINS": lambda text, part: part not in text,
    "TEXT_STARTS_WITH": lambda text, part: text.startswith(part),
    "TEXT_ENDS_WITH": lambda text, part: text.endswith(part),
    "TEXT_EQ": lambda text, part: text == part,
    "TEXT_NOT_EQ": lambda text, part: text != part,
}
_RELATIVE_DAYS = {
    "TODAY": 0,
    "YESTERDAY": -1,
    "TOMORROW": 1,
    "PAST_WEEK": -7,
    "PAST_MONTH": -30,
    "PAST_YEAR": -365,
}


def condition_holds(
    book: Workbook,
    sheet: Sheet,
    condition: Json,
    row: int,
    column: int,
    value: Result,
    corner: tuple[int, int] | None = None,
) -> bool:
    """Say whether a BooleanCondition holds for a cell.

    Relative references in its formulas are meant from `corner`, or from the cell itself.
    """
    kind = str(condition.get("type"))
    top, left = corner or (row, column)
    env = Env(book, sheet, row - top, column - left, row, column)
    given = [_given(item, env) for item in condition.get("values", ())]
    try:
        return _holds(kind, value, given)
    except FormulaError:
        return False


def _given(item: Json, env: Env) -> Result:
    if item.get("relativeDate"):
        return today(env) + _RELATIVE_DAYS.get(item["relativeDate"], 0)
    text = str(item.get("userEnteredValue", ""))
    locale = str(env.book.properties.get("locale", "en_US"))
    read = typed(text, locale).value
    return evaluate(text, env) if isinstance(read, Formula) else read


def _holds(kind: str, value: Result, given: list[Result]) -> bool:  # noqa: PLR0911 - a table of kinds
    if kind == "CUSTOM_FORMULA":
        result = given[0]
        return bool(result) and not isinstance(result, ErrorValue | str)
    if kind == "BLANK":
        return value is None or value == ""
    if kind == "NOT_BLANK":
        return value is not None and value != ""
    if kind in _TEXT:
        shown = "" if value is None else str(value)
        part = "" if given[0] is None else str(given[0])
        return _TEXT[kind](shown.casefold(), part.casefold())
    if kind in _ORDERED:
        return _number(value) and _number(given[0]) and _ORDERED[kind](compare(value, given[0]))
    if kind in ("NUMBER_BETWEEN", "NUMBER_NOT_BETWEEN", "DATE_BETWEEN", "DATE_NOT_BETWEEN"):
        if not (_number(value) and _number(given[0]) and _number(given[1])):
            return False
        within = compare(given[0], value) <= 0 <= compare(given[1], value)
        return within is not ("NOT" in kind)
    if kind in ("ONE_OF_LIST", "ONE_OF_RANGE"):
        return any(value == item for item in given)
    if kind == "BOOLEAN":
        return isinstance(value, bool)
    raise unsupported(f"conditions of type {kind}")


def _number(value: Result) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


class Painter:
    """Works out the effective format of a sheet's cells."""

    def __init__(self, book: Workbook, sheet: Sheet) -> None:
        self.book, self.sheet = book, sheet
        self._rules = [rule for rule in sheet.rules if "booleanRule" in rule.body]
        self._gradients = [rule for rule in sheet.rules if "gradientRule" in rule.body]
        self._columns: dict[int, list[Anchored]] = {}
        self._gradient_points: dict[int, list[tuple[float, Json]]] = {}
        self._merged: dict[tuple[int, str, tuple[int, ...]], Json] = {}

    def reach(self, row1: int) -> int:
        """Return the row after the last one that a rule or banding may paint, within a limit."""
        items = (*self.sheet.rules, *self.sheet.bandings)
        if not items:
            return 0
        ends = [area.row1 or row1 for item in items for area in item.areas]
        return min(row1, max(ends))

    def paint(self, row: int, column: int, cell: Cell | None, value: Result) -> Json | None:
        """Return a cell's effective format, None when nothing was ever done to the cell."""
        hits = self._hits(row, column, value)
        band = self._band(row, column)
        gradient = self._gradient(row, column, value)
        if (
            not hits
            and band is None
            and gradient is None
            and (cell is None or (cell.value is None and cell.format is None))
        ):
            return None
        form = cell.format if cell is not None else None
        key = (id(form), _alignment(value), tuple(id(hit) for hit in hits))
        if band is None and gradient is None:
            known = self._merged.get(key)
            if known is None:
                known = self._merged[key] = _overlaid(form, _alignment(value), None, hits)
            return known
        overlay = [*hits, *([_background(gradient)] if gradient is not None else [])]
        return _overlaid(form, _alignment(value), band, overlay)

    def _hits(self, row: int, column: int, value: Result) -> list[Json]:
        rules = self._columns.get(column)
        if rules is None:
            rules = self._columns[column] = [
                rule
                for rule in self._rules
                if any(
                    area.left <= column and (area.col1 is None or column < area.col1)
                    for area in rule.areas
                )
            ]
        hits = []
        for rule in rules:
            if not any(area.contains(row, column) for area in rule.areas):
                continue
            first = rule.areas[0]
            boolean = rule.body["booleanRule"]
            if condition_holds(
                self.book,
                self.sheet,
                boolean["condition"],
                row,
                column,
                value,
                (first.top, first.left),
            ):
                hits.append(boolean.get("format", _NO_FORMAT))
        return hits

    def _band(self, row: int, column: int) -> Json | None:
        for item in self.sheet.bandings:
            area = self.sheet.closed(item.areas[0])
            if area.contains(row, column):
                return _band_color(item.body, area.bounds, row, column)
        return None

    def _gradient(self, row: int, column: int, value: Result) -> Json | None:
        if not _number(value):
            return None
        for rule in self._gradients:
            if any(area.contains(row, column) for area in rule.areas):
                points = self._gradient_points.get(id(rule))
                if points is None:
                    points = self._gradient_points[id(rule)] = self._points(rule)
                return _between(points, float(value))  # type: ignore[arg-type]  # a number, see above
        return None

    def _points(self, rule: Anchored) -> list[tuple[float, Json]]:
        found = sorted(self._numbers(rule))
        points = []
        for name in ("minpoint", "midpoint", "maxpoint"):
            point = rule.body["gradientRule"].get(name)
            if point:
                points.append((_point_value(point, found), point.get("color", {})))
        return points

    def _numbers(self, rule: Anchored) -> list[float]:
        found = []
        for area in rule.areas:
            row0, row1, col0, col1 = self.sheet.closed(area).bounds
            for row in range(row0, min(row1, len(self.sheet.rows))):
                for column in range(col0, col1):
                    value = effective(self.book, self.sheet, row, column)
                    if isinstance(value, int | float) and not isinstance(value, bool):
                        found.append(float(value))
        return found


def _point_value(point: Json, found: list[float]) -> float:
    kind = point.get("type")
    low, high = (found[0], found[-1]) if found else (0.0, 0.0)
    if kind == "MIN":
        return low
    if kind == "MAX":
        return high
    read = typed(str(point.get("value", "0"))).value
    amount = float(read) if isinstance(read, int | float) else 0.0
    if kind == "PERCENT":
        return low + (high - low) * amount / 100
    if kind == "PERCENTILE" and found:
        place = amount / 100 * (len(found) - 1)
        return found[min(len(found) - 1, round(place))]
    return amount


def _between(points: list[tuple[float, Json]], value: float) -> Json:
    if value <= points[0][0]:
        return points[0][1]
    for (low, start), (high, end) in itertools.pairwise(points):
        if value <= high:
            share = 1.0 if high == low else (value - low) / (high - low)
            channels = ("red", "green", "blue")
            return color(
                {
                    name: start.get(name, 0) + (end.get(name, 0) - start.get(name, 0)) * share
                    for name in channels
                }
            )
    return points[-1][1]


def _band_color(
    body: Json, bounds: tuple[int, int, int, int], row: int, column: int
) -> Json | None:
    row0, row1, col0, col1 = bounds
    for name, at, start, end in (
        ("rowProperties", row, row0, row1),
        ("columnProperties", column, col0, col1),
    ):
        looks = body.get(name)
        if not looks:
            continue
        if at == start and "headerColorStyle" in looks:
            return plain_color(looks["headerColorStyle"])
        if at == end - 1 and "footerColorStyle" in looks:
            return plain_color(looks["footerColorStyle"])
        first = (at - start - ("headerColorStyle" in looks)) % 2 == 0
        style = looks.get("firstBandColorStyle" if first else "secondBandColorStyle")
        if style is not None:
            return plain_color(style)
    return None


def _background(shade: Json) -> Json:
    return {"backgroundColor": shade, "backgroundColorStyle": {"rgbColor": shade}}


def _alignment(value: Result) -> str:
    if isinstance(value, bool | ErrorValue):
        return "CENTER"
    return "RIGHT" if isinstance(value, int | float) else "LEFT"


def _overlaid(form: Json | None, alignment: str, band: Json | None, hits: list[Json]) -> Json:
    """Return the default format under the band, the cell's own format and the rules that hit.

    Of several rules the first one decides each property.
    """
    result: dict[str, Any] = {**_BASE, "horizontalAlignment": alignment}
    layers = [*([_background(band)] if band is not None else []), form or {}, *reversed(hits)]
    for layer in layers:
        for name, value in layer.items():
            if name == "textFormat":
                result[name] = {**result[name], **value}
            else:
                result[name] = value
    return result
