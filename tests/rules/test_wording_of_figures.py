"""Figures and sentences as a person writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from sheets_sync.core.model import AdGroup
from sheets_sync.core.wording import (
    Fact,
    Locale,
    TemplateError,
    ad_groups_named,
    placeholders,
    say,
    sentence,
    shown,
)
from sheets_sync.errors import Words

CHINA = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("value", "unit", "symbol", "digits", "zh", "en"),
    [
        (0.452, "ratio", "$", 2, "45.2%", "45.2%"),
        (0.98, "ratio", "$", 2, "98%", "98%"),
        (0.4275, "ratio", "$", 2, "42.8%", "42.8%"),
        (0.0, "ratio", "$", 2, "0%", "0%"),
        (31.4, "money", "$", 2, "$31.40", "$31.40"),
        (1234.0, "money", "¥", 0, "¥1,234", "¥1,234"),
        (5.0, "money", "€", 2, "€5.00", "€5.00"),
        (5.0, "money", "AED", 2, "AED 5.00", "AED 5.00"),
        (-5.0, "money", "CA$", 2, "-CA$5.00", "-CA$5.00"),
        (1234.0, "count", "$", 2, "1,234", "1,234"),
        (100.0, "count", "$", 2, "100", "100"),
        (4.0, "days", "$", 2, "4", "4"),
        (6.9, "days", "$", 2, "6.9", "6.9"),
        (9.2, "hours", "$", 2, "9", "9"),
        (3.96, "per_year", "$", 2, "3.96", "3.96"),
        (312.0, "score", "$", 2, "312", "312"),
        (0.123, "change", "$", 2, "+12%", "+12%"),
        (1.0, "flag", "$", 2, "是", "yes"),
        ("AT_RISK", "text", "$", 2, "有停用风险(AT_RISK)", "at risk (AT_RISK)"),
        (date(2026, 7, 30), "date", "$", 2, "7-30", "30 Jul"),
        (datetime(2026, 7, 30, 0, 20, tzinfo=UTC), "moment", "$", 2, "7-30 08:20", "30 Jul 08:20"),
        (1785370800.0, "moment", "$", 2, "7-30 08:20", "30 Jul 08:20"),
        (None, "count", "$", 2, "?", "?"),
        (float("nan"), "money", "$", 2, "?", "?"),
    ],
)
def test_a_figure_is_shown_by_its_unit(
    value: float | str | date | None, unit: str, symbol: str, digits: int, zh: str, en: str
) -> None:
    """Percent, money of the marketplace, plain numbers, times in the team's zone."""
    locale = Locale("zh", symbol, digits, CHINA)

    assert shown(Fact(value, unit), locale, zh=True) == zh
    assert shown(Fact(value, unit), locale, zh=False) == en


def test_a_part_in_brackets_vanishes_when_a_figure_in_it_is_unknown() -> None:
    """What is not known is not said."""
    template = Words(
        "可售 {value} 件[;在途 {inbound} 件][。约 {days} 天]", "{value}[; {inbound}][. {days}]"
    )
    facts = {
        "value": Fact(12.0, "count"),
        "inbound": Fact(None, "count"),
        "days": Fact(4.0, "days"),
    }

    assert say(template, facts, Locale("zh")) == "可售 12 件。约 4 天"
    assert say(template, facts, Locale("en")) == "12. 4"
    assert say(template, {"value": Fact(12.0, "count")}, Locale("en")) == "12"


def test_doubled_braces_and_brackets_stand_for_themselves() -> None:
    """A template can say what it is made of."""
    template = Words("{{x}} [[y]]", "{{x}} [[y]]")

    assert say(template, {}, Locale("zh")) == "{x} [y]"


def test_both_languages_stand_side_by_side() -> None:
    """`both` says the sentence twice, each with its own full stop and advice."""
    said = sentence(
        Words("可售 {value} 件", "{value} available"),
        Words("催入库", "Chase the inbound"),
        {"value": Fact(12.0, "count")},
        Locale("both"),
    )

    assert said == "可售 12 件。建议:催入库。 / 12 available. Chase the inbound."


def test_a_sentence_without_advice_just_ends() -> None:
    """No empty advice is announced."""
    assert sentence(Words("断货", "Out"), Words("", ""), {}, Locale("zh")) == "断货。"


@pytest.mark.parametrize(
    ("template", "offset"), [("a {b", 2), ("a } b", 2), ("[a [b]]", 3), ("a]", 1), ("x[a", 1)]
)
def test_a_template_that_does_not_fit_together_says_where(template: str, offset: int) -> None:
    """Found when it is compiled, not when it is needed."""
    with pytest.raises(TemplateError) as caught:
        placeholders(template)

    assert caught.value.offset == offset


def test_the_worst_ad_groups_are_those_that_spent_above_their_sales() -> None:
    """A big group that pays for itself is not blamed; a group without sales says so."""
    groups = [
        AdGroup("S", "SP-01", "好", 90, 100.0, 900.0),
        AdGroup("S", "SP-02", "差", 30, 86.0, 121.1),
        AdGroup("S", "SP-03", "", 10, 5.5, 0.0),
        AdGroup("S", "SP-04", "无", 0, 0.0, 0.0),
    ]

    assert ad_groups_named(groups, Locale("zh")) == (
        "SP-02/差,花费 $86,ACOS 71%、SP-03,花费 $5.50,无广告销售"
    )
    assert ad_groups_named(groups, Locale("en")) == (
        "SP-02/差: $86 spent, ACOS 71%; SP-03: $5.50 spent, no ad sales"
    )
    assert ad_groups_named([], Locale("zh")) is None
