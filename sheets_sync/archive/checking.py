"""Every copy of every month held against its manifest."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from sheets_sync.archive import bundle
from sheets_sync.archive.bundle import PRELIMINARY
from sheets_sync.archive.shelf import HERE
from sheets_sync.core.months import Copied
from sheets_sync.errors import SheetsSyncError
from sheets_sync.store import months

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sheets_sync.archive.bundle import Bundle
    from sheets_sync.archive.shelf import Shelf
    from sheets_sync.archive.targets import Target
    from sheets_sync.core.months import Memories
    from sheets_sync.core.snapshot import State
    from sheets_sync.errors import Words
    from sheets_sync.store import Store

_FOLDER = re.compile(rf"\d{{4}}-\d{{2}}({re.escape(PRELIMINARY)})?")


class Check(NamedTuple):
    """One copy of one month, and what is wrong with it; `files` are its own with their SHA-256.

    Where its place could not be reached, nothing is known of it.
    """

    month: str
    state: State
    target: str
    faults: tuple[Words, ...]
    files: tuple[tuple[str, str], ...] = ()
    reached: bool = True


def verify(shelf: Shelf, known: Memories, only: str | None = None) -> list[Check]:
    """Return every copy on this computer and at every place, right or wrong, month by month.

    Copies are those that are remembered and those that are found: a job that lost its memory knows its
    archives by their folders, those of its other spreadsheets included.
    """
    checks = [*_here(shelf, known)]
    for other in shelf.others(None):
        checks += _here(other, {}, f"{HERE}/{other.root}")
    for place in shelf.places:
        checks += _there(shelf, known, place)
    return sorted(check for check in checks if only in (None, check.month))


def note(store: Store, spreadsheet: str, checks: Iterable[Check]) -> None:
    """Remember which copies were found wrong, so that the next run replaces them with a good one."""
    known = months.recall(store, spreadsheet)
    for check in checks:
        memory = known.get(check.month)
        if (
            memory is None
            or check.state not in memory.made
            or not check.faults
            or not check.reached
        ):
            continue
        words = check.faults[0]
        copies = {
            **memory.copies.get(check.state, {}),
            check.target: Copied("", (words.zh, words.en)),
        }
        memory = replace(memory, copies={**memory.copies, check.state: copies})
        known[check.month] = memory
        months.keep(store, spreadsheet, memory)


def _here(shelf: Shelf, known: Memories, place: str = HERE) -> Iterator[Check]:
    found = [path.name for path in shelf.here.iterdir()] if shelf.here.is_dir() else []
    for (month, state), sha256 in _expected(known, found, HERE).items():
        yield _check(month, state, place, partial(shelf.local, month, state, sha256))


def _there(shelf: Shelf, known: Memories, place: str) -> Iterator[Check]:
    try:
        with shelf.opened(place) as target:
            yield from _on(shelf, target, known, place)
            for other in shelf.others(target):
                yield from _on(other, target, {}, f"{place}/{other.root}")
    except SheetsSyncError as error:
        expected = _expected(known, [], place)
        if not expected:
            raise
        for month, state in expected:
            yield Check(month, state, place, (error.words,), reached=False)


def _on(shelf: Shelf, target: Target, known: Memories, place: str) -> Iterator[Check]:
    for (month, state), sha256 in _expected(known, target.names(shelf.root), place).items():
        yield _check(month, state, place, partial(shelf.at, target, month, state, sha256))


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
        return Check(month, state, target, (error.words,), reached=False)
    files = () if archive is None else tuple(bundle.sums(archive))
    return Check(month, state, target, tuple(faults), files)
