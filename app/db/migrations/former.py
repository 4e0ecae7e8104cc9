"""The triggers of the search index as earlier revisions made them, literal and frozen: an archive that is still to be
upgraded has these."""

from __future__ import annotations

from collections.abc import Iterator

_EVENTS = (("INSERT", "new"), ("UPDATE", "new"), ("DELETE", "old"))
#: children by which records are found → table → kind, as revisions 5 and 6 wrote them into one trigger an event
_REVISION_5 = {
    "contact_point": {"customer": "customers", "contact": "contacts", "lead": "leads"},
    "record_file": {
        "customer": "customers", "contact": "contacts", "deal": "deals", "lead": "leads", "activity": "activities",
        "product": "products", "sales_order": "orders", "payment": "payments", "ticket": "tickets",
    },
}  # fmt: skip


def _mark_where(table: str, condition: str) -> str:
    return f"INSERT OR IGNORE INTO {table}_dirty(rid) SELECT rid FROM {table} WHERE {condition};"


def _trigger(name: str, event: str, table: str, body: str) -> str:
    quiet = "(SELECT count(*) FROM search_paused) = 0"
    return f"CREATE TRIGGER {name} AFTER {event} ON {table} WHEN {quiet} BEGIN {body} END"


def former_triggers() -> Iterator[tuple[str, str]]:
    """(name, DDL) of triggers as earlier revisions made them: an archive that is still to be upgraded has these."""
    for event, row in _EVENTS:
        for holders in (("customer", "contact"), ("customer", "contact", "lead")):
            body = " ".join(_mark_where(holder, f"org_id={row}.org_id AND id={row}.{holder}_id") for holder in holders)
            name = f"contact_point_search_{event.lower()}"
            yield name, _trigger(name, event, "contact_point", body)
        for child, known in _REVISION_5.items():
            marks = (f"{row}.entity='{kind}' AND org_id={row}.org_id AND id={row}.record_id" for kind in known.values())
            name = f"{child}_search_{event.lower()}"
            yield name, _trigger(name, event, child, " ".join(map(_mark_where, known, marks)))
        name = f"customer_contact_search_{event.lower()}"
        body = _mark_where("customer", f"org_id={row}.org_id AND id={row}.customer_id")
        yield name, _trigger(name, event, "customer_contact", body)
    name = "contact_customer_search"
    theirs = "org_id=new.org_id AND id IN (SELECT customer_id FROM customer_contact WHERE org_id=new.org_id AND contact_id=new.id)"
    yield name, _trigger(name, "UPDATE OF name, deleted_at", "contact", _mark_where("customer", theirs))
