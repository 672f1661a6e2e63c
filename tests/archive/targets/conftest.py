"""Real servers on loopback: S3 (moto), WebDAV (wsgidav), SFTP (asyncssh), and a remote of rclone.

Each runs once for all tests and is given out as the URL of a folder that nobody else has. Passwords
have every character that a URL minds.
"""

from __future__ import annotations

import asyncio
import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from sheets_sync.archive.targets import Target, open_target
from sheets_sync.errors import SheetsSyncError

USER = "me@x.com"
PASSWORD = "p@ss/w+rd?#&=% 7"
LOGIN = f"{quote(USER, safe='')}:{quote(PASSWORD, safe='')}"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
KEYS = f"key=AKIAIOSFODNN7EXAMPLE&secret={SECRET}"
SECRETS = (PASSWORD, quote(PASSWORD, safe=""), SECRET, quote(SECRET, safe=""))


@pytest.fixture(autouse=True)
def _nobodys_computer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the keys, the agents and the proxies of this computer out of the tests."""
    for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "SSH_AUTH_SOCK"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture(
    params=[
        "folder",
        "s3",
        "webdav",
        "sftp",
        pytest.param("rclone", marks=pytest.mark.program("rclone")),
    ]
)
def url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty folder, in every kind of target in turn."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture
def target(url: str, tmp_path: Path) -> Iterator[Target]:
    """An empty target."""
    opened = open_target(url, tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def folder_url(tmp_path: Path) -> str:
    return "./archive"


@pytest.fixture(scope="session")
def _read_once() -> Iterator[None]:
    """Let every client of S3 share what botocore knows of it: reading that takes longer than a test."""
    JSONFileLoader = pytest.importorskip("botocore.loaders").JSONFileLoader  # noqa: N806  # a class
    known = cache(JSONFileLoader().load_file)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(JSONFileLoader, "load_file", staticmethod(known))
        yield


@pytest.fixture(scope="session")
def s3_server(_read_once: None) -> Iterator[str]:
    moto, boto3 = pytest.importorskip("moto.server"), pytest.importorskip("boto3")
    config = pytest.importorskip("botocore.config").Config(region_name="us-east-1")
    server = moto.ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    client = boto3.client(
        "s3",
        endpoint_url=endpoint,
        aws_access_key_id="k",
        aws_secret_access_key="s",
        config=config,
    )
    client.create_bucket(Bucket="company")
    client.close()
    yield endpoint
    server.stop()
    assert server._server is not None
    server._server.server_close()


@pytest.fixture
def s3_url(s3_server: str) -> str:
    return f"s3://company/{_fresh()}/archive?endpoint_url={s3_server}&{KEYS}"


@pytest.fixture(scope="session")
def webdav_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    wsgi = pytest.importorskip("cheroot.wsgi")
    app = pytest.importorskip("wsgidav.wsgidav_app").WsgiDAVApp(
        {
            "provider_mapping": {"/": str(tmp_path_factory.mktemp("webdav"))},
            "http_authenticator": {"accept_digest": False, "default_to_digest": False},
            "simple_dc": {"user_mapping": {"*": {USER: {"password": PASSWORD}}}},
            "verbose": 0,
            "logging": {"enable": False},
        }
    )
    server = wsgi.Server(("127.0.0.1", 0), app, numthreads=2)
    server.prepare()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.bind_addr[1]}"
    server.stop()
    thread.join()


@pytest.fixture
def webdav_url(webdav_server: str) -> str:
    return f"webdav+http://{LOGIN}@{webdav_server}/{_fresh()}/archive"


@dataclass
class SftpServer:
    """Where the server listens, and the files that a client needs to sign in."""

    port: int
    known_hosts: Path
    key_file: Path

    def url(self, login: str = LOGIN, **options: object) -> str:
        asked = "&".join(f"{name}={value}" for name, value in options.items())
        return f"sftp://{login}@127.0.0.1:{self.port}/{_fresh()}/archive?{asked}"


@pytest.fixture(scope="session")
def sftp_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SftpServer]:
    asyncssh = pytest.importorskip("asyncssh")

    class Gate(asyncssh.SSHServer):  # type: ignore[name-defined,misc]  # known at run time
        def begin_auth(self, _: str) -> bool:
            return True

        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            return (username, password) == (USER, PASSWORD)

    keys, files = tmp_path_factory.mktemp("keys"), tmp_path_factory.mktemp("sftp")
    host_key, user_key = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
    user_key.write_private_key(keys / "id")
    user_key.write_public_key(keys / "authorized")
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def start() -> Any:
        return await asyncssh.listen(
            "127.0.0.1",
            0,
            server_factory=Gate,
            server_host_keys=[host_key],
            authorized_client_keys=str(keys / "authorized"),
            sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(files).encode()),
        )

    async def stop(server: Any) -> None:
        server.close()
        await server.wait_closed()

    server = asyncio.run_coroutine_threadsafe(start(), loop).result()
    public = host_key.export_public_key().decode()
    (keys / "known_hosts").write_text(f"[127.0.0.1]:{server.get_port()} {public}")
    yield SftpServer(server.get_port(), keys / "known_hosts", keys / "id")
    asyncio.run_coroutine_threadsafe(stop(server), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture
def sftp_url(sftp_server: SftpServer) -> str:
    return sftp_server.url(known_hosts=sftp_server.known_hosts)


@pytest.fixture
def rclone_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    config = tmp_path / "rclone.conf"
    config.write_text(f"[my cloud]\ntype = alias\nremote = {tmp_path / 'cloud'}\n")
    monkeypatch.setenv("RCLONE_CONFIG", str(config))
    return "rclone://my%20cloud/archive"


@dataclass
class Scripted:
    """A server that gives every request one answer, or none, and keeps what it was asked."""

    status: int = 200
    reason: str = "Told so"
    body: bytes = b""
    silent: bool = False
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    place: str = ""


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    script, release = Scripted(), threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            script.asked.append((f"{self.command} {self.path}", headers))
            if script.silent:
                release.wait(20)
                self.close_connection = True
                return
            self.send_response(script.status, script.reason)
            self.send_header("Content-Length", str(len(script.body)))
            self.end_headers()
            self.wfile.write(script.body)

        do_GET = do_PROPFIND = do_MKCOL = do_MOVE = do_PUT  # noqa: N815  # http.server's names

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    script.place = f"127.0.0.1:{server.server_port}"
    yield script
    release.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def nobody() -> str:
    """An address at which nobody listens."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{held.getsockname()[1]}"


def _fresh() -> str:
    return f"日报 {uuid.uuid4().hex[:8]}".replace(" ", "%20")


@pytest.fixture
def secrets() -> tuple[str, ...]:
    """What may never be seen, plain and as it stands in a URL."""
    return SECRETS


@pytest.fixture
def told() -> Callable[[SheetsSyncError], str]:
    """Return all that an error shows to anybody, after making sure that no secret is in it."""

    def everything(error: SheetsSyncError) -> str:
        text = f"{error.words.zh}\n{error.words.en}\n{error}\n{error!r}\n{error.__cause__!r}\n{vars(error)}"
        assert not [secret for secret in SECRETS if secret in text]
        return text

    return everything
