"""Where the key header lies: behind the last page while the archive is closed, in `-keys` beside it while open.

closed:  office.kedang        = [SQLCipher pages][header JSON][u32 length | SHA-256[:16] | magic]
open:    office.kedang (pages only) + office.kedang-keys (header JSON) + -wal/-shm

Order of steps, each safe to die after: open = write sidecar, cut trailer; close = checkpoint, append trailer, drop sidecar.
A whole trailer is never older than the sidecar, so it wins; a `-keys` or `-wal` beside it then belongs to another state of
the file (somebody put a backup in its place) and is set aside. A spare copy of every header written goes to the user's
data folder.
"""

from __future__ import annotations

import contextlib
import glob
import hashlib
import os
import struct
from collections.abc import Callable
from pathlib import Path

from app.core.i18n import t
from app.core.paths import data_dir
from app.db.keys import PAGE_SIZE, Damaged, Header
from app.db.problems import told_plainly
from app.errors import EnvironmentProblem

MAGIC = b"KEDANG01"
_FOOT = struct.Struct("<I16s8s")
_LARGEST_HEADER = 1 << 20

#: called with the name of each step of open/close/rotate; tests kill the process there
Step = Callable[[str], None]


def no_step(_name: str) -> None:
    """The usual observer: nobody watches."""


def sidecar(path: Path) -> Path:
    return path.with_name(path.name + "-keys")


def companion(path: Path, suffix: str) -> Path:
    """`-wal`, `-shm` or `-journal` of the archive."""
    return path.with_name(path.name + suffix)


def sync_folder(path: Path) -> None:
    """Make renames and unlinks in the file's folder durable (a no-op where folders cannot be synced)."""
    if os.name != "posix":
        return
    fd = os.open(path.resolve().parent, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def write_atomic(path: Path, data: bytes) -> None:
    """Write beside, sync, rename."""
    part = path.with_name(f"{path.name}.tmp{os.getpid()}")
    try:
        with part.open("wb") as f:
            f.write(data)
            f.flush()
            os.fsync(f.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    sync_folder(path)


def read_trailer(path: Path) -> tuple[bytes | None, int]:
    """The header bytes at the file's end (None when there is no whole one) and where the pages end."""
    with path.open("rb") as f:
        size = f.seek(0, os.SEEK_END)
        if size < _FOOT.size:
            return None, size
        f.seek(size - _FOOT.size)
        length, digest, magic = _FOOT.unpack(f.read(_FOOT.size))
        if magic != MAGIC or length > _LARGEST_HEADER or length + _FOOT.size > size:
            return None, size
        f.seek(size - _FOOT.size - length)
        body = f.read(length)
    if hashlib.sha256(body).digest()[:16] != digest:
        return None, size
    return body, size - _FOOT.size - length


def append_trailer(path: Path, body: bytes) -> None:
    """Append the header durably and read it back."""
    with path.open("r+b") as f:
        f.seek(0, os.SEEK_END)
        f.write(body + _FOOT.pack(len(body), hashlib.sha256(body).digest()[:16], MAGIC))
        f.flush()
        os.fsync(f.fileno())
    if read_trailer(path)[0] != body:
        raise EnvironmentProblem(t("写入档案后读回的内容不一致，磁盘可能有问题。"))


def peek(path: Path) -> Header:
    """The newest whole header, changing nothing. Raises a plain EnvironmentProblem when there is none."""
    with told_plainly():
        _check_file(path)
        trailer, end = read_trailer(path)
        if trailer is not None and end < PAGE_SIZE:
            raise Damaged(t("档案里没有任何内容，只剩下密钥信息。请用最近的备份恢复。"))
        side = sidecar(path)
        bodies = (trailer, side.read_bytes() if side.exists() else None)
    for body in bodies:
        if body is None:
            continue
        try:
            return Header.from_bytes(body)
        except Damaged:
            continue
    raise Damaged(t("这不是客档通档案，或文件不完整（缺少密钥信息）。请检查文件，或用备份恢复。"))


def _check_file(path: Path) -> None:
    if not path.exists():
        raise EnvironmentProblem(t("找不到文件：{path}", path=path))
    if path.is_dir():
        raise EnvironmentProblem(t("{path} 是文件夹，不是档案文件。", path=path))
    size = path.stat().st_size
    if size == 0:
        raise Damaged(t("文件是空的（0 字节），不是有效的档案。若这是同步盘，请等同步完成；或用备份恢复。"))
    with path.open("rb") as f:
        start = f.read(16)
    if start.startswith(b"SQLite format 3"):
        raise Damaged(t("这是未加密的 SQLite 文件，不是客档通档案。"))


def checkout(path: Path, step: Step = no_step) -> Header:
    """Move the header from the trailer to the sidecar so that pages may grow; returns it."""
    header = peek(path)
    trailer, end = read_trailer(path)
    if trailer is not None:
        _set_aside(path)
    write_atomic(sidecar(path), header.to_bytes())
    step("open:sidecar written")
    with path.open("r+b") as f:
        if trailer is not None:
            f.truncate(end)
        elif not companion(path, "-wal").exists() and not companion(path, "-journal").exists():
            size = f.seek(0, os.SEEK_END)  # a trailer torn by a crash while closing: cut to whole pages
            f.truncate(size - size % PAGE_SIZE)
        f.flush()
        os.fsync(f.fileno())
    step("open:trailer cut")
    return header


def _set_aside(path: Path) -> None:
    """A file with its header behind it is whole; replaying pages from elsewhere into it would destroy it."""
    for suffix in ("-wal", "-journal"):
        strange = companion(path, suffix)
        if strange.exists() and strange.stat().st_size:
            strange.replace(companion(path, f"{suffix}-leftover"))
    companion(path, "-shm").unlink(missing_ok=True)


def sweep(path: Path) -> None:
    """Remove what killed programs left unfinished beside the archive: half a key change, half a header."""
    leftovers = [
        companion(path, f".rotating{suffix}") for suffix in ("", ".part", ".part-wal", ".part-shm", ".part-journal")
    ]
    for leftover in (*leftovers, *path.parent.glob(f"{glob.escape(path.name)}-keys.tmp*")):
        leftover.unlink(missing_ok=True)


def checkin(path: Path, step: Step = no_step) -> None:
    """Move the header back behind the last page. The database must be closed and checkpointed."""
    for suffix in ("-wal", "-journal"):
        rest = companion(path, suffix)
        if rest.exists() and rest.stat().st_size:
            raise EnvironmentProblem(t("档案没有完全关闭，稍后会自动恢复。"))
    body = sidecar(path).read_bytes()
    step("close:before trailer")
    append_trailer(path, body)
    step("close:trailer written")
    sidecar(path).unlink()
    sync_folder(path)
    step("close:sidecar removed")


def spare_path(vault_id: str) -> Path:
    """Where the spare copy of this archive's header lies on this machine."""
    folder = data_dir() / "headers"
    folder.mkdir(exist_ok=True)
    return folder / f"{vault_id}.json"


def keep_spare(header: Header) -> None:
    """Keep a spare copy unless a newer one is there; failing to is no reason to stop work."""
    with contextlib.suppress(OSError):
        path = spare_path(header.vault_id)
        with contextlib.suppress(FileNotFoundError, Damaged, EnvironmentProblem):
            if Header.from_bytes(path.read_bytes()).generation > header.generation:
                return
        write_atomic(path, header.to_bytes())
