"""Sponsored Products by advertised SKU: the console's workbook and the API's JSON, the same figures."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, NamedTuple

from sheets_sync.core.marketplaces import MARKETPLACES
from sheets_sync.demo.workbook import DATE, MONEY, PERCENT, PLAIN, Cell, workbook

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date, datetime

    from sheets_sync.demo.catalogue import Product
    from sheets_sync.demo.figures import Ad

CONSOLE_COLUMNS = {
    "Date": DATE,
    "Portfolio name": PLAIN,
    "Currency": PLAIN,
    "Campaign Name": PLAIN,
    "Ad Group Name": PLAIN,
    "Retailer": PLAIN,
    "Country": PLAIN,
    "Advertised SKU": PLAIN,
    "Advertised ASIN": PLAIN,
    "Impressions": PLAIN,
    "Clicks": PLAIN,
    "Click-Thru Rate (CTR)": PERCENT,
    "Cost Per Click (CPC)": MONEY,
    "Spend": MONEY,
    "7 Day Total Sales ": MONEY,
    "Total Advertising Cost of Sales (ACOS) ": PERCENT,
    "Total Return on Advertising Spend (ROAS)": MONEY,
    "7 Day Total Orders (#)": PLAIN,
    "7 Day Total Units (#)": PLAIN,
    "7 Day Conversion Rate": PERCENT,
    "7 Day Advertised SKU Units (#)": PLAIN,
    "7 Day Other SKU Units (#)": PLAIN,
    "7 Day Advertised SKU Sales ": MONEY,
    "7 Day Other SKU Sales ": MONEY,
}
"""The console's headings, trailing spaces included, and how each column is shown."""

_SHEET_TITLE = "Sponsored Product Advertised Product Report"[:31]
_GROUPS = (("SP-自动", "自动组"), ("SP-精准", "精准组"))
_COUNTRIES = {"US": "United States", "DE": "Germany", "JP": "Japan"}


class Line(NamedTuple):
    """One ad group's day for one SKU."""

    day: date
    product: Product
    ad: Ad


def console(site: str, lines: Iterable[Line], made: datetime) -> bytes:
    """Return the workbook a person downloads: rates as fractions, ACOS empty without sales."""
    rows = [_console_row(site, line) for line in lines]
    return workbook(_SHEET_TITLE, list(CONSOLE_COLUMNS), list(CONSOLE_COLUMNS.values()), rows, made)


def _console_row(site: str, line: Line) -> list[Cell]:
    product, ad = line.product, line.ad
    campaign, group = _names(line)
    return [
        line.day,
        "No Portfolio",
        MARKETPLACES[site].currency,
        campaign,
        group,
        "Amazon",
        _COUNTRIES[site],
        product.sku,
        product.asin,
        ad.impressions,
        ad.clicks,
        _quotient(ad.clicks, ad.impressions),
        _quotient(ad.spend, ad.clicks),
        ad.spend,
        ad.sales,
        _quotient(ad.spend, ad.sales),
        _quotient(ad.sales, ad.spend),
        ad.orders,
        ad.orders,
        _quotient(ad.orders, ad.clicks),
        ad.orders - ad.others,
        ad.others,
        round(ad.sales - ad.other_sales, 2),
        ad.other_sales,
    ]


def api(site: str, lines: Iterable[Line]) -> bytes:
    """Return the API's document, compressed as it is delivered: rates as percent, long ids as integers."""
    rows = [_api_row(site, line) for line in lines]
    return gzip.compress(
        json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode(), 6, mtime=0
    )


def _api_row(site: str, line: Line) -> dict[str, object]:
    product, ad = line.product, line.ad
    campaign, group = _names(line)
    number = int(product.asin[-6:]) * 2 + ad.group
    return {
        "date": line.day.isoformat(),
        "campaignId": 44110000000000000 + number,
        "campaignName": campaign,
        "adGroupId": 55110000000000000 + number,
        "adGroupName": group,
        "adId": 66110000000000000 + number,
        "campaignBudgetCurrencyCode": MARKETPLACES[site].currency,
        "advertisedAsin": product.asin,
        "advertisedSku": product.sku,
        "impressions": ad.impressions,
        "clicks": ad.clicks,
        "cost": ad.spend,
        "spend": ad.spend,
        "clickThroughRate": _percent(ad.clicks, ad.impressions),
        "costPerClick": _quotient(ad.spend, ad.clicks),
        "purchases7d": ad.orders,
        "unitsSoldClicks7d": ad.orders,
        "sales7d": ad.sales,
        "attributedSalesSameSku7d": round(ad.sales - ad.other_sales, 2),
        "salesOtherSku7d": ad.other_sales,
        "unitsSoldOtherSku7d": ad.others,
        "acosClicks7d": _percent(ad.spend, ad.sales),
        "roasClicks7d": _quotient(ad.sales, ad.spend),
    }


def _names(line: Line) -> tuple[str, str]:
    campaign, group = _GROUPS[line.ad.group]
    return f"{campaign}-{line.product.sku}", group


def _quotient(part: float, whole: float) -> float | None:
    return round(part / whole, 6) if whole else None


def _percent(part: float, whole: float) -> float | None:
    return round(part / whole * 100, 4) if whole else None
