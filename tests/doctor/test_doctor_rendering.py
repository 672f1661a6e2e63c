"""How findings are shown, and how the command ends."""

from __future__ import annotations

import pytest

from sheets_sync.doctor import Finding, exit_code, render
from sheets_sync.errors import Words

FINE = Finding(ok=True, what=Words("好", "fine"))
ADVICE = Finding(ok=None, what=Words("没检查", "not checked"), remedy=Words("看看", "look"))
FILES = Finding(ok=False, what=Words("坏了\n  - 一", "broken\n  - one"), remedy=Words("改", "mend"))
SHEET = Finding(ok=False, what=Words("没权限", "no permission"), exit_code=4)


def test_each_finding_has_its_mark_and_its_remedy() -> None:
    """One line each, what to do below it, a total last."""
    assert render([FINE, ADVICE, FILES, SHEET], "en") == (
        "✓ fine\n"
        "· not checked\n"
        "    → look\n"
        "✗ broken\n"
        "    - one\n"
        "    → mend\n"
        "✗ no permission\n"
        "To put right: 2."
    )


def test_findings_are_in_the_language_asked_for() -> None:
    """The person who installs it may read Chinese only."""
    assert render([FINE, ADVICE], "zh") == "✓ 好\n· 没检查\n    → 看看\n可以运行 sheets-sync sync。"


@pytest.mark.parametrize(
    ("findings", "code"),
    [([FINE, ADVICE], 0), ([FINE, FILES], 2), ([SHEET], 4), ([SHEET, FILES], 2), ([], 0)],
)
def test_the_exit_code_names_the_first_thing_to_mend(findings: list[Finding], code: int) -> None:
    """Files come before the sheet, since the sheet may fail because of them."""
    assert exit_code(findings) == code
