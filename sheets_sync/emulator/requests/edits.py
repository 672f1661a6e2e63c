"""Requests that rewrite the text of cells: find and replace, trimming, splitting, pasting text."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from sheets_sync.emulator.area import Area
from sheets_sync.emulator.display import formatted
from sheets_sync.emulator.entry import typed
from sheets_sync.emulator.formats import intern_format
from sheets_sync.emulator.refusal import ApiError, unsupported
from sheets_sync.emulator.requests.batch import Batch, Handler, coordinate, exceeds, required
from sheets_sync.emulator.workbook import Cell, Formula, Sheet, check_length

_EMPTY = Cell()
_JAVA_GROUP = re.compile(r"\\(.)|\$(?:\{(\w+)\}|(\d))")
_DELIMITERS = {"COMMA": ",", "SEMICOLON": ";", "PERIOD": ".", "SPACE": " "}


def entered_cell(sheet: Sheet, old: Cell, text: str, locale: str) -> Cell | None:
    """Return a cell after a person typed a text into it; an empty text clears it."""
    if not text:
        cell = old._replace(value=None, runs=None)
        return None if cell == _EMPTY else cell
    entry = typed(text, locale)
    if isinstance(entry.value, Formula):
        sheet.has_formulas = True
    cell = old._replace(value=entry.value, runs=None)
    if entry.number_format is not None and "numberFormat" not in (old.format or {}):
        looks = {**(old.format or {}), "numberFormat": entry.number_format}
        cell = cell._replace(format=intern_format(looks))
    return cell


def locale_of(batch: Batch) -> str:
    """Return the spreadsheet's locale."""
    return str(batch.book.properties.get("locale", "en_US"))


def filled(sheet: Sheet, area: Area) -> Iterator[tuple[int, int, Cell]]:
    """Yield row, column and cell of every value in a closed area."""
    row0, row1, col0, col1 = area.bounds
    for row in range(row0, min(row1, len(sheet.rows))):
        for column, cell in enumerate(sheet.rows[row][col0:col1], col0):
            if cell is not None and cell.value is not None:
                yield row, column, cell


@dataclass(slots=True)
class _Replaced:
    """What finding and replacing has come to."""

    values: int = 0
    formulas: int = 0
    occurrences: int = 0
    rows: set[tuple[int, int]] = field(default_factory=set)

    def reply(self) -> dict[str, Any]:
        """Return the reply; counts of zero are left out."""
        counts = {
            "valuesChanged": self.values,
            "formulasChanged": self.formulas,
            "rowsChanged": len(self.rows),
            "sheetsChanged": len({sheet_id for sheet_id, _ in self.rows}),
            "occurrencesChanged": self.occurrences,
        }
        return {"findReplace": {name: count for name, count in counts.items() if count}}


def find_replace(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Replace text in cells as a person would type the result; formulas only when asked."""
    substitute = _substitution(body)
    locale, done = locale_of(batch), _Replaced()
    for area in _scopes(batch, body):
        sheet = batch.book.edit(area.sheet_id)
        for row, column, cell in list(filled(sheet, area)):
            formula = isinstance(cell.value, Formula)
            if formula and not body.get("includeFormulas"):
                continue
            old = str(cell.value) if formula else _shown(cell, locale)
            new, count = substitute(old)
            if not count:
                continue
            check_length(new)
            sheet.put(row, column, [entered_cell(sheet, cell, new, locale)])
            done.occurrences += count
            done.rows.add((area.sheet_id, row))
            done.formulas += formula
            done.values += not formula
    batch.book.cache.clear()
    return done.reply()


def _shown(cell: Cell, locale: str) -> str:
    return formatted(cell.value, (cell.format or {}).get("numberFormat"), locale)


def _scopes(batch: Batch, body: dict[str, Any]) -> list[Area]:
    given = [name for name in ("range", "sheetId") if body.get(name) is not None]
    given += ["allSheets"] if body.get("allSheets") else []
    if len(given) != 1:
        raise ApiError("Must specify exactly one of range, sheetId and allSheets.")
    if given[0] == "range":
        return [batch.closed(body["range"])[1]]
    if given[0] == "sheetId":
        return [batch.book.sheet(int(body["sheetId"])).whole]
    return [sheet.whole for sheet in batch.book.sheets]


def _substitution(body: dict[str, Any]) -> Callable[[str], tuple[str, int]]:
    """Return what replaces in one text and counts; patterns are Java's, as far as Python's agree."""
    if not body.get("find"):
        raise ApiError("No find specified.")
    find, replacement = str(body["find"]), str(body.get("replacement") or "")
    by_pattern = bool(body.get("searchByRegex"))
    source = find.replace("(?<", "(?P<").replace("(?P<=", "(?<=").replace("(?P<!", "(?<!")
    flags = re.NOFLAG if body.get("matchCase") else re.IGNORECASE
    try:
        pattern = re.compile(source if by_pattern else re.escape(find), flags)
    except re.error as error:
        raise ApiError(f"Invalid regular expression: {find}") from error

    def one(found: re.Match[str]) -> str:
        if not by_pattern:
            return replacement
        return _JAVA_GROUP.sub(lambda part: _group(found, part), replacement)

    def substitute(text: str) -> tuple[str, int]:
        if not body.get("matchEntireCell"):
            return pattern.subn(one, text)
        whole = pattern.fullmatch(text)
        return (one(whole), 1) if whole else (text, 0)

    return substitute


def _group(found: re.Match[str], part: re.Match[str]) -> str:
    if part[1]:
        return str(part[1])
    try:
        return found[part[2] or int(part[3])] or ""
    except IndexError as error:
        raise ApiError(f"No group {part[0]} in the regular expression.") from error


def trim_whitespace(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Take white space off both ends of texts and leave one space of it inside."""
    sheet, area = batch.closed(required(body, "range"))
    changed = 0
    for row, column, cell in list(filled(sheet, area)):
        if not isinstance(cell.value, str) or isinstance(cell.value, Formula):
            continue
        new = " ".join(cell.value.split())
        if new != cell.value:
            changed += 1
            sheet.put(row, column, [cell._replace(value=new or None, runs=None)])
    batch.book.cache.clear()
    return {"trimWhitespace": {"cellsChangedCount": changed} if changed else {}}


def text_to_columns(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Split the texts of one column over it and the columns to its right."""
    sheet, area = batch.closed(required(body, "source"))
    row0, row1, col0, col1 = area.bounds
    if col1 - col0 != 1:
        raise ApiError("The source range must span exactly one column.")
    for row in range(row0, min(row1, len(sheet.rows))):
        cell = sheet.cell(row, col0)
        if cell is None or not isinstance(cell.value, str) or isinstance(cell.value, Formula):
            continue
        parts = cell.value.split(_delimiter(body, cell.value))
        _put_texts(batch, sheet, row, col0, parts)
    batch.book.cache.clear()
    return {}


def _delimiter(body: dict[str, Any], text: str) -> str:
    kind = body.get("delimiterType")
    if kind == "CUSTOM":
        if not body.get("delimiter"):
            raise ApiError("No delimiter specified.")
        return str(body["delimiter"])
    if kind in _DELIMITERS:
        return _DELIMITERS[kind]
    if kind == "AUTODETECT":
        return next((mark for mark in _DELIMITERS.values() if mark in text), ",")
    raise ApiError("No delimiterType specified.")


def _put_texts(batch: Batch, sheet: Sheet, row: int, column: int, texts: list[str]) -> None:
    last = column + len(texts)
    if row >= sheet.row_count or last > sheet.column_count:
        raise exceeds(sheet, Area(sheet.sheet_id, row, row + 1, column, last))
    locale = locale_of(batch)
    old = [sheet.cell(row, at) or _EMPTY for at in range(column, last)]
    new = [entered_cell(sheet, cell, text, locale) for cell, text in zip(old, texts, strict=True)]
    sheet.put(row, column, new)


def paste_data(batch: Batch, body: dict[str, Any]) -> dict[str, Any]:
    """Paste delimited text as if it were typed, from a cell on."""
    if body.get("html"):
        raise unsupported("pasting HTML")
    if body.get("type") not in (None, "PASTE_NORMAL", "PASTE_VALUES"):
        raise unsupported(f"pasting data as {body['type']}")
    delimiter = str(body.get("delimiter") or "")
    if len(delimiter) != 1:
        raise unsupported("delimiters that are not one character")
    sheet, row, column = coordinate(batch, required(body, "coordinate"))
    lines = csv.reader(io.StringIO(str(body.get("data") or "")), delimiter=delimiter)
    for down, texts in enumerate(lines):
        if texts:
            _put_texts(batch, sheet, row + down, column, texts)
    batch.book.cache.clear()
    return {}


HANDLERS: dict[str, Handler] = {
    "findReplace": find_replace,
    "trimWhitespace": trim_whitespace,
    "textToColumns": text_to_columns,
    "pasteData": paste_data,
}
