"""The kinds of batchUpdate requests, and the batch that applies them all or not at all."""

from collections.abc import Mapping
from typing import Any

from sheets_sync.emulator import guard
from sheets_sync.emulator.identity import OWNER
from sheets_sync.emulator.refusal import ApiError, unsupported
from sheets_sync.emulator.requests import (
    anchors,
    bands,
    cells,
    dimensions,
    edits,
    fill,
    masks,
    metadata,
    moves,
    objects,
    rules,
    tables,
    tabs,
)
from sheets_sync.emulator.requests.batch import Batch, Handler, Mint
from sheets_sync.emulator.schema import camel, shapes
from sheets_sync.emulator.workbook import Workbook

HANDLERS: Mapping[str, Handler] = {
    **tabs.HANDLERS,
    **dimensions.HANDLERS,
    **cells.HANDLERS,
    **moves.HANDLERS,
    **bands.HANDLERS,
    **edits.HANDLERS,
    **fill.HANDLERS,
    **metadata.HANDLERS,
    **rules.HANDLERS,
    **anchors.HANDLERS,
    **objects.HANDLERS,
    **tables.HANDLERS,
}
MAX_REQUESTS = 100_000


def apply_batch(
    book: Workbook,
    requests: list[dict[str, Any]],
    mint: Mint,
    *,
    by: str = OWNER,
    guarded: bool = False,
    settings: frozenset[str] = frozenset(),
) -> tuple[Workbook, list[dict[str, Any]]]:
    """Return the workbook after all requests and one reply for each; the given one is unchanged.

    The first request that cannot be carried out refuses the whole batch. `guarded` enforces
    protections against the person in `by`.
    """
    if not requests:
        raise ApiError("Must specify at least one request.")
    if len(requests) > MAX_REQUESTS:
        raise ApiError(f"Cannot exceed {MAX_REQUESTS} requests in a single batch.")
    kinds = [_kind(index, request) for index, request in enumerate(requests)]
    draft = book.draft()
    batch = Batch(draft, mint, by, settings)
    replies = []
    for index, (kind, body) in enumerate(kinds):
        try:
            masks.check(kind, body)
            if guarded:
                before, draft = draft, draft.draft()
                batch.book = draft
                replies.append(HANDLERS[kind](batch, body))
                guard.check(before, draft, by)
            else:
                replies.append(HANDLERS[kind](batch, body))
        except ApiError as error:
            raise error.within(f"requests[{index}].{kind}") from error
    try:
        draft.check_size()
    except ApiError as error:
        raise error.within(f"requests[{len(kinds) - 1}].{kinds[-1][0]}") from error
    return draft, replies


def _kind(index: int, request: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    given = [(camel(name), body) for name, body in request.items() if body is not None]
    if len(given) != 1:
        raise ApiError(f"Invalid requests[{index}]: Must specify exactly one kind of request.")
    kind, body = given[0]
    if kind not in HANDLERS and kind in shapes()["Request"]:
        raise unsupported(f"the batchUpdate request {kind} (requests[{index}])")
    return kind, body
