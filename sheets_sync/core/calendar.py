"""The team's calendar: days off, promotions, stock transfers, leave, and dated exchange rates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from datetime import date

DayKind = Literal["rest", "promotion", "transfer", "rate"]

EVERYWHERE = ""


class Entry(NamedTuple):
    """One line of the calendar.

    `marketplace` is blank where it holds everywhere. `person` names whose leave a rest day is; blank, it
    is everybody's. `value` is a rate's: what one unit of the marketplace's currency is worth in `note`'s.
    """

    date: date
    kind: DayKind
    marketplace: str = EVERYWHERE
    person: str = ""
    value: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Every entry, in the order of the sheet."""

    entries: tuple[Entry, ...] = ()

    def is_on(self, kind: DayKind, day: date, marketplace: str) -> bool:
        """Return whether a day of that kind falls on a date for a marketplace; leave does not count."""
        return any(
            e.kind == kind
            and e.date == day
            and not e.person
            and e.marketplace in (EVERYWHERE, marketplace)
            for e in self.entries
        )

    def is_away(self, person: str, day: date) -> bool:
        """Return whether somebody is on leave on a day."""
        return any(e.kind == "rest" and e.date == day and e.person == person for e in self.entries)

    def rate(self, marketplace: str, day: date) -> Entry | None:
        """Return the newest exchange rate of a marketplace's currency that was dated by a day."""
        known = [
            e
            for e in self.entries
            if e.kind == "rate" and e.date <= day and e.marketplace in (EVERYWHERE, marketplace)
        ]
        return max(known, key=lambda e: e.date, default=None)
