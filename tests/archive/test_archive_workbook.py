"""The workbook of a month: everything that stood in the sheet, as it looked, and nothing that Excel repairs."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import pickle
import re
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from datetime import datetime, time
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import to_excel
from python_calamine import CalamineWorkbook

from sheets_sync.archive.excel import worksheet_titles
from sheets_sync.archive.xlsx import workbook
from sheets_sync.core.snapshot import PLAIN, ColumnLook, Look, MonthSnapshot, TabSnapshot
from sheets_sync.core.tab import Cell

XML = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"

HEADING = Look(fill="#E8EDF5", ink="#1F2937", bold=True, align="RIGHT", wrap=True)
BANNER = Look(fill="#44474C", ink="#FFFFFF", bold=True)
TEXT = Look(kind="TEXT", pattern="@")
DATE = Look(kind="DATE", pattern="yyyy-mm-dd")
MOMENT = Look(kind="DATE_TIME", pattern="mm-dd hh:mm")
DOLLARS = Look(kind="CURRENCY", pattern="[$$]#,##0.00")
CHANGE = Look(kind="PERCENT", pattern="+0%;-0%;0%")
CRITICAL = Look(fill="#B3261E", ink="#FFFFFF", bold=True, kind="PERCENT", pattern="0.0%")
WARNING = Look(fill="#FFD166", ink="#1F1F1F", kind="NUMBER", pattern="0")
GOOD = Look(fill="#CFE2F3", ink="#1F1F1F")
NO_DATA = Look(fill="#E0E0E0", ink="#1F1F1F", italic=True)

UGLY: tuple[Cell, ...] = (
    '=HYPERLINK("https://evil.example","x")',
    "{=1+1}",
    "@SUM(A1)",
    "https://example.com/?q=1",
    "mailto:a@example.com",
    "00123",
    "1E5",
    "TRUE",
    "#N/A",
    "'quoted",
    "  blanks  ",
    "two\nlines",
    "tab\there",
    '<r>&"bold"</r>',
    "_x0041_",
    "灯 😀👩‍👩‍👧",
    "a < b & c > d",
    -0.0,
    1e300,
    5e-324,
    0.1 + 0.2,
    123456789012345680,
    True,
    False,
    -7,
)


def tab(
    *rows: Sequence[Cell],
    looks: Mapping[tuple[int, int], Look] | None = None,
    columns: Sequence[ColumnLook] | None = None,
    **more: Any,
) -> TabSnapshot:
    """A tab with the given rows, plain but for the given looks."""
    palette = [PLAIN, *dict.fromkeys((looks or {}).values())]
    numbers = [
        [palette.index((looks or {}).get((r, c), PLAIN)) for c in range(len(row))]
        for r, row in enumerate(rows)
    ]
    width = len(rows[0]) if rows else 0
    facts: dict[str, Any] = {"id": "daily:2026-07", "kind": "sku", "title": "日报 2026-07", **more}
    return TabSnapshot(
        columns=columns or [ColumnLook(None, 100, False)] * width,
        rows=rows,
        looks=numbers,
        palette=palette,
        **facts,
    )


def month(*tabs: TabSnapshot, **more: Any) -> MonthSnapshot:
    facts: dict[str, Any] = {
        "team": "acme",
        "month": "2026-07",
        "state": "final",
        "language": "zh",
        "spreadsheet": "1kQczobVvgZg_7z1jHw",
        "run": "20260801T083000Z-01a3c5",
        "rule_set": "98eb0d02b42b",
        "rules": [("ACOS过高", "严重", "全部", "近7日ACOS 高于 类目基准的150%")],
        **more,
    }
    return MonthSnapshot(tabs=tabs, **facts)


def ugly() -> MonthSnapshot:
    """A month with everything that has ever broken a workbook."""
    rows: list[Sequence[Cell]] = [
        ["2026-07 已归档", None, None],
        ["文字", "数", ""],
        *([value, None, "x"] for value in UGLY),
        ["字" * 40_000, "\x0b\x00", "bad \ud800 half \ufffe\uffff"],
        ["😀" * 20_000, -400_000, 3_000_000],
    ]
    looks = {
        (0, 0): BANNER,
        (1, 0): HEADING,
        (2, 1): GOOD,
        (3, 1): NO_DATA,
        (4, 1): CRITICAL,
        (5, 1): WARNING,
        (6, 0): Look(kind="NUMBER", pattern='0 "never closed'),
        (7, 0): Look(kind="DATE", pattern="[foo]"),
        (28, 1): DATE,
        (28, 2): MOMENT,
    }
    first = tab(
        *rows,
        looks=looks,
        heading_row=1,
        frozen_rows=2,
        frozen_columns=1,
        colour="#9AA0A6",
        title="日报/2026:07 [US]",
        notes={(2, 1): "sheets_sync | ACOS", (3, 0): "坏\x0b\ud800<&>", (4, 0): "长" * 40_000},
    )
    titles = "History", "同名", "同名", "'quoted'", "", "O'Brien & <Co>", "长" * 40
    others = (tab(["a"], [1], title=title, kind="day") for title in titles)
    return month(first, *others, team="R&D <一部> \x0b", language="both")


def day(*parts: int) -> datetime:
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001  # a cell has no time zone


def opened(snapshot: MonthSnapshot) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(workbook(snapshot)))


def shown(snapshot: MonthSnapshot) -> Any:
    """The first tab's worksheet."""
    return opened(snapshot).worksheets[1]


def about(snapshot: MonthSnapshot) -> dict[Any, Any]:
    sheet = opened(snapshot).worksheets[0]
    return {row[0]: row[1] for row in sheet.iter_rows(values_only=True) if row[0] is not None}


class TestValues:
    @pytest.mark.parametrize("value", UGLY)
    def test_a_value_is_read_back_as_what_it_was(self, value: Cell) -> None:
        """Nothing becomes a formula, a link or another number on its way into the file."""
        content = workbook(month(tab(["h"], [value])))

        cell = openpyxl.load_workbook(io.BytesIO(content)).worksheets[1]["A2"]
        [_, [calamine]] = (
            CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(1).to_python()
        )

        assert cell.value == value
        assert cell.data_type == {bool: "b", int: "n", float: "n", str: "s"}[type(value)]
        assert cell.hyperlink is None
        assert calamine == value

    def test_no_cell_holds_a_formula_or_a_link(self) -> None:
        """A product's title must not run in the reader's Excel."""
        for name, part in parts(workbook(ugly())).items():
            assert part.find(f".//{XML}f") is None
            assert part.find(f".//{XML}hyperlink") is None
            assert "hyperlink" not in name

    def test_links_that_people_made_lead_on(self) -> None:
        """The text stays as it stood; others than Excel takes are told in a comment, below the note."""
        texts = ["plain", "<r>x</r>", "=1+1", "mail", "inside", "two", "long", "odd"]
        links = {
            (1, 0): "https://example.com/a?b=1&c=2#d",
            (2, 0): "https://example.com/",
            (3, 0): "http://例子.example/路",
            (4, 0): "mailto:ann@example.com",
            (5, 0): "#gid=0&range=A1",
            (6, 0): "https://one.example/\nhttps://two.example/",
            (7, 0): "https://example.com/" + "x" * 2_060,
            (8, 0): 'file:///etc/passwd"',
            (9, 0): "https://number.example/",
            (10, 0): "https://blank.example/",
        }
        notes = {(1, 0): "seen", (5, 0): "note"}
        rows: list[Sequence[Cell]] = [["h"], *[[text] for text in texts], [5], [None]]
        snapshot = month(tab(*rows, links=links, notes=notes))

        sheet = shown(snapshot)

        assert [row[0].value for row in sheet["A1:A11"]] == [row[0] for row in rows]
        assert [row[0].data_type for row in sheet["A2:A10"]] == ["s"] * 8 + ["n"]
        leads = [cell.hyperlink and cell.hyperlink.target for [cell] in sheet["A2:A11"]]
        assert leads[:4] == [
            "https://example.com/a?b=1&c=2",
            "https://example.com/",
            "http://例子.example/路",
            "mailto:ann@example.com",
        ]
        assert sheet["A2"].hyperlink.location == "d"
        assert leads[4:] == [None] * 6
        told = [cell.comment and cell.comment.text for [cell] in sheet["A2:A11"]]
        assert told[:4] == ["seen", None, None, None]
        assert told[4] == "note\n#gid=0&range=A1"
        assert told[5:] == [links[r, 0] for r in range(6, 11)]
        assert workbook(snapshot) == workbook(snapshot)

    def test_a_linked_cell_looks_as_it_looked(self) -> None:
        """No blue and no line that the sheet did not have."""
        sheet = shown(
            month(tab(["h"], ["x"], looks={(1, 0): GOOD}, links={(1, 0): "https://a.example/"}))
        )

        assert sheet["A2"].font.color.rgb == "FF1F1F1F"
        assert sheet["A2"].font.underline is None
        assert sheet["A2"].fill.fgColor.rgb == "FFCFE2F3"

    def test_more_links_than_a_worksheet_holds(self) -> None:
        """The first ones lead on, the others are told; nothing warns and nothing is repaired."""
        rows: list[Sequence[Cell]] = [["h"], *[["x"]] * 65_532]
        links = {(r, 0): "https://a.example/" for r in range(1, len(rows))}

        found = parts(workbook(month(tab(*rows, links=links))))

        assert len([*found["xl/worksheets/sheet2.xml"].iter(f"{XML}hyperlink")]) == 65_530
        assert len([*found["xl/comments1.xml"].iter(f"{XML}comment")]) == 2

    def test_text_like_a_formula_stays_text_when_it_is_edited(self) -> None:
        """Excel would make a formula of =1+1 as soon as somebody opens the cell and presses enter."""
        sheet = shown(month(tab(["h", "h", "h"], ["=1+1", "-1+1", "plain"])))

        assert [cell.quotePrefix for cell in sheet[2]] == [True, True, False]

    def test_no_green_corners_for_skus_of_digits(self) -> None:
        """Excel marks numbers that are stored as text, which SKUs are by intention."""
        sheet = parts(workbook(month(tab(["h"], ["00123"]))))["xl/worksheets/sheet2.xml"]

        [error] = sheet.iter(f"{XML}ignoredError")
        assert error.attrib == {"sqref": "A1:XFD1048576", "numberStoredAsText": "1"}

    def test_control_characters_and_half_characters_are_dropped(self) -> None:
        """XML cannot hold them, and one of them would lose the whole month."""
        sheet = shown(
            month(tab(["h"], ["a\x0bb\x00c\ud800d\ufffe\uffffe\r\nf"], ["\x0b"], ["end"]))
        )

        assert [row[0] for row in sheet.iter_rows(values_only=True)] == [
            "h",
            "abcde\nf",
            None,
            "end",
        ]

    @pytest.mark.parametrize(
        ("text", "held"),
        [
            ("字" * 32_767, "字" * 32_767),
            ("字" * 32_768, "字" * 32_766 + "…"),
            ("😀" * 16_383, "😀" * 16_383),
            ("😀" * 16_384, "😀" * 16_383 + "…"),
            ("x" + "😀" * 20_000, "x" + "😀" * 16_382 + "…"),
        ],
    )
    def test_a_text_too_long_for_excel_is_cut_between_characters(
        self, text: str, held: str
    ) -> None:
        """Excel repairs a longer one away; half a character would break the file."""
        assert shown(month(tab(["h"], [text])))["A2"].value == held

    def test_cut_texts_are_named_on_the_first_page(self) -> None:
        """Whoever reads the workbook knows that something is missing, and where it is."""
        texts = [["x" * 40_000] for _ in range(6)]

        said = about(month(tab(["h"], ["ok"], *texts), language="en"))

        assert said["日报 2026-07"] == (
            "6 text(s) cut at Excel's limit of 32,767 characters: A3, A4, A5, A6, A7…; "
            "the CSV has them whole"
        )


class TestLooks:
    @pytest.mark.parametrize(
        ("look", "fill", "ink", "font"),
        [
            (CRITICAL, "FFB3261E", "FFFFFFFF", (True, False, None, None)),
            (WARNING, "FFFFD166", "FF1F1F1F", (False, False, None, None)),
            (GOOD, "FFCFE2F3", "FF1F1F1F", (False, False, None, None)),
            (NO_DATA, "FFE0E0E0", "FF1F1F1F", (False, True, None, None)),
            (Look(fill="#FFFFFF", struck=True), "FFFFFFFF", None, (False, False, True, None)),
            (
                Look(ink="#0B57D0", underlined=True),
                "00000000",
                "FF0B57D0",
                (False, False, None, "single"),
            ),
        ],
    )
    @pytest.mark.parametrize("value", [0.42, None])
    def test_colours_and_letters(
        self, look: Look, fill: str, ink: str | None, font: tuple[Any, ...], value: Cell
    ) -> None:
        """The severity is seen in the archive, in blank cells as well."""
        cell = shown(month(tab(["h"], [value], looks={(1, 0): look})))["A2"]

        assert cell.fill.fgColor.rgb == fill
        assert (cell.font.color.rgb if ink else ink) == ink
        assert (cell.font.b, cell.font.i, cell.font.strike, cell.font.u) == font

    def test_alignment_and_wrapping(self) -> None:
        """Figures stand as they stood, long notes in lines."""
        looks = {(1, 0): Look(align="CENTER"), (1, 1): Look(wrap=True), (1, 2): Look(align="RIGHT")}

        cells = shown(month(tab(["a", "b", "c"], [1, "x", "y"], looks=looks)))[2]

        assert [cell.alignment.horizontal for cell in cells] == ["center", None, "right"]
        assert [cell.alignment.wrap_text for cell in cells] == [None, True, None]

    @pytest.mark.parametrize(
        ("look", "code"),
        [
            (PLAIN, "General"),
            (TEXT, "@"),
            (DATE, "yyyy-mm-dd"),
            (MOMENT, "mm-dd hh:mm"),
            (DOLLARS, "[$$]#,##0.00"),
            (CHANGE, "+0%;-0%;0%"),
            (Look(kind="NUMBER", pattern="#,##0"), "#,##0"),
            (Look(kind="NUMBER", pattern="0"), "0"),
            (Look(kind="PERCENT", pattern="0%[oops"), "0.00%"),
        ],
    )
    def test_number_formats(self, look: Look, code: str) -> None:
        """A figure shows its currency and its percent sign as in the sheet."""
        cell = shown(month(tab(["h"], [46234], looks={(1, 0): look})))["A2"]

        assert cell.number_format == code

    @pytest.mark.parametrize("value", [-0.5, -400_000, 0, 60, 2_958_466, 1e12])
    def test_a_day_that_excel_cannot_show_is_a_plain_number(self, value: Cell) -> None:
        """Excel shows ##### before 1900, and in early 1900 another day than Google."""
        cell = shown(month(tab(["h"], [value], looks={(1, 0): DATE._replace(fill="#CFE2F3")})))[
            "A2"
        ]

        assert (cell.value, cell.number_format, cell.fill.fgColor.rgb) == (
            value,
            "General",
            "FFCFE2F3",
        )

    @pytest.mark.parametrize(
        ("value", "look", "moment"),
        [
            (46234, DATE, day(2026, 7, 31)),
            (46234.354166667, MOMENT, day(2026, 7, 31, 8, 30)),
            (61, DATE, day(1900, 3, 1)),
        ],
    )
    def test_days_are_the_days_of_the_sheet(
        self, value: Cell, look: Look, moment: datetime
    ) -> None:
        """A serial shows the same day in Excel."""
        assert shown(month(tab(["h"], [value], looks={(1, 0): look})))["A2"].value == moment

    def test_a_time_of_day_keeps_its_format(self) -> None:
        """A time is less than a day and no day at all."""
        look = Look(kind="TIME", pattern="hh:mm")

        assert shown(month(tab(["h"], [0.25], looks={(1, 0): look})))["A2"].number_format == "hh:mm"


class TestWorksheets:
    def test_widths_and_hidden_columns(self) -> None:
        """Columns are as wide as in the sheet; what the team never sees stays out of sight."""
        columns = [
            ColumnLook("a", 88, False),
            ColumnLook(None, 260, False),
            ColumnLook("b", 120, True),
        ]

        sheet = shown(month(tab(["a", "b", "c"], columns=columns)))

        assert [round(sheet.column_dimensions[letter].width * 7) for letter in "AB"] == [88, 260]
        assert [sheet.column_dimensions[letter].hidden for letter in "ABC"] == [False, False, True]

    def test_a_log_is_filtered_from_its_headings_down(self) -> None:
        """Under a banner the headings are the second row; a filter over the banner would be of no use."""
        log = tab(
            ["已归档", None],
            ["日期", "SKU"],
            [46234, "A"],
            [46235, "B"],
            heading_row=1,
            frozen_rows=2,
            frozen_columns=1,
        )

        sheet = shown(month(log))

        assert sheet.auto_filter.ref == "A2:B4"
        assert sheet.freeze_panes == "B3"
        assert sheet.print_title_rows == "$1:$2"

    def test_other_tabs_are_filtered_where_they_were(self) -> None:
        """A filter that somebody set is there again; others get none."""
        plain, filtered = tab(["a"], [1], kind="day"), tab(["a"], [1], kind="day", has_filter=True)

        sheets = opened(month(plain, filtered)).worksheets

        assert [sheets[i].auto_filter.ref for i in (1, 2)] == [None, "A1:A2"]
        assert sheets[1].freeze_panes == "A2"

    def test_headings_have_room_above_the_buttons(self) -> None:
        """A filter's button would cover a heading that stands at the right."""
        sheet = shown(month(tab(["销量"], [1], looks={(0, 0): HEADING})))

        assert sheet.row_dimensions[1].height == 30
        assert sheet["A1"].alignment.vertical == "top"

    def test_wrapped_texts_have_room(self) -> None:
        """Not every program makes a row higher by itself."""
        look = {(1, 0): Look(wrap=True)}

        sheet = shown(month(tab(["h"], ["一二三四五六七八九十"], ["x"], looks=look)))

        assert [sheet.row_dimensions[row].height for row in (2, 3)] == [30, None]

    def test_the_colour_of_the_tab(self) -> None:
        assert (
            shown(month(tab(["h"], colour="#F9AB00"))).sheet_properties.tabColor.rgb == "FFF9AB00"
        )

    def test_notes_become_comments_without_an_author(self) -> None:
        """Why a cell is red is read where it is red, and no name of a computer's user is in the file."""
        notes = {(1, 1): "sheets_sync | 近7日ACOS 45.2%", (1, 0): "两行\n人写的 <&> \x0b"}

        snapshot = month(tab(["a", "b"], [1, 2], notes=notes))

        sheet = shown(snapshot)
        [author] = parts(workbook(snapshot))["xl/comments1.xml"].iter(f"{XML}author")
        assert sheet["B2"].comment.text == "sheets_sync | 近7日ACOS 45.2%"
        assert sheet["A2"].comment.text == "两行\n人写的 <&> "
        assert author.text is None

    def test_pages_are_printed_across_with_their_headings(self) -> None:
        """A log on paper is as wide as the paper and every page has its headings."""
        sheet = shown(month(tab(["a"], [1]), team="R&D"))

        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (None, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.oddFooter.left.text == "R&&D 2026-07"

    @pytest.mark.parametrize(
        ("wanted", "titles"),
        [
            (["日报 2026-07"], ["日报 2026-07"]),
            (["a/b:c*d?e[f]g\\h"], ["a-b-c-d-e-f-g-h"]),
            (["  'x'  ", "''", "", "\x0b"], ["x", "-", "- (2)", "- (3)"]),
            (["History", "HISTORY"], ["History (2)", "HISTORY (3)"]),
            (["A", "a", "Ａ"], ["A", "a (2)", "Ａ (3)"]),
            (["长" * 40, "长" * 41], ["长" * 31, "长" * 27 + " (2)"]),
            (["😀" * 20], ["😀" * 15]),
            (["x" * 30 + "'y"], ["x" * 30]),
            (["O'Brien"], ["O'Brien"]),
            (["_x0041_"], ["-x0041_"]),
        ],
    )
    def test_titles_are_such_that_excel_takes_them(
        self, wanted: list[str], titles: list[str]
    ) -> None:
        """Two alike, too long a one or a forbidden sign, and Excel repairs the workbook."""
        assert worksheet_titles(wanted) == titles

    def test_a_renamed_worksheet_says_its_name(self) -> None:
        """The tab is found again under the name it had in the sheet."""
        said = about(month(tab(["h"], title="日报 7/8"), language="en"))

        assert said["日报 7-8"] == "Called “日报 7/8” in the sheet, which Excel does not take"

    def test_an_empty_tab_is_a_worksheet_too(self) -> None:
        """A team that keeps no calendar still gets its archive."""
        assert shown(month(tab(title="日历"))).title == "日历"

    def test_more_columns_than_excel_has_are_left_to_the_csv(self) -> None:
        """Google has 18,278 columns, Excel 16,384."""
        book = opened(month(tab(list(range(16_400))), language="en"))

        assert book.worksheets[1].max_column == 16_384
        assert any(
            str(text).startswith("1 rows and 16,400 columns are more than Excel holds")
            for _, text in book.worksheets[0].iter_rows(values_only=True)
        )


class TestFirstAndLastPage:
    def test_the_first_page_says_what_the_workbook_is(self) -> None:
        """Found on a drive years later, the file explains itself."""
        snapshot = month(
            tab(["h"], [1], [2], looks={(1, 0): GOOD}),
            tab(["h"], title="账号", kind="account"),
            language="en",
            state="preliminary",
        )

        assert about(snapshot) == {
            "acme · 2026-07": None,
            "Team": "acme",
            "Month": "2026-07",
            "State": "Preliminary: Amazon may still restate these figures; a final copy follows",
            "Spreadsheet id": "1kQczobVvgZg_7z1jHw",
            "Last run": "20260801T083000Z-01a3c5",
            "Rule set": "98eb0d02b42b",
            "Formulas": "Kept as what they came to at the time",
            "Worksheet": "Rows without headings",
            "日报 2026-07": 2,
            "账号": 0,
            "Colour": "Meaning",
            "Critical": "Past a rule's critical limit: act at once",
            "Warning": "Past a rule's warning limit: keep an eye on it",
            "Good": "On target or better",
            "Other colours": "The team's own",
        }

    def test_it_shows_the_colours_themselves(self) -> None:
        """A legend is compared with the cells by looking."""
        sheet = opened(month()).worksheets[0]

        fills = {row[0].value: row[0].fill.fgColor.rgb for row in sheet.iter_rows()}

        assert (fills["严重"], fills["关注"]) == ("FFB3261E", "FFFFD166")

    @pytest.mark.parametrize(
        ("language", "titles", "label", "state"),
        [
            ("zh", ["说明", "生效规则"], "状态", "定稿:数字已经冻结,不再变动"),
            (
                "en",
                ["About", "Rules in force"],
                "State",
                "Final: the figures are frozen and will not change any more",
            ),
            (
                "both",
                ["说明 - About", "生效规则 - Rules in force"],
                "状态 / State",
                "定稿:数字已经冻结,不再变动 / Final: the figures are frozen and will not change any more",
            ),
        ],
    )
    def test_it_speaks_the_language_of_the_team(
        self, language: str, titles: list[str], label: str, state: str
    ) -> None:
        """Everything people read is in their language."""
        snapshot = month(language=language)

        assert opened(snapshot).sheetnames == titles
        assert about(snapshot)[label] == state

    def test_the_tabs_keep_their_titles_before_our_own_pages(self) -> None:
        """Where a team's tab is called 说明, ours gives way."""
        book = opened(month(tab(["h"], title="说明")))

        assert book.sheetnames == ["说明 (2)", "说明", "生效规则"]

    def test_the_last_page_is_the_rules_in_force(self) -> None:
        """Why a cell was red then is known though the limits are others now."""
        sheet = opened(month()).worksheets[-1]

        assert list(sheet.iter_rows(values_only=True)) == [
            ("规则", "级别", "范围", "条件"),
            ("ACOS过高", "严重", "全部", "近7日ACOS 高于 类目基准的150%"),
        ]
        assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:D2")

    def test_a_month_without_rules_says_so(self) -> None:
        """A blank page would look like a fault."""
        assert opened(month(rules=[])).worksheets[-1]["A2"].value == "没有生效的规则"


def parts(content: bytes) -> dict[str, ET.Element]:
    """The XML of a workbook by name; parsing it refuses control characters and loose ends."""
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        return {name: ET.fromstring(file.read(name)) for name in file.namelist()}


FORMAT = re.compile(
    r"""(?:
        "[^"]*" | \\. | [_*]. | \[\$[^\]"]+\]
        | \[(?:Red|Color[0-9]+)\] | \[[<>=]+-?[0-9.]+\] | \[(?:hh?|mm?|ss?)\]
        | General | AM/PM | yyyy | yy | m{1,5} | d{1,4} | hh? | ss? | E[+-] | [0\#?.,%/:@()+\- ;]
    )+""",
    re.VERBOSE,
)


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


class TestWhatExcelRepairs:
    """Excel is not here to ask; so the file is held against what it is known to complain of."""

    @pytest.fixture(scope="class")
    @classmethod
    def content(cls) -> bytes:
        return workbook(ugly())

    @pytest.fixture(scope="class")
    @classmethod
    def xml(cls, content: bytes) -> dict[str, ET.Element]:
        return parts(content)

    def test_titles(self, xml: dict[str, ET.Element]) -> None:
        """Blank, too long, forbidden signs, reserved, or two alike."""
        titles = [sheet.attrib["name"] for sheet in xml["xl/workbook.xml"].iter(f"{XML}sheet")]

        assert len({title.casefold() for title in titles}) == len(titles) == 10
        for title in titles:
            assert 0 < units(title) <= 31
            assert not re.search(r"[\[\]:*?/\\]|^'|'$", title)
            assert title.casefold() != "history"

    def test_number_formats(self, xml: dict[str, ET.Element]) -> None:
        """One that it cannot read, too long a one, or two under one number."""
        formats = list(xml["xl/styles.xml"].iter(f"{XML}numFmt"))

        assert {len(found.attrib["formatCode"]) <= 255 for found in formats} == {True}
        assert all(FORMAT.fullmatch(found.attrib["formatCode"]) for found in formats)
        assert len({found.attrib["numFmtId"] for found in formats}) == len(formats)

    def test_styles(self, xml: dict[str, ET.Element]) -> None:
        """A cell in a style that there is none of."""
        styles = xml["xl/styles.xml"].find(f"{XML}cellXfs")
        used = {int(c.attrib.get("s", 0)) for part in xml.values() for c in part.iter(f"{XML}c")}

        assert styles is not None
        assert max(used) < len(styles) < 65_490

    def test_strings(self, xml: dict[str, ET.Element]) -> None:
        """A text of more than 32,767 UTF-16 units."""
        longest = max(units("".join(si.itertext())) for si in xml["xl/sharedStrings.xml"])

        assert longest == 32_767

    def test_comments(self, xml: dict[str, ET.Element]) -> None:
        """Two on one cell, one without an author's number, one too long, or a drawing missing."""
        found = list(xml["xl/comments1.xml"].iter(f"{XML}comment"))

        assert [comment.attrib for comment in found] == [
            {"ref": "B3", "authorId": "0"},
            {"ref": "A4", "authorId": "0"},
            {"ref": "A5", "authorId": "0"},
        ]
        assert max(units("".join(comment.itertext())) for comment in found) == 32_767
        assert "xl/drawings/vmlDrawing1.vml" in xml

    def test_defined_names(self, xml: dict[str, ET.Element]) -> None:
        """Two alike on one worksheet, or one that points to a title that it has to quote and does not."""
        names = list(xml["xl/workbook.xml"].iter(f"{XML}definedName"))
        keys = [(name.attrib["name"], name.attrib["localSheetId"]) for name in names]
        title = r"'(?:[^']|'')+'|[^\W\d]\w*"

        assert len(set(keys)) == len(keys)
        assert {name for name, _ in keys} == {"_xlnm._FilterDatabase", "_xlnm.Print_Titles"}
        for name in names:
            place = r"!(?:\$[A-Z]+\$\d+(?::\$[A-Z]+\$\d+)?|\$\d+:\$\d+)"
            assert re.fullmatch(rf"(?:{title}){place}", name.text or "")

    def test_characters(self, content: bytes) -> None:
        """A control character, half a character, or U+FFFE and U+FFFF."""
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            for name in file.namelist():
                text = file.read(name).decode("utf-8")
                assert not re.search(
                    "[\x00-\x08\x0b-\x1f\ufffe\uffff]|&#x?[0-9a-fA-F]{1,2};",
                    text.replace("&#xA;", ""),
                )
                assert name.endswith(".vml") or "_x000" not in text

    def test_numbers(self, xml: dict[str, ET.Element]) -> None:
        """A figure that is no number."""
        for part in xml.values():
            for cell in part.iter(f"{XML}c"):
                value = cell.findtext(f"{XML}v")
                if value is not None and "t" not in cell.attrib:
                    assert re.fullmatch(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", value)

    def test_parts(self, content: bytes) -> None:
        """A part that stands twice in the file, or is not what its checksum says."""
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            assert len(set(file.namelist())) == len(file.namelist())
            assert file.testzip() is None


class TestSameBytes:
    def test_a_month_is_the_same_file_everywhere_and_always(self, tmp_path: Path) -> None:
        """A second making, on another computer or in another year, changes nothing that was archived."""
        (tmp_path / "month").write_bytes(pickle.dumps(ugly()))
        clocks = {
            "UTC": ("0", "1"),
            "Asia/Shanghai": ("1936000000", "2"),
            "America/New_York": ("915148799", "random"),
        }

        made = {
            digest_in_another_process(tmp_path / "month", TZ=zone, PYTHONHASHSEED=seed, CLOCK=clock)
            for zone, (clock, seed) in clocks.items()
        }

        assert made == {hashlib.sha256(workbook(ugly())).hexdigest()}

    def test_the_only_date_in_it_is_the_day_after_the_month(self) -> None:
        """Its properties say when the month was over, not when somebody made the file."""
        content = workbook(month(tab(["h"], [1]), month="2026-12"))

        properties = openpyxl.load_workbook(io.BytesIO(content)).properties
        assert properties.created == properties.modified == day(2027, 1, 1)
        assert (properties.title, properties.creator) == ("acme 2026-12", None)
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            assert {entry.date_time for entry in file.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def digest_in_another_process(path: Path, **environment: str) -> str:
    """Make the workbook in a process of its own that believes in another time."""
    script = f"""
import datetime, hashlib, os, pathlib, pickle, time
moment = float(os.environ["CLOCK"])
class Clock(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls.fromtimestamp(moment, tz)
    utcnow = today = now
datetime.datetime, time.time = Clock, lambda: moment
from sheets_sync.archive.xlsx import workbook
month = pickle.loads(pathlib.Path({str(path)!r}).read_bytes())
print(hashlib.sha256(workbook(month)).hexdigest())
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


NUMBERS = st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53), 2**53)
TEXTS = st.text(st.characters(exclude_categories=()), max_size=12) | st.sampled_from(
    [value for value in UGLY if isinstance(value, str)]
)
CELLS = st.none() | st.booleans() | NUMBERS | TEXTS
LOOKS = st.sampled_from(
    [PLAIN, TEXT, DOLLARS, CHANGE, CRITICAL, WARNING, GOOD, NO_DATA, DATE, MOMENT]
)


@st.composite
def tabs(draw: st.DrawFn) -> TabSnapshot:
    width, height = draw(st.integers(1, 4)), draw(st.integers(1, 5))
    palette = draw(st.lists(LOOKS, min_size=1, max_size=4, unique=True))
    row = st.lists(CELLS, min_size=width, max_size=width)
    look = st.integers(0, len(palette) - 1)
    looks = st.lists(look, min_size=width, max_size=width)
    places = st.tuples(st.integers(0, height - 1), st.integers(0, width - 1))
    return TabSnapshot(
        "daily:2026-07",
        draw(st.sampled_from(["sku", "day"])),
        draw(st.text(st.characters(exclude_categories=()), max_size=40)),
        [ColumnLook(None, draw(st.integers(0, 3000)), draw(st.booleans())) for _ in range(width)],
        draw(st.lists(row, min_size=height, max_size=height)),
        draw(st.lists(looks, min_size=height, max_size=height)),
        palette,
        heading_row=draw(st.integers(0, height - 1)),
        frozen_rows=draw(st.integers(0, height)),
        frozen_columns=draw(st.integers(0, width)),
        notes=draw(st.dictionaries(places, TEXTS, max_size=2)),
    )


def as_read(value: Cell) -> Cell:
    """What a reader makes of a value: text without what XML has no place for, blank where nothing is left."""
    if not isinstance(value, str):
        return value
    kept = re.sub("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]", "", value)
    return kept.replace("x005F_", "") or None  # openpyxl takes these letters for its own


class TestAnyMonth:
    @settings(deadline=None, max_examples=60)
    @given(st.lists(tabs(), max_size=3))
    def test_every_value_is_read_back(self, found: list[TabSnapshot]) -> None:
        """Whatever people typed, the archive holds it and Excel opens it."""
        content = workbook(month(*found))

        sheets = openpyxl.load_workbook(io.BytesIO(content)).worksheets
        assert parts(content)
        assert len({sheet.title.casefold() for sheet in sheets}) == len(found) + 2
        for snapshot, sheet in zip(found, sheets[1:-1], strict=True):
            for r, row in enumerate(snapshot.rows, 1):
                for c, value in enumerate(row, 1):
                    cell = sheet.cell(r, c)
                    if isinstance(cell.value, datetime | time):
                        assert to_excel(cell.value) == pytest.approx(value, abs=1e-5)
                    else:
                        assert cell.value == as_read(value)
                        assert isinstance(cell.value, bool) is isinstance(value, bool)


@pytest.mark.program("soffice")
class TestLibreOffice:
    @pytest.fixture(scope="class")
    @classmethod
    def folder(cls, tmp_path_factory: pytest.TempPathFactory) -> Path:
        """The ugly month and an ordinary one, opened by LibreOffice and saved as CSV and PDF."""
        folder = tmp_path_factory.mktemp("office")
        sheet = tab(
            ["已归档", None, None, None, None],
            ["日期", "SKU", "销售额", "较7日均", "预警"],
            [46234, "00123", 1234.5, 0.25, '=HYPERLINK("x")'],
            [46235, "1E5", -0.0, -0.5, "<r>&</r>"],
            [-5, "=1+1", 1e300, 0, True],
            looks={
                **{(row, 0): DATE for row in (2, 3, 4)},
                **{(row, 1): TEXT for row in (2, 3, 4)},
                **{(row, 2): DOLLARS for row in (2, 3)},
                **{(row, 3): CHANGE for row in (2, 3, 4)},
                (0, 0): BANNER,
                (1, 0): HEADING,
            },
            heading_row=1,
            frozen_rows=2,
            notes={(2, 1): "note"},
        )
        (folder / "log.xlsx").write_bytes(workbook(month(sheet, language="en")))
        (folder / "ugly.xlsx").write_bytes(workbook(ugly()))
        every_sheet = (
            "csv:Text - txt - csv (StarCalc):44,34,76,1,,1033,false,true,true,false,false,-1"
        )
        log, worst = folder / "log.xlsx", folder / "ugly.xlsx"
        for kind, files in ((every_sheet, (log, worst)), ("pdf", (log,))):
            subprocess.run(
                [
                    "soffice",
                    f"-env:UserInstallation={(folder / 'profile').as_uri()}",
                    "--headless",
                    *("--convert-to", kind, "--outdir", folder, *files),
                ],
                env={**os.environ, "HOME": str(folder), "LC_ALL": "C.UTF-8"},
                capture_output=True,
                check=True,
                timeout=180,
            )
        return folder

    def test_it_shows_what_the_sheet_showed(self, folder: Path) -> None:
        """A second program reads the file: formats, text that looks like something else, days before 1900."""
        with (folder / "log-日报 2026-07.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))

        assert rows[1:] == [
            ["日期", "SKU", "销售额", "较7日均", "预警"],
            ["2026-07-31", "00123", "$1,234.50", "+25%", '=HYPERLINK("x")'],
            ["2026-08-01", "1E5", "$0.00", "-50%", "<r>&</r>"],
            ["-5", "=1+1", "1E+300", "0%", "TRUE"],
        ]

    def test_it_opens_the_worst_month(self, folder: Path) -> None:
        """Every worksheet is there."""
        assert len(list(folder.glob("ugly-*.csv"))) == 10

    def test_it_prints_a_page_for_every_worksheet(self, folder: Path) -> None:
        """What is printed is as wide as the paper."""
        content = (folder / "log.pdf").read_bytes()

        assert len(re.findall(rb"/Type\s*/Page\b", content)) == 3
