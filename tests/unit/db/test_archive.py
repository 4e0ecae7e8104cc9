"""Opening and closing: one file when closed, nothing changed by a wrong password, every foreign file named for what it is."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.bootstrap import open_workspace, recover_workspace
from app.core.filters import Condition
from app.db import header_file as hf
from app.db.archive import Archive, open_with_password, open_with_recovery
from app.db.engine import connect
from app.db.keys import PASSWORD, Damaged, Header
from app.db.secrets import password_bytes
from app.errors import CannotUnlock, EnvironmentProblem, UserError
from tests.factories import customers
from tests.factories.archives import PASSWORD as TYPED
from tests.factories.archives import Template


@pytest.fixture
def path(bare: Template, tmp_path: Path) -> Path:
    return bare.copy(tmp_path)


def _files(path: Path) -> list[str]:
    return sorted(p.name.replace(path.name, "*") for p in path.parent.iterdir())


def test_that_a_closed_archive_is_one_file_and_an_open_one_has_companions(bare: Template, path: Path) -> None:
    assert _files(path) == ["*"]
    archive = bare.archive(path)
    assert "*-keys" in _files(path)
    assert hf.read_trailer(path)[0] is None
    archive.close()
    assert _files(path) == ["*"]
    assert hf.read_trailer(path)[0] == hf.peek(path).to_bytes()
    archive.close()


def test_that_password_and_recovery_code_open_and_a_wrong_one_changes_nothing(bare: Template, path: Path) -> None:
    before = path.read_bytes()
    for ask in (
        lambda: open_with_password(path, "boss", "wrong password"),
        lambda: open_with_password(path, "nobody", TYPED),
        lambda: open_with_recovery(path, "0" * 34),
    ):
        with pytest.raises((CannotUnlock, UserError)):
            ask()
        assert path.read_bytes() == before
        assert _files(path) == ["*"]
    open_workspace(path, None, TYPED).close()
    recovered = recover_workspace(path, bare.code)
    assert recovered.actor.name == "钱总"
    recovered.close()


def test_that_after_closing_nothing_opens_a_connection_and_the_reason_is_told(bare: Template, path: Path) -> None:
    workspace = bare.open(path)
    workspace.close()
    with pytest.raises(EnvironmentProblem, match="已经关闭"):
        workspace.customers.count()
    with pytest.raises(EnvironmentProblem, match="已经关闭"), workspace.archive.raw():
        pass
    assert _files(path) == ["*"]


def test_that_closing_while_others_work_keeps_the_header_beside_the_file(
    bare: Template, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.db.settling.PATIENCE", 0.1)
    workspace = bare.open(path)
    with workspace.archive.session() as reading:
        reading.connection()
        with pytest.raises(EnvironmentProblem, match="还有操作没有结束"):
            workspace.archive.close()
        assert hf.sidecar(path).exists()
    with bare.opened(path) as again:
        assert again.vault.verify().ok


# ---- files that are no archive, or no longer one ------------------------------------------------------------------


def _plain_sqlite(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t(x)")
    connection.close()


def _cut(size: int) -> Callable[[Path], None]:
    def cut(path: Path) -> None:
        data = path.read_bytes()
        path.write_bytes(data[:size])

    return cut


def _without_first_page(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[:4096] = bytes(4096)
    path.write_bytes(data)


def _headless(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: hf.read_trailer(path)[1]])


def _other_pages(path: Path) -> None:
    trailer, end = hf.read_trailer(path)
    assert trailer is not None
    path.write_bytes(os.urandom(end))
    hf.append_trailer(path, trailer)


FOREIGN: dict[str, tuple[Callable[[Path], Any], str]] = {
    "missing": (Path.unlink, "找不到文件"),
    "folder": (lambda p: (p.unlink(), p.mkdir()), "是文件夹"),
    "empty": (lambda p: p.write_bytes(b""), "0 字节"),
    "short": (lambda p: p.write_bytes(b"x"), "不是客档通档案，或文件不完整"),
    "text": (lambda p: p.write_text("客户名单\n" * 1000), "不是客档通档案，或文件不完整"),
    "zip": (lambda p: p.write_bytes(b"PK\x03\x04" + os.urandom(9000)), "不是客档通档案，或文件不完整"),
    "plain sqlite": (_plain_sqlite, "未加密的 SQLite"),
    "without its end": (_cut(-1), "不是客档通档案，或文件不完整"),
    "half": (_cut(50_000), "不是客档通档案，或文件不完整"),
    "without header": (_headless, "不是客档通档案，或文件不完整"),
    "first page zeroed": (_without_first_page, "密码正确，但档案文件已损坏"),
    "pages of something else": (_other_pages, "密码正确，但档案文件已损坏"),
}


@pytest.mark.parametrize("kind", FOREIGN)
def test_that_every_file_that_is_no_archive_is_named_for_what_it_is(bare: Template, path: Path, kind: str) -> None:
    spoil, says = FOREIGN[kind]
    spoil(path)
    before = path.read_bytes() if path.is_file() else None
    for read_only in (False, True):
        with pytest.raises(EnvironmentProblem, match=says):
            bare.archive(path, read_only=read_only)
        assert (path.read_bytes() if path.is_file() else None) == before
        assert not hf.sidecar(path).exists()


def test_that_a_header_of_another_file_is_refused(bare: Template, path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.kedang"
    archive, _ = Archive.create(other, "boss", TYPED)
    archive.close()
    trailer, _ = hf.read_trailer(other)
    assert trailer is not None
    _headless(path)
    hf.append_trailer(path, trailer)
    with pytest.raises(Damaged, match="密码正确，但档案文件已损坏"):
        open_with_password(path, "boss", TYPED)


def test_that_an_older_header_put_back_is_refused_and_the_file_left_whole(bare: Template, path: Path) -> None:
    old = hf.peek(path)
    archive = bare.archive(path)
    archive.change_password("boss", TYPED, "ein neues Passwort")
    archive.close()
    new = hf.peek(path)
    _headless(path)
    hf.append_trailer(path, old.to_bytes())
    for read_only in (False, True):
        with pytest.raises(Damaged, match="旧的一份"):
            bare.archive(path, read_only=read_only)
    assert _files(path) == ["*"]
    _headless(path)
    hf.append_trailer(path, new.to_bytes())
    bare.archive(path).close()


def test_that_an_altered_header_is_refused(bare: Template, path: Path) -> None:
    body = json.loads(hf.peek(path).to_bytes())
    body["slots"] = [s for s in body["slots"] if s["kind"] != "recovery"]
    _headless(path)
    hf.append_trailer(path, Header.from_bytes(json.dumps(body).encode()).to_bytes())
    with pytest.raises(Damaged, match="被改动过"):
        bare.archive(path)


# ---- a backup put in the place of a crashed archive -----------------------------------------------------------------


def test_that_a_backup_put_over_a_crashed_archive_is_opened_and_not_mixed_with_what_lies_beside(
    bare: Template, path: Path, tmp_path: Path
) -> None:
    with bare.opened(path) as workspace:
        customers.add(workspace, "备份里的客户")
        kept = workspace.vault.backup(tmp_path / "backup.kedang")
    workspace = bare.open(path)
    customers.add(workspace, *(f"后来的客户{i}" for i in range(30)))
    workspace.archive.set_password("boss", "后来的密码-77")
    left = {s: hf.companion(path, s).read_bytes() for s in ("-wal", "-keys")}
    workspace.close()
    shutil.copyfile(kept, path)  # what a crash left beside it still lies there
    for suffix, data in left.items():
        hf.companion(path, suffix).write_bytes(data)
    with bare.opened(path) as again:
        assert [r.get("name") for r in again.customers.list()[1]] == ["备份里的客户"]
        assert again.vault.verify().problems == ("操作记录比上次在本机看到的少，档案可能被换成了旧的。",)
    assert hf.companion(path, "-wal-leftover").read_bytes() == left["-wal"]


# ---- reading only --------------------------------------------------------------------------------------------------


def test_that_a_read_only_archive_is_read_backed_up_and_not_changed_by_a_byte(
    bare: Template, path: Path, tmp_path: Path
) -> None:
    with bare.opened(path) as workspace:
        customers.add(workspace, "张三", "李四")
    path.chmod(0o444)
    before = path.read_bytes()
    workspace = open_workspace(path, "boss", TYPED, read_only=True)
    assert workspace.customers.count(Condition("name", "contains", "张")) == 1
    assert workspace.vault.verify().ok
    assert workspace.vault.info()["read_only"]
    copy = workspace.vault.backup(tmp_path / "copy.kedang")
    for write in (
        lambda: customers.add(workspace, "王五"),
        lambda: workspace.archive.change_password("boss", TYPED, "another one"),
        lambda: workspace.archive.add_device("boss", "x"),
    ):
        with pytest.raises(EnvironmentProblem, match="只读方式打开"):
            write()
    workspace.close()
    assert path.read_bytes() == before
    assert _files(path) == ["*", "copy.kedang"]
    with bare.opened(copy) as opened:
        assert opened.customers.count() == 2


def test_that_a_crashed_archive_wants_to_be_opened_for_writing_first(bare: Template, path: Path) -> None:
    workspace = bare.open(path)
    customers.add(workspace, "张三")
    aside = path.parent / "crashed"
    aside.mkdir()
    for suffix in ("", "-wal", "-shm", "-keys"):
        shutil.copyfile(hf.companion(path, suffix), aside / f"{path.name}{suffix}")
    workspace.close()
    crashed = aside / path.name
    with pytest.raises(EnvironmentProblem, match="没有正常关闭"):
        bare.archive(crashed, read_only=True)
    with bare.opened(crashed) as again:
        assert again.customers.count() == 1


# ---- strangers in the schema, unfinished creation ------------------------------------------------------------------


@pytest.mark.parametrize(
    "ddl",
    [
        "CREATE TRIGGER evil AFTER INSERT ON customer BEGIN DELETE FROM contact; END",
        "CREATE VIEW customer_all AS SELECT * FROM customer",
        "DROP TRIGGER customer_search_update; CREATE TRIGGER customer_search_update AFTER UPDATE ON customer "
        "BEGIN DELETE FROM contact; END",
    ],
)
def test_that_triggers_and_views_of_a_stranger_are_refused(bare: Template, path: Path, ddl: str) -> None:
    archive = bare.archive(path)
    with archive.raw() as raw:
        raw.executescript(ddl)  # type: ignore[attr-defined]
    archive.close()
    with pytest.raises(Damaged, match="不属于客档通的触发器或视图"):
        bare.archive(path)
    assert _files(path) == ["*"]


def test_that_creating_over_a_file_or_nowhere_is_refused_and_leaves_nothing(path: Path, tmp_path: Path) -> None:
    before = path.read_bytes()
    for target, says in ((path, "文件已存在"), (tmp_path / "x" / "a.kedang", "文件夹不存在")):
        with pytest.raises((UserError, EnvironmentProblem), match=says):
            Archive.create(target, "boss", TYPED)
    with pytest.raises(UserError, match="密码太短"):
        Archive.create(tmp_path / "b.kedang", "boss", "123")
    assert path.read_bytes() == before
    assert _files(path) == ["*"]


def test_that_a_creation_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def fail(step: str) -> None:
        if step == "migrate:before commit":
            raise OSError(28, "No space left on device")

    with pytest.raises(EnvironmentProblem, match="磁盘空间不够"):
        Archive.create(tmp_path / "a.kedang", "boss", TYPED, step=fail)
    assert list(tmp_path.iterdir()) == []


# ---- keys -----------------------------------------------------------------------------------------------------------


def test_that_a_changed_password_opens_and_the_old_one_does_not(bare: Template, path: Path) -> None:
    archive = bare.archive(path)
    with pytest.raises(CannotUnlock, match="原密码不对"):
        archive.change_password("boss", "wrong", "ein neues Passwort")
    archive.change_password("boss", TYPED, "ein neues Passwort")
    archive.close()
    with pytest.raises(CannotUnlock):
        open_with_password(path, "boss", TYPED)
    open_with_password(path, "boss", "ein neues Passwort").close()


def test_that_devices_and_recovery_codes_can_be_withdrawn(bare: Template, path: Path) -> None:
    archive = bare.archive(path)
    code = archive.new_recovery_code()
    archive.remove_devices("boss")
    archive.close()
    with pytest.raises(CannotUnlock):
        bare.archive(path)
    with pytest.raises(CannotUnlock):
        open_with_recovery(path, bare.code)
    open_with_recovery(path, code).close()


def test_that_a_new_data_key_makes_the_old_one_useless_and_keeps_every_way_in(bare: Template, path: Path) -> None:
    with bare.opened(path) as workspace:
        customers.add(workspace, "张三")
        old, generation = workspace.archive.key_copy(), workspace.archive.header.generation
        workspace.vault.rotate_key()
        assert workspace.customers.count() == 1
        customers.add(workspace, "李四")
        assert workspace.archive.header.generation == generation + 1
        assert workspace.vault.verify().ok
    assert _files(path) == ["*"]
    with pytest.raises(Exception, match="not a database"):
        connect(path, old, read_only=True, immutable=True)
    for enter in (lambda: open_workspace(path, "boss", TYPED), lambda: recover_workspace(path, bare.code),
                  lambda: bare.open(path)):  # fmt: skip
        workspace = enter()
        assert workspace.customers.count() == 2
        workspace.close()


def test_that_nothing_written_while_the_key_changes_is_lost(bare: Template, path: Path) -> None:
    workspace = bare.open(path)
    acknowledged: list[str] = []
    problems: list[Exception] = []
    stop = threading.Event()

    def write() -> None:
        i = 0
        while not stop.is_set():
            try:
                workspace.customers.create({"name": f"客户{i}"})
                acknowledged.append(f"客户{i}")
            except Exception as error:
                problems.append(error)
            i += 1

    thread = threading.Thread(target=write)
    thread.start()
    for _ in range(8):
        workspace.archive.rotate_key()
    stop.set()
    thread.join()
    assert not problems
    assert len(acknowledged) >= 4
    assert {r.get("name") for r in workspace.customers.list(limit=10_000)[1]} == set(acknowledged)
    assert workspace.vault.verify().ok
    workspace.close()
    with bare.opened(path) as again:
        assert again.customers.count() == len(acknowledged)


def test_that_the_key_is_not_changed_under_somebody_reading(
    bare: Template, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.db.settling.PATIENCE", 0.1)
    workspace = bare.open(path)
    customers.add(workspace, "张三")
    with workspace.context.reading(), pytest.raises(EnvironmentProblem, match="占用"):
        workspace.archive.rotate_key()
    assert workspace.customers.count() == 1
    workspace.archive.rotate_key()
    assert workspace.customers.count() == 1
    workspace.close()


def test_that_leftovers_of_a_killed_key_change_are_swept(bare: Template, path: Path) -> None:
    for suffix in (".rotating", ".rotating.part", "-keys.tmp4711"):
        hf.companion(path, suffix).write_bytes(b"x")
    other = path.with_name("other.kedang-keys.tmp1")
    other.write_bytes(b"x")
    bare.archive(path).close()
    assert _files(path) == ["*", other.name]


def test_that_the_spare_header_is_never_replaced_by_an_older_one(bare: Template, path: Path, tmp_path: Path) -> None:
    old = bare.copy(tmp_path, "old.kedang")
    archive = bare.archive(path)
    archive.set_password("boss", "another password")
    newest = archive.header.generation
    archive.close()
    bare.archive(old).close()
    spare = Header.from_bytes(hf.spare_path(archive.header.vault_id).read_bytes())
    assert spare.generation >= newest


def test_that_the_header_moving_on_before_the_lock_is_noticed(
    bare: Template, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody changes the data key between our unlocking and our getting the lock."""
    real = Archive.open.__func__  # type: ignore[attr-defined]
    peek, calls = hf.peek, []

    def changing(where: Path) -> Header:
        header = peek(where)
        if not calls:
            calls.append(1)
            other = real(Archive, path, PASSWORD, "boss", password_bytes(TYPED))
            other.rotate_key()
            other.close()
        return header

    monkeypatch.setattr(hf, "peek", changing)
    opened = open_with_password(path, "boss", TYPED)
    opened.close()
    assert calls
