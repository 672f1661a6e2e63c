"""What a cell looks like in the end: conditional rules, bandings, filters, masks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.emulator.conftest import Spreadsheet

RED = {"red": 1}
WINDOW = (
    "sheets(properties,conditionalFormats,developerMetadata,protectedRanges,"
    "data(rowData(values(formattedValue,effectiveValue,userEnteredValue,userEnteredFormat,"
    "effectiveFormat,note)),rowMetadata,columnMetadata,startRow,startColumn))"
)


def rule(kind: str, *values: str, column: int = 0, look: dict[str, Any]) -> dict[str, Any]:
    condition = {"type": kind, "values": [{"userEnteredValue": value} for value in values]}
    area = {"sheetId": 0, "startRowIndex": 1, "startColumnIndex": column}
    body = {"ranges": [area | {"endColumnIndex": column + 1}]}
    return body | {"booleanRule": {"condition": condition, "format": look}}


def add(*rules: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"addConditionalFormatRule": {"rule": item, "index": index}}
        for index, item in enumerate(rules)
    ]


def colours(book: Spreadsheet, place: str) -> list[Any]:
    """Return the effective background of every cell, by row."""
    answer = book.get("sheets.data.rowData.values.effectiveFormat.backgroundColor", ranges=place)
    rows = answer["sheets"][0]["data"][0].get("rowData", [])
    return [
        [c.get("effectiveFormat", {}).get("backgroundColor") for c in row.get("values", [])]
        for row in rows
    ]


def test_a_flag_in_the_row_colours_the_cell_and_follows_a_sort(book: Spreadsheet) -> None:
    """A custom formula is meant from the first cell of its range."""
    book.put("A1:B3", [["acos", "flags"], [0.2, ""], [0.6, "|acos_7d:critical|"]])
    formula = (
        '=AND(LEN("sheets_sync:acos_7d:critical:v1")>0;ISNUMBER(SEARCH("|acos_7d:critical|";$B2)))'
    )
    book.batch(*add(rule("CUSTOM_FORMULA", formula, look={"backgroundColor": RED})))
    white = {"red": 1, "green": 1, "blue": 1}
    assert colours(book, "Sheet1!A1:A3") == [[white], [white], [RED]]

    area = {"sheetId": 0, "startRowIndex": 1, "endRowIndex": 3}
    specs = [{"dimensionIndex": 0, "sortOrder": "DESCENDING"}]
    book.batch({"sortRange": {"range": area, "sortSpecs": specs}})

    assert colours(book, "Sheet1!A1:A3") == [[white], [RED], [white]]


def test_the_first_rule_that_holds_decides_each_property(book: Spreadsheet) -> None:
    """A later rule still adds what the first one left open; the cell's own format is untouched."""
    book.put("A2", [[5]])
    book.batch(
        *add(
            rule("NUMBER_GREATER", "3", look={"backgroundColor": RED}),
            rule(
                "NUMBER_GREATER",
                "1",
                look={"backgroundColor": {"green": 1}, "textFormat": {"bold": True}},
            ),
        )
    )

    answer = book.get(
        "sheets.data.rowData.values(userEnteredFormat,effectiveFormat)", ranges="Sheet1!A2"
    )
    (cell,) = answer["sheets"][0]["data"][0]["rowData"][0]["values"]
    assert cell["effectiveFormat"]["backgroundColor"] == RED
    assert cell["effectiveFormat"]["textFormat"]["bold"] is True
    assert "userEnteredFormat" not in cell


def test_rules_are_replaced_moved_and_deleted_by_position(book: Spreadsheet) -> None:
    """A rule has no id; its index is its name."""
    one, two = (rule("NUMBER_GREATER", n, look={"backgroundColor": RED}) for n in "12")
    book.batch(*add(one, two))

    moved = book.batch({"updateConditionalFormatRule": {"sheetId": 0, "index": 0, "newIndex": 1}})
    book.batch({"deleteConditionalFormatRule": {"sheetId": 0, "index": 0}})

    assert moved["replies"][0]["updateConditionalFormatRule"]["newIndex"] == 1
    left = book.sheet("conditionalFormats")["conditionalFormats"]
    values = [item["booleanRule"]["condition"]["values"] for item in left]
    assert values == [[{"userEnteredValue": "1"}]]
    assert "at index: 5" in book.refused({"deleteConditionalFormatRule": {"index": 5}})


def test_a_window_shows_all_that_a_page_needs(book: Spreadsheet) -> None:
    """One request under a mask gives cells, looks, sizes and what hangs on the sheet."""
    book.put("B3", [["x"]])
    hide = {"range": {"sheetId": 0, "dimension": "ROWS", "startIndex": 3, "endIndex": 4}}
    book.batch(
        {
            "updateDimensionProperties": {
                **hide,
                "properties": {"hiddenByUser": True},
                "fields": "hiddenByUser",
            }
        }
    )

    answer = book.get(WINDOW, ranges="Sheet1!B3:C4")

    (sheet,) = answer["sheets"]
    (grid,) = sheet["data"]
    assert set(sheet) == {"properties", "data"}
    assert (grid["startRow"], grid["startColumn"]) == (2, 1)
    assert grid["rowMetadata"] == [{"pixelSize": 21}, {"pixelSize": 21, "hiddenByUser": True}]
    (cell,) = grid["rowData"][0]["values"]
    assert cell["formattedValue"] == "x"
    assert cell["effectiveFormat"]["horizontalAlignment"] == "LEFT"


def test_a_mask_overrides_include_grid_data(book: Spreadsheet) -> None:
    """Masks accept dots, slashes and brackets, and refuse a field that does not exist."""
    book.put("A1", [["x"]])
    wanted = {"sheets": [{"data": [{"rowData": [{"values": [{"formattedValue": "x"}]}]}]}]}

    for mask in (
        "sheets.data.rowData.values.formattedValue",
        "sheets/data/rowData/values/formattedValue",
        "sheets(data(rowData(values(formattedValue))))",
    ):
        assert book.get(mask, includeGridData="false") == wanted

    bad = book.session.get(book.url, params={"fields": "sheets.sheetProperties"})
    assert bad.status_code == 400
    violation = bad.json()["error"]["details"][0]["fieldViolations"][0]
    assert violation["field"] == "sheets.sheetProperties"


def test_bands_alternate_under_the_cells_own_colour(book: Spreadsheet) -> None:
    """Header, first and second band colour rows in turn."""
    book.put("A1:A3", [["h"], ["a"], ["b"]])
    looks = {"headerColor": RED, "firstBandColor": {"green": 1}, "secondBandColor": {"blue": 1}}
    area = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 3, "endColumnIndex": 1}
    band = {"bandedRangeId": 6, "range": area, "rowProperties": looks}

    book.batch({"addBanding": {"bandedRange": band}})

    assert colours(book, "Sheet1!A1:A3") == [[RED], [{"green": 1}], [{"blue": 1}]]
    assert "already has alternating" in book.refused(
        {"addBanding": {"bandedRange": {**band, "bandedRangeId": 7}}}
    )


def test_a_filter_hides_the_rows_it_excludes(book: Spreadsheet) -> None:
    """Rows filtered out are marked so, and come back when the filter goes."""
    book.put("A1:A3", [["sku"], ["keep"], ["drop"]])
    criteria = {"0": {"hiddenValues": ["drop"]}}
    area = {"sheetId": 0, "startRowIndex": 0, "endRowIndex": 3, "endColumnIndex": 1}
    book.batch({"setBasicFilter": {"filter": {"range": area, "criteria": criteria}}})

    rows = book.get("sheets.data.rowMetadata", ranges="Sheet1!A1:A3")["sheets"][0]["data"][0]
    hidden = [row.get("hiddenByFilter", False) for row in rows["rowMetadata"]]
    assert hidden == [False, False, True]

    book.batch({"clearBasicFilter": {"sheetId": 0}})

    assert "basicFilter" not in book.sheet("basicFilter,properties")
