"""The course of one SKU on one site: what happened to it, day by day.

Lists are indexed by the day's number since the simulation began. Every figure that a report file shows
is taken from here, so the files agree with each other.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import date

    from sheets_sync.demo.catalogue import Product, Role
    from sheets_sync.demo.story import Span


class Order(NamedTuple):
    """One order through an ad: reported `delay` days after the click, 0 to 7; `other` SKU bought."""

    group: int
    delay: int
    other: bool


class AdDay(NamedTuple):
    """One day of ads: per ad group (clicks, impressions, spend), and the orders of that day's clicks."""

    groups: tuple[tuple[int, int, float], ...] = ()
    orders: tuple[Order, ...] = ()


@dataclass(slots=True)
class Course:
    """What happened to one SKU on one site; each list has one entry a day.

    `rate` is units a day, `acos` what its ads usually cost, `groups` its ad groups. `cancelled` units
    were ordered first and taken back when the day was `cancel_age` days old. `stock` is what may be
    sold from in the evening: Amazon's, or the seller's own by the SKU's fulfilment.
    """

    product: Product
    site: str
    price: float
    rate: float
    acos: float
    groups: int
    units: list[int] = field(default_factory=list)
    cancelled: list[int] = field(default_factory=list)
    cancel_age: list[int] = field(default_factory=list)
    sessions: list[int] = field(default_factory=list)
    buy_box: list[float] = field(default_factory=list)
    stock: list[int] = field(default_factory=list)
    reserved: list[int] = field(default_factory=list)
    inbound: list[int] = field(default_factory=list)
    receiving: list[int] = field(default_factory=list)
    ads: list[AdDay] = field(default_factory=list)

    @property
    def own(self) -> bool:
        """Return whether the seller ships it."""
        return self.product.fulfilment == "FBM"

    def plays(self, role: Role, site: str) -> bool:
        """Return whether it has this role here: a role of the story is played on one site."""
        return self.product.role is role and self.site == site


class Calendar(NamedTuple):
    """The days of the simulation: `first` has number 0, the last shown day has number `days - 1`."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """Return how many days there are."""
        return (self.last - self.first).days + 1

    def number(self, day: date) -> int:
        """Return a date's number."""
        return (day - self.first).days

    def holds(self, span: Span, number: int) -> bool:
        """Return whether a day's number lies in a span of the story."""
        return span.first <= number - (self.days - 1) <= span.last
