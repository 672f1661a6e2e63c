"""What the charts of the stand-up page show: thirty days of units, of ACOS and of rows in alarm."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from sheets_sync.core.deadlines import WINDOW_DAYS
from sheets_sync.core.serials import serial_date
from sheets_sync.core.today.figures import by_account, site_name, weekly_acos
from sheets_sync.errors import Words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sheets_sync.core.breaches import Verdict
    from sheets_sync.core.panel import Array
    from sheets_sync.core.records import Records
    from sheets_sync.core.tab import Cell
    from sheets_sync.errors import Language

DAYS = 30
SERIES = 8

COLUMNS = (
    "chart_date",
    *(f"units_{i}" for i in range(1, SERIES + 1)),
    *(f"acos_{i}" for i in range(1, SERIES + 1)),
    "alerts_1",
    "alerts_2",
)
"""The columns behind the charts: line 1 names the series, lines 2 to 31 are the days."""

_CRITICAL, _WARNING = Words("严重", "Critical"), Words("关注", "Warning")


def chart_cells(
    verdict: Verdict, language: Language, window_days: int = WINDOW_DAYS
) -> dict[int, dict[str, Cell]]:
    """Return the cells of lines 1 to 31; with more accounts than series, those with most units."""
    records = verdict.records
    accounts = records.accounts
    last = max(records.scope.report_dates.values())
    days = [last - timedelta(days=back) for back in reversed(range(DAYS))]
    units, acos = by_account(records, "units"), weekly_acos(records)
    acos = np.where(np.isnan(by_account(records, "ad_spend")), np.nan, acos)
    lines: dict[int, dict[str, Cell]] = {
        1: {"alerts_1": _CRITICAL.say(language), "alerts_2": _WARNING.say(language)}
    }
    for i, row in enumerate(_shown(records, units, days), 1):
        name = site_name(accounts.entities[row], records.scope)
        lines[1] |= {f"units_{i}": name, f"acos_{i}": name}
        for line, day in enumerate(days, 2):
            cells = lines.setdefault(line, {})
            cells[f"units_{i}"] = _figure(units[row], accounts.day(day))
            cells[f"acos_{i}"] = _figure(acos[row], accounts.day(day))
    alarms = _alarms(verdict)
    for line, day in enumerate(days, 2):
        cells = lines.setdefault(line, {})
        cells["chart_date"] = serial_date(day)
        if day > last - timedelta(days=window_days):
            cells["alerts_1"], cells["alerts_2"] = alarms.get(day, (0, 0))
    return lines


def _shown(records: Records, units: Array, days: list[date]) -> list[int]:
    """Return the rows of the accounts that get a series, in the job's order."""
    columns = [column for day in days if (column := records.accounts.day(day)) is not None]
    sold = np.nansum(units[:, columns], axis=1)
    return sorted(np.argsort(-sold, kind="stable")[:SERIES].tolist())


def _figure(figures: Array, day: int | None) -> float | None:
    return None if day is None or np.isnan(figures[day]) else float(figures[day])


def _alarms(verdict: Verdict) -> Mapping[date, tuple[int, int]]:
    """Count, for each day, the rows with a critical hit and those with nothing worse than a warning."""
    critical: defaultdict[date, set[tuple[str, int]]] = defaultdict(set)
    every: defaultdict[date, set[tuple[str, int]]] = defaultdict(set)
    for level, hits in verdict.hits.items():
        dates = verdict.records.accounts.dates if level == "account" else verdict.records.skus.dates
        for hit in hits:
            every[dates[hit.day]].add((level, hit.entity))
            if hit.level.severity == "critical":
                critical[dates[hit.day]].add((level, hit.entity))
    return {
        day: (len(critical[day]), len(rows) - len(critical[day])) for day, rows in every.items()
    }
