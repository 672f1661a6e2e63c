"""The rules tab: limits, deadlines and switches, everywhere or for some, and every kind of slip."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from sheets_sync.config.settings import rule_rows
from sheets_sync.core.aims import Aim
from sheets_sync.core.model import Sku
from sheets_sync.core.rules import Comparison, Operand
from sheets_sync.errors import Words

if TYPE_CHECKING:
    from sheets_sync.core.rules import Rule
    from sheets_sync.core.settings import SettingsRead
    from sheets_sync.core.tab import Cell

Team = Any
TeamOf = Any

LAMP = Sku("acme", "US", "LAMP-07", category="家居")
LAMP_DE = Sku("acme", "DE", "LAMP-07", category="家居")
LAMP_8 = Sku("acme", "US", "LAMP-08", category="家居")
CABLE = Sku("acme", "US", "KT-204", category="电子")


def row(
    rule: str = "低库存", severity: str = "严重", scope: Cell = None, **cells: Cell
) -> dict[str, Cell]:
    return {"rule": rule, "severity": severity, "scope": scope, **cells}


def rule_in(read: SettingsRead, id_: str) -> Rule:
    return next(rule for rule in read.settings.rules if rule.id == id_)


def limits(rule: Rule | None) -> list[tuple[str, float | None]]:
    """Return the severity and the number of each level."""
    assert rule is not None
    operands = [(level.severity, level.comparisons[0].operand) for level in rule.levels]
    return [(s, o.times if o.of else o.number) for s, o in operands]


def said(read: SettingsRead, index: int = 0) -> Words | None:
    """Return what is said of the row, in the order of what is said."""
    words = list(read.verdicts["rules"].values())
    return words[index] if index < len(words) else None


# --- what the program writes itself ----------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh", "en", "both"])
def test_the_programs_own_rows_change_nothing(team: Team, language: Any) -> None:
    """Defaults read back are the job's rules, in every language, and nothing is said of them."""
    read = team.read(rules=rule_rows(team.catalogue, team.job, language))

    assert read.settings.rules == team.catalogue
    assert (read.verdicts["rules"], read.faults, read.settings.variants) == ({}, (), {})


def test_a_default_says_the_limit_the_deadline_and_the_effect(team_of: TeamOf) -> None:
    """As the job has it, in a person's units."""
    team = team_of(more="rules: {low-stock: {below: 50}, vtr: off}\n")

    shown = {(r["rule"], r["severity"]): r for r in rule_rows(team.catalogue, team.job, "zh")}

    assert shown["低库存", "严重"] == {
        "rule": "低库存",
        "scope": None,
        "severity": "严重",
        "default": "低于 50 件;时限 24 小时;标色、开单、通知",
        "unit": "件",
    }
    assert shown["低库存", "关注"]["default"] == (
        "低于 50 件;仅限FBM库存、调拨日;时限 24 小时;标色、开单、通知"
    )
    assert shown["低库存", "关注"]["unit"] is None
    assert shown["ACOS高", "严重"]["default"] == "高于类目ACOS的 150%;时限 24 小时;标色、开单、通知"
    assert shown["ACOS高", "关注"]["default"] == "高于类目ACOS上限;只标色"
    assert shown["可售天数少", "关注"]["default"] == "低于 21 天;只标色"
    assert shown["VTR偏低", "关注"]["default"] == (
        "已在任务文件里关闭(低于 98%;时限 24 小时;标色、开单、通知)"
    )
    units = {name: shown[name]["unit"] for name in shown}
    assert units["IPI低", "严重"] == "分"
    assert units["周转慢", "关注"] == "次/年"
    assert units["AHR%低", "关注"] == "%"


def test_rules_that_are_called_alike_are_told_apart(team: Team) -> None:
    """The id stands behind the name, and both spellings find the rule."""
    from dataclasses import replace

    twins = (team.catalogue[0], replace(team.catalogue[0], id="ahr-2"))
    names = [r["rule"] for r in rule_rows(twins, team.job, "zh")]

    assert sorted(set(names)) == ["账户健康(ahr)", "账户健康(ahr-2)"]


# --- limits, deadlines, effects ---------------------------------------------------------------------


@pytest.mark.parametrize("typed", [50, 50.0, "50", " 50 ", "50件", "50 件", "\uff15\uff10"])
def test_a_limit_may_be_typed_in_many_ways(team: Team, typed: Cell) -> None:
    """A number, with or without its unit; the warning that softens the limit moves with it."""
    read = team.read(rules=[row(value=typed)])

    assert limits(rule_in(read, "low-stock")) == [
        ("warning", 50.0),
        ("warning", 50.0),
        ("critical", 0.0),
        ("critical", 50.0),
    ]
    assert said(read) == Words("已生效:50 件", "in force: 50")


@pytest.mark.parametrize("typed", [97, 0.97, "97%", "97 %", "0.97", "97\uff05"])
def test_a_ratio_is_a_percentage_however_it_is_typed(team: Team, typed: Cell) -> None:
    """97 for a ratio is 97 %."""
    read = team.read(rules=[row("VTR偏低", "关注", value=typed)])

    assert limits(rule_in(read, "vtr"))[1] == ("warning", 0.97)
    assert said(read) == Words("已生效:97%", "in force: 97%")


@pytest.mark.parametrize("typed", [2, 2.0, "200%", 200, "2"])
def test_a_multiple_of_the_benchmark_is_typed_as_a_factor_or_a_percentage(
    team: Team, typed: Cell
) -> None:
    """150% and 1.5 are the same; new SKUs, who only warn, follow."""
    read = team.read(rules=[row("High ACOS", "critical", value=typed)])

    assert limits(rule_in(read, "acos-high"))[:2] == [("warning", 2.0), ("critical", 2.0)]
    assert said(read) == Words("已生效:200%", "in force: 200%")


def test_one_severity_is_changed_and_the_other_is_not(team: Team) -> None:
    """21 days of cover with inbound become 30, the 7 stay."""
    read = team.read(rules=[row("可售天数少", "关注", value=30)])

    assert limits(rule_in(read, "cover-low")) == [
        ("warning", 7.0),
        ("warning", 7.0),
        ("critical", 7.0),
        ("critical", 7.0),
        ("warning", 30.0),
    ]


@pytest.mark.parametrize(
    ("typed", "hours"),
    [("24h", 24), ("48小时", 48), ("2天", 48), ("7d", 168), ("3 days", 72), ("12 H", 12)],
)
def test_a_deadline_is_hours_or_days(team: Team, typed: str, hours: int) -> None:
    """In either language."""
    read = team.read(rules=[row("有花费无单", "关注", due=typed)])

    assert rule_in(read, "spend-without-sales").levels[0].due_hours == hours


@pytest.mark.parametrize(
    ("typed", "deeds"),
    [
        ("只标色", ("colour",)),
        ("开单", ("colour", "action")),
        ("通知", ("colour", "action", "notice")),
        ("标色、开单", ("colour", "action")),
        ("colour", ("colour",)),
        ("Action, Notice", ("colour", "action", "notice")),
    ],
)
def test_an_effect_is_one_word_or_several(team: Team, typed: str, deeds: tuple[str, ...]) -> None:
    """Each one holds what is less."""
    read = team.read(rules=[row("有花费无单", "关注", do=typed)])

    assert rule_in(read, "spend-without-sales").levels[0].do == deeds


def test_what_a_row_changes_is_said_beside_it(team: Team) -> None:
    """Briefly, in the order limit, deadline, effect."""
    read = team.read(rules=[row(value=40, due="2天", do="开单")])

    assert said(read) == Words(
        "已生效:40 件;时限 48 小时;标色、开单", "in force: 40; due in 48 hours; colour, action"
    )


def test_a_colour_only_severity_that_is_to_open_actions_gets_a_deadline(team: Team) -> None:
    """A day, unless the rule has another."""
    read = team.read(rules=[row("可售天数少", "关注", do="开单")])

    level = rule_in(read, "cover-low").levels[-1]
    assert (level.do, level.due_hours) == (("colour", "action"), 24)


# --- switches ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["否", "no", "FALSE", False, "off", 0, "停用"])
def test_one_severity_is_switched_off(team: Team, typed: Cell) -> None:
    """The other one stays."""
    read = team.read(rules=[row("IPI低", "关注", enabled=typed)])

    assert limits(rule_in(read, "ipi")) == [("critical", 400.0)]
    assert said(read) == Words("已关闭", "off")


def test_a_rule_with_both_severities_off_is_off(team: Team) -> None:
    """It is in force no longer."""
    rows = [row("IPI低", severity, enabled="否") for severity in ("严重", "关注")]

    read = team.read(rules=rows)

    assert "ipi" not in [rule.id for rule in read.settings.rules]


@pytest.mark.parametrize("typed", [None, "是", True, "yes", ""])
def test_a_blank_switch_leaves_a_rule_on(team: Team, typed: Cell) -> None:
    """And a yes where it is on says nothing new."""
    read = team.read(rules=[row("IPI低", "关注", enabled=typed)])

    assert read.settings.rules == team.catalogue
    assert read.verdicts["rules"] == {}


def test_the_sheet_wins_over_the_job_and_the_job_over_the_files(team_of: TeamOf) -> None:
    """Settings > job > rules/."""
    team = team_of(more="rules: {low-stock: {below: 50}, turnover: {below: 5}}\n")

    read = team.read(rules=[row(value=80)])

    assert limits(rule_in(read, "low-stock"))[-1] == ("critical", 80.0)
    assert limits(rule_in(read, "turnover")) == [("warning", 5.0)]
    assert limits(rule_in(team.read(), "low-stock"))[-1] == ("critical", 50.0)


def test_what_the_job_switched_off_stays_off_until_the_sheet_says_yes(team_of: TeamOf) -> None:
    """A blank is no wish; a yes is one."""
    team = team_of(more="rules: {vtr: off, ipi: {warning: off}}\n")
    blank = [row("VTR偏低", "关注"), row("IPI低", "关注")]

    off = team.read(rules=blank)
    on = team.read(rules=[{**one, "enabled": "是"} for one in blank])

    assert "vtr" not in [rule.id for rule in off.settings.rules]
    assert limits(rule_in(off, "ipi")) == [("critical", 400.0)]
    assert limits(rule_in(on, "vtr")) == [("warning", 0.98)]
    assert limits(rule_in(on, "ipi")) == [("critical", 400.0), ("warning", 500.0)]
    assert said(on) == Words("已生效:启用", "in force: on")


def test_a_limit_of_a_severity_that_is_off_says_that_it_has_no_effect(team_of: TeamOf) -> None:
    """Nobody wonders why nothing happens."""
    team = team_of(more="rules: {vtr: off}\n")

    read = team.read(rules=[row("VTR偏低", "关注", value="97%")])

    assert said(read) == Words(
        "不生效:这一级已关闭,要在这个范围启用请写 是",
        "no effect: this severity is off; write yes to switch it on here",
    )


# --- scopes -----------------------------------------------------------------------------------------


def variants(read: SettingsRead, id_: str = "low-stock") -> list[tuple[Aim, float | None]]:
    """Return for whom a rule differs, and the last limit it has for them."""
    return [
        (one.aim, None if one.rule is None else limits(one.rule)[-1][1])
        for one in read.settings.variants[id_]
    ]


@pytest.mark.parametrize(
    "scope", ["DE", "德国", "德国站", "Germany", "de", "站点:德国", "site: DE", "amazon.de"]
)
def test_a_marketplace_may_be_called_by_any_of_its_names(team: Team, scope: str) -> None:
    """In the language people think in."""
    read = team.read(rules=[row(scope=scope, value=10)])

    assert variants(read) == [(Aim(marketplace="DE"), 10.0)]
    assert limits(rule_in(read, "low-stock"))[-1] == ("critical", 30.0)


def test_a_scope_combines_a_store_a_marketplace_a_category_and_a_sku(team_of: TeamOf) -> None:
    """In any order, with any of the usual signs between them."""
    team = team_of("{acme: [US, DE], beta: [US]}", skus=[LAMP, LAMP_8, CABLE])

    read = team.read(
        rules=[
            row(scope="acme/US", value=1),
            row(scope="beta", value=2),
            row(scope="US 家居", value=3),
            row(scope="类目:电子, acme", value=4),
            row(scope="SKU:LAMP-07、acme", value=5),
        ]
    )

    assert dict(variants(read)) == {
        Aim(store="acme", marketplace="US"): 1.0,
        Aim(store="beta"): 2.0,
        Aim(marketplace="US", category="家居"): 3.0,
        Aim(store="acme", category="电子"): 4.0,
        Aim(store="acme", sku="LAMP-07"): 5.0,
        Aim(store="acme", marketplace="US", sku="LAMP-07"): 5.0,
        # What is about the same SKUs holds for them together, the more specific row first.
        Aim(store="acme", marketplace="US", category="家居"): 3.0,
        Aim(store="acme", marketplace="US", category="电子"): 4.0,
        Aim(store="acme", marketplace="US", category="家居", sku="LAMP-07"): 5.0,
    }


def test_the_most_specific_row_wins(team_of: TeamOf) -> None:
    """SKU before category before marketplace before everywhere."""
    team = team_of(skus=[LAMP, LAMP_DE, LAMP_8, CABLE])

    read = team.read(
        rules=[
            row(value=30),
            row(scope="US", value=20),
            row(scope="家居", value=10),
            row(scope="LAMP-07", value=5),
        ]
    )

    found = [aim for aim, _ in variants(read)]
    assert found == sorted(found, key=lambda aim: aim.rank, reverse=True)
    assert variants(read)[0] == (Aim(marketplace="US", category="家居", sku="LAMP-07"), 5.0)
    assert dict(variants(read))[Aim(marketplace="US", category="家居")] == 10.0
    assert dict(variants(read))[Aim(marketplace="US")] == 20.0


def test_a_skus_deadline_keeps_its_marketplaces_limit(team_of: TeamOf) -> None:
    """Each cell comes from the most specific row that fills it."""
    team = team_of(skus=[LAMP, LAMP_DE])

    read = team.read(rules=[row(scope="US", value=20), row(scope="LAMP-07", due="48h")])

    by_aim = {one.aim: one.rule for one in read.settings.variants["low-stock"]}
    both, own = by_aim[Aim(marketplace="US", sku="LAMP-07")], by_aim[Aim(sku="LAMP-07")]
    assert both is not None
    assert own is not None
    assert (limits(both)[-1][1], both.levels[-1].due_hours) == (20.0, 48)
    assert (limits(own)[-1][1], own.levels[-1].due_hours) == (30.0, 48)


def test_two_of_one_kind_mean_either(team: Team) -> None:
    """US, DE is both."""
    read = team.read(rules=[row(scope="US, DE", value=9)])

    assert dict(variants(read)) == {Aim(marketplace="US"): 9.0, Aim(marketplace="DE"): 9.0}


def test_a_rule_is_switched_off_for_some_and_on_for_others(team_of: TeamOf) -> None:
    """A rule that is off everywhere else lives on where a row says yes."""
    team = team_of(more="rules: {turnover: off}\n", skus=[LAMP])

    read = team.read(
        rules=[
            row("周转慢", "关注", "DE", enabled="是"),
            row("新增差评", "关注", "LAMP-07", enabled="否"),
        ]
    )

    turnover = [(one.aim, one.rule is None) for one in read.settings.variants["turnover"]]
    assert turnover == [(Aim(marketplace="DE"), False), (Aim(), True)]
    assert [one.rule for one in read.settings.variants["review"]] == [None]


def test_names_may_hold_blanks_and_slashes(team_of: TeamOf) -> None:
    """The longest name that is known is meant."""
    kitchen = Sku("acme", "US", "A/B 1", category="Home & Kitchen / Tools")
    team = team_of(skus=[kitchen])

    read = team.read(
        rules=[row(scope="US Home & Kitchen / Tools", value=1), row(scope="A/B 1", value=2)]
    )

    assert [aim for aim, _ in variants(read)] == [
        Aim(marketplace="US", category="Home & Kitchen / Tools", sku="A/B 1"),
        Aim(sku="A/B 1"),
        Aim(marketplace="US", category="Home & Kitchen / Tools"),
    ]


@pytest.mark.parametrize(
    ("scope", "zh", "en"),
    [
        (
            "LAMP-70",
            "范围里的 'LAMP-70' 不是店铺、站点、类目或SKU,是不是 'LAMP-07'?这一行不生效",
            "'LAMP-70' is no store, site, category or SKU; did you mean 'LAMP-07'? the row has no effect",
        ),
        (
            "FR",
            "任务里没有站点 'FR';这一行不生效",
            "the job has no site 'FR'; the row has no effect",
        ),
        (
            "beta/DE",
            "店铺 'beta' 没有站点 'DE';这一行不生效",
            "store 'beta' has no site 'DE'; the row has no effect",
        ),
        (
            "home",
            "'home' 不只一个意思,请写 店铺:home 或 类目:home;这一行不生效",
            "'home' is ambiguous; write store:home or category:home; the row has no effect",
        ),
    ],
)
def test_a_scope_that_is_unclear_has_no_effect(
    team_of: TeamOf, scope: str, zh: str, en: str
) -> None:
    """It is said why, and what may be meant."""
    team = team_of(
        "{acme: [US, DE], beta: [US], home: [US]}",
        skus=[LAMP, Sku("acme", "US", "X", category="home")],
    )

    read = team.read(rules=[row(scope=scope, value=1)])

    assert said(read) == Words(zh, en)
    assert read.settings.rules == team.catalogue
    assert read.settings.variants == {}
    assert [(f.file, f.row, f.column) for f in read.faults] == [("规则", 2, "范围")]


def test_a_prefix_says_which_is_meant(team_of: TeamOf) -> None:
    """Where a store is called like a category."""
    team = team_of("{home: [US]}", skus=[Sku("home", "US", "X", category="home")])

    read = team.read(rules=[row(scope="类目:home", value=1), row(scope="店铺:HOME", value=2)])

    aims = {aim for aim, _ in variants(read)}
    assert aims >= {Aim(category="home"), Aim(store="home")}


def test_account_rules_know_no_categories_and_no_skus(team_of: TeamOf) -> None:
    """An account is a store on a marketplace."""
    team = team_of(skus=[LAMP])

    read = team.read(
        rules=[row("IPI低", scope="家居", value=1), row("IPI低", scope="US", value=350)]
    )

    assert said(read) == Words(
        "这条规则看的是账号,不能按类目或SKU设置;这一行不生效",
        "this rule judges accounts, not categories or SKUs; the row has no effect",
    )
    assert [one.aim for one in read.settings.variants["ipi"]] == [Aim(marketplace="US")]


# --- slips ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "column", "zh", "en"),
    [
        (
            {"value": "abc"},
            "改为",
            "'abc' 不是数字,仍按 30 件",
            "'abc' is not a number; 30 still holds",
        ),
        ({"value": -5}, "改为", "'-5' 是负数,仍按 30 件", "'-5' is negative; 30 still holds"),
        (
            {"value": True},
            "改为",
            "'TRUE' 不是数字,仍按 30 件",
            "'TRUE' is not a number; 30 still holds",
        ),
        (
            {"due": "soon"},
            "时限",
            "'soon' 不是时限,请写成 24h 或 2天,仍按 24 小时",
            "'soon' is not a deadline; write 24h or 2d; 24 hours still holds",
        ),
        (
            {"due": 24},
            "时限",
            "'24' 不是时限,请写成 24h 或 2天,仍按 24 小时",
            "'24' is not a deadline; write 24h or 2d; 24 hours still holds",
        ),
        (
            {"enabled": "也许"},
            "启用",
            "'也许' 不行,请写 是 或 否,仍按 是",
            "'也许' is not possible; write yes or no; yes still holds",
        ),
        (
            {"do": "打电话"},
            "方式",
            "'打电话' 不行,可写:只标色、开单、通知,仍按 标色、开单、通知",
            "'打电话' is not possible; write colour, action or notice; colour, action, notice still holds",
        ),
    ],
)
def test_a_cell_that_is_not_understood_changes_nothing_and_is_explained(
    team: Team, cells: dict[str, Cell], column: str, zh: str, en: str
) -> None:
    """The default holds."""
    read = team.read(rules=[row(**cells)])

    assert said(read) == Words(zh, en)
    assert read.settings.rules == team.catalogue
    assert [(f.file, f.row, f.column) for f in read.faults] == [("规则", 2, column)]


def test_what_held_before_a_slip_holds_on(team: Team) -> None:
    """Also on the nights after, until the cell is mended; the row's other cells count."""
    team.read(rules=[row(value=50)])

    for _ in range(2):
        read = team.read(rules=[row(value="5O", due="48h")])
        assert limits(rule_in(read, "low-stock"))[-1] == ("critical", 50.0)
        assert rule_in(read, "low-stock").levels[-1].due_hours == 48
        assert said(read) == Words(
            "'5O' 不是数字,仍按 50 件", "'5O' is not a number; 50 still holds"
        )

    mended = team.read(rules=[row(value=None)])
    assert limits(rule_in(mended, "low-stock"))[-1] == ("critical", 30.0)


def test_a_row_that_is_gone_is_forgotten(team: Team) -> None:
    """A row that comes back begins anew."""
    team.read(rules=[row(value=50)])
    team.read(rules=[])

    read = team.read(rules=[row(value="abc")])

    assert limits(rule_in(read, "low-stock"))[-1] == ("critical", 30.0)


def test_a_number_where_there_is_none_to_change(team: Team) -> None:
    """Amazon's own targets stand in its report."""
    read = team.read(rules=[row("ODR偏高", value="2%")])

    assert said(read) == Words(
        "这一级没有可改的数字,按空白处理",
        "there is no number to change at this severity; taken as blank",
    )


@pytest.mark.parametrize(
    ("cells", "zh", "en"),
    [
        (
            {"rule": "低存库", "severity": "严重"},
            "没有规则 '低存库',是不是 '低库存'?这一行不生效",
            "there is no rule '低存库'; did you mean '低库存'? the row has no effect",
        ),
        (
            {"rule": "低库存", "severity": "紧急"},
            "这条规则没有 '紧急' 级,只有:严重、关注;这一行不生效",
            "this rule has no '紧急', only critical, warning; the row has no effect",
        ),
        (
            {"rule": "周转慢", "severity": "严重"},
            "这条规则没有 '严重' 级,只有:关注;这一行不生效",
            "this rule has no 'critical', only warning; the row has no effect",
        ),
        ({"rule": "低库存"}, "缺少级别;这一行不生效", "级别 missing; the row has no effect"),
        (
            {"scope": "US"},
            "缺少规则、级别;这一行不生效",
            "规则, 级别 missing; the row has no effect",
        ),
    ],
)
def test_a_row_that_nobody_can_place_has_no_effect(
    team: Team, cells: dict[str, Cell], zh: str, en: str
) -> None:
    """It is said what is missing or unknown."""
    read = team.read(rules=[{**cells, "value": 1}])

    assert said(read) == Words(zh, en)
    assert read.settings.rules == team.catalogue
    assert len(read.faults) == 1


def test_of_two_rows_about_the_same_the_first_counts(team: Team) -> None:
    """However the scope is spelt."""
    read = team.read(
        rules=[
            row(value=50),
            row(value=60),
            row(scope="US", value=10),
            row(scope="美国", value=20),
            row(scope="DE US", value=5),
        ]
    )

    assert limits(rule_in(read, "low-stock"))[-1] == ("critical", 50.0)
    assert variants(read) == [(Aim(marketplace="US"), 10.0)]
    assert [said(read, i) for i in (1, 3, 4)] == [
        Words(
            "和第 2 行重复;这一行不生效", "the same as row 2, which counts; the row has no effect"
        ),
        Words(
            "和第 4 行重复;这一行不生效", "the same as row 4, which counts; the row has no effect"
        ),
        Words(
            "和第 4 行重复;这一行不生效", "the same as row 4, which counts; the row has no effect"
        ),
    ]
    assert [fault.row for fault in read.faults] == [3, 5, 6]


def test_without_the_tab_the_job_decides(team_of: TeamOf) -> None:
    """As before there were Settings."""
    team = team_of(more="rules: {vtr: off}\n")

    read = team.read()

    assert [rule.id for rule in read.settings.rules] == [
        rule.id for rule in team.catalogue if rule.id != "vtr"
    ]


def test_a_limit_of_the_job_moves_the_warning_that_softens_it(team_of: TeamOf) -> None:
    """Else a twin with stock would make a SKU critical between the two limits."""
    team = team_of(more="rules: {low-stock: {critical: {below: 45}}}\n")

    rule = rule_in(team.read(), "low-stock")

    assert rule.levels[0].comparisons == (Comparison("below", Operand(45.0)),)
