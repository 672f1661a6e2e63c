"""A night that is killed at any step: the next one ends right, with nothing half, doubled or skipped.

The steps are every request, every write to disk that matters and every memory of the store, before and
after. `make torture` takes many of them; else a few, from the first to the last.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sheets_sync.emulator.serve import LocalServer

if TYPE_CHECKING:
    from conftest import Life

THE_NIGHT = date(2025, 7, 13)
"""May becomes final and is frozen, April's tab leaves the sheet; June was archived on the 1st."""

KILLER = """
import os, sys, pathlib
left = [int(sys.argv.pop(1))]
def step():
    left[0] -= 1
    if left[0] == 0:
        os.kill(os.getpid(), 9)
def stepping(owner, name):
    plain = getattr(owner, name)
    def around(*given, **named):
        step()
        result = plain(*given, **named)
        step()
        return result
    setattr(owner, name, around)
from sheets_sync.sheets.transport import Transport
from sheets_sync.store import Store
stepping(Transport, "_once")
for name in ("remember", "begin", "finish", "forget_tab"):
    stepping(Store, name)
for name in ("fsync", "replace", "rename"):
    stepping(os, name)
stepping(pathlib.Path, "rename")
from sheets_sync.__main__ import main
code = main(sys.argv[1:])
print("steps", -left[0])
sys.exit(code)
"""
SAMPLES = int(os.environ.get("SHEETS_SYNC_TORTURE", "7"))


@pytest.fixture(scope="module")
def before(new_life: Callable[..., Life], tmp_path_factory: pytest.TempPathFactory) -> Life:
    """Return a job on the morning of the night."""
    life = new_life(tmp_path_factory.mktemp("cut") / "job")
    for night in ((5, 1), (5, 13), (6, 1), (6, 13), (7, 1)):
        life.night(date(2025, *night), days=3)
    text = life.job_file.read_text(encoding="utf-8")
    life.job_file.write_text(text.replace("keep_tabs: 13", "keep_tabs: 3"), encoding="utf-8")
    for day in (10, 11):
        life.sales(date(2025, 7, day), (5, 2))
    return life


def copy_of(life: Life, folder: Path) -> Life:
    shutil.copytree(life.folder, folder)
    return replace(life, folder=folder)


def night(life: Life, kill_at: int) -> subprocess.CompletedProcess[str]:
    """Sync in a process of its own that dies at a step; 0 lives."""
    arguments = ["sync", "--job", str(life.job_file), "--now", f"{THE_NIGHT}T16:30:00+08:00"]
    return subprocess.run(
        [sys.executable, "-c", KILLER, str(kill_at), *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture(scope="module")
def steps(before: Life, tmp_path_factory: pytest.TempPathFactory) -> int:
    """Return how many steps the night has."""
    life = copy_of(before, tmp_path_factory.mktemp("whole") / "job")
    with LocalServer(life.folder / "state" / "local-sheets"):
        done = night(life, 0)
    assert done.returncode == 0, done.stderr
    assert "2025-05: 最终存档" in done.stdout
    assert "已从表格移除旧工作表「日报 2025-04」" in done.stdout
    return int(done.stdout.split("steps ")[1])


@pytest.mark.parametrize("sample", range(SAMPLES))
def test_the_night_after_a_kill_ends_right(
    before: Life, steps: int, sample: int, tmp_path: Path
) -> None:
    """Killed at a step, then run again: all archives right, no tab twice, no month skipped."""
    kill_at = 1 + sample * steps // SAMPLES if steps > SAMPLES else sample + 1
    if kill_at > steps:
        pytest.skip("the night has no such step")
    life = copy_of(before, tmp_path / "job")
    with life.server() as sheet:
        killed = night(life, kill_at)
        assert killed.returncode == -9, f"step {kill_at}: {killed.stdout}{killed.stderr}"
        whole_files(life)

        code, _, err = life.run("sync", on=date(2025, 7, 14))

        assert code == 0, f"step {kill_at}: {err}"
        titles = [tab.title for tab in sheet.worksheets()]
        frozen = sheet.worksheet("日报 2025-05").get_all_values()
        protected = sheet.fetch_sheet_metadata(
            {"fields": "sheets(properties(title),protectedRanges(warningOnly))"}
        )
    logs = sorted(title for title in titles if title.startswith("日报 2"))
    assert logs == ["日报 2025-05", "日报 2025-06", "日报 2025-07"], f"step {kill_at}"
    assert sum("已冻结" in "".join(row) for row in frozen) == 1
    assert frozen[1][0] == "日期"
    [hard] = [
        [one for one in tab.get("protectedRanges", ()) if not one.get("warningOnly")]
        for tab in protected["sheets"]
        if tab["properties"]["title"] == "日报 2025-05"
    ]
    assert len(hard) == 1
    for month in ("2025-04", "2025-05", "2025-06-preliminary"):
        for place in ("cloud-a", "cloud-b", "state/archives"):
            found, faults = life.archive(place, month)
            assert found is not None, f"step {kill_at}: {place}/{month} {faults}"
    code, out, _ = life.run("archive", "--verify", on=date(2025, 7, 14))
    assert code == 0, f"step {kill_at}: {out}"
    leftovers = [path for path in life.at("state/archives").iterdir() if ".part" in path.name]
    assert leftovers == []


def whole_files(life: Life) -> None:
    """Every file under its final name is whole, though its folder may not be complete."""
    for place in ("cloud-a", "cloud-b"):
        for path in (life.folder / place).rglob("*"):
            if path.is_file() and not path.name.endswith(".part"):
                kept = life.at("state/archives") / path.parent.name / path.name
                assert path.read_bytes() == kept.read_bytes(), path
