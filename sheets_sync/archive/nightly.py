"""What is done about archives every night: make what is due, copy what is not copied, remove what may go."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from sheets_sync.archive import bundle
from sheets_sync.archive.bundle import folder_of
from sheets_sync.archive.pruning import prune
from sheets_sync.archive.shelf import HERE, Shelf, keep_root, shelf_of
from sheets_sync.archive.taking import MonthGone, Taker
from sheets_sync.core.months import Copied, MonthMemory, due, first_day, to_sweep
from sheets_sync.core.notices import Notice
from sheets_sync.core.snapshot import next_month
from sheets_sync.errors import SheetsSyncError, Words
from sheets_sync.store import months

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
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
    is_new: bool = False
    is_frozen: bool = False
    waits_for: Words | None = None


@dataclass(slots=True)
class Archived:
    """What was done, and what a person should know."""

    months: list[MonthResult] = field(default_factory=list)
    removed: list[tuple[str, str]] = field(default_factory=list)
    """The months whose tabs left the sheet, with their titles."""
    notices: list[Notice] = field(default_factory=list)
    failures: dict[str, list[Words]] = field(default_factory=dict)
    """The places that failed, and why each time; after so many times a place is left alone for this run."""
    stopped: dict[str, Words] = field(default_factory=dict)
    """The months that were not made, because the sheet or the network failed, and why."""

    @property
    def has_failed(self) -> bool:
        """Return whether a month could not be archived, or a copy not be made."""
        is_gone = any(month.state == "gone" for month in self.months)
        return bool(self.failures or self.stopped) or is_gone


_TRIES = 2
"""So many failures in one run, and a place is not asked again: it may be down."""


def archive(
    setup: Setup, edges: Edges, *, now: datetime, run_id: str, only: str | None = None
) -> Archived:
    """Archive the months that are due, or the one month `only`.

    What fails, a month or a place to copy to, stops no other; it is told in the result and tried again the
    next time.
    """
    if edges.book is None:
        return Archived()
    night = _Night(
        Taker(setup, edges.store, edges.book, now, run_id),
        shelf_of(setup.job, edges.store, edges.book.spreadsheet_id),
        now.astimezone(setup.job.zone).date(),
        Archived(),
    )
    night.make(only)
    night.copy(only)
    done = night.done
    if only is None and not done.stopped and not done.failures:
        try:
            prune(night.taker, night.shelf, done.removed, done.notices)
        except SheetsSyncError as error:
            done.notices.append(_unfinished(error.words))
    elif only is not None and not done.months and not done.stopped:
        done.months.append(night.as_it_stands(only))
    done.months.sort(key=lambda result: result.month)
    done.notices += _notices(done)
    return done


@dataclass(slots=True)
class _Night:
    taker: Taker
    shelf: Shelf
    today: date
    done: Archived

    def make(self, only: str | None) -> None:
        """Make the archives that are due on this computer, and remember that they are there."""
        memory = self._known().get(only or "")
        if memory is not None and memory.gone:
            self._keep(replace(memory, gone=False))  # somebody asks for it
        for one in self._due():
            if only in (None, one.month):
                try:
                    self.done.months.append(self._made(one))
                except SheetsSyncError as error:
                    self.done.stopped[one.month] = error.words

    def copy(self, only: str | None) -> None:
        """Copy the best archive of each month to the places that lack it; mend copies that were found wrong."""
        for memory in self._known().values():
            if only in (None, memory.month) and not memory.gone:
                for state in memory.made:
                    try:
                        memory = self._copy(memory, state)  # noqa: PLW2901  # as it is now
                    except SheetsSyncError as error:
                        self.done.notices.append(_unfinished(error.words))

    def as_it_stands(self, month: str) -> MonthResult:
        """Say of a month that was asked for, and of which nothing was due, how it stands."""
        memory = self._known().get(month, MonthMemory(month))
        there, after = self._there(), self.taker.setup.job.archive.after_days
        is_swept_next = month in to_sweep(there, self._known(), self.today, after)
        if memory.state is None or is_swept_next:
            reason = _why_not(month, there, self.today, is_swept_next=is_swept_next)
            return MonthResult(month, "waiting", waits_for=reason)
        result = self._result(month, memory.state)
        copies = memory.copies.get(memory.state, {})
        right = Copied(memory.made[memory.state])
        good = [place for place in self.shelf.places if copies.get(place) == right]
        result.copies = [Copy(place, ok=True) for place in good]
        return result

    def _known(self) -> Memories:
        return months.recall(self.taker.store, self.taker.book.spreadsheet_id)

    def _there(self) -> set[str]:
        taker = self.taker
        return months.with_rows(taker.store, taker.book.spreadsheet_id, taker.setup.layouts)

    def _due(self) -> list[Due]:
        after = self.taker.setup.job.archive.after_days
        return due(self._there(), self._known(), self.today, after)

    def _keep(self, memory: MonthMemory) -> MonthMemory:
        months.keep(self.taker.store, self.taker.book.spreadsheet_id, memory)
        return memory

    def _made(self, one: Due) -> MonthResult:
        memory = self._known().get(one.month, MonthMemory(one.month))
        keep_root(self.taker.store, self.taker.book.spreadsheet_id, self.shelf)
        archive_ = None
        if one.state == "final":  # made by a run that is not remembered
            archive_ = self.shelf.found(one.month, one.state, None).archive
        if archive_ is None:
            try:
                taken = self.taker.take(one, memory)
            except MonthGone:
                self._keep(replace(memory, gone=True))
                return MonthResult(one.month, "gone")
            memory = taken.memory
            archive_ = bundle.make(taken.month)
            if taken.unfrozen is not None:
                self.done.notices.append(_unfrozen(one.month, taken.unfrozen))
        bundle.lay_down(archive_, self.shelf.here / folder_of(one.month, one.state))
        # From here on the archive holds the formulas that freezing turned into values.
        made = {**memory.made, one.state: archive_.sha256}
        self._keep(replace(memory, made=made, formulas={}))
        result = self._result(one.month, one.state)
        result.is_new, result.is_frozen = True, memory.frozen is not None
        return result

    def _result(self, month: str, state: State) -> MonthResult:
        place = self.shelf.here / folder_of(month, state)
        here, _ = self.shelf.local(month, state, None)
        files = [] if here is None else bundle.sums(here)
        return MonthResult(month, state, [(str(place / name), sha256) for name, sha256 in files])

    def _copy(self, memory: MonthMemory, state: State) -> MonthMemory:
        """Copy one archive to the places that lack it; return what is known of the month then."""
        month = memory.month
        sha256, had = memory.made[state], memory.copies.get(state, {})
        places = [place for place in self.shelf.places if state == memory.state or place in had]
        pending = [place for place in places if had.get(place) != Copied(sha256)]
        is_wrong_here = had.get(HERE, Copied()).error is not None
        if not pending and not is_wrong_here:
            return memory
        found = self.shelf.found(month, state, sha256)
        if found.archive is None:
            return self._lost(memory, state, asked_all=found.asked_all)
        if is_wrong_here:
            bundle.lay_down(found.archive, self.shelf.here / folder_of(month, state))
            memory = self._copied(memory, state, HERE, Copied(sha256))
        months_ = self.done.months
        result = next((r for r in months_ if (r.month, r.state) == (month, state)), None)
        if result is None:
            result = self._result(month, state)
            months_.append(result)
        for place in pending:
            failures = self.done.failures.get(place, [])
            why = failures[-1] if len(failures) >= _TRIES else None
            if why is None:
                try:
                    with self.shelf.opened(place) as target:
                        self.shelf.send(found.archive, month, state, target)
                except SheetsSyncError as error:
                    why = error.words
                    self.done.failures.setdefault(place, []).append(why)
            result.copies.append(Copy(place, ok=why is None, error=why))
            copied = Copied(sha256) if why is None else Copied("", (why.zh, why.en))
            memory = self._copied(memory, state, place, copied)
        return memory

    def _copied(self, memory: MonthMemory, state: State, place: str, copied: Copied) -> MonthMemory:
        copies = {**memory.copies.get(state, {}), place: copied}
        return self._keep(replace(memory, copies={**memory.copies, state: copies}))

    def _lost(self, memory: MonthMemory, state: State, *, asked_all: bool) -> MonthMemory:
        """Say that no good archive is left; where its tab is, it is made again the next time."""
        can_be_made = asked_all and not memory.removed
        if can_be_made:
            made = {name: sha256 for name, sha256 in memory.made.items() if name != state}
            memory = self._keep(replace(memory, made=made))
        self.done.notices.append(_lost(memory.month, asked_all=asked_all, again=can_be_made))
        return memory


def _why_not(month: str, there: Collection[str], today: date, *, is_swept_next: bool) -> Words:
    """Say why a month has no archive yet."""
    if next_month(first_day(month)) > today:
        return Words("这个月还没有结束", "the month is not over")
    if is_swept_next:
        return Words(
            "要等下一次 sync 补齐最后的数据", "it waits for the next sync to bring its last figures"
        )
    if month not in there:
        return Words("日志里没有这个月的数据", "the log has no rows of this month")
    return Words("下次运行会存档", "the next run archives it")


def _notices(done: Archived) -> Iterator[Notice]:
    for result in done.months:
        if result.state == "gone":
            words = Words(
                f"{result.month} 的工作表已被删除,无法归档。用版本历史恢复它,再运行 sheets-sync archive --month {result.month}。",
                f"The tab of {result.month} was deleted, so it cannot be archived. Restore it from the version history, then "
                f"run `sheets-sync archive --month {result.month}`.",
            )
            yield Notice("archive-gone", words)
    for month, why in done.stopped.items():
        yield _unfinished(Words(f"{month}:{why.zh}", f"{month}: {why.en}"))
    for place, failures in done.failures.items():
        waiting = [
            r.month for r in done.months if any(c.target == place for c in r.copies if not c.ok)
        ]
        words = Words(
            f"没有复制到 {place},下次运行会重试:{'、'.join(waiting)}。{failures[0].zh}",
            f"Not copied to {place}, and tried again by the next run: {', '.join(waiting)}. {failures[0].en}",
        )
        yield Notice("archive-copy", words)


def _unfinished(why: Words) -> Notice:
    return Notice(
        "archive-failed",
        Words(
            f"归档没有做完,下次运行会接着做。{why.zh}",
            f"The archive was not finished; the next run goes on with it. {why.en}",
        ),
    )


def _unfrozen(month: str, why: Words) -> Notice:
    return Notice(
        "archive-unfrozen",
        Words(
            f"{month} 已存档,但工作表没能冻结(可能有人设置了保护),以后仍可修改,也不会自动移除。{why.zh}",
            f"{month} is archived, but its tab could not be frozen (somebody may have protected it): it can still be edited, "
            f"and is never removed. {why.en}",
        ),
    )


def _lost(month: str, *, asked_all: bool, again: bool) -> Notice:
    if not asked_all:
        words = Words(
            f"{month} 的存档在本机已损坏或缺失,其他各处有的连不上,下次运行会再找。",
            f"The archive of {month} is damaged or missing on this computer, and not every place could be asked; the next run "
            "looks again.",
        )
    elif again:
        words = Words(
            f"{month} 的归档文件在本机和各处都找不到完好的,下次运行会重新生成。",
            f"No good archive of {month} is left on this computer or at any target; the next run makes it again.",
        )
    else:
        words = Words(
            f"{month} 的归档文件在本机和各处都找不到完好的,工作表也已移除,无法重新生成。请从云盘的历史版本或备份找回那个文件夹。",
            f"No good archive of {month} is left anywhere, and its tab has left the sheet, so it cannot be made again. Bring its "
            "folder back from the cloud's own history or from a backup.",
        )
    return Notice("archive-lost", words)
