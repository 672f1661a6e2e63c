"""What a title says of a month, and which heading is which column."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sheets_sync.config.templates import shipped_layouts
from sheets_sync.core.adoption.logs import logs_of, month_of, older_months, places_of
from sheets_sync.core.adoption.matching import TheirTab, matched, with_aliases
from sheets_sync.core.adoption.titles import titled_month
from sheets_sync.core.tab import Cell


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("2026-07", (2026, 7, "{month}")),
        ("日志 2026.07", (2026, 7, "日志 {month}")),
        ("202607日报", (2026, 7, "{month}日报")),
        ("2026年7月", (2026, 7, "{month}")),
        ("2026年12月份 日报", (2026, 12, "{month} 日报")),
        ("2026-7", (2026, 7, "{month}")),
        ("Log July 2026", (2026, 7, "Log {month}")),
        ("7月", (None, 7, "{month}")),
        ("{A} 7月", (None, 7, "(A) {month}")),
        ("运营日志", None),
        ("2026-07-15", None),
        ("20260715", None),
        ("2026年6月-2026年7月", None),
        ("2026", None),
        ("13月", None),
        ("双11", None),
    ],
)
def test_which_month_a_title_names(title: str, found: tuple[int | None, int, str] | None) -> None:
    """A month and no day; what stands around it is kept."""
    assert titled_month(title) == found


def of(*columns: list[Cell], title: str = "日志", number: int = 7) -> TheirTab:
    """Return a tab with these columns."""
    return TheirTab(number, title, columns, columns, 100, 26)


def tab(*headings: str, **more: Any) -> TheirTab:
    """Return a tab of one row."""
    columns: list[list[Cell]] = [[heading or None, 1] for heading in headings]
    return replace(of(*columns), **more)


def bound(*headings: str, kind: str = "sku", **more: Any) -> dict[str, int]:
    """Return where the columns of a shipped layout are."""
    layouts = shipped_layouts("full")
    layout = next(one for one in layouts if one.kind == kind)
    return matched(tab(*headings, **more), with_aliases(layout, layouts)).places


def test_spellings_that_do_not_matter() -> None:
    """Width of letters, blanks and capitals are the same to people."""
    assert bound("日期 ", "sku", "acos", " 差评数量", "日期2") == {
        "date": 0, "sku": 1, "acos": 2, "new_negatives": 3,
    }  # fmt: skip


def test_both_languages_in_one_heading() -> None:
    """As the program itself writes them."""
    assert bound("日期 / Date", "SKU", "销量 / Units") == {"date": 0, "sku": 1, "units": 2}


def test_metrics_that_the_template_does_not_show() -> None:
    """The whole catalogue is known by its labels, figures of the account included."""
    assert bound("日期", "SKU", "广告销量", "迟发率") == {
        "date": 0, "sku": 1, "ad_units": 2, "late_shipment_rate": 3,
    }  # fmt: skip


def test_the_templates_own_words_come_first() -> None:
    """FBA可售 is what the template calls the stock, though a metric bears the name."""
    assert bound("日期", "SKU", "FBA可售") == {"date": 0, "sku": 1, "stock_units": 2}


def test_common_words_that_only_rules_use_stay_the_teams() -> None:
    """A column 天数 or 月份 is the team's own."""
    assert bound("日期", "SKU", "天数", "月份", "") == {"date": 0, "sku": 1}


def test_a_tag_beats_a_heading() -> None:
    """A column that was tagged is that column, whatever it is called now."""
    assert bound("日期", "SKU", "我们的ACOS", "ACOS", tags={"acos": 2}) == {
        "date": 0, "sku": 1, "acos": 2,
    }  # fmt: skip


def test_an_account_log_knows_the_spellings_of_the_daily_one() -> None:
    """AHR is written in as many ways there."""
    assert bound("日期", "站点", "账户健康分", "订单缺陷率", kind="account") == {
        "date": 0, "marketplace": 1, "ahr_score": 2, "odr_rate": 3,
    }  # fmt: skip


def test_a_copy_of_a_tab_of_ours_is_no_log_where_the_tab_is() -> None:
    """A tab that is tagged as another one of ours is never the daily log."""
    layout = next(one for one in shipped_layouts("full") if one.kind == "sku")
    rules = tab("日期", "SKU", tag="rules")
    daily = tab("日期", "SKU", tag="daily")

    assert [log.match.tab.tag for log in logs_of([rules, daily], layout)] == ["daily"]


def test_months_without_a_year_are_ordered_by_their_rows() -> None:
    """January comes after the December before it."""
    layout = next(one for one in shipped_layouts("full") if one.kind == "sku")
    tabs = [
        of(["日期", day], ["SKU", "A"], title=title, number=number)
        for number, (title, day) in enumerate({"12月": 46022, "1月": 46030, "11月": 45990}.items())
    ]

    [log] = logs_of(tabs, layout)

    assert log.match.tab.title == "1月"
    assert [older.tab.title for older in log.older] == ["12月", "11月"]
    assert month_of(log.match) == ("{month}", "2026-01")
    assert [month for _, month in older_months(log, log.match)] == ["2025-12", "2025-11"]


def test_stores_that_cannot_be_folders_are_said() -> None:
    """Their rows are left alone."""
    layout = next(one for one in shipped_layouts("full") if one.kind == "sku")
    log = of(["店铺", "甲", "a/b"], ["日期", 1, 2], ["SKU", "A", "A"], ["站点", "US", "US"])

    found = places_of(
        matched(log, layout),
        {"US": "US"}.get,
        lambda text: "/" not in text,
        store="my-store",
        codes=["US", "DE"],
    )

    assert found == ({"甲": ("US",)}, (), ("a/b",))
