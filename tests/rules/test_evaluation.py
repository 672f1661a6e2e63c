"""Evaluation over a whole panel: the same verdicts as judging each figure alone, and the flood rule."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sheets_sync.core.aims import Aim
from sheets_sync.core.model import SkuKey
from sheets_sync.core.panel import Panel
from sheets_sync.core.rules import (
    Comparison,
    Condition,
    Flood,
    Level,
    Operand,
    Rule,
    Variant,
    evaluate,
    quench,
)
from sheets_sync.errors import Words

START = date(2026, 7, 1)
NUMERIC = ("stock_units", "acos_7d", "acos_benchmark")
FIGURES = st.sampled_from([None, 0.0, 0.26, 0.3, 0.39, 0.390000001, 0.4, 1.0, 30.0])


def rule_of(*levels: Level, metric: str = "stock_units", where: tuple[Condition, ...] = ()) -> Rule:
    return Rule(
        "low-stock", Words("低库存", "Low"), metric, "operations", levels, Words("", ""), where
    )


def below(limit: float, severity: str = "critical") -> Level:
    return Level(severity, "stock_units", (Comparison("below", Operand(limit)),))


def panel_of(rows: list[list[float | None]], marketplaces: list[str] | None = None) -> Panel:
    sites = marketplaces or ["US"] * len(rows)
    keys = [SkuKey("acme", site, f"S{i}") for i, site in enumerate(sites)]
    days = [START + timedelta(days=i) for i in range(len(rows[0]))]
    figures = np.array([[np.nan if v is None else v for v in row] for row in rows])
    return Panel(keys, days, {"stock_units": figures}, {})


operands = st.sampled_from([Operand(0.0), Operand(0.26), Operand(0.39), Operand(30.0)]) | st.builds(
    lambda of, times: Operand(None, of, times),
    st.sampled_from(NUMERIC),
    st.sampled_from([None, 1.5, 0.5]),
)
orders = st.builds(Comparison, st.sampled_from(["above", "at_least", "below", "at_most"]), operands)
equals = st.lists(st.sampled_from([0.0, 0.26, 0.39, 30.0]), min_size=1, max_size=2).map(
    lambda many: Comparison("equals", any_of=tuple(many))
)
texts = st.lists(st.sampled_from(["在售", "新品"]), min_size=1, max_size=2).map(
    lambda many: Condition("sku_status", Comparison("equals", any_of=tuple(many)))
)
conditions = st.lists(
    st.builds(Condition, st.sampled_from(NUMERIC), orders | equals) | texts, max_size=2
).map(tuple)
levels = st.builds(
    Level,
    severity=st.sampled_from(["critical", "warning"]),
    metric=st.sampled_from(NUMERIC),
    comparisons=st.lists(orders | equals, min_size=1, max_size=2).map(tuple),
    where=conditions,
)
rules = st.builds(
    lambda found, where: rule_of(*found, where=where),
    st.lists(levels, min_size=1, max_size=3),
    conditions,
)
rows = st.lists(
    st.fixed_dictionaries(
        dict.fromkeys(NUMERIC, FIGURES)
        | {"sku_status": st.sampled_from([None, "在售", "新品", "停售"])}
    ),
    min_size=4,
    max_size=4,
)


def plain_limit(operand: Operand, row: dict[str, float | None]) -> float | None:
    if operand.of is None:
        return operand.number
    base = row[operand.of]
    return None if base is None else float(np.round(base * (operand.times or 1.0), 6))


def plain_holds(metric: str, comparison: Comparison, row: dict[str, float | None]) -> bool:
    value = row[metric]
    if value is None:
        return False
    if comparison.verb == "equals":
        exact = value if isinstance(value, str) else float(np.round(value, 6))
        return exact in comparison.any_of
    limit = plain_limit(comparison.operand, row)
    if limit is None:
        return False
    value = float(np.round(value, 6))
    return {
        "above": value > limit,
        "at_least": value >= limit,
        "below": value < limit,
        "at_most": value <= limit,
    }[comparison.verb]


def plain_verdict(rule: Rule, row: dict[str, float | None]) -> int | None:
    """Return the index of the level that a person with a pencil would find."""
    for i, level in enumerate(rule.levels):
        needed = [
            *rule.where,
            *level.where,
            *(Condition(level.metric, c) for c in level.comparisons),
        ]
        if all(plain_holds(one.metric, one.comparison, row) for one in needed):
            return i
    return None


@settings(max_examples=300, deadline=None)
@given(rule=rules, cells=rows)
def test_a_panel_is_judged_as_its_cells_one_by_one(
    rule: Rule, cells: list[dict[str, float | None]]
) -> None:
    """Vectorised evaluation equals a plain scalar evaluation of the same rule."""
    arrays = {
        name: np.array(
            [np.nan if cell[name] is None else cell[name] for cell in cells], dtype=float
        ).reshape(2, 2)
        for name in NUMERIC
    }
    arrays["sku_status"] = np.array([cell["sku_status"] for cell in cells], dtype=object).reshape(
        2, 2
    )
    keys = [SkuKey("acme", "US", "A"), SkuKey("acme", "US", "B")]
    panel = Panel(keys, [START, START + timedelta(days=1)], arrays, {})

    hits = {
        2 * hit.entity + hit.day: [level is hit.level for level in rule.levels].index(True)
        for hit in evaluate([rule], panel, "sku")
    }

    plain = {i: plain_verdict(rule, cell) for i, cell in enumerate(cells)}
    assert hits == {i: level for i, level in plain.items() if level is not None}


PARTS = st.sampled_from(["", "acme", "beta"]), st.sampled_from(["", "US", "DE"])
aims = st.builds(
    Aim, *PARTS, st.sampled_from(["", "家居", "HOME"]), st.sampled_from(["", "A", "B"])
)
limits = st.sampled_from([None, 0.0, 20.0, 30.0, 60.0])
wholes = st.tuples(
    st.sampled_from(["acme", "beta"]),
    st.sampled_from(["US", "DE"]),
    st.sampled_from(["A", "B", "C"]),
)


@settings(max_examples=200, deadline=None)
@given(
    chosen=st.lists(st.tuples(aims, limits), max_size=4),
    keys=st.lists(wholes, min_size=1, max_size=8, unique=True),
    data=st.data(),
)
def test_each_entity_is_judged_by_the_first_variant_that_is_for_it(
    chosen: list[tuple[Aim, float | None]], keys: list[tuple[str, str, str]], data: st.DataObject
) -> None:
    """As a person would go down the list, entity by entity; with no limit the rule is off for it."""
    stock = data.draw(st.lists(FIGURES, min_size=len(keys), max_size=len(keys)))
    categories = data.draw(
        st.lists(st.sampled_from([None, "家居", "home"]), min_size=len(keys), max_size=len(keys))
    )
    arrays = {
        "stock_units": np.array([[np.nan if v is None else v] for v in stock]),
        "category": np.array([[c] for c in categories], dtype=object),
    }
    panel = Panel([SkuKey(*key) for key in keys], [START], arrays, {})
    variants = [
        Variant(aim, None if limit is None else rule_of(below(limit))) for aim, limit in chosen
    ]

    hits = evaluate([rule_of(below(30))], panel, "sku", {"low-stock": variants})

    expected = []
    for i, (store, site, sku) in enumerate(keys):
        whole = (store, site, (categories[i] or "").casefold(), sku)
        limit = next(
            (
                limit
                for aim, limit in chosen
                if all(
                    p in ("", w)
                    for p, w in zip((*aim[:2], aim[2].casefold(), aim[3]), whole, strict=True)
                )
            ),
            30.0,
        )
        value = stock[i]
        if limit is not None and value is not None and value < limit:
            expected.append((i, limit))
    assert [(hit.entity, hit.threshold) for hit in hits] == expected


def test_aims_know_accounts_by_store_and_marketplace_alone() -> None:
    """A category or a SKU is never an account's."""
    level = Level("critical", "ahr_score", (Comparison("below", Operand(100)),))
    rule = rule_of(level, metric="ahr_score")
    keys = [SkuKey("acme", site, "") for site in ("US", "DE")]
    panel = Panel(keys, [START], {"ahr_score": np.array([[90.0], [90.0]])}, {})
    variants = [
        Variant(Aim(sku="A"), None),
        Variant(Aim(category="home"), None),
        Variant(Aim(marketplace="DE"), None),
    ]

    assert [h.entity for h in evaluate([rule], panel, "account", {rule.id: variants})] == [0]


def test_a_hit_carries_the_figure_the_limit_and_what_stands_behind_it() -> None:
    """Messages quote all three."""
    level = Level(
        "critical", "acos_7d", (Comparison("above", Operand(None, "acos_benchmark", 1.5)),)
    )
    arrays = {"acos_7d": np.array([[0.452]]), "acos_benchmark": np.array([[0.285]])}
    panel = Panel([SkuKey("acme", "US", "A")], [START], arrays, {})

    (hit,) = evaluate([rule_of(level, metric="acos_7d")], panel, "sku")

    assert (hit.value, hit.threshold, hit.of) == (0.452, 0.4275, 0.285)


def test_rules_of_the_other_level_are_left_alone() -> None:
    """A panel of accounts is not judged by SKU rules."""
    assert evaluate([rule_of(below(30))], panel_of([[1.0]]), "account") == []


def test_more_than_a_fifth_of_a_marketplace_becomes_one_flood() -> None:
    """5 of 24 SKUs with a figure is over a fifth: the rule is in doubt for that day."""
    rows = [[1.0, 50.0]] * 5 + [[50.0, 50.0]] * 19 + [[None, None]] * 6
    panel = panel_of(rows)
    rule = rule_of(below(30))

    kept, floods = quench(evaluate([rule], panel, "sku"), panel)

    assert kept == []
    assert floods == [Flood(rule, "acme", "US", 0, 5, 24)]


def test_exactly_a_fifth_is_no_flood() -> None:
    """The limit itself is fine."""
    panel = panel_of([[1.0]] * 5 + [[50.0]] * 20)

    kept, floods = quench(evaluate([rule_of(below(30))], panel, "sku"), panel)

    assert (len(kept), floods) == (5, [])


def test_four_hits_are_never_a_flood() -> None:
    """A small shop may run out of everything."""
    panel = panel_of([[1.0]] * 4)

    kept, floods = quench(evaluate([rule_of(below(30))], panel, "sku"), panel)

    assert (len(kept), floods) == (4, [])


def test_a_flood_in_one_marketplace_leaves_the_others_and_the_other_days() -> None:
    """Doubt is per store, marketplace and day."""
    rows = [[1.0, 50.0]] * 6 + [[1.0, 1.0]] + [[50.0, 50.0]] * 9
    panel = panel_of(rows, ["DE"] * 6 + ["US"] * 10)

    kept, floods = quench(evaluate([rule_of(below(30))], panel, "sku"), panel)

    assert [(hit.entity, hit.day) for hit in kept] == [(6, 0), (6, 1)]
    assert [(f.marketplace, f.day, f.hit, f.of) for f in floods] == [("DE", 0, 6, 6)]


def test_account_rules_are_exempt_from_the_flood_rule() -> None:
    """Every account may be in trouble at once."""
    level = Level("critical", "ahr_score", (Comparison("below", Operand(100)),))
    rule = rule_of(level, metric="ahr_score")
    keys = [SkuKey("acme", "US", "")] * 6
    panel = Panel(keys, [START], {"ahr_score": np.full((6, 1), 50.0)}, {})

    kept, floods = quench(evaluate([rule], panel, "account"), panel)

    assert (len(kept), floods) == (6, [])
