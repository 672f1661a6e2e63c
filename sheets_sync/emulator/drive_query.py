"""The search language of Drive, as far as it is used for spreadsheets."""

import re
from collections.abc import Callable
from typing import Any

from sheets_sync.emulator.refusal import unsupported

_TEXT = r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'"""
_TERM = re.compile(
    rf"""\s*(?:(?P<field>name|mimeType|trashed)\s*(?P<sign>=|!=)\s*(?P<value>{_TEXT}|true|false)
    |(?P<parent>{_TEXT})\s+in\s+parents)\s*""",
    re.VERBOSE,
)
_SORTABLE = ("createdTime", "modifiedTime", "name")

Test = Callable[[dict[str, Any]], bool]


def parse(text: str) -> Test:
    """Return the test a `q` stands for; refuse one beyond equality, parents and `and` with 501."""
    if not text.strip():
        return lambda _: True
    tests: list[Test] = []
    position = 0
    while True:
        found = _TERM.match(text, position)
        if found is None:
            raise unsupported(f"the Drive query {text!r}")
        tests.append(_test(found))
        position = found.end()
        if position == len(text):
            return lambda body: all(test(body) for test in tests)
        if not text.startswith("and ", position):
            raise unsupported(f"the Drive query {text!r}")
        position += 4


def _test(found: re.Match[str]) -> Test:
    if found["parent"]:
        parent = _plain(found["parent"])
        return lambda body: parent in body.get("parents", ())
    name, same = found["field"], found["sign"] == "="
    raw = found["value"]
    value: Any = raw == "true" if raw in ("true", "false") else _plain(raw)
    return lambda body: (body[name] == value) is same


def _plain(literal: str) -> str:
    return re.sub(r"\\(.)", r"\1", literal[1:-1])


def ordered(files: list[dict[str, Any]], order: str) -> list[dict[str, Any]]:
    """Return files as an `orderBy` wants them; newest first when it says nothing."""
    result = list(files)
    for part in reversed((order or "modifiedTime desc").split(",")):
        name, _, direction = part.strip().partition(" ")
        if name not in _SORTABLE or direction.strip() not in ("", "desc"):
            raise unsupported(f"listing Drive files ordered by {part.strip()}")
        result.sort(key=lambda body, key=name: str(body[key]), reverse=bool(direction))  # type: ignore[misc]  # mypy cannot infer the key's type
    return result
