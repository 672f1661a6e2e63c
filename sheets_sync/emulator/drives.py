"""Shared drives: where a service account may own files."""

import json
import os
import threading
from pathlib import Path
from typing import Any

from sheets_sync.emulator.access import permission
from sheets_sync.emulator.identity import OWNER, Caller
from sheets_sync.emulator.workbook import Json

_FILE = "drives.json"


class Drives:
    """The shared drives of a server, kept in its data folder; each has members with roles."""

    def __init__(self, data: Path) -> None:
        self._file = data / _FILE
        self._lock = threading.Lock()
        self._drives: dict[str, dict[str, Any]] = {}
        if self._file.exists():
            self._drives = json.loads(self._file.read_text("utf-8"))

    def get(self, drive_id: str) -> dict[str, Any] | None:
        """Return a drive's name and permissions, None if there is none."""
        return self._drives.get(drive_id)

    def all(self) -> list[tuple[str, dict[str, Any]]]:
        """Return every drive with its id."""
        return sorted(self._drives.items())

    def add(self, drive_id: str, name: str, caller: Caller) -> dict[str, Any]:
        """Make a drive; whoever makes it, and the server's owner, organise it."""
        members = [permission(email, "organizer") for email in dict.fromkeys((OWNER, caller.email))]
        return self._put(drive_id, {"name": name, "permissions": members})

    def share(self, drive_id: str, new: dict[str, Any]) -> None:
        """Give somebody a role on a drive."""
        drive = self._drives[drive_id]
        others = [item for item in drive["permissions"] if item["id"] != new["id"]]
        self._put(drive_id, {**drive, "permissions": [*others, new]})

    def members(self, drive_id: str | None) -> list[Json]:
        """Return who is a member of a drive, as permissions; nobody when there is no such drive."""
        drive = self._drives.get(drive_id or "") or {}
        return list(drive.get("permissions", ()))

    def _put(self, drive_id: str, drive: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            drives = {**self._drives, drive_id: drive}
            making = self._file.with_suffix(".tmp")
            with making.open("w", encoding="utf-8") as file:
                json.dump(drives, file)
                file.flush()
                os.fsync(file.fileno())
            making.rename(self._file)
            self._drives = drives
        return drive


def drive_json(drive_id: str, drive: dict[str, Any]) -> dict[str, Any]:
    """Return Drive's JSON of a shared drive."""
    return {"kind": "drive#drive", "id": drive_id, "name": drive["name"]}
