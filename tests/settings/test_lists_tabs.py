"""The SKU list, the benchmarks and the calendar of the sheet: what counts, and every kind of slip."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from sheets_sync.config.settings import start_rows
from sheets_sync.core.calendar import Calendar, Entry
from sheets_sync.core.model import Benchmark, MasterData, Sku, SkuKey
from sheets_sync.errors import Words

if TYPE_CHECKING:
    from sheets_sync.core.settings import SettingsRead
    from sheets_sync.core.tab import Cell

Team = Any
TeamOf = Any
Row = "dict[str, Cell]"

JULY_30 = 46233


def sku_row(sku: Cell = "LAMP-07", marketplace: Cell = "US", **cells: Cell) -> dict[str, Cell]:
    return {"marketplace": marketplace, "sku": sku, **cells}


def said(read: SettingsRead, tab: str, index: int = 0) -> Words | None:
    words = list(read.verdicts[tab].values())
    return words[index] if index < len(words) else None


def lamp(read: SettingsRead) -> Sku:
    return read.settings.master.skus[SkuKey("acme", "US", "LAMP-07")]


# --- the SKU list -----------------------------------------------------------------------------------

FULL = Sku(
    "acme", "US", "LAMP-07", "B0ABC", "B0PAR", "台灯", "家居", "Acme", "小王", "新品", "FBM",
    date(2026, 3, 1), 30, 12.5, "小李", "EU", 0.3, 20.0, date(2026, 8, 5),
)  # fmt: skip


def test_a_sku_is_read_as_it_was_written(team_of: TeamOf) -> None:
    """The first filling, read back, is the list beside the job."""
    team = team_of(skus=[FULL])
    rows = start_rows(team.start, "zh")["product"]

    read = team.read(skus=rows)

    assert dict(read.settings.master.skus) == {FULL.key: FULL}
    assert (read.verdicts["skus"], read.faults) == ({}, ())
    assert (rows[0]["status"], rows[0]["launch_date"], rows[0]["quiet_until"]) == (
        "新品",
        46082,
        46239,
    )
    assert start_rows(team.start, "en")["product"][0]["status"] == "new"


def test_the_sheet_is_the_authority(team_of: TeamOf) -> None:
    """A SKU that the list beside the job has and the sheet has not is not listed; blank cells are blank."""
    team = team_of(skus=[FULL, Sku("acme", "DE", "KT-204")])

    read = team.read(skus=[sku_row(title="Lamp")])

    assert dict(read.settings.master.skus) == {
        FULL.key: Sku("acme", "US", "LAMP-07", title="Lamp", fulfilment="")
    }


def test_without_the_tab_the_list_beside_the_job_counts(team_of: TeamOf) -> None:
    """A template may do without."""
    team = team_of(skus=[FULL])

    assert dict(team.read().settings.master.skus) == {FULL.key: FULL}


def test_a_column_that_the_tab_lacks_is_taken_from_beside_the_job(team_of: TeamOf) -> None:
    """The simple template has no owners."""
    team = team_of(skus=[FULL])
    from sheets_sync.config.settings import read_settings

    tab = team.tab(
        "skus", [sku_row(title="Lamp")], {"marketplace": "站点", "sku": "SKU", "title": "品名"}
    )
    read = read_settings({"skus": tab}, team.job, team.catalogue, team.start, {})

    assert (lamp(read).owner, lamp(read).title) == ("小王", "Lamp")


def test_an_only_store_goes_without_saying(team: Team, team_of: TeamOf) -> None:
    """And an only marketplace; with several they have to be written."""
    read = team.read(skus=[sku_row(), sku_row("X", None)])
    one = team_of("{acme: [US]}").read(skus=[{"sku": 1204.0}])

    assert list(read.settings.master.skus) == [("acme", "US", "LAMP-07")]
    assert said(read, "skus") == Words(
        "缺少站点;这一行不生效", "站点 missing; the row has no effect"
    )
    assert list(one.settings.master.skus) == [("acme", "US", "1204")]


@pytest.mark.parametrize(
    ("cells", "field", "value"),
    [
        ({"status": "clearance"}, "status", "清仓"),
        ({"status": "待确认"}, "status", "待确认"),
        ({"fulfilment": "自发货"}, "fulfilment", "FBM"),
        ({"launch_date": JULY_30}, "launch_date", date(2026, 7, 30)),
        ({"launch_date": "2026-07-30"}, "launch_date", date(2026, 7, 30)),
        ({"launch_date": "2026/7/30"}, "launch_date", date(2026, 7, 30)),
        ({"launch_date": "2026年7月30日"}, "launch_date", date(2026, 7, 30)),
        ({"target_acos": 0.3}, "target_acos", 0.3),
        ({"target_acos": 30}, "target_acos", 0.3),
        ({"target_acos": "30%"}, "target_acos", 0.3),
        ({"target_acos": 1.2}, "target_acos", 1.2),
        ({"daily_budget": "1,250.50"}, "daily_budget", 1250.5),
        ({"lead_time_days": 30.0}, "lead_time_days", 30),
        ({"asin": 123456.0}, "asin", "123456"),
    ],
)
def test_cells_are_understood_as_people_type_them(
    team: Team, cells: dict[str, Cell], field: str, value: object
) -> None:
    """Words in either language, dates with the year first, percentages."""
    read = team.read(skus=[sku_row(**cells)])

    assert getattr(lamp(read), field) == value
    assert read.verdicts["skus"] == {}


@pytest.mark.parametrize(
    ("cells", "column", "zh", "en"),
    [
        (
            {"status": "下架"},
            "生命周期",
            "'下架' 不行,可写:待确认、新品、在售、清仓、停售,按空白处理",
            "'下架' is not possible; write unconfirmed, new, active, clearance, discontinued; taken as blank",
        ),
        (
            {"launch_date": "7月30日"},
            "上架日",
            "'7月30日' 没有年份,请写成 2026-07-30,按空白处理",
            "'7月30日' has no year; write 2026-07-30; taken as blank",
        ),
        (
            {"launch_date": "2026-02-30"},
            "上架日",
            "'2026-02-30' 不是日期,请写成 2026-07-30,按空白处理",
            "'2026-02-30' is not a date; write 2026-07-30; taken as blank",
        ),
        (
            {"launch_date": 20260730},
            "上架日",
            "'20260730' 不是日期,请写成 2026-07-30,按空白处理",
            "'20260730' is not a date; write 2026-07-30; taken as blank",
        ),
        ({"lead_time_days": 2.5}, "交期天数", "'2.5' 不是整数,按空白处理", "'2.5' is not a whole number; taken as blank"),
        ({"daily_budget": -1}, "日预算", "'-1' 是负数,按空白处理", "'-1' is negative; taken as blank"),
        ({"target_acos": 5000}, "目标ACOS", "'5000' 太大了,按空白处理", "'5000' is too large; taken as blank"),
        ({"quiet_until": True}, "静默至", "'TRUE' 不是日期,请写成 2026-07-30,按空白处理", "'TRUE' is not a date; write 2026-07-30; taken as blank"),
    ],
)  # fmt: skip
def test_a_cell_that_is_not_understood_is_blank_and_explained(
    team: Team, cells: dict[str, Cell], column: str, zh: str, en: str
) -> None:
    """Everything else of the row counts."""
    read = team.read(skus=[sku_row(owner="小王", **cells)])

    assert lamp(read) == Sku("acme", "US", "LAMP-07", owner="小王", fulfilment="")
    assert said(read, "skus") == Words(zh, en)
    assert [(f.file, f.row, f.column) for f in read.faults] == [("SKU表", 2, column)]


def test_what_stood_there_before_a_slip_holds_on(team: Team) -> None:
    """Cell by cell."""
    team.read(skus=[sku_row(status="清仓", target_acos=0.2, owner="小王")])

    read = team.read(skus=[sku_row(status="清昌", target_acos=0.25, owner="小李")])

    assert (lamp(read).status, lamp(read).target_acos, lamp(read).owner) == ("清仓", 0.25, "小李")
    assert said(read, "skus") == Words(
        "'清昌' 不行,可写:待确认、新品、在售、清仓、停售,是不是 '清仓'?仍按 清仓",
        "'清昌' is not possible; write unconfirmed, new, active, clearance, discontinued; did you mean '清仓'? clearance still holds",
    )


def test_a_slip_in_the_first_filling_leaves_what_the_file_said(team_of: TeamOf) -> None:
    """The list beside the job is the default."""
    read = team_of(skus=[FULL]).read(skus=[sku_row(launch_date="soon")])

    assert lamp(read).launch_date == date(2026, 3, 1)


@pytest.mark.parametrize(
    ("cells", "zh"),
    [
        (
            {"store": "beta", "marketplace": "JP", "sku": "X"},
            "店铺 'beta' 没有站点 'JP';这一行不生效",
        ),
        (
            {"store": "acmee", "marketplace": "US", "sku": "X"},
            "没有店铺 'acmee',是不是 'acme'?这一行不生效",
        ),
        ({"store": "acme", "marketplace": "Mars", "sku": "X"}, "没有站点 'Mars';这一行不生效"),
        ({"store": "acme", "marketplace": "US"}, "缺少SKU;这一行不生效"),
        ({"owner": "小王"}, "缺少店铺、站点、SKU;这一行不生效"),
    ],
)
def test_a_sku_that_nobody_can_place_has_no_effect(
    team_of: TeamOf, cells: dict[str, Cell], zh: str
) -> None:
    """It is said why."""
    read = team_of("{acme: [US, JP], beta: [US]}").read(skus=[cells])

    words = said(read, "skus")
    assert words is not None
    assert words.zh == zh
    assert dict(read.settings.master.skus) == {}


def test_a_sku_twice_counts_once(team: Team) -> None:
    """The first row does, however the marketplace is spelt."""
    read = team.read(skus=[sku_row(owner="小王"), sku_row(marketplace="美国", owner="小李")])

    assert lamp(read).owner == "小王"
    assert said(read, "skus") == Words(
        "和第 2 行重复;这一行不生效", "the same as row 2, which counts; the row has no effect"
    )


# --- benchmarks -------------------------------------------------------------------------------------


def benchmark(category: Cell = "家居", **cells: Cell) -> dict[str, Cell]:
    return {"category": category, "acos_low": 0.25, "acos_high": 0.32, **cells}


def test_benchmarks_are_edited_added_and_removed_in_the_sheet(team_of: TeamOf) -> None:
    """The file beside the job filled it once."""
    team = team_of()
    team.start = MasterData(
        {}, (Benchmark("家居", "", 0.25, 0.32, "起始值"), Benchmark("电子", "", 0.2, 0.28))
    )
    rows = start_rows(team.start, "zh")["category"]
    assert team.read(benchmarks=rows).settings.master.benchmarks == team.start.benchmarks

    read = team.read(
        benchmarks=[
            {**rows[0], "acos_high": "30%"},
            benchmark("玩具", marketplace="日本", valid_from=JULY_30),
        ]
    )

    assert read.settings.master.benchmarks == (
        Benchmark("家居", "", 0.25, 0.3, "起始值"),
        Benchmark("玩具", "JP", 0.25, 0.32, "", date(2026, 7, 30)),
    )
    assert read.verdicts["benchmarks"] == {}


@pytest.mark.parametrize(
    ("cells", "zh", "en"),
    [
        ({"acos_low": 0.4}, "下限高于上限,仍按 25%-32%", "the lower end is above the upper end; 25%-32% still holds"),
        ({"acos_high": "x"}, "'x' 不是数字,仍按 25%-32%", "'x' is not a number; 25%-32% still holds"),
        ({"acos_low": 0}, "'0' 不行,要大于 0%,仍按 25%-32%", "'0' is not possible; it has to be above 0%; 25%-32% still holds"),
        ({"acos_low": None}, "缺少ACOS下限,仍按 25%-32%", "ACOS下限 missing; 25%-32% still holds"),
    ],
)  # fmt: skip
def test_a_range_that_is_none_leaves_what_held_before(
    team: Team, cells: dict[str, Cell], zh: str, en: str
) -> None:
    """Both ends together: half of a range is none."""
    team.read(benchmarks=[benchmark()])

    read = team.read(benchmarks=[benchmark(**cells)])

    assert read.settings.master.benchmarks == (Benchmark("家居", "", 0.25, 0.32),)
    assert said(read, "benchmarks") == Words(zh, en)


def test_a_range_that_never_was_one_has_no_effect(team: Team) -> None:
    """There is nothing to fall back on."""
    read = team.read(benchmarks=[benchmark(acos_low=0.5), benchmark("玩具")])

    assert [b.category for b in read.settings.master.benchmarks] == ["玩具"]
    assert said(read, "benchmarks") == Words(
        "下限高于上限;这一行不生效", "the lower end is above the upper end; the row has no effect"
    )


@pytest.mark.parametrize(
    ("cells", "zh"),
    [
        (benchmark(None), "缺少类目;这一行不生效"),
        (benchmark(marketplace="Mars"), "没有站点 'Mars';这一行不生效"),
        (benchmark(valid_from="明年"), "'明年' 不是日期,请写成 2026-07-30;这一行不生效"),
    ],
)
def test_a_benchmark_that_nobody_can_place_has_no_effect(
    team: Team, cells: dict[str, Cell], zh: str
) -> None:
    """It is said why."""
    read = team.read(benchmarks=[cells])

    words = said(read, "benchmarks")
    assert words is not None
    assert words.zh == zh
    assert read.settings.master.benchmarks == ()


# --- the calendar -----------------------------------------------------------------------------------


def entry(day: Cell = "2026-07-30", kind: Cell = "休息", **cells: Cell) -> dict[str, Cell]:
    return {"date": day, "kind": kind, **cells}


def test_days_of_every_kind_are_read(team: Team) -> None:
    """Holidays for all or one marketplace, leave, promotions, transfers, rates."""
    read = team.read(
        calendar=[
            entry(JULY_30),
            entry("2026/8/1", "rest", marketplace="日本", note="花火"),
            entry("2026-08-02", "休息", person="小王"),
            entry("2026-08-03", "大促", marketplace="US"),
            entry("2026-08-04", "Transfer", marketplace="全部"),
            entry("2026-08-05", "汇率", marketplace="US", value=7.1, note="CNY"),
        ]
    )

    assert read.settings.master.calendar == Calendar(
        (
            Entry(date(2026, 7, 30), "rest"),
            Entry(date(2026, 8, 1), "rest", "JP", note="花火"),
            Entry(date(2026, 8, 2), "rest", "", "小王"),
            Entry(date(2026, 8, 3), "promotion", "US"),
            Entry(date(2026, 8, 4), "transfer"),
            Entry(date(2026, 8, 5), "rate", "US", "", 7.1, "CNY"),
        )
    )
    assert read.verdicts["calendar"] == {}


def test_a_holiday_is_everybodys_and_leave_is_one_persons(team: Team) -> None:
    """A marketplace's holiday is not another's."""
    calendar = team.read(
        calendar=[entry("2026-08-01", marketplace="JP"), entry("2026-08-02", person="小王")]
    ).settings.master.calendar

    assert calendar.is_on("rest", date(2026, 8, 1), "JP")
    assert not calendar.is_on("rest", date(2026, 8, 1), "US")
    assert not calendar.is_on("rest", date(2026, 8, 2), "US")
    assert calendar.is_away("小王", date(2026, 8, 2))
    assert not calendar.is_away("小李", date(2026, 8, 2))


@pytest.mark.parametrize(
    ("cells", "zh", "en"),
    [
        (entry("7月30日"), "'7月30日' 没有年份,请写成 2026-07-30;这一行不生效", "'7月30日' has no year; write 2026-07-30; the row has no effect"),
        (entry("明天"), "'明天' 不是日期,请写成 2026-07-30;这一行不生效", "'明天' is not a date; write 2026-07-30; the row has no effect"),
        (entry(kind="团建"), "'团建' 不行,可写:休息、大促、调拨、汇率;这一行不生效", "'团建' is not possible; write rest, promotion, transfer, rate; the row has no effect"),
        (entry(marketplace="Mars"), "没有站点 'Mars';这一行不生效", "there is no site 'Mars'; the row has no effect"),
        (entry(kind="大促", person="小王"), "人员只用于休息;这一行不生效", "a person goes only with a rest day; the row has no effect"),
        (entry(None), "缺少日期;这一行不生效", "日期 missing; the row has no effect"),
        (entry(kind=None), "缺少类型;这一行不生效", "类型 missing; the row has no effect"),
        (entry(kind="汇率", note="CNY"), "汇率要写数值,如 7.1;这一行不生效", "a rate needs its value, such as 7.1; the row has no effect"),
        (entry(kind="汇率", value=7.1), "说明里要写折算成哪种货币,如 CNY;这一行不生效", "the note has to name the currency, such as CNY; the row has no effect"),
    ],
)  # fmt: skip
def test_a_day_that_is_not_understood_has_no_effect(
    team: Team, cells: dict[str, Cell], zh: str, en: str
) -> None:
    """It is said why."""
    read = team.read(calendar=[cells])

    assert read.settings.master.calendar == Calendar()
    assert said(read, "calendar") == Words(zh, en)
    assert len(read.faults) == 1


def test_a_rate_with_a_slip_stays_as_it_was(team: Team) -> None:
    """Money is not guessed."""
    team.read(calendar=[entry(kind="汇率", value=7.1, note="CNY")])

    read = team.read(calendar=[entry(kind="汇率", value="7,1元", note="CNY")])

    assert read.settings.master.calendar.entries[0].value == 7.1
    assert said(read, "calendar") == Words(
        "'7,1元' 不是数字,仍按 7.1", "'7,1元' is not a number; 7.1 still holds"
    )


def test_without_the_tab_there_are_no_special_days(team: Team) -> None:
    """The calendar has no file beside the job."""
    assert team.read().settings.master.calendar == Calendar()
