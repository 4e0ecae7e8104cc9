"""The field registry: the data dictionary that forms, tables, import, export, filters and masking are driven by.

An `Entity` lists its `Field`s once. Custom fields are further `Field`s of the same registry with an opaque key
`f_<hex>`; `Registry.with_custom` adds them. Values of a field are plain Python values by type; what can be done with them is
said by the type's `Kind` (`core/kinds`):

| type | value |
|---|---|
| TEXT LONG_TEXT URL ID_CARD CREDIT_CODE | str |
| CHOICE | str, the choice's code (or free text when the field's list is open) |
| INTEGER · NUMBER · BOOL | int · Decimal · bool |
| MONEY | int, minor units (分) of the archive's currency |
| PRICE · PERCENT | Decimal of up to 6 decimals, units of the currency · percent points (15% is 15) |
| DURATION | int, seconds |
| DATE · DATETIME | datetime.date · aware datetime in UTC |
| MONTH_DAY | `MonthDay`, its year may be unknown |
| MULTI_CHOICE | tuple of codes (or free texts when the field's list is open), in the order in which they were chosen |
| PHONES EMAILS WECHATS | tuple of `Point`, the first is the primary one |
| ADDRESSES | tuple of `Address` |
| TAGS | tuple of str |
| USER | UUID of the user |
| FILES | tuple of `File` |
| LINKS | tuple of `Link` to records of `Field.target`; at most one where the table has a column `<key>_id` |
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from app.core.choices import Choice, Meaning, PickList
from app.core.i18n import language, t
from app.errors import UserError


class FieldType(StrEnum):
    TEXT = "text"
    LONG_TEXT = "long_text"
    CHOICE = "choice"
    MULTI_CHOICE = "multi_choice"
    INTEGER = "integer"
    NUMBER = "number"
    MONEY = "money"
    PRICE = "price"
    PERCENT = "percent"
    DURATION = "duration"
    DATE = "date"
    DATETIME = "datetime"
    MONTH_DAY = "month_day"
    BOOL = "bool"
    PHONES = "phones"
    EMAILS = "emails"
    WECHATS = "wechats"
    ADDRESSES = "addresses"
    TAGS = "tags"
    USER = "user"
    LINKS = "links"
    FILES = "files"
    URL = "url"
    ID_CARD = "id_card"
    CREDIT_CODE = "credit_code"


#: how a field is searched: names also by pinyin, texts by their characters, codes by parts of them
NAMED, WORDED, CODED = "name", "text", "code"
_LEAP_YEAR = 2000
POINT_TYPES = frozenset({FieldType.PHONES, FieldType.EMAILS, FieldType.WECHATS})


class Sensitivity(StrEnum):
    """普通 / 敏感 / 仅管理."""

    NORMAL = "normal"
    SENSITIVE = "sensitive"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class MonthDay:
    """A day of the year, with its year where that is known; 29 February needs none. Raises ValueError for a day that no
    calendar has. Written as in ISO 8601 and vCard: "1985-05-12", without a year "--05-12"."""

    month: int
    day: int
    year: int | None = None

    def __post_init__(self) -> None:
        date(_LEAP_YEAR if self.year is None else self.year, self.month, self.day)

    def __str__(self) -> str:
        year = "-" if self.year is None else f"{self.year:04}"
        return f"{year}-{self.month:02}-{self.day:02}"

    @classmethod
    def of(cls, day: date) -> MonthDay:
        """The day of a date, with its year."""
        return cls(day.month, day.day, day.year)

    @classmethod
    def parse(cls, text: str) -> MonthDay:
        """What `str` wrote. Raises ValueError."""
        if text.startswith("--"):
            month, _, day = text[2:].partition("-")
            return cls(int(month), int(day))
        return cls.of(date.fromisoformat(text))

    @property
    def whole(self) -> date | None:
        """The date, where the year is known."""
        return None if self.year is None else date(self.year, self.month, self.day)

    @property
    def yearly(self) -> str:
        """The day without its year, "05-12": the same every year."""
        return f"{self.month:02}-{self.day:02}"


@dataclass(frozen=True, slots=True)
class Point:
    """One way to reach somebody. `normal` is the comparison form: E.164 digits, lower-case e-mail, WeChat id."""

    value: str
    normal: str
    label: str = ""
    extension: str = ""
    valid: bool = True
    opt_out: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address split by 行政区划; `detail` is street and number."""

    province: str = ""
    city: str = ""
    district: str = ""
    detail: str = ""
    label: str = ""

    def line(self) -> str:
        """The address on one line; a municipality is not said twice."""
        city = "" if self.city == self.province else self.city
        return f"{self.province}{city}{self.district}{self.detail}"


@dataclass(frozen=True, slots=True)
class Link:
    """A tie to another record: its id, its title when known; of a field that holds several also the role on the tie
    (职务/关系), a note, and the days since and until when it holds."""

    id: uuid.UUID
    title: str = ""
    role: str = ""
    note: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A file on a record: its name, and by what its content is found in the archive. `size` in bytes; `added_at` in UTC."""

    name: str
    sha256: str
    size: int = 0
    media_type: str = ""
    note: str = ""
    added_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Field(PickList):
    """One field of an entity. `key` is stable for ever; labels, order and widths may change. `least` and `most` bound a
    number; of amounts they are minor units. A new record that says nothing has `usual` here, or with `now` the day or moment
    at which it is made, unless it has a value in the field `unless`.

    `searchable`: how its text is found (NAMED, WORDED, CODED), "" = not at all.

    What is expected of it: `past` days have come when they are written down, `optional` ones nobody misses, and `only` =
    (choice field, meanings of its values) says which records have it at all. `holds`: what cells look like that belong here (kinds of
    `cleaning.profile`), the surest first. `there`: files must name records that are there; elsewhere links to kinds that are
    `made` by name bring them along, with their own columns of the same row where the link `brings` them. `several`: a link
    to any number of records. `apart`: amounts of different records are never added up, so that a file's fractions of a cent
    are rounded row by row. Of a pick-list: `open_choices` may hold texts beyond the list; the values of an `office` one are
    the office's own: it adds and retires them; every list can be renamed, coloured and put in order. `meanings`: what its
    values may mean; `like`: "entity.field" whose list it shares."""

    key: str
    zh: str
    en: str
    type: FieldType = FieldType.TEXT
    required: bool = False
    max_length: int = 200
    choices: tuple[Choice, ...] = ()
    meanings: tuple[Meaning, ...] = ()
    open_choices: bool = False
    sensitivity: Sensitivity = Sensitivity.NORMAL
    synonyms: tuple[str, ...] = ()
    group: str = ""
    searchable: str = ""
    sortable: bool = True
    importable: bool = True
    readonly: bool = False
    unique: bool = False
    custom: bool = False
    shown: bool = False
    width: int = 120
    help: str = ""
    target: str = ""
    least: int | None = None
    most: int | None = None
    usual: str = ""
    now: bool = False
    unless: str = ""
    past: bool = False
    optional: bool = False
    only: tuple[str, tuple[str, ...]] | None = None
    office: bool = False
    holds: tuple[str, ...] = ()
    there: bool = False
    brings: bool = False
    several: bool = False
    apart: bool = False
    like: str = ""

    @property
    def label(self) -> str:
        return self.en if language() == "en" else self.zh

    @property
    def usually(self) -> str | None:
        """The usual choice; where it is offered no more, another one that means the same."""
        known = self.choice(self.usual)
        return self.usual if known is None or not known.retired else self.first(known.meaning)

    @property
    def one(self) -> bool:
        """Whether it is a link to just one record."""
        return self.type is FieldType.LINKS and not self.several

    @property
    def editable(self) -> bool:
        return not self.readonly


@dataclass(frozen=True)
class Entity:
    """One kind of record: key in the plural (`customers`), singular table name, fields in form order.

    Who may see a record: its owner's people; and whoever sees a record it `follows` (field keys of links). A record with a
    `parent` (field key of a link) is a part of that one and has its rights. `shared` ones (pick-lists, products) are
    everybody's to see and the administrator's to change; a `picklist` of them is chosen from and no record of its own.
    `happened`: the field that says when it took place, for the customer's timeline. `titled_by`: the field whose first words
    are the title of a record without one. `origin`: the field that says where it came from.

    How it is shown: `icon`, colour token `tone`, Chinese `measure` word; `room`: the folder of its own page, if it has one;
    `sidebar`: the place of its page there, 0 = none; `made_on`: the page on which a new one is made, its own where none is
    said, with the `shortcut`; of `hits` many the palette shows the first. How files meet it: `named`, a regular expression of
    words in their names; `match`, the rules by which a row is one that is there, tried in order; `made` along where a file
    names one that is not, or `loose`: the row comes without the tie. `duplicates`: two of them may be the same one, and be
    merged. `stale`: (field, days, (choice field, meanings) or None) that should not be older. `contact`: it tells of contact
    with a customer. `service`: what customer service may do with all of them (actions of `core.access`).
    """

    key: str
    table: str
    zh: str
    en: str
    fields: tuple[Field, ...]
    title: str = "name"
    number_prefix: str = ""
    parent: str = ""
    follows: tuple[str, ...] = ()
    shared: bool = False
    happened: str = ""
    titled_by: str = ""
    groups: tuple[tuple[str, str, str], ...] = ()
    picklist: bool = False
    origin: str = ""
    icon: str = "file"
    tone: str = "gray"
    measure: str = "个"
    room: str = ""
    sidebar: int = 0
    made_on: str = ""
    shortcut: str = ""
    hits: int = 4
    named: str = ""
    match: tuple[tuple[str, ...], ...] = ()
    made: bool = False
    loose: bool = False
    duplicates: bool = False
    stale: tuple[tuple[str, int, tuple[str, tuple[str, ...]] | None], ...] = ()
    contact: bool = False
    service: tuple[str, ...] = ()
    _by_key: dict[str, Field] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._by_key.update((f.key, f) for f in self.fields)

    @property
    def label(self) -> str:
        return self.en if language() == "en" else self.zh

    @property
    def searched(self) -> bool:
        """Whether its records are found by what is typed."""
        return any(f.searchable for f in self.fields)

    @property
    def imported(self) -> bool:
        """Whether files may bring its records."""
        return any(f.importable and f.key != "external_id" for f in self.fields)

    @property
    def rules(self) -> tuple[tuple[str, ...], ...]:
        """By what a row of a file is one of its records; a rule counts only for rows that have all its fields."""
        return self.match or (("external_id",),)

    @property
    def judged(self) -> bool:
        """Whether its data has a quality: what people enter about their customers."""
        return self.imported and not self.picklist

    def find(self, key: str) -> Field | None:
        return self._by_key.get(key)

    def field(self, key: str) -> Field:
        """The field `key`; raises UserError when there is none."""
        found = self._by_key.get(key)
        if found is None:
            raise UserError(t("“{entity}”没有字段“{key}”。", entity=self.label, key=key))
        return found

    def group_label(self, group: str) -> str:
        for key, zh, en in self.groups:
            if key == group:
                return en if language() == "en" else zh
        return group


class Registry:
    """All entities by key, immutable; `with_custom` gives a new one."""

    def __init__(self, entities: Iterable[Entity]) -> None:
        self._entities = {e.key: e for e in entities}

    def entity(self, key: str) -> Entity:
        """The entity `key`; raises UserError when there is none."""
        found = self._entities.get(key)
        if found is None:
            names = ", ".join(self._entities)
            raise UserError(t("没有“{key}”这类档案。可用的有：{names}。", key=key, names=names))
        return found

    def find(self, key: str) -> Entity | None:
        return self._entities.get(key)

    def __iter__(self) -> Iterator[Entity]:
        return iter(self._entities.values())

    def keys(self) -> tuple[str, ...]:
        return tuple(self._entities)

    def hanging(self, entity: str) -> list[tuple[Entity, Field]]:
        """(kind, field): records of these kinds hang on a record of this one by a link to just one of them."""
        return [
            (kind, f)
            for kind in self
            for f in kind.fields
            if f.target == entity and not f.readonly and f.one and kind.key != entity
        ]

    def around(self, entity: str) -> set[str]:
        """The kind itself, the kinds it is tied to, and those whose records hang on it."""
        mine = {f.target for f in self.entity(entity).fields if f.target}
        return {entity, *mine, *(kind.key for kind, _ in self.hanging(entity))}

    def kinds(self, fits: Callable[[Entity], bool]) -> tuple[str, ...]:
        """The keys of the kinds of records that fit, in their order."""
        return tuple(e.key for e in self if fits(e))

    def with_choices(self, lists: Mapping[tuple[str, str], tuple[Choice, ...]]) -> Registry:
        """A registry in which these pick-lists, by (entity, field), are as given, and those that share them."""
        given = {".".join(place): values for place, values in lists.items()}

        def own(entity: Entity) -> Entity:
            found = {f.key: given.get(f.like or f"{entity.key}.{f.key}", f.choices) for f in entity.fields}
            if all(found[f.key] == f.choices for f in entity.fields):
                return entity
            return replace(entity, fields=tuple(replace(f, choices=found[f.key]) for f in entity.fields))

        return Registry(own(e) for e in self._entities.values())

    def with_custom(self, custom: Mapping[str, Iterable[Field]]) -> Registry:
        """A registry whose entities carry these custom fields after their own."""
        return Registry(
            replace(e, fields=(*(f for f in e.fields if not f.custom), *custom.get(e.key, ())))
            for e in self._entities.values()
        )


_CUSTOM_KEY = re.compile(r"^f_[0-9a-f]{6,16}$")


def is_custom_key(key: str) -> bool:
    """True for keys of custom fields: opaque, safe everywhere."""
    return bool(_CUSTOM_KEY.match(key))
