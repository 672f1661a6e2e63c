"""What cannot be adopted is said plainly, and nothing changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sheets_sync.emulator.serve import LocalServer


def test_a_tab_without_a_sku_column_is_no_log(team: Any) -> None:
    """What is missing is named."""
    team.sheet({"日志": [["日期", "站点", "库存"], ["2026-07-01", "US", 3]]})

    code, _, err = team.adopt("--yes")

    assert code == 2
    assert err == (
        "没有找到日报:「日志」缺少 SKU 列。日报的第一行要有「日期」和「SKU」这样的表头。什么都没改。\n"
    )


def test_headings_below_the_first_row(team: Any) -> None:
    """A big title above the headings is common."""
    team.sheet({"日志": [["七月运营日志"], ["日期", "站点", "SKU"], ["2026-07-01", "US", "A"]]})

    code, _, err = team.adopt("--yes")

    assert code == 2
    assert err == (
        "「日志」的表头在第 2 行。请把上面的行删掉或移走,让表头在第一行,再运行。什么都没改。\n"
    )


def test_an_empty_sheet(team: Any) -> None:
    """There is nothing to adopt."""
    team.sheet({"Sheet1": []})

    code, _, err = team.adopt("--yes", lang="en")

    assert code == 2
    assert err.startswith("The spreadsheet is empty")


def test_a_doubtful_sku_column_is_not_guessed(team: Any) -> None:
    """Without an answer there is no key."""
    team.sheet({"日志": [["日期", "站点", "MSKU", "卖家SKU"], ["2026-07-01", "US", "A", "A"]]})

    code, _, err = team.adopt("--yes")

    assert (code, err.startswith("没有找到日报:「日志」缺少 SKU 列。")) == (2, True)


def test_a_server_that_keeps_another_folder(team: Any, tmp_path: Path) -> None:
    """The sheet has to lie in the job's own folder."""
    with LocalServer(tmp_path / "elsewhere") as other:
        code, _, err = team.init("--adopt", f"{other.url}/#some-id/0", "--yes")

    assert code == 2
    assert f"的表格放在 {tmp_path}/elsewhere,而这个任务的本机表格要放在 {team.folder}" in err
    assert f"sheets-sync emulator --data {team.folder}/state/local-sheets" in err


def test_a_bare_id_of_a_local_sheet(team: Any) -> None:
    """An id is enough where the sheet lies in the job's folder."""
    team.sheet({"日志": [["日期", "站点", "SKU"], ["2026-07-01", "US", "A"]]})

    code, _, err = team.init("--adopt", team.made[-1], "--yes")

    assert code == 0, err


@pytest.mark.parametrize(
    "address", ["", "我的表格", "https://example.com/sheet", "http://[x/", ".."]
)
def test_what_is_no_spreadsheet(team: Any, address: str) -> None:
    """The sentence says what to copy."""
    code, _, err = team.init("--adopt", address, "--yes")

    assert code == 2
    assert "不是表格的网址" in err


def test_the_page_without_a_sheet(team: Any) -> None:
    """The list of sheets is no sheet."""
    code, _, err = team.init("--adopt", f"{team.url}/", "--yes")

    assert (code, "里没有表格" in err) == (2, True)


def test_a_google_sheet_with_unusable_credentials(team: Any) -> None:
    """The credentials beside the job are tried, and their fault is told."""
    (team.folder / "credentials.json").write_text("{}", encoding="utf-8")

    code, _, err = team.init(
        "--adopt", "https://docs.google.com/spreadsheets/d/1A2b3C4d5E6f7G8h9I0jKLMNOP/edit", "--yes"
    )

    assert code == 2
    assert f"{team.folder}/credentials.json" in err


def test_a_google_sheet_without_any_credentials(
    team: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no job file yet, so the place to put the key is named."""
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(tmp_path / "missing.json"))

    code, _, err = team.init(
        "--adopt", "https://docs.google.com/spreadsheets/d/1A2b3C4d5E6f7G8h9I0jKLMNOP/edit", "--yes"
    )

    assert code == 2
    assert f"请把服务账号密钥放成 {team.folder}/credentials.json,再运行一次" in err
