"""`kedang choices`: the values of pick-lists, as the office wants them."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from app.cli.session import Session, session_of
from app.core.i18n import t

Entity = Annotated[str, typer.Argument(metavar="ENTITY")]
FieldKey = Annotated[str, typer.Argument(metavar="FIELD")]
English = Annotated[str, typer.Option("--en")]
Code = Annotated[str, typer.Argument(metavar="CODE")]


def build() -> typer.Typer:
    """The group, its help in the language in force."""
    group = typer.Typer(help=t("选项：列出、增加、改名、改颜色、排序、停用、合并"), no_args_is_help=True)
    group.command("list", help=t("列出一个字段的选项和用到它的档案数；不给字段则列出有选项的字段"))(list_choices)
    group.command("add", help=t("增加选项；--en 英文名，--meaning 含义，--tone 颜色"))(add)
    group.command("rename", help=t("改名；--en 英文名；档案里的值不变"))(rename)
    group.command("mean", help=t("改自己加的、还没有用到的选项的含义"))(mean)
    group.command("colour", help=t("改颜色"))(colour)
    group.command("order", help=t("按给出的顺序排列"))(order)
    group.command("retire", help=t("停用；--again 重新使用"))(retire)
    group.command("merge", help=t("用到它的档案改成另一个选项，一步撤销"))(merge)
    return group


def _list_fields(session: Session) -> None:
    """Every pick-list."""
    with session.workspace() as workspace:
        registry = workspace.context.registry
        rows = [
            {
                "entity": entity,
                "field": f.key,
                "label": f"{registry.entity(entity).label}·{f.label}",
                "office": f.office,
                "meanings": {m.key: m.label for m in f.meanings},
            }
            for entity, f in workspace.choices.fields()
        ]
    headings = (("entity", t("类别")), ("field", t("字段")), ("label", t("名称")), ("office", t("可增加")))
    session.screen.rows(len(rows), rows, headings)


def list_choices(
    context: typer.Context,
    entity: Annotated[str, typer.Argument(metavar="[ENTITY")] = "",
    field: Annotated[str, typer.Argument(metavar="FIELD]")] = "",
) -> None:
    """The values of one, or the fields that have some."""
    session = session_of(context)
    if not entity or not field:
        _list_fields(session)
        return
    with session.workspace() as workspace:
        rows = [
            {
                "code": info.choice.code, "label": info.choice.label, "zh": info.choice.zh, "en": info.choice.en,
                "meaning": info.choice.meaning, "tone": info.choice.tone, "retired": info.choice.retired, "own": info.own,
                "used": info.used,
            }
            for info in workspace.choices.list(entity, field)
        ]  # fmt: skip
    headings = (
        ("code", t("代码")), ("label", t("名称")), ("meaning", t("含义")), ("tone", t("颜色")), ("retired", t("已停用")), ("used", t("档案数")),
    )  # fmt: skip
    session.screen.rows(len(rows), rows, headings)


def add(
    context: typer.Context,
    entity: Entity,
    field: FieldKey,
    label: str,
    tone: Annotated[str, typer.Option()] = "gray",
    en: English = "",
    meaning: Annotated[str, typer.Option()] = "",
) -> None:
    """A new value."""
    session = session_of(context)
    with session.workspace() as workspace:
        code = workspace.choices.add(entity, field, label, tone, en=en, meaning=meaning)
    _done(session, {"code": code})


def rename(context: typer.Context, entity: Entity, field: FieldKey, code: Code, label: str, en: English = "") -> None:
    """Another name."""
    session = session_of(context)
    with session.workspace() as workspace:
        workspace.choices.rename(entity, field, code, label, en)
    _done(session, {"code": code})


def mean(context: typer.Context, entity: Entity, field: FieldKey, code: Code, meaning: str) -> None:
    """Another meaning."""
    session = session_of(context)
    with session.workspace() as workspace:
        workspace.choices.mean(entity, field, code, meaning)
    _done(session, {"code": code})


def colour(context: typer.Context, entity: Entity, field: FieldKey, code: Code, tone: str) -> None:
    """Another colour."""
    session = session_of(context)
    with session.workspace() as workspace:
        workspace.choices.colour(entity, field, code, tone)
    _done(session, {"code": code})


def order(context: typer.Context, entity: Entity, field: FieldKey, codes: list[str]) -> None:
    """Another order."""
    session = session_of(context)
    with session.workspace() as workspace:
        workspace.choices.order(entity, field, codes)
    _done(session, {"codes": codes})


def retire(
    context: typer.Context,
    entity: Entity,
    field: FieldKey,
    code: Code,
    again: Annotated[bool, typer.Option("--again")] = False,
) -> None:
    """Offered no more, or again."""
    session = session_of(context)
    with session.workspace() as workspace:
        workspace.choices.retire(entity, field, code, retired=not again)
    _done(session, {"code": code})


def merge(context: typer.Context, entity: Entity, field: FieldKey, code: Code, into: str) -> None:
    """One value into another."""
    session = session_of(context)
    with session.workspace() as workspace, session.screen.job() as job:
        done = workspace.choices.merge(entity, field, code, into, job)
    operation = str(done.changes.operation_id) if done.changes.operation_id else None
    kept = [{"id": str(k.id), "title": k.title, "why": k.reason} for k in done.kept]
    data = {"changed": done.changed, "kept": kept, "operation": operation}
    session.screen.result(data, t("已修改 {n} 条，{kept} 条没有改动。", n=done.changed, kept=len(done.kept)))


def _done(session: Session, data: dict[str, Any]) -> None:
    session.screen.result(data, t("已保存。"))
