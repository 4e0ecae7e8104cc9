"""What every service stands on: the open archive, the person acting, the field registry."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from app.core.access import Actor
from app.core.dictionary import BUILT_IN
from app.core.fields import Choice, Field, FieldType, Registry, Sensitivity
from app.db.archive import Archive
from app.db.store import statistics
from app.db.store.behaviour import Behaviour
from app.db.unit_of_work import UnitOfWork
from app.models import CustomField


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
        self.reload_registry()

    @property
    def registry(self) -> Registry:
        """The data dictionary with this archive's custom fields."""
        return self._registry

    def reload_registry(self) -> None:
        """Read the custom fields again after they changed."""
        with self.archive.session() as session:
            rows = session.scalars(
                sa.select(CustomField).where(CustomField.archived.is_(False)).order_by(CustomField.position)
            ).all()
        custom: dict[str, list[Field]] = defaultdict(list)
        for row in rows:
            custom[row.entity].append(_field_of(row))
        with self._lock:
            self._registry = BUILT_IN.with_custom(custom)

    def reading(self) -> UnitOfWork:
        """A consistent snapshot to read from."""
        return UnitOfWork(self.archive, self._registry, self.actor, self.origin, write=False)

    def after_bulk(self, entities: Iterable[str], rows: int) -> None:
        """So many rows of these entities were written or taken out: the engine looks at them anew where that matters."""
        if rows >= statistics.MANY:
            with self.writing() as work:
                statistics.refresh(work.connection, self._registry, entities)
                work.session.commit()

    def writing(self) -> UnitOfWork:
        """A unit of work that writes; one at a time per archive."""
        return UnitOfWork(self.archive, self._registry, self.actor, self.origin, behaviours=self.behaviours)


def _field_of(row: CustomField) -> Field:
    return Field(
        key=row.key,
        zh=row.label,
        en=row.label_en or row.label,
        type=FieldType(row.type),
        choices=tuple(Choice(text, text, text) for text in row.choices or ()),
        open_choices=True,
        sensitivity=Sensitivity(row.sensitivity),
        max_length=10_000 if row.type == FieldType.LONG_TEXT else 500,
        group="custom",
        custom=True,
    )
