"""What the program wants in its own columns, laid out from a template as plain columns of cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sheets_sync.core.facts import STATUS_FINAL, STATUS_NO_ADS, STATUS_PRELIMINARY
from sheets_sync.core.marketplaces import MARKETPLACES
from sheets_sync.core.metrics import METRICS
from sheets_sync.core.plan import DesiredTab
from sheets_sync.core.serials import serial, serial_date
from sheets_sync.core.tab import clean
from sheets_sync.errors import Words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sheets_sync.core.breaches import Marks
    from sheets_sync.core.grid import Mask
    from sheets_sync.core.panel import Panel
    from sheets_sync.core.records import Records
    from sheets_sync.core.tab import Cell, ExistingTab, RowKey
    from sheets_sync.core.template import Column, TabLayout
    from sheets_sync.errors import Language


SPECIAL: dict[str, Words] = {
    "date": Words("日期", "Date"),
    "store": Words("店铺", "Store"),
    "marketplace": Words("站点", "Site"),
    "sku": Words("SKU", "SKU"),
    "alerts": Words("预警", "Alerts"),
    "why": Words("原因", "Why"),
    "flags": Words("预警码", "Flags"),
}
"""Columns that are no metric: the key, and what the rules say."""

STATUS_WORDS = {
    STATUS_PRELIMINARY: Words("初步", "Preliminary"),
    STATUS_NO_ADS: Words("缺广告", "No ads yet"),
    STATUS_FINAL: Words("定稿", "Final"),
}

FORMATS = {
    "count": "#,##0", "amount": "#,##0.00", "ratio": "0.0%", "change": "+0%;-0%;0%", "days": "0.0", "hours": "0", "per_year": "0.0",
    "score": "0", "flag": "0", "text": "@", "date": "yyyy-mm-dd", "moment": "mm-dd hh:mm",
}  # fmt: skip
"""Number formats by unit; money has one per currency."""


def money_format(marketplace: str) -> str:
    """Return the number format of a marketplace's currency; yen have no decimals."""
    place = MARKETPLACES[marketplace]
    digits = "." + "0" * place.digits if place.digits else ""
    return f"[${place.symbol}]#,##0{digits}"


NEWEST = "|newest|"
"""Stands in the flags of each account's newest rows, so that a filter view follows them every night."""


def render(
    layouts: Sequence[TabLayout],
    records: Records,
    marks: Mapping[str, Marks],
    language: Language,
    zone: str,
    existing: Mapping[str, ExistingTab] | None = None,
) -> list[DesiredTab]:
    """Return the desired logs, oldest first: the rows inside the window in the order they are added.

    Columns that a template only allows for (`extra`) are laid out where an existing tab has them.
    """
    tabs: list[DesiredTab] = []
    for layout in layouts:
        if not layout.is_log:
            continue
        panel, rows, fresh = _level(records, layout.kind)
        newest = _newest(panel, rows)
        by_tab: dict[str, list[int]] = {}
        for day in np.flatnonzero(rows.any(axis=0)):
            by_tab.setdefault(layout.tab_id(panel.dates[day]), []).append(int(day))
        for tab_id, days in by_tab.items():
            cells = [(np.flatnonzero(rows[:, day]), day) for day in days]
            entity = np.concatenate([where for where, _ in cells])
            column = np.concatenate([np.full(len(where), day) for where, day in cells])
            place = (entity, column)
            sight = _Sight(records, panel, place, marks[layout.kind], newest, language, zone)
            there = (existing or {}).get(tab_id)
            wanted = [
                name
                for name in layout.ours
                if not layout.by_id[name].extra or (there is not None and name in there.columns)
            ]
            tabs.append(
                DesiredTab(
                    tab_id,
                    layout,
                    layout.named(f"{panel.dates[days[0]]:%Y-%m}", language),
                    _keys(layout, panel, place),
                    fresh[place].tolist(),
                    {name: sight.cells(layout.by_id[name]) for name in wanted},
                )
            )
    return tabs


Place = tuple[np.ndarray, np.ndarray]


def _level(records: Records, kind: str) -> tuple[Panel, Mask, Mask]:
    if kind == "account":
        return records.accounts, records.account_rows, records.account_rows
    return records.skus, records.rows, records.fresh


def _newest(panel: Panel, rows: Mask) -> Mask:
    """Mark the rows on the newest day of their store and marketplace."""
    days = np.arange(panel.shape[1])
    last = np.where(rows, days, -1).max(axis=1, initial=-1)
    by_account: dict[tuple[str, str], int] = {}
    for key, day in zip(panel.entities, last.tolist(), strict=True):
        by_account[key[:2]] = max(by_account.get(key[:2], -1), day)
    newest = np.array([by_account[key[:2]] for key in panel.entities], dtype=int)
    return np.asarray(rows & (days[None, :] == newest[:, None]), dtype=bool)


def _keys(layout: TabLayout, panel: Panel, place: Place) -> list[RowKey]:
    columns = [_key_cells(name, panel, place) for name in layout.key_columns]
    return list(zip(*columns, strict=True))


def _key_cells(name: str, panel: Panel, place: Place) -> list[Cell]:
    if name == "date":
        serials = [serial_date(when) for when in panel.dates]
        return [serials[day] for day in place[1].tolist()]
    return [getattr(panel.entities[entity], name) for entity in place[0].tolist()]


@dataclass(frozen=True, slots=True)
class _Sight:
    """The rows of one tab and everything their cells are taken from."""

    records: Records
    panel: Panel
    place: Place
    marks: Marks
    newest: Mask
    language: Language
    zone: str

    def cells(self, column: Column) -> Sequence[Cell]:
        """Return one column's cells."""
        if column.key:
            return _key_cells(column.id, self.panel, self.place)
        if column.id in SPECIAL:
            return self._said(column.id)
        metric = METRICS[column.id]
        panel, place = self.panel, self.place
        if metric.level == "account" and panel is not self.records.accounts:
            panel, place = self.records.accounts, self._accounts()
        if column.id == "row_status":
            texts = panel.text(column.id)[place].tolist()
            return [STATUS_WORDS[status].say(self.language) for status in texts]
        if metric.is_text:
            texts = panel.text(column.id)[place].tolist()
            return [clean(text) or None if text else None for text in texts]
        figures = panel[column.id][place]
        if metric.unit == "moment":
            return _looked_up(figures, lambda epoch: serial(epoch, self.zone))
        if metric.unit == "money":
            figures = _rounded(figures, panel, place)
        elif metric.unit in ("ratio", "change"):
            figures = np.round(figures, 6)
        return [None if figure != figure else figure for figure in figures.tolist()]  # noqa: PLR0124  # NaN is unknown

    def _said(self, name: str) -> list[Cell]:
        """Return what the rules say of each row; the flags of the newest rows say that they are."""
        said = {at: clean(text) for at, text in self.marks.texts(name).items()}
        ats = zip(*(axis.tolist() for axis in self.place), strict=True)
        if name != "flags":
            return [said.get(at) for at in ats]
        newest = self.newest[self.place].tolist()
        return [
            (said.get(at, "") + (NEWEST if is_newest else "")) or None
            for at, is_newest in zip(ats, newest, strict=True)
        ]

    def _accounts(self) -> Place:
        """Return where the accounts of the SKUs' rows stand."""
        rows = {key[:2]: i for i, key in enumerate(self.records.accounts.entities)}
        index = np.array([rows[key[:2]] for key in self.panel.entities], dtype=int)
        return index[self.place[0]], self.place[1]


def _looked_up(figures: np.ndarray, value: Callable[[float], Cell]) -> list[Cell]:
    """Convert figures of which only few differ."""
    distinct, inverse = np.unique(figures, return_inverse=True)
    values = [None if np.isnan(figure) else value(float(figure)) for figure in distinct]
    return [values[i] for i in inverse.tolist()]


def _rounded(figures: np.ndarray, panel: Panel, place: Place) -> np.ndarray:
    """Round money to the digits of each row's currency."""
    digits = np.array([MARKETPLACES[key.marketplace].digits for key in panel.entities])[place[0]]
    rounded = figures.copy()
    for count in np.unique(digits):
        rounded[digits == count] = np.round(figures[digits == count], count)
    return rounded
