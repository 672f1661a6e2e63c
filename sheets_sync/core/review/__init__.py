"""A look back over months: lines of history in, tables out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sheets_sync.core.review import details, periods

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sheets_sync.core.model import Sku, SkuKey
    from sheets_sync.core.review.periods import Missing
    from sheets_sync.core.review.sums import Known
    from sheets_sync.core.review.tables import Table


class Review(NamedTuple):
    """The tables of a stretch of days; `before` are the first and the last day it is compared with."""

    first: date
    last: date
    before: tuple[date, date]
    totals: Table
    changes: Table
    months: Table
    weeks: Table
    skus: Table
    alerts: Table
    accounts: Table
    missing: list[Missing]


def compose(known: Known, before: Known, listed: Mapping[SkuKey, Sku]) -> Review:
    """Return the review of what is known, compared with the equally many days before it."""
    now, earlier = periods.period(known), periods.period(before)
    return Review(
        known.dates[0],
        known.dates[-1],
        (before.dates[0], before.dates[-1]),
        periods.totals(now),
        periods.changes(now, earlier),
        periods.by_month(now),
        periods.by_week(now),
        details.skus(known, listed),
        details.alerts(known),
        details.accounts(known),
        periods.missing(now),
    )
