"""A month brought back from its archive as a tab, and proved to be equal to it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from sheets_sync.archive.shelf import shelf_of
from sheets_sync.core.months import BEST_FIRST, MonthMemory, first_day
from sheets_sync.core.snapshot import differences
from sheets_sync.errors import ConfigurationError, SheetError, SheetsSyncError, Words
from sheets_sync.sheets import wire
from sheets_sync.sheets.photograph import photograph
from sheets_sync.sheets.rebuilding import rebuild, restored_title, sheet_id_of
from sheets_sync.store import months

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sheets_sync.archive.bundle import Bundle
    from sheets_sync.archive.shelf import Shelf
    from sheets_sync.core.snapshot import State, TabSnapshot
    from sheets_sync.edges import Setup
    from sheets_sync.sheets.book import Book
    from sheets_sync.store import Store

_TITLES = "sheets(properties(sheetId,title))"


class Restored(NamedTuple):
    """A tab that was made from an archive; `is_new` is False where it stood there already."""

    title: str
    state: State
    rows: int
    is_new: bool


class NoArchive(ConfigurationError):
    """There is no good archive of the month that was asked for."""

    def __init__(self, month: str, known: Sequence[str] = ()) -> None:
        self.month, self.known = month, tuple(known)
        have = ", ".join(known) or "-"
        super().__init__(
            Words(
                f"找不到 {month} 的完好存档(本机 state/archives 和 archive.copy_to 各处都没有)。记得的存档:{have}。",
                f"There is no good archive of {month}: neither in state/archives here nor at any place of archive.copy_to. "
                f"Archived, as far as is remembered: {have}.",
            )
        )


class NotEqual(SheetError):
    """A tab made from an archive is not what the archive holds."""

    def __init__(self, title: str, place: str) -> None:
        self.title, self.place = title, place
        super().__init__(
            Words(
                f"恢复出的「{title}」与存档不一致({place})。请删掉这个工作表再试;存档文件本身没有变。",
                f"The restored '{title}' differs from its archive at {place}. Delete that tab and try again; the archive's "
                "files are as they were.",
            )
        )


def restore(setup: Setup, store: Store, book: Book, month: str) -> list[Restored]:
    """Rebuild a month's log as a tab of the sheet; raise NoArchive, NotEqual or another SheetError."""
    shelf = shelf_of(setup.job, store, book.spreadsheet_id)
    known = months.recall(store, book.spreadsheet_id)
    memory = known.get(month, MonthMemory(month))
    try:
        state, archive = best(shelf, memory)
    except NoArchive:
        raise NoArchive(month, [m for m, one in known.items() if one.made]) from None
    made = []
    for layout in setup.layouts:
        if not layout.is_log:
            continue
        wanted = layout.tab_id(first_day(month))
        tab = next((one for one in archive.tabs if one.id == wanted), None)
        if tab is None or (layout.kind != "sku" and not layout.monthly):
            continue
        if not layout.monthly:  # a slice of a log that is one tab for ever
            tab = replace(tab, id=f"{tab.id}:{month}", title=f"{tab.title} {month}")
        own = restored_title(book, tab.id)
        is_free = memory.removed or not layout.monthly
        title = own or _title(book, tab, setup, is_free=is_free)
        if own is None:
            rebuild(book, tab, title)
            _prove(book, tab, title)
        made.append(Restored(title, state, len(tab.body), own is None))
    if not made:
        raise NoArchive(month)
    return made


def best(shelf: Shelf, memory: MonthMemory) -> tuple[State, Bundle]:
    """Return the final archive, else the preliminary one, wherever a good one lies; raise NoArchive.

    Where this spreadsheet has none, those of the team's other spreadsheets count, such as the one before.
    """
    for one in (shelf, *_others(shelf)):
        for state in BEST_FIRST:
            expected = memory.made.get(state) if one is shelf else None
            archive = one.found(memory.month, state, expected).archive
            if archive is not None:
                return state, archive
    raise NoArchive(memory.month)


def _others(shelf: Shelf) -> Iterator[Shelf]:
    """Yield the team's other shelves, each once, as this computer and the places know them."""
    seen = {other.root: other for other in shelf.others(None)}
    yield from seen.values()
    for place in shelf.places:
        try:
            with shelf.opened(place) as target:
                more = [other for other in shelf.others(target) if other.root not in seen]
        except SheetsSyncError:
            continue
        seen |= {other.root: other for other in more}
        yield from more


def _title(book: Book, tab: TabSnapshot, setup: Setup, *, is_free: bool) -> str:
    """Return the archived title, with a word added where it may be another tab's some day."""
    sheets = book.gateway.metadata(book.spreadsheet_id, _TITLES).get("sheets", ())
    titles = {sheet["properties"]["title"] for sheet in sheets}
    suffix = Words("恢复", "restored").say("zh" if setup.job.language == "zh" else "en")
    number, title = 1, tab.title if is_free else f"{tab.title} ({suffix})"
    while title in titles:
        title = f"{tab.title} ({suffix}{'' if number == 1 else f' {number}'})"
        number += 1
    return title


def _prove(book: Book, tab: TabSnapshot, title: str) -> None:
    """Compare the tab with its archive: every value and every look."""
    seen = photograph(
        book.gateway, book.spreadsheet_id, tab.id, tab.kind, sheet_id_of(tab.id), tab.heading_row
    )
    for row, column in differences(tab, seen):
        raise NotEqual(title, f"{wire.column_letters(column)}{row + 1}")
