"""The demo itself: write the files of each night, run the real sync, and say what happened."""

from __future__ import annotations

import shutil
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from sheets_sync.archive import telling
from sheets_sync.archive.nightly import archive
from sheets_sync.demo.company import RUN_AT, Company
from sheets_sync.demo.team import DAYS_BEFORE_THE_END, type_into
from sheets_sync.edges import load_setup, only_run, open_edges
from sheets_sync.emulator.serve import connect
from sheets_sync.errors import ConfigurationError, Words
from sheets_sync.run import carry_out, prepare

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from datetime import date

    from sheets_sync.demo.story import Planting
    from sheets_sync.errors import Language
    from sheets_sync.run import Prepared
    from sheets_sync.sheets.gateway import Traffic

_FIRST_LINE = "# Made by `sheets-sync demo`, which may replace this folder."

_JOB = """{first_line}
team: acme
stores:
  acme: [US, DE, JP]
language: {language}            # zh | en | both
spreadsheet: local       # the embedded server; a Google Sheet's URL or id later
template: full
schedule: {{at: ["16:30"], zone: Asia/Shanghai}}
archive: {{copy_to: [./archive]}}      # a folder here; in earnest a cloud: docs/archive.md
"""

_MADE = ("inbox", "state", "archive", "skus.csv", "benchmarks.csv", "sheets-sync.yaml")


@dataclass
class Tally:
    """What the nights added up to. `missed` are planted problems not found on their first night."""

    nights: int = 0
    inserted: int = 0
    cells: int = 0
    reads: int = 0
    writes: int = 0
    seconds: float = 0.0
    steady: list[tuple[int, int]] = field(default_factory=list)
    breaches: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    shares: list[tuple[float, float]] = field(default_factory=list)
    archived: list[str] = field(default_factory=list)
    found: list[Planting] = field(default_factory=list)
    missed: list[Planting] = field(default_factory=list)


def run_demo(
    folder: Path,
    *,
    days: int,
    skus: int,
    seed: int,
    serve: bool,
    now: datetime,
    language: Language,
    say: Callable[[str], object],
    working: Callable[[Words], AbstractContextManager[object]],
) -> Tally:
    """Make the demo job in `folder`, sync every night of it, and say what happened.

    Raise ConfigurationError where the folder holds something else than an older demo.
    """
    _make_room(folder)
    last_day = (now - timedelta(hours=RUN_AT.hour, minutes=RUN_AT.minute)).date() - timedelta(
        days=1
    )
    company = Company(seed, days, skus, last_day)
    job_file = folder / "sheets-sync.yaml"
    folder.mkdir(parents=True, exist_ok=True)
    job_file.write_text(_JOB.format(first_line=_FIRST_LINE, language=language), encoding="utf-8")
    company.write_job_data(folder)
    setup = load_setup(job_file)
    tally = Tally()
    started = time.monotonic()
    with only_run(setup.job), connect(setup.job.data_folder) as server:
        with working(Words(f"正在跑 {days} 个晚上", f"Running {days} nights")):
            for night in company.nights:
                company.write_night(setup.job.inbox, night)
                with open_edges(setup, writing=True) as edges:
                    prepared = prepare(setup, edges, now=company.run_moment(night))
                    run_id, prepared = carry_out(prepared, edges)
                    _count(tally, prepared, edges.gateway.traffic, company, night)
                    done = archive(setup, edges, now=company.run_moment(night), run_id=run_id)
                    tally.archived += telling.lines(done, language)
                    if night == company.nights[-min(DAYS_BEFORE_THE_END, len(company.nights))]:
                        type_into(edges, night, language)
        tally.seconds = time.monotonic() - started
        for line in _told(tally, folder, company, language):
            say(line)
        if serve:
            say(
                Words(
                    f"表格页面:{server.url}/(Ctrl+C 结束)",
                    f"The sheet: {server.url}/ (Ctrl+C ends)",
                ).say(language)
            )
            _stay()
    return tally


def _make_room(folder: Path) -> None:
    """Remove an older demo; refuse to touch anything else."""
    if not folder.exists() or not any(folder.iterdir()):
        return
    job_file = folder / "sheets-sync.yaml"
    if not job_file.is_file() or not job_file.read_text(encoding="utf-8").startswith(_FIRST_LINE):
        raise ConfigurationError(
            Words(
                f"{folder} 里已有别的内容,演示不会覆盖。请换一个文件夹:sheets-sync demo 新文件夹",
                f"{folder} holds something else, which the demo does not overwrite. Name another folder: sheets-sync demo DIR",
            )
        )
    for name in _MADE:
        path = folder / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _count(
    tally: Tally, prepared: Prepared, traffic: Traffic, company: Company, night: date
) -> None:
    plan = prepared.plan
    tally.nights += 1
    tally.inserted += plan.inserted
    tally.cells += plan.cells
    tally.reads += traffic.reads
    tally.writes += traffic.writes
    tally.steady.append((traffic.reads, traffic.writes))
    current = [breach for breach in prepared.breaches if breach.current]
    tally.shares.append(_shares(prepared))
    tonight = {(b.rule, b.key.marketplace, b.key.sku or None) for b in current}
    for planting in company.plantings:
        if planting.found == night:
            hit = (planting.rule_id, planting.marketplace, planting.sku) in tonight
            (tally.found if hit else tally.missed).append(planting)
    if night == company.nights[-1]:
        tally.breaches = Counter(
            (b.severity, b.name.say(prepared.setup.job.language), b.rule) for b in current
        )


def _shares(prepared: Prepared) -> tuple[float, float]:
    """Return which share of the newest rows shows a red cell, and which a yellow one and no red."""
    red = yellow = rows = 0
    dates = prepared.records.scope.report_dates
    for tab in prepared.desired:
        if tab.layout.kind != "sku":
            continue
        newest = {code: (day - _EPOCH).days for (_, code), day in dates.items()}
        for key, flags in zip(tab.keys, tab.columns["flags"], strict=True):
            if key[0] == newest[str(key[2])]:
                rows += 1
                red += ":critical|" in str(flags)
                yellow += ":warning|" in str(flags) and ":critical|" not in str(flags)
    return (red / rows, yellow / rows) if rows else (0.0, 0.0)


_EPOCH = datetime(1899, 12, 30).date()  # noqa: DTZ001  # a spreadsheet's day 0 has no zone


def _told(tally: Tally, folder: Path, company: Company, language: Language) -> Iterator[str]:
    red = max((share[0] for share in tally.shares), default=0)
    yellow = max((share[1] for share in tally.shares), default=0)
    yield Words(
        f"演示公司 acme:{len(company.products)} 个SKU,US/DE/JP,{tally.nights} 个晚上,用时 {tally.seconds:.0f} 秒",
        f"Demo company acme: {len(company.products)} SKUs, US/DE/JP, {tally.nights} nights in {tally.seconds:.0f} s",
    ).say(language)
    yield Words(
        f"写入 {tally.inserted} 行、{tally.cells} 个单元格;请求:读 {tally.reads} 写 {tally.writes};"
        f"平常一晚 读 {tally.steady[-1][0]} 写 {tally.steady[-1][1]}",
        f"{tally.inserted} rows, {tally.cells} cells written; requests: read {tally.reads}, write {tally.writes}; "
        f"an ordinary night: read {tally.steady[-1][0]}, write {tally.steady[-1][1]}",
    ).say(language)
    yield Words(
        f"最新一天的行:每晚最多 {red:.1%} 红、{yellow:.1%} 黄",
        f"Newest rows: at most {red:.1%} red, {yellow:.1%} yellow on any night",
    ).say(language)
    yield Words("今天的预警:", "Alerts today:").say(language)
    for (severity, name, rule), count in sorted(tally.breaches.items()):
        yield f"  {'🔴' if severity == 'critical' else '🟡'} {name} × {count}  [{rule}]"
    yield Words(
        "埋下的问题(✓ 第一晚就发现,✗ 没发现):",
        "Planted problems (✓ found on their first night, ✗ missed):",
    ).say(language)
    for mark, plantings in (("✓", tally.found), ("✗", tally.missed)):
        for planting in plantings:
            place = " ".join(filter(None, (planting.marketplace, planting.sku)))
            yield f"  {mark} {planting.found} {place}: {planting.words.say(language)}  [{planting.rule_id}]"
    if tally.archived:
        yield Words("已归档:", "Archived:").say(language)
        yield from (f"  {line}" for line in tally.archived)
    yield from _next(folder, tally, language)


def _next(folder: Path, tally: Tally, language: Language) -> Iterator[str]:
    program = Path(sys.argv[0]).name if shutil.which("sheets-sync") else sys.argv[0]
    skus = [p for p in tally.found if p.sku]
    yield ""
    yield Words(
        "看表格(浏览器打开它打印的地址):", "Look at the sheet (open the address it prints):"
    ).say(language)
    yield f"  {program} emulator --data {quote(f'{folder}/state/local-sheets')}"
    yield Words("接着跑一晚、看为什么红:", "Go on from here, and ask why a cell is red:").say(
        language
    )
    yield f"  {program} sync --job {quote(f'{folder}/sheets-sync.yaml')}"
    if skus:
        yield f"  {program} explain {skus[-1].sku} --marketplace {skus[-1].marketplace} --job {quote(f'{folder}/sheets-sync.yaml')}"


def _stay() -> None:
    while True:
        time.sleep(3600)
