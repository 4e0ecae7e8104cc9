"""Files of records, in and out, on a real archive."""

from __future__ import annotations

import hashlib
import io
import os
import resource
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.core.access import Action
from app.core.dictionary import BUILT_IN
from app.core.fields import FieldType, File, Link
from app.core.jobs import Job, Progress
from app.core.records import Record
from app.core.sizes import LARGEST_FILE
from app.db.attachments import CHUNK
from app.errors import Cancelled, EnvironmentProblem, NotFound, NotPermitted, UserError
from app.services.files import copies
from app.services.files.service import FileService
from app.services.files.sources import Stream
from app.services.workspace import Workspace
from tests.factories.archives import Template
from tests.unit.files.makers import Generated, generated, put

KINDS = BUILT_IN.kinds(lambda e: any(f.type is FieldType.FILES for f in e.fields))


def counted(workspace: Workspace, sql: str) -> Any:
    with workspace.archive.engine.connect() as connection:
        return connection.exec_driver_sql(sql).scalar_one()


def contents(workspace: Workspace) -> int:
    """How many contents there are, halves among them."""
    return int(counted(workspace, "SELECT count(*) FROM attachment_content"))


def held(workspace: Workspace, record: Record) -> list[File]:
    return [one.file for one in workspace.files.list(record.entity, record.id)]


def back(workspace: Workspace, record: Record, file: File, folder: Path) -> bytes:
    return workspace.files.save(record.entity, record.id, file, folder / "out" / "x", overwrite=True).read_bytes()


def plain_record(workspace: Workspace, entity: str) -> Record:
    """A record of the kind with what it must have."""
    kind = workspace.context.registry.entity(entity)
    values: dict[str, Any] = {kind.title: "一条"} if kind.field(kind.title).editable else {}
    for field in kind.fields:
        if field.required and field.key not in values and field.type is FieldType.LINKS:
            values[field.key] = (Link(plain_record(workspace, field.target).id),)
        elif field.required and field.type is FieldType.MONEY:
            values[field.key] = 100
        elif field.required and field.type is FieldType.DATE:
            values[field.key] = date(2026, 11, 30)
    return workspace.records(entity).create(values)[0]


@pytest.fixture(autouse=True)
def _out(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 7])
def test_that_a_file_of_any_size_comes_back_as_it_was(
    workspace: Workspace, customer: Record, tmp_path: Path, size: int
) -> None:
    data = os.urandom(size)
    added = workspace.files.add("customers", customer.id, [put(tmp_path, "a.bin", data)], note="原件", look=False)
    (file,) = added.files
    assert (file.name, file.size, file.note) == ("a.bin", size, "原件")
    assert file.sha256 == hashlib.sha256(data).hexdigest()
    assert held(workspace, customer) == [file]
    assert back(workspace, customer, file, tmp_path) == data


@pytest.mark.parametrize("entity", KINDS)
def test_that_every_kind_with_files_takes_them(workspace: Workspace, entity: str, tmp_path: Path) -> None:
    record = plain_record(workspace, entity)
    added = workspace.files.add(entity, record.id, [put(tmp_path, "单据.txt", b"1")], look=False)
    assert held(workspace, record) == list(added.files)
    assert workspace.records(entity).history(record.id)[0].fields[0].key == "files"


def test_that_a_large_stream_needs_little_memory_and_comes_back(
    workspace: Workspace, customer: Record, tmp_path: Path
) -> None:
    size = 300 << 20
    seen: list[Progress] = []
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    source = Stream("录像.mp4", Generated(size), size)  # type: ignore[arg-type]
    added = workspace.files.add("customers", customer.id, [source], job=Job(seen.append, every=0), look=False)
    workspace.files.save("customers", customer.id, added.files[0], tmp_path / "back.mp4")
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * (1 if sys.platform == "darwin" else 1024)
    assert grown < 200 << 20
    assert (seen[-1].done, seen[-1].total, seen[-1].unit) == (size, size, "bytes")
    digest = hashlib.sha256()
    for chunk in generated(size):
        digest.update(chunk)
    assert hashlib.sha256((tmp_path / "back.mp4").read_bytes()).digest() == digest.digest()


def test_that_the_same_content_stands_once(workspace: Workspace, customer: Record, tmp_path: Path) -> None:
    data = os.urandom(5 << 20)
    other, _ = workspace.customers.create({"name": "乙公司"})
    first = workspace.files.add("customers", customer.id, [put(tmp_path, "a.bin", data)], look=False)
    pages = counted(workspace, "PRAGMA page_count")
    second = workspace.files.add(
        "customers", other.id, [put(tmp_path, "b.bin", data), put(tmp_path, "c.bin", data)], look=False
    )
    assert {f.sha256 for f in (*first.files, *second.files)} == {hashlib.sha256(data).hexdigest()}
    assert contents(workspace) == 1
    assert counted(workspace, "PRAGMA page_count") - pages < 100
    assert back(workspace, other, second.files[1], tmp_path) == data


def test_that_two_new_files_of_one_content_and_a_stream_of_it_stand_once(
    workspace: Workspace, customer: Record, tmp_path: Path
) -> None:
    data = os.urandom(1 << 20)
    path = put(tmp_path, "a.bin", data)
    stream = Stream("b.bin", path.open("rb"))
    added = workspace.files.add("customers", customer.id, [path, path, stream], look=False)
    stream.data.close()
    assert [f.name for f in added.files] == ["a.bin", "a (2).bin", "b.bin"]
    assert contents(workspace) == 1
    assert all(back(workspace, customer, f, tmp_path) == data for f in added.files)


def test_that_one_add_is_one_operation_and_undo_and_redo_take_it_whole(
    workspace: Workspace, customer: Record, tmp_path: Path
) -> None:
    added = workspace.files.add(
        "customers", customer.id, [put(tmp_path, "a.txt", b"a"), put(tmp_path, "b.txt", b"b")], look=False
    )
    assert added.changes.operation_id is not None
    undone = workspace.history.undo(added.changes.operation_id)
    assert held(workspace, customer) == []
    assert contents(workspace) == 2, "redo must find them"
    workspace.files.sweep()
    assert contents(workspace) == 2, "the history mentions them"
    workspace.history.undo(undone.changes.operation_id)
    assert held(workspace, customer) == list(added.files)
    assert back(workspace, customer, added.files[1], tmp_path) == b"b"


def test_that_a_removed_file_comes_back_by_undo(workspace: Workspace, customer: Record, tmp_path: Path) -> None:
    added = workspace.files.add(
        "customers", customer.id, [put(tmp_path, n, n.encode()) for n in ("a.txt", "b.txt", "c.txt")], look=False
    )
    changes = workspace.files.remove("customers", customer.id, added.files[:2])
    assert [f.name for f in held(workspace, customer)] == ["c.txt"]
    workspace.files.sweep()
    workspace.history.undo(changes.operation_id)
    assert held(workspace, customer) == list(added.files)
    assert back(workspace, customer, added.files[0], tmp_path) == b"a.txt"


def test_that_contents_nobody_mentions_are_swept_by_the_administrator_only(
    staff: dict[str, Workspace], customer: Record, tmp_path: Path
) -> None:
    boss = staff["boss"]
    boss.files.add("customers", customer.id, [put(tmp_path, "a.txt", b"a"), put(tmp_path, "b.txt", b"bb")], look=False)
    with boss.archive.engine.begin() as connection:  # as when a record is erased with its history
        connection.exec_driver_sql("DELETE FROM record_file WHERE name='a.txt'")
        connection.exec_driver_sql("UPDATE change SET fields='' WHERE fields LIKE '%sha256%'")
    with pytest.raises(NotPermitted):
        staff["east"].files.sweep()
    swept = boss.files.sweep()
    assert (swept.contents, swept.size) == (1, 1)
    assert back(boss, customer, held(boss, customer)[0], tmp_path) == b"bb"


def test_that_names_are_safe_and_no_two_alike(workspace: Workspace, customer: Record) -> None:
    def named(name: str) -> Stream:
        return Stream(name, io.BytesIO(name.encode()))

    sources = [
        named(n) for n in ("合同.pdf", "../../合同.PDF", "con.txt", "a:b?.txt", "\u202egpj.exe", "好" * 200 + ".pdf")
    ]
    added = workspace.files.add("customers", customer.id, sources, look=False)
    names = [f.name for f in added.files]
    assert names[:5] == ["合同.pdf", "合同 (2).PDF", "_con.txt", "a_b_.txt", "gpj.exe"]
    assert len(names[5].encode()) <= 200
    again = workspace.files.add("customers", customer.id, [named("好" * 200 + ".pdf")], look=False)
    assert again.files[0].name.endswith(" (2).pdf")
    assert len(again.files[0].name.encode()) <= 200


def test_that_renaming_and_notes_are_journaled(workspace: Workspace, customer: Record, tmp_path: Path) -> None:
    added = workspace.files.add(
        "customers", customer.id, [put(tmp_path, "a.txt", b"a"), put(tmp_path, "b.txt", b"b")], look=False
    )
    changes = workspace.files.rename("customers", customer.id, added.files[0], "合同")
    assert [f.name for f in held(workspace, customer)] == ["合同.txt", "b.txt"]
    with pytest.raises(UserError, match="已有名为"):
        workspace.files.rename("customers", customer.id, added.files[1], "合同.TXT")
    with pytest.raises(UserError, match="请填写"):
        workspace.files.rename("customers", customer.id, added.files[1], " . ")
    with pytest.raises(NotFound, match="请刷新"):
        workspace.files.note("customers", customer.id, added.files[0], "旧的名字")
    workspace.files.note("customers", customer.id, held(workspace, customer)[0], " 已盖章 ")
    assert held(workspace, customer)[0].note == "已盖章"
    workspace.history.undo(changes.operation_id)
    assert held(workspace, customer)[1].name == "b.txt"


def test_that_only_ordinary_files_are_taken(workspace: Workspace, customer: Record, tmp_path: Path) -> None:
    folder, link, pipe = tmp_path / "folder", tmp_path / "link.txt", tmp_path / "pipe"
    folder.mkdir()
    good = put(tmp_path, "good.txt", b"good")
    link.symlink_to(good)
    os.mkfifo(pipe)
    (tmp_path / "broken").symlink_to(tmp_path / "nowhere")
    (tmp_path / "tolink").symlink_to(folder)
    for path, kind, match in (
        (folder, UserError, "文件夹"), (pipe, UserError, "普通文件"), (tmp_path / "none", NotFound, "找不到"),
        (tmp_path / "broken", NotFound, "找不到"), (tmp_path / "tolink", UserError, "文件夹"),
        (Path("/dev/zero"), UserError, "普通文件"),
    ):  # fmt: skip
        with pytest.raises(kind, match=match):
            workspace.files.add("customers", customer.id, [good, path], look=False)
    assert (held(workspace, customer), contents(workspace)) == ([], 0)
    assert workspace.files.add("customers", customer.id, [link], look=False).files[0].name == "link.txt"
    assert back(workspace, customer, held(workspace, customer)[0], tmp_path) == b"good"


def test_that_a_file_too_large_is_refused_before_it_is_read(
    workspace: Workspace, customer: Record, tmp_path: Path
) -> None:
    sparse = tmp_path / "sparse.bin"
    with sparse.open("wb") as file:
        file.truncate(LARGEST_FILE + 1)
    seen: list[Progress] = []
    with pytest.raises(UserError, match=r"超过 2\.0 GB"):
        workspace.files.add("customers", customer.id, [sparse], job=Job(seen.append))
    assert (seen, contents(workspace)) == ([], 0)


def test_that_a_file_that_changes_while_it_is_read_is_told(
    workspace: Workspace, customer: Record, tmp_path: Path
) -> None:
    for change in (
        lambda path: os.truncate(path, 4 * CHUNK), lambda path: path.unlink(), lambda path: os.truncate(path, 10),
    ):  # fmt: skip
        path = put(tmp_path, "log.txt", os.urandom(3 * CHUNK))
        done: list[int] = []

        def report(_progress: Progress, path: Path = path, change: Any = change, done: list[int] = done) -> None:
            if not done:
                done.append(1)
                change(path)

        with pytest.raises(UserError, match="被改动或删除"):
            workspace.files.add("customers", customer.id, [path], job=Job(report, every=0), look=False)
        assert (held(workspace, customer), contents(workspace)) == ([], 0)


def test_that_cancelling_leaves_nothing(workspace: Workspace, customer: Record, tmp_path: Path) -> None:
    job = Job(lambda progress: job.cancel() if progress.done > 40 << 20 else None, every=0)
    good = put(tmp_path, "a.txt", b"a")
    with pytest.raises(Cancelled):
        workspace.files.add("customers", customer.id, [good, Stream("b", Generated(80 << 20))], job=job)  # type: ignore[arg-type]
    assert (held(workspace, customer), contents(workspace)) == ([], 0)
    assert counted(workspace, "SELECT count(*) FROM attachment_chunk") == 0


def test_that_halves_are_swept_but_not_those_somebody_is_filling(
    workspace: Workspace, customer: Record, office: Template, tmp_path: Path
) -> None:
    other, _ = workspace.customers.create({"name": "乙公司"})
    with workspace.archive.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO attachment_content(org_id, id, sha256, size) VALUES(1, x'00000000000000000000000000000001', 'part:1', 0)"
        )
        connection.exec_driver_sql(
            "INSERT INTO attachment_chunk(org_id, id, content_id, position, data) "
            "VALUES(1, x'01', x'00000000000000000000000000000001', 5, x'ff')"
        )
    assert contents(workspace) == 1
    found: list[int] = []

    def meanwhile(name: str) -> None:
        if name == "files:piece" and not found:
            found.append(0)
            workspace.files.add("customers", other.id, [put(tmp_path, "b.txt", b"b")], look=False)
            found.append(contents(workspace))

    service = FileService(workspace.context, step=meanwhile)
    added = service.add("customers", customer.id, [Stream("a", Generated(40 << 20))], look=False)  # type: ignore[arg-type]
    assert found == [0, 2], "the half is gone, the one being filled is not"
    assert len(back(workspace, customer, added.files[0], tmp_path)) == 40 << 20
    assert workspace.vault.verify().ok


def test_that_opening_for_writing_sweeps_halves(office: Template, tmp_path: Path) -> None:
    path = office.copy(tmp_path)
    with office.opened(path) as workspace, workspace.archive.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO attachment_content(org_id, id, sha256, size) VALUES(1, x'00000000000000000000000000000001', 'part:1', 0)"
        )
    with office.opened(path) as workspace:
        assert contents(workspace) == 0


# ---- rights ----------------------------------------------------------------------------------------------------------


def test_that_files_follow_the_rights_of_their_record(
    staff: dict[str, Workspace], customer: Record, tmp_path: Path
) -> None:
    mine = staff["east"].files.add("customers", customer.id, [put(tmp_path, "机密.txt", "底价一百".encode())])
    (file,) = mine.files
    west = staff["west"]
    for call in (
        lambda: west.files.list("customers", customer.id),
        lambda: west.files.save("customers", customer.id, file, tmp_path / "stolen"),
        lambda: west.files.open_copy("customers", customer.id, file),
        lambda: west.files.remove("customers", customer.id, [file]),
        lambda: west.files.add("customers", customer.id, [put(tmp_path, "x", b"")]),
        lambda: west.files.pictures("customers", customer.id),
    ):
        with pytest.raises(NotFound):
            call()
    assert west.files.find("机密") == west.files.find("底价") == []
    assert west.files.text(file.sha256) is None
    assert staff["east"].files.text(file.sha256) == "底价一百"
    assert [hit.record for hit in staff["manager"].files.find("底价")] == [customer.id]
    assert not (tmp_path / "stolen").exists()


def test_that_who_may_only_read_adds_and_removes_nothing(
    staff: dict[str, Workspace], customer: Record, tmp_path: Path
) -> None:
    added = staff["boss"].files.add("customers", customer.id, [put(tmp_path, "a.txt", b"a")], look=False)
    reader = staff["reader"]
    assert not reader.actor.may("customers", Action.EDIT)
    for call in (
        lambda: reader.files.add("customers", customer.id, [tmp_path / "a.txt"]),
        lambda: reader.files.remove("customers", customer.id, added.files),
        lambda: reader.files.rename("customers", customer.id, added.files[0], "b"),
    ):
        with pytest.raises(NotPermitted):
            call()
    assert contents(reader) == 1
    assert back(reader, customer, added.files[0], tmp_path) == b"a"


def test_that_a_field_of_another_kind_takes_no_files(workspace: Workspace, customer: Record, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="不能放附件"):
        workspace.files.add("customers", customer.id, [put(tmp_path, "a", b"")], field="name")


# ---- with their records ----------------------------------------------------------------------------------------------


def test_that_merging_keeps_the_files_of_both_and_the_bin_gives_them_back(
    workspace: Workspace, customer: Record, tmp_path: Path
) -> None:
    other, _ = workspace.customers.create({"name": "恒力机电有限公司"})
    for record, names in ((customer, ("a.txt", "合同.txt")), (other, ("b.txt", "合同.txt"))):
        sources = [put(tmp_path, name, (name + str(record.id)).encode()) for name in names]
        workspace.files.add("customers", record.id, sources, look=False)
    workspace.merging.merge("customers", [customer.id, other.id])
    keeper = workspace.customers.current(customer.id)
    assert sorted(f.name for f in held(workspace, keeper)) == ["a.txt", "b.txt", "合同 (2).txt", "合同.txt"]
    assert len({f.sha256 for f in held(workspace, keeper)}) == 4
    handle = workspace.customers.handle_of(keeper.id)
    workspace.customers.delete(keeper.id)
    assert handle is not None
    workspace.customers.restore_many([handle])
    read = {f.name: back(workspace, keeper, f, tmp_path) for f in held(workspace, keeper)}
    assert (read["a.txt"], read["b.txt"]) == (f"a.txt{customer.id}".encode(), f"b.txt{other.id}".encode())


# ---- out -------------------------------------------------------------------------------------------------------------


def test_that_saving_never_writes_over_a_file_by_itself(workspace: Workspace, customer: Record, tmp_path: Path) -> None:
    added = workspace.files.add("customers", customer.id, [put(tmp_path, "a.txt", b"new")], look=False)
    target = put(tmp_path, "there.txt", b"old")
    with pytest.raises(UserError, match="已存在"):
        workspace.files.save("customers", customer.id, added.files[0], target)
    assert target.read_bytes() == b"old"
    workspace.files.save("customers", customer.id, added.files[0], target, overwrite=True)
    assert target.read_bytes() == b"new"
    folder = tmp_path / "all"
    folder.mkdir()
    for _ in range(2):
        workspace.files.save_all("customers", customer.id, folder)
    assert sorted(p.name for p in folder.iterdir()) == ["a (2).txt", "a.txt"]
    copy = workspace.files.open_copy("customers", customer.id, added.files[0])
    assert (copy.name, copy.read_bytes()) == ("a.txt", b"new")
    copies.sweep(all_of_them=True)
    assert not copy.exists()


def test_that_a_damaged_content_is_not_saved(workspace: Workspace, customer: Record, tmp_path: Path) -> None:
    added = workspace.files.add("customers", customer.id, [put(tmp_path, "a.txt", b"abc")], look=False)
    with workspace.archive.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE attachment_chunk SET data=x'616264'")
    with pytest.raises(EnvironmentProblem, match="不完整"):
        workspace.files.save("customers", customer.id, added.files[0], tmp_path / "out" / "a.txt")
    assert list((tmp_path / "out").iterdir()) == []


def test_that_merging_tickets_keeps_the_files_of_both(workspace: Workspace, tmp_path: Path) -> None:
    first, second = (workspace.tickets.create({"subject": subject})[0] for subject in ("漏水", "又漏水"))
    for record, name in ((first, "a.txt"), (second, "b.txt")):
        workspace.files.add("tickets", record.id, [put(tmp_path, name, name.encode())], look=False)
    changes = workspace.tickets.merge(first.id, [second.id])
    assert [f.name for f in held(workspace, first)] == ["a.txt", "b.txt"]
    workspace.history.undo(changes.operation_id)
    assert [f.name for f in held(workspace, first)] == ["a.txt"]
