#!/usr/bin/env python3
"""The one entry for people who build Kedang: python3 dev.py setup | run | test | check | bench | shots | package | lock.

Needs nothing but Python 3.11–3.13 to start: it makes its own environment from the hash-locked requirements and, on a
Debian-like system where it may, installs the few system libraries a window needs. Every command is idempotent.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
WINDOWS = sys.platform == "win32"
#: lock file → its environment
ENVIRONMENTS = {"dev": ".venv", "headless": ".venv-headless", "peers": ".venv-peers"}
MARK = ".made-from"
SYSTEMS = ("linux", "win32", "darwin")
PYTHONS = ((3, 11), (3, 12), (3, 13))
LIBRARIES = (
    "libegl1 libgl1 libglib2.0-0 libdbus-1-3 libxkbcommon0 libfontconfig1 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 "
    "libxcb-shape0 libxcb-image0 libxcb-render-util0 libxcb-xinerama0 libxkbcommon-x11-0"
).split()
SCREEN = ["xvfb", "xauth"]
#: a desktop around the window, for its test: session bus, keychain, accessibility
DESKTOP = ["dbus", "gnome-keyring", "at-spi2-core"]
FONT = "fonts-noto-cjk"
#: the second engine; any release from 15 on that is there already will do
SERVER = ["postgresql"]


# ---- the machine ---------------------------------------------------------------------------------------------------


def say(text: str) -> None:
    print(f"dev: {text}", flush=True)


def run(*command: str | Path, env: dict[str, str] | None = None, check: bool = True) -> int:
    """Run a command in the repository; stops the program with its exit code when it fails."""
    sys.stdout.flush()
    code = subprocess.call([str(c) for c in command], cwd=HERE, env={**os.environ, **(env or {})})
    if check and code:
        sys.exit(code)
    return code


def installed(package: str) -> bool:
    """Whether a Debian package (or the t64 form newer releases renamed it to) is installed."""
    for name in (package, f"{package}t64"):
        done = subprocess.run(["dpkg-query", "-W", "-f=${Status}", name], capture_output=True, text=True, check=False)
        if "install ok installed" in done.stdout:
            return True
    return False


def chinese_font() -> bool:
    if not shutil.which("fc-list"):
        return False
    done = subprocess.run(["fc-list", ":lang=zh", "family"], capture_output=True, text=True, check=False)
    return any("Noto" in line or "Source Han" in line or "WenQuan" in line for line in done.stdout.splitlines())


def database_server() -> bool:
    """Whether a PostgreSQL server can be started from here."""
    return bool(shutil.which("initdb") or list(Path("/usr/lib/postgresql").glob("*/bin/initdb")))


def system_libraries(wanted: list[str]) -> None:
    """Install what is missing when allowed; otherwise say the exact command and go on."""
    if not sys.platform.startswith("linux") or not shutil.which("dpkg-query"):
        return
    wanted = [p for p in LIBRARIES + wanted if not installed(p) and not (p in SERVER and database_server())]
    if not chinese_font():
        wanted.append(FONT)
    if not wanted:
        return
    root = [] if os.geteuid() == 0 else ["sudo", "-n"] if shutil.which("sudo") else None
    line = f"apt-get update && apt-get install -y --no-install-recommends {' '.join(wanted)}"
    if root is None or (root and subprocess.run([*root, "true"], capture_output=True, check=False).returncode):
        say(f"these system packages are missing; please run as root:\n    {line}")
        return
    say(f"installing {' '.join(wanted)}")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    apt(root, env, "update")
    if apt(root, env, "install", "-y", "--no-install-recommends", *wanted):
        for package in wanted:  # a name this release does not know must not keep the others out
            apt(root, env, "install", "-y", "--no-install-recommends", package)
    if SERVER[0] in wanted and shutil.which("pg_dropcluster"):  # the tests start their own; Debian's would stand around
        for version in Path("/usr/lib/postgresql").glob("*"):
            subprocess.run([*root, "pg_dropcluster", "--stop", version.name, "main"], capture_output=True, check=False)


def apt(root: list[str], env: dict[str, str], *words: str) -> int:
    return subprocess.run([*root, "apt-get", "-qq", *words], env=env, stdout=subprocess.DEVNULL, check=False).returncode


# ---- environments --------------------------------------------------------------------------------------------------


def python_in(folder: Path) -> Path:
    return folder / ("Scripts/python.exe" if WINDOWS else "bin/python")


def stamp(lock: str) -> str:
    """What tells whether an environment is the one its lock file asks for."""
    return hashlib.sha256((HERE / "requirements" / f"{lock}.lock").read_bytes() + sys.version.encode()).hexdigest()


def emptied(lock: str) -> bool:
    """Make the environment of a lock file with nothing in it; False where it is there and as the file says."""
    folder = HERE / ENVIRONMENTS[lock]
    mark = folder / MARK
    if mark.exists() and mark.read_text() == stamp(lock) and python_in(folder).exists():
        return False
    if sys.version_info[:2] not in PYTHONS:
        sys.exit(f"dev: Python 3.11, 3.12 or 3.13 is needed; this is {sys.version.split()[0]}")
    shutil.rmtree(folder, ignore_errors=True)
    make_venv(folder, *([] if lock == "dev" else ["--without-pip"]))
    return True


def fill(lock: str) -> None:
    """Install what a lock file names, all of it, by the pip of `.venv`; byte code is left to the first import, because most
    of what is installed is never imported."""
    folder = HERE / ENVIRONMENTS[lock]
    say(f"setting up {folder.name} (once)")
    pip: list[str | Path] = [python_in(HERE / ENVIRONMENTS["dev"]), "-m", "pip", "--python", python_in(folder)]
    pip += ["install", "-q", "--disable-pip-version-check", "--no-deps"]
    run(*pip, "--no-compile", "--require-hashes", "-r", HERE / "requirements" / f"{lock}.lock")
    if lock == "dev":  # the commands `kedang` and `kedang-gui` of this checkout
        run(*pip, "--no-build-isolation", "-e", HERE)
    (folder / MARK).write_text(stamp(lock))


def make_venv(folder: Path, *options: str) -> None:
    command = [sys.executable, "-m", "venv", *options, str(folder)]
    code = subprocess.call(command, stdout=subprocess.DEVNULL)
    if code and shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        say("installing python3-venv")  # Debian keeps it in a package of its own
        shutil.rmtree(folder, ignore_errors=True)
        apt([], dict(os.environ), "update")
        apt([], dict(os.environ), "install", "-y", "python3-venv")
        code = subprocess.call(command)
    if code:
        sys.exit("dev: cannot make a virtual environment; on Debian: apt-get install python3-venv")


def has_display() -> bool:
    return not sys.platform.startswith("linux") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def on_screen(*command: str | Path, env: dict[str, str] | None = None, check: bool = True) -> int:
    """Run on a virtual screen (1600 × 1000) when there is no display."""
    if sys.platform.startswith("linux") and shutil.which("xvfb-run"):
        wrapped = ["xvfb-run", "-a", "-s", "-screen 0 1600x1000x24", *command]
        return run(*wrapped, env={"QT_QPA_PLATFORM": "xcb", **(env or {})}, check=check)
    return run(*command, env={"QT_QPA_PLATFORM": "offscreen", **(env or {})}, check=check)


# ---- commands ------------------------------------------------------------------------------------------------------


def setup(*locks: str, more: list[str] = SCREEN) -> Path:
    """System packages, `.venv` and the environments of further lock files, beside each other; the interpreter of `.venv`."""
    stale = [lock for lock in ("dev", *locks) if emptied(lock)]
    with ThreadPoolExecutor() as pool:
        jobs = [pool.submit(system_libraries, more), *(pool.submit(fill, lock) for lock in stale)]
    for job in jobs:
        job.result()
    return python_in(HERE / ENVIRONMENTS["dev"])


def cmd_setup(_: argparse.Namespace) -> None:
    python = setup()
    say(f"ready: {python}")


def cmd_run(options: argparse.Namespace) -> None:
    python = setup(more=[] if has_display() else SCREEN)
    if has_display():
        run(python, "-m", "app", *options.rest)
        return
    say("no display: playing the main job on a virtual one; screenshots and summary go to out/")
    out = HERE / "out"
    shutil.rmtree(out, ignore_errors=True)
    on_screen(python, "-m", "tests.e2e.main_job", out)
    say(f"done, see {out / 'summary.txt'}")


def cmd_check(_: argparse.Namespace) -> None:
    check(setup())


def check(python: Path) -> None:
    """Style, types, architecture."""
    run(python, "-m", "ruff", "check", "--quiet", "app", "tests", "benchmarks", "packaging", "dev.py")
    run(python, "-m", "ruff", "format", "--quiet", "--check", "app", "tests", "benchmarks", "packaging", "dev.py")
    types(python)
    run(python.with_name("lint-imports" + (".exe" if WINDOWS else "")), "--no-cache")


def types(python: Path) -> None:
    """mypy for every system at once, each with a cache of its own; what is found for one and not for another is said once."""
    runs = {
        system: subprocess.Popen(
            [str(python), "-m", "mypy", "--platform", system, "--cache-dir", f".mypy_cache/{system}"],
            cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8",
        )
        for system in SYSTEMS
    }  # fmt: skip
    said = {system: process.communicate()[0] for system, process in runs.items()}
    failed = [system for system, process in runs.items() if process.returncode]
    for text in dict.fromkeys(said[system] for system in failed):
        say(f"types, for {', '.join(s for s in failed if said[s] == text)}:\n{text}")
    if failed:
        sys.exit(1)


def cmd_test(options: argparse.Namespace) -> None:
    started = time.monotonic()
    python = setup("headless", more=SCREEN + DESKTOP + SERVER)
    if not database_server():
        say(f"no PostgreSQL here: the tests on the second engine are skipped (package {SERVER[0]})")
    check(python)
    workers = ["-n", str(min(os.cpu_count() or 1, 4)), "--dist", "worksteal"]
    run(python, "-m", "pytest", "-q", *workers, "tests/unit", "tests/upgrade", *options.rest)
    headless = python_in(HERE / ENVIRONMENTS["headless"])
    say("the commands for archives and data and the vault once more, without a window toolkit installed")
    once_more = ("tests/unit/cli/test_archive.py", "tests/unit/cli/test_data.py", "tests/unit/vault")
    run(headless, "-m", "pytest", "-q", *workers, *once_more)
    run(python, "-m", "pytest", "-q", *workers, "tests/gui", env={"QT_QPA_PLATFORM": "offscreen"})
    run(python, "-m", "pytest", "-q", *workers, "tests/faults")
    on_screen(python, "-m", "pytest", "-q", *workers, "--dist", "loadfile", "tests/e2e")
    say(f"all tests passed in {time.monotonic() - started:.0f} s")


def cmd_bench(options: argparse.Namespace) -> None:
    beside = options.rest[:1] == ["duplicates"]  # beside other engines, which need an environment of their own
    python = setup(*(["peers"] if beside else []), more=SCREEN + SERVER)
    if beside:
        peers = python_in(HERE / ENVIRONMENTS["peers"])
        run(python, "-m", "benchmarks.duplicates", peers, *options.rest[1:])
        return
    run(python, "-m", "benchmarks", *options.rest)


def cmd_shots(options: argparse.Namespace) -> None:
    python = setup()
    out = Path(options.rest[0]) if options.rest else HERE / "out" / "shots"
    rooms = ("shots", "office_shots", "customers.shots", "dashboards.shots", "exchange.shots", "workbench.shots")
    with tempfile.TemporaryDirectory(prefix="kedang-shots-") as home:  # never the home of whoever works here
        for room in rooms:
            env = {"QT_QPA_PLATFORM": "offscreen", "KEDANG_HOME": home}
            run(python, "-m", f"tests.gui.{room}", out / room.partition(".")[0], env=env)
    say(f"screenshots: {out}")


def cmd_package(_: argparse.Namespace) -> None:
    python = setup()
    run(python, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", "build_installer.spec")
    say(f"packaged: {HERE / 'dist' / 'kedang'}")


def cmd_lock(_: argparse.Namespace) -> None:
    """Resolve the requirements anew (needs the tool `uv` in the environment)."""
    python = setup()
    run(python, "-m", "pip", "install", "-q", "uv")
    for name in ("gui", "dev", "headless", "peers"):
        run(
            python, "-m", "uv", "pip", "compile", "-q", "--universal", "--python-version", "3.11", "--generate-hashes",
            "--no-emit-index-url", "--no-header", f"requirements/{name}.in", "-o", f"requirements/{name}.lock",
        )  # fmt: skip


def main() -> None:
    """Parse the command and do it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = {
        "setup": (cmd_setup, "make the environment"),
        "run": (cmd_run, "open the window (or play the main job where there is no display)"),
        "test": (cmd_test, "style, types, architecture and every test"),
        "check": (cmd_check, "style, types, architecture"),
        "bench": (cmd_bench, "speed and memory against their floors"),
        "shots": (cmd_shots, "screenshots of every screen"),
        "package": (cmd_package, "build the desktop bundle for this system"),
        "lock": (cmd_lock, "resolve the requirements anew"),
    }
    parser.add_argument("command", choices=commands, help="; ".join(f"{k}: {v[1]}" for k, v in commands.items()))
    parser.add_argument("rest", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    commands[options.command][0](options)


if __name__ == "__main__":
    main()
