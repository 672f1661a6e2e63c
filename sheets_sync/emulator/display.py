"""How a value looks in its cell: number, percent, currency and date patterns."""

import math
import re
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

from sheets_sync.emulator.formula.results import ErrorValue, Result
from sheets_sync.emulator.workbook import Json

EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - serial dates have no zone
_DEFAULT_PATTERNS = {
    "NUMBER": "#,##0.00",
    "PERCENT": "0.00%",
    "CURRENCY": "$#,##0.00",
    "DATE": "M/d/yyyy",
    "TIME": "h:mm:ss am/pm",
    "DATE_TIME": "M/d/yyyy H:mm:ss",
    "SCIENTIFIC": "0.00E+00",
}
DATE_TYPES = ("DATE", "TIME", "DATE_TIME")
_DATE_TOKEN = re.compile(
    r'"[^"]*"|\\.|am/pm|AM/PM|a/p|A/P|\[h+\]|\[m+\]|\[s+\]|y+|d+|m+|h+|s+|\.0+|.', re.IGNORECASE
)
_NUMBER_TOKEN = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.|[#0?.,]+|%|[eE][+-]0+|.', re.DOTALL)
_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_COMMA_LOCALES = ("de", "fr", "es", "it", "nl", "pt", "tr", "pl", "ru", "sv", "da", "nb", "fi")
_GENERAL_DIGITS = 10
_EXACT = Context(prec=800)
"""Enough digits for any number that a cell can hold."""


def formatted(  # noqa: PLR0911 - one way out for each kind of value
    value: Result, number_format: Json | None, locale: str = "en_US"
) -> str:
    """Return what a cell shows for a value under its number format."""
    if value is None:
        return ""
    if isinstance(value, ErrorValue):
        return value.shown
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return value
    kind = (number_format or {}).get("type")
    pattern = (number_format or {}).get("pattern") or _DEFAULT_PATTERNS.get(kind or "")
    if kind == "TEXT" or not pattern or pattern.lower() == "general" or pattern == "@":
        return localised(general(value), locale)
    if is_date_pattern(pattern, kind):
        return _date(value, pattern)
    return localised(_number(value, pattern), locale)


def localised(text: str, locale: str) -> str:
    """Return a number's text with the decimal and thousands marks of a locale."""
    if locale.split("_", maxsplit=1)[0] in _COMMA_LOCALES:
        return text.translate(str.maketrans(".,", ",."))
    return text


@lru_cache(512)
def is_date_pattern(pattern: str, kind: str | None) -> bool:
    """Say whether a pattern shows a number as a date or time."""
    if kind is not None:
        return kind in DATE_TYPES
    bare = re.sub(r'"[^"]*"|\\.|\[[^hms\]]*\]', "", pattern)
    return re.search(r"[ydhs]|m{1,5}", bare, re.IGNORECASE) is not None and "0" not in bare


def general(value: float) -> str:
    """Return a number without a format: as many digits as it needs, up to fifteen."""
    if isinstance(value, int):
        if abs(value) < 10**15:
            return str(value)
        value = float(value)
    if not math.isfinite(value):
        return "#NUM!"
    if value and (abs(value) >= 1e15 or abs(value) < 1e-9):  # noqa: PLR2004 - where Google switches
        mantissa, exponent = f"{value:.5E}".split("E")
        return f"{mantissa.rstrip('0').rstrip('.')}E{exponent}"
    text = format(Decimal(f"{value:.15g}"), "f")
    whole, dot, fraction = text.partition(".")
    if dot and len(whole.lstrip("-")) + len(fraction) > _GENERAL_DIGITS:
        places = max(_GENERAL_DIGITS, len(fraction.rstrip("0")))
        places = min(places, 15)
        text = f"{Decimal(text):.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _number(value: float, pattern: str) -> str:
    sections = _sections(pattern)
    section, shown = sections[0], value
    if value < 0 and len(sections) > 1:
        section, shown = sections[1], -value
    elif value == 0 and len(sections) > 2:  # noqa: PLR2004 - the third section is for zero
        section = sections[2]
    return _section(shown, section)


@lru_cache(512)
def _sections(pattern: str) -> tuple[str, ...]:
    return tuple(re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', pattern))


def _section(value: float, section: str) -> str:
    tokens = _NUMBER_TOKEN.findall(section)
    digits = [token for token in tokens if token[0] in "#0?.,"]
    percents = tokens.count("%")
    amount = Decimal(repr(float(value))) if isinstance(value, float) else Decimal(value)
    amount = amount.scaleb(2 * percents)
    exponent = next((token for token in tokens if re.fullmatch(r"[eE][+-]0+", token)), None)
    body = _digits(amount, "".join(digits), exponent)
    out, placed = [], False
    for token in tokens:
        if token[0] in "#0?.,":
            out.append("" if placed else body)
            placed = True
        elif token == exponent:
            continue
        else:
            out.append(_literal(token))
    text = "".join(out)
    return f"-{text}" if amount < 0 and placed and re.search("[1-9]", body) else text


def _literal(token: str) -> str:
    if token[0] == '"':
        return token[1:-1]
    if token[0] == "\\":
        return token[1:]
    if token[0] == "_":
        return " "
    if token[0] == "*":
        return ""
    if token[0] == "[":
        return token[2:].split("-", maxsplit=1)[0].rstrip("]") if token[1:2] == "$" else ""
    return token


def _digits(amount: Decimal, mask: str, exponent: str | None) -> str:
    whole, _, fraction = mask.partition(".")
    grouped = "," in whole.rstrip(",")
    thousands = len(whole) - len(whole.rstrip(","))
    amount = abs(amount).scaleb(-3 * thousands)
    most = len(fraction.replace(",", ""))
    least = fraction.count("0")
    if exponent is not None:
        power = amount.adjusted() if amount else 0
        sign = "-" if power < 0 else "+" if exponent[1] == "+" else ""
        mantissa = _fixed(amount.scaleb(-power), most)
        return f"{mantissa}E{sign}{abs(power):0{len(exponent) - 2}d}"
    left, _, right = _fixed(amount, most).partition(".")
    while len(right) > least and right.endswith("0"):
        right = right[:-1]
    zeros = whole.count("0")
    left = left.lstrip("0").rjust(zeros, "0")
    if grouped:
        left = re.sub(r"(?<=\d)(?=(\d{3})+$)", ",", left)
    return left + ("." + right if right or (most and least) else "")


def _fixed(amount: Decimal, places: int) -> str:
    return format(amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, _EXACT), "f")


def moment(serial: float) -> datetime:
    """Return the date and time of a serial number, to the millisecond."""
    days = math.floor(serial)
    thousandths = round((serial - days) * 86_400_000)
    try:
        return EPOCH + timedelta(days=days, milliseconds=thousandths)
    except OverflowError:
        return EPOCH


def _date(value: float, pattern: str) -> str:
    when = moment(value)
    tokens = _DATE_TOKEN.findall(pattern)
    twelve = any(token.lower() in ("am/pm", "a/p") for token in tokens)
    out, last = [], ""
    for index, token in enumerate(tokens):
        low = token.lower()
        if low[0] == "m" and low.strip("m") == "":
            following = next((t.lower()[0] for t in tokens[index + 1 :] if t[0].isalpha()), "")
            minutes = last == "h" or following == "s"
            out.append(_minutes(when, low) if minutes else _month(when, low))
            last = "m"
        else:
            out.append(_date_part(when, token, value, twelve=twelve))
            last = low[0] if low[0].isalpha() else low[1:2] if low[0] == "[" else last
    return "".join(out)


def _minutes(when: datetime, token: str) -> str:
    return f"{when.minute:02d}" if len(token) > 1 else str(when.minute)


def _month(when: datetime, token: str) -> str:
    name = _MONTHS[when.month - 1]
    forms = {1: str(when.month), 2: f"{when.month:02d}", 3: name[:3], 4: name, 5: name[0]}
    return forms[min(len(token), 5)]


def _date_part(  # noqa: C901, PLR0911 - one way out for each letter of a pattern
    when: datetime, token: str, serial: float, *, twelve: bool
) -> str:
    low = token.lower()
    if token[0] == '"':
        return token[1:-1]
    if token[0] == "\\":
        return token[1:]
    if low == "am/pm":
        return "AM" if when.hour < 12 else "PM"  # noqa: PLR2004 - noon
    if low == "a/p":
        return "A" if when.hour < 12 else "P"  # noqa: PLR2004 - noon
    if low[0] == "[" and len(low) > 1:
        unit = {"h": 24, "m": 1440, "s": 86400}[low[1]]
        return str(math.floor(serial * unit + 1e-6)).rjust(len(low) - 2, "0")
    if low[0] == ".":
        return "." + f"{when.microsecond // 1000:03d}".ljust(len(low) - 1, "0")[: len(low) - 1]
    wide = len(low) > 1
    if low[0] == "y":
        return f"{when.year:04d}" if len(low) > 2 else f"{when.year % 100:02d}"  # noqa: PLR2004 - yy
    if low[0] == "d":
        day = _DAYS[when.weekday()]
        forms = {1: str(when.day), 2: f"{when.day:02d}", 3: day[:3]}
        return forms.get(len(low), day)
    if low[0] == "h":
        hour = (when.hour % 12 or 12) if twelve else when.hour
        return f"{hour:02d}" if wide else str(hour)
    if low[0] == "s":
        return f"{when.second:02d}" if wide else str(when.second)
    return token
