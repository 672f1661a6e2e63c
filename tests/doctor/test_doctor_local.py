"""A synced job and the local server: what the doctor says, and that its remedy works."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sheets_sync.__main__ import main
from sheets_sync.demo.company import Company
from sheets_sync.doctor import examine
from sheets_sync.edges import load_setup, open_edges

if TYPE_CHECKING:
    from pathlib import Path

    from sheets_sync.doctor import Finding

LAST_DAY = date(2026, 7, 30)
JOB = "team: acme\nstores: {acme: [US, DE, JP]}\nlanguage: zh\nspreadsheet: local\n"


@pytest.fixture
def company() -> Company:
    return Company(seed=7, days=3, skus=12, last_day=LAST_DAY)


@pytest.fixture
def job_file(tmp_path: Path, company: Company) -> Path:
    """A job that was synced once."""
    path = tmp_path / "sheets-sync.yaml"
    path.write_text(JOB, encoding="utf-8")
    company.write_job_data(tmp_path)
    for back in (2, 1, 0):
        company.write_night(tmp_path / "inbox", LAST_DAY - timedelta(days=back))
    _sync(path, company)
    return path


def _sync(job_file: Path, company: Company) -> None:
    moment = company.run_moment(LAST_DAY).isoformat()
    assert main(["sync", "--json", "--job", str(job_file), "--now", moment]) == 0


def _examined(job_file: Path, company: Company) -> list[Finding]:
    return examine(job_file, now=company.run_moment(LAST_DAY))


def _clear_colours(job_file: Path) -> None:
    """Do what somebody does who chooses Clear rules."""
    with open_edges(load_setup(job_file)) as edges:
        assert edges.book is not None
        requests: list[dict[str, Any]] = [
            {"deleteConditionalFormatRule": {"sheetId": sheet, "index": 0}}
            for sheet, rules in edges.book.installed_rules().items()
            for _ in rules
        ]
        edges.gateway.batch_update(edges.book.spreadsheet_id, requests)


def test_a_synced_job_has_no_fault(job_file: Path, company: Company) -> None:
    """What the program made itself is in order."""
    found = _examined(job_file, company)

    assert [one.what.en for one in found if one.ok is False] == []
    assert len([one for one in found if "headings and key columns" in one.what.en]) >= 2


def test_cleared_colours_come_back_with_the_next_sync(job_file: Path, company: Company) -> None:
    """The remedy that is named works, although the sync has nothing else to write."""
    _clear_colours(job_file)

    before = _examined(job_file, company)
    _sync(job_file, company)
    after = _examined(job_file, company)

    faults = [one.what.en for one in before if one.ok is False]
    assert faults
    assert all("colour rules" in fault for fault in faults)
    assert [one.what.en for one in after if one.ok is False] == []
