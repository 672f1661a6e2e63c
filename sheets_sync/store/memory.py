"""The store: one SQLAlchemy database beside the job, SQLite unless the job says otherwise.

A run is begun before anything is sent and finished after the sheet has answered. Between the two its
values are pending: a cell may hold them or the ones before, and both count as the program's own.
"""

from __future__ import annotations

import json
import zlib
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Engine, bindparam, create_engine, delete, event, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from sheets_sync.core.history import Slot, Version
from sheets_sync.core.model import AdGroup, Fault, Portion
from sheets_sync.core.plan import settled
from sheets_sync.core.tab import TabMemory
from sheets_sync.errors import ConfigurationError, Words
from sheets_sync.store import schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection, RowMapping, Table

    from sheets_sync.core.model import Report
    from sheets_sync.core.plan import Plan, TabPlan, Written
    from sheets_sync.core.tab import Cell, RowKey

READER = 1
"""Raised when a reader changes what it understands, so that known files are read again."""


class RunRow(NamedTuple):
    """One remembered run."""

    run_id: str
    started_at: datetime
    state: str
    summary: dict[str, Any]


class Arrived(NamedTuple):
    """What a run read that was not known before."""

    reports: Sequence[Report]
    news: Sequence[Version]


class Store:
    """The database of one job; errors of the database are configuration errors."""

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)
        try:
            schema.metadata.create_all(self._engine)
        except SQLAlchemyError as error:
            raise ConfigurationError(
                Words(
                    f"无法打开数据存储 {self._engine.url!r}:{_first_line(error)}。请检查 sheets-sync.yaml 的 store。",
                    f"The store {self._engine.url!r} cannot be opened: {_first_line(error)}. Check `store` in sheets-sync.yaml.",
                )
            ) from error

    def close(self) -> None:
        """Give the database's connections back."""
        self._engine.dispose()

    # --- figures -----------------------------------------------------------------------------------

    def known_files(self) -> dict[tuple[str, str], tuple[Fault, ...]]:
        """Return the files already read, by (path, sha256), with the faults found in them."""
        t = schema.files
        query = select(t.c.path, t.c.sha256, t.c.faults).where(t.c.reader == READER)
        with self._engine.connect() as connection:
            return {
                (path, sha): tuple(
                    Fault(path, row, col, Words(zh, en)) for row, col, zh, en in json.loads(faults)
                )
                for path, sha, faults in connection.execute(query)
            }

    def current(self, since: date) -> dict[Slot, Version]:
        """Return the current version of every slot whose day is not before `since`."""
        t = schema.versions
        query = select(t).where(t.c.current, t.c.date >= since)
        with self._engine.connect() as connection:
            found = (_version(row) for row in connection.execute(query).mappings())
            return {version.slot: version for version in found}

    def days(self) -> list[date]:
        """Return the days of which there are figures, oldest first."""
        t = schema.versions
        query = select(t.c.date).where(t.c.current).distinct().order_by(t.c.date)
        with self._engine.connect() as connection:
            return list(connection.execute(query).scalars())

    def versions(self, slot: Slot) -> list[Version]:
        """Return every version a slot ever had, oldest first, with its ad groups."""
        t = schema.versions
        query = select(t).where(
            t.c.kind == slot.kind,
            t.c.store == slot.store,
            t.c.marketplace == slot.marketplace,
            t.c.date == slot.date,
        )
        with self._engine.connect() as connection:
            rows = connection.execute(query.order_by(t.c.id)).mappings()
            return [_version(row, with_ad_groups=True) for row in rows]

    def ad_groups(self, slots: Iterable[Slot]) -> dict[Slot, tuple[AdGroup, ...]]:
        """Return what the ad groups did in the current versions of some slots."""
        t = schema.versions
        wanted = set(slots)
        if not wanted:
            return {}
        query = select(t.c.kind, t.c.store, t.c.marketplace, t.c.date, t.c.ad_groups).where(
            t.c.current, t.c.ad_groups.is_not(None), t.c.date >= min(slot.date for slot in wanted)
        )
        with self._engine.connect() as connection:
            rows = [(Slot(*row[:4]), row[4]) for row in connection.execute(query)]
        return {slot: _unpacked_ad_groups(packed) for slot, packed in rows if slot in wanted}

    # --- what was written ----------------------------------------------------------------------------

    def written(self, spreadsheet: str, tab: str) -> Written:
        """Return what the program may have left in each row of a tab."""
        t = schema.rows
        query = select(t.c.key, t.c.written).where(t.c.spreadsheet == spreadsheet, t.c.tab == tab)
        with self._engine.connect() as connection:
            return {
                tuple(json.loads(key)): {
                    name: tuple(values) for name, values in json.loads(cells).items()
                }
                for key, cells in connection.execute(query)
            }

    def row_keys(self, spreadsheet: str, tab: str) -> list[RowKey]:
        """Return the keys of the rows that the program has written to a tab."""
        t = schema.rows
        query = select(t.c.key).where(t.c.spreadsheet == spreadsheet, t.c.tab == tab)
        with self._engine.connect() as connection:
            return [tuple(json.loads(key)) for key in connection.execute(query).scalars()]

    def tabs(self, spreadsheet: str) -> dict[str, TabMemory]:
        """Return where the tabs of a spreadsheet were when last seen."""
        t = schema.tabs
        with self._engine.connect() as connection:
            rows = connection.execute(select(t).where(t.c.spreadsheet == spreadsheet)).mappings()
            return {
                row["tab"]: TabMemory(
                    row["sheet_id"],
                    row["title"],
                    tuple(json.loads(row["headings"])),
                    json.loads(row["columns"]),
                    row["highlights"],
                )
                for row in rows
            }

    # --- settings ------------------------------------------------------------------------------------

    def setting(self, name: str) -> str | None:
        """Return a remembered value, or None."""
        t = schema.settings
        with self._engine.connect() as connection:
            return connection.execute(select(t.c.value).where(t.c.name == name)).scalar()

    def remember(self, name: str, value: str) -> None:
        """Remember a value under a name."""
        with self._engine.begin() as connection:
            _upsert(connection, schema.settings, [{"name": name, "value": value}])

    # --- runs ----------------------------------------------------------------------------------------

    def begin(
        self,
        run_id: str,
        spreadsheet: str,
        now: datetime,
        plan: Plan,
        markers: Sequence[int],
        arrived: Arrived,
        written: Mapping[str, Written],
    ) -> None:
        """Keep new figures, the plan with its before-image and the marker ids, before anything is sent.

        A run that plans again keeps its first plan as well, for part of it may have been carried out.
        """
        t = schema.runs
        record = {
            "run_id": run_id,
            "spreadsheet": spreadsheet,
            "started_at": now.astimezone(UTC),
            "state": "pending",
            "fingerprint": plan.fingerprint(),
            "markers": json.dumps(list(markers)),
        }
        with self._engine.begin() as connection:
            before = connection.execute(select(t.c.plan).where(t.c.run_id == run_id)).scalar()
            content = [*(_unpacked(before) if before else ()), *_plan_content(plan)]
            record["plan"] = _packed(content)
            _keep(connection, run_id, arrived)
            _upsert(connection, schema.runs, [record])
            for tab in plan.tabs:
                _save_rows(
                    connection, spreadsheet, tab, written.get(tab.desired.id, {}), pending=True
                )

    def finish(
        self,
        run_id: str,
        spreadsheet: str,
        plan: Plan,
        written: Mapping[str, Written],
        tabs: Mapping[str, TabMemory],
        summary: Mapping[str, Any],
        markers: Sequence[int],
    ) -> None:
        """Settle a run: its values are the ones last written, its tabs are where they were seen.

        `markers` are those that its batches left in the sheet.
        """
        t = schema.runs
        values = {
            "state": "finished",
            "summary": json.dumps(summary, ensure_ascii=False),
            "markers": json.dumps(list(markers)),
        }
        with self._engine.begin() as connection:
            connection.execute(update(t).where(t.c.run_id == run_id).values(values))
            for tab in plan.tabs:
                _save_rows(
                    connection, spreadsheet, tab, written.get(tab.desired.id, {}), pending=False
                )
            _upsert(
                connection,
                schema.tabs,
                [_tab_row(spreadsheet, name, memory) for name, memory in tabs.items()],
            )

    def fail(self, run_id: str, reason: str) -> None:
        """Note that a run ended without finishing; its values stay pending."""
        t = schema.runs
        with self._engine.begin() as connection:
            connection.execute(
                update(t)
                .where(t.c.run_id == run_id)
                .values(state="failed", summary=json.dumps({"error": reason}))
            )

    def forget_highlights(self, spreadsheet: str, tab: str) -> None:
        """Forget which colour rules a tab has, so that the next run installs them again."""
        t = schema.tabs
        with self._engine.begin() as connection:
            connection.execute(
                update(t)
                .where(t.c.spreadsheet == spreadsheet, t.c.tab == tab)
                .values(highlights="")
            )

    def forget_tab(self, spreadsheet: str, tab: str) -> None:
        """Forget a tab and what was written there, so that it may be made anew."""
        with self._engine.begin() as connection:
            for t in (schema.tabs, schema.rows):
                connection.execute(delete(t).where(t.c.spreadsheet == spreadsheet, t.c.tab == tab))

    def forget_places(self, spreadsheet: str) -> None:
        """Forget where tabs are, so that the next run looks for all of them."""
        t = schema.tabs
        with self._engine.begin() as connection:
            connection.execute(delete(t).where(t.c.spreadsheet == spreadsheet))

    def last_markers(self, spreadsheet: str) -> list[int]:
        """Return the marker ids of the newest finished run, which the next one clears away."""
        t = schema.runs
        query = (
            select(t.c.markers)
            .where(t.c.spreadsheet == spreadsheet, t.c.state == "finished", t.c.markers != "[]")
            .order_by(t.c.started_at.desc(), t.c.run_id.desc())
            .limit(1)
        )
        with self._engine.connect() as connection:
            found = connection.execute(query).scalar()
        return list(json.loads(found)) if found else []

    def runs(self, limit: int = 10) -> list[RunRow]:
        """Return the newest runs first."""
        t = schema.runs
        query = (
            select(t.c.run_id, t.c.started_at, t.c.state, t.c.summary)
            .order_by(t.c.started_at.desc())
            .limit(limit)
        )
        with self._engine.connect() as connection:
            return [
                RunRow(run_id, _aware(started), state, json.loads(summary or "{}"))
                for run_id, started, state, summary in connection.execute(query)
            ]


def _engine(url: str) -> Engine:
    try:
        engine = create_engine(url)
    except (SQLAlchemyError, ImportError, ValueError) as error:
        raise ConfigurationError(
            Words(
                f"store 的地址不可用:{_first_line(error)}。例:sqlite:///state/sheets-sync.db",
                f"The address of `store` cannot be used: {_first_line(error)}. Example: sqlite:///state/sheets-sync.db",
            )
        ) from error
    if engine.dialect.name == "sqlite":
        if engine.url.database:
            _make_folder(Path(engine.url.database).parent)
        event.listen(engine, "connect", _safe_sqlite)
    return engine


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(
            Words(
                f"数据存储的文件夹 {folder} 建不了:{_first_line(error)}。请检查 sheets-sync.yaml 的 store。",
                f"The store's folder {folder} cannot be made: {_first_line(error)}. Check `store` in sheets-sync.yaml.",
            )
        ) from error


def _safe_sqlite(connection: Any, _record: Any) -> None:
    """Survive a power cut without waiting for the disk more often than needed."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA busy_timeout=10000")


def _first_line(error: BaseException) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def _upsert(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, or replace those with the same primary key."""
    if not rows:
        return
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    keys = [column.name for column in table.primary_key]
    changed = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    connection.execute(
        statement.on_conflict_do_update(index_elements=keys, set_=changed), list(rows)
    )


def _keep(connection: Connection, run_id: str, arrived: Arrived) -> None:
    t = schema.versions
    connection.execute(delete(t).where(t.c.run_id == run_id))
    if arrived.news:
        replaced = (
            update(t)
            .where(
                t.c.current,
                t.c.kind == bindparam("kind_"),
                t.c.store == bindparam("store_"),
                t.c.marketplace == bindparam("marketplace_"),
                t.c.date == bindparam("date_"),
            )
            .values(current=False)
        )
        slots = [
            {f"{name}_": value for name, value in v.slot._asdict().items()} for v in arrived.news
        ]
        connection.execute(replaced, slots)
        connection.execute(insert(t), [_version_row(version, run_id) for version in arrived.news])
    _upsert(connection, schema.files, [_file_row(report, run_id) for report in arrived.reports])


def _file_row(report: Report, run_id: str) -> dict[str, Any]:
    return {
        "path": report.file.path,
        "sha256": report.file.sha256,
        "reader": READER,
        "kind": report.kind,
        "modified": report.file.modified.astimezone(UTC),
        "run_id": run_id,
        "faults": json.dumps(
            [[f.row, f.column, *f.reason] for f in report.faults], ensure_ascii=False
        ),
    }


def _version_row(version: Version, run_id: str) -> dict[str, Any]:
    portion = version.portion
    content = [portion.keys, {k: list(v) for k, v in portion.figures.items()}, version.received]
    return {
        **version.slot._asdict(),
        "taken_at": portion.taken_at.astimezone(UTC),
        "run_id": run_id,
        "file": version.file,
        "sha256": version.sha256,
        "digest": version.digest,
        "current": True,
        "figures": _packed(content),
        "ad_groups": _packed(portion.ad_groups) if portion.ad_groups else None,
    }


def _version(row: RowMapping, *, with_ad_groups: bool = False) -> Version:
    keys, figures, received = _unpacked(row["figures"])
    portion = Portion(
        row["kind"],
        row["store"],
        row["marketplace"],
        row["date"],
        _aware(row["taken_at"]),
        tuple(keys),
        figures,
        _unpacked_ad_groups(row["ad_groups"]) if with_ad_groups and row["ad_groups"] else (),
    )
    return Version(portion, row["file"], row["sha256"], row["digest"], tuple(received))


def _unpacked_ad_groups(packed: bytes) -> tuple[AdGroup, ...]:
    return tuple(AdGroup(*row) for row in _unpacked(packed))


def _tab_row(spreadsheet: str, name: str, memory: TabMemory) -> dict[str, Any]:
    return {
        "spreadsheet": spreadsheet,
        "tab": name,
        "sheet_id": memory.sheet_id,
        "title": memory.title,
        "headings": json.dumps(memory.headings, ensure_ascii=False),
        "columns": json.dumps(dict(memory.columns)),
        "highlights": memory.highlights,
    }


def _save_rows(
    connection: Connection, spreadsheet: str, tab: TabPlan, written: Written, *, pending: bool
) -> None:
    """Note the values of the rows a plan touches; pending ones stand beside those they replace.

    A pending row may turn out not to be there, so None stands beside its values until a run finishes
    and sees it. Of entries that people make and of runs nothing is kept: they are told apart by what
    stands in them.
    """
    if tab.desired.layout.kind in ("operation", "run"):
        return
    before = {(change.key, change.column): change.before for change in tab.changes}
    after: dict[RowKey, dict[str, Cell]] = {
        key: dict(zip(tab.new_columns, values, strict=True))
        for key, values in zip(tab.new_keys, tab.new_rows, strict=True)
    }
    for change in tab.changes:
        after.setdefault(change.key, {})[change.column] = change.after
    seen = {} if pending else settled(tab, written)
    added = set(tab.new_keys)
    rows = []
    for key in seen | after:
        known = seen.get(key) or written.get(key, {})
        cells = {name: list(values) for name, values in known.items()}
        for name, value in after.get(key, {}).items():
            others: tuple[Cell, ...] = ()
            if pending:
                others = known.get(name) or (before.get((key, name)),)
                others = (*others, None) if key in added else others
            cells[name] = list(dict.fromkeys((value, *others)))
        rows.append(
            {
                "spreadsheet": spreadsheet,
                "tab": tab.desired.id,
                "key": json.dumps(key, ensure_ascii=False),
                "written": json.dumps(cells, ensure_ascii=False, separators=(",", ":")),
            }
        )
    _upsert(connection, schema.rows, rows)


def _plan_content(plan: Plan) -> list[Any]:
    return [
        {
            "tab": tab.desired.id,
            "created": tab.existing is None,
            "columns": tab.new_columns,
            "new": [list(row) for row in tab.new_rows],
            "changes": [
                [change.key, change.column, change.before, change.after] for change in tab.changes
            ],
        }
        for tab in plan.tabs
    ]


def _packed(content: Any) -> bytes:
    return zlib.compress(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(), 3)


def _unpacked(packed: bytes) -> Any:
    return json.loads(zlib.decompress(packed))


def _aware(moment: datetime) -> datetime:
    """SQLite forgets the zone; everything is kept in UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
