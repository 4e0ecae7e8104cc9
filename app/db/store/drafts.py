"""What is about to be written: new records as rows of stored primitives, changes of existing ones as values, and both as
`Draft`s that the behaviour of their kind looks at and completes."""

from __future__ import annotations

import uuid
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from app.core.fields import POINT_TYPES, Address, Entity, Field, FieldType, File, Link, Point
from app.core.i18n import t
from app.core.primitives import from_millis, to_millis
from app.core.records import Record
from app.db.store.layout import POINT_KINDS, Layout, from_custom, from_store, to_custom, to_store

#: (kind, value, normal, label, extension, valid, note, opt_out): one contact point as stored
PointRow = tuple[str, str, str, str, str, int, str, int]
#: the search tokens of a record, or () where they are made from what is stored
Entry = tuple[str, str, str] | tuple[()]
#: (field key, name, SHA-256, size, media type, note, milliseconds): one file as stored
FileRow = tuple[str, str, str, int, str, str, int | None]
#: (field key, linked record, role, note, since, until): one tie as stored
TieRow = tuple[str, bytes, str, str, str | None, str | None]


@dataclass(slots=True)
class NewRow:
    """A record to be.

    `columns`: field key → stored primitive (of a link to one record: its id, 16 bytes). `custom`: (field key, text,
    number). `ties`: of links to several. `derived`: column name → text. `raw`: field
    key → text of the source where the value differs from it. `entry`: search tokens without the human number, () = made
    from the stored record. `unowned`: an empty owner means nobody.
    """

    columns: dict[str, Any]
    points: list[PointRow]
    tags: tuple[str, ...] = ()
    custom: Sequence[tuple[str, str | None, int | None]] = ()
    raw: dict[str, str] | None = None
    derived: dict[str, str] | None = None
    entry: Entry = ()
    ties: Sequence[TieRow] = ()
    files: Sequence[FileRow] = ()
    addresses: Sequence[Address] = ()
    unowned: bool = False


@dataclass
class Change:
    """Different values for one existing record: field key → value (not primitive). `named`: the fields the door spoke of,
    those too whose value stays as it is."""

    record: Record
    values: dict[str, Any]
    raw: Mapping[str, str] | None = field(default=None)
    named: frozenset[str] = frozenset()


class Draft(ABC):
    """One record about to be written: what it was, what it becomes, and what speaks against it."""

    __slots__ = ("current", "ended", "entity", "id", "lacking", "notes", "problems", "unseen")

    def __init__(self, entity: Entity, record: uuid.UUID, current: Record | None) -> None:
        self.entity = entity
        self.id = record
        self.current = current
        #: field key → what is wrong, in words
        self.problems: dict[str, str] = {}
        #: fields among the problems whose linked record is not there, or not to be seen
        self.unseen: set[str] = set()
        #: field key → what is missing: a refusal, or where gaps are tolerated a remark
        self.lacking: dict[str, str] = {}
        #: whether a new record tells of something that had ended before it came here
        self.ended = False
        #: (field key, what a person should know)
        self.notes: list[tuple[str, str]] = []

    def before(self, key: str) -> Any:
        """The value as it was; None for a new record."""
        return self.current.get(key) if self.current is not None else None

    @abstractmethod
    def get(self, key: str) -> Any:
        """The value as it will be."""

    @abstractmethod
    def gives(self, key: str) -> bool:
        """Whether this write says something about the field."""

    def names(self, key: str) -> bool:
        """Whether the door spoke of the field, be it to say what it is already."""
        return self.gives(key)

    @abstractmethod
    def keys(self) -> Iterable[str]:
        """The fields this write says something about, as far as they are columns, links or custom fields."""

    @abstractmethod
    def set(self, key: str, value: Any) -> None:
        """Write this value too."""

    @abstractmethod
    def drop(self, key: str) -> None:
        """Leave the field as it is after all."""

    @abstractmethod
    def asked(self) -> dict[str, Any]:
        """What this write says so far: field key → value, or stored primitive of a new record."""

    @abstractmethod
    def says(self, key: str) -> Any:
        """What it says of a field, in the terms of `asked`."""

    def miss(self, asked: Mapping[str, Any]) -> None:
        """Note what was asked for and is not written so, where nobody has said why."""
        told = {key for key, _ in self.notes}
        for key, value in asked.items():
            if not same(self.says(key), value) and key not in told:
                self.notes.append((key, t("与这条记录的其他内容不符，没有用上。")))

    def changes(self, key: str) -> bool:
        """Whether the field will have another value than before."""
        return self.gives(key) and not same(self.before(key), self.get(key))

    def linked(self, key: str) -> uuid.UUID | None:
        """The record that a link to one record will name."""
        value = self.get(key)
        return value[0].id if value else None

    def was_linked(self, key: str) -> uuid.UUID | None:
        """The record that a link to one record named before."""
        value = self.before(key)
        return value[0].id if value else None

    def told(self) -> list[str]:
        """What a person should know of the record as it is written: what it lacks, what became of what was asked for."""
        said = (*self.lacking.items(), *self.notes)
        return [t("{field}：{text}", field=self.entity.field(key).label, text=text) for key, text in said]

    @property
    def is_new(self) -> bool:
        return self.current is None


class NewDraft(Draft):
    """A record to be, over its row."""

    __slots__ = ("_layout", "row")

    def __init__(self, layout: Layout, record: uuid.UUID, row: NewRow) -> None:
        super().__init__(layout.entity, record, None)
        self._layout = layout
        self.row = row

    def get(self, key: str) -> Any:
        known = self.entity.field(key)
        if known.type is FieldType.LINKS and self._layout.reference(key) is None:
            return tuple(link_of(tie) for tie in self.row.ties if tie[0] == key)
        if known.type is FieldType.FILES:
            return tuple(file_of(row) for row in self.row.files if row[0] == key)
        if known.custom:
            found = next((c for c in self.row.custom if c[0] == key), None)
            return from_custom(known, found[1], found[2]) if found else None
        if known.type in POINT_TYPES:
            kind = POINT_KINDS[known.type]
            return points_of(self.row.points, kind)
        if known.type is FieldType.TAGS:
            return self.row.tags
        if known.type is FieldType.ADDRESSES:
            return tuple(self.row.addresses)
        stored = self.row.columns.get(key)
        if known.type is FieldType.LINKS:
            return (Link(uuid.UUID(bytes=stored)),) if stored else None
        return from_store(known, stored)

    def gives(self, key: str) -> bool:
        return key in self.row.columns or bool(self.get(key))

    def keys(self) -> Iterable[str]:
        if not (self.row.ties or self.row.custom or self.row.files):
            return self.row.columns
        return {
            *self.row.columns,
            *(row[0] for rows in (self.row.ties, self.row.custom, self.row.files) for row in rows),
        }

    def set(self, key: str, value: Any) -> None:
        known = self.entity.field(key)
        put(self.row, self._layout, known, value)
        if known.searchable:
            self.row.entry = ()  # it was made of other words

    def drop(self, key: str) -> None:
        self.row.columns.pop(key, None)

    def asked(self) -> dict[str, Any]:
        return dict(self.row.columns)

    def says(self, key: str) -> Any:
        return self.row.columns.get(key)


class ChangeDraft(Draft):
    """Different values of a record that is there."""

    __slots__ = ("change",)

    def __init__(self, entity: Entity, change: Change) -> None:
        super().__init__(entity, change.record.id, change.record)
        self.change = change

    def get(self, key: str) -> Any:
        return self.change.values[key] if key in self.change.values else self.before(key)

    def gives(self, key: str) -> bool:
        return key in self.change.values

    def names(self, key: str) -> bool:
        return key in self.change.values or key in self.change.named

    def keys(self) -> Iterable[str]:
        return self.change.values

    def set(self, key: str, value: Any) -> None:
        self.change.values[key] = value

    def drop(self, key: str) -> None:
        self.change.values.pop(key, None)

    def asked(self) -> dict[str, Any]:
        return dict(self.change.values)

    def says(self, key: str) -> Any:
        return self.get(key)


def put(row: NewRow, layout: Layout, known: Field, value: Any) -> None:
    """Write one value (None = nothing) into a new row."""
    key = known.key
    if known.type is FieldType.LINKS and layout.reference(key) is None:
        row.ties = [t for t in row.ties if t[0] != key] + [tie_row(key, link) for link in value or ()]
    elif known.type is FieldType.FILES:
        row.files = [f for f in row.files if f[0] != key] + [file_row(key, file) for file in value or ()]
    elif known.custom:
        kept = [c for c in row.custom if c[0] != key]
        row.custom = [*kept, (key, *to_custom(known, value))] if value is not None else kept
    elif known.type in POINT_TYPES:
        kind = POINT_KINDS[known.type]
        row.points = [p for p in row.points if p[0] != kind] + [point_row(kind, p) for p in value or ()]
    elif known.type is FieldType.TAGS:
        row.tags = tuple(value or ())
    elif known.type is FieldType.ADDRESSES:
        row.addresses = tuple(value or ())
    elif known.type is FieldType.LINKS:
        row.columns[key] = value[0].id.bytes if value else None
    else:
        row.columns[key] = to_store(known, value)


def point_row(kind: str, point: Point) -> PointRow:
    """A point as stored."""
    return (
        kind, point.value, point.normal, point.label, point.extension, int(point.valid), point.note, int(point.opt_out)
    )  # fmt: skip


def tie_row(key: str, link: Link) -> TieRow:
    """A tie as stored."""
    since, until = (day.isoformat() if day else None for day in (link.since, link.until))
    return key, link.id.bytes, link.role, link.note, since, until


def link_of(tie: TieRow) -> Link:
    """The link a stored tie is, without its title."""
    since, until = (date.fromisoformat(day) if day else None for day in tie[4:])
    return Link(uuid.UUID(bytes=tie[1]), "", tie[2], tie[3], since, until)


def file_row(key: str, file: File) -> FileRow:
    """A file as stored."""
    added = to_millis(file.added_at) if file.added_at is not None else None
    return key, file.name, file.sha256, file.size, file.media_type, file.note, added


def file_of(row: FileRow) -> File:
    """The file that is stored so."""
    return File(*row[1:6], from_millis(row[6]) if row[6] is not None else None)


def points_of(rows: Iterable[PointRow], kind: str) -> tuple[Point, ...]:
    """The points of one kind among stored ones."""
    return tuple(Point(p[1], p[2], p[3], p[4], bool(p[5]), bool(p[7]), p[6]) for p in rows if p[0] == kind)


def row_of(layout: Layout, values: Mapping[str, Any]) -> NewRow:
    """A new row of field values."""
    row = NewRow({}, [])
    for key, value in values.items():
        put(row, layout, layout.entity.field(key), value)
    return row


def same(one: Any, two: Any) -> bool:
    """Whether two values of a field are the same; links are, whatever the records are called."""
    if one in (None, "", ()) or two in (None, "", ()):
        return one in (None, "", ()) and two in (None, "", ())
    if isinstance(one, tuple) and isinstance(one[0], Link) and isinstance(two, tuple):
        return [replace(x, title="") for x in one] == [replace(x, title="") for x in two]
    return bool(one == two)


def ids_of(values: Iterable[uuid.UUID | None]) -> list[uuid.UUID]:
    """The ids among these, each once, in order."""
    return list(dict.fromkeys(v for v in values if v is not None))
