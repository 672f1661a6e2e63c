"""A YAML text as plain values, with the place of each key and value.

The node graph is read instead of constructed objects: it knows every place, shows every duplicate
key at once, and constructs nothing a file could choose. Places are 1-based lines and columns.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from sheets_sync.errors import Problem, Words

Loc = tuple[int | str, ...]

_MOST_NODES = 50_000
_DEEPEST = 40
_LARGEST = 10**15
_PREFIX = "tag:yaml.org,2002:"
_TRUE = ("true", "yes", "on", "y")


@dataclass(slots=True)
class Tree:
    """The values of a text (`value`), their places, and what could not be read.

    `readable` is False where the text is no YAML at all; `value` is then None.
    """

    text: str
    value: Any = None
    readable: bool = True
    problems: list[Problem] = field(default_factory=list)
    values: dict[Loc, Node] = field(default_factory=dict)
    keys: dict[Loc, Node] = field(default_factory=dict)

    def place(self, loc: Loc, offset: int = 0) -> tuple[int, int]:
        """Return the place of the value at `loc`, or of the nearest value above it."""
        known = tuple(loc)
        while known and known not in self.values:
            known, offset = known[:-1], 0
        node = self.values.get(known)
        if node is None:
            return 1, 1
        line, column = _start(node)
        return line, column + (_shift(self.text, node, offset) if offset else 0)

    def key_place(self, loc: Loc) -> tuple[int, int]:
        """Return the place of the key of the value at `loc`."""
        node = self.keys.get(tuple(loc))
        return self.place(loc) if node is None else _start(node)


def parse(text: str) -> Tree:
    """Read a YAML text. Whatever it holds, faults are `problems` and nothing is raised."""
    tree = Tree(text)
    root = _composed(text, tree)
    if root is not None:
        try:
            tree.value = _Reader(tree).read(root, (), ())
        except _TooMuch as much:
            tree.problems.append(Problem(much.words, *_start(much.node)))
            tree.readable = False
    elif tree.readable:
        tree.readable = False
        tree.problems.append(Problem(Words("文件是空的", "the file is empty"), 1, 1))
    return tree


class _TooMuch(Exception):  # an exit from the recursion, never seen outside
    def __init__(self, words: Words, node: Node) -> None:
        self.words, self.node = words, node


class _Reader:
    """Turns nodes into plain values and notes where they stand."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._count = 0

    def read(self, node: Node, loc: Loc, above: tuple[int, ...]) -> Any:
        self._count += 1
        if id(node) in above:
            raise _TooMuch(Words("锚点引用了自己", "an anchor refers to itself"), node)
        if self._count > _MOST_NODES or len(above) > _DEEPEST:
            raise _TooMuch(Words("内容太多或嵌套过深", "too much, or nested too deeply"), node)
        self._tree.values.setdefault(loc, node)
        inside = (*above, id(node))
        if isinstance(node, MappingNode):
            return self._mapping(node, loc, inside)
        if isinstance(node, SequenceNode):
            return [self.read(child, (*loc, i), inside) for i, child in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: MappingNode, loc: Loc, inside: tuple[int, ...]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, ScalarNode) or not key_node.value:
                self._wrong(Words("键必须是文字", "a key must be a text"), key_node)
                continue
            key = str(key_node.value)
            if not _writable(key):
                self._wrong(Words("键里有控制字符", "a key holds a control character"), key_node)
                continue
            if key in found:
                first, _ = self._tree.key_place((*loc, key))
                words = Words(
                    "'{key}' 重复,第 {first} 行已有", "'{key}' is already given on line {first}"
                )
                self._wrong(words.filled(key=key, first=first), key_node)
                continue
            self._tree.keys[(*loc, key)] = key_node
            found[key] = self.read(value_node, (*loc, key), inside)
        return found

    def _scalar(self, node: Node) -> Any:
        text, tag = str(node.value), str(node.tag)
        try:
            return _plain(text, tag.removeprefix(_PREFIX))
        except (ValueError, OverflowError):
            shown = ascii(text[:40]) if not _writable(text) else f"'{text[:40]}'"
            self._wrong(Words(f"读不懂 {shown}", f"{shown} cannot be read"), node)
            return None

    def _wrong(self, words: Words, node: Node) -> None:
        self._tree.problems.append(Problem(words, *_start(node)))


def _plain(text: str, tag: str) -> Any:
    """Return a scalar's value by its tag; raise ValueError for tags that have no place here."""
    if tag in ("str", "timestamp", "merge", "value") and _writable(text):
        return text
    if tag == "null":
        return None
    if tag == "bool":
        return text.lower() in _TRUE
    bare = text.replace("_", "")
    if tag == "int":
        sign, digits = bare[:1] == "-", bare.lstrip("+-")
        base = {"0x": 16, "0o": 8, "0b": 2}.get(digits[:2].lower(), 10)
        number = int(digits, base)
        if number > _LARGEST:
            raise ValueError(text)
        return -number if sign else number
    if tag == "float":
        value = float(bare.lower().replace(".inf", "inf").replace(".nan", "nan"))
        if math.isfinite(value):
            return value
    raise ValueError(tag)


def _writable(text: str) -> bool:
    """Return whether a text can be stored: no lone surrogates and no control characters."""
    return not any("\ud800" <= c <= "\udfff" or (c < " " and c not in "\n\t") for c in text)


@lru_cache(maxsize=64)
def _nodes(text: str) -> Node | None:
    """Take a text apart; a worker reads the same shipped files every night."""
    yaml = YAML()
    yaml.composer.warn_double_anchors = False
    node: Node | None = yaml.compose(text)
    return node


def _composed(text: str, tree: Tree) -> Node | None:
    try:
        node = _nodes(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = (1, 1) if mark is None else (mark.line + 1, mark.column + 1)
        problem = str(error.problem or error.context or "")
        tree.problems.append(Problem(_syntax(problem, text, place[0]), *place))
    except RecursionError:
        tree.problems.append(Problem(Words("嵌套过深", "nested too deeply"), 1, 1))
    except (YAMLError, ValueError, LookupError, TypeError, AttributeError, AssertionError) as error:
        # Characters that YAML forbids, and texts on which the parser itself stumbles.
        at = getattr(error, "position", 0)
        before = text[:at] if isinstance(at, int) else ""
        place = (before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1)
        words = Words("有YAML不允许的字符或写法", "holds something that YAML does not allow")
        tree.problems.append(Problem(words, *place))
    else:
        return node
    tree.readable = False
    return None


def _syntax(problem: str, text: str, line: int) -> Words:
    lines = text.splitlines()
    near = "".join(lines[max(0, line - 2) : line])
    if "\\t" in problem or "\t" in problem:
        return Words("不能用Tab缩进,请用空格", "a tab cannot indent; use spaces")
    if "：" in near:
        return Words("冒号是全角的,请改成半角 ': '", "a full-width colon; write ': '")
    return Words(f"YAML写法有误:{problem}", f"not valid YAML: {problem}")


def _start(node: Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


def _shift(text: str, node: Node, offset: int) -> int:
    """Return how far a character of a scalar stands from its start, where that is certain."""
    begin: int = node.start_mark.index
    start = begin + (1 if text[begin : begin + 1] in ("'", '"') else 0)
    wanted = str(node.value)[:offset]
    if text[start : start + offset] != wanted or "\n" in wanted:
        return 0
    return start - begin + offset
