"""Which number of a rule a person may change at one severity, how it is written, and the rule as changed.

A rule may have several levels of one severity. The number that a row shows is that of the plainest: without
a name of its own, about the cell that is coloured. Levels with the same limit change with it. A warning
with the limit of the critical level softens that one (a twin has stock, the SKU is new); it follows it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from sheets_sync.config.overrides import overridden
from sheets_sync.config.settings.values import factor, fraction, number_of, plain
from sheets_sync.core.metrics import METRICS
from sheets_sync.core.rules import DEEDS
from sheets_sync.errors import Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sheets_sync.core.rules import Deed, Level, Rule, Severity
    from sheets_sync.core.tab import Cell

SEVERITIES: tuple[Severity, ...] = ("critical", "warning")

_HOURS_A_DAY, _TWO_DAYS = 24, 48
_VERBS = {
    "above": Words("高于", "above"),
    "at_least": Words("至少", "at least"),
    "below": Words("低于", "below"),
    "at_most": Words("至多", "at most"),
}
_UNITS = {
    "ratio": Words("%", "%"),
    "days": Words("天", "days"),
    "hours": Words("小时", "hours"),
    "per_year": Words("次/年", "a year"),
    "score": Words("分", "points"),
    "money": Words("站点货币", "the site's currency"),
    "count": Words("个", "item(s)"),
}
_COUNTED = {
    "stock_units": Words("件", "units"),
    "new_negatives": Words("条", "review(s)"),
    "feedback_open": Words("条", "feedback(s)"),
    "feedback_overdue": Words("条", "feedback(s)"),
    "sources_late": Words("个", "source(s)"),
    "metrics_outside": Words("项", "metric(s)"),
}
"""What is counted, where the catalogue only says that something is."""

_TIMES = Words("基准的%", "% of benchmark")
_DEEDS: dict[Deed, Words] = {
    "colour": Words("标色", "colour"),
    "action": Words("开单", "action"),
    "notice": Words("通知", "notice"),
}
_COLOUR_ONLY = Words("只标色", "colour only")


class Limit(NamedTuple):
    """The number of a level, and every level of the rule that changes with it."""

    level: int
    levels: tuple[int, ...]
    metric: str
    value: float
    is_times: bool

    @property
    def is_share(self) -> bool:
        """Return whether it is a percentage."""
        return self.is_times or METRICS[self.metric].unit == "ratio"

    @property
    def unit(self) -> Words:
        """Return what the number counts."""
        if self.is_times:
            return _TIMES
        kind = METRICS[self.metric].unit
        return _COUNTED.get(self.metric, _UNITS[kind]) if kind in _UNITS else Words("", "")

    def read(self, raw: Cell) -> float:
        """Return the number that a person typed for it; raise UnfitError."""
        if self.is_times:
            return factor(raw)
        return fraction(raw) if self.is_share else number_of(*self.unit)(raw)

    def show(self, value: float) -> Words:
        """Return a value as a person writes it: 30 件, 98%, 150%."""
        if self.is_share:
            text = f"{plain(value * 100)}%"
            return Words(text, text)
        if METRICS[self.metric].unit == "money":
            return Words(plain(value), plain(value))
        return Words(f"{plain(value)} {self.unit.zh}".strip(), plain(value))


def limit_of(rule: Rule, severity: Severity) -> Limit | None:
    """Return the number that can be changed at a severity; None where there is none."""
    own = [i for i in _own(rule, severity) if _has_number(rule.levels[i])]
    if not own:
        return None
    at = max(own, key=lambda i: _plainness(rule, i))
    comparison, unit = rule.levels[at].comparisons[0], METRICS[rule.levels[at].metric].unit
    follow = softening(rule) if severity == "critical" else {}
    same = tuple(
        i
        for i, other in enumerate(rule.levels)
        if (i in own or i in follow)
        and other.comparisons[0] == comparison
        and METRICS[other.metric].unit == unit
    )
    return _limit_at(rule, at, same)


def _limit_at(rule: Rule, at: int, same: tuple[int, ...]) -> Limit:
    operand = rule.levels[at].comparisons[0].operand
    number = operand.number if operand.times is None else operand.times
    return Limit(at, same, rule.levels[at].metric, number or 0.0, operand.times is not None)


def with_limit(rule: Rule, severity: Severity, value: float) -> Rule:
    """Return a rule with another limit at a severity that has one."""
    limit = limit_of(rule, severity)
    if limit is None:
        return rule
    levels = list(rule.levels)
    for i in limit.levels:
        key = "times" if limit.is_times else levels[i].comparisons[0].verb
        changed, _ = overridden(replace(rule, levels=(levels[i],)), {key: value})
        levels[i] = levels[i] if changed is None else changed.levels[0]
    return replace(rule, levels=tuple(levels), cases=())


def with_effect(rule: Rule, severity: Severity, due: int | None, do: Sequence[Deed] | None) -> Rule:
    """Return a rule with another deadline or effect at a severity; None leaves it as it is."""
    change: dict[str, Any] = {}
    if due is not None:
        change["due"] = f"{due}h"
    if do is not None:
        change["do"] = list(do)
    changed, _ = overridden(rule, {severity: change})
    return rule if changed is None else changed


def plainest(rule: Rule, severity: Severity) -> int:
    """Return which level of a severity speaks for it."""
    limit = limit_of(rule, severity)
    if limit is not None:
        return limit.level
    own = _own(rule, severity) or _levels(rule, severity)
    return max(own, key=lambda i: _plainness(rule, i))


def in_words(rule: Rule, severity: Severity) -> Words:
    """Say what holds at a severity: 低于 30 件;时限 24 小时;标色、开单、通知."""
    at = plainest(rule, severity)
    level = rule.levels[at]
    said = [_compared(level, _limit_at(rule, at, ())), *_only_where(rule, severity)]
    if level.due_hours is not None and "action" in level.do:
        said.append(due_in_words(level.due_hours))
    said.append(do_in_words(level.do))
    return Words(";".join(w.zh for w in said), "; ".join(w.en for w in said))


def due_in_words(hours: int) -> Words:
    """Say a deadline: 时限 24 小时."""
    span = span_in_words(hours)
    return Words(f"时限 {span.zh}", f"due in {span.en}")


def span_in_words(hours: int) -> Words:
    """Say how long: 24 小时, 7 天."""
    if hours % _HOURS_A_DAY == 0 and hours > _TWO_DAYS:
        return Words(f"{hours // _HOURS_A_DAY} 天", f"{hours // _HOURS_A_DAY} days")
    return Words(f"{hours} 小时", f"{hours} hours")


def do_in_words(do: Sequence[Deed]) -> Words:
    """Say what a hit causes: 标色、开单、通知, or 只标色."""
    if tuple(do) == ("colour",):
        return _COLOUR_ONLY
    named = [_DEEDS[deed] for deed in DEEDS if deed in do]
    return Words("、".join(w.zh for w in named), ", ".join(w.en for w in named))


def _compared(level: Level, limit: Limit) -> Words:
    comparison, label = level.comparisons[0], METRICS[level.metric].label
    operand, verb = comparison.operand, _VERBS.get(comparison.verb, Words("", ""))
    if comparison.verb == "equals":
        if METRICS[level.metric].unit == "flag":
            return label
        values = [str(value) for value in comparison.any_of]
        return Words(f"{label.zh}为 {'、'.join(values)}", f"{label.en} is {', '.join(values)}")
    if operand.of is not None:
        base = METRICS[operand.of].label
        if operand.times is None:
            return Words(f"{verb.zh}{base.zh}", f"{verb.en} {base.en}")
        times = limit.show(operand.times).en
        return Words(f"{verb.zh}{base.zh}的 {times}", f"{verb.en} {times} of {base.en}")
    shown = limit.show(operand.number or 0.0)
    has_unit = not limit.is_share and METRICS[level.metric].unit != "money"
    unit = f" {limit.unit.en}" if has_unit else ""
    return Words(f"{verb.zh} {shown.zh}", f"{verb.en} {shown.en}{unit}")


def _levels(rule: Rule, severity: Severity) -> list[int]:
    return [i for i, level in enumerate(rule.levels) if level.severity == severity]


def _own(rule: Rule, severity: Severity) -> list[int]:
    """Return the levels of a severity that do not merely soften a graver one."""
    softened = softening(rule)
    return [i for i in _levels(rule, severity) if i not in softened]


def softening(rule: Rule) -> dict[int, int]:
    """Return the warnings that stand before a critical level with the same limit, and that level."""
    return {
        i: j
        for i, level in enumerate(rule.levels)
        if level.severity == "warning"
        for j, other in reversed(list(enumerate(rule.levels)))
        if j > i
        and other.severity == "critical"
        and (other.metric, other.comparisons) == (level.metric, level.comparisons)
    }


def _only_where(rule: Rule, severity: Severity) -> list[Words]:
    """Say when a severity that only softens another one is given."""
    if _own(rule, severity):
        return []
    metrics = [c.metric for i in _levels(rule, severity) for c in rule.levels[i].where]
    labels = [METRICS[metric].label for metric in dict.fromkeys(metrics)]
    return [
        Words(
            f"仅限{'、'.join(w.zh for w in labels)}", f"only for {', '.join(w.en for w in labels)}"
        )
    ]


def _has_number(level: Level) -> bool:
    comparison, operand = level.comparisons[0], level.comparisons[0].operand
    return comparison.verb != "equals" and (operand.number is not None or operand.times is not None)


def _plainness(rule: Rule, at: int) -> tuple[bool, bool, int, int]:
    level = rule.levels[at]
    return level.name is None, level.metric == rule.metric, len(level.do), at
