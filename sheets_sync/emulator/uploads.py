"""How content arrives: alone, together with what is known of it, or in chunks.

An upload in chunks has a session, kept in memory. Google keeps what it has of an unfinished file in
units of 256 KiB: of a chunk that is no multiple, the rest has to be sent again, and less than one unit
is refused.
"""

import re
import secrets
import threading
from dataclasses import dataclass, field, replace
from typing import Any

from sheets_sync.emulator.blobs import Media
from sheets_sync.emulator.call import Answer, Call
from sheets_sync.emulator.refusal import ApiError

UNIT = 256 * 1024
NOTHING = "text/html; charset=UTF-8"
"""The type that Google's upload server gives an answer without a body."""
_RANGE = re.compile(r"bytes (?:(\d+)-(\d+)|\*)/(\d+|\*)")


def multipart(call: Call) -> tuple[Call, Media]:
    """Return a request of two parts as a call with the first as its body, and the second."""
    found = re.search(r'boundary="?([^";]+)"?', call.content_type)
    if not call.content_type.startswith("multipart/related") or found is None:
        raise ApiError("Multipart upload needs a body of the type multipart/related.")
    mark = b"--" + found[1].encode("latin-1")
    line = b"\r\n" if mark + b"\r\n" in call.raw else b"\n"
    pieces = (line + call.raw).split(line + mark)
    if len(pieces) != 4 or not pieces[-1].startswith(b"--"):  # noqa: PLR2004 - nothing, two parts, the end
        raise ApiError("Multipart upload needs a body of exactly two parts.")
    (_, described), (kind, content) = (_part(piece, line) for piece in pieces[1:3])
    return replace(call, raw=described), Media(content, kind)


def _part(piece: bytes, line: bytes) -> tuple[str, bytes]:
    """Return the type and the content of one part."""
    head, _, content = piece.partition(line * 2)
    found = re.search(rb"^content-type:\s*(\S[^\r\n]*)", head, re.IGNORECASE | re.MULTILINE)
    return (found[1].decode("latin-1").strip() if found else ""), content


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one request brings: where it begins, and how many bytes the file has, if it says so."""

    content: bytes
    start: int | None
    """None in a request that only asks how far the upload is."""
    total: int | None

    @property
    def is_last(self) -> bool:
        """Whether the file ends with this chunk."""
        return self.start is not None and self.start + len(self.content) == self.total


def chunk_of(call: Call) -> Chunk:
    """Return what a request to a session brings; without a range it is the whole file."""
    text = call.headers.get("content-range")
    if text is None:
        return Chunk(call.raw, 0, len(call.raw))
    found = _RANGE.fullmatch(text)
    if found is None:
        raise ApiError("Failed to parse Content-Range header.")
    total = None if found[3] == "*" else int(found[3])
    if found[1] is None:
        return Chunk(b"", None, total)
    start, length = int(found[1]), int(found[2]) - int(found[1]) + 1
    if length != len(call.raw) or (total is not None and start + length > total):
        raise ApiError("Failed to parse Content-Range header.")
    return Chunk(call.raw, start, total)


@dataclass(slots=True)
class Session:
    """An upload in chunks: what it is for, what has arrived, and the answer when it is done."""

    call: Call
    """The request that began it, without its body."""
    parts: dict[str, str]
    body: dict[str, Any]
    mime_type: str
    total: int | None
    held: bytearray = field(default_factory=bytearray)
    done: Answer | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, chunk: Chunk) -> Answer | None:
        """Keep what a chunk brings; return an answer unless the file is whole now."""
        if None not in (chunk.total, self.total) and chunk.total != self.total:
            raise ApiError("The total size of an upload cannot change.")
        self.total = chunk.total if self.total is None else self.total
        if chunk.start is None:
            return self.state()
        if chunk.start > len(self.held):
            text = (
                "Invalid request.  According to the Content-Range header, the upload offset is "
                f"{chunk.start} byte(s), which exceeds already uploaded size of "
                f"{len(self.held)} byte(s)."
            )
            return Answer(text.encode(), 503, "text/plain; charset=utf-8")
        fresh = chunk.content[len(self.held) - chunk.start :]
        if not chunk.is_last:
            if len(chunk.content) < UNIT:
                raise ApiError(_too_small(len(chunk.content)))
            fresh = fresh[: len(fresh) - (len(self.held) + len(fresh)) % UNIT]
        self.held += fresh
        return None if chunk.is_last else self.state()

    def state(self) -> Answer:
        """Answer how much has arrived."""
        headers = {"Range": f"bytes=0-{len(self.held) - 1}"} if self.held else {}
        return Answer(None, 308, NOTHING, headers=headers)


def _too_small(size: int) -> str:
    return (
        f"Invalid request.  The number of bytes uploaded is required to be equal or greater than "
        f"{UNIT}, except for the final request (it's recommended to be the exact multiple of "
        f"{UNIT}).  The received request contained {size} bytes, which does not meet this "
        "requirement."
    )


class Sessions:
    """The uploads that were begun, by an id that cannot be guessed."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}

    def begin(self, session: Session) -> str:
        """Keep a new session and return its id."""
        upload_id = secrets.token_urlsafe(32)
        self._sessions[upload_id] = session
        return upload_id

    def get(self, upload_id: str) -> Session | None:
        """Return a session, None if there is none of that id."""
        return self._sessions.get(upload_id)

    def forget(self, upload_id: str) -> None:
        """End a session that came to nothing."""
        self._sessions.pop(upload_id, None)
