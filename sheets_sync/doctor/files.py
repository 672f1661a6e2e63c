"""What lies in the job folder: the lists, the inbox, the store, and when the next run is."""

from __future__ import annotations

import os
import tempfile
from collections import defaultdict
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy.engine import make_url

from sheets_sync.core.kinds import KINDS
from sheets_sync.core.slots import next_slot
from sheets_sync.doctor.finding import advice, fault, fine
from sheets_sync.errors import Words
from sheets_sync.sources import Places, load
from sheets_sync.sources.inbox import scan
from sheets_sync.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date, datetime

    from sheets_sync.config.job import Job
    from sheets_sync.core.model import Fault, MasterData, Report, SourceFile
    from sheets_sync.core.rules import Rule
    from sheets_sync.core.template import TabLayout
    from sheets_sync.doctor.finding import Finding

LISTED = 10
"""How many files or names of a kind are told; the rest is counted."""

_STALE = timedelta(days=2)
_KNOWN_DAYS = 45
_NEEDED = (
    (Words("销售与流量", "sales and traffic"), ("sales-traffic",)),
    (Words("库存", "stock"), ("fba-inventory", "fba-planning")),
    (Words("广告", "ads"), ("ads-sp-api", "ads-sp-console")),
)

NewestDays = dict[str, "date"]
"""The newest business day of each kind of report."""


def of_job(job: Job) -> Iterator[Finding]:
    """Say what the job is about and what time it is for the team."""
    places = " | ".join(f"{store}: {' '.join(codes)}" for store, codes in job.stores.items())
    yield fine(f"任务文件 {job.path}({places})", f"Job file {job.path} ({places})")


def of_rules(rules: Sequence[Rule], layouts: Sequence[TabLayout], job: Job) -> Iterator[Finding]:
    """Say which rules and which template are in use."""
    if rules:
        yield fine(f"规则 {len(rules)} 条", f"Rules: {len(rules)}")
    if layouts:
        names = ", ".join(layout.id for layout in layouts)
        yield fine(f"模板 {job.template}({names})", f"Template {job.template} ({names})")


def of_lists(master: MasterData, *, in_sheet: bool) -> Iterator[Finding]:
    """Look for what the SKU list and the benchmarks leave open, unless the sheet keeps them."""
    skus = list(master.skus.values())
    if in_sheet and not skus:
        yield fine(
            "skus.csv 里没有SKU:在表格的「SKU表」里维护",
            "skus.csv lists no SKU: they are kept in the sheet",
        )
        return
    if not skus:
        yield advice(
            Words(
                "skus.csv 里没有SKU:预警会没有负责人,也不按类目判断ACOS",
                "skus.csv lists no SKU: alerts have no owner, and ACOS is not judged by category",
            ),
            Words("把SKU、类目、负责人填进去。", "Fill in SKUs, categories and owners."),
        )
        return
    yield fine(
        f"skus.csv {len(skus)} 个SKU,benchmarks.csv {len(master.benchmarks)} 条",
        f"SKUs in skus.csv: {len(skus)}, ranges in benchmarks.csv: {len(master.benchmarks)}",
    )
    ownerless = [sku.sku for sku in skus if not sku.owner]
    if ownerless:
        some = _some(ownerless)
        yield advice(
            Words(f"没有负责人的SKU:{some.zh}", f"SKUs without an owner: {some.en}"),
            Words("在 skus.csv 填上负责人。", "Fill in their owners in skus.csv."),
        )
    known = {benchmark.category.casefold() for benchmark in master.benchmarks}
    unknown = sorted({sku.category for sku in skus if sku.category} - _spelt(skus, known))
    if unknown:
        some = _some(unknown)
        yield advice(
            Words(
                f"benchmarks.csv 里没有这些类目,它们的ACOS不判断:{some.zh}",
                f"Categories without a benchmark, so their ACOS is not judged: {some.en}",
            ),
            Words("在 benchmarks.csv 补上。", "Add them to benchmarks.csv."),
        )


def of_schedule(job: Job, now: datetime) -> Iterator[Finding]:
    """Say what time it is for the team, and when the worker would run next."""
    slot = next_slot(job.schedule.at, job.zone, now).astimezone(job.zone)
    here = now.astimezone(job.zone)
    yield fine(
        f"团队时间 {here:%Y-%m-%d %H:%M}({job.schedule.zone});worker 下次运行 {slot:%m-%d %H:%M},用 cron 则以 crontab 为准",
        f"Team time {here:%Y-%m-%d %H:%M} ({job.schedule.zone}); the worker's next run is {slot:%m-%d %H:%M}, "
        "cron has times of its own",
    )


def of_state(job: Job) -> Iterator[Finding]:
    """Try whether the program can keep its records."""
    folder = job.state
    while not folder.exists():
        folder = folder.parent
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        yield fault(
            Words(
                f"{job.state} 写不进去:{error.strerror}",
                f"{job.state} cannot be written: {error.strerror}",
            ),
            Words(
                "请检查文件夹的所有者和权限:运行 sheets-sync 的用户要能写。",
                "Check owner and permissions: the user who runs sheets-sync must be able to write there.",
            ),
        )
    else:
        yield fine(f"{job.state} 可以写", f"{job.state} can be written")


NOWHERE = "sqlite://"
"""The address of a store that is empty and kept nowhere."""


def open_store(job: Job) -> Store:
    """Return the store, an empty one where the first run has yet to make it; raise ConfigurationError."""
    url = make_url(job.store_url)
    if url.get_backend_name() == "sqlite" and not os.path.exists(url.database or ""):  # noqa: PTH110  # may be blank
        return Store(NOWHERE)
    return Store(job.store_url)


def of_store(store: Store) -> Iterator[Finding]:
    """Say what the store remembers of the last run."""
    last = next(iter(store.runs(1)), None)
    if last is None:
        yield advice(
            Words(
                "还没有运行过,首次运行:sheets-sync sync",
                "Nothing was run yet; the first run is `sheets-sync sync`",
            )
        )
    elif last.state == "finished":
        yield fine(
            f"上次写入 {last.run_id},已完成", f"Last run that wrote: {last.run_id}, finished"
        )
    elif last.state == "pending":
        yield advice(
            Words(f"上次运行 {last.run_id} 中途断了", f"The last run, {last.run_id}, was cut off"),
            Words(
                "运行 sheets-sync sync,会接着核对并写完。",
                "Run `sheets-sync sync`: it checks and completes.",
            ),
        )
    else:
        reason = last.summary.get("error", "")
        yield advice(
            Words(
                f"上次运行 {last.run_id} 失败:{reason}",
                f"The last run, {last.run_id}, failed: {reason}",
            ),
            Words("处理后再运行 sheets-sync sync。", "Put it right and run `sheets-sync sync`."),
        )


def of_inbox(job: Job, store: Store, now: datetime) -> Iterator[Finding]:
    """Read the files of the inbox: which are unknown, and what each marketplace has."""
    if not job.inbox.is_dir():
        yield fault(
            Words(f"没有文件夹 {job.inbox}", f"There is no folder {job.inbox}"),
            Words("新建它,把报表放进去。", "Make it, and put the reports there."),
        )
        return
    files = scan(job.inbox)
    known = store.known_files()
    fresh = [file for file in files if (file.path, file.sha256) not in known]
    reports = load(job.inbox, fresh, Places({s: tuple(codes) for s, codes in job.stores.items()}))
    faults = [one for file in files for one in known.get((file.path, file.sha256), ())]
    newest = _newest_days(reports, store, now)
    if not files and not newest:
        yield fault(
            Words("inbox 里没有文件", "The inbox holds no file"),
            Words(
                f"把后台下载的报表放进 {job.inbox}/站点/。",
                f"Put reports as downloaded into {job.inbox}/MARKETPLACE/.",
            ),
        )
        return
    yield _count(files, job, now) if files else advice(_ONLY_EARLIER)
    yield from _unread([report for report in reports if report.kind is None])
    yield from _partly([*faults, *(f for r in reports if r.kind is not None for f in r.faults)])
    for store_name, code in job.places:
        yield _place(job, store_name, code, newest.get((store_name, code), {}))


_ONLY_EARLIER = Words(
    "inbox 是空的,只有以前收到的数据;请放入新的报表",
    "The inbox is empty, with only earlier figures; put new reports there",
)


def _count(files: Sequence[SourceFile], job: Job, now: datetime) -> Finding:
    newest = max(files, key=lambda file: file.modified)
    when = f"{newest.modified.astimezone(job.zone):%Y-%m-%d %H:%M}"
    words = Words(
        f"inbox {len(files)} 个文件,最新 {newest.path}({when})",
        f"Files in the inbox: {len(files)}, newest {newest.path} ({when})",
    )
    if now - newest.modified <= _STALE:
        return fine(*words)
    days = (now - newest.modified).days
    return advice(
        words,
        Words(
            f"已有 {days} 天没有新文件,请下载新的报表。",
            f"No new file for {days} days: download new reports.",
        ),
    )


def _unread(reports: Sequence[Report]) -> Iterator[Finding]:
    for report in reports[:LISTED]:
        first = next(iter(report.faults), None)
        reason = first.reason if first else Words("不认识", "unknown")
        yield fault(
            Words(
                f"inbox/{report.file.path} 用不了:{reason.zh}",
                f"inbox/{report.file.path} cannot be used: {reason.en}",
            ),
            Words(
                "重新下载正确的报表;不需要的文件请移出 inbox。",
                "Download the right report; move a file that is not needed out of the inbox.",
            ),
        )
    if len(reports) > LISTED:
        more = len(reports) - LISTED
        yield fault(
            Words(f"另有 {more} 个文件用不了", f"Further files that cannot be used: {more}"),
            Words("先处理上面的。", "Begin with those above."),
        )


def _partly(faults: Sequence[Fault]) -> Iterator[Finding]:
    if faults:
        first, files = faults[0], len({one.file for one in faults})
        place = "" if first.row is None else f":{first.row}"
        yield advice(
            Words(
                f"{files} 个文件里有 {len(faults)} 处没用上,如 {first.file}{place} {first.reason.zh}",
                f"Not used: {len(faults)} place(s) in {files} file(s), such as {first.file}{place} {first.reason.en}",
            ),
            Words(
                "sheets-sync plan --json 的 rejects 列出全部。",
                "`sheets-sync plan --json` lists all under rejects.",
            ),
        )


def _newest_days(
    reports: Sequence[Report], store: Store, now: datetime
) -> dict[tuple[str, str], NewestDays]:
    found: defaultdict[tuple[str, str], NewestDays] = defaultdict(dict)
    known = store.current((now - timedelta(days=_KNOWN_DAYS)).date())
    slots = [(slot.kind, slot.store, slot.marketplace, slot.date) for slot in known]
    slots += [(p.kind, p.store, p.marketplace, p.date) for r in reports for p in r.portions]
    for kind, store_name, code, day in slots:
        days = found[store_name, code]
        days[kind] = max(day, days.get(kind, day))
    return found


def _place(job: Job, store: str, code: str, newest: Mapping[str, date]) -> Finding:
    name = code if len(job.stores) == 1 else f"{store}/{code}"
    if not newest:
        return fault(
            Words(f"{name} 没有任何报表", f"{name} has no report at all"),
            Words(
                f"把它的报表放进 inbox/{name}/;不再经营这个站点就从 stores 删掉。",
                f"Put its reports into inbox/{name}/; remove it from stores if you do not sell there.",
            ),
        )
    days = [f"{KINDS[kind].label.zh} {day:%m-%d}" for kind, day in sorted(newest.items())]
    days_en = [f"{KINDS[kind].label.en} {day:%m-%d}" for kind, day in sorted(newest.items())]
    words = Words(f"{name}:{'、'.join(days)}", f"{name}: {', '.join(days_en)}")
    missing = [label for label, kinds in _NEEDED if not newest.keys() & set(kinds)]
    if not missing:
        return fine(*words)
    return advice(
        words,
        Words(
            f"还缺:{'、'.join(label.zh for label in missing)},相关的列会是空白。",
            f"Missing: {', '.join(label.en for label in missing)}; those columns stay blank.",
        ),
    )


def _spelt(skus: Sequence[object], known: set[str]) -> set[str]:
    """Return the categories of the SKUs that are known, as the SKU list spells them."""
    return {c for c in (getattr(sku, "category", "") for sku in skus) if c.casefold() in known}


def _some(names: Sequence[str]) -> Words:
    shown = ", ".join(names[:LISTED])
    if len(names) <= LISTED:
        return Words(shown, shown)
    return Words(f"{shown} 等 {len(names)} 个", f"{shown} and others, {len(names)} in all")
