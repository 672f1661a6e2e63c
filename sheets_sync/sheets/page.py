"""How the stand-up page looks: what each line is, the merged cells of its list, its charts.

The lines are found by their numbers, wherever they stand. The looks are laid anew when the page's shape
changes (another marketplace, another language); charts and colours are made once, with the tab.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

from sheets_sync.core.layout import FORMATS, money_format
from sheets_sync.core.today.charts import DAYS
from sheets_sync.core.today.todo import MOST
from sheets_sync.sheets import wire
from sheets_sync.sheets.furniture import object_id
from sheets_sync.sheets.highlights import COLOURS
from sheets_sync.sheets.tabs import HEADING, HEADING_TEXT, number_kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sheets_sync.core.template import Chart, Column, TabLayout
    from sheets_sync.core.today import Shape
    from sheets_sync.errors import Language
    from sheets_sync.sheets.wire import Request

VERSION = 1
LINKED = "ahr"
"""The column whose cells in the list lead to the cell with the problem."""

_LISTED = (("vs_week", "acos_7d"), ("tacos", "warning"), (LINKED, "ipi"))
"""From where to where the problem, the advice and the link stretch."""

_CHART_WIDTH, _CHART_HEIGHT, _CHART_GAP = 410, 250, 12
_LIST_PIXELS = 25
_ALARMING = (
    ("critical", "critical"),
    ("overdue", "critical"),
    ("out_of_stock", "critical"),
    ("warning", "warning"),
)
_LINES = ("#1A73E8", "#E8710A", "#188038", "#A142F4", "#12A4AF", "#B3261E", "#795548", "#5F6368")


def mark(shape: Shape, language: Language) -> str:
    """Return a fingerprint of how a page looks."""
    return f"page{VERSION}:{zlib.crc32(repr((shape, language)).encode()):08x}"


def dress(
    layout: TabLayout,
    shape: Shape,
    sheet_id: int,
    columns: Mapping[str, int],
    lines: Mapping[int, int],
) -> Iterator[Request]:
    """Yield the formats and merges of the figures' and the list's lines.

    Only columns of the program's are touched: those that people put between them, and lines below the
    list, are theirs.
    """
    shown = [c for c in layout.made if c.id in columns and c.hide == "never"]
    spans = list(wire.spans(sorted(columns[c.id] for c in shown)))
    for number, row in sorted(lines.items()):
        if number >= shape.first_item + MOST:
            continue
        for span in spans:
            place = wire.grid_range(sheet_id, (row, row + 1), span)
            yield {"unmergeCells": {"range": place}}
            if number >= shape.list_head:
                yield _styled(place, _list_style(is_head=number == shape.list_head))
            else:
                yield _styled(place, {"textFormat": {"bold": number == shape.total}})
        if number >= shape.list_head:
            yield wire.row_height(sheet_id, (row, row + 1), _LIST_PIXELS)
            yield from _merged(layout, sheet_id, columns, row)
            continue
        for column in shown:
            yield _formatted(column, number, shape, sheet_id, row, columns[column.id])
    for column in layout.made:
        if column.hide == "always" and column.id in columns and not column.key and lines:
            kind, pattern = number_kind(column), column.format or FORMATS["count"]
            rows = (min(lines.values()), max(lines.values()) + 1)
            span = (columns[column.id], columns[column.id] + 1)
            yield wire.number_format(sheet_id, rows, span, pattern, kind)


def charts(
    layout: TabLayout,
    shape: Shape,
    sheet_id: int,
    columns: Mapping[str, int],
    lines: Mapping[int, int],
    language: Language,
) -> Iterator[Request]:
    """Yield the charts of a new page below its list, and the colours of its alarming figures."""
    last = shape.first_item + MOST
    anchor = {
        "sheetId": sheet_id,
        "rowIndex": lines.get(last, max(lines.values())) + 1,
        "columnIndex": columns["marketplace"],
    }
    rows = (lines[1], lines[1] + 1 + DAYS)
    for number, chart in enumerate(layout.charts):
        yield {
            "addChart": {
                "chart": {
                    "chartId": object_id(layout.id, "chart", chart.id),
                    "spec": _spec(
                        chart, sheet_id, columns, rows, len(shape.marketplaces), language
                    ),
                    "position": {
                        "overlayPosition": {
                            "anchorCell": anchor,
                            "offsetXPixels": number * (_CHART_WIDTH + _CHART_GAP),
                            "widthPixels": _CHART_WIDTH,
                            "heightPixels": _CHART_HEIGHT,
                        }
                    },
                }
            }
        }
    for index, (name, severity) in enumerate(pair for pair in _ALARMING if pair[0] in columns):
        span = (columns[name], columns[name] + 1)
        condition = {"type": "NUMBER_GREATER", "values": [{"userEnteredValue": "0"}]}
        rule = {
            "ranges": [wire.grid_range(sheet_id, (0, None), span)],
            "booleanRule": {"condition": condition, "format": COLOURS[severity]},
        }
        yield {"addConditionalFormatRule": {"rule": rule, "index": index}}


def _formatted(
    column: Column, number: int, shape: Shape, sheet_id: int, row: int, place: int
) -> Request:
    """Give a figure of a site its number format: money in the site's own currency."""
    kind, pattern = number_kind(column), column.format or FORMATS["count"]
    if column.unit == "money":
        pattern = f"[${shape.currency} ]#,##0" if shape.currency else FORMATS["count"]
        if number <= len(shape.marketplaces):
            pattern = money_format(shape.marketplaces[number - 1])
    return wire.number_format(sheet_id, (row, row + 1), (place, place + 1), pattern, kind)


def _list_style(*, is_head: bool) -> dict[str, Any]:
    """Return how a line of the list looks: a heading, or a thing to do."""
    style: dict[str, Any] = {
        "numberFormat": {"type": "TEXT", "pattern": "@"},
        "horizontalAlignment": "LEFT",
        "verticalAlignment": "MIDDLE",
        "wrapStrategy": "CLIP",
        "textFormat": {"bold": is_head},
    }
    if is_head:
        style["backgroundColorStyle"] = {"rgbColor": HEADING}
        style["textFormat"]["foregroundColorStyle"] = {"rgbColor": HEADING_TEXT}
    return style


def _merged(
    layout: TabLayout, sheet_id: int, columns: Mapping[str, int], row: int
) -> Iterator[Request]:
    """Give the long texts of a line several cells, where no column of the team's stands between."""
    order = [column.id for column in layout.made]
    for first, last in _LISTED:
        between = order[order.index(first) : order.index(last) + 1]
        places = [columns.get(name, -1) for name in between]
        if places == list(range(places[0], places[0] + len(between))) and places[0] >= 0:
            area = wire.grid_range(sheet_id, (row, row + 1), (places[0], places[-1] + 1))
            yield {"mergeCells": {"range": area, "mergeType": "MERGE_ALL"}}


def _styled(place: dict[str, int], style: dict[str, Any]) -> Request:
    fields = [
        name if name != "textFormat" else "textFormat(bold,foregroundColorStyle)"
        for name in (
            *style,
            *(() if "backgroundColorStyle" in style else ("backgroundColorStyle",)),
        )
    ]
    return {
        "repeatCell": {
            "range": place,
            "cell": {"userEnteredFormat": style},
            "fields": f"userEnteredFormat({','.join(fields)})",
        }
    }


def _spec(
    chart: Chart,
    sheet_id: int,
    columns: Mapping[str, int],
    rows: tuple[int, int],
    sites: int,
    language: Language,
) -> dict[str, Any]:
    """Return a chart's spec; its data stand in hidden columns, under a line of names."""

    def data(name: str) -> dict[str, Any]:
        span = (columns[name], columns[name] + 1)
        return {"sourceRange": {"sources": [wire.grid_range(sheet_id, rows, span)]}}

    stacked = chart.kind == "stacked_column"
    count = chart.series if stacked else max(1, min(chart.series, sites))
    series = []
    for index in range(count):
        colour = _colour(chart.colours, index)
        series.append(
            {
                "series": data(f"{chart.id}_{index + 1}"),
                "targetAxis": "LEFT_AXIS",
                "colorStyle": {"rgbColor": wire.rgb(colour)},
            }
        )
    basic: dict[str, Any] = {
        "chartType": "COLUMN" if stacked else "LINE",
        "legendPosition": "BOTTOM_LEGEND",
        "headerCount": 1,
        "axis": [{"position": "BOTTOM_AXIS"}, {"position": "LEFT_AXIS"}],
        "domains": [{"domain": data("chart_date")}],
        "series": series,
    }
    if stacked:
        basic["stackedType"] = "STACKED"
    return {
        "title": chart.title.say(language),
        "basicChart": basic,
        "hiddenDimensionStrategy": "SHOW_ALL",
    }


def _colour(colours: Sequence[str], index: int) -> str:
    return colours[index] if index < len(colours) else _LINES[index % len(_LINES)]
