"""The stand-up page: each site's figures, ten things to do first, the charts, and the words of all three."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from ruamel.yaml import YAML

from sheets_sync.core.breaches import Breach, judge, put_into_words
from sheets_sync.core.calendar import Calendar, Entry
from sheets_sync.core.model import MasterData, Portion, Sku, SkuKey
from sheets_sync.core.panel import Panel
from sheets_sync.core.rules import Comparison, Condition, Hit, Level, Operand, Rule
from sheets_sync.core.today import COLUMNS, Link, Page, compose
from sheets_sync.core.today.wording import advice, problem
from sheets_sync.core.wording import Locale
from sheets_sync.errors import Language, Words

if TYPE_CHECKING:
    from sheets_sync.core.records import Records
    from sheets_sync.core.tab import Cell

PortionOf = Callable[..., Portion]
RecordsOf = Callable[..., "Records"]

NOW = datetime(2026, 7, 31, 10, 0, tzinfo=UTC)  # 18:00 in Shanghai
DAY = date(2026, 7, 30)  # the newest complete day on every site
N = None

STOCK = Rule(
    "low-stock",
    Words("低库存", "Low stock"),
    "stock_units",
    "operations",
    (
        Level("critical", "stock_units", (Comparison("at_most", Operand(0)),), due_hours=24),
        Level("warning", "stock_units", (Comparison("below", Operand(30)),), due_hours=24),
    ),
    Words("可售 {value}", "{value} available"),
    advice=Words("催入库或补空运。另见SOP", "Chase the inbound. See the SOP"),
    newest_only=True,
)
ACOS = Rule(
    "acos-high",
    Words("ACOS高", "High ACOS"),
    "acos_7d",
    "operations",
    (
        Level("critical", "acos_7d", (Comparison("above", Operand(0.4)),), due_hours=24),
        Level("warning", "acos_7d", (Comparison("above", Operand(0.3)),), do=("colour",)),
    ),
    Words("{value}", "{value}"),
    where=(Condition("age_days", Comparison("at_least", Operand(3))),),
    advice=Words("降竞价", "Lower the bid"),
)
VTR = Rule(
    "vtr",
    Words("VTR偏低", "VTR low"),
    "vtr_rate",
    "compliance",
    (Level("warning", "vtr_compliance", (Comparison("below", Operand(0.98)),), due_hours=24),),
    Words("{value}", "{value}"),
    advice=Words("补传追踪号", "Add tracking numbers"),
    newest_only=True,
)
RULES = (STOCK, ACOS, VTR)


def page(
    records: Records,
    language: Language = "zh",
    *,
    rules: Sequence[Rule] = RULES,
    skus: Iterable[Sku] = (),
    days: Iterable[Entry] = (),
    now: datetime = NOW,
    place: Callable[[Breach], Link | None] = lambda _: None,
) -> Page:
    verdict = judge(rules, records)
    _, breaches = put_into_words(verdict, {}, language, "Asia/Shanghai")
    master = MasterData({sku.key: sku for sku in skus}, (), Calendar(tuple(days)))
    return compose(
        records,
        verdict,
        breaches,
        rules,
        master,
        now=now,
        zone="Asia/Shanghai",
        first_run=time(8, 30),
        language=language,
        place=place,
    )


def cells(found: Page, line: int, *names: str) -> list[Cell]:
    return [found.lines[line][name] for name in names]


def to_do(found: Page) -> list[list[Cell]]:
    """The things to do: severity, owner, site, SKU, problem, advice, due."""
    names = ("marketplace", "sales_until", "sales", "vs_day", "vs_week", "tacos", "overdue")
    lines = range(found.shape.first_item, found.shape.first_item + 10)
    listed = [cells(found, line, *names) for line in lines]
    return [cells for cells in listed if any(cells)]


def back(days: int) -> date:
    return DAY - timedelta(days=days)


def stock(of: PortionOf, units: Mapping[str, float], days: int = 0, **place: Any) -> Portion:
    """A snapshot `days` ago."""
    rows = {sku: {"fba_units": left, "inbound_units": 0.0} for sku, left in units.items()}
    return of("fba-inventory", back(days), rows, **place)


def once(of: PortionOf, skus: str, **place: Any) -> Portion:
    """A sale long enough ago to be in no comparison: who sells has rows even when nothing is left."""
    return of("sales-traffic", back(20), {s: {"units": 1.0, "sales": 9.0} for s in skus}, **place)


def ads(of: PortionOf, acos: Mapping[str, float], days: int = 3, **place: Any) -> Portion:
    """A day of ads that cost 100 each."""
    rows = {
        sku: {"ad_spend": 100.0, "ad_sales": 100.0 / value, "ad_clicks": 50.0}
        for sku, value in acos.items()
    }
    return of("ads-sp-api", back(days), rows, **place)


def sold(
    of: PortionOf, sales: Sequence[float | None], newest: int = 0, **place: Any
) -> list[Portion]:
    """One SKU's sales on consecutive days, the last one `newest` days ago; None is a day without report."""
    return [
        of("sales-traffic", back(newest + i), {"A": {"units": s / 10, "sales": s}}, **place)
        for i, s in enumerate(reversed(sales))
        if s is not None
    ]


# --- the figures of each site ------------------------------------------------------------------


def test_a_site_shows_its_newest_day_with_sales(
    portion_of: PortionOf, records_of: RecordsOf
) -> None:
    """Sales lag behind; the day is named and compared with the days before it."""
    records = records_of(
        [
            *sold(portion_of, [100, 100, 100, 100, 100, 100, 140, 120], newest=2),
            *(portion_of("ads-sp-api", back(i), {"A": {"ad_spend": 12.0, "ad_sales": 30.0}}) for i in range(9)),
            portion_of("seller-performance", back(1), {"": {"ahr_score": 309.0}}),
            portion_of("manual-account", back(4), {"": {"ipi": 602.0}}),
        ]
    )  # fmt: skip

    found = page(records, rules=())

    assert cells(found, 1, "marketplace", "sales_until", "sales", "units", "ad_spend") == [
        "US", 46231, 120.0, 12.0, 12.0
    ]  # fmt: skip
    assert cells(found, 1, "vs_day", "vs_week") == [-0.142857, 0.135135]
    assert cells(found, 1, "acos_7d", "tacos") == [0.4, 0.110526]
    assert cells(found, 1, "ahr", "ipi") == [309.0, 602.0]
    assert cells(found, 1, "critical", "warning", "overdue", "out_of_stock") == [0, 0, 0, None]


def test_unknown_is_blank(portion_of: PortionOf, records_of: RecordsOf) -> None:
    """A site without reports has a line and no figures; no day before means no comparison."""
    records = records_of(sold(portion_of, [100, None, 50]), stores={"acme": ["US", "JP"]})

    found = page(records, rules=())

    assert cells(found, 1, "sales", "vs_day", "vs_week", "ad_spend", "acos_7d", "tacos") == [
        50.0, N, N, N, N, N
    ]  # fmt: skip
    assert cells(found, 2, "marketplace", "sales_until", "sales", "units", "critical") == [
        "JP", N, N, N, 0
    ]  # fmt: skip


def test_only_days_with_sales_are_averaged(portion_of: PortionOf, records_of: RecordsOf) -> None:
    """Three covered days are enough for a mean."""
    found = page(records_of(sold(portion_of, [100, None, 80, 120, 150])), rules=())

    assert cells(found, 1, "vs_day", "vs_week") == [0.25, 0.5]


def test_promotions_mute_the_comparison_with_the_week(
    portion_of: PortionOf, records_of: RecordsOf
) -> None:
    """A promotion is not compared with ordinary days, nor are they with it."""
    records = records_of(sold(portion_of, [100, 100, 100, 900, 110]))

    def vs_week(day: date, site: str = "") -> Cell:
        return page(records, rules=(), days=[Entry(day, "promotion", site)]).lines[1]["vs_week"]

    assert vs_week(DAY) is None
    assert vs_week(back(1)) == 0.1
    assert vs_week(back(1), "DE") == -0.633333


def test_stock_that_ran_out_is_counted_where_it_matters(
    portion_of: PortionOf, records_of: RecordsOf
) -> None:
    """The newest figure decides; what nobody buys is not missed."""
    records = records_of(
        [
            portion_of("sales-traffic", back(5), {s: {"units": 3.0, "sales": 9.0} for s in "ABC"}),
            stock(portion_of, {"A": 0, "B": 5, "C": 0, "D": 0}, days=2),
            stock(portion_of, {"A": 0, "B": 0, "C": 9, "D": 0}),
        ]
    )

    assert page(records).lines[1]["out_of_stock"] == 2


def test_breaches_are_counted_with_the_account_s_own(
    portion_of: PortionOf, records_of: RecordsOf
) -> None:
    """SKUs and account together, and how many are late."""
    records = records_of(
        [
            once(portion_of, "A"),
            stock(portion_of, {"A": 0, "B": 5}, days=2),
            stock(portion_of, {"A": 0, "B": 5}),
            portion_of("seller-performance", DAY, {"": {"vtr_rate": 0.968, "vtr_compliance": 0.968}}),
        ]
    )  # fmt: skip

    assert cells(page(records), 1, "critical", "warning", "overdue") == [1, 2, 2]


def test_several_stores_are_named(portion_of: PortionOf, records_of: RecordsOf) -> None:
    """Two accounts on one site are two lines."""
    records = records_of(
        [stock(portion_of, {"A": 9}, store="beta")], stores={"acme": ["US"], "beta": ["US"]}
    )

    found = page(records)

    assert [found.lines[line]["marketplace"] for line in (1, 2)] == ["acme US", "beta US"]
    assert to_do(found)[0][2] == "beta US"


# --- the total ---------------------------------------------------------------------------------


def rate(site: str, value: float, currency: str = "CNY", days: int = 9) -> Entry:
    return Entry(back(days), "rate", site, value=value, note=currency)


def two_sites(of: PortionOf, records_of: RecordsOf, *more: Portion) -> Records:
    japan = sold(of, [20000], newest=1, marketplace="JP")
    return records_of([*sold(of, [100]), *japan, *more], stores={"acme": ["US", "JP", "DE"]})


def test_the_total_needs_a_rate_for_every_site(
    portion_of: PortionOf, records_of: RecordsOf
) -> None:
    """Currencies are never added: without a rate, or into two currencies, there is no total."""
    spent = portion_of("ads-sp-api", DAY, {"A": {"ad_spend": 12.5, "ad_sales": 30.0}})
    records = two_sites(portion_of, records_of, spent)
    us, jp = rate("US", 7.2), rate("JP", 0.048)

    found = page(records, rules=(), days=[us, jp])

    assert (found.shape.total, found.shape.currency) == (4, "CNY")
    names = ("marketplace", "sales_until", "sales", "ad_spend", "units")
    assert cells(found, 4, *names) == ["折算 CNY", N, 1680.0, 90.0, N]
    english = page(records, "en", rules=(), days=[us, jp])
    assert english.lines[4]["marketplace"] == "Total in CNY"
    for days in (
        [us],
        [us, rate("JP", 0.0067, "USD")],
        [us, rate("JP", 0.048, days=0)],
        [rate("", 7.2)],
    ):
        without = page(records, rules=(), days=days)
        assert without.shape.currency is None
        assert set(cells(without, 4, *names)) == {None}  # fmt: skip


def test_a_total_of_ads_that_is_not_known_is_blank(
    portion_of: PortionOf, records_of: RecordsOf
) -> None:
    """Ads that are late on one site would make the total too small."""
    spent = portion_of("ads-sp-api", DAY, {"A": {"ad_spend": 12.5, "ad_sales": 30.0}})
    late = portion_of("ads-sp-api", back(3), {"A": {"ad_spend": 900.0}}, marketplace="JP")
    records = two_sites(portion_of, records_of, spent, late)

    found = page(records, rules=(), days=[rate("US", 7.2), rate("JP", 0.048)])

    assert cells(found, 4, "sales", "ad_spend") == [1680.0, None]


# --- what to do first --------------------------------------------------------------------------


def test_the_list_reads_in_both_languages(portion_of: PortionOf, records_of: RecordsOf) -> None:
    """Short lines, the limit beside the figure, the advice apart; overdue ones first."""
    skus = [Sku("acme", "US", sku, owner="王芳") for sku in "ABC"]
    records = records_of(
        [
            ads(portion_of, {"C": 0.45}),
            once(portion_of, "B"),
            stock(portion_of, {"B": 0}, days=2),
            stock(portion_of, {"A": 12, "B": 0}),
            portion_of("seller-performance", DAY, {"": {"vtr_rate": 0.968, "vtr_compliance": 0.968}}),
        ],
        skus=skus,
    )  # fmt: skip

    assert to_do(page(records, skus=skus)) == [
        ["⏰ 逾期", "王芳", "US", "B", "断货,在途 0", "催入库或补空运", "7-31 08:30"],
        ["🔴 严重", "王芳", "US", "C", "7日ACOS 45%(线 40%)", "降竞价", "8-1 08:30"],
        ["🟡 关注", N, "US", N, "VTR合规 96.8%(线 98%)", "补传追踪号", "8-1 08:30"],
        ["🟡 关注", "王芳", "US", "A", "可售 12 件 < 30", "催入库或补空运", "8-1 08:30"],
    ]
    assert to_do(page(records, "en", skus=skus)) == [
        ["⏰ Overdue", "王芳", "US", "B", "Out of stock, 0 inbound", "Chase the inbound", "31 Jul 08:30"],
        ["🔴 Critical", "王芳", "US", "C", "7-day ACOS 45% (limit 40%)", "Lower the bid", "1 Aug 08:30"],
        ["🟡 Warning", N, "US", N, "VTR compliance 96.8% (limit 98%)", "Add tracking numbers", "1 Aug 08:30"],
        ["🟡 Warning", "王芳", "US", "A", "12 available < 30", "Chase the inbound", "1 Aug 08:30"],
    ]  # fmt: skip


def test_of_equal_deadlines_an_empty_shelf_and_then_the_larger_share_comes_first(
    portion_of: PortionOf, records_of: RecordsOf
) -> None:
    """A share of the account compares across currencies."""
    units = {
        sku: {"units": sold, "sales": 1.0} for sku, sold in (("A", 1.0), ("B", 6.0), ("C", 3.0))
    }
    records = records_of(
        [
            portion_of("sales-traffic", back(5), units),
            stock(portion_of, dict.fromkeys("ABC", 0)),
            *(ads(portion_of, {"D": 0.5}, days=i) for i in range(3, 5)),
        ]
    )  # fmt: skip

    listed = to_do(page(records))

    assert [line[3] for line in listed] == ["D", "B", "C", "A"]
    assert [line[6] for line in listed] == ["7-31 08:30", "8-1 08:30", "8-1 08:30", "8-1 08:30"]


def test_the_ads_of_siblings_are_one_line(portion_of: PortionOf, records_of: RecordsOf) -> None:
    """One parent is one thing to do; what each has in stock stays its own, and so do other sites."""
    skus = [
        Sku("acme", site, sku, parent_asin="B0PARENT", owner="李强")
        for site in ("US", "DE")
        for sku in ("LAMP-07", "LAMP-08", "LAMP-09")
    ]
    records = records_of(
        [
            ads(portion_of, {"LAMP-07": 0.6, "LAMP-08": 0.5, "LAMP-09": 0.45, "FAN": 0.5}),
            ads(portion_of, {"LAMP-07": 0.5}, marketplace="DE"),
            stock(portion_of, {"LAMP-07": 8, "LAMP-08": 9}),
        ],
        stores={"acme": ["US", "DE"]},
        skus=skus,
    )

    def named(language: Language) -> list[list[Cell]]:
        return [line[2:5] for line in to_do(page(records, language, skus=skus))]

    assert named("zh") == [
        ["DE", "LAMP-07", "7日ACOS 50%(线 40%)"],
        ["US", "FAN", "7日ACOS 50%(线 40%)"],
        ["US", "LAMP-07 等 3 个", "7日ACOS 60%(线 40%)"],
        ["US", "LAMP-07", "可售 8 件 < 30"],
        ["US", "LAMP-08", "可售 9 件 < 30"],
    ]
    assert named("en")[2] == ["US", "LAMP-07 and 2 more", "7-day ACOS 60% (limit 40%)"]


def test_what_only_colours_comes_last_and_never_beside_something_to_do(
    portion_of: PortionOf, records_of: RecordsOf
) -> None:
    """It has no deadline; where the SKU is on the list already it adds nothing."""
    records = records_of([ads(portion_of, {"A": 0.35, "B": 0.35}), stock(portion_of, {"A": 8})])

    assert [[line[3], line[4], line[6]] for line in to_do(page(records))] == [
        ["A", "可售 8 件 < 30", "8-1 08:30"],
        ["B", "7日ACOS 35%(线 30%)", None],
    ]
    assert cells(page(records), 1, "critical", "warning") == [0, 3]


def test_ten_is_enough(portion_of: PortionOf, records_of: RecordsOf) -> None:
    """The rest stands in the log."""
    full = {f"F{i:02}": 90.0 for i in range(60)}
    records = records_of([stock(portion_of, full | {f"S{i:02}": 9.0 for i in range(12)})])

    found = page(records)

    assert [line[3] for line in to_do(found)] == [f"S{i:02}" for i in range(10)]
    assert found.lines[1]["warning"] == 12


def test_a_quiet_day_says_so(portion_of: PortionOf, records_of: RecordsOf) -> None:
    """Nobody wonders whether the page is broken."""
    records = records_of([stock(portion_of, {"A": 90})])

    assert to_do(page(records)) == [[N, N, N, N, "今日无新增异常,逾期 0。", N, N]]
    assert to_do(page(records, "en"))[0][4] == "No new alerts today, none overdue."


def test_a_flood_is_one_line_while_it_is_the_newest(
    portion_of: PortionOf, records_of: RecordsOf
) -> None:
    """A day whose data is in doubt is not a quiet day."""
    flood = stock(portion_of, {f"S{i}": 5.0 if i < 6 else 90.0 for i in range(10)}, days=1)
    over = stock(portion_of, {f"S{i}": 90.0 for i in range(10)})
    doubt = "数据存疑:低库存命中 6/10 个SKU"

    assert to_do(page(records_of([flood]))) == [
        ["❓ 存疑", N, "US", N, doubt, "先核对报表与阈值", N]
    ]
    assert to_do(page(records_of([flood]), "en"))[0][4:6] == [
        "Data in doubt: Low stock on 6 of 10 SKUs", "Check the reports and the limit first"
    ]  # fmt: skip
    assert to_do(page(records_of([flood, over])))[0][4] == "今日无新增异常,逾期 0。"


def test_a_line_links_to_the_cell_it_is_about(portion_of: PortionOf, records_of: RecordsOf) -> None:
    """The text names the place, the address leads there; where there is no place there is no link."""
    records = records_of([once(portion_of, "B"), stock(portion_of, {"A": 12, "B": 0})])

    def place(breach: Breach) -> Link | None:
        return Link("2026-07 P45", 7, "P45") if breach.key.sku == "B" else None

    found = page(records, place=place)

    first = found.shape.first_item
    assert [found.lines[line]["ahr"] for line in (first, first + 1)] == ["2026-07 P45 ›", None]
    assert found.links == {first: "#gid=7&range=P45"}


def test_a_deadline_that_passed_is_told_by_its_moment(
    portion_of: PortionOf, records_of: RecordsOf
) -> None:
    """A cell that changed every hour would be news about nothing; the severity says that it is past."""
    records = records_of([stock(portion_of, {"A": 9}, days=i) for i in range(6)])

    assert to_do(page(records))[0][0] == "⏰ 逾期"
    assert to_do(page(records))[0][6] == "7-28 08:30"
    assert to_do(page(records, "en"))[0][6] == "28 Jul 08:30"
    assert to_do(page(records, now=NOW + timedelta(hours=4))) == to_do(page(records))


# --- the words of a problem --------------------------------------------------------------------

FACTS: dict[str, float | str] = {
    "days_of_cover": 4.3,
    "inbound_units": 240.0,
    "twin_stock": 40.0,
    "ad_clicks_7d": 34.0,
    "buy_box_pct": 0.3,
    "odr_rate": 0.012,
    "odr_target": 0.01,
    "feedback_hours": 53.0,
    "feedback_hours_left": 9.0,
    "sources_late_names": "ads-sp-api\t3\nsales-traffic\t5",
}

PROBLEMS = [
    ("stock_units", "below 30", 12.0, "可售 12 件 < 30,约 4 天,FBM 40 件",
     "12 available < 30, about 4 days, 40 FBM"),
    ("stock_units", "at_most 0", 0.0, "断货,在途 240", "Out of stock, 240 inbound"),
    ("days_of_cover", "below 7", 4.3, "可售 4.3 天 < 7,在途 240", "4.3 days of cover < 7, 240 inbound"),
    ("days_of_cover_inbound", "below 21", 15.2, "含在途可售 15.2 天 < 21",
     "15.2 days of cover with inbound < 21"),
    ("acos_7d", "above 0.428", 0.452, "7日ACOS 45.2%(线 42.8%)", "7-day ACOS 45.2% (limit 42.8%)"),
    ("ad_spend_7d", "above 0", 31.4, "7日花费 $31.40,34 次点击,0 单",
     "$31.40 spent in 7 days, 34 clicks, no orders"),
    ("low_buy_box_days", "at_least 2", 2.0, "购物车 30%(线 50%),连续 2 天",
     "Buy Box 30% (limit 50%), 2 days running"),
    ("turnover", "below 4", 2.76, "年周转 2.76(线 4)", "Turns a year 2.76 (limit 4)"),
    ("new_negatives", "at_least 1", 2.0, "新增差评 2 条", "New negative reviews: 2"),
    ("account_status", "equals AT_RISK", "AT_RISK", "账户状态:有停用风险(AT_RISK)",
     "Account status: at risk (AT_RISK)"),
    ("ahr_score", "below 200", 180.0, "AHR分数 180(线 200)", "AHR score 180 (limit 200)"),
    ("odr_outside", "equals 1", 1.0, "ODR 1.2%(要求 1%)", "ODR 1.2% (target 1%)"),
    ("odr_compliance", "below 0.98", 0.972, "ODR合规 97.2%(线 98%)",
     "ODR compliance 97.2% (limit 98%)"),
    ("metrics_outside", "at_least 1", 2.0, "2 项指标未达标", "Metrics outside their targets: 2"),
    ("ipi", "below 400", 380.0, "IPI 380(线 400)", "IPI 380 (limit 400)"),
    ("feedback_open", "at_least 1", 2.0, "差评待回 2 条,剩 9 小时", "Feedback open: 2, 9 h left"),
    ("feedback_overdue", "at_least 1", 1.0, "差评超时 1 条,最早已 53 小时",
     "Feedback overdue: 1, the oldest 53 h old"),
    ("policy_violations", "at_least 1", 3.0, "政策违规 3", "Policy violations 3"),
    ("sources_late", "at_least 1", 2.0, "数据迟到:商品推广(API) 3 天、销售与流量 5 天",
     "Data late: Sponsored Products (API) 3 d, Sales and traffic 5 d"),
    ("pool_lead", "equals 1", 1.0, "某事", "Something"),
]  # fmt: skip


@pytest.mark.parametrize(("metric", "limit", "value", "zh", "en"), PROBLEMS)
def test_a_problem_is_one_short_line(
    metric: str, limit: str, value: float | str, zh: str, en: str
) -> None:
    """The figure, the limit beside it, and what one asks next."""
    verb: Any
    verb, number = limit.split()
    threshold = None if isinstance(value, str) else float(number)
    comparison = Comparison(verb, Operand(threshold))
    level = Level("warning", metric, (comparison,))
    words = Words("某事", "Something")
    rule = Rule("r", words, metric, "operations", (level,), words)
    arrays: dict[str, Any] = {
        name: np.array([[figure]], dtype=object if isinstance(figure, str) else float)
        for name, figure in (FACTS | {metric: value}).items()
    }
    panel = Panel([SkuKey("acme", "US", "A")], [DAY], arrays, {})
    hit = Hit(rule, level, 0, 0, value, threshold, None)

    def said(language: Language) -> str:
        return problem(hit, panel, Locale(language, "$", 2, ZoneInfo("Asia/Shanghai")))

    assert (said("zh"), said("en")) == (zh, en)


def test_an_advice_is_its_first_sentence() -> None:
    """The rest stands beside the row it links to."""
    words = Words(
        '站内信联系买家;符合政策则申请移除。处理后请标"已处理"',
        "Message the buyer; request removal if policy allows. Then mark it handled",
    )

    assert advice(words, "zh") == "站内信联系买家;符合政策则申请移除"
    assert advice(words, "en") == "Message the buyer; request removal if policy allows"


# --- the charts --------------------------------------------------------------------------------


def test_the_charts_show_thirty_days(portion_of: PortionOf, records_of: RecordsOf) -> None:
    """Line 1 names the series; a day without report is blank, not 0."""
    records = records_of(
        [
            *sold(portion_of, [200, None, 100], newest=1),
            *(ads(portion_of, {"A": 0.5}, days=i) for i in (29, 1)),
            stock(portion_of, {"A": 0, "B": 9, "C": 9}, days=1),
            stock(portion_of, {"A": 90, "B": 9, "C": 90}),
        ]
    )

    found = page(records)

    names = ("chart_date", "units_1", "units_2", "acos_1", "acos_2", "alerts_1", "alerts_2")
    assert cells(found, 1, *names) == [N, "US", N, "US", N, "严重", "关注"]
    assert cells(found, 2, *names) == [46204, N, N, 0.5, N, N, N]
    assert cells(found, 28, *names) == [46230, 20.0, N, N, N, 0, 0]
    assert cells(found, 30, *names) == [46232, 10.0, N, 0.5, N, 1, 2]
    assert cells(found, 31, *names) == [46233, N, N, N, N, 0, 1]
    assert cells(page(records, "en"), 1, "alerts_1", "alerts_2") == ["Critical", "Warning"]


def test_of_more_than_eight_accounts_those_that_sell_most_are_shown(
    portion_of: PortionOf, records_of: RecordsOf
) -> None:
    """In the job's order, each with its own series in both charts."""
    sites = ["US", "CA", "MX", "UK", "DE", "FR", "IT", "ES", "JP"]
    records = records_of(
        [p for i, s in enumerate(sites) for p in sold(portion_of, [100 - 10 * (i == 2)], marketplace=s)],
        stores={"acme": sites},
    )  # fmt: skip

    found = page(records, rules=())

    shown = ["US", "CA", "UK", "DE", "FR", "IT", "ES", "JP"]
    assert cells(found, 1, *(f"units_{i}" for i in range(1, 9))) == shown
    assert cells(found, 1, *(f"acos_{i}" for i in range(1, 9))) == shown
    assert found.shape.lines == 31


# --- the page as a whole -----------------------------------------------------------------------


def test_every_line_has_every_column_and_its_place(
    portion_of: PortionOf, records_of: RecordsOf
) -> None:
    """The figures, the total, a blank line, the headings of the list, ten things."""
    found = page(records_of([stock(portion_of, {"A": 0})], stores={"acme": ["US", "DE", "JP"]}))

    assert found.shape == (("US", "DE", "JP"), 4, None, 6, 7, 31)
    assert list(found.lines) == list(range(1, 32))
    assert all(list(line) == list(COLUMNS) for line in found.lines.values())
    assert set(cells(found, 5, *COLUMNS[:15])) == {None}
    assert cells(found, 6, *COLUMNS[:15]) == [
        "级别", "负责人", "站点", "SKU", "问题(要先做的十件事)", N, N, N, "建议", N, N, N, "截止", "链接", N,
    ]  # fmt: skip


def test_many_accounts_make_a_longer_page(records_of: RecordsOf, portion_of: PortionOf) -> None:
    """The list moves down."""
    sites = [f"S{i}" for i in range(20)]
    records = records_of(
        [stock(portion_of, {"A": 9}, store="S0")], stores={s: ["US"] for s in sites}
    )

    found = page(records)

    assert (found.shape.list_head, found.shape.first_item, found.shape.lines) == (23, 24, 33)
    assert found.lines[24]["vs_week"] == "可售 9 件 < 30"


def test_a_run_without_news_changes_no_cell(portion_of: PortionOf, records_of: RecordsOf) -> None:
    """Neither later in the day nor with the longer window of the weekly rewrite."""
    brought = [
        *sold(portion_of, [100.0] * 30),
        *(stock(portion_of, {"A": 90, "B": 8.0}, days=i) for i in range(30)),
        *(ads(portion_of, {"A": 0.5}, days=i) for i in range(3, 30)),
    ]
    later = NOW + timedelta(hours=3)

    morning = page(records_of(brought))
    evening = page(records_of(brought, now=later, window_days=42), now=later)

    assert evening.lines == morning.lines


@pytest.mark.parametrize("template", ["full", "simple"])
def test_the_template_has_the_columns_of_the_page(template: str) -> None:
    """In this order, all the program's, within one screen."""
    path = Path(__file__).parents[2] / "templates" / template / "today.yaml"
    tab = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    columns = tab["columns"]
    visible = [column for column in columns if "hide" not in column]

    assert [column["id"] for column in columns] == ["line", *COLUMNS]
    assert sum(column["width"] for column in visible) <= 1250
    assert len({column["label"]["zh"] for column in columns}) == len(columns)
    assert len({column["label"]["en"] for column in columns}) == len(columns)
    assert [(chart["id"], chart["series"]) for chart in tab["charts"]] == [
        ("units", 8), ("acos", 8), ("alerts", 2)
    ]  # fmt: skip
