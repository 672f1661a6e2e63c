"""Versions: which figures win, what counts as news, and which file looks damaged."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sheets_sync.core.history import Merged, Slot, Version, merge
from sheets_sync.core.model import Figure, Portion, Report, SourceFile

DAY = date(2026, 7, 30)
T0 = datetime(2026, 7, 31, 8, 0, tzinfo=UTC)
FIRST, SECOND = datetime(2026, 7, 31, 9, 0, tzinfo=UTC), datetime(2026, 8, 1, 9, 0, tzinfo=UTC)
SLOT = Slot("sales-traffic", "acme", "US", DAY)


def portion(
    figures: dict[str, Figure],
    *,
    kind: str = "sales-traffic",
    figure: str = "units",
    hours: int = 0,
    day: date = DAY,
) -> Portion:
    moment = T0 + timedelta(hours=hours)
    return Portion(
        kind, "acme", "US", day, moment, tuple(figures), {figure: list(figures.values())}
    )


def report(name: str, *portions: Portion) -> Report:
    return Report(SourceFile(name, name.ljust(64, "0"), 1, T0), portions[0].kind, portions)


def skus(count: int) -> dict[str, Figure]:
    return {f"S{i}": 1.0 for i in range(count)}


def read(known: dict[Slot, Version], *reports: Report, now: datetime = FIRST) -> Merged:
    return merge(known, reports, now)


def test_the_later_moment_wins_whatever_the_order_of_the_files() -> None:
    """Of two files for one day the one whose figures were taken later is current."""
    late, early = (
        report("a.csv", portion({"A": 2.0}, hours=5)),
        report("b.csv", portion({"A": 1.0})),
    )

    for order in ((late, early), (early, late)):
        assert read({}, *order).current[SLOT].file == "a.csv"


def test_an_older_file_that_comes_later_changes_nothing() -> None:
    """A forgotten download does not bring old figures back."""
    known = read({}, report("new.csv", portion({"A": 2.0}, hours=5))).current

    found = read(known, report("old.csv", portion({"A": 1.0})), now=SECOND)

    assert found.news == []
    assert found.current[SLOT].file == "new.csv"


def test_equal_figures_under_another_name_are_no_news() -> None:
    """The same figures again, in another order and another file, move nothing."""
    known = read({}, report("a.csv", portion({"A": 1.0, "B": 2.0}))).current

    found = read(known, report("copy.csv", portion({"B": 2.0, "A": 1.0}, hours=5)), now=SECOND)

    assert found.news == []
    assert found.current == known


def test_received_moves_only_for_keys_whose_figures_changed() -> None:
    """A restated file is new for the SKUs it restates, and for those it adds."""
    known = read({}, report("a.csv", portion({"A": 1.0, "B": 2.0}))).current

    found = read(
        known, report("b.csv", portion({"A": 1.0, "B": 3.0, "C": 0.0}, hours=5)), now=SECOND
    )

    first, second = int(FIRST.timestamp()), int(SECOND.timestamp())
    assert found.current[SLOT].received == (first, second, second)
    assert [version.file for version in found.news] == ["b.csv"]


def test_a_figure_that_a_later_file_no_longer_has_is_a_change() -> None:
    """A column that vanished made its figures unknown: that is news for every key."""
    both = Portion("sales-traffic", "acme", "US", DAY, T0, ("A",), {"units": [1.0], "sales": [9.5]})
    known = read({}, report("a.csv", both)).current

    found = read(known, report("b.csv", portion({"A": 1.0}, hours=5)), now=SECOND)

    assert found.current[SLOT].received == (int(SECOND.timestamp()),)


def test_a_sku_that_vanished_is_gone_from_the_current_version() -> None:
    """The newest file is taken whole; it is not patched into the one before."""
    known = read({}, report("a.csv", portion({"A": 1.0, "B": 2.0}))).current

    found = read(known, report("b.csv", portion({"A": 1.0}, hours=5)), now=SECOND)

    assert found.current[SLOT].portion.keys == ("A",)
    assert found.current[SLOT].received == (int(FIRST.timestamp()),)


def test_a_portion_without_keys_says_that_nothing_happened() -> None:
    """An empty day is a version like any other."""
    found = read({}, report("a.csv", portion({})))

    assert found.current[SLOT].received == ()


def shrinking(
    before: int, after: int, kind: str, figure: str, *, days: int
) -> list[tuple[int, int]]:
    earlier = portion(skus(before), kind=kind, figure=figure, day=DAY - timedelta(days=days))
    known = read({}, report("before.csv", earlier)).current
    later = portion(skus(after), kind=kind, figure=figure, hours=24)
    return [(s.keys, s.before) for s in read(known, report("after.csv", later)).shrunk]


def test_a_whole_report_with_under_four_fifths_of_its_skus_is_reported() -> None:
    """A stock file is held against the newest one before it, of whatever day."""
    assert shrinking(10, 7, "fba-inventory", "fba_units", days=1) == [(7, 10)]


def test_exactly_four_fifths_is_fine() -> None:
    """The limit itself passes."""
    assert shrinking(10, 8, "fba-inventory", "fba_units", days=1) == []


def test_a_whole_report_that_is_empty_is_reported() -> None:
    """An empty stock file is a broken download, not an empty warehouse."""
    assert shrinking(10, 0, "fba-inventory", "fba_units", days=1) == [(0, 10)]


def test_a_flow_is_held_against_the_same_day_only() -> None:
    """A quiet Sunday has fewer advertised SKUs than Saturday; a restated day has not."""
    assert shrinking(10, 2, "ads-sp-api", "ad_spend", days=1) == []
    assert shrinking(10, 2, "ads-sp-api", "ad_spend", days=0) == [(2, 10)]


def test_a_flow_of_few_skus_may_shrink() -> None:
    """Under five SKUs a fifth is nothing."""
    assert shrinking(4, 1, "ads-sp-api", "ad_spend", days=0) == []
    assert shrinking(5, 3, "ads-sp-api", "ad_spend", days=0) == [(3, 5)]


def test_typed_figures_and_feedback_may_shrink() -> None:
    """What people type, and feedback that Amazon removes, has no usual number of keys."""
    assert shrinking(10, 1, "manual-sku", "new_negatives", days=0) == []
    assert shrinking(10, 1, "feedback", "rating", days=0) == []


def test_an_older_snapshot_is_not_held_against_a_newer_one() -> None:
    """A backfilled file of last week may have fewer SKUs than today's, and today's stays the measure."""
    stock = {"kind": "fba-inventory", "figure": "fba_units"}
    known = read({}, report("today.csv", portion(skus(20), **stock))).current
    week_ago = portion(skus(10), **stock, hours=-168, day=DAY - timedelta(days=7))

    found = read(known, report("week-ago.csv", week_ago))
    tomorrow = portion(skus(12), **stock, hours=24, day=DAY + timedelta(days=1))

    assert found.shrunk == []
    assert [s.before for s in read(found.current, report("tomorrow.csv", tomorrow)).shrunk] == [20]
