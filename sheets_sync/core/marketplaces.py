"""Amazon's marketplaces: ids, currencies, and the zone in which each one's business day ends.

Source: reference tables of the Selling Partner API and the Ads API. Zones are IANA names, never
offsets, because days of 23 and 25 hours occur. Reports write `UK` where ISO says `GB`; `UK` is kept.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo


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

BY_ID = {m.id: m.code for m in MARKETPLACES.values()}
BY_DOMAIN = {m.domain: m.code for m in MARKETPLACES.values()}


def marketplace_code(text: str) -> str | None:
    """Return the code meant by a code, an id or a domain (`GB` is `UK`), or None."""
    folded = text.strip().upper()
    folded = "UK" if folded == "GB" else folded
    if folded in MARKETPLACES:
        return folded
    return BY_ID.get(folded) or BY_DOMAIN.get(folded.lower())


def business_date(code: str, moment: datetime) -> date:
    """Return the marketplace's local calendar date at an aware moment."""
    return moment.astimezone(ZoneInfo(MARKETPLACES[code].zone)).date()


def newest_complete_day(code: str, moment: datetime) -> date:
    """Return the newest business day that had ended in the marketplace's zone at that moment."""
    return business_date(code, moment) - timedelta(days=1)
