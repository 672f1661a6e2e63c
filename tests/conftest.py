"""What every test shares.

No network but loopback; programs that are there or a reason to skip; and a witness that holds every
request to the local server and every answer against Google's own description.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import socket
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from starlette.responses import Response

from sheets_sync.emulator import app
from sheets_sync.emulator.call import Call

SHARED = Path(__file__).parents[1].parent / "shared" / "conformance"
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


@cache
def _validator() -> Any:
    """Return the checks against Google's discovery documents, by service; None without them."""
    source = SHARED / "discovery_validate.py"
    if not source.is_file():
        return None
    spec = importlib.util.spec_from_file_location("discovery_validate", source)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # it leaves its files to the collector
        return _apis(module)


def _apis(module: Any) -> dict[str, Any]:
    documents = resources.files("googleapiclient").joinpath("discovery_cache", "documents")
    return {
        name: module.Api(str(documents.joinpath(document)))
        for name, document in (("v4", "sheets.v4.json"), ("drive", "drive.v3.json"))
    }


_OLD_FIELD = '"withLink"'
"""gspread sends this field of Drive v2 to Drive v3, which passes over what it does not know."""


@dataclass
class Conformity:
    """Compares what went through the servers of this process with Google's own description."""

    calls: int = 0
    checked: int = 0
    wrong: list[str] = field(default_factory=list)

    def see(self, call: Call, response: Response) -> None:
        """Check one request and its answer."""
        self.calls += 1
        api = _validator().get(call.path.split("/")[1])
        method, _ = api.route(call.method, unquote(call.path)) if api else (None, {})
        if method is None or response.media_type != app.sheets_api.Answer().media_type:
            return
        self.checked += 1
        try:
            body = json.loads(call.raw) if call.raw.strip() else None
        except ValueError:
            body = None
        bad = [] if body is None else api.body_errors(method, body)
        bad = [error for error in bad if _OLD_FIELD not in error[1]]
        if call.path.startswith("/v4/"):  # Drive passes over parameters it does not know
            bad += api.query_errors(method, call.options())
        answer = json.loads(response.body or b"{}")
        if response.status_code == 200:
            bad += api.response_errors(method, answer)
        elif bad and response.status_code == 400 and "Invalid JSON" in answer["error"]["message"]:
            bad = []
        if "error" in answer:
            bad += [("", "an error has a code")] if "code" not in answer["error"] else []
        if bad and response.status_code == 200:
            self.wrong.append(f"{call.method} {call.path}: {bad[:3]}")


@pytest.fixture(autouse=True)
def conformity(monkeypatch: pytest.MonkeyPatch) -> Iterator[Conformity]:
    """Hold every accepted request and every answer of a test against the discovery documents."""
    seen = Conformity()
    carry_out = app._Api._carry_out

    def watched(self: Any, call: Call, *, writing: bool) -> Response:
        response = carry_out(self, call, writing=writing)
        if _validator() is not None:
            seen.see(call, response)
        return response

    monkeypatch.setattr(app._Api, "_carry_out", watched)
    yield seen
    assert seen.wrong == []
