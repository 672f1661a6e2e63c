"""Stock reports: Amazon's inventory list and its planning report, tab-separated and without quoting."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sheets_sync.core.marketplaces import MARKETPLACES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from sheets_sync.demo.catalogue import Product
    from sheets_sync.demo.figures import Stock

ENCODINGS = {"US": "utf-8", "DE": "cp1252", "JP": "cp932"}
"""Amazon writes each site's text reports in its own encoding."""

INVENTORY_HEADINGS = (
    *("sku", "fnsku", "asin", "product-name", "condition", "your-price", "mfn-listing-exists"),
    *("mfn-fulfillable-quantity", "afn-listing-exists", "afn-warehouse-quantity"),
    *("afn-fulfillable-quantity", "afn-unsellable-quantity", "afn-reserved-quantity"),
    *("afn-total-quantity", "per-unit-volume", "afn-inbound-working-quantity"),
    *("afn-inbound-shipped-quantity", "afn-inbound-receiving-quantity"),
    *("afn-researching-quantity", "afn-reserved-future-supply", "afn-future-supply-buyable"),
)

_SURCHARGES = (
    "181-210",
    "211-240",
    "241-270",
    "271-300",
    "301-330",
    "331-365",
    "366-455",
    "456-plus",
)
_FEE_HEADINGS = (
    "Exempted from Low-Inventory-Level fee?",
    "Low-Inventory-Level fee applied in current week?",
)
_FEE_HEADINGS_EUROPE = (
    "Exempted from Low-Inventory cost coverage fee?",
    "Low-Inventory cost coverage fee applied in current week?",
)


SHIPPED_DAYS = (7, 30, 60, 90)


class Line(NamedTuple):
    """One SKU in the stock reports; `shipped` in the last `SHIPPED_DAYS`, `mean_stock` over the last 90."""

    product: Product
    price: float
    stock: Stock
    shipped: tuple[int, ...]
    mean_stock: float


def inventory(site: str, lines: Iterable[Line]) -> bytes:
    """Return the inventory list of a site: all SKUs, the seller's own stock included, no date anywhere."""
    rows = [_inventory_row(line, site) for line in lines]
    return _text(INVENTORY_HEADINGS, rows, site, "\r\n" if site == "JP" else "\n")


def _inventory_row(line: Line, site: str) -> Mapping[str, object]:
    product, stock = line.product, line.stock
    own = product.fulfilment == "FBM"
    row: dict[str, object] = {
        "sku": product.sku,
        "fnsku": "" if own else f"X00{product.asin[-7:]}",
        "asin": product.asin,
        "product-name": product.titles[site],
        "condition": "New",
        "your-price": _money(line.price, site),
        "mfn-listing-exists": "Yes" if own else "No",
        "mfn-fulfillable-quantity": stock.available if own else "",
        "afn-listing-exists": "No" if own else "Yes",
        "per-unit-volume": "0.14",
    }
    if own:
        return row
    return row | {
        "afn-warehouse-quantity": stock.available + stock.reserved,
        "afn-fulfillable-quantity": stock.available,
        "afn-unsellable-quantity": 0,
        "afn-reserved-quantity": stock.reserved,
        "afn-total-quantity": stock.available + stock.reserved + stock.inbound,
        "afn-inbound-working-quantity": 0,
        "afn-inbound-shipped-quantity": stock.shipped,
        "afn-inbound-receiving-quantity": stock.receiving,
        "afn-researching-quantity": 0,
        "afn-reserved-future-supply": 0,
        "afn-future-supply-buyable": 0,
    }


def planning_headings(site: str) -> list[str]:
    """Return the planning report's headings: 99 on the US site, 97 elsewhere, Europe with its own fee names."""
    newer = site == "US"
    fees = _FEE_HEADINGS_EUROPE if site == "DE" else _FEE_HEADINGS
    surcharges = [
        f"{kind}-ais-{days}-days"
        for days in _SURCHARGES
        for kind in ("quantity-to-be-charged", "estimated")
    ]
    return [
        *("snapshot-date", "sku", "fnsku", "asin", "product-name", "condition", "available"),
        *(("fc-transfer",) if newer else ()),
        *("pending-removal-quantity", "inv-age-0-to-90-days", "inv-age-91-to-180-days"),
        *("inv-age-181-to-270-days", "inv-age-271-to-365-days", "inv-age-366-to-455-days"),
        *("inv-age-456-plus-days", "currency", "units-shipped-t7", "units-shipped-t30"),
        *("units-shipped-t60", "units-shipped-t90", "alert", "your-price", "sales-price"),
        *("lowest-price-new-plus-shipping", "lowest-price-used", "recommended-action"),
        *("DEPRECATED healthy-inventory-level", "recommended-sales-price"),
        *("recommended-sale-duration-days", "recommended-removal-quantity"),
        *("estimated-cost-savings-of-recommended-actions", "sell-through", "item-volume"),
        *("volume-unit-measurement", "storage-type", "storage-volume", "marketplace"),
        *("product-group", "sales-rank", "days-of-supply", "estimated-excess-quantity"),
        *("weeks-of-cover-t30", "weeks-of-cover-t90", "featuredoffer-price"),
        *("sales-shipped-last-7-days", "sales-shipped-last-30-days"),
        *("sales-shipped-last-60-days", "sales-shipped-last-90-days"),
        *("inv-age-0-to-30-days", "inv-age-31-to-60-days", "inv-age-61-to-90-days"),
        *("inv-age-181-to-330-days", "inv-age-331-to-365-days"),
        *("estimated-storage-cost-next-month", "inbound-quantity", "inbound-working"),
        *("inbound-shipped", "inbound-received", "no-sale-last-6-months"),
        *("Total Reserved Quantity", "unfulfillable-quantity"),
        *surcharges,
        *("historical-days-of-supply", "fba-minimum-inventory-level"),
        *("fba-inventory-level-health-status", "Recommended ship-in quantity"),
        *("Recommended ship-in date", "Last updated date for Historical Days of Supply"),
        *fees,
        *("Short term historical days of supply", "Long term historical days of supply"),
        *("Inventory age snapshot date", "Inventory Supply at FBA"),
        *(() if newer else ("Reserved FC Transfer",)),
        *("Reserved FC Processing", "Reserved Customer Order"),
        *(("Reserved Staging",) if newer else ()),
        *("Total Days of Supply (including units from open shipments)", "supplier"),
        *("is-seasonal-in-next-3-months", "season-name", "season-start-date", "season-end-date"),
        *(("Fulfillment Service and Programs",) if newer else ()),
    ]


def planning(site: str, snapshot: date, lines: Iterable[Line]) -> bytes:
    """Return the planning report of a site: what Amazon ships, with shipped units and sell-through."""
    rows = [
        _planning_row(line, site, snapshot) for line in lines if line.product.fulfilment == "FBA"
    ]
    return _text(planning_headings(site), rows, site, "\n")


def _planning_row(line: Line, site: str, snapshot: date) -> Mapping[str, object]:
    product, stock = line.product, line.stock
    week, month, two_months, quarter = line.shipped
    daily = month / 30
    young, middle = min(stock.available, quarter), max(0, stock.available - quarter)
    row: dict[str, object] = {
        "snapshot-date": snapshot.isoformat(),
        "sku": product.sku,
        "fnsku": f"X00{product.asin[-7:]}",
        "asin": product.asin,
        "product-name": product.titles[site],
        "condition": "New",
        "available": stock.available,
        "pending-removal-quantity": 0,
        "inv-age-0-to-90-days": young,
        "inv-age-91-to-180-days": middle,
        "currency": MARKETPLACES[site].currency,
        "units-shipped-t7": week,
        "units-shipped-t30": month,
        "units-shipped-t60": two_months,
        "units-shipped-t90": quarter,
        "alert": "" if stock.available or not quarter else "Out of stock",
        "your-price": _money(line.price, site),
        "sell-through": f"{quarter / line.mean_stock:.2f}" if line.mean_stock else "",
        "storage-type": "Standard",
        "marketplace": site,
        "sales-shipped-last-7-days": _money(week * line.price, site),
        "sales-shipped-last-30-days": _money(month * line.price, site),
        "sales-shipped-last-60-days": _money(two_months * line.price, site),
        "sales-shipped-last-90-days": _money(quarter * line.price, site),
        "inbound-quantity": stock.inbound,
        "inbound-working": 0,
        "inbound-shipped": stock.shipped,
        "inbound-received": stock.receiving,
        "Total Reserved Quantity": stock.reserved,
        "unfulfillable-quantity": 0,
        "Inventory age snapshot date": snapshot.isoformat(),
        "Inventory Supply at FBA": stock.available + stock.inbound,
        "Reserved FC Processing": 0,
        "Reserved Customer Order": stock.reserved,
        "supplier": "unassigned",
    }
    older = (
        "181-to-270-days",
        "271-to-365-days",
        "366-to-455-days",
        "456-plus-days",
        "181-to-330-days",
        "331-to-365-days",
    )
    row |= {f"inv-age-{span}": 0 for span in older}
    row |= {
        "inv-age-0-to-30-days": min(young, month),
        "inv-age-31-to-60-days": young - min(young, month),
        "inv-age-61-to-90-days": 0,
    }
    if daily:
        row["days-of-supply"] = round(stock.available / daily)
        row["weeks-of-cover-t30"] = f"{stock.available / daily / 7:.1f}"
        row["weeks-of-cover-t90"] = f"{stock.available / (quarter / 90) / 7:.1f}"
        row["Total Days of Supply (including units from open shipments)"] = round(
            (stock.available + stock.inbound) / daily
        )
    return row


def _money(amount: float, site: str) -> str:
    return f"{amount:.{MARKETPLACES[site].digits}f}"


def _text(
    headings: Sequence[str], rows: Iterable[Mapping[str, object]], site: str, line_end: str
) -> bytes:
    lines = ["\t".join(headings)]
    lines += ["\t".join(str(row.get(name, "")) for name in headings) for row in rows]
    return (line_end.join(lines) + line_end).encode(ENCODINGS[site])
