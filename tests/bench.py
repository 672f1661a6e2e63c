"""Measure the budgets and print them as a table: `make bench`.

Everything is a ratio or a count taken in one run, never a number of seconds to pass. CPU is this
process's own time; the local server runs in another one.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

LAST_DAY = date(2026, 7, 30)
NOW = datetime(2026, 7, 31, 8, 30, tzinfo=UTC)
JOB = """team: bench
stores: {acme: [US]}
language: zh
spreadsheet: local
schedule: {at: ["16:30"], zone: Asia/Shanghai}
"""


@dataclass(frozen=True)
class Line:
    """One row of the table."""

    what: str
    budget: str
    measured: str


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        lines = [*measure_month(Path(folder) / "month"), *measure_many(Path(folder) / "many")]
    width = max(len(line.what) for line in lines)
    budget = max(len(line.budget) for line in lines)
    print(f"{'what':{width}} | {'budget':{budget}} | measured")
    print(f"{'-' * width}-|-{'-' * budget}-|{'-' * 24}")
    for line in lines:
        print(f"{line.what:{width}} | {line.budget:{budget}} | {line.measured}")


# --- a month of 500 SKUs: requests, bytes, day 30 against day 1 --------------------------------------


def measure_month(folder: Path) -> Iterator[Line]:
    """Live through a month of 500 SKUs, so that its tab has 15,000 rows."""
    nights = [date(2026, 7, 31) - timedelta(days=back) for back in reversed(range(44))]
    write_job(folder)
    with server(folder / "state" / "local-sheets"):
        results = {}
        for night in nights:
            write_night(folder / "inbox", night, skus=500, ads_days=14)
            results[night] = run_night(folder, night)
    second, last = results[date(2026, 7, 2)], results[date(2026, 7, 30)]
    calls = {(r["calls"]["read"], r["calls"]["write"]) for r in list(results.values())[2:]}
    yield Line(
        "requests of a steady night (read + write)",
        "1 + 1",
        ", ".join(f"{r} + {w}" for r, w in sorted(calls)),
    )
    yield Line(
        f"bytes down, month tab of {rows_of(results, date(2026, 7, 1)):,} rows",
        "0.6 MB",
        f"{last['bytes']['down'] / 1e6:.2f} MB",
    )
    yield Line(
        f"bytes up, {last['cells_written']:,} cells",
        "60 a cell in runs",
        f"{last['bytes']['up'] / last['cells_written']:.0f} a cell",
    )
    yield Line(
        "CPU of the night of day 30 against day 2", "1.3 x", f"{last['cpu'] / second['cpu']:.2f} x"
    )


def rows_of(results: dict[date, dict[str, Any]], since: date) -> int:
    """Return how many rows the month's tab got."""
    return sum(r["rows"]["inserted"] for night, r in results.items() if night >= since)


def run_night(folder: Path, night: date) -> dict[str, Any]:
    """Sync in a process of its own; return its JSON with `cpu` in seconds."""
    now = datetime(night.year, night.month, night.day, 8, 30, tzinfo=UTC) + timedelta(days=1)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [
        sys.executable,
        "-m",
        "sheets_sync",
        "sync",
        "--json",
        "--job",
        str(folder / "sheets-sync.yaml"),
        "--now",
        now.isoformat(),
    ]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    result: dict[str, Any] = json.loads(done.stdout)
    return result | {"cpu": cpu}


@contextmanager
def server(data: Path) -> Iterator[None]:
    """Run the local server in a process of its own, as the page would."""
    data.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "sheets_sync", "emulator", "--port", "0", "--data", str(data)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    try:
        yield
    finally:
        process.terminate()
        process.wait()


# --- 100,000 rows in the window: CPU against pandas, memory -------------------------------------------


def measure_many(folder: Path) -> Iterator[Line]:
    """Prepare a night whose window holds 100,000 rows, all files new, against a sheet that has them."""
    write_job(folder)
    for back in range(14):
        write_night(
            folder / "inbox",
            LAST_DAY - timedelta(days=back),
            skus=7143,
            ads_days=14 if back == 0 else 0,
        )
    measured_in_child("answer", folder)
    pandas_cpu = measured_in_child("pandas", folder)
    ours = measured_in_child("prepare", folder)
    yield Line(
        f"CPU of all but the network, {ours['rows']:,} rows",
        "3 x pandas",
        f"{ours['cpu'] / pandas_cpu['cpu']:.2f} x",
    )
    yield Line(f"memory, {ours['rows']:,} rows", "1 GB", f"{ours['memory'] / 1e9:.2f} GB")


def measured_in_child(what: str, folder: Path) -> dict[str, float]:
    """Run one of the measurements in a fresh process."""
    done = subprocess.run(
        [sys.executable, __file__, what, str(folder)], check=True, capture_output=True, text=True
    )
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def read_with_pandas(folder: Path) -> dict[str, float]:
    """Read the same files into data frames, as anybody would."""
    import pandas as pd

    started = time.process_time()
    for path in sorted((folder / "inbox").rglob("*")):
        if path.suffix == ".txt":
            pd.read_csv(path, sep="\t", dtype=str, quoting=3)
        elif path.name.startswith("SalesAndTraffic"):
            pd.json_normalize(json.loads(path.read_bytes())["salesAndTrafficByAsin"])
        elif path.suffix == ".json":
            pd.DataFrame(json.loads(path.read_bytes()))
    return {"cpu": time.process_time() - started}


def prepare_all(folder: Path) -> dict[str, float]:
    """Read, judge, lay out and compare 100,000 rows with a sheet that already holds them."""
    from sheets_sync.__main__ import collect_rarely
    from sheets_sync.edges import Edges, load_setup, open_edges
    from sheets_sync.run import prepare

    started = time.process_time()
    collect_rarely()
    setup = load_setup(folder / "sheets-sync.yaml")
    with open_edges(setup) as edges:
        prepared = prepare(setup, Edges(edges.store, edges.gateway, ReadySheet(folder)), now=NOW)  # type: ignore[arg-type]
    cpu = time.process_time() - started
    rows = sum(tab.unchanged for tab in prepared.plan.tabs)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"cpu": cpu, "rows": rows, "memory": memory}


class ReadySheet:
    """A spreadsheet whose answer is already here: what is left of a read without the network."""

    spreadsheet_id = "bench"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, *_: object, **__: object) -> Any:
        """Parse the answer as it came over the line."""
        from sheets_sync.core.tab import ExistingTab
        from sheets_sync.sheets.reading import Reading

        tabs = {}
        for path in self.folder.glob("answer-*.json"):
            tab, columns = json.loads(path.read_bytes())
            places = {column[0]: i for i, column in enumerate(columns)}
            tabs[tab] = ExistingTab(tab, 1, tab, places, columns, len(columns[0]), len(columns))
        return Reading(tabs)


def write_answer(folder: Path) -> dict[str, float]:
    """Write what the spreadsheet would answer, with every row in it."""
    from sheets_sync.edges import load_setup, open_edges
    from sheets_sync.run import prepare

    setup = load_setup(folder / "sheets-sync.yaml")
    with open_edges(setup) as edges:
        prepared = prepare(setup, edges, now=NOW)
    for number, tab in enumerate(prepared.desired):
        columns = [[name, *tab.columns[name]] for name in tab.columns]
        (folder / f"answer-{number}.json").write_text(
            json.dumps([tab.id, columns], ensure_ascii=False)
        )
    return {}


# --- made-up files, as large as needed ----------------------------------------------------------------


def write_job(folder: Path) -> None:
    """Write a job with one store and one marketplace."""
    folder.mkdir(parents=True)
    (folder / "sheets-sync.yaml").write_text(JOB, encoding="utf-8")


def write_night(inbox: Path, night: date, *, skus: int, ads_days: int) -> None:
    """Write what came in the morning after a business day: sales, stock, and ads of the last days."""
    place = inbox / "US"
    place.mkdir(parents=True, exist_ok=True)
    taken = f"{night + timedelta(days=1)}T0805Z"
    (place / f"SalesAndTraffic_US_{night}_fetched_{taken}.json").write_text(
        json.dumps(sales(night, skus))
    )
    (place / f"FBA_MYI_US_{taken}.txt").write_text(stock(night, skus))
    if ads_days:
        days = [night - timedelta(days=back) for back in range(ads_days)]
        (place / f"SponsoredProducts_US_{taken}.json").write_text(
            json.dumps([ad(day, i) for day in days for i in range(skus)])
        )


def sales(night: date, skus: int) -> dict[str, Any]:
    """Return a sales-and-traffic report of one day."""

    def line(i: int) -> dict[str, Any]:
        units, sessions = (i * 7 + night.day) % 9, 20 + (i + night.day) % 80
        money = {"amount": round(units * 19.99, 2), "currencyCode": "USD"}
        return {
            "parentAsin": f"B0PARENT{i // 4:05}",
            "childAsin": f"B0CHILD{i:06}",
            "sku": f"SKU-{i:05}",
            "salesByAsin": {
                "unitsOrdered": units,
                "orderedProductSales": money,
                "totalOrderItems": units,
            },
            "trafficByAsin": {
                "sessions": sessions,
                "pageViews": sessions * 2,
                "buyBoxPercentage": 98.5,
                "unitSessionPercentage": round(units / sessions * 100, 2),
            },
        }

    return {
        "reportSpecification": {
            "reportType": "GET_SALES_AND_TRAFFIC_REPORT",
            "reportOptions": {"dateGranularity": "DAY", "asinGranularity": "SKU"},
            "dataStartTime": night.isoformat(),
            "dataEndTime": night.isoformat(),
            "marketplaceIds": ["ATVPDKIKX0DER"],
        },
        "salesAndTrafficByDate": [],
        "salesAndTrafficByAsin": [line(i) for i in range(skus)],
    }


def stock(night: date, skus: int) -> str:
    """Return a stock report."""
    head = [
        "sku",
        "fnsku",
        "asin",
        "product-name",
        "condition",
        "your-price",
        "mfn-listing-exists",
        "mfn-fulfillable-quantity",
        "afn-listing-exists",
        "afn-warehouse-quantity",
        "afn-fulfillable-quantity",
        "afn-unsellable-quantity",
        "afn-reserved-quantity",
        "afn-total-quantity",
        "per-unit-volume",
        "afn-inbound-working-quantity",
        "afn-inbound-shipped-quantity",
        "afn-inbound-receiving-quantity",
    ]
    lines = ["\t".join(head)]
    for i in range(skus):
        units = 200 + (i * 13 + night.day * 7) % 400
        fields = [
            f"SKU-{i:05}",
            f"X{i:09}",
            f"B0CHILD{i:06}",
            f"Product {i}",
            "New",
            "19.99",
            "No",
            "",
            "Yes",
        ]
        lines.append(
            "\t".join(
                [*fields, *(str(n) for n in (units, units, 0, 3, units + 3)), "0.1", "0", "40", "0"]
            )
        )
    return "\n".join(lines) + "\n"


def ad(day: date, i: int) -> dict[str, Any]:
    """Return one row of an ads report."""
    clicks = (i + day.day) % 12
    return {
        "date": day.isoformat(),
        "campaignId": 4411000000 + i,
        "campaignName": f"SP {i}",
        "adGroupId": 5511000000 + i,
        "adGroupName": "Auto",
        "campaignBudgetCurrencyCode": "USD",
        "advertisedAsin": f"B0CHILD{i:06}",
        "advertisedSku": f"SKU-{i:05}",
        "impressions": clicks * 90,
        "clicks": clicks,
        "cost": round(clicks * 0.8, 2),
        "spend": round(clicks * 0.8, 2),
        "purchases7d": clicks // 6,
        "unitsSoldClicks7d": clicks // 6,
        "sales7d": round(clicks // 6 * 19.99, 2),
    }


if __name__ == "__main__":
    os.environ.setdefault("PYTHONHASHSEED", "0")
    if len(sys.argv) == 3:
        measure = {"pandas": read_with_pandas, "prepare": prepare_all, "answer": write_answer}[
            sys.argv[1]
        ]
        print(json.dumps(measure(Path(sys.argv[2]))))
    else:
        main()
