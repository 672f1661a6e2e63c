"""The HTTP face of the server: routes, the error envelope, faults, quotas and the page."""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from sheets_sync.emulator import admin, drive_api, drive_routes, faults, sheets_api, sheets_routes
from sheets_sync.emulator.access import Access
from sheets_sync.emulator.blobs import Shelf
from sheets_sync.emulator.call import Answer, Call, refused
from sheets_sync.emulator.drives import Drives
from sheets_sync.emulator.faults import Fault, Faults
from sheets_sync.emulator.identity import OPEN, Caller, Identities
from sheets_sync.emulator.quotas import Quota
from sheets_sync.emulator.refusal import ApiError, not_found, unsupported
from sheets_sync.emulator.requests.batch import METADATA_ON_COPY, METADATA_ON_SORT
from sheets_sync.emulator.storage import Library
from sheets_sync.emulator.tree import Tree

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
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_HEADERS = ("host", "content-range", "x-upload-content-type", "x-upload-content-length")
"""The headers that a call is answered by."""

HangUp = Callable[[Scope], None]
"""Closes the connection a request came on, without an answer."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a server behaves where that is a choice."""

    auth: str = OPEN
    """`open` lets callers without a known token in as the owner, `required` does not."""
    quotas: bool = False
    metadata_on_copy: bool = False
    """Whether developer metadata is copied along with its sheet; Google does not say."""
    metadata_on_sort: bool = False
    """Whether developer metadata of rows moves along when they are sorted; Google does not say."""
    clock: Callable[[], float] = time.monotonic
    """Seconds, for the quotas."""

    @property
    def settings(self) -> frozenset[str]:
        """The choices that the journal keeps with each batch."""
        chosen = {METADATA_ON_COPY: self.metadata_on_copy, METADATA_ON_SORT: self.metadata_on_sort}
        return frozenset(name for name, wanted in chosen.items() if wanted)


class Server:
    """Everything behind the routes: the spreadsheets, the flags, the ordered faults."""

    def __init__(self, data: Path, options: Options) -> None:
        self.data = data
        self.library = Library(data)
        self.tree = Tree(self.library, Shelf(data), Drives(data))
        self.access = Access()
        self.faults = Faults()
        self.identities = Identities(data, options.auth)
        self.quota: Quota | None = None
        self._clock = options.clock
        self.limit(enabled=options.quotas)
        settings = options.settings
        self.sheets = sheets_api.SheetsApi(self.library, self.access, self.tree, settings)
        self.drive = drive_api.DriveApi(self.tree, self.access)
        self.counts = {"read": 0, "write": 0}

    def limit(self, *, enabled: bool) -> None:
        """Turn the quotas on, with nothing spent, or off."""
        self.quota = Quota(self._clock) if enabled else None

    def close(self) -> None:
        """Let go of the files."""
        self.library.close()


def create_app(server: Server, hang_up: HangUp, *, any_host: bool = False) -> Starlette:
    """Return the application; `hang_up` drops a connection when a fault says so."""
    api = _Api(server, hang_up)
    front = _Page(server.identities)
    methods = list(_METHODS)
    middleware = [Middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)]
    if not any_host:
        middleware.insert(0, Middleware(_OnlyLoopback))
    return Starlette(
        routes=[
            *admin.routes(server, str(server.data)),
            Route("/v4/{rest:path}", api.answer, methods=methods),
            Route("/drive/{rest:path}", api.answer, methods=methods),
            Route("/upload/{rest:path}", api.answer, methods=methods),
            Route("/", front.answer),
            Route("/page/{name}", front.answer),
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
            foreign = origin and _host(origin.partition("://")[2]) not in admin.LOOPBACK
            if host not in admin.LOOPBACK or foreign:
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
            request.headers.get("content-type", ""),
            headers={name: request.headers[name] for name in _HEADERS if name in request.headers},
        )
        name, writing, spreadsheet = _about(call)
        try:
            caller = self._caller(request, call)
            caller.check_scope(drive=_is_drive(call), writing=writing)
        except ApiError as error:
            return _response(refused(error))
        call = replace(call, caller=caller)
        if caller.is_page:
            return await run_in_threadpool(self._carry_out, call, writing=writing)
        self.server.counts["write" if writing else "read"] += 1
        fault = self.server.faults.take(name, spreadsheet, writing=writing)
        if fault is not None and fault.kind not in ("slow", "drop-after"):
            return await self._fail(request, call, fault, writing=writing)
        if fault is not None and fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        response = await run_in_threadpool(self._carry_out, call, writing=writing)
        if fault is not None and fault.kind == "drop-after":
            return await self._dropped(request)
        return response

    def _caller(self, request: Request, call: Call) -> Caller:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        given = token.strip() if scheme.lower() == "bearer" else call.option("access_token")
        cookie = request.cookies.get(_cookie(request))
        return self.server.identities.caller(given or None, cookie, drive=_is_drive(call))

    async def _fail(self, request: Request, call: Call, fault: Fault, *, writing: bool) -> Response:
        if fault.kind == "drop-before":
            return await self._dropped(request)
        if fault.kind == "502html":
            return Response(faults.HTML_502, 502, media_type="text/html; charset=UTF-8")
        return _response(
            refused(faults.refusal(fault.kind, writing=writing, drive=_is_drive(call)))
        )

    async def _dropped(self, request: Request) -> Response:
        """Close the connection; the answer returned here goes nowhere."""
        self.hang_up(request.scope)
        while (await request.receive())["type"] != "http.disconnect":
            pass
        return Response(status_code=503)

    def _carry_out(self, call: Call, *, writing: bool) -> Response:
        try:
            quota = None if call.caller.is_page or _is_drive(call) else self.server.quota
            if quota is not None:
                quota.spend(call.caller.email, writing=writing)
            return _response(self._dispatch(call))
        except ApiError as error:
            return _response(refused(error))
        except Exception:  # noqa: BLE001 - the outermost loop: a bug becomes a 500, and is logged
            _LOG.exception("a call failed: %s %s", call.method, call.path)
            message = "Internal error encountered."
            return _response(refused(ApiError(message, code=500)))

    def _dispatch(self, call: Call) -> Answer:
        found = sheets_routes.find(call.method, call.path)
        if found is not None:
            route, parts = found
            answer = self.server.sheets.answer(call, route, parts)
            self._edit_after(route.name, parts.get("id"))
            return answer
        known = drive_routes.find(call.method, call.path)
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
    found = sheets_routes.find(call.method, call.path)
    if found is not None:
        return found[0].name, found[0].writes, found[1].get("id")
    known = drive_routes.find(call.method, call.path)
    if known is not None:
        return f"drive_{known[0]}", drive_routes.writes(known[0]), known[1].get("id")
    return "unknown", call.method != "GET", None


def _is_drive(call: Call) -> bool:
    return not call.path.startswith("/v4/")


def _cookie(request: Request) -> str:
    """Return the name of the page's cookie; browsers share cookies between the ports of a host."""
    return f"local-sheets-{request.url.port}"


def _response(answer: Answer) -> Response:
    return Response(
        answer.encoded(), answer.status, headers=answer.headers, media_type=answer.media_type
    )


class _Page:
    """Serves the files of the page, and lets a browser on this computer in as the owner."""

    def __init__(self, identities: Identities) -> None:
        self._identities = identities

    async def answer(self, request: Request) -> Response:
        """Serve one file; only names that the package has are known."""
        name = request.path_params.get("name") or "index.html"
        response = await run_in_threadpool(_page_file, name)
        if name == "index.html" and admin.is_local(request):
            secret = self._identities.page_secret
            response.set_cookie(_cookie(request), secret, httponly=True, samesite="strict")
        return response


_PAGE_HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""The page runs its own scripts only, and no other page may frame it."""


def _page_file(name: str) -> Response:
    folder = resources.files("sheets_sync.emulator").joinpath("page")
    if folder.is_dir():
        for item in folder.iterdir():
            media_type = _PAGE_TYPES.get(Path(item.name).suffix)
            if item.name == name and media_type is not None:
                return Response(item.read_bytes(), media_type=media_type, headers=_PAGE_HEADERS)
    return JSONResponse(not_found().body(), 404)
