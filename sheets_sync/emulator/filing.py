"""What Drive keeps of any file besides its content, and how that changes.

It is the same for spreadsheets, folders and files with bytes: times, a version, whom the file is shared
with, where it lies. Nothing is changed in place.
"""

from typing import Any

from sheets_sync.emulator.refusal import ApiError, not_found
from sheets_sync.emulator.workbook import Json


def shared(file: Json, permission: Json) -> dict[str, Any]:
    """Return a file that is shared as a permission says; it replaces the one with its id."""
    others = [item for item in file.get("permissions", ()) if item["id"] != permission["id"]]
    return {**file, "permissions": [*others, permission]}


def unshared(file: Json, permission_id: str) -> dict[str, Any]:
    """Return a file without a permission; refuse to take the owner's."""
    before = file.get("permissions", ())
    left = [item for item in before if item["id"] != permission_id]
    if len(left) == len(before):
        raise not_found()
    if any(item["role"] == "owner" for item in before if item not in left):
        raise ApiError("The owner of a file cannot be removed.", code=403)
    return {**file, "permissions": left}


def described(file: Json, changes: Json) -> dict[str, Any]:
    """Return a file with some of its attributes set, and those that are None removed."""
    merged = {**file, **changes}
    return {name: value for name, value in merged.items() if value is not None}
