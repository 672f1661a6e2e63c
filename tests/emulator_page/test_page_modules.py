"""The page's pure parts: which row was meant, tables as text, and what a filter hides."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.program("chromium")

HEAD = ["Day", "SKU", "Units", "Note"]
ROWS = [HEAD, ["1", "A", "5", ""], ["1", "B", "7", "x"], ["2", "A", "5", ""]]


def seen(row: int, column: int, keys: int, texts: list[str]) -> dict[str, Any]:
    heads = HEAD if row else [""] * 4
    return {
        "row": row,
        "column": column,
        "texts": texts,
        "headRows": 1,
        "heads": heads,
        "keys": keys,
    }


@pytest.mark.parametrize(
    ("what", "rows", "expected"),
    [
        (seen(2, 3, 2, ["1", "B", "7", "x"]), ROWS, 2),
        (seen(2, 3, 2, ["1", "B", "7", "x"]), [HEAD, ROWS[3], ROWS[1], ROWS[2]], 3),
        (seen(2, 3, 2, ["1", "B", "6", "x"]), [HEAD, ROWS[3], ROWS[1], ROWS[2]], 3),
        (seen(1, 3, 2, ["3", "C", "5", ""]), ROWS, -1),
        (seen(1, 3, 0, ["1", "A", "5", ""]), [HEAD, ["9", "Z", "0", ""], ROWS[1]], 2),
        (seen(1, 3, 0, ["1", "A", "5", ""]), [HEAD, ["9", "Z", "0", ""], ROWS[1], ROWS[1]], -1),
        (seen(3, 1, 0, ["", "", "", ""]), ROWS, -1),
        (seen(4, 1, 0, ["", "", "", ""]), ROWS, 4),
        (
            seen(2, 1, 2, ["1", "B", "7", "x"]),
            [HEAD, ["1", "B", "7", "x"], ["1", "C", "7", "x"]],
            2,
        ),
    ],
    ids=[
        "in its place",
        "moved",
        "moved and its figures changed",
        "deleted",
        "moved, known by most of it",
        "two that could be it",
        "an empty row that was filled",
        "an empty row still empty",
        "only its own cell changed",
    ],
)
def test_the_row_that_was_meant_is_found_or_not_at_all(
    page_module: Callable[[str, str], Any], what: dict[str, Any], rows: list[Any], expected: int
) -> None:
    """By its key, else by most of it; never by position alone."""
    assert page_module("identity", f"findRow({json.dumps(what)}, {json.dumps(rows)})") == expected


@pytest.mark.parametrize(
    ("heads", "expected"),
    [
        (HEAD, 2),
        (["Day", "New", "SKU", "Units", "Note"], 3),
        (["Day", "SKU", "Note"], None),
        (["Units", "Day", "SKU", "Units", "Note"], None),
    ],
    ids=["unchanged", "one inserted", "deleted", "two of that name"],
)
def test_the_column_that_was_meant_is_known_by_its_heading(
    page_module: Callable[[str, str], Any], heads: list[str], expected: int | None
) -> None:
    """A column that is gone, or has a namesake, is not guessed."""
    what = json.dumps(seen(1, 2, 2, ["1", "A", "5", ""]))
    call = f"follow({what}, {json.dumps(heads)})?.column ?? null"

    assert page_module("identity", call) == expected


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a\tb\r\nc\td\r\n", [["a", "b"], ["c", "d"]]),
        ('"a\tb"\t"say ""hi"""', [["a\tb", 'say "hi"']]),
        ('"two\nlines"\nx', [["two\nlines"], ["x"]]),
        ('5" pipe\t"open', [['5" pipe', '"open']]),
        ("a\t\n\tb", [["a", ""], ["", "b"]]),
        ("", [[""]]),
    ],
)
def test_pasted_text_is_read_as_a_table(
    page_module: Callable[[str, str], Any], text: str, rows: list[list[str]]
) -> None:
    """Quotes hold tabs and lines together; a stray quote is only a character."""
    assert page_module("clipboard", f"fromText({json.dumps(text)})") == rows


@pytest.mark.parametrize(
    ("rule", "text", "value", "expected"),
    [
        ({"hiddenValues": ["DE"]}, "DE", "DE", False),
        ({"hiddenValues": ["DE"]}, "JP", "JP", True),
        (
            {"condition": {"type": "NUMBER_GREATER", "values": [{"userEnteredValue": "40%"}]}},
            "41 %",
            0.41,
            True,
        ),
        (
            {"condition": {"type": "NUMBER_GREATER", "values": [{"userEnteredValue": "5"}]}},
            "",
            "",
            False,
        ),
        (
            {"condition": {"type": "TEXT_CONTAINS", "values": [{"userEnteredValue": "ACOS"}]}},
            "acos high",
            "acos high",
            True,
        ),
        ({"condition": {"type": "NOT_BLANK"}}, "", "", False),
    ],
)
def test_a_filter_rule_shows_or_hides_a_cell(
    page_module: Callable[[str, str], Any],
    rule: dict[str, Any],
    text: str,
    value: float | str,
    expected: bool,  # noqa: FBT001 - the expected answer
) -> None:
    """As Sheets decides: by the shown text or by the number."""
    call = f"shows({json.dumps(rule)}, {json.dumps(text)}, {json.dumps(value)})"

    assert page_module("sift", call) is expected
    assert page_module("sift", f"isKnown({json.dumps(rule)})") is True


def test_a_rule_with_a_formula_is_not_pretended_to_be_known(
    page_module: Callable[[str, str], Any],
) -> None:
    """What the page cannot work out is said, not guessed."""
    rule = {"condition": {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": "=A1>2"}]}}

    assert page_module("sift", f"isKnown({json.dumps(rule)})") is False


def test_every_sentence_exists_in_both_languages(page_module: Callable[[str, str], Any]) -> None:
    """No label is missing in Chinese or in English."""
    names = page_module("words", "NAMES")

    assert names["zh"] == names["en"]
    assert len(names["zh"]) > 50
