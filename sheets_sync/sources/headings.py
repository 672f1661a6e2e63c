"""Headings, made comparable.

Matching is always on the whole normalised heading: `sessions - total` is a prefix of `sessions - total -
b2b`. A currency in brackets at the end is taken off and kept as evidence.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from sheets_sync.sources.numbers import currencies_of

_INVISIBLE = re.compile("[\ufeff\u200b\u200c\u200d\u2060]")
_EAST_ASIAN = "\u3040-\u30ff\u3400-\u9fff"
_LOOSE_SPACE = re.compile(f"(?<=[{_EAST_ASIAN}]) | (?=[{_EAST_ASIAN}])")
_BRACKET = re.compile(r"\s*\(([^()#]{1,4})\)$")


class Heading(NamedTuple):
    """One heading: as written, as compared, and the currencies its bracket may mean."""

    text: str
    name: str
    currencies: frozenset[str] = frozenset()


def normalised(text: str) -> str:
    """Return a heading as it is compared: NFKC, one sort of space and dash, lower case."""
    folded = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).replace("\u2013", "-")
    return _LOOSE_SPACE.sub("", " ".join(folded.split())).casefold()


def heading(text: str) -> Heading:
    """Return a heading with its currency bracket taken off."""
    name = normalised(text)
    bracket = _BRACKET.search(name)
    currencies = currencies_of(bracket[1]) if bracket else frozenset()
    if bracket and currencies:
        name = name[: bracket.start()]
    return Heading(text.strip(), name, currencies)
