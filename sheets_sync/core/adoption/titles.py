"""What the title of a team's tab says: the month it is about, and how other months would be called."""

from __future__ import annotations

import re
from typing import NamedTuple

_NUMBERED = re.compile(
    r"(?<!\d)(?P<year>20\d\d)(?:\s*[-./_]\s*|\s*年\s*)?(?P<month>0[1-9]|1[0-2]|(?<=\D)[1-9])(?:\s*月份?)?"
    r"(?![-./]?\d)"
)
_NAMED = re.compile(
    r"(?<![A-Za-z])(?P<name>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+(?P<year>20\d\d)(?!\d)",
    re.IGNORECASE,
)
_BARE = re.compile(r"(?<![\d年.])(?P<month>0?[1-9]|1[0-2])\s*月份?(?![\d])")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class Titled(NamedTuple):
    """The month that a title names (without a year where it says none), and the title around it."""

    year: int | None
    month: int
    pattern: str


def titled_month(title: str) -> Titled | None:
    """Return the month a title names: 2026-07, 2026.07, 202607, 2026年7月, July 2026 or 7月."""
    for form in (_NUMBERED, _NAMED, _BARE):
        found = list(form.finditer(title))
        if len(found) == 1:
            parts = found[0].groupdict()
            month = (
                _MONTHS.index(parts["name"].casefold()) + 1
                if parts.get("name")
                else int(parts["month"])
            )
            around = (title[: found[0].start()], title[found[0].end() :])
            year = int(parts["year"]) if parts.get("year") else None
            return Titled(year, month, "{month}".join(without_braces(text) for text in around))
    return None


def without_braces(title: str) -> str:
    """Return a title as a template may have it: braces stand for something there."""
    return title.replace("{", "(").replace("}", ")")
