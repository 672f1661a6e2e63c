"""What a run looks at: which accounts, which days, and by which conventions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from sheets_sync.core.marketplaces import newest_complete_day

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LOOKBACK_DAYS = 31
"""How many days before the first row are needed: 30 for sums and activity, and the day before them."""

Account = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a run looks at: which accounts, which days, and by which conventions."""

    stores: Mapping[str, Sequence[str]]
    pools: Mapping[str, Sequence[str]]
    now: datetime
    zone: str
    window_days: int
    acos_average: Literal["midpoint", "upper"] = "midpoint"

    @property
    def accounts(self) -> list[Account]:
        """Return every (store, marketplace)."""
        return [(store, code) for store, codes in self.stores.items() for code in codes]

    @property
    def report_dates(self) -> dict[Account, date]:
        """Return the newest complete business day of each (store, marketplace)."""
        return {(store, code): newest_complete_day(code, self.now) for store, code in self.accounts}

    @property
    def first_row_date(self) -> date:
        """Return the first business day whose rows are looked at."""
        return min(self.report_dates.values()) - timedelta(days=self.window_days - 1)

    @property
    def dates(self) -> list[date]:
        """Return the days of the panels: the rows' and those their sums reach back to."""
        first = self.first_row_date - timedelta(days=LOOKBACK_DAYS)
        last = max(self.report_dates.values())
        return [first + timedelta(days=i) for i in range((last - first).days + 1)]

    def reaching(self, day: date) -> Scope:
        """Return the same with a window that begins no later than a day, on every marketplace."""
        days = (max(self.report_dates.values()) - day).days + 1
        return replace(self, window_days=max(self.window_days, days))
