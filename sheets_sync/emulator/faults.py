"""Failures on demand, and the per-minute quotas."""

import threading
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from sheets_sync.emulator.refusal import ApiError

WHENS = ("any", "read", "write", "batchUpdate")
KINDS = (
    "503",
    "502html",
    "429",
    "401",
    "403",
    "500",
    "slow",
    "drop-before",
    "drop-after",
    "edit-between",
)
_MINUTE_S = 60.0
_LIMIT = 60
PROJECT = "123456789012"

HTML_502 = (
    b"<!DOCTYPE html>\n<html lang=en>\n<title>Error 502 (Server Error)!!1</title>\n"
    b"<p><b>502.</b> <ins>That\xe2\x80\x99s an error.</ins>\n"
    b"<p>The server encountered a temporary error and could not complete your request.</html>\n"
)


@dataclass(slots=True)
class Fault:
    """A failure that is still to happen."""

    kind: str
    when: str = "any"
    times: int = 1
    seconds: float = 2.0
    batch: list[dict[str, Any]] = field(default_factory=list)
    spreadsheet: str | None = None


def from_json(body: Any) -> Fault:
    """Return the fault that the admin endpoint was asked for; refuse what is no fault."""
    if not isinstance(body, dict):
        raise ApiError("A fault is a JSON object.")
    unknown = set(body) - {"kind", "when", "times", "seconds", "batch", "spreadsheet"}
    if unknown:
        raise ApiError(f"Unknown field of a fault: {min(unknown)}")
    if body.get("kind") not in KINDS:
        raise ApiError(f"A fault's kind is one of {', '.join(KINDS)}.")
    fault = Fault(**body)
    if fault.kind == "edit-between":
        fault.when = "read"
        if not fault.batch:
            raise ApiError("The fault edit-between needs a batch of requests.")
    if fault.when not in WHENS:
        raise ApiError(f"A fault's when is one of {', '.join(WHENS)}.")
    return fault


class Faults:
    """The failures that were ordered; each happens as often as it was asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ordered: list[Fault] = []

    def order(self, fault: Fault) -> None:
        """Let something fail from now on."""
        with self._lock:
            self._ordered.append(fault)

    def forget(self) -> None:
        """Let nothing fail any more."""
        with self._lock:
            self._ordered.clear()

    def take(self, name: str, spreadsheet: str | None, *, writing: bool) -> Fault | None:
        """Return the failure due at this call, except an edit, which comes after the answer."""
        return self._next(name, spreadsheet, writing=writing, edits=False)

    def take_edit(self, name: str, spreadsheet: str | None) -> Fault | None:
        """Return the edit that is to slip in after this reading of values."""
        if not name.startswith("values"):
            return None
        return self._next(name, spreadsheet, writing=False, edits=True)

    def _next(
        self, name: str, spreadsheet: str | None, *, writing: bool, edits: bool
    ) -> Fault | None:
        kinds = {"any", "write" if writing else "read"}
        if name == "batch_update":
            kinds.add("batchUpdate")
        with self._lock:
            for fault in self._ordered:
                if (
                    fault.when in kinds
                    and fault.spreadsheet in (None, spreadsheet)
                    and (fault.kind == "edit-between") is edits
                ):
                    fault.times -= 1
                    if fault.times <= 0:
                        self._ordered.remove(fault)
                    return fault
        return None


def refusal(kind: str, *, writing: bool) -> ApiError:
    """Return the refusal that a fault of this kind answers with."""
    if kind == "429":
        return over_quota(writing=writing)
    messages = {
        "503": "The service is currently unavailable.",
        "500": "Internal error encountered.",
        "403": "The caller does not have permission",
        "401": (
            "Request had invalid authentication credentials. Expected OAuth 2 access token, login "
            "cookie or other valid authentication credential. See "
            "https://developers.google.com/identity/sign-in/web/devconsole-project."
        ),
    }
    return ApiError(messages[kind], code=int(kind))


def over_quota(*, writing: bool) -> ApiError:
    """Return Google's refusal of a request over the quota per minute."""
    noun, title = ("write", "Write") if writing else ("read", "Read")
    info = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "RATE_LIMIT_EXCEEDED",
        "domain": "googleapis.com",
        "metadata": {
            "service": "sheets.googleapis.com",
            "consumer": f"projects/{PROJECT}",
            "quota_location": "global",
            "quota_metric": f"sheets.googleapis.com/{noun}_requests",
            "quota_limit": f"{title}RequestsPerMinutePerUser",
            "quota_limit_value": str(_LIMIT),
            "quota_unit": "1/min/{project}/{user}",
        },
    }
    link = {
        "description": "Request a higher quota limit.",
        "url": "https://cloud.google.com/docs/quotas/help/request_increase",
    }
    return ApiError(
        f"Quota exceeded for quota metric '{title} requests' and limit '{title} requests per "
        "minute per user' of service 'sheets.googleapis.com' for consumer "
        f"'project_number:{PROJECT}'.",
        code=429,
        details=[info, {"@type": "type.googleapis.com/google.rpc.Help", "links": [link]}],
    )


class Quota:
    """Counts reads and writes; more than 60 of a kind in a minute are refused."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[bool, deque[float]] = {True: deque(), False: deque()}

    def spend(self, *, writing: bool) -> None:
        """Count one call; refuse it when the minute's share is used up."""
        now = time.monotonic()
        with self._lock:
            seen = self._seen[writing]
            while seen and seen[0] <= now - _MINUTE_S:
                seen.popleft()
            if len(seen) >= _LIMIT:
                raise over_quota(writing=writing)
            seen.append(now)
