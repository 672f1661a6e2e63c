"""Strict reading of YAML files that people write.

`load(path, Model)` returns the model or raises `InvalidFile` with every problem at once. A reader
that has more to check than types uses `validated`, which also tells where everything stands:

    found = validated(path, TemplateText)
    problems = [
        found.problem(Words(...), ("columns", 3, "metric"))
        for ...
    ]
    found.refuse(problems)          # raises InvalidFile when there is one

A loc is the path to a value as pydantic gives it: keys of mappings and indexes of lists. Models
derive from `Strict`; a check of their own raises `UnfitError(Words)`. A list at the top of a file is a
`RootModel[list[...]]`.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, RootModel, ValidationError

from sheets_sync.config.yamltree import Tree, parse
from sheets_sync.errors import ConfigurationError, InvalidFile, Problem, Words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from pydantic_core import ErrorDetails

    from sheets_sync.config.yamltree import Loc

M = TypeVar("M", bound=BaseModel)

_MOST_BYTES = 1_000_000


class Strict(BaseModel):
    """A model that refuses unknown keys and never turns one type into another."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class WordsText(Strict):
    """`{zh: ..., en: ...}` in a file."""

    zh: str
    en: str

    @property
    def words(self) -> Words:
        """Return it as Words."""
        return Words(self.zh, self.en)


class UnfitError(ValueError):
    """A value has the right type and cannot be used; raised by a model's own checks."""

    def __init__(self, words: Words) -> None:
        self.words = words
        super().__init__(words.en)


@dataclass(frozen=True, slots=True)
class Located(Generic[M]):
    """A validated file: its model, and where each value stands in it."""

    model: M
    path: str
    tree: Tree

    def place(self, loc: Loc, offset: int = 0) -> tuple[int, int]:
        """Return line and column (1-based) of the value at `loc`, or of the nearest one above it.

        `offset` counts characters into a text; it is ignored where escapes or folding make it
        uncertain.
        """
        return self.tree.place(loc, offset)

    def key_place(self, loc: Loc) -> tuple[int, int]:
        """Return line and column of the key that names the value at `loc`."""
        return self.tree.key_place(loc)

    def problem(self, words: Words, loc: Loc, offset: int = 0) -> Problem:
        """Return a problem with the value at `loc`."""
        return Problem(words, *self.place(loc, offset))

    def refuse(self, problems: Iterable[Problem]) -> None:
        """Raise InvalidFile when there are problems, in the order of the file."""
        _refuse(self.path, problems)


def load(path: Path, model: type[M], *, shown_as: str | None = None) -> M:
    """Read and validate a YAML file; raise InvalidFile with every problem in it."""
    return validated(path, model, shown_as=shown_as).model


def validated(
    path: Path,
    model: type[M],
    *,
    shown_as: str | None = None,
    prepare: Callable[[Tree], None] | None = None,
) -> Located[M]:
    """Read and validate a YAML file and remember where everything stands; raise InvalidFile.

    `shown_as` is the path that messages name, where that is not the one that is opened. `prepare`
    may change the values of the tree, and add to its problems, before they are validated.
    """
    shown = shown_as or str(path)
    tree = parse(_text(path, shown))
    if prepare is not None and tree.readable:
        prepare(tree)
    problems = list(tree.problems)
    found: M | None = None
    if tree.readable:
        try:
            found = model.model_validate(tree.value)
        except ValidationError as error:
            # A value that could not be read already has its problem.
            told = {(problem.line, problem.column) for problem in problems}
            more = _problems(error.errors(include_url=False), tree, model)
            problems += [problem for problem in more if (problem.line, problem.column) not in told]
        except RecursionError:
            problems.append(Problem(Words("嵌套过深", "nested too deeply"), 1, 1))
    _refuse(shown, problems)
    if found is None:
        _refuse(shown, [Problem(Words("文件读不出来", "the file cannot be read"), 1, 1)])
        raise AssertionError
    return Located(found, shown, tree)


def did_you_mean(word: object, known: Iterable[str]) -> Words:
    """Return the end of a message on an unknown word: its nearest known neighbour, or nothing."""
    text = str(word)
    cutoff = 0.6 if len(text) > len("XX") else 0.5
    close = difflib.get_close_matches(text, list(known), n=1, cutoff=cutoff)
    if not close:
        return Words("", "")
    return Words(f",是不是 '{close[0]}'?", f"; did you mean '{close[0]}'?")


def refuse_files(refused: Sequence[InvalidFile]) -> None:
    """Raise the one refusal, or one error that lists them all; nothing where there is none."""
    if len(refused) == 1:
        raise refused[0]
    if refused:
        words = [error.words for error in refused]
        raise ConfigurationError(
            Words("\n".join(one.zh for one in words), "\n".join(one.en for one in words))
        )


def joined(*parts: Words) -> Words:
    """Return words written one after the other."""
    return Words("".join(p.zh for p in parts), "".join(p.en for p in parts))


def _refuse(path: str, problems: Iterable[Problem]) -> None:
    ordered = sorted(dict.fromkeys(problems), key=lambda p: (p.line or 0, p.column or 0))
    if ordered:
        raise InvalidFile(path, ordered)


def _text(path: Path, shown: str) -> str:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        _refuse_whole(shown, Words("文件不存在", "there is no such file"))
    except OSError as error:
        _refuse_whole(
            shown, Words(f"打不开:{error.strerror}", f"cannot be opened: {error.strerror}")
        )
    if len(raw) > _MOST_BYTES:
        _refuse_whole(shown, Words("文件超过1MB,不像是配置", "over 1 MB, which no such file is"))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The codec counts from behind the byte order mark.
        before = error.object[: error.start]
        line = before.count(b"\n") + 1
        column = len(before.rpartition(b"\n")[2].decode("utf-8", "replace")) + 1
        words = Words("不是UTF-8编码,请另存为UTF-8", "is not UTF-8; save it as UTF-8")
        raise InvalidFile(shown, [Problem(words, line, column)]) from error


def _refuse_whole(shown: str, words: Words) -> NoReturn:
    raise InvalidFile(shown, [Problem(words)])


def _problems(errors: list[ErrorDetails], tree: Tree, model: type[BaseModel]) -> Iterable[Problem]:
    for error in errors:
        loc: Loc = error["loc"]
        kind = error["type"]
        if kind == "extra_forbidden":
            words = Words("没有 '{key}' 这一项", "'{key}' is not known here").filled(key=loc[-1])
            hint = did_you_mean(loc[-1], _fields(model, loc[:-1]))
            yield Problem(joined(words, hint), *tree.key_place(loc))
        elif kind == "missing":
            words = Words("缺少 '{key}'", "'{key}' is missing").filled(key=loc[-1])
            yield Problem(words, *tree.place(loc[:-1]))
        else:
            cause = error.get("ctx", {}).get("error")
            words = cause.words if isinstance(cause, UnfitError) else _said(error)
            at_key = bool(loc) and loc[-1] == "[key]"
            yield Problem(words, *(tree.key_place(loc[:-1]) if at_key else tree.place(loc)))


_TYPES = {
    "string_type": Words("文字", "a text"),
    "int_type": Words("整数", "a whole number"),
    "int_from_float": Words("整数", "a whole number"),
    "float_type": Words("数字", "a number"),
    "bool_type": Words("true 或 false", "true or false"),
    "list_type": Words("列表", "a list"),
    "tuple_type": Words("列表", "a list"),
    "dict_type": Words("键值对(key: value)", "a mapping (key: value)"),
    "model_type": Words("键值对(key: value)", "a mapping (key: value)"),
    "model_attributes_type": Words("键值对(key: value)", "a mapping (key: value)"),
}

_BOUNDS = {
    "greater_than_equal": ("ge", Words("不能小于 {limit}", "must be at least {limit}")),
    "greater_than": ("gt", Words("必须大于 {limit}", "must be above {limit}")),
    "less_than_equal": ("le", Words("不能大于 {limit}", "must be at most {limit}")),
    "less_than": ("lt", Words("必须小于 {limit}", "must be below {limit}")),
    "too_short": ("min_length", Words("至少要有 {limit} 项", "needs at least {limit}")),
    "too_long": ("max_length", Words("最多 {limit} 项", "takes at most {limit}")),
    "string_too_short": ("min_length", Words("不能为空", "must not be empty")),
    "string_pattern_mismatch": ("pattern", Words("格式应为 {limit}", "must look like {limit}")),
}


def _said(error: ErrorDetails) -> Words:
    kind, context = error["type"], error.get("ctx", {})
    was = _written(error["input"])
    if kind in _TYPES:
        return Words("要写{type},现在是 {was}", "must be {type}, not {was}").filled(
            type=_TYPES[kind], was=was
        )
    if kind in ("literal_error", "enum"):
        expected = str(context.get("expected", ""))
        options = Words(expected.replace(" or ", ", ").replace("'", ""), expected.replace("'", ""))
        words = Words("{was} 不行,可写:{options}", "{was} is not possible; write {options}")
        return words.filled(was=was, options=options)
    if kind in _BOUNDS:
        name, words = _BOUNDS[kind]
        return words.filled(limit=context.get(name))
    return Words(f"{was} 不行:{error['msg']}", f"{was} is not possible: {error['msg']}")


def _written(value: object) -> Words:
    if value is None:
        return Words("空", "nothing")
    if isinstance(value, bool):
        return Words(*(("true", "true") if value else ("false", "false")))
    if isinstance(value, dict):
        return Words("键值对", "a mapping")
    if isinstance(value, list):
        return Words("列表", "a list")
    text = repr(value) if len(str(value)) < 60 else repr(str(value)[:57] + "...")  # noqa: PLR2004  # fits a line
    return Words(text, text)


def _fields(model: type[BaseModel], loc: Loc) -> list[str]:
    """Return the keys that the model knows at `loc`."""
    here: list[Any] = _models(model)
    for step in loc:
        here = [inner for kind in here for inner in _models(_keys(kind).get(str(step), kind))]
    return [name for kind in here for name in _keys(kind)]


def _models(kind: Any) -> list[type[BaseModel]]:
    """Return the models in an annotation, looking through lists, mappings and alternatives.

    An index or a key of a plain mapping leads no deeper: the model inside was found on the way.
    """
    if isinstance(kind, type) and issubclass(kind, RootModel):
        return _models(kind.model_fields["root"].annotation)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [kind]
    return [model for inner in get_args(kind) for model in _models(inner)]


def _keys(model: type[BaseModel]) -> Mapping[str, Any]:
    return {f.alias or name: f.annotation for name, f in model.model_fields.items()}
