"""What is remembered of each month's archives, as one value of the store per spreadsheet."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sheets_sync.core.months import Copied, Memories, MonthMemory, first_day
from sheets_sync.core.serials import date_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sheets_sync.core.tab import TabMemory
    from sheets_sync.core.template import TabLayout
    from sheets_sync.store.memory import Store

_NAME = "archives"


def recall(store: Store, spreadsheet: str | None) -> Memories:
    """Return what is remembered, by month."""
    text = spreadsheet and store.setting(f"{_NAME}:{spreadsheet}")
    found = json.loads(text or "{}")
    return {month: _memory(month, entry) for month, entry in found.items()}


def keep(store: Store, spreadsheet: str, memory: MonthMemory) -> None:
    """Remember one month, as it is now."""
    known = recall(store, spreadsheet)
    known[memory.month] = memory
    content = {month: _entry(known[month]) for month in sorted(known)}
    store.remember(f"{_NAME}:{spreadsheet}", json.dumps(content, ensure_ascii=False))


def with_rows(store: Store, spreadsheet: str | None, layouts: Iterable[TabLayout]) -> set[str]:
    """Return the months that the log holds rows of, or held until somebody deleted the tab.

    A tab that was removed is forgotten. Of a log that is one tab for ever, those whose rows the program wrote.
    """
    if spreadsheet is None:
        return set()
    logs = [layout for layout in layouts if layout.is_log]
    monthly = {layout.id for layout in logs if layout.monthly}
    if not monthly:
        keys = (key for layout in logs for key in store.row_keys(spreadsheet, layout.id))
        days = {int(key[0]) for key in keys if isinstance(key[0], int | float)}
        return {f"{date_of(day):%Y-%m}" for day in days}
    return {
        month
        for tab in store.tabs(spreadsheet)
        for layout, _, month in (tab.partition(":"),)
        if layout in monthly
    }


def frozen_tabs(known: Memories, layouts: Iterable[TabLayout]) -> set[str]:
    """Return the tabs that are archives now, and are neither read nor written any more."""
    return {
        layout.tab_id(first_day(month))
        for layout in layouts
        if layout.monthly
        for month, memory in known.items()
        if memory.frozen is not None
    }


def unfrozen(store: Store, spreadsheet: str, layouts: Iterable[TabLayout]) -> dict[str, TabMemory]:
    """Return where the tabs are that a sync may still read and write."""
    frozen = frozen_tabs(recall(store, spreadsheet), layouts)
    return {tab: memory for tab, memory in store.tabs(spreadsheet).items() if tab not in frozen}


def _entry(memory: MonthMemory) -> dict[str, Any]:
    return {
        "made": dict(memory.made),
        "copies": {state: dict(copies) for state, copies in memory.copies.items()},
        "swept": memory.swept,
        "frozen": memory.frozen,
        "formulas": {tab: dict(found) for tab, found in memory.formulas.items()},
        "removed": memory.removed,
        "gone": memory.gone,
    }


def _memory(month: str, entry: dict[str, Any]) -> MonthMemory:
    copies = {
        state: {
            target: Copied(sha256, None if error is None else (error[0], error[1]))
            for target, (sha256, error) in found.items()
        }
        for state, found in entry["copies"].items()
    }
    frozen = entry["frozen"]
    return MonthMemory(
        month,
        entry["made"],
        copies,
        entry["swept"],
        None if frozen is None else (frozen[0], frozen[1]),
        entry["formulas"],
        entry["removed"],
        entry["gone"],
    )
