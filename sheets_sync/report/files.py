"""Where a report lies, and how it gets there: wholly, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheets_sync.archive.bundle import team_in_names
from sheets_sync.errors import ConfigurationError, Words

if TYPE_CHECKING:
    from pathlib import Path

    from sheets_sync.config.job import Job
    from sheets_sync.report.asked import Span


class NotWritten(ConfigurationError):
    """The report cannot be put where it is wanted."""

    def __init__(self, path: Path, error: OSError) -> None:
        self.path = path
        reason = error.strerror or type(error).__name__
        super().__init__(
            Words(
                f"{path} 写不进去:{reason}。请换一个地方:--out 文件.xlsx",
                f"{path} cannot be written: {reason}. Name another place: --out FILE.xlsx",
            )
        )


def usual_place(job: Job, span: Span) -> Path:
    """Return the file in the job's folder that a report goes to."""
    team = team_in_names(job.team)
    return job.folder / "reports" / f"{team}_{span.first}_{span.last}.xlsx"


class NoWorkbook(ConfigurationError):
    """A report is asked for under a name that no workbook has."""

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(
            Words(
                f"--out {path}:报告是 Excel 文件,文件名要以 .xlsx 结尾。",
                f"--out {path}: a report is an Excel workbook, so its name ends in .xlsx.",
            )
        )


def put(content: bytes, path: Path) -> None:
    """Write a file under another name and rename it; raise NotWritten, or NoWorkbook for another kind of file."""
    if path.suffix.lower() != ".xlsx":
        raise NoWorkbook(path)
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise NotWritten(path, error) from error
