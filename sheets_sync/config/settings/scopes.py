"""Whose figures a rule row is for, as people write it: `US`, `acme/US`, `类目:家居`, `SKU:LAMP-07`.

Blank is everywhere. Stores, marketplaces, categories and SKUs may be combined; two of one kind mean either.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Literal

from sheets_sync.config.yamlfile import UnfitError, did_you_mean, joined
from sheets_sync.core.aims import Aim
from sheets_sync.core.marketplaces import NAMES, marketplace_code
from sheets_sync.core.tab import folded
from sheets_sync.errors import Words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sheets_sync.config.job import Job
    from sheets_sync.core.model import MasterData

Kind = Literal["store", "marketplace", "category", "sku"]

_PREFIXES: dict[str, Kind] = {
    "店铺": "store", "store": "store",
    "站点": "marketplace", "site": "marketplace", "marketplace": "marketplace",
    "类目": "category", "category": "category",
    "sku": "sku",
}  # fmt: skip
_KINDS: dict[Kind, Words] = {
    "store": Words("店铺", "store"),
    "marketplace": Words("站点", "site"),
    "category": Words("类目", "category"),
    "sku": Words("SKU", "SKU"),
}
_PREFIX = re.compile(rf"({'|'.join(_PREFIXES)})\s*:\s*(.+)", re.IGNORECASE)
_PIECE = re.compile(r"[^/,、;\s]+")
_MOST_PIECES = 24
_LONGEST_SHOWN = 40


@dataclass
class Names:
    """What a team calls its stores, marketplaces, categories and SKUs; by folded name, as they are spelt."""

    job: Job
    master: MasterData

    @cached_property
    def stores(self) -> dict[str, list[str]]:
        """Return the names of the stores."""
        return _by_folded(self.job.stores)

    @cached_property
    def categories(self) -> dict[str, list[str]]:
        """Return the categories of both lists, each in one spelling."""
        names = [sku.category for sku in self.master.skus.values()]
        names += [benchmark.category for benchmark in self.master.benchmarks]
        return {fold: spelt[:1] for fold, spelt in _by_folded(filter(None, names)).items()}

    @cached_property
    def skus(self) -> dict[str, list[str]]:
        """Return the SKUs."""
        return _by_folded(key.sku for key in self.master.skus)

    @cached_property
    def listed(self) -> dict[str, set[Aim]]:
        """Return where each SKU is sold and in which category, and under a blank name the same of all."""
        found: dict[str, set[Aim]] = {"": set()}
        for sku in self.master.skus.values():
            place = Aim(sku.store, sku.marketplace, sku.category.casefold())
            found.setdefault(sku.sku, set()).add(place)
            found[""].add(place)
        return found

    def aims(self, text: str) -> tuple[Aim, ...]:
        """Return what a scope means; raise UnfitError where a part of it is unknown or ambiguous."""
        text = unicodedata.normalize("NFKC", text).strip()
        if not text:
            return (Aim(),)
        found: dict[Kind, list[str]] = {kind: [] for kind in _KINDS}
        spans = [match.span() for match in _PIECE.finditer(text)]
        if len(spans) > _MOST_PIECES:
            raise UnfitError(Words("范围太长", "the scope is too long"))
        at = 0
        while at < len(spans):
            at, kind, name = self._longest(text, spans, at)
            found[kind].append(name)
        aims = tuple(
            Aim(*parts)
            for parts in product(*(dict.fromkeys(found[kind]) or ("",) for kind in found))
        )
        for aim in aims:
            self._refuse_nowhere(aim)
        return aims

    def _longest(self, text: str, spans: list[tuple[int, int]], at: int) -> tuple[int, Kind, str]:
        """Return the longest name that begins with a piece, and the piece behind it: names may hold blanks."""
        for end in range(len(spans), at, -1):
            part = text[spans[at][0] : spans[end - 1][1]]
            meant = self._meant(part)
            if len(meant) == 1:
                return end, *meant[0]
            if meant:
                raise UnfitError(_ambiguous(part, meant))
        raise UnfitError(self._unknown(text[slice(*spans[at])]))

    def _meant(self, part: str) -> list[tuple[Kind, str]]:
        """Return everything a part may mean."""
        prefix = _PREFIX.fullmatch(part)
        if prefix is not None:
            kind, name = _PREFIXES[prefix[1].casefold()], prefix[2].strip()
            if kind == "sku" and not self.skus and " " not in name:
                return [(kind, name)]  # without a list nobody can say that it is wrong
            return [(kind, name) for name in self._named(kind, name)]
        return [(kind, name) for kind in _KINDS for name in self._named(kind, part)]

    def _named(self, kind: Kind, text: str) -> list[str]:
        if kind == "marketplace":
            code = marketplace_code(text)
            return [code] if code is not None and code in self._codes() else []
        known = {"store": self.stores, "category": self.categories, "sku": self.skus}[kind]
        names = known.get(folded(text), [])
        return [text] if text in names else list(names)

    def _codes(self) -> dict[str, None]:
        return dict.fromkeys(code for _, code in self.job.places)

    def _unknown(self, part: str) -> Words:
        shown = part if len(part) <= _LONGEST_SHOWN else f"{part[: _LONGEST_SHOWN - 1]}…"
        if marketplace_code(part) is not None:
            return Words(f"任务里没有站点 '{shown}'", f"the job has no site '{shown}'")
        bare = (prefix[2] if (prefix := _PREFIX.fullmatch(part)) else part)[:_LONGEST_SHOWN]
        known = [
            name for names in (*self.stores.values(), *self.categories.values()) for name in names
        ]
        known += [str(name) for code in self._codes() for name in (code, *NAMES[code][:2])]
        known += [
            sku for fold, skus in self.skus.items() if fold[:1] == folded(bare)[:1] for sku in skus
        ]
        words = Words(
            f"范围里的 '{shown}' 不是店铺、站点、类目或SKU",
            f"'{shown}' is no store, site, category or SKU",
        )
        return joined(words, did_you_mean(bare, known))

    def _refuse_nowhere(self, aim: Aim) -> None:
        if aim.store and aim.marketplace and (aim.store, aim.marketplace) not in self.job.places:
            raise UnfitError(
                Words(
                    f"店铺 '{aim.store}' 没有站点 '{aim.marketplace}'",
                    f"store '{aim.store}' has no site '{aim.marketplace}'",
                )
            )


def _by_folded(names: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        found.setdefault(folded(name), []).append(name)
    return found


def _ambiguous(part: str, meant: list[tuple[Kind, str]]) -> Words:
    kinds = list(dict.fromkeys(kind for kind, _ in meant))
    if len(kinds) == 1:
        names = [name for _, name in meant]
        return Words(
            f"'{part}' 有几个:{'、'.join(names)},请按原样写",
            f"'{part}' may be {' or '.join(names)}; write it exactly",
        )
    zh = " 或 ".join(f"{_KINDS[kind].zh}:{name}" for kind, name in meant)
    en = " or ".join(f"{_KINDS[kind].en}:{name}" for kind, name in meant)
    return Words(f"'{part}' 不只一个意思,请写 {zh}", f"'{part}' is ambiguous; write {en}")
