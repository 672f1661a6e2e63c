"""Photographs of a tab in which people go on working: at one moment, whole, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import gspread
import pytest

from sheets_sync.core.snapshot import TabSnapshot, differences, rows_of_month
from sheets_sync.emulator.serve import LocalServer
from sheets_sync.sheets import wire
from sheets_sync.sheets.book import Book
from sheets_sync.sheets.gateway import Gateway
from sheets_sync.sheets.photograph import NeverStill, photograph
from sheets_sync.sheets.reading import Moved
from sheets_sync.sheets.rebuilding import rebuild, sheet_id_of
from sheets_sync.sheets.refusals import RequestRefused
from sheets_sync.sheets.transport import LocalSession

ROWS: list[list[Any]] = [["日期", "SKU", "销量"], [46204, "A", 3], [46205, "B", 4], [46206, "C", 5]]

HEIGHT = 6_120

Act = Callable[[], object]
Answer = dict[str, Any]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LocalServer]:
    with LocalServer(tmp_path / "sheets") as running:
        yield running


@pytest.fixture
def sheet(server: LocalServer) -> gspread.Spreadsheet:
    """A small log, as a colleague has it open."""
    client = gspread.authorize(None, session=LocalSession(server.url))  # type: ignore[arg-type]  # as gspread documents it
    client.set_timeout(30)
    made = client.create("Log")
    made.sheet1.resize(20, 5)
    made.sheet1.update(ROWS, "A1", raw=False)
    return made


@pytest.fixture
def gateway(server: LocalServer) -> Iterator[Gateway]:
    with Gateway.for_local(server.url, attempts=1) as opened:
        yield opened


@pytest.fixture
def between(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Return what makes a colleague act before the reads of a kind, one act each; it lists all reads."""

    def arranged(**acts: list[Act]) -> list[str]:
        reads: list[str] = []
        grid, values = gateway.grid, gateway.read_ranges

        def acted(kind: str) -> None:
            reads.append(kind)
            if acts.get(kind):
                acts[kind].pop(0)()

        def watched_grid(*given: Any) -> Answer:
            acted("cells" if "rowData" in given[2] else "frame")
            return grid(*given)

        def watched_values(*given: Any, **more: Any) -> list[Answer]:
            acted("values")
            return values(*given, **more)

        monkeypatch.setattr(gateway, "grid", watched_grid)
        monkeypatch.setattr(gateway, "read_ranges", watched_values)
        return reads

    return arranged


@pytest.fixture
def retold(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return what changes the cells in answers, as only Google has them: cell after cell of one place."""

    def arranged(row: int, column: int, change: Callable[[Answer], object]) -> None:
        grid = gateway.grid

        def changed(*given: Any) -> Answer:
            answer = grid(*given)
            for data in answer.get("data", ()) if "rowData" in given[2] else ():
                rows = data.get("rowData", ())
                place = row - data.get("startRow", 0)
                if 0 <= place < len(rows):
                    cells = rows[place].setdefault("values", [])
                    cells += [{} for _ in range(column + 1 - len(cells))]
                    change(cells[column])
            return answer

        monkeypatch.setattr(gateway, "grid", changed)

    return arranged


def seen(gateway: Gateway, sheet: gspread.Spreadsheet, **more: Any) -> TabSnapshot:
    return photograph(gateway, sheet.id, "daily:2026-07", "sku", more.pop("sheet_id", 0), **more)


def nothing() -> None:
    """Nobody acts."""


class TestSizes:
    @pytest.mark.parametrize("when", ["frame", "cells", "values"])
    def test_columns_that_are_added_or_deleted_meanwhile(
        self,
        gateway: Gateway,
        sheet: gspread.Spreadsheet,
        between: Callable[..., list[str]],
        when: str,
    ) -> None:
        """The tab is read again, as it is by then."""
        tab = sheet.sheet1
        between(
            **{when: [nothing, lambda: tab.insert_cols([["x", 1, 2, 3]], 1)][when != "values" :]}
        )

        assert seen(gateway, sheet).rows[1] == [1, 46204, "A", 3]

    @pytest.mark.parametrize("when", ["frame", "cells", "values"])
    def test_rows_that_are_appended_meanwhile_are_there(
        self,
        gateway: Gateway,
        sheet: gspread.Spreadsheet,
        between: Callable[..., list[str]],
        when: str,
    ) -> None:
        """Below what the tab's last row was before, none is missing."""
        tab = sheet.sheet1
        tab.resize(4, 3)
        between(**{when: [nothing, lambda: tab.append_rows([[46207, "D", 6]])][when != "values" :]})

        assert [row[1] for row in seen(gateway, sheet).body] == ["A", "B", "C", "D"]

    @pytest.mark.parametrize("size", [(3, 5), (20, 2), (50, 9)])
    def test_a_grid_that_shrinks_or_grows(
        self,
        gateway: Gateway,
        sheet: gspread.Spreadsheet,
        between: Callable[..., list[str]],
        size: tuple[int, int],
    ) -> None:
        """A read beyond the end may be refused; that is another round."""
        between(cells=[lambda: sheet.sheet1.resize(*size)])

        shot = seen(gateway, sheet)

        assert shot.rows[:3] == [row[: size[1]] for row in ROWS[:3]]

    def test_a_refused_range_is_another_round(
        self,
        gateway: Gateway,
        sheet: gspread.Spreadsheet,
        between: Callable[..., list[str]],
    ) -> None:
        """Google answers 400 for rows that are no more; the tab itself is there."""
        reads = between(cells=[refusing])

        assert seen(gateway, sheet).rows == ROWS
        assert reads.count("cells") == 2

    def test_a_tab_that_always_grows(
        self,
        gateway: Gateway,
        sheet: gspread.Spreadsheet,
        between: Callable[..., list[str]],
    ) -> None:
        """It is given up with a sentence that speaks of reading."""
        between(cells=[lambda: sheet.sheet1.add_rows(1)] * 3)

        with pytest.raises(NeverStill) as caught:
            seen(gateway, sheet)

        assert isinstance(caught.value, Moved)
        assert "读取「Sheet1」时一直有人" in caught.value.words.zh
        assert "while it was read; nothing was written" in caught.value.words.en

    @pytest.mark.parametrize("when", ["frame", "cells", "values"])
    def test_a_tab_that_is_deleted_meanwhile(
        self,
        gateway: Gateway,
        sheet: gspread.Spreadsheet,
        between: Callable[..., list[str]],
        when: str,
    ) -> None:
        """The refusal reaches the caller, who knows what it means."""
        doomed = sheet.add_worksheet("x", 5, 5)
        between(**{when: [nothing, lambda: sheet.del_worksheet(doomed)][when != "values" :]})

        with pytest.raises(RequestRefused):
            seen(gateway, sheet, sheet_id=doomed.id)


def refusing() -> None:
    raise RequestRefused(400, "Range exceeds grid limits.")


class TestFormulas:
    def test_what_formulas_come_to_may_change_meanwhile(
        self,
        gateway: Gateway,
        sheet: gspread.Spreadsheet,
        between: Callable[..., list[str]],
    ) -> None:
        """A tab that looks at another one, in which somebody types, is read at the first try."""
        other = sheet.add_worksheet("other", 5, 5)
        sheet.sheet1.update([["=other!A1+1"]], "D2", raw=False)
        numbers = iter(range(100))
        typing = lambda: other.update_acell("A1", next(numbers))  # noqa: E731
        reads = between(values=[typing] * 9, cells=[typing] * 9)

        shot = seen(gateway, sheet)

        assert shot.formulas == {(1, 3): "=other!A1+1"}
        assert reads.count("cells") == 1

    def test_what_somebody_types_meanwhile_counts(
        self,
        gateway: Gateway,
        sheet: gspread.Spreadsheet,
        between: Callable[..., list[str]],
    ) -> None:
        """Beside a formula, and where nothing was."""
        sheet.sheet1.update([["=RAND()"]], "D2", raw=False)
        reads = between(
            cells=[
                lambda: sheet.sheet1.update_acell("C3", 44),
                lambda: sheet.sheet1.update_acell("A5", "late"),
            ]
        )

        shot = seen(gateway, sheet)

        assert (shot.rows[2][2], shot.rows[4][0]) == (44, "late")
        assert reads.count("cells") == 3

    def test_a_spilled_cell_may_change_meanwhile(
        self,
        gateway: Gateway,
        sheet: gspread.Spreadsheet,
        retold: Callable[..., None],
    ) -> None:
        """It has a value and nothing that anybody entered."""
        retold(2, 3, lambda cell: cell.update(effectiveValue={"numberValue": 7}))

        assert seen(gateway, sheet).rows[2] == [46205, "B", 4, 7]

    def test_a_chip_that_the_two_ways_of_reading_show_differently(
        self,
        gateway: Gateway,
        sheet: gspread.Spreadsheet,
        retold: Callable[..., None],
    ) -> None:
        """What differs the same way twice does not move."""
        retold(2, 1, lambda cell: cell.update(effectiveValue={"stringValue": "@doc"}))

        assert seen(gateway, sheet).rows[2][1] == "@doc"

    def test_what_is_still_loading_is_not_archived(
        self,
        gateway: Gateway,
        sheet: gspread.Spreadsheet,
        retold: Callable[..., None],
    ) -> None:
        """Loading... is no value; done in a moment, it is read, and else nothing is."""
        loading = [{"errorValue": {"type": "LOADING"}}] * 2
        sheet.sheet1.update([["=1+1"]], "D2", raw=False)
        retold(1, 3, lambda cell: loading and cell.update(effectiveValue=loading.pop()))

        assert seen(gateway, sheet).rows[1][3] == 2

        loading += [{"errorValue": {"type": "LOADING"}}] * 9
        with pytest.raises(NeverStill, match="still loading") as caught:
            seen(gateway, sheet)
        assert caught.value.loads

    def test_a_formula_without_a_value_is_kept(
        self,
        gateway: Gateway,
        sheet: gspread.Spreadsheet,
        retold: Callable[..., None],
    ) -> None:
        """As =IMAGE has none. What was entered without a formula is the value then."""
        image = {"userEnteredValue": {"formulaValue": '=IMAGE("https://x.example/1.png")'}}
        retold(1, 4, lambda cell: cell.update(image))

        shot = seen(gateway, sheet)

        assert shot.formulas == {(1, 4): '=IMAGE("https://x.example/1.png")'}
        assert len(shot.columns) == 5


class TestSlices:
    @pytest.fixture
    def long(self, sheet: gspread.Spreadsheet) -> gspread.Spreadsheet:
        """Three months sorted by units, so that a month's rows lie everywhere."""
        days = [46204, 46240, 46300]
        body = [[days[n % 3 if n % 12 < 3 else 1], f"S{n}", n] for n in range(HEIGHT)]
        tab = sheet.sheet1
        tab.resize(HEIGHT + 1, 12)
        tab.update(body, "A2", raw=True)
        sheet.batch_update({"requests": [wire.column_tag(0, 0, "date")]})
        return sheet

    def test_scattered_rows_take_few_requests(
        self,
        gateway: Gateway,
        long: gspread.Spreadsheet,
        between: Callable[..., list[str]],
    ) -> None:
        """More than five hundred stretches are read in two requests, each row once and none too many."""
        long.sheet1.update_note("B2", "first")
        reads = between()

        shot = seen(gateway, long, rows_of=lambda tab: rows_of_month(tab, "2026-10"))

        assert [row[1] for row in shot.body] == [f"S{n}" for n in range(HEIGHT) if n % 12 == 2]
        assert shot.headings == ["日期", "SKU", "销量"]
        assert reads == ["values", "frame", "cells", "cells", "values"]
        july = seen(gateway, long, rows_of=lambda tab: rows_of_month(tab, "2026-07"))
        assert [row[2] for row in july.body] == [n for n in range(HEIGHT) if n % 12 == 0]
        assert july.notes == {(1, 1): "first"}

    @pytest.mark.parametrize("every", [1, 3, 9])
    def test_no_request_asks_for_too_much(
        self,
        gateway: Gateway,
        long: gspread.Spreadsheet,
        monkeypatch: pytest.MonkeyPatch,
        every: int,
    ) -> None:
        """Neither too many cells nor too many ranges."""
        asked: list[list[Answer]] = []
        grid = gateway.grid

        def listed(*given: Any) -> Answer:
            if isinstance(given[1], list):
                asked.append(given[1])
            return grid(*given)

        monkeypatch.setattr(gateway, "grid", listed)

        rows = range(0, HEIGHT + 1, every)
        shot = seen(gateway, long, rows_of=lambda _: rows, with_looks=False)

        assert [row[2] for row in shot.rows[1:3]] == [every - 1, 2 * every - 1]
        assert len(shot.rows) == len(rows)
        for ranges in asked:
            height = sum(area["endRowIndex"] - area["startRowIndex"] for area in ranges)
            assert height * 12 <= 40_000
            assert len(ranges) <= 500
        assert len(asked) == 2

    def test_other_rows_may_change_and_the_months_own_may_not(
        self,
        gateway: Gateway,
        sheet: gspread.Spreadsheet,
        between: Callable[..., list[str]],
    ) -> None:
        """Whoever works in today's rows does not disturb the slice of an older month."""
        tab = sheet.sheet1
        wanted: Callable[[TabSnapshot], Sequence[int]] = lambda shot: [  # noqa: E731
            r for r, row in enumerate(shot.rows) if row[1] in ("SKU", "B")
        ]
        reads = between(
            cells=[
                lambda: tab.update_acell("C2", 33),
                lambda: tab.update_acell("B4", "B"),
            ]
        )

        assert [row[2] for row in seen(gateway, sheet, rows_of=wanted).body] == [4]
        assert reads.count("cells") == 1
        assert [row[2] for row in seen(gateway, sheet, rows_of=wanted).body] == [4, 5]
        assert reads.count("cells") == 3


class TestLinks:
    @pytest.fixture
    def linked(self, sheet: gspread.Spreadsheet) -> gspread.Spreadsheet:
        """A cell that leads somewhere, a formula that does, and a text with two links."""
        tab = sheet.sheet1
        tab.update([['=HYPERLINK("https://f.example/","form")']], "D2", raw=False)
        tab.update([["see one and two"]], "D3")
        runs = [
            {"startIndex": 4, "format": {"link": {"uri": "https://one.example/"}}},
            {"startIndex": 7, "format": {}},
            {"startIndex": 12, "format": {"link": {"uri": "https://two.example/"}}},
        ]
        sheet.batch_update(
            {
                "requests": [
                    wire.link(0, 1, 1, "https://cell.example/a?b=1#c"),
                    {
                        "updateCells": {
                            "rows": [{"values": [{"textFormatRuns": runs}]}],
                            "fields": "textFormatRuns",
                            "start": {"sheetId": 0, "rowIndex": 2, "columnIndex": 3},
                        }
                    },
                ]
            }
        )
        return sheet

    def test_links_are_in_the_photograph(
        self, gateway: Gateway, linked: gspread.Spreadsheet, retold: Callable[..., None]
    ) -> None:
        """Those of cells, formulas, parts of texts and chips; in a slice they move along."""
        chips = [
            {"chip": {"richLinkProperties": {"uri": "https://drive.example/d"}}},
            {"startIndex": 1, "chip": {}},
            {"startIndex": 2, "chip": {"personProperties": {"email": "ann@example.com"}}},
        ]
        retold(3, 1, lambda cell: cell.update(chipRuns=chips))

        assert seen(gateway, linked, with_looks=False).links == {
            (1, 1): "https://cell.example/a?b=1#c",
            (1, 3): "https://f.example/",
            (2, 3): "https://one.example/\nhttps://two.example/",
            (3, 1): "https://drive.example/d\nmailto:ann@example.com",
        }
        assert seen(gateway, linked, rows_of=lambda _: [0, 2]).links == {
            (1, 3): "https://one.example/\nhttps://two.example/"
        }

    def test_a_restored_tab_leads_to_the_same_places(
        self, gateway: Gateway, linked: gspread.Spreadsheet
    ) -> None:
        """Whole cells do, looking as they looked; of several links in one text its words are left."""
        archived = seen(gateway, linked)
        book = Book(gateway, linked.id)

        rebuild(book, archived, "back")

        restored = seen(gateway, linked, sheet_id=sheet_id_of("daily:2026-07"))
        assert restored.links == {
            (1, 1): "https://cell.example/a?b=1#c",
            (1, 3): "https://f.example/",
        }
        assert restored.rows[2][3] == "see one and two"
        assert list(differences(archived, restored)) == []
        assert list(differences(restored, archived)) == []
        linked.batch_update(
            {"requests": [wire.link(restored_id(linked), 1, 1, "https://else.example/")]}
        )
        changed = seen(gateway, linked, sheet_id=restored_id(linked))
        assert list(differences(archived, changed)) == [(1, 1)]


def restored_id(sheet: gspread.Spreadsheet) -> int:
    return sheet.worksheet("back").id
