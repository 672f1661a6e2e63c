"""Which breaches the story makes, found in the figures themselves by plain arithmetic.

The figures are judged as they are known when a rule may first judge them: stock on its own night,
ratios of ads when the row is out of its first, preliminary days.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from sheets_sync.demo import figures, story
from sheets_sync.demo.catalogue import BENCHMARKS, Role
from sheets_sync.demo.story import Event, Planting, Span
from sheets_sync.errors import Words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import date

    from sheets_sync.demo.course import Calendar, Course

RATIOS_WAIT_NIGHTS = 2
"""A row's ad ratios are judged this many nights after its day, when it is three calendar days old."""


def find_plantings(
    courses: Mapping[tuple[str, str], Course], calendar: Calendar, first_night: date
) -> tuple[Planting, ...]:
    """Return the planted breaches whose first day is shown, by first day."""
    planted = [*_of_skus(courses, calendar), *_of_accounts(calendar.last)]
    shown = [
        p._replace(until=min(p.until, calendar.last)) for p in planted if p.first_day >= first_night
    ]
    return tuple(sorted(shown, key=lambda p: (p.first_day, p.rule_id, p.severity)))


class _Sought(NamedTuple):
    """A rule that must hit one SKU: `wait` is how many nights after its day the rule may judge a row."""

    rule_id: str
    role: Role
    site: str
    holds: Callable[[Course, int], bool]
    severity: str
    wait: int
    words: Words


def _sought() -> tuple[_Sought, ...]:
    ads, traffic = RATIOS_WAIT_NIGHTS, figures.SALES_LAG_DAYS[story.BUY_BOX_SITE]
    return (
        _Sought(
            "cover-low",
            Role.STOCK_OUT,
            story.STOCK_OUT_SITE,
            is_cover_low,
            "critical",
            0,
            Words(
                "畅销款货件延误,可售不足7天",
                "The bestseller's shipment is late: under 7 days of cover",
            ),
        ),
        _Sought(
            "low-stock",
            Role.STOCK_OUT,
            story.STOCK_OUT_SITE,
            is_stock_low,
            "critical",
            0,
            Words("畅销款跌破30件,随后断货", "The bestseller falls below 30 and sells out"),
        ),
        _Sought(
            "acos-high",
            Role.BURNING_AD,
            story.BURN_SITE,
            is_acos_high,
            "critical",
            ads,
            Words(
                "一个广告组花费翻三倍,订单减半",
                "One ad group spends three times as much for half the orders",
            ),
        ),
        _Sought(
            "spend-without-sales",
            Role.IDLE_AD,
            story.IDLE_SITE,
            spends_without_sales,
            "warning",
            ads,
            Words("新开广告有点击没有订单", "A new campaign brings clicks and no orders"),
        ),
        _Sought(
            "listing",
            Role.LOST_BUY_BOX,
            story.BUY_BOX_SITE,
            is_buy_box_lost,
            "warning",
            traffic,
            Words("购物车被跟卖抢走", "Another seller takes the Buy Box"),
        ),
    )


def _of_skus(courses: Mapping[tuple[str, str], Course], calendar: Calendar) -> Iterator[Planting]:
    by_role = {(c.product.role, c.site): c for c in courses.values()}
    for sought in _sought():
        course = by_role[sought.role, sought.site]
        numbers = range(calendar.days - story.WINDOW_OF_STORY, calendar.days - sought.wait)
        hits = [calendar.first + timedelta(days=n) for n in numbers if sought.holds(course, n)]
        if hits:
            found = hits[0] + timedelta(days=sought.wait)
            sku = course.product.sku
            yield Planting(
                sought.rule_id,
                course.site,
                sku,
                hits[0],
                hits[-1],
                sought.words,
                sought.severity,
                found,
            )
    reviewed = by_role[Role.REVIEWED, story.REVIEW_SITE].product.sku
    day = calendar.last + timedelta(days=story.REVIEW_DAY)
    words = Words("手工录入一条新差评", "A new negative review, typed by hand")
    yield Planting("review", story.REVIEW_SITE, reviewed, day, day, words, "warning", day)


def _of_accounts(last: date) -> Iterator[Planting]:
    tracking = Words("追踪号没传齐,VTR 96.8%", "Tracking numbers are missing: VTR 96.8%")
    late = Words("自发货迟发率 4.6%,超过目标 4%", "Late shipments 4.6%, over the target of 4%")
    waits = Words("一条差评Feedback待处理", "A negative feedback is waiting to be handled")
    no_sales = Words("销售报表连续三晚没来", "No sales report for three nights")
    low = Words(
        f"周一录入的IPI是{story.IPI_LOW},低于{story.IPI_LINE}",
        f"The IPI typed on Monday is {story.IPI_LOW}, under {story.IPI_LINE}",
    )
    posted, answered = story.FEEDBACK_OPEN
    overdue = posted + story.FEEDBACK_OVERDUE_AFTER_DAYS
    monday = (story.low_ipi_monday(last) - last).days
    told = (
        ("vtr", "warning", story.VTR_SITE, story.VTR_DIP, tracking),
        ("ahr-pct", "warning", story.VTR_SITE, story.VTR_DIP, tracking),
        ("late-shipment", "critical", story.LATE_SHIPMENT_SITE, story.LATE_SHIPMENTS, late),
        ("ahr", "critical", story.LATE_SHIPMENT_SITE, story.LATE_SHIPMENTS, late),
        ("ahr-pct", "warning", story.LATE_SHIPMENT_SITE, story.LATE_SHIPMENTS, late),
        ("feedback", "warning", story.FEEDBACK_SITE, Span(posted, overdue - 1), waits),
        ("feedback", "critical", story.FEEDBACK_SITE, Span(overdue, answered), waits),
        ("ipi", "critical", story.LOW_IPI_SITE, Span(monday, monday + 6), low),
        (
            "source-stale",
            "warning",
            story.LATE_SALES_SITE,
            Span(story.LATE_SALES.first + 1, story.LATE_SALES.last),
            no_sales,
        ),
    )
    for rule_id, severity, site, span, words in told:
        first, until = span.dates(last)
        yield Planting(rule_id, site, None, first, until, words, severity, first)


def is_stock_low(course: Course, number: int) -> bool:
    """Return whether fewer than 30 units are left of a SKU that sold within 30 days."""
    return course.stock[number] < story.LOW_STOCK and figures.shipped(course, number, 30) > 0


def is_cover_low(course: Course, number: int) -> bool:
    """Return whether what is left lasts less than 7 days at the pace of the last 30."""
    daily = figures.shipped(course, number, 30) / 30
    left = course.stock[number]
    return daily > 0 and left > 0 and left / daily < story.LOW_COVER_DAYS


def ad_week(
    course: Course, number: int, wait: int = RATIOS_WAIT_NIGHTS
) -> tuple[int, float, float]:
    """Return the clicks, spend and sales of the seven days to a day, as known `wait` nights later."""
    rows = [row for back in range(7) for row in figures.ads(course, number - back, back + wait)]
    return sum(r.clicks for r in rows), sum(r.spend for r in rows), sum(r.sales for r in rows)


def is_acos_high(course: Course, number: int) -> bool:
    """Return whether seven days of ads cost more than 1.5 times the middle of the category's range."""
    clicks, spend, sales = ad_week(course, number)
    middle = sum(BENCHMARKS[course.product.category]) / 2
    return clicks >= 20 and sales > 0 and spend / sales > story.ACOS_TIMES * middle  # noqa: PLR2004  # clicks that count


def spends_without_sales(course: Course, number: int) -> bool:
    """Return whether seven days of ads brought 30 clicks and no sales."""
    clicks, spend, sales = ad_week(course, number)
    return clicks >= story.IDLE_CLICKS and spend > 0 and sales == 0


def is_buy_box_lost(course: Course, number: int) -> bool:
    """Return whether the Buy Box was under half on two days in a row with at least 20 sessions each."""
    days = (number - 1, number)
    return all(course.buy_box[n] < 0.5 and course.sessions[n] >= 20 for n in days)  # noqa: PLR2004  # the rule's limits


def tell_events(last: date, first_night: date) -> tuple[Event, ...]:
    """Return what else happens on the shown days, by first day."""
    told = (
        (
            "late ads",
            story.LATE_ADS_SITE,
            story.LATE_ADS,
            Words("广告报表晚一天", "The ads report is one day late"),
        ),
        (
            "late sales",
            story.LATE_SALES_SITE,
            story.LATE_SALES,
            Words("销售报表晚三天", "The sales reports are three days late"),
        ),
        (
            "promotion",
            story.PROMOTION_SITE,
            story.PROMOTION,
            Words("大促:部分SKU销量三倍", "Promotion: some SKUs sell three times as much"),
        ),
        (
            "shipment late",
            story.STOCK_OUT_SITE,
            story.LATE_SHIPMENT_TO_AMAZON,
            Words("畅销款货件延误", "The bestseller's shipment is late"),
        ),
    )
    events = [Event(what, site, *span.dates(last), words) for what, site, span, words in told]
    return tuple(
        sorted((e for e in events if e.first_day >= first_night), key=lambda e: e.first_day)
    )
