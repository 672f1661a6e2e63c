"""Whatever the program sends, and whatever the server answers, is what Google describes."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sheets_sync.__main__ import main
from sheets_sync.demo.company import Company

if TYPE_CHECKING:
    from tests.conftest import Conformity

DESCRIBED = Path(__file__).parents[2].parent / "shared" / "conformance"
LAST_DAY = date(2026, 7, 30)
JOB = """team: acme
stores: {acme: [US, DE, JP]}
language: zh
spreadsheet: local
schedule: {at: ["16:30"], zone: Asia/Shanghai}
"""


@pytest.mark.skipif(not DESCRIBED.is_dir(), reason="the checks against Google are not here")
def test_three_nights_speak_as_the_discovery_document_says(
    tmp_path: Path, conformity: Conformity, capsys: pytest.CaptureFixture[str]
) -> None:
    """A small company syncs three nights and a second time; the check at the end finds no fault."""
    company = Company(seed=7, days=12, skus=12, last_day=LAST_DAY)
    job = tmp_path / "sheets-sync.yaml"
    job.write_text(JOB, encoding="utf-8")
    company.write_job_data(tmp_path)
    for back in (2, 1, 0):
        night = LAST_DAY - timedelta(days=back)
        company.write_night(tmp_path / "inbox", night)
        moment = company.run_moment(night).isoformat()
        for command in (["plan"], ["sync", "--json"], ["sync", "--json"]):
            assert main([*command, "--job", str(job), "--now", moment]) == 0
            capsys.readouterr()
    main(["doctor", "--job", str(job), "--now", moment])

    assert conformity.calls >= 9
    assert conformity.wrong == []
