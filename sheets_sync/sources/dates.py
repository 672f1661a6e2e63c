"""Days and moments as files, and the names of files, write them.

A date of two-digit parts is ambiguous by itself: the marketplace decides its order, never the value.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sheets_sync.core.marketplaces import MARKETPLACES
from sheets_sync.sources.numbers import Malformed

_MONTH_FIRST = frozenset({"US"})
_YEAR_FIRST = frozenset({"JP", "SE"})
_PARTS = re.compile(r"(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})\.?")
_EAST_ASIAN = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH_NAME = re.compile(r"(?P<month>[A-Za-z]{3})[a-z]*\.? (?P<day>\d{1,2}), (?P<year>\d{4})")
_DAY_NAME = re.compile(r"(?P<day>\d{1,2}) (?P<month>[A-Za-z]{3})[a-z]*\.? (?P<year>\d{4})")
_FOUR_DIGITS = 4
_CENTURY = 2000

_STAMP = re.compile(
    r"(?<!\d)(?P<year>20\d\d)(?P<dash>[-_.]?)(?P<month>\d\d)(?P=dash)(?P<day>\d\d)"
    r"(?:[T_ -](?P<hour>\d\d)(?P<colon>[:.-]?)(?P<minute>\d\d)(?:(?P=colon)(?P<second>\d\d))?(?P<utc>Z?)"
    r"(?!\d|[-._]\d\d))?(?!\d)"
)


class NameTime(NamedTuple):
    """The time in a file's name; without a clock it is the beginning of a day."""

    moment: datetime
    has_clock: bool


def day(value: object, marketplace: str) -> date:
    """Return the day that a cell names, read as the marketplace writes it; Malformed otherwise."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = " ".join(str(value).split())
    parts = _ordered(text, marketplace)
    try:
        return date(*parts) if parts else _moment(text).date()
    except ValueError as error:
        raise Malformed from error


def moment(value: object, marketplace: str) -> datetime:
    """Return the moment that a cell names, aware; a day alone is its beginning in the zone."""
    zone = ZoneInfo(MARKETPLACES[marketplace].zone)
    if isinstance(value, str) and _ordered(value.strip(), marketplace) is None:
        found = _moment(value.strip())
        return found if found.tzinfo else found.replace(tzinfo=zone)
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=zone)
    return datetime.combine(day(value, marketplace), time(), zone)


def utc_moment(text: object) -> datetime | None:
    """Return an ISO moment (UTC where it names no zone), or None where it is not one."""
    try:
        found = _moment(str(text))
    except Malformed:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def name_time(name: str, marketplace: str) -> NameTime | None:
    """Return the time in a file's name: UTC where it ends with Z, else the marketplace's own.

    One with a clock is preferred; of several days the last one counts.
    """
    found = [stamp for match in _STAMP.finditer(name) if (stamp := _stamp(match, marketplace))]
    with_clock = [stamp for stamp in found if stamp.has_clock]
    return with_clock[0] if with_clock else found[-1] if found else None


def _ordered(text: str, marketplace: str) -> tuple[int, int, int] | None:
    """Return (year, month, day) of a date written in digits or with an English month, or None."""
    if found := _EAST_ASIAN.fullmatch(text):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _MONTH_NAME.fullmatch(text) or _DAY_NAME.fullmatch(text):
        month = found["month"].lower()
        return (
            (int(found["year"]), _MONTHS.index(month) + 1, int(found["day"]))
            if month in _MONTHS
            else None
        )
    found = _PARTS.fullmatch(text)
    return _by_site(found[1], found[2], found[3], marketplace) if found else None


def _by_site(first: str, second: str, third: str, marketplace: str) -> tuple[int, int, int]:
    if len(first) == _FOUR_DIGITS or marketplace in _YEAR_FIRST:
        return _full_year(first), int(second), int(third)
    if marketplace in _MONTH_FIRST:
        return _full_year(third), int(first), int(second)
    return _full_year(third), int(second), int(first)


def _full_year(text: str) -> int:
    if len(text) not in (2, _FOUR_DIGITS):
        raise Malformed
    return int(text) if len(text) == _FOUR_DIGITS else _CENTURY + int(text)


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise Malformed from error


def _stamp(match: re.Match[str], marketplace: str) -> NameTime | None:
    zone = UTC if match["utc"] else ZoneInfo(MARKETPLACES[marketplace].zone)
    try:
        at = date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        return None
    if match["hour"] is None:
        return NameTime(datetime.combine(at, time(), zone), has_clock=False)
    try:
        clock = time(int(match["hour"]), int(match["minute"]), int(match["second"] or 0))
    except ValueError:
        return NameTime(datetime.combine(at, time(), zone), has_clock=False)
    return NameTime(datetime.combine(at, clock, zone), has_clock=True)
