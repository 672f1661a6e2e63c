"""A made-up seller, whole: its SKU list, and the report files that would lie in the inbox each night.

Everything follows from the seed and the last day: the same arguments give the same bytes. The nightly
run is thought to start at 08:30 UTC, when the business day is complete on all three sites; the files of
a night are dated a little before, and still after midnight in California.
"""

from __future__ import annotations

import csv
import os
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from sheets_sync.core.marketplaces import MARKETPLACES
from sheets_sync.demo import (
    account,
    account_files,
    ads_files,
    figures,
    sales_files,
    stock_files,
    story,
)
from sheets_sync.demo.catalogue import (
    BENCHMARKS,
    FEWEST_SKUS,
    SITES,
    STORE,
    Product,
    Role,
    products,
)
from sheets_sync.demo.course import Calendar, Course
from sheets_sync.demo.market import HISTORY_DAYS, simulate
from sheets_sync.demo.plantings import find_plantings, tell_events

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

SKU_HEADINGS = (
    *("store", "marketplace", "sku", "asin", "parent_asin", "title", "category", "brand", "owner"),
    *("status", "fulfilment", "launch_date", "lead_time_days", "unit_cost"),
)
BENCHMARK_HEADINGS = ("category", "marketplace", "acos_low", "acos_high", "source", "valid_from")

RUN_AT = time(8, 30, tzinfo=UTC)
"""When the nightly run starts, on the calendar day after the business day."""

_FIRST_FILE_AT = time(8, 5, tzinfo=UTC)
_TYPED_FILE = "manual_ipi_and_reviews.csv"
_BACKFILL_DAYS = 13
"""How many earlier days of sales lie in the inbox on the first night, as the ads files reach back too."""


class Company:
    """The made-up seller `acme`, on three sites, for `days` nights that end with the business day `last_day`.

    `plantings` are the breaches a sync must find, `events` what happens besides, both by date. Raises
    ValueError for fewer than `FEWEST_SKUS` SKUs or no day at all.
    """

    store = STORE
    marketplaces = SITES

    def __init__(self, seed: int, days: int, skus: int, last_day: date) -> None:
        if skus < FEWEST_SKUS or days < 1:
            raise ValueError(f"at least {FEWEST_SKUS} SKUs and one day are needed")
        self.seed, self.last_day = seed, last_day
        self.nights = tuple(last_day - timedelta(days=back) for back in reversed(range(days)))
        first = self.nights[0] - timedelta(days=HISTORY_DAYS)
        self.calendar = Calendar(first, last_day)
        self.products = products(seed, skus, last_day)
        self.courses: dict[tuple[str, str], Course] = {
            (site, product.sku): simulate(seed, product, site, self.calendar)
            for product in self.products
            for site in product.sites
        }
        self._feedback = {
            site: account.feedback(
                seed, site, self.nights[0] - timedelta(days=account.FEEDBACK_WINDOW_DAYS), last_day
            )
            for site in SITES
        }
        reviewed = next(p.sku for p in self.products if p.role is Role.REVIEWED)
        self._typed = account.typed(reviewed, self.nights[0], last_day)
        self.plantings = find_plantings(self.courses, self.calendar, self.nights[0])
        self.events = tell_events(last_day, self.nights[0])

    def run_moment(self, night: date) -> datetime:
        """Return when the nightly run after a business day starts."""
        return datetime.combine(night + timedelta(days=1), RUN_AT)

    def course(self, site: str, sku: str) -> Course:
        """Return what happened to one SKU on one site; KeyError where it is not sold there."""
        return self.courses[site, sku]

    def write_job_data(self, folder: Path) -> None:
        """Write the SKU list and the category benchmarks beside a job file."""
        skus = [self._sku_row(product, site) for product in self.products for site in product.sites]
        valid_from = date(self.last_day.year - 1, 1, 1).isoformat()
        benchmarks = [
            (category, site, low, high, "团队基准", valid_from)
            for category, (low, high) in BENCHMARKS.items()
            for site in SITES
        ]
        folder.mkdir(parents=True, exist_ok=True)
        _write_csv(folder / "skus.csv", SKU_HEADINGS, skus)
        _write_csv(folder / "benchmarks.csv", BENCHMARK_HEADINGS, benchmarks)

    def _sku_row(self, product: Product, site: str) -> tuple[object, ...]:
        digits = MARKETPLACES[site].digits
        return (
            self.store,
            site,
            product.sku,
            product.asin,
            product.parent_asin,
            product.short_name,
            product.category,
            "Acme",
            product.owners[site],
            product.status,
            product.fulfilment,
            product.launched.isoformat(),
            product.lead_time_days,
            f"{product.prices[site] * 0.3:.{digits}f}",
        )

    def write_night(self, inbox: Path, night: date) -> tuple[Path, ...]:
        """Write what became available for the run after a business day; return the files.

        ValueError for a day that is not one of `nights`. Earlier nights need not have been written.
        """
        if night not in self.nights:
            raise ValueError(f"{night} is not one of the nights")
        taken = datetime.combine(night + timedelta(days=1), _FIRST_FILE_AT)
        written = []
        for position, (name, content) in enumerate(self._files(night, taken)):
            moment = taken + timedelta(seconds=position * 20)
            written.append(_write(inbox / name, content, moment))
        typed = [line for line in self._typed if line.day <= night]
        saved = datetime.combine(typed[-1].day + timedelta(days=1), _FIRST_FILE_AT)
        written.append(_write(inbox / _TYPED_FILE, account_files.typed(typed), saved))
        return tuple(written)

    def _files(self, night: date, taken: datetime) -> Iterator[tuple[str, bytes]]:
        stamp = f"{taken:%Y-%m-%dT%H%MZ}"
        for site in SITES:
            lines = self._stock_lines(site, night)
            yield (
                f"{site}/FBA_MYI_UNSUPPRESSED_INVENTORY_{site}_{stamp}.txt",
                stock_files.inventory(site, lines),
            )
            yield (
                f"{site}/FBA_INVENTORY_PLANNING_{site}_{stamp}.txt",
                stock_files.planning(site, taken.date(), lines),
            )
            for day, age in self._sales_days(site, night):
                content = sales_files.sales_and_traffic(
                    site, day, self._sales_lines(site, day, age)
                )
                yield f"{site}/SalesAndTraffic_{site}_{day}_fetched_{stamp}.json", content
            yield from self._ads_files(site, night, taken, stamp)
            feedback = [
                item
                for item in self._feedback[site]
                if timedelta() <= night - item.posted < timedelta(days=account.FEEDBACK_WINDOW_DAYS)
            ]
            yield (
                f"{site}/SellerFeedback_{site}_{stamp}.txt",
                account_files.feedback(site, night, feedback),
            )
        accounts = {site: account.health(self.seed, site, night, self.last_day) for site in SITES}
        yield f"V2SellerPerformance_{stamp}.json", account_files.seller_performance(taken, accounts)

    def _on_sale(self, site: str, day: date) -> Iterator[Course]:
        for product in self.products:
            if site in product.sites and product.launched <= day:
                yield self.courses[site, product.sku]

    def _stock_lines(self, site: str, night: date) -> list[stock_files.Line]:
        number = self.calendar.number(night)
        return [
            stock_files.Line(
                course.product,
                course.price,
                figures.stock(course, number),
                tuple(figures.shipped(course, number, days) for days in stock_files.SHIPPED_DAYS),
                figures.mean_stock(course, number, self.calendar.number(course.product.launched)),
            )
            for course in self._on_sale(site, night)
        ]

    def _sales_days(self, site: str, night: date) -> Iterator[tuple[date, int]]:
        """Yield (business day, its age) of every sales report fetched on a night: new days and changed ones."""
        if figures.sales_are_missing(site, night, self.last_day):
            return
        lag = figures.SALES_LAG_DAYS[site]
        fetched = [
            n
            for n in self.nights
            if n < night and not figures.sales_are_missing(site, n, self.last_day)
        ]
        for back in reversed(range(_BACKFILL_DAYS + 1)):
            age = lag + back
            day = night - timedelta(days=age)
            if (
                not fetched
                or (fetched[-1] - day).days < lag
                or self._is_restated(site, day, age, fetched[-1])
            ):
                yield day, age

    def _is_restated(self, site: str, day: date, age: int, fetched: date) -> bool:
        """Return whether a day's figures differ from those of the last fetch."""
        before = (fetched - day).days
        if before >= figures.SALES_SETTLED_DAYS:
            return False
        return self._sales_lines(site, day, age) != self._sales_lines(site, day, before)

    def _sales_lines(self, site: str, day: date, age: int) -> list[sales_files.Line]:
        number = self.calendar.number(day)
        return [
            sales_files.Line(
                course.product, figures.sales(course, number, (self.last_day - day).days, age)
            )
            for course in self._on_sale(site, day)
        ]

    def _ads_files(
        self, site: str, night: date, taken: datetime, stamp: str
    ) -> Iterator[tuple[str, bytes]]:
        """Yield the ads of the last 14 days: the console's workbook in the US, the API's file elsewhere.

        Every other night the US has both, with the same figures.
        """
        if site == story.LATE_ADS_SITE and story.LATE_ADS.holds(night, self.last_day):
            return
        lines = list(self._ad_lines(site, night))
        name = f"{site}/SponsoredProducts_AdvertisedProduct_{site}_{stamp}"
        if site == "US":
            yield f"{name}.xlsx", ads_files.console(site, lines, taken)
        if site != "US" or (self.last_day - night).days % 2 == 0:
            yield f"{name}.json.gz", ads_files.api(site, lines)

    def _ad_lines(self, site: str, night: date) -> Iterator[ads_files.Line]:
        newest = night - timedelta(days=figures.ADS_LAG_DAYS)
        for back in reversed(range(figures.ADS_DAYS)):
            day = newest - timedelta(days=back)
            number = self.calendar.number(day)
            for course in self._on_sale(site, day):
                for ad in figures.ads(course, number, (night - day).days):
                    yield ads_files.Line(day, course.product, ad)


def _write_csv(path: Path, headings: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(headings)
        writer.writerows(rows)


def _write(path: Path, content: bytes, moment: datetime) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (moment.timestamp(), moment.timestamp()))
    return path
