"""The command line: what each command does is one call; how it ends is one place."""

from __future__ import annotations

import json
import locale
import os
import re
import signal
import sys
import threading
import time
from contextlib import nullcontext
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Literal, cast

import typer
from rich.console import Console

from sheets_sync import __version__
from sheets_sync.errors import ConfigurationError, Language, NoUsableSource, SheetError, Words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

app = typer.Typer(
    name="sheets-sync",
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
rules_app = typer.Typer(help="Work on the rules.", no_args_is_help=True)
app.add_typer(rules_app, name="rules")

JobOption = Annotated[Path, typer.Option("--job", help="The job file.", show_default=True)]
NowOption = Annotated[
    str | None, typer.Option("--now", metavar="ISO-TIME", help="Pretend that it is this moment.")
]
JsonOption = Annotated[
    bool, typer.Option("--json", help="Print one JSON object instead of sentences.")
]

DEFAULT_JOB = Path("sheets-sync.yaml")


def system_language() -> Language:
    """Return the language of messages where no job says it: Chinese on a Chinese system."""
    names = (os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    name = next(filter(None, names), locale.getlocale()[0] or "")
    return "zh" if name.startswith(("zh", "Chinese")) else "en"


def moment(text: str | None) -> datetime:
    """Return the moment `--now` names, or the present one; a time without a zone is local."""
    if text is None:
        return datetime.now(UTC)
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        raise ConfigurationError(
            Words(
                f"--now 的时间 {text!r} 看不懂,请写成 2026-07-31T08:30:00+08:00。",
                f"--now: {text!r} is not a time; write it like 2026-07-31T08:30:00+08:00.",
            )
        ) from None


@app.callback()
def root(
    context: typer.Context,
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Print the version.",
        ),
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log every request.")] = False,
) -> None:
    """Keep a seller team's daily operations log in Google Sheets true, and lose nothing people typed."""
    from sheets_sync.logs import configure

    if version:
        typer.echo(f"sheets-sync {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
    configure(verbose=verbose)


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="Where the demo job is made.")] = Path("demo"),
    *,
    days: Annotated[int, typer.Option(min=3, max=60, help="How many days of history.")] = 30,
    skus: Annotated[int, typer.Option(min=12, max=400, help="How many products.")] = 40,
    seed: Annotated[int, typer.Option(help="Another seed is another company.")] = 7,
    serve: Annotated[bool, typer.Option(help="Stay up and show the sheet in the browser.")] = False,
    now: NowOption = None,
) -> None:
    """Make a whole made-up company and sync it night after night, no account needed."""
    from sheets_sync.demo.show import run_demo

    run_demo(
        folder,
        days=days,
        skus=skus,
        seed=seed,
        serve=serve,
        now=moment(now),
        language=system_language(),
        say=typer.echo,
        working=_working,
    )


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The new job's folder.")],
    *,
    template: Annotated[
        Literal["full", "simple"], typer.Option(help="full for a team, simple for one person.")
    ] = "full",
    lang: Annotated[
        Literal["zh", "en", "both"] | None, typer.Option(help="The language of the sheet.")
    ] = None,
    adopt: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Go on with a sheet that the team keeps already."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Agree to what --adopt proposes.")] = False,
) -> None:
    """Make a job folder, from a sheet the team keeps (--adopt); where it is complete, bring deleted tabs back."""
    language: Language = lang or system_language()
    shown = system_language() if language == "both" else language
    job = quote(str(folder / DEFAULT_JOB))
    if adopt is not None:
        made = _adopted(folder, adopt, template, language, shown, yes=yes)
        if not made:
            raise typer.Exit(ConfigurationError.exit_code)
    elif _brought_back(folder, job):
        return
    else:
        from sheets_sync.config.starter import start_job

        made = start_job(folder, template=template, language=language)
    for path in made:
        typer.echo(f"  {path}")
    places = Words("/站点/", "/MARKETPLACE/") if template == "full" else Words("/", "/")
    typer.echo(
        Words(
            f"已建好。下一步:把报表放进 {folder}/inbox{places.zh},再运行 sheets-sync sync --job {job}(先看会改什么:把 sync 换成 plan)",
            f"Done. Next: put reports into {folder}/inbox{places.en} and run sheets-sync sync --job {job} (to see first what would change: plan)",
        ).say(shown)
    )


def _adopted(
    folder: Path,
    address: str,
    template: Literal["full", "simple"],
    language: Language,
    shown: Language,
    *,
    yes: bool,
) -> list[Path]:
    from sheets_sync.adopt import adopt

    def ask(text: str) -> str:
        return str(typer.prompt(text, default="", show_default=False))

    return adopt(
        folder,
        address,
        template=template,
        language=language,
        shown=shown,
        yes=yes,
        ask=ask if sys.stdin.isatty() and sys.stdout.isatty() else None,
        say=typer.echo,
    )


def _brought_back(folder: Path, job: str) -> bool:
    """Let the next sync make the tabs again that the team deleted; tell whether there were any."""
    if not (folder / DEFAULT_JOB).is_file():
        return False
    from sheets_sync.adopt.again import forget_deleted

    titles = forget_deleted(folder / DEFAULT_JOB, now=moment(None))
    if titles:
        language = _language_of(folder / DEFAULT_JOB)
        typer.echo(
            Words(
                f"下次同步会重新建:{'、'.join(titles)}。别的都没有改。现在就建:sheets-sync sync --job {job}",
                f"The next sync makes again: {', '.join(titles)}. Nothing else was changed. To make them now: sheets-sync sync --job {job}",
            ).say(language)
        )
    return bool(titles)


@app.command()
def doctor(*, job: JobOption = DEFAULT_JOB, now: NowOption = None) -> None:
    """Check files, credentials, sharing, clock, template; say what to do about each fault."""
    from sheets_sync.doctor import examine, exit_code, render

    findings = examine(job, now=moment(now))
    typer.echo(render(findings, _language_of(job)))
    raise typer.Exit(exit_code(findings))


@app.command()
def plan(
    *, job: JobOption = DEFAULT_JOB, now: NowOption = None, as_json: JsonOption = False
) -> None:
    """Say what a sync would change; change nothing, anywhere."""
    from sheets_sync import summary
    from sheets_sync.edges import load_setup, open_edges
    from sheets_sync.run import prepare

    started = time.monotonic()
    when = moment(now)
    setup = load_setup(job)
    with open_edges(setup) as edges, _working(Words("正在比对", "Comparing")):
        prepared = prepare(setup, edges, now=when)
        content = summary.as_json(
            prepared, edges.gateway.traffic, run_id=None, duration_s=time.monotonic() - started
        )
    _print(content, summary.as_text(content, prepared), as_json=as_json)
    if not as_json:
        found = content["fingerprint"]
        words = Words(
            f"计划指纹 {found}(只按此计划写入:sync --expect {found})",
            f"Fingerprint {found} (to carry out this plan and no other: sync --expect {found})",
        )
        typer.echo(words.say(setup.job.language))


@app.command()
def sync(
    *,
    job: JobOption = DEFAULT_JOB,
    now: NowOption = None,
    as_json: JsonOption = False,
    expect: Annotated[
        str | None, typer.Option(metavar="FINGERPRINT", help="Only if the plan is still this one.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Write even where figures look damaged.")
    ] = False,
) -> None:
    """Collect, judge and write: the nightly run."""
    content, text = _sync(job, moment(now), expect=expect, force=force)
    _print(content, text, as_json=as_json)


@app.command()
def archive(
    *,
    job: JobOption = DEFAULT_JOB,
    now: NowOption = None,
    as_json: JsonOption = False,
    month: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help="This month and no other.")
    ] = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Hold every copy against its manifest.")
    ] = False,
    restore: Annotated[
        str | None, typer.Option(metavar="YYYY-MM", help="Make a tab again from its archive.")
    ] = None,
) -> None:
    """Freeze and copy the months that are due; check the copies; bring a month back."""
    from sheets_sync.archive import command
    from sheets_sync.edges import load_setup, only_run, open_edges

    when = moment(now)
    for text in filter(None, (month, restore)):
        _check_month(text)
    if restore is not None and (verify or month is not None):
        raise ConfigurationError(
            Words(
                "--restore 要单独用,不能和 --month、--verify 一起。",
                "--restore goes alone, without --month and --verify.",
            )
        )
    setup = load_setup(job)
    with (
        only_run(setup.job),
        open_edges(setup, writing=True) as edges,
        _working(Words("正在归档", "Archiving")),
    ):
        done = command.run(setup, edges, now=when, month=month, verify=verify, restore=restore)
    _print(done.content, done.text, as_json=as_json)
    raise typer.Exit(0 if done.is_right else SheetError.exit_code)


def _check_month(text: str) -> None:
    from sheets_sync.core.months import first_day

    try:
        first_day(text)
    except ValueError:
        raise ConfigurationError(
            Words(
                f"{text!r} 不是月份,请写成 2026-07。",
                f"{text!r} is not a month; write it like 2026-07.",
            )
        ) from None


@app.command()
def report(
    *,
    first: Annotated[
        str, typer.Option("--from", metavar="YYYY-MM-DD", help="The first day of it.")
    ],
    last: Annotated[str, typer.Option("--to", metavar="YYYY-MM-DD", help="The last day of it.")],
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where it goes; into the job's folder by default."),
    ] = None,
    job: JobOption = DEFAULT_JOB,
    now: NowOption = None,
) -> None:
    """Review some months in a workbook with charts, from the store and the archives."""
    from sheets_sync.edges import load_setup, open_store
    from sheets_sync.report import report as reported

    setup = load_setup(job)
    with open_store(setup.job) as known, _working(Words("正在做报告", "Making the report")):
        text = reported(setup, known, first, last, out=out, now=moment(now))
    typer.echo(text)


@app.command()
def explain(
    sku: Annotated[str, typer.Argument(help="The SKU, as Amazon writes it.")],
    *,
    store: Annotated[str | None, typer.Option(help="Which store, where there are several.")] = None,
    marketplace: Annotated[
        str | None, typer.Option(help="Which marketplace; all of them by default.")
    ] = None,
    date: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="Which day; the newest by default.")
    ] = None,
    job: JobOption = DEFAULT_JOB,
    now: NowOption = None,
) -> None:
    """Say why a SKU is red: values, rule, threshold, history, source files."""
    from sheets_sync.edges import load_setup, open_store
    from sheets_sync.explain import story

    setup = load_setup(job)
    with open_store(setup.job) as known:
        typer.echo(
            story(
                setup,
                known,
                sku,
                store_name=store,
                marketplace=marketplace,
                day=date,
                now=moment(now),
            )
        )


@rules_app.command("test")
def rules_test(
    *,
    job: Annotated[
        Path | None, typer.Option("--job", help="A job whose own rules count too.")
    ] = None,
) -> None:
    """Run the cases written beside the rules."""
    from sheets_sync.config.data import data_folder
    from sheets_sync.config.job import load_job
    from sheets_sync.config.rulefiles import load_rules
    from sheets_sync.core.rules import run_cases

    rules = load_rules({} if job is None else load_job(job), data_folder("rules"))
    failed = [(rule, failure) for rule in rules for failure in run_cases(rule)]
    for rule, failure in failed:
        given = ", ".join(f"{name}: {value}" for name, value in failure.case.given.items())
        typer.echo(
            f"{failure.case.place} {rule.id}: {given} -> {failure.got}, expected {failure.case.expect}"
        )
    count = sum(len(rule.cases) for rule in rules)
    typer.echo(f"{len(rules)} rules, {count} cases, {len(failed)} failed")
    raise typer.Exit(2 if failed else 0)


@app.command()
def worker(*, job: JobOption = DEFAULT_JOB) -> None:
    """Stay running and sync on schedule; cron calls `sync` instead."""
    from sheets_sync.edges import check_setup
    from sheets_sync.worker import Worker

    check_setup(job)

    def run(job_file: Path, when: datetime) -> None:
        _, text = _sync(job_file, when)
        typer.echo(text)

    raise typer.Exit(Worker(job, run=run, say=typer.echo).serve())


@app.command()
def emulator(
    *,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = 8484,
    data: Annotated[Path, typer.Option(help="Where its spreadsheets are kept.")] = Path(
        "local-sheets"
    ),
    host: Annotated[str, typer.Option(help="Anything but loopback lets others in.")] = "127.0.0.1",
    quotas: Annotated[
        bool, typer.Option("--quotas", help="Enforce Google's quotas per minute.")
    ] = False,
    auth: Annotated[
        Literal["open", "required"], typer.Option(help="Whether callers need a token of its own.")
    ] = "open",
    faults: Annotated[
        float,
        typer.Option(min=0, max=1, help="Which share of the calls fails, for tests of clients."),
    ] = 0,
    seed: Annotated[int, typer.Option(help="The same seed and calls fail the same way.")] = 7,
) -> None:
    """Run the local Google Sheets server with its web page."""
    from sheets_sync.emulator.serve import LocalServer, ServerInUse

    try:
        with LocalServer(data, port=port, host=host, quotas=quotas, auth=auth) as server:
            if faults:
                server.fail({"random": {"seed": seed, "rate": faults}})
            typer.echo(f"{server.url}/")
            _until_stopped()
    except ServerInUse:
        words = Words(
            f"{data} 已有一个表格服务在运行,请用它打印的地址。",
            f"A server for {data} is running already; use the address it printed.",
        )
        raise SheetError(words) from None
    except OSError as error:
        words = Words(
            f"端口 {port} 打不开:{error.strerror}。请换一个,如 --port 0(自动选空闲端口)。",
            f"Port {port} cannot be opened: {error.strerror}. Take another one, such as --port 0 for any that is free.",
        )
        raise SheetError(words) from error


def _until_stopped() -> None:
    """Wait for SIGTERM; an interrupt from the keyboard is raised as ever."""
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    while not stopped.wait(1):
        pass


def _sync(
    job: Path, when: datetime, *, expect: str | None = None, force: bool = False
) -> tuple[dict[str, object], str]:
    from sheets_sync import summary
    from sheets_sync.archive import telling
    from sheets_sync.archive.nightly import archive as archive_due
    from sheets_sync.edges import load_setup, only_run, open_edges
    from sheets_sync.run import carry_out, new_run_id, prepare

    started = time.monotonic()
    setup = load_setup(job)
    with (
        only_run(setup.job),
        open_edges(setup, writing=True) as edges,
        _working(Words("正在同步", "Syncing")),
    ):
        try:
            prepared = prepare(setup, edges, now=when)
        except NoUsableSource:  # months end without new reports too
            archive_due(setup, edges, now=when, run_id=new_run_id(when))
            raise
        run_id, prepared = carry_out(prepared, edges, expect=expect, force=force)
        archived = archive_due(setup, edges, now=when, run_id=run_id)
        content = summary.as_json(
            prepared,
            edges.gateway.traffic,
            run_id=run_id,
            duration_s=time.monotonic() - started,
            more=archived.notices,
        )
    lines = telling.lines(archived, setup.job.language)
    return content, "\n".join([summary.as_text(content, prepared), *lines])


def _language_of(job: Path) -> Language:
    from sheets_sync.config.job import load_job

    try:
        return load_job(job).language
    except (ConfigurationError, OSError):
        return _written_language(job) or system_language()


def _written_language(job: Path) -> Language | None:
    """Return the language a job file asks for, though the rest of it cannot be used."""
    path = job / DEFAULT_JOB if job.is_dir() else job
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    found = re.search(r"^language:\s*['\"]?(zh|en|both)\b", text, re.MULTILINE)
    return cast("Language", found[1]) if found else None


def _working(words: Words) -> AbstractContextManager[object]:
    """Show that work goes on, on a terminal; nothing in cron."""
    console = Console(stderr=True)
    return console.status(words.say(system_language())) if console.is_terminal else nullcontext()


def _print(content: dict[str, object], text: str, *, as_json: bool) -> None:
    typer.echo(json.dumps(content, ensure_ascii=False, indent=2) if as_json else text)


def fail(words: Words, arguments: Sequence[str]) -> None:
    """Print a failure in the language that the arguments name, else of their job, else of the system."""
    spoken = [after for before, after in pairwise(arguments) if before == "--lang"]
    if spoken and spoken[-1] in ("zh", "en"):
        typer.echo(words.say(cast("Language", spoken[-1])), err=True)
        return
    named = [after for before, after in pairwise(arguments) if before == "--job"]
    named += [text.removeprefix("--job=") for text in arguments if text.startswith("--job=")]
    typer.echo(words.say(_language_of(Path(named[0]) if named else DEFAULT_JOB)), err=True)
