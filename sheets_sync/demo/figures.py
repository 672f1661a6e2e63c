"""What is known on a night: figures as the reports show them then, younger days still incomplete."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sheets_sync.core.marketplaces import MARKETPLACES
from sheets_sync.demo import story

if TYPE_CHECKING:
    from datetime import date

    from sheets_sync.demo.course import Course

SALES_LAG_DAYS = {"US": 2, "DE": 1, "JP": 1}
ADS_LAG_DAYS = 1
ADS_DAYS = 14
SALES_SETTLED_DAYS = 8
"""After this many days the figures of sales and traffic no longer change."""

_LATE_TRAFFIC_EVERY = 9
_LATE_TRAFFIC_FROM = {"US": 3, "DE": 1, "JP": 5}
"""Counted back from the last day; none of these days is one on which the Buy Box is lost."""


class Sales(NamedTuple):
    """One SKU's day in the sales report; `amount` in the site's currency, `buy_box` a fraction."""

    units: int
    items: int
    amount: float
    sessions: int
    views: int
    buy_box: float


class Ad(NamedTuple):
    """One ad group's day for one SKU, as reported so far."""

    group: int
    clicks: int
    impressions: int
    spend: float
    orders: int
    others: int
    sales: float
    other_sales: float


class Stock(NamedTuple):
    """One SKU's stock on a day's evening; `available` is Amazon's, or the seller's own for FBM."""

    available: int
    reserved: int
    shipped: int
    receiving: int

    @property
    def inbound(self) -> int:
        """Return all units on their way."""
        return self.shipped + self.receiving


def sales(course: Course, number: int, days_back: int, age: int) -> Sales:
    """Return a day's sales as known `age` days later: late traffic is 0 at first, cancelled units still in.

    `days_back` is how long before the last shown day it was.
    """
    extra = course.cancelled[number] if age < course.cancel_age[number] else 0
    units = course.units[number] + extra
    late = age <= SALES_LAG_DAYS[course.site] and traffic_is_late(course.site, days_back)
    sessions = 0 if late else course.sessions[number]
    digits = MARKETPLACES[course.site].digits
    return Sales(
        units=units,
        items=units - units // 9,
        amount=round(units * course.price, digits),
        sessions=sessions,
        views=sessions + sessions * 2 // 5,
        buy_box=course.buy_box[number] if sessions else 0.0,
    )


def traffic_is_late(site: str, days_back: int) -> bool:
    """Return whether the first report of a day has no traffic yet."""
    return days_back % _LATE_TRAFFIC_EVERY == _LATE_TRAFFIC_FROM[site]


def ads(course: Course, number: int, age: int) -> list[Ad]:
    """Return a day's ad groups with the orders that were booked within `age` days of the click."""
    digits = MARKETPLACES[course.site].digits
    day = course.ads[number]
    rows = []
    for group, (clicks, impressions, spend) in enumerate(day.groups):
        booked = [order for order in day.orders if order.group == group and order.delay <= age]
        others = sum(order.other for order in booked)
        rows.append(
            Ad(
                group,
                clicks,
                impressions,
                spend,
                len(booked),
                others,
                round(len(booked) * course.price, digits),
                round(others * course.price, digits),
            )
        )
    return rows


def sales_are_missing(site: str, night: date, last_day: date) -> bool:
    """Return whether no sales report comes on a night; the next one brings all the days at once."""
    return site == story.LATE_SALES_SITE and story.LATE_SALES.holds(night, last_day)


def stock(course: Course, number: int) -> Stock:
    """Return the stock on the evening of a day."""
    return Stock(
        course.stock[number],
        course.reserved[number],
        course.inbound[number],
        course.receiving[number],
    )


def shipped(course: Course, number: int, days: int) -> int:
    """Return the units that left the warehouse on a day and the `days - 1` before it."""
    return sum(course.units[max(0, number - days + 1) : number + 1])


def mean_stock(course: Course, number: int, launched: int) -> float:
    """Return the mean evening stock of 90 days, or of those since the launch."""
    days = course.stock[max(0, launched, number - 89) : number + 1]
    return sum(days) / len(days) if days else 0.0
