"""What a run says about itself: one JSON object for programs, a few lines for people."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sheets_sync.core.tab import key_text
from sheets_sync.errors import Words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sheets_sync.core.breaches import Breach
    from sheets_sync.core.notices import Notice
    from sheets_sync.errors import Language
    from sheets_sync.run import Prepared
    from sheets_sync.sheets.gateway import Traffic

SHOWN = 10
"""How many of a kind are listed for people; the JSON has all of them."""


def as_json(
    prepared: Prepared,
    traffic: Traffic,
    *,
    run_id: str | None,
    duration_s: float,
    more: Sequence[Notice] = (),
) -> dict[str, Any]:
    """Return the object of `sync --json` and `plan --json`; its keys are a contract.

    `more` are warnings about what was done beside the sheet.
    """
    language = prepared.setup.job.language
    plan = prepared.plan
    current = Counter(breach.severity for breach in prepared.breaches if breach.current)
    return {
        "run_id": run_id,
        "fingerprint": plan.fingerprint(),
        "report_dates": {
            f"{store}/{code}": day.isoformat()
            for (store, code), day in prepared.records.scope.report_dates.items()
        },
        "rows": {
            "inserted": plan.inserted,
            "updated": plan.updated,
            "unchanged": sum(tab.unchanged for tab in plan.logs),
        },
        "cells_written": plan.cells,
        "calls": {"read": traffic.reads, "write": traffic.writes, "retried": traffic.retried},
        "bytes": {"down": traffic.bytes_down, "up": traffic.bytes_up},
        "breaches": {severity: current[severity] for severity in ("critical", "warning")},
        "overrides": [
            {
                "tab": o.tab,
                "key": key_text(o.key),
                "column": o.column,
                "ours": o.ours,
                "theirs": o.theirs,
            }
            for tab in plan.tabs
            for o in tab.overrides
        ],
        "rejects": [
            {"file": f.file, "row": f.row, "column": f.column, "reason": f.reason.say(language)}
            for f in prepared.faults
        ],
        "warnings": [
            {"code": w.code, "text": w.words.say(language)} for w in (*prepared.warnings, *more)
        ],
        "duration_s": round(duration_s, 3),
    }


def as_text(content: dict[str, Any], prepared: Prepared) -> str:
    """Return what a person wants to know after a run, or before it (`plan`), in the job's language."""
    language = prepared.setup.job.language
    return "\n".join(_lines(content, prepared, language))


def _lines(content: dict[str, Any], prepared: Prepared, language: Language) -> Iterator[str]:
    rows, calls, breaches = content["rows"], content["calls"], content["breaches"]
    dates = " | ".join(f"{place} {day}" for place, day in content["report_dates"].items())
    yield Words(f"数据日 {dates}", f"Report dates: {dates}").say(language)
    yield Words(
        f"新增 {rows['inserted']} 行,更新 {rows['updated']} 行,不变 {rows['unchanged']} 行;改动 {content['cells_written']} 个单元格",
        f"Rows: {rows['inserted']} added, {rows['updated']} updated, {rows['unchanged']} unchanged; "
        f"cells changed: {content['cells_written']}",
    ).say(language)
    yield Words(
        f"严重 {breaches['critical']} · 关注 {breaches['warning']};请求:读 {calls['read']} 写 {calls['write']} 重试 {calls['retried']}",
        f"Critical {breaches['critical']} · warning {breaches['warning']}; "
        f"requests: read {calls['read']}, write {calls['write']}, retried {calls['retried']}",
    ).say(language)
    yield from _planned(prepared, language)
    yield from _breach_lines(prepared.breaches, language)
    for override in content["overrides"][:SHOWN]:
        yield Words(
            f"  人工改动保留:{override['key']} {override['column']}:表里 {override['theirs']},来源 {override['ours']}",
            f"  kept as typed: {override['key']} {override['column']}: {override['theirs']} in the sheet, "
            f"{override['ours']} from the source",
        ).say(language)
    for reject in content["rejects"][:SHOWN]:
        place = ":".join(
            str(part)
            for part in (reject["file"], reject["row"], reject["column"])
            if part is not None
        )
        yield Words(
            f"  未读 {place}:{reject['reason']}", f"  not read {place}: {reject['reason']}"
        ).say(language)
    for warning in content["warnings"]:
        yield f"  ! {warning['text']}"
    yield from _left_out(content, language)


def _planned(prepared: Prepared, language: Language) -> Iterator[str]:
    for tab in prepared.plan.tabs:
        if tab.cells:
            title = tab.existing.title if tab.existing else tab.desired.title
            new = tab.existing is None
            said = Words(
                f"{'新建,' if new else ''}+{len(tab.new_rows)} 行,改 {len(tab.changes)} 格",
                f"{'new, ' if new else ''}rows +{len(tab.new_rows)}, cells changed {len(tab.changes)}",
            )
            yield f"  {title}: {said.say(language)}"


def _breach_lines(breaches: Sequence[Breach], language: Language) -> Iterator[str]:
    current = [breach for breach in breaches if breach.current]
    current.sort(key=lambda b: (b.severity != "critical", b.rule, b.key))
    for breach in current[:SHOWN]:
        mark = "🔴" if breach.severity == "critical" else "🟡"
        sku = f" {breach.key.sku}" if breach.key.sku else ""
        yield f"  {mark} {breach.key.marketplace}{sku} {breach.name.say(language)}: {breach.why}"
    if len(current) > SHOWN:
        more = len(current) - SHOWN
        yield Words(f"  其余 {more} 条见表格。", f"  {more} more in the sheet.").say(language)


def _left_out(content: dict[str, Any], language: Language) -> Iterator[str]:
    for name, words in (
        ("overrides", Words("人工改动", "kept cells")),
        ("rejects", Words("未读", "unread")),
    ):
        more = len(content[name]) - SHOWN
        if more > 0:
            yield Words(
                f"  {words.zh}还有 {more} 条,见 --json。", f"  {more} more {words.en}; see --json."
            ).say(language)
