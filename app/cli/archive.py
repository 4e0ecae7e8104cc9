"""`kedang archive`: the file itself: create, check, back up, restore, passwords and keys."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli import users
from app.cli.session import ORIGIN, WrongUsage, secret, session_of
from app.core.i18n import t
from app.errors import EnvironmentProblem

OptionalPath = Annotated[Path | None, typer.Argument()]
SecretFile = Annotated[Path | None, typer.Option()]


def build() -> typer.Typer:
    """The group, its help in the language in force."""
    group = typer.Typer(help=t("档案文件：新建、检查、备份、恢复、密码"), no_args_is_help=True)
    group.command("create", help=t("新建档案，打印一次恢复码"))(create)
    group.command("info", help=t("档案概况；给出密码时包括记录数"))(info)
    group.command("verify", help=t("检查档案是否完好"))(verify)
    group.command("reindex", help=t("重建搜索索引"))(reindex)
    group.command("backup", help=t("备份到文件或文件夹"))(backup)
    group.command("restore", help=t("把备份恢复成新的档案文件"))(restore)
    group.command("passwd", help=t("修改自己的密码"))(passwd)
    group.command("rotate", help=t("更换数据密钥；--recovery-code 同时换恢复码"))(rotate)
    group.command("recover", help=t("用恢复码打开，并设新密码"))(recover)
    group.add_typer(users.build(), name="users")
    return group


def new_password(file: Path | None) -> str:
    """A password being chosen: --new-password-file, KEDANG_NEW_PASSWORD, or a prompt asked twice."""
    return secret(file, "KEDANG_NEW_PASSWORD", t("新密码"), twice=True)


def create(context: typer.Context, path: OptionalPath = None, name: Annotated[str, typer.Option()] = "") -> None:
    """A new archive; --user names its first administrator (default: admin)."""
    from app.bootstrap import create_workspace

    session = session_of(context)
    target, user = session.path(path), session.user or "admin"
    workspace, code = create_workspace(target, user, session.password(new=True), name=name, origin=ORIGIN)
    workspace.close()
    text = t("已新建 {path}\n恢复码（只显示这一次，请打印保存）：\n{code}", path=target, code=code)
    session.screen.result({"path": str(target), "user": user, "recovery_code": code}, text)


def info(context: typer.Context, path: OptionalPath = None) -> None:
    """What is known of the file without a password; with one also what is inside."""
    from app.services.vault.service import header_info

    session = session_of(context)
    data: dict[str, Any] = header_info(session.path(path))
    if session.has_password() and not data["open"]:
        with session.workspace(path, read_only=True) as workspace:
            data |= workspace.vault.info()
    session.screen.result(data, _lines(data))


def verify(context: typer.Context, path: OptionalPath = None) -> None:
    """A full check-up; a damaged archive ends with exit code 4."""
    session = session_of(context)
    with session.workspace(path) as workspace, session.screen.job() as job:
        found = workspace.vault.verify(job)
    data = {"ok": found.ok, "problems": list(found.problems), "counts": found.counts}
    text = t("档案完好。") if found.ok else "\n".join(found.problems)
    session.screen.result(data, text)
    if not found.ok:
        raise typer.Exit(EnvironmentProblem.exit_code)


def reindex(context: typer.Context, path: OptionalPath = None) -> None:
    """Throw the search index away and make it anew from the records."""
    session = session_of(context)
    with session.workspace(path) as workspace, session.screen.job() as job:
        made = workspace.vault.rebuild_search(job)
    session.screen.result({"path": str(session.path(path)), "entries": made}, t("搜索索引已重建，共 {n} 条。", n=made))


def backup(context: typer.Context, dest: Path) -> None:
    """A verified copy while the archive stays as it is."""
    session = session_of(context)
    with session.workspace() as workspace, session.screen.job() as job:
        made = workspace.vault.backup(dest, job)
    data = {"path": str(made), "size": made.stat().st_size}
    session.screen.result(data, t("已备份到 {path}", path=made))


def restore(context: typer.Context, backup_file: Annotated[Path, typer.Argument(metavar="BACKUP")], dest: Path) -> None:
    """Prove that the backup opens, then put it at DEST."""
    from app.services.vault.service import restore as bring_back

    session = session_of(context)
    counts = bring_back(backup_file, dest, session.user, session.password())
    session.screen.result({"path": str(dest), "counts": counts}, t("已恢复到 {path}", path=dest))


def passwd(context: typer.Context, path: OptionalPath = None, new_password_file: SecretFile = None) -> None:
    """Another password for --user; the data is not encrypted anew."""
    session = session_of(context)
    old, new = session.password(), new_password(new_password_file)
    with session.workspace(path) as workspace:
        workspace.people.change_password(old, new)
        data = {"path": str(session.path(path)), "user": _username(workspace)}
    session.screen.result(data, t("密码已修改。"))


def rotate(
    context: typer.Context,
    path: OptionalPath = None,
    recovery_code: Annotated[bool, typer.Option("--recovery-code")] = False,
) -> None:
    """A new data key; everybody keeps his password."""
    session = session_of(context)
    with session.workspace(path) as workspace:
        workspace.vault.rotate_key()
        data: dict[str, Any] = {"path": str(session.path(path)), "generation": workspace.archive.header.generation}
        text = t("数据密钥已更换。")
        if recovery_code:
            data["recovery_code"] = workspace.vault.new_recovery_code()
            code = data["recovery_code"]
            text += "\n" + t("新的恢复码（只显示这一次，请打印保存）：\n{code}", code=code)
            data["generation"] = workspace.archive.header.generation
    session.screen.result(data, text)


def recover(
    context: typer.Context,
    path: OptionalPath = None,
    code_file: SecretFile = None,
    new_password_file: SecretFile = None,
) -> None:
    """Open with the recovery code (KEDANG_RECOVERY_CODE, --code-file or asked) and set a new password."""
    from app.bootstrap import recover_workspace

    session = session_of(context)
    target = session.path(path)
    code = secret(code_file, "KEDANG_RECOVERY_CODE", t("恢复码"))
    new = new_password(new_password_file)
    workspace = recover_workspace(target, code, origin=ORIGIN)
    try:
        user = session.user or _username(workspace)
        workspace.people.reset_password(user, new)
    finally:
        workspace.close()
    session.screen.result({"path": str(target), "user": user}, t("用户“{name}”的新密码已生效。", name=user))


def _username(workspace: Any) -> str:
    me = workspace.actor.user_id
    found = next((p.username for p in workspace.people.list() if p.id == me), None)
    if found is None:
        raise WrongUsage(t("请用 --user 指定用户。"))
    return str(found)


def _lines(data: dict[str, Any]) -> str:
    return "\n".join(f"{key}: {value}" for key, value in data.items())
