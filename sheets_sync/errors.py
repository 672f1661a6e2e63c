"""What can go wrong, and how it is said.

Every sentence that reaches a person is a `Words`: Chinese and English side by side, so that no
message can exist in one language only. A fault in the data is a value (`core.model.Fault`); a fault
in the setup, the sheet or the plan is one of the exceptions below. An exception builds its sentence
from facts and keeps them as attributes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

Language = Literal["zh", "en", "both"]


class Words(NamedTuple):
    """One sentence, label or name in both languages."""

    zh: str
    en: str

    def say(self, language: Language) -> str:
        """Return the words in one language, or in both with a slash between them."""
        if language == "both":
            return self.zh if self.zh == self.en else f"{self.zh} / {self.en}"
        return self.zh if language == "zh" else self.en

    def filled(self, **facts: object) -> Words:
        """Return the words with their `{placeholders}` replaced; facts that are Words follow."""
        return Words(
            self.zh.format(**{k: v.zh if isinstance(v, Words) else v for k, v in facts.items()}),
            self.en.format(**{k: v.en if isinstance(v, Words) else v for k, v in facts.items()}),
        )


class SheetsSyncError(Exception):
    """An expected failure: it ends the command with `exit_code` and one message, no traceback."""

    exit_code: ClassVar[int] = 1

    def __init__(self, words: Words) -> None:
        self.words = words
        super().__init__(words.en)


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a file that people write: where it is (1-based) and what was meant."""

    words: Words
    line: int | None = None
    column: int | None = None

    def say(self, language: Language) -> str:
        """Return the problem as one line, with its place first where it has one."""
        place = "" if self.line is None else f"{self.line}:{self.column or 1} "
        return f"{place}{self.words.say(language)}"


class ConfigurationError(SheetsSyncError):
    """The job folder, a rule, a template or a credential cannot be used as it is."""

    exit_code = 2


class InvalidFile(ConfigurationError):
    """A file that people write is refused whole, with every problem in it."""

    def __init__(self, path: str, problems: Iterable[Problem]) -> None:
        self.path, self.problems = path, tuple(problems)
        super().__init__(Words(self._lines("zh"), self._lines("en")))

    def _lines(self, language: Language) -> str:
        head = Words("{path} 有 {n} 处问题:", "{path} has {n} problem(s):")
        lines = [head.filled(path=self.path, n=len(self.problems)).say(language)]
        return "\n".join([*lines, *(f"  - {problem.say(language)}" for problem in self.problems)])


class NoUsableSource(SheetsSyncError):
    """There is no file from which anything could be read."""

    exit_code = 3


class SheetError(SheetsSyncError):
    """The spreadsheet or the network did not do what was asked."""

    exit_code = 4


class UnsafeChange(SheetsSyncError):
    """The change would damage the sheet or rest on damaged figures."""

    exit_code = 5
