"""The places that months are copied to: each is asked what it holds, and nothing is written there."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from sheets_sync.archive.targets import open_target
from sheets_sync.doctor.finding import advice, fault, fine
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
    """Reach one place of `archive.copy_to`; raise SheetsSyncError where that fails.

    Nothing is written there: whether it may be is known of folders alone.
    """
    with closing(open_target(url, job.folder)) as target:
        target.names()
        folder = None if "://" in url else job.folder / Path(url).expanduser()
        if folder is not None and not folder.exists():
            yield advice(
                Words(f"文件夹 {folder} 还没有", f"The folder {folder} is not there yet"),
                Words(
                    "第一次复制时会建立。如果它应该在外接硬盘或网络盘上,请先挂载。",
                    "The first copy makes it. If it should be on a disk or a share, mount that first.",
                ),
            )
        elif folder is not None and not os.access(folder, os.W_OK):
            yield fault(
                Words(f"不能写入文件夹 {folder}", f"The folder {folder} cannot be written"),
                Words("请检查它的所有者和权限。", "Check its owner and its permissions."),
            )
        else:
            yield fine(
                f"连得上归档目标 {target.name}", f"Archive target {target.name} can be reached"
            )
