"""What the team sets in its own sheet, read back on every run.

A tab that is there is the authority; one that is not leaves it to the job's files. Nothing that people type
stops a run: what cannot be understood is said beside its row, and what held before goes on holding.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheets_sync.config.settings.benchmarks import read_benchmarks
from sheets_sync.config.settings.days import read_calendar
from sheets_sync.config.settings.filling import (
    rule_rows,
    rules_in_force,
    sku_rows,
    spellings,
    start_rows,
)
from sheets_sync.config.settings.rows import TabReader
from sheets_sync.config.settings.rules import read_rules, without_sheet
from sheets_sync.config.settings.scopes import Names
from sheets_sync.config.settings.skus import read_skus
from sheets_sync.core.calendar import Calendar
from sheets_sync.core.model import MasterData
from sheets_sync.core.settings import Settings, SettingsRead

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sheets_sync.config.job import Job
    from sheets_sync.core.rules import Rule
    from sheets_sync.core.settings import Good, SettingsTab

__all__ = [
    "read_settings",
    "rule_rows",
    "rules_in_force",
    "sku_rows",
    "spellings",
    "start_rows",
]


def read_settings(
    tabs: Mapping[str, SettingsTab],
    job: Job,
    catalogue: tuple[Rule, ...],
    start: MasterData,
    good: Good,
) -> SettingsRead:
    """Return what is in force: the sheet's word where it has one, else the job's and its lists'.

    `catalogue` are the rules of the files, `start` the lists beside the job, and `good` the rows of the
    tabs as they were when last right.
    """
    readers = {name: TabReader(tab, good.get(name, {})) for name, tab in tabs.items()}
    skus, benchmarks, calendar = start.skus, start.benchmarks, Calendar()
    if "skus" in readers:
        skus = read_skus(readers["skus"], job, start.skus)
    if "benchmarks" in readers:
        benchmarks = read_benchmarks(readers["benchmarks"], start.benchmarks)
    if "calendar" in readers:
        calendar = read_calendar(readers["calendar"])
    master = MasterData(skus, benchmarks, calendar)
    rules = without_sheet(catalogue, job)
    if "rules" in readers:
        rules = read_rules(readers["rules"], catalogue, Names(job, master))
    for reader in readers.values():
        reader.finish()
    return SettingsRead(
        Settings(rules.rules, master, rules.variants),
        {name: reader.verdicts for name, reader in readers.items()},
        tuple(fault for reader in readers.values() for fault in reader.faults),
        {**good, **{name: reader.good for name, reader in readers.items()}},
    )
