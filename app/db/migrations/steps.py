"""The words revisions are written in, over Alembic's operations.

A stored archive depends on what they do, so they keep meaning what they mean: a new word may be added, an old one is not
changed. Nothing here or in a revision reads the models, the registry or the list of what is searched: those are today's,
and a revision speaks of its own day. What only SQLite has (row numbers, full-text tables) says so in its name.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic.operations import Operations
from sqlalchemy.dialects import postgresql

LIVE = "deleted_at IS NULL"
_ID = sa.LargeBinary(16).with_variant(postgresql.UUID(as_uuid=True), "postgresql")
_MOMENT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")
Part = sa.Column[Any] | sa.Constraint


class _SqliteRowNumber(sa.types.UserDefinedType[int]):
    """The table's own key on SQLite: a column like any other to Alembic, so that a rebuilt table keeps its numbers."""

    cache_ok = True

    def get_col_spec(self, **_kw: object) -> str:
        return "INTEGER PRIMARY KEY"


# ---- columns ----------------------------------------------------------------------------------------------------------


def _column(name: str, kind: Any, null: bool) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=null)


def text(name: str, size: int, *, null: bool = True) -> sa.Column[Any]:
    """At most `size` characters."""
    return _column(name, sa.String(size), null)


def note(name: str, *, null: bool = True) -> sa.Column[Any]:
    """Text of any length."""
    return _column(name, sa.Text(), null)


def key(name: str, *, null: bool = True) -> sa.Column[Any]:
    """The id of a record: 16 bytes, a uuid on PostgreSQL."""
    return _column(name, _ID, null)


def moment(name: str, *, null: bool = True) -> sa.Column[Any]:
    """A point in time: milliseconds since 1970, a timestamp on PostgreSQL."""
    return _column(name, _MOMENT, null)


def day(name: str, *, null: bool = True) -> sa.Column[Any]:
    """A date."""
    return _column(name, sa.Date(), null)


def whole(name: str, *, null: bool = True) -> sa.Column[Any]:
    """A small whole number."""
    return _column(name, sa.Integer(), null)


def big(name: str, *, null: bool = True) -> sa.Column[Any]:
    """A whole number of 64 bits: minor units of money, millionths, bytes."""
    return _column(name, sa.BigInteger(), null)


def real(name: str, *, null: bool = True) -> sa.Column[Any]:
    """A floating-point number."""
    return _column(name, sa.Float(), null)


def flag(name: str, *, null: bool = True) -> sa.Column[Any]:
    """Yes or no."""
    return _column(name, sa.Boolean(), null)


def json(name: str, *, null: bool = True) -> sa.Column[Any]:
    """A JSON document."""
    return _column(name, sa.JSON(), null)


def blob(name: str, *, null: bool = True) -> sa.Column[Any]:
    """Bytes."""
    return _column(name, sa.LargeBinary(), null)


def named() -> tuple[Part, ...]:
    """A title with its place among Chinese names and its form for comparison."""
    return text("name", 200), text("name_key", 400, null=False), text("match_key", 200, null=False)


# ---- constraints, tables, indexes -------------------------------------------------------------------------------------


def unique(*columns: str) -> sa.UniqueConstraint:
    """One row of an office has these values."""
    return sa.UniqueConstraint("org_id", *columns)


def refers(column: str, target: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    """`(org_id, column)` → `target(org_id, id)`. Without a name: constraints of one name are one to Alembic's rebuild."""
    return sa.ForeignKeyConstraint(["org_id", column], [f"{target}.org_id", f"{target}.id"], ondelete=ondelete)


def _parts(op: Operations, parts: tuple[Part, ...], edited: bool, part: bool) -> list[Part]:
    sqlite = op.get_context().dialect.name == "sqlite"
    columns: list[Part] = [sa.Column("rid", _SqliteRowNumber())] if sqlite else []
    columns += (p for p in parts if isinstance(p, sa.Column))
    if edited:
        columns += [whole("version", null=False), moment("created_at", null=False), moment("updated_at", null=False)]
        columns.append(moment("deleted_at"))
    columns += [sa.Column("org_id", sa.SmallInteger(), nullable=False), key("id", null=False)]
    constraints: list[Part] = [p for p in parts if isinstance(p, sa.Constraint)]
    if not sqlite:
        constraints.append(sa.PrimaryKeyConstraint("org_id", "id"))
    elif not part:
        constraints.append(sa.UniqueConstraint("org_id", "id"))
    return [*columns, *constraints]


def table(op: Operations, name: str, *parts: Part, edited: bool = False, part: bool = False) -> None:
    """Make a table with the key every table has. `edited`: with version, times and recycle bin; `part`: its rows belong to
    other rows and are not looked up by their own id."""
    op.create_table(name, *_parts(op, parts, edited, part))


def standing(op: Operations, name: str, *parts: Part, edited: bool = False, part: bool = False) -> sa.Table:
    """The table as it stands before a rebuild, for `batch_alter_table(copy_from=…)`: what reflection reads is not enough,
    it takes foreign keys of one name for one. Its indexes are made again by whoever rebuilds it (`index`)."""
    return sa.Table(name, sa.MetaData(), *_parts(op, parts, edited, part))


def index(op: Operations, table_name: str, name: str, *columns: str, unique: bool = False, where: str = "") -> None:
    """An index within an office, of the rows `where` is true for."""
    some = sa.text(where) if where else None
    op.create_index(name, table_name, ["org_id", *columns], unique=unique, sqlite_where=some, postgresql_where=some)


def given(column: str) -> str:
    """The condition of an index of those rows that have a value."""
    return f"{column} IS NOT NULL"


def columns_of(op: Operations, name: str) -> set[str]:
    """The names of a table's columns as it stands."""
    return {str(c["name"]) for c in sa.inspect(op.get_bind()).get_columns(name)}


def sqlite_search_index(op: Operations, *tables: str) -> None:
    """The full-text index of each table and the list of rows whose entry is stale. Triggers are the runner's work."""
    for name in tables:
        op.execute(
            f"CREATE VIRTUAL TABLE {name}_search USING fts5("
            "han, py, gram, content='', contentless_delete=1, tokenize='ascii')"
        )
        op.execute(f"INSERT INTO {name}_search({name}_search, rank) VALUES('pgsz', 3900)")
        op.execute(f"CREATE TABLE {name}_dirty(rid INTEGER PRIMARY KEY)")
