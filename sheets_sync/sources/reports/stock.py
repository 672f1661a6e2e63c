"""What both FBA inventory reports share: which rows count, and one portion per snapshot.

Placeholder rows of reimbursements, rows of goods that Amazon regraded, and a SKU that appears twice with
different figures are left out and reported.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from sheets_sync.errors import Words
from sheets_sync.sources.dates import moment
from sheets_sync.sources.faults import Refused, quoted
from sheets_sync.sources.numbers import Malformed, count
from sheets_sync.sources.reading import NOT_A_DATE, parsed, snapshot, with_sku

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sheets_sync.core.model import Figure, Portion
    from sheets_sync.sources.faults import Faults
    from sheets_sync.sources.reading import Reading
    from sheets_sync.sources.tabular import Table

    Figures = dict[str, Sequence[Figure]]

SKU = ("sku", "merchant sku")

_NOT_OWN = re.compile(r"FBA.*missing\d*|amzn\.gr\..*", re.IGNORECASE)
_LEFT_OUT = Words(
    "亚马逊的占位行或改级商品,已跳过:{sku}",
    "Amazon's placeholder or regraded goods; left out: {sku}",
)
NOTHING_LEFT = Words("没有一行可用", "No row can be used")
_TWICE = Words(
    "SKU {sku} 出现多次且数据不同(第 {lines} 行),都未采用",
    "SKU {sku} appears more than once with different figures (lines {lines}); none is used",
)


class Said(NamedTuple):
    """What a row says about its place and its moment; blank where it says nothing."""

    marketplace: str = ""
    store: str = ""
    moment: str = ""


def own_rows(table: Table, faults: Faults) -> Table:
    """Return the rows that are SKUs of the seller's own; Refused where there are rows and none is one."""
    sku_at, had_rows = table.need(SKU), bool(table.lines)
    table = with_sku(table, sku_at, faults)
    kept = []
    for i, sku in enumerate(table.texts(sku_at)):
        if _NOT_OWN.fullmatch(sku):
            faults.add(
                _LEFT_OUT, row=table.lines[i], column=table.headings[sku_at].text, sku=quoted(sku)
            )
        else:
            kept.append(i)
    if had_rows and not kept:
        raise Refused(NOTHING_LEFT)
    return table.only(kept)


def blocks(table: Table, said: Iterable[Said]) -> list[tuple[Said, Table]]:
    """Split a table by what its rows say; a table without rows is one block that says nothing."""
    groups: dict[Said, list[int]] = {}
    for i, words in enumerate(said):
        groups.setdefault(words, []).append(i)
    if not groups:
        return [(Said(), table)]
    return [(words, table.only(kept)) for words, kept in groups.items()]


def portion(
    kind: str,
    said: Said,
    table: Table,
    reading: Reading,
    figures: Callable[[Table, Faults], Figures],
) -> Portion | None:
    """Return what one block says; None, with a fault, where its place or its moment is not clear."""
    first = table.lines[0] if table.lines else None
    place = reading.place(said.marketplace, said.store, row=first)
    if place is None:
        return None
    try:
        at = (
            moment(said.moment, place.marketplace)
            if said.moment
            else reading.snapshot_time(place.marketplace)
        )
    except Malformed:
        reading.faults.add(NOT_A_DATE, row=first, value=quoted(said.moment))
        return None
    table = _each_sku_once(table, reading.faults)
    return snapshot(kind, place, at, table.texts(table.need(SKU)), figures(table, reading.faults))


def pieces(table: Table, names: Iterable[str], faults: Faults) -> list[float | None] | None:
    """Return a column of pieces, which are never below 0; None where there is no such column."""
    at = table.find(names)
    return None if at is None else parsed(table, at, _pieces, faults)[0]


def added(*columns: list[float | None] | None) -> list[float | None] | None:
    """Add columns row by row; a blank counts as nothing unless all are blank. None without columns."""
    present = [column for column in columns if column is not None]
    if not present:
        return None
    return [_known_sum(row) for row in zip(*present, strict=True)]


def texts(table: Table, names: Iterable[str]) -> list[Figure] | None:
    """Return a column of texts, None where blank; None where there is no such column."""
    at = table.find(names)
    return None if at is None else [text or None for text in table.texts(at)]


def present(columns: dict[str, list[Figure] | list[float | None] | None]) -> Figures:
    """Return the columns that are there."""
    return {name: column for name, column in columns.items() if column is not None}


def _pieces(cell: object) -> float | None:
    number = count(cell)
    if number is not None and number < 0:
        raise Malformed
    return number


def _known_sum(row: tuple[float | None, ...]) -> float | None:
    known = [value for value in row if value is not None]
    return sum(known) if known else None


def _each_sku_once(table: Table, faults: Faults) -> Table:
    """Let equal rows become one, and leave out a SKU whose rows differ."""
    sku_at = table.need(SKU)
    skus = table.texts(sku_at)
    if len(set(skus)) == len(skus):
        return table
    places: dict[str, list[int]] = {}
    for i, sku in enumerate(skus):
        places.setdefault(sku, []).append(i)
    kept = []
    for sku, rows in places.items():
        if all(table.row(i) == table.row(rows[0]) for i in rows):
            kept.append(rows[0])
            continue
        lines = ", ".join(str(table.lines[i]) for i in rows)
        column = table.headings[sku_at].text
        faults.add(_TWICE, row=table.lines[rows[0]], column=column, sku=quoted(sku), lines=lines)
    return table.only(kept)
