"""The backup before bulk work: when one is made, and that a copy of pages is a whole archive."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from app.db.backup import is_whole
from app.errors import EnvironmentProblem
from app.services.vault import due
from app.services.vault.due import JUST_NOW, LITTLE, RECENT, SMALL, UNCHANGED, backup_needed
from app.services.vault.service import restore
from app.services.workspace import Workspace
from tests.factories.archives import PASSWORD, Template
from tests.factories.clocks import Clock
from tests.factories.customers import add

BIG = SMALL + 1
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("reason", "size", "age", "acts", "needed"),
    [
        ("bulk_edit", SMALL, SECOND, 0, True),  # it costs nothing
        ("bulk_edit", BIG, SECOND, 0, False),
        ("bulk_edit", BIG, None, 0, True),
        ("bulk_edit", BIG, -SECOND, 0, True),  # the clock was set back: nothing can be told
        ("bulk_edit", BIG, UNCHANGED, 0, False),
        ("bulk_edit", BIG, UNCHANGED + SECOND, 0, True),
        ("bulk_edit", BIG, RECENT, 1, False),
        ("bulk_edit", BIG, RECENT + SECOND, 1, True),
        ("bulk_edit", BIG, SECOND, LITTLE, False),
        ("bulk_edit", BIG, SECOND, LITTLE + 1, True),
        ("restore", BIG, RECENT, 1, False),
        *(
            (reason, BIG, age, acts, needed)
            for reason in ("import", "merge", "delete", "clean", "undo")
            for age, acts, needed in (
                (JUST_NOW, 0, False),
                (JUST_NOW, LITTLE, False),
                (JUST_NOW, LITTLE + 1, True),
                (JUST_NOW + SECOND, 0, True),
            )
        ),
    ],
)
def test_that_a_backup_is_made_by_age_size_and_what_was_done_since(
    reason: str, size: int, age: timedelta | None, acts: int, needed: bool
) -> None:
    assert backup_needed(reason, size, age, acts) is needed


@pytest.fixture
def big(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, clock: Clock) -> Workspace:
    """The office, in an archive that counts as big."""
    monkeypatch.setattr(due, "SMALL", 0)
    clock.forward(days=3650)  # later than the office was made
    add(workspace, *(f"客户{i}" for i in range(60)))
    clock.forward(minutes=1)
    return workspace


def _reasons(workspace: Workspace) -> list[str]:
    return [backup.reason for backup in workspace.vault.backups()]


def test_that_bulk_edits_in_a_row_share_a_backup(big: Workspace, clock: Clock) -> None:
    handles = big.customers.handles().tolist()
    for city in ("苏州", "无锡", "常州"):
        big.customers.update_many(handles, {"city": city})
        clock.forward(minutes=20)
    assert _reasons(big) == ["bulk_edit"]
    big.customers.delete_many(handles)
    assert _reasons(big) == ["delete", "bulk_edit"]
    clock.forward(minutes=5)
    big.customers.restore_many(big.customers.handles(deleted=True).tolist())
    assert _reasons(big) == ["delete", "bulk_edit"]


def test_that_many_acts_since_make_a_new_one(big: Workspace, clock: Clock) -> None:
    assert big.vault.before_many("bulk_edit") is not None
    clock.forward(seconds=1)
    for i in range(LITTLE):
        add(big, f"新客户{i}")
    assert big.vault.before_many("bulk_edit") is None
    add(big, "又一位")
    assert big.vault.before_many("bulk_edit") is not None


def test_that_any_sound_backup_counts_and_no_other(big: Workspace, clock: Clock) -> None:
    scheduled = big.vault.automatic("scheduled")
    clock.forward(minutes=1)
    assert big.vault.before_many("import") is None
    scheduled.write_bytes(scheduled.read_bytes()[:-100])
    assert not is_whole(scheduled, big.archive.header.vault_id)
    made = big.vault.before_many("import")
    assert made is not None
    clock.forward(minutes=1)
    assert big.vault.before_many("import") is None
    made.unlink()
    assert big.vault.before_many("import") is not None


def test_that_another_archives_file_is_no_backup(big: Workspace, bare: Template) -> None:
    made = big.vault.before_many("import")
    assert made is not None
    made.write_bytes(bare.path.read_bytes())
    assert not is_whole(made, big.archive.header.vault_id)
    assert not is_whole(made.with_name("gone"), big.archive.header.vault_id)


def test_that_the_backups_of_a_copys_other_life_do_not_count(
    big: Workspace, clock: Clock, office: Template, tmp_path: Path
) -> None:
    first = big.vault.before_many("import")
    assert first is not None
    clock.forward(minutes=5)
    restore(first, tmp_path / "copy.kedang", "boss", PASSWORD)
    with office.opened(tmp_path / "copy.kedang") as copy:
        assert copy.vault.backup_folder == big.vault.backup_folder
        assert big.vault.before_many("import") is None
        assert copy.vault.before_many("import") is not None  # what it holds now is the first backup, not what was noted
        assert copy.vault.before_many("import") is None


def test_that_a_copy_of_pages_is_a_whole_archive(workspace: Workspace, tmp_path: Path, office: Template) -> None:
    add(workspace, *(f"客户{i}" for i in range(300)), remark="备注" * 400)
    made = workspace.vault.before_many("bulk_edit")
    assert made is not None
    add(workspace, "后来的")
    with office.opened(office.copy(tmp_path, "other.kedang")):  # another archive open beside it changes nothing
        counts = restore(made, tmp_path / "restored.kedang", "boss", PASSWORD)
    assert counts["customers"] == 300
    with office.opened(tmp_path / "restored.kedang") as copy:
        problems = copy.vault.verify().problems
        assert set(problems) <= {"操作记录比上次在本机看到的少，档案可能被换成了旧的。"}


def test_that_a_damaged_page_is_found_while_copying(workspace: Workspace, office: Template) -> None:
    add(workspace, *(f"客户{i}" for i in range(300)), remark="备注" * 400)
    path = workspace.archive.path
    workspace.close()
    data = bytearray(path.read_bytes())
    with office.opened(path) as opened:
        rows = "SELECT rootpage FROM sqlite_master WHERE name='customer'"
        with opened.archive.engine.connect() as connection:
            page = connection.exec_driver_sql(rows).scalar_one()
    data[(page - 1) * 4096 + 2000] ^= 1
    path.write_bytes(data)
    reopened = office.open(path)
    try:
        with pytest.raises(EnvironmentProblem):
            reopened.vault.before_many("bulk_edit")
        assert list(reopened.vault.backup_folder.iterdir()) == []
    finally:
        reopened.archive.abandon()
