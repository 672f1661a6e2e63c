"""A plan cut into atomic batches, each with the marker that proves it was applied.

One batch is the rule; over 1.5 MB or 25,000 cells there are several, each complete in itself: a new
row and its key travel together. Rows are added below the last key, so no batch moves the rows of
another one's changes.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from sheets_sync.sheets import page, tabs, wire
from sheets_sync.sheets.dressing import Dress, dressing, finishing, memory_of_new
from sheets_sync.sheets.pieces import Piece, SheetProof, WrittenCell, piece

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sheets_sync.core.plan import Change, Plan, TabPlan
    from sheets_sync.core.tab import ExistingTab, RowKey
    from sheets_sync.sheets.wire import Request

Rows = TypeVar("Rows", range, "list[list[Change]]")

MAX_CELLS = 25_000
MAX_BYTES = 1_500_000
"""Google recommends at most 2 MB a request and gives up after 180 s of work."""


@dataclass(slots=True)
class Batch:
    """Requests that apply together or not at all, and what the answer has to show.

    `kept_rules` are other people's colour rules on the sheets whose own ones it replaces. What is only about
    looks may be refused without harm.
    """

    requests: list[Request] = field(default_factory=list)
    sheets: dict[int, SheetProof] = field(default_factory=dict)
    cells: int = 0
    size: int = 0
    marker: int = 0
    name: str = ""
    kept_rules: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    is_looks: bool = False


class _Bottom(NamedTuple):
    """Where new rows go: the sheet, its columns, the row; `like_above` where no row below lends formats."""

    sheet_id: int
    columns: Mapping[str, int]
    at: int
    like_above: bool


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
    pieces: list[Piece] = []
    rules = cache(rules_of)
    # Copies come first: they are made from tabs as they were read.
    for tab in sorted(plan.tabs, key=lambda tab: not (tab.is_made and tab.desired.source)):
        pieces += dressing(tab, look, installed, untagged, rules)
        pieces += _additions(tab, look)
        pieces += _changes(tab)
        pieces += finishing(tab, look, installed)
    batches: list[Batch] = []
    for one in sorted(pieces, key=lambda piece: piece.is_looks):
        full = batches and (
            batches[-1].cells + one.cells > MAX_CELLS or batches[-1].size + one.size > MAX_BYTES
        )
        if not batches or full or one.is_looks:
            batches.append(Batch(is_looks=one.is_looks))
        _join(batches[-1], one)
    for number, batch in enumerate(batches):
        batch.marker = 1 + zlib.crc32(f"{name}|{number}".encode()) % (2**31 - 2)
        batch.name = f"{name}/{number + 1}-of-{len(batches)}"
        batch.requests.append(wire.marker(batch.marker, batch.name))
    if batches:
        batches[0].requests += [wire.drop_marker(marker) for marker in old_markers]
    return batches


def _join(batch: Batch, piece: Piece) -> None:
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


def _additions(tab: TabPlan, look: Dress) -> Iterator[Piece]:
    """Yield the new rows, inserted below the last key, in chunks that fit a batch."""
    if not tab.new_rows:
        return
    bottom = _bottom(tab, look)
    step = max(1, MAX_CELLS // max(1, len(tab.new_columns)) // 2)
    starts = range(0, len(tab.new_rows), step)
    for rows in (range(start, min(start + step, len(tab.new_rows))) for start in starts):
        yield from _fitting(rows, lambda part: _addition(tab, bottom, part))


def _addition(tab: TabPlan, bottom: _Bottom, part: range) -> Piece:
    """Return some of the new rows with their keys, formats and proof."""
    sheet_id, columns, at, like_above = bottom
    rows, keys = tab.new_rows[part.start : part.stop], tab.new_keys[part.start : part.stop]
    first = at + part.start
    order = sorted(range(len(tab.new_columns)), key=lambda i: columns[tab.new_columns[i]])
    indexes = [columns[tab.new_columns[i]] for i in order]
    requests = [wire.insert_rows(sheet_id, first, len(rows), like_row_above=like_above)]
    if like_above:  # a colour that somebody gave to the last row does not spread
        requests.append(wire.uncoloured(sheet_id, (first, first + len(rows))))
    done = 0
    for left, right in wire.spans(indexes):
        block = [[row[i] for i in order[done : done + right - left]] for row in rows]
        requests.append(wire.update_cells(sheet_id, first, left, block))
        done += right - left
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
    return piece(requests, len(rows) * len(tab.new_columns), proof)


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


def _changes(tab: TabPlan) -> Iterator[Piece]:
    """Yield the changed cells, neighbours together, in chunks that fit a batch."""
    existing = tab.existing
    if existing is None or not tab.changes:
        return
    by_row = [list(run) for _, run in groupby(tab.changes, key=lambda change: change.row)]
    for chunk in _chunks(by_row, MAX_CELLS // 2):
        yield from _fitting(chunk, lambda part: _rewriting(tab, existing, part))


def _rewriting(tab: TabPlan, existing: ExistingTab, by_row: Sequence[Sequence[Change]]) -> Piece:
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
    return piece(requests, len(cells), proof)


def _is_listed(tab: TabPlan, key: RowKey) -> bool:
    """Tell whether a line of a page is a thing to do, whose link may have changed."""
    return tab.desired.page is not None and int(str(key[0])) >= tab.desired.page.shape.first_item


def _fitting(rows: Rows, made: Callable[[Rows], Piece]) -> Iterator[Piece]:
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
    seen = tab.desired.source if existing is None else existing
    if seen is not None:
        headings = {
            index: seen.headings[index] for index in columns.values() if index < len(seen.headings)
        }
    title = tab.desired.title if existing is None else existing.title
    return SheetProof(
        tab.desired.id,
        sheet_id,
        title,
        tuple(columns[name] for name in layout.key_columns if name in columns),
        headings,
    )
