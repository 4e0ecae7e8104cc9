"""`kedang fields`: the fields of every kind of record, and those the office adds to it."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from app.cli.session import Session, session_of
from app.core.fields import FieldType
from app.core.i18n import t
from app.core.kinds import CUSTOM_TYPES
from app.errors import UserError

Entity = Annotated[str, typer.Argument(metavar="ENTITY")]
Key = Annotated[str, typer.Argument(metavar="FIELD")]


def build() -> typer.Typer:
    """The group, its help in the language in force."""
    group = typer.Typer(help=t("字段：列出、增加、改名、停用"), no_args_is_help=True)
    group.command("list", help=t("列出一类档案的字段；自定义字段带用到它的档案数"))(list_fields)
    group.command("add", help=t("增加自定义字段；--type 类型，--choice 选项，--target 关联到哪类档案"))(add)
    group.command("rename", help=t("改名；档案里的值不变"))(rename)
    group.command("archive", help=t("停用；值都留着"))(archive)
    return group


def list_fields(context: typer.Context, entity: Entity) -> None:
    """All fields of a kind, in form order."""
    session = session_of(context)
    with session.workspace() as workspace:
        used = {info.key: info.used for info in workspace.fields.list(entity)}
        rows = [
            {
                "key": f.key, "label": f.label, "type": str(f.type), "custom": f.custom, "required": f.required,
                "target": f.target, "used": used.get(f.key),
            }
            for f in workspace.context.registry.entity(entity).fields
        ]  # fmt: skip
    headings = (
        ("key", t("字段")), ("label", t("名称")), ("type", t("类型")), ("custom", t("自定义")), ("used", t("档案数")),
    )  # fmt: skip
    session.screen.rows(len(rows), rows, headings)


def add(
    context: typer.Context,
    entity: Entity,
    label: str,
    kind: Annotated[str, typer.Option("--type")] = "text",
    choice: Annotated[list[str] | None, typer.Option("--choice")] = None,
    target: Annotated[str, typer.Option("--target")] = "",
) -> None:
    """A new field of the office's."""
    session = session_of(context)
    if kind not in set(CUSTOM_TYPES):
        raise UserError(t("没有“{name}”这种类型。可用的有：{names}。", name=kind, names=", ".join(CUSTOM_TYPES)))
    with session.workspace() as workspace:
        key = workspace.fields.add(entity, label, FieldType(kind), choices=choice or (), target=target)
    _done(session, {"key": key})


def rename(context: typer.Context, key: Key, label: str) -> None:
    """Another label."""
    session = session_of(context)
    with session.workspace() as workspace:
        workspace.fields.rename(key, label)
    _done(session, {"key": key})


def archive(context: typer.Context, key: Key) -> None:
    """Put away."""
    session = session_of(context)
    with session.workspace() as workspace:
        workspace.fields.archive(key)
    _done(session, {"key": key})


def _done(session: Session, data: dict[str, Any]) -> None:
    session.screen.result(data, t("已保存。"))
