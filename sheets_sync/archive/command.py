"""What the command `archive` does: archive what is due, check what there is, or bring a month back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sheets_sync.archive import telling
from sheets_sync.archive.checking import note
from sheets_sync.archive.checking import verify as checked
from sheets_sync.archive.nightly import archive
from sheets_sync.archive.restoring import restore as restored
from sheets_sync.archive.shelf import shelf_of
from sheets_sync.edges import spreadsheet_of
from sheets_sync.errors import ConfigurationError, Words
from sheets_sync.run import new_run_id
from sheets_sync.store import months

if TYPE_CHECKING:
    from datetime import datetime

    from sheets_sync.edges import Edges, Setup


class Done(NamedTuple):
    """What to print, for programs and for people, and whether all is as it should be."""

    content: dict[str, Any]
    text: str
    is_right: bool


class NothingSynced(ConfigurationError):
    """There is no sheet yet, so there is nothing to archive."""

    def __init__(self) -> None:
        super().__init__(
            Words(
                "还没有表格,没有可存档的。请先运行 sheets-sync sync。",
                "There is no sheet yet, so there is nothing to archive. Run `sheets-sync sync` first.",
            )
        )


def run(
    setup: Setup,
    edges: Edges,
    *,
    now: datetime,
    month: str | None,
    verify: bool,
    restore: str | None,
) -> Done:
    """Do one of the three; raise SheetsSyncError."""
    book, language, store = edges.book, setup.job.language, edges.store
    run_id = new_run_id(now)
    if verify:
        spreadsheet = spreadsheet_of(setup.job, store)
        shelf = shelf_of(setup.job, store, spreadsheet)
        checks = checked(shelf, months.recall(store, spreadsheet), month)
        if spreadsheet is not None:
            note(store, spreadsheet, checks)
        content: dict[str, Any] = telling.checks_as_json(run_id, checks, language)
        is_right = not any(check.faults for check in checks)
        return Done(content, "\n".join(telling.check_lines(checks, language)), is_right)
    if book is None:
        raise NothingSynced
    if restore is not None:
        made = restored(setup, store, book, restore)
        content = {
            "run_id": run_id,
            "months": [
                {"month": restore, "state": one.state, "files": [], "copies": []}
                for one in made[:1]
            ],
        }
        return Done(content, "\n".join(telling.restored_lines(made, language)), is_right=True)
    done = archive(setup, edges, now=now, run_id=run_id, only=month)
    text = [*telling.lines(done, language), *(f"  ! {n.words.say(language)}" for n in done.notices)]
    nothing = Words("没有到期的月份。", "No month is due.").say(language)
    return Done(
        telling.as_json(run_id, done, language), "\n".join(text) or nothing, not done.has_failed
    )
