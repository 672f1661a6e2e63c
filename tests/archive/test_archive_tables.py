"""The tables of an archive: plain text that any program reads the same, and that runs nowhere."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheets_sync.archive.tables import csv_of
from sheets_sync.core.snapshot import PLAIN, ColumnLook, Look, TabSnapshot
from sheets_sync.core.tab import Cell

DATE = Look(kind="DATE", pattern="yyyy-mm-dd")
MOMENT = Look(kind="DATE_TIME", pattern="mm-dd hh:mm")
TIME = Look(kind="TIME", pattern="hh:mm")


def tab(*rows: Sequence[Cell], look: Look = PLAIN, **more: Any) -> TabSnapshot:
    """A tab whose cells below the headings all look the same."""
    looks = [[int(r > more.get("heading_row", 0))] * len(row) for r, row in enumerate(rows)]
    columns = [ColumnLook(None, 100, False)] * (len(rows[0]) if rows else 0)
    return TabSnapshot("daily:2026-07", "sku", "日报", columns, rows, looks, [PLAIN, look], **more)


def field(value: Cell, look: Look = PLAIN) -> str:
    """One cell as a reader finds it."""
    text = csv_of(tab(["h", "x"], [value, "x"], look=look)).decode("utf-8-sig")
    [_, [found, _]] = csv.reader(io.StringIO(text, newline=""))
    return found


def test_a_table_byte_for_byte() -> None:
    """Excel on Chinese Windows needs the mark at the beginning, and every program takes CRLF."""
    log = tab(["日期", "SKU"], ["A", None], [None, "B"])

    assert csv_of(log) == b'\xef\xbb\xbf"\xe6\x97\xa5\xe6\x9c\x9f","SKU"\r\n"A",\r\n,"B"\r\n'


def test_texts_stand_in_quotes_and_nothing_else_does() -> None:
    """Whatever separates fields elsewhere may stand in a text; numbers, dates and blanks are plain."""
    log = tab(["a", "b", "c", "d"], ["x;y", 7, True, None], ["00123", 46234, "", 'a"'], look=DATE)

    assert csv_of(log).decode("utf-8-sig").splitlines()[1:] == [
        '"x;y",1900-01-06,TRUE,',
        '"00123",2026-07-31,,"a"""',
    ]


def test_a_row_of_one_blank_cell_is_a_row() -> None:
    """A line without anything would be skipped by most readers."""
    assert csv_of(tab(["h"], [None], [1])).decode("utf-8-sig") == '"h"\r\n""\r\n1\r\n'


def test_what_stands_above_the_headings_is_left_out() -> None:
    """The banner of a frozen month is for people; a table begins with its headings."""
    log = tab(["已归档", None], ["日期", "SKU"], [1, "A"], heading_row=1, frozen_rows=2)

    assert csv_of(log).decode("utf-8-sig") == '"日期","SKU"\r\n1,"A"\r\n'


def test_a_tab_without_rows_is_an_empty_table() -> None:
    assert csv_of(tab()) == b"\xef\xbb\xbf"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("", ""),
        (True, "TRUE"),
        (False, "FALSE"),
        (0, "0"),
        (-0.0, "0"),
        (7, "7"),
        (7.0, "7"),
        (-7, "-7"),
        (0.42, "0.42"),
        (0.1 + 0.2, "0.30000000000000004"),
        (-1234567.5, "-1234567.5"),
        (999_999_999_999_999.0, "999999999999999"),
        (1e300, "1e+300"),
        ("00123", "00123"),
        ("1E5", "1E5"),
        ("灯 😀", "灯 😀"),
    ],
)
def test_values(value: Cell, text: str) -> None:
    """A number is the same in every country, and what is text is not touched."""
    assert field(value) == text


@pytest.mark.parametrize(
    ("value", "look", "text"),
    [
        (46234, DATE, "2026-07-31"),
        (46234.0, DATE, "2026-07-31"),
        (46234.354166667, DATE, "2026-07-31 08:30:00"),
        (46234.354166667, MOMENT, "2026-07-31 08:30:00"),
        (46234, MOMENT, "2026-07-31 00:00:00"),
        (46234.999999999, MOMENT, "2026-08-01 00:00:00"),
        (0.354166667, TIME, "08:30:00"),
        (1.0625, TIME, "25:30:00"),
        (46234.354166667, TIME, "2026-07-31 08:30:00"),
        (-40_000, DATE, "1790-06-24"),
        (4_000_000, DATE, "4000000"),
        (-0.5, TIME, "1899-12-29 12:00:00"),
        ("2026年7月31日", DATE, "2026年7月31日"),
        (True, DATE, "TRUE"),
        (None, DATE, ""),
        (46234, Look(kind="NUMBER", pattern="0"), "46234"),
    ],
)
def test_dates(value: Cell, look: Look, text: str) -> None:
    """A date is ISO, to the second where there is a time, and nothing that was known is lost."""
    assert field(value, look) == text


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("https://evil.example")',
        "+1+1",
        "-1+1",
        "@SUM(A1)",
        "\tplain",
        "  =1",
        "\u3000=1",
        "\xa0@x",
        "\ufeff=1",
        "\u200b=1",
        "＝1",
        "＋1",
        "－1",
        "＠x",
        " ＝1",
        "-5",
    ],
)
def test_text_cannot_turn_into_a_formula(text: str) -> None:
    """A product's title that begins like a formula would run in the Excel of whoever opens the table."""
    assert field(text) == f"'{text}"


@pytest.mark.parametrize(
    ("text", "found"),
    [("\r=1", "'=1"), ("\rx", "'x"), ("\x01=1", "'=1"), ("\ud800=1", "'=1"), ("\x0b-1", "'-1")],
)
def test_nor_what_becomes_one_when_it_is_cleaned(text: str, found: str) -> None:
    """Signs that no file can hold are dropped first, or they would hide what follows."""
    assert field(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ok;+1", "ok;'+1"),
        ("ok;=1+1;x", "ok;'=1+1;x"),
        ("ok\t=1", "ok\t'=1"),
        ("ok\n-1\n@x", "ok\n'-1\n'@x"),
        ("ok; \u3000＝1", "ok;' \u3000＝1"),
        ('ok;"=1', "ok;'\"=1"),
        ("ok;\n=1", "ok;\n'=1"),
        ("ok;\x01=1", "ok;'=1"),
        ("=1;=2", "'=1;'=2"),
        ("\t=1", "'\t'=1"),
        ("\n=1", "'\n'=1"),
    ],
)
def test_nor_can_what_follows_a_separator_of_another_country(text: str, found: str) -> None:
    """Where `;` or a tab separates fields, quotes do not hold a text together that is not the first of its row."""
    assert field(text) == found


@pytest.mark.parametrize(
    "text", ["a=1", "1-2", "x@y.com", "灯=亮", "'=1", "·-", "a;b", "a; b-c;", "a\nb+c", "a,=1"]
)
def test_other_text_is_left_alone(text: str) -> None:
    """Only the beginning makes a formula."""
    assert field(text) == text


def test_headings_are_text_too() -> None:
    """Teams name their columns themselves."""
    assert csv_of(tab(["=1", "+ACOS"])).decode("utf-8-sig") == '"\'=1","\'+ACOS"\r\n'


@pytest.mark.parametrize("text", ['say "hi"', "a,b", "two\nlines", '"', "tail\n", 'a",\r\n"b'])
def test_quotes_and_lines_inside_a_text(text: str) -> None:
    """What separates fields and rows may stand inside of one."""
    assert field(text) == text.replace("\r", "")


CELLS = (
    st.none()
    | st.booleans()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers(-(2**53), 2**53)
    | st.text(st.characters(exclude_categories=()), max_size=10)
    | st.text("=+-@＝ \t\r\n'\";,a", max_size=8)
)


@settings(deadline=None)
@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=6))
def test_every_row_is_read_back_and_none_is_dangerous(rows: list[list[Cell]]) -> None:
    """Whatever people typed, the table has their rows, their numbers and no formula."""
    content = csv_of(tab(["a", "b"], *rows)).decode("utf-8-sig")

    found = list(csv.reader(io.StringIO(content, newline="")))
    assert len(found) == len(rows) + 1
    for row, fields in zip(rows, found[1:], strict=True):
        for value, text in zip(row, fields, strict=True):
            if isinstance(value, str):
                assert not re.match(r"[\t\r]|\s*[=+\-@＝＋－＠]", text)
            elif isinstance(value, float | int) and not isinstance(value, bool):
                assert float(text) == value


@settings(deadline=None)
@given(
    st.lists(st.text("=-＝ \t\n'\";,a", max_size=12), min_size=1, max_size=4),
    st.sampled_from(";\t"),
)
def test_no_formula_appears_where_fields_are_separated_otherwise(
    texts: list[str], separator: str
) -> None:
    """As Excel reads it in Germany or France, or whoever tells it that tabs separate."""
    content = csv_of(tab(["h"] * (len(texts) + 1), ["x", *texts])).decode("utf-8-sig")

    for fields in csv.reader(io.StringIO(content, newline=""), delimiter=separator):
        for text in fields:
            assert not re.match(r"[^\S\t\n]*[=+\-@＝＋－＠]", text), content
