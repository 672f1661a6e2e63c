"""The functions a formula may call, and its operators.

`LAZY` functions get their arguments uncomputed, `EAGER` ones computed. A name in neither is #NAME?.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sheets_sync.emulator.formula import logic, lookup, moments, numbers, texts
from sheets_sync.emulator.formula.evaluate import Argument, Compiled, Env

LAZY: Mapping[str, Callable[[Env, Sequence[Compiled]], Argument]] = {
    **logic.LAZY,
    **lookup.LAZY,
    **moments.LAZY,
}
EAGER: Mapping[str, Callable[..., Any]] = {
    **logic.EAGER,
    **numbers.EAGER,
    **texts.EAGER,
    **lookup.EAGER,
    **moments.EAGER,
}
