"""The files the made-up company writes: the same every time, in the real reports' shapes."""

from __future__ import annotations

import csv
import gzip
import io
import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from sheets_sync.demo.company import Company

NIGHT = date(2026, 7, 20)
SAMPLES = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="module")
def inbox(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inbox")
    company.write_night(folder, NIGHT)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def only(folder: Path, pattern: str) -> Path:
    (found,) = folder.glob(pattern)
    return found


def lines(path: Path, encoding: str) -> list[list[str]]:
    return [line.split("\t") for line in path.read_text(encoding).splitlines()]


def sample_header(name: str) -> list[str]:
    return (SAMPLES / name).read_text("utf-8").splitlines()[0].split("\t")


def test_same_seed_and_day_write_the_same_bytes(tmp_path: Path) -> None:
    """Two companies made alike agree in every byte and in every file's time."""
    nights = (date(2026, 7, 1), date(2026, 7, 20), date(2026, 7, 30))
    times = []
    for name in ("one", "two"):
        twin = Company(7, 30, 40, date(2026, 7, 30))
        twin.write_job_data(tmp_path / name)
        written = [
            path for night in nights for path in twin.write_night(tmp_path / name / "inbox", night)
        ]
        times.append([path.stat().st_mtime for path in written])

    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert times[0] == times[1]


def test_another_seed_writes_other_figures(inbox: Path, tmp_path: Path) -> None:
    """The seed decides the figures, not only the names."""
    Company(8, 30, 40, date(2026, 7, 30)).write_night(tmp_path, NIGHT)

    name = "JP/FBA_MYI_UNSUPPRESSED_INVENTORY_JP_2026-07-21T0805Z.txt"
    assert contents(tmp_path)[name] != contents(inbox)[name]


def test_a_night_does_not_depend_on_nights_written_before(
    company: Company, inbox: Path, tmp_path: Path
) -> None:
    """Files of one night are the same whether or not the night before was written."""
    company.write_night(tmp_path / "before", date(2026, 7, 19))

    assert [p.name for p in company.write_night(tmp_path / "alone", NIGHT)]
    assert contents(tmp_path / "alone") == contents(inbox)


def test_files_were_made_between_midnight_in_california_and_the_run(
    company: Company, tmp_path: Path
) -> None:
    """Every download is dated after the last marketplace's midnight and before 08:30 UTC."""
    *written, _ = company.write_night(tmp_path, NIGHT)

    moments = [datetime.fromtimestamp(path.stat().st_mtime, UTC) for path in written]
    assert min(moments) == datetime(2026, 7, 21, 8, 5, tzinfo=UTC)
    assert max(moments) < company.run_moment(NIGHT) == datetime(2026, 7, 21, 8, 30, tzinfo=UTC)


def test_a_day_outside_the_shown_ones_is_refused(company: Company, tmp_path: Path) -> None:
    """The company has no files for a day before its first night."""
    with pytest.raises(ValueError, match="2026-06-30"):
        company.write_night(tmp_path, date(2026, 6, 30))


def test_too_few_skus_are_refused() -> None:
    """The story needs its actors."""
    with pytest.raises(ValueError, match="12 SKUs"):
        Company(7, 30, 11, date(2026, 7, 30))


def test_inventory_has_the_21_column_heading_and_blank_quantities_for_own_stock(
    inbox: Path,
) -> None:
    """The list of 2026 without `store`; a seller-fulfilled SKU has no FBA quantity at all."""
    header, *rows = lines(only(inbox, "US/FBA_MYI_*.txt"), "utf-8")
    by_sku = {row[0]: dict(zip(header, row, strict=True)) for row in rows}

    assert len(header) == 21
    assert header[:4] == ["sku", "fnsku", "asin", "product-name"]
    assert header[-3:] == [
        "afn-researching-quantity",
        "afn-reserved-future-supply",
        "afn-future-supply-buyable",
    ]
    assert len(by_sku) == 40
    assert by_sku["KB-BLK-FBM"]["afn-fulfillable-quantity"] == ""
    assert int(by_sku["KB-BLK-FBM"]["mfn-fulfillable-quantity"]) >= 30
    assert by_sku["KB-BLK"]["mfn-fulfillable-quantity"] == ""
    assert by_sku["KB-BLK"]["asin"] == by_sku["KB-BLK-FBM"]["asin"]


def test_each_site_writes_its_own_encoding(inbox: Path) -> None:
    """Germany's text is cp1252 and Japan's cp932, as Amazon delivers them."""
    german = only(inbox, "DE/FBA_MYI_*.txt").read_bytes()
    japanese = only(inbox, "JP/FBA_MYI_*.txt").read_bytes()

    assert "Weiß" in german.decode("cp1252")
    assert "電気ケトル" in japanese.decode("cp932")
    for content in (german, japanese):
        with pytest.raises(UnicodeDecodeError):
            content.decode("utf-8")


def test_planning_has_the_headings_of_the_real_report(inbox: Path) -> None:
    """97 columns outside the US, in the sample's order; 99 in the US; Europe names the fees its own way."""
    american, german, japanese = (
        lines(only(inbox, f"{site}/FBA_INVENTORY_PLANNING_*.txt"), encoding)[0]
        for site, encoding in (("US", "utf-8"), ("DE", "cp1252"), ("JP", "cp932"))
    )

    assert len(american) == 99
    assert american[-1] == "Fulfillment Service and Programs"
    assert "Exempted from Low-Inventory cost coverage fee?" in german
    assert japanese == sample_header("GET_FBA_INVENTORY_PLANNING_DATA_US_2026.txt")


def test_planning_is_dated_the_morning_it_was_taken(inbox: Path) -> None:
    """The snapshot's day is the one after the business day it describes."""
    header, *rows = lines(only(inbox, "US/FBA_INVENTORY_PLANNING_*.txt"), "utf-8")

    assert {row[header.index("snapshot-date")] for row in rows} == {"2026-07-21"}


def test_sales_and_traffic_is_one_day_by_sku(inbox: Path) -> None:
    """The newest US file is two days old and covers that day alone; its two parts agree."""
    document = json.loads(only(inbox, "US/SalesAndTraffic_US_2026-07-18_*.json").read_text("utf-8"))

    specification = document["reportSpecification"]
    assert specification["reportOptions"] == {"dateGranularity": "DAY", "asinGranularity": "SKU"}
    assert (specification["dataStartTime"], specification["dataEndTime"]) == (
        "2026-07-18",
        "2026-07-18",
    )
    assert specification["marketplaceIds"] == ["ATVPDKIKX0DER"]
    rows = document["salesAndTrafficByAsin"]
    assert (
        sum(row["salesByAsin"]["unitsOrdered"] for row in rows)
        == document["salesAndTrafficByDate"][0]["salesByDate"]["unitsOrdered"]
    )
    assert {row["salesByAsin"]["orderedProductSales"]["currencyCode"] for row in rows} == {"USD"}


def test_yen_have_no_decimals(inbox: Path) -> None:
    """Japanese money is written in whole yen."""
    rows = json.loads(only(inbox, "JP/SalesAndTraffic_JP_2026-07-19_*.json").read_text("utf-8"))[
        "salesAndTrafficByAsin"
    ]

    assert all(isinstance(row["salesByAsin"]["orderedProductSales"]["amount"], int) for row in rows)


def console_rows(inbox: Path) -> tuple[list[Any], list[list[Any]]]:
    book = CalamineWorkbook.from_path(only(inbox, "US/SponsoredProducts_*.xlsx"))
    assert book.sheet_names == ["Sponsored Product Advertised Pr"]
    header, *rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    return header, rows


def test_the_console_workbook_has_the_real_headings_and_fourteen_days(inbox: Path) -> None:
    """Trailing spaces included; dates are date cells, the newest is yesterday's."""
    header, rows = console_rows(inbox)
    days = {row[0] for row in rows}

    assert header[10:16] == [
        *("Clicks", "Click-Thru Rate (CTR)", "Cost Per Click (CPC)", "Spend"),
        *("7 Day Total Sales ", "Total Advertising Cost of Sales (ACOS) "),
    ]
    assert (min(days), max(days), len(days)) == (date(2026, 7, 6), date(2026, 7, 19), 14)


def test_the_console_workbook_declares_itself_one_cell_large(inbox: Path) -> None:
    """As Amazon's do, so that a reader which trusts the declared size is found out."""
    import zipfile

    with zipfile.ZipFile(only(inbox, "US/SponsoredProducts_*.xlsx")) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()

    assert '<dimension ref="A1"/>' in sheet


def test_console_and_api_carry_the_same_figures(inbox: Path) -> None:
    """On a night with both files of the US, spend and sales agree to the cent."""
    header, rows = console_rows(inbox)
    with gzip.open(only(inbox, "US/SponsoredProducts_*.json.gz")) as file:
        ads = json.load(file)

    assert len(rows) == len(ads)
    assert round(sum(row[header.index("Spend")] for row in rows), 2) == round(
        sum(ad["cost"] for ad in ads), 2
    )
    sales = sum(row[header.index("7 Day Total Sales ")] for row in rows)
    assert round(sales, 2) == round(sum(ad["sales7d"] for ad in ads), 2)


def test_account_health_has_a_block_per_site_and_measures_nothing_in_japan(inbox: Path) -> None:
    """Without own shipments the denominators are 0, which is not a breach but unknown."""
    document = json.loads(only(inbox, "V2SellerPerformance_*.json").read_text("utf-8"))
    blocks = {block["marketplaceId"]: block for block in document["performanceMetrics"]}

    assert set(blocks) == {"ATVPDKIKX0DER", "A1PA6795UKMFR9", "A1VC38T7YXB528"}
    japan = blocks["A1VC38T7YXB528"]
    assert (japan["validTrackingRate"]["shipmentCount"], japan["validTrackingRate"]["rate"]) == (
        0,
        0,
    )
    assert blocks["A1PA6795UKMFR9"]["lateShipmentRate"]["rate"] == 0.046


def test_feedback_is_dated_as_each_site_writes_it(company: Company, tmp_path: Path) -> None:
    """Six columns, local dates and headings, a year back; the planted one has no answer yet."""
    company.write_night(tmp_path, date(2026, 7, 24))

    american = lines(only(tmp_path, "US/SellerFeedback_*.txt"), "utf-8")
    german = lines(only(tmp_path, "DE/SellerFeedback_*.txt"), "cp1252")
    japanese = lines(only(tmp_path, "JP/SellerFeedback_*.txt"), "cp932")
    assert american[0] == sample_header("GET_SELLER_FEEDBACK_DATA_US.txt")
    assert german[0][4] == "Bestellnummer"
    assert (american[-1][0], german[-1][0], japanese[-1][0]) == ("07/21/26", "04.07.26", "26/07/04")
    assert american[-1][3] == ""
    assert all(row[3] for row in (*american[1:-1], *german[1:], *japanese[1:]))


def test_the_hand_written_list_is_weekly_and_grows(company: Company, tmp_path: Path) -> None:
    """One file, kept by a person: the IPI on Mondays, and one review."""
    (*_, before) = company.write_night(tmp_path / "before", date(2026, 7, 21))
    (*_, after) = company.write_night(tmp_path / "after", date(2026, 7, 22))
    old, new = (
        list(csv.reader(io.StringIO(path.read_text("utf-8-sig")))) for path in (before, after)
    )

    assert old[0] == ["date", "marketplace", "metric", "sku", "value", "note"]
    assert [row[:5] for row in new if row not in old] == [
        ["2026-07-22", "DE", "negative_review", "BRD-BLK", "1"]
    ]
    assert ["2026-07-20", "DE", "ipi", "", "392"] in [row[:5] for row in old]


def test_the_hand_written_list_is_untouched_while_nobody_types(
    company: Company, tmp_path: Path
) -> None:
    """A night without a new line leaves the file's bytes and time as they were."""
    (*_, path) = company.write_night(tmp_path, date(2026, 7, 23))
    before = path.read_bytes(), path.stat().st_mtime
    company.write_night(tmp_path, date(2026, 7, 24))

    assert (path.read_bytes(), path.stat().st_mtime) == before


def test_restated_figures_come_as_files_of_earlier_days(company: Company, tmp_path: Path) -> None:
    """The day after a report without traffic, the same business day comes again with it."""
    first = company.write_night(tmp_path / "first", date(2026, 7, 17))
    again = company.write_night(tmp_path / "again", date(2026, 7, 18))
    sessions = []
    for files in (first, again):
        path = next(p for p in files if p.name.startswith("SalesAndTraffic_JP_2026-07-16_"))
        totals = json.loads(path.read_text("utf-8"))["salesAndTrafficByDate"][0]
        sessions.append(totals["trafficByDate"]["sessions"])

    assert sessions[0] == 0
    assert sessions[1] > 500


def test_late_reports_are_late_and_come_together(company: Company, tmp_path: Path) -> None:
    """Three nights without US sales, then four days at once; one night without Japanese ads."""
    missing = company.write_night(tmp_path / "missing", date(2026, 7, 15))
    back = company.write_night(tmp_path / "back", date(2026, 7, 17))
    no_ads = company.write_night(tmp_path / "no_ads", date(2026, 7, 10))

    days = {p.name.split("_")[2] for p in back if p.name.startswith("SalesAndTraffic_US")}
    assert not [p for p in missing if p.name.startswith("SalesAndTraffic_US")]
    assert {"2026-07-12", "2026-07-13", "2026-07-14", "2026-07-15"} <= days
    assert not [p for p in no_ads if p.name.startswith("SponsoredProducts_AdvertisedProduct_JP")]


def test_the_sku_list_holds_the_texts_that_spreadsheets_mangle(
    company: Company, tmp_path: Path
) -> None:
    """Leading zeros, scientific notation, a plus sign and a formula stand in skus.csv as they are."""
    company.write_job_data(tmp_path)
    with (tmp_path / "skus.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))

    assert len(rows) == 118
    assert {"0047", "1E5", "+CBL-2M"} <= {row["sku"] for row in rows}
    assert '=IMPORTXML("http://x")' in {row["title"] for row in rows}
    assert {row["status"] for row in rows} == {"在售", "新品", "清仓", "停售"}
    assert {row["fulfilment"] for row in rows if row["marketplace"] == "JP"} == {"FBA"}
    assert {row["store"] for row in rows} == {"acme"}


def test_every_category_has_a_benchmark_on_every_site(company: Company, tmp_path: Path) -> None:
    """No SKU is without a range to judge its ads by."""
    company.write_job_data(tmp_path)
    with (tmp_path / "benchmarks.csv").open(encoding="utf-8-sig", newline="") as file:
        ranges = {(row["category"], row["marketplace"]): row for row in csv.DictReader(file)}
    with (tmp_path / "skus.csv").open(encoding="utf-8-sig", newline="") as file:
        wanted = {(row["category"], row["marketplace"]) for row in csv.DictReader(file)}

    assert wanted == set(ranges)
    assert (ranges["electronics", "US"]["acos_low"], ranges["electronics", "US"]["acos_high"]) == (
        "0.2",
        "0.28",
    )


def test_a_larger_company_has_distinct_skus() -> None:
    """Colours and editions keep the texts apart, whatever the number of SKUs."""
    large = Company(7, 1, 260, date(2026, 7, 30))

    assert len({product.sku for product in large.products}) == 260
