"""What the models cannot say: the search index, the triggers that keep it right, and the expected list of triggers.

A file from a stranger may carry a trigger that deletes rows behind our back, so every trigger and view is known by name
and text; `unknown_objects` finds the others and the archive refuses to open for writing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

#: entity table → (search table); contact points, ties and contacts touch their customer's entry as well
SEARCHED = ("customer", "contact", "activity")


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


def triggers() -> Iterator[tuple[str, str]]:
    """(name, DDL) of every trigger."""
    for table in SEARCHED:
        for event, row in (("INSERT", "new"), ("UPDATE", "new"), ("DELETE", "old")):
            name = f"{table}_search_{event.lower()}"
            yield name, _trigger(name, event, table, _mark(table, f"{row}.rid"))
    for event, row in (("INSERT", "new"), ("UPDATE", "new"), ("DELETE", "old")):
        for child, columns in (
            ("contact_point", (("customer", "customer_id"), ("contact", "contact_id"))),
            ("customer_contact", (("customer", "customer_id"),)),
        ):
            name = f"{child}_search_{event.lower()}"
            body = " ".join(
                _mark_where(target, f"org_id={row}.org_id AND id={row}.{column}") for target, column in columns
            )
            yield name, _trigger(name, event, child, body)
    of_its_customers = "org_id=new.org_id AND id IN (SELECT customer_id FROM customer_contact WHERE org_id=new.org_id AND contact_id=new.id)"
    renamed = _mark_where("customer", of_its_customers)
    yield (
        "contact_customer_search",
        _trigger("contact_customer_search", "UPDATE OF name, deleted_at", "contact", renamed),
    )
    # an activity belongs to the timeline: who wrote what is found under the activity itself, not under the customer


def create_search(connection: Any) -> None:
    """Create the search tables and triggers on a fresh schema; `connection` executes driver SQL."""
    for ddl in search_ddl():
        connection.exec_driver_sql(ddl)
    restore_triggers(connection)


def unknown_objects(connection: Any) -> list[str]:
    """Names of triggers and views that are not ours or not as we wrote them."""
    expected = dict(triggers())
    rows = connection.exec_driver_sql("SELECT type, name, sql FROM sqlite_master WHERE type IN ('trigger','view')")
    return sorted(str(name) for kind, name, sql in rows if kind == "view" or expected.get(name) != sql)


def missing_triggers(connection: Any) -> list[str]:
    """Names of our triggers that are not there (lost by a table rebuild)."""
    rows = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type='trigger'")
    there = {row[0] for row in rows}
    return [name for name, _ in triggers() if name not in there]


def restore_triggers(connection: Any) -> None:
    """Make those of our triggers that are not there."""
    missing = set(missing_triggers(connection))
    for name, ddl in triggers():
        if name in missing:
            connection.exec_driver_sql(ddl)
