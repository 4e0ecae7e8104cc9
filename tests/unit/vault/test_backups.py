"""Backups: consistent while others write, verified, thinned by a rule, and proved by restoring them."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from app.db import header_file as hf
from app.db.backup import copy_encrypted
from app.errors import CannotUnlock, EnvironmentProblem, UserError
from app.services.vault.backups import Backup, backup_name, list_backups, read_name, to_thin
from app.services.vault.service import header_info, restore
from app.services.workspace import Workspace
from tests.factories.archives import PASSWORD, Template
from tests.factories.customers import add

NOW = datetime(2026, 3, 5, 12, 0)  # noqa: DTZ001 - names of backups carry local time


def _at(*, reason: str = "scheduled", **ago: float) -> Backup:
    return Backup(Path("x"), NOW - timedelta(**ago), reason, 1)


@pytest.mark.parametrize(
    ("backups", "going"),
    [
        ([], []),
        ([_at(days=4000)], []),
        ([_at(hours=h) for h in range(0, 48, 4)], []),
        ([_at(hours=47), _at(hours=46)], []),
        ([_at(), _at(days=3), _at(days=3, hours=1)], [2]),
        ([_at(), _at(days=3), _at(days=4)], []),
        ([_at(), _at(days=3), _at(days=3, hours=1, reason="import"), _at(days=3, hours=2, reason="import")], []),
        ([_at(), _at(days=15, reason="import"), _at(days=15, hours=1, reason="import")], [2]),
        ([_at(), *(_at(days=31 + i) for i in range(4))], [3, 4]),
        ([_at(), _at(days=200), _at(days=203)], [2]),
        ([_at(), _at(days=200), _at(days=240)], []),
        ([_at(), _at(days=-1)], []),
    ],
)
def test_that_thinning_follows_the_rule(backups: list[Backup], going: list[int]) -> None:
    assert to_thin(backups, NOW) == [backups[i] for i in going]


def test_that_three_years_of_backups_come_down_to_under_a_hundred() -> None:
    kept: list[Backup] = []
    at = NOW - timedelta(days=3 * 365)
    while at <= NOW:
        kept.append(Backup(Path("x"), at, "scheduled", 1))
        going = to_thin(kept, at)
        kept = [b for b in kept if b not in going]
        at += timedelta(hours=12)
    assert 50 < len(kept) < 100
    gaps = [
        a.at - b.at
        for a, b in zip(sorted(kept, key=lambda b: b.at)[1:], sorted(kept, key=lambda b: b.at), strict=False)
    ]
    assert max(gaps) < timedelta(days=62)


def test_that_names_read_back_and_other_files_are_no_backups(tmp_path: Path) -> None:
    name = backup_name(Path("客户_档案.kedang"), NOW, "bulk_edit")
    assert name == "客户_档案_20260305-120000_bulk_edit.kedang"
    for file in (name, "a.kedang", "a_20269999-120000_x.kedang", "b_20260305-120000_X.kedang", "c.txt"):
        (tmp_path / file).write_bytes(b"x")
    assert [(b.path.name, b.at, b.reason) for b in list_backups(tmp_path)] == [(name, NOW, "bulk_edit")]
    assert list_backups(tmp_path / "missing") == []
    assert read_name(tmp_path / "gone_20260305-120000_x.kedang") is None


def test_that_a_backup_restores_to_the_same_archive(workspace: Workspace, tmp_path: Path) -> None:
    add(workspace, "张三", "李四", tags=("甲",))
    made = workspace.vault.backup(tmp_path / "copy.kedang")
    assert workspace.archive.path != made
    target = tmp_path / "restored.kedang"
    assert {k: n for k, n in restore(made, target, "boss", PASSWORD).items() if n} == {"customers": 2}
    assert header_info(target)["users"] == workspace.vault.info()["users"]
    assert sorted(p.name for p in tmp_path.iterdir() if p.name.startswith("restored")) == ["restored.kedang"]


def test_that_restoring_refuses_what_it_cannot_prove(workspace: Workspace, tmp_path: Path) -> None:
    add(workspace, *(f"客户{i}" for i in range(50)))
    made = workspace.vault.backup(tmp_path / "copy.kedang")
    before = made.read_bytes()
    with pytest.raises(UserError, match="文件已存在"):
        restore(made, workspace.archive.path, "boss", PASSWORD)
    with pytest.raises(EnvironmentProblem, match="文件夹不存在"):
        restore(made, tmp_path / "x" / "y.kedang", "boss", PASSWORD)
    with pytest.raises(CannotUnlock):
        restore(made, tmp_path / "r.kedang", "boss", "wrong password")
    spoiled = bytearray(before)
    spoiled[40 * 4096 + 100] ^= 1
    made.write_bytes(spoiled)
    with pytest.raises(EnvironmentProblem, match="已损坏"):
        restore(made, tmp_path / "r.kedang", "boss", PASSWORD)
    assert not [p for p in tmp_path.iterdir() if p.name.startswith("r.kedang")]


def test_that_a_backup_made_while_others_write_holds_whole_units(
    workspace: Workspace, tmp_path: Path, office: Template
) -> None:
    stop = threading.Event()

    def write() -> None:
        i = 0
        while not stop.is_set():
            with workspace.context.writing() as work:
                operation = work.operation("create", "三个一起")
                for part in "甲乙丙":
                    work.writer.create(operation, "customers", {"name": f"{part}{i}"})
                work.commit()
            i += 1

    thread = threading.Thread(target=write)
    thread.start()
    try:
        made = [workspace.vault.backup(tmp_path / f"b{i}.kedang") for i in range(4)]
    finally:
        stop.set()
        thread.join()
    counts = []
    for path in made:
        with office.opened(path) as copy:
            counts.append(copy.customers.count())
            assert copy.vault.verify().problems in ((), ("操作记录比上次在本机看到的少，档案可能被换成了旧的。",))
    assert all(count % 3 == 0 for count in counts)
    assert counts == sorted(counts)
    assert counts[-1] > counts[0]


def test_that_backups_never_overwrite_by_accident(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="自己身上"):
        workspace.vault.backup(workspace.archive.path)
    target = tmp_path / "there.kedang"
    target.write_bytes(b"important")
    with pytest.raises(UserError, match="文件已存在"):
        workspace.vault.backup(target)
    assert target.read_bytes() == b"important"
    workspace.vault.backup(target, overwrite=True)
    assert hf.peek(target).vault_id == workspace.archive.header.vault_id
    with pytest.raises(EnvironmentProblem, match="文件夹不存在"):
        workspace.vault.backup(tmp_path / "no" / "x.kedang")
    folder = tmp_path / "folder"
    folder.mkdir()
    assert workspace.vault.backup(folder).parent == folder


def test_that_automatic_backups_come_when_due_and_are_thinned(workspace: Workspace, clock: object) -> None:
    vault = workspace.vault
    assert vault.scheduled_due()
    assert vault.scheduled() is not None
    assert vault.scheduled() is None
    for _ in range(30):
        clock.forward(hours=4)  # type: ignore[attr-defined]
        assert vault.scheduled() is not None
    assert len(vault.backups()) == 12 + 1 + 3
    newest = vault.backups()[0]
    assert vault.info()["last_backup"] == newest.at.isoformat()


def test_that_many_changes_at_once_make_a_backup_first(workspace: Workspace) -> None:
    records = add(workspace, *(f"客户{i}" for i in range(50)))
    workspace.customers.update_many([r.handle for r in records[:49]], {"city": "苏州"})
    assert workspace.vault.backups() == []
    workspace.customers.update_many([r.handle for r in records], {"city": "上海"})
    assert [b.reason for b in workspace.vault.backups()] == ["bulk_edit"]


@pytest.mark.parametrize("thorough", [True, False])
def test_that_a_bad_free_page_does_not_prevent_a_backup(
    workspace: Workspace, tmp_path: Path, office: Template, thorough: bool
) -> None:
    """Rows deleted for good leave free pages; a torn one stops the backup interface, and VACUUM INTO skips it."""
    add(workspace, *(f"客户{i}" for i in range(400)), remark="很长的备注" * 200)
    path, archive = workspace.archive.path, workspace.archive
    with archive.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM customer WHERE rid > 1")
        connection.exec_driver_sql("DELETE FROM customer_dirty")
        connection.exec_driver_sql("INSERT INTO customer_search(customer_search) VALUES('delete-all')")
    with archive.raw() as raw:
        pages, free = (raw.execute(f"PRAGMA {x}").fetchone()[0] for x in ("page_count", "freelist_count"))  # type: ignore[attr-defined]
    assert free > 100
    workspace.close()
    data = bytearray(path.read_bytes())
    data[(pages - 1) * 4096 + 2000] ^= 1
    path.write_bytes(data)
    opened = office.archive(path)
    try:
        target = tmp_path / "copy.kedang"
        copy_encrypted(path, opened.key_copy(), target, opened.key_copy(), opened.header, thorough=thorough)
    finally:
        opened.close()
    with office.opened(target) as copy:
        assert copy.customers.count() == 1


def test_that_a_damaged_archive_yields_no_backup(workspace: Workspace, tmp_path: Path, office: Template) -> None:
    add(workspace, *(f"客户{i}" for i in range(50)))
    path = workspace.archive.path
    workspace.close()
    data = bytearray(path.read_bytes())
    data[30 * 4096 + 7] ^= 1
    path.write_bytes(data)
    target = tmp_path / "copy.kedang"
    with pytest.raises((EnvironmentProblem, sqlcipher.DatabaseError), match=r"损坏|malformed"):
        opened = office.archive(path)
        try:
            copy_encrypted(path, opened.key_copy(), target, opened.key_copy(), opened.header)
        finally:
            opened.abandon()
    assert not list(tmp_path.glob("copy*"))
