"""A job with real report files, the local server, and a person who works in the sheet through gspread."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import gspread
import pytest

from sheets_sync.__main__ import main
from sheets_sync.demo.company import Company
from sheets_sync.emulator.serve import LocalServer
from sheets_sync.sheets.transport import LocalSession

LAST_DAY = date(2026, 7, 30)

JOB = """team: acme
stores: {acme: [US, DE, JP]}
language: zh
spreadsheet: local
schedule: {at: ["16:30"], zone: Asia/Shanghai}
"""


@dataclass
class Nights:
    """One job, and the nights of its company."""

    folder: Path
    company: Company
    capsys: pytest.CaptureFixture[str]

    @property
    def job_file(self) -> Path:
        """Return the job file."""
        return self.folder / "sheets-sync.yaml"

    @property
    def inbox(self) -> Path:
        """Return the inbox."""
        return self.folder / "inbox"

    @property
    def data(self) -> Path:
        """Return where the local server keeps the job's spreadsheet."""
        return self.folder / "state" / "local-sheets"

    def now(self, night: date) -> datetime:
        """Return when the run after a business day starts."""
        return self.company.run_moment(night)

    def run(self, *arguments: str, night: date = LAST_DAY) -> tuple[int, str, str]:
        """Run a command on the job; return exit code, output and errors."""
        self.capsys.readouterr()
        moment = (
            []
            if arguments[0] in ("worker", "rules", "init")
            else ["--now", self.now(night).isoformat()]
        )
        code = main([*arguments, "--job", str(self.job_file), *moment])
        out, err = self.capsys.readouterr()
        return code, out, err

    def sync(self, night: date, *options: str) -> dict[str, Any]:
        """Sync as after a business day; return the object of `--json`."""
        code, out, err = self.run("sync", "--json", *options, night=night)
        assert code == 0, err
        content: dict[str, Any] = json.loads(out)
        return content

    def night(self, night: date) -> dict[str, Any]:
        """Write a night's files and sync."""
        self.company.write_night(self.inbox, night)
        return self.sync(night)

    @contextmanager
    def sheet(self) -> Iterator[gspread.Spreadsheet]:
        """Open the spreadsheet as a person would, through gspread."""
        with LocalServer(self.folder / "state" / "local-sheets") as server:
            yield opened(server.url)


def opened(url: str) -> gspread.Spreadsheet:
    """Return the one spreadsheet of a local server."""
    client = gspread.authorize(None, session=LocalSession(url))  # type: ignore[arg-type]  # as gspread documents it
    client.set_timeout(30)
    return client.open_by_key(client.list_spreadsheet_files()[0]["id"])


@pytest.fixture(scope="session")
def company() -> Company:
    """Return a small company with a month of nights."""
    return Company(seed=7, days=12, skus=12, last_day=LAST_DAY)


@pytest.fixture(scope="session")
def _synced(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sync three nights once, to be copied by every test."""
    folder = tmp_path_factory.mktemp("job")
    (folder / "sheets-sync.yaml").write_text(JOB, encoding="utf-8")
    company.write_job_data(folder)
    for back in (3, 2, 1):
        night = LAST_DAY - timedelta(days=back)
        company.write_night(folder / "inbox", night)
        code = main(
            [
                "sync",
                "--json",
                "--job",
                str(folder / "sheets-sync.yaml"),
                "--now",
                company.run_moment(night).isoformat(),
            ]
        )
        assert code == 0
    return folder


@pytest.fixture
def nights(
    _synced: Path, company: Company, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Nights:
    """Return a job that was synced up to the night before `LAST_DAY`."""
    folder = tmp_path / "job"
    shutil.copytree(_synced, folder)
    return Nights(folder, company, capsys)


@pytest.fixture
def fresh(company: Company, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Nights:
    """Return a job that was never synced and has no files yet."""
    folder = tmp_path / "job"
    (folder / "inbox").mkdir(parents=True)
    (folder / "sheets-sync.yaml").write_text(JOB, encoding="utf-8")
    company.write_job_data(folder)
    return Nights(folder, company, capsys)


@pytest.fixture
def open_sheet() -> Callable[[str], gspread.Spreadsheet]:
    """Return what opens the one spreadsheet of a running server."""
    return opened


Rows = dict[tuple[Any, ...], dict[str, Any]]


@pytest.fixture
def rows_of() -> Callable[..., Rows]:
    """Return what reads a tab's rows by key and heading; a key that stands twice fails the test."""

    def read(tab: gspread.Worksheet, render: str = "UNFORMATTED_VALUE") -> Rows:
        head, *rows = tab.get_all_values(value_render_option=render)
        places = [head.index(name) for name in ("日期", "店铺", "站点", "SKU")]
        found: Rows = {}
        for row in rows:
            padded = [*row, *[""] * (len(head) - len(row))]
            key = tuple(padded[place] for place in places)
            if all(part != "" for part in key):
                assert key not in found, f"{key} stands twice"
                found[key] = {
                    name or f"column without heading {i}": padded[i] for i, name in enumerate(head)
                }
        return found

    return read


@pytest.fixture(scope="session")
def _july(tmp_path_factory: pytest.TempPathFactory) -> tuple[Company, Path]:
    """Sync the last night of July once."""
    company = Company(seed=7, days=3, skus=12, last_day=date(2026, 8, 2))
    folder = tmp_path_factory.mktemp("july")
    (folder / "sheets-sync.yaml").write_text(JOB, encoding="utf-8")
    company.write_job_data(folder)
    night = date(2026, 7, 31)
    company.write_night(folder / "inbox", night)
    now = company.run_moment(night).isoformat()
    assert main(["sync", "--job", str(folder / "sheets-sync.yaml"), "--now", now]) == 0
    return company, folder


@pytest.fixture
def july(_july: tuple[Company, Path], tmp_path: Path, nights: Nights) -> Nights:
    """A job on the evening before a new month's first tab is due."""
    company, source = _july
    folder = tmp_path / "august"
    shutil.copytree(source, folder)
    company.write_night(folder / "inbox", date(2026, 8, 1))
    return replace(nights, folder=folder, company=company)
