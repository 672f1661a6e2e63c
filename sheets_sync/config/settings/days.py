"""The team's calendar as people keep it in the sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheets_sync.config.settings import values
from sheets_sync.config.settings.places import anywhere
from sheets_sync.core.calendar import Calendar, DayKind, Entry
from sheets_sync.errors import Words

if TYPE_CHECKING:
    from sheets_sync.config.settings.rows import RowReader, TabReader
    from sheets_sync.core.tab import Cell

KINDS: dict[str, DayKind] = {
    "休息": "rest", "rest": "rest", "假期": "rest", "请假": "rest", "holiday": "rest", "leave": "rest", "off": "rest",
    "大促": "promotion", "promotion": "promotion", "促销": "promotion",
    "调拨": "transfer", "transfer": "transfer",
    "汇率": "rate", "rate": "rate",
}  # fmt: skip
"""What people write for each kind of day, folded."""

_OFFERED = Words("休息、大促、调拨、汇率", "rest, promotion, transfer, rate")
_NOBODY = Words("人员只用于休息", "a person goes only with a rest day")
_NO_CURRENCY = Words(
    "说明里要写折算成哪种货币,如 CNY", "the note has to name the currency, such as CNY"
)
_NO_RATE = Words("汇率要写数值,如 7.1", "a rate needs its value, such as 7.1")


def read_calendar(tab: TabReader) -> Calendar:
    """Return the entries of the tab, in its order."""
    entries: list[Entry] = []
    for reader in tab.rows:
        blank = [name for i, name in enumerate(("date", "kind")) if values.is_blank(reader.part(i))]
        if blank:
            reader.lacks(*blank)
            continue
        when = reader.key_part("date", 0, values.day)
        kind = reader.key_part("kind", 1, _kind)
        marketplace = reader.key_part("marketplace", 2, anywhere)
        person = values.text_of(reader.part(3))
        if when is None or kind is None or marketplace is None:
            continue
        if person and kind != "rest":
            reader.refuse("person", _NOBODY)
        elif tab.is_first(reader, (when, kind, marketplace, person)):
            entries += _entry(reader, Entry(when, kind, marketplace, person))
    return Calendar(tuple(entries))


def _entry(reader: RowReader, entry: Entry) -> list[Entry]:
    """Return an entry with its note and, for an exchange rate, its value; nothing where that is missing."""
    note = values.text_of(reader.row.cells.get("note"))
    if entry.kind != "rate":
        return [entry._replace(note=note)]
    value = reader.cell("value", values.number, _as_number)
    if not value and not reader.wrongs:
        reader.refuse("value", _NO_RATE)
    if not note:
        reader.refuse("note", _NO_CURRENCY)
    return [entry._replace(value=value, note=note)] if value and note else []


def _kind(raw: Cell) -> DayKind:
    return values.one_of(raw, KINDS, _OFFERED)


def _as_number(value: float) -> Words:
    return Words(values.plain(value), values.plain(value))
