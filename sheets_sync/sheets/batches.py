"""A plan cut into atomic batches, each with the marker that proves it was applied.

One batch is the rule; over 1.5 MB or 25,000 cells there are several, each complete in itself: a new
row and its key travel together. Rows are added below the last key, so no batch moves the rows of
another one's changes.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from sheets_sync.core.plan import TabMemory
from sheets_sync.sheets import furniture, highlights, page, tabs, wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sheets_sync.core.plan import Cell, Change, ExistingTab, Plan, RowKey, TabPlan
    from sheets_sync.errors import Language
    from sheets_sync.sheets.highlights import Highlight
    from sheets_sync.sheets.wire import Request

Rows = TypeVar("Rows", range, "list[list[Change]]")

MAX_CELLS = 25_000
MAX_BYTES = 1_500_000
"""Google recommends at most 2 MB a request and gives up after 180 s of work."""


class WrittenCell(NamedTuple):
    """A cell of an existing row that a batch writes."""

    row: int
    column: int
    key: RowKey
    name: str
    value: Cell


@dataclass(slots=True)
class SheetProof:
    """What a batch must find on one sheet: `headings` by column, and the key cells of each row.

    `inserted` is (first row, count) of the rows it adds, `cells` what it writes to rows that were there.
    """

    tab: str
    sheet_id: int
    title: str
    key_columns: tuple[int, ...]
    headings: dict[int, str]
    keys: dict[int, tuple[Cell, ...]] = field(default_factory=dict)
    inserted: tuple[int, int] = (0, 0)
    cells: list[WrittenCell] = field(default_factory=list)


@dataclass(slots=True)
class Batch:
    """Requests that apply together or not at all, and what the answer has to show.

    `kept_rules` are other people's colour rules on the sheets whose own ones it replaces.
    """

    requests: list[Request] = field(default_factory=list)
    sheets: dict[int, SheetProof] = field(default_factory=dict)
    cells: int = 0
    size: int = 0
    marker: int = 0
    name: str = ""
    kept_rules: dict[int, list[dict[str, Any]]] = field(default_factory=dict)


class _Piece(NamedTuple):
    """Requests that belong together, what they cost in cells and bytes, and what they must find."""

    requests: list[Request]
    cells: int
    size: int
    proof: SheetProof | None = None
    kept_rules: Mapping[int, list[dict[str, Any]]] = {}


class _Bottom(NamedTuple):
    """Where new rows go: the sheet, its columns, the row; `like_above` where no row below lends formats."""

    sheet_id: int
    columns: Mapping[str, int]
    at: int
    like_above: bool


def _piece(requests: list[Request], cells: int, proof: SheetProof | None = None) -> _Piece:
    text = json.dumps(requests, ensure_ascii=False, separators=(",", ":"))
    return _Piece(requests, cells, len(text.encode()), proof)


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


def compose(
    plan: Plan,
    look: Dress,
    *,
    name: str,
    installed: Mapping[str, str],
    untagged: Mapping[str, Sequence[str]],
    rules_of: Callable[[], Mapping[int, list[dict[str, Any]]]],
    old_markers: Sequence[int],
) -> list[Batch]:
    """Return the batches of a plan, in order; none where there is nothing to do.

    `name` is unique to the attempt and names the markers. `installed` fingerprints the colour rules of
    each tab; where one differs, `rules_of` is asked for the rules as they are.
    """
    pieces: list[_Piece] = []
    rules = cache(rules_of)
    # Copies come first: they are made from tabs as they were read.
    for tab in sorted(plan.tabs, key=lambda tab: not (tab.is_made and tab.desired.source)):
        pieces += _dressing(tab, look, installed, untagged, rules)
        pieces += _additions(tab, look)
        pieces += _changes(tab)
        pieces += _finishing(tab, look, installed)
    batches: list[Batch] = []
    for piece in pieces:
        full = batches and (
            batches[-1].cells + piece.cells > MAX_CELLS or batches[-1].size + piece.size > MAX_BYTES
        )
        if not batches or full:
            batches.append(Batch())
        _join(batches[-1], piece)
    for number, batch in enumerate(batches):
        batch.marker = 1 + zlib.crc32(f"{name}|{number}".encode()) % (2**31 - 2)
        batch.name = f"{name}/{number + 1}-of-{len(batches)}"
        batch.requests.append(wire.marker(batch.marker, batch.name))
    if batches:
        batches[0].requests += [wire.drop_marker(marker) for marker in old_markers]
    return batches


def memory_of_new(tab: TabPlan, look: Dress) -> TabMemory:
    """Return where a tab that a plan made and its columns are."""
    desired, source = tab.desired, tab.desired.source
    if source is not None:
        headings, places = tuple(source.headings), dict(source.columns)
    else:
        headings = tuple(column.label.say(look.language) for column in desired.layout.made)
        places = {column.id: index for index, column in enumerate(desired.layout.made)}
    return TabMemory(tabs.sheet_id_of(desired.id), desired.title, headings, places, look.mark(tab))


def _join(batch: Batch, piece: _Piece) -> None:
    batch.requests += piece.requests
    batch.cells += piece.cells
    batch.size += piece.size
    batch.kept_rules |= piece.kept_rules
    if piece.proof is None:
        return
    held = batch.sheets.setdefault(piece.proof.sheet_id, piece.proof)
    if held is not piece.proof:
        held.keys |= piece.proof.keys
        held.cells += piece.proof.cells
        first, count = held.inserted
        held.inserted = (
            piece.proof.inserted if not count else (first, count + piece.proof.inserted[1])
        )


def _dressing(
    tab: TabPlan,
    look: Dress,
    installed: Mapping[str, str],
    untagged: Mapping[str, Sequence[str]],
    rules_of: Callable[[], Mapping[int, list[dict[str, Any]]]],
) -> Iterator[_Piece]:
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
        yield _piece(requests, 0)._replace(kept_rules=kept)


def _making(
    tab: TabPlan,
    look: Dress,
    installed: Mapping[str, str],
    rules_of: Callable[[], Mapping[int, list[dict[str, Any]]]],
) -> Iterator[_Piece]:
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
    yield _piece(requests, len(layout.columns))


def _finishing(tab: TabPlan, look: Dress, installed: Mapping[str, str]) -> Iterator[_Piece]:
    """Yield how a page looks, once its lines are there: when it is made, and when its shape changed."""
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
    requests = list(page.dress(desired.layout, desired.page.shape, sheet_id, columns, lines))
    if existing is None:
        requests += page.charts(
            desired.layout, desired.page.shape, sheet_id, columns, lines, look.language
        )
    yield _piece(requests, 0)


def _additions(tab: TabPlan, look: Dress) -> Iterator[_Piece]:
    """Yield the new rows, inserted below the last key, in chunks that fit a batch."""
    if not tab.new_rows:
        return
    bottom = _bottom(tab, look)
    step = max(1, MAX_CELLS // max(1, len(tab.new_columns)) // 2)
    starts = range(0, len(tab.new_rows), step)
    for rows in (range(start, min(start + step, len(tab.new_rows))) for start in starts):
        yield from _fitting(rows, lambda part: _addition(tab, bottom, part))


def _addition(tab: TabPlan, bottom: _Bottom, part: range) -> _Piece:
    """Return some of the new rows with their keys, formats and proof."""
    sheet_id, columns, at, like_above = bottom
    rows, keys = tab.new_rows[part.start : part.stop], tab.new_keys[part.start : part.stop]
    first = at + part.start
    order = sorted(range(len(tab.new_columns)), key=lambda i: columns[tab.new_columns[i]])
    indexes = [columns[tab.new_columns[i]] for i in order]
    requests = [wire.insert_rows(sheet_id, first, len(rows), like_row_above=like_above)]
    for left, right in _neighbours(indexes):
        block = [[row[i] for i in order[left:right]] for row in rows]
        requests.append(wire.update_cells(sheet_id, first, indexes[left], block))
    requests += tabs.money_formats(sheet_id, tab.desired.layout, columns, first, keys)
    requests += [
        wire.link(sheet_id, first + keys.index(key), columns[name], uri)
        for (key, name), uri in tab.desired.links.items()
        if key in keys and name in columns
    ]
    proof = _proof(tab, sheet_id, columns)
    names = [name for name in tab.desired.layout.key_columns if name in columns]
    key_at = [tab.new_columns.index(name) for name in names]
    proof.keys = {first + i: tuple(row[k] for k in key_at) for i, row in enumerate(rows)}
    proof.inserted = (first, len(rows))
    return _piece(requests, len(rows) * len(tab.new_columns), proof)


def _bottom(tab: TabPlan, look: Dress) -> _Bottom:
    """Return where new rows go: below the last key.

    Below it stands a blank row that lends its formats; in a tab that the team made, the rows above know them.
    """
    existing, at = tab.existing, tab.first_new_row
    if existing is None:
        memory = memory_of_new(tab, look)
        return _Bottom(memory.sheet_id, memory.columns, at, like_above=False)
    is_theirs = existing.sheet_id != tabs.sheet_id_of(tab.desired.id)
    like_above = at >= existing.row_count or (is_theirs and at > 1)
    return _Bottom(existing.sheet_id, existing.columns, at, like_above=like_above)


def _changes(tab: TabPlan) -> Iterator[_Piece]:
    """Yield the changed cells, neighbours together, in chunks that fit a batch."""
    existing = tab.existing
    if existing is None or not tab.changes:
        return
    by_row = [list(run) for _, run in groupby(tab.changes, key=lambda change: change.row)]
    for chunk in _chunks(by_row, MAX_CELLS // 2):
        yield from _fitting(chunk, lambda part: _rewriting(tab, existing, part))


def _rewriting(tab: TabPlan, existing: ExistingTab, by_row: Sequence[Sequence[Change]]) -> _Piece:
    """Return the changes of some rows with their proof."""
    cells = sorted(
        WrittenCell(
            change.row, existing.columns[change.column], change.key, change.column, change.after
        )
        for row in by_row
        for change in row
    )
    blocks = wire.blocks((cell.row, cell.column, cell.value) for cell in cells)
    requests = [
        wire.update_cells(existing.sheet_id, row, column, rows) for row, column, rows in blocks
    ]
    requests += [
        wire.link(
            existing.sheet_id,
            change.row,
            existing.columns[change.column],
            tab.desired.links.get((change.key, change.column)),
        )
        for row in by_row
        for change in row
        if change.column == page.LINKED and _is_listed(tab, change.key)
    ]
    proof = _proof(tab, existing.sheet_id, existing.columns)
    proof.keys = {
        row[0].row: tuple(existing.cell(row[0].row, column) for column in proof.key_columns)
        for row in by_row
    }
    proof.cells = cells
    return _piece(requests, len(cells), proof)


def _is_listed(tab: TabPlan, key: RowKey) -> bool:
    """Tell whether a line of a page is a thing to do, whose link may have changed."""
    return tab.desired.page is not None and int(str(key[0])) >= tab.desired.page.shape.first_item


def _fitting(rows: Rows, made: Callable[[Rows], _Piece]) -> Iterator[_Piece]:
    """Yield what is made of some rows, of halves of them where it is more than a batch may weigh."""
    piece = made(rows)
    if piece.size <= MAX_BYTES or len(rows) == 1:
        yield piece
        return
    half = len(rows) // 2
    yield from _fitting(rows[:half], made)
    yield from _fitting(rows[half:], made)


def _chunks(rows: Sequence[list[Change]], most: int) -> Iterator[list[list[Change]]]:
    chunk: list[list[Change]] = []
    cells = 0
    for row in rows:
        if chunk and cells + len(row) > most:
            yield chunk
            chunk, cells = [], 0
        chunk.append(row)
        cells += len(row)
    if chunk:
        yield chunk


def _proof(tab: TabPlan, sheet_id: int, columns: Mapping[str, int]) -> SheetProof:
    layout = tab.desired.layout
    existing: ExistingTab | None = tab.existing
    headings: dict[int, str] = {}
    if existing is not None:
        headings = {
            index: existing.headings[index]
            for index in columns.values()
            if index < len(existing.headings)
        }
    title = tab.desired.title if existing is None else existing.title
    return SheetProof(
        tab.desired.id,
        sheet_id,
        title,
        tuple(columns[name] for name in layout.key_columns if name in columns),
        headings,
    )


def _neighbours(indexes: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield (start, end) positions of each run of consecutive numbers."""
    start = 0
    for i in range(1, len(indexes) + 1):
        if i == len(indexes) or indexes[i] != indexes[i - 1] + 1:
            yield start, i
            start = i
