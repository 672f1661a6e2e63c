"""GET_FBA_MYI_UNSUPPRESSED_INVENTORY_DATA, the console's "Manage FBA Inventory": stock on hand.

All its generations, the human headings of the older console among them. Inbound units are those on the
way or being received; working ones are only a plan. The newest generation has a column `store`, which
counts where it names a marketplace or a store of the job.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheets_sync.sources.places import country_code
from sheets_sync.sources.reports.stock import (
    Said,
    added,
    blocks,
    own_rows,
    pieces,
    portion,
    present,
    texts,
)

if TYPE_CHECKING:
    from sheets_sync.core.model import Portion
    from sheets_sync.sources.faults import Faults
    from sheets_sync.sources.reading import Reading
    from sheets_sync.sources.reports.stock import Figures
    from sheets_sync.sources.tabular import Table

KIND = "fba-inventory"


def read(table: Table, reading: Reading) -> list[Portion]:
    """Return one portion per place that the file speaks of."""
    table = own_rows(table, reading.faults)
    stores = {store.casefold(): store for store in reading.places.stores}
    said = [_said(text, stores) for text in table.texts(table.find(("store",)))]
    portions = [
        portion(KIND, words, rows, reading, _figures) for words, rows in blocks(table, said)
    ]
    return [found for found in portions if found]


def _said(text: str, stores: dict[str, str]) -> Said:
    store = stores.get(text.casefold(), "")
    return Said(store=store) if store else Said(marketplace=country_code(text) or "")


def _figures(table: Table, faults: Faults) -> Figures:
    inbound = added(
        pieces(table, ("afn-inbound-shipped-quantity", "afn inbound shipped qty"), faults),
        pieces(table, ("afn-inbound-receiving-quantity", "afn inbound receiving qty"), faults),
    )
    return present(
        {
            "asin": texts(table, ("asin",)),
            "title": texts(table, ("product-name", "title")),
            "fba_units": pieces(table, ("afn-fulfillable-quantity", "afn fulfillable qty"), faults),
            "mfn_units": pieces(table, ("mfn-fulfillable-quantity", "mfn fulfillable qty"), faults),
            "reserved_units": pieces(
                table, ("afn-reserved-quantity", "afn encumbered qty"), faults
            ),
            "inbound_units": inbound,
        }
    )
