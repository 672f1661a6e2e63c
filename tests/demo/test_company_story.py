"""The story is true in the figures, and what is not in the story is ordinary."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from sheets_sync.demo import figures
from sheets_sync.demo.company import Company

if TYPE_CHECKING:
    from sheets_sync.demo.course import Course
    from sheets_sync.demo.story import Planting


def planting(company: Company, rule_id: str, severity: str) -> Planting:
    return next(p for p in company.plantings if (p.rule_id, p.severity) == (rule_id, severity))


def week_of_ads(course: Course, number: int, night: int) -> tuple[int, int, float, float]:
    """Clicks, orders, spend and sales of the seven days to a day, as a later night knows them."""
    clicks, orders, spend, sales = 0, 0, 0.0, 0.0
    for day in range(number - 6, number + 1):
        for ad in figures.ads(course, day, night - day):
            clicks, orders = clicks + ad.clicks, orders + ad.orders
            spend, sales = spend + ad.spend, sales + ad.sales
    return clicks, orders, spend, sales


def test_the_story_has_every_kind_of_trouble(company: Company) -> None:
    """Each planted rule, with its site and severity."""
    assert {(p.rule_id, p.severity, p.marketplace) for p in company.plantings} == {
        ("low-stock", "critical", "DE"),
        ("cover-low", "critical", "DE"),
        ("acos-high", "critical", "US"),
        ("spend-without-sales", "warning", "JP"),
        ("listing", "warning", "JP"),
        ("vtr", "warning", "US"),
        ("ahr-pct", "warning", "US"),
        ("late-shipment", "critical", "DE"),
        ("ahr", "critical", "DE"),
        ("ahr-pct", "warning", "DE"),
        ("feedback", "warning", "US"),
        ("feedback", "critical", "US"),
        ("review", "warning", "DE"),
        ("ipi", "critical", "DE"),
        ("source-stale", "warning", "US"),
    }
    assert {event.what for event in company.events} == {
        "late ads",
        "late sales",
        "promotion",
        "shipment late",
    }


@pytest.mark.parametrize("seed", range(1, 7))
def test_plantings_lie_within_the_shown_nights(seed: int) -> None:
    """Whatever the seed, everything planted begins and is found while it is shown."""
    company = Company(seed, 30, 40, date(2026, 11, 21))

    assert len(company.plantings) == 15
    for planted in company.plantings:
        assert company.nights[0] < planted.first_day <= planted.until <= company.nights[-1]
        assert planted.first_day <= planted.found <= company.nights[-1]


def test_the_bestseller_sells_out_and_comes_back(company: Company) -> None:
    """Below 30 on the first day and not before, empty later, full after the late shipment."""
    planted = planting(company, "low-stock", "critical")
    stock = company.course("DE", "KT-204").stock
    first, until = (
        company.calendar.number(planted.first_day),
        company.calendar.number(planted.until),
    )

    assert stock[first - 1] >= 30 > stock[first]
    assert stock[until - 3 : until + 1] == [0, 0, 0, 0]
    assert stock[until + 1] > 250
    assert company.course("DE", "KT-204").inbound[first] > 250


def test_the_burning_ad_passes_one_and_a_half_benchmarks_by_a_margin(company: Company) -> None:
    """Home has 25-32 %, its middle is 28.5 %, the line 42.75 %: clearly under it, then clearly over."""
    planted = planting(company, "acos-high", "critical")
    course = company.course("US", "LAMP-07")
    found, first = (
        company.calendar.number(planted.found),
        company.calendar.number(planted.first_day),
    )

    clicks, _, spend, sales = week_of_ads(course, first, found)
    _, _, spend_before, sales_before = week_of_ads(course, first - 1, found - 1)
    assert found == first + 2
    assert clicks > 100
    assert spend / sales > 0.44
    assert spend_before / sales_before < 0.42


def test_the_idle_ad_has_thirty_clicks_and_no_order(company: Company) -> None:
    """Seven days reach 30 clicks on the first day and not before."""
    planted = planting(company, "spend-without-sales", "warning")
    course = company.course("JP", str(planted.sku))
    first = company.calendar.number(planted.first_day)

    clicks, orders, spend, sales = week_of_ads(course, first, first + 2)
    assert clicks >= 30 > week_of_ads(course, first - 1, first + 1)[0]
    assert (orders, sales) == (0, 0)
    assert spend > 0


def test_the_promotion_triples_sales_without_emptying_the_shelves(company: Company) -> None:
    """Eight SKUs of the US sell about three times their usual week; none falls under 21 days of cover."""
    event = next(event for event in company.events if event.what == "promotion")
    first, until = company.calendar.number(event.first_day), company.calendar.number(event.until)
    promoted = [c for c in company.courses.values() if c.product.promoted and c.site == "US"]

    week = sum(sum(course.units[first : until + 1]) for course in promoted)
    usual = sum(sum(course.units[first - 14 : first]) for course in promoted) / 2
    assert len(promoted) == 8
    assert 2.6 < week / usual < 3.4
    for course in promoted:
        daily = figures.shipped(course, until, 30) / 30
        assert course.stock[until] / daily > 10
        assert (course.stock[until] + course.inbound[until] + course.receiving[until]) / daily >= 21


def test_stock_falls_by_what_is_sold_and_rises_by_what_was_on_its_way(company: Company) -> None:
    """Each evening's stock is the day before's, less the units, plus a whole shipment or nothing."""
    for course in company.courses.values():
        for number in range(company.calendar.days - 30, company.calendar.days):
            arrived = course.stock[number] - course.stock[number - 1] + course.units[number]
            assert arrived in (0, 60 if course.own else course.receiving[number - 1])


def test_ordinary_skus_are_ordinary(company: Company) -> None:
    """On every shown night at most one SKU of a site is red and three are yellow, by the limits of the rules."""
    for night in company.nights:
        colours: defaultdict[str, list[str]] = defaultdict(list)
        for course in company.courses.values():
            if course.product.status != "停售":
                colours[course.site].append(colour(company, course, company.calendar.number(night)))
        for site, found in colours.items():
            assert found.count("red") <= 1, (night, site)
            assert found.count("yellow") <= 3, (night, site)


RANGES = {
    "electronics": (0.2, 0.28),
    "home": (0.25, 0.32),
    "kitchen": (0.22, 0.32),
    "office": (0.22, 0.3),
    "outdoor": (0.24, 0.32),
}


def colour(company: Company, course: Course, number: int) -> str:
    """Judge one SKU as a reader of the rules would, with a calculator."""
    colours = {
        colour_of_stock(course, number),
        colour_of_ads(course, number),
        colour_of_turnover(company, course, number),
        colour_of_buy_box(course, number),
    }
    return "red" if "red" in colours else "yellow" if "yellow" in colours else ""


def colour_of_stock(course: Course, number: int) -> str:
    daily = sum(course.units[number - 29 : number + 1]) / 30
    if course.product.status not in ("在售", "新品") or not daily:
        return ""
    stock, inbound = course.stock[number], course.inbound[number] + course.receiving[number]
    if stock < 30 or stock / daily < 7:
        return "red"
    return "yellow" if (stock + inbound) / daily < 21 else ""


def colour_of_ads(course: Course, number: int) -> str:
    low, high = RANGES[course.product.category]
    clicks, orders, spend, sales = week_of_ads(course, number - 2, number)
    if not sales:
        return "yellow" if clicks >= 30 and spend and not orders else ""
    if clicks >= 20 and spend / sales > 1.5 * (low + high) / 2:
        return "red"
    return "yellow" if clicks >= 20 and spend / sales > high else ""


def colour_of_turnover(company: Company, course: Course, number: int) -> str:
    days = range(number - 89, number + 1)
    young = company.calendar.first + timedelta(days=days[0]) < course.product.launched
    if course.own or young or course.stock[number] < 50:
        return ""
    mean = sum(course.stock[day] for day in days) / 90
    return "yellow" if sum(course.units[day] for day in days) / mean * 365 / 90 < 4 else ""


def colour_of_buy_box(course: Course, number: int) -> str:
    newest = number - {"US": 2, "DE": 1, "JP": 1}[course.site]
    lost = all(
        course.buy_box[day] < 0.5 and course.sessions[day] >= 20 for day in (newest - 1, newest)
    )
    return "yellow" if lost else ""


def test_ordinary_conversion_and_buy_box_are_believable(company: Company) -> None:
    """Over the shown month 5-15 % of sessions buy, and the Buy Box is nearly always ours."""
    days = range(company.calendar.days - 30, company.calendar.days)
    for course in company.courses.values():
        sessions, units = (
            sum(column[day] for day in days) for column in (course.sessions, course.units)
        )
        if (
            sessions
            and course.product.role == "ordinary"
            and course.product.status in ("在售", "新品")
        ):
            assert 0.05 < units / sessions < 0.16, course.product.sku
            assert min(course.buy_box[day] for day in days) >= 0.9


def test_a_company_of_few_days_and_skus_still_works() -> None:
    """The smallest company shows what of the story falls into its days."""
    small = Company(7, 5, 12, date(2026, 7, 30))

    assert small.nights == tuple(date(2026, 7, day) for day in range(26, 31))
    assert small.plantings == ()
