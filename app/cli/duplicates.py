"""`kedang duplicates`: find, list, decide, merge, take a merge apart."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.data import undone_json, undone_text
from app.cli.records import FilterOption, filter_of, user_ids
from app.cli.records import find as find_record
from app.cli.session import Limit, Offset, Session, WrongUsage, session_of
from app.core.i18n import t
from app.errors import UserError

if TYPE_CHECKING:
    from app.services.duplicates.records import Pair, SearchReport
    from app.services.duplicates.rulesets import Purpose
    from app.services.workspace import Workspace

To = Annotated[str, typer.Option("--to")]
Least = Annotated[float | None, typer.Option("--least", min=0.0, max=1.0)]
References = Annotated[list[str], typer.Argument(metavar="RECORD")]


def build() -> typer.Typer:
    """The group, its help in the language in force."""
    group = typer.Typer(help=t("查重与合并"), no_args_is_help=True)
    group.command("find", help=t("查找可能重复的档案，结果留待复核"))(find)
    group.command("list", help=t("列出查到的重复，最像的在前"))(list_pairs)
    group.command("groups", help=t("列出成组的重复"))(groups)
    group.command("merge", help=t("合并档案；--auto 合并所有高于自动线的组"))(merge)
    group.command("unmerge", help=t("撤销一次合并；之后又改过的字段保留"))(unmerge)
    group.command("merges", help=t("列出做过的合并"))(merges)
    group.command("different", help=t("两条档案不是重复，以后不再提示"))(different)
    group.command("reopen", help=t("收回“不是重复”的决定"))(reopen)
    group.command("thresholds", help=t("查看或设定自动线与复核线"))(thresholds)
    group.command("check", help=t("某个客户是不是已经在档案里；看不到的只告诉归谁负责"))(check)
    group.command("rules", help=t("查看或设定新建、导入、查询时的查重规则"))(rules)
    group.command("model", help=t("导出 Splink 格式的匹配模型"))(model)
    return group


def find(
    context: typer.Context,
    entity: To = "customers",
    filter_text: FilterOption = None,
    since: Annotated[str | None, typer.Option("--since-operation")] = None,
    least: Least = None,
) -> None:
    """Search; answers the pairs at least as likely as the review threshold (or --least). --since-operation compares only
    the records that operation (an import) made with all the others."""
    session = session_of(context)
    condition = filter_of(filter_text)
    with session.workspace() as workspace, session.screen.job() as job:
        only = _made_by(workspace, since, entity) if since else None
        report = workspace.duplicates.find(entity, condition=condition, only=only, job=job)
        total, pairs = workspace.duplicates.pairs(entity, least=least, limit=-1)
    data = report_json(report) | {"total": total, "pairs": [pair_json(p) for p in pairs]}
    lines = [
        t("比较了 {n} 条档案的 {m} 对，{pairs} 对可能重复，共 {groups} 组", n=report.records, m=report.compared, pairs=total,
          groups=report.groups),
        t("估计漏掉的重复：{share:.1%}", share=report.lost),
        *(t("{field}“{value}”有 {n} 条档案在用，没有当作线索", field=c.label, value=c.value, n=c.records) for c in report.crowds),
        *(_line(p) for p in pairs[:50]),
    ]  # fmt: skip
    session.screen.result(data, "\n".join(lines))


def list_pairs(
    context: typer.Context,
    entity: To = "customers",
    state: Annotated[str, typer.Option("--state", help="open | merged | different")] = "open",
    least: Least = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> None:
    """Pairs of the last search, or decided ones."""
    session = session_of(context)
    if state not in ("open", "merged", "different"):
        raise WrongUsage(t("--state 应是 open、merged 或 different。"))
    with session.workspace() as workspace:
        total, pairs = workspace.duplicates.pairs(entity, state=state, least=least, limit=limit, offset=offset)
    headings = (("a", "A"), ("b", "B"), ("probability", t("可能性")), ("evidence_text", t("依据")))
    session.screen.rows(total, [pair_json(p) | {"evidence_text": _reasons(p)} for p in pairs], headings)


def groups(context: typer.Context, entity: To = "customers", limit: Limit = 100, offset: Offset = 0) -> None:
    """Groups of open pairs."""
    session = session_of(context)
    with session.workspace() as workspace:
        found = workspace.duplicates.groups(entity)
    rows = [
        {"id": str(g.id), "size": g.size, "titles": list(g.titles), "strongest": g.strongest, "weakest": g.weakest,
         "band": g.band}
        for g in found[offset : offset + limit]
    ]  # fmt: skip
    headings = (
        ("id", t("组")),
        ("size", t("条数")),
        ("titles", t("档案")),
        ("weakest", t("可能性")),
        ("band", t("处理")),
    )
    session.screen.rows(len(found), rows, headings)


def merge(
    context: typer.Context,
    records: Annotated[list[str] | None, typer.Argument(metavar="RECORD")] = None,
    entity: To = "customers",
    survivor: Annotated[str | None, typer.Option("--survivor")] = None,
    take: Annotated[list[str] | None, typer.Option("--take", metavar="FIELD=RECORD")] = None,
    auto: Annotated[bool, typer.Option("--auto")] = False,
    least: Least = None,
    dry_run: Annotated[bool, typer.Option("--dry-run")] = False,
) -> None:
    """Merge the named records (id, number or external id); or with --auto every group above the automatic threshold."""
    session = session_of(context)
    if auto == bool(records):
        raise WrongUsage(t("请给出要合并的档案，或者用 --auto。"))
    if auto and (survivor or take):
        raise WrongUsage(t("--survivor 和 --take 只用于逐条给出的档案，不能和 --auto 一起用。"))
    with session.workspace() as workspace, session.screen.job() as job:
        if auto and dry_run:
            _foretell(session, workspace, entity, least)
            return
        if auto:
            done = workspace.merging.merge_groups(entity, least=least, job=job)
            kept = [{"group": str(k.id), "title": k.title, "reason": k.reason} for k in done.kept]
            operation = str(done.operation_id) if done.operation_id else None
            data = {"operation": operation, "groups": done.groups, "merged": done.merged, "moved": dict(done.moved), "kept": kept}  # fmt: skip
            session.screen.result(data, t("合并了 {n} 组，并入 {m} 条档案", n=done.groups, m=done.merged))
            return
        ids = [find_record(workspace, entity, r).id for r in records or ()]
        main = find_record(workspace, entity, survivor).id if survivor else None
        chosen: dict[str, Any] = {}
        for word in take or ():
            key, parted, reference = word.partition("=")
            if not parted or not reference:
                raise WrongUsage(t("“{word}”应写成 字段=档案。", word=word))
            workspace.records(entity).entity.field(key)
            chosen[key] = find_record(workspace, entity, reference).id
        if dry_run:
            plan = workspace.merging.plan(entity, ids, main, chosen)
            session.screen.result(_plan_json(plan), _plan_text(plan))
            return
        result = workspace.merging.merge(entity, ids, main, chosen, job)
    data = {
        "operation": str(result.operation_id), "survivor": str(result.survivor.id), "merged": result.merged,
        "moved": dict(result.moved),
    }  # fmt: skip
    session.screen.result(data, t("{n} 条档案已并入，撤销用 kedang duplicates unmerge {id}", n=result.merged, id=result.operation_id))  # fmt: skip


def _foretell(session: Session, workspace: Workspace, entity: str, least: float | None) -> None:
    """Which groups --auto would merge; nothing is changed."""
    floor = workspace.duplicates.thresholds(entity).auto if least is None else least
    sure = [line for line in workspace.duplicates.groups(entity) if line.weakest >= floor]
    merged = sum(line.size - 1 for line in sure)
    data = {
        "dry_run": True, "groups": len(sure), "merged": merged,
        "would_merge": [{"group": str(g.id), "titles": list(g.titles), "weakest": g.weakest} for g in sure],
    }  # fmt: skip
    lines = [f"{g.weakest:.1%}  " + t("、").join(g.titles) for g in sure]
    text = t("会合并 {n} 组，并入 {m} 条档案；还没有改动。", n=len(sure), m=merged)
    session.screen.result(data, "\n".join([text, *lines]))


def unmerge(context: typer.Context, operation: Annotated[str, typer.Argument(metavar="OPERATION")]) -> None:
    """Take a merge apart again."""
    session = session_of(context)
    with session.workspace() as workspace, session.screen.job() as job:
        info = workspace.history.find(operation)
        if info.kind != "merge":
            raise WrongUsage(t("这个操作不是合并。"))
        found = workspace.history.undo(info.id, job)
    session.screen.result(undone_json(found), undone_text(found))


def merges(context: typer.Context, limit: Limit = 50, offset: Offset = 0) -> None:
    """Merges that were made, newest first."""
    from app.services.exchange.cells.record_json import moment_text

    session = session_of(context)
    with session.workspace() as workspace:
        total, found = workspace.merging.merges(limit=limit, offset=offset)
    rows = [
        {"operation": str(m.operation_id), "at": moment_text(m.at), "actor": m.actor, "summary": m.summary,
         "state": m.state, "merged": m.merged}
        for m in found
    ]  # fmt: skip
    headings = (
        ("at", t("时间")),
        ("operation", t("操作")),
        ("summary", t("内容")),
        ("actor", t("操作人")),
        ("state", t("状态")),
    )
    session.screen.rows(total, rows, headings)


def different(context: typer.Context, one: str, two: str, entity: To = "customers") -> None:
    """Not duplicates, for good."""
    _decide(context, one, two, entity, apart=True)


def reopen(context: typer.Context, one: str, two: str, entity: To = "customers") -> None:
    """Take such a decision back."""
    _decide(context, one, two, entity, apart=False)


def _decide(context: typer.Context, one: str, two: str, entity: str, *, apart: bool) -> None:
    session = session_of(context)
    with session.workspace() as workspace:
        pair = (find_record(workspace, entity, one).id, find_record(workspace, entity, two).id)
        decide = workspace.duplicates.different if apart else workspace.duplicates.reopen
        done = decide(entity, [pair])
    session.screen.result({"decided": done}, t("已记下") if done else t("这两条没有被列为重复"))


def thresholds(
    context: typer.Context,
    entity: To = "customers",
    auto: Annotated[float | None, typer.Option("--auto")] = None,
    review: Annotated[float | None, typer.Option("--review")] = None,
    learn: Annotated[bool, typer.Option("--learn", help=t("不再固定，改由已做的决定推算"))] = False,
) -> None:
    """The thresholds in force; with options: set them."""
    from app.services.duplicates.records import Thresholds

    session = session_of(context)
    with session.workspace() as workspace:
        now = workspace.duplicates.thresholds(entity)
        if learn or auto is not None or review is not None:
            wanted = None if learn else Thresholds(now.auto if auto is None else auto, now.review if review is None else review)  # fmt: skip
            workspace.duplicates.set_thresholds(entity, wanted)
            now = workspace.duplicates.thresholds(entity)
    text = t("自动 {auto:.1%}，复核 {review:.1%}", auto=now.auto, review=now.review)
    session.screen.result({"auto": now.auto, "review": now.review}, text)


def check(
    context: typer.Context,
    given: Annotated[list[str], typer.Option("--set", metavar="FIELD=VALUE")],
    entity: To = "customers",
    purpose: Annotated[str, typer.Option("--for", help="create | import | search")] = "search",
) -> None:
    """Who is there already with this name, number or code."""
    from app.services.exchange.cells.typed import TypedValues, pairs_of

    session = session_of(context)
    with session.workspace() as workspace:
        described = workspace.records(entity).entity
        typed = TypedValues(workspace.context, entity, user_ids(workspace))
        values = typed.values(pairs_of(described, given))
        found = workspace.entry.known(entity, values, _purpose(purpose))
        names = workspace.people.names()
    rows = [
        {"id": str(k.id) if k.visible else None, "title": k.title, "owner": names.get(k.owner) if k.owner else None,
         "visible": k.visible, "reasons": list(k.reasons)}
        for k in found
    ]  # fmt: skip
    headings = (("title", t("名称")), ("owner", t("负责人")), ("reasons", t("依据")))
    session.screen.rows(len(rows), rows, headings)


def rules(
    context: typer.Context,
    purpose: Annotated[str, typer.Argument(metavar="create|import|search")],
    entity: To = "customers",
    file: Annotated[Path | None, typer.Option("--set", help=t("含规则的 JSON 文件"))] = None,
    usual: Annotated[bool, typer.Option("--usual", help=t("恢复默认规则"))] = False,
) -> None:
    """The rules in force; with --set the office's own."""
    from app.services.duplicates.rulesets import to_json

    session = session_of(context)
    with session.workspace() as workspace:
        if usual or file is not None:
            data = None if file is None else _read_json(file)
            workspace.entry.set_rules(entity, _purpose(purpose), data)
        made = to_json(workspace.entry.rules(entity, _purpose(purpose)))
    text = "\n".join(" + ".join(f"{c['field']} {c['how']}" for c in rule) for rule in made)
    session.screen.result({"entity": entity, "for": purpose, "rules": made}, text)


def _purpose(text: str) -> Purpose:
    from app.services.duplicates.rulesets import PURPOSES

    if text not in PURPOSES:
        raise WrongUsage(t("{option} 只能是 {all}。", option="--for", all=" | ".join(PURPOSES)))
    return text


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(t("读不了 JSON 文件：{path}", path=path)) from error


def model(
    context: typer.Context,
    out: Path,
    entity: To = "customers",
    table: Annotated[Path | None, typer.Option("--table")] = None,
) -> None:
    """The model of the last search as Splink settings (OUT.json), and the table it runs on (OUT.csv), for a team's own
    engine."""
    session = session_of(context)
    rows = table or out.with_suffix(".csv")
    if rows.absolute() == out.absolute():
        raise WrongUsage(t("模型和表格不能写进同一个文件，请换一个文件名。"))
    with session.workspace() as workspace, session.screen.job() as job:
        count = workspace.duplicates.export_model(entity, out, rows, job)
    text = t("模型已写入 {path}，{n} 条档案已写入 {table}", path=out, n=count, table=rows)
    session.screen.result({"path": str(out), "table": str(rows), "records": count}, text)


# ---- as JSON and as text --------------------------------------------------------------------------------------------


def _made_by(workspace: Workspace, operation: str, entity: str) -> list[uuid.UUID]:
    return workspace.history.records_made(workspace.history.find(operation).id, entity)


def pair_json(pair: Pair) -> dict[str, Any]:
    """A pair with what speaks for and against it."""
    return {
        "a": pair.a_ref, "b": pair.b_ref, "a_id": str(pair.a), "b_id": str(pair.b), "probability": pair.probability,
        "points": pair.points, "group": str(pair.group), "state": pair.state,
        "evidence": [
            {"field": e.field, "label": e.label, "level": e.level, "points": e.points, "text": e.text, "a": e.a, "b": e.b}
            for e in pair.evidence
        ],
    }  # fmt: skip


def report_json(report: SearchReport) -> dict[str, Any]:
    """How the search went."""
    return {
        "entity": report.entity, "records": report.records, "compared": report.compared, "groups": report.groups,
        "bands": dict(report.bands), "lost_share": report.lost, "kept_apart": report.kept_apart,
        "seconds": report.seconds, "thresholds": {"auto": report.thresholds.auto, "review": report.thresholds.review},
        "issues": [
            {"field": c.field, "value": c.value, "records": c.records,
             "text": t("{field}“{value}”有 {n} 条档案在用，没有当作线索", field=c.label, value=c.value, n=c.records)}
            for c in report.crowds
        ],
        "weights": [
            {"field": w.field, "kind": w.kind, "levels": [{"level": k, "points": b} for k, b in w.levels]}
            for w in report.weights
        ],
    }  # fmt: skip


def _reasons(pair: Pair) -> str:
    return "，".join(f"{e.text} {e.points:+.1f}" for e in pair.evidence)


def _line(pair: Pair) -> str:
    return f"{pair.probability:.1%}  {pair.a_ref} – {pair.b_ref}  {_reasons(pair)}"


def _plan_json(plan: Any) -> dict[str, Any]:
    def shown(value: Any) -> Any:
        return value if isinstance(value, str | int | float | bool) or value is None else str(value)

    return {
        "survivor": str(plan.survivor),
        "fields": [
            {"field": c.key, "merged": shown(c.merged), "source": str(c.source) if c.source else None, "differ": c.differ,
             "rule": c.rule}
            for c in plan.fields
        ],
        "follow": dict(plan.follow),
    }  # fmt: skip


def _plan_text(plan: Any) -> str:
    return "\n".join(f"{c.label}：{c.merged}" for c in plan.fields if c.differ) or t("各条档案没有不同的值")
