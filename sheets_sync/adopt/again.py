"""Tabs that a team deleted and wants again: `init` on a job folder that is complete."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sheets_sync.edges import load_setup, only_run, open_edges
from sheets_sync.sheets import wire

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from sheets_sync.core.template import TabLayout
    from sheets_sync.sheets.book import Book

_TAGS = "sheets(properties(sheetId),developerMetadata(metadataKey,metadataValue))"


def forget_deleted(job_file: Path, *, now: datetime) -> list[str]:
    """Forget the tabs that the team deleted, so that the next sync makes them; return their titles.

    Months that lie before the window are not made again, and stay forgotten by the team alone.
    """
    setup = load_setup(job_file)
    job = setup.job
    with only_run(job), open_edges(setup) as edges:
        if edges.book is None:
            return []
        spreadsheet = edges.book.spreadsheet_id
        known = edges.store.tabs(spreadsheet)
        if not known:
            return []
        present, tagged = _there(edges.book)
        since = f"{now - timedelta(days=job.window_days):%Y-%m}"
        layouts = {layout.id: layout for layout in setup.layouts}
        found = []
        for tab, memory in sorted(known.items()):
            name, _, month = tab.partition(":")
            layout = layouts.get(name)
            if layout is None or memory.sheet_id in present or tab in tagged:
                continue
            if _is_made_again(layout, month, since):
                edges.store.forget_tab(spreadsheet, tab)
                found.append((layout.order, layout.named(month, job.language)))
        return [title for _, title in sorted(found)]


def _is_made_again(layout: TabLayout, month: str, since: str) -> bool:
    return month >= since if layout.monthly else not month


def _there(book: Book) -> tuple[set[int], set[str]]:
    """Return the sheet ids there are, and which of our tabs some sheet is tagged as."""
    sheets = book.gateway.metadata(book.spreadsheet_id, _TAGS).get("sheets", [])
    tagged = {
        entry["metadataValue"]
        for sheet in sheets
        for entry in sheet.get("developerMetadata", ())
        if entry["metadataKey"] == wire.TAB_KEY
    }
    return {sheet["properties"].get("sheetId", 0) for sheet in sheets}, tagged
