"""The times of day at which a team wants its sheet written, as moments."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from zoneinfo import ZoneInfo

_DAYS_AHEAD = 3
"""Zones have left out a whole day, so tomorrow may not exist."""


def next_slot(at: Sequence[str], zone: ZoneInfo, after: datetime) -> datetime:
    """Return the first moment (in UTC) after an aware one at which clocks in `zone` show an `HH:MM` of `at`.

    A time that clocks skip in spring comes as much later as they jump; one they show twice in autumn
    counts the first time.
    """
    today = after.astimezone(zone).date()
    moments = (
        datetime.combine(today + timedelta(days=days), time.fromisoformat(text), zone)
        for days in range(_DAYS_AHEAD)
        for text in at
    )
    return min(moment for moment in (m.astimezone(UTC) for m in moments) if moment > after)
