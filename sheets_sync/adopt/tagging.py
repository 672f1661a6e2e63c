"""What adoption writes into the sheet: tags, and the few columns without which a log says nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheets_sync.sheets import wire

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from sheets_sync.core.adoption.matching import Match, TheirTab
    from sheets_sync.core.template import Column
    from sheets_sync.errors import Language
    from sheets_sync.sheets.wire import Request


def tagging(
    match: Match, tab_id: str, language: Language, formats: Sequence[Mapping[str, Any]]
) -> Iterator[Request]:
    """Yield what makes a tab one of ours; nothing where it is one already.

    `formats` are how its headings look: those of added columns look like the last one.
    """
    tab = match.tab
    if tab.tag != tab_id:
        yield wire.tab_tag(tab.sheet_id, tab_id)
    for one in match.bound:
        if not one.tagged and one.column.role != "theirs":
            yield wire.column_tag(tab.sheet_id, one.place, one.column.id)
    look = formats[tab.used - 1] if 0 < tab.used <= len(formats) else {}
    yield from _adding(tab, match.added, language, look)


def _adding(
    tab: TheirTab, columns: Sequence[Column], language: Language, look: Mapping[str, Any]
) -> Iterator[Request]:
    """Yield what adds columns right of the last one in use."""
    if not columns:
        return
    first = tab.used
    lacking = first + len(columns) - tab.column_count
    if lacking > 0:
        yield {
            "appendDimension": {
                "sheetId": tab.sheet_id,
                "dimension": "COLUMNS",
                "length": lacking,
            }
        }
    for place, column in enumerate(columns, first):
        yield wire.column_tag(tab.sheet_id, place, column.id)
        properties = {"pixelSize": column.width, "hiddenByUser": column.hide == "always"}
        span = {"dimension": "COLUMNS", "startIndex": place, "endIndex": place + 1}
        yield {
            "updateDimensionProperties": {
                "range": {"sheetId": tab.sheet_id, **span},
                "properties": properties,
                "fields": ",".join(properties),
            }
        }
    headings = [
        {
            "userEnteredValue": {"stringValue": column.label.say(language)},
            **({"userEnteredFormat": dict(look)} if look else {}),
        }
        for column in columns
    ]
    yield {
        "updateCells": {
            "rows": [{"values": headings}],
            "fields": "userEnteredValue,userEnteredFormat" if look else "userEnteredValue",
            "start": {"sheetId": tab.sheet_id, "rowIndex": 0, "columnIndex": first},
        }
    }
