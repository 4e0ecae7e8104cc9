"""All records of an entity against all rules, in one pass over chunks; what follows are counts and ids, never records."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from app.core.fields import Entity, Field
from app.core.filters import Condition, Filter, Group, Not, parse
from app.core.i18n import t
from app.core.jobs import Job
from app.core.kinds import Kind, kind_of
from app.db.figures.quality import Chunk, chunks, in_pairs, readable, shared
from app.db.store.reading import Reader
from app.errors import AppError, UserError
from app.services.quality import rules as pure
from app.services.quality.builtin import applies, judged_fields
from app.services.quality.records import Rule

#: (record, digest of what is wrong there)
Broken = list[tuple[bytes, str]]
#: for the rows of a chunk: how many were checked, which are wrong
RowTest = Callable[[Chunk], tuple[int, list[int]]]


@dataclass
class Measured:
    """What one pass found."""

    records: int = 0
    filled: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    applicable: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    checked: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    broken: dict[str, Broken] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    identified: int = 0


def measure(reader: Reader, entity: Entity, rules: Sequence[Rule], today: date, job: Job) -> Measured:
    """Check every visible live record. A rule that cannot be checked (its filter names a field that is gone, or one the
    actor may not see) is told in `problems`."""
    found = Measured()
    stored = {f.key for f in readable(reader.layout(entity.key))}
    seen = [f for f in judged_fields(entity) if f.key in stored and reader.actor.sees(entity.key, f)]
    tests: list[tuple[Rule, RowTest, list[str]]] = []
    whole: list[Rule] = []
    columns = {f.key for f in seen}
    extras: list[str] = []
    for rule in rules:
        if not all(_visible(reader, entity, k) for k in rule.fields):
            found.problems[rule.key] = t("您无权查看其中的敏感字段，没有检查。")
            continue
        try:
            entity.field(rule.field) if rule.field else None
            if rule.kind in ("unique", "pairs"):
                whole.append(rule)
                continue
            made = _row_test(reader, entity, rule, today)
        except AppError as error:
            found.problems[rule.key] = str(error)
            continue
        about = [k for k in rule.fields if k in stored]
        tests.append((rule, made, about))
        cross = _cross(rule)
        columns |= {*about, *(k for k in (cross.more if cross else ()) if k in stored)}
        extras += [k for k in (cross.more if cross else ()) if "~" in k]
    columns |= {need[0] for f in seen if (need := applies(entity, f.key))}
    for each in seen:
        found.applicable[each.key] = found.filled[each.key] = 0
    total = reader.count(entity.key)
    identifying = _identifying(whole)
    for rule, _, _ in tests:
        found.broken[rule.key] = []
    for chunk in chunks(reader, entity.key, columns | set(identifying), extras):
        found.records += len(chunk.ids)
        _count_filled(found, entity, chunk, [f.key for f in seen])
        found.identified += (
            sum(map(any, zip(*(chunk.columns[k] for k in identifying), strict=True))) if identifying else 0
        )
        for rule, test, about in tests:
            checked, wrong = test(chunk)
            found.checked[rule.key] += checked
            if wrong:
                of = [chunk.columns[k] for k in about]
                found.broken[rule.key] += [(chunk.ids[i], digest(tuple(c[i] for c in of))) for i in wrong]
        job.progress(t("正在检查{entity}", entity=entity.label), found.records, total)
    for rule in whole:
        job.check()
        _shared(reader, entity, rule, found)
    return found


def digest(values: tuple[Any, ...]) -> str:
    """What a decision about these values is remembered by; empty values have none."""
    if not any(v is not None for v in values):
        return ""
    return hashlib.blake2b(repr(values).encode(), digest_size=12).hexdigest()


def _visible(reader: Reader, entity: Entity, key: str) -> bool:
    field_ = entity.find(key)
    return field_ is None or reader.actor.sees(entity.key, field_)


def _cross(rule: Rule) -> pure.Cross | None:
    if rule.kind != "cross":
        return None
    return next(c for c in pure.CROSS if c.entity == rule.entity and f"cross:{c.name}" == rule.key)


def _identifying(whole: Iterable[Rule]) -> list[str]:
    """The fields by which records are told apart; a name alone counts as one."""
    return list(dict.fromkeys(r.fields[0] for r in whole))


def _count_filled(found: Measured, entity: Entity, chunk: Chunk, keys: Iterable[str]) -> None:
    for key in keys:
        values = chunk.columns[key]
        need = applies(entity, key)
        if need is None:
            found.applicable[key] += len(values)
            found.filled[key] += len(values) - values.count(None)
            continue
        choices, wanted = chunk.columns[need[0]], {*need[1], None}
        fitting = [v for v, choice in zip(values, choices, strict=True) if choice in wanted]
        found.applicable[key] += len(fitting)
        found.filled[key] += len(fitting) - fitting.count(None)


def _shared(reader: Reader, entity: Entity, rule: Rule, found: Measured) -> None:
    """Rules about all records at once."""
    try:
        if rule.kind == "pairs":
            groups = in_pairs(reader, entity.key)
        else:
            groups = shared(reader, entity.key, rule.fields, filter_of(rule.params.get("when")))
    except AppError as error:
        found.problems[rule.key] = str(error)
        return
    broken: dict[bytes, str] = {}
    for value, ids in groups:
        mark = digest((value,))
        for key in ids:
            broken.setdefault(key, mark)
    found.broken[rule.key] = list(broken.items())
    found.checked[rule.key] = found.records if rule.kind == "pairs" else found.filled.get(rule.field, found.records)


# ---- tests of rows -----------------------------------------------------------------------------------------------------


def filter_of(given: Any) -> Filter | None:
    """A filter as rules carry it: the tree (built in) or its JSON (own)."""
    return parse(given) if isinstance(given, Mapping) else given


def _row_test(reader: Reader, entity: Entity, rule: Rule, today: date) -> RowTest:
    when = filter_of(rule.params.get("when"))
    chosen = None if when is None else frozenset(reader.handles(entity.key, when).tolist())
    if rule.kind == "custom":
        where = filter_of(rule.params["where"])
        handles = frozenset(reader.handles(entity.key, where).tolist())
        return lambda chunk: (len(chunk.ids), [i for i, h in enumerate(chunk.handles) if h in handles])
    if rule.kind in ("required", "reference"):
        return _rows(rule.field, chosen, lambda value: value is not None, empty=True)
    if rule.kind == "stale":
        return _rows(rule.field, chosen, _fresh(rule, today), empty=True)
    if rule.kind == "cross":
        return _cross_rows(reader, entity, _cross(rule), chosen)
    return _rows(rule.field, chosen, _remembered(value_test(entity, rule, today)), empty=False)


def _rows(key: str, chosen: frozenset[int] | None, good: pure.Test, *, empty: bool) -> RowTest:
    """`empty`: empty values are judged too."""

    def test(chunk: Chunk) -> tuple[int, list[int]]:
        values = chunk.columns[key]
        if chosen is None and empty:
            return len(values), [i for i, v in enumerate(values) if not good(v)]
        places = [
            i
            for i, (v, h) in enumerate(zip(values, chunk.handles, strict=True))
            if (empty or v is not None) and (chosen is None or h in chosen)
        ]
        return len(places), [i for i in places if not good(values[i])]

    return test


def _cross_rows(reader: Reader, entity: Entity, cross: pure.Cross | None, chosen: frozenset[int] | None) -> RowTest:
    assert cross is not None
    names = {name: _told(reader, entity, name) for name in (*cross.fields, *cross.more)}
    lists = {name: {c.code: c.meaning for c in f.choices} for name, f in names.items() if f is not None and f.meanings}

    def test(chunk: Chunk) -> tuple[int, list[int]]:
        columns = [
            [lists[k].get(v) for v in chunk.columns[k]] if k in lists else chunk.columns[k]
            for k in (*cross.fields, *cross.more)
        ]
        checked, wrong = 0, []
        for i, values in enumerate(zip(*columns, strict=True)):
            if chosen is not None and chunk.handles[i] not in chosen:
                continue
            answer = cross.test(*values)
            if answer is not None:
                checked += 1
                if not answer:
                    wrong.append(i)
        return checked, wrong

    return test


def _told(reader: Reader, entity: Entity, name: str) -> Field | None:
    """The field a column of a cross test tells of, of the record or (`<link>~<field>`) of one it is tied to."""
    link, tied, key = name.partition("~")
    field_ = entity.find(link)
    if not tied or field_ is None or not field_.target:
        return None if tied else field_
    return reader.registry.entity(field_.target).find(key)


def _remembered(test: pure.Test) -> pure.Test:
    """Most values come often; what was once decided is not asked again (within bounds)."""
    known: dict[Any, bool] = {}

    def answer(value: Any) -> bool:
        told = known.get(value)
        if told is None:
            if len(known) > 50_000:
                known.clear()
            told = known[value] = test(value)
        return told

    return answer


def _fresh(rule: Rule, today: date) -> pure.Test:
    limit = today - timedelta(days=int(rule.params["days"]))

    def test(value: Any) -> bool:
        day = pure.day_of(value)
        return day is not None and day >= limit

    return _remembered(test) if rule.field != "updated_at" else test


def value_test(entity: Entity, rule: Rule, today: date) -> pure.Test:
    """The test of one filled stored value."""
    of, params = entity.field(rule.field), rule.params
    match rule.kind:
        case "format":
            return _format_test(kind_of(of), params)
        case "future":
            return lambda value: (day := pure.day_of(value)) is None or day <= today
        case "allowed":
            allowed = frozenset(map(str, params["values"]))
            if kind_of(of).several:
                return lambda value: allowed.issuperset(kind_of(of).load(value))
            return lambda value: str(value) in allowed
        case "placeholder":
            return lambda value: not pure.is_junk(str(value))
        case "region":
            return lambda value: pure.known_region(value, int(params["level"]))
        case "length":
            least, most = params.get("least"), params.get("most")
            return lambda value: (least is None or len(value) >= least) and (most is None or len(value) <= most)
        case "range" if rule.builtin:
            return lambda value: not kind_of(of).outside(of, kind_of(of).load(value))
        case "range":
            return _range_test(kind_of(of), params)
    raise UserError(t("没有“{kind}”这种规则。", kind=rule.kind))


def _format_test(kind: Kind, params: Mapping[str, Any]) -> pure.Test:
    if "pattern" in params:
        test = pure.pattern_test(params["pattern"])
    else:
        name = params["format"]
        points = {"phones": pure.good_phones, "emails": pure.good_emails, "wechats": pure.good_wechats}
        if name in points:
            return points[name]
        test = pure.FORMATS[name]
    if kind.points:
        return lambda value: all(test(point[0]) for point in value)
    return test


def _range_test(kind: Kind, params: Mapping[str, Any]) -> pure.Test:
    bounds = [params.get("least"), params.get("most")]
    if kind.day or kind.yearly:
        first, last = (date.fromisoformat(b) if b else None for b in bounds)

        def dated(value: Any) -> bool:
            day = pure.day_of(value)
            return day is None or ((first is None or day >= first) and (last is None or day <= last))

        return dated
    least, most = (None if b in (None, "") else Decimal(str(b)) * kind.scale for b in bounds)
    return lambda value: (least is None or value >= least) and (most is None or value <= most)


def fields_of(node: Filter | None) -> tuple[str, ...]:
    """The fields of the entity itself that a filter names."""
    match node:
        case Condition(key, _, _):
            return (key,)
        case Group(_, parts):
            return tuple(dict.fromkeys(k for part in parts for k in fields_of(part)))
        case Not(part):
            return fields_of(part)
    return ()
