"""The SKU list as people keep it in the sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sheets_sync.config.master import FULFILMENT, STATUS
from sheets_sync.config.settings import values
from sheets_sync.config.yamlfile import did_you_mean, joined
from sheets_sync.core.marketplaces import MARKETPLACES, marketplace_code
from sheets_sync.core.model import Sku, SkuKey
from sheets_sync.errors import Words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date
    from typing import Any

    from sheets_sync.config.job import Job
    from sheets_sync.config.settings.rows import RowReader, TabReader
    from sheets_sync.core.tab import Cell

_TEXTS = ("asin", "parent_asin", "title", "category", "brand", "owner", "deputy", "stock_pool")

STATUS_WORDS: dict[str, Words] = {
    "待确认": Words("待确认", "unconfirmed"),
    "新品": Words("新品", "new"),
    "在售": Words("在售", "active"),
    "清仓": Words("清仓", "clearance"),
    "停售": Words("停售", "discontinued"),
}
"""What the stages of a SKU's life are called."""


class _Column(NamedTuple):
    """How a column that is no plain text is read, and how its value is said."""

    read: Callable[[Cell], Any]
    show: Callable[[Any], Words]


def read_skus(tab: TabReader, job: Job, start: Mapping[SkuKey, Sku]) -> dict[SkuKey, Sku]:
    """Return the SKUs of the tab; a column that the tab lacks is taken from the list beside the job."""
    found: dict[SkuKey, Sku] = {}
    for reader in tab.rows:
        key = _key(reader, job)
        if key is not None and tab.is_first(reader, key):
            found[key] = _sku(key, reader, start.get(key))
    return found


def _sku(key: SkuKey, reader: RowReader, start: Sku | None) -> Sku:
    cells = reader.row.cells
    fields: dict[str, Any] = {}
    if start is not None and reader.labels:
        absent = [name for name in (*_TEXTS, *_COLUMNS) if name not in reader.labels]
        fields = {name: getattr(start, name) for name in absent}
    fields.setdefault("fulfilment", "")  # blank is unknown: the reports decide which stock counts
    for name in _TEXTS:
        cell = cells.get(name)
        if cell is not None:
            fields[name] = values.text_of(cell)
    for name, column in _COLUMNS.items():
        if cells.get(name) is not None:
            default = getattr(start, name) if start else None
            value = reader.cell(name, column.read, column.show, default)
            if value is not None:
                fields[name] = value
    return Sku(*key, **fields)


def _key(reader: RowReader, job: Job) -> SkuKey | None:
    """Return who a row is about; what goes without saying may be blank."""
    store, code, sku = (values.text_of(reader.part(i)) for i in range(3))
    stores: dict[str, list[str]] = job.stores
    if not store and len(stores) == 1:
        store = next(iter(stores))
    if store in stores and not code and len(stores[store]) == 1:
        code = stores[store][0]
    parts = {"store": store, "marketplace": code, "sku": sku}
    missing = [name for name, text in parts.items() if not text]
    if missing:
        reader.lacks(*missing)
        return None
    if store not in stores:
        reader.refuse("store", _unknown(Words("店铺", "store"), store, stores))
        return None
    if code not in stores[store]:
        if code in MARKETPLACES or marketplace_code(code) is not None:
            shown = values.said(code)
            words = Words(
                f"店铺 '{store}' 没有站点 '{shown}'", f"store '{store}' has no site '{shown}'"
            )
        else:
            words = _unknown(Words("站点", "site"), code, stores[store])
        reader.refuse("marketplace", words)
        return None
    return SkuKey(store, code, sku)


def _unknown(what: Words, text: str, known: Iterable[str]) -> Words:
    shown = values.said(text)
    words = Words(f"没有{what.zh} '{shown}'", f"there is no {what.en} '{shown}'")
    return joined(words, did_you_mean(text, known))


def _status(raw: Cell) -> str:
    return values.one_of(raw, STATUS, Words("待确认、新品、在售、清仓、停售", "unconfirmed, new, active, clearance, discontinued"))  # fmt: skip


def _fulfilment(raw: Cell) -> str:
    return values.one_of(raw, FULFILMENT, Words("FBA、FBM", "FBA, FBM"))


def _day_words(when: date) -> Words:
    return Words(when.isoformat(), when.isoformat())


def share_words(value: float) -> Words:
    """Say a share: 30%."""
    text = f"{values.plain(value * 100)}%"
    return Words(text, text)


def _number_words(value: float) -> Words:
    return Words(values.plain(value), values.plain(value))


_COLUMNS = {
    "status": _Column(_status, lambda status: STATUS_WORDS[status]),
    "fulfilment": _Column(_fulfilment, lambda text: Words(text, text)),
    "launch_date": _Column(values.day, _day_words),
    "lead_time_days": _Column(values.whole, _number_words),
    "target_acos": _Column(values.share, share_words),
    "daily_budget": _Column(values.number, _number_words),
    "unit_cost": _Column(values.number, _number_words),
    "quiet_until": _Column(values.day, _day_words),
}
