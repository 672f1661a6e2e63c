"""Desired tabs: rows in their order, cells as a spreadsheet types them, labels in the job's language."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest

from sheets_sync.core.breaches import Marks
from sheets_sync.core.layout import money_format, render
from sheets_sync.core.model import Sku
from sheets_sync.core.template import Column, TabLayout
from sheets_sync.errors import Words

if TYPE_CHECKING:
    from collections.abc import Callable

    from sheets_sync.core.model import Portion
    from sheets_sync.core.plan import DesiredTab
    from sheets_sync.core.records import Records

    PortionOf = Callable[..., Portion]
    RecordsOf = Callable[..., Records]

DAY = date(2026, 7, 30)
NOTHING = Marks({}, {}, {})
MARKS = {"sku": NOTHING, "account": NOTHING}


def column(id_: str, unit: str = "text", role: str = "ours", **more: Any) -> Column:
    return Column(id_, Words(id_, id_), role, unit, 80, None, **more)


KEY = (
    column("date", "date", key=True),
    column("store", key=True),
    column("marketplace", key=True),
    column("sku", key=True),
)


def daily(*columns: Column, monthly: bool = True) -> TabLayout:
    title = {"zh": "日报 {month}", "en": "Daily {month}", "both": "日报 {month} Daily"}
    return TabLayout("daily", title, "sku", monthly, 4, (*KEY, *columns))


def rendered(records: Records, layout: TabLayout, **more: Any) -> list[DesiredTab]:
    given = {"marks": MARKS, "language": "zh", "zone": "Asia/Shanghai"} | more
    return render([layout], records, given["marks"], given["language"], given["zone"])


@pytest.mark.parametrize(
    ("marketplace", "expected"),
    [
        ("US", "[$$]#,##0.00"),
        ("DE", "[$€]#,##0.00"),
        ("UK", "[$£]#,##0.00"),
        ("JP", "[$¥]#,##0"),
        ("CA", "[$CA$]#,##0.00"),
    ],
)
def test_money_is_shown_in_the_marketplaces_currency(marketplace: str, expected: str) -> None:
    """Yen have no decimals."""
    assert money_format(marketplace) == expected


def test_rows_stand_by_date_store_marketplace_and_sku(
    portion_of: PortionOf, records_of: RecordsOf
) -> None:
    """Days in order; within a day stores and marketplaces as the job has them, and SKUs by name."""
    sold = {"B": {"units": 1.0}, "A": {"units": 1.0}}
    before = date(2026, 7, 29)
    records = records_of(
        [
            portion_of("sales-traffic", DAY, sold),
            portion_of("sales-traffic", before, sold),
            portion_of("sales-traffic", before, {"A": {"units": 1.0}}, marketplace="DE"),
            portion_of("sales-traffic", before, {"A": {"units": 1.0}}, store="beta"),
        ],
        stores={"acme": ["US", "DE"], "beta": ["US"]},
    )

    [tab] = rendered(records, daily())

    assert tab.keys == [
        (46232, "acme", "US", "A"),
        (46232, "acme", "US", "B"),
        (46232, "acme", "DE", "A"),
        (46232, "beta", "US", "A"),
        (46233, "acme", "US", "A"),
        (46233, "acme", "US", "B"),
    ]


def test_each_month_has_its_tab_oldest_first(portion_of: PortionOf, records_of: RecordsOf) -> None:
    """A window over two months fills two tabs; a log that is one tab for ever fills one."""
    sold = {"A": {"units": 1.0}}
    days = [date(2026, 7, 31), date(2026, 8, 1)]
    now = datetime(2026, 8, 2, 12, tzinfo=UTC)
    records = records_of([portion_of("sales-traffic", d, sold) for d in days], now=now)

    assert [(t.id, t.title) for t in rendered(records, daily())] == [
        ("daily:2026-07", "日报 2026-07"),
        ("daily:2026-08", "日报 2026-08"),
    ]
    assert [(t.id, len(t.keys)) for t in rendered(records, daily(monthly=False))] == [("daily", 2)]


@pytest.mark.parametrize(
    ("language", "title", "status"),
    [
        ("zh", "日报 2026-07", "初步"),
        ("en", "Daily 2026-07", "Preliminary"),
        ("both", "日报 2026-07 Daily", "初步 / Preliminary"),
    ],
)
def test_titles_and_words_are_in_the_jobs_language(
    portion_of: PortionOf, records_of: RecordsOf, language: str, title: str, status: str
) -> None:
    """`both` puts a slash between the two."""
    records = records_of([portion_of("sales-traffic", DAY, {"A": {"units": 1.0}})])

    [tab] = rendered(records, daily(column("row_status")), language=language)

    assert tab.title == title
    assert tab.columns["row_status"] == [status]


def test_cells_are_typed_as_a_spreadsheet_types_them(
    portion_of: PortionOf, records_of: RecordsOf
) -> None:
    """Dates and moments are serials, ratios have six places, unknown is blank and zero is zero."""
    figures = {"units": 0.0, "sales": 20.005, "sessions": None, "buy_box_pct": 0.12345678}
    names = [
        column("units", "count"),
        column("sessions", "count"),
        column("buy_box_pct", "ratio"),
        column("title"),
        column("owner", role="prefilled"),
        column("as_of", "moment"),
    ]
    stocked = records_of(
        [
            portion_of("sales-traffic", DAY, {"A": {**figures}}),
            portion_of("fba-inventory", DAY, {"A": {"fba_units": 1.0}}),
        ],
        skus=[Sku("acme", "US", "A", title="Lamp\x0b 7", owner="Li")],
        received=datetime(2026, 7, 31, 0, 20, tzinfo=UTC),
    )

    [tab] = rendered(stocked, daily(*names))

    assert {name: cells[0] for name, cells in tab.columns.items()} == {
        "date": 46233,
        "store": "acme",
        "marketplace": "US",
        "sku": "A",
        "units": 0.0,
        "sessions": None,
        "buy_box_pct": 0.123457,
        "title": "Lamp 7",
        "owner": "Li",
        "as_of": 46234.347222,
    }


def test_money_is_rounded_to_each_rows_currency(
    portion_of: PortionOf, records_of: RecordsOf
) -> None:
    """Cents in the US, whole yen in Japan."""
    clicks = {"A": {"ad_spend": 10.0, "ad_clicks": 3.0}}
    records = records_of(
        [
            portion_of("ads-sp-api", DAY, clicks),
            portion_of("ads-sp-api", DAY, clicks, marketplace="JP"),
        ],
        stores={"acme": ["US", "JP"]},
    )

    [tab] = rendered(records, daily(column("cpc", "money")))

    assert dict(zip([key[2] for key in tab.keys], tab.columns["cpc"], strict=True)) == {
        "US": 3.33,
        "JP": 3.0,
    }


def test_what_the_rules_say_stands_on_its_row(portion_of: PortionOf, records_of: RecordsOf) -> None:
    """Rows without anything to say are blank, not empty texts."""
    records = records_of(
        [portion_of("sales-traffic", DAY, {"A": {"units": 1.0}, "B": {"units": 1.0}})]
    )
    at = (1, records.skus.day(DAY))
    marks = {
        "sku": Marks({at: "断货"}, {at: "已断货。"}, {at: "|stock_units:critical|"}),
        "account": NOTHING,
    }

    [tab] = rendered(records, daily(column("alerts"), column("why"), column("flags")), marks=marks)

    assert [tab.columns[name] for name in ("alerts", "why", "flags")] == [
        [None, "断货"],
        [None, "已断货。"],
        ["|newest|", "|stock_units:critical||newest|"],
    ]


def test_the_teams_columns_are_not_in_a_desired_tab(
    portion_of: PortionOf, records_of: RecordsOf
) -> None:
    """What is not there cannot be written."""
    records = records_of([portion_of("sales-traffic", DAY, {"A": {"units": 1.0}})])

    [tab] = rendered(records, daily(column("units", "count"), column("notes", role="theirs")))

    assert list(tab.columns) == ["date", "store", "marketplace", "sku", "units"]


def test_account_rows_have_a_key_of_three(portion_of: PortionOf, records_of: RecordsOf) -> None:
    """Date, store and marketplace; input columns are offered too."""
    records = records_of(
        [
            portion_of("seller-performance", DAY, {"": {"account_status": "NORMAL"}}),
            portion_of("manual-account", DAY, {"": {"ipi": 523.0}}),
        ]
    )
    title = dict.fromkeys(("zh", "en", "both"), "账号")
    columns = (*KEY[:3], column("account_status"), column("ipi", "score", "input"))

    [tab] = rendered(records, TabLayout("account", title, "account", False, 3, columns))

    assert (tab.id, tab.title, tab.keys) == ("account", "账号", [(46233, "acme", "US")])
    assert (tab.columns["account_status"], tab.columns["ipi"]) == (["NORMAL"], [523.0])
    assert list(tab.fresh) == [True]


def test_rows_that_may_not_be_added_are_marked(
    portion_of: PortionOf, records_of: RecordsOf
) -> None:
    """停售 is kept up to date where it stands."""
    records = records_of(
        [portion_of("sales-traffic", DAY, {"A": {"units": 1.0}, "B": {"units": 1.0}})],
        skus=[Sku("acme", "US", "A", status="停售")],
    )

    [tab] = rendered(records, daily())

    assert [(key[3], fresh) for key, fresh in zip(tab.keys, tab.fresh, strict=True)] == [
        ("A", False),
        ("B", True),
    ]


def test_a_job_without_rows_wants_no_tab(records_of: RecordsOf) -> None:
    """An empty month makes no empty tab."""
    assert rendered(records_of([]), daily()) == []
