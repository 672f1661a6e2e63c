"""A new job folder, ready to be filled: what `sheets-sync init` writes.

Settings that are switched off stand in the job file as `#key:`; everything after `# ` explains. The
lists carry a byte order mark, without which Excel shows Chinese as gibberish.
"""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from sheets_sync.errors import ConfigurationError, Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from sheets_sync.errors import Language

Line = str | Words

STORE = "my-store"
"""The name of the store where nothing says another."""
MARKETPLACES: dict[Literal["full", "simple"], tuple[str, ...]] = {
    "full": ("US", "DE", "JP"),
    "simple": ("US",),
}
OWN_TEMPLATE = "template"
"""The folder of a template that is the job's own."""

_JOB, _SKUS, _BENCHMARKS, _INBOX_FOLDER = (
    "sheets-sync.yaml",
    "skus.csv",
    "benchmarks.csv",
    "inbox",
)
_PLAIN = re.compile(r"[A-Za-z\u4e00-\u9fff][\w-]*")
_NOT_TEXT = ("true", "false", "yes", "no", "on", "off", "y", "n", "null")


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a new job: its stores, its spreadsheet, and the files of its own template."""

    stores: Mapping[str, Sequence[str]]
    spreadsheet: str = "local"
    credentials: str = "default"
    team: str = "my-team"
    template: Mapping[str, str] = field(default_factory=dict)


def start_job(
    folder: Path,
    *,
    template: Literal["full", "simple"],
    language: Language,
    known: Known | None = None,
) -> list[Path]:
    """Write a job folder that can be run as it stands, and return what was made.

    One person (`simple`) gets the job file and an inbox alone. Raise ConfigurationError where one of its
    files is there already, or nothing can be written there; nothing that exists is changed.
    """
    facts = known or Known({STORE: MARKETPLACES[template]})
    texts = {folder / _JOB: _job_text(template, language, facts).encode()}
    if template == "full":
        texts[folder / _SKUS] = _table([_said(_SKU_HEADINGS, language)])
        texts[folder / _BENCHMARKS] = _table(_benchmark_rows(language))
    for name, text in facts.template.items():
        texts[folder / OWN_TEMPLATE / name] = text.encode()
    _refuse_existing(texts)
    folders = _folders(folder / _INBOX_FOLDER, template, facts.stores)
    _refuse_existing(path for path in folders if not path.is_dir())
    made = [path for path in folders if not path.is_dir()]
    try:
        for path in folders:
            path.mkdir(parents=True, exist_ok=True)
        for path, content in texts.items():
            path.parent.mkdir(exist_ok=True)
            with path.open("xb") as file:
                file.write(content)
    except OSError as error:
        raise ConfigurationError(
            Words(
                f"无法在 {folder} 新建任务:{error.strerror}。请换一个文件夹,或检查权限。",
                f"No job can be made in {folder}: {error.strerror}. Take another folder, or check its permissions.",
            )
        ) from error
    return [*texts, *made]


def refuse_existing_job(folder: Path) -> None:
    """Raise ConfigurationError where a folder has any file of a job in it."""
    _refuse_existing(folder / name for name in (_JOB, _SKUS, _BENCHMARKS, OWN_TEMPLATE))


def _folders(inbox: Path, template: str, stores: Mapping[str, Sequence[str]]) -> list[Path]:
    """Return where report files are put: one folder for each marketplace, for one person with one none."""
    if template == "simple" and sum(len(codes) for codes in stores.values()) == 1:
        return [inbox]
    if len(stores) == 1:
        return [inbox / code for codes in stores.values() for code in codes]
    return [inbox / store / code for store, codes in stores.items() for code in codes]


def _refuse_existing(paths: Iterable[Path]) -> None:
    found = [str(path) for path in paths if path.exists()]
    if found:
        raise ConfigurationError(
            Words(
                f"已经存在,不覆盖:{'、'.join(found)}。请换一个文件夹,或先把它们移走。",
                f"Already there and not overwritten: {', '.join(found)}. Take another folder, or move them away first.",
            )
        )


def _table(rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def _said(words: Iterable[Words], language: Language) -> list[str]:
    """Return headings in one language: a column has one name, so both languages take the English."""
    return [one.zh if language == "zh" else one.en for one in words]


_SKU_HEADINGS = (
    Words("店铺", "store"),
    Words("站点", "marketplace"),
    Words("SKU", "sku"),
    Words("ASIN", "asin"),
    Words("父ASIN", "parent_asin"),
    Words("品名", "title"),
    Words("类目", "category"),
    Words("品牌", "brand"),
    Words("负责人", "owner"),
    Words("生命周期", "status"),
    Words("配送", "fulfilment"),
    Words("上架日", "launch_date"),
    Words("交期天数", "lead_time_days"),
    Words("成本", "unit_cost"),
)
_BENCHMARK_HEADINGS = (
    Words("类目", "category"),
    Words("站点", "marketplace"),
    Words("ACOS下限", "acos_low"),
    Words("ACOS上限", "acos_high"),
    Words("来源", "source"),
    Words("生效日", "valid_from"),
)
_STARTING = Words("起始值,请按自己的数据修改", "starting value, to be replaced by your own")
_EVERYWHERE = Words("全部", "all")
_CATEGORIES = (
    (Words("电子", "electronics"), "20%", "28%"),
    (Words("家居", "home"), "25%", "32%"),
)


def _benchmark_rows(language: Language) -> list[list[str]]:
    rows = [_said(_BENCHMARK_HEADINGS, language)]
    for category, low, high in _CATEGORIES:
        name, place, source = _said((category, _EVERYWHERE, _STARTING), language)
        rows.append([name, place, low, high, source, ""])
    return rows


def _job_text(template: str, language: Language, known: Known) -> str:
    facts = {
        "team": as_yaml(known.team),
        "language": language,
        "spreadsheet": known.spreadsheet
        if known.spreadsheet == "local"
        else json.dumps(known.spreadsheet),
        "credentials": known.credentials,
        "template": OWN_TEMPLATE if known.template else template,
    }
    lines = _FULL if template == "full" else _SIMPLE
    stores = "\n".join(
        f"  {as_yaml(store)}: [{', '.join(codes)}]" for store, codes in known.stores.items()
    )
    texts = []
    for line in lines:
        if (
            line == "credentials: <credentials>"
            and template == "simple"
            and known.spreadsheet == "local"
        ):
            continue
        texts.append(_line(line, language, facts).replace("<stores>", stores))
    return "".join(f"{text}\n" for text in texts)


def as_yaml(text: str) -> str:
    """Return a text as YAML takes it for text, on one line; what cannot be printed is left out."""
    shown = "".join(c for c in " ".join(text.split()) if c.isprintable())
    if _PLAIN.fullmatch(shown) and shown.casefold() not in _NOT_TEXT:
        return shown
    return json.dumps(shown, ensure_ascii=False)


def _line(line: Line, language: Language, facts: Mapping[str, str]) -> str:
    if isinstance(line, str):
        for name, fact in facts.items():
            line = line.replace(f"<{name}>", fact)
        return line
    parts = (line.zh, line.en) if language == "both" else (line.say(language),)
    return "\n".join(f"# {part}" for part in parts)


_INBOX = Words(
    "把后台下载的报表原样放进 inbox/站点/(如 inbox/US/),文件名不用改。",
    "Put reports as downloaded into inbox/MARKETPLACE/, such as inbox/US/; names do not matter.",
)
_STORES = Words(
    "店铺和它的站点(US UK DE FR IT ES JP CA …)。只有一个店铺时,表格里不显示店铺列。",
    "Stores and their marketplaces (US UK DE FR IT ES JP CA ...). A single store's column is hidden.",
)
_SPREADSHEET = Words(
    "local 是本机表格,不需要账号。换成 Google 表格:在这里粘贴网址,并写上 credentials。",
    "local is a sheet on this computer, no account needed. For a Google Sheet: paste its address, and set credentials.",
)
_CREDENTIALS = Words(
    "Google 凭证:文件路径,或 default(本机默认凭证)。不要把凭证内容写在这里。",
    "Google credentials: the path of a file, or default (this computer's own). Never the content itself.",
)
_LANGUAGE = Words(
    "表头和预警的语言:zh、en 或 both。", "The language of headings and alerts: zh, en or both."
)

_SETTINGS = Words(
    "第一次同步以后,SKU、类目基准、规则阈值、休息日和大促都在表格的「SKU表」「类目基准」「规则」「日历」里改。",
    "After the first sync SKUs, usual ACOS, limits of rules, days off and promotions are set in the sheet's tabs SKUs, Benchmarks, Rules and Calendar.",
)

_FULL: tuple[Line, ...] = (
    Words(
        "运营日志的任务文件。检查:sheets-sync doctor;看会改什么:sheets-sync plan;写入:sheets-sync sync。",
        "The job of an operations log. Check it: sheets-sync doctor; see what would change: sheets-sync plan; write: sheets-sync sync.",
    ),
    _INBOX,
    Words(
        "多个店铺时放到 inbox/店铺/站点/。",
        "With several stores: inbox/STORE/MARKETPLACE/.",
    ),
    _SETTINGS,
    Words(
        "skus.csv(SKU和负责人;生命周期填 新品、在售、清仓或停售,配送填 FBA 或 FBM)和 benchmarks.csv(类目ACOS基准)只在新建这些表时填入一次。",
        "skus.csv (SKUs and owners; status: new, active, clearance or discontinued; fulfilment: FBA or FBM) and benchmarks.csv (usual ACOS by category) only fill these tabs once, when they are made.",
    ),
    Words(
        "行首 # 后面没有空格的是没启用的设置,去掉 # 就生效。",
        "A # without a space behind it switches a setting off; remove it to use the setting.",
    ),
    "",
    Words("团队名,用在表格标题里。", "The team's name, used in the spreadsheet's title."),
    "team: <team>",
    "",
    _STORES,
    "stores:",
    "<stores>",
    "",
    Words(
        "共用一份库存的站点:库存只判断一次,算在第一个站点上。",
        "Marketplaces that sell from one stock: it is judged once, on the first of them.",
    ),
    "#stock_pools: {EU: [DE, FR, IT, ES]}",
    "",
    _LANGUAGE,
    "language: <language>",
    "",
    _SPREADSHEET,
    "spreadsheet: <spreadsheet>",
    "",
    _CREDENTIALS,
    "credentials: <credentials>",
    "",
    Words(
        "表格模板:full(团队)、simple(个人),或自己的模板文件夹。",
        "The template: full (a team), simple (one person), or a folder with your own.",
    ),
    "template: <template>",
    "",
    Words(
        "每次重写最近多少天:亚马逊会补数、改数。",
        "How many days back figures are written again each time: Amazon restates them.",
    ),
    "window_days: 14",
    "",
    Words(
        "sheets-sync worker 的运行时刻;用 cron 定时则不看 at。zone 写团队的时区,表格里的时间也按它。",
        "When sheets-sync worker runs; cron has times of its own. zone is the team's; times in the sheet follow it.",
    ),
    "schedule:",
    '  at: ["08:30", "16:30"]',
    "  zone: Asia/Shanghai",
    "",
    Words(
        "程序自己的记录放在哪里,一般不用改。",
        "Where the program keeps what it remembers; rarely changed.",
    ),
    "store: sqlite:///state/sheets-sync.db",
    "",
    Words(
        "每月存档复制到哪里:文件夹、S3、WebDAV、SFTP、Google 云端硬盘或 rclone,见 docs/archive.md。",
        "Where each month's archive is copied: folders, S3, WebDAV, SFTP, Google Drive or rclone, see docs/archive.md.",
    ),
    "#archive: {copy_to: [./archive]}",
    "",
    Words(
        "改规则的阈值,或关掉规则;表格「规则」里写的优先。",
        "Change a rule's limit, or switch a rule off; what the sheet's tab Rules says comes first.",
    ),
    "#rules: {low-stock: {below: 50}, vtr: off}",
)

_SIMPLE: tuple[Line, ...] = (
    Words(
        "把后台下载的报表原样放进 inbox/,文件名不用改。",
        "Put reports as downloaded into inbox/; names do not matter.",
    ),
    _SETTINGS,
    Words(
        "已有SKU清单的话,可以另存为 skus.csv 放在这里,新建「SKU表」时填入一次;benchmarks.csv 同理。",
        "A SKU list that you have may lie here as skus.csv: it fills the tab SKUs once, when it is made; so does benchmarks.csv.",
    ),
    "team: <team>",
    "",
    _STORES,
    "stores:",
    "<stores>",
    "",
    _LANGUAGE,
    "language: <language>",
    "",
    _SPREADSHEET,
    "spreadsheet: <spreadsheet>",
    "credentials: <credentials>",
    "template: <template>",
)
