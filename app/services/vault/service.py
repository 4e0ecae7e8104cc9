"""Keeping the archive safe: information, verification, backups, restore, keys."""

from __future__ import annotations

import contextlib
import json
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from app.core import clock
from app.core.i18n import t
from app.core.jobs import Job
from app.core.paths import data_dir
from app.db import header_file as hf
from app.db.archive import open_with_password
from app.db.backup import copy_encrypted, integrity_problems, is_whole, sweep
from app.db.header_file import write_atomic
from app.db.journal import heads, link_at, verify_chains
from app.db.keys import Header
from app.db.operations import count_since
from app.db.problems import told_plainly
from app.db.schema import missing_triggers, unknown_objects
from app.db.search import live_counts, rebuild, unindexed
from app.db.store.settings import setting, store_setting
from app.db.unit_of_work import UnitOfWork
from app.db.upgrade import version_of
from app.errors import EnvironmentProblem, UserError
from app.services.context import Context
from app.services.vault.backups import SCHEDULED, Backup, backup_name, list_backups, to_thin
from app.services.vault.due import LITTLE, backup_needed

_LAST = "last_backup"


@dataclass(frozen=True)
class Verification:
    """Outcome of a check-up. `problems` are plain sentences; empty = sound. `unindexed`: entries the search index lacks
    or has too many; making it anew mends that one problem."""

    problems: tuple[str, ...]
    counts: dict[str, int]
    unindexed: int = 0

    @property
    def ok(self) -> bool:
        return not self.problems

    @property
    def only_index(self) -> bool:
        """Whether nothing is wrong but the search index."""
        return self.unindexed > 0 and len(self.problems) == 1


Backups = list[Backup]


class VaultService:
    """Safety of one open archive."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._archive = context.archive
        self._making = threading.Lock()

    # ---- information --------------------------------------------------------------------------------------------

    def info(self) -> dict[str, Any]:
        """Path, size, schema, users and numbers of records."""
        with self._context.reading() as work:
            schema = version_of(work.connection)
        counts = self._counts()
        newest = next(iter(self.backups()), None)
        return {
            "path": str(self._archive.path),
            "vault_id": self._archive.header.vault_id,
            "size": self._archive.path.stat().st_size,
            "schema": schema,
            "generation": self._archive.header.generation,
            "users": self._archive.header.names(),
            "read_only": self._archive.read_only,
            "counts": counts,
            "last_backup": newest.at.isoformat() if newest else None,
            "backup_folder": str(self.backup_folder),
        }

    def _counts(self) -> dict[str, int]:
        with self._context.reading() as work:
            shown = [e.key for e in self._context.registry if not e.shared and not e.parent]
            return {key: work.reader.count(key) for key in shown}

    def verify(self, job: Job | None = None) -> Verification:
        """Check pages, ciphers, references, triggers, the search index, the audit chains and their anchor."""
        job = job or Job()
        problems: list[str] = []
        job.progress(t("正在检查文件"), 0, 4)
        with self._archive.raw() as raw:
            problems += [t("文件损坏：{detail}", detail=p) for p in integrity_problems(raw)]
        job.progress(t("正在检查结构"), 1, 4)
        with self._context.reading() as work:
            connection = work.connection
            problems += [t("不认识的触发器或视图：{name}", name=n) for n in unknown_objects(connection)]
            problems += [t("缺少触发器：{name}", name=n) for n in missing_triggers(connection)]
            job.progress(t("正在检查操作记录"), 2, 4)
            broken = verify_chains(connection, self._archive.chain_key)
            problems += [t("操作记录被改动：{id}", id=b) for b in broken]
            problems += self._anchor_problems(partial(link_at, connection))
            job.progress(t("正在检查搜索索引"), 3, 4)
            missing = unindexed(connection)
            problems += [t("搜索索引缺少 {n} 条，请重建索引。", n=missing)] if missing else []
        job.progress(t("检查完成"), 4, 4)
        return Verification(tuple(problems), self._counts(), missing)

    # ---- the anchor of the audit chains outside the file --------------------------------------------------------

    def _anchor_path(self) -> Path:
        folder = data_dir() / "anchors"
        folder.mkdir(exist_ok=True)
        return folder / f"{self._archive.header.vault_id}.json"

    def anchor(self) -> None:
        """Remember the heads of the audit chains outside the file (on close and on backup)."""
        with self._context.reading() as work:
            found = heads(work.connection)
        with contextlib.suppress(OSError):
            write_atomic(self._anchor_path(), json.dumps(found).encode())

    def _anchor_problems(self, link_of: Callable[[str, int], str | None]) -> list[str]:
        try:
            read = json.loads(self._anchor_path().read_bytes())
            known = [(str(user), int(sequence), str(chain)) for user, (sequence, chain) in read.items()]
        except (OSError, ValueError, TypeError, AttributeError):
            return []
        short = [user for user, sequence, chain in known if link_of(user, sequence) != chain]
        return [t("操作记录比上次在本机看到的少，档案可能被换成了旧的。")] if short else []

    # ---- backups ------------------------------------------------------------------------------------------------

    @property
    def backup_folder(self) -> Path:
        """Where automatic backups go."""
        return data_dir() / "backups" / self._archive.header.vault_id

    def backups(self) -> Backups:
        """Automatic backups, newest first."""
        return list_backups(self.backup_folder)

    def backup(self, target: Path, job: Job | None = None, *, overwrite: bool = False, thorough: bool = True) -> Path:
        """A verified copy at `target` (a file, or a folder to put it in). The archive stays open. Not `thorough`: its
        pages are authenticated while they are copied, and it is not read again."""
        if target.is_dir():
            target = target / backup_name(self._archive.path, _local_now(), "manual")
        if target.resolve() == self._archive.path.resolve():
            raise UserError(t("备份不能写到档案自己身上，请换一个位置。"))
        if target.exists() and not overwrite:
            raise UserError(t("文件已存在：{path}。请换一个文件名。", path=target))
        if not target.parent.is_dir():
            raise EnvironmentProblem(t("文件夹不存在：{path}", path=target.parent))
        self._room_for(target.parent)
        job = job or Job()

        def on_pages(done: int, total: int) -> None:
            job.progress(t("正在备份"), done, total)

        key = self._archive.key_copy()
        read_only = self._archive.read_only
        try:
            with told_plainly():
                copy_encrypted(
                    self._archive.path, key, target, key, self._archive.header, on_pages,
                    read_only=read_only, thorough=thorough,
                )  # fmt: skip
        finally:
            key[:] = bytes(len(key))
        if not read_only:
            self.anchor()
        return target

    def automatic(self, reason: str, job: Job | None = None, *, thorough: bool = True) -> Path:
        """A backup into the backup folder, on schedule or because somebody wants one; thins old ones."""
        folder = self.backup_folder
        folder.mkdir(parents=True, exist_ok=True)
        with self._making:
            if not self._archive.read_only:  # then nobody else makes backups of it
                sweep(folder)
            began, at = clock.now(), _local_now()
            target = folder / backup_name(self._archive.path, at, reason)
            made = self.backup(target, job, overwrite=True, thorough=thorough)
            if not self._archive.read_only:
                self._note(made, began)
            for old in to_thin(list_backups(folder), at):
                old.path.unlink(missing_ok=True)
        return made

    def before_many(self, reason: str, job: Job | None = None) -> Path | None:
        """A backup before bulk work, unless the last one is as good (`vault/due.py`). Its pages are copied, not read
        again; the scheduled ones are."""
        with self._context.reading() as work:
            last = self._last(work)
            acts = 0 if last is None else count_since(work.connection, last, LITTLE + 1)
        age = None if last is None else clock.now() - last
        if not backup_needed(reason, self._archive.path.stat().st_size, age, acts):
            return None
        return self.automatic(reason, job, thorough=False)

    def _note(self, made: Path, began: datetime) -> None:
        """Remember in the archive itself which backup is its last one: a copy that was restored shares the folder, and
        backups of its further life say nothing about this one."""
        with self._context.writing() as work:
            store_setting(work.connection, _LAST, {"name": made.name, "at": began.isoformat()})
            work.commit()

    def _last(self, work: UnitOfWork) -> datetime | None:
        """When the last backup of this archive began, if it is still there and whole."""
        known = setting(work.connection, _LAST)
        if not isinstance(known, dict) or not is_whole(
            self.backup_folder / str(known.get("name")), self._archive.header.vault_id
        ):
            return None
        return datetime.fromisoformat(str(known.get("at")))

    def scheduled_due(self, every: timedelta = timedelta(hours=4)) -> bool:
        """Whether the last backup is older than `every`."""
        newest = next(iter(self.backups()), None)
        return newest is None or _local_now() - newest.at >= every

    def scheduled(self, job: Job | None = None) -> Path | None:
        """A scheduled backup when one is due."""
        return self.automatic(SCHEDULED, job) if self.scheduled_due() else None

    def _room_for(self, folder: Path) -> None:
        needed = self._archive.path.stat().st_size + 4_000_000
        if shutil.disk_usage(folder).free < needed:
            raise EnvironmentProblem(
                t("磁盘空间不够：备份需要约 {mb} MB。请腾出空间或换一个位置。", mb=needed // 1_000_000)
            )

    def rebuild_search(self, job: Job | None = None) -> int:
        """Make the search index anew; returns the number of entries."""
        with self._context.writing() as work:
            made = rebuild(work.connection, job or Job())
            work.commit()
        return made

    # ---- keys ---------------------------------------------------------------------------------------------------

    def rotate_key(self) -> None:
        """A new data key; everybody keeps his password."""
        self._context.actor.require_admin()
        with self._context.writing() as work:
            work.operation("keys", t("更换数据密钥"))
            work.commit()
        self._archive.rotate_key()

    def new_recovery_code(self) -> str:
        """A fresh recovery code; the old one stops working. Shown once."""
        self._context.actor.require_admin()
        with self._context.writing() as work:
            work.operation("keys", t("更换恢复码"))
            work.commit()
        return self._archive.new_recovery_code()


def restore(backup: Path, target: Path, user: str | None, password: str) -> dict[str, int]:
    """Bring a backup back as a working archive at `target`, after proving that it opens; returns its record counts.

    The backup itself is left as it is. Raises UserError when `target` exists, CannotUnlock for a wrong password.
    """
    hf.peek(backup)
    if target.exists():
        raise UserError(t("文件已存在：{path}。请换一个文件名。", path=target))
    if not target.parent.is_dir():
        raise EnvironmentProblem(t("文件夹不存在：{path}", path=target.parent))
    part = target.with_name(target.name + ".part")
    try:
        shutil.copyfile(backup, part)
        archive = open_with_password(part, user, password)
        try:
            with archive.raw() as raw:
                problems = integrity_problems(raw)
            if problems:
                raise EnvironmentProblem(t("备份已损坏，没有恢复。请换一份更早的备份。"), details=problems)
            counts = live_counts(archive)
        finally:
            archive.close()
        part.replace(target)
        hf.sync_folder(target)
    except OSError as error:
        raise EnvironmentProblem(t("恢复没有完成：{reason}", reason=error.strerror or error)) from error
    finally:
        for suffix in ("", "-keys", "-wal", "-shm", "-lock"):
            part.with_name(part.name + suffix).unlink(missing_ok=True)
    return counts


def header_info(path: Path) -> dict[str, Any]:
    """What can be said of an archive without opening it."""
    header: Header = hf.peek(path)
    return {
        "path": str(path),
        "vault_id": header.vault_id,
        "size": path.stat().st_size,
        "generation": header.generation,
        "users": header.names(),
        "open": hf.sidecar(path).exists(),
    }


def _local_now() -> datetime:
    return clock.now().astimezone().replace(tzinfo=None, microsecond=0)
