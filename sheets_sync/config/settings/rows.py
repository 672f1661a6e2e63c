"""A Settings tab read row by row: what is wrong is said beside the row and changes nothing else.

A cell that cannot be understood counts as what stood there when the row was last wholly right, else as
its default. A row whose key cannot be understood, or that repeats another one, has no effect.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from sheets_sync.config.settings.values import is_blank
from sheets_sync.config.yamlfile import UnfitError, joined
from sheets_sync.core.model import Fault
from sheets_sync.errors import Words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sheets_sync.core.settings import SettingRow, SettingsTab
    from sheets_sync.core.tab import Cell, RowKey

T = TypeVar("T")
Cells = dict[str, "Cell"]

NO_EFFECT = Words(";这一行不生效", "; the row has no effect")
TAKEN_AS_BLANK = Words(",按空白处理", "; taken as blank")
_STILL = Words(",仍按 {value}", "; {value} still holds")


def still(value: Words) -> Words:
    """Return the end of a sentence that says what holds instead of what was typed."""
    return Words(_STILL.zh.replace("{value}", value.zh), _STILL.en.replace("{value}", value.en))


@dataclass(slots=True)
class TabReader:
    """One tab on its way to settings: verdicts and faults so far, and the rows that are right."""

    tab: SettingsTab
    before: Mapping[str, Mapping[str, Cell]]
    verdicts: dict[RowKey, Words] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    good: dict[str, Cells] = field(default_factory=dict)
    rows: list[RowReader] = field(init=False)
    _seen: dict[tuple[object, ...], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rows = []
        for row in self.tab.rows:
            name = json.dumps(row.key, ensure_ascii=False)
            self.rows.append(RowReader(row, name, self.tab.labels, self.before.get(name, _NOTHING)))

    def finish(self) -> None:
        """Keep what was said of the rows, and the cells of those that are right."""
        for reader in self.rows:
            row, name = reader.row, reader.name
            if not reader.wrongs:
                self.good[name] = {
                    column: cell
                    for column, cell in row.cells.items()
                    if cell is not None and cell != "" and column not in _OURS
                }
            elif name in self.before:
                self.good[name] = dict(self.before[name])
            if reader.said:
                self.verdicts[row.key] = joined(*_between(reader.said))
            elif reader.note is not None:
                self.verdicts[row.key] = reader.note
            for column, words in reader.wrongs:
                label = None if column is None else self.tab.labels.get(column, column)
                self.faults.append(Fault(self.tab.title, row.row, label, words))

    def is_first(self, reader: RowReader, *identities: tuple[object, ...]) -> bool:
        """Return whether no row above means any of the same; say so beside one that does."""
        above = [self._seen[one] for one in identities if one in self._seen]
        if above:
            row = above[0]
            reader.refuse(None, Words(f"和第 {row} 行重复", f"the same as row {row}, which counts"))
            return False
        self._seen.update(dict.fromkeys(identities, reader.row.row))
        return True


_OURS = ("default", "unit", "verdict")
_NOTHING: Mapping[str, Cell] = MappingProxyType({})


@dataclass(slots=True)
class RowReader:
    """One row being read: `name` is its key as JSON, `before` its cells when it was last wholly right."""

    row: SettingRow
    name: str
    labels: Mapping[str, str]
    before: Mapping[str, Cell]
    wrongs: list[tuple[str | None, Words]] = field(default_factory=list)
    said: list[Words] = field(default_factory=list)
    note: Words | None = None

    def part(self, index: int) -> Cell:
        """Return a part of the key, blank where nothing is there."""
        return self.row.key[index] if index < len(self.row.key) else ""

    def refuse(self, column: str | None, words: Words) -> None:
        """Say why the row as a whole has no effect."""
        self.wrongs.append((column, words))
        self.said.append(_then(words, NO_EFFECT))

    def lacks(self, *columns: str) -> None:
        """Say which parts of the key are missing."""
        names = [self.labels.get(column, column) for column in columns]
        words = Words(f"缺少{'、'.join(names)}", f"{', '.join(names)} missing")
        self.refuse(columns[0], words)

    def wrong(self, column: str, words: Words, instead: Words) -> None:
        """Say what is wrong with a cell, and what holds instead."""
        self.wrongs.append((column, words))
        self.said.append(_then(words, instead))

    def key_part(self, column: str, index: int, read: Callable[[Cell], T]) -> T | None:
        """Return a part of the key; None, and the row is refused, where it cannot be understood."""
        try:
            return read(self.part(index))
        except UnfitError as error:
            self.refuse(column, error.words)
            return None

    def cell(
        self,
        column: str,
        read: Callable[[Cell], T],
        show: Callable[[T], Words],
        default: T | None = None,
    ) -> T | None:
        """Return what a cell says, None where nothing is there.

        Where it cannot be understood: what it said before, else `default`.
        """
        try:
            return self.understood(column, read)
        except UnfitError as error:
            before = self.kept(column, read)
            kept = default if before is None else before
            self.wrong(column, error.words, TAKEN_AS_BLANK if kept is None else still(show(kept)))
            return kept

    def understood(self, column: str, read: Callable[[Cell], T]) -> T | None:
        """Return what a cell says, None where nothing is there; raise UnfitError."""
        raw = self.row.cells.get(column)
        return None if is_blank(raw) else read(raw)

    def kept(self, column: str, read: Callable[[Cell], T]) -> T | None:
        """Return what a cell said when the row was last right, None where that was nothing."""
        old = self.before.get(column)
        try:
            return None if is_blank(old) else read(old)
        except UnfitError:
            return None


def _then(words: Words, more: Words) -> Words:
    """Go on after a sentence, which may have ended in a question."""
    return Words(
        words.zh + (more.zh.lstrip(",;") if words.zh.endswith("?") else more.zh),
        words.en + (f" {more.en.lstrip('; ')}" if words.en.endswith("?") else more.en),
    )


def _between(said: Sequence[Words]) -> Iterator[Words]:
    for i, words in enumerate(said):
        yield Words(f"{'。' if i else ''}{words.zh}", f"{'. ' if i else ''}{words.en}")
