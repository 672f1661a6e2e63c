"""When the next run is, on ordinary days and on days of 23 and 25 hours."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from sheets_sync.core.slots import next_slot

AT = ["16:30", "08:30"]


@pytest.mark.parametrize(
    ("zone", "at", "after", "expected"),
    [
        ("Asia/Shanghai", AT, "2026-07-31T00:29:59+00:00", "2026-07-31T00:30:00+00:00"),
        ("Asia/Shanghai", AT, "2026-07-31T00:30:00+00:00", "2026-07-31T08:30:00+00:00"),
        ("Asia/Shanghai", AT, "2026-07-31T08:30:00+00:00", "2026-08-01T00:30:00+00:00"),
        # Clocks in Berlin go from 2:00 to 3:00 on 29 March, and from 3:00 to 2:00 on 25 October.
        ("Europe/Berlin", ["08:30"], "2026-03-28T07:30:00+00:00", "2026-03-29T06:30:00+00:00"),
        ("Europe/Berlin", ["08:30"], "2026-10-24T06:30:00+00:00", "2026-10-25T07:30:00+00:00"),
        ("Europe/Berlin", ["02:30"], "2026-03-28T12:00:00+00:00", "2026-03-29T01:30:00+00:00"),
        ("Europe/Berlin", ["02:30"], "2026-10-24T12:00:00+00:00", "2026-10-25T00:30:00+00:00"),
        ("Europe/Berlin", ["02:30"], "2026-10-25T00:30:00+00:00", "2026-10-26T01:30:00+00:00"),
        # Samoa went over the date line and had no 30 December 2011.
        ("Pacific/Apia", ["08:30"], "2011-12-29T18:31:00+00:00", "2011-12-30T18:30:00+00:00"),
    ],
)
def test_next_slot_is_the_first_local_time_after_a_moment(
    zone: str, at: list[str], after: str, expected: str
) -> None:
    """The team's clock decides, whatever the zone does that day."""
    found = next_slot(at, ZoneInfo(zone), datetime.fromisoformat(after))

    assert found.isoformat() == expected
