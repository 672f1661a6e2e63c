"""What makes a team stop using such a sheet, and that it does not happen: one test for each line."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from sheets_sync.config.settings import sku_rows
from sheets_sync.core.model import SkuKey

from .conftest import DAY, days, portion

Team = Any
TeamOf = Any
JudgedOf = Any

BEFORE = DAY - timedelta(days=1)


def sku(code: str, name: str = "LAMP-07", store: str = "acme", **cells: Any) -> dict[str, Any]:
    return {"store": store, "marketplace": code, "sku": name, **cells}
