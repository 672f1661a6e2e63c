"""The endpoints for tests and for whoever looks after the server."""

import time
from typing import Any, Protocol
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sheets_sync.emulator import faults
from sheets_sync.emulator.access import Access
from sheets_sync.emulator.call import Call
from sheets_sync.emulator.faults import Faults
from sheets_sync.emulator.identity import Identities, TokenRefused
from sheets_sync.emulator.refusal import ApiError, forbidden
from sheets_sync.emulator.storage import ID

LOOPBACK = ("127.0.0.1", "localhost", "[::1]", "::1")
_NO_STORE = {"Cache-Control": "no-store"}


class Adjustable(Protocol):
    """A server, as far as it can be adjusted while it runs."""

    access: Access
    faults: Faults
    identities: Identities
    counts: dict[str, int]

    def limit(self, *, enabled: bool) -> None:
        """Turn the quotas on, with nothing spent, or off."""


def is_local(request: Request) -> bool:
    """Say whether a request comes from this computer."""
    return request.client is not None and request.client.host in LOOPBACK


def routes(server: Adjustable, data: str) -> list[Route]:
    """Return the routes of the admin endpoints and of the token endpoint."""
    admin = _Admin(server, data)
    return [
        Route("/healthz", admin.health),
        Route("/token", admin.token, methods=["POST"]),
        Route("/admin/faults", admin.order_fault, methods=["POST"]),
        Route("/admin/faults", admin.forget_faults, methods=["DELETE"]),
        Route("/admin/counts", admin.show_counts),
        Route("/admin/quotas", admin.limit, methods=["POST"]),
        Route("/admin/credentials", admin.credentials),
        Route("/admin/tokens", admin.forget_tokens, methods=["DELETE"]),
        Route("/admin/spreadsheets/{spreadsheet_id}", admin.flag, methods=["POST"]),
    ]


class _Admin:
    """All of them need a caller on this computer, except the token endpoint and the health check."""

    def __init__(self, server: Adjustable, data: str) -> None:
        self.server = server
        self.data = data
        self.started = time.time()

    async def health(self, _: Request) -> Response:
        return JSONResponse({"data": self.data, "since": self.started})

    async def token(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode("latin-1")))
        try:
            answer = self.server.identities.exchange(form, _base(request))
        except TokenRefused as error:
            return JSONResponse(error.body, error.status, headers=_NO_STORE)
        return JSONResponse(answer, headers=_NO_STORE)

    async def credentials(self, request: Request) -> Response:
        _only_local(request)
        query = request.query_params
        kind, name = query.get("type") or "service_account", query.get("name")
        made = self.server.identities.credentials(kind, name, _base(request))
        return JSONResponse(made, headers=_NO_STORE)

    async def forget_tokens(self, request: Request) -> Response:
        _only_local(request)
        self.server.identities.forget_tokens()
        return JSONResponse({})

    async def show_counts(self, _: Request) -> Response:
        return JSONResponse(self.server.counts)

    async def limit(self, request: Request) -> Response:
        body = await _json(request)
        if set(body) != {"enabled"} or not isinstance(body["enabled"], bool):
            raise ApiError('Quotas are turned on and off with {"enabled": true} or false.')
        self.server.limit(enabled=body["enabled"])
        return JSONResponse({})

    async def order_fault(self, request: Request) -> Response:
        self.server.faults.order(faults.from_json(await _json(request)))
        return JSONResponse({})

    async def forget_faults(self, request: Request) -> Response:
        _only_local(request)
        self.server.faults.forget()
        return JSONResponse({})

    async def flag(self, request: Request) -> Response:
        spreadsheet_id = request.path_params["spreadsheet_id"]
        body = await _json(request)
        known = not set(body) - {"readOnly", "forbidden"}
        if not ID.fullmatch(spreadsheet_id) or not known:
            raise ApiError("The flags of a spreadsheet are readOnly and forbidden.")
        self.server.access.set(
            spreadsheet_id, read_only=body.get("readOnly"), hidden=body.get("forbidden")
        )
        return JSONResponse({})


def _only_local(request: Request) -> None:
    if not is_local(request):
        raise forbidden()


def _base(request: Request) -> str:
    return str(request.base_url).rstrip("/")


async def _json(request: Request) -> dict[str, Any]:
    _only_local(request)
    body = Call("POST", "/admin", raw=await request.body()).json()
    if not isinstance(body, dict):
        raise ApiError("The body must be a JSON object.")
    return body
