"""Where files lie: folders in My Drive and in shared drives, and what a file inherits from above.

Everybody has a My Drive, whose top folder has an id of its own and the name `root`; the top folder of a
shared drive has the drive's id. What lies in a folder is shared with whom the folder is shared, and what
lies in a shared drive with the drive's members.
"""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sheets_sync.emulator.access import RANKS, permission, rank
from sheets_sync.emulator.blobs import FOLDER, Item, Shelf
from sheets_sync.emulator.call import Call
from sheets_sync.emulator.drives import Drives
from sheets_sync.emulator.identity import OWNER, Caller
from sheets_sync.emulator.refusal import (
    ApiError,
    drive_refusal,
    file_not_found,
    no_storage,
    unsupported,
)
from sheets_sync.emulator.storage import ID, Library, Volume
from sheets_sync.emulator.workbook import Json

ROOT = "root"
_WRITER = RANKS.index("writer")


class Entry(Protocol):
    """Anything that Drive lists: a spreadsheet, a folder, a file with bytes."""

    @property
    def file_id(self) -> str:
        """Its id."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def mime_type(self) -> str:
        """Its type."""

    @property
    def file(self) -> Json:
        """What Drive keeps of it besides its content."""

    def change(self, operation: Json) -> Any:
        """Apply an operation, put it on disk, and return what the caller is told."""


@dataclass(frozen=True, slots=True)
class Top:
    """The top folder of somebody's My Drive or of a shared drive; it cannot be changed."""

    file_id: str
    name: str
    file: Json
    mime_type: str = field(default=FOLDER, init=False)

    def change(self, operation: Json) -> Any:
        """Refuse."""
        raise unsupported(f"the change {operation['kind']} of a top folder")


class Tree:
    """All files and where they lie."""

    def __init__(self, library: Library, shelf: Shelf, drives: Drives) -> None:
        self.library, self.shelf, self.drives = library, shelf, drives

    def find(self, file_id: str, caller: Caller) -> Entry | None:
        """Return the file of an id, top folders included; None if there is none."""
        if file_id in (ROOT, root_of(caller.email)):
            file = {"permissions": [permission(caller.email, "owner")]}
            return Top(root_of(caller.email), "My Drive", file)
        drive = self.drives.get(file_id)
        if drive is not None:
            return Top(file_id, "Drive", {"permissions": [], "driveId": file_id})
        if not ID.fullmatch(file_id):
            return None
        return self.shelf.get(file_id) or self.library.get(file_id)

    def all(self) -> Iterator[Entry]:
        """Yield every file except top folders."""
        yield from self.library.all()
        yield from self.shelf.all()

    def remove(self, entry: Entry) -> None:
        """Delete a file for good."""
        if isinstance(entry, Item):
            self.shelf.remove(entry.file_id)
        elif isinstance(entry, Volume):
            self.library.remove(entry.file_id)
        else:
            raise unsupported("deleting a top folder")

    def above(self, file: Json) -> Iterator[Item]:
        """Yield the folders that a file lies in, the nearest first, the top folder left out."""
        while True:
            folder = self.shelf.get(next(iter(file.get("parents", ())), ""))
            if folder is None:
                return
            yield folder
            file = folder.file

    def below(self, folder_id: str) -> list[Entry]:
        """Return everything that lies in a folder, at any depth."""
        return [
            entry
            for entry in self.all()
            if any(folder.file_id == folder_id for folder in self.above(entry.file))
        ]

    def permissions(self, file: Json) -> list[Json]:
        """Return who may do what to a file, what it inherits included.

        Who owns a folder may write what others put there, and does not own it.
        """
        inherited = [
            item if item["role"] != "owner" else {**item, "role": "writer"}
            for folder in self.above(file)
            for item in folder.file.get("permissions", ())
        ]
        return [
            *file.get("permissions", ()),
            *inherited,
            *self.drives.members(file.get("driveId")),
        ]

    def parents(self, entry: Entry, caller: Caller) -> list[str]:
        """Return the folder that a file lies in, as a list; empty when the caller may not see it."""
        file = entry.file
        if isinstance(entry, Top):
            return []
        owners = [one for one in file.get("permissions", ()) if one["role"] == "owner"]
        home = root_of(str(owners[0]["emailAddress"]) if owners else OWNER)
        parents = list(file.get("parents", [home]))
        hidden = parents == [home] and home != root_of(caller.email) and caller.email != OWNER
        folder = self.shelf.get(parents[0])
        if folder is not None:
            hidden = rank(self.permissions(folder.file), caller) < 0
        return [] if hidden else parents

    def is_trashed(self, entry: Entry) -> bool:
        """Say whether a file, or a folder that it lies in, is in the trash."""
        return bool(
            entry.file.get("trashed")
            or any(folder.file.get("trashed") for folder in self.above(entry.file))
        )

    def place(self, call: Call, parents: Sequence[str] | None) -> dict[str, Any]:
        """Return where a new file goes, and who owns it; refuse a place the caller may not fill.

        A service account owns nothing, so it fills only shared drives.
        """
        caller = call.caller
        folder = self._folder(call, parents or [ROOT], robot=caller.is_service_account)
        place: dict[str, Any] = {"permissions": [], "parents": [folder.file_id]}
        if "driveId" in folder.file:
            return {**place, "driveId": folder.file["driveId"]}
        if caller.is_service_account:
            raise no_storage()
        return {**place, "permissions": [permission(caller.email, "owner")]}

    def move(self, call: Call, entry: Entry, parent: str) -> dict[str, Any]:
        """Return what changes of a file that goes into another folder; refuse what cannot be."""
        folder = self._folder(call, [parent], robot=False)
        if folder.file.get("driveId") != entry.file.get("driveId"):
            raise unsupported("moving files into or out of a shared drive")
        inside = {folder.file_id, *(item.file_id for item in self.above(folder.file))}
        if entry.file_id in inside:
            raise unsupported("moving a folder into itself")
        return {"parents": [folder.file_id]}

    def _folder(self, call: Call, parents: Sequence[str], *, robot: bool) -> Entry:
        """Return the folder that is named, if the caller may put something there.

        Where a client does not say that it knows of shared drives, there are none for it; a service
        account then seems to ask for a place in its own My Drive.
        """
        if len(parents) > 1:
            raise cannot_add_parent()
        folder = self.find(parents[0], call.caller)
        own = -1 if folder is None else rank(self.permissions(folder.file), call.caller)
        if folder is None or own < 0:
            raise file_not_found(parents[0])
        if "driveId" in folder.file and not call.spans_drives:
            raise no_storage() if robot else file_not_found(parents[0])
        if folder.mime_type != FOLDER:
            raise drive_refusal(403, "parentNotAFolder", "The specified parent is not a folder.")
        if own < _WRITER:
            message = "Insufficient permissions for the specified parent."
            raise drive_refusal(403, "insufficientParentPermissions", message)
        return folder


def root_of(email: str) -> str:
    """Return the id of the top folder of somebody's My Drive."""
    digest = hashlib.sha256(email.casefold().encode()).digest()
    return "0A" + base64.urlsafe_b64encode(digest).decode()[:11] + "Uk9PVA"


def cannot_add_parent() -> ApiError:
    """Return Drive's refusal of a second folder for one file."""
    message = "Increasing the number of parents is not allowed"
    return drive_refusal(403, "cannotAddParent", message)
