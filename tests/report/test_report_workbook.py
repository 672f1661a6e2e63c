"""The workbook as other programs read it: worksheets, charts, formats, and nothing that could run."""

from __future__ import annotations

import io
import subprocess
import zipfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from sheets_sync.core.model import Sku, SkuKey
from sheets_sync.core.review import compose
from sheets_sync.core.review.history import ACCOUNT_METRICS, SKU_METRICS, Line, of_lines
from sheets_sync.core.review.sums import Known, together
from sheets_sync.errors import Language
from sheets_sync.report.gathering import MonthRead
from sheets_sync.report.telling import Head
from sheets_sync.report.workbook import workbook

SITES = [("acme", "US"), ("=SUM(1)", "JP")]
DAYS = [date(2026, 6, 29) + timedelta(days=i) for i in range(14)]


def history(days: list[date]) -> Known:
    """Twelve SKUs in the US with ads, one in Japan without, whose names begin like formulas."""
    skus = [
        Line(
            SkuKey(*SITES[0], f"+{n:02}"),
            day,
            {"units": n, "sales": n * 9.5, "sessions": 9 * n, "ad_spend": 1.0, "ad_sales": n},
            "|acos_7d:critical|" if n == 12 else "",
        )
        for n in range(1, 13)
        for day in DAYS
    ]
    skus += [
        Line(SkuKey(*SITES[1], "Z"), day, {"units": 1, "sales": 3000, "title": "=1+1"}, "")
        for day in DAYS
    ]
    accounts = [Line(SkuKey(*SITES[0], ""), DAYS[0], {"ahr_score": 300, "odr_rate": 0.0034}, "")]
    of = of_lines(skus, SKU_METRICS, days), of_lines(accounts, ACCOUNT_METRICS, days)
    return together([Known(*of)], SITES, days)


def made(language: Language = "zh", team: str = "acme") -> bytes:
    """Return a report of two weeks, with nothing known of those before."""
    before = [day - timedelta(days=14) for day in DAYS]
    titled = SkuKey(*SITES[0], "+12")
    listed = {titled: Sku(*titled, title='=HYPERLINK("http://x")')}
    review = compose(history(DAYS), history(before), listed)
    head = Head(team, datetime(2026, 7, 20, 8, 30, tzinfo=UTC), language, is_one_store=False)
    months = [MonthRead(month, {"store": 2}, ["store"]) for month in ("2026-06", "2026-07")]
    return workbook(review, head, months)


def opened(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


@pytest.fixture(scope="module")
def book() -> openpyxl.Workbook:
    return opened(made())


def refs(part: Any) -> list[tuple[str, str]]:
    """Return the cells that each series takes its categories and its values from."""
    return [
        ((one.cat.strRef or one.cat.numRef).f.partition("!")[2], one.val.numRef.f.partition("!")[2])
        for one in part.series
    ]


def title_of(chart: Any) -> str:
    return "".join(run.t for p in chart.title.tx.rich.p for run in p.r or ())


def values(sheet: Any, area: str) -> list[Any]:
    return [cell.value for [cell] in sheet[area]]


@pytest.mark.parametrize(
    ("language", "titles", "sales"),
    [
        ("zh", ["概览", "月度", "周", "SKU", "预警", "账号"], "销售额"),
        ("en", ["Overview", "By month", "By week", "SKU", "Alerts", "Account"], "Sales"),
        (
            "both",
            [
                "概览 - Overview",
                "月度 - By month",
                "周 - By week",
                "SKU",
                "预警 - Alerts",
                "账号 - Account",
            ],
            "销售额 / Sales",
        ),
    ],
)
def test_labels_are_said_in_the_language_of_the_job(
    language: Language, titles: list[str], sales: str
) -> None:
    """In Chinese, in English, or in both."""
    book = opened(made(language))

    assert book.sheetnames == titles
    assert sales in [cell.value for row in book.worksheets[1].iter_rows() for cell in row]


def test_sales_are_columns_and_acos_and_tacos_lines_on_another_axis(
    book: openpyxl.Workbook,
) -> None:
    """Money on the left, percentages on the right, over the rows of the one site."""
    sheet = book.worksheets[1]
    us, _ = sheet._charts
    columns, lines = us._charts

    assert title_of(us) == "销售额 / ACOS / TACOS · acme US"
    [(months, sales)] = refs(columns)
    assert values(sheet, months) == ["2026-06", "2026-07"]
    assert values(sheet, sales) == [1482, 8892]  # 78 pieces a day at 9.5, two days and twelve
    assert [values(sheet, ratios) for _, ratios in refs(lines)] == [
        [0.153846, 0.153846],  # 12 spent for 78 of ad sales
        [0.016194, 0.016194],  # 12 of 741
    ]
    assert columns.y_axis.numFmt.formatCode == "[$$]#,##0"
    assert (lines.y_axis.numFmt.formatCode, lines.y_axis.crosses) == ("0%", "max")
    assert columns.y_axis.axId != lines.y_axis.axId


def test_a_site_without_ads_has_columns_alone(book: openpyxl.Workbook) -> None:
    """No empty lines, no second axis; yen on the first."""
    _, jp = book.worksheets[1]._charts

    assert title_of(jp) == "销售额 · =SUM(1) JP"
    assert len(jp._charts) == 1
    assert values(book.worksheets[1], refs(jp)[0][1]) == [6000, 36000]
    assert jp.y_axis.numFmt.formatCode == "[$¥]#,##0"


def test_weeks_show_what_the_ads_cost(book: openpyxl.Workbook) -> None:
    """Sales as columns, spend as a line, each week once."""
    sheet = book.worksheets[2]
    us, _ = sheet._charts
    columns, lines = us._charts

    [(weeks, sales)], [(_, spend)] = refs(columns), refs(lines)
    assert values(sheet, weeks) == ["2026-W27", "2026-W28"]
    assert (values(sheet, sales), values(sheet, spend)) == ([5187, 5187], [84, 84])


def test_the_ten_best_skus_are_bars(book: openpyxl.Workbook) -> None:
    """Ten of twelve, the best first; a site with one has one bar."""
    sheet = book.worksheets[3]
    us, jp = sheet._charts

    [(names, sales)] = refs(us)
    assert us.barDir == "bar"
    assert values(sheet, names) == [f"+{n:02}" for n in range(12, 2, -1)]
    assert values(sheet, sales) == [n * 133 for n in range(12, 2, -1)]
    assert us.x_axis.scaling.orientation == "maxMin"
    [(name, _)] = refs(jp)
    assert values(sheet, f"{name}:{name}") == ["Z"]


def test_money_is_in_each_site_s_own_format(book: openpyxl.Workbook) -> None:
    """Yen without decimals, dollars with two; percentages as such."""
    us, jp = (
        [row for row in book.worksheets[0].iter_rows() if row[1].value == code]
        for code in ("US", "JP")
    )

    assert [us[0][3].value, us[0][3].number_format] == [10374, "[$$]#,##0.00"]
    assert [jp[0][3].value, jp[0][3].number_format] == [42000, "[$¥]#,##0"]
    assert us[0][6].number_format == "0.0%"
    assert [row[6].number_format for row in book.worksheets[5].iter_rows(min_row=4)] == ["0.00%"]


def test_nothing_can_run() -> None:
    """A team, a store, a SKU and titles that begin like formulas stay text."""
    content = made(team="=1+1")

    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        sheets = [parts.read(name) for name in parts.namelist() if "/worksheets/" in name]
        formulas = [
            piece.split(b"</c:f>")[0]
            for name in parts.namelist()
            if "/charts/chart" in name
            for piece in parts.read(name).split(b"<c:f>")[1:]
        ]
    assert not any(b"<f>" in sheet or b"<hyperlink" in sheet for sheet in sheets)
    assert formulas
    assert all(b"!$" in formula for formula in formulas)
    book = opened(content)
    assert book.worksheets[0]["A1"].value == "=1+1 · 运营回顾"
    assert {"=1+1", '=HYPERLINK("http://x")'} < {
        row[3].value for row in book.worksheets[3].iter_rows()
    }
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)


def test_a_page_is_as_wide_as_the_paper(book: openpyxl.Workbook) -> None:
    """Printed across, all columns on one page, the headings on every page."""
    for sheet in book:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.fitToHeight == 0
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
    sheet = book.worksheets[3]
    [heading] = [row[0].row for row in sheet.iter_rows() if row[2].value == "SKU"]
    assert sheet.print_title_rows == f"${heading}:${heading}"


def test_charts_do_not_cover_the_table(book: openpyxl.Workbook) -> None:
    """They end above the headings."""
    for sheet in book.worksheets[1:4]:
        heading = next(row[0].row for row in sheet.iter_rows(min_row=3) if row[0].value)
        assert all(chart.anchor.to.row < heading - 1 for chart in sheet._charts)


@pytest.mark.program("soffice")
def test_libreoffice_prints_it(tmp_path: Path) -> None:
    """Another program opens the workbook and makes a PDF of it."""
    path = tmp_path / "report.xlsx"
    path.write_bytes(made())
    profile = (tmp_path / "profile").as_uri()
    command = ["soffice", f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf"]

    subprocess.run(
        [*command, "--outdir", str(tmp_path), str(path)],
        check=True,
        capture_output=True,
        timeout=120,
    )

    assert path.with_suffix(".pdf").read_bytes().startswith(b"%PDF")
