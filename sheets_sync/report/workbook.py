"""A review as a workbook: what it is and the totals first, then each table with the charts that it needs.

The same review gives the same bytes. Values are written by their type, and no text can turn into a formula.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, NamedTuple

from xlsxwriter import Workbook

from sheets_sync.archive import excel
from sheets_sync.archive.about import CRITICAL, OURS, WARNING
from sheets_sync.archive.xlsx import FONT, OPTIONS, set_up_page, write_cell
from sheets_sync.core.layout import FORMATS, money_format
from sheets_sync.core.review.details import SEVERITIES
from sheets_sync.core.snapshot import Look
from sheets_sync.errors import Words
from sheets_sync.report.charts import GAP, HEIGHT, Charts, drawn
from sheets_sync.report.telling import missing_texts, sources_text, span_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from xlsxwriter.chart import Chart
    from xlsxwriter.worksheet import Worksheet

    from sheets_sync.core.review import Review
    from sheets_sync.core.review.tables import Column, Row, Table
    from sheets_sync.core.scope import Account
    from sheets_sync.core.snapshot import Place
    from sheets_sync.report.gathering import MonthRead
    from sheets_sync.report.telling import Head

TITLES = (
    Words("概览", "Overview"),
    Words("月度", "By month"),
    Words("周", "By week"),
    Words("SKU", "SKU"),
    Words("预警", "Alerts"),
    Words("账号", "Account"),
)
"""The worksheets, in their order."""

_REVIEW = Words("运营回顾", "Operations review")
_RANGE, _MADE = Words("日期", "Days"), Words("生成时间", "Made at")
_SOURCES, _MISSING = Words("数据来源", "Sources"), Words("缺数", "Missing")
_NONE_MISSING = Words("没有", "nothing")
_NOTES, _THIS = Words("说明", "Notes"), Words("本期", "This period")
_COMPARED = Words(
    "较前期({first} – {last}),只比两期都有销售数据的日子",
    "Against {first} – {last}, on the days whose sales are known both times",
)
_NOT_COMPARED = Words(
    "前期({first} – {last})没有可比的数据", "Nothing is known of {first} – {last} to compare with"
)
_NO_ALERTS = Words("没有预警", "No alerts")
_NO_ACCOUNT = Words("没有账号健康数据", "No figures of account health")
_REMARKS = (
    Words(
        "空白是未知,不是0。比率先求和再相除,只算分子分母都已知的日子。",
        "Blank is unknown, not 0. Ratios are divided after adding up, over the days on which both sides are known.",
    ),
    Words(
        "金额用各站点本币,不跨币种相加。",
        "Money is in each site's own currency and never added across sites.",
    ),
    Words(
        "活跃SKU:期内有过库存、销量、流量或广告花费的SKU。",
        "Active SKUs had stock, sales, traffic or ad spend on some day.",
    ),
    Words(
        "预警:有最终归档的月份以归档为准(当时大家看到的),其他月份按现行规则重新计算;没有数据存储时取初步归档。",
        "Alerts: of months with a final archive those that people saw then; of others by today's limits, or as in "
        "the preliminary archive where the store has no figures.",
    ),
)

_PIXELS = {
    "store": 92,
    "marketplace": 52,
    "month": 72,
    "week": 84,
    "span": 104,
    "sku": 132,
    "title": 230,
    "category": 96,
    "owner": 80,
    "what": 190,
    "severity": 72,
    "each": 92,
    "days": 92,
}
_PIXELS_OF_UNIT = {
    "money": 116,
    "ratio": 88,
    "count": 84,
    "change": 100,
    "points": 100,
    "score": 92,
}
_LABEL_COLUMNS = 2
_ROW_PIXELS, _ROW_GAP, _TITLE_PIXELS = 20, 8, 32
_RULE = "#D5DBE3"
_FIRST_ROW, _ABREAST = 2, 2

_FORMATS = {**FORMATS, "change": "+0.0%;-0.0%;0.0%", "points": "+0.0;-0.0;0.0", "rate": "0.00%"}
_LABEL, _TEXT, _CELL = Look(bold=True), Look(align="LEFT", wrap=True), Look(align="LEFT")
_SAID = Look(italic=True)
_BY_SEVERITY = {SEVERITIES["critical"]: CRITICAL, SEVERITIES["warning"]: WARNING}


def workbook(review: Review, head: Head, months: Sequence[MonthRead]) -> bytes:
    """Return a review as an xlsx file."""
    file = io.BytesIO()
    book = Workbook(file, {**OPTIONS, "default_format_properties": dict(FONT)})
    name = excel.fitting(f"{head.team} {review.first} – {review.last}")[0]
    book.set_properties({"title": name, "created": head.made_at.replace(tzinfo=None)})
    titles = excel.worksheet_titles(title.say(head.language) for title in TITLES)
    sheets = [book.add_worksheet(title) for title in titles]
    styles = excel.Styles(book)
    pages = [_Page(book, sheet, styles, head) for sheet in sheets]
    overview, by_month, by_week, skus, alerts, accounts = pages
    _write_overview(overview, review, months)
    by_month.write(TITLES[1], review.months, Charts.of_months)
    by_week.write(TITLES[2], review.weeks, Charts.of_weeks)
    skus.write(TITLES[3], review.skus, Charts.of_best)
    alerts.write(TITLES[4], review.alerts, if_empty=_NO_ALERTS)
    accounts.write(TITLES[5], review.accounts, if_empty=_NO_ACCOUNT)
    for page in pages:
        set_up_page(page.sheet, name, None)
        page.sheet.set_landscape()
        page.sheet.hide_gridlines(2)
    book.close()
    return file.getvalue()


class _Page(NamedTuple):
    """One worksheet."""

    book: Workbook
    sheet: Worksheet
    styles: excel.Styles
    head: Head

    def title(self, text: str) -> None:
        """Write the title."""
        self.sheet.set_row_pixels(0, _TITLE_PIXELS)
        self.sheet.write_string(0, 0, excel.fitting(text)[0], self.styles.title())

    def write(
        self,
        title: Words,
        table: Table,
        draw: Callable[[Charts, Account], Chart] | None = None,
        *,
        if_empty: Words | None = None,
    ) -> None:
        """Write a table under its title, the charts that draw it between them."""
        self.title(title.say(self.head.language))
        self.widen(table)
        sites = drawn(table) if draw is not None else []
        wide = (sum(map(_width, table.columns)) - GAP) // _ABREAST
        tall = -(-len(sites) // _ABREAST) * (HEIGHT + GAP)
        top = _FIRST_ROW - (-tall // _ROW_PIXELS)
        if draw is not None:
            charts = Charts(self.book, str(self.sheet.name), table, top, self.head, wide)
            for i, site in enumerate(sites):
                down, across = divmod(i, _ABREAST)
                place = {"x_offset": across * (wide + GAP), "y_offset": down * (HEIGHT + GAP)}
                self.sheet.insert_chart(_FIRST_ROW, 0, draw(charts, site), place)
        self.table(top, table, is_filtered=True)
        self.sheet.repeat_rows(top)
        if not sites:
            self.sheet.freeze_panes(top + 1, 0)
        if if_empty is not None and not table.rows:
            self.text((top + 1, 0), if_empty.say(self.head.language), _SAID)

    def widen(self, table: Table) -> None:
        """Give the columns of a table their widths."""
        for i, column in enumerate(table.columns):
            self.sheet.set_column_pixels(i, i, _width(column))

    def table(self, top: int, table: Table, *, is_filtered: bool = False) -> int:
        """Write a table's headings and rows; return the row below it."""
        language = self.head.language
        labels = [column.label.say(language) for column in table.columns]
        for i, (label, column) in enumerate(zip(labels, table.columns, strict=True)):
            look = OURS if column.unit == "text" else OURS._replace(align="RIGHT")
            self.text((top, i), label, look, is_heading=True)
        lines = max(map(excel.line_count, labels, map(_width, table.columns))) + is_filtered
        self.sheet.set_row_pixels(top, lines * excel.LINE_PIXELS + _ROW_GAP)
        for number, row in enumerate(table.rows, top + 1):
            for i, (column, value) in enumerate(zip(table.columns, row.cells, strict=True)):
                if isinstance(value, Words):
                    look = _BY_SEVERITY.get(value, _CELL)
                    self.text((number, i), value.say(language), look)
                elif isinstance(value, str):
                    self.text((number, i), value, _CELL)
                elif value is not None:
                    look = _look(column, row)
                    write_cell(self.sheet, (number, i), value, self.styles.of(look, value))
        bottom, right = top + len(table.rows), len(table.columns) - 1
        line = self.book.add_format({"bottom": 1, "bottom_color": _RULE})
        self.sheet.conditional_format(top, 0, bottom, right, {"type": "no_errors", "format": line})
        if is_filtered:
            self.sheet.autofilter(top, 0, max(bottom, top + 1), right)
        return bottom + 1

    def text(self, place: Place, text: str, look: Look, *, is_heading: bool = False) -> None:
        """Write a text, no longer than a cell takes."""
        held = excel.fitting(text)[0]
        style = self.styles.of(look, held, is_heading=is_heading)
        write_cell(self.sheet, place, held, style)

    def line(self, row: int, label: str, text: str, pixels: Sequence[int]) -> None:
        """Write a label and a text beside it that may take several lines, across the columns."""
        right = len(pixels) - 1
        self.text((row, 0), label, _LABEL)
        self.sheet.merge_range(
            row, _LABEL_COLUMNS, row, right, "", self.styles.of(_TEXT, excel.fitting(text)[0])
        )
        self.text((row, _LABEL_COLUMNS), text, _TEXT)
        lines = excel.line_count(text, sum(pixels[_LABEL_COLUMNS:]))
        self.sheet.set_row_pixels(row, lines * excel.LINE_PIXELS + _ROW_GAP)


def _write_overview(page: _Page, review: Review, months: Sequence[MonthRead]) -> None:
    """Write what the report is, the figures of every site, and how they changed."""
    language, head = page.head.language, page.head
    title = f"{head.team} · {_REVIEW.say(language)}"
    page.title(title)
    page.widen(review.totals)
    pixels = [_width(column) for column in review.totals.columns]
    missing = list(missing_texts(review, head)) or [_NONE_MISSING.say(language)]
    facts = [
        (_RANGE, span_text(review, language)),
        (_MADE, f"{head.made_at:%Y-%m-%d %H:%M} ({head.made_at.tzinfo})"),
        (_SOURCES, sources_text(months, language)),
        *((_MISSING, text) for text in missing),
    ]
    row = _FIRST_ROW
    for label, text in facts:
        page.line(row, label.say(language), text, pixels)
        row += 1
    page.text((row + 1, 0), _THIS.say(language), _LABEL)
    row = page.table(row + 2, review.totals) + 1
    first, last = review.before
    words = _COMPARED if review.changes.rows else _NOT_COMPARED
    page.text((row, 0), words.filled(first=first, last=last).say(language), _LABEL)
    row += 1
    if review.changes.rows:
        row = page.table(row, review.changes)
    row += 1
    for remark in _REMARKS:
        head_of = _NOTES.say(language) if remark is _REMARKS[0] else ""
        page.line(row, head_of, remark.say(language), pixels)
        row += 1


def _width(column: Column) -> int:
    return _PIXELS.get(column.id) or _PIXELS_OF_UNIT.get(column.unit, 100)


def _look(column: Column, row: Row) -> Look:
    """Return how a number looks: as in the log."""
    if column.unit == "money":
        return Look(kind="CURRENCY", pattern=money_format(row.site[1]))
    return Look(kind="NUMBER", pattern=_FORMATS[column.unit])
