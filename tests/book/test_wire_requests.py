"""What is sent: typed values only, in as few and as short requests as neighbours allow."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_sync.sheets import wire

CELLS = st.dictionaries(
    st.tuples(st.integers(1, 12), st.integers(0, 8)), st.integers(0, 99), max_size=40
)


def sent(request: dict[str, Any]) -> int:
    return len(json.dumps(request, ensure_ascii=False, separators=(",", ":")).encode())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, {}),
        ("", {}),
        (float("nan"), {}),
        (float("inf"), {}),
        (0, {"userEnteredValue": {"numberValue": 0}}),
        (12.0, {"userEnteredValue": {"numberValue": 12}}),
        (-0.0, {"userEnteredValue": {"numberValue": 0}}),
        (0.35, {"userEnteredValue": {"numberValue": 0.35}}),
        (True, {"userEnteredValue": {"boolValue": True}}),
        ("=1+1", {"userEnteredValue": {"stringValue": "=1+1"}}),
        ("+86 139", {"userEnteredValue": {"stringValue": "+86 139"}}),
        ("007", {"userEnteredValue": {"stringValue": "007"}}),
        ("a\x07b\ud800", {"userEnteredValue": {"stringValue": "ab"}}),
        ("断\n货\t!", {"userEnteredValue": {"stringValue": "断\n货\t!"}}),
        ("长" * 60_000, {"userEnteredValue": {"stringValue": "长" * 50_000}}),
    ],
)
def test_a_value_is_sent_with_its_type(value: Any, expected: dict[str, Any]) -> None:
    """No formula comes from data, no id becomes a number, and unknown is blank."""
    assert wire.extended(value) == expected


@given(st.text() | st.floats() | st.integers() | st.booleans() | st.none())
def test_whatever_a_cell_holds_can_be_sent(value: Any) -> None:
    """Every value makes JSON that a strict server reads."""
    json.dumps(wire.extended(value), ensure_ascii=False, allow_nan=False).encode()


@given(CELLS)
def test_blocks_cover_exactly_the_given_cells(cells: dict[tuple[int, int], int]) -> None:
    """No cell is lost, none is written twice, and none between them is touched."""
    ordered = sorted((row, column, value) for (row, column), value in cells.items())

    found: dict[tuple[int, int], Any] = {}
    for top, left, rows in wire.blocks(ordered):
        for i, values in enumerate(rows):
            for j, value in enumerate(values):
                assert (top + i, left + j) not in found
                found[top + i, left + j] = value

    assert found == cells


def test_a_column_of_neighbours_is_one_block() -> None:
    """A rectangle of changes is one request."""
    cells = [(row, column, 1) for row in (3, 4, 5) for column in (2, 3)]

    assert list(wire.blocks(cells)) == [(3, 2, [[1, 1], [1, 1], [1, 1]])]


def test_a_run_of_neighbours_costs_about_60_bytes_a_cell() -> None:
    """Rows of typical figures: numbers, short texts and blanks."""
    rows = [[46233, "acme", "US", f"LAMP-{i:03}", 12, 1234.56, 0.4523, None] for i in range(200)]

    assert sent(wire.update_cells(1_234_567_890, 1, 0, rows)) / 1600 <= 60


@pytest.mark.parametrize("value", [12, 1234.56, 46233.347222, "断货;ACOS高", None])
def test_a_lone_cell_costs_at_most_200_bytes(value: Any) -> None:
    """One changed cell far from any other."""
    assert sent(wire.update_cells(1_234_567_890, 14_999, 28, [[value]])) <= 200


@pytest.mark.parametrize(
    ("column", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (31, "AF"), (701, "ZZ"), (702, "AAA")]
)
def test_a_column_is_written_as_people_write_it(column: int, letters: str) -> None:
    """Zero-based inside, letters outside."""
    assert wire.column_letters(column) == letters


def test_a_title_is_quoted_for_a1() -> None:
    """An apostrophe is doubled."""
    assert wire.quoted("Tom's 日报!") == "'Tom''s 日报!'"


def test_a_marker_cannot_be_left_twice() -> None:
    """It carries its own id, and stands on the spreadsheet itself."""
    assert wire.marker(42, "run/1-of-1") == {
        "createDeveloperMetadata": {
            "developerMetadata": {
                "metadataId": 42,
                "metadataKey": "sheets_sync.op",
                "metadataValue": "run/1-of-1",
                "visibility": "DOCUMENT",
                "location": {"spreadsheet": True},
            }
        }
    }


def test_an_open_range_has_no_end() -> None:
    """A range without its end grows with the tab."""
    assert wire.grid_range(7, (1, None), (3, 4)) == {
        "sheetId": 7,
        "startRowIndex": 1,
        "startColumnIndex": 3,
        "endColumnIndex": 4,
    }
