"""A breach in a few words: what it is, its figure and the limit beside it; and deadlines as people say them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sheets_sync.core.accounts import late_sources
from sheets_sync.core.metrics import METRICS
from sheets_sync.core.rules import facts
from sheets_sync.core.wording import Fact, Locale, say, shown
from sheets_sync.errors import Words

if TYPE_CHECKING:
    from datetime import datetime

    from sheets_sync.core.panel import Panel
    from sheets_sync.core.rules import Flood, Hit, Verb
    from sheets_sync.errors import Language

_SIGNS: dict[Verb, str] = {
    "above": ">", "at_least": "≥", "below": "<", "at_most": "≤", "equals": "=",
}  # fmt: skip

_OUT_OF_STOCK = Words("断货[,在途 {inbound_units}]", "Out of stock[, {inbound_units} inbound]")

_SHORT = {
    "stock_units": Words(
        "可售 {value} 件 {sign} {threshold}[,约 {days_of_cover} 天][,FBM {twin_stock} 件]",
        "{value} available {sign} {threshold}[, about {days_of_cover} days][, {twin_stock} FBM]",
    ),
    "days_of_cover": Words(
        "可售 {value} 天 {sign} {threshold}[,在途 {inbound_units}]",
        "{value} days of cover {sign} {threshold}[, {inbound_units} inbound]",
    ),
    "days_of_cover_inbound": Words(
        "含在途可售 {value} 天 {sign} {threshold}",
        "{value} days of cover with inbound {sign} {threshold}",
    ),
    "ad_spend_7d": Words(
        "7日花费 {value},{ad_clicks_7d} 次点击,0 单",
        "{value} spent in 7 days, {ad_clicks_7d} clicks, no orders",
    ),
    "low_buy_box_days": Words(
        "购物车 {buy_box_pct}(线 50%),连续 {value} 天",
        "Buy Box {buy_box_pct} (limit 50%), {value} days running",
    ),
    "new_negatives": Words("新增差评 {value} 条", "New negative reviews: {value}"),
    "account_status": Words("账户状态:{value}", "Account status: {value}"),
    "metrics_outside": Words("{value} 项指标未达标", "Metrics outside their targets: {value}"),
    "feedback_open": Words(
        "差评待回 {value} 条[,剩 {feedback_hours_left} 小时]",
        "Feedback open: {value}[, {feedback_hours_left} h left]",
    ),
    "feedback_overdue": Words(
        "差评超时 {value} 条[,最早已 {feedback_hours} 小时]",
        "Feedback overdue: {value}[, the oldest {feedback_hours} h old]",
    ),
}
"""By the metric that was judged, as templates of `core.wording`; others say their name, figure and limit."""

_TARGETED = Words(
    "{label} {{{rate}}}[(要求 {{{target}}})]", "{label} {{{rate}}}[ (target {{{target}}})]"
)
_LIMITED = Words(
    "{label} {{value}}[(线 {{threshold}})]", "{label} {{value}}[ (limit {{threshold}})]"
)
_FIGURE = Words("{label} {{value}}", "{label} {{value}}")
_FLOOD = Words(
    "数据存疑:{rule}命中 {hit}/{of} 个SKU", "Data in doubt: {rule} on {hit} of {of} SKUs"
)
_LATE = Words("数据迟到:{kinds}", "Data late: {kinds}")
_LATE_KIND = Words("{kind} {days} 天", "{kind} {days} d")


def problem(hit: Hit, panel: Panel, locale: Locale) -> str:
    """Return what is wrong, as one short line."""
    if hit.level.metric == "sources_late":
        return _late(hit, panel).say(locale.language)
    template = _template(hit)
    if template is None:
        return hit.name.say(locale.language)
    found = facts(hit._replace(level=replace(hit.level, why=template)), panel)
    found["sign"] = Fact(_SIGNS[hit.level.comparisons[0].verb], "text")
    if "days_of_cover" in found:
        found["days_of_cover"] = found["days_of_cover"]._replace(places=0)
    return say(template, found, locale)


def flood_problem(flood: Flood, language: Language) -> str:
    """Return the line that stands for a flood of hits."""
    return _FLOOD.filled(rule=flood.rule.name, hit=flood.hit, of=flood.of).say(language)


def advice(words: Words, language: Language) -> str:
    """Return the first sentence of an advice: the rest stands in the row it links to."""
    return Words(words.zh.split("。")[0], words.en.split(". ")[0]).say(language)


def deadline(due: datetime, locale: Locale) -> str:
    """Return until when, in the team's zone: a cell that no passing hour changes."""
    when = Fact(due, "moment")
    said = Words(shown(when, locale, zh=True), shown(when, locale, zh=False))
    return said.say(locale.language)


def _template(hit: Hit) -> Words | None:
    """Return the template for what a hit judged; None where its name says it all."""
    judged = METRICS[hit.level.metric]
    if hit.level.metric == "stock_units" and hit.value == 0 and not _has_twin(hit):
        return _OUT_OF_STOCK
    if hit.level.metric in _SHORT:
        return _SHORT[hit.level.metric]
    rate, is_flag = f"{hit.level.metric.removesuffix('_outside')}_rate", judged.unit == "flag"
    if is_flag and rate in METRICS:
        target = f"{rate.removesuffix('_rate')}_target"
        return _TARGETED.filled(label=METRICS[rate].label, rate=rate, target=target)
    if is_flag:
        return None
    counts_any = judged.unit == "count" and (hit.threshold or 0) <= 1
    return (_FIGURE if counts_any else _LIMITED).filled(label=judged.label)


def _has_twin(hit: Hit) -> bool:
    return any(condition.metric == "twin_stock" for condition in hit.level.where)


def _late(hit: Hit, panel: Panel) -> Words:
    """Name the reports that are late; only the panel's text knows them."""
    late = [
        _LATE_KIND.filled(kind=kind, days=days)
        for kind, days in late_sources(panel, hit.entity, hit.day)
    ]
    return _LATE.filled(
        kinds=Words("、".join(kind.zh for kind in late), ", ".join(kind.en for kind in late))
    )
