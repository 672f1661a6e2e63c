"""GET_SELLER_FEEDBACK_DATA: the neutral and negative feedback of buyers, one row per order.

Its headings are localised, so columns go by position, checked by the form of the order id and the rating.
The buyer's e-mail stands last and is dropped before anything else happens; comments are not kept either.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from sheets_sync.errors import Words
from sheets_sync.sources.classify import FEEDBACK_ORDER_AT
from sheets_sync.sources.dates import day
from sheets_sync.sources.numbers import is_null
from sheets_sync.sources.reading import NOT_A_DATE, parsed, snapshot

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from sheets_sync.core.model import Figure, Portion
    from sheets_sync.sources.headings import Heading
    from sheets_sync.sources.reading import Reading
    from sheets_sync.sources.tabular import Table

KIND = "feedback"


class _Entry(NamedTuple):
    rating: float
    date: str | None
    responded: float


_DATE, _RATING, _RESPONSE = 0, 1, 3
_ORDER_ID = re.compile(r"\d{3}-\d{7}-\d{7}")
_STARS = re.compile(r"([1-5])(?:\.0)?")
_NOT_A_FEEDBACK = Words(
    "这一行没有订单号或星级(1-5),已跳过", "This row has no order id or no rating of 1-5; left out"
)
_TWICE = Words(
    "同一订单有多条反馈,按星级最低的一条计",
    "One order has more than one feedback; the lowest rating counts",
)


def wanted(headings: Sequence[Heading]) -> list[int]:
    """Return the columns up to the order id; the address after it is never taken in."""
    return list(range(FEEDBACK_ORDER_AT[len(headings)] + 1))


def read(table: Table, reading: Reading) -> list[Portion]:
    """Return the feedback of one place: rating (stars), date (ISO text), and whether it was answered (1, 0)."""
    place = reading.place()
    if place is None:
        return []
    order_at = max(table.cells)
    table = _whole_rows(table, order_at, reading)
    parse = partial(day, marketplace=place.marketplace)
    dates, _ = parsed(table, _DATE, parse, reading.faults, words=NOT_A_DATE)
    found: dict[str, _Entry] = {}
    for i, order in enumerate(table.texts(order_at)):
        answered = not is_null(table.cells[_RESPONSE][i])
        entry = _Entry(float(table.cells[_RATING][i]), _iso(dates[i]), float(answered))
        if order in found:
            reading.faults.add(_TWICE, row=table.lines[i])
            entry = min(entry, found[order], key=lambda e: e.rating)
        found[order] = entry
    figures: dict[str, list[Figure]] = {
        "rating": [entry.rating for entry in found.values()],
        "feedback_date": [entry.date for entry in found.values()],
        "responded": [entry.responded for entry in found.values()],
    }
    return [snapshot(KIND, place, reading.snapshot_time(place.marketplace), list(found), figures)]


def _whole_rows(table: Table, order_at: int, reading: Reading) -> Table:
    kept = []
    pairs = zip(table.texts(order_at), table.texts(_RATING), strict=True)
    for i, (order, rating) in enumerate(pairs):
        if _ORDER_ID.fullmatch(order) and _STARS.fullmatch(rating):
            kept.append(i)
        else:
            reading.faults.add(_NOT_A_FEEDBACK, row=table.lines[i])
    return table.only(kept)


def _iso(when: date | None) -> str | None:
    return None if when is None else when.isoformat()
