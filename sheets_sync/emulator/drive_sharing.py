"""Whom files are shared with, and the shared drives with their members."""

import re
from typing import Any

from sheets_sync.emulator import mask
from sheets_sync.emulator.access import RANKS, check_file, permission, rank
from sheets_sync.emulator.call import Answer, Call
from sheets_sync.emulator.drives import drive_json
from sheets_sync.emulator.refusal import ApiError, drive_refusal, file_not_found, unsupported
from sheets_sync.emulator.storage import new_id
from sheets_sync.emulator.tree import Entry, Tree

_ROLES = ("reader", "commenter", "writer", "fileOrganizer", "organizer")


class Sharing:
    """Answers the calls about permissions and shared drives."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    def permissions_list(self, call: Call, parts: dict[str, str]) -> Answer:
        """Return whom a file is shared with."""
        body = {"kind": "drive#permissionList", "permissions": self._shared(call, parts)}
        fields = call.option("fields")
        return Answer(mask.project(body, mask.parse(fields)) if fields else body)

    def _shared(self, call: Call, parts: dict[str, str]) -> list[dict[str, Any]]:
        drive = self._tree.drives.get(parts["id"])
        if drive is not None:
            return list(drive["permissions"])
        return list(self._entry(call, parts).file.get("permissions", []))

    def _entry(self, call: Call, parts: dict[str, str]) -> Entry:
        entry = self._tree.find(parts["id"], call.caller)
        if entry is None:
            raise file_not_found(parts["id"])
        return entry

    def permissions_get(self, call: Call, parts: dict[str, str]) -> Answer:
        """Return one permission."""
        for item in self._shared(call, parts):
            if item["id"] == parts["item"]:
                return Answer(item)
        message = f"Permission not found: {parts['item']}."
        raise drive_refusal(404, "notFound", message)

    def permissions_create(self, call: Call, parts: dict[str, str]) -> Answer:
        """Share a file, or make somebody a member of a shared drive."""
        body = call.fields(("role", "type", "emailAddress", "domain", "value", "withLink"))
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
        drive = self._tree.drives.get(parts["id"])
        if drive is not None:
            check_file(parts["id"], drive["permissions"], call.caller, "organizer")
            self._tree.drives.share(parts["id"], new)
        else:
            self._entry(call, parts).change({"kind": "share", "permission": new})

    def permissions_update(self, call: Call, parts: dict[str, str]) -> Answer:
        """Give somebody another role."""
        old = self.permissions_get(call, parts).body
        role = call.fields(("role",)).get("role", old["role"])
        if role not in _ROLES or RANKS.index(old["role"]) == len(RANKS) - 1:
            raise unsupported(f"changing the role {old['role']} to {role}")
        new = {**old, "role": role}
        self._share(call, parts, new)
        return Answer(new)

    def permissions_delete(self, call: Call, parts: dict[str, str]) -> Answer:
        """Take a permission away."""
        change = {"kind": "unshare", "permissionId": parts["item"]}
        self._entry(call, parts).change(change)
        return Answer(None, 204)

    def drives_list(self, call: Call, _: dict[str, str]) -> Answer:
        """Return the shared drives that the caller is a member of."""
        found = [
            drive_json(drive_id, drive)
            for drive_id, drive in self._tree.drives.all()
            if rank(drive["permissions"], call.caller) >= 0
        ]
        return Answer({"kind": "drive#driveList", "drives": found})

    def drives_create(self, call: Call, _: dict[str, str]) -> Answer:
        """Make a shared drive."""
        body = call.fields(("name",))
        if not call.option("requestId"):
            raise ApiError("Required parameter: requestId")
        drive_id = "0A" + new_id()[1:18]
        drive = self._tree.drives.add(drive_id, body.get("name") or "Untitled", call.caller)
        return Answer(drive_json(drive_id, drive))

    def drives_get(self, call: Call, parts: dict[str, str]) -> Answer:
        """Return one shared drive."""
        drive = self._tree.drives.get(parts["drive"])
        if drive is None or rank(drive["permissions"], call.caller) < 0:
            raise ApiError(f"Shared drive not found: {parts['drive']}", code=404)
        return Answer(drive_json(parts["drive"], drive))
