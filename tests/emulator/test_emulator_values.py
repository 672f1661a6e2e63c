"""The values collection: what is stored, and how it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.emulator.conftest import Spreadsheet


def test_a_value_reads_back_by_render_option(book: Spreadsheet) -> None:
    """Typed entries become numbers, dates and formulas; each option shows its side of them."""
    book.put("A1:D1", [["=4/2", "2020-01-01", "string", 53]], "USER_ENTERED")

    assert book.values("A1:D1", valueRenderOption="UNFORMATTED_VALUE") == [[2, 43831, "string", 53]]
    assert book.values("A1:D1") == [["2", "2020-01-01", "string", "53"]]
    formula = book.values("A1:D1", valueRenderOption="FORMULA")
    assert formula == [["=4/2", 43831, "string", 53]]
    text = {"valueRenderOption": "UNFORMATTED_VALUE", "dateTimeRenderOption": "FORMATTED_STRING"}
    assert book.values("B1", **text) == [["2020-01-01"]]


@pytest.mark.parametrize(
    ("typed", "value", "shown"),
    [
        ("1E5", 100000, "1.00E+05"),
        ("00123", 123, "123"),
        ("2,000,000.01", 2000000.01, "2,000,000.01"),
        ("12.5%", 0.125, "12.50%"),
        ("$1,234.50", 1234.5, "$1,234.50"),
        ("TRUE", True, "TRUE"),
        ("'=1+1", "=1+1", "=1+1"),
        ("B0ABCDEFGH", "B0ABCDEFGH", "B0ABCDEFGH"),
        ("1/2/2020", 43832, "1/2/2020"),
        ("13:30", 0.5625, "13:30"),
        ("2020-13-45", "2020-13-45", "2020-13-45"),
    ],
)
def test_typing_text_means_what_a_person_means(
    book: Spreadsheet, typed: str, value: Any, shown: str
) -> None:
    """USER_ENTERED reads text as a person would; RAW keeps it."""
    book.put("A1", [[typed]], "USER_ENTERED")
    book.put("B1", [[typed]], "RAW")

    unformatted = book.values("A1:B1", valueRenderOption="UNFORMATTED_VALUE")
    assert unformatted == [[value, typed]]
    assert book.values("A1") == [[shown]]


def test_a_text_cell_keeps_what_is_typed(book: Spreadsheet) -> None:
    """In a cell formatted as text an id is not taken for a number."""
    look = {"userEnteredFormat": {"numberFormat": {"type": "TEXT", "pattern": "@"}}}
    area = {"sheetId": 0, "endColumnIndex": 1}
    book.batch({"repeatCell": {"range": area, "cell": look, "fields": "userEnteredFormat"}})

    book.put("A1", [["00123"]], "USER_ENTERED")

    assert book.values("A1", valueRenderOption="UNFORMATTED_VALUE") == [["00123"]]


def test_a_german_spreadsheet_speaks_german(book: Spreadsheet) -> None:
    """Numbers are shown and typed with the marks of the spreadsheet's locale."""
    properties = {"properties": {"locale": "de_DE"}, "fields": "locale"}
    book.batch({"updateSpreadsheetProperties": properties})

    book.put("A1", [["1.234,5"]], "USER_ENTERED")

    assert book.values("A1", valueRenderOption="UNFORMATTED_VALUE") == [[1234.5]]
    assert book.values("A1") == [["1.234,50"]]


def test_columns_come_trimmed_one_by_one(book: Spreadsheet) -> None:
    """Blanks at the end of each line are cut, inner ones stay."""
    book.put("A1:C3", [["a", "", "c"], ["", "b", ""], ["x", "", ""]])

    assert book.values("A1:C9") == [["a", "", "c"], ["", "b"], ["x"]]
    assert book.values("A1:C9", majorDimension="COLUMNS") == [["a", "", "x"], ["", "b"], ["c"]]
    assert book.values("E1:F2") == []


def test_null_leaves_a_cell_and_an_empty_text_clears_it(book: Spreadsheet) -> None:
    """The two kinds of nothing differ."""
    book.put("A1:C1", [["a", "b", "c"]])

    told = book.put("A1:C1", [[None, "", "z"]])

    assert book.values("A1:C1") == [["a", "", "z"]]
    assert (told["updatedRange"], told["updatedCells"]) == ("Sheet1!A1:C1", 2)


def test_grid_ranges_are_read_in_one_request(book: Spreadsheet) -> None:
    """BatchGetByDataFilter gives every filter's range, by column, as it was stored."""
    book.put("A1:B2", [["sku", "sales"], ["B0A", 1.5]])
    book.batch({"addSheet": {"properties": {"sheetId": 4, "title": "日报"}}})

    answer = book.session.post(
        f"{book.url}/values:batchGetByDataFilter",
        json={
            "dataFilters": [{"gridRange": {"sheetId": 0}}, {"gridRange": {"sheetId": 4}}],
            "majorDimension": "COLUMNS",
            "valueRenderOption": "FORMULA",
            "dateTimeRenderOption": "SERIAL_NUMBER",
        },
    ).json()

    ranges = [item["valueRange"] for item in answer["valueRanges"]]
    assert ranges[0] == {
        "range": "Sheet1!A1:Z1000",
        "majorDimension": "COLUMNS",
        "values": [["sku", "B0A"], ["sales", 1.5]],
    }
    assert ranges[1] == {"range": "'日报'!A1:Z1000", "majorDimension": "COLUMNS"}


def test_a_column_is_written_wherever_its_metadata_is(book: Spreadsheet) -> None:
    """BatchUpdateByDataFilter finds the column that a lookup names."""
    place = {"sheetId": 0, "dimension": "COLUMNS", "startIndex": 2, "endIndex": 3}
    metadata = {
        "metadataKey": "col",
        "visibility": "DOCUMENT",
        "location": {"dimensionRange": place},
    }
    book.batch({"createDeveloperMetadata": {"developerMetadata": metadata}})
    lookup = {"developerMetadataLookup": {"metadataKey": "col"}}

    answer = book.session.post(
        f"{book.url}/values:batchUpdateByDataFilter",
        json={
            "valueInputOption": "RAW",
            "data": [{"dataFilter": lookup, "values": [["h"], ["v"]]}],
        },
    ).json()

    assert answer["responses"][0]["updatedRange"] == "Sheet1!C1:C2"
    assert book.values("C1:C2") == [["h"], ["v"]]


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("NOPE!A5:F15", "Unable to parse range: NOPE!A5:F15"),
        (
            "Sheet1!A1001",
            "Range (Sheet1!A1001) exceeds grid limits. Max rows: 1000, max columns: 26",
        ),
    ],
)
def test_a_range_that_is_none_is_refused(book: Spreadsheet, place: str, message: str) -> None:
    """The refusal names the range."""
    answer = book.session.get(f"{book.url}/values/{place}")

    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == message


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("=1+2*3^2", 19),
        ("=2^62", 2**62),
        ('=IFERROR(1073741824^1073741824,"too large")', "too large"),
        ("=-2^2", 4),
        ('="a"&1', "a1"),
        ("=SUM(A1:A3)", 6),
        ("=SUM(A1:A3;10)", 16),
        ('=COUNTIF(A1:A3,">1")', 2),
        ('=SUMIFS(A1:A3;B1:B3;"x*")', 4),
        ('=IF(A1>1,"big","small")', "small"),
        ('=IFERROR(1/0;"none")', "none"),
        ('=VLOOKUP("y",{"x",1;"y",2},2,FALSE)', 2),
        ('=INDEX(A1:A3,MATCH("y",B1:B3,0))', 2),
        ('=TEXT(0.256,"0.0%")', "25.6%"),
        ("=ROUND(2.675,2)", 2.68),
        ("=DATE(2026,11,2)", 46328),
        ('=AND(LEN("t")>0;ISNUMBER(SEARCH("|b|";"|a||B|")))', True),
        ('=REGEXMATCH("B0ABC","^B0")', True),
        ("=1/0", "#DIV/0!"),
        ("=NOSUCH(1)", "#NAME?"),
        ("=(1", "#ERROR!"),
        ("=D1", "#REF!"),
        ("=Nowhere!A1", "#REF!"),
    ],
)
def test_formulas_are_computed(book: Spreadsheet, formula: str, value: Any) -> None:
    """Common functions work with either separator; the rest are errors one can see."""
    book.put("A1:B3", [[1, "x"], [2, "y"], [3, "xx"]])

    book.put("D1", [[formula]], "USER_ENTERED")

    assert book.values("D1", valueRenderOption="UNFORMATTED_VALUE") == [[value]]


def test_long_chains_are_computed_and_circles_are_found(book: Spreadsheet) -> None:
    """A running total over many rows is right from whichever end it is read."""
    book.put("A1", [[1], *([f"=A{row}+1"] for row in range(1, 900))], "USER_ENTERED")
    circle = [[f"=B{row % 200 + 1}"] for row in range(1, 201)]
    book.put("B1", circle, "USER_ENTERED")

    assert book.values("A900") == [["900"]]
    assert book.values("B7") == [["#REF!"]]


def test_data_filters_choose_what_is_shown_and_cleared(book: Spreadsheet) -> None:
    """Get and clear take A1 text, grid ranges and metadata lookups alike."""
    book.put("A1", [["a", "b", "c"], ["d", "e", "f"]])
    column = {"dimension": "COLUMNS", "startIndex": 1, "endIndex": 2}
    item = {"metadataKey": "col", "visibility": "DOCUMENT", "location": {"dimensionRange": column}}
    book.batch({"createDeveloperMetadata": {"developerMetadata": item}})
    filters = [
        {"a1Range": "A1"},
        {"gridRange": {"startRowIndex": 1, "endRowIndex": 2, "startColumnIndex": 2}},
        {"developerMetadataLookup": {"metadataKey": "col"}},
    ]

    shown = book.session.post(
        f"{book.url}:getByDataFilter",
        params={"fields": "sheets.data(startRow,startColumn,rowData.values.formattedValue)"},
        json={"dataFilters": filters},
    ).json()["sheets"][0]["data"]
    cleared = book.session.post(
        f"{book.url}/values:batchClearByDataFilter", json={"dataFilters": filters}
    ).json()

    assert shown == [
        {"rowData": [{"values": [{"formattedValue": "a"}]}]},
        {"startRow": 1, "startColumn": 2, "rowData": [{"values": [{"formattedValue": "f"}]}]},
        {
            "startColumn": 1,
            "rowData": [
                {"values": [{"formattedValue": "b"}]},
                {"values": [{"formattedValue": "e"}]},
            ],
        },
    ]
    assert cleared["clearedRanges"] == ["Sheet1!A1", "Sheet1!C2:Z2", "Sheet1!B1:B1000"]
    assert book.values("A1:C2") == [["", "", "c"], ["d"]]
