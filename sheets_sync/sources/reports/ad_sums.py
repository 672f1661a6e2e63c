"""Ad rows to portions: summed per SKU and day, and per ad group beside it.

A report covers every day between its first and its last, so that a day without rows had no ads. A figure
of which one part could not be read is unknown for that SKU and day, never a partial sum.
"""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sheets_sync.core.marketplaces import MARKETPLACES
from sheets_sync.core.model import AdGroup, Portion

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date, datetime

    from sheets_sync.core.model import Figure
    from sheets_sync.sources.places import Place

FIGURES = ("ad_impressions", "ad_clicks", "ad_spend", "ad_sales", "ad_orders", "ad_units")
MONEY = frozenset({"ad_spend", "ad_sales"})

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.int64]


class AdRows(NamedTuple):
    """Columns of equal length; NaN in a figure is a blank cell, `unreadable` marks what is none."""

    dates: Sequence[date]
    skus: Sequence[str]
    campaigns: Sequence[str]
    ad_groups: Sequence[str]
    figures: Mapping[str, Array]
    unreadable: Mapping[str, Flags]

    def only(self, kept: npt.NDArray[np.intp]) -> AdRows:
        """Return the rows at these places alone."""
        if len(kept) == len(self.dates):
            return self
        places = kept.tolist()
        return AdRows(
            [self.dates[i] for i in places],
            [self.skus[i] for i in places],
            [self.campaigns[i] for i in places],
            [self.ad_groups[i] for i in places],
            {name: column[kept] for name, column in self.figures.items()},
            {name: column[kept] for name, column in self.unreadable.items()},
        )


def portions(
    kind: str, place: Place, made_at: datetime, rows: AdRows, days: Sequence[date]
) -> Iterator[Portion]:
    """Yield a portion for each of the days that the file covers, empty where it has no row."""
    dates, skus = _coded(rows.dates), _coded(rows.skus)
    keys, codes = np.unique(dates.codes * len(skus.names) + skus.codes, return_inverse=True)
    sums = {name: _sums(rows, name, codes, len(keys), place.marketplace) for name in rows.figures}
    by_day: dict[date, list[int]] = {}
    for n, key in enumerate(keys.tolist()):
        by_day.setdefault(dates.names[key // len(skus.names)], []).append(n)
    sku_of = [skus.names[key % len(skus.names)] for key in keys.tolist()]
    ad_groups = _ad_groups(rows, codes, place.marketplace)
    for when in days:
        found = by_day.get(when, [])
        figures = {name: [column[n] for n in found] for name, column in sums.items()}
        yield Portion(
            kind,
            *place,
            when,
            made_at,
            tuple(sku_of[n] for n in found),
            figures,
            tuple(ad_groups.get(when, ())),
        )


def covered(dates: Sequence[date]) -> list[date]:
    """Return every day from the first to the last."""
    if not dates:
        return []
    first, last = min(dates), max(dates)
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


class _Coded(NamedTuple):
    names: list[Any]
    codes: Codes


def _coded(column: Sequence[Any]) -> _Coded:
    """Number equal values equally, in the order of their first appearance."""
    known: dict[Any, int] = {}
    codes = [known.setdefault(value, len(known)) for value in column]
    return _Coded(list(known), np.array(codes, dtype=np.int64))


def _totals(column: Array, codes: Codes, n: int, digits: int) -> Array:
    """Sum the known cells of each code; NaN where none is known."""
    known = ~np.isnan(column)
    total = np.round(np.bincount(codes, np.where(known, column, 0.0), minlength=n), digits)
    return np.where(np.bincount(codes, known, minlength=n) > 0, total, np.nan)


def _digits(name: str, marketplace: str) -> int:
    return MARKETPLACES[marketplace].digits if name in MONEY else 0


def _sums(rows: AdRows, name: str, codes: Codes, n: int, marketplace: str) -> list[Figure]:
    total = _totals(rows.figures[name], codes, n, _digits(name, marketplace))
    total[np.bincount(codes, rows.unreadable[name], minlength=n) > 0] = np.nan
    return [None if math.isnan(value) else value for value in total.tolist()]


def _ad_groups(rows: AdRows, keys: Codes, marketplace: str) -> dict[date, list[AdGroup]]:
    """Sum each ad group per SKU and day; those without clicks and spend are left out."""
    campaigns, ad_groups = _coded(rows.campaigns), _coded(rows.ad_groups)
    own = (keys * len(campaigns.names) + campaigns.codes) * len(ad_groups.names) + ad_groups.codes
    _, first, codes = np.unique(own, return_index=True, return_inverse=True)
    columns = [
        np.nan_to_num(_totals(rows.figures[name], codes, len(first), _digits(name, marketplace)))
        if name in rows.figures
        else np.zeros(len(first))
        for name in ("ad_clicks", "ad_spend", "ad_sales")
    ]
    active = np.flatnonzero((columns[0] > 0) | (columns[1] > 0))
    figures = (column[active].tolist() for column in columns)
    found: dict[date, list[AdGroup]] = {}
    for i, *sums in zip(first[active].tolist(), *figures, strict=True):
        group = AdGroup(rows.skus[i], rows.campaigns[i], rows.ad_groups[i], *sums)
        found.setdefault(rows.dates[i], []).append(group)
    return found
