"""The words of the domain: faults, portions of reports, keys, and the master data beside them.

A *portion* is what one file says about one store, one marketplace and one business day. It is the
unit in which figures arrive, win over each other, are stored and are traced back. Its figures are
columns of equal length beside `keys`; None is unknown, which is never 0. Ratios are fractions (0.42 is
42 %), money is in the marketplace's currency, dates are business days of the marketplace.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from sheets_sync.core.calendar import Calendar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date, datetime

    from sheets_sync.errors import Words

Figure = float | str | None

UNCONFIRMED = "待确认"
"""The life cycle of a SKU that the reports brought and nobody has looked at yet."""


class Fault(NamedTuple):
    """Something in a file that could not be used; `row` is 1-based as an editor shows it."""

    file: str
    row: int | None
    column: str | None
    reason: Words


class AdGroup(NamedTuple):
    """What one ad group did for one SKU on one day."""

    key: str
    campaign: str
    ad_group: str
    clicks: float
    spend: float
    sales: float


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of the inbox: `path` is relative to the inbox, `modified` is aware."""

    path: str
    sha256: str
    size: int
    modified: datetime


@dataclass(frozen=True, slots=True)
class Portion:
    """One file's figures for one store, marketplace and business day.

    `kind` is a name in `core.kinds`. `keys` are SKUs, order ids (feedback) or one empty text (account
    figures), unique. A portion without keys says that nothing happened on that day. `taken_at` is the
    moment the figures describe or, where the file does not say, the moment it was made: of two
    portions of one kind and day the later one wins.
    """

    kind: str
    store: str
    marketplace: str
    date: date
    taken_at: datetime
    keys: tuple[str, ...]
    figures: Mapping[str, Sequence[Figure]]
    ad_groups: tuple[AdGroup, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """One file, read: its kind, its portions, and everything in it that could not be used.

    `kind` is None where the file was not recognised or not readable at all; then `portions` is empty
    and `faults` says why.
    """

    file: SourceFile
    kind: str | None
    portions: tuple[Portion, ...] = ()
    faults: tuple[Fault, ...] = ()


class SkuKey(NamedTuple):
    """Who a SKU is: the same text may be sold by two stores or on two marketplaces."""

    store: str
    marketplace: str
    sku: str


@dataclass(frozen=True, slots=True)
class Sku:
    """One line of the SKU list (`skus.csv`); blank fields are empty text or None."""

    store: str
    marketplace: str
    sku: str
    asin: str = ""
    parent_asin: str = ""
    title: str = ""
    category: str = ""
    brand: str = ""
    owner: str = ""
    status: str = "在售"
    fulfilment: str = "FBA"
    launch_date: date | None = None
    lead_time_days: int | None = None
    unit_cost: float | None = None
    deputy: str = ""
    stock_pool: str = ""
    target_acos: float | None = None
    daily_budget: float | None = None
    quiet_until: date | None = None

    @property
    def key(self) -> SkuKey:
        """Return who this is."""
        return SkuKey(self.store, self.marketplace, self.sku)


class Benchmark(NamedTuple):
    """The usual ACOS range of a category on a marketplace, as fractions."""

    category: str
    marketplace: str
    acos_low: float
    acos_high: float
    source: str = ""
    valid_from: date | None = None


@dataclass(frozen=True, slots=True)
class MasterData:
    """What the team says about its own products, and its calendar."""

    skus: Mapping[SkuKey, Sku] = field(default_factory=dict)
    benchmarks: tuple[Benchmark, ...] = ()
    calendar: Calendar = field(default_factory=Calendar)
