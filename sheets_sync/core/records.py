"""Versions of portions joined into two panels: one row per SKU, one row per account.

For each metric, store, marketplace and day one source wins: the one ranked first in the catalogue that
has the figure. What the reports cannot say (age of the day, benchmark, status of the row, open feedback,
late sources) is laid out here as given metrics, so that everything after this reads one panel.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sheets_sync.core.accounts import account_panel, account_rows
from sheets_sync.core.facts import sku_facts, twin_stock
from sheets_sync.core.grid import Grid, entities_of, held_days
from sheets_sync.core.history import by_kind
from sheets_sync.core.kinds import KINDS
from sheets_sync.core.metrics import DISCONTINUED, FORMULAS, METRICS
from sheets_sync.core.panel import Panel, trailing_max

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sheets_sync.core.grid import Mask
    from sheets_sync.core.history import Slot, Version
    from sheets_sync.core.model import MasterData, SkuKey
    from sheets_sync.core.panel import Array, TextArray
    from sheets_sync.core.scope import Scope


class Newcomer(NamedTuple):
    """A SKU that the list does not have, and what the reports call it."""

    key: SkuKey
    asin: str | None
    title: str | None


@dataclass(frozen=True, slots=True)
class Records:
    """The panels, and which of their cells are rows of the log.

    `rows` and `account_rows` are masks (entity, day); `fresh` marks the rows that may be added, the
    others are only kept up to date.
    """

    scope: Scope
    skus: Panel
    accounts: Panel
    rows: Mask
    fresh: Mask
    account_rows: Mask
    unlisted: tuple[SkuKey, ...]

    @property
    def newcomers(self) -> list[Newcomer]:
        """Return the SKUs with rows that the SKU list does not have."""
        row_of = {key: i for i, key in enumerate(self.skus.entities)}
        asins, titles = self.skus.text("asin"), self.skus.text("title")
        return [
            Newcomer(key, asins[row_of[key], -1], titles[row_of[key], -1])
            for key in self.unlisted
            if self.rows[row_of[key]].any()
        ]


def build(
    current: Mapping[Slot, Version],
    master: MasterData,
    scope: Scope,
    typed: Mapping[tuple[str, str, date], float] | None = None,
) -> Records:
    """Join the current versions of all slots into records; nothing is written or read anywhere.

    `typed` are the IPI scores that people typed into the sheet, by store, marketplace and day.
    """
    accounts, dates = scope.accounts, scope.dates
    wanted = set(accounts)
    kinds = {
        kind: [
            v for v in versions if v.slot[1:3] in wanted and dates[0] <= v.portion.date <= dates[-1]
        ]
        for kind, versions in by_kind(current).items()
    }
    sku_kinds = {kind: versions for kind, versions in kinds.items() if KINDS[kind].per == "sku"}
    entities = entities_of(sku_kinds, accounts)
    grid = Grid(entities, dates)
    given: dict[str, Array | TextArray] = {}
    for metric in METRICS.values():
        if metric.level == "sku" and metric.sources:
            given[metric.id] = grid.gathered(metric.sources, sku_kinds)
    given |= sku_facts(grid, sku_kinds, master, scope)
    given["twin_stock"] = twin_stock(Panel(entities, dates, given, FORMULAS))
    skus = Panel(entities, dates, given, FORMULAS)
    held = held_days(grid, sku_kinds, scope)
    active = trailing_max(np.where(_activity(skus), 1.0, np.nan), 30) > 0
    rows = held & active
    fresh = rows & (skus.text("sku_status") != DISCONTINUED)
    by_account = account_panel(kinds, skus, scope, typed or {})
    unlisted = tuple(key for key in entities if key not in master.skus)
    return Records(scope, skus, by_account, rows, fresh, account_rows(kinds, scope), unlisted)


def _activity(skus: Panel) -> Mask:
    """Mark the days on which a SKU had stock, sales, traffic or spend; shipped units are sales too."""
    return np.asarray(
        (skus["stock_units"] > 0)
        | (skus["units"] > 0)
        | (skus["sessions"] > 0)
        | (skus["ad_spend"] > 0)
        | (skus["units_shipped_30d"] > 0)
    )
