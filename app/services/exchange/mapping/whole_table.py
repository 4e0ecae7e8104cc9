"""A plan for any table of things with names, addresses, dates or ids, in which no column and no row is left out."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from app.core.fields import Entity, FieldType, Registry
from app.services.cleaning.detect import detect
from app.services.customers.fields import MOST_PER_ENTITY
from app.services.exchange.cells.column import ColumnPlan
from app.services.exchange.files.records import Inspection
from app.services.exchange.mapping.id_columns import NEARLY_ALL, distinct_share
from app.services.exchange.mapping.mapping import SURE
from app.services.exchange.mapping.plan import CREATE, UPDATE, ImportPlan
from app.services.exchange.mapping.result_headers import is_result_header
from app.services.exchange.mapping.survey import ColumnFacts, clear_kind
from app.services.exchange.mapping.targets import CONTACT, NEW, header_key, new_target, words_of
from app.services.exchange.mapping.targets import target_of as find_target

_GIVEN = frozenset({"givenname", "firstname", "forename", "fname", "given", "first", "名", "名字"})
_FAMILY = frozenset({"surname", "lastname", "familyname", "lname", "family", "last", "姓", "姓氏"})
#: headers that name a thing where no name stands, the surest first
_TITLES = (
    "title", "标题", "题名", "productname", "productname", "product", "产品名称", "商品名称", "品名", "itemname", "item",
    "company", "companyname", "organization", "label", "songname", "papertitle", "beername", "fullname",
)  # fmt: skip
_NO_TEXT = frozenset(
    {"mobile", "phone", "email", "id_number", "credit_code", "date", "integer", "amount", "url", "gender"}
)
_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"[^\W\d_]{2,}")
_LONGEST_LABEL = 60
_LONGEST_TEXT = 500  # of a custom text field
_WEAK_MISFITS = 0.02
_FALLBACKS = 8


@dataclass(frozen=True)
class WholePlan:
    """`new_fields`: labels of fields that are made; `skipped`: headers of columns with content that stay out."""

    plan: ImportPlan
    new_fields: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()

    @property
    def id_prefix(self) -> str:
        """What stands before every number of the file."""
        return next((c.prefix for c in self.plan.columns if c.prefix), "")


def named(
    inspection: Inspection, plan: ImportPlan, entity: Entity, registry: Registry, mode: str = CREATE
) -> ImportPlan:
    """The plan with a name for every row: a name column, parts of a name, a title, or what tells the rows apart best.

    Where records are updated, what only stands in for a name names new ones alone; a title that is not surely one keeps
    the place it has."""
    plan = _without_lost_contact(plan, entity, registry)
    if entity.title != "name" or not entity.field("name").required:
        return plan
    cells = _cells(inspection)
    parts = _parts(plan)
    at = next((i for i, c in enumerate(plan.columns) if c.target == "name"), None)
    if parts and (at is None or at in parts or not _surely_named(plan.columns[at], entity, registry)):
        columns = [_put(c, None) if i in parts or c.target == "name" else c for i, c in enumerate(plan.columns)]
        plan, at = replace(plan, columns=tuple(columns), titles=(parts,)), None
    elif mode != CREATE and at is not None and plan.columns[at].why == "content":
        columns = [_put(c, None) if c.target == "name" else c for c in plan.columns]
        plan, at = replace(plan, columns=tuple(columns), titles=((at,),)), None
    elif mode == CREATE and (at is None or plan.columns[at].why == "content"):
        plan = _titled(plan, cells, at)
        at = next((i for i, c in enumerate(plan.columns) if c.target == "name"), None)
    if (
        at is not None
        and _says_customer_name(plan.columns[at].name)
        and _surely_named(plan.columns[at], entity, registry)
    ):
        return plan
    if mode == UPDATE:
        return replace(plan, titles=tuple(group for group in plan.titles if len(group) > 1))
    taken = {i for group in plan.titles for i in group} | ({at} if at is not None else set())
    ranked = sorted((i for i in range(len(cells)) if i not in taken), key=lambda i: _rank(plan.columns[i], cells[i]))
    return replace(plan, titles=(*plan.titles, *((i,) for i in ranked[:_FALLBACKS])))


def widened(inspection: Inspection, plan: ImportPlan, entity: Entity, *, forced: bool) -> ImportPlan:
    """The plan with a custom field for every column that has no place, an existing one of that name or a new one.

    `forced`: columns that were left out by a person's earlier decision as well.
    """
    cells = _cells(inspection)
    used = {c.target for c in plan.columns if c.target}
    built_in = {word.casefold() for f in entity.fields if not f.custom for word in (f.zh, f.en)}
    own = {f.zh: f for f in entity.fields if f.custom}
    taken = {c.target.split(":", 2)[1] for c in plan.columns if c.target and c.target.startswith(NEW)}
    columns = list(plan.columns)
    room = MOST_PER_ENTITY - len(own) - len(taken)
    for index, column in enumerate(columns):
        if not _has_no_place(column, cells[index], forced=forced):
            if column.target and column.target in {f.key for f in own.values()}:
                columns[index] = replace(column, lenient=True)
            continue
        for number in range(1, 1000):
            label = _label(column.name, number)
            field = own.get(label)
            if label.casefold() in built_in or label in taken or (field is not None and field.key in used):
                continue
            if field is None and room <= 0:
                break  # told as left out
            room -= field is None
            taken.add(label)
            target = field.key if field is not None else new_target(label, clear_kind(column.name, cells[index]))
            used.add(target)
            columns[index] = replace(column, target=target, confidence=0.5, why="content", lenient=True)
            break
    return replace(plan, columns=tuple(columns))


def homeless(inspection: Inspection, plan: ImportPlan) -> tuple[int, ...]:
    """The columns with content that have no place in the plan and could become fields."""
    cells = _cells(inspection)
    return tuple(i for i, c in enumerate(plan.columns) if any(cells[i]) and _has_no_place(c, cells[i], forced=True))


def settled(plan: ImportPlan, facts: Sequence[ColumnFacts], entity: Entity, registry: Registry) -> ImportPlan:
    """The plan after all rows were seen: a field that would refuse cells of a column becomes a text field; long texts get
    a field that holds them; a number that repeats is no number of the record."""
    columns = []
    taken = {c.target.split(":", 2)[1] for c in plan.columns if c.target and c.target.startswith(NEW)}
    taken |= {f.zh for f in entity.fields} | {f.en for f in entity.fields}
    for column, known in zip(plan.columns, facts, strict=True):
        target = find_target(column.target, entity, registry) if column.target else None
        text = FieldType.LONG_TEXT if known.longest > _LONGEST_TEXT else FieldType.TEXT
        if target is None:
            columns.append(column)
        elif column.target and column.target.startswith(NEW):
            _, label, kind = column.target.split(":", 2)
            if known.misfits or (kind == FieldType.TEXT and text is FieldType.LONG_TEXT):
                columns.append(replace(column, target=new_target(label, text)))
            else:
                columns.append(column)
        elif (
            (target.field.custom and (known.misfits or known.longest > target.field.max_length))
            or _is_no_number(column, known)
            or _is_misled(column, known)
        ):
            columns.append(replace(column, target=new_target(_free(column.name, taken), text), lenient=True))
        else:
            columns.append(column)
    return replace(plan, columns=tuple(columns))


def unplaced(inspection: Inspection, plan: ImportPlan) -> tuple[str, ...]:
    """The headers of columns with content that have no place in the plan and name no row."""
    parts = set(plan.titles[0]) if plan.titles and "name" not in plan.targets() else set()
    return tuple(
        c.name
        for i, c in enumerate(plan.columns)
        if c.target is None and i not in parts and inspection.columns[i].samples and not is_result_header(c.name)
    )


def new_labels(plan: ImportPlan) -> tuple[str, ...]:
    """The labels of the fields the plan makes."""
    return tuple(c.target.split(":", 2)[1] for c in plan.columns if c.target and c.target.startswith(NEW))


def is_foreign(plan: ImportPlan) -> bool:
    """Whether a table is not one of an office here: no header in Chinese, or its names had to be guessed."""
    return bool(plan.titles) or not any(_HAN.search(c.name) for c in plan.columns)


# ---- names ----------------------------------------------------------------------------------------------------------


def _parts(plan: ImportPlan) -> tuple[int, ...]:
    """The columns of given and family name; () without both."""
    given = next((i for i, c in enumerate(plan.columns) if header_key(c.name) in _GIVEN), None)
    family = next((i for i, c in enumerate(plan.columns) if header_key(c.name) in _FAMILY), None)
    if given is None or family is None:
        return ()
    return given, family


def _surely_named(column: ColumnPlan, entity: Entity, registry: Registry) -> bool:
    """Whether the header is one of the words for the name, not a part of one, nor a guess by content."""
    if column.why in ("preset", "person"):
        return True
    target = find_target("name", entity, registry)
    return target is not None and header_key(column.name) in words_of(target) and column.confidence >= SURE


def _says_customer_name(header: str) -> bool:
    return _HAN.search(header) is not None


def _titled(plan: ImportPlan, cells: Sequence[Sequence[str]], at: int | None) -> ImportPlan:
    """The best title column as name; a column that has another place of its own keeps it and names the rows besides."""
    by_header = {header_key(c.name): i for i, c in reversed(list(enumerate(plan.columns)))}
    best = next((by_header[word] for word in _TITLES if word in by_header and any(cells[by_header[word]])), None)
    if best is None:
        if at is not None:
            return plan
        best = min(range(len(cells)), key=lambda i: _rank(plan.columns[i], cells[i]), default=None)
    if best is None or best == at:
        return plan
    columns = [_put(c, None) if c.target == "name" else c for c in plan.columns]
    found = columns[best]
    if found.target is None or found.target.startswith(CONTACT) or header_key(found.name) in _TITLES:
        columns[best] = replace(found, target="name", confidence=0.6, why="content")
        return replace(plan, columns=tuple(columns))
    return replace(plan, columns=tuple(columns), titles=((best,),))


def _rank(column: ColumnPlan, cells: Sequence[str]) -> tuple[int, float]:
    """How well the cells name their rows; the lowest is best: distinct texts of words, then ids, then anything."""
    given = [c for c in cells if c]
    if not given or is_result_header(column.name):
        return (9, 0.0)
    share = distinct_share(given) * len(given) / len(cells)
    if column.target == "external_id":
        return (3, -share)
    kinds = {d.kind for d in detect(given) if d.share >= 0.6}
    if kinds & _NO_TEXT:
        return (4, -share)
    words = sum(len(_WORD.findall(c)) for c in given) / len(given)
    han = sum(bool(_HAN.search(c)) for c in given) / len(given)
    place = 1 if words >= 1.5 or han >= 0.5 else 2
    if column.target in ("address", "remark") or column.target in ("province", "city", "district"):
        place = 2
    return (place, -share)


def _without_lost_contact(plan: ImportPlan, entity: Entity, registry: Registry) -> ImportPlan:
    """What belongs to a contact has no place without the contact's name: it goes to the record itself, or nowhere."""
    if not any((c.target or "").startswith(CONTACT) for c in plan.columns) or CONTACT + "name" in plan.targets():
        return plan
    used = plan.targets()
    columns = []
    for column in plan.columns:
        if column.target and column.target.startswith(CONTACT):
            key = column.target.removeprefix(CONTACT)
            free = key not in used and key not in ("title", "department") and find_target(key, entity, registry)
            columns.append(replace(column, target=key) if free else _put(column, None))
            used.add(key)
        else:
            columns.append(column)
    return replace(plan, columns=tuple(columns))


# ---- fields ---------------------------------------------------------------------------------------------------------


def _cells(inspection: Inspection) -> list[list[str]]:
    return [[row[i] for row in inspection.preview] for i in range(len(inspection.columns))]


def _put(column: ColumnPlan, target: str | None) -> ColumnPlan:
    return ColumnPlan(column.name, target)


def _has_no_place(column: ColumnPlan, cells: Sequence[str], *, forced: bool) -> bool:
    if column.target is not None or is_result_header(column.name) or (column.why and not forced):
        return False
    return not (header_key(column.name) in ("序号", "序", "行号", "#") and _counts(cells))


def _counts(cells: Sequence[str]) -> bool:
    numbers = [int(c) for c in cells if c.isdigit()]
    return len(numbers) == len([c for c in cells if c]) and numbers == sorted(numbers)


def _label(name: str, number: int) -> str:
    plain = " ".join(name.replace(":", " ").split()) or "?"
    return plain[:_LONGEST_LABEL] if number == 1 else f"{plain[: _LONGEST_LABEL - 4]} {number}"


def _free(name: str, taken: set[str]) -> str:
    known: Collection[str] = {word.casefold() for word in taken}
    label = next(label for n in range(1, 10_000) if (label := _label(name, n)).casefold() not in known)
    taken.add(label)
    return label


def _is_no_number(column: ColumnPlan, known: ColumnFacts) -> bool:
    if column.target != "external_id" or column.why == "person":
        return False
    return known.longest > 100 or (known.distinct > 0 and known.distinct < NEARLY_ALL * known.filled)


def _is_misled(column: ColumnPlan, known: ColumnFacts) -> bool:
    """A guess at a field that would refuse many cells was wrong."""
    guess = column.why == "content" or (column.why == "header" and column.confidence < SURE)
    return guess and known.misfits > max(1, _WEAK_MISFITS * known.filled) and column.target != "name"
