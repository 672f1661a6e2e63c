"""References inside formula text: finding them, and rewriting them when cells move."""

import re
from collections.abc import Callable

from sheets_sync.emulator.area import column_letters, column_number, quoted, split_title

Span = tuple[int | None, int | None]

_REFERENCE = re.compile(
    r"""(?P<text>"(?:[^"]|"")*")
    |(?:(?P<sheet>'(?:[^']|'')+'|[^\W\d][\w.]*)!)?
     (?P<first>\$?[A-Za-z]{1,3}\$?[1-9]\d*(?![\w(.])|\$?[A-Za-z]{1,3}(?=:)|\$?[1-9]\d*(?=:))
     (?::(?P<second>\$?[A-Za-z]{1,3}\$?[1-9]\d*(?![\w(])|\$?[A-Za-z]{1,3}(?![\w($!])|\$?[1-9]\d*(?![\w.(])))?
    |(?P<word>[^\W\d][\w.]*|\d[\w.]*)""",
    re.VERBOSE,
)
_CORNER = re.compile(r"(\$?)([A-Za-z]{0,3})(\$?)(\d*)")


def _replace(text: str, swap: Callable[[str | None, str, str | None], str | None]) -> str:
    """Return formula text with every reference passed through `swap` (None leaves it)."""

    def one(found: re.Match[str]) -> str:
        if found["first"] is None:
            return found[0]
        sheet = found["sheet"]
        title = None if sheet is None else split_title(sheet + "!")[0]
        changed = swap(title, found["first"], found["second"])
        if changed is None:
            return found[0]
        return (sheet + "!" if sheet and changed != "#REF!" else "") + changed

    return _REFERENCE.sub(one, text)


def _corner(text: str) -> tuple[str, int | None, str, int | None]:
    """Return column mark, column, row mark, row of one corner; a missing part is None."""
    found = _CORNER.fullmatch(text)
    if found is None:
        raise ValueError(text)
    mark1, letters, mark2, digits = found.groups()
    if not letters:
        mark1, mark2 = "", mark1 or mark2
    return (
        mark1,
        column_number(letters) if letters else None,
        mark2,
        int(digits) - 1 if digits else None,
    )


def _written(corner: tuple[str, int | None, str, int | None]) -> str:
    mark1, column, mark2, row = corner
    left = "" if column is None else mark1 + column_letters(column)
    return left + ("" if row is None else f"{mark2}{row + 1}")


def rewrite(
    text: str,
    home: str,
    changed: str,
    dimension: str,
    span: Callable[[int | None, int | None], Span | None],
    within: tuple[int, int] | None = None,
) -> str:
    """Return a formula of the sheet `home` after rows or columns of `changed` have moved.

    `within` limits the move to references that lie wholly in those columns (or rows).
    """

    def swap(title: str | None, first: str, second: str | None) -> str | None:
        if (home if title is None else title).casefold() != changed.casefold():
            return None
        one, two = _corner(first), _corner(second or first)
        part = 3 if dimension == "ROWS" else 1
        start, end = one[part], two[part]
        if within is not None and not _inside(one[4 - part], two[4 - part], within):
            return None
        if not isinstance(start, int) and not isinstance(end, int):
            return None
        low = start if isinstance(start, int) else None
        high = end + 1 if isinstance(end, int) else None
        moved = span(low, high)
        if moved is None:
            return "#REF!"
        if moved == (low, high):
            return None
        new_end = None if moved[1] is None else moved[1] - 1
        corners = [_written(_with(one, part, moved[0]))]
        if second is not None:
            corners.append(_written(_with(two, part, new_end)))
        return ":".join(corners)

    return _replace(text, swap)


def _inside(start: str | int | None, end: str | int | None, within: tuple[int, int]) -> bool:
    if not isinstance(start, int) or not isinstance(end, int):
        return False
    return within[0] <= min(start, end) and max(start, end) < within[1]


def _with(
    corner: tuple[str, int | None, str, int | None], part: int, value: int | None
) -> tuple[str, int | None, str, int | None]:
    mark1, column, mark2, row = corner
    return (mark1, value, mark2, row) if part == 1 else (mark1, column, mark2, value)


def translate(text: str, rows: int, columns: int) -> str:
    """Return a formula as it reads when copied that far down and right."""

    def moved(text: str) -> str | None:
        mark1, column, mark2, row = _corner(text)
        if column is not None and not mark1:
            column += columns
        if row is not None and not mark2:
            row += rows
        if (column or 0) < 0 or (row or 0) < 0:
            return None
        return _written((mark1, column, mark2, row))

    def swap(_: str | None, first: str, second: str | None) -> str:
        one = moved(first)
        two = None if second is None else moved(second)
        if one is None or (second is not None and two is None):
            return "#REF!"
        return one if two is None else f"{one}:{two}"

    return _replace(text, swap) if rows or columns else text


def renamed(text: str, old: str, new: str) -> str:
    """Return a formula after a sheet was given another title."""

    def one(found: re.Match[str]) -> str:
        sheet = found["sheet"]
        if found["first"] is None or sheet is None:
            return found[0]
        title = split_title(sheet + "!")[0]
        if title is None or title.casefold() != old.casefold():
            return found[0]
        return quoted(new) + found[0][len(sheet) :]

    return _REFERENCE.sub(one, text)
