"""A tab as it stood at one moment, whole: every value, how each cell looked, and the team's own columns.

This is what an archive holds, what its workbook and tables are rendered from, and what a restored tab is
made of. Cells lie by row, all rows equally long; row and column numbers are zero-based.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from sheets_sync.core.serials import serial_date
from sheets_sync.core.tab import as_serial, clean

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from sheets_sync.core.tab import Cell
    from sheets_sync.core.template import Kind
    from sheets_sync.errors import Language

State = Literal["preliminary", "final"]
Place = tuple[int, int]

_DATED_BY = ("date", "time", "first_seen", "run_at")
"""Columns that say which month a row belongs to, the first that says it counts."""
_STARTS = ("", "http://", "https://", "mailto:")
"""What an address may begin with, though people leave it out."""


class Look(NamedTuple):
    """How one cell looks, colour rules included. Colours are #RRGGBB, empty where there is none."""

    fill: str = ""
    ink: str = ""
    bold: bool = False
    italic: bool = False
    struck: bool = False
    underlined: bool = False
    align: Literal["", "LEFT", "CENTER", "RIGHT"] = ""
    wrap: bool = False
    kind: str = ""
    """The kind of the number format, such as DATE or CURRENCY."""
    pattern: str = ""
    """The number format, such as `0.0%`."""


PLAIN = Look()


class ColumnLook(NamedTuple):
    """One column: our id of it, None for the team's own, its width in pixels, whether it is hidden."""

    id: str | None
    width: int
    hidden: bool


@dataclass(frozen=True, slots=True)
class TabSnapshot:
    """One tab. `looks` are indexes into `palette`; formulas are kept beside the values they came to.

    Above row `heading_row` a frozen tab has its banner. `links` say where a cell leads; where a text leads to
    several places, each is a line.
    """

    id: str
    kind: Kind
    title: str
    columns: Sequence[ColumnLook]
    rows: Sequence[Sequence[Cell]]
    looks: Sequence[Sequence[int]]
    palette: Sequence[Look]
    heading_row: int = 0
    frozen_rows: int = 1
    frozen_columns: int = 0
    colour: str = ""
    has_filter: bool = False
    notes: Mapping[Place, str] = field(default_factory=dict)
    formulas: Mapping[Place, str] = field(default_factory=dict)
    links: Mapping[Place, str] = field(default_factory=dict)

    @property
    def headings(self) -> list[str]:
        """Return the heading row as text."""
        row = self.rows[self.heading_row] if len(self.rows) > self.heading_row else ()
        return ["" if value is None else str(value) for value in row]

    @property
    def body(self) -> Sequence[Sequence[Cell]]:
        """Return the rows below the headings."""
        return self.rows[self.heading_row + 1 :]

    def column(self, name: str) -> int | None:
        """Return where one of our columns is."""
        return next((i for i, column in enumerate(self.columns) if column.id == name), None)

    def look(self, row: int, column: int) -> Look:
        """Return how a cell looks."""
        return self.palette[self.looks[row][column]]

    def cell(self, place: Place) -> Cell:
        """Return a cell's value; outside of the tab is blank."""
        row, column = place
        is_inside = row < len(self.rows) and column < len(self.columns)
        return self.rows[row][column] if is_inside else None

    def link(self, place: Place) -> str:
        """Return the one address a text leads to; empty where there is none, or several, or no text.

        That is what a tab made from this one can have as well: numbers cannot lead anywhere.
        """
        link = self.links.get(place, "")
        return link if isinstance(self.cell(place), str) and "\n" not in link else ""


@dataclass(frozen=True, slots=True)
class MonthSnapshot:
    """One month of a team: its log, its slices of the other tabs, its settings and the rules in force.

    `run` names the run that last changed the sheet. `rules` has one line for each limit in force: rule,
    severity, scope, and the condition in words.
    """

    team: str
    month: str
    state: State
    language: Language
    spreadsheet: str
    run: str
    rule_set: str
    rules: Sequence[tuple[str, str, str, str]]
    tabs: Sequence[TabSnapshot]


def rows_of_month(tab: TabSnapshot, month: str) -> list[int]:
    """Return the rows of one month, the headings among them.

    Rows that say no date belong to every month, for nobody else keeps them.
    """
    first = date.fromisoformat(f"{month}-01")
    days = range(serial_date(first), serial_date(next_month(first)))
    places = [place for name in _DATED_BY if (place := tab.column(name)) is not None]

    def is_in_month(row: Sequence[Cell]) -> bool:
        for place in places:
            value = as_serial(row[place])
            if isinstance(value, int | float) and not isinstance(value, bool):
                return int(value) in days
        return any(value is not None for value in row)

    top = tab.heading_row + 1
    return [i for i, row in enumerate(tab.rows) if i < top or is_in_month(row)]


def next_month(day: date) -> date:
    """Return the first day of the month after a day's."""
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def checksums(tab: TabSnapshot) -> list[str]:
    """Return for each column the SHA-256 of its values, headings included, in the order of the rows."""
    top = tab.heading_row
    return [
        hashlib.sha256(_dumped([row[i] for row in tab.rows[top:]]).encode()).hexdigest()
        for i in range(len(tab.columns))
    ]


def unheld(tab: TabSnapshot, archived: TabSnapshot) -> list[Place]:
    """Return the cells of a tab of which its archive does not hold everything at the same place.

    That is their value, their formula, their note, and where they lead.
    """
    lost = {
        (r, c)
        for r, row in enumerate(tab.rows)
        for c, value in enumerate(row)
        if value is not None and not _is_same(value, archived.cell((r, c)))
    }
    for own, held in (
        (tab.formulas, archived.formulas),
        (tab.notes, archived.notes),
        (tab.links, archived.links),
    ):
        lost |= {place for place, text in own.items() if held.get(place) != text}
    return sorted(lost)


def differences(tab: TabSnapshot, other: TabSnapshot) -> Iterator[Place]:
    """Yield the cells that differ between two tabs: in value, look or note, or in the one place they lead to.

    Texts are compared as a cell can be given them. Of several links in one text only the archive tells.
    """
    places = sorted({*tab.notes, *other.notes, *tab.links, *other.links})
    marked = {place for place in places if _marks(tab, place) != _marks(other, place)}
    height, width = len(other.rows), len(other.columns)
    for r, row in enumerate(tab.rows):
        for c, value in enumerate(row):
            look = tab.look(r, c)
            if r >= height or c >= width:
                is_same = _given(value) is None and not look.fill
            else:
                is_same = _is_same(_given(value), _given(other.rows[r][c]))
                is_same = is_same and other.look(r, c) == look
            if not is_same or (r, c) in marked:
                yield r, c
            marked.discard((r, c))
    yield from sorted(marked)


def _is_same(value: Cell, other: Cell) -> bool:
    return value == other and isinstance(value, bool) is isinstance(other, bool)


def _given(value: Cell) -> Cell:
    """Return a value as a cell has it after it was written."""
    return (clean(value) or None) if isinstance(value, str) else value


def _marks(tab: TabSnapshot, place: Place) -> tuple[str, str]:
    """Return a cell's note and where it leads. An address that leads to itself is a link without being told."""
    link, text = tab.link(place), str(tab.cell(place)).strip()
    is_itself = link.rstrip("/") in {f"{start}{text}".rstrip("/") for start in _STARTS}
    return clean(tab.notes.get(place, "")), "" if is_itself else link


def as_json(tabs: Sequence[TabSnapshot]) -> bytes:
    """Return tabs as one JSON text, the same tabs as the same bytes."""
    return _dumped({"format": 1, "tabs": [_tab_json(tab) for tab in tabs]}).encode()


def from_json(content: bytes) -> list[TabSnapshot]:
    """Return the tabs that `as_json` wrote; raise ValueError for anything else."""
    try:
        found = json.loads(content)
        if found["format"] != 1:
            raise ValueError(f"format {found['format']} is not known")
        return [_tab(entry) for entry in found["tabs"]]
    except (KeyError, TypeError, IndexError) as error:
        raise ValueError(f"not the cells of an archive: {error!r}") from error


def _tab_json(tab: TabSnapshot) -> dict[str, Any]:
    return {
        "id": tab.id,
        "kind": tab.kind,
        "title": tab.title,
        "colour": tab.colour,
        "heading_row": tab.heading_row,
        "frozen": [tab.frozen_rows, tab.frozen_columns],
        "filter": tab.has_filter,
        "columns": [list(column) for column in tab.columns],
        "palette": [list(look) for look in tab.palette],
        "notes": [[*place, text] for place, text in sorted(tab.notes.items())],
        "formulas": [[*place, text] for place, text in sorted(tab.formulas.items())],
        "links": [[*place, text] for place, text in sorted(tab.links.items())],
        "looks": [_runs(row) for row in tab.looks],
        "rows": [list(row) for row in tab.rows],
    }


def _tab(entry: Mapping[str, Any]) -> TabSnapshot:
    return TabSnapshot(
        entry["id"],
        entry["kind"],
        entry["title"],
        [ColumnLook(*column) for column in entry["columns"]],
        entry["rows"],
        [[look for look, count in row for _ in range(count)] for row in entry["looks"]],
        [Look(*look) for look in entry["palette"]],
        entry["heading_row"],
        entry["frozen"][0],
        entry["frozen"][1],
        entry["colour"],
        entry["filter"],
        {(row, column): text for row, column, text in entry["notes"]},
        {(row, column): text for row, column, text in entry["formulas"]},
        {(row, column): text for row, column, text in entry.get("links", ())},
    )


def _runs(row: Sequence[int]) -> list[list[int]]:
    return [[look, len(list(run))] for look, run in groupby(row)]


def _dumped(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def tidied(tab: TabSnapshot) -> TabSnapshot:
    """Return a tab without the blank, uncoloured rows at its end, its palette in order of appearance."""
    bottom = len(tab.rows)
    noted: Collection[int] = {row for row, _ in (*tab.notes, *tab.links)}
    while bottom > tab.heading_row + 1 and bottom - 1 not in noted and _is_blank(tab, bottom - 1):
        bottom -= 1
    order: dict[int, int] = {}
    looks = [[order.setdefault(look, len(order)) for look in row] for row in tab.looks[:bottom]]
    return replace(
        tab, rows=tab.rows[:bottom], looks=looks, palette=[tab.palette[look] for look in order]
    )


def _is_blank(tab: TabSnapshot, row: int) -> bool:
    return all(value is None for value in tab.rows[row]) and all(
        not tab.palette[look].fill for look in set(tab.looks[row])
    )
