"""An archived month read as the log it was. Columns are known by their id, rows by their key, as in the sheet."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sheets_sync.core.lists import as_settings
from sheets_sync.core.model import SkuKey
from sheets_sync.core.review.history import ACCOUNT_METRICS, SKU_METRICS, Line
from sheets_sync.core.serials import date_of
from sheets_sync.core.tab import ExistingTab
from sheets_sync.core.template import LOGS, SETTINGS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence
    from datetime import date

    from sheets_sync.core.scope import Account
    from sheets_sync.core.settings import Good
    from sheets_sync.core.snapshot import TabSnapshot
    from sheets_sync.core.tab import RowKey
    from sheets_sync.core.template import TabLayout

_SKU_COLUMNS = (*SKU_METRICS, "title", "owner")


def lines_of(
    tabs: Sequence[TabSnapshot], layouts: Iterable[TabLayout], sites: Collection[Account]
) -> tuple[list[Line], list[Line]]:
    """Return the rows of the SKUs, and of the accounts, of the sites that the job has.

    A log of SKUs may have figures of the account in every row; they count where no other log has them.
    """
    by_kind = {layout.kind: layout for layout in layouts if layout.kind in LOGS}
    skus: list[Line] = []
    accounts: list[Line] = []
    beside: dict[tuple[SkuKey, date], Line] = {}
    for tab in tabs:
        layout = by_kind.get(tab.kind)
        if layout is None:
            continue
        if tab.kind == "account":
            accounts += _lines(tab, layout, sites, ACCOUNT_METRICS)
            continue
        skus += _lines(tab, layout, sites, _SKU_COLUMNS)
        if any(tab.column(name) is not None for name in ACCOUNT_METRICS):
            for line in _lines(tab, layout, sites, ACCOUNT_METRICS):
                whole = line._replace(key=line.key._replace(sku=""), flags=None)
                beside.setdefault((whole.key, whole.day), whole)
    return skus, [*accounts, *beside.values()]


def settings_in(tabs: Sequence[TabSnapshot], layouts: Iterable[TabLayout]) -> Good:
    """Return the rows of the archived Settings tabs, as they are remembered of a sheet."""
    by_kind = {layout.kind: layout for layout in layouts if layout.kind in SETTINGS}
    found: Good = {}
    for tab in tabs:
        layout = by_kind.get(tab.kind)
        if layout is not None:
            rows = as_settings(layout, _as_read(tab, layout)).rows
            found[layout.id] = {
                json.dumps(row.key, ensure_ascii=False): {
                    name: cell for name, cell in row.cells.items() if cell is not None
                }
                for row in rows
            }
    return found


def _lines(
    tab: TabSnapshot, layout: TabLayout, sites: Collection[Account], names: Iterable[str]
) -> Iterator[Line]:
    existing = _as_read(tab, layout)
    if any(
        name not in existing.columns and name not in layout.implied for name in layout.key_columns
    ):
        return
    places = {name: existing.columns[name] for name in names if name in existing.columns}
    flags = existing.columns.get("flags")
    for row, key in existing.keys(layout):
        named = _named(layout, key)
        if named is None or named[0][:2] not in sites:
            continue
        said = "" if flags is not None else None
        if flags is not None and isinstance(text := existing.cell(row, flags), str):
            said = text
        yield Line(*named, {name: existing.cell(row, at) for name, at in places.items()}, said)


def _named(layout: TabLayout, key: RowKey) -> tuple[SkuKey, date] | None:
    """Return whose row it is, and of which day; None where its date is none."""
    parts = dict(zip(layout.key_columns, key, strict=True))
    serial = parts["date"]
    if isinstance(serial, bool) or not isinstance(serial, int):
        return None
    owner = SkuKey(*(str(parts.get(name, "")) for name in ("store", "marketplace", "sku")))
    return owner, date_of(serial)


def _as_read(tab: TabSnapshot, layout: TabLayout) -> ExistingTab:
    """Return an archived tab as if it had been read from the sheet."""
    rows = tab.rows[tab.heading_row :]
    columns = {column.id: i for i, column in enumerate(tab.columns) if column.id in layout.by_id}
    cells = [list(cells) for cells in zip(*rows, strict=True)]
    return ExistingTab(tab.id, 0, tab.title, columns, cells, len(rows), len(tab.columns))
