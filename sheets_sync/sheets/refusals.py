"""What a spreadsheet, a credential or the network can refuse, and what to do about it.

Each refusal says what happened, to which spreadsheet, and the next step, for the person who can take
it. No message carries a token, a key or a page of HTML; what Google said is quoted, shortened.
"""

from __future__ import annotations

from sheets_sync.errors import SheetError, Words

ENABLE_URL = "https://console.cloud.google.com/apis/library/sheets.googleapis.com"
GCLOUD_LOGIN = (
    "gcloud auth application-default login --client-id-file=client.json "
    "--scopes=https://www.googleapis.com/auth/spreadsheets,"
    "https://www.googleapis.com/auth/cloud-platform"
)
"""gcloud's own OAuth client is no longer given spreadsheets, so a client of one's own is named."""
QUOTED = 300
"""Characters of somebody else's message that are repeated."""


def shortened(text: str) -> str:
    """Return a message on one line, cut to what fits a sentence."""
    line = " ".join(text.split())
    return line if len(line) <= QUOTED else f"{line[:QUOTED]}..."


class NotShared(SheetError):
    """The spreadsheet exists, and this account may not do that to it."""

    def __init__(self, spreadsheet_id: str, account: str | None, message: str = "") -> None:
        self.spreadsheet_id, self.account, self.message = spreadsheet_id, account, message
        whom = (
            Words("凭证所属的 Google 账号", "the Google account of the credentials")
            if account is None
            else Words(account, account)
        )
        words = Words(
            "没有权限访问表格 {id}。请在表格右上角点「共享」,添加 {whom},权限选「编辑者」。",
            "No permission for spreadsheet {id}. Open it, choose Share, and add {whom} as Editor.",
        )
        super().__init__(_with_quote(words.filled(id=spreadsheet_id, whom=whom), message))


class NoSuchSpreadsheet(SheetError):
    """There is no spreadsheet, or no entity inside it, with that id."""

    def __init__(self, spreadsheet_id: str) -> None:
        self.spreadsheet_id = spreadsheet_id
        super().__init__(
            Words(
                "找不到表格 {id}。请核对配置里的 spreadsheet:网址中 /d/ 与 /edit 之间的一段;也可能已被删除。",
                "There is no spreadsheet {id}. Check `spreadsheet` in the job: it is the part of the address between /d/ and /edit; or it was deleted.",
            ).filled(id=spreadsheet_id)
        )


class NotASheet(SheetError):
    """The file is not a Google Sheet, most often an Excel file that lies in Drive."""

    def __init__(self, spreadsheet_id: str) -> None:
        self.spreadsheet_id = spreadsheet_id
        super().__init__(
            Words(
                "{id} 不是 Google 表格(多半是上传的 Excel 文件)。请打开后选「文件 > 另存为 Google 表格」,再用新表格的网址。",
                "{id} is not a Google Sheet, most often because it is an uploaded Excel file. Open it, choose File > Save as Google Sheets, and use the new address.",
            ).filled(id=spreadsheet_id)
        )


class CredentialsRefused(SheetError):
    """Google does not accept the credentials, or grants them too little."""

    def __init__(self, advice: Words, message: str = "") -> None:
        self.advice, self.message = advice, message
        words = Words("Google 不接受这份凭证。{advice}", "Google refuses the credentials. {advice}")
        super().__init__(_with_quote(words.filled(advice=advice), message))


class ApiDisabled(SheetError):
    """The Cloud project of the credentials has not enabled the Sheets API."""

    def __init__(self, url: str | None) -> None:
        self.url = url or ENABLE_URL
        super().__init__(
            Words(
                "凭证所在的 Google Cloud 项目没有启用 Google Sheets API。请打开下面的网址点「启用」,等几分钟再试:{url}",
                "The Google Cloud project of the credentials has not enabled the Google Sheets API. Open this address, choose Enable, wait a few minutes and try again: {url}",
            ).filled(url=self.url)
        )


class RequestRefused(SheetError):
    """The request was understood and refused; nothing was applied."""

    def __init__(self, status: int, message: str) -> None:
        self.status, self.message = status, message
        super().__init__(
            Words(
                "表格没有接受这次请求(HTTP {status}),什么都没有改动。请运行 sheets-sync doctor 查原因。对方说:{message}",
                "The spreadsheet refused the request (HTTP {status}); nothing was changed. Run `sheets-sync doctor` to find the cause. It said: {message}",
            ).filled(status=status, message=shortened(message) or "-")
        )


class QuotaUsedUp(SheetError):
    """The quota of the minute stayed used up after every retry."""

    def __init__(self, tries: int) -> None:
        self.tries = tries
        super().__init__(
            Words(
                "Google 的每分钟配额一直用满,试了 {tries} 次。请看是否有别的程序在用同一份凭证,稍后再运行;已写入的内容不受影响。",
                "Google's per-minute quota stayed used up through {tries} tries. See whether another program uses the same credentials, and run again later; what was written is safe.",
            ).filled(tries=tries)
        )


class Unavailable(SheetError):
    """The server kept answering with faults of its own, or with something that is no answer."""

    def __init__(self, status: int, tries: int) -> None:
        self.status, self.tries = status, tries
        super().__init__(
            Words(
                "表格服务暂时不可用(HTTP {status},试了 {tries} 次)。请过几分钟再运行。",
                "The Sheets service is unavailable (HTTP {status}, {tries} tries). Run again in a few minutes.",
            ).filled(status=status, tries=tries)
        )


class NotGoogle(SheetError):
    """What answered is no Sheets server: a login page or a proxy stands in between."""

    def __init__(self, host: str) -> None:
        self.host = host
        super().__init__(
            Words(
                "{host} 的回答不是表格数据,中间可能隔着登录页或代理。请用浏览器打开任一网页确认网络,再运行。",
                "The answer from {host} is no spreadsheet data; a login page or proxy may stand in between. Open any page in a browser to check the network, then run again.",
            ).filled(host=host)
        )


class NoConnection(SheetError):
    """No answer came: the name, the line, the proxy or the certificate."""

    def __init__(self, host: str, cause: Words, advice: Words) -> None:
        self.host, self.cause, self.advice = host, cause, advice
        super().__init__(
            Words(
                "连不上 {host}:{cause}。{advice}", "No connection to {host}: {cause}. {advice}"
            ).filled(host=host, cause=cause, advice=advice)
        )


class UnknownOutcome(SheetError):
    """A write went out and no answer tells whether it was applied.

    Whoever sent it looks its marker up (`Gateway.marker`) before anything else is sent, and if it has
    to be sent again, sends it with the same marker: a late arrival of the first then excludes the
    second.
    """

    def __init__(self, spreadsheet_id: str, cause: Words) -> None:
        self.spreadsheet_id, self.cause = spreadsheet_id, cause
        super().__init__(
            Words(
                "写入表格 {id} 后没有收到明确答复({cause}),不知道是否已写入。请再运行一次:程序会先查清,不会重复写。",
                "A write to spreadsheet {id} went out and no clear answer came back ({cause}), so it may or may not be there. Run again: the program finds out first and does not write twice.",
            ).filled(id=spreadsheet_id or "-", cause=cause)
        )


def _with_quote(words: Words, message: str) -> Words:
    if not message:
        return words
    quote = shortened(message)
    return Words(f"{words.zh}(Google:{quote})", f"{words.en} (Google: {quote})")
