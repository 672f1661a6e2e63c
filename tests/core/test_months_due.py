"""Which archives are due on which day, and which months are rewritten a last time before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from sheets_sync.core.months import MonthMemory, due, first_day, to_sweep

JUNE, JULY = "2026-06", "2026-07"
AFTER = 42
MADE = MonthMemory(JUNE, {"preliminary": "aa"})
SWEPT = replace(MADE, swept=True)
FINAL = replace(SWEPT, made={"preliminary": "aa", "final": "bb"}, frozen=("2026-08-12 16:30", "r"))


@pytest.mark.parametrize(
    ("today", "known", "expected"),
    [
        (date(2026, 6, 30), MonthMemory(JUNE), []),
        (date(2026, 7, 1), MonthMemory(JUNE), [(JUNE, "preliminary")]),
        (date(2026, 7, 1), MADE, []),
        (date(2026, 8, 11), MADE, []),
        (date(2026, 8, 11), SWEPT, []),
        (date(2026, 8, 12), MADE, []),
        (date(2026, 8, 12), SWEPT, [(JUNE, "final")]),
        (date(2026, 8, 12), MonthMemory(JUNE), [(JUNE, "preliminary")]),
        (date(2026, 8, 12), FINAL, []),
        (date(2026, 8, 12), replace(SWEPT, gone=True), []),
        (date(2026, 10, 30), MADE, [(JUNE, "final")]),  # nothing so old is restated
    ],
)
def test_what_is_due(today: date, known: MonthMemory, expected: list[tuple[str, str]]) -> None:
    """A first copy on the 1st; the final one after the restatement window and a last rewrite."""
    found = due([JULY, JUNE], {JUNE: known}, today, AFTER)

    assert [tuple(one) for one in found if one.month == JUNE] == expected


def test_the_newest_month_stays_open() -> None:
    """The next month's tab is made as a copy of it, so it is not frozen before there is one."""
    assert due([JUNE], {JUNE: SWEPT}, date(2026, 12, 1), AFTER) == []
    assert due([JUNE, JULY], {JUNE: SWEPT}, date(2026, 12, 1), AFTER)[0] == (JUNE, "final")


def test_no_month_is_skipped() -> None:
    """After a long silence everything that is due is due at once, oldest first."""
    months = ["2026-03", "2026-04", "2026-05", "2026-06"]

    found = due(months, {}, date(2026, 12, 1), AFTER)

    assert [tuple(one) for one in found] == [
        ("2026-03", "final"),
        ("2026-04", "final"),
        ("2026-05", "final"),
        ("2026-06", "preliminary"),
    ]


@pytest.mark.parametrize(
    ("today", "known", "expected"),
    [
        (date(2026, 8, 11), MADE, []),
        (date(2026, 8, 12), MADE, [JUNE]),
        (date(2026, 8, 12), SWEPT, []),
        (date(2026, 8, 12), FINAL, []),
        (date(2026, 10, 29), MADE, [JUNE]),
        (date(2026, 10, 30), MADE, []),
    ],
)
def test_what_is_rewritten_a_last_time(
    today: date, known: MonthMemory, expected: list[str]
) -> None:
    """Once, when the figures can no longer be restated; never for months that lie far back."""
    assert to_sweep([JUNE, JULY], {JUNE: known}, today, AFTER) == expected


@pytest.mark.parametrize("text", ["2026-13", "July", "2026-7", "2026-07-01", "", "2026-07-0"])
def test_nonsense_is_no_month(text: str) -> None:
    """A month is written YYYY-MM and nothing else."""
    with pytest.raises(ValueError, match=r"."):
        first_day(text)


def test_a_month_begins_on_its_first_day() -> None:
    """The first day of a month, as people write it."""
    assert first_day("2026-02") == date(2026, 2, 1)
