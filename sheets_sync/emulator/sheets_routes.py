"""The methods of Sheets v4: how each is addressed, and which query parameters it knows."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from sheets_sync.emulator.call import Call
from sheets_sync.emulator.refusal import unsupported, violations

_COMMON = frozenset(
    [
        "fields",
        "alt",
        "prettyPrint",
        "key",
        "quotaUser",
        "userIp",
        "access_token",
        "oauth_token",
        "callback",
        "upload_protocol",
        "uploadType",
        "$.xgafv",
    ]
)
_RENDERING = "majorDimension valueRenderOption dateTimeRenderOption"
_WRITING = (
    "valueInputOption includeValuesInResponse "
    "responseValueRenderOption responseDateTimeRenderOption"
)
_QUERIES = {
    "get": "ranges includeGridData excludeTablesInBandedRanges",
    "values_get": _RENDERING,
    "values_batch_get": "ranges " + _RENDERING,
    "values_update": _WRITING,
    "values_append": _WRITING + " insertDataOption",
}


@dataclass(frozen=True, slots=True)
class Route:
    """One method of the API: how it is addressed, and whether it writes."""

    method: str
    pattern: re.Pattern[str]
    name: str
    writes: bool


def _route(method: str, pattern: str, name: str, *, writes: bool = False) -> Route:
    return Route(method, re.compile("/v4/spreadsheets" + pattern), name, writes)


_ONE = r"/(?P<id>[^/:]+)/?"
ROUTES = (
    _route("POST", "", "create", writes=True),
    _route("GET", _ONE, "get"),
    _route("POST", _ONE + ":getByDataFilter", "get_by_filter"),
    _route("POST", _ONE + ":batchUpdate", "batch_update", writes=True),
    _route("GET", _ONE + r"/?developerMetadata/(?P<item>[^/:]+)", "metadata_get"),
    _route("POST", _ONE + r"/?developerMetadata:search", "metadata_search"),
    _route("POST", _ONE + r"/?sheets/(?P<item>[^/:]+)/?:copyTo", "copy_to", writes=True),
    _route("GET", _ONE + "/?values:batchGet", "values_batch_get"),
    _route("POST", _ONE + "/?values:batchUpdate", "values_batch_update", writes=True),
    _route("POST", _ONE + "/?values:batchClear", "values_batch_clear", writes=True),
    _route("POST", _ONE + "/?values:batchGetByDataFilter", "values_get_by_filter"),
    _route(
        "POST", _ONE + "/?values:batchUpdateByDataFilter", "values_update_by_filter", writes=True
    ),
    _route("POST", _ONE + "/?values:batchClearByDataFilter", "values_clear_by_filter", writes=True),
    _route("POST", _ONE + "/?values/(?P<item>.+?)/?:append", "values_append", writes=True),
    _route("POST", _ONE + "/?values/(?P<item>.+?)/?:clear", "values_clear", writes=True),
    _route("GET", _ONE + "/?values/(?P<item>.+)", "values_get"),
    _route("PUT", _ONE + "/?values/(?P<item>.+)", "values_update", writes=True),
)


def find(method: str, path: str) -> tuple[Route, dict[str, str]] | None:
    """Return the API method a request addresses and the parts of its path, unescaped."""
    for route in ROUTES:
        found = route.pattern.fullmatch(path)
        if found is not None and route.method == method:
            return route, {name: unquote(text) for name, text in found.groupdict().items()}
    return None


def check_query(call: Call, route: Route) -> None:
    """Refuse a query parameter that the method does not have."""
    known = _COMMON | frozenset(_QUERIES.get(route.name, "").split())
    found = [
        (
            "",
            (
                f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query '
                f"parameter. Field '{name}' could not be found in request message."
            ),
        )
        for name in call.options()
        if name not in known
    ]
    if found:
        raise violations(found)
    if call.option("alt") not in (None, "json"):
        raise unsupported(f"answers as {call.option('alt')}")
