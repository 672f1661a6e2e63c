"""What Excel allows: how long a text may be, what a worksheet may be called, how a look becomes a format."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sheets_sync.archive.number_formats import excel_format
from sheets_sync.core.tab import clean, folded

if TYPE_CHECKING:
    from collections.abc import Iterable

    from xlsxwriter import Workbook
    from xlsxwriter.format import Format

    from sheets_sync.core.snapshot import Look
    from sheets_sync.core.tab import Cell

MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
MAX_TEXT = 32_767
"""The longest text of a cell or a note, in UTF-16 units."""

MAX_LINK, MAX_LINKS = 2_079, 65_530
"""The longest address, in UTF-16 units, and how many cells of a worksheet may lead somewhere."""

MAX_PIXELS = 1_790
"""The widest column, 255 characters."""

LINE_PIXELS = 17
_NARROW, _WIDE, _PADDING, _LATIN = 7, 14, 10, 0x2E80
"""Pixels of a Latin letter, of a Chinese character, and around them; where the latter begin."""

_MAX_TITLE = 31
_NOT_IN_TITLES = re.compile(r"[\[\]:*?/\\]|_(?=x[0-9A-Fa-f]{4}_)")
"""Besides what Excel says, what in a workbook stands for another character."""

_LINK = re.compile(r"""(?:https?://[^\s/"<>\\^`{|}\[\]]+|mailto:[^\s@]+@)[^\s"<>\\^`{|}\[\]]*""")
"""An address that may stand in a workbook; of others Excel may say that the file has to be repaired."""

_RESERVED = ("history", "历史记录")
_NOT_IN_XML = re.compile("[\ufffe\uffff]")

_BUILT_IN: dict[str, str | int] = {"@": 49}
"""Only by its number is text known as text to every program."""

_FIRST_DAY = {"day": 61, "time": 0}
"""From 1900-03-01 on Excel counts days as Google does; what is before shows another day or none."""
_LAST_DAY = 2_958_466
"""The first day of the year 10000."""


def fitting(text: str) -> tuple[str, bool]:
    """Return a text as a cell of Excel's can hold it, and whether it had to be cut."""
    kept = _NOT_IN_XML.sub("", clean(text))
    if _units(kept) <= MAX_TEXT:
        return kept, False
    return f"{_cut(kept, MAX_TEXT - 1)}…", True


def is_link(address: str) -> bool:
    """Tell whether Excel takes an address that a cell leads to."""
    return (
        _LINK.fullmatch(address) is not None
        and fitting(address) == (address, False)
        and _units(address) <= MAX_LINK
    )


def line_count(text: str, pixels: int) -> int:
    """Return how many lines a text takes in a column, about."""
    room = max(pixels - _PADDING, _WIDE)
    widths = (
        sum(_NARROW if ord(letter) < _LATIN else _WIDE for letter in line)
        for line in text.split("\n")
    )
    return sum(max(1, -(-width // room)) for width in widths)


def worksheet_titles(wanted: Iterable[str]) -> list[str]:
    """Return titles that Excel takes, each as like the wanted one as it can be and no two alike."""
    taken = set(_RESERVED)
    titles = []
    for title in wanted:
        base = _NOT_IN_TITLES.sub("-", fitting(" ".join(title.split()))[0])
        found, number = _short(base), 1
        while folded(found.lower()) in taken:
            number += 1
            mark = f" ({number})"
            found = _short(base, _MAX_TITLE - len(mark)) + mark
        taken.add(folded(found.lower()))
        titles.append(found)
    return titles


def _short(title: str, units: int = _MAX_TITLE) -> str:
    return _cut(title.strip(" '"), units).strip(" '") or "-"


def _units(text: str) -> int:
    return len(text) if len(text) * 2 <= MAX_TEXT else len(text.encode("utf-16-le")) // 2


def _cut(text: str, units: int) -> str:
    """Return the beginning of a text, no character cut in two."""
    return text.encode("utf-16-le")[: units * 2].decode("utf-16-le", "ignore")


class Styles:
    """The formats of one workbook, each made once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._known: dict[tuple[Look, bool, bool, bool], Format] = {}

    def title(self) -> Format:
        """Return the format of a page's title."""
        return self._book.add_format({"bold": True, "font_size": 16})

    def of(self, look: Look, value: Cell = None, *, is_heading: bool = False) -> Format:
        """Return the format of a cell with a value. Headings stand above the buttons of a filter.

        Text that begins like a formula stays text when somebody edits it. A number that its format would
        show as `#####`, or as another day than Google, is shown as a number.
        """
        is_general = is_text = False
        if isinstance(value, str):
            is_text = value.startswith(("=", "+", "-", "@"))
        elif value is not None and not isinstance(value, bool):
            measures = excel_format(look.kind, look.pattern).measures
            is_general = bool(measures) and not _FIRST_DAY[measures] <= value < _LAST_DAY
        key = (look, is_general, is_text, is_heading)
        found = self._known.get(key)
        if found is None:
            facts = _properties(look._replace(kind="", pattern="") if is_general else look)
            facts |= {"quote_prefix": is_text, "valign": "top" if is_heading else "vcenter"}
            found = self._known[key] = self._book.add_format(facts)
        return found


def _properties(look: Look) -> dict[str, Any]:
    code = excel_format(look.kind, look.pattern).code
    facts: dict[str, Any] = {
        "bg_color": look.fill,
        "font_color": look.ink,
        "bold": look.bold,
        "italic": look.italic,
        "font_strikeout": look.struck,
        "underline": int(look.underlined),
        "align": look.align.lower(),
        "text_wrap": look.wrap,
        "num_format": _BUILT_IN.get(code, code),
    }
    return {name: fact for name, fact in facts.items() if fact}
