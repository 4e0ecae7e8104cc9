"""Which column is which field: by a remembered mapping, by the header's words, by what the cells hold."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from app.core.fields import Entity, FieldType, Registry
from app.core.kinds import kind_of
from app.services.cleaning.amounts import header_unit
from app.services.cleaning.codes import match_choice
from app.services.cleaning.dates import Order, column_order, parse_date
from app.services.cleaning.detect import detect
from app.services.cleaning.phones import guess_region
from app.services.exchange.cells.column import ColumnPlan
from app.services.exchange.cells.people import name_and_phone
from app.services.exchange.files.records import Inspection
from app.services.exchange.mapping.id_columns import differ, id_score
from app.services.exchange.mapping.plan import ImportPlan
from app.services.exchange.mapping.result_headers import is_result_header
from app.services.exchange.mapping.targets import (
    CONTACT,
    LINE,
    Target,
    file_headers,
    header_key,
    holds_several,
    targets_of,
    words_of,
)

SURE = 0.9
_INDEX_HEADERS = frozenset({"序号", "序", "no", "行号", "index", "#", "编号no"})
_LEAST_SHARE = 0.6
_IDS = frozenset({"external_id", "number", "customer.external_id"})
#: a header may say one thing and the cells another; these kinds of cell overrule the header
_OVERRULING = frozenset({"mobile", "email", "id_number", "credit_code"})


def propose(
    inspection: Inspection, entity: Entity, registry: Registry, remembered: Mapping[str, str | None] | None = None
) -> ImportPlan:
    """The plan with the best target for each column. `remembered` maps header keys to targets of an earlier import."""
    targets = targets_of(entity, registry)
    cells = [[row[i] for row in inspection.preview] for i in range(len(inspection.columns))]
    scored: list[tuple[float, int, str, str]] = []
    once = _once(cells, [c.name for c in inspection.columns], targets, entity)
    own = _own_sheet([c.name for c in inspection.columns], cells, entity)
    for index, column in enumerate(inspection.columns):
        if own is not None and header_key(column.name) in own:
            scored.append((2.0, index, own[header_key(column.name)], "header"))
            continue
        if remembered is not None and header_key(column.name) in remembered:
            known = remembered[header_key(column.name)]
            scored.append((2.0, index, known or "", "preset"))
            continue
        scored.extend((s, index, key, why) for key, s, why in _candidates(column.name, once[index], targets, entity))
    chosen = _assign(scored, targets)
    columns = tuple(
        _column(column.name, chosen.get(i), cells[i], targets) for i, column in enumerate(inspection.columns)
    )
    plan = ImportPlan(entity.key, columns, date1904=inspection.date1904)
    phones = [c for i, p in enumerate(columns) if p.target and p.target.endswith("phones") for c in cells[i]]
    return _lines_apart(_people(_settle(replace(plan, region=guess_region(phones) if phones else "CN"))), cells)


def _once(
    cells: Sequence[Sequence[str]], names: Sequence[str], targets: Sequence[Target], entity: Entity
) -> Sequence[Sequence[str]]:
    """The cells by which columns are judged: where rows are people of companies, what a company says again counts once."""
    places = {}
    for wanted in (CONTACT + "name", entity.title):
        words = next((words_of(x) for x in targets if x.key == wanted), {})
        places[wanted] = next((i for i, name in enumerate(names) if words.get(header_key(name), 0.0) >= 0.8), -1)
    if min(places.values()) < 0:
        return cells
    company = cells[places[entity.title]]
    whose, above = [], ""
    for name in company:
        above = name or above  # a blank one goes on
        whose.append(above)
    return [[cell for _, cell in dict.fromkeys(zip(whose, column, strict=True))] for column in cells]


def _candidates(
    name: str, cells: Sequence[str], targets: Sequence[Target], entity: Entity
) -> list[tuple[str, float, str]]:
    """(target, confidence 0–1, why) for one column."""
    key = header_key(name)
    if is_result_header(name) or (key in _INDEX_HEADERS and _counts_up(cells)):
        return []
    kinds: dict[str, float] = {d.kind: d.share for d in detect(cells)}
    given = [c for c in cells if c]
    if given and sum(name_and_phone(c) is not None for c in given) >= _LEAST_SHARE * len(given):
        kinds = {"person": 1.0}  # a person with his number
    found: dict[str, tuple[float, str]] = {}
    for target in targets:
        score = _header_score(key, words_of(target))
        if score and (_contradicted(target, kinds) or _foreign_choices(target, cells, key)):
            score *= 0.4
        if score and target.key in _IDS and key not in words_of(target) and name.isascii():
            continue  # a part of a word is not enough: street_number is no number of the record
        if score and target.key == "number" and not _own_numbers(cells, entity):
            found["external_id"] = max(found.get("external_id", (0.0, "")), (0.8, "header"))
            continue
        if target.key == "name" and entity.key == "customers" and kinds.get("person", 0.0) > kinds.get("company", 0.0):
            score *= 0.95  # a column of companies beside it is the customer, this one the contact
        if score:
            found[target.key] = (score, "header")
    if entity.key != "orders" and entity.find("external_id") is not None:  # rows of orders are often items only
        _settle_number(found, name, cells)
    for field in entity.fields:
        for kind in field.holds:
            share = kinds.get(kind, 0.0)
            score = share * (0.9 if kind in _OVERRULING else 0.6)
            if share >= _LEAST_SHARE and score > found.get(field.key, (0.0, ""))[0]:
                found[field.key] = (score, "content")
    return [(k, s, why) for k, (s, why) in found.items()]


def _settle_number(found: dict[str, tuple[float, str]], name: str, cells: Sequence[str]) -> None:
    """Whether the column is the record's number: only when its cells tell records apart."""
    if "external_id" in found and not differ(cells) and any(cells):
        del found["external_id"]
    others = max((score for key, (score, _) in found.items() if key not in _IDS), default=0.0)
    own = id_score(name, cells)
    if others >= SURE:  # 编码 is the code of a product
        own = min(own, others - 0.01)
    if own > found.get("external_id", (0.0,))[0]:
        found["external_id"] = (own, "header")


def _own_sheet(names: Sequence[str], cells: Sequence[Sequence[str]], entity: Entity) -> dict[str, str] | None:
    """Header key → field ("" = not importable) when the sheet is our own export or template, else None: then its headers
    are exact. An export has our own numbers in it, a template has every field.
    """
    given = {header_key(name) for name in names}
    for language in ("zh", "en"):
        headers = file_headers(entity, language)
        labels = {header_key(h): key if entity.field(key).importable else "" for key, h in headers.items()}
        number = entity.find("number")
        label = header_key(headers["number"]) if number else ""
        numbered = any(
            header_key(name) == label and _own_numbers(cells[i], entity) and any(cells[i])
            for i, name in enumerate(names)
        )
        every = {k for k, v in labels.items() if v and v != "number"}
        if (number and numbered and len(given & set(labels)) >= 2) or every <= given:
            return labels if numbered else {k: v for k, v in labels.items() if v != "number"}
    return None


def _header_score(header: str, words: Mapping[str, float]) -> float:
    if header in words:
        return words[header]
    if len(header) < 2:
        return 0.0
    best = 0.0
    for word, weight in words.items():
        if len(word) >= 2 and (word in header or header in word):
            overlap = min(len(word), len(header)) / max(len(word), len(header))
            best = max(best, weight * overlap * 0.9)
    return best if best >= 0.4 else 0.0


def _contradicted(target: Target, kinds: Mapping[str, float]) -> bool:
    """Whether what the cells hold makes this field impossible: a column of mobiles is no remark, whatever its name."""
    kind = target.field.type
    strong = {k for k, share in kinds.items() if share >= 0.8 and k in _OVERRULING}
    if strong:
        fits = {"mobile": FieldType.PHONES, "email": FieldType.EMAILS, "id_number": FieldType.ID_CARD,
                "credit_code": FieldType.CREDIT_CODE}  # fmt: skip
        return kind not in {fits[k] for k in strong} and kind is not FieldType.WECHATS
    own = {FieldType.PHONES: ("phone", "mobile"), FieldType.EMAILS: ("email",)}.get(kind, ())
    if not own or any(kinds.get(k, 0.0) >= 0.1 for k in own):
        return False
    return any(share >= 0.6 for k, share in kinds.items() if k not in (*own, "blank", "integer", "amount"))


def _foreign_choices(target: Target, cells: Sequence[str], key: str) -> bool:
    """Whether most of the cells are not among the options of a closed pick-list. Of an office's list files may bring other
    words; where its values mean something to the program, under its own name only."""
    field = target.field
    given = {c for c in cells if c}
    grows = field.office and (not field.meanings or key in (header_key(field.zh), header_key(field.en)))
    if not field.choices or field.open_choices or grows or not given:
        return False
    labels = {c.code: (c.code, c.zh, c.en, *c.synonyms) for c in field.choices}
    return sum(match_choice(c, labels) is not None for c in given) < 0.5 * len(given)


def _own_numbers(cells: Sequence[str], entity: Entity) -> bool:
    pattern = re.compile(rf"{entity.number_prefix}\d{{6,}}")
    given = [c for c in cells if c]
    return bool(given) and sum(bool(pattern.fullmatch(c)) for c in given) >= 0.9 * len(given)


def _counts_up(cells: Sequence[str]) -> bool:
    numbers = [int(c) for c in cells if c.isdigit()]
    return len(numbers) >= 0.8 * len([c for c in cells if c]) and numbers == sorted(numbers)


def _assign(scored: list[tuple[float, int, str, str]], targets: Sequence[Target]) -> dict[int, tuple[str, float, str]]:
    """Best pairs first; a field that holds one value is given once."""
    several = {x.key for x in targets if holds_several(x.field)}
    used: set[str] = set()
    chosen: dict[int, tuple[str, float, str]] = {}
    for score, index, key, why in sorted(scored, key=lambda s: (-s[0], s[1])):
        if index in chosen or (key and key in used and key not in several):
            continue
        if score >= 0.45:
            chosen[index] = (key, min(score, 1.0), why)
            used.add(key)
    return chosen


def _column(
    name: str, chosen: tuple[str, float, str] | None, cells: Sequence[str], targets: Sequence[Target]
) -> ColumnPlan:
    if chosen is None or not chosen[0]:
        return ColumnPlan(name, why=chosen[2] if chosen else "")
    key, confidence, why = chosen
    return tuned(ColumnPlan(name, key, round(confidence, 2), why), cells, targets)


def tuned(plan: ColumnPlan, cells: Sequence[str], targets: Sequence[Target]) -> ColumnPlan:
    """The column with its unit (万元) and date order settled from header and cells."""
    field = next((x.field for x in targets if x.key == plan.target), None)
    if field is None:
        return plan
    kind = kind_of(field)
    if kind.currency:
        return replace(plan, unit=header_unit(plan.name))
    if kind.day or kind.yearly:
        order = column_order(cells)
        return replace(plan, date_order=order.order, order_certain=order.certain)
    return plan


def order_is_open(cells: Sequence[str]) -> bool:
    """Whether the dates in the cells can be read in several orders and no cell settles which."""
    if column_order(cells).certain:
        return False
    orders: tuple[Order, ...] = ("ymd", "mdy", "dmy")
    readings = ({parse_date(cell, order=order, certain=True).value for order in orders} for cell in cells)
    return any(len(values - {None}) > 1 for values in readings)


def _lines_apart(plan: ImportPlan, cells: Sequence[Sequence[str]]) -> ImportPlan:
    """Where one order stands on several rows, amounts and costs are those of the items, and a text that is another on each
    row is what the item is called."""
    index = next((i for i, c in enumerate(plan.columns) if c.target in ("external_id", "number")), None)
    if plan.entity != "orders" or index is None or len(set(cells[index])) == len(cells[index]):
        return plan
    moved = {"amount": LINE + "amount", "cost": LINE + "cost", "profit": LINE + "profit"}
    columns = list(plan.columns)
    for at, column in enumerate(columns):
        target = moved.get(column.target or "")
        if target is None and column.target in _OF_ORDER_OR_ITEM and _varies_within(cells[index], cells[at]):
            target = LINE + "name"
        if target is not None and all(c.target != target for c in columns):
            columns[at] = replace(column, target=target)
    return replace(plan, columns=tuple(columns))


def _varies_within(numbers: Sequence[str], cells: Sequence[str]) -> bool:
    """Whether rows of one number say different things here."""
    said: dict[str, set[str]] = defaultdict(set)
    number = ""
    for given, cell in zip(numbers, cells, strict=True):
        number = given or number  # a blank one goes on
        if cell:
            said[number].add(cell)
    return any(len(texts) > 1 for texts in said.values())


#: texts that may be about an order or about each of its items
_OF_ORDER_OR_ITEM = frozenset({"name", "remark"})
#: what stands beside a person's name is the person's
_PERSONAL = frozenset({"phones", "emails", "wechats", "gender", "birthday", "remark"})
#: unless its header says that it is the company's
_OF_COMPANY = re.compile(r"公司|单位|企业|客户|座机|总机|前台|办公|传真|company|office|account|fax|客服", re.IGNORECASE)


def _people(plan: ImportPlan) -> ImportPlan:
    """Where rows name a company and a person, the columns that follow the person's name are the person's, up to the first that
    can only be the company's. What a person or a preset has decided stays."""
    columns = list(plan.columns)
    at = next((i for i, c in enumerate(columns) if c.target == CONTACT + "name"), None)
    if plan.entity != "customers" or at is None or "name" not in plan.targets():
        return plan
    for index in range(at + 1, len(columns)):
        column = columns[index]
        if column.target is not None and column.target.startswith(CONTACT):
            continue
        if column.target not in _PERSONAL or column.why in ("preset", "person") or _OF_COMPANY.search(column.name):
            break
        target = CONTACT + column.target
        if any(c.target == target for c in columns) and column.target not in ("phones", "emails", "wechats", "remark"):
            break
        columns[index] = replace(column, target=target)
    return replace(plan, columns=tuple(columns))


def _settle(plan: ImportPlan) -> ImportPlan:
    """What only the whole table tells: a person without a company beside is the customer, not a contact."""
    chosen = plan.targets()
    if plan.entity != "customers" or "name" in chosen or CONTACT + "name" not in chosen:
        return plan
    columns = tuple(replace(c, target="name") if c.target == CONTACT + "name" else c for c in plan.columns)
    moved = tuple(
        replace(c, target=c.target.removeprefix(CONTACT))
        if c.target
        and c.target.startswith(CONTACT)
        and c.target.removeprefix(CONTACT) not in chosen | {"title", "department"}
        else c
        for c in columns
    )
    return replace(plan, columns=moved)
