"""The made-up files are read by the real readers, and the real rules find what was planted."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from sheets_sync.config.job import load_job
from sheets_sync.config.master import load_master
from sheets_sync.config.rulefiles import load_rules
from sheets_sync.core.breaches import judge
from sheets_sync.core.history import merge
from sheets_sync.core.records import build
from sheets_sync.core.scope import Scope
from sheets_sync.sources import Places, load
from sheets_sync.sources.inbox import scan

if TYPE_CHECKING:
    from datetime import date

    from sheets_sync.core.breaches import Verdict
    from sheets_sync.core.model import Report
    from sheets_sync.demo.company import Company


STORES = {"acme": ("US", "DE", "JP")}
RULES = Path(__file__).parents[2] / "rules"
JOB = "team: acme\nstores: {acme: [US, DE, JP]}\nlanguage: zh\nspreadsheet: local\n"

Found = tuple[str, str, str, str | None]


class Month(NamedTuple):
    """All thirty nights: what was read, and per night which (rule, severity, site, SKU) is on which day."""

    reports: list[Report]
    nights: dict[date, dict[Found, date]]
    coloured: dict[date, Counter[tuple[str, str]]]
    floods: int
    shrunk: int


@pytest.fixture(scope="module")
def month(company: Company, tmp_path_factory: pytest.TempPathFactory) -> Month:
    folder = tmp_path_factory.mktemp("month")
    company.write_job_data(folder)
    (folder / "sheets-sync.yaml").write_text(JOB, encoding="utf-8")
    master, rules = load_master(load_job(folder / "sheets-sync.yaml")), load_rules({}, RULES)
    current, seen, month = {}, set(), Month([], {}, {}, 0, 0)
    for night in company.nights:
        company.write_night(folder / "inbox", night)
        new = [f for f in scan(folder / "inbox") if (f.path, f.sha256) not in seen]
        seen |= {(f.path, f.sha256) for f in new}
        reports = load(folder / "inbox", new, Places(STORES))
        merged = merge(current, reports, company.run_moment(night))
        current = merged.current
        scope = Scope(STORES, {}, company.run_moment(night), "Asia/Shanghai", 14)
        verdict = judge(rules, build(current, master, scope))
        month.reports.extend(reports)
        month.nights[night], month.coloured[night] = newest_hits(verdict)
        month = month._replace(
            floods=month.floods + len(verdict.floods), shrunk=month.shrunk + len(merged.shrunk)
        )
    return month


def newest_hits(verdict: Verdict) -> tuple[dict[Found, date], Counter[tuple[str, str]]]:
    """Return the newest hits with their day, and how many SKUs of each site are red and how many yellow."""
    found: dict[Found, date] = {}
    severities: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for level, panel in (("sku", verdict.records.skus), ("account", verdict.records.accounts)):
        for at in verdict.current[level]:
            hit = verdict.hits[level][at]
            key, severity = panel.entities[hit.entity], hit.level.severity
            found[hit.rule.id, severity, key.marketplace, key.sku or None] = panel.dates[hit.day]
            if level == "sku":
                severities[key.marketplace, key.sku].add(severity)
    coloured = Counter(
        (site, "critical" if "critical" in s else "warning") for (site, _), s in severities.items()
    )
    return found, coloured


def test_every_file_is_recognised_without_a_fault(month: Month) -> None:
    """Nine kinds of report, none refused, no row left out, none taken for damaged."""
    assert {report.kind for report in month.reports} == {
        *("sales-traffic", "fba-inventory", "fba-planning", "ads-sp-api", "ads-sp-console"),
        *("seller-performance", "feedback", "manual-account"),
    }
    assert [fault for report in month.reports for fault in report.faults] == []
    assert month.shrunk == 0


def test_snapshots_belong_to_the_night_on_all_sites(company: Company, month: Month) -> None:
    """Stock, health and feedback taken before the run describe the business day that just ended."""
    last = company.nights[-1]
    for kind in ("fba-inventory", "fba-planning", "seller-performance", "feedback"):
        portions = [p for report in month.reports for p in report.portions if p.kind == kind]
        assert {p.marketplace for p in portions if p.date == last} == {"US", "DE", "JP"}
        assert max(p.date for p in portions) == last


def test_each_planting_is_found_on_its_first_night(company: Company, month: Month) -> None:
    """By the rules as shipped, on the planted day, and on no night before."""
    for planted in company.plantings:
        key = (planted.rule_id, planted.severity, planted.marketplace, planted.sku)
        nights = [night for night, found in month.nights.items() if key in found]
        assert nights, key
        assert nights[0] == planted.found, key
        assert month.nights[planted.found][key] == planted.first_day, key


def test_a_planting_that_is_over_is_no_longer_found(company: Company, month: Month) -> None:
    """Stock, health and feedback recover on the day the story says."""
    for planted in company.plantings:
        if planted.found == planted.first_day and planted.rule_id != "review":
            key = (planted.rule_id, planted.severity, planted.marketplace, planted.sku)
            assert key not in month.nights[planted.until + timedelta(days=1)], key


def test_ordinary_nights_are_calm(month: Month) -> None:
    """At most 3 % of 112 rows are red and 10 % yellow on any night, and no rule floods."""
    assert month.floods == 0
    for night, coloured in month.coloured.items():
        assert sum(n for (_, severity), n in coloured.items() if severity == "critical") <= 3, night
        assert sum(n for (_, severity), n in coloured.items() if severity == "warning") <= 11, night
