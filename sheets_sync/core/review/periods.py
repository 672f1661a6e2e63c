"""Figures of sites: over the whole time, against the time before, month by month and week by week."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sheets_sync.core.review.sums import RATIOS, Known, Sites, quotient, sums_of_sites
from sheets_sync.core.review.tables import DAYS, FIGURES, MONTH, SITE, Column, Row, Table, row
from sheets_sync.errors import Words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from sheets_sync.core.grid import Mask
    from sheets_sync.core.scope import Account

WEEK = Column("week", Words("周", "Week"), "text")
_SPAN = Column("span", Words("日期", "Dates"), "text")
_COMPARED = Column("days", Words("比较天数", "Days compared"), "count")
_POINTS = Words("{label}(百分点)", "{label} (points)")


class Missing(NamedTuple):
    """Days without sales figures, and the sites that lack the same."""

    sites: tuple[Account, ...]
    days: tuple[date, ...]


class Period(NamedTuple):
    """A stretch of days, the sites in the job's order, and what is to be added up."""

    sites: Sequence[Account]
    dates: Sequence[date]
    sums: Sites


def period(known: Known) -> Period:
    """Return what is known, ready to be added up."""
    sites = [key[:2] for key in known.accounts.entities]
    return Period(sites, known.dates, sums_of_sites(known))


def totals(now: Period) -> Table:
    """Return the figures of every site over the whole time."""
    every = np.ones(len(now.dates), dtype=bool)
    columns = (*SITE, DAYS, *FIGURES)
    rows = [_figures(now, i, every, columns, {}) for i in range(len(now.sites))]
    return Table(columns, tuple(rows))


def changes(now: Period, before: Period) -> Table:
    """Compare with the time before, on the days whose sales are known both times.

    Sums and numbers change by a share of what they were, ratios by points. A site of which no such day is
    known has no row.
    """
    columns = (*SITE, _COMPARED, *(_changed(column) for column in FIGURES))
    rows = []
    for i, site in enumerate(now.sites):
        days = now.sums.covered(i) & before.sums.covered(i)
        if days.any():
            new, old = now.sums.over(i, days), before.sums.over(i, days)
            found = {name: _change(name, new[name], old[name]) for name in new}
            rows.append(row(columns, site, {**found, "days": int(days.sum())}))
    return Table(columns, tuple(rows))


def by_month(now: Period) -> Table:
    """Return the figures of every site month by month."""
    return _split(now, (MONTH,), lambda day: f"{day:%Y-%m}")


def by_week(now: Period) -> Table:
    """Return the figures of every site by ISO week; the first and the last may be parts of weeks."""
    return _split(now, (WEEK, _SPAN), _week)


def missing(now: Period) -> list[Missing]:
    """Return the days without sales figures; sites that lack the same days stand together."""
    lacking: dict[tuple[date, ...], list[Account]] = {}
    for i, site in enumerate(now.sites):
        covered = now.sums.covered(i).tolist()
        days = tuple(d for d, known in zip(now.dates, covered, strict=True) if not known)
        lacking.setdefault(days, []).append(site)
    return [Missing(tuple(sites), days) for days, sites in lacking.items() if days]


def _week(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"


def _split(now: Period, heads: tuple[Column, ...], name_of: Callable[[date], str]) -> Table:
    """Return a site's rows from the first to the last part of the time of which anything is known."""
    names = np.array([name_of(day) for day in now.dates], dtype=object)
    columns = (*SITE, *heads, DAYS, *FIGURES)
    rows = []
    for i in range(len(now.sites)):
        known = np.flatnonzero(now.sums.known_days(i))
        for name in dict.fromkeys(names[known.min() : known.max() + 1] if len(known) else ()):
            days = np.asarray(names == name, dtype=bool)
            inside = np.flatnonzero(days)
            first, last = now.dates[inside[0]], now.dates[inside[-1]]
            found = {heads[0].id: name, "span": f"{first:%m-%d} – {last:%m-%d}"}
            rows.append(_figures(now, i, days, columns, found))
    return Table(columns, tuple(rows))


def _figures(
    now: Period, site: int, days: Mask, columns: Sequence[Column], found: dict[str, str]
) -> Row:
    known = int((now.sums.covered(site) & days).sum())
    figures = now.sums.over(site, days)
    return row(columns, now.sites[site], {**found, **figures, "days": known})


def _changed(column: Column) -> Column:
    if column.id in RATIOS:
        return Column(column.id, _POINTS.filled(label=column.label), "points")
    return column._replace(unit="change")


def _change(name: str, new: float | None, old: float | None) -> float | None:
    if new is None or old is None:
        return None
    if name in RATIOS:
        return round((new - old) * 100, 4)
    return quotient(new - old, old)
