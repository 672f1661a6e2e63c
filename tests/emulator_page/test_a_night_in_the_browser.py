"""A morning and a night as people live them: red cells, an owner typed in, a sort, a sync."""

from __future__ import annotations

import time
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import requests

from sheets_sync.__main__ import main
from sheets_sync.demo.company import Company
from sheets_sync.emulator.serve import LocalServer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.program("chromium")

LAST_DAY = date(2026, 7, 30)
TAB = "日报 2026-07"
JOB = """team: acme
stores: {acme: [US, DE, JP]}
language: zh
spreadsheet: local
schedule: {at: ["16:30"], zone: Asia/Shanghai}
"""
PATIENCE_S = 15.0
COLOURS = {"critical": "rgb(179, 38, 30)", "warning": "rgb(255, 209, 102)"}
HEADINGS = {
    "stock_units": "可售库存",
    "days_of_cover": "可售天数",
    "acos_7d": "7日ACOS",
    "turnover": "年周转",
    "ad_spend": "广告花费",
    "buy_box_pct": "购物车占比",
    "new_negatives": "新增差评",
}
PAINTED = """Object.fromEntries([...document.querySelectorAll('.body .cell')]
    .map(cell => [cell.id, getComputedStyle(cell).backgroundColor])
    .filter(([, colour]) => colour !== 'rgba(0, 0, 0, 0)'))"""


class Job:
    """A job of a small company whose spreadsheet is in the local server."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.company = Company(seed=7, days=12, skus=12, last_day=LAST_DAY)
        (folder / "inbox").mkdir(parents=True)
        (folder / "sheets-sync.yaml").write_text(JOB, encoding="utf-8")
        self.company.write_job_data(folder)

    @property
    def data(self) -> Path:
        """Where the local server keeps the spreadsheet."""
        return self.folder / "state" / "local-sheets"

    def night(self, day: date) -> None:
        """Write the files that a night brings, and sync through the command."""
        self.company.write_night(self.folder / "inbox", day)
        moment = self.company.run_moment(day).isoformat()
        job = str(self.folder / "sheets-sync.yaml")
        assert main(["sync", "--json", "--job", job, "--now", moment]) == 0


class Sheet:
    """The daily tab as the API tells it."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        files = requests.get(f"{self.url}/drive/v3/files", timeout=30).json()["files"]
        self.id = files[0]["id"]
        self.head = self.rows()[0]

    def rows(self) -> list[list[str]]:
        """Every row as shown, headings first."""
        answer = requests.get(f"{self.url}/v4/spreadsheets/{self.id}/values/{TAB}", timeout=30)
        assert answer.ok, answer.text
        values: list[list[str]] = answer.json()["values"]
        return values

    def column(self, heading: str) -> int:
        """Where a column stands."""
        return self.head.index(heading)

    def page(self) -> str:
        """The address of the tab's page."""
        query = {"fields": "sheets.properties(sheetId,title)"}
        answer = requests.get(f"{self.url}/v4/spreadsheets/{self.id}", query, timeout=30).json()
        sheet_id = next(
            sheet["properties"]["sheetId"]
            for sheet in answer["sheets"]
            if sheet["properties"]["title"] == TAB
        )
        return f"{self.url}/#{self.id}/{sheet_id}"

    def flagged(self) -> dict[str, str]:
        """The cells that the flags column says should be coloured, by their ids in the page."""
        cells = {}
        flags = self.column("预警码")
        for at, row in enumerate(self.rows()[1:], start=1):
            told = row[flags].split("|") if flags < len(row) else []
            for flag in (one for one in told if ":" in one):
                metric, severity = flag.split(":")
                cells[f"cell-{at}-{self.column(HEADINGS[metric])}"] = COLOURS[severity]
        return cells

    def row_of(self, key: list[str]) -> int:
        """Where the row with a key (date, store, site, SKU) is, zero-based."""
        return next(at for at, row in enumerate(self.rows()) if row[:4] == key)


@pytest.fixture
def job(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Job:
    """A job that was synced three nights, up to the day before the last."""
    made = Job(tmp_path / "job")
    for back in (3, 2, 1):
        made.night(LAST_DAY - timedelta(days=back))
    return made


def open_page(browser: Callable[..., Any], sheet: Sheet) -> Any:
    page = browser("zh-CN")
    page.resize(3400, 12_000)  # so that every cell is in the document at once
    page.open(sheet.page())
    page.wait("document.querySelector('#cell-1-0 .text')?.textContent")
    if page.evaluate("document.querySelector('.fold')?.getAttribute('aria-expanded')") == "false":
        page.click(".fold")
    return page


def settled(page: Any, wanted: dict[str, str]) -> dict[str, str]:
    """The painted cells, once they are the wanted ones or after a while what they are."""
    until = time.monotonic() + PATIENCE_S
    while True:
        painted: dict[str, str] = page.evaluate(PAINTED)
        if painted == wanted or time.monotonic() > until:
            return painted
        time.sleep(0.1)


def test_an_owner_stays_on_its_row_through_a_sort_and_a_sync(
    browser: Callable[..., Any], job: Job
) -> None:
    """Exactly the flagged cells are red or yellow, before and after; the owner follows the key."""
    with LocalServer(job.data) as server:
        sheet = Sheet(server.url)
        page = open_page(browser, sheet)
        page.evaluate("window.same = 'never reloaded'")
        before = sheet.flagged()
        assert len(before) > 5
        assert COLOURS["critical"] in before.values()
        assert settled(page, before) == before

        owner, sku = sheet.column("负责人"), sheet.column("SKU")
        row = next(at for at, each in enumerate(sheet.rows()) if at > 20 and each[2] == "DE")
        key = sheet.rows()[row][:4]
        page.click(f"#cell-{row}-{owner}")
        page.keys("Zoe")
        page.key("Enter")
        page.wait("document.querySelector('#said').textContent.includes('已保存')")
        assert sheet.rows()[row][owner] == "Zoe"

        page.click(f"#cell-1-{sku}")
        page.choose("#tool-sort", "按“SKU”升序排整张表")
        page.wait("document.querySelector('#said').textContent.includes('排序')")
        skus = [each[sku] for each in sheet.rows()[1:]]
        assert skus == sorted(skus, key=str.casefold)
        assert sheet.rows()[sheet.row_of(key)][owner] == "Zoe"

        many = len(sheet.rows())
        job.night(LAST_DAY)
        new = [row for row in sheet.rows() if row[0] == LAST_DAY.isoformat()]
        assert len(new) > 30
        last = f"document.querySelector('#cell-{many + len(new) - 1}-0 .text')?.textContent"
        assert page.wait(f"{last} === '{LAST_DAY.isoformat()}'")

        after = sheet.flagged()
        assert settled(page, after) == after
        place = sheet.row_of(key)
        shown = [
            page.evaluate(f"document.querySelector('#cell-{place}-{column}').textContent")
            for column in (0, 2, 3, owner)
        ]
        assert shown == [key[0], key[2], key[3], "Zoe"]
        assert page.evaluate("window.same") == "never reloaded"
        assert page.complaints == []
