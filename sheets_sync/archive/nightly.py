"""What is done about archives every night: make what is due, copy what is not copied, remove what may go."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from sheets_sync.archive import bundle, copying
from sheets_sync.archive.bundle import folder_of
from sheets_sync.archive.checking import HERE
from sheets_sync.archive.pruning import prune
from sheets_sync.archive.taking import MonthGone, Taker
from sheets_sync.core.months import Copied, MonthMemory, due, to_sweep
from sheets_sync.core.notices import Notice
from sheets_sync.errors import SheetError, SheetsSyncError, Words
from sheets_sync.store import months

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, datetime

    from sheets_sync.core.months import Due, Memories
    from sheets_sync.core.snapshot import State
    from sheets_sync.edges import Edges, Setup


class Copy(NamedTuple):
    """One copy of a month, at one target."""

    target: str
    ok: bool
    error: Words | None = None


@dataclass(slots=True)
class MonthResult:
    """What was done about one month. `state` is preliminary, final, waiting or gone.

    `files` are paths on this computer with their SHA-256.
    """

    month: str
    state: str
    files: list[tuple[str, str]] = field(default_factory=list)
    copies: list[Copy] = field(default_factory=list)


@dataclass(slots=True)
class Archived:
    """What was done, and what a person should know."""

    months: list[MonthResult] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    down: dict[str, Words] = field(default_factory=dict)
    """The places that failed, and why; each is tried once a run."""
    stopped: Words | None = None
    """Why not every month that is due was made: the sheet or the network failed."""

    @property
    def has_failed(self) -> bool:
        """Return whether a month could not be archived, or a copy not be made."""
        is_gone = any(month.state == "gone" for month in self.months)
        return bool(self.down) or is_gone or self.stopped is not None


def archive(
    setup: Setup, edges: Edges, *, now: datetime, run_id: str, only: str | None = None
) -> Archived:
    """Archive the months that are due, or the one month `only`.

    What fails, the sheet or a place to copy to, is told in the result and is tried again the next time.
    """
    if edges.book is None:
        return Archived()
    taker = Taker(setup, edges.store, edges.book, now, run_id)
    today = now.astimezone(setup.job.zone).date()
    done = Archived()
    if only is not None:
        _look_again(taker, only)
    try:
        for one in _due(taker, today):
            if only in (None, one.month):
                done.months.append(_make(taker, one))
    except SheetError as error:
        done.stopped = error.words
    for memory in months.recall(edges.store, edges.book.spreadsheet_id).values():
        if only in (None, memory.month) and not memory.gone:
            _copy(taker, memory, done)
    if only is not None and not done.months and done.stopped is None:
        done.months.append(_as_it_stands(taker, only, today))
    done.months.sort(key=lambda result: result.month)
    if only is None and done.stopped is None and not done.down:
        _prune(taker, done)
    done.notices += _notices(done)
    return done


def _prune(taker: Taker, done: Archived) -> None:
    try:
        prune(taker, done.removed, done.notices)
    except SheetError as error:
        done.stopped = error.words


def _known(taker: Taker) -> Memories:
    return months.recall(taker.store, taker.book.spreadsheet_id)


def _there(taker: Taker) -> set[str]:
    return months.with_rows(taker.store, taker.book.spreadsheet_id, taker.setup.layouts)


def _due(taker: Taker, today: date) -> list[Due]:
    return due(_there(taker), _known(taker), today, taker.setup.job.archive.after_days)


def _keep(taker: Taker, memory: MonthMemory) -> MonthMemory:
    months.keep(taker.store, taker.book.spreadsheet_id, memory)
    return memory


def _look_again(taker: Taker, month: str) -> None:
    """Forget that a month's tab was gone: somebody asks for it."""
    memory = _known(taker).get(month)
    if memory is not None and memory.gone:
        _keep(taker, replace(memory, gone=False))


def _make(taker: Taker, one: Due) -> MonthResult:
    """Make the files of a month on this computer, and remember that they are there."""
    memory = _known(taker).get(one.month, MonthMemory(one.month))
    try:
        month, memory = taker.take(one, memory)
    except MonthGone:
        _keep(taker, replace(memory, gone=True))
        return MonthResult(one.month, "gone")
    made = bundle.make(month)
    bundle.lay_down(made, copying.kept_in(taker.setup.job) / folder_of(one.month, one.state))
    # From here on the archive holds the formulas that freezing turned into values.
    _keep(taker, replace(memory, made={**memory.made, one.state: made.sha256}, formulas={}))
    return _result(taker, one.month, one.state)


def _result(taker: Taker, month: str, state: State) -> MonthResult:
    place = copying.kept_in(taker.setup.job) / folder_of(month, state)
    here, _ = copying.local(taker.setup.job, folder_of(month, state), None)
    files = [] if here is None else bundle.sums(here)
    return MonthResult(month, state, [(str(place / name), sha256) for name, sha256 in files])


def _copy(taker: Taker, memory: MonthMemory, done: Archived) -> None:
    """Copy the best archive of a month to the targets that lack it; mend the copies that were found wrong."""
    job = taker.setup.job
    for state, sha256 in memory.made.items():
        had = memory.copies.get(state, {})
        names = [name for name in copying.names(job) if state == memory.state or name in had]
        pending = [name for name in names if had.get(name) != Copied(sha256)]
        is_wrong_here = had.get(HERE, Copied()).error is not None
        if not pending and not is_wrong_here:
            continue
        folder = folder_of(memory.month, state)
        found = copying.found(job, folder, sha256)
        if found is None:  # its files are nowhere any more: it is made again the next time
            made = {name: sha for name, sha in memory.made.items() if name != state}
            _keep(taker, replace(memory, made=made))
            done.notices.append(_lost(memory.month))
            return
        if is_wrong_here:
            bundle.lay_down(found, copying.kept_in(job) / folder)
            memory = _copied(taker, memory, state, HERE, Copied(sha256))
        result = next((r for r in done.months if (r.month, r.state) == (memory.month, state)), None)
        if result is None:
            result = _result(taker, memory.month, state)
            done.months.append(result)
        for name in pending:
            if name not in done.down:
                try:
                    with copying.opened(job, name) as target:
                        copying.send(found, folder, target)
                except SheetsSyncError as error:
                    done.down[name] = error.words
            why = done.down.get(name)
            result.copies.append(Copy(name, ok=why is None, error=why))
            copied = Copied(sha256) if why is None else Copied("", (why.zh, why.en))
            memory = _copied(taker, memory, state, name, copied)


def _copied(
    taker: Taker, memory: MonthMemory, state: State, target: str, copied: Copied
) -> MonthMemory:
    copies = {**memory.copies.get(state, {}), target: copied}
    return _keep(taker, replace(memory, copies={**memory.copies, state: copies}))


def _as_it_stands(taker: Taker, month: str, today: date) -> MonthResult:
    """Say of a month that was asked for, and of which nothing was due, how it stands."""
    memory = _known(taker).get(month, MonthMemory(month))
    after = taker.setup.job.archive.after_days
    if memory.state is None or month in to_sweep(_there(taker), _known(taker), today, after):
        return MonthResult(month, "waiting")
    result = _result(taker, month, memory.state)
    result.copies = [
        Copy(name, ok=True)
        for name, copied in memory.copies.get(memory.state, {}).items()
        if copied.sha256 == memory.made[memory.state]
    ]
    return result


def _notices(done: Archived) -> Iterator[Notice]:
    for result in done.months:
        if result.state == "gone":
            words = Words(
                f"{result.month} 的工作表已被删除,无法归档。用版本历史恢复它,再运行 sheets-sync archive --month {result.month}。",
                f"The tab of {result.month} was deleted, so it cannot be archived. Restore it from the version history, then "
                f"run `sheets-sync archive --month {result.month}`.",
            )
            yield Notice("archive-gone", words)
    if done.stopped is not None:
        words = Words(
            f"归档没有做完,下次运行会接着做。{done.stopped.zh}",
            f"The archive was not finished; the next run goes on with it. {done.stopped.en}",
        )
        yield Notice("archive-failed", words)
    for name, why in done.down.items():
        waiting = [
            r.month for r in done.months if any(c.target == name for c in r.copies if not c.ok)
        ]
        words = Words(
            f"没有复制到 {name},下次运行会重试:{'、'.join(waiting)}。{why.zh}",
            f"Not copied to {name}, and tried again by the next run: {', '.join(waiting)}. {why.en}",
        )
        yield Notice("archive-copy", words)


def _lost(month: str) -> Notice:
    return Notice(
        "archive-lost",
        Words(
            f"{month} 的归档文件在本机和各处都找不到完好的,下次运行会重新生成。",
            f"No good archive of {month} is left on this computer or at any target; the next run makes it again.",
        ),
    )
