"""One run, told in order: files in, the sheet read, records, rules, a plan; then the plan carried out.

`prepare` changes nothing, anywhere; the `plan` command is `prepare` alone. `carry_out` refuses what is
unsafe, remembers what it is about to do, writes, and settles. The clock is read by whoever calls.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import structlog

from sheets_sync.core import notices
from sheets_sync.core.breaches import (
    Breach,
    Verdict,
    ad_group_slots,
    flood_words,
    judge,
    put_into_words,
)
from sheets_sync.core.history import Merged, merge
from sheets_sync.core.lists import run_cells, runs_tab
from sheets_sync.core.months import MonthMemory, first_day, to_sweep
from sheets_sync.core.notices import Notice
from sheets_sync.core.plan import Plan, diff
from sheets_sync.core.records import Records, build
from sheets_sync.core.scope import Scope
from sheets_sync.core.serials import serial
from sheets_sync.edges import LOCAL_ID, spreadsheet_of
from sheets_sync.errors import NoUsableSource, SheetsSyncError, UnsafeChange, Words
from sheets_sync.sheets.book import Book, tab_memory
from sheets_sync.sheets.dressing import Dress
from sheets_sync.sheets.reading import GONE, Moved, Reading, Wanted
from sheets_sync.sheets.refusals import RequestRefused
from sheets_sync.sources import load
from sheets_sync.sources.inbox import scan
from sheets_sync.sources.places import Places
from sheets_sync.store import Arrived, months, recall
from sheets_sync.workbook import Workbook, asks_about_skus, renamed, settings_of, typed_ipi

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from sheets_sync.config.job import Job
    from sheets_sync.core.model import Fault, Report
    from sheets_sync.core.plan import DesiredTab, Written
    from sheets_sync.core.settings import SettingsRead
    from sheets_sync.core.tab import TabMemory
    from sheets_sync.edges import Edges, Setup
    from sheets_sync.store import Store

log = structlog.get_logger()

DEEP_WINDOW_DAYS = 42
DEEP_EVERY_DAYS = 7
"""Ad sales are restated up to 42 days back: that far is rewritten once a week."""

_DEEP_ON = "deep_rewrite_on"
_BLANK_TAB = "blank_tab_of"
"""Which spreadsheet still has the blank tab that it was made with."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What the files and the store hold, before the sheet is looked at."""

    setup: Setup
    scope: Scope
    deep: bool
    reports: Sequence[Report]
    merged: Merged
    faults: Sequence[Fault]
    inbox_is_empty: bool
    sweeping: Sequence[str] = ()
    """The months whose rows are rewritten a last time before they become final."""


@dataclass(frozen=True)
class Prepared:
    """What a run found and what it would do."""

    gathered: Gathered
    settings: SettingsRead
    records: Records
    verdict: Verdict
    breaches: Sequence[Breach]
    faults: Sequence[Fault]
    reading: Reading
    written: Mapping[str, Written]
    plan: Plan
    titles: Mapping[str, str] = field(default_factory=dict)
    other_cells: int = 0

    @property
    def setup(self) -> Setup:
        """Return what people wrote down."""
        return self.gathered.setup

    @property
    def now(self) -> datetime:
        """Return when the run began."""
        return self.gathered.scope.now

    @property
    def desired(self) -> list[DesiredTab]:
        """Return the tabs as they should be."""
        return [tab.desired for tab in self.plan.tabs]

    @property
    def warnings(self) -> list[Notice]:
        """Return what a person should know, the sheet as it was read last included."""
        merged = self.gathered.merged
        deleted = [self.titles[tab] for tab in self.reading.deleted]
        floods = [Notice("rule-flood", flood_words(flood)) for flood in self.verdict.floods]
        inbox_is_empty = self.gathered.inbox_is_empty
        return [
            *notices.refusals(merged, self.plan),
            *floods,
            *notices.about_sources(self.records, merged, inbox_is_empty=inbox_is_empty),
            *self._new_skus(),
            *notices.about_the_sheet(self.plan, deleted, self.written),
            *notices.about_unusable(self.reading.unusable),
            *notices.about_size(self.cells),
        ]

    def _new_skus(self) -> Iterator[Notice]:
        layout = next((one for one in self.setup.layouts if one.kind == "product"), None)
        title = None if layout is None else self.titles.get(layout.id)
        asks = layout is not None and asks_about_skus(layout)
        master = self.settings.settings.master
        return notices.about_new_skus(self.records, master, title, asks=asks)

    @property
    def cells(self) -> int:
        """Return how many cells the program's tabs take, blank ones included."""
        return self.other_cells + sum(recall.cells_of(self.plan).values())

    @property
    def look(self) -> Dress:
        """Return how the tabs look."""
        job, skus = self.setup.job, self.settings.settings.master.skus.values()
        settings = self.settings.settings
        rules = {
            (rule.metric, level.severity) for rule in settings.all_rules for level in rule.levels
        }
        each = {
            "marketplace": list(dict.fromkeys(code for _, code in job.places)),
            "owner": sorted({sku.owner for sku in skus if sku.owner}),
        }
        return Dress(job.language, tuple(sorted(rules)), len(job.stores) == 1, each)


def prepare(setup: Setup, edges: Edges, *, now: datetime) -> Prepared:
    """Read the sources and the sheet, and decide; change nothing."""
    return decide(gather(setup, edges.store, now=now), edges)


def gather(setup: Setup, store: Store, *, now: datetime) -> Gathered:
    """Read the files that are new and join them with what is known; raise NoUsableSource."""
    job = setup.job
    reports, faults, inbox_is_empty = _read_inbox(setup, store)
    deep = _deep_is_due(store, now)
    window = max(job.window_days, DEEP_WINDOW_DAYS) if deep else job.window_days
    scope = Scope(job.stores, job.stock_pools, now, job.schedule.zone, window, job.acos_average)
    sweeping = _to_sweep(setup, store, scope)
    if sweeping:
        scope = scope.reaching(first_day(sweeping[0]))
    merged = merge(store.current(scope.dates[0]), reports, now)
    if not merged.current:
        raise _nothing_to_read(job, faults, None if inbox_is_empty else scope.dates[0])
    return Gathered(setup, scope, deep, reports, merged, faults, inbox_is_empty, tuple(sweeping))


def decide(gathered: Gathered, edges: Edges, *, search: Collection[str] = ()) -> Prepared:
    """Read the sheet, judge by what it sets, and plan the difference to what is desired.

    A tab with rows of ours that is not remembered was made by a run that was cut off: it is looked for,
    as are those to `search`.
    """
    setup, scope, store = gathered.setup, gathered.scope, edges.store
    job = setup.job
    spreadsheet = edges.book.spreadsheet_id if edges.book else None
    frozen = months.frozen_tabs(months.recall(store, spreadsheet), setup.layouts)
    wanted = {tab: want for tab, want in wanted_tabs(setup, scope).items() if tab not in frozen}
    known: Mapping[str, TabMemory] = {}
    reading, written = Reading(), {}
    if edges.book is not None and spreadsheet is not None:
        known = store.tabs(spreadsheet)
        unfrozen = {tab: memory for tab, memory in known.items() if tab not in frozen}
        wanted |= _sources(setup, wanted, unfrozen)
        written = {tab: store.written(spreadsheet, tab) for tab in wanted}
        cut_off = {tab for tab, rows in written.items() if rows and tab not in known}
        reading = edges.book.read(wanted, known, search={*search, *cut_off})
    reading.frozen.update(frozen)
    settings = settings_of(setup, reading, recall.good_settings(store, spreadsheet))
    typed, misread = typed_ipi(setup.layouts, reading.tabs, written)
    master = settings.settings.master
    records = build(gathered.merged.current, master, scope, typed=typed)
    verdict = judge(settings.settings.rules, records, settings.settings.variants)
    slots = ad_group_slots(verdict)
    fresh = {v.slot: v.portion.ad_groups for v in gathered.merged.news if v.slot in slots}
    groups = store.ad_groups(slots) | fresh
    marks, breaches = put_into_words(verdict, groups, job.language, job.schedule.zone)
    workbook = Workbook(setup, scope, reading, written, known, settings, records)
    logs = workbook.logs(marks)
    if not logs:
        raise _nothing_to_read(job, gathered.faults, scope.first_row_date)
    plan = diff(reading.tabs, logs, written)
    lists = renamed([*workbook.page(plan, verdict, breaches), *workbook.lists()], reading)
    plan = Plan((*plan.tabs, *diff(reading.tabs, lists, written).tabs))
    faults = [*gathered.faults, *settings.faults, *misread]
    titles = {tab: want.title for tab, want in wanted.items()}
    others = recall.other_cells(store, spreadsheet, plan)
    return Prepared(
        gathered,
        settings,
        records,
        verdict,
        breaches,
        faults,
        reading,
        written,
        plan,
        titles,
        others,
    )


def carry_out(
    prepared: Prepared, edges: Edges, *, expect: str | None = None, force: bool = False
) -> tuple[str, Prepared]:
    """Refuse what is unsafe; remember, write, settle. Return the run's id and what was carried out.

    Raise UnsafeChange before anything is written, SheetError when the sheet did not take it.
    """
    refuse_if_unsafe(prepared, expect=expect, force=force)
    run_id = new_run_id(prepared.now)
    book = edges.book or _create(prepared, edges)
    try:
        try:
            _attempt(prepared, edges.store, book, run_id, 1, clear_markers=True)
        except (Moved, RequestRefused) as first:
            # The sheet is not as it was read: look again, also for tabs somebody may have made.
            log.warning("planned_again", reason=first.words.en)
            new = [tab.desired.id for tab in prepared.plan.tabs if tab.existing is None]
            prepared = decide(prepared.gathered, edges, search=new)
            _attempt(prepared, edges.store, book, run_id, 2, clear_markers=False)
    except SheetsSyncError as error:
        edges.store.fail(run_id, str(error))
        raise
    if edges.store.setting(_BLANK_TAB) == book.spreadsheet_id:
        book.drop_blank_tab()
        edges.store.remember(_BLANK_TAB, "")
    if prepared.gathered.deep:
        edges.store.remember(_DEEP_ON, prepared.now.date().isoformat())
    known = months.recall(edges.store, book.spreadsheet_id)
    for tab, stamp in prepared.reading.stamps.items():  # frozen by a run that is not remembered
        month = tab.partition(":")[2]
        if month and month not in known:
            known[month] = MonthMemory(month, swept=True, frozen=stamp)
            months.keep(edges.store, book.spreadsheet_id, known[month])
    for month in prepared.gathered.sweeping:
        memory = known.get(month, MonthMemory(month))
        months.keep(edges.store, book.spreadsheet_id, replace(memory, swept=True))
    return run_id, prepared


def new_run_id(now: datetime) -> str:
    """Return a name for a run that begins at a moment in UTC; no two runs have the same."""
    return f"{now:%Y%m%dT%H%M%SZ}-{uuid4().hex[:6]}"


def refuse_if_unsafe(prepared: Prepared, *, expect: str | None, force: bool) -> None:
    """Raise UnsafeChange where the figures look damaged, keys are ambiguous or the plan is another one."""
    found = prepared.plan.fingerprint()
    if expect is not None and expect != found:
        raise UnsafeChange(
            Words(
                f"计划已变:现在是 {found},不是 {expect}。请先看 sheets-sync plan 再运行。",
                f"The plan has changed: it is {found} now, not {expect}. Look at `sheets-sync plan` first.",
            )
        )
    refusals = notices.refusals(prepared.gathered.merged, prepared.plan)
    reasons = [notice.words for notice in refusals]
    if reasons and not force:
        way_out = Words(
            "什么都没有写。请重新下载或改好后再运行;确认无误时用 sheets-sync sync --force。",
            "Nothing was written. Download again or correct it; if it is right, run `sheets-sync sync --force`.",
        )
        lines = [*reasons, way_out]
        raise UnsafeChange(Words("\n".join(w.zh for w in lines), "\n".join(w.en for w in lines)))


def wanted_tabs(setup: Setup, scope: Scope) -> dict[str, Wanted]:
    """Return the tabs to look for: each month of the window's logs, and every other tab."""
    language = setup.job.language
    wanted: dict[str, Wanted] = {}
    last = max(scope.report_dates.values())
    days = [scope.first_row_date + timedelta(days=i) for i in range(scope.window_days)]
    for layout in setup.layouts:
        for day in (*days, last):
            title = layout.named(f"{day:%Y-%m}", language)
            wanted.setdefault(layout.tab_id(day), Wanted(layout, title))
    return wanted


def _sources(
    setup: Setup, wanted: Mapping[str, Wanted], known: Mapping[str, TabMemory]
) -> dict[str, Wanted]:
    """Return the newest month of each log of which no month is wanted that is there: it is copied from."""
    found: dict[str, Wanted] = {}
    for layout in setup.layouts:
        months = [t for t in known if t.startswith(f"{layout.id}:") and known[t].sheet_id != GONE]
        if layout.monthly and months and not any(tab in wanted for tab in months):
            found[max(months)] = Wanted(layout, known[max(months)].title)
    return found


def _attempt(
    prepared: Prepared, store: Store, book: Book, run_id: str, attempt: int, *, clear_markers: bool
) -> None:
    look, spreadsheet = prepared.look, book.spreadsheet_id
    plan = _with_run(prepared, run_id)
    batches = book.compose(
        plan,
        prepared.reading,
        look,
        name=f"{run_id}/{attempt}",
        old_markers=store.last_markers(spreadsheet) if clear_markers else [],
    )
    tabs, known = tab_memory(plan, prepared.reading, look), store.tabs(spreadsheet)
    newest = next(iter(store.runs(1)), None)
    reports, merged = prepared.gathered.reports, prepared.gathered.merged
    recall.keep_good_settings(store, spreadsheet, prepared.settings.good)
    if (
        not batches
        and not reports
        and all(known.get(tab) == tabs[tab] for tab in tabs)
        and (newest is None or newest.state == "finished")
    ):
        return
    markers = [*book.arrived, *(batch.marker for batch in batches)]
    arrived = Arrived(reports, merged.news)
    store.begin(run_id, spreadsheet, prepared.now, plan, markers, arrived, prepared.written)
    book.write(batches, plan)
    outline = _outline(prepared)
    store.finish(run_id, spreadsheet, plan, prepared.written, tabs, outline, book.arrived)
    recall.keep_cells(store, spreadsheet, plan)


def _with_run(prepared: Prepared, run_id: str) -> Plan:
    """Return the plan with a line in the list of runs, if it changes anything and there is such a list."""
    plan = prepared.plan
    layout = next((one for one in prepared.setup.layouts if one.kind == "run"), None)
    if layout is None or layout.id in prepared.reading.absent or not plan.changes_anything:
        return plan
    language, scope = prepared.setup.job.language, prepared.gathered.scope
    cells = run_cells(
        plan,
        scope.report_dates,
        prepared.breaches,
        prepared.faults,
        prepared.warnings,
        language,
    )
    cells |= {"run_id": run_id, "run_at": serial(scope.now.timestamp(), scope.zone)}
    [desired] = renamed([runs_tab(layout, cells, language)], prepared.reading)
    return Plan((*plan.tabs, *diff(prepared.reading.tabs, [desired], {}).tabs))


def _outline(prepared: Prepared) -> dict[str, int]:
    """Return what a remembered run says of itself."""
    plan = prepared.plan
    return {"inserted": plan.inserted, "updated": plan.updated, "cells": plan.cells}


def _create(prepared: Prepared, edges: Edges) -> Book:
    """Make the local spreadsheet of a job that has none yet."""
    job = prepared.setup.job
    title = Words(f"{job.team} 运营日志", f"{job.team} operations log").say(job.language)
    spreadsheet = edges.gateway.create(
        title, locale="zh_CN" if job.language != "en" else "en_US", timeZone=job.schedule.zone
    )
    edges.store.remember(_BLANK_TAB, spreadsheet)
    edges.store.remember(LOCAL_ID, spreadsheet)
    edges.book = Book(edges.gateway, spreadsheet)
    return edges.book


def _read_inbox(setup: Setup, store: Store) -> tuple[list[Report], list[Fault], bool]:
    """Read the files that are new; the faults of those already read are told again while they lie there."""
    inbox = setup.job.inbox
    files = scan(inbox)
    known = store.known_files()
    fresh = [file for file in files if (file.path, file.sha256) not in known]
    reports = load(
        inbox, fresh, Places({store: tuple(codes) for store, codes in setup.job.stores.items()})
    )
    faults = [fault for file in files for fault in known.get((file.path, file.sha256), ())]
    faults += [fault for report in reports for fault in report.faults]
    return [report for report in reports if report.kind is not None], faults, not files


def _to_sweep(setup: Setup, store: Store, scope: Scope) -> list[str]:
    spreadsheet = spreadsheet_of(setup.job, store)
    known = months.recall(store, spreadsheet)
    there = months.with_rows(store, spreadsheet, setup.layouts)
    today = scope.now.astimezone(setup.job.zone).date()
    return to_sweep(there, known, today, setup.job.archive.after_days)


def _deep_is_due(store: Store, now: datetime) -> bool:
    last = store.setting(_DEEP_ON)
    return last is None or now.date() - date.fromisoformat(last) >= timedelta(days=DEEP_EVERY_DAYS)


def _nothing_to_read(job: Job, faults: Sequence[Fault], since: date | None) -> NoUsableSource:
    """Say what is missing; `since` is the oldest day looked at where the inbox does hold files."""
    if not faults and since is not None:
        return NoUsableSource(
            Words(
                f"{job.inbox} 里的报表都早于 {since},没有可写的数据。请放入新的报表。",
                f"Every report in {job.inbox} is older than {since}; there is nothing to write. Put newer ones there.",
            )
        )
    if not faults:
        return NoUsableSource(
            Words(
                f"{job.inbox} 里没有报表文件。请把亚马逊后台下载的报表放进去(多店铺时放到 inbox/店铺/站点/)再运行。",
                f"There are no report files in {job.inbox}. Put the reports downloaded from Amazon there "
                "(with several stores: inbox/STORE/MARKETPLACE/) and run again.",
            )
        )
    zh = "\n".join(f"  - {fault.file}:{fault.reason.zh}" for fault in faults[: 2 * notices.NAMED])
    en = "\n".join(f"  - {fault.file}: {fault.reason.en}" for fault in faults[: 2 * notices.NAMED])
    return NoUsableSource(
        Words(
            f"inbox 里没有一个能用的报表:\n{zh}\n请重新下载后再运行。",
            f"No report in the inbox can be used:\n{en}\nDownload them again and rerun.",
        )
    )
