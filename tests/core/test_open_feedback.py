"""Open feedback: 48 hours from the end of its day or from first sight, whichever is later."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from sheets_sync.core.feedback import feedback_metrics
from sheets_sync.core.history import Version
from sheets_sync.core.model import Figure, Portion, SkuKey

DAY = date(2026, 7, 30)
LONG_AGO = datetime(2026, 7, 1, tzinfo=UTC)
END_OF_28TH = datetime(2026, 7, 29, 7, 0, tzinfo=UTC)  # midnight in Los Angeles, in summer

Item = tuple[str, Figure, Figure, Figure]


def version(
    *items: Item, taken_at: datetime, seen: datetime = LONG_AGO, day: date = DAY, site: str = "US"
) -> Version:
    orders, ratings, dates, responded = zip(*items, strict=True) if items else ((), (), (), ())
    figures = {
        "rating": list(ratings),
        "feedback_date": list(dates),
        "responded": list(responded),
    }
    portion = Portion("feedback", "acme", site, day, taken_at, tuple(orders), figures)
    return Version(portion, "f.txt", "0", "0", (int(seen.timestamp()),) * len(orders))


def measured(*versions: Version, day: date = DAY) -> dict[str, float | None]:
    site = versions[0].portion.marketplace
    dates = [DAY - timedelta(days=1), DAY]
    found = feedback_metrics(versions, [SkuKey("acme", site, "")], dates)
    values = {name: array[0, dates.index(day)] for name, array in found.items()}
    return {
        name.removeprefix("feedback_"): None if np.isnan(value) else float(value)
        for name, value in values.items()
    }


@pytest.mark.parametrize(
    ("hours", "overdue", "waited", "left"),
    [(0.5, 0, 0, 48), (39, 0, 39, 9), (48, 0, 48, 0), (48.01, 1, 48, 0), (100, 1, 100, 0)],
)
def test_the_clock_runs_from_the_end_of_the_feedbacks_day(
    hours: float, overdue: int, waited: int, left: int
) -> None:
    """The report gives no time, so the day counts as a whole, in the marketplace's zone."""
    taken_at = END_OF_28TH + timedelta(hours=hours)

    found = measured(version(("1", 2.0, "2026-07-28", 0.0), taken_at=taken_at))

    assert found == {"open": 1, "overdue": overdue, "hours": waited, "hours_left": left}


def test_the_clock_runs_from_first_sight_where_that_is_later() -> None:
    """Feedback that a later file brought was not known before."""
    seen = END_OF_28TH + timedelta(hours=20)
    taken_at = END_OF_28TH + timedelta(hours=60)

    found = measured(version(("1", 1.0, "2026-07-28", 0.0), taken_at=taken_at, seen=seen))

    assert found == {"open": 1, "overdue": 0, "hours": 40, "hours_left": 8}


def test_first_sight_is_the_earliest_file_that_had_it() -> None:
    """The same feedback in the next day's file is not seen for the first time."""
    item = ("1", 1.0, "2026-07-20", 0.0)
    earlier = version(item, taken_at=END_OF_28TH, seen=END_OF_28TH, day=DAY - timedelta(days=1))
    later = END_OF_28TH + timedelta(hours=50)

    found = measured(earlier, version(item, taken_at=later, seen=later))

    assert (found["overdue"], found["hours"]) == (1, 50)


def test_the_oldest_open_feedback_decides() -> None:
    """Hours are those of the one that has waited longest; all open ones are counted."""
    taken_at = END_OF_28TH + timedelta(hours=30)
    items = [("1", 3.0, "2026-07-28", 0.0), ("2", 1.0, "2026-07-27", 0.0)]

    assert measured(version(*items, taken_at=taken_at)) == {
        "open": 2,
        "overdue": 1,
        "hours": 54,
        "hours_left": 0,
    }


@pytest.mark.parametrize(
    "item",
    [
        ("1", 4.0, "2026-07-28", 0.0),
        ("1", 1.0, "2026-07-28", 1.0),
        ("1", None, "2026-07-28", 0.0),
        ("1", 1.0, "2026-05-01", 0.0),
    ],
)
def test_what_is_good_answered_unknown_or_too_old_is_not_open(item: Item) -> None:
    """Four stars are fine, an unknown rating is not zero stars, and after 90 days nothing can be done."""
    found = measured(version(item, taken_at=END_OF_28TH + timedelta(hours=99)))

    assert found == {"open": 0, "overdue": 0, "hours": None, "hours_left": None}


def test_feedback_without_a_readable_date_counts_from_its_file() -> None:
    """It is open, and nobody is said to be late with it."""
    taken_at = datetime(2026, 7, 31, 10, 0, tzinfo=UTC)

    found = measured(version(("1", 1.0, None, 0.0), taken_at=taken_at))

    assert (found["open"], found["overdue"], found["hours"]) == (1, 0, 3)


def test_a_day_without_a_file_is_unknown() -> None:
    """No report is not the same as no feedback."""
    found = measured(version(taken_at=END_OF_28TH), day=DAY - timedelta(days=1))

    assert found == {"open": None, "overdue": None, "hours": None, "hours_left": None}


def test_a_report_without_bad_feedback_says_zero() -> None:
    """An empty report is good news."""
    assert measured(version(taken_at=END_OF_28TH))["open"] == 0
