"""What the program itself writes into the Settings tabs, and how their keys may be spelt."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sheets_sync.config.settings.days import KINDS
from sheets_sync.config.settings.limits import SEVERITIES, in_words, limit_of
from sheets_sync.config.settings.places import EVERYWHERE_WORDS
from sheets_sync.config.settings.rules import SEVERITY_WORDS
from sheets_sync.config.settings.skus import STATUS_WORDS
from sheets_sync.config.settings.variants import Workshop
from sheets_sync.core.aims import Aim
from sheets_sync.core.marketplaces import SPELLINGS
from sheets_sync.core.serials import serial_date
from sheets_sync.core.tab import folded
from sheets_sync.errors import Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sheets_sync.config.job import Job
    from sheets_sync.core.model import Benchmark, MasterData, Sku
    from sheets_sync.core.records import Records
    from sheets_sync.core.rules import Rule, Severity
    from sheets_sync.core.settings import Settings
    from sheets_sync.core.tab import Cell
    from sheets_sync.errors import Language

Cells = dict[str, "Cell"]

_OFF = Words("停用", "off")
_SWITCHED_OFF = Words("已在任务文件里关闭", "switched off in the job file")


def rule_rows(catalogue: Sequence[Rule], job: Job, language: Language) -> list[Cells]:
    """Return one row for each rule at each of its severities, with what the job and the files say."""
    names = rule_names(catalogue)
    rows: list[Cells] = []
    for rule in catalogue:
        shop = Workshop(rule, job.rules.get(rule.id))
        for severity in SEVERITIES:
            if all(level.severity != severity for level in rule.levels):
                continue
            limit = limit_of(shop.changed, severity)
            default = in_words(shop.changed, severity)
            if not shop.is_on(severity):
                default = Words(
                    f"{_SWITCHED_OFF.zh}({default.zh})", f"{_SWITCHED_OFF.en} ({default.en})"
                )
            rows.append(
                {
                    "rule": names[rule.id].say(language),
                    "scope": None,
                    "severity": _dropdown(SEVERITY_WORDS[severity], language),
                    "default": default.say(language),
                    "unit": None if limit is None else limit.unit.say(language),
                }
            )
    return rows


def rules_in_force(settings: Settings) -> list[tuple[str, Severity, Aim, Words]]:
    """Return every limit in force: rule id, severity, for whom, and what holds, or that it is off there."""
    found = []
    for rule in settings.rules:
        variants = settings.variants.get(rule.id, ())
        for aim, one in [(Aim(), rule), *variants]:
            for severity in SEVERITIES:
                if all(level.severity != severity for level in rule.levels):
                    continue
                is_on = one is not None and any(v.severity == severity for v in one.levels)
                words = in_words(one, severity) if one is not None and is_on else _OFF
                found.append((rule.id, severity, aim, words))
    return found


def rule_names(catalogue: Iterable[Rule]) -> dict[str, Words]:
    """Return what each rule is called, its id added where two are called alike."""
    rules = list(catalogue)
    zh, en = (Counter(folded(rule.name[side]) for rule in rules) for side in (0, 1))
    return {
        rule.id: Words(
            rule.name.zh if zh[folded(rule.name.zh)] == 1 else f"{rule.name.zh}({rule.id})",
            rule.name.en if en[folded(rule.name.en)] == 1 else f"{rule.name.en} ({rule.id})",
        )
        for rule in rules
    }


def spellings(catalogue: Sequence[Rule], job: Job) -> dict[str, dict[str, str]]:
    """Return for each key column what people may write, folded, and what is meant by it."""
    rules = {folded(rule.id): rule.id for rule in catalogue}
    for id_, name in rule_names(catalogue).items():
        for text in _all_languages(name):
            rules.setdefault(text, id_)
    for rule in catalogue:  # the word of an alert, such as 断货, means its rule
        for name in (level.name for level in rule.levels if level.name):
            for text in _all_languages(name):
                rules.setdefault(text, rule.id)
    severities = {
        text: severity
        for severity, words in SEVERITY_WORDS.items()
        for text in _all_languages(words)
    }
    kinds: dict[str, str] = {folded(text): kind for text, kind in KINDS.items()}
    return {
        "rule": rules,
        "severity": severities,
        "kind": kinds,
        "store": {folded(store): store for store in job.stores},
        "marketplace": {**SPELLINGS, **dict.fromkeys(EVERYWHERE_WORDS, "")},
    }


def sku_rows(records: Records, language: Language, *, confirmed: bool = False) -> list[Cells]:
    """Return a row for each SKU of the log that the list does not have, to be confirmed by the team.

    `confirmed` where the team's list has no word for that: they are taken as being for sale.
    """
    status = _dropdown(STATUS_WORDS["在售" if confirmed else "待确认"], language)
    return [
        {
            "store": new.key.store,
            "marketplace": new.key.marketplace,
            "sku": new.key.sku,
            "asin": new.asin,
            "title": new.title,
            "status": status,
        }
        for new in records.newcomers
    ]


def start_rows(start: MasterData, language: Language) -> dict[str, list[Cells]]:
    """Return the rows of the first filling, from the lists beside the job, by what one row is."""
    return {
        "product": [_product(sku, language) for sku in start.skus.values()],
        "category": [_category(benchmark) for benchmark in start.benchmarks],
    }


def _product(sku: Sku, language: Language) -> Cells:
    return {
        "store": sku.store,
        "marketplace": sku.marketplace,
        "sku": sku.sku,
        "asin": sku.asin or None,
        "parent_asin": sku.parent_asin or None,
        "title": sku.title or None,
        "brand": sku.brand or None,
        "category": sku.category or None,
        "owner": sku.owner or None,
        "deputy": sku.deputy or None,
        "status": _dropdown(STATUS_WORDS[sku.status], language),
        "fulfilment": sku.fulfilment,
        "stock_pool": sku.stock_pool or None,
        "launch_date": None if sku.launch_date is None else serial_date(sku.launch_date),
        "lead_time_days": sku.lead_time_days,
        "target_acos": sku.target_acos,
        "daily_budget": sku.daily_budget,
        "unit_cost": sku.unit_cost,
        "quiet_until": None if sku.quiet_until is None else serial_date(sku.quiet_until),
    }


def _category(benchmark: Benchmark) -> Cells:
    valid_from = benchmark.valid_from
    return {
        "category": benchmark.category,
        "marketplace": benchmark.marketplace or None,
        "acos_low": benchmark.acos_low,
        "acos_high": benchmark.acos_high,
        "source": benchmark.source or None,
        "valid_from": None if valid_from is None else serial_date(valid_from),
    }


def _dropdown(words: Words, language: Language) -> str:
    """Return a word as the dropdown of its column offers it, which is never in both languages."""
    return words.say("en" if language == "en" else "zh")


def _all_languages(words: Words) -> list[str]:
    return [folded(words.zh), folded(words.en), folded(words.say("both"))]
