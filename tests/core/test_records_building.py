"""Portions joined into panels: who wins, what is zero and what unknown, and which rows exist."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from sheets_sync.core.model import Benchmark, Portion, Sku, SkuKey

if TYPE_CHECKING:
    from collections.abc import Callable

    from sheets_sync.core.records import Records

PortionOf = Callable[..., Portion] if TYPE_CHECKING else Any
RecordsOf = Callable[..., "Records"] if TYPE_CHECKING else Any

DAY = date(2026, 7, 30)  # the newest complete day in the US at the fixtures' now
SOLD = {"units": 1.0, "sales": 20.0, "sessions": 30.0}


def figure(
    records: Records, metric: str, sku: str, day: date = DAY, site: str = "US", store: str = "acme"
) -> float | None:
    row = records.skus.entities.index(SkuKey(store, site, sku))
    value = records.skus[metric][row, records.skus.day(day)]
    return None if np.isnan(value) else float(value)


def word(records: Records, metric: str, sku: str, day: date = DAY) -> str | None:
    row = records.skus.entities.index(SkuKey("acme", "US", sku))
    return records.skus.text(metric)[row, records.skus.day(day)]


def account(records: Records, metric: str, site: str = "US", day: date = DAY) -> float | None:
    row = records.accounts.entities.index(SkuKey("acme", site, ""))
    value = records.accounts[metric][row, records.accounts.day(day)]
    return None if np.isnan(value) else float(value)


def rows(records: Records, mask: str = "rows") -> list[tuple[str, str, str]]:
    return [
        (
            records.skus.entities[i].marketplace,
            records.skus.entities[i].sku,
            str(records.skus.dates[j]),
        )
        for i, j in zip(*np.nonzero(getattr(records, mask)), strict=True)
    ]


# --- one winner ----------------------------------------------------------------------------------


def test_ads_of_one_day_are_counted_once(portion_of: PortionOf, records_of: RecordsOf) -> None:
    """The API's figures win over the console's; they are never added."""
    records = records_of(
        [
            portion_of("ads-sp-console", DAY, {"A": {"ad_spend": 11.0}, "B": {"ad_spend": 7.0}}),
            portion_of("ads-sp-api", DAY, {"A": {"ad_spend": 10.0}}),
        ]
    )

    assert figure(records, "ad_spend", "A") == 10.0
    assert figure(records, "ad_spend", "B") == 0.0
    assert account(records, "ad_spend_total") == 10.0


def test_a_source_without_the_figure_leaves_it_to_the_next(
    portion_of: PortionOf, records_of: RecordsOf
) -> None:
    """The winner is chosen per metric."""
    records = records_of(
        [
            portion_of("ads-sp-console", DAY, {"A": {"ad_spend": 11.0, "ad_orders": 2.0}}),
            portion_of("ads-sp-api", DAY, {"A": {"ad_spend": 10.0}}),
        ]
    )

    assert figure(records, "ad_orders", "A") == 2.0
    assert figure(records, "ad_spend", "A") == 10.0


def test_each_day_has_its_own_winner(portion_of: PortionOf, records_of: RecordsOf) -> None:
    """A day that only the console covers takes the console's figures."""
    before = DAY - timedelta(days=1)
    records = records_of(
        [
            portion_of("ads-sp-console", before, {"A": {"ad_spend": 11.0}}),
            portion_of("ads-sp-console", DAY, {"A": {"ad_spend": 12.0}}),
            portion_of("ads-sp-api", DAY, {"A": {"ad_spend": 10.0}}),
        ]
    )

    assert [figure(records, "ad_spend", "A", d) for d in (before, DAY)] == [11.0, 10.0]


# --- unknown and zero ----------------------------------------------------------------------------


def test_a_sku_without_an_ad_row_spent_nothing_on_a_covered_day(
    portion_of: PortionOf, records_of: RecordsOf
) -> None:
    """The report lists only SKUs with activity; a day it does not cover stays unknown."""
    records = records_of(
        [
            portion_of("ads-sp-api", DAY, {"A": {"ad_spend": 10.0}}),
            portion_of("sales-traffic", DAY, {"B": SOLD}),
        ]
    )

    assert figure(records, "ad_spend", "B") == 0.0
    assert figure(records, "ad_spend", "B", DAY - timedelta(days=1)) is None


def test_an_empty_ads_report_means_nothing_was_spent(
    portion_of: PortionOf, records_of: RecordsOf
) -> None:
    """A covered day without any row is zero for every SKU, not unknown."""
    records = records_of(
        [portion_of("ads-sp-api", DAY, {}), portion_of("sales-traffic", DAY, {"B": SOLD})]
    )

    assert figure(records, "ad_spend", "B") == 0.0


def test_unknown_sales_stay_unknown(portion_of: PortionOf, records_of: RecordsOf) -> None:
    """A SKU without a row, a blank cell and a missing report are unknown, never 0."""
    records = records_of(
        [
            portion_of("sales-traffic", DAY, {"A": {"units": 2.0, "sales": None}}),
            portion_of("fba-inventory", DAY, {"B": {"fba_units": 5.0}}),
        ]
    )

    assert figure(records, "units", "A") == 2.0
    assert figure(records, "sales", "A") is None
    assert figure(records, "units", "B") is None
    assert figure(records, "units", "A", DAY - timedelta(days=1)) is None


def test_ads_of_one_marketplace_say_nothing_about_another(
    portion_of: PortionOf, records_of: RecordsOf
) -> None:
    """A US ads report does not make German spend zero."""
    records = records_of(
        [
            portion_of("ads-sp-api", DAY, {"A": {"ad_spend": 10.0}}),
            portion_of("sales-traffic", DAY, {"A": SOLD}, marketplace="DE"),
        ],
        stores={"acme": ["US", "DE"]},
    )

    assert figure(records, "ad_spend", "A", site="DE") is None


# --- which rows exist ----------------------------------------------------------------------------


def test_rows_exist_on_days_that_some_report_covers(
    portion_of: PortionOf, records_of: RecordsOf
) -> None:
    """An active SKU has a row on each covered day of the window and on no other."""
    far = DAY - timedelta(days=14)
    records = records_of(
        [
            portion_of("sales-traffic", far, {"A": SOLD}),
            portion_of("sales-traffic", DAY - timedelta(days=13), {"A": SOLD}),
            portion_of("sales-traffic", DAY, {"A": SOLD}),
            portion_of("sales-traffic", DAY + timedelta(days=1), {"A": SOLD}),
        ]
    )

    assert rows(records) == [("US", "A", "2026-07-17"), ("US", "A", "2026-07-30")]


def test_a_sku_without_any_activity_for_30_days_has_no_row(
    portion_of: PortionOf, records_of: RecordsOf
) -> None:
    """Zeros are no activity; stock, a sale, a visit or spend is."""
    quiet = {"units": 0.0, "sessions": 0.0}
    records = records_of(
        [
            portion_of(
                "sales-traffic",
                DAY,
                {"QUIET": quiet, "SEEN": quiet | {"sessions": 1.0}, "STOCK": quiet},
            ),
            portion_of(
                "fba-inventory", DAY, {"STOCK": {"fba_units": 1.0}, "EMPTY": {"fba_units": 0.0}}
            ),
            portion_of("ads-sp-api", DAY, {"SPENT": {"ad_spend": 0.4}}),
        ]
    )

    assert [sku for _, sku, _ in rows(records)] == ["SEEN", "SPENT", "STOCK"]


@pytest.mark.parametrize(("ago", "expected"), [(29, ["2026-07-30"]), (30, [])])
def test_activity_counts_for_30_days(
    portion_of: PortionOf, records_of: RecordsOf, ago: int, expected: list[str]
) -> None:
    """A SKU sold 29 days before still has a row, one sold 30 days before has none."""
    records = records_of(
        [
            portion_of("sales-traffic", DAY - timedelta(days=ago), {"A": SOLD}),
            portion_of("fba-inventory", DAY, {"A": {"fba_units": 0.0}}),
        ]
    )

    assert [day for _, _, day in rows(records)] == expected


def test_a_discontinued_sku_gets_no_new_rows(portion_of: PortionOf, records_of: RecordsOf) -> None:
    """停售: rows that are there are kept true, none are added."""
    records = records_of(
        [portion_of("sales-traffic", DAY, {"OLD": SOLD, "NEW": SOLD})],
        skus=[Sku("acme", "US", "OLD", status="停售"), Sku("acme", "US", "NEW")],
    )

    assert [sku for _, sku, _ in rows(records, "fresh")] == ["NEW"]
    assert [sku for _, sku, _ in rows(records)] == ["NEW", "OLD"]


def test_typed_figures_alone_make_no_row(portion_of: PortionOf, records_of: RecordsOf) -> None:
    """A hand-written file does not cover a day."""
    records = records_of(
        [
            portion_of("sales-traffic", DAY - timedelta(days=1), {"A": SOLD}),
            portion_of("manual-sku", DAY, {"A": {"new_negatives": 1.0}}),
        ]
    )

    assert rows(records) == [("US", "A", "2026-07-29")]


def test_a_marketplace_the_job_does_not_have_is_left_out(
    portion_of: PortionOf, records_of: RecordsOf
) -> None:
    """Figures of other accounts never reach the panel."""
    records = records_of([portion_of("sales-traffic", DAY, {"A": SOLD}, marketplace="FR")])

    assert rows(records) == []
    assert records.skus.entities == []


def test_skus_that_the_list_does_not_have_are_named(
    portion_of: PortionOf, records_of: RecordsOf
) -> None:
    """They have rows all the same."""
    records = records_of(
        [portion_of("sales-traffic", DAY, {"A": SOLD, "B": SOLD})], skus=[Sku("acme", "US", "A")]
    )

    assert records.unlisted == (SkuKey("acme", "US", "B"),)
    assert len(rows(records)) == 2


def test_two_stores_with_one_sku_are_two_rows(portion_of: PortionOf, records_of: RecordsOf) -> None:
    """店铺 is part of the key."""
    records = records_of(
        [
            portion_of("sales-traffic", DAY, {"A": {"units": 1.0}}),
            portion_of("sales-traffic", DAY, {"A": {"units": 2.0}}, store="beta"),
        ],
        stores={"acme": ["US"], "beta": ["US"]},
    )

    assert [figure(records, "units", "A", store=store) for store in ("acme", "beta")] == [1.0, 2.0]


# --- the day and the row -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ago", "status"), [(0, "preliminary"), (1, "preliminary"), (2, "no_ads"), (3, "final")]
)
def test_a_row_says_how_settled_it_is(
    portion_of: PortionOf, records_of: RecordsOf, ago: int, status: str
) -> None:
    """Younger than three days is preliminary; later, ads may be missing; else it is final."""
    sales = [portion_of("sales-traffic", DAY - timedelta(days=n), {"A": SOLD}) for n in range(4)]
    ads = portion_of("ads-sp-console", DAY - timedelta(days=3), {"A": {"ad_spend": 1.0}})

    records = records_of([*sales, ads])

    assert word(records, "row_status", "A", DAY - timedelta(days=ago)) == status


def test_a_team_that_does_not_advertise_misses_no_ads(
    portion_of: PortionOf, records_of: RecordsOf
) -> None:
    """缺广告 is said only where ads reports come at all."""
    day = DAY - timedelta(days=5)

    records = records_of([portion_of("sales-traffic", day, {"A": SOLD})])

    assert word(records, "row_status", "A", day) == "final"


def test_as_of_is_when_the_newest_of_the_figures_came(
    portion_of: PortionOf, records_of: RecordsOf
) -> None:
    """A SKU's 数据时间 is the moment its figures were received, in epoch seconds."""
    received = datetime(2026, 7, 31, 9, 30, tzinfo=UTC)
    records = records_of([portion_of("sales-traffic", DAY, {"A": SOLD})], received=received)

    assert figure(records, "as_of", "A") == 1785490200.0
    assert figure(records, "as_of", "A", DAY - timedelta(days=1)) is None


def test_age_counts_from_the_marketplaces_own_today(
    portion_of: PortionOf, records_of: RecordsOf
) -> None:
    """At 16:00 UTC it is the next day in Tokyo already."""
    records = records_of(
        [
            portion_of("sales-traffic", DAY, {"A": SOLD}),
            portion_of("sales-traffic", DAY, {"A": SOLD}, marketplace="JP"),
        ],
        stores={"acme": ["US", "JP"]},
        now=datetime(2026, 7, 31, 16, 0, tzinfo=UTC),
    )

    assert figure(records, "age_days", "A") == 1.0
    assert figure(records, "age_days", "A", site="JP") == 2.0


# --- stock ---------------------------------------------------------------------------------------


def test_one_stock_pool_is_judged_on_its_first_marketplace(
    portion_of: PortionOf, records_of: RecordsOf
) -> None:
    """An empty pan-European shelf is one alert, not two."""
    stock = {"A": {"fba_units": 0.0, "units_shipped_30d": 30.0}}
    records = records_of(
        [portion_of("fba-planning", DAY, stock, marketplace=m) for m in ("DE", "FR", "US")],
        stores={"acme": ["DE", "FR", "US"]},
        pools={"EU": ["DE", "FR"]},
    )

    watched = {m: figure(records, "stock_watched", "A", site=m) for m in ("DE", "FR", "US")}
    assert watched == {"DE": 1.0, "FR": 0.0, "US": 1.0}


def test_the_fbm_twin_lends_its_stock(portion_of: PortionOf, records_of: RecordsOf) -> None:
    """A FBA SKU knows what its seller-fulfilled twin of the same ASIN has; the twin itself has none."""
    stock = {
        "FBA-1": {"asin": "B01", "fba_units": 0.0, "mfn_units": None},
        "FBM-1": {"asin": "B01", "fba_units": None, "mfn_units": 40.0},
        "FBA-2": {"asin": "B02", "fba_units": 3.0, "mfn_units": None},
    }
    records = records_of(
        [portion_of("fba-inventory", DAY, stock)],
        skus=[Sku("acme", "US", "FBM-1", fulfilment="FBM"), Sku("acme", "US", "FBA-1")],
    )

    twins = {sku: figure(records, "twin_stock", sku) for sku in stock}
    assert twins == {"FBA-1": 40.0, "FBM-1": None, "FBA-2": None}
    assert figure(records, "stock_units", "FBM-1") == 40.0


def test_a_twin_whose_stock_is_unknown_has_unknown_stock(
    portion_of: PortionOf, records_of: RecordsOf
) -> None:
    """Unknown is not zero, also through a twin."""
    stock = {
        "FBA-1": {"asin": "B01", "mfn_units": None},
        "FBM-1": {"asin": "B01", "mfn_units": None},
    }
    records = records_of(
        [portion_of("fba-inventory", DAY, stock)],
        skus=[Sku("acme", "US", "FBM-1", fulfilment="FBM"), Sku("acme", "US", "FBA-1")],
    )

    assert figure(records, "twin_stock", "FBA-1") is None


# --- benchmarks ----------------------------------------------------------------------------------

HOME = Benchmark("home", "US", 0.25, 0.32)


@pytest.mark.parametrize(("average", "expected"), [("midpoint", 0.285), ("upper", 0.32)])
def test_a_setting_says_which_end_of_the_range_is_the_average(
    portion_of: PortionOf, records_of: RecordsOf, average: str, expected: float
) -> None:
    """Home is 25-32 %: its midpoint is 28.5 %."""
    records = records_of(
        [portion_of("sales-traffic", DAY, {"A": SOLD})],
        skus=[Sku("acme", "US", "A", category="Home")],
        benchmarks=[HOME],
        acos_average=average,
    )

    assert figure(records, "acos_benchmark", "A") == expected
    assert figure(records, "acos_benchmark_high", "A") == 0.32


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([], None),
        ([Benchmark("pets", "US", 0.1, 0.2)], None),
        ([Benchmark("home", "", 0.1, 0.2)], 0.2),
        ([Benchmark("home", "", 0.1, 0.2), HOME], 0.32),
        ([HOME._replace(valid_from=date(2026, 7, 1), acos_high=0.4), HOME], 0.4),
        ([HOME._replace(valid_from=date(2026, 8, 1), acos_high=0.4), HOME], 0.32),
    ],
)
def test_the_benchmark_is_the_newest_valid_one_of_category_and_marketplace(
    portion_of: PortionOf, records_of: RecordsOf, entries: list[Benchmark], expected: float | None
) -> None:
    """The marketplace's own entry comes before one for all; an entry of next month waits."""
    records = records_of(
        [portion_of("sales-traffic", DAY, {"A": SOLD})],
        skus=[Sku("acme", "US", "A", category="home")],
        benchmarks=entries,
    )

    assert figure(records, "acos_benchmark_high", "A") == expected


# --- the account ---------------------------------------------------------------------------------


def test_account_sums_never_cross_currencies(portion_of: PortionOf, records_of: RecordsOf) -> None:
    """Each marketplace adds up its own SKUs, rounded to its own currency."""
    records = records_of(
        [
            portion_of("sales-traffic", DAY, {"A": {"sales": 10.1}, "B": {"sales": 0.2}}),
            portion_of("sales-traffic", DAY, {"A": {"sales": 5000.4}}, marketplace="JP"),
        ],
        stores={"acme": ["US", "JP", "DE"]},
    )

    sums = {m: account(records, "sales_of_skus", m) for m in ("US", "JP", "DE")}
    assert sums == {"US": 10.3, "JP": 5000.0, "DE": None}


def test_the_report_by_date_wins_over_the_sum_of_skus(
    portion_of: PortionOf, records_of: RecordsOf
) -> None:
    """Sales of SKUs that no longer have a row are in it too."""
    records = records_of(
        [
            portion_of("sales-traffic", DAY, {"A": {"sales": 10.0, "units": 1.0}}),
            portion_of("sales-traffic-day", DAY, {"": {"sales": 12.5}}),
            portion_of("ads-sp-api", DAY, {"A": {"ad_spend": 2.5}}),
        ]
    )

    assert account(records, "sales_total") == 12.5
    assert account(records, "tacos_total") == 0.2


def test_late_sources_are_counted_on_the_newest_day(
    portion_of: PortionOf, records_of: RecordsOf
) -> None:
    """Ads are late after 2 days and sales after 3; what another report of the family brings is not late."""
    records = records_of(
        [
            portion_of("sales-traffic", DAY - timedelta(days=3), {"A": SOLD}),
            portion_of("ads-sp-api", DAY - timedelta(days=3), {"A": {"ad_spend": 1.0}}),
            portion_of("fba-planning", DAY - timedelta(days=9), {"A": {"fba_units": 1.0}}),
            portion_of("fba-inventory", DAY, {"A": {"fba_units": 1.0}}),
        ]
    )

    assert account(records, "sources_late") == 1.0
    assert (
        records.accounts.text("sources_late_names")[0, records.accounts.day(DAY)] == "ads-sp-api\t3"
    )


def test_an_account_has_a_row_wherever_a_report_spoke_of_it(
    portion_of: PortionOf, records_of: RecordsOf
) -> None:
    """Account health alone makes an account row; texts come through."""
    health = {"": {"account_status": "NORMAL", "ahr_score": 312.0}}
    records = records_of([portion_of("seller-performance", DAY, health)])

    assert records.account_rows.sum() == 1
    assert records.account_rows[0, records.accounts.day(DAY)]
    assert records.accounts.text("account_status")[0, records.accounts.day(DAY)] == "NORMAL"
    assert account(records, "ahr_score") == 312.0


def test_nothing_at_all_builds_empty_records(records_of: RecordsOf) -> None:
    """A job before its first file has no rows and no fault."""
    records = records_of([])

    assert rows(records) == []
    assert not records.account_rows.any()
