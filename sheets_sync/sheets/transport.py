"""gspread's transport with what it lacks: a timeout, a pace, retries that end, and accounts.

One place sends. Whether a request reads or writes, may be sent twice, and is answered by JSON is told
from its method and address, so that no caller can get it wrong; whatever is not known to read is treated
as a write.
"""

from __future__ import annotations

import json
from dataclasses import replace
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import requests
import stamina
import structlog
from google.auth.transport.requests import AuthorizedSession
from gspread.http_client import HTTPClient

from sheets_sync.errors import ConfigurationError, Words
from sheets_sync.sheets.advice import Circumstances, in_words, unknown_in_words
from sheets_sync.sheets.failures import (
    FAILURES,
    HttpFault,
    NoSheetsAnswer,
    Outcome,
    outcome_of,
    retry_after_s,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping

    from google.auth.credentials import Credentials
    from gspread.http_client import FileType, ParamsType

    from sheets_sync.sheets.pace import Kind, Pace
    from sheets_sync.sheets.traffic import Traffic

TIMEOUT_S = (10.0, 200.0)
"""To connect, and between two bytes of an answer: Google itself gives up after 180 s."""
ATTEMPTS = 8
"""Waits of 1, 2, 4, 8, 16, 32 and 32 s lie between them: 95 s, and quotas refill every 60 s."""
TOTAL_S = 300.0
WAIT_MAX_S = 32.0
RETRY_AFTER_MAX_S = 120.0
USER_AGENT = "sheets-sync (gzip)"
"""Google compresses for programs that say so here as well as in Accept-Encoding."""

_HOSTS = ("sheets.googleapis.com", "www.googleapis.com")
_FILES, _UPLOADS = "/drive/v3/files/", "/upload/drive/v3/files"
_READS_BY_POST = (":batchGetByDataFilter", ":getByDataFilter", "/developerMetadata:search")

log = structlog.get_logger(__name__)


def kind_of(method: str, endpoint: str) -> Kind:
    """Return whether a request reads or writes."""
    path = urlsplit(endpoint).path
    reads = method.upper() == "GET" or path.endswith(_READS_BY_POST)
    return "read" if reads else "write"


def may_repeat(method: str, endpoint: str, headers: Mapping[str, str]) -> bool:
    """Return whether a request that was sent twice has done no more than one.

    Besides whatever reads, that is a change of a file in Drive (it sends what is to be, not by how much),
    the beginning of an upload to Drive, and the question how far one has come.
    """
    path = urlsplit(endpoint).path
    if path.startswith(_UPLOADS):
        asks = headers.get("Content-Range", "").startswith("bytes */")
        begins = "uploadType=resumable" in endpoint and method.upper() != "PUT"
        return asks or begins
    changes = method.upper() == "PATCH" and path.startswith(_FILES)
    return changes or kind_of(method, endpoint) == "read"


def spreadsheet_of(endpoint: str) -> str:
    """Return the id of the spreadsheet that an address is about, or an empty text."""
    before, _, rest = urlsplit(endpoint).path.partition("/spreadsheets/")
    return rest.partition("/")[0].partition(":")[0] if before else ""


class LocalSession(requests.Session):
    """A session whose requests to Google go to a server on this computer instead.

    It follows no redirect, uses no proxy and sends no credentials, so nothing meant for the local
    server can leave the computer. Raises ConfigurationError for an address that is not loopback.
    """

    def __init__(self, url: str) -> None:
        super().__init__()
        self._local = urlsplit(url)
        if not _is_loopback(self._local.hostname) or self._local.scheme != "http":
            raise ConfigurationError(
                Words(
                    "本地表格服务的地址必须在本机(http://127.0.0.1:端口),现在是 {url}。",
                    "The local server must be on this computer (http://127.0.0.1:PORT), not {url}.",
                ).filled(url=url)
            )
        self.trust_env = False

    def request(self, method: str, url: str, **kwargs: Any) -> requests.Response:  # type: ignore[override]  # the rest passes through unchanged
        """Send one request to the local server."""
        return super().request(method, self._rewritten(url), **kwargs | {"allow_redirects": False})

    def _rewritten(self, url: str) -> str:
        asked = urlsplit(url)
        if asked.hostname not in _HOSTS:
            raise ValueError(f"{asked.hostname} is not a host of Google's")
        return urlunsplit(asked._replace(scheme=self._local.scheme, netloc=self._local.netloc))


def _is_loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False


def google_session(credentials: Credentials) -> requests.Session:
    """Return a session that signs requests, and refreshes the token when it has run out."""
    session: requests.Session = AuthorizedSession(credentials)  # type: ignore[no-untyped-call]  # google-auth leaves it untyped
    return session


class Transport(HTTPClient):
    """Sends requests for gspread and for the gateway; `pace` is None where nothing limits.

    `request` raises one of `refusals`, and nothing of requests, google-auth or gspread.
    """

    def __init__(
        self,
        session: requests.Session,
        traffic: Traffic,
        where: Circumstances,
        *,
        pace: Pace | None = None,
        attempts: int = ATTEMPTS,
    ) -> None:
        super().__init__(None, session)  # type: ignore[arg-type]  # gspread documents None beside a session
        self.set_timeout(TIMEOUT_S)
        session.headers["User-Agent"] = USER_AGENT
        self._traffic, self._where, self._pace, self._attempts = traffic, where, pace, attempts

    @property
    def account(self) -> str | None:
        """Return on whose behalf requests are sent, where that is known."""
        return self._where.account

    def request(
        self,
        method: str,
        endpoint: str,
        params: ParamsType | None = None,
        data: bytes | None = None,
        json: Mapping[str, Any] | None = None,
        files: FileType = None,
        headers: MutableMapping[str, str] | None = None,
    ) -> requests.Response:
        """Send one request, again while that is safe and may help, and return a success."""
        plain = params if "upload_id=" in endpoint else _plain(params)  # such an address is whole
        given = {"params": plain, "data": data, "files": files, "headers": headers}
        if json is not None:
            given |= {"data": encoded(json), "headers": {**(headers or {}), **_JSON}}
        return self._patiently(method, endpoint, given)

    def _patiently(self, method: str, endpoint: str, given: dict[str, Any]) -> requests.Response:
        kind, tries = kind_of(method, endpoint), 0
        once = not may_repeat(method, endpoint, given["headers"] or {})
        retries = stamina.retry_context(
            on=lambda error: _wait(error, tries, once=once),
            attempts=self._attempts,
            timeout=TOTAL_S,
            wait_initial=1.0,
            wait_max=WAIT_MAX_S,
        )
        try:
            for attempt in retries:
                with attempt:
                    tries = attempt.num
                    return self._once(kind, method, endpoint, given, again=tries > 1)
        except FAILURES as error:
            where = replace(self._where, spreadsheet_id=spreadsheet_of(endpoint), tries=tries)
            unknown = once and outcome_of(error) is Outcome.UNKNOWN
            raise (unknown_in_words if unknown else in_words)(error, where) from error
        raise AssertionError

    def _once(
        self, kind: Kind, method: str, endpoint: str, given: dict[str, Any], *, again: bool
    ) -> requests.Response:
        spreadsheet_id = spreadsheet_of(endpoint)
        if self._pace is not None:
            self._pace.wait(kind, spreadsheet_id)
        self._traffic.sent(kind, len(given["data"] or b""), again=again)
        response = self.session.request(method=method, url=endpoint, timeout=self.timeout, **given)
        down = response.raw.tell()
        self._traffic.received(down)
        log.debug(
            "request",
            kind=kind,
            spreadsheet=spreadsheet_id,
            status=response.status_code,
            down=down,
            seconds=response.elapsed.total_seconds(),
        )
        if not response.ok:
            raise HttpFault(response)
        if not _is_answer(endpoint, response):
            raise NoSheetsAnswer(response)
        return response


_JSON = {"Content-Type": "application/json; charset=UTF-8"}


def encoded(body: Mapping[str, Any]) -> bytes:
    """Return a body as it is sent: JSON in UTF-8 without spaces, a third smaller than requests' own.

    Raises ValueError for a number that JSON does not have.
    """
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def _plain(params: ParamsType | None) -> dict[str, Any]:
    return {**(params or {}), "prettyPrint": "false"}


def _is_answer(endpoint: str, response: requests.Response) -> bool:
    """Return whether a success is what was asked for: JSON, unless it is the content of a file.

    While an upload goes on, Drive answers with headers alone.
    """
    if "json" in response.headers.get("Content-Type", ""):
        return True
    asked = urlsplit(endpoint)
    if asked.path.startswith(_UPLOADS):
        return not response.content
    return asked.path.startswith(_FILES) and "alt=media" in asked.query


def _wait(error: BaseException, tries: int, *, once: bool) -> bool | float:
    """Decide for stamina: False to give up, True for its own backoff, or the seconds to wait.

    A server that asks for less than the backoff still gets the backoff, or a small number would use
    the attempts up before the quota refills.
    """
    outcome = outcome_of(error)
    if outcome is Outcome.FINAL or (once and outcome is Outcome.UNKNOWN):
        return False
    asked_s = retry_after_s(error)
    if asked_s is None:
        return True
    return (
        False if asked_s > RETRY_AFTER_MAX_S else max(asked_s, min(WAIT_MAX_S, 2.0 ** (tries - 1)))
    )
