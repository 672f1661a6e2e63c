"""A month as one workbook: first what it is, then its tabs as they looked, last the rules in force.

The same month gives the same bytes, whatever the clock, the time zone or the language of the computer.
Values are written by their type and nothing is guessed: a text stays text whatever it looks like.
"""

from __future__ import annotations

import io
from datetime import date, datetime, time
from itertools import islice
from typing import TYPE_CHECKING, Any

from xlsxwriter import Workbook

from sheets_sync.archive import excel
from sheets_sync.archive.about import ABOUT, RULES, Written, write_about, write_rules
from sheets_sync.core.snapshot import PLAIN, next_month
from sheets_sync.core.template import LOGS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from sheets_sync.core.snapshot import MonthSnapshot, Place, TabSnapshot
    from sheets_sync.core.tab import Cell

OPTIONS: dict[str, Any] = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
FONT = {"font_name": "Arial", "font_size": 10, "font_scheme": "none"}
"""Google's font: the widths of columns are made for it."""

_NOTE_PIXELS = 260
_ROW_GAP = 6
_MOST_LINES = 24
"""How many lines of a note or a cell are shown at once."""

_A4 = 9
_MARGINS = {"left": 0.4, "right": 0.4, "top": 0.5, "bottom": 0.6}
_FOOTER_LETTERS = 80


def workbook(month: MonthSnapshot) -> bytes:
    """Return a month as an xlsx file."""
    file = io.BytesIO()
    book = Workbook(file, {**OPTIONS, "default_format_properties": dict(FONT)})
    made = datetime.combine(next_month(date.fromisoformat(f"{month.month}-01")), time())
    name = excel.fitting(f"{month.team} {month.month}")[0]
    book.set_properties({"title": name, "created": made})
    language = month.language
    wanted = [*(tab.title for tab in month.tabs), ABOUT.say(language), RULES.say(language)]
    *titles, about, rules = excel.worksheet_titles(wanted)
    sheets = [book.add_worksheet(title) for title in (about, *titles, rules)]
    styles = excel.Styles(book)
    written = [
        Written(tab, title, _write_tab(sheet, styles, tab))
        for tab, title, sheet in zip(month.tabs, titles, sheets[1:-1], strict=True)
    ]
    write_about(sheets[0], styles, month, written)
    write_rules(sheets[-1], styles, month)
    for sheet, heading in zip(
        sheets, (None, *(tab.heading_row for tab in month.tabs), 0), strict=True
    ):
        set_up_page(sheet, name, heading)
    book.close()
    return file.getvalue()


def _write_tab(sheet: Worksheet, styles: excel.Styles, tab: TabSnapshot) -> list[Place]:
    """Write one tab; return the cells whose text or note had to be cut."""
    for place, column in enumerate(tab.columns[: excel.MAX_COLUMNS]):
        pixels = min(max(column.width, 1), excel.MAX_PIXELS)
        sheet.set_column_pixels(place, place, pixels, None, {"hidden": column.hidden})
    if tab.colour:
        sheet.set_tab_color(tab.colour)
    if tab.frozen_rows or tab.frozen_columns:
        sheet.freeze_panes(tab.frozen_rows, tab.frozen_columns)
    is_filtered = tab.has_filter or tab.kind in LOGS
    if is_filtered:
        bottom = max(min(len(tab.rows), excel.MAX_ROWS) - 1, tab.heading_row)
        right = max(min(len(tab.columns), excel.MAX_COLUMNS) - 1, 0)
        sheet.autofilter(tab.heading_row, 0, bottom, right)
    sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    _make_room(sheet, tab, is_filtered=is_filtered)
    links = _links(tab)
    return [*_write_cells(sheet, styles, tab, links), *_write_notes(sheet, tab, links)]


def _make_room(sheet: Worksheet, tab: TabSnapshot, *, is_filtered: bool) -> None:
    """Give rows with wrapped texts their height, and headings room for the buttons of a filter."""
    wrapped = {number for number, look in enumerate(tab.palette) if look.wrap}
    for r, (row, looks) in enumerate(zip(tab.rows, tab.looks, strict=True)):
        has_buttons = is_filtered and r == tab.heading_row
        if not has_buttons and wrapped.isdisjoint(looks):
            continue
        lines = [
            excel.line_count(value, column.width)
            for value, look, column in zip(row, looks, tab.columns, strict=True)
            if look in wrapped and isinstance(value, str) and not column.hidden
        ]
        height = min(max(lines, default=1) + has_buttons, _MOST_LINES)
        if height > 1:
            sheet.set_row_pixels(r, height * excel.LINE_PIXELS + _ROW_GAP)


def _links(tab: TabSnapshot) -> dict[Place, str]:
    """Return the links that Excel takes: each the only one of a text, and no more than a worksheet holds."""
    places = ((place, tab.link(place)) for place in sorted(tab.links))
    return dict(islice(((p, link) for p, link in places if excel.is_link(link)), excel.MAX_LINKS))


def _write_cells(
    sheet: Worksheet, styles: excel.Styles, tab: TabSnapshot, links: Mapping[Place, str]
) -> list[Place]:
    cut = []
    for r, row in enumerate(tab.rows[: excel.MAX_ROWS]):
        is_heading = r == tab.heading_row
        for c, value in enumerate(row[: excel.MAX_COLUMNS]):
            look, held = tab.look(r, c), value
            if isinstance(value, str):
                held, was_cut = excel.fitting(value)
                if was_cut:
                    cut.append((r, c))
            if held is not None or look != PLAIN:
                style = styles.of(look, held, is_heading=is_heading)
                if (r, c) in links and isinstance(held, str) and held:
                    # The text is written again below, which keeps the link.
                    sheet.write_url(r, c, links[r, c], style, held.lstrip("<") or " ")
                write_cell(sheet, (r, c), held, style)
    return cut


def write_cell(sheet: Worksheet, place: Place, value: Cell, style: Format) -> None:
    """Write a value by its type: a text never becomes a formula, a link or a number."""
    if value is None or value == "":
        sheet.write_blank(*place, None, style)
    elif isinstance(value, bool):
        sheet.write_boolean(*place, value, style)
    elif not isinstance(value, str):
        sheet.write_number(*place, _exact(value), style)
    elif value.startswith("<r>") and value.endswith("</r>"):
        # XlsxWriter takes such a text for XML of its own; in pieces it does not.
        sheet.write_rich_string(*place, value[0], style, value[1:], style)
    else:
        sheet.write_string(*place, value, style)


class _Exact(float):
    """A number that needs the 17th digit, where XlsxWriter writes 16."""

    def __format__(self, spec: str) -> str:
        return repr(float(self))


def _exact(value: float) -> float:
    """Return a number so that it is written whole, and no negative zero."""
    number = float(value or 0)
    return number if float(f"{number:.16G}") == number else _Exact(number)


def _write_notes(sheet: Worksheet, tab: TabSnapshot, links: Mapping[Place, str]) -> list[Place]:
    """Write the notes, and below them the links that Excel does not take."""
    cut = []
    for place in sorted({*tab.notes, *(tab.links.keys() - links.keys())}):
        told = [tab.notes.get(place), None if place in links else tab.links.get(place)]
        text, was_cut = excel.fitting("\n".join(part for part in told if part))
        if was_cut:
            cut.append(place)
        lines = min(excel.line_count(text, _NOTE_PIXELS), _MOST_LINES)
        size = {"width": _NOTE_PIXELS, "height": (lines + 1) * excel.LINE_PIXELS}
        sheet.write_comment(*place, text, size)
    return cut


def set_up_page(sheet: Worksheet, name: str, heading_row: int | None) -> None:
    """Make a worksheet fit to be printed: as wide as the paper, a table across, its headings on every page."""
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(**_MARGINS)
    sheet.set_footer(f"&L{name[:_FOOTER_LETTERS].replace('&', '&&')}&C&A&R&P / &N")
    if heading_row is not None:
        sheet.set_landscape()
        sheet.repeat_rows(0, heading_row)
        sheet.hide_gridlines(0)
