"""Dates and times as serial numbers. Now is the moment of the last change, so reading is repeatable."""

import calendar
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sheets_sync.emulator.display import EPOCH, moment
from sheets_sync.emulator.entry import typed
from sheets_sync.emulator.formula.coerce import to_number, to_text
from sheets_sync.emulator.formula.evaluate import Argument, Compiled, Env
from sheets_sync.emulator.formula.results import FormulaError

_DAY_S = 86_400


def _now(env: Env) -> datetime:
    """Return the time of the spreadsheet's last change, in its own zone, without the zone."""
    text = str(env.book.file.get("modifiedTime") or "1970-01-01T00:00:00Z")
    changed = datetime.fromisoformat(text)
    try:
        zone = ZoneInfo(str(env.book.properties.get("timeZone") or "Etc/GMT"))
    except (ZoneInfoNotFoundError, ValueError):
        zone = ZoneInfo("Etc/GMT")
    return changed.astimezone(zone).replace(tzinfo=None)


def today(env: Env) -> int:
    """Return the serial number of the day of the spreadsheet's last change."""
    return (_now(env) - EPOCH).days


def _today(env: Env, _: Sequence[Compiled]) -> Argument:
    return today(env)


def _this_moment(env: Env, _: Sequence[Compiled]) -> Argument:
    return (_now(env) - EPOCH).total_seconds() / _DAY_S


def _serial(when: date) -> int:
    return (when - EPOCH.date()).days


def _date(year: Argument, month: Argument, day: Argument) -> int:
    years, months = int(to_number(year)), int(to_number(month)) - 1
    if years < 1900:  # noqa: PLR2004 - short years count from 1900
        years += 1900
    first = date(years + months // 12, months % 12 + 1, 1)
    return _serial(first) + int(to_number(day)) - 1


def _shifted(start: Argument, months: Argument) -> tuple[int, int, int]:
    when = moment(to_number(start))
    total = when.year * 12 + when.month - 1 + int(to_number(months))
    return total // 12, total % 12 + 1, when.day


def _edate(start: Argument, months: Argument) -> int:
    year, month, day = _shifted(start, months)
    return _serial(date(year, month, min(day, calendar.monthrange(year, month)[1])))


def _eomonth(start: Argument, months: Argument) -> int:
    year, month, _ = _shifted(start, months)
    return _serial(date(year, month, calendar.monthrange(year, month)[1]))


def _weekday(value: Argument, kind: Argument = 1) -> int:
    monday = moment(to_number(value)).weekday()
    days = {1: (monday + 1) % 7 + 1, 2: monday + 1, 3: monday}
    wanted = int(to_number(kind))
    if wanted not in days:
        raise FormulaError("#NUM!", f"The second parameter of WEEKDAY cannot be {wanted}.")
    return days[wanted]


def _date_value(text: Argument) -> int:
    read = typed(to_text(text))
    if read.number_format is None or isinstance(read.value, bool | str | None):
        raise FormulaError("#VALUE!", "DATEVALUE parameter cannot be parsed to date/time.")
    return int(read.value)


def _days(end: Argument, start: Argument) -> int:
    return int(to_number(end)) - int(to_number(start))


def _networkdays(start: Argument, end: Argument) -> int:
    first, last = moment(to_number(start)).date(), moment(to_number(end)).date()
    step = 1 if last >= first else -1
    days = range(0, (last - first).days + step, step)
    return step * sum((first + timedelta(days=day)).weekday() < 5 for day in days)  # noqa: PLR2004 - Saturday


LAZY: Mapping[str, Callable[[Env, Sequence[Compiled]], Argument]] = {
    "TODAY": _today,
    "NOW": _this_moment,
}
EAGER: Mapping[str, Callable[..., Any]] = {
    "DATE": _date,
    "YEAR": lambda value: moment(to_number(value)).year,
    "MONTH": lambda value: moment(to_number(value)).month,
    "DAY": lambda value: moment(to_number(value)).day,
    "HOUR": lambda value: moment(to_number(value)).hour,
    "MINUTE": lambda value: moment(to_number(value)).minute,
    "SECOND": lambda value: moment(to_number(value)).second,
    "TIME": lambda hour, minute, second: (
        (to_number(hour) * 3600 + to_number(minute) * 60 + to_number(second)) % _DAY_S / _DAY_S
    ),
    "WEEKDAY": _weekday,
    "ISOWEEKNUM": lambda value: moment(to_number(value)).isocalendar().week,
    "EDATE": _edate,
    "EOMONTH": _eomonth,
    "DATEVALUE": _date_value,
    "DAYS": _days,
    "NETWORKDAYS": _networkdays,
}
