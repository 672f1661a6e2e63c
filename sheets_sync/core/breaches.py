"""What the rules found, put where people look: flags for the colours, words and sentences for reading.

A breach that lasts is one episode: every row of it keeps its colour, only the newest explains. Rules on
the newest figure (stock, listing, account) explain nothing on rows that a newer figure has replaced. A
rule that hits too much of a marketplace at once is one line on the account tab instead of a flood.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from sheets_sync.core.accounts import late_sources
from sheets_sync.core.history import Slot
from sheets_sync.core.marketplaces import MARKETPLACES
from sheets_sync.core.metrics import METRICS
from sheets_sync.core.rules import NO_VARIANTS, evaluate, explain, judged, quench
from sheets_sync.core.wording import Fact, Locale, ad_groups_named
from sheets_sync.errors import Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sheets_sync.core.grid import Mask
    from sheets_sync.core.metrics import Level
    from sheets_sync.core.model import AdGroup, SkuKey
    from sheets_sync.core.panel import Panel
    from sheets_sync.core.records import Records
    from sheets_sync.core.rules import Flood, Hit, Rule, Variant
    from sheets_sync.errors import Language

At = tuple[int, int]

_FLOOD_NAME = Words("数据存疑", "Data in doubt")
_FLOOD = Words(
    "规则「{rule}」一次命中 {hit}/{of} 个SKU:疑似数据或阈值问题,请先核对报表与阈值。",
    "Rule '{rule}' hit {hit} of {of} SKUs at once: data or threshold in doubt. Check the reports and the limit first.",
)
_LATE = Words("{kind}晚 {days} 天", "{kind} {days} days behind")


@dataclass(frozen=True, slots=True)
class Breach:
    """One figure that breaks a rule. `current` where it is the newest figure the rule can judge.

    `metric` was judged and `coloured` is the cell that shows it; mostly they are the same.
    """

    rule: str
    name: Words
    severity: str
    key: SkuKey
    date: date
    coloured: str
    metric: str
    value: float | str | None
    threshold: float | None
    current: bool
    why: str


@dataclass(frozen=True, slots=True)
class Marks:
    """The texts of one level's rows, by (entity, day) of its panel."""

    alerts: Mapping[At, str]
    why: Mapping[At, str]
    flags: Mapping[At, str]

    def texts(self, column: str) -> Mapping[At, str]:
        """Return the texts of the column `alerts`, `why` or `flags`."""
        return {"alerts": self.alerts, "why": self.why, "flags": self.flags}[column]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the rules found on both levels: hits with what each has to say, and floods."""

    records: Records
    hits: Mapping[str, Sequence[Hit]]
    explaining: Mapping[str, frozenset[int]]
    current: Mapping[str, frozenset[int]]
    floods: Sequence[Flood]


def judge(
    rules: Sequence[Rule],
    records: Records,
    variants: Mapping[str, Sequence[Variant]] = NO_VARIANTS,
) -> Verdict:
    """Evaluate all rules on the rows of the records; what is silenced is not judged."""
    hits: dict[str, list[Hit]] = {}
    explaining: dict[str, frozenset[int]] = {}
    current: dict[str, frozenset[int]] = {}
    floods: list[Flood] = []
    for level, panel, rows in _levels(records):
        open_ = rows & (panel["silenced"] != 1) if level == "sku" else rows
        found = [h for h in evaluate(rules, panel, level, variants) if open_[h.entity, h.day]]
        kept, flooded = quench(found, panel)
        floods += flooded
        hits[level] = kept
        current[level] = frozenset(_current(kept, panel, rows))
        explaining[level] = frozenset(_explaining(kept, current[level]))
    return Verdict(records, hits, explaining, current, floods)


def ad_group_slots(verdict: Verdict) -> set[Slot]:
    """Return the slots whose ad groups the explanations name: seven days before each such hit."""
    panel = verdict.records.skus
    slots = set()
    for at in verdict.explaining["sku"]:
        hit = verdict.hits["sku"][at]
        if hit.rule.names == "ad_groups":
            slots |= set(_week_slots(panel.entities[hit.entity], panel.dates[hit.day]))
    return slots


def put_into_words(
    verdict: Verdict, ad_groups: Mapping[Slot, Sequence[AdGroup]], language: Language, zone: str
) -> tuple[dict[str, Marks], list[Breach]]:
    """Return the texts for the rows of both levels, and the breaches that have something to say."""
    marks: dict[str, Marks] = {}
    breaches: list[Breach] = []
    for level, panel, _ in _levels(verdict.records):
        alerts: defaultdict[At, list[str]] = defaultdict(list)
        why: defaultdict[At, list[str]] = defaultdict(list)
        flags: defaultdict[At, list[str]] = defaultdict(list)
        order = sorted(
            range(len(verdict.hits[level])),
            key=lambda i: verdict.hits[level][i].level.severity != "critical",
        )
        for index in order:
            hit = verdict.hits[level][index]
            at = (hit.entity, hit.day)
            flags[at].append(f"|{hit.rule.metric}:{hit.level.severity}|")
            if index in verdict.explaining[level]:
                more = _more_facts(hit, panel, ad_groups, language, zone)
                text = explain(
                    hit, panel, _locale(panel.entities[hit.entity], language, zone), more
                )
                alerts[at].append(hit.name.say(language))
                why[at].append(text)
                breaches.append(_breach(hit, panel, text, current=index in verdict.current[level]))
        if level == "account":
            _add_floods(verdict, panel, alerts, why, language)
        marks[level] = Marks(
            {at: ";".join(dict.fromkeys(names)) for at, names in alerts.items()},
            {at: _joined(sentences, language) for at, sentences in why.items()},
            {at: "".join(dict.fromkeys(texts)) for at, texts in flags.items()},
        )
    return marks, breaches


def flood_words(flood: Flood) -> Words:
    """Return the one line that stands for a flood of hits."""
    return _FLOOD.filled(rule=flood.rule.name, hit=flood.hit, of=flood.of)


def _levels(records: Records) -> Iterator[tuple[Level, Panel, Mask]]:
    yield "sku", records.skus, records.rows
    yield "account", records.accounts, records.account_rows


def _current(hits: Sequence[Hit], panel: Panel, rows: Mask) -> Iterator[int]:
    """Yield the hits on the newest day on which their rule could judge at all."""
    newest: dict[str, np.ndarray] = {}
    days = np.arange(panel.shape[1])
    for index, hit in enumerate(hits):
        last = newest.get(hit.rule.id)
        if last is None:
            last = np.where(judged(hit.rule, panel) & rows, days, -1).max(axis=1, initial=-1)
            newest[hit.rule.id] = last
        if hit.day == last[hit.entity]:
            yield index


def _explaining(hits: Sequence[Hit], current: frozenset[int]) -> Iterator[int]:
    """Yield the hits that are put into words: the newest of each episode."""
    places = {(hit.rule.id, hit.entity, hit.day) for hit in hits}
    for index, hit in enumerate(hits):
        ended = (hit.rule.id, hit.entity, hit.day + 1) not in places
        if index in current or (ended and not hit.rule.newest_only):
            yield index


def _more_facts(
    hit: Hit,
    panel: Panel,
    ad_groups: Mapping[Slot, Sequence[AdGroup]],
    language: Language,
    zone: str,
) -> dict[str, Fact]:
    """Return the facts that no array holds: which ad groups, which late sources."""
    entity, day = panel.entities[hit.entity], panel.dates[hit.day]
    more: dict[str, Fact] = {}
    if hit.rule.names == "ad_groups":
        groups = _summed(_week_groups(entity, day, ad_groups))
        more["ad_groups"] = Fact(ad_groups_named(groups, _locale(entity, language, zone)), "text")
    if hit.rule.metric == "sources_late":
        late = late_sources(panel, hit.entity, hit.day)
        words = [_LATE.filled(kind=label, days=days) for label, days in late]
        more["sources_late_names"] = Fact(
            Words("、".join(w.zh for w in words), ", ".join(w.en for w in words)).say(language),
            "text",
        )
    return more


def _week_slots(entity: SkuKey, day: date) -> Iterator[Slot]:
    """Yield the slots of the seven days up to a day, best source first within each day."""
    for back in range(7):
        for source in METRICS["ad_spend"].sources:
            yield Slot(source.kind, entity.store, entity.marketplace, day - timedelta(days=back))


def _week_groups(
    entity: SkuKey, day: date, ad_groups: Mapping[Slot, Sequence[AdGroup]]
) -> Iterator[AdGroup]:
    """Yield the ad groups of a SKU over seven days, each day from its best source alone."""
    done: set[date] = set()
    for slot in _week_slots(entity, day):
        if slot in ad_groups and slot.date not in done:
            done.add(slot.date)
            yield from (group for group in ad_groups[slot] if group.key == entity.sku)


def _summed(groups: Iterable[AdGroup]) -> list[AdGroup]:
    """Add up what each ad group did over several days."""
    totals: dict[tuple[str, str], AdGroup] = {}
    for group in groups:
        name = (group.campaign, group.ad_group)
        before = totals.get(name)
        totals[name] = (
            group
            if before is None
            else group._replace(
                clicks=before.clicks + group.clicks,
                spend=round(before.spend + group.spend, 2),
                sales=round(before.sales + group.sales, 2),
            )
        )
    return list(totals.values())


def _breach(hit: Hit, panel: Panel, why: str, *, current: bool) -> Breach:
    return Breach(
        hit.rule.id,
        hit.name,
        hit.level.severity,
        panel.entities[hit.entity],
        panel.dates[hit.day],
        hit.rule.metric,
        hit.level.metric,
        hit.value,
        hit.threshold,
        current,
        why,
    )


def _add_floods(
    verdict: Verdict,
    accounts: Panel,
    alerts: defaultdict[At, list[str]],
    why: defaultdict[At, list[str]],
    language: Language,
) -> None:
    rows = {key[:2]: i for i, key in enumerate(accounts.entities)}
    for flood in verdict.floods:
        at = (rows[flood.store, flood.marketplace], flood.day)
        alerts[at].append(_FLOOD_NAME.say(language))
        why[at].append(flood_words(flood).say(language))


def _locale(key: SkuKey, language: Language, zone: str) -> Locale:
    place = MARKETPLACES[key.marketplace]
    return Locale(language, place.symbol, place.digits, ZoneInfo(zone))


def _joined(sentences: Sequence[str], language: Language) -> str:
    return ("" if language == "zh" else " ").join(dict.fromkeys(sentences))
