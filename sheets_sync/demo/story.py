"""The story of the made-up company: what goes wrong, where and when.

Days are counted back from the last shown day (0), so that the story stands at the same place whatever
the date is. What is planted for a rule to find is a `Planting`; what happens without breaking a rule
(a promotion, late and restated files) is an `Event`.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sheets_sync.errors import Words

WINDOW_OF_STORY = 30
"""How many days before the last one the story needs."""


class Span(NamedTuple):
    """From the first to the last day, both counted back from the last shown day (0, -1, ...)."""

    first: int
    last: int

    def holds(self, day: date, last_day: date) -> bool:
        """Return whether a date lies inside."""
        return self.first <= (day - last_day).days <= self.last

    def dates(self, last_day: date) -> tuple[date, date]:
        """Return the first and the last day as dates."""
        return last_day + timedelta(days=self.first), last_day + timedelta(days=self.last)


class Planting(NamedTuple):
    """A breach that must be found.

    `first_day` is the business day of the first row in which the rule holds at this severity, `until`
    the last such day (both inclusive), and `found` the night whose run is the first that can know it.
    """

    rule_id: str
    marketplace: str
    sku: str | None
    first_day: date
    until: date
    words: Words
    severity: str
    found: date


class Event(NamedTuple):
    """Something that happens without breaking a rule; `what` is a short name."""

    what: str
    marketplace: str
    first_day: date
    until: date
    words: Words


STOCK_OUT_SITE, BURN_SITE, IDLE_SITE, PROMOTION_SITE = "DE", "US", "JP", "US"
VTR_SITE, LATE_SHIPMENT_SITE, FEEDBACK_SITE, REVIEW_SITE = "US", "DE", "US", "DE"
BUY_BOX_SITE, LOW_IPI_SITE, LATE_SALES_SITE, LATE_ADS_SITE = "JP", "DE", "US", "JP"

LATE_SHIPMENT_TO_AMAZON = Span(-18, -8)
"""When the bestseller's shipment was due, and the last day it was still on its way."""

BURN = Span(-16, -6)
IDLE = Span(-19, -9)
PROMOTION = Span(-12, -6)
VTR_DIP = Span(-22, -19)
LATE_SHIPMENTS = Span(-11, -10)
FEEDBACK_OPEN = Span(-9, -5)
BUY_BOX_LOST = Span(-13, -10)
LATE_SALES = Span(-16, -14)
LATE_ADS = Span(-20, -20)
REVIEW_DAY = -8
LOW_IPI_NOT_BEFORE = -13
"""IPI is typed on Mondays; the low one on the first Monday from this day."""

VTR_LOW, VTR_TARGET = 0.968, 0.95
LATE_RATE_HIGH, LATE_RATE_TARGET = 0.046, 0.04
IPI_LOW, IPI_LINE = 392, 400
LOW_STOCK, LOW_COVER_DAYS = 30, 7
IDLE_CLICKS = 30
ACOS_TIMES = 1.5
FEEDBACK_OVERDUE_AFTER_DAYS = 3
"""The first snapshot more than 48 hours after the first run that saw the feedback."""


def low_ipi_monday(last_day: date) -> date:
    """Return the Monday on which the low score is typed."""
    day = last_day + timedelta(days=LOW_IPI_NOT_BEFORE)
    return day + timedelta(days=-day.weekday() % 7)
