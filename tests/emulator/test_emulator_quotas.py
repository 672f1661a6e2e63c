"""Quotas per minute, and failures at random that come again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from sheets_sync.emulator.serve import LocalServer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.emulator.conftest import Spreadsheet


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now = 600.0

    def __call__(self) -> float:
        return self.now


def made(server: LocalServer, session: requests.Session) -> str:
    """Return the address of a new spreadsheet."""
    session.trust_env = False
    body = session.post(f"{server.url}/v4/spreadsheets", json={}).json()
    return f"{server.url}/v4/spreadsheets/{body['spreadsheetId']}"


def signed_in(server: LocalServer, email: str) -> dict[str, str]:
    """Return the headers of a user who signed in."""
    query = {"type": "authorized_user", "name": email}
    info = requests.get(f"{server.url}/admin/credentials", params=query, timeout=10).json()
    names = ("client_id", "client_secret", "refresh_token")
    form = {name: info[name] for name in names} | {"grant_type": "refresh_token"}
    token = requests.post(info["token_uri"], data=form, timeout=10).json()["access_token"]
    return {"Authorization": f"Bearer {token}"}


def test_every_minute_begins_anew(tmp_path: Path) -> None:
    """60 readings pass, the next is refused until the clock has reached the next minute."""
    clock = Clock()
    with (
        LocalServer(tmp_path, quotas=True, clock=clock) as server,
        requests.Session() as session,
    ):
        url = made(server, session)
        clock.now = 659.0
        statuses = [session.get(url).status_code for _ in range(61)]
        clock.now = 660.0
        after = session.get(url).status_code

    assert statuses == [200] * 60 + [429]
    assert after == 200


def test_a_project_has_a_quota_of_its_own(tmp_path: Path) -> None:
    """Five users may read 60 times each; the sixth finds the project's 300 used up."""
    with (
        LocalServer(tmp_path, quotas=True, clock=Clock()) as server,
        requests.Session() as session,
    ):
        url = made(server, session)
        everybody = {"type": "anyone", "role": "reader"}
        book = url.rpartition("/")[2]
        session.post(f"{server.url}/drive/v3/files/{book}/permissions", json=everybody)
        users = [signed_in(server, f"user{number}@example.com") for number in range(6)]
        for headers in users[:5]:
            assert {session.get(url, headers=headers).status_code for _ in range(60)} == {200}
        refused = session.get(url, headers=users[5])

    assert refused.status_code == 429
    error = refused.json()["error"]
    assert error["message"] == (
        "Quota exceeded for quota metric 'Read requests' and limit 'Read requests per minute' of "
        "service 'sheets.googleapis.com' for consumer 'project_number:123456789012'."
    )
    assert error["details"][0]["metadata"]["quota_limit_value"] == "300"
    assert "Retry-After" not in refused.headers


def test_the_refusal_is_the_one_that_was_recorded(tmp_path: Path) -> None:
    """Message and details are Google's, but for the project's number."""
    with (
        LocalServer(tmp_path, quotas=True, clock=Clock()) as server,
        requests.Session() as session,
    ):
        url = made(server, session)
        for _ in range(60):
            session.get(url)
        error = session.get(url).json()["error"]

    assert error["status"] == "RESOURCE_EXHAUSTED"
    assert error["details"] == [
        {
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "RATE_LIMIT_EXCEEDED",
            "domain": "googleapis.com",
            "metadata": {
                "service": "sheets.googleapis.com",
                "consumer": "projects/123456789012",
                "quota_location": "global",
                "quota_metric": "sheets.googleapis.com/read_requests",
                "quota_limit": "ReadRequestsPerMinutePerUser",
                "quota_limit_value": "60",
                "quota_unit": "1/min/{project}/{user}",
            },
        },
        {
            "@type": "type.googleapis.com/google.rpc.Help",
            "links": [
                {
                    "description": "Request a higher quota limit.",
                    "url": "https://cloud.google.com/docs/quotas/help/request_increase",
                }
            ],
        },
    ]


def test_quotas_are_turned_on_and_off_while_it_runs(book: Spreadsheet) -> None:
    """The admin endpoint begins with nothing spent."""
    admin = f"{book.base}/admin/quotas"

    assert book.session.post(admin, json={"enabled": True}).status_code == 200
    statuses = {book.session.get(book.url).status_code for _ in range(130)}
    book.session.post(admin, json={"enabled": False})

    assert statuses == {200, 429}
    assert book.session.get(book.url).status_code == 200


def outcomes(book: Spreadsheet, wanted: dict[str, Any], calls: int = 40) -> list[int]:
    """Return the status of so many readings under random failures; 0 is a broken line."""
    answer = book.session.post(f"{book.base}/admin/faults", json={"random": wanted})
    assert answer.status_code == 200, answer.text
    found = []
    for _ in range(calls):
        try:
            found.append(book.session.get(book.url).status_code)
        except requests.ConnectionError:
            found.append(0)
    return found


def test_random_failures_come_again_with_their_seed(book: Spreadsheet) -> None:
    """The same seed and the same calls give the same failures; another seed gives others."""
    wanted = {"seed": 7, "rate": 0.3, "kinds": ["503", "502html", "drop-before", "429"]}

    first, again = outcomes(book, wanted), outcomes(book, wanted)
    other = outcomes(book, {**wanted, "seed": 8})

    assert first == again
    assert first != other
    assert {200, 503, 0} <= set(first)
    assert set(first) <= {200, 503, 502, 429, 0}


def test_random_failures_end_when_forgotten(book: Spreadsheet) -> None:
    """And with a rate of one everything fails."""
    assert set(outcomes(book, {"seed": 1, "rate": 1, "kinds": ["500"]}, 5)) == {500}

    book.session.delete(f"{book.base}/admin/faults")

    assert book.session.get(book.url).status_code == 200


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"rate": 0.1}, "Random faults need a seed and a rate."),
        ({"seed": 1, "rate": 2}, "The rate of random faults lies between 0 and 1."),
        (
            {"seed": 1, "rate": 0.1, "kinds": ["edit-between"]},
            (
                "Random faults are of the kinds 503, 502html, 429, 401, 403, 500, slow, "
                "drop-before, drop-after."
            ),
        ),
        (
            {"seed": 1, "rate": 0.1, "when": "never"},
            "A fault's when is one of any, read, write, batchUpdate.",
        ),
    ],
)
def test_random_failures_that_make_no_sense_are_refused(
    book: Spreadsheet, wanted: dict[str, Any], message: str
) -> None:
    """The admin endpoint says what is wrong."""
    answer = book.session.post(f"{book.base}/admin/faults", json={"random": wanted})

    assert (answer.status_code, answer.json()["error"]["message"]) == (400, message)


def test_storage_runs_out_on_demand(book: Spreadsheet) -> None:
    """The fault waits for a call that makes a file, and has Drive's shape."""
    book.session.post(f"{book.base}/admin/faults", json={"kind": "storageQuotaExceeded"})

    assert book.session.get(book.url).status_code == 200
    body = {"name": "x", "mimeType": "application/vnd.google-apps.spreadsheet"}
    refused = book.session.post(f"{book.base}/drive/v3/files", json=body)
    assert refused.status_code == 403
    assert refused.json()["error"]["errors"][0]["reason"] == "storageQuotaExceeded"
    assert book.session.post(f"{book.base}/drive/v3/files", json=body).status_code == 200


def test_an_answer_comes_late_on_demand(book: Spreadsheet) -> None:
    """A client with less patience gives up."""
    fault = {"kind": "slow", "seconds": 1.0, "times": 1}
    book.session.post(f"{book.base}/admin/faults", json=fault)

    with pytest.raises(requests.Timeout):
        book.session.get(book.url, timeout=0.2)
    assert book.session.get(book.url).status_code == 200
