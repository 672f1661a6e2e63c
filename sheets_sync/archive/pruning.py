"""Which month tabs may leave the sheet: those that are archived everywhere, and hold nothing else.

A tab goes only when it is frozen, every target's copy was read back this very night and is right, and every
value and note in the tab is in the archive. Whoever copies to no place keeps all tabs.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sheets_sync.archive.checking import Check, note
from sheets_sync.archive.taking import MonthGone
from sheets_sync.core.notices import Notice
from sheets_sync.core.snapshot import unheld
from sheets_sync.errors import SheetsSyncError, Words
from sheets_sync.sheets.freezing import BANNER_ROWS, has_own_objects, remove, used_by
from sheets_sync.sheets.refusals import RequestRefused
from sheets_sync.sheets.wire import column_letters
from sheets_sync.store import months, recall

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sheets_sync.archive.shelf import Shelf
    from sheets_sync.archive.taking import Taker
    from sheets_sync.core.months import Memories, MonthMemory
    from sheets_sync.core.snapshot import TabSnapshot
    from sheets_sync.core.template import TabLayout

_NAMED = 3


def prune(
    taker: Taker, shelf: Shelf, removed: list[tuple[str, str]], notices: list[Notice]
) -> None:
    """Remove the tabs beyond those to keep, oldest first; add their months and titles, and why others stay."""
    if not shelf.places:
        return
    known = months.recall(taker.store, taker.book.spreadsheet_id)
    for month, layout, tab, sheet_id in _beyond(taker, known):
        memory = known[month]
        if memory.frozen is None or "final" not in memory.made:
            continue
        try:
            removed.append((month, _remove(taker, shelf, memory, layout, tab, sheet_id)))
        except _Stays as reason:
            notices.append(_kept(month, reason.words))


class _Stays(Exception):
    """A tab has to stay, and why."""

    def __init__(self, words: Words) -> None:
        self.words = words
        super().__init__(words.en)


def _beyond(taker: Taker, known: Memories) -> Iterator[tuple[str, TabLayout, str, int]]:
    """Yield (month, layout, tab, sheet id) of the tabs older than the newest ones that are kept."""
    there = months.with_rows(taker.store, taker.book.spreadsheet_id, taker.setup.layouts)
    there -= {month for month, memory in known.items() if memory.gone}
    for month in sorted(there)[: -taker.setup.job.archive.keep_tabs]:
        if month in known:
            for layout, tab, sheet_id in taker.month_tabs(month):
                yield month, layout, tab, sheet_id


def _remove(
    taker: Taker, shelf: Shelf, memory: MonthMemory, layout: TabLayout, tab: str, sheet_id: int
) -> str:
    archived = _verified(taker, shelf, memory, tab)
    try:
        seen = taker.seen(layout, tab, sheet_id, BANNER_ROWS, with_looks=False)
    except MonthGone:  # it was removed, and the run ended before it could be remembered
        _forget(taker, memory, tab)
        return archived.title
    lost = unheld(seen, archived)
    if lost:
        places = [f"{column_letters(column)}{row + 1}" for row, column in lost]
        more = "…" if len(places) > _NAMED else ""
        named = ", ".join(places[:_NAMED]) + more
        raise _Stays(
            Words(
                f"「{seen.title}」冻结后有人改过,归档里没有:{named}",
                f"'{seen.title}' was changed after it was frozen, and no archive holds {named}",
            )
        )
    if has_own_objects(taker.book, sheet_id):
        raise _Stays(
            Words(
                f"「{seen.title}」里有团队加的图表或切片器,归档里没有",
                f"'{seen.title}' has charts or slicers of the team's, which no archive holds",
            )
        )
    user = used_by(taker.book, sheet_id, seen.title)
    if user is not None:
        raise _Stays(
            Words(
                f"「{user}」里的公式引用了「{seen.title}」",
                f"formulas in '{user}' refer to '{seen.title}'",
            )
        )
    try:
        remove(taker.book, sheet_id)
    except RequestRefused as error:
        raise _Stays(error.words) from error
    _forget(taker, memory, tab)
    return seen.title


def _verified(taker: Taker, shelf: Shelf, memory: MonthMemory, tab: str) -> TabSnapshot:
    """Read every copy back; return the tab as the archive holds it."""
    month, sha256 = memory.month, memory.made["final"]
    held: TabSnapshot | None = None
    for place in shelf.places:
        try:
            with shelf.opened(place) as target:
                archive, faults = shelf.at(target, month, "final", sha256)
        except SheetsSyncError as error:
            raise _Stays(error.words) from error
        if archive is None:
            note(
                taker.store,
                taker.book.spreadsheet_id,
                [Check(month, "final", place, tuple(faults))],
            )
            raise _Stays(Words(f"{place}:{faults[0].zh}", f"{place}: {faults[0].en}"))
        held = next((one for one in archive.tabs if one.id == tab), None)
    if held is None:
        raise _Stays(Words("存档里没有这个工作表", "no archive has this tab"))
    return held


def _forget(taker: Taker, memory: MonthMemory, tab: str) -> None:
    spreadsheet = taker.book.spreadsheet_id
    months.keep(taker.store, spreadsheet, replace(memory, removed=True))
    recall.forget_cells(taker.store, spreadsheet, tab)
    taker.store.forget_tab(spreadsheet, tab)


def _kept(month: str, why: Words) -> Notice:
    return Notice(
        "archive-kept",
        Words(
            f"{month} 的旧工作表暂不移除:{why.zh}。",
            f"The old tab of {month} stays in the sheet: {why.en}.",
        ),
    )
