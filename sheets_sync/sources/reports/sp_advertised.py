"""The Ads console's Sponsored Products "Advertised product" report, as workbook or CSV.

Only rows of one day count: `Date`, or a start that equals the end. Ad sales are all sales attributed within
the report's window, those of other SKUs included. Rows in another currency than their marketplace's
belong elsewhere and are refused.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from sheets_sync.core.marketplaces import MARKETPLACES
from sheets_sync.errors import Words
from sheets_sync.sources import ad_headings as ads
from sheets_sync.sources.dates import day
from sheets_sync.sources.numbers import count, currencies_of, money, plain_amounts
from sheets_sync.sources.reading import NOT_A_DATE, parsed, with_sku
from sheets_sync.sources.reports.ad_sums import FIGURES, MONEY, AdRows, covered, portions
from sheets_sync.sources.tabular import named

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from sheets_sync.core.model import Portion
    from sheets_sync.sources.places import Place
    from sheets_sync.sources.reading import Reading
    from sheets_sync.sources.reports.ad_sums import Array, Flags
    from sheets_sync.sources.tabular import Table

KIND = "ads-sp-console"

_HEADINGS = (ads.IMPRESSIONS, ads.CLICKS, ads.SPEND, ads.SALES, ads.ORDERS, ads.UNITS)
_COLUMNS = dict(zip(FIGURES, _HEADINGS, strict=True))
WANTED = named(
    ads.DATE, ads.START, ads.END, ads.CURRENCY, ads.COUNTRY, ads.CAMPAIGN, ads.AD_GROUP, ads.SKU, *_HEADINGS,
)  # fmt: skip
_RANGE = Words(
    "这一行合计了多天({start} 至 {end}),不能计入某一天;请下载按日(每日)的报表",
    "This row sums several days ({start} to {end}) and belongs to no single one; download the daily report",
)


def read(table: Table, reading: Reading) -> list[Portion]:
    """Return one portion for each day that the file covers, on each marketplace it speaks of.

    A marketplace whose rows were all refused has none: that would say that it had no ads.
    """
    table = with_sku(table, table.need(ads.SKU), reading.faults)
    located = [
        (place, _ad_rows(*_of_one_day(rows, place.marketplace, reading), place, reading))
        for place, rows in _by_place(table, reading)
    ]
    days = covered([when for _, rows in located for when in rows.dates])
    found: list[Portion] = []
    for place, rows in located:
        if rows.dates:
            found += portions(KIND, place, reading.flow_time(place.marketplace), rows, days)
    return found


def _by_place(table: Table, reading: Reading) -> list[tuple[Place, Table]]:
    """Split the rows by their country column, where there is one."""
    groups: dict[str, list[int]] = {}
    for i, country in enumerate(table.texts(table.find(ads.COUNTRY))):
        groups.setdefault(country, []).append(i)
    located = [
        (reading.place(country, row=table.lines[rows[0]]), rows) for country, rows in groups.items()
    ]
    return [(place, table.only(rows)) for place, rows in located if place is not None]


def _of_one_day(table: Table, marketplace: str, reading: Reading) -> tuple[Table, list[date]]:
    """Return the rows that belong to a single day, and the day of each."""
    starts = _days(table, (*ads.DATE, *ads.START), marketplace, reading)
    ends = (
        starts if table.find(ads.DATE) is not None else _days(table, ads.END, marketplace, reading)
    )
    kept: list[int] = []
    dates: list[date] = []
    for i, (start, end) in enumerate(zip(starts, ends, strict=True)):
        if start is None or end is None:
            continue
        if start != end:
            reading.faults.add(_RANGE, row=table.lines[i], start=start, end=end)
            continue
        kept.append(i)
        dates.append(start)
    return table.only(kept), dates


def _days(
    table: Table, names: tuple[str, ...], marketplace: str, reading: Reading
) -> list[date | None]:
    parse = partial(day, marketplace=marketplace)
    return parsed(table, table.need(names), parse, reading.faults, words=NOT_A_DATE)[0]


def _ad_rows(table: Table, dates: list[date], place: Place, reading: Reading) -> AdRows:
    """Return the rows as columns, without those in another currency."""
    foreign: set[int] = _foreign_rows(table, place.marketplace, reading)
    figures: dict[str, Array] = {}
    unreadable: dict[str, Flags] = {}
    for name, headings in _COLUMNS.items():
        at = table.find(headings)
        if at is None:
            continue
        values, bad, elsewhere = _column(
            table, at, place.marketplace, reading, is_money=name in MONEY
        )
        figures[name] = np.array(values, dtype=np.float64)
        unreadable[name] = _flags(len(table.lines), bad)
        foreign |= elsewhere
    rows = AdRows(
        dates,
        table.texts(table.need(ads.SKU)),
        table.texts(table.find(ads.CAMPAIGN)),
        table.texts(table.find(ads.AD_GROUP)),
        figures,
        unreadable,
    )
    return rows.only(np.flatnonzero(~_flags(len(table.lines), foreign)))


def _column(
    table: Table, at: int, marketplace: str, reading: Reading, *, is_money: bool
) -> tuple[list[float | None], set[int], set[int]]:
    """Return a column's figures, the rows that cannot be read, and those in another currency."""
    if not is_money:
        return *parsed(table, at, count, reading.faults), set()
    heading = table.headings[at]
    if plain := plain_amounts(table.cells[at]):
        values, said = plain
        elsewhere = not reading.fits(said or heading.currencies, marketplace)
        if elsewhere:
            reading.refuse_currency(said or heading.currencies, marketplace, column=heading.text)
        return values, set(), set(range(len(values))) if elsewhere else set()
    euro = MARKETPLACES[marketplace].currency == "EUR"
    comma = euro and table.find((ads.COMMA_DECIMAL_SKU,)) is not None
    amounts, bad = parsed(table, at, partial(money, comma_decimal=comma), reading.faults)
    foreign: set[int] = set()
    for i, amount in enumerate(amounts):
        evidence = (amount.currencies if amount is not None else None) or heading.currencies
        if amount is not None and not reading.fits(evidence, marketplace):
            foreign.add(i)
            reading.refuse_currency(evidence, marketplace, row=table.lines[i], column=heading.text)
    return [None if amount is None else amount.value for amount in amounts], bad, foreign


def _foreign_rows(table: Table, marketplace: str, reading: Reading) -> set[int]:
    """Return the rows whose currency column names another currency than the marketplace's."""
    at = table.find(ads.CURRENCY)
    if at is None:
        return set()
    cells = table.texts(at)
    wrong = {
        cell for cell in set(cells)
        if cell and not reading.fits(currencies_of(cell) or frozenset({cell}), marketplace)
    }  # fmt: skip
    foreign = {i for i, cell in enumerate(cells) if cell in wrong} if wrong else set()
    for i in sorted(foreign):
        reading.refuse_currency(
            [cells[i]], marketplace, row=table.lines[i], column=table.headings[at].text
        )
    return foreign


def _flags(n: int, places: Iterable[int]) -> Flags:
    flags = np.zeros(n, dtype=np.bool_)
    flags[list(places)] = True
    return flags
