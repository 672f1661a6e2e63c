"""What formulas make of a value where a number, a text or a truth value is wanted."""

from sheets_sync.emulator.display import general
from sheets_sync.emulator.entry import typed
from sheets_sync.emulator.formula.evaluate import Argument, Cells, Grid, scalar
from sheets_sync.emulator.formula.results import ErrorValue, FormulaError, Result
from sheets_sync.emulator.workbook import Formula


def plain(value: Argument) -> Result:
    """Return a single value; an error ends the calculation."""
    single = scalar(value)
    if isinstance(single, ErrorValue):
        raise FormulaError(single.shown, single.message)
    return single


def to_number(value: Argument) -> int | float:
    """Return a number; text that looks like one counts."""
    single = plain(value)
    if single is None:
        return 0
    if isinstance(single, bool):
        return int(single)
    if isinstance(single, int | float):
        return single
    read = typed(single).value if isinstance(single, str) and single else single
    if isinstance(read, int | float) and not isinstance(read, bool):
        return read
    raise FormulaError("#VALUE!", f"'{single}' is a text and cannot be coerced to a number.")


def to_text(value: Argument) -> str:
    """Return a text, as joining it to another would show it."""
    single = plain(value)
    if single is None:
        return ""
    if isinstance(single, bool):
        return "TRUE" if single else "FALSE"
    if isinstance(single, int | float):
        return general(single)
    return str(single)


def to_bool(value: Argument) -> bool:
    """Return a truth value; text other than TRUE and FALSE is refused."""
    single = plain(value)
    if isinstance(single, str) and not isinstance(single, Formula):
        if single.upper() in ("TRUE", "FALSE", ""):
            return single.upper() == "TRUE"
        raise FormulaError("#VALUE!", f"'{single}' is a text and cannot be coerced to a boolean.")
    return bool(single)


def to_grid(value: Argument) -> Grid:
    """Return an argument as rows of values."""
    if isinstance(value, Cells):
        return value.grid()
    if isinstance(value, list):
        return value
    return [[value]]


def rank(value: Result) -> tuple[int, float | str]:
    """Return the place of a value in Google's order: numbers, then text, then truth values."""
    if isinstance(value, bool):
        return 2, int(value)
    if isinstance(value, str):
        return 1, value.casefold()
    if isinstance(value, ErrorValue):
        return 3, value.shown
    return 0, 0 if value is None else value


def compare(left: Argument, right: Argument) -> int:
    """Return -1, 0 or 1; text ignores case and a blank is whatever it is compared with."""
    one, two = plain(left), plain(right)
    if one is None:
        one = blank_like(two)
    if two is None:
        two = blank_like(one)
    a, b = rank(one), rank(two)
    return (a > b) - (a < b)


def blank_like(other: Result) -> Result:
    """Return what a blank counts as beside a value."""
    if isinstance(other, bool):
        return False
    return "" if isinstance(other, str) else 0
