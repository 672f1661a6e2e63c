"""A month as the sheet has it: frozen first where it is final, then read whole.

What is frozen cannot be changed between the reading and the copying, so the archive and the tab are equal.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from sheets_sync.config.settings import rules_in_force
from sheets_sync.core.months import first_day
from sheets_sync.core.snapshot import MonthSnapshot, rows_of_month
from sheets_sync.core.template import SETTINGS
from sheets_sync.errors import Words
from sheets_sync.sheets.freezing import BANNER_ROWS, freeze, has_frozen, settle
from sheets_sync.sheets.photograph import photograph
from sheets_sync.sheets.reading import GONE
from sheets_sync.sheets.refusals import RequestRefused
from sheets_sync.sheets.tabs import sheet_id_of
from sheets_sync.store import months, recall
from sheets_sync.workbook import remembered_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sheets_sync.core.months import Due, MonthMemory
    from sheets_sync.core.snapshot import TabSnapshot
    from sheets_sync.core.template import TabLayout
    from sheets_sync.edges import Setup
    from sheets_sync.sheets.book import Book
    from sheets_sync.store import Store

_EVERYWHERE = Words("全部", "all")


class MonthGone(Exception):
    """The tab of a month is not in the spreadsheet any more."""


class Taker(NamedTuple):
    """Takes months out of one spreadsheet."""

    setup: Setup
    store: Store
    book: Book
    now: datetime
    run_id: str

    def take(self, due: Due, memory: MonthMemory) -> tuple[MonthSnapshot, MonthMemory]:
        """Return a month whole, and what is to be remembered of it; a final one is frozen first.

        Raise MonthGone where its tab was deleted, and SheetError.
        """
        if due.state == "final":
            memory = self._frozen(memory)
        tabs = list(self._tabs(due.month, memory))
        setup = self.setup
        good = recall.good_settings(self.store, self.book.spreadsheet_id)
        in_force = rules_in_force(remembered_settings(setup, good))
        version = hashlib.sha256(
            repr(
                [(rule, severity, tuple(aim), words.en) for rule, severity, aim, words in in_force]
            ).encode()
        )
        language = setup.job.language
        rules = [
            (
                rule,
                severity,
                " ".join(filter(None, aim)) or _EVERYWHERE.say(language),
                words.say(language),
            )
            for rule, severity, aim, words in in_force
        ]
        month = MonthSnapshot(
            setup.job.team,
            due.month,
            due.state,
            language,
            self.book.spreadsheet_id,
            self._last_run(),
            version.hexdigest()[:12],
            rules,
            tabs,
        )
        return month, memory

    def month_tabs(self, month: str) -> list[tuple[TabLayout, str, int]]:
        """Return the layout, id and sheet id of each tab that holds nothing but a month.

        One that was deleted is looked for where it was: the version history may have brought it back.
        """
        known = self.store.tabs(self.book.spreadsheet_id)
        logs = [layout for layout in self.setup.layouts if layout.is_log and layout.monthly]
        tabs = [(layout, layout.tab_id(first_day(month))) for layout in logs]
        places = {tab: memory.sheet_id for tab, memory in known.items()}
        return [
            (layout, tab, sheet_id_of(tab) if places[tab] == GONE else places[tab])
            for layout, tab in tabs
            if tab in places
        ]

    def seen(
        self,
        layout: TabLayout,
        tab: str,
        sheet_id: int,
        heading_row: int = 0,
        *,
        month: str | None = None,
        with_looks: bool = True,
    ) -> TabSnapshot:
        """Return a tab as it stands, or a month of it; raise MonthGone where it is not there."""
        place = self.book.gateway, self.book.spreadsheet_id
        rows_of = None if month is None else partial(rows_of_month, month=month)
        try:
            return photograph(
                *place,
                tab,
                layout.kind,
                sheet_id,
                heading_row,
                rows_of=rows_of,
                with_looks=with_looks,
            )
        except RequestRefused as error:
            raise MonthGone from error

    def _frozen(self, memory: MonthMemory) -> MonthMemory:
        """Freeze the tabs of a month. What will be lost by that, their formulas, is remembered before."""
        for layout, tab, sheet_id in self.month_tabs(memory.month):
            if has_frozen(self.book, tab):
                continue
            seen = self.seen(layout, tab, sheet_id, with_looks=False)
            moment = self.now.astimezone(self.setup.job.zone).strftime("%Y-%m-%d %H:%M")
            formulas = {f"{row},{column}": text for (row, column), text in seen.formulas.items()}
            memory = replace(
                memory,
                frozen=memory.frozen or (moment, self.run_id),
                formulas={**memory.formulas, tab: {**memory.formulas.get(tab, {}), **formulas}},
            )
            months.keep(self.store, self.book.spreadsheet_id, memory)
            freeze(self.book, seen, sheet_id, self._banner(memory))
        return memory

    def _banner(self, memory: MonthMemory) -> str:
        when, run = memory.frozen or ("", "")
        return Words(
            f"已冻结存档 · {memory.month} · {when} · 运行 {run} · 数据为最终值,不再更新;请不要修改",
            f"Frozen archive · {memory.month} · {when} · run {run} · figures are final and no longer updated; please do not edit",
        ).say(self.setup.job.language)

    def _tabs(self, month: str, memory: MonthMemory) -> Iterator[TabSnapshot]:
        """Yield the month's own tabs, then its slices of the others and the settings."""
        own = self.month_tabs(month)
        if not own and any(layout.is_log and layout.monthly for layout in self.setup.layouts):
            raise MonthGone
        for layout, tab, sheet_id in own:
            if memory.frozen is None:
                yield self.seen(layout, tab, sheet_id)
            else:
                yield self._frozen_tab(layout, tab, sheet_id, memory)
        known = self.store.tabs(self.book.spreadsheet_id)
        for layout in sorted(self.setup.layouts, key=lambda layout: layout.order):
            place = known.get(layout.id)
            if place is None or place.sheet_id == GONE or layout.kind == "line":
                continue
            part = None if layout.kind in SETTINGS else month
            try:
                yield self.seen(layout, layout.id, place.sheet_id, month=part)
            except MonthGone:
                if layout.is_log and not own:
                    raise

    def _frozen_tab(
        self, layout: TabLayout, tab: str, sheet_id: int, memory: MonthMemory
    ) -> TabSnapshot:
        seen = self.seen(layout, tab, sheet_id, BANNER_ROWS)
        if seen.formulas:  # rows were moved while it was frozen
            settle(self.book, sheet_id, seen)
            seen = self.seen(layout, tab, sheet_id, BANNER_ROWS)
        were = memory.formulas.get(tab, {})
        places = {
            tuple(int(part) for part in place.split(",")): text for place, text in were.items()
        }
        return replace(
            seen,
            formulas={(row + BANNER_ROWS, column): text for (row, column), text in places.items()},
        )

    def _last_run(self) -> str:
        """Return the newest run that changed the sheet."""
        runs = (run for run in self.store.runs(limit=1000) if run.summary.get("cells"))
        return next((run.run_id for run in runs), "")
