"""Adopting a spreadsheet that a team already keeps by hand: `sheets-sync init DIR --adopt URL`.

The mapping is shown, settled and agreed; then one atomic batch tags what was agreed, and the job folder is
written with what was agreed as its own template. Not one cell or format of the team's changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sheets_sync.adopt import telling
from sheets_sync.adopt.files import log_file, shipped_files
from sheets_sync.adopt.proposal import candidates, propose
from sheets_sync.adopt.reading import open_target, read
from sheets_sync.adopt.tagging import tagging
from sheets_sync.config.job import load_job
from sheets_sync.config.starter import Known, refuse_existing_job, start_job
from sheets_sync.config.templates import shipped_layouts
from sheets_sync.edges import LOCAL_ID, open_store
from sheets_sync.errors import UnsafeChange, Words
from sheets_sync.sheets.reading import GONE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from sheets_sync.adopt.proposal import Proposal
    from sheets_sync.adopt.reading import Seen, Target
    from sheets_sync.config.job import Job
    from sheets_sync.core.adoption.logs import Log
    from sheets_sync.errors import Language

    Ask = Callable[[str], str]
    Say = Callable[[str], object]


def adopt(
    folder: Path,
    address: str,
    *,
    template: Literal["full", "simple"],
    language: Language,
    shown: Language,
    yes: bool,
    ask: Ask | None,
    say: Say,
) -> list[Path]:
    """Map, agree, tag and write a job folder; return what was made, nothing where nobody agreed.

    `language` is the sheet's and `shown` that of the talk. Without `yes` everything is asked by `ask`;
    where nobody can be asked the mapping is shown alone. Raise a SheetsSyncError before anything is
    changed.
    """
    refuse_existing_job(folder)
    with open_target(folder, address) as target:
        seen = read(target)
        layouts = shipped_layouts(template)
        asked = None if yes else ask
        found = candidates(seen, layouts)
        best = [log for log in found if log.rank == found[0].rank]
        daily = _daily(best, asked, say, shown)
        over = [log for log in best if log is not daily]
        proposal = propose(seen, layouts, daily, over)
        if yes:
            proposal = proposal.by_default().checked()
        _tell(telling.mapping(proposal, shown), say)
        if not yes:
            if ask is None:
                say(telling.TO_AGREE.say(shown))
                return []
            settled = _settled(proposal, ask, say, shown)
            if proposal.doubts:
                _tell(telling.mapping(settled, shown), say)
            proposal = settled
            if ask(telling.AGREE.say(shown)).strip().casefold() not in ("y", "yes", "是"):
                say(telling.LEFT_ALONE.say(shown))
                return []
            _refuse_changed(seen, read(target))
        _tag(target, proposal, language)
        made = _write(folder, target, proposal, template, language)
        _remember(load_job(folder), target)
        return made


def _daily(best: Sequence[Log], ask: Ask | None, say: Say, shown: Language) -> Log:
    """Return which of equally good tabs is the daily log: asked where there are several, else the newest."""
    if len(best) == 1 or ask is None:
        return best[0]
    _tell(telling.which_log(best, shown), say)
    return best[_number(ask, len(best), shown) or 0]


def _settled(proposal: Proposal, ask: Ask, say: Say, shown: Language) -> Proposal:
    """Ask about every doubt, one by one."""
    while proposal.doubts:
        match, doubt = proposal.doubts[0]
        _tell(telling.question(match, doubt, shown), say)
        number = _number(ask, len(doubt.choices), shown)
        proposal = proposal.answered(
            match, doubt, None if number is None else doubt.choices[number]
        )
    return proposal.checked()


def _number(ask: Ask, most: int, shown: Language) -> int | None:
    """Return the zero-based answer, None for none; ask again for what is no answer."""
    while True:
        answer = ask(telling.NUMBER.say(shown)).strip()
        if not answer:
            return None
        if answer.isdecimal() and 1 <= int(answer) <= most:
            return int(answer) - 1


def _tell(lines: Iterable[str], say: Say) -> None:
    for line in lines:
        say(line)


def _refuse_changed(before: Seen, now: Seen) -> None:
    """Raise UnsafeChange where somebody worked in the sheet while the questions were answered."""
    if before.tabs != now.tabs:
        raise UnsafeChange(
            Words(
                "回答问题的时候表格被人改了。什么都没改,请再运行一次。",
                "Somebody changed the sheet while the questions were answered. Nothing was written; run it again.",
            )
        )


def _tag(target: Target, proposal: Proposal, language: Language) -> None:
    """Tag everything in one atomic batch; nothing is sent where it is tagged already."""
    formats = proposal.seen.formats
    requests = [
        request
        for one in proposal.logs
        for match, tab_id in one.tabs
        for request in tagging(match, tab_id, language, formats.get(match.tab.sheet_id, ()))
    ]
    if requests:
        target.gateway.batch_update(target.spreadsheet_id, requests, fields="spreadsheetId")


def _write(
    folder: Path,
    target: Target,
    proposal: Proposal,
    template: Literal["full", "simple"],
    language: Language,
) -> list[Path]:
    own = {
        f"{one.match.layout.id}.yaml": log_file(one.match, one.pattern, language)
        for one in proposal.logs
    }
    adopted = [one.match.layout.id for one in proposal.logs]
    files = {**shipped_files(template, adopted, proposal.renamed), **own}
    known = Known(
        proposal.places.stores, target.spreadsheet, target.credentials, proposal.seen.title, files
    )
    return start_job(folder, template=template, language=language, known=known)


def _remember(job: Job, target: Target) -> None:
    """Note which spreadsheet it is; what an earlier job knew of its tabs is looked for anew."""
    spreadsheet = target.spreadsheet_id
    with open_store(job, writing=target.is_local) as store:
        for tab, memory in store.tabs(spreadsheet).items():
            if memory.sheet_id == GONE:
                store.forget_tab(spreadsheet, tab)
        store.forget_places(spreadsheet)
        if target.is_local:
            store.remember(LOCAL_ID, spreadsheet)
