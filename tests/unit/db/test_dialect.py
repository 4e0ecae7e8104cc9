"""What the store asks of an engine is the same on both: rows of stored primitives, lists as one parameter, order, LIKE."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app.core.dictionary import BUILT_IN
from app.core.ids import uuid7_bytes
from app.db import schema
from app.db.dialect import Dialect, dialect_of, expressions, office_of, postgres_search
from app.db.store import numbers
from app.models import Base, Counter, Customer, Tag, Team
from tests.factories.engines import BOTH, office_on

pytestmark = BOTH
_CUSTOMER: Any = Customer.__table__
_TAG: Any = Tag.__table__
_RID: Any = sa.literal_column("customer.rid", sa.BigInteger)
_NAMES = ("id", "version", "created_at", "updated_at", "number", "name", "name_key", "match_key", "currency")
WORDS = (None, "", "A", "a", "Z", "é", "É", "ß", "a%b", "a_b", "a/b", "甲", "苏州", "🙂", "zz", "_", "%")


@pytest.fixture
def connection(engine: str, tmp_path: Path) -> Iterator[sa.Connection]:
    """A connection to an office without records, in a transaction that is not kept."""
    office = office_on(engine)
    with office.opened(office.copy(tmp_path)) as workspace, workspace.context.writing() as work:
        yield work.connection


@pytest.fixture
def dialect(connection: sa.Connection) -> Dialect:
    return dialect_of(connection)


def _customers(connection: sa.Connection, words: Any, **more: Any) -> list[bytes]:
    ids = uuid7_bytes(len(words))
    rows = [
        (key, 1, 5, 5, key.hex(), "x", "x", "x", "CNY", *more.values(), word)
        for key, word in zip(ids, words, strict=True)
    ]
    dialect_of(connection).insert(connection, _CUSTOMER, (*_NAMES, *more, "remark"), rows)
    return ids


@pytest.mark.parametrize("count", [1, 3, 300])
def test_that_rows_come_back_as_they_went_in(connection: sa.Connection, dialect: Dialect, count: int) -> None:
    owner = connection.execute(sa.select(sa.text("id")).select_from(sa.text('"user"'))).scalar()
    owner = owner if isinstance(owner, bytes) else owner.bytes
    given = {
        "owner_id": owner, "amount_minor": 2**62, "birthday": "1988-02-29", "birthday_lunar": 1, "deleted_at": -1,
        "last_contact_on": None, "external_id": None,
    }  # fmt: skip
    ids = _customers(connection, ["名\n'\\ \t🙂"] * count, **given)
    c = _CUSTOMER.c
    columns = (c.id, *(c[name] for name in given), c.remark, c.org_id)
    rows = connection.execute(sa.select(*map(expressions.primitive, columns)).order_by(_RID)).all()
    assert [tuple(row) for row in rows] == [
        (key, *given.values(), "名\n'\\ \t🙂", office_of(connection)) for key in ids
    ]


def test_that_a_row_that_is_there_is_passed_over(connection: sa.Connection, dialect: Dialect) -> None:
    rows = [(key, "重点", "gray") for key in uuid7_bytes(2)]
    dialect.insert(connection, _TAG, ("id", "name", "tone"), rows, new=True)
    dialect.insert(connection, _TAG, ("id", "name", "tone"), [(*uuid7_bytes(1), "重点", "red")], new=True)
    found = connection.execute(sa.select(expressions.primitive(_TAG.c.id), _TAG.c.tone).where(_TAG.c.name == "重点"))
    assert [tuple(row) for row in found] == [(rows[0][0], "gray")]


def test_that_only_records_of_the_expected_version_are_changed(connection: sa.Connection, dialect: Dialect) -> None:
    ids = _customers(connection, ["a", "b", "c"])
    names = ("birthday_lunar", "birthday", "amount_minor", "remark", "version")
    rows = [
        (1, "2000-01-31", 7, "neu", 2, ids[0], 1),
        (None, None, None, None, 9, ids[1], 8),
        (0, None, 3, "", 2, ids[2], 1),
    ]
    assert dialect.update(connection, _CUSTOMER, names, rows) == 2
    c = _CUSTOMER.c
    columns = [expressions.primitive(c[name]) for name in names]
    found = [tuple(row) for row in connection.execute(sa.select(*columns).order_by(_RID))]
    assert found == [(1, "2000-01-31", 7, "neu", 2), (None, None, None, "b", 1), (0, None, 3, "", 2)]
    assert dialect.update(connection, _CUSTOMER, names, []) == 0


def test_that_rows_are_deleted_by_any_columns(connection: sa.Connection, dialect: Dialect) -> None:
    ids = _customers(connection, ["a", "b", "c"])
    dialect.delete(connection, _CUSTOMER, ("id", "remark"), [(ids[0], "a"), (ids[1], "x"), (ids[2], "c")])
    assert list(connection.execute(sa.select(_CUSTOMER.c.remark)).scalars()) == ["b"]


def test_that_reserved_numbers_are_in_sequence_and_nobody_elses(connection: sa.Connection, dialect: Dialect) -> None:
    _customers(connection, ["a"])
    first = dialect.reserve(connection, _CUSTOMER, 50)
    rows = [(first + i, key, 1, 5, 5, f"N{i}", "x", "x", "x", "CNY") for i, key in enumerate(uuid7_bytes(50))]
    dialect.insert(connection, _CUSTOMER, ("rid", *_NAMES), rows)
    _customers(connection, ["b"])
    numbers = _rids(connection)
    assert len(set(numbers)) == 52
    assert numbers[1:51] == list(range(first, first + 50))


def test_that_a_counter_counts_on(connection: sa.Connection) -> None:
    entity = BUILT_IN.entity("orders")
    assert [numbers.take(connection, entity, n) for n in (1, 5, 1)] == [1, 2, 7]
    assert connection.execute(sa.select(Counter.value).where(Counter.name == "orders")).scalar_one() == 7


@pytest.mark.parametrize("spare", [0, 70_000])
def test_that_a_list_is_one_parameter_whatever_its_length(connection: sa.Connection, spare: int) -> None:
    ids = _customers(connection, ["a", "b'", 'c"'])
    more = uuid7_bytes(spare)
    c = _CUSTOMER.c

    def found(column: Any, values: list[Any]) -> list[Any]:
        return list(
            connection.execute(sa.select(c.remark).where(expressions.among(column, values)).order_by(_RID)).scalars()
        )

    assert found(c.id, [ids[2], *more, ids[0]]) == ["a", 'c"']
    assert found(c.id, [uuid.UUID(bytes=ids[1])]) == ["b'"]
    numbers = _rids(connection)
    assert found(_RID, [numbers[1], *range(-spare, 0)]) == ["b'"]
    assert found(c.remark, ['c"', "b'", *map(str, range(spare))]) == ["b'", 'c"']
    assert found(c.id, []) == []
    inverse = sa.select(c.remark).where(sa.not_(expressions.among(c.id, ids[:2])))
    assert list(connection.execute(inverse).scalars()) == ['c"']


def test_that_like_knows_the_case_of_ascii_only_and_takes_signs_literally(connection: sa.Connection) -> None:
    _customers(connection, WORDS)
    for word in (w for w in WORDS if w):
        for test, plain in (
            (expressions.contains, lambda text, w: w in text),
            (expressions.starts, lambda text, w: text.startswith(w)),
            (expressions.ends, lambda text, w: text.endswith(w)),
        ):
            expected = [t for t in WORDS if t is not None and plain(_small(t), _small(word))]
            query = sa.select(_CUSTOMER.c.remark).where(test(_CUSTOMER.c.remark, word)).order_by(_RID)
            assert list(connection.execute(query).scalars()) == expected, (test, word)


def _rids(connection: sa.Connection) -> list[int]:
    return list(connection.execute(sa.select(_RID).select_from(_CUSTOMER).order_by(_RID)).scalars())


def _small(text: str) -> str:
    return "".join(c.lower() if c.isascii() else c for c in text)


@pytest.mark.parametrize("descending", [False, True])
def test_that_order_is_by_bytes_and_nothing_is_the_least(connection: sa.Connection, descending: bool) -> None:
    _customers(connection, WORDS)
    column = _CUSTOMER.c.remark
    order = column.desc().nulls_last() if descending else column.nulls_first()
    found = list(connection.execute(sa.select(column).order_by(order)).scalars())
    expected = [None, *sorted((w for w in WORDS if w is not None), key=str.encode)]
    assert found == (expected[::-1] if descending else expected)


def test_that_many_rows_come_as_arrays_in_their_order(connection: sa.Connection) -> None:
    ids = _customers(connection, [str(n) for n in range(3000)])
    rows = sa.select(_RID.label("rid"), _CUSTOMER.c.id).order_by(_RID.desc()).subquery()
    packed = sa.select(expressions.PackedNumbers(rows.c.rid), expressions.PackedIds(rows.c.id))
    numbers, keys = connection.execute(packed).one()
    assert numbers.tolist() == _rids(connection)[::-1]
    assert keys == b"".join(reversed(ids))
    nothing = packed.where(sa.false())
    assert (connection.execute(nothing).one()[0].tolist(), connection.execute(nothing).one()[1]) == ([], b"")
    once = connection.execute(sa.select(expressions.PackedOnce(_CUSTOMER.c.id)).where(_RID > 0)).scalar_one()
    assert {once[i : i + 16] for i in range(0, len(once), 16)} == set(ids)


def test_that_sums_are_whole_numbers(connection: sa.Connection) -> None:
    _customers(connection, ["a", "b"], amount_minor=2**61)
    total = connection.execute(sa.select(expressions.Total(_CUSTOMER.c.amount_minor))).scalar_one()
    assert type(total) is int
    assert total == 2**62
    assert connection.execute(sa.select(expressions.Total(_CUSTOMER.c.amount_minor)).where(sa.false())).scalar() is None


def test_that_a_running_query_is_stopped_from_another_thread(connection: sa.Connection, dialect: Dialect) -> None:
    stop, ended = dialect.stopper(connection), threading.Event()
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"

    def press() -> None:
        while not ended.wait(0.01):
            stop()

    thread = threading.Thread(target=press)
    thread.start()
    try:
        with pytest.raises(sa.exc.DBAPIError):
            connection.exec_driver_sql(endless)
    finally:
        ended.set()
        thread.join()


def test_that_statistics_tell_how_many_there_are(connection: sa.Connection, dialect: Dialect, engine: str) -> None:
    _customers(connection, ["x"] * 400)
    dialect.analyze(connection, [_CUSTOMER, Team.__table__])
    known = {
        "sqlite": "SELECT stat FROM sqlite_stat1 WHERE tbl = 'customer' AND idx = 'ix_customer_live_name'",
        "postgres": "SELECT reltuples::bigint FROM pg_class WHERE relname = 'customer'",
    }[engine]
    assert int(str(connection.exec_driver_sql(known).scalar_one()).split()[0]) == 400


def test_that_every_table_is_there_with_all_its_keys(connection: sa.Connection, engine: str) -> None:
    """What the models declare, the engine has: names of columns, indexes, what is unique, and foreign keys."""
    there = sa.inspect(connection)
    for table in Base.metadata.sorted_tables:
        assert {c["name"] for c in there.get_columns(table.name)} == {c.name for c in table.columns} | {"rid"}
        assert {i.name for i in table.indexes} <= {i["name"] for i in there.get_indexes(table.name)}
        keys = {(tuple(k["constrained_columns"]), k["referred_table"]) for k in there.get_foreign_keys(table.name)}
        expected = {(tuple(k.column_keys), k.referred_table.name) for k in table.foreign_key_constraints}
        assert keys == expected
        if engine == "postgres":  # the other one is asked by the tests of the revisions
            partial = {i.name for i in table.indexes if i.dialect_options["sqlite"]["where"] is not None}
            assert partial == {
                i["name"] for i in there.get_indexes(table.name) if "postgresql_where" in i.get("dialect_options", {})
            }


def test_that_the_server_marks_what_the_file_marks() -> None:
    assert set(postgres_search.triggers()) == {name for name, _ in schema.triggers()}
