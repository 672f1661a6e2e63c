"""The places that months are copied to: each is asked what it holds, and nothing is written there."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from sheets_sync.archive.targets import open_target
from sheets_sync.doctor.finding import advice, fine
from sheets_sync.errors import Words
from sheets_sync.run import DEEP_WINDOW_DAYS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sheets_sync.config.job import Job
    from sheets_sync.doctor.finding import Finding


def of_waiting(job: Job) -> Iterator[Finding]:
    """Say where a month is frozen before its figures have settled: REPORTS 11, ads up to 42 days."""
    if job.archive.after_days < DEEP_WINDOW_DAYS:
        yield advice(
            Words(
                f"archive.after_days 是 {job.archive.after_days} 天,之后亚马逊更正的广告数据进不了最终存档",
                f"archive.after_days is {job.archive.after_days}: ad figures that Amazon restates later do not reach the final archive",
            ),
            Words(
                f"写成 {DEEP_WINDOW_DAYS} 或更多,除非有意这样。",
                f"Make it {DEEP_WINDOW_DAYS} or more, unless that is meant.",
            ),
        )


def of_target(job: Job, url: str) -> Iterator[Finding]:
    """Reach one place of `archive.copy_to`; raise SheetsSyncError where that fails."""
    with closing(open_target(url, job.folder)) as target:
        target.names()
        yield fine(f"归档可以复制到 {target.name}", f"Archives can be copied to {target.name}")
