"""Everything that changes a spreadsheet, in the form in which the journal keeps it.

An operation is a JSON object with a `kind`; applying the same operations with the same recorded ids
and times to the same workbook gives the same workbook again.
"""

from collections.abc import Callable, Mapping
from typing import Any

from sheets_sync.emulator import a1, filing, filters, guard, snapshot, values
from sheets_sync.emulator.area import Area, to_a1
from sheets_sync.emulator.identity import OWNER
from sheets_sync.emulator.requests import apply_batch
from sheets_sync.emulator.requests.batch import Batch, Mint
from sheets_sync.emulator.requests.tabs import copy_metadata, copy_sheet, properties_json
from sheets_sync.emulator.workbook import Metadata, Sheet, Workbook

Operation = Mapping[str, Any]
Result = tuple[Workbook, Any]


def apply(book: Workbook, operation: Operation, mint: Mint) -> Result:
    """Return the workbook after an operation, and what the caller is told; the given one stays."""
    new, told = _KINDS[operation["kind"]](book, operation, mint)
    if operation.get("guarded") and operation["kind"] != "batchUpdate":
        guard.check(book, new, operation["by"])
    version = int(book.file.get("version", 0)) + 1
    new.file = {**new.file, "modifiedTime": mint.now, "version": version}
    return new, told


def _batch(book: Workbook, operation: Operation, mint: Mint) -> Result:
    return apply_batch(
        book,
        operation["requests"],
        mint,
        by=operation.get("by", OWNER),
        guarded=operation.get("guarded", False),
        settings=frozenset(operation.get("settings", ())),
    )


def _write(book: Workbook, operation: Operation, mint: Mint) -> Result:
    draft = book.draft()
    batch = Batch(draft, mint)
    told = []
    for item in operation["data"]:
        for area in _targets(draft, item):
            done = values.write(
                batch, area, item["values"], item["majorDimension"], operation["option"]
            )
            told.append((item, done))
    return draft, told


def _targets(book: Workbook, item: Mapping[str, Any]) -> list[Area]:
    if "range" in item:
        return [a1.resolve(book, item["range"])]
    return filters.areas(book, item["dataFilter"])


def _append(book: Workbook, operation: Operation, mint: Mint) -> Result:
    draft = book.draft()
    told = values.append(
        Batch(draft, mint),
        a1.resolve(draft, operation["range"]),
        operation["values"],
        operation["majorDimension"],
        operation["option"],
        insert=operation["insert"],
    )
    draft.check_size()
    return draft, told


def _clear(book: Workbook, operation: Operation, mint: Mint) -> Result:
    draft = book.draft()
    batch = Batch(draft, mint)
    told = []
    for item in operation["data"]:
        for area in _targets(draft, item):
            inside = values.clear(batch, area)
            told.append(to_a1(inside, draft.sheet(inside.sheet_id).title))
    return draft, told


def _rename(book: Workbook, operation: Operation, _: Mint) -> Result:
    draft = book.draft()
    draft.properties = {**draft.properties, "title": operation["name"]}
    return draft, None


def _paste_sheet(book: Workbook, operation: Operation, mint: Mint) -> Result:
    """Take in a copy of a sheet of another spreadsheet."""
    draft = book.draft()
    batch = Batch(draft, mint)
    source = snapshot.load_sheet(operation["sheet"])
    taken = {sheet.sheet_id for sheet in draft.sheets}
    title = f"Copy of {source.title}"
    number = 1
    while draft.titled(title):
        number += 1
        title = f"Copy of {source.title} {number}"
    copy = copy_sheet(batch, source, mint.number(taken.__contains__), title)
    draft.sheets.append(copy)
    copy_metadata(batch, [Metadata(**item) for item in operation.get("metadata", ())], copy)
    draft.check_size()
    return draft, properties_json(copy, len(draft.sheets) - 1)


def _import(book: Workbook, operation: Operation, mint: Mint) -> Result:
    """Replace everything by one sheet with lines of text, read as if they were typed."""
    draft = book.draft()
    lines = operation["lines"]
    sheet = Sheet(mint.number(lambda _: False), str(draft.properties["title"]))
    sheet.row_count = max(sheet.row_count, len(lines))
    sheet.column_count = max([sheet.column_count, *map(len, lines)])
    fresh = Workbook(draft.spreadsheet_id, draft.properties, [sheet], file=draft.file)
    fresh.properties = {**fresh.properties, "timeZone": "America/Los_Angeles"}
    fresh.check_size()
    corner = Area(sheet.sheet_id, 0, 1, 0, 1)
    values.write(Batch(fresh, mint), corner, lines, "ROWS", "USER_ENTERED")
    return fresh, None


def _share(book: Workbook, operation: Operation, _: Mint) -> Result:
    draft = book.draft()
    draft.file = filing.shared(draft.file, operation["permission"])
    return draft, operation["permission"]


def _unshare(book: Workbook, operation: Operation, _: Mint) -> Result:
    draft = book.draft()
    draft.file = filing.unshared(draft.file, operation["permissionId"])
    return draft, None


def _describe(book: Workbook, operation: Operation, _: Mint) -> Result:
    draft = book.draft()
    draft.file = filing.described(draft.file, operation["changes"])
    return draft, None


_KINDS: Mapping[str, Callable[[Workbook, Operation, Mint], Result]] = {
    "batchUpdate": _batch,
    "write": _write,
    "append": _append,
    "clear": _clear,
    "rename": _rename,
    "import": _import,
    "pasteSheet": _paste_sheet,
    "share": _share,
    "unshare": _unshare,
    "describe": _describe,
}
