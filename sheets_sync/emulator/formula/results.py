"""What a formula can come to."""

from dataclasses import dataclass

_TYPES = {
    "#NULL!": "NULL_VALUE",
    "#DIV/0!": "DIVIDE_BY_ZERO",
    "#VALUE!": "VALUE",
    "#REF!": "REF",
    "#NAME?": "NAME",
    "#NUM!": "NUM",
    "#N/A": "N_A",
    "#ERROR!": "ERROR",
}


@dataclass(frozen=True, slots=True)
class ErrorValue:
    """An error in a cell, such as #REF!, with the sentence that explains it."""

    shown: str
    message: str = ""

    @property
    def kind(self) -> str:
        """The name of the error's type in the API."""
        return _TYPES.get(self.shown, "ERROR")


class FormulaError(Exception):
    """Raised inside a calculation to end it with an error value."""

    def __init__(self, shown: str, message: str = "") -> None:
        super().__init__(shown)
        self.value = ErrorValue(shown, message)


Result = str | int | float | bool | ErrorValue | None
"""A single value; None is a blank cell."""
