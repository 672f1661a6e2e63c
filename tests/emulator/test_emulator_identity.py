"""Who calls: tokens through Google's own libraries, sharing, protections, service accounts' quota."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import google.auth.crypt
import google.auth.jwt
import google.auth.transport.requests
import gspread
import pytest
import requests
from google.auth.exceptions import RefreshError
from google.oauth2 import service_account
from google.oauth2.credentials import Credentials as UserCredentials

from sheets_sync.emulator.serve import LocalServer
from sheets_sync.sheets import transport
from sheets_sync.sheets.credentials import load_credentials
from sheets_sync.sheets.gateway import Gateway

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.emulator.conftest import Spreadsheet

SHEETS = "https://www.googleapis.com/auth/spreadsheets"
DRIVE = "https://www.googleapis.com/auth/drive"
ROBOT = "sheets-sync@local-sheets.iam.gserviceaccount.com"


class Signed(google.auth.transport.requests.AuthorizedSession):
    """google-auth's session; what is meant for Google goes to the local server."""

    def __init__(self, credentials: Any, base: str) -> None:
        super().__init__(credentials)
        self.trust_env = False
        self.base = urlsplit(base)

    def request(self, method: str, url: str, **options: Any) -> requests.Response:
        parts = urlsplit(url)
        if parts.hostname in ("sheets.googleapis.com", "www.googleapis.com"):
            url = urlunsplit(parts._replace(scheme="http", netloc=self.base.netloc))
        return super().request(method, url, **options)


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[LocalServer]:
    """A server that wants to know who calls."""
    with LocalServer(tmp_path / "locked", auth="required") as running:
        yield running


def info(server: LocalServer, kind: str = "service_account", name: str = "") -> dict[str, Any]:
    """Return a credentials file's content."""
    query = {"type": kind, **({"name": name} if name else {})}
    answer = requests.get(f"{server.url}/admin/credentials", params=query, timeout=10)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def robot(server: LocalServer, *scopes: str, **claims: Any) -> service_account.Credentials:
    """Return a service account's credentials."""
    wanted = list(scopes) or [SHEETS, DRIVE]
    return service_account.Credentials.from_service_account_info(
        info(server), scopes=wanted, **claims
    )


def person(server: LocalServer, email: str = "") -> UserCredentials:
    """Return a user's credentials; google-auth does not read the token address of such a file."""
    return user(info(server, "authorized_user", email))


def user(content: dict[str, Any]) -> UserCredentials:
    """Return the credentials of an authorised user's file, address included."""
    names = ("refresh_token", "token_uri", "client_id", "client_secret")
    return UserCredentials(None, **{name: content[name] for name in names})


def client(credentials: Any, server: LocalServer) -> gspread.Client:
    """Return gspread, signed in."""
    made = gspread.authorize(None, session=Signed(credentials, server.url))
    made.set_timeout((5, 30))
    return made


def test_a_person_shares_and_a_service_account_works(locked: LocalServer) -> None:
    """The real sign-in: a user makes and shares a spreadsheet, a service account edits it."""
    owner = client(person(locked), locked)
    made = owner.create("Log")
    bot = client(robot(locked), locked)

    with pytest.raises(PermissionError):
        bot.open_by_key(made.id)
    made.share(ROBOT, perm_type="user", role="reader", notify=False)
    seen = bot.open_by_key(made.id)
    with pytest.raises(gspread.exceptions.APIError, match="does not have permission"):
        seen.sheet1.update([["x"]], "A1")
    made.share(ROBOT, perm_type="user", role="writer", notify=False)
    seen.sheet1.update([["x"]], "A1")

    assert owner.open_by_key(made.id).sheet1.acell("A1").value == "x"
    assert [file["id"] for file in bot.list_spreadsheet_files()] == [made.id]


def test_the_programs_own_gateway_signs_in(
    locked: LocalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A credentials file, the program's loader and its gateway to Google, with only the host swapped."""
    made = client(person(locked), locked).create("Log")
    made.share(ROBOT, perm_type="user", role="writer", notify=False)
    file = tmp_path / "credentials.json"
    file.write_text(json.dumps(info(locked)))
    file.chmod(0o600)
    monkeypatch.setattr(transport, "google_session", lambda given: Signed(given, locked.url))

    with Gateway.for_google(load_credentials(str(file), tmp_path)) as gateway:
        found = gateway.metadata(made.id, "properties.title")

    assert found == {"properties": {"title": "Log"}}


def test_a_service_account_owns_nothing(locked: LocalServer) -> None:
    """A new file or copy is refused for want of storage, but not in a shared drive."""
    bot = client(robot(locked), locked)
    with pytest.raises(gspread.exceptions.APIError) as caught:
        bot.create("Mine")
    body = caught.value.response.json()["error"]
    assert body["code"] == 403
    assert body["errors"][0]["reason"] == "storageQuotaExceeded"

    session = Signed(person(locked), locked.url)
    drives = "https://www.googleapis.com/drive/v3/drives"
    drive = session.post(drives, params={"requestId": "1"}, json={"name": "Team"}).json()["id"]
    share = f"https://www.googleapis.com/drive/v3/files/{drive}/permissions"
    member = {"type": "user", "role": "fileOrganizer", "emailAddress": ROBOT}
    query = {"supportsAllDrives": "true"}
    assert session.post(share, params=query, json=member).status_code == 200

    made = bot.create("Ours", folder_id=drive)
    made.sheet1.update([["kept"]], "A1")
    assert client(person(locked), locked).open_by_key(made.id).sheet1.acell("A1").value == "kept"
    copied = bot.http_client.request(
        "post",
        f"https://www.googleapis.com/drive/v3/files/{made.id}/copy",
        params=query,
        json={"name": "Copy", "parents": [drive]},
    )
    assert copied.json()["name"] == "Copy"


def test_unknown_tokens_are_refused(locked: LocalServer) -> None:
    """401 in Google's words for Sheets and in Drive's for Drive; 403 without any token."""
    sheets, drive = f"{locked.url}/v4/spreadsheets/abcdef", f"{locked.url}/drive/v3/files"
    bad = {"Authorization": "Bearer made-up"}

    answer = requests.get(sheets, headers=bad, timeout=10)
    assert answer.status_code == 401
    assert answer.json()["error"]["status"] == "UNAUTHENTICATED"
    answer = requests.get(drive, headers=bad, timeout=10)
    assert answer.status_code == 401
    assert answer.json()["error"]["errors"][0]["reason"] == "authError"
    answer = requests.get(sheets, timeout=10)
    assert answer.status_code == 403
    assert "unregistered callers" in answer.json()["error"]["message"]


def test_an_expired_token_is_renewed_by_the_client(locked: LocalServer) -> None:
    """When every token is forgotten, the client signs in again by itself."""
    owner = client(person(locked), locked)
    made = owner.create("Log")

    requests.delete(f"{locked.url}/admin/tokens", timeout=10)

    assert owner.open_by_key(made.id).title == "Log"


def test_scopes_limit_what_a_token_may_do(locked: LocalServer) -> None:
    """A token for reading cannot write, one for Sheets cannot list Drive."""
    made = client(person(locked), locked).create("Log")
    made.share(ROBOT, perm_type="user", role="writer", notify=False)
    reading = Signed(robot(locked, SHEETS + ".readonly"), locked.url)
    url = f"https://sheets.googleapis.com/v4/spreadsheets/{made.id}"

    assert reading.get(url).status_code == 200
    refused = reading.post(f"{url}/values/A1:clear", json={})
    assert refused.status_code == 403
    assert refused.json()["error"]["details"][0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"
    narrow = Signed(robot(locked, SHEETS), locked.url)
    refused = narrow.get("https://www.googleapis.com/drive/v3/files")
    assert refused.json()["error"]["errors"][0]["reason"] == "insufficientPermissions"


@pytest.mark.parametrize(
    ("claims", "message"),
    [
        ({"iss": "x@y.iam.gserviceaccount.com"}, "Invalid grant: account not found"),
        ({"aud": "https://elsewhere.example/token"}, "Failed audience check."),
        ({"scope": ""}, "Empty or missing scope not allowed."),
        (
            {"exp": 1000},
            (
                "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable "
                "timeframe. Check your iat and exp values in the JWT claim."
            ),
        ),
    ],
)
def test_a_wrong_assertion_gets_no_token(
    locked: LocalServer, claims: dict[str, Any], message: str
) -> None:
    """In OAuth's words."""
    content, now = info(locked), int(time.time())
    right = {
        "iss": content["client_email"],
        "aud": content["token_uri"],
        "scope": SHEETS,
        "iat": now,
        "exp": now + 600,
    }
    signer = google.auth.crypt.RSASigner.from_service_account_info(content)
    assertion = google.auth.jwt.encode(signer, right | claims).decode()
    grant = "urn:ietf:params:oauth:grant-type:jwt-bearer"
    form = {"grant_type": grant, "assertion": assertion}

    answer = requests.post(content["token_uri"], data=form, timeout=10)

    assert (answer.status_code, answer.json()["error_description"]) == (400, message)


def test_a_forged_signature_gets_no_token(locked: LocalServer, tmp_path: Path) -> None:
    """Another server's key signs nothing here."""
    info(locked)
    with LocalServer(tmp_path / "other") as other:
        content = info(other) | {"token_uri": f"{locked.url}/token"}
    credentials = service_account.Credentials.from_service_account_info(content, scopes=[SHEETS])

    with pytest.raises(RefreshError, match="Invalid JWT Signature"):
        credentials.refresh(google.auth.transport.requests.Request())


def test_delegation_and_revoked_refresh_tokens_are_refused(locked: LocalServer) -> None:
    """Nobody has delegated a domain here, and a made-up refresh token is none."""
    with pytest.raises(RefreshError, match="unauthorized_client"):
        robot(locked, subject="boss@example.com").refresh(google.auth.transport.requests.Request())
    content = info(locked, "authorized_user") | {"refresh_token": "gone"}
    with pytest.raises(RefreshError, match="expired or revoked"):
        user(content).refresh(google.auth.transport.requests.Request())


def test_credentials_survive_a_restart(tmp_path: Path) -> None:
    """The key and the accounts are kept where only the owner can read them."""
    with LocalServer(tmp_path, auth="required") as server:
        first, port = info(server), server.port
        assert (tmp_path / "identities.json").stat().st_mode & 0o777 == 0o600
    with LocalServer(tmp_path, auth="required", port=port):
        credentials = service_account.Credentials.from_service_account_info(first, scopes=[SHEETS])
        credentials.refresh(google.auth.transport.requests.Request())

    assert credentials.valid


def test_an_open_server_takes_any_token(book: Spreadsheet) -> None:
    """Recordings carry a placeholder, and most tests carry none."""
    headers = {"Authorization": "Bearer <ACCESS_TOKEN>"}

    assert book.session.get(book.url, headers=headers).status_code == 200


def test_an_open_server_knows_the_tokens_it_gave(server: LocalServer, book: Spreadsheet) -> None:
    """Whoever signs in is who they are, and sees what is shared with them."""
    bot = Signed(robot(server), server.url)

    assert bot.get(book.url).status_code == 403


def test_protections_stop_who_is_not_an_editor(server: LocalServer, book: Spreadsheet) -> None:
    """Cells, rows in it and the protection itself are safe; the rest of the sheet is not."""
    book.put("A1", [["a", "b"], ["c", "d"]])
    place = {"startRowIndex": 0, "endRowIndex": 2, "endColumnIndex": 1}
    book.batch({"addProtectedRange": {"protectedRange": {"protectedRangeId": 1, "range": place}}})
    share = f"{server.url}/drive/v3/files/{book.id}/permissions"
    body = {"type": "user", "role": "writer", "emailAddress": ROBOT}
    book.session.post(share, json=body)
    bot = Signed(robot(server), server.url)
    message = (
        "You are trying to edit a protected cell or object. Please contact the spreadsheet owner "
        "to remove protection if you need to edit."
    )

    def answer(*requests_: dict[str, Any]) -> str:
        sent = bot.post(f"{book.url}:batchUpdate", json={"requests": requests_})
        return str(sent.json().get("error", {}).get("message", "done"))

    cell = {"values": [{"userEnteredValue": {"numberValue": 1}}]}

    def write(row: int, column: int) -> dict[str, Any]:
        start = {"rowIndex": row, "columnIndex": column}
        return {"updateCells": {"start": start, "rows": [cell], "fields": "userEnteredValue"}}

    def rows(kind: str, start: int) -> dict[str, Any]:
        span = {"dimension": "ROWS", "startIndex": start, "endIndex": start + 1}
        return {kind: {"range": span}}

    assert answer(write(0, 1)) == "done"
    assert answer(write(5, 0), write(1, 0)) == f"Invalid requests[1].updateCells: {message}"
    assert answer(rows("insertDimension", 1)) == f"Invalid requests[0].insertDimension: {message}"
    assert answer(rows("deleteDimension", 0)) == f"Invalid requests[0].deleteDimension: {message}"
    assert answer({"deleteProtectedRange": {"protectedRangeId": 1}}).endswith(message)
    assert answer(rows("insertDimension", 0)) == "done"
    assert answer(write(2, 0)).endswith(message)
    put = bot.put(
        f"{book.url}/values/A2", params={"valueInputOption": "RAW"}, json={"values": [["x"]]}
    )
    assert (put.status_code, put.json()["error"]["message"]) == (400, message)
    seen = bot.get(book.url, params={"fields": "sheets.protectedRanges"}).json()
    (shown,) = seen["sheets"][0]["protectedRanges"]
    assert "requestingUserCanEdit" not in shown
    assert "editors" not in shown
    assert book.values("A2:A3") == [["a"], ["c"]]

    change = {"protectedRangeId": 1, "editors": {"users": [ROBOT]}}
    book.batch({"updateProtectedRange": {"protectedRange": change, "fields": "editors"}})
    assert answer(write(2, 0)) == "done"


def test_the_page_is_let_in(locked: LocalServer) -> None:
    """A browser on this computer gets a cookie with the page; nobody else has it."""
    with requests.Session() as browser:
        browser.trust_env = False
        assert browser.get(f"{locked.url}/drive/v3/files").status_code == 403
        browser.get(f"{locked.url}/")
        assert browser.get(f"{locked.url}/drive/v3/files").status_code == 200

    counts = requests.get(f"{locked.url}/admin/counts", timeout=10).json()
    assert counts == {"read": 0, "write": 0}
