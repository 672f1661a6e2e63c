"""One run, told in order: files in, records, rules, the sheet, a plan; then the plan carried out.

`prepare` changes nothing, anywhere; the `plan` command is `prepare` alone. `carry_out` refuses what is
unsafe, remembers what it is about to do, writes, and settles. The clock is read by whoever calls.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import structlog
from filelock import FileLock, Timeout

from sheets_sync.config.data import data_folder
from sheets_sync.config.job import Job, load_job
from sheets_sync.config.master import load_master
from sheets_sync.config.rulefiles import load_rules
from sheets_sync.config.templates import load_layouts
from sheets_sync.core import notices
from sheets_sync.core.breaches import Breach, ad_group_slots, flood_words, judge, put_into_words
from sheets_sync.core.history import Merged, merge
from sheets_sync.core.layout import render
from sheets_sync.core.notices import Notice
from sheets_sync.core.plan import Plan, diff
from sheets_sync.core.records import Records, build
from sheets_sync.core.scope import Scope
from sheets_sync.emulator.serve import ServerInUse, connect
from sheets_sync.errors import NoUsableSource, SheetError, SheetsSyncError, UnsafeChange, Words
from sheets_sync.sheets.batches import Dress
from sheets_sync.sheets.book import Book, Moved, Reading, Wanted, tab_memory
from sheets_sync.sheets.gateway import Gateway
from sheets_sync.sheets.refusals import RequestRefused
from sheets_sync.sources import load
from sheets_sync.sources.inbox import scan
from sheets_sync.sources.places import Places
from sheets_sync.store import Arrived, Store

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from sheets_sync.core.model import Fault, MasterData, Report
    from sheets_sync.core.plan import DesiredTab, Written
    from sheets_sync.core.rules import Rule
    from sheets_sync.core.template import TabLayout
    from sheets_sync.emulator.serve import HasUrl

log = structlog.get_logger()

DEEP_WINDOW_DAYS = 42
DEEP_EVERY_DAYS = 7
"""Ad sales are restated up to 42 days back: that far is rewritten once a week."""

_LOCAL_ID, _DEEP_ON = "local_spreadsheet", "deep_rewrite_on"


@dataclass(frozen=True, slots=True)
class Setup:
    """Everything people have written down about a job, read and checked."""

    job: Job
    rules: tuple[Rule, ...]
    layouts: tuple[TabLayout, ...]
    master: MasterData


@dataclass(slots=True)
class Edges:
    """What a run touches. `book` is None while the local spreadsheet does not exist yet."""

    store: Store
    gateway: Gateway
    book: Book | None


@dataclass(frozen=True)
class Prepared:
    """What a run found and what it would do."""

    setup: Setup
    now: datetime
    deep: bool
    reports: Sequence[Report]
    merged: Merged
    records: Records
    breaches: Sequence[Breach]
    faults: Sequence[Fault]
    desired: Sequence[DesiredTab]
    reading: Reading
    written: Mapping[str, Written]
    plan: Plan
    floods: Sequence[Notice] = ()
    inbox_is_empty: bool = False

    @property
    def warnings(self) -> list[Notice]:
        """Return what a person should know, the sheet as it was read last included."""
        return [
            *notices.refusals(self.merged, self.plan),
            *self.floods,
            *notices.about_sources(self.records, self.merged, inbox_is_empty=self.inbox_is_empty),
            *notices.about_the_sheet(self.plan, self.reading.deleted, self.written),
        ]

    @property
    def look(self) -> Dress:
        """Return how the tabs look."""
        job = self.setup.job
        rules = {
            (rule.metric, level.severity) for rule in self.setup.rules for level in rule.levels
        }
        return Dress(job.language, tuple(sorted(rules)), len(job.stores) == 1)


def load_setup(job_file: Path) -> Setup:
    """Read the job, its rules, its template and its lists; raise ConfigurationError."""
    job = load_job(job_file)
    return Setup(job, load_rules(job, data_folder("rules")), load_layouts(job), load_master(job))


def check_setup(job_file: Path) -> None:
    """Raise ConfigurationError where a job could never run: its files, its credentials, its folder."""
    job = load_setup(job_file).job
    if not job.is_local:
        from sheets_sync.sheets.credentials import load_credentials

        load_credentials(job.credentials, job.folder)
    with only_run(job):
        pass


@contextmanager
def open_store(job: Job, *, writing: bool = False) -> Iterator[Store]:
    """Open what the job remembers; unless `writing`, nothing is created for it."""
    exists = writing or not job.store_url.startswith("sqlite") or job.state.exists()
    store = Store(job.store_url if exists else "sqlite://")
    try:
        yield store
    finally:
        store.close()


@contextmanager
def open_edges(setup: Setup, *, writing: bool = False) -> Iterator[Edges]:
    """Open the store and the way to the spreadsheet; unless `writing`, nothing is created for it."""
    job = setup.job
    with ExitStack() as stack:
        store = stack.enter_context(open_store(job, writing=writing))
        if not job.is_local:
            from sheets_sync.sheets.credentials import load_credentials

            gateway = stack.enter_context(
                Gateway.for_google(load_credentials(job.credentials, job.folder))
            )
            yield Edges(store, gateway, Book(gateway, str(job.spreadsheet_id)))
            return
        spreadsheet = store.setting(_LOCAL_ID)
        if spreadsheet is None and not writing:
            yield Edges(store, Gateway.for_local("http://127.0.0.1"), None)
            return
        server = _local_server(stack, job)
        gateway = stack.enter_context(Gateway.for_local(server.url))
        yield Edges(store, gateway, Book(gateway, spreadsheet) if spreadsheet else None)


def _local_server(stack: ExitStack, job: Job) -> HasUrl:
    try:
        return stack.enter_context(connect(job.data_folder))
    except ServerInUse as error:
        raise SheetError(
            Words(
                f"{job.data_folder} 被另一个没有应答的程序占用。请结束它,再运行。",
                f"{job.data_folder} is held by another program that does not answer. End it and run again.",
            )
        ) from error


@contextmanager
def only_run(job: Job) -> Iterator[None]:
    """Hold the job for one run; raise UnsafeChange while another one is at work."""
    job.state.mkdir(parents=True, exist_ok=True)
    lock = FileLock(job.state / "run.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise UnsafeChange(
            Words(
                "这个任务正在运行,本次跳过。请等它结束后再试。",
                "This job is running already, so this run was skipped. Try again when it has ended.",
            )
        ) from None
    try:
        yield
    finally:
        lock.release()


def prepare(setup: Setup, edges: Edges, *, now: datetime) -> Prepared:
    """Read the sources and the sheet, and decide; change nothing."""
    job, store = setup.job, edges.store
    reports, faults, inbox_is_empty = _read_inbox(setup, store)
    deep = _deep_is_due(store, now)
    window = max(job.window_days, DEEP_WINDOW_DAYS) if deep else job.window_days
    scope = Scope(job.stores, job.stock_pools, now, job.schedule.zone, window, job.acos_average)
    merged = merge(store.current(scope.dates[0]), reports, now)
    if not merged.current:
        raise _nothing_to_read(job, faults, None if inbox_is_empty else scope.dates[0])
    records = build(merged.current, setup.master, scope)
    verdict = judge(setup.rules, records)
    wanted_groups = ad_group_slots(verdict)
    groups = store.ad_groups(wanted_groups) | {
        version.slot: version.portion.ad_groups
        for version in merged.news
        if version.slot in wanted_groups
    }
    marks, breaches = put_into_words(verdict, groups, job.language, job.schedule.zone)
    desired = render(setup.layouts, records, marks, job.language, job.schedule.zone)
    if not desired:
        raise _nothing_to_read(job, faults, scope.first_row_date)
    prepared = Prepared(
        setup,
        now,
        deep,
        reports,
        merged,
        records,
        breaches,
        faults,
        desired,
        Reading(),
        {},
        Plan(),
        [Notice("rule-flood", flood_words(flood)) for flood in verdict.floods],
        inbox_is_empty,
    )
    return compare(prepared, edges)


def compare(prepared: Prepared, edges: Edges, *, search: Collection[str] = ()) -> Prepared:
    """Read the sheet and plan the difference to what is desired.

    A tab with rows of ours that is not remembered was made by a run that was cut off: it is looked for,
    as are those to `search`.
    """
    desired = prepared.desired
    reading, written = Reading(), {}
    if edges.book is not None:
        spreadsheet = edges.book.spreadsheet_id
        known = edges.store.tabs(spreadsheet)
        written = {tab.id: edges.store.written(spreadsheet, tab.id) for tab in desired}
        cut_off = {tab for tab, rows in written.items() if rows and tab not in known}
        reading = edges.book.read(wanted_tabs(desired), known, search={*search, *cut_off})
    present = [tab for tab in desired if tab.id not in reading.deleted]
    plan = diff(reading.tabs, present, written)
    return replace(prepared, reading=reading, written=written, plan=plan)


def carry_out(
    prepared: Prepared, edges: Edges, *, expect: str | None = None, force: bool = False
) -> tuple[str, Prepared]:
    """Refuse what is unsafe; remember, write, settle. Return the run's id and what was carried out.

    Raise UnsafeChange before anything is written, SheetError when the sheet did not take it.
    """
    refuse_if_unsafe(prepared, expect=expect, force=force)
    run_id = f"{prepared.now:%Y%m%dT%H%M%SZ}-{uuid4().hex[:6]}"
    created = edges.book is None
    book = edges.book or _create(prepared, edges)
    try:
        try:
            _attempt(prepared, edges.store, book, run_id, 1, clear_markers=True)
        except (Moved, RequestRefused) as first:
            # The sheet is not as it was read: look again, also for tabs somebody may have made.
            log.warning("planned_again", reason=first.words.en)
            new = [tab.desired.id for tab in prepared.plan.tabs if tab.existing is None]
            prepared = compare(prepared, edges, search=new)
            _attempt(prepared, edges.store, book, run_id, 2, clear_markers=False)
    except SheetsSyncError as error:
        edges.store.fail(run_id, str(error))
        raise
    if created:
        book.drop_blank_tab()
    if prepared.deep:
        edges.store.remember(_DEEP_ON, prepared.now.date().isoformat())
    return run_id, prepared


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
    reasons = [notice.words for notice in notices.refusals(prepared.merged, prepared.plan)]
    if reasons and not force:
        way_out = Words(
            "什么都没有写。请重新下载或改好后再运行;确认无误时用 sheets-sync sync --force。",
            "Nothing was written. Download again or correct it; if it is right, run `sheets-sync sync --force`.",
        )
        lines = [*reasons, way_out]
        raise UnsafeChange(Words("\n".join(w.zh for w in lines), "\n".join(w.en for w in lines)))


def wanted_tabs(desired: Sequence[DesiredTab]) -> dict[str, Wanted]:
    """Return the tabs to look for."""
    return {tab.id: Wanted(tab.layout, tab.title) for tab in desired}


def _attempt(
    prepared: Prepared, store: Store, book: Book, run_id: str, attempt: int, *, clear_markers: bool
) -> None:
    look, plan, spreadsheet = prepared.look, prepared.plan, book.spreadsheet_id
    batches = book.compose(
        plan,
        prepared.reading,
        look,
        name=f"{run_id}/{attempt}",
        old_markers=store.last_markers(spreadsheet) if clear_markers else [],
    )
    memory, known = tab_memory(plan, prepared.reading, look), store.tabs(spreadsheet)
    newest = next(iter(store.runs(1)), None)
    if (
        not batches
        and not prepared.reports
        and all(known.get(tab) == memory[tab] for tab in memory)
        and (newest is None or newest.state == "finished")
    ):
        return
    markers = [*book.arrived, *(batch.marker for batch in batches)]
    arrived = Arrived(prepared.reports, prepared.merged.news)
    store.begin(run_id, spreadsheet, prepared.now, plan, markers, arrived, prepared.written)
    book.write(batches, plan)
    store.finish(run_id, spreadsheet, plan, prepared.written, memory, _outline(prepared))


def _outline(prepared: Prepared) -> dict[str, int]:
    """Return what a remembered run says of itself."""
    plan = prepared.plan
    return {
        "inserted": sum(len(tab.new_rows) for tab in plan.tabs),
        "updated": sum(tab.updated for tab in plan.tabs),
        "cells": plan.cells,
    }


def _create(prepared: Prepared, edges: Edges) -> Book:
    """Make the local spreadsheet of a job that has none yet."""
    job = prepared.setup.job
    title = Words(f"{job.team} 运营日志", f"{job.team} operations log").say(job.language)
    spreadsheet = edges.gateway.create(
        title, locale="zh_CN" if job.language != "en" else "en_US", timeZone=job.schedule.zone
    )
    edges.store.remember(_LOCAL_ID, spreadsheet)
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
