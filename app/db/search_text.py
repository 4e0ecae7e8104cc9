"""What of a record goes into its search entry: names (also by pinyin), free text, codes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from app.db.dialect import Entry, office_of
from app.db.dialect.expressions import IdBytes, among
from app.db.search_sources import MERGEABLE, SEARCHED, Sources
from app.models import Base, Contact, ContactPoint, ContentView, RecordFile, Tie

#: so many characters of a file's text are searched
MOST_TEXT = 100_000


def entry_rows(connection: sa.Connection, table: str, rids: Sequence[int]) -> list[Entry]:
    """(rid, han, py, gram) for those of `rids` that are live; deleted rows get no entry."""
    from app.db.search_tokens import tokens

    sources = SEARCHED[table]
    sizes = [len(sources.names), len(sources.texts)]
    rows = connection.execute(_records(table, sources), {"wanted": rids}).all()
    ids = [bytes(row[1]) for row in rows]
    mine = {"wanted": ids, "office": office_of(connection)}
    points = _grouped(connection.execute(_points(), mine)) if ids and sources.points else {}
    files = _grouped(connection.execute(_files(), mine)) if ids and sources.files else {}
    people = _grouped(connection.execute(_people(), mine)) if ids and sources.people else {}
    reached = _grouped(connection.execute(_people_points(), mine)) if ids and sources.people else {}
    aliases = _aliases(connection, table, mine) if ids and table in MERGEABLE else {}
    first, second = 2 + sizes[0], 2 + sizes[0] + sizes[1]
    made = []
    for key, row in zip(ids, rows, strict=True):
        names, codes = aliases.get(key, ([], []))
        called = [v for v in row[2:first] if v] + people.get(key, []) + names
        free = [v for v in row[first:second] if v] + files.get(key, [])
        coded = [v for v in row[second:] if v] + points.get(key, []) + codes + reached.get(key, [])
        made.append((row[0], *tokens(called, free, coded)))
    return made


def _aliases(
    connection: sa.Connection, table: str, mine: Mapping[str, Any]
) -> dict[bytes, tuple[list[str], list[str]]]:
    """(names, codes) of the records that were merged into these: who looks for the old name finds the survivor."""
    found: dict[bytes, tuple[list[str], list[str]]] = {}
    count = len(SEARCHED[table].names)
    for key, *values in connection.execute(_merged(table, SEARCHED[table]), mine):
        names, codes = found.setdefault(bytes(key), ([], []))
        names.extend(v for v in values[:count] if v)
        codes.extend(v for v in values[count:] if v)
    return found


def _grouped(rows: Any) -> dict[bytes, list[str]]:
    found: dict[bytes, list[str]] = defaultdict(list)
    for key, text in rows:
        found[bytes(key)].append(text)
    return found


# ---- the queries, made once: they run before every commit -------------------------------------------------------------

_OFFICE: Any = sa.bindparam("office", type_=sa.SmallInteger)


@cache
def _records(table: str, sources: Sources) -> sa.Select[Any]:
    c = Base.metadata.tables[table].c
    rid: Any = sa.literal_column(f"{table}.rid", sa.BigInteger)
    query = sa.select(rid, IdBytes(c.id), *(c[name] for name in (*sources.names, *sources.texts, *sources.codes)))
    return query.where(among(rid, sa.bindparam("wanted")), c.deleted_at.is_(None))


@cache
def _merged(table: str, sources: Sources) -> sa.Select[Any]:
    c = Base.metadata.tables[table].c
    query = sa.select(IdBytes(c.merged_into_id), *(c[name] for name in (*sources.names, *sources.codes)))
    return query.where(c.org_id == _OFFICE, among(c.merged_into_id, sa.bindparam("wanted")))


@cache
def _points() -> sa.Select[Any]:
    c = ContactPoint.__table__.c
    query = sa.select(IdBytes(c.record_id), c.normal)
    return query.where(c.org_id == _OFFICE, among(c.record_id, sa.bindparam("wanted")))


@cache
def _files() -> sa.Select[Any]:
    """The names of files, and what is written in them."""
    f, view = RecordFile.__table__.c, ContentView.__table__.c
    joined = sa.and_(view.org_id == f.org_id, view.sha256 == f.sha256)
    said = f.name + sa.func.coalesce(sa.literal(" ") + sa.func.substr(view.text, 1, MOST_TEXT), "")
    return (
        sa.select(IdBytes(f.record_id), said)
        .select_from(RecordFile.__table__.outerjoin(ContentView.__table__, joined))
        .where(f.org_id == _OFFICE, among(f.record_id, sa.bindparam("wanted")))
        .order_by(f.position)
    )


@cache
def _people() -> sa.Select[Any]:
    k, c = Tie.__table__.c, Contact.__table__.c
    joined = sa.and_(c.org_id == k.org_id, c.id == k.record_id, c.deleted_at.is_(None))
    return (
        sa.select(IdBytes(k.target_id), c.name)
        .select_from(Tie.__table__.join(Contact.__table__, joined))
        .where(k.org_id == _OFFICE, k.entity == "contacts", k.field == "customers")
        .where(among(k.target_id, sa.bindparam("wanted")))
        .order_by(k.position)
    )


@cache
def _people_points() -> sa.Select[Any]:
    """The phones, e-mails and WeChat ids of the people of a customer."""
    k, c, p = Tie.__table__.c, Contact.__table__.c, ContactPoint.__table__.c
    joined = sa.and_(c.org_id == k.org_id, c.id == k.record_id, c.deleted_at.is_(None))
    theirs = sa.and_(p.org_id == k.org_id, p.record_id == k.record_id)
    return (
        sa.select(IdBytes(k.target_id), p.normal)
        .select_from(Tie.__table__.join(Contact.__table__, joined).join(ContactPoint.__table__, theirs))
        .where(k.org_id == _OFFICE, k.entity == "contacts", k.field == "customers")
        .where(among(k.target_id, sa.bindparam("wanted")))
    )
