"""Ad rows to portions: summed per SKU and day, and per ad group beside it.

A report covers every day between its first and its last, so that a day without rows had no ads. A figure
of which one part could not be read is unknown for that SKU and day, never a partial sum.
"""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from sheets_sync.core.marketplaces import MARKETPLACES
from sheets_sync.core.model import AdGroup, Portion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from sheets_sync.core.model import Figure
    from sheets_sync.sources.places import Place

FIGURES = ("ad_impressions", "ad_clicks", "ad_spend", "ad_sales", "ad_orders", "ad_units")
MONEY = frozenset({"ad_spend", "ad_sales"})

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.intp]
K = TypeVar("K")


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
    codes, keys = _coded(zip(rows.dates, rows.skus, strict=True))
    sums = {name: _sums(rows, name, codes, len(keys), place.marketplace) for name in rows.figures}
    ad_groups = _ad_groups(rows, place.marketplace)
    by_day: dict[date, list[int]] = {}
    for code, (when, _) in enumerate(keys):
        by_day.setdefault(when, []).append(code)
    for when in days:
        found = by_day.get(when, [])
        figures = {name: [column[code] for code in found] for name, column in sums.items()}
        skus = tuple(keys[code][1] for code in found)
        yield Portion(kind, *place, when, made_at, skus, figures, tuple(ad_groups.get(when, ())))


def covered(dates: Sequence[date]) -> list[date]:
    """Return every day from the first to the last."""
    if not dates:
        return []
    first, last = min(dates), max(dates)
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _coded(keys: Iterable[K]) -> tuple[Codes, list[K]]:
    """Number equal keys equally, in the order of their first appearance."""
    known: dict[K, int] = {}
    codes = [known.setdefault(key, len(known)) for key in keys]
    return np.array(codes, dtype=np.intp), list(known)


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


def _ad_groups(rows: AdRows, marketplace: str) -> dict[date, list[AdGroup]]:
    """Sum each ad group per SKU and day; those without clicks and spend are left out."""
    codes, keys = _coded(zip(rows.dates, rows.skus, rows.campaigns, rows.ad_groups, strict=True))
    columns = [
        np.nan_to_num(
            _totals(rows.figures[name], codes, len(keys), _digits(name, marketplace))
        ).tolist()
        if name in rows.figures
        else [0.0] * len(keys)
        for name in ("ad_clicks", "ad_spend", "ad_sales")
    ]
    found: dict[date, list[AdGroup]] = {}
    for (when, sku, campaign, ad_group), clicks, spend, sales in zip(keys, *columns, strict=True):
        if clicks > 0 or spend > 0:
            found.setdefault(when, []).append(
                AdGroup(sku, campaign, ad_group, clicks, spend, sales)
            )
    return found
