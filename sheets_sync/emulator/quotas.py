"""The quotas per minute, as Google counts them."""

import threading
import time
from collections import Counter
from collections.abc import Callable

from sheets_sync.emulator.refusal import ApiError

PER_USER = 60
PER_PROJECT = 300
PROJECT_NUMBER = "123456789012"
_MINUTE_S = 60.0


def over_quota(*, writing: bool, project: bool = False) -> ApiError:
    """Return Google's refusal of a request over the quota per minute."""
    noun, title = ("write", "Write") if writing else ("read", "Read")
    scope = "" if project else " per user"
    info = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": "RATE_LIMIT_EXCEEDED",
        "domain": "googleapis.com",
        "metadata": {
            "service": "sheets.googleapis.com",
            "consumer": f"projects/{PROJECT_NUMBER}",
            "quota_location": "global",
            "quota_metric": f"sheets.googleapis.com/{noun}_requests",
            "quota_limit": f"{title}RequestsPerMinutePer{'Project' if project else 'User'}",
            "quota_limit_value": str(PER_PROJECT if project else PER_USER),
            "quota_unit": "1/min/{project}" + ("" if project else "/{user}"),
        },
    }
    link = {
        "description": "Request a higher quota limit.",
        "url": "https://cloud.google.com/docs/quotas/help/request_increase",
    }
    return ApiError(
        f"Quota exceeded for quota metric '{title} requests' and limit '{title} requests per "
        f"minute{scope}' of service 'sheets.googleapis.com' for consumer "
        f"'project_number:{PROJECT_NUMBER}'.",
        code=429,
        details=[info, {"@type": "type.googleapis.com/google.rpc.Help", "links": [link]}],
    )


class Quota:
    """Counts reads and writes apart, each user's and the project's; every minute begins anew.

    `clock` gives seconds; it is read at every call.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._minute = -1
        self._spent: Counter[tuple[str | None, bool]] = Counter()

    def spend(self, user: str, *, writing: bool) -> None:
        """Count one call; refuse it when the minute's share of the user or project is used up."""
        minute = int(self._clock() // _MINUTE_S)
        with self._lock:
            if minute != self._minute:
                self._minute = minute
                self._spent.clear()
            if self._spent[user, writing] >= PER_USER:
                raise over_quota(writing=writing)
            if self._spent[None, writing] >= PER_PROJECT:
                raise over_quota(writing=writing, project=True)
            self._spent[user, writing] += 1
            self._spent[None, writing] += 1
