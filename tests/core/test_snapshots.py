"""Tabs as they stood: the rows of a month, the bytes they are kept as, and what differs."""

from __future__ import annotations

import json
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


def test_formulas_and_links_that_an_archive_does_not_hold() -> None:
    """A formula may show nothing, as an image does; a link may stand where the text is the same."""
    archived = replace(
        tab([["a", "b"], [1, "x"]]), formulas={(1, 0): "=1"}, links={(1, 1): "https://a.example"}
    )
    image = replace(archived, formulas={(1, 0): "=1", (2, 1): '=IMAGE("u")'})
    led = replace(archived, links={(1, 1): "https://a.example\nhttps://b.example"})

    assert unheld(archived, archived) == []
    assert unheld(image, archived) == [(2, 1)]
    assert unheld(led, archived) == [(1, 1)]
    assert unheld(tab([["a", "b"], [1, "x"]]), archived) == []


def test_notes_and_links_differ_too() -> None:
    """Wherever one of the two has them; each cell is named once."""
    plain = tab([["a", "b"], [1, "x"]])
    noted = replace(plain, notes={(1, 1): "why", (7, 0): "below"})
    assert list(differences(plain, noted)) == [(1, 1), (7, 0)]
    assert list(differences(noted, plain)) == [(1, 1), (7, 0)]
    assert list(differences(replace(noted, rows=[["a", "b"], [1, "y"]]), plain)) == [(1, 1), (7, 0)]
    led = replace(plain, links={(1, 1): "https://a.example"})
    assert list(differences(led, plain)) == [(1, 1)]
    assert list(differences(led, replace(plain, links={(1, 1): "https://b.example"}))) == [(1, 1)]


def test_links_that_a_restored_tab_cannot_have() -> None:
    """Several in one text, one of a number, and an address that is a link by itself are no difference."""
    plain = tab([["a", "www.a.example"], [1, "x"]])
    links = {
        (0, 1): "http://www.a.example/",
        (1, 0): "https://a.example",
        (1, 1): "https://a.example\nhttps://b.example",
    }
    led = replace(plain, links=links)

    assert list(differences(led, plain)) == []
    assert list(differences(plain, led)) == []
    assert [led.link(place) for place in links] == ["http://www.a.example/", "", ""]


def test_texts_differ_as_a_cell_can_be_given_them() -> None:
    """Control characters are not written, so their absence is no difference; 1 and True are one."""
    archived = replace(tab([["a\r\nb", "\x0b"], [1, "x"]]), notes={(0, 0): "n\r\n"})
    restored = replace(tab([["a\nb", None], [1, "x"]]), notes={(0, 0): "n\n"})

    assert list(differences(archived, restored)) == []
    assert list(differences(restored, archived)) == []
    assert list(differences(tab([["a", "b"], [True, "x"]]), tab([["a", "b"], [1, "x"]]))) == [
        (1, 0)
    ]


def test_blank_rows_at_the_end_go() -> None:
    """Rows without values, colours, links and notes at the bottom are no part of a month."""
    long = replace(
        tab([["a", "b"], [1, 2], [None, None], [None, None]]),
        looks=[[0, 0], [1, 0], [0, 0], [0, 0]],
    )
    assert len(tidied(long).rows) == 2
    assert len(tidied(replace(long, notes={(2, 0): "!"})).rows) == 3
    assert len(tidied(replace(long, links={(2, 0): "https://a.example"})).rows) == 3
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
        links={(0, 0): "https://a.example\nmailto:b@example.com"},
    )

    [after] = from_json(as_json([before]))

    assert repr(after.rows) == repr(before.rows)
    assert after.notes == before.notes
    assert after.formulas == before.formulas
    assert after.links == before.links
    assert list(differences(before, after)) == []
    assert as_json([after]) == as_json([before])


def test_archives_from_before_links_were_kept() -> None:
    """They are read as ever, with no links."""
    content = json.loads(as_json([tab([["a", "b"]])]))
    assert content["format"] == 1
    del content["tabs"][0]["links"]

    [found] = from_json(json.dumps(content).encode())

    assert found.links == {}
    assert found.rows == [["a", "b"]]


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
