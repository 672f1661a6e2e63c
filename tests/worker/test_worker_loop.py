"""The loop: when it runs, what it survives, and how it ends."""

from __future__ import annotations

import signal
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sheets_sync.errors import ConfigurationError, NoUsableSource, Words
from sheets_sync.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Runs:
    """Notes when a run was asked for, and what was said; raises what it is given, in turn."""

    def __init__(self, *failures: Exception | None) -> None:
        self.at: list[str] = []
        self.said: list[str] = []
        self.errors: list[tuple[str, str]] = []
        self.failures = list(failures)

    def __call__(self, _job_file: Path, when: datetime) -> None:
        self.at.append(f"{when.astimezone(UTC):%m-%d %H:%M}")
        failure = self.failures.pop(0) if self.failures else None
        if failure is not None:
            raise failure

    def note(self, error: Exception, language: str) -> None:
        self.errors.append((type(error).__name__, language))


def served(path: Path, clock: Any, runs: Runs, until: str) -> int:
    worker = Worker(
        path, run=runs, clock=clock, sleep=clock.sleep, on_error=runs.note, say=runs.said.append
    )
    clock.until, clock.at_end = datetime.fromisoformat(until), worker.stop
    return worker.serve()


def test_it_runs_at_each_time_of_the_teams_zone(job_file: Callable[..., Path], clock: Any) -> None:
    """08:30 and 16:30 in Shanghai are 00:30 and 08:30 UTC."""
    runs = Runs()

    code = served(job_file(), clock("2026-07-31T00:00:00+00:00"), runs, "2026-08-01T01:00:00+00:00")

    assert runs.at == ["07-31 00:30", "07-31 08:30", "08-01 00:30"]
    assert code == 0


def test_it_says_when_the_next_run_is(job_file: Callable[..., Path], clock: Any) -> None:
    """Somebody who starts it sees that it waits, and for what."""
    runs = Runs()

    served(job_file(), clock("2026-07-31T00:00:00+00:00"), runs, "2026-07-31T01:00:00+00:00")

    assert runs.said == [
        "下次运行:2026-07-31 08:30(Asia/Shanghai)",
        "下次运行:2026-07-31 16:30(Asia/Shanghai)",
    ]


@pytest.mark.parametrize(
    ("start", "until", "expected"),
    [
        ("2026-03-28T00:00:00+00:00", "2026-03-30T12:00:00+00:00", ["03-28 07:30", "03-29 06:30", "03-30 06:30"]),
        ("2026-10-24T00:00:00+00:00", "2026-10-26T12:00:00+00:00", ["10-24 06:30", "10-25 07:30", "10-26 07:30"]),
    ],
)  # fmt: skip
def test_a_clock_change_neither_drops_nor_doubles_a_run(
    job_file: Callable[..., Path], clock: Any, start: str, until: str, expected: list[str]
) -> None:
    """Half past eight in Berlin stays half past eight in Berlin."""
    runs = Runs()

    served(job_file('["08:30"]', "Europe/Berlin"), clock(start), runs, until)

    assert runs.at == expected


def test_a_time_inside_the_repeated_hour_runs_once(
    job_file: Callable[..., Path], clock: Any
) -> None:
    """02:30 comes twice on the night the clocks go back."""
    runs = Runs()
    path = job_file('["02:30"]', "Europe/Berlin")

    served(path, clock("2026-10-24T12:00:00+00:00"), runs, "2026-10-25T12:00:00+00:00")

    assert runs.at == ["10-25 00:30"]


def test_times_missed_while_the_computer_slept_run_once_and_late(
    job_file: Callable[..., Path], clock: Any
) -> None:
    """A laptop closed over two of them catches up with one run."""
    runs = Runs()
    sleeper = clock("2026-07-31T00:00:00+00:00")
    sleeper.stretches[datetime(2026, 7, 31, 0, 10, tzinfo=UTC)] = timedelta(hours=10)

    served(job_file(), sleeper, runs, "2026-08-01T00:00:00+00:00")

    assert runs.at == ["07-31 10:10"]


def test_a_time_missed_while_no_worker_ran_is_made_up_by_the_next_one(
    job_file: Callable[..., Path], clock: Any
) -> None:
    """A reboot at the wrong minute costs no day."""
    before, after = Runs(), Runs()
    path = job_file()
    served(path, clock("2026-07-31T00:00:00+00:00"), before, "2026-07-31T01:00:00+00:00")

    served(path, clock("2026-07-31T09:00:00+00:00"), after, "2026-07-31T12:00:00+00:00")

    assert before.at == ["07-31 00:30"]
    assert after.at == ["07-31 09:00"]


def test_a_first_start_waits_for_the_next_time(job_file: Callable[..., Path], clock: Any) -> None:
    """Nothing was missed by a worker that never ran."""
    runs = Runs()

    served(job_file(), clock("2026-07-31T01:00:00+00:00"), runs, "2026-07-31T08:00:00+00:00")

    assert runs.at == []


def test_a_clock_set_back_does_not_stop_the_schedule(
    job_file: Callable[..., Path], clock: Any
) -> None:
    """A computer that booted in the wrong year goes on once its clock is right."""
    runs = Runs()
    wrong = clock("2038-01-01T00:00:00+00:00")
    wrong.stretches[datetime(2038, 1, 1, 0, 10, tzinfo=UTC)] = datetime(
        2026, 7, 31, tzinfo=UTC
    ) - datetime(2038, 1, 1, 0, 10, tzinfo=UTC)
    wrong.until = datetime(2039, 1, 1, tzinfo=UTC)
    worker = Worker(job_file(), run=runs, clock=wrong, sleep=wrong.sleep)

    def end_after_first(path: Path, when: datetime) -> None:
        runs(path, when)
        worker.stop()

    worker._run = end_after_first
    worker.serve()

    assert runs.at == ["07-31 00:30"]


def test_failed_runs_are_told_and_the_loop_goes_on(
    job_file: Callable[..., Path], clock: Any
) -> None:
    """Neither an expected failure nor a bug ends the worker."""
    runs = Runs(NoUsableSource(Words("没有文件", "no files")), ZeroDivisionError("bug"))

    served(job_file(), clock("2026-07-31T00:00:00+00:00"), runs, "2026-08-01T01:00:00+00:00")

    assert runs.at == ["07-31 00:30", "07-31 08:30", "08-01 00:30"]
    assert runs.errors == [("NoUsableSource", "zh"), ("ZeroDivisionError", "zh")]


def test_a_run_that_outlasts_the_next_time_is_followed_by_one_run(
    job_file: Callable[..., Path], clock: Any
) -> None:
    """The time that passed meanwhile is not lost, and two runs never overlap."""
    runs = Runs()
    slow = clock("2026-07-31T00:00:00+00:00")
    worker = Worker(job_file(), run=runs, clock=slow, sleep=slow.sleep)

    def long_run(path: Path, when: datetime) -> None:
        runs(path, when)
        if len(runs.at) == 1:
            slow.now += timedelta(hours=9)

    worker._run = long_run
    slow.until, slow.at_end = datetime(2026, 8, 1, tzinfo=UTC), worker.stop
    worker.serve()

    assert runs.at == ["07-31 00:30", "07-31 09:31"]


def test_an_edited_schedule_is_taken_over(job_file: Callable[..., Path], clock: Any) -> None:
    """Nobody has to know that a worker keeps times in mind."""
    runs = Runs()
    path = job_file('["08:30"]')
    edited = clock("2026-07-31T00:00:00+00:00")
    worker = Worker(path, run=runs, clock=edited, sleep=edited.sleep, on_error=runs.note)

    def edit_then_run(path: Path, when: datetime) -> None:
        runs(path, when)
        path.write_text(
            path.read_text(encoding="utf-8").replace("08:30", "10:00"), encoding="utf-8"
        )

    worker._run = edit_then_run
    edited.until, edited.at_end = datetime(2026, 7, 31, 3, tzinfo=UTC), worker.stop
    worker.serve()

    assert runs.at == ["07-31 00:30", "07-31 02:00"]


def test_a_job_file_broken_later_is_told_once_and_the_times_stay(
    job_file: Callable[..., Path], clock: Any
) -> None:
    """A typo at noon must not cost the evening's run its time."""
    runs = Runs()
    path = job_file()
    broken = clock("2026-07-31T00:00:00+00:00")
    worker = Worker(path, run=runs, clock=broken, sleep=broken.sleep, on_error=runs.note)

    def spoil(path: Path, when: datetime) -> None:
        runs(path, when)
        path.write_text("team: [", encoding="utf-8")

    worker._run = spoil
    broken.until, broken.at_end = datetime(2026, 7, 31, 8, tzinfo=UTC), worker.stop
    worker.serve()

    assert runs.errors == [("InvalidFile", "zh")]


def test_a_wrong_job_file_is_refused_at_the_start(tmp_path: Path) -> None:
    """A worker that could never run says so at once."""
    with pytest.raises(ConfigurationError):
        Worker(tmp_path / "none.yaml", run=Runs()).serve()


def test_handlers_are_put_back(job_file: Callable[..., Path], clock: Any) -> None:
    """Whoever embeds the worker keeps its own signals."""
    before = signal.getsignal(signal.SIGTERM)

    served(job_file(), clock("2026-07-31T00:00:00+00:00"), Runs(), "2026-07-31T00:05:00+00:00")

    assert signal.getsignal(signal.SIGTERM) is before
