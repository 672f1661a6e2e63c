"""Failures on demand, access flags, quotas, and who may talk to the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from sheets_sync.emulator.serve import LocalServer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.emulator.conftest import Spreadsheet

ADD = {"addSheet": {"properties": {"title": "New", "sheetId": 5}}}


def order(book: Spreadsheet, **fault: Any) -> None:
    answer = book.session.post(f"{book.base}/admin/faults", json=fault)
    assert answer.status_code == 200, answer.text


def titles(book: Spreadsheet) -> list[str]:
    return [sheet["properties"]["title"] for sheet in book.get("sheets.properties.title")["sheets"]]


def test_a_line_dropped_before_the_batch_leaves_nothing(book: Spreadsheet) -> None:
    """The client sees a broken connection, and the batch was not applied."""
    order(book, kind="drop-before", when="batchUpdate")

    with pytest.raises(requests.ConnectionError):
        book.send(ADD)

    assert titles(book) == ["Sheet1"]


def test_a_line_dropped_after_the_batch_leaves_it_applied(book: Spreadsheet) -> None:
    """The client sees a broken connection, and the batch was applied once."""
    order(book, kind="drop-after", when="batchUpdate")

    with pytest.raises(requests.ConnectionError):
        book.send(ADD)

    assert titles(book) == ["Sheet1", "New"]


@pytest.mark.parametrize(
    ("kind", "status", "content"),
    [
        ("503", 503, '"UNAVAILABLE"'),
        ("502html", 502, "<!DOCTYPE html>"),
        ("429", 429, '"RATE_LIMIT_EXCEEDED"'),
        ("401", 401, '"UNAUTHENTICATED"'),
        ("403", 403, '"PERMISSION_DENIED"'),
    ],
)
def test_a_fault_happens_as_often_as_ordered(
    book: Spreadsheet, kind: str, status: int, content: str
) -> None:
    """The fault hits the calls it is meant for and then no more."""
    order(book, kind=kind, when="batchUpdate", times=2)

    assert titles(book) == ["Sheet1"]
    answers = [book.send(ADD) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [status, status]
    assert content in answers[0].text
    assert book.send(ADD).status_code == 200


def test_faults_can_be_forgotten(book: Spreadsheet) -> None:
    """After DELETE nothing fails."""
    order(book, kind="503", times=9)

    book.session.delete(f"{book.base}/admin/faults")

    assert titles(book) == ["Sheet1"]


def test_an_edit_slips_in_behind_a_reading(book: Spreadsheet) -> None:
    """The reader gets the old state; the edit is there at the next call."""
    edit = {"insertDimension": {"range": {"dimension": "ROWS", "startIndex": 0, "endIndex": 1}}}
    book.put("A1", [["top"]])
    order(book, kind="edit-between", batch=[edit])

    assert book.values("A1:A2") == [["top"]]
    assert book.values("A1:A2") == [[], ["top"]]
    assert book.values("A1:A2") == [[], ["top"]]


def test_flags_forbid_writing_or_everything(book: Spreadsheet) -> None:
    """A read-only spreadsheet can be read; a forbidden one answers 403 to all."""
    flags = f"{book.base}/admin/spreadsheets/{book.id}"

    book.session.post(flags, json={"readOnly": True})
    refused = book.send(ADD)
    assert refused.status_code == 403
    assert refused.json()["error"]["message"] == "The caller does not have permission"
    assert titles(book) == ["Sheet1"]

    book.session.post(flags, json={"forbidden": True, "readOnly": False})
    assert book.session.get(book.url).status_code == 403

    book.session.post(flags, json={"forbidden": False})
    assert book.send(ADD).status_code == 200


def test_the_quota_counts_reads_and_writes_apart(tmp_path: Path) -> None:
    """The 61st reading within a minute is refused; writing is still allowed."""
    with LocalServer(tmp_path, quotas=True) as server, requests.Session() as session:
        session.trust_env = False
        made = session.post(f"{server.url}/v4/spreadsheets", json={}).json()["spreadsheetId"]
        url = f"{server.url}/v4/spreadsheets/{made}"

        statuses = [session.get(url).status_code for _ in range(61)]

        assert statuses == [200] * 60 + [429]
        assert session.post(f"{url}:batchUpdate", json={"requests": [ADD]}).status_code == 200


def test_only_this_computer_is_answered(book: Spreadsheet) -> None:
    """A foreign Host or Origin, as a hostile web page would send, is refused."""
    for headers in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
        assert book.session.get(book.url, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "path", ["/v4/spreadsheets/..%2F..%2Fetc", "/page/..%2Fapp.py", "/page/app.py"]
)
def test_no_path_reaches_the_disk(book: Spreadsheet, path: str) -> None:
    """Ids are looked up and page files are named by the package."""
    request = requests.Request("GET", book.base + path).prepare()
    request.url = book.base + path

    assert book.session.send(request).status_code == 404


def test_answers_are_compressed_when_they_are_long(book: Spreadsheet) -> None:
    """A client that accepts gzip gets it."""
    assert book.session.get(book.url).headers["Content-Encoding"] == "gzip"
    plain = book.session.get(book.url, headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers


def test_a_fault_that_is_none_is_refused(book: Spreadsheet) -> None:
    """The admin endpoint checks what it is asked for."""
    answer = book.session.post(f"{book.base}/admin/faults", json={"kind": "earthquake"})

    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith("A fault's kind is one of 503, 502html")
