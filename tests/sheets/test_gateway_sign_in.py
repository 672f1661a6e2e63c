"""Google's own sign-in path, against a token server on loopback."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest
from requests.adapters import HTTPAdapter

from sheets_sync.sheets.credentials import load_credentials
from sheets_sync.sheets.gateway import Gateway
from sheets_sync.sheets.refusals import CredentialsRefused, NoConnection, NotShared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from requests import PreparedRequest, Response

TOKEN = {"access_token": "hush-token", "expires_in": 3600, "token_type": "Bearer"}
EMAIL = "sheets-sync@acme.iam.gserviceaccount.com"


class ToLoopback(HTTPAdapter):
    """Carries what is meant for Google to the scripted server."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:  # type: ignore[override]
        request.url = str(request.url).replace("https://sheets.googleapis.com", self._url)
        return super().send(request, *args, **kwargs)


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy, and none of google-auth's background look-ups of regional restrictions."""
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(
        "google.auth.credentials.CredentialsWithRegionalAccessBoundary"
        "._is_regional_access_boundary_lookup_required",
        lambda _: False,
    )


@pytest.fixture
def signed(
    server: Any, clock: Any, tmp_path: Path
) -> Iterator[Callable[[dict[str, str]], Gateway]]:
    """Open a gateway to Google with the credentials of a file."""
    opened: list[Gateway] = []

    def open_gateway(info: dict[str, str]) -> Gateway:
        (tmp_path / "key.json").write_text(json.dumps(info), encoding="utf-8")
        credentials = load_credentials("key.json", tmp_path)
        gateway = Gateway.for_google(credentials, clock=clock, sleep=clock.sleep)
        gateway._transport.session.mount("https://sheets.googleapis.com", ToLoopback(server.url))
        opened.append(gateway)
        return gateway

    yield open_gateway
    for gateway in opened:
        gateway.close()


def claims_of(raw: bytes) -> dict[str, Any]:
    [assertion] = parse_qs(raw.decode())["assertion"]
    middle = assertion.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    return claims


def test_a_service_account_signs_in_once_and_for_spreadsheets_alone(
    signed: Callable[..., Gateway],
    service_account: dict[str, str],
    server: Any,
    answer: Callable[..., Any],
) -> None:
    """The token server receives a signed claim, Google's API the token, twice."""
    server.plays(answer(body=TOKEN), answer())
    gateway = signed(service_account)

    gateway.metadata("abc", "spreadsheetId")
    gateway.metadata("abc", "spreadsheetId")

    token, first, second = server.asked
    assert token.path == "/token"
    assert claims_of(token.raw)["iss"] == EMAIL
    assert claims_of(token.raw)["scope"] == "https://www.googleapis.com/auth/spreadsheets"
    assert first.headers["authorization"] == "Bearer hush-token"
    assert second.headers["authorization"] == "Bearer hush-token"
    assert gateway.traffic.reads == 2


def test_a_saved_sign_in_refreshes(
    signed: Callable[..., Gateway], server: Any, answer: Callable[..., Any]
) -> None:
    """The refresh token is exchanged at the address in the file."""
    user = {"type": "authorized_user", "client_id": "c", "client_secret": "s"}
    user |= {"refresh_token": "hush-refresh", "token_uri": f"{server.url}/token"}
    server.plays(answer(body=TOKEN), answer())

    signed(user).metadata("abc", "spreadsheetId")

    form = parse_qs(server.asked[0].raw.decode())
    assert (form["grant_type"], form["refresh_token"]) == (["refresh_token"], ["hush-refresh"])
    assert server.asked[1].headers["authorization"] == "Bearer hush-token"


def test_a_token_that_google_no_longer_takes_is_renewed(
    signed: Callable[..., Gateway],
    service_account: dict[str, str],
    server: Any,
    answer: Callable[..., Any],
) -> None:
    """One 401 in the middle of a write: a new token, and the write once."""
    server.plays(answer(body=TOKEN), answer(401), answer(body=TOKEN), answer(body={"replies": []}))

    assert signed(service_account).batch_update("abc", []) == {"replies": []}
    assert [asked.path for asked in server.asked] == [
        "/token",
        "/v4/spreadsheets/abc:batchUpdate",
        "/token",
        "/v4/spreadsheets/abc:batchUpdate",
    ]


def test_a_deleted_key_is_said_and_nothing_secret_with_it(
    signed: Callable[..., Gateway],
    service_account: dict[str, str],
    server: Any,
    answer: Callable[..., Any],
) -> None:
    """invalid_grant becomes advice, and the spreadsheet is never asked."""
    refused = {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
    server.plays(answer(400, refused))

    with pytest.raises(CredentialsRefused, match="Create a new key") as caught:
        signed(service_account).batch_update("abc", [])

    assert "Invalid JWT Signature" in caught.value.words.zh
    assert len(server.asked) == 1
    assert service_account["private_key"][60:80] not in str(caught.value.words)


def test_a_token_server_in_trouble_is_tried_again_even_for_a_write(
    signed: Callable[..., Gateway],
    service_account: dict[str, str],
    server: Any,
    answer: Callable[..., Any],
) -> None:
    """Without a token nothing was applied; google-auth tries thrice, and the gateway again."""
    server.plays(*[answer(503)] * 3, answer(body=TOKEN), answer(body={"replies": []}))

    assert signed(service_account).batch_update("abc", []) == {"replies": []}
    assert [asked.path for asked in server.asked[:4]] == ["/token"] * 4


def test_a_token_server_that_cannot_be_reached_is_the_networks_fault(
    signed: Callable[..., Gateway], service_account: dict[str, str], server: Any
) -> None:
    """Bounded in count like every other retry."""
    service_account["token_uri"] = "http://127.0.0.1:9/token"

    with pytest.raises(NoConnection, match=r"127\.0\.0\.1"):
        signed(service_account).metadata("abc", "spreadsheetId")

    assert server.asked == []


def test_the_account_to_share_with_comes_from_the_credentials(
    signed: Callable[..., Gateway],
    service_account: dict[str, str],
    server: Any,
    answer: Callable[..., Any],
) -> None:
    """A forgotten share is mended by copying one address."""
    server.plays(answer(body=TOKEN), answer(403, {"error": {"code": 403, "message": "No."}}))

    with pytest.raises(NotShared, match=f"add {EMAIL} as Editor"):
        signed(service_account).metadata("abc", "spreadsheetId")


def test_google_is_asked_at_its_pace(
    signed: Callable[..., Gateway],
    service_account: dict[str, str],
    server: Any,
    answer: Callable[..., Any],
    clock: Any,
) -> None:
    """A second lies between two requests to one spreadsheet, a retry being one of them."""
    server.plays(answer(body=TOKEN), answer())
    gateway = signed(service_account)

    for _ in range(3):
        gateway.metadata("abc", "spreadsheetId")
    gateway.metadata("other", "spreadsheetId")

    assert clock.slept == [1.0, 1.0]


def test_the_local_server_has_no_pace(
    gateway: Gateway, server: Any, answer: Callable[..., Any], clock: Any
) -> None:
    """Nobody else shares it."""
    server.plays(answer())

    for _ in range(60):
        gateway.metadata("abc", "spreadsheetId")

    assert clock.slept == []
