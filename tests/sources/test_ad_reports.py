"""Sponsored Products, from the console and from the API."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
import xlsxwriter

from sheets_sync.core.model import AdGroup

CONSOLE = "SP_Advertised_product_report_US_2026.xlsx"
JAPANESE = "SP_ja-JP_advertised_utf8bom.csv"
API = "spAdvertisedProduct_v3_US.json"
HEADER = "Date,Currency,Campaign Name,Ad Group Name,Advertised SKU,Impressions,Clicks,Spend,7 Day Total Sales ,7 Day Total Orders (#),7 Day Total Units (#)"


def total(report: object, figure: str) -> float:
    return round(sum(v for p in report.portions for v in p.figures[figure] if v), 2)  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", [CONSOLE, API])
def test_samples_have_the_known_sums(read_sample: Callable, name: str) -> None:
    """Workbook and API document agree: 221.94 spent, 233.15 sold, 198 clicks, 19,252 impressions."""
    report = read_sample(name)

    assert report.faults == ()
    assert total(report, "ad_spend") == 221.94
    assert total(report, "ad_sales") == 233.15
    assert total(report, "ad_clicks") == 198
    assert total(report, "ad_impressions") == 19252
    assert [(p.date, p.keys) for p in report.portions] == [
        (date(2026, 7, 30), ("LMP-DSK-BLK",)),
        (date(2026, 7, 31), ("LMP-DSK-BLK", "LMP-FLR-WHT")),
    ]


def test_the_japanese_sample_has_the_known_sums(read_sample: Callable) -> None:
    """24,413 yen spent and 25,646 sold, on the marketplace that the name says."""
    report = read_sample(JAPANESE)

    assert report.kind == "ads-sp-console"
    assert report.faults == ()
    assert {p.marketplace for p in report.portions} == {"JP"}
    assert total(report, "ad_spend") == 24413
    assert total(report, "ad_sales") == 25646


def test_rows_of_a_sku_are_summed_and_their_ad_groups_kept(read_sample: Callable) -> None:
    """Two campaigns of one SKU are one row; an ad group without clicks and spend is not listed."""
    portion = read_sample(CONSOLE).portions[1]

    assert portion.figures["ad_impressions"] == [8120.0, 1520.0]
    assert portion.ad_groups == (
        AdGroup("LMP-DSK-BLK", "SP - Desk Lamp - Auto", "Auto", 81.0, 92.02, 45.8),
        AdGroup("LMP-FLR-WHT", "SP - Floor - Exact", "AG 1", 14.0, 18.2, 0.0),
    )


def test_a_day_without_rows_inside_the_report_had_no_ads(read_file: Callable) -> None:
    """The report covers every day between its first and its last."""
    text = f"{HEADER}\n2026-07-28,USD,C,G,A,10,1,0.50,0,0,0\n2026-07-30,USD,C,G,A,10,1,0.50,0,0,0\n"

    report = read_file("US/ads.csv", text)

    assert [(p.date.day, p.keys) for p in report.portions] == [(28, ("A",)), (29, ()), (30, ("A",))]


def test_only_a_clock_in_the_name_is_when_the_file_was_made(read_file: Callable) -> None:
    """A bare day in the name of a report of flows is its data's day, not its download."""
    text = f"{HEADER}\n2026-07-28,USD,C,G,A,10,1,0.50,0,0,0\n"

    plain = read_file("ads_US_2026-07-28.csv", text)
    clock = read_file("ads_US_2026-07-28_20260730-0815.csv", text)
    utc = read_file("ads_US_2026-07-30T0815Z.csv", text)

    assert plain.portions[0].taken_at == datetime(2026, 8, 1, 16, 0, tzinfo=UTC)
    assert clock.portions[0].taken_at == datetime(2026, 7, 30, 15, 15, tzinfo=UTC)
    assert utc.portions[0].taken_at == datetime(2026, 7, 30, 8, 15, tzinfo=UTC)


def test_a_sum_with_an_unreadable_part_is_unknown(read_file: Callable) -> None:
    """One bad cell makes that SKU's figure unknown for the day, and leaves the others alone."""
    text = f"{HEADER}\n2026-07-28,USD,C,G,A,10,1,abc,0,0,0\n2026-07-28,USD,C,H,A,10,1,0.50,0,0,0\n2026-07-28,USD,C,G,B,10,1,0.25,0,0,0\n"

    report = read_file("US/ads.csv", text)

    assert report.portions[0].figures["ad_spend"] == [None, 0.25]
    assert report.portions[0].figures["ad_clicks"] == [2.0, 1.0]
    assert [(f.row, f.column) for f in report.faults] == [(2, "Spend")]


def test_rows_in_another_currency_are_refused(read_file: Callable) -> None:
    """A North-American file mixes currencies: only the marketplace's own count."""
    text = f"{HEADER}\n2026-07-28,USD,C,G,A,10,1,0.50,0,0,0\n2026-07-28,CAD,C,G,A,10,1,0.75,0,0,0\n"

    report = read_file("US/ads.csv", text)

    assert report.portions[0].figures["ad_spend"] == [0.5]
    assert [(f.row, f.column) for f in report.faults] == [(3, "Currency")]


@pytest.mark.parametrize(
    ("sales", "spend"),
    [
        ("7 Day Total Sales (£)", "0.50"),
        ("7 Day Total Sales ", "£0.50"),
        ("7 Day Total Sales ", "0,50 €"),
    ],
)
def test_a_symbol_of_another_currency_refuses(read_file: Callable, sales: str, spend: str) -> None:
    """A bracket in the heading and a symbol in the value are evidence too."""
    text = f'Date,Advertised SKU,Clicks,Spend,{sales}\n2026-07-28,A,1,"{spend}",2.00\n'

    report = read_file("US/ads.csv", text)

    assert report.portions == ()
    assert "does not fit US" in report.faults[0].reason.en


def test_a_country_column_splits_the_file(read_file: Callable) -> None:
    """Countries are marketplaces, in Chinese as well; every one gets every day of the file."""
    text = "日期,货币,广告活动名称,广告组名称,国家/地区,广告SKU,展示量,点击量,花费,7天总销售额\n2026-07-28,USD,C,G,美国,A,10,1,0.50,0\n2026-07-29,GBP,C,G,英国,A,10,1,0.25,0\n"

    report = read_file("ads.csv", text)

    assert report.faults == ()
    assert [(p.marketplace, p.date.day, p.keys) for p in report.portions] == [
        ("US", 28, ("A",)), ("US", 29, ()), ("UK", 28, ()), ("UK", 29, ("A",)),
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig", "utf-16"])
def test_a_german_file_keeps_its_decimals(read_file: Callable, encoding: str) -> None:
    """German headings hold commas; dot and comma decimals are told apart cell by cell."""
    text = "Datum;Währung;Kampagnen-Name;Anzeigengruppenname;Beworbene SKU;Impressionen;Klicks;Ausgaben;7 Tage, Umsatz gesamt (€)\n28.07.2026;EUR;C;G;A;2,406;3;3.17;1.234,50 €\n"

    report = read_file("DE/ads.csv", text.encode(encoding))

    assert report.faults == ()
    (portion,) = report.portions
    assert portion.date == date(2026, 7, 28)
    assert portion.figures["ad_impressions"] == [2406.0]
    assert portion.figures["ad_spend"] == [3.17]
    assert portion.figures["ad_sales"] == [1234.5]


def test_a_row_over_several_days_is_refused(read_file: Callable, reasons: Callable) -> None:
    """A summary row belongs to no single day."""
    text = "Start Date,End Date,Advertised SKU,Spend,14 Day Total Sales\n2026-07-01,2026-07-28,A,5,1\n2026-07-28,2026-07-28,A,6,1\n"

    report = read_file("US/ads.csv", text)

    assert [
        (p.date.day, p.figures["ad_spend"], p.figures["ad_sales"]) for p in report.portions
    ] == [(28, [6.0], [1.0])]
    assert reasons(report) == [
        "This row sums several days (2026-07-01 to 2026-07-28) and belongs to no single one; download the daily report"
    ]


def test_vendor_reports_without_skus_are_refused(read_file: Callable, reasons: Callable) -> None:
    """Without the SKU there is no row to write to."""
    report = read_file(
        "US/ads.csv", "Date,Advertised ASIN,Spend,14 Day Total Sales\n2026-07-28,B01,5,1\n"
    )

    assert report.kind == "ads-sp-console"
    assert report.portions == ()
    assert reasons(report) == [
        "Headings missing: advertised sku; found: Date | Advertised ASIN | Spend | 14 Day Total Sales"
    ]


def test_many_equal_faults_are_told_briefly(read_file: Callable) -> None:
    """A thousand bad rows are five faults and a count."""
    rows = "".join(f"2026-07-28,USD,C,G,S{n},10,1,x,0,0,0\n" for n in range(1000))

    report = read_file("US/ads.csv", f"{HEADER}\n{rows}")

    assert len(report.faults) == 6
    assert report.faults[-1].reason.en == "995 more like this: Not a number: x"


def test_a_workbook_without_date_format_or_with_text_cells_is_read(read_file: Callable) -> None:
    """Numbers as text and a title line above the header do not matter."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet("Sponsored Product Advertised Pr")
    sheet.write_row(0, 0, ["Sponsored Products"])
    sheet.write_row(2, 0, ["Date", "Advertised SKU", "Clicks", "Spend", "7 Day Total Sales "])
    sheet.write_row(3, 0, ["Jul 28, 2026", 47, "1,234", "$1,234.50", 12.5])
    book.close()

    report = read_file("US/ads.xlsx", buffer.getvalue())

    assert report.faults == ()
    (portion,) = report.portions
    assert portion.keys == ("47",)
    assert portion.figures == {"ad_clicks": [1234.0], "ad_spend": [1234.5], "ad_sales": [12.5]}


def test_ids_beyond_floats_stay_exact(read_file: Callable) -> None:
    """An ad group without a name goes by its id, every digit of it."""
    row = {
        "date": "2026-07-28", "campaignId": 2**53 + 1, "adGroupId": 9007199254740995, "advertisedSku": "A",
        "clicks": 1, "cost": 0.5, "sales7d": 0, "impressions": 1,
    }  # fmt: skip

    report = read_file("US/ads.json", json.dumps([row]))

    assert report.portions[0].ad_groups == (
        AdGroup("A", "9007199254740993", "9007199254740995", 1.0, 0.5, 0.0),
    )


def test_api_rows_that_cannot_be_used_are_told(read_file: Callable) -> None:
    """No SKU, no day, several days, another currency and a text for a number are five faults."""
    good = {
        "date": "2026-07-28",
        "advertisedSku": "A",
        "clicks": 1,
        "cost": 1,
        "campaignBudgetCurrencyCode": "USD",
    }
    rows = [
        good,
        {**good, "advertisedSku": None},
        {**good, "date": "yesterday"},
        {"startDate": "2026-07-01", "endDate": "2026-07-28", "advertisedSku": "A", "cost": 5},
        {**good, "campaignBudgetCurrencyCode": "CAD"},
        {**good, "advertisedSku": "B", "cost": "much"},
    ]

    report = read_file("US/ads.json", json.dumps(rows))

    assert [(f.row, f.column) for f in report.faults] == [
        (2, "advertisedSku"), (3, "date"), (4, None), (5, "campaignBudgetCurrencyCode"), (6, "cost"),
    ]  # fmt: skip
    assert report.portions[0].keys == ("A", "B")
    assert report.portions[0].figures["ad_spend"] == [1.0, None]
