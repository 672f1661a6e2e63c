"""The accounts of the made-up company: health rates, feedback from buyers, and what people type by hand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from sheets_sync.demo import story
from sheets_sync.demo.catalogue import SITES, stream

FEEDBACK_WINDOW_DAYS = 365


class Rate(NamedTuple):
    """A rate as counts: `part` of `whole`; a whole of 0 means that nothing was measured."""

    part: int
    whole: int

    @property
    def value(self) -> float:
        """Return the fraction, 0 where nothing was measured, as Amazon's document has it."""
        return self.part / self.whole if self.whole else 0.0


class Health(NamedTuple):
    """One site's account on one day, as far as the seller ships orders himself (`seller_ships`)."""

    score: int
    late_shipments: Rate
    valid_tracking: Rate
    on_time: Rate
    units_on_time: Rate
    cancelled: Rate
    defects: Rate


class Feedback(NamedTuple):
    """One neutral or negative feedback; `answered` is the first night whose file shows the answer."""

    posted: date
    stars: int
    comment: str
    answer: str
    order_id: str
    answered: date


class Typed(NamedTuple):
    """One line of the hand-written file."""

    day: date
    marketplace: str
    metric: str
    sku: str
    value: int
    note: str


_COMMENTS = {
    "US": (
        "Package arrived two days late",
        'Box was "crushed", item fine',
        "Wrong color, exchanged after a message",
    ),
    "DE": (
        "Lieferung kam später als angekündigt",
        "Verpackung beschädigt",
        "Größe anders als erwartet",
    ),
    "JP": ("配送が予定より遅れました", "箱がつぶれていました", "色が写真と少し違います"),
}
_ANSWERS = {
    "US": "We are sorry and have sent a replacement.",
    "DE": "Es tut uns leid, Ersatz ist unterwegs.",
    "JP": "ご不便をおかけし申し訳ございません。代替品をお送りしました。",
}
_ORDER_PREFIX = {"US": "111", "DE": "303", "JP": "250"}


def health(seed: int, site: str, day: date, last_day: date) -> Health:
    """Return a site's account health on a day; in Japan the seller ships nothing himself."""
    rng = stream(seed, "health", site, day)
    orders, other = (
        (0, rng.randrange(2400, 2500)) if site == "JP" else (500, rng.randrange(5000, 5200))
    )
    valid, late = orders - rng.randrange(2, 6), rng.randrange(2, 5)
    if site == story.VTR_SITE and story.VTR_DIP.holds(day, last_day):
        valid = round(orders * story.VTR_LOW)
    if site == story.LATE_SHIPMENT_SITE and story.LATE_SHIPMENTS.holds(day, last_day):
        late = round(orders * story.LATE_RATE_HIGH)
    if not orders:
        valid = late = 0
    on_time = valid - (rng.randrange(1, 4) if orders else 0)
    return Health(
        score=rng.randrange(296, 320),
        late_shipments=Rate(late, orders),
        valid_tracking=Rate(valid, orders),
        on_time=Rate(on_time, valid),
        units_on_time=Rate(on_time, valid),
        cancelled=Rate(1 if orders else 0, 120 if orders else 0),
        defects=Rate(rng.randrange(8, 15), other),
    )


def feedback(seed: int, site: str, first: date, last_day: date) -> tuple[Feedback, ...]:
    """Return every feedback from `first` on, oldest first: all answered at once but the planted one."""
    rng = stream(seed, "feedback", site)
    planted = story.FEEDBACK_OPEN.dates(last_day)
    items = []
    day = first
    while day <= last_day:
        if (day - planted[0]).days % 17 == 0 and (day != planted[0] or site == story.FEEDBACK_SITE):
            order = (
                f"{_ORDER_PREFIX[site]}-{rng.randrange(10**6, 10**7)}-{rng.randrange(10**6, 10**7)}"
            )
            answered = planted[1] + timedelta(days=1) if day == planted[0] else day
            items.append(
                Feedback(
                    day,
                    rng.randrange(1, 4),
                    rng.choice(_COMMENTS[site]),
                    _ANSWERS[site],
                    order,
                    answered,
                )
            )
        day += timedelta(days=1)
    return tuple(items)


def typed(reviewed_sku: str, first: date, last_day: date) -> tuple[Typed, ...]:
    """Return what people typed from `first` to the last day: the IPI every Monday, and one bad review."""
    low = story.low_ipi_monday(last_day)
    lines = []
    monday = first - timedelta(days=first.weekday())
    while monday <= last_day:
        lines.extend(_scores(monday, low))
        monday += timedelta(days=7)
    day = last_day + timedelta(days=story.REVIEW_DAY)
    note = f"2星：砧板开裂；已申请移除 {day + timedelta(days=1)}"
    lines.append(Typed(day, story.REVIEW_SITE, "negative_review", reviewed_sku, 1, note))
    return tuple(sorted(lines))


def _scores(monday: date, low: date) -> list[Typed]:
    week = monday.toordinal() // 7
    usual = {"US": 598 + week % 5 * 4, "DE": 541 + week % 4 * 3, "JP": 563 + week % 6 * 2}
    if monday == low:
        usual[story.LOW_IPI_SITE] = story.IPI_LOW
    note = "抄自后台" if monday == low else ""
    return [Typed(monday, site, "ipi", "", usual[site], note) for site in SITES]
