"""What Drive does with spreadsheets alone: copies, and delimited text in and out."""

import csv
import io
import json
from typing import Any

from sheets_sync.emulator import snapshot
from sheets_sync.emulator.area import Area
from sheets_sync.emulator.call import Answer, Call
from sheets_sync.emulator.creation import new_workbook
from sheets_sync.emulator.drive_files import show_file
from sheets_sync.emulator.refusal import file_not_found, unsupported
from sheets_sync.emulator.storage import SPREADSHEET, Volume, new_id, timestamp
from sheets_sync.emulator.tree import Tree
from sheets_sync.emulator.values import Rendering, read
from sheets_sync.emulator.workbook import Workbook

_DELIMITERS = {"text/csv": ",", "text/tab-separated-values": "\t"}


class Spreadsheets:
    """Answers the calls that only spreadsheets have here."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    def copy(self, call: Call, parts: dict[str, str]) -> Answer:
        """Copy a spreadsheet, as far as it is the caller's to give away."""
        body = call.fields(("name", "mimeType", "parents"))
        source = self._volume(call, parts).book
        copy = snapshot.load(json.loads(json.dumps(snapshot.dump(source))))
        copy.spreadsheet_id = new_id()
        name = body.get("name") or f"Copy of {source.properties['title']}"
        copy.properties = {**copy.properties, "title": name}
        place = self._tree.place(call, body.get("parents"))
        made = new_workbook(name, call.caller.email).file
        copy.file = {**made, **place, "modifiedTime": timestamp()}
        return show_file(call, self._tree, self._tree.library.add(copy))

    def upload(self, call: Call, parts: dict[str, str]) -> Answer:
        """Replace a spreadsheet by delimited text, as clients still do through Drive v2."""
        kind = call.content_type.partition(";")[0].strip()
        if call.option("uploadType") != "media" or kind not in _DELIMITERS:
            raise unsupported(f"uploads of {kind or 'nothing'} to a spreadsheet")
        text = io.StringIO(call.raw.decode("utf-8-sig"), newline="")
        volume = self._volume(call, parts)
        lines = [line for line in csv.reader(text, delimiter=_DELIMITERS[kind]) if line]
        volume.change({"kind": "import", "lines": lines})
        return Answer(_v2_json(volume.book))

    def export(self, call: Call, parts: dict[str, str]) -> Answer:
        """Return a spreadsheet's first sheet as delimited text."""
        kind = call.option("mimeType") or ""
        if kind not in _DELIMITERS:
            raise unsupported(f"exports as {kind or 'nothing'}")
        book = self._volume(call, parts).book
        lines = read(book, Area(book.sheets[0].sheet_id), Rendering()).get("values", [])
        width = max(map(len, lines), default=0)
        text = io.StringIO()
        table = csv.writer(text, delimiter=_DELIMITERS[kind], lineterminator="\r\n")
        table.writerows(line + [""] * (width - len(line)) for line in lines)
        return Answer(text.getvalue().removesuffix("\r\n").encode(), media_type=kind)

    def _volume(self, call: Call, parts: dict[str, str]) -> Volume:
        entry = self._tree.find(parts["id"], call.caller)
        if entry is None:
            raise file_not_found(parts["id"])
        if not isinstance(entry, Volume):
            raise unsupported(f"this call for files of type {entry.mime_type}")
        return entry


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
