"""Uploads to Drive: new files with bytes, and new bytes for files that are there."""

from dataclasses import replace
from urllib.parse import urlencode

from sheets_sync.emulator.blobs import Media
from sheets_sync.emulator.call import Answer, Call
from sheets_sync.emulator.drive_files import CHANGEABLE, NEW, Files
from sheets_sync.emulator.refusal import ApiError, unsupported
from sheets_sync.emulator.uploads import NOTHING, Session, Sessions, chunk_of, multipart
from sheets_sync.emulator.workbook import Json


class Uploads:
    """Answers the calls that bring content."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._sessions = Sessions()

    def upload_create(self, call: Call, parts: dict[str, str]) -> Answer:
        """Make a file of the bytes that come along, or begin to."""
        return self._upload(call, parts)

    def upload_update(self, call: Call, parts: dict[str, str]) -> Answer:
        """Put the bytes that come along in place of a file's own, or begin to."""
        return self._upload(call, parts)

    def _upload(self, call: Call, parts: dict[str, str]) -> Answer:
        kind = call.option("uploadType")
        if kind == "resumable":
            return self._begin(call, parts)
        if kind == "multipart":
            call, media = multipart(call)
            return self._store(call, parts, call.fields(_known(parts)), media)
        if kind == "media":
            return self._store(call, parts, {}, Media(call.raw, call.content_type))
        raise unsupported(f"uploads of the type {kind}")

    def _store(self, call: Call, parts: dict[str, str], body: Json, media: Media) -> Answer:
        if "id" in parts:
            return self._files.alter(call, parts, body, media)
        return self._files.make(call, body, media)

    def _begin(self, call: Call, parts: dict[str, str]) -> Answer:
        """Open a session; what would be refused at its end is refused now."""
        body = call.fields(_known(parts))
        if "id" in parts:
            entry = self._files.with_bytes(self._files.entry(call, parts))
            self._files.check_changes(call, entry, body)
        else:
            self._files.check_new(call, body)
        size = call.headers.get("x-upload-content-length", "")
        kind = call.headers.get("x-upload-content-type", "")
        total = int(size) if size.isdigit() else None
        session = Session(replace(call, raw=b""), parts, body, kind, total)
        upload_id = self._sessions.begin(session)
        query = urlencode([*call.query, ("upload_id", upload_id)])
        address = f"http://{call.headers.get('host', '')}{call.path}?{query}"
        headers = {"Location": address, "X-GUploader-UploadID": upload_id}
        return Answer(None, media_type=NOTHING, headers=headers)

    def upload_part(self, call: Call, _: dict[str, str]) -> Answer:
        """Take a chunk, or say how far the upload is; the last one makes the file."""
        upload_id = call.option("upload_id") or ""
        session = self._sessions.get(upload_id)
        if session is None:
            return Answer(b"Not Found", 404, "text/plain; charset=utf-8")
        with session.lock:
            if session.done is None:
                state = session.take(chunk_of(call))
                if state is not None:
                    return state
                session.done = self._finished(session, upload_id)
            return session.done

    def _finished(self, session: Session, upload_id: str) -> Answer:
        media = Media(bytes(session.held), session.mime_type)
        try:
            done = self._store(session.call, session.parts, session.body, media)
        except ApiError:
            self._sessions.forget(upload_id)
            raise
        session.held.clear()
        return done


def _known(parts: dict[str, str]) -> tuple[str, ...]:
    return CHANGEABLE if "id" in parts else NEW
