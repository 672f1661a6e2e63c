"""GET_FBA_INVENTORY_PLANNING_DATA, the console's "FBA Inventory": stock, days of supply, sell-through.

Its `marketplace` says where, its `snapshot-date` when: a day alone is the beginning of that day in the
marketplace's zone. Several downloads in one file are told apart by both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheets_sync.sources.faults import quoted
from sheets_sync.sources.numbers import currencies_of, measure
from sheets_sync.sources.reading import parsed
from sheets_sync.sources.reports.stock import (
    SKU,
    Said,
    added,
    blocks,
    own_rows,
    pieces,
    portion,
    present,
    texts,
)
from sheets_sync.sources.tabular import named

if TYPE_CHECKING:
    from sheets_sync.core.model import Portion
    from sheets_sync.sources.faults import Faults
    from sheets_sync.sources.reading import Reading
    from sheets_sync.sources.reports.stock import Figures
    from sheets_sync.sources.tabular import Table

KIND = "fba-planning"

_MARKETPLACE, _DATE, _CURRENCY = ("marketplace",), ("snapshot-date",), ("currency",)
_ASIN, _TITLE, _AVAILABLE = ("asin",), ("product-name",), ("available",)
_RESERVED = ("total reserved quantity", "reserved-quantity")
_SHIPPED, _RECEIVED = ("inbound-shipped",), ("inbound-received", "inbound-receiving")
_INBOUND = ("inbound-quantity",)
_DAYS_OF_SUPPLY, _SELL_THROUGH = ("days-of-supply",), ("sell-through",)
_UNITS_7D = ("units-shipped-t7", "units-shipped-last-7-days")
_UNITS_30D = ("units-shipped-t30", "units-shipped-last-30-days")
_UNITS_90D = ("units-shipped-t90", "units-shipped-last-90-days")
WANTED = named(
    SKU, _MARKETPLACE, _DATE, _CURRENCY, _ASIN, _TITLE, _AVAILABLE, _RESERVED, _SHIPPED, _RECEIVED,
    _INBOUND, _DAYS_OF_SUPPLY, _SELL_THROUGH, _UNITS_7D, _UNITS_30D, _UNITS_90D,
)  # fmt: skip


def read(table: Table, reading: Reading) -> list[Portion]:
    """Return one portion per marketplace and snapshot that the file holds."""
    table = own_rows(table, reading.faults)
    marketplaces = table.texts(table.find(_MARKETPLACE))
    moments = table.texts(table.need(_DATE))
    said = [
        Said(marketplace, "", at) for marketplace, at in zip(marketplaces, moments, strict=True)
    ]
    found: list[Portion] = []
    for words, rows in blocks(table, said):
        own = _own_currency(rows, words, reading)
        if rows.lines and not own.lines:
            continue
        if (block := portion(KIND, words, own, reading, _figures)) is not None:
            found.append(block)
    return found


def _own_currency(table: Table, said: Said, reading: Reading) -> Table:
    """Leave out the rows whose currency is not the marketplace's."""
    at = table.find(_CURRENCY)
    place = reading.place(said.marketplace, row=table.lines[0] if table.lines else None)
    if at is None or place is None:
        return table
    wrong = {
        text
        for text in set(table.texts(at))
        if text and not reading.fits(currencies_of(text) or frozenset({text}), place.marketplace)
    }
    if not wrong:
        return table
    cells = table.texts(at)
    for i, text in enumerate(cells):
        if text in wrong:
            reading.refuse_currency(
                [quoted(text)],
                place.marketplace,
                row=table.lines[i],
                column=table.headings[at].text,
            )
    return table.only([i for i, text in enumerate(cells) if text not in wrong])


def _figures(table: Table, faults: Faults) -> Figures:
    return present(
        {
            "asin": texts(table, _ASIN),
            "title": texts(table, _TITLE),
            "fba_units": pieces(table, _AVAILABLE, faults),
            "reserved_units": pieces(table, _RESERVED, faults),
            "inbound_units": _inbound(table, faults),
            "days_of_supply": _measures(table, _DAYS_OF_SUPPLY, faults),
            "sell_through": _measures(table, _SELL_THROUGH, faults),
            "units_shipped_7d": pieces(table, _UNITS_7D, faults),
            "units_shipped_30d": pieces(table, _UNITS_30D, faults),
            "units_shipped_90d": pieces(table, _UNITS_90D, faults),
        }
    )


def _inbound(table: Table, faults: Faults) -> list[float | None] | None:
    """Add what is shipped and what is being received; the whole only where the split is missing."""
    split = added(
        pieces(table, _SHIPPED, faults),
        pieces(table, _RECEIVED, faults),
    )
    whole = pieces(table, _INBOUND, faults)
    if split is None or whole is None:
        return split or whole
    return [whole[i] if units is None else units for i, units in enumerate(split)]


def _measures(table: Table, names: tuple[str, ...], faults: Faults) -> list[float | None] | None:
    at = table.find(names)
    if at is None:
        return None
    return [None if v is None else round(v, 6) for v in parsed(table, at, measure, faults)[0]]
