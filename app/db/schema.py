"""What the models cannot say: the search index, the triggers that keep it right, and the expected list of triggers.

A file from a stranger may carry a trigger that deletes rows behind our back, so every trigger and view is known by name
and text; `unknown_objects` finds the others and the archive refuses to open for writing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from app.db.search_sources import MERGEABLE, SEARCHED, Sources, mark_sources
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


def _trigger(name: str, event: str, table: str, body: str) -> str:
    # bulk writers bring their own search entries: while they work, `search_paused` holds a row
    quiet = "(SELECT count(*) FROM search_paused) = 0"
    return f"CREATE TRIGGER {name} AFTER {event} ON {table} WHEN {quiet} BEGIN {body} END"


def search_ddl() -> Iterator[str]:
    """Contentless full-text tables (tokens are made by us) and the lists of rows whose entry is stale."""
    yield "CREATE TABLE search_paused(one INTEGER PRIMARY KEY)"
    for table in SEARCHED:
        yield (
            f"CREATE VIRTUAL TABLE {table}_search USING fts5("
            "han, py, gram, content='', contentless_delete=1, tokenize='ascii')"
        )
        yield f"INSERT INTO {table}_search({table}_search, rank) VALUES('pgsz', 3900)"
        yield f"CREATE TABLE {table}_dirty(rid INTEGER PRIMARY KEY)"


def former_triggers() -> Iterator[tuple[str, str]]:
    """(name, DDL) of triggers as earlier revisions made them: an archive that is still to be upgraded has these."""
    for event, row in _EVENTS:
        for holders in (("customer", "contact"), ("customer", "contact", "lead")):
            body = " ".join(_mark_where(holder, f"org_id={row}.org_id AND id={row}.{holder}_id") for holder in holders)
            name = f"contact_point_search_{event.lower()}"
            yield name, _trigger(name, event, "contact_point", body)
        name = f"customer_contact_search_{event.lower()}"
        body = _mark_where("customer", f"org_id={row}.org_id AND id={row}.customer_id")
        yield name, _trigger(name, event, "customer_contact", body)
    name = "contact_customer_search"
    theirs = "org_id=new.org_id AND id IN (SELECT customer_id FROM customer_contact WHERE org_id=new.org_id AND contact_id=new.id)"
    yield name, _trigger(name, "UPDATE OF name, deleted_at", "contact", _mark_where("customer", theirs))


def _children_marks(row: str, holders: Iterable[tuple[str, Sources]]) -> str:
    """Marks the record that a child row belongs to."""
    return " ".join(
        _mark_where(table, f"{row}.entity='{sources.kind}' AND org_id={row}.org_id AND id={row}.record_id")
        for table, sources in holders
    )


def triggers() -> Iterator[tuple[str, str]]:
    """(name, DDL) of every trigger."""
    for table in SEARCHED:
        for event, row in _EVENTS:
            name = f"{table}_search_{event.lower()}"
            yield name, _trigger(name, event, table, _mark(table, f"{row}.rid"))
    for event, row in _EVENTS:
        name = f"contact_point_search_{event.lower()}"
        yield (
            name,
            _trigger(name, event, "contact_point", _children_marks(row, [s for s in SEARCHED.items() if s[1].points])),
        )
        name = f"record_file_search_{event.lower()}"
        yield (
            name,
            _trigger(name, event, "record_file", _children_marks(row, [s for s in SEARCHED.items() if s[1].files])),
        )
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
    for ddl in search_ddl():
        connection.exec_driver_sql(ddl)
    renew_triggers(connection)
    mark_sources(connection, SEARCHED)


def unknown_objects(connection: Any) -> list[str]:
    """Names of triggers and views that are not ours or not as we wrote them."""
    known = {*triggers(), *former_triggers()}
    rows = connection.exec_driver_sql("SELECT type, name, sql FROM sqlite_master WHERE type IN ('trigger','view')")
    return sorted(str(name) for kind, name, sql in rows if kind == "view" or (name, sql) not in known)


def missing_triggers(connection: Any) -> list[str]:
    """Names of our triggers that are not there (lost by a table rebuild)."""
    rows = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type='trigger'")
    there = {row[0] for row in rows}
    return [name for name, _ in triggers() if name not in there]


def renew_triggers(connection: Any) -> None:
    """Make those of our triggers that are not there, and anew those that are as an earlier revision made them."""
    rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type='trigger'")
    there = {str(name): str(sql) for name, sql in rows}
    former = set(former_triggers())
    for name, ddl in triggers():
        if name in there and there[name] != ddl and (name, there[name]) in former:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
            del there[name]
        if name not in there:
            connection.exec_driver_sql(ddl)
