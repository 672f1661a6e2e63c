"""The field masks of requests, checked against the messages they select from."""

from typing import Any

from sheets_sync.emulator import mask
from sheets_sync.emulator.refusal import ApiError
from sheets_sync.emulator.schema import shapes, snake

MASKED = {
    "updateSheetProperties": ("properties", "SheetProperties"),
    "updateSpreadsheetProperties": ("properties", "SpreadsheetProperties"),
    "updateDimensionProperties": ("properties", "DimensionProperties"),
    "updateDimensionGroup": ("dimensionGroup", "DimensionGroup"),
    "updateNamedRange": ("namedRange", "NamedRange"),
    "updateProtectedRange": ("protectedRange", "ProtectedRange"),
    "updateFilterView": ("filter", "FilterView"),
    "updateBanding": ("bandedRange", "BandedRange"),
    "updateDeveloperMetadata": ("developerMetadata", "DeveloperMetadata"),
    "updateTable": ("table", "Table"),
    "updateSlicerSpec": ("spec", "SlicerSpec"),
    "updateEmbeddedObjectPosition": ("", "OverlayPosition"),
    "updateEmbeddedObjectBorder": ("border", "EmbeddedObjectBorder"),
    "repeatCell": ("cell", "CellData"),
    "updateCells": ("", "CellData"),
    "appendCells": ("", "CellData"),
}
"""Request -> the root its mask may name, and the message the mask selects from."""


def check(kind: str, body: dict[str, Any]) -> None:
    """Refuse a request whose mask names a field that does not exist; one without a mask may pass."""
    root, message = MASKED.get(kind, ("", ""))
    if message and body.get("fields"):
        tree = mask.parse(body["fields"])
        _check_level(tree[root] if root and list(tree) == [root] else tree, message, "")


def _check_level(tree: mask.Mask, message: str, path: str) -> None:
    fields = shapes()[message]
    for name, branch in tree.items():
        here = f"{path}.{snake(name)}" if path else snake(name)
        kind = fields.get(name)
        if kind is None and name != "*":
            raise ApiError(f"Invalid field: {here}")
        inner = (kind or "").lstrip("[")
        if branch and inner.startswith("@"):
            _check_level(branch, inner[1:], here)
        elif branch and not inner.startswith("{"):
            raise ApiError(f"Invalid field: {here}.{snake(next(iter(branch)))}")
