"""docs/emulator.md says what is true, and its snippets run."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sheets_sync.emulator.drive_routes import ROUTES
from sheets_sync.emulator.faults import KINDS
from sheets_sync.emulator.requests import HANDLERS

if TYPE_CHECKING:
    from sheets_sync.emulator.serve import LocalServer

TEXT = (Path(__file__).parents[2] / "docs" / "emulator.md").read_text(encoding="utf-8")


def table(heading: str) -> dict[str, str]:
    """Return the first two columns of the first table under a heading."""
    part = TEXT.split(f"# {heading}\n", 1)[1].split("\n#", 1)[0]
    rows = [line.strip("|").split(" | ") for line in part.splitlines() if line.startswith("| ")]
    return {row[0].strip(): row[1].strip() for row in rows[2:]}


def test_every_kind_of_request_is_listed_and_none_else() -> None:
    """Supported is what has a handler; the list is that of Google's discovery document."""
    documents = resources.files("googleapiclient").joinpath("discovery_cache", "documents")
    discovery = json.loads(documents.joinpath("sheets.v4.json").read_text("utf-8"))
    listed = table("Requests of batchUpdate")

    assert set(listed) == set(discovery["schemas"]["Request"]["properties"])
    assert {name for name, supported in listed.items() if supported != "no"} == set(HANDLERS)


def test_every_drive_call_is_listed() -> None:
    """By the name it has in the code."""
    assert set(table("Calls of Drive")) == {route[2] for route in ROUTES}


def test_every_fault_is_listed() -> None:
    """Each kind says what happens."""
    assert set(table("Faults")) == set(KINDS)


@pytest.mark.parametrize("client", ["gspread", "google-api-python-client"])
def test_the_snippets_run(server: LocalServer, client: str) -> None:
    """As they stand, against a server that is running."""
    found = re.search(rf"```python {client}\n(.*?)```", TEXT, re.DOTALL)
    assert found is not None

    done = subprocess.run(
        [sys.executable, "-c", f"SERVER = {server.url!r}\n{found[1]}"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout == "[['sku', 'units'], ['A-1', '7']]\n", done.stderr
