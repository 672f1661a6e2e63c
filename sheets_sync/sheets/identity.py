"""Which tab and which column is which, whatever people called them and wherever they moved them."""

from __future__ import annotations

from itertools import zip_longest
from typing import TYPE_CHECKING

from sheets_sync.core.tab import folded
from sheets_sync.sheets.tabs import sheet_id_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sheets_sync.core.tab import ExistingTab, TabMemory
    from sheets_sync.core.template import TabLayout


def is_as_remembered(grid: ExistingTab, memory: TabMemory) -> bool:
    """Tell whether columns are where they were: the headings are the same, and tell ours apart."""
    headings = grid.headings
    return tuple(headings) == memory.headings and all(
        index < len(headings) and headings[index] and headings.count(headings[index]) == 1
        for index in memory.columns.values()
    )


def are_same(headings: Sequence[str], others: Sequence[str]) -> bool:
    """Compare two heading rows; blank ones at the end do not count."""
    return all(one == other for one, other in zip_longest(headings, others, fillvalue=""))


def original(tab: str, tagged: Sequence[TabMemory], homes: Mapping[str, int]) -> TabMemory:
    """Return which of the sheets with a tab's tag is the tab; the others are copies."""
    ids = [homes.get(tab), sheet_id_of(tab)]
    return min(tagged, key=lambda one: ids.index(one.sheet_id) if one.sheet_id in ids else len(ids))


def bind(
    layout: TabLayout, headings: Sequence[str], tags: Mapping[str, int]
) -> tuple[dict[str, int], tuple[str, ...]]:
    """Find each column by its tag, else by a heading that is unmistakably its own.

    Other spellings (aliases) count only where nothing is tagged yet: later a column that the team adds
    is asked for by the program's own heading.
    """
    columns = {name: index for name, index in tags.items() if name in layout.by_id}
    places: dict[str, list[int]] = {}
    for index, heading in enumerate(headings):
        places.setdefault(folded(heading), []).append(index)
    untagged = []
    for column in layout.columns:
        if column.id in columns or (column.extra and tags):
            continue
        label = column.label
        aliases = () if tags else column.aliases
        names = {folded(name) for name in (*label, label.say("both"), *aliases)}
        found = {i for name in names for i in places.get(name, ())} - set(columns.values())
        if len(found) == 1:
            columns[column.id] = found.pop()
            untagged.append(column.id)
    return columns, tuple(untagged)
