"""The spreadsheet that is to be adopted: where it is, and what stands in it."""

from __future__ import annotations

import json
import re
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from sheets_sync.config.job import Job
from sheets_sync.core.adoption.matching import TheirTab
from sheets_sync.emulator.serve import ServerInUse, connect
from sheets_sync.errors import ConfigurationError, SheetError, Words
from sheets_sync.sheets import wire
from sheets_sync.sheets.credentials import DEFAULT, UnusableCredentials, load_credentials
from sheets_sync.sheets.gateway import Gateway
from sheets_sync.sheets.tabs import sheet_id_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from urllib.parse import SplitResult

    from sheets_sync.core.tab import Cell

_TABS = (
    "properties.title,"
    "sheets(properties(sheetId,title,sheetType,gridProperties(rowCount,columnCount)),"
    "developerMetadata(metadataKey,metadataValue))"
)
_HEADINGS = (
    "sheets(properties(sheetId),data(columnMetadata(developerMetadata(metadataKey,metadataValue)),"
    "rowData(values(userEnteredFormat))))"
)
_CREDENTIALS = "credentials.json"
_HEALTH_S = 5.0
_ID = re.compile(r"[A-Za-z0-9_-]{8,100}")


@dataclass(frozen=True, slots=True)
class Target:
    """Where a spreadsheet is, and what a job writes down of that."""

    gateway: Gateway
    spreadsheet_id: str
    spreadsheet: str
    credentials: str

    @property
    def is_local(self) -> bool:
        """Return whether it lies in the local server."""
        return self.spreadsheet == "local"


@dataclass(frozen=True)
class Seen:
    """What stands in a spreadsheet. `formats` are those of each tab's headings, by sheet id."""

    title: str
    tabs: tuple[TheirTab, ...]
    formats: Mapping[int, Sequence[Mapping[str, Any]]] = field(default_factory=dict)


@contextmanager
def open_target(folder: Path, address: str) -> Iterator[Target]:
    """Open the way to the spreadsheet at an address, or with an id; nothing is created for it."""
    data = folder / "state" / "local-sheets"
    parts = _split(address)
    with ExitStack() as stack:
        if parts is not None and _is_loopback(parts.hostname):
            _refuse_other_server(parts, data)
            yield _local(stack, data, _local_id(parts, address))
        elif _ID.fullmatch(address) and (data / "spreadsheets" / address).is_dir():
            yield _local(stack, data, address)
        else:
            yield _google(stack, folder, address)


def _local(stack: ExitStack, data: Path, spreadsheet_id: str) -> Target:
    try:
        server = stack.enter_context(connect(data))
    except ServerInUse as error:
        raise SheetError(
            Words(
                f"{data} 被另一个没有应答的程序占用。请结束它,再运行。",
                f"{data} is held by another program that does not answer. End it and run again.",
            )
        ) from error
    gateway = stack.enter_context(Gateway.for_local(server.url))
    return Target(gateway, spreadsheet_id, "local", "default")


def _google(stack: ExitStack, folder: Path, address: str) -> Target:
    found = Job.model_construct(spreadsheet=address).spreadsheet_id
    if found is None:
        raise ConfigurationError(
            Words(
                f"{address!r} 不是表格的网址。请打开那张表,复制浏览器地址栏里的网址(…/spreadsheets/d/…)。",
                f"{address!r} is no spreadsheet's address. Open the sheet and copy the address of the page (.../spreadsheets/d/...).",
            )
        )
    setting = _CREDENTIALS if (folder / _CREDENTIALS).is_file() else DEFAULT
    try:
        credentials = load_credentials(setting, folder)
    except UnusableCredentials as error:
        if setting != DEFAULT:
            raise
        raise _no_credentials(error, folder) from error
    gateway = stack.enter_context(Gateway.for_google(credentials))
    return Target(gateway, found, address, setting)


def _no_credentials(error: UnusableCredentials, folder: Path) -> UnusableCredentials:
    """Say where a key is put while there is no job file that could name one."""
    place = folder / _CREDENTIALS
    advice = Words(
        f"请把服务账号密钥放成 {place},再运行一次(步骤见 docs/credentials.md)。",
        f"Put the key of a service account at {place} and run again (docs/credentials.md has the steps).",
    )
    return UnusableCredentials(error.place, error.wrong, advice)


def _split(address: str) -> SplitResult | None:
    """Return the parts of an address; None of what is none."""
    try:
        return urlsplit(address)
    except ValueError:
        return None


def _is_loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False


def _local_id(parts: SplitResult, address: str) -> str:
    """Return the id in an address of the local server's page (`#ID/TAB`), or in one made like Google's."""
    found = Job.model_construct(spreadsheet=address).spreadsheet_id
    found = found or unquote(parts.fragment).partition("/")[0]
    if not found:
        raise ConfigurationError(
            Words(
                f"{address} 里没有表格。请在页面上打开那张表,再复制地址栏里的网址。",
                f"{address} names no spreadsheet. Open the sheet on that page and copy the address again.",
            )
        )
    return found


def _refuse_other_server(parts: SplitResult, data: Path) -> None:
    """Raise ConfigurationError where the server at an address keeps another folder than the job's."""
    served = _served(parts)
    if served == str(data.resolve()) or (served is None and data.is_dir()):
        return
    place = f"{parts.scheme}://{parts.netloc}"
    said = Words(
        f"{place} 的表格放在 {served}" if served else f"{place} 没有应答",
        f"{place} keeps its sheets in {served}" if served else f"{place} does not answer",
    )
    raise ConfigurationError(
        Words(
            f"{said.zh},而这个任务的本机表格要放在 {data}。请停掉那个服务,把它的文件夹整个复制到 {data},"
            f"用 sheets-sync emulator --data {data} 启动,再用新的网址运行一次。",
            f"{said.en}, but a local sheet of this job lies in {data}. Stop that server, copy its whole folder to {data}, "
            f"start it with sheets-sync emulator --data {data} and run again with the new address.",
        )
    )


def _served(parts: SplitResult) -> str | None:
    """Return which folder the server at an address keeps; None where none answers."""
    try:
        with closing(HTTPConnection(parts.netloc, timeout=_HEALTH_S)) as connection:
            connection.request("GET", "/healthz")
            answer = json.loads(connection.getresponse().read())
    except (OSError, ValueError, HTTPException):
        return None
    return str(answer.get("data", "")) if isinstance(answer, dict) else ""


def read(target: Target) -> Seen:
    """Read every tab of the spreadsheet: four requests, whatever its size."""
    gateway, spreadsheet_id = target.gateway, target.spreadsheet_id
    answer = gateway.metadata(spreadsheet_id, _TABS)
    sheets = [
        sheet
        for sheet in answer.get("sheets", [])
        if sheet["properties"].get("sheetType", "GRID") == "GRID"
    ]
    properties = {sheet["properties"].get("sheetId", 0): sheet["properties"] for sheet in sheets}
    values = _grids(target, list(properties), "UNFORMATTED_VALUE")
    typed = _grids(target, list(properties), "FORMULA")
    ranges = [f"{wire.quoted(one['title'])}!1:1" for one in properties.values()]
    heads = gateway.metadata(spreadsheet_id, _HEADINGS, ranges)
    tags, formats = _headings(heads)
    owners = _tab_tags(sheets)
    tabs = tuple(
        TheirTab(
            sheet_id,
            one["title"],
            values.get(sheet_id, []),
            typed.get(sheet_id, []),
            one["gridProperties"]["rowCount"],
            one["gridProperties"]["columnCount"],
            owners.get(sheet_id),
            tags.get(sheet_id, {}),
        )
        for sheet_id, one in properties.items()
    )
    return Seen(answer["properties"]["title"], tabs, formats)


def _grids(target: Target, sheet_ids: Sequence[int], render: str) -> dict[int, list[list[Cell]]]:
    """Return the cells of whole tabs by column; blank texts are blank cells."""
    filters = [{"gridRange": {"sheetId": sheet_id}} for sheet_id in sheet_ids]
    found = target.gateway.read_ranges(target.spreadsheet_id, filters, render=render)
    return {
        match["dataFilters"][0]["gridRange"].get("sheetId", 0): [
            [None if value == "" else value for value in column]
            for column in match["valueRange"].get("values", [])
        ]
        for match in found
    }


def _headings(
    answer: Mapping[str, Any],
) -> tuple[dict[int, dict[str, int]], dict[int, list[Mapping[str, Any]]]]:
    """Return where tagged columns are, and how the headings look."""
    tags: dict[int, dict[str, int]] = {}
    formats: dict[int, list[Mapping[str, Any]]] = {}
    for sheet in answer.get("sheets", []):
        sheet_id = sheet["properties"].get("sheetId", 0)
        data = sheet.get("data", [{}])[0]
        places = tags.setdefault(sheet_id, {})
        for column, facts in enumerate(data.get("columnMetadata", ())):
            for entry in facts.get("developerMetadata", ()):
                if entry["metadataKey"] == wire.COLUMN_KEY:
                    places.setdefault(entry["metadataValue"], column)
        rows = data.get("rowData", [{}])
        formats[sheet_id] = [
            cell.get("userEnteredFormat", {})
            for cell in (rows[0] if rows else {}).get("values", ())
        ]
    return tags, formats


def _tab_tags(sheets: Sequence[Mapping[str, Any]]) -> dict[int, str]:
    """Return which of our tabs each sheet is; of several with one tag, copies are nobody's."""
    tagged: dict[str, list[int]] = {}
    for sheet in sheets:
        for entry in sheet.get("developerMetadata", ()):
            if entry["metadataKey"] == wire.TAB_KEY:
                sheet_id = sheet["properties"].get("sheetId", 0)
                tagged.setdefault(entry["metadataValue"], []).append(sheet_id)
    return {
        (sheet_id_of(tab) if sheet_id_of(tab) in ids else ids[0]): tab
        for tab, ids in tagged.items()
    }
