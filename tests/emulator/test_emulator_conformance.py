"""The server against recordings of genuine Google traffic, and against the discovery document."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tarfile
import time
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sheets_sync.emulator.schema import shapes

if TYPE_CHECKING:
    from sheets_sync.emulator.serve import LocalServer
    from tests.conftest import Conformity
    from tests.emulator.conftest import Rewriting

RECORDINGS = Path(__file__).parents[2].parent / "shared" / "conformance"
EXACT = 1926
"""Answers equal to Google's: all that can be compared."""
PRIVATE = "1jIKzPs8LsiZZdLdeMEP-5ZIHw6RkjiOmj1LrJN706Yc"
SCALARS = {"google-datetime": "time", "byte": "bytes", "google-fieldmask": "mask", "int64": "int64"}


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="the recordings of Google are not here")
def test_recorded_requests_get_googles_answers(
    server: LocalServer, session: Rewriting, tmp_path: Path, conformity: Conformity
) -> None:
    """Replaying what gspread once sent to Google gives the same answers."""
    with tarfile.open(RECORDINGS / "cassettes_slim.tar.xz") as archive:
        archive.extractall(tmp_path, filter="data")
    session.post(f"{server.url}/admin/spreadsheets/{PRIVATE}", json={"forbidden": True})

    start = time.monotonic()
    replay = subprocess.run(
        [
            sys.executable,
            str(RECORDINGS / "replay_diff.py"),
            "--base",
            server.url,
            "--cassettes",
            str(tmp_path / "cassettes_slim"),
        ],
        capture_output=True,
        text=True,
        check=False,
    )

    print(f"replayed in {time.monotonic() - start:.1f} s")
    found = re.search(r"exact (\d+)", replay.stdout)
    assert found is not None, replay.stderr
    assert int(found[1]) >= EXACT, replay.stdout
    assert conformity.checked >= 1900


def short(shape: dict[str, Any]) -> str:
    """Return a type of the discovery document in the short form of schema.json."""
    if "$ref" in shape:
        return "@" + shape["$ref"]
    kind = shape["type"]
    if kind == "array":
        return "[" + short(shape["items"])
    if kind == "object":
        return "{" + short(shape.get("additionalProperties", {"type": "any"}))
    if kind == "string" and "enum" in shape:
        return "=" + "|".join(shape["enum"])
    if kind == "string":
        return SCALARS.get(shape.get("format", ""), "str")
    return {"integer": "int", "number": "num", "boolean": "bool", "any": "any"}[kind]


def test_the_known_shapes_are_those_of_the_discovery_document() -> None:
    """schema.json says neither more nor less than Google's own description."""
    documents = resources.files("googleapiclient").joinpath("discovery_cache", "documents")
    discovery = json.loads(documents.joinpath("sheets.v4.json").read_text("utf-8"))

    described = {
        name: {field: short(kind) for field, kind in body.get("properties", {}).items()}
        for name, body in discovery["schemas"].items()
    }

    assert shapes() == described
