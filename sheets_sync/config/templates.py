"""Templates: which tabs a job has, which columns, and whose they are.

A template is a folder of YAML files, one per tab: a name in `templates/` or a path. A file with a
mistake is refused whole, with every mistake at its line and column.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from sheets_sync.config.data import data_folder
from sheets_sync.config.yamlfile import Strict, WordsText, did_you_mean, joined, validated
from sheets_sync.core.layout import FORMATS, SPECIAL
from sheets_sync.core.metrics import METRICS
from sheets_sync.core.template import Column, TabLayout
from sheets_sync.errors import ConfigurationError, Words

if TYPE_CHECKING:
    from collections.abc import Iterator

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
    width: Annotated[int, Field(ge=20, le=1000)] = 80
    format: str | None = None
    group: bool = False
    hide: Literal["never", "always", "single_store"] = "never"
    on_edit: Literal["keep", "overwrite"] = "keep"
    choices: ChoicesText | None = None


class TabText(Strict):
    """One tab of a template."""

    id: Annotated[str, Field(pattern=r"^[a-z]+$")]
    title: TitleText
    one_row_is: Literal["sku", "account"]
    one_tab_is: Literal["month", "always"]
    frozen_columns: Annotated[int, Field(ge=0, le=20)] = 0
    columns: Annotated[list[ColumnText], Field(min_length=1)]


_KEYS = {
    "sku": ("date", "store", "marketplace", "sku"),
    "account": ("date", "store", "marketplace"),
}


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
    return tuple(_layout(path) for path in files)


def _folder(job: Job) -> Path:
    own = job.folder / job.template
    return own if own.is_dir() else data_folder("templates") / Path(job.template).name


def _layout(path: Path) -> TabLayout:
    found = validated(path, TabText, shown_as=f"{path.parent.name}/{path.name}")
    found.refuse(_mistakes(found))
    text = found.model
    return TabLayout(
        text.id,
        text.title.model_dump(),
        text.one_row_is,
        text.one_tab_is == "month",
        text.frozen_columns,
        tuple(_column(column) for column in text.columns),
    )


def _column(text: ColumnText) -> Column:
    metric = METRICS.get(text.id)
    unit = "text" if metric is None else metric.unit
    if text.id == "date":
        unit = "date"
    pattern = text.format or FORMATS.get(unit)
    choices = text.choices.model_dump() if text.choices else None
    return Column(
        text.id,
        _label(text),
        text.role,
        unit,
        text.width,
        pattern,
        text.key,
        text.group,
        text.hide,
        text.on_edit,
        {language: tuple(values) for language, values in choices.items()} if choices else None,
        tuple(text.aliases),
    )


def _label(text: ColumnText) -> Words:
    if text.label is not None:
        return text.label.words
    metric = METRICS.get(text.id)
    return metric.label if metric is not None else SPECIAL[text.id]


def _mistakes(found: Located[TabText]) -> Iterator[Problem]:
    text = found.model
    seen: dict[str, int] = {}
    for index, column in enumerate(text.columns):
        place: tuple[Any, ...] = ("columns", index, "id")
        known = _known(text.one_row_is)
        if column.role != "theirs" and column.id not in known:
            words = Words(f"没有指标 '{column.id}'", f"metric '{column.id}' is unknown")
            yield found.problem(joined(words, did_you_mean(column.id, known)), place)
        elif column.role == "theirs" and column.id not in known and column.label is None:
            yield found.problem(
                Words("自有列要写 label", "a column of the team's needs a label"), place
            )
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
        if column.role != "ours" and column.id in SPECIAL:
            yield found.problem(
                Words(
                    f"列 '{column.id}' 由程序写,role 只能是 ours",
                    f"column '{column.id}' is written by the program: its role is ours",
                ),
                place,
            )
        if column.key != (column.id in _KEYS[text.one_row_is]):
            keys = ", ".join(_KEYS[text.one_row_is])
            yield found.problem(
                Words(
                    f"关键列(key: true)必须正好是 {keys}",
                    f"the key columns (key: true) are exactly {keys}",
                ),
                place,
            )
    missing = [name for name in (*_KEYS[text.one_row_is], "flags") if name not in seen]
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


def _odd_braces(title: str) -> bool:
    rest = title.replace("{month}", "")
    return "{" in rest or "}" in rest


def _known(level: str) -> list[str]:
    special = [name for name in SPECIAL if level == "sku" or name != "sku"]
    return [*special, *(metric.id for metric in METRICS.values() if metric.level == level)]
