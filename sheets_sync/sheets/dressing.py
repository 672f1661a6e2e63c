"""How tabs come to look as they should: new ones are made, existing ones get what they lack.

An existing tab is never laid out anew: it gets tags, and today's colour rules. A page is dressed again
when its shape changes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sheets_sync.core.tab import TabMemory
from sheets_sync.sheets import furniture, highlights, page, tabs, wire
from sheets_sync.sheets.pieces import Piece, piece

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sheets_sync.core.plan import TabPlan
    from sheets_sync.errors import Language
    from sheets_sync.sheets.highlights import Highlight


@dataclass(frozen=True, slots=True)
class Dress:
    """How tabs look: the language of their headings, and the colour rules they show.

    `each` names the marketplaces and owners that have a filter view of their own.
    """

    language: Language
    rules: tuple[Highlight, ...]
    one_store: bool
    each: Mapping[str, Sequence[str]] = field(
        default_factory=lambda: {"marketplace": (), "owner": ()}
    )

    def mark(self, tab: TabPlan) -> str:
        """Return the fingerprint of the colour rules a tab should have, or of a page's shape."""
        if tab.desired.page is not None:
            return page.mark(tab.desired.page.shape, self.language)
        if not tab.desired.layout.is_log:
            return ""
        return highlights.highlights_mark(highlights.highlights(tab.desired.layout, self.rules))


def memory_of_new(tab: TabPlan, look: Dress) -> TabMemory:
    """Return where a tab that a plan made and its columns are."""
    desired, source = tab.desired, tab.desired.source
    if source is not None:
        headings, places = tuple(source.headings), dict(source.columns)
    else:
        headings = tuple(column.label.say(look.language) for column in desired.layout.made)
        places = {column.id: index for index, column in enumerate(desired.layout.made)}
    return TabMemory(tabs.sheet_id_of(desired.id), desired.title, headings, places, look.mark(tab))


def dressing(
    tab: TabPlan,
    look: Dress,
    installed: Mapping[str, str],
    untagged: Mapping[str, Sequence[str]],
    rules_of: Callable[[], Mapping[int, list[dict[str, Any]]]],
) -> Iterator[Piece]:
    """Yield what makes a new tab, and what an existing one lacks: tags, and today's colour rules."""
    existing = tab.existing
    if existing is None:
        if tab.is_made:
            yield from _making(tab, look, installed, rules_of)
        return
    pairs = highlights.highlights(tab.desired.layout, look.rules)
    requests = [
        wire.tab_tag(existing.sheet_id, tab.desired.id)
        if name == "tab"
        else wire.column_tag(existing.sheet_id, existing.columns[name], name)
        for name in untagged.get(tab.desired.id, ())
    ]
    kept = {}
    if installed.get(tab.desired.id) != look.mark(tab) and "flags" in existing.columns:
        rules = rules_of().get(existing.sheet_id, [])
        requests += highlights.replace_highlights(existing.sheet_id, existing.columns, pairs, rules)
        kept = {existing.sheet_id: [rule for rule in rules if not highlights.is_ours(rule)]}
    if requests:
        yield piece(requests, 0)._replace(kept_rules=kept)


def _making(
    tab: TabPlan,
    look: Dress,
    installed: Mapping[str, str],
    rules_of: Callable[[], Mapping[int, list[dict[str, Any]]]],
) -> Iterator[Piece]:
    """Yield what makes a tab: from the template, or as a copy of another one, whose rules come along."""
    desired = tab.desired
    layout, source = desired.layout, desired.source
    sheet_id = tabs.sheet_id_of(desired.id)
    columns = memory_of_new(tab, look).columns
    pairs = highlights.highlights(layout, look.rules) if "flags" in columns else ()
    if source is not None:
        requests = list(tabs.copy_tab(desired.id, layout, desired.title, source))
        if installed.get(source.id) != look.mark(tab):
            rules = rules_of().get(source.sheet_id, [])
            requests += highlights.replace_highlights(sheet_id, columns, pairs, rules)
    else:
        requests = [
            *tabs.make_tab(
                desired.id, layout, desired.title, look.language, one_store=look.one_store
            ),
            *highlights.add_highlights(sheet_id, columns, pairs),
            *furniture.filter_views(desired.id, sheet_id, layout, look.language, look.each),
            *furniture.protections(desired.id, sheet_id, layout),
        ]
    yield piece(requests, len(layout.columns))


def finishing(tab: TabPlan, look: Dress, installed: Mapping[str, str]) -> Iterator[Piece]:
    """Yield how a page looks, once its lines are there: when it is made, and when its shape changed.

    What is made once, charts and colours, goes by itself: where it is there already, it is refused whole.
    """
    desired, existing = tab.desired, tab.existing
    if desired.page is None or not (tab.is_made or existing):
        return
    if existing is not None and installed.get(desired.id) == look.mark(tab):
        return
    memory = memory_of_new(tab, look)
    sheet_id, columns = memory.sheet_id, memory.columns
    if existing is not None:
        sheet_id, columns = existing.sheet_id, existing.columns
    lines = {int(str(key[0])): row for key in desired.keys if (row := tab.row_of(key)) is not None}
    shape, layout = desired.page.shape, desired.layout
    looks = list(page.dress(layout, shape, sheet_id, columns, lines))
    yield piece(looks, 0)._replace(is_looks=True)
    if not installed.get(desired.id):
        once = list(page.charts(layout, shape, sheet_id, columns, lines, look.language))
        yield piece(once, 0)._replace(is_looks=True)
