"""Jobs with some months behind them: small ones with known figures, and a company with ads and stock."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import gspread
import openpyxl
import pytest

from sheets_sync.__main__ import main
from sheets_sync.demo.company import Company
from sheets_sync.demo.figures import Sales
from sheets_sync.demo.sales_files import Line, sales_and_traffic
from sheets_sync.emulator.serve import LocalServer
from sheets_sync.sheets.transport import LocalSession

JOB = """team: {team}
stores: {stores}
language: {language}
spreadsheet: local
schedule: {{at: ["16:30"], zone: Asia/Shanghai}}
archive: {{copy_to: ["./cloud"]}}
"""

PRODUCTS = Company(seed=7, days=1, skus=12, last_day=date(2026, 7, 30)).products[:2]
"""KT-204 and LAMP-07."""

MADE_ON = date(2026, 8, 20)
"""On this day May has a final archive, July a preliminary one, and August none."""


@dataclass
class Job:
    """One job, and what happens to it."""

    folder: Path

    @property
    def job_file(self) -> Path:
        """Return the job file."""
        return self.folder / "sheets-sync.yaml"

    @property
    def database(self) -> Path:
        """Return the store's file."""
        return self.folder / "state" / "sheets-sync.db"

    def sales(self, place: str, day: date, units: Sequence[int], price: float) -> None:
        """Put one day's sales of a site (`US`, or `STORE/US`) into the inbox, twelve sessions a unit."""
        lines = [
            Line(product, Sales(n, n, n * price, n * 12, n * 15, 0.9))
            for product, n in zip(PRODUCTS, units, strict=False)
        ]
        when = datetime.combine(day + timedelta(days=2), datetime.min.time(), UTC)
        path = self.folder / "inbox" / place / f"sales_{day}_{when:%Y%m%d}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(sales_and_traffic(place[-2:], day, lines))
        os.utime(path, (when.timestamp(), when.timestamp()))

    def run(self, *arguments: str, on: date | None = None) -> tuple[int, str, str]:
        """Run a command as on the afternoon of a day; return exit code, output and errors."""
        out, err = StringIO(), StringIO()
        moment = [] if on is None else ["--now", f"{on}T16:30:00+08:00"]
        with redirect_stdout(out), redirect_stderr(err):
            code = main([*arguments, "--job", str(self.job_file), *moment])
        return code, out.getvalue(), err.getvalue()

    def sync(self, on: date) -> str:
        """Sync; return what it says."""
        code, out, err = self.run("sync", on=on)
        assert code == 0, err
        return out

    def report(self, first: str, last: str, *more: str, on: date = MADE_ON) -> Read:
        """Make a report and open it."""
        code, out, err = self.run("report", "--from", first, "--to", last, *more, on=on)
        assert code == 0, err
        path = Path(out.splitlines()[0])
        return Read(path, out, openpyxl.load_workbook(path))

    @contextmanager
    def sheet(self) -> Iterator[gspread.Spreadsheet]:
        """Open the spreadsheet as a person would."""
        with LocalServer(self.folder / "state" / "local-sheets") as server:
            client = gspread.authorize(None, session=LocalSession(server.url))  # type: ignore[arg-type]  # as gspread documents it
            yield client.open_by_key(client.list_spreadsheet_files()[0]["id"])

    def forget_before(self, day: date) -> None:
        """Lose what the database has of the days before one."""
        with closing(sqlite3.connect(self.database)) as connection:
            connection.execute("delete from versions where date < ?", (day.isoformat(),))
            connection.commit()

    def forget_store(self) -> None:
        """Lose the database; the archives stay."""
        for path in self.database.parent.glob("sheets-sync.db*"):
            path.unlink()

    def forget_archives(self) -> None:
        """Lose every archive; the database stays."""
        shutil.rmtree(self.folder / "state" / "archives")
        shutil.rmtree(self.folder / "cloud", ignore_errors=True)


@dataclass
class Read:
    """A report as somebody else's program reads it, and what was printed."""

    path: Path
    said: str
    book: openpyxl.Workbook

    def table(self, sheet: int, heading: str, *, nth: int = 0) -> list[dict[str, Any]]:
        """Return the rows below the line of headings that has a heading in it, by heading."""
        rows = list(self.book.worksheets[sheet].iter_rows(values_only=True))
        tops = [i for i, row in enumerate(rows) if heading in row]
        names = [name for name in rows[tops[nth]] if name is not None]
        found = []
        for row in rows[tops[nth] + 1 :]:
            if row[0] is None:
                break
            found.append(dict(zip(names, row, strict=False)))
        return found

    def line(self, label: str) -> list[str]:
        """Return the texts beside a label of the first worksheet."""
        rows = self.book.worksheets[0].iter_rows(values_only=True)
        return [str(row[2]) for row in rows if row[0] == label]

    def cells(self, *, but: str = "") -> dict[tuple[str, str], tuple[object, str]]:
        """Return every cell with its number format, those of one line of the first worksheet left out."""
        return {
            (sheet.title, cell.coordinate): (cell.value, cell.number_format)
            for sheet in self.book
            for row in sheet.iter_rows()
            for cell in row
            if not but or row[0].value != but
        }


def made(
    folder: Path,
    stores: Mapping[str, Sequence[str]],
    *,
    team: str = "acme",
    language: str = "zh",
) -> Job:
    """Make a job with two products that everybody sells."""
    (folder / "inbox").mkdir(parents=True)
    listed = (
        "{" + ", ".join(f"{name}: [{', '.join(codes)}]" for name, codes in stores.items()) + "}"
    )
    (folder / "sheets-sync.yaml").write_text(
        JOB.format(team=team, stores=listed, language=language), encoding="utf-8"
    )
    rows = [
        f"{store},{code},{product.sku},{product.short_name},{product.category},甲,在售"
        for store, codes in stores.items()
        for code in codes
        for product in PRODUCTS
    ]
    head = "store,marketplace,sku,title,category,owner,status"
    (folder / "skus.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    (folder / "benchmarks.csv").write_text(
        "category,marketplace,acos_low,acos_high,source,valid_from\n", encoding="utf-8"
    )
    return Job(folder)


def lived(job: Job) -> Job:
    """Sell on three days of each of three months, in two stores, and sync a little later."""
    months = (5, (9, 10, 11), 12), (7, (8, 9, 10), 12), (8, (16, 17, 18), 20)
    for month, days, night in months:
        for number, day in enumerate(days, 1):
            when = date(2026, month, day)
            job.sales("acme/US", when, (month, 2), 20.0)
            job.sales("beta/JP", when, (0, number), 1000.0)
        if month == 8:
            worked_in(job)
        job.sync(date(2026, month, night))
    return job


def worked_in(job: Job) -> None:
    """Do what people do in the sheet: rename a heading, turn the rows round, type an IPI."""
    with job.sheet() as sheet:
        may = sheet.worksheet("日报 2026-05")
        may.update_cell(1, may.row_values(1).index("销量") + 1, "卖了几件")
        may.sort((1, "des"), (4, "asc"))
        account = sheet.worksheet("账号")
        row = row_of(account, "2026-07-10", "acme", "US")
        account.update_cell(row, account.row_values(1).index("IPI") + 1, 512)


def row_of(tab: gspread.Worksheet, *key: str) -> int:
    """Return the one row that begins like this."""
    rows = enumerate(tab.get_all_values(), 1)
    [row] = [number for number, cells in rows if tuple(cells[: len(key)]) == key]
    return row


STORES = {"acme": ["US"], "beta": ["JP"]}


@pytest.fixture(scope="session")
def _lived(tmp_path_factory: pytest.TempPathFactory) -> Job:
    return lived(made(tmp_path_factory.mktemp("lived") / "job", STORES))


@pytest.fixture
def job(_lived: Job, tmp_path: Path) -> Job:
    """A job of two stores: May has a final archive, July a preliminary one, August none; June has nothing."""
    shutil.copytree(_lived.folder, tmp_path / "job")
    return Job(tmp_path / "job")


@pytest.fixture
def company(tmp_path: Path) -> Job:
    """A company in Germany with ads, stock and account health, whose May has a final archive."""
    job = made(tmp_path / "company", {"acme": ["DE"]})
    may = Company(seed=7, days=12, skus=12, last_day=date(2026, 6, 10))
    may.write_job_data(job.folder)
    for name in ("skus.csv", "benchmarks.csv"):
        lines = (job.folder / name).read_text(encoding="utf-8-sig").splitlines()
        kept = [line for line in lines if ",US," not in line and ",JP," not in line]
        (job.folder / name).write_text("\n".join(kept) + "\n", encoding="utf-8")
    night = may.nights[0]
    may.write_night(job.folder / "inbox", night)
    for site in ("US", "JP"):
        shutil.rmtree(job.folder / "inbox" / site)
    job.sync(night + timedelta(days=1))
    job.sales("DE", date(2026, 7, 17), (1, 1), 20.0)
    for day in (19, 20):
        job.sync(date(2026, 7, day))
    return job


@pytest.fixture
def new_job(tmp_path: Path) -> Callable[..., Job]:
    """Return what makes a job that was never synced."""
    return lambda **more: made(tmp_path / "new", STORES, **more)
