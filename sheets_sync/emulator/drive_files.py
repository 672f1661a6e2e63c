"""Files of any kind in Drive: listing, making, looking at, changing and deleting them."""

from typing import Any

from sheets_sync.emulator import drive_query, mask
from sheets_sync.emulator.access import check_file, rank
from sheets_sync.emulator.blobs import FOLDER, Item, Media, new_file_id
from sheets_sync.emulator.call import Answer, Call
from sheets_sync.emulator.creation import new_workbook
from sheets_sync.emulator.identity import Caller
from sheets_sync.emulator.refusal import ApiError, drive_refusal, file_not_found, unsupported
from sheets_sync.emulator.storage import ID, SPREADSHEET, timestamp
from sheets_sync.emulator.tree import Entry, Tree, cannot_add_parent, root_of
from sheets_sync.emulator.workbook import Json

_GOOGLES_OWN = "application/vnd.google-apps."
_BYTES = "application/octet-stream"
NEW = ("id", "name", "mimeType", "parents", "appProperties")
CHANGEABLE = ("name", "mimeType", "trashed", "appProperties")
_MOST_IDS = 1000


class Files:
    """Answers the calls about files, whatever their kind."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    def list(self, call: Call, _: dict[str, str]) -> Answer:
        """Return the files that a caller sees and asks for, a page of them."""
        wanted = drive_query.parse(call.option("q") or "", root_of(call.caller.email))
        reach = _Reach(call)
        files = [
            body
            for entry in self._tree.all()
            if rank(self._tree.permissions(entry.file), call.caller) >= 0
            and reach.covers(entry.file)
            and wanted(body := file_json(self._tree, entry, call.caller))
        ]
        files = drive_query.ordered(files, call.option("orderBy") or "")
        size = int(call.option("pageSize") or 100)
        start = int(call.option("pageToken") or 0)
        page: dict[str, Any] = {"kind": "drive#fileList", "incompleteSearch": False}
        if len(files) > start + size:
            page["nextPageToken"] = str(start + size)
        fields = call.option("fields")
        part = files[start : start + size]
        if fields:
            return Answer(mask.project({**page, "files": part}, mask.parse(fields)))
        page["files"] = [_brief(body) for body in part]
        return Answer(page)

    def generate_ids(self, call: Call, _: dict[str, str]) -> Answer:
        """Return ids that files can be made with."""
        count = int(call.option("count") or 10)
        if not 1 <= count <= _MOST_IDS:
            message = f"Invalid value '{count}'. Values must be within the range: [1, {_MOST_IDS}]"
            raise drive_refusal(400, "invalidParameter", message)
        if (call.option("space") or "drive", call.option("type") or "files") != ("drive", "files"):
            raise unsupported("ids for anything else than files in Drive")
        ids = [new_file_id() for _ in range(count)]
        return shown(call, {"kind": "drive#generatedIds", "space": "drive", "ids": ids})

    def get(self, call: Call, parts: dict[str, str]) -> Answer:
        """Return what is known of a file, or its bytes."""
        entry = self.entry(call, parts)
        if call.option("alt") != "media":
            return self._shown(call, entry)
        if not isinstance(entry, Item) or entry.content is None:
            message = (
                "Only files with binary content can be directly downloaded. "
                "Use Export with Docs Editors files."
            )
            raise drive_refusal(403, "fileNotDownloadable", message)
        plain = entry.mime_type.isascii() and entry.mime_type.isprintable()
        kind = entry.mime_type if plain else _BYTES
        return Answer(entry.read(), media_type=kind, headers={"Content-Type": kind})

    def create(self, call: Call, _: dict[str, str]) -> Answer:
        """Make an empty spreadsheet, a folder, or a file without bytes."""
        body = call.fields(NEW)
        if body.get("mimeType") == SPREADSHEET:
            return self._new_spreadsheet(call, body)
        return self.make(call, body, Media(b""))

    def _new_spreadsheet(self, call: Call, body: Json) -> Answer:
        if body.get("id"):
            message = "Generated IDs are not supported for Docs Editors formats."
            raise drive_refusal(403, "insufficientFilePermissions", message)
        book = new_workbook(body.get("name") or "Untitled", call.caller.email)
        book.file = {**book.file, **self._tree.place(call, body.get("parents")), **_marks(body)}
        return self._shown(call, self._tree.library.add(book))

    def check_new(self, call: Call, body: Json) -> dict[str, Any]:
        """Return what Drive is to keep of a new file; refuse one that cannot be made."""
        kind = str(body.get("mimeType") or "")
        if kind.startswith(_GOOGLES_OWN) and kind != FOLDER:
            raise unsupported(f"Drive files of type {kind}")
        self._check_id(call.caller, body.get("id"))
        now = timestamp()
        times = {"createdTime": now, "modifiedTime": now, "version": 1}
        return {**times, **self._tree.place(call, body.get("parents")), **_marks(body)}

    def _check_id(self, caller: Caller, wanted: str | None) -> None:
        if wanted is None:
            return
        if not ID.fullmatch(wanted) or len(wanted) != len(new_file_id()):
            raise drive_refusal(400, "invalid", "The provided file ID is not usable.")
        if self._tree.find(wanted, caller) is not None:
            raise _id_in_use()

    def make(self, call: Call, body: Json, media: Media) -> Answer:
        """Make a folder, or a file with bytes."""
        file = self.check_new(call, body)
        kind = body.get("mimeType") or media.mime_type or _BYTES
        state = {
            "id": body.get("id") or new_file_id(),
            "name": body.get("name") or "Untitled",
            "mimeType": kind,
            "file": file,
        }
        item = self._tree.shelf.add(state, None if kind == FOLDER else media)
        if item is None:
            raise _id_in_use()
        return self._shown(call, item)

    def update(self, call: Call, parts: dict[str, str]) -> Answer:
        """Rename, mark, move or throw away a file."""
        return self.alter(call, parts, call.fields(CHANGEABLE), None)

    def alter(self, call: Call, parts: dict[str, str], body: Json, media: Media | None) -> Answer:
        """Change what is known of a file and, when there are some, its bytes."""
        entry = self.entry(call, parts)
        changes = self.check_changes(call, entry, body)
        if media is not None:
            self.with_bytes(entry).replace(media)
        if body.get("name"):
            entry.change({"kind": "rename", "name": body["name"]})
        if changes:
            entry.change({"kind": "describe", "changes": changes})
        return self._shown(call, entry)

    def with_bytes(self, entry: Entry) -> Item:
        """Return a file that has bytes; refuse any other."""
        if not isinstance(entry, Item) or entry.content is None:
            raise unsupported(f"uploads to files of type {entry.mime_type}")
        return entry

    def check_changes(self, call: Call, entry: Entry, body: Json) -> dict[str, Any]:
        """Return the attributes that change of a file; refuse what the caller may not do."""
        if body.get("mimeType") not in (None, entry.mime_type):
            raise unsupported("changing the type of a file")
        changes = _marks(body, entry.file.get("appProperties"))
        if body.get("trashed") is not None:
            self._check_place(call, entry, "owner")
            changes["trashed"] = bool(body["trashed"]) or None
        return changes | self._moved(call, entry)

    def _moved(self, call: Call, entry: Entry) -> dict[str, Any]:
        add, remove = call.option("addParents"), call.option("removeParents")
        if not add and not remove:
            return {}
        old = self._tree.parents(entry, call.caller)
        removed = remove.split(",") if remove else []
        if not add:
            raise unsupported("taking a file out of its folder into none")
        if "," in add or (old != [add] and set(removed) != set(old)):
            raise cannot_add_parent()
        self._check_place(call, entry, "writer")
        return self._tree.move(call, entry, add)

    def _check_place(self, call: Call, entry: Entry, need: str) -> None:
        """Refuse who may not take a file from where it lies; in a shared drive that is organising."""
        need = "fileOrganizer" if "driveId" in entry.file else need
        check_file(entry.file_id, self._tree.permissions(entry.file), call.caller, need)

    def delete(self, call: Call, parts: dict[str, str]) -> Answer:
        """Delete a file for good, and all that lies in it."""
        entry = self.entry(call, parts)
        inside = self._tree.below(entry.file_id)
        self._tree.remove(entry)
        for one in inside:
            self._tree.remove(one)
        return Answer(None, 204)

    def comments(self, call: Call, _: dict[str, str]) -> Answer:
        """Return the comments on a file: there are none."""
        body: dict[str, Any] = {"kind": "drive#commentList", "comments": []}
        return Answer({"comments": []} if call.option("fields") else body)

    def entry(self, call: Call, parts: dict[str, str]) -> Entry:
        """Return the file that a call is about."""
        entry = self._tree.find(parts["id"], call.caller)
        if entry is None:
            raise file_not_found(parts["id"])
        return entry

    def _shown(self, call: Call, entry: Entry) -> Answer:
        return show_file(call, self._tree, entry)


class _Reach:
    """Which files a listing looks through: My Drive, and the shared drives that it asks for.

    Google also lists what a caller has opened in shared drives; here a shared drive, all of them or a
    folder has to be named.
    """

    def __init__(self, call: Call) -> None:
        self._corpora = call.option("corpora") or "user"
        self._drive = call.option("driveId")
        self._everywhere = call.spans_drives and (
            call.flag("includeItemsFromAllDrives") or call.flag("includeTeamDriveItems")
        )
        self._named = drive_query.parents_in(call.option("q") or "")
        if self._corpora not in ("user", "drive", "allDrives"):
            raise unsupported(f"listing the corpora {self._corpora}")
        if (self._corpora == "drive") is not bool(self._drive):
            message = (
                "The driveId parameter must be specified if and only if corpora is set to drive."
            )
            raise drive_refusal(400, "badRequest", message)
        if self._corpora != "user" and not self._everywhere:
            message = (
                "The includeItemsFromAllDrives parameter must be set to true when corpora is set "
                f"to {self._corpora}."
            )
            raise drive_refusal(400, "badRequest", message)

    def covers(self, file: Json) -> bool:
        """Say whether a file is where the listing looks."""
        drive = file.get("driveId")
        if self._corpora == "drive":
            return bool(drive == self._drive)
        if drive is None or self._corpora == "allDrives":
            return True
        return self._everywhere and not self._named.isdisjoint(file.get("parents", ()))


def file_json(tree: Tree, entry: Entry, caller: Caller) -> dict[str, Any]:
    """Return what Drive tells a caller of a file."""
    file = entry.file
    content = entry.content if isinstance(entry, Item) else None
    parents = tree.parents(entry, caller)
    return {
        "kind": "drive#file",
        "id": entry.file_id,
        "name": entry.name,
        "mimeType": entry.mime_type,
        "trashed": tree.is_trashed(entry),
        **{name: file[name] for name in ("createdTime", "modifiedTime") if name in file},
        "version": str(file.get("version", 1)),
        "permissions": file.get("permissions", []),
        "webViewLink": _link(entry),
        **{name: file[name] for name in ("driveId", "appProperties") if name in file},
        **({"parents": parents} if parents else {}),
        **(content or {}),
    }


def _link(entry: Entry) -> str:
    if entry.mime_type == SPREADSHEET:
        return f"https://docs.google.com/spreadsheets/d/{entry.file_id}/edit"
    if entry.mime_type == FOLDER:
        return f"https://drive.google.com/drive/folders/{entry.file_id}"
    return f"https://drive.google.com/file/d/{entry.file_id}/view"


def show_file(call: Call, tree: Tree, entry: Entry) -> Answer:
    """Answer with what a call wants to know of a file."""
    body = file_json(tree, entry, call.caller)
    return shown(call, body if call.option("fields") else _brief(body))


def shown(call: Call, body: dict[str, Any]) -> Answer:
    """Answer with the fields that a call wants."""
    fields = call.option("fields")
    return Answer(mask.project(body, mask.parse(fields)) if fields else body)


def _brief(body: dict[str, Any]) -> dict[str, Any]:
    return {name: body[name] for name in ("kind", "id", "name", "mimeType")}


def _marks(body: Json, before: Json | None = None) -> dict[str, Any]:
    """Return the properties that a body gives a file; those that are null go."""
    given = body.get("appProperties")
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise ApiError("appProperties is an object.")
    merged = {name: text for name, text in {**(before or {}), **given}.items() if text is not None}
    return {"appProperties": merged}


def _id_in_use() -> ApiError:
    return drive_refusal(409, "fileIdInUse", "A file already exists with the provided ID.")
