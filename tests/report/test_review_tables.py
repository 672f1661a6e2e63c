"""The tables of a review from lines of history: what is added up, what stays blank, who wins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sheets_sync.core.model import Sku, SkuKey
from sheets_sync.core.review import compose
from sheets_sync.core.review.details import flags_of
from sheets_sync.core.review.history import ACCOUNT_METRICS, SKU_METRICS, Line, of_lines
from sheets_sync.core.review.sums import Known, together
from sheets_sync.core.review.tables import Table
from sheets_sync.core.scope import Account
from sheets_sync.core.tab import Cell
from sheets_sync.errors import Words
from sheets_sync.report.asked import Span
from sheets_sync.report.telling import stretches

US, JP = ("acme", "US"), ("beta", "JP")
FIRST = date(2026, 6, 29)


def on(day: int, sku: str, site: Account = US, flags: str | None = "", **cells: Cell) -> Line:
    """One row of a log, so many days after the first one; an account's where there is no SKU."""
    return Line(SkuKey(*site, sku), FIRST + timedelta(days=day), cells, flags)


def known(
    lines: Sequence[Line], days: int = 4, sites: Sequence[Account] = (US, JP), first: date = FIRST
) -> Known:
    dates = [first + timedelta(days=i) for i in range(days)]
    skus = [line for line in lines if line.key.sku]
    accounts = [line for line in lines if not line.key.sku]
    one = Known(of_lines(skus, SKU_METRICS, dates), of_lines(accounts, ACCOUNT_METRICS, dates))
    return together([one], sites, dates)


def nothing(days: int = 4) -> Known:
    return known((), days, first=FIRST - timedelta(days=days))


def rows(table: Table) -> list[dict[str, Any]]:
    names = [column.id for column in table.columns]
    return [dict(zip(names, row.cells, strict=True)) for row in table.rows]


def totals(*lines: Line) -> dict[str, Any]:
    [us, _] = rows(compose(known(lines), nothing(), {}).totals)
    return us


class TestSums:
    def test_ratios_are_divided_after_adding_up(self) -> None:
        """Two SKUs and two days: 30 of 60 sessions, 20 spent for 80 of ad sales out of 300."""
        us = totals(
            on(0, "A", units=10, sales=100.1, sessions=10, ad_spend=5.0, ad_sales=10.0),
            on(0, "B", units=5, sales=49.9, sessions=20, ad_spend=5.0, ad_sales=20.0),
            on(1, "A", units=15, sales=150.0, sessions=30, ad_spend=10.0, ad_sales=50.0),
        )

        assert us == {
            "store": "acme",
            "marketplace": "US",
            "days": 2,
            "sales": 300.0,
            "units": 30.0,
            "sessions": 60.0,
            "conversion": 0.5,
            "ad_spend": 20.0,
            "ad_sales": 80.0,
            "acos": 0.25,
            "tacos": 0.066667,
            "active": 2.0,
        }

    def test_a_ratio_counts_only_days_with_both_sides(self) -> None:
        """Sessions that came late, and ads of a day without sales figures, spoil neither CVR nor TACOS."""
        us = totals(
            on(0, "A", units=4, sales=40.0, sessions=20, ad_spend=4.0),
            on(1, "A", units=6, sales=60.0),
            on(2, "A", ad_spend=100.0, ad_sales=50.0),
        )

        assert (us["units"], us["sessions"], us["conversion"]) == (10, 20, 0.2)
        assert (us["ad_spend"], us["tacos"], us["acos"]) == (104.0, 0.1, 2.0)

    def test_unknown_stays_unknown_and_nothing_is_divided_by_zero(self) -> None:
        """No ads report is no zero; spend without ad sales has no ACOS; a site without figures is blank."""
        us, jp = rows(
            compose(
                known([on(0, "A", units=0, sales=0.0), on(1, "A", ad_spend=9.0, ad_sales=0.0)]),
                nothing(),
                {},
            ).totals
        )

        assert (us["units"], us["sales"], us["sessions"]) == (0, 0, None)
        assert (us["ad_spend"], us["acos"], us["tacos"]) == (9.0, None, None)
        assert set(jp.values()) == {"beta", "JP", 0, None}

    def test_the_log_of_accounts_speaks_for_the_whole_site(self) -> None:
        """Its sales and its spend count where it has them, else those of the SKUs."""
        us = totals(
            on(0, "A", sales=100.0, ad_spend=10.0, ad_sales=40.0),
            on(0, "", sales_total=120.0, ad_spend_total=15.0),
            on(1, "A", sales=80.0, ad_spend=5.0, ad_sales=20.0),
        )

        assert (us["sales"], us["ad_spend"], us["tacos"]) == (200.0, 20.0, 0.1)
        assert us["acos"] == 0.25, "of SKUs alone, for nobody else says what the ads sold"

    def test_active_skus_had_stock_sales_traffic_or_spend(self) -> None:
        """A SKU with nothing but zeros is not counted."""
        us = totals(
            on(0, "A", stock_units=3),
            on(1, "B", sessions=1),
            on(2, "C", ad_spend=0.1),
            on(3, "D", stock_units=0, units=0, sessions=0, ad_spend=0.0),
        )

        assert us["active"] == 3


class TestPeriods:
    def test_months_and_iso_weeks(self) -> None:
        """From Monday 29 June to Thursday 2 July: one week, two months."""
        review = compose(
            known([on(i, "A", units=i + 1, sales=10.0) for i in range(4)]), nothing(), {}
        )

        assert [(r["month"], r["days"], r["units"]) for r in rows(review.months)] == [
            ("2026-06", 2, 3),
            ("2026-07", 2, 7),
        ]
        assert [(r["week"], r["span"], r["units"]) for r in rows(review.weeks)] == [
            ("2026-W27", "06-29 – 07-02", 10)
        ]

    def test_the_first_days_of_january_belong_to_the_last_week_of_the_old_year(self) -> None:
        """2027-01-01 is a Friday of week 53."""
        first = date(2027, 1, 1)
        lines = [Line(SkuKey(*US, "A"), first, {"sales": 5.0}, "")]

        assert [
            r["week"] for r in rows(compose(known(lines, 5, first=first), nothing(5), {}).weeks)
        ] == ["2026-W53"]

    def test_changes_are_those_of_days_known_both_times(self) -> None:
        """Of four days one is known both times: 15 against 10, CVR 30 % against 20 %; another site has no row."""
        now = known([on(0, "A", sales=99.0), on(1, "A", units=3, sales=15.0, sessions=10)])
        before = known(
            [on(-3, "A", units=2, sales=10.0, sessions=10), on(-1, "A", sales=7.0)],
            first=FIRST - timedelta(days=4),
        )

        [row] = rows(compose(now, before, {}).changes)

        assert (row["marketplace"], row["days"]) == ("US", 1)
        assert (row["sales"], row["units"], row["conversion"]) == (0.5, 0.5, 10.0)
        assert (row["ad_spend"], row["acos"], row["active"]) == (None, None, 0)

    def test_missing_days_are_told_by_the_sites_that_lack_them(self) -> None:
        """Two sites that lack the same are named together; one that lacks nothing is not named."""
        lines = [on(i, "A", site, sales=1.0) for i in (0, 2) for site in (US, JP)]
        lines += [on(i, "A", ("acme", "DE"), sales=1.0) for i in range(4)]
        sites = [US, ("acme", "DE"), JP]
        empty = known((), sites=sites, first=FIRST - timedelta(days=4))

        found = compose(known(lines, sites=sites), empty, {}).missing

        assert found == [((US, JP), (date(2026, 6, 30), date(2026, 7, 2)))]


class TestDetails:
    LISTED: Mapping[SkuKey, Sku] = {
        SkuKey(*US, "B"): Sku(*US, "B", title="灯", category="home", owner="李强")
    }

    def test_skus_by_sales_within_their_site(self) -> None:
        """What the list says of a SKU comes first, then what the log said; shares are of the site's sales."""
        review = compose(
            known(
                [
                    on(0, "A", sales=30.0, title="old", owner="王芳"),
                    on(1, "A", sales=0.0, title="new", owner=None),
                    on(0, "B", sales=90.0, title="lamp", owner="nobody"),
                    on(0, "C", stock_units=0),
                    on(0, "", sales_total=150.0),
                    on(0, "Z", JP, sales=5000.0),
                ]
            ),
            nothing(),
            self.LISTED,
        )

        found = rows(review.skus)
        assert [(r["sku"], r["title"], r["category"], r["owner"], r["share"]) for r in found] == [
            ("B", "灯", "home", "李强", 0.6),
            ("A", "new", None, "王芳", 0.2),
            ("C", None, None, None, None),
            ("Z", None, None, None, 1.0),
        ]

    def test_days_in_alarm_and_out_of_stock(self) -> None:
        """Days are counted where somebody judged and where stock is known, else they are blank."""
        review = compose(
            known(
                [
                    on(0, "A", flags="|stock_units:critical||acos_7d:critical|", stock_units=0),
                    on(1, "A", flags="|acos_7d:warning||newest|", stock_units=5),
                    on(2, "A", flags="|acos_7d:critical|"),
                    on(0, "B", flags=None, units=1),
                ]
            ),
            nothing(),
            {},
        )

        found = {r["sku"]: (r["critical_days"], r["out_days"]) for r in rows(review.skus)}
        assert found == {"A": (2, 1), "B": (None, None)}

    def test_alerts_by_month_site_and_severity(self) -> None:
        """Each row counts once for each of its flags; marks that are no alerts are passed over."""
        review = compose(
            known(
                [
                    on(0, "A", flags="|acos_7d:critical||acos_7d:critical||newest|"),
                    on(0, "B", flags="|acos_7d:warning|"),
                    on(1, "B", flags="|acos_7d:warning||stock_units:critical|"),
                    on(2, "B", flags="|no_such_figure:warning|"),
                    on(1, "", flags="|vtr_rate:warning|"),
                    on(0, "Z", JP, flags="|acos_7d:critical|"),
                ]
            ),
            nothing(),
            {},
        )

        acos, stock = Words("7日ACOS", "7-day ACOS"), Words("可售库存", "Available")
        critical, warning = Words("严重", "Critical"), Words("关注", "Warning")
        sku, site = Words("SKU·天", "SKU-days"), Words("站点·天", "Site-days")
        assert [row.cells for row in review.alerts.rows] == [
            ("2026-06", *US, acos, critical, sku, 1),
            ("2026-06", *US, stock, critical, sku, 1),
            ("2026-06", *US, acos, warning, sku, 2),
            ("2026-06", *US, Words("VTR", "VTR"), warning, site, 1),
            ("2026-06", *JP, acos, critical, sku, 1),
            ("2026-07", *US, "no_such_figure", warning, sku, 1),
        ]

    def test_accounts_by_month(self) -> None:
        """The newest score, the worst rates; a site without figures has no row."""
        review = compose(
            known(
                [
                    on(0, "", ahr_score=310, ahr_pct=0.99, odr_rate=0.002, vtr_rate=0.97, ipi=500),
                    on(1, "", ahr_score=290, ahr_pct=0.97, odr_rate=0.001, vtr_rate=0.99),
                    on(2, "", ahr_score=300, policy_violations=2),
                ]
            ),
            nothing(),
            {},
        )

        june, july = rows(review.accounts)
        assert (june["ahr_last"], june["ahr_lowest"], june["ahr_pct"]) == (290, 290, 0.97)
        assert (june["odr"], june["vtr"], june["ipi"], june["policy"]) == (0.002, 0.97, 500, None)
        assert (july["month"], july["ahr_last"], july["policy"]) == ("2026-07", 300, 2)


class TestSources:
    def joined(self, *sources: Sequence[Line]) -> Known:
        return together([known(lines) for lines in sources], (US, JP), known(()).dates)

    def test_the_first_source_with_a_figure_of_the_site_and_day_wins_whole(self) -> None:
        """A SKU that the better source does not name any more adds nothing to that day."""
        both = self.joined(
            [on(0, "A", units=3, sales=30.0)],
            [on(0, "A", units=2), on(0, "B", units=7, sessions=9), on(1, "B", units=1)],
        )

        [us, _] = rows(compose(both, nothing(), {}).totals)
        assert (us["units"], us["sales"], us["sessions"]) == (4, 30.0, 9)

    def test_what_people_type_into_the_sheet_is_taken_from_the_archive(self) -> None:
        """The IPI score is the one figure that the store does not know better."""
        both = self.joined([on(0, "", ipi=400, ahr_score=300)], [on(0, "", ipi=512, ahr_score=200)])

        [row] = rows(compose(both, nothing(), {}).accounts)
        assert (row["ipi"], row["ahr_last"]) == (512, 300)

    def test_a_row_that_stands_twice_counts_once(self) -> None:
        """Somebody copied a row of the log."""
        assert totals(on(0, "A", units=3), on(0, "A", units=3))["units"] == 3

    def test_what_is_no_number_is_unknown(self) -> None:
        """Somebody typed words into a column of figures."""
        assert totals(on(0, "A", units="many", sales=True, sessions=5)) | {} == totals(
            on(0, "A", sessions=5)
        )

    def test_money_is_rounded_as_in_the_log(self) -> None:
        """Yen have no decimals, so that figures of the store and of an archive are equal."""
        lines = [on(i, "Z", JP, ad_spend=10.4) for i in range(3)]

        [_, jp] = rows(compose(known(lines), nothing(), {}).totals)
        assert jp["ad_spend"] == 30


def test_flags_are_read_from_a_cell() -> None:
    """Each once, in their order, and nothing else."""
    text = "|acos_7d:critical||stock_units:warning||acos_7d:critical||newest|"

    assert list(flags_of(text)) == [("acos_7d", "critical"), ("stock_units", "warning")]


def test_days_are_written_as_stretches() -> None:
    """Neighbours together; after six stretches only how many more there are."""
    days = [date(2026, 7, 1), date(2026, 7, 3), date(2026, 7, 2), date(2026, 7, 31)]
    many = [date(2026, 7, n) for n in range(1, 17, 2)]

    assert stretches(days) == "2026-07-01 – 2026-07-03, 2026-07-31"
    assert stretches(many).endswith("2026-07-11, … +2")


def test_the_days_before_are_as_many() -> None:
    """A quarter is compared with the same number of days, across a month's end."""
    assert Span(date(2026, 7, 1), date(2026, 9, 30)).before == (
        date(2026, 3, 31),
        date(2026, 6, 30),
    )
