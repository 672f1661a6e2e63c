"""Short ways to fill Settings tabs, and to judge what reports brought by them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sheets_sync.config.data import data_folder
from sheets_sync.config.job import Job, load_job
from sheets_sync.config.rulefiles import load_rules
from sheets_sync.config.settings import read_settings, spellings
from sheets_sync.core.breaches import Verdict, judge
from sheets_sync.core.history import merge
from sheets_sync.core.model import Figure, MasterData, Portion, Report, Sku, SourceFile
from sheets_sync.core.records import Records, build
from sheets_sync.core.rules import Rule
from sheets_sync.core.scope import Scope
from sheets_sync.core.settings import Good, SettingRow, SettingsRead, SettingsTab
from sheets_sync.core.tab import Cell, RowKey, folded

NOW = datetime(2026, 7, 31, 10, 0, tzinfo=UTC)
DAY = date(2026, 7, 30)  # the newest complete day everywhere at that moment

KEYS = {
    "rules": ("rule", "scope", "severity"),
    "benchmarks": ("category", "marketplace", "valid_from"),
    "skus": ("store", "marketplace", "sku"),
    "calendar": ("date", "kind", "marketplace", "person"),
}
HEADINGS = {
    "rules": {
        "enabled": "启用", "rule": "规则", "scope": "范围", "default": "默认", "value": "改为",
        "unit": "单位", "severity": "级别", "due": "时限", "do": "方式", "verdict": "校验结果",
    },
    "benchmarks": {
        "category": "类目", "marketplace": "站点", "acos_low": "ACOS下限", "acos_high": "ACOS上限",
        "source": "来源", "valid_from": "生效日", "verdict": "校验结果",
    },
    "skus": {
        "store": "店铺", "marketplace": "站点", "sku": "SKU", "asin": "ASIN", "parent_asin": "父ASIN",
        "title": "品名", "brand": "品牌",
        "category": "类目", "owner": "负责人", "deputy": "代班人", "status": "生命周期",
        "fulfilment": "配送", "stock_pool": "库存池", "launch_date": "上架日",
        "lead_time_days": "交期天数", "target_acos": "目标ACOS", "daily_budget": "日预算",
        "unit_cost": "成本", "quiet_until": "静默至", "verdict": "校验结果",
    },
    "calendar": {
        "date": "日期", "kind": "类型", "marketplace": "站点", "person": "人员", "value": "数值",
        "note": "说明", "verdict": "校验结果",
    },
}  # fmt: skip
TITLES = {"rules": "规则", "benchmarks": "类目基准", "skus": "SKU表", "calendar": "日历"}

Row = Mapping[str, Cell]


@pytest.fixture(scope="session")
def catalogue() -> tuple[Rule, ...]:
    return load_rules({}, data_folder("rules"))


@dataclass
class Team:
    """A job with its Settings tabs; `read` is what the program makes of them."""

    job: Job
    catalogue: tuple[Rule, ...]
    start: MasterData = field(default_factory=MasterData)
    good: Good = field(default_factory=dict)

    def tab(
        self, name: str, rows: Iterable[Row], labels: Mapping[str, str] | None = None
    ) -> SettingsTab:
        """Return a tab as the sheet has it: keys are as they are meant, row 2 is the first."""
        spelt, seen, found = spellings(self.catalogue, self.job), Counter[RowKey](), []
        for number, cells in enumerate(rows, 2):
            key = tuple(_meant(spelt.get(part, {}), cells.get(part)) for part in KEYS[name])
            found.append(SettingRow(number, (*key, seen[key]), cells))
            seen[key] += 1
        return SettingsTab(name, TITLES[name], labels or HEADINGS[name], found)

    def read(self, **tabs: Sequence[Row]) -> SettingsRead:
        """Read tabs, and remember what is right in them as a run would."""
        filled = {name: self.tab(name, rows) for name, rows in tabs.items()}
        read = read_settings(filled, self.job, self.catalogue, self.start, self.good)
        self.good = read.good
        return read


def _meant(spelt: Mapping[str, str], cell: Cell) -> Cell:
    if cell is None:
        return ""
    return spelt.get(folded(str(cell)), cell) if isinstance(cell, str) else cell


TeamOf = Callable[..., Team]


@pytest.fixture
def team_of(tmp_path: Path, catalogue: tuple[Rule, ...]) -> TeamOf:
    """Make a team; its stores are `stores`, everything else of the job is in `more`."""

    def made(
        stores: str = "{acme: [US, DE, JP]}", more: str = "", skus: Iterable[Sku] = ()
    ) -> Team:
        path = tmp_path / "sheets-sync.yaml"
        path.write_text(f"team: acme\nstores: {stores}\n{more}", encoding="utf-8")
        return Team(load_job(path, {}), catalogue, MasterData({sku.key: sku for sku in skus}))

    return made


@pytest.fixture
def team(team_of: TeamOf) -> Team:
    return team_of()


@pytest.fixture
def portion() -> Callable[..., Portion]:
    """Make what one report says of one day: kind, day, {SKU: {figure: value}}; acme US unless told."""

    def made(
        kind: str,
        day: date,
        rows: Mapping[str, Mapping[str, Figure]],
        place: str = "acme/US",
    ) -> Portion:
        store, code = place.split("/")
        names = list(dict.fromkeys(name for row in rows.values() for name in row))
        columns = {name: [row.get(name) for row in rows.values()] for name in names}
        return Portion(kind, store, code, day, NOW, tuple(rows), columns)

    return made


JudgedOf = Callable[..., "Judged"]


@dataclass(frozen=True)
class Judged:
    """Records and what the rules found on them."""

    records: Records
    verdict: Verdict

    def found(self, rule: str | None = None) -> list[tuple[str, ...]]:
        """Return what was hit on the newest day, as (store, marketplace, SKU, severity)."""
        panel = self.records.skus
        return [
            (*panel.entities[hit.entity], hit.level.severity)
            for hit in self.verdict.hits["sku"]
            if hit.rule.id == rule and panel.dates[hit.day] == DAY
        ]

    def word(self, metric: str, sku: str, day: date = DAY, place: str = "acme/US") -> Any:
        """Return a text of a SKU on a day."""
        panel = self.records.skus
        row = panel.entities.index((*place.split("/"), sku))  # type: ignore[arg-type]
        return panel.text(metric)[row, panel.day(day)]

    def figure(
        self, metric: str, sku: str, day: date = DAY, place: str = "acme/US"
    ) -> float | None:
        """Return a figure of a SKU on a day."""
        panel = self.records.skus
        row = panel.entities.index((*place.split("/"), sku))  # type: ignore[arg-type]
        value = float(panel[metric][row, panel.day(day)])  # type: ignore[call-overload]
        return None if np.isnan(value) else value


@pytest.fixture
def judged() -> JudgedOf:
    """Judge portions by what a team's tabs say."""

    def made(team: Team, portions: Iterable[Portion], read: SettingsRead, **more: Any) -> Judged:
        job = team.job
        reports = [
            Report(SourceFile(f"{i}.csv", f"{i:064}", 1, NOW), one.kind, (one,))
            for i, one in enumerate(portions)
        ]
        scope = Scope(job.stores, job.stock_pools, NOW, "Asia/Shanghai", 14)
        current = merge({}, reports, NOW).current
        records = build(current, read.settings.master, scope, **more)
        return Judged(records, judge(read.settings.rules, records, read.settings.variants))

    return made
