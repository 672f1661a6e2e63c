"""The rules tab: what people changed about each rule, everywhere or for some."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sheets_sync.config.settings import values
from sheets_sync.config.settings.limits import SEVERITIES
from sheets_sync.config.settings.variants import EVERYWHERE, Line, Workshop
from sheets_sync.config.yamlfile import UnfitError, did_you_mean, joined
from sheets_sync.core.rules import Variant
from sheets_sync.errors import Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sheets_sync.config.job import Job
    from sheets_sync.config.settings.rows import RowReader, TabReader
    from sheets_sync.config.settings.scopes import Names
    from sheets_sync.core.aims import Aim
    from sheets_sync.core.rules import Rule

SEVERITY_WORDS: dict[str, Words] = {
    "critical": Words("严重", "critical"),
    "warning": Words("关注", "warning"),
}
_NOT_FOR_ACCOUNTS = Words(
    "这条规则看的是账号,不能按类目或SKU设置", "this rule judges accounts, not categories or SKUs"
)


@dataclass(frozen=True, slots=True)
class RulesRead:
    """The rules in force and how they differ for some."""

    rules: tuple[Rule, ...]
    variants: Mapping[str, Sequence[Variant]]


def without_sheet(catalogue: Iterable[Rule], job: Job) -> RulesRead:
    """Return the rules as the job and the files have them."""
    built = (Workshop(rule, job.rules.get(rule.id)).built(()) for rule in catalogue)
    return RulesRead(tuple(rule for rule in built if rule is not None), {})


def read_rules(tab: TabReader, catalogue: Sequence[Rule], names: Names) -> RulesRead:
    """Read the tab; what is wrong is noted in it."""
    shops = {rule.id: Workshop(rule, names.job.rules.get(rule.id)) for rule in catalogue}
    for reader in tab.rows:
        line = _line(tab, reader, shops, names)
        if line is not None:
            shops[line.rule].take(line)
    rules: list[Rule] = []
    variants: dict[str, tuple[Variant, ...]] = {}
    for shop in shops.values():
        base, others = shop.built(shop.rows_for(EVERYWHERE)), tuple(shop.variants(names))
        if base is None and any(one.rule is not None for one in others):
            base, others = shop.changed, (*others, Variant(EVERYWHERE, None))
        if base is not None:
            rules.append(base)
            if others:
                variants[base.id] = others
        for line in shop.lines:
            shop.comment(line)
    return RulesRead(tuple(rules), variants)


def _line(
    tab: TabReader, reader: RowReader, shops: Mapping[str, Workshop], names: Names
) -> Line | None:
    """Return a row whose key is understood; say what is wrong with any other."""
    rule, severity = (values.text_of(reader.part(i)) for i in (0, 2))
    missing = [column for column, text in (("rule", rule), ("severity", severity)) if not text]
    if missing:
        reader.lacks(*missing)
        return None
    shop = shops.get(rule)
    if shop is None:
        reader.refuse("rule", _no_rule(rule, shops))
        return None
    meant = next((one for one in SEVERITIES if one == severity), None)
    if meant is None or all(level.severity != meant for level in shop.file.levels):
        reader.refuse("severity", _no_severity(severity, shop.file))
        return None
    try:
        aims = names.aims(values.text_of(reader.part(1)))
        _refuse_narrow(shop.file, aims)
    except UnfitError as error:
        reader.refuse("scope", error.words)
        return None
    if not tab.is_first(reader, *((rule, meant, aim) for aim in aims)):
        return None
    return Line(reader, rule, meant, aims)


def _refuse_narrow(rule: Rule, aims: Iterable[Aim]) -> None:
    if rule.level == "account" and any(aim.category or aim.sku for aim in aims):
        raise UnfitError(_NOT_FOR_ACCOUNTS)


def _no_rule(text: str, shops: Mapping[str, Workshop]) -> Words:
    shown = values.said(text)
    known = [name for shop in shops.values() for name in shop.file.name]
    words = Words(f"没有规则 '{shown}'", f"there is no rule '{shown}'")
    return joined(words, did_you_mean(text, [*known, *shops]))


def _no_severity(text: str, rule: Rule) -> Words:
    has = [
        SEVERITY_WORDS[one]
        for one in SEVERITIES
        if any(level.severity == one for level in rule.levels)
    ]
    shown = SEVERITY_WORDS.get(text, Words(values.said(text), values.said(text)))
    return Words(
        f"这条规则没有 '{shown.zh}' 级,只有:{'、'.join(w.zh for w in has)}",
        f"this rule has no '{shown.en}', only {', '.join(w.en for w in has)}",
    )
