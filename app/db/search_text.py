"""What of a record goes into its search entry: names (also by pinyin), free text, codes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from app.db.dialect import Entry, office_of
from app.db.dialect.expressions import IdBytes, among
from app.db.search_sources import MERGEABLE, SEARCHED
from app.models import Base, Contact, ContactPoint, CustomerContact


def entry_rows(connection: sa.Connection, table: str, rids: Sequence[int]) -> list[Entry]:
    """(rid, han, py, gram) for those of `rids` that are live; deleted rows get no entry."""
    from app.db.search_tokens import tokens

    sources, c = SEARCHED[table], Base.metadata.tables[table].c
    sizes = [len(sources.names), len(sources.texts)]
    rid: Any = sa.literal_column(f"{table}.rid", sa.BigInteger)
    query = sa.select(rid, IdBytes(c.id), *(c[name] for name in (*sources.names, *sources.texts, *sources.codes)))
    rows = connection.execute(query.where(among(rid, rids), c.deleted_at.is_(None))).all()
    ids = [bytes(row[1]) for row in rows]
    points = _points(connection, table, ids) if sources.points else {}
    people = _people(connection, ids) if table == "customer" else {}
    aliases = _aliases(connection, table, ids) if table in MERGEABLE else {}
    first, second = 2 + sizes[0], 2 + sizes[0] + sizes[1]
    made = []
    for key, row in zip(ids, rows, strict=True):
        names, codes = aliases.get(key, ([], []))
        called = [v for v in row[2:first] if v] + people.get(key, []) + names
        free = [v for v in row[first:second] if v]
        coded = [v for v in row[second:] if v] + points.get(key, []) + codes
        made.append((row[0], *tokens(called, free, coded)))
    return made


def _aliases(connection: sa.Connection, table: str, ids: Sequence[bytes]) -> dict[bytes, tuple[list[str], list[str]]]:
    """(names, codes) of the records that were merged into these: who looks for the old name finds the survivor."""
    found: dict[bytes, tuple[list[str], list[str]]] = {}
    sources, c = SEARCHED[table], Base.metadata.tables[table].c
    query = sa.select(IdBytes(c.merged_into_id), *(c[name] for name in (*sources.names, *sources.codes)))
    mine = (c.org_id == office_of(connection), among(c.merged_into_id, ids))
    for key, *values in connection.execute(query.where(*mine)):
        names, codes = found.setdefault(bytes(key), ([], []))
        names.extend(v for v in values[: len(sources.names)] if v)
        codes.extend(v for v in values[len(sources.names) :] if v)
    return found


def _points(connection: sa.Connection, table: str, ids: Sequence[bytes]) -> dict[bytes, list[str]]:
    c = ContactPoint.__table__.c
    holder = c[f"{table}_id"]
    query = sa.select(IdBytes(holder), c.normal).where(c.org_id == office_of(connection), among(holder, ids))
    return _grouped(connection.execute(query))


def _people(connection: sa.Connection, ids: Sequence[bytes]) -> dict[bytes, list[str]]:
    k, c = CustomerContact.__table__.c, Contact.__table__.c
    joined = sa.and_(c.org_id == k.org_id, c.id == k.contact_id, c.deleted_at.is_(None))
    query = (
        sa.select(IdBytes(k.customer_id), c.name)
        .select_from(CustomerContact.__table__.join(Contact.__table__, joined))
        .where(k.org_id == office_of(connection), among(k.customer_id, ids))
        .order_by(k.position)
    )
    return _grouped(connection.execute(query))


def _grouped(rows: Any) -> dict[bytes, list[str]]:
    found: dict[bytes, list[str]] = defaultdict(list)
    for key, text in rows:
        found[bytes(key)].append(text)
    return found
