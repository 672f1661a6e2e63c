"""Damaged, foreign and unknown files: each becomes one report with a reason, and nothing is raised."""

from __future__ import annotations

import gzip
from collections.abc import Callable

import pytest

STOCK = "sku\tasin\tproduct-name\tafn-fulfillable-quantity\nA\tB1\tLamp\t5\n"
WORKBOOK = "SP_Advertised_product_report_US_2026.xlsx"


@pytest.mark.parametrize(
    ("encoding", "title", "folder"),
    [
        ("utf-8", "Lámpara", "US"),
        ("utf-8-sig", "Lámpara", "US"),
        ("cp1252", "Lámpara ’", "UK"),
        ("utf-16-le", "Lámpara", "UK"),
        ("utf-16-be", "Lámpara", "UK"),
        ("cp932", "デスクランプ", "JP"),
    ],
)
def test_every_encoding_seen_is_read(
    read_file: Callable, encoding: str, title: str, folder: str
) -> None:
    """Titles come through whole."""
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")

    report = read_file(f"{folder}/s.txt", mark + STOCK.replace("Lamp", title).encode(encoding))

    assert report.faults == ()
    assert report.portions[0].figures["title"] == [title]


def test_undefined_bytes_are_replaced_and_told(read_file: Callable, reasons: Callable) -> None:
    """cp1252 leaves five bytes undefined."""
    report = read_file("US/s.txt", STOCK.encode().replace(b"Lamp", b"L\x81mp \xe9"))

    assert report.portions[0].figures["title"] == ["L\ufffdmp é"]
    assert reasons(report) == ["Read as cp1252; 1 characters were not recognised and replaced"]


def test_japanese_headings_are_read_without_a_hint(read_file: Callable) -> None:
    """cp932 is tried where cp1252 knows none of the headings."""
    text = "日付,通貨,宣伝SKU,費用,広告がクリックされてから7日間の総売上高\n2026/07/30,JPY,A,￥119,￥0\n"

    report = read_file("ads.csv", text.encode("cp932"), {"acme": ("JP",)})
    mixed = read_file("x/ads.csv", text.encode("cp932"), {"acme": ("JP", "US")})

    assert report.portions[0].figures["ad_spend"] == [119.0]
    assert "which marketplace this is" in mixed.faults[0].reason.en


def test_a_packed_file_is_unpacked(read_file: Callable) -> None:
    """Reports of the API arrive as gzip."""
    report = read_file("US/s.txt.gz", gzip.compress(STOCK.encode()))

    assert report.portions[0].keys == ("A",)


def test_a_file_saved_again_by_a_spreadsheet_is_read(read_file: Callable) -> None:
    """Semicolons, quotes, blank lines, a title above and cells to the right of the header do not matter."""
    text = 'Inventory report\n\n"sku";"asin";"afn-fulfillable-quantity"\n"A;1";"B1";"5";\n\n"B";"B2";"6"\n'

    report = read_file("DE/s.csv", text)

    assert report.faults == ()
    assert report.portions[0].keys == ("A;1", "B")


def test_lines_of_another_width_are_left_out(read_file: Callable, reasons: Callable) -> None:
    """The line is named as an editor counts it, line breaks in quotes included."""
    text = 'sku,asin,product-name,afn-fulfillable-quantity\nA,B1,"two\nlines",5\nB,B2,6\nC,B3,x,7\n'

    report = read_file("US/s.csv", text)

    assert report.portions[0].keys == ("A", "C")
    assert reasons(report) == ["This line has 3 columns, the header 4; left out"]
    assert report.faults[0].row == 4


@pytest.mark.parametrize("content", [b"", b"\n \n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_told(read_file: Callable, reasons: Callable, content: bytes) -> None:
    """Nothing in it is not a report."""
    report = read_file("US/s.txt", content)

    assert (report.kind, report.portions) == (None, ())
    assert reasons(report) == ["The file is empty; download it again"]


def test_cut_off_files_are_refused(
    read_file: Callable, reasons: Callable, sample_bytes: Callable
) -> None:
    """Half a workbook, document, archive or table is none."""
    damaged = {
        "US/a.xlsx": sample_bytes(WORKBOOK)[:3000],
        "US/b.json": sample_bytes("spAdvertisedProduct_v3_US.json")[:1000],
        "US/c.gz": gzip.compress(STOCK.encode() * 50)[:-20],
        "US/d.txt": STOCK[:-4].encode(),
        "US/e.csv": b'Date,Advertised SKU,Spend,7 Day Total Sales\n2026-07-30,"A',
        "US/f.txt": STOCK.replace("Lamp", "Lamp é").encode()[:-8],
    }

    reports = {path: read_file(path, content) for path, content in damaged.items()}

    assert all(report.portions == () and report.faults for report in reports.values())
    assert "cannot be opened" in reasons(reports["US/a.xlsx"])[0]
    assert "cut off or damaged" in reasons(reports["US/b.json"])[0]
    assert "gzip file is cut off" in reasons(reports["US/c.gz"])[0]
    assert "last line has 3 of 4 columns" in reasons(reports["US/d.txt"])[0]
    assert "Quotes do not match" in reasons(reports["US/e.csv"])[0]


def test_unknown_headings_are_shown(read_file: Callable, reasons: Callable) -> None:
    """The headings, the kind that comes closest, and what is missing for it."""
    report = read_file("US/x.csv", "snapshot-date,sku,stock\n2026-07-31,A,5\n")

    assert report.kind is None
    assert reasons(report) == [
        "The kind of report is not known. Headings: snapshot-date | sku | stock. Closest: FBA inventory planning, without: days-of-supply"
    ]


def test_long_heading_lines_are_cut(read_file: Callable, reasons: Callable) -> None:
    """A hundred headings stay one readable line, and an address is never shown."""
    report = read_file(
        "US/x.csv",
        ",".join(["somebody@example.com", *(f"heading number {n}" for n in range(100))]) + "\n",
    )

    assert len(reasons(report)[0]) < 260
    assert "@" not in reasons(report)[0]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (
            "BusinessReport_US_DetailPageSalesAndTraffic_BySKU_2026-07-31.csv",
            "Business Report by SKU or ASIN, which is not used: it holds no date",
        ),
        (
            "Ads_unified_reporting_advertised_product_2026.csv",
            "Ads unified, which is not used: a row sums a range",
        ),
        ("GET_FLAT_FILE_ALL_ORDERS_US_2026.txt", "Orders, which is not used yet"),
        ("GET_MERCHANT_LISTINGS_ALL_DATA_US.txt", "Listings, which is not used yet"),
        ("GET_RESTOCK_INVENTORY_RECOMMENDATIONS_REPORT_US.txt", "Restock, which is not used yet"),
        ("FbaInboundShipments_v0.json", "Inbound shipments (API), which is not used yet"),
    ],
)
def test_known_reports_that_are_not_used_are_named(
    read_sample: Callable, reasons: Callable, name: str, words: str
) -> None:
    """A person learns what they dropped and why it does nothing."""
    report = read_sample(name)

    assert (report.kind, report.portions) == (None, ())
    assert len(report.faults) == 1
    assert f"Recognised as {words}" in reasons(report)[0]


@pytest.mark.parametrize(
    ("header", "label"),
    [
        (
            "Date,Customer Search Term,Advertised SKU,Spend,7 Day Total Sales",
            "Sponsored Products search term",
        ),
        (
            "Date,Targeting,Match Type,Spend,7 Day Total Sales,7 Day Advertised SKU Units (#)",
            "Sponsored Products targeting",
        ),
        ("Date,Campaign Name,Placement,Spend,7 Day Total Sales", "Sponsored Products placement"),
        (
            "Date,Campaign Name,Targeting Type,Spend,7 Day Total Sales",
            "Sponsored Products campaign",
        ),
        (
            "Date,Campaign Name,Spend,14 Day Total Sales,14 Day New-to-brand Orders (#)",
            "Sponsored Brands campaign",
        ),
        ("Date,Status,Budget,Campaign Name,Spend,14 Day Total Sales", "Sponsored Display"),
        ("month_of_charge,asin", "FBA storage fee"),
        ("Date,FNSKU,Starting Warehouse Balance", "Ledger summary"),
    ],
)
def test_other_ad_and_stock_reports_are_named(
    read_file: Callable, reasons: Callable, header: str, label: str
) -> None:
    """None of them is taken for the advertised-product report."""
    report = read_file("US/x.csv", f"{header}\n")

    assert report.portions == ()
    assert f"Recognised as {label}" in reasons(report)[0]


def test_headings_of_two_kinds_are_refused(read_file: Callable, reasons: Callable) -> None:
    """What could be either is neither."""
    report = read_file(
        "US/x.csv", "snapshot-date,sku,sell-through,afn-fulfillable-quantity\n2026-07-31,A,1,5\n"
    )

    assert reasons(report) == [
        "It could be FBA inventory planning or FBA inventory; it is not clear which"
    ]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<!DOCTYPE html><html></html>", "This is a web page"),
        (b'{"errors": [{"code": "QuotaExceeded"}]}', "an error of Amazon"),
        (b"[]", "holds no rows"),
        (b'{"a": 1, "b": 2}', "Keys: a | b"),
        (b'[{"promotedSku": "A", "cost": 1}]', "Sponsored Display (API), which is not used yet"),
        (b'[{"campaignId": 1, "cost": 1}]', "Ad campaigns (API), which is not used yet"),
        (b'{"performanceMetrics": NaN}', "The JSON is damaged"),
        (b"[" * 100_000, "damaged"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "Neither text nor workbook"),
        (b"PK\x03\x04 not really", "cannot be opened"),
        (b"\x1f\x8b not really", "gzip file is cut off"),
    ],
)
def test_foreign_content_is_named(
    read_file: Callable, reasons: Callable, content: bytes, words: str
) -> None:
    """Whatever is dropped, the reason says what it is."""
    report = read_file("US/x.dat", content)

    assert report.portions == ()
    assert words in reasons(report)[0]


def test_the_quick_and_the_careful_way_agree(read_file: Callable, sample_bytes: Callable) -> None:
    """A blank line forces the careful way through the same table."""
    data = sample_bytes("GET_FBA_INVENTORY_PLANNING_DATA_US_2026.txt")

    quick = read_file("US/p.txt", data)
    careful = read_file("US/p.txt", data + b"\r\n")

    assert quick.portions == careful.portions


def test_damage_in_a_workbook_never_raises(read_file: Callable, sample_bytes: Callable) -> None:
    """Cut anywhere, it is a fault or a report."""
    data = sample_bytes(WORKBOOK)

    for length in range(0, len(data), 397):
        report = read_file("US/x.xlsx", data[:length])
        assert report.portions == ()
        assert report.faults
