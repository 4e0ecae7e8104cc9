"""Upgrading the schema: all or nothing, children kept, our triggers there, newer archives refused."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pytest
import sqlalchemy as sa

from app.bootstrap import open_workspace
from app.core.fields import Link
from app.core.jobs import Job
from app.db import schema, upgrade
from app.db.migrations import LATEST, NAMES, Revision, after
from app.db.migrations.former import former_triggers
from app.errors import EnvironmentProblem
from app.services.workspace import Workspace
from tests.factories import customers
from tests.factories.archives import PASSWORD, Template


def _revision(run: Any, number: int = LATEST + 1, drops: tuple[str, ...] = ()) -> Revision:
    """A revision of a later program: `run` is given the connection the operations work on."""
    made = ModuleType(f"app.db.migrations.r{number:04d}_test")
    made.__dict__.update(revision=number, upgrade=lambda op: run(op.get_bind()), drops=drops)
    return cast("Revision", made)


def _add_column(connection: sa.Connection) -> None:
    connection.exec_driver_sql("ALTER TABLE customer ADD COLUMN hobby VARCHAR(40)")


def _rebuild(connection: sa.Connection) -> None:
    """What a batch migration does: copy, drop, rename. Triggers go with the old table."""
    ddl = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name='customer'").scalar_one()
    connection.exec_driver_sql(str(ddl).replace("CREATE TABLE customer", "CREATE TABLE customer_new", 1))
    connection.exec_driver_sql("INSERT INTO customer_new SELECT * FROM customer")
    connection.exec_driver_sql("DROP TABLE customer")
    connection.exec_driver_sql("ALTER TABLE customer_new RENAME TO customer")


def _half(connection: sa.Connection) -> None:
    connection.exec_driver_sql("DELETE FROM customer")
    raise ZeroDivisionError


BAD = {
    "loses rows": lambda c: c.exec_driver_sql("DELETE FROM contact_point"),
    "loses a table": lambda c: c.exec_driver_sql("DROP TABLE record_tag"),
    "loses an empty table": lambda c: c.exec_driver_sql("DROP TABLE address"),
    "breaks a reference": lambda c: c.exec_driver_sql("UPDATE record_tag SET tag_id = zeroblob(16)"),
    "adds a trigger": lambda c: c.exec_driver_sql(
        "CREATE TRIGGER mine AFTER INSERT ON tag BEGIN DELETE FROM customer; END"
    ),
}


@pytest.fixture
def filled(workspace: Workspace) -> Workspace:
    for record in customers.add(
        workspace, *customers.NAMES[:5], phones=(customers.phone("13800138000"),), tags=("甲",)
    ):
        workspace.contacts.create({"name": "联系人", "customers": (Link(record.id),)})
    return workspace


def _content(workspace: Workspace) -> Any:
    with workspace.archive.engine.connect() as connection:
        tables = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master ORDER BY name").all()
        names = [n for n, sql in tables if sql and sql.startswith("CREATE TABLE") and not n.startswith("sqlite_")]
        rows = {n: connection.exec_driver_sql(f'SELECT * FROM "{n}"').all() for n in names if "_search" not in n}
        return tables, rows, upgrade.version_of(connection)


@pytest.mark.parametrize("run", [_half, *BAD.values()], ids=["dies", *BAD])
def test_that_a_revision_that_fails_leaves_the_archive_as_it_was(filled: Workspace, run: Any) -> None:
    before = _content(filled)
    with pytest.raises((EnvironmentProblem, ZeroDivisionError)):
        upgrade.upgrade(filled.archive.engine, more=(_revision(_add_column), _revision(run, LATEST + 2)))
    assert _content(filled) == before
    assert filled.vault.verify().ok
    customers.add(filled, "之后")
    assert filled.customers.count() == 6


def test_that_a_failure_of_the_checks_names_what_is_missing(filled: Workspace) -> None:
    with pytest.raises(EnvironmentProblem, match="保持原样") as caught:
        upgrade.upgrade(filled.archive.engine, more=[_revision(BAD["loses rows"])])
    assert caught.value.details == ("contact_point",)


@pytest.mark.parametrize("run", [_add_column, _rebuild])
def test_that_a_good_revision_keeps_every_row_and_child(filled: Workspace, run: Any) -> None:
    before = filled.customers.list()[1]
    engine = filled.archive.engine
    assert upgrade.upgrade(engine, more=[_revision(run)]) == LATEST + 1
    assert upgrade.upgrade(engine, more=[_revision(run)]) == LATEST + 1
    assert filled.customers.list()[1] == before
    with engine.connect() as connection:
        assert upgrade.version_of(connection) == LATEST + 1
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert schema.missing_triggers(connection) == []


def test_that_a_revision_may_drop_what_it_names(filled: Workspace) -> None:
    revision = _revision(BAD["loses an empty table"], drops=("address",))
    assert upgrade.upgrade(filled.archive.engine, more=[revision]) == LATEST + 1


def test_that_foreign_keys_are_on_again_after_a_failure(filled: Workspace) -> None:
    with pytest.raises(ZeroDivisionError):
        upgrade.upgrade(filled.archive.engine, more=[_revision(_half)])
    with filled.archive.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        with pytest.raises(sa.exc.IntegrityError):
            connection.exec_driver_sql("UPDATE record_tag SET tag_id = zeroblob(16)")


def test_that_a_newer_archive_is_refused_and_left_as_it_was(bare: Template, tmp_path: Path) -> None:
    path = bare.copy(tmp_path)
    archive = bare.archive(path)
    with archive.raw() as raw:
        raw.execute(f"PRAGMA user_version={LATEST + 1}")  # type: ignore[attr-defined]
    archive.close()
    before = path.read_bytes()
    for read_only in (False, True):
        with pytest.raises(EnvironmentProblem, match="先升级程序"):
            open_workspace(path, "boss", PASSWORD, read_only=read_only)
    assert list(tmp_path.iterdir()) == [path]
    assert len(path.read_bytes()) == len(before)


def test_that_alembic_is_loaded_only_where_a_revision_has_to_run(bare: Template, tmp_path: Path) -> None:
    """It takes a quarter of a second, which no ordinary start has to spend."""
    slot, secret = bare.devices["boss"]
    program = (
        "import sys; from pathlib import Path; from app.bootstrap import open_with_device; "
        f"open_with_device(Path({str(bare.copy(tmp_path))!r}), {slot!r}, bytes.fromhex({secret.hex()!r})).close(); "
        "print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_that_revisions_follow_each_other_without_a_gap() -> None:
    found = after(0)
    assert [r.revision for r in found] == list(range(2, LATEST + 1))
    assert [r.__name__.rsplit(".", 1)[-1] for r in found] == list(NAMES)
    assert [r.revision for r in after(LATEST - 1)] == [LATEST]
    assert after(LATEST) == []


def test_that_a_former_trigger_is_made_anew_and_a_lost_one_again(workspace: Workspace) -> None:
    _, former = next((n, ddl) for n, ddl in former_triggers() if "record_file" in n)
    with workspace.archive.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER record_file_search_insert_customer")
        connection.exec_driver_sql(former)
        assert schema.outdated_triggers(connection)
        connection.exec_driver_sql("DROP TRIGGER customer_alias_search")
        assert schema.unknown_objects(connection) == []
        schema.renew_triggers(connection)
        rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type='trigger'").all()
    assert dict(tuple(row) for row in rows) == dict(schema.triggers())


def test_that_a_kind_that_is_searched_in_more_than_before_needs_no_revision(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Products had no phones and order lines no index when this archive was made; the order of the kinds is another, too."""
    from app.db import search, search_sources

    more = {
        **{table: search_sources.SEARCHED[table] for table in reversed(search_sources.SEARCHED)},
        "order_line": search_sources.Sources("order_lines", ("name",), codes=()),
    }
    more["product"] = replace(more["product"], points=True)
    for module in (search_sources, schema, search):
        monkeypatch.setattr(module, "SEARCHED", more)
    engine = workspace.archive.engine
    with engine.connect() as connection:
        assert schema.unknown_objects(connection) == []
    assert set(search.freshen(engine, Job())) == {"order_line", "product"}
    with engine.connect() as connection:
        assert schema.missing_triggers(connection) == []
        assert schema.unknown_objects(connection) == []
    assert search.freshen(engine, Job()) == []


def test_that_a_new_archive_is_what_the_models_declare(workspace: Workspace) -> None:
    from app.models import Base

    with workspace.archive.engine.connect() as connection:
        inspector = sa.inspect(connection)
        for table in Base.metadata.sorted_tables:
            there = {c["name"] for c in inspector.get_columns(table.name)}
            assert {c.name for c in table.columns} | {"rid"} == there, table.name
            indexes = {i["name"] for i in inspector.get_indexes(table.name)}
            assert {i.name for i in table.indexes} <= indexes
        assert schema.unknown_objects(connection) == []
