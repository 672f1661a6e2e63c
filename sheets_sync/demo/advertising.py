"""The ads of one SKU on one site: clicks in step with its demand, orders in step with its spend.

A week's ACOS stays near the SKU's usual one: the fraction of an order that a day's spend earns is
carried over to the next day, so chance moves an order by a day and not away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheets_sync.core.marketplaces import MARKETPLACES
from sheets_sync.demo import story
from sheets_sync.demo.catalogue import Role
from sheets_sync.demo.course import AdDay, Order

if TYPE_CHECKING:
    import random

    from sheets_sync.demo.course import Calendar, Course

_SHARE_OF_SALES = 0.4
_GROUP_SHARES = ((1.0,), (0.6, 0.4))
_EVEN = frozenset({Role.STOCK_OUT, Role.BURNING_AD, Role.IDLE_AD, Role.DEAR_AD})
"""Their ads run evenly and their orders are booked at once: the story must not hang on luck."""
_IDLE_CLICKS = (7.0, 7.0, 7.0, 8.0)
_BURN_SPEND, _BURN_ORDERS = 3.0, 0.5
_LATE, _NEXT_DAY, _OF_SIBLINGS = 0.92, 0.6, 0.1


class Advertiser:
    """Adds one day of ads to the course after the other."""

    def __init__(self, course: Course, calendar: Calendar, rng: random.Random) -> None:
        self.course, self.calendar, self.rng = course, calendar, rng
        self.conversion = rng.uniform(0.08, 0.12)
        self.cpc = course.acos * course.price * self.conversion
        self.earned = rng.random()
        self.idle = course.plays(Role.IDLE_AD, story.IDLE_SITE)

    def run(self, number: int, mean: float) -> None:
        """Add a day on which people would buy `mean` units; without stock Amazon pauses the ads."""
        burning = self.course.plays(Role.BURNING_AD, story.BURN_SITE) and self.calendar.holds(
            story.BURN, number
        )
        clicks = self._clicks(number, mean) * (_BURN_SPEND if burning else 1.0)
        if clicks <= 0:
            self.course.ads.append(AdDay())
            return
        groups = tuple(
            self._group(clicks * share) for share in _GROUP_SHARES[self.course.groups - 1]
        )
        spend = sum(group[2] for group in groups)
        orders = 0.0 if self.idle else spend / (self.course.acos * self.course.price)
        self.earned += orders * (_BURN_ORDERS / _BURN_SPEND if burning else 1.0)
        booked = tuple(self._order(number) for _ in range(0 if self.idle else int(self.earned)))
        self.earned -= len(booked)
        self.course.ads.append(AdDay(groups, booked))

    def _clicks(self, number: int, mean: float) -> float:
        if not self.course.groups:
            return 0.0
        if self.idle:
            return _IDLE_CLICKS[number % 4] if self.calendar.holds(story.IDLE, number) else 0.0
        return mean * _SHARE_OF_SALES / self.conversion

    def _group(self, mean: float) -> tuple[int, int, float]:
        even = self.course.product.role in _EVEN
        clicks = max(0, round(mean * (1.0 if even else self.rng.uniform(0.85, 1.15))))
        impressions = round(clicks * self.rng.uniform(80, 130)) + self.rng.randrange(5)
        spend = round(
            clicks * self.cpc * self.rng.uniform(0.96, 1.04), MARKETPLACES[self.course.site].digits
        )
        return clicks, impressions, spend

    def _order(self, number: int) -> Order:
        """Return one order; on every third day a few are booked only days after the click."""
        group = 0 if self.course.groups == 1 or self.rng.random() < _GROUP_SHARES[1][0] else 1
        chance, days = self.rng.random(), self.rng.randrange(2, 8)
        late = chance > _LATE and number % 3 == 0 and self.course.product.role not in _EVEN
        return Order(
            group, days if late else int(chance > _NEXT_DAY), self.rng.random() < _OF_SIBLINGS
        )
