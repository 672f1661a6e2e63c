"""The Ads API's `spAdvertisedProduct` report, version 3: a list of objects, one per day, ad and SKU.

It does not name its marketplace: the folder or the name of the file does, and `campaignBudgetCurrencyCode`
may contradict it. Sellers' figures are those of the 7-day window, vendors' of the 14-day one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sheets_sync.errors import Words
from sheets_sync.sources.dates import utc_moment
from sheets_sync.sources.documents import number, scalar_text
from sheets_sync.sources.faults import quoted
from sheets_sync.sources.numbers import Malformed
from sheets_sync.sources.reading import NO_SKU, NOT_A_DATE, NOT_A_NUMBER
from sheets_sync.sources.reports.ad_sums import FIGURES, AdRows, covered, portions

if TYPE_CHECKING:
    from datetime import date

    from sheets_sync.core.model import Portion
    from sheets_sync.sources.reading import Reading
    from sheets_sync.sources.reports.ad_sums import Array, Flags

    Rows = list[tuple[int, dict[str, Any]]]

KIND = "ads-sp-api"

_KEYS = (
    ("impressions",),
    ("clicks",),
    ("cost", "spend"),
    ("sales7d", "sales14d"),
    ("purchases7d", "purchases14d"),
    ("unitsSoldClicks7d", "unitsSoldClicks14d"),
)
_NUMBERS = frozenset({int, float})
_HUGE = 1e15
_COLUMNS = dict(zip(FIGURES, _KEYS, strict=True))
_RANGE = Words(
    "一行合计了多天({start} 至 {end}),请用 timeUnit=DAILY 申请",
    "A row sums several days ({start} to {end}); request it with timeUnit=DAILY",
)


def read(document: list[Any], reading: Reading) -> list[Portion]:
    """Return one portion for each day that the document covers; `row` of a fault counts its objects."""
    place = reading.place()
    if place is None:
        return []
    rows, dates = _of_one_day(document, reading)
    kept = [i for i, row in enumerate(rows) if _is_own(row, place.marketplace, reading)]
    ad_rows = _ad_rows([rows[i] for i in kept], [dates[i] for i in kept], reading)
    days = covered(ad_rows.dates)
    return list(portions(KIND, place, reading.flow_time(place.marketplace), ad_rows, days))


def _of_one_day(document: list[Any], reading: Reading) -> tuple[Rows, list[date]]:
    rows: Rows = []
    dates: list[date] = []
    known: dict[str, date | None] = {}
    for n, row in enumerate(document, 1):
        start = row.get("date", row.get("startDate"))
        end = row.get("endDate", start) if "date" not in row else start
        if start != end:
            reading.faults.add(_RANGE, row=n, start=quoted(start), end=quoted(end))
            continue
        said = start if isinstance(start, str) else ""
        if said not in known:
            known[said] = _day(said)
        when = known[said]
        if when is None:
            reading.faults.add(NOT_A_DATE, row=n, column="date", value=quoted(start))
        elif not scalar_text(row.get("advertisedSku")):
            reading.faults.add(NO_SKU, row=n, column="advertisedSku")
        else:
            rows.append((n, row))
            dates.append(when)
    return rows, dates


def _day(text: str) -> date | None:
    found = utc_moment(text)
    return found.date() if found else None


def _is_own(row: tuple[int, dict[str, Any]], marketplace: str, reading: Reading) -> bool:
    n, fields = row
    currency = scalar_text(fields.get("campaignBudgetCurrencyCode"))
    if not currency or reading.fits(frozenset({currency}), marketplace):
        return True
    reading.refuse_currency([currency], marketplace, row=n, column="campaignBudgetCurrencyCode")
    return False


def _ad_rows(rows: Rows, dates: list[date], reading: Reading) -> AdRows:
    figures: dict[str, Array] = {}
    unreadable: dict[str, Flags] = {}
    for name, keys in _COLUMNS.items():
        key = next((key for key in keys if any(key in row for _, row in rows)), None)
        if key:
            figures[name], unreadable[name] = _column(rows, key, reading)
    return AdRows(
        dates,
        [scalar_text(row["advertisedSku"]) for _, row in rows],
        [_name(row, "campaignName", "campaignId") for _, row in rows],
        [_name(row, "adGroupName", "adGroupId") for _, row in rows],
        figures,
        unreadable,
    )


def _name(row: dict[str, Any], name: str, id_: str) -> str:
    return scalar_text(row.get(name)) or scalar_text(row.get(id_))


def _column(rows: Rows, key: str, reading: Reading) -> tuple[Array, Flags]:
    values = [row.get(key) for _, row in rows]
    unreadable = np.zeros(len(rows), dtype=np.bool_)
    if not all(
        value is None or (type(value) in _NUMBERS and -_HUGE < value < _HUGE) for value in values
    ):
        for i, value in enumerate(values):
            try:
                values[i] = number(value)
            except Malformed:
                values[i], unreadable[i] = None, True
                reading.faults.add(NOT_A_NUMBER, row=rows[i][0], column=key, value=quoted(value))
    return np.array(values, dtype=np.float64), unreadable
