"""The figures of each site on its newest day with sales, and their total in one currency."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sheets_sync.core.calendar import EVERYWHERE
from sheets_sync.core.marketplaces import MARKETPLACES
from sheets_sync.core.metrics import MEAN_NEEDS_DAYS
from sheets_sync.core.panel import ratio, trailing_sum
from sheets_sync.core.serials import serial_date
from sheets_sync.errors import Words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sheets_sync.core.calendar import Calendar, Entry
    from sheets_sync.core.grid import Mask
    from sheets_sync.core.model import SkuKey
    from sheets_sync.core.panel import Array, Panel
    from sheets_sync.core.records import Records
    from sheets_sync.core.scope import Scope
    from sheets_sync.core.tab import Cell
    from sheets_sync.errors import Language

_TOTAL_DIGITS = 2
_TOTAL = Words("折算 {currency}", "Total in {currency}")


class Site(NamedTuple):
    """One account's figures; `day` is its newest day with sales, None where there is none yet."""

    key: SkuKey
    day: date | None
    sales: float | None
    ad_spend: float | None
    advertises: bool
    cells: dict[str, Cell]


def site_name(key: SkuKey, scope: Scope) -> str:
    """Return what people call an account: `US`, or `acme US` where there are several stores."""
    return key.marketplace if len(scope.stores) == 1 else f"{key.store} {key.marketplace}"


def by_account(records: Records, metric: str) -> Array:
    """Sum a metric over the SKUs of each account; unknown where it is unknown for all of them."""
    rows = {key[:2]: i for i, key in enumerate(records.accounts.entities)}
    group = np.array([rows[key[:2]] for key in records.skus.entities], dtype=int)
    figures, shape = records.skus[metric], records.accounts.shape
    total, known = np.zeros(shape), np.zeros(shape)
    np.add.at(total, group, np.nan_to_num(figures))
    np.add.at(known, group, ~np.isnan(figures))
    return np.where(known > 0, np.round(total, 6), np.nan)


def weekly_acos(records: Records) -> Array:
    """Return each account's ACOS over seven days, the day itself included."""
    spend, sales = by_account(records, "ad_spend"), by_account(records, "ad_sales")
    return ratio(trailing_sum(spend, 7), trailing_sum(sales, 7))


def site_figures(records: Records, calendar: Calendar) -> list[Site]:
    """Return the figures of every account, in the job's order."""
    accounts = records.accounts
    sales, spend = accounts["sales_total"], accounts["ad_spend_total"]
    both = ~np.isnan(sales) & ~np.isnan(spend)
    tacos = ratio(
        trailing_sum(np.where(both, spend, np.nan), 7),
        trailing_sum(np.where(both, sales, np.nan), 7),
    )
    units, acos = by_account(records, "units"), weekly_acos(records)
    out_of_stock = _out_of_stock(records)
    ahr, ipi = accounts["ahr_score"], accounts["ipi"]
    sites = []
    for row, key in enumerate(accounts.entities):
        ended = _ended(records, key)
        day = _newest(~np.isnan(sales[row]) & ended)
        cells: dict[str, Cell] = {
            "out_of_stock": out_of_stock.get(row),
            "ahr": _at(ahr[row], _newest(~np.isnan(ahr[row]) & ended)),
            "ipi": _at(ipi[row], _newest(~np.isnan(ipi[row]) & ended)),
        }
        if day is not None:
            digits = MARKETPLACES[key.marketplace].digits
            cells |= {
                "sales_until": serial_date(accounts.dates[day]),
                "sales": _at(sales[row], day, digits),
                "vs_day": _change(sales[row, day], sales[row, day - 1 : day]),
                "vs_week": _vs_week(accounts, sales[row], row, day, calendar),
                "units": _at(units[row], day),
                "ad_spend": _at(spend[row], day, digits),
                "acos_7d": _at(acos[row], day, 6),
                "tacos": _at(tacos[row], day, 6),
            }
        sites.append(
            Site(
                key,
                None if day is None else accounts.dates[day],
                None if day is None else _at(sales[row], day),
                None if day is None else _at(spend[row], day),
                advertises=not np.isnan(spend[row]).all(),
                cells=cells,
            )
        )
    return sites


def total_figures(
    sites: Sequence[Site], calendar: Calendar, language: Language
) -> tuple[str | None, dict[str, Cell]]:
    """Return the currency and the cells of the total, or no currency where it cannot be told.

    Every site with sales needs a rate dated by its day, all into the same currency.
    """
    selling = [site for site in sites if site.day is not None]
    rates = [_rate(site, calendar) for site in selling]
    used = [rate for rate in rates if rate is not None]
    currencies = {rate.note.strip().upper() for rate in used}
    if len(used) < len(selling) or len(currencies) != 1 or _is_ambiguous(selling, used):
        return None, {}
    [currency] = currencies
    worth = [(site, rate.value or 0.0) for site, rate in zip(selling, used, strict=True)]
    spent = [(site.ad_spend, value) for site, value in worth if site.advertises]
    is_known = bool(spent) and all(spend is not None for spend, _ in spent)
    sold = sum((site.sales or 0.0) * value for site, value in worth)
    return currency, {
        "marketplace": _TOTAL.filled(currency=currency).say(language),
        "sales": round(sold, _TOTAL_DIGITS),
        "ad_spend": round(sum((spend or 0.0) * value for spend, value in spent), _TOTAL_DIGITS)
        if is_known
        else None,
    }


def _rate(site: Site, calendar: Calendar) -> Entry | None:
    """Return the rate of a site's currency on the site's day, if it says what it is worth."""
    entry = None if site.day is None else calendar.rate(site.key.marketplace, site.day)
    return entry if entry is not None and entry.value and entry.note.strip() else None


def _is_ambiguous(sites: Sequence[Site], rates: Sequence[Entry]) -> bool:
    """Return whether a rate for everywhere would have to serve more than one currency."""
    currencies = {MARKETPLACES[site.key.marketplace].currency for site in sites}
    return len(currencies) > 1 and any(rate.marketplace == EVERYWHERE for rate in rates)


def _ended(records: Records, key: SkuKey) -> Mask:
    """Mark the business days that are complete on the account's marketplace."""
    last = records.scope.report_dates[key.store, key.marketplace]
    return np.array([when <= last for when in records.accounts.dates], dtype=bool)


def _newest(known: Mask) -> int | None:
    days = np.flatnonzero(known)
    return int(days[-1]) if len(days) else None


def _at(figures: Array, day: int | None, digits: int = 6) -> float | None:
    if day is None or np.isnan(figures[day]):
        return None
    return round(float(figures[day]), digits)


def _change(figure: float, before: Array) -> float | None:
    """Compare a figure with the mean of others; unknown where there are none, or the mean is 0."""
    known = before[~np.isnan(before)]
    mean = float(known.mean()) if len(known) else 0.0
    return round(float(figure) / mean - 1, 6) if mean else None


def _vs_week(accounts: Panel, sales: Array, row: int, day: int, calendar: Calendar) -> float | None:
    """Compare with the mean of the seven days before; promotions are neither compared nor averaged."""
    site = accounts.entities[row].marketplace
    if calendar.is_on("promotion", accounts.dates[day], site):
        return None
    days = [
        i
        for i in range(max(0, day - 7), day)
        if not np.isnan(sales[i]) and not calendar.is_on("promotion", accounts.dates[i], site)
    ]
    return _change(sales[day], sales[days]) if len(days) >= MEAN_NEEDS_DAYS else None


def _out_of_stock(records: Records) -> dict[int, int]:
    """Count the SKUs with nothing left by each account's row; none is counted where none has a figure."""
    skus = records.skus
    stock, watched = skus["stock_units"], skus["stock_watched"]
    rows = {key[:2]: i for i, key in enumerate(records.accounts.entities)}
    known = ~np.isnan(stock) & records.rows
    counts: dict[int, int] = {}
    for entity in np.flatnonzero(known.any(axis=1)).tolist():
        row = rows[skus.entities[entity][:2]]
        day = int(np.flatnonzero(known[entity])[-1])
        is_out = stock[entity, day] <= 0 and watched[entity, day] == 1
        counts[row] = counts.get(row, 0) + int(is_out)
    return counts
