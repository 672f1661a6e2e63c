"""Drive v3: who may call what, and the part of the server that answers."""

from collections.abc import Callable

from sheets_sync.emulator.access import Access, check_file
from sheets_sync.emulator.call import Answer, Call
from sheets_sync.emulator.drive_files import Files
from sheets_sync.emulator.drive_routes import BLIND, KNOWN, NEEDS, writes
from sheets_sync.emulator.drive_sharing import Sharing
from sheets_sync.emulator.drive_sheets import Spreadsheets
from sheets_sync.emulator.drive_uploads import Uploads
from sheets_sync.emulator.refusal import file_not_found, unsupported
from sheets_sync.emulator.tree import Tree

Method = Callable[[Call, dict[str, str]], Answer]


class DriveApi:
    """Answers the calls of Drive v3."""

    def __init__(self, tree: Tree, access: Access) -> None:
        self._tree = tree
        self._access = access
        files = Files(tree)
        parts = (files, Spreadsheets(tree), Sharing(tree), Uploads(files))
        self._methods: dict[str, Method] = {
            name: getattr(part, name) for part in parts for name in KNOWN if hasattr(part, name)
        }

    def answer(self, call: Call, name: str, parts: dict[str, str]) -> Answer:
        """Answer one call; raise ApiError to refuse it."""
        beyond = set(call.options()) - KNOWN[name]
        if beyond:
            raise unsupported(f"the parameter {min(beyond)} of this Drive call")
        if "id" in parts:
            self._access.check(parts["id"], writing=writes(name))
            self._check(call, name, parts["id"])
        return self._methods[name](call, parts)

    def _check(self, call: Call, name: str, file_id: str) -> None:
        """Refuse a file that the caller does not see, or may not treat so."""
        entry = self._tree.find(file_id, call.caller)
        in_drive = entry is not None and "driveId" in entry.file
        if entry is None or (in_drive and name not in BLIND and not call.spans_drives):
            raise file_not_found(file_id)
        need = "organizer" if name == "delete" and in_drive else NEEDS[name]
        check_file(file_id, self._tree.permissions(entry.file), call.caller, need)
