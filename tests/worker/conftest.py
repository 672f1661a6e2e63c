"""A clock that only sleeping moves, and jobs with a given schedule."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Clock:
    """Moves when somebody sleeps; `stretches` make one second of sleep last far longer."""

    def __init__(self, start: str) -> None:
        self.now = datetime.fromisoformat(start)
        self.until = self.now + timedelta(days=1)
        self.at_end: Callable[[], None] = lambda: None
        self.stretches: dict[datetime, timedelta] = {}

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        # A minute a tick keeps a simulated day short.
        self.now += max(timedelta(seconds=seconds), timedelta(minutes=1))
        for at, length in list(self.stretches.items()):
            if self.now >= at:
                self.now += self.stretches.pop(at, length)
        if self.now >= self.until:
            self.at_end()


@pytest.fixture
def clock() -> type[Clock]:
    return Clock


@pytest.fixture
def job_file(tmp_path: Path) -> Callable[..., Path]:
    """Write a job with these times in this zone."""

    def write(at: str = '["08:30", "16:30"]', zone: str = "Asia/Shanghai") -> Path:
        path = tmp_path / "sheets-sync.yaml"
        text = f"team: acme\nstores: {{acme: [US]}}\nschedule: {{at: {at}, zone: {zone}}}\n"
        path.write_text(text, encoding="utf-8")
        return path

    return write
