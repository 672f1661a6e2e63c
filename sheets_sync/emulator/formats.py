"""Cell formats and colours as Google keeps them.

Colours are 32-bit floats with zero components left out, and every colour is kept twice: as a plain
colour and as a style. Equal formats are one object, for most cells of a column look alike.
"""

import struct
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sheets_sync.emulator.workbook import Json

_PAIRS = {
    "backgroundColor": "backgroundColorStyle",
    "foregroundColor": "foregroundColorStyle",
    "tabColor": "tabColorStyle",
    "color": "colorStyle",
    "headerColor": "headerColorStyle",
    "firstBandColor": "firstBandColorStyle",
    "secondBandColor": "secondBandColorStyle",
    "footerColor": "footerColorStyle",
}
_STYLES = {style: plain for plain, style in _PAIRS.items()}
_CHANNELS = ("red", "green", "blue", "alpha")
_SINGLE = struct.Struct("f")

THEME: Mapping[str, Mapping[str, float]] = {
    "TEXT": {},
    "BACKGROUND": {"red": 1, "green": 1, "blue": 1},
    "ACCENT1": {"red": 0.25882354, "green": 0.52156866, "blue": 0.95686275},
    "ACCENT2": {"red": 0.91764706, "green": 0.2627451, "blue": 0.20784314},
    "ACCENT3": {"red": 0.9843137, "green": 0.7372549, "blue": 0.015686275},
    "ACCENT4": {"red": 0.20392157, "green": 0.65882355, "blue": 0.3254902},
    "ACCENT5": {"red": 1, "green": 0.42745098, "blue": 0.003921569},
    "ACCENT6": {"red": 0.27450982, "green": 0.7411765, "blue": 0.7764706},
    "LINK": {"red": 0.06666667, "green": 0.33333334, "blue": 0.8},
}

DEFAULT_FORMAT: Json = {
    "backgroundColor": {"red": 1, "green": 1, "blue": 1},
    "padding": {"top": 2, "right": 3, "bottom": 2, "left": 3},
    "verticalAlignment": "BOTTOM",
    "wrapStrategy": "OVERFLOW_CELL",
    "textFormat": {
        "foregroundColor": {},
        "fontFamily": "arial,sans,sans-serif",
        "fontSize": 10,
        "bold": False,
        "italic": False,
        "strikethrough": False,
        "underline": False,
        "foregroundColorStyle": {"rgbColor": {}},
    },
    "backgroundColorStyle": {"rgbColor": {"red": 1, "green": 1, "blue": 1}},
}


def new_properties(title: str) -> dict[str, Any]:
    """Return the properties of a new spreadsheet."""
    return {
        "title": title,
        "locale": "en_US",
        "autoRecalc": "ON_CHANGE",
        "timeZone": "Etc/GMT",
        "defaultFormat": DEFAULT_FORMAT,
        "spreadsheetTheme": {
            "primaryFontFamily": "Arial",
            "themeColors": [
                {"colorType": kind, "color": {"rgbColor": color}} for kind, color in THEME.items()
            ],
        },
    }


@lru_cache(4096)
def _single(value: float) -> int | float:
    """Return the shortest decimal that stands for the same 32-bit float."""
    try:
        (stored,) = _SINGLE.unpack(_SINGLE.pack(value))
    except OverflowError:
        return value
    for digits in range(6, 10):
        short = float(f"{stored:.{digits}g}")
        if _SINGLE.pack(short) == _SINGLE.pack(stored):
            return int(short) if short.is_integer() else short
    return float(stored)


def color(body: Json | None) -> dict[str, Any]:
    """Return a colour as it is kept: 32-bit floats, zeros left out."""
    kept = {}
    for channel in _CHANNELS:
        value = (body or {}).get(channel)
        if value:
            kept[channel] = _single(float(value))
    return kept


def tab_color(style: Json | None) -> dict[str, Any] | None:
    """Return a tab's colour style, None for no colour; a tab has 8 bits a channel."""
    if not style:
        return None
    if "themeColor" in style:
        return dict(style)
    if style.get("rgbColor") is None:
        return None
    channels = {
        channel: int(float(value) * 255) / 255
        for channel, value in style["rgbColor"].items()
        if value is not None
    }
    return {"rgbColor": color(channels)}


def plain_color(style: Json) -> dict[str, Any]:
    """Return the plain colour a style shows; a theme colour is looked up."""
    if "themeColor" in style:
        return dict(THEME.get(style["themeColor"], {}))
    return color(style.get("rgbColor"))


def normal(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a format or similar JSON with its colours in both forms and no empty fields."""
    kept: dict[str, Any] = {}
    for name, value in body.items():
        if value is None:
            continue
        if name in _PAIRS:
            if body.get(_PAIRS[name]) is None:
                kept[name] = color(value)
                kept[_PAIRS[name]] = {"rgbColor": color(value)}
        elif name in _STYLES:
            kept[_STYLES[name]] = plain_color(value)
            kept[name] = (
                {"rgbColor": color(value["rgbColor"])} if "rgbColor" in value else dict(value)
            )
        elif isinstance(value, Mapping):
            kept[name] = normal(value)
        elif isinstance(value, list):
            kept[name] = [normal(item) if isinstance(item, Mapping) else item for item in value]
        else:
            kept[name] = value
    return kept


_known: dict[str, Json] = {}
_KNOWN_LIMIT = 20_000


def intern_format(body: Json | None) -> Json | None:
    """Return the one object that stands for this format, None when there is nothing in it."""
    if not body:
        return None
    key = repr(body)
    known = _known.get(key)
    if known is None:
        if len(_known) >= _KNOWN_LIMIT:
            _known.clear()
        known = normal(body)
        known = _known.setdefault(repr(known), known)
        _known[key] = known
    return known or None


def unpaired(tree: dict[str, Any]) -> dict[str, Any]:
    """Return an update mask that reaches both forms of every colour it names."""
    wider = {name: unpaired(branch) for name, branch in tree.items()}
    for name in tree:
        other = _PAIRS.get(name) or _STYLES.get(name)
        if other is not None:
            wider[name] = {}
            wider.setdefault(other, {})
    return wider
