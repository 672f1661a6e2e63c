"""What is sent again, how often and for how long, and what must not be."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import pytest

from sheets_sync.errors import SheetError
from sheets_sync.sheets import transport
from sheets_sync.sheets.gateway import Gateway, UnknownOutcome
from sheets_sync.sheets.pace import Pace
from sheets_sync.sheets.refusals import NoConnection, NotGoogle, QuotaUsedUp, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

HTML = "<html><head><title>502 Bad Gateway</title></head></html>"
QUOTA = {
    "error": {
        "code": 429,
        "message": "Quota exceeded for quota metric 'Read requests'",
        "status": "RESOURCE_EXHAUSTED",
        "details": [{"reason": "RATE_LIMIT_EXCEEDED", "domain": "googleapis.com"}],
    }
}
USER_RATE = {
    "error": {"code": 403, "errors": [{"domain": "usageLimits", "reason": "userRateLimitExceeded"}]}
}
UNAVAILABLE = {"error": {"code": 503, "message": "The service is unavailable."}}

PASSING = [(429, QUOTA), (403, USER_RATE)]
UNCLEAR = [(408, {}), (500, {}), (502, HTML), (503, UNAVAILABLE), (504, HTML)]


def read(gateway: Gateway) -> Any:
    return gateway.read_ranges("abc", [])


def write(gateway: Gateway) -> Any:
    return gateway.batch_update("abc", [])


@pytest.mark.parametrize(("status", "body"), PASSING + UNCLEAR)
def test_a_read_is_sent_again(
    gateway: Gateway,
    server: Any,
    answer: Callable[..., Any],
    clock: Any,
    status: int,
    body: Any,
) -> None:
    """Reading twice harms nobody, whatever went wrong."""
    server.plays(answer(status, body), answer(body={"valueRanges": [{"dataFilters": []}]}))

    assert read(gateway) == [{"dataFilters": []}]
    assert (gateway.traffic.reads, gateway.traffic.retried) == (2, 1)
    assert len(clock.slept) == 1
    assert 1 <= clock.slept[0] <= 2


@pytest.mark.parametrize(("status", "body"), PASSING)
def test_a_write_that_was_not_applied_is_sent_again(
    gateway: Gateway, server: Any, answer: Callable[..., Any], status: int, body: Any
) -> None:
    """Google counts before it works: over the quota, nothing was done."""
    server.plays(answer(status, body), answer(body={"replies": []}))

    assert write(gateway) == {"replies": []}
    assert (gateway.traffic.writes, gateway.traffic.retried) == (2, 1)
    assert server.asked[0].raw == server.asked[1].raw


@pytest.mark.parametrize(("status", "body"), UNCLEAR)
def test_a_write_of_unknown_outcome_is_not_sent_again(
    gateway: Gateway, server: Any, answer: Callable[..., Any], status: int, body: Any
) -> None:
    """It may have been applied; whoever sent it looks its marker up."""
    server.plays(answer(status, body))

    with pytest.raises(UnknownOutcome, match=f"HTTP {status}") as caught:
        write(gateway)

    assert len(server.asked) == 1
    assert caught.value.spreadsheet_id == "abc"
    assert caught.value.exit_code == 4


@pytest.mark.parametrize("drop", ["before", "within"])
def test_a_read_survives_a_dropped_line(
    gateway: Gateway, server: Any, answer: Callable[..., Any], drop: str
) -> None:
    """Before or within the answer, the read is sent again."""
    body = {"valueRanges": [{"valueRange": {"values": [["x"]]}}]}
    server.plays(answer(body=body, drop=drop), answer(body=body))

    assert read(gateway) == body["valueRanges"]
    assert gateway.traffic.retried == 1


@pytest.mark.parametrize("drop", ["before", "within"])
def test_a_write_whose_line_dropped_has_an_unknown_outcome(
    gateway: Gateway, server: Any, answer: Callable[..., Any], drop: str
) -> None:
    """The request had arrived; what became of it is not known."""
    server.plays(answer(body={"replies": [{}] * 50}, drop=drop))

    with pytest.raises(UnknownOutcome, match="the connection broke off"):
        write(gateway)

    assert len(server.asked) == 1


def test_a_write_without_an_answer_in_time_has_an_unknown_outcome(
    server: Any, answer: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A read timeout says nothing about what the server did."""
    monkeypatch.setattr(transport, "TIMEOUT_S", (5.0, 0.05))
    server.plays(answer(slow=True))

    with (
        Gateway.for_local(server.url) as gateway,
        pytest.raises(UnknownOutcome, match="no answer in time"),
    ):
        write(gateway)


def test_a_read_without_an_answer_in_time_is_sent_again(
    server: Any, answer: Callable[..., Any], clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Waiting for ever is what gspread does by itself."""
    monkeypatch.setattr(transport, "TIMEOUT_S", (5.0, 0.05))
    server.plays(answer(slow=True), answer())

    with Gateway.for_local(server.url) as gateway:
        assert read(gateway) == []

    assert gateway.traffic.retried == 1


def test_the_timeouts_are_ten_and_two_hundred_seconds(gateway: Gateway) -> None:
    """Google gives up after 180 s, so waiting longer turns most unknown outcomes into known ones."""
    assert gateway._transport.timeout == (10.0, 200.0)


def test_a_used_up_quota_is_waited_out_for_over_a_minute_and_not_for_ever(
    gateway: Gateway, server: Any, answer: Callable[..., Any], clock: Any
) -> None:
    """Quotas refill every minute, so 1+2+4+8+16+32+32 seconds and jitter outlast one."""
    server.plays(answer(429, QUOTA))

    with pytest.raises(QuotaUsedUp) as caught:
        write(gateway)

    assert len(server.asked) == 8
    assert caught.value.tries == 8
    assert 95 <= sum(clock.slept) <= 102
    assert max(clock.slept) <= 32


def test_a_server_that_stays_down_ends_the_run(
    gateway: Gateway, server: Any, answer: Callable[..., Any]
) -> None:
    """Bounded in count, and said with the number of tries."""
    server.plays(answer(503, UNAVAILABLE))

    with pytest.raises(Unavailable, match=r"HTTP 503, 8 tries"):
        read(gateway)


def test_slow_failures_are_bounded_in_time(
    gateway: Gateway, server: Any, answer: Callable[..., Any], clock: Any
) -> None:
    """After 300 s nothing is sent again, however few tries there were."""
    server.plays(answer(503, UNAVAILABLE))
    gateway._transport._pace = Pace(clock, clock.sleep)
    gateway._transport._pace.wait = lambda *_: clock.sleep(200)  # type: ignore[method-assign]

    with pytest.raises(Unavailable):
        read(gateway)

    assert len(server.asked) == 2


@pytest.mark.parametrize("value", ["7", "Sun, 06 Nov 1994 08:49:44 GMT"])
def test_retry_after_is_honoured(
    gateway: Gateway,
    server: Any,
    answer: Callable[..., Any],
    clock: Any,
    monkeypatch: pytest.MonkeyPatch,
    value: str,
) -> None:
    """In seconds, or as a moment held against the server's own clock."""
    monkeypatch.setattr(
        "http.server.BaseHTTPRequestHandler.date_time_string",
        lambda _: "Sun, 06 Nov 1994 08:49:37 GMT",
    )
    server.plays(answer(429, QUOTA, {"Retry-After": value}), answer())

    read(gateway)

    assert clock.slept == [7.0]


def test_a_small_retry_after_does_not_use_the_attempts_up_within_the_minute(
    gateway: Gateway, server: Any, answer: Callable[..., Any], clock: Any
) -> None:
    """At least as long as asked, and at least as long as otherwise."""
    server.plays(answer(429, QUOTA, {"Retry-After": "5"}))

    with pytest.raises(QuotaUsedUp):
        read(gateway)

    assert clock.slept == [5.0, 5.0, 5.0, 8.0, 16.0, 32.0, 32.0]


def test_an_hour_of_retry_after_is_not_waited_for(
    gateway: Gateway, server: Any, answer: Callable[..., Any], clock: Any
) -> None:
    """The next scheduled run is the better retry."""
    server.plays(answer(429, QUOTA, {"Retry-After": "3600"}))

    with pytest.raises(QuotaUsedUp):
        read(gateway)

    assert clock.slept == []


def test_nonsense_in_retry_after_is_ignored(
    gateway: Gateway, server: Any, answer: Callable[..., Any], clock: Any
) -> None:
    """The usual backoff applies."""
    server.plays(answer(429, QUOTA, {"Retry-After": "soon"}), answer())

    read(gateway)

    assert len(clock.slept) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 501])
@pytest.mark.parametrize("send", [read, write])
def test_a_refusal_is_final(
    gateway: Gateway,
    server: Any,
    answer: Callable[..., Any],
    status: int,
    send: Callable[[Gateway], Any],
) -> None:
    """Asking again would not help, so the person is told at once."""
    server.plays(answer(status, {"error": {"code": status, "message": "No."}}))

    with pytest.raises(SheetError):
        send(gateway)

    assert len(server.asked) == 1


def test_storage_that_is_full_is_not_a_rate_limit(
    gateway: Gateway, server: Any, answer: Callable[..., Any]
) -> None:
    """The domain `usageLimits` holds both; the reason decides."""
    full = {
        "error": {
            "code": 403,
            "message": "The user's Drive storage quota has been exceeded.",
            "errors": [{"domain": "usageLimits", "reason": "storageQuotaExceeded"}],
        }
    }
    server.plays(answer(403, full))

    with pytest.raises(SheetError, match="storage quota"):
        write(gateway)

    assert len(server.asked) == 1


def test_a_login_page_is_no_answer(
    gateway: Gateway, server: Any, answer: Callable[..., Any]
) -> None:
    """A hotel's network answers 200 with HTML: a read says so after its retries."""
    server.plays(answer(200, "<html>Sign in to the network</html>"))

    with pytest.raises(NotGoogle) as caught:
        read(gateway)

    assert "Sign in" not in str(caught.value)


def test_a_login_page_after_a_write_leaves_its_outcome_unknown(
    gateway: Gateway, server: Any, answer: Callable[..., Any]
) -> None:
    """Something answered, and it was not Google."""
    server.plays(answer(200, "<html>Sign in to the network</html>"))

    with pytest.raises(UnknownOutcome):
        write(gateway)


def test_a_redirect_off_this_computer_is_not_followed(
    gateway: Gateway, server: Any, answer: Callable[..., Any]
) -> None:
    """The local server cannot send the program elsewhere."""
    server.plays(answer(302, "", {"Location": "http://sheets.example.com/"}))

    with pytest.raises(UnknownOutcome):
        write(gateway)

    assert len(server.asked) == 1


def test_a_local_server_that_is_not_running_is_said_at_once(clock: Any) -> None:
    """Nobody starts it while the program waits, so it does not wait."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"

    with (
        Gateway.for_local(url) as gateway,
        pytest.raises(NoConnection, match="sheets-sync emulator") as caught,
    ):
        write(gateway)

    assert clock.slept == []
    assert url in caught.value.words.zh


def test_fewer_attempts_may_be_asked_for(server: Any, answer: Callable[..., Any]) -> None:
    """A check by hand does not wait a minute and a half."""
    server.plays(answer(503, UNAVAILABLE))

    with Gateway.for_local(server.url, attempts=1) as gateway, pytest.raises(Unavailable):
        read(gateway)

    assert len(server.asked) == 1
