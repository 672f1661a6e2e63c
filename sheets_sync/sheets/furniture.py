"""What stands around the cells of a tab: filter views, and warnings on the program's own columns.

Each gets an id of its own choosing, always the same, so that it cannot be made twice. They are made with
their tab and are the team's afterwards: what people change or delete stays so.
"""

from __future__ import annotations

import zlib
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sheets_sync.sheets import wire

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sheets_sync.core.template import FilterView, Sieve, TabLayout
    from sheets_sync.errors import Language
    from sheets_sync.sheets.wire import Request

MOST_VIEWS = 20
"""More filter views of one kind than this, nobody finds their own."""

_CONDITIONS = {"contains": "TEXT_CONTAINS", "is": "TEXT_EQ", "not_blank": "NOT_BLANK"}


def object_id(*parts: str) -> int:
    """Return the id of something on a tab: always the same for the same names, positive and 31 bits."""
    return 1 + zlib.crc32(":".join(("sheets_sync", *parts)).encode()) % (2**31 - 2)


def filter_views(
    tab_id: str,
    sheet_id: int,
    layout: TabLayout,
    language: Language,
    each: Mapping[str, Sequence[str]],
) -> Iterator[Request]:
    """Yield the filter views of a new tab; `each` names the marketplaces and owners there are."""
    columns = {column.id: index for index, column in enumerate(layout.made)}
    for number, view in enumerate(layout.filter_views):
        names = [""] if view.each is None else each[view.each][:MOST_VIEWS]
        for name in names:
            yield {
                "addFilterView": {
                    "filter": {
                        "filterViewId": object_id(tab_id, "view", str(number), name),
                        "title": view.title.say(language).replace("{each}", name),
                        "range": wire.grid_range(sheet_id, (0, None), (0, len(layout.made))),
                        "filterSpecs": list(_specs(view, columns, name)),
                    }
                }
            }


def _specs(view: FilterView, columns: Mapping[str, int], name: str) -> Iterator[dict[str, Any]]:
    for sieve in view.where:
        yield {
            "columnIndex": columns[sieve.column],
            "filterCriteria": {"condition": _condition(sieve, name)},
        }


def _condition(sieve: Sieve, name: str) -> dict[str, Any]:
    condition: dict[str, Any] = {"type": _CONDITIONS[sieve.test]}
    if sieve.test != "not_blank":
        condition["values"] = [{"userEnteredValue": sieve.text.replace("{each}", name)}]
    return condition


def protections(tab_id: str, sheet_id: int, layout: TabLayout) -> Iterator[Request]:
    """Yield warnings that a column is the program's; they stop nobody.

    They begin at the heading row: rows inserted right below it would push a range down that begins there.
    """
    if not layout.protect:
        return
    first = 0
    for ours, run in groupby(layout.made, key=lambda column: column.role == "ours"):
        end = first + len(list(run))
        if ours:
            yield {
                "addProtectedRange": {
                    "protectedRange": {
                        "protectedRangeId": object_id(tab_id, "protected", str(first)),
                        "range": wire.grid_range(sheet_id, (0, None), (first, end)),
                        "description": "sheets_sync",
                        "warningOnly": True,
                    }
                }
            }
        first = end
