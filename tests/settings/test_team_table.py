"""What makes a team stop using such a sheet, and that it does not happen: one test for each line."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from sheets_sync.config.settings import sku_rows

if TYPE_CHECKING:
    from sheets_sync.core.tab import Cell

Team = Any
TeamOf = Any
JudgedOf = Any
PortionOf = Any

DAY = date(2026, 7, 30)  # the newest complete day everywhere
EMPTY = {"fba_units": 0.0, "units_shipped_30d": 30.0}
FEW = {"fba_units": 12.0, "units_shipped_30d": 30.0}
DEAR = {"ad_spend": 10.0, "ad_sales": 20.0, "ad_clicks": 10.0, "ad_orders": 1.0}
"""A day with an ACOS of 50 %."""


def sku(marketplace: str = "US", name: str = "LAMP-07", **cells: Cell) -> dict[str, Cell]:
    return {"store": "acme", "marketplace": marketplace, "sku": name, **cells}


def home(**cells: Cell) -> dict[str, Cell]:
    return {"category": "家居", "acos_low": 0.25, "acos_high": 0.32, **cells}


def low_stock(scope: str | None = None, **cells: Cell) -> dict[str, Cell]:
    return {"rule": "低库存", "severity": "严重", "scope": scope, **cells}


def week(last: date = DAY - timedelta(days=3)) -> list[date]:
    """Return the newest seven days whose ad figures have settled."""
    return [last - timedelta(days=back) for back in range(7)]


# --- two accounts on one site collide ---------------------------------------------------------------


def test_two_stores_on_one_marketplace_have_limits_of_their_own(
    team_of: TeamOf, judged: JudgedOf, portion: PortionOf
) -> None:
    """The store is part of who a SKU is."""
    team = team_of("{acme: [US], beta: [US]}")
    read = team.read(rules=[low_stock("beta", value=10)])

    found = judged(
        team,
        [portion("fba-planning", DAY, {"LAMP-07": FEW}, p) for p in ("acme/US", "beta/US")],
        read,
    )

    assert found.found("low-stock") == [("acme", "US", "LAMP-07", "critical")]


# --- one empty pan-EU pool makes four reds ----------------------------------------------------------


def test_a_pool_of_the_sku_list_is_judged_once_on_the_jobs_first_marketplace(
    team_of: TeamOf, judged: JudgedOf, portion: PortionOf
) -> None:
    """Only what is written to be of one pool is; the job's order decides."""
    team = team_of("{acme: [FR, DE, US]}")
    read = team.read(
        skus=[
            sku("DE", stock_pool="EU"),
            sku("FR", stock_pool="eu"),
            sku("US"),
            sku("DE", "OTHER"),
            sku("FR", "OTHER"),
        ]
    )

    found = judged(
        team,
        [
            portion("fba-planning", DAY, {"LAMP-07": EMPTY, "OTHER": EMPTY}, f"acme/{code}")
            for code in ("DE", "FR", "US")
        ],
        read,
    )

    assert [one[1:3] for one in found.found("low-stock")] == [
        ("FR", "LAMP-07"),
        ("FR", "OTHER"),
        ("DE", "OTHER"),
        ("US", "LAMP-07"),
        ("US", "OTHER"),
    ]


def test_a_pool_is_one_stock_though_its_skus_are_called_differently(
    team_of: TeamOf, judged: JudgedOf, portion: PortionOf
) -> None:
    """The ASIN joins them; what is shipped by the seller is another stock."""
    team = team_of("{acme: [DE, FR]}", "stock_pools: {EU: [DE, FR]}\n")
    stock = {"asin": "B01", "mfn_units": 2.0, **EMPTY}
    read = team.read(
        skus=[
            sku("DE", "LAMP-DE", asin="B01"),
            sku("FR", "LAMP-FR", asin="B01"),
            sku("FR", "LAMP-FR-FBM", asin="B01", fulfilment="FBM"),
        ]
    )

    found = judged(
        team,
        [
            portion("fba-planning", DAY, {"LAMP-DE": stock}, "acme/DE"),
            portion("fba-planning", DAY, {"LAMP-FR": stock, "LAMP-FR-FBM": stock}, "acme/FR"),
        ],
        read,
    )

    watched = {
        name: found.figure("stock_watched", name, place=place)
        for name, place in (
            ("LAMP-DE", "acme/DE"),
            ("LAMP-FR", "acme/FR"),
            ("LAMP-FR-FBM", "acme/FR"),
        )
    }
    assert watched == {"LAMP-DE": 1.0, "LAMP-FR": 0.0, "LAMP-FR-FBM": 1.0}


def test_a_pool_is_judged_where_its_first_marketplace_does_not_sell_the_sku(
    team_of: TeamOf, judged: JudgedOf, portion: PortionOf
) -> None:
    """Else nobody would ever hear of it."""
    team = team_of("{acme: [DE, FR, IT]}", "stock_pools: {EU: [DE, FR, IT]}\n")
    read = team.read(skus=[sku("DE", status="停售"), sku("FR"), sku("IT")])

    found = judged(
        team,
        [portion("fba-planning", DAY, {"LAMP-07": EMPTY}, f"acme/{c}") for c in ("DE", "FR", "IT")],
        read,
    )

    assert [one[1] for one in found.found("low-stock")] == ["FR"]


# --- FBA and FBM twins ------------------------------------------------------------------------------


def test_a_twin_with_stock_softens_the_alert(
    team: Team, judged: JudgedOf, portion: PortionOf
) -> None:
    """Under the limit that the team set."""
    read = team.read(
        skus=[sku(name="FBA-1"), sku(name="FBM-1", fulfilment="FBM")], rules=[low_stock(value=50)]
    )
    stock = {
        "FBA-1": {"asin": "B01", "fba_units": 40.0, "mfn_units": None},
        "FBM-1": {"asin": "B01", "fba_units": None, "mfn_units": 90.0},
    }
    sold = {"FBA-1": {"units": 1.0}}

    found = judged(
        team, [portion("fba-inventory", DAY, stock), portion("sales-traffic", DAY, sold)], read
    )

    assert found.found("low-stock") == [("acme", "US", "FBA-1", "warning")]


# --- a new SKU --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "severity"),
    [
        ({"status": "在售", "launch_date": "2026-06-15"}, "warning"),
        ({"status": "在售", "launch_date": "2026-05-28"}, "critical"),  # 60 days before the 27th
        ({"status": "在售", "launch_date": "2026-05-29"}, "warning"),
        ({"status": "新品", "launch_date": "2026-05-01"}, "critical"),
        ({"status": "新品"}, "warning"),
        ({"status": "待确认"}, "warning"),
        ({"status": "在售"}, "critical"),
    ],
)
def test_ad_rules_warn_at_most_while_a_sku_is_new(
    team: Team, judged: JudgedOf, portion: PortionOf, cells: dict[str, Cell], severity: str
) -> None:
    """For 60 days from its launch, or while it is called new and nobody says since when."""
    read = team.read(skus=[sku(category="家居", **cells)], benchmarks=[home()])

    found = judged(team, [portion("ads-sp-api", d, {"LAMP-07": DEAR}) for d in week()], read)

    panel = found.records.skus
    hits = [h for h in found.verdict.hits["sku"] if panel.dates[h.day] == date(2026, 7, 27)]
    assert [(h.rule.id, h.level.severity) for h in hits] == [("acos-high", severity)]


def test_what_appears_long_after_the_account_is_new(
    team: Team, judged: JudgedOf, portion: PortionOf
) -> None:
    """From its first day in the reports on; what was there from the start is not."""
    first = DAY - timedelta(days=30)
    early, late = first + timedelta(days=13), first + timedelta(days=14)
    portions = [
        portion("sales-traffic", first, {"OLD": {"units": 1.0}}),
        portion("sales-traffic", early, {"OLD": {"units": 1.0}, "EARLY": {"units": 1.0}}),
        portion("sales-traffic", late, {"OLD": {"units": 1.0}, "LATE": {"units": 1.0}}),
    ]

    found = judged(team, portions, team.read())

    assert [found.figure("new_sku", name) for name in ("OLD", "EARLY", "LATE")] == [0.0, 0.0, 1.0]
    assert found.figure("new_sku", "LATE", late - timedelta(days=1)) == 0.0


def test_what_nobody_confirmed_but_the_reports_always_knew_is_not_new(
    team: Team, judged: JudgedOf, portion: PortionOf
) -> None:
    """A team that begins with an empty list does not lose its alarms."""
    reach = [DAY - timedelta(days=back) for back in (44, 0)]
    read = team.read(skus=[sku(status="待确认")])

    found = judged(team, [portion("fba-planning", d, {"LAMP-07": FEW}) for d in reach], read)

    assert found.figure("new_sku", "LAMP-07") == 0.0


def test_a_new_sku_cannot_run_out_before_it_has_arrived(
    team: Team, judged: JudgedOf, portion: PortionOf
) -> None:
    """Of two without stock, only the one that had some is out of it."""
    read = team.read(
        skus=[sku(name=name, launch_date="2026-07-10") for name in ("COMING", "SOLD-OUT")]
    )
    portions = [
        portion("fba-planning", DAY - timedelta(days=1), {"COMING": EMPTY, "SOLD-OUT": FEW}),
        portion("fba-planning", DAY, {"COMING": EMPTY, "SOLD-OUT": EMPTY}),
    ]

    found = judged(team, portions, read)

    assert found.found("low-stock") == [("acme", "US", "SOLD-OUT", "critical")]


@pytest.mark.parametrize(
    ("language", "more", "status"),
    [
        ("zh", {}, "待确认"),
        ("en", {}, "unconfirmed"),
        ("both", {}, "待确认"),
        ("zh", {"confirmed": True}, "在售"),
    ],
)
def test_a_sku_that_is_not_listed_is_added_to_be_confirmed(
    team: Team, judged: JudgedOf, portion: PortionOf, language: str, more: Any, status: str
) -> None:
    """With what the reports call it; what has no rows in the log is left alone."""
    stock = {
        "NEW": {"asin": "B01", "title": "Desk lamp", **FEW},
        "DEAD": {"asin": "B02", "title": "Old lamp", "fba_units": 0.0, "units_shipped_30d": 0.0},
        "LAMP-07": {"asin": "B03", "title": "Lamp", **FEW},
    }
    found = judged(team, [portion("fba-inventory", DAY, stock)], team.read(skus=[sku()]))

    assert sku_rows(found.records, language, **more) == [
        {
            "store": "acme",
            "marketplace": "US",
            "sku": "NEW",
            "asin": "B01",
            "title": "Desk lamp",
            "status": status,
        }
    ]


# --- a delisted SKU ---------------------------------------------------------------------------------


def test_what_is_sold_no_longer_has_no_rows_and_no_rules(
    team: Team, judged: JudgedOf, portion: PortionOf
) -> None:
    """Not even ad rules, and not even on rows that are already there."""
    read = team.read(skus=[sku(status="停售", category="家居")], benchmarks=[home()])
    portions = [portion("ads-sp-api", d, {"LAMP-07": DEAR}) for d in week()]

    found = judged(team, [*portions, portion("fba-planning", DAY, {"LAMP-07": EMPTY})], read)

    assert found.verdict.hits["sku"] == []
    assert not found.records.fresh.any()
    assert found.records.rows.any()


def test_what_is_cleared_has_no_stock_rules(
    team: Team, judged: JudgedOf, portion: PortionOf
) -> None:
    """Neither low nor slow; its ads are judged as any."""
    cells = {"status": "清仓", "category": "家居", "launch_date": "2025-01-01"}
    read = team.read(skus=[sku(**cells), sku(name="SLOW", **cells)], benchmarks=[home()])
    slow = {"fba_units": 90.0, "units_shipped_30d": 3.0, "sell_through": 0.2}
    portions = [portion("ads-sp-api", d, {"LAMP-07": DEAR}) for d in week()]

    found = judged(
        team, [*portions, portion("fba-planning", DAY, {"LAMP-07": FEW, "SLOW": slow})], read
    )

    assert {hit.rule.id for hit in found.verdict.hits["sku"]} == {"acos-high"}


# --- promotions, transfers, leave -------------------------------------------------------------------


def test_a_promotion_is_compared_with_nothing_and_nothing_with_it(
    team: Team, judged: JudgedOf, portion: PortionOf
) -> None:
    """Neither the mean of seven days nor the pace of thirty counts it; other marketplaces do not care."""
    promoted = DAY - timedelta(days=1)
    read = team.read(
        calendar=[{"date": promoted.isoformat(), "kind": "大促", "marketplace": "美国"}]
    )
    units = {DAY - timedelta(days=back): 4.0 for back in range(8)} | {promoted: 90.0, DAY: 6.0}

    found = judged(
        team,
        [
            portion("sales-traffic", d, {"LAMP-07": {"units": n}}, place)
            for d, n in units.items()
            for place in ("acme/US", "acme/DE")
        ],
        read,
    )

    assert found.figure("units_vs_7d", "LAMP-07") == 0.5
    assert found.figure("units_vs_7d", "LAMP-07", promoted) is None
    assert found.figure("daily_units", "LAMP-07") == 4.285714
    assert found.figure("units_vs_7d", "LAMP-07", promoted, "acme/DE") == 21.5


def test_stock_rules_warn_at_most_on_the_day_of_a_transfer(
    team: Team, judged: JudgedOf, portion: PortionOf
) -> None:
    """On that marketplace alone, under the limit that the team set, and again as usual afterwards."""
    calendar = [{"date": DAY.isoformat(), "kind": "调拨", "marketplace": "US"}]
    portions = [
        portion("fba-planning", DAY, {"LAMP-07": {**FEW, "fba_units": 40.0}}, f"acme/{code}")
        for code in ("US", "DE")
    ]

    found = judged(team, portions, team.read(calendar=calendar, rules=[low_stock(value=50)]))
    later = judged(team, portions, team.read(calendar=[], rules=[low_stock(value=50)]))

    assert found.found("low-stock") == [
        ("acme", "US", "LAMP-07", "warning"),
        ("acme", "DE", "LAMP-07", "critical"),
    ]
    assert [one[3] for one in later.found("low-stock")] == ["critical", "critical"]


def test_the_deputy_has_the_rows_of_days_on_which_the_owner_is_away(
    team: Team, judged: JudgedOf, portion: PortionOf
) -> None:
    """The days before and after are the owner's; a SKU without a deputy keeps its owner."""
    away = DAY - timedelta(days=1)
    read = team.read(
        skus=[sku(owner="小王", deputy="小李"), sku(name="KT-204", owner="小王")],
        calendar=[{"date": away.isoformat(), "kind": "休息", "person": "小王"}],
    )

    found = judged(team, [portion("fba-planning", DAY, {"LAMP-07": FEW, "KT-204": FEW})], read)

    owners = [found.word("owner", "LAMP-07", away + timedelta(days=n)) for n in (-1, 0, 1)]
    assert owners == ["小王", "小李", "小王"]
    assert found.word("owner", "KT-204", away) == "小王"


# --- what the SKU list sets for one SKU -------------------------------------------------------------


def test_a_skus_own_target_replaces_its_categorys_benchmark(
    team: Team, judged: JudgedOf, portion: PortionOf
) -> None:
    """Both ends: 50 % is over one and a half times 30 %, not of 40 %."""
    read = team.read(
        skus=[
            sku(name="STRICT", category="家居", target_acos=0.3),
            sku(name="LAX", category="家居", target_acos="60%"),
        ],
        benchmarks=[home()],
    )

    found = judged(
        team, [portion("ads-sp-api", d, {"STRICT": DEAR, "LAX": DEAR}) for d in week()], read
    )

    targets = [
        [found.figure(metric, name) for metric in ("acos_benchmark", "acos_benchmark_high")]
        for name in ("STRICT", "LAX")
    ]
    assert targets == [[0.3, 0.3], [0.6, 0.6]]
    assert {found.records.skus.entities[h.entity].sku for h in found.verdict.hits["sku"]} == {
        "STRICT"
    }


def test_an_edited_benchmark_is_in_force_the_same_night(
    team: Team, judged: JudgedOf, portion: PortionOf
) -> None:
    """50 % is critical for 25-32 %, fine for 45-60 %."""
    portions = [portion("ads-sp-api", d, {"LAMP-07": DEAR}) for d in week()]
    skus = [sku(category="家居")]

    strict = judged(team, portions, team.read(skus=skus, benchmarks=[home()]))
    lax = judged(
        team, portions, team.read(skus=skus, benchmarks=[home(acos_low=0.45, acos_high=60)])
    )

    assert {hit.level.severity for hit in strict.verdict.hits["sku"]} == {"critical"}
    assert lax.verdict.hits["sku"] == []


def test_ads_over_the_days_budget_are_a_warning(
    team: Team, judged: JudgedOf, portion: PortionOf
) -> None:
    """The budget itself is fine, and no budget is no limit."""
    read = team.read(
        skus=[sku(name=n, daily_budget=b) for n, b in (("A", 10), ("B", 9.99), ("C", None))]
    )

    found = judged(team, [portion("ads-sp-api", DAY, {"A": DEAR, "B": DEAR, "C": DEAR})], read)

    assert found.found("over-budget") == [("acme", "US", "B", "warning")]


def test_a_quiet_sku_says_nothing_up_to_its_day(
    team: Team, judged: JudgedOf, portion: PortionOf
) -> None:
    """That day included; the next one speaks again."""
    both = [portion("fba-planning", DAY - timedelta(days=n), {"LAMP-07": FEW}) for n in (1, 0)]

    until = {
        when: [
            hit.day - len(found.records.skus.dates) + 1
            for found in [judged(team, both, team.read(skus=[sku(quiet_until=when)]))]
            for hit in found.verdict.hits["sku"]
            if hit.rule.id == "low-stock"
        ]
        for when in ("2026-07-28", "2026-07-29", "2026-07-30")
    }

    assert until == {"2026-07-28": [-1, 0], "2026-07-29": [0], "2026-07-30": []}


# --- scoped limits ----------------------------------------------------------------------------------


def test_each_sku_is_judged_by_the_most_specific_row(
    team: Team, judged: JudgedOf, portion: PortionOf
) -> None:
    """12 left: low everywhere, not in the category, low again for one SKU, off for another."""
    read = team.read(
        skus=[
            sku(name=name, category=c)
            for name, c in zip("ABCD", ("", "家居", "家居", ""), strict=True)
        ],
        rules=[
            low_stock(value=20),
            low_stock("类目:家居", value=10),
            low_stock("SKU:C", value=15),
            low_stock("SKU:D", enabled="否"),
        ],
    )

    found = judged(team, [portion("fba-planning", DAY, dict.fromkeys("ABCD", FEW))], read)

    hits = [hit for hit in found.verdict.hits["sku"] if hit.rule.id == "low-stock"]
    names = [found.records.skus.entities[hit.entity].sku for hit in hits]
    assert list(zip(names, [hit.threshold for hit in hits], strict=True)) == [
        ("A", 20.0),
        ("C", 15.0),
    ]


def test_a_marketplaces_limit_goes_for_accounts_too(
    team: Team, judged: JudgedOf, portion: PortionOf
) -> None:
    """An IPI of 450 is fine in Germany, where the team wants 400, and not in the US, where it wants 460."""
    read = team.read(rules=[{"rule": "IPI低", "severity": "严重", "scope": "US", "value": 460}])
    portions = [
        portion("manual-account", DAY, {"": {"ipi": 450.0}}, f"acme/{c}") for c in ("US", "DE")
    ]
    stock = [portion("fba-planning", DAY, {"LAMP-07": FEW}, f"acme/{c}") for c in ("US", "DE")]

    found = judged(team, [*portions, *stock], read)

    accounts = found.records.accounts.entities
    assert [
        (accounts[hit.entity].marketplace, hit.level.severity)
        for hit in found.verdict.hits["account"]
        if hit.rule.id == "ipi"
    ] == [("US", "critical"), ("DE", "warning")]


def test_a_typed_ipi_wins_over_the_files(team: Team, judged: JudgedOf, portion: PortionOf) -> None:
    """And holds for a week; a day outside of the panel is passed over."""
    typed = {
        ("acme", "US", DAY - timedelta(days=1)): 380.0,
        ("acme", "US", date(2020, 1, 1)): 1.0,
        ("nobody", "US", DAY): 2.0,
    }
    portions = [portion("manual-account", DAY - timedelta(days=1), {"": {"ipi": 450.0}})]

    found = judged(
        team, [*portions, portion("fba-planning", DAY, {"A": FEW})], team.read(), typed=typed
    )

    ipi = found.records.accounts["ipi"]
    day = found.records.accounts.day(DAY)
    assert float(ipi[0, day]) == 380.0
