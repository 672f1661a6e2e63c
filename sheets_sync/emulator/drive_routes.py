"""The methods of Drive v3: how each is addressed, what it needs, and which parameters it knows."""

import re
from collections.abc import Sequence
from urllib.parse import unquote

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
_UPLOAD = "/upload/drive/v3/files"
_LISTS = "q pageSize pageToken orderBy spaces corpora driveId"
_MOVES = "addParents removeParents"
ROUTES: Sequence[tuple[str, str, str, str, str]] = (
    ("GET", r"/drive/v3/files", "list", "", _LISTS),
    ("POST", r"/drive/v3/files", "create", "", ""),
    ("GET", r"/drive/v3/files/generateIds", "generate_ids", "", "count space type"),
    ("GET", _FILE, "get", "reader", ""),
    ("PATCH", _FILE, "update", "writer", _MOVES),
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
    ("POST", _UPLOAD, "upload_create", "", ""),
    ("PATCH", _UPLOAD + "/(?P<id>[^/:]+)", "upload_update", "writer", _MOVES),
    ("PUT", _UPLOAD + "(?:/[^/:]+)?", "upload_part", "", "upload_id"),
    ("PUT", r"/upload/drive/v2/files/(?P<id>[^/:]+)", "upload", "writer", "convert"),
)
"""Method, path, name, the role it needs on the file, and the query parameters it knows."""

_READING = frozenset(
    [
        "list",
        "generate_ids",
        "get",
        "export",
        "comments",
        "permissions_list",
        "permissions_get",
        "drives_list",
        "drives_get",
    ]
)
KNOWN = {name: _COMMON | frozenset(known.split()) for _, _, name, _, known in ROUTES}
"""The query parameters of each method."""
NEEDS = {name: role for _, _, name, role, _ in ROUTES}
"""The role that each method needs on its file."""
BLIND = frozenset(["export", "comments", "upload"])
"""The methods of a file that have no supportsAllDrives, or are sent without it by old clients."""


def find(method: str, path: str) -> tuple[str, dict[str, str]] | None:
    """Return the name of the Drive method a request addresses, and the parts of its path."""
    for wanted, pattern, name, _, _ in ROUTES:
        found = re.fullmatch(pattern, path)
        if found is not None and wanted == method:
            return name, {key: unquote(text) for key, text in found.groupdict().items()}
    return None


def writes(name: str) -> bool:
    """Say whether a method changes something."""
    return name not in _READING
