"""What a person reads when Google refuses."""

from __future__ import annotations

import re
import ssl
from typing import TYPE_CHECKING, Any

import pytest
import requests
from google.auth.exceptions import RefreshError, TransportError
from urllib3.exceptions import (
    ConnectTimeoutError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
    SSLError,
)

from sheets_sync.sheets import refusals
from sheets_sync.sheets.advice import Circumstances, in_words
from sheets_sync.sheets.failures import Outcome, outcome_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from sheets_sync.sheets.gateway import Gateway

ROBOT = "robot@acme.iam.gserviceaccount.com"
WHERE = Circumstances("sheets.googleapis.com", ROBOT, "abc")
NO_PERMISSION = {"code": 403, "message": "The caller does not have permission"}
DISABLED = {
    "code": 403,
    "message": "Google Sheets API has not been used in project 42 before or it is disabled.",
    "details": [
        {"links": [{"url": "https://console.developers.google.com/enable?project=42"}]},
        {"reason": "SERVICE_DISABLED", "domain": "googleapis.com"},
    ],
}
SCOPE = {
    "code": 403,
    "message": "Request had insufficient authentication scopes.",
    "details": [{"reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}],
}
OFFICE = {"code": 400, "message": "This operation is not supported for this document"}
LOCKED = {
    "code": 400,
    "message": "Invalid requests[3].updateCells: You are trying to edit a protected cell.",
}


@pytest.mark.parametrize(
    ("status", "error", "refusal", "said"),
    [
        (403, NO_PERMISSION, refusals.NotShared, "Editor"),
        (403, DISABLED, refusals.ApiDisabled, r"enable\?project=42$"),
        (403, SCOPE, refusals.CredentialsRefused, "--scopes="),
        (404, {"code": 404}, refusals.NoSuchSpreadsheet, "spreadsheet abc"),
        (401, {"code": 401}, refusals.CredentialsRefused, "docs/credentials.md"),
        (400, OFFICE, refusals.NotASheet, "Save as Google Sheets"),
        (400, LOCKED, refusals.RequestRefused, r"requests\[3\]\.updateCells: You are"),
        (501, {"message": "addSlicer"}, refusals.RequestRefused, "501.*addSlicer"),
    ],
)
def test_each_refusal_has_its_own_words_and_next_step(
    gateway: Gateway,
    server: Any,
    answer: Callable[..., Any],
    status: int,
    error: dict[str, Any],
    refusal: type[Exception],
    said: str,
) -> None:
    """By status and by Google's reason codes."""
    server.plays(answer(status, {"error": error}))

    with pytest.raises(refusal, match=said) as caught:
        gateway.batch_update("abc", [])

    words = caught.value.words  # type: ignore[attr-defined]
    assert re.search(r"[\u4e00-\u9fff]", words.zh)
    assert "abc" in words.zh or status != 404


def test_the_account_to_share_with_is_named() -> None:
    """Copying the address out of the message is all that is left to do."""
    refusal = refusals.NotShared("abc", ROBOT, "The caller does not have permission")

    assert f"添加 {ROBOT},权限选「编辑者」" in refusal.words.zh
    assert f"add {ROBOT} as Editor" in refusal.words.en


def test_an_unknown_account_is_described() -> None:
    """Some credentials do not know whom they belong to."""
    assert "the Google account of the credentials" in refusals.NotShared("abc", None).words.en


@pytest.mark.parametrize("body", ["<html>no</html>", {}, [], {"error": "access_denied"}, None])
@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refusal_that_is_not_googles_is_said_to_be_somebody_elses(
    gateway: Gateway, server: Any, answer: Callable[..., Any], status: int, body: Any
) -> None:
    """Proxies refuse in their own ways: sharing the sheet would not help, and their pages are not repeated."""
    server.plays(answer(status, body))

    with pytest.raises(refusals.NotGoogle) as caught:
        gateway.metadata("abc", "spreadsheetId")

    assert "html" not in str(caught.value)


def test_long_messages_are_cut(gateway: Gateway, server: Any, answer: Callable[..., Any]) -> None:
    """One sentence, not a page."""
    server.plays(answer(400, {"error": {"message": "x\n" * 5000}}))

    with pytest.raises(refusals.RequestRefused) as caught:
        gateway.metadata("abc", "spreadsheetId")

    assert len(caught.value.words.en) < 500
    assert "\n" not in caught.value.words.en


def broken(reason: Exception) -> MaxRetryError:
    return MaxRetryError(None, "/v4", reason)  # type: ignore[arg-type]


def unresolved() -> Exception:
    return NameResolutionError("sheets.googleapis.com", None, OSError())  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("error", "outcome", "said"),
    [
        (requests.ConnectionError(broken(unresolved())), Outcome.NOT_APPLIED, "name cannot be"),
        (
            requests.ConnectionError(broken(NewConnectionError(None, "x"))),  # type: ignore[arg-type]
            Outcome.NOT_APPLIED,
            "unreachable",
        ),
        (
            requests.ConnectTimeout(broken(ConnectTimeoutError())),
            Outcome.NOT_APPLIED,
            "took too long",
        ),
        (requests.exceptions.ProxyError(), Outcome.NOT_APPLIED, "proxy does not answer"),
        (requests.ReadTimeout(), Outcome.UNKNOWN, "no answer in time"),
        (requests.ConnectionError("reset"), Outcome.UNKNOWN, "broke off"),
        (requests.exceptions.ChunkedEncodingError(), Outcome.UNKNOWN, "broke off"),
        (requests.exceptions.SSLError("eof"), Outcome.UNKNOWN, "broke off"),
    ],
)
def test_a_broken_line_is_named_and_judged(error: Exception, outcome: Outcome, said: str) -> None:
    """Only what broke before the request was sent is certainly not applied."""
    assert outcome_of(error) is outcome
    assert said in in_words(error, WHERE).words.en


def test_a_certificate_that_is_not_accepted_is_final() -> None:
    """Waiting does not mend a company proxy or a clock."""
    error = requests.exceptions.SSLError(broken(SSLError(ssl.SSLCertVerificationError())))

    assert outcome_of(error) is Outcome.FINAL
    assert "REQUESTS_CA_BUNDLE" in in_words(error, WHERE).words.zh


def test_other_exceptions_are_bugs_and_are_not_explained() -> None:
    """A mistake of ours keeps its traceback."""
    assert outcome_of(KeyError("x")) is Outcome.FINAL


@pytest.mark.parametrize(
    ("said", "advice"),
    [
        ("invalid_grant: Invalid JWT Signature.", "key was deleted"),
        ("invalid_grant: Invalid JWT: Token must be a short-lived token (60 minutes)", "clock"),
        ("invalid_grant: Invalid grant: account not found", "service account was deleted"),
        ("invalid_grant: Token has been expired or revoked.", "Sign in again"),
        ("invalid_scope: Some requested scopes were invalid", "allow Google Sheets"),
        ("Unable to acquire impersonated credentials", "Token Creator"),
        ("something new", "docs/credentials.md"),
    ],
)
def test_each_failure_to_sign_in_has_its_advice(said: str, advice: str) -> None:
    """From what Google's token server says."""
    refusal = in_words(RefreshError(said, {"error": "x"}), WHERE)

    assert isinstance(refusal, refusals.CredentialsRefused)
    assert advice in refusal.words.en
    assert said.rstrip(".") in refusal.words.en


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (RefreshError("server_error", retryable=True), Outcome.NOT_APPLIED),
        (RefreshError("invalid_grant", retryable=False), Outcome.FINAL),
        (TransportError(requests.ConnectionError("reset")), Outcome.NOT_APPLIED),
    ],
)
def test_without_a_token_nothing_was_applied(error: Exception, outcome: Outcome) -> None:
    """A failed sign-in never leaves a write unknown."""
    assert outcome_of(error) is outcome


def test_a_sign_in_that_cannot_reach_google_is_a_matter_of_the_network() -> None:
    """Not of the credentials."""
    error = TransportError(requests.ConnectionError(broken(unresolved())))

    refusal = in_words(error, WHERE)

    assert isinstance(refusal, refusals.NoConnection)
    assert "oauth2.googleapis.com" in refusal.words.en
    assert "HTTPS_PROXY" in refusal.words.zh
