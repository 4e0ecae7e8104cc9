"""The words of SQL that the engines spell differently, as SQLAlchemy expressions; `sqlite` and `postgres` spell them.

Each is compiled by the engine the statement runs on, so that a query is written once.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from app.models.base import Moment, Scaled, Several, Uuid, Yearly

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Ints = npt.NDArray[np.int64]

_ESCAPE = "/"


class Word(FunctionElement[Any]):
    """A word of SQL over its arguments."""

    inherit_cache = True


def spell(engine: str, word: type[Word], text: str) -> None:
    """How an engine spells a word; `text` with one {} for the arguments."""

    @compiles(word, engine)
    def _spelt(element: Word, compiler: Any, **kw: Any) -> str:
        return text.format(compiler.process(element.clauses, **kw))


class Test(Word):
    """A word that is a condition: no engine needs it compared with a truth value, and SQLite's planner cannot look through
    such a comparison."""

    type = sa.Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> Any:
        return self


# ---- lists as one parameter ------------------------------------------------------------------------------------------


class _List(sa.types.TypeDecorator[Any]):
    """Many values as one parameter: an array of `of`, or JSON."""

    impl = sa.String
    cache_ok = True
    of: Any = sa.Text()

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        return dialect.type_descriptor(postgresql.ARRAY(self.of) if _arrays(dialect) else sa.String())

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        return self.array(value or ()) if _arrays(dialect) else json.dumps(self.digits(value or ()))

    def array(self, values: Iterable[Any]) -> list[Any]:
        """The values as the array holds them."""
        return [str(value) for value in values]

    def digits(self, values: Iterable[Any]) -> list[Any]:
        """The values as JSON holds them."""
        return self.array(values)


class Ids(_List):
    """Ids (uuid.UUID or 16 bytes); in JSON their digits."""

    cache_ok = True
    of = postgresql.UUID()

    def array(self, values: Iterable[Any]) -> list[Any]:
        return [uuid.UUID(bytes=key) if isinstance(key, bytes) else key for key in values]

    def digits(self, values: Iterable[Any]) -> list[Any]:
        return [(key if isinstance(key, bytes) else key.bytes).hex() for key in values]


class Whole(_List):
    """Whole numbers."""

    cache_ok = True
    of = sa.BigInteger()

    def array(self, values: Iterable[Any]) -> list[Any]:
        return [int(number) for number in values]


class Texts(_List):
    """Texts."""

    cache_ok = True


def _arrays(dialect: sa.Dialect) -> bool:
    return dialect.name == "postgresql"


class Among(Test):
    """(column, list as one parameter): whether the column's value is in the list."""

    name = "among"
    inherit_cache = True


def among(column: Any, values: Iterable[Any] | sa.BindParameter[Any]) -> sa.ColumnElement[bool]:
    """`column IN values` with one parameter whatever the number: ids (UUID or bytes), whole numbers or texts. `values` may
    be the parameter, of a query that is kept."""
    kind = column.type
    of: Any = Ids() if isinstance(kind, Uuid) else Whole() if isinstance(kind, sa.Integer) else Texts()
    if isinstance(values, sa.BindParameter):
        return Among(column, sa.bindparam(values.key, type_=of))
    return Among(column, sa.bindparam(None, list(values), type_=of))


# ---- texts -----------------------------------------------------------------------------------------------------------


class Like(Test):
    """(column, pattern): LIKE that takes A and a for the same, but no letters beyond ASCII."""

    name = "like"
    inherit_cache = True


def _literal(text: str) -> str:
    for sign in (_ESCAPE, "%", "_"):
        text = text.replace(sign, _ESCAPE + sign)
    return text


def contains(column: Any, text: str) -> sa.ColumnElement[bool]:
    """Whether the column's text contains this one."""
    return Like(column, sa.literal(f"%{_literal(text)}%", sa.Text()))


def starts(column: Any, text: str) -> sa.ColumnElement[bool]:
    """Whether the column's text begins so."""
    return Like(column, sa.literal(f"{_literal(text)}%", sa.Text()))


def ends(column: Any, text: str) -> sa.ColumnElement[bool]:
    """Whether the column's text ends so."""
    return Like(column, sa.literal(f"%{_literal(text)}", sa.Text()))


class Holds(Test):
    """(column, text): whether the column's text has exactly this one in it."""

    name = "holds"
    inherit_cache = True


def holds(column: Any, text: str) -> sa.ColumnElement[bool]:
    """Whether the column's text contains exactly this one, its case too."""
    return Holds(column, sa.literal(text, sa.Text()))


# ---- stored primitives -----------------------------------------------------------------------------------------------


class IdBytes(Word):
    """An id as its 16 bytes."""

    type = sa.LargeBinary()
    name = "id_bytes"
    inherit_cache = True


class IsoDay(Word):
    """A day as ISO text."""

    type = sa.String()
    name = "iso_day"
    inherit_cache = True


class ZeroOne(Word):
    """A truth value as 0 or 1."""

    type = sa.BigInteger()
    name = "zero_one"
    inherit_cache = True


class CompactDay(Word):
    """A day as the digits 20250317."""

    type = sa.String()
    name = "compact_day"
    inherit_cache = True


def primitive(column: Any) -> Any:
    """The column as a stored primitive, without a Python object per row."""
    kind = column.type
    if isinstance(kind, Uuid):
        return IdBytes(column)
    if isinstance(kind, sa.Date):
        return IsoDay(column)
    if isinstance(kind, sa.Boolean):
        return ZeroOne(column)
    if isinstance(kind, Yearly | Several):
        return sa.type_coerce(column, sa.Text)
    return sa.type_coerce(column, sa.BigInteger) if isinstance(kind, Moment | Scaled) else column


def compact_day(column: Any) -> Any:
    """A date column as the digits 20250317."""
    return CompactDay(column)


class Apart(Word):
    """A column to sort by after the rows were found: an index in its order would be walked to its end, row by row at random
    places of the file."""

    name = "apart"
    inherit_cache = True

    def __init__(self, column: Any) -> None:
        super().__init__(column)
        self.type = column.type


# ---- many rows at once -----------------------------------------------------------------------------------------------


class Numbers(Word):
    """Whole numbers as one text "1,2,3"; none of them may be NULL."""

    type = sa.String()
    name = "numbers"
    inherit_cache = True


class Joined(Word):
    """The texts of all rows as one, with commas between them."""

    type = sa.String()
    name = "joined"
    inherit_cache = True


class Total(Word):
    """The sum of whole numbers as a whole number; NULL of nothing."""

    type = sa.BigInteger()
    name = "total"
    inherit_cache = True


class _Numbers(sa.types.TypeDecorator[Any]):
    """Many whole numbers: digits with commas between them, or eight bytes each."""

    impl = sa.types.NullType
    cache_ok = True

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Ints:
        import numpy as np

        if not value:
            return np.zeros(0, dtype=np.int64)
        if isinstance(value, str):
            return np.fromstring(value, dtype=np.int64, sep=",")
        return np.frombuffer(value, dtype=">i8").astype(np.int64)


class _IdList(sa.types.TypeDecorator[Any]):
    """Many ids: hexadecimal digits, or the bytes themselves."""

    impl = sa.types.NullType
    cache_ok = True

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> bytes:
        if not value:
            return b""
        return bytes.fromhex(value.replace(",", "")) if isinstance(value, str) else bytes(value)


class PackedNumbers(Word):
    """A whole-number column of all rows, in their order, as one int64 array."""

    type = _Numbers()
    name = "packed_numbers"
    inherit_cache = True


class PackedIds(Word):
    """The ids of all rows, in their order, 16 bytes each."""

    type = _IdList()
    name = "packed_ids"
    inherit_cache = True


class PackedOnce(Word):
    """The different ids of all rows, 16 bytes each, in no particular order."""

    type = _IdList()
    name = "packed_once"
    inherit_cache = True
