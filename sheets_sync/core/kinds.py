"""The kinds of report: what one row of each is, when it comes, and which figures it carries.

Latencies are Amazon's (Sales and traffic 24-72 h, ads conversions 24 h, snapshots daily), rounded up
to whole days after the business day they describe.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from sheets_sync.errors import Words


class Kind(NamedTuple):
    """One kind of report.

    `per` says what a key is. A `snapshot` describes a moment, and a later one replaces it; otherwise
    the figures are flows of one business day. A `whole` report lists every SKU each time, so that a
    file with far fewer of them is damaged. `zero_when_absent`: a SKU without a row had none, because
    the report lists only SKUs with activity and says it covers the day.
    """

    id: str
    label: Words
    per: Literal["sku", "account", "order"]
    snapshot: bool
    latency_days: int
    figures: tuple[str, ...]
    whole: bool = False
    zero_when_absent: tuple[str, ...] = ()


_ADS = ("ad_impressions", "ad_clicks", "ad_spend", "ad_sales", "ad_orders", "ad_units")
_SHARED_RATES = ("odr", "late_shipment", "cancel", "vtr", "otdr", "invoice_defect")

KINDS: dict[str, Kind] = {
    k.id: k
    for k in (
        Kind(
            "sales-traffic",
            Words("销售与流量", "Sales and traffic"),
            "sku",
            snapshot=False,
            latency_days=3,
            figures=(
                "asin",
                "parent_asin",
                "units",
                "order_items",
                "sales",
                "sessions",
                "page_views",
                "buy_box_pct",
            ),
        ),
        Kind(
            "sales-traffic-day",
            Words("销售与流量(按日)", "Sales and traffic by date"),
            "account",
            snapshot=False,
            latency_days=3,
            figures=("units", "order_items", "sales", "sessions", "page_views"),
        ),
        Kind(
            "fba-inventory",
            Words("FBA库存", "FBA inventory"),
            "sku",
            snapshot=True,
            latency_days=1,
            whole=True,
            figures=("asin", "title", "fba_units", "mfn_units", "reserved_units", "inbound_units"),
        ),
        Kind(
            "fba-planning",
            Words("FBA库存规划", "FBA inventory planning"),
            "sku",
            snapshot=True,
            latency_days=1,
            whole=True,
            figures=(
                "asin",
                "title",
                "fba_units",
                "reserved_units",
                "inbound_units",
                "days_of_supply",
                "sell_through",
                "units_shipped_7d",
                "units_shipped_30d",
                "units_shipped_90d",
            ),
        ),
        Kind(
            "ads-sp-api",
            Words("商品推广(API)", "Sponsored Products (API)"),
            "sku",
            snapshot=False,
            latency_days=2,
            figures=_ADS,
            zero_when_absent=_ADS,
        ),
        Kind(
            "ads-sp-console",
            Words("商品推广(后台)", "Sponsored Products (console)"),
            "sku",
            snapshot=False,
            latency_days=2,
            figures=_ADS,
            zero_when_absent=_ADS,
        ),
        Kind(
            "seller-performance",
            Words("账户状况", "Account health"),
            "account",
            snapshot=True,
            latency_days=2,
            figures=(
                "account_status",
                "ahr_status",
                "ahr_score",
                "ahr_pct",
                "metrics_outside",
                "policy_violations",
                "policy_warnings",
                *(
                    f"{rate}_{part}"
                    for rate in _SHARED_RATES
                    for part in ("rate", "target", "compliance", "outside")
                ),
            ),
        ),
        Kind(
            "feedback",
            Words("买家反馈", "Seller feedback"),
            "order",
            snapshot=True,
            latency_days=2,
            figures=("rating", "feedback_date", "responded"),
        ),
        Kind(
            "manual-sku",
            Words("手工录入(SKU)", "Typed by hand (SKU)"),
            "sku",
            snapshot=False,
            latency_days=0,
            figures=("new_negatives",),
        ),
        Kind(
            "manual-account",
            Words("手工录入(账号)", "Typed by hand (account)"),
            "account",
            snapshot=False,
            latency_days=0,
            figures=("ipi",),
        ),
    )
}
