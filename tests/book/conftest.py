"""A small daily tab, what is in it, and plans for it, without any network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sheets_sync.core.plan import DesiredTab, TabPlan, diff
from sheets_sync.core.tab import Cell, ExistingTab
from sheets_sync.core.template import Column, TabLayout
from sheets_sync.errors import Words

LABELS = {
    "date": Words("日期", "Date"),
    "store": Words("店铺", "Store"),
    "marketplace": Words("站点", "Site"),
    "sku": Words("SKU", "SKU"),
}


def _column(id_: str, unit: str, **more: Any) -> Column:
    return Column(
        id_,
        LABELS.get(id_, Words(id_, id_)),
        more.pop("role", "ours"),
        unit,
        80,
        more.pop("format", "@"),
        **more,
    )


@pytest.fixture
def layout() -> TabLayout:
    """Key, two figures, a team column, and the hidden flags."""
    title = {"zh": "日报 {month}", "en": "Daily {month}", "both": "日报 {month} Daily"}
    columns = (
        _column("date", "date", key=True, format="yyyy-mm-dd"),
        _column("store", "text", key=True, hide="single_store"),
        _column("marketplace", "text", key=True),
        _column("sku", "text", key=True),
        _column("stock_units", "count", format="#,##0"),
        _column("sales", "money", format=None),
        _column("notes", "text", role="theirs"),
        _column("flags", "text", hide="always"),
    )
    return TabLayout("daily", title, "sku", True, 4, columns)


SheetOf = Callable[..., ExistingTab]
PlanOf = Callable[..., TabPlan]


@pytest.fixture
def sheet_of(layout: TabLayout) -> SheetOf:
    """Make an existing tab from rows [date, store, marketplace, sku, stock, sales, notes, flags]."""

    def made(
        rows: list[list[Cell]],
        *,
        order: list[str] | None = None,
        title: str = "日报 2026-07",
        spare: int = 1,
    ) -> ExistingTab:
        names = [column.id for column in layout.columns]
        order = order or names
        headings = {c.id: c.label.zh for c in layout.columns}
        cells = [
            [
                headings.get(name, name),
                *(row[names.index(name)] if name in names else None for row in rows),
            ]
            for name in order
        ]
        columns = {name: i for i, name in enumerate(order) if name in names and name != "notes"}
        return ExistingTab(
            "daily:2026-07", 7, title, columns, cells, len(rows) + 1 + spare, len(order)
        )

    return made


@pytest.fixture
def plan_of(layout: TabLayout) -> PlanOf:
    """Plan rows (SKU, stock, sales) of the US on 2026-07-30 into an existing tab or a new one."""

    def made(existing: ExistingTab | None, rows: list[tuple[Cell, ...]], **more: Any) -> TabPlan:
        keys = [(46233, "acme", row[3] if len(row) > 3 else "US", row[0]) for row in rows]
        columns: dict[str, list[Cell]] = {
            name: [key[i] for key in keys]
            for i, name in enumerate(("date", "store", "marketplace", "sku"))
        }
        columns |= {
            "stock_units": [row[1] for row in rows],
            "sales": [row[2] for row in rows],
            "flags": [None for _ in rows],
        }
        want = DesiredTab(
            "daily:2026-07", layout, "日报 2026-07", keys, [True] * len(keys), columns
        )
        found = {} if existing is None else {existing.id: existing}
        written = {want.id: {key: dict(cells) for key, cells in more.get("written", {}).items()}}
        return diff(found, [want], written).tabs[0]

    return made
