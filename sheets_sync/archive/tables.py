"""A tab as a table of plain text, for programs and for the years to come.

UTF-8 with a byte order mark, without which Excel in China takes it for GBK; lines end in CRLF. Dates are ISO,
numbers know no country, and no text can turn into a formula where the file is opened. Every text stands in
quotes. That is not enough where Excel separates by semicolons: quotes in the middle of such a field are
plain signs, so what follows a separator inside a text is guarded like its beginning.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sheets_sync.core.tab import clean

if TYPE_CHECKING:
    from sheets_sync.core.snapshot import TabSnapshot
    from sheets_sync.core.tab import Cell

_DATES = frozenset({"DATE", "TIME", "DATE_TIME"})
_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001  # a cell has no time zone
_DAY_S = 86_400
_YEAR_DAYS = 366
"""A time of more days than this is no span but a moment whose date is not shown."""

_BLANK_LINE = '""'
"""A row of one blank cell; many programs skip a line without anything."""

_WHOLE = 1e15
"""Up to here a number without decimals is written out."""

_FORMULA = re.compile(r"[\t\r]|[\s\x7f-\x9f\u200b-\u200f\u2060\ufeff]*[=+\-@＝＋－＠]")
"""Beginnings that a spreadsheet takes for a formula, or may once it has trimmed them."""

_INNER_FORMULA = re.compile(
    r"(?<=[;\t\n])(?=(?:[^\S\t\n]|[\"\x7f-\x9f\u200b-\u200f\u2060\ufeff])*+[=+\-@＝＋－＠])"
)
"""The same behind what separates fields or rows elsewhere; quotes there may be dropped too."""


def csv_of(tab: TabSnapshot) -> bytes:
    """Return a tab's heading row and the rows below it; what stands above is left out."""
    dates = [look.kind if look.kind in _DATES else "" for look in tab.palette]
    top = tab.heading_row
    lines = [
        ",".join(_field(value, dates[look]) for value, look in zip(row, looks, strict=True))
        for row, looks in zip(tab.rows[top:], tab.looks[top:], strict=True)
    ]
    return "".join(f"{line or _BLANK_LINE}\r\n" for line in lines).encode("utf-8-sig")


def _field(value: Cell, date_kind: str) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return _moment(value, date_kind) if date_kind else _number(value)


def _text(value: str) -> str:
    text = clean(value)
    guard = "'" if _FORMULA.match(text) or value.startswith("\r") else ""
    inside = _INNER_FORMULA.sub("'", text).replace('"', '""')
    return f'"{guard}{inside}"'


def _number(value: float) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < _WHOLE:
        return str(int(value))
    return str(value)


def _moment(value: float, kind: str) -> str:
    """Return a serial as ISO to the second; more than its format shows where there is more to it."""
    days, rest = divmod(round(value * _DAY_S), _DAY_S)
    if kind == "TIME" and 0 <= days < _YEAR_DAYS:
        hours, seconds = divmod(rest, 3600)
        return f"{days * 24 + hours:02}:{seconds // 60:02}:{seconds % 60:02}"
    try:
        moment = _DAY_ZERO + timedelta(days, rest)
    except OverflowError:
        return _number(value)
    if kind == "DATE" and rest == 0:
        return moment.date().isoformat()
    return moment.isoformat(" ")
