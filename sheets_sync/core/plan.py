"""From what the sheet holds and what it should hold to the smallest set of changes, as plain data.

A plan can be printed, counted, compared, stored and refused. Rows are matched by the value of their key
columns and columns by their identity, never by position. Only columns the program owns are compared;
the team's own columns are not in the desired tab, so no code path can touch them.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

from sheets_sync.core.tab import Cell, RowKey, blank_or

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sheets_sync.core.tab import ExistingTab
    from sheets_sync.core.template import TabLayout
    from sheets_sync.core.today import Page

Written = dict[RowKey, dict[str, tuple[Cell, ...]]]
"""For each row the program has written: per column the values it may have left there, last one first.

A row of a run that never finished may not be there: its key cells may hold None.
"""


@dataclass(frozen=True, slots=True)
class DesiredTab:
    """What the program wants in its own columns: `columns[id][i]` belongs to `keys[i]`.

    Rows that are not `fresh` are kept up to date but never added. `links` are addresses that cells lead
    to. A tab that has to be made is a copy of `source` without its rows, where there is one. A tab of
    lines has the `page` they show.
    """

    id: str
    layout: TabLayout
    title: str
    keys: Sequence[RowKey]
    fresh: Sequence[bool]
    columns: Mapping[str, Sequence[Cell]]
    links: Mapping[tuple[RowKey, str], str] = field(default_factory=dict)
    source: ExistingTab | None = None
    page: Page | None = None

    @property
    def is_always_made(self) -> bool:
        """Return whether the tab is made even without rows: people fill it."""
        return not self.layout.is_log and self.layout.kind != "run"


class Change(NamedTuple):
    """One cell of an existing row: zero-based row, column id, and the values before and after."""

    row: int
    key: RowKey
    column: str
    before: Cell
    after: Cell


class Override(NamedTuple):
    """A cell of ours that a person changed: theirs is kept."""

    tab: str
    key: RowKey
    column: str
    ours: Cell
    theirs: Cell


@dataclass(frozen=True, slots=True)
class TabPlan:
    """The changes of one tab. `new_rows[i]` has a value for each name in `new_columns`.

    `rows` says where each key was read, `last_row` where the last one, 0 where there is none.
    """

    desired: DesiredTab
    existing: ExistingTab | None
    new_columns: tuple[str, ...]
    new_rows: tuple[tuple[Cell, ...], ...]
    new_keys: tuple[RowKey, ...]
    changes: tuple[Change, ...]
    overrides: tuple[Override, ...]
    deleted: tuple[RowKey, ...]
    duplicates: tuple[RowKey, ...]
    missing_columns: tuple[str, ...]
    unchanged: int
    rows: Mapping[RowKey, int] = field(default_factory=dict, repr=False)
    last_row: int = 0

    @property
    def cells(self) -> int:
        """Return how many cells are written."""
        return len(self.changes) + sum(len(row) - row.count(None) for row in self.new_rows)

    @property
    def is_made(self) -> bool:
        """Return whether the tab is not there yet and this plan makes it."""
        return self.existing is None and bool(self.new_rows or self.desired.is_always_made)

    @property
    def first_new_row(self) -> int:
        """Return where new rows go: below the last key, right below the headings of a new tab."""
        return self.last_row + 1

    def row_of(self, key: RowKey) -> int | None:
        """Return where a row is once the plan is carried out, zero-based; None where it is not there."""
        found = self.rows.get(key)
        if found is None and key in self.new_keys:
            return self.first_new_row + self.new_keys.index(key)
        return found

    @property
    def updated(self) -> int:
        """Return how many existing rows change."""
        return len({change.row for change in self.changes})


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything a run would change in the sheet."""

    tabs: tuple[TabPlan, ...] = field(default=())

    @property
    def cells(self) -> int:
        """Return how many cells are written."""
        return sum(tab.cells for tab in self.tabs)

    @property
    def logs(self) -> tuple[TabPlan, ...]:
        """Return the tabs whose rows come from figures."""
        return tuple(tab for tab in self.tabs if tab.desired.layout.is_log)

    @property
    def inserted(self) -> int:
        """Return how many rows are added to the logs."""
        return sum(len(tab.new_rows) for tab in self.logs)

    @property
    def updated(self) -> int:
        """Return how many rows of the logs change."""
        return sum(tab.updated for tab in self.logs)

    @property
    def changes_anything(self) -> bool:
        """Return whether a cell is written or a tab is made."""
        return any(tab.cells or tab.is_made for tab in self.tabs)

    def fingerprint(self) -> str:
        """Return a short name for these changes; when figures were received does not count."""
        content = [
            [
                tab.desired.id,
                tab.existing is None,
                [
                    [
                        row[i]
                        for i, name in enumerate(tab.new_columns)
                        if name not in tab.desired.layout.moments
                    ]
                    for row in tab.new_rows
                ],
                sorted(
                    (c[1:] for c in tab.changes if c.column not in tab.desired.layout.moments),
                    key=repr,
                ),
            ]
            for tab in self.tabs
        ]
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:12]


def diff(
    existing: Mapping[str, ExistingTab],
    desired: Sequence[DesiredTab],
    written: Mapping[str, Written],
) -> Plan:
    """Return what has to change so that the existing tabs become the desired ones."""
    tabs = (_diff_tab(existing.get(tab.id), tab, written.get(tab.id, {})) for tab in desired)
    return Plan(tuple(tabs))


def _diff_tab(existing: ExistingTab | None, desired: DesiredTab, written: Written) -> TabPlan:
    layout = desired.layout
    rows, duplicates, last_row = _rows(existing, layout)
    if not layout.is_log:
        duplicates = set()  # of two equal lines of a page the first one counts
    there = None if existing is None else existing.columns
    if existing is None and desired.source is not None:
        there = desired.source.columns
    owned = [
        name
        for name in desired.columns
        if (name in there if there is not None else not layout.by_id[name].extra)
    ]
    missing = tuple(
        name
        for name in layout.ours
        if existing is not None
        and name not in existing.columns
        and name not in layout.implied
        and not layout.by_id[name].extra
    )
    present = [
        (i, rows[key])
        for i, key in enumerate(desired.keys)
        if key in rows and key not in duplicates
    ]
    changes: list[Change] = []
    overrides: list[Override] = []
    for name in owned:
        if existing is None or name in layout.key_columns:
            continue
        for i, row, have, want in _differing(
            existing, existing.columns[name], desired.columns[name], present
        ):
            key = desired.keys[i]
            verdict = _verdict(layout, name, have, want, written.get(key))
            if verdict == "keep":
                overrides.append(Override(desired.id, key, name, want, have))
            elif verdict == "write":
                changes.append(Change(row, key, name, have, want))
    absent = [i for i, key in enumerate(desired.keys) if key not in rows]
    gone = [i for i in absent if _was_there(written.get(desired.keys[i]), layout.key_columns)]
    stays_gone = set(gone)
    new = [i for i in absent if desired.fresh[i] and i not in stays_gone]
    return TabPlan(
        desired,
        existing,
        tuple(owned),
        tuple(zip(*([desired.columns[name][i] for i in new] for name in owned), strict=True))
        if owned
        else (),
        tuple(desired.keys[i] for i in new),
        tuple(
            sorted(changes, key=lambda c: (c.row, existing.columns[c.column] if existing else 0))
        ),
        tuple(overrides),
        tuple(desired.keys[i] for i in gone),
        tuple(key for key in desired.keys if key in duplicates),
        missing,
        len(present) - len({change.row for change in changes}),
        rows,
        last_row,
    )


def _verdict(
    layout: TabLayout,
    name: str,
    have: Cell,
    want: Cell,
    written: Mapping[str, tuple[Cell, ...]] | None,
) -> Literal["write", "keep", "leave"]:
    """Return what is to become of a cell that differs: `keep` is a person's change, `leave` no concern of ours."""
    column = layout.by_id[name]
    if column.role == "prefilled" and _is_settled(written, name):
        return "leave"
    if column.role != "ours" and have is not None:
        return "leave"
    nobodys = name in layout.moments or name == "flags"
    known = (written or {}).get(name, (have,) if nobodys else ())
    if not is_theirs(have, known):
        return "write"
    if column.on_edit == "keep":
        return "keep"
    return "leave" if want is None else "write"  # blank: nothing of ours belongs there


def settled(tab: TabPlan, written: Written) -> Written:
    """Return what is known of the rows of which nothing, or more than one value, was known before.

    A cell that holds what we would write counts as ours. So it is after a run that was cut off, in a row
    that a person began, and where the memory of earlier runs is lost.
    """
    keys, existing = tab.desired.keys, tab.existing
    doubtful = [i for i, key in enumerate(keys) if _is_doubtful(written.get(key))]
    if existing is None or not doubtful:
        return {}
    rows, duplicates, _ = _rows(existing, tab.desired.layout)
    found: Written = {}
    for i in doubtful:
        key = keys[i]
        if key not in rows or key in duplicates:
            continue
        cells = dict(written.get(key, {}))
        cells |= {name: (tab.desired.columns[name][i],) for name in tab.desired.layout.key_columns}
        for name in tab.new_columns:
            value = blank_or(tab.desired.columns[name][i])
            if tab.desired.layout.by_id[name].role == "input":
                continue  # what people type is never taken for ours
            if _is_same(blank_or(existing.cell(rows[key], existing.columns[name])), value):
                cells[name] = (value,)
        found[key] = cells
    return found


def _is_settled(row: Mapping[str, tuple[Cell, ...]] | None, name: str) -> bool:
    """Return whether a cell was surely written once: a value beside another may not have arrived."""
    return row is not None and len(row.get(name, ())) <= 1


def _is_doubtful(row: Mapping[str, tuple[Cell, ...]] | None) -> bool:
    return not row or max(map(len, row.values())) > 1


def _rows(
    existing: ExistingTab | None, layout: TabLayout
) -> tuple[dict[RowKey, int], set[RowKey], int]:
    """Return the row of each key, the keys that stand in several rows, and the last row with a key."""
    rows: dict[RowKey, int] = {}
    duplicates: set[RowKey] = set()
    last = 0
    if existing is not None:
        for row, key in existing.keys(layout):
            if key in rows:
                duplicates.add(key)
            rows.setdefault(key, row)
            last = row
    return rows, duplicates, last


def _differing(
    existing: ExistingTab, column: int, wanted: Sequence[Cell], present: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, int, Cell, Cell]]:
    """Yield (index, row, have, want) of the cells that differ."""
    cells = existing.cells[column] if column < len(existing.cells) else []
    for i, row in present:
        have, want = blank_or(cells[row] if row < len(cells) else None), blank_or(wanted[i])
        if not _is_same(have, want):
            yield i, row, have, want


def _is_same(have: Cell, want: Cell) -> bool:
    """A tick box is never a number."""
    return have == want and (type(have) is bool) is (type(want) is bool)


def _was_there(written: Mapping[str, tuple[Cell, ...]] | None, key_columns: Sequence[str]) -> bool:
    """Return whether a row surely stood in the sheet, so that a person took it away if it is gone.

    None beside another value says that it may not have been there; alone it is a blank part of a key.
    """
    return written is not None and not any(
        len(values) > 1 and None in values
        for values in (written.get(name, ()) for name in key_columns)
    )


def is_theirs(have: Cell, ours: tuple[Cell, ...]) -> bool:
    """A blank cell was given back to us; anything else we did not leave there was typed by a person."""
    return have is not None and not any(_is_same(have, value) for value in ours)
