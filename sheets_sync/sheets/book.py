"""The spreadsheet as the program sees it: one read of whole tabs, one atomic write that proves itself.

A tab is its sheet id, a column its developer metadata, a row the value of its key columns. A write asks
the same answer for the headings and keys it landed beside; if rows or columns moved in between, what was
written to the wrong place is put back and `Moved` is raised, so that the caller plans again.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sheets_sync.core.plan import ExistingTab, TabMemory
from sheets_sync.errors import SheetError, UnsafeChange, Words
from sheets_sync.sheets import proof
from sheets_sync.sheets.batches import compose, memory_of_new
from sheets_sync.sheets.gateway import UnknownOutcome
from sheets_sync.sheets.refusals import RequestRefused

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sheets_sync.core.layout import TabLayout
    from sheets_sync.core.plan import Plan
    from sheets_sync.sheets.batches import Batch, Dress
    from sheets_sync.sheets.gateway import Gateway

_DISCOVERY = "sheets(properties(sheetId,title),developerMetadata(metadataKey,metadataValue))"
_TAB_KEY = "sheets_sync.tab"

GONE = -1
"""The remembered sheet id of a tab that the team deleted: it is looked for, never made again."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A tab the program works on: its layout, and its title should it have to be made."""

    layout: TabLayout
    title: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What one read found. `untagged` are columns (and `tab` itself) that were found by their names."""

    tabs: dict[str, ExistingTab] = field(default_factory=dict)
    highlights: dict[str, str] = field(default_factory=dict)
    untagged: dict[str, tuple[str, ...]] = field(default_factory=dict)
    deleted: tuple[str, ...] = ()


class Moved(SheetError):
    """Rows or columns moved while the program was writing; everything was put back."""

    def __init__(self, tab: str) -> None:
        self.tab = tab
        super().__init__(
            Words(
                f"写入时「{tab}」的行列正被人移动,已把写错位置的单元格恢复原样。没有数据丢失,请稍后再运行。",
                f"Rows or columns of '{tab}' were moved while it was being written; what landed beside the wrong "
                "key was put back. Nothing is lost; run again in a minute.",
            )
        )


class LostKeyColumn(UnsafeChange):
    """A tab has lost a column that says which row is which."""

    def __init__(self, tab: str, labels: Sequence[Words]) -> None:
        self.tab = tab
        zh, en = ("、".join(x.zh for x in labels), ", ".join(x.en for x in labels))
        super().__init__(
            Words(
                f"「{tab}」里找不到关键列:{zh}。没有它就认不出每一行,因此什么都没写。请用版本历史恢复该列,"
                "或把对应列的表头改回这个名字。",
                f"'{tab}' has lost its key column(s): {en}. Without them no row can be told apart, so nothing was "
                "written. Restore the column from the version history, or give the right column this heading.",
            )
        )


class Book:
    """One spreadsheet, read and written through a gateway."""

    def __init__(self, gateway: Gateway, spreadsheet_id: str) -> None:
        self.gateway, self.spreadsheet_id = gateway, spreadsheet_id

    def read(
        self,
        wanted: Mapping[str, Wanted],
        known: Mapping[str, TabMemory],
        *,
        search: Collection[str] = (),
    ) -> Reading:
        """Read the wanted tabs that exist: one request where they are as remembered.

        Nothing remembered, a tab that is gone, a tab to `search` for and a changed heading row cost one
        more each. Raise LostKeyColumn where rows can no longer be told apart.
        """
        gone = {tab for tab in wanted if tab in known and known[tab].sheet_id == GONE}
        places = {tab: known[tab] for tab in wanted if tab in known and tab not in gone}
        sought = {tab: wanted[tab] for tab in wanted if not known or tab in gone or tab in search}
        named: frozenset[str] = frozenset()
        if sought:
            found, named = self._discover(sought)
            places |= found
            gone -= found.keys()
        try:
            grids = self._grids(places)
        except RequestRefused:
            present, _ = self._discover({tab: wanted[tab] for tab in places})
            lost = places.keys() - present.keys()
            if not lost:
                raise
            gone |= lost
            places = {tab: memory for tab, memory in places.items() if tab in present}
            grids = self._grids(places)
        return self._bound(wanted, places, grids, named, tuple(sorted(gone)))

    def write(
        self, batches: Sequence[Batch], reading: Reading, wanted: Mapping[str, Wanted]
    ) -> None:
        """Send the batches in order and check each one's answer; raise Moved or another SheetError."""
        for batch in batches:
            answer = self._sent(batch)
            wrong = proof.misplaced(batch, answer)
            if wrong:
                self._put_back(batch, reading, wanted)
                raise Moved(wrong)

    def compose(
        self, plan: Plan, reading: Reading, look: Dress, *, name: str, old_markers: Sequence[int]
    ) -> list[Batch]:
        """Return the batches that carry out a plan; reads the installed colour rules if they changed."""
        return compose(
            plan,
            look,
            name=name,
            installed=reading.highlights,
            untagged=reading.untagged,
            rules_of=self.installed_rules,
            old_markers=old_markers,
        )

    def installed_rules(self) -> dict[int, list[dict[str, Any]]]:
        """Return every conditional rule of the spreadsheet, by sheet id, in order."""
        answer = self.gateway.metadata(
            self.spreadsheet_id, "sheets(properties(sheetId),conditionalFormats)"
        )
        return {
            sheet["properties"].get("sheetId", 0): sheet.get("conditionalFormats", [])
            for sheet in answer.get("sheets", [])
        }

    def drop_blank_tab(self) -> None:
        """Take out the blank tab that a new spreadsheet comes with, once there are others."""
        self.gateway.batch_update(
            self.spreadsheet_id, [{"deleteSheet": {"sheetId": 0}}], fields="spreadsheetId"
        )

    def _discover(
        self, wanted: Mapping[str, Wanted]
    ) -> tuple[dict[str, TabMemory], frozenset[str]]:
        """Find the tabs by their tags, else by their titles; the latter are returned by name as well."""
        answer = self.gateway.metadata(self.spreadsheet_id, _DISCOVERY)
        by_title = {wanted[tab].title: tab for tab in wanted}
        found: dict[str, TabMemory] = {}
        named: set[str] = set()
        for sheet in answer.get("sheets", []):
            properties = sheet["properties"]
            memory = TabMemory(properties.get("sheetId", 0), properties["title"], (), {}, "")
            tags = [
                m["metadataValue"]
                for m in sheet.get("developerMetadata", ())
                if m["metadataKey"] == _TAB_KEY
            ]
            tab = next((tag for tag in tags if tag in wanted), None)
            if tab is None and properties["title"] in by_title and not tags:
                tab = by_title[properties["title"]]
                named.add(tab)
            if tab is not None:
                found.setdefault(tab, memory)
        return found, frozenset(named)

    def _grids(self, places: Mapping[str, TabMemory]) -> dict[int, dict[str, Any]]:
        """Read whole tabs, all in one request, by sheet id."""
        if not places:
            return {}
        filters = [{"gridRange": {"sheetId": memory.sheet_id}} for memory in places.values()]
        found = self.gateway.read_ranges(self.spreadsheet_id, filters)
        return {
            match["dataFilters"][0]["gridRange"].get("sheetId", 0): match["valueRange"]
            for match in found
        }

    def _bound(
        self,
        wanted: Mapping[str, Wanted],
        places: Mapping[str, TabMemory],
        grids: Mapping[int, dict[str, Any]],
        named: frozenset[str],
        deleted: tuple[str, ...],
    ) -> Reading:
        read = {
            tab: _read_tab(tab, memory, grids[memory.sheet_id]) for tab, memory in places.items()
        }
        moved = [tab for tab, grid in read.items() if tuple(grid.headings) != places[tab].headings]
        tags = self._column_tags([places[tab].sheet_id for tab in moved])
        reading = Reading({}, {}, {}, deleted)
        for tab, grid in read.items():
            columns = dict(places[tab].columns)
            untagged: tuple[str, ...] = ()
            if tab in moved:
                columns, untagged = _bind(
                    wanted[tab].layout, grid.headings, tags.get(grid.sheet_id, {})
                )
            lost = [name for name in wanted[tab].layout.key_columns if name not in columns]
            if lost:
                raise LostKeyColumn(
                    grid.title, [wanted[tab].layout.by_id[name].label for name in lost]
                )
            reading.tabs[tab] = ExistingTab(
                tab,
                grid.sheet_id,
                grid.title,
                columns,
                grid.cells,
                grid.row_count,
                grid.column_count,
            )
            reading.highlights[tab] = places[tab].highlights
            reading.untagged[tab] = (*untagged, *(("tab",) if tab in named else ()))
        return reading

    def _column_tags(self, sheet_ids: Sequence[int]) -> dict[int, dict[str, int]]:
        """Return where each tagged column is now, by sheet id."""
        tags: dict[int, dict[str, int]] = {}
        for entry in self.gateway.column_metadata(self.spreadsheet_id, sheet_ids):
            place = entry["location"]["dimensionRange"]
            tags.setdefault(place.get("sheetId", 0), {}).setdefault(
                entry["metadataValue"], place.get("startIndex", 0)
            )
        return tags

    def _sent(self, batch: Batch) -> dict[str, Any]:
        """Send one batch and return the state after it, as far as the proof needs it.

        An unknown outcome is looked up by the batch's marker. One that did not arrive is sent once more:
        should the first arrive late after all, the marker's id lets only one of them in.
        """
        ranges = proof.ranges(batch)
        try:
            return self._answer(batch, ranges)
        except UnknownOutcome:
            if self._has_arrived(batch):
                return self._state(ranges)
        try:
            return self._answer(batch, ranges)
        except (UnknownOutcome, RequestRefused):
            if not self._has_arrived(batch):
                raise
            return self._state(ranges)

    def _answer(self, batch: Batch, ranges: Sequence[str]) -> dict[str, Any]:
        answer = self.gateway.batch_update(
            self.spreadsheet_id, batch.requests, response_ranges=ranges, fields=proof.FIELDS
        )
        return dict(answer.get("updatedSpreadsheet", {}))

    def _has_arrived(self, batch: Batch) -> bool:
        found = self.gateway.marker(self.spreadsheet_id, batch.marker)
        return found is not None and found.get("metadataValue") == batch.name

    def _state(self, ranges: Sequence[str]) -> dict[str, Any]:
        return self.gateway.metadata(self.spreadsheet_id, proof.STATE_FIELDS, ranges)

    def _put_back(self, batch: Batch, reading: Reading, wanted: Mapping[str, Wanted]) -> None:
        """Restore what a batch wrote beside the wrong key, from the before-image of the first read."""
        known = {
            tab: TabMemory(existing.sheet_id, existing.title, (), {}, "")
            for tab, existing in reading.tabs.items()
            if existing.sheet_id in batch.sheets
        }
        now = self.read({tab: wanted[tab] for tab in known}, known)
        requests = proof.restoration(batch, reading.tabs, now.tabs)
        if requests:
            self.gateway.batch_update(self.spreadsheet_id, requests, fields="spreadsheetId")


def _read_tab(tab: str, memory: TabMemory, grid: Mapping[str, Any]) -> ExistingTab:
    """Read one answer; blank texts are blank cells. The range of the answer tells the grid's size."""
    columns = [
        [None if value == "" else value for value in column] for column in grid.get("values", [])
    ]
    title, rows, width = proof.size_of(grid["range"])
    return ExistingTab(tab, memory.sheet_id, title, {}, columns, rows, width)


def _bind(
    layout: TabLayout, headings: Sequence[str], tags: Mapping[str, int]
) -> tuple[dict[str, int], tuple[str, ...]]:
    """Find each column by its tag, else by a heading that is unmistakably its own."""
    columns = {name: index for name, index in tags.items() if name in layout.by_id}
    places: dict[str, list[int]] = {}
    for index, heading in enumerate(headings):
        places.setdefault(normalised(heading), []).append(index)
    untagged = []
    for column in layout.columns:
        if column.id in columns:
            continue
        label = column.label
        names = {normalised(name) for name in (*label, label.say("both"), *column.aliases)}
        found = {i for name in names for i in places.get(name, ())} - set(columns.values())
        if len(found) == 1:
            columns[column.id] = found.pop()
            untagged.append(column.id)
    return columns, tuple(untagged)


def normalised(heading: str) -> str:
    """Return a heading without the differences that do not matter to people."""
    return " ".join(unicodedata.normalize("NFKC", heading).split()).casefold()


def tab_memory(plan: Plan, reading: Reading, look: Dress) -> dict[str, TabMemory]:
    """Return what to remember of each tab after a plan was carried out."""
    memory = {
        tab: TabMemory(
            existing.sheet_id,
            existing.title,
            tuple(existing.headings),
            dict(existing.columns),
            reading.highlights.get(tab, ""),
        )
        for tab, existing in reading.tabs.items()
    }
    memory |= {tab: TabMemory(GONE, "", (), {}, "") for tab in reading.deleted}
    for tab in plan.tabs:
        name = tab.desired.id
        if name in memory:
            memory[name] = replace(memory[name], highlights=look.mark(tab))
        elif tab.new_rows:
            memory[name] = memory_of_new(tab, look)
    return memory
