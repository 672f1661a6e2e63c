"""How a tab is made and dressed: headings, formats, widths, groups, and the rules that colour it.

The colour rules read the hidden flags column, one rule per column and severity, so a highlight follows
its row when people sort and never touches a colour of theirs. Each formula carries a token that is
always true and names the rule as ours. A new tab has one blank row below the headings: it holds the
formats that inserted rows take on, so that a colour somebody gave to the last row does not spread.
"""

from __future__ import annotations

import re
import zlib
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sheets_sync.core.layout import FORMATS, SPECIAL, STATUS_WORDS, money_format
from sheets_sync.sheets import wire

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sheets_sync.core.plan import RowKey
    from sheets_sync.core.template import Column, TabLayout
    from sheets_sync.errors import Language
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

_HEADING = {"red": 0.9098, "green": 0.9294, "blue": 0.9608}
_HEADING_THEIRS = {"red": 1, "green": 0.9529, "blue": 0.8314}
_HEADING_TEXT = {"red": 0.1216, "green": 0.1608, "blue": 0.2157}
_NARROW, _WIDE, _PADDING, _LATIN = 8, 14, 16, 0x2E80
"""Pixels of a bold Latin letter, of a Chinese character, and around them; where the latter begin."""


def sheet_id_of(tab_id: str) -> int:
    """Return the sheet id a tab gets: always the same, so that it cannot be made twice."""
    return 1 + zlib.crc32(f"sheets_sync.tab:{tab_id}".encode()) % (2**31 - 2)


def make_tab(
    tab_id: str, layout: TabLayout, title: str, language: Language, *, one_store: bool
) -> Iterator[Request]:
    """Yield the requests that make an empty tab, tagged so that it and its columns are found again."""
    sheet_id = sheet_id_of(tab_id)
    width = len(layout.columns)
    grid = {
        "rowCount": 2,
        "columnCount": width,
        "frozenRowCount": 1,
        "frozenColumnCount": layout.frozen_columns,
    }
    place = {"index": 0} if layout.monthly else {}
    yield {
        "addSheet": {
            "properties": {"sheetId": sheet_id, "title": title, **place, "gridProperties": grid}
        }
    }
    yield wire.tab_tag(sheet_id, tab_id)
    for index, column in enumerate(layout.columns):
        yield wire.column_tag(sheet_id, index, column.id)
    yield _headings(sheet_id, layout.columns, language)
    for (unit, pattern), span in _spans(
        layout.columns, lambda c: (_align(c), c.format or FORMATS["count"])
    ):
        yield _body_format(sheet_id, span, pattern, unit)
    for pixels, span in _spans(layout.columns, lambda c: _width(c, language)):
        yield _dimension(sheet_id, span, {"pixelSize": pixels}, "pixelSize")
    for hidden, span in _spans(layout.columns, lambda c: _hidden(c, one_store=one_store)):
        if hidden:
            yield _dimension(sheet_id, span, {"hiddenByUser": True}, "hiddenByUser")
    for grouped, span in _spans(layout.columns, lambda c: c.group):
        if grouped:
            place = _columns(sheet_id, span)
            yield {"addDimensionGroup": {"range": place}}
            yield {
                "updateDimensionGroup": {
                    "dimensionGroup": {"range": place, "depth": 1, "collapsed": True},
                    "fields": "collapsed",
                }
            }
            yield _dimension(sheet_id, span, {"hiddenByUser": True}, "hiddenByUser")
    for index, column in enumerate(layout.columns):
        if column.choices:
            yield _dropdown(sheet_id, index, column.choices["en" if language == "en" else "zh"])


def money_formats(
    sheet_id: int, layout: TabLayout, columns: Mapping[str, int], at: int, keys: Sequence[RowKey]
) -> Iterator[Request]:
    """Give each run of rows of one marketplace its currency's number format."""
    money = sorted(columns[c.id] for c in layout.columns if c.unit == "money" and c.id in columns)
    place = layout.key_columns.index("marketplace")
    row = at
    for marketplace, run in groupby(keys, key=lambda key: str(key[place])):
        count = len(list(run))
        for first, end in _runs(money):
            yield wire.number_format(
                sheet_id, (row, row + count), (first, end), money_format(marketplace), "CURRENCY"
            )
        row += count


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
    flags = wire.column_letters(columns["flags"])
    placed = [(name, severity) for name, severity in pairs if name in columns]
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


def _headings(sheet_id: int, columns: Sequence[Column], language: Language) -> Request:
    values = []
    for column in columns:
        ours = column.role == "ours" or column.key
        style = {
            "backgroundColorStyle": {"rgbColor": _HEADING if ours else _HEADING_THEIRS},
            "textFormat": {"bold": True, "foregroundColorStyle": {"rgbColor": _HEADING_TEXT}},
            "verticalAlignment": "MIDDLE",
            "horizontalAlignment": "LEFT" if _align(column) == "TEXT" else "RIGHT",
            "wrapStrategy": "WRAP",
        }
        values.append(
            {
                "userEnteredValue": {"stringValue": column.label.say(language)},
                "userEnteredFormat": style,
            }
        )
    return {
        "updateCells": {
            "rows": [{"values": values}],
            "fields": "userEnteredValue,userEnteredFormat",
            "start": {"sheetId": sheet_id, "rowIndex": 0, "columnIndex": 0},
        }
    }


def _align(column: Column) -> str:
    """Return the kind of number format a column has."""
    if column.key or column.id in SPECIAL or column.unit == "text":
        return "DATE" if column.id == "date" else "TEXT"
    kinds = {"ratio": "PERCENT", "change": "PERCENT", "moment": "DATE_TIME", "money": "CURRENCY"}
    return kinds.get(column.unit, "NUMBER")


def _body_format(sheet_id: int, span: tuple[int, int], pattern: str, kind: str) -> Request:
    """Format the blank row that inserted rows take after."""
    style = {
        "numberFormat": {"type": kind, "pattern": pattern},
        "wrapStrategy": "CLIP",
        "verticalAlignment": "MIDDLE",
    }
    return {
        "repeatCell": {
            "range": wire.grid_range(sheet_id, (1, 2), span),
            "cell": {"userEnteredFormat": style},
            "fields": "userEnteredFormat(numberFormat,wrapStrategy,verticalAlignment)",
        }
    }


def _dropdown(sheet_id: int, column: int, choices: Sequence[str]) -> Request:
    """Offer choices in a column of the team's, without refusing anything else."""
    values = [{"userEnteredValue": choice} for choice in choices]
    return {
        "setDataValidation": {
            "range": wire.grid_range(sheet_id, (1, None), (column, column + 1)),
            "rule": {
                "condition": {"type": "ONE_OF_LIST", "values": values},
                "strict": False,
                "showCustomUi": True,
            },
        }
    }


def _width(column: Column, language: Language) -> int:
    """Return a column's width in pixels, wide enough for its heading's longest word and for its words."""
    texts = column.label.say(language).replace("/", " ").split()
    if column.id == "row_status":
        texts += [words.say(language) for words in STATUS_WORDS.values()]
    longest = max(sum(_WIDE if ord(c) > _LATIN else _NARROW for c in text) for text in texts)
    return max(column.width, longest + _PADDING)


def _hidden(column: Column, *, one_store: bool) -> bool:
    return column.hide == "always" or (column.hide == "single_store" and one_store)


def _dimension(
    sheet_id: int, span: tuple[int, int], properties: dict[str, Any], fields: str
) -> Request:
    return {
        "updateDimensionProperties": {
            "range": _columns(sheet_id, span),
            "properties": properties,
            "fields": fields,
        }
    }


def _columns(sheet_id: int, span: tuple[int, int]) -> dict[str, Any]:
    return {"sheetId": sheet_id, "dimension": "COLUMNS", "startIndex": span[0], "endIndex": span[1]}


def _spans(columns: Sequence[Column], of: Any) -> Iterator[tuple[Any, tuple[int, int]]]:
    """Yield (value, (first, end)) of each run of neighbouring columns that share a value."""
    first = 0
    for value, run in groupby(columns, key=of):
        end = first + len(list(run))
        yield value, (first, end)
        first = end


def _runs(indexes: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield (first, end) of each run of consecutive numbers."""
    start = 0
    for i in range(1, len(indexes) + 1):
        if i == len(indexes) or indexes[i] != indexes[i - 1] + 1:
            yield indexes[start], indexes[i - 1] + 1
            start = i
