"""What a batch is made of: requests that belong together, what they cost, and what they must find."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sheets_sync.core.tab import Cell, RowKey
    from sheets_sync.sheets.wire import Request


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


class Piece(NamedTuple):
    """Requests that belong together, what they cost in cells and bytes, and what they must find.

    Where they are only about how a page `looks` they travel alone, and may be refused.
    """

    requests: list[Request]
    cells: int
    size: int
    proof: SheetProof | None = None
    kept_rules: Mapping[int, list[dict[str, Any]]] = {}
    is_looks: bool = False


def piece(requests: list[Request], cells: int, proof: SheetProof | None = None) -> Piece:
    """Return requests as a piece, weighed as they will be sent."""
    text = json.dumps(requests, ensure_ascii=False, separators=(",", ":"))
    return Piece(requests, cells, len(text.encode()), proof)
