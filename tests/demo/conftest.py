"""One made-up company for all tests of the demo: seed 7, thirty nights that end on 30 July 2026."""

from __future__ import annotations

from datetime import date

import pytest

from sheets_sync.demo.company import Company


@pytest.fixture(scope="session")
def company() -> Company:
    return Company(7, 30, 40, date(2026, 7, 30))
