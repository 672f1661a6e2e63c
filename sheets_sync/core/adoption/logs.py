"""Which tabs of a team are logs, which months they hold, and which stores and marketplaces they speak of."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from sheets_sync.core.adoption.matching import DAY_ZERO, Bound, Match, TheirTab, matched, serials
from sheets_sync.core.adoption.titles import titled_month
from sheets_sync.core.metrics import METRICS
from sheets_sync.core.tab import folded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from sheets_sync.core.tab import Cell
    from sheets_sync.core.template import TabLayout

OLDER_MONTHS = 2
"""How many months before the newest one a run may write into: its window is 42 days at most."""

_FEW_FIGURES = 2
"""An account log shows at least so many figures of the account."""


class Log(NamedTuple):
    """A tab that may be a log, with the older months that go on in tabs of their own, newest first."""

    match: Match
    older: tuple[Match, ...] = ()

    @property
    def rank(self) -> tuple[bool, int]:
        """Return what makes it the log: that it was adopted before, and how many columns are known."""
        tabs = (self.match.tab, *(one.tab for one in self.older))
        return any(tab.tag is not None for tab in tabs), self.match.score


def logs_of(tabs: Iterable[TheirTab], layout: TabLayout) -> list[Log]:
    """Return the tabs that have (or may have) the key columns of a log, best and newest first."""
    families: dict[str, list[Match]] = {}
    for tab in tabs:
        if tab.tag is not None and tab.tag.partition(":")[0] != layout.id:
            continue
        found = matched(tab, layout)
        if _is_log(found):
            named = titled_month(tab.title)
            families.setdefault(named.pattern if named else f"={tab.title}", []).append(found)
    found_logs = []
    for family in families.values():
        family.sort(key=_recency, reverse=True)
        found_logs.append(Log(family[0], tuple(family[1:])))
    return sorted(found_logs, key=lambda log: (log.rank, log.match.newest), reverse=True)


def _is_log(found: Match) -> bool:
    if not found.may_have("date"):
        return False
    if found.layout.kind == "sku":
        return found.may_have("sku")
    figures = [one for one in found.bound if not one.column.key and one.column.id in METRICS]
    return len(figures) >= _FEW_FIGURES or found.tab.tag is not None


def _recency(found: Match) -> tuple[int, int, bool, int]:
    """Order the months of a log by what their titles say, and by their rows where these say no year."""
    named, newest = titled_month(found.tab.title), found.newest
    year = named.year if named else None
    if year is None and newest:
        year = _month(newest)[0]
    return year or 0, named.month if named else 0, found.tab.tag is not None, newest


def month_of(found: Match) -> tuple[str, str] | None:
    """Return (title with `{month}`, YYYY-MM) of a tab that holds one month; None of one that goes on."""
    named = titled_month(found.tab.title)
    tag = found.tab.tag
    if tag is not None:
        month = tag.partition(":")[2]
        pattern = named.pattern if named else found.layout.title["zh"]
        return (pattern, month) if month and "{month}" in pattern else None
    months = {_month(day) for day in serials(found.days())}
    if named is None or len(months) > 1 or (not months and named.year is None):
        return None
    found_month: tuple[int | None, int] = (named.year, named.month)
    year, month_number = months.pop() if months else found_month
    if month_number != named.month or named.year not in (None, year):
        return None
    return named.pattern, f"{year}-{month_number:02}"


def _month(serial: int) -> tuple[int | None, int]:
    day = DAY_ZERO + timedelta(days=serial)
    return day.year, day.month


def like(found: Match, other: Match) -> Match:
    """Return an older month's tab with the columns bound as in the newest one, by the same headings."""
    places: dict[str, int] = {}
    for place, heading in enumerate(other.tab.headings):
        places.setdefault(folded(heading), place)
    before = {one.column.id: one for one in other.bound if one.tagged}
    bound = []
    for one in found.bound:
        there = places.get(folded(found.tab.headings[one.place]))
        if one.column.id in before:
            bound.append(before[one.column.id])
        elif there is not None:
            bound.append(Bound(one.column, there))
    return replace(other, bound=tuple(sorted(bound, key=lambda one: one.place)), doubts=())


def older_months(log: Log, found: Match) -> list[tuple[Match, str]]:
    """Return the tabs of the months before the newest one that a run may write into, with their months."""
    newest = month_of(found)
    if newest is None:
        return []
    months = [(like(found, other), other) for other in log.older]
    named = [(one, month[1]) for one, _ in months if (month := month_of(one)) is not None]
    keys = {one.column.id for one in found.bound if one.column.key}
    older = [
        (one, month) for one, month in named if month < newest[1] and keys <= one.places.keys()
    ]
    return sorted(older, key=lambda pair: pair[1], reverse=True)[:OLDER_MONTHS]


class Places(NamedTuple):
    """The stores and marketplaces that a log names, and what it says that is neither."""

    stores: dict[str, tuple[str, ...]]
    unknown: tuple[str, ...]
    """Marketplaces that Amazon does not have."""
    unusable: tuple[str, ...] = ()
    """Stores whose names cannot be names of folders."""


def places_of(
    found: Match,
    code_of: Callable[[str], str | None],
    is_store: Callable[[str], bool],
    *,
    store: str,
    codes: Sequence[str],
) -> Places:
    """Read a job's stores off a log; `store` and `codes` stand in for what it does not say.

    A log without a marketplace column is about one marketplace.
    """
    stores: dict[str, list[str]] = {}
    unknown: dict[str, None] = {}
    unusable: dict[str, None] = {}
    markets, shops = found.column("marketplace"), found.column("store")
    for row in range(max(len(markets), len(shops))):
        shop = _text(shops, row) if shops else store
        code, text = None, _text(markets, row)
        if text:
            code = code_of(text)
            if code is None:
                unknown[text] = None
        if shop and not is_store(shop):
            unusable[shop] = None
        elif shop and (code or not text):
            held = stores.setdefault(shop, [])
            if code and code not in held:
                held.append(code)
    instead = tuple(codes) if "marketplace" in found.places else tuple(codes[:1])
    if "marketplace" in found.places and any(stores.values()):
        stores = {name: held for name, held in stores.items() if held}
    filled = {name: tuple(held) or instead for name, held in stores.items()}
    return Places(filled or {store: instead}, tuple(unknown), tuple(unusable))


def _text(cells: Sequence[Cell], row: int) -> str:
    value = cells[row] if row < len(cells) else None
    return "" if value is None else str(value).strip()


def doubled(found: Match) -> int:
    """Return how many rows have the key of another one."""
    return sum(count - 1 for count in Counter(found.keys()).values())


def unread_days(found: Match) -> list[str]:
    """Return what stands in the date column and is no day, each once."""
    return list(dict.fromkeys(str(day) for day in found.days() if not serials([day])))
