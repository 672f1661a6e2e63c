"""Text from a report arrives as that very text."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Nights

HEAD = (
    "sku\tfnsku\tasin\tproduct-name\tcondition\tyour-price\tmfn-listing-exists\tmfn-fulfillable-quantity\t"
    "afn-listing-exists\tafn-warehouse-quantity\tafn-fulfillable-quantity\tafn-unsellable-quantity\t"
    "afn-reserved-quantity\tafn-total-quantity\tper-unit-volume\tafn-inbound-working-quantity\t"
    "afn-inbound-shipped-quantity\tafn-inbound-receiving-quantity"
)


def test_ids_and_titles_that_look_like_formulas_or_numbers_stay_text(fresh: Nights) -> None:
    """`0047`, `1E5`, `=IMPORTXML(...)` and a leading plus are not touched by anybody."""
    skus = ["0047", "1E5", "+PLUS-1", "-MINUS", "@AT", "'QUOTE"]
    title = '=IMPORTXML("http://x")'
    lines = [
        f"{sku}\tX{i}\tB0EXAMPL{i:02}\t{title}\tNew\t9.99\tNo\t\tYes\t50\t50\t0\t0\t50\t0.1\t0\t0\t0"
        for i, sku in enumerate(skus)
    ]
    place = fresh.inbox / "US"
    place.mkdir()
    (place / "FBA_US_2026-07-31T0100.txt").write_text("\n".join([HEAD, *lines]), encoding="utf-8")
    (fresh.folder / "skus.csv").unlink()

    fresh.sync(date(2026, 7, 30))

    with fresh.sheet() as sheet:
        tab = sheet.worksheet("日报 2026-07")
        shown = tab.get_all_values()
        unformatted = tab.get_all_values(value_render_option="UNFORMATTED_VALUE")
    at = shown[0].index("SKU"), shown[0].index("品名")
    assert sorted(row[at[0]] for row in shown[1:] if row[at[0]]) == sorted(skus)
    assert sorted(row[at[0]] for row in unformatted[1:] if row[at[0]]) == sorted(skus)
    assert {row[at[1]] for row in unformatted[1:] if row[at[1]]} == {title}
