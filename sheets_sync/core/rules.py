"""Rules: what makes a figure a breach, judged once over whole arrays.

A rule colours one metric. Its levels are tried in order and the first that holds is the one hit. A
level holds where its comparison and every `where` condition of the rule and the level hold. Unknown
never holds, whatever is asked of it. Numbers are rounded to 6 places before they are compared.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from sheets_sync.core.aims import Part, shared_out
from sheets_sync.core.metrics import METRICS
from sheets_sync.core.model import SkuKey
from sheets_sync.core.panel import Panel
from sheets_sync.core.wording import Fact, Locale, distinct_places, placeholders, sentence
from sheets_sync.errors import Words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sheets_sync.core.aims import Aim
    from sheets_sync.core.metrics import Level as Of
    from sheets_sync.core.model import Figure
    from sheets_sync.core.panel import Array, TextArray

Severity = Literal["critical", "warning"]
Category = Literal["operations", "product", "compliance"]
Deed = Literal["colour", "action", "notice"]
Verb = Literal["above", "at_least", "below", "at_most", "equals"]
Mask = npt.NDArray[np.bool_]
_Group = tuple[str, Severity, str, str, int]  # rule, severity, store, marketplace, day

DEEDS: tuple[Deed, ...] = ("colour", "action", "notice")
NO_WORDS = Words("", "")
FLOOD_SHARE = 0.2
FLOOD_LEAST = 5

_ORDERS: dict[str, Callable[[Array, Array | float], Mask]] = {
    "above": np.greater,
    "at_least": np.greater_equal,
    "below": np.less,
    "at_most": np.less_equal,
}
VERBS: tuple[Verb, ...] = ("above", "at_least", "below", "at_most", "equals")


class Operand(NamedTuple):
    """What a figure is compared with: `number`, another metric `of`, or `times` that metric."""

    number: float | None = None
    of: str | None = None
    times: float | None = None


class Comparison(NamedTuple):
    """One comparison. `operand` is used by the four orders, `any_of` by `equals`."""

    verb: Verb
    operand: Operand = Operand()
    any_of: tuple[float | str, ...] = ()


class Condition(NamedTuple):
    """A comparison that a metric beside the judged one has to pass."""

    metric: str
    comparison: Comparison


@dataclass(frozen=True, slots=True)
class Level:
    """One severity of a rule. `metric` is what it judges, and may differ from what is coloured.

    All `comparisons` hold together; the first is the one a message quotes. `due_hours` is None where
    no action is opened. `name`, `why` and `advice` are the rule's where the level has none.
    """

    severity: Severity
    metric: str
    comparisons: tuple[Comparison, ...]
    where: tuple[Condition, ...] = ()
    due_hours: int | None = None
    do: tuple[Deed, ...] = DEEDS
    name: Words | None = None
    why: Words | None = None
    advice: Words | None = None


class Case(NamedTuple):
    """An example beside a rule; `place` is file:line:column."""

    given: Mapping[str, Figure]
    expect: Literal["critical", "warning", "ok"]
    place: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; `metric` is the cell that is coloured, `where` holds for every level.

    `newest_only`: only the newest figure opens an action or is explained; older rows keep their
    colour and nothing more. `names` says what the message names: the worst ad groups.
    """

    id: str
    name: Words
    metric: str
    category: Category
    levels: tuple[Level, ...]
    why: Words
    where: tuple[Condition, ...] = ()
    do: tuple[Deed, ...] = DEEDS
    advice: Words = NO_WORDS
    newest_only: bool = False
    names: Literal["ad_groups"] | None = None
    cases: tuple[Case, ...] = field(default=(), repr=False)

    @property
    def level(self) -> Of:
        """Return whether it judges SKUs or accounts."""
        return METRICS[self.metric].level


class Variant(NamedTuple):
    """How a rule is for some SKUs or accounts; `rule` is None where it is off for them."""

    aim: Aim
    rule: Rule | None


NO_VARIANTS: Mapping[str, Sequence[Variant]] = MappingProxyType({})


class Hit(NamedTuple):
    """A figure that broke a rule: row and column of the panel, and what was compared.

    `value` is the figure of `level.metric`; `threshold` the limit (None for texts) and `of` the
    metric behind that limit, both as numbers.
    """

    rule: Rule
    level: Level
    entity: int
    day: int
    value: float | str | None
    threshold: float | None
    of: float | None

    @property
    def name(self) -> Words:
        """Return the word of the alert, such as 断货."""
        return self.level.name or self.rule.name

    @property
    def why(self) -> Words:
        """Return the template of the sentence that explains it."""
        return self.level.why or self.rule.why

    @property
    def advice(self) -> Words:
        """Return what to do about it."""
        return self.level.advice or self.rule.advice


class Flood(NamedTuple):
    """A rule that hit so much of one marketplace on one day that the data is in doubt.

    `hit` of the `of` SKUs with a figure; `day` is the panel's column.
    """

    rule: Rule
    store: str
    marketplace: str
    day: int
    hit: int
    of: int


class FailedCase(NamedTuple):
    """An example that does not come out as its author expected."""

    case: Case
    got: Literal["critical", "warning", "ok"]


def evaluate(
    rules: Iterable[Rule],
    panel: Panel,
    level: Of,
    variants: Mapping[str, Sequence[Variant]] = NO_VARIANTS,
) -> list[Hit]:
    """Return every hit of the rules of that level on the panel, by rule, entity and day.

    `variants` are by rule id, the most specific first: each entity is judged by the first that is for it,
    or by the rule itself.
    """
    return [
        hit
        for rule in rules
        if rule.level == level
        for hit in _varied_hits(rule, variants.get(rule.id, ()), panel)
    ]


def judged(rule: Rule, panel: Panel) -> Mask:
    """Return where a rule could judge at all: its metric is known and the row is old enough."""
    old_enough = tuple(condition for condition in rule.where if condition.metric == "age_days")
    return _known(panel, rule.metric) & _all_hold(panel, old_enough)


def quench(hits: Iterable[Hit], panel: Panel) -> tuple[list[Hit], list[Flood]]:
    """Drop, per store, marketplace and day, SKU rules that hit over a fifth of the SKUs with a figure.

    Severities are counted apart, so that many mild hits never hide a grave one. At least 5 SKUs have to be hit. Return the hits that stay and one `Flood` per dropped group.
    """
    places = [(entity.store, entity.marketplace) for entity in panel.entities]
    groups: dict[_Group, list[Hit]] = defaultdict(list)
    for hit in hits:
        groups[hit.rule.id, hit.level.severity, *places[hit.entity], hit.day].append(hit)
    kept: list[Hit] = []
    floods: list[Flood] = []
    for (_, _, store, marketplace, day), group in groups.items():
        rule = group[0].rule
        if rule.level == "sku" and len(group) >= FLOOD_LEAST:
            rows = np.array([place == (store, marketplace) for place in places])
            known = _known(panel, rule.metric)[:, day]
            known[[hit.entity for hit in group]] = True
            of = int((known & rows).sum())
            if len(group) > FLOOD_SHARE * of:
                floods.append(Flood(rule, store, marketplace, day, len(group), of))
                continue
        kept += group
    return kept, floods


def run_cases(rule: Rule) -> list[FailedCase]:
    """Judge each case of a rule by itself and return those that come out otherwise."""
    outcomes = ((case, _judged(rule, case.given)) for case in rule.cases)
    return [FailedCase(case, got) for case, got in outcomes if got != case.expect]


def facts(hit: Hit, panel: Panel) -> dict[str, Fact]:
    """Return the figures that the hit's sentence names, and `value`, `threshold`, `of`, `times`."""
    unit = METRICS[hit.level.metric].unit
    operand = hit.level.comparisons[0].operand
    places = None
    if unit == "ratio" and isinstance(hit.value, float) and hit.threshold is not None:
        beside = _places_beside_target(panel, hit.rule.metric, hit) or 1
        places = max(distinct_places(hit.value, hit.threshold), beside)
    found = {
        "value": Fact(hit.value, unit, places),
        "threshold": Fact(hit.threshold, unit, places),
        "of": Fact(hit.of, METRICS[operand.of].unit if operand.of else unit),
        "times": Fact(operand.times, "ratio"),
    }
    for name in {piece.text for side in hit.why for piece in placeholders(side)} - found.keys():
        if name in METRICS:
            figure = _cell(panel, name, hit.entity, hit.day)
            found[name] = Fact(figure, METRICS[name].unit, _places_beside_target(panel, name, hit))
    return found


def _places_beside_target(panel: Panel, name: str, hit: Hit) -> int | None:
    """Return the decimals at which a rate no longer looks like Amazon's target for it, if it has one."""
    target = f"{name.removesuffix('_rate')}_target"
    if not name.endswith("_rate") or target not in METRICS:
        return None
    rate, aim = (_cell(panel, one, hit.entity, hit.day) for one in (name, target))
    if not isinstance(rate, float) or not isinstance(aim, float) or rate != rate or aim != aim:  # noqa: PLR0124  # NaN
        return None
    return distinct_places(rate, aim)


def explain(hit: Hit, panel: Panel, locale: Locale, more: Mapping[str, Fact] | None = None) -> str:
    """Return why the cell is coloured and what to do, as one line.

    `more` holds facts that no panel has, such as `ad_groups`.
    """
    return sentence(hit.why, hit.advice, {**facts(hit, panel), **(more or {})}, locale)


def _varied_hits(rule: Rule, variants: Sequence[Variant], panel: Panel) -> list[Hit]:
    """Judge each entity by the first variant that is for it, or by the rule itself."""
    if not variants:
        return _hits(rule, panel)
    hits: list[Hit] = []
    parts = shared_out([variant.aim for variant in variants], panel)
    for one, rows in zip((*(variant.rule for variant in variants), rule), parts, strict=True):
        if one is not None and len(rows):
            found = _hits(one, Part(panel, rows))
            hits += [hit._replace(entity=int(rows[hit.entity])) for hit in found]
    return sorted(hits, key=lambda hit: (hit.entity, hit.day))


def _hits(rule: Rule, panel: Panel | Part) -> list[Hit]:
    free = _all_hold(panel, rule.where)
    hits: list[Hit] = []
    for level in rule.levels:
        holds = free & _all_hold(panel, level.where)
        for comparison in level.comparisons:
            holds = holds & _holds(panel, level.metric, comparison)
        free = free & ~holds
        hits += _listed(rule, level, panel, holds)
    return sorted(hits, key=lambda hit: (hit.entity, hit.day))


def _listed(rule: Rule, level: Level, panel: Panel | Part, holds: Mask) -> list[Hit]:
    rows, columns = np.nonzero(holds)
    if not len(rows):
        return []
    operand = level.comparisons[0].operand
    threshold = np.broadcast_to(_threshold(panel, operand), panel.shape)
    of = panel[operand.of] if operand.of else np.full(panel.shape, np.nan)
    return [
        Hit(
            rule,
            level,
            i,
            j,
            _cell(panel, level.metric, i, j),
            _float(threshold[i, j]),
            _float(of[i, j]),
        )
        for i, j in zip(rows.tolist(), columns.tolist(), strict=True)
    ]


def _all_hold(panel: Panel | Part, where: Iterable[Condition]) -> Mask:
    holds: Mask = np.ones(panel.shape, dtype=bool)
    for condition in where:
        holds = holds & _holds(panel, condition.metric, condition.comparison)
    return holds


def _holds(panel: Panel | Part, metric: str, comparison: Comparison) -> Mask:
    """Return where a comparison is true; NaN compares false with everything."""
    if comparison.verb == "equals":
        return _equals(panel, metric, comparison.any_of)
    return _ORDERS[comparison.verb](
        np.round(panel[metric], 6), _threshold(panel, comparison.operand)
    )


def _equals(panel: Panel | Part, metric: str, any_of: tuple[float | str, ...]) -> Mask:
    if METRICS[metric].is_text:
        texts = panel.text(metric)
        holds: Mask = np.zeros(panel.shape, dtype=bool)
        for wanted in any_of:
            holds = holds | np.asarray(texts == wanted, dtype=bool)
        return holds
    return np.isin(np.round(panel[metric], 6), np.round(np.array(any_of, dtype=float), 6))


def _threshold(panel: Panel | Part, operand: Operand) -> Array | float:
    if operand.of is None:
        return np.nan if operand.number is None else operand.number
    times = 1.0 if operand.times is None else operand.times
    return np.round(panel[operand.of] * times, 6)


def _known(panel: Panel, metric: str) -> Mask:
    if METRICS[metric].is_text:
        return np.asarray(panel.text(metric) != np.array(None), dtype=bool)
    return ~np.isnan(panel[metric])


def _cell(panel: Panel | Part, metric: str, entity: int, day: int) -> float | str | None:
    if METRICS[metric].is_text:
        text = panel.text(metric)[entity, day]
        return None if text is None else str(text)
    return _float(panel[metric][entity, day])


def _float(number: float) -> float | None:
    return None if np.isnan(number) else float(number)


def _judged(rule: Rule, given: Mapping[str, Figure]) -> Literal["critical", "warning", "ok"]:
    arrays: dict[str, Array | TextArray] = {}
    for metric, value in given.items():
        if METRICS[metric].is_text:
            arrays[metric] = np.full((1, 1), value, dtype=object)
        else:
            arrays[metric] = np.full((1, 1), np.nan if value is None else float(value))
    panel = Panel([SkuKey("", "", "")], [date(2000, 1, 1)], arrays, {})
    hits = _hits(rule, panel)
    return hits[0].level.severity if hits else "ok"
