"""Whatever is typed, the server computes something or refuses; it never breaks."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sheets_sync.emulator.calc import effective
from sheets_sync.emulator.creation import new_workbook
from sheets_sync.emulator.display import formatted
from sheets_sync.emulator.entry import typed
from sheets_sync.emulator.formula.functions import EAGER, LAZY
from sheets_sync.emulator.formula.references import rewrite, translate
from sheets_sync.emulator.refusal import ApiError
from sheets_sync.emulator.requests import apply_batch
from sheets_sync.emulator.requests.batch import Mint
from sheets_sync.emulator.workbook import Cell, Formula

if TYPE_CHECKING:
    from sheets_sync.emulator.workbook import Workbook

NAMES = sorted({*EAGER, *LAZY})
ATOMS = st.one_of(
    st.integers(-(10**18), 10**18).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.sampled_from(["A1", "B2", "$A$1:B3", "A:A", "1:2", "ZZZ9", "Sheet1!A1", "Nope!A1", "TRUE"]),
    st.sampled_from(
        ['""', '"a"', '"2026-01-31"', '"*"', '">=1"', "#REF!", "{1,2;3,4}", "name", ""]
    ),
    st.text(max_size=6).map(lambda text: '"' + text.replace('"', '""') + '"'),
)


def calls(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return formulas built of smaller ones."""
    operators = st.sampled_from(["+", "-", "*", "/", "^", "&", "=", "<>", "<=", ">"])
    return st.one_of(
        st.tuples(inner, operators, inner).map("".join),
        st.tuples(st.sampled_from(["-", "+", ""]), inner, st.sampled_from(["%", ""])).map("".join),
        st.tuples(st.sampled_from(NAMES), st.lists(inner, max_size=4)).map(
            lambda pair: f"{pair[0]}({','.join(pair[1])})"
        ),
    )


FORMULAS = st.recursive(ATOMS, calls, max_leaves=8).map(lambda text: "=" + text)


def filled() -> Workbook:
    """Return a workbook with a value of each kind."""
    book = new_workbook("fuzz")
    kinds: list[Any] = [1, 0.5, "text", True, None, Formula("=A1"), Formula("=1/0"), "2026-01-31"]
    sheet = book.sheets[0]
    for row in range(3):
        sheet.put(row, 0, [None if value is None else Cell(value) for value in kinds])
    sheet.has_formulas = True
    return book


@settings(max_examples=600, deadline=None)
@given(FORMULAS)
def test_a_formula_comes_to_a_value(text: str) -> None:
    """Errors are values, and everything can be shown."""
    book = filled()
    book.sheets[0].put(5, 3, [Cell(Formula(text))])

    value = effective(book, book.sheets[0], 5, 3)

    assert isinstance(formatted(value, None), str)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=40).map(lambda text: "=" + text))
def test_any_text_behind_an_equals_sign_comes_to_a_value(text: str) -> None:
    """Nonsense is #ERROR! or #NAME?, never a crash; rewriting it does no harm."""
    book = filled()
    book.sheets[0].put(5, 3, [Cell(Formula(text))])

    effective(book, book.sheets[0], 5, 3)

    assert isinstance(translate(text, 1, 1), str)
    assert rewrite(text, "Sheet1", "Sheet1", "ROWS", lambda a, b: (a, b)) == text


@settings(max_examples=300, deadline=None)
@given(
    st.text(max_size=30),
    st.sampled_from(["en_US", "de_DE", "ja_JP", "zh_CN"]),
    st.one_of(st.none(), st.sampled_from(["0.00%", "yyyy-mm-dd", "#,##0;(#,##0)", "[h]:mm", "@"])),
)
def test_any_text_can_be_typed_and_shown(text: str, locale: str, pattern: str | None) -> None:
    """Whatever it means, it looks like something."""
    value = typed(text, locale).value
    shown = None if isinstance(value, Formula) else value

    assert isinstance(formatted(shown, {"pattern": pattern} if pattern else None, locale), str)


@settings(max_examples=300, deadline=None)
@given(
    st.floats(allow_nan=False, allow_infinity=False), st.text('#0,.%;yMdhs@E+-"_*[]$ ', max_size=12)
)
def test_any_pattern_shows_any_number(value: float, pattern: str) -> None:
    """Patterns that make no sense still show something."""
    assert isinstance(formatted(value, {"pattern": pattern}), str)


SPANS = st.tuples(st.integers(0, 12), st.integers(1, 12)).map(lambda p: (p[0], p[0] + p[1]))
DIMENSIONS = st.sampled_from(["ROWS", "COLUMNS"])


@st.composite
def changes(draw: st.DrawFn) -> dict[str, Any]:
    """Return a structural request, sensible or not."""
    start, end = draw(SPANS)
    left, right = draw(SPANS)
    dimension = draw(DIMENSIONS)
    span = {"dimension": dimension, "startIndex": start, "endIndex": end}
    area = {
        "startRowIndex": start,
        "endRowIndex": end,
        "startColumnIndex": left,
        "endColumnIndex": right,
    }
    return draw(
        st.sampled_from(
            [
                {"insertDimension": {"range": span}},
                {"deleteDimension": {"range": span}},
                {"moveDimension": {"source": span, "destinationIndex": left}},
                {"insertRange": {"range": area, "shiftDimension": dimension}},
                {"deleteRange": {"range": area, "shiftDimension": dimension}},
                {"mergeCells": {"range": area, "mergeType": "MERGE_ALL"}},
                {"sortRange": {"range": area, "sortSpecs": [{"dimensionIndex": left}]}},
                {"autoFill": {"range": area}},
                {"addTable": {"table": {"range": area}}},
                {"setBasicFilter": {"filter": {"range": area}}},
                {"repeatCell": {"range": area, "cell": {"note": "n"}, "fields": "note"}},
                {"duplicateSheet": {"sourceSheetId": 0}},
            ]
        )
    )


@settings(max_examples=200, deadline=None)
@given(st.lists(changes(), min_size=1, max_size=6))
def test_any_order_of_changes_applies_or_is_refused(batch: list[dict[str, Any]]) -> None:
    """Nothing else is raised, and a refused batch leaves the workbook as it was."""
    book = filled()
    before = [sheet.copy() for sheet in book.sheets]

    with contextlib.suppress(ApiError):
        new, replies = apply_batch(book, batch, Mint("2026-01-01T00:00:00.000Z"))
        assert len(replies) == len(batch)
        for sheet in new.sheets:
            assert len(sheet.rows) <= sheet.row_count
            assert max(map(len, sheet.rows), default=0) <= sheet.column_count
    assert book.sheets == before
