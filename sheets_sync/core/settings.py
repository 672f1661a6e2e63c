"""What the team set in its own sheet, as the run uses it, and the rows it was read from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sheets_sync.core.model import Fault, MasterData
    from sheets_sync.core.rules import Rule, Variant
    from sheets_sync.core.tab import Cell, RowKey
    from sheets_sync.errors import Words


class SettingRow(NamedTuple):
    """One line of a Settings tab: its 1-based row, its identity, and its cells by column id."""

    row: int
    key: RowKey
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class SettingsTab:
    """A Settings tab as people filled it; `labels` are its headings by column id."""

    id: str
    title: str
    labels: Mapping[str, str]
    rows: Sequence[SettingRow]


Good = dict[str, dict[str, dict[str, "Cell"]]]
"""For each tab and row (its key as JSON) the cells it held when it was last wholly right."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What is in force tonight: rules, their variants by rule id, and the team's lists."""

    rules: tuple[Rule, ...]
    master: MasterData
    variants: Mapping[str, Sequence[Variant]] = field(default_factory=dict)

    @property
    def all_rules(self) -> list[Rule]:
        """Return every rule that is in force for somebody, variants included."""
        found = [v.rule for variants in self.variants.values() for v in variants if v.rule]
        return [*self.rules, *found]


@dataclass(frozen=True, slots=True)
class SettingsRead:
    """Settings, and what to say beside each row: `verdicts[tab][key]`; rows that are right have none."""

    settings: Settings
    verdicts: Mapping[str, Mapping[RowKey, Words]] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    good: Good = field(default_factory=dict)
