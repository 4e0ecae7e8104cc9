"""`kedang data`: preview and import files, export, templates, undo, operations, interrupted imports."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli import importing
from app.cli.records import FilterOption, SortOption, columns_of, filter_of, sorts_of
from app.cli.session import Limit, Offset, WrongUsage, session_of
from app.core.i18n import t

if TYPE_CHECKING:
    from app.core.records import OperationInfo, UndoResult

Operation = Annotated[str, typer.Argument(metavar="OPERATION")]


def build() -> typer.Typer:
    """The group, its help in the language in force."""
    group = typer.Typer(help=t("导入、导出、模板、撤销"), no_args_is_help=True)
    group.command("preview", help=t("看看文件里有什么，会怎样导入"))(importing.preview)
    group.command("import", help=t("导入文件；有问题的行写入错误文件，退出码 3"))(importing.import_file)
    group.command("export", help=t("导出为 .xlsx、.csv、.json 或 .vcf"))(export)
    group.command("template", help=t("生成导入模板 .xlsx"))(template)
    group.command("undo", help=t("撤销一次操作；之后又改过的记录保留"))(undo)
    group.command("operations", help=t("列出操作，最近的在前"))(operations)
    group.command("resume", help=t("继续中断的导入；--roll-back 则全部退回"))(resume)
    group.command("sample", help=t("填入示例数据：两年的客户、商机、订单、回款和工单"))(sample)
    return group


def sample(
    context: typer.Context,
    customers: Annotated[int, typer.Option("--customers", min=1, max=1_000_000)] = 30_000,
    seed: Annotated[int, typer.Option("--seed")] = 20261121,
) -> None:
    """The sample office, the same for a seed and a day; one operation, one undo."""
    session = session_of(context)
    with session.workspace() as workspace, session.screen.job() as job:
        made = workspace.samples.fill(customers, seed=seed, job=job)
    data = {"operation": str(made.changes.operation_id), "created": dict(made.counts)}
    session.screen.result(data, t("已填入 {n} 位客户的示例数据", n=customers))


def export(
    context: typer.Context,
    out: Path,
    entity: Annotated[str, typer.Option("--from")],
    filter_text: FilterOption = None,
    sort: SortOption = None,
    columns: Annotated[str | None, typer.Option("--columns")] = None,
    encoding: Annotated[str, typer.Option("--encoding")] = "utf-8-sig",
) -> None:
    """The records that fit, as a file; an older file of that name is replaced."""
    session = session_of(context)
    condition, sorts = filter_of(filter_text), sorts_of(sort)
    with session.workspace() as workspace, session.screen.job() as job:
        report = workspace.exports.export(
            out, entity, condition=condition, sorts=sorts, columns=columns_of(columns), encoding=encoding, job=job
        )
    data = {"path": str(report.path), "rows": report.rows, "seconds": report.seconds}
    session.screen.result(data, t("已导出 {n} 条到 {path}", n=report.rows, path=report.path))


def template(context: typer.Context, entity: str, out: Path) -> None:
    """A template with this archive's custom fields; without an archive with the built-in fields."""
    from app.services.exchange.exporting.template import write_template

    session = session_of(context)
    if out.suffix.lower() != ".xlsx":
        raise WrongUsage(t("模板是 .xlsx 文件，请换一个文件名。"))
    with importing.knowledge(session) as known:
        made = write_template(entity, known.registry, out)
    session.screen.result({"path": str(made)}, t("已生成模板 {path}", path=made))


def undo(context: typer.Context, operation: Operation) -> None:
    """Put back what an operation changed."""
    session = session_of(context)
    with session.workspace() as workspace, session.screen.job() as job:
        found = workspace.history.undo(workspace.history.find(operation).id, job)
    session.screen.result(undone_json(found), undone_text(found))


def undone_json(found: UndoResult) -> dict[str, Any]:
    kept = [{"entity": k.entity, "id": str(k.id), "title": k.title, "reason": k.reason} for k in found.kept]
    return {"operation": str(found.operation_id), "reverted": found.reverted, "kept": kept}


def undone_text(found: UndoResult) -> str:
    lines = [t("已退回 {n} 条。", n=found.reverted)]
    return "\n".join([*lines, *(f"{k.title}：{k.reason}" for k in found.kept)])


def operations(
    context: typer.Context,
    limit: Limit = 50,
    offset: Offset = 0,
    state: Annotated[str | None, typer.Option("--state")] = None,
) -> None:
    """Operations, newest first; --state running lists interrupted ones."""
    session = session_of(context)
    with session.workspace() as workspace:
        total, found = workspace.history.list(limit=limit, offset=offset, state=state)
    headings = (
        ("started_at", t("时间")), ("id", t("操作")), ("kind", t("类型")), ("summary", t("内容")),
        ("actor", t("操作人")), ("state", t("状态")),
    )  # fmt: skip
    session.screen.rows(total, [_operation(o) for o in found], headings)


def _operation(info: OperationInfo) -> dict[str, Any]:
    from app.services.exchange.cells.record_json import moment_text

    data = asdict(info) | {"id": str(info.id), "undoes": str(info.undoes) if info.undoes else None}
    del data["params"]
    data["started_at"] = moment_text(info.started_at)
    data["finished_at"] = moment_text(info.finished_at) if info.finished_at else None
    return data | {"undoable": info.undoable}


def resume(
    context: typer.Context, operation: Operation, roll_back: Annotated[bool, typer.Option("--roll-back")] = False
) -> None:
    """Finish an import that was interrupted, or take all of it back."""
    session = session_of(context)
    with session.workspace() as workspace, session.screen.job() as job:
        info = workspace.history.find(operation)
        if roll_back:
            found = workspace.history.roll_back(info.id, job)
            session.screen.result(undone_json(found), undone_text(found))
            return
        report = workspace.imports.resume(info.id, job)
    importing.answer(session, report, [])
