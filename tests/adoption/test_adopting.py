"""A log that a team keeps by hand becomes the program's, and stays the team's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gspread
import pytest

from sheets_sync.adopt import adopt
from sheets_sync.config.job import load_job
from sheets_sync.config.templates import load_layouts
from sheets_sync.core.tab import ExistingTab
from sheets_sync.edges import LOCAL_ID
from sheets_sync.errors import UnsafeChange
from sheets_sync.sheets.book import Book
from sheets_sync.sheets.gateway import Gateway
from sheets_sync.sheets.reading import Wanted
from sheets_sync.store import Store

HEAD = ["日期", "站点", "SKU", "广告ACOS", "库存水平"]
ROW = ["2026-07-01", "US", "LAMP-1", 0.3, 41]


def read_as_a_run(team: Any, tab: str) -> ExistingTab:
    """Read a tab as the first sync will: nothing is remembered, all is found by tags."""
    job = load_job(team.folder)
    layouts = {layout.id: layout for layout in load_layouts(job)}
    name, _, month = tab.partition(":")
    layout = layouts[name]
    wanted = {tab: Wanted(layout, layout.named(month, job.language))}
    with Gateway.for_local(team.url) as gateway:
        return Book(gateway, team.made[-1]).read(wanted, {}).tabs[tab]


def tags(resource: dict[str, Any]) -> list[tuple[str, str]]:
    """Return every tag of the first tab: its own, then its columns' in order."""
    sheet = resource["sheets"][0]
    own = sheet.get("developerMetadata", [])
    columns = [
        entry
        for column in sheet["data"][0]["columnMetadata"]
        for entry in column.get("developerMetadata", [])
    ]
    return [(entry["metadataKey"], entry["metadataValue"]) for entry in (*own, *columns)]


def without_ours(resource: dict[str, Any], first: int) -> dict[str, Any]:
    """Return a resource without tags, and without the first tab's columns from `first` on."""
    sheet = resource["sheets"][0]
    sheet.pop("developerMetadata", None)
    data = sheet["data"][0]
    data["columnMetadata"] = data["columnMetadata"][:first]
    for column in data["columnMetadata"]:
        column.pop("developerMetadata", None)
    for row in data["rowData"]:
        if "values" in row:
            row["values"] = row["values"][:first]
    return resource


MAPPING = """\
日报 ← 「运营日志」(每行一个 SKU;一直用这一张表)
  ✓ 日期 → 日期   ✓ 站点 → 站点   ✓ SKU → SKU   ✓ 广告ACOS → ACOS
  ✓ 库存水平 → 可售库存   ✓ 差评数量 → 新增差评   ✓ AHR 分数 → AHR分数   ✓ 责任人 → 负责人(新行填一次)
  – 你们自己的列,不动:毛利、要看吗
  + 将在最右边加:预警、原因、预警码(隐藏)
  缺少(不写):品名、销量、较7日均、销售额、会话、转化率、购物车占比、广告花费、7日ACOS、在途、可售天数、\
数据状态、广告销售额、点击、CTR、CPC、TACOS、年周转、数据时间
第一次同步时新建:今日、账号、操作记录、规则、类目基准、SKU表、日历、运行
店铺和站点 my-store: US
"""


def test_the_mapping_is_shown_and_nothing_changes(
    team: Any, by_hand: Callable[[], gspread.Spreadsheet]
) -> None:
    """Where nobody can be asked the mapping is all there is, and the way to agree."""
    by_hand()
    before = team.everything()

    code, out, _ = team.adopt()

    assert code == 2
    assert out == MAPPING + (
        "以上还没有改动任何东西。同意的话加上 --yes 再运行一次(不明确的列留给你们自己)。\n"
    )
    assert team.everything() == before
    assert sorted(path.name for path in team.folder.iterdir()) == ["state"]


def test_only_tags_and_three_columns_are_added(
    team: Any, by_hand: Callable[[], gspread.Spreadsheet]
) -> None:
    """Order, widths, colours, rules, notes, dropdowns, formulas and every value stay."""
    by_hand()
    before = team.everything()

    code, out, err = team.adopt("--yes")

    assert code == 0, err
    assert out.startswith(MAPPING)
    after = team.everything()
    assert tags(before) == []
    assert tags(after) == [
        ("sheets_sync.tab", "daily"),
        ("sheets_sync.col", "date"),
        ("sheets_sync.col", "marketplace"),
        ("sheets_sync.col", "sku"),
        ("sheets_sync.col", "acos"),
        ("sheets_sync.col", "stock_units"),
        ("sheets_sync.col", "new_negatives"),
        ("sheets_sync.col", "ahr_score"),
        ("sheets_sync.col", "owner"),
        ("sheets_sync.col", "alerts"),
        ("sheets_sync.col", "why"),
        ("sheets_sync.col", "flags"),
    ]
    grid = after["sheets"][0]["data"][0]
    added = [cell.get("formattedValue") for cell in grid["rowData"][0]["values"][10:]]
    assert added == ["预警", "原因", "预警码"]
    looks = [
        (column["pixelSize"], column.get("hiddenByUser", False))
        for column in grid["columnMetadata"][10:13]
    ]
    assert looks == [(128, False), (260, False), (120, True)]
    bold = [c["userEnteredFormat"]["textFormat"]["bold"] for c in grid["rowData"][0]["values"]]
    assert bold == [True] * 13
    rest = grid["columnMetadata"][13:]
    assert rest == before["sheets"][0]["data"][0]["columnMetadata"][13:]
    assert without_ours(after, 10) == without_ours(before, 10)


def test_what_was_agreed_is_the_jobs_own_template(
    team: Any, by_hand: Callable[[], gspread.Spreadsheet]
) -> None:
    """Their columns in their order with their headings; their own columns are not listed."""
    sheet = by_hand()

    team.adopt("--yes")

    assert (team.folder / "template" / "daily.yaml").read_text(encoding="utf-8") == (
        "# 来自你们自己的表「运营日志」:这里只列程序会读写的列,别的列都是你们的,程序不动。\n"
        "# 可以修改。role:ours 程序每次写;prefilled 新行写一次,之后归你们;theirs 只由你们写。\n"
        "id: daily\n"
        'title: {zh: "运营日志", en: "运营日志", both: "运营日志"}\n'
        "one_row_is: sku\n"
        "one_tab_is: always\n"
        "order: 2\n"
        "columns:\n"
        "  - {id: date, label: {zh: 日期, en: 日期}, key: true, width: 88}\n"
        "  - {id: marketplace, label: {zh: 站点, en: 站点}, key: true, width: 46}\n"
        "  - {id: sku, label: {zh: SKU, en: SKU}, key: true, width: 116}\n"
        "  - {id: acos, label: {zh: 广告ACOS, en: 广告ACOS}, width: 66}\n"
        "  - {id: stock_units, label: {zh: 库存水平, en: 库存水平}, width: 74}\n"
        "  - {id: new_negatives, label: {zh: 差评数量, en: 差评数量}, width: 74}\n"
        '  - {id: ahr_score, label: {zh: "AHR 分数", en: "AHR 分数"}, width: 80}\n'
        "  - {id: owner, label: {zh: 责任人, en: 责任人}, role: prefilled, width: 70}\n"
        "  - {id: alerts, width: 128}\n"
        "  - {id: why, width: 260}\n"
        "  - {id: flags, width: 120, hide: always}\n"
        "  - {id: store, key: true, hide: always}\n"
    )
    job = load_job(team.folder)
    assert (job.team, job.template, job.stores) == ("灯具组", "template", {"my-store": ["US"]})
    assert [layout.id for layout in load_layouts(job)] == [
        "today", "daily", "account", "operations", "rules", "benchmarks", "skus", "calendar", "runs",
    ]  # fmt: skip
    store = Store(job.store_url)
    assert store.setting(LOCAL_ID) == sheet.id
    store.close()


def test_the_first_run_finds_the_log_by_its_tags(
    team: Any, by_hand: Callable[[], gspread.Spreadsheet]
) -> None:
    """Whatever the tab is called by then, its rows are recognised, however their days were typed."""
    sheet = by_hand()
    team.adopt("--yes")
    sheet.sheet1.update_title("我们的日志")

    existing = read_as_a_run(team, "daily")

    assert dict(existing.columns) == {
        "date": 0, "marketplace": 1, "sku": 2, "acos": 3, "stock_units": 4, "new_negatives": 5,
        "ahr_score": 6, "owner": 7, "alerts": 10, "why": 11, "flags": 12,
    }  # fmt: skip
    layout = next(one for one in load_layouts(load_job(team.folder)) if one.id == "daily")
    keys = [key for _, key in existing.keys(layout, ["date", "sku"])]
    assert keys[:4] == [(46204, "LAMP-1"), (46204, "LAMP-2"), (46205, "LAMP-1"), (46205, "LAMP-2")]
    assert len({day for day, _ in keys}) == 10


def test_a_second_adoption_tags_nothing_twice(
    team: Any, by_hand: Callable[[], gspread.Spreadsheet]
) -> None:
    """Where the job folder was lost the tags say everything."""
    by_hand()
    team.adopt("--yes")
    first = team.everything()
    daily = (team.folder / "template" / "daily.yaml").read_text(encoding="utf-8")
    code, _, err = team.adopt("--yes")
    assert (code, "已经存在,不覆盖" in err) == (2, True)
    for path in (*(team.folder / "template").iterdir(), *team.folder.glob("*.*")):
        path.unlink()
    (team.folder / "template").rmdir()

    code, out, err = team.adopt("--yes")

    assert code == 0, err
    assert out.startswith("日报 ← 「运营日志」(每行一个 SKU;一直用这一张表;以前接手过)\n")
    assert "将在最右边加" not in out
    assert team.everything() == first
    again = (team.folder / "template" / "daily.yaml").read_text(encoding="utf-8")
    assert "{id: alerts, label: {zh: 预警, en: 预警}, width: 128}" in again
    assert [line.split(",")[0] for line in again.splitlines()] == [
        line.split(",")[0] for line in daily.splitlines()
    ]


def test_the_grid_grows_only_where_it_must(team: Any) -> None:
    """A tab that is used to its last column gets just the columns it lacks."""
    sheet = team.sheet({"日志": [HEAD, ROW]})
    sheet.sheet1.resize(cols=6)

    code, _, err = team.adopt("--yes")

    assert code == 0, err
    grid = team.everything()["sheets"][0]["properties"]["gridProperties"]
    assert grid["columnCount"] == 8
    assert sheet.sheet1.row_values(1) == [*HEAD, "预警", "原因", "预警码"]


def test_a_column_counts_as_used_by_any_value(team: Any) -> None:
    """A column without a heading, and one whose formulas say nothing today, are the team's too."""
    sheet = team.sheet({"日志": [[*HEAD, "", "", ""], [*ROW, "手记", "", '=IF(E2<0,"x","")']]})

    team.adopt("--yes")

    assert sheet.sheet1.row_values(1) == [*HEAD, "", "", "", "预警", "原因", "预警码"]
    assert sheet.sheet1.acell("F2").value == "手记"


def test_two_headings_for_one_column_are_left_to_the_team(team: Any) -> None:
    """Neither is better, so neither is taken unless somebody says so."""
    team.sheet(
        {"日志": [["日期", "站点", "SKU", "库存", "FBA库存"], ["2026-07-01", "US", "A", 1, 2]]}
    )

    code, out, _ = team.adopt()
    assert (code, "  ? 库存 (D) / FBA库存 (E) → 可售库存\n" in out) == (2, True)

    code, out, err = team.adopt("--yes")

    assert code == 0, err
    assert "  ? 库存 (D) / FBA库存 (E) → 可售库存:不明确,留给你们自己\n" in out
    assert "  – 你们自己的列,不动:库存、FBA库存\n" in out
    assert "stock_units" not in (team.folder / "template" / "daily.yaml").read_text("utf-8")


def test_the_first_exact_label_is_taken(team: Any) -> None:
    """An exact label beats every other spelling; of two exact ones the first counts."""
    team.sheet(
        {
            "日志": [
                ["日期", "站点", "SKU", "库存", "可售库存", "ACOS", "acos"],
                ["2026-07-01", "US", "A"],
            ]
        }
    )

    _, out, _ = team.adopt("--yes")

    assert "✓ 可售库存 → 可售库存\n  ✓ ACOS → ACOS\n" in out
    assert "  ? ACOS (F) / acos (G) → ACOS:取第一个 ACOS (F)\n" in out
    assert "  – 你们自己的列,不动:库存、acos\n" in out


def talked(team: Any, answers: list[str], **more: Any) -> list[str]:
    """Adopt as at a terminal with those answers; return what was said."""
    said: list[str] = []

    def ask(text: str) -> str:
        said.append(text)
        return answers.pop(0)

    adopt(
        team.folder,
        team.address,
        template="full",
        language="zh",
        shown="zh",
        yes=False,
        ask=more.get("ask", ask),
        say=said.append,
    )
    assert answers == []
    return said


def test_questions_are_asked_one_by_one(team: Any) -> None:
    """A number chooses; anything else is asked again."""
    sheet = team.sheet(
        {
            "日志": [
                ["日期", "站点", "SKU", "库存", "FBA库存", "广告费", "花费"],
                ["2026-07-01", "US", "A", 1, 2, 3, 4],
            ]
        }
    )

    said = talked(team, ["7", "2", "", "y"])

    first = said.index("「日志」里哪一列是可售库存?")
    assert said[first + 1 : first + 9] == [
        "  1 库存 (D)",
        "  2 FBA库存 (E)",
        "写序号,回车表示都不是",
        "写序号,回车表示都不是",
        "「日志」里哪一列是广告花费?",
        "  1 广告费 (F)",
        "  2 花费 (G)",
        "写序号,回车表示都不是",
    ]
    assert "  ✓ 日期 → 日期   ✓ 站点 → 站点   ✓ SKU → SKU   ✓ FBA库存 → 可售库存" in said
    assert "  – 你们自己的列,不动:库存、广告费、花费" in said
    assert read_as_a_run(team, "daily").columns["stock_units"] == 4
    assert sheet.sheet1.row_values(1)[-3:] == ["预警", "原因", "预警码"]


def test_who_does_not_agree_changes_nothing(team: Any) -> None:
    """Enter is no."""
    team.sheet({"日志": [HEAD, ROW]})
    before = team.everything()

    said = talked(team, [""])

    assert said[-1] == "什么都没改。"
    assert team.everything() == before
    assert sorted(path.name for path in team.folder.iterdir()) == ["state"]


def test_a_sheet_that_changed_meanwhile_is_not_written(team: Any) -> None:
    """Somebody added a column while the question stood there."""
    sheet = team.sheet({"日志": [HEAD, ROW]})

    def ask(_: str) -> str:
        sheet.sheet1.insert_cols([["新列"]], 2)
        return "y"

    with pytest.raises(UnsafeChange, match="Somebody changed the sheet"):
        talked(team, [], ask=ask)

    assert tags(team.everything()) == []


def test_an_english_log(team: Any) -> None:
    """Headings, added columns and the job are English."""
    sheet = team.sheet(
        {
            "Ops log": [
                ["Date", "Shop", "Country", "Seller SKU", "ACOS", "Stock", "Notes", "Margin"],
                ["2026-07-01", "Acme", "USA", "A", 0.3, 41, "fine", 3],
                ["2026-07-01", "Acme", "Germany", "A", 0.3, 41, "", 3],
                ["2026-07-01", "Bolt", "amazon.de", "A", 0.3, 41, "", 3],
                ["2026-07-01", "Bolt", "Mars", "A", 0.3, 41, "", 3],
            ]
        },
        title="Ops",
    )

    code, out, err = team.adopt("--yes", lang="en")

    assert code == 0, err
    assert out.startswith(
        "Daily <- 'Ops log' (a row is a SKU; one tab for ever)\n"
        "  ✓ Date → Date   ✓ Shop → Store   ✓ Country → Site   ✓ Seller SKU → SKU\n"
        "  ✓ ACOS → ACOS   ✓ Stock → Available   ✓ Notes → Notes (only you write it)\n"
        "  - Yours, never touched: Margin\n"
        "  + Added on the right: Alerts, Why, Flags (hidden)\n"
    )
    assert "Stores Acme: US, DE; Bolt: DE\n" in out
    assert "! Marketplaces that are not known; their rows stay as they are: Mars\n" in out
    assert sheet.sheet1.row_values(1)[8:] == ["Alerts", "Why", "Flags"]
    assert load_job(team.folder).stores == {"Acme": ["US", "DE"], "Bolt": ["DE"]}
    assert (team.folder / "inbox" / "Bolt" / "DE").is_dir()
    assert ("sheets_sync.col", "notes") not in tags(team.everything())
    assert read_as_a_run(team, "daily").columns["notes"] == 6


def test_a_monthly_log_goes_on_by_month(team: Any) -> None:
    """The newest tab and the two before it are adopted; their titles show how new ones are called."""
    months = {
        f"日志 2026.{month:02}": [HEAD, [f"2026-{month:02}-01", "US", "A", 0.3, 41]]
        for month in (4, 5, 6, 7)
    }
    team.sheet(months)

    code, out, err = team.adopt("--yes")

    assert code == 0, err
    assert "日报 ← 「日志 2026.07」(每行一个 SKU;每月一张,新的叫「日志 YYYY-MM」)\n" in out
    assert "  同样接手:日志 2026.06、日志 2026.05\n" in out
    found = {
        sheet["properties"]["title"]: [
            entry["metadataValue"] for entry in sheet.get("developerMetadata", [])
        ]
        for sheet in team.everything()["sheets"]
    }
    assert found == {
        "日志 2026.04": [],
        "日志 2026.05": ["daily:2026-05"],
        "日志 2026.06": ["daily:2026-06"],
        "日志 2026.07": ["daily:2026-07"],
    }
    daily = (team.folder / "template" / "daily.yaml").read_text("utf-8")
    assert 'title: {zh: "日志 {month}", en: "日志 {month}", both: "日志 {month}"}\n' in daily
    assert "one_tab_is: month\n" in daily
    assert read_as_a_run(team, "daily:2026-06").columns["acos"] == 3


def test_a_month_whose_rows_go_on_is_one_tab_for_ever(team: Any) -> None:
    """A title may be older than the rows below it."""
    team.sheet({"7月": [HEAD, ROW, ["2026-08-01", *ROW[1:]]]})

    _, out, _ = team.adopt("--yes")

    assert out.startswith("日报 ← 「7月」(每行一个 SKU;一直用这一张表)\n")


def test_a_tab_of_theirs_may_bear_a_name_of_ours(team: Any) -> None:
    """It is not taken for the program's; the program's gets another name."""
    team.sheet(
        {"日志": [HEAD, ROW], "SKU表": [["SKU", "站点", "供应商"], ["LAMP-1", "US", "甲厂"]]}
    )

    code, out, err = team.adopt("--yes")

    assert code == 0, err
    assert "! 「SKU表」这个名字你们自己的表在用,那张表不动;程序的叫「SKU表(自动)」。\n" in out
    titles = {one.id: one.title for one in load_layouts(load_job(team.folder))}
    assert titles["skus"] == {
        "zh": "SKU表(自动)",
        "en": "SKUs (automatic)",
        "both": "SKU表 SKUs(自动)",
    }
    assert titles["rules"]["zh"] == "规则"
    assert team.everything()["sheets"][1].get("developerMetadata") is None


def test_an_account_log_is_adopted_as_well(team: Any) -> None:
    """Its figures are the account's, and it has no SKU column."""
    team.sheet(
        {
            "日志": [HEAD, ROW],
            "账户健康": [
                ["日期", "站点", "AHR 分数", "ODR", "IPI", "谁看的"],
                ["2026-07-01", "US", 312, 0.1, 500],
            ],
        }
    )

    code, out, err = team.adopt("--yes")

    assert code == 0, err
    assert "账号 ← 「账户健康」(每行一个站点;一直用这一张表)\n" in out
    assert "  – 你们自己的列,不动:谁看的\n" in out
    assert dict(read_as_a_run(team, "account").columns) == {
        "date": 0, "marketplace": 1, "ahr_score": 2, "odr_rate": 3, "ipi": 4,
        "alerts": 6, "why": 7, "flags": 8,
    }  # fmt: skip


def test_of_two_equal_logs_the_newer_is_taken(team: Any) -> None:
    """The other one is named."""
    team.sheet({"旧": [HEAD, ROW], "新": [HEAD, ["2026-07-09", *ROW[1:]]]})

    _, out, _ = team.adopt("--yes")

    assert out.startswith("日报 ← 「新」")
    assert "! 也像日报,这次不接手、不动:旧\n" in out


def test_what_no_run_will_recognise_is_said(team: Any) -> None:
    """Days that cannot be read, keys worked out by formulas, rows that are there twice."""
    team.sheet(
        {
            "日志": [
                ["日期", "SKU", "库存"],
                ["2026-07-01", "A", 1],
                ["2026-07-01", "A", 1],
                ["上周五", "A", 1],
                ["2026-07-02", '="B"&"1"', 1],
            ]
        }
    )

    _, out, _ = team.adopt()

    assert "! 没有站点列:当作只有一个站点 US;不对的话改 sheets-sync.yaml 的 stores。\n" in out
    assert "! 「日志」里 1 种日期写法认不出,这些行不动:上周五\n" in out
    assert "! 「日志」的SKU列是公式算的,程序认不出这些行;请把公式换成数值(选择性粘贴)。\n" in out
    assert "! 「日志」有 1 行和别的行日期、站点、SKU 相同" in out


def test_one_person_gets_nothing_but_an_inbox(team: Any) -> None:
    """With the simple template there is no list to fill in."""
    team.sheet({"日志": [HEAD, ROW]})

    code, _, err = team.adopt("--yes", "--template", "simple")

    assert code == 0, err
    assert sorted(path.name for path in team.folder.iterdir()) == [
        "inbox", "sheets-sync.yaml", "state", "template",
    ]  # fmt: skip
    assert [layout.id for layout in load_layouts(load_job(team.folder))] == [
        "today", "daily", "rules", "benchmarks", "skus", "calendar",
    ]  # fmt: skip
