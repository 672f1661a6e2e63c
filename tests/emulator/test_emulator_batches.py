"""batchUpdate: all or nothing, one reply each, and Google's words for what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.emulator.conftest import Spreadsheet


def column_metadata(metadata_id: int | None, column: int, value: str = "sales") -> dict[str, Any]:
    place = {"sheetId": 0, "dimension": "COLUMNS", "startIndex": column, "endIndex": column + 1}
    body: dict[str, Any] = {
        "metadataKey": "col",
        "metadataValue": value,
        "visibility": "DOCUMENT",
        "location": {"dimensionRange": place},
    }
    if metadata_id is not None:
        body["metadataId"] = metadata_id
    return {"createDeveloperMetadata": {"developerMetadata": body}}


def write(row: int, column: int, *values: dict[str, Any]) -> dict[str, Any]:
    return {
        "updateCells": {
            "start": {"sheetId": 0, "rowIndex": row, "columnIndex": column},
            "rows": [{"values": [{"userEnteredValue": value} for value in values]}],
            "fields": "userEnteredValue",
        }
    }


def test_a_batch_with_one_bad_request_changes_nothing(book: Spreadsheet) -> None:
    """All requests of a batch are applied, or none."""
    message = book.refused(
        {"addSheet": {"properties": {"title": "New"}}},
        write(0, 0, {"stringValue": "x"}),
        {"deleteSheet": {"sheetId": 77}},
    )

    assert message == "Invalid requests[2].deleteSheet: No sheet with id: 77"
    assert book.values("Sheet1") == []
    assert [s["properties"]["title"] for s in book.get()["sheets"]] == ["Sheet1"]


def test_replies_stand_at_the_place_of_their_requests(book: Spreadsheet) -> None:
    """Every request has one reply, empty where there is nothing to say."""
    answer = book.batch(
        write(0, 0, {"numberValue": 1}),
        {"addSheet": {"properties": {"title": "New", "sheetId": 5, "index": 0}}},
        write(0, 1, {"numberValue": 2}),
    )

    assert answer["replies"][0] == answer["replies"][2] == {}
    assert answer["replies"][1]["addSheet"]["properties"] == {
        "sheetId": 5,
        "title": "New",
        "index": 0,
        "sheetType": "GRID",
        "gridProperties": {"rowCount": 1000, "columnCount": 26},
    }


def test_a_metadata_id_in_use_refuses_the_whole_batch(book: Spreadsheet) -> None:
    """An explicit id makes a batch apply at most once."""
    batch = [column_metadata(41, 0), write(0, 0, {"numberValue": 1})]
    book.batch(*batch)
    book.put("A1", [["by hand"]])

    message = book.refused(*batch)

    assert "41" in message
    assert book.values("A1") == [["by hand"]]


def test_metadata_is_found_by_id_key_value_and_place(book: Spreadsheet) -> None:
    """A lookup holds all its conditions together."""
    book.batch(column_metadata(1, 0, "sku"), column_metadata(2, 3, "sales"))
    lookup = {
        "metadataKey": "col",
        "visibility": "DOCUMENT",
        "metadataLocation": {"sheetId": 0},
        "locationMatchingStrategy": "INTERSECTING_LOCATION",
    }

    found = book.session.post(
        f"{book.url}/developerMetadata:search",
        json={"dataFilters": [{"developerMetadataLookup": lookup}]},
    ).json()
    one = book.session.get(f"{book.url}/developerMetadata/2")
    none = book.session.get(f"{book.url}/developerMetadata/3")

    matched = [
        item["developerMetadata"]["metadataValue"] for item in found["matchedDeveloperMetadata"]
    ]
    assert matched == ["sku", "sales"]
    assert one.json() == {
        "metadataId": 2,
        "metadataKey": "col",
        "metadataValue": "sales",
        "location": {
            "locationType": "COLUMN",
            "dimensionRange": {"dimension": "COLUMNS", "startIndex": 3, "endIndex": 4},
        },
        "visibility": "DOCUMENT",
    }
    assert none.status_code == 404
    assert none.json()["error"]["status"] == "NOT_FOUND"


def test_deleting_metadata_says_what_was_deleted(book: Spreadsheet) -> None:
    """The reply lists the deleted entries."""
    book.batch(column_metadata(1, 0), column_metadata(2, 1))
    only_second = {"developerMetadataLookup": {"metadataKey": "col", "metadataId": 2}}

    reply = book.batch({"deleteDeveloperMetadata": {"dataFilter": only_second}})["replies"][0]

    gone = reply["deleteDeveloperMetadata"]["deletedDeveloperMetadata"]
    assert [item["metadataId"] for item in gone] == [2]


def test_the_answer_shows_the_sheet_after_the_batch(book: Spreadsheet) -> None:
    """ResponseRanges and grid data prove what was written."""
    answer = book.batch(
        write(4, 1, {"stringValue": "B0X"}, {"numberValue": 3}),
        includeSpreadsheetInResponse=True,
        responseIncludeGridData=True,
        responseRanges=["Sheet1!B5:C5"],
    )

    grid = answer["updatedSpreadsheet"]["sheets"][0]["data"][0]
    assert (grid["startRow"], grid["startColumn"]) == (4, 1)
    shown = [cell["formattedValue"] for cell in grid["rowData"][0]["values"]]
    assert shown == ["B0X", "3"]


def test_a_fields_parameter_trims_the_answer_of_a_batch(book: Spreadsheet) -> None:
    """A mask decides what comes back, and overrides responseIncludeGridData."""
    fields = "replies,updatedSpreadsheet.sheets.data.rowData.values.effectiveValue"
    answer = book.session.post(
        f"{book.url}:batchUpdate",
        params={"fields": fields},
        json={
            "requests": [write(0, 0, {"numberValue": 3})],
            "includeSpreadsheetInResponse": True,
            "responseRanges": ["Sheet1!A1"],
        },
    ).json()

    cell = {"effectiveValue": {"numberValue": 3}}
    assert answer == {
        "replies": [{}],
        "updatedSpreadsheet": {"sheets": [{"data": [{"rowData": [{"values": [cell]}]}]}]},
    }


def test_an_unknown_field_is_refused_in_googles_words(book: Spreadsheet) -> None:
    """A body is checked before anything is done."""
    answer = book.send({"updateSheetProperties": {"properties": {"headerValues": []}}})

    text = (
        'Invalid JSON payload received. Unknown name "headerValues" at '
        "'requests[0].update_sheet_properties.properties': Cannot find field."
    )
    assert answer.status_code == 400
    assert answer.json()["error"] == {
        "code": 400,
        "message": text,
        "status": "INVALID_ARGUMENT",
        "details": [
            {
                "@type": "type.googleapis.com/google.rpc.BadRequest",
                "fieldViolations": [
                    {"field": "requests[0].update_sheet_properties.properties", "description": text}
                ],
            }
        ],
    }


def test_what_the_server_cannot_do_is_named_with_501(book: Spreadsheet) -> None:
    """A request kind that Google has and this server has not is never passed over."""
    answer = book.send(write(0, 0, {"numberValue": 1}), {"addDataSource": {"dataSource": {}}})

    assert answer.status_code == 501
    assert answer.json()["error"]["status"] == "UNIMPLEMENTED"
    assert "addDataSource (requests[1])" in answer.json()["error"]["message"]
    assert book.values("Sheet1") == []


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (
            {"addSheet": {"properties": {"title": "Sheet1"}}},
            (
                'Invalid requests[0].addSheet: A sheet with the name "Sheet1" already exists. '
                "Please enter another name."
            ),
        ),
        (
            {"deleteSheet": {"sheetId": 0}},
            "Invalid requests[0].deleteSheet: You can't remove all the sheets in a document.",
        ),
        (
            {"updateSheetProperties": {"properties": {"hidden": True}, "fields": "hidden"}},
            "Invalid requests[0].updateSheetProperties: You can't hide all the sheets in a document.",
        ),
        (
            {"repeatCell": {"range": {"sheetId": 9}, "cell": {}, "fields": "*"}},
            "Invalid requests[0].repeatCell: No grid with id: 9",
        ),
        (
            {"updateCells": {"range": {"endRowIndex": 1001}, "fields": "*"}},
            (
                "Invalid requests[0].updateCells: Range (Sheet1!A1:Z1001) exceeds grid limits. "
                "Max rows: 1000, max columns: 26"
            ),
        ),
        (
            {
                "insertDimension": {
                    "range": {"dimension": "ROWS", "startIndex": 1000, "endIndex": 1001}
                }
            },
            (
                "Invalid requests[0].insertDimension: range.startIndex must be less than the grid size "
                "(1000) if inheritFromBefore is false."
            ),
        ),
        (
            {"appendDimension": {"dimension": "ROWS", "length": 400000}},
            (
                "Invalid requests[0].appendDimension: This action would increase the number of cells in "
                "the workbook above the limit of 10000000 cells."
            ),
        ),
        (
            write(0, 0, {"stringValue": "x" * 50001}),
            (
                "Invalid requests[0].updateCells: Your input contains more than the maximum of 50000 "
                "characters in a single cell."
            ),
        ),
        (
            write(1000, 0, {"numberValue": 1}),
            (
                "Invalid requests[0].updateCells: GridCoordinate.rowIndex[1000] is after last row in "
                "grid[999]"
            ),
        ),
    ],
)
def test_impossible_requests_are_refused(
    book: Spreadsheet, request_: dict[str, Any], message: str
) -> None:
    """The message names the request and the reason."""
    assert book.refused(request_) == message


def test_text_is_never_taken_for_a_formula(book: Spreadsheet) -> None:
    """StringValue is text even when it begins with an equals sign; formulaValue is a formula."""
    book.batch(
        write(0, 0, {"stringValue": "=1+1"}, {"formulaValue": "=1+1"}, {"stringValue": "1E5"})
    )

    assert book.values("A1:C1") == [["=1+1", "2", "1E5"]]
    assert book.values("A1:C1", valueRenderOption="FORMULA") == [["=1+1", "=1+1", "1E5"]]


def test_a_mask_writes_only_what_it_names(book: Spreadsheet) -> None:
    """A number format can be set without losing colour, value or note."""
    looks = {"backgroundColor": {"red": 1}, "numberFormat": {"type": "NUMBER", "pattern": "0"}}
    cell = {"userEnteredValue": {"numberValue": 0.5}, "userEnteredFormat": looks, "note": "mine"}
    start = {"sheetId": 0}
    book.batch({"updateCells": {"start": start, "rows": [{"values": [cell]}], "fields": "*"}})
    percent = {"userEnteredFormat": {"numberFormat": {"type": "PERCENT", "pattern": "0%"}}}

    book.batch(
        {
            "updateCells": {
                "start": start,
                "rows": [{"values": [percent]}],
                "fields": "userEnteredFormat.numberFormat",
            }
        }
    )

    data = book.sheet("data.rowData.values(userEnteredFormat,note,formattedValue)")["data"]
    assert data[0]["rowData"][0]["values"][0] == {
        "formattedValue": "50%",
        "note": "mine",
        "userEnteredFormat": {
            "backgroundColor": {"red": 1},
            "backgroundColorStyle": {"rgbColor": {"red": 1}},
            "numberFormat": {"type": "PERCENT", "pattern": "0%"},
        },
    }
