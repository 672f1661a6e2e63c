"""The store: what it knows between runs, through runs that end well, badly or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from sheets_sync.core.history import Slot, Version, merge
from sheets_sync.core.model import AdGroup, Fault, Portion, Report, SourceFile
from sheets_sync.core.plan import DesiredTab, Plan, TabPlan, diff
from sheets_sync.core.tab import ExistingTab, TabMemory
from sheets_sync.core.template import Column, TabLayout
from sheets_sync.errors import ConfigurationError, Words
from sheets_sync.store import Arrived, Store, schema
from sheets_sync.store import memory as store_memory

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sheets_sync.core.plan import Written
    from sheets_sync.core.tab import Cell, RowKey

NOW = datetime(2026, 7, 31, 10, tzinfo=UTC)
DAY = date(2026, 7, 30)
SHEET, TAB = "sheet-1", "daily:2026-07"
NOTHING = Arrived((), ())
A, B = (46233, "A"), (46233, "B")
MEMORY = TabMemory(
    7, "日报 2026-07", ("日期", "SKU", "销量", "备注"), {"date": 0, "sku": 1, "units": 2}, "1:ab"
)


@pytest.fixture(params=["file", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store on disk and one in memory keep the same promises."""
    url = f"sqlite:///{tmp_path}/state/x.db" if request.param == "file" else "sqlite://"
    found = Store(url)
    yield found
    found.close()


def column(id_: str, *, key: bool = False) -> Column:
    return Column(id_, Words(id_, id_), "ours", "text", 80, None, key)


LAYOUT = TabLayout(
    "daily",
    dict.fromkeys(("zh", "en", "both"), "日报 {month}"),
    "sku",
    True,
    2,
    (column("date", key=True), column("sku", key=True), column("units"), column("alerts")),
)


def sheet(*rows: tuple[RowKey, Cell]) -> ExistingTab:
    cells = [
        ["date", *(key[0] for key, _ in rows)],
        ["sku", *(key[1] for key, _ in rows)],
        ["units", *(units for _, units in rows)],
        ["alerts", *(None for _ in rows)],
    ]
    places = {name: i for i, name in enumerate(("date", "sku", "units", "alerts"))}
    return ExistingTab(TAB, 7, "日报", places, cells, len(rows) + 2, 4)


def planned(store: Store, existing: ExistingTab | None, *wanted: tuple[RowKey, Cell]) -> Plan:
    columns: dict[str, list[Cell]] = {
        "date": [key[0] for key, _ in wanted],
        "sku": [key[1] for key, _ in wanted],
        "units": [units for _, units in wanted],
        "alerts": [None for _ in wanted],
    }
    keys = [key for key, _ in wanted]
    want = DesiredTab(TAB, LAYOUT, "日报 2026-07", keys, [True] * len(keys), columns)
    found = {} if existing is None else {TAB: existing}
    return diff(found, [want], {TAB: store.written(SHEET, TAB)})


def only(plan: Plan) -> TabPlan:
    return plan.tabs[0]


def begin(
    store: Store, run: str, plan: Plan, *, markers: tuple[int, ...] = (), now: datetime = NOW
) -> Written:
    written = store.written(SHEET, TAB)
    store.begin(run, SHEET, now, plan, markers, NOTHING, {TAB: written})
    return written


def finish(
    store: Store,
    run: str,
    plan: Plan,
    written: Written,
    *,
    markers: tuple[int, ...] = (),
    **tabs: TabMemory,
) -> None:
    store.finish(run, SHEET, plan, {TAB: written}, tabs, {"cells": plan.cells}, markers)


def carried_out(store: Store, run: str, plan: Plan, **more: Any) -> None:
    finish(store, run, plan, begin(store, run, plan, **more), markers=more.get("markers", ()))


# --- what was written ----------------------------------------------------------------------------


def test_a_finished_run_is_what_was_last_written(store: Store) -> None:
    """One value per cell, with the key's own."""
    carried_out(store, "r1", planned(store, None, (A, 3)))

    assert store.written(SHEET, TAB) == {
        A: {"date": (46233,), "sku": ("A",), "units": (3,), "alerts": (None,)}
    }
    assert store.written(SHEET, "daily:2026-08") == {}
    assert store.written("sheet-2", TAB) == {}


def test_between_begin_and_finish_both_values_are_ours(store: Store) -> None:
    """A run killed there does not take its own values for a person's."""
    carried_out(store, "r1", planned(store, None, (A, 3)))
    begin(store, "r2", planned(store, sheet((A, 3)), (A, 4)))

    assert store.written(SHEET, TAB)[A]["units"] == (4, 3)
    for held in (3, 4):
        plan = only(planned(store, sheet((A, held)), (A, 5)))
        assert [(c.before, c.after) for c in plan.changes] == [(held, 5)]
        assert plan.overrides == ()


def test_a_finished_run_settles_pending_values(store: Store) -> None:
    """The value of the run that finished is the only one left."""
    carried_out(store, "r1", planned(store, None, (A, 3)))
    begin(store, "r2", planned(store, sheet((A, 3)), (A, 4)))
    carried_out(store, "r3", planned(store, sheet((A, 4)), (A, 5)))

    assert store.written(SHEET, TAB)[A]["units"] == (5,)


def test_rows_of_a_run_that_failed_are_added_by_the_next(store: Store) -> None:
    """A row that never arrived was not deleted by anybody, also when its whole tab never arrived."""
    begin(store, "r1", planned(store, None, (A, 3)))
    store.fail("r1", "the network is down")

    for existing in (None, sheet()):
        plan = only(planned(store, existing, (A, 3)))
        assert (plan.new_keys, plan.deleted) == ((A,), ())


def test_rows_of_a_run_killed_after_it_arrived_are_not_added_twice(store: Store) -> None:
    """They are found by their key, and deleting them counts once a later run has seen them."""
    begin(store, "r1", planned(store, None, (A, 3)))

    plan = planned(store, sheet((A, 3)), (A, 3), (B, 1))
    assert only(plan).new_keys == (B,)
    carried_out(store, "r2", plan)

    after = only(planned(store, sheet((B, 1)), (A, 3), (B, 1)))
    assert (after.new_keys, after.deleted) == ((), (A,))


def test_a_row_deleted_by_a_person_stays_known(store: Store) -> None:
    """Later runs go on listing it."""
    carried_out(store, "r1", planned(store, None, (A, 3), (B, 1)))
    carried_out(store, "r2", planned(store, sheet((B, 1)), (A, 3), (B, 2)))

    assert only(planned(store, sheet((B, 2)), (A, 3), (B, 2))).deleted == (A,)


def test_cells_that_a_run_does_not_touch_keep_what_is_known(store: Store) -> None:
    """A change of one cell forgets nothing about its neighbours."""
    carried_out(store, "r1", planned(store, None, (A, 3)))
    carried_out(store, "r2", planned(store, sheet((A, 3)), (A, 4)))

    assert store.written(SHEET, TAB)[A] == {
        "date": (46233,),
        "sku": ("A",),
        "units": (4,),
        "alerts": (None,),
    }


# --- tabs, runs, settings ------------------------------------------------------------------------


def test_tabs_are_remembered_as_they_were_seen(store: Store) -> None:
    """Sheet id, title, headings, places and colour rules come back equal; the newest sight holds."""
    plan = planned(store, None, (A, 3))
    finish(store, "r1", plan, begin(store, "r1", plan), **{TAB: MEMORY})
    assert store.tabs(SHEET) == {TAB: MEMORY}
    assert store.tabs("sheet-2") == {}

    moved = replace(MEMORY, columns={"date": 1, "sku": 0, "units": 2}, highlights="")
    finish(store, "r2", plan, begin(store, "r2", plan), **{TAB: moved})
    assert store.tabs(SHEET) == {TAB: moved}


def test_runs_are_listed_newest_first_with_how_they_ended(store: Store) -> None:
    """Pending, failed and finished can be told apart, in UTC whatever the clock's zone."""
    china = timezone(timedelta(hours=8))
    plan = planned(store, None, (A, 3))
    carried_out(store, "r1", plan, now=NOW)
    begin(store, "r2", plan, now=NOW + timedelta(minutes=1))
    store.fail("r2", "no answer")
    begin(store, "r3", plan, now=(NOW + timedelta(minutes=2)).astimezone(china))

    found = store.runs()

    assert [(run.run_id, run.state) for run in found] == [
        ("r3", "pending"),
        ("r2", "failed"),
        ("r1", "finished"),
    ]
    assert found[0].started_at == datetime(2026, 7, 31, 10, 2, tzinfo=UTC)
    assert found[1].summary == {"error": "no answer"}
    assert found[2].summary == {"cells": 3}
    assert [run.run_id for run in store.runs(limit=1)] == ["r3"]


def test_the_markers_of_the_newest_finished_run_are_cleared_next(store: Store) -> None:
    """A run without batches left none, and an unfinished run's are still needed."""
    plan = planned(store, None, (A, 3))
    assert store.last_markers(SHEET) == []
    carried_out(store, "r1", plan, markers=(11, 12))
    carried_out(store, "r2", plan, now=NOW + timedelta(minutes=1))
    begin(store, "r3", plan, markers=(31,), now=NOW + timedelta(minutes=2))

    assert store.last_markers(SHEET) == [11, 12]
    assert store.last_markers("sheet-2") == []


def test_a_setting_is_remembered_and_replaced(store: Store) -> None:
    """An unknown one is None."""
    assert store.setting("local_spreadsheet") is None
    store.remember("local_spreadsheet", "a")
    store.remember("local_spreadsheet", "表")
    assert store.setting("local_spreadsheet") == "表"


def test_a_file_keeps_what_memory_forgets(tmp_path: Path) -> None:
    """A second process finds what the first one wrote."""
    url = f"sqlite:///{tmp_path}/state/x.db"
    first = Store(url)
    carried_out(first, "r1", planned(first, None, (A, 3)))
    first.close()

    second = Store(url)
    assert second.written(SHEET, TAB)[A]["units"] == (3,)
    second.close()


# --- figures -------------------------------------------------------------------------------------


def report(
    name: str, spend: float, *, hours: int = 0, faults: tuple[Fault, ...] = (), zone: Any = UTC
) -> Report:
    moment = (NOW + timedelta(hours=hours)).astimezone(zone)
    portion = Portion(
        "ads-sp-api",
        "acme",
        "US",
        DAY,
        moment,
        ("A", "乙"),
        {"ad_spend": [spend, 2.0], "ad_clicks": [1.0, None]},
        (AdGroup("A", "SP-自动", "组A", 1.0, spend, 0.0),),
    )
    return Report(
        SourceFile(name, name.ljust(64, "0"), 9, moment), "ads-sp-api", (portion,), faults
    )


SLOT = Slot("ads-sp-api", "acme", "US", DAY)


def arrive(store: Store, run: str, *reports: Report, now: datetime = NOW) -> list[Version]:
    news = merge(store.current(DAY), reports, now).news
    store.begin(run, SHEET, now, Plan(()), (), Arrived(reports, news), {})
    return news


def test_figures_come_back_as_they_were_kept(store: Store) -> None:
    """Keys, figures, unknowns, moments in any zone, and when each was received."""
    tokyo = timezone(timedelta(hours=9))

    [kept] = arrive(store, "r1", report("a.json", 10.0, zone=tokyo))

    found = store.current(DAY)[SLOT]
    assert found.portion.taken_at == NOW
    assert found.portion.keys == ("A", "乙")
    assert found.portion.figures == {"ad_spend": [10.0, 2.0], "ad_clicks": [1.0, None]}
    assert (found.file, found.digest, found.received) == (kept.file, kept.digest, kept.received)
    assert store.current(DAY + timedelta(days=1)) == {}


def test_ad_groups_are_fetched_for_the_slots_that_are_asked_for(store: Store) -> None:
    """They are heavy, and most nights few are needed."""
    arrive(store, "r1", report("a.json", 10.0))

    assert store.current(DAY)[SLOT].portion.ad_groups == ()
    assert store.ad_groups([SLOT]) == {SLOT: (AdGroup("A", "SP-自动", "组A", 1.0, 10.0, 0.0),)}
    assert store.ad_groups([SLOT._replace(store="beta")]) == {}
    assert store.ad_groups([]) == {}


def test_a_restated_day_keeps_its_earlier_versions(store: Store) -> None:
    """One is current; the history names each file."""
    arrive(store, "r1", report("a.json", 10.0))
    arrive(store, "r2", report("b.json", 11.0, hours=5), now=NOW + timedelta(hours=5))

    assert store.current(DAY)[SLOT].file == "b.json"
    assert [(v.file, v.portion.figures["ad_spend"][0]) for v in store.versions(SLOT)] == [
        ("a.json", 10.0),
        ("b.json", 11.0),
    ]
    assert [v.portion.ad_groups[0].spend for v in store.versions(SLOT)] == [10.0, 11.0]
    assert store.ad_groups([SLOT])[SLOT][0].spend == 11.0


def test_equal_figures_in_another_file_make_no_version(store: Store) -> None:
    """What was read back counts as the same figures."""
    arrive(store, "r1", report("a.json", 10.0))

    assert arrive(store, "r2", report("copy.json", 10.0, hours=5)) == []
    assert len(store.versions(SLOT)) == 1


def test_a_run_that_begins_again_keeps_its_figures_once(store: Store) -> None:
    """The second attempt of one run brings the same versions."""
    reports = (report("a.json", 10.0),)
    news = merge({}, reports, NOW).news
    for _ in range(2):
        store.begin("r1", SHEET, NOW, Plan(()), (), Arrived(reports, news), {})

    assert [v.file for v in store.versions(SLOT)] == ["a.json"]
    assert store.current(DAY)[SLOT].file == "a.json"


def test_files_are_known_with_their_faults(store: Store) -> None:
    """While a file lies in the inbox its faults are told again, without reading it again."""
    fault = Fault("a.json", 12, "cost", Words("不是数字", "Not a number"))
    bare = Fault("a.json", None, None, Words("空", "Empty"))

    arrive(store, "r1", report("a.json", 10.0, faults=(fault, bare)), report("b.json", 10.0))

    assert store.known_files() == {
        ("a.json", "a.json".ljust(64, "0")): (fault, bare),
        ("b.json", "b.json".ljust(64, "0")): (),
    }


def test_a_better_reader_reads_known_files_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an older program understood of a file does not count."""
    arrive(store, "r1", report("a.json", 10.0))

    monkeypatch.setattr(store_memory, "READER", store_memory.READER + 1)

    assert store.known_files() == {}


# --- the database --------------------------------------------------------------------------------


def test_the_schema_is_one_that_postgresql_takes() -> None:
    """Every table and index compiles; moments keep their zone there."""
    dialect = postgresql.dialect()
    tables = {
        name: str(CreateTable(t).compile(dialect=dialect))
        for name, t in schema.metadata.tables.items()
    }
    indexes = [
        str(CreateIndex(i).compile(dialect=dialect))
        for t in schema.metadata.tables.values()
        for i in t.indexes
    ]

    assert set(tables) == {"files", "versions", "runs", "tabs", "rows", "settings"}
    assert "taken_at TIMESTAMP WITH TIME ZONE NOT NULL" in tables["versions"]
    assert "figures BYTEA NOT NULL" in tables["versions"]
    assert len(indexes) == 2


def test_replacing_rows_is_said_as_postgresql_says_it() -> None:
    """An upsert names its key and its values."""
    statement = postgresql.insert(schema.settings).values(name="a", value="b")
    text = str(
        statement.on_conflict_do_update(
            index_elements=["name"], set_={"value": statement.excluded.value}
        ).compile(dialect=postgresql.dialect())
    )

    assert "ON CONFLICT (name) DO UPDATE SET value = excluded.value" in text


@pytest.mark.parametrize("url", ["nonsense://x", "not a url"])
def test_an_address_that_is_none_is_refused_with_an_example(url: str) -> None:
    """It is the job file that has to be corrected."""
    with pytest.raises(ConfigurationError) as refused:
        Store(url)

    assert refused.value.words.zh.startswith("store 的地址不可用:")
    assert refused.value.words.en.endswith("Example: sqlite:///state/sheets-sync.db")


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """Nothing of it is touched."""
    path = tmp_path / "x.db"
    path.write_text("meeting notes\n" * 100, encoding="utf-8")

    with pytest.raises(ConfigurationError, match="file is not a database"):
        Store(f"sqlite:///{path}")

    assert path.read_text(encoding="utf-8") == "meeting notes\n" * 100


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    """A file stands where the folder should."""
    (tmp_path / "state").write_text("", encoding="utf-8")

    with pytest.raises(ConfigurationError) as refused:
        Store(f"sqlite:///{tmp_path}/state/x.db")

    assert str(tmp_path / "state") in refused.value.words.zh
    assert "Check `store` in sheets-sync.yaml." in refused.value.words.en


def test_a_password_is_never_shown() -> None:
    """Neither in the words nor in the error's text."""
    with pytest.raises(ConfigurationError) as refused:
        Store("postgresql+psycopg://u:s3cret@127.0.0.1:1/x")

    assert "s3cret" not in f"{refused.value} {refused.value.words}"
