"""The one place that talks to a spreadsheet server, Google's or the local one.

Answers are Google's JSON as it came; what it means is for the callers. Nothing here can turn text
into a formula: values are written through `batchUpdate` alone, which types every cell. One gateway
serves one credential and any number of spreadsheets, in one thread.

What can go wrong arrives as one of `refusals`. gspread and what it brings along are loaded when the
first gateway is made, for they cost a third of a second that `--help` need not wait.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any, Self

from sheets_sync.sheets.pace import Pace
from sheets_sync.sheets.refusals import NoSuchSpreadsheet, UnknownOutcome
from sheets_sync.sheets.traffic import Traffic

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from google.auth.credentials import Credentials

    from sheets_sync.sheets.transport import Transport

__all__ = ["Gateway", "Traffic", "UnknownOutcome"]

_BASE = "https://sheets.googleapis.com/v4/spreadsheets"

Json = dict[str, Any]
Params = dict[str, str | list[str]]


class Gateway:
    """Reads and writes spreadsheets by id; `traffic` says what that has cost so far."""

    def __init__(self, transport: Transport, traffic: Traffic) -> None:
        self._transport, self.traffic = transport, traffic

    @classmethod
    def for_google(
        cls,
        credentials: Credentials,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        attempts: int = 8,
    ) -> Gateway:
        """Return a gateway to Google that keeps its pace and tries each request so often."""
        from sheets_sync.sheets.advice import Circumstances
        from sheets_sync.sheets.credentials import account_of
        from sheets_sync.sheets.transport import Transport, google_session

        traffic, session = Traffic(), google_session(credentials)
        where = Circumstances("sheets.googleapis.com", account_of(credentials))
        pace = Pace(clock, sleep)
        return cls(Transport(session, traffic, where, pace=pace, attempts=attempts), traffic)

    @classmethod
    def for_local(cls, url: str, *, attempts: int = 8) -> Gateway:
        """Return a gateway to the server at `url` on this computer; no credentials, no pace.

        Raises ConfigurationError when the address is not on this computer.
        """
        from sheets_sync.sheets.advice import Circumstances
        from sheets_sync.sheets.transport import LocalSession, Transport

        traffic, session = Traffic(), LocalSession(url)
        return cls(Transport(session, traffic, Circumstances(url), attempts=attempts), traffic)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def account(self) -> str | None:
        """Return the e-mail under which spreadsheets are edited, where it is known."""
        return self._transport.account

    def close(self) -> None:
        """Close the connections."""
        self._transport.session.close()

    def metadata(self, spreadsheet_id: str, fields: str, ranges: Sequence[str] = ()) -> Json:
        """Return those fields of the spreadsheet (a field mask, such as `sheets.properties`).

        With `ranges` (A1), cells that the mask names are those of the ranges alone.
        """
        params: Params = {"fields": fields} | ({"ranges": list(ranges)} if ranges else {})
        return self._get(f"{_BASE}/{spreadsheet_id}", params)

    def read_ranges(
        self, spreadsheet_id: str, data_filters: Sequence[Json], *, render: str = "FORMULA"
    ) -> list[Json]:
        """Return the matched ranges in one read: `{valueRange: {range, values}, dataFilters}` each.

        Values come by column, formulas as text unless `render` says otherwise, dates as serials.
        """
        body = {
            "dataFilters": list(data_filters),
            "majorDimension": "COLUMNS",
            "valueRenderOption": render,
            "dateTimeRenderOption": "SERIAL_NUMBER",
        }
        answer = self._post(f"{_BASE}/{spreadsheet_id}/values:batchGetByDataFilter", body)
        return list(answer.get("valueRanges", ()))

    def grid(self, spreadsheet_id: str, grid_range: Json | Sequence[Json], fields: str) -> Json:
        """Return those fields of the one sheet (`properties`, `data` and so on) that grid ranges lie on.

        `data` has an entry for each range, which says where it starts; an absent start is 0.
        """
        ranges = [grid_range] if isinstance(grid_range, dict) else grid_range
        body = {"dataFilters": [{"gridRange": area} for area in ranges]}
        url = f"{_BASE}/{spreadsheet_id}:getByDataFilter"
        answer = self._post(url, body, {"fields": f"sheets({fields})"})
        return dict(answer["sheets"][0])

    def marker(self, spreadsheet_id: str, metadata_id: int) -> Json | None:
        """Return the developer metadata with that id, or None when there is none."""
        try:
            return self._get(f"{_BASE}/{spreadsheet_id}/developerMetadata/{metadata_id}", {})
        except NoSuchSpreadsheet:
            return None

    def batch_update(
        self,
        spreadsheet_id: str,
        requests: Sequence[Json],
        *,
        response_ranges: Sequence[str] = (),
        fields: str | None = None,
    ) -> Json:
        """Apply the requests together or not at all, and return the answer with the state after.

        `response_ranges` (A1) are the ranges whose cells the answer holds; `fields` masks the answer.
        Raises UnknownOutcome when the batch may or may not have been applied.
        """
        body = {
            "requests": list(requests),
            "includeSpreadsheetInResponse": True,
            "responseRanges": list(response_ranges),
            "responseIncludeGridData": bool(response_ranges),
        }
        params: Params = {} if fields is None else {"fields": fields}
        return self._post(f"{_BASE}/{spreadsheet_id}:batchUpdate", body, params)

    def create(self, title: str, **properties: Any) -> str:
        """Create a spreadsheet and return its id; `properties` are Google's, such as `locale`.

        At Google a service account cannot own files, so this serves the local server.
        """
        body = {"properties": {"title": title, **properties}}
        return str(self._post(_BASE, body, {"fields": "spreadsheetId"})["spreadsheetId"])

    def _get(self, url: str, params: Params) -> Json:
        return _object(self._transport.request("get", url, params={**params}).content)

    def _post(self, url: str, body: Json, params: Params | None = None) -> Json:
        answer = self._transport.request("post", url, params={**(params or {})}, json=body)
        return _object(answer.content)


def _object(content: bytes) -> Json:
    answer = json.loads(content)
    if not isinstance(answer, dict):
        raise TypeError("Google answers with an object")
    return answer
