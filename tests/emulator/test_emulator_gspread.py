"""gspread works against the server as it does against Google."""

from __future__ import annotations

from typing import TYPE_CHECKING

import gspread
import pytest

if TYPE_CHECKING:
    from tests.emulator.conftest import Spreadsheet


def test_a_day_with_gspread(client: gspread.Client) -> None:
    """Create, write, read, sort, format, duplicate and share through the library people use."""
    made = client.create("Daily log")
    opened = client.open_by_key(made.id)
    sheet = opened.sheet1
    sheet.update([["sku", "n"], ["b", 2], ["a", 1]], "A1:B3")
    sheet.update_cell(4, 1, "c")
    sheet.sort((1, "asc"), range="A2:B4")
    sheet.insert_cols([["x", "y"]], 2)
    sheet.format("A1:C1", {"textFormat": {"bold": True}})
    sheet.freeze(rows=1)
    sheet.set_basic_filter("A1:C4")
    sheet.batch_update([{"range": "E1", "values": [[7]]}], value_input_option="RAW")
    other = opened.add_worksheet("Two", rows=5, cols=3)
    copy = sheet.duplicate(new_sheet_name="Copy")

    expected = [["sku", "x", "n"], ["a", "y", "1"], ["b", "", "2"], ["c", "", ""]]
    assert [row[:3] for row in sheet.get_all_values()] == expected
    assert sheet.batch_get(["A2:B2", "E1"]) == [[["a", "y"]], [["7"]]]
    assert opened.worksheet("Copy").id == copy.id
    assert (other.row_count, other.col_count) == (5, 3)
    assert opened.worksheet("Sheet1").frozen_row_count == 1
    assert client.open("Daily log").id == made.id
    opened.share("x@example.com", perm_type="user", role="reader", notify=False)
    shared = [item["role"] for item in opened.list_permissions()]
    assert shared == ["owner", "reader"]
    client.del_spreadsheet(made.id)
    with pytest.raises(gspread.SpreadsheetNotFound):
        client.open_by_key(made.id)


def test_drive_says_when_a_file_changed(book: Spreadsheet) -> None:
    """The version grows with every change and with nothing else."""
    url = f"{book.base}/drive/v3/files/{book.id}"
    first = book.session.get(url, params={"fields": "version,mimeType"}).json()
    book.values("A1")
    same = book.session.get(url, params={"fields": "version"}).json()
    book.put("A1", [["x"]])
    later = book.session.get(url, params={"fields": "version"}).json()

    assert first["mimeType"] == "application/vnd.google-apps.spreadsheet"
    assert same["version"] == first["version"]
    assert int(later["version"]) > int(first["version"])


def test_drive_refuses_what_it_cannot_do_with_501(book: Spreadsheet) -> None:
    """Revisions and other queries are named, not invented."""
    revisions = book.session.get(f"{book.base}/drive/v3/files/{book.id}/revisions")
    query = book.session.get(f"{book.base}/drive/v3/files", params={"q": "name contains 'x'"})

    assert (revisions.status_code, query.status_code) == (501, 501)
    assert "revisions" in revisions.json()["error"]["message"]


def test_a_file_that_is_not_there_is_told_in_drives_words(book: Spreadsheet) -> None:
    """Drive's errors have a shape of their own."""
    answer = book.session.get(f"{book.base}/drive/v3/files/NOPE_NOT_A_GOOD_ID")

    assert answer.status_code == 404
    assert answer.json()["error"]["message"] == "File not found: NOPE_NOT_A_GOOD_ID."
    assert answer.json()["error"]["errors"][0]["reason"] == "notFound"
