"""File rows into rows ready to store. Runs in the reading child process, so that a second core works while the parent
writes; the same code serves preview, dry run and import. Only plain values cross the pipe.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.core.fields import POINT_TYPES, Entity, Field, FieldType, Registry
from app.core.i18n import set_language, t
from app.core.kinds import kind_of
from app.core.pinyin import sort_key
from app.db.search_sources import SEARCHED
from app.db.search_tokens import tokens
from app.db.store.drafts import Entry, NewRow, PointRow
from app.db.store.layout import custom_columns
from app.db.store.matching import match_key
from app.db.store.usual import first_words
from app.services.cleaning.names import is_company, is_person
from app.services.cleaning.text import clean_text
from app.services.cleaning.values import Problem
from app.services.exchange.cells.column import UNKNOWN_CHOICE
from app.services.exchange.cells.convert import Stored, address_parts, storing
from app.services.exchange.cells.options import Options
from app.services.exchange.cells.people import name_and_phone
from app.services.exchange.files.records import Batch
from app.services.exchange.mapping.plan import CREATE, UPDATE, ImportPlan
from app.services.exchange.mapping.targets import CONTACT, CUSTOMER, LINE, Target, target_of

#: keeps the cells apart in `Prepared.joined`; not allowed in any text (a control character)
_JOINT = "\x1f"
_LONGEST_REMARK = 10_000
_HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(slots=True)
class Prepared(NewRow):
    """One row of the file, understood.

    `joined`: the cells in one text (cheap to send). `links`: field key → texts that name linked records. `problems`: (column index, code, text,
    severity). `child`: only a further contact of the row above. `contact`, `customer`, `line`: what the same row gives
    besides its own record. `kept`: what could not be understood or was too long, in the words of the file, for the
    remarks of a new record. `guessed`: its title is taken from another column. `also`: fields that follow from its cells
    though no column is theirs. `missing`: problems that keep it from becoming a new record, not from changing one.
    `words`: (column index, word) that pick-lists have not got. `changes`: (column index, before, after) when asked to explain.
    """

    row: int = 0
    joined: str = ""
    links: dict[str, tuple[str, ...]] = field(default_factory=dict)
    problems: list[tuple[int, str, str, str]] | None = None
    rejected: bool = False
    child: bool = False
    contact: NewRow | None = None
    customer: NewRow | None = None
    line: NewRow | None = None
    changes: list[tuple[int, str, str]] | None = None
    kept: list[str] | None = None
    guessed: bool = False
    also: tuple[str, ...] = ()
    words: tuple[tuple[int, str], ...] = ()
    missing: list[tuple[int, str, str, str]] | None = None

    @property
    def cells(self) -> list[str]:
        """The row's cells as read, aligned to the plan's columns."""
        return self.joined.split(_JOINT)

    def normals(self, kind: str) -> list[str]:
        """Comparison forms of the points of one kind."""
        return [p[2] for p in self.points if p[0] == kind]


def _rebuilt(plan: ImportPlan, registry: Registry, users: dict[str, str], language: str, explain: bool) -> Preparer:
    return Preparer(plan, registry, users, language, explain=explain)


SCALAR, POINTS, TAGS, LINKS, CUSTOM, ADDRESS, USER, SEVERAL = range(8)


@dataclass(frozen=True, slots=True)
class _Column:
    """One mapped column: `how` its values are stored, `raw_key` for the journal's copy of the cell."""

    index: int
    field: Field
    key: str
    raw_key: str
    convert: Callable[[str], Stored]
    how: int
    beside: str = ""
    lenient: bool = False


def _how(target: Target) -> int:
    field = target.field
    if target.key == "address":
        return ADDRESS
    if field.custom and not kind_of(field).rows:
        return CUSTOM
    if field.type in POINT_TYPES:
        return POINTS
    special = {FieldType.TAGS: TAGS, FieldType.LINKS: LINKS, FieldType.USER: USER, FieldType.LONG_TEXT: SEVERAL}
    return special.get(field.type, SCALAR)


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
        self._defaults: list[tuple[_Column, Any]] = []

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
        own = self._plan.targets() & {"province", "city", "district"}
        made = []
        for index, column in enumerate(self._plan.columns):
            target = target_of(column.target, entity, self._registry) if column.target else None
            if target is None:
                continue
            grow = self._plan.new_choices and target.key == target.field.key
            options = Options(column, self._plan.region, self._plan.date1904, self._users, grow)
            beside = next((prefix for prefix in (CONTACT, CUSTOMER, LINE) if target.key.startswith(prefix)), "")
            key = target.key.removeprefix(beside)
            how = SCALAR if own and target.key == "address" else _how(target)  # the parts have columns of their own
            convert = _prefixed(storing(target.field, options), column.prefix)
            lenient = column.lenient or self._plan.bad_cells == "keep"
            made.append(_Column(index, target.field, key, target.key, convert, how, beside, lenient))
        for key, text in self._plan.defaults.items():
            found = target_of(key, entity, self._registry)
            if found is not None:
                options = Options(self._plan.columns[0], self._plan.region, self._plan.date1904, self._users)
                convert = storing(found.field, options)
                self._defaults.append((_Column(-1, found.field, key, key, convert, _how(found)), convert(text)[0]))
        return made

    # ---- one row ------------------------------------------------------------------------------------------------

    def _row(self, number: int, cells: list[str]) -> Prepared:
        made = Prepared({}, [], row=number, joined=_JOINT.join(cells))
        others: dict[str, NewRow] = {}
        clear = self._plan.empty == "clear"
        assert self._columns is not None
        for column in self._columns:
            cell = cells[column.index]
            if not cell:
                if clear and not column.beside and column.how != CUSTOM:
                    made.columns.setdefault(column.key, None)
                continue
            if column.how == ADDRESS:
                self._address(made, column, cell)
                continue
            if column.raw_key == CONTACT + "name":
                cell = self._person(cell, others)
            stored, problem, text = column.convert(cell)
            if problem is not None:
                self._tell(made, column.index, self._eased(made, column, cell, problem))
            if stored is not None:
                place: NewRow = made
                if column.beside:
                    place = others.get(column.beside) or others.setdefault(column.beside, Prepared({}, []))
                if column.how == SCALAR:
                    place.columns[column.key] = stored
                else:
                    _place(place, column, stored)
            elif problem is None:
                continue
            if text != cell:
                self._show(made, column.index, cell, text)
                self._raw(made, column.raw_key, cell)
        contact = others.get(CONTACT) or NewRow({}, [])
        made.customer, made.line = others.get(CUSTOMER), others.get(LINE)
        if made.line is not None and isinstance(made.line, Prepared):
            made.line.columns.update((k, v[0]) for k, v in made.line.links.items() if k == "name")
        self._finish(made, contact)
        return made

    def _person(self, cell: str, others: dict[str, NewRow]) -> str:
        """The name in a cell that may hold the person's phone too, which is his then."""
        both = name_and_phone(cell)
        if both is None:
            return cell
        options = Options(self._plan.columns[0], self._plan.region, self._plan.date1904, self._users)
        phones, problem, _ = storing(self._registry.entity("contacts").field("phones"), options)(both[1])
        if not phones or problem is not None:
            return cell
        others.setdefault(CONTACT, Prepared({}, [])).points.extend(phones)
        return both[0]

    def _address(self, made: Prepared, column: _Column, cell: str) -> None:
        index = column.index
        address, problem = address_parts(cell)
        if problem is not None:
            self._tell(made, index, self._eased(made, column, cell, problem))
        if address is None:
            return
        placed = False
        for key, part in (("province", address.province), ("city", address.city), ("district", address.district)):
            if part:
                made.columns[key], placed = part, True
            elif placed:  # below what it names there is nothing of another place
                made.columns.setdefault(key, None)
        if address.detail:
            longest = column.field.max_length
            made.columns["address"] = address.detail[:longest]
            if len(address.detail) > longest:
                text = t("太长：最多 {most} 个字，现在 {now} 个。", most=longest, now=len(address.detail))
                self._keep(made, column.field, cell)
                self._tell(
                    made, index, Problem("text.too_long", t("{problem}；原文记在备注里", problem=text), "warning")
                )
        if address.detail != cell:
            parts = dict.fromkeys((address.province, address.city, address.district, address.detail))
            self._show(made, index, cell, " ".join(p for p in parts if p))
            self._raw(made, "address", cell)

    def _eased(self, made: Prepared, column: _Column, cell: str, problem: Problem) -> Problem:
        """A cell that does not fit, told as a warning where it may not keep its row out: its text goes to the remarks."""
        if problem.severity != "error" or not (column.lenient or problem.code == UNKNOWN_CHOICE):
            return problem
        self._keep(made, column.field, cell)
        return Problem(problem.code, t("{problem}；原文记在备注里", problem=problem.text), "warning", problem.words)

    @staticmethod
    def _keep(made: Prepared, field: Field, cell: str) -> None:
        made.kept = [*(made.kept or ()), t("{field}：{text}", field=field.label, text=str(cell))]

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

    def _tell(self, made: Prepared, index: int, problem: Problem) -> None:
        if made.problems is None:
            made.problems = []
        made.problems.append((index, problem.code, problem.text, problem.severity))
        made.words = (*made.words, *((index, word) for word in problem.words))
        if problem.severity == "error" and self._plan.bad_cells == "reject":
            made.rejected = True

    # ---- the row as a whole -------------------------------------------------------------------------------------

    def _finish(self, made: Prepared, contact: NewRow) -> None:
        entity = self._registry.entity(self._plan.entity)
        if made.line is not None and self._is_anonymous(made, entity):
            made.child = True  # a further item of the order above
            return
        if not contact.columns.get("name"):
            self._take_back(made, contact, entity)
        self._fill(made)
        title = entity.title
        name = made.columns.get(title) or self._untitled(made, entity)
        if not name and self._plan.titles and not (contact.columns.get("name") and title == "name"):
            name = self._titled(made, entity.field(title))
        self._require(made, entity, title)
        if not name and entity.field(title).required:
            if contact.columns.get("name") and title == "name":
                made.child = True  # a further contact of the customer above
            else:
                field = entity.field(title)
                index = next((c.index for c in self._columns or () if c.key == title), -1)
                self._lack(made, index, field)
        if contact.columns.get("name"):
            made.contact = _completed(contact)
        if made.rejected or made.child:
            return
        if self._plan.tags and entity.find("tags"):
            made.tags = tuple(dict.fromkeys((*made.tags, *self._plan.tags)))
        if self._plan.entity == "customers" and "kind" not in made.columns and self._guesses_kind():
            kind = _kind_of(str(name), made)
            if kind:
                made.columns["kind"] = entity.field("kind").first(kind)
        if title == "name" and name:
            made.derived = {"name_key": sort_key(name)[:300], "match_key": match_key(name)[:100]}
        person = made.contact if self._plan.entity == "customers" else None
        columns = with_kept(made) if entity.find("remark") else made.columns
        points = [*made.points, *(person.points if person else ())]
        made.entry = _entry(entity.table, columns, points, [person.columns["name"]] if person else [])

    def _take_back(self, made: Prepared, contact: NewRow, entity: Entity) -> None:
        """What stands in a person's columns without his name is the record's own, or is told and kept among the remarks."""
        known = {(point[0], point[2]) for point in made.points}
        made.points.extend(point for point in contact.points if (point[0], point[2]) not in known)
        for key, value in contact.columns.items():
            if entity.find(key) is not None and made.columns.get(key) is None:
                made.columns[key] = value
                made.also = (*made.also, key)
                continue
            index = next((c.index for c in self._columns or () if c.raw_key == CONTACT + key), -1)
            if index >= 0:
                self._keep(made, self._registry.entity("contacts").field(key), made.cells[index])
                text = t("{problem}；原文记在备注里", problem=t("这一行没有联系人姓名"))
                self._tell(made, index, Problem("contact.nameless", text, "warning"))
        if contact.points:
            made.also = (*made.also, "phones", "emails", "wechats")
        contact.points, contact.columns = [], {}

    def _is_anonymous(self, made: Prepared, entity: Entity) -> bool:
        """Whether the file says whose rows are whose, and this row does not."""
        keys = {key for rule in entity.rules for key in rule} | {
            f.key for f in entity.fields if f.required and not f.custom
        }
        named = {f"{CUSTOMER}{key}" for key in ("name", "external_id")} if "customer" in keys else set()
        asked = (keys | named) & self._plan.targets()
        given = made.customer is not None or any(made.columns.get(k) or made.links.get(k) for k in keys)
        return bool(asked & {"customer", *named, *(k for rule in entity.rules for k in rule)}) and not given

    def _lack(self, made: Prepared, index: int, field_: Field) -> None:
        """A required field is empty: no new record then; one that is there may leave it as it is."""
        problem = (index, "required", t("“{field}”是空的，这是必填项", field=field_.label), "error")
        if self._plan.mode == CREATE:
            made.problems = [*(made.problems or ()), problem]
            made.rejected = True
        else:
            made.missing = [*(made.missing or ()), problem]

    def _fill(self, made: Prepared) -> None:
        """The plan's values for blank cells."""
        for column, stored in self._defaults:
            if stored is None:
                continue
            if column.how != SCALAR:
                _place(made, column, stored)
            elif not made.columns.get(column.key):
                made.columns[column.key] = stored

    def _titled(self, made: Prepared, field_: Field) -> str:
        """The title of a row whose title cell is blank: the cells of the first group of columns that say anything."""
        cells = made.cells
        for place, group in enumerate(self._plan.titles):
            words = [word for index in group if index < len(cells) and (word := clean_text(cells[index]))]
            if not words:
                continue
            han = any(_HAN.search(word) for word in words)
            whole = ("" if han else " ").join(reversed(words) if han else words)  # 王小明, but Rose Gonzalez
            if len(whole) > field_.max_length:
                self._keep(made, field_, whole)
                text = t("名称太长，已截短，全文记在备注里。")
                self._tell(made, group[0], Problem("text.too_long", text, "warning"))
            name = made.columns[field_.key] = whole[: field_.max_length].strip()
            # given and family name are a name; any other column only stands in for the one of a new record
            made.guessed = len(group) == 1 or place > 0 or field_.key in self._plan.targets()
            if place or field_.key in self._plan.targets():
                text = t("“{field}”是空的，用“{text}”代替", field=field_.label, text=name[:40])
                self._tell(made, group[0], Problem("title.taken", text, "warning"))
            return name
        return ""

    def _untitled(self, made: Prepared, entity: Entity) -> str:
        """A record may be titled by its text; deals and tickets of other systems often have no name: customer and number
        then say which it is."""
        if entity.titled_by and made.columns.get(entity.titled_by):
            made.columns[entity.title] = first_words(str(made.columns[entity.titled_by]))
            return str(made.columns[entity.title])
        if entity.key not in ("deals", "tickets") or self._plan.mode == UPDATE:
            return ""
        customer = made.customer.columns.get("name") if made.customer is not None else None
        words = (*made.links.get("customer", (customer,)), made.columns.get("external_id"))
        name = " ".join(str(w) for w in words if w)[:200]
        if name:
            made.columns[entity.title], made.guessed = name, True
        return name

    def _require(self, made: Prepared, entity: Entity, title: str) -> None:
        """Notice what a new record lacks of required fields (its title is told about elsewhere)."""
        for field_ in entity.fields:
            if not field_.required or field_.key == title or field_.custom:
                continue
            given = made.links.get(field_.key) if field_.type is FieldType.LINKS else made.columns.get(field_.key)
            if given is None and not made.rejected:
                index = next((c.index for c in self._columns or () if c.key == field_.key), -1)
                self._lack(made, index, field_)

    def _guesses_kind(self) -> bool:
        """A blank kind in a file that has the column may be meant for an existing record: it stays blank then."""
        return self._plan.mode == CREATE or "kind" not in self._plan.targets()


def _prefixed(convert: Callable[[str], Stored], prefix: str) -> Callable[[str], Stored]:
    return (lambda cell: convert(prefix + cell)) if prefix else convert


def with_kept(row: Prepared) -> dict[str, Any]:
    """The row's columns with what is kept of its cells behind the remark."""
    if not row.kept:
        return row.columns
    return {**row.columns, "remark": "\n".join(filter(None, (row.columns.get("remark"), *row.kept)))[:_LONGEST_REMARK]}


def _kind_of(name: str, made: Prepared) -> str | None:
    """What kind of customer it means."""
    if is_company(name) or made.columns.get("credit_code"):
        return "company"
    return "person" if made.columns.get("id_number") or is_person(name) else None


def _completed(contact: NewRow) -> NewRow:
    name = contact.columns["name"]
    contact.derived = {"name_key": sort_key(name)[:300], "match_key": match_key(name)[:100]}
    contact.entry = _entry("contact", contact.columns, contact.points, [])
    return contact


def _place(row: NewRow, column: _Column, stored: Any) -> None:
    """Store what is not one plain column."""
    how, key = column.how, column.key
    if how == POINTS:
        known = {p[2] for p in row.points if p[0] == stored[0][0]} if row.points else ()
        row.points.extend(p for p in stored if p[2] not in known)
    elif how == TAGS:
        row.tags = tuple(dict.fromkeys((*row.tags, *stored)))
    elif how == CUSTOM:
        row.custom = [*row.custom, (key, *custom_columns(column.field, stored))]
    elif how == LINKS:
        assert isinstance(row, Prepared)
        row.links[key] = stored
    elif how == USER:
        row.columns[key] = bytes.fromhex(stored)
    else:
        before = row.columns.get(key)
        row.columns[key] = f"{before}\n{stored}" if before else stored


def _entry(table: str, columns: Mapping[str, Any], points: list[PointRow], people: list[str]) -> Entry:
    """The search tokens of a new record; its human number is added when it is given one."""
    sources = SEARCHED.get(table)
    if sources is None:
        return ()
    names = [columns[k] for k in sources.names if columns.get(k)] + people
    texts = [columns[k] for k in sources.texts if columns.get(k)]
    codes = [columns[k] for k in sources.codes if columns.get(k)]
    codes.extend(point[2] for point in points)
    return tokens(names, texts, codes)
