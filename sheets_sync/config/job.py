"""The job: `sheets-sync.yaml` and the folder around it.

Every default of the program's settings stands here once. `${NAME}` in `store`, `credentials`,
`notify` and `archive.copy_to` is taken from the environment, and never shown again.
"""

from __future__ import annotations

import os
import re
from pathlib import Path  # noqa: TC003  # pydantic reads the annotation
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, Field, PrivateAttr
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from sheets_sync.config.targets import check_url, shown
from sheets_sync.config.yamlfile import (
    Located,
    Strict,
    UnfitError,
    did_you_mean,
    joined,
    validated,
)
from sheets_sync.core.marketplaces import MARKETPLACES, marketplace_code
from sheets_sync.errors import ConfigurationError, Language, Problem, Words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sheets_sync.config.yamltree import Loc, Tree

_LOCAL = "local"
_DOCS_ID = re.compile(r"/spreadsheets/(?:u/\d+/)?d/([A-Za-z0-9_-]{20,})(?:[/?#]|$)")
_BARE_ID = re.compile(r"[A-Za-z0-9_-]{20,}")
_CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_NAME = re.compile(r"[^\s/\\:*?\"<>|.][^/\\:*?\"<>|]*")
_SECRET = re.compile(r"\$\{([^{}]*)\}")
_HELD = ("store", "credentials", "notify")


def _place_name(text: str) -> str:
    if not _NAME.fullmatch(text) or text != text.strip():
        raise UnfitError(Words(f"{text!r} 不能用作名字", f"{text!r} cannot be used as a name"))
    return text


def _marketplace(text: str) -> str:
    code = marketplace_code(text)
    if code is None:
        words = Words(f"没有站点 {text!r}", f"there is no marketplace {text!r}")
        raise UnfitError(joined(words, did_you_mean(text.upper(), MARKETPLACES)))
    return code


def _different(codes: list[str]) -> list[str]:
    twice = next((code for i, code in enumerate(codes) if code in codes[:i]), None)
    if twice is not None:
        raise UnfitError(Words(f"'{twice}' 写了两次", f"'{twice}' is given twice"))
    return codes


def _clock(text: str) -> str:
    if not _CLOCK.fullmatch(text):
        raise UnfitError(Words(f"{text!r} 不是 HH:MM 时刻", f"{text!r} is not a time HH:MM"))
    return text


def _zone(text: str) -> str:
    zones = available_timezones()
    if text not in zones:
        words = Words(f"没有时区 {text!r}", f"there is no time zone {text!r}")
        raise UnfitError(joined(words, did_you_mean(text, zones)))
    return text


def _spreadsheet(text: str) -> str:
    if text != _LOCAL and _spreadsheet_id(text) is None:
        raise UnfitError(
            Words(
                "要写 local、Google表格的网址(…/spreadsheets/d/…)或其ID",
                "must be local, a Google Sheet's URL (.../spreadsheets/d/...) or its id",
            )
        )
    return text


def _spreadsheet_id(text: str) -> str | None:
    found = _DOCS_ID.search(text)
    if found:
        return found.group(1)
    return text if _BARE_ID.fullmatch(text) else None


def _store_url(text: str) -> str:
    try:
        backend = make_url(text).get_backend_name()
    except (ArgumentError, ValueError):
        backend = ""
    if backend not in ("sqlite", "postgresql"):
        raise UnfitError(
            Words(
                "要写 sqlite:///路径 或 postgresql+psycopg://...",
                "must be sqlite:///PATH or postgresql+psycopg://...",
            )
        )
    return text


def _target(url: str) -> str:
    wrong = check_url(url)
    if wrong is not None:
        raise UnfitError(wrong)
    return url


StoreName = Annotated[str, AfterValidator(_place_name)]
MarketplaceCode = Annotated[str, AfterValidator(_marketplace)]
Clock = Annotated[str, AfterValidator(_clock)]
MarketplaceCodes = Annotated[list[MarketplaceCode], Field(min_length=1), AfterValidator(_different)]


class Schedule(Strict):
    """When the worker runs: times of the day `at`, HH:MM in `zone`, the team's."""

    at: list[Clock] = Field(default=["08:30"], min_length=1)
    zone: Annotated[str, AfterValidator(_zone)] = "Asia/Shanghai"


class Archive(Strict):
    """When a month is frozen and how many tabs stay; `copy_to` are folders or fsspec URLs."""

    after_days: Annotated[int, Field(ge=0, le=3650)] = 42
    keep_tabs: Annotated[int, Field(ge=1, le=120)] = 13
    copy_to: list[Annotated[str, AfterValidator(_target)]] = Field(default=[], repr=False)


class BenchmarkSettings(Strict):
    """Which end of a category's range counts as its average ACOS."""

    acos_average: Literal["midpoint", "upper"] = "midpoint"


class Job(Strict):
    """What `sheets-sync.yaml` says, with every default filled in.

    `stores` maps each store to its marketplaces and `stock_pools` each pool to the marketplaces that
    sell from it, first one leading. `rules` are overrides by rule id as written; see `rulefiles`.
    """

    team: Annotated[str, Field(min_length=1)]
    stores: Annotated[dict[StoreName, MarketplaceCodes], Field(min_length=1)]
    stock_pools: dict[str, MarketplaceCodes] = Field(default={})
    language: Language = "zh"
    spreadsheet: Annotated[str, AfterValidator(_spreadsheet)] = _LOCAL
    credentials: Annotated[str, Field(min_length=1, repr=False)] = "default"
    template: Annotated[str, Field(min_length=1)] = "full"
    window_days: Annotated[int, Field(ge=1, le=42)] = 14
    schedule: Schedule = Schedule()
    store: Annotated[str, AfterValidator(_store_url), Field(repr=False)] = (
        "sqlite:///state/sheets-sync.db"
    )
    archive: Archive = Archive()
    notify: list[str] = Field(default=[], repr=False)
    rules: dict[str, Any] = Field(default={})
    benchmark: BenchmarkSettings = BenchmarkSettings()

    _path: Path = PrivateAttr()
    _located: Located[Job] = PrivateAttr()

    @property
    def path(self) -> Path:
        """Return the job file, absolute."""
        return self._path

    @property
    def folder(self) -> Path:
        """Return the folder of the job file, absolute."""
        return self._path.parent

    @property
    def located(self) -> Located[Job]:
        """Return where everything stands in the job file."""
        return self._located

    @property
    def inbox(self) -> Path:
        """Return the folder into which report files are put."""
        return self.folder / "inbox"

    @property
    def state(self) -> Path:
        """Return the folder in which the program keeps what it remembers."""
        return self.folder / "state"

    @property
    def data_folder(self) -> Path:
        """Return the folder of the local server's spreadsheets."""
        return self.state / "local-sheets"

    @property
    def store_url(self) -> str:
        """Return the SQLAlchemy URL; a relative SQLite path is taken from the job folder."""
        url = make_url(self.store)
        name = url.database
        if url.get_backend_name() != "sqlite" or not name or name == ":memory:":
            return self.store
        at = self.folder / name
        return url.set(database=str(at)).render_as_string(hide_password=False)

    @property
    def is_local(self) -> bool:
        """Return whether the spreadsheet lies in the local server."""
        return self.spreadsheet == _LOCAL

    @property
    def spreadsheet_id(self) -> str | None:
        """Return the Google Sheet's id; None where the spreadsheet is local."""
        return None if self.is_local else _spreadsheet_id(self.spreadsheet)

    @property
    def credentials_path(self) -> Path | None:
        """Return the credentials file; None for Application Default Credentials."""
        return None if self.credentials == "default" else self.folder / self.credentials

    @property
    def zone(self) -> ZoneInfo:
        """Return the team's time zone."""
        return ZoneInfo(self.schedule.zone)

    @property
    def acos_average(self) -> Literal["midpoint", "upper"]:
        """Return which end of a category's range counts as its average ACOS."""
        return self.benchmark.acos_average

    @property
    def places(self) -> list[tuple[str, str]]:
        """Return every (store, marketplace) in the order of the file."""
        return [(store, code) for store, codes in self.stores.items() for code in codes]


def load_job(path: Path, environment: Mapping[str, str] | None = None) -> Job:
    """Read a job file; `environment` (the process's own by default) fills `${NAME}`.

    Raise InvalidFile with every problem, or ConfigurationError where there is no job file.
    """
    path = path.absolute()
    path = path / "sheets-sync.yaml" if path.is_dir() else path
    if not path.exists():
        raise ConfigurationError(
            Words(
                f"没有任务文件 {path}。新建:sheets-sync init DIR;或用 --job PATH 指明。",
                f"there is no job file {path}; make one with 'sheets-sync init DIR', "
                "or name it with --job PATH",
            )
        )
    known = os.environ if environment is None else environment
    found = validated(path, Job, prepare=lambda tree: _fill_secrets(tree, known))
    found.refuse([*_overlaps(found), *_same_places(found)])
    job = found.model
    job._path, job._located = path, found  # noqa: SLF001  # a job is made here and nowhere else
    return job


def _fill_secrets(tree: Tree, environment: Mapping[str, str]) -> None:
    """Replace `${NAME}` in the values that may hold a secret; unset names become problems.

    Within a place to copy to, which is a URL, what the environment holds is percent-encoded.
    """

    def fill(value: Any, loc: Loc) -> Any:
        if isinstance(value, dict):
            return {key: fill(inner, (*loc, key)) for key, inner in value.items()}
        if isinstance(value, list):
            return [fill(inner, (*loc, i)) for i, inner in enumerate(value)]
        if not isinstance(value, str):
            return value
        for name in _SECRET.findall(value):
            if name not in environment:
                words = Words(f"环境变量 '{name}' 没有设置", f"the environment has no '{name}'")
                tree.problems.append(Problem(words, *tree.place(loc)))
        is_part = loc[:2] == ("archive", "copy_to") and "://" in value

        def held(match: re.Match[str]) -> str:
            found = environment.get(match[1])
            return match[0] if found is None else quote(found, safe="") if is_part else found

        return _SECRET.sub(held, value)

    if isinstance(tree.value, dict):
        held = {key: fill(tree.value[key], (key,)) for key in _HELD if key in tree.value}
        archive = tree.value.get("archive")
        if isinstance(archive, dict) and "copy_to" in archive:
            copies = fill(archive["copy_to"], ("archive", "copy_to"))
            held["archive"] = {**archive, "copy_to": copies}
        tree.value = {**tree.value, **held}


def _overlaps(found: Located[Job]) -> Iterator[Problem]:
    pool_of: dict[str, str] = {}
    for pool, codes in found.model.stock_pools.items():
        for i, code in enumerate(codes):
            other = pool_of.setdefault(code, pool)
            if other != pool:
                words = Words(
                    f"'{code}' 已在库存池 '{other}' 里",
                    f"'{code}' is already in the pool '{other}'",
                )
                yield found.problem(words, ("stock_pools", pool, i))


def _same_places(found: Located[Job]) -> Iterator[Problem]:
    """Yield the places to copy to whose name another one has: only the first would be copied to."""
    names = [shown(url) for url in found.model.archive.copy_to]
    for i, name in enumerate(names):
        if name in names[:i]:
            words = Words(f"'{name}' 写了两次", f"'{name}' is given twice")
            yield found.problem(words, ("archive", "copy_to", i))
