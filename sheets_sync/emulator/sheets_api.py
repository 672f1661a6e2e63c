"""Sheets v4: from a request to the operation or the reading it asks for."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from sheets_sync.emulator import a1, filters, mask, snapshot, values
from sheets_sync.emulator.access import Access, check_sheet, is_manager
from sheets_sync.emulator.area import Area, to_a1
from sheets_sync.emulator.call import Answer, Call
from sheets_sync.emulator.creation import described_workbook
from sheets_sync.emulator.filters import metadata_json
from sheets_sync.emulator.identity import OWNER
from sheets_sync.emulator.refusal import ApiError, no_storage, not_found, violations
from sheets_sync.emulator.render import masked_spreadsheet, spreadsheet_json
from sheets_sync.emulator.requests.batch import METADATA_ON_COPY
from sheets_sync.emulator.sheets_routes import ROUTES, Route, check_query
from sheets_sync.emulator.storage import ID, Library, Volume
from sheets_sync.emulator.tree import Tree
from sheets_sync.emulator.values import Rendering, Written
from sheets_sync.emulator.workbook import Workbook

_OPTIONS = ("RAW", "USER_ENTERED")


class SheetsApi:
    """Answers the calls of Sheets v4."""

    def __init__(
        self,
        library: Library,
        access: Access,
        tree: Tree,
        settings: frozenset[str] = frozenset(),
    ) -> None:
        self._library = library
        self._access = access
        self._tree = tree
        self._settings = sorted(settings)
        self._methods: Mapping[str, Callable[[Call, dict[str, str]], Any]] = {
            name: getattr(self, f"_{name}") for name in {route.name for route in ROUTES}
        }

    def answer(self, call: Call, route: Route, parts: dict[str, str]) -> Answer:
        """Answer one call; raise ApiError to refuse it."""
        check_query(call, route)
        if "id" in parts:
            self._access.check(parts["id"], writing=route.writes)
            self._check_shared(call, parts["id"], writing=route.writes)
        body = self._methods[route.name](call, parts)
        fields = call.option("fields")
        if fields and not route.name.startswith("get"):
            body = mask.project(body, mask.parse(fields))
        return Answer(body)

    def _check_shared(self, call: Call, spreadsheet_id: str, *, writing: bool) -> None:
        file = self._volume({"id": spreadsheet_id}).book.file
        check_sheet(self._tree.permissions(file), call.caller, writing=writing)

    def _viewer(self, call: Call, book: Workbook) -> str | None:
        """Return the caller's address where it matters, None for one who may do everything."""
        manager = is_manager(self._tree.permissions(book.file), call.caller)
        return None if manager else call.caller.email

    def _change(self, call: Call, volume: Volume, operation: dict[str, Any]) -> Any:
        """Apply an operation in the caller's name, put it on disk, return what it tells."""
        with volume.lock:
            return volume.change_locked(self._signed(call, volume, operation))

    def _signed(self, call: Call, volume: Volume, operation: dict[str, Any]) -> dict[str, Any]:
        """Return an operation with what it depends on besides the workbook."""
        signed = dict(operation)
        if call.caller.email != OWNER:
            signed["by"] = call.caller.email
        if self._viewer(call, volume.book) is not None:
            signed["guarded"] = True
        if self._settings and operation["kind"] == "batchUpdate":
            signed["settings"] = self._settings
        return signed

    def _volume(self, parts: dict[str, str]) -> Volume:
        volume = self._library.get(parts["id"]) if ID.fullmatch(parts["id"]) else None
        if volume is None:
            raise not_found()
        return volume

    def _book(self, parts: dict[str, str]) -> Workbook:
        return self._volume(parts).book

    def _create(self, call: Call, _: dict[str, str]) -> Any:
        body = call.message("Spreadsheet", "spreadsheet")
        if call.caller.is_service_account:
            raise no_storage()
        book = described_workbook(body, call.caller.email)
        self._library.add(book)
        return spreadsheet_json(book, fields=call.option("fields"))

    def _get(self, call: Call, parts: dict[str, str]) -> Any:
        book = self._book(parts)
        ranges = call.every("ranges")
        areas = [a1.resolve(book, text) for text in ranges] if ranges else None
        return spreadsheet_json(
            book,
            areas,
            call.option("fields"),
            grid=call.flag("includeGridData"),
            viewer=self._viewer(call, book),
        )

    def _get_by_filter(self, call: Call, parts: dict[str, str]) -> Any:
        body = call.message("GetSpreadsheetByDataFilterRequest")
        book = self._book(parts)
        areas = [
            area for item in body.get("dataFilters") or () for area in filters.areas(book, item)
        ]
        return spreadsheet_json(
            book,
            areas if body.get("dataFilters") else None,
            call.option("fields"),
            grid=bool(body.get("includeGridData")),
            viewer=self._viewer(call, book),
        )

    def _batch_update(self, call: Call, parts: dict[str, str]) -> Any:
        body = call.message("BatchUpdateSpreadsheetRequest")
        volume = self._volume(parts)
        operation = {"kind": "batchUpdate", "requests": body.get("requests") or []}
        fields = call.option("fields")
        tree = mask.parse(fields) if fields else {}
        mask.check_paths(tree, "BatchUpdateSpreadsheetResponse")
        with volume.lock:
            replies = volume.change_locked(self._signed(call, volume, operation))
            book = volume.book
        answer: dict[str, Any] = {"spreadsheetId": book.spreadsheet_id, "replies": replies}
        if body.get("includeSpreadsheetInResponse") and mask.wants(tree, "updatedSpreadsheet"):
            ranges = body.get("responseRanges") or []
            areas = [a1.resolve(book, text) for text in ranges] if ranges else None
            inner = mask.below(tree, "updatedSpreadsheet") if tree else {}
            answer["updatedSpreadsheet"] = masked_spreadsheet(
                book,
                areas,
                inner,
                grid=bool(tree) or bool(body.get("responseIncludeGridData")),
                viewer=self._viewer(call, book),
            )
        return answer

    def _metadata_get(self, _: Call, parts: dict[str, str]) -> Any:
        item = parts["item"]
        found = self._book(parts).metadata.get(int(item)) if item.isdecimal() else None
        if found is None:
            raise not_found()
        return metadata_json(found)

    def _metadata_search(self, call: Call, parts: dict[str, str]) -> Any:
        body = call.message("SearchDeveloperMetadataRequest")
        if not body.get("dataFilters"):
            raise ApiError("At least one data filter must be specified.")
        found = filters.find(self._book(parts), body["dataFilters"])
        matched = [
            {"developerMetadata": metadata_json(item), "dataFilters": which}
            for item, which in found
        ]
        return {"matchedDeveloperMetadata": matched} if matched else {}

    def _copy_to(self, call: Call, parts: dict[str, str]) -> Any:
        body = call.message("CopySheetToAnotherSpreadsheetRequest")
        book = self._book(parts)
        target_id = body.get("destinationSpreadsheetId") or ""
        self._access.check(target_id, writing=True)
        self._check_shared(call, target_id, writing=True)
        target = self._volume({"id": target_id})
        wanted = parts["item"]
        sheet = next((s for s in book.sheets if str(s.sheet_id) == wanted), None)
        if sheet is None:
            raise ApiError(f"The sheet ({wanted}) does not exist.")
        operation: dict[str, Any] = {"kind": "pasteSheet", "sheet": snapshot.dump_sheet(sheet)}
        if METADATA_ON_COPY in self._settings:
            own = [item for item in book.metadata.values() if item.sheet_id == sheet.sheet_id]
            operation["metadata"] = [asdict(item) for item in own]
        return self._change(call, target, operation)

    def _values_get(self, call: Call, parts: dict[str, str]) -> Any:
        book = self._book(parts)
        return values.read(book, a1.resolve(book, parts["item"]), Rendering.asked(call.options()))

    def _values_batch_get(self, call: Call, parts: dict[str, str]) -> Any:
        book, how = self._book(parts), Rendering.asked(call.options())
        found = [values.read(book, a1.resolve(book, text), how) for text in call.every("ranges")]
        return {"spreadsheetId": book.spreadsheet_id, "valueRanges": found}

    def _values_get_by_filter(self, call: Call, parts: dict[str, str]) -> Any:
        body = call.message("BatchGetValuesByDataFilterRequest")
        book, how = self._book(parts), Rendering.asked(body)
        selected: dict[Area, list[Any]] = {}
        for data_filter in body.get("dataFilters") or ():
            for area in filters.areas(book, data_filter):
                selected.setdefault(area, []).append(data_filter)
        found = [
            {"valueRange": values.read(book, area, how), "dataFilters": which}
            for area, which in selected.items()
        ]
        answer: dict[str, Any] = {"spreadsheetId": book.spreadsheet_id}
        return answer | ({"valueRanges": found} if found else {})

    def _values_update(self, call: Call, parts: dict[str, str]) -> Any:
        body = call.message("ValueRange", "data")
        volume = self._volume(parts)
        text = parts["item"]
        if body.get("range") and body["range"] != text:
            raise ApiError(
                f"Requested writing within range [{text}], but ValueRange.range is {body['range']}"
            )
        item = _write_item({**body, "range": text})
        operation = {"kind": "write", "data": [item], "option": _option(call.options())}
        ((_, done),) = self._change(call, volume, operation)
        book = volume.book
        answer = values.written_json(book, done)
        if call.flag("includeValuesInResponse"):
            how = Rendering.asked(call.options(), "response")
            answer["updatedData"] = values.read(book, done.area, how)
        return answer

    def _values_batch_update(self, call: Call, parts: dict[str, str]) -> Any:
        body = call.message("BatchUpdateValuesRequest")
        data = [_write_item(item) for item in body.get("data") or ()]
        return self._written(call, parts, body, data)

    def _values_update_by_filter(self, call: Call, parts: dict[str, str]) -> Any:
        body = call.message("BatchUpdateValuesByDataFilterRequest")
        data = [_write_item(item) for item in body.get("data") or ()]
        return self._written(call, parts, body, data)

    def _written(self, call: Call, parts: dict[str, str], body: Any, data: list[Any]) -> Any:
        volume = self._volume(parts)
        operation = {"kind": "write", "data": data, "option": _option(body)}
        done: list[tuple[Any, Written]] = self._change(call, volume, operation)
        book = volume.book
        answer: dict[str, Any] = {"spreadsheetId": book.spreadsheet_id}
        answer |= values.totals_json([one for _, one in done])
        how = Rendering.asked(body, "response")
        answer["responses"] = [
            _response_json(book, item, one)
            | (
                {"updatedData": values.read(book, one.area, how)}
                if body.get("includeValuesInResponse")
                else {}
            )
            for item, one in done
        ]
        return answer

    def _values_append(self, call: Call, parts: dict[str, str]) -> Any:
        body = call.message("ValueRange", "values")
        volume = self._volume(parts)
        table, done = self._change(
            call,
            volume,
            {
                "kind": "append",
                "range": parts["item"],
                "values": body.get("values") or [],
                "majorDimension": body.get("majorDimension") or "ROWS",
                "option": _option(call.options()),
                "insert": call.option("insertDataOption") == "INSERT_ROWS",
            },
        )
        book = volume.book
        answer: dict[str, Any] = {"spreadsheetId": book.spreadsheet_id}
        if table is not None:
            answer["tableRange"] = to_a1(table, book.sheet(table.sheet_id).title)
        answer["updates"] = values.written_json(book, done)
        if call.flag("includeValuesInResponse"):
            how = Rendering.asked(call.options(), "response")
            answer["updates"]["updatedData"] = values.read(book, done.area, how)
        return answer

    def _values_clear(self, call: Call, parts: dict[str, str]) -> Any:
        call.message("ClearValuesRequest")
        volume = self._volume(parts)
        operation = {"kind": "clear", "data": [{"range": parts["item"]}]}
        (cleared,) = self._change(call, volume, operation)
        return {"spreadsheetId": volume.book.spreadsheet_id, "clearedRange": cleared}

    def _values_batch_clear(self, call: Call, parts: dict[str, str]) -> Any:
        body = call.message("BatchClearValuesRequest")
        return self._cleared(call, parts, [{"range": text} for text in body.get("ranges") or ()])

    def _values_clear_by_filter(self, call: Call, parts: dict[str, str]) -> Any:
        body = call.message("BatchClearValuesByDataFilterRequest")
        return self._cleared(
            call, parts, [{"dataFilter": f} for f in body.get("dataFilters") or ()]
        )

    def _cleared(self, call: Call, parts: dict[str, str], data: list[Any]) -> Any:
        volume = self._volume(parts)
        cleared = self._change(call, volume, {"kind": "clear", "data": data})
        return {"spreadsheetId": volume.book.spreadsheet_id, "clearedRanges": cleared}


def _response_json(book: Workbook, item: Mapping[str, Any], done: Written) -> dict[str, Any]:
    """Return the answer to one write of several; one by data filter names that and no spreadsheet."""
    body = values.written_json(book, done)
    if "dataFilter" in item:
        del body["spreadsheetId"]
        body["dataFilter"] = item["dataFilter"]
    return body


def _option(options: Mapping[str, Any]) -> str:
    """Return how values are to be taken in; refuse a request that does not say."""
    value = options.get("valueInputOption")
    if value not in _OPTIONS:
        if value in (None, "", "INPUT_VALUE_OPTION_UNSPECIFIED"):
            raise ApiError("'valueInputOption' is required but not specified")
        text = (
            "Invalid value at 'value_input_option' "
            f'(type.googleapis.com/google.apps.sheets.v4.ValueInputOption), "{value}"'
        )
        raise violations([("value_input_option", text)])
    return str(value)


def _write_item(item: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {
        "values": item.get("values") or [],
        "majorDimension": item.get("majorDimension") or "ROWS",
    }
    if item.get("dataFilter"):
        return kept | {"dataFilter": item["dataFilter"]}
    return kept | {"range": item.get("range") or ""}
