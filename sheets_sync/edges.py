"""What a run works with: all that people wrote down, and the ways to what it touches.

The store and the way to the spreadsheet are opened here and nowhere else; unless a run is to write,
nothing is created for it.
"""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from sheets_sync.config.data import data_folder
from sheets_sync.config.job import Job, load_job
from sheets_sync.config.master import load_master
from sheets_sync.config.rulefiles import in_force, load_rules
from sheets_sync.config.settings import spellings
from sheets_sync.config.templates import load_layouts
from sheets_sync.emulator.serve import ServerInUse, connect
from sheets_sync.errors import SheetError, UnsafeChange, Words
from sheets_sync.sheets.book import Book
from sheets_sync.sheets.gateway import Gateway
from sheets_sync.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sheets_sync.core.model import MasterData
    from sheets_sync.core.rules import Rule
    from sheets_sync.core.template import TabLayout
    from sheets_sync.emulator.serve import HasUrl

LOCAL_ID = "local_spreadsheet"
"""Under this name the store remembers which spreadsheet of the local server is the job's."""


@dataclass(frozen=True, slots=True)
class Setup:
    """Everything people have written down about a job, read and checked.

    `rules` are in force unless the sheet says otherwise, `catalogue` are all there are, as their files
    have them. `master` is what the lists beside the job say, which fills the sheet once.
    """

    job: Job
    rules: tuple[Rule, ...]
    layouts: tuple[TabLayout, ...]
    master: MasterData
    catalogue: tuple[Rule, ...] = ()


@dataclass(slots=True)
class Edges:
    """What a run touches. `book` is None while the local spreadsheet does not exist yet."""

    store: Store
    gateway: Gateway
    book: Book | None


def load_setup(job_file: Path) -> Setup:
    """Read the job, its rules, its template and its lists; raise ConfigurationError."""
    job = load_job(job_file)
    catalogue = load_rules({}, data_folder("rules"))
    rules = in_force(catalogue, job)
    written = spellings(catalogue, job)
    layouts = tuple(replace(layout, spellings=written) for layout in load_layouts(job))
    return Setup(job, rules, layouts, load_master(job), catalogue)


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


def spreadsheet_of(job: Job, store: Store) -> str | None:
    """Return the id of the job's spreadsheet; None while the local one does not exist yet."""
    return store.setting(LOCAL_ID) if job.is_local else job.spreadsheet_id


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
        spreadsheet = store.setting(LOCAL_ID)
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
