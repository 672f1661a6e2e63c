"""A run that dies at the worst moment, or whose answers get lost: the next run ends right all the same."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import requests
from sqlalchemy import create_engine, text

from sheets_sync.emulator.serve import LocalServer
from sheets_sync.store import Store

if TYPE_CHECKING:
    from pathlib import Path

    import gspread
    from conftest import Nights, Rows

LAST_DAY = date(2026, 7, 30)
TAB = "日报 2026-07"

DEATHS = {
    "before the write": """
from sheets_sync.sheets.book import Book
Book.write = lambda *_: os._exit(9)
""",
    "after the write": """
from sheets_sync.store import Store
Store.finish = lambda *_: os._exit(9)
""",
    "after the first of several batches": """
from sheets_sync.sheets import batches
from sheets_sync.sheets.book import Book
batches.MAX_CELLS = 1200
send, sent = Book._sent, []
def send_one(self, batch):
    if sent:
        os._exit(9)
    sent.append(batch)
    return send(self, batch)
Book._sent = send_one
""",
}


def dies(nights: Nights, death: str, night: date) -> None:
    """Sync in a process of its own that ends there and then, as by a power cut."""
    code = f"import os, sys\n{DEATHS[death]}\nfrom sheets_sync.__main__ import main\nmain(sys.argv[1:])"
    moment = nights.now(night).isoformat()
    arguments = ["sync", "--job", str(nights.job_file), "--now", moment]
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], check=False, capture_output=True, timeout=120
    )
    assert done.returncode == 9, done.stderr.decode()


def calm(nights: Nights, night: date, tmp_path: Path, rows_of: Callable[..., Rows]) -> Rows:
    """What the same night makes of the sheet when nothing happens."""
    undisturbed = replace(nights, folder=tmp_path / "calm")
    shutil.copytree(nights.folder, undisturbed.folder)
    undisturbed.sync(night)
    return rows_in(undisturbed, rows_of)


def rows_in(nights: Nights, rows_of: Callable[..., Rows], title: str = TAB) -> Rows:
    with nights.sheet() as sheet:
        return rows_of(sheet.worksheet(title))


def check_quiet(nights: Nights, night: date) -> None:
    """Nothing more is written, and nothing is taken for a person's doing."""
    again = nights.sync(night)
    assert again["cells_written"] == 0
    assert again["overrides"] == []
    assert not {"row-deleted", "tab-deleted", "memory-lost"} & {
        w["code"] for w in again["warnings"]
    }


@pytest.mark.parametrize("death", DEATHS)
def test_a_run_that_dies_is_finished_by_the_next(
    nights: Nights, tmp_path: Path, rows_of: Callable[..., Rows], death: str
) -> None:
    """No row twice, none lost, and none of our own values is a person's."""
    nights.company.write_night(nights.inbox, LAST_DAY)
    expected = calm(nights, LAST_DAY, tmp_path, rows_of)

    dies(nights, death, LAST_DAY)
    result = nights.sync(LAST_DAY)

    assert rows_in(nights, rows_of) == expected
    assert result["overrides"] == []
    check_quiet(nights, LAST_DAY)


@pytest.mark.parametrize("death", DEATHS)
def test_a_first_sync_that_dies_is_finished_by_the_next(
    fresh: Nights, tmp_path: Path, rows_of: Callable[..., Rows], death: str
) -> None:
    """The tab that was made is found again and filled."""
    fresh.company.write_night(fresh.inbox, LAST_DAY)
    expected = calm(fresh, LAST_DAY, tmp_path, rows_of)

    dies(fresh, death, LAST_DAY)
    fresh.sync(LAST_DAY)

    assert rows_in(fresh, rows_of) == expected
    check_quiet(fresh, LAST_DAY)


def test_what_a_run_left_that_died_can_be_overtyped_afterwards(
    nights: Nights, rows_of: Callable[..., Rows]
) -> None:
    """Once the next run has seen its values there, the ones before are a person's when they come back."""
    nights.company.write_night(nights.inbox, LAST_DAY)
    dies(nights, "after the write", LAST_DAY)
    daily = next(tab for tab in plan_of(nights, None) if tab["tab"] == "daily:2026-07")
    key, _, before, _ = next(c for c in daily["changes"] if c[1] == "units" and c[2] is not None)
    nights.sync(LAST_DAY)
    with nights.sheet() as sheet:
        tab = sheet.worksheet(TAB)
        row = list(rows_of(tab)).index(tuple(key)) + 2
        tab.update_cell(row, tab.row_values(1).index("销量") + 1, before)

    result = nights.sync(LAST_DAY)

    assert [o["theirs"] for o in result["overrides"]] == [before]


# --- the first night of a month ------------------------------------------------------------------

AUGUST_1 = date(2026, 8, 1)


@pytest.mark.parametrize("death", ["before the write", "after the write"])
def test_a_run_that_dies_while_it_makes_the_new_months_tab(
    july: Nights, tmp_path: Path, rows_of: Callable[..., Rows], death: str
) -> None:
    """The tab is made once, and what is in it is known to be ours."""
    undisturbed = replace(july, folder=tmp_path / "calm")
    shutil.copytree(july.folder, undisturbed.folder)
    undisturbed.sync(AUGUST_1)
    expected = rows_in(undisturbed, rows_of, "日报 2026-08")

    dies(july, death, AUGUST_1)
    july.sync(AUGUST_1)

    assert rows_in(july, rows_of, "日报 2026-08") == expected
    check_quiet(july, AUGUST_1)
    july.night(date(2026, 8, 2))
    check_quiet(july, date(2026, 8, 2))


@pytest.mark.parametrize("kind", ["drop-before", "drop-after"])
def test_an_answer_lost_while_the_new_months_tab_is_made(
    july: Nights, rows_of: Callable[..., Rows], kind: str
) -> None:
    """The batch that makes a tab is applied once."""
    with LocalServer(july.folder / "state" / "local-sheets") as server:
        order(server.url, kind=kind, when="batchUpdate")
        july.sync(AUGUST_1)

    assert len(rows_in(july, rows_of, "日报 2026-08")) > 20
    check_quiet(july, AUGUST_1)


@pytest.mark.parametrize("carried", [False, True], ids=["without tags", "with tags"])
def test_a_copy_of_last_months_tab_named_like_the_coming_one_is_used(
    july: Nights, rows_of: Callable[..., Rows], *, carried: bool
) -> None:
    """The rows go into the copy, whether or not a copy carries the program's tags; July's stay July's."""
    with july.sheet() as sheet:
        source = sheet.worksheet(TAB)
        before = rows_of(source)
        copy = source.duplicate(new_sheet_name="日报 2026-08")
        if carried:
            tag = {
                "metadataKey": "sheets_sync.tab",
                "metadataValue": "daily:2026-07",
                "visibility": "DOCUMENT",
                "location": {"sheetId": copy.id},
            }
            sheet.batch_update(
                {"requests": [{"createDeveloperMetadata": {"developerMetadata": tag}}]}
            )

    july.sync(AUGUST_1)

    with july.sheet() as sheet:
        tabs = [tab.title for tab in sheet.worksheets() if tab.title.startswith("日报")]
        found = rows_of(sheet.worksheet("日报 2026-08"))
        assert rows_of(sheet.worksheet(TAB)).keys() == before.keys()
        assert sheet.worksheet("日报 2026-08").id == copy.id
    assert sorted(tabs) == ["日报 2026-07", "日报 2026-08"]
    assert len(found) > len(before)
    check_quiet(july, AUGUST_1)
    forget_everything(july)
    again = july.sync(AUGUST_1)
    assert again["rows"]["inserted"] == 0


def test_last_months_tab_renamed_to_the_coming_month_stops_the_run_with_the_way_out(
    july: Nights,
) -> None:
    """Neither is July's tab given August's rows, nor is the reason a riddle."""
    with july.sheet() as sheet:
        sheet.worksheet(TAB).update_title("日报 2026-08")

    code, _, said = july.run("sync", night=AUGUST_1)

    assert code == 5
    assert "日报 2026-08" in said
    with july.sheet() as sheet:
        sheet.worksheet("日报 2026-08").update_title("七月")
    assert july.sync(AUGUST_1)["rows"]["inserted"] > 20


# --- answers that get lost -----------------------------------------------------------------------


def order(url: str, **fault: Any) -> None:
    requests.post(f"{url}/admin/faults", json=fault, timeout=10).raise_for_status()


@pytest.mark.parametrize("kind", ["drop-before", "drop-after", "503", "502html"])
@pytest.mark.parametrize("which", [1, 2, 3])
def test_an_answer_lost_in_a_write_of_several_batches(
    fresh: Nights,
    rows_of: Callable[..., Rows],
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    which: int,
) -> None:
    """Whichever of the batches it is, every row is there once."""
    from sheets_sync.sheets import batches
    from sheets_sync.sheets.book import Book

    monkeypatch.setattr(batches, "MAX_CELLS", 4000)
    fresh.company.write_night(fresh.inbox, LAST_DAY)
    sent: list[int] = []
    send = Book._sent
    with LocalServer(fresh.folder / "state" / "local-sheets") as server:

        def send_faulty(self: Book, batch: Any) -> Any:
            sent.append(batch.marker)
            if len(sent) == which:
                order(server.url, kind=kind, when="batchUpdate")
            return send(self, batch)

        monkeypatch.setattr(Book, "_sent", send_faulty)
        result = fresh.sync(LAST_DAY)

    assert len(sent) > 3
    assert len(rows_in(fresh, rows_of)) + 60 > result["rows"]["inserted"] > 200
    check_quiet(fresh, LAST_DAY)


# --- what is remembered --------------------------------------------------------------------------


def forget_everything(nights: Nights, spreadsheet: str | None = None) -> None:
    """Lose the store; only the spreadsheet's id is told to the job again, as a job file would."""
    url = f"sqlite:///{nights.folder / 'state' / 'sheets-sync.db'}"
    store = Store(url)
    spreadsheet = spreadsheet or store.setting("local_spreadsheet")
    store.close()
    for path in (nights.folder / "state").glob("sheets-sync.db*"):
        path.unlink()
    store = Store(url)
    assert spreadsheet is not None
    store.remember("local_spreadsheet", spreadsheet)
    store.close()


def test_with_its_memory_lost_the_program_keeps_what_people_typed_and_doubles_nothing(
    nights: Nights, rows_of: Callable[..., Rows]
) -> None:
    """Equal cells are known as ours again; those that differ are kept and reported as undecided."""
    nights.night(LAST_DAY)
    with nights.sheet() as sheet:
        tab = sheet.worksheet(TAB)
        count = len(rows_of(tab))
        tab.update_cell(count, tab.row_values(1).index("可售库存") + 1, 777)
        key = list(rows_of(tab))[count - 2]
    forget_everything(nights)

    first = nights.sync(LAST_DAY)
    second = nights.sync(LAST_DAY)

    after = rows_in(nights, rows_of)
    assert first["rows"]["inserted"] == 0
    assert len(after) == count
    assert after[key]["可售库存"] == 777
    assert [o["theirs"] for o in first["overrides"]] == [777]
    assert [w["code"] for w in first["warnings"]].count("memory-lost") == 1
    assert second["cells_written"] == 0
    assert [w["code"] for w in second["warnings"]].count("memory-lost") == 0


def test_after_its_memory_was_lost_the_program_goes_on_restating_its_own_figures(
    nights: Nights, tmp_path: Path, rows_of: Callable[..., Rows]
) -> None:
    """What was equal once is ours again, so the next night changes it."""
    forgetful = replace(nights, folder=tmp_path / "forgetful")
    shutil.copytree(nights.folder, forgetful.folder)
    forget_everything(forgetful)
    forgetful.sync(LAST_DAY - timedelta(days=1))

    done = forgetful.night(LAST_DAY)

    nights.night(LAST_DAY)
    moments = {"数据时间"}
    assert done["overrides"] == []
    assert {k: without(r, moments) for k, r in rows_in(forgetful, rows_of).items()} == {
        k: without(r, moments) for k, r in rows_in(nights, rows_of).items()
    }


def without(row: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in names}


def test_a_copied_spreadsheet_is_taken_over_without_a_row_twice(
    nights: Nights, rows_of: Callable[..., Rows]
) -> None:
    """Its tabs are found by their tags, and its cells equal what would be written."""
    nights.night(LAST_DAY)
    before = rows_in(nights, rows_of)
    with LocalServer(nights.folder / "state" / "local-sheets") as server:
        files = requests.get(f"{server.url}/drive/v3/files", timeout=10).json()["files"]
        address = f"{server.url}/drive/v3/files/{files[0]['id']}/copy"
        copy = requests.post(address, json={"name": "copy"}, timeout=10).json()["id"]
    store = Store(f"sqlite:///{nights.folder / 'state' / 'sheets-sync.db'}")
    store.remember("local_spreadsheet", copy)
    store.close()

    result = nights.sync(LAST_DAY)

    with LocalServer(nights.folder / "state" / "local-sheets") as server:
        import gspread

        from sheets_sync.sheets.transport import LocalSession

        client = gspread.authorize(None, session=LocalSession(server.url))  # type: ignore[arg-type]  # as documented
        assert rows_of(client.open_by_key(copy).worksheet(TAB)) == before
    assert result["cells_written"] == 0
    assert result["overrides"] == []


def test_the_remembered_plan_holds_every_cell_as_it_was_before(
    nights: Nights, rows_of: Callable[..., Rows]
) -> None:
    """Every cell that differs afterwards is in the plan, with the value it had."""
    before = rows_in(nights, rows_of)

    result = nights.night(LAST_DAY)

    after = rows_in(nights, rows_of)
    plan = plan_of(nights, result["run_id"])
    [daily] = [tab for tab in plan if tab["tab"] == "daily:2026-07"]
    with nights.sheet() as sheet:
        store = Store(f"sqlite:///{nights.folder / 'state' / 'sheets-sync.db'}")
        columns = store.tabs(sheet.id)["daily:2026-07"].columns
        store.close()
        head = sheet.worksheet(TAB).row_values(1)
    labels = {name: head[at] for name, at in columns.items()}
    changed = {
        (key, name): (before[key][name], after[key][name])
        for key in before
        for name in before[key]
        if before[key][name] != after[key][name]
    }
    told = {
        (tuple(key), labels[column]): tuple("" if v is None else v for v in (was, becomes))
        for key, column, was, becomes in daily["changes"]
    }
    assert len(told) > 10
    assert told == changed
    keys = [tuple(row[:4]) for row in daily["new"]]
    assert set(keys) == after.keys() - before.keys()


def plan_of(nights: Nights, run_id: str | None) -> list[dict[str, Any]]:
    """The remembered plan of a run, or of the one that died."""
    engine = create_engine(f"sqlite:///{nights.folder / 'state' / 'sheets-sync.db'}")
    with engine.connect() as connection:
        query = text(
            "SELECT plan FROM runs WHERE run_id = :run OR (:run IS NULL AND state = 'pending')"
        )
        packed = connection.execute(query, {"run": run_id}).scalar()
    engine.dispose()
    content: list[dict[str, Any]] = json.loads(zlib.decompress(packed))
    return content


def test_a_run_that_planned_again_remembers_both_plans(
    nights: Nights, open_sheet: Callable[[str], gspread.Spreadsheet]
) -> None:
    """What the first attempt left in the sheet can be undone too, and its marker is cleared away."""
    nights.company.write_night(nights.inbox, LAST_DAY)
    with LocalServer(nights.folder / "state" / "local-sheets") as server:
        sheet = open_sheet(server.url)
        tab = sheet.worksheet(TAB)
        spec = {"dimensionIndex": 3, "sortOrder": "DESCENDING"}
        sort = {"range": {"sheetId": tab.id, "startRowIndex": 1}, "sortSpecs": [spec]}
        order(server.url, kind="edit-between", batch=[{"sortRange": sort}])
        before = len(tab.get_all_values())

        result = nights.sync(LAST_DAY)

        inserted = len(tab.get_all_values()) - before
        plan = plan_of(nights, result["run_id"])
        new = {
            tuple(row[:4]) for one in plan if one["tab"] == "daily:2026-07" for row in one["new"]
        }
        nights.sync(LAST_DAY + timedelta(days=1))
        fields = "developerMetadata(metadataKey)"
        left = sheet.fetch_sheet_metadata({"fields": fields}).get("developerMetadata", [])
    assert inserted > 20
    assert len(new) == inserted
    assert len([entry for entry in left if entry["metadataKey"] == "sheets_sync.op"]) == 1


# --- tabs and rows of people's -------------------------------------------------------------------


def test_a_deleted_tab_is_named_every_night_and_used_again_when_it_is_back(nights: Nights) -> None:
    """One more read a night, and no new tab behind people's backs."""
    state = nights.folder / "state" / "local-sheets"
    with nights.sheet() as sheet:
        tab_id = sheet.worksheet(TAB).id
    shutil.copytree(state, nights.folder / "kept")
    with nights.sheet() as sheet:
        sheet.del_worksheet(sheet.worksheet(TAB))
    first, second = nights.night(LAST_DAY), nights.sync(LAST_DAY)
    with nights.sheet() as sheet:
        titles = [tab.title for tab in sheet.worksheets()]
    shutil.rmtree(state)
    (nights.folder / "kept").rename(state)

    back, quiet = nights.sync(LAST_DAY), nights.sync(LAST_DAY)

    assert TAB not in titles
    for result in (first, second):
        assert [w["code"] for w in result["warnings"]].count("tab-deleted") == 1
    assert second["calls"] == {"read": 2, "write": 0, "retried": 0}
    assert back["rows"]["inserted"] > 30
    assert "tab-deleted" not in [w["code"] for w in back["warnings"]]
    assert [o for o in back["overrides"] if o["tab"] != "account"] == []
    assert quiet["calls"] == {"read": 1, "write": 0, "retried": 0}
    with nights.sheet() as sheet:
        assert sheet.worksheet(TAB).id == tab_id


def test_a_row_that_a_person_begins_with_a_key_is_filled_in(nights: Nights) -> None:
    """All our columns, the owner included, and nothing of it is taken for theirs the next night."""
    with nights.sheet() as sheet:
        tab = sheet.worksheet(TAB)
        head, *rows = tab.get_all_values(value_render_option="UNFORMATTED_VALUE")
        owner = head.index("负责人")
        last = max(i for i, row in enumerate(rows) if row[3] != "" and row[owner] != "")
        whole = rows[last]
        tab.batch_clear([f"E{last + 2}:AF{last + 2}"])
        tab.delete_rows(last + 2)
    forget_row(nights, whole[:4])
    with nights.sheet() as sheet:
        tab = sheet.worksheet(TAB)
        tab.append_row(["2026-07-29", *whole[1:4]], value_input_option="USER_ENTERED")
        assert whole[0] == 46232

    nights.night(LAST_DAY)
    again = nights.sync(LAST_DAY)

    with nights.sheet() as sheet:
        _, *rows = sheet.worksheet(TAB).get_all_values(value_render_option="UNFORMATTED_VALUE")
    [row] = [row for row in rows if row[:4] == whole[:4]]
    names = [head.index(name) for name in ("品名", "负责人", "可售库存")]
    assert [row[i] for i in names] == [whole[i] for i in names]
    assert again["overrides"] == []


def forget_row(nights: Nights, key: list[Any]) -> None:
    """Let a row be one that the program never wrote."""
    engine = create_engine(f"sqlite:///{nights.folder / 'state' / 'sheets-sync.db'}")
    with engine.begin() as connection:
        query = text("DELETE FROM rows WHERE key = :key")
        found = connection.execute(query, {"key": json.dumps(key, ensure_ascii=False)})
        assert found.rowcount == 1
    engine.dispose()


# --- colours of the team's -----------------------------------------------------------------------

THEIR_RULE = {
    "booleanRule": {
        "condition": {"type": "NUMBER_GREATER", "values": [{"userEnteredValue": "100"}]},
        "format": {"backgroundColorStyle": {"rgbColor": {"green": 1}}},
    }
}


def colour_rules(sheet: gspread.Spreadsheet, tab_id: int) -> list[dict[str, Any]]:
    content = sheet.fetch_sheet_metadata(
        {"fields": "sheets(properties(sheetId),conditionalFormats)"}
    )
    return next(
        s.get("conditionalFormats", [])
        for s in content["sheets"]
        if s["properties"]["sheetId"] == tab_id
    )


def formulas(rules: list[dict[str, Any]]) -> list[str]:
    conditions = [rule.get("booleanRule", {}).get("condition", {}) for rule in rules]
    return [c["values"][0]["userEnteredValue"] for c in conditions if c.get("values")]


@pytest.mark.parametrize("meanwhile", [False, True], ids=["calmly", "while they add another"])
def test_the_teams_colours_and_protections_survive_a_change_of_our_rules(
    nights: Nights, open_sheet: Callable[[str], gspread.Spreadsheet], *, meanwhile: bool
) -> None:
    """Ours are exchanged in the night's one write; theirs stay, in front of ours."""
    nights.company.write_night(nights.inbox, LAST_DAY)
    with LocalServer(nights.folder / "state" / "local-sheets") as server:
        sheet = open_sheet(server.url)
        tab = sheet.worksheet(TAB)
        place = {"sheetId": tab.id, "startRowIndex": 1, "startColumnIndex": 8, "endColumnIndex": 9}
        rule = THEIR_RULE | {"ranges": [place]}
        protected = {"range": place, "description": "theirs", "warningOnly": True}
        sheet.batch_update(
            {
                "requests": [
                    {"addConditionalFormatRule": {"rule": rule, "index": 0}},
                    {"addProtectedRange": {"protectedRange": protected}},
                ]
            }
        )
        nights.job_file.write_text(
            nights.job_file.read_text(encoding="utf-8") + "rules: {turnover: off}\n",
            encoding="utf-8",
        )
        if meanwhile:
            interfere_after_the_rules_were_read(server.url, sheet, rule)

        result = nights.sync(LAST_DAY)

        found = formulas(colour_rules(sheet, tab.id))
        fields = "sheets.protectedRanges.description"
        protections = json.dumps(sheet.fetch_sheet_metadata({"fields": fields}))
    assert found.count("100") == 1
    assert found.count("200") == int(meanwhile)
    assert len([f for f in found if "sheets_sync:acos_7d:critical" in f]) >= 1
    assert protections.count("theirs") == 1
    if not meanwhile:
        assert found[0] == "100"
        assert len(found) == len(set(found))
        assert not any("sheets_sync:turnover" in formula for formula in found)
        assert result["calls"]["write"] == 1
    assert nights.sync(LAST_DAY)["cells_written"] == 0


def interfere_after_the_rules_were_read(
    url: str, sheet: gspread.Spreadsheet, rule: dict[str, Any]
) -> None:
    """Let somebody put another rule in front between the reading of the rules and the write."""
    from sheets_sync.sheets.book import Book

    write = Book.write
    other = json.loads(json.dumps(rule).replace('"100"', '"200"'))

    def write_later(self: Book, *arguments: Any) -> None:
        Book.write = write  # type: ignore[method-assign]  # once
        sheet.batch_update(
            {"requests": [{"addConditionalFormatRule": {"rule": other, "index": 0}}]}
        )
        write(self, *arguments)

    Book.write = write_later  # type: ignore[method-assign]  # once
