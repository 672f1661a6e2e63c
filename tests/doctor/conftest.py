"""Jobs to examine, a service account key, and a spreadsheet server that plays one sheet."""

from __future__ import annotations

import json
import shutil
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sheets_sync.config.starter import start_job
from sheets_sync.doctor import Finding, examine
from sheets_sync.sheets.gateway import Gateway

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NOW = datetime(2026, 7, 31, 1, 0, tzinfo=UTC)
SPREADSHEET = "1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcd"
STOCK = Path(__file__).parents[1] / "data" / "GET_FBA_INVENTORY_PLANNING_DATA_US_2026.txt"


class Examined:
    """What the doctor found, to be asked about."""

    def __init__(self, findings: list[Finding]) -> None:
        self.findings = findings

    def about(self, text: str) -> Finding:
        """Return the one finding whose English words hold a text."""
        found = [one for one in self.findings if text in one.what.en]
        assert len(found) == 1, [one.what.en for one in self.findings]
        return found[0]

    @property
    def faults(self) -> list[str]:
        """Return the English words of every fault."""
        return [one.what.en for one in self.findings if one.ok is False]


@dataclass
class Folder:
    """A job folder and what the doctor says about it."""

    path: Path
    ahead_s: float | None = 0.0
    google: Callable[[Any], Gateway] | None = None
    probed: int = 0

    @property
    def job_file(self) -> Path:
        return self.path / "sheets-sync.yaml"

    def rewrite(self, old: str, new: str) -> None:
        text = self.job_file.read_text(encoding="utf-8")
        assert old in text
        self.job_file.write_text(text.replace(old, new), encoding="utf-8")

    def examined(self) -> Examined:
        def probe() -> float | None:
            self.probed += 1
            return self.ahead_s

        given = {} if self.google is None else {"google": self.google}
        return Examined(examine(self.job_file, now=NOW, clock_probe=probe, **given))


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A new job for the US with one stock report."""
    start_job(tmp_path / "job", template="full", language="en")
    made = Folder(tmp_path / "job")
    made.rewrite("[US, DE, JP]", "[US]")
    shutil.copy(STOCK, made.path / "inbox" / "US")
    return made


@pytest.fixture(scope="session")
def private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


@dataclass
class Sheet:
    """A spreadsheet: its tabs as Google describes them, the cells of each by column, and who may write."""

    url: str = ""
    tabs: list[dict[str, Any]] = field(default_factory=list)
    cells: dict[int, list[list[Any]]] = field(default_factory=dict)
    reading: tuple[int, str] = (200, "")
    writing: tuple[int, str] = (400, "No named range with id: sheets_sync.doctor")

    def answer(self, path: str) -> tuple[int, Any]:
        if path.endswith(":batchUpdate"):
            return self.writing[0], {"error": {"message": self.writing[1]}}
        if self.reading[0] != 200:
            return self.reading[0], {"error": {"message": self.reading[1]}}
        if path.endswith(":batchGetByDataFilter"):
            return 200, {"valueRanges": [self._grid(sheet) for sheet in self.cells]}
        sheets = [tab | self._headings(tab["properties"]["sheetId"]) for tab in self.tabs]
        return 200, {"properties": {"title": "Operations"}, "sheets": sheets}

    def _headings(self, sheet: int) -> dict[str, Any]:
        cells = [
            {"userEnteredValue": {"stringValue": column[0]}} for column in self.cells.get(sheet, ())
        ]
        return {"data": [{"rowData": [{"values": cells}]}]}

    def _grid(self, sheet: int) -> dict[str, Any]:
        title = next(
            tab["properties"]["title"] for tab in self.tabs if tab["properties"]["sheetId"] == sheet
        )
        return {
            "valueRange": {"range": f"'{title}'!A1:AZ200", "values": self.cells[sheet]},
            "dataFilters": [{"gridRange": {"sheetId": sheet}}],
        }


def _handler(sheet: Sheet) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, content = sheet.answer(urlsplit(self.path).path)
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_HEAD = do_GET  # noqa: N815  # http.server's names

        def log_message(self, *_: object) -> None: ...

    return Handler


@pytest.fixture
def sheet() -> Iterator[Sheet]:
    """A spreadsheet without tabs, which may be read and written."""
    sheet = Sheet()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(sheet))
    server.daemon_threads = True
    sheet.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield sheet
    server.shutdown()
    server.server_close()


@pytest.fixture
def google_folder(folder: Folder, sheet: Sheet, private_key: str) -> Folder:
    """The same job with a Google Sheet, whose requests go to the server that plays it."""
    key = {
        "type": "service_account",
        "project_id": "acme",
        "private_key_id": "0123456789abcdef",
        "private_key": private_key,
        "client_email": "sheets-sync@acme.iam.gserviceaccount.com",
        "client_id": "1",
        "token_uri": "https://oauth2.googleapis.com/token",
    }
    (folder.path / "key.json").write_text(json.dumps(key), encoding="utf-8")
    (folder.path / "key.json").chmod(0o600)
    folder.rewrite("spreadsheet: local", f"spreadsheet: {SPREADSHEET}")
    folder.rewrite("credentials: default", "credentials: key.json")
    folder.google = lambda _: Gateway.for_local(sheet.url, attempts=1)
    return folder
