"""Figures added up over days: numerators and denominators first, each division last.

A sum counts what is known and is unknown only where nothing is. A ratio counts the days on which both of
its sides are known. Money is never added across sites.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sheets_sync.core.review.history import History, every_sku, joined, site_keys

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from sheets_sync.core.grid import Mask
    from sheets_sync.core.panel import Array
    from sheets_sync.core.scope import Account

SUMMED = ("units", "sales", "sessions", "ad_spend", "ad_sales")
RATIOS = {
    "conversion": ("units", "sessions"),
    "acos": ("ad_spend", "ad_sales"),
    "tacos": ("ad_spend", "sales"),
}
REPORTED = {"sales": "sales_total", "ad_spend": "ad_spend_total"}
"""What the log of accounts says of a whole site; where it does not, the SKUs are added up."""

_SIGNS = ("stock_units", "units", "sales", "sessions", "ad_spend")
_SUM_PLACES, _RATIO_PLACES = 2, 6
"""No currency has more places, so that a rounded sum does not depend on the order of its parts."""

Figures = dict[str, float | None]


class Known(NamedTuple):
    """What is known of a stretch of days: the log of SKUs, and that of accounts in the job's order."""

    skus: History
    accounts: History

    @property
    def dates(self) -> Sequence[date]:
        """Return the days."""
        return self.skus.dates

    @property
    def days(self) -> Mask:
        """Mark the days of which anything is known."""
        return np.asarray(self.skus.known_days | self.accounts.known_days, dtype=bool)


@dataclass(frozen=True, slots=True)
class Sums:
    """Arrays to be added up, one row per SKU or site: plain sums, and both sides of each ratio."""

    totals: Mapping[str, Array]
    sides: Mapping[str, tuple[Array, Array]]

    def over(self, row: int, days: Mask) -> Figures:
        """Return the figures of a row over some days."""
        found = {name: total(array[row, days]) for name, array in self.totals.items()}
        for name, (above, below) in self.sides.items():
            found[name] = quotient(total(above[row, days]), total(below[row, days]))
        return found


@dataclass(frozen=True, slots=True)
class Sites:
    """The sums of every site; on which days something is known of each SKU, and on which it was active.

    As in the log, a SKU is active that has stock, sales, traffic or spend. `of_site` says whose each is.
    """

    sums: Sums
    seen: Mask
    active: Mask
    of_site: np.ndarray

    def over(self, site: int, days: Mask) -> Figures:
        """Return the figures of a site over some days, the number of active SKUs among them."""
        mine = np.ix_(self.of_site == site, days)
        active = float(self.active[mine].any(axis=1).sum())
        found = self.sums.over(site, days)
        return {**found, "active": active if self.seen[mine].any() else None}

    def known_days(self, site: int) -> Mask:
        """Mark the days of which anything is known that is added up."""
        known = [~np.isnan(array[site]) for array in self.sums.totals.values()]
        return np.asarray(np.any(known, axis=0), dtype=bool)

    def covered(self, site: int) -> Mask:
        """Mark the days of which a site's sales are known."""
        return np.asarray(~np.isnan(self.sums.totals["sales"][site]), dtype=bool)


def together(sources: Sequence[Known], sites: Sequence[Account], dates: Sequence[date]) -> Known:
    """Return what several sources know of the same days, the best source first."""
    skus = [known.skus for known in sources]
    accounts = [known.accounts for known in sources]
    return Known(
        joined(skus, every_sku(skus, sites), dates), joined(accounts, site_keys(sites), dates)
    )


def sums_of_skus(known: Known) -> Sums:
    """Return what is to be added up for each SKU."""
    totals = {name: _array(known.skus, name) for name in SUMMED}
    return Sums(
        totals, {name: _both(totals[one], totals[two]) for name, (one, two) in RATIOS.items()}
    )


def sums_of_sites(known: Known) -> Sites:
    """Return what is to be added up for each site, from its SKUs and from the log of accounts."""
    accounts = known.accounts
    number = {key[:2]: i for i, key in enumerate(accounts.entities)}
    of_site = np.array([number[key[:2]] for key in known.skus.entities], dtype=int)
    by_sku = sums_of_skus(known)

    def added(figures: Array) -> Array:
        return _by_site(figures, of_site, len(accounts.entities))

    totals = {name: added(array) for name, array in by_sku.totals.items()}
    for name, whole in REPORTED.items():
        reported = _array(accounts, whole)
        totals[name] = np.where(np.isnan(reported), totals[name], reported)
    sides = {name: (added(one), added(two)) for name, (one, two) in by_sku.sides.items()}
    sides["tacos"] = _both(totals["ad_spend"], totals["sales"])
    signs = np.array([_array(known.skus, name) for name in _SIGNS])
    seen, active = ~np.isnan(signs), signs > 0
    return Sites(
        Sums(totals, sides),
        np.asarray(seen.any(axis=0), dtype=bool),
        np.asarray(active.any(axis=0), dtype=bool),
        of_site,
    )


def total(figures: Array) -> float | None:
    """Add up what is known; None where nothing is."""
    known = figures[~np.isnan(figures)]
    return round(float(known.sum()), _SUM_PLACES) if len(known) else None


def quotient(above: float | None, below: float | None) -> float | None:
    """Divide; unknown where either side is, or where there is nothing to divide by."""
    return None if above is None or not below else round(above / below, _RATIO_PLACES)


def _array(history: History, name: str) -> Array:
    shape = (len(history.entities), len(history.dates))
    return history.figures.get(name, np.full(shape, np.nan))


def _both(one: Array, two: Array) -> tuple[Array, Array]:
    """Leave out what is known of one side alone."""
    known = ~np.isnan(one) & ~np.isnan(two)
    return np.where(known, one, np.nan), np.where(known, two, np.nan)


def _by_site(figures: Array, of_site: np.ndarray, sites: int) -> Array:
    added, known = (np.zeros((sites, figures.shape[1])) for _ in range(2))
    np.add.at(added, of_site, np.nan_to_num(figures))
    np.add.at(known, of_site, ~np.isnan(figures))
    return np.where(known > 0, added, np.nan)
