"""One call of the command: which archive, who, which password, and the open workspace."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, cast

import typer

from app.cli.screen import Screen
from app.core.i18n import t
from app.errors import AppError, CannotUnlock, EnvironmentProblem

if TYPE_CHECKING:
    from app.services.workspace import Workspace

ORIGIN = "cli"
#: what a page of a list may ask for: no more than the engine counts
_MOST = 2**31 - 1
Limit = Annotated[int, typer.Option("--limit", min=0, max=_MOST)]
Offset = Annotated[int, typer.Option("--offset", min=0, max=_MOST)]


class WrongUsage(AppError):
    """The command was not called rightly."""

    exit_code: ClassVar[int] = 2


@dataclass(frozen=True)
class Session:
    """The global options of one call."""

    screen: Screen
    archive: Path | None = None
    user: str | None = None
    password_file: Path | None = None

    def path(self, given: Path | None = None) -> Path:
        """The archive's path: the command's own argument, else --archive or KEDANG_ARCHIVE."""
        found = given or self.archive
        if found is None:
            raise WrongUsage(t("请用 --archive 或环境变量 KEDANG_ARCHIVE 指定档案文件。"))
        return found

    def password(self, *, new: bool = False) -> str:
        """The password from --password-file, KEDANG_PASSWORD or a prompt; `new`: it is being chosen, so asked twice."""
        return secret(self.password_file, "KEDANG_PASSWORD", t("密码"), twice=new)

    def has_password(self) -> bool:
        """Whether the password is given without asking."""
        return self.password_file is not None or bool(os.environ.get("KEDANG_PASSWORD"))

    @contextlib.contextmanager
    def workspace(self, given: Path | None = None, *, read_only: bool = False) -> Iterator[Workspace]:
        """The open archive; closed properly at the end whatever happens."""
        from app.bootstrap import open_workspace

        path = self.path(given)
        if not path.exists():
            raise EnvironmentProblem(t("找不到文件：{path}", path=path))
        password = self.password()
        with self.screen.job() as job:  # an older archive is brought up first
            opened = open_workspace(path, self.user, password, origin=ORIGIN, read_only=read_only, job=job)
        try:
            yield opened
        finally:
            opened.close()


def session_of(context: typer.Context) -> Session:
    """The session of a running command."""
    return cast("Session", context.obj)


def secret(file: Path | None, variable: str, label: str, *, twice: bool = False) -> str:
    """A secret from a file's first line, an environment variable, or a prompt. Raises CannotUnlock when nobody can be
    asked."""
    if file is not None:
        try:
            text = file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise EnvironmentProblem(t("读不了文件：{path}", path=file)) from error
        return text.partition("\n")[0].rstrip("\r")
    given = os.environ.get(variable)
    if given:
        return given
    if not sys.stdin.isatty():
        raise CannotUnlock(t("没有给出{what}：请用文件选项或环境变量 {variable}。", what=label, variable=variable))
    asked: str = typer.prompt(label, hide_input=True, confirmation_prompt=twice, err=True)
    return asked
