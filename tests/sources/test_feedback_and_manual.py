"""Seller feedback, and what people type by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

FEEDBACK = "GET_SELLER_FEEDBACK_DATA_US.txt"
MANUAL = "manual_ipi_and_reviews.csv"
ORDER = "111-0000001-0000001"


def test_the_feedback_sample_is_read(read_sample: Callable) -> None:
    """Three feedbacks by order, month first in the US; one has an answer."""
    report = read_sample(FEEDBACK)

    assert report.faults == ()
    (portion,) = report.portions
    assert portion.keys == ("111-0000001-0000001", "111-0000002-0000002", "111-0000003-0000003")
    assert portion.figures == {
        "rating": [1.0, 3.0, 2.0],
        "feedback_date": ["2026-07-29", "2026-07-31", "2025-12-01"],
        "responded": [0.0, 1.0, 0.0],
    }


def test_no_address_leaves_the_reader(read_sample: Callable, read_file: Callable) -> None:
    """Neither figures nor faults hold the buyer's e-mail, not even of a broken row."""
    broken = "Date\tRating\tComments\tYour Response\tOrder ID\tRater Email\n07/29/26\t1\tbad\t\t111-0000001-0000001\tzz@example.com\n07/29/26\t9\tzz@example.com\t\tx\tzz@example.com\n"

    assert "@" not in repr(read_sample(FEEDBACK))
    assert "@" not in repr(read_file("US/f.txt", broken))
    assert "@" not in repr(read_file("US/g.txt", broken.partition("\n")[2] + "a\tb\n"))


@pytest.mark.parametrize(
    ("folder", "header", "day", "encoding"),
    [
        (
            "DE",
            "Datum\tBewertung\tKommentare\tAntwort\tBestellnummer\tE-Mail des Bewerters",
            "29.07.26",
            "cp1252",
        ),
        (
            "UK",
            "Date\tRating\tComments\tYour Response\tOrder ID\tRater Email",
            "29/07/26",
            "utf-16",
        ),
        (
            "UK",
            "Date\tRating\tComments\tYour Response\tOrder ID\tRater Email",
            "29/07/2026",
            "utf-8",
        ),
        ("JP", "日付\t評価\tコメント\t返信\t注文番号\tEメール", "26/07/29", "cp932"),
        ("SE", "Datum\tBetyg\tKommentarer\tSvar\tOrdernummer\tE-post", "2026-07-29", "utf-8"),
    ],
)
def test_feedback_of_every_site_goes_by_position(
    read_file: Callable, folder: str, header: str, day: str, encoding: str
) -> None:
    """Headings and dates differ by site, columns do not."""
    text = (
        f"{header}\r\n{day}\t2\tGehäuse defekt\t\t{ORDER}\tzz@example.com\r\n"
        if folder != "JP"
        else f"{header}\r\n{day}\t2\t壊れた\t\t{ORDER}\tzz@example.com\r\n"
    )

    report = read_file(f"{folder}/f.txt", text.encode(encoding), {"acme": ("DE", "UK", "JP", "SE")})

    assert report.kind == "feedback"
    assert report.faults == ()
    assert report.portions[0].figures["feedback_date"] == ["2026-07-29"]


def test_the_older_layout_of_nine_columns_is_read(read_file: Callable) -> None:
    """Three questions stand between response and order there."""
    text = f"Date\tRating\tComments\tYour Response\tArrived on Time\tItem as Described\tCustomer Service\tOrder ID\tRater Email\n7/9/26\t2\tlate\tsorry\tNo\tYes\t\t{ORDER}\tzz@example.com\n"

    (portion,) = read_file("US/f.txt", text).portions

    assert (portion.keys, portion.figures["responded"]) == ((ORDER,), [1.0])


def test_no_feedback_is_a_report_without_orders(read_file: Callable) -> None:
    """A header alone says that nobody complained."""
    report = read_file("US/f.txt", "Date\tRating\tComments\tYour Response\tOrder ID\tRater Email\n")

    assert report.faults == ()
    assert [p.keys for p in report.portions] == [()]


def test_the_typed_sample_is_read(read_sample: Callable) -> None:
    """IPI by marketplace, a review by SKU."""
    report = read_sample(MANUAL)

    assert report.faults == ()
    assert [(p.kind, p.marketplace, p.date, p.keys, dict(p.figures)) for p in report.portions] == [
        ("manual-account", "US", date(2026, 7, 27), ("",), {"ipi": [421.0]}),
        ("manual-account", "UK", date(2026, 7, 27), ("",), {"ipi": [398.0]}),
        ("manual-sku", "US", date(2026, 7, 30), ("LMP-DSK-BLK",), {"new_negatives": [1.0]}),
    ]


def test_reviews_of_a_day_add_up(read_file: Callable) -> None:
    """Two lines for one SKU and day are one figure; Chinese headings are understood."""
    text = "日期,站点,指标,SKU,数值,备注\n2026-07-30,US,差评,A,1,\n2026/07/30,美国,negative_review,A,2,\n"

    report = read_file("m.csv", text)

    assert report.kind == "manual-sku"
    assert [dict(p.figures) for p in report.portions] == [{"new_negatives": [3.0]}]


def test_lines_that_cannot_be_used_are_told(read_file: Callable) -> None:
    """Unknown metric, no SKU, no number, no value, out of range, no date, unknown place: row and column each."""
    text = "date,marketplace,metric,sku,value\n2026-07-30,US,bsr,A,1\n2026-07-30,US,negative_review,,1\n2026-07-30,US,ipi,,good\n2026-07-30,US,ipi,,\n2026-07-30,US,ipi,,1200\nsoon,US,ipi,,400\n2026-07-30,Mars,ipi,,400\n"

    report = read_file("m.csv", text)

    assert report.portions == ()
    assert sorted((f.row, f.column) for f in report.faults if f.column) == [
        (2, "metric"), (3, "sku"), (4, "value"), (5, "value"), (6, "value"), (7, "date"),
    ]  # fmt: skip
    assert [f.reason.en for f in report.faults if f.row == 8] == ["Unknown marketplace: Mars"]


def test_two_values_of_the_index_are_neither(read_file: Callable, reasons: Callable) -> None:
    """Which of two was meant is not for the program to decide."""
    text = "date,marketplace,metric,value\n2026-07-30,US,ipi,400\n2026-07-30,US,ipi,401\n"

    report = read_file("m.csv", text)

    assert report.portions == ()
    assert reasons(report) == ["Different IPI values for 2026-07-30; none is used"]
