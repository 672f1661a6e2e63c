"""The catalogue: every metric once, with its unit, its level, its ranked sources and its labels.

Columns, rules, messages and documentation read it, so a metric has one meaning and one name. A metric
is *given* (a figure of a report, or a fact about the SKU or the day) or *computed* by a formula over a
whole panel. Numerators and denominators are summed before any division.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from sheets_sync.core.model import UNCONFIRMED
from sheets_sync.core.panel import carried, ratio, shifted, trailing_count, trailing_sum
from sheets_sync.errors import Words

if TYPE_CHECKING:
    from collections.abc import Callable

    from sheets_sync.core.panel import Array, Panel, TextArray

Unit = Literal[
    "count",
    "money",
    "ratio",
    "change",
    "days",
    "hours",
    "per_year",
    "score",
    "flag",
    "text",
    "date",
    "moment",
]
Level = Literal["sku", "account"]

MEAN_NEEDS_DAYS, PACE_NEEDS_DAYS = 3, 7
"""Covered days below which a mean of seven days, or of thirty, would say nothing."""

LOW_BUY_BOX, LOW_BUY_BOX_SESSIONS = 0.5, 20
"""Under this share, seen by so many sessions, another seller has the Buy Box."""

AHR_BANDS = ((0, "AHR_UNHEALTHY"), (100, "AHR_AT_RISK"), (200, "AHR_HEALTHY"))
"""Amazon's bands of the account health rating, by the least score of each."""

FBM = "FBM"
NEW, DISCONTINUED = "新品", "停售"
SELLING = ("在售", NEW, UNCONFIRMED)
"""Stages of life in which a SKU is for sale for good; one that no list has is taken to be."""


class Source(NamedTuple):
    """Where a given metric comes from: a kind of report and the figure's name in it."""

    kind: str
    figure: str


@dataclass(frozen=True, slots=True)
class Metric:
    """One entry of the catalogue. `sources` are ranked, best first."""

    id: str
    label: Words
    unit: Unit
    level: Level = "sku"
    sources: tuple[Source, ...] = ()
    formula: Callable[[Panel], Array | TextArray] | None = None

    @property
    def is_text(self) -> bool:
        """Return whether its values are texts."""
        return self.unit == "text"


def _given(
    id_: str,
    zh: str,
    en: str,
    unit: Unit,
    kinds: str = "",
    *,
    level: Level = "sku",
    figure: str = "",
) -> Metric:
    sources = tuple(Source(kind, figure or id_) for kind in kinds.split())
    return Metric(id_, Words(zh, en), unit, level, sources)


def _computed(
    id_: str,
    zh: str,
    en: str,
    unit: Unit,
    formula: Callable[[Panel], Array],
    *,
    level: Level = "sku",
) -> Metric:
    return Metric(id_, Words(zh, en), unit, level, (), formula)


def _week(metric: str) -> Callable[[Panel], Array]:
    return lambda p: trailing_sum(p[metric], 7)


def _ratio(numerator: str, denominator: str) -> Callable[[Panel], Array]:
    return lambda p: ratio(p[numerator], p[denominator])


def _or(first: Array, second: Array) -> Array:
    return np.where(np.isnan(first), second, first)


def _usual(p: Panel, metric: str) -> Array:
    """Leave out the days of promotions, which say nothing about other days."""
    return np.where(p["promotion"] == 1, np.nan, p[metric])


def _units_vs_week(p: Panel) -> Array:
    """Compare with the mean of the seven days before, over the days the report covered."""
    days = shifted(trailing_count(_usual(p, "sales_covered"), 7), 1)
    mean = ratio(
        shifted(trailing_sum(_usual(p, "units"), 7), 1),
        np.where(days >= MEAN_NEEDS_DAYS, days, np.nan),
    )
    return ratio(_usual(p, "units") - mean, mean)


def _stock_units(p: Panel) -> Array:
    """Take the stock the SKU sells from: its own for FBM, Amazon's otherwise."""
    own = p.text("fulfilment") == FBM
    return np.where(
        own,
        p["mfn_units"],
        _or(p["fba_units"], np.where(p.text("fulfilment") == "FBA", np.nan, p["mfn_units"])),
    )


def _daily_units(p: Panel) -> Array:
    """Units a day over 30 days: as shipped according to Amazon, else as ordered in our own history."""
    days = trailing_count(_usual(p, "sales_covered"), 30)
    ordered = ratio(
        trailing_sum(_usual(p, "units"), 30), np.where(days >= PACE_NEEDS_DAYS, days, np.nan)
    )
    return _or(np.round(p["units_shipped_30d"] / 30, 6), ordered)


def _units_30d(p: Panel) -> Array:
    ordered, shipped = trailing_sum(p["units"], 30), p["units_shipped_30d"]
    return np.where(np.isnan(ordered) | (shipped > ordered), shipped, ordered)


def _for_sale(p: Panel) -> Array:
    """1 where a SKU is sold for good, neither cleared nor discontinued."""
    status = p.text("sku_status")
    for_sale = status == np.array(None)
    for stage in SELLING:
        for_sale = for_sale | (status == stage)
    return np.asarray(for_sale, dtype=np.float64)


def _stock_watched(p: Panel) -> Array:
    """1 where running out matters: for sale, sold within 30 days, and first of its stock pool.

    A new SKU is not watched before anything of it has been received.
    """
    received = np.logical_or.accumulate(p["stock_units"] > 0, axis=1)
    watched = (p["for_sale"] == 1) & (p["units_30d"] > 0) & (p["pool_lead"] != 0)
    return np.asarray(watched & (received | (p["new_sku"] != 1)), dtype=np.float64)


def _ahr_band(p: Panel) -> TextArray:
    """Name the band of the account health rating."""
    bands = np.full(p.shape, None, dtype=object)
    for least, band in AHR_BANDS:
        bands[p["ahr_score"] >= least] = band
    return bands


def _low_buy_box_days(p: Panel) -> Array:
    low = (p["buy_box_pct"] < LOW_BUY_BOX) & (p["sessions"] >= LOW_BUY_BOX_SESSIONS)
    return trailing_sum(np.where(np.isnan(p["buy_box_pct"]), np.nan, low.astype(float)), 2)


_ADS = "ads-sp-api ads-sp-console"
_STOCK = "fba-inventory fba-planning"
_HEALTH = "seller-performance"

_SKU_METRICS = (
    _given("units", "销量", "Units", "count", "sales-traffic"),
    _given("order_items", "订单商品数", "Order items", "count", "sales-traffic"),
    _given("sales", "销售额", "Sales", "money", "sales-traffic"),
    _given("sessions", "会话", "Sessions", "count", "sales-traffic"),
    _given("page_views", "浏览量", "Page views", "count", "sales-traffic"),
    _given("buy_box_pct", "购物车占比", "Buy Box", "ratio", "sales-traffic"),
    _given("ad_impressions", "展示", "Impressions", "count", _ADS),
    _given("ad_clicks", "点击", "Clicks", "count", _ADS),
    _given("ad_spend", "广告花费", "Ad spend", "money", _ADS),
    _given("ad_sales", "广告销售额", "Ad sales", "money", _ADS),
    _given("ad_orders", "广告订单", "Ad orders", "count", _ADS),
    _given("ad_units", "广告销量", "Ad units", "count", _ADS),
    _given("fba_units", "FBA可售", "FBA available", "count", _STOCK),
    _given("mfn_units", "自发货库存", "Own stock", "count", "fba-inventory"),
    _given("reserved_units", "预留", "Reserved", "count", _STOCK),
    _given("inbound_units", "在途", "Inbound", "count", _STOCK),
    _given(
        "days_of_supply", "亚马逊预计可售天数", "Amazon's days of supply", "days", "fba-planning"
    ),
    _given("sell_through", "售出率", "Sell-through", "per_year", "fba-planning"),
    _given("units_shipped_7d", "近7日发货", "Shipped in 7 days", "count", "fba-planning"),
    _given("units_shipped_30d", "近30日发货", "Shipped in 30 days", "count", "fba-planning"),
    _given("units_shipped_90d", "近90日发货", "Shipped in 90 days", "count", "fba-planning"),
    _given("new_negatives", "新增差评", "New negatives", "count", "manual-sku"),
    # Facts about the SKU and the day, laid out by `records.build`.
    _given("title", "品名", "Product", "text"),
    _given("asin", "ASIN", "ASIN", "text"),
    _given("category", "类目", "Category", "text"),
    _given("owner", "负责人", "Owner", "text"),
    _given("sku_status", "生命周期", "Life cycle", "text"),
    _given("fulfilment", "配送", "Fulfilment", "text"),
    _given("row_status", "数据状态", "Status", "text"),
    _given("as_of", "数据时间", "As of", "moment"),
    _given("stock_taken_at", "库存快照时间", "Stock snapshot", "moment"),
    _given("age_days", "天数", "Age in days", "days"),
    _given("listed_days", "上架天数", "Days since launch", "days"),
    _given("new_sku", "新品期", "New", "flag"),
    _given("silenced", "静默", "Silenced", "flag"),
    _given("promotion", "大促日", "Promotion", "flag"),
    _given("transfer", "调拨日", "Stock transfer", "flag"),
    _given("daily_budget", "日预算", "Daily budget", "money"),
    _given("sales_covered", "已有销售报表", "Covered by a sales report", "flag"),
    _given("pool_lead", "库存池首站", "First of its stock pool", "flag"),
    _given("twin_stock", "FBM库存", "Stock of the FBM twin", "count"),
    _given("acos_benchmark", "类目ACOS", "Category ACOS", "ratio"),
    _given("acos_benchmark_high", "类目ACOS上限", "Category ACOS, upper end", "ratio"),
    # Computed.
    _computed("units_vs_7d", "较7日均", "vs 7-day", "change", _units_vs_week),
    _computed("conversion", "转化率", "CVR", "ratio", _ratio("units", "sessions")),
    _computed("acos", "ACOS", "ACOS", "ratio", _ratio("ad_spend", "ad_sales")),
    _computed("ad_spend_7d", "7日广告花费", "7-day ad spend", "money", _week("ad_spend")),
    _computed("ad_sales_7d", "7日广告销售额", "7-day ad sales", "money", _week("ad_sales")),
    _computed("ad_clicks_7d", "7日点击", "7-day clicks", "count", _week("ad_clicks")),
    _computed("ad_orders_7d", "7日广告订单", "7-day ad orders", "count", _week("ad_orders")),
    _computed("acos_7d", "7日ACOS", "7-day ACOS", "ratio", _ratio("ad_spend_7d", "ad_sales_7d")),
    _computed("ctr", "CTR", "CTR", "ratio", _ratio("ad_clicks", "ad_impressions")),
    _computed("cpc", "CPC", "CPC", "money", _ratio("ad_spend", "ad_clicks")),
    _computed("tacos", "TACOS", "TACOS", "ratio", _ratio("ad_spend", "sales")),
    _computed("stock_units", "可售库存", "Available", "count", _stock_units),
    _computed("daily_units", "日均销量", "Units a day", "count", _daily_units),
    _computed("units_30d", "近30日销量", "Units in 30 days", "count", _units_30d),
    _computed(
        "days_of_cover",
        "可售天数",
        "Days of cover",
        "days",
        lambda p: np.round(ratio(p["stock_units"], p["daily_units"]), 1),
    ),
    _computed(
        "days_of_cover_inbound",
        "含在途可售天数",
        "Days of cover with inbound",
        "days",
        lambda p: np.round(
            ratio(p["stock_units"] + np.nan_to_num(p["inbound_units"]), p["daily_units"]), 1
        ),
    ),
    _computed(
        "turnover",
        "年周转",
        "Turns a year",
        "per_year",
        lambda p: np.round(p["sell_through"] * 365 / 90, 2),
    ),
    _computed("for_sale", "常规在售", "For sale", "flag", _for_sale),
    _computed("stock_watched", "需看库存", "Stock is watched", "flag", _stock_watched),
    _computed("low_buy_box_days", "低购物车天数", "Days of low Buy Box", "days", _low_buy_box_days),
)

_RATES = (
    ("odr", "ODR", "ODR"),
    ("late_shipment", "迟发率", "Late shipment"),
    ("cancel", "取消率", "Cancellation"),
    ("vtr", "VTR", "VTR"),
    ("otdr", "OTDR", "OTDR"),
    ("invoice_defect", "发票缺陷率", "Invoice defects"),
)


def _rate_metrics(id_: str, zh: str, en: str) -> tuple[Metric, ...]:
    return (
        _given(f"{id_}_rate", zh, en, "ratio", _HEALTH, level="account"),
        _given(f"{id_}_target", f"{zh}目标", f"{en} target", "ratio", _HEALTH, level="account"),
        _given(
            f"{id_}_compliance", f"{zh}合规", f"{en} compliance", "ratio", _HEALTH, level="account"
        ),
        _given(
            f"{id_}_outside",
            f"{zh}不达标",
            f"{en} outside its target",
            "flag",
            _HEALTH,
            level="account",
        ),
    )


_ACCOUNT_METRICS = (
    _given("account_status", "账户状态", "Account status", "text", _HEALTH, level="account"),
    _given("ahr_status", "AHR状态", "AHR status", "text", _HEALTH, level="account"),
    _given("ahr_score", "AHR分数", "AHR score", "score", _HEALTH, level="account"),
    _given("ahr_pct", "AHR%", "AHR %", "ratio", _HEALTH, level="account"),
    _given(
        "metrics_outside",
        "不达标项数",
        "Metrics outside their targets",
        "count",
        _HEALTH,
        level="account",
    ),
    _given("policy_violations", "政策违规", "Policy violations", "count", _HEALTH, level="account"),
    _given("policy_warnings", "政策警告", "Policy warnings", "count", _HEALTH, level="account"),
    *(metric for rate in _RATES for metric in _rate_metrics(*rate)),
    _given(
        "ipi_typed",
        "IPI录入",
        "IPI as typed",
        "score",
        "manual-account",
        level="account",
        figure="ipi",
    ),
    _given(
        "sales_reported",
        "站点销售额",
        "Sales by date",
        "money",
        "sales-traffic-day",
        level="account",
        figure="sales",
    ),
    # Facts laid out by `records.build`.
    _given("account_as_of", "数据时间", "As of", "moment", level="account"),
    _given("account_age_days", "天数", "Age in days", "days", level="account"),
    _given("month", "月份", "Month", "count", level="account"),
    _given("sales_of_skus", "SKU销售额合计", "Sales of all SKUs", "money", level="account"),
    _given("ad_spend_total", "广告总花费", "Total ad spend", "money", level="account"),
    _given("feedback_open", "待回Feedback", "Open feedback", "count", level="account"),
    _given("feedback_overdue", "超时Feedback", "Overdue feedback", "count", level="account"),
    _given(
        "feedback_hours",
        "最早Feedback已过小时",
        "Hours since the oldest feedback",
        "hours",
        level="account",
    ),
    _given(
        "feedback_hours_left",
        "最早Feedback剩余小时",
        "Hours left for the oldest feedback",
        "hours",
        level="account",
    ),
    _given("sources_late", "迟到来源数", "Late sources", "count", level="account"),
    _given("sources_late_names", "迟到来源", "Which sources are late", "text", level="account"),
    # Computed.
    _computed("ipi", "IPI", "IPI", "score", lambda p: carried(p["ipi_typed"], 7), level="account"),
    _computed(
        "sales_total",
        "销售额",
        "Sales",
        "money",
        lambda p: _or(p["sales_reported"], p["sales_of_skus"]),
        level="account",
    ),
    Metric("ahr_band", Words("AHR级别", "AHR band"), "text", "account", (), _ahr_band),
    _computed(
        "tacos_total",
        "TACOS",
        "TACOS",
        "ratio",
        _ratio("ad_spend_total", "sales_total"),
        level="account",
    ),
)

METRICS: dict[str, Metric] = {m.id: m for m in (*_SKU_METRICS, *_ACCOUNT_METRICS)}

FORMULAS = {m.id: m.formula for m in METRICS.values() if m.formula is not None}
