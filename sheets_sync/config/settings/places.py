"""Marketplaces in key columns, where blank means everywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sheets_sync.config.settings import values
from sheets_sync.config.yamlfile import UnfitError, did_you_mean, joined
from sheets_sync.core.marketplaces import MARKETPLACES, NAMES, marketplace_code
from sheets_sync.core.tab import folded
from sheets_sync.errors import Words

if TYPE_CHECKING:
    from sheets_sync.core.tab import Cell

EVERYWHERE_WORDS = ("*", "all", "全部", "所有", "everywhere")


def anywhere(raw: Cell) -> str:
    """Return a marketplace's code, blank for everywhere; raise UnfitError."""
    text = values.text_of(raw)
    if not text or folded(text) in EVERYWHERE_WORDS:
        return ""
    code = marketplace_code(text)
    if code is None:
        shown = values.said(text)
        words = Words(f"没有站点 '{shown}'", f"there is no site '{shown}'")
        known = [*MARKETPLACES, *(name for names in NAMES.values() for name in names[:2])]
        raise UnfitError(joined(words, did_you_mean(text, known)))
    return code
