"""What a team changes about a rule without touching its file.

An override is `off`, or a mapping: a comparison (`below: 50`), `times`, `due`, `do`, `where`, and the
same again under `critical` or `warning` for that severity alone; `warning: off` drops it. A limit is
changed where the rule has it; where it has several different ones, the severity has to be named.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sheets_sync.config.ruletext import comparison, deeds, hours, times
from sheets_sync.config.yamlfile import UnfitError, did_you_mean, joined
from sheets_sync.core.metrics import METRICS
from sheets_sync.core.rules import VERBS, Comparison, Condition, Level, Rule, Severity, Verb
from sheets_sync.errors import Words

if TYPE_CHECKING:
    from collections.abc import Callable

    from sheets_sync.config.yamltree import Loc

Wrong = tuple[Words, "Loc"]

_SEVERITIES: tuple[Severity, ...] = ("critical", "warning")
_KEYS = (*VERBS, "times", "due", "do", "where")


def overridden(rule: Rule, raw: Any) -> tuple[Rule | None, list[Wrong]]:
    """Return the rule as changed (None where it is off) and what is wrong, with its loc in `raw`.

    A changed rule has no cases: they describe the rule as its file says it.
    """
    if _is_off(raw):
        return None, []
    if not isinstance(raw, Mapping):
        words = Words(
            "要写 off 或键值对,如 {below: 50}", "must be off or a mapping such as {below: 50}"
        )
        return rule, [(words, ())]
    change = _Change(rule)
    for severity in _SEVERITIES:
        if severity in raw:
            change.severity(severity, raw[severity])
    change.apply({k: v for k, v in raw.items() if k not in _SEVERITIES}, None, ())
    levels = tuple(level for level in change.levels if level.severity not in change.dropped)
    new = replace(rule, where=change.where, levels=levels, cases=())
    return (new if levels else None), change.wrong


_SAY_WHICH = Words("请写明是 critical 还是 warning", "say which under critical or warning")
_EDIT_FILE = Words("请直接改规则文件", "change the rule's own file")


def _is_off(raw: Any) -> bool:
    return raw is False or raw == "off"


@dataclass(slots=True)
class _Change:
    """A rule being changed."""

    rule: Rule
    levels: list[Level] = field(init=False)
    where: tuple[Condition, ...] = field(init=False)
    dropped: set[Severity] = field(default_factory=set)
    wrong: list[Wrong] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.levels, self.where = list(self.rule.levels), self.rule.where

    def severity(self, severity: Severity, raw: Any) -> None:
        """Change the levels of one severity, or drop them."""
        if _is_off(raw):
            self.dropped.add(severity)
        elif not isinstance(raw, Mapping):
            words = Words("要写 off 或键值对", "must be off or a mapping")
            self.wrong.append((words, (severity,)))
        elif not any(level.severity == severity for level in self.levels):
            words = Words(
                f"规则 '{self.rule.id}' 没有 {severity} 级",
                f"rule '{self.rule.id}' has no {severity} level",
            )
            self.wrong.append((words, (severity,)))
        else:
            self.apply(raw, severity, (severity,))

    def apply(self, raw: Mapping[str, Any], severity: Severity | None, loc: Loc) -> None:
        """Change the levels of a severity (None: of all) as a mapping says."""
        scope = [i for i, level in enumerate(self.levels) if severity in (None, level.severity)]
        for key, value in raw.items():
            try:
                self._one(key, value, scope, (*loc, key))
            except UnfitError as error:
                self.wrong.append((error.words, (*loc, key)))

    def _one(self, key: str, value: Any, scope: list[int], loc: Loc) -> None:
        if key in VERBS:
            self._limit(key, value, scope)
        elif key == "times":
            self._times(times(value), scope)
        elif key == "due":
            self._each(scope, due_hours=hours(value))
        elif key == "do":
            self._do(deeds(value), scope)
        elif key == "where":
            self._conditions(value, scope, loc)
        else:
            words = Words(f"没有 '{key}' 这一项", f"'{key}' is not known here")
            raise UnfitError(joined(words, did_you_mean(key, (*_KEYS, *_SEVERITIES))))

    def _limit(self, verb: Verb, raw: Any, scope: list[int]) -> None:
        places = self._places(lambda one: one.verb == verb, scope)
        if not places:
            has = sorted({one.verb for i in scope for one in self.levels[i].comparisons})
            words = Words(
                f"规则 '{self.rule.id}' 没有 '{verb}',它用的是 {', '.join(has)}",
                f"rule '{self.rule.id}' has no '{verb}'; it has {', '.join(has)}",
            )
            raise UnfitError(words)
        if len({(self.levels[i].metric, self.levels[i].comparisons[j]) for i, j in places}) > 1:
            words = Words(
                f"规则 '{self.rule.id}' 有几个不同的 '{verb}',",
                f"rule '{self.rule.id}' has several '{verb}'; ",
            )
            whole = len(scope) == len(self.levels)
            raise UnfitError(joined(words, _SAY_WHICH if whole else _EDIT_FILE))
        for i, j in places:
            self._put(i, j, comparison(verb, raw, METRICS[self.levels[i].metric]))

    def _times(self, factor: float, scope: list[int]) -> None:
        places = self._places(lambda one: one.operand.times is not None, scope)
        if not places:
            words = Words(
                f"规则 '{self.rule.id}' 没有 'times'", f"rule '{self.rule.id}' has no 'times'"
            )
            raise UnfitError(words)
        for i, j in places:
            old = self.levels[i].comparisons[j]
            self._put(i, j, old._replace(operand=old.operand._replace(times=factor)))

    def _do(self, do: tuple[Any, ...], scope: list[int]) -> None:
        for i in scope:
            if "action" in do and self.levels[i].due_hours is None:
                due = next((one.due_hours for one in self.levels if one.due_hours), 24)
                self.levels[i] = replace(self.levels[i], due_hours=due)
        self._each(scope, do=do)

    def _conditions(self, raw: Any, scope: list[int], loc: Loc) -> None:
        if not isinstance(raw, Mapping):
            raise UnfitError(Words("要写键值对", "must be a mapping"))
        for name, compared in raw.items():
            if not isinstance(compared, Mapping):
                self.wrong.append((Words("要写键值对", "must be a mapping"), (*loc, name)))
                continue
            for verb, value in compared.items():
                try:
                    self._condition(name, verb, value, scope)
                except UnfitError as error:
                    self.wrong.append((error.words, (*loc, name, verb)))

    def _condition(self, name: str, verb: str, value: Any, scope: list[int]) -> None:
        def is_meant(old: Condition) -> bool:
            return old.metric == name and old.comparison.verb == verb

        here = [i for i in scope if any(is_meant(old) for old in self.levels[i].where)]
        everywhere = len(scope) == len(self.levels)
        if not here and not (everywhere and any(is_meant(old) for old in self.where)):
            words = Words(
                f"规则 '{self.rule.id}' 没有条件 '{name} {verb}'",
                f"rule '{self.rule.id}' has no condition '{name} {verb}'",
            )
            raise UnfitError(words)
        found = next(v for v in VERBS if v == verb)
        new = Condition(name, comparison(found, value, METRICS[name]))
        if everywhere:
            self.where = tuple(new if is_meant(old) else old for old in self.where)
        for i in here:
            where = tuple(new if is_meant(old) else old for old in self.levels[i].where)
            self.levels[i] = replace(self.levels[i], where=where)

    def _places(
        self, wanted: Callable[[Comparison], bool], scope: list[int]
    ) -> list[tuple[int, int]]:
        return [
            (i, j) for i in scope for j, one in enumerate(self.levels[i].comparisons) if wanted(one)
        ]

    def _put(self, i: int, j: int, new: Comparison) -> None:
        compared = list(self.levels[i].comparisons)
        compared[j] = new
        self._each([i], comparisons=tuple(compared))

    def _each(self, scope: list[int], **changes: Any) -> None:
        for i in scope:
            self.levels[i] = replace(self.levels[i], **changes)
