"""Figures as arrays: one row per entity, one column per consecutive day, one array per metric.

Every metric of the catalogue is computed on whole arrays, so that a night of a hundred thousand rows
costs as much as reading its files. Unknown is NaN (None in arrays of text) and stays unknown: a sum
over days counts the known ones and is unknown only where none is known.
"""

from __future__ import annotations

import warnings
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sheets_sync.core.model import SkuKey

Array = npt.NDArray[np.float64]
TextArray = npt.NDArray[np.object_]


class Panel:
    """Metrics of `entities` (rows) over the consecutive days `dates` (columns).

    `panel["acos_7d"]` is the array of that metric, shape (entities, days). Given figures are returned
    as they are, everything else is computed once by its formula and kept. A name that is neither is
    unknown everywhere.
    """

    def __init__(
        self,
        entities: Sequence[SkuKey],
        dates: Sequence[date],
        given: Mapping[str, Array | TextArray],
        formulas: Mapping[str, Callable[[Panel], Array | TextArray]],
    ) -> None:
        self.entities, self.dates = list(entities), list(dates)
        self._arrays: dict[str, Array | TextArray] = dict(given)
        self._formulas = formulas
        self._inputs: dict[str, set[str]] = {}
        self._computing: list[str] = []

    @property
    def shape(self) -> tuple[int, int]:
        """Return (entities, days)."""
        return len(self.entities), len(self.dates)

    def __getitem__(self, metric: str) -> Array:
        array = self._array(metric)
        return np.full(self.shape, np.nan) if array is None else array  # type: ignore[return-value]  # texts are asked for by `text`

    def text(self, metric: str) -> TextArray:
        """Return an array of text metrics, None where unknown."""
        array = self._array(metric)
        return np.full(self.shape, None, dtype=object) if array is None else array  # type: ignore[return-value]  # as above

    def inputs(self, metric: str) -> list[str]:
        """Return the given metrics from which one was computed; a given one is its own."""
        self._array(metric)
        if metric not in self._formulas:
            return [metric]
        return sorted(
            {given for name in self._inputs.get(metric, ()) for given in self.inputs(name)}
        )

    def _array(self, metric: str) -> Array | TextArray | None:
        """Return a metric's array, computed on the first demand, and note who demanded it."""
        if self._computing:
            self._inputs.setdefault(self._computing[-1], set()).add(metric)
        if metric not in self._arrays and metric in self._formulas:
            self._computing.append(metric)
            self._arrays[metric] = self._formulas[metric](self)
            self._computing.pop()
        return self._arrays.get(metric)

    def day(self, when: date) -> int | None:
        """Return the column of a date, or None where it lies outside."""
        index = (when - self.dates[0]) // timedelta(days=1) if self.dates else -1
        return index if 0 <= index < len(self.dates) else None


def ratio(numerator: Array, denominator: Array) -> Array:
    """Divide; unknown where either side is unknown or the denominator is 0. Rounded to 6 places."""
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient = np.where(denominator == 0, np.nan, numerator / denominator)
    return np.asarray(np.round(quotient, 6), dtype=np.float64)


def trailing_sum(figures: Array, days: int) -> Array:
    """Sum each day and the `days - 1` before it; unknown only where all of them are unknown."""
    known = ~np.isnan(figures)
    total = _windowed(np.where(known, figures, 0.0), days)
    return np.where(_windowed(known.astype(float), days) > 0, np.round(total, 6), np.nan)


def trailing_count(figures: Array, days: int) -> Array:
    """Count the known days among each day and the `days - 1` before it."""
    return _windowed((~np.isnan(figures)).astype(float), days)


def trailing_max(figures: Array, days: int) -> Array:
    """Return the largest known figure among each day and the `days - 1` before it."""
    padded = np.concatenate([np.full((figures.shape[0], days - 1), np.nan), figures], axis=1)
    windows = np.lib.stride_tricks.sliding_window_view(padded, days, axis=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # an all-unknown window is unknown
        return np.asarray(np.nanmax(windows, axis=-1))


def carried(figures: Array, days: int) -> Array:
    """Fill an unknown day with the newest known figure of the `days - 1` days before it."""
    filled = figures.copy()
    for back in range(1, days):
        older = np.full_like(figures, np.nan)
        older[:, back:] = figures[:, :-back]
        filled = np.where(np.isnan(filled), older, filled)
    return filled


def shifted(figures: Array, days: int) -> Array:
    """Move figures `days` later, so that each day shows the one that long before it."""
    if days == 0:
        return figures
    moved = np.full_like(figures, np.nan)
    moved[:, days:] = figures[:, :-days]
    return moved


def _windowed(figures: Array, days: int) -> Array:
    """Sum a trailing window of complete numbers by differences of running sums."""
    running = np.cumsum(figures, axis=1)
    older = np.zeros_like(running)
    older[:, days:] = running[:, :-days]
    return np.asarray(running - older)
