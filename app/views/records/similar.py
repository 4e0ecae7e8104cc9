"""While a new record is typed: is it there already? Asked in the background, by the office's own rules for new records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.core.fields import Point
from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import Record
from app.services.cleaning.phones import parse_phones
from app.services.duplicates.lookup import Known
from app.services.workspace import Workspace
from app.views.theme import fonts

_MOST = 3


@dataclass(frozen=True)
class Similar:
    """A record that is there already. `record` None: one the person may not see, only that it is there and whose."""

    known: Known
    record: Record | None

    def words(self, owner: str) -> str:
        """One record in a sentence: its name and number, what agrees; or whose it is."""
        if self.record is None:
            reasons = "、".join(self.known.reasons)
            return t("由{owner}负责的一条档案（{reasons}）", owner=owner or t("别人"), reasons=reasons)
        phones = self.record.get("phones") or ()
        facts = fonts.join_facts(str(self.record.get("number") or ""), phones[0].value if phones else "")
        return f"{self.known.title}（{facts}）" if facts else self.known.title


def find_similar(workspace: Workspace, entity: str, name: str, phones: Sequence[str], job: Job) -> list[Similar]:
    """At most three records that the rules take for the same as what has been typed so far."""
    service = workspace.records(entity)
    numbers = [phone.number for text in phones[:5] for phone in parse_phones(text).value or ()]
    values: dict[str, object] = {"phones": tuple(Point(number, number) for number in numbers)}
    if len(name.strip()) >= 2:
        values[service.entity.title] = name.strip()
    found = []
    for known in workspace.entry.known(entity, values, "create")[:_MOST]:
        job.check()
        found.append(Similar(known, service.get(known.id) if known.visible else None))
    return found
