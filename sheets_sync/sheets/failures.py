"""What is known about a request that failed, and so whether it may be sent again.

Three outcomes matter. A request that was *certainly not applied* and may succeed later is sent again,
whatever it does. One whose outcome is *unknown* is sent again only if it reads. Everything else is
*final*. Only the status, Google's reason codes and the kind of network failure decide, never the
wording of a message.
"""

from __future__ import annotations

import ssl
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any
from urllib.parse import urlsplit

import requests
from google.auth.exceptions import GoogleAuthError, TransportError
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError

_RATE_REASONS = {"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED"}
_SERVER_FAULT = 500
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
"""The names of this computer."""


class Outcome(Enum):
    """What is known about a request that failed."""

    NOT_APPLIED = "certainly not applied, and may succeed later"
    UNKNOWN = "may or may not have been applied"
    FINAL = "not applied, and sending it again would not help"


class HttpFault(Exception):
    """The server answered with a status that is no success."""

    def __init__(self, response: requests.Response) -> None:
        self.response, self.status = response, response.status_code
        super().__init__(f"HTTP {self.status}")

    @property
    def error(self) -> dict[str, Any]:
        """Google's error object, or an empty one where the body is something else, such as HTML."""
        try:
            body = self.response.json()
        except requests.JSONDecodeError:
            return {}
        error = body.get("error") if isinstance(body, dict) else None
        return error if isinstance(error, dict) else {}

    @property
    def message(self) -> str:
        """Google's own words, or an empty text."""
        return str(self.error.get("message", ""))

    @property
    def reasons(self) -> set[str]:
        """Google's reason codes: Drive keeps them in `errors`, Sheets in `details`."""
        return {str(entry["reason"]) for entry in self._entries() if "reason" in entry}

    @property
    def links(self) -> list[str]:
        """The addresses at which Google offers help."""
        found = [link for entry in self._entries() for link in entry.get("links") or ()]
        return [str(link["url"]) for link in found if "url" in link]

    def _entries(self) -> list[dict[str, Any]]:
        error = self.error
        entries = [*(error.get("errors") or ()), *(error.get("details") or ())]
        return [entry for entry in entries if isinstance(entry, dict)]


class NoSheetsAnswer(Exception):
    """The answer claims success and is no JSON: something else than a Sheets server spoke."""

    def __init__(self, response: requests.Response) -> None:
        self.response = response
        super().__init__("the answer is not JSON")


FAILURES = (
    HttpFault,
    NoSheetsAnswer,
    GoogleAuthError,
    requests.ConnectionError,
    requests.Timeout,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
)
"""The exceptions that are about the outside world; any other is a bug and keeps its traceback."""


def outcome_of(error: BaseException) -> Outcome:
    """Return what is known about the request that ended in this exception."""
    if isinstance(error, HttpFault):
        return _outcome_of_status(error)
    if isinstance(error, GoogleAuthError):
        return _outcome_of_sign_in(error)
    if isinstance(error, FAILURES):
        return _outcome_of_line(error)
    return Outcome.FINAL


def _outcome_of_status(fault: HttpFault) -> Outcome:
    if fault.status == requests.codes.too_many_requests or _is_rate_limit(fault):
        return Outcome.NOT_APPLIED
    if fault.status == requests.codes.not_implemented:
        return Outcome.FINAL
    if fault.status == requests.codes.request_timeout or fault.status >= _SERVER_FAULT:
        return Outcome.UNKNOWN
    return Outcome.FINAL


def _outcome_of_sign_in(error: GoogleAuthError) -> Outcome:
    """Judge a failure to get a token: the request itself was not accepted without one."""
    if isinstance(error, TransportError):
        return Outcome.FINAL if bad_certificate(cause_of(error)) else Outcome.NOT_APPLIED
    return Outcome.NOT_APPLIED if error.retryable else Outcome.FINAL


def _outcome_of_line(error: BaseException) -> Outcome:
    if bad_certificate(error):
        return Outcome.FINAL
    if isinstance(error, requests.exceptions.ProxyError):
        return Outcome.NOT_APPLIED
    if refused_connection(error) and host_of(error) in LOOPBACK:
        return Outcome.FINAL
    connecting = isinstance(reason_of(error), ConnectTimeoutError)
    return Outcome.NOT_APPLIED if connecting else Outcome.UNKNOWN


def _is_rate_limit(fault: HttpFault) -> bool:
    return fault.status == requests.codes.forbidden and bool(fault.reasons & _RATE_REASONS)


def refused_connection(error: BaseException) -> bool:
    """Tell whether nobody listened at the address."""
    reason = reason_of(error)
    return isinstance(getattr(reason, "__cause__", None), ConnectionRefusedError)


def retry_after_s(error: BaseException) -> float | None:
    """Return the seconds that the server asked to wait, if it did.

    A moment instead of a number is held against the server's own `Date`, so a wrong local clock does
    no harm.
    """
    if not isinstance(error, HttpFault):
        return None
    headers = error.response.headers
    value = headers.get("Retry-After", "").strip()
    if value.isdigit():
        return float(value)
    try:
        wait = parsedate_to_datetime(value) - parsedate_to_datetime(headers.get("Date", ""))
    except (TypeError, ValueError):
        return None
    return max(0.0, wait.total_seconds())


def bad_certificate(error: BaseException) -> bool:
    """Tell whether the other side's certificate was not accepted."""
    reason = reason_of(error)
    inner = reason.args[0] if reason is not None and reason.args else None
    return isinstance(inner, ssl.SSLCertVerificationError)


def reason_of(error: BaseException) -> BaseException | None:
    """Return why urllib3 gave up, where it says so; it does while nothing was sent yet."""
    inner = error.args[0] if error.args else None
    return inner.reason if isinstance(inner, MaxRetryError) else None


def cause_of(error: TransportError) -> BaseException:
    """Return the network failure inside a failure to sign in."""
    inner = error.args[0] if error.args else None
    return inner if isinstance(inner, BaseException) else error


def host_of(error: BaseException) -> str | None:
    """Return the host that was asked, where the failure knows it."""
    request = error.request if isinstance(error, requests.RequestException) else None
    return None if request is None else urlsplit(str(request.url)).hostname
