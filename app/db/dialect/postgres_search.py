"""The search index of a server's database: one row a token, in a B-tree; no extension, no full-text search of the server.

A phrase is its tokens joined by their places. `token` begins with the letter of its column; every entry has one row with an
empty token, which says that it is there. Stale rows are marked by triggers in unlogged tables: a mark never outlives its
transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from app.db.dialect import Entry, Hits, office_of
from app.db.dialect.expressions import among
from app.db.search_sources import MERGEABLE, SEARCHED, child_marks
from app.db.search_tokens import Phrase, Query

_COLUMNS = ("han", "py", "gram")
#: a longer phrase is found by so many tokens, and the rest of it is looked up in what they find
_JOINED = 8
#: so many parts of a query are left to the planner; the rest is looked up in what they find
_PLANNED = 4
_PAUSED = "kedang.search_paused"


def _gram(table: str) -> sa.TableClause:
    return sa.table(
        f"{table}_search",
        sa.column("org_id", sa.SmallInteger),
        sa.column("token", sa.Text),
        sa.column("rid", sa.BigInteger),
        sa.column("place", sa.Integer),
    )


class Grams:
    """Entries by the row numbers of their records."""

    def matching(self, table: str, rid: Any, query: Query, office: int) -> sa.ColumnElement[bool]:
        # the longest say most; few are planned together, since every one more doubles what there is to plan
        parts = sorted(query, key=lambda ways: -min(len(way.tokens) for way in ways))
        clauses: list[Any] = []
        for number, ways in enumerate(parts):
            found = [_found(table, way, office) for way in ways]
            if number < _PLANNED:
                clauses.append(rid.in_(found[0] if len(found) == 1 else sa.union_all(*found)))
            else:
                clauses.append(sa.or_(*(_there(table, way, office, rid) for way in ways)))
        return sa.and_(*clauses)

    def walk(self, table: str, query: Query, office: int) -> Hits | None:
        return None  # the planner decides whether to walk the records or the hits

    def write(self, connection: sa.Connection, table: str, entries: Sequence[Entry]) -> None:
        if not entries:
            return
        office = office_of(connection)
        cursor = connection.connection.cursor()
        with cursor, cursor.copy(f"COPY {table}_search (org_id, token, rid, place) FROM STDIN") as copy:  # type: ignore[attr-defined]
            for rid, *columns in entries:
                copy.write_row((office, "", rid, 0))
                for name, text in zip(_COLUMNS, columns, strict=True):
                    for place, token in enumerate(text.split()):
                        copy.write_row((office, name[0] + token, rid, place))

    def forget(self, connection: sa.Connection, table: str, rids: Sequence[int]) -> None:
        if rids:
            gram = _gram(table)
            mine = gram.c.org_id == office_of(connection)
            connection.execute(sa.delete(gram).where(mine, among(gram.c.rid, rids)))

    def take_stale(self, connection: sa.Connection) -> Iterator[tuple[str, list[int]]]:
        taken = ", ".join(f"{t} AS (DELETE FROM {t}_dirty WHERE org_id = %(o)s RETURNING rid)" for t in SEARCHED)
        listed = " UNION ALL ".join(f"SELECT '{t}', rid FROM {t}" for t in SEARCHED)
        found: dict[str, list[int]] = {}
        for table, rid in connection.exec_driver_sql(f"WITH {taken} {listed}", {"o": office_of(connection)}):
            found.setdefault(table, []).append(rid)
        yield from found.items()

    def mark(self, connection: sa.Connection, table: str, records: Sequence[bytes]) -> None:
        if records and table in SEARCHED:
            connection.exec_driver_sql(
                f"INSERT INTO {table}_dirty(org_id, rid) SELECT org_id, rid FROM {table} "
                "WHERE org_id = %s AND id = ANY(%s::uuid[]) ON CONFLICT DO NOTHING",
                (office_of(connection), [key.hex() for key in records]),
            )

    def pause(self, connection: sa.Connection) -> None:
        connection.exec_driver_sql("SELECT set_config(%s, 'on', true)", (_PAUSED,))

    def resume(self, connection: sa.Connection) -> None:
        connection.exec_driver_sql("SELECT set_config(%s, '', true)", (_PAUSED,))

    def entries(self, connection: sa.Connection, table: str) -> str:
        return f"SELECT rid FROM {table}_search WHERE org_id = {office_of(connection)} AND token = ''"

    def clear(self, connection: sa.Connection, table: str) -> None:
        for name in (f"{table}_search", f"{table}_dirty"):
            connection.exec_driver_sql(f"DELETE FROM {name} WHERE org_id = %s", (office_of(connection),))


def _found(table: str, phrase: Phrase, office: int) -> sa.Select[Any]:
    """The row numbers of the entries that have the phrase."""
    letter, last = phrase.column[0], len(phrase.tokens) - 1
    joined = sorted({*range(min(len(phrase.tokens), _JOINED)), last})
    first, conditions = None, []
    for number in joined:
        gram = _gram(table).alias(f"t{number}")
        token = letter + phrase.tokens[number]
        conditions.append(gram.c.org_id == office)
        if phrase.prefix and number == last:
            conditions += [gram.c.token >= token, gram.c.token < token + "\U0010ffff"]
        else:
            conditions.append(gram.c.token == token)
        if first is None:
            first = gram
        else:
            conditions += [gram.c.rid == first.c.rid, gram.c.place == first.c.place + number]
    assert first is not None
    between = [letter + token for token in phrase.tokens[_JOINED:last]]
    if between:
        conditions.append(_goes_on(table, first, between, office))
    return sa.select(first.c.rid).where(*conditions)


def _goes_on(table: str, first: Any, tokens: list[str], office: int) -> sa.ColumnElement[bool]:
    """No token of the rest is missing at its place."""
    rest = sa.func.unnest(sa.literal(tokens, sa.ARRAY(sa.Text)))
    each = rest.table_valued("token", with_ordinality="n", name="rest").render_derived()
    gram = _gram(table).alias("there")
    there = sa.select(gram.c.rid).where(
        gram.c.org_id == office,
        gram.c.token == each.c.token,
        gram.c.rid == first.c.rid,
        gram.c.place == first.c.place + sa.cast(each.c.n, sa.Integer) + (_JOINED - 1),
    )
    missing = sa.select(sa.literal(1)).select_from(each).where(~there.correlate(each, first).exists())
    return ~missing.correlate(first).exists()


def _there(table: str, phrase: Phrase, office: int, rid: Any) -> sa.ColumnElement[bool]:
    """Whether this record's entry has the phrase, asked record by record (OFFSET keeps the planner from joining it)."""
    found = _found(table, phrase, office)
    return found.where(next(iter(found.selected_columns)) == rid).offset(0).exists()


# ---- tables and triggers ---------------------------------------------------------------------------------------------


def ddl() -> Iterator[str]:
    """What the models do not say: the index, the marks, and the triggers that set them (those of `app.db.schema`)."""
    for table in SEARCHED:
        yield (
            f'CREATE TABLE {table}_search(org_id SMALLINT NOT NULL, token TEXT COLLATE "C" NOT NULL, rid BIGINT NOT NULL, '
            "place INTEGER NOT NULL, PRIMARY KEY (org_id, token, rid, place))"
        )
        yield f"CREATE INDEX ix_{table}_search_rid ON {table}_search (org_id, rid)"
        yield f"CREATE UNLOGGED TABLE {table}_dirty(org_id SMALLINT, rid BIGINT, PRIMARY KEY (org_id, rid))"
    for name, (event, table, body) in triggers().items():
        yield (
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN {body} RETURN NULL; END $body$"
        )
        quiet = f"current_setting('{_PAUSED}', true) IS DISTINCT FROM 'on'"
        yield (f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW WHEN ({quiet}) EXECUTE FUNCTION {name}()")


def triggers() -> dict[str, tuple[str, str, str]]:
    """Name → (event, table, what it does)."""
    made: dict[str, tuple[str, str, str]] = {}
    for event, row in (("INSERT", "new"), ("UPDATE", "new"), ("DELETE", "old")):
        kind = event.lower()
        for table in SEARCHED:
            body = f"INSERT INTO {table}_dirty(org_id, rid) VALUES({row}.org_id, {row}.rid) ON CONFLICT DO NOTHING;"
            made[f"{table}_search_{kind}"] = (event, table, body)
        for child, table, entity in child_marks():
            mark = _mark(table, f"{row}.org_id", f"{row}.entity = '{entity}' AND id = {row}.record_id")
            made[f"{child}_search_{kind}_{table}"] = (event, child, mark)
        of_person = f"SELECT target_id FROM tie WHERE org_id = {row}.org_id AND record_id = {row}.record_id"
        people = f"{row}.entity = 'contacts' AND id IN ({of_person} AND field = 'customers')"
        made[f"contact_point_search_{kind}_people"] = (
            event, "contact_point", _mark("customer", f"{row}.org_id", people),
        )  # fmt: skip
        tied = _mark("customer", f"{row}.org_id", f"{row}.field = 'customers' AND id = {row}.target_id")
        made[f"tie_search_{kind}"] = (event, "tie", tied)
    theirs = (
        "id IN (SELECT target_id FROM tie WHERE org_id = new.org_id AND record_id = new.id AND field = 'customers')"
    )
    made["contact_customer_search"] = ("UPDATE OF name, deleted_at", "contact", _mark("customer", "new.org_id", theirs))
    for table in MERGEABLE:
        survivors = _mark(table, "new.org_id", "id IN (old.merged_into_id, new.merged_into_id)")
        made[f"{table}_alias_search"] = ("UPDATE OF merged_into_id", table, survivors)
    return made


def _mark(table: str, office: str, which: str) -> str:
    return (
        f"INSERT INTO {table}_dirty(org_id, rid) SELECT org_id, rid FROM {table} "
        f"WHERE org_id = {office} AND {which} ON CONFLICT DO NOTHING;"
    )
