"""One line of the doctor: what was looked at, how it is, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sheets_sync.errors import ConfigurationError, InvalidFile, SheetError, SheetsSyncError, Words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sheets_sync.errors import Language

_MARKS = {True: "✓", False: "✗", None: "·"}
_AGAIN = Words(
    "改好后再运行 sheets-sync doctor。", "Correct it and run `sheets-sync doctor` again."
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found: `ok` is None for advice and for what was not checked.

    `exit_code` is what a fault ends the command with: 2 for the job's own files, 4 for the sheet.
    """

    ok: bool | None
    what: Words
    remedy: Words | None = None
    exit_code: int = ConfigurationError.exit_code


def fine(zh: str, en: str) -> Finding:
    """Return a finding that all is well."""
    return Finding(ok=True, what=Words(zh, en))


def advice(what: Words, remedy: Words | None = None) -> Finding:
    """Return something worth knowing that stops nothing."""
    return Finding(ok=None, what=what, remedy=remedy)


def fault(what: Words, remedy: Words) -> Finding:
    """Return a fault of the job's own files or of this computer."""
    return Finding(ok=False, what=what, remedy=remedy)


def sheet_fault(what: Words, remedy: Words) -> Finding:
    """Return a fault of the sheet."""
    return Finding(ok=False, what=what, remedy=remedy, exit_code=SheetError.exit_code)


def unchecked(what: Words, because: Words) -> Finding:
    """Return that something was not checked, and why."""
    return advice(Words(f"没有检查{what.zh}:{because.zh}", f"{what.en} not checked: {because.en}"))


def faults_of(error: Exception) -> Iterator[Finding]:
    """Yield the faults that an exception tells of: its own words hold the remedy.

    A file with several problems is several faults. A bug is a fault too: a doctor does not faint.
    """
    if isinstance(error, InvalidFile):
        last = len(error.problems) - 1
        for number, problem in enumerate(error.problems):
            said = Words(*(f"{error.path} {problem.say(language)}" for language in ("zh", "en")))
            yield Finding(ok=False, what=said, remedy=_AGAIN if number == last else None)
    elif isinstance(error, SheetsSyncError):
        code = SheetError.exit_code if isinstance(error, SheetError) else error.exit_code
        yield Finding(ok=False, what=error.words, exit_code=code)
    else:
        kind = type(error).__name__
        yield Finding(
            ok=False,
            what=Words(f"检查时程序出错({kind}:{error})", f"A check broke ({kind}: {error})"),
            remedy=Words(
                "这是程序的错误,请连同这一行反馈给我们。",
                "This is a bug; please report it with this line.",
            ),
            exit_code=SheetsSyncError.exit_code,
        )


def render(findings: Sequence[Finding], language: Language) -> str:
    """Return the findings for people: one line each with its mark, the remedy below, a total last."""
    return "\n".join(_lines(findings, language))


def exit_code(findings: Sequence[Finding]) -> int:
    """Return 0 without a fault, else 2 where files have to be corrected, else 4 for sheet or network."""
    return min((one.exit_code for one in findings if one.ok is False), default=0)


def _lines(findings: Sequence[Finding], language: Language) -> Iterator[str]:
    for one in findings:
        first, *rest = one.what.say(language).splitlines()
        yield f"{_MARKS[one.ok]} {first}"
        yield from (f"  {line}" for line in rest)
        if one.remedy is not None:
            yield f"    → {one.remedy.say(language)}"
    faults = sum(one.ok is False for one in findings)
    total = Words(f"有 {faults} 处要处理。", f"To put right: {faults}.")
    yield (
        total if faults else Words("可以运行 sheets-sync sync。", "Ready: run `sheets-sync sync`.")
    ).say(language)
