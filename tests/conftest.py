"""What every test shares: no network but loopback, and programs that are there or a reason to skip."""

from __future__ import annotations

import os
import shutil
import socket
from typing import Any

import pytest

LOOPBACK = ("127.", "::1", "localhost")


@pytest.fixture(autouse=True)
def _only_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection that would leave this computer."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else ""
        if isinstance(host, str) and host and not host.startswith(LOOPBACK):
            raise OSError(f"tests reach nothing but loopback, not {host}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose program is missing, or fail it where programs are required."""
    for mark in item.iter_markers("program"):
        name = mark.args[0]
        if shutil.which(name) is None:
            if os.environ.get("SHEETS_SYNC_PROGRAMS") == "required":
                pytest.fail(f"{name} is not installed")
            pytest.skip(f"{name} is not installed")
