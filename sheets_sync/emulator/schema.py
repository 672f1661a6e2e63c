"""The shapes of Sheets v4 messages, and the check of a request body against them.

`schema.json` holds the field names and types of Google's discovery document (its revision is named
in the file) in short form: `@Name` is a message, `[T` a list of T, `{T` a map to T, `=A|B` an
enumeration, and the rest are scalars.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

from sheets_sync.emulator.refusal import violations

Problem = tuple[str, str]

_TYPE_PREFIX = "type.googleapis.com/google.apps.sheets.v4."
_INTEGER = re.compile(r"-?\d+(\.0+)?")
_SCALARS = {
    "int": "TYPE_INT32",
    "int64": "TYPE_INT64",
    "num": "TYPE_FLOAT",
    "bool": "TYPE_BOOL",
    "str": "TYPE_STRING",
    "time": "TYPE_STRING",
    "mask": "TYPE_STRING",
    "bytes": "TYPE_BYTES",
}


@cache
def shapes() -> Mapping[str, Mapping[str, str]]:
    """Return every message's fields and their types, by message name."""
    text = resources.files("sheets_sync.emulator").joinpath("schema.json").read_text("utf-8")
    loaded: dict[str, dict[str, str]] = json.loads(text)["schemas"]
    return loaded


@cache
def snake(name: str) -> str:
    """Return a JSON field name the way Google's error messages write it."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda found: "_" + found[1].lower(), name)


@cache
def camel(name: str) -> str:
    """Return the JSON name of a field that may be written with underscores."""
    return re.sub(r"_([a-z])", lambda found: found[1].upper(), name)


def check(message: str, body: Any, at: str = "") -> None:
    """Refuse a body that is not a `message`, naming every unknown or mistyped field."""
    found = list(_problems("@" + message, body, at))
    if found:
        raise violations(found)


def _problems(kind: str, value: Any, at: str) -> Iterator[Problem]:
    if value is None:
        return
    mark = kind[0]
    if mark == "@":
        yield from _message_problems(kind[1:], value, at)
    elif mark == "[":
        yield from _list_problems(kind[1:], value, at)
    elif mark == "{":
        if isinstance(value, dict):
            for name, item in value.items():
                yield from _problems(kind[1:], item, f"{at}.{name}")
    elif mark == "=":
        if not isinstance(value, str) or value not in kind[1:].split("|"):
            last = at.rsplit(".", 1)[-1]
            yield _bad(at, _TYPE_PREFIX + re.sub(r"\[\d+\]$", "", last), value)
    elif kind != "any" and not _scalar_fits(kind, value):
        yield _bad(at, _SCALARS[kind], value)


def _message_problems(name: str, value: Any, at: str) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield _bad(at, _TYPE_PREFIX + name, value)
        return
    fields = shapes()[name]
    for key, item in value.items():
        kind = fields.get(key) or fields.get(camel(key))
        if kind is None:
            where = f" at '{at}'" if at else ""
            yield (
                at,
                f'Invalid JSON payload received. Unknown name "{key}"{where}: Cannot find field.',
            )
        else:
            yield from _problems(kind, item, f"{at}.{snake(key)}" if at else snake(key))


def _list_problems(inner: str, value: Any, at: str) -> Iterator[Problem]:
    entries = (
        [(f"{at}[{index}]", item) for index, item in enumerate(value)]
        if isinstance(value, list)
        else [(at, value)]
    )
    for place, item in entries:
        if inner[0] != "[":
            yield from _problems(inner, item, place)
        elif not isinstance(item, list):
            yield _bad(place, "type.googleapis.com/google.protobuf.ListValue", item)


def _scalar_fits(kind: str, value: Any) -> bool:
    if kind == "bool":
        return isinstance(value, bool) or value in ("true", "false")
    if isinstance(value, bool | dict | list):
        return False
    if kind in ("int", "int64"):
        return _INTEGER.fullmatch(str(value)) is not None
    if kind == "num":
        return isinstance(value, int | float)
    return isinstance(value, str)


def _bad(at: str, type_name: str, value: Any) -> Problem:
    shown = json.dumps(value, ensure_ascii=False)
    return at, f"Invalid value at '{at}' ({type_name}), {shown}"
