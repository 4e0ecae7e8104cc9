"""Every stored archive, upgraded, equals one made today: its schema in full, and nothing it held is gone or changed."""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import app
from app import __version__
from app.core.jobs import Job
from app.db import migrations, schema
from app.db.archive import Archive, open_with_password
from app.db.backup import integrity_problems
from app.db.engine import writing
from app.db.migrations import LATEST
from app.db.search import rebuild, unindexed
from app.db.upgrade import upgrade
from tests.upgrade.compare import as_of_5, entries_of, forgotten, lost, rows_of, schema_of
from tests.upgrade.make_archive import FOLDER, PASSWORD, USER

STORED = sorted(FOLDER.glob("*.kedang"))
BARE_COLUMN = FOLDER / "0.1.0-revision1-to-3.kedang"
every_stored = pytest.mark.parametrize("stored", STORED, ids=lambda p: p.stem)


@contextmanager
def opened(stored: Path, folder: Path) -> Iterator[Archive]:
    """A copy of the stored archive, open and as it was."""
    archive = open_with_password(Path(shutil.copy(stored, folder)), USER, PASSWORD)
    try:
        yield archive
    finally:
        archive.close()


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The schema of an archive made by this program."""
    archive, _ = Archive.create(tmp_path_factory.mktemp("fresh") / "a.kedang", USER, PASSWORD)
    try:
        with archive.raw() as raw:
            return schema_of(raw)
    finally:
        archive.close()


def test_that_what_the_comparison_sees_is_not_little(fresh: dict[str, Any]) -> None:
    """It reads the row number, a rule, a delete rule, a condition, a trigger: a change of any of them would show."""
    ties, activity = fresh["table tie"], fresh["table activity"]
    assert ties["columns"]["rid"] == "INTEGER PRIMARY KEY"
    assert "UNIQUE(org_id,record_id,field,target_id)" in ties["constraints"]
    assert "FOREIGN KEY(org_id,deal_id) REFERENCES deal(org_id,id) ON DELETE RESTRICT" in activity["constraints"]
    assert fresh["index ix_customer_live_name"].endswith("WHERE deleted_at IS NULL")
    assert "contentless_delete=1" in fresh["table customer_search"]
    assert "lead_dirty" in fresh["trigger contact_point_search_update_lead"]
    assert fresh["revision"] == LATEST


def test_that_archives_of_every_past_revision_and_way_are_stored() -> None:
    assert {p.stem for p in STORED} >= {
        "0.1.0", "0.1.0-revision2", "0.1.0-revision3", "0.1.0-revision1-to-3", f"{__version__}-revision{LATEST}",
    }  # fmt: skip


@every_stored
def test_that_an_upgraded_archive_equals_a_fresh_one(stored: Path, tmp_path: Path, fresh: dict[str, Any]) -> None:
    with opened(stored, tmp_path) as archive:
        archive.bring_up()
        with archive.raw() as raw:
            upgraded = schema_of(raw)
    assert upgraded.keys() == fresh.keys()
    assert {k: v for k, v in upgraded.items() if v != fresh[k]} == {}


@pytest.mark.parametrize(
    ("older", "steps", "newer"),
    [("0.1.0", 1, "0.1.0-revision2"), ("0.1.0-revision2", 2, "0.1.0-revision3"), ("0.1.0", 2, "0.1.0-revision1-to-3")],
)
def test_that_a_revision_ends_where_an_archive_of_its_day_began(
    older: str, steps: int, newer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It makes what was made then, not what is made today. Follow-ups got their key to deals later."""
    monkeypatch.setattr(migrations, "NAMES", migrations.NAMES[:steps])
    monkeypatch.setattr(schema, "renew_triggers", lambda _connection: None)  # they are today's
    found = []
    for name in (older, newer):
        with opened(FOLDER / f"{name}.kedang", tmp_path) as archive:
            if name == older:
                upgrade(archive.engine)
            with archive.raw() as raw:
                found.append({k: v for k, v in schema_of(raw).items() if not k.startswith("trigger")})
    made, then = found
    assert made.keys() == then.keys()
    bare = older == "0.1.0" and newer == "0.1.0-revision2"
    assert {k for k in made if made[k] != then[k]} == ({"table activity"} if bare else set())


@every_stored
def test_that_an_upgraded_archive_holds_everything_it_held(stored: Path, tmp_path: Path) -> None:
    with opened(stored, tmp_path) as archive:
        with archive.raw() as raw:
            rows, entries = as_of_5(rows_of(raw)), entries_of(raw)
        archive.bring_up()
        with archive.raw() as raw:
            assert lost(rows, rows_of(raw)) == []
            after = entries_of(raw)
            assert integrity_problems(raw) == []
        assert forgotten(entries, after) == []
        new = {name for name in after.keys() - entries.keys() if after[name]}
        assert new <= {"payment_search"}  # payments are searched since revision 5
        with writing(archive.engine).begin() as connection:
            rebuild(connection, Job())
            assert unindexed(connection) == 0
        with archive.raw() as raw:  # what was stored is what this program would make; an import adds the number last
            assert _unplaced(entries_of(raw)) == _unplaced(after)


def _unplaced(entries: dict[str, set[tuple[Any, ...]]]) -> dict[str, set[tuple[Any, ...]]]:
    return {name: {entry[:3] for entry in found} for name, found in entries.items()}


def test_that_the_comparison_of_rows_misses_nothing(tmp_path: Path) -> None:
    with opened(BARE_COLUMN, tmp_path) as archive, archive.raw() as raw:
        rows = rows_of(raw)
        assert {"customer", "contact", "contact_point", "custom_value", "activity", "deal", "operation", "change",
                "setting", "user", "counter", "order_line", "payment", "ticket_message"} <= {
                    table for table, found in rows.items() if found}  # fmt: skip
        raw.execute("UPDATE custom_value SET text='别的' WHERE rid=(SELECT min(rid) FROM custom_value)")
        raw.execute("DELETE FROM change WHERE rid=(SELECT min(rid) FROM change)")
        assert [line.split(":")[0].split()[0] for line in lost(rows, rows_of(raw))] == [
            "change", "change", "custom_value",
        ]  # fmt: skip


def test_that_a_deal_cannot_go_under_its_follow_ups_any_more(tmp_path: Path) -> None:
    purge = "DELETE FROM deal WHERE id IN (SELECT deal_id FROM activity)"
    with opened(BARE_COLUMN, tmp_path) as archive:
        archive.bring_up()
        with writing(archive.engine).begin() as connection, pytest.raises(sa.exc.IntegrityError):
            connection.exec_driver_sql(purge)


def test_that_a_follow_up_whose_deal_is_gone_stays_and_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with opened(BARE_COLUMN, tmp_path) as archive:
        with archive.raw() as raw:
            before = rows_of(raw)["activity"]
            raw.execute("UPDATE activity SET deal_id=x'00112233445566778899aabbccddeeff' WHERE deal_id IS NOT NULL")
        with caplog.at_level(logging.WARNING):
            archive.bring_up()
        with archive.raw() as raw:
            after = rows_of(raw)["activity"]
    assert after == {rid: row | {"deal_id": None} for rid, row in before.items()}
    gone = [rid for rid, row in before.items() if row["deal_id"] is not None]
    told = [r.getMessage() for r in caplog.records if "00112233445566778899aabbccddeeff" in r.getMessage()]
    assert [line.split()[1] for line in told] == [before[rid]["id"].hex() for rid in gone] != []


def test_that_an_archive_that_is_whole_is_not_rebuilt(tmp_path: Path) -> None:
    with opened(FOLDER / "0.1.0-revision3.kedang", tmp_path) as archive:
        roots = "SELECT name, rootpage FROM sqlite_master WHERE type='table' AND name='activity'"
        with archive.raw() as raw:
            before = raw.execute(roots).fetchall()
        archive.bring_up()
        with archive.raw() as raw:
            assert raw.execute(roots).fetchall() == before


def test_that_no_statement_depends_on_the_order_of_columns() -> None:
    """Upgraded tables have later columns at their end: nothing may be read or written by place."""
    by_place = re.compile(r"SELECT \*|SELECT \w+\.\*|INTO [\w{}]+ (VALUES|SELECT)")
    found = [str(p) for p in Path(app.__file__).parent.rglob("*.py") if by_place.search(p.read_text(encoding="utf-8"))]
    assert found == []
