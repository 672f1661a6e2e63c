"""FBA inventory and FBA planning."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

PLANNING = "GET_FBA_INVENTORY_PLANNING_DATA_US_2026.txt"
MYI = [
    "sku", "fnsku", "asin", "product-name", "condition", "your-price", "mfn-listing-exists", "mfn-fulfillable-quantity", "afn-listing-exists", "afn-warehouse-quantity", "afn-fulfillable-quantity", "afn-unsellable-quantity", "afn-reserved-quantity", "afn-total-quantity", "per-unit-volume", "afn-inbound-working-quantity", "afn-inbound-shipped-quantity", "afn-inbound-receiving-quantity",
]  # fmt: skip
HUMAN = [
    "Merchant SKU", "Fulfilment Network SKU", "ASIN", "Title", "Condition", "Price", "MFN Listing Exists",
    "MFN Fulfillable Qty", "AFN Listing Exists", "AFN Warehouse Qty", "AFN Fulfillable Qty", "AFN Unsellable Qty",
    "AFN Encumbered Qty", "AFN Total Qty", "Volume", "AFN Inbound Working Qty", "AFN Inbound Shipped Qty",
    "AFN Inbound Receiving Qty",
]  # fmt: skip
LAMP = [
    "LMP-1",
    "X1",
    "B01",
    'Lamp 15" x 4"',
    "New",
    "9.99",
    "No",
    "",
    "Yes",
    "40",
    "29",
    "1",
    "10",
    "140",
    "1.0",
    "500",
    "60",
    "40",
]
OWN = [
    "0047",
    "X2",
    "B02",
    "Cable",
    "New",
    "9.99",
    "Yes",
    "1,200",
    "No",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
    "",
]


def lines(*rows: list[str]) -> str:
    return "".join("\t".join(row) + "\r\n" for row in rows)


def test_planning_sample_has_the_known_sums(read_sample: Callable, by_sku: Callable) -> None:
    """59 units available, 466 shipped in 90 days; blank is unknown and SKUs keep zeros and case."""
    report = read_sample(PLANNING)

    assert report.kind == "fba-planning"
    assert report.faults == ()
    (portion,) = report.portions
    rows = by_sku(portion)
    assert portion.keys == ("LMP-DSK-BLK", "LMP-FLR-WHT", "lmp-dsk-blk", "0047")
    assert [row["fba_units"] for row in rows.values()] == [29.0, 30.0, None, 0.0]
    assert sum(row["fba_units"] or 0 for row in rows.values()) == 59
    assert sum(row["units_shipped_90d"] or 0 for row in rows.values()) == 466
    assert rows["LMP-DSK-BLK"]["title"] == 'Desk Lamp 15" x 4" (Black), 3 Modes'
    assert rows["LMP-DSK-BLK"]["days_of_supply"] == 9.0
    assert rows["LMP-FLR-WHT"]["sell_through"] == 0.52


def test_planning_snapshot_is_the_beginning_of_its_day(read_sample: Callable) -> None:
    """A snapshot-date without a clock is 00:00 in the marketplace, so the day before is the newest complete."""
    (portion,) = read_sample(PLANNING).portions

    assert portion.taken_at == datetime(2026, 7, 31, 7, 0, tzinfo=UTC)
    assert portion.date == date(2026, 7, 30)


def test_working_units_are_not_inbound(read_sample: Callable, by_sku: Callable) -> None:
    """500 planned units of 0047 are not on their way; 100 shipped ones of the lamp are."""
    rows = by_sku(read_sample(PLANNING).portions[0])

    assert rows["0047"]["inbound_units"] == 0.0
    assert rows["LMP-DSK-BLK"]["inbound_units"] == 100.0


def test_planning_falls_back_to_the_whole_inbound_quantity(read_file: Callable) -> None:
    """Where the split is not in the file, inbound-quantity counts."""
    text = "snapshot-date,sku,available,sell-through,inbound-quantity\n2026-07-31,A,5,1.2,70\n"

    (portion,) = read_file("US/p.csv", text).portions

    assert portion.figures["inbound_units"] == [70.0]


def test_planning_of_two_marketplaces_and_repeated_headers(read_file: Callable) -> None:
    """Concatenated downloads are told apart, and header lines in their middle are dropped."""
    text = (
        "snapshot-date,sku,available,days-of-supply,marketplace,currency\n"
        "2026-07-31,A,5,9,US,USD\n"
        "snapshot-date,sku,available,days-of-supply,marketplace,currency\n"
        "2026-07-31,A,7,9,GB,GBP\n"
    )

    report = read_file("p.csv", text)

    assert report.faults == ()
    assert [(p.marketplace, p.figures["fba_units"]) for p in report.portions] == [
        ("US", [5.0]),
        ("UK", [7.0]),
    ]


def test_planning_row_in_another_currency_is_refused(
    read_file: Callable, reasons: Callable
) -> None:
    """Euro rows do not belong to the US."""
    text = "snapshot-date,sku,available,sell-through,marketplace,currency\n2026-07-31,A,5,1,US,EUR\n2026-07-31,B,6,1,US,USD\n"

    report = read_file("p.csv", text)

    assert report.portions[0].keys == ("B",)
    assert reasons(report) == [
        "Currency EUR does not fit US, which has USD; check that the file belongs there"
    ]
    assert (report.faults[0].row, report.faults[0].column) == (2, "currency")


@pytest.mark.parametrize("header", [MYI, [*MYI, "afn-researching-quantity"], HUMAN])
def test_every_generation_of_the_inventory_report_is_read(
    read_file: Callable, by_sku: Callable, header: list[str]
) -> None:
    """Machine and human headings give the same figures; quotes in a title are ordinary characters."""
    extra = [""] * (len(header) - len(LAMP))

    report = read_file("myi_US_2026-07-31T0815.txt", lines(header, LAMP + extra, OWN + extra))

    assert report.kind == "fba-inventory"
    assert report.faults == ()
    assert by_sku(report.portions[0]) == {
        "LMP-1": {
            "asin": "B01", "title": 'Lamp 15" x 4"', "fba_units": 29.0, "mfn_units": None,
            "reserved_units": 10.0, "inbound_units": 100.0,
        },
        "0047": {
            "asin": "B02", "title": "Cable", "fba_units": None, "mfn_units": 1200.0,
            "reserved_units": None, "inbound_units": None,
        },
    }  # fmt: skip
    assert report.portions[0].taken_at == datetime(2026, 7, 31, 15, 15, tzinfo=UTC)
    assert report.portions[0].date == date(2026, 7, 30)


def test_the_store_column_counts_where_it_names_a_marketplace(read_file: Callable) -> None:
    """The newest generation says where each row sells; other texts there say nothing."""
    header = ["sku", "asin", "afn-fulfillable-quantity", "store"]

    report = read_file(
        "x.txt", lines(header, ["A", "B1", "5", "Amazon.com"], ["B", "B2", "6", "GB"])
    )
    other = read_file("US/x.txt", lines(header, ["A", "B1", "5", "My shop"]))

    assert [(p.marketplace, p.keys) for p in report.portions] == [("US", ("A",)), ("UK", ("B",))]
    assert other.portions[0].marketplace == "US"


def test_rows_that_are_no_products_are_left_out_and_told(read_file: Callable) -> None:
    """Placeholders, regraded goods and blank SKUs become faults with their row."""
    header = ["sku", "asin", "afn-fulfillable-quantity"]
    rows = [
        ["FBA15ABCmissing1", "", "3"],
        ["amzn.gr.LMP-1-x", "B1", "2"],
        ["", "B1", "2"],
        ["A", "B1", "5"],
    ]

    report = read_file("US/x.txt", lines(header, *rows))

    assert report.portions[0].keys == ("A",)
    assert [(f.row, f.column) for f in report.faults] == [(4, "sku"), (2, "sku"), (3, "sku")]


def test_a_sku_twice_counts_only_where_its_rows_agree(
    read_file: Callable, reasons: Callable
) -> None:
    """Equal rows become one; different ones are both refused with their lines."""
    header = ["sku", "asin", "afn-fulfillable-quantity"]
    rows = [
        ["A", "B1", "5"],
        ["B", "B2", "1"],
        ["A", "B1", "5"],
        ["B", "B2", "2"],
        ["a", "B3", "9"],
    ]

    report = read_file("US/x.txt", lines(header, *rows))

    assert report.portions[0].keys == ("A", "a")
    assert reasons(report) == [
        "SKU B appears more than once with different figures (lines 3, 5); none is used"
    ]


def test_a_cell_that_is_no_number_is_unknown_and_told(read_file: Callable) -> None:
    """Garbage and negative stock never become 0."""
    header = ["sku", "asin", "afn-fulfillable-quantity"]

    report = read_file(
        "US/x.txt", lines(header, ["A", "B1", "many"], ["B", "B2", "-3"], ["C", "B3", "4"])
    )

    assert report.portions[0].figures["fba_units"] == [None, None, 4.0]
    assert [(f.row, f.column, f.reason.en) for f in report.faults] == [
        (2, "afn-fulfillable-quantity", "Not a number: many"),
        (3, "afn-fulfillable-quantity", "Not a number: -3"),
    ]


def test_a_header_alone_says_that_there_is_nothing(read_file: Callable) -> None:
    """No rows is a valid report without keys."""
    report = read_file("US/x.txt", lines(MYI))

    assert report.faults == ()
    assert report.portions[0].keys == ()
