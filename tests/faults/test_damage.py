"""A damaged file is told, never read as if it were sound: flipped bits, swapped and replayed pages, lost ends, a full disk."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from app.db import header_file as hf
from app.errors import AppError, CannotUnlock
from tests.factories import archives
from tests.factories.archives import Template

PAGE = 4096
FLIPS = 200


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with some pages of customers."""
    template = archives.bare()
    path = template.copy(tmp_path_factory.mktemp("filled"))
    with template.opened(path) as workspace:
        for i in range(60):
            workspace.customers.create({"name": f"客户{i:03}", "remark": "备" * 500})
    return path


def told(template: Template, path: Path) -> bool:
    """Whether opening or checking the archive says that something is wrong."""
    try:
        workspace = template.open(path)
    except AppError as error:
        assert str(error)
        return True
    try:
        return not workspace.vault.verify().ok
    finally:
        workspace.archive.abandon()


def test_that_every_flipped_bit_is_noticed(filled: Path, tmp_path: Path) -> None:
    template, data = archives.bare(), filled.read_bytes()
    pages = hf.read_trailer(filled)[1] // PAGE
    chance = random.Random(7)
    missed = []
    for _ in range(FLIPS):
        page, at, bit = chance.randrange(pages), chance.randrange(PAGE - 16), chance.randrange(8)
        broken = bytearray(data)
        broken[page * PAGE + at] ^= 1 << bit
        path = tmp_path / "broken.kedang"
        path.write_bytes(broken)
        if not _noticed(path, template):
            missed.append((page, at, bit))
    assert missed == []


def _noticed(path: Path, template: Template) -> bool:
    """Cheaper than a whole check-up: SQLCipher's own look at every page."""
    from contextlib import closing

    from sqlcipher3 import dbapi2 as sqlcipher

    from app.db.backup import integrity_problems
    from app.db.engine import connect
    from app.db.keys import DEVICE

    slot, secret = template.devices["boss"]
    try:
        data_key = hf.peek(path).unlock(DEVICE, slot, secret)
        with closing(connect(path, data_key, read_only=True, immutable=True)) as raw:
            found = [row[0] for row in raw.execute("PRAGMA cipher_integrity_check")]
            # the header behind the pages is no page of the database: one line about it is expected
            return len(found) > 1 or bool(integrity_problems(raw) and len(found) > 1)
    except (sqlcipher.DatabaseError, AppError):
        return True


def test_that_swapped_pages_are_noticed(filled: Path, tmp_path: Path) -> None:
    template, data = archives.bare(), bytearray(filled.read_bytes())
    a, b = 5 * PAGE, 9 * PAGE
    data[a : a + PAGE], data[b : b + PAGE] = data[b : b + PAGE], data[a : a + PAGE]
    path = tmp_path / "swapped.kedang"
    path.write_bytes(data)
    assert told(template, path)


@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.98])
def test_that_a_truncated_file_is_refused_in_words(filled: Path, tmp_path: Path, share: float) -> None:
    data = filled.read_bytes()
    path = tmp_path / "cut.kedang"
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(AppError) as refused:
        archives.bare().open(path)
    assert not isinstance(refused.value, CannotUnlock)  # never blamed on the password
    assert path.stat().st_size == int(len(data) * share)  # and left as it was


def test_that_one_old_page_put_back_is_a_known_limit(filled: Path, tmp_path: Path) -> None:
    """SQLCipher's page check has no memory: a valid older page is accepted. The whole old file is noticed by the anchor."""
    template = archives.bare()
    before = filled.read_bytes()
    path = tmp_path / "later.kedang"
    path.write_bytes(before)
    with template.opened(path) as workspace:
        workspace.customers.create({"name": "后来的客户"})
    path.write_bytes(before)
    with template.opened(path) as workspace:
        assert any("旧的" in problem for problem in workspace.vault.verify().problems)


_FULL = """
import resource, signal, sys
from pathlib import Path
from app.bootstrap import open_with_device
from app.errors import EnvironmentProblem
path, slot, secret = Path(sys.argv[1]), sys.argv[2], bytes.fromhex(sys.argv[3])
workspace = open_with_device(path, slot, secret)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
size = path.stat().st_size + 200_000
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
made = 0
try:
    for i in range(4000):
        workspace.customers.create({"name": f"新客户{i}", "remark": "长" * 3000})
        made += 1
except EnvironmentProblem as error:
    print("told", error)
print("made", made, flush=True)
import os
os._exit(0)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of file sizes are a POSIX matter")
def test_that_a_full_disk_is_told_and_nothing_acknowledged_is_lost(filled: Path, tmp_path: Path) -> None:
    template = archives.bare()
    path = tmp_path / "full.kedang"
    path.write_bytes(filled.read_bytes())
    slot, secret = template.devices["boss"]
    done = subprocess.run(
        [sys.executable, "-c", _FULL, str(path), slot, secret.hex()], capture_output=True, text=True, check=True,
        timeout=90, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert "told" in done.stdout
    made = int(done.stdout.split("made")[1])
    assert made > 0
    with template.opened(path) as workspace:
        assert workspace.customers.count() >= 60 + made
        assert workspace.vault.verify().ok
