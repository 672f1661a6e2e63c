"""What a file is, decided by its headings; names of files are unreliable.

Shapes are tried most specific first. A file that fits two kinds that can be used is refused, and so is
one that fits none: reading unknown headings as zeros is the commonest fault of such tools.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from sheets_sync.errors import Words
from sheets_sync.sources import ad_headings as ads
from sheets_sync.sources.faults import Refused, listed, quoted
from sheets_sync.sources.headings import heading
from sheets_sync.sources.tabular import HEADER_WITHIN, TAB, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sheets_sync.sources.tabular import Grid, Row

Reader = Literal["sp-advertised", "fba-planning", "fba-inventory", "manual", "feedback"]

_NOT_USED = Words(
    "认出是「{label}」,目前不使用这种报表,可移出 inbox",
    "Recognised as {label}, which is not used yet; it may leave the inbox",
)
_UNUSABLE = Words(
    "认出是「{label}」,不使用:{why}", "Recognised as {label}, which is not used: {why}"
)
_AMBIGUOUS = Words(
    "同时像「{one}」和「{other}」,无法判断", "It could be {one} or {other}; it is not clear which"
)
_UNKNOWN = Words(
    "认不出是哪种报表。表头:{headings}。最接近「{label}」,缺少:{missing}",
    "The kind of report is not known. Headings: {headings}. Closest: {label}, without: {missing}",
)
_UNKNOWN_AT_ALL = Words(
    "认不出是哪种报表。表头:{headings}", "The kind of report is not known. Headings: {headings}"
)
_EMPTY = Words("文件是空的,请重新下载", "The file is empty; download it again")


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of table: of every group in `needs` one heading must be there, of `lacks` none.

    Without a `reader` it is known but not used, and `why` may say the reason.
    """

    label: Words
    needs: tuple[tuple[str, ...], ...]
    lacks: tuple[str, ...] = ()
    reader: Reader | None = None
    why: Words | None = None

    def missing(self, names: frozenset[str]) -> list[str]:
        """Return the first spelling of every group of which no heading is there."""
        return [group[0] for group in self.needs if names.isdisjoint(group)]

    def fits(self, names: frozenset[str]) -> bool:
        """Return whether these normalised headings are of this kind."""
        return not self.missing(names) and names.isdisjoint(self.lacks)


_ONLY_CLICKED = Words(
    "只含有点击的搜索词,花费不完整", "it holds only clicked search terms, so spend is incomplete"
)
_NO_SKU = Words("没有SKU列,花费不能分到SKU", "it has no SKU, so spend cannot be given to one")
_NO_PERIOD = Words(
    "文件里没有日期,无法确定是哪一天;请改用按天下载的 GET_SALES_AND_TRAFFIC_REPORT(SKU粒度)",
    "it holds no date, so its day is not known; use GET_SALES_AND_TRAFFIC_REPORT by SKU for one day",
)
_RANGE = Words(
    "一行合计了一段时间,列也由下载者自选;请改用「商品推广 - 推广的商品」按日报表",
    "a row sums a range of days and its columns are chosen freely; use the daily Advertised product report",
)

SHAPES: Final = (
    Shape(Words("商品推广搜索词", "Sponsored Products search term"), (ads.SEARCH_TERM,), why=_ONLY_CLICKED),
    Shape(
        Words("商品推广投放", "Sponsored Products targeting"), (ads.TARGETING, ads.MATCH_TYPE), why=_NO_SKU,
    ),
    Shape(
        Words("商品推广广告位", "Sponsored Products placement"),
        (("placement", "广告位", "掲載枠", "platzierung"), ads.SPEND), why=_NO_SKU,
    ),
    Shape(
        Words("商品推广(后台)", "Sponsored Products advertised product"),
        ((*ads.SKU, *ads.ASIN), ads.SPEND, ads.SALES),
        lacks=(*ads.SEARCH_TERM, *ads.TARGETING, "placement", "budget", "cost type", "bid optimization", "14 day new-to-brand orders (#)"),
        reader="sp-advertised",
    ),
    Shape(
        Words("广告统一报告", "Ads unified"),
        (("budget currency", "预算货币"), ("total cost", "广告主总成本")), why=_RANGE,
    ),
    Shape(
        Words("商品推广活动", "Sponsored Products campaign"),
        (ads.CAMPAIGN, ("targeting type", "投放类型"), ads.SPEND), why=_NO_SKU,
    ),
    Shape(
        Words("品牌推广活动", "Sponsored Brands campaign"),
        (("14 day new-to-brand orders (#)",),), lacks=("match type", "targeting"), why=_NO_SKU,
    ),
    Shape(
        Words("展示型推广", "Sponsored Display"),
        (("status", "budget", "cost type", "bid optimization"), ("budget", "cost type", "bid optimization"),
         ("14 day total sales",)),
        lacks=("bidding strategy", "14 day new-to-brand orders (#)"),
    ),
    Shape(
        Words("业务报告(按商品)", "Business Report by SKU or ASIN"),
        (("(child) asin", "(子)asin", "(untergeordnete) asin"),
         ("units ordered", "已订购商品数量", "注文された商品点数", "bestellte einheiten")),
        why=_NO_PERIOD,
    ),
    Shape(
        Words("业务报告(按日期)", "Business Report by date"),
        (("date", "日期", "日付", "datum"), ("ordered product sales", "已订购商品销售额", "注文商品の売上額")),
        lacks=("(child) asin", "(子)asin"),
    ),
    Shape(
        Words("FBA库存规划", "FBA inventory planning"),
        (("snapshot-date",), ("sku",), ("days-of-supply", "sell-through")), reader="fba-planning",
    ),
    Shape(Words("库存健康(旧)", "Inventory Health (withdrawn)"), (("snapshot-date",), ("sellable-quantity",))),
    Shape(
        Words("FBA库存", "FBA inventory"),
        (("afn-fulfillable-quantity", "afn fulfillable qty"), ("sku", "merchant sku")), reader="fba-inventory",
    ),
    Shape(Words("补货建议", "Restock"), (("merchant sku",), ("recommended replenishment qty",))),
    Shape(Words("仓储费", "FBA storage fee"), (("month_of_charge", "month-of-charge"),)),
    Shape(Words("预估费用", "FBA estimated fees"), (("estimated-fee-total",),)),
    Shape(Words("商品列表", "Listings"), (("seller-sku",), ("listing-id",))),
    Shape(
        Words("在售商品", "Open listings"), (("sku",), ("asin",), ("price",), ("quantity",)),
        lacks=("fnsku", "amazon-order-id"),
    ),
    Shape(Words("订单", "Orders"), (("amazon-order-id",), ("purchase-date",), ("item-price",))),
    Shape(Words("库存分类账", "Ledger summary"), (("starting warehouse balance", "startingwarehousebalance"),)),
    Shape(Words("被抑制的商品", "Suppressed listings"), (("reason",), ("status change date",))),
    Shape(
        Words("手工录入", "Typed by hand"),
        (("date", "日期"), ("metric", "指标"), ("value", "值", "数值")), reader="manual",
    ),
)  # fmt: skip

_FEEDBACK_HEADER: Final = frozenset(
    {
        "order id",
        "bestellnummer",
        "numero ordine",
        "número de pedido",
        "bestelnummer",
        "numer zamówienia",
        "注文番号",
    }
)
_ORDER_ID = re.compile(r"\d{3}-\d{7}-\d{7}")
_RATING = re.compile(r"[1-5](?:\.0)?")
FEEDBACK_ORDER_AT: Final = {6: 4, 9: 7}
"""Columns of a feedback report -> the column of the order id (the e-mail follows it)."""


@dataclass(frozen=True, slots=True)
class Found:
    """A recognised header: its row in the grid and who reads the table."""

    header: int
    reader: Reader


def classify(grid: Grid) -> Found | None:
    """Find the header in the first rows; None where nothing is known, Refused where it cannot be used."""
    for header, row in enumerate(grid.rows[:HEADER_WITHIN]):
        if shape := _shape(row):
            if shape.reader is None:
                raise _unusable(shape)
            return Found(header, shape.reader)
    return Found(0, "feedback") if _is_feedback(grid) else None


def unknown(grid: Grid) -> Refused:
    """Return the refusal of a grid in which nothing was recognised, with its headings."""
    rows = [row for row in grid.rows[:HEADER_WITHIN] if sum(map(bool, row)) > 1] or grid.rows[:1]
    if not rows:
        return Refused(_EMPTY)
    headings, names = listed(rows[0]), _names(rows[0])
    closest = max(SHAPES, key=lambda shape: 1 - len(shape.missing(names)) / len(shape.needs))
    missing = closest.missing(names)
    if len(missing) == len(closest.needs):
        return Refused(_UNKNOWN_AT_ALL.filled(headings=headings))
    words = _UNKNOWN.filled(
        headings=headings, label=closest.label, missing=", ".join(map(quoted, missing))
    )
    return Refused(words)


def not_used(label: Words) -> Refused:
    """Return the refusal of a report that is known and not used."""
    return Refused(_NOT_USED.filled(label=label))


def _shape(row: Row) -> Shape | None:
    names = _names(row)
    fitting = [shape for shape in SHAPES if shape.fits(names)]
    used = [shape for shape in fitting if shape.reader]
    if used and len(fitting) > 1:
        other = next(shape for shape in fitting if shape is not used[0])
        raise Refused(_AMBIGUOUS.filled(one=used[0].label, other=other.label))
    return fitting[0] if fitting else None


def _unusable(shape: Shape) -> Refused:
    if shape.why is None:
        return not_used(shape.label)
    return Refused(_UNUSABLE.filled(label=shape.label, why=shape.why))


def _names(row: Sequence[object]) -> frozenset[str]:
    return frozenset(heading(text_of(cell)).name for cell in row)


def _is_feedback(grid: Grid) -> bool:
    """Recognise the feedback report, whose headings are localised, by its first row of data."""
    if grid.delimiter != TAB or not grid.rows:
        return False
    order_at = FEEDBACK_ORDER_AT.get(len(grid.rows[0]))
    if order_at is None:
        return False
    if len(grid.rows) == 1:
        return heading(text_of(grid.rows[0][order_at])).name in _FEEDBACK_HEADER
    return any(
        len(row) > order_at
        and _ORDER_ID.fullmatch(row[order_at].strip())
        and _RATING.fullmatch(row[1].strip())
        for row in grid.rows[1:HEADER_WITHIN]
    )
