"""What stands behind the sums: every SKU, how often which cell was coloured, how the accounts fared."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from sheets_sync.core.metrics import METRICS
from sheets_sync.core.review.sums import Known, quotient, sums_of_sites, sums_of_skus
from sheets_sync.core.review.tables import MONTH, SITE, Column, Row, Table, key, metric, row
from sheets_sync.errors import Words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sheets_sync.core.model import Sku, SkuKey
    from sheets_sync.core.panel import Array
    from sheets_sync.core.review.history import History

_FLAG = re.compile(r"\|([a-z0-9_]+):(critical|warning)\|")

SEVERITIES = {"critical": Words("严重", "Critical"), "warning": Words("关注", "Warning")}
_ROWS = {"sku": Words("SKU·天", "SKU-days"), "account": Words("站点·天", "Site-days")}

_SHARE = Column("share", Words("占站点销售额", "Share of site"), "ratio")
_CRITICAL = Column("critical_days", Words("严重天数", "Critical days"), "count")
_OUT = Column("out_days", Words("断货天数", "Days out of stock"), "count")

SKUS = (
    *SITE,
    key("sku"),
    *map(metric, ("title", "category", "owner", "units", "sales")),
    _SHARE,
    *map(metric, ("ad_spend", "acos", "tacos")),
    _CRITICAL,
    _OUT,
)
ALERTS = (
    MONTH,
    *SITE,
    Column("what", Words("预警指标", "Figure in alert"), "text"),
    Column("severity", Words("级别", "Severity"), "text"),
    Column("each", Words("单位", "Counted in"), "text"),
    Column("count", Words("次数", "Count"), "count"),
)


def _unit(name: str) -> str:
    """Amazon's rates are told apart by their second decimal."""
    return (
        "rate" if name in ("odr_rate", "late_shipment_rate", "cancel_rate") else METRICS[name].unit
    )


class _Reading(NamedTuple):
    """Which one of a month's figures is shown."""

    metric: str
    of: Literal["last", "lowest", "highest"]


_READINGS = {
    "ahr_last": _Reading("ahr_score", "last"),
    "ahr_lowest": _Reading("ahr_score", "lowest"),
    "ahr_pct": _Reading("ahr_pct", "lowest"),
    "odr": _Reading("odr_rate", "highest"),
    "late_shipment": _Reading("late_shipment_rate", "highest"),
    "cancel": _Reading("cancel_rate", "highest"),
    "vtr": _Reading("vtr_rate", "lowest"),
    "otdr": _Reading("otdr_rate", "lowest"),
    "policy": _Reading("policy_violations", "last"),
    "ipi": _Reading("ipi", "last"),
}
_OF = {
    "last": Words("{label}(最新)", "{label} (last)"),
    "lowest": Words("{label}(最低)", "{label} (lowest)"),
    "highest": Words("{label}(最高)", "{label} (highest)"),
}
ACCOUNTS = (
    MONTH,
    *SITE,
    *(
        Column(name, _OF[of].filled(label=METRICS[wanted].label), _unit(wanted))
        for name, (wanted, of) in _READINGS.items()
    ),
)


def skus(known: Known, listed: Mapping[SkuKey, Sku]) -> Table:
    """Return every SKU that has a row, site by site, what sold best first."""
    history, sums, sites = known.skus, sums_of_skus(known), sums_of_sites(known)
    every = np.ones(len(known.dates), dtype=bool)
    stock = history.figures["stock_units"]
    whole = {
        site: sites.sums.over(i, every)["sales"]
        for i, site in enumerate(entity[:2] for entity in known.accounts.entities)
    }
    rows: dict[SkuKey, Row] = {}
    sold: dict[SkuKey, float] = {}
    for i, entity in enumerate(history.entities):
        if not sites.seen[i].any():
            continue
        found = sums.over(i, every)
        sold[entity] = found["sales"] or 0.0
        rows[entity] = row(
            SKUS,
            entity[:2],
            {
                **_described(history, entity, listed),
                **found,
                "share": quotient(found["sales"], whole[entity[:2]]),
                "critical_days": _critical_days(history, i),
                "out_days": None if np.isnan(stock[i]).all() else int((stock[i] <= 0).sum()),
            },
        )
    order = {site: i for i, site in enumerate(whole)}
    ranked = sorted(rows, key=lambda entity: (order[entity[:2]], -sold[entity], entity.sku))
    return Table(SKUS, tuple(rows[entity] for entity in ranked))


def alerts(known: Known) -> Table:
    """Count the rows with each flag, by month and site, the grave and the frequent first."""
    counts: Counter[tuple[str, tuple[str, str], str, str, str]] = Counter()
    for level, history in (("sku", known.skus), ("account", known.accounts)):
        for i, day in zip(*np.nonzero(history.flags != np.array(None)), strict=True):
            month, site = f"{history.dates[day]:%Y-%m}", history.entities[i][:2]
            for name, severity in flags_of(history.flags[i, day]):
                counts[month, site, severity, name, level] += 1
    order = {entity[:2]: i for i, entity in enumerate(known.accounts.entities)}
    grave = list(SEVERITIES)

    def rank(entry: tuple[str, tuple[str, str], str, str, str]) -> tuple[object, ...]:
        month, site, severity, name, _ = entry
        return month, order[site], grave.index(severity), -counts[entry], name

    return Table(
        ALERTS,
        tuple(
            row(
                ALERTS,
                site,
                {
                    "month": month,
                    "what": METRICS[name].label if name in METRICS else name,
                    "severity": SEVERITIES[severity],
                    "count": counts[month, site, severity, name, level],
                    "each": _ROWS[level],
                },
            )
            for month, site, severity, name, level in sorted(counts, key=rank)
        ),
    )


def accounts(known: Known) -> Table:
    """Return how the accounts fared, by month: the worst of what has a target, the newest of the rest."""
    history = known.accounts
    names = np.array([f"{day:%Y-%m}" for day in history.dates], dtype=object)
    rows = []
    for month in dict.fromkeys(names.tolist()):
        days = np.asarray(names == month, dtype=bool)
        for i, entity in enumerate(history.entities):
            found = {
                name: _read(history.figures[wanted], i, days, of)
                for name, (wanted, of) in _READINGS.items()
                if wanted in history.figures
            }
            if any(figure is not None for figure in found.values()):
                rows.append(row(ACCOUNTS, entity[:2], {"month": month, **found}))
    return Table(ACCOUNTS, tuple(rows))


def flags_of(text: str) -> Iterator[tuple[str, str]]:
    """Yield the metric and the severity of each flag, each once; other marks are passed over."""
    yield from dict.fromkeys(_FLAG.findall(text))


def _described(
    history: History, entity: SkuKey, listed: Mapping[SkuKey, Sku]
) -> dict[str, str | None]:
    """Return what people call a SKU: as the list of SKUs has it, else as the log did."""
    sku, said = listed.get(entity), history.texts.get(entity, {})
    return {
        "sku": entity.sku,
        "title": (sku.title if sku else "") or said.get("title"),
        "category": (sku.category if sku else "") or None,
        "owner": (sku.owner if sku else "") or said.get("owner"),
    }


def _critical_days(history: History, entity: int) -> int | None:
    judged = [text for text in history.flags[entity].tolist() if text is not None]
    if not judged:
        return None
    return sum(any(severity == "critical" for _, severity in flags_of(text)) for text in judged)


def _read(figures: Array, entity: int, days: np.ndarray, of: str) -> float | None:
    known = figures[entity, days]
    known = known[~np.isnan(known)]
    if not len(known):
        return None
    if of == "last":
        return float(known[-1])
    return float(known.min() if of == "lowest" else known.max())
