"""The sample reports, dropped into an inbox as a seller would, give the figures they are known to hold."""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import gspread
import pytest
from sqlalchemy import create_engine, text

from sheets_sync.__main__ import main
from sheets_sync.emulator.serve import LocalServer
from sheets_sync.sheets.transport import LocalSession

DATA = Path(__file__).parents[1] / "data"
JULY = (
    "GET_FBA_INVENTORY_PLANNING_DATA_US_2026.txt",
    "SP_Advertised_product_report_US_2026.xlsx",
    "spAdvertisedProduct_v3_US.json",
    "V2_SELLER_PERFORMANCE_US_live-shape.json",
    "GET_SELLER_FEEDBACK_DATA_US.txt",
    "manual_ipi_and_reviews.csv",
)
JOB = "team: acme\nstores: {acme: [US, UK]}\nlanguage: en\nspreadsheet: local\n"


def synced(
    folder: Path, names: tuple[str, ...], now: str, capsys: pytest.CaptureFixture[str]
) -> dict[str, Any]:
    """Sync a fresh job with these files, all made a day before; return its JSON."""
    (folder / "inbox").mkdir(parents=True)
    (folder / "sheets-sync.yaml").write_text(JOB, encoding="utf-8")
    made = datetime.fromisoformat(now).timestamp() - 86_400
    for name in names:
        copy = folder / "inbox" / name
        shutil.copyfile(DATA / name, copy)
        os.utime(copy, (made, made))
    capsys.readouterr()
    code = main(["sync", "--json", "--job", str(folder / "sheets-sync.yaml"), "--now", now])
    out, err = capsys.readouterr()
    assert code == 0, err
    content: dict[str, Any] = json.loads(out)
    return content


def rows(folder: Path, tab: str) -> list[dict[str, Any]]:
    """Return the rows of a tab by heading."""
    with LocalServer(folder / "state" / "local-sheets") as server:
        client = gspread.authorize(None, session=LocalSession(server.url))  # type: ignore[arg-type]  # as documented
        sheet = client.open_by_key(client.list_spreadsheet_files()[0]["id"])
        head, *body = sheet.worksheet(tab).get_all_values(value_render_option="UNFORMATTED_VALUE")
    return [
        dict(zip(head, [*row, *[""] * (len(head) - len(row))], strict=True))
        for row in body
        if any(row)
    ]


def total(table: list[dict[str, Any]], heading: str) -> float:
    """Sum a column, leaving out what is unknown."""
    return round(sum(row[heading] for row in table if row[heading] != ""), 2)


def test_the_samples_of_july_add_up_to_their_known_sums(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """59 units available; the spend of console and API counted once."""
    folder = tmp_path / "job"

    result = synced(folder, JULY, "2026-08-01T08:30:00+00:00", capsys)

    daily = rows(folder, "Daily 2026-07")
    account = rows(folder, "Account")
    assert total(daily, "Available") == 59
    assert total(daily, "Ad spend") == 221.94
    assert total(daily, "Ad sales") == 233.15
    assert total(daily, "Clicks") == 198
    assert {row["SKU"] for row in daily} == {"0047", "LMP-DSK-BLK", "LMP-FLR-WHT"}
    assert [row["Alerts"] for row in daily if row["SKU"] == "0047" and row["Available"] == 0] == [
        "Out of stock"
    ]
    health = [row for row in account if row["AHR score"] != ""]
    assert [(row["Site"], row["AHR score"], row["Account status"]) for row in health] == [
        ("US", 312, "NORMAL")
    ]
    assert round(health[0]["AHR %"], 6) == 0.928571
    assert {row["IPI"] for row in account if row["Site"] == "US" and row["IPI"] != ""} == {421}
    assert total(daily, "New negatives") == 1
    assert [r for r in result["rejects"] if r["row"] is None] == []


def test_no_e_mail_address_of_a_buyer_is_kept_anywhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The feedback report's last column is dropped on reading."""
    folder = tmp_path / "job"

    synced(folder, JULY, "2026-08-01T08:30:00+00:00", capsys)

    kept = b"".join(path.read_bytes() for path in (folder / "state").rglob("*") if path.is_file())
    assert b"zzexample" not in kept


def test_a_sales_report_of_several_days_gives_only_its_daily_part(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its SKU part is a sum over the days, and is refused with that reason."""
    folder = tmp_path / "job"

    result = synced(
        folder, ("GET_SALES_AND_TRAFFIC_REPORT.day-sku.json",), "2021-06-16T08:30:00+00:00", capsys
    )

    account = rows(folder, "Account")
    sales = {row["Date"]: row["Sales"] for row in account if row["Site"] == "US"}
    assert [sales[44358 + i] for i in range(3)] == [238.44, 217.7, 277.06]
    assert any("2021-06-11" in r["reason"] or "days" in r["reason"] for r in result["rejects"])
    engine = create_engine(f"sqlite:///{folder / 'state' / 'sheets-sync.db'}")
    with engine.connect() as connection:
        kinds = set(connection.execute(text("SELECT DISTINCT kind FROM versions")).scalars())
    engine.dispose()
    assert kinds == {"sales-traffic-day"}


def test_the_moment_is_an_argument(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Run as of July 2026, the report date of each marketplace is the day that had ended there."""
    result = synced(tmp_path / "job", JULY, datetime(2026, 8, 1, 3, tzinfo=UTC).isoformat(), capsys)

    assert result["report_dates"] == {"acme/US": "2026-07-30", "acme/UK": "2026-07-31"}
