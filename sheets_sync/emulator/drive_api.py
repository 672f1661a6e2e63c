"""Drive v3, as far as spreadsheets need it: files and who they are shared with."""

import csv
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from sheets_sync.emulator import drive_query, mask, snapshot
from sheets_sync.emulator.access import RANKS, Access, check_file, permission, rank
from sheets_sync.emulator.area import Area
from sheets_sync.emulator.call import Answer, Call
from sheets_sync.emulator.creation import new_workbook
from sheets_sync.emulator.drives import Drives, drive_json
from sheets_sync.emulator.refusal import ApiError, file_not_found, no_storage, unsupported
from sheets_sync.emulator.storage import ID, Library, Volume, new_id, timestamp
from sheets_sync.emulator.values import Rendering, read
from sheets_sync.emulator.workbook import Workbook

SPREADSHEET = "application/vnd.google-apps.spreadsheet"
_DEFAULT_FIELDS = ("kind", "id", "name", "mimeType")
_ROLES = ("reader", "commenter", "writer", "fileOrganizer", "organizer")
_COMMON = frozenset(
    [
        "alt",
        "fields",
        "prettyPrint",
        "key",
        "quotaUser",
        "access_token",
        "userIp",
        "$.xgafv",
        "uploadType",
        "supportsAllDrives",
        "supportsTeamDrives",
        "includeItemsFromAllDrives",
        "includeTeamDriveItems",
        "includePermissionsForView",
        "enforceSingleParent",
        "acknowledgeAbuse",
    ]
)
_FILE = r"/drive/v3/files/(?P<id>[^/:]+)"
_SHARE = _FILE + "/permissions"
_LISTS = "q pageSize pageToken orderBy spaces corpora driveId"
ROUTES: Sequence[tuple[str, str, str, str, str]] = (
    ("GET", r"/drive/v3/files", "list", "", _LISTS),
    ("POST", r"/drive/v3/files", "create", "", ""),
    ("GET", _FILE, "get", "reader", ""),
    ("PATCH", _FILE, "update", "writer", ""),
    ("DELETE", _FILE, "delete", "owner", ""),
    ("POST", _FILE + "/copy", "copy", "reader", ""),
    ("GET", _FILE + "/export", "export", "reader", "mimeType"),
    ("GET", _FILE + "/comments", "comments", "reader", "includeDeleted pageSize pageToken"),
    ("GET", _SHARE, "permissions_list", "reader", "pageSize pageToken"),
    ("POST", _SHARE, "permissions_create", "writer", "sendNotificationEmail emailMessage"),
    ("GET", _SHARE + "/(?P<item>[^/:]+)", "permissions_get", "reader", ""),
    ("PATCH", _SHARE + "/(?P<item>[^/:]+)", "permissions_update", "writer", ""),
    ("DELETE", _SHARE + "/(?P<item>[^/:]+)", "permissions_delete", "writer", ""),
    ("GET", r"/drive/v3/drives", "drives_list", "", "pageSize pageToken"),
    ("POST", r"/drive/v3/drives", "drives_create", "", "requestId"),
    ("GET", r"/drive/v3/drives/(?P<drive>[^/:]+)", "drives_get", "", ""),
    ("PUT", r"/upload/drive/v2/files/(?P<id>[^/:]+)", "upload", "writer", "convert"),
)
"""Method, path, name, the role it needs on the file, and the query parameters it knows."""

_WRITING = frozenset(
    [
        "create",
        "update",
        "delete",
        "copy",
        "permissions_create",
        "permissions_update",
        "permissions_delete",
        "drives_create",
        "upload",
    ]
)
_KNOWN = {name: _COMMON | frozenset(known.split()) for _, _, name, _, known in ROUTES}
_NEEDS = {name: role for _, _, name, role, _ in ROUTES}
_DELIMITERS = {"text/csv": ",", "text/tab-separated-values": "\t"}


def find(method: str, path: str) -> tuple[str, dict[str, str]] | None:
    """Return the name of the Drive method a request addresses, and the parts of its path."""
    for wanted, pattern, name, _, _ in ROUTES:
        found = re.fullmatch(pattern, path)
        if found is not None and wanted == method:
            return name, {key: unquote(text) for key, text in found.groupdict().items()}
    return None


def writes(name: str) -> bool:
    """Say whether a method changes something."""
    return name in _WRITING


class DriveApi:
    """Answers the calls of Drive v3."""

    def __init__(self, library: Library, access: Access, drives: Drives) -> None:
        self._library = library
        self._access = access
        self._drives = drives
        self._methods: Mapping[str, Callable[[Call, dict[str, str]], Answer]] = {
            name: getattr(self, f"_{name}") for _, _, name, _, _ in ROUTES
        }

    def answer(self, call: Call, name: str, parts: dict[str, str]) -> Answer:
        """Answer one call; raise ApiError to refuse it."""
        beyond = set(call.options()) - _KNOWN[name]
        if beyond:
            raise unsupported(f"the parameter {min(beyond)} of this Drive call")
        if "id" in parts:
            self._access.check(parts["id"], writing=writes(name))
            if self._drives.get(parts["id"]) is None:
                file = self._volume(parts).book.file
                need = "organizer" if name == "delete" and "driveId" in file else _NEEDS[name]
                check_file(parts["id"], self._drives.permissions(file), call.caller, need)
        return self._methods[name](call, parts)

    def _volume(self, parts: dict[str, str]) -> Volume:
        volume = self._library.get(parts["id"]) if ID.fullmatch(parts["id"]) else None
        if volume is None:
            raise file_not_found(parts["id"])
        return volume

    def _list(self, call: Call, _: dict[str, str]) -> Answer:
        wanted = drive_query.parse(call.option("q") or "")
        drive = call.option("driveId")
        files = [
            body
            for volume in self._library.all()
            if rank(self._drives.permissions(volume.book.file), call.caller) >= 0
            and wanted(body := file_json(volume.book))
            and drive in (None, body.get("driveId"))
        ]
        files = drive_query.ordered(files, call.option("orderBy") or "")
        size = int(call.option("pageSize") or 100)
        start = int(call.option("pageToken") or 0)
        page: dict[str, Any] = {"kind": "drive#fileList", "incompleteSearch": False}
        if len(files) > start + size:
            page["nextPageToken"] = str(start + size)
        fields = call.option("fields")
        shown = files[start : start + size]
        if fields:
            return Answer(mask.project({**page, "files": shown}, mask.parse(fields)))
        page["files"] = [{name: body[name] for name in _DEFAULT_FIELDS} for body in shown]
        return Answer(page)

    def _get(self, call: Call, parts: dict[str, str]) -> Answer:
        if call.option("alt") == "media":
            raise ApiError(
                "Only files with binary content can be directly downloaded. "
                "Use Export with Docs Editors files.",
                code=403,
            )
        return _shown(call, self._volume(parts).book)

    def _create(self, call: Call, _: dict[str, str]) -> Answer:
        body = _body(call, ("name", "mimeType", "parents"))
        if body.get("mimeType") != SPREADSHEET:
            raise unsupported(f"Drive files of type {body.get('mimeType')}")
        book = new_workbook(body.get("name") or "Untitled", call.caller.email)
        self._place(call, book, body.get("parents"))
        return _shown(call, self._library.add(book).book)

    def _place(self, call: Call, book: Workbook, parents: Sequence[str] | None) -> None:
        """Put a new file into a shared drive or My Drive, where a service account owns nothing."""
        parent = (parents or ["root"])[0]
        if parent == "root":
            if call.caller.is_service_account:
                raise no_storage()
            return
        drive = self._drives.get(parent)
        if drive is None or not (call.flag("supportsAllDrives") or call.flag("supportsTeamDrives")):
            raise file_not_found(parent)
        check_file(parent, drive["permissions"], call.caller, "fileOrganizer")
        book.file = {**book.file, "permissions": [], "driveId": parent, "parents": [parent]}

    def _update(self, call: Call, parts: dict[str, str]) -> Answer:
        body = _body(call, ("name", "mimeType"))
        volume = self._volume(parts)
        if body.get("name"):
            volume.change({"kind": "rename", "name": body["name"]})
        return _shown(call, volume.book)

    def _delete(self, _: Call, parts: dict[str, str]) -> Answer:
        self._volume(parts)
        self._library.remove(parts["id"])
        return Answer(None, 204)

    def _copy(self, call: Call, parts: dict[str, str]) -> Answer:
        body = _body(call, ("name", "mimeType", "parents"))
        source = self._volume(parts).book
        copy = snapshot.load(json.loads(json.dumps(snapshot.dump(source))))
        copy.spreadsheet_id = new_id()
        name = body.get("name") or f"Copy of {source.properties['title']}"
        copy.properties = {**copy.properties, "title": name}
        copy.file = {**new_workbook(name, call.caller.email).file, "modifiedTime": timestamp()}
        self._place(call, copy, body.get("parents"))
        return _shown(call, self._library.add(copy).book)

    def _upload(self, call: Call, parts: dict[str, str]) -> Answer:
        """Replace a spreadsheet by delimited text, as clients still do through Drive v2."""
        kind = call.content_type.partition(";")[0].strip()
        if call.option("uploadType") != "media" or kind not in _DELIMITERS:
            raise unsupported(f"uploads of {kind or 'nothing'} to a spreadsheet")
        text = io.StringIO(call.raw.decode("utf-8-sig"), newline="")
        volume = self._volume(parts)
        lines = [line for line in csv.reader(text, delimiter=_DELIMITERS[kind]) if line]
        volume.change({"kind": "import", "lines": lines})
        return Answer(_v2_json(volume.book))

    def _export(self, call: Call, parts: dict[str, str]) -> Answer:
        kind = call.option("mimeType") or ""
        if kind not in _DELIMITERS:
            raise unsupported(f"exports as {kind or 'nothing'}")
        book = self._volume(parts).book
        lines = read(book, Area(book.sheets[0].sheet_id), Rendering()).get("values", [])
        width = max(map(len, lines), default=0)
        text = io.StringIO()
        table = csv.writer(text, delimiter=_DELIMITERS[kind], lineterminator="\r\n")
        table.writerows(line + [""] * (width - len(line)) for line in lines)
        return Answer(text.getvalue().removesuffix("\r\n").encode(), media_type=kind)

    def _comments(self, call: Call, parts: dict[str, str]) -> Answer:
        self._volume(parts)
        body: dict[str, Any] = {"kind": "drive#commentList", "comments": []}
        fields = call.option("fields")
        return Answer({"comments": []} if fields else body)

    def _permissions_list(self, call: Call, parts: dict[str, str]) -> Answer:
        body = {"kind": "drive#permissionList", "permissions": self._shared(parts)}
        fields = call.option("fields")
        return Answer(mask.project(body, mask.parse(fields)) if fields else body)

    def _shared(self, parts: dict[str, str]) -> list[dict[str, Any]]:
        drive = self._drives.get(parts["id"])
        if drive is not None:
            return list(drive["permissions"])
        return list(self._volume(parts).book.file.get("permissions", []))

    def _permissions_get(self, _: Call, parts: dict[str, str]) -> Answer:
        for item in self._shared(parts):
            if item["id"] == parts["item"]:
                return Answer(item)
        message = f"Permission not found: {parts['item']}."
        entry = {"domain": "global", "reason": "notFound", "message": message}
        raise ApiError(message, code=404, errors=[entry])

    def _permissions_create(self, call: Call, parts: dict[str, str]) -> Answer:
        body = _body(call, ("role", "type", "emailAddress", "domain", "value", "withLink"))
        role, kind = body.get("role"), body.get("type")
        if role not in _ROLES:
            raise unsupported(f"sharing with the role {role}")
        if kind not in ("user", "group", "domain", "anyone"):
            raise ApiError(f"The permission type field is required: {kind}")
        place = (
            "anyoneWithLink" if kind == "anyone" else body.get("emailAddress") or body.get("domain")
        )
        new = {
            **permission(str(place), role),
            "id": re.sub(r"[^A-Za-z0-9]", "-", str(place)),
            "type": kind,
        }
        if not body.get("emailAddress"):
            del new["emailAddress"]
        if body.get("domain"):
            new["domain"] = body["domain"]
        self._share(call, parts, new)
        return Answer(new)

    def _share(self, call: Call, parts: dict[str, str], new: dict[str, Any]) -> None:
        drive = self._drives.get(parts["id"])
        if drive is not None:
            check_file(parts["id"], drive["permissions"], call.caller, "organizer")
            self._drives.share(parts["id"], new)
        else:
            self._volume(parts).change({"kind": "share", "permission": new})

    def _permissions_update(self, call: Call, parts: dict[str, str]) -> Answer:
        old = self._permissions_get(call, parts).body
        role = _body(call, ("role",)).get("role", old["role"])
        if role not in _ROLES or RANKS.index(old["role"]) == len(RANKS) - 1:
            raise unsupported(f"changing the role {old['role']} to {role}")
        new = {**old, "role": role}
        self._share(call, parts, new)
        return Answer(new)

    def _permissions_delete(self, _: Call, parts: dict[str, str]) -> Answer:
        self._volume(parts).change({"kind": "unshare", "permissionId": parts["item"]})
        return Answer(None, 204)

    def _drives_list(self, call: Call, _: dict[str, str]) -> Answer:
        found = [
            drive_json(drive_id, drive)
            for drive_id, drive in self._drives.all()
            if rank(drive["permissions"], call.caller) >= 0
        ]
        return Answer({"kind": "drive#driveList", "drives": found})

    def _drives_create(self, call: Call, _: dict[str, str]) -> Answer:
        body = _body(call, ("name",))
        if not call.option("requestId"):
            raise ApiError("Required parameter: requestId")
        drive_id = "0A" + new_id()[1:18]
        drive = self._drives.add(drive_id, body.get("name") or "Untitled", call.caller)
        return Answer(drive_json(drive_id, drive))

    def _drives_get(self, call: Call, parts: dict[str, str]) -> Answer:
        drive = self._drives.get(parts["drive"])
        if drive is None or rank(drive["permissions"], call.caller) < 0:
            raise ApiError(f"Shared drive not found: {parts['drive']}", code=404)
        return Answer(drive_json(parts["drive"], drive))


def _body(call: Call, known: Sequence[str]) -> dict[str, Any]:
    """Return a request's body; refuse with 501 a field that would be passed over."""
    body = call.json()
    if not isinstance(body, dict):
        raise ApiError("The request body must be a JSON object.")
    beyond = {name for name, value in body.items() if value is not None} - set(known)
    if beyond:
        raise unsupported(f"the Drive field {min(beyond)} in this call")
    return body


def file_json(book: Workbook) -> dict[str, Any]:
    """Return what Drive knows of a spreadsheet."""
    drive = {name: book.file[name] for name in ("driveId", "parents") if name in book.file}
    return {
        "kind": "drive#file",
        "id": book.spreadsheet_id,
        "name": book.properties["title"],
        "mimeType": SPREADSHEET,
        "trashed": False,
        "createdTime": book.file["createdTime"],
        "modifiedTime": book.file["modifiedTime"],
        "version": str(book.file["version"]),
        "permissions": book.file.get("permissions", []),
        "webViewLink": f"https://docs.google.com/spreadsheets/d/{book.spreadsheet_id}/edit",
        **drive,
    }


def _v2_json(book: Workbook) -> dict[str, Any]:
    """Return a file as Drive v2 tells of it."""
    return {
        "kind": "drive#file",
        "id": book.spreadsheet_id,
        "title": book.properties["title"],
        "mimeType": SPREADSHEET,
        "createdDate": book.file["createdTime"],
        "modifiedDate": book.file["modifiedTime"],
        "version": str(book.file["version"]),
        "labels": {
            name: name == "viewed"
            for name in ("viewed", "restricted", "starred", "hidden", "trashed")
        },
        "editable": True,
        "writersCanShare": True,
        "appDataContents": False,
        "shared": len(book.file.get("permissions", ())) > 1,
        "copyable": True,
        "copyRequiresWriterPermission": False,
        "spaces": ["drive"],
        "explicitlyTrashed": False,
        "capabilities": {"canEdit": True, "canCopy": True},
    }


def _shown(call: Call, book: Workbook) -> Answer:
    body = file_json(book)
    fields = call.option("fields")
    if fields:
        return Answer(mask.project(body, mask.parse(fields)))
    return Answer({name: body[name] for name in _DEFAULT_FIELDS})
