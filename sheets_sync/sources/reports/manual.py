"""What people type into a small table: date, [store,] marketplace, metric, sku, value, note.

For figures that no report carries: the Inventory Performance Index (`ipi`) and new negative reviews
(`negative_review`, added up per SKU and day).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from sheets_sync.core.model import Portion
from sheets_sync.errors import Words
from sheets_sync.sources.dates import day
from sheets_sync.sources.faults import Refused, quoted
from sheets_sync.sources.numbers import Malformed, count, measure
from sheets_sync.sources.reading import NO_SKU, NOT_A_DATE, NOT_A_NUMBER, account
from sheets_sync.sources.tabular import named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date, datetime

    from sheets_sync.sources.places import Place
    from sheets_sync.sources.reading import Reading
    from sheets_sync.sources.tabular import Table

KIND_ACCOUNT, KIND_SKU = "manual-account", "manual-sku"

_IPI = frozenset({"ipi"})
_REVIEW = frozenset({"negative_review", "negative review", "new_negatives", "差评", "新增差评"})
_HIGHEST_IPI = 1000
_UNKNOWN_METRIC = Words(
    "不认识的指标:{value}(可填 ipi 或 negative_review)",
    "Unknown metric: {value} (ipi or negative_review)",
)
_NO_VALUE = Words("没有填数值", "There is no value")
_OUT_OF_RANGE = Words("数值超出范围:{value}", "The value is out of range: {value}")
_TWICE = Words(
    "{when} 的 IPI 填了不同的值,都未采用", "Different IPI values for {when}; none is used"
)


class _Line(NamedTuple):
    line: int
    when: str
    store: str
    marketplace: str
    metric: str
    sku: str
    value: object


class _Entry(NamedTuple):
    """One line that can be used; the SKU of an account figure is blank."""

    line: int
    place: Place
    when: date
    sku: str
    value: float


WANTED = named(
    ("date", "日期", "store", "店铺", "marketplace", "站点"),
    ("metric", "指标", "sku", "value", "值", "数值"),
)


def read(table: Table, reading: Reading) -> list[Portion]:
    """Return account portions for `ipi` and SKU portions for reviews, one per place and day."""
    entries = [entry for line in _lines(table) if (entry := _entry(line, reading))]
    days: dict[tuple[Place, date], list[_Entry]] = {}
    for entry in entries:
        days.setdefault((entry.place, entry.when), []).append(entry)
    found: list[Portion] = []
    for (place, when), typed in days.items():
        made_at = reading.flow_time(place.marketplace)
        found += _ipi([entry for entry in typed if not entry.sku], made_at, reading)
        reviews = _added(entry for entry in typed if entry.sku)
        if reviews:
            figures = {"new_negatives": list(reviews.values())}
            found.append(Portion(KIND_SKU, *place, when, made_at, tuple(reviews), figures))
    return found


def _ipi(entries: list[_Entry], made_at: datetime, reading: Reading) -> list[Portion]:
    """Return the day's IPI where it was typed, and typed alike."""
    values = {entry.value for entry in entries}
    if len(values) > 1:
        reading.faults.add(_TWICE, row=entries[-1].line, when=entries[-1].when)
    if len(values) != 1:
        return []
    return [
        account(KIND_ACCOUNT, entries[0].place, (entries[0].when, made_at), {"ipi": values.pop()})
    ]


def _added(entries: Iterable[_Entry]) -> dict[str, float]:
    sums: dict[str, float] = {}
    for entry in entries:
        sums[entry.sku] = sums.get(entry.sku, 0.0) + entry.value
    return sums


def _lines(table: Table) -> list[_Line]:
    columns = (
        table.texts(table.need(("date", "日期"))),
        table.texts(table.find(("store", "店铺"))),
        table.texts(table.find(("marketplace", "站点"))),
        table.texts(table.need(("metric", "指标"))),
        table.texts(table.find(("sku",))),
        table.cells[table.need(("value", "值", "数值"))],
    )
    return [_Line(*cells) for cells in zip(table.lines, *columns, strict=True)]


def _entry(line: _Line, reading: Reading) -> _Entry | None:
    """Return what a line says; None, with a fault, where it says nothing that can be used."""
    place = reading.place(line.marketplace, line.store, row=line.line)
    if place is None:
        return None
    try:
        sku, value = _figure(line)
        return _Entry(line.line, place, _when(line, place), sku, value)
    except Refused as refused:
        reading.faults.add(refused.words, row=line.line, column=refused.column)
        return None


def _figure(line: _Line) -> tuple[str, float]:
    """Return the SKU (blank for an account figure) and the value of a line."""
    metric = line.metric.casefold()
    if metric in _IPI:
        return "", _value(line, measure, highest=_HIGHEST_IPI)
    if metric not in _REVIEW:
        raise Refused(_UNKNOWN_METRIC.filled(value=quoted(line.metric)), column="metric")
    if not line.sku:
        raise Refused(NO_SKU, column="sku")
    return line.sku, _value(line, count)


def _when(line: _Line, place: Place) -> date:
    try:
        return day(line.when.removesuffix(" 00:00:00"), place.marketplace)
    except Malformed as error:
        raise Refused(NOT_A_DATE.filled(value=quoted(line.when)), column="date") from error


def _value(
    line: _Line, parse: Callable[[object], float | None], *, highest: float = math.inf
) -> float:
    try:
        value = parse(line.value)
    except Malformed as error:
        raise Refused(NOT_A_NUMBER.filled(value=quoted(line.value)), column="value") from error
    if value is None:
        raise Refused(_NO_VALUE, column="value")
    if not 0 <= value <= highest:
        raise Refused(_OUT_OF_RANGE.filled(value=quoted(line.value)), column="value")
    return value
