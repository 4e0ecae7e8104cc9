"""The encrypted archive: create, open, close, and change who can open it."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session

from app.core.i18n import t
from app.core.ids import uuid7
from app.core.jobs import Job
from app.db import header_file as hf
from app.db import schema
from app.db.bulk_indexes import build_missing
from app.db.drives import is_network_drive
from app.db.engine import connect, make_engine, writing
from app.db.header_file import Step, no_step
from app.db.keys import DEVICE, KEY_BYTES, PASSWORD, RECOVERY, Damaged, Header
from app.db.lock import ArchiveLock
from app.db.migrations import LATEST, READABLE
from app.db.problems import told_plainly
from app.db.search import freshen
from app.db.secrets import check_password, new_recovery_code, parse_recovery_code, password_bytes
from app.db.settling import check_pages, put_back, seize, settle
from app.db.upgrade import check_known, create, upgrade
from app.errors import CannotUnlock, EnvironmentProblem, UserError
from app.models.base import LOCAL_ORG

_GENERATION = "key_generation"
_AUDIT_ROOT = "audit_root"


class Archive:
    """An open archive. Create with `Archive.create` or `Archive.open`; always `close`."""

    #: whose rows units of work on it read and write
    office = LOCAL_ORG

    def __init__(self, path: Path, header: Header, data_key: bytearray, lock: ArchiveLock | None, step: Step) -> None:
        self.path = path
        self.header = header
        self._key = data_key
        self._lock = lock
        self._step = step
        self._chain_key: bytes | None = None
        self._gate = threading.RLock()
        self._closed = False
        self.read_only = lock is None
        self.engine = make_engine(self._connect, self._gate)
        event.listen(self.engine, "checkin", self._on_checkin)

    # ---- life ---------------------------------------------------------------------------------------------------

    @classmethod
    def create(cls, path: Path, user: str, password: str, *, step: Step = no_step) -> tuple[Archive, str]:
        """A new archive with one user; returns it open, and the recovery code to print once."""
        _refuse_network(path)
        check_password(password)
        if path.exists():
            raise UserError(t("文件已存在：{path}。请换一个文件名。", path=path))
        if not path.parent.is_dir():
            raise EnvironmentProblem(t("文件夹不存在：{path}", path=path.parent))
        lock = ArchiveLock(path)
        lock.acquire()
        key = bytearray(secrets.token_bytes(KEY_BYTES))
        header = Header.create()
        header.add(PASSWORD, user, password_bytes(password), key)
        code, raw = new_recovery_code()
        header.add(RECOVERY, "", raw, key)
        header.commit(key)
        archive: Archive | None = None
        try:
            with told_plainly():
                hf.write_atomic(hf.sidecar(path), header.to_bytes())
                step("create:sidecar written")
                connect(path, key, create=True).close()
                step("create:file made")
                archive = cls(path, header, key, lock, step)
                archive._check()
                with archive.raw() as raw:  # from here on even a copy made without the `-wal` is an archive
                    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except BaseException:
            if archive is not None:
                archive.engine.dispose()
            for leftover in (path, hf.sidecar(path), *(hf.companion(path, s) for s in ("-wal", "-shm", "-journal"))):
                leftover.unlink(missing_ok=True)
            lock.release()
            raise
        hf.keep_spare(header)
        return archive, code

    @classmethod
    def open(
        cls,
        path: Path,
        kind: str,
        name: str,
        secret: bytes,
        *,
        take_over: bool = False,
        read_only: bool = False,
        step: Step = no_step,
    ) -> Archive:
        """Open with one slot's secret. Nothing on disk changes before the secret is right."""
        peeked = hf.peek(path)
        key = peeked.unlock(kind, name, secret)
        if read_only:
            return cls._open_read_only(path, key)
        _refuse_network(path)
        if not os.access(path, os.W_OK) or not os.access(path.parent, os.W_OK):
            raise EnvironmentProblem(
                t("档案或所在文件夹是只读的。请复制到可写的位置（例如“文档”）再打开，或以只读方式打开。")
            )
        lock = ArchiveLock(path)
        lock.acquire(take_over=take_over)
        archive: Archive | None = None
        try:
            with told_plainly():
                header = hf.checkout(path, step)
                hf.sweep(path)
                if header.to_bytes() != peeked.to_bytes():  # it moved on between peeking and locking
                    key = header.unlock(kind, name, secret)
                header.verify(key)
                check_pages(path, key)
                archive = cls(path, header, key, lock, step)
                archive._check()
        except BaseException:
            if archive is not None:
                archive.engine.dispose()
            put_back(path, key)
            lock.release()
            raise
        hf.keep_spare(header)
        return archive

    @classmethod
    def _open_read_only(cls, path: Path, key: bytearray) -> Archive:
        header = hf.peek(path)
        header.verify(key)
        if any(hf.companion(path, suffix).exists() for suffix in ("-wal", "-journal")):
            raise _needs_writing()
        check_pages(path, key, immutable=True)
        archive = cls(path, header, key, None, no_step)
        try:
            if not check_known(archive.engine):
                raise _needs_writing()
            with archive.engine.connect() as connection:
                header.verify(key, archive._known_generation(connection))
        except BaseException:
            archive.close()
            raise
        return archive

    def _check(self) -> None:
        """Refuse what is not ours, and finish what a crash interrupted: making the archive, changing its keys."""
        if not check_known(self.engine):
            create(self.engine, self._step)
            self._step("create:schema made")
        with self.engine.connect() as connection:
            strange = schema.unknown_objects(connection)
            generation = self._known_generation(connection)
            rooted = self._setting(connection, _AUDIT_ROOT) is not None
        if strange:
            raise Damaged(t("档案里有不属于客档通的触发器或视图，可能被人改动过，已停止打开。"), details=strange[:10])
        self.header.verify(self._key, generation)
        if not rooted:
            self._set(_AUDIT_ROOT, secrets.token_hex(32))
        if check_known(self.engine) == LATEST:
            build_missing(self.engine)  # a big import was killed
        if generation < self.header.generation:
            self._note_generation()
        assert self.chain_key  # read now: later a unit of work would need a second connection for it

    def bring_up(self, job: Job | None = None) -> None:
        """Make of an older archive what this program expects: its schema, after a backup beside it, and its search index.

        Open for reading it stays as it is; raises EnvironmentProblem where this program cannot read it so.
        """
        found, job = check_known(self.engine), job or Job()
        if self.read_only:
            if found < READABLE:
                raise _too_old_to_read()
            return
        with told_plainly():
            if found < LATEST:
                self._back_up(self.path.with_name(f"{self.path.stem}.before-upgrade-{found}.kedang"), job)
                upgrade(self.engine, step=self._step, job=job)
            freshen(self.engine, job, self._step)

    def _back_up(self, target: Path, job: Job) -> None:
        from app.db.backup import copy_encrypted

        def on_pages(done: int, total: int) -> None:
            self._step("upgrade:copying")
            job.progress(t("正在备份"), done, total)

        key = self.key_copy()
        try:
            copy_encrypted(self.path, key, target, key, self.header, on_pages)
        finally:
            key[:] = bytes(len(key))
        self._step("upgrade:backup made")

    def close(self) -> None:
        """Checkpoint and make it one file again; safe to die at any step. Closing twice does nothing."""
        with self._gate:
            if self._closed:
                return
            self._closed = True
            self.engine.dispose()
            try:
                if not self.read_only:
                    with told_plainly():
                        settle(self.path, self._key, self._step, self.engine.dispose)
            finally:
                self._let_go()

    def open_copy(self, path: Path) -> Archive:
        """A copy of this archive (see `db.backup`), open for writing with the same key."""
        lock = ArchiveLock(path)
        lock.acquire()
        copy: Archive | None = None
        try:
            with told_plainly():
                copy = Archive(path, hf.checkout(path, no_step), self.key_copy(), lock, no_step)
                copy._check()
        except BaseException:
            if copy is not None:
                copy.engine.dispose()
            lock.release()
            raise
        return copy

    @property
    def closed(self) -> bool:
        return self._closed

    def abandon(self) -> None:
        """Let go without writing anything (the next open recovers); for locking in a hurry and for tests."""
        with self._gate:
            self._closed = True
            self.engine.dispose()
            self._let_go()

    def _let_go(self) -> None:
        if self._lock:
            self._lock.release()
        self._key[:] = bytes(len(self._key))

    def _connect(self) -> Any:
        """Every connection of ours is made here: none after closing."""
        with self._gate:
            if self._closed:
                raise EnvironmentProblem(t("档案已经关闭。"))
            return connect(self.path, self._key, read_only=self.read_only, immutable=self.read_only)

    # ---- sessions -----------------------------------------------------------------------------------------------

    def session(self, *, write: bool = False) -> Session:
        """A session on this archive; `write` begins IMMEDIATE."""
        if write and self.read_only:
            raise EnvironmentProblem(t("档案以只读方式打开，不能修改。"))
        return Session(writing(self.engine) if write else self.engine, expire_on_commit=False)

    @contextlib.contextmanager
    def raw(self) -> Iterator[Any]:
        """A raw connection of its own, for backup and checks."""
        connection = self._connect()
        try:
            yield connection
        finally:
            connection.close()

    def _on_checkin(self, _dbapi: Any, record: Any) -> None:
        if self._closed:  # it was in use while closing
            record.close()

    @property
    def chain_key(self) -> bytes:
        """The key of the audit chains: made once with the archive, so that it outlives a change of the data key."""
        if self._chain_key is None:
            with self.engine.connect() as connection:
                self._chain_key = bytes.fromhex(self._setting(connection, _AUDIT_ROOT))
        return self._chain_key

    def key_copy(self) -> bytearray:
        """The data key for a copy of this archive; the caller lets go of it soon."""
        return bytearray(self._key)

    # ---- who can open -------------------------------------------------------------------------------------------

    def add_password(self, name: str, password: str) -> None:
        """A slot for another user."""
        check_password(password)
        if self.header.find(PASSWORD, name):
            raise UserError(t("用户“{name}”已经存在。", name=name))
        self._change_header(lambda h: h.add(PASSWORD, name, password_bytes(password), self._key))

    def set_password(self, name: str, password: str) -> None:
        """A new password for a user without knowing the old one (recovery, administrator)."""
        check_password(password)

        def renew(header: Header) -> None:
            header.remove(PASSWORD, name)
            header.add(PASSWORD, name, password_bytes(password), self._key)

        self._change_header(renew)

    def change_password(self, name: str, old: str, new: str) -> None:
        """Re-wrap the user's slot; no data is re-encrypted."""
        check_password(new)
        changed = self.header.copy()
        try:
            changed.change_secret(PASSWORD, name, password_bytes(old), password_bytes(new))
        except CannotUnlock:
            raise CannotUnlock(t("原密码不对，密码没有修改。")) from None
        self._store_header(changed)

    def new_recovery_code(self) -> str:
        """Replace the recovery code; the old one stops working."""
        code, raw = new_recovery_code()

        def renew(header: Header) -> None:
            header.remove(RECOVERY, "")
            header.add(RECOVERY, "", raw, self._key)

        self._change_header(renew)
        return code

    def add_device(self, name: str, device: str) -> bytes:
        """A random device secret that opens as user `name`; to be kept in the system keychain."""
        secret = secrets.token_bytes(KEY_BYTES)
        self._change_header(lambda h: h.add(DEVICE, f"{name}@{device}", secret, self._key))
        return secret

    def remove_devices(self, name: str) -> None:
        """Forget all "stay signed in" devices of a user."""

        def forget(header: Header) -> None:
            header.slots = [s for s in header.slots if not (s.kind == DEVICE and s.name.startswith(f"{name}@"))]

        self._change_header(forget)

    def rotate_key(self, drop: frozenset[str] = frozenset()) -> None:
        """A new data key for everything; slots of users in `drop` (and their devices) are gone.

        The data is copied under the new key beside the file and takes its place by one rename. Until then this
        connection has the file to itself, so that nothing is written that the copy lacks; others wait at the gate.
        """
        from app.db.backup import copy_from

        devices = {s.name for s in self.header.slots if s.kind == DEVICE and s.name.rsplit("@", 1)[0] in drop}
        new_key = bytearray(secrets.token_bytes(KEY_BYTES))
        header = self.header.copy()
        header.rotate(self._key, new_key, drop | devices)
        fresh = hf.companion(self.path, ".rotating")
        with self._gate, told_plainly():
            fresh.unlink(missing_ok=True)
            self.engine.dispose()
            with contextlib.closing(connect(self.path, self._key)) as alone:
                seize(alone, self.engine.dispose)
                copy_from(alone, fresh, new_key, header)
            self._step("rotate:copied")
            fresh.replace(self.path)
            hf.sync_folder(self.path)
            self._step("rotate:renamed")
            self._key[:] = bytes(len(self._key))
            self._key = new_key
            self.header = hf.checkout(self.path, self._step)
        hf.keep_spare(self.header)

    def _change_header(self, change: Callable[[Header], object]) -> None:
        changed = self.header.copy()
        changed.verify(self._key)
        change(changed)
        changed.commit(self._key)
        self._store_header(changed)

    def _store_header(self, header: Header) -> None:
        if self.read_only:
            raise EnvironmentProblem(t("档案以只读方式打开，不能修改。"))
        with told_plainly():
            hf.write_atomic(hf.sidecar(self.path), header.to_bytes())
            self._step("keys:sidecar written")
        self.header = header
        # the change holds from here on; a database that cannot note it now does so at the next open
        with contextlib.suppress(EnvironmentProblem), told_plainly():
            self._note_generation()
        hf.keep_spare(header)

    def _known_generation(self, connection: sa.Connection) -> int:
        return int(self._setting(connection, _GENERATION) or 0)

    def _setting(self, connection: sa.Connection, key: str) -> Any:
        asked = (self.office, key)
        value = connection.exec_driver_sql("SELECT value FROM setting WHERE org_id=? AND key=?", asked).scalar()
        return json.loads(value) if isinstance(value, str) else value  # SQLite keeps a bare number as one

    def _note_generation(self) -> None:
        self._set(_GENERATION, self.header.generation)

    def _set(self, key: str, value: object) -> None:
        with writing(self.engine).begin() as connection:
            connection.exec_driver_sql(
                "INSERT INTO setting(org_id, id, key, value) VALUES(?, ?, ?, ?) "
                "ON CONFLICT(org_id, key) DO UPDATE SET value = excluded.value",
                (self.office, uuid7().bytes, key, json.dumps(value)),
            )


def open_with_password(path: Path, user: str | None, password: str, **options: object) -> Archive:
    """Open as `user` (None: the first user of the header)."""
    name = user or next(iter(hf.peek(path).names()), "")
    return Archive.open(path, PASSWORD, name, password_bytes(password), **options)  # type: ignore[arg-type]


def open_with_recovery(path: Path, code: str, **options: object) -> Archive:
    """Open with the printed recovery code."""
    return Archive.open(path, RECOVERY, "", parse_recovery_code(code), **options)  # type: ignore[arg-type]


def _refuse_network(path: Path) -> None:
    if is_network_drive(path.parent if not path.exists() else path):
        raise EnvironmentProblem(
            t("档案在网络驱动器上，在那里写入可能丢失数据。请复制到本机磁盘再打开；多人共用请使用团队服务器。")
        )


def _needs_writing() -> EnvironmentProblem:
    return EnvironmentProblem(t("档案上次没有正常关闭，需要先以可写方式打开一次。"))


def _too_old_to_read() -> EnvironmentProblem:
    return EnvironmentProblem(
        t("这个档案由旧版本的客档通写成，不能以只读方式打开。请先以可写方式打开一次，程序会备份后升级它。")
    )
