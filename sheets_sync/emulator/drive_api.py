"""Drive v3, as far as spreadsheets need it: files and who they are shared with."""

import csv
import io
import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from sheets_sync.emulator import mask, snapshot
from sheets_sync.emulator.access import Access
from sheets_sync.emulator.area import Area
from sheets_sync.emulator.call import Answer, Call
from sheets_sync.emulator.refusal import ApiError, file_not_found, unsupported
from sheets_sync.emulator.sheets_api import new_workbook
from sheets_sync.emulator.storage import ID, Library, Volume, new_id, timestamp
from sheets_sync.emulator.values import Rendering, read
from sheets_sync.emulator.workbook import Workbook

SPREADSHEET = "application/vnd.google-apps.spreadsheet"
_DEFAULT_FIELDS = ("kind", "id", "name", "mimeType")
_FILE = r"/drive/v3/files/(?P<id>[^/:]+)"
_ROUTES = (
    ("GET", r"/drive/v3/files", "list"),
    ("POST", r"/drive/v3/files", "create"),
    ("GET", _FILE, "get"),
    ("PATCH", _FILE, "update"),
    ("DELETE", _FILE, "delete"),
    ("POST", _FILE + "/copy", "copy"),
    ("GET", _FILE + "/export", "export"),
    ("GET", _FILE + "/comments", "comments"),
    ("GET", _FILE + "/permissions", "permissions_list"),
    ("POST", _FILE + "/permissions", "permissions_create"),
    ("DELETE", _FILE + "/permissions/(?P<item>[^/:]+)", "permissions_delete"),
)
_WRITING = frozenset(
    ("create", "update", "delete", "copy", "permissions_create", "permissions_delete")
)
_TERM = re.compile(
    r"""\s*(?:(?P<field>name|mimeType|trashed)\s*(?P<sign>=|!=)\s*
    (?P<value>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|true|false))\s*""",
    re.VERBOSE,
)


def find(method: str, path: str) -> tuple[str, dict[str, str]] | None:
    """Return the name of the Drive method a request addresses, and the parts of its path."""
    for wanted, pattern, name in _ROUTES:
        found = re.fullmatch(pattern, path)
        if found is not None and wanted == method:
            return name, {key: unquote(text) for key, text in found.groupdict().items()}
    return None


def writes(name: str) -> bool:
    """Say whether a method changes something."""
    return name in _WRITING


class DriveApi:
    """Answers the calls of Drive v3."""

    def __init__(self, library: Library, access: Access) -> None:
        self._library = library
        self._access = access
        self._methods: Mapping[str, Callable[[Call, dict[str, str]], Answer]] = {
            name: getattr(self, f"_{name}") for _, _, name in _ROUTES
        }

    def answer(self, call: Call, name: str, parts: dict[str, str]) -> Answer:
        """Answer one call; raise ApiError to refuse it."""
        if "id" in parts:
            self._access.check(parts["id"], writing=writes(name))
        return self._methods[name](call, parts)

    def _volume(self, parts: dict[str, str]) -> Volume:
        volume = self._library.get(parts["id"]) if ID.fullmatch(parts["id"]) else None
        if volume is None:
            raise file_not_found(parts["id"])
        return volume

    def _list(self, call: Call, _: dict[str, str]) -> Answer:
        wanted = _query(call.option("q") or "")
        files = [body for volume in self._library.all() if wanted(body := file_json(volume.book))]
        files.sort(key=lambda body: str(body["modifiedTime"]), reverse=True)
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
        body = call.json()
        if body.get("mimeType") != SPREADSHEET:
            raise unsupported(f"Drive files of type {body.get('mimeType')}")
        volume = self._library.add(new_workbook(body.get("name") or "Untitled"))
        return _shown(call, volume.book)

    def _update(self, call: Call, parts: dict[str, str]) -> Answer:
        body = call.json()
        volume = self._volume(parts)
        beyond = set(body) - {"name", "mimeType"}
        if beyond:
            raise unsupported(f"updating the Drive file field {min(beyond)}")
        if body.get("name"):
            volume.change({"kind": "rename", "name": body["name"]})
        return _shown(call, volume.book)

    def _delete(self, _: Call, parts: dict[str, str]) -> Answer:
        self._volume(parts)
        self._library.remove(parts["id"])
        return Answer(None, 204)

    def _copy(self, call: Call, parts: dict[str, str]) -> Answer:
        body = call.json()
        source = self._volume(parts).book
        copy = snapshot.load(json.loads(json.dumps(snapshot.dump(source))))
        copy.spreadsheet_id = new_id()
        name = body.get("name") or f"Copy of {source.properties['title']}"
        copy.properties = {**copy.properties, "title": name}
        copy.file = {**new_workbook(name).file, "modifiedTime": timestamp()}
        return _shown(call, self._library.add(copy).book)

    def _export(self, call: Call, parts: dict[str, str]) -> Answer:
        kind = call.option("mimeType") or ""
        marks = {"text/csv": ",", "text/tab-separated-values": "\t"}
        if kind not in marks:
            raise unsupported(f"exports as {kind or 'nothing'}")
        book = self._volume(parts).book
        lines = read(book, Area(book.sheets[0].sheet_id), Rendering()).get("values", [])
        width = max(map(len, lines), default=0)
        text = io.StringIO()
        table = csv.writer(text, delimiter=marks[kind], lineterminator="\r\n")
        table.writerows(line + [""] * (width - len(line)) for line in lines)
        return Answer(text.getvalue().removesuffix("\r\n").encode(), media_type=kind)

    def _comments(self, call: Call, parts: dict[str, str]) -> Answer:
        self._volume(parts)
        body: dict[str, Any] = {"kind": "drive#commentList", "comments": []}
        fields = call.option("fields")
        return Answer({"comments": []} if fields else body)

    def _permissions_list(self, call: Call, parts: dict[str, str]) -> Answer:
        body = {
            "kind": "drive#permissionList",
            "permissions": self._volume(parts).book.file.get("permissions", []),
        }
        fields = call.option("fields")
        return Answer(mask.project(body, mask.parse(fields)) if fields else body)

    def _permissions_create(self, call: Call, parts: dict[str, str]) -> Answer:
        body = call.json()
        role, kind = body.get("role"), body.get("type")
        if role not in ("reader", "commenter", "writer", "fileOrganizer", "organizer"):
            raise unsupported(f"sharing with the role {role}")
        if kind not in ("user", "group", "domain", "anyone"):
            raise ApiError(f"The permission type field is required: {kind}")
        place = (
            "anyoneWithLink" if kind == "anyone" else body.get("emailAddress") or body.get("domain")
        )
        permission = {
            "kind": "drive#permission",
            "id": re.sub(r"[^A-Za-z0-9]", "-", str(place)),
            "type": kind,
            "role": role,
            **{name: body[name] for name in ("emailAddress", "domain") if body.get(name)},
        }
        self._volume(parts).change({"kind": "share", "permission": permission})
        return Answer(permission)

    def _permissions_delete(self, _: Call, parts: dict[str, str]) -> Answer:
        self._volume(parts).change({"kind": "unshare", "permissionId": parts["item"]})
        return Answer(None, 204)


def file_json(book: Workbook) -> dict[str, Any]:
    """Return what Drive knows of a spreadsheet."""
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
    }


def _shown(call: Call, book: Workbook) -> Answer:
    body = file_json(book)
    fields = call.option("fields")
    if fields:
        return Answer(mask.project(body, mask.parse(fields)))
    return Answer({name: body[name] for name in _DEFAULT_FIELDS})


def _query(text: str) -> Callable[[dict[str, Any]], bool]:
    """Return the test that a `q` stands for; refuse one beyond equality of name, type, trashed."""
    if not text.strip():
        return lambda _: True
    terms = []
    position = 0
    while True:
        found = _TERM.match(text, position)
        if found is None:
            raise unsupported(f"the Drive query {text!r}")
        raw = found["value"]
        value: Any = (
            raw == "true" if raw in ("true", "false") else re.sub(r"\\(.)", r"\1", raw[1:-1])
        )
        terms.append((found["field"], found["sign"] == "=", value))
        position = found.end()
        if position == len(text):
            return lambda body: all((body[name] == value) is same for name, same, value in terms)
        if not text.startswith("and ", position):
            raise unsupported(f"the Drive query {text!r}")
        position += 4
