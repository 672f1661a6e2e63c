"""Where a key and a day stand in the arrays of a panel, and which source wins each place."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sheets_sync.core.kinds import KINDS
from sheets_sync.core.model import SkuKey

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sheets_sync.core.history import Slot, Version
    from sheets_sync.core.panel import Array
    from sheets_sync.core.scope import Account, Scope

Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.int_]


class Grid:
    """Where a key and a day stand in the arrays of one panel."""

    def __init__(self, entities: Sequence[SkuKey], dates: Sequence[date]) -> None:
        self.entities, self.dates = entities, dates
        self.shape = (len(entities), len(dates))
        self.day = {when: i for i, when in enumerate(dates)}
        self.rows: dict[Account, dict[str, int]] = {}
        self.winning: set[Slot] = set()
        self._places: dict[Slot, Rows] = {}
        self._accounts: dict[Account, Rows] = {}
        for i, key in enumerate(entities):
            self.rows.setdefault((key.store, key.marketplace), {})[key.sku] = i

    def place(self, version: Version) -> tuple[Rows, int]:
        """Return the rows of a version's keys, and its day's column."""
        portion = version.portion
        if version.slot not in self._places:
            rows = self.rows.get((portion.store, portion.marketplace), {})
            self._places[version.slot] = np.array([rows[key] for key in portion.keys], dtype=int)
        return self._places[version.slot], self.day[portion.date]

    def account(self, account: Account) -> Rows:
        """Return all rows of one store and marketplace."""
        if account not in self._accounts:
            rows = self.rows.get(account, {})
            self._accounts[account] = np.array(list(rows.values()), dtype=int)
        return self._accounts[account]

    def gathered(
        self, sources: Iterable[tuple[str, str]], kinds: Mapping[str, Sequence[Version]]
    ) -> Array:
        """Lay out one metric: for each account and day the first-ranked source that has it."""
        array = np.full(self.shape, np.nan)
        taken: set[tuple[Account, date]] = set()
        for kind, figure in sources:
            zero = figure in KINDS[kind].zero_when_absent
            for version in kinds.get(kind, ()):
                portion = version.portion
                where = ((portion.store, portion.marketplace), portion.date)
                column = portion.figures.get(figure)
                if where in taken or (column is None and not (zero and not portion.keys)):
                    continue
                taken.add(where)
                self.winning.add(version.slot)
                rows, day = self.place(version)
                if zero:
                    array[self.account(where[0]), day] = 0.0
                if column is not None:
                    array[rows, day] = np.array(column, dtype=float)
        return array


def entities_of(
    kinds: Mapping[str, Sequence[Version]], accounts: Sequence[Account]
) -> list[SkuKey]:
    """Return every SKU that some report names, account by account."""
    seen: dict[Account, set[str]] = {account: set() for account in accounts}
    for versions in kinds.values():
        for version in versions:
            seen[version.portion.store, version.portion.marketplace].update(version.portion.keys)
    return [SkuKey(*account, sku) for account in accounts for sku in sorted(seen[account])]


def covered_days(grid: Grid, versions: Iterable[Version]) -> Mask:
    """Mark the accounts' days that a report speaks of."""
    covered = np.zeros(grid.shape, dtype=bool)
    for version in versions:
        account = (version.portion.store, version.portion.marketplace)
        covered[grid.account(account), grid.day[version.portion.date]] = True
    return covered


def held_days(grid: Grid, kinds: Mapping[str, Sequence[Version]], scope: Scope) -> Mask:
    """Mark the days a row may stand for: inside the window, complete, and some report speaks of them."""
    held = np.zeros(grid.shape, dtype=bool)
    for account, last in scope.report_dates.items():
        first = last - timedelta(days=scope.window_days - 1)
        days = np.array([first <= when <= last for when in grid.dates])
        held[np.ix_(np.array(grid.account(account), dtype=int), np.flatnonzero(days))] = True
    reports = (
        v for kind, versions in kinds.items() if not kind.startswith("manual") for v in versions
    )
    return held & covered_days(grid, reports)


def first_received(grid: Grid, kinds: Mapping[str, Sequence[Version]]) -> Array:
    """Return when the present figures of each row were first received, in epoch seconds.

    A report whose figures another one replaced does not count.
    """
    as_of = np.full(grid.shape, np.nan)
    for versions in kinds.values():
        for version in versions:
            if version.slot not in grid.winning:
                continue
            rows, day = grid.place(version)
            as_of[rows, day] = np.fmax(as_of[rows, day], np.array(version.received, dtype=float))
    return as_of
