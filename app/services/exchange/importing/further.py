"""Rows that say more of a record which an earlier row of the file made: a further contact of a customer, a further item of an
order. What they say of the record itself fills what it lacks, is added to its lists and texts, or is told cell by cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.core.fields import Entity, FieldType
from app.core.kinds import kind_of
from app.core.records import Record
from app.db.store.drafts import Change, NewRow
from app.services.exchange.cells.shown import cell_text
from app.services.exchange.importing.differences import difference
from app.services.exchange.importing.prepare import Prepared
from app.services.exchange.mapping.plan import ImportPlan
from app.services.exchange.mapping.targets import CONTACT, CUSTOMER, LINE

_ADDRESS = frozenset({"province", "city", "district"})


@dataclass(frozen=True)
class Clash:
    """A cell that says something else than the record has: its column, and what stands there, in words."""

    column: int
    there: str


class Further:
    """What the rows of one plan say of a record that is there. `apart`: fields that are worked out from all rows; `beside`:
    the targets of a record that stands beside the row's own."""

    def __init__(self, plan: ImportPlan, entity: Entity, apart: frozenset[str] = frozenset(), beside: str = "") -> None:
        self._plan, self._entity, self._apart = replace(plan, lists="add"), entity, apart
        others = tuple(prefix for prefix in (CONTACT, CUSTOMER, LINE) if prefix != beside)
        self._at = {
            column.target.removeprefix(beside): index
            for index, column in enumerate(plan.columns)
            if column.target and column.target.startswith(beside) and not column.target.startswith(others)
        }

    def blend(self, parent: NewRow, row: NewRow, cells: Sequence[str]) -> list[Clash]:
        """Add what the row says to one that is still to be written, which stands in these cells."""
        clashes = [
            Clash(index, cells[index] if index >= 0 else "")
            for key in (*self._columns(parent, row), *self._links(parent, row), *self._custom(parent, row))
            for index in (self._column(key),)
        ]
        known = {(point[0], point[2]) for point in parent.points}
        parent.points.extend(point for point in row.points if (point[0], point[2]) not in known)
        parent.tags = tuple(dict.fromkeys((*parent.tags, *row.tags)))
        if isinstance(row, Prepared) and row.kept:  # the parent's own stand among its remarks already
            parent.columns["remark"] = _joined(str(parent.columns.get("remark") or ""), "\n".join(row.kept)).strip()
        parent.raw = {**(row.raw or {}), **(parent.raw or {})} or None
        parent.entry = ()  # made anew from what is stored
        return clashes

    def change(self, record: Record, row: Prepared) -> tuple[Change | None, list[Clash]]:
        """What the row adds to a stored record."""
        found = difference(self._entity, self._plan, record, row)
        values: dict[str, Any] = {}
        if row.kept and self._entity.find("remark"):
            values["remark"] = _joined(str(record.get("remark") or ""), "\n".join(row.kept)).strip()
        if found is None:
            found = Change(record, {}, row.raw)
        clashes = []
        for key, value in found.values.items():
            there, field = record.get(key), self._entity.field(key)
            if key in self._apart or value is None:
                continue
            if there in (None, "", ()) or (kind_of(field).several and field.type is not FieldType.MULTI_CHOICE):
                values[key] = value
            elif field.type is FieldType.LONG_TEXT:
                values[key] = _joined(str(values.get(key, there)), str(value))
            else:
                clashes.append(Clash(self._column(key), cell_text(field, there, str)))
        return (replace(found, values=values, named=frozenset(values)) if values else None), clashes

    def _columns(self, parent: NewRow, row: NewRow) -> Iterator[str]:
        """Fill what is empty; the keys of what differs."""
        guessed = isinstance(row, Prepared) and row.guessed
        for key, value in row.columns.items():
            field = self._entity.find(key)
            if value is None or key in self._apart or field is None or self._column(key) < 0:
                continue
            there = parent.columns.get(key)
            if there is None:
                parent.columns[key] = value
            elif field.type is FieldType.LONG_TEXT:
                parent.columns[key] = _joined(str(there), str(value))
            elif there != value and not (guessed and key == self._entity.title):
                yield key

    def _links(self, parent: NewRow, row: NewRow) -> Iterator[str]:
        if not isinstance(parent, Prepared) or not isinstance(row, Prepared):
            return
        for key, texts in row.links.items():
            there = parent.links.get(key)
            if not there:
                parent.links[key] = texts
            elif not self._entity.field(key).one:
                parent.links[key] = tuple(dict.fromkeys((*there, *texts)))
            elif not set(texts) & set(there):
                yield key

    @staticmethod
    def _custom(parent: NewRow, row: NewRow) -> Iterator[str]:
        there = {key: (text, number) for key, text, number in parent.custom}
        for key, text, number in row.custom:
            if key not in there:
                parent.custom = [*parent.custom, (key, text, number)]
            elif there[key] != (text, number):
                yield key

    def _column(self, key: str) -> int:
        return self._at.get(key, self._at.get("address", -1) if key in _ADDRESS else -1)


def _joined(there: str, more: str) -> str:
    """A text with further lines behind it, none twice."""
    lines = there.split("\n")
    return "\n".join((*lines, *(line for line in more.split("\n") if line not in lines)))


@dataclass
class Named:
    """A customer this import made: the row that is still to be written, or the record; what tells it from others."""

    of: Prepared | bytes
    marks: Mapping[str, Any]

    def is_another(self, row: Prepared) -> bool:
        """Whether the row has a number or code of its own that is a different one."""
        return any(
            row.columns.get(key) and self.marks.get(key) and row.columns[key] != self.marks[key] for key in self.marks
        )


#: a customer with another one of these is another customer, whatever its name
MARKS = ("external_id", "number", "credit_code", "id_number")


def named(row: Prepared) -> Named:
    """What is remembered of a row that makes a customer."""
    return Named(row, {key: row.columns.get(key) for key in MARKS})
