"""Sums over days: exact, unknown where nothing is known, and at home at the panel's edges."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheets_sync.core.model import SkuKey
from sheets_sync.core.panel import (
    Panel,
    carried,
    ratio,
    shifted,
    trailing_count,
    trailing_max,
    trailing_sum,
)

NAN = float("nan")
FIGURES = (
    st.none() | st.integers(-10_000, 10_000) | st.integers(0, 10_000_000).map(lambda n: n / 100)
)
ROWS = st.lists(FIGURES, min_size=1, max_size=20)
WINDOWS = st.integers(1, 30)


def array(*rows: list[float | None]) -> np.ndarray:
    return np.array(
        [[NAN if value is None else value for value in row] for row in rows], dtype=float
    )


def plain(figures: np.ndarray) -> list[float | None]:
    return [None if np.isnan(value) else float(value) for value in figures[0]]


def window(row: list[float | None], day: int, days: int) -> list[float]:
    return [value for value in row[max(0, day - days + 1) : day + 1] if value is not None]


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [
        (1.0, 3.0, 0.333333),
        (0.0, 5.0, 0.0),
        (5.0, 0.0, None),
        (0.0, 0.0, None),
        (None, 5.0, None),
        (5.0, None, None),
    ],
)
def test_a_ratio_is_unknown_without_both_sides_or_over_zero(
    numerator: float | None, denominator: float | None, expected: float | None
) -> None:
    """A quotient has six places; nothing divided by zero is a number."""
    assert plain(ratio(array([numerator]), array([denominator]))) == [expected]


@given(ROWS, WINDOWS)
def test_a_trailing_sum_is_the_sum_of_the_known_days(row: list[float | None], days: int) -> None:
    """Whatever the window, also one longer than the panel, known days add up and unknown days do not count."""
    found = plain(trailing_sum(array(row), days))

    for day, value in enumerate(found):
        known = window(row, day, days)
        assert (value is None) == (not known)
        assert value is None or value == pytest.approx(sum(known), abs=1e-6)


@given(ROWS, WINDOWS)
def test_counting_and_the_largest_ignore_unknown_days(row: list[float | None], days: int) -> None:
    """The count of known days and the largest of them follow the same window."""
    counts, largest = plain(trailing_count(array(row), days)), plain(trailing_max(array(row), days))

    for day in range(len(row)):
        known = window(row, day, days)
        assert counts[day] == len(known)
        assert largest[day] == max(known, default=None)


@given(ROWS, WINDOWS)
def test_carrying_takes_the_newest_known_day_of_the_window(
    row: list[float | None], days: int
) -> None:
    """An unknown day shows the newest known figure not older than the window."""
    assert plain(carried(array(row), days)) == [
        next(reversed(window(row, day, days)), None) for day in range(len(row))
    ]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, [1.0, 2.0, None]),
        (1, [None, 1.0, 2.0]),
        (2, [None, None, 1.0]),
        (3, [None] * 3),
        (9, [None] * 3),
    ],
)
def test_shifting_moves_figures_to_later_days(days: int, expected: list[float | None]) -> None:
    """What is moved in from before the panel is unknown."""
    assert plain(shifted(array([1, 2, None]), days)) == expected


def test_an_old_large_figure_leaves_no_crumbs_behind() -> None:
    """A sum whose days are all zero is zero, whatever was summed before them."""
    figures = array([123456.78, 0.1, 0.2, 0.0, 0.0, 0.0])

    assert plain(trailing_sum(figures, 2)) == [123456.78, 123456.88, 0.3, 0.2, 0.0, 0.0]


def panel(given_: dict[str, np.ndarray]) -> Panel:
    days = [date(2026, 7, 1) + timedelta(days=i) for i in range(2)]
    formulas = {"twice": lambda p: p["units"] * 2, "four": lambda p: p["twice"] * 2 + p["nothing"]}
    return Panel([SkuKey("acme", "US", "A")], days, given_, formulas)


def test_a_metric_is_computed_once_and_says_what_it_came_from() -> None:
    """A formula may read other formulas; the given figures at the bottom are its inputs."""
    figures = panel({"units": array([1, None])})

    assert plain(figures["twice"]) == [2.0, None]
    assert figures["twice"] is figures["twice"]
    assert figures.inputs("four") == ["nothing", "units"]
    assert figures.inputs("units") == ["units"]


def test_a_name_nobody_knows_is_unknown_everywhere() -> None:
    """A metric that no report brought is NaN, and as text None; it is never 0."""
    figures = panel({})

    assert plain(figures["units"]) == [None, None]
    assert figures.text("title").tolist() == [[None, None]]
    assert plain(figures["four"]) == [None, None]


def test_a_day_outside_the_panel_has_no_column() -> None:
    """Days before the first and after the last are not in the panel."""
    figures = panel({})

    assert figures.day(date(2026, 7, 2)) == 1
    assert figures.day(date(2026, 6, 30)) is None
    assert figures.day(date(2026, 7, 3)) is None
