"""While a new record is typed: is it there already? Asked in the background, by name and by number."""

from __future__ import annotations

from collections.abc import Sequence

from app.core.filters import Condition, Filter, Group
from app.core.jobs import Job
from app.core.records import Record
from app.services.cleaning.phones import parse_phones
from app.services.records import RecordService

_MOST = 3


def find_similar(service: RecordService, name: str, phones: Sequence[str], job: Job) -> list[Record]:
    """At most three live records with exactly this name or one of these numbers."""
    parts: list[Filter] = []
    if len(name.strip()) >= 2:
        parts.append(Condition("name", "eq", name.strip()))
    for text in phones[:5]:
        parts += [Condition("phones", "eq", phone.number) for phone in parse_phones(text).value or ()]
    if not parts:
        return []
    handles = service.handles(parts[0] if len(parts) == 1 else Group("or", tuple(parts)), limit=_MOST, job=job)
    wanted = [int(handle) for handle in handles]
    found = service.page(wanted, ["name", "number", "phones"])
    return [found[handle] for handle in wanted if handle in found]
