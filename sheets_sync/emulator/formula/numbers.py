"""Arithmetic, rounding and statistics."""

import math
import statistics
from collections.abc import Callable, Mapping
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, ROUND_UP, Decimal
from typing import Any

from sheets_sync.emulator.formula.coerce import plain, to_grid, to_number
from sheets_sync.emulator.formula.criteria import criterion
from sheets_sync.emulator.formula.evaluate import Argument, flat
from sheets_sync.emulator.formula.results import ErrorValue, FormulaError, Result

Number = int | float


def figures(arguments: tuple[Argument, ...]) -> list[Number]:
    """Return the numbers among arguments; text in ranges is passed over, written out it counts."""
    found: list[Number] = []
    for value, written in flat(arguments):
        if isinstance(value, ErrorValue):
            raise FormulaError(value.shown, value.message)
        if isinstance(value, int | float) and not isinstance(value, bool):
            found.append(value)
        elif written and value is not None:
            found.append(to_number(value))
    return found


def _divide(left: Argument, right: Argument) -> Number:
    above, below = to_number(left), to_number(right)
    if below == 0:
        raise FormulaError("#DIV/0!", "Function DIVIDE parameter 2 cannot be zero.")
    return above / below


def _power(left: Argument, right: Argument) -> Number:
    base, exponent = to_number(left), to_number(right)
    try:
        rough = float(base) ** float(exponent)
    except ZeroDivisionError:
        raise FormulaError("#DIV/0!") from None
    except OverflowError:
        raise FormulaError("#NUM!") from None
    if isinstance(rough, complex) or not math.isfinite(rough):
        raise FormulaError("#NUM!")
    # Whole numbers stay exact; only now is it known that their power is not endless.
    is_whole = isinstance(base, int) and isinstance(exponent, int) and exponent >= 0
    return base**exponent if is_whole else rough


def _average(*given: Argument) -> Number:
    found = figures(given)
    if not found:
        raise FormulaError(
            "#DIV/0!", "Evaluation of function AVERAGE caused a divide by zero error."
        )
    return math.fsum(found) / len(found)


_MOST_DIGITS = 400
"""More decimal places than any number has."""


def _rounded(mode: str) -> Callable[..., Number]:
    def run(value: Argument, places: Argument = 0) -> Number:
        digits = max(-_MOST_DIGITS, min(_MOST_DIGITS, int(to_number(places))))
        amount = Decimal(repr(to_number(value)))
        return float(amount.scaleb(digits).to_integral_value(mode).scaleb(-digits))

    return run


def _multiple(mode: str) -> Callable[..., Number]:
    def run(value: Argument, factor: Argument = 1) -> Number:
        step = Decimal(repr(to_number(factor)))
        if step == 0:
            return 0
        amount = Decimal(repr(to_number(value)))
        return float((amount / step).to_integral_value(mode) * step)

    return run


def _mod(value: Argument, divisor: Argument) -> Number:
    below = to_number(divisor)
    if below == 0:
        raise FormulaError("#DIV/0!", "Function MOD parameter 2 cannot be zero.")
    return to_number(value) % below


def _sqrt(value: Argument) -> Number:
    amount = to_number(value)
    if amount < 0:
        raise FormulaError("#NUM!", "Function SQRT parameter 1 must not be negative.")
    return math.sqrt(amount)


def _logarithm(value: Argument, base: Argument = 10) -> Number:
    amount = to_number(value)
    if amount <= 0:
        raise FormulaError("#NUM!")
    return math.log(amount, to_number(base))


def _nth(largest: bool) -> Callable[..., Number]:  # noqa: FBT001 - two functions in one
    def run(values: Argument, place: Argument) -> Number:
        found = sorted(figures((values,)), reverse=largest)
        index = int(to_number(place))
        if not 1 <= index <= len(found):
            raise FormulaError("#NUM!")
        return found[index - 1]

    return run


def _spread(function: Callable[[list[Number]], float], least: int) -> Callable[..., Number]:
    def run(*given: Argument) -> Number:
        found = figures(given)
        if len(found) < least:
            raise FormulaError("#DIV/0!")
        return function(found)

    return run


def _percentile(values: Argument, share: Argument) -> Number:
    found, at = sorted(figures((values,))), to_number(share)
    if not found or not 0 <= at <= 1:
        raise FormulaError("#NUM!")
    place = at * (len(found) - 1)
    low = math.floor(place)
    high = min(low + 1, len(found) - 1)
    return found[low] + (found[high] - found[low]) * (place - low)


def _selected(given: tuple[Argument, ...]) -> list[tuple[int, int]]:
    """Return the positions at which every pair of range and criterion holds."""
    grids = [to_grid(argument) for argument in given[::2]]
    tests = [criterion(plain(argument)) for argument in given[1::2]]
    height = max((len(grid) for grid in grids), default=0)
    width = max((len(row) for grid in grids for row in grid), default=0)
    return [
        (row, column)
        for row in range(height)
        for column in range(width)
        if all(test(_at(grid, row, column)) for grid, test in zip(grids, tests, strict=True))
    ]


def _at(grid: list[list[Result]], row: int, column: int) -> Result:
    return grid[row][column] if row < len(grid) and column < len(grid[row]) else None


def _picked(values: Argument, given: tuple[Argument, ...]) -> list[Number]:
    grid = to_grid(values)
    return figures(([[_at(grid, row, column) for row, column in _selected(given)]],))


def _sum_if(tested: Argument, test: Argument, values: Argument = None) -> Number:
    return math.fsum(_picked(tested if values is None else values, (tested, test)))


def _average_of(found: list[Number]) -> Number:
    if not found:
        raise FormulaError("#DIV/0!")
    return math.fsum(found) / len(found)


def _average_if(tested: Argument, test: Argument, values: Argument = None) -> Number:
    return _average_of(_picked(tested if values is None else values, (tested, test)))


def _sum_product(*given: Argument) -> Number:
    grids = [to_grid(argument) for argument in given]
    total = 0.0
    for row in range(max(map(len, grids))):
        for column in range(max(map(len, grids[0]))):
            factor: Number = 1
            for grid in grids:
                value = _at(grid, row, column)
                if isinstance(value, ErrorValue):
                    raise FormulaError(value.shown, value.message)
                factor *= value if isinstance(value, int | float) else 0
            total += factor
    return total


def _rank(value: Argument, values: Argument, ascending: Argument = 0) -> Number:
    found = sorted(figures((values,)), reverse=not to_number(ascending))
    wanted = to_number(value)
    if wanted not in found:
        raise FormulaError("#N/A")
    return found.index(wanted) + 1


EAGER: Mapping[str, Callable[..., Any]] = {
    "+": lambda left, right: to_number(left) + to_number(right),
    "-": lambda left, right: to_number(left) - to_number(right),
    "*": lambda left, right: to_number(left) * to_number(right),
    "/": _divide,
    "^": _power,
    "neg": lambda value: -to_number(value),
    "pos": plain,
    "percent": lambda value: to_number(value) / 100,
    "SUM": lambda *given: math.fsum(figures(given)),
    "PRODUCT": lambda *given: math.prod(figures(given)),
    "AVERAGE": _average,
    "MIN": lambda *given: min(figures(given), default=0),
    "MAX": lambda *given: max(figures(given), default=0),
    "COUNT": lambda *given: sum(
        isinstance(value, int | float) and not isinstance(value, bool) for value, _ in flat(given)
    ),
    "COUNTA": lambda *given: sum(value is not None for value, _ in flat(given)),
    "COUNTBLANK": lambda *given: sum(value is None or value == "" for value, _ in flat(given)),
    "COUNTIF": lambda *given: len(_selected(given)),
    "COUNTIFS": lambda *given: len(_selected(given)),
    "SUMIF": _sum_if,
    "SUMIFS": lambda values, *given: math.fsum(_picked(values, given)),
    "AVERAGEIF": _average_if,
    "AVERAGEIFS": lambda values, *given: _average_of(_picked(values, given)),
    "MAXIFS": lambda values, *given: max(_picked(values, given), default=0),
    "MINIFS": lambda values, *given: min(_picked(values, given), default=0),
    "SUMPRODUCT": _sum_product,
    "MEDIAN": _spread(statistics.median, 1),
    "STDEV": _spread(statistics.stdev, 2),
    "STDEVP": _spread(statistics.pstdev, 1),
    "VAR": _spread(statistics.variance, 2),
    "LARGE": _nth(largest=True),
    "SMALL": _nth(largest=False),
    "PERCENTILE": _percentile,
    "RANK": _rank,
    "ROUND": _rounded(ROUND_HALF_UP),
    "ROUNDUP": _rounded(ROUND_UP),
    "ROUNDDOWN": _rounded(ROUND_DOWN),
    "TRUNC": _rounded(ROUND_DOWN),
    "CEILING": _multiple(ROUND_CEILING),
    "FLOOR": _multiple(ROUND_FLOOR),
    "MROUND": _multiple(ROUND_HALF_UP),
    "INT": lambda value: math.floor(to_number(value)),
    "ABS": lambda value: abs(to_number(value)),
    "SIGN": lambda value: (to_number(value) > 0) - (to_number(value) < 0),
    "MOD": _mod,
    "POWER": _power,
    "SQRT": _sqrt,
    "EXP": lambda value: math.exp(to_number(value)),
    "LN": lambda value: _logarithm(value, math.e),
    "LOG": _logarithm,
    "LOG10": _logarithm,
    "PI": lambda: math.pi,
    "N": lambda value: to_number(value) if not isinstance(plain(value), str) else 0,
    "DIVIDE": _divide,
    "MINUS": lambda left, right: to_number(left) - to_number(right),
    "MULTIPLY": lambda left, right: to_number(left) * to_number(right),
}
