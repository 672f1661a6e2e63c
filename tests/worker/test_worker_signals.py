"""A real worker process and real signals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

IDLE = """
import sys
from pathlib import Path
from sheets_sync.worker import Worker

worker = Worker(
    Path(sys.argv[1]), run=lambda *_: None, say=lambda text: print(text, flush=True)
)
sys.exit(worker.serve())
"""

BUSY = """
import sys, time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sheets_sync.worker import Worker

moments = iter([datetime(2026, 7, 31, tzinfo=UTC)])

def run(path, when):
    print("begun", flush=True)
    sys.stdin.readline()
    print("ended", flush=True)

clock = lambda: next(moments, datetime(2026, 7, 31, 0, 31, tzinfo=UTC))
sys.exit(Worker(Path(sys.argv[1]), run=run, clock=clock).serve())
"""


def started(program: str, path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
    )


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_waiting_worker_stops_at_once(
    job_file: Callable[..., Path], number: signal.Signals, code: int
) -> None:
    """Service managers and Ctrl+C both end it cleanly, without a traceback."""
    with started(IDLE, job_file()) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(number)
        out, err = process.communicate(timeout=30)

    assert (process.returncode, out, err) == (code, "", "")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_run_in_progress_is_finished_first(
    job_file: Callable[..., Path], number: signal.Signals, code: int
) -> None:
    """Nothing is left half done."""
    with started(BUSY, job_file()) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        process.send_signal(number)
        out, err = process.communicate("go on\n", timeout=30)

    assert (process.returncode, out, err) == (code, "ended\n", "")
