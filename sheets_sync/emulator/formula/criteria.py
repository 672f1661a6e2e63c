"""The criteria of COUNTIF and its kin: `>5`, `<>x`, `ab*`."""

import re
from collections.abc import Callable

from sheets_sync.emulator.entry import typed
from sheets_sync.emulator.formula.coerce import rank
from sheets_sync.emulator.formula.results import Result

_OPERATOR = re.compile(r"(<=|>=|<>|<|>|=)?(.*)", re.DOTALL)


def criterion(wanted: Result) -> Callable[[Result], bool]:
    """Return the test that a criterion stands for."""
    if not isinstance(wanted, str):
        return lambda value: _equal(value, 0 if wanted is None else wanted)
    found = _OPERATOR.fullmatch(wanted)
    sign, text = (found[1] or "=", found[2]) if found else ("=", wanted)
    read = typed(text).value if text else ""
    target: Result = text if read is None else read
    if sign in ("=", "<>"):
        same = _matcher(target)
        return same if sign == "=" else lambda value: not same(value)
    return lambda value: _ordered(value, target, sign)


def _matcher(target: Result) -> Callable[[Result], bool]:
    if target == "" and isinstance(target, str):
        return lambda value: value is None or value == ""
    if isinstance(target, str) and re.search(r"[*?]", target):
        pattern = re.compile(_wildcards(target), re.IGNORECASE | re.DOTALL)
        return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None
    return lambda value: _equal(value, target)


def _wildcards(text: str) -> str:
    parts = re.split(r"(~[*?~]|[*?])", text)
    known = {"*": ".*", "?": "."}
    return "".join(
        known.get(part) or re.escape(part[1:] if re.fullmatch(r"~[*?~]", part) else part)
        for part in parts
    )


def _equal(value: Result, target: Result) -> bool:
    if value is None:
        return False
    if isinstance(value, str) and not isinstance(target, str):
        read = typed(value).value if value else None
        value = value if read is None else read
    return rank(value) == rank(target)


def _ordered(value: Result, target: Result, sign: str) -> bool:
    if value is None or rank(value)[0] != rank(target)[0]:
        return False
    one, two = rank(value), rank(target)
    return {"<": one < two, ">": one > two, "<=": one <= two, ">=": one >= two}[sign]
