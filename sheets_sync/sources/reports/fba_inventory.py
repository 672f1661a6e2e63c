"""GET_FBA_MYI_UNSUPPRESSED_INVENTORY_DATA, the console's "Manage FBA Inventory": stock on hand.

All its generations, the human headings of the older console among them. Inbound units are those on the
way or being received; working ones are only a plan. The newest generation has a column `store`, which
counts where it names a marketplace or a store of the job.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheets_sync.sources.places import country_code
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

KIND = "fba-inventory"

_STORE, _ASIN, _TITLE = ("store",), ("asin",), ("product-name", "title")
_FBA = ("afn-fulfillable-quantity", "afn fulfillable qty")
_OWN = ("mfn-fulfillable-quantity", "mfn fulfillable qty")
_RESERVED = ("afn-reserved-quantity", "afn encumbered qty")
_SHIPPED = ("afn-inbound-shipped-quantity", "afn inbound shipped qty")
_RECEIVING = ("afn-inbound-receiving-quantity", "afn inbound receiving qty")
WANTED = named(SKU, _STORE, _ASIN, _TITLE, _FBA, _OWN, _RESERVED, _SHIPPED, _RECEIVING)


def read(table: Table, reading: Reading) -> list[Portion]:
    """Return one portion per place that the file speaks of."""
    table = own_rows(table, reading.faults)
    stores = {store.casefold(): store for store in reading.places.stores}
    known = {text: _said(text, stores) for text in set(table.texts(table.find(_STORE)))}
    said = [known[text] for text in table.texts(table.find(_STORE))]
    portions = [
        portion(KIND, words, rows, reading, _figures) for words, rows in blocks(table, said)
    ]
    return [found for found in portions if found]


def _said(text: str, stores: dict[str, str]) -> Said:
    store = stores.get(text.casefold(), "")
    return Said(store=store) if store else Said(marketplace=country_code(text) or "")


def _figures(table: Table, faults: Faults) -> Figures:
    return present(
        {
            "asin": texts(table, _ASIN),
            "title": texts(table, _TITLE),
            "fba_units": pieces(table, _FBA, faults),
            "mfn_units": pieces(table, _OWN, faults),
            "reserved_units": pieces(table, _RESERVED, faults),
            "inbound_units": added(
                pieces(table, _SHIPPED, faults), pieces(table, _RECEIVING, faults)
            ),
        }
    )
