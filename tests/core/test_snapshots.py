"""Tabs as they stood: the rows of a month, the bytes they are kept as, and what differs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_sync.core.snapshot import (
    PLAIN,
    ColumnLook,
    Look,
    TabSnapshot,
    as_json,
    checksums,
    differences,
    from_json,
    next_month,
    rows_of_month,
    tidied,
    unheld,
)

JULY_1, JULY_31, AUGUST_1 = 46204, 46234, 46235
RED = Look(fill="#B3261E", ink="#FFFFFF", bold=True)


def tab(rows: list[list[Any]], ids: tuple[str | None, ...] = ("date", "units")) -> TabSnapshot:
    looks = [[0] * len(ids) for _ in rows]
    columns = [ColumnLook(name, 80, hidden=False) for name in ids]
    return TabSnapshot("daily:2026-07", "sku", "日报 2026-07", columns, rows, looks, [PLAIN, RED])


def test_the_rows_of_a_month() -> None:
    """By the date, however it was typed; what has no date at all stays with every month."""
    found = tab(
        [
            ["日期", "销量"],
            [JULY_1 - 1, 1],
            [JULY_1, 2],
            ["2026/7/15", 3],
            [JULY_31 + 0.9, 4],
            [AUGUST_1, 5],
            ["月底", 6],
            [None, None],
        ]
    )

    assert rows_of_month(found, "2026-07") == [0, 2, 3, 4, 6]
    assert rows_of_month(found, "2026-08") == [0, 5, 6]


def test_an_entry_without_a_time_belongs_to_when_it_was_first_seen() -> None:
    """The work log has the time people forget, and the one the program adds."""
    ids = ("time", "action", "first_seen")
    found = tab(
        [["时间", "动作", "首见"], [None, "调价", JULY_1 + 0.5], ["昨天", "补货", AUGUST_1]], ids
    )

    assert rows_of_month(found, "2026-07") == [0, 1]
    assert rows_of_month(found, "2026-08") == [0, 2]


def test_checksums_tell_columns_apart() -> None:
    """One changed value changes its own column's checksum; 1 and "1" and True differ."""
    plain = checksums(tab([["a", "b"], [1, 1]]))

    assert checksums(tab([["a", "b"], [1, 1]])) == plain
    for other in (2, "1", True, None, 1.5):
        changed = checksums(tab([["a", "b"], [1, other]]))
        assert changed[0] == plain[0]
        assert changed[1] != plain[1]


def test_what_an_archive_does_not_hold() -> None:
    """A value or a note that the archive has not at that place; what was cleared is no loss."""
    archived = tab([["a", "b"], [1, None], [2, "x"]])
    live = replace(tab([["a", "b"], [1, "new"], [None, "x"], [3, None]]), notes={(1, 0): "why"})

    assert unheld(live, archived) == [(1, 0), (1, 1), (3, 0)]
    assert unheld(tab([["a", "b"], [True, None]]), archived) == [(1, 0)]
    assert unheld(archived, archived) == []


def test_what_differs() -> None:
    """Values and looks both count; what lies beyond the other counts where it shows anything."""
    one = replace(tab([["a", "b"], [1, 2]]), looks=[[0, 0], [0, 1]])
    other = replace(tab([["a", "b"], [1, 2]]), palette=[RED, PLAIN], looks=[[1, 1], [1, 0]])
    assert list(differences(one, other)) == []
    assert list(differences(one, replace(other, looks=[[1, 1], [1, 1]]))) == [(1, 1)]
    assert list(differences(one, tab([["a", "b"], [1, 3]]))) == [(1, 1)]
    assert list(differences(tab([["a", "b"], [1, 2], [None, 3]]), one)) == [(1, 1), (2, 1)]


def test_blank_rows_at_the_end_go() -> None:
    """Rows without values, colours and notes at the bottom are no part of a month."""
    long = replace(
        tab([["a", "b"], [1, 2], [None, None], [None, None]]),
        looks=[[0, 0], [1, 0], [0, 0], [0, 0]],
    )
    assert len(tidied(long).rows) == 2
    assert len(tidied(replace(long, notes={(2, 0): "!"})).rows) == 3
    coloured = replace(long, looks=[[0, 0], [0, 0], [0, 1], [0, 0]])
    assert len(tidied(coloured).rows) == 3
    assert tidied(long).palette == [PLAIN, RED]
    assert list(differences(tidied(long), long)) == []


CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12),
)


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=6), st.integers(0, 1))
def test_the_bytes_hold_everything(rows: list[tuple[Any, Any]], look: int) -> None:
    """Whatever the cells hold comes back with its type, from the same bytes every time."""
    before = replace(
        tab([list(row) for row in rows]),
        looks=[[look, 0] for _ in rows],
        notes={(0, 1): "注"},
        formulas={(0, 0): "=A1"},
    )

    [after] = from_json(as_json([before]))

    assert repr(after.rows) == repr(before.rows)
    assert after.notes == before.notes
    assert after.formulas == before.formulas
    assert list(differences(before, after)) == []
    assert as_json([after]) == as_json([before])


@pytest.mark.parametrize(
    "content", [b"{}", b"[]", b'{"format": 2, "tabs": []}', b"x", b'{"format":1,"tabs":[{}]}']
)
def test_other_bytes_are_refused(content: bytes) -> None:
    """What is no archive is said to be none."""
    with pytest.raises(ValueError, match=r"."):
        from_json(content)


def test_months_follow_each_other() -> None:
    """The first day of the next month, over the year's end and from any day."""
    from datetime import date

    assert next_month(date(2026, 1, 31)) == date(2026, 2, 1)
    assert next_month(date(2026, 12, 1)) == date(2027, 1, 1)
