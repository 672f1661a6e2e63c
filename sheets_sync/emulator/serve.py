"""Starting and finding a server: one for each data folder, reached by its address file."""

import asyncio
import contextlib
import http.client
import json
import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import filelock
import uvicorn
from starlette.types import Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

from sheets_sync.emulator.app import Options, Server, create_app
from sheets_sync.emulator.faults import from_json

_LOG = logging.getLogger(__name__)
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_START_S = 10.0
_PAUSE_S = 0.02
ADDRESS_FILE = "address.json"


class HasUrl(Protocol):
    """A server that can be reached."""

    @property
    def url(self) -> str:
        """Where it answers, such as http://127.0.0.1:8484."""


class ServerInUse(Exception):
    """Another process owns the data folder and cannot be reached."""

    def __init__(self, data: Path) -> None:
        self.data = data
        super().__init__(f"another server owns {data} and does not answer")


class LocalServer:
    """A server in a thread of this process, for as long as the context lasts.

    It owns its data folder: a second one for the same folder raises ServerInUse. `auth` is `open`
    (callers without a known token are the owner) or `required`; `quotas` enforces Google's quotas
    per minute, counted by `clock`; the metadata switches choose what Google does not document.
    """

    def __init__(
        self,
        data: Path,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        quotas: bool = False,
        auth: str = "open",
        metadata_on_copy: bool = False,
        metadata_on_sort: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.data = data.resolve()
        self.host = host
        self.port = port
        self.url = ""
        self._options = Options(auth, quotas, metadata_on_copy, metadata_on_sort, clock)
        self._lock = filelock.FileLock(self.data / ".lock", thread_local=False)

    def __enter__(self) -> Self:
        self.data.mkdir(parents=True, exist_ok=True)
        try:
            self._lock.acquire(timeout=0)
        except filelock.Timeout as error:
            raise ServerInUse(self.data) from error
        try:
            self._start()
        except BaseException:
            self._lock.release()
            raise
        return self

    def _start(self) -> None:
        self._server = Server(self.data, self._options)
        listener = self._listen()
        self.port = listener.getsockname()[1]
        shown = f"[{self.host}]" if ":" in self.host else self.host
        self.url = f"http://{shown}:{self.port}"
        connections: dict[Any, asyncio.Transport] = {}
        app = create_app(
            self._server,
            lambda scope: _hang_up(connections, scope),
            any_host=self.host not in _LOOPBACK,
        )
        config = uvicorn.Config(
            app,
            http=_protocol(connections),
            loop="asyncio",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=2,
        )
        self._uvicorn = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._uvicorn.run, args=([listener],), name="local-sheets", daemon=True
        )
        self._thread.start()
        self._wait()
        _write_address(self.data, self.url)

    def _listen(self) -> socket.socket:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        # asyncio turns off delays in sending only for sockets that name their protocol
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((self.host, self.port))
        return listener

    def _wait(self) -> None:
        until = time.monotonic() + _START_S
        while not self._uvicorn.started:
            if not self._thread.is_alive() or time.monotonic() > until:
                raise RuntimeError("the local Sheets server did not start")
            time.sleep(0.002)

    def fail(self, fault: dict[str, Any]) -> None:
        """Let calls fail from now on, as `POST /admin/faults` does; ApiError for what it does not know."""
        self._server.faults.order(from_json(fault))

    def join(self) -> None:
        """Wait until the server ends."""
        self._thread.join()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(FileNotFoundError):
            (self.data / ADDRESS_FILE).unlink()
        self._uvicorn.should_exit = True
        self._thread.join(timeout=_START_S)
        self._server.close()
        self._lock.release()


def serve_forever(
    data: Path,
    *,
    port: int = 8484,
    host: str = "127.0.0.1",
    quotas: bool = False,
    auth: str = "open",
) -> None:
    """Serve a data folder until the process is interrupted."""
    with LocalServer(data, port=port, host=host, quotas=quotas, auth=auth) as server:
        server.join()


@contextlib.contextmanager
def connect(data: Path) -> Iterator[HasUrl]:
    """Give a server for a data folder: the one that is running, else one of our own.

    Raises ServerInUse when another process owns the folder and does not answer in time.
    """
    data = data.resolve()
    until = time.monotonic() + _START_S
    while True:
        running = _running(data)
        if running is not None:
            yield running
            return
        own = LocalServer(data)
        try:
            own.__enter__()
        except ServerInUse:
            if time.monotonic() > until:
                raise
            time.sleep(_PAUSE_S)
            continue
        with contextlib.ExitStack() as stack:
            stack.push(own)
            yield own
        return


class _Running:
    """A server of another process."""

    def __init__(self, url: str) -> None:
        self.url = url


def _running(data: Path) -> HasUrl | None:
    """Return the running server of a folder, None when there is none or it does not answer."""
    try:
        url = str(json.loads((data / ADDRESS_FILE).read_text("utf-8"))["url"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
    place = url.removeprefix("http://")
    connection = http.client.HTTPConnection(place, timeout=5)
    try:
        connection.request("GET", "/healthz")
        answer = json.loads(connection.getresponse().read())
    except (OSError, ValueError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    return _Running(url) if answer.get("data") == str(data) else None


def _write_address(data: Path, url: str) -> None:
    text = json.dumps({"url": url, "pid": os.getpid()})
    making = data / f".{ADDRESS_FILE}.tmp"
    making.write_text(text, "utf-8")
    making.rename(data / ADDRESS_FILE)


def _protocol(connections: dict[Any, asyncio.Transport]) -> type[H11Protocol]:
    """Return uvicorn's protocol, made to remember its connections by the client's address."""

    class Remembering(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn narrows it too
            super().connection_made(transport)
            connections[transport.get_extra_info("peername")[:2]] = transport

        def connection_lost(self, exc: Exception | None) -> None:
            connections.pop(self.transport.get_extra_info("peername")[:2], None)
            super().connection_lost(exc)

    return Remembering


def _hang_up(connections: dict[Any, asyncio.Transport], scope: Scope) -> None:
    transport = connections.get(tuple(scope["client"]))
    if transport is not None:
        transport.abort()
