"""The search language of Drive, as far as it is used for spreadsheets and archives."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from sheets_sync.emulator.refusal import unsupported

_TEXT = r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'"""
_TERM = re.compile(
    rf"""\s*(?:(?P<field>name|mimeType|trashed)\s*(?P<sign>=|!=)\s*(?P<value>{_TEXT}|true|false)
    |(?P<parent>{_TEXT})\s+in\s+parents|parents\s+in\s+(?P<within>{_TEXT})
    |appProperties\s+has\s+\{{\s*key\s*=\s*(?P<key>{_TEXT})\s+and\s+value\s*=\s*(?P<text>{_TEXT})\s*\}})\s*""",
    re.VERBOSE,
)
_SORTABLE = ("createdTime", "modifiedTime", "name")

Test = Callable[[dict[str, Any]], bool]


def parse(text: str, root: str = "") -> Test:
    """Return the test a `q` stands for; `root` is the id that the caller's `root` stands for.

    Refuses with 501 what goes beyond equality, parents, properties and `and`.
    """
    tests = [_test(found, root) for found in _terms(text)]
    return lambda body: all(test(body) for test in tests)


def parents_in(text: str) -> set[str]:
    """Return the ids of the folders that a `q` asks for."""
    found = (term["parent"] or term["within"] for term in _terms(text))
    return {_plain(literal) for literal in found if literal}


def _terms(text: str) -> Iterator[re.Match[str]]:
    """Yield the terms of a `q` that `and` joins."""
    position = 0
    while text.strip():
        found = _TERM.match(text, position)
        if found is None:
            raise unsupported(f"the Drive query {text!r}")
        yield found
        position = found.end()
        if position == len(text):
            return
        if not text.startswith("and ", position):
            raise unsupported(f"the Drive query {text!r}")
        position += 4


def _test(found: re.Match[str], root: str) -> Test:
    if found["parent"] or found["within"]:
        named = _plain(found["parent"] or found["within"])
        parent = root if named == "root" else named
        return lambda body: parent in body.get("parents", ())
    if found["key"]:
        key, text = _plain(found["key"]), _plain(found["text"])
        return lambda body: body.get("appProperties", {}).get(key) == text
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
