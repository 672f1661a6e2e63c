"""Requests are held back by arithmetic on an injected clock."""

from __future__ import annotations

from typing import Any

import pytest

from sheets_sync.sheets.pace import Pace


@pytest.fixture
def pace(clock: Any) -> Pace:
    return Pace(clock, clock.sleep)


def test_the_first_request_does_not_wait(pace: Pace, clock: Any) -> None:
    """A nightly sync of one read and one write costs at most one second of waiting."""
    waited = [pace.wait("read", "sheet"), pace.wait("write", "sheet")]

    assert waited == [0.0, 1.0]
    assert clock.slept == [1.0]


def test_time_already_spent_counts(pace: Pace, clock: Any) -> None:
    """Whoever computes for a second between read and write does not wait on top."""
    pace.wait("read", "sheet")
    clock.now += 0.75

    assert pace.wait("write", "sheet") == 0.25


def test_other_spreadsheets_are_not_kept_waiting(pace: Pace) -> None:
    """The second between requests is per spreadsheet."""
    pace.wait("read", "one")

    assert pace.wait("read", "two") == 0.0


def test_the_fifty_first_read_of_a_minute_waits_for_the_first_to_leave_it(
    pace: Pace, clock: Any
) -> None:
    """50 reads pass at once; the next is sent 60 seconds after the first."""
    waits = [pace.wait("read", f"sheet-{n}") for n in range(51)]

    assert waits[:50] == [0.0] * 50
    assert waits[50] == 60.0
    assert clock.now == 1060.0


def test_reads_and_writes_are_counted_apart(pace: Pace) -> None:
    """A full minute of reads leaves the writes alone."""
    for n in range(50):
        pace.wait("read", f"sheet-{n}")

    assert pace.wait("write", "other") == 0.0


def test_no_sixty_seconds_ever_hold_more_than_fifty(pace: Pace, clock: Any) -> None:
    """A burst after a quiet time does not add to the burst before it."""
    sent = []
    for n in range(180):
        pace.wait("write", f"sheet-{n}")
        sent.append(clock.now)
        clock.now += 0.1 if n % 40 else 7.0

    assert max(sum(1 for t in sent if start <= t < start + 60) for start in sent) == 50


def test_a_spreadsheet_yet_to_be_created_has_no_neighbours(pace: Pace) -> None:
    """Creating two spreadsheets in a row is not one spreadsheet asked twice."""
    pace.wait("write", "")

    assert pace.wait("write", "") == 0.0
