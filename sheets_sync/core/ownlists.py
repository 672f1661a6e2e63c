"""What the team's own lists say of each SKU and each day: its calendar, stages of life, pools and targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sheets_sync.core.metrics import DISCONTINUED, NEW
from sheets_sync.core.model import UNCONFIRMED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sheets_sync.core.calendar import Calendar, DayKind
    from sheets_sync.core.grid import Grid
    from sheets_sync.core.history import Version
    from sheets_sync.core.model import Sku
    from sheets_sync.core.panel import Array, TextArray
    from sheets_sync.core.scope import Scope

NEW_DAYS = 60
"""For how long a SKU counts as new."""

APPEARED_AFTER_DAYS = 14
"""A SKU that was not in the first reports of its account, but came so many days after them, is new."""

KNOWN_DAYS = 45
"""How far back a first appearance is looked for: the reach of an ordinary night, so that all nights agree."""


def days_marked(grid: Grid, calendar: Calendar, kind: DayKind) -> Array:
    """Return 1 on the days of a kind, on each SKU's marketplace, and 0 on all others."""
    flags = np.zeros(grid.shape)
    sites = np.array([key.marketplace for key in grid.entities], dtype=object)
    for entry in calendar.entries:
        day = grid.day.get(entry.date)
        if entry.kind == kind and not entry.person and day is not None:
            rows = np.asarray(sites == entry.marketplace, dtype=bool) | (not entry.marketplace)
            flags[rows, day] = 1.0
    return flags


def owners(grid: Grid, listed: Sequence[Sku | None], calendar: Calendar) -> TextArray:
    """Return whose each SKU is on each day: the deputy's while the owner is away."""
    own = np.array([sku.owner or None if sku else None for sku in listed], dtype=object)
    deputies = np.array([sku.deputy or None if sku else None for sku in listed], dtype=object)
    whose = np.broadcast_to(own[:, None], grid.shape)
    away = [entry for entry in calendar.entries if entry.kind == "rest" and entry.person]
    if not away:
        return whose
    whose = whose.copy()
    has_deputy = np.array([deputy is not None for deputy in deputies], dtype=bool)
    for entry in away:
        day = grid.day.get(entry.date)
        if day is not None:
            rows = np.asarray(own == entry.person, dtype=bool) & has_deputy
            whose[rows, day] = deputies[rows]
    return whose


def silenced(grid: Grid, listed: Sequence[Sku | None]) -> Array:
    """Return 1 where no rule speaks: of what is sold no longer, and up to the day a SKU is quiet until."""
    never = -np.inf
    until = np.array(
        [
            np.inf
            if sku and sku.status == DISCONTINUED
            else sku.quiet_until.toordinal()
            if sku and sku.quiet_until
            else never
            for sku in listed
        ],
        dtype=float,
    )
    ordinals = np.array([when.toordinal() for when in grid.dates], dtype=float)
    return (ordinals[None, :] <= until[:, None]).astype(float)


def new_skus(
    grid: Grid,
    kinds: Mapping[str, Sequence[Version]],
    listed: Sequence[Sku | None],
    listed_days: Array,
) -> Array:
    """Return 1 on the days on which a SKU is new, for 60 days from its launch or first appearance.

    Without a launch date, one that is called new, or that nobody has confirmed yet, is new; not the
    latter where the reports have known it all along.
    """
    first, start = _first_seen(grid, kinds)
    ordinals = np.arange(grid.shape[1], dtype=float)[None, :]
    since = ordinals - first[:, None]
    appeared = (first - start >= APPEARED_AFTER_DAYS)[:, None] & (since >= 0) & (since < NEW_DAYS)
    status = np.array([sku.status if sku else None for sku in listed], dtype=object)
    is_old = (first <= start) & (grid.shape[1] - start >= KNOWN_DAYS)
    called = np.asarray(status == NEW, dtype=bool) | (
        np.asarray(status == UNCONFIRMED, dtype=bool) & ~is_old
    )
    guessed = appeared | called[:, None]
    return np.where(np.isnan(listed_days), guessed, listed_days < NEW_DAYS).astype(float)


def _first_seen(grid: Grid, kinds: Mapping[str, Sequence[Version]]) -> tuple[Array, Array]:
    """Return the first day on which a report names each SKU, and the first its account is covered."""
    reach = float(max(0, grid.shape[1] - KNOWN_DAYS))
    first, start = np.full(len(grid.entities), np.inf), np.full(len(grid.entities), np.inf)
    for kind, versions in kinds.items():
        if kind.startswith("manual"):
            continue
        for version in versions:
            rows, day = grid.place(version)
            first[rows] = np.minimum(first[rows], day)
            account = grid.account((version.portion.store, version.portion.marketplace))
            start[account] = np.minimum(start[account], day)
    return np.maximum(first, reach), np.maximum(start, reach)


def pool_leads(grid: Grid, listed: Sequence[Sku | None], asins: TextArray, scope: Scope) -> Array:
    """Return 1 for a SKU whose stock is judged where it is, 0 where it is judged with another of its pool.

    One pool holds what a store sells under one SKU or ASIN, shipped alike. The SKU list names the pool,
    else the job; the first of its marketplaces that sells the SKU leads.
    """
    pool_of = {code: name.casefold() for name, codes in scope.pools.items() for code in codes}
    order = {name.casefold(): list(codes) for name, codes in scope.pools.items()}
    ranks: dict[int, int] = {}
    best: dict[tuple[object, ...], int] = {}
    names: dict[int, list[tuple[object, ...]]] = {}
    for i, (key, sku) in enumerate(zip(grid.entities, listed, strict=True)):
        pool = (sku.stock_pool.casefold() if sku else "") or pool_of.get(key.marketplace)
        if pool is None or (sku is not None and sku.status == DISCONTINUED):
            continue
        codes = [*order.get(pool, ()), *scope.stores[key.store]]
        ranks[i] = codes.index(key.marketplace)
        bucket = (key.store, pool, (sku.fulfilment if sku else "") or "FBA")
        names[i] = [(*bucket, "sku", key.sku)]
        names[i] += [(*bucket, "asin", asins[i])] if asins[i] else []
        for name in names[i]:
            best[name] = min(best.get(name, ranks[i]), ranks[i])
    leads = np.ones(len(grid.entities))
    for i, rank in ranks.items():
        leads[i] = float(min(best[name] for name in names[i]) == rank)
    return leads
