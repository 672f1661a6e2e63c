"""GET_V2_SELLER_PERFORMANCE_REPORT: account health, one block per marketplace.

Documents in the wild differ from the published schema, so everything is optional. The figures describe
the moment of the newest `reportingDateTo`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sheets_sync.core.marketplaces import newest_complete_day
from sheets_sync.errors import Words
from sheets_sync.sources.dates import utc_moment
from sheets_sync.sources.documents import inside, lenient_number, objects
from sheets_sync.sources.places import country_code
from sheets_sync.sources.reading import account
from sheets_sync.sources.reports.rates import rates_of

if TYPE_CHECKING:
    from datetime import datetime

    from sheets_sync.core.model import Figure, Portion
    from sheets_sync.sources.places import Place
    from sheets_sync.sources.reading import Reading

KIND = "seller-performance"

_TWICE = Words(
    "站点 {marketplace} 在文件里出现两次,都未采用",
    "Marketplace {marketplace} appears twice; neither is used",
)
_NO_BLOCK = Words("文件里没有任何账户指标", "The document holds no account metrics")
_BAD_SCORE = Words("AHR分数超出 0-1000:{value}", "The AHR score is outside 0-1000: {value}")
_HIGHEST_SCORE = 1000


def read(document: dict[str, Any], reading: Reading) -> list[Portion]:
    """Return one portion per marketplace; `row` of a fault counts the blocks.

    A marketplace of the job that has a status and no block is told by its status alone.
    """
    statuses = _statuses(document)
    blocks = _blocks(document, statuses, reading)
    portions: list[Portion] = []
    for place, found in blocks.items():
        if len(found) > 1:
            reading.faults.add(_TWICE, marketplace=place.marketplace)
        else:
            portions.append(_portion(place, found[0], statuses.get(place.marketplace), reading))
    ours = {code for codes in reading.places.stores.values() for code in codes}
    told = {place.marketplace for place in blocks}
    places = [reading.place(code) for code in statuses if code in ours - told]
    return portions + [
        _status_alone(place, document, statuses, reading) for place in places if place is not None
    ]


def _statuses(document: dict[str, Any]) -> dict[str, str | None]:
    """Return the account's status by marketplace, by id where the marketplace is not known."""
    return {
        country_code(said) or said: _text(item.get("status"))
        for item in objects(document.get("accountStatuses"))
        if (said := str(item.get("marketplaceId") or ""))
    }


def _blocks(
    document: dict[str, Any], statuses: dict[str, str | None], reading: Reading
) -> dict[Place, list[dict[str, Any]]]:
    """Return the blocks of each place; one without a marketplace is that of the only status."""
    blocks: dict[Place, list[dict[str, Any]]] = {}
    found = objects(document.get("performanceMetrics"))
    only = next(iter(statuses)) if len(statuses) == 1 else ""
    for n, block in enumerate(found, 1):
        place = reading.place(str(block.get("marketplaceId") or only), row=n)
        if place is not None:
            blocks.setdefault(place, []).append(block)
    if not found:
        reading.faults.add(_NO_BLOCK)
    return blocks


def _status_alone(
    place: Place, document: dict[str, Any], statuses: dict[str, str | None], reading: Reading
) -> Portion:
    at = _newest_end(document) or reading.snapshot_time(place.marketplace)
    day = newest_complete_day(place.marketplace, at)
    return account(KIND, place, (day, at), {"account_status": statuses[place.marketplace]})


def _portion(place: Place, block: dict[str, Any], status: str | None, reading: Reading) -> Portion:
    at = _newest_end(block) or reading.snapshot_time(place.marketplace)
    day = newest_complete_day(place.marketplace, at)
    figures = {**_overall(block, reading), **_rates(block), "account_status": status}
    return account(KIND, place, (day, at), figures)


def _newest_end(block: Any) -> datetime | None:
    """Return the newest `reportingDateTo` anywhere in the block."""
    if isinstance(block, dict):
        own = utc_moment(inside(block, "reportingDateRange", "reportingDateTo"))
        found = [own, *(_newest_end(part) for part in block.values())]
    elif isinstance(block, list):
        found = [_newest_end(part) for part in block]
    else:
        return None
    return max((moment for moment in found if moment), default=None)


def _overall(block: dict[str, Any], reading: Reading) -> dict[str, Figure]:
    score = lenient_number(inside(block, "accountHealthRating", "ahrScore"))
    if score is not None and not 0 <= score <= _HIGHEST_SCORE:
        reading.faults.add(_BAD_SCORE, column="ahrScore", value=score)
        score = None
    defects = [
        lenient_number(part["defectsCount"]) for part in block.values()
        if isinstance(part, dict) and "defectsCount" in part
    ]  # fmt: skip
    known = [n for n in defects if n is not None]
    return {
        "ahr_status": _text(inside(block, "accountHealthRating", "ahrStatus")),
        "ahr_score": score,
        "policy_violations": sum(known) if known else None,
        "policy_warnings": lenient_number(
            inside(block, "policyViolationWarnings", "warningsCount")
        ),
    }


def _rates(block: dict[str, Any]) -> dict[str, Figure]:
    rates = rates_of(block)
    figures: dict[str, Figure] = {
        f"{id_}_{part}": None if rate is None else getattr(rate, part)
        for id_, rate in rates.items()
        for part in ("rate", "target", "compliance", "outside")
    }
    measured = [rate for rate in rates.values() if rate is not None]
    figures["ahr_pct"] = min((rate.compliance for rate in measured), default=None)
    figures["metrics_outside"] = sum(rate.outside for rate in measured) if measured else None
    return figures


def _text(value: Any) -> str | None:
    return (
        value.strip().upper().replace(" ", "_")
        if isinstance(value, str) and value.strip()
        else None
    )
