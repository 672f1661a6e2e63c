"""Sales and traffic."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

SAMPLE = "GET_SALES_AND_TRAFFIC_REPORT.day-sku.json"


def row(
    sku: str,
    units: int,
    amount: float,
    sessions: int,
    views: int,
    buy_box: float,
    currency: str = "USD",
) -> dict[str, Any]:
    return {
        "parentAsin": "P1",
        "childAsin": "C1",
        "sku": sku,
        "salesByAsin": {
            "unitsOrdered": units,
            "totalOrderItems": units,
            "orderedProductSales": {"amount": amount, "currencyCode": currency},
        },
        "trafficByAsin": {"sessions": sessions, "pageViews": views, "buyBoxPercentage": buy_box},
    }


def document(
    *rows: dict[str, Any], end: str = "2026-07-30", granularity: str = "SKU", **specification: Any
) -> str:
    return json.dumps(
        {
            "reportSpecification": {
                "reportOptions": {"dateGranularity": "DAY", "asinGranularity": granularity},
                "dataStartTime": "2026-07-30",
                "dataEndTime": end,
                "marketplaceIds": ["ATVPDKIKX0DER"],
                **specification,
            },
            "salesAndTrafficByDate": [],
            "salesAndTrafficByAsin": list(rows),
        }
    )


def test_the_sample_gives_its_days_and_refuses_its_skus(
    read_sample: Callable, reasons: Callable
) -> None:
    """A document of four days says what the marketplace did on each, and nothing about a SKU's day."""
    report = read_sample(SAMPLE)

    assert [
        (p.kind, p.date.day, p.figures["units"], p.figures["sales"]) for p in report.portions
    ] == [
        ("sales-traffic-day", 11, [23.0], [238.44]),
        ("sales-traffic-day", 12, [18.0], [217.7]),
        ("sales-traffic-day", 13, [25.0], [277.06]),
        ("sales-traffic-day", 14, [31.0], [349.94]),
    ]
    assert report.portions[3].figures["page_views"] == [2000.0]
    assert reasons(report) == [
        "The part by SKU sums several days (2021-06-11 to 2021-06-14) and is left out; download one file for each day"
    ]


def test_one_day_by_sku_is_the_day_of_its_skus(
    read_sample: Callable, read_file: Callable, sample_bytes: Callable
) -> None:
    """The same document for one day gives its three SKUs."""
    data = json.loads(sample_bytes(SAMPLE))
    data["reportSpecification"]["dataEndTime"] = "2021-06-11T00:00:00Z"
    data["salesAndTrafficByDate"] = data["salesAndTrafficByDate"][:1]

    report = read_file("st.json", json.dumps(data))

    assert report.faults == ()
    by_sku, by_day = report.portions
    assert by_sku.kind == "sales-traffic"
    assert by_sku.date == date(2021, 6, 11)
    assert by_sku.taken_at == datetime(2026, 8, 1, 16, 0, tzinfo=UTC)
    assert by_sku.keys == ("AB-1C2D-EFGH", "CD-2E3F-GHIJ", "EF-3G4H-IJKL")
    assert by_sku.figures == {
        "asin": ["B123456789", "B234567890", "B345678901"],
        "parent_asin": ["B123456789", "B234567890", "B345678901"],
        "units": [1.0, 3.0, 3.0],
        "order_items": [1.0, 2.0, 3.0],
        "sales": [16.79, 26.25, 45.0],
        "sessions": [18.0, 13.0, 6.0],
        "page_views": [43.0, 33.0, 63.0],
        "buy_box_pct": [0.9524, 0.0, 1.0],
    }
    assert by_day.figures["sessions"] == [1000.0]


def test_no_traffic_beside_sold_units_is_late(read_file: Callable, by_sku: Callable) -> None:
    """Zero sessions with units is unknown; zero sessions without units is zero."""
    rows = by_sku(
        read_file("st.json", document(row("A", 2, 20, 0, 0, 0), row("B", 0, 0, 0, 0, 0))).portions[
            0
        ]
    )

    assert (rows["A"]["sessions"], rows["A"]["page_views"], rows["A"]["buy_box_pct"]) == (
        None,
        None,
        None,
    )
    assert (rows["B"]["sessions"], rows["B"]["page_views"], rows["B"]["buy_box_pct"]) == (
        0.0,
        0.0,
        None,
    )


def test_rows_of_one_sku_are_summed(read_file: Callable, by_sku: Callable) -> None:
    """The Buy Box is weighted by sessions."""
    rows = by_sku(
        read_file(
            "st.json", document(row("A", 1, 10.1, 30, 40, 100), row("A", 2, 20.2, 10, 15, 20))
        ).portions[0]
    )

    assert rows["A"]["units"] == 3.0
    assert rows["A"]["sales"] == 30.3
    assert rows["A"]["buy_box_pct"] == 0.8


def test_other_granularities_have_no_sku(read_file: Callable, reasons: Callable) -> None:
    """CHILD and PARENT cannot be written to a SKU's row."""
    report = read_file("st.json", document(row("A", 1, 1, 1, 1, 1), granularity="CHILD"))

    assert report.portions == ()
    assert reasons(report) == [
        "The report is by CHILD and has no SKU; left out. Download it with asinGranularity=SKU"
    ]


def test_money_of_another_marketplace_is_refused(read_file: Callable) -> None:
    """A row in euros is not of the US."""
    report = read_file("st.json", document(row("A", 1, 1, 1, 1, 1, "EUR"), row("B", 1, 1, 1, 1, 1)))

    assert report.portions[0].keys == ("B",)
    assert [(f.row, f.column) for f in report.faults] == [(1, "currencyCode")]


def test_a_day_without_rows_is_a_day_without_sales(read_file: Callable) -> None:
    """An empty list still covers its day."""
    report = read_file("st.json", document())

    assert report.faults == ()
    assert [(p.kind, p.keys) for p in report.portions] == [("sales-traffic", ())]


def test_a_text_for_a_number_is_told(read_file: Callable) -> None:
    """A wrong type is unknown, with the place."""
    bad = row("A", 1, 1, 1, 1, 1)
    bad["salesByAsin"]["unitsOrdered"] = "many"

    report = read_file("st.json", document(bad))

    assert report.portions[0].figures["units"] == [None]
    assert [(f.row, f.column, f.reason.en) for f in report.faults] == [
        (1, "unitsOrdered", "Not a number: many")
    ]


def test_several_marketplaces_are_refused(read_file: Callable, reasons: Callable) -> None:
    """Figures of two marketplaces cannot be told apart."""
    report = read_file("st.json", document(marketplaceIds=["ATVPDKIKX0DER", "A1F83G8C2ARO7P"]))

    assert report.portions == ()
    assert "must be of one marketplace" in reasons(report)[0]


def test_the_folder_must_not_contradict_the_document(
    read_file: Callable, reasons: Callable
) -> None:
    """A US document in the UK folder is refused with both named."""
    report = read_file("UK/st.json", document(row("A", 1, 1, 1, 1, 1)))

    assert report.portions == ()
    assert reasons(report) == [
        "The marketplace is not clear: the content says US, the folder says UK. Rename the file or move it to the right folder"
    ]
