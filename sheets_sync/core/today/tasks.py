"""Current breaches as things to deal with: their deadlines, and which of them is the most urgent."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sheets_sync.core.deadlines import (
    WINDOW_DAYS,
    counted_as,
    due_at,
    first_days,
    opened_at,
    waits_days,
)
from sheets_sync.core.metrics import METRICS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import time

    from sheets_sync.core.breaches import Breach, Verdict
    from sheets_sync.core.model import MasterData, SkuKey
    from sheets_sync.core.panel import Panel
    from sheets_sync.core.rules import Hit, Rule

_NEVER = datetime.max.replace(tzinfo=UTC)


class Task(NamedTuple):
    """A current breach; `due` is None where it only colours.

    `stake` is the share of its account that the SKU has: of the ad spend of seven days where ads are
    judged, of the units of thirty otherwise. Shares compare across currencies.
    """

    breach: Breach
    hit: Hit
    panel: Panel
    due: datetime | None
    stake: float

    @property
    def is_critical(self) -> bool:
        """Return whether it is grave."""
        return self.hit.level.severity == "critical"

    @property
    def is_out_of_stock(self) -> bool:
        """Return whether nothing is left to sell."""
        return self.hit.level.metric == "stock_units" and self.hit.value == 0

    def is_overdue(self, now: datetime) -> bool:
        """Return whether its deadline has passed."""
        return self.due is not None and self.due < now


def tasks(
    verdict: Verdict,
    breaches: Sequence[Breach],
    rules: Sequence[Rule],
    master: MasterData,
    *,
    now: datetime,
    zone: str,
    first_run: time,
    window_days: int = WINDOW_DAYS,
) -> list[Task]:
    """Return every current breach, the most urgent first; equals stand in the order of the rules."""
    records = verdict.records
    panels: dict[str, Panel] = {"sku": records.skus, "account": records.accounts}
    hits = {
        (hit.rule.id, panel.entities[hit.entity], panel.dates[hit.day]): (level, index, hit)
        for level, panel in panels.items()
        for index in verdict.current[level]
        for hit in [verdict.hits[level][index]]
    }
    first = {
        "sku": first_days(verdict, "sku", window_days),
        "account": first_days(verdict, "account", window_days),
    }
    rows: dict[tuple[str, str], list[int]] = {}
    for row, key in enumerate(records.skus.entities):
        rows.setdefault(key[:2], []).append(row)
    found: list[Task] = []
    for breach in breaches:
        if not breach.current:
            continue
        level, index, hit = hits[breach.rule, breach.key, breach.date]
        panel, site, due = panels[level], breach.key.marketplace, None
        if index in first[level]:
            opened = opened_at(
                panel.dates[first[level][index]],
                waits_days(hit, panel),
                site,
                now=now,
                zone=zone,
                first_run=first_run,
            )
            hours = hit.level.due_hours or 0
            due = due_at(opened, hours, counted_as(hit.rule), master.calendar, site, zone)
        stake = _stake(hit, panel, rows[breach.key[:2]]) if level == "sku" else 1.0
        found.append(Task(breach, hit, panel, due, stake))
    order = {rule.id: i for i, rule in enumerate(rules)}
    return sorted(found, key=lambda task: _urgency(task, order))


def is_about_ads(hit: Hit, panel: Panel) -> bool:
    """Return whether any figure of an ad report is behind what was judged."""
    return any(
        source.kind.startswith("ads-")
        for given in panel.inputs(hit.level.metric)
        for source in METRICS[given].sources
    )


def _urgency(
    task: Task, order: Mapping[str, int]
) -> tuple[bool, datetime, bool, float, int, SkuKey]:
    return (
        not task.is_critical,
        task.due or _NEVER,
        not task.is_out_of_stock,
        -task.stake,
        order.get(task.breach.rule, len(order)),
        task.breach.key,
    )


def _stake(hit: Hit, panel: Panel, siblings: Sequence[int]) -> float:
    figures = panel["ad_spend_7d" if is_about_ads(hit, panel) else "units_30d"][:, hit.day]
    own, total = figures[hit.entity], float(np.nansum(figures[siblings]))
    return 0.0 if np.isnan(own) or not total else round(float(own) / total, 6)
