"""The command: a server as a process of its own, with its flags, ended by a signal."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import requests


def test_the_command_serves_with_its_flags_and_ends_on_a_signal(tmp_path: Path) -> None:
    """Every call fails at a rate of 1, the page does not; SIGTERM ends it cleanly."""
    command = [
        sys.executable,
        "-m",
        "sheets_sync",
        "emulator",
        "--port",
        "0",
        "--faults",
        "1",
        "--seed",
        "3",
    ]
    process = subprocess.Popen(
        [*command, "--quotas", "--data", str(tmp_path / "sheets")],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        address = process.stdout.readline().strip()

        page = requests.get(address, timeout=10)
        failed = 0
        for _ in range(3):
            try:
                failed += (
                    requests.get(f"{address}v4/spreadsheets/abc", timeout=10).status_code != 404
                )
            except requests.ConnectionError:
                failed += 1
    finally:
        process.send_signal(signal.SIGTERM)
        ended = process.wait(timeout=10)
        process.stdout.close()

    assert page.status_code == 200
    assert failed == 3
    assert ended == 0
    assert not (tmp_path / "sheets" / "address.json").exists()
