"""`init` on a complete job folder lets tabs be made again that the team deleted."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sheets_sync.adopt.again import forget_deleted
from sheets_sync.core.plan import Plan
from sheets_sync.core.tab import TabMemory
from sheets_sync.edges import LOCAL_ID
from sheets_sync.sheets.reading import GONE
from sheets_sync.store import Store, schema

NOW = datetime(2026, 7, 30, 8, tzinfo=UTC)


def memory(sheet_id: int) -> TabMemory:
    """Return where a tab was."""
    return TabMemory(sheet_id, "", (), {}, "")


@pytest.fixture
def job(team: Any) -> Path:
    """Return a job that wrote into four tabs, of which the team deleted three."""
    sheet = team.sheet({"今日": []})
    assert team.init()[0] == 0
    store = Store(f"sqlite:///{team.folder}/state/sheets-sync.db")
    store.remember(LOCAL_ID, sheet.id)
    known = {
        "today": memory(sheet.sheet1.id),
        "rules": memory(GONE),
        "skus": memory(4711),
        "daily:2026-07": memory(GONE),
        "daily:2026-01": memory(GONE),
    }
    store.finish("run-1", sheet.id, Plan(), {}, known, {}, [])
    with store._engine.begin() as connection:
        for tab in ("today", "rules"):
            row = {"spreadsheet": sheet.id, "tab": tab, "key": '["k"]', "written": "{}"}
            connection.execute(schema.rows.insert().values(row))
    store.close()
    return Path(team.folder)


def test_deleted_tabs_are_forgotten(team: Any, job: Path) -> None:
    """Whether a sync has noticed or not; months that are over stay away."""
    titles = forget_deleted(job / "sheets-sync.yaml", now=NOW)

    assert titles == ["日报 2026-07", "规则", "SKU表"]
    store = Store(f"sqlite:///{job}/state/sheets-sync.db")
    assert sorted(store.tabs(team.made[-1])) == ["daily:2026-01", "today"]
    assert store.written(team.made[-1], "rules") == {}
    assert store.written(team.made[-1], "today") == {("k",): {}}
    store.close()


def test_the_command_says_which(team: Any, job: Path) -> None:
    """And changes nothing else: a second time there is nothing to bring back."""
    text = (job / "sheets-sync.yaml").read_text("utf-8")

    code, out, err = team.init()

    assert code == 0, err
    assert out.startswith("下次同步会重新建:")
    assert "规则、SKU表。别的都没有改。" in out
    assert (job / "sheets-sync.yaml").read_text("utf-8") == text
    code, _, err = team.init()
    assert (code, "已经存在,不覆盖" in err) == (2, True)


def test_a_tab_that_came_back_by_itself_is_left_alone(team: Any, job: Path) -> None:
    """Somebody took the deletion back: the next sync finds the tab by its tag."""
    sheet = team.client.open_by_key(team.made[-1])
    tag = {
        "metadataKey": "sheets_sync.tab",
        "metadataValue": "rules",
        "visibility": "DOCUMENT",
        "location": {"sheetId": sheet.sheet1.id},
    }
    sheet.batch_update({"requests": [{"createDeveloperMetadata": {"developerMetadata": tag}}]})

    assert "规则" not in forget_deleted(job / "sheets-sync.yaml", now=NOW)


def test_a_job_that_was_never_synced_is_refused(team: Any) -> None:
    """There is nothing to bring back."""
    assert team.init()[0] == 0

    code, _, err = team.init()

    assert (code, "已经存在,不覆盖" in err) == (2, True)
