"""A review of some months as a workbook, from what is remembered: `sheets-sync report`.

It reads the store and the archives, and changes nothing but the file that it writes. The sheet is not
looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheets_sync.core.review import compose
from sheets_sync.report import telling
from sheets_sync.report.asked import asked_for
from sheets_sync.report.files import put, usual_place
from sheets_sync.report.gathering import Past
from sheets_sync.report.telling import Head, NothingKnown
from sheets_sync.report.workbook import workbook

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from sheets_sync.edges import Setup
    from sheets_sync.store import Store


def report(
    setup: Setup, store: Store, first: str, last: str, *, out: Path | None, now: datetime
) -> str:
    """Write the review of the days from `first` to `last`; return what to print.

    Raise ConfigurationError for days that cannot be meant or a file that cannot be written, NoUsableSource
    where nothing is known of the days.
    """
    span = asked_for(first, last)
    past = Past(setup, store, span, now)
    found = past.known
    if not found.known.days.any():
        raise NothingKnown(span, past.stored_days, past.archived_months)
    review = compose(found.known, past.before, past.listed)
    job = setup.job
    head = Head(job.team, now.astimezone(job.zone), job.language, len(job.stores) == 1)
    path = out or usual_place(job, span)
    put(workbook(review, head, found.months), path)
    return "\n".join([str(path), *telling.lines(review, found.months, head)])
