"""Data filters: what A1 text, grid ranges and developer metadata lookups select."""

from collections.abc import Iterable
from typing import Any

from sheets_sync.emulator.a1 import resolve
from sheets_sync.emulator.area import Area, from_grid_range
from sheets_sync.emulator.refusal import ApiError
from sheets_sync.emulator.workbook import Json, Metadata, Workbook

_INTERSECTING = "INTERSECTING_LOCATION"


def filter_area(book: Workbook, data_filter: Json) -> Area | None:
    """Return the area of a filter that names one itself, None for a metadata lookup."""
    if data_filter.get("a1Range"):
        return resolve(book, data_filter["a1Range"])
    if data_filter.get("gridRange") is not None:
        area = from_grid_range(data_filter["gridRange"])
        book.sheet(area.sheet_id)
        return area
    return None


def areas(book: Workbook, data_filter: Json) -> list[Area]:
    """Return every area that a filter selects."""
    area = filter_area(book, data_filter)
    if area is not None:
        return [area]
    if data_filter.get("developerMetadataLookup") is None:
        raise ApiError("Must specify one filter in DataFilter.")
    found = []
    for item, _ in find(book, [data_filter]):
        if item.dimension == "ROWS":
            found.append(Area(item.sheet_id or 0, item.start, item.end))
        elif item.dimension == "COLUMNS":
            found.append(Area(item.sheet_id or 0, None, None, item.start, item.end))
        elif item.sheet_id is not None:
            found.append(Area(item.sheet_id))
        else:
            found.extend(Area(sheet.sheet_id) for sheet in book.sheets)
    return found


def location_type(item: Metadata) -> str:
    """Return what a piece of metadata is attached to."""
    if item.sheet_id is None:
        return "SPREADSHEET"
    if item.dimension is None:
        return "SHEET"
    return item.dimension[:-1]


def metadata_json(item: Metadata) -> dict[str, Any]:
    """Return DeveloperMetadata JSON."""
    kind = location_type(item)
    location: dict[str, Any] = {"locationType": kind}
    if kind == "SPREADSHEET":
        location["spreadsheet"] = True
    elif kind == "SHEET":
        location["sheetId"] = item.sheet_id
    else:
        place: dict[str, Any] = {} if not item.sheet_id else {"sheetId": item.sheet_id}
        place |= {"dimension": item.dimension, "startIndex": item.start, "endIndex": item.end}
        location["dimensionRange"] = place
    body: dict[str, Any] = {"metadataId": item.metadata_id, "metadataKey": item.key}
    if item.value is not None:
        body["metadataValue"] = item.value
    return body | {"location": location, "visibility": item.visibility}


def find(book: Workbook, filters: Iterable[Json]) -> list[tuple[Metadata, list[Json]]]:
    """Return the metadata that some filter matches, each with the filters that do."""
    found: dict[int, tuple[Metadata, list[Json]]] = {}
    for data_filter in filters:
        lookup = data_filter.get("developerMetadataLookup")
        for item in book.metadata.values():
            if _matches(book, item, data_filter, lookup):
                found.setdefault(item.metadata_id, (item, []))[1].append(data_filter)
    return [found[metadata_id] for metadata_id in sorted(found)]


def _matches(book: Workbook, item: Metadata, data_filter: Json, lookup: Json | None) -> bool:
    if lookup is not None:
        return matches_lookup(item, lookup)
    area = filter_area(book, data_filter)
    return area is not None and item.sheet_id == area.sheet_id and _extent(item).meets(area)


def _extent(item: Metadata) -> Area:
    sheet_id = item.sheet_id or 0
    if item.dimension == "ROWS":
        return Area(sheet_id, item.start, item.end)
    if item.dimension == "COLUMNS":
        return Area(sheet_id, None, None, item.start, item.end)
    return Area(sheet_id)


def matches_lookup(item: Metadata, lookup: Json) -> bool:
    """Say whether metadata meets every condition of a DeveloperMetadataLookup."""
    conditions = (
        ("metadataKey", item.key),
        ("metadataValue", item.value),
        ("visibility", item.visibility),
        ("locationType", location_type(item)),
    )
    for name, actual in conditions:
        if lookup.get(name) is not None and lookup[name] != actual:
            return False
    if lookup.get("metadataId") is not None and int(lookup["metadataId"]) != item.metadata_id:
        return False
    location = lookup.get("metadataLocation")
    if location is None:
        return True
    if location.get("spreadsheet") and lookup.get("locationMatchingStrategy") == _INTERSECTING:
        raise ApiError(
            "DeveloperMetadataLookup.spreadsheet is true, but locationMatchingStrategy was "
            "specified as INTERSECTING."
        )
    exact = lookup.get("locationMatchingStrategy") == "EXACT_LOCATION" or (
        lookup.get("locationMatchingStrategy") in (None, "STRATEGY_UNSPECIFIED")
        and location_is_whole(location)
        and lookup.get("locationType") in ("SPREADSHEET", "SHEET")
    )
    return _located_at(item, location, exact=exact)


def location_is_whole(location: Json) -> bool:
    """Say whether a location is the spreadsheet or a sheet, not a row or column."""
    return not location.get("dimensionRange")


def _located_at(  # noqa: PLR0911 - one way out for each kind of place
    item: Metadata, location: Json, *, exact: bool
) -> bool:
    if location.get("spreadsheet"):
        return item.sheet_id is None if exact else True
    if location.get("dimensionRange"):
        place = location["dimensionRange"]
        if item.sheet_id != int(place.get("sheetId") or 0):
            return False
        start, end = int(place.get("startIndex") or 0), place.get("endIndex")
        if item.dimension is None:
            return not exact
        if item.dimension != place.get("dimension"):
            return not exact
        if exact:
            return (item.start, item.end) == (start, end)
        return item.end > start and (end is None or item.start < int(end))
    if location.get("sheetId") is not None:
        same = item.sheet_id == int(location["sheetId"])
        return same and (item.dimension is None or not exact)
    return True
