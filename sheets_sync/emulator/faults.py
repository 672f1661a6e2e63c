"""Failures on demand: ordered one by one, or at random with a seed."""

import random
import threading
from dataclasses import dataclass, field
from typing import Any

from sheets_sync.emulator.identity import bad_token
from sheets_sync.emulator.quotas import over_quota
from sheets_sync.emulator.refusal import ApiError, no_storage

WHENS = ("any", "read", "write", "batchUpdate")
KINDS = (
    "503",
    "502html",
    "429",
    "401",
    "403",
    "500",
    "storageQuotaExceeded",
    "slow",
    "drop-before",
    "drop-after",
    "edit-between",
)
AT_RANDOM = tuple(kind for kind in KINDS if kind not in ("storageQuotaExceeded", "edit-between"))
_MAKING = ("drive_create", "drive_copy", "drive_upload_create", "create")

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


@dataclass(slots=True)
class Dice:
    """Failures at random: the same seed and the same calls in turn give the same failures."""

    seed: int
    rate: float
    kinds: tuple[str, ...] = AT_RANDOM
    when: str = "any"
    seconds: float = 2.0
    spreadsheet: str | None = None
    source: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.source = random.Random(self.seed)  # noqa: S311 - it has to be repeatable

    def throw(self) -> Fault | None:
        """Return the failure of the next call, None when it is to succeed."""
        lost, kind = self.source.random() < self.rate, self.source.choice(self.kinds)
        return Fault(kind, self.when, 1, self.seconds) if lost else None


def from_json(body: Any) -> Fault | Dice:
    """Return the failure that the admin endpoint was asked for; refuse what is none."""
    if not isinstance(body, dict):
        raise ApiError("A fault is a JSON object.")
    if "random" in body:
        return _dice(body)
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
    _check_when(fault.when)
    return fault


def _check_when(when: str) -> None:
    if when not in WHENS:
        raise ApiError(f"A fault's when is one of {', '.join(WHENS)}.")


def _dice(body: dict[str, Any]) -> Dice:
    wanted = body["random"]
    known = {"seed", "rate", "kinds", "when", "seconds", "spreadsheet"}
    if set(body) != {"random"} or not isinstance(wanted, dict) or set(wanted) - known:
        raise ApiError(f"Random faults have {', '.join(sorted(known))} and nothing else.")
    kinds = tuple(wanted.get("kinds") or AT_RANDOM)
    if set(kinds) - set(AT_RANDOM):
        raise ApiError(f"Random faults are of the kinds {', '.join(AT_RANDOM)}.")
    try:
        dice = Dice(**{**wanted, "seed": int(wanted["seed"]), "kinds": kinds})
        rate = float(dice.rate)
    except (KeyError, TypeError, ValueError) as error:
        raise ApiError("Random faults need a seed and a rate.") from error
    if not 0 <= rate <= 1:
        raise ApiError("The rate of random faults lies between 0 and 1.")
    _check_when(dice.when)
    return dice


class Faults:
    """The failures that were ordered; each happens as often as it was asked for."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ordered: list[Fault] = []
        self._dice: Dice | None = None

    def order(self, fault: Fault | Dice) -> None:
        """Let something fail from now on; random failures replace those asked for before."""
        with self._lock:
            if isinstance(fault, Dice):
                self._dice = fault
            else:
                self._ordered.append(fault)

    def forget(self) -> None:
        """Let nothing fail any more."""
        with self._lock:
            self._ordered.clear()
            self._dice = None

    def take(self, name: str, spreadsheet: str | None, *, writing: bool) -> Fault | None:
        """Return the failure due at this call, except an edit, which comes after the answer."""
        ordered = self._next(name, spreadsheet, writing=writing, edits=False)
        return ordered or self._thrown(name, spreadsheet, writing=writing)

    def take_edit(self, name: str, spreadsheet: str | None) -> Fault | None:
        """Return the edit that is to slip in after this reading of values."""
        if not name.startswith("values"):
            return None
        return self._next(name, spreadsheet, writing=False, edits=True)

    def _thrown(self, name: str, spreadsheet: str | None, *, writing: bool) -> Fault | None:
        with self._lock:
            dice = self._dice
            if dice is None or dice.spreadsheet not in (None, spreadsheet):
                return None
            return dice.throw() if dice.when in _moments(name, writing=writing) else None

    def _next(
        self, name: str, spreadsheet: str | None, *, writing: bool, edits: bool
    ) -> Fault | None:
        moments = _moments(name, writing=writing)
        with self._lock:
            for fault in self._ordered:
                if (
                    fault.when in moments
                    and fault.spreadsheet in (None, spreadsheet)
                    and (fault.kind == "edit-between") is edits
                    and (fault.kind != "storageQuotaExceeded" or name in _MAKING)
                ):
                    fault.times -= 1
                    if fault.times <= 0:
                        self._ordered.remove(fault)
                    return fault
        return None


def _moments(name: str, *, writing: bool) -> set[str]:
    moments = {"any", "write" if writing else "read"}
    return moments | {"batchUpdate"} if name == "batch_update" else moments


def refusal(kind: str, *, writing: bool, drive: bool) -> ApiError:
    """Return the refusal that a fault of this kind answers with."""
    if kind == "429":
        return over_quota(writing=writing)
    if kind == "401":
        return bad_token(drive=drive)
    if kind == "storageQuotaExceeded":
        return no_storage()
    messages = {
        "503": "The service is currently unavailable.",
        "500": "Internal error encountered.",
        "403": "The caller does not have permission",
    }
    return ApiError(messages[kind], code=int(kind))
