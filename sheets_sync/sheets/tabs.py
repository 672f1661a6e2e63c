"""How a tab is made and dressed: headings, formats, widths, groups, dropdowns; or copied from another.

A new tab has a blank row below the headings: it holds the formats that inserted rows take on, so that
a colour somebody gave to the last row does not spread. A new month's tab is a copy of the last one
without its rows, so that all a team did to it carries on.
"""

from __future__ import annotations

import zlib
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sheets_sync.core.layout import FORMATS, STATUS_WORDS, money_format
from sheets_sync.sheets import wire

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sheets_sync.core.tab import ExistingTab, RowKey
    from sheets_sync.core.template import Column, TabLayout
    from sheets_sync.errors import Language
    from sheets_sync.sheets.wire import Request

AUTOMATIC = "General"
"""The number format of a column in which people type what they like."""

HEADING = {"red": 0.9098, "green": 0.9294, "blue": 0.9608}
_HEADING_THEIRS = {"red": 1, "green": 0.9529, "blue": 0.8314}
HEADING_TEXT = {"red": 0.1216, "green": 0.1608, "blue": 0.2157}
_AT_FRONT = 2
"""The first tabs of a template stand first in the spreadsheet; the others come after all."""

_HEADING_PIXELS = 34
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
    columns = layout.made
    rows = 1 + layout.blank_rows
    properties: dict[str, Any] = {
        "sheetId": sheet_id,
        "title": title,
        "gridProperties": {
            "rowCount": rows,
            "columnCount": len(columns),
            "frozenRowCount": 1,
            "frozenColumnCount": layout.frozen_columns,
        },
    }
    if layout.tab_colour:
        properties["tabColorStyle"] = {"rgbColor": wire.rgb(layout.tab_colour)}
    if layout.order <= _AT_FRONT:
        properties["index"] = layout.order - 1
    yield {"addSheet": {"properties": properties}}
    yield wire.tab_tag(sheet_id, tab_id)
    for index, column in enumerate(columns):
        yield wire.column_tag(sheet_id, index, column.id)
    yield _headings(sheet_id, layout, language)
    yield wire.row_height(sheet_id, (0, 1), _HEADING_PIXELS)
    for (kind, pattern), span in _spans(
        columns, lambda c: (number_kind(c), c.format or FORMATS["count"])
    ):
        yield _body_format(sheet_id, rows, span, pattern, kind)
    for pixels, span in _spans(columns, lambda c: _width(c, language)):
        yield _dimension(sheet_id, span, {"pixelSize": pixels}, "pixelSize")
    yield from _hidden_columns(sheet_id, columns, one_store=one_store)
    for index, column in enumerate(columns):
        if column.choices:
            yield _dropdown(sheet_id, index, column.choices["en" if language == "en" else "zh"])


def _hidden_columns(
    sheet_id: int, columns: Sequence[Column], *, one_store: bool
) -> Iterator[Request]:
    """Hide what nobody reads, and fold what few do."""
    for hidden, span in _spans(columns, lambda c: _hidden(c, one_store=one_store)):
        if hidden:
            yield _dimension(sheet_id, span, {"hiddenByUser": True}, "hiddenByUser")
    for grouped, span in _spans(columns, lambda c: c.group):
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


def copy_tab(tab_id: str, layout: TabLayout, title: str, source: ExistingTab) -> Iterator[Request]:
    """Yield the requests that make a tab as a copy of another one without its rows.

    Whether a copy brings developer metadata along is documented nowhere, nor whether deleting what is not
    there fails. So one of each tag is made first, all of them are deleted, and each is made anew. The row
    that stays lends its formats to new ones: the blank one, or the last of a tab that the team made.
    """
    sheet_id = sheet_id_of(tab_id)
    yield {
        "duplicateSheet": {
            "sourceSheetId": source.sheet_id,
            "newSheetId": sheet_id,
            "newSheetName": title,
            "insertSheetIndex": layout.order - 1 if layout.order <= _AT_FRONT else 1,
        }
    }
    yield wire.tab_tag(sheet_id, tab_id)
    yield wire.column_tag(sheet_id, 0, tab_id)
    yield wire.drop_tags(sheet_id, wire.TAB_KEY)
    yield wire.drop_tags(sheet_id, wire.COLUMN_KEY)
    yield wire.tab_tag(sheet_id, tab_id)
    for name, index in source.columns.items():
        yield wire.column_tag(sheet_id, index, name)
    last = max((row for row, _ in source.keys(layout)), default=0)
    below = max(source.bottom, last + 2)
    if source.row_count > below:
        yield wire.delete_rows(sheet_id, below, source.row_count - below)
    is_theirs = source.sheet_id != sheet_id_of(source.id)
    if source.row_count > last + 1 and not (is_theirs and last):
        if last:
            yield wire.delete_rows(sheet_id, 1, last)
        return
    if last > 1:
        yield wire.delete_rows(sheet_id, 1, last - 1)
    yield {
        "updateCells": {
            "range": wire.grid_range(sheet_id, (1, 2), (0, source.column_count)),
            "fields": "userEnteredValue,note,userEnteredFormat.backgroundColorStyle",
        }
    }


def money_formats(
    sheet_id: int, layout: TabLayout, columns: Mapping[str, int], at: int, keys: Sequence[RowKey]
) -> Iterator[Request]:
    """Give each run of rows of one marketplace its currency's number format."""
    money = sorted(columns[c.id] for c in layout.columns if c.unit == "money" and c.id in columns)
    if "marketplace" not in layout.key_columns:
        return
    place = layout.key_columns.index("marketplace")
    row = at
    for marketplace, run in groupby(keys, key=lambda key: str(key[place])):
        count = len(list(run))
        for first, end in wire.spans(money):
            yield wire.number_format(
                sheet_id, (row, row + count), (first, end), money_format(marketplace), "CURRENCY"
            )
        row += count


def _headings(sheet_id: int, layout: TabLayout, language: Language) -> Request:
    """Write the headings: blue over what the program writes, yellow over what people do."""
    values = []
    for column in layout.made:
        ours = column.role == "ours" or column.key
        if layout.is_loose:  # people type the keys; a stamp beside their entries is the program's
            stamped = layout.kind == "operation" and column.role == "prefilled"
            ours = stamped or (column.role == "ours" and not column.key)
        style = {
            "backgroundColorStyle": {"rgbColor": HEADING if ours else _HEADING_THEIRS},
            "textFormat": {"bold": True, "foregroundColorStyle": {"rgbColor": HEADING_TEXT}},
            "verticalAlignment": "MIDDLE",
            "horizontalAlignment": "LEFT" if number_kind(column) == "TEXT" else "RIGHT",
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


def number_kind(column: Column) -> str:
    """Return the kind of number format a column has."""
    kinds = {
        "ratio": "PERCENT",
        "change": "PERCENT",
        "date": "DATE",
        "moment": "DATE_TIME",
        "money": "CURRENCY",
        "text": "TEXT",
    }
    return kinds.get(column.unit, "NUMBER")


def _body_format(
    sheet_id: int, rows: int, span: tuple[int, int], pattern: str, kind: str
) -> Request:
    """Format the blank rows that inserted rows take after."""
    style: dict[str, Any] = {"wrapStrategy": "CLIP", "verticalAlignment": "MIDDLE"}
    if pattern != AUTOMATIC:
        style["numberFormat"] = {"type": kind, "pattern": pattern}
    return {
        "repeatCell": {
            "range": wire.grid_range(sheet_id, (1, rows), span),
            "cell": {"userEnteredFormat": style},
            "fields": f"userEnteredFormat({','.join(style)})",
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
