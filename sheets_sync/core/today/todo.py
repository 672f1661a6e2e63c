"""The ten things to do first, as lines of the stand-up page: siblings together, floods as one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from sheets_sync.core.deadlines import opens_action
from sheets_sync.core.marketplaces import MARKETPLACES
from sheets_sync.core.model import SkuKey
from sheets_sync.core.rules import judged
from sheets_sync.core.today.figures import site_name
from sheets_sync.core.today.tasks import Task, is_about_ads
from sheets_sync.core.today.wording import advice, deadline, flood_problem, problem
from sheets_sync.core.wording import Locale
from sheets_sync.errors import Words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sheets_sync.core.breaches import Breach, Verdict
    from sheets_sync.core.model import MasterData
    from sheets_sync.core.rules import Flood
    from sheets_sync.core.scope import Scope
    from sheets_sync.core.tab import Cell
    from sheets_sync.errors import Language

MOST = 10

HEADINGS = {
    "marketplace": Words("级别", "Severity"),
    "sales_until": Words("负责人", "Owner"),
    "sales": Words("站点", "Site"),
    "vs_day": Words("SKU", "SKU"),
    "vs_week": Words("问题(要先做的十件事)", "Problem (ten things to do first)"),
    "tacos": Words("建议", "Advice"),
    "overdue": Words("截止", "Due"),
    "ahr": Words("链接", "Link"),
}
"""The headings of the list, by the column of the page that each part stands in."""

_QUIET = Words("今日无新增异常,逾期 0。", "No new alerts today, none overdue.")
_OVERDUE = Words("⏰ 逾期", "⏰ Overdue")
_IN_DOUBT = Words("❓ 存疑", "❓ In doubt")
_SEVERITIES = {
    "critical": Words("🔴 严重", "🔴 Critical"),
    "warning": Words("🟡 关注", "🟡 Warning"),
}
_CHECK_DATA = Words("先核对报表与阈值", "Check the reports and the limit first")
_SIBLINGS = Words("{sku} 等 {n} 个", "{sku} and {others} more")


class Item(NamedTuple):
    """One line of the list, as cells; `breach` is what it links to."""

    cells: dict[str, Cell]
    breach: Breach | None


def items(
    found: Sequence[Task],
    verdict: Verdict,
    master: MasterData,
    *,
    now: datetime,
    zone: str,
    language: Language,
) -> list[Item]:
    """Return the lines of the list, at most ten; on a quiet day one that says so."""
    scope = verdict.records.scope
    groups = _grouped(_without_repeats(found), master)
    grave = [group for group in groups if group[0].is_critical]
    mild = [group for group in groups if not group[0].is_critical]
    said = [
        *(_item(group, scope, now, zone, language) for group in grave),
        *(_flood_item(flood, scope, language) for flood in _current_floods(verdict)),
        *(_item(group, scope, now, zone, language) for group in mild),
    ]
    return said[:MOST] or [Item({"vs_week": _QUIET.say(language)}, None)]


def _without_repeats(found: Sequence[Task]) -> Iterator[Task]:
    """Leave out what only colours where the same SKU or account has something to be dealt with."""
    acted = {task.breach.key for task in found if opens_action(task.hit.level)}
    for task in found:
        if opens_action(task.hit.level) or task.breach.key not in acted:
            yield task


def _grouped(found: Iterator[Task], master: MasterData) -> list[list[Task]]:
    """Put the ads of sibling SKUs together, since ads on one sell the others too."""
    groups: dict[tuple[object, ...], list[Task]] = {}
    for task in found:
        sku = master.skus.get(task.breach.key)
        family = sku.parent_asin if sku and is_about_ads(task.hit, task.panel) else ""
        who = (*task.breach.key[:2], family) if family else task.breach.key
        groups.setdefault((task.breach.rule, bool(family), *who), []).append(task)
    return list(groups.values())


def _item(
    group: Sequence[Task], scope: Scope, now: datetime, zone: str, language: Language
) -> Item:
    task, others = group[0], len(group) - 1
    hit, key = task.hit, task.breach.key
    place = MARKETPLACES[key.marketplace]
    locale = Locale(language, place.symbol, place.digits, ZoneInfo(zone))
    severity = _OVERDUE if task.is_overdue(now) else _SEVERITIES[hit.level.severity]
    siblings = _SIBLINGS.filled(sku=key.sku, n=others + 1, others=others)
    owner = task.panel.text("owner")[hit.entity, hit.day] if key.sku else None
    return Item(
        {
            "marketplace": severity.say(language),
            "sales_until": owner,
            "sales": site_name(key, scope),
            "vs_day": (siblings.say(language) if others else key.sku) or None,
            "vs_week": problem(hit, task.panel, locale),
            "tacos": advice(hit.advice, language) or None,
            "overdue": None if task.due is None else deadline(task.due, locale),
        },
        task.breach,
    )


def _flood_item(flood: Flood, scope: Scope, language: Language) -> Item:
    return Item(
        {
            "marketplace": _IN_DOUBT.say(language),
            "sales": site_name(_account(flood), scope),
            "vs_week": flood_problem(flood, language),
            "tacos": _CHECK_DATA.say(language),
        },
        None,
    )


def _account(flood: Flood) -> SkuKey:
    return SkuKey(flood.store, flood.marketplace, "")


def _current_floods(verdict: Verdict) -> Iterator[Flood]:
    """Yield the floods on the newest day that their rule could judge on their account."""
    panel, rows = verdict.records.skus, verdict.records.rows
    newest: dict[tuple[str, SkuKey], int] = {}
    for flood in verdict.floods:
        place = (flood.rule.id, _account(flood))
        newest[place] = max(flood.day, newest.get(place, 0))
    for flood in verdict.floods:
        if flood.day == newest[flood.rule.id, _account(flood)]:
            members = [i for i, k in enumerate(panel.entities) if k[:2] == _account(flood)[:2]]
            if not (judged(flood.rule, panel) & rows)[members, flood.day + 1 :].any():
                yield flood
