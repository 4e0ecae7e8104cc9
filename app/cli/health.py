"""`kedang health`: how good the data is, standing rules, findings, the data dictionary."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.session import Limit, Offset, WrongUsage, session_of
from app.core.i18n import t

if TYPE_CHECKING:
    from app.services.quality.records import Finding, Health, Rule
    from app.services.workspace import Workspace

#: also behind the command: scripts write it at the end
JsonOption = Annotated[bool, typer.Option("--json", help=t("在标准输出打印一个 JSON 对象"))]
EntityOption = Annotated[str | None, typer.Option("--entity")]
STATES = ("open", "discarded", "all")


def build() -> typer.Typer:
    """The group, its help in the language in force."""
    group = typer.Typer(help=t("数据健康：五个维度的质量分、质量规则、待核对清单、数据字典"), no_args_is_help=True)
    verbs: tuple[tuple[str, str, Callable[..., None]], ...] = (
        ("show", t("现在的质量分：各维度、各字段、各规则；--entity 只看一类"), show),
        ("check", t("按规则检查，更新待核对清单，记下质量分；--due 只在该检查时检查"), check),
        ("findings", t("待核对清单；--entity、--rule、--state open|discarded|all"), findings),
        ("discard", t("这些档案的问题不用再提，直到值改变；不给档案则是整条规则"), discard),
        ("reopen", t("撤回“不用再提”"), reopen),
        ("dictionary", t("把数据字典写成 .xlsx 或 .pdf"), dictionary),
    )
    for name, text, verb in verbs:
        group.command(name, help=text)(verb)
    rules = typer.Typer(help=t("质量规则：内置的可以停用，自己的可以增改删"), no_args_is_help=True)
    for name, text, verb in (
        ("list", t("列出规则"), list_rules),
        ("add", t("新规则；JSON 里有 entity、field、kind、params"), add_rule),
        ("update", t("修改自己的规则"), update_rule),
        ("remove", t("删除自己的规则"), remove_rule),
        ("enable", t("启用"), enable_rule),
        ("disable", t("停用"), disable_rule),
    ):
        rules.command(name, help=text)(verb)
    group.add_typer(rules, name="rules")
    return group


def _entities(workspace: Workspace, wanted: str | None) -> list[str]:
    if wanted is not None:
        workspace.context.registry.entity(wanted)
        return [wanted]
    return [e.key for e in workspace.quality.entities()]


def _score(value: float | None) -> str | None:
    """A percentage as a decimal string; never rounded up to 100."""
    if value is None:
        return None
    return f"{int(value * 100) / 100:.2f}"


def health_json(health: Health) -> dict[str, Any]:
    """The figures with their formula, n and numerator."""
    return {
        "entity": health.entity,
        "taken_at": health.taken_at.isoformat(timespec="seconds"),
        "records": health.records,
        "overall": _score(health.overall),
        "complete_view": health.whole,
        "dimensions": [
            {"dimension": d.key, "score": _score(d.score), "good": d.good, "n": d.n, "formula": d.formula}
            for d in health.dimensions
        ],
        "fields": [
            {
                "field": f.key,
                "label": f.label,
                "weight": f.weight,
                **{k: {"good": c.good, "n": c.n, "score": _score(c.score)} for k, c in f.cells.items()},
            }
            for f in health.fields
        ],
        "rules": [
            {
                "rule": r.rule.key,
                "title": r.rule.title,
                "dimension": r.rule.dimension,
                "broken": r.broken,
                "checked": r.checked,
                "problem": r.problem,
            }
            for r in health.rules
        ],
    }


def show(context: typer.Context, entity: EntityOption = None, as_json: JsonOption = False) -> None:
    """The figures as of now; nothing is kept."""
    session = session_of(context)
    session.screen.as_json |= as_json
    from app.services.quality.records import dimension_label

    with session.workspace() as workspace, session.screen.job() as job:
        found = [workspace.quality.health(key, job) for key in _entities(workspace, entity)]
        labels = {e.key: e.label for e in workspace.quality.entities()}
    if session.screen.as_json:
        session.screen.rows(len(found), [health_json(h) for h in found], ())
        return
    rows = [
        {
            "entity": labels[h.entity],
            "records": h.records,
            "overall": _score(h.overall),
            **{d.key: _score(d.score) for d in h.dimensions},
        }
        for h in found
    ]
    columns = [("entity", t("档案")), ("records", t("档案数")), ("overall", t("总分"))]
    columns += [(d.key, dimension_label(d.key)) for d in found[0].dimensions] if found else []
    session.screen.rows(len(rows), rows, columns)
    if entity is not None and found:
        from app.services.quality.records import DIMENSIONS

        lines = [
            {"field": f.label, **{k: f"{_score(c.score) or '—'} ({c.good}/{c.n})" for k, c in f.cells.items()}}
            for f in found[0].fields
        ]
        session.screen.rows(
            len(lines), lines, [("field", t("字段")), *((d, dimension_label(d)) for d in DIMENSIONS)]
        )  # fmt: skip


def check(
    context: typer.Context,
    entity: EntityOption = None,
    due: Annotated[bool, typer.Option("--due")] = False,
    as_json: JsonOption = False,
) -> None:
    """Check and keep."""
    session = session_of(context)
    session.screen.as_json |= as_json
    with session.workspace() as workspace, session.screen.job() as job:
        wanted = _entities(workspace, entity)
        if due:
            late = workspace.quality.due()
            wanted = [key for key in wanted if key in late]
        results = [workspace.quality.check(key, job) for key in wanted]
    rows = [
        {
            "entity": r.health.entity,
            "records": r.health.records,
            "overall": _score(r.health.overall),
            "opened": r.opened,
            "reopened": r.reopened,
            "fixed": r.fixed,
            "open": r.open,
            "stored": r.stored,
            "seconds": f"{r.health.seconds:.2f}",
        }
        for r in results
    ]
    if any(not r.stored for r in results):
        session.screen.say(t("您看不到全部档案或字段，结果只作参考，没有记入待核对清单。"))
    session.screen.rows(
        len(rows), rows,
        [("entity", t("档案")), ("records", t("档案数")), ("overall", t("总分")), ("opened", t("新问题")),
         ("reopened", t("重新出现")), ("fixed", t("已解决")), ("open", t("待核对"))],
    )  # fmt: skip


def findings(
    context: typer.Context,
    entity: EntityOption = None,
    rule: Annotated[str, typer.Option("--rule")] = "",
    state: Annotated[str, typer.Option("--state")] = "open",
    limit: Limit = 100,
    offset: Offset = 0,
    as_json: JsonOption = False,
) -> None:
    """The review list."""
    session = session_of(context)
    session.screen.as_json |= as_json
    if state not in STATES:
        raise WrongUsage(t("--state 可以是：{all}。", all="、".join(STATES)))
    asked = None if state == "all" else state
    total = 0
    rows: list[Finding] = []
    with session.workspace() as workspace:
        entities = _entities(workspace, entity)
        if rule and entity is None:
            entities = [key for key in entities if any(r.key == rule for r in workspace.quality.rules.list(key))]
            if not entities:
                raise WrongUsage(t("没有规则“{key}”。", key=rule))
        for key in entities:
            start, room = max(offset - total, 0), limit - len(rows)
            found = workspace.quality.findings(key, rule=rule, state=asked, limit=max(room, 0), offset=start)
            total += found.total
            rows += found.rows
    shown = [
        {
            "entity": f.entity,
            "rule": f.rule,
            "id": str(f.record_id),
            "number": f.number,
            "title": f.title,
            "value": f.value,
            "reason": f.reason,
            "state": f.state,
            "found_at": f.found_at.isoformat(timespec="seconds"),
        }
        for f in rows
    ]
    session.screen.rows(
        total, shown,
        [("entity", t("档案")), ("number", t("编号")), ("title", t("名称")), ("value", t("现在的值")), ("reason", t("原因")),
         ("rule", t("规则"))],
    )  # fmt: skip


Records = Annotated[list[str] | None, typer.Argument(metavar="ID…")]


def discard(
    context: typer.Context,
    rule: str,
    records: Records = None,
    entity: Annotated[str, typer.Option("--entity")] = "customers",
    as_json: JsonOption = False,
) -> None:
    """Discard findings."""
    _decide(context, entity, rule, records, as_json, back=False)


def reopen(
    context: typer.Context,
    rule: str,
    records: Records = None,
    entity: Annotated[str, typer.Option("--entity")] = "customers",
    as_json: JsonOption = False,
) -> None:
    """Take discards back."""
    _decide(context, entity, rule, records, as_json, back=True)


def _decide(
    context: typer.Context, entity: str, rule: str, records: list[str] | None, as_json: bool, *, back: bool
) -> None:
    from app.cli.records import find

    session = session_of(context)
    session.screen.as_json |= as_json
    with session.workspace() as workspace:
        ids: list[uuid.UUID] | None = [find(workspace, entity, r).id for r in records] if records else None
        quality = workspace.quality
        changed = quality.reopen(entity, rule, ids) if back else quality.discard(entity, rule, ids)
    text = t("重新打开了 {n} 条。", n=changed) if back else t("{n} 条不再提示，直到值改变。", n=changed)
    session.screen.result({"changed": changed}, text)


# ---- rules -------------------------------------------------------------------------------------------------------------


def _rule_json(rule: Rule) -> dict[str, Any]:
    from app.core.filters import dump

    def plain(value: Any) -> Any:
        return value if isinstance(value, (str, int, float, list, dict, type(None))) else dump(value)

    return {
        "rule": rule.key,
        "entity": rule.entity,
        "field": rule.field,
        "fields": list(rule.fields),
        "kind": rule.kind,
        "dimension": rule.dimension,
        "title": rule.title,
        "params": {k: plain(v) for k, v in rule.params.items()},
        "active": rule.active,
        "builtin": rule.builtin,
    }


def list_rules(context: typer.Context, entity: EntityOption = None, as_json: JsonOption = False) -> None:
    """All rules."""
    session = session_of(context)
    session.screen.as_json |= as_json
    with session.workspace() as workspace:
        rows = [_rule_json(r) for key in _entities(workspace, entity) for r in workspace.quality.rules.list(key)]
    session.screen.rows(
        len(rows), rows,
        [("entity", t("档案")), ("rule", t("规则")), ("title", t("标题")), ("dimension", t("维度")), ("active", t("启用"))],
    )  # fmt: skip


def _given(text: str) -> dict[str, Any]:
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise WrongUsage(t("规则不是有效的 JSON：{reason}", reason=error.msg)) from error
    except RecursionError as error:
        raise WrongUsage(t("规则不是有效的 JSON：{reason}", reason=t("嵌套太深"))) from error
    if not isinstance(data, dict) or not {"entity", "kind"} <= data.keys():
        raise WrongUsage(t("规则需要 entity、field、kind 和 params。"))
    if not isinstance(data.get("params", {}), dict):
        raise WrongUsage(t("规则的 params 应是一个 JSON 对象。"))
    return data


def add_rule(
    context: typer.Context, rule: Annotated[str, typer.Argument(metavar="JSON")], as_json: JsonOption = False
) -> None:
    """A new own rule."""
    session = session_of(context)
    session.screen.as_json |= as_json
    data = _given(rule)
    with session.workspace() as workspace:
        made = workspace.quality.rules.add(
            str(data["entity"]), str(data.get("field") or ""), str(data["kind"]), data.get("params", {})
        )
    session.screen.result(_rule_json(made), t("新规则 {key}：{title}", key=made.key, title=made.title))


def update_rule(
    context: typer.Context,
    key: str,
    rule: Annotated[str, typer.Argument(metavar="JSON")],
    as_json: JsonOption = False,
) -> None:
    """Change an own rule."""
    session = session_of(context)
    session.screen.as_json |= as_json
    data = _given(rule)
    with session.workspace() as workspace:
        made = workspace.quality.rules.update(
            str(data["entity"]), key, str(data.get("field") or ""), str(data["kind"]), data.get("params", {})
        )
    session.screen.result(_rule_json(made), made.title)


def _with_rule(context: typer.Context, entity: str | None, key: str, as_json: bool, verb: str) -> None:
    session = session_of(context)
    session.screen.as_json |= as_json
    with session.workspace() as workspace:
        quality = workspace.quality
        having = [e for e in _entities(workspace, entity) if any(r.key == key for r in quality.rules.list(e))]
        if not having:
            raise WrongUsage(t("没有规则“{key}”。", key=key))
        if len(having) > 1:
            raise WrongUsage(t("几类档案都有这条规则，请用 --entity 指明：{names}。", names=", ".join(having)))
        if verb == "remove":
            quality.remove_rule(having[0], key)
        else:
            quality.rules.enable(having[0], key, verb == "enable")
    said = {"remove": t("规则已删除。"), "enable": t("规则已启用。"), "disable": t("规则已停用。")}[verb]
    session.screen.result({"rule": key, "entity": having[0], "done": verb}, said)


def remove_rule(context: typer.Context, key: str, entity: EntityOption = None, as_json: JsonOption = False) -> None:
    """Delete an own rule with its findings."""
    _with_rule(context, entity, key, as_json, "remove")


def enable_rule(context: typer.Context, key: str, entity: EntityOption = None, as_json: JsonOption = False) -> None:
    """Switch a rule on."""
    _with_rule(context, entity, key, as_json, "enable")


def disable_rule(context: typer.Context, key: str, entity: EntityOption = None, as_json: JsonOption = False) -> None:
    """Switch a rule off."""
    _with_rule(context, entity, key, as_json, "disable")


def dictionary(context: typer.Context, out: Path, as_json: JsonOption = False) -> None:
    """The data dictionary as a document."""
    session = session_of(context)
    session.screen.as_json |= as_json
    kind = out.suffix.lower()
    if kind not in (".xlsx", ".pdf"):
        raise WrongUsage(t("文件名要以 .xlsx 或 .pdf 结尾。"))
    with session.workspace() as workspace, session.screen.job() as job:
        from app.services.quality.dictionary import document_of, write_workbook

        document = document_of(workspace.context, workspace.quality, job)
        if kind == ".pdf":
            from app.pictures import write_dictionary

            write_dictionary(document, out)
        else:
            write_workbook(document, out)
    data = {"path": str(out), "entities": len(document.entities), "fields": document.fields}
    session.screen.result(data, t("数据字典已写到 {path}", path=out))
