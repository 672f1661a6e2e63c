"""Text functions."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from sheets_sync.emulator.display import formatted
from sheets_sync.emulator.entry import typed
from sheets_sync.emulator.formula.coerce import plain, to_bool, to_number, to_text
from sheets_sync.emulator.formula.evaluate import Argument, flat
from sheets_sync.emulator.formula.results import FormulaError
from sheets_sync.emulator.workbook import MAX_CHARACTERS


def _find(wanted: Argument, within: Argument, start: Argument = 1) -> int:
    return _position("FIND", to_text(wanted), to_text(within), start)


def _search(wanted: Argument, within: Argument, start: Argument = 1) -> int:
    return _position("SEARCH", to_text(wanted).lower(), to_text(within).lower(), start)


def _position(name: str, wanted: str, within: str, start: Argument) -> int:
    first = int(to_number(start))
    found = within.find(wanted, first - 1) if first > 0 else -1
    if found < 0:
        raise FormulaError(
            "#VALUE!",
            f"In {name} evaluation, cannot find '{wanted}' within '{within}'.",
        )
    return found + 1


def _mid(text: Argument, start: Argument, length: Argument) -> str:
    first, count = int(to_number(start)), int(to_number(length))
    if first < 1 or count < 0:
        raise FormulaError("#NUM!")
    return to_text(text)[first - 1 : first - 1 + count]


def _left(text: Argument, count: Argument = 1) -> str:
    return to_text(text)[: max(0, int(to_number(count)))]


def _right(text: Argument, count: Argument = 1) -> str:
    length = int(to_number(count))
    return to_text(text)[-length:] if length > 0 else ""


def _substitute(text: Argument, old: Argument, new: Argument, place: Argument = None) -> str:
    content, wanted, other = to_text(text), to_text(old), to_text(new)
    if not wanted:
        return content
    if place is None:
        return content.replace(wanted, other)
    parts = content.split(wanted)
    at = int(to_number(place))
    if not 1 <= at < len(parts):
        return content
    return wanted.join(parts[:at]) + other + wanted.join(parts[at:])


def _replace(text: Argument, start: Argument, length: Argument, new: Argument) -> str:
    content, first, count = to_text(text), int(to_number(start)), int(to_number(length))
    return content[: first - 1] + to_text(new) + content[first - 1 + count :]


def _rept(text: Argument, times: Argument) -> str:
    content, count = to_text(text), int(to_number(times))
    if count < 0 or len(content) * count > MAX_CHARACTERS:
        raise FormulaError("#VALUE!")
    return content * count


def _join(between: Argument, ignore_empty: Argument, *given: Argument) -> str:
    texts = [to_text(value) for value, _ in flat(given)]
    if to_bool(ignore_empty):
        texts = [text for text in texts if text]
    return to_text(between).join(texts)


def _text(value: Argument, pattern: Argument) -> str:
    single = plain(value)
    if isinstance(single, str):
        read = typed(single).value
        if isinstance(read, str):
            return single
        single = read
    return formatted(0 if single is None else single, {"pattern": to_text(pattern)})


def _matched(text: Argument, pattern: Argument) -> re.Match[str] | None:
    try:
        return re.search(to_text(pattern), to_text(text))
    except re.error as error:
        raise FormulaError("#REF!", "Not a valid regular expression.") from error


def _extract(text: Argument, pattern: Argument) -> str:
    found = _matched(text, pattern)
    if found is None:
        raise FormulaError("#N/A", "Function REGEXEXTRACT found no match.")
    return found[1] if found.groups() else found[0]


def _regex_replace(text: Argument, pattern: Argument, new: Argument) -> str:
    template = re.sub(r"\$(\d)", r"\\\1", to_text(new))
    try:
        return re.sub(to_text(pattern), template, to_text(text))
    except re.error as error:
        raise FormulaError("#REF!", "Not a valid regular expression.") from error


def _char(code: Argument) -> str:
    number = int(to_number(code))
    if not 0 < number < 0x110000:  # noqa: PLR2004 - the last code point of Unicode
        raise FormulaError("#NUM!")
    return chr(number)


def _code(text: Argument) -> int:
    content = to_text(text)
    if not content:
        raise FormulaError("#VALUE!")
    return ord(content[0])


EAGER: Mapping[str, Callable[..., Any]] = {
    "&": lambda left, right: to_text(left) + to_text(right),
    "LEN": lambda text: len(to_text(text)),
    "FIND": _find,
    "SEARCH": _search,
    "LEFT": _left,
    "RIGHT": _right,
    "MID": _mid,
    "UPPER": lambda text: to_text(text).upper(),
    "LOWER": lambda text: to_text(text).lower(),
    "PROPER": lambda text: to_text(text).title(),
    "TRIM": lambda text: re.sub(" +", " ", to_text(text)).strip(" "),
    "CLEAN": lambda text: re.sub(r"[\x00-\x1f]", "", to_text(text)),
    "SUBSTITUTE": _substitute,
    "REPLACE": _replace,
    "REPT": _rept,
    "EXACT": lambda left, right: to_text(left) == to_text(right),
    "CONCAT": lambda left, right: to_text(left) + to_text(right),
    "CONCATENATE": lambda *given: "".join(to_text(value) for value, _ in flat(given)),
    "JOIN": lambda between, *given: _join(between, False, *given),
    "TEXTJOIN": _join,
    "TEXT": _text,
    "VALUE": to_number,
    "REGEXMATCH": lambda text, pattern: _matched(text, pattern) is not None,
    "REGEXEXTRACT": _extract,
    "REGEXREPLACE": _regex_replace,
    "CHAR": _char,
    "CODE": _code,
    "UNICODE": _code,
    "HYPERLINK": lambda url, label=None: plain(url if label is None else label),
}
