"""Requests about what floats over the cells: charts and slicers. They are kept; the page draws charts."""

from dataclasses import replace
from typing import Any

from sheets_sync.emulator import mask, ranges
from sheets_sync.emulator.area import Area
from sheets_sync.emulator.formats import normal, unpaired
from sheets_sync.emulator.refusal import ApiError, unsupported
from sheets_sync.emulator.requests.batch import Batch, Handler, coordinate, required, update_mask
from sheets_sync.emulator.workbook import Anchored, Json, Sheet

_OVERLAY = ("anchorCell", "offsetXPixels", "offsetYPixels", "widthPixels", "heightPixels")
_CHARTS = (
    "basicChart",
    "pieChart",
    "bubbleChart",
    "candlestickChart",
    "histogramChart",
    "orgChart",
    "treemapChart",
    "waterfallChart",
    "scorecardChart",
)
_CHART_SIZE = {"widthPixels": 600, "heightPixels": 371}


def position_json(item: Anchored) -> dict[str, Any]:
    """Return the EmbeddedObjectPosition of a chart or slicer."""
    anchor = item.areas[0]
    cell = {
        "sheetId": anchor.sheet_id or None,
        "rowIndex": anchor.top or None,
        "columnIndex": anchor.left or None,
    }
    shown = {name: value for name, value in cell.items() if value is not None}
    return {"overlayPosition": {"anchorCell": shown, **item.body["overlay"]}}


def chart_json(item: Anchored) -> dict[str, Any]:
    """Return EmbeddedChart JSON."""
    border = {"border": item.body["border"]} if item.body.get("border") else {}
    return {
        "chartId": item.item_id,
        "spec": item.body["spec"],
        "position": position_json(item),
        **border,
    }


def slicer_json(item: Anchored) -> dict[str, Any]:
    """Return Slicer JSON."""
    return {"slicerId": item.item_id, "spec": item.body["spec"], "position": position_json(item)}


def _objects(batch: Batch) -> dict[int, tuple[Sheet, str, Anchored]]:
    """Return every chart and slicer by its id; they share one space of ids."""
    return {
        int(item.item_id or 0): (sheet, name, item)
        for sheet in batch.book.sheets
        for name in ("charts", "slicers")
        for item in getattr(sheet, name)
    }


def _fresh_id(batch: Batch, wanted: Any) -> int:
    known = _objects(batch)
    if wanted is None:
        return batch.mint.number(known.__contains__)
    if int(wanted) in known:
        raise ApiError(f"An embedded object with id {int(wanted)} already exists.")
    return int(wanted)


def _overlay(position: Json | None) -> Json:
    position = position or {}
    if position.get("sheetId") is not None or position.get("newSheet"):
        raise unsupported("charts on a sheet of their own")
    overlay: Json | None = position.get("overlayPosition")
    if overlay is None:
        raise ApiError(
            "One of EmbeddedObjectPosition.overlayPosition or EmbeddedObjectPosition.sheetId "
            "must be set"
        )
    return overlay


def _anchor(batch: Batch, overlay: Json) -> Area:
    sheet, row, column = coordinate(batch, overlay.get("anchorCell"))
    return Area(sheet.sheet_id, row, row + 1, column, column + 1)


def _pixels(overlay: Json) -> dict[str, Any]:
    return {name: overlay[name] for name in _OVERLAY[1:] if overlay.get(name)}


def _spec(batch: Batch, message: str, spec: Json) -> dict[str, Any]:
    """Return a spec as it is kept; refuse ranges outside the grid and data sources."""
    if message == "ChartSpec":
        _check_chart(spec)
    kept = normal(spec)
    for area in ranges.within(message, kept):
        batch.check_area(area)
    return kept


def _check_chart(spec: Json) -> None:
    if spec.get("dataSourceChartProperties"):
        raise unsupported("charts of data sources")
    if not any(spec.get(kind) is not None for kind in _CHARTS):
        raise ApiError(
            "One of basicChart, pieChart, bubbleChart, candelstickChart, histogramChart, or "
            "orgChart must be set on chartSpec."
        )
    basic = spec.get("basicChart")
    if basic is not None and not basic.get("domains") and not basic.get("series"):
        raise ApiError("Internal error encountered.", code=500)


def _add(batch: Batch, name: str, area: Area, item: Anchored) -> None:
    sheet = batch.book.edit(area.sheet_id)
    setattr(sheet, name, (*getattr(sheet, name), item))


def add_chart(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Put a chart over the cells."""
    wanted = required(body, "chart")
    item_id = _fresh_id(batch, wanted.get("chartId"))
    overlay = _overlay(wanted.get("position"))
    area = _anchor(batch, overlay)
    kept = {
        "spec": _spec(batch, "ChartSpec", required(wanted, "spec")),
        "overlay": {**_CHART_SIZE, **_pixels(overlay)},
    }
    if wanted.get("border"):
        kept["border"] = normal(wanted["border"])
    item = Anchored((area,), kept, item_id)
    _add(batch, "charts", area, item)
    return {"addChart": {"chart": chart_json(item)}}


def add_slicer(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Put a slicer over the cells; it filters nothing here."""
    wanted = required(body, "slicer")
    item_id = _fresh_id(batch, wanted.get("slicerId"))
    overlay = _overlay(wanted.get("position"))
    area = _anchor(batch, overlay)
    spec = _spec(batch, "SlicerSpec", required(wanted, "spec"))
    _check_slicer(spec)
    item = Anchored((area,), {"spec": spec, "overlay": _pixels(overlay)}, item_id)
    _add(batch, "slicers", area, item)
    return {"addSlicer": {"slicer": slicer_json(item)}}


def _check_slicer(spec: Json) -> None:
    if spec.get("dataRange") is None:
        raise ApiError("No dataRange specified.")
    if spec.get("filterCriteria"):
        raise unsupported("slicers with filterCriteria")


def _found(
    batch: Batch, item_id: Any, noun: str = "embedded object"
) -> tuple[Sheet, str, Anchored]:
    found = _objects(batch).get(int(item_id or 0))
    if found is None or noun not in ("embedded object", found[1].removesuffix("s")):
        raise ApiError(f"No {noun} with id: {int(item_id or 0)}")
    sheet, name, item = found
    return batch.book.edit(sheet.sheet_id), name, item


def _put_back(sheet: Sheet, name: str, old: Anchored, new: Anchored | None) -> None:
    others = [new if item is old else item for item in getattr(sheet, name)]
    setattr(sheet, name, tuple(item for item in others if item is not None))


def update_chart_spec(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Give a chart another spec, whole."""
    sheet, name, item = _found(batch, body.get("chartId"), "chart")
    spec = _spec(batch, "ChartSpec", required(body, "spec"))
    _put_back(sheet, name, item, replace(item, body={**item.body, "spec": spec}))
    return {}


def update_slicer_spec(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Change the fields of a slicer's spec that the mask names."""
    sheet, name, item = _found(batch, body.get("slicerId"), "slicer")
    tree = update_mask(body, "spec")
    wanted = normal(body.get("spec") or {})
    spec = _spec(batch, "SlicerSpec", mask.merge(item.body["spec"], wanted, unpaired(tree)))
    _check_slicer(spec)
    _put_back(sheet, name, item, replace(item, body={**item.body, "spec": spec}))
    return {}


def update_position(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Move or size a chart or slicer."""
    sheet, name, item = _found(batch, body.get("objectId"))
    wanted = _overlay(body.get("newPosition"))
    fields = mask.names(update_mask(body), _OVERLAY)
    kept = {key: value for key, value in item.body["overlay"].items() if key not in fields}
    given = {key: value for key, value in _pixels(wanted).items() if key in fields}
    anchor = _anchor(batch, wanted) if "anchorCell" in fields else item.areas[0]
    size = _CHART_SIZE if name == "charts" else {}
    new = replace(item, areas=(anchor,), body={**item.body, "overlay": {**size, **kept, **given}})
    _put_back(sheet, name, item, None if anchor.sheet_id != sheet.sheet_id else new)
    if anchor.sheet_id != sheet.sheet_id:
        _add(batch, name, anchor, new)
    return {"updateEmbeddedObjectPosition": {"position": position_json(new)}}


def update_border(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Give a chart's edge another colour."""
    sheet, name, item = _found(batch, body.get("objectId"), "chart")
    tree = update_mask(body, "border")
    wanted = normal(body.get("border") or {})
    border = mask.merge(item.body.get("border") or {}, wanted, unpaired(tree))
    _put_back(sheet, name, item, replace(item, body={**item.body, "border": border}))
    return {}


def delete_object(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Take a chart or slicer away."""
    sheet, name, item = _found(batch, body.get("objectId"))
    _put_back(sheet, name, item, None)
    return {}


HANDLERS: dict[str, Handler] = {
    "addChart": add_chart,
    "updateChartSpec": update_chart_spec,
    "addSlicer": add_slicer,
    "updateSlicerSpec": update_slicer_spec,
    "updateEmbeddedObjectPosition": update_position,
    "updateEmbeddedObjectBorder": update_border,
    "deleteEmbeddedObject": delete_object,
}
