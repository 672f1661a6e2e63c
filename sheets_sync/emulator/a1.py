"""A1 notation against a workbook: what a person's range means, and which range a filter means."""

from sheets_sync.emulator.area import Area, parse_cells, split_title
from sheets_sync.emulator.refusal import ApiError
from sheets_sync.emulator.workbook import Sheet, Workbook


def resolve(book: Workbook, text: str) -> Area:
    """Return the area that A1 notation, a title or a name stands for; refuse what is none."""
    title, cells = split_title(text)
    if title is None:
        named = name_area(book, text)
        if named is not None:
            return named
        whole = book.titled(text)
        bounds = parse_cells(text)
        if whole is not None and (bounds is None or text == whole.title):
            return Area(whole.sheet_id)
        sheet: Sheet | None = book.sheets[0]
    else:
        sheet = book.titled(title)
        if sheet is not None and not cells:
            return Area(sheet.sheet_id)
        bounds = parse_cells(cells)
        named = name_area(book, cells)
        if sheet is not None and named is not None and named.sheet_id == sheet.sheet_id:
            return named
    if sheet is None or bounds is None:
        raise ApiError(f"Unable to parse range: {text}")
    return Area(sheet.sheet_id, *bounds)


def name_area(book: Workbook, name: str) -> Area | None:
    """Return the area of a named range, None if there is no such name."""
    for item in book.names:
        if str(item.body["name"]).casefold() == name.casefold():
            return item.areas[0]
    return None
