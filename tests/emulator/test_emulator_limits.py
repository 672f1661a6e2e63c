"""The limits of a spreadsheet, and what is refused at them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.emulator.conftest import Spreadsheet

TOO_MANY = (
    "This action would increase the number of cells in the workbook above the limit of "
    "10000000 cells."
)
TOO_LONG = "Your input contains more than the maximum of 50000 characters in a single cell."


def grid(rows: int, columns: int) -> dict[str, int]:
    """Return grid properties."""
    return {"rowCount": rows, "columnCount": columns}


def test_ten_million_cells_are_the_limit_over_all_tabs(book: Spreadsheet) -> None:
    """Exactly that many are allowed; one row more is not, however it is asked for."""
    rest = (10_000_000 - 26_000) // 1000
    book.batch({"addSheet": {"properties": {"sheetId": 1, "gridProperties": grid(1000, rest)}}})

    for request in (
        {"appendDimension": {"sheetId": 0, "dimension": "ROWS", "length": 1}},
        {"insertDimension": {"range": {"dimension": "ROWS", "startIndex": 0, "endIndex": 1}}},
        {"duplicateSheet": {"sourceSheetId": 0}},
        {
            "updateSheetProperties": {
                "properties": {"gridProperties": {"rowCount": 1001}},
                "fields": "gridProperties.rowCount",
            }
        },
    ):
        (kind,) = request
        assert book.refused(request) == f"Invalid requests[0].{kind}: {TOO_MANY}"
    counts = book.get("sheets.properties.gridProperties")["sheets"]
    assert counts[0]["properties"]["gridProperties"] == grid(1000, 26)


def test_an_appended_row_beyond_the_limit_is_refused(book: Spreadsheet) -> None:
    """values.append grows the grid by itself, and only as far."""
    rest = (10_000_000 - 26_000) // 1000
    book.batch({"addSheet": {"properties": {"sheetId": 1, "gridProperties": grid(1000, rest)}}})
    book.put("A1000", [["last"]])

    answer = book.session.post(
        f"{book.url}/values/Sheet1!A1:A1000:append",
        params={"valueInputOption": "RAW"},
        json={"values": [["one more"]]},
    )

    assert (answer.status_code, answer.json()["error"]["message"]) == (400, TOO_MANY)


def test_fifty_thousand_characters_are_the_limit_of_a_cell(book: Spreadsheet) -> None:
    """Exactly that many are kept."""
    book.put("A1", [["x" * 50_000]])
    assert len(book.values("A1")[0][0]) == 50_000

    answer = book.session.put(
        f"{book.url}/values/A1",
        params={"valueInputOption": "RAW"},
        json={"values": [["x" * 50_001]]},
    )

    assert (answer.status_code, answer.json()["error"]["message"]) == (400, TOO_LONG)


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        (
            {"title": "x" * 101},
            "Invalid requests[0].addSheet: The sheet name cannot be greater than 100 characters.",
        ),
        (
            {"title": "sheet1"},
            (
                'Invalid requests[0].addSheet: A sheet with the name "sheet1" already exists. '
                "Please enter another name."
            ),
        ),
        (
            {"gridProperties": grid(1, 18_279)},
            "Invalid requests[0].addSheet: A sheet cannot have more than 18278 columns.",
        ),
    ],
)
def test_a_sheet_beyond_the_limits_is_refused(
    book: Spreadsheet, properties: dict[str, Any], message: str
) -> None:
    """Titles are unique whatever their case, and not endless; nor are columns."""
    assert book.refused({"addSheet": {"properties": properties}}) == message


def test_the_last_tab_stays(book: Spreadsheet) -> None:
    """Deleted or hidden, one has to be left to look at."""
    only = book.refused({"deleteSheet": {"sheetId": 0}})
    hidden = {"properties": {"hidden": True}, "fields": "hidden"}

    assert only == (
        "Invalid requests[0].deleteSheet: You can't remove all the sheets in a document."
    )
    assert book.refused({"updateSheetProperties": hidden}) == (
        "Invalid requests[0].updateSheetProperties: You can't hide all the sheets in a document."
    )


def test_more_than_a_hundred_thousand_requests_are_refused(book: Spreadsheet) -> None:
    """As one batch."""
    answer = book.send(*[{"clearBasicFilter": {}}] * 100_001)

    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == ("Cannot exceed 100000 requests in a single batch.")


def test_a_query_parameter_that_is_none_is_refused(book: Spreadsheet) -> None:
    """In Google's words."""
    answer = book.session.get(book.url, params={"includeGrid": "true"})

    assert (answer.status_code, answer.json()["error"]["message"]) == (
        400,
        (
            'Invalid JSON payload received. Unknown name "includeGrid": Cannot bind query '
            "parameter. Field 'includeGrid' could not be found in request message."
        ),
    )


@pytest.mark.parametrize(
    ("method", "path", "body", "missing"),
    [
        (
            "post",
            "/drive/v3/files",
            {"mimeType": "application/vnd.google-apps.document"},
            "application/vnd.google-apps.document",
        ),
        (
            "post",
            "/drive/v3/files",
            {"mimeType": "application/vnd.google-apps.spreadsheet", "starred": True},
            "starred",
        ),
        ("patch", "/drive/v3/files/{id}", {"writersCanShare": False}, "writersCanShare"),
        ("get", "/drive/v3/files/{id}/export?mimeType=application/pdf", None, "application/pdf"),
        ("post", "/v4/spreadsheets", {"namedRanges": [{"name": "n"}]}, "namedRanges"),
        ("get", "/v4/spreadsheets/{id}?alt=media", None, "media"),
        ("get", "/v4/other", None, "GET /v4/other"),
    ],
)
def test_nothing_unsupported_is_passed_over(
    book: Spreadsheet, method: str, path: str, body: dict[str, Any] | None, missing: str
) -> None:
    """501 names what is missing."""
    answer = book.session.request(method, book.base + path.format(id=book.id), json=body)

    assert answer.status_code == 501
    assert missing in answer.json()["error"]["message"]


def test_metadata_goes_along_with_a_copy_when_it_is_told_to(tmp_path: Any) -> None:
    """Google does not say what happens, so both can be had; with a sort as well."""
    import requests

    from sheets_sync.emulator.serve import LocalServer

    row = {"dimension": "ROWS", "startIndex": 1, "endIndex": 2}
    item = {
        "metadataId": 5,
        "metadataKey": "k",
        "visibility": "DOCUMENT",
        "location": {"dimensionRange": row},
    }
    sorting = {
        "range": {"startRowIndex": 0, "endRowIndex": 2, "endColumnIndex": 1},
        "sortSpecs": [{"sortOrder": "DESCENDING"}],
    }
    values = [{"values": [{"userEnteredValue": {"numberValue": n}}]} for n in (1, 2)]
    batch = [
        {"updateCells": {"start": {}, "rows": values, "fields": "userEnteredValue"}},
        {"createDeveloperMetadata": {"developerMetadata": item}},
        {"duplicateSheet": {"sourceSheetId": 0, "newSheetId": 9}},
        {"sortRange": sorting},
    ]
    found = {}
    for name, switches in (
        ("no", {}),
        ("yes", {"metadata_on_copy": True, "metadata_on_sort": True}),
    ):
        for _ in range(2):
            with LocalServer(tmp_path / name, **switches) as server:
                base = f"{server.url}/v4/spreadsheets"
                if name not in found:
                    made = requests.post(base, json={}, timeout=10).json()["spreadsheetId"]
                    done = requests.post(
                        f"{base}/{made}:batchUpdate", json={"requests": batch}, timeout=10
                    )
                    assert done.status_code == 200, done.text
                everything = {"dataFilters": [{"developerMetadataLookup": {"metadataKey": "k"}}]}
                answer = requests.post(
                    f"{base}/{made}/developerMetadata:search", json=everything, timeout=10
                ).json()["matchedDeveloperMetadata"]
                places = [one["developerMetadata"]["location"]["dimensionRange"] for one in answer]
                now = sorted((p.get("sheetId", 0), p["startIndex"]) for p in places)
                assert found.setdefault(name, now) == now

    assert found == {"no": [(0, 1)], "yes": [(0, 0), (9, 1)]}


@pytest.mark.parametrize("warning", [False, True])
def test_a_whole_sheet_is_protected_once(book: Spreadsheet, *, warning: bool) -> None:
    """A second protection of it is refused, in or after the first's batch; parts and changes are free."""
    whole = {"range": {"sheetId": 0}, "warningOnly": warning}
    part = {"range": {"sheetId": 0, "startColumnIndex": 0, "endColumnIndex": 2}}
    message = 'addProtectedRange: Sheet "Sheet1" already has sheet protection.'

    twice = book.refused(*[{"addProtectedRange": {"protectedRange": whole}}] * 2)
    book.batch(
        {"addProtectedRange": {"protectedRange": part}},
        {"addProtectedRange": {"protectedRange": {**whole, "protectedRangeId": 1}}},
        {"addProtectedRange": {"protectedRange": part}},
    )
    again = book.refused({"addProtectedRange": {"protectedRange": {"range": {"sheetId": 0}}}})
    change = {"protectedRangeId": 1, "range": {"sheetId": 0}, "description": "frozen"}
    book.batch({"updateProtectedRange": {"protectedRange": change, "fields": "range,description"}})

    assert (twice, again) == (f"Invalid requests[1].{message}", f"Invalid requests[0].{message}")
    kept = book.sheet("protectedRanges(range,description)")["protectedRanges"]
    assert [item.get("description") for item in kept] == [None, "frozen", None]


def test_another_sheet_may_be_protected_whole_too(book: Spreadsheet) -> None:
    """The limit is one for each sheet."""
    book.batch(
        {"addSheet": {"properties": {"sheetId": 1}}},
        {"addProtectedRange": {"protectedRange": {"range": {"sheetId": 0}}}},
        {"addProtectedRange": {"protectedRange": {"range": {"sheetId": 1}}}},
    )

    assert [len(sheet["protectedRanges"]) for sheet in book.get()["sheets"]] == [1, 1]


@pytest.mark.parametrize(
    "half", [b'"\\ud800"', b'"a\\uDFFFb"', b'"\\ud83d \\ude00"', b'"\xed\xa0\x80"']
)
def test_half_of_a_surrogate_pair_is_refused(book: Spreadsheet, half: bytes) -> None:
    """Neither as a value nor as the name of a range; the sheet stays, and can be read and written."""
    book.put("A1", [["before"]])
    url = f"{book.url}/values/A1?valueInputOption=RAW"

    written = book.session.put(url, data=b'{"values": [["x", ' + half + b"]]}")
    found = b'{"requests": [{"findReplace": {"find": ' + half + b', "allSheets": true}}]}'
    batch = book.session.post(f"{book.url}:batchUpdate", data=found)
    named = book.session.put(url, data=b'{"range": ' + half + b', "values": [["x"]]}')

    for answer in (written, batch, named):
        assert answer.status_code == 400, answer.text
        assert answer.json()["error"]["message"] == (
            "Invalid JSON payload received. A text has half of a surrogate pair."
        )
    assert book.values("A1:B1") == [["before"]]


def test_a_whole_surrogate_pair_is_a_character(book: Spreadsheet) -> None:
    """Most clients escape what is beyond ASCII."""
    url = f"{book.url}/values/A1?valueInputOption=RAW"

    book.session.put(url, data=b'{"values": [["\\ud83d\\ude00", "\\\\ud800"]]}')

    assert book.values("A1:B1") == [["😀", "\\ud800"]]
