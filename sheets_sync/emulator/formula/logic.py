"""Truth, conditions, errors and the comparing operators."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sheets_sync.emulator.formula.coerce import compare, plain, to_bool
from sheets_sync.emulator.formula.evaluate import Argument, Compiled, Env, flat, scalar
from sheets_sync.emulator.formula.results import ErrorValue, FormulaError, Result


def _count(arguments: Sequence[Compiled], least: int, most: int, name: str) -> None:
    if not least <= len(arguments) <= most:
        raise FormulaError("#N/A", f"Wrong number of arguments to {name}.")


def _if(env: Env, arguments: Sequence[Compiled]) -> Argument:
    _count(arguments, 2, 3, "IF")
    if to_bool(arguments[0](env)):
        return arguments[1](env)
    return arguments[2](env) if len(arguments) > 2 else False  # noqa: PLR2004 - the else branch


def _ifs(env: Env, arguments: Sequence[Compiled]) -> Argument:
    for condition, result in zip(arguments[::2], arguments[1::2], strict=False):
        if to_bool(condition(env)):
            return result(env)
    raise FormulaError("#N/A", "No match.")


def _attempt(env: Env, argument: Compiled) -> Result:
    try:
        return scalar(argument(env))
    except FormulaError as error:
        return error.value


def _if_error(env: Env, arguments: Sequence[Compiled]) -> Argument:
    _count(arguments, 1, 2, "IFERROR")
    value = _attempt(env, arguments[0])
    if isinstance(value, ErrorValue):
        return arguments[1](env) if len(arguments) > 1 else None
    return value


def _if_na(env: Env, arguments: Sequence[Compiled]) -> Argument:
    _count(arguments, 1, 2, "IFNA")
    value = _attempt(env, arguments[0])
    if isinstance(value, ErrorValue) and value.shown == "#N/A":
        return arguments[1](env) if len(arguments) > 1 else None
    return value


def _switch(env: Env, arguments: Sequence[Compiled]) -> Argument:
    _count(arguments, 3, 255, "SWITCH")
    wanted = arguments[0](env)
    cases = arguments[1:]
    for index in range(0, len(cases) - 1, 2):
        if compare(wanted, cases[index](env)) == 0:
            return cases[index + 1](env)
    if len(cases) % 2:
        return cases[-1](env)
    raise FormulaError("#N/A", "No match.")


def _choose(env: Env, arguments: Sequence[Compiled]) -> Argument:
    from sheets_sync.emulator.formula.coerce import to_number

    index = int(to_number(arguments[0](env)))
    if not 1 <= index < len(arguments):
        raise FormulaError("#NUM!", "CHOOSE parameter 1 is out of range.")
    return arguments[index](env)


def _tester(test: Callable[[Result], bool]) -> Callable[[Env, Sequence[Compiled]], Argument]:
    def run(env: Env, arguments: Sequence[Compiled]) -> Argument:
        _count(arguments, 1, 1, "the function")
        return test(_attempt(env, arguments[0]))

    return run


def _is_number(value: Result) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _truths(arguments: tuple[Argument, ...]) -> list[bool]:
    found = []
    for value, written in flat(arguments):
        if isinstance(value, ErrorValue):
            raise FormulaError(value.shown, value.message)
        if value is None or (isinstance(value, str) and not written):
            continue
        found.append(to_bool(value))
    if not found:
        raise FormulaError("#VALUE!", "No values to test.")
    return found


def _na() -> Argument:
    raise FormulaError("#N/A")


LAZY: Mapping[str, Callable[[Env, Sequence[Compiled]], Argument]] = {
    "IF": _if,
    "IFS": _ifs,
    "IFERROR": _if_error,
    "IFNA": _if_na,
    "SWITCH": _switch,
    "CHOOSE": _choose,
    "ISERROR": _tester(lambda value: isinstance(value, ErrorValue)),
    "ISERR": _tester(lambda value: isinstance(value, ErrorValue) and value.shown != "#N/A"),
    "ISNA": _tester(lambda value: isinstance(value, ErrorValue) and value.shown == "#N/A"),
    "ISNUMBER": _tester(_is_number),
    "ISTEXT": _tester(lambda value: isinstance(value, str)),
    "ISNONTEXT": _tester(lambda value: not isinstance(value, str)),
    "ISLOGICAL": _tester(lambda value: isinstance(value, bool)),
    "ISBLANK": _tester(lambda value: value is None),
}
EAGER: Mapping[str, Callable[..., Any]] = {
    "AND": lambda *given: all(_truths(given)),
    "OR": lambda *given: any(_truths(given)),
    "XOR": lambda *given: sum(_truths(given)) % 2 == 1,
    "NOT": lambda value: not to_bool(value),
    "TRUE": lambda: True,
    "FALSE": lambda: False,
    "NA": _na,
    "=": lambda left, right: compare(left, right) == 0,
    "<>": lambda left, right: compare(left, right) != 0,
    "<": lambda left, right: compare(left, right) < 0,
    ">": lambda left, right: compare(left, right) > 0,
    "<=": lambda left, right: compare(left, right) <= 0,
    ">=": lambda left, right: compare(left, right) >= 0,
    "T": lambda value: value if isinstance(value := plain(value), str) else "",
}
