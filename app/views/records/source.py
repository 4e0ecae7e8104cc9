"""The rows of the table: handles and pages from the record service, cells from the field registry."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.core.fields import Entity, Field
from app.core.jobs import Job
from app.services.records import RecordService
from app.views.records.cells import Names, Tones, cell_of, column_of
from app.views.records.listing import Listing, known_columns
from app.views.widgets.table.source import FIRST, Row, TableColumn

if TYPE_CHECKING:
    from app.views.widgets.table.source import Ids

_REMEMBERED = 20_000


class RecordSource:
    """One listing of one entity. `tones`: colours of tags by name, filled while the table is already shown."""

    def __init__(
        self, service: RecordService, listing: Listing, users: Names, tones: Tones, *, editable: bool = True
    ) -> None:
        self._service, self.listing = service, listing
        self._users, self._tones = users, tones
        self.entity: Entity = service.entity
        keys = known_columns(self.entity, listing.columns)
        self._fields: list[Field] = [self.entity.field(key) for key, _width in keys]
        self._seen: dict[int, tuple[uuid.UUID, int]] = {}
        self.columns: Sequence[TableColumn] = (
            TableColumn("check", "", "check", 44, sortable=False),
            *(column_of(self.entity, field, editable=editable, users=users, tags=tones) for field in self._fields),
        )

    def load_first(self, job: Job) -> Ids:
        return self._service.handles(self.listing.condition(), self.listing.sorts, limit=FIRST, job=job)

    def load_ids(self, job: Job) -> Ids:
        return self._service.handles(self.listing.condition(), self.listing.sorts, job=job)

    def load_rows(self, handles: Sequence[int]) -> dict[int, Row]:
        records = self._service.page(handles, [field.key for field in self._fields])
        seen = self._seen
        if len(seen) > _REMEMBERED:
            self._seen = seen = {}
        rows: dict[int, Row] = {}
        for handle, record in records.items():
            if record.deleted_at is not None:
                continue  # deleted since the list was read: the table says so
            seen[handle] = (record.id, record.version)
            rows[handle] = ("", *(cell_of(field, record, self._users, self._tones) for field in self._fields))
        return rows

    def version_seen(self, handle: int) -> int | None:
        """The version of the record as the table shows it."""
        found = self._seen.get(handle)
        return found[1] if found else None
