"""What the demo's team types into its own sheet, as people do, between two nights."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sheets_sync.core.serials import serial_date
from sheets_sync.errors import Words
from sheets_sync.sheets import wire

if TYPE_CHECKING:
    from datetime import date

    from sheets_sync.core.tab import Cell
    from sheets_sync.edges import Edges
    from sheets_sync.errors import Language

Entry = dict[str, "Cell"]

DAYS_BEFORE_THE_END = 6
"""On which night they do, counted from the last one."""


def type_into(edges: Edges, night: date, language: Language) -> None:
    """Add a few entries to the work log, the calendar and the rules, below what stands there."""
    book = edges.book
    if book is None:
        return
    known = edges.store.tabs(book.spreadsheet_id)
    requests = []
    for tab, entries in _entries(night, "en" if language == "en" else "zh").items():
        memory = known.get(tab)
        if memory is None:
            continue
        filters = [{"gridRange": {"sheetId": memory.sheet_id}}]
        [match] = book.gateway.read_ranges(book.spreadsheet_id, filters)
        bottom = max((len(column) for column in match["valueRange"].get("values", [])), default=1)
        for row, entry in enumerate(entries, bottom):
            requests += [
                wire.update_cells(memory.sheet_id, row, memory.columns[name], [[value]])
                for name, value in entry.items()
                if name in memory.columns and value is not None
            ]
    if requests:
        book.gateway.batch_update(book.spreadsheet_id, requests, fields="spreadsheetId")


def _entries(night: date, language: Language) -> dict[str, list[Entry]]:
    """Return what is typed by tab, in one language: dropdowns know no other."""
    today = serial_date(night)
    promotion, rest = (
        serial_date(night - timedelta(days=12)),
        serial_date(night + timedelta(days=3)),
    )

    def said(zh: str, en: str) -> str:
        return Words(zh, en).say(language)

    return {
        "operations": [
            {
                "time": today + 0.4375,
                "person": "李强",
                "marketplace": "US",
                "sku": "LAMP-07",
                "action": said("竞价", "Bid"),
                "before": "$0.92",
                "after": "$0.68",
                "reason": said("自动组ACOS偏高", "ACOS of the auto group is high"),
                "review_on": today + 3,
            },
            {
                "time": today + 0.625,
                "person": "陈静",
                "marketplace": "JP",
                "sku": "KB-BLK",
                "action": said("调价", "Price"),
                "before": "¥4,980",
                "after": "¥4,680",
                "reason": said("跟卖抢购物车", "Another seller has the Buy Box"),
                "review_on": today + 2,
            },
        ],
        "calendar": [
            {
                "date": promotion,
                "kind": said("大促", "promotion"),
                "marketplace": "JP",
                "note": said("店内促销", "Store promotion"),
            },
            {"date": rest, "kind": said("休息", "rest"), "note": said("团建", "Team day")},
        ],
        "rules": [
            {
                "enabled": said("否", "no"),
                "rule": said("周转慢", "Slow turnover"),
                "scope": "BRD-BLK",
                "severity": said("关注", "warning"),
            }
        ],
    }
