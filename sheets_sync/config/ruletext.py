"""How a rule is written in YAML, and how its small words are read.

The models say what keys exist and their plain types; the functions read limits, deadlines and deeds
for rule files and overrides alike, and raise `UnfitError`. What needs the catalogue of metrics and a
second look at the file is checked in `rulefiles`.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, RootModel

from sheets_sync.config.yamlfile import Strict, UnfitError, WordsText, did_you_mean, joined
from sheets_sync.core.metrics import METRICS, Level, Metric
from sheets_sync.core.rules import DEEDS, VERBS, Comparison, Deed, Operand, Verb
from sheets_sync.errors import Words

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_DUE = re.compile(r"([1-9]\d{0,3}) ?([hd])")
_PERCENT = re.compile(r"-?\d+(\.\d+)? ?%")
_LARGEST_RATIO = 10.0


def _rule_id(text: str) -> str:
    if not _ID.fullmatch(text):
        raise UnfitError(
            Words(
                "id 只能用小写字母、数字和连字符,如 low-stock",
                "an id takes small letters, digits and hyphens, such as low-stock",
            )
        )
    return text


class ComparisonsText(Strict):
    """What a figure is compared with; all that are given hold together."""

    above: Any = None
    at_least: Any = None
    below: Any = None
    at_most: Any = None
    equals: Any = None

    @property
    def given(self) -> dict[Verb, Any]:
        """Return the comparisons that are written, in the order of VERBS."""
        return {verb: getattr(self, verb) for verb in VERBS if verb in self.model_fields_set}


Where = dict[str, ComparisonsText]


class LevelText(ComparisonsText):
    """One level of a rule."""

    severity: Literal["critical", "warning"]
    metric: str | None = None
    where: Where = Field(default={})
    due: Any = None
    do: Any = None
    name: WordsText | None = None
    why: WordsText | None = None
    advice: WordsText | None = None


class CaseText(Strict):
    """An example: given figures and the severity expected of them."""

    given: dict[str, Any]
    expect: Literal["critical", "warning", "ok"]


class RuleText(Strict):
    """One rule."""

    id: Annotated[str, AfterValidator(_rule_id)]
    metric: str
    category: Literal["operations", "product", "compliance"]
    name: WordsText | None = None
    where: Where = Field(default={})
    levels: list[LevelText] = Field(min_length=1)
    due: Any = None
    do: Any = None
    newest: bool = False
    names: Literal["ad_groups"] | None = None
    why: WordsText
    advice: WordsText | None = None
    cases: list[CaseText] = Field(default=[])


class RulesText(RootModel[list[RuleText]]):
    """A file of rules."""


def metric_known(name: str, level: Level | None = None) -> Metric:
    """Return a metric of the catalogue; raise UnfitError where it is unknown or of another level."""
    metric = METRICS.get(name)
    if metric is None:
        same = (m.id for m in METRICS.values() if level in (None, m.level))
        words = Words(f"没有指标 '{name}'", f"metric '{name}' is unknown")
        raise UnfitError(joined(words, did_you_mean(name, same)))
    if level not in (None, metric.level):
        raise UnfitError(
            Words(
                f"指标 '{name}' 属于{'SKU' if metric.level == 'sku' else '账号'},这条规则看的是"
                f"{'SKU' if level == 'sku' else '账号'}",
                f"metric '{name}' belongs to the {_level_en(metric.level)}, "
                f"and the rule judges the {_level_en(level)}",
            )
        )
    return metric


def _level_en(level: Level | None) -> str:
    return "SKU" if level == "sku" else "account"


def comparison(verb: Verb, raw: Any, metric: Metric) -> Comparison:
    """Read one comparison of a metric: a number, a percentage, `{times, of}`, or what it equals."""
    if verb == "equals":
        many = raw if isinstance(raw, list) else [raw]
        if not many:
            raise UnfitError(Words("至少要有一个值", "needs at least one value"))
        return Comparison(verb, any_of=tuple(_equal(one, metric) for one in many))
    if metric.is_text:
        raise UnfitError(
            Words(
                f"'{metric.id}' 是文字,只能用 equals",
                f"'{metric.id}' is a text and takes only 'equals'",
            )
        )
    if isinstance(raw, dict):
        return Comparison(verb, _relative(raw, metric))
    return Comparison(verb, Operand(number(raw, metric)))


def number(raw: Any, metric: Metric) -> float:
    """Read a limit in the unit of a metric; a ratio may be written 0.98 or 98%."""
    if isinstance(raw, str) and metric.unit == "ratio" and _PERCENT.fullmatch(raw):
        return round(float(raw.rstrip("% ")) / 100, 9)
    if isinstance(raw, bool) and metric.unit == "flag":
        return float(raw)
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        example = "0.98 或 98%" if metric.unit == "ratio" else "30"
        english = "0.98 or 98%" if metric.unit == "ratio" else "30"
        raise UnfitError(
            Words(
                f"要写数字(如 {example}),现在是 {_said(raw, zh=True)}",
                f"must be a number such as {english}, not {_said(raw, zh=False)}",
            )
        )
    if metric.unit == "ratio" and abs(raw) > _LARGEST_RATIO:
        raise UnfitError(
            Words(
                f"'{metric.id}' 是比率:{raw} 会当成 {raw * 100:g}%,请写 {raw}% 或 {raw / 100:g}",
                f"'{metric.id}' is a ratio, so {raw} would be {raw * 100:g}%; "
                f"write {raw}% or {raw / 100:g}",
            )
        )
    return float(raw)


def times(raw: Any) -> float:
    """Read a factor: a number above 0."""
    if isinstance(raw, bool) or not isinstance(raw, int | float) or raw <= 0:
        raise UnfitError(Words("倍数要写大于0的数字", "a factor must be a number above 0"))
    return float(raw)


def hours(raw: Any) -> int:
    """Read a deadline such as 24h or 7d, in hours."""
    found = _DUE.fullmatch(raw) if isinstance(raw, str) else None
    if found is None:
        raise UnfitError(Words("时限要写成 24h 或 7d", "a deadline is written 24h or 7d"))
    return int(found[1]) * (24 if found[2] == "d" else 1)


def deeds(raw: Any) -> tuple[Deed, ...]:
    """Read what a hit causes: one of DEEDS or a list of them."""
    many = raw if isinstance(raw, list) else [raw]
    for one in many:
        if one not in DEEDS:
            words = Words(
                f"do 里没有 {_said(one, zh=True)},可写:{', '.join(DEEDS)}",
                f"{_said(one, zh=False)} cannot be done; write {', '.join(DEEDS)}",
            )
            raise UnfitError(joined(words, did_you_mean(one, DEEDS)))
    return tuple(deed for deed in DEEDS if deed in many)


def _equal(raw: Any, metric: Metric) -> float | str:
    if not metric.is_text:
        return number(raw, metric)
    if not isinstance(raw, str):
        raise UnfitError(
            Words(
                f"'{metric.id}' 是文字,现在是 {_said(raw, zh=True)}",
                f"'{metric.id}' is a text, not {_said(raw, zh=False)}",
            )
        )
    return raw


def _relative(raw: dict[str, Any], metric: Metric) -> Operand:
    unknown = next((key for key in raw if key not in ("times", "of")), None)
    if unknown is not None:
        words = Words(f"没有 '{unknown}' 这一项", f"'{unknown}' is not known here")
        raise UnfitError(joined(words, did_you_mean(unknown, ("times", "of"))))
    if not isinstance(raw.get("of"), str):
        raise UnfitError(Words("缺少 'of'(和哪个指标比)", "'of' is missing: which metric"))
    other = metric_known(raw["of"], metric.level)
    if other.is_text:
        raise UnfitError(Words(f"'{other.id}' 是文字", f"'{other.id}' is a text"))
    return Operand(of=other.id, times=times(raw["times"]) if "times" in raw else None)


def _said(raw: Any, *, zh: bool) -> str:
    if raw is None:
        return "空" if zh else "nothing"
    if isinstance(raw, dict | list):
        return "一组值" if zh else "several values"
    return str(raw).lower() if isinstance(raw, bool) else repr(raw)
