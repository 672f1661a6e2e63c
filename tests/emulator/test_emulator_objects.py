"""Charts, slicers and tables are kept, follow their cells, and come back as they were given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.emulator.conftest import Spreadsheet


def sources(column: int, **place: int) -> dict[str, Any]:
    """Return chart data from rows 1 to 10 of one column."""
    return {
        "sourceRange": {
            "sources": [
                {
                    **place,
                    "startRowIndex": 0,
                    "endRowIndex": 10,
                    "startColumnIndex": column,
                    "endColumnIndex": column + 1,
                }
            ]
        }
    }


def chart(chart_id: int = 7) -> dict[str, Any]:
    """Return a line chart of column B by column A, anchored to D3."""
    return {
        "chartId": chart_id,
        "spec": {
            "title": "Sales",
            "basicChart": {
                "chartType": "LINE",
                "domains": [{"domain": sources(0)}],
                "series": [{"series": sources(1), "targetAxis": "LEFT_AXIS"}],
            },
        },
        "position": {"overlayPosition": {"anchorCell": {"rowIndex": 2, "columnIndex": 3}}},
    }


def insert(dimension: str, start: int, count: int = 1) -> dict[str, Any]:
    """Return a request that inserts rows or columns."""
    place = {"dimension": dimension, "startIndex": start, "endIndex": start + count}
    return {"insertDimension": {"range": place}}


def delete(dimension: str, start: int, end: int) -> dict[str, Any]:
    """Return a request that deletes rows or columns."""
    return {
        "deleteDimension": {"range": {"dimension": dimension, "startIndex": start, "endIndex": end}}
    }


def test_a_chart_is_kept_and_follows_its_cells(book: Spreadsheet) -> None:
    """Its size is Google's default; its place and its ranges move with inserted columns and rows."""
    reply = book.batch({"addChart": {"chart": chart()}})["replies"][0]["addChart"]["chart"]
    assert reply["position"] == {
        "overlayPosition": {
            "anchorCell": {"rowIndex": 2, "columnIndex": 3},
            "widthPixels": 600,
            "heightPixels": 371,
        }
    }

    book.batch(insert("COLUMNS", 1), insert("ROWS", 0, 2))

    (kept,) = book.sheet("charts")["charts"]
    assert kept["chartId"] == 7
    assert kept["position"]["overlayPosition"]["anchorCell"] == {"rowIndex": 4, "columnIndex": 4}
    (series,) = kept["spec"]["basicChart"]["series"]
    assert series["series"]["sourceRange"]["sources"] == [
        {"startRowIndex": 2, "endRowIndex": 12, "startColumnIndex": 2, "endColumnIndex": 3}
    ]


def test_a_chart_loses_the_series_of_a_deleted_column(book: Spreadsheet) -> None:
    """The chart itself stays."""
    book.batch({"addChart": {"chart": chart()}}, delete("COLUMNS", 1, 2))

    basic = book.sheet("charts")["charts"][0]["spec"]["basicChart"]
    assert basic["series"] == []
    assert len(basic["domains"]) == 1


def test_a_chart_is_changed_moved_and_deleted(book: Spreadsheet) -> None:
    """A new spec replaces the old one; a mask says what of the position changes."""
    spec = {"title": "New", "pieChart": {"domain": sources(0), "series": sources(1)}}
    moved = {"overlayPosition": {"anchorCell": {"columnIndex": 8}, "widthPixels": 300}}
    answer = book.batch(
        {"addChart": {"chart": chart()}},
        {"updateChartSpec": {"chartId": 7, "spec": spec}},
        {
            "updateEmbeddedObjectPosition": {
                "objectId": 7,
                "newPosition": moved,
                "fields": "anchorCell,widthPixels",
            }
        },
        {
            "updateEmbeddedObjectBorder": {
                "objectId": 7,
                "border": {"color": {"red": 1}},
                "fields": "color",
            }
        },
    )

    position = {
        "overlayPosition": {
            "anchorCell": {"columnIndex": 8},
            "widthPixels": 300,
            "heightPixels": 371,
        }
    }
    assert answer["replies"][2] == {"updateEmbeddedObjectPosition": {"position": position}}
    (kept,) = book.sheet("charts")["charts"]
    assert kept["spec"]["title"] == "New"
    assert kept["border"]["colorStyle"] == {"rgbColor": {"red": 1}}
    book.batch({"deleteEmbeddedObject": {"objectId": 7}})
    assert "charts" not in book.sheet("charts")


def test_a_duplicated_sheet_has_charts_of_its_own(book: Spreadsheet) -> None:
    """The copy's chart has another id and shows the copy."""
    book.batch(
        {"addChart": {"chart": chart()}},
        {"duplicateSheet": {"sourceSheetId": 0, "newSheetId": 5, "insertSheetIndex": 1}},
    )

    (copy,) = book.get("sheets.charts")["sheets"][1]["charts"]
    source = copy["spec"]["basicChart"]["domains"][0]["domain"]["sourceRange"]["sources"][0]
    assert copy["chartId"] != 7
    assert source["sheetId"] == 5
    assert copy["position"]["overlayPosition"]["anchorCell"]["sheetId"] == 5


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (
            {"addChart": {"chart": {**chart(), "spec": {"title": "no kind"}}}},
            (
                "Invalid requests[0].addChart: One of basicChart, pieChart, bubbleChart, "
                "candelstickChart, histogramChart, or orgChart must be set on chartSpec."
            ),
        ),
        (
            {"addChart": {"chart": {**chart(), "position": {}}}},
            (
                "Invalid requests[0].addChart: One of EmbeddedObjectPosition.overlayPosition or "
                "EmbeddedObjectPosition.sheetId must be set"
            ),
        ),
        (
            {"updateChartSpec": {"chartId": 9, "spec": chart()["spec"]}},
            "Invalid requests[0].updateChartSpec: No chart with id: 9",
        ),
        (
            {"deleteEmbeddedObject": {"objectId": 9}},
            "Invalid requests[0].deleteEmbeddedObject: No embedded object with id: 9",
        ),
        (
            {
                "updateEmbeddedObjectPosition": {
                    "objectId": 9,
                    "newPosition": {"overlayPosition": {}},
                    "fields": "width",
                }
            },
            "Invalid requests[0].updateEmbeddedObjectPosition: Invalid field: width",
        ),
    ],
)
def test_impossible_charts_are_refused(
    book: Spreadsheet, request_: dict[str, Any], message: str
) -> None:
    """In Google's words where they are known."""
    assert book.refused(request_) == message


def test_an_id_in_use_refuses_a_chart(book: Spreadsheet) -> None:
    """Charts and slicers share one space of ids."""
    book.batch({"addChart": {"chart": chart()}})

    slicer = {
        "slicerId": 7,
        "spec": {"dataRange": {"endRowIndex": 5}},
        "position": chart()["position"],
    }
    assert book.refused({"addSlicer": {"slicer": slicer}}) == (
        "Invalid requests[0].addSlicer: An embedded object with id 7 already exists."
    )


def test_a_chart_on_its_own_sheet_is_named_as_missing(book: Spreadsheet) -> None:
    """501 rather than a chart somewhere else."""
    answer = book.send({"addChart": {"chart": {**chart(), "position": {"newSheet": True}}}})

    assert answer.status_code == 501
    assert "charts on a sheet of their own" in answer.json()["error"]["message"]


def test_a_slicer_is_kept_and_changed(book: Spreadsheet) -> None:
    """Its data range follows the cells; a mask says what of its spec changes."""
    slicer = {
        "slicerId": 3,
        "spec": {"title": "Store", "dataRange": {"endRowIndex": 5, "endColumnIndex": 2}},
        "position": {"overlayPosition": {"anchorCell": {"columnIndex": 5}}},
    }
    book.batch(
        {"addSlicer": {"slicer": slicer}},
        insert("COLUMNS", 1),
        {"updateSlicerSpec": {"slicerId": 3, "spec": {"title": "Shop"}, "fields": "title"}},
    )

    (kept,) = book.sheet("slicers")["slicers"]
    assert kept["spec"] == {"title": "Shop", "dataRange": {"endRowIndex": 5, "endColumnIndex": 3}}


def table(book: Spreadsheet, **more: Any) -> dict[str, Any]:
    """Make A1:B3 a table and return it."""
    book.put("A1", [["sku", "n"], ["a", 1], ["b", 2]])
    place = {"endRowIndex": 3, "endColumnIndex": 2}
    wanted = {"tableId": "t1", "name": "Stock", "range": place, **more}
    (reply,) = book.batch({"addTable": {"table": wanted}})["replies"]
    return dict(reply["addTable"]["table"])


def test_a_table_is_named_by_its_cells(book: Spreadsheet) -> None:
    """Columns carry the text of the first row; renaming the cell renames the column."""
    made = table(book)
    assert made["columnProperties"] == [
        {"columnName": "sku"},
        {"columnIndex": 1, "columnName": "n"},
    ]

    book.put("B1", [["units"]])

    (kept,) = book.sheet("tables")["tables"]
    assert kept["columnProperties"][1] == {"columnIndex": 1, "columnName": "units"}


def test_a_table_moves_with_its_cells(book: Spreadsheet) -> None:
    """Range and column types follow inserted columns; a deleted column takes its type along."""
    types = [{"columnIndex": 1, "columnName": "n", "columnType": "DOUBLE"}]
    table(book, columnProperties=types)

    book.batch(insert("COLUMNS", 1), insert("ROWS", 0))
    (kept,) = book.sheet("tables")["tables"]
    assert kept["range"] == {
        "startRowIndex": 1,
        "endRowIndex": 4,
        "startColumnIndex": 0,
        "endColumnIndex": 3,
    }
    assert kept["columnProperties"][2] == {
        "columnIndex": 2,
        "columnName": "n",
        "columnType": "DOUBLE",
    }

    book.batch(delete("COLUMNS", 2, 3))
    (kept,) = book.sheet("tables")["tables"]
    assert [column.get("columnType") for column in kept["columnProperties"]] == [None, None]


def test_rows_are_appended_to_a_table(book: Spreadsheet) -> None:
    """They go below its last filled row, and what is beneath the table makes room."""
    table(book)
    book.put("A4", [["beneath"]])
    row = {"values": [{"userEnteredValue": {"stringValue": "c"}}]}

    book.batch({"appendCells": {"tableId": "t1", "rows": [row], "fields": "userEnteredValue"}})

    assert book.values("A1:A5") == [["sku"], ["a"], ["b"], ["c"], ["beneath"]]
    assert book.sheet("tables.range")["tables"][0]["range"]["endRowIndex"] == 4


def test_a_table_is_updated_and_deleted_with_its_contents(book: Spreadsheet) -> None:
    """A name given for a column is written into its heading; deleting clears the cells."""
    table(book)
    changes = {
        "tableId": "t1",
        "name": "Units",
        "columnProperties": [{"columnIndex": 1, "columnName": "units", "columnType": "DOUBLE"}],
    }
    book.batch({"updateTable": {"table": changes, "fields": "name,columnProperties"}})
    (kept,) = book.sheet("tables")["tables"]
    assert kept["name"] == "Units"
    assert book.values("A1:B1") == [["sku", "units"]]

    book.batch({"deleteTable": {"tableId": "t1"}})
    assert "tables" not in book.sheet("tables")
    assert book.values("A1:B3") == []


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"tableId": "t1", "name": "Other"}, "A table with id t1 already exists."),
        ({"name": "stock"}, "A table with the name 'stock' already exists."),
        ({"name": "Other", "range": {"endRowIndex": 2}}, "A table cannot overlap another table."),
        (
            {"name": "Other", "columnProperties": [{"columnType": "DROPDOWN", "columnName": "x"}]},
            "Condition must be set for dropdown column type.",
        ),
    ],
)
def test_impossible_tables_are_refused(
    book: Spreadsheet, wanted: dict[str, Any], message: str
) -> None:
    """Ids and names are unique, tables do not overlap, and a dropdown has choices."""
    table(book)
    place = {"startRowIndex": 5, "endRowIndex": 9, "endColumnIndex": 2}

    refusal = book.refused({"addTable": {"table": {"range": place, **wanted}}})

    assert refusal == f"Invalid requests[0].addTable: {message}"
