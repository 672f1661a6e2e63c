"""The headings of the Sponsored Products advertised-product report, in the languages of the console.

Normalised as `headings` does it, without their currency bracket; English, Chinese, Japanese, German.
"""

from __future__ import annotations

from typing import Final

DATE: Final = ("date", "日期", "日付", "datum")
START: Final = ("start date", "开始日期", "開始日", "startdatum")
END: Final = ("end date", "结束日期", "終了日", "enddatum")
CURRENCY: Final = ("currency", "货币", "通貨", "währung")
COUNTRY: Final = ("country", "国家/地区", "国", "land")
CAMPAIGN: Final = (
    "campaign name",
    "广告活动名称",
    "キャンペーン名",
    "kampagnen-name",
    "kampagnenname",
)
AD_GROUP: Final = ("ad group name", "广告组名称", "広告グループ名", "anzeigengruppenname")
SKU: Final = ("advertised sku", "广告sku", "宣伝sku", "beworbene sku")
ASIN: Final = ("advertised asin", "广告asin", "宣伝asin", "広告されたasin", "beworbene asin")
IMPRESSIONS: Final = ("impressions", "展示量", "インプレッション", "impressionen")
CLICKS: Final = ("clicks", "点击量", "クリック数", "クリック", "klicks")
SPEND: Final = ("spend", "花费", "費用", "広告費", "ausgaben")

COMMA_DECIMAL_SKU: Final = "beworbene sku"
"""The heading that says the file was made in a console whose decimal sign is a comma."""

_SALES = (
    "{days} day total sales",
    "{days}天总销售额",
    "{days}天内的总销售额",
    "広告がクリックされてから{days}日間の総売上高",
    "{days} tage, umsatz gesamt",
)
_ORDERS = (
    "{days} day total orders (#)",
    "{days} day total orders",
    "{days}天总订单数(#)",
    "広告がクリックされてから{days}日間の合計注文数",
    "{days} tage, aufträge gesamt (#)",
)
_UNITS = (
    "{days} day total units (#)",
    "{days} day total units",
    "{days}天总销售量(#)",
    "広告がクリックされてから{days}日間の合計販売数",
    "{days} tage, einheiten gesamt (#)",
    "{days}tage, einheiten gesamt (#)",
)


def _windows(patterns: tuple[str, ...]) -> tuple[str, ...]:
    """Return the headings of the sellers' 7-day window, then those of the vendors' 14-day one."""
    return tuple(pattern.format(days=days) for days in (7, 14) for pattern in patterns)


SALES: Final = _windows(_SALES)
ORDERS: Final = _windows(_ORDERS)
UNITS: Final = _windows(_UNITS)
SEARCH_TERM: Final = (
    "customer search term", "客户搜索词", "カスタマーの検索キーワード", "suchbegriff eines kunden",
)  # fmt: skip
TARGETING: Final = ("targeting", "投放", "ターゲティング", "ausrichtung")
MATCH_TYPE: Final = ("match type", "匹配类型", "マッチタイプ", "übereinstimmungstyp")
