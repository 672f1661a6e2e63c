"""The spreadsheet as the program sees it: one read of whole tabs, one atomic write that proves itself.

A tab is its sheet id, a column its developer metadata, a row the value of its key columns. A write asks
the same answer for the headings and keys it landed beside; if rows or columns moved in between, what was
written to the wrong place is put back and `Moved` is raised, so that the caller plans again.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from sheets_sync.core.tab import ExistingTab, TabMemory, heading_texts
from sheets_sync.core.template import SETTINGS
from sheets_sync.sheets import proof, wire
from sheets_sync.sheets.batches import Batch, compose
from sheets_sync.sheets.dressing import memory_of_new
from sheets_sync.sheets.freezing import stamp_of
from sheets_sync.sheets.gateway import UnknownOutcome
from sheets_sync.sheets.identity import are_same, bind, is_as_remembered, original
from sheets_sync.sheets.reading import (
    GONE,
    LostKeyColumn,
    Moved,
    Reading,
    TitleTaken,
    Wanted,
    are_alike,
    columns_of,
    has_formulas,
    read_tab,
)
from sheets_sync.sheets.refusals import RequestRefused
from sheets_sync.sheets.repair import restoration

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sheets_sync.core.plan import Plan
    from sheets_sync.core.template import TabLayout
    from sheets_sync.sheets.dressing import Dress
    from sheets_sync.sheets.gateway import Gateway

_DISCOVERY = "sheets(properties(sheetId,title),developerMetadata(metadataKey,metadataValue))"
_HEADINGS = (
    "sheets(properties(sheetId),data(columnMetadata(developerMetadata(metadataKey,metadataValue)),"
    "rowData(values(userEnteredValue))))"
)
_LOOKS = 3
"""How often a tab is looked at while somebody is moving its columns."""


class Discovered(NamedTuple):
    """Which tabs were found: where, which by their titles alone, which are frozen, and all others of ours."""

    places: dict[str, TabMemory] = {}  # noqa: RUF012  # never changed
    named: frozenset[str] = frozenset()
    stamps: dict[str, tuple[str, str]] = {}  # noqa: RUF012  # never changed
    others: dict[str, TabMemory] = {}  # noqa: RUF012  # never changed


class Book:
    """One spreadsheet, read and written through a gateway; `arrived` are the markers it left there."""

    def __init__(self, gateway: Gateway, spreadsheet_id: str) -> None:
        self.gateway, self.spreadsheet_id = gateway, spreadsheet_id
        self.arrived: list[int] = []

    def read(
        self,
        wanted: Mapping[str, Wanted],
        known: Mapping[str, TabMemory],
        *,
        search: Collection[str] = (),
    ) -> Reading:
        """Read the wanted tabs that exist: one request where they are as remembered.

        Nothing remembered, a tab that is gone, a tab to `search` for and a changed heading row cost one
        more each. Raise LostKeyColumn where rows can no longer be told apart, TitleTaken where a tab
        to `search` for cannot be made.
        """
        homes = {tab: memory.sheet_id for tab, memory in known.items()}
        gone = {tab for tab in wanted if tab in known and known[tab].sheet_id == GONE}
        places = {tab: known[tab] for tab in wanted if tab in known and tab not in gone}
        sought = {tab: wanted[tab] for tab in wanted if not known or tab in gone or tab in search}
        found = Discovered()
        if sought:
            found = self._discover(sought, homes, must=search)
            places |= found.places
            gone -= found.places.keys()
        layouts = {tab: wanted[tab].layout for tab in places}
        try:
            read = self._identified(layouts, places)
        except RequestRefused:
            present = self._discover({tab: wanted[tab] for tab in places}, homes).places
            gone |= places.keys() - present.keys()
            places = {tab: memory for tab, memory in places.items() if tab in present}
            read = self._identified(layouts, places)
        reading = Reading({}, {}, {}, tuple(sorted(gone)), stamps=found.stamps)
        reading.frozen.update(found.stamps)
        reading.others.update({} if known else found.others)
        for tab, (existing, untagged) in read.items():
            layout = layouts[tab]
            lost = [
                layout.by_id[name].label
                for name in layout.key_columns
                if name not in existing.columns and name not in layout.implied
            ]
            if lost and layout.is_log:
                raise LostKeyColumn(existing.title, lost)
            if lost and tab in found.named:
                reading.foreign.add(tab)
                continue
            # Any part of an entry of the work log may be missing.
            if lost and layout.kind != "operation":
                reading.unusable[tab] = (existing.title, lost)
                continue
            reading.tabs[tab] = existing
            reading.highlights[tab] = places[tab].highlights
            reading.untagged[tab] = (*untagged, *(("tab",) if tab in found.named else ()))
        self._work_out_settings(reading, layouts)
        return reading

    def _work_out_settings(self, reading: Reading, layouts: Mapping[str, TabLayout]) -> None:
        """Ask what the formulas come to by which people set things; costs a read where there are any.

        Should rows move between the two reads, what was read first is read again.
        """
        for _ in range(_LOOKS):
            typed = {
                tab: existing
                for tab, existing in reading.tabs.items()
                if layouts[tab].kind in SETTINGS and has_formulas(existing, layouts[tab])
            }
            if not typed:
                return
            values = self._grids(typed, render="UNFORMATTED_VALUE")
            results = {
                tab: replace(existing, cells=columns_of(values[existing.sheet_id]))
                for tab, existing in typed.items()
            }
            if all(are_alike(typed[tab], results[tab]) for tab in typed):
                for tab, existing in typed.items():
                    reading.worked_out[tab] = _with_keys(existing, results[tab], layouts[tab])
                return
            again = self._grids(typed)
            for tab, existing in typed.items():
                reading.tabs[tab] = replace(existing, cells=columns_of(again[existing.sheet_id]))
        raise Moved(next(iter(typed.values())).title)

    def write(self, batches: Sequence[Batch], plan: Plan) -> None:
        """Send the batches in order and check each one's answer; raise Moved or another SheetError."""
        for batch in batches:
            try:
                answer = self._sent(batch)
            except RequestRefused:
                if not batch.is_looks:
                    raise
                continue  # something of the team's is in the way of how a page looks
            wrong = proof.misplaced(batch, answer) if answer is not None else None
            if wrong or answer is None:
                wrong = self._put_back(batch, plan) or wrong
            if batch.kept_rules:
                self._keep_rules(batch)
            if wrong:
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

    def has_sheet(self, sheet_id: int) -> bool:
        """Tell whether the spreadsheet has a sheet."""
        answer = self.gateway.metadata(self.spreadsheet_id, "sheets(properties(sheetId))")
        ids = {sheet["properties"].get("sheetId", 0) for sheet in answer.get("sheets", ())}
        return sheet_id in ids

    def apply_once(self, requests: Sequence[wire.Request], marker: int, name: str) -> None:
        """Apply requests once for all time: a marker that stays tells that they were."""
        batch = Batch([*requests, wire.marker(marker, name)], marker=marker, name=name)
        if not self._has_arrived(batch):
            self._sent(batch)

    def drop_blank_tab(self) -> None:
        """Take out the blank tab that a new spreadsheet comes with, once there are others."""
        with suppress(RequestRefused):  # somebody was faster
            self.gateway.batch_update(
                self.spreadsheet_id, [{"deleteSheet": {"sheetId": 0}}], fields="spreadsheetId"
            )

    def _discover(
        self, wanted: Mapping[str, Wanted], homes: Mapping[str, int], *, must: Collection[str] = ()
    ) -> Discovered:
        """Find the tabs by their tags, else by their titles; the latter are returned by name as well.

        A tag may stand on copies too: it counts where its tab is at `homes`, or was made. A copy that
        people named like a tab that is due becomes that tab; one that was made from an archive never does.
        """
        answer = self.gateway.metadata(self.spreadsheet_id, _DISCOVERY)
        tagged: dict[str, list[TabMemory]] = {}
        titled: dict[str, TabMemory] = {}
        stamps: dict[int, tuple[str, str]] = {}
        for sheet in answer.get("sheets", []):
            properties = sheet["properties"]
            memory = TabMemory(properties.get("sheetId", 0), properties["title"], (), {}, "")
            metadata = sheet.get("developerMetadata", ())
            stamp = stamp_of(metadata)
            if stamp is not None:
                stamps[memory.sheet_id] = stamp
            if any(entry["metadataKey"] == wire.RESTORED_KEY for entry in metadata):
                continue
            titled[memory.title] = memory
            for entry in metadata:
                if entry["metadataKey"] == wire.TAB_KEY:
                    tagged.setdefault(entry["metadataValue"], []).append(memory)
        owned = {tab: original(tab, sheets, homes) for tab, sheets in tagged.items()}
        frozen = {t: stamps[m.sheet_id] for t, m in owned.items() if m.sheet_id in stamps}
        found = {t: memory for t, memory in owned.items() if t in wanted and t not in frozen}
        taken = {*homes.values(), *(memory.sheet_id for memory in owned.values())}
        named = set()
        for tab in wanted.keys() - found.keys() - frozen.keys():
            title = wanted[tab].title
            if title in titled and titled[title].sheet_id not in taken:
                found[tab] = titled[title]
                named.add(tab)
            elif title in titled and tab in must:
                raise TitleTaken(title)
        others = {tab: memory for tab, memory in owned.items() if tab not in found}
        return Discovered(found, frozenset(named), frozen, others)

    def _grids(
        self, places: Mapping[str, TabMemory | ExistingTab], *, render: str = "FORMULA"
    ) -> dict[int, dict[str, Any]]:
        """Read whole tabs, all in one request, by sheet id."""
        if not places:
            return {}
        filters = [{"gridRange": {"sheetId": memory.sheet_id}} for memory in places.values()]
        found = self.gateway.read_ranges(self.spreadsheet_id, filters, render=render)
        return {
            match["dataFilters"][0]["gridRange"].get("sheetId", 0): match["valueRange"]
            for match in found
        }

    def _identified(
        self, layouts: Mapping[str, TabLayout], places: Mapping[str, TabMemory]
    ) -> dict[str, tuple[ExistingTab, tuple[str, ...]]]:
        """Return the tabs with their columns known, and which columns were found by their headings.

        Tags come with the headings they stand under. Where these are not the ones of the cells that
        were read, columns moved in between, and all is read again.
        """
        for _ in range(_LOOKS):
            grids = self._grids(places)
            read = {
                tab: read_tab(tab, memory, grids[memory.sheet_id]) for tab, memory in places.items()
            }
            moved = {t: grid for t, grid in read.items() if not is_as_remembered(grid, places[t])}
            tags = self._column_tags([grid.title for grid in moved.values()])
            if all(are_same(tags[grid.sheet_id][0], grid.headings) for grid in moved.values()):
                break
        else:
            raise Moved(next(iter(moved.values())).title)
        found: dict[str, tuple[ExistingTab, tuple[str, ...]]] = {}
        for tab, grid in read.items():
            columns: Mapping[str, int] = places[tab].columns
            untagged: tuple[str, ...] = ()
            if tab in moved:
                columns, untagged = bind(layouts[tab], grid.headings, tags[grid.sheet_id][1])
            found[tab] = (replace(grid, columns=columns), untagged)
        return found

    def _column_tags(self, titles: Sequence[str]) -> dict[int, tuple[list[str], dict[str, int]]]:
        """Return the headings, and where each tagged column is, by sheet id."""
        if not titles:
            return {}
        ranges = [f"{wire.quoted(title)}!1:1" for title in titles]
        answer = self.gateway.metadata(self.spreadsheet_id, _HEADINGS, ranges)
        found: dict[int, tuple[list[str], dict[str, int]]] = {}
        for sheet in answer.get("sheets", []):
            cells = proof.cells_of(sheet)
            tags: dict[str, int] = {}
            for column, facts in enumerate(sheet["data"][0].get("columnMetadata", ())):
                for entry in facts.get("developerMetadata", ()):
                    if entry["metadataKey"] == wire.COLUMN_KEY:
                        tags.setdefault(entry["metadataValue"], column)
            width = max((column for _, column in cells), default=-1) + 1
            row = [cells.get((0, column)) for column in range(width)]
            found[sheet["properties"].get("sheetId", 0)] = (heading_texts(row), tags)
        return found

    def _sent(self, batch: Batch) -> dict[str, Any] | None:
        """Send one batch and return the state after it; None where it arrived and its answer did not.

        An unknown outcome is looked up by the batch's marker, and so is a refusal: the answer, too, is
        refused where a tab was renamed meanwhile. What did not arrive is sent once more: should the
        first arrive late after all, the marker's id lets only one of them in.
        """
        for last in (False, True):
            try:
                answer = self._answer(batch)
            except (UnknownOutcome, RequestRefused) as error:
                if not self._has_arrived(batch):
                    if last or isinstance(error, RequestRefused):
                        raise
                    continue
                answer = None
            self.arrived.append(batch.marker)
            return answer
        raise AssertionError("the second failure was raised")

    def _answer(self, batch: Batch) -> dict[str, Any]:
        answer = self.gateway.batch_update(
            self.spreadsheet_id,
            batch.requests,
            response_ranges=proof.ranges(batch),
            fields=proof.FIELDS,
        )
        return dict(answer.get("updatedSpreadsheet", {}))

    def _has_arrived(self, batch: Batch) -> bool:
        found = self.gateway.marker(self.spreadsheet_id, batch.marker)
        return found is not None and found.get("metadataValue") == batch.name

    def _put_back(self, batch: Batch, plan: Plan) -> str | None:
        """Restore what a batch wrote to the wrong place; return the title of a tab where it did.

        An unknown outcome is no harm: what is still out of place is looked at and put back again.
        """
        layouts = {tab.desired.id: tab.desired.layout for tab in plan.tabs}
        places = {
            sheet.tab: TabMemory(sheet.sheet_id, sheet.title, (), {}, "")
            for sheet in batch.sheets.values()
        }
        wrong = None
        for last in (False, False, True):
            read = self._identified(layouts, places)
            now = {tab: existing for tab, (existing, _) in read.items()}
            requests = restoration(batch, plan, now)
            if not requests:
                break
            wrong = next(iter(now.values())).title
            try:
                self.gateway.batch_update(self.spreadsheet_id, requests, fields="spreadsheetId")
            except UnknownOutcome:
                if last:
                    raise
            else:
                break
        return wrong

    def _keep_rules(self, batch: Batch) -> None:
        """Put back the colour rules of other people's that went because somebody edited rules meanwhile."""
        installed = self.installed_rules()
        requests = [
            {"addConditionalFormatRule": {"rule": rule, "index": index}}
            for sheet_id, rules in batch.kept_rules.items()
            for index, rule in enumerate(rules)
            if _effect(rule) not in map(_effect, installed.get(sheet_id, []))
        ]
        if requests:
            self.gateway.batch_update(self.spreadsheet_id, requests, fields="spreadsheetId")


def _with_keys(typed: ExistingTab, results: ExistingTab, layout: TabLayout) -> ExistingTab:
    """Return a tab with what its formulas come to, its keys as they are told apart."""
    keys = {typed.columns[name] for name in layout.key_columns if name in typed.columns}
    cells = [
        typed.cells[index] if index in keys and index < len(typed.cells) else column
        for index, column in enumerate(results.cells)
    ]
    return replace(results, cells=cells)


def _effect(rule: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a colour rule does, wherever it does it."""
    return {name: value for name, value in rule.items() if name != "ranges"}


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
    memory |= {tab: place for tab, place in reading.others.items() if tab not in memory}
    for tab in plan.tabs:
        name = tab.desired.id
        if name in memory:
            memory[name] = replace(memory[name], highlights=look.mark(tab))
        elif tab.is_made:
            memory[name] = memory_of_new(tab, look)
    return memory
