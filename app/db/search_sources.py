"""What of each kind of record is searched, as the registry says: for triggers, index and import.

An archive notes what its index was made of (`mark_sources`); where that is not what stands here, the index of that table is
made anew at the next opening (`app.db.search.freshen`). The order of the columns is nobody's business.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.core.dictionary import BUILT_IN
from app.core.fields import CODED, NAMED, POINT_TYPES, WORDED, Entity, FieldType

#: raised when an entry is made otherwise of the same columns: other tokens, other records that are found along
FORM = 1
_SETTING = "search_sources"


@dataclass(frozen=True)
class Sources:
    """Columns of a table by how they are searched: names also by pinyin, free texts by their characters, codes by parts.

    `points`: phones, e-mails and WeChat ids of the record are searched as codes; `files`: names and texts of its files as free texts.
    `people`: the record is found by its people's names and points. `kind`: the kind of record.
    """

    kind: str
    names: tuple[str, ...]
    texts: tuple[str, ...] = ()
    codes: tuple[str, ...] = ("external_id",)
    points: bool = False
    files: bool = False
    people: bool = False

    @property
    def mark(self) -> str:
        """What an archive notes of an index made of these. Files came to archives that had none: no entry changed."""
        columns = (" ".join(sorted(part)) for part in (self.names, self.texts, self.codes))
        return "|".join((str(FORM), *columns, "points" if self.points else "", *(["people"] if self.people else [])))


def _sources(entity: Entity) -> Sources:
    apart = {*POINT_TYPES, FieldType.FILES}

    def named(how: str) -> tuple[str, ...]:
        return tuple(f.key for f in entity.fields if f.searchable == how and f.type not in apart)

    points = any(f.searchable and f.type in POINT_TYPES for f in entity.fields)
    files = any(f.searchable and f.type is FieldType.FILES for f in entity.fields)
    return Sources(entity.key, named(NAMED), named(WORDED), named(CODED), points, files, entity.key == "customers")


#: table → what is searched; kinds that are not here are searched in their title only
SEARCHED: dict[str, Sources] = {e.table: _sources(e) for e in BUILT_IN if e.searched}

#: tables whose records may be merged into each other: an alias is searched under its survivor
MERGEABLE = tuple(e.table for e in BUILT_IN if e.duplicates)


def child_marks() -> Iterator[tuple[str, str, str]]:
    """(table of children, table of their record, its kind) where a record is found by its children."""
    for table, sources in SEARCHED.items():
        if sources.points:
            yield "contact_point", table, sources.kind
        if sources.files:
            yield "record_file", table, sources.kind


def noted_sources(connection: sa.Connection) -> dict[str, str]:
    """Table → what its index was made of, as the archive notes it; empty where it notes nothing."""
    setting, mine = _ours(connection)
    found = connection.execute(sa.select(setting.value).where(mine)).scalar() or {}
    return {
        table: "|".join(" ".join(sorted(part.split())) for part in mark.split("|")) for table, mark in found.items()
    }


def mark_sources(connection: sa.Connection, tables: Iterable[str]) -> None:
    """Note that the index of these tables is made of what stands here today."""
    noted = noted_sources(connection) | {table: SEARCHED[table].mark for table in tables}
    setting, mine = _ours(connection)
    if connection.execute(sa.update(setting).where(mine).values(value=noted)).rowcount == 0:
        connection.execute(sa.insert(setting), [{"key": _SETTING, "value": noted}])


def outdated_tables(connection: sa.Connection) -> list[str]:
    """The tables whose index was made of something else than it would be today."""
    noted = noted_sources(connection)
    return [table for table, sources in SEARCHED.items() if noted.get(table) != sources.mark]


def _ours(connection: sa.Connection) -> tuple[Any, sa.ColumnElement[bool]]:
    from app.models import Setting
    from app.models.base import office_in

    office = office_in(connection.get_execution_options())
    return Setting, sa.and_(Setting.org_id == office, Setting.key == _SETTING)
