"""The same days from two sources: the store, and the archive of each month.

Where the store has figures of a day, they count; else those of the month's archive do, wherever a good copy
of it lies. Of a month with a final archive the flags are those that people saw, by the limits of that time.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from sheets_sync.archive.bundle import is_readable
from sheets_sync.archive.restoring import NoArchive, best
from sheets_sync.archive.shelf import shelf_of
from sheets_sync.core.breaches import judge, put_into_words
from sheets_sync.core.months import BEST_FIRST, MonthMemory, first_day
from sheets_sync.core.records import build
from sheets_sync.core.review.history import ACCOUNT_METRICS, SKU_METRICS, of_lines, of_panel
from sheets_sync.core.review.sums import REPORTED, Known, together
from sheets_sync.core.scope import LOOKBACK_DAYS, Scope
from sheets_sync.core.serials import serial_date
from sheets_sync.core.snapshot import next_month
from sheets_sync.edges import spreadsheet_of
from sheets_sync.report.archived import lines_of, settings_in
from sheets_sync.store import months, recall
from sheets_sync.workbook import remembered_settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from sheets_sync.archive.shelf import Shelf
    from sheets_sync.core.grid import Mask
    from sheets_sync.core.history import Slot, Version
    from sheets_sync.core.model import Sku, SkuKey
    from sheets_sync.core.records import Records
    from sheets_sync.core.settings import Settings
    from sheets_sync.core.snapshot import State, TabSnapshot
    from sheets_sync.edges import Setup
    from sheets_sync.report.asked import Span
    from sheets_sync.store import Store

Source = Literal["store", "final", "preliminary"]

_SETTLED_DAYS = 7
"""How many days after the last one it is judged, so that rules that wait for figures had their say."""


class Archive(NamedTuple):
    """What an archived month holds."""

    state: State
    tabs: Sequence[TabSnapshot]


class MonthRead(NamedTuple):
    """Where a month's figures are from, in days, and its flags."""

    month: str
    days: Mapping[Source, int]
    flags: Sequence[Source]


class Found(NamedTuple):
    """What is known of a stretch of days, and where each of its months was read."""

    known: Known
    months: Sequence[MonthRead]


class Past:
    """The days that are asked for, those before them, and what is known of them."""

    def __init__(self, setup: Setup, store: Store, span: Span, now: datetime) -> None:
        self.setup, self.store, self.span, self.now = setup, store, span, now
        self._spreadsheet = spreadsheet_of(setup.job, store)
        self._archives: dict[str, Archive | None] = {}

    @cached_property
    def known(self) -> Found:
        """Return what is known of the days that are asked for."""
        return self._look_back(self.span, is_judged=True)

    @cached_property
    def before(self) -> Known:
        """Return what is known of the days before them."""
        return self._look_back(self.span.before, is_judged=False).known

    @cached_property
    def listed(self) -> Mapping[SkuKey, Sku]:
        """Return the list of SKUs."""
        return self._settings.master.skus

    @cached_property
    def stored_days(self) -> list[date]:
        """Return the days of which the store has figures."""
        return self.store.days()

    @cached_property
    def archived_months(self) -> list[str]:
        """Return the months of which an archive is remembered, or lies on this computer."""
        shelves = [one.here for one in self._shelves if one.here.is_dir()]
        here = [path.name for shelf in shelves for path in shelf.iterdir() if path.is_dir()]
        found = {name[: len("2026-07")] for name in here if not name.startswith(".")}
        return sorted(found | {m for m, memory in self._memories.items() if memory.made})

    @cached_property
    def _shelves(self) -> Sequence[Shelf]:
        """Return where archives lie on this computer: the spreadsheet's own, then the team's others."""
        shelf = shelf_of(self.setup.job, self.store, self._spreadsheet)
        return [shelf, *shelf.others(None)]

    @cached_property
    def _memories(self) -> Mapping[str, MonthMemory]:
        return months.recall(self.store, self._spreadsheet)

    @cached_property
    def _current(self) -> Mapping[Slot, Version]:
        """Return the figures of all days that are needed; a business day may end a day later elsewhere."""
        return self.store.current(self.span.before.first - timedelta(days=LOOKBACK_DAYS + 2))

    @cached_property
    def _settings(self) -> Settings:
        """Return the settings as last read from the sheet; what is not remembered, as last archived."""
        good = recall.good_settings(self.store, self._spreadsheet)
        for month in reversed(_months(self.span)):
            archive = self._archive(month)
            if archive is not None:
                good = {**settings_in(archive.tabs, self.setup.layouts), **good}
                break
        return remembered_settings(self.setup, good)

    def _archive(self, month: str) -> Archive | None:
        if month not in self._archives:
            self._archives[month] = self._found(month)
        return self._archives[month]

    def _found(self, month: str) -> Archive | None:
        """Return the best archive of a month; other places are asked only where one may lie there alone."""
        memory = self._memories.get(month, MonthMemory(month))
        for shelf in self._shelves:
            for state in BEST_FIRST:
                expected = memory.made.get(state) if shelf is self._shelves[0] else None
                bundle, _ = shelf.local(month, state, expected)
                if bundle is not None and is_readable(bundle):
                    return Archive(state, bundle.tabs)
        if not memory.made and not self._may_lie_elsewhere(month):
            return None
        try:
            found, bundle = best(self._shelves[0], memory)
        except NoArchive:
            return None
        return Archive(found, bundle.tabs)

    def _may_lie_elsewhere(self, month: str) -> bool:
        """Return whether another store than this one may have archived a month that is needed.

        It may where this one is new, or lacks days that are asked for.
        """
        asked = {day for day in self.span.days if _month(day) == month}
        is_over = next_month(first_day(month)) <= self.now.astimezone(self.setup.job.zone).date()
        return is_over and (not self.stored_days or not asked <= set(self.stored_days))

    def _look_back(self, span: Span, *, is_judged: bool) -> Found:
        job, dates = self.setup.job, span.days
        archives = {m: a for m in _months(span) if (a := self._archive(m)) is not None}
        sources: list[tuple[Source, Known]] = []
        records = self._records(span)
        if records is not None:
            stored = self._stored(records, dates, is_judged=is_judged)
            sources.append(("store", _without_flags(stored, archives)))
        for archive in archives.values():
            skus, accounts = lines_of(archive.tabs, self.setup.layouts, set(job.places))
            archived = Known(
                of_lines(skus, SKU_METRICS, dates), of_lines(accounts, ACCOUNT_METRICS, dates)
            )
            sources.append((archive.state, archived))
        known = together([known for _, known in sources], job.places, dates)
        return Found(known, [_month_read(m, dates, sources, archives) for m in _months(span)])

    def _records(self, span: Span) -> Records | None:
        """Return the records of the days as the store has them; None where it has none."""
        job, current = self.setup.job, self._current
        if not any(span.first <= slot.date <= span.last for slot in current):
            return None
        settled = span.last + timedelta(days=_SETTLED_DAYS + 1)
        moment = min(self.now, datetime.combine(settled, time(12), UTC))
        scope = Scope(job.stores, job.stock_pools, moment, job.schedule.zone, 1, job.acos_average)
        newest = max(scope.report_dates.values())
        if newest < span.first:
            return None
        window = (newest - span.first).days + 1
        return build(current, self._settings.master, replace(scope, window_days=window))

    def _stored(self, records: Records, dates: Sequence[date], *, is_judged: bool) -> Known:
        """Return the rows of the records as the log has them, with the flags of today's limits."""
        sku_flags: Mapping[tuple[int, int], str] = {}
        account_flags: Mapping[tuple[int, int], str] = {}
        if is_judged:
            settings, job = self._settings, self.setup.job
            verdict = judge(settings.rules, records, settings.variants)
            silent = dict.fromkeys(verdict.hits, frozenset[int]())
            marks, _ = put_into_words(
                replace(verdict, explaining=silent), {}, job.language, job.schedule.zone
            )
            sku_flags, account_flags = marks["sku"].flags, marks["account"].flags
        is_told_by_log = any(layout.kind == "account" for layout in self.setup.layouts)
        names = [
            name for name in ACCOUNT_METRICS if is_told_by_log or name not in REPORTED.values()
        ]
        return Known(
            of_panel(records.skus, self._rows(records), sku_flags, SKU_METRICS, dates),
            of_panel(records.accounts, records.account_rows, account_flags, names, dates),
        )

    def _rows(self, records: Records) -> Mask:
        """Mark the rows that the log has: a discontinued SKU keeps those from before, and gets no others."""
        kept = records.rows & ~records.fresh
        layout = next((one for one in self.setup.layouts if one.kind == "sku"), None)
        if not kept.any() or layout is None:
            return records.rows
        rows, panel = records.rows.copy(), records.skus
        written: dict[str, set[tuple[object, ...]]] = {}
        for entity, day in zip(*np.nonzero(kept), strict=True):
            key, when = panel.entities[entity], panel.dates[day]
            tab = layout.tab_id(when)
            if tab not in written:
                place = self._spreadsheet
                written[tab] = set(self.store.written(place, tab)) if place else set()
            parts = {"date": serial_date(when), **key._asdict()}
            rows[entity, day] = tuple(parts[name] for name in layout.key_columns) in written[tab]
        return rows


def _month(day: date) -> str:
    return f"{day:%Y-%m}"


def _months(span: Span) -> list[str]:
    return list(dict.fromkeys(map(_month, span.days)))


def _without_flags(stored: Known, archives: Mapping[str, Archive]) -> Known:
    """Leave the flags of months with a final archive to it."""
    final = {month for month, archive in archives.items() if archive.state == "final"}
    days = np.array([_month(day) in final for day in stored.dates], dtype=bool)
    return Known(stored.skus.without_flags(days), stored.accounts.without_flags(days))


def _month_read(
    month: str,
    dates: Sequence[date],
    sources: Sequence[tuple[Source, Known]],
    archives: Mapping[str, Archive],
) -> MonthRead:
    """Say which source each day of a month is from."""
    days: Counter[Source] = Counter()
    for i, day in enumerate(dates):
        if _month(day) == month:
            days.update([name for name, known in sources if known.days[i]][:1])
    archive = archives.get(month)
    is_final = archive is not None and archive.state == "final"
    return MonthRead(month, days, ["final"] if is_final else list(days))
