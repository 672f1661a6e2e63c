"""What is known of past days, wherever it was kept: figures as arrays, and the flags of each row.

Several sources tell of the same days: the store, and the archive of each month. As everywhere, for each
metric, store, marketplace and day one source wins, the first that has a figure, so that nothing is counted
twice and nothing is mixed.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sheets_sync.core.marketplaces import MARKETPLACES
from sheets_sync.core.metrics import METRICS
from sheets_sync.core.model import SkuKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from sheets_sync.core.breaches import At
    from sheets_sync.core.grid import Mask
    from sheets_sync.core.panel import Array, Panel, TextArray
    from sheets_sync.core.scope import Account
    from sheets_sync.core.tab import Cell

SKU_METRICS = ("units", "sales", "sessions", "ad_spend", "ad_sales", "stock_units")
ACCOUNT_METRICS = (
    "sales_total",
    "ad_spend_total",
    "ahr_score",
    "ahr_pct",
    "odr_rate",
    "late_shipment_rate",
    "cancel_rate",
    "vtr_rate",
    "otdr_rate",
    "policy_violations",
    "ipi",
)
TYPED = frozenset({"ipi"})
"""Figures that people type into the sheet: of these an archive knows more than the store."""

_TEXTS = ("title", "owner")
_RATIO_PLACES = 6


class Line(NamedTuple):
    """One row of an archived log; `key.sku` is empty in the log of accounts, `flags` None without flags."""

    key: SkuKey
    day: date
    cells: Mapping[str, Cell]
    flags: str | None


@dataclass(frozen=True, slots=True)
class History:
    """Figures of `entities` over the consecutive days `dates`, shape (entities, days); unknown is NaN.

    `flags` are what the log's flags column says of each row: None where there is none. `texts` are what
    the newest row that says it calls a SKU: its title, its owner.
    """

    entities: Sequence[SkuKey]
    dates: Sequence[date]
    figures: Mapping[str, Array]
    flags: TextArray
    texts: Mapping[SkuKey, Mapping[str, str]] = field(default_factory=dict)

    @property
    def known_days(self) -> Mask:
        """Mark the days of which anything is known."""
        known = np.zeros(len(self.dates), dtype=bool)
        for array in self.figures.values():
            known |= (~np.isnan(array)).any(axis=0)
        return known

    def without_flags(self, days: Mask) -> History:
        """Return the same with no flags on some days."""
        flags = self.flags.copy()
        flags[:, days] = None
        return replace(self, flags=flags)


def of_panel(
    panel: Panel, rows: Mask, flags: Mapping[At, str], metrics: Iterable[str], dates: Sequence[date]
) -> History:
    """Return the rows of a panel as the log has them: rounded, and blank where there is no row."""
    places = {i: day for i, when in enumerate(dates) if (day := panel.day(when)) is not None}
    inside, days = list(places), list(places.values())
    shape = (len(panel.entities), len(dates))
    figures = {}
    for name in metrics:
        array = np.full(shape, np.nan)
        array[:, inside] = np.where(rows, panel[name], np.nan)[:, days]
        figures[name] = _rounded(name, array, panel.entities)
    said, theirs = np.full(shape, None, dtype=object), np.where(rows, "", np.array(None))
    for at, text in flags.items():
        if rows[at]:
            theirs[at] = text
    said[:, inside] = theirs[:, days]
    texts: dict[SkuKey, dict[str, str]] = {}
    for name in _TEXTS:
        column = np.where(rows, panel.text(name), np.array(None))[:, days]
        for key, cells in zip(panel.entities, column.tolist(), strict=True):
            found = [text for text in cells if text]
            if found:
                texts.setdefault(key, {})[name] = str(found[-1])
    return History(panel.entities, dates, figures, said, texts)


def of_lines(lines: Iterable[Line], metrics: Sequence[str], dates: Sequence[date]) -> History:
    """Return archived rows; of two with the same key the first counts, days outside `dates` do not."""
    column = {day: i for i, day in enumerate(dates)}
    rows: dict[SkuKey, int] = {}
    kept: dict[tuple[int, int], Line] = {}
    for line in lines:
        if line.day in column:
            row = rows.setdefault(line.key, len(rows))
            kept.setdefault((row, column[line.day]), line)
    entities, shape = list(rows), (len(rows), len(dates))
    figures = {name: np.full(shape, np.nan) for name in metrics}
    flags = np.full(shape, None, dtype=object)
    texts: dict[SkuKey, dict[str, str]] = {}
    for at, line in sorted(kept.items(), key=lambda item: item[1].day):
        flags[at] = line.flags
        for name in metrics:
            value = line.cells.get(name)
            if isinstance(value, int | float) and not isinstance(value, bool):
                figures[name][at] = value
        for name in _TEXTS:
            text = line.cells.get(name)
            if text is not None and text != "":
                texts.setdefault(line.key, {})[name] = str(text)
    figures = {name: _rounded(name, array, entities) for name, array in figures.items()}
    return History(entities, dates, figures, flags, texts)


def joined(
    histories: Sequence[History], entities: Sequence[SkuKey], dates: Sequence[date]
) -> History:
    """Return what several sources know of the same days, the best source first."""
    names = dict.fromkeys(name for history in histories for name in history.figures)
    places = [_places(history.entities, entities) for history in histories]
    sites = _sites(entities)
    figures: dict[str, Array] = {}
    for name in names:
        total = np.full((len(entities), len(dates)), np.nan)
        ordered = list(zip(histories, places, strict=True))
        for history, place in reversed(ordered) if name in TYPED else ordered:
            theirs = np.full(total.shape, np.nan)
            theirs[place] = history.figures.get(name, np.nan)
            total = np.where(_taken(~np.isnan(total), sites), total, theirs)
        figures[name] = total
    flags = np.full((len(entities), len(dates)), None, dtype=object)
    texts: dict[SkuKey, Mapping[str, str]] = {}
    for history, place in zip(histories, places, strict=True):
        theirs_said = np.full(flags.shape, None, dtype=object)
        theirs_said[place] = history.flags
        flags = np.where(_taken(flags != np.array(None), sites), flags, theirs_said)
        for key, said in history.texts.items():
            texts[key] = {**said, **texts.get(key, {})}
    return History(entities, dates, figures, flags, texts)


def every_sku(histories: Iterable[History], accounts: Sequence[Account]) -> list[SkuKey]:
    """Return the SKUs that some source names, account by account."""
    order = {account: i for i, account in enumerate(accounts)}
    keys = {key for history in histories for key in history.entities if key[:2] in order}
    return sorted(keys, key=lambda key: (order[key[:2]], key.sku))


def site_keys(accounts: Iterable[Account]) -> list[SkuKey]:
    """Return the accounts as the entities of a panel."""
    return [SkuKey(*account, "") for account in accounts]


def _places(entities: Sequence[SkuKey], among: Sequence[SkuKey]) -> list[int]:
    rows = {key: i for i, key in enumerate(among)}
    return [rows[key] for key in entities]


def _sites(entities: Sequence[SkuKey]) -> np.ndarray:
    numbers: dict[Account, int] = {}
    return np.array([numbers.setdefault(key[:2], len(numbers)) for key in entities], dtype=int)


def _taken(known: Mask, sites: np.ndarray) -> Mask:
    """Mark every row of a site on the days on which anything of the site is known."""
    by_site = np.zeros((sites.max(initial=-1) + 1, known.shape[1]), dtype=bool)
    np.logical_or.at(by_site, sites, known)
    return np.asarray(by_site[sites], dtype=bool)


def _rounded(name: str, figures: Array, entities: Sequence[SkuKey]) -> Array:
    """Round as the log does: money to its currency, ratios to six places."""
    if METRICS[name].unit == "money":
        digits = np.array([MARKETPLACES[key.marketplace].digits for key in entities], dtype=int)
        for count in np.unique(digits):
            figures = np.where((digits == count)[:, None], np.round(figures, count), figures)
        return figures
    return np.round(figures, _RATIO_PLACES)
