"""The tabs around the log: the stand-up page, the team's work log, the runs, and who may do what to them."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import gspread
import pytest

from sheets_sync.edges import LOCAL_ID
from sheets_sync.emulator.serve import LocalServer
from sheets_sync.sheets.transport import LocalSession
from sheets_sync.store import Store

if TYPE_CHECKING:
    from conftest import Nights

LAST_DAY = date(2026, 7, 30)
TABS = ["今日", "日报 2026-07", "账号", "操作记录", "规则", "类目基准", "SKU表", "日历", "运行"]


def table(tab: gspread.Worksheet, render: str = "UNFORMATTED_VALUE") -> list[dict[str, Any]]:
    """Return the filled rows by heading."""
    head, *rows = tab.get_all_values(value_render_option=render)
    padded = ([*row, *[""] * (len(head) - len(row))] for row in rows)
    return [dict(zip(head, row, strict=False)) for row in padded if any(row)]


def written(sheet: gspread.Spreadsheet, title: str, row: int, cells: dict[str, Any]) -> None:
    """Type cells into a row as a person does."""
    tab = sheet.worksheet(title)
    head = tab.row_values(1)
    for heading, value in cells.items():
        tab.update_cell(row, head.index(heading) + 1, value)


def test_the_tabs_of_the_template_are_made_in_their_order(nights: Nights) -> None:
    """The stand-up page comes first, then the log, then everything else."""
    with nights.sheet() as sheet:
        titles = [tab.title for tab in sheet.worksheets()]

    assert titles == TABS


def test_the_page_names_each_sites_newest_day_with_sales(nights: Nights) -> None:
    """A morning is never blank: sales lag behind, stock does not."""
    nights.night(LAST_DAY)

    with nights.sheet() as sheet:
        rows = table(sheet.worksheet("今日"), "FORMATTED_VALUE")

    assert [row["站点"] for row in rows[:3]] == ["US", "DE", "JP"]
    assert [row["销售截至"] for row in rows[:3]] == ["2026-07-28", "2026-07-29", "2026-07-29"]
    assert [row["销售额"][0] for row in rows[:3]] == ["$", "€", "¥"]


def test_an_item_of_the_page_leads_to_its_cell(nights: Nights) -> None:
    """The link goes to the very cell that is coloured, in the tab where it stands."""
    nights.night(LAST_DAY)

    with nights.sheet() as sheet:
        page = sheet.worksheet("今日")
        head = page.row_values(1)
        rows = table(page)
        first = next(row for row in rows if row["AHR"] and "›" in str(row["AHR"]))
        line = rows.index(first)
        column = gspread.utils.rowcol_to_a1(1, head.index("AHR") + 1).rstrip("1")
        found = sheet.fetch_sheet_metadata(
            {
                "ranges": f"今日!{column}2:{column}40",
                "fields": "sheets.data.rowData.values(hyperlink,formattedValue)",
            }
        )
        [cells] = [tab for tab in found["sheets"] if tab]
        links = [
            value["hyperlink"]
            for row in cells["data"][0]["rowData"]
            for value in row.get("values", ())
            if "hyperlink" in value
        ]
        gid, a1 = links[0].removeprefix("#gid=").split("&range=")
        target = next(tab for tab in sheet.worksheets() if str(tab.id) == gid)
        row = target.row_values(int("".join(c for c in a1 if c.isdigit())))
    assert line > 3
    assert first["较前日"] in row
    assert first["AHR"] == f"{target.title.removeprefix('日报 ')} {a1} ›"


def test_an_entry_of_the_work_log_gets_the_moment_it_was_first_seen(nights: Nights) -> None:
    """Once, and never again, whatever people change in the entry afterwards."""
    with nights.sheet() as sheet:
        written(
            sheet, "操作记录", 2, {"人": "赵六", "SKU": "LAMP-07", "动作": "竞价", "改前": "0.9"}
        )
    nights.night(LAST_DAY)
    with nights.sheet() as sheet:
        [first] = table(sheet.worksheet("操作记录"))
        written(sheet, "操作记录", 2, {"改后": "0.7"})
        written(sheet, "操作记录", 3, {"人": "钱七", "SKU": "KT-204"})

    nights.sync(LAST_DAY + timedelta(days=1))

    with nights.sheet() as sheet:
        again, second = table(sheet.worksheet("操作记录"))
    assert first["首见"] == pytest.approx(46234 - 1 + 16.5 / 24, abs=2)
    assert again == {**first, "改后": "0.7"}
    assert second["首见"] == pytest.approx(first["首见"] + 1, abs=0.01)


def test_a_run_that_changed_something_is_listed_and_no_other(nights: Nights) -> None:
    """One line each: when, which days, how much, how many alerts."""
    with nights.sheet() as sheet:
        before = table(sheet.worksheet("运行"))
    result = nights.night(LAST_DAY)
    nights.sync(LAST_DAY)

    with nights.sheet() as sheet:
        after = table(sheet.worksheet("运行"))
    assert len(after) == len(before) + 1 == 4
    assert after[-1]["运行编号"] == result["run_id"]
    assert after[-1]["新增行"] == result["rows"]["inserted"]
    assert after[-1]["指纹"] == result["fingerprint"]
    assert after[-1]["数据日"] == "US 7-30 | DE 7-30 | JP 7-30"


def test_what_people_type_over_the_page_is_theirs_for_a_day(nights: Nights) -> None:
    """The page is written anew; what stands beside it stays."""
    with nights.sheet() as sheet:
        page = sheet.worksheet("今日")
        page.update_acell("D2", "看这里")
        page.add_cols(1)
        page.update_cell(2, page.col_count, "我的笔记")

    result = nights.night(LAST_DAY)

    with nights.sheet() as sheet:
        rows = table(sheet.worksheet("今日"), "FORMATTED_VALUE")
        note = sheet.worksheet("今日").cell(2, sheet.worksheet("今日").col_count).value
    assert rows[0]["销售额"].startswith("$")
    assert note == "我的笔记"
    assert result["overrides"] == []


def test_the_ipi_is_read_from_the_account_tab_and_expires(nights: Nights) -> None:
    """Amazon offers it nowhere; a figure typed once holds for a week and does not carry itself on."""
    with nights.sheet() as sheet:
        tab = sheet.worksheet("账号")
        rows = table(tab)
        at = next(
            i for i, row in enumerate(rows, 2) if row["站点"] == "JP" and row["日期"] == 46231
        )
        written(sheet, "账号", at, {"IPI": 388})

    result = nights.night(LAST_DAY)

    with nights.sheet() as sheet:
        newest = next(
            row
            for row in table(sheet.worksheet("账号"))
            if row["站点"] == "JP" and row["日期"] == 46233
        )
    assert newest["IPI"] == 388
    assert "ipi:critical" in newest["预警码"]
    assert "388" in newest["原因"]
    assert result["overrides"] == []


def test_a_word_typed_as_ipi_is_told_and_harms_nothing(nights: Nights) -> None:
    """It names the tab, the row and the column."""
    with nights.sheet() as sheet:
        written(sheet, "账号", 2, {"IPI": "不知道"})

    result = nights.night(LAST_DAY)

    [reject] = [reject for reject in result["rejects"] if reject["file"] == "账号"]
    assert (reject["row"], reject["column"], reject["reason"]) == (2, "IPI", "'不知道' 不是数字")


def test_a_tab_of_the_teams_own_with_a_title_of_ours_is_left_alone(fresh: Nights) -> None:
    """Ours gets another title; theirs keeps its cells and gets no tags."""
    fresh.company.write_night(fresh.inbox, LAST_DAY)
    with (
        LocalServer(fresh.data) as server,
        closing(Store(f"sqlite:///{fresh.folder}/state/sheets-sync.db")) as store,
    ):
        client = gspread.authorize(None, session=LocalSession(server.url))  # type: ignore[arg-type]  # as gspread documents it
        client.set_timeout(30)
        sheet = client.create("老表")
        sheet.sheet1.update_title("日历")
        sheet.sheet1.update([["值班", "电话"], ["赵六", "1234"]], "A1:B2")
        store.remember(LOCAL_ID, sheet.id)

    fresh.sync(LAST_DAY)
    again = fresh.sync(LAST_DAY)

    with fresh.sheet() as sheet:
        titles = [tab.title for tab in sheet.worksheets()]
        assert sheet.worksheet("日历").get_all_values() == [["值班", "电话"], ["赵六", "1234"]]
        assert sheet.worksheet("日历 (sheets-sync)").row_values(1)[:2] == ["日期", "类型"]
        metadata = sheet.fetch_sheet_metadata(
            {"fields": "sheets(properties(title),developerMetadata)"}
        )
    assert "日历" in titles
    assert "developerMetadata" not in next(
        t for t in metadata["sheets"] if t["properties"]["title"] == "日历"
    )
    assert again["cells_written"] == 0


def test_a_deleted_tab_stays_away_and_is_told(nights: Nights) -> None:
    """Its settings fall back to those of the job."""
    with nights.sheet() as sheet:
        sheet.del_worksheet(sheet.worksheet("日历"))
        sheet.del_worksheet(sheet.worksheet("今日"))

    result = nights.night(LAST_DAY)

    with nights.sheet() as sheet:
        titles = [tab.title for tab in sheet.worksheets()]
    assert "日历" not in titles
    assert "今日" not in titles
    told = [w["text"] for w in result["warnings"] if w["code"] == "tab-deleted"]
    assert len(told) == 2
    assert "「日历」" in json.dumps(told, ensure_ascii=False)


def test_the_filter_view_of_the_newest_day_moves_by_itself(nights: Nights) -> None:
    """It looks for a token that only the newest rows of each site carry."""
    nights.night(LAST_DAY)

    with nights.sheet() as sheet:
        tab = sheet.worksheet("日报 2026-07")
        views = sheet.fetch_sheet_metadata({"fields": "sheets(properties(title),filterViews)"})
        rows = table(tab)
    [daily] = [t for t in views["sheets"] if t["properties"]["title"] == "日报 2026-07"]
    titles = [view["title"] for view in daily["filterViews"]]
    newest = daily["filterViews"][titles.index("最新一天")]
    [spec] = newest["filterSpecs"]
    assert titles[:2] == ["最新一天", "只看预警"]
    assert titles[-3:] == ["US", "DE", "JP"]
    assert any(title.startswith("我的 SKU · ") for title in titles)
    assert spec["filterCriteria"]["condition"]["values"] == [{"userEnteredValue": "|newest|"}]
    assert {row["日期"] for row in rows if "|newest|" in row["预警码"]} == {46233}


def test_another_site_moves_the_list_down_with_its_looks(nights: Nights) -> None:
    """Merged cells and currencies follow the lines; the team's own row between them stays."""
    with nights.sheet() as sheet:
        page = sheet.worksheet("今日")
        page.insert_row(["", "我们的一行"], 3)
    text = nights.job_file.read_text(encoding="utf-8")
    nights.job_file.write_text(text.replace("JP]", "JP, UK]"), encoding="utf-8")

    result = nights.night(LAST_DAY)
    again = nights.sync(LAST_DAY)

    with nights.sheet() as sheet:
        page = sheet.worksheet("今日")
        shown = page.get_all_values()
        fields = "sheets(properties(title),merges,charts(chartId))"
        found = sheet.fetch_sheet_metadata({"fields": fields})
    [today] = [tab for tab in found["sheets"] if tab["properties"]["title"] == "今日"]
    head = next(at for at, row in enumerate(shown) if row[1] == "级别")
    rows = {merge["startRowIndex"] for merge in today["merges"]}
    assert [row[1] for row in shown[1:7]] == ["US", "我们的一行", "DE", "JP", "UK", ""]
    assert head == 8
    assert rows == set(range(head, head + 11))
    assert len(today["charts"]) == 3
    assert again["cells_written"] == 0
    assert result["calls"]["write"] == 2  # how it looks travels alone, and may be refused


def test_a_page_in_both_languages_is_one_page(fresh: Nights) -> None:
    """Headings, rules and dropdowns; and settings are still understood."""
    text = fresh.job_file.read_text(encoding="utf-8")
    fresh.job_file.write_text(text.replace("language: zh", "language: both"), encoding="utf-8")
    fresh.company.write_night(fresh.inbox, LAST_DAY)
    fresh.sync(LAST_DAY)
    with fresh.sheet() as sheet:
        rules = sheet.worksheet("规则 Rules")
        rows = table(rules)
        at = next(i for i, r in enumerate(rows, 2) if r["规则 / Rule"].startswith("低库存"))
        written(sheet, "规则 Rules", at, {"改为 / Changed to": 90})

    result = fresh.sync(LAST_DAY)
    again = fresh.sync(LAST_DAY)

    with fresh.sheet() as sheet:
        titles = [tab.title for tab in sheet.worksheets()]
        verdict = table(sheet.worksheet("规则 Rules"))[at - 2]["校验结果 / Check"]
    assert titles[:3] == ["今日 Today", "日报 2026-07 Daily", "账号 Account"]
    assert "90" in verdict
    assert result["rejects"] == []
    assert again["cells_written"] == 0


def test_another_site_leaves_the_teams_columns_and_merges_on_the_page_alone(nights: Nights) -> None:
    """Their column between ours keeps its notes and colours; their merged cells stop nothing."""
    with nights.sheet() as sheet:
        page = sheet.worksheet("今日")
        column = page.row_values(1).index("销量") + 1
        page.insert_cols([["备忘", *[f"记 {i}" for i in range(2, 33)]]], col=column)
        letter = gspread.utils.rowcol_to_a1(1, column).rstrip("1")
        page.format(f"{letter}2:{letter}32", {"backgroundColor": {"red": 1, "green": 1}})
        page.merge_cells("B25:C27")
        page.update_acell("D22", "我的话")
        notes, rows = page.col_values(column), len(page.get_all_values())
    text = nights.job_file.read_text(encoding="utf-8")
    nights.job_file.write_text(text.replace("JP]", "JP, UK]"), encoding="utf-8")

    result = nights.night(LAST_DAY)

    with nights.sheet() as sheet:
        page = sheet.worksheet("今日")
        fields = "sheets(merges,data(rowData(values(userEnteredFormat(backgroundColor)))))"
        asked = {"ranges": f"今日!{letter}2:{letter}32", "fields": fields}
        found = sheet.fetch_sheet_metadata(asked)["sheets"][0]
        assert page.col_values(column) == notes
        assert page.acell("D22").value == "我的话"
        assert len(page.get_all_values()) == rows
    painted = [row["values"][0]["userEnteredFormat"] for row in found["data"][0]["rowData"]]
    assert len(painted) == 31
    assert all(one["backgroundColor"] == {"red": 1, "green": 1} for one in painted)
    assert result["rows"]["inserted"] > 0


def test_the_work_log_needs_no_column_and_the_page_no_number(nights: Nights) -> None:
    """What the team deletes there stops nothing; what cannot be told apart is left alone and told."""
    with nights.sheet() as sheet:
        log = sheet.worksheet("操作记录")
        log.delete_columns(log.row_values(1).index("复查日") + 1)
        written(sheet, "操作记录", 2, {"人": "赵六"})
        sheet.worksheet("今日").delete_columns(1)
        rules = sheet.worksheet("规则")
        rules.delete_columns(rules.row_values(1).index("级别") + 1)
        before = sheet.worksheet("今日").get_all_values()

    result = nights.night(LAST_DAY)

    with nights.sheet() as sheet:
        assert table(sheet.worksheet("操作记录"))[0]["首见"] != ""
        assert sheet.worksheet("今日").get_all_values() == before
    told = [w["text"] for w in result["warnings"] if w["code"] == "tab-unusable"]
    assert len(told) == 2
    assert "「规则」里找不到列 级别" in "".join(told)
    assert result["rows"]["inserted"] > 0


def test_a_copied_line_of_the_page_stops_nothing(nights: Nights) -> None:
    """Only a log refuses two rows with one key."""
    with nights.sheet() as sheet:
        page = sheet.worksheet("今日")
        page.append_row(page.row_values(8, value_render_option="UNFORMATTED_VALUE"))

    result = nights.night(LAST_DAY)

    assert result["rows"]["inserted"] > 0


def test_hours_that_pass_are_no_news(nights: Nights) -> None:
    """A run in the afternoon without new files changes no cell, though something is overdue."""
    nights.night(LAST_DAY)
    now = nights.now(LAST_DAY)

    later = [
        nights.run("sync", "--json", "--now", (now + timedelta(hours=h)).isoformat())
        for h in (1, 3)
    ]

    assert [json.loads(out)["cells_written"] for _, out, _ in later] == [0, 0]


def test_warnings_stand_over_the_rows_wherever_rows_are_added(nights: Nights) -> None:
    """They begin at the heading, so that inserted rows stay inside them."""
    nights.night(LAST_DAY)

    with nights.sheet() as sheet:
        found = sheet.fetch_sheet_metadata({"fields": "sheets(properties(title),protectedRanges)"})
    [daily] = [t for t in found["sheets"] if t["properties"]["title"] == "日报 2026-07"]
    ranges = [one["range"] for one in daily["protectedRanges"]]
    assert all(one.get("startRowIndex", 0) == 0 and "endRowIndex" not in one for one in ranges)
    assert all(one["warningOnly"] for one in daily["protectedRanges"])


@pytest.mark.parametrize("fault", ["drop-before", "503"])
def test_the_stamp_of_an_entry_survives_a_run_that_did_not_arrive(
    nights: Nights, fault: str
) -> None:
    """What was about to be written is not taken for written."""
    with nights.sheet() as sheet:
        written(sheet, "操作记录", 2, {"人": "赵六", "SKU": "LAMP-07"})
    nights.company.write_night(nights.inbox, LAST_DAY)
    with LocalServer(nights.data) as server:
        server.fail({"kind": fault, "when": "batchUpdate", "times": 40})
        code, _, _ = nights.run("sync")

    nights.sync(LAST_DAY)

    with nights.sheet() as sheet:
        [entry] = table(sheet.worksheet("操作记录"))
    assert code == 4
    assert entry["首见"] != ""
