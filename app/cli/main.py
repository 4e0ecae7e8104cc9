"""`kedang`: global options, groups, and how every failure becomes a sentence and an exit code.

0 done · 1 a defect of ours · 2 usage · 3 the input has errors · 4 environment · 5 cannot unlock · 6 not permitted ·
130 cancelled with Ctrl+C.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from app import __version__
from app.cli.screen import Screen
from app.cli.session import Session, WrongUsage
from app.core.clock import now
from app.core.dictionary import BUILT_IN
from app.core.i18n import LANGUAGES, set_language, t
from app.errors import AppError, Cancelled

CANCELLED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code. Never raises for anything a user can do."""
    args = list(sys.argv[1:] if argv is None else argv)
    screen = Screen(as_json="--json" in args)
    try:
        set_language(_language(args))
        code = build()(args, standalone_mode=False, prog_name="kedang", obj=screen)
        return code if isinstance(code, int) else 0
    except AppError as error:
        return screen.fail(str(error), error.details, error.exit_code)
    except typer.TyperException as error:
        return screen.fail(_usage(error), (), error.exit_code)
    except (Cancelled, KeyboardInterrupt, typer.Abort):
        return screen.fail(t("已取消，没有留下改动。"), (), CANCELLED)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output is gone; nobody is left to tell
        return 0
    except Exception as error:  # noqa: BLE001 - the last line of defence: a sentence instead of a traceback
        return screen.fail(_defect(error), (), 1)


def build() -> typer.Typer:
    """The whole command, its help in the language in force. Called with `obj`, the screen to answer on."""
    from app.cli import (
        archive,
        choices,
        clean,
        data,
        duplicates,
        fields,
        files,
        health,
        migration,
        records,
        reports,
        search,
        tickets,
    )  # fmt: skip

    app = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True, help=t("客档通命令行"))
    app.callback()(_options)
    app.command("version", help=t("显示版本"))(_version)
    app.add_typer(archive.build(), name="archive")
    app.add_typer(data.build(), name="data")
    app.add_typer(duplicates.build(), name="duplicates")
    app.add_typer(choices.build(), name="choices")
    app.add_typer(fields.build(), name="fields")
    app.add_typer(files.build(), name="files")
    app.add_typer(clean.build(), name="clean")
    app.add_typer(migration.build(), name="migration")
    app.add_typer(reports.build(), name="report")
    app.add_typer(health.build(), name="health")
    app.command("search", help=t("在所有档案中搜索"))(search.search)
    for entity in BUILT_IN:
        group = records.build(entity)
        if entity.key == "tickets":
            tickets.add_verbs(group)
        app.add_typer(group, name=entity.key.replace("_", "-"))
    return app


def _options(
    context: typer.Context,
    archive: Annotated[Path | None, typer.Option("--archive", envvar="KEDANG_ARCHIVE", help=t("档案文件"))] = None,
    user: Annotated[str | None, typer.Option("--user", help=t("用户名（默认：第一位管理员）"))] = None,
    password_file: Annotated[
        Path | None, typer.Option("--password-file", help=t("存放密码的文件（第一行）；也可用 KEDANG_PASSWORD"))
    ] = None,
    lang: Annotated[str, typer.Option("--lang", envvar="KEDANG_LANG", help="zh | en")] = "zh",
    as_json: Annotated[bool, typer.Option("--json", help=t("在标准输出打印一个 JSON 对象"))] = False,
) -> None:
    """The global options; the language is already in force."""
    assert lang in LANGUAGES
    screen: Screen = context.obj
    screen.as_json = as_json
    context.obj = Session(screen, archive, user, password_file)


def _version(context: typer.Context) -> None:
    """The version of the program."""
    context.obj.screen.result({"version": __version__}, __version__)


def _language(args: Sequence[str]) -> str:
    """The language asked for, before anything is parsed: help and usage errors are translated too."""
    asked = os.environ.get("KEDANG_LANG") or "zh"
    for place, word in enumerate(args):
        if word == "--lang" and place + 1 < len(args):
            asked = args[place + 1]
        elif word.startswith("--lang="):
            asked = word.removeprefix("--lang=")
    if asked not in LANGUAGES:
        raise WrongUsage(t("语言只能是 zh 或 en。"))
    return asked


def _usage(error: typer.TyperException) -> str:
    """What is wrong with the call, in words."""
    kind = type(error).__name__
    name = getattr(error, "option_name", None)
    parameter = getattr(error, "param", None)
    hint = parameter.get_error_hint() if parameter is not None and hasattr(parameter, "get_error_hint") else ""
    if kind == "NoSuchOption":
        return t("没有选项 {name}。", name=name)
    if kind == "MissingParameter":
        return t("缺少参数 {name}。", name=hint or "")
    if error.message == "Missing command.":
        return t("缺少命令。可以用 --help 查看用法。")
    if error.message.startswith("No such command"):
        return t("没有命令 {name}。可以用 --help 查看用法。", name=error.message.split("'")[1])
    return t("用法不对：{detail}", detail=error.format_message())


def _defect(error: Exception) -> str:
    """Note an unknown error in a log, and say where."""
    from app.core.paths import data_dir

    try:
        folder = data_dir() / "logs"
        folder.mkdir(exist_ok=True)
        path = folder / "kedang-cli.log"
        with path.open("a", encoding="utf-8", errors="replace") as log:
            log.write(f"{now().isoformat()} {__version__}\n{''.join(traceback.format_exception(error))}\n")
    except OSError:
        return t("程序内部出错，操作没有完成。")
    return t("程序内部出错，操作没有完成。详情已写入 {path}，请发给技术支持。", path=path)


if __name__ == "__main__":
    sys.exit(main())
