"""What goes to Google: the scope that is asked for, what may be sent twice, and where tokens go."""

from __future__ import annotations

import json
from typing import Any

import pytest
from google.oauth2 import service_account
from google.oauth2.credentials import Credentials

from sheets_sync.archive.targets import open_target
from sheets_sync.archive.targets.drive_files import _at_google
from sheets_sync.emulator.identity import Identities
from sheets_sync.sheets import credentials as loading
from sheets_sync.sheets.credentials import DRIVE_SCOPES, load_credentials
from sheets_sync.sheets.transport import may_repeat

DRIVE = "https://www.googleapis.com/auth/drive"
FILES = "https://www.googleapis.com/drive/v3/files"
UPLOADS = "https://www.googleapis.com/upload/drive/v3/files"


@pytest.fixture
def forms(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """What the token endpoint was asked."""
    seen: list[dict[str, str]] = []
    exchange = Identities.exchange

    def watched(self: Any, form: Any, base: str) -> Any:
        seen.append(dict(form))
        return exchange(self, form, base)

    monkeypatch.setattr(Identities, "exchange", watched)
    return seen


def test_a_service_account_asks_for_drive_alone(google_drive: Any) -> None:
    """A key that leaks opens no spreadsheet that is not in its folder."""
    loaded = load_credentials(google_drive.key(), google_drive.folder, DRIVE_SCOPES)

    assert isinstance(loaded, service_account.Credentials)
    assert loaded.scopes == [DRIVE]
    spreadsheets = load_credentials(google_drive.key(), google_drive.folder)
    assert spreadsheets.scopes == ["https://www.googleapis.com/auth/spreadsheets"]


def test_a_persons_refresh_asks_for_no_scope(
    google_drive: Any, forms: list[dict[str, str]]
) -> None:
    """They may have allowed drive.file alone; also where the file lists scopes."""
    file = google_drive.folder / google_drive.key("authorized_user")
    file.write_text(json.dumps({**json.loads(file.read_text()), "scopes": [DRIVE + ".file"]}))

    target = open_target(f"gdrive://root?credentials={file.name}", google_drive.folder)
    assert target.names() == []
    target.close()

    assert [form.get("scope") for form in forms] == [None]


def test_a_persons_default_credentials_ask_for_no_scope_either(
    google_drive: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What gcloud keeps is a refresh token, too."""

    def person(scopes: Any = None) -> Any:
        return Credentials("token", scopes=scopes), None

    monkeypatch.setattr(loading.google.auth, "default", person)

    assert load_credentials("default", google_drive.folder, DRIVE_SCOPES).scopes is None
    assert load_credentials("default", google_drive.folder).scopes is not None


@pytest.mark.parametrize(
    ("method", "address", "headers", "may"),
    [
        ("get", FILES, {}, True),
        ("patch", f"{FILES}/1a", {}, True),
        ("post", f"{UPLOADS}?uploadType=resumable", {}, True),
        ("patch", f"{UPLOADS}/1a?uploadType=resumable", {}, True),
        (
            "put",
            f"{UPLOADS}?uploadType=resumable&upload_id=x",
            {"Content-Range": "bytes */9"},
            True,
        ),
        ("put", f"{UPLOADS}?uploadType=resumable&upload_id=x", {}, False),
        (
            "put",
            f"{UPLOADS}?uploadType=resumable&upload_id=x",
            {"Content-Range": "bytes 0-8/9"},
            False,
        ),
        ("post", FILES, {}, False),
        ("post", f"{UPLOADS}?uploadType=multipart", {}, False),
        ("delete", f"{FILES}/1a", {}, False),
        ("patch", "https://sheets.googleapis.com/v4/spreadsheets/1a", {}, False),
    ],
)
def test_what_may_be_sent_twice_is_told_from_the_request(
    method: str, address: str, headers: dict[str, str], *, may: bool
) -> None:
    """Whatever is not known to be harmless is not."""
    assert may_repeat(method, address, headers) is may


@pytest.mark.parametrize(
    "host", ["http://127.0.0.1:8484", "https://evil.example", "https://www.googleapis.com"]
)
def test_an_upload_goes_to_google_whatever_address_it_is_given(host: str) -> None:
    """The token would go along."""
    assert _at_google(f"{host}/upload/drive/v3/files?upload_id=x") == f"{UPLOADS}?upload_id=x"
