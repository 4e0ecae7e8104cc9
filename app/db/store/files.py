"""Which records mention a content, and what can be seen of it."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from app.core.ids import uuid7
from app.db import search
from app.db.dialect import office_of
from app.db.dialect.expressions import among
from app.db.store.reading import Reader
from app.models import AttachmentContent, ContentView, RecordFile


def visible(reader: Reader, sha256: str) -> bool:
    """Whether a record the actor sees has a file of this content, in a field he sees."""
    f = RecordFile
    query = sa.select(f.entity, f.field, f.record_id).where(f.org_id == reader.office, f.sha256 == sha256)
    held: dict[str, list[uuid.UUID]] = defaultdict(list)
    for entity, field, record in reader.connection.execute(query):
        known = reader.registry.find(entity)
        found = known.find(field) if known is not None else None
        if found is not None and reader.actor.sees(entity, found):
            held[entity].append(record)
    return any(reader.seen(entity, records) for entity, records in held.items())


def pictures(connection: sa.Connection, contents: Iterable[str]) -> dict[str, bytes | None]:
    """The pictures of those of these contents that were looked at; None where there is nothing to be seen."""
    v = ContentView
    query = sa.select(v.sha256, v.picture).where(v.org_id == office_of(connection), among(v.sha256, list(contents)))
    return {row[0]: row[1] for row in connection.execute(query)}


def text(connection: sa.Connection, sha256: str) -> str | None:
    """What is written in a content, as far as it was looked at and can be read."""
    v = ContentView
    query = sa.select(v.text).where(v.org_id == office_of(connection), v.sha256 == sha256)
    return connection.execute(query).scalar()


def unseen(connection: sa.Connection, contents: Iterable[str]) -> dict[str, int]:
    """Those of these contents nobody looked at yet, with their sizes."""
    c, v, office = AttachmentContent, ContentView, office_of(connection)
    looked = sa.select(v.sha256).where(v.org_id == office)
    mine = (c.org_id == office, among(c.sha256, list(contents)), c.sha256.not_in(looked))
    return {row[0]: int(row[1]) for row in connection.execute(sa.select(c.sha256, c.size).where(*mine))}


def keep_view(reader: Reader, sha256: str, found: str | None, picture: bytes | None) -> None:
    """Note what can be seen of a content; records that have it are searched by its text from now on."""
    connection, v, f = reader.connection, ContentView, RecordFile
    mine = (v.org_id == reader.office, v.sha256 == sha256)
    if connection.execute(sa.select(v.id).where(*mine)).first() is not None:
        return
    row = {"org_id": reader.office, "id": uuid7(), "sha256": sha256, "text": found, "picture": picture}
    connection.execute(sa.insert(v), [row])
    if not found:
        return
    query = sa.select(f.entity, f.record_id).where(f.org_id == reader.office, f.sha256 == sha256)
    held: dict[str, list[bytes]] = defaultdict(list)
    for entity, record in connection.execute(query):
        held[entity].append(record.bytes)
    for entity, records in held.items():
        known = reader.registry.find(entity)
        if known is not None:
            search.mark(connection, known.table, records)


def texts(connection: sa.Connection, contents: Sequence[str]) -> dict[str, str]:
    """What is written in these contents; those without a text are absent."""
    v = ContentView
    mine = (v.org_id == office_of(connection), among(v.sha256, contents), v.text.is_not(None))
    return {row[0]: str(row[1]) for row in connection.execute(sa.select(v.sha256, v.text).where(*mine))}
