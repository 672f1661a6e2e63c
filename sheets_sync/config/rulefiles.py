"""Rules as the team keeps them: every `rules/*.yaml`, checked as a whole, with the job's overrides.

Metrics, placeholders, limits, deadlines and ids are all checked here, so that nothing about a rule
can go wrong at night.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from sheets_sync.config.job import Job
from sheets_sync.config.overrides import overridden
from sheets_sync.config.ruletext import (
    LevelText,
    RulesText,
    RuleText,
    comparison,
    deeds,
    hours,
    metric_known,
    number,
)
from sheets_sync.config.yamlfile import UnfitError, did_you_mean, joined, refuse_files, validated
from sheets_sync.core.metrics import METRICS
from sheets_sync.core.rules import DEEDS, Case, Comparison, Condition, Level, Rule
from sheets_sync.core.wording import TemplateError, placeholders
from sheets_sync.errors import ConfigurationError, InvalidFile, Problem, Words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from sheets_sync.config.ruletext import ComparisonsText, Where
    from sheets_sync.config.yamlfile import Located, WordsText
    from sheets_sync.config.yamltree import Loc
    from sheets_sync.core.metrics import Level as Of
    from sheets_sync.core.rules import Deed

T = TypeVar("T")

_OWN = ("value", "threshold", "of", "times")
_NO_OF = Words(
    "这一级没有 {name},'{{{name}}}' 会一直未知",
    "this level has no '{name}', so '{{{name}}}' would never be known",
)


def load_rules(overrides: Job | Mapping[str, Any], folder: Path) -> tuple[Rule, ...]:
    """Return the rules of every `*.yaml` in the folder, in order, with the overrides applied.

    A job gives its `rules`. Raise InvalidFile for one bad file, ConfigurationError for several.
    """
    return in_force(_from_files(sorted(folder.glob("*.yaml")), folder), overrides)


def in_force(catalogue: tuple[Rule, ...], overrides: Job | Mapping[str, Any]) -> tuple[Rule, ...]:
    """Return the rules of a catalogue with overrides applied; raise InvalidFile for wrong ones."""
    located = overrides.located if isinstance(overrides, Job) else None
    raw = overrides.rules if isinstance(overrides, Job) else overrides
    changed, wrong = _changed(catalogue, raw)
    if located is not None:
        located.refuse(Problem(words, *located.key_place(loc)) for words, loc in wrong)
    elif wrong:
        raise InvalidFile("rules", [Problem(words) for words, _ in wrong])
    return changed


def _from_files(paths: list[Path], folder: Path) -> tuple[Rule, ...]:
    if not paths:
        raise ConfigurationError(
            Words(f"{folder} 里没有规则文件(*.yaml)", f"{folder} holds no rule files (*.yaml)")
        )
    used: dict[str, str] = {}
    rules: list[Rule] = []
    refused: list[InvalidFile] = []
    for path in paths:
        shown = f"{folder.name}/{path.name}"
        try:
            found = validated(path, RulesText, shown_as=shown)
            reading = _Reading(found, used)
            rules += [rule for i in range(len(found.model.root)) if (rule := reading.rule(i))]
            found.refuse(reading.problems)
        except InvalidFile as error:
            refused.append(error)
    refuse_files(refused)
    return tuple(rules)


def _changed(
    rules: tuple[Rule, ...], raw: Mapping[str, Any]
) -> tuple[tuple[Rule, ...], list[tuple[Words, Loc]]]:
    wrong: list[tuple[Words, Loc]] = []
    known = {rule.id for rule in rules}
    for id_ in raw:
        if id_ not in known:
            words = Words(f"没有规则 '{id_}'", f"there is no rule '{id_}'")
            wrong.append((joined(words, did_you_mean(id_, sorted(known))), ("rules", id_)))
    kept: list[Rule] = []
    for rule in rules:
        if rule.id not in raw:
            kept.append(rule)
            continue
        new, faults = overridden(rule, raw[rule.id])
        wrong += [(words, ("rules", rule.id, *loc)) for words, loc in faults]
        if new is not None:
            kept.append(new)
    return tuple(kept), wrong


@dataclass(slots=True)
class _Reading:
    """One file on its way to rules; `used` maps ids to where they stand, over all files."""

    found: Located[RulesText]
    used: dict[str, str]
    problems: list[Problem] = field(default_factory=list)

    def rule(self, index: int) -> Rule | None:
        """Return one rule of the file, or None where it cannot be built."""
        text, loc = self.found.model.root[index], (index,)
        self._claim(text.id, (*loc, "id"))
        metric = self._try((*loc, "metric"), metric_known, text.metric)
        if metric is None:
            return None
        of = metric.level
        do = DEEDS if text.do is None else self._try((*loc, "do"), deeds, text.do) or DEEDS
        due = None if text.due is None else self._try((*loc, "due"), hours, text.due)
        levels = [
            self._level(level, text, do, due, (*loc, "levels", i))
            for i, level in enumerate(text.levels)
        ]
        rule = Rule(
            id=text.id,
            name=text.name.words if text.name else metric.label,
            metric=metric.id,
            category=text.category,
            levels=tuple(levels),
            why=text.why.words,
            where=self._where(text.where, of, (*loc, "where")),
            do=do,
            advice=_words(text.advice) or Words("", ""),
            newest_only=text.newest,
            names=text.names,
            cases=self._cases(text, of, loc),
        )
        self._templates(text, rule, loc)
        return rule

    def _claim(self, id_: str, loc: Loc) -> None:
        line, column = self.found.place(loc)
        where = self.used.setdefault(id_, f"{self.found.path}:{line}:{column}")
        first = where.removeprefix(f"{self.found.path}:")
        if first != f"{line}:{column}":
            words = Words(f"id '{id_}' 已在 {first} 用过", f"id '{id_}' is already used at {first}")
            self.problems.append(Problem(words, line, column))

    def _level(
        self, text: LevelText, rule: RuleText, do: tuple[Deed, ...], due: int | None, loc: Loc
    ) -> Level:
        of = METRICS[rule.metric].level
        name = text.metric or rule.metric
        judged = self._try((*loc, "metric"), metric_known, name, of)
        compared = self._compared(text, name, loc) if judged else ()
        if judged and not text.given:
            words = Words("缺少比较(above、below 等)", "has no comparison (above, below, ...)")
            self.problems.append(self.found.problem(words, loc))
        if text.do is not None:
            do = self._try((*loc, "do"), deeds, text.do) or ("colour",)
        if text.due is not None:
            due = self._try((*loc, "due"), hours, text.due)
        elif due is None and rule.due is None and "action" in do:
            words = Words(
                "要开单就要有时限 due,如 24h", "an action needs a deadline: due, such as 24h"
            )
            self.problems.append(self.found.problem(words, loc))
        return Level(
            severity=text.severity,
            metric=name,
            comparisons=compared,
            where=self._where(text.where, of, (*loc, "where")),
            due_hours=due if "action" in do else None,
            do=do,
            name=_words(text.name),
            why=_words(text.why),
            advice=_words(text.advice),
        )

    def _where(self, where: Where, of: Of, loc: Loc) -> tuple[Condition, ...]:
        conditions: list[Condition] = []
        for name, text in where.items():
            if self._try((*loc, name), metric_known, name, of, at_key=True):
                compared = self._compared(text, name, (*loc, name))
                conditions += [Condition(name, one) for one in compared]
        return tuple(conditions)

    def _compared(self, text: ComparisonsText, name: str, loc: Loc) -> tuple[Comparison, ...]:
        metric, read = METRICS[name], []
        for verb, raw in text.given.items():
            one = self._try((*loc, verb), comparison, verb, raw, metric)
            if one is not None:
                read.append(one)
        return tuple(read)

    def _cases(self, text: RuleText, of: Of, loc: Loc) -> tuple[Case, ...]:
        cases = []
        for i, case in enumerate(text.cases):
            at = (*loc, "cases", i)
            for name, raw in case.given.items():
                here = (*at, "given", name)
                self._try(here, metric_known, name, of, at_key=True)
                if name in METRICS and raw is not None:
                    self._try(here, comparison, "equals", raw, METRICS[name])
            line, column = self.found.place(at)
            place = f"{self.found.path}:{line}:{column}"
            given = {k: _given(k, v) for k, v in case.given.items()}
            cases.append(Case(given, case.expect, place))
        return tuple(cases)

    def _templates(self, text: RuleText, rule: Rule, loc: Loc) -> None:
        """Check the templates of a rule against the levels that speak through them."""
        plain = [level for level in rule.levels if level.why is None]
        self._template(text.why, rule, plain, (*loc, "why"))
        for i, level in enumerate(text.levels):
            if level.why is not None:
                self._template(level.why, rule, [rule.levels[i]], (*loc, "levels", i, "why"))

    def _template(self, text: WordsText, rule: Rule, levels: list[Level], loc: Loc) -> None:
        known = [*_OWN, *(m.id for m in METRICS.values() if m.level == rule.level)]
        known += [rule.names] if rule.names else []
        for side in ("zh", "en"):
            try:
                pieces = placeholders(getattr(text, side))
            except TemplateError as error:
                self.problems.append(self.found.problem(error.words, (*loc, side), error.offset))
                continue
            for piece in pieces:
                words = _never_known(piece.text, known, levels, bare=piece.group is None)
                if words is not None:
                    problem = self.found.problem(words, (*loc, side), piece.offset)
                    self.problems.append(problem)

    def _try(self, loc: Loc, read: Callable[..., T], *args: Any, at_key: bool = False) -> T | None:
        """Return what `read` returns; None, and a problem, where it raises UnfitError."""
        try:
            return read(*args)
        except UnfitError as error:
            place = self.found.key_place(loc) if at_key else self.found.place(loc)
            self.problems.append(Problem(error.words, *place))
            return None


def _never_known(
    name: str, known: list[str], levels: Iterable[Level], *, bare: bool
) -> Words | None:
    """Say why a placeholder could never be filled, or None where it can."""
    if name not in known:
        words = Words(f"没有占位符 '{{{name}}}'", f"placeholder '{{{name}}}' is unknown")
        return joined(words, did_you_mean(name, known))
    if name not in ("of", "times") or not bare:
        return None
    operands = [level.comparisons[0].operand for level in levels if level.comparisons]
    if all(getattr(operand, name) is not None for operand in operands):
        return None
    return _NO_OF.filled(name=name)


def _given(name: str, raw: Any) -> float | str | None:
    if raw is None or name not in METRICS:
        return None
    if METRICS[name].is_text:
        return str(raw)
    try:
        return number(raw, METRICS[name])
    except UnfitError:
        return None


def _words(text: WordsText | None) -> Words | None:
    return None if text is None else text.words
