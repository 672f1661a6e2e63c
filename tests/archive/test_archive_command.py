"""What `sheets-sync archive` does and says: due months, wrong copies, places that fail, months that come back."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sheets_sync.core.snapshot import differences
from sheets_sync.emulator.serve import LocalServer
from sheets_sync.sheets.reading import Moved

if TYPE_CHECKING:
    from conftest import Life

TODAY = date(2025, 7, 14)


@pytest.fixture(scope="module")
def _lived(new_life: Callable[..., Life], tmp_path_factory: pytest.TempPathFactory) -> Life:
    """May is final and frozen, June preliminary, July goes on."""
    life = new_life(tmp_path_factory.mktemp("lived") / "job")
    with LocalServer(life.folder / "state" / "local-sheets"):
        for night in ((5, 13), (6, 1), (6, 13), (7, 1), (7, 13)):
            life.night(date(2025, *night), days=3)
    return life


@pytest.fixture
def life(_lived: Life, tmp_path: Path) -> Life:
    """Return a job of its own for each test."""
    shutil.copytree(_lived.folder, tmp_path / "job")
    return replace(_lived, folder=tmp_path / "job")


def files_of(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def answered(life: Life, *options: str, on: date = TODAY) -> dict[str, Any]:
    code, out, err = life.run("archive", "--json", *options, on=on)
    assert code == 0, out + err
    content: dict[str, Any] = json.loads(out)
    return content


def test_the_files_of_a_month(life: Life) -> None:
    """A workbook, a table for each tab, the cells and the manifest; the same at both places."""
    names = files_of(life.at("cloud-a") / "2025-05")

    assert [name for name in names if not name.endswith(".xlsx")] == [
        "account.csv",
        "benchmarks.csv",
        "calendar.csv",
        "cells.json.gz",
        "daily.csv",
        "manifest.json",
        "operations.csv",
        "rules.csv",
        "runs.csv",
        "skus.csv",
    ]
    [book] = [name for name in names if name.endswith(".xlsx")]
    assert book.startswith("acme_2025-05_")
    assert files_of(life.at("cloud-b") / "2025-05") == names
    manifest = json.loads((life.at("cloud-a") / "2025-05" / "manifest.json").read_text())
    assert (manifest["team"], manifest["month"], manifest["state"]) == ("acme", "2025-05", "final")
    assert manifest["source"]["run"].startswith("20250713T083000Z-")
    [log] = [tab for tab in manifest["tabs"] if tab["id"] == "daily:2025-05"]
    assert log["rows"] == 11
    assert {"id", "heading", "sha256"} == set(log["columns"][0])


def test_nothing_is_done_twice(life: Life) -> None:
    """With nothing due, nothing is read, made or copied; the answer says so."""
    before = {path: path.stat().st_mtime_ns for path in life.folder.rglob("cloud-*/**/*")}

    content = answered(life)
    code, out, _ = life.run("archive", on=TODAY)

    assert content["months"] == []
    assert (code, out) == (0, "没有到期的月份。\n")
    assert {path: path.stat().st_mtime_ns for path in life.folder.rglob("cloud-*/**/*")} == before
    assert not life.run("sync", "--json", on=TODAY)[0]


def test_the_same_month_gives_the_same_bytes(life: Life) -> None:
    """Made again from the same sheet, every file is the same to the last byte."""
    first = {p.name: p.read_bytes() for p in (life.at("state/archives") / "2025-05").iterdir()}
    shutil.rmtree(life.at("state/archives") / "2025-05")
    for cloud in ("cloud-a", "cloud-b"):
        shutil.rmtree(life.at(cloud) / "2025-05")
    life.run("archive", "--verify", on=TODAY)

    told = life.run("archive", on=TODAY)
    content = answered(life)

    assert told[0] == 0
    assert "找不到完好的" in told[1]
    assert [month["month"] for month in content["months"]] == ["2025-05"]
    again = {p.name: p.read_bytes() for p in (life.at("state/archives") / "2025-05").iterdir()}
    assert again == first


def test_a_frozen_month_says_so_and_is_left_alone(life: Life) -> None:
    """A banner above the headings, hard protection, and no later sync that touches it."""
    with life.server() as sheet:
        tab = sheet.worksheet("日报 2025-05")
        rows = tab.get_all_values()
        shown = sheet.fetch_sheet_metadata(
            {"fields": "sheets(properties(title,gridProperties),protectedRanges)"}
        )
        life.sales(date(2025, 5, 10), (99, 99), fetched=TODAY)
        code, out, _ = life.run("sync", "--json", on=TODAY)
        after = tab.get_all_values()
    [may] = [one for one in shown["sheets"] if one["properties"]["title"] == "日报 2025-05"]
    [hard] = [one for one in may["protectedRanges"] if not one.get("warningOnly")]
    assert rows[0][0].startswith(
        "已冻结存档 2025-05,数据为最终值,请勿修改 · 2025-07-13 16:30 · 运行 20250713T083000Z-"
    )
    assert rows[1][0] == "日期"
    assert may["properties"]["gridProperties"]["frozenRowCount"] == 2
    assert set(hard["range"]) == {"sheetId"}
    assert code == 0
    assert after == rows
    assert "outside-window" in {warning["code"] for warning in json.loads(out)["warnings"]}


@pytest.mark.parametrize("name", ["daily.csv", "cells.json.gz", "xlsx", "manifest.json"])
def test_one_wrong_byte_is_found_named_and_mended(life: Life, name: str) -> None:
    """`--verify` names the place and the file and exits 4; the next run puts a good copy there."""
    [path] = [p for p in (life.at("cloud-b") / "2025-05").iterdir() if p.name.endswith(name)]
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)

    code, out, _ = life.run("archive", "--verify", on=TODAY)
    as_json = life.run("archive", "--verify", "--json", "--month", "2025-05", on=TODAY)
    mended = answered(life)
    after = life.run("archive", "--verify", on=TODAY)

    assert code == 4
    wrong = [line for line in out.splitlines() if line.startswith("✗")]
    assert wrong == ["✗ 2025-05 最终  ./cloud-b"]
    assert path.name in out
    month = next(m for m in json.loads(as_json[1])["months"] if m["state"] == "final")
    assert [copy["target"] for copy in month["copies"] if not copy["ok"]] == ["./cloud-b"]
    assert path.name in next(copy["error"] for copy in month["copies"] if not copy["ok"])
    assert mended["months"][0]["copies"] == [{"target": "./cloud-b", "ok": True, "error": None}]
    assert after[0] == 0


def test_a_missing_copy_is_found(life: Life) -> None:
    """A file or a whole folder that somebody deleted is named too."""
    (life.at("cloud-a") / "2025-05" / "daily.csv").unlink()
    shutil.rmtree(life.at("cloud-b") / "2025-06-preliminary")

    code, out, _ = life.run("archive", "--verify", on=TODAY)

    assert code == 4
    assert "缺少 daily.csv" in out
    assert "✗ 2025-06 初步  ./cloud-b" in out


def test_the_copy_on_this_computer_is_proved_and_mended_too(life: Life) -> None:
    """What lies in the job's own state is one of the copies."""
    path = life.at("state/archives") / "2025-05" / "daily.csv"
    good = path.read_bytes()
    path.write_bytes(good + b" ")

    code, out, _ = life.run("archive", "--verify", on=TODAY)
    life.run("archive", on=TODAY)

    assert code == 4
    assert "✗ 2025-05 最终  state/archives" in out
    assert path.read_bytes() == good


def test_a_job_without_memory_still_proves_its_copies(life: Life) -> None:
    """Archives are known by their folders, and each is held against its own manifest, with a sheet or without."""
    path = life.at("cloud-a") / "2025-05" / "account.csv"
    root = life.at("cloud-a").name
    shutil.rmtree(life.folder / "state")
    path.write_bytes(path.read_bytes() + b"x")

    before = life.run("archive", "--verify", on=TODAY)
    life.night(date(2025, 7, 15), days=1)
    code, out, _ = life.run("archive", "--verify", on=TODAY)
    restored = life.run("archive", "--restore", "2025-05", on=TODAY)

    assert code == before[0] == 4
    assert f"✓ 2025-05 最终  ./cloud-b/{root}" in out
    assert f"✗ 2025-05 最终  ./cloud-a/{root}" in out
    assert restored[0] == 0, restored[2]


def test_a_month_comes_back_from_any_good_copy(life: Life) -> None:
    """With this computer's files gone and one place spoilt, the other place serves."""
    shutil.rmtree(life.folder / "state" / "archives")
    path = life.at("cloud-a") / "2025-05" / "cells.json.gz"
    path.write_bytes(path.read_bytes()[:-9])
    frozen = life.photograph("daily:2025-05", 1)

    code, out, err = life.run("archive", "--restore", "2025-05", on=TODAY)

    assert code == 0, err
    assert "「日报 2025-05 (恢复)」" in out
    with life.server() as sheet:
        restored = life.photograph_sheet(sheet.worksheet("日报 2025-05 (恢复)").id, 1)
    assert list(differences(frozen, restored)) == []
    assert list(differences(restored, frozen)) == []


def test_no_good_copy_is_said(life: Life) -> None:
    """A month without any good archive is a clear refusal."""
    code, _, err = life.run("archive", "--restore", "2024-01", on=TODAY)

    assert code == 2
    assert "找不到 2024-01 的完好存档" in err


def test_a_place_that_fails_stops_no_other(life: Life) -> None:
    """The month is copied to the good place; the command exits 4, a sync only warns; then it is tried again."""
    away = life.folder / "cloud-a"
    shutil.rmtree(away)
    away.write_text("no folder")

    code, out, _ = life.run("sync", "--json", on=date(2025, 8, 1))
    by_command = life.run("archive", on=date(2025, 8, 1))
    away.unlink()
    content = answered(life, on=date(2025, 8, 2))

    assert code == 0
    assert "archive-copy" in {warning["code"] for warning in json.loads(out)["warnings"]}
    assert life.archive("cloud-b", "2025-07-preliminary")[0] is not None
    assert by_command[0] == 4
    assert "没有复制到 ./cloud-a,下次运行会重试:2025-07" in by_command[1]
    copies = [copy for month in content["months"] for copy in month["copies"]]
    assert copies == [{"target": "./cloud-a", "ok": True, "error": None}]


def test_a_month_whose_tab_was_deleted(life: Life) -> None:
    """It cannot be archived, which is said once; asked for by name, it is looked at again."""
    with life.server() as sheet:
        sheet.del_worksheet(sheet.worksheet("日报 2025-06"))

    first = life.run("archive", on=date(2025, 8, 14))
    told = life.run("sync", on=date(2025, 8, 14))
    second = life.run("archive", on=date(2025, 8, 15))
    asked = life.run("archive", "--month", "2025-06", on=date(2025, 8, 15))

    assert told[0] == 0
    assert first[0] == 0
    assert "2025-06: 工作表已被删除" in told[1] + second[1]
    assert asked[0] == 4
    assert "用版本历史恢复它" in asked[1]
    assert (life.at("cloud-a") / "2025-06-preliminary").is_dir()


def test_what_is_asked_for_too_early(life: Life) -> None:
    """A running month waits; a month with an archive is said to have it; nonsense is refused."""
    assert answered(life, "--month", "2025-07")["months"] == [
        {"month": "2025-07", "state": "waiting", "files": [], "copies": []}
    ]
    assert (
        "2025-07: 还没有存档:这个月还没有结束"
        in life.run("archive", "--month", "2025-07", on=TODAY)[1]
    )
    assert "日志里没有这个月的数据" in life.run("archive", "--month", "2024-07", on=TODAY)[1]
    [june] = answered(life, "--month", "2025-06")["months"]
    assert (june["state"], len(june["files"]), len(june["copies"])) == ("preliminary", 11, 2)
    for arguments in (
        ["--month", "2025-13"],
        ["--restore", "July"],
        ["--month", "2025-06", "--restore", "2025-06"],
    ):
        code, _, err = life.run("archive", *arguments, on=TODAY)
        assert code == 2
        assert "2026-07" in err or "--restore" in err


def test_a_month_waits_for_its_last_figures(life: Life) -> None:
    """`archive` alone does not freeze a month before a sync has brought its restated figures."""
    early = answered(life, on=date(2025, 8, 14))
    life.night(date(2025, 8, 14))
    [june] = answered(life, "--month", "2025-06", on=date(2025, 8, 14))["months"]

    assert [month["month"] for month in early["months"]] == ["2025-07"]
    assert june["state"] == "final"


def test_what_no_archive_holds_stays_in_the_sheet(life: Life) -> None:
    """A frozen tab that its owner changed is not removed, and the cell is named."""
    text = life.job_file.read_text(encoding="utf-8")
    life.job_file.write_text(text.replace("keep_tabs: 13", "keep_tabs: 1"), encoding="utf-8")
    with life.server() as sheet:
        sheet.worksheet("日报 2025-05").update_acell("X4", "后来补的")

        code, out, _ = life.run("archive", on=TODAY)
        titles = [tab.title for tab in sheet.worksheets()]
        sheet.worksheet("日报 2025-05").update_acell("X4", "")
        again = life.run("archive", on=TODAY)
        left = [tab.title for tab in sheet.worksheets()]

    assert code == 0
    assert "X4" in out
    assert "日报 2025-05" in titles
    assert "已从表格移除旧工作表「日报 2025-05」" in again[1]
    assert "日报 2025-05" not in left
    assert "日报 2025-06" in left, "it is not final yet"


def test_without_a_place_to_copy_to_all_tabs_stay(
    new_life: Callable[..., Life], tmp_path: Path
) -> None:
    """Archives are kept on this computer alone, and nothing leaves the sheet."""
    life = new_life(tmp_path / "alone", keep_tabs=1, copy_to=())
    for night in ((5, 13), (6, 13), (7, 13)):
        life.night(date(2025, *night), days=3)
    with life.server() as sheet:
        titles = [tab.title for tab in sheet.worksheets()]
    assert (life.at("state/archives") / "2025-05" / "manifest.json").is_file()
    assert "日报 2025-05" in titles


def test_an_english_sheet_has_an_english_banner(
    new_life: Callable[..., Life], tmp_path: Path
) -> None:
    """What is written into the sheet and said speaks the job's language."""
    life = new_life(tmp_path / "english")
    text = life.job_file.read_text(encoding="utf-8")
    life.job_file.write_text(text.replace("language: zh", "language: en"), encoding="utf-8")
    for night in ((5, 13), (6, 13), (7, 13)):
        said = life.night(date(2025, *night), days=3)
    with life.server() as sheet:
        banner = sheet.worksheet("Daily 2025-05").acell("A1").value
    assert (
        "2025-05: final archive, its tab is frozen; copied and compared: ./cloud-a, ./cloud-b"
        in said
    )
    assert str(banner).startswith(
        "Frozen archive 2025-05: figures are final, please do not edit · 2025-07-13"
    )


def test_a_restarted_month_is_a_copy_of_an_unfrozen_one(
    new_life: Callable[..., Life], tmp_path: Path
) -> None:
    """With no days to wait the newest month still stays open until the next one has begun."""
    life = new_life(tmp_path / "hasty")
    text = life.job_file.read_text(encoding="utf-8")
    life.job_file.write_text(text.replace("after_days: 42", "after_days: 0"), encoding="utf-8")
    life.night(date(2025, 5, 13), days=3)
    first = life.night(date(2025, 6, 1), days=1)
    second = life.night(date(2025, 6, 5), days=2)
    third = life.night(date(2025, 6, 6), days=1)
    with life.server() as sheet:
        june = sheet.worksheet("日报 2025-06").get_all_values()
        may = sheet.worksheet("日报 2025-05").get_all_values()
    assert "2025-05: 初步存档" in first
    assert "2025-05: 最终存档" in second + third
    assert june[0][0] == "日期"
    assert may[0][0].startswith("已冻结存档")


def test_a_log_that_is_one_tab_for_ever(new_life: Callable[..., Life], tmp_path: Path) -> None:
    """Its months are archived as slices and can be brought back; the tab itself is never frozen."""
    life = new_life(tmp_path / "ever")
    shutil.copytree(Path(__file__).parents[2] / "templates" / "full", life.folder / "template")
    daily = life.folder / "template" / "daily.yaml"
    text = daily.read_text(encoding="utf-8").replace("one_tab_is: month", "one_tab_is: always")
    daily.write_text(
        re.sub(r"title: \{zh.*\}", "title: {zh: 日报, en: Daily, both: 日报 Daily}", text, count=1),
        encoding="utf-8",
    )
    with life.job_file.open("a", encoding="utf-8") as job:
        job.write("template: ./template\n")
    for night in ((5, 13), (6, 1), (6, 13), (7, 12), (7, 13)):
        life.night(date(2025, *night), days=3)

    code, out, err = life.run("archive", "--restore", "2025-05", on=TODAY)

    assert code == 0, err
    assert "「日报 2025-05」:11 行,来自最终存档" in out
    with life.server() as sheet:
        log = sheet.worksheet("日报").get_all_values()
        may = sheet.worksheet("日报 2025-05").get_all_values()
    assert log[0][0] == may[0][0] == "日期"
    assert [row for row in log if row[0].startswith("2025-05")] == may[1:]
    assert not any("已冻结" in cell for row in log for cell in row)


def test_a_wrong_copy_keeps_the_tab_until_it_is_mended(life: Life) -> None:
    """What was copied long ago is read back before a tab leaves; the next run mends it, and then the tab goes."""
    text = life.job_file.read_text(encoding="utf-8")
    life.job_file.write_text(text.replace("keep_tabs: 13", "keep_tabs: 2"), encoding="utf-8")
    path = life.at("cloud-b") / "2025-05" / "daily.csv"
    path.write_bytes(path.read_bytes() + b"x")

    first = life.run("archive", on=TODAY)
    second = life.run("archive", on=TODAY)

    assert "2025-05 的旧工作表暂不移除:./cloud-b:daily.csv" in first[1]
    assert "2025-05: 最终存档;已复制并核对:./cloud-b" in second[1]
    assert "已从表格移除旧工作表「日报 2025-05」" in second[1]


def test_a_sheet_that_does_not_stand_still_stops_no_copies(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The month that could not be read is said and made the next time; what is made is copied all the same."""
    shutil.rmtree(life.at("cloud-b") / "2025-06-preliminary")
    life.run("archive", "--verify", on=TODAY)

    def restless(*_: object, **__: object) -> None:
        raise Moved("日报 2025-07")

    with monkeypatch.context() as patch:
        patch.setattr("sheets_sync.archive.taking.photograph", restless)
        code, out, _ = life.run("archive", on=date(2025, 8, 1))
    later = answered(life, on=date(2025, 8, 1))

    assert code == 4
    assert "归档没有做完,下次运行会接着做" in out
    assert "2025-06: 初步存档;已复制并核对:./cloud-b" in out
    assert [month["month"] for month in later["months"]] == ["2025-07"]
