"""The doctor: walks through everything a newcomer gets wrong, and says what to do about each.

It looks and changes nothing in the sheet. Each check stands alone and never raises; what needs
something that failed before is named as not checked.
"""

from __future__ import annotations

from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

from sheets_sync.config.data import data_folder
from sheets_sync.config.job import load_job
from sheets_sync.config.master import load_master
from sheets_sync.config.rulefiles import load_rules
from sheets_sync.config.templates import load_layouts
from sheets_sync.core.model import MasterData
from sheets_sync.doctor import copies, files, sheet
from sheets_sync.doctor.finding import Finding, exit_code, faults_of, render, unchecked
from sheets_sync.edges import Setup, open_edges
from sheets_sync.errors import Words
from sheets_sync.sheets.book import Book
from sheets_sync.store import Store, months

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime
    from pathlib import Path
    from typing import TypeVar

    from sheets_sync.config.job import Job
    from sheets_sync.sheets.gateway import Gateway

    T = TypeVar("T")

__all__ = ["Finding", "examine", "exit_code", "render"]

_BROKEN = Words("前面有错误", "there are faults above")
_SPREADSHEET = Words("表格", "The spreadsheet was")
_TABS = Words("工作表", "The tabs were")


def examine(
    job_file: Path,
    *,
    now: datetime,
    clock_probe: Callable[[], float | None] = sheet.google_clock_ahead_s,
    google: Callable[[Job], Gateway] = sheet.google_gateway,
) -> list[Finding]:
    """Return one finding per thing looked at, in the order in which a run needs them.

    `clock_probe` says by how many seconds the clock is ahead, or None; `google` opens the way to
    Google. Nothing is raised.
    """
    found: list[Finding] = []
    job = _tried(found, lambda: load_job(job_file))
    if job is None:
        found.append(unchecked(Words("其他", "The rest was"), _BROKEN))
        return found
    _noted(found, files.of_job(job))
    rules = _tried(found, lambda: load_rules(job, data_folder("rules")))
    layouts = _tried(found, lambda: load_layouts(job))
    master = _tried(found, lambda: load_master(job))
    catalogue = _tried(found, lambda: load_rules({}, data_folder("rules"))) if rules else ()
    setup = Setup(job, rules or (), layouts or (), master or MasterData(), catalogue or ())
    _noted(found, files.of_rules(setup.rules, setup.layouts, job))
    if master is not None:
        in_sheet = any(layout.kind == "product" for layout in setup.layouts)
        _noted(found, files.of_lists(master, in_sheet=in_sheet))
    with ExitStack() as stack:
        kept = _store(found, job, stack)
        store = kept or stack.enter_context(closing(Store(files.NOWHERE)))
        _noted(found, files.of_inbox(job, store, now))
        _noted(found, files.of_schedule(job, now))
        _noted(found, sheet.of_clock(job, clock_probe))
        known = _noted(found, sheet.of_credentials(job))
        if not known or (job.is_local and kept is None):
            found.append(unchecked(_SPREADSHEET, _BROKEN))
        elif (book := _book(found, setup, stack, google)) is not None:
            _sheet(found, sheet.Sight(setup, book, store, now))
    _noted(found, copies.of_waiting(job))
    for url in job.archive.copy_to:
        _noted(found, copies.of_target(job, url))
    return found


def _store(found: list[Finding], job: Job, stack: ExitStack) -> Store | None:
    if not _noted(found, files.of_state(job)):
        return None
    store = _tried(found, lambda: stack.enter_context(closing(files.open_store(job))))
    return store if store and _noted(found, files.of_store(store)) else None


def _book(
    found: list[Finding], setup: Setup, stack: ExitStack, google: Callable[[Job], Gateway]
) -> Book | None:
    """Open the way to the spreadsheet; None where that fails, or nothing is there yet."""
    if not setup.job.is_local:
        gateway = _tried(found, lambda: stack.enter_context(google(setup.job)))
        return Book(gateway, str(setup.job.spreadsheet_id)) if gateway else None
    edges = _tried(found, lambda: stack.enter_context(open_edges(setup)))
    if edges is not None and edges.book is None:
        _noted(found, sheet.of_local_server())
    return edges.book if edges else None


def _sheet(found: list[Finding], sight: sheet.Sight) -> None:
    ours = months.unfrozen(sight.store, sight.book.spreadsheet_id, sight.setup.layouts)
    if not _noted(found, sheet.of_spreadsheet(sight.setup.job, sight.book, ours)):
        found.append(unchecked(_TABS, _BROKEN))
    elif not (sight.setup.layouts and sight.setup.rules):
        found.append(unchecked(_TABS, Words("规则或模板有错误", "rules or template have faults")))
    else:
        _noted(found, sheet.of_tabs(sight))


def _tried(found: list[Finding], attempt: Callable[[], T]) -> T | None:
    """Return what the attempt returns; where it raises, note the faults and return None."""
    try:
        return attempt()
    except Exception as error:  # noqa: BLE001  # a doctor reports what it cannot do and goes on
        found.extend(faults_of(error))
        return None


def _noted(found: list[Finding], findings: Iterable[Finding]) -> bool:
    """Note findings one by one, and what is raised on the way; return whether no fault was among them."""
    before = len(found)
    _tried(found, lambda: found.extend(findings))
    return not any(one.ok is False for one in found[before:])
