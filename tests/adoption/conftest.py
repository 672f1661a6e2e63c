"""Sheets that teams keep by hand in the local server, and the command that adopts them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gspread
import pytest
from gspread.utils import ValueInputOption

from sheets_sync.__main__ import main
from sheets_sync.emulator.serve import LocalServer
from sheets_sync.sheets.transport import LocalSession


@dataclass
class Team:
    """A team, its job folder to be, and a running server with the team's spreadsheet."""

    folder: Path
    client: gspread.Client
    url: str
    capsys: pytest.CaptureFixture[str]
    made: list[str] = field(default_factory=list)

    def sheet(
        self, tabs: dict[str, Sequence[Sequence[Any]]], title: str = "灯具组"
    ) -> gspread.Spreadsheet:
        """Type a new spreadsheet as people do; the address is the one of the page."""
        sheet = self.client.create(title)
        self.made.append(sheet.id)
        for number, (name, rows) in enumerate(tabs.items()):
            tab = sheet.sheet1 if number == 0 else sheet.add_worksheet(name, 100, 26)
            if number == 0:
                tab.update_title(name)
            if rows:
                tab.update(
                    [list(row) for row in rows], value_input_option=ValueInputOption.user_entered
                )
        return sheet

    @property
    def address(self) -> str:
        """Return the address of the last spreadsheet, as the page shows it."""
        return f"{self.url}/#{self.made[-1]}/0"

    def init(self, *arguments: str, lang: str = "zh") -> tuple[int, str, str]:
        """Run `init` on the job folder; return exit code, output and errors."""
        self.capsys.readouterr()
        code = main(["init", str(self.folder), "--lang", lang, *arguments])
        out, err = self.capsys.readouterr()
        return code, out, err

    def adopt(self, *arguments: str, lang: str = "zh") -> tuple[int, str, str]:
        """Adopt the last spreadsheet."""
        return self.init("--adopt", self.address, *arguments, lang=lang)

    def everything(self) -> dict[str, Any]:
        """Return the whole resource of the last spreadsheet."""
        sheet = self.client.open_by_key(self.made[-1])
        return dict(sheet.fetch_sheet_metadata({"includeGridData": "true"}))


@pytest.fixture
def team(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Team]:
    """Return a team whose job folder holds nothing but the local server's sheets."""
    folder = tmp_path / "job"
    with LocalServer(folder / "state" / "local-sheets") as server:
        client = gspread.authorize(None, session=LocalSession(server.url))  # type: ignore[arg-type]  # as gspread documents it
        client.set_timeout(30)
        yield Team(folder, client, server.url, capsys)


def history(days: int = 10, month: int = 7) -> list[list[Any]]:
    """Return two rows a day as a person typed them: each day written in another way."""
    rows: list[list[Any]] = []
    for day in range(1, days + 1):
        written = (f"2026-{month:02}-{day:02}", f"2026/{month}/{day}", f"2026年{month}月{day}日")
        for sku, acos in (("LAMP-1", 0.31), ("LAMP-2", 0.18)):
            row = len(rows) + 2
            rows.append(
                [
                    written[day % 3],
                    "美国" if day % 2 else "US",
                    sku,
                    acos,
                    40 + day,
                    day % 2,
                    312,
                    "甲" if sku == "LAMP-1" else "乙",
                    f"=E{row}*2",
                    f'=IF(D{row}>0.3,"看","")',
                ]
            )
    return rows


HEADINGS = [
    "日期", "站点", "SKU", "广告ACOS", "库存水平", "差评数量", "AHR 分数", "责任人", "毛利", "要看吗",
]  # fmt: skip


@pytest.fixture
def by_hand(team: Team) -> Callable[[], gspread.Spreadsheet]:
    """Return what makes the log of a team: widths, colours, a rule, a note, a dropdown, formulas."""

    def make() -> gspread.Spreadsheet:
        sheet = team.sheet({"运营日志": [HEADINGS, *history()]})
        tab = sheet.sheet1
        everywhere = {
            "sheetId": tab.id,
            "startRowIndex": 1,
            "startColumnIndex": 4,
            "endColumnIndex": 5,
        }
        low = {"type": "NUMBER_LESS", "values": [{"userEnteredValue": "45"}]}
        red = {"backgroundColor": {"red": 1, "green": 0.8, "blue": 0.8}}
        choices = [{"userEnteredValue": name} for name in ("甲", "乙")]
        sheet.batch_update(
            {
                "requests": [
                    {
                        "updateDimensionProperties": {
                            "range": {
                                "sheetId": tab.id,
                                "dimension": "COLUMNS",
                                "startIndex": 0,
                                "endIndex": 1,
                            },
                            "properties": {"pixelSize": 133},
                            "fields": "pixelSize",
                        }
                    },
                    {
                        "addConditionalFormatRule": {
                            "rule": {
                                "ranges": [everywhere],
                                "booleanRule": {"condition": low, "format": red},
                            },
                            "index": 0,
                        }
                    },
                    {
                        "setDataValidation": {
                            "range": {**everywhere, "startColumnIndex": 7, "endColumnIndex": 8},
                            "rule": {
                                "condition": {"type": "ONE_OF_LIST", "values": choices},
                                "showCustomUi": True,
                            },
                        }
                    },
                ]
            }
        )
        bold = {
            "textFormat": {"bold": True},
            "backgroundColor": {"red": 0.2, "green": 0.4, "blue": 0.6},
        }
        tab.format("A1:J1", bold)
        tab.format("C5", {"backgroundColor": {"red": 1, "green": 1, "blue": 0}})
        tab.insert_note("D3", "问过广告组")
        tab.freeze(rows=1)
        return sheet

    return make
