"""Reading formula text: separators may be `,` or `;`, whatever the locale."""

import re
from dataclasses import dataclass
from functools import lru_cache

from sheets_sync.emulator.area import column_number, split_title
from sheets_sync.emulator.formula.results import ErrorValue, FormulaError


@dataclass(frozen=True, slots=True)
class Const:
    """A value written out; None is an argument left empty."""

    value: str | int | float | bool | ErrorValue | None


@dataclass(frozen=True, slots=True)
class Corner:
    """One end of a reference; a missing row or column is None."""

    row: int | None
    column: int | None
    fixed_row: bool
    fixed_column: bool


@dataclass(frozen=True, slots=True)
class Reference:
    """A cell or a range, perhaps of another sheet."""

    sheet: str | None
    first: Corner
    last: Corner | None


@dataclass(frozen=True, slots=True)
class Name:
    """A named range."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function with its arguments; operators are functions named by their sign."""

    name: str
    arguments: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """An array written out in braces."""

    rows: tuple[tuple["Node", ...], ...]


Node = Const | Reference | Name | Call | Matrix

_TOKEN = re.compile(
    r"""\s*(?:
     (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w:]))
    |(?P<text>"(?:[^"]|"")*")
    |(?P<error>\#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A|ERROR!))
    |(?P<reference>(?:(?:'(?:[^']|'')+'|[^\W\d][\w.]*)!)?
       (?:\$?[A-Za-z]{1,3}\$?[1-9]\d*(?::\$?[A-Za-z]{1,3}(?:\$?[1-9]\d*)?)?(?![\w(.])
         |\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}(?:\$?[1-9]\d*)?(?![\w(.])
         |\$?[1-9]\d*:\$?[1-9]\d*(?![\w(.])))
    |(?P<call>[^\W\d][\w.]*)\s*\(
    |(?P<name>[^\W\d][\w.]*)
    |(?P<sign><=|>=|<>|[-+*/^&=<>%(){},;\\])
    )""",
    re.VERBOSE,
)
_CORNER = re.compile(r"(\$?)([A-Za-z]{0,3})(\$?)(\d*)")
_LEVELS: tuple[tuple[str, ...], ...] = (
    ("=", "<>", "<", ">", "<=", ">="),
    ("&",),
    ("+", "-"),
    ("*", "/"),
    ("^",),
)
_MAX_LENGTH = 50_000
_MAX_DEPTH = 100


@lru_cache(4096)
def parse(text: str) -> Node:
    """Return the tree of a formula that begins with `=`; raise #ERROR! if it is none."""
    parser = _Parser(_tokens(text[1:]))
    node = parser.expression()
    parser.finish()
    return node


def _unreadable() -> FormulaError:
    return FormulaError("#ERROR!", "Formula parse error.")


def _tokens(text: str) -> list[tuple[str, str]]:
    tokens, position = [], 0
    text = text.rstrip()
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None or found.lastgroup is None:
            raise _unreadable()
        tokens.append((found.lastgroup, found[found.lastgroup]))
        position = found.end()
    return tokens


class _Parser:
    """Reads tokens by precedence, one level of operators inside the other."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens = tokens
        self.at = 0
        self.depth = 0

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")

    def accept(self, *signs: str) -> str | None:
        kind, text = self.peek()
        if kind == "sign" and text in signs:
            self.at += 1
            return text
        return None

    def finish(self) -> None:
        if self.peek()[0] != "end":
            raise _unreadable()

    def expression(self, level: int = 0) -> Node:
        if level == len(_LEVELS):
            return self.unary()
        node = self.expression(level + 1)
        while sign := self.accept(*_LEVELS[level]):
            node = Call(sign, (node, self.expression(level + 1)))
        return node

    def unary(self) -> Node:
        sign = self.accept("+", "-")
        if sign is not None:
            return Call("neg" if sign == "-" else "pos", (self.unary(),))
        node = self.primary()
        while self.accept("%"):
            node = Call("percent", (node,))
        return node

    def primary(self) -> Node:  # noqa: PLR0911 - one way out for each kind of token
        kind, text = self.peek()
        self.at += 1
        if kind == "number":
            return Const(float(text) if re.search("[.eE]", text) else int(text))
        if kind == "text":
            return Const(text[1:-1].replace('""', '"'))
        if kind == "error":
            return Const(ErrorValue(text))
        if kind == "reference":
            return _reference(text)
        if kind == "call":
            return Call(text.upper(), self.arguments())
        if kind == "name":
            upper = text.upper()
            return Const(upper == "TRUE") if upper in ("TRUE", "FALSE") else Name(text)
        if (kind, text) == ("sign", "("):
            return self.bracketed()
        if (kind, text) == ("sign", "{"):
            return self.matrix()
        raise _unreadable()

    def bracketed(self) -> Node:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise _unreadable()
        node = self.expression()
        self.depth -= 1
        if not self.accept(")"):
            raise _unreadable()
        return node

    def arguments(self) -> tuple[Node, ...]:
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise _unreadable()
        found: list[Node] = []
        if not self.accept(")"):
            while True:
                empty = self.peek() in (("sign", ","), ("sign", ";"), ("sign", ")"))
                found.append(Const(None) if empty else self.expression())
                if self.accept(")"):
                    break
                if not self.accept(",", ";"):
                    raise _unreadable()
        self.depth -= 1
        return tuple(found)

    def matrix(self) -> Node:
        rows: list[tuple[Node, ...]] = []
        row: list[Node] = []
        while True:
            row.append(self.expression())
            if self.accept(",", "\\"):
                continue
            rows.append(tuple(row))
            row = []
            if self.accept("}"):
                return Matrix(tuple(rows))
            if not self.accept(";"):
                raise _unreadable()


def _reference(text: str) -> Reference:
    sheet, cells = split_title(text)
    first, colon, last = cells.partition(":")
    return Reference(sheet, _corner(first), _corner(last) if colon else None)


def _corner(text: str) -> Corner:
    found = _CORNER.fullmatch(text)
    if found is None:
        raise _unreadable()
    mark1, letters, mark2, digits = found.groups()
    return Corner(
        int(digits) - 1 if digits else None,
        column_number(letters) if letters else None,
        bool(mark2 if letters else mark1 or mark2),
        bool(mark1 and letters),
    )
