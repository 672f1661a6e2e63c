"""The rates of account health: what they are, and whether Amazon's own target holds.

`compliance` is what share went well: 1 - rate for what must stay below its target, the rate itself for what
must stay above. A rate over nothing (0 of 0) was not measured, and is unknown rather than a breach.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from sheets_sync.sources.dates import utc_moment
from sheets_sync.sources.documents import inside, lenient_number, objects
from sheets_sync.sources.numbers import Malformed, fraction


@dataclass(frozen=True, slots=True)
class Measure:
    """One rate of the document: its names there, its denominators, and a target for when it has none."""

    id: str
    names: tuple[str, ...]
    totals: tuple[str, ...]
    lower_is_better: bool
    usual_target: float
    usual_condition: str


MEASURES = (
    Measure("odr", ("orderDefectRate",), ("orderCount",), True, 0.01, "LESS_THAN"),
    Measure("late_shipment", ("lateShipmentRateList", "lateShipmentRate"), ("orderCount",), True, 0.04, "LESS_THAN"),
    Measure(
        "cancel", ("preFulfillmentCancellationRate", "preFulfillmentCancelRate", "prefulfillmentCancelRate"),
        ("orderCount",), True, 0.025, "LESS_THAN",
    ),
    Measure("vtr", ("validTrackingRate",), ("shipmentCount",), False, 0.95, "GREATER_THAN"),
    Measure(
        "otdr", ("onTimeDeliveryRate", "unitOnTimeDeliveryRate"),
        ("shipmentCountWithValidTracking", "totalUnitCount"), False, 0.9, "GREATER_THAN_OR_EQUAL",
    ),
    Measure("invoice_defect", ("invoiceDefectRate",), ("orderCount",), True, 0.05, "LESS_THAN"),
)  # fmt: skip
_LATE_SHIPMENT_WINDOW_DAYS = 28
_PERCENT = 100


class Rate(NamedTuple):
    """A rate that was measured, with its target, as fractions; `outside` is 1 or 0."""

    rate: float
    target: float
    compliance: float
    outside: float


def rates_of(block: dict[str, Any]) -> dict[str, Rate | None]:
    """Return every rate of one marketplace's block by id: the worst that was measured, or None."""
    found = {}
    for measure in MEASURES:
        judged = [rate for part in _parts(block, measure) if (rate := _judged(part, measure))]
        found[measure.id] = max(
            judged, key=lambda rate: (rate.outside, -rate.compliance), default=None
        )
    return found


def _parts(block: dict[str, Any], measure: Measure) -> list[dict[str, Any]]:
    """Return the objects that hold this rate: of channels, of windows, of either name."""
    parts: list[dict[str, Any]] = []
    for name in measure.names:
        value = block.get(name)
        if isinstance(value, dict) and "rate" not in value:
            value = list(value.values())
        parts += objects(value if isinstance(value, list) else [value])
    if measure.id != "late_shipment":
        return parts
    return [part for part in parts if _window_days(part) >= _LATE_SHIPMENT_WINDOW_DAYS] or parts


def _window_days(part: dict[str, Any]) -> int:
    first, last = (
        utc_moment(inside(part, "reportingDateRange", key))
        for key in ("reportingDateFrom", "reportingDateTo")
    )
    return (last - first).days if first and last else 0


def _judged(part: dict[str, Any], measure: Measure) -> Rate | None:
    rate = _share(part.get("rate"))
    totals = [lenient_number(part.get(name)) for name in measure.totals if name in part]
    if rate is None or 0 in totals or (rate == 0 and not any(totals)):
        return None
    target, condition = _target(part, measure)
    percent = target >= 1 if measure.lower_is_better else target > 1
    rate = rate / _PERCENT if percent or rate > 1 else rate
    target = target / _PERCENT if percent else target
    outside = str(part.get("status")).upper() == "BAD" or not _holds(
        rate, target, condition, measure
    )
    compliance = 1 - rate if measure.lower_is_better else rate
    return Rate(round(rate, 6), round(target, 6), round(compliance, 6), float(outside))


def _target(part: dict[str, Any], measure: Measure) -> tuple[float, str]:
    """Return the document's own target and condition; the usual ones only where it has none."""
    value, condition = part.get("targetValue"), part.get("targetCondition")
    if isinstance(value, dict):
        condition = value.get("condition", condition)
        value = value.get("value")
    target = _share(value)
    if target is None:
        return measure.usual_target, measure.usual_condition
    return target, str(condition or measure.usual_condition).upper()


def _holds(rate: float, target: float, condition: str, measure: Measure) -> bool:
    if rate == target:
        return "EQUAL" in condition
    below = "LESS" in condition or ("GREATER" not in condition and measure.lower_is_better)
    return rate < target if below else rate > target


def _share(value: Any) -> float | None:
    try:
        return fraction(value, unit="fraction")
    except (Malformed, OverflowError):
        return None
