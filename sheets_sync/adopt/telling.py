"""The mapping as people read it, and the questions about what is not clear."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheets_sync.adopt.proposal import notes
from sheets_sync.errors import Words
from sheets_sync.sheets.wire import column_letters

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sheets_sync.adopt.proposal import Adopted, Proposal
    from sheets_sync.core.adoption.logs import Log
    from sheets_sync.core.adoption.matching import Doubt, Match
    from sheets_sync.core.template import Column, TabLayout
    from sheets_sync.errors import Language

_A_LINE = 4
"""So many bound columns stand on one line."""

_ONE_ROW = {
    "sku": Words("每行一个 SKU", "a row is a SKU"),
    "account": Words("每行一个站点", "a row is a marketplace"),
}
_FOR_EVER = Words("一直用这一张表", "one tab for ever")
_MONTHLY = Words("每月一张,新的叫「{title}」", "one tab a month, new ones '{title}'")
_ROLES = {
    "prefilled": Words("(新行填一次)", " (filled once)"),
    "theirs": Words("(只由你们写)", " (only you write it)"),
}
_BEFORE = Words(";以前接手过", "; adopted before")
_HIDDEN = Words("(隐藏)", " (hidden)")

TO_AGREE = Words(
    "以上还没有改动任何东西。同意的话加上 --yes 再运行一次(不明确的列留给你们自己)。",
    "Nothing was changed. If you agree, run it again with --yes (headings that are not clear stay yours).",
)
AGREE = Words("就这样接手?y 同意,回车不同意", "Adopt it so? y to agree, Enter to leave it")
LEFT_ALONE = Words("什么都没改。", "Nothing was changed.")


def mapping(proposal: Proposal, language: Language) -> Iterator[str]:
    """Yield the mapping line by line."""
    for one in proposal.logs:
        yield from _log(one, language)
        yield from _left(proposal, one.match, language)
    others = [_title(layout, language) for layout in proposal.others]
    if others:
        yield _said("第一次同步时新建:{names}", "Made by the first sync: {names}", others, language)
    stores = "; ".join(
        f"{store}: {', '.join(codes)}" for store, codes in proposal.places.stores.items()
    )
    yield Words(f"店铺和站点 {stores}", f"Stores {stores}").say(language)
    for words in notes(proposal):
        yield f"! {words.say(language)}"


def _log(one: Adopted, language: Language) -> Iterator[str]:
    match, pattern = one.match, one.pattern
    kind = _ONE_ROW[match.layout.kind].say(language)
    tabs = _MONTHLY.filled(title=pattern.replace("{month}", "YYYY-MM")) if pattern else _FOR_EVER
    title = _title(match.layout, language)
    before = _BEFORE if match.tab.tag else Words("", "")
    yield Words(
        f"{title} ← 「{match.tab.title}」({kind};{tabs.zh}{before.zh})",
        f"{title} <- '{match.tab.title}' ({kind}; {tabs.en}{before.en})",
    ).say(language)
    headings = match.tab.headings
    bound = [
        f"✓ {headings[b.place]} → {_label(b.column, language)}{_role(b.column, language)}"
        for b in match.bound
    ]
    for first in range(0, len(bound), _A_LINE):
        yield "  " + "   ".join(bound[first : first + _A_LINE])
    for doubt in match.doubts:
        yield f"  ? {_doubt(match, doubt, language)}"
    if match.own:
        yield "  " + _said(
            "– 你们自己的列,不动:{names}", "- Yours, never touched: {names}", match.own, language
        )
    added = [
        column.label.say(language) + (_HIDDEN.say(language) if column.hide == "always" else "")
        for column in match.added
    ]
    if added:
        yield "  " + _said(
            "+ 将在最右边加:{names}", "+ Added on the right: {names}", added, language
        )
    missing = [_label(column, language) for column in match.missing]
    if missing:
        yield "  " + _said(
            "缺少(不写):{names}", "Missing (not written): {names}", missing, language
        )
    older = [other.tab.title for other, _ in one.tabs[1:]]
    if older:
        yield "  " + _said("同样接手:{names}", "Adopted as well: {names}", older, language)


def _left(proposal: Proposal, match: Match, language: Language) -> Iterator[str]:
    """Yield what was decided without asking."""
    for of, doubt in proposal.left:
        if of.tab is not match.tab:
            continue
        taken = next((c for c in doubt.choices if match.places.get(c.column.id) == c.place), None)
        what = _doubt(match, doubt, language)
        if taken is None:
            yield "  ? " + Words(
                f"{what}:不明确,留给你们自己", f"{what}: not clear, left to you"
            ).say(language)
        else:
            where = f"{match.tab.headings[taken.place]} ({column_letters(taken.place)})"
            yield "  ? " + Words(
                f"{what}:取第一个 {where}", f"{what}: the first one is taken, {where}"
            ).say(language)


def _doubt(match: Match, doubt: Doubt, language: Language) -> str:
    headings = " / ".join(
        f"{match.tab.headings[place]} ({column_letters(place)})"
        if len(doubt.places) > 1
        else match.tab.headings[place]
        for place in doubt.places
    )
    return f"{headings} → {' / '.join(_label(column, language) for column in doubt.columns)}"


def question(match: Match, doubt: Doubt, language: Language) -> Iterator[str]:
    """Yield a question about one doubt, with its answers numbered from 1."""
    headings = match.tab.headings
    if len(doubt.columns) > 1:
        place = doubt.places[0]
        name = f"{headings[place]} ({column_letters(place)})"
        yield Words(
            f"「{match.tab.title}」的「{name}」是哪一列?",
            f"'{match.tab.title}': which column is '{name}'?",
        ).say(language)
        answers = [_label(column, language) for column in doubt.columns]
    else:
        name = _label(doubt.columns[0], language)
        yield Words(
            f"「{match.tab.title}」里哪一列是{name}?",
            f"'{match.tab.title}': which heading is {name}?",
        ).say(language)
        answers = [f"{headings[place]} ({column_letters(place)})" for place in doubt.places]
    yield from numbered(answers)


def which_log(logs: Sequence[Log], language: Language) -> Iterator[str]:
    """Yield the question which of several tabs is the daily log."""
    yield Words("哪一张是日报?", "Which tab is the daily log?").say(language)
    yield from numbered(log.match.tab.title for log in logs)


def numbered(answers: Iterable[str]) -> Iterator[str]:
    """Yield answers with their numbers."""
    for number, answer in enumerate(answers, 1):
        yield f"  {number} {answer}"


NUMBER = Words("写序号,回车表示都不是", "A number, or Enter for none")


def _label(column: Column, language: Language) -> str:
    return column.label.say(language)


def _role(column: Column, language: Language) -> str:
    words = _ROLES.get(column.role)
    return words.say(language) if words else ""


def _title(layout: TabLayout, language: Language) -> str:
    return layout.title[language].replace("{month}", "").strip()


def _said(zh: str, en: str, names: Sequence[str], language: Language) -> str:
    return Words(zh.format(names="、".join(names)), en.format(names=", ".join(names))).say(language)
