"""Google's number formats said the way Excel takes them.

Excel repairs, and so frightens people with, a workbook in which one number format is wrong. So a pattern is
read token by token and written anew, with plain text in quotes. A pattern that cannot be read for certain
gives way to a plain format of its kind.

https://developers.google.com/workspace/sheets/api/guides/formats
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Measure = Literal["", "day", "time"]


class NumberFormat(NamedTuple):
    """A number format of Excel's, and whether it shows days, times of day or spans, or neither."""

    code: str
    measures: Measure = ""


GENERAL = NumberFormat("General")

_OF_KIND: dict[str, NumberFormat] = {
    "TEXT": NumberFormat("@"),
    "NUMBER": NumberFormat("#,##0.00"),
    "PERCENT": NumberFormat("0.00%"),
    "CURRENCY": NumberFormat("#,##0.00"),
    "SCIENTIFIC": NumberFormat("0.00E+00"),
    "DATE": NumberFormat("yyyy-mm-dd", "day"),
    "TIME": NumberFormat("hh:mm:ss", "time"),
    "DATE_TIME": NumberFormat("yyyy-mm-dd hh:mm:ss", "day"),
}
"""What stands in for a pattern that is missing or that Excel might not take."""

_LONGEST, _SECTIONS, _CONDITIONS, _COLOURS = 255, 4, 2, 56
_DIGITS = 40
"""Far more than anybody needs, and no more than Excel shows."""

_TOKEN = re.compile(
    r"""
      "(?P<quoted>[^"]*)"
    | \\(?P<escaped>.)
    | (?P<gap>[_*][ -\uFFFF])
    | \[\$(?P<symbol>[^\[\]";]*)\]
    | \[(?P<condition>(?:<=|>=|<>|<|>|=)-?[0-9]+(?:\.[0-9]+)?)\]
    | \[(?P<colour>black|blue|cyan|green|magenta|red|white|yellow|color\s?[1-9][0-9]?)\]
    | \[(?P<span>h+|m+|s+)\]
    | (?P<general>general)
    | (?P<noon>am/pm|a/p)
    | (?P<day>y+|d+|mmm+)
    | (?P<month>m+)
    | (?P<time>h+|s+(?:\.0{1,3})?)
    | (?P<power>e[+-](?=[0#?]))
    | (?P<digit>[0#?])
    | (?P<text>@)
    | (?P<end>;)
    | (?P<literal>[^"\\_*\[\]])
    """,
    re.VERBOSE | re.IGNORECASE,
)
_LOCALE = re.compile(r"(.*)-([0-9a-f]{3,8})", re.IGNORECASE)
_BARE, _BARE_IN_DATES = frozenset(" -+()"), frozenset("/:.,")


class _UnfitError(Exception):
    """Excel might refuse the pattern."""


class _Token(NamedTuple):
    name: str
    text: str


_Section = list[_Token]


@cache
def excel_format(kind: str, pattern: str) -> NumberFormat:
    """Return Excel's format for a pattern of Google's, or a plain one of the same kind."""
    try:
        return _translated(pattern) if pattern else _OF_KIND.get(kind, GENERAL)
    except _UnfitError:
        return _OF_KIND.get(kind, GENERAL)


def _translated(pattern: str) -> NumberFormat:
    sections = _sections(pattern)
    names = [{token.name for token in section} for section in sections]
    conditions = sum(token.name == "condition" for section in sections for token in section)
    _need(len(sections) <= _SECTIONS and conditions <= _CONDITIONS)
    _need(not any("text" in found for found in names[:-1]))
    if len(sections) == _SECTIONS:  # the last says how text looks
        _need(names[-1] <= {"text", "colour", "gap", "quoted", "literal"})
    code = ";".join("".join(_written(section)) for section in sections)
    _need(0 < len(code) <= _LONGEST and code.isprintable())
    return NumberFormat(code, _measure(set().union(*names)))


def _need(holds: bool) -> None:  # noqa: FBT001  # what must hold is the one thing it is given
    if not holds:
        raise _UnfitError


def _measure(names: set[str]) -> Measure:
    of_clock = names & {"time", "span"}
    if "day" in names or ("month" in names and not of_clock):
        return "day"
    return "time" if of_clock else ""


def _sections(pattern: str) -> list[_Section]:
    """Return the tokens of each section; text in quotes and escaped text are both `quoted`."""
    sections: list[_Section] = [[]]
    at = 0
    while at < len(pattern):
        found = _TOKEN.match(pattern, at)
        if found is None or found.lastgroup is None:
            raise _UnfitError
        at, name = found.end(), found.lastgroup
        if name == "end":
            sections.append([])
        else:
            sections[-1].append(_Token("quoted" if name == "escaped" else name, found[name]))
    return sections


def _written(section: Sequence[_Token]) -> Iterator[str]:
    """Yield the parts of one section as Excel takes them."""
    names = [token.name for token in section]
    holds = set(names)
    is_date = bool(holds & {"day", "month", "time", "span"})
    _need(is_date + ("digit" in holds) + ("text" in holds) + ("general" in holds) <= 1)
    _need("noon" not in holds or is_date)
    _need(not {"span", "day"} <= holds)
    _need(all(names.count(name) <= 1 for name in ("general", "colour", "condition")))
    _need(sum(token.text[0] == "*" for token in section if token.name == "gap") <= 1)
    signs = _signs(section)
    for place, (name, text) in enumerate(section):
        if name in ("colour", "condition"):
            _need(set(names[:place]) <= {"colour", "condition"})
        if name == "literal":
            is_bare = text in _BARE or place in signs or (is_date and text in _BARE_IN_DATES)
            yield text if is_bare else _quoted(text)
        else:
            yield _WRITERS[name](text)


def _signs(section: Sequence[_Token]) -> set[int]:
    """Return where characters mean something in a number: its point, percent, thousands, a fraction."""
    places = [place for place, token in enumerate(section) if token.name == "digit"]
    first, last = (places[0], places[-1]) if places else (len(section), -1)
    literals = {place: token.text for place, token in enumerate(section) if token.name == "literal"}
    _need(
        len(places) <= _DIGITS and not (places and any(c in "123456789" for c in literals.values()))
    )
    powers = [place for place, token in enumerate(section) if token.name == "power"]
    _need(len(powers) <= 1 and all(place > first for place in powers))
    signs = {
        place
        for place, text in literals.items()
        if places
        and (
            text in ".%"
            or (text == "," and place > first)
            or (text == "/" and first < place < last)
        )
    }
    meant = [literals[place] for place in signs]
    _need(meant.count(".") <= 1 and meant.count("/") <= 1)
    return signs


def _quoted(text: str) -> str:
    if text == '"':
        return r"\""
    return f'"{text}"' if text else ""


def _symbol(text: str) -> str:
    """Return a currency, or the language of a date, in the brackets that Excel knows."""
    found = _LOCALE.fullmatch(text)
    symbol, language = (found[1], f"-{found[2]}") if found else (text, "")
    if "-" in symbol:
        return _quoted(text)
    return f"[${symbol}{language}]" if symbol or language else ""


def _colour(text: str) -> str:
    number = re.search(r"[0-9]+", text)
    if number is None:
        return f"[{text.capitalize()}]"
    _need(int(number[0]) <= _COLOURS)
    return f"[Color{number[0]}]"


def _clock(text: str) -> str:
    """Return a part of a date, no longer than Excel knows it."""
    text = text.lower()
    letters, point, fraction = text.partition(".")
    match letters[0]:
        case "y":
            return "yy" if len(letters) <= len("yy") else "yyyy"
        case "m":
            return letters if len(letters) <= len("mmmmm") else "mmmm"
        case "d":
            return letters[: len("dddd")]
        case _:
            return f"{letters[:2]}{point}{fraction}"


_WRITERS: dict[str, Callable[[str], str]] = {
    "quoted": _quoted,
    "gap": str,
    "symbol": _symbol,
    "condition": lambda text: f"[{text}]",
    "colour": _colour,
    "span": lambda text: f"[{text.lower()[:2]}]",
    "general": lambda _: "General",
    "noon": str.upper,
    "day": _clock,
    "month": _clock,
    "time": _clock,
    "power": str.upper,
    "digit": str,
    "text": str,
}
