"""Amazon's marketplaces: ids, currencies, and the zone in which each one's business day ends.

Source: reference tables of the Selling Partner API and the Ads API. Zones are IANA names, never
offsets, because days of 23 and 25 hours occur. Reports write `UK` where ISO says `GB`; `UK` is kept.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sheets_sync.core.tab import folded


class Marketplace(NamedTuple):
    """One marketplace; `digits` is how many decimals its currency has."""

    code: str
    id: str
    currency: str
    zone: str
    domain: str
    region: str
    symbol: str
    digits: int = 2


MARKETPLACES: dict[str, Marketplace] = {
    m.code: m
    for m in (
        Marketplace("US", "ATVPDKIKX0DER", "USD", "America/Los_Angeles", "amazon.com", "na", "$"),
        Marketplace("CA", "A2EUQ1WTGCTBG2", "CAD", "America/Los_Angeles", "amazon.ca", "na", "CA$"),
        Marketplace(
            "MX", "A1AM78C64UM0Y8", "MXN", "America/Los_Angeles", "amazon.com.mx", "na", "MX$"
        ),
        Marketplace(
            "BR", "A2Q3Y263D00KWC", "BRL", "America/Sao_Paulo", "amazon.com.br", "na", "R$"
        ),
        Marketplace("UK", "A1F83G8C2ARO7P", "GBP", "Europe/London", "amazon.co.uk", "eu", "£"),
        Marketplace("IE", "A28R8C7NBKEWEA", "EUR", "Europe/Dublin", "amazon.ie", "eu", "€"),
        Marketplace("DE", "A1PA6795UKMFR9", "EUR", "Europe/Paris", "amazon.de", "eu", "€"),
        Marketplace("FR", "A13V1IB3VIYZZH", "EUR", "Europe/Paris", "amazon.fr", "eu", "€"),
        Marketplace("IT", "APJ6JRA9NG5V4", "EUR", "Europe/Paris", "amazon.it", "eu", "€"),
        Marketplace("ES", "A1RKKUPIHCS9HS", "EUR", "Europe/Paris", "amazon.es", "eu", "€"),
        Marketplace("NL", "A1805IZSGTT6HS", "EUR", "Europe/Amsterdam", "amazon.nl", "eu", "€"),
        Marketplace("BE", "AMEN7PMS3EDWL", "EUR", "Europe/Brussels", "amazon.com.be", "eu", "€"),
        Marketplace("SE", "A2NODRKZP88ZB9", "SEK", "Europe/Stockholm", "amazon.se", "eu", "kr"),
        Marketplace("PL", "A1C3SOZRARQ6R3", "PLN", "Europe/Warsaw", "amazon.pl", "eu", "zł"),
        Marketplace("TR", "A33AVAJ2PDY3EV", "TRY", "Europe/Istanbul", "amazon.com.tr", "eu", "₺"),
        Marketplace("AE", "A2VIGQ35RCS4UG", "AED", "Asia/Dubai", "amazon.ae", "eu", "AED"),
        Marketplace("SA", "A17E79C6D8DWNP", "SAR", "Asia/Riyadh", "amazon.sa", "eu", "SAR"),
        Marketplace("EG", "ARBP9OOSHTCHU", "EGP", "Africa/Cairo", "amazon.eg", "eu", "E£"),
        Marketplace("ZA", "AE08WJ6YKNBMC", "ZAR", "Africa/Johannesburg", "amazon.co.za", "eu", "R"),
        Marketplace("IN", "A21TJRUUN4KGV", "INR", "Asia/Kolkata", "amazon.in", "eu", "₹"),
        Marketplace("JP", "A1VC38T7YXB528", "JPY", "Asia/Tokyo", "amazon.co.jp", "fe", "¥", 0),
        Marketplace("AU", "A39IBJ37TRP1C6", "AUD", "Australia/Sydney", "amazon.com.au", "fe", "A$"),
        Marketplace("SG", "A19VAU5U5O7RUS", "SGD", "Asia/Singapore", "amazon.sg", "fe", "S$"),
    )
}

NAMES: dict[str, tuple[str, ...]] = {
    code: tuple(names.split("|"))
    for code, names in {
        "US": "美国|United States|United States of America|USA|U.S.|U.S.A.|アメリカ|アメリカ合衆国|米国|Vereinigte Staaten",
        "CA": "加拿大|Canada|カナダ|Kanada",
        "MX": "墨西哥|Mexico|México|メキシコ|Mexiko",
        "BR": "巴西|Brazil|Brasil|ブラジル|Brasilien",
        "UK": "英国|United Kingdom|GB|Great Britain|Britain|イギリス|Vereinigtes Königreich",
        "IE": "爱尔兰|Ireland|アイルランド|Irland",
        "DE": "德国|Germany|Deutschland|ドイツ",
        "FR": "法国|France|フランス|Frankreich",
        "IT": "意大利|Italy|Italia|イタリア|Italien",
        "ES": "西班牙|Spain|España|スペイン|Spanien",
        "NL": "荷兰|Netherlands|The Netherlands|Nederland|オランダ|Niederlande",
        "BE": "比利时|Belgium|België|Belgique|ベルギー|Belgien",
        "SE": "瑞典|Sweden|Sverige|スウェーデン|Schweden",
        "PL": "波兰|Poland|Polska|ポーランド|Polen",
        "TR": "土耳其|Turkey|Türkiye|トルコ|Türkei",
        "AE": "阿联酋|United Arab Emirates|UAE|アラブ首長国連邦|Vereinigte Arabische Emirate",
        "SA": "沙特|Saudi Arabia|沙特阿拉伯|KSA|サウジアラビア|Saudi-Arabien",
        "EG": "埃及|Egypt|エジプト|Ägypten",
        "ZA": "南非|South Africa|南アフリカ|Südafrika",
        "IN": "印度|India|インド|Indien",
        "JP": "日本|Japan",
        "AU": "澳大利亚|Australia|澳洲|オーストラリア|Australien",
        "SG": "新加坡|Singapore|シンガポール|Singapur",
    }.items()
}
"""What people and reports call each marketplace: in Chinese, in English, and otherwise."""


SPELLINGS: dict[str, str] = {
    folded(spelling): code
    for code, market in MARKETPLACES.items()
    for name in NAMES[code]
    for spelling in (code, market.id, market.domain, name, f"{name}站", f"{code}站")
}
"""Every way to write a marketplace, folded, and its code."""


def marketplace_code(text: str) -> str | None:
    """Return the code meant by a code, an id, a domain or a name (`GB` is `UK`), or None."""
    return SPELLINGS.get(folded(text))


def business_date(code: str, moment: datetime) -> date:
    """Return the marketplace's local calendar date at an aware moment."""
    return moment.astimezone(ZoneInfo(MARKETPLACES[code].zone)).date()


def newest_complete_day(code: str, moment: datetime) -> date:
    """Return the newest business day that had ended in the marketplace's zone at that moment."""
    return business_date(code, moment) - timedelta(days=1)
