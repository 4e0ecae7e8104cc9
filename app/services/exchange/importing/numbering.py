"""Two tables that each count their rows from one: the same numbers, but not the same records."""

from __future__ import annotations

from dataclasses import replace

from app.db.store.by_value import names_of_numbers
from app.db.store.matching import match_key
from app.db.store.reading import Reader
from app.services.exchange.files.records import Inspection
from app.services.exchange.mapping.plan import ImportPlan

_LONGEST_PREFIX = 30
_LONGEST_COUNT = 7
_LEAST = 3  # so many records of other names


def numbered_apart(inspection: Inspection, plan: ImportPlan, reader: Reader) -> ImportPlan:
    """The plan with the file's name before its numbers, when the archive has the same numbers for records of other names."""
    at = next((i for i, c in enumerate(plan.columns) if c.target == "external_id"), None)
    if at is None or plan.columns[at].why == "person" or "match_key" not in reader.layout(plan.entity).table.c:
        return plan
    names = {row[at]: match_key(_name(plan, row))[:100] for row in inspection.preview if row[at]}
    if not all(number.isdecimal() and len(number) <= _LONGEST_COUNT for number in names):
        return plan  # not a mere count of rows: the same number is the same record
    found = names_of_numbers(reader, plan.entity, names)
    others = sum(names[number] != key for number, key in found.items())
    if others < _LEAST or others * 2 <= len(found):
        return plan
    prefix = f"{inspection.path.stem[:_LONGEST_PREFIX]}:"
    columns = [replace(c, prefix=prefix) if i == at else c for i, c in enumerate(plan.columns)]
    return replace(plan, columns=tuple(columns))


def _name(plan: ImportPlan, row: tuple[str, ...]) -> str:
    at = next((i for i, c in enumerate(plan.columns) if c.target == "name"), None)
    if at is not None and row[at]:
        return row[at]
    return next((" ".join(words) for group in plan.titles if (words := [row[i] for i in group if row[i]])), "")
