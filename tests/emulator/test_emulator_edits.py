"""Requests that rewrite and move cells: find and replace, ranges in and out, filling, splitting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.emulator.conftest import Spreadsheet

WHOLE = {"startRowIndex": 0, "endRowIndex": 10, "startColumnIndex": 0, "endColumnIndex": 5}


def area(row0: int, row1: int, col0: int, col1: int) -> dict[str, int]:
    """Return a GridRange of the first sheet."""
    return {
        "startRowIndex": row0,
        "endRowIndex": row1,
        "startColumnIndex": col0,
        "endColumnIndex": col1,
    }


def test_text_is_found_and_replaced(book: Spreadsheet) -> None:
    """Case is ignored unless asked for, formulas are left alone, and the counts are right."""
    book.put("A1", [["Red red", "x"], [12, "=UPPER(B1)"], ["blue"]], "USER_ENTERED")

    answer = book.batch({"findReplace": {"find": "red", "replacement": "2", "allSheets": True}})
    assert answer["replies"] == [
        {
            "findReplace": {
                "valuesChanged": 1,
                "rowsChanged": 1,
                "sheetsChanged": 1,
                "occurrencesChanged": 2,
            }
        }
    ]
    assert book.values("A1") == [["2 2"]]
    nothing = {"find": "B1", "replacement": "A1", "sheetId": 0, "matchCase": True}
    assert book.batch({"findReplace": nothing})["replies"] == [{"findReplace": {}}]

    book.batch({"findReplace": {**nothing, "includeFormulas": True}})
    assert book.values("B2", valueRenderOption="FORMULA") == [["=UPPER(A1)"]]


def test_a_pattern_may_use_groups(book: Spreadsheet) -> None:
    """Groups are written as Java writes them; a number that results is a number."""
    book.put("A1", [["n: 41"], ["sku-7"]])
    find = {"searchByRegex": True, "range": WHOLE}

    book.batch(
        {"findReplace": {**find, "find": r"n: (\d)(\d)", "replacement": "$2$1"}},
        {"findReplace": {**find, "find": "(?<kind>[a-z]+)-7", "replacement": "${kind}"}},
    )

    assert book.values("A1:A2", valueRenderOption="UNFORMATTED_VALUE") == [[14], ["sku"]]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"find": "a"}, "Must specify exactly one of range, sheetId and allSheets."),
        ({"sheetId": 0}, "No find specified."),
        ({"find": "(", "searchByRegex": True, "sheetId": 0}, "Invalid regular expression: ("),
    ],
)
def test_a_search_that_says_too_little_is_refused(
    book: Spreadsheet, body: dict[str, Any], message: str
) -> None:
    """Where to look and what for have to be said."""
    assert book.refused({"findReplace": body}) == f"Invalid requests[0].findReplace: {message}"


def test_inserted_cells_push_only_what_is_below(book: Spreadsheet) -> None:
    """Other columns stay; formulas, names and notes follow the cells."""
    book.put("A1", [["a", "x"], ["b", "y"], ["c", "=A2&B2"]], "USER_ENTERED")
    book.batch(
        {"addNamedRange": {"namedRange": {"name": "second", "range": area(1, 2, 0, 1)}}},
        {"insertRange": {"range": area(1, 2, 0, 1), "shiftDimension": "ROWS"}},
    )

    assert book.values("A1:B4") == [["a", "x"], ["", "y"], ["b", "by"], ["c"]]
    assert book.values("B3", valueRenderOption="FORMULA") == [["=A3&B2"]]
    assert book.get("namedRanges.range")["namedRanges"][0]["range"] == area(2, 3, 0, 1)


def test_deleted_cells_pull_up_what_is_below(book: Spreadsheet) -> None:
    """Only in their columns; a reference to a deleted cell breaks."""
    book.put("A1", [["a", "x"], ["b", "=A1"], ["c", "=A2"]], "USER_ENTERED")

    book.batch({"deleteRange": {"range": area(0, 1, 0, 1), "shiftDimension": "ROWS"}})

    assert book.values("A1:B3") == [["b", "x"], ["c", "#REF!"], ["", "b"]]


def test_cells_are_inserted_and_deleted_along_a_row(book: Spreadsheet) -> None:
    """Other rows stay, and the grid grows when something would fall off."""
    book.put("A1", [["a", "b", "c"], ["d", "e", "f"]])
    book.put("Z1", [["last"]])

    book.batch({"insertRange": {"range": area(0, 1, 1, 2), "shiftDimension": "COLUMNS"}})
    assert book.values("A1:D2") == [["a", "", "b", "c"], ["d", "e", "f"]]
    assert book.values("AA1") == [["last"]]

    book.batch({"deleteRange": {"range": area(0, 1, 1, 2), "shiftDimension": "COLUMNS"}})
    assert book.values("A1:D2") == [["a", "b", "c"], ["d", "e", "f"]]


@pytest.mark.parametrize(
    ("typed", "filled"),
    [
        ([[1], [3]], [[5], [7]]),
        ([[5]], [[5], [5], [5]]),
        ([["Item 9"]], [["Item 10"], ["Item 11"], ["Item 12"]]),
        ([["a"], ["b"]], [["a"], ["b"]]),
        ([["2026-01-31"]], [["2026-02-01"], ["2026-02-02"], ["2026-02-03"]]),
    ],
)
def test_cells_are_filled_on(
    book: Spreadsheet, typed: list[list[Any]], filled: list[list[Any]]
) -> None:
    """Even steps go on, numbered text counts, dates advance by days, the rest repeats."""
    book.put("A1", typed, "USER_ENTERED")

    book.batch({"autoFill": {"range": area(0, 4, 0, 1)}})

    shown = book.values(f"A{len(typed) + 1}:A4")
    assert shown == [[str(value) for value in row] for row in filled]


def test_formulas_are_filled_upwards_and_sideways(book: Spreadsheet) -> None:
    """A negative length fills before the source."""
    book.put("C3", [["=C9"]], "USER_ENTERED")
    up = {"source": area(2, 3, 2, 3), "dimension": "ROWS", "fillLength": -1}
    right = {"source": area(2, 3, 2, 3), "dimension": "COLUMNS", "fillLength": 2}

    book.batch(
        {"autoFill": {"sourceAndDestination": up}}, {"autoFill": {"sourceAndDestination": right}}
    )

    assert book.values("C2:E3", valueRenderOption="FORMULA") == [["=C8"], ["=C9", "=D9", "=E9"]]


def test_uneven_steps_are_not_guessed(book: Spreadsheet) -> None:
    """What Google would make of them is not known well enough: 501."""
    book.put("A1", [[1], [2], [4]])

    answer = book.send({"autoFill": {"range": area(0, 5, 0, 1)}})

    assert answer.status_code == 501
    assert book.values("A1:A5") == [["1"], ["2"], ["4"]]


def test_white_space_is_trimmed(book: Spreadsheet) -> None:
    """Ends lose it, inside one space stays."""
    book.put("A1", [["  a \n b "], ["c"]])

    answer = book.batch({"trimWhitespace": {"range": WHOLE}})

    assert answer["replies"] == [{"trimWhitespace": {"cellsChangedCount": 1}}]
    assert book.values("A1:A2") == [["a b"], ["c"]]


def test_duplicates_are_removed_inside_the_range(book: Spreadsheet) -> None:
    """Case makes no difference; what lies outside stays where it is."""
    book.put("A1", [["a", 1, "x"], ["A", 1, "y"], ["b", 1, "z"]])
    column = {"dimension": "COLUMNS", "startIndex": 0, "endIndex": 1}

    answer = book.batch(
        {"deleteDuplicates": {"range": area(0, 3, 0, 2), "comparisonColumns": [column]}}
    )

    assert answer["replies"] == [{"deleteDuplicates": {"duplicatesRemovedCount": 1}}]
    assert book.values("A1:C3") == [["a", "1", "x"], ["b", "1", "y"], ["", "", "z"]]


def test_rows_are_shuffled_and_stay_whole(book: Spreadsheet) -> None:
    """The same rows are there in some order."""
    rows = [[str(number), f"row {number}"] for number in range(10)]
    book.put("A1", rows)

    book.batch({"randomizeRange": {"range": area(0, 10, 0, 2)}})

    assert sorted(book.values("A1:B10")) == rows


def test_text_is_split_into_columns_and_pasted(book: Spreadsheet) -> None:
    """Parts mean what typing them means."""
    book.put("A1", [["a;2"], ["b"]])

    book.batch(
        {"textToColumns": {"source": area(0, 2, 0, 1), "delimiterType": "SEMICOLON"}},
        {
            "pasteData": {
                "coordinate": {"rowIndex": 2},
                "data": 'c,"3,5"\nd,4',
                "delimiter": ",",
                "type": "PASTE_NORMAL",
            }
        },
    )

    shown = book.values("A1:B4", valueRenderOption="UNFORMATTED_VALUE")
    assert shown == [["a", 2], ["b"], ["c", "3,5"], ["d", 4]]


def test_a_filter_view_is_duplicated(book: Spreadsheet) -> None:
    """Under another id and a title that says so."""
    view = {"filterViewId": 4, "title": "Mine", "range": WHOLE}

    book.batch({"addFilterView": {"filter": view}}, {"duplicateFilterView": {"filterId": 4}})

    titles = [item["title"] for item in book.sheet("filterViews")["filterViews"]]
    assert titles == ["Mine", "Copy of Mine"]


def test_filters_follow_inserted_columns(book: Spreadsheet) -> None:
    """Criteria and sorting name the same columns as before."""
    criteria = {"1": {"hiddenValues": ["x"]}}
    sorting = [{"dimensionIndex": 2, "sortOrder": "ASCENDING"}]
    wanted = {"range": WHOLE, "criteria": criteria, "sortSpecs": sorting}
    column = {"dimension": "COLUMNS", "startIndex": 1, "endIndex": 2}

    book.batch({"setBasicFilter": {"filter": wanted}}, {"insertDimension": {"range": column}})

    kept = book.sheet("basicFilter")["basicFilter"]
    assert kept["criteria"] == {"2": {"hiddenValues": ["x"]}}
    assert kept["sortSpecs"][0]["dimensionIndex"] == 3


def test_a_dropdown_follows_the_cells_it_lists(book: Spreadsheet) -> None:
    """Its range is rewritten when rows are inserted above it."""
    rule = {
        "condition": {
            "type": "ONE_OF_RANGE",
            "values": [{"userEnteredValue": "=Sheet1!$D$1:$D$3"}],
        }
    }
    row = {"dimension": "ROWS", "startIndex": 0, "endIndex": 2}

    book.batch(
        {"setDataValidation": {"range": area(0, 1, 0, 1), "rule": rule}},
        {"insertDimension": {"range": row}},
    )

    cell = book.sheet("data.rowData.values.dataValidation")["data"][0]["rowData"][2]["values"][0]
    values = cell["dataValidation"]["condition"]["values"]
    assert values == [{"userEnteredValue": "=Sheet1!$D$3:$D$5"}]


def test_links_are_told(book: Spreadsheet) -> None:
    """HYPERLINK and a link in the cell's format fill the field."""
    book.put(
        "A1", [['=HYPERLINK("https://example.com/"&B1, "here")', "x", "plain"]], "USER_ENTERED"
    )
    link = {"textFormat": {"link": {"uri": "https://example.com/c"}}}
    cell = {"userEnteredFormat": link}
    book.batch(
        {
            "repeatCell": {
                "range": area(0, 1, 2, 3),
                "cell": cell,
                "fields": "userEnteredFormat.textFormat.link",
            }
        }
    )

    row = book.sheet("data.rowData.values(hyperlink,formattedValue)")["data"][0]["rowData"][0]
    assert row["values"] == [
        {"hyperlink": "https://example.com/x", "formattedValue": "here"},
        {"formattedValue": "x"},
        {"hyperlink": "https://example.com/c", "formattedValue": "plain"},
    ]


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (
            {"updateSheetProperties": {"properties": {}, "fields": "tittle"}},
            "Invalid requests[0].updateSheetProperties: Invalid field: tittle",
        ),
        (
            {"updateSheetProperties": {"properties": {}, "fields": "gridProperties.rows"}},
            "Invalid requests[0].updateSheetProperties: Invalid field: grid_properties.rows",
        ),
        (
            {"repeatCell": {"range": {}, "cell": {}, "fields": "userEnteredFormat.colour"}},
            "Invalid requests[0].repeatCell: Invalid field: user_entered_format.colour",
        ),
    ],
)
def test_a_mask_that_names_nothing_is_refused(
    book: Spreadsheet, request_: dict[str, Any], message: str
) -> None:
    """A misspelt field is not passed over."""
    assert book.refused(request_) == message


def test_what_a_mask_for_everything_would_lose_is_refused(book: Spreadsheet) -> None:
    """A pivot table under `*` is 501, not a cell without it."""
    row = {"values": [{"pivotTable": {"source": {}}}]}

    answer = book.send({"updateCells": {"start": {}, "rows": [row], "fields": "*"}})

    assert answer.status_code == 501
    assert "pivotTable" in answer.json()["error"]["message"]
