"""The panel of accounts: health as reported, totals over SKUs, open feedback, late sources."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from sheets_sync.core.feedback import feedback_metrics
from sheets_sync.core.grid import Grid, first_received, held_days
from sheets_sync.core.kinds import KINDS
from sheets_sync.core.marketplaces import MARKETPLACES, business_date
from sheets_sync.core.metrics import FORMULAS, METRICS
from sheets_sync.core.model import SkuKey
from sheets_sync.core.panel import Array, Panel, TextArray

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sheets_sync.core.grid import Mask
    from sheets_sync.core.history import Version
    from sheets_sync.core.scope import Scope
    from sheets_sync.errors import Words


def account_panel(
    kinds: Mapping[str, Sequence[Version]],
    skus: Panel,
    scope: Scope,
    typed: Mapping[tuple[str, str, date], float],
) -> Panel:
    """Lay out the figures of every store and marketplace over the days of the SKU panel.

    `typed` are IPI scores that people typed into the sheet; they win over those of a file.
    """
    entities = [SkuKey(store, code, "") for store, code in scope.accounts]
    grid = Grid(entities, skus.dates)
    given: dict[str, Array | TextArray] = {}
    for metric in METRICS.values():
        if metric.level == "account" and metric.sources:
            given[metric.id] = (
                _gathered_text(grid, metric.sources, kinds)
                if metric.is_text
                else grid.gathered(metric.sources, kinds)
            )
    account_kinds = {
        kind: versions for kind, versions in kinds.items() if KINDS[kind].per == "account"
    }
    given |= {
        "account_as_of": first_received(grid, account_kinds),
        "account_age_days": np.array(
            [
                [(business_date(k.marketplace, scope.now) - d).days for d in grid.dates]
                for k in entities
            ],
            dtype=float,
        ).reshape(grid.shape),
        "month": np.broadcast_to(np.array([float(d.month) for d in grid.dates]), grid.shape),
        "sales_of_skus": _account_sums(skus, entities, "sales"),
        "ad_spend_total": _account_sums(skus, entities, "ad_spend"),
    }
    for row, key in enumerate(entities):
        for day, when in enumerate(grid.dates):
            score = typed.get((key.store, key.marketplace, when))
            if score is not None:
                given["ipi_typed"][row, day] = score
    given |= feedback_metrics(kinds.get("feedback", ()), entities, grid.dates)
    given |= _late_sources(kinds, grid, scope)
    return Panel(entities, skus.dates, given, FORMULAS)


def _gathered_text(
    grid: Grid, sources: Iterable[tuple[str, str]], kinds: Mapping[str, Sequence[Version]]
) -> TextArray:
    array = np.full(grid.shape, None, dtype=object)
    for kind, figure in sources:
        for version in kinds.get(kind, ()):
            rows, day = grid.place(version)
            for row, text in zip(
                rows, version.portion.figures.get(figure, (None,) * len(rows)), strict=True
            ):
                array[row, day] = array[row, day] or text
    return array


def _account_sums(skus: Panel, entities: Sequence[SkuKey], metric: str) -> Array:
    """Sum a metric over all SKUs of each account, rounded to its currency; unknown where all are."""
    index = {key[:2]: i for i, key in enumerate(entities)}
    group = np.array([index[key[:2]] for key in skus.entities], dtype=int)
    total, known = (
        np.zeros((len(entities), skus.shape[1])),
        np.zeros((len(entities), skus.shape[1])),
    )
    np.add.at(total, group, np.nan_to_num(skus[metric]))
    np.add.at(known, group, ~np.isnan(skus[metric]))
    for i, key in enumerate(entities):
        total[i] = np.round(total[i], MARKETPLACES[key.marketplace].digits)
    return np.where(known > 0, total, np.nan)


def _late_sources(
    kinds: Mapping[str, Sequence[Version]], grid: Grid, scope: Scope
) -> dict[str, Array | TextArray]:
    """Say on each account's newest day which kinds of report have brought nothing for longer than usual."""
    late = np.full(grid.shape, np.nan)
    names = np.full(grid.shape, None, dtype=object)
    for row, (account, last) in enumerate(scope.report_dates.items()):
        newest: dict[str, date] = {}
        for kind, versions in kinds.items():
            for version in versions:
                if version.slot[1:3] == account and not kind.startswith("manual"):
                    newest[kind] = max(newest.get(kind, date.min), version.portion.date)
        lagging = {
            k: (last - day).days
            for k, day in newest.items()
            if (last - day).days > KINDS[k].latency_days
        }
        lagging = _without_covered(lagging, newest)
        day = grid.day.get(last)
        if newest and day is not None:
            late[row, day] = len(lagging)
            names[row, day] = (
                "\n".join(f"{kind}\t{days}" for kind, days in sorted(lagging.items())) or None
            )
    return {"sources_late": late, "sources_late_names": names}


def late_sources(panel: Panel, row: int, day: int) -> list[tuple[Words, str]]:
    """Return which kinds of report are late for an account on a day, and by how many days."""
    lines = str(panel.text("sources_late_names")[row, day] or "").splitlines()
    return [(KINDS[kind].label, days) for kind, days in (line.split("\t") for line in lines)]


def _without_covered(lagging: dict[str, int], newest: Mapping[str, date]) -> dict[str, int]:
    """Leave out a kind whose figures another kind of the same family brings on time."""
    families = (("ads-sp-api", "ads-sp-console"), ("fba-inventory", "fba-planning"))
    return {
        kind: days
        for kind, days in lagging.items()
        if not any(
            kind in family and any(k in newest and k not in lagging for k in family)
            for family in families
        )
    }


def account_rows(kinds: Mapping[str, Sequence[Version]], scope: Scope) -> Mask:
    """Mark the days on which each account has a row."""
    entities = [SkuKey(store, code, "") for store, code in scope.accounts]
    return held_days(Grid(entities, scope.dates), kinds, scope)
