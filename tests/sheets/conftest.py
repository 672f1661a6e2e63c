"""A scripted HTTP server on loopback, a clock that only sleeping moves, and a key nobody else has."""

from __future__ import annotations

import gzip
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sheets_sync.sheets.gateway import Gateway

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Answer:
    """What the server does with one request; a `drop` closes the line before or within the answer."""

    status: int = 200
    body: Any = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    drop: str = ""
    slow: bool = False


@dataclass
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.raw)


class Scripted:
    """A server that plays its `script`, then repeats the last answer; `asked` is what it heard."""

    def __init__(self) -> None:
        self.script: list[Answer] = []
        self.asked: list[Asked] = []
        self.release = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def plays(self, *answers: Answer) -> None:
        self.script = list(answers)

    def next(self) -> Answer:
        return self.script.pop(0) if len(self.script) > 1 else self.script[0]

    def close(self) -> None:
        self.release.set()
        self._server.shutdown()
        self._server.server_close()


def _handler(scripted: Scripted) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def do_GET(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            query = parse_qs(parts.query)
            scripted.asked.append(Asked(self.command, parts.path, query, headers, raw))
            self._play(scripted.next())

        do_POST = do_GET  # noqa: N815  http.server's name

        def _play(self, answer: Answer) -> None:
            if answer.slow:
                scripted.release.wait(5)
            if answer.slow or answer.drop == "before":
                self.close_connection = True
                return
            body, headers = _encoded(answer, zipped="gzip" in self.headers["Accept-Encoding"])
            self.send_response(answer.status)
            for name, value in {**headers, **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            if answer.drop == "within":
                body, self.close_connection = body[: len(body) // 2], True
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    return Handler


def _encoded(answer: Answer, *, zipped: bool) -> tuple[bytes, dict[str, str]]:
    if isinstance(answer.body, str):
        body, headers = answer.body.encode(), {"Content-Type": "text/html; charset=UTF-8"}
    else:
        body = json.dumps(answer.body).encode()
        headers = {"Content-Type": "application/json; charset=UTF-8"}
    if zipped:
        body = gzip.compress(body)
        headers["Content-Encoding"] = "gzip"
    return body, {**headers, "Content-Length": str(len(body))}


class Clock:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def answer() -> type[Answer]:
    return Answer


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that the retries and google-auth use too, so that no test sleeps."""
    clock = Clock()
    told = SimpleNamespace(sleep=clock.sleep, monotonic=clock)
    for module in ("tenacity", "tenacity.nap", "google.auth._exponential_backoff"):
        monkeypatch.setattr(f"{module}.time", told)
    return clock


@pytest.fixture
def server() -> Iterator[Scripted]:
    scripted = Scripted()
    yield scripted
    scripted.close()


@pytest.fixture
def gateway(server: Scripted, clock: Clock) -> Iterator[Gateway]:
    """A gateway to the scripted server that never sleeps for real."""
    with Gateway.for_local(server.url) as gateway:
        yield gateway


@pytest.fixture(scope="session")
def private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


@pytest.fixture
def service_account(private_key: str, server: Scripted) -> dict[str, str]:
    """A service account key whose token address is the scripted server."""
    return {
        "type": "service_account",
        "project_id": "acme",
        "private_key_id": "0123456789abcdef",
        "private_key": private_key,
        "client_email": "sheets-sync@acme.iam.gserviceaccount.com",
        "client_id": "1",
        "token_uri": f"{server.url}/token",
    }
