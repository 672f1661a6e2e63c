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
from sheets_sync.errors import SheetError, Words
from sheets_sync.sheets.freezing import BANNER_ROWS, freeze, frozen_as, to_values
from sheets_sync.sheets.photograph import photograph
from sheets_sync.sheets.reading import GONE
from sheets_sync.sheets.refusals import RequestRefused
from sheets_sync.sheets.tabs import sheet_id_of
from sheets_sync.sheets.wire import column_letters
from sheets_sync.store import months, recall
from sheets_sync.workbook import remembered_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
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


class Changed(SheetError):
    """What a frozen tab holds is not what it held before its formulas were turned into values."""

    def __init__(self, tab: str, place: str) -> None:
        self.tab, self.place = tab, place
        super().__init__(
            Words(
                f"「{tab}」冻结时 {place} 的值变了,没有存档。请用版本历史核对这一格,下次运行会再试。",
                f"{place} of '{tab}' changed while it was being frozen, so it was not archived. Compare that cell with the "
                "version history; the next run tries again.",
            )
        )


class Taken(NamedTuple):
    """A month as the sheet has it, what is to be remembered of it, and what stood in the way of freezing it."""

    month: MonthSnapshot
    memory: MonthMemory
    unfrozen: Words | None = None


class Taker(NamedTuple):
    """Takes months out of one spreadsheet."""

    setup: Setup
    store: Store
    book: Book
    now: datetime
    run_id: str

    def take(self, due: Due, memory: MonthMemory) -> Taken:
        """Return a month whole; a final one is frozen first.

        Raise MonthGone where its tab was deleted, and SheetError.
        """
        before: dict[str, TabSnapshot] = {}
        unfrozen = None
        if due.state == "final":
            try:
                memory, before = self._frozen(memory)
            except RequestRefused as error:  # something of the team's is in the way
                memory = self._keep(replace(memory, frozen=None))
                unfrozen = error.words
        tabs = list(self._tabs(due.month, memory, before))
        setup, language = self.setup, self.setup.job.language
        good = recall.good_settings(self.store, self.book.spreadsheet_id)
        in_force = rules_in_force(remembered_settings(setup, good))
        said = [(rule, severity, tuple(aim), words.en) for rule, severity, aim, words in in_force]
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
            hashlib.sha256(repr(said).encode()).hexdigest()[:12],
            rules,
            tabs,
        )
        return Taken(month, memory, unfrozen)

    def _keep(self, memory: MonthMemory) -> MonthMemory:
        months.keep(self.store, self.book.spreadsheet_id, memory)
        return memory

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
            if self.book.has_sheet(sheet_id):
                raise
            raise MonthGone from error

    def _frozen(self, memory: MonthMemory) -> tuple[MonthMemory, dict[str, TabSnapshot]]:
        """Freeze the tabs of a month, and return them as they are with their formulas turned into values.

        Protection comes first, so that nothing moves; what will be lost, the formulas, is remembered before.
        """
        before = {}
        for layout, tab, sheet_id in self.month_tabs(memory.month):
            seen = self.seen(layout, tab, sheet_id, with_looks=False)
            stamp = frozen_as(self.book, sheet_id)
            if stamp is None:
                moment = self.now.astimezone(self.setup.job.zone).strftime("%Y-%m-%d %H:%M")
                stamp = memory.frozen or (moment, self.run_id)
                memory = self._keep(replace(memory, frozen=stamp))
                freeze(self.book, seen, sheet_id, self._banner(memory), stamp)
            elif memory.frozen is None:  # the memory of it was lost
                memory = self._keep(replace(memory, frozen=stamp))
            seen = self.seen(layout, tab, sheet_id, BANNER_ROWS, with_looks=False)
            if seen.formulas:
                texts = {f"{row},{column}": text for (row, column), text in seen.formulas.items()}
                texts = {**memory.formulas.get(tab, {}), **texts}
                memory = self._keep(replace(memory, formulas={**memory.formulas, tab: texts}))
                to_values(self.book, sheet_id, seen)
            before[tab] = seen
        return memory, before

    def _banner(self, memory: MonthMemory) -> str:
        when, run = memory.frozen or ("", "")
        return Words(
            f"已冻结存档 {memory.month},数据为最终值,请勿修改 · {when} · 运行 {run}",
            f"Frozen archive {memory.month}: figures are final, please do not edit · {when} · run {run}",
        ).say(self.setup.job.language)

    def _tabs(
        self, month: str, memory: MonthMemory, before: Mapping[str, TabSnapshot]
    ) -> Iterator[TabSnapshot]:
        """Yield the month's own tabs, then its slices of the others and the settings."""
        own = self.month_tabs(month)
        if not own and any(layout.is_log and layout.monthly for layout in self.setup.layouts):
            raise MonthGone
        for layout, tab, sheet_id in own:
            if tab in before:
                yield self._frozen_tab(layout, tab, sheet_id, memory, before[tab])
            else:
                yield self.seen(layout, tab, sheet_id)
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
        self,
        layout: TabLayout,
        tab: str,
        sheet_id: int,
        memory: MonthMemory,
        before: TabSnapshot,
    ) -> TabSnapshot:
        """Return a frozen tab with the texts of its formulas; raise Changed where anything else is different."""
        seen = self.seen(layout, tab, sheet_id, BANNER_ROWS)
        for row, values in enumerate(before.rows):
            for column, value in enumerate(values):
                is_there = row < len(seen.rows) and column < len(seen.columns)
                now = seen.rows[row][column] if is_there else None
                if now != value and (row, column) not in before.formulas:
                    raise Changed(seen.title, f"{column_letters(column)}{row + 1}")
        texts = memory.formulas.get(tab, {})
        places = ((place.split(","), text) for place, text in texts.items())
        formulas = {(int(r), int(c)): text for (r, c), text in places}
        return replace(seen, formulas=formulas, links={**before.links, **seen.links})

    def _last_run(self) -> str:
        """Return the newest run that changed the sheet."""
        runs = (run for run in self.store.runs(limit=1000) if run.summary.get("cells"))
        return next((run.run_id for run in runs), "")
