"""Which months are to be archived, and what is known of those that are.

A month gets a first copy, marked preliminary, once it is over. It is final when its figures can no longer
be restated, once a last sync has rewritten all of its rows. The newest month of a log is never final: the
next month's tab is made as a copy of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, NamedTuple

from sheets_sync.core.snapshot import next_month

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sheets_sync.core.snapshot import State

SWEPT_DAYS = 150
"""A month that began longer ago gets no last rewrite: Amazon restates nothing that is so old."""


class Copied(NamedTuple):
    """What is known of a copy: the manifest's SHA-256 where it is complete, else what went wrong."""

    sha256: str = ""
    error: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class MonthMemory:
    """What is remembered of one month's archives.

    `made` has the SHA-256 of each state's manifest. `frozen` are when and by which run. `swept`: a last
    sync has rewritten its rows. `formulas` are those that freezing turned into values, by tab and place.
    """

    month: str
    made: Mapping[State, str] = field(default_factory=dict)
    copies: Mapping[State, Mapping[str, Copied]] = field(default_factory=dict)
    swept: bool = False
    frozen: tuple[str, str] | None = None
    formulas: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    removed: bool = False
    gone: bool = False

    @property
    def state(self) -> State | None:
        """Return the best archive there is."""
        return next((state for state in BEST_FIRST if state in self.made), None)


BEST_FIRST: tuple[State, ...] = ("final", "preliminary")
"""The states of an archive, the one to trust more first."""

Memories = dict[str, MonthMemory]


class Due(NamedTuple):
    """A month that an archive is due of."""

    month: str
    state: State


def due(
    months: Iterable[str], known: Mapping[str, MonthMemory], today: date, after_days: int
) -> list[Due]:
    """Return what is due of the months that have rows, oldest first.

    A final archive is due only once the month was swept. What is made already is not due again.
    """
    found = []
    ordered = sorted(months)
    for month in ordered:
        memory = known.get(month, MonthMemory(month))
        if memory.gone or "final" in memory.made or next_month(first_day(month)) > today:
            continue
        settled = memory.swept or not can_be_swept(month, today)
        if is_over(month, today, after_days) and month != ordered[-1] and settled:
            found.append(Due(month, "final"))
        elif "preliminary" not in memory.made:
            found.append(Due(month, "preliminary"))
    return found


def to_sweep(
    months: Iterable[str], known: Mapping[str, MonthMemory], today: date, after_days: int
) -> list[str]:
    """Return the months whose rows are to be rewritten a last time, before they become final."""
    ordered = sorted(months)
    return [
        month
        for month in ordered[:-1]
        if is_over(month, today, after_days)
        and can_be_swept(month, today)
        and not (memory := known.get(month, MonthMemory(month))).swept
        and not memory.gone
        and "final" not in memory.made
        and memory.frozen is None
    ]


def is_over(month: str, today: date, after_days: int) -> bool:
    """Return whether a month's figures can no longer be restated."""
    return today >= next_month(first_day(month)) + timedelta(days=after_days)


def can_be_swept(month: str, today: date) -> bool:
    """Return whether a last rewrite of a month is worth its while."""
    return today - first_day(month) <= timedelta(days=SWEPT_DAYS)


def first_day(month: str) -> date:
    """Return the first day of a month written YYYY-MM; raise ValueError for anything else."""
    return date.fromisoformat(f"{month}-01")
