"""A month brought back from its archive as a tab, and proved to be equal to it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from sheets_sync.archive import copying
from sheets_sync.archive.bundle import folder_of
from sheets_sync.core.months import MonthMemory, first_day
from sheets_sync.core.snapshot import differences
from sheets_sync.errors import ConfigurationError, SheetError, Words
from sheets_sync.sheets import wire
from sheets_sync.sheets.photograph import photograph
from sheets_sync.sheets.rebuilding import rebuild, sheet_id_of
from sheets_sync.store import months

if TYPE_CHECKING:
    from sheets_sync.archive.bundle import Bundle
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

    def __init__(self, month: str) -> None:
        self.month = month
        super().__init__(
            Words(
                f"找不到 {month} 的完好归档(本机 state/archives 和 archive.copy_to 各处都没有)。可用 sheets-sync archive --verify 看每一份。",
                f"There is no good archive of {month}: neither in state/archives here nor at any place of archive.copy_to. "
                "`sheets-sync archive --verify` says what is wrong with each.",
            )
        )


class NotEqual(SheetError):
    """A tab made from an archive is not what the archive holds."""

    def __init__(self, title: str, place: str) -> None:
        self.title, self.place = title, place
        super().__init__(
            Words(
                f"恢复的「{title}」与归档不一致({place})。请删掉这个工作表再试;归档文件本身没有变。",
                f"The restored '{title}' differs from its archive at {place}. Delete that tab and try again; the archive's "
                "files are as they were.",
            )
        )


def restore(setup: Setup, store: Store, book: Book, month: str) -> list[Restored]:
    """Rebuild a month's log as a tab of the sheet; raise NoArchive, NotEqual or another SheetError."""
    memory = months.recall(store, book.spreadsheet_id).get(month, MonthMemory(month))
    state, archive = _best(setup, memory)
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
        title = _title(book, tab, setup)
        is_new = rebuild(book, tab, title)
        _prove(book, tab, title)
        made.append(Restored(title, state, len(tab.body), is_new))
    return made


def _best(setup: Setup, memory: MonthMemory) -> tuple[State, Bundle]:
    """Return the final archive, else the preliminary one, wherever a good one lies."""
    states: tuple[State, ...] = ("final", "preliminary")
    for state in states:
        found = copying.found(setup.job, folder_of(memory.month, state), memory.made.get(state))
        if found is not None:
            return state, found
    raise NoArchive(memory.month)


def _title(book: Book, tab: TabSnapshot, setup: Setup) -> str:
    """Return the archived title, with a word added where a tab of that name is there."""
    sheets = book.gateway.metadata(book.spreadsheet_id, _TITLES).get("sheets", ())
    titles = {s["properties"]["title"]: s["properties"].get("sheetId", 0) for s in sheets}
    own = next((t for t, sheet_id in titles.items() if sheet_id == sheet_id_of(tab.id)), None)
    if own is not None:
        return str(own)
    suffix = Words("恢复", "restored").say("zh" if setup.job.language == "zh" else "en")
    number, title = 1, tab.title
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
