"""Open feedback: how much is unanswered, and how much of the 48 hours is left.

The clock starts at the end of the feedback's day in the marketplace's zone, because the report gives no
time, or when the feedback was first seen here, whichever is later. Hours are counted up to the moment
of the snapshot, so that the same file always says the same. Amazon takes removal requests for 90 days;
older feedback cannot be acted on and is not counted.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from math import ceil
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from sheets_sync.core.marketplaces import MARKETPLACES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sheets_sync.core.history import Version
    from sheets_sync.core.model import SkuKey
    from sheets_sync.core.panel import Array

ANSWER_WITHIN_HOURS = 48
ACTIONABLE_DAYS = 90
GOOD_STARS = 4


def feedback_metrics(
    versions: Iterable[Version], entities: Sequence[SkuKey], dates: Sequence[date]
) -> dict[str, Array]:
    """Return feedback_open, feedback_overdue, feedback_hours and feedback_hours_left per account and day."""
    names = ("feedback_open", "feedback_overdue", "feedback_hours", "feedback_hours_left")
    arrays = {name: np.full((len(entities), len(dates)), np.nan) for name in names}
    rows = {(key.store, key.marketplace): i for i, key in enumerate(entities)}
    days = {when: i for i, when in enumerate(dates)}
    versions = list(versions)
    seen = _first_seen(versions)
    for version in versions:
        portion = version.portion
        place = rows[portion.store, portion.marketplace], days[portion.date]
        hours = [
            (portion.taken_at - max(_day_end(posted, portion.marketplace), seen[key]))
            / timedelta(hours=1)
            for key, posted in _open_items(version)
        ]
        oldest = max(hours, default=None)
        arrays["feedback_open"][place] = len(hours)
        arrays["feedback_overdue"][place] = sum(waited > ANSWER_WITHIN_HOURS for waited in hours)
        if oldest is not None:
            arrays["feedback_hours"][place] = max(0, int(oldest))
            arrays["feedback_hours_left"][place] = max(0, ceil(ANSWER_WITHIN_HOURS - oldest))
    return arrays


def _first_seen(versions: Sequence[Version]) -> dict[str, datetime]:
    seen: dict[str, int] = {}
    for version in versions:
        for key, received in zip(version.portion.keys, version.received, strict=True):
            seen[key] = min(received, seen.get(key, received))
    return {key: datetime.fromtimestamp(moment, UTC) for key, moment in seen.items()}


def _open_items(version: Version) -> Iterator[tuple[str, date]]:
    portion = version.portion
    columns = (portion.figures[name] for name in ("rating", "feedback_date", "responded"))
    for key, rating, posted, responded in zip(portion.keys, *columns, strict=True):
        if rating is None or responded or float(rating) >= GOOD_STARS:
            continue
        day = portion.date if posted is None else date.fromisoformat(str(posted))
        if portion.date - day < timedelta(days=ACTIONABLE_DAYS):
            yield key, day


def _day_end(day: date, marketplace: str) -> datetime:
    zone = ZoneInfo(MARKETPLACES[marketplace].zone)
    return datetime.combine(day + timedelta(days=1), time(), zone)
