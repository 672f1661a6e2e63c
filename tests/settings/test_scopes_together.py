"""Rows of several scopes together, against going through them by hand for each SKU."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sheets_sync.core.aims import Aim
from sheets_sync.core.model import Sku

Team = Any
TeamOf = Any

STORES, SITES, CATEGORIES, SKUS = ("acme", "beta"), ("US", "DE"), ("家居", "电子"), ("A-1", "A-2")
LISTED = [
    Sku("acme", "US", "A-1", category="家居"),
    Sku("acme", "DE", "A-1", category="家居"),
    Sku("beta", "US", "A-1", category="电子"),
    Sku("acme", "US", "A-2", category="电子"),
    Sku("beta", "DE", "B-1", category="家居"),
    Sku("beta", "US", "B-2"),
]
UNLISTED = [Aim("acme", "US"), Aim("beta", "DE", "", "A-1"), Aim("acme", "DE", "", "C-1")]
scopes = st.builds(
    Aim, *(st.sampled_from(["", "", *names]) for names in (STORES, SITES, CATEGORIES, SKUS))
)
cells = st.fixed_dictionaries(
    {
        "value": st.sampled_from([None, 10, 20, 40]),
        "due": st.sampled_from([None, "12h", "48h"]),
        "enabled": st.sampled_from([None, None, "否", "是"]),
    }
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.dictionaries(scopes, cells, max_size=6))
def test_for_each_sku_every_cell_comes_from_the_most_specific_row(
    team_of: TeamOf, rows: dict[Aim, dict[str, Any]]
) -> None:
    """Whichever scopes hold it, also where only the reports know it."""
    team: Team = team_of("{acme: [US, DE], beta: [US, DE]}", skus=LISTED)

    read = team.read(
        rules=[
            {"rule": "低库存", "severity": "严重", "scope": " ".join(filter(None, aim)), **row}
            for aim, row in rows.items()
        ]
    )

    assert read.faults == ()
    [base] = [rule for rule in read.settings.rules if rule.id == "low-stock"]
    variants = read.settings.variants.get("low-stock", ())
    whole = [Aim(s.store, s.marketplace, s.category, s.sku) for s in LISTED]
    for entity in [*whole, *UNLISTED]:
        about = sorted((a for a in rows if a.covers(entity)), key=lambda a: a.rank, reverse=True)
        wanted = {
            column: next((rows[a][column] for a in about if rows[a][column] is not None), None)
            for column in ("value", "due", "enabled")
        }
        rule = next((v.rule for v in variants if v.aim.covers(entity)), base)
        critical = [
            level for level in (rule.levels if rule else ()) if level.severity == "critical"
        ]
        assert bool(critical) == (wanted["enabled"] != "否")
        if critical:
            assert critical[-1].comparisons[0].operand.number == float(wanted["value"] or 30)
            assert critical[-1].due_hours == int((wanted["due"] or "24h").removesuffix("h"))
