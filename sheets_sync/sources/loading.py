"""One file of the inbox to one report. Whatever is wrong with it becomes faults; nothing is raised."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, NamedTuple

from sheets_sync.core.model import Report
from sheets_sync.errors import Words
from sheets_sync.sources import documents
from sheets_sync.sources.classify import classify, not_used, unknown
from sheets_sync.sources.encoding import decode, decoded_as_japanese, unpacked
from sheets_sync.sources.faults import Faults, Refused, quoted
from sheets_sync.sources.places import hints_of
from sheets_sync.sources.reading import Reading
from sheets_sync.sources.regular import regular_table
from sheets_sync.sources.reports import (
    fba_inventory,
    fba_planning,
    feedback,
    manual,
    sales_traffic,
    seller_performance,
    sp_advertised,
    sp_api,
)
from sheets_sync.sources.tabular import delimiters, table, text_grid, text_preview, workbook_grids

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from sheets_sync.core.model import Portion, SourceFile
    from sheets_sync.sources.classify import Found
    from sheets_sync.sources.encoding import Decoded
    from sheets_sync.sources.places import Places
    from sheets_sync.sources.tabular import Grid, Table, Wanted

    Portions = list[Portion]
    Job = tuple[str, Callable[[], Portions]]


class _TableReader(NamedTuple):
    kind: str
    wanted: Wanted
    read: Callable[[Table, Reading], Portions]


_TABLES: dict[str, _TableReader] = {
    "sp-advertised": _TableReader(sp_advertised.KIND, sp_advertised.WANTED, sp_advertised.read),
    "fba-planning": _TableReader(fba_planning.KIND, fba_planning.WANTED, fba_planning.read),
    "fba-inventory": _TableReader(fba_inventory.KIND, fba_inventory.WANTED, fba_inventory.read),
    "feedback": _TableReader(feedback.KIND, feedback.wanted, feedback.read),
    "manual": _TableReader(manual.KIND_ACCOUNT, manual.WANTED, manual.read),
}
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_BINARY_WITHIN = 1000

_UNREADABLE = Words("文件打不开:{error}", "The file cannot be opened: {error}")
_CHANGED = Words(
    "读取时文件正在变化,下次再读", "The file changed while it was read; it will be read next time"
)
_EMPTY = Words("文件是空的,请重新下载", "The file is empty; download it again")
_WEB_PAGE = Words(
    "这是网页,不是报表(下载时可能没有登录);请登录后重新下载",
    "This is a web page, not a report (perhaps not signed in); sign in and download again",
)
_BINARY = Words("不是文本、表格或 JSON", "Neither text nor workbook nor JSON")
_DISPLAY_ADS = Words("展示型推广(API)", "Sponsored Display (API)")
_CAMPAIGNS = Words("广告活动(API)", "Ad campaigns (API)")
_SHIPMENTS = Words("入库货件(API)", "Inbound shipments (API)")
_AMAZON_ERROR = Words(
    "文件里是亚马逊的错误信息,不是报表,请重新下载:{error}",
    "The file holds an error of Amazon, not a report; download it again: {error}",
)


def load(inbox: Path, files: Iterable[SourceFile], places: Places) -> list[Report]:
    """Read files of the inbox, each into exactly one report, in their order."""
    return [_load_one(inbox, file, places) for file in files]


def _load_one(inbox: Path, file: SourceFile, places: Places) -> Report:
    reading = Reading(file, places, hints_of(file.path, places), Faults(file.path))
    kind, portions = None, []
    try:
        kind, read = _recognised(_content(inbox, file), reading)
        portions = read()
    except Refused as refused:
        reading.faults.add_refusal(refused)
    if portions and kind == manual.KIND_ACCOUNT:
        kind = portions[0].kind
    return Report(file, kind, tuple(portions), reading.faults.all())


def _content(inbox: Path, file: SourceFile) -> bytes:
    """Return a file's bytes, unpacked; Refused where it cannot be read or is not the one that was listed."""
    try:
        data = inbox.joinpath(file.path).read_bytes()
    except OSError as error:
        raise Refused(_UNREADABLE.filled(error=error.strerror or type(error).__name__)) from error
    if hashlib.sha256(data).hexdigest() != file.sha256:
        raise Refused(_CHANGED)
    return unpacked(data)


def _recognised(data: bytes, reading: Reading) -> Job:
    """Return a file's kind and what reads it."""
    if not data.strip():
        raise Refused(_EMPTY)
    if data.startswith(_WORKBOOKS):
        return _workbook(data, reading)
    decoded = decode(data, japanese="JP" in _likely_marketplaces(reading))
    start = decoded.text[:64].lstrip("\ufeff \t\r\n")
    if start.startswith(("{", "[")):
        _warn(decoded, reading)
        return _document(documents.load_json(decoded.text), reading)
    if start.startswith("<"):
        raise Refused(_WEB_PAGE)
    return _text_table(decoded, data, reading)


def _likely_marketplaces(reading: Reading) -> set[str]:
    """Return the marketplaces that a file may be of, judged by all but its content."""
    hints, stores = reading.hints, reading.places.stores
    told = hints.folder_marketplace or hints.name_marketplace
    if told:
        return {told}
    store = hints.folder_store or hints.name_store
    codes = stores[store] if store else {code for codes in stores.values() for code in codes}
    return set(codes) if len(set(codes)) == 1 else set()


def _text_table(decoded: Decoded, data: bytes, reading: Reading) -> Job:
    """Read a text with the delimiter, and at last the encoding, under which its headings are known."""
    candidates = [decoded]
    if decoded.encoding == "cp1252" and (japanese := decoded_as_japanese(data)):
        candidates.append(japanese)
    for candidate in candidates:
        for delimiter in delimiters(candidate.text):
            preview = text_preview(candidate.text, delimiter)
            if found := classify(preview):
                _warn(candidate, reading)
                return _text_job(candidate.text, preview, found, reading)
    if "\0" in decoded.text[:_BINARY_WITHIN]:
        raise Refused(_BINARY)
    raise unknown(text_preview(decoded.text, delimiters(decoded.text)[0]))


def _warn(decoded: Decoded, reading: Reading) -> None:
    """Record what was lost when the bytes became text."""
    if decoded.warning:
        reading.faults.add(decoded.warning)


def _text_job(text: str, preview: Grid, found: Found, reading: Reading) -> Job:
    reader = _TABLES[found.reader]

    def read() -> Portions:
        rows = regular_table(text, preview, found.header, reader.wanted)
        if rows is None:
            grid = text_grid(text, preview.delimiter)
            rows = table(grid, found.header, reader.wanted, reading.faults)
        return reader.read(rows, reading)

    return reader.kind, read


def _workbook(data: bytes, reading: Reading) -> Job:
    grids = [grid for grid in workbook_grids(data) if grid.rows]
    for grid in grids:
        found = classify(grid)
        if found:
            return _grid_job(grid, found, reading)
    raise unknown(grids[0]) if grids else Refused(_EMPTY)


def _grid_job(grid: Grid, found: Found, reading: Reading) -> Job:
    reader = _TABLES[found.reader]
    return reader.kind, lambda: reader.read(
        table(grid, found.header, reader.wanted, reading.faults), reading
    )


def _document(document: Any, reading: Reading) -> Job:
    """Return the kind of a JSON document by its keys."""
    if isinstance(document, dict):
        if "salesAndTrafficByAsin" in document or "salesAndTrafficByDate" in document:
            return sales_traffic.KIND, lambda: sales_traffic.read(document, reading)
        if "performanceMetrics" in document:
            return seller_performance.KIND, lambda: seller_performance.read(document, reading)
        if documents.inside(document, "payload", "ShipmentData") is not None:
            raise not_used(_SHIPMENTS)
        if error := document.get("errors") or document.get("errorDetails"):
            raise Refused(_AMAZON_ERROR.filled(error=quoted(error)))
        raise documents.unknown(document)
    return _ads_document(document, reading)


def _ads_document(document: Any, reading: Reading) -> Job:
    rows = documents.objects(document)
    if rows and len(rows) == len(document):
        if any("advertisedSku" in row for row in rows):
            return sp_api.KIND, lambda: sp_api.read(rows, reading)
        if "promotedSku" in rows[0] or "promotedAsin" in rows[0]:
            raise not_used(_DISPLAY_ADS)
        if "campaignId" in rows[0] and "cost" in rows[0]:
            raise not_used(_CAMPAIGNS)
    raise documents.unknown(document)
