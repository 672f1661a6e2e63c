"""Field masks: what to write, and what to send back.

A mask is a tree of field names; an empty branch means "all of it". Masks are written with `.` or
`/` between levels, `()` around several fields, `,` between them, and `*` for all.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from sheets_sync.emulator.refusal import ApiError, violations
from sheets_sync.emulator.schema import camel, shapes

Mask = dict[str, Any]
"""Field name -> Mask; `{}` keeps everything below."""

_TOKEN = re.compile(r"\s*([A-Za-z0-9_$*]+|[(),./])")


def parse(text: str) -> Mask:
    """Return the tree a mask describes; refuse one that cannot be read."""
    tokens = _tokens(text)
    tree: Mask = {}
    position = _level(tokens, 0, tree)
    if position != len(tokens):
        raise _unreadable(text)
    return {} if "*" in tree else tree


def _tokens(text: str) -> list[str]:
    tokens, position, stripped = [], 0, text.rstrip()
    while position < len(stripped):
        found = _TOKEN.match(stripped, position)
        if found is None:
            raise _unreadable(text)
        tokens.append(found[1])
        position = found.end()
    return tokens


def _unreadable(text: str) -> ApiError:
    return violations(
        [("fields", f"Error expanding 'fields' parameter. Invalid field mask '{text}'.")],
        "Request contains an invalid argument.",
    )


def _level(tokens: list[str], position: int, tree: Mask) -> int:
    """Read one comma-separated list of paths into `tree`; return where it stopped."""
    while position < len(tokens) and tokens[position] != ")":
        branch: Mask = tree
        while True:
            name = camel(tokens[position])
            whole = branch.get(name) == {}
            branch = branch.setdefault(name, {})
            position += 1
            if position < len(tokens) and tokens[position] in "./":
                position += 1
                if position == len(tokens):
                    raise _unreadable("".join(tokens))
                continue
            break
        if position < len(tokens) and tokens[position] == "(":
            position = _level(tokens, position + 1, branch) + 1
        else:
            branch.clear()
        if whole or "*" in branch:
            branch.clear()
        if position < len(tokens) and tokens[position] == ",":
            position += 1
    return position


def check_paths(tree: Mask, message: str, path: str = "") -> None:
    """Refuse a response mask that names a field `message` does not have."""
    fields = shapes()[message]
    for name, branch in tree.items():
        here = f"{path}.{name}" if path else name
        kind = fields.get(name)
        if kind is None and name != "*":
            text = (
                "Error expanding 'fields' parameter. "
                f"Cannot find matching fields for path '{here}'."
            )
            raise violations([(here, text)], "Request contains an invalid argument.")
        inner = (kind or "").lstrip("[{")
        if branch and inner.startswith("@"):
            check_paths(branch, inner[1:], here)


def project(value: Any, tree: Mask) -> Any:
    """Return the part of a JSON value that the mask keeps; a message on the way stays, if empty."""
    if not tree:
        return value
    if isinstance(value, list):
        return [project(item, tree) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {}
    for name, item in value.items():
        branch = tree.get(name, tree.get("*"))
        if branch is None:
            continue
        kept[name] = project(item, branch)
    return kept


def wants(tree: Mask, *path: str) -> bool:
    """Say whether a mask keeps anything at or below a path."""
    for name in path:
        if not tree:
            return True
        branch = tree.get(name, tree.get("*"))
        if branch is None:
            return False
        tree = branch
    return True


def below(tree: Mask, *path: str) -> Mask:
    """Return the mask that applies below a path that it keeps."""
    for name in path:
        branch: Mask = tree.get(name) or tree.get("*") or {}
        tree = branch
    return tree


def merge(old: Mapping[str, Any], new: Mapping[str, Any], tree: Mask) -> dict[str, Any]:
    """Return `old` with the fields under the mask taken from `new`, absent ones removed."""
    if not tree:
        return dict(new)
    result = dict(old)
    for name, branch in tree.items():
        if branch:
            inner = merge(_as_mapping(old.get(name)), _as_mapping(new.get(name)), branch)
            _put(result, name, inner or None)
        else:
            _put(result, name, new.get(name))
    return result


def _as_mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _put(target: dict[str, Any], name: str, value: Any) -> None:
    if value is None:
        target.pop(name, None)
    else:
        target[name] = value


def names(tree: Mask, allowed: Iterable[str]) -> set[str]:
    """Return the top-level names a mask stands for, `*` being all that are allowed."""
    return set(tree) if tree else set(allowed)
