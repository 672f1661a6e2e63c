"""An inbox for one test: files written, listed and read the way a run does it."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sheets_sync.core.model import Portion, Report
from sheets_sync.sources import Places, load
from sheets_sync.sources.inbox import scan

MODIFIED = datetime(2026, 8, 1, 16, 0, tzinfo=UTC)
DATA = Path(__file__).parents[1] / "data"

Stores = dict[str, tuple[str, ...]]
ReadFile = Callable[..., Report]


@pytest.fixture
def read_file(tmp_path: Path) -> ReadFile:
    """Return a function that puts one file into the inbox and reads it."""

    def read(path: str, content: bytes | str, stores: Stores | None = None) -> Report:
        inbox = tmp_path / "inbox"
        target = inbox / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content.encode() if isinstance(content, str) else content)
        os.utime(target, (MODIFIED.timestamp(), MODIFIED.timestamp()))
        files = [file for file in scan(inbox) if file.path == path]
        (report,) = load(inbox, files, Places(stores or {"acme": ("US", "UK", "DE", "JP")}))
        target.unlink()
        return report

    return read


@pytest.fixture
def read_sample(read_file: ReadFile) -> ReadFile:
    """Return a function that reads one of the sample files."""

    def read(name: str, path: str | None = None, stores: Stores | None = None) -> Report:
        return read_file(path or name, (DATA / name).read_bytes(), stores)

    return read


@pytest.fixture
def sample_bytes() -> Callable[[str], bytes]:
    """Return a function that gives the content of a sample file."""
    return lambda name: (DATA / name).read_bytes()


@pytest.fixture
def by_sku() -> Callable[[Portion], dict[str, dict[str, object]]]:
    """Return a function that lays a portion out as SKU -> figure -> value."""
    return lambda portion: {
        key: {name: column[i] for name, column in portion.figures.items()}
        for i, key in enumerate(portion.keys)
    }


@pytest.fixture
def reasons() -> Callable[[Report], list[str]]:
    """Return a function that gives the English reasons of a report's faults."""
    return lambda report: [fault.reason.en for fault in report.faults]
