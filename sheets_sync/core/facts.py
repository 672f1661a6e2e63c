"""What no figure of a report says: who the SKU is, how old the day is, where the row stands."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from sheets_sync.core.grid import covered_days, first_received
from sheets_sync.core.marketplaces import business_date
from sheets_sync.core.metrics import FBM, METRICS
from sheets_sync.core.ownlists import days_marked, new_skus, owners, pool_leads, silenced

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sheets_sync.core.grid import Grid
    from sheets_sync.core.history import Version
    from sheets_sync.core.model import Benchmark, MasterData, Sku, SkuKey
    from sheets_sync.core.panel import Array, Panel, TextArray
    from sheets_sync.core.scope import Scope

PRELIMINARY_DAYS = 3
"""Days younger than this are still filling in (Amazon restates sessions, orders and ad clicks)."""

STATUS_PRELIMINARY, STATUS_NO_ADS, STATUS_FINAL = "preliminary", "no_ads", "final"


def sku_facts(
    grid: Grid, kinds: Mapping[str, Sequence[Version]], master: MasterData, scope: Scope
) -> dict[str, Array | TextArray]:
    """Lay out what is known of the SKU itself, of the day, and of the files behind each row."""
    listed = [master.skus.get(key) for key in grid.entities]

    def texts(field: str) -> TextArray:
        column = np.array(
            [getattr(sku, field) or None if sku else None for sku in listed], dtype=object
        )
        return np.broadcast_to(column[:, None], grid.shape)

    ordinals = np.array([when.toordinal() for when in grid.dates], dtype=float)
    today = np.array(
        [business_date(key.marketplace, scope.now).toordinal() for key in grid.entities],
        dtype=float,
    )
    launched = np.array(
        [sku.launch_date.toordinal() if sku and sku.launch_date else np.nan for sku in listed],
        dtype=float,
    )
    low, high = _benchmarks(
        grid.entities,
        [sku.category if sku else "" for sku in listed],
        [b for b in master.benchmarks if b.valid_from is None or b.valid_from <= grid.dates[-1]],
    )
    target = _column(listed, "target_acos")
    low, high = np.where(np.isnan(target), (low, high), target)
    average = (low + high) / 2 if scope.acos_average == "midpoint" else high
    found_asins, found_titles = _described(grid, kinds)
    asins = _first_known(texts("asin"), found_asins)
    listed_days = ordinals[None, :] - launched[:, None]
    age = today[:, None] - ordinals[None, :]
    covered = covered_days(grid, kinds.get("sales-traffic", ()))
    lead = pool_leads(grid, listed, asins[:, 0], scope)
    return {
        "title": _first_known(texts("title"), found_titles),
        "asin": asins,
        "category": texts("category"),
        "owner": owners(grid, listed, master.calendar),
        "sku_status": texts("status"),
        "fulfilment": texts("fulfilment"),
        "age_days": age,
        "listed_days": listed_days,
        "new_sku": new_skus(grid, kinds, listed, listed_days),
        "silenced": silenced(grid, listed),
        "promotion": days_marked(grid, master.calendar, "promotion"),
        "transfer": days_marked(grid, master.calendar, "transfer"),
        "daily_budget": np.broadcast_to(_column(listed, "daily_budget")[:, None], grid.shape),
        "acos_benchmark": np.broadcast_to(np.round(average, 6)[:, None], grid.shape),
        "acos_benchmark_high": np.broadcast_to(high[:, None], grid.shape),
        "pool_lead": np.broadcast_to(lead[:, None], grid.shape),
        "sales_covered": np.where(covered, 1.0, np.nan),
        "row_status": _row_status(grid, kinds, age),
        "as_of": first_received(grid, kinds),
        "stock_taken_at": _stock_taken_at(grid, kinds),
    }


def _column(listed: Sequence[Sku | None], field: str) -> Array:
    """Return a number of the SKU list, unknown where it is blank."""
    found = [getattr(sku, field) if sku else None for sku in listed]
    return np.array([np.nan if value is None else value for value in found], dtype=float)


def _benchmarks(
    entities: Sequence[SkuKey], categories: Sequence[str], benchmarks: Sequence[Benchmark]
) -> tuple[Array, Array]:
    """Return the usual ACOS range of each SKU's category; the newest entry that is valid by now holds."""
    ranges: dict[tuple[str, str], Benchmark] = {}
    for entry in sorted(benchmarks, key=lambda b: b.valid_from or date.min):
        ranges[entry.category.casefold(), entry.marketplace] = entry
    found = [
        ranges.get((category.casefold(), key.marketplace)) or ranges.get((category.casefold(), ""))
        for key, category in zip(entities, categories, strict=True)
    ]
    low = np.array([b.acos_low if b else np.nan for b in found], dtype=float)
    high = np.array([b.acos_high if b else np.nan for b in found], dtype=float)
    return low, high


def _described(grid: Grid, kinds: Mapping[str, Sequence[Version]]) -> tuple[TextArray, TextArray]:
    """Return what the newest reports call each SKU: its ASIN and its title."""
    described = {
        name: np.full(len(grid.entities), None, dtype=object) for name in ("asin", "title")
    }
    for versions in kinds.values():
        for version in versions:
            for name, column in described.items():
                texts = version.portion.figures.get(name)
                if texts is not None:
                    for row, text in zip(grid.place(version)[0], texts, strict=True):
                        column[row] = text or column[row]
    return described["asin"], described["title"]


def _first_known(first: TextArray, second: TextArray) -> TextArray:
    chosen = np.where(first[:, 0] == None, second, first[:, 0]) if first.shape[1] else second  # noqa: E711  # elementwise
    return np.broadcast_to(chosen[:, None], first.shape)


def _row_status(grid: Grid, kinds: Mapping[str, Sequence[Version]], age: Array) -> TextArray:
    ads = [v for kind in ("ads-sp-api", "ads-sp-console") for v in kinds.get(kind, ())]
    advertised = np.zeros(len(grid.entities), dtype=bool)
    for version in ads:
        advertised[grid.account((version.portion.store, version.portion.marketplace))] = True
    missing = advertised[:, None] & ~covered_days(grid, ads)
    status = np.where(missing, STATUS_NO_ADS, STATUS_FINAL).astype(object)
    status[age < PRELIMINARY_DAYS] = STATUS_PRELIMINARY
    return status


def _stock_taken_at(grid: Grid, kinds: Mapping[str, Sequence[Version]]) -> Array:
    """Return the moment of the winning stock snapshot, in epoch seconds."""
    taken = np.full(grid.shape, np.nan)
    for kind, _ in reversed(METRICS["fba_units"].sources):
        for version in kinds.get(kind, ()):
            rows, day = grid.place(version)
            taken[rows, day] = version.portion.taken_at.timestamp()
    return taken


def twin_stock(skus: Panel) -> Array:
    """Return what a seller-fulfilled SKU of the same ASIN has in stock; unknown without such a twin."""
    asins, own = skus.text("asin")[:, 0], skus.text("fulfilment")[:, 0] == FBM
    twins: dict[tuple[str, str, object], list[int]] = {}
    for twin in np.flatnonzero(own).tolist():
        key = skus.entities[twin]
        twins.setdefault((key.store, key.marketplace, asins[twin]), []).append(twin)
    stock = np.full(skus.shape, np.nan)
    for i, key in enumerate(skus.entities):
        rows = (
            twins.get((key.store, key.marketplace, asins[i]))
            if twins and asins[i] and not own[i]
            else None
        )
        if rows:
            held = skus["mfn_units"][rows]
            stock[i] = np.where(np.isnan(held).all(axis=0), np.nan, np.nansum(held, axis=0))
    return stock
