"""Account health, in every shape that documents come in."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

US, CA, JP = "ATVPDKIKX0DER", "A2EUQ1WTGCTBG2", "A1VC38T7YXB528"


def document(block: dict[str, Any], marketplace: str | None = US, status: str = "NORMAL") -> str:
    own = {"marketplaceId": marketplace} if marketplace else {}
    return json.dumps(
        {
            "accountStatuses": [{"marketplaceId": US, "status": status}],
            "performanceMetrics": [{**own, **block}],
        }
    )


def rate(
    value: Any, target: Any = 0.04, condition: str | None = "LESS_THAN", **more: Any
) -> dict[str, Any]:
    return {
        "rate": value,
        "targetValue": target,
        "targetCondition": condition,
        "status": "GOOD",
        **more,
    }


@pytest.fixture
def figures(read_file: Callable) -> Callable[..., dict[str, Any]]:
    def read(block: dict[str, Any], **how: Any) -> dict[str, Any]:
        (portion,) = read_file("h.json", document(block, **how)).portions
        return {name: column[0] for name, column in portion.figures.items()}

    return read


def test_the_live_shape_is_read(read_sample: Callable) -> None:
    """Score, rates, targets and compliances of a live document; MFN without orders does not count."""
    report = read_sample("V2_SELLER_PERFORMANCE_US_live-shape.json")

    assert report.faults == ()
    (portion,) = report.portions
    assert (portion.kind, portion.marketplace, portion.keys) == ("seller-performance", "US", ("",))
    assert portion.taken_at == datetime(2026, 7, 31, 23, 59, 59, tzinfo=UTC)
    assert portion.date == date(2026, 7, 30)
    got = {name: column[0] for name, column in portion.figures.items()}
    assert (got["account_status"], got["ahr_status"], got["ahr_score"]) == (
        "NORMAL",
        "GREAT",
        312.0,
    )
    assert (got["odr_rate"], got["odr_compliance"], got["odr_outside"]) == (0.002344, 0.997656, 0.0)
    assert (got["late_shipment_rate"], got["late_shipment_target"]) == (0.012136, 0.04)
    assert (got["vtr_rate"], got["vtr_compliance"]) == (0.985437, 0.985437)
    assert (got["otdr_rate"], got["otdr_target"]) == (0.928571, 0.9)
    assert got["invoice_defect_rate"] is None
    assert got["ahr_pct"] == 0.928571
    assert (got["metrics_outside"], got["policy_violations"], got["policy_warnings"]) == (
        0.0,
        0.0,
        0.0,
    )


def test_the_schema_example_is_read(read_sample: Callable) -> None:
    """Other spellings, no score, counters that are not zero, and one rate outside its target."""
    report = read_sample("GET_V2_SELLER_PERFORMANCE_REPORT.schema-example.json")

    got = {name: column[0] for name, column in report.portions[0].figures.items()}
    assert (got["account_status"], got["ahr_status"], got["ahr_score"]) == (
        "AT_RISK",
        "WARNED",
        None,
    )
    assert (got["cancel_rate"], got["cancel_target"]) == (0.005, 0.01)
    assert (got["otdr_rate"], got["otdr_target"], got["otdr_outside"]) == (0.8848, 0.9, 1.0)
    assert got["metrics_outside"] == 1.0
    assert got["policy_violations"] == 1006.0
    assert got["policy_warnings"] is None


def test_a_status_without_metrics_is_told_where_it_is_ours(read_sample: Callable) -> None:
    """A suspended marketplace of the job has a row although the document has no block for it."""
    report = read_sample(
        "GET_V2_SELLER_PERFORMANCE_REPORT.schema-example.json", stores={"acme": ("US", "MX")}
    )

    assert [(p.marketplace, p.figures["account_status"]) for p in report.portions] == [
        ("US", ["AT_RISK"]), ("MX", ["SUSPENDED"]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (rate(0, 0.95, "GREATER_THAN", shipmentCount=0), None),
        (rate(0, 0.95, "GREATER_THAN"), None),
        (rate(0, 0.95, "GREATER_THAN", shipmentCount=10), (0.0, 0.95, 0.0, 1.0)),
        (rate(0.96, "0.95", "GREATER_THAN", shipmentCount=10), (0.96, 0.95, 0.96, 0.0)),
        (rate(96, 95, "GREATER_THAN", shipmentCount=10), (0.96, 0.95, 0.96, 0.0)),
        (rate(96, 0.95, "GREATER_THAN", shipmentCount=10), (0.96, 0.95, 0.96, 0.0)),
        (rate("96%", "95%", "GREATER_THAN", shipmentCount=10), (0.96, 0.95, 0.96, 0.0)),
        (
            rate(0.95, {"value": 0.95, "condition": "GREATER_THAN"}, None, shipmentCount=10),
            (0.95, 0.95, 0.95, 1.0),
        ),
        (rate(0.95, 0.95, "GREATER_THAN_OR_EQUAL", shipmentCount=10), (0.95, 0.95, 0.95, 0.0)),
        (rate(0.97, None, None, shipmentCount=10), (0.97, 0.95, 0.97, 0.0)),
        (rate(0.97, 0.95, "GREATER_THAN", shipmentCount=10, status="BAD"), (0.97, 0.95, 0.97, 1.0)),
    ],
)
def test_valid_tracking_in_every_shape(
    figures: Callable, part: dict[str, Any], expected: tuple[float, ...] | None
) -> None:
    """Units and targets come in many forms; 0 of 0 was not measured and is no breach."""
    got = figures({"validTrackingRate": part})

    names = ("vtr_rate", "vtr_target", "vtr_compliance", "vtr_outside")
    assert tuple(got[name] for name in names) == (expected or (None, None, None, None))
    assert got["metrics_outside"] == (expected[3] if expected else None)


def test_the_worst_channel_with_orders_is_the_defect_rate(figures: Callable) -> None:
    """Of AFN and MFN the worse one counts, and only where there were orders."""
    both = {"afn": rate(0.002, 0.01, orderCount=900), "mfn": rate(0.03, 0.01, orderCount=50)}
    idle = {"afn": rate(0.002, 0.01, orderCount=900), "mfn": rate(0.5, 0.01, orderCount=0)}

    assert figures({"orderDefectRate": both})["odr_rate"] == 0.03
    assert figures({"orderDefectRate": both})["metrics_outside"] == 1.0
    assert figures({"orderDefectRate": idle})["odr_rate"] == 0.002


def test_percent_targets_scale_small_rates_too(figures: Callable) -> None:
    """0.5 against a target of 1 is half a percent, not a half."""
    got = figures({"orderDefectRate": {"afn": rate(0.5, 1, orderCount=10)}})

    assert (got["odr_rate"], got["odr_target"], got["odr_compliance"]) == (0.005, 0.01, 0.995)


def test_late_shipment_prefers_thirty_days(figures: Callable) -> None:
    """Of the windows of 10 and 30 days the longer one counts, whichever comes first."""

    def window(first: str, value: float) -> dict[str, Any]:
        span = {"reportingDateFrom": first, "reportingDateTo": "2026-07-31T23:59:59Z"}
        return rate(value, 0.02, orderCount=10, reportingDateRange=span)

    windows = [window("2026-07-22T00:00:00Z", 0.5), window("2026-07-02T00:00:00Z", 0.01)]

    got = figures({"lateShipmentRateList": windows})

    assert (
        got["late_shipment_rate"],
        got["late_shipment_target"],
        got["late_shipment_outside"],
    ) == (0.01, 0.02, 0.0)


def test_unknown_counters_count_and_statuses_are_kept(figures: Callable) -> None:
    """Any object with `defectsCount` is a policy counter."""
    got = figures(
        {
            "someNewViolations": {"defectsCount": 2, "status": "BAD"},
            "documentRequests": {"defectsCount": 1},
            "policyViolationWarnings": {"warningsCount": 3},
            "accountHealthRating": {"ahrScore": "187", "ahrStatus": "AT RISK"},
            "warningStates": {},
        },
        status="AT RISK",
    )

    assert (got["policy_violations"], got["policy_warnings"]) == (3.0, 3.0)
    assert (got["ahr_score"], got["ahr_status"], got["account_status"]) == (
        187.0,
        "AT_RISK",
        "AT_RISK",
    )
    assert got["ahr_pct"] is None


def test_a_block_without_marketplace_is_the_only_one_with_a_status(read_file: Callable) -> None:
    """One status says where."""
    report = read_file(
        "h.json", document({"validTrackingRate": rate(0.97, 0.95)}, marketplace=None)
    )

    assert [p.marketplace for p in report.portions] == ["US"]


def test_a_marketplace_outside_the_job_is_told(read_file: Callable, reasons: Callable) -> None:
    """A block for Canada is refused where the job has no Canada."""
    report = read_file("h.json", document({"validTrackingRate": rate(0.97)}, marketplace=CA))

    assert reasons(report) == [
        "Marketplace CA is not in the job; add it to stores in sheets-sync.yaml first"
    ]
    assert [(p.marketplace, dict(p.figures)) for p in report.portions] == [
        ("US", {"account_status": ["NORMAL"]})
    ]


def test_a_score_that_cannot_be_is_unknown(read_file: Callable, reasons: Callable) -> None:
    """Scores go from 0 to 1000."""
    report = read_file("h.json", document({"accountHealthRating": {"ahrScore": 1312}}))

    assert report.portions[0].figures["ahr_score"] == [None]
    assert reasons(report) == ["The AHR score is outside 0-1000: 1312.0"]
