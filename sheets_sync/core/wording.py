"""How a breach is put into words: templates, and figures as a person writes them.

A template is one sentence per language, without its full stop. `{name}` stands for a figure; square
brackets hold a part that vanishes when any figure in it is unknown. A doubled brace or bracket
stands for itself. Templates are compiled when they are loaded, so that a misspelt name is found
before the first breach, not by it.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from sheets_sync.errors import Words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sheets_sync.core.metrics import Unit
    from sheets_sync.core.model import AdGroup
    from sheets_sync.errors import Language

UNKNOWN = "?"

_TOKEN = re.compile(r"\{\{|\}\}|\[\[|\]\]|\{[^{}]*\}|[\[\]{}]|[^\[\]{}]+")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_PLACES: dict[str, int] = {"ratio": 1, "days": 1, "hours": 0, "per_year": 2, "score": 0, "count": 0}
_MOST_PLACES = 4
_CENTS_BELOW = 10

_CODES = {
    "NORMAL": Words("正常", "normal"),
    "AT_RISK": Words("有停用风险(AT_RISK)", "at risk (AT_RISK)"),
    "SUSPENDED": Words("已暂停(SUSPENDED)", "suspended (SUSPENDED)"),
    "DEACTIVATED": Words("已停用(DEACTIVATED)", "deactivated (DEACTIVATED)"),
    "AHR_HEALTHY": Words("健康", "healthy"),
    "AHR_AT_RISK": Words("有风险", "at risk"),
    "AHR_UNHEALTHY": Words("严重", "unhealthy"),
}
"""Amazon's account states, and the bands of its account health rating, as people say them."""


class Locale(NamedTuple):
    """For whom a sentence is written: language, currency sign and decimals, the team's zone."""

    language: Language = "zh"
    symbol: str = "$"
    digits: int = 2
    zone: tzinfo = UTC


class Fact(NamedTuple):
    """A figure and its unit; `value` None is unknown, `places` overrules the unit's decimals.

    A moment is an aware datetime or seconds since 1970, a date a `date`, a ratio a fraction.
    """

    value: float | str | date | None
    unit: Unit
    places: int | None = None


class TemplateError(ValueError):
    """A template cannot be read; `offset` is the character at which, `words` why."""

    def __init__(self, words: Words, offset: int) -> None:
        self.words, self.offset = words, offset
        super().__init__(words.en)


class Piece(NamedTuple):
    """One part of a template: a text, or the name of a figure; `group` numbers its brackets."""

    text: str
    is_name: bool
    group: int | None
    offset: int


@lru_cache(maxsize=4096)
def compiled(text: str) -> tuple[Piece, ...]:
    """Take one language of a template apart; raise TemplateError where braces do not fit."""
    return tuple(_pieces(text))


def placeholders(text: str) -> list[Piece]:
    """Return the named figures of one language of a template, in order; raise TemplateError."""
    return [piece for piece in compiled(text) if piece.is_name]


def say(template: Words, facts: Mapping[str, Fact], locale: Locale) -> str:
    """Return the template filled with facts, in the language of the locale (or in both)."""
    sides = Words(*(_filled(side, facts, locale, zh=i == 0) for i, side in enumerate(template)))
    return sides.say(locale.language)


def sentence(why: Words, advice: Words, facts: Mapping[str, Fact], locale: Locale) -> str:
    """Return what is wrong and then what to do about it, with full stops."""
    zh, en = (_filled(side, facts, locale, zh=i == 0) for i, side in enumerate(why))
    if advice.zh:
        zh += f"。建议:{advice.zh}"
    if advice.en:
        en += f". {advice.en}"
    return Words(f"{zh}。", f"{en}.").say(locale.language)


def shown(fact: Fact, locale: Locale, *, zh: bool) -> str:
    """Return a figure as text: 45.2%, $31.40, 1,234, 7-30 08:20; `UNKNOWN` where it is unknown."""
    value, unit = fact.value, fact.unit
    if value is None or value != value:  # noqa: PLR0124  # NaN is the one value unlike itself
        return UNKNOWN
    if isinstance(value, str):
        return _CODES.get(value, Words(value, value))[0 if zh else 1]
    if unit == "moment":
        return _moment(value, locale.zone, zh=zh)
    if isinstance(value, date):
        return _day(value, zh=zh)
    return _number(float(value), fact, locale, zh=zh)


def distinct_places(value: float, threshold: float) -> int:
    """Return the decimals of a percentage at which a value no longer looks like its limit."""
    for places in range(1, _MOST_PLACES):
        if round(value * 100, places) != round(threshold * 100, places):
            return places
    return 1 if value == threshold else _MOST_PLACES


def worst_ad_groups(groups: Sequence[AdGroup], most: int = 2) -> list[AdGroup]:
    """Return the ad groups that spent most above what their sales paid for at the mean ACOS."""
    sales = sum(group.sales for group in groups)
    mean = sum(group.spend for group in groups) / sales if sales else 0.0
    ranked = sorted(groups, key=lambda g: (g.spend - g.sales * mean, g.spend), reverse=True)
    spending = [group for group in ranked if group.spend > 0]
    return [g for g in spending[:most] if g is spending[0] or g.spend > g.sales * mean]


def ad_groups_named(groups: Sequence[AdGroup], locale: Locale) -> str | None:
    """Name ad groups with their spend and ACOS, worst first; None where there is none."""
    worst = worst_ad_groups(groups)
    if not worst:
        return None
    zh = "、".join(_ad_group(group, locale, zh=True) for group in worst)
    en = "; ".join(_ad_group(group, locale, zh=False) for group in worst)
    return Words(zh, en).say(locale.language)


def _pieces(text: str) -> Iterator[Piece]:
    group, opened, groups = None, 0, 0
    for match in _TOKEN.finditer(text):
        part, at = match.group(), match.start()
        if part == "[" and group is None:
            group, opened, groups = groups, at, groups + 1
        elif part == "]" and group is not None:
            group = None
        elif part in "{}[]":
            raise TemplateError(Words(f"多余的 '{part}'", f"'{part}' does not fit here"), at)
        elif part in ("{{", "}}", "[[", "]]"):
            yield Piece(part[0], is_name=False, group=group, offset=at)
        elif part.startswith("{"):
            yield Piece(part[1:-1].strip(), is_name=True, group=group, offset=at)
        else:
            yield Piece(part, is_name=False, group=group, offset=at)
    if group is not None:
        raise TemplateError(Words("'[' 没有对应的 ']'", "'[' is never closed"), opened)


def _filled(text: str, facts: Mapping[str, Fact], locale: Locale, *, zh: bool) -> str:
    said: list[tuple[int | None, str]] = []
    silent: set[int | None] = set()
    for piece in compiled(text):
        words = piece.text
        if piece.is_name:
            words = shown(facts.get(piece.text, Fact(None, "text")), locale, zh=zh)
            if words == UNKNOWN and piece.group is not None:
                silent.add(piece.group)
        said.append((piece.group, words))
    return "".join(words for group, words in said if group not in silent)


def _number(value: float, fact: Fact, locale: Locale, *, zh: bool) -> str:
    if fact.unit == "money":
        gap = " " if len(locale.symbol) > 1 and locale.symbol.isalpha() else ""
        return f"{'-' if value < 0 else ''}{locale.symbol}{gap}{abs(value):,.{locale.digits}f}"
    if fact.unit == "flag":
        return (Words("是", "yes") if value else Words("否", "no"))[0 if zh else 1]
    if fact.unit == "change":
        return f"{value:+.0%}"
    places = _PLACES.get(fact.unit, 1) if fact.places is None else fact.places
    if fact.unit == "ratio":
        return f"{_plain(round(value * 100, 9), places)}%"
    return _plain(value, places)


def _plain(value: float, places: int) -> str:
    """Write a number with at most `places` decimals and no useless zeros."""
    text = f"{value:,.{places}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def _moment(value: float | date, zone: tzinfo, *, zh: bool) -> str:
    if not isinstance(value, date):
        value = datetime.fromtimestamp(value, UTC)
    if not isinstance(value, datetime):
        return _day(value, zh=zh)
    local = value.astimezone(zone)
    return f"{_day(local, zh=zh)} {local:%H:%M}"


def _day(value: date, *, zh: bool) -> str:
    if zh:
        return f"{value.month}-{value.day}"
    return f"{value.day} {_MONTHS[value.month - 1]}"


def _ad_group(group: AdGroup, locale: Locale, *, zh: bool) -> str:
    name = "/".join(part for part in (group.campaign, group.ad_group) if part)
    whole = locale._replace(digits=0) if group.spend >= _CENTS_BELOW else locale
    spend = shown(Fact(group.spend, "money"), whole, zh=zh)
    acos = (
        shown(Fact(group.spend / group.sales, "ratio", 0), locale, zh=zh) if group.sales else None
    )
    if zh:
        return f"{name},花费 {spend},{f'ACOS {acos}' if acos else '无广告销售'}"
    return f"{name}: {spend} spent, {f'ACOS {acos}' if acos else 'no ad sales'}"
