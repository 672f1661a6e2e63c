"""What must never happen to an archive: forgotten, written over, mixed up with another, or made of half the truth."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text

from sheets_sync.sheets.refusals import RequestRefused

if TYPE_CHECKING:
    from conftest import Life

TODAY = date(2025, 7, 14)


@pytest.fixture(scope="module")
def _lived(new_life: Callable[..., Life], tmp_path_factory: pytest.TempPathFactory) -> Life:
    """May is final and frozen, with a formula and a note of the team's; June preliminary; July goes on."""
    life = new_life(tmp_path_factory.mktemp("lived") / "job")
    life.night(date(2025, 5, 13), days=3)
    with life.server() as sheet:
        tab = sheet.worksheet("日报 2025-05")
        notes = tab.row_values(1).index("备注") + 1
        tab.update_cell(2, notes, "和工厂确认过")
        tab.update_cell(3, notes, "=1+1")
        for night in ((6, 1), (6, 13), (7, 1), (7, 13)):
            life.night(date(2025, *night), days=3)
    return life


@pytest.fixture
def life(_lived: Life, tmp_path: Path) -> Life:
    """Return a job of its own for each test."""
    shutil.copytree(_lived.folder, tmp_path / "job")
    return replace(_lived, folder=tmp_path / "job")


def forgets(life: Life) -> None:
    """Lose everything the store knows but which spreadsheet is the job's: a database restored from nothing."""
    engine = create_engine(f"sqlite:///{life.folder}/state/sheets-sync.db")
    with engine.begin() as connection:
        for table in ("rows", "tabs", "runs", "versions", "files"):
            connection.execute(text(f"DELETE FROM {table}"))
        connection.execute(text("DELETE FROM settings WHERE name NOT LIKE 'local_%'"))
    engine.dispose()


def everything(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_store_that_lost_its_memory_takes_the_archives_as_they_are(life: Life) -> None:
    """The frozen tab says that it is frozen; no file of the final archive changes, nowhere."""
    text_ = life.job_file.read_text(encoding="utf-8")
    life.job_file.write_text(text_.replace("after_days: 42", "after_days: 20"), encoding="utf-8")
    before = {place: everything(life.at(place) / "2025-05") for place in ("cloud-a", "cloud-b")}
    with life.server() as sheet:
        frozen = sheet.worksheet("日报 2025-05").get_all_values()
        forgets(life)

        for night in (14, 15, 16):
            life.night(date(2025, 7, night))

        after = sheet.worksheet("日报 2025-05").get_all_values()
        titles = [tab.title for tab in sheet.worksheets()]
    assert after == frozen
    assert {place: everything(life.at(place) / "2025-05") for place in before} == before
    assert sum("2025-05" in title for title in titles) == 1
    entry = life.memory()["2025-05"]
    assert entry["frozen"]
    assert "final" in entry["made"]
    assert life.run("archive", "--verify", on=TODAY)[0] == 0


def test_months_from_before_the_memory_are_archived_too(life: Life) -> None:
    """Tabs that only the sheet knows of are found by their tags, and none is skipped."""
    shutil.rmtree(life.folder / "state" / "archives")
    for cloud in ("cloud-a", "cloud-b"):
        shutil.rmtree(life.folder / cloud)
    forgets(life)

    life.night(date(2025, 9, 20), days=2)
    said = life.night(date(2025, 9, 21), days=1)

    assert life.archive("cloud-a", "2025-05")[0] is not None, said
    assert life.archive("cloud-a", "2025-06")[0] is not None, said


def test_two_teams_share_a_place(new_life: Callable[..., Life], tmp_path: Path) -> None:
    """Each spreadsheet has a folder of its own; what is proved and restored is one's own."""
    shared = tmp_path / "shared"
    lives = []
    for name in ("one", "two"):
        life = new_life(tmp_path / name, copy_to=[str(shared)])
        life.night(date(2025, 5, 13), days=3 if name == "one" else 1)
        life.night(date(2025, 6, 1), days=1)
        lives.append(life)

    one, two = lives
    roots = sorted(path.name for path in shared.iterdir())
    assert len(roots) == 2
    shutil.rmtree(one.folder / "state" / "archives")
    code, out, err = one.run("archive", "--restore", "2025-05", on=date(2025, 6, 2))
    assert code == 0, err
    assert "已逐格核对" in out
    assert one.run("archive", "--verify", on=date(2025, 6, 2))[0] == 4, (
        "its own copy here is missing"
    )
    assert two.run("archive", "--verify", on=date(2025, 6, 2))[0] == 0


def test_a_night_without_network_forgets_nothing(life: Life) -> None:
    """With the copy here spoilt and the places away, the archive is looked for again, and mended."""
    path = life.at("state/archives") / "2025-05" / "daily.csv"
    good = path.read_bytes()
    path.write_bytes(good + b"x")
    life.run("archive", "--verify", on=TODAY)
    for cloud in ("cloud-a", "cloud-b"):
        (life.folder / cloud).rename(life.folder / f"away-{cloud}")
        (life.folder / cloud).write_text("no folder")

    during = life.run("archive", on=TODAY)
    for cloud in ("cloud-a", "cloud-b"):
        (life.folder / cloud).unlink()
        (life.folder / f"away-{cloud}").rename(life.folder / cloud)
    life.run("archive", on=TODAY)

    assert "下次运行会再找" in during[1]
    assert "final" in life.memory()["2025-05"]["made"]
    assert path.read_bytes() == good
    assert life.run("archive", "--verify", on=TODAY)[0] == 0


def test_a_refused_reading_is_no_deleted_tab(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that Google refuses once stops that month for the night; the tab is there, so it is not gone."""

    def refuses(*_: object, **__: object) -> None:
        raise RequestRefused("400", "Bad Request")

    with life.server(), monkeypatch.context() as patch:
        patch.setattr("sheets_sync.archive.taking.photograph", refuses)
        code, out, _ = life.run("archive", on=date(2025, 8, 1))
    later = life.run("archive", on=date(2025, 8, 1))

    assert code == 4
    assert "归档没有做完,下次运行会接着做。2025-07" in out
    assert "2025-07: 初步存档" in later[1]


def test_a_protected_tab_is_archived_though_it_cannot_be_frozen(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever locks what has to be written stops neither that month's archive nor the later ones."""
    refused = RequestRefused("400", "You are trying to edit a protected cell or object.")

    def locked(*_: object) -> None:
        raise refused

    monkeypatch.setattr("sheets_sync.archive.taking.freeze", locked)
    said = life.night(date(2025, 8, 14))

    assert "2025-06 已存档,但工作表没能冻结" in said
    assert life.archive("cloud-a", "2025-06")[0] is not None
    assert life.archive("cloud-a", "2025-07-preliminary")[0] is not None
    assert life.memory()["2025-06"]["frozen"] is None


def test_a_warning_on_the_whole_tab_makes_room(life: Life) -> None:
    """A sheet has one protection of the whole: a warning gives way, one that stops people stays."""
    with life.server() as sheet:
        june = sheet.worksheet("日报 2025-06")
        protect = {"range": {"sheetId": june.id}, "warningOnly": True, "description": "theirs"}
        sheet.batch_update({"requests": [{"addProtectedRange": {"protectedRange": protect}}]})
        life.night(date(2025, 8, 14))
        shown = sheet.fetch_sheet_metadata(
            {"fields": "sheets(properties(sheetId),protectedRanges(range,warningOnly))"}
        )
    [tab] = [one for one in shown["sheets"] if one["properties"]["sheetId"] == june.id]
    whole = [one for one in tab["protectedRanges"] if set(one["range"]) == {"sheetId"}]
    assert [one.get("warningOnly", False) for one in whole] == [False]


def test_a_restored_tab_is_nobodys_month(life: Life) -> None:
    """It is renamed, typed into and left alone: neither a sync nor a second restoring touches it."""
    with life.server() as sheet:
        sheet.del_worksheet(sheet.worksheet("日报 2025-06"))
        life.run("archive", "--restore", "2025-06", on=TODAY)
        tab = sheet.worksheet("日报 2025-06 (恢复)")
        tab.update_acell("X1", "我写的")
        tab.update_title("日报 2025-06")

        life.night(date(2025, 7, 15))
        again = life.run("archive", "--restore", "2025-06", on=TODAY)

        assert tab.acell("X1").value == "我写的"
        assert "之前已恢复过" in again[1]
        assert len([t for t in sheet.worksheets() if "2025-06" in t.title]) == 1


def test_one_month_that_a_place_refuses_stops_no_other(life: Life) -> None:
    """A file where a month's folder should be is that month's trouble alone."""
    shutil.rmtree(life.at("cloud-a") / "2025-05")
    (life.at("cloud-a") / "2025-05").write_text("in the way")
    life.run("archive", "--verify", on=TODAY)

    code, out, _ = life.run("archive", on=date(2025, 8, 1))

    assert code == 4
    assert "没有复制到 ./cloud-a,下次运行会重试:2025-05" in out
    assert life.archive("cloud-a", "2025-07-preliminary")[0] is not None


def test_a_tab_that_others_calculate_with_stays(life: Life) -> None:
    """The team's own summary is not turned into #REF!."""
    text_ = life.job_file.read_text(encoding="utf-8")
    life.job_file.write_text(text_.replace("keep_tabs: 13", "keep_tabs: 2"), encoding="utf-8")
    with life.server() as sheet:
        own = sheet.add_worksheet("我的汇总", 10, 5)
        own.update([["=SUM('日报 2025-05'!I:I)"]], "A1", raw=False)
        kept = life.run("archive", on=TODAY)
        own.update([["完"]], "A1", raw=True)
        gone = life.run("archive", on=TODAY)
    assert "「我的汇总」里的公式引用了「日报 2025-05」" in kept[1]
    assert "已从表格移除旧工作表「日报 2025-05」" in gone[1]


def test_no_place_and_no_month_can_be_swapped(life: Life) -> None:
    """A good archive in the wrong folder is no good archive of that month."""
    root = life.at("cloud-a")
    shutil.rmtree(root / "2025-05")
    shutil.copytree(root / "2025-06-preliminary", root / "2025-05")

    code, out, _ = life.run("archive", "--verify", on=TODAY)

    assert code == 4
    assert "放错了文件夹" in out


def test_a_copy_here_that_cannot_be_mended_is_told(life: Life) -> None:
    """A file in the way of this computer's own copy is a notice, and the sync ends as ever."""
    here = life.at("state/archives") / "2025-05"
    shutil.rmtree(here)
    here.write_text("in the way")
    life.run("archive", "--verify", on=TODAY)

    code, out, _ = life.run("sync", on=TODAY)

    assert code == 0
    assert "归档没有做完,下次运行会接着做" in out
    assert "数据日" in out


def test_a_night_without_new_reports_archives_all_the_same(life: Life) -> None:
    """Nothing to read is an exit code of its own, and the month that is over is archived."""
    for path in (life.folder / "inbox").rglob("*.json"):
        path.unlink()

    code, _, err = life.run("sync", on=date(2026, 3, 1))

    assert code == 3, err
    assert life.archive("cloud-a", "2025-07-preliminary")[0] is not None
