"""The tables. Figures are kept as one compressed block per portion, because they are always read so."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()

files = Table(
    "files",
    metadata,
    Column("path", String, primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("reader", Integer, primary_key=True, comment="the version of the readers that read it"),
    Column("kind", String),
    Column("modified", DateTime(timezone=True)),
    Column("run_id", String, nullable=False),
    Column("faults", Text, nullable=False, comment="JSON: [row, column, zh, en]"),
)

versions = Table(
    "versions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("kind", String, nullable=False),
    Column("store", String, nullable=False),
    Column("marketplace", String, nullable=False),
    Column("date", Date, nullable=False),
    Column("taken_at", DateTime(timezone=True), nullable=False),
    Column("run_id", String, nullable=False),
    Column("file", String, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("current", Boolean, nullable=False),
    Column(
        "figures",
        LargeBinary,
        nullable=False,
        comment="zlib JSON: keys, columns, received (epoch s)",
    ),
    Column("ad_groups", LargeBinary, comment="zlib JSON: rows of model.AdGroup"),
    Index("versions_current", "current", "date"),
    Index("versions_slot", "kind", "store", "marketplace", "date"),
)

runs = Table(
    "runs",
    metadata,
    Column("run_id", String, primary_key=True),
    Column("spreadsheet", String, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("state", String, nullable=False, comment="pending, finished or failed"),
    Column("fingerprint", String, nullable=False),
    Column("markers", Text, nullable=False, comment="JSON: developer metadata ids of its batches"),
    Column(
        "plan", LargeBinary, nullable=False, comment="zlib JSON: changes with their before-image"
    ),
    Column("summary", Text, comment="JSON: what `sync --json` printed"),
)

tabs = Table(
    "tabs",
    metadata,
    Column("spreadsheet", String, primary_key=True),
    Column("tab", String, primary_key=True),
    Column("sheet_id", Integer, nullable=False),
    Column("title", String, nullable=False),
    Column("headings", Text, nullable=False, comment="JSON: the heading row as last seen"),
    Column("columns", Text, nullable=False, comment="JSON: column id to zero-based index"),
    Column(
        "highlights", String, nullable=False, comment="fingerprint of the installed colour rules"
    ),
)

rows = Table(
    "rows",
    metadata,
    Column("spreadsheet", String, primary_key=True),
    Column("tab", String, primary_key=True),
    Column("key", String, primary_key=True, comment="JSON: values of the key columns"),
    Column("written", Text, nullable=False, comment="JSON: column id to the values it may hold"),
)

settings = Table(
    "settings",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Text, nullable=False),
)
