"""Unlock against the key derivation alone, and the start of the window against an empty one."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from app.bootstrap import open_workspace
from app.db import header_file
from app.db.keys import PASSWORD_KDF
from benchmarks.big_archive import PASSWORD, big_archive
from benchmarks.measure import Row, paired

_EMPTY = """
import sys
from PySide6.QtWidgets import QApplication, QWidget
app = QApplication(sys.argv); w = QWidget(); w.show(); w.grab()
"""
_OURS = """
import sys
from pathlib import Path
from app.entry import start_for_benchmark
start_for_benchmark(*map(Path, sys.argv[1:]))
"""


def unlock(count: int) -> Row:
    """Open with a password and list the first page; the floor is one Argon2id call with the same parameters."""
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    path = big_archive(count)
    assert header_file.peek(path).names() == ["admin"]

    def ours() -> None:
        workspace = open_workspace(path, "admin", PASSWORD)
        workspace.customers.handles(limit=256)
        workspace.archive.abandon()

    def floor() -> None:
        kdf = PASSWORD_KDF
        Argon2id(salt=bytes(16), length=32, iterations=kdf["t"], lanes=kdf["p"], memory_cost=kdf["m"]).derive(b"x")

    mine, theirs = paired(ours, floor, 3)
    return Row(f"unlock {count:,} customers, first page", mine, theirs, "≤ 1.3 × Argon2id alone", mine <= 1.3 * theirs)


def start(archive: Path | None = None, rounds: int = 5) -> Row:
    """Wall milliseconds from process start to a painted window: the welcome, or the unlock form of `archive`."""
    more = [str(archive)] if archive else []
    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}  # a program is installed compiled

    def once(code: str, *arguments: str) -> float:
        before = time.monotonic()
        subprocess.run([sys.executable, "-c", code, *arguments], check=True, env=env)
        return (time.monotonic() - before) * 1000

    once(_EMPTY), once(_OURS, *more)
    pairs = [(once(_OURS, *more), once(_EMPTY)) for _ in range(rounds)]
    mine, theirs = median(p[0] for p in pairs), median(p[1] for p in pairs)
    note = "a test holds what the first window may load"
    what = f"start to the {'unlock form' if archive else 'welcome'} (wall)"
    return Row(what, mine, theirs, "≤ 2.0 × an empty window", mine <= 2 * theirs, note)
