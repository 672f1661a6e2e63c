"""Which days are asked for."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from sheets_sync.errors import ConfigurationError, Words

MOST_DAYS = 400
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2999, 12, 31)
"""Nothing is known of any other day; the days before and after a span can still be counted."""


class Span(NamedTuple):
    """A stretch of days, the last one included."""

    first: date
    last: date

    @property
    def days(self) -> list[date]:
        """Return every day."""
        count = (self.last - self.first).days + 1
        return [self.first + timedelta(days=i) for i in range(count)]

    @property
    def before(self) -> Span:
        """Return the equally many days before it."""
        last = self.first - timedelta(days=1)
        return Span(last - (self.last - self.first), last)


class NoSuchDays(ConfigurationError):
    """The days that were asked for cannot be meant."""


def asked_for(first: str, last: str) -> Span:
    """Return the days that `--from` and `--to` name; raise NoSuchDays."""
    span = Span(_day("--from", first), _day("--to", last))
    count = (span.last - span.first).days + 1
    if count < 1:
        raise NoSuchDays(
            Words(
                f"--from {span.first} 在 --to {span.last} 之后。请把早的日期写在 --from。",
                f"--from {span.first} is after --to {span.last}. Put the earlier day first.",
            )
        )
    if count > MOST_DAYS:
        raise NoSuchDays(
            Words(
                f"{span.first} 到 {span.last} 是 {count} 天,一份报告最多 {MOST_DAYS} 天。请分成几份。",
                f"From {span.first} to {span.last} is {count} days, and a report covers at most {MOST_DAYS}. "
                "Make several.",
            )
        )
    return span


def _day(option: str, text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise NoSuchDays(
            Words(
                f"{option} 的 {text!r} 不是日期,请写成 2026-07-01。",
                f"{option}: {text!r} is not a date; write it like 2026-07-01.",
            )
        ) from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise NoSuchDays(
            Words(
                f"{option} 的 {day} 不会有数据,请写 {FIRST_DAY} 到 {LAST_DAY} 之间的日期。",
                f"{option}: nothing can be known of {day}; write a day from {FIRST_DAY} to {LAST_DAY}.",
            )
        )
    return day
