"""Every copy of every month held against its manifest."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from sheets_sync.archive import bundle, copying
from sheets_sync.archive.bundle import PRELIMINARY, folder_of
from sheets_sync.core.months import Copied
from sheets_sync.errors import SheetsSyncError
from sheets_sync.store import months

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sheets_sync.archive.bundle import Bundle
    from sheets_sync.config.job import Job
    from sheets_sync.core.months import Memories
    from sheets_sync.core.snapshot import State
    from sheets_sync.errors import Words
    from sheets_sync.store import Store

HERE = "state/archives"
_FOLDER = re.compile(rf"\d{{4}}-\d{{2}}({re.escape(PRELIMINARY)})?")


class Check(NamedTuple):
    """One copy of one month, and what is wrong with it; `files` are its own with their SHA-256."""

    month: str
    state: State
    target: str
    faults: tuple[Words, ...]
    files: tuple[tuple[str, str], ...] = ()


def verify(job: Job, store: Store, spreadsheet: str | None, only: str | None = None) -> list[Check]:
    """Return every copy on this computer and at every target, right or wrong, month by month.

    Copies are those that are remembered and those that are found: a job that lost its memory knows its
    archives by their folders.
    """
    known = months.recall(store, spreadsheet)
    checks = list(_here(job, known))
    for name in copying.names(job):
        checks += _there(job, known, name)
    return sorted(check for check in checks if only in (None, check.month))


def note(store: Store, spreadsheet: str, checks: Iterable[Check]) -> None:
    """Remember which copies were found wrong, so that the next run replaces them with a good one."""
    known = months.recall(store, spreadsheet)
    for check in checks:
        memory = known.get(check.month)
        if memory is None or check.state not in memory.made or not check.faults:
            continue
        words = check.faults[0]
        copies = {
            **memory.copies.get(check.state, {}),
            check.target: Copied("", (words.zh, words.en)),
        }
        memory = replace(memory, copies={**memory.copies, check.state: copies})
        known[check.month] = memory
        months.keep(store, spreadsheet, memory)


def _here(job: Job, known: Memories) -> Iterator[Check]:
    place = copying.kept_in(job)
    found = [path.name for path in place.iterdir()] if place.is_dir() else []
    for (month, state), sha256 in _expected(known, found, HERE).items():
        read = partial(copying.local, job, folder_of(month, state), sha256)
        yield _check(month, state, HERE, read)


def _there(job: Job, known: Memories, name: str) -> Iterator[Check]:
    try:
        with copying.opened(job, name) as target:
            for (month, state), sha256 in _expected(known, target.names(), name).items():
                read = partial(copying.checked, target, folder_of(month, state), sha256)
                yield _check(month, state, name, read)
    except SheetsSyncError as error:
        expected = _expected(known, [], name)
        if not expected:
            raise
        for month, state in expected:
            yield Check(month, state, name, (error.words,))


def _expected(
    known: Memories, found: list[str], target: str
) -> dict[tuple[str, State], str | None]:
    """Return the copies that should be at a place and those that are, with their manifests' SHA-256."""
    wanted: dict[tuple[str, State], str | None] = {}
    for folder in found:
        if _FOLDER.fullmatch(folder):
            is_first = folder.endswith(PRELIMINARY)
            wanted[folder[:7], "preliminary" if is_first else "final"] = None
    for month, memory in known.items():
        for state, sha256 in memory.made.items():
            copied = memory.copies.get(state, {}).get(target, Copied())
            is_due = target == HERE or copied.sha256 or state == memory.state
            if is_due or (month, state) in wanted:
                wanted[month, state] = sha256
    return dict(sorted(wanted.items()))


def _check(
    month: str,
    state: State,
    target: str,
    read: Callable[[], tuple[Bundle | None, list[Words]]],
) -> Check:
    try:
        archive, faults = read()
    except SheetsSyncError as error:
        return Check(month, state, target, (error.words,))
    files = () if archive is None else tuple(bundle.sums(archive))
    return Check(month, state, target, tuple(faults), files)
