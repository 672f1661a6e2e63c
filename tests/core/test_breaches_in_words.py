"""Breaches in words: one explanation per episode, colours that stay, floods that become one line."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from sheets_sync.core.breaches import (
    Breach,
    Marks,
    ad_group_slots,
    flood_words,
    judge,
    put_into_words,
)
from sheets_sync.core.history import Slot
from sheets_sync.core.model import AdGroup, SkuKey
from sheets_sync.core.panel import Panel
from sheets_sync.core.records import Records
from sheets_sync.core.rules import Comparison, Condition, Level, Operand, Rule
from sheets_sync.core.scope import Scope
from sheets_sync.errors import Words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DAYS = [date(2026, 7, 26) + timedelta(days=i) for i in range(5)]
N = None

LOW_STOCK = Rule(
    "low-stock",
    Words("低库存", "Low stock"),
    "stock_units",
    "operations",
    (
        Level("critical", "stock_units", (Comparison("below", Operand(10)),)),
        Level("warning", "stock_units", (Comparison("below", Operand(30)),)),
    ),
    Words("可售 {value} 件,低于 {threshold} 件", "{value} available, below {threshold}"),
    advice=Words("补货", "Restock"),
    newest_only=True,
)
ACOS = Rule(
    "acos-high",
    Words("ACOS高", "High ACOS"),
    "acos_7d",
    "operations",
    (Level("critical", "acos_7d", (Comparison("above", Operand(0.4)),)),),
    Words("近7日ACOS {value}[。主要来自:{ad_groups}]", "7-day ACOS {value}[. Mostly {ad_groups}]"),
    where=(Condition("age_days", Comparison("at_least", Operand(3))),),
    names="ad_groups",
)
LATE = Rule(
    "source-stale",
    Words("数据迟到", "Data late"),
    "sources_late",
    "operations",
    (Level("warning", "sources_late", (Comparison("at_least", Operand(1)),)),),
    Words(
        "{value} 个来源没有新数据[:{sources_late_names}]", "Late: {value}[ ({sources_late_names})]"
    ),
)


def records(
    skus: Mapping[str, Sequence[Sequence[float | None]]],
    accounts: Mapping[str, Any] | None = None,
    absent: Sequence[tuple[int, int]] = (),
) -> Records:
    """Rows on all days but `absent`, for as many SKUs as there are lists of figures."""
    arrays = {name: np.array(rows, dtype=float) for name, rows in skus.items()}
    count = len(next(iter(arrays.values())))
    entities = [SkuKey("acme", "US", f"S{i}") for i in range(count)]
    rows = np.ones((count, len(DAYS)), dtype=bool)
    for at in absent:
        rows[at] = False
    scope = Scope({"acme": ["US"]}, {}, datetime(2026, 7, 31, 10, tzinfo=UTC), "Asia/Shanghai", 5)
    account_panel = Panel([SkuKey("acme", "US", "")], DAYS, accounts or {}, {})
    account_rows = np.ones((1, len(DAYS)), dtype=bool)
    return Records(
        scope, Panel(entities, DAYS, arrays, {}), account_panel, rows, rows, account_rows, ()
    )


def said(
    found: Records,
    *rules: Rule,
    groups: Mapping[Slot, Sequence[AdGroup]] | None = None,
    language: str = "zh",
) -> tuple[dict[str, Marks], list[Breach]]:
    return put_into_words(judge(rules, found), groups or {}, language, "Asia/Shanghai")


def test_stock_is_explained_on_its_newest_figure_only() -> None:
    """Older rows keep their colour and nothing more."""
    marks, breaches = said(records({"stock_units": [[40, 20, 5, 8, 7]]}), LOW_STOCK)

    assert marks["sku"].flags == {
        (0, 1): "|stock_units:warning|",
        (0, 2): "|stock_units:critical|",
        (0, 3): "|stock_units:critical|",
        (0, 4): "|stock_units:critical|",
    }
    assert marks["sku"].alerts == {(0, 4): "低库存"}
    assert marks["sku"].why == {(0, 4): "可售 7 件,低于 10 件。建议:补货。"}
    assert [(b.date, b.severity, b.value, b.current) for b in breaches] == [
        (DAYS[4], "critical", 7.0, True)
    ]


def test_stock_that_has_recovered_explains_nothing() -> None:
    """A newer figure that is fine ends the alert; the past keeps its colour."""
    marks, breaches = said(records({"stock_units": [[40, 5, 5, 90, 90]]}), LOW_STOCK)

    assert list(marks["sku"].flags) == [(0, 1), (0, 2)]
    assert (marks["sku"].alerts, breaches) == ({}, [])


def test_the_newest_known_figure_is_the_newest() -> None:
    """A day without a snapshot judges nothing, so the alert stands on the last snapshot."""
    marks, breaches = said(records({"stock_units": [[40, 40, 5, N, N]]}), LOW_STOCK)

    assert list(marks["sku"].alerts) == [(0, 2)]
    assert [b.current for b in breaches] == [True]


def test_an_episode_explains_itself_once_on_its_newest_row() -> None:
    """Fourteen red days are one story; an earlier episode that ended keeps its own."""
    acos = {"acos_7d": [[0.5, 0.6, 0.3, 0.5, 0.45]], "age_days": [[7, 6, 5, 4, 3]]}
    marks, breaches = said(records(acos), ACOS)

    assert list(marks["sku"].flags) == [(0, 0), (0, 1), (0, 3), (0, 4)]
    assert list(marks["sku"].alerts) == [(0, 1), (0, 4)]
    assert [(b.date, b.current) for b in breaches] == [(DAYS[1], False), (DAYS[4], True)]


def test_days_too_young_to_judge_do_not_end_an_episode() -> None:
    """The newest settled day is the newest for a rule that waits for the figures to settle."""
    acos = {"acos_7d": [[0.5, 0.5, 0.5, 0.5, 0.5]], "age_days": [[5, 4, 3, 2, 1]]}
    marks, breaches = said(records(acos), ACOS)

    assert list(marks["sku"].flags) == [(0, 0), (0, 1), (0, 2)]
    assert [(b.date, b.current) for b in breaches] == [(DAYS[2], True)]


def test_a_day_without_a_row_is_not_judged() -> None:
    """Nothing is flagged that has no row to stand on."""
    marks, breaches = said(records({"stock_units": [[5, 5, 5, 5, 5]]}, absent=[(0, 4)]), LOW_STOCK)

    assert list(marks["sku"].flags) == [(0, 0), (0, 1), (0, 2), (0, 3)]
    assert [b.date for b in breaches] == [DAYS[3]]


def test_the_gravest_alert_stands_first() -> None:
    """Words, sentences and flags follow the severity."""
    figures = {
        "stock_units": [[N, N, 20, N, N]],
        "acos_7d": [[N, N, 0.5, N, N]],
        "age_days": [[9] * 5],
    }

    marks, _ = said(records(figures), LOW_STOCK, ACOS)

    assert marks["sku"].alerts == {(0, 2): "ACOS高;低库存"}
    assert marks["sku"].why == {(0, 2): "近7日ACOS 50%。可售 20 件,低于 30 件。建议:补货。"}
    assert marks["sku"].flags == {(0, 2): "|acos_7d:critical||stock_units:warning|"}


def test_words_follow_the_language() -> None:
    """English sentences stand apart by a blank."""
    figures = {
        "stock_units": [[N, N, 20, N, N]],
        "acos_7d": [[N, N, 0.5, N, N]],
        "age_days": [[9] * 5],
    }

    marks, _ = said(records(figures), LOW_STOCK, ACOS, language="en")

    assert marks["sku"].alerts == {(0, 2): "High ACOS;Low stock"}
    assert marks["sku"].why == {(0, 2): "7-day ACOS 50%. 20 available, below 30. Restock."}


def test_a_flood_becomes_one_line_of_the_account() -> None:
    """Five of ten SKUs at once: data or threshold in doubt, and no SKU is flagged for it."""
    stock = [[90, 90, 90, 90, 5 if i < 5 else 90] for i in range(10)]
    verdict = judge([LOW_STOCK], records({"stock_units": stock}))
    marks, breaches = put_into_words(verdict, {}, "zh", "Asia/Shanghai")

    assert (marks["sku"], breaches) == (Marks({}, {}, {}), [])
    assert marks["account"].alerts == {(0, 4): "数据存疑"}
    line = "规则「低库存」一次命中 5/10 个SKU:疑似数据或阈值问题,请先核对报表与阈值。"
    assert marks["account"].why == {(0, 4): line}
    assert [flood_words(flood).zh for flood in verdict.floods] == [line]


def test_a_fifth_of_the_skus_is_not_yet_a_flood() -> None:
    """Exactly a fifth is ordinary bad luck."""
    stock = [[90, 90, 90, 90, 5 if i < 5 else 90] for i in range(25)]

    marks, breaches = said(records({"stock_units": stock}), LOW_STOCK)

    assert len(breaches) == 5
    assert marks["account"].alerts == {}


def group(name: str, spend: float, sales: float, key: str = "S0") -> AdGroup:
    return AdGroup(key, "SP-自动-01", name, 30.0, spend, sales)


def test_an_ad_rule_names_the_worst_ad_groups_of_seven_days() -> None:
    """Days add up, and of one day only the best source counts."""
    found = records({"acos_7d": [[N, N, N, N, 0.5]], "age_days": [[9] * 5]})
    api, console = (Slot(kind, "acme", "US", DAYS[4]) for kind in ("ads-sp-api", "ads-sp-console"))
    before = Slot("ads-sp-console", "acme", "US", DAYS[3])
    week_ago = Slot("ads-sp-api", "acme", "US", DAYS[4] - timedelta(days=7))
    groups = {
        api: [
            group("组A", 40.0, 50.0),
            group("组B", 1.0, 90.0),
            group("组X", 999.0, 0.0, key="S9"),
        ],
        console: [group("组A", 1000.0, 0.0)],
        before: [group("组A", 46.0, 71.0)],
        week_ago: [group("组A", 5000.0, 0.0)],
    }

    marks, _ = said(found, ACOS, groups=groups)

    assert marks["sku"].why == {
        (0, 4): "近7日ACOS 50%。主要来自:SP-自动-01/组A,花费 $86,ACOS 71%。"
    }


def test_only_the_ad_groups_that_are_named_are_asked_for() -> None:
    """Seven days of both kinds of file, for explained hits of rules that name ad groups."""
    acos = {"acos_7d": [[0.3, 0.3, 0.3, 0.5, 0.5]], "age_days": [[9] * 5]}

    slots = ad_group_slots(judge([ACOS, LOW_STOCK], records(acos)))

    assert {slot.date for slot in slots} == {DAYS[4] - timedelta(days=back) for back in range(7)}
    assert {slot.kind for slot in slots} == {"ads-sp-api", "ads-sp-console"}
    assert ad_group_slots(judge([LOW_STOCK], records({"stock_units": [[5] * 5]}))) == set()


def test_late_sources_are_named() -> None:
    """The line says which report and by how many days."""
    names = np.full((1, 5), None, dtype=object)
    names[0, 4] = "ads-sp-api\t3\nsales-traffic\t5"
    accounts = {
        "sources_late": np.array([[N, N, N, N, 2]], dtype=float),
        "sources_late_names": names,
    }

    marks, breaches = said(records({"stock_units": [[90] * 5]}, accounts), LATE)

    assert marks["account"].why == {
        (0, 4): "2 个来源没有新数据:商品推广(API)晚 3 天、销售与流量晚 5 天。"
    }
    assert [b.key for b in breaches] == [SkuKey("acme", "US", "")]
