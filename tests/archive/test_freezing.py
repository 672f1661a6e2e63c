"""Freezing, seen by everybody who has the sheet: the program, its owner and a colleague."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import google.auth.transport.requests
import gspread
import pytest
import requests
from google.oauth2 import service_account
from google.oauth2.credentials import Credentials

from sheets_sync.core.snapshot import TabSnapshot, differences
from sheets_sync.emulator.serve import LocalServer
from sheets_sync.errors import Words
from sheets_sync.sheets import transport
from sheets_sync.sheets.book import Book
from sheets_sync.sheets.freezing import freeze, frozen_as, to_values
from sheets_sync.sheets.gateway import Gateway
from sheets_sync.sheets.photograph import photograph
from sheets_sync.sheets.reading import Moved
from sheets_sync.sheets.rebuilding import rebuild, restored_title, sheet_id_of
from sheets_sync.sheets.refusals import UnknownOutcome

SCOPES = ["https://www.googleapis.com/auth/spreadsheets", "https://www.googleapis.com/auth/drive"]
ROBOT = "sheets-sync@local-sheets.iam.gserviceaccount.com"
ANN = "ann@example.com"
STAMP = ("2026-09-12 16:30", "20260912T083000Z-abc123")
ROWS = [
    ["日期", "SKU", "销量", "毛利"],
    ["2026-07-01", "0047", 3, "=C2*2"],
    ["2026-07-02", "=nothing", 4, "=C3*2"],
    ["2026-07-03", "1E5", 5, "=1/0"],
]


class Signed(google.auth.transport.requests.AuthorizedSession):
    """google-auth's session; what is meant for Google goes to the local server."""

    def __init__(self, credentials: Any, base: str) -> None:
        super().__init__(credentials)
        self.trust_env = False
        self.base = urlsplit(base)

    def request(self, method: str, url: str, *args: Any, **options: Any) -> requests.Response:
        parts = urlsplit(url)
        if parts.hostname in ("sheets.googleapis.com", "www.googleapis.com"):
            url = urlunsplit(parts._replace(scheme="http", netloc=self.base.netloc))
        return super().request(method, url, *args, **options)


@pytest.fixture(autouse=True)
def _no_look_ups(monkeypatch: pytest.MonkeyPatch) -> None:
    """None of google-auth's background look-ups of regional restrictions."""
    monkeypatch.setattr(
        "google.auth.credentials.CredentialsWithRegionalAccessBoundary"
        "._is_regional_access_boundary_lookup_required",
        lambda _: False,
    )


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LocalServer]:
    """A server that wants to know who calls, and protects what is protected."""
    with LocalServer(tmp_path / "locked", auth="required") as running:
        yield running


@pytest.fixture
def person(server: LocalServer) -> Callable[[str], gspread.Client]:
    """Return what signs a person in; without a name it is the owner."""

    def signed_in(email: str = "") -> gspread.Client:
        content = _file(server, "authorized_user", email)
        names = ("refresh_token", "token_uri", "client_id", "client_secret")
        credentials = Credentials(None, **{name: content[name] for name in names})  # type: ignore[no-untyped-call]  # google-auth leaves it untyped
        client = gspread.authorize(None, session=Signed(credentials, server.url))  # type: ignore[arg-type]  # as gspread documents it
        client.set_timeout(30)
        return client

    return signed_in


def _file(server: LocalServer, kind: str, name: str = "") -> dict[str, Any]:
    query = {"type": kind, **({"name": name} if name else {})}
    answer = requests.get(f"{server.url}/admin/credentials", params=query, timeout=10)
    return dict(answer.json())


@pytest.fixture
def sheet(person: Callable[..., gspread.Client]) -> gspread.Spreadsheet:
    """A sheet of the owner's with a month, shared with the program and with a colleague."""
    made = person().create("Log")
    tab = made.sheet1
    tab.update(ROWS, "A1", raw=False)
    tab.update([["0047"], ["=nothing"], ["1E5"]], "B2", raw=True)
    tab.format("C3", {"backgroundColor": {"red": 1}, "textFormat": {"bold": True}})
    tab.freeze(rows=1, cols=2)
    for email in (ROBOT, ANN):
        made.share(email, perm_type="user", role="writer", notify=False)
    return made


@pytest.fixture
def book(
    server: LocalServer, sheet: gspread.Spreadsheet, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Book]:
    """The sheet as the program has it, with its service account."""
    monkeypatch.setattr(transport, "google_session", lambda given: Signed(given, server.url))
    credentials = service_account.Credentials.from_service_account_info(  # type: ignore[no-untyped-call]  # google-auth leaves it untyped
        _file(server, "service_account"), scopes=SCOPES
    )
    with Gateway.for_google(credentials, sleep=lambda _: None) as gateway:
        yield Book(gateway, sheet.id)


def seen(book: Book, heading_row: int = 0, sheet_id: int = 0) -> TabSnapshot:
    return photograph(
        book.gateway, book.spreadsheet_id, "daily:2026-07", "sku", sheet_id, heading_row
    )


def test_nobody_but_the_program_and_the_owner_edits_a_frozen_tab(
    book: Book, sheet: gspread.Spreadsheet, person: Callable[..., gspread.Client]
) -> None:
    """The program's own account is the editor; a colleague with write access is refused."""
    ann = person(ANN).open_by_key(sheet.id).sheet1
    ann.update_acell("C2", 7)

    freeze(book, seen(book), 0, "frozen", STAMP)

    with pytest.raises(gspread.exceptions.APIError, match="protected"):
        ann.update_acell("C3", 8)
    sheet.sheet1.update_acell("C3", 9)
    book.gateway.batch_update(
        sheet.id,
        [
            {
                "updateCells": {
                    "start": {"sheetId": 0, "rowIndex": 2, "columnIndex": 2},
                    "rows": [{"values": [{"userEnteredValue": {"numberValue": 1}}]}],
                    "fields": "userEnteredValue",
                }
            }
        ],
    )
    asked = {"fields": "sheets(protectedRanges)"}
    [protection] = sheet.fetch_sheet_metadata(asked)["sheets"][0]["protectedRanges"]
    assert protection["editors"]["users"][-1] == ROBOT
    assert not protection.get("warningOnly")
    assert "domainUsersCanEdit" not in protection["editors"]


def test_formulas_become_what_they_come_to(book: Book, sheet: gspread.Spreadsheet) -> None:
    """Results stay, texts that look like formulas stay texts, and the first reading has the formulas."""
    before = seen(book)

    freeze(book, before, 0, "frozen", STAMP)
    to_values(book, 0, seen(book, 1))

    after = seen(book, 1)
    assert before.formulas == {(1, 3): "=C2*2", (2, 3): "=C3*2", (3, 3): "=1/0"}
    assert after.formulas == {}
    assert [row[3] for row in after.body] == [6, 8, "#DIV/0!"]
    assert [row[1] for row in after.body] == ["0047", "=nothing", "1E5"]
    assert after.rows[0][0] == "frozen"
    assert after.headings == ["日期", "SKU", "销量", "毛利"]
    assert (after.frozen_rows, after.frozen_columns) == (2, 2)
    assert after.look(3, 2).fill == "#FF0000"


def test_freezing_twice_freezes_once(book: Book) -> None:
    """A marker that stays tells that it is done, whoever asks again."""
    before = seen(book)
    assert frozen_as(book, 0) is None

    freeze(book, before, 0, "frozen", STAMP)
    freeze(book, before, 0, "frozen again", STAMP)

    assert frozen_as(book, 0) == STAMP
    assert [row[0] for row in seen(book, 1).rows[:2]] == ["frozen", "日期"]


def test_an_answer_that_gets_lost(
    book: Book, server: LocalServer, sheet: gspread.Spreadsheet
) -> None:
    """The batch was applied and its answer was not: the marker tells, and it is not sent again."""
    server.fail({"kind": "drop-after", "when": "batchUpdate"})
    before = seen(book)

    freeze(book, before, 0, "frozen", STAMP)

    assert sheet.sheet1.col_values(1)[:2] == ["frozen", "日期"]


def test_formulas_that_were_moved_meanwhile(book: Book, sheet: gspread.Spreadsheet) -> None:
    """A formula that came after the first look is turned into its value by another."""
    before = seen(book)
    freeze(book, before, 0, "frozen", STAMP)
    sheet.sheet1.update([["=1+1"]], "C3", raw=False)

    to_values(book, 0, seen(book, 1))

    assert seen(book, 1).rows[2][2] == 2
    assert seen(book, 1).formulas == {}


def test_a_tab_that_does_not_stand_still(
    book: Book, sheet: gspread.Spreadsheet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows that are sorted while a tab is read are read again; whoever never stops is told to wait."""
    grid, sorts = book.gateway.grid, ["des"]

    def restless(*given: Any) -> dict[str, Any]:
        if "rowData" in given[2] and sorts:
            sheet.sheet1.sort((3, sorts.pop(0)), range="A2:D4")
        return grid(*given)

    monkeypatch.setattr(book.gateway, "grid", restless)
    assert [row[2] for row in seen(book).body] == [5, 4, 3]
    sorts[:] = ["asc", "des", "asc"]
    with pytest.raises(Moved, match="Sheet1"):
        seen(book)


def test_a_restored_tab_is_equal_and_made_once(book: Book, sheet: gspread.Spreadsheet) -> None:
    """Every value and look, the notes and widths; a half-made tab is made again, a whole one left."""
    sheet.sheet1.update_note("B2", "盘点")
    freeze(book, seen(book), 0, "frozen", STAMP)
    archived = seen(book, 1)

    rebuild(book, archived, "back")
    made = sheet.worksheet("back")
    restored = seen(book, 1, made.id)
    assert list(differences(archived, restored)) == []
    assert list(differences(restored, archived)) == []
    assert restored.notes == archived.notes
    assert restored_title(book, "daily:2026-07") == "back"
    assert made.id == sheet_id_of("daily:2026-07")


def test_a_restoring_that_was_cut_off(book: Book, sheet: gspread.Spreadsheet) -> None:
    """The tab without its cells that a cut-off call leaves is replaced by a whole one."""
    archived = seen(book)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sheets_sync.sheets.rebuilding._cells", _dies)
        with pytest.raises(UnknownOutcome):
            rebuild(book, archived, "back")
    assert sheet.worksheet("back").get_all_values() in ([], [[]])

    assert restored_title(book, archived.id) is None
    rebuild(book, archived, "back")

    assert restored_title(book, archived.id) == "back"
    restored = seen(book, 0, sheet.worksheet("back").id)
    assert list(differences(archived, restored)) == []


def _dies(*_: Any) -> dict[str, Any]:
    raise UnknownOutcome("", Words("断线", "cut off"))


def test_a_filter_stays_and_hides_no_formula(book: Book, sheet: gspread.Spreadsheet) -> None:
    """Rows that a filter hides are frozen like the others; afterwards the filter is as it was."""
    area = {
        "sheetId": 0,
        "startRowIndex": 0,
        "endRowIndex": 4,
        "startColumnIndex": 0,
        "endColumnIndex": 4,
    }
    hidden = [{"columnIndex": 2, "filterCriteria": {"hiddenValues": ["4"]}}]
    sheet.batch_update(
        {"requests": [{"setBasicFilter": {"filter": {"range": area, "filterSpecs": hidden}}}]}
    )

    freeze(book, seen(book), 0, "frozen", STAMP)
    to_values(book, 0, seen(book, 1))

    after = seen(book, 1)
    assert after.formulas == {}
    assert [row[3] for row in after.body] == [6, 8, "#DIV/0!"]
    [tab] = sheet.fetch_sheet_metadata({"fields": "sheets(basicFilter)"})["sheets"]
    assert tab["basicFilter"]["range"]["startRowIndex"] == 1
    assert tab["basicFilter"]["filterSpecs"] == hidden


def test_colours_of_a_theme_are_kept(book: Book, sheet: gspread.Spreadsheet) -> None:
    """A colour that people chose from the theme is in the archive as what it looks like."""
    sheet.batch_update(
        {
            "requests": [
                {
                    "repeatCell": {
                        "range": {"sheetId": 0, "startRowIndex": 1, "endRowIndex": 2, "startColumnIndex": 0, "endColumnIndex": 1},
                        "cell": {"userEnteredFormat": {"backgroundColorStyle": {"themeColor": "ACCENT1"}}},
                        "fields": "userEnteredFormat.backgroundColorStyle",
                    }
                }
            ]
        }
    )  # fmt: skip

    assert seen(book).look(1, 0).fill == "#4285F4"
