"""The usual ACOS range of each category, as people keep it in the sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheets_sync.config.settings import values
from sheets_sync.config.settings.places import anywhere
from sheets_sync.config.settings.rows import NO_EFFECT, still
from sheets_sync.config.settings.skus import share_words
from sheets_sync.config.yamlfile import UnfitError
from sheets_sync.core.model import Benchmark
from sheets_sync.errors import Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from sheets_sync.config.settings.rows import RowReader, TabReader
    from sheets_sync.core.tab import Cell

_Range = tuple[float, float]
_Key = tuple[str, str, "date | None"]

_REVERSED = Words("下限高于上限", "the lower end is above the upper end")


def read_benchmarks(tab: TabReader, start: Iterable[Benchmark]) -> tuple[Benchmark, ...]:
    """Return the benchmarks of the tab; where a range is not understood, the one that held before."""
    known = {(b.category.casefold(), b.marketplace, b.valid_from): b for b in start}
    found: list[Benchmark] = []
    for reader in tab.rows:
        category = values.text_of(reader.part(0))
        if not category:
            reader.lacks("category")
            continue
        marketplace = reader.key_part("marketplace", 1, anywhere)
        valid_from = None
        if not values.is_blank(reader.part(2)):
            valid_from = reader.key_part("valid_from", 2, values.day)
        if reader.wrongs or marketplace is None:
            continue
        key = (category.casefold(), marketplace, valid_from)
        if not tab.is_first(reader, key):
            continue
        ends = _ends(reader, known.get(key))
        if ends is not None:
            source = values.text_of(reader.row.cells.get("source"))
            found.append(Benchmark(category, marketplace, *ends, source, valid_from))
    return tuple(found)


def _ends(reader: RowReader, start: Benchmark | None) -> _Range | None:
    """Return both ends of a range, or what held before where they do not make one."""
    wrong: list[tuple[str, Words]] = []
    ends: list[float] = []
    for column in ("acos_low", "acos_high"):
        try:
            ends.append(_end(reader.row.cells, column, reader.labels))
        except UnfitError as error:
            wrong.append((column, error.words))
    if not wrong and ends[0] > ends[1]:
        wrong.append(("acos_low", _REVERSED))
    if not wrong:
        return ends[0], ends[1]
    kept = _before(reader) or (None if start is None else (start.acos_low, start.acos_high))
    for column, words in wrong:
        reader.wrong(column, words, NO_EFFECT if kept is None else _still(kept))
    return kept


def _before(reader: RowReader) -> _Range | None:
    try:
        low, high = (_end(reader.before, column, {}) for column in ("acos_low", "acos_high"))
    except UnfitError:
        return None
    return (low, high) if low <= high else None


def _end(cells: Mapping[str, Cell], column: str, labels: Mapping[str, str]) -> float:
    raw = cells.get(column)
    if values.is_blank(raw):
        label = labels.get(column, column)
        raise UnfitError(Words(f"缺少{label}", f"{label} missing"))
    return values.share(raw)


def _still(ends: _Range) -> Words:
    text = "-".join(share_words(end).en for end in ends)
    return still(Words(text, text))
