"""Templates: which tabs a job has, which columns, and whose they are.

A template is a folder of YAML files, one per tab: a name in `templates/` or a path. A file with a
mistake is refused whole, with every mistake at its line and column.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from sheets_sync.config.data import data_folder
from sheets_sync.config.yamlfile import (
    Strict,
    WordsText,
    did_you_mean,
    joined,
    refuse_files,
    validated,
)
from sheets_sync.core.layout import FORMATS, SPECIAL
from sheets_sync.core.metrics import METRICS
from sheets_sync.core.template import (
    KEYS,
    LOGS,
    SETTINGS,
    Chart,
    Column,
    FilterView,
    Kind,
    Sieve,
    TabLayout,
)
from sheets_sync.errors import ConfigurationError, InvalidFile, Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sheets_sync.config.job import Job
    from sheets_sync.config.yamlfile import Located
    from sheets_sync.errors import Problem


class TitleText(Strict):
    """A tab's title in each language; `{month}` stands for the month of a monthly tab."""

    zh: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]
    both: Annotated[str, Field(min_length=1)]


class ChoicesText(Strict):
    """What a dropdown offers, in each language."""

    zh: Annotated[list[str], Field(min_length=1)]
    en: Annotated[list[str], Field(min_length=1)]


class ColumnText(Strict):
    """One column: `id` is a metric, a part of the key, or a name of the template's own (theirs)."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    role: Literal["ours", "prefilled", "input", "theirs"] = "ours"
    key: bool = False
    label: WordsText | None = None
    aliases: list[str] = Field(default=[])
    unit: Literal[
        "text", "count", "ratio", "change", "money", "amount", "date", "moment", "score"
    ] | None = None  # fmt: skip
    width: Annotated[int, Field(ge=20, le=1000)] = 80
    format: str | None = None
    group: bool = False
    hide: Literal["never", "always", "single_store"] = "never"
    on_edit: Literal["keep", "overwrite"] = "keep"
    choices: ChoicesText | None = None
    extra: bool = False


class SieveText(Strict):
    """A condition of a filter view, one of the three."""

    contains: str | None = None
    is_: str | None = Field(default=None, alias="is")
    not_blank: bool = False


class FilterViewText(Strict):
    """A filter view; with `each`, one for each marketplace or owner."""

    title: WordsText
    where: Annotated[dict[str, SieveText], Field(min_length=1)]
    each: Literal["marketplace", "owner"] | None = None


class ChartText(Strict):
    """A chart of a page."""

    id: Annotated[str, Field(pattern=r"^[a-z]+$")]
    title: WordsText
    kind: Literal["line", "stacked_column"]
    unit: Literal["count", "ratio"]
    series: Annotated[int, Field(ge=1, le=26)]
    colours: list[Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")]] = Field(default=[])


class TabText(Strict):
    """One tab of a template."""

    id: Annotated[str, Field(pattern=r"^[a-z]+$")]
    title: TitleText
    one_row_is: Kind
    one_tab_is: Literal["month", "always"]
    order: Annotated[int, Field(ge=1, le=99)] = 50
    tab_colour: Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")] | None = None
    protect: bool = False
    blank_rows: Annotated[int, Field(ge=1, le=1000)] = 1
    frozen_columns: Annotated[int, Field(ge=0, le=20)] = 0
    columns: Annotated[list[ColumnText], Field(min_length=1)]
    filter_views: list[FilterViewText] = Field(default=[])
    charts: list[ChartText] = Field(default=[])


_WRITTEN: dict[Kind, tuple[str, ...]] = {
    "rule": ("default", "unit", "verdict"),
    "category": ("acos_low", "acos_high", "source", "verdict"),
    "product": (
        "asin", "parent_asin", "title", "brand", "category", "owner", "deputy", "status",
        "fulfilment", "stock_pool", "launch_date", "lead_time_days", "target_acos", "daily_budget",
        "unit_cost", "quiet_until", "verdict",
    ),
    "day": ("verdict",),
    "operation": ("first_seen",),
    "run": (
        "run_at", "data_days", "inserted", "updated", "critical", "warning", "overrides", "unread",
        "stale", "notices", "fingerprint",
    ),
}  # fmt: skip
"""What the program can write into the tabs that are no logs."""

_READ: dict[Kind, tuple[str, ...]] = {
    "rule": ("enabled", "value", "due", "do"),
    "day": ("value", "note"),
}
"""The team's columns that are read back, beside those the program fills once."""


def load_layouts(job: Job) -> tuple[TabLayout, ...]:
    """Read the template a job names; raise InvalidFile, or ConfigurationError where there is none."""
    folder = _folder(job)
    files = sorted(folder.glob("*.yaml")) if folder.is_dir() else []
    if not files:
        known = ", ".join(sorted(p.name for p in data_folder("templates").iterdir() if p.is_dir()))
        raise ConfigurationError(
            Words(
                f"没有模板「{job.template}」。可用的模板:{known},或写一个装有 YAML 文件的文件夹路径。",
                f"There is no template '{job.template}'. Known: {known}; or give the path of a folder with YAML files.",
            )
        )
    return _layouts(files, _implied(job))


def shipped_layouts(name: str) -> tuple[TabLayout, ...]:
    """Read a template that comes with the program, as for a job with several stores."""
    return _layouts(sorted((data_folder("templates") / name).glob("*.yaml")), {})


def _layouts(files: Iterable[Path], implied: dict[str, str]) -> tuple[TabLayout, ...]:
    layouts: list[TabLayout] = []
    refused: list[InvalidFile] = []
    for path in files:
        try:
            layouts.append(_layout(path, implied))
        except InvalidFile as error:
            refused.append(error)
    refuse_files(refused)
    return tuple(sorted(layouts, key=lambda layout: (layout.order, layout.id)))


def _folder(job: Job) -> Path:
    own = job.folder / job.template
    return own if own.is_dir() else data_folder("templates") / Path(job.template).name


def _implied(job: Job) -> dict[str, str]:
    """Return the parts of a key that go without saying: an only store, and its only marketplace."""
    implied = {}
    if len(job.stores) == 1:
        [(store, codes)] = job.stores.items()
        implied["store"] = store
        if len(codes) == 1:
            implied["marketplace"] = codes[0]
    return implied


def _layout(path: Path, implied: dict[str, str]) -> TabLayout:
    found = validated(path, TabText, shown_as=f"{path.parent.name}/{path.name}")
    found.refuse(_mistakes(found))
    text = found.model
    return TabLayout(
        text.id,
        text.title.model_dump(),
        text.one_row_is,
        text.one_tab_is == "month",
        text.frozen_columns,
        tuple(_column(column, text.one_row_is) for column in text.columns),
        text.order,
        text.tab_colour,
        text.protect,
        text.blank_rows,
        tuple(_filter_view(view) for view in text.filter_views),
        tuple(
            Chart(c.id, c.title.words, c.kind, c.unit, c.series, tuple(c.colours))
            for c in text.charts
        ),
        implied if text.one_row_is in (*LOGS, "product") else {},
    )


def _column(text: ColumnText, kind: Kind) -> Column:
    metric = METRICS.get(text.id) if kind in LOGS else None
    unit = text.unit or ("text" if metric is None else metric.unit)
    if text.id == "date":
        unit = "date"
    choices = text.choices.model_dump() if text.choices else None
    return Column(
        text.id,
        _label(text),
        text.role,
        unit,
        text.width,
        text.format or FORMATS.get(unit),
        text.key,
        text.group,
        text.hide,
        text.on_edit,
        {language: tuple(values) for language, values in choices.items()} if choices else None,
        tuple(text.aliases),
        text.extra,
    )


def _label(text: ColumnText) -> Words:
    if text.label is not None:
        return text.label.words
    metric = METRICS.get(text.id)
    return metric.label if metric is not None else SPECIAL[text.id]


def _filter_view(text: FilterViewText) -> FilterView:
    return FilterView(
        text.title.words,
        tuple(_sieve(column, sieve) for column, sieve in text.where.items()),
        text.each,
    )


def _sieve(column: str, text: SieveText) -> Sieve:
    if text.not_blank:
        return Sieve(column, "not_blank")
    if text.is_ is not None:
        return Sieve(column, "is", text.is_)
    return Sieve(column, "contains", text.contains or "")


def _mistakes(found: Located[TabText]) -> Iterator[Problem]:
    text = found.model
    seen: dict[str, int] = {}
    for index, column in enumerate(text.columns):
        place: tuple[Any, ...] = ("columns", index, "id")
        if column.id in seen:
            line = found.place(("columns", seen[column.id], "id"))[0]
            yield found.problem(
                Words(
                    f"列 '{column.id}' 在第 {line} 行已有",
                    f"column '{column.id}' is already at line {line}",
                ),
                place,
            )
        seen.setdefault(column.id, index)
        for words in _column_mistakes(column, text.one_row_is):
            yield found.problem(words, place)
    missing = [name for name in _needed(text.one_row_is) if name not in seen]
    if missing:
        names = ", ".join(missing)
        yield found.problem(Words(f"缺少列:{names}", f"missing columns: {names}"), ("columns",))
    titles = (text.title.zh, text.title.en, text.title.both)
    wanted = 1 if text.one_tab_is == "month" else 0
    if any(title.count("{month}") != wanted or _odd_braces(title) for title in titles):
        yield found.problem(
            Words(
                "按月分表的标题要含一个 {month},其他不含;不能有别的花括号",
                "a monthly tab's titles hold {month} once, others do not; no other braces",
            ),
            ("title",),
        )
    if text.one_tab_is == "month" and text.one_row_is not in LOGS:
        yield found.problem(
            Words("只有日报和账号可以按月分表", "only a log has one tab per month"), ("one_tab_is",)
        )
    yield from _object_mistakes(found, seen)


def _object_mistakes(found: Located[TabText], seen: dict[str, int]) -> Iterator[Problem]:
    """Yield what filter views and charts ask for that the tab does not have."""
    for index, view in enumerate(found.model.filter_views):
        for name, sieve in view.where.items():
            place = ("filter_views", index, "where", name)
            if name not in seen:
                words = Words(f"这个表没有列 '{name}'", f"this tab has no column '{name}'")
                yield found.problem(joined(words, did_you_mean(name, seen)), place)
            if sum((sieve.contains is not None, sieve.is_ is not None, sieve.not_blank)) != 1:
                yield found.problem(
                    Words(
                        "contains、is、not_blank 三者写一个", "write one of contains, is, not_blank"
                    ),
                    place,
                )
    for index, chart in enumerate(found.model.charts):
        absent = [n for i in range(chart.series) if (n := f"{chart.id}_{i + 1}") not in seen]
        if absent or "chart_date" not in seen:
            names = ", ".join([*absent, *(() if "chart_date" in seen else ("chart_date",))])
            yield found.problem(
                Words(f"图表缺少列:{names}", f"the chart lacks columns: {names}"), ("charts", index)
            )


def _column_mistakes(column: ColumnText, kind: Kind) -> Iterator[Words]:
    known = _known(kind)
    if column.role != "theirs" and known and column.id not in known:
        words = Words(f"没有指标 '{column.id}'", f"metric '{column.id}' is unknown")
        yield joined(words, did_you_mean(column.id, known))
    elif column.label is None and not _has_label(column.id, kind):
        yield Words("自有列要写 label", "a column of the team's needs a label")
    if column.role != "ours" and column.id in SPECIAL and kind in LOGS:
        yield Words(
            f"列 '{column.id}' 由程序写,role 只能是 ours",
            f"column '{column.id}' is written by the program: its role is ours",
        )
    if column.key != (column.id in KEYS[kind]):
        keys = ", ".join(KEYS[kind])
        yield Words(
            f"关键列(key: true)必须正好是 {keys}", f"the key columns (key: true) are exactly {keys}"
        )
    if column.extra and (column.key or column.id == "flags"):
        yield Words("这一列不能是 extra", "this column cannot be extra")


def _has_label(name: str, kind: Kind) -> bool:
    return name in SPECIAL or (kind in LOGS and name in METRICS)


def _needed(kind: Kind) -> tuple[str, ...]:
    """Return the columns without which a tab of that kind cannot be."""
    if kind in LOGS:
        return (*KEYS[kind], "flags")
    if kind in SETTINGS:
        return (*KEYS[kind], *_READ.get(kind, ()), "verdict")
    return KEYS[kind]


def _odd_braces(title: str) -> bool:
    rest = title.replace("{month}", "")
    return "{" in rest or "}" in rest


def _known(kind: Kind) -> list[str]:
    """Return the ids the program can fill in a tab of that kind; a page knows its own."""
    if kind == "line":
        return []
    if kind not in LOGS:
        return [*KEYS[kind], *_WRITTEN[kind]]
    special = [name for name in SPECIAL if kind == "sku" or name != "sku"]
    levels = ("sku", "account") if kind == "sku" else ("account",)
    return [*special, *(metric.id for metric in METRICS.values() if metric.level in levels)]
