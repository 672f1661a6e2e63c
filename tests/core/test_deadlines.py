"""When an episode opened and until when it has to be dealt with: runs, time zones, days off."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from sheets_sync.core.breaches import judge
from sheets_sync.core.calendar import Calendar, Entry
from sheets_sync.core.deadlines import (
    counted_as,
    due_at,
    first_days,
    opened_at,
    opens_action,
    waits_days,
)
from sheets_sync.core.metrics import FORMULAS
from sheets_sync.core.model import SkuKey
from sheets_sync.core.panel import Panel
from sheets_sync.core.records import Records
from sheets_sync.core.rules import Comparison, Condition, Hit, Level, Operand, Rule
from sheets_sync.core.scope import Scope
from sheets_sync.errors import Words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sheets_sync.core.rules import Category, Deed

SHANGHAI, EARLY = "Asia/Shanghai", time(8, 30)
NOW = datetime(2026, 7, 31, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai; the newest US day is 29 July
N = None


def opened(day: date, site: str = "US", waits: int = 1, now: datetime = NOW) -> str:
    moment = opened_at(day, waits, site, now=now, zone=SHANGHAI, first_run=EARLY)
    return f"{moment:%m-%d %H:%M}"


def due(
    start: str, hours: int, *rest: str, category: Category = "operations", person: str = ""
) -> str:
    days = Calendar(tuple(Entry(date.fromisoformat(day), "rest", person=person) for day in rest))
    moment = datetime.fromisoformat(f"{start}+08:00").astimezone(UTC)
    found = due_at(moment, hours, category, days, "US", SHANGHAI)
    return f"{found + timedelta(hours=8):%Y-%m-%d %H:%M}"


# --- when it opened ------------------------------------------------------------------------------


def test_it_opens_with_the_first_daily_run_after_the_day_has_ended() -> None:
    """A day in Tokyo ends before the next morning in Shanghai, one in Los Angeles after it."""
    assert opened(date(2026, 7, 29), "JP") == "07-30 00:30"
    assert opened(date(2026, 7, 29), "DE") == "07-30 00:30"
    assert opened(date(2026, 7, 29), "US") == "07-31 00:30"


def test_it_opens_later_where_figures_have_to_settle() -> None:
    """A rule that waits three days could not speak before."""
    assert opened(date(2026, 7, 26), "JP", waits=3) == "07-29 00:30"


@pytest.mark.parametrize(("hour", "expected"), [(2, "07-31 00:30"), (0, "07-30 00:30")])
def test_it_never_opens_later_than_the_last_daily_run(hour: int, expected: str) -> None:
    """So two runs of one day name the same moment, and none lies ahead."""
    now = datetime(2026, 7, 31, hour, 0, tzinfo=UTC)

    assert opened(date(2026, 7, 30), now=now) == expected


# --- until when ----------------------------------------------------------------------------------


def test_a_deadline_skips_the_days_off() -> None:
    """Friday 08:30 and a day is Monday 08:30; what opens on a Saturday starts on Monday."""
    weekend = ("2026-08-01", "2026-08-02")

    assert due("2026-07-31 08:30", 24) == "2026-08-01 08:30"
    assert due("2026-07-31 08:30", 24, *weekend) == "2026-08-03 08:30"
    assert due("2026-08-01 08:30", 24, *weekend) == "2026-08-04 08:30"
    assert due("2026-07-31 20:00", 6, *weekend) == "2026-08-03 02:00"
    assert due("2026-07-30 08:30", 48, *weekend) == "2026-08-03 08:30"


def test_a_week_passes_over_every_day_off() -> None:
    """Seven working days are meant."""
    assert due("2026-07-30 08:30", 168, "2026-08-01", "2026-08-02") == "2026-08-08 08:30"


def test_compliance_goes_on_over_days_off() -> None:
    """Amazon does not rest."""
    assert due("2026-07-31 08:30", 24, "2026-08-01", category="compliance") == "2026-08-01 08:30"


def test_product_deadlines_rest_too() -> None:
    """Only compliance goes on."""
    assert due("2026-07-31 08:30", 24, "2026-08-01", category="product") == "2026-08-02 08:30"


def test_the_leave_of_one_person_is_no_day_off() -> None:
    """The deputy works."""
    assert due("2026-07-31 08:30", 24, "2026-08-01", person="Wei") == "2026-08-01 08:30"


def test_a_day_off_of_another_site_does_not_count() -> None:
    """A holiday in Germany does not stop the US."""
    days = Calendar((Entry(date(2026, 7, 31), "rest", "DE"),))
    start = datetime(2026, 7, 30, 0, 30, tzinfo=UTC)

    assert due_at(start, 24, "operations", days, "US", SHANGHAI).day == 31
    assert due_at(start, 24, "operations", days, "DE", SHANGHAI).day == 1


def test_a_day_off_is_a_day_of_the_team() -> None:
    """Saturday begins at midnight in Shanghai, whatever the date in London."""
    days = Calendar((Entry(date(2026, 8, 1), "rest"),))
    start = datetime(2026, 7, 31, 17, 0, tzinfo=UTC)  # Saturday 01:00 in Shanghai

    assert due_at(start, 1, "operations", days, "US", SHANGHAI) == start + timedelta(hours=25)


# --- which days ----------------------------------------------------------------------------------

ACT: tuple[Deed, ...] = ("colour", "action")
COLOUR: tuple[Deed, ...] = ("colour",)


def rule(id_: str = "low-stock", metric: str = "stock_units", *, wait: int = 0) -> Rule:
    """Critical below 10; below 30 only a colour."""
    where = (Condition("age_days", Comparison("at_least", Operand(wait))),) if wait else ()
    return Rule(
        id_,
        Words("低库存", "Low stock"),
        metric,
        "operations",
        (
            Level("critical", metric, (Comparison("below", Operand(10)),), due_hours=24, do=ACT),
            Level("warning", metric, (Comparison("below", Operand(30)),), do=COLOUR),
        ),
        Words("{value}", "{value}"),
        where=where,
        newest_only=True,
    )


def records(figures: Mapping[str, Sequence[Sequence[float | None]]], days: int) -> Records:
    arrays = {name: np.array(rows, dtype=float) for name, rows in figures.items()}
    count = len(next(iter(arrays.values())))
    dates = [date(2026, 7, 29) - timedelta(days=i) for i in reversed(range(days))]
    rows = np.ones((count, days), dtype=bool)
    account = Panel([SkuKey("acme", "US", "")], dates, {}, {})
    skus = Panel([SkuKey("acme", "US", f"S{i}") for i in range(count)], dates, arrays, {})
    scope = Scope({"acme": ["US"]}, {}, NOW, SHANGHAI, 14)
    return Records(scope, skus, account, rows, rows, np.ones((1, days), dtype=bool), ())


def first(stock: Sequence[float | None], window_days: int = 14) -> list[int]:
    verdict = judge([rule()], records({"stock_units": [stock]}, len(stock)))
    return list(first_days(verdict, "sku", window_days).values())


def test_an_episode_begins_with_the_first_of_consecutive_days() -> None:
    """A day that was fine ends the one before."""
    assert first([5, 40, 5, 4, 3]) == [2]


def test_days_that_cannot_be_judged_neither_begin_nor_end_it() -> None:
    """A missing snapshot gives nobody more time."""
    assert first([40, 5, N, 4, 3]) == [1]
    assert first([N, N, 5, N, N]) == [2]


def test_days_that_only_coloured_do_not_belong_to_it() -> None:
    """The deadline starts when somebody has to act."""
    assert first([20, 20, 20, 5, 5]) == [3]
    assert first([5, 5, 5, 20, 20]) == []


def test_a_longer_window_does_not_move_the_beginning() -> None:
    """The weekly rewrite looks further back, and says the same."""
    assert first([5] * 30) == [16]
    assert first([5] * 30, window_days=7) == [23]


def test_a_flood_does_not_end_an_episode() -> None:
    """A day whose data is in doubt gives nobody more time."""
    stock = [[5, 5, 5], *([[90, 5, 90]] * 6), *([[90, 90, 90]] * 3)]
    verdict = judge([rule()], records({"stock_units": stock}, 3))

    assert len(verdict.floods) == 1
    assert list(first_days(verdict, "sku").values()) == [0]


def test_how_long_a_rule_waits() -> None:
    """A snapshot is there at once, a flow comes with its report, and a rule may ask for an age."""
    panel = Panel([SkuKey("acme", "US", "S0")], [date(2026, 7, 29)], {}, FORMULAS)

    def waits(one: Rule) -> int:
        return waits_days(Hit(one, one.levels[0], 0, 0, 5.0, 10.0, None), panel)

    assert waits(rule()) == 1
    assert waits(rule(metric="days_of_cover")) == 1
    assert waits(rule("listing", "low_buy_box_days")) == 3
    assert waits(rule("budget", "ad_spend")) == 2
    assert waits(rule("acos-high", "acos_7d", wait=4)) == 4
    assert waits(rule("review", "new_negatives")) == 1


def test_feedback_never_rests_and_colours_open_nothing() -> None:
    """The 48 hours are the buyer's."""
    assert counted_as(rule("feedback")) == "compliance"
    assert counted_as(rule()) == "operations"
    assert [opens_action(level) for level in rule().levels] == [True, False]
