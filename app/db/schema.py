"""What the models cannot say: the search index, the triggers that keep it right, and the expected list of triggers.

A file from a stranger may carry a trigger that deletes rows behind our back, so every trigger and view is known by name
and text; `unknown_objects` finds the others and the archive refuses to open for writing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from app.db.migrations.former import former_triggers
from app.db.search_sources import MERGEABLE, SEARCHED, child_marks, mark_sources
from app.models import Base

_EVENTS = (("INSERT", "new"), ("UPDATE", "new"), ("DELETE", "old"))
#: a customer is found by the names of its people: the ties that say so
OF_PEOPLE = "field='customers'"


def search_table(table: str) -> str:
    return f"{table}_search"


def _mark(table: str, rid: str) -> str:
    return f"INSERT OR IGNORE INTO {table}_dirty(rid) VALUES({rid});"


def _mark_where(table: str, condition: str) -> str:
    return f"INSERT OR IGNORE INTO {table}_dirty(rid) SELECT rid FROM {table} WHERE {condition};"


def _trigger(name: str, event: str, table: str, body: str, when: str = "") -> str:
    # bulk writers bring their own search entries: while they work, `search_paused` holds a row
    quiet = f"{when}(SELECT count(*) FROM search_paused) = 0"
    return f"CREATE TRIGGER {name} AFTER {event} ON {table} WHEN {quiet} BEGIN {body} END"


def search_ddl(tables: Iterable[str]) -> Iterator[str]:
    """Contentless full-text tables (tokens are made by us) and the lists of rows whose entry is stale."""
    for table in tables:
        yield (
            f"CREATE VIRTUAL TABLE {table}_search USING fts5("
            "han, py, gram, content='', contentless_delete=1, tokenize='ascii')"
        )
        yield f"INSERT INTO {table}_search({table}_search, rank) VALUES('pgsz', 3900)"
        yield f"CREATE TABLE {table}_dirty(rid INTEGER PRIMARY KEY)"


def triggers() -> Iterator[tuple[str, str]]:
    """(name, DDL) of every trigger. No text depends on another kind than its own, so that a new kind, or a kind that is
    searched in more than before, only adds triggers: they are made at the next opening (`app.db.search.freshen`)."""
    for table in SEARCHED:
        for event, row in _EVENTS:
            name = f"{table}_search_{event.lower()}"
            yield name, _trigger(name, event, table, _mark(table, f"{row}.rid"))
    for child, table, kind in child_marks():
        for event, row in _EVENTS:
            name = f"{child}_search_{event.lower()}_{table}"
            body = _mark_where(table, f"org_id={row}.org_id AND id={row}.record_id")
            yield name, _trigger(name, event, child, body, f"{row}.entity='{kind}' AND ")
    for event, row in _EVENTS:
        name = f"contact_point_search_{event.lower()}_people"
        theirs = f"SELECT target_id FROM tie WHERE org_id={row}.org_id AND record_id={row}.record_id AND {OF_PEOPLE}"
        body = _mark_where("customer", f"org_id={row}.org_id AND id IN ({theirs})")
        yield name, _trigger(name, event, "contact_point", body, f"{row}.entity='contacts' AND ")
        name = f"tie_search_{event.lower()}"
        body = _mark_where("customer", f"{row}.{OF_PEOPLE} AND org_id={row}.org_id AND id={row}.target_id")
        yield name, _trigger(name, event, "tie", body)
    of_its_customers = (
        "org_id=new.org_id AND id IN (SELECT target_id FROM tie WHERE org_id=new.org_id AND record_id=new.id "
        "AND field='customers')"
    )
    renamed = _mark_where("customer", of_its_customers)
    yield (
        "contact_customer_search",
        _trigger("contact_customer_search", "UPDATE OF name, deleted_at", "contact", renamed),
    )
    for table in MERGEABLE:
        name = f"{table}_alias_search"
        survivors = _mark_where(table, "org_id=new.org_id AND id IN (old.merged_into_id, new.merged_into_id)")
        yield name, _trigger(name, "UPDATE OF merged_into_id", table, survivors)
    # an activity belongs to the timeline: who wrote what is found under the activity itself, not under the customer


def create(connection: Any) -> None:
    """Everything a new archive consists of: the models' tables, the search index and its triggers, on an empty file."""
    Base.metadata.create_all(connection, checkfirst=False)
    connection.exec_driver_sql("CREATE TABLE search_paused(one INTEGER PRIMARY KEY)")
    renew_triggers(connection)
    mark_sources(connection, SEARCHED)


def unknown_objects(connection: Any) -> list[str]:
    """Names of triggers and views that are not ours or not as we wrote them."""
    known = {*triggers(), *former_triggers()}
    rows = connection.exec_driver_sql("SELECT type, name, sql FROM sqlite_master WHERE type IN ('trigger','view')")
    return sorted(str(name) for kind, name, sql in rows if kind == "view" or (name, sql) not in known)


def missing_triggers(connection: Any) -> list[str]:
    """Names of our triggers that are not there (lost by a table rebuild), and no former one does their work."""
    there = {name for name, _ in _there(connection)}
    former = tuple(f"{name}_" for name in there & {name for name, _ in former_triggers()})
    return [name for name, _ in triggers() if name not in there and not name.startswith(former)]


def renew_triggers(connection: Any) -> None:
    """Make those of our triggers that are not there, with the search tables they write to, and let go of those that an
    earlier revision made."""
    there = _there(connection)
    for name, _ in there & set(former_triggers()) - set(triggers()):
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    rows = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type='table'")
    tables = {str(row[0]) for row in rows}
    for ddl in search_ddl(table for table in SEARCHED if search_table(table) not in tables):
        connection.exec_driver_sql(ddl)
    missing = set(missing_triggers(connection))
    for name, ddl in triggers():
        if name in missing:
            connection.exec_driver_sql(ddl)


def outdated_triggers(connection: Any) -> bool:
    """Whether triggers of ours are not there, or as an earlier revision made them."""
    return _there(connection) != set(triggers())


def _there(connection: Any) -> set[tuple[str, str]]:
    rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type='trigger'")
    return {(str(name), str(sql)) for name, sql in rows}
