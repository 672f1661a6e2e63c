"""Why a SKU is red: the sentence, the days before, and the files behind every figure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from rich.cells import cell_len

from sheets_sync.core.breaches import ad_group_slots, judge, put_into_words
from sheets_sync.core.history import Slot
from sheets_sync.core.marketplaces import MARKETPLACES, marketplace_code
from sheets_sync.core.metrics import METRICS, Source
from sheets_sync.core.records import build
from sheets_sync.core.scope import Scope
from sheets_sync.core.wording import Fact, Locale, shown
from sheets_sync.edges import spreadsheet_of
from sheets_sync.errors import ConfigurationError, NoUsableSource, Words
from sheets_sync.store import recall
from sheets_sync.workbook import remembered_settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from zoneinfo import ZoneInfo

    from sheets_sync.core.breaches import Breach
    from sheets_sync.core.history import Version
    from sheets_sync.core.model import SkuKey
    from sheets_sync.core.panel import Panel
    from sheets_sync.core.records import Records
    from sheets_sync.edges import Setup
    from sheets_sync.errors import Language
    from sheets_sync.store import Store

_METRIC_OF = {source: metric.id for metric in METRICS.values() for source in metric.sources}

ACCOUNT = ("account", "账号")
"""Said instead of a SKU to ask about the account itself."""

DAYS_BACK = 42
HISTORY_DAYS = 14
_BEHIND_ACCOUNT = ("ahr_score", "ahr_pct", "vtr_rate", "late_shipment_rate", "feedback_open", "ipi")
_BEHIND = ("stock_units", "days_of_cover", "acos_7d", "units", "sales", "ad_spend")


def story(
    setup: Setup,
    store: Store,
    sku: str,
    *,
    now: datetime,
    store_name: str | None = None,
    marketplace: str | None = None,
    day: str | None = None,
) -> str:
    """Return what is known about a SKU, in the job's language; raise where it is not known at all."""
    job = setup.job
    when = _date(day)
    scope = Scope(job.stores, job.stock_pools, now, job.schedule.zone, DAYS_BACK, job.acos_average)
    current = store.current(scope.dates[0])
    if not current:
        raise NoUsableSource(
            Words(
                "还没有数据,请先运行 sheets-sync sync。",
                "There are no figures yet; run `sheets-sync sync` first.",
            )
        )
    settings = remembered_settings(setup, recall.good_settings(store, spreadsheet_of(job, store)))
    records = build(current, settings.master, scope)
    verdict = judge(settings.rules, records, settings.variants)
    every = {level: frozenset(range(len(hits))) for level, hits in verdict.hits.items()}
    verdict = replace(verdict, explaining=every)
    _, breaches = put_into_words(
        verdict, store.ad_groups(ad_group_slots(verdict)), job.language, job.schedule.zone
    )
    marketplace = _listed_marketplace(marketplace, scope)
    if store_name not in (None, *job.stores):
        raise ConfigurationError(_not_in_job(str(store_name), job.stores))
    wanted = "" if sku.casefold() in ACCOUNT else sku
    found = [
        key
        for key in (*records.skus.entities, *records.accounts.entities)
        if key.sku == wanted
        and store_name in (None, key.store)
        and marketplace in (None, key.marketplace)
    ]
    if not found:
        raise ConfigurationError(_unknown(sku, records.skus.entities))
    teller = _Teller(records, breaches, store, job.language, job.zone)
    return "\n\n".join("\n".join(teller.tell(key, when)) for key in found)


class _Teller:
    """Tells one SKU's story from records that are already judged."""

    def __init__(
        self,
        records: Records,
        breaches: Sequence[Breach],
        store: Store,
        language: Language,
        zone: ZoneInfo,
    ) -> None:
        self.records, self.breaches, self.store = records, breaches, store
        self.language, self.zone = language, zone

    def tell(self, key: SkuKey, when: date | None) -> Iterator[str]:
        """Yield the lines about one SKU on one marketplace."""
        panel = self.records.skus if key.sku else self.records.accounts
        row = panel.entities.index(key)
        last = when or self.records.scope.report_dates[key.store, key.marketplace]
        title, owner = panel.text("title")[row, -1], panel.text("owner")[row, -1]
        yield " · ".join(
            str(part) for part in (key.store, key.marketplace, key.sku, title, owner) if part
        )
        mine = [
            b
            for b in self.breaches
            if b.key == key and (b.current if when is None else b.date == when)
        ]
        if not mine:
            said = Words(f"{last} 没有预警。", f"No alerts on {last}.")
            if not self._has_figures(panel, row, last):
                said = Words(f"{last} 没有数据。", f"There are no figures for {last}.")
            yield f"  {said.say(self.language)}"
        for breach in mine:
            yield from self._breach(breach)
        shown_metrics = [name for b in mine for name in (b.coloured, b.metric)]
        metrics = [m for m in dict.fromkeys(shown_metrics) if METRICS[m].unit != "flag"] or list(
            _BEHIND if key.sku else _BEHIND_ACCOUNT
        )
        yield from self._history(metrics, key, panel, row, last)
        yield from self._files(metrics, key, panel, mine[0].date if mine else last)

    def _has_figures(self, panel: Panel, row: int, when: date) -> bool:
        column, names = panel.day(when), _BEHIND if panel is self.records.skus else _BEHIND_ACCOUNT
        return column is not None and any(
            panel[name][row, column] == panel[name][row, column] for name in names
        )

    def _breach(self, breach: Breach) -> Iterator[str]:
        mark = "🔴" if breach.severity == "critical" else "🟡"
        yield f"  {mark} {breach.date} {breach.name.say(self.language)} [{breach.rule}]"
        yield f"     {breach.why}"
        if METRICS[breach.metric].unit == "flag":
            return
        label = METRICS[breach.metric].label
        value = self._figure(breach.metric, breach.value, breach.key)
        said = Words(f"{label.zh} = {value}", f"{label.en} = {value}")
        if breach.threshold is not None:
            limit = self._figure(breach.metric, breach.threshold, breach.key)
            said = Words(f"{said.zh},限值 {limit}", f"{said.en}, limit {limit}")
        yield f"     {said.say(self.language)}"

    def _history(
        self, metrics: Sequence[str], key: SkuKey, panel: Panel, row: int, last: date
    ) -> Iterator[str]:
        yield "  " + Words("近日数据:", "Recent days:").say(self.language)
        table = [["", *(METRICS[m].label.say(self.language) for m in metrics)]]
        for back in reversed(range(HISTORY_DAYS)):
            when = last - timedelta(days=back)
            column = panel.day(when)
            if column is not None:
                figures = [self._figure(m, _known(panel, m, row, column), key) for m in metrics]
                if any(figure != "-" for figure in figures):
                    table.append([when.isoformat(), *figures])
        widths = [max(cell_len(line[i]) for line in table) for i in range(len(table[0]))]
        for line in table:
            cells = (
                " " * (width - cell_len(text)) + text
                for text, width in zip(line, widths, strict=True)
            )
            yield "    " + "  ".join(cells)

    def _files(
        self, metrics: Sequence[str], key: SkuKey, panel: Panel, when: date
    ) -> Iterator[str]:
        """Yield each file that ever gave the figures of that day, oldest first."""
        yield "  " + Words(f"{when} 的来源文件:", f"Files behind {when}:").say(self.language)
        figures = {
            source
            for metric in metrics
            for given in panel.inputs(metric)
            for source in METRICS[given].sources
        }
        kinds: dict[str, list[str]] = {}
        for source in sorted(figures):
            kinds.setdefault(source.kind, []).append(source.figure)
        for kind, names in kinds.items():
            for version in self.store.versions(Slot(kind, key.store, key.marketplace, when)):
                if key.sku in version.portion.keys:
                    yield self._file(version, names, key)

    def _file(self, version: Version, names: Sequence[str], key: SkuKey) -> str:
        portion = version.portion
        at = portion.keys.index(key.sku)
        received = datetime.fromtimestamp(version.received[at], UTC).astimezone(self.zone)
        said = []
        for name in names:
            metric = _METRIC_OF.get(Source(portion.kind, name), name)
            figure = portion.figures.get(name, (None,) * len(portion.keys))[at]
            if figure is not None:
                said.append(
                    f"{METRICS[metric].label.say(self.language)} {self._figure(metric, figure, key)}"
                )
        return f"    {version.file}  ({received:%Y-%m-%d %H:%M})  {', '.join(said)}"

    def _figure(self, metric: str, value: float | str | None, key: SkuKey) -> str:
        if value is None or value != value:  # noqa: PLR0124  # NaN is unknown
            return "-"
        place = MARKETPLACES[key.marketplace]
        locale = Locale(self.language, place.symbol, place.digits, self.zone)
        return shown(Fact(value, METRICS[metric].unit), locale, zh=self.language != "en")


def _listed_marketplace(name: str | None, scope: Scope) -> str | None:
    """Return the marketplace's code as the job has it; raise where it has not."""
    if name is None:
        return None
    codes = list(dict.fromkeys(code for _, code in scope.accounts))
    code = marketplace_code(name)
    if code not in codes:
        raise ConfigurationError(_not_in_job(name, codes))
    return code


def _not_in_job(name: str, known: Iterable[str]) -> Words:
    names = ", ".join(known)
    return Words(
        f"这个任务里没有 {name},只有:{names}。", f"This job has no {name}; it has {names}."
    )


def _known(panel: Panel, metric: str, row: int, column: int) -> float | str | None:
    if METRICS[metric].is_text:
        text = panel.text(metric)[row, column]
        return None if text is None else str(text)
    return float(panel[metric][row, column])


def _date(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(
            Words(
                f"--date {text!r} 不是日期,请写成 2026-07-31。",
                f"--date: {text!r} is not a date like 2026-07-31.",
            )
        ) from None


def _unknown(sku: str, known: Sequence[SkuKey]) -> Words:
    from difflib import get_close_matches

    close = get_close_matches(sku, sorted({key.sku for key in known}), n=3)
    names = ", ".join(close)
    return Words(
        f"近期数据里没有SKU「{sku}」。"
        + (f"是不是 {names}?" if names else "请核对大小写与前导零。"),
        f"There is no SKU '{sku}' in the recent figures; "
        + (f"did you mean {names}?" if names else "check upper and lower case and leading zeros."),
    )
