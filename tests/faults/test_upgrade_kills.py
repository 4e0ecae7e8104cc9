"""kill -9 at every step of an upgrade of every stored archive: the next start makes it whole, with all it held.

So does a search index that is being made anew. The backup made before an upgrade is whole or not there.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from app import __version__
from app.db.archive import Archive, open_with_password
from app.db.backup import integrity_problems
from app.db.keys import DEVICE
from app.db.migrations import LATEST, after
from tests.upgrade.compare import Rows, as_of_5, entries_of, forgotten, lost, rows_of, schema_of
from tests.upgrade.make_archive import FOLDER, PASSWORD, USER

STORED = sorted(FOLDER.glob("*.kedang"))


@dataclass(frozen=True)
class Before:
    """An archive as it was before, and the device that opens it."""

    path: Path
    slot: str
    secret: bytes
    revision: int
    rows: dict[str, Rows]
    entries: dict[str, set[tuple[Any, ...]]]

    def open(self, path: Path, *, read_only: bool = False) -> Archive:
        return Archive.open(path, DEVICE, self.slot, self.secret, read_only=read_only)


def prepare(stored: Path, folder: Path, *changes: str) -> Before:
    """A copy that a device opens; `changes` are made to it after it was read."""
    archive = open_with_password(Path(shutil.copy(stored, folder / "before.kedang")), USER, PASSWORD)
    with closing(archive):
        secret = archive.add_device(USER, "desk")
        with archive.raw() as raw:
            read = schema_of(raw)["revision"], rows_of(raw), entries_of(raw)
            for change in changes:
                raw.execute(change)
    return Before(archive.path, f"{USER}@desk", secret, *read)


def killed(before: Before, folder: Path, *named: str) -> dict[int, str]:
    """Copies killed at the steps named and at some between; `folder` holds them as N.kedang, by the place of the step."""
    called = [sys.executable, "-m", "tests.helpers.upgrade_child"]
    called += [str(before.path), str(folder), before.slot, before.secret.hex(), *named]
    done = subprocess.run(called, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr
    return {int(place): step for place, step in (line.split(" ", 1) for line in done.stdout.splitlines())}


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The schema of an archive made by this program."""
    archive, _ = Archive.create(tmp_path_factory.mktemp("fresh") / "a.kedang", USER, PASSWORD)
    with closing(archive), archive.raw() as raw:
        return schema_of(raw)


def check_backup(before: Before, path: Path) -> bool:
    """Whether there is one; it holds what the archive held."""
    made = path.with_name(f"{path.stem}.before-upgrade-{before.revision}.kedang")
    if made.exists():
        with closing(before.open(made, read_only=True)) as backup, backup.raw() as raw:
            assert rows_of(raw) == before.rows
    return made.exists()


def check_next_start(before: Before, path: Path, fresh: dict[str, Any]) -> None:
    with closing(before.open(path)) as archive:
        archive.bring_up()
        with archive.raw() as raw:
            assert schema_of(raw) == fresh
            assert lost(as_of_5(before.rows), rows_of(raw)) == []
            assert forgotten(before.entries, entries_of(raw)) == []
            assert integrity_problems(raw) == []
    assert not list(path.parent.glob(f"{path.stem}.*.part"))


@pytest.mark.parametrize("stored", STORED, ids=lambda p: p.stem)
def test_that_an_upgrade_killed_anywhere_is_whole_at_the_next_start(
    stored: Path, tmp_path: Path, fresh: dict[str, Any]
) -> None:
    before = prepare(stored, tmp_path)
    names = [revision.__name__.rsplit(".", 1)[-1] for revision in after(before.revision)]
    ends = ["upgrade:backup made", "migrate:begun", *(f"migrate:{n}" for n in names), "migrate:triggers",
            "migrate:before commit", "migrate:committed"]  # fmt: skip
    steps = killed(before, tmp_path, *ends)
    assert [s for s in steps.values() if s in ends] == (ends if before.revision < LATEST else [])
    for at, step in steps.items():
        backed_up = check_backup(before, tmp_path / f"{at}.kedang")
        assert backed_up == (before.revision < LATEST and not step.startswith("upgrade:copying")), step
        check_next_start(before, tmp_path / f"{at}.kedang", fresh)


def test_that_a_search_index_killed_while_it_is_made_anew_is_right_at_the_next_start(
    tmp_path: Path, fresh: dict[str, Any]
) -> None:
    before = prepare(
        FOLDER / f"{__version__}-revision{LATEST}.kedang",
        tmp_path,
        "DELETE FROM setting WHERE key='search_sources'",
        "DELETE FROM customer_search",
    )
    assert before.revision == LATEST
    steps = killed(
        before, tmp_path, "search:customer", "search:sales_order", "search:before commit", "search:committed"
    )
    assert len(steps) > 4
    for at in steps:
        with closing(before.open(tmp_path / f"{at}.kedang")) as archive:
            archive.bring_up()
            with archive.raw() as raw:
                found = entries_of(raw)
                assert {n: {e[:3] for e in v} for n, v in found.items()} == {
                    n: {e[:3] for e in v} for n, v in before.entries.items()
                }
