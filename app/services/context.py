"""What every service stands on: the open archive, the person acting, the field registry."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping

from app.core.access import Actor
from app.core.choices import Choice
from app.core.dictionary import BUILT_IN
from app.core.fields import Field, FieldType, Registry, Sensitivity
from app.core.kinds import KINDS
from app.db import scope
from app.db.archive import Archive
from app.db.office import choices, custom_fields
from app.db.office.custom_fields import StoredField
from app.db.store import statistics
from app.db.store.behaviour import Behaviour
from app.db.unit_of_work import UnitOfWork


class Context:
    """Thread-safe: each unit of work opens its own session in the thread that asks."""

    def __init__(
        self, archive: Archive, actor: Actor, origin: str, behaviours: Mapping[str, Behaviour] | None = None
    ) -> None:
        self.archive = archive
        self.behaviours = behaviours or {}
        self.actor = actor
        self.origin = origin
        self._lock = threading.Lock()
        self._registry = BUILT_IN
        self._own: tuple[Mapping[str, list[Field]], Mapping[choices.Place, tuple[Choice, ...]]] = ({}, {})
        self.reload_registry()

    @property
    def registry(self) -> Registry:
        """The data dictionary with this archive's custom fields."""
        return self._registry

    def reload_registry(self) -> None:
        """Read the custom fields and pick-lists again after they may have changed; the registry is another one only then."""
        custom: dict[str, list[Field]] = defaultdict(list)
        with scope.reading(self.archive) as connection:
            for stored in custom_fields.in_use(connection):
                custom[stored.entity].append(_field_of(stored))
            own = choices.lists(connection)
        with self._lock:
            if (custom, own) == self._own:
                return
            self._own = (dict(custom), own)
            self._registry = BUILT_IN.with_custom(custom).with_choices(own)

    def reading(self) -> UnitOfWork:
        """A consistent snapshot to read from."""
        return UnitOfWork(self.archive, self._registry, self.actor, self.origin, write=False)

    def after_bulk(self, entities: Iterable[str], rows: int) -> None:
        """So many rows of these entities were written or taken out: the engine looks at them anew where that matters."""
        if rows >= statistics.MANY:
            with self.writing() as work:
                statistics.refresh(work.connection, self._registry, entities)
                work.commit()

    def writing(self) -> UnitOfWork:
        """A unit of work that writes; one at a time per archive."""
        return UnitOfWork(self.archive, self._registry, self.actor, self.origin, behaviours=self.behaviours)


def _field_of(stored: StoredField) -> Field:
    return Field(
        key=stored.key,
        zh=stored.label,
        en=stored.label_en or stored.label,
        type=FieldType(stored.type),
        choices=tuple(Choice(text, text, text) for text in stored.choices),
        open_choices=True,
        sensitivity=Sensitivity(stored.sensitivity),
        max_length=10_000 if stored.type == FieldType.LONG_TEXT else 500,
        group="custom",
        custom=True,
        target=stored.target,
        several=bool(stored.target),
        sortable=not KINDS[FieldType(stored.type)].rows,
        importable=stored.type != FieldType.FILES,
    )
