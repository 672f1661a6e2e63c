"""Each way a night can fail ends with its exit code and a sentence that says what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import gspread
import pytest
import requests
import stamina

from sheets_sync.__main__ import main
from sheets_sync.emulator.serve import LocalServer

if TYPE_CHECKING:
    from conftest import Nights

LAST_DAY = date(2026, 7, 30)


def test_an_empty_inbox_names_the_folder_and_what_to_put_there(fresh: Nights) -> None:
    """Exit 3: there is no source."""
    code, _, said = fresh.run("sync")

    assert code == 3
    assert str(fresh.inbox) in said
    assert "报表" in said


def test_a_truncated_file_alone_is_no_source(fresh: Nights) -> None:
    """Exit 3, and the file is named with the reason."""
    fresh.company.write_night(fresh.inbox, LAST_DAY)
    report = next(fresh.inbox.rglob("SalesAndTraffic_US_*.json"))
    half = report.read_bytes()[: report.stat().st_size // 2]
    for path in sorted(fresh.inbox.rglob("*"), reverse=True):
        if path.is_file():
            path.unlink()
    report.write_bytes(half)

    code, _, said = fresh.run("sync")

    assert code == 3
    assert report.name in said
    assert "Traceback" not in said


def test_a_truncated_file_among_others_is_listed_and_the_rest_is_used(fresh: Nights) -> None:
    """The rest of the inbox is still used."""
    fresh.company.write_night(fresh.inbox, LAST_DAY)
    report = next(fresh.inbox.rglob("SalesAndTraffic_US_*.json"))
    report.write_bytes(report.read_bytes()[:1000])

    result = fresh.sync(LAST_DAY)

    assert result["rows"]["inserted"] > 30
    assert [Path(r["file"]).name for r in result["rejects"]] == [report.name]


def test_an_unknown_file_is_reported_with_its_headings_every_night(fresh: Nights) -> None:
    """It is told again while it lies there."""
    fresh.company.write_night(fresh.inbox, LAST_DAY)
    (fresh.inbox / "US" / "工资.csv").write_text("姓名,工资\n甲,1\n", encoding="utf-8")

    first = fresh.sync(LAST_DAY)
    second = fresh.sync(LAST_DAY)

    assert "姓名" in first["rejects"][0]["reason"]
    assert second["rejects"] == first["rejects"]


def test_a_file_in_the_wrong_encoding_is_named(fresh: Nights) -> None:
    """A report saved as UTF-16 without a mark cannot be read as text."""
    fresh.company.write_night(fresh.inbox, LAST_DAY)
    report = next(fresh.inbox.rglob("SalesAndTraffic_US_*.json"))
    report.write_bytes(report.read_text(encoding="utf-8").encode("utf-16-be"))

    result = fresh.sync(LAST_DAY)

    assert [Path(r["file"]).name for r in result["rejects"]] == [report.name]


def test_a_missing_job_file_says_how_to_make_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2."""
    code = main(["sync", "--job", str(tmp_path / "sheets-sync.yaml")])

    assert code == 2
    assert "sheets-sync init" in capsys.readouterr().err


def test_a_template_with_an_unknown_metric_is_refused_with_its_place(fresh: Nights) -> None:
    """Exit 2, line and column, and what was meant."""
    own = fresh.folder / "mine"
    own.mkdir()
    source = Path("templates/full/daily.yaml").read_text(encoding="utf-8")
    (own / "daily.yaml").write_text(
        source.replace("{id: sessions", "{id: sesions"), encoding="utf-8"
    )
    fresh.job_file.write_text(
        fresh.job_file.read_text(encoding="utf-8") + "template: mine\n", encoding="utf-8"
    )

    code, _, said = fresh.run("sync")

    assert code == 2
    assert "mine/daily.yaml" in said
    assert "sessions" in said
    assert any(f"{line}:" in said for line in range(15, 30))


def test_no_permission_on_the_sheet_says_whom_to_share_it_with(nights: Nights) -> None:
    """Exit 4."""
    nights.company.write_night(nights.inbox, LAST_DAY)
    with LocalServer(nights.folder / "state" / "local-sheets") as server:
        listed = requests.get(f"{server.url}/drive/v3/files", timeout=10).json()["files"]
        requests.post(
            f"{server.url}/admin/spreadsheets/{listed[0]['id']}",
            json={"readOnly": True},
            timeout=10,
        )

        code, _, said = nights.run("sync")

    assert code == 4
    assert "编辑者" in said


def test_no_network_says_so(fresh: Nights, tmp_path: Path) -> None:
    """Exit 4; the tests' own guard keeps the connection from leaving this computer."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    pem = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    key = {
        "type": "service_account",
        "project_id": "demo-project",
        "private_key_id": "0123456789abcdef",
        "private_key": pem.decode(),
        "client_email": "sync@demo-project.iam.gserviceaccount.com",
        "client_id": "100000000000000000000",
        "token_uri": "https://oauth2.googleapis.com/token",
    }
    (fresh.folder / "key.json").write_text(json.dumps(key), encoding="utf-8")
    text = fresh.job_file.read_text(encoding="utf-8")
    sheet = "1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg"
    fresh.job_file.write_text(
        text.replace("spreadsheet: local", f"spreadsheet: {sheet}\ncredentials: key.json")
    )
    fresh.company.write_night(fresh.inbox, LAST_DAY)

    with stamina.set_testing(True, attempts=2):
        code, _, said = fresh.run("sync")

    assert code == 4
    assert "连不上" in said
    assert "BEGIN" not in said


@pytest.mark.parametrize("kind", ["drop-after", "502html", "503"])
def test_an_answer_lost_on_the_way_ends_with_the_right_sheet(nights: Nights, kind: str) -> None:
    """Exit 0 and no doubled row, whether the batch had been applied or not."""
    nights.company.write_night(nights.inbox, LAST_DAY)
    with LocalServer(nights.folder / "state" / "local-sheets") as server:
        requests.post(
            f"{server.url}/admin/faults",
            json={"when": "batchUpdate", "kind": kind, "times": 1},
            timeout=10,
        )

        result = nights.sync(LAST_DAY)

    again = nights.sync(LAST_DAY)
    with nights.sheet() as sheet:
        rows = sheet.worksheet("日报 2026-07").get_all_values(
            value_render_option="UNFORMATTED_VALUE"
        )
    keys = [tuple(row[:4]) for row in rows[1:] if row[3:4] and row[3]]
    assert result["rows"]["inserted"] > 30
    assert len(keys) == len(set(keys))
    assert again["cells_written"] == 0


def test_an_edit_between_read_and_write_is_noticed_and_repaired(
    nights: Nights, open_sheet: Callable[[str], gspread.Spreadsheet]
) -> None:
    """Somebody sorts in that very second: nothing lands beside the wrong key."""
    nights.company.write_night(nights.inbox, LAST_DAY)
    with LocalServer(nights.folder / "state" / "local-sheets") as server:
        sheet = open_sheet(server.url)
        tab = sheet.worksheet("日报 2026-07")
        before = figures(tab)
        sort = {
            "sortRange": {
                "range": {"sheetId": tab.id, "startRowIndex": 1, "endRowIndex": len(before) + 1},
                "sortSpecs": [{"dimensionIndex": 3, "sortOrder": "DESCENDING"}],
            }
        }
        requests.post(
            f"{server.url}/admin/faults", json={"kind": "edit-between", "batch": [sort]}, timeout=10
        )

        nights.sync(LAST_DAY)
        again = nights.sync(LAST_DAY)
        after = figures(tab)

    assert again["cells_written"] == 0
    assert {key: after[key]["负责人"] for key in before} == {
        key: before[key]["负责人"] for key in before
    }
    assert all(after[key]["品名"] == before[key]["品名"] for key in before)


def figures(tab: gspread.Worksheet) -> dict[tuple[object, ...], dict[str, object]]:
    """Return the rows by key."""
    head, *rows = tab.get_all_values(value_render_option="UNFORMATTED_VALUE")
    padded = [[*row, *[""] * (len(head) - len(row))] for row in rows]
    return {tuple(row[:4]): dict(zip(head, row, strict=True)) for row in padded if row[3]}


def test_a_shrunken_stock_file_is_refused_until_forced(nights: Nights) -> None:
    """Exit 5 with both numbers and the way out; nothing is written and nothing is remembered."""
    nights.company.write_night(nights.inbox, LAST_DAY)
    report = max(nights.inbox.rglob("FBA_MYI*_US_*.txt"))
    report.write_bytes(b"\r\n".join(report.read_bytes().splitlines()[:5]) + b"\r\n")

    code, _, said = nights.run("sync")
    again, _, _ = nights.run("sync")
    forced, _, _ = nights.run("sync", "--force")

    assert (code, again, forced) == (5, 5, 0)
    assert report.name in said
    assert "--force" in said


def test_a_state_folder_that_cannot_be_used_is_named(fresh: Nights) -> None:
    """Exit 2 and a sentence, not a traceback."""
    fresh.company.write_night(fresh.inbox, LAST_DAY)
    (fresh.folder / "state").write_text("in the way", encoding="utf-8")

    code, _, said = fresh.run("sync")

    assert code == 2
    assert str(fresh.folder / "state") in said
    assert "权限" in said


def test_a_plan_tells_what_the_sync_would_refuse(nights: Nights) -> None:
    """Nobody learns it at night."""
    nights.company.write_night(nights.inbox, LAST_DAY)
    report = max(nights.inbox.rglob("FBA_MYI*_US_*.txt"))
    report.write_bytes(b"\r\n".join(report.read_bytes().splitlines()[:5]) + b"\r\n")

    code, out, _ = nights.run("plan", "--json")

    assert code == 0
    assert [w["code"] for w in json.loads(out)["warnings"]].count("file-shrunk") == 1


def test_a_marketplace_without_any_report_is_told_every_night(fresh: Nights) -> None:
    """Silence is not success."""
    fresh.company.write_night(fresh.inbox, LAST_DAY)
    for path in (fresh.inbox / "JP").iterdir():
        path.unlink()
    next(fresh.inbox.glob("V2SellerPerformance*")).unlink()
    (fresh.inbox / "manual_ipi_and_reviews.csv").unlink()

    first, second = fresh.sync(LAST_DAY), fresh.sync(LAST_DAY)

    for result in (first, second):
        told = [w["text"] for w in result["warnings"] if w["code"] == "no-report"]
        assert len(told) == 1
        assert "acme/JP" in told[0]


def test_reports_that_are_all_too_old_are_no_source_from_the_first_run_on(fresh: Nights) -> None:
    """Exit 3, and no spreadsheet is made for them."""
    fresh.company.write_night(fresh.inbox, LAST_DAY)

    first, _, said = fresh.run("sync", night=date(2027, 3, 1))
    second, _, _ = fresh.run("sync", night=date(2027, 3, 1))

    assert (first, second) == (3, 3)
    assert "早于" in said
