"""Is somebody in the archive already? Asked while a record is entered, and by whoever wants to know before he calls."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.core.access import Action
from app.core.fields import POINT_TYPES, Entity, Point
from app.core.filters import Condition as Filter
from app.core.filters import Search
from app.core.i18n import t
from app.core.records import Record
from app.db.store import by_value, lookup
from app.db.store.layout import Layout
from app.db.store.matching import match_key
from app.db.store.reading import Reader
from app.db.unit_of_work import UnitOfWork
from app.services.duplicates.rulesets import EXACT, Rule, RuleSet

#: answers at most
MOST = 20
#: records whose names are compared for likeness
_LOOKED_AT = 400
HIDDEN = "***"
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """A record that is there already. Of one the asking person may not see, only that it is there and whose it is."""

    id: uuid.UUID
    title: str
    owner: uuid.UUID | None
    visible: bool
    reasons: tuple[str, ...]


def known(work: UnitOfWork, entity: Entity, rules: RuleSet, values: Values) -> list[Known]:
    """The live records that a rule of the set finds, those with most reasons first."""
    everything = Reader(work.connection, work.reader.registry, work.actor.unrestricted())
    layout = everything.layout(entity.key)
    found: dict[uuid.UUID, dict[str, None]] = {}
    for rule in rules:
        if not all(_texts(entity, values, c.field) for c in rule):
            continue
        for record in _of_rule(everything, layout, rule, values):
            reasons = found.setdefault(record, {})
            for condition in rule:
                word = t("相同") if condition.how == EXACT else t("相近")
                reasons[t("{field}{how}", field=entity.field(condition.field).label, how=word)] = None
    ids = sorted(found, key=lambda key: -len(found[key]))[:MOST]
    keys = [entity.title, "owner"] if entity.find("owner") else [entity.title]
    records = {r.id: r for r in everything.by_ids(entity.key, ids, keys)}
    seen = work.reader.reachable(entity.key, ids, Action.VIEW)
    return [_told(entity, records[key], key in seen, found[key]) for key in ids if key in records]


def _told(entity: Entity, record: Record, visible: bool, reasons: Iterable[str]) -> Known:
    title = str(record.get(entity.title) or "") if visible else HIDDEN
    return Known(record.id, title, record.get("owner"), visible, tuple(reasons))


def _of_rule(reader: Reader, layout: Layout, rule: Rule, values: Values) -> set[uuid.UUID]:
    sets = []
    for condition in rule:
        texts = _texts(layout.entity, values, condition.field)
        finds = _exact if condition.how == EXACT else _fuzzy
        sets.append(finds(reader, layout, condition.field, texts))
        if not sets[-1]:
            return set()
    return set.intersection(*sets)


def _texts(entity: Entity, values: Values, key: str) -> list[str]:
    """The comparison texts of a given value: numbers of points, the text of everything else."""
    value = values.get(key)
    if value in (None, "", ()):
        return []
    if entity.field(key).type in POINT_TYPES:
        return [(p.normal or p.value) if isinstance(p, Point) else str(p) for p in value]
    return [str(value)]


def _exact(reader: Reader, layout: Layout, key: str, texts: Sequence[str]) -> set[uuid.UUID]:
    if layout.entity.field(key).type in POINT_TYPES:
        pages = (_matching(reader, layout, Filter(key, "eq", text), layout.entity.title) for text in texts)
        return {record.id for page in pages for record in page}
    if key == "name":
        texts = [match_key(x) for x in texts]
    elif (live := by_value.live_with(reader, layout.entity.key, key, texts, _LOOKED_AT)) is not None:
        return live
    hits = lookup.find(reader.connection, layout, key, [x for x in texts if x])
    return {uuid.UUID(bytes=record) for rows in hits.values() for record, deleted in rows if not deleted}


def _fuzzy(reader: Reader, layout: Layout, key: str, texts: Sequence[str]) -> set[uuid.UUID]:
    if layout.entity.field(key).type in POINT_TYPES:
        return _alike_numbers(reader, layout, key, texts)
    found: set[uuid.UUID] = set()
    for text in texts:
        found |= _alike_names(reader, layout, key, text)
    return found


def _alike_numbers(reader: Reader, layout: Layout, key: str, texts: Sequence[str]) -> set[uuid.UUID]:
    """The same last seven digits."""
    found: set[uuid.UUID] = set()
    for text in texts:
        digits = "".join(c for c in text if c.isdigit())[-7:]
        if len(digits) == 7:
            found.update(r.id for r in _matching(reader, layout, Filter(key, "contains", digits), layout.entity.title))
    return found


def _alike_names(reader: Reader, layout: Layout, key: str, text: str) -> set[uuid.UUID]:
    """Names with the same core, sound or shape, or one the short form of the other, as the search for duplicates sees it."""
    from app.services.duplicates.matching.forms import name_forms, plain
    from app.services.duplicates.matching.likeness import alike

    forms = name_forms(plain(text))
    asked: dict[uuid.UUID, str] = {}
    for words in dict.fromkeys((forms.brand, forms.core[:4], forms.core, forms.sound.replace(" ", ""))):
        if len(words) >= 2:
            asked.update((r.id, str(r.get(key) or "")) for r in _matching(reader, layout, Search(words), key))
    return {record for record, name in asked.items() if alike(text, name)}


def _matching(reader: Reader, layout: Layout, condition: Any, key: str) -> list[Record]:
    handles = reader.handles(layout.entity.key, condition, limit=_LOOKED_AT)
    return list(reader.records(layout.entity.key, handles.tolist(), [key]).values())
