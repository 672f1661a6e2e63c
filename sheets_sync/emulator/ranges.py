"""Grid ranges inside larger messages, such as the sources of a chart."""

from collections.abc import Callable
from typing import Any

from sheets_sync.emulator.area import Area, from_grid_range, to_grid_range
from sheets_sync.emulator.schema import shapes
from sheets_sync.emulator.workbook import Json

Move = Callable[[Area], Area | None]

_HOLDERS = {
    "ChartSourceRange": "sources",
    "ChartData": "sourceRange",
    "BasicChartSeries": "series",
    "BasicChartDomain": "domain",
}
"""Parts of a chart that go when the range they show has gone."""


def mapped(message: str, body: Json, move: Move) -> dict[str, Any]:
    """Return a message with every GridRange in it passed through `move`; None drops the range."""
    fields = shapes()[message]
    kept: dict[str, Any] = {}
    for name, value in body.items():
        new = _mapped_value(fields.get(name, "any"), value, move)
        if new is not None:
            kept[name] = new
    return kept


def _mapped_value(kind: str, value: Any, move: Move) -> Any:
    if kind == "@GridRange" and isinstance(value, dict):
        area = move(from_grid_range(value))
        return None if area is None else to_grid_range(area)
    if kind[0] == "@" and isinstance(value, dict):
        new = mapped(kind[1:], value, move)
        holds = _HOLDERS.get(kind[1:])
        return None if holds and value.get(holds) and not new.get(holds) else new
    if kind[0] == "[" and isinstance(value, list):
        items = (_mapped_value(kind[1:], item, move) for item in value)
        return [item for item in items if item is not None]
    return value


def within(message: str, body: Json) -> list[Area]:
    """Return every GridRange of a message."""
    found: list[Area] = []

    def note(area: Area) -> Area:
        found.append(area)
        return area

    mapped(message, body, note)
    return found
