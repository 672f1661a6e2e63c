"""The catalogue: one literal example per computed metric, and entries that fit together."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from sheets_sync.core.kinds import KINDS
from sheets_sync.core.metrics import FORMULAS, METRICS
from sheets_sync.core.model import SkuKey
from sheets_sync.core.panel import Panel

N = None
Row = list[float | str | None]
TEXTS = {"fulfilment", "sku_status"}
WEEK = [1, 1, 1, 1, 1, 1, 1, 1]

TABLE: list[tuple[str, dict[str, Row], Row]] = [
    # Units against the mean of the seven days before; the day itself does not count.
    (
        "units_vs_7d",
        {"units": [2, 4, 6, 2, 4, 6, 4, 6], "sales_covered": WEEK},
        [N, N, N, -0.5, 0.142857, 0.666667, 0.0, 0.5],
    ),
    # A covered day without a row sold nothing; fewer than three covered days say nothing.
    ("units_vs_7d", {"units": [6, N, N, 4], "sales_covered": [1, 1, 1, 1]}, [N, N, N, 1.0]),
    ("units_vs_7d", {"units": [6, 6, N, 6], "sales_covered": [1, 1, N, 1]}, [N, N, N, N]),
    # The day of a promotion is compared with nothing, and nothing is compared with it.
    (
        "units_vs_7d",
        {"units": [4, 4, 90, 4, 6], "sales_covered": [1] * 5, "promotion": [0, 0, 1, 0, 0]},
        [N, N, N, N, 0.5],
    ),
    ("conversion", {"units": [3, 0, 2, N], "sessions": [40, 10, 0, 5]}, [0.075, 0.0, N, N]),
    ("acos", {"ad_spend": [10, 5, N], "ad_sales": [40, 0, 8]}, [0.25, N, N]),
    (
        "ad_spend_7d",
        {"ad_spend": [1, N, 2.5, 3, 4, 5, 6, 7]},
        [1, 1, 3.5, 6.5, 10.5, 15.5, 21.5, 27.5],
    ),
    ("ad_sales_7d", {"ad_sales": [N, N, 20]}, [N, N, 20]),
    ("ad_clicks_7d", {"ad_clicks": [10] * 8}, [10, 20, 30, 40, 50, 60, 70, 70]),
    ("ad_orders_7d", {"ad_orders": [0, 1, N]}, [0, 1, 1]),
    # Sums before ratios: 60 spent for 300 sold is 20 %, not the mean of 10 % and 100 %.
    ("acos_7d", {"ad_spend": [10, 50], "ad_sales": [100, 200]}, [0.1, 0.2]),
    ("acos_7d", {"ad_spend": [10, 50], "ad_sales": [0, 50]}, [N, 1.2]),
    ("ctr", {"ad_clicks": [3, 0], "ad_impressions": [900, 0]}, [0.003333, N]),
    ("cpc", {"ad_spend": [10, 1], "ad_clicks": [3, 0]}, [3.333333, N]),
    ("tacos", {"ad_spend": [12, 3], "sales": [100, 0]}, [0.12, N]),
    # Stock: Amazon's for FBA, the seller's own for FBM, whichever is known where nobody says.
    (
        "stock_units",
        {"fulfilment": ["FBA"] * 2, "fba_units": [12, N], "mfn_units": [99, 99]},
        [12, N],
    ),
    (
        "stock_units",
        {"fulfilment": ["FBM"] * 2, "fba_units": [12, 12], "mfn_units": [99, N]},
        [99, N],
    ),
    ("stock_units", {"fulfilment": [N] * 2, "fba_units": [12, N], "mfn_units": [99, 99]}, [12, 99]),
    ("daily_units", {"units_shipped_30d": [60, 0]}, [2.0, 0.0]),
    ("daily_units", {"units": [7] * 7, "sales_covered": [1] * 7}, [N, N, N, N, N, N, 7.0]),
    (
        "daily_units",
        {"units": [7] * 7 + [700], "sales_covered": [1] * 8, "promotion": [0] * 7 + [1]},
        [N, N, N, N, N, N, 7.0, 7.0],
    ),
    ("units_30d", {"units": [1, 2, N], "units_shipped_30d": [N, 9, N]}, [1, 9, 3]),
    (
        "days_of_cover",
        {"fba_units": [12, 0, 12, N], "units_shipped_30d": [90, 90, 0, 90]},
        [4.0, 0.0, N, N],
    ),
    (
        "days_of_cover_inbound",
        {"fba_units": [12, 12], "inbound_units": [240, N], "units_shipped_30d": [90, 90]},
        [84.0, 4.0],
    ),
    ("turnover", {"sell_through": [1.0, 0.986, N]}, [4.06, 4.0, N]),
    ("for_sale", {"sku_status": ["在售", "新品", "待确认", "清仓", "停售", N]}, [1, 1, 1, 0, 0, 1]),
    (
        "stock_watched",
        {
            "sku_status": ["在售", "新品", "清仓", "停售", N],
            "units_shipped_30d": [1, 1, 1, 1, 1],
        },
        [1, 1, 0, 0, 1],
    ),
    # What is new cannot run out before it has arrived.
    (
        "stock_watched",
        {
            "fba_units": [N, 0, 40, 0],
            "units_shipped_30d": [1, 1, 1, 1],
            "new_sku": [1, 1, 1, 1],
        },
        [0, 0, 1, 1],
    ),
    ("stock_watched", {"sku_status": ["在售"] * 3, "units_shipped_30d": [0, N, 5]}, [0, 0, 1]),
    (
        "stock_watched",
        {"sku_status": ["在售"] * 2, "units_shipped_30d": [5, 5], "pool_lead": [0, 1]},
        [0, 1],
    ),
    (
        "low_buy_box_days",
        {"buy_box_pct": [0.49, 0.49, 0.5, N, 0.1], "sessions": [20, 20, 20, 20, 19]},
        [1, 2, 1, 0, 0],
    ),
    # A score typed on one day holds for seven.
    ("ipi", {"ipi_typed": [523, N, N, N, N, N, N, N, 480]}, [523] * 7 + [N, 480]),
    (
        "sales_total",
        {"sales_reported": [100.5, N, N], "sales_of_skus": [90, 90, N]},
        [100.5, 90, N],
    ),
    ("tacos_total", {"ad_spend_total": [9], "sales_of_skus": [90]}, [0.1]),
]


@pytest.mark.parametrize(("metric", "given", "expected"), TABLE)
def test_a_computed_metric_is_what_its_definition_says(
    metric: str, given: dict[str, Row], expected: Row
) -> None:
    """One SKU over consecutive days, unknown written as None."""
    arrays = {
        name: np.array([row], dtype=object)
        if name in TEXTS
        else np.array([[np.nan if value is None else value for value in row]], dtype=float)
        for name, row in given.items()
    }
    days = [date(2026, 7, 1) + timedelta(days=i) for i in range(len(expected))]

    found = Panel([SkuKey("acme", "US", "A")], days, arrays, FORMULAS)[metric][0]

    assert [None if np.isnan(value) else value for value in found] == expected


def test_the_band_of_the_account_health_rating_has_amazons_limits() -> None:
    """Healthy from 200, at risk from 100, unhealthy below, unknown without a score."""
    days = [date(2026, 7, 1) + timedelta(days=i) for i in range(5)]
    panel = Panel(
        [SkuKey("acme", "US", "")],
        days,
        {"ahr_score": np.array([[200, 199, 100, 99, np.nan]])},
        FORMULAS,
    )

    bands = panel.text("ahr_band")[0].tolist()

    assert bands == ["AHR_HEALTHY", "AHR_AT_RISK", "AHR_AT_RISK", "AHR_UNHEALTHY", None]


def test_every_computed_metric_has_an_example() -> None:
    """A metric without a row in the table above is not proved."""
    assert set(FORMULAS) - {metric for metric, _, _ in TABLE} == {"ahr_band"}


def test_every_metric_has_one_entry_and_both_labels() -> None:
    """Columns, rules and messages read one meaning and one name per language."""
    assert all(id_ == metric.id for id_, metric in METRICS.items())
    assert all(metric.label.zh and metric.label.en for metric in METRICS.values())


def test_no_two_metrics_of_a_level_share_an_id() -> None:
    """A given metric is not computed as well."""
    assert [m.id for m in METRICS.values() if m.sources and m.formula] == []


def test_sources_name_figures_that_their_reports_carry() -> None:
    """A ranked source is a kind of report and one of its figures."""
    named = [source for metric in METRICS.values() for source in metric.sources]

    assert [s for s in named if s.kind not in KINDS or s.figure not in KINDS[s.kind].figures] == []


def test_sources_stand_on_the_level_of_their_metric() -> None:
    """A metric per SKU comes from reports per SKU, one per account from reports per account."""
    assert [
        (metric.id, source.kind)
        for metric in METRICS.values()
        for source in metric.sources
        if KINDS[source.kind].per != metric.level
    ] == []


@pytest.mark.parametrize(
    ("metric", "kinds"),
    [
        ("ad_spend", ["ads-sp-api", "ads-sp-console"]),
        ("fba_units", ["fba-inventory", "fba-planning"]),
        ("units", ["sales-traffic"]),
        ("sell_through", ["fba-planning"]),
        ("ipi_typed", ["manual-account"]),
    ],
)
def test_sources_are_ranked_best_first(metric: str, kinds: list[str]) -> None:
    """Where several reports bring one figure, the first of them wins."""
    assert [source.kind for source in METRICS[metric].sources] == kinds


def test_absent_rows_are_zero_only_for_figures_a_report_has() -> None:
    """What counts as zero when absent is a figure of that report, and only advertising has such."""
    assert all(set(kind.zero_when_absent) <= set(kind.figures) for kind in KINDS.values())
    assert {kind.id for kind in KINDS.values() if kind.zero_when_absent} == {
        "ads-sp-api",
        "ads-sp-console",
    }
