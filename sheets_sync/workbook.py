"""The whole workbook as it should be: what its Settings say, and every tab laid out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, time
from typing import TYPE_CHECKING

from sheets_sync.config.settings import read_settings, rule_rows, sku_rows, start_rows
from sheets_sync.core import today
from sheets_sync.core.layout import render
from sheets_sync.core.lists import (
    as_settings,
    operations_tab,
    page_tab,
    recalled,
    settings_tab,
)
from sheets_sync.core.metrics import METRICS
from sheets_sync.core.model import UNCONFIRMED, Fault
from sheets_sync.core.plan import is_theirs
from sheets_sync.core.serials import date_of, serial, serial_date
from sheets_sync.core.template import SETTINGS
from sheets_sync.errors import Words
from sheets_sync.sheets.page import LINKED
from sheets_sync.sheets.tabs import sheet_id_of
from sheets_sync.sheets.wire import column_letters

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sheets_sync.core.breaches import Breach, Marks, Verdict
    from sheets_sync.core.plan import DesiredTab, Plan, Written
    from sheets_sync.core.records import Records
    from sheets_sync.core.scope import Scope
    from sheets_sync.core.settings import Good, Settings, SettingsRead
    from sheets_sync.core.tab import Cell, ExistingTab, TabMemory
    from sheets_sync.core.template import TabLayout
    from sheets_sync.edges import Setup
    from sheets_sync.sheets.reading import Reading

Typed = dict[tuple[str, str, date], float]

_NOT_A_NUMBER = Words("'{text}' 不是数字", "'{text}' is not a number")


def settings_of(setup: Setup, reading: Reading, good: Good) -> SettingsRead:
    """Return what the sheet sets, for what it does not the job and its lists.

    A tab that cannot be read tonight counts as it was when last right.
    """
    found = {}
    for layout in setup.layouts:
        if layout.kind not in SETTINGS:
            continue
        if layout.id in reading.tabs:
            read = reading.worked_out.get(layout.id, reading.tabs[layout.id])
            found[layout.id] = as_settings(layout, read)
        elif layout.id in reading.unusable and layout.id in good:
            found[layout.id] = recalled(layout, good[layout.id])
    return read_settings(found, setup.job, setup.catalogue, setup.master, good)


def remembered_settings(setup: Setup, good: Good) -> Settings:
    """Return what the sheet set when it was last read, without reading it."""
    found = {
        layout.id: recalled(layout, good[layout.id])
        for layout in setup.layouts
        if layout.kind in SETTINGS and layout.id in good
    }
    return read_settings(found, setup.job, setup.catalogue, setup.master, good).settings


def typed_ipi(
    layouts: Iterable[TabLayout],
    tabs: Mapping[str, ExistingTab],
    written: Mapping[str, Written],
) -> tuple[Typed, list[Fault]]:
    """Return the IPI that people typed into the account log, and what there is no number.

    A cell that the program filled is not theirs, else a value would carry itself on for ever.
    """
    typed: Typed = {}
    faults: list[Fault] = []
    for layout in layouts:
        if layout.kind != "account" or layout.by_id.get("ipi") is None:
            continue
        for tab_id, existing in tabs.items():
            place = existing.columns.get("ipi")
            if tab_id.partition(":")[0] != layout.id or place is None:
                continue
            for row, key in existing.keys(layout):
                value = existing.cell(row, place)
                if not is_theirs(value, written.get(tab_id, {}).get(key, {}).get("ipi", ())):
                    continue
                if isinstance(value, bool) or not isinstance(value, int | float):
                    words = _NOT_A_NUMBER.filled(text=value)
                    faults.append(Fault(existing.title, row + 1, existing.headings[place], words))
                    continue
                parts = dict(zip(layout.key_columns, key, strict=True))
                if isinstance(parts["date"], int):
                    day = date_of(parts["date"])
                    typed[str(parts["store"]), str(parts["marketplace"]), day] = float(value)
    return typed, faults


def asks_about_skus(layout: TabLayout) -> bool:
    """Return whether new SKUs are to be confirmed: the list has a word for those that are not."""
    choices = layout.by_id["status"].choices if "status" in layout.by_id else None
    return choices is not None and UNCONFIRMED in choices["zh"]


def renamed(tabs: Iterable[DesiredTab], reading: Reading) -> list[DesiredTab]:
    """Give tabs whose title a tab of the team's own bears another one."""
    return [
        replace(tab, title=f"{tab.title} (sheets-sync)") if tab.id in reading.foreign else tab
        for tab in tabs
    ]


@dataclass(frozen=True, slots=True)
class Workbook:
    """Everything the tabs are laid out from."""

    setup: Setup
    scope: Scope
    reading: Reading
    written: Mapping[str, Written]
    known: Mapping[str, TabMemory]
    settings: SettingsRead
    records: Records

    def logs(self, marks: Mapping[str, Marks]) -> list[DesiredTab]:
        """Return the logs; the tab of a new month is a copy of the last one that is there."""
        job = self.setup.job
        tabs = render(
            self.setup.layouts,
            self.records,
            marks,
            job.language,
            job.schedule.zone,
            self.reading.tabs,
        )
        present = [tab for tab in tabs if tab.id not in self.reading.absent]
        return [replace(tab, source=self._source(tab)) for tab in present]

    def _source(self, tab: DesiredTab) -> ExistingTab | None:
        if tab.id in self.reading.tabs or not tab.layout.monthly:
            return None
        months = [t for t in self.reading.tabs if t.partition(":")[0] == tab.layout.id]
        older = [month for month in months if month < tab.id]
        return self.reading.tabs[max(older or months)] if months else None

    def lists(self) -> Iterator[DesiredTab]:
        """Yield the Settings and the team's work log."""
        for layout in self.setup.layouts:
            if layout.id in self.reading.absent:
                continue
            existing = self.reading.tabs.get(layout.id)
            language = self.setup.job.language
            if layout.kind in SETTINGS:
                verdicts = self.settings.verdicts.get(layout.id, {})
                own = self._own_rows(layout, existing)
                yield settings_tab(layout, existing, own, verdicts, language)
            elif layout.kind == "operation":
                now = serial(self.scope.now.timestamp(), self.scope.zone)
                yield operations_tab(layout, existing, now, language)

    def _own_rows(
        self, layout: TabLayout, existing: ExistingTab | None
    ) -> Sequence[Mapping[str, Cell]]:
        """Return the rows the program has for a Settings tab: rules, the first filling, new SKUs."""
        setup, language = self.setup, self.setup.job.language
        if layout.kind == "rule":
            by_level = sorted(setup.catalogue, key=lambda rule: rule.level != "sku")
            return rule_rows(tuple(by_level), setup.job, language)
        start = []
        if existing is None or self._is_unsettled(layout):
            start = start_rows(setup.master, language).get(layout.kind, [])
        if layout.kind == "product":
            confirmed = not asks_about_skus(layout)
            return [*start, *sku_rows(self.records, language, confirmed=confirmed)]
        return start

    def _is_unsettled(self, layout: TabLayout) -> bool:
        """Return whether a tab of ours is there that no finished run has filled: one was cut off."""
        is_named = "tab" in self.reading.untagged.get(layout.id, ())
        return layout.id not in self.known and not is_named

    def page(
        self, plan: Plan, verdict: Verdict, breaches: Sequence[Breach]
    ) -> Iterator[DesiredTab]:
        """Yield the stand-up page, once it is known where every row will stand."""
        job = self.setup.job
        for layout in self.setup.layouts:
            if layout.kind != "line" or layout.id in self.reading.absent:
                continue
            page = today.compose(
                self.records,
                verdict,
                breaches,
                self.settings.settings.rules,
                self.settings.settings.master,
                now=self.scope.now,
                zone=self.scope.zone,
                first_run=time.fromisoformat(min(job.schedule.at)),
                language=job.language,
                place=lambda breach: self._place(plan, breach),
                window_days=job.window_days,
            )
            yield page_tab(layout, page, LINKED, job.language)

    def _place(self, plan: Plan, breach: Breach) -> today.Link | None:
        """Return where the cell with a breach will stand."""
        kind = METRICS[breach.coloured].level
        for tab in plan.logs:
            layout = tab.desired.layout
            if layout.kind != kind or tab.desired.id != layout.tab_id(breach.date):
                continue
            row = tab.row_of(self._key(layout, breach))
            there = tab.existing or tab.desired.source
            columns = [column.id for column in layout.made]
            places = there.columns if there else {name: i for i, name in enumerate(columns)}
            column = places.get(breach.coloured, places.get("alerts", 0))
            if row is None:
                return None
            a1 = f"{column_letters(column)}{row + 1}"
            sheet_id = tab.existing.sheet_id if tab.existing else sheet_id_of(tab.desired.id)
            title = tab.existing.title if tab.existing else tab.desired.title
            month = tab.desired.id.partition(":")[2]
            return today.Link(f"{month or title} {a1}", sheet_id, a1)
        return None

    @staticmethod
    def _key(layout: TabLayout, breach: Breach) -> tuple[Cell, ...]:
        parts: dict[str, Cell] = {
            "date": serial_date(breach.date),
            "store": breach.key.store,
            "marketplace": breach.key.marketplace,
            "sku": breach.key.sku,
        }
        return tuple(parts[name] for name in layout.key_columns)
