"""Inserting, deleting, moving and sorting rows and columns: everything that points goes along."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.emulator.conftest import Spreadsheet

RULE = '=AND(LEN("sheets_sync:acos_7d:critical:v1")>0;ISNUMBER(SEARCH("|acos:critical|";$D2)))'


def span(dimension: str, start: int, end: int) -> dict[str, Any]:
    return {"sheetId": 0, "dimension": dimension, "startIndex": start, "endIndex": end}


@pytest.fixture
def furnished(book: Spreadsheet) -> Spreadsheet:
    """A sheet with a heading, formulas, metadata, a rule, a protection, a name and a group."""
    book.put(
        "A1:D3",
        [
            ["sku", "sales", "share", "flags"],
            ["B0A", 10, "", "|acos:critical|"],
            ["B0B", 30, "", ""],
        ],
    )
    book.put("C2", [["=B2/SUM(B$2:B$3)"], ["=B3/SUM(B$2:B$3)"]], "USER_ENTERED")
    place = {"location": {"dimensionRange": span("COLUMNS", 1, 2)}}
    metadata = {"metadataId": 7, "metadataKey": "col", "visibility": "DOCUMENT", **place}
    condition = {"type": "CUSTOM_FORMULA", "values": [{"userEnteredValue": RULE}]}
    rule = {
        "ranges": [{"sheetId": 0, "startRowIndex": 1, "startColumnIndex": 1, "endColumnIndex": 2}],
        "booleanRule": {"condition": condition, "format": {"backgroundColor": {"red": 1}}},
    }
    area = {"sheetId": 0, "startColumnIndex": 1, "endColumnIndex": 2}
    book.batch(
        {"createDeveloperMetadata": {"developerMetadata": metadata}},
        {"addConditionalFormatRule": {"rule": rule, "index": 0}},
        {"addProtectedRange": {"protectedRange": {"protectedRangeId": 3, "range": area}}},
        {"addNamedRange": {"namedRange": {"namedRangeId": "n", "name": "sales", "range": area}}},
        {"addDimensionGroup": {"range": span("COLUMNS", 1, 3)}},
        {
            "updateDimensionProperties": {
                "range": span("COLUMNS", 1, 2),
                "properties": {"pixelSize": 50},
                "fields": "pixelSize",
            }
        },
    )
    return book


def places(book: Spreadsheet) -> dict[str, Any]:
    """Return where everything stands, in short."""
    body = book.get(
        "namedRanges,sheets(conditionalFormats,protectedRanges,columnGroups,data.columnMetadata)"
    )
    sheet = body["sheets"][0]
    sizes = sheet["data"][0]["columnMetadata"]
    rules = sheet.get("conditionalFormats", [])
    formulas = [rule["booleanRule"]["condition"]["values"][0]["userEnteredValue"] for rule in rules]
    return {
        "rule": [rule["ranges"][0].get("startColumnIndex") for rule in rules],
        "flag": [formula[-5:-4] for formula in formulas],
        "protected": [p["range"].get("startColumnIndex") for p in sheet.get("protectedRanges", [])],
        "named": [n["range"].get("startColumnIndex") for n in body.get("namedRanges", [])],
        "group": [g["range"]["startIndex"] for g in sheet.get("columnGroups", [])],
        "narrow": [at for at, size in enumerate(sizes) if size["pixelSize"] == 50],
        "metadata": [at for at, size in enumerate(sizes) if "developerMetadata" in size],
    }


def formulas(book: Spreadsheet, place: str) -> list[list[Any]]:
    return book.values(place, valueRenderOption="FORMULA")


def test_inserting_a_column_moves_everything_behind_it(furnished: Spreadsheet) -> None:
    """Metadata, rules, protections, names, groups, sizes and references follow their column."""
    furnished.batch({"insertDimension": {"range": span("COLUMNS", 1, 2)}})

    assert places(furnished) == {
        "rule": [2], "flag": ["E"], "protected": [2], "named": [2], "group": [2],
        "narrow": [1, 2], "metadata": [2],
    }  # fmt: skip
    assert formulas(furnished, "D2:D3") == [["=C2/SUM(C$2:C$3)"], ["=C3/SUM(C$2:C$3)"]]
    assert furnished.values("D2:D3") == [["0.25"], ["0.75"]]


def test_deleting_a_column_takes_its_metadata_along(furnished: Spreadsheet) -> None:
    """What belongs to a deleted column is gone; a formula that read it shows #REF!."""
    furnished.batch({"deleteDimension": {"range": span("COLUMNS", 1, 2)}})

    assert places(furnished) == {
        "rule": [], "flag": [], "protected": [], "named": [], "group": [1],
        "narrow": [], "metadata": [],
    }  # fmt: skip
    gone = furnished.session.get(f"{furnished.url}/developerMetadata/7")
    assert gone.status_code == 404
    assert formulas(furnished, "B2") == [["=#REF!/SUM(#REF!)"]]
    assert furnished.values("B2") == [["#REF!"]]


def test_moving_a_column_moves_what_belongs_to_it(furnished: Spreadsheet) -> None:
    """The destination is counted before the column is taken out."""
    furnished.batch({"moveDimension": {"source": span("COLUMNS", 1, 2), "destinationIndex": 4}})

    found = places(furnished)
    assert (found["rule"], found["protected"], found["named"]) == ([3], [3], [3])
    assert (found["narrow"], found["metadata"], found["flag"]) == ([3], [3], ["C"])
    assert furnished.values("A1:D1") == [["sku", "share", "flags", "sales"]]
    assert formulas(furnished, "B2") == [["=D2/SUM(D$2:D$3)"]]


def test_inserting_rows_stretches_what_encloses_them(furnished: Spreadsheet) -> None:
    """A range with rows inserted inside it grows; an open rule needs no change."""
    furnished.batch({"insertDimension": {"range": span("ROWS", 2, 4)}})

    assert formulas(furnished, "C2") == [["=B2/SUM(B$2:B$5)"]]
    assert formulas(furnished, "C5") == [["=B5/SUM(B$2:B$5)"]]
    rules = furnished.sheet("conditionalFormats")["conditionalFormats"]
    assert rules[0]["ranges"] == [{"startRowIndex": 1, "startColumnIndex": 1, "endColumnIndex": 2}]


def test_new_rows_take_the_look_of_the_row_before_and_not_its_values(book: Spreadsheet) -> None:
    """InheritFromBefore copies formats, also past the last row of the sheet."""
    look = {"userEnteredFormat": {"numberFormat": {"type": "PERCENT", "pattern": "0%"}}}
    book.put("A1000", [[0.5]])
    book.batch(
        {
            "repeatCell": {
                "range": {"sheetId": 0, "startRowIndex": 999, "endColumnIndex": 1},
                "cell": look,
                "fields": "userEnteredFormat",
            }
        },
        {"insertDimension": {"range": span("ROWS", 1000, 1002), "inheritFromBefore": True}},
    )

    data = book.get("sheets(properties,data.rowData.values)", ranges="Sheet1!A1000:A1002")
    rows = data["sheets"][0]["data"][0]["rowData"]
    assert data["sheets"][0]["properties"]["gridProperties"]["rowCount"] == 1002
    assert [row["values"][0].get("formattedValue") for row in rows] == ["50%", None, None]
    assert all(row["values"][0]["userEnteredFormat"] == look["userEnteredFormat"] for row in rows)


def test_sorting_moves_values_formats_and_notes_and_leaves_row_metadata(book: Spreadsheet) -> None:
    """Rows of the range trade places; blanks come last in either order."""
    book.put("A1:B4", [["k", "n"], ["a", 1], ["b", 3], ["c", ""]])
    row = {"metadataId": 1, "metadataKey": "row", "visibility": "DOCUMENT"}
    row["location"] = {"dimensionRange": span("ROWS", 1, 2)}
    painted = {"userEnteredFormat": {"textFormat": {"bold": True}}, "note": "look"}
    start = {"sheetId": 0, "rowIndex": 1, "columnIndex": 0}
    book.batch(
        {"createDeveloperMetadata": {"developerMetadata": row}},
        {
            "updateCells": {
                "start": start,
                "rows": [{"values": [painted]}],
                "fields": "userEnteredFormat,note",
            }
        },
        {
            "sortRange": {
                "range": {"sheetId": 0, "startRowIndex": 1, "endRowIndex": 4},
                "sortSpecs": [{"dimensionIndex": 1, "sortOrder": "DESCENDING"}],
            }
        },
    )

    assert book.values("A1:B4") == [["k", "n"], ["b", "3"], ["a", "1"], ["c"]]
    noted = book.get("sheets.data.rowData.values.note", ranges="Sheet1!A1:A4")
    rows = noted["sheets"][0]["data"][0]["rowData"]
    assert rows == [{}, {}, {"values": [{"note": "look"}]}]
    place = book.session.get(f"{book.url}/developerMetadata/1").json()["location"]
    assert place["dimensionRange"]["startIndex"] == 1


def test_renaming_a_sheet_renames_it_in_formulas(book: Spreadsheet) -> None:
    """A formula goes on reading the sheet it read."""
    book.put("A1", [[5]])
    book.batch({"addSheet": {"properties": {"sheetId": 2, "title": "Other"}}})
    book.put("Other!A1", [["=Sheet1!A1*2"]], "USER_ENTERED")

    book.batch(
        {"updateSheetProperties": {"properties": {"title": "日报 2026-11"}, "fields": "title"}}
    )

    assert book.values("Other!A1", valueRenderOption="FORMULA") == [["='日报 2026-11'!A1*2"]]
    assert book.values("Other!A1") == [["10"]]


def test_a_copied_sheet_keeps_looks_and_loses_metadata(furnished: Spreadsheet) -> None:
    """DuplicateSheet takes the id it is given."""
    furnished.batch(
        {"duplicateSheet": {"sourceSheetId": 0, "newSheetId": 9, "newSheetName": "Copy"}}
    )

    copy = furnished.get("sheets(properties,conditionalFormats,data.columnMetadata)")["sheets"][0]
    assert copy["properties"]["sheetId"] == 9
    assert copy["conditionalFormats"][0]["ranges"][0]["sheetId"] == 9
    assert copy["data"][0]["columnMetadata"][1] == {"pixelSize": 50}
    assert furnished.values("Copy!C2") == [["0.25"]]
