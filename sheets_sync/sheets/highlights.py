"""The rules that colour a tab: they read the hidden flags column, one rule per column and severity.

So a highlight follows its row when people sort and never touches a colour of theirs. Each formula
carries a token that is always true and names the rule as ours.
"""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING, Any

from sheets_sync.sheets import wire

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sheets_sync.core.template import TabLayout
    from sheets_sync.sheets.wire import Request

Highlight = tuple[str, str]
"""A column and a severity that rules can give it."""

TOKEN = re.compile(r"sheets_sync:([a-z0-9_]+:[a-z]+):v(\d+)")
RULES_VERSION = 1

COLOURS: dict[str, dict[str, Any]] = {
    "critical": {
        "backgroundColorStyle": {"rgbColor": {"red": 0.702, "green": 0.149, "blue": 0.1176}},
        "textFormat": {
            "bold": True,
            "foregroundColorStyle": {"rgbColor": {"red": 1, "green": 1, "blue": 1}},
        },
    },
    "warning": {
        "backgroundColorStyle": {"rgbColor": {"red": 1, "green": 0.8196, "blue": 0.4}},
        "textFormat": {
            "foregroundColorStyle": {"rgbColor": {"red": 0.1216, "green": 0.1216, "blue": 0.1216}}
        },
    },
}
"""Told apart with every kind of colour vision, and with text contrast of at least 6.5:1."""


def highlights(layout: TabLayout, rules: Iterable[Highlight]) -> tuple[Highlight, ...]:
    """Return the (column, severity) pairs of the rules that a tab shows, critical first."""
    shown = {(column, severity) for column, severity in rules if column in layout.by_id}
    return tuple(sorted(shown, key=lambda pair: (pair[1] != "critical", pair[0])))


def highlights_mark(pairs: Sequence[Highlight]) -> str:
    """Return a fingerprint of a set of colour rules, to see whether the installed ones are these."""
    return f"{RULES_VERSION}:{zlib.crc32(repr(pairs).encode()):08x}"


def add_highlights(
    sheet_id: int, columns: Mapping[str, int], pairs: Sequence[Highlight], first_index: int = 0
) -> Iterator[Request]:
    """Yield the requests that install the colour rules after the `first_index` rules of other people.

    They begin at the heading row: rows inserted right below it would push a range down that begins there.
    """
    placed = [(name, severity) for name, severity in pairs if name in columns]
    if not placed:
        return
    flags = wire.column_letters(columns["flags"])
    for index, (name, severity) in enumerate(placed, start=first_index):
        formula = (
            f'=AND(LEN("sheets_sync:{name}:{severity}:v{RULES_VERSION}")>0;'
            f'ISNUMBER(SEARCH("|{name}:{severity}|";${flags}1)))'
        )
        rule = {
            "ranges": [wire.grid_range(sheet_id, (0, None), (columns[name], columns[name] + 1))],
            "booleanRule": {
                "condition": {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": formula}]},
                "format": COLOURS[severity],
            },
        }
        yield {"addConditionalFormatRule": {"rule": rule, "index": index}}


def replace_highlights(
    sheet_id: int,
    columns: Mapping[str, int],
    pairs: Sequence[Highlight],
    installed: Sequence[dict[str, Any]],
) -> Iterator[Request]:
    """Yield the requests that replace our colour rules and leave everybody else's."""
    own = [index for index, rule in enumerate(installed) if is_ours(rule)]
    for index in reversed(own):
        yield {"deleteConditionalFormatRule": {"sheetId": sheet_id, "index": index}}
    yield from add_highlights(sheet_id, columns, pairs, len(installed) - len(own))


def is_ours(rule: dict[str, Any]) -> bool:
    """Return whether a conditional rule carries our token."""
    values = rule.get("booleanRule", {}).get("condition", {}).get("values", [])
    return any(TOKEN.search(value.get("userEnteredValue", "")) for value in values)
