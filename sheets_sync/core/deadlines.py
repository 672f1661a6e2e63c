"""When an episode of a breach opened, and until when it has to be dealt with.

An episode is the run of days on which one rule hits one SKU or account at a level that opens an action.
Days on which the rule could not judge (no snapshot, a flood) neither begin nor end it. It opens with the
first daily run that could have seen it, so that every run of a day finds the same moment.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, time, timedelta
from math import ceil, floor
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sheets_sync.core.kinds import KINDS
from sheets_sync.core.marketplaces import MARKETPLACES
from sheets_sync.core.metrics import METRICS
from sheets_sync.core.rules import judged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from sheets_sync.core.breaches import Verdict
    from sheets_sync.core.calendar import Calendar
    from sheets_sync.core.grid import Mask
    from sheets_sync.core.metrics import Level as Of
    from sheets_sync.core.panel import Panel
    from sheets_sync.core.rules import Category, Hit, Level, Rule

WINDOW_DAYS = 14
"""How far back an episode is followed, so that a night with a longer window does not move its beginning."""

NEVER_RESTS = ("feedback",)
"""Rules whose hours Amazon or a buyer counts, whoever on the team decides."""


def opened_at(
    day: date, waits_days: int, marketplace: str, *, now: datetime, zone: str, first_run: time
) -> datetime:
    """Return the first daily run that could judge a business day; never later than the last one by `now`.

    The day's figures can be judged `waits_days` after it began, in the marketplace's zone; the runs are
    at `first_run` in the team's `zone`.
    """
    known = datetime.combine(
        day + timedelta(days=waits_days), time(), ZoneInfo(MARKETPLACES[marketplace].zone)
    ).astimezone(UTC)
    earliest = min(run for run in _runs(known, zone, first_run) if run >= known)
    return min(earliest, max(run for run in _runs(now, zone, first_run) if run <= now))


def due_at(
    opened: datetime,
    hours: int,
    category: Category,
    calendar: Calendar,
    marketplace: str,
    zone: str,
) -> datetime:
    """Return the end of a deadline. Only compliance goes on over days off, which are days in `zone`.

    A deadline that meets a day off moves on to the same time of the next working day.
    """
    if category == "compliance":
        return opened + timedelta(hours=hours)
    days, rest = divmod(hours, 24)
    moment = _working(opened.astimezone(ZoneInfo(zone)), calendar, marketplace)
    for _ in range(days):
        moment = _working(moment + timedelta(days=1), calendar, marketplace)
    moment = _working(moment + timedelta(hours=rest), calendar, marketplace)
    return moment.astimezone(UTC)


def counted_as(rule: Rule) -> Category:
    """Return by which category's clock a rule's hours run."""
    return "compliance" if rule.id in NEVER_RESTS else rule.category


def opens_action(level: Level) -> bool:
    """Return whether a hit has to be dealt with by a deadline, and does not only colour."""
    return "action" in level.do and level.due_hours is not None


def waits_days(hit: Hit, panel: Panel) -> int:
    """Return how many days after its own beginning a day's figure can be judged, at least 1.

    A rule may wait for figures to settle (`age_days`). A flow comes with its report's latency; a
    figure with a snapshot in it is there as soon as the snapshot is.
    """
    kinds = [
        KINDS[source.kind]
        for given in panel.inputs(hit.level.metric)
        for source in METRICS[given].sources
    ]
    is_flow = not any(kind.snapshot for kind in kinds)
    return max([1, *_ages_asked(hit), *(kind.latency_days for kind in kinds if is_flow)])


def first_days(verdict: Verdict, level: Of, window_days: int = WINDOW_DAYS) -> dict[int, int]:
    """Return the first day of the episode of each current hit that opens an action.

    By the hit's index in `verdict.hits[level]`; the day is a column of the panel.
    """
    panel, rows = _panel(verdict, level)
    hits = verdict.hits[level]
    acted: defaultdict[tuple[str, int], set[int]] = defaultdict(set)
    for hit in hits:
        if opens_action(hit.level):
            acted[hit.rule.id, hit.entity].add(hit.day)
    flooded = {
        (flood.rule.id, flood.store, flood.marketplace, flood.day) for flood in verdict.floods
    }
    report_dates = verdict.records.scope.report_dates
    could: dict[str, Mask] = {}
    first: dict[int, int] = {}
    for index in verdict.current[level]:
        hit = hits[index]
        if not opens_action(hit.level):
            continue
        if hit.rule.id not in could:
            could[hit.rule.id] = judged(hit.rule, panel) & rows
        key, days = panel.entities[hit.entity], acted[hit.rule.id, hit.entity]
        last = report_dates[key.store, key.marketplace]
        oldest = panel.day(last - timedelta(days=window_days - 1)) or 0
        first[index] = day = hit.day
        while day > oldest:
            day -= 1
            if day in days:
                first[index] = day
            elif (
                could[hit.rule.id][hit.entity, day]
                and (hit.rule.id, key.store, key.marketplace, day) not in flooded
            ):
                break
    return first


def _panel(verdict: Verdict, level: Of) -> tuple[Panel, Mask]:
    records = verdict.records
    if level == "account":
        return records.accounts, records.account_rows
    return records.skus, records.rows


def _ages_asked(hit: Hit) -> Iterator[int]:
    for condition in (*hit.rule.where, *hit.level.where):
        least = condition.comparison.operand.number
        if condition.metric == "age_days" and least is not None:
            if condition.comparison.verb == "at_least":
                yield ceil(least)
            elif condition.comparison.verb == "above":
                yield floor(least) + 1


def _runs(around: datetime, zone: str, first_run: time) -> list[datetime]:
    """Return the daily runs of the days around a moment; a zone may have left out a day."""
    local = around.astimezone(ZoneInfo(zone))
    days = (local.date() + timedelta(days=i) for i in range(-2, 4))
    return [datetime.combine(day, first_run, local.tzinfo).astimezone(UTC) for day in days]


def _working(local: datetime, calendar: Calendar, marketplace: str) -> datetime:
    """Return a moment, moved by whole days past any days off."""
    while calendar.is_on("rest", local.date(), marketplace):
        local += timedelta(days=1)
    return local
