"""Figures as people's files write them.

The decimal sign is decided per value, with the kind of column as context, because one German file has
`5.255,61 €`, `2,406` (units) and `3.17` in it. Unknown words are None, never 0; anything else that is
not a number is Malformed, never None.
"""

from __future__ import annotations

import math
import re
import unicodedata
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

NULL_WORDS = frozenset({"", "-", "--", "\u2013", "\u2014", "n/a", "no listing", "none", "infinite"})

_DOLLARS = frozenset({"USD", "CAD", "MXN", "AUD", "SGD"})
_CURRENCIES: dict[str, frozenset[str]] = {
    "$": _DOLLARS,
    **{
        symbol: frozenset({code})
        for code, symbols in {
            "USD": "us$", "CAD": "ca$ c$", "MXN": "mx$", "BRL": "r$", "AUD": "a$ au$", "SGD": "s$ sg$",
            "GBP": "£", "EGP": "e£", "EUR": "€", "JPY": "¥ 円", "INR": "₹ rs. rs", "SEK": "kr", "PLN": "zł",
            "TRY": "₺ tl", "AED": "", "SAR": "", "ZAR": "r",
        }.items()
        for symbol in (code.lower(), *symbols.split())
    },
}  # fmt: skip
_SYMBOL = "|".join(re.escape(symbol) for symbol in sorted(_CURRENCIES, key=len, reverse=True))
_VALUE = re.compile(
    rf"(?P<minus>-)? ?(?P<before>{_SYMBOL})? ?(?P<inner>-)?(?P<digits>[0-9.,' ]*[0-9]) ?(?P<after>{_SYMBOL}|%)?"
)
_SPACED_GROUP = re.compile(r"(?<=\d)[ '](?=\d{3}(?!\d))")
_GROUPED = {
    separator: re.compile(
        rf"[1-9]\d{{0,2}}(?:{re.escape(separator)}\d{{2,3}})*{re.escape(separator)}\d{{3}}"
    )
    for separator in ".,"
}
_GROUP_DIGITS = 3
_INVISIBLE = str.maketrans(
    {"\u2212": "-", "\ufeff": None, "\u200b": None, "\u200e": None, "\u200f": None}
)

_LEADING = "$£€¥₹"
_PLAIN_AMOUNTS = {
    symbol: re.compile(
        rf"(?:(?:{re.escape(symbol)}(?:[0-9]{{1,3}}(?:,[0-9]{{3}}){{1,4}}\.[0-9][0-9]?|[0-9]{{1,15}}(?:\.[0-9][0-9]?)?))?\n)*+"
    )
    for symbol in ("", *_LEADING)
}
"""What each line of a column may be, after a leading symbol, so that only one reading is possible."""

Unit = Literal["percent", "fraction"]


class Malformed(ValueError):  # names what the value is
    """A value is not what its column holds."""


class Amount(NamedTuple):
    """A sum of money, and the currencies its own symbol may mean (none where it has no symbol)."""

    value: float
    currencies: frozenset[str] = frozenset()


def is_null(value: object) -> bool:
    """Return whether a cell says that there is no value."""
    return value is None or (isinstance(value, str) and _plain(value) in NULL_WORDS)


def currencies_of(text: str) -> frozenset[str]:
    """Return the currencies that a symbol or a code may mean; none where it is neither."""
    return _CURRENCIES.get(_plain(text), frozenset())


def count(value: object) -> float | None:
    """Return a whole number; a lone separator before three digits groups thousands."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return _finite(float(value))
    number = _parsed(value, grouping=".,").value
    if number is not None and number != int(number):
        raise Malformed
    return number


def measure(value: object) -> float | None:
    """Return a plain number; a lone separator is its decimal sign."""
    return _parsed(value, grouping="").value


def fraction(value: object, *, unit: Unit = "percent") -> float | None:
    """Return a share as a fraction; a number without a percent sign is in `unit`."""
    parsed = _parsed(value, grouping="", symbols=("%",))
    if parsed.value is None:
        return None
    percent = parsed.symbol == "%" or (unit == "percent" and not parsed.symbol)
    return parsed.value / 100 if percent else parsed.value


def money(value: object, *, comma_decimal: bool = False) -> Amount | None:
    """Return an amount; `comma_decimal` decides what `1.234` means where nothing else does."""
    if isinstance(value, str):
        whole, _, cents = value.partition(".")
        if whole.isdigit() and cents.isdigit() and len(cents) != _GROUP_DIGITS and value.isascii():
            return Amount(_finite(float(value)))
    parsed = _parsed(value, grouping="." if comma_decimal else ",", symbols=_CURRENCIES)
    if parsed.value is None:
        return None
    return Amount(parsed.value, _CURRENCIES.get(parsed.symbol, frozenset()))


def plain_amounts(cells: Sequence[object]) -> tuple[list[float | None], frozenset[str]] | None:
    """Return a whole column of money at once, with the currencies its symbol may mean.

    Only where every cell is blank or written alike, and so that no locale could read it differently;
    None otherwise.
    """
    types = set(map(type, cells))
    if types <= {float}:
        return (list(cells), frozenset()) if np.isfinite(cells).all() else None  # type: ignore[arg-type]  # all floats
    if types != {str}:
        return None
    text = "\n".join(cells) + "\n"  # type: ignore[arg-type]  # all of them are texts
    symbol = text.lstrip("\n")[:1]
    symbol = symbol if symbol in _LEADING else ""
    if not _PLAIN_AMOUNTS[symbol].fullmatch(text):
        return None
    bare = text.replace(symbol, "").replace(",", "") if symbol else text.replace(",", "")
    values = [float(cell) if cell else None for cell in bare.split("\n")[:-1]]
    return values, _CURRENCIES.get(symbol, frozenset())


class _Parsed(NamedTuple):
    value: float | None
    symbol: str = ""


def _parsed(value: object, *, grouping: str, symbols: Iterable[str] = ()) -> _Parsed:
    if value is None:
        return _Parsed(None)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _Parsed(_finite(float(value)))
    if not isinstance(value, str):
        raise Malformed
    text = _plain(value)
    if text in NULL_WORDS:
        return _Parsed(None)
    return _parsed_text(text, grouping, symbols)


def _parsed_text(text: str, grouping: str, symbols: Iterable[str]) -> _Parsed:
    found = _VALUE.fullmatch(text)
    if found is None:
        raise Malformed
    before, after = found["before"] or "", found["after"] or ""
    symbol = before or after
    if (
        (before and after)
        or (found["minus"] and found["inner"])
        or (symbol and symbol not in symbols)
    ):
        raise Malformed
    number = _decimal(_SPACED_GROUP.sub("", found["digits"]), grouping)
    return _Parsed(-number if found["minus"] or found["inner"] else number, symbol)


def _decimal(digits: str, grouping: str) -> float:
    """Read digits with separators; `grouping` are those that mean thousands where it is not clear."""
    at = max(digits.rfind("."), digits.rfind(","))
    if at < 0:
        return _number(digits, "")
    sign, head, tail = digits[at], digits[:at], digits[at + 1 :]
    other = "," if sign == "." else "."
    if other in head and sign not in head:
        return _number(_ungrouped(head, other), tail)
    unclear = len(tail) == _GROUP_DIGITS and sign in grouping and _GROUPED[sign].fullmatch(digits)
    if sign in head or unclear:
        return _number(_ungrouped(digits, sign), "")
    return _number(head, tail)


def _ungrouped(digits: str, separator: str) -> str:
    if not _GROUPED[separator].fullmatch(digits):
        raise Malformed
    return digits.replace(separator, "")


def _number(whole: str, decimals: str) -> float:
    if not (whole + decimals).isdigit():
        raise Malformed
    return _finite(float(f"{whole}.{decimals}"))


def _finite(number: float) -> float:
    if not math.isfinite(number):
        raise Malformed
    return number


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).translate(_INVISIBLE)
    return " ".join(folded.split()).lower()
