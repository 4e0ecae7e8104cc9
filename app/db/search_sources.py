"""What of each kind of record is searched: the one list for triggers, index and import.

An archive notes what its index was made of (`mark_sources`); where that is not what stands here, the index of that table is
made anew at the next opening (`app.db.search.freshen`). A field with `searchable=True` in the registry is one of these
columns and the other way round; a test compares both.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.core.dictionary import BUILT_IN

#: raised when an entry is made otherwise of the same columns: other tokens, other records that are found along
FORM = 1
_SETTING = "search_sources"


@dataclass(frozen=True)
class Sources:
    """Columns of a table by how they are searched: names also by pinyin, free texts by their characters, codes by parts.

    `points`: phones, e-mails and WeChat ids of the record are searched as codes.
    """

    names: tuple[str, ...]
    texts: tuple[str, ...] = ()
    codes: tuple[str, ...] = ("external_id",)
    points: bool = False

    @property
    def mark(self) -> str:
        """What an archive notes of an index made of these."""
        columns = (" ".join(part) for part in (self.names, self.texts, self.codes))
        return "|".join((str(FORM), *columns, "points" if self.points else ""))


#: table → what is searched; entities that are not here are searched in their title only
SEARCHED: dict[str, Sources] = {
    "customer": Sources(
        ("name", "short_name"), ("address", "remark", "city"), ("number", "credit_code", "external_id"), points=True
    ),
    "contact": Sources(("name",), ("title", "remark"), ("number", "external_id"), points=True),
    "activity": Sources(("subject",), ("body",)),
    "lead": Sources(("name", "company"), ("address", "remark", "city"), ("number", "external_id"), points=True),
    "deal": Sources(("name",), ("remark",), ("number", "external_id")),
    "product": Sources(("name",), ("remark",), ("code", "external_id")),
    "ticket": Sources(("subject", "requester"), ("snippet",), ("number", "requester_email", "external_id")),
    "ticket_message": Sources(("subject", "author"), ("body",), ("author_email", "external_id")),
    "reply_template": Sources(("name",), ("body",)),
    "sales_order": Sources(("name",), ("remark",), ("number", "external_id")),
}

#: tables whose records may be merged into each other: an alias is searched under its survivor
MERGEABLE = tuple(e.table for e in BUILT_IN if e.duplicates)


def noted_sources(connection: sa.Connection) -> dict[str, str]:
    """Table → what its index was made of, as the archive notes it; empty where it notes nothing."""
    setting, mine = _ours(connection)
    found = connection.execute(sa.select(setting.value).where(mine)).scalar()
    return dict(found) if found else {}


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
