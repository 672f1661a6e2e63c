"""A log that a team kept by hand goes on for three nights over a month's end, and nothing of theirs changes."""

from __future__ import annotations

import json
import shutil
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sheets_sync.__main__ import main
from sheets_sync.demo.company import Company

if TYPE_CHECKING:
    from pathlib import Path

NIGHTS = (date(2026, 7, 30), date(2026, 7, 31), date(2026, 8, 1))
HEADINGS = [
    "日期", "站点", "SKU", "广告ACOS", "库存水平", "差评数量", "AHR 分数", "责任人", "毛利", "要看吗",
]  # fmt: skip
OWN = {"毛利", "要看吗"}
ADDED = ["预警", "原因", "预警码"]


def history() -> list[list[Any]]:
    """Return 20 rows as somebody typed them, the last ten days before the first night."""
    rows: list[list[Any]] = []
    for back in reversed(range(1, 11)):
        day = NIGHTS[0] - timedelta(days=back)
        said = day.isoformat() if back % 2 else f"{day.year}/{day.month}/{day.day}"
        for sku in ("KT-204", "LAMP-07"):
            at = len(rows) + 2
            rows.append(
                [
                    said,
                    "US" if back % 3 else "美国",
                    sku,
                    "" if back == 2 else "21%",
                    500 + back,
                    0,
                    312,
                    "甲",
                    f"=E{at}*2",
                    f'=IF(D{at}>30/100,"看","")',
                ]
            )
    return rows


@pytest.fixture
def company() -> Company:
    """Return a company whose nights go over the end of July."""
    return Company(seed=7, days=12, skus=12, last_day=NIGHTS[-1])


def synced(team: Any, company: Company, night: date) -> dict[str, Any]:
    """Put the night's files of the one site into the inbox and sync."""
    inbox: Path = team.folder / "inbox"
    company.write_night(inbox, night)
    for other in ("DE", "JP"):
        shutil.rmtree(inbox / other, ignore_errors=True)
    team.capsys.readouterr()
    job = str(team.folder / "sheets-sync.yaml")
    code = main(["sync", "--json", "--job", job, "--now", company.run_moment(night).isoformat()])
    out, err = team.capsys.readouterr()
    assert code == 0, err
    content: dict[str, Any] = json.loads(out)
    return content


def tab_of(resource: dict[str, Any], title: str) -> dict[str, Any]:
    [tab] = [one for one in resource["sheets"] if one["properties"]["title"] == title]
    return tab


def cells(tab: dict[str, Any]) -> list[list[dict[str, Any]]]:
    return [row.get("values", []) for row in tab["data"][0].get("rowData", [])]


def without_tags(columns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{k: v for k, v in column.items() if k != "developerMetadata"} for column in columns]


def test_three_nights_over_a_months_end_change_nothing_of_theirs(
    team: Any, company: Company
) -> None:
    """Their cells, formats, formulas, widths, rules and order are as they were; the log stays one tab."""
    sheet = team.sheet(
        {"运营日志": [HEADINGS, *history()], "值班": [["人", "电话"], ["赵六", 123]]}
    )
    log = sheet.sheet1
    place = {"sheetId": log.id, "startRowIndex": 1, "endRowIndex": 21}
    low = {"type": "NUMBER_LESS", "values": [{"userEnteredValue": "45"}]}
    sheet.batch_update(
        {
            "requests": [
                {
                    "updateDimensionProperties": {
                        "range": {"sheetId": log.id, "dimension": "COLUMNS", "startIndex": 0, "endIndex": 3},
                        "properties": {"pixelSize": 133},
                        "fields": "pixelSize",
                    }
                },
                {
                    "addConditionalFormatRule": {
                        "rule": {
                            "ranges": [{**place, "startColumnIndex": 4, "endColumnIndex": 5}],
                            "booleanRule": {"condition": low, "format": {"textFormat": {"bold": True}}},
                        },
                        "index": 0,
                    }
                },
            ]
        }
    )  # fmt: skip
    log.format("C5", {"backgroundColor": {"red": 1, "green": 1, "blue": 0}})
    log.format("A1:J1", {"textFormat": {"bold": True}})
    log.insert_note("D3", "问过广告组")
    before = team.everything()

    code, out, err = team.adopt("--yes")
    results = [synced(team, company, night) for night in NIGHTS]
    again = synced(team, company, NIGHTS[-1])

    after = team.everything()
    assert code == 0, (out, err)
    old, new = tab_of(before, "运营日志"), tab_of(after, "运营日志")
    titles = [tab["properties"]["title"] for tab in after["sheets"]]
    assert [title for title in titles if "2026" in title] == []
    assert tab_of(after, "值班") == {
        **tab_of(before, "值班"),
        "properties": tab_of(after, "值班")["properties"],
    }
    headings = [cell.get("formattedValue") for cell in cells(new)[0]]
    assert headings[:13] == [*HEADINGS, *ADDED]
    for at, row in enumerate(cells(old)):
        for name, was, now in zip(HEADINGS, row, cells(new)[at], strict=False):
            if name not in OWN and (was.get("userEnteredValue") or at == 0):
                assert now == was, (at, name)
            elif name in OWN:  # a formula of theirs may come to something new
                assert now["userEnteredValue"] == was["userEnteredValue"], (at, name)
            assert now.get("userEnteredFormat") == was.get("userEnteredFormat"), (at, name)
            assert now.get("note") == was.get("note")
    columns = len(HEADINGS)
    assert (
        without_tags(new["data"][0]["columnMetadata"])[:columns]
        == without_tags(old["data"][0]["columnMetadata"])[:columns]
    )
    assert new["conditionalFormats"][0] == old["conditionalFormats"][0]
    assert new["properties"]["gridProperties"].get("frozenRowCount") == old["properties"][
        "gridProperties"
    ].get("frozenRowCount")
    assert [r["rows"]["inserted"] > 0 for r in results] == [True, True, True]
    assert again["cells_written"] == 0
    dates = [row[0].get("formattedValue") for row in cells(new)[21:] if row]
    assert {"2026-07-30", "2026-07-31", "2026-08-01"} <= set(dates) | {None}
    assert {row[8].get("userEnteredValue") for row in cells(new)[21:40] if len(row) > 8} <= {None}


def test_a_blank_cell_of_a_column_of_ours_is_filled_in_their_old_rows(
    team: Any, company: Company
) -> None:
    """A row with a valid key is filled in; what somebody typed there is kept and listed."""
    team.sheet({"运营日志": [HEADINGS, *history()]})
    team.adopt("--yes")

    result = synced(team, company, NIGHTS[0])

    rows = cells(tab_of(team.everything(), "运营日志"))
    filled = next(
        row
        for row in rows[1:21]
        if (row[0]["formattedValue"], row[2]["formattedValue"]) == ("2026/7/28", "LAMP-07")
    )
    assert filled[3]["effectiveValue"]["numberValue"] == pytest.approx(0.4, abs=0.3)
    kept = [o for o in result["overrides"] if o["column"] == "acos" and "LAMP-07" in o["key"]]
    assert {o["theirs"] for o in kept} == {0.21}
    assert len(kept) >= 5
