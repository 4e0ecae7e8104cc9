"""The program as a process: what it loads, its self-test, and that a lock really replaces it."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.core.i18n import set_language
from app.db.header_file import sidecar
from app.log import DiscreetFormatter, start_logging
from app.program import fresh_command
from tests.gui.archives import PASSWORD, USER, opened

ROOT = Path(__file__).resolve().parents[3]
DRIVER = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from app import entry

def step(state=[]):
    for window in QApplication.topLevelWidgets():
        name = type(window).__name__
        if name == "StartWindow" and window.isVisible() and not window.unlock.busy and not state:
            window.unlock._password.edit.setText({password!r})
            window.unlock.submit()
            state.append("typed")
        if name == "MainWindow" and window.isVisible() and "locked" not in state and not window._runner.busy():
            state.append("locked")
            print("READY", *sorted(sys.modules), flush=True)
            {then}

begin = entry.Program.begin
def and_drive(self, *args):
    begin(self, *args)
    timer = QTimer(self)
    timer.timeout.connect(step)
    timer.start(50)
entry.Program.begin = and_drive
sys.exit(entry.run_window(Path(sys.argv[1]), locked_user={user!r}))
"""


def environment(home: Path) -> dict[str, str]:
    paths = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    return {**os.environ, "KEDANG_HOME": str(home), "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": paths}


def drive(archive: Path, home: Path, then: str) -> subprocess.CompletedProcess[str]:
    script = DRIVER.format(password=PASSWORD, user=USER, then=then)
    return subprocess.run(
        [sys.executable, "-c", script, str(archive)],
        env=environment(home), capture_output=True, text=True, timeout=60, check=False, cwd=home,
    )  # fmt: skip


def test_that_the_self_test_passes_and_shows_no_window(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "app", "--selftest", str(tmp_path / "self")],
        env=environment(tmp_path), cwd=ROOT, capture_output=True, text=True, timeout=90, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "self" / "selftest.kedang").exists()


def test_that_the_self_test_can_fail(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "app", "--selftest", str(blocked)],
        env=environment(tmp_path), cwd=ROOT, capture_output=True, text=True, timeout=90, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Error" in done.stderr


def test_that_the_entry_module_loads_no_window_toolkit():
    code = "import sys, app.__main__; print(*[m for m in sys.modules if m.startswith('PySide6')])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == ""


#: what the first window may stand on, besides Python itself
LIBRARIES = {"PySide6", "shiboken6", "platformdirs"}
#: whoever opened an archive has not asked for these yet
HEAVY = (
    "pandas",
    "pyqtgraph",
    "openpyxl",
    "xlsxwriter",
    "phonenumbers",
    "python_calamine",
    "pypinyin",
    "opencc",
    "rapidfuzz",
    "re2",
)
TOP = {"app.entry", "app.errors", "app.log", "app.program", "app.views"}
FLOORS = ("app.core", "app.settings", "app.views.operations", "app.views.theme", "app.views.vault", "app.views.widgets")
STARTED = """
import os, sys
from pathlib import Path
from app import entry
leave = os._exit
def told(code):
    for name, module in sys.modules.items():
        file = (getattr(module, "__file__", None) or "").replace("\\\\", "/")
        print("installed" if "site-packages" in file else "other", file.rpartition("site-packages/")[2].partition("/")[0], name)
    sys.stdout.flush()
    leave(code)
os._exit = told
entry.start_for_benchmark(*map(Path, sys.argv[1:]))
"""


@pytest.mark.parametrize("form", ["welcome", "unlock"])
def test_that_the_first_window_stands_on_nothing_it_does_not_need(archive_path, tmp_path, form):
    arguments = [str(archive_path)] if form == "unlock" else []
    done = subprocess.run(
        [sys.executable, "-c", STARTED, *arguments],
        env=environment(tmp_path), cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    loaded = [line.split(" ") for line in done.stdout.splitlines()]
    names = [name for *_, name in loaded]
    assert ("app.views.vault.unlock_form" in names) is (form == "unlock")
    packages = {
        package for kind, package, _ in loaded if kind == "installed" and not package.startswith("__editable__")
    }
    assert packages - {"_distutils_hack"} <= LIBRARIES
    assert not [n for n in names if n.startswith("app.") and n not in TOP and not n.startswith(FLOORS)]


def test_that_starting_and_opening_loads_nothing_heavy(archive_path, tmp_path):
    done = drive(archive_path, tmp_path, "window.close()")
    assert done.returncode == 0, done.stderr
    loaded = done.stdout.split()
    assert "app.views.shell.main_window" in loaded
    for heavy in HEAVY:
        assert heavy not in loaded
    assert not sidecar(archive_path).exists()


def processes_with(text: str) -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                line = (folder / "cmdline").read_bytes().decode(errors="replace")
            except OSError:
                continue
            if text in line and "--locked=" in line:
                found.append(int(folder.name))
    return found


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks processes up in /proc")
def test_that_locking_replaces_the_process(archive_path, tmp_path):
    done = drive(archive_path, tmp_path, "print('PID', __import__('os').getpid(), flush=True); window.lock()")
    assert done.returncode == 0, done.stderr
    old = int(done.stdout.split("PID")[1].split()[0])
    fresh: list[int] = []
    deadline = time.monotonic() + 10
    while not fresh and time.monotonic() < deadline:
        fresh = processes_with(str(archive_path))
        time.sleep(0.05)
    try:
        assert len(fresh) == 1
        assert fresh[0] != old
        assert not Path(f"/proc/{old}").exists()
        assert not sidecar(archive_path).exists(), "the file is one piece again"
        time.sleep(1.5)
        assert processes_with(str(archive_path)) == fresh, "the fresh program waits for a password"
        workspace = opened(archive_path)
        assert workspace.customers.count() > 0
        workspace.close()
    finally:
        for pid in fresh:
            os.kill(pid, signal.SIGKILL)


def test_that_the_fresh_program_is_told_archive_user_and_language():
    set_language("en")
    command = fresh_command(Path("/a/-b.kedang"), "-x")
    assert command[1:3] == ["-m", "app"]
    assert command[-4:] == ["en", "--locked=-x", "--", str(Path("/a/-b.kedang"))]


def test_that_the_log_holds_places_but_no_data(tmp_path):
    handler = start_logging(tmp_path)
    logger = logging.getLogger("app.test")
    try:
        name = "王小丽"
        try:
            raise ValueError(f"{name} 13800138000")
        except ValueError:
            logger.exception("could not save %s, row %d", name, 7)
    finally:
        logging.getLogger().removeHandler(handler)
        handler.close()
    text = (tmp_path / "kedang.log").read_text(encoding="utf-8")
    assert "could not save …, row 7" in text
    assert "builtins.ValueError" in text
    assert "test_process.py" in text
    assert "王小丽" not in text
    assert "13800138000" not in text


def test_that_a_chain_of_errors_is_logged_by_type():
    try:
        try:
            raise KeyError("secret")
        except KeyError as inner:
            raise OSError("more secret") from inner
    except OSError as error:
        record = logging.LogRecord("app", logging.ERROR, __file__, 1, "x", (), (OSError, error, error.__traceback__))
    text = DiscreetFormatter().format(record)
    assert "builtins.OSError" in text
    assert "builtins.KeyError" in text
    assert "secret" not in text


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
def test_that_no_core_is_dumped():
    code = "import app.__main__ as m, resource; m._no_core_dumps(); print(resource.getrlimit(resource.RLIMIT_CORE))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "(0, 0)"
