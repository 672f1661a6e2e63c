"""How a sheet that a team keeps by hand maps onto a template: pure, a proposal that people then settle.

A heading claims the columns whose names it bears: the template's own labels first, then its aliases, then
the labels of all other metrics. What one heading and one column agree on is *bound*; several headings for
a column, or several columns for a heading, are a *doubt* until somebody answers. All else is the team's.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from sheets_sync.core.layout import FORMATS, SPECIAL
from sheets_sync.core.metrics import METRICS
from sheets_sync.core.tab import ExistingTab, folded, heading_texts
from sheets_sync.core.template import KEYS, Column

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sheets_sync.core.tab import Cell
    from sheets_sync.core.template import TabLayout

ADDED = ("alerts", "why", "flags")
"""Columns without which the program is of little use: a log that lacks them gets them."""

_INTERNAL = (
    "account_age_days", "account_as_of", "acos_benchmark", "acos_benchmark_high", "age_days", "ipi_typed",
    "listed_days", "low_buy_box_days", "month", "sales_of_skus", "sources_late", "sources_late_names",
    "stock_taken_at", "twin_stock",
)  # fmt: skip
"""Metrics that only rules read: nobody keeps a column of them, though their names are common words."""

_LABEL, _ALIAS, _METRIC = range(3)

DAY_ZERO, _LAST_DAY = date(1899, 12, 30), 110_000


@dataclass(frozen=True)
class TheirTab:
    """A tab as the team keeps it: `values` worked out and `typed` as typed, both `[column][row]`.

    `tag` says which of our tabs it is already, `tags` where columns are that were tagged before.
    """

    sheet_id: int
    title: str
    values: Sequence[Sequence[Cell]]
    typed: Sequence[Sequence[Cell]]
    row_count: int
    column_count: int
    tag: str | None = None
    tags: Mapping[str, int] = field(default_factory=dict)

    @property
    def headings(self) -> list[str]:
        """Return the heading row as people see it, blank where a column has none."""
        return heading_texts([column[0] if column else None for column in self.values])

    @property
    def used(self) -> int:
        """Return how many columns there are up to the last one with any value."""
        return max(
            (
                index + 1
                for cells in (self.values, self.typed)
                for index, column in enumerate(cells)
                if any(value is not None for value in column)
            ),
            default=0,
        )

    def from_row(self, row: int) -> TheirTab:
        """Return the tab as if its headings stood in another row."""
        return replace(
            self,
            values=[column[row:] for column in self.values],
            typed=[column[row:] for column in self.typed],
        )


class Bound(NamedTuple):
    """A column of the template and where it is; `tagged` if that was settled before."""

    column: Column
    place: int
    tagged: bool = False


class Doubt(NamedTuple):
    """One heading that may be several columns, or several headings that may be one column."""

    columns: tuple[Column, ...]
    places: tuple[int, ...]
    exact: bool

    @property
    def choices(self) -> tuple[Bound, ...]:
        """Return what can be answered."""
        return tuple(Bound(column, place) for column in self.columns for place in self.places)


@dataclass(frozen=True)
class Match:
    """A tab held against one of the template's."""

    tab: TheirTab
    layout: TabLayout
    bound: tuple[Bound, ...]
    doubts: tuple[Doubt, ...] = ()

    @property
    def places(self) -> dict[str, int]:
        """Return where each bound column is."""
        return {one.column.id: one.place for one in self.bound}

    @property
    def score(self) -> int:
        """Return how many of its columns are known, or may be."""
        return len(self.bound) + len(self.doubts)

    @property
    def own(self) -> list[str]:
        """Return the headings that stay the team's own."""
        taken = {*self.places.values(), *(p for doubt in self.doubts for p in doubt.places)}
        return [text for index, text in enumerate(self.tab.headings) if text and index not in taken]

    @property
    def added(self) -> tuple[Column, ...]:
        """Return the columns that the program adds."""
        missing = [name for name in ADDED if name not in self.places]
        return tuple(self.layout.by_id[name] for name in missing if name in self.layout.by_id)

    @property
    def missing(self) -> tuple[Column, ...]:
        """Return the template's columns that the team does without."""
        there = {*self.places, *(c.id for doubt in self.doubts for c in doubt.columns), *ADDED}
        return tuple(
            column
            for column in self.layout.made
            if column.id not in there and not column.key and column.role != "theirs"
        )

    def may_have(self, name: str) -> bool:
        """Return whether a column is there, or may be once doubts are answered."""
        doubtful = (column.id for doubt in self.doubts for column in doubt.columns)
        return name in self.places or name in doubtful

    def answered(self, doubt: Doubt, answer: Bound | None) -> Match:
        """Return the match with one doubt less; without an answer its headings are the team's."""
        rest = tuple(one for one in self.doubts if one != doubt)
        if answer is None or answer.column.id in self.places:
            return replace(self, doubts=rest)
        bound = tuple(sorted((*self.bound, answer), key=lambda one: one.place))
        left = (_without(other, answer) for other in rest)
        return replace(self, bound=bound, doubts=tuple(one for one in left if one.choices))

    def column(self, name: str) -> list[Cell]:
        """Return the values of a column below its heading; none where the tab lacks it."""
        place = self.places.get(name)
        return [] if place is None else list(self.tab.values[place][1:])

    def has_formulas(self, name: str) -> bool:
        """Return whether somebody works a column out by formulas."""
        place = self.places.get(name)
        if place is None or place >= len(self.tab.typed):
            return False
        return any(
            isinstance(value, str) and value.startswith("=") for value in self.tab.typed[place][1:]
        )

    def keys(self) -> list[tuple[Cell, ...]]:
        """Return the key of every row that has one, as a run will read it."""
        names = [name for name in KEYS[self.layout.kind] if name in self.places]
        return [key for _, key in self._existing().keys(self.layout, names)]

    def days(self) -> list[Cell]:
        """Return the date of every row: a day's serial number, or what cannot be read as a day."""
        if "date" not in self.places:
            return []
        return [key[0] for _, key in self._existing().keys(self.layout, ["date"])]

    @property
    def newest(self) -> int:
        """Return the serial number of its newest day; 0 where it has none."""
        return max(serials(self.days()), default=0)

    def _existing(self) -> ExistingTab:
        tab = self.tab
        return ExistingTab(
            "", tab.sheet_id, tab.title, self.places, tab.values, tab.row_count, tab.column_count
        )


def serials(days: Iterable[Cell]) -> list[int]:
    """Return the days among what a date column holds; a number such as 20260730 is none."""
    whole = (day for day in days if isinstance(day, int) and not isinstance(day, bool))
    return [day for day in whole if 0 < day < _LAST_DAY]


def _without(doubt: Doubt, answer: Bound) -> Doubt:
    return doubt._replace(
        columns=tuple(column for column in doubt.columns if column.id != answer.column.id),
        places=tuple(place for place in doubt.places if place != answer.place),
    )


def with_aliases(layout: TabLayout, others: Iterable[TabLayout]) -> TabLayout:
    """Return a layout that also knows what other tabs of the template call the same columns."""
    known: dict[str, tuple[str, ...]] = {}
    for other in others:
        for column in other.columns:
            known[column.id] = (*known.get(column.id, ()), *column.aliases)
    columns = (
        replace(column, aliases=tuple(dict.fromkeys((*column.aliases, *known.get(column.id, ())))))
        for column in layout.columns
    )
    return replace(layout, columns=tuple(columns))


def matched(tab: TheirTab, layout: TabLayout) -> Match:
    """Hold the headings of a tab against a layout's columns and the catalogue of metrics."""
    known = [*((column, True) for column in layout.columns), *_further(layout)]
    by_id = {column.id: column for column, _ in known}
    settled = [
        Bound(by_id[name], place, tagged=True)
        for name, place in tab.tags.items()
        if name in by_id and place < len(tab.headings)
    ]
    taken = {one.column.id for one in settled}
    names: dict[str, dict[str, int]] = {}
    for column, is_own in known:
        if column.id not in taken:
            for text, rank in _names(column, is_own=is_own):
                ranks = names.setdefault(text, {})
                ranks[column.id] = min(rank, ranks.get(column.id, rank))
    places = {one.place for one in settled}
    claims: dict[int, tuple[int, list[str]]] = {}
    for place, heading in enumerate(tab.headings):
        ranks = names.get(folded(heading), {}) if heading and place not in places else {}
        if ranks:
            best = min(ranks.values())
            claims[place] = best, [name for name, rank in ranks.items() if rank == best]
    bound, doubts = _agreed(claims, by_id)
    everything = sorted((*settled, *bound), key=lambda one: one.place)
    return Match(tab, layout, tuple(everything), tuple(doubts))


def _agreed(
    claims: Mapping[int, tuple[int, list[str]]], by_id: Mapping[str, Column]
) -> tuple[list[Bound], list[Doubt]]:
    """Bind what one heading and one column agree on; the best name of a column counts alone."""
    wanted: dict[str, list[tuple[int, int]]] = {}
    for place, (rank, names) in claims.items():
        if len(names) == 1:
            wanted.setdefault(names[0], []).append((rank, place))
    bound, doubts = [], []
    for name, claimed in wanted.items():
        best = min(rank for rank, _ in claimed)
        places = tuple(place for rank, place in claimed if rank == best)
        if len(places) == 1:
            bound.append(Bound(by_id[name], places[0]))
        else:
            doubts.append(Doubt((by_id[name],), places, best != _ALIAS))
    for place, (rank, names) in claims.items():
        free = tuple(by_id[name] for name in names if name not in wanted)
        if len(names) > 1 and len(free) == 1:
            bound.append(Bound(free[0], place))
        elif len(names) > 1 and free:
            doubts.append(Doubt(free, (place,), rank != _ALIAS))
    return bound, sorted(doubts, key=lambda doubt: doubt.places)


def _names(column: Column, *, is_own: bool) -> Iterable[tuple[str, int]]:
    label = _LABEL if is_own else _METRIC
    for text in (*column.label, column.label.say("both")):
        yield folded(text), label
    for text in column.aliases:
        yield folded(text), _ALIAS


def _further(layout: TabLayout) -> list[tuple[Column, bool]]:
    """Return the metrics that the layout does not have, as columns; those of the same level first."""
    levels = ("sku", "account") if layout.kind == "sku" else ("account",)
    labels = {folded(text) for column in layout.columns for text in column.label}
    return [
        (Column(m.id, m.label, "ours", m.unit, 80, FORMATS.get(m.unit)), False)
        for level in levels
        for m in METRICS.values()
        if m.level == level
        and m.id not in layout.by_id
        and m.id not in SPECIAL
        and m.id not in _INTERNAL
        and m.unit != "flag"
        and labels.isdisjoint(folded(text) for text in m.label)
    ]


def by_default(found: Match) -> Match:
    """Answer every doubt without asking: the first exact label, else the headings stay the team's."""
    while found.doubts:
        doubt = found.doubts[0]
        found = found.answered(doubt, doubt.choices[0] if doubt.exact else None)
    return found
