"""Number formats: what a team's cell showed in Google it shows in Excel, and Excel never repairs the file."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sheets_sync.archive.number_formats import excel_format

EXCEL = re.compile(
    r"""(?:
        "[^"]*" | \\. | [_*]. | \[\$[^\]"]+\]
        | \[(?:Black|Blue|Cyan|Green|Magenta|Red|White|Yellow|Color[0-9]+)\]
        | \[[<>=]+-?[0-9.]+\] | \[(?:hh?|mm?|ss?)\]
        | General | AM/PM | A/P | yyyy | yy | m{1,5} | d{1,4} | hh? | ss?
        | E[+-] | [0\#?.,%/:@()+\- ;]
    )*""",
    re.VERBOSE,
)
"""What Excel takes for certain; nothing else may reach a file."""


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        ("[$$]#,##0.00", "[$$]#,##0.00"),
        ("[$¥]#,##0", "[$¥]#,##0"),
        ("[$€]#,##0.00", "[$€]#,##0.00"),
        ("[$USD ]#,##0", "[$USD ]#,##0"),
        ("[$€-407]#,##0.00", "[$€-407]#,##0.00"),
        ("+0%;-0%;0%", "+0%;-0%;0%"),
        ("0.0%", "0.0%"),
        ("0.###############", "0.###############"),
        ("mm-dd hh:mm", "mm-dd hh:mm"),
        ("yyyy-mm-dd", "yyyy-mm-dd"),
        ("@", "@"),
        ("General", "General"),
        ("0.00E+00", "0.00E+00"),
        ("# ?/?", "# ?/?"),
        ("h:mm:ss.000 am/pm", "h:mm:ss.000 AM/PM"),
        ("[hh]:mm:ss", "[hh]:mm:ss"),
        ("[red]0;[color 10]-0", "[Red]0;[Color10]-0"),
        ('[>=1000000]0.0,,"M";[>=1000]0.0,"K";0', '[>=1000000]0.0,,"M";[>=1000]0.0,"K";0'),
        ('_("$"* #,##0.00_);_("$"* "-"??_);_(@_)', '_("$"* #,##0.00_);_("$"* "-"??_);_(@_)'),
        ("0;-0;;@", "0;-0;;@"),
        (";;;", ";;;"),
    ],
)
def test_what_both_know_stays(pattern: str, code: str) -> None:
    """A pattern that means the same in both reaches Excel as it is."""
    assert excel_format("NUMBER", pattern).code == code


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        ("yyyy年m月d日", 'yyyy"年"m"月"d"日"'),
        ("#,##0 件", '#,##0 "件"'),
        ("$#,##0.00", '"$"#,##0.00'),
        (r"\(0\)", '"("0")"'),
        (r"0\x", '0"x"'),
        (r"\"0", r"\"0"),
        ("e", '"e"'),
        ("dddddd, mmmmmmm d yyyyyyy", "dddd, mmmm d yyyy"),
        ("[$A-B]0", '"A-B"0'),
        (",0", '","0'),
    ],
)
def test_plain_text_is_quoted_and_long_parts_are_cut(pattern: str, code: str) -> None:
    """What Excel would take for something else, or not at all, is said so that it cannot be misread."""
    assert excel_format("NUMBER", pattern).code == code


@pytest.mark.parametrize(
    "pattern",
    [
        '"never closed',
        "0.0.0",
        "0;0;0;0",
        "0;0;0;0;0",
        "@;0",
        "0@",
        "yyyy 0",
        "General 0",
        "0 seconds",
        "# ?/16",
        "[Color99]0",
        "[DBNum1]0",
        "[foo]0",
        "0[red]",
        "[<1]0;[<2]0;[<3]0",
        "0_",
        "0*",
        "0\\",
        "0*-*-",
        "[h] dd",
        "0E+0E+0",
        "0" * 50,
        f'0"{"x" * 300}"',
        '0"\x0b"',
        "_😀0",
    ],
)
def test_what_excel_might_refuse_gives_way_to_a_plain_format(pattern: str) -> None:
    """One wrong number format makes Excel repair the whole workbook."""
    assert excel_format("CURRENCY", pattern).code == "#,##0.00"


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("", "General"),
        ("TEXT", "@"),
        ("NUMBER", "#,##0.00"),
        ("PERCENT", "0.00%"),
        ("CURRENCY", "#,##0.00"),
        ("SCIENTIFIC", "0.00E+00"),
        ("DATE", "yyyy-mm-dd"),
        ("TIME", "hh:mm:ss"),
        ("DATE_TIME", "yyyy-mm-dd hh:mm:ss"),
        ("SOMETHING_NEW", "General"),
    ],
)
@pytest.mark.parametrize("pattern", ["", "[foo]"])
def test_the_stand_in_is_of_the_same_kind(kind: str, code: str, pattern: str) -> None:
    """A date stays a date and a text a text where the pattern is missing or unfit."""
    assert excel_format(kind, pattern).code == code


@pytest.mark.parametrize(
    ("pattern", "measures"),
    [
        ("yyyy-mm-dd", "day"),
        ("mm-dd hh:mm", "day"),
        ("mmm", "day"),
        ("mm", "day"),
        ("hh:mm", "time"),
        ("[h]:mm", "time"),
        ("0.00", ""),
        ("@", ""),
        ('"day"0', ""),
    ],
)
def test_dates_are_told_from_times_and_numbers(pattern: str, measures: str) -> None:
    """Excel shows dates and times it cannot count as ##### only; so it is known which formats are such."""
    assert excel_format("", pattern).measures == measures


@settings(deadline=None)
@given(st.text('0#?.,%/E+-;@"\\_*[]$<>=1ymdhsaGeneral 年😀:()', max_size=20))
def test_no_pattern_comes_out_as_anything_but_excels(pattern: str) -> None:
    """Whatever somebody typed as a format, the file holds one that Excel takes."""
    code = excel_format("NUMBER", pattern).code

    assert EXCEL.fullmatch(code)
    assert len(code) <= 255
    assert len(re.sub(r'"[^"]*"|\\.|[_*].', "", code).split(";")) <= 4


@settings(deadline=None)
@given(st.text('0#?.,%/E+-;@"\\_*[]$<>=1ymdhs年:()', max_size=20))
def test_translating_again_changes_nothing(pattern: str) -> None:
    """A format of Excel's is read as what it is."""
    once = excel_format("NUMBER", pattern)

    assert excel_format("NUMBER", once.code) == once
