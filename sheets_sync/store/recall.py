"""Small things that are remembered of a spreadsheet: settings when last good, and how large tabs are."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sheets_sync.core.plan import Plan
    from sheets_sync.core.settings import Good
    from sheets_sync.store.memory import Store

_GOOD, _CELLS = "good_settings", "tab_cells"


def good_settings(store: Store, spreadsheet: str | None) -> Good:
    """Return the rows of the Settings tabs as they were when last wholly right."""
    found: Good = _recalled(store, _GOOD, spreadsheet)
    return found


def keep_good_settings(store: Store, spreadsheet: str, good: Good) -> None:
    """Remember the rows of the Settings tabs that are right."""
    if good != good_settings(store, spreadsheet):
        store.remember(f"{_GOOD}:{spreadsheet}", json.dumps(good, ensure_ascii=False))


def cells_of(plan: Plan) -> dict[str, int]:
    """Return how many cells each tab of a plan has once it is carried out, blank ones included."""
    found = {}
    for tab in plan.tabs:
        if tab.existing is not None:
            rows = tab.existing.row_count + len(tab.new_rows)
            found[tab.desired.id] = rows * tab.existing.column_count
        elif tab.is_made:
            layout, source = tab.desired.layout, tab.desired.source
            columns = len(layout.made) if source is None else source.column_count
            found[tab.desired.id] = (1 + layout.blank_rows + len(tab.new_rows)) * columns
    return found


def other_cells(store: Store, spreadsheet: str | None, plan: Plan) -> int:
    """Return how many cells the program's tabs had that are not in a plan, such as old months."""
    known: dict[str, int] = _recalled(store, _CELLS, spreadsheet)
    planned = cells_of(plan)
    return sum(cells for tab, cells in known.items() if tab not in planned)


def keep_cells(store: Store, spreadsheet: str, plan: Plan) -> None:
    """Remember how large the tabs of a plan are."""
    known: dict[str, int] = _recalled(store, _CELLS, spreadsheet)
    store.remember(f"{_CELLS}:{spreadsheet}", json.dumps(known | cells_of(plan)))


def forget_cells(store: Store, spreadsheet: str, tab: str) -> None:
    """Forget how large a tab was, which is no more."""
    known: dict[str, int] = _recalled(store, _CELLS, spreadsheet)
    known.pop(tab, None)
    store.remember(f"{_CELLS}:{spreadsheet}", json.dumps(known))


def _recalled(store: Store, name: str, spreadsheet: str | None) -> Any:
    return json.loads((spreadsheet and store.setting(f"{name}:{spreadsheet}")) or "{}")
