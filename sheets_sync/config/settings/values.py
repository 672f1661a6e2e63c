"""What a cell of a Settings tab means: numbers, shares, dates, deadlines, yes and no.

Cells come raw from the sheet: numbers, texts, tick boxes, dates as serial numbers. Whatever cannot be
understood raises `UnfitError` with a sentence that repeats what was typed.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta
from typing import TYPE_CHECKING, TypeVar

from sheets_sync.config.yamlfile import UnfitError, did_you_mean, joined
from sheets_sync.core.rules import DEEDS
from sheets_sync.core.tab import clean, folded
from sheets_sync.errors import Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sheets_sync.core.rules import Deed
    from sheets_sync.core.tab import Cell

T = TypeVar("T")

FRACTION_AT_MOST = 3
"""A share up to this is a fraction (1.2 is 120 %), above it a percentage (30 is 30 %)."""

LARGEST_SHARE = 10
LARGEST = 10**12
_FACTOR_AT_MOST = 10
_FIRST_DAY, _LAST_DAY = date(1990, 1, 1), date(2099, 12, 31)
_DAY_ZERO = date(1899, 12, 30)
_LONGEST_SHOWN = 40
_MOST_HOURS = 9999

_NUMBER = re.compile(r"[-+]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?|[-+]?\.\d+")
_PERCENT = re.compile(r"([-+]?\d+(?:\.\d+)?) ?%")
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_YEARLESS = re.compile(r"\d{1,2}[-/.月]\d{1,2}日?")
_DUE = re.compile(r"(\d{1,4}) ?(h|hours?|小时|时|d|days?|天|日)")

_YES = {
    **dict.fromkeys(("是", "yes", "y", "true", "on", "1", "启用", "开", "√", "✓", "是 / yes"), True),
    **dict.fromkeys(("否", "no", "n", "false", "off", "0", "停用", "关", "×", "x", "否 / no"), False),
}  # fmt: skip
_DEED_WORDS: dict[str, tuple[Deed, ...]] = {
    **dict.fromkeys(("只标色", "标色", "colour", "color", "colour only", "color only"), ("colour",)),
    **dict.fromkeys(("开单", "action"), ("colour", "action")),
    **dict.fromkeys(("通知", "notice", "notify"), DEEDS),
}  # fmt: skip
_BETWEEN = re.compile(r"\s*[、,;/+]\s*")


def is_blank(raw: Cell) -> bool:
    """Return whether nothing is in a cell."""
    return raw is None or (isinstance(raw, str) and not raw.strip())


def said(raw: Cell) -> str:
    """Return what was typed, as a message repeats it."""
    if isinstance(raw, bool):
        return str(raw).upper()
    if isinstance(raw, float) and raw.is_integer():
        return f"{raw:.0f}" if abs(raw) < LARGEST else f"{raw:g}"
    text = clean(" ".join(str(raw).split()))
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"


def text_of(raw: Cell) -> str:
    """Return a cell as text; a number as people write it."""
    if isinstance(raw, str):
        return raw.strip()
    return "" if raw is None else said(raw)


def number(raw: Cell) -> float:
    """Return a number of at least 0."""
    return _counted(raw, ())


def number_of(*units: str) -> _Counter:
    """Return a reader of numbers that may have one of some units behind them."""
    return _Counter(units)


class _Counter:
    def __init__(self, units: Iterable[str]) -> None:
        self.units = tuple(folded(unit) for unit in units if unit)

    def __call__(self, raw: Cell) -> float:
        return _counted(raw, self.units)


def whole(raw: Cell) -> int:
    """Return a whole number of at least 0."""
    found = number(raw)
    if not found.is_integer():
        raise _unfit("'{raw}' 不是整数", "'{raw}' is not a whole number", raw)
    return int(found)


def share(raw: Cell) -> float:
    """Return a share as a fraction: 0.3, 30 and 30% are 30 %. It is above 0."""
    found = fraction(raw)
    if not found:
        raise _unfit(
            "'{raw}' 不行,要大于 0%", "'{raw}' is not possible; it has to be above 0%", raw
        )
    return found


def fraction(raw: Cell) -> float:
    """Return a share as a fraction, which may be 0."""
    return _proportion(raw, FRACTION_AT_MOST, LARGEST_SHARE)


def factor(raw: Cell) -> float:
    """Return how many times: 150%, 1.5 and 150 are one and a half."""
    found = _proportion(raw, _FACTOR_AT_MOST, LARGEST)
    if not found:
        raise _unfit("'{raw}' 不行,要大于 0", "'{raw}' is not possible; it has to be above 0", raw)
    return found


def day(raw: Cell) -> date:
    """Return a date: a serial number, or a text with the year first."""
    found = None
    if isinstance(raw, str):
        text = unicodedata.normalize("NFKC", raw).strip()
        if _YEARLESS.fullmatch(text):
            raise _unfit(
                "'{raw}' 没有年份,请写成 2026-07-30", "'{raw}' has no year; write 2026-07-30", raw
            )
        parts = _DATE.fullmatch(text)
        if parts is not None:
            try:
                found = date(*(int(part) for part in parts.groups()))
            except ValueError:
                found = None
    elif not isinstance(raw, bool) and raw is not None and 0 < raw < LARGEST:
        serial = int(raw)
        if serial < (_LAST_DAY - _DAY_ZERO).days + 1:
            found = _DAY_ZERO + timedelta(days=serial)
    if found is None or not _FIRST_DAY <= found <= _LAST_DAY:
        raise _unfit(
            "'{raw}' 不是日期,请写成 2026-07-30", "'{raw}' is not a date; write 2026-07-30", raw
        )
    return found


def yes_or_no(raw: Cell) -> bool:
    """Return whether a switch is on."""
    if isinstance(raw, bool):
        return raw
    found = _YES.get(folded(text_of(raw)))
    if found is None:
        raise _unfit("'{raw}' 不行,请写 是 或 否", "'{raw}' is not possible; write yes or no", raw)
    return found


def hours(raw: Cell) -> int:
    """Return a deadline in hours: 24h, 24小时, 2天, 7d."""
    found = _DUE.fullmatch(folded(text_of(raw)))
    span = 0
    if found is not None:
        span = int(found[1]) * (24 if found[2][0] in "d天日" else 1)
    if not 0 < span <= _MOST_HOURS:
        raise _unfit(
            "'{raw}' 不是时限,请写成 24h 或 2天", "'{raw}' is not a deadline; write 24h or 2d", raw
        )
    return span


def deeds(raw: Cell) -> tuple[Deed, ...]:
    """Return what a hit causes: 只标色, 开单 (which colours too), 通知 (all three), or several."""
    wanted: set[Deed] = set()
    text = folded(text_of(raw))
    for part in [text] if text in _DEED_WORDS else _BETWEEN.split(text):
        if part not in _DEED_WORDS:
            words = _words(
                "'{raw}' 不行,可写:只标色、开单、通知",
                "'{raw}' is not possible; write colour, action or notice",
                raw,
            )
            raise UnfitError(joined(words, did_you_mean(part, _DEED_WORDS)))
        wanted |= set(_DEED_WORDS[part])
    return tuple(deed for deed in DEEDS if deed in wanted)


def one_of(raw: Cell, meant: Mapping[str, T], offered: Words) -> T:
    """Return what is meant by one of a few words; `offered` names them."""
    text = folded(text_of(raw))
    if text not in meant:
        words = _words("'{raw}' 不行,可写:", "'{raw}' is not possible; write ", raw)
        raise UnfitError(joined(words, offered, did_you_mean(text, meant)))
    return meant[text]


def plain(value: float) -> str:
    """Write a number without useless zeros."""
    text = f"{value:,.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _counted(raw: Cell, units: tuple[str, ...]) -> float:
    found = None
    if isinstance(raw, str):
        text = folded(raw)
        unit = next((unit for unit in units if text.endswith(unit)), "")
        text = text.removesuffix(unit).strip() if unit else text
        if _NUMBER.fullmatch(text) and len(text) <= _LONGEST_SHOWN:
            found = float(text.replace(",", ""))
    elif not isinstance(raw, bool) and raw is not None and raw == raw and abs(raw) <= LARGEST:  # noqa: PLR0124  # NaN
        found = float(raw)
    if found is None or abs(found) > LARGEST:
        raise _unfit("'{raw}' 不是数字", "'{raw}' is not a number", raw)
    if found < 0:
        raise _unfit("'{raw}' 是负数", "'{raw}' is negative", raw)
    return found


def _proportion(raw: Cell, fraction_at_most: float, largest: float) -> float:
    percent = _PERCENT.fullmatch(folded(raw)) if isinstance(raw, str) else None
    if percent is not None and len(percent[1]) <= _LONGEST_SHOWN:
        found = float(percent[1]) / 100
    else:
        found = number(raw)
        found = found / 100 if found > fraction_at_most else found
    if found < 0:
        raise _unfit("'{raw}' 是负数", "'{raw}' is negative", raw)
    if found > largest:
        raise _unfit("'{raw}' 太大了", "'{raw}' is too large", raw)
    return round(found, 6)


def _unfit(zh: str, en: str, raw: Cell) -> UnfitError:
    return UnfitError(_words(zh, en, raw))


def _words(zh: str, en: str, raw: Cell) -> Words:
    return Words(zh.replace("{raw}", said(raw)), en.replace("{raw}", said(raw)))
