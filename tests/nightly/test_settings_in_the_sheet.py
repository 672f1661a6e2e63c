"""What a team sets in its own sheet decides the next night; what it mistypes changes nothing else."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import gspread
import pytest

if TYPE_CHECKING:
    from conftest import Nights

LAST_DAY = date(2026, 7, 30)


def table(tab: gspread.Worksheet, render: str = "UNFORMATTED_VALUE") -> list[dict[str, Any]]:
    """Return every row by heading, blank ones included."""
    head, *rows = tab.get_all_values(value_render_option=render)
    padded = ([*row, *[""] * (len(head) - len(row))] for row in rows)
    return [dict(zip(head, row, strict=False)) for row in padded]


def typed(tab: gspread.Worksheet, where: dict[str, Any] | None, cells: dict[str, Any]) -> int:
    """Type cells into the row that holds `where`, or into the first blank one; return its number."""
    rows = table(tab)
    head = tab.row_values(1)
    meant = (
        (lambda row: not any(row.values()))
        if where is None
        else (lambda row: all(row[name] == value for name, value in where.items()))
    )
    at = next((i for i, row in enumerate(rows, 2) if meant(row)), len(rows) + 2)
    body = [
        {"range": gspread.utils.rowcol_to_a1(at, head.index(name) + 1), "values": [[value]]}
        for name, value in cells.items()
    ]
    tab.batch_update(body, value_input_option="USER_ENTERED")
    return at


def stocked(nights: Nights, site: str, sku: str, units: int) -> None:
    """Let the newest stock report of a site say that so many are left of a SKU."""
    [path] = sorted((nights.inbox / site).glob("FBA_MYI_*"))[-1:]
    head, *lines = path.read_bytes().decode("cp932").splitlines()
    names = head.split("\t")
    at, amount = names.index("sku"), names.index("afn-fulfillable-quantity")
    rows = [line.split("\t") for line in lines]
    for row in rows:
        if row[at] == sku:
            row[amount] = str(units)
    path.write_bytes("\r\n".join([head, *("\t".join(row) for row in rows), ""]).encode("cp932"))


def current(nights: Nights) -> set[tuple[str, str, str]]:
    """Return (site, SKU, flag) of the newest flag of each kind in the log."""
    with nights.sheet() as sheet:
        rows = table(sheet.worksheet("日报 2026-07"))
    found: dict[tuple[str, str, str], float] = {}
    for row in rows:
        if row["原因"]:
            for flag in str(row["预警码"]).replace("||", "|").strip("|").split("|"):
                if ":" in flag:
                    found[row["站点"], row["SKU"], flag] = row["日期"]
    return set(found)


@pytest.fixture
def ready(nights: Nights) -> Nights:
    """A job whose Japanese file trays are down to 45, with tonight's files in the inbox."""
    nights.company.write_night(nights.inbox, LAST_DAY)
    stocked(nights, "JP", "TRAY-BLK", 45)
    return nights


def test_nothing_is_wrong_with_45_trays_by_default(ready: Nights) -> None:
    """The usual limit is 30, and the lamp's ads are the only ones out of bounds."""
    ready.sync(LAST_DAY)

    assert ("JP", "TRAY-BLK", "stock_units:critical") not in current(ready)
    assert ("US", "LAMP-07", "acos_7d:critical") in current(ready)


def test_a_limit_changed_in_the_sheet_counts_tonight(ready: Nights) -> None:
    """Low stock from 30 to 50; the row says that it is in force."""
    with ready.sheet() as sheet:
        rules = sheet.worksheet("规则")
        where = {"规则": "低库存", "级别": "严重", "范围": ""}
        typed(rules, where, {"改为": 50})

    result = ready.sync(LAST_DAY)

    with ready.sheet() as sheet:
        [row] = [
            r
            for r in table(sheet.worksheet("规则"))
            if r["规则"] == "低库存" and r["级别"] == "严重"
        ]
        [newest] = [
            r
            for r in table(sheet.worksheet("日报 2026-07"))
            if (r["站点"], r["SKU"], r["日期"]) == ("JP", "TRAY-BLK", 46233)
        ]
    assert ("JP", "TRAY-BLK", "stock_units:critical") in current(ready)
    assert "可售 45 件,低于 50 件" in newest["原因"]
    assert "50" in row["校验结果"]
    assert result["rejects"] == []


def test_a_limit_for_one_site_holds_there_alone(ready: Nights) -> None:
    """A row that the team adds, with its scope in the words people use."""
    with ready.sheet() as sheet:
        typed(
            sheet.worksheet("规则"),
            None,
            {"规则": "低库存", "范围": "日本", "级别": "严重", "改为": 140},
        )

    ready.sync(LAST_DAY)

    found = {place for place in current(ready) if place[2] == "stock_units:critical"}
    assert {site for site, _, _ in found} == {"JP"}
    assert {sku for _, sku, _ in found} >= {"TRAY-BLK", "1E5", "BRD-BLK", "KB-BLK"}


def test_a_benchmark_changed_in_the_sheet_counts_tonight(ready: Nights) -> None:
    """The kettle's 20.3% is over 150% of 11%."""
    with ready.sheet() as sheet:
        tab = sheet.worksheet("类目基准")
        typed(tab, {"类目": "kitchen", "站点": "US"}, {"ACOS下限": "10%", "ACOS上限": "12%"})

    ready.sync(LAST_DAY)

    found = {place for place in current(ready) if place[2] == "acos_7d:critical"}
    assert found == {
        ("US", "LAMP-07", "acos_7d:critical"),
        ("US", "KT-204", "acos_7d:critical"),
        ("US", "BRD-BLK", "acos_7d:critical"),
    }


def test_a_rule_switched_off_for_one_sku_is_off_for_it_alone(ready: Nights) -> None:
    """The lamp's ads are out of bounds on purpose."""
    with ready.sheet() as sheet:
        rules = sheet.worksheet("规则")
        for severity in ("严重", "关注"):
            typed(
                rules,
                None,
                {"启用": "否", "规则": "ACOS高", "范围": "SKU:LAMP-07", "级别": severity},
            )

    ready.sync(LAST_DAY)

    assert not [place for place in current(ready) if place[1] == "LAMP-07"]


def test_a_promotion_day_mutes_the_comparison_with_the_week(ready: Nights) -> None:
    """On that day and that site alone; the week after it is compared without it."""
    with ready.sheet() as sheet:
        typed(sheet.worksheet("日历"), None, {"日期": "2026-07-28", "类型": "大促", "站点": "US"})

    ready.sync(LAST_DAY)

    with ready.sheet() as sheet:
        rows = table(sheet.worksheet("日报 2026-07"))
    muted = {
        r["站点"] for r in rows if r["日期"] == 46231 and r["较7日均"] == "" and r["销量"] != ""
    }
    loud = {r["站点"] for r in rows if r["日期"] == 46231 and r["较7日均"] != ""}
    assert muted >= {"US"}
    assert "US" not in loud
    assert loud >= {"JP"}


@pytest.mark.parametrize(
    ("tab", "where", "cells", "column"),
    [
        ("规则", {"规则": "低库存", "级别": "严重", "范围": ""}, {"改为": "abc"}, "改为"),
        ("类目基准", {"类目": "kitchen", "站点": "US"}, {"ACOS下限": "很高"}, "ACOS下限"),
        ("SKU表", {"SKU": "KT-204", "站点": "US"}, {"生命周期": "在卖"}, "生命周期"),
        ("日历", None, {"日期": "2026-07-28", "类型": "大处"}, "类型"),
    ],
)
def test_a_typo_is_explained_beside_it_and_changes_nothing_else(
    ready: Nights, tab: str, where: dict[str, Any] | None, cells: dict[str, Any], column: str
) -> None:
    """The night goes on; the row keeps what it last said."""
    ready.sync(LAST_DAY)
    before = current(ready)
    with ready.sheet() as sheet:
        at = typed(sheet.worksheet(tab), where, cells)
        log = sheet.worksheet("日报 2026-07").get_all_values()

    result = ready.sync(LAST_DAY)

    with ready.sheet() as sheet:
        verdict = table(sheet.worksheet(tab))[at - 2]["校验结果"]
        assert sheet.worksheet("日报 2026-07").get_all_values() == log
    assert next(iter(cells.values())) in verdict or list(cells.values())[-1] in verdict
    assert [(r["file"], r["row"], r["column"]) for r in result["rejects"]] == [(tab, at, column)]
    assert result["cells_written"] == 1
    assert result["calls"]["write"] == 1
    assert current(ready) == before


def test_a_typo_keeps_the_last_good_value(ready: Nights) -> None:
    """50 was good, `abc` is not: 50 still holds."""
    where = {"规则": "低库存", "级别": "严重", "范围": ""}
    with ready.sheet() as sheet:
        typed(sheet.worksheet("规则"), where, {"改为": 50})
    ready.sync(LAST_DAY)
    with ready.sheet() as sheet:
        typed(sheet.worksheet("规则"), where, {"改为": "abc"})

    ready.sync(LAST_DAY)

    assert ("JP", "TRAY-BLK", "stock_units:critical") in current(ready)


def test_a_setting_may_be_a_formula(ready: Nights) -> None:
    """It costs one more read, and is read as what it comes to."""
    with ready.sheet() as sheet:
        where = {"规则": "低库存", "级别": "严重", "范围": ""}
        typed(sheet.worksheet("规则"), where, {"改为": "=25*2"})

    result = ready.sync(LAST_DAY)

    assert ("JP", "TRAY-BLK", "stock_units:critical") in current(ready)
    assert result["calls"]["read"] == 2


def test_a_deleted_row_falls_back_to_the_default(ready: Nights) -> None:
    """It stays away, and the rule holds as its file says."""
    with ready.sheet() as sheet:
        rules = sheet.worksheet("规则")
        where = {"规则": "低库存", "级别": "严重", "范围": ""}
        at = typed(rules, where, {"改为": 50})
    ready.sync(LAST_DAY)
    with ready.sheet() as sheet:
        sheet.worksheet("规则").delete_rows(at)

    ready.sync(LAST_DAY + timedelta(days=1))

    with ready.sheet() as sheet:
        rows = [r for r in table(sheet.worksheet("规则")) if r["规则"] == "低库存"]
    assert [row["级别"] for row in rows] == ["关注"]
    assert ("JP", "TRAY-BLK", "stock_units:critical") not in current(ready)


def test_settings_survive_sorting_and_cost_nothing_more(ready: Nights) -> None:
    """One read and one write, wherever the rows of the Settings stand."""
    with ready.sheet() as sheet:
        rules = sheet.worksheet("规则")
        typed(rules, {"规则": "低库存", "级别": "严重", "范围": ""}, {"改为": 50})
        rules.sort((2, "des"), range=f"A2:J{len(rules.col_values(2))}")

    result = ready.sync(LAST_DAY)
    again = ready.sync(LAST_DAY)

    assert ("JP", "TRAY-BLK", "stock_units:critical") in current(ready)
    assert result["calls"] == {"read": 1, "write": 1, "retried": 0}
    assert again["cells_written"] == 0
