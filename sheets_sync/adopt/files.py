"""What was agreed, written down as the job's own template."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from sheets_sync.config.data import data_folder
from sheets_sync.config.starter import as_yaml
from sheets_sync.core.adoption.titles import without_braces
from sheets_sync.core.layout import FORMATS
from sheets_sync.core.metrics import METRICS
from sheets_sync.core.template import KEYS
from sheets_sync.errors import Words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sheets_sync.core.adoption.matching import Match
    from sheets_sync.core.template import Column
    from sheets_sync.errors import Language

_HEAD = (
    Words(
        "来自你们自己的表「{title}」:这里只列程序会读写的列,别的列都是你们的,程序不动。",
        "From your own tab '{title}': only the columns that the program reads or writes are listed; all others are yours and never touched.",
    ),
    Words(
        "可以修改。role:ours 程序每次写;prefilled 新行写一次,之后归你们;theirs 只由你们写。",
        "It may be edited. role: ours (written every time), prefilled (written once, then yours), theirs (never written).",
    ),
)
_TITLE = re.compile(r"(?m)^title: \{.*\}$")


def log_file(match: Match, pattern: str | None, language: Language) -> str:
    """Return the file of an adopted log; `pattern` is its title with `{month}` where there are several."""
    layout, title = match.layout, pattern or without_braces(match.tab.title)
    lines = [f"# {text}" for words in _HEAD for text in _said(words, language, match.tab.title)]
    lines += [
        f"id: {layout.id}",
        f"title: {_titles(dict.fromkeys(('zh', 'en', 'both'), title))}",
        f"one_row_is: {layout.kind}",
        f"one_tab_is: {'month' if pattern else 'always'}",
        f"order: {layout.order}",
        "columns:",
    ]
    headings = match.tab.headings
    lines += [_column(one.column, headings[one.place]) for one in match.bound]
    lines += [_column(column, None) for column in match.added]
    lines += [
        f"  - {{id: {name}, key: true, hide: always}}"
        for name in KEYS[layout.kind]
        if name not in match.places
    ]
    return "".join(f"{line}\n" for line in lines)


def _said(words: Words, language: Language, title: str) -> Iterator[str]:
    shown = "".join(c for c in title if c.isprintable())
    filled = Words(*(text.replace("{title}", shown) for text in words))
    yield from (filled.zh, filled.en) if language == "both" else (filled.say(language),)


def _column(column: Column, heading: str | None) -> str:
    facts = [f"id: {column.id}"]
    if heading is not None:
        text = as_yaml(heading)
        facts.append(f"label: {{zh: {text}, en: {text}}}")
    if column.key:
        facts.append("key: true")
    if column.role != "ours":
        facts.append(f"role: {column.role}")
    metric = METRICS.get(column.id)
    unit = "date" if column.id == "date" else metric.unit if metric else "text"
    if column.unit != unit:
        facts.append(f"unit: {column.unit}")
    if column.format != FORMATS.get(column.unit):
        facts.append(f"format: {json.dumps(column.format, ensure_ascii=False)}")
    if column.on_edit != "keep":
        facts.append(f"on_edit: {column.on_edit}")
    if column.choices:
        offered = ", ".join(
            f"{language}: [{', '.join(as_yaml(one) for one in values)}]"
            for language, values in column.choices.items()
        )
        facts.append(f"choices: {{{offered}}}")
    facts.append(f"width: {column.width}")
    if heading is None and column.hide != "never":
        facts.append(f"hide: {column.hide}")
    return f"  - {{{', '.join(facts)}}}"


def shipped_files(
    template: str, adopted: Sequence[str], renamed: Mapping[str, Mapping[str, str]]
) -> dict[str, str]:
    """Return the template's other files as they are, but for the titles of tabs whose name is taken."""
    texts = {}
    for path in sorted((data_folder("templates") / template).glob("*.yaml")):
        if path.stem in adopted:
            continue
        text = path.read_text(encoding="utf-8")
        if path.stem in renamed:
            title = f"title: {_titles(renamed[path.stem])}"
            text = _TITLE.sub(lambda _, title=title: title, text, count=1)  # type: ignore[misc]  # a default of its own
        texts[path.name] = text
    return texts


def _titles(titles: Mapping[str, str]) -> str:
    said = (
        f"{language}: {json.dumps(text, ensure_ascii=False)}" for language, text in titles.items()
    )
    return f"{{{', '.join(said)}}}"
