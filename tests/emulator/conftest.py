"""A real server over HTTP, and a client that knows nothing but the public API."""

from __future__ import annotations

import importlib.util
import json
import warnings
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import gspread
import pytest
import requests

from sheets_sync.emulator import app
from sheets_sync.emulator.serve import LocalServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.responses import Response

    from sheets_sync.emulator.call import Call

SHARED = Path(__file__).parents[2].parent / "shared" / "conformance"

GOOGLE = ("https://sheets.googleapis.com", "https://www.googleapis.com")


class Rewriting(requests.Session):
    """A session that sends what is meant for Google to the local server."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self.trust_env = False
        self.base = base

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        for host in GOOGLE:
            url = url.replace(host, self.base)
        return super().request(method, url, **options)


class Spreadsheet:
    """One spreadsheet of the server, addressed by its REST paths."""

    def __init__(self, base: str, session: requests.Session) -> None:
        self.base = base
        self.session = session
        body = {"properties": {"title": "Log"}}
        self.id = session.post(f"{base}/v4/spreadsheets", json=body).json()["spreadsheetId"]
        self.url = f"{base}/v4/spreadsheets/{self.id}"

    def send(self, *batch: dict[str, Any], **body: Any) -> requests.Response:
        """Send a batchUpdate and return the answer, whatever it is."""
        return self.session.post(f"{self.url}:batchUpdate", json={"requests": batch, **body})

    def batch(self, *batch: dict[str, Any], **body: Any) -> dict[str, Any]:
        """Send a batchUpdate that must succeed."""
        answer = self.send(*batch, **body)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def refused(self, *batch: dict[str, Any]) -> str:
        """Send a batchUpdate that must be refused with 400; return the message."""
        answer = self.send(*batch)
        assert answer.status_code == 400, answer.text
        return str(answer.json()["error"]["message"])

    def get(self, fields: str = "", **query: Any) -> dict[str, Any]:
        """Return spreadsheets.get under a mask."""
        answer = self.session.get(self.url, params={"fields": fields, **query})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def sheet(self, fields: str = "*") -> dict[str, Any]:
        """Return what a mask keeps of the first sheet."""
        return dict(self.get(f"sheets({fields})")["sheets"][0])

    def put(self, place: str, values: list[list[Any]], option: str = "RAW") -> dict[str, Any]:
        """Write values at an A1 place."""
        answer = self.session.put(
            f"{self.url}/values/{place}",
            params={"valueInputOption": option},
            json={"values": values},
        )
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def values(self, place: str, **options: str) -> list[list[Any]]:
        """Return the values of an A1 range."""
        answer = self.session.get(f"{self.url}/values/{place}", params=options)
        assert answer.status_code == 200, answer.text
        return list(answer.json().get("values", []))


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


VALIDATOR = _validator()
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
        api = VALIDATOR.get(call.path.split("/")[1])
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
        if VALIDATOR is not None:
            seen.see(call, response)
        return response

    monkeypatch.setattr(app._Api, "_carry_out", watched)
    yield seen
    assert seen.wrong == []


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LocalServer]:
    """A server with a data folder of its own."""
    with LocalServer(tmp_path / "sheets") as running:
        yield running


@pytest.fixture
def session(server: LocalServer) -> Iterator[Rewriting]:
    """A session whose Google is the local server."""
    with Rewriting(server.url) as made:
        yield made


@pytest.fixture
def book(server: LocalServer, session: Rewriting) -> Spreadsheet:
    """A new spreadsheet."""
    return Spreadsheet(server.url, session)


@pytest.fixture
def client(session: Rewriting) -> gspread.Client:
    """gspread, talking to the local server."""
    made = gspread.Client(auth=None, session=session)
    made.set_timeout((5, 30))
    return made
