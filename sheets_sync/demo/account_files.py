"""Files about the account as a whole: health, feedback, and the list that people keep by hand."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sheets_sync.core.marketplaces import MARKETPLACES
from sheets_sync.demo.stock_files import ENCODINGS
from sheets_sync.demo.story import LATE_RATE_TARGET, VTR_TARGET

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime

    from sheets_sync.demo.account import Feedback, Health, Rate, Typed

FEEDBACK_HEADINGS = {
    "US": ("Date", "Rating", "Comments", "Your Response", "Order ID", "Rater Email"),
    "DE": ("Datum", "Bewertung", "Kommentare", "Antwort", "Bestellnummer", "E-Mail des Bewerters"),
    "JP": ("Date", "Rating", "Comments", "Your Response", "Order ID", "Rater Email"),
}
TYPED_HEADINGS = ("date", "marketplace", "metric", "sku", "value", "note")

_DATE_FORMS = {"US": "%m/%d/%y", "DE": "%d.%m.%y", "JP": "%y/%m/%d"}
_NOBODY = "zzexample000000@marketplace.example.com"
_POLICIES = (
    "listingPolicyViolations",
    "productAuthenticityCustomerComplaints",
    "productConditionCustomerComplaints",
    "productSafetyCustomerComplaints",
    "receivedIntellectualPropertyComplaints",
    "restrictedProductPolicyViolations",
    "suspectedIntellectualPropertyViolations",
    "foodAndProductSafetyIssues",
    "customerProductReviewsPolicyViolations",
    "otherPolicyViolations",
    "documentRequests",
)


def seller_performance(taken: datetime, accounts: Mapping[str, Health]) -> bytes:
    """Return the account health document: one block for each site, its windows up to the moment it was made."""
    document = {
        "accountStatuses": [
            {"marketplaceId": MARKETPLACES[site].id, "status": "NORMAL"} for site in accounts
        ],
        "performanceMetrics": [_block(site, taken, health) for site, health in accounts.items()],
    }
    return (json.dumps(document, indent=1) + "\n").encode()


def _block(site: str, taken: datetime, health: Health) -> dict[str, Any]:
    month = _window(taken, 30)
    none = {"count": 0, "status": "NONE"}
    counts = {
        "orderWithDefects": {"count": health.defects.part, "status": "GOOD"},
        "claims": none,
        "chargebacks": none,
        "negativeFeedback": none,
    }
    nothing = dict.fromkeys(counts, none)
    late, valid = health.late_shipments, health.valid_tracking
    return {
        "marketplaceId": MARKETPLACES[site].id,
        "accountHealthRating": {
            **_window(taken, 180),
            "ahrStatus": "GREAT",
            "ahrScore": health.score,
        },
        "lateShipmentRate": {
            **month,
            **_upper(late, LATE_RATE_TARGET),
            "orderCount": late.whole,
            "lateShipmentCount": late.part,
            "rate": late.value,
        },
        "orderDefectRate": {
            "afn": {
                **_window(taken, 60),
                **_upper(health.defects, 0.01),
                "orderCount": health.defects.whole,
                "rate": health.defects.value,
                "fulfillmentType": "AFN",
                **counts,
            },
            "mfn": {
                **_window(taken, 60),
                **_upper(late._replace(part=0), 0.01),
                "orderCount": late.whole,
                "rate": 0,
                "fulfillmentType": "MFN",
                **nothing,
            },
        },
        "validTrackingRate": {
            **month,
            **_lower(valid, VTR_TARGET),
            "shipmentCount": valid.whole,
            "validTrackingCount": valid.part,
            "rate": valid.value,
        },
        "onTimeDeliveryRate": {
            **_window(taken, 14),
            **_lower(health.on_time, 0.9),
            "shipmentCountWithValidTracking": health.on_time.whole,
            "onTimeDeliveryCount": health.on_time.part,
            "rate": health.on_time.value,
        },
        "preFulfillmentCancellationRate": {
            **_window(taken, 7),
            **_upper(health.cancelled, 0.025),
            "orderCount": health.cancelled.whole,
            "cancellationCount": health.cancelled.part,
            "rate": health.cancelled.value,
        },
        "warningStates": [],
        **{
            name: {
                **_window(taken, 180),
                "status": "GOOD",
                "targetValue": 0,
                "targetCondition": "EQUALS",
                "defectsCount": 0,
            }
            for name in _POLICIES
        },
        "policyViolationWarnings": {"warningsCount": 0},
        **(_unit_rate(health) if site == "US" else {}),
    }


def _unit_rate(health: Health) -> dict[str, Any]:
    rate = health.units_on_time
    return {
        "unitOnTimeDeliveryRate": {
            **_lower(rate, 0.9),
            "totalUnitCount": rate.whole,
            "unitOnTimeDeliveryCount": rate.part,
            "rate": rate.value,
        }
    }


def _window(taken: datetime, days: int) -> dict[str, Any]:
    return {
        "reportingDateRange": {
            "reportingDateFrom": f"{taken - timedelta(days=days):%Y-%m-%dT00:00:00Z}",
            "reportingDateTo": f"{taken:%Y-%m-%dT%H:%M:%SZ}",
        }
    }


def _upper(rate: Rate, target: float) -> dict[str, Any]:
    verdict = "GOOD" if rate.value < target else "BAD"
    return {
        "status": verdict if rate.whole else "NONE",
        "targetValue": target,
        "targetCondition": "LESS_THAN",
    }


def _lower(rate: Rate, target: float) -> dict[str, Any]:
    verdict = "GOOD" if rate.value > target else "BAD"
    return {
        "status": verdict if rate.whole else "NONE",
        "targetValue": target,
        "targetCondition": "GREATER_THAN",
    }


def feedback(site: str, night: date, items: Iterable[Feedback]) -> bytes:
    """Return a site's feedback as it stands on a night, dates and encoding as the site writes them."""
    lines = ["\t".join(FEEDBACK_HEADINGS[site])]
    lines += [
        "\t".join(
            (
                item.posted.strftime(_DATE_FORMS[site]),
                str(item.stars),
                item.comment,
                item.answer if item.answered <= night else "",
                item.order_id,
                _NOBODY,
            )
        )
        for item in items
    ]
    return ("\r\n".join(lines) + "\r\n").encode(ENCODINGS[site])


def typed(lines: Iterable[Typed]) -> bytes:
    """Return the hand-written list as a spreadsheet program saves it: comma-separated, with a byte-order mark."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(TYPED_HEADINGS)
    writer.writerows(
        (line.day.isoformat(), line.marketplace, line.metric, line.sku, line.value, line.note)
        for line in lines
    )
    return text.getvalue().encode("utf-8-sig")
