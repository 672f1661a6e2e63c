"""How fast Google is asked: 50 reads and 50 writes a minute, a second between requests to one sheet.

Google allows 60 of each per minute and user, and a service account is one user however many
spreadsheets it serves; the difference is left to whoever shares the credential. What counts is any 60
seconds, so the moments of the last minute are kept: a bucket that refills steadily would let a full
bucket and its refill through in one minute, which is 100.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

Kind = Literal["read", "write"]

MINUTE_S = 60.0
PER_MINUTE = 50
BETWEEN_S = 1.0


class Pace:
    """Holds requests back until they may be sent; one for each credential.

    `clock` returns seconds that never run backwards, `sleep` waits for seconds.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        *,
        per_minute: int = PER_MINUTE,
        between_s: float = BETWEEN_S,
    ) -> None:
        self._clock, self._sleep, self._between_s = clock, sleep, between_s
        self._sent: dict[Kind, deque[float]] = {
            "read": deque(maxlen=per_minute),
            "write": deque(maxlen=per_minute),
        }
        self._last: dict[str, float] = {}

    def wait(self, kind: Kind, spreadsheet_id: str) -> float:
        """Sleep until such a request may be sent, count it as sent, and return the seconds slept.

        An empty `spreadsheet_id` (a spreadsheet that is yet to be created) has no neighbours to keep
        a distance from.
        """
        slept_s = max(0.0, self._free_at(kind, spreadsheet_id) - self._clock())
        if slept_s:
            self._sleep(slept_s)
        now = self._clock()
        self._sent[kind].append(now)
        if spreadsheet_id:
            self._last[spreadsheet_id] = now
        return slept_s

    def _free_at(self, kind: Kind, spreadsheet_id: str) -> float:
        sent = self._sent[kind]
        full = len(sent) == sent.maxlen
        minute = sent[0] + MINUTE_S if full else float("-inf")
        last = self._last.get(spreadsheet_id)
        return minute if last is None else max(minute, last + self._between_s)
