"""Damaged pages: swapped, cut, foreign and old ones; damage met in the middle of work.

Known limit, stated in the documents: a whole old page (or file) that was valid once is valid again when put back. The
audit log's anchor outside the file notices an old file; a single old page it does not.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlcipher3 import dbapi2 as sqlcipher

from app.db import header_file as hf
from app.db.backup import integrity_problems
from app.db.engine import connect
from app.db.keys import PAGE_SIZE
from app.errors import AppError, EnvironmentProblem
from tests.factories.archives import Template
from tests.factories.customers import NAMES, add, phone


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes, int, Template]:
    """(file, data key, where the pages end, way in) of an archive with a few hundred records."""
    from tests.factories import archives

    template = archives.bare()
    path = template.copy(tmp_path_factory.mktemp("damage"))
    with template.opened(path) as workspace:
        add(
            workspace,
            *(f"{name}{i}" for i in range(20) for name in NAMES),
            remark="备注" * 50,
            phones=(phone("13800138000"),),
        )
        key = bytes(workspace.archive.key_copy())
    return path.read_bytes(), key, hf.read_trailer(path)[1], template


def _problems(path: Path, key: bytes) -> list[str]:
    """What reading the whole file as it stands finds."""
    try:
        connection = connect(path, key, read_only=True, immutable=True)
    except sqlcipher.DatabaseError as error:
        return [str(error)]
    try:
        return integrity_problems(connection)
    finally:
        connection.close()


@pytest.mark.parametrize("pair", [(0, 1), (1, 2), (3, 40), (50, 51), (10, 100)])
def test_that_swapped_pages_are_noticed(
    sample: tuple[bytes, bytes, int, Template], tmp_path: Path, pair: tuple[int, int]
) -> None:
    data, key, _, _ = sample
    one, two = (n * PAGE_SIZE for n in pair)
    swapped = bytearray(data)
    swapped[one : one + PAGE_SIZE], swapped[two : two + PAGE_SIZE] = (
        data[two : two + PAGE_SIZE],
        data[one : one + PAGE_SIZE],
    )
    path = tmp_path / "a.kedang"
    path.write_bytes(swapped)
    assert _problems(path, key)


@pytest.mark.parametrize("part", [0.0, 0.001, 0.1, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("keep_header", [True, False])
def test_that_a_cut_file_is_refused_in_words(
    sample: tuple[bytes, bytes, int, Template], tmp_path: Path, part: float, keep_header: bool
) -> None:
    data, _, end, template = sample
    path = tmp_path / "a.kedang"
    cut = data[: int(end * part)] + (data[end:] if keep_header else b"")
    path.write_bytes(cut)
    with pytest.raises(EnvironmentProblem):
        workspace = template.open(path)
        try:  # what is missing may lie in pages not needed for opening: then the check-up tells
            problems = workspace.vault.verify().problems
            assert problems
            raise EnvironmentProblem("; ".join(problems))
        finally:
            workspace.archive.abandon()


def test_that_pages_of_another_archive_are_noticed(sample: tuple[bytes, bytes, int, Template], tmp_path: Path) -> None:
    data, key, _, template = sample
    other = template.path.read_bytes()
    mixed = bytearray(data)
    mixed[20 * PAGE_SIZE : 21 * PAGE_SIZE] = other[20 * PAGE_SIZE : 21 * PAGE_SIZE]
    path = tmp_path / "a.kedang"
    path.write_bytes(mixed)
    # the copy began as the same file, so a page that did not change since is the very same
    assert bool(_problems(path, key)) is (mixed != bytearray(data))


def test_that_damage_met_while_working_is_told_and_does_not_spread(
    sample: tuple[bytes, bytes, int, Template], tmp_path: Path
) -> None:
    data, _, end, template = sample
    told = 0
    for page in range(5, end // PAGE_SIZE, 23):
        folder = tmp_path / str(page)
        folder.mkdir()
        path = folder / "a.kedang"
        spoiled = bytearray(data)
        spoiled[page * PAGE_SIZE + 333] ^= 4
        path.write_bytes(spoiled)
        try:
            workspace = template.open(path)
        except AppError:
            told += 1
            continue
        try:
            add(workspace, "新客户")
            workspace.customers.list(limit=1000)
        except (AppError, sqlcipher.DatabaseError):
            told += 1
        finally:
            workspace.archive.abandon()
        assert hf.sidecar(path).exists()
    assert told > 3


def test_that_an_old_page_put_back_is_believed(tmp_path: Path, bare: Template) -> None:
    """The known limit, so that nobody believes otherwise: pages carry no date."""
    path = bare.copy(tmp_path)
    with bare.opened(path) as workspace:
        record = add(workspace, "甲", remark="旧的备注")[0]
        key = bytes(workspace.archive.key_copy())
    old = path.read_bytes()
    with bare.opened(path) as workspace, workspace.archive.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE customer SET remark='新的备注' WHERE id=?", (record.id.bytes,))
        connection.exec_driver_sql("DELETE FROM customer_dirty")
    new = bytearray(path.read_bytes())
    changed = [
        n for n in range(1, hf.read_trailer(path)[1] // PAGE_SIZE)
        if old[n * PAGE_SIZE : (n + 1) * PAGE_SIZE] != new[n * PAGE_SIZE : (n + 1) * PAGE_SIZE]
    ]  # fmt: skip
    for n in changed:
        new[n * PAGE_SIZE : (n + 1) * PAGE_SIZE] = old[n * PAGE_SIZE : (n + 1) * PAGE_SIZE]
    path.write_bytes(new)
    assert _problems(path, key) == []
    with bare.opened(path) as workspace:
        assert workspace.customers.get(record.id).get("remark") == "旧的备注"


def test_that_the_standard_library_reads_nothing_of_it(
    sample: tuple[bytes, bytes, int, Template], tmp_path: Path
) -> None:
    path = tmp_path / "a.kedang"
    path.write_bytes(sample[0])
    connection = sqlite3.connect(path)
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        connection.execute("SELECT * FROM sqlite_master")
    connection.close()
