"""Requests about developer metadata."""

from dataclasses import replace
from typing import Any

from sheets_sync.emulator import mask
from sheets_sync.emulator.filters import find, metadata_json
from sheets_sync.emulator.refusal import ApiError
from sheets_sync.emulator.requests.batch import Batch, Handler, required, update_mask
from sheets_sync.emulator.workbook import MAX_METADATA_CHARACTERS, Metadata, Workbook

_VISIBILITIES = ("DOCUMENT", "PROJECT")


def _located(batch: Batch, location: Any) -> dict[str, Any]:
    """Return the fields of Metadata that a DeveloperMetadataLocation stands for."""
    location = location or {}
    if location.get("dimensionRange"):
        place = location["dimensionRange"]
        sheet = batch.book.sheet(int(place.get("sheetId") or 0))
        dimension = place.get("dimension")
        if dimension not in ("ROWS", "COLUMNS"):
            raise ApiError("No dimension specified.")
        start = int(place.get("startIndex") or 0)
        end = place.get("endIndex")
        end = sheet.count(dimension) if end is None else int(end)
        if end - start != 1:
            raise ApiError("DimensionRange must represent a single row or column.")
        if not 0 <= start < sheet.count(dimension):
            noun = dimension.lower()[:-1]
            last = sheet.count(dimension) - 1
            raise ApiError(f"range.endIndex[{end}] is after last {noun} in grid[{last}]")
        return {
            "sheet_id": sheet.sheet_id,
            "dimension": dimension,
            "start": start,
            "end": end,
        }
    if location.get("sheetId") is not None:
        sheet_id = batch.book.sheet(int(location["sheetId"])).sheet_id
        return {"sheet_id": sheet_id, "dimension": None, "start": 0, "end": 0}
    if location.get("spreadsheet"):
        return {"sheet_id": None, "dimension": None, "start": 0, "end": 0}
    raise ApiError("Developer metadata must always have a location specified.")


def create(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Attach metadata; refuse an id that is already in use."""
    wanted = required(body, "developerMetadata")
    if not wanted.get("metadataKey"):
        raise ApiError("Developer metadata must always have a key specified.")
    visibility = wanted.get("visibility")
    if visibility not in _VISIBILITIES:
        raise ApiError("Developer metadata must always have visibility specified.")
    known = batch.book.metadata
    metadata_id = wanted.get("metadataId")
    if metadata_id is None:
        metadata_id = batch.mint.number(known.__contains__)
    elif int(metadata_id) in known:
        raise ApiError(f"Developer metadata with the id {int(metadata_id)} already exists.")
    item = Metadata(
        int(metadata_id),
        wanted["metadataKey"],
        wanted.get("metadataValue"),
        visibility,
        **_located(batch, wanted.get("location")),
    )
    known[item.metadata_id] = item
    _check_room(batch.book, item)
    return {"createDeveloperMetadata": {"developerMetadata": metadata_json(item)}}


def _check_room(book: Workbook, item: Metadata) -> None:
    used = sum(
        other.characters for other in book.metadata.values() if other.sheet_id == item.sheet_id
    )
    if used > MAX_METADATA_CHARACTERS:
        place = "the spreadsheet" if item.sheet_id is None else "a sheet"
        raise ApiError(
            f"Developer metadata on {place} exceeds the limit of "
            f"{MAX_METADATA_CHARACTERS} characters."
        )


def update(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Change all metadata the filters match."""
    wanted = body.get("developerMetadata") or {}
    fields = mask.names(
        update_mask(body, "developerMetadata"),
        ("metadataKey", "metadataValue", "visibility", "location"),
    )
    changed = []
    for item, _ in find(batch.book, body.get("dataFilters") or []):
        new = item
        if "metadataKey" in fields:
            new = replace(new, key=required(wanted, "metadataKey"))
        if "metadataValue" in fields:
            new = replace(new, value=wanted.get("metadataValue"))
        if "visibility" in fields:
            new = replace(new, visibility=required(wanted, "visibility"))
        if "location" in fields:
            new = replace(new, **_located(batch, wanted.get("location")))
        batch.book.metadata[new.metadata_id] = new
        _check_room(batch.book, new)
        changed.append(metadata_json(new))
    return {"updateDeveloperMetadata": {"developerMetadata": changed} if changed else {}}


def delete(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Remove all metadata the filter matches."""
    gone = find(batch.book, [required(body, "dataFilter")])
    for item, _ in gone:
        del batch.book.metadata[item.metadata_id]
    deleted = [metadata_json(item) for item, _ in gone]
    return {"deleteDeveloperMetadata": {"deletedDeveloperMetadata": deleted} if deleted else {}}


HANDLERS: dict[str, Handler] = {
    "createDeveloperMetadata": create,
    "updateDeveloperMetadata": update,
    "deleteDeveloperMetadata": delete,
}
