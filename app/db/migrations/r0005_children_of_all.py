"""Contact points, further addresses, tags and ties belong to records of every kind: each row names kind and record.

Until revision 4 phones hung on three kinds by a column each, tags and addresses on customers, ties on contacts alone.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

from app.db.migrations.steps import (
    Part,
    big,
    blob,
    day,
    flag,
    index,
    key,
    moment,
    note,
    refers,
    sqlite_search_index,
    table,
    text,
    unique,
    whole,
)

revision = 5
#: they go on under other names
drops = ("customer_tag", "customer_contact")

_OLD = "_of_revision_4"
_POINT = "kind, value, normal, label, extension, valid, opt_out, note"
_ADDRESS = "label, province, city, district, detail"


def upgrade(op: Operations) -> None:
    """From the schema of revision 4."""
    _let_go_of_triggers(op)
    _points(op)
    _addresses(op)
    _tags(op)
    _ties(op)
    _files(op)
    sqlite_search_index(op, "payment")
    op.add_column("custom_field", sa.Column("target", sa.String(40), nullable=False, server_default=""))


def _let_go_of_triggers(op: Operations) -> None:
    """Those on the tables that go, and the one that reads them; the runner makes today's."""
    names = [f"{table}_search_{event}" for table in ("contact_point", "customer_contact") for event in _EVENTS]
    for name in [*names, "contact_customer_search"]:
        op.execute(f"DROP TRIGGER IF EXISTS {name}")


_EVENTS = ("insert", "update", "delete")


def _child() -> tuple[Part, ...]:
    return text("entity", 40, null=False), key("record_id", null=False), whole("position", null=False)


def _moved(op: Operations, name: str, columns: str, given: str, source: str) -> None:
    """The rows of `source` under their numbers, as rows of `name`."""
    op.execute(
        f"INSERT INTO {name}(rid, org_id, id, entity, record_id, position, {columns}) "
        f"SELECT rid, org_id, id, {given} FROM {source}"
    )
    op.drop_table(source)


def _points(op: Operations) -> None:
    op.rename_table("contact_point", f"contact_point{_OLD}")
    table(
        op, "contact_point", *_child(), text("kind", 10, null=False), text("value", 254, null=False),
        text("normal", 254, null=False), text("label", 40, null=False), text("extension", 20, null=False),
        flag("valid", null=False), flag("opt_out", null=False), text("note", 200, null=False), part=True,
    )  # fmt: skip
    whose = (
        "CASE WHEN customer_id IS NOT NULL THEN 'customers' WHEN contact_id IS NOT NULL THEN 'contacts' ELSE 'leads' END, "
        "coalesce(customer_id, contact_id, lead_id)"
    )
    _moved(op, "contact_point", _POINT, f"{whose}, position, {_POINT}", f"contact_point{_OLD}")
    index(op, "contact_point", "ix_contact_point_record", "record_id")
    index(op, "contact_point", "ix_contact_point_normal", "kind", "normal")


def _addresses(op: Operations) -> None:
    op.rename_table("address", f"address{_OLD}")
    table(
        op, "address", *_child(), text("label", 40, null=False), text("province", 40, null=False),
        text("city", 40, null=False), text("district", 40, null=False), text("detail", 300, null=False), part=True,
    )  # fmt: skip
    _moved(op, "address", _ADDRESS, f"'customers', customer_id, position, {_ADDRESS}", f"address{_OLD}")
    index(op, "address", "ix_address_record", "record_id")


def _tags(op: Operations) -> None:
    table(op, "record_tag", *_child(), key("tag_id", null=False), refers("tag_id", "tag"), part=True)
    _moved(op, "record_tag", "tag_id", "'customers', customer_id, position, tag_id", "customer_tag")
    index(op, "record_tag", "ix_record_tag_record", "record_id")
    index(op, "record_tag", "ix_record_tag_tag", "tag_id", "entity", "record_id")


def _ties(op: Operations) -> None:
    table(
        op, "tie", *_child(), text("field", 40, null=False), key("target_id", null=False), text("role", 60, null=False),
        text("note", 200, null=False), day("since"), day("until"), unique("record_id", "field", "target_id"), part=True,
    )  # fmt: skip
    given = "'contacts', contact_id, position, 'customers', customer_id, role, ''"
    _moved(op, "tie", "field, target_id, role, note", given, "customer_contact")
    index(op, "tie", "ix_tie_target", "target_id", "entity", "field")


def _files(op: Operations) -> None:
    table(
        op, "record_file", *_child(), text("field", 40, null=False), text("name", 200, null=False),
        text("sha256", 64, null=False), big("size", null=False), text("media_type", 100, null=False),
        text("note", 200, null=False), moment("added_at"), part=True,
    )  # fmt: skip
    index(op, "record_file", "ix_record_file_record", "record_id")
    index(op, "record_file", "ix_record_file_content", "sha256")
    table(op, "content_view", text("sha256", 64, null=False), note("text"), blob("picture"), unique("sha256"))
