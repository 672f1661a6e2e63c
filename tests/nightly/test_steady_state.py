"""What a night costs, and that no news is no change."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Nights

LAST_DAY = date(2026, 7, 30)


def test_a_new_day_costs_one_read_and_one_write(nights: Nights) -> None:
    """Whatever the number of rows and breaches."""
    result = nights.night(LAST_DAY)

    assert result["rows"]["inserted"] > 30
    assert result["calls"] == {"read": 1, "write": 1, "retried": 0}


def test_a_second_run_on_the_same_day_changes_nothing(nights: Nights) -> None:
    """No news, no cell, no write."""
    nights.night(LAST_DAY)

    again = nights.sync(LAST_DAY)

    assert again["cells_written"] == 0
    assert again["calls"] == {"read": 1, "write": 0, "retried": 0}
    assert again["rows"]["inserted"] == again["rows"]["updated"] == 0


def test_the_same_figures_under_other_names_change_nothing(nights: Nights) -> None:
    """A second download of the same report is no news, whenever it was made."""
    nights.night(LAST_DAY)
    for path in sorted(nights.inbox.rglob("*")):
        if path.is_file() and not path.name.startswith("manual"):
            shutil.copyfile(path, path.with_name(f"again {path.name}"))

    again = nights.sync(LAST_DAY)

    assert again["cells_written"] == 0
    assert again["calls"]["write"] == 0


def test_a_plan_announces_what_the_sync_then_does(nights: Nights) -> None:
    """The fingerprint of the plan lets a sync through and stops another one."""
    nights.company.write_night(nights.inbox, LAST_DAY)
    before = {path: path.stat().st_mtime_ns for path in nights.folder.rglob("*") if path.is_file()}

    code, out, _ = nights.run("plan", "--json")
    planned = __import__("json").loads(out)
    after = {path: path.stat().st_mtime_ns for path in nights.folder.rglob("*") if path.is_file()}
    refused, _, said = nights.run("sync", "--expect", "000000000000")
    done = nights.sync(LAST_DAY, "--expect", planned["fingerprint"])

    assert code == 0
    assert {p for p in before if p.suffix != ".lock"} == {
        p for p in after if p.suffix not in (".lock", ".db-wal", ".db-shm")
    }
    assert planned["run_id"] is None
    assert refused == 5
    assert "000000000000" in said
    assert done["cells_written"] == planned["cells_written"] > 0


def test_the_next_morning_without_files_only_ages_the_rows(nights: Nights) -> None:
    """A day later preliminary rows become final; no row is made up."""
    next_day = nights.sync(LAST_DAY)

    assert next_day["rows"]["inserted"] == 0
    assert next_day["rows"]["updated"] > 0
    assert next_day["calls"] == {"read": 1, "write": 1, "retried": 0}


def test_the_first_of_a_month_costs_more_once(nights: Nights) -> None:
    """The month that is over is archived that morning, and in the afternoon all is as ever."""
    nights.night(LAST_DAY)

    morning = nights.sync(LAST_DAY + timedelta(days=1))
    afternoon = nights.sync(LAST_DAY + timedelta(days=1))

    assert morning["calls"]["read"] > 10
    assert morning["calls"]["write"] == 1
    assert afternoon["calls"] == {"read": 1, "write": 0, "retried": 0}
