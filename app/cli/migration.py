"""`kedang migration`: bring the exports of another system over, as one project."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli.session import WrongUsage, secret, session_of
from app.core.i18n import t
from app.errors import UserError

if TYPE_CHECKING:
    from app.services.migration.records import Project, Run, StepResult

Paths = Annotated[list[Path], typer.Argument(metavar="PATH…")]
Name = Annotated[str, typer.Argument(metavar="NAME")]


def build() -> typer.Typer:
    """The group, its help in the language in force."""
    group = typer.Typer(help=t("从别的系统迁移：识别、试运行、迁移、核对、回退、签字"), no_args_is_help=True)
    group.command("detect", help=t("看看这些文件是哪个系统导出的哪种记录"))(detect)
    group.command("create", help=t("用这些文件建立迁移项目"))(create)
    group.command("list", help=t("列出迁移项目"))(listed)
    group.command("show", help=t("显示迁移项目的步骤和运行结果"))(show)
    group.command("recipe", help=t("某一步先按清洗配方整理"))(recipe)
    group.command("trial", help=t("试运行：在副本上做一遍并核对，不改动档案"))(trial)
    group.command("run", help=t("正式迁移；中断后再次运行会从中断的一步继续"))(run)
    group.command("rollback", help=t("整体回退：撤销这个项目带来的全部记录"))(rollback)
    group.command("report", help=t("导出签字报告 .xlsx"))(report)
    group.command("signoff", help=t("签字确认迁移完成"))(signoff)
    group.command("delete", help=t("删除迁移项目；已经迁移的记录保留"))(delete)
    return group


def detect(context: typer.Context, paths: Paths) -> None:
    """Whose exports these are."""
    from app.services.migration.presets import system_label

    session = session_of(context)
    with session.workspace() as workspace, session.screen.job() as job:
        found = workspace.migrations.detect(paths, job)
    data = [
        {
            "path": str(d.path), "sheet": d.sheet, "system": d.system, "entity": d.entity, "rows": d.rows,
            "columns": d.columns, "sure": d.sure,
        }
        for d in found
    ]  # fmt: skip
    lines = [f"{d.path.name}：{system_label(d.system) or '—'} → {d.entity}（{d.rows}）" for d in found]
    session.screen.result({"total": len(data), "files": data}, "\n".join(lines))


def create(
    context: typer.Context,
    name: Name,
    paths: Paths,
    other_user: Annotated[str, typer.Option("--other-user")] = "",
    other_password_file: Annotated[Path | None, typer.Option("--other-password-file")] = None,
    folder: Annotated[Path | None, typer.Option("--folder")] = None,
) -> None:
    """A project of files and folders, or of one other archive (its password: --other-password-file or
    KEDANG_OTHER_PASSWORD; --folder: where its records are laid out)."""
    session = session_of(context)
    archives = [p for p in paths if p.suffix.lower() == ".kedang"]
    if archives and len(paths) > 1:
        raise WrongUsage(t("从另一个档案迁移时只能给出这一个文件。"))
    with session.workspace() as workspace, session.screen.job() as job:
        if archives:
            password = secret(other_password_file, "KEDANG_OTHER_PASSWORD", t("另一个档案的密码"))
            place = folder or archives[0].with_name(f"{archives[0].stem}-migration")
            made = workspace.migrations.create_from_archive(name, archives[0], other_user, password, place, job)
        else:
            made = workspace.migrations.create(name, paths, job)
    session.screen.result(project_json(made), t("已建立迁移项目“{name}”：{n} 步", name=made.name, n=len(made.steps)))


def listed(context: typer.Context) -> None:
    """All projects, the latest first."""
    session = session_of(context)
    with session.workspace() as workspace:
        found = workspace.migrations.projects()
    rows = [
        {"name": p.name, "state": p.state, "steps": len(p.steps), "rows": p.rows, "runs": len(p.runs)} for p in found
    ]
    headings = (
        ("name", t("名称")),
        ("state", t("状态")),
        ("steps", t("步骤")),
        ("rows", t("行数")),
        ("runs", t("运行次数")),
    )
    session.screen.rows(len(rows), rows, headings)


def show(context: typer.Context, name: Name) -> None:
    """One project with everything about it."""
    session = session_of(context)
    with session.workspace() as workspace:
        found = workspace.migrations.get(name)
    lines = [f"{i}. {s.path.name} → {s.entity}（{s.rows}）" for i, s in enumerate(found.steps, 1)]
    session.screen.result(project_json(found), "\n".join([f"{found.name}：{found.state}", *lines]))


def recipe(
    context: typer.Context,
    name: Name,
    step: Annotated[int, typer.Argument(min=1, metavar="STEP")],
    saved: Annotated[str, typer.Argument(metavar="RECIPE")] = "",
) -> None:
    """Clean a step's table by a saved recipe before it is brought over; without RECIPE no longer."""
    session = session_of(context)
    with session.workspace() as workspace, session.screen.job() as job:
        if step > len(workspace.migrations.get(name).steps):
            raise WrongUsage(t("这个项目没有第 {n} 步。", n=step))
        made = workspace.migrations.set_recipe(name, step - 1, saved, job)
    text = t("第 {n} 步先按“{recipe}”清洗", n=step, recipe=saved) if saved else t("第 {n} 步不再清洗", n=step)
    session.screen.result(project_json(made), text)


def trial(context: typer.Context, name: Name) -> None:
    """Try everything on a copy."""
    session = session_of(context)
    with session.workspace() as workspace, session.screen.job() as job:
        found = workspace.migrations.trial(name, job)
    _answer(context, found)


def run(
    context: typer.Context, name: Name, incremental: Annotated[bool, typer.Option("--incremental")] = False
) -> None:
    """Bring everything over, or what changed since."""
    session = session_of(context)
    with session.workspace() as workspace, session.screen.job() as job:
        found = workspace.migrations.run(name, job, incremental=incremental)
    _answer(context, found)


def rollback(context: typer.Context, name: Name) -> None:
    """Take back all the project brought over."""
    session = session_of(context)
    with session.workspace() as workspace, session.screen.job() as job:
        found = workspace.migrations.roll_back(name, job)
    kept = [{"title": title, "reason": reason} for title, reason in found.kept]
    data = {"reverted": found.reverted, "operations": found.operations, "kept": kept}
    session.screen.result(data, t("已退回 {n} 条。", n=found.reverted))


def report(context: typer.Context, name: Name, out: Path) -> None:
    """The sign-off report."""
    session = session_of(context)
    if out.suffix.lower() != ".xlsx":
        raise WrongUsage(t("报告是 .xlsx 文件，请换一个文件名。"))
    with session.workspace() as workspace:
        made = workspace.migrations.report(name, out)
    session.screen.result({"path": str(made)}, t("已写好 {path}", path=made))


def signoff(context: typer.Context, name: Name) -> None:
    """Confirm that everything is over."""
    session = session_of(context)
    with session.workspace() as workspace:
        found = workspace.migrations.sign_off(name)
    data = {"name": found.name, "state": found.state, "signed_by": found.signed_by, "signed_at": found.signed_at}
    session.screen.result(data, t("“{name}”已签字确认", name=found.name))


def delete(context: typer.Context, name: Name) -> None:
    """Forget a project."""
    session = session_of(context)
    with session.workspace() as workspace:
        workspace.migrations.delete(name)
    session.screen.result({"deleted": name}, t("已删除“{name}”", name=name))


# ---- as JSON --------------------------------------------------------------------------------------------------------


def _answer(context: typer.Context, found: Run) -> None:
    """Tell how a run went; exit code 3 when rows were left out."""
    session = session_of(context)
    lines = [
        t("{file}：新建 {created}，更新 {updated}，未变 {unchanged}，跳过 {skipped}，未导入 {out}",
          file=s.file, created=s.created, updated=s.updated, unchanged=s.unchanged, skipped=s.skipped,
          out=s.rejected + s.ambiguous)
        for s in found.steps
    ]  # fmt: skip
    session.screen.result(run_json(found), "\n".join(lines))
    if found.left_out:
        raise typer.Exit(UserError.exit_code)


def run_json(found: Run) -> dict[str, Any]:
    """A run as JSON data."""
    return {
        "id": str(found.id), "kind": found.kind, "state": found.state, "by": found.by, "error": found.error,
        "ok": all(s.ok for s in found.steps), "rejected": found.left_out, "steps": [_step_json(s) for s in found.steps],
    }  # fmt: skip


def _step_json(step: StepResult) -> dict[str, Any]:
    from app.core.amounts import money_text

    money = [
        {
            "column": m.column, "file": money_text(m.file), "refused": money_text(m.refused), "ok": m.ok,
            "archive": money_text(m.archive) if m.archive is not None else None,
        }
        for m in step.money
    ]  # fmt: skip
    return {**step.to_json(), "ok": step.ok, "counted": step.counted, "money": money}


def project_json(found: Project) -> dict[str, Any]:
    """A project as JSON data."""
    return {
        "name": found.name, "state": found.state, "signed_by": found.signed_by, "signed_at": found.signed_at,
        "steps": [
            {
                "path": str(s.path), "sheet": s.sheet, "system": s.system, "entity": s.entity, "rows": s.rows, "mode": s.mode,
                "recipe": s.recipe,
                "mapping": {c.name: c.target for c in s.plan.columns},
            }
            for s in found.steps
        ],
        "runs": [run_json(r) for r in found.runs],
    }  # fmt: skip
