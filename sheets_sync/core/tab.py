"""One tab as it was read, and how its rows are told apart: by the value of their key columns.

What people type is read as it is meant: a date written as text, a SKU typed as a number, a marketplace by
its name. Rows and columns are zero-based, row 0 holds the headings, a blank cell is None.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sheets_sync.core.template import TabLayout

Cell = bool | int | float | str | None
RowKey = tuple[Cell, ...]

MAX_TEXT = 50_000
"""The longest text a cell of Google's takes, in characters."""


@dataclass(frozen=True, slots=True)
class TabMemory:
    """Where a tab and its columns were when last seen; `highlights` names the colour rules installed."""

    sheet_id: int
    title: str
    headings: tuple[str, ...]
    columns: Mapping[str, int]
    highlights: str


@dataclass(frozen=True, slots=True)
class ExistingTab:
    """One tab as it was read: `cells[column][row]`, both zero-based, row 0 the headings, blank is None.

    `columns` says where each of our columns is now. `row_count` and `column_count` are the grid's.
    """

    id: str
    sheet_id: int
    title: str
    columns: Mapping[str, int]
    cells: Sequence[Sequence[Cell]]
    row_count: int
    column_count: int

    @property
    def headings(self) -> list[str]:
        """Return the heading row as text, blank where a column has none."""
        return heading_texts([column[0] if column else None for column in self.cells])

    def cell(self, row: int, column: int) -> Cell:
        """Return one cell; outside of what was read is blank."""
        if column >= len(self.cells) or row >= len(self.cells[column]):
            return None
        return self.cells[column][row]

    def keys(
        self, layout: TabLayout, names: Sequence[str] | None = None
    ) -> Iterator[tuple[int, RowKey]]:
        """Yield (row, key) of every row with a complete key, below the headings.

        Parts whose column the tab lacks are those the layout implies. With `names`, only these parts
        count. In a loose tab every row that somebody filled has a key: parts may be blank, and the last
        part counts rows that are otherwise alike.
        """
        names = layout.key_columns if names is None else names
        parts = [self._part(layout, name) for name in names]
        if layout.is_loose:
            yield from self._loose_keys(layout, names, parts)
            return
        for row in range(1, min((len(part) for part in parts if part is not None), default=0)):
            key = tuple(
                layout.implied[name] if part is None else part[row]
                for name, part in zip(names, parts, strict=True)
            )
            if None not in key:
                yield row, key

    def _part(self, layout: TabLayout, name: str) -> Sequence[Cell] | None:
        """Return what a key column says of each row, as it is meant; None where the tab lacks it."""
        place = self.columns.get(name)
        if place is None:
            return None
        cells = self.cells[place] if place < len(self.cells) else ()
        read = _reader(layout, name)
        return [read(cell) for cell in cells]

    def _loose_keys(
        self, layout: TabLayout, names: Sequence[str], parts: Sequence[Sequence[Cell] | None]
    ) -> Iterator[tuple[int, RowKey]]:
        filled = [
            self.cells[place]
            for name, place in self.columns.items()
            if place < len(self.cells)
            and (layout.by_id[name].key or layout.by_id[name].role != "ours")
        ]
        seen: Counter[RowKey] = Counter()
        for row in range(1, max((len(cells) for cells in filled), default=0)):
            if all(row >= len(cells) or blank_or(cells[row]) is None for cells in filled):
                continue
            key = tuple(
                layout.implied.get(name, "")
                if part is None or row >= len(part) or part[row] is None
                else part[row]
                for name, part in zip(names, parts, strict=True)
            )
            yield row, (*key, seen[key])
            seen[key] += 1

    @property
    def bottom(self) -> int:
        """Return the first row below everything that was read."""
        return max((len(column) for column in self.cells), default=1)


def heading_texts(row: Sequence[Cell]) -> list[str]:
    """Return a heading row as text, blank where a column has none."""
    return ["" if value is None else str(value) for value in row]


def blank_or(value: Cell) -> Cell:
    """An empty text and no value are the same cell."""
    return None if value == "" else value


def loose_key(layout: TabLayout, cells: Mapping[str, Cell]) -> RowKey:
    """Return the key of a row that is about to be written into a loose tab, as reading it will give it."""
    key = []
    for name in layout.key_columns:
        value = _reader(layout, name)(cells.get(name))
        key.append(layout.implied.get(name, "") if value is None else value)
    return (*key, 0)


def _reader(layout: TabLayout, name: str) -> Callable[[Cell], Cell]:
    """Return what reads a cell of a key column as it is meant."""
    unit = layout.by_id[name].unit
    if name == "date" or unit == "date":
        return as_serial
    if unit in ("moment", "count"):
        return _whole
    spellings = layout.spellings.get(name)
    if not spellings:
        return _as_text
    known: dict[Cell, Cell] = {}  # a column holds few different texts, and folding one is dear

    def spelt(cell: Cell) -> Cell:
        text = _as_text(cell)
        if text not in known:
            known[text] = _meant(text, spellings)
        return known[text]

    return spelt


_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")


def as_serial(value: Cell) -> Cell:
    """Read a date that somebody typed as text, year first; anything else stays what it is."""
    if isinstance(value, str):
        found = _DATE.fullmatch(value.strip())
        if found is None:
            return value.strip() or None
        try:
            return (date(*(int(part) for part in found.groups())) - date(1899, 12, 30)).days
        except ValueError:
            return value
    return _whole(value)


def _whole(value: Cell) -> Cell:
    return int(value) if isinstance(value, float) and value.is_integer() else value


def folded(text: str) -> str:
    """Return a text without the differences that do not matter to people."""
    return " ".join(unicodedata.normalize("NFKC", text).split()).casefold()


def _meant(text: Cell, spellings: Mapping[str, str]) -> Cell:
    return text if text is None else spellings.get(folded(str(text)), text)


def _as_text(value: Cell) -> Cell:
    """Read a SKU that somebody typed as a number, or with a blank beside it; blank stays None."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, bool) or value is None:
        return value
    return str(int(value)) if float(value).is_integer() else str(value)


def clean(text: str) -> str:
    """Return a text as a cell can hold it: without control characters and halves of characters, not too long."""
    if not text.isprintable():
        text = "".join(
            c for c in text if (c >= " " or c in "\n\t") and not "\ud800" <= c <= "\udfff"
        )
    return text[:MAX_TEXT]


def key_text(key: RowKey) -> str:
    """Return a row's key as people say it: `2026-07-30 · acme · US · LMP-1`."""
    first = (
        date(1899, 12, 30) + timedelta(days=int(key[0]))
        if isinstance(key[0], int | float)
        else key[0]
    )
    return " · ".join(str(part) for part in (first, *key[1:]))
