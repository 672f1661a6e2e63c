"""A headless Chromium, driven through its debugging pipe, and a server with a made-up log."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest
import requests

from sheets_sync.emulator.serve import LocalServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-pipe",
    "--window-size=1280,800",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
# The pipe is file descriptors 3 and 4 of the browser; only a child can put them there.
LAUNCHER = """
import fcntl, os, sys
read, write = (fcntl.fcntl(int(given), fcntl.F_DUPFD, 10) for given in sys.argv[1:3])
os.dup2(read, 3)
os.dup2(write, 4)
os.execvp(sys.argv[3], sys.argv[3:])
"""
KEYS = {"ArrowUp": 38, "ArrowDown": 40, "ArrowLeft": 37, "ArrowRight": 39}
KEYS |= {"Home": 36, "End": 35, "PageUp": 33, "PageDown": 34, "Enter": 13, "Tab": 9, "Escape": 27}
KEYS |= {"Delete": 46, "Backspace": 8, "F2": 113, "F6": 117, "F10": 121}
ALT, CONTROL, SHIFT = 1, 2, 8
PATIENCE_S = 20.0


class Browser:
    """One page in a headless Chromium."""

    def __init__(self, profile: Path, language: str) -> None:
        from_us, self._write = os.pipe()
        self._read, from_browser = os.pipe()
        command = [sys.executable, "-c", LAUNCHER, str(from_us), str(from_browser), "chromium"]
        flags = [*FLAGS, f"--user-data-dir={profile}", f"--accept-lang={language}"]
        self._process = subprocess.Popen(
            [*command, *flags],
            pass_fds=(from_us, from_browser),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(from_us)
        os.close(from_browser)
        self._buffer = b""
        self._serial = 0
        self._session: str | None = None
        self._context: str | None = None
        self.complaints: list[str] = []
        self.renew()

    def renew(self) -> None:
        """Begin as a browser that was just started does: another page, nothing kept, no complaints."""
        self._session = None
        if self._context is not None:
            self._call("Target.disposeBrowserContext", browserContextId=self._context)
        context = self._call("Target.createBrowserContext")["browserContextId"]
        place = {"url": "about:blank", "browserContextId": context, "width": 1280, "height": 800}
        target = self._call("Target.createTarget", **place)["targetId"]
        attached = self._call("Target.attachToTarget", targetId=target, flatten=True)
        self._context, self._session = context, attached["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self._call(f"{domain}.enable")
        self.complaints = []

    def _call(self, method: str, **params: Any) -> dict[str, Any]:
        self._serial += 1
        message: dict[str, Any] = {"id": self._serial, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._serial:
                assert "error" not in answer, answer
                return answer["result"]
            self._note(answer)

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            chunk = os.read(self._read, 1 << 16)
            assert chunk, "the browser ended"
            self._buffer += chunk
        message, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(message)

    def _note(self, event: dict[str, Any]) -> None:
        if event.get("method") == "Runtime.exceptionThrown":
            details = event["params"]["exceptionDetails"]
            self.complaints.append(details.get("exception", details).get("description", "?"))
        if event.get("method") == "Log.entryAdded":
            entry = event["params"]["entry"]
            if "favicon" not in entry.get("url", ""):
                self.complaints.append(entry["text"])

    def open(self, url: str) -> None:
        """Load an address, even when only its fragment differs from the one that is open."""
        self._call("Page.navigate", url="about:blank")
        self._call("Page.navigate", url=url)
        self.wait("location.href !== 'about:blank' && document.readyState === 'complete'")

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression in the page; promises are waited for."""
        answer = self._call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def wait(self, expression: str) -> Any:
        """The value of an expression as soon as it is true in JavaScript's sense."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            value = self.evaluate(f"(v => v instanceof Node || v)({expression})")
            if value:
                return value
            time.sleep(0.05)
        text = self.evaluate("document.body.innerText.slice(0, 600)")
        pytest.fail(f"never true: {expression}\n{self.complaints}\n{text}")

    def key(self, key: str, modifiers: int = 0, commands: tuple[str, ...] = ()) -> None:
        """Press and release a key; `commands` are what an editor does at it, such as paste."""
        code = KEYS.get(key) or (ord(key.upper()) if key.isascii() and key.isalnum() else 0)
        text = {"Enter": "\r"}.get(key, key if len(key) == 1 and not modifiers & ~SHIFT else "")
        common = {"key": key, "code": key, "windowsVirtualKeyCode": code, "modifiers": modifiers}
        down = {"type": "keyDown", "text": text, "commands": list(commands)}
        self._call("Input.dispatchKeyEvent", **down, **common)
        self._call("Input.dispatchKeyEvent", type="keyUp", **common)

    def keys(self, text: str) -> None:
        """Press a key for each character."""
        for character in text:
            self.key(character)

    def compose(self, *stages: str) -> None:
        """Write with an input method: each stage of the word, the last one being chosen."""
        for stage in stages[:-1]:
            where = {"selectionStart": len(stage), "selectionEnd": len(stage)}
            self._call("Input.imeSetComposition", text=stage, **where)
        self._call("Input.insertText", text=stages[-1])

    def paste(self, text: str) -> None:
        """Put a text on the clipboard and press Ctrl+V."""
        allowed = ["clipboardReadWrite", "clipboardSanitizedWrite"]
        session, self._session = self._session, None
        self._call("Browser.grantPermissions", permissions=allowed)
        self._session = session
        self.evaluate(f"navigator.clipboard.writeText({json.dumps(text)}).then(() => true)")
        self.key("v", CONTROL, ("paste",))

    def type(self, text: str) -> None:
        """Put text where the keyboard is."""
        self._call("Input.insertText", text=text)

    def click(self, selector: str, modifiers: int = 0, times: int = 1) -> None:
        """Click the middle of an element, once or twice in a row."""
        x, y = self.middle(selector)
        for count in range(1, times + 1):
            common = {"x": x, "y": y, "button": "left", "clickCount": count, "modifiers": modifiers}
            self._call("Input.dispatchMouseEvent", type="mousePressed", buttons=1, **common)
            self._call("Input.dispatchMouseEvent", type="mouseReleased", **common)

    def choose(self, button: str, label: str) -> None:
        """Open the menu of a button and click the item whose label holds a text."""
        self.click(button)
        self.wait("document.querySelector('.menu')")
        self.evaluate(
            "[...document.querySelectorAll('.menu button')]"
            f".find(e => (e.textContent || e.title).includes({json.dumps(label)})).id = 'wanted'"
        )
        self.click("#wanted")

    def hover(self, selector: str) -> None:
        """Move the pointer over the middle of an element."""
        x, y = self.middle(selector)
        self._call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def middle(self, selector: str) -> tuple[float, float]:
        """Where the middle of an element is."""
        box = self.evaluate(
            f"(() => {{ const b = document.querySelector({json.dumps(selector)})"
            ".getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; })()"
        )
        return box[0], box[1]

    def lose_network(self, *, lost: bool = True) -> None:
        """Cut the page off from every server, or let it back."""
        self._call("Network.enable")
        speed = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        self._call("Network.emulateNetworkConditions", offline=lost, **speed)

    def resize(self, width: int, height: int) -> None:
        """Give the page a size in pixels."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self._call("Emulation.setDeviceMetricsOverride", **size)

    def picture(self, path: Path) -> None:
        """Write what can be seen as a PNG file."""
        path.write_bytes(base64.b64decode(self._call("Page.captureScreenshot")["data"]))

    def close(self) -> None:
        """End the browser and wait for it."""
        self._session = None
        os.write(self._write, json.dumps({"id": 0, "method": "Browser.close"}).encode() + b"\0")
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._write)
        os.close(self._read)


@pytest.fixture(scope="session")
def _started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, list[Browser]]]:
    """Return the browsers that run, by language: starting one takes longer than most tests."""
    started: dict[str, list[Browser]] = {}
    yield started
    for each in (one for group in started.values() for one in group):
        each.close()


@pytest.fixture
def browser(
    _started: dict[str, list[Browser]], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], Browser]:
    """Give a browser as it is when just started, whose reader has a language such as zh-CN."""
    if shutil.which("chromium") is None:
        pytest.skip("Chromium is not installed")
    taken: list[Browser] = []

    def start(language: str = "zh-CN") -> Browser:
        group = _started.setdefault(language, [])
        free = next((one for one in group if one not in taken), None)
        if free is None:
            group.append(free := Browser(tmp_path_factory.mktemp("profile"), language))
        else:
            free.renew()
        taken.append(free)
        return free

    return start


HEADINGS = ["日期", "SKU", "销量", "7日ACOS", "备注", "点击", "CTR", "预警码"]
ROWS = 60
RED = {"red": 179 / 255, "green": 38 / 255, "blue": 30 / 255}
WHITE = {"red": 1, "green": 1, "blue": 1}


def cell(value: float | str, kind: str | None = None, pattern: str = "") -> dict[str, Any]:
    """A CellData with a value and perhaps a number format."""
    value_type = "stringValue" if isinstance(value, str) else "numberValue"
    made: dict[str, Any] = {"userEnteredValue": {value_type: value}}
    if kind:
        number_format = {"type": kind, "pattern": pattern}
        made["userEnteredFormat"] = {"numberFormat": number_format}
    return made


def log_rows() -> list[dict[str, Any]]:
    """A heading and 59 days of a log; every tenth day is over its ACOS limit."""
    rows = [{"values": [cell(heading) for heading in HEADINGS]}]
    for row in range(1, ROWS):
        acos = 0.5 if row % 10 == 0 else 0.2
        values = [
            cell(46_000 + row, "DATE", "yyyy-mm-dd"),
            cell(f"KT-{row:03d}"),
            cell(row * 1000, "NUMBER", "#,##0"),
            cell(acos, "PERCENT", "0.0%"),
            cell("<img src=x onerror=alert(1)>" if row == 2 else ""),
            cell(row),
            cell(row / 1000, "PERCENT", "0.0%"),
            cell("|acos_7d:critical|" if acos > 0.4 else ""),
        ]
        if row == 1:
            values[4]["note"] = "供应商说船期推迟"
        rows.append({"values": values})
    return rows


def columns(start: int, end: int) -> dict[str, Any]:
    """A DimensionRange of the daily tab's columns."""
    return {"sheetId": 11, "dimension": "COLUMNS", "startIndex": start, "endIndex": end}


def log_requests() -> list[dict[str, Any]]:
    """What makes the daily tab: cells, a red rule, a hidden column and a collapsed group."""
    rule = {
        "condition": {
            "type": "CUSTOM_FORMULA",
            "values": [{"userEnteredValue": '=ISNUMBER(SEARCH("|acos_7d:critical|";$H2))'}],
        },
        "format": {
            "backgroundColorStyle": {"rgbColor": RED},
            "textFormat": {"bold": True, "foregroundColorStyle": {"rgbColor": WHITE}},
        },
    }
    coloured = {"sheetId": 11, "startRowIndex": 1, "startColumnIndex": 3, "endColumnIndex": 4}
    hidden = {"range": columns(7, 8), "properties": {"hiddenByUser": True}}
    group = {"range": columns(5, 7), "depth": 1, "collapsed": True}
    start = {"sheetId": 11, "rowIndex": 0, "columnIndex": 0}
    fields = "userEnteredValue,userEnteredFormat.numberFormat,note"
    return [
        {"updateCells": {"start": start, "rows": log_rows(), "fields": fields}},
        {
            "addConditionalFormatRule": {
                "index": 0,
                "rule": {"ranges": [coloured], "booleanRule": rule},
            }
        },
        {"updateDimensionProperties": {**hidden, "fields": "hiddenByUser"}},
        {"addDimensionGroup": {"range": columns(5, 7)}},
        {"updateDimensionGroup": {"dimensionGroup": group, "fields": "collapsed"}},
    ]


class Log:
    """A server with one made-up spreadsheet: a daily tab (11) and a tall one (12)."""

    def __init__(self, server: LocalServer) -> None:
        self.url = server.url.rstrip("/")
        grid = {"rowCount": ROWS, "columnCount": 8, "frozenRowCount": 1, "frozenColumnCount": 2}
        tall = {"rowCount": 15_000, "columnCount": 40}
        body = {
            "properties": {"title": "acme 运营日报", "locale": "de_DE"},
            "sheets": [
                {"properties": {"sheetId": 11, "title": "日报 2026-07", "gridProperties": grid}},
                {"properties": {"sheetId": 12, "title": "大表", "gridProperties": tall}},
            ],
        }
        made = requests.post(f"{self.url}/v4/spreadsheets", json=body, timeout=30)
        assert made.ok, made.text
        self.id = made.json()["spreadsheetId"]
        self.change(*log_requests())

    def change(self, *asked: dict[str, Any]) -> None:
        """Apply requests of a batchUpdate."""
        address = f"{self.url}/v4/spreadsheets/{self.id}:batchUpdate"
        answer = requests.post(address, json={"requests": list(asked)}, timeout=30)
        assert answer.ok, answer.text

    def put(self, row: int, column: int, value: float | str, tab: int = 11) -> None:
        """Write one value."""
        start = {"sheetId": tab, "rowIndex": row, "columnIndex": column}
        rows = [{"values": [cell(value)]}]
        self.change({"updateCells": {"start": start, "rows": rows, "fields": "userEnteredValue"}})

    def values(self, area: str, option: str = "FORMATTED_VALUE") -> list[list[Any]]:
        """The values of a range of the daily tab, or of any in full A1 notation."""
        place = area if "!" in area else f"日报 2026-07!{area}"
        address = f"{self.url}/v4/spreadsheets/{self.id}/values/{place}"
        answer = requests.get(address, params={"valueRenderOption": option}, timeout=30)
        assert answer.ok, answer.text
        values: list[list[Any]] = answer.json().get("values", [])
        return values

    def value(self, cell_name: str) -> str:
        """What one cell of the daily tab shows."""
        values = self.values(cell_name)
        return str(values[0][0]) if values and values[0] else ""

    def soon(self, cell_name: str, expected: str) -> None:
        """Wait until a cell of the daily tab shows a text."""
        until = time.monotonic() + PATIENCE_S
        while self.value(cell_name) != expected:
            assert time.monotonic() < until, f"{cell_name} is {self.value(cell_name)!r}"
            time.sleep(0.05)

    def read(self, fields: str, *ranges: str) -> dict[str, Any]:
        """The spreadsheet's JSON, only the given fields."""
        query = [("fields", fields), *(("ranges", f"日报 2026-07!{each}") for each in ranges)]
        address = f"{self.url}/v4/spreadsheets/{self.id}"
        answer = requests.get(address, params=query, timeout=30)
        assert answer.ok, answer.text
        body: dict[str, Any] = answer.json()
        return body

    def tab(self, sheet_id: int = 11) -> str:
        """The address of a tab's page."""
        return f"{self.url}/#{self.id}/{sheet_id}"


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    """A running server with the made-up log."""
    with LocalServer(tmp_path / "sheets", port=0) as server:
        yield Log(server)


@pytest.fixture
def empty_server(tmp_path: Path) -> Iterator[str]:
    """The address of a running server without a spreadsheet."""
    with LocalServer(tmp_path / "sheets", port=0) as server:
        yield server.url


class StoppingLog(Log):
    """The made-up log on a server that the test itself ends with `stop`."""

    def __init__(self, stack: ExitStack, data: Path) -> None:
        self.stop = stack.close
        super().__init__(stack.enter_context(LocalServer(data, port=0)))


@pytest.fixture
def stopping_log(tmp_path: Path) -> Iterator[StoppingLog]:
    """A running server with the made-up log that can be stopped early."""
    with ExitStack() as stack:
        yield StoppingLog(stack, tmp_path / "sheets")


@pytest.fixture(scope="module")
def page_module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str, str], Any]]:
    """Call a function of one of the page's modules by a JavaScript expression."""
    if shutil.which("chromium") is None:
        pytest.skip("Chromium is not installed")
    home = tmp_path_factory.mktemp("modules")
    with LocalServer(home / "sheets", port=0) as server:
        browser = Browser(home / "profile", "zh-CN")
        browser.open(server.url)
        browser.wait("document.readyState === 'complete'")
        yield lambda name, call: browser.evaluate(f"import('/page/{name}.js').then(m => m.{call})")
        browser.close()


@pytest.fixture
def format_module(page_module: Callable[[str, str], Any]) -> Callable[[str], Any]:
    """Call a function of the page's format module."""
    return lambda call: page_module("format", call)
