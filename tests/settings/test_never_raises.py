"""Whatever people type, a run goes on."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sheets_sync.config.settings import read_settings
from sheets_sync.core.settings import SettingRow, SettingsTab

if TYPE_CHECKING:
    from sheets_sync.core.tab import Cell

Team = Any

COLUMNS = {
    "rules": ("enabled", "value", "due", "do"),
    "benchmarks": ("acos_low", "acos_high", "source"),
    "skus": ("owner", "status", "launch_date", "target_acos", "lead_time_days", "daily_budget"),
    "calendar": ("value", "note"),
}
PARTS = {"rules": 3, "benchmarks": 3, "skus": 3, "calendar": 4}
LIKELY = [
    "low-stock", "cover-low", "ahr", "ipi", "critical", "warning", "acme", "US", "DE/家居", "SKU:A",
    "家居", "A", "rest", "rate", "promotion", "50%", "24h", "2天", "是", "否", "只标色", "开单、通知",
    "2026-07-30", "7月30日", "-1", "{x}", "'", "", "9" * 400, "%", "站点:", ":", "1e999",
]  # fmt: skip
numbers = st.integers() | st.floats(allow_nan=True, allow_infinity=True)
cells: st.SearchStrategy[Cell] = (
    st.none() | st.booleans() | numbers | st.sampled_from(LIKELY) | st.text(max_size=30)
)


@st.composite
def tabs(draw: st.DrawFn) -> dict[str, SettingsTab]:
    found = {}
    for name in draw(st.sets(st.sampled_from(sorted(COLUMNS)))):
        rows = []
        for number in range(draw(st.integers(0, 5))):
            parts = draw(st.tuples(*[cells | st.just("")] * PARTS[name]))
            filled = draw(st.fixed_dictionaries(dict.fromkeys(COLUMNS[name], cells)))
            rows.append(SettingRow(number + 2, (*parts, number), filled))
        found[name] = SettingsTab(name, name, {}, rows)
    return found


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(before=tabs(), after=tabs())
def test_whatever_is_typed_settings_are_read(
    team: Team, before: dict[str, SettingsTab], after: dict[str, SettingsTab]
) -> None:
    """Twice, the second time with what was right the first time; every row that is wrong is explained."""
    first = read_settings(before, team.job, team.catalogue, team.start, {})
    second = read_settings(after, team.job, team.catalogue, team.start, first.good)

    json.dumps(second.good)
    for name, tab in after.items():
        faulty = {fault.row for fault in second.faults if fault.file == name}
        said = second.verdicts[name]
        assert all(row.key in said for row in tab.rows if row.row in faulty)
        assert all(words.zh and words.en for words in said.values())
