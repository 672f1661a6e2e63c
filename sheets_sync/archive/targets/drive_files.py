"""The calls of Google Drive v3 that an archive needs: folders by name, and files whole.

Drive knows files by id alone, and lets one folder hold the same name twice. A new file gets an id before it
is made, so that the second try of a request with an unknown outcome finds the first one's file in its way.
Content goes up in chunks, and after an unknown outcome the server is asked how far it has come. Shared drives
are always meant to be seen.
"""

from __future__ import annotations

import hashlib
import mimetypes
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

import requests
import stamina

from sheets_sync.archive.targets.drive_faults import status_of
from sheets_sync.archive.targets.files import PART
from sheets_sync.errors import SheetError, Words
from sheets_sync.sheets.advice import Circumstances
from sheets_sync.sheets.refusals import UnknownOutcome
from sheets_sync.sheets.traffic import Traffic
from sheets_sync.sheets.transport import ATTEMPTS, WAIT_MAX_S, Transport

if TYPE_CHECKING:
    from collections.abc import Iterable

    from stamina import Attempt

Json = dict[str, Any]

FOLDER = "application/vnd.google-apps.folder"
CHUNK = 1024 * 1024
"""Bytes of one request of an upload; Drive wants a multiple of 256 KiB."""

_HOST = "www.googleapis.com"
_FILES = f"https://{_HOST}/drive/v3/files"
_UPLOADS = f"https://{_HOST}/upload/drive/v3/files"
_KNOWN = "id,name,mimeType,driveId,trashed,createdTime,modifiedTime,md5Checksum,sha256Checksum"
_EVERYWHERE = {"supportsAllDrives": "true"}
_PAGE = 1000
_FORGOTTEN = Words("上传到一半被对方忘记", "the upload was forgotten half-way")
_STALLED = Words("上传没有进展", "the upload made no progress")


class _SessionLost(UnknownOutcome):
    """Drive no longer knows of an upload that was begun, and may or may not have finished it."""


class DriveFiles:
    """Asks Drive in the name of one account; `traffic` says what that has cost so far.

    Raises what the transport raises; UnknownOutcome only after asking and trying again did not help.
    """

    def __init__(
        self, session: requests.Session, account: str | None = None, *, attempts: int = ATTEMPTS
    ) -> None:
        self.account, self.traffic, self._attempts = account, Traffic(), attempts
        where = Circumstances(_HOST, account)
        self._transport = Transport(session, self.traffic, where, attempts=attempts)

    def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        self._transport.session.close()

    def look(self, file_id: str) -> Json:
        """Return what is known of a file or folder."""
        return self._json("get", _address(file_id), fields=_KNOWN)

    def children(self, folder_id: str, name: str | None = None) -> list[Json]:
        """Return what lies directly in a folder and not in the trash; of that name alone if one is given."""
        asked = f"{_literal(folder_id)} in parents and trashed = false"
        if name is not None:
            asked = f"name = {_literal(name)} and {asked}"
        found: list[Json] = []
        page: Json = {"nextPageToken": ""}
        while "nextPageToken" in page:
            page = self._json(
                "get",
                _FILES,
                q=asked,
                pageSize=_PAGE,
                includeItemsFromAllDrives="true",
                fields=f"nextPageToken,files({_KNOWN})",
                **({"pageToken": page["nextPageToken"]} if page["nextPageToken"] else {}),
            )
            found += page["files"]
        # What Drive takes for equal is not said anywhere.
        return [file for file in found if name in (None, file["name"])]

    def make_folder(self, name: str, parent_id: str) -> str:
        """Make a folder and return its id."""
        folder = {"id": self._new_id(), "name": name, "mimeType": FOLDER, "parents": [parent_id]}
        for attempt in self._patience(UnknownOutcome):
            with attempt:
                try:
                    self._json("post", _FILES, body=folder, fields="id")
                except SheetError as error:
                    if not _is_there_already(error, attempt):
                        raise
        return str(folder["id"])

    def rename(self, file_id: str, name: str) -> None:
        """Give a file another name."""
        self._json("patch", _address(file_id), body={"name": name}, fields="id")

    def discard(self, file_id: str) -> None:
        """Put a file into the trash; deleting for good takes rights that a content manager lacks."""
        self._json("patch", _address(file_id), body={"trashed": True}, fields="id")

    def download(self, file_id: str) -> bytes:
        """Return a file's content."""
        address = f"{_address(file_id)}?alt=media"
        return self._transport.request("get", address, params={**_EVERYWHERE}).content

    def upload_new(self, name: str, parent_id: str, content: bytes) -> Json:
        """Make a file and return what Drive knows of it."""
        file: Json = {"id": self._new_id(), "name": name, "parents": [parent_id]}
        for attempt in self._patience(_SessionLost):
            with attempt:
                try:
                    return self._upload("post", _UPLOADS, file, name, content)
                except SheetError as error:
                    if not _is_there_already(error, attempt):
                        raise
                    return self.look(file["id"])
        raise AssertionError

    def upload_over(self, file: Json, content: bytes) -> Json:
        """Replace a file's content, all at once for whoever reads it, and return what Drive knows of it."""
        address = f"{_UPLOADS}/{quote(file['id'], safe='')}"
        for attempt in self._patience(_SessionLost):
            with attempt:
                return self._upload("patch", address, {}, file["name"], content)
        raise AssertionError

    def _upload(self, method: str, address: str, body: Json, name: str, content: bytes) -> Json:
        """Send content in a session of its own; raise _SessionLost where it has to be begun again."""
        begun = self._transport.request(
            method,
            f"{address}?uploadType=resumable",
            params={**_EVERYWHERE, "fields": _KNOWN},
            json=body,
            headers={
                "X-Upload-Content-Type": _type_of(name),
                "X-Upload-Content-Length": str(len(content)),
            },
        )
        session = _at_google(begun.headers.get("Location", ""))
        try:
            return self._sent(session, content)
        except SheetError as error:
            if status_of(error) in (requests.codes.not_found, requests.codes.gone):
                raise _SessionLost("", _FORGOTTEN) from error
            raise

    def _sent(self, session: str, content: bytes) -> Json:
        held: int | None = 0
        while held is not None:
            answer = self._next(session, content, held)
            held = _held(answer)
        return _object(answer)

    def _next(self, session: str, content: bytes, at: int) -> requests.Response:
        """Bring an upload past `at` and return the answer; ask first where that may have happened."""
        for attempt in self._patience(UnknownOutcome):
            with attempt:
                answer = None
                if attempt.num > 1:
                    answer = self._put(session, b"", f"bytes */{len(content)}")
                if answer is None or _held(answer) == at:
                    chunk = content[at : at + CHUNK]
                    answer = self._put(session, chunk, _range(at, chunk, len(content)))
                if _held(answer) == at:
                    raise UnknownOutcome("", _STALLED)
                return answer
        raise AssertionError

    def _put(self, session: str, chunk: bytes, place: str | None) -> requests.Response:
        headers = {} if place is None else {"Content-Range": place}
        return self._transport.request("put", session, data=chunk, headers=headers)

    def _new_id(self) -> str:
        ids = self._json("get", f"{_FILES}/generateIds", count=1, fields="ids")["ids"]
        return str(ids[0])

    def _patience(self, failure: type[Exception]) -> Iterable[Attempt]:
        """Yield attempts as the transport makes them for a request that may be sent twice."""
        return stamina.retry_context(
            on=failure,
            attempts=self._attempts,
            timeout=None,
            wait_initial=1.0,
            wait_max=WAIT_MAX_S,
        )

    def _json(self, method: str, address: str, body: Json | None = None, **params: Any) -> Json:
        asked = {**_EVERYWHERE, **params}
        return _object(self._transport.request(method, address, params=asked, json=body))


def is_intact(file: Json, content: bytes) -> bool:
    """Tell by Drive's checksum whether a file has that content."""
    for algorithm in ("sha256", "md5"):
        said = file.get(f"{algorithm}Checksum")
        if said:
            digest = hashlib.new(algorithm, content, usedforsecurity=False)
            return bool(said == digest.hexdigest())
    return False


def _address(file_id: str) -> str:
    return f"{_FILES}/{quote(file_id, safe='')}"


def _literal(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _is_there_already(error: SheetError, attempt: Attempt) -> bool:
    """Tell whether a second try was refused because the first one made the file."""
    return attempt.num > 1 and status_of(error) == requests.codes.conflict


def _at_google(location: str) -> str:
    """Return the address of an upload at Google, whatever host it names: the token goes nowhere else."""
    return urlsplit(location)._replace(scheme="https", netloc=_HOST).geturl()


def _held(answer: requests.Response) -> int | None:
    """Return how many bytes of an upload Drive has, None when it is done."""
    if answer.status_code != requests.codes.permanent_redirect:
        return None
    _, _, last = answer.headers.get("Range", "").partition("-")
    return int(last) + 1 if last else 0


def _range(at: int, chunk: bytes, size: int) -> str | None:
    """Return where a chunk belongs; an empty file has no range."""
    if not size:
        return None
    return f"bytes {at}-{at + len(chunk) - 1}/{size}" if chunk else f"bytes */{size}"


def _type_of(name: str) -> str:
    kind, packed = mimetypes.guess_type(name.removesuffix(PART))
    return f"application/{packed}" if packed else kind or "application/octet-stream"


def _object(answer: requests.Response) -> Json:
    body = answer.json()
    if not isinstance(body, dict):
        raise TypeError("Drive answers with an object")
    return body
