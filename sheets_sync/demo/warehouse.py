"""Stock and shipments of one SKU on one site.

Who plans the shipments knows the mean demand of the days to come, promotions included: stock is meant to
last for the cycle to the next arrival and some five weeks more. The story makes one shipment late, and
the one before it short.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from sheets_sync.demo import story
from sheets_sync.demo.catalogue import Role

if TYPE_CHECKING:
    import random

    from sheets_sync.demo.course import Calendar, Course

_THIN_DAYS = 3.0
"""How many days of stock are left when the shipment is due that then comes late."""

_OWN_SHELF, _OWN_LEAST, _OWN_REFILL = 80, 50, 60
_AT_THE_GATE_DAYS = 2
_CLEARANCE_REST = 10
_NOT_REPLENISHED = ("停售", "清仓")


class Shipment(NamedTuple):
    """Goods on their way to Amazon: sellable from the day's number `arrives` on."""

    arrives: int
    units: int


class Warehouse:
    """Opened every morning and closed every evening, in order; closing notes the day in the course."""

    def __init__(
        self, course: Course, calendar: Calendar, means: list[float], rng: random.Random
    ) -> None:
        self.course, self.means, self.rng = course, means, rng
        self.cycle, self.travel = rng.randrange(22, 33), rng.randrange(16, 22)
        self.safety_days = rng.uniform(35.0, 41.0)
        self.next_arrival = rng.randrange(self.travel, self.travel + self.cycle)
        self.pending: Shipment | None = None
        self.delayed_to = -1
        self._take_role(calendar)
        self.on_hand = self._opening(calendar)

    def _take_role(self, calendar: Calendar) -> None:
        product, last = self.course.product, calendar.days - 1
        if product.role is Role.OVERSTOCK and self.course.site != "JP":
            self.safety_days = 115.0
        if product.status == "新品":
            self.cycle, self.next_arrival = 40, max(calendar.number(product.launched), 0)
        if self.course.plays(Role.STOCK_OUT, story.STOCK_OUT_SITE):
            self.cycle, self.travel, self.safety_days = 28, 21, 18.0
            self.next_arrival = (last + story.LATE_SHIPMENT_TO_AMAZON.first) % self.cycle
            self.delayed_to = last + story.LATE_SHIPMENT_TO_AMAZON.last + 1

    def _opening(self, calendar: Calendar) -> int:
        product, rate = self.course.product, self.course.rate
        if self.course.own:
            return _OWN_SHELF
        if product.status == "停售" or calendar.number(product.launched) > 0:
            return 0
        if product.status == "清仓":
            return round(rate * calendar.days * 0.97) + _CLEARANCE_REST
        return round(sum(self.means[: self.next_arrival]) + self.safety_days * rate)

    def open(self, number: int) -> int:
        """Send and receive what is due on a day's morning; return what can be sold."""
        if self.course.own:
            self.on_hand += _OWN_REFILL if self.on_hand < _OWN_LEAST else 0
        elif self.course.product.status not in _NOT_REPLENISHED:
            self._send(number)
            self._receive(number)
        return self.on_hand

    def close(self, on_hand: int, number: int) -> None:
        """Note what is left in the evening, and what is on its way."""
        course, coming = self.course, self.pending
        self.on_hand = on_hand
        course.stock.append(on_hand)
        reserved = min(on_hand, round(course.rate * self.rng.uniform(0.2, 1.2)))
        course.reserved.append(0 if course.own else reserved)
        units = coming.units if coming else 0
        near = coming is not None and coming.arrives - number <= _AT_THE_GATE_DAYS
        course.receiving.append(units if near else 0)
        course.inbound.append(0 if near else units)

    def _send(self, number: int) -> None:
        if self.pending is not None or number < self.next_arrival - self.travel:
            return
        arrives, after = self.next_arrival, self.next_arrival + self.cycle
        beyond = self.means[-1] * max(0, after - len(self.means))
        units = math.ceil(
            sum(self.means[number:after]) + beyond + self._safety(after) - self.on_hand
        )
        self.next_arrival = after
        self.pending = Shipment(
            self.delayed_to if self._is_the_late_one(arrives) else arrives, max(units, 0)
        )

    def _receive(self, number: int) -> None:
        if self.pending is not None and number >= self.pending.arrives:
            short = self._is_the_late_one(self.next_arrival)
            self.on_hand += self._too_few(number) if short else self.pending.units
            self.pending = None

    def _is_the_late_one(self, due: int) -> bool:
        return self.delayed_to > due > self.delayed_to - self.cycle

    def _safety(self, until: int) -> float:
        return (_THIN_DAYS if self._is_the_late_one(until) else self.safety_days) * self.course.rate

    def _too_few(self, number: int) -> int:
        """Return what lasts just until the late shipment is due, whatever was sold before."""
        wanted = sum(self.means[number : self.next_arrival]) + _THIN_DAYS * self.course.rate
        return max(0, round(wanted) - self.on_hand)
