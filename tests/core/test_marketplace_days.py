"""Business days: decided per marketplace, in its own zone, through the days of 23 and 25 hours."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from sheets_sync.core.marketplaces import MARKETPLACES, NAMES, marketplace_code, newest_complete_day
from sheets_sync.core.scope import Scope
from sheets_sync.core.serials import serial, serial_date


@pytest.mark.parametrize(
    ("code", "moment", "expected"),
    [
        # Midnight in China: the newest complete US day is two Chinese days back.
        ("US", "2026-07-30T16:00", "2026-07-29"),
        ("JP", "2026-07-30T16:00", "2026-07-30"),
        ("DE", "2026-07-30T16:00", "2026-07-29"),
        # The day ends at local midnight: 07:00 UTC in summer, 08:00 in winter.
        ("US", "2026-07-31T06:59", "2026-07-29"),
        ("US", "2026-07-31T07:00", "2026-07-30"),
        ("US", "2026-12-31T07:59", "2026-12-29"),
        ("US", "2026-12-31T08:00", "2026-12-30"),
        # The day of 23 hours (8 March) ends an hour early, that of 25 hours (1 November) an hour late.
        ("US", "2026-03-08T07:59", "2026-03-06"),
        ("US", "2026-03-09T06:59", "2026-03-07"),
        ("US", "2026-03-09T07:00", "2026-03-08"),
        ("US", "2026-11-01T07:00", "2026-10-31"),
        ("US", "2026-11-02T07:59", "2026-10-31"),
        ("US", "2026-11-02T08:00", "2026-11-01"),
        ("UK", "2026-03-28T23:59", "2026-03-27"),
        ("UK", "2026-03-29T22:59", "2026-03-28"),
        ("UK", "2026-03-29T23:00", "2026-03-29"),
        ("DE", "2026-10-25T22:59", "2026-10-24"),
        ("DE", "2026-10-25T23:00", "2026-10-25"),
        ("IN", "2026-07-30T18:30", "2026-07-30"),
    ],
)
def test_the_newest_complete_day_is_the_marketplaces_own(
    code: str, moment: str, expected: str
) -> None:
    """A business day is complete when it has ended where the marketplace is."""
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC)

    assert newest_complete_day(code, at) == date.fromisoformat(expected)


def test_a_run_decides_each_marketplace_by_itself() -> None:
    """Report dates differ within one run, and the window reaches back from the oldest."""
    at = datetime(2026, 7, 30, 16, 0, tzinfo=UTC)
    scope = Scope({"acme": ["US", "JP"], "beta": ["DE"]}, {}, at, "Asia/Shanghai", 14)

    assert scope.report_dates == {
        ("acme", "US"): date(2026, 7, 29),
        ("acme", "JP"): date(2026, 7, 30),
        ("beta", "DE"): date(2026, 7, 29),
    }
    assert scope.first_row_date == date(2026, 7, 16)
    assert (scope.dates[0], scope.dates[-1]) == (date(2026, 6, 15), date(2026, 7, 30))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("US", "US"),
        (" us ", "US"),
        ("GB", "UK"),
        ("UK", "UK"),
        ("ATVPDKIKX0DER", "US"),
        ("Amazon.co.jp", "JP"),
        ("amazon.com", "US"),
        ("美国", "US"),
        ("美国站", "US"),
        ("US站", "US"),
        ("USA", "US"),
        ("united  states", "US"),
        ("\uff35\uff33", "US"),
        ("Germany", "DE"),
        ("德国", "DE"),
        ("Deutschland", "DE"),
        ("日本", "JP"),
        ("英国", "UK"),
        ("Türkiye", "TR"),
        ("Mars", None),
        ("站", None),
        ("XX", None),
        ("", None),
    ],
)
def test_a_marketplace_is_known_by_code_id_domain_or_name(text: str, code: str | None) -> None:
    """GB and UK are one, and UK is kept."""
    assert marketplace_code(text) == code


def test_marketplaces_are_told_apart() -> None:
    """No two share an id, a domain or a name, and only yen have no decimals."""
    names = [name.casefold() for code in MARKETPLACES for name in NAMES[code]]
    assert len(set(names)) == len(names)
    assert [code for code, spelt in NAMES.items() if len(spelt) < 2] == []
    assert len({m.id for m in MARKETPLACES.values()}) == len(MARKETPLACES)
    assert len({m.domain for m in MARKETPLACES.values()}) == len(MARKETPLACES)
    assert [m.code for m in MARKETPLACES.values() if m.digits != 2] == ["JP"]


def test_dates_and_moments_as_spreadsheet_serials() -> None:
    """Days since 1899-12-30; a moment in the team's zone, to the second."""
    assert serial_date(date(2026, 7, 30)) == 46233
    assert (
        serial(datetime(2026, 7, 30, 0, 20, tzinfo=UTC).timestamp(), "Asia/Shanghai")
        == 46233.347222
    )
