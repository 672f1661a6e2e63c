"""What typing text into a cell makes of it: a number, a date, a formula, or the text itself."""

import re
from datetime import date
from typing import NamedTuple

from sheets_sync.emulator.display import EPOCH
from sheets_sync.emulator.workbook import Formula, Json, Value, check_length, number

_NUMBER = re.compile(
    r"(?P<sign>[+-]?)\s*(?P<money>[$€£¥]?)\s*(?P<whole>\d{1,3}(?:,\d{3})+|\d*)"
    r"(?P<fraction>\.\d*)?(?P<power>[eE][+-]?\d+)?\s*(?P<percent>%?)"
)
_ISO_DATE = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})")
_US_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s*([AaPp][Mm])?")
_COMMA_LOCALES = ("de", "fr", "es", "it", "nl", "pt", "tr", "pl", "ru", "sv", "da", "nb", "fi")


class Entered(NamedTuple):
    """A value and the number format that typing it gives a cell without one."""

    value: Value
    number_format: Json | None = None


def typed(text: str, locale: str = "en_US") -> Entered:
    """Return what typing a text into a cell means."""
    check_length(text)
    if text.startswith("="):
        return Entered(Formula(text)) if len(text) > 1 else Entered(text)
    if text.startswith("'"):
        return Entered(text[1:])
    bare = text.strip()
    if bare.upper() in ("TRUE", "FALSE"):
        return Entered(bare.upper() == "TRUE")
    comma = locale.split("_", maxsplit=1)[0] in _COMMA_LOCALES
    figures = bare.translate(str.maketrans(".,", ",.")) if comma else bare
    return _number(figures) or _moment(bare) or Entered(text)


def _number(text: str) -> Entered | None:
    found = _NUMBER.fullmatch(text)
    if found is None or not (found["whole"] or (found["fraction"] or ".") != "."):
        return None
    plain = found["whole"].replace(",", "") + (found["fraction"] or "") + (found["power"] or "")
    value = float(plain) * (-1 if found["sign"] == "-" else 1)
    fraction = len(found["fraction"] or ".") > 1
    if found["percent"]:
        pattern = "0.00%" if fraction else "0%"
        return Entered(number(_percent(plain, found["sign"])), _format("PERCENT", pattern))
    if found["money"]:
        pattern = f'"{found["money"]}"#,##0' + (".00" if fraction else "")
        return Entered(number(value), _format("CURRENCY", pattern))
    if found["power"]:
        return Entered(number(value), _format("SCIENTIFIC", "0.00E+00"))
    if "," in found["whole"]:
        return Entered(number(value), _format("NUMBER", "#,##0.00" if fraction else "#,##0"))
    return Entered(number(value))


def _percent(plain: str, sign: str) -> float:
    from decimal import Decimal

    return float(Decimal(plain) / 100) * (-1 if sign == "-" else 1)


def _format(kind: str, pattern: str) -> Json:
    return {"type": kind, "pattern": pattern}


def _moment(text: str) -> Entered | None:
    day_text, _, time_text = text.partition(" ")
    day = _day(day_text)
    if day is not None and not time_text:
        return Entered(day[0], _format("DATE", day[1]))
    clock = _clock(text if day is None else time_text)
    if clock is None:
        return None
    if day is None:
        return Entered(clock[0], _format("TIME", clock[1]))
    return Entered(day[0] + clock[0], _format("DATE_TIME", f"{day[1]} {clock[1]}"))


def _day(text: str) -> tuple[int, str] | None:
    """Return serial number and pattern of a date."""
    iso, us = _ISO_DATE.fullmatch(text), _US_DATE.fullmatch(text)
    if iso is not None:
        year, mark, month, day = int(iso[1]), iso[2], int(iso[3]), int(iso[4])
        pattern = mark.join(
            ("yyyy", "MM" if len(iso[3]) > 1 else "M", "dd" if len(iso[4]) > 1 else "d")
        )
        pattern = pattern.lower()
    elif us is not None:
        month, day, year = int(us[1]), int(us[2]), int(us[3])
        year += 0 if len(us[3]) > 2 else 2000  # noqa: PLR2004 - a year of two digits
        pattern = "m/d/yyyy"
    else:
        return None
    try:
        return (date(year, month, day) - EPOCH.date()).days, pattern
    except ValueError:
        return None


def _clock(text: str) -> tuple[float, str] | None:
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    if found[4]:
        hour = hour % 12 + (12 if found[4].lower() == "pm" else 0)
    if minute > 59 or second > 59:  # noqa: PLR2004 - no minute has more
        return None
    pattern = "h:mm" + (":ss" if found[3] else "") + (" am/pm" if found[4] else "")
    return (hour * 3600 + minute * 60 + second) / 86400, pattern
