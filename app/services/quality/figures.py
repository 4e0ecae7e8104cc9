"""From what a pass found to figures: per field, per dimension, over all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from app.core.fields import Entity
from app.services.quality.builtin import judged_fields, weight
from app.services.quality.measure import Measured
from app.services.quality.records import (
    COMPLETENESS,
    CONSISTENCY,
    DIMENSIONS,
    TIMELINESS,
    UNIQUENESS,
    VALIDITY,
    WEIGHTS,
    Cell,
    DimensionHealth,
    FieldHealth,
    Health,
    Rule,
    RuleResult,
    formula,
)


def health_of(entity: Entity, found: Measured, rules: Sequence[Rule], at: datetime, *, whole: bool) -> Health:
    """All figures of one pass."""
    checked = [r for r in rules if r.key in found.broken]
    ids = {r.key: frozenset(key for key, _ in found.broken[r.key]) for r in checked}
    fields = tuple(_fields(entity, found, checked, ids))
    dimensions = (
        _completeness(found, fields),
        _validity(fields),
        _records(UNIQUENESS, checked, ids, found.identified),
        _pairs(found, checked, ids),
        _records(CONSISTENCY, checked, ids, found.records),
    )
    known = [(WEIGHTS[d.key], d.score) for d in dimensions if d.score is not None]
    total = sum(w for w, _ in known)
    overall = sum(w * score for w, score in known) / total if total and found.records else None
    results = tuple(
        RuleResult(r, found.checked.get(r.key, 0), len(ids.get(r.key, ())), found.problems.get(r.key, ""))
        for r in rules
    )
    broken = {key: tuple(sorted(members)) for key, members in ids.items()}
    return Health(entity.key, at, found.records, overall, dimensions, fields, results, whole, broken=broken)


def _fields(
    entity: Entity, found: Measured, checked: Sequence[Rule], ids: dict[str, frozenset[bytes]]
) -> list[FieldHealth]:
    by_field: dict[str, dict[str, list[Rule]]] = defaultdict(lambda: defaultdict(list))
    for rule in checked:
        for key in rule.fields if rule.dimension in (CONSISTENCY, UNIQUENESS) else rule.fields[:1]:
            by_field[key][rule.dimension].append(rule)
    made = []
    for field in judged_fields(entity):
        key = field.key
        if key not in found.applicable:
            continue
        filled = found.filled[key]
        cells = {COMPLETENESS: Cell(filled, found.applicable[key])}
        of = by_field[key]
        for dimension in DIMENSIONS[1:]:
            rules = of[dimension]
            if rules:
                wrong = frozenset().union(*(ids[r.key] for r in rules))
                n = max(found.checked.get(r.key, 0) for r in rules)
                n = max(n, len(wrong))
                cells[dimension] = Cell(n - len(wrong), n)
        required = any(r.kind == "required" and not r.params.get("when") for r in of[COMPLETENESS])
        made.append(FieldHealth(key, field.label, weight(field, required), cells))
    return made


def _completeness(found: Measured, fields: Sequence[FieldHealth]) -> DimensionHealth:
    counted = [(f.weight, f.cells[COMPLETENESS]) for f in fields if f.weight and f.cells[COMPLETENESS].n]
    weights = sum(w for w, _ in counted)
    score = sum(w * (c.score or 0.0) for w, c in counted) / weights if weights else None
    good, n = sum(c.good for _, c in counted), sum(c.n for _, c in counted)
    return DimensionHealth(COMPLETENESS, score if found.records else None, good, n, formula(COMPLETENESS))


def _validity(fields: Sequence[FieldHealth]) -> DimensionHealth:
    cells = [f.cells[VALIDITY] for f in fields if VALIDITY in f.cells]
    good, n = sum(c.good for c in cells), sum(c.n for c in cells)
    return DimensionHealth(VALIDITY, Cell(good, n).score, good, n, formula(VALIDITY))


def _records(key: str, checked: Sequence[Rule], ids: dict[str, frozenset[bytes]], n: int) -> DimensionHealth:
    """Records that keep every rule of the dimension."""
    rules = [r for r in checked if r.dimension == key]
    if not rules:
        return DimensionHealth(key, None, 0, 0, formula(key))
    wrong = len(frozenset().union(*(ids[r.key] for r in rules)))
    n = max(n, wrong)
    return DimensionHealth(key, Cell(n - wrong, n).score, n - wrong, n, formula(key))


def _pairs(found: Measured, checked: Sequence[Rule], ids: dict[str, frozenset[bytes]]) -> DimensionHealth:
    """(Record, rule) pairs, because each rule is about other records."""
    rules = [r for r in checked if r.dimension == TIMELINESS]
    n = sum(found.checked.get(r.key, 0) for r in rules)
    good = n - sum(len(ids[r.key]) for r in rules)
    return DimensionHealth(TIMELINESS, Cell(good, n).score, good, n, formula(TIMELINESS))
