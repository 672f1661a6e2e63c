"""Moments and dates as a spreadsheet counts them: days since 1899-12-30."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo


def serial(epoch: float, zone: str) -> float:
    """Return a moment as a spreadsheet serial in a zone's local time, to the second."""
    local = datetime.fromtimestamp(epoch, UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return round((local - datetime(1899, 12, 30)).total_seconds() / 86400, 6)  # noqa: DTZ001  # a serial has no zone


def serial_date(when: date) -> int:
    """Return a date as a spreadsheet serial: days since 1899-12-30."""
    return (when - date(1899, 12, 30)).days


def date_of(serial_: float) -> date:
    """Return the date of a spreadsheet serial, its time of day left out."""
    return date(1899, 12, 30) + timedelta(days=int(serial_))
