"""Short ways to say what reports brought, and to build records from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest

from sheets_sync.core.history import merge
from sheets_sync.core.model import (
    AdGroup,
    Benchmark,
    Figure,
    MasterData,
    Portion,
    Report,
    Sku,
    SourceFile,
)
from sheets_sync.core.records import Records, build
from sheets_sync.core.scope import Scope

NOW = datetime(2026, 7, 31, 10, 0, tzinfo=UTC)

PortionOf = Callable[..., Portion]
RecordsOf = Callable[..., Records]


@pytest.fixture
def portion_of() -> PortionOf:
    """Make a portion: kind, day, {key: {figure: value}}; acme US unless told otherwise."""

    def made(
        kind: str,
        day: date,
        rows: Mapping[str, Mapping[str, Figure]],
        *,
        store: str = "acme",
        marketplace: str = "US",
        taken_at: datetime = NOW,
        ad_groups: Sequence[AdGroup] = (),
        figures: Sequence[str] = (),
    ) -> Portion:
        names = list(dict.fromkeys((*figures, *(name for row in rows.values() for name in row))))
        columns = {name: [row.get(name) for row in rows.values()] for name in names}
        return Portion(
            kind, store, marketplace, day, taken_at, tuple(rows), columns, tuple(ad_groups)
        )

    return made


@pytest.fixture
def records_of() -> RecordsOf:
    """Build records from portions, each its own file received at `received`."""

    def made(
        portions: Iterable[Portion],
        *,
        skus: Iterable[Sku] = (),
        benchmarks: Iterable[Benchmark] = (),
        now: datetime = NOW,
        received: datetime = NOW,
        **scope: Any,
    ) -> Records:
        conventions: dict[str, Any] = {
            "stores": {"acme": ["US"]},
            "pools": {},
            "zone": "Asia/Shanghai",
            "window_days": 14,
        }
        reports = [
            Report(SourceFile(f"{i}.csv", f"{i:064}", 1, received), portion.kind, (portion,))
            for i, portion in enumerate(portions)
        ]
        current = merge({}, reports, received).current
        master = MasterData({sku.key: sku for sku in skus}, tuple(benchmarks))
        return build(current, master, Scope(now=now, **(conventions | scope)))

    return made
