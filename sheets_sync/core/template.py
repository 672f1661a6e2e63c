"""What a template says of a tab: its columns, whose they are, and how they look.

A template says which columns a tab has and whose they are: *ours* are written and compared every night,
*prefilled* are written when a row is made and are the team's ever after, *input* are the team's but
filled while blank, *theirs* are never written.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sheets_sync.errors import Language, Words

Role = Literal["ours", "prefilled", "input", "theirs"]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a template; `format` is a spreadsheet number format, None for money."""

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


@dataclass(frozen=True)
class TabLayout:
    """One tab of a template. `title` holds `{month}` where there is one tab per month."""

    id: str
    title: Mapping[str, str]
    level: Literal["sku", "account"]
    monthly: bool
    frozen_columns: int
    columns: tuple[Column, ...]

    @cached_property
    def by_id(self) -> dict[str, Column]:
        """Return the columns by id."""
        return {column.id: column for column in self.columns}

    @cached_property
    def key_columns(self) -> tuple[str, ...]:
        """Return the ids of the columns that say which row it is, in order."""
        return tuple(column.id for column in self.columns if column.key)

    @cached_property
    def ours(self) -> tuple[str, ...]:
        """Return the ids of the columns the program writes, for ever or once."""
        return tuple(column.id for column in self.columns if column.role != "theirs")

    @cached_property
    def moments(self) -> frozenset[str]:
        """Return the ids of the columns that say when figures were received."""
        return frozenset(column.id for column in self.columns if column.unit == "moment")

    def named(self, month: str, language: Language) -> str:
        """Return the tab's title, for a month written `YYYY-MM`."""
        return self.title[language].format(month=month)

    def tab_id(self, when: date) -> str:
        """Return which tab holds the rows of a day: `daily:2026-07`, or `account`."""
        return f"{self.id}:{when:%Y-%m}" if self.monthly else self.id
