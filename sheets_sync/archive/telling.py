"""What an archive run, a check and a restoring say: one JSON object for programs, a few lines for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sheets_sync.errors import Words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sheets_sync.archive.checking import Check
    from sheets_sync.archive.nightly import Archived, MonthResult
    from sheets_sync.archive.restoring import Restored
    from sheets_sync.errors import Language

_STATES = {
    "preliminary": Words("初步存档", "preliminary archive"),
    "final": Words("最终存档", "final archive"),
    "waiting": Words("还没有存档", "no archive yet"),
    "gone": Words("工作表已被删除,无法存档", "its tab was deleted and cannot be archived"),
}


def as_json(run_id: str, done: Archived, language: Language) -> dict[str, Any]:
    """Return the object of `archive --json`; its keys are a contract."""
    return {
        "run_id": run_id,
        "months": [
            {
                "month": month.month,
                "state": month.state,
                "files": [{"path": path, "sha256": sha256} for path, sha256 in month.files],
                "copies": [
                    {
                        "target": copy.target,
                        "ok": copy.ok,
                        "error": None if copy.error is None else copy.error.say(language),
                    }
                    for copy in month.copies
                ],
            }
            for month in done.months
        ],
    }


def checks_as_json(run_id: str, checks: Sequence[Check], language: Language) -> dict[str, Any]:
    """Return the object of `archive --verify --json`: each month once for each state."""
    months: dict[tuple[str, str], dict[str, Any]] = {}
    for check in checks:
        entry = months.setdefault(
            (check.month, check.state),
            {"month": check.month, "state": check.state, "files": [], "copies": []},
        )
        entry["files"] = entry["files"] or [
            {"path": name, "sha256": sha256} for name, sha256 in check.files
        ]
        error = "; ".join(fault.say(language) for fault in check.faults) or None
        entry["copies"].append({"target": check.target, "ok": not check.faults, "error": error})
    return {"run_id": run_id, "months": list(months.values())}


def lines(done: Archived, language: Language) -> Iterator[str]:
    """Yield what was done, for people; nothing where nothing was."""
    for month in done.months:
        yield f"{month.month}: {_said(month).say(language)}"
    for month_, title in done.removed:
        yield Words(
            f"已从表格移除旧工作表「{title}」(存档已逐份核对;找回:sheets-sync archive --restore {month_})",
            f"Removed the old tab '{title}' from the sheet (every copy was checked; to have it back: "
            f"sheets-sync archive --restore {month_})",
        ).say(language)


def _said(month: MonthResult) -> Words:
    state = _STATES[month.state]
    if month.waits_for is not None:
        return Words(f"{state.zh}:{month.waits_for.zh}", f"{state.en}: {month.waits_for.en}")
    if month.is_frozen and month.state == "final":
        state = Words(f"{state.zh},工作表已冻结", f"{state.en}, its tab is frozen")
    good = ", ".join(copy.target for copy in month.copies if copy.ok)
    if not good:
        return state
    return Words(f"{state.zh};已复制并核对:{good}", f"{state.en}; copied and compared: {good}")


def check_lines(checks: Sequence[Check], language: Language) -> Iterator[str]:
    """Yield each copy of each month, right or wrong, and what it comes to."""
    for check in checks:
        mark = "?" if not check.reached else "✗" if check.faults else "✓"
        state = (
            Words("初步", "preliminary") if check.state == "preliminary" else Words("最终", "final")
        )
        yield f"{mark} {check.month} {state.say(language)}  {check.target}"
        for fault in check.faults:
            yield f"    {fault.say(language)}"
    unasked = sum(not check.reached for check in checks)
    wrong = sum(bool(check.faults) for check in checks) - unasked
    total = len(checks)
    if not checks:
        words = Words("还没有任何存档。", "There are no archives yet.")
    elif not wrong and not unasked:
        words = Words(
            f"共 {total} 份,全部与清单一致。", f"Copies: {total}, all equal to their manifests."
        )
    else:
        words = Words(
            f"共 {total} 份:完好 {total - wrong - unasked},有问题 {wrong},连不上没能核对 {unasked}。"
            "先解决连接(如有),再运行 sheets-sync archive:它会用完好的一份补上有问题的。",
            f"Copies: {total}, good {total - wrong - unasked}, wrong {wrong}, not reached {unasked}. Put the places right that "
            "cannot be reached, then run `sheets-sync archive`: it replaces what is wrong with a good copy.",
        )
    yield words.say(language)


def restored_lines(made: Sequence[Restored], language: Language) -> Iterator[str]:
    """Yield which tabs were made."""
    for one in made:
        state = (
            Words("最终存档", "final archive")
            if one.state == "final"
            else Words("初步存档", "preliminary archive")
        )
        if one.is_new:
            words = Words(
                f"已恢复为工作表「{one.title}」:{one.rows} 行,来自{state.zh},已逐格核对。",
                f"Restored as the tab '{one.title}': {one.rows} rows from the {state.en}, compared cell by cell.",
            )
        else:
            words = Words(
                f"工作表「{one.title}」之前已恢复过,仍与{state.zh}一致。",
                f"The tab '{one.title}' was restored before and still equals the {state.en}.",
            )
        yield words.say(language)
