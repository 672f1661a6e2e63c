"""What a template says of a tab: its columns, whose they are, and how they look.

A template says which columns a tab has and whose they are: *ours* are written and compared every night,
*prefilled* are written when a row is made and are the team's ever after, *input* are the team's but
filled while blank, *theirs* are never written. Key columns say which row is which.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sheets_sync.errors import Language, Words

Role = Literal["ours", "prefilled", "input", "theirs"]
Kind = Literal["sku", "account", "line", "rule", "category", "product", "day", "operation", "run"]
"""What one row of a tab is: `sku` and `account` are logs, `line` is a page, the others are lists."""

KEYS: dict[Kind, tuple[str, ...]] = {
    "sku": ("date", "store", "marketplace", "sku"),
    "account": ("date", "store", "marketplace"),
    "line": ("line",),
    "rule": ("rule", "scope", "severity"),
    "category": ("category", "marketplace", "valid_from"),
    "product": ("store", "marketplace", "sku"),
    "day": ("date", "kind", "marketplace", "person"),
    "operation": (
        "time",
        "person",
        "store",
        "marketplace",
        "sku",
        "action",
        "before",
        "after",
        "reason",
        "review_on",
    ),
    "run": ("run_id",),
}
"""The columns that say which row it is."""

LOGS: tuple[Kind, ...] = ("sku", "account")
SETTINGS: tuple[Kind, ...] = ("rule", "category", "product", "day")
LOOSE: tuple[Kind, ...] = (*SETTINGS, "operation")
"""Kinds whose rows people add themselves: parts of a key may be blank, and a key may stand twice."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a template; `format` is a spreadsheet number format, None for money.

    An `extra` column is never made; it is filled where a team's own tab has it.
    """

    id: str
    label: Words
    role: Role
    unit: str
    width: int
    format: str | None
    key: bool = False
    group: bool = False
    hide: Literal["never", "always", "single_store"] = "never"
    on_edit: Literal["keep", "overwrite"] = "keep"
    choices: Mapping[str, tuple[str, ...]] | None = None
    aliases: tuple[str, ...] = ()
    extra: bool = False


class Sieve(NamedTuple):
    """One condition of a filter view: a column `contains` or `is` a text, or is `not_blank`."""

    column: str
    test: Literal["contains", "is", "not_blank"]
    text: str = ""


class FilterView(NamedTuple):
    """A filter view; with `each` there is one for each marketplace or owner, `{each}` in its texts."""

    title: Words
    where: tuple[Sieve, ...]
    each: Literal["marketplace", "owner"] | None = None


class Chart(NamedTuple):
    """A chart over the hidden columns `<id>_1` and following; colours are #RRGGBB, none is the usual."""

    id: str
    title: Words
    kind: Literal["line", "stacked_column"]
    unit: str
    series: int
    colours: tuple[str, ...] = ()


@dataclass(frozen=True)
class TabLayout:
    """One tab of a template. `title` holds `{month}` where there is one tab per month.

    `implied` are key parts of columns that a team's tab may lack, such as the only store.
    `spellings` map, by key column, what people write (folded) to what is meant.
    """

    id: str
    title: Mapping[str, str]
    kind: Kind
    monthly: bool
    frozen_columns: int
    columns: tuple[Column, ...]
    order: int = 50
    tab_colour: str | None = None
    protect: bool = False
    blank_rows: int = 1
    filter_views: tuple[FilterView, ...] = ()
    charts: tuple[Chart, ...] = ()
    implied: Mapping[str, str] = field(default_factory=dict)
    spellings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @cached_property
    def by_id(self) -> dict[str, Column]:
        """Return the columns by id."""
        return {column.id: column for column in self.columns}

    @cached_property
    def made(self) -> tuple[Column, ...]:
        """Return the columns that a new tab gets."""
        return tuple(column for column in self.columns if not column.extra)

    @cached_property
    def key_columns(self) -> tuple[str, ...]:
        """Return the ids of the columns that say which row it is, in the order of a key."""
        present = {column.id for column in self.columns if column.key}
        return tuple(name for name in KEYS[self.kind] if name in present)

    @cached_property
    def ours(self) -> tuple[str, ...]:
        """Return the ids of the columns the program writes, for ever or once."""
        return tuple(column.id for column in self.columns if column.role != "theirs")

    @cached_property
    def moments(self) -> frozenset[str]:
        """Return the ids of the columns that say when figures were received or a row was seen."""
        return frozenset(column.id for column in self.columns if column.unit == "moment")

    @property
    def is_log(self) -> bool:
        """Return whether its rows come from figures."""
        return self.kind in LOGS

    @property
    def is_loose(self) -> bool:
        """Return whether people add rows themselves, with whatever in the key columns."""
        return self.kind in LOOSE

    def named(self, month: str, language: Language) -> str:
        """Return the tab's title, for a month written `YYYY-MM`."""
        return self.title[language].format(month=month)

    def tab_id(self, when: date) -> str:
        """Return which tab holds the rows of a day: `daily:2026-07`, or `account`."""
        return f"{self.id}:{when:%Y-%m}" if self.monthly else self.id
