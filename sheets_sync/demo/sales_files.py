"""The sales and traffic report: one file a site and business day, by SKU."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from sheets_sync.core.marketplaces import MARKETPLACES

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sheets_sync.demo.catalogue import Product
    from sheets_sync.demo.figures import Sales


class Line(NamedTuple):
    """One SKU's day."""

    product: Product
    sales: Sales


def sales_and_traffic(site: str, day: date, lines: Sequence[Line]) -> bytes:
    """Return the report of one business day: SKUs with activity only, percentages as 0-100."""
    active = [line for line in lines if line.sales.units or line.sales.sessions]
    total = _Total.of(active)
    document = {
        "reportSpecification": {
            "reportType": "GET_SALES_AND_TRAFFIC_REPORT",
            "reportOptions": {"dateGranularity": "DAY", "asinGranularity": "SKU"},
            "dataStartTime": day.isoformat(),
            "dataEndTime": day.isoformat(),
            "marketplaceIds": [MARKETPLACES[site].id],
        },
        "salesAndTrafficByDate": [_by_date(site, day, total)],
        "salesAndTrafficByAsin": [_by_sku(site, line, total) for line in active],
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


class _Total(NamedTuple):
    units: int
    items: int
    amount: float
    sessions: int
    views: int
    buy_box: float

    @classmethod
    def of(cls, lines: Sequence[Line]) -> _Total:
        sales = [line.sales for line in lines]
        sessions = sum(s.sessions for s in sales)
        return cls(
            sum(s.units for s in sales),
            sum(s.items for s in sales),
            sum(s.amount for s in sales),
            sessions,
            sum(s.views for s in sales),
            sum(s.buy_box * s.sessions for s in sales) / sessions if sessions else 0.0,
        )


def _by_date(site: str, day: date, total: _Total) -> dict[str, Any]:
    refunded = total.units // 50
    shipped = total.units
    return {
        "date": day.isoformat(),
        "salesByDate": {
            "orderedProductSales": _money(total.amount, site),
            "unitsOrdered": total.units,
            "totalOrderItems": total.items,
            "averageSalesPerOrderItem": _money(
                total.amount / total.items if total.items else 0.0, site
            ),
            "averageUnitsPerOrderItem": _share(total.units, total.items, 1),
            "averageSellingPrice": _money(total.amount / total.units if total.units else 0.0, site),
            "unitsRefunded": refunded,
            "refundRate": _share(refunded, total.units),
            "claimsGranted": 0,
            "claimsAmount": _money(0.0, site),
            "shippedProductSales": _money(total.amount, site),
            "unitsShipped": shipped,
            "ordersShipped": total.items,
        },
        "trafficByDate": {
            **_split("PageViews", "pageViews", total.views),
            **_split("Sessions", "sessions", total.sessions),
            "buyBoxPercentage": round(total.buy_box * 100, 2),
            "orderItemSessionPercentage": _share(total.items, total.sessions),
            "unitSessionPercentage": _share(total.units, total.sessions),
            "averageOfferCount": 40,
            "averageParentItems": 19,
            "feedbackReceived": 0,
            "negativeFeedbackReceived": 0,
            "receivedNegativeFeedbackRate": 0.0,
        },
    }


def _by_sku(site: str, line: Line, total: _Total) -> dict[str, Any]:
    product, sales = line.product, line.sales
    return {
        "parentAsin": product.parent_asin,
        "childAsin": product.asin,
        "sku": product.sku,
        "salesByAsin": {
            "unitsOrdered": sales.units,
            **({"unitsOrderedB2B": 0} if site == "US" else {}),
            "orderedProductSales": _money(sales.amount, site),
            **({"orderedProductSalesB2B": _money(0.0, site)} if site == "US" else {}),
            "totalOrderItems": sales.items,
            **({"totalOrderItemsB2B": 0} if site == "US" else {}),
        },
        "trafficByAsin": {
            **_split("Sessions", "sessions", sales.sessions),
            "sessionPercentage": _share(sales.sessions, total.sessions),
            **_split("PageViews", "pageViews", sales.views),
            "pageViewsPercentage": _share(sales.views, total.views),
            "buyBoxPercentage": round(sales.buy_box * 100, 2),
            "unitSessionPercentage": _share(sales.units, sales.sessions),
        },
    }


def _split(name: str, whole: str, count: int) -> dict[str, int]:
    app = count * 3 // 5
    return {f"browser{name}": count - app, f"mobileApp{name}": app, whole: count}


def _share(part: float, whole: float, times: int = 100) -> float:
    return round(part / whole * times, 2) if whole else 0.0


def _money(amount: float, site: str) -> dict[str, Any]:
    market = MARKETPLACES[site]
    value = round(amount, market.digits)
    return {"amount": value if market.digits else int(value), "currencyCode": market.currency}
