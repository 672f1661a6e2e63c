"""What goes over the line, and what is counted."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import sheets_sync.sheets
from sheets_sync.errors import ConfigurationError
from sheets_sync.sheets.gateway import Gateway, Traffic
from sheets_sync.sheets.refusals import NotGoogle
from sheets_sync.sheets.transport import encoded, kind_of, spreadsheet_of

if TYPE_CHECKING:
    from collections.abc import Callable

BASE = "https://sheets.googleapis.com/v4/spreadsheets"


def test_metadata_asks_for_the_fields_alone(
    gateway: Gateway, server: Any, answer: Callable[..., Any]
) -> None:
    """spreadsheets.get with a field mask and without pretty printing."""
    server.plays(answer(body={"sheets": [{"properties": {"sheetId": 0}}]}))

    assert gateway.metadata("abc", "sheets.properties") == {
        "sheets": [{"properties": {"sheetId": 0}}]
    }

    [asked] = server.asked
    assert (asked.method, asked.path) == ("GET", "/v4/spreadsheets/abc")
    assert asked.query == {"fields": ["sheets.properties"], "prettyPrint": ["false"]}


def test_metadata_may_be_limited_to_ranges(
    gateway: Gateway, server: Any, answer: Callable[..., Any]
) -> None:
    """Each range is a parameter of its own, titles in Chinese included."""
    server.plays(answer())

    gateway.metadata("abc", "sheets.data", ["'日报'!A1:C1", "'日报'!A:A"])

    assert server.asked[0].query["ranges"] == ["'日报'!A1:C1", "'日报'!A:A"]


def test_ranges_are_read_by_column_with_formulas_and_serial_dates(
    gateway: Gateway, server: Any, answer: Callable[..., Any]
) -> None:
    """values:batchGetByDataFilter, one request for every tab."""
    found = [{"valueRange": {"range": "A1:B2", "values": [["日期"]]}, "dataFilters": []}]
    server.plays(answer(body={"spreadsheetId": "abc", "valueRanges": found}))

    assert gateway.read_ranges("abc", [{"gridRange": {"sheetId": 7}}]) == found

    [asked] = server.asked
    assert (asked.method, asked.path) == (
        "POST",
        "/v4/spreadsheets/abc/values:batchGetByDataFilter",
    )
    assert asked.query == {"prettyPrint": ["false"]}
    assert asked.body == {
        "dataFilters": [{"gridRange": {"sheetId": 7}}],
        "majorDimension": "COLUMNS",
        "valueRenderOption": "FORMULA",
        "dateTimeRenderOption": "SERIAL_NUMBER",
    }
    assert "gzip" in asked.headers["accept-encoding"]
    assert "gzip" in asked.headers["user-agent"]


def test_ranges_may_be_read_as_results(
    gateway: Gateway, server: Any, answer: Callable[..., Any]
) -> None:
    """Settings typed as formulas are read once more, as what they come to."""
    server.plays(answer(body={"spreadsheetId": "abc"}))

    assert gateway.read_ranges("abc", [], render="UNFORMATTED_VALUE") == []
    assert server.asked[0].body["valueRenderOption"] == "UNFORMATTED_VALUE"


def test_a_marker_is_found_or_none(
    gateway: Gateway, server: Any, answer: Callable[..., Any]
) -> None:
    """developerMetadata.get; 404 is an answer here, not a failure."""
    found = {"metadataId": 12, "metadataValue": "run-1"}
    server.plays(answer(body=found), answer(404, {"error": {"code": 404, "message": "No."}}))

    assert gateway.marker("abc", 12) == found
    assert gateway.marker("abc", 13) is None
    assert [asked.path for asked in server.asked] == [
        "/v4/spreadsheets/abc/developerMetadata/12",
        "/v4/spreadsheets/abc/developerMetadata/13",
    ]


def test_only_googles_own_404_means_that_there_is_no_marker(
    gateway: Gateway, server: Any, answer: Callable[..., Any]
) -> None:
    """A proxy's page must not make the program send a batch again."""
    server.plays(answer(404, "<html>not here</html>"))

    with pytest.raises(NotGoogle):
        gateway.marker("abc", 12)


def test_a_batch_asks_for_the_state_after_it(
    gateway: Gateway, server: Any, answer: Callable[..., Any]
) -> None:
    """One atomic batchUpdate whose answer proves what landed where."""
    server.plays(answer(body={"replies": [{}]}))

    gateway.batch_update(
        "abc",
        [{"updateCells": {"fields": "userEnteredValue"}}],
        response_ranges=["'日报'!A1:C9"],
        fields="updatedSpreadsheet.sheets.data",
    )

    [asked] = server.asked
    assert (asked.method, asked.path) == ("POST", "/v4/spreadsheets/abc:batchUpdate")
    assert asked.query["fields"] == ["updatedSpreadsheet.sheets.data"]
    assert asked.body == {
        "requests": [{"updateCells": {"fields": "userEnteredValue"}}],
        "includeSpreadsheetInResponse": True,
        "responseRanges": ["'日报'!A1:C9"],
        "responseIncludeGridData": True,
    }


def test_a_batch_without_ranges_does_not_ask_for_every_cell(
    gateway: Gateway, server: Any, answer: Callable[..., Any]
) -> None:
    """Google would otherwise answer with the whole spreadsheet."""
    server.plays(answer(body={"replies": []}))

    gateway.batch_update("abc", [])

    assert server.asked[0].body["responseIncludeGridData"] is False


def test_a_spreadsheet_is_created(
    gateway: Gateway, server: Any, answer: Callable[..., Any]
) -> None:
    """spreadsheets.create returns the id."""
    server.plays(answer(body={"spreadsheetId": "new"}))

    assert gateway.create("运营日报", locale="zh_CN") == "new"
    assert server.asked[0].body == {"properties": {"title": "运营日报", "locale": "zh_CN"}}


def test_traffic_counts_bytes_as_they_crossed_the_line(
    gateway: Gateway, server: Any, answer: Callable[..., Any]
) -> None:
    """What comes down is counted compressed, what goes up is the body."""
    body = {"valueRanges": [{"valueRange": {"values": [["重复"] * 5000]}}]}
    server.plays(answer(body=body), answer(body={"replies": []}))

    gateway.read_ranges("abc", [])
    down = gateway.traffic.bytes_down
    gateway.batch_update("abc", [])

    assert down == len(gzip.compress(json.dumps(body).encode()))
    assert down < 1000 < len(json.dumps(body))
    assert gateway.traffic.bytes_up == sum(len(asked.raw) for asked in server.asked)
    assert (gateway.traffic.reads, gateway.traffic.writes, gateway.traffic.retried) == (1, 1, 0)


def test_a_new_gateway_has_cost_nothing(gateway: Gateway) -> None:
    """The account starts at zero."""
    assert gateway.traffic == Traffic(reads=0, writes=0, retried=0, bytes_up=0, bytes_down=0)


def test_bodies_are_compact_utf_8() -> None:
    """No spaces, and Chinese as itself."""
    assert encoded({"a": ["日报", 1.5, None]}) == '{"a":["日报",1.5,null]}'.encode()


def test_a_number_that_json_lacks_never_leaves() -> None:
    """NaN in a cell is a bug upstream and stops before anything is sent."""
    with pytest.raises(ValueError, match="not JSON compliant"):
        encoded({"numberValue": float("nan")})


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("get", "/abc", "read"),
        ("post", "/abc/values:batchGetByDataFilter", "read"),
        ("post", "/abc:getByDataFilter", "read"),
        ("post", "/abc/developerMetadata:search", "read"),
        ("post", "/abc:batchUpdate", "write"),
        ("post", "", "write"),
        ("put", "/abc/values/A1", "write"),
        ("delete", "/abc", "write"),
    ],
)
def test_whatever_is_not_known_to_read_is_a_write(method: str, path: str, kind: str) -> None:
    """The retry rules of writes are the safe ones."""
    assert kind_of(method, BASE + path) == kind


@pytest.mark.parametrize(
    ("path", "spreadsheet"),
    [("", ""), ("/abc", "abc"), ("/abc:batchUpdate", "abc"), ("/abc/values:x", "abc")],
)
def test_the_spreadsheet_is_told_from_the_address(path: str, spreadsheet: str) -> None:
    """The pace is kept per spreadsheet."""
    assert spreadsheet_of(BASE + path) == spreadsheet


@pytest.mark.parametrize(
    "url",
    [
        "http://192.168.1.20:8484",
        "http://sheets.example.com",
        "https://127.0.0.1:8484",
        "http://127.0.0.1.example.com:8484",
        "http://localhost@example.com",
        "",
    ],
)
def test_requests_are_rewritten_to_this_computer_alone(url: str) -> None:
    """A local server elsewhere would receive the company's figures."""
    with pytest.raises(ConfigurationError) as caught:
        Gateway.for_local(url)

    assert url in caught.value.words.zh
    assert caught.value.exit_code == 2


def test_the_local_server_is_asked_without_credentials(
    gateway: Gateway,
    server: Any,
    answer: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """No proxy and no sign-in stand between the program and this computer."""
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    server.plays(answer())

    gateway.metadata("abc", "spreadsheetId")

    assert "authorization" not in server.asked[0].headers


def test_nothing_in_the_package_lets_google_interpret_text() -> None:
    """USER_ENTERED and values.append appear nowhere in the code that writes."""
    sources = Path(str(sheets_sync.sheets.__file__)).parent.glob("*.py")
    text = "".join(path.read_text(encoding="utf-8") for path in sources)

    assert "USER_ENTERED" not in text
    assert ":append" not in text
    assert "values_append" not in text
