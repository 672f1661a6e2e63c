"""The rules that come with the program: their cases, their sentences, and that they can be changed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from sheets_sync.config.data import data_folder
from sheets_sync.config.rulefiles import load_rules
from sheets_sync.core.metrics import METRICS
from sheets_sync.core.model import AdGroup, SkuKey
from sheets_sync.core.panel import Panel
from sheets_sync.core.rules import Rule, evaluate, explain, run_cases
from sheets_sync.core.wording import Fact, Locale, ad_groups_named

if TYPE_CHECKING:
    from pathlib import Path

RULES = {rule.id: rule for rule in load_rules({}, data_folder("rules"))}

CHINA = ZoneInfo("Asia/Shanghai")
SNAPSHOT = 1785370800.0  # 2026-07-30 08:20 in Shanghai


def said(rule: Rule, language: str = "zh", symbol: str = "$", **given: float | str) -> list[str]:
    """Judge one row and return its sentences."""
    arrays = {
        name: np.full((1, 1), value, dtype=object if METRICS[name].is_text else float)
        for name, value in given.items()
    }
    panel = Panel([SkuKey("acme", "US", "LAMP-07")], [date(2026, 7, 27)], arrays, {})
    locale = Locale(language, symbol, 2, CHINA)
    groups = [
        AdGroup("LAMP-07", "SP-自动-01", "组A", 40, 86.0, 121.1),
        AdGroup("LAMP-07", "SP-01", "B", 12, 4.0, 90.0),
    ]
    named = {"ad_groups": Fact(ad_groups_named(groups, locale), "text")}
    return [explain(hit, panel, locale, named) for hit in evaluate([rule], panel, rule.level)]


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_every_case_beside_a_rule_comes_out_as_written(rule: Rule) -> None:
    """The examples in rules/*.yaml are true of the rules above them."""
    assert run_cases(rule) == []


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_every_rule_has_a_case_for_each_severity_for_ok_and_for_the_unknown(rule: Rule) -> None:
    """No level ships without an example, nor without one in which figures are unknown."""
    expected = {case.expect for case in rule.cases}

    assert expected >= {level.severity for level in rule.levels} | {"ok"}
    assert any(None in case.given.values() for case in rule.cases)


def test_the_table_of_rules_is_complete() -> None:
    """These ids are what overrides and Settings refer to."""
    assert sorted(RULES) == [
        "acos-high", "ahr", "ahr-pct", "cancel", "cover-low", "feedback", "ipi", "late-shipment",
        "listing", "low-stock", "odr", "otdr", "over-budget", "review", "source-stale", "spend-without-sales",
        "turnover", "vtr",
    ]  # fmt: skip


def test_stock_listing_and_account_rules_judge_the_newest_figure_only() -> None:
    """Ad rules and reviews explain the day they belong to."""
    assert sorted(id_ for id_, rule in RULES.items() if not rule.newest_only) == [
        "acos-high",
        "over-budget",
        "review",
        "spend-without-sales",
    ]


@pytest.mark.parametrize(
    ("rule", "given", "zh", "en"),
    [
        (
            "low-stock",
            {"stock_units": 12, "stock_watched": 1, "stock_taken_at": SNAPSHOT,
             "days_of_cover": 4.0, "inbound_units": 240},
            "可售 12 件,低于 30 件(快照 7-30 08:20)。约可售 4 天;在途 240 件。建议:催入库或补空运,并控广告。",
            ("12 available, below 30 (snapshot 30 Jul 08:20). About 4 days left; 240 inbound. "
            "Chase the inbound or ship by air, and ease ads."),
        ),
        (
            "low-stock",
            {"stock_units": 0, "stock_watched": 1},
            "已断货。建议:催入库或补空运,并暂停广告。",
            "Out of stock. Chase the inbound or ship by air, and pause ads.",
        ),
        (
            "acos-high",
            {"acos_7d": 0.452, "acos_benchmark": 0.285, "ad_clicks_7d": 52, "age_days": 4},
            ("近7日ACOS 45.2%,高于类目均值 28.5% 的150%(42.8%)。主要来自:SP-自动-01/组A,花费 $86,ACOS 71%。"
            "建议:暂停该广告组或下调竞价。"),
            ("7-day ACOS 45.2%, over 150% of the category's 28.5% (42.8%). "
            "Mostly SP-自动-01/组A: $86 spent, ACOS 71%. Pause that ad group or lower its bid."),
        ),
        (
            "spend-without-sales",
            {"ad_spend_7d": 31.4, "ad_clicks_7d": 34, "ad_orders_7d": 0, "ad_sales_7d": 0,
             "age_days": 3},
            "近7日花费 $31.40,34 次点击,0 广告订单。建议:查搜索词并否词;核对价格、购物车和评价。",
            ("7 days: $31.40 spent, 34 clicks, no ad orders. "
            "Check search terms and add negatives; check price, Buy Box and reviews."),
        ),
        (
            "over-budget",
            {"ad_spend": 26.5, "daily_budget": 20, "acos": 0.31},
            "当日广告花费 $26.50,超过日预算 $20.00;ACOS 31%。建议:检查活动预算,必要时下调竞价。",
            ("$26.50 spent on ads that day, over the daily budget of $20.00; ACOS 31%. "
            "Check the campaign budgets; lower bids if need be."),
        ),
        (
            "low-stock",
            {"stock_units": 12, "stock_watched": 1, "transfer": 1, "inbound_units": 240},
            "可售 12 件,低于 30 件;当天有调拨;在途 240 件。建议:调拨完成后再核对库存。",
            ("12 available, below 30; stock was transferred that day; 240 inbound. "
            "Check the stock again once the transfer is done."),
        ),
        (
            "vtr",
            {"vtr_compliance": 0.968, "vtr_rate": 0.968, "vtr_target": 0.95, "vtr_outside": 0, "ahr_band": "AHR_HEALTHY",
             "ahr_score": 312},
            "VTR 96.8%,低于团队线 98%;亚马逊要求 >95%,暂未违规。AHR分数 312(健康)。建议:补传有效追踪号并写明根因。",
            ("VTR 96.8%, under the team's 98% line; Amazon asks for >95%, so no violation yet. "
            "AHR score 312 (healthy). Add valid tracking numbers and write the root cause."),
        ),
        (
            "feedback",
            {"feedback_open": 2, "feedback_overdue": 0, "feedback_hours_left": 9},
            ("2 条低于4星的Feedback未处理,最早一条剩 9 小时(时限48小时)。"
            '建议:站内信联系买家;符合政策则申请移除。处理后请标"已处理"。'),
            ("Feedback under 4 stars not handled: 2; the oldest has 9 of 48 hours left. "
            "Message the buyer; request removal if policy allows. Then mark it handled."),
        ),
        (
            "source-stale",
            {"sources_late": 1, "sources_late_names": "广告"},
            "1 个来源没有新数据:广告。建议:下载报表放进 inbox/,或检查接口授权。",
            ("Sources that bring nothing new: 1 (广告). "
            "Download the report into inbox/, or check the API's authorisation."),
        ),
    ],
)  # fmt: skip
def test_the_sentence_of_a_breach(
    rule: str, given: dict[str, float | str], zh: str, en: str
) -> None:
    """Figure, limit, facts where they are known, advice last."""
    assert said(RULES[rule], "zh", **given) == [zh]
    assert said(RULES[rule], "en", **given) == [en]


def test_a_figure_close_to_its_limit_is_told_apart_from_it() -> None:
    """39.04 % over 39 % is not written as 39 % over 39 %."""
    given = {"acos_7d": 0.3904, "acos_benchmark": 0.26, "ad_clicks_7d": 52, "age_days": 4}

    assert said(RULES["acos-high"], "zh", **given)[0].startswith(
        "近7日ACOS 39.04%,高于类目均值 26% 的150%(39%)"
    )


def test_cover_that_low_stock_already_reports_is_only_coloured() -> None:
    """One SKU running out opens one action."""
    cover = RULES["cover-low"]
    few = {"days_of_cover": 3.0, "stock_units": 12.0, "stock_watched": 1.0}
    panel = Panel(
        [SkuKey("acme", "US", "A")],
        [date(2026, 7, 27)],
        {name: np.full((1, 1), value) for name, value in few.items()},
        {},
    )

    low = evaluate([RULES["low-stock"]], panel, "sku")
    hits = evaluate([cover], panel, "sku")

    assert [hit.level.do for hit in low] == [("colour", "action", "notice")]
    assert [(hit.level.severity, hit.level.do) for hit in hits] == [("critical", ("colour",))]


def test_an_alert_is_named_by_its_level_where_that_has_a_name() -> None:
    """An empty shelf says 断货, a low one 低库存."""
    stock = RULES["low-stock"]
    figures = np.array([[0.0], [12.0]])
    keys = [SkuKey("acme", "US", "A"), SkuKey("acme", "US", "B")]
    arrays = {"stock_units": figures, "stock_watched": np.ones((2, 1))}
    panel = Panel(keys, [date(2026, 7, 27)], arrays, {})

    assert [hit.name.zh for hit in evaluate([stock], panel, "sku")] == ["断货", "低库存"]


def test_the_example_in_the_readme_works(tmp_path: Path) -> None:
    """What the page shows can be copied."""
    readme = (data_folder("rules") / "README.md").read_text(encoding="utf-8")
    (tmp_path / "mine.yaml").write_text(
        readme.split("```yaml")[2].split("```")[0], encoding="utf-8"
    )

    (rule,) = load_rules({}, tmp_path)

    assert run_cases(rule) == []
