"""What happens day by day to one SKU on one site: demand, sales out of stock, visits, ads."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING

from sheets_sync.demo import story
from sheets_sync.demo.advertising import Advertiser
from sheets_sync.demo.catalogue import BENCHMARKS, Product, Role, stream
from sheets_sync.demo.course import Calendar, Course
from sheets_sync.demo.warehouse import Warehouse

if TYPE_CHECKING:
    import random

HISTORY_DAYS = 125
"""Days before the first shown one; Amazon's planning report looks back 90."""

_SITE_SHARE = {"US": 1.0, "DE": 0.6, "JP": 0.5}
_SLOWEST = 2.3
"""Units a day on a small site: fewer would make every week's figures a matter of luck."""

_SATURDAY = 5
_VISITS_WHEN_OUT = 8.0
_CANCELLED_SHARE = 0.012
_BUSY = 2
_BULK = 30.0
"""Above this mean a normal distribution stands in for Poisson's."""


def simulate(seed: int, product: Product, site: str, calendar: Calendar) -> Course:
    """Return one SKU's course on one site, the same for the same seed and calendar."""
    rng = stream(seed, "course", site, product.sku)
    course = _course(rng, product, site)
    means = [_mean_demand(course, calendar, number) for number in range(calendar.days)]
    warehouse = Warehouse(course, calendar, means, stream(seed, "stock", site, product.sku))
    advertiser = Advertiser(course, calendar, stream(seed, "ads", site, product.sku))
    visitors = _Visitors(course, calendar, rng)
    for number, mean in enumerate(means):
        on_hand = warehouse.open(number)
        sold = min(_wanted(course, rng, mean), on_hand)
        warehouse.close(on_hand - sold, number)
        course.units.append(sold)
        _cancellation(course, rng, sold)
        visitors.come(number, mean, in_stock=on_hand > 0)
        advertiser.run(number, mean if on_hand else 0.0)
    return course


def _course(rng: random.Random, product: Product, site: str) -> Course:
    own = product.fulfilment == "FBM"
    rate = product.rate if own else max(product.rate * _SITE_SHARE[site], _SLOWEST)
    middle = sum(BENCHMARKS[product.category]) / 2
    acos, groups = rng.uniform(0.58, 0.76) * middle, rng.choice((1, 1, 2))
    course = Course(
        product,
        site,
        product.prices[site],
        rate,
        acos,
        groups if _is_advertised(product, site) else 0,
    )
    if course.plays(Role.STOCK_OUT, story.STOCK_OUT_SITE):
        course.rate = 9.0
    elif course.plays(Role.BURNING_AD, story.BURN_SITE):
        course.rate, course.acos, course.groups = 10.0, 0.20, 1
    elif course.plays(Role.IDLE_AD, story.IDLE_SITE):
        course.rate, course.groups = _SLOWEST, 1
    elif course.plays(Role.DEAR_AD, story.BURN_SITE):
        course.rate, course.acos, course.groups = 8.0, 1.26 * middle, 1
    return course


def _is_advertised(product: Product, site: str) -> bool:
    """Return whether it has ads; one SKU in three has none, by a rule that needs no table."""
    if product.fulfilment == "FBM" or product.status in ("停售", "清仓"):
        return False
    return product.role is not Role.ORDINARY or (int(product.asin[-3:]) + ord(site[0])) % 3 != 0


def _mean_demand(course: Course, calendar: Calendar, number: int) -> float:
    """Return the units people would buy: weekends, promotions and young products counted in."""
    product = course.product
    day = calendar.first + timedelta(days=number)
    age = (day - product.launched).days
    if product.status == "停售" or age < 0:
        return 0.0
    mean = course.rate * (1.12 if day.weekday() >= _SATURDAY else 0.95)
    if product.status == "新品":
        mean *= min(1.0, 0.5 + age / 40)
    return mean * 3 if is_promoted(course, calendar, number) else mean


def is_promoted(course: Course, calendar: Calendar, number: int) -> bool:
    """Return whether the SKU is in the promotion on that day."""
    here = course.product.promoted and course.site == story.PROMOTION_SITE
    return here and calendar.holds(story.PROMOTION, number)


def _wanted(course: Course, rng: random.Random, mean: float) -> int:
    """Return the units people want on a day; the bestseller that sells out does so at an even pace."""
    if course.plays(Role.STOCK_OUT, story.STOCK_OUT_SITE):
        return round(mean * rng.uniform(0.85, 1.15))
    return _poisson(rng, mean)


def _cancellation(course: Course, rng: random.Random, sold: int) -> None:
    chance, age = rng.random(), rng.randrange(3, 7)
    course.cancelled.append(1 if sold >= _BUSY and chance < _CANCELLED_SHARE else 0)
    course.cancel_age.append(age)


class _Visitors:
    """Sessions and the Buy Box."""

    def __init__(self, course: Course, calendar: Calendar, rng: random.Random) -> None:
        self.course, self.calendar, self.rng = course, calendar, rng
        self.conversion = rng.uniform(0.07, 0.11)

    def come(self, number: int, mean: float, *, in_stock: bool) -> None:
        """Add a day: few come to an offer without stock, and another seller has the Buy Box."""
        share = round(self.rng.triangular(0.9, 1.0, 0.99), 4)
        if not in_stock:
            self.course.sessions.append(_poisson(self.rng, _VISITS_WHEN_OUT) if mean else 0)
            self.course.buy_box.append(0.0)
            return
        boost = 1.25 if is_promoted(self.course, self.calendar, number) else 1.0
        visits = round(mean / self.conversion / boost * self.rng.uniform(0.88, 1.12))
        self.course.sessions.append(max(self.course.units[-1] + 1, visits) if mean else 0)
        lost = self.course.plays(Role.LOST_BUY_BOX, story.BUY_BOX_SITE) and self.calendar.holds(
            story.BUY_BOX_LOST, number
        )
        self.course.buy_box.append(round(share * 0.4, 4) if lost else share)


def _poisson(rng: random.Random, mean: float) -> int:
    if mean <= 0:
        return 0
    if mean > _BULK:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count
