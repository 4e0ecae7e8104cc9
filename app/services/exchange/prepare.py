"""File rows into rows ready to store. Runs in the reading child process, so that a second core works while the parent
writes; the same code serves preview, dry run and import. Only plain values cross the pipe.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.core.fields import POINT_TYPES, FieldType, Registry
from app.core.i18n import set_language, t
from app.core.pinyin import sort_key
from app.db.search import tokens
from app.db.store.bulk import NewRow, PointRow
from app.db.store.layout import POINT_KINDS, to_custom, to_store
from app.db.store.matching import match_key
from app.services.cleaning.names import is_company, is_person
from app.services.cleaning.text import clean_text
from app.services.cleaning.values import Problem
from app.services.exchange.convert import Converter, Options, address_parts, converter, shown
from app.services.exchange.plan import CREATE, ImportPlan
from app.services.exchange.reading.records import Batch
from app.services.exchange.targets import CONTACT, Target, holds_several, target_of

#: keeps the cells apart in `Prepared.joined`; not allowed in any text (a control character)
_JOINT = "\x1f"


@dataclass(slots=True)
class Prepared(NewRow):
    """One row of the file, understood.

    `joined`: the cells in one text (cheap to send). `links`: names of customers. `problems`: (column index, code, text,
    severity). `child`: only a further contact of the row above. `contact`: the contact given in the same row.
    `changes`: (column index, before, after) when asked to explain.
    """

    row: int = 0
    joined: str = ""
    links: tuple[str, ...] = ()
    problems: list[tuple[int, str, str, str]] | None = None
    rejected: bool = False
    child: bool = False
    contact: NewRow | None = None
    changes: list[tuple[int, str, str]] | None = None

    @property
    def cells(self) -> list[str]:
        """The row's cells as read, aligned to the plan's columns."""
        return self.joined.split(_JOINT)

    def normals(self, kind: str) -> list[str]:
        """Comparison forms of the points of one kind."""
        return [p[2] for p in self.points if p[0] == kind]


def _rebuilt(plan: ImportPlan, registry: Registry, users: dict[str, str], language: str, explain: bool) -> Preparer:
    return Preparer(plan, registry, users, language, explain=explain)


@dataclass(frozen=True, slots=True)
class _Column:
    index: int
    target: Target
    key: str
    convert: Converter
    address: bool
    contact: bool


class Preparer:
    """Turns batches of cells into `Prepared` rows. Picklable: built anew in the child from plan and registry.

    `users`: names and usernames → user id as 32 hex digits. `defaults` of the plan fill blank cells.
    """

    def __init__(
        self, plan: ImportPlan, registry: Registry, users: Mapping[str, str], language: str, *, explain: bool = False
    ) -> None:
        self._plan = plan
        self._registry = registry
        self._users = dict(users)
        self._language = language
        self._explain = explain
        self._columns: list[_Column] | None = None
        self._defaults: dict[str, Any] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (self._plan, self._registry, self._users, self._language, self._explain)

    def __call__(self, batch: Batch) -> list[Prepared]:
        """All rows of the batch, in order; none is dropped."""
        if self._columns is None:
            set_language(self._language)
            self._columns = self._build()
        return [self._row(row, cells) for row, cells in zip(batch.rows, batch.cells, strict=True)]

    def _build(self) -> list[_Column]:
        entity = self._registry.entity(self._plan.entity)
        made = []
        for index, column in enumerate(self._plan.columns):
            target = target_of(column.target, entity, self._registry) if column.target else None
            if target is None:
                continue
            options = Options(column, self._plan.region, self._plan.date1904, self._users)
            contact = target.key.startswith(CONTACT)
            key = target.key.removeprefix(CONTACT) if contact else target.key
            made.append(_Column(index, target, key, converter(target.field, options), target.key == "address", contact))
        for key, text in self._plan.defaults.items():
            found = target_of(key, entity, self._registry)
            if found is not None:
                options = Options(self._plan.columns[0], self._plan.region, self._plan.date1904, self._users)
                self._defaults[key] = (found, converter(found.field, options)(text)[0])
        return made

    # ---- one row ------------------------------------------------------------------------------------------------

    def _row(self, number: int, cells: list[str]) -> Prepared:
        made = Prepared({}, [], row=number, joined=_JOINT.join(cells))
        custom: list[tuple[str, str | None, int | None]] = []
        contact: dict[str, Any] = {}
        contact_points: list[PointRow] = []
        assert self._columns is not None
        for column in self._columns:
            cell = cells[column.index]
            if not cell:
                if self._plan.empty == "clear" and not column.contact and not column.key.startswith("new:"):
                    made.columns.setdefault(column.key, None)
                continue
            if column.address:
                self._address(made, column.index, cell)
                continue
            value, problem = column.convert(cell)
            if problem is not None:
                self._tell(made, column.index, problem)
            if value is None:
                if problem is not None:
                    self._remember(made, column, cell, "")
                continue
            if column.contact:
                self._store(column, value, contact, contact_points, custom)
            else:
                self._store(column, value, made, made.points, custom)
            self._remember(made, column, cell, shown(column.target.field, value))
        made.custom = custom
        self._finish(made, contact, contact_points)
        return made

    def _store(
        self,
        column: _Column,
        value: Any,
        place: Prepared | dict[str, Any],
        points: list[PointRow],
        custom: list[tuple[str, str | None, int | None]],
    ) -> None:
        field = column.target.field
        into = place.columns if isinstance(place, Prepared) else place
        if field.custom:
            custom.append((column.key, *to_custom(field, value)))
        elif field.type in POINT_TYPES:
            kind = POINT_KINDS[field.type]
            known = {p[2] for p in points if p[0] == kind}
            points.extend(
                (kind, p.value, p.normal, p.label, p.extension, int(p.valid), p.note)
                for p in value
                if p.normal not in known
            )
        elif field.type is FieldType.TAGS:
            assert isinstance(place, Prepared)
            place.tags = tuple(dict.fromkeys((*place.tags, *value)))
        elif field.type is FieldType.LINKS:
            assert isinstance(place, Prepared)
            place.links = value
        elif field.type is FieldType.USER:
            into[column.key] = bytes.fromhex(value)
        elif holds_several(field) and into.get(column.key):
            into[column.key] = f"{into[column.key]}\n{value}"
        else:
            into[column.key] = to_store(field, value)

    def _address(self, made: Prepared, index: int, cell: str) -> None:
        own = self._plan.targets()
        if own >= {"province", "city", "district"}:
            # a sheet that parts its addresses already (our own export does) is taken at its word
            text = clean_text(cell, keep_lines=True)
            made.columns["address"] = text[:300]
            if text != cell:
                self._show(made, index, cell, text)
                self._raw(made, "address", cell)
            return
        address, problem = address_parts(cell)
        if problem is not None:
            self._tell(made, index, problem)
        if address is None:
            return
        for key, part in (("province", address.province), ("city", address.city), ("district", address.district)):
            if part and key not in own:
                made.columns[key] = part
        detail = address.detail if not own & {"province", "city", "district"} else address.detail or cell
        if detail:
            made.columns["address"] = detail[:300]
        if detail != cell:
            self._show(
                made, index, cell, " ".join(p for p in (address.province, address.city, address.district, detail) if p)
            )
            self._raw(made, "address", cell)

    def _show(self, made: Prepared, index: int, before: str, after: str) -> None:
        if self._explain:
            if made.changes is None:
                made.changes = []
            made.changes.append((index, str(before), after))

    @staticmethod
    def _raw(made: Prepared, key: str, cell: str) -> None:
        if made.raw is None:
            made.raw = {}
        made.raw[key] = f"{made.raw[key]}；{cell}" if key in made.raw else str(cell)

    def _remember(self, made: Prepared, column: _Column, cell: str, value: str) -> None:
        if value != cell:
            self._show(made, column.index, cell, value)
            self._raw(made, (CONTACT if column.contact else "") + column.key, cell)

    def _tell(self, made: Prepared, index: int, problem: Problem) -> None:
        if made.problems is None:
            made.problems = []
        made.problems.append((index, problem.code, problem.text, problem.severity))
        if problem.severity == "error" and self._plan.bad_cells == "reject":
            made.rejected = True

    # ---- the row as a whole -------------------------------------------------------------------------------------

    def _finish(self, made: Prepared, contact: dict[str, Any], points: list[PointRow]) -> None:
        for key, (target, value) in self._defaults.items():
            if value is not None and not made.columns.get(key) and target.field.type not in POINT_TYPES:
                column = _Column(-1, target, key, lambda _cell: (None, None), False, False)
                self._store(column, value, made, made.points, list(made.custom))
        entity = self._registry.entity(self._plan.entity)
        title = entity.title
        name = made.columns.get(title)
        if not name:
            if contact.get("name") and title == "name":
                made.child = True  # a further contact of the customer above
            else:
                field = entity.field(title)
                index = next((c.index for c in self._columns or () if c.key == title), -1)
                text = t("“{field}”是空的，这是必填项", field=field.label)
                made.problems = [*(made.problems or ()), (index, "required", text, "error")]
                made.rejected = True
        if contact.get("name"):
            made.contact = _contact_of(contact, points)
        if not name:
            return
        if self._plan.entity == "customers" and "kind" not in made.columns and self._guesses_kind():
            kind = _kind_of(name, made)
            if kind:
                made.columns["kind"] = kind
        if title == "name":
            made.derived = {"name_key": sort_key(name)[:300], "match_key": match_key(name)[:100]}
        people = [made.contact.columns["name"]] if made.contact and self._plan.entity == "customers" else []
        made.entry = _entry(entity.key, made.columns, made.points, people)

    def _guesses_kind(self) -> bool:
        """A blank kind in a file that has the column may be meant for an existing record: it stays blank then."""
        return self._plan.mode == CREATE or "kind" not in self._plan.targets()


def _kind_of(name: str, made: Prepared) -> str | None:
    if is_company(name) or made.columns.get("credit_code"):
        return "company"
    return "person" if made.columns.get("id_number") or is_person(name) else None


def _contact_of(columns: dict[str, Any], points: list[PointRow]) -> NewRow:
    name = columns["name"]
    derived = {"name_key": sort_key(name)[:300], "match_key": match_key(name)[:100]}
    return NewRow(columns, points, derived=derived, entry=_entry("contacts", columns, points, []))


_NAMES = {"customers": ("name", "short_name"), "contacts": ("name",), "activities": ("subject",)}
_TEXTS = {"customers": ("address", "remark", "city"), "contacts": ("title", "remark"), "activities": ("body",)}
_CODES = ("credit_code", "external_id")


def _entry(
    entity: str, columns: Mapping[str, Any], points: list[PointRow], people: list[str]
) -> tuple[str, str, str, str]:
    """The search tokens of a new record; its human number is added when it is given one."""
    names = [columns[k] for k in _NAMES[entity] if columns.get(k)] + people
    texts = [columns[k] for k in _TEXTS[entity] if columns.get(k)]
    codes = [columns[k] for k in _CODES if columns.get(k)]
    for point in points:
        codes.append(point[1])
        if point[2] not in (point[1], f"+{point[1]}"):
            codes.append(point[2])
    return tokens(names, texts, codes)
