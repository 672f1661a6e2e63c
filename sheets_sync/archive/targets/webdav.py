"""A WebDAV server: Jianguoyun, Nextcloud, a NAS."""

from __future__ import annotations

import posixpath
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.etree.ElementTree import ParseError

import httpx
from webdav4.client import ClientError, HTTPError, InsufficientStorage, ResourceAlreadyExists
from webdav4.fsspec import WebdavFileSystem, translate_exceptions

from sheets_sync.archive.targets.faults import (
    NO_ROOM,
    REFUSED,
    TOO_SLOW,
    UNREACHABLE,
    Why,
    why_of,
    why_of_status,
)
from sheets_sync.archive.targets.files import CONNECT_S, SILENT_S, Files, Way
from sheets_sync.errors import Words

if TYPE_CHECKING:
    from sheets_sync.config.targets import Address


def open_webdav(address: Address) -> Files:
    """Return a WebDAV server, or what is below a folder of it, as a target."""
    host = f"[{address.host}]" if ":" in address.host else address.host
    port = f":{address.port}" if address.port else ""
    scheme = "http" if address.scheme == "webdav+http" else "https"

    def connect() -> _Server:
        return _Server(
            f"{scheme}://{host}{port}",
            auth=(address.user, address.password) if address.user else None,
            timeout=httpx.Timeout(SILENT_S, connect=CONNECT_S),
        )

    failures = (ClientError, httpx.HTTPError, httpx.InvalidURL, ParseError, ValueError)
    return Files(address, Way(address.path, connect, failures, _why))


class _Server(WebdavFileSystem):  # type: ignore[misc]  # webdav4 has no types
    """The plain requests of WebDAV, where webdav4 asks many questions around each of them.

    It also takes a path for a piece of a URL, so `?`, `#` and `%` in names have to be quoted.
    """

    cachable = False

    def makedirs(self, path: str, exist_ok: bool = False) -> None:  # noqa: FBT001, FBT002  # fsspec's
        """Create a folder and those above it."""
        if not path or (exist_ok and self.client.exists(quote(path))):
            return
        self.makedirs(posixpath.dirname(path), exist_ok=True)
        with suppress(ResourceAlreadyExists):
            self.client.mkdir(quote(path))

    def pipe_file(self, path: str, value: bytes) -> None:
        """Write a file whole."""
        self.client.request("PUT", quote(path), content=value)

    def mv(self, path1: str, path2: str) -> None:
        """Rename a file, over another if there is one; webdav4 would copy it."""
        self.client.move(quote(path1), quote(path2), overwrite=True)

    def cat_file(self, path: str) -> bytes:
        """Return a file whole."""
        with translate_exceptions():
            answer: httpx.Response = self.client.request("GET", quote(path), follow_redirects=True)
        return answer.content

    def ls(self, path: str, *, detail: bool) -> list[str]:
        """Return the paths directly in a folder."""
        with translate_exceptions():
            paths: list[str] = self.client.ls(
                quote(path), detail=detail, allow_listing_resource=False
            )
        return paths

    def close(self) -> None:
        """Close its connections."""
        self.client.http.close()


_REFUSED = Why(
    REFUSED.what,
    Words(
        "请核对用户名和密码(坚果云要用「安全选项」里生成的应用密码,不是登录密码),并确认可以写入这个文件夹。",
        "Check user and password (Jianguoyun wants an app password made in its security settings, not the one you sign in with), and that the account may write to that folder.",
    ),
)
_NO_WEBDAV = Why(
    Words("对方的回答不是 WebDAV", "the answer is no WebDAV"),
    Words(
        "请核对网址:要用服务商给出的 WebDAV 地址,不是网页地址。",
        "Check the address: it is the WebDAV address that the service names, not that of its web page.",
    ),
)


def _why(error: BaseException) -> Why:
    if isinstance(error, HTTPError):
        why = why_of_status(error.status_code)
        return _REFUSED if why is REFUSED else why
    if isinstance(error, InsufficientStorage):
        return NO_ROOM
    if isinstance(error, httpx.TimeoutException):
        return TOO_SLOW
    if isinstance(error, httpx.TransportError):
        return UNREACHABLE
    return _NO_WEBDAV if isinstance(error, ParseError | ValueError) else why_of(error)
