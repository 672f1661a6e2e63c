"""GET_SALES_AND_TRAFFIC_REPORT: units, sales, sessions and Buy Box.

`salesAndTrafficByAsin` sums the whole requested range, so only a document of one day, by SKU, says what a
SKU did on a day; `salesAndTrafficByDate` says what the marketplace did on each. Traffic arrives later
than sales: none of it beside units that were sold is late, not zero.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from sheets_sync.core.marketplaces import MARKETPLACES
from sheets_sync.core.model import Portion
from sheets_sync.errors import Words
from sheets_sync.sources.documents import inside, number, objects, scalar_text
from sheets_sync.sources.faults import quoted
from sheets_sync.sources.numbers import Malformed
from sheets_sync.sources.reading import NO_SKU, NOT_A_DATE, NOT_A_NUMBER, account

if TYPE_CHECKING:
    from datetime import datetime

    from sheets_sync.core.model import Figure
    from sheets_sync.sources.places import Place
    from sheets_sync.sources.reading import Reading

KIND, KIND_DAY = "sales-traffic", "sales-traffic-day"

_SUMMED = ("units", "order_items", "sales", "sessions", "page_views")
_BY_SKU = ("salesByAsin", "trafficByAsin")
_BY_DATE = ("salesByDate", "trafficByDate")

_NUMBERS = frozenset({int, float})
_HUGE = 1e15
_NO_MARKETPLACE = Words(
    "报表应只含一个站点,实际:{ids}", "The report must be of one marketplace; it names: {ids}"
)
_NO_PERIOD = Words("报表没有写明日期范围", "The report does not name its range of days")
_SEVERAL_DAYS = Words(
    "按SKU的部分合计了多天({start} 至 {end}),不能计入某一天,已跳过;请每天单独下载一份",
    "The part by SKU sums several days ({start} to {end}) and is left out; download one file for each day",
)
_NOT_BY_SKU = Words(
    "报表按 {granularity} 汇总,没有SKU,已跳过;请用 asinGranularity=SKU 下载",
    "The report is by {granularity} and has no SKU; left out. Download it with asinGranularity=SKU",
)
_NOT_BY_DAY = Words(
    "按日期的部分以 {granularity} 为单位,已跳过;请用 dateGranularity=DAY 下载",
    "The part by date is by {granularity}; left out. Download it with dateGranularity=DAY",
)
_DATE_TWICE = Words(
    "日期 {value} 出现两次,都未采用", "The date {value} appears twice; neither is used"
)


class _Source(NamedTuple):
    """What is the same for every row of one document."""

    reading: Reading
    place: Place
    made_at: datetime


def read(document: dict[str, Any], reading: Reading) -> list[Portion]:
    """Return the day's SKUs where the document is of one day, and the marketplace's figures of each date.

    `row` of a fault counts the objects of its list.
    """
    ids = inside(document, "reportSpecification", "marketplaceIds")
    if not isinstance(ids, list) or len(ids) != 1:
        reading.faults.add(_NO_MARKETPLACE, ids=quoted(ids))
        return []
    place = reading.place(scalar_text(ids[0]))
    if place is None:
        return []
    source = _Source(reading, place, reading.flow_time(place.marketplace))
    return [*_by_sku(document, source), *_by_date(document, source)]


def _by_sku(document: dict[str, Any], source: _Source) -> list[Portion]:
    specification = document.get("reportSpecification")
    start, end = (_day(inside(specification, key)) for key in ("dataStartTime", "dataEndTime"))
    granularity = inside(specification, "reportOptions", "asinGranularity")
    faults = source.reading.faults
    if "salesAndTrafficByAsin" not in document:
        return []
    if start is None or end is None:
        faults.add(_NO_PERIOD)
    elif granularity != "SKU":
        faults.add(_NOT_BY_SKU, granularity=quoted(granularity))
    elif start != end:
        faults.add(_SEVERAL_DAYS, start=start, end=end)
    else:
        rows = objects(document["salesAndTrafficByAsin"])
        portion = _sku_portion(rows, start, source)
        return [portion] if portion.keys or not rows else []
    return []


def _sku_portion(rows: list[dict[str, Any]], when: date, source: _Source) -> Portion:
    found: dict[str, list[dict[str, Figure]]] = {}
    for n, row in enumerate(rows, 1):
        sku = scalar_text(row.get("sku"))
        if not sku:
            source.reading.faults.add(NO_SKU, row=n, column="sku")
            continue
        figures = _figures(row, _BY_SKU, n, source)
        if figures is not None:
            figures |= {
                "asin": scalar_text(row.get("childAsin")) or None,
                "parent_asin": scalar_text(row.get("parentAsin")) or None,
            }
            found.setdefault(sku, []).append(figures)
    merged = [
        rows[0] if len(rows) == 1 else _merged(rows, source.place.marketplace)
        for rows in found.values()
    ]
    names = ("asin", "parent_asin", *_SUMMED, "buy_box_pct")
    columns = {name: [figures[name] for figures in merged] for name in names}
    return Portion(KIND, *source.place, when, source.made_at, tuple(found), columns)


def _by_date(document: dict[str, Any], source: _Source) -> list[Portion]:
    rows = objects(document.get("salesAndTrafficByDate"))
    granularity = inside(document, "reportSpecification", "reportOptions", "dateGranularity")
    faults = source.reading.faults
    if rows and granularity != "DAY":
        faults.add(_NOT_BY_DAY, granularity=quoted(granularity))
        return []
    found: dict[date, list[Portion]] = {}
    for n, row in enumerate(rows, 1):
        when = _day(row.get("date"))
        if when is None:
            faults.add(NOT_A_DATE, row=n, column="date", value=quoted(row.get("date")))
            continue
        figures = _figures(row, _BY_DATE, n, source)
        if figures is not None:
            kept = {name: figures[name] for name in _SUMMED}
            found.setdefault(when, []).append(
                account(KIND_DAY, source.place, (when, source.made_at), kept)
            )
    for when, portions in found.items():
        if len(portions) > 1:
            faults.add(_DATE_TWICE, column="date", value=when)
    return [portions[0] for portions in found.values() if len(portions) == 1]


def _figures(
    row: dict[str, Any], parts: tuple[str, str], n: int, source: _Source
) -> dict[str, Figure] | None:
    """Return the figures of one row; None, with a fault, where its money is of another marketplace."""
    sales, traffic = _part(row, parts[0]), _part(row, parts[1])
    ordered = _part(sales, "orderedProductSales")
    marketplace, reading = source.place.marketplace, source.reading
    currency = scalar_text(ordered.get("currencyCode"))
    if currency and currency != MARKETPLACES[marketplace].currency:
        reading.refuse_currency([currency], marketplace, row=n, column="currencyCode")
        return None
    amount = _read(ordered, "amount", n, reading)
    units = _read(sales, "unitsOrdered", n, reading)
    sessions = _unless_late(_read(traffic, "sessions", n, reading), units)
    page_views = _unless_late(_read(traffic, "pageViews", n, reading), units)
    buy_box = _read(traffic, "buyBoxPercentage", n, reading)
    return {
        "units": units,
        "order_items": _read(sales, "totalOrderItems", n, reading),
        "sales": None if amount is None else round(amount, MARKETPLACES[marketplace].digits),
        "sessions": sessions,
        "page_views": page_views,
        "buy_box_pct": round(buy_box / 100, 6)
        if buy_box is not None and (sessions or page_views)
        else None,
    }


def _part(row: dict[str, Any], key: str) -> dict[str, Any]:
    part = row.get(key)
    return part if isinstance(part, dict) else {}


def _read(part: dict[str, Any], key: str, n: int, reading: Reading) -> float | None:
    value = part.get(key)
    if value is not None and type(value) in _NUMBERS and -_HUGE < value < _HUGE:
        return float(value)
    try:
        return number(value)
    except Malformed:
        reading.faults.add(NOT_A_NUMBER, row=n, column=key, value=quoted(value))
        return None


def _unless_late(traffic: float | None, units: float | None) -> float | None:
    return None if traffic == 0 and units else traffic


def _merged(rows: list[dict[str, Figure]], marketplace: str) -> dict[str, Figure]:
    """Sum the rows of one SKU; the Buy Box is weighted by sessions, else by page views."""
    merged: dict[str, Figure] = {"asin": rows[0]["asin"], "parent_asin": rows[0]["parent_asin"]}
    for name in _SUMMED:
        known = [row[name] for row in rows if isinstance(row[name], float)]
        total = sum(value for value in known if isinstance(value, float))
        merged[name] = round(total, MARKETPLACES[marketplace].digits) if known else None
    weighted = [
        (share, weight) for row in rows
        if isinstance(share := row["buy_box_pct"], float)
        and isinstance(weight := row["sessions"] or row["page_views"], float)
    ]  # fmt: skip
    weight = sum(weight for _, weight in weighted)
    merged["buy_box_pct"] = (
        round(sum(share * w for share, w in weighted) / weight, 6) if weight else None
    )
    return merged


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value[:10]) if isinstance(value, str) else None
    except ValueError:
        return None
