"""`kedang archive users`: who can open the archive and what each may do."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from app.cli.session import Limit, Offset, secret, session_of
from app.core.i18n import t

Roles = Annotated[str, typer.Option("--roles")]


def build() -> typer.Typer:
    """The group, its help in the language in force."""
    group = typer.Typer(help=t("用户：列出、新建、移除、角色、重设密码"), no_args_is_help=True)
    group.command("list", help=t("列出用户"))(list_users)
    group.command("add", help=t("新建用户；密码用 KEDANG_NEW_PASSWORD 或 --new-password-file"))(add)
    group.command("remove", help=t("移除用户并更换数据密钥"))(remove)
    group.command("roles", help=t("改变用户的角色，多个用逗号隔开"))(roles)
    group.command("reset", help=t("重设用户的密码"))(reset)
    return group


def _json(person: Any) -> dict[str, Any]:
    return {
        "id": str(person.id), "username": person.username, "name": person.name, "roles": list(person.roles),
        "teams": list(person.teams), "active": person.active,
    }  # fmt: skip


def list_users(context: typer.Context, limit: Limit = 100, offset: Offset = 0) -> None:
    """All users, the oldest first."""
    session = session_of(context)
    with session.workspace() as workspace:
        people = workspace.people.list()
    rows = [_json(p) for p in people[offset : offset + limit]]
    headings = (("username", t("用户名")), ("name", t("姓名")), ("roles", t("角色")), ("active", t("启用")))
    session.screen.rows(len(people), rows, headings)


def add(
    context: typer.Context,
    username: str,
    role_codes: Roles = "sales",
    name: Annotated[str, typer.Option()] = "",
    new_password_file: Annotated[Path | None, typer.Option()] = None,
) -> None:
    """A new user with a password of his own."""
    session = session_of(context)
    password = secret(new_password_file, "KEDANG_NEW_PASSWORD", t("新密码"), twice=True)
    with session.workspace() as workspace:
        person = workspace.people.add(username, name or username, password, _codes(role_codes))
    session.screen.result(_json(person), t("已新建用户“{name}”。", name=person.username))


def remove(context: typer.Context, username: str) -> None:
    """Take a user's access away for good; his records stay."""
    session = session_of(context)
    with session.workspace() as workspace:
        workspace.people.remove(username)
    session.screen.result({"username": username, "removed": True}, t("已移除用户“{name}”。", name=username))


def roles(context: typer.Context, username: str, role_codes: Annotated[str, typer.Argument(metavar="ROLES")]) -> None:
    """Other rights for a user."""
    session = session_of(context)
    with session.workspace() as workspace:
        person = workspace.people.set_roles(username, _codes(role_codes))
    session.screen.result(_json(person), t("“{name}”的角色已修改。", name=username))


def reset(
    context: typer.Context, username: str, new_password_file: Annotated[Path | None, typer.Option()] = None
) -> None:
    """A new password for a user who forgot his."""
    session = session_of(context)
    password = secret(new_password_file, "KEDANG_NEW_PASSWORD", t("新密码"), twice=True)
    with session.workspace() as workspace:
        workspace.people.reset_password(username, password)
    session.screen.result({"username": username, "reset": True}, t("用户“{name}”的新密码已生效。", name=username))


def _codes(text: str) -> list[str]:
    return [code.strip() for code in text.replace("，", ",").split(",") if code.strip()]
