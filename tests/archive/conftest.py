"""A job that lives through months: two products on one site, synced on a few nights of each month."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import gspread
import pytest

from sheets_sync.__main__ import main
from sheets_sync.archive.bundle import Bundle, gather, read_file
from sheets_sync.core.snapshot import TabSnapshot
from sheets_sync.demo.company import Company
from sheets_sync.demo.figures import Sales
from sheets_sync.demo.sales_files import Line, sales_and_traffic
from sheets_sync.edges import load_setup, open_edges
from sheets_sync.emulator.serve import LocalServer
from sheets_sync.sheets.photograph import photograph
from sheets_sync.sheets.transport import LocalSession

JOB = """team: acme
stores: {{acme: [US]}}
language: zh
spreadsheet: local
schedule: {{at: ["16:30"], zone: Asia/Shanghai}}
archive: {{after_days: 42, keep_tabs: {keep_tabs}, copy_to: [{copy_to}]}}
"""

PRODUCTS = Company(seed=7, days=1, skus=12, last_day=date(2026, 7, 30)).products[:2]


@dataclass
class Life:
    """One job, and what happens to it."""

    folder: Path

    @property
    def job_file(self) -> Path:
        """Return the job file."""
        return self.folder / "sheets-sync.yaml"

    def sales(self, day: date, units: Sequence[int], *, fetched: date | None = None) -> None:
        """Put the sales report of one business day into the inbox, as fetched two days later."""
        lines = [
            Line(product, Sales(count, count, count * 20.0, count * 12, count * 15, 0.9))
            for product, count in zip(PRODUCTS, units, strict=True)
        ]
        when = datetime.combine(fetched or day + timedelta(days=2), datetime.min.time(), UTC)
        path = self.folder / "inbox" / "US" / f"sales_{day}_{when:%Y%m%d}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(sales_and_traffic("US", day, lines))
        os.utime(path, (when.timestamp(), when.timestamp()))

    def run(self, *arguments: str, on: date) -> tuple[int, str, str]:
        """Run a command as on the afternoon of a day; return exit code, output and errors."""
        out, err = StringIO(), StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = main([*arguments, "--job", str(self.job_file), "--now", f"{on}T16:30:00+08:00"])
        return code, out.getvalue(), err.getvalue()

    def night(self, on: date, *, days: int = 1) -> str:
        """Bring the sales of the days up to two days before, and sync; return what it says."""
        for back in range(days):
            day = on - timedelta(days=2 + back)
            self.sales(day, (day.day % 7 + 1, day.day % 3))
        code, out, err = self.run("sync", on=on)
        assert code == 0, err
        return out

    @contextmanager
    def server(self) -> Iterator[gspread.Spreadsheet]:
        """Serve the spreadsheet, and open it as a person would."""
        with LocalServer(self.folder / "state" / "local-sheets") as server:
            yield opened(server.url)

    def photograph(self, tab: str, heading_row: int = 0) -> TabSnapshot:
        """Return one of the job's tabs as it stands in the sheet."""
        setup = load_setup(self.job_file)
        with open_edges(setup) as edges:
            assert edges.book is not None
            place = edges.store.tabs(edges.book.spreadsheet_id)[tab]
        return self.photograph_sheet(place.sheet_id, heading_row)

    def photograph_sheet(self, sheet_id: int, heading_row: int = 0) -> TabSnapshot:
        """Return any tab of the spreadsheet as it stands."""
        with open_edges(load_setup(self.job_file)) as edges:
            assert edges.book is not None
            return photograph(
                edges.gateway, edges.book.spreadsheet_id, "", "sku", sheet_id, heading_row
            )

    def at(self, place: str) -> Path:
        """Return the folder of the job's archives at a place: `state/archives`, or one to copy to."""
        [root] = (self.folder / place).glob("acme-*")
        return root

    def archive(self, place: str, folder: str) -> tuple[Bundle | None, list[str]]:
        """Return what lies in one of the folders at a place, and what is wrong with it."""
        there = self.at(place) / folder
        state = "preliminary" if folder.endswith("-preliminary") else "final"
        found, faults = gather(
            lambda name: read_file(there / name), None, month=folder[:7], state=state
        )
        return found, [fault.en for fault in faults]

    def memory(self) -> dict[str, Any]:
        """Return what the store remembers of archives."""
        setup = load_setup(self.job_file)
        with open_edges(setup) as edges:
            assert edges.book is not None
            text = edges.store.setting(f"archives:{edges.book.spreadsheet_id}")
            return dict(json.loads(text or "{}"))


def opened(url: str) -> gspread.Spreadsheet:
    """Return the one spreadsheet of a local server."""
    client = gspread.authorize(None, session=LocalSession(url))  # type: ignore[arg-type]  # as gspread documents it
    client.set_timeout(30)
    return client.open_by_key(client.list_spreadsheet_files()[0]["id"])


def made(
    folder: Path,
    *,
    keep_tabs: int = 13,
    copy_to: Sequence[str] = ("./cloud-a", "./cloud-b"),
) -> Life:
    """Make a job."""
    folder.mkdir(parents=True)
    (folder / "inbox").mkdir()
    (folder / "sheets-sync.yaml").write_text(
        JOB.format(keep_tabs=keep_tabs, copy_to=", ".join(f'"{url}"' for url in copy_to)),
        encoding="utf-8",
    )
    rows = [f"US,{product.sku},{product.category},甲,在售" for product in PRODUCTS]
    head = "marketplace,sku,category,owner,status"
    (folder / "skus.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    (folder / "benchmarks.csv").write_text(
        "category,marketplace,acos_low,acos_high,source,valid_from\n", encoding="utf-8"
    )
    return Life(folder)


@pytest.fixture(scope="session")
def new_life() -> Callable[..., Life]:
    """Return what makes a job in a folder, with other settings where they are given."""
    return made


@pytest.fixture
def life(tmp_path: Path) -> Life:
    """Return a job that copies to two folders and was never synced."""
    return made(tmp_path / "job")
