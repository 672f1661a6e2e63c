"""GET_SELLER_FEEDBACK_DATA: the neutral and negative feedback of buyers, one row per order.

Its headings are localised, so columns go by position, checked by the form of the order id and the rating.
The buyer's e-mail stands last and is dropped before anything else happens; comments are not kept either.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from sheets_sync.errors import Words
from sheets_sync.sources.classify import FEEDBACK_ORDER_AT
from sheets_sync.sources.dates import day
from sheets_sync.sources.numbers import is_null
from sheets_sync.sources.reading import NOT_A_DATE, parsed, snapshot
from sheets_sync.sources.tabular import Table

if TYPE_CHECKING:
    from datetime import date

    from sheets_sync.core.model import Portion
    from sheets_sync.sources.reading import Reading

KIND = "feedback"

_DATE, _RATING, _RESPONSE = 0, 1, 3
_ORDER_ID = re.compile(r"\d{3}-\d{7}-\d{7}")
_STARS = re.compile(r"([1-5])(?:\.0)?")
_NOT_A_FEEDBACK = Words(
    "这一行没有订单号或星级(1-5),已跳过", "This row has no order id or no rating of 1-5; left out"
)
_TWICE = Words(
    "同一订单有多条反馈,按星级最低的一条计",
    "One order has several feedbacks; the lowest rating counts",
)


def read(table: Table, reading: Reading) -> list[Portion]:
    """Return the feedback of one place: rating (stars), date (ISO text), and whether it was answered (1, 0)."""
    place = reading.place()
    if place is None:
        return []
    order_at = FEEDBACK_ORDER_AT[len(table.headings)]
    table = _whole_rows(_without_address(table, order_at), order_at, reading)
    parse = partial(day, marketplace=place.marketplace)
    dates, _ = parsed(table, _DATE, parse, reading.faults, words=NOT_A_DATE)
    found: dict[str, tuple[float, str | None, float]] = {}
    for i, row in enumerate(table.rows):
        order = row[order_at].strip()
        entry = _entry(row, dates[i])
        if order in found:
            reading.faults.add(_TWICE, row=table.lines[i])
            entry = min(entry, found[order], key=lambda e: e[0])
        found[order] = entry
    columns = list(zip(*found.values(), strict=True)) or [(), (), ()]
    figures = dict(zip(("rating", "feedback_date", "responded"), map(list, columns), strict=True))
    return [snapshot(KIND, place, reading.snapshot_time(place.marketplace), list(found), figures)]


def _without_address(table: Table, order_at: int) -> Table:
    kept = order_at + 1
    return Table(table.headings[:kept], [row[:kept] for row in table.rows], table.lines)


def _whole_rows(table: Table, order_at: int, reading: Reading) -> Table:
    kept = []
    for i, row in enumerate(table.rows):
        if _ORDER_ID.fullmatch(row[order_at].strip()) and _STARS.fullmatch(row[_RATING].strip()):
            kept.append(i)
        else:
            reading.faults.add(_NOT_A_FEEDBACK, row=table.lines[i])
    return table.only(kept)


def _entry(row: list[str], when: date | None) -> tuple[float, str | None, float]:
    answered = 0.0 if is_null(row[_RESPONSE]) else 1.0
    return float(row[_RATING]), None if when is None else when.isoformat(), answered
