"""Versions of portions joined into two panels: one row per SKU, one row per account.

For each metric, store, marketplace and day one source wins: the one ranked first in the catalogue that
has the figure. What the reports cannot say (age of the day, benchmark, status of the row, open feedback,
late sources) is laid out here as given metrics, so that everything after this reads one panel.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from sheets_sync.core.feedback import feedback_metrics
from sheets_sync.core.history import by_kind
from sheets_sync.core.kinds import KINDS
from sheets_sync.core.marketplaces import MARKETPLACES, business_date, newest_complete_day
from sheets_sync.core.metrics import FBM, FORMULAS, METRICS
from sheets_sync.core.model import SkuKey
from sheets_sync.core.panel import Array, Panel, TextArray, trailing_max

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sheets_sync.core.history import Slot, Version
    from sheets_sync.core.model import Benchmark, MasterData

LOOKBACK_DAYS = 31
"""How many days before the first row are needed: 30 for sums and activity, and the day before them."""

PRELIMINARY_DAYS = 3
"""Days younger than this are still filling in (Amazon restates sessions, orders and ad clicks)."""

DISCONTINUED = "停售"
STATUS_PRELIMINARY, STATUS_NO_ADS, STATUS_FINAL = "preliminary", "no_ads", "final"

Mask = npt.NDArray[np.bool_]
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


@dataclass(frozen=True, slots=True)
class Records:
    """The panels, and which of their cells are rows of the log.

    `rows` and `account_rows` are masks (entity, day); `fresh` marks the rows that may be added, the
    others are only kept up to date.
    """

    scope: Scope
    skus: Panel
    accounts: Panel
    rows: Mask
    fresh: Mask
    account_rows: Mask
    unlisted: tuple[SkuKey, ...]


def build(current: Mapping[Slot, Version], master: MasterData, scope: Scope) -> Records:
    """Join the current versions of all slots into records; nothing is written or read anywhere."""
    accounts, dates = scope.accounts, scope.dates
    wanted = set(accounts)
    kinds = {
        kind: [
            v for v in versions if v.slot[1:3] in wanted and dates[0] <= v.portion.date <= dates[-1]
        ]
        for kind, versions in by_kind(current).items()
    }
    sku_kinds = {kind: versions for kind, versions in kinds.items() if KINDS[kind].per == "sku"}
    entities = _entities(sku_kinds, accounts)
    grid = _Grid(entities, dates)
    given: dict[str, Array | TextArray] = {}
    for metric in METRICS.values():
        if metric.level == "sku" and metric.sources:
            given[metric.id] = grid.gathered(metric.sources, sku_kinds)
    given |= _facts(grid, sku_kinds, master, scope)
    given["twin_stock"] = _twin_stock(Panel(entities, dates, given, FORMULAS))
    skus = Panel(entities, dates, given, FORMULAS)
    held = _held(grid, sku_kinds, scope)
    active = trailing_max(np.where(_activity(skus), 1.0, np.nan), 30) > 0
    rows = held & active
    fresh = rows & (skus.text("sku_status") != DISCONTINUED)
    account_panel = _account_panel(kinds, skus, scope)
    unlisted = tuple(key for key in entities if key not in master.skus)
    return Records(scope, skus, account_panel, rows, fresh, _account_rows(kinds, scope), unlisted)


class _Grid:
    """Where a key and a day stand in the arrays of one panel."""

    def __init__(self, entities: Sequence[SkuKey], dates: Sequence[date]) -> None:
        self.entities, self.dates = entities, dates
        self.shape = (len(entities), len(dates))
        self.day = {when: i for i, when in enumerate(dates)}
        self.rows: dict[Account, dict[str, int]] = {}
        for i, key in enumerate(entities):
            self.rows.setdefault((key.store, key.marketplace), {})[key.sku] = i

    def place(self, version: Version) -> tuple[list[int], int]:
        """Return the rows of a version's keys, and its day's column."""
        rows = self.rows.get((version.portion.store, version.portion.marketplace), {})
        return [rows[key] for key in version.portion.keys], self.day[version.portion.date]

    def account(self, account: Account) -> list[int]:
        """Return all rows of one store and marketplace."""
        return list(self.rows.get(account, {}).values())

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
                rows, day = self.place(version)
                if zero:
                    array[self.account(where[0]), day] = 0.0
                if column is not None:
                    array[rows, day] = np.array(column, dtype=float)
        return array


def _entities(kinds: Mapping[str, Sequence[Version]], accounts: Sequence[Account]) -> list[SkuKey]:
    seen: dict[Account, set[str]] = {account: set() for account in accounts}
    for versions in kinds.values():
        for version in versions:
            seen[version.portion.store, version.portion.marketplace].update(version.portion.keys)
    return [SkuKey(*account, sku) for account in accounts for sku in sorted(seen[account])]


def _facts(
    grid: _Grid, kinds: Mapping[str, Sequence[Version]], master: MasterData, scope: Scope
) -> dict[str, Array | TextArray]:
    """Lay out what is known of the SKU itself, of the day, and of the files behind each row."""
    listed = [master.skus.get(key) for key in grid.entities]

    def texts(field: str) -> TextArray:
        column = np.array(
            [getattr(sku, field) or None if sku else None for sku in listed], dtype=object
        )
        return np.broadcast_to(column[:, None], grid.shape)

    ordinals = np.array([when.toordinal() for when in grid.dates], dtype=float)
    today = np.array(
        [business_date(key.marketplace, scope.now).toordinal() for key in grid.entities],
        dtype=float,
    )
    launched = np.array(
        [sku.launch_date.toordinal() if sku and sku.launch_date else np.nan for sku in listed],
        dtype=float,
    )
    low, high = _benchmarks(
        grid.entities,
        [sku.category if sku else "" for sku in listed],
        [b for b in master.benchmarks if b.valid_from is None or b.valid_from <= grid.dates[-1]],
    )
    average = (low + high) / 2 if scope.acos_average == "midpoint" else high
    asins, titles = _described(grid, kinds)
    age = today[:, None] - ordinals[None, :]
    covered = _coverage(grid, kinds.get("sales-traffic", ()))
    followers = {code for codes in scope.pools.values() for code in codes[1:]}
    lead = np.array([float(key.marketplace not in followers) for key in grid.entities])
    return {
        "title": _first_known(texts("title"), titles),
        "asin": _first_known(texts("asin"), asins),
        "owner": texts("owner"),
        "sku_status": texts("status"),
        "fulfilment": texts("fulfilment"),
        "age_days": age,
        "listed_days": ordinals[None, :] - launched[:, None],
        "acos_benchmark": np.broadcast_to(np.round(average, 6)[:, None], grid.shape),
        "acos_benchmark_high": np.broadcast_to(high[:, None], grid.shape),
        "pool_lead": np.broadcast_to(lead[:, None], grid.shape),
        "sales_covered": np.where(covered, 1.0, np.nan),
        "row_status": _row_status(grid, kinds, age),
        "as_of": _as_of(grid, kinds),
        "stock_taken_at": _stock_taken_at(grid, kinds),
    }


def _benchmarks(
    entities: Sequence[SkuKey], categories: Sequence[str], benchmarks: Sequence[Benchmark]
) -> tuple[Array, Array]:
    """Return the usual ACOS range of each SKU's category; the newest entry that is valid by now holds."""
    ranges: dict[tuple[str, str], Benchmark] = {}
    for entry in sorted(benchmarks, key=lambda b: b.valid_from or date.min):
        ranges[entry.category.casefold(), entry.marketplace] = entry
    found = [
        ranges.get((category.casefold(), key.marketplace)) or ranges.get((category.casefold(), ""))
        for key, category in zip(entities, categories, strict=True)
    ]
    low = np.array([b.acos_low if b else np.nan for b in found], dtype=float)
    high = np.array([b.acos_high if b else np.nan for b in found], dtype=float)
    return low, high


def _described(grid: _Grid, kinds: Mapping[str, Sequence[Version]]) -> tuple[TextArray, TextArray]:
    """Return what the newest reports call each SKU: its ASIN and its title."""
    described = {
        name: np.full(len(grid.entities), None, dtype=object) for name in ("asin", "title")
    }
    for versions in kinds.values():
        for version in versions:
            for name, column in described.items():
                texts = version.portion.figures.get(name)
                if texts is not None:
                    for row, text in zip(grid.place(version)[0], texts, strict=True):
                        column[row] = text or column[row]
    return described["asin"], described["title"]


def _first_known(first: TextArray, second: TextArray) -> TextArray:
    chosen = np.where(first[:, 0] == None, second, first[:, 0]) if first.shape[1] else second  # noqa: E711  # elementwise
    return np.broadcast_to(chosen[:, None], first.shape)


def _coverage(grid: _Grid, versions: Iterable[Version]) -> Mask:
    """Mark the accounts' days that a report speaks of."""
    covered = np.zeros(grid.shape, dtype=bool)
    for version in versions:
        account = (version.portion.store, version.portion.marketplace)
        covered[grid.account(account), grid.day[version.portion.date]] = True
    return covered


def _row_status(grid: _Grid, kinds: Mapping[str, Sequence[Version]], age: Array) -> TextArray:
    ads = [v for kind in ("ads-sp-api", "ads-sp-console") for v in kinds.get(kind, ())]
    advertised = np.zeros(len(grid.entities), dtype=bool)
    for version in ads:
        advertised[grid.account((version.portion.store, version.portion.marketplace))] = True
    missing = advertised[:, None] & ~_coverage(grid, ads)
    status = np.where(missing, STATUS_NO_ADS, STATUS_FINAL).astype(object)
    status[age < PRELIMINARY_DAYS] = STATUS_PRELIMINARY
    return status


def _as_of(grid: _Grid, kinds: Mapping[str, Sequence[Version]]) -> Array:
    """Return when the present figures of each row were first received, in epoch seconds."""
    as_of = np.full(grid.shape, np.nan)
    for versions in kinds.values():
        for version in versions:
            rows, day = grid.place(version)
            as_of[rows, day] = np.fmax(as_of[rows, day], np.array(version.received, dtype=float))
    return as_of


def _stock_taken_at(grid: _Grid, kinds: Mapping[str, Sequence[Version]]) -> Array:
    """Return the moment of the winning stock snapshot, in epoch seconds."""
    taken = np.full(grid.shape, np.nan)
    for kind, _ in reversed(METRICS["fba_units"].sources):
        for version in kinds.get(kind, ()):
            rows, day = grid.place(version)
            taken[rows, day] = version.portion.taken_at.timestamp()
    return taken


def _twin_stock(skus: Panel) -> Array:
    """Return what a seller-fulfilled SKU of the same ASIN has in stock; unknown without such a twin."""
    asins, own = skus.text("asin")[:, 0], skus.text("fulfilment")[:, 0] == FBM
    twins: dict[tuple[str, str, object], list[int]] = {}
    for twin in np.flatnonzero(own).tolist():
        key = skus.entities[twin]
        twins.setdefault((key.store, key.marketplace, asins[twin]), []).append(twin)
    stock = np.full(skus.shape, np.nan)
    for i, key in enumerate(skus.entities):
        rows = (
            twins.get((key.store, key.marketplace, asins[i]))
            if twins and asins[i] and not own[i]
            else None
        )
        if rows:
            held = skus["mfn_units"][rows]
            stock[i] = np.where(np.isnan(held).all(axis=0), np.nan, np.nansum(held, axis=0))
    return stock


def _activity(skus: Panel) -> Mask:
    """Mark the days on which a SKU had stock, sales, traffic or spend; shipped units are sales too."""
    return np.asarray(
        (skus["stock_units"] > 0)
        | (skus["units"] > 0)
        | (skus["sessions"] > 0)
        | (skus["ad_spend"] > 0)
        | (skus["units_shipped_30d"] > 0)
    )


def _held(grid: _Grid, kinds: Mapping[str, Sequence[Version]], scope: Scope) -> Mask:
    """Mark the days a row may stand for: inside the window, complete, and some report speaks of them."""
    held = np.zeros(grid.shape, dtype=bool)
    for account, last in scope.report_dates.items():
        first = last - timedelta(days=scope.window_days - 1)
        days = np.array([first <= when <= last for when in grid.dates])
        held[np.ix_(np.array(grid.account(account), dtype=int), np.flatnonzero(days))] = True
    reports = (
        v for kind, versions in kinds.items() if not kind.startswith("manual") for v in versions
    )
    return held & _coverage(grid, reports)


def _account_panel(kinds: Mapping[str, Sequence[Version]], skus: Panel, scope: Scope) -> Panel:
    entities = [SkuKey(store, code, "") for store, code in scope.accounts]
    grid = _Grid(entities, skus.dates)
    given: dict[str, Array | TextArray] = {}
    for metric in METRICS.values():
        if metric.level == "account" and metric.sources:
            given[metric.id] = (
                _gathered_text(grid, metric.sources, kinds)
                if metric.is_text
                else grid.gathered(metric.sources, kinds)
            )
    account_kinds = {
        kind: versions for kind, versions in kinds.items() if KINDS[kind].per == "account"
    }
    given |= {
        "account_as_of": _as_of(grid, account_kinds),
        "account_age_days": np.array(
            [
                [(business_date(k.marketplace, scope.now) - d).days for d in grid.dates]
                for k in entities
            ],
            dtype=float,
        ).reshape(grid.shape),
        "month": np.broadcast_to(np.array([float(d.month) for d in grid.dates]), grid.shape),
        "sales_of_skus": _account_sums(skus, entities, "sales"),
        "ad_spend_total": _account_sums(skus, entities, "ad_spend"),
    }
    given |= feedback_metrics(kinds.get("feedback", ()), entities, grid.dates)
    given |= _late_sources(kinds, grid, scope)
    return Panel(entities, skus.dates, given, FORMULAS)


def _gathered_text(
    grid: _Grid, sources: Iterable[tuple[str, str]], kinds: Mapping[str, Sequence[Version]]
) -> TextArray:
    array = np.full(grid.shape, None, dtype=object)
    for kind, figure in sources:
        for version in kinds.get(kind, ()):
            rows, day = grid.place(version)
            for row, text in zip(
                rows, version.portion.figures.get(figure, (None,) * len(rows)), strict=True
            ):
                array[row, day] = array[row, day] or text
    return array


def _account_sums(skus: Panel, entities: Sequence[SkuKey], metric: str) -> Array:
    """Sum a metric over all SKUs of each account, rounded to its currency; unknown where all are."""
    index = {key[:2]: i for i, key in enumerate(entities)}
    group = np.array([index[key[:2]] for key in skus.entities], dtype=int)
    total, known = (
        np.zeros((len(entities), skus.shape[1])),
        np.zeros((len(entities), skus.shape[1])),
    )
    np.add.at(total, group, np.nan_to_num(skus[metric]))
    np.add.at(known, group, ~np.isnan(skus[metric]))
    for i, key in enumerate(entities):
        total[i] = np.round(total[i], MARKETPLACES[key.marketplace].digits)
    return np.where(known > 0, total, np.nan)


def _late_sources(
    kinds: Mapping[str, Sequence[Version]], grid: _Grid, scope: Scope
) -> dict[str, Array | TextArray]:
    """Say on each account's newest day which kinds of report have brought nothing for longer than usual."""
    late = np.full(grid.shape, np.nan)
    names = np.full(grid.shape, None, dtype=object)
    for row, (account, last) in enumerate(scope.report_dates.items()):
        newest: dict[str, date] = {}
        for kind, versions in kinds.items():
            for version in versions:
                if version.slot[1:3] == account and not kind.startswith("manual"):
                    newest[kind] = max(newest.get(kind, date.min), version.portion.date)
        lagging = {
            k: (last - day).days
            for k, day in newest.items()
            if (last - day).days > KINDS[k].latency_days
        }
        lagging = _without_covered(lagging, newest)
        day = grid.day.get(last)
        if newest and day is not None:
            late[row, day] = len(lagging)
            names[row, day] = (
                "\n".join(f"{kind}\t{days}" for kind, days in sorted(lagging.items())) or None
            )
    return {"sources_late": late, "sources_late_names": names}


def _without_covered(lagging: dict[str, int], newest: Mapping[str, date]) -> dict[str, int]:
    """Leave out a kind whose figures another kind of the same family brings on time."""
    families = (("ads-sp-api", "ads-sp-console"), ("fba-inventory", "fba-planning"))
    return {
        kind: days
        for kind, days in lagging.items()
        if not any(
            kind in family and any(k in newest and k not in lagging for k in family)
            for family in families
        )
    }


def _account_rows(kinds: Mapping[str, Sequence[Version]], scope: Scope) -> Mask:
    entities = [SkuKey(store, code, "") for store, code in scope.accounts]
    return _held(_Grid(entities, scope.dates), kinds, scope)


def serial(epoch: float, zone: str) -> float:
    """Return a moment as a spreadsheet serial in a zone's local time, to the second."""
    local = datetime.fromtimestamp(epoch, UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return round((local - datetime(1899, 12, 30)).total_seconds() / 86400, 6)  # noqa: DTZ001  # a serial has no zone


def serial_date(when: date) -> int:
    """Return a date as a spreadsheet serial: days since 1899-12-30."""
    return (when - date(1899, 12, 30)).days
