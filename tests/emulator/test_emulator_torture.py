"""kill -9 at any moment: what was acknowledged is there afterwards, and nothing is half there.

`make torture` kills fifty times; otherwise a few times are enough.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
import requests

from sheets_sync.emulator.serve import LocalServer

if TYPE_CHECKING:
    from pathlib import Path

ROUNDS = int(os.environ.get("SHEETS_SYNC_TORTURE", "4"))
ROWS = 3
SERVE = """
import os, sys, threading, time
from pathlib import Path
from sheets_sync.emulator import storage
from sheets_sync.emulator.serve import serve_forever

if sys.argv[2] == "snapshots":
    storage._SNAPSHOT_EVERY = 3000
    sync = os.fsync

    def slow(descriptor):
        if "_renew" in threading.current_thread().name:
            time.sleep(0.05)
        sync(descriptor)

    os.fsync = slow
serve_forever(Path(sys.argv[1]), port=0)
"""


def batch(number: int) -> dict[str, Any]:
    """Return a batch of several requests: rows beneath those before, and a note of the batch."""
    row = {"values": [{"userEnteredValue": {"numberValue": number}}]}
    append = {"appendCells": {"sheetId": 0, "rows": [row], "fields": "userEnteredValue"}}
    mark = {
        "metadataId": number + 1,
        "metadataKey": "batch",
        "visibility": "DOCUMENT",
        "location": {"spreadsheet": True},
    }
    return {
        "requests": [append] * ROWS + [{"createDeveloperMetadata": {"developerMetadata": mark}}]
    }


def kept(url: str, book: str) -> list[int]:
    """Return the numbers of the batches that are there; each has to be there whole."""
    address = f"{url}/v4/spreadsheets/{book}"
    query = {"majorDimension": "COLUMNS", "valueRenderOption": "UNFORMATTED_VALUE"}
    values = requests.get(f"{address}/values/A:A", params=query, timeout=20).json()
    written = values.get("values", [[]])[0]
    marks = requests.get(address, params={"fields": "developerMetadata.metadataId"}, timeout=20)
    marked = [item["metadataId"] - 1 for item in marks.json().get("developerMetadata", [])]
    assert written == [number for number in sorted(marked) for _ in range(ROWS)]
    return sorted(marked)


def started(data: Path, kind: str) -> tuple[subprocess.Popen[bytes], str]:
    """Start a server in a process of its own; return it and its address."""
    (data / "address.json").unlink(missing_ok=True)
    process = subprocess.Popen([sys.executable, "-c", SERVE, str(data), kind])
    for _ in range(2000):
        if (data / "address.json").exists():
            return process, json.loads((data / "address.json").read_text())["url"]
        time.sleep(0.01)
    process.kill()
    raise TimeoutError


def send_until_it_dies(url: str, book: str, sent: int) -> int:
    """Send batch after batch; return how many were acknowledged in all."""
    with requests.Session() as session:
        session.trust_env = False
        while True:
            try:
                answer = session.post(
                    f"{url}/v4/spreadsheets/{book}:batchUpdate", json=batch(sent), timeout=20
                )
            except requests.RequestException:
                return sent
            assert answer.status_code == 200, answer.text
            sent += 1


def wait_for_a_snapshot(folder: Path) -> bool:
    """Wait until a snapshot is being written, for as long as that may take."""
    for _ in range(8000):
        if any(folder.glob("snapshot-*.tmp")):
            return True
        time.sleep(0.001)
    return False


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", ["batches", "snapshots"])
def test_killing_the_process_loses_nothing_that_was_acknowledged(tmp_path: Path, kind: str) -> None:
    """After each kill every acknowledged batch is there, whole, and at most one more."""
    chance, sent, book, caught = random.Random(5), 0, "", 0
    for _ in range(ROUNDS):
        process, url = started(tmp_path, kind)
        if not book:
            made = requests.post(f"{url}/v4/spreadsheets", json={}, timeout=20).json()
            book = made["spreadsheetId"]
        found = kept(url, book)
        assert found[:sent] == list(range(sent))
        assert len(found) - sent in (0, 1)
        sent = len(found)

        def kill(
            victim: int = process.pid, folder: Path = tmp_path / "spreadsheets" / book
        ) -> None:
            nonlocal caught
            if kind == "snapshots":
                caught += wait_for_a_snapshot(folder)
            time.sleep(chance.uniform(0.0, 0.04 if kind == "snapshots" else 0.3))
            os.kill(victim, signal.SIGKILL)

        killer = threading.Thread(target=kill)
        killer.start()
        sent = send_until_it_dies(url, book, sent)
        process.wait()
        killer.join()

    with LocalServer(tmp_path) as server:
        found = kept(server.url, book)

    assert found[:sent] == list(range(sent))
    assert len(found) - sent in (0, 1)
    if kind == "snapshots":
        assert caught == ROUNDS
    print(f"{ROUNDS} kills among {kind}: {sent} batches acknowledged, {len(found)} kept")
