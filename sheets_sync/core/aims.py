"""Whose figures a setting is for, and which rows of a panel that are."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sheets_sync.core.panel import Array, Panel, TextArray

Rows = npt.NDArray[np.int_]


class Aim(NamedTuple):
    """Whose figures something holds for; a blank part is any."""

    store: str = ""
    marketplace: str = ""
    category: str = ""
    sku: str = ""

    def covers(self, other: Aim) -> bool:
        """Return whether everything that the other is for is meant here too."""
        return all(mine in ("", theirs) for mine, theirs in zip(self, other, strict=True))

    @property
    def rank(self) -> tuple[bool, ...]:
        """Return how specific it is: a SKU before a category, a marketplace and a store."""
        return tuple(map(bool, (self.sku, self.category, self.marketplace, self.store)))


class Part:
    """Some rows of a panel, read as if they were all there is."""

    def __init__(self, panel: Panel, rows: Rows) -> None:
        self._panel, self._rows = panel, rows
        self.shape = (len(rows), panel.shape[1])

    def __getitem__(self, metric: str) -> Array:
        return self._panel[metric][self._rows]

    def text(self, metric: str) -> TextArray:
        """Return a text metric of these rows."""
        return self._panel.text(metric)[self._rows]


def shared_out(aims: Sequence[Aim], panel: Panel) -> Iterator[Rows]:
    """Yield the rows of each aim that no earlier one has taken, and at last those that are left."""
    stores, marketplaces, skus = (
        np.array([key[i] for key in panel.entities], dtype=object) for i in range(3)
    )
    categories = np.array(
        [str(text or "").casefold() for text in panel.text("category")[:, 0]], dtype=object
    )
    of_sku: dict[str, list[int]] = defaultdict(list)
    for i, sku in enumerate(skus):
        of_sku[sku].append(i)
    free = np.ones(len(panel.entities), dtype=bool)
    for aim in aims:
        rows = np.array(of_sku.get(aim.sku, ()), dtype=int) if aim.sku else np.flatnonzero(free)
        meant = free[rows]
        for wanted, have in (
            (aim.store, stores),
            (aim.marketplace, marketplaces),
            (aim.category.casefold(), categories),
        ):
            if wanted:
                meant = meant & np.asarray(have[rows] == wanted, dtype=bool)
        free[rows[meant]] = False
        yield rows[meant]
    yield np.flatnonzero(free)
