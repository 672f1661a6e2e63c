"""The worker: stays running and syncs at the team's times of day.

It keeps the loop alive and nothing else: what a run is comes from outside, and that a job never runs
twice at once is the run's own lock, which also counts for cron and for people. Times are those of the
job's zone. A time that passed while the computer slept, or the worker was not running, is made up once.
"""

from __future__ import annotations

import signal
import time
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import schedule
import structlog

from sheets_sync.config.job import load_job
from sheets_sync.core.slots import next_slot
from sheets_sync.errors import SheetsSyncError, Words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sheets_sync.config.job import Job
    from sheets_sync.errors import Language

log = structlog.get_logger()

TICK_S = 1.0
"""How long the loop sleeps at a time: the longest that a signal or an edited job file waits."""
FARTHEST = timedelta(hours=26)
"""No next run lies farther ahead, on days of 25 hours either; more says that the clock was set back."""

_INTERRUPTED = 130
_LAST = "worker-last-run.txt"


def utc_now() -> datetime:
    """Return the present moment, aware."""
    return datetime.now(UTC)


def log_failure(error: Exception, language: Language) -> None:
    """Log a failed run: an expected failure in its own words, a bug with its traceback."""
    if isinstance(error, SheetsSyncError):
        log.error("run_failed", exit_code=error.exit_code, reason=error.words.say(language))
    else:
        log.error("run_crashed", exc_info=error)


class Slots(schedule.Job):
    """A job of `schedule` that is due at the `HH:MM` times of the team's zone.

    `schedule` itself compares naive local times: it would need another library for zones, and when
    the computer's own clock goes back in autumn it stands still for an hour. Here every moment is
    aware, and the clock comes from outside. `since` is when the last run began.
    """

    def __init__(
        self, scheduler: schedule.Scheduler, clock: Callable[[], datetime], job: Job
    ) -> None:
        super().__init__(1, scheduler)
        self._clock, self.job = clock, job
        self.since = _last_run(job, clock())

    @property
    def should_run(self) -> bool:
        """Return whether the next run is due."""
        now = self._clock()
        if self.due - now > FARTHEST:
            self.follow(self.job, now)
        return now >= self.due

    @property
    def due(self) -> datetime:
        """Return when the next run is due."""
        if self.next_run is None:
            raise AssertionError("a job is scheduled when it is given something to do")
        return self.next_run

    def follow(self, job: Job, since: datetime) -> None:
        """Take the times of `job`, and the first of them after `since`."""
        self.job, self.since = job, since
        self._schedule_next_run()

    def _schedule_next_run(self) -> None:
        self.next_run = next_slot(self.job.schedule.at, self.job.zone, self.since)


class Worker:
    """Runs a job at its times until it is told to stop.

    `run` does one whole run of the job file at a moment; what it raises goes to `on_error` and never
    ends the loop. `say` is told when the next run is due.
    """

    def __init__(
        self,
        job_file: Path,
        *,
        run: Callable[[Path, datetime], None],
        clock: Callable[[], datetime] = utc_now,
        sleep: Callable[[float], None] = time.sleep,
        on_error: Callable[[Exception, Language], None] = log_failure,
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._file, self._run, self._clock, self._sleep = job_file, run, clock, sleep
        self._on_error, self._say = on_error, say
        self._stopped_by: int | None = None

    def stop(self, signal_number: int = signal.SIGTERM) -> None:
        """End the loop once the run in progress is over."""
        self._stopped_by = signal_number

    def serve(self) -> int:
        """Run at every due time until a signal comes; return 0 after SIGTERM and 130 after SIGINT.

        The run in progress is finished first; a second SIGINT breaks it off. An edited job file is
        taken over. Raise ConfigurationError where it is wrong when the worker starts. To be called in
        the main thread, which alone receives signals.
        """
        scheduler = schedule.Scheduler()
        slots = Slots(scheduler, self._clock, load_job(self._file))
        slots.do(self._one_run, slots)
        seen, announced = _changed_at(slots.job), None
        with self._obeying_signals():
            while self._stopped_by is None:
                if (changed := _changed_at(slots.job)) != seen:
                    seen = changed
                    self._reread(slots)
                if slots.due != announced:
                    announced = slots.due
                    self._announce(slots)
                scheduler.run_pending()
                if self._stopped_by is None:
                    self._sleep(TICK_S)
        return _INTERRUPTED if self._stopped_by == signal.SIGINT else 0

    def _one_run(self, slots: Slots) -> None:
        slots.since = self._clock()
        _remember(slots.job, slots.since)
        try:
            self._run(self._file, slots.since)
        except Exception as error:  # noqa: BLE001  # an outermost loop: one failed run never ends it
            self._on_error(error, slots.job.language)

    def _reread(self, slots: Slots) -> None:
        """Take over an edited job file; one with a mistake is reported, and the times stay."""
        try:
            edited = load_job(self._file)
        except SheetsSyncError as error:
            self._on_error(error, slots.job.language)
            return
        changed = edited.schedule != slots.job.schedule
        slots.follow(edited, self._clock() if changed else slots.since)

    def _announce(self, slots: Slots) -> None:
        job, when = slots.job, slots.due.astimezone(slots.job.zone)
        words = Words("下次运行:{when}({zone})", "Next run: {when} ({zone})")
        told = words.filled(when=f"{when:%Y-%m-%d %H:%M}", zone=job.schedule.zone)
        self._say(told.say(job.language))

    @contextmanager
    def _obeying_signals(self) -> Iterator[None]:
        """Let SIGTERM and SIGINT stop the loop; what they did before is put back at the end."""

        def obey(number: int, _frame: Any) -> None:
            self.stop(number)
            if number == signal.SIGINT:
                signal.signal(signal.SIGINT, signal.default_int_handler)

        numbers = (signal.SIGTERM, signal.SIGINT)
        before = {number: signal.signal(number, obey) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _changed_at(job: Job) -> int:
    try:
        return job.path.stat().st_mtime_ns
    except OSError:
        return 0


def _last_run(job: Job, now: datetime) -> datetime:
    """Return when a worker last ran the job; now, where none did or its note lies in the future."""
    with suppress(OSError, ValueError):
        text = (job.state / _LAST).read_text(encoding="ascii")
        return min(now, datetime.fromisoformat(text.strip()).astimezone(UTC))
    return now


def _remember(job: Job, moment: datetime) -> None:
    """Note when a run began, so that a worker started later knows what it missed."""
    with suppress(
        OSError
    ):  # a state folder that cannot be written is the run's own failure to tell
        job.state.mkdir(parents=True, exist_ok=True)
        (job.state / _LAST).write_text(f"{moment.isoformat()}\n", encoding="ascii")
