"""Consoles that cannot show everything: every list comes to its end, and JSON means the same on all of them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer.main

from app.bootstrap import create_workspace
from app.cli.main import build

ROOT = Path(__file__).resolve().parents[3]
PASSWORD = "Geheim#2030"
NAME = "恒力🚀机械 Ÿ"
#: how Python is told what the console can show → what of `NAME` is seen there
CONSOLES = {
    "gbk": ({"PYTHONIOENCODING": "gbk"}, "恒力?机械 ?"),
    "cp1252": ({"PYTHONIOENCODING": "cp1252"}, "????? Ÿ"),
    "C": ({"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, "????? ?"),
    "utf-8": ({"PYTHONUTF8": "1"}, NAME),
}
SOME = [
    ["customers", "list"],
    ["search", "恒力"],
    ["data", "operations"],
    ["report", "run", "rfm"],
    ["health", "show"],
    ["--help"],
]


def lists() -> list[list[str]]:
    """Every command that ends in `list` and needs no more words."""
    found: list[list[str]] = []

    def walk(command: Any, path: list[str]) -> None:
        for name, inner in getattr(command, "commands", {}).items():
            walk(inner, [*path, name])
        if path[-1:] == ["list"] and not any(param.required for param in command.params):
            found.append(path)

    walk(typer.main.get_command(build()), [])
    return found


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("consoles") / "a.kedang"
    workspace, _code = create_workspace(path, "admin", PASSWORD, name="管理员🚀")
    try:
        workspace.customers.create({"name": NAME})
    finally:
        workspace.close()
    return path


def environment(archive: Path, console: dict[str, str]) -> dict[str, str]:
    bare = {
        k: v
        for k, v in os.environ.items()
        if not k.startswith(("LC_", "LANG", "PYTHONUTF8", "PYTHONIOENCODING", "PYTHONCOERCE"))
    }
    home = archive.parent / "home"
    return {
        **bare,
        "KEDANG_HOME": str(home),
        "KEDANG_ARCHIVE": str(archive),
        "KEDANG_PASSWORD": PASSWORD,
        "PYTHONPATH": str(ROOT),
        **console,
    }


def commands_file(folder: Path, commands: list[list[str]]) -> Path:
    file = folder / "commands.json"
    file.write_text(json.dumps(commands), encoding="utf-8")
    return file


def played(command: list[str], env: dict[str, str], *, terminal: bool) -> bytes:
    """What the command shows; on a terminal, both of its streams as one."""
    whole = [sys.executable, "-m", *command]
    if not terminal:
        return subprocess.run(whole, cwd=ROOT, env=env, capture_output=True, timeout=150, check=False).stdout
    import pty

    ours, theirs = pty.openpty()
    with subprocess.Popen(whole, cwd=ROOT, env=env, stdin=theirs, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                part = os.read(ours, 1 << 16)
            except OSError:  # how Linux says that nobody is at the other end
                break
            if not part:
                break
            shown += part
        os.close(ours)
        process.wait(60)
    return shown


@pytest.mark.skipif(sys.platform == "win32", reason="terminals of POSIX")
@pytest.mark.timeout(300)
@pytest.mark.parametrize("console", CONSOLES)
def test_that_lists_come_to_their_end_on_a_terminal(archive: Path, tmp_path: Path, console: str) -> None:
    setting, seen = CONSOLES[console]
    commands = SOME + (lists() if console == "gbk" else [])
    file = commands_file(tmp_path, [*commands, ["no-such-🚀"]])
    shown = played(["tests.helpers.console_player", str(file)], environment(archive, setting), terminal=True)
    text = shown.decode(setting.get("PYTHONIOENCODING", "utf-8"))
    codes = json.loads(file.with_suffix(".codes").read_text(encoding="utf-8"))
    assert dict.fromkeys(codes[:-1]) == {0: None}, text
    assert codes[-1] == 2
    assert seen in text
    assert "Traceback" not in text


@pytest.mark.timeout(300)
@pytest.mark.parametrize("console", CONSOLES)
def test_that_json_is_exact_and_tables_come_through_a_pipe(archive: Path, tmp_path: Path, console: str) -> None:
    setting, _seen = CONSOLES[console]
    file = commands_file(tmp_path, [["--json", "customers", "list"], ["customers", "list"]])
    out = played(["tests.helpers.console_player", str(file)], environment(archive, setting), terminal=False)
    assert json.loads(file.with_suffix(".codes").read_text(encoding="utf-8")) == [0, 0]
    exact, _, table = out.partition(b"\n")
    encoding = setting.get("PYTHONIOENCODING", "utf-8")  # a pipe is UTF-8 unless somebody said otherwise
    assert [row["name"] for row in json.loads(exact.decode(encoding))["rows"]] == [NAME]
    assert NAME.encode(encoding, "replace") in table


@pytest.mark.parametrize("module", ["app", "app.cli.main"])
def test_that_help_is_shown_where_chinese_cannot_be(tmp_path: Path, module: str) -> None:
    env = environment(tmp_path / "a.kedang", {"PYTHONIOENCODING": "ascii"})
    done = subprocess.run(
        [sys.executable, "-m", module, "--help"], cwd=ROOT, env=env, capture_output=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"kedang" in done.stdout
