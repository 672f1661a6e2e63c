"""Google Drive is held to what every target is held to."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any


def _contract() -> Any:
    file = Path(__file__).parents[1] / "targets" / "test_contract.py"
    spec = importlib.util.spec_from_file_location("target_contract", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class TestDrive(_contract().TestEveryTarget):  # type: ignore[misc]  # loaded from a file
    """The tests are beside those of the other targets."""
