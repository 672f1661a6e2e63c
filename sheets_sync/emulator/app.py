"""The HTTP face of the server: routes, the error envelope, faults, quotas and the page."""

import asyncio
import logging
import time
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from sheets_sync.emulator import drive_api, faults, sheets_api
from sheets_sync.emulator.access import Access
from sheets_sync.emulator.call import Answer, Call, refused
from sheets_sync.emulator.faults import Fault, Faults, Quota
from sheets_sync.emulator.refusal import ApiError, not_found, unsupported
from sheets_sync.emulator.storage import ID, Library

_LOG = logging.getLogger(__name__)
_PAGE_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".ico": "image/x-icon",
    ".png": "image/png",
    ".json": "application/json",
}
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")

HangUp = Callable[[Scope], None]
"""Closes the connection a request came on, without an answer."""


class Server:
    """Everything behind the routes: the spreadsheets, the flags, the ordered faults."""

    def __init__(self, data: Path, *, quotas: bool = False) -> None:
        self.data = data
        self.library = Library(data)
        self.access = Access()
        self.faults = Faults()
        self.quota = Quota() if quotas else None
        self.sheets = sheets_api.SheetsApi(self.library, self.access)
        self.drive = drive_api.DriveApi(self.library, self.access)
        self.counts = {"read": 0, "write": 0}

    def close(self) -> None:
        """Let go of the files."""
        self.library.close()


def create_app(server: Server, hang_up: HangUp, *, any_host: bool = False) -> Starlette:
    """Return the application; `hang_up` drops a connection when a fault says so."""
    api = _Api(server, hang_up)
    admin = _Admin(server)
    methods = list(_METHODS)
    middleware = [Middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)]
    if not any_host:
        middleware.insert(0, Middleware(_OnlyLoopback))
    return Starlette(
        routes=[
            Route("/healthz", admin.health),
            Route("/admin/faults", admin.order_fault, methods=["POST"]),
            Route("/admin/faults", admin.forget_faults, methods=["DELETE"]),
            Route("/admin/counts", admin.counts),
            Route("/admin/spreadsheets/{spreadsheet_id}", admin.flag, methods=["POST"]),
            Route("/v4/{rest:path}", api.answer, methods=methods),
            Route("/drive/{rest:path}", api.answer, methods=methods),
            Route("/upload/{rest:path}", api.answer, methods=methods),
            Route("/", _page),
            Route("/page/{name}", _page),
        ],
        middleware=middleware,
        exception_handlers={404: _no_such_page, 405: _no_such_page, ApiError: _refuse},
    )


async def _refuse(_: Request, error: Exception) -> Response:
    """Answer a refusal that was raised outside the API."""
    body = error.body() if isinstance(error, ApiError) else {}
    return JSONResponse(body, getattr(error, "code", 500))


async def _no_such_page(_: Request, __: Exception) -> Response:
    return JSONResponse(not_found().body(), 404)


class _OnlyLoopback:
    """Refuses requests that a web page elsewhere could have caused: foreign Host or Origin."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = dict(scope["headers"])
            host = _host(headers.get(b"host", b"").decode("latin-1"))
            origin = headers.get(b"origin", b"").decode("latin-1")
            foreign = origin and _host(origin.partition("://")[2]) not in _LOOPBACK
            if host not in _LOOPBACK or foreign:
                message = "This server answers only requests to and from this computer."
                error = ApiError(message, code=403)
                await JSONResponse(error.body(), 403)(scope, receive, send)
                return
        await self.app(scope, receive, send)


def _host(text: str) -> str:
    if text.startswith("["):
        return text.partition("]")[0] + "]"
    return text.partition(":")[0].lower()


class _Api:
    """Answers Sheets and Drive calls, each in a worker thread."""

    def __init__(self, server: Server, hang_up: HangUp) -> None:
        self.server = server
        self.hang_up = hang_up

    async def answer(self, request: Request) -> Response:
        raw_path = request.scope.get("raw_path") or request.scope["path"].encode()
        call = Call(
            request.method,
            raw_path.decode("latin-1"),
            parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True),
            await request.body(),
        )
        name, writing, spreadsheet = _about(call)
        self.server.counts["write" if writing else "read"] += 1
        fault = self.server.faults.take(name, spreadsheet, writing=writing)
        if fault is not None and fault.kind not in ("slow", "drop-after"):
            return await self._fail(request, fault, writing=writing)
        if fault is not None and fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        response = await run_in_threadpool(self._carry_out, call, writing=writing)
        if fault is not None and fault.kind == "drop-after":
            return await self._dropped(request)
        return response

    async def _fail(self, request: Request, fault: Fault, *, writing: bool) -> Response:
        if fault.kind == "drop-before":
            return await self._dropped(request)
        if fault.kind == "502html":
            return Response(faults.HTML_502, 502, media_type="text/html; charset=UTF-8")
        return _response(refused(faults.refusal(fault.kind, writing=writing)))

    async def _dropped(self, request: Request) -> Response:
        """Close the connection; the answer returned here goes nowhere."""
        self.hang_up(request.scope)
        while (await request.receive())["type"] != "http.disconnect":
            pass
        return Response(status_code=503)

    def _carry_out(self, call: Call, *, writing: bool) -> Response:
        try:
            if self.server.quota is not None and call.path.startswith("/v4/"):
                self.server.quota.spend(writing=writing)
            return _response(self._dispatch(call))
        except ApiError as error:
            return _response(refused(error))
        except Exception:  # noqa: BLE001 - the outermost loop: a bug becomes a 500, and is logged
            _LOG.exception("a call failed: %s %s", call.method, call.path)
            message = "Internal error encountered."
            return _response(refused(ApiError(message, code=500)))

    def _dispatch(self, call: Call) -> Answer:
        found = sheets_api.find(call.method, call.path)
        if found is not None:
            route, parts = found
            answer = self.server.sheets.answer(call, route, parts)
            self._edit_after(route.name, parts.get("id"))
            return answer
        known = drive_api.find(call.method, call.path)
        if known is not None:
            return self.server.drive.answer(call, *known)
        raise unsupported(f"{call.method} {call.path}")

    def _edit_after(self, name: str, spreadsheet: str | None) -> None:
        """Let the ordered edit slip in behind a reading of values."""
        if spreadsheet is None or not name.startswith("values_") or "get" not in name:
            return
        fault = self.server.faults.take_edit(name, spreadsheet)
        volume = self.server.library.get(spreadsheet) if fault is not None else None
        if fault is not None and volume is not None:
            volume.change({"kind": "batchUpdate", "requests": fault.batch})


def _about(call: Call) -> tuple[str, bool, str | None]:
    """Return a call's name, whether it writes, and the spreadsheet it is about."""
    found = sheets_api.find(call.method, call.path)
    if found is not None:
        return found[0].name, found[0].writes, found[1].get("id")
    known = drive_api.find(call.method, call.path)
    if known is not None:
        return f"drive_{known[0]}", drive_api.writes(known[0]), known[1].get("id")
    return "unknown", call.method != "GET", None


def _response(answer: Answer) -> Response:
    return Response(
        answer.encoded(), answer.status, headers=answer.headers, media_type=answer.media_type
    )


class _Admin:
    """The endpoints for tests and for whoever looks after the server."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.started = time.time()

    async def health(self, _: Request) -> Response:
        return JSONResponse({"data": str(self.server.data), "since": self.started})

    async def counts(self, _: Request) -> Response:
        return JSONResponse(self.server.counts)

    async def order_fault(self, request: Request) -> Response:
        self.server.faults.order(faults.from_json(_admin_json(await request.body())))
        return JSONResponse({})

    async def forget_faults(self, _: Request) -> Response:
        self.server.faults.forget()
        return JSONResponse({})

    async def flag(self, request: Request) -> Response:
        spreadsheet_id = request.path_params["spreadsheet_id"]
        body = _admin_json(await request.body())
        known = not set(body) - {"readOnly", "forbidden"}
        if not ID.fullmatch(spreadsheet_id) or not known:
            raise ApiError("The flags of a spreadsheet are readOnly and forbidden.")
        self.server.access.set(
            spreadsheet_id, read_only=body.get("readOnly"), hidden=body.get("forbidden")
        )
        return JSONResponse({})


def _admin_json(raw: bytes) -> dict[str, Any]:
    body = Call("POST", "/admin", raw=raw).json()
    if not isinstance(body, dict):
        raise ApiError("The body must be a JSON object.")
    return body


async def _page(request: Request) -> Response:
    """Serve a file of the page; only names that the package has are known."""
    name = request.path_params.get("name") or "index.html"
    folder = resources.files("sheets_sync.emulator").joinpath("page")
    if folder.is_dir():
        for item in folder.iterdir():
            media_type = _PAGE_TYPES.get(Path(item.name).suffix)
            if item.name == name and media_type is not None:
                headers = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
                content = await run_in_threadpool(item.read_bytes)
                return Response(content, media_type=media_type, headers=headers)
    return JSONResponse(not_found().body(), 404)
