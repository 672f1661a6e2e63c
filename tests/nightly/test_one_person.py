"""The `simple` template asks a one-person team for nothing but an inbox."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import gspread
import pytest

from sheets_sync.__main__ import main
from sheets_sync.demo.company import Company
from sheets_sync.emulator.serve import LocalServer

NIGHT = date(2026, 7, 30)


def test_an_inbox_is_enough(
    tmp_path: Path,
    company: Company,
    capsys: pytest.CaptureFixture[str],
    open_sheet: Callable[[str], gspread.Spreadsheet],
) -> None:
    """No list to fill in, no question, no warning; the SKUs list themselves, and a second run changes nothing."""
    folder = tmp_path / "mine"
    assert main(["init", str(folder), "--template", "simple", "--lang", "zh"]) == 0
    made = {str(p.relative_to(folder)) for p in folder.rglob("*")}
    company.write_night(tmp_path / "downloads", NIGHT)
    for path in (tmp_path / "downloads" / "US").iterdir():
        path.rename(folder / "inbox" / path.name)

    first, second = (synced(folder, company, capsys) for _ in range(2))

    with LocalServer(folder / "state" / "local-sheets") as server:
        sheet = open_sheet(server.url)
        titles = [tab.title for tab in sheet.worksheets()]
        head, *skus = sheet.worksheet("SKU表").get_all_values()
        daily = sheet.worksheet("日报 2026-07").row_values(1)
        page = sheet.worksheet("今日").get_all_values()
    listed = [row for row in skus if row[head.index("SKU")]]
    assert made == {"sheets-sync.yaml", "inbox"}
    assert titles[:2] == ["今日", "日报 2026-07"]
    assert set(titles) >= {"规则", "类目基准", "SKU表", "日历"}
    assert first["rows"]["inserted"] > 100
    assert [w["code"] for w in first["warnings"] if w["code"].startswith("sku")] == []
    assert second["cells_written"] == 0
    assert second["calls"] == {"read": 1, "write": 0, "retried": 0}
    assert {row[head.index("生命周期")] for row in listed} == {"在售"}
    assert len(listed) >= 10
    assert "负责人" not in daily
    assert page[1][1] == "US"


def synced(folder: Path, company: Company, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Sync as after the night."""
    capsys.readouterr()
    now = company.run_moment(NIGHT).isoformat()
    code = main(["sync", "--json", "--job", str(folder / "sheets-sync.yaml"), "--now", now])
    out, err = capsys.readouterr()
    assert code == 0, err
    content: dict[str, Any] = json.loads(out)
    return content
