"""One API request as the rest of the server sees it, and its answer."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sheets_sync.emulator.identity import EVERYONE, Caller
from sheets_sync.emulator.refusal import ApiError, unsupported, violations
from sheets_sync.emulator.schema import check

JSON_TYPE = "application/json; charset=UTF-8"
_MAY_BE_HALF = re.compile(rb"\\u[dD][89a-fA-F]|\xed[\xa0-\xbf]|\x00")
"""An escaped or a raw surrogate; with a zero byte, a body that is not UTF-8."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request: `path` is as it was sent, with its escapes."""

    method: str
    path: str
    query: Sequence[tuple[str, str]] = ()
    raw: bytes = b""
    content_type: str = ""
    caller: Caller = EVERYONE
    headers: Mapping[str, str] = field(default_factory=dict)
    """Those that say something about the body or the server's address, in small letters."""

    def option(self, name: str) -> str | None:
        """Return a query parameter, None when it was not given."""
        for key, value in self.query:
            if key == name:
                return value
        return None

    def flag(self, name: str) -> bool:
        """Return a query parameter that is true or false."""
        return (self.option(name) or "").lower() in ("true", "1")

    def options(self) -> dict[str, str]:
        """Return all query parameters; of a repeated one, the last."""
        return dict(self.query)

    def every(self, name: str) -> list[str]:
        """Return all values of a repeated query parameter."""
        return [value for key, value in self.query if key == name]

    def json(self) -> Any:
        """Return the body; refuse one that is not JSON."""
        if not self.raw.strip():
            return {}
        try:
            body = json.loads(self.raw, parse_constant=_refuse_constant)
        except ValueError as error:
            line = self.raw[:80].decode(errors="replace").splitlines()[0]
            message = f"Invalid JSON payload received. Unexpected token.\n{line}\n^"
            raise violations([("", message)]) from error
        if _MAY_BE_HALF.search(self.raw):
            _refuse_halves(body)
        return body

    def fields(self, known: Sequence[str]) -> dict[str, Any]:
        """Return the body as an object; refuse with 501 a field that would be passed over."""
        body = self.json()
        if not isinstance(body, dict):
            raise ApiError("The request body must be a JSON object.")
        beyond = {name for name, value in body.items() if value is not None} - set(known)
        if beyond:
            raise unsupported(f"the Drive field {min(beyond)} in this call")
        return body

    @property
    def spans_drives(self) -> bool:
        """Whether the client says that it knows of shared drives, without which there are none."""
        return self.flag("supportsAllDrives") or self.flag("supportsTeamDrives")

    def message(self, name: str, at: str = "") -> dict[str, Any]:
        """Return the body as a message of that name; refuse unknown or mistyped fields."""
        body = self.json()
        check(name, body, at)
        return body if isinstance(body, dict) else {}


def _refuse_constant(text: str) -> Any:
    raise ValueError(text)


def _refuse_halves(body: Any) -> None:
    """Refuse half of a surrogate pair, which no file and no answer can hold."""
    try:
        json.dumps(body, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        message = "Invalid JSON payload received. A text has half of a surrogate pair."
        raise violations([("", message)]) from error


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent back."""

    body: Any = None
    status: int = 200
    media_type: str = JSON_TYPE
    headers: dict[str, str] = field(default_factory=dict)

    def encoded(self) -> bytes:
        """Return the body as bytes."""
        if self.body is None:
            return b""
        if isinstance(self.body, bytes):
            return self.body
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":")).encode()


def refused(error: ApiError) -> Answer:
    """Return the answer that tells of a refusal."""
    return Answer(error.body(), error.code)
