"""JSON documents: parsing, and careful access to what they hold.

Whole numbers keep every digit whatever their size, so ids stay exact as text.
"""

from __future__ import annotations

import json
from typing import Any

from sheets_sync.errors import Words
from sheets_sync.sources.faults import Refused, listed
from sheets_sync.sources.numbers import Malformed, measure

_CUT_OFF = Words(
    "JSON 不完整或已损坏(第 {line} 行第 {column} 列),请重新下载",
    "The JSON is cut off or damaged (line {line}, column {column}); download it again",
)
_DAMAGED = Words("JSON 已损坏,请重新下载", "The JSON is damaged; download it again")
_UNKNOWN = Words(
    "认不出是哪种 JSON 报表。键:{keys}", "The kind of JSON report is not known. Keys: {keys}"
)
_NO_ROWS = Words(
    "JSON 里没有任何行,看不出是哪种报表", "The JSON holds no rows, so its kind is not known"
)


def load_json(text: str) -> Any:
    """Return a JSON document; Refused where it is not whole."""
    try:
        return json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        words = _CUT_OFF.filled(line=error.lineno, column=error.colno)
        raise Refused(words, row=error.lineno) from error
    except (ValueError, RecursionError) as error:
        raise Refused(_DAMAGED) from error


def _no_constant(name: str) -> None:
    raise ValueError(name)


def unknown(document: Any) -> Refused:
    """Return the refusal of a document of no known kind, with its keys."""
    first = document[0] if isinstance(document, list) and document else document
    if isinstance(first, dict):
        return Refused(_UNKNOWN.filled(keys=listed(first)))
    return Refused(_NO_ROWS)


def inside(document: Any, *keys: str) -> Any:
    """Return what lies under these keys, one below the other; None where the way ends."""
    for key in keys:
        if not isinstance(document, dict):
            return None
        document = document.get(key)
    return document


def objects(document: Any) -> list[dict[str, Any]]:
    """Return the objects of a list; nothing where it is no list."""
    return (
        [item for item in document if isinstance(item, dict)] if isinstance(document, list) else []
    )


def scalar_text(value: Any) -> str:
    """Return a text, or a whole number (an id) as text; blank for anything else."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if type(value) is int else ""


def number(value: Any) -> float | None:
    """Return a number, or a number written as text; Malformed where it is neither."""
    if value is None:
        return None
    try:
        return measure(value)
    except OverflowError as error:
        raise Malformed from error


def lenient_number(value: Any) -> float | None:
    """Return a number, or None where the value is not one."""
    try:
        return number(value)
    except Malformed:
        return None
