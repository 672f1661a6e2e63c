"""A real server over HTTP, and a client that knows nothing but the public API."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import gspread
import pytest
import requests

from sheets_sync.emulator.serve import LocalServer

if TYPE_CHECKING:
    from collections.abc import Iterator


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
