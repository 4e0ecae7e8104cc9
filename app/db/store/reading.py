"""The read side: lists of row handles, pages of records, single records; always within the actor's rights."""

from __future__ import annotations

import copy
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from app.core.access import Action, Actor, mask
from app.core.fields import Field, FieldType, Link, Registry
from app.core.filters import Filter, check
from app.core.i18n import t
from app.core.kinds import kind_of
from app.core.records import Record, Sort
from app.db.dialect import dialect_of, office_of
from app.db.dialect.expressions import Apart, PackedNumbers, among
from app.db.search_sources import SEARCHED
from app.db.search_tokens import typed_query
from app.db.store import access, children
from app.db.store.filters import Context, compile_filter, split_search
from app.db.store.layout import Layout, layouts
from app.errors import NotFound, NotPermitted
from app.models import CustomValue, User

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Handles = npt.NDArray[np.int64]


#: stands for the name of a customer the actor does not see
HIDDEN_TITLE = "***"


class Reader:
    """Reads for one actor on one connection. Cheap to make; lives as long as its unit of work."""

    def __init__(self, connection: sa.Connection, registry: Registry, actor: Actor, *, writes: bool = False) -> None:
        self.connection = connection
        self.registry = registry
        self.actor = actor
        self.office = office_of(connection)
        self._writes = writes
        self._search = dialect_of(connection).search
        self._layouts = layouts(registry)
        self._users: dict[str, uuid.UUID] | None = None
        self._visible: dict[uuid.UUID, bool] = {}

    def unrestricted(self) -> Reader:
        """The same connection through the eyes of somebody who sees everything."""
        reader = copy.copy(self)
        reader.actor, reader._visible = self.actor.unrestricted(), {}  # noqa: SLF001 - its own copy
        return reader

    def layout(self, entity: str) -> Layout:
        self.registry.entity(entity)
        return self._layouts[entity]

    # ---- lists --------------------------------------------------------------------------------------------------

    def _where(self, layout: Layout, condition: Filter | None, *, deleted: bool, action: Action) -> list[Any]:
        key = layout.entity.key
        if condition is not None:
            check(condition, layout.entity, self.registry)
        columns = layout.table.c
        live = columns.deleted_at.is_not(None) if deleted else columns.deleted_at.is_(None)
        return [
            columns.org_id == self.office,
            live,
            access.condition(key, self.actor, action, self.office),
            compile_filter(condition, layout, replace(self.context(), deleted=deleted)),
        ]

    def where(self, entity: str, condition: Filter | None) -> list[Any]:
        """The conditions of the visible live records that fit, for queries over the entity's table."""
        return self._where(self.layout(entity), condition, deleted=False, action=Action.VIEW)

    def context(self) -> Context:
        """What filters may refer to: the actor, users by name."""
        return Context(self._layouts, self.actor, self._user_ids(), self.office, self._search)

    def _user_ids(self) -> dict[str, uuid.UUID]:
        if self._users is None:
            rows = self.connection.execute(
                sa.select(User.id, User.username, User.name).where(User.org_id == self.office)
            ).all()
            self._users = {row.name: row.id for row in rows} | {row.username: row.id for row in rows}
            self._users |= {str(row.id): row.id for row in rows}
        return self._users

    def _ordered(
        self, layout: Layout, condition: Filter | None, sorts: Sequence[Sort], *, apart: bool, **how: Any
    ) -> sa.Select[Any]:
        search, rest = split_search(condition)
        indexed = search is not None and not how.get("deleted") and layout.table.name in SEARCHED
        typed = typed_query(search.text) if search is not None and indexed else None
        hits = self._search.walk(layout.table.name, typed, self.office) if typed is not None else None
        if hits is not None:  # walk the search index itself, newest first, instead of collecting all its hits
            rid: Any = hits.rid
            query = sa.select(rid.label("rid")).select_from(hits.source.join(layout.table, layout.rid == rid))
            query = query.where(hits.where, *self._where(layout, rest, **how))
        else:
            rid = layout.rid
            query = sa.select(rid.label("rid")).select_from(layout.table).where(*self._where(layout, condition, **how))
        down = bool(sorts) and sorts[-1].descending
        orders = [self._order(layout, s, apart=apart) for s in sorts] or [rid.desc()]
        if sorts:
            orders.append(rid.desc() if down else rid)
        return query.order_by(*orders)

    def _order(self, layout: Layout, sort: Sort, *, apart: bool) -> Any:
        field = layout.entity.field(sort.key)
        self.require_sight(layout.entity.key, field)
        column: Any = layout.column(field.key)
        if field.custom:
            picked: Any = CustomValue.number if kind_of(field).counted else CustomValue.text
            column = (
                sa.select(picked)
                .where(
                    CustomValue.org_id == self.office,
                    CustomValue.record_id == layout.table.c.id,
                    CustomValue.field == field.key,
                )
                .scalar_subquery()
            )
        elif field.key == "name" and "name_key" in layout.table.c:
            column = layout.table.c.name_key
        elif field.key == "created_at" or column is None:  # rows are numbered as they are made
            return layout.rid.desc() if sort.descending else layout.rid
        if apart:
            column = Apart(column)
        # nothing is the least: so sorts SQLite, and so are PostgreSQL's indexes made
        return column.desc().nulls_last() if sort.descending else column.nulls_first()

    def handles(
        self,
        entity: str,
        condition: Filter | None = None,
        sorts: Sequence[Sort] = (),
        *,
        limit: int | None = None,
        deleted: bool = False,
        action: Action = Action.VIEW,
    ) -> Handles:
        """The row handles of all records that fit, in order (int64 array). One step of the engine, whatever the size."""
        some = condition is not None or self._sees_some(entity, action)
        apart = some and limit is None  # all of them are wanted, and they are not everything
        ordered = self._ordered(self.layout(entity), condition, sorts, apart=apart, deleted=deleted, action=action)
        if limit is not None:
            ordered = ordered.limit(limit)
        inner = ordered.subquery()
        found: Handles = self.connection.execute(sa.select(PackedNumbers(inner.c.rid))).scalar_one()
        return found

    def _sees_some(self, entity: str, action: Action) -> bool:
        """Whether the action reaches some records of the entity only."""
        return not isinstance(access.condition(entity, self.actor, action, self.office), sa.True_)

    def count(self, entity: str, condition: Filter | None = None, *, deleted: bool = False) -> int:
        """How many records fit."""
        layout = self.layout(entity)
        where = self._where(layout, condition, deleted=deleted, action=Action.VIEW)
        return int(
            self.connection.execute(sa.select(sa.func.count()).select_from(layout.table).where(*where)).scalar_one()
        )

    def distinct(self, entity: str, field: str, limit: int) -> list[tuple[str, int]]:
        """The values of a column field with how often they occur among visible live records, most frequent first."""
        layout = self.layout(entity)
        column = layout.column(field)
        known = layout.entity.field(field)
        self.require_sight(entity, known)
        if column is None:
            return []
        where = self._where(layout, None, deleted=False, action=Action.VIEW)
        query = (
            sa.select(column, sa.func.count())
            .where(*where, column.is_not(None))
            .group_by(column)
            .order_by(sa.func.count().desc())
        )
        if kind_of(known).several:  # each of the values, not what stands together
            found = Counter[str]()
            for values, count in self.connection.execute(query):
                found.update(dict.fromkeys(values, int(count)))
            return found.most_common(limit)
        return [(str(value), int(count)) for value, count in self.connection.execute(query.limit(limit))]

    def require_sight(self, entity: str, field: Field) -> None:
        """Raise NotPermitted for a field whose values the actor may not see: order and groups would tell them."""
        if not self.actor.sees(entity, field):
            raise NotPermitted(t("您无权查看敏感字段“{field}”。", field=field.label))

    # ---- records ------------------------------------------------------------------------------------------------

    def records(self, entity: str, handles: Iterable[int], fields: Iterable[str] | None = None) -> dict[int, Record]:
        """The records behind these handles that are still there and visible; `fields` limits what is fetched."""
        layout = self.layout(entity)
        return self._fetch(layout, among(layout.rid, handles), fields)

    def by_ids(self, entity: str, ids: Iterable[uuid.UUID], fields: Iterable[str] | None = None) -> list[Record]:
        """The visible records with these ids (deleted ones too), in no particular order."""
        layout = self.layout(entity)
        return list(self._fetch(layout, among(layout.table.c.id, ids), fields).values())

    def find(self, entity: str, record: uuid.UUID) -> Record | None:
        """One record, or None."""
        return next(iter(self.by_ids(entity, [record])), None)

    def get(self, entity: str, record: uuid.UUID) -> Record:
        """One record; raises NotFound."""
        found = self.find(entity, record)
        if found is None:
            raise NotFound(
                t("找不到这条{entity}档案，可能已被删除，或您没有查看权限。", entity=self.layout(entity).entity.label)
            )
        return found

    def survivor(self, entity: str, record: uuid.UUID) -> uuid.UUID:
        """The record itself, or the one it was merged into: what an old link means today."""
        c = self.layout(entity).table.c
        if "merged_into_id" not in c:
            return record
        query = sa.select(c.merged_into_id).where(c.org_id == self.office, c.id == record)
        into: uuid.UUID | None = self.connection.execute(query).scalar()
        return into or record

    def _fetch(self, layout: Layout, which: Any, fields: Iterable[str] | None) -> dict[int, Record]:
        entity = layout.entity
        wanted = list(entity.fields) if fields is None else [entity.field(k) for k in dict.fromkeys(fields)]
        columns = [f for f in wanted if not f.custom and layout.column(f.key) is not None]
        links = [f for f in wanted if layout.reference(f.key) is not None]
        below = [f for f in wanted if f.custom or (layout.column(f.key) is None and f not in links)]
        table = layout.table
        query = sa.select(
            layout.rid,
            table.c.id,
            table.c.version,
            table.c.deleted_at,
            *(layout.column(f.key) for f in columns),
            *(layout.reference(f.key) for f in links),
        ).where(
            table.c.org_id == self.office, which, access.condition(entity.key, self.actor, Action.VIEW, self.office)
        )
        rows = self.connection.execute(query).all()
        more = children.load(self.connection, self.layout, [row[1] for row in rows], below) if below and rows else {}
        place = 4 + len(columns)
        linked = {f.key: self._linked(f, {row[place + i] for row in rows}) for i, f in enumerate(links)}
        hidden = [f for f in wanted if not self.actor.sees(entity.key, f)]
        found: dict[int, Record] = {}
        for row in rows:
            values = {f.key: row[4 + i] for i, f in enumerate(columns)}
            values |= {f.key: linked[f.key].get(row[place + i]) for i, f in enumerate(links)}
            for f in below:
                value = more[f.key].get(row[1])
                values[f.key] = self._untitled(f.target, value) if value and f.type is FieldType.LINKS else value
            masked = _hide(values, hidden) if hidden else frozenset()
            found[row[0]] = Record(entity.key, row[1], row[0], row[2], values, masked, row[3])
        return found

    def _linked(self, field: Field, ids: set[uuid.UUID | None]) -> dict[uuid.UUID | None, tuple[Link, ...]]:
        """The value of a reference field for each id. Records in the recycle bin are not shown; but whoever writes must
        know of the ties to them, so that an undo or a restored customer gets them back."""
        wanted = [i for i in ids if i is not None]
        if not wanted:
            return {}
        titles = children.titles(self.connection, self.layout(field.target), wanted, binned=self._writes)
        links = self._untitled(field.target, tuple(Link(i, title) for i, title in titles.items()))
        return {link.id: (link,) for link in links}

    def _untitled(self, target: str, links: tuple[Link, ...]) -> tuple[Link, ...]:
        """A record may be tied to records the actor does not see: the tie is there, the name is not told."""
        layout = self.layout(target)
        if layout.entity.shared or (not layout.entity.parent and self.actor.reach(target, Action.VIEW) is None):
            return links
        unknown = [link.id for link in links if link.id not in self._visible]
        if unknown:
            c = layout.table.c
            visible = access.condition(target, self.actor, Action.VIEW, self.office)
            query = sa.select(c.id).where(c.org_id == self.office, among(c.id, unknown), visible)
            seen = set(self.connection.execute(query).scalars())
            self._visible.update((key, key in seen) for key in unknown)
        return tuple(link if self._visible[link.id] else replace(link, title=HIDDEN_TITLE) for link in links)

    def each(
        self, entity: str, handles: Sequence[int], fields: Iterable[str] | None = None, *, batch: int = 500
    ) -> Iterator[Record]:
        """All these records one by one, fetched in batches, in the order of the handles."""
        keys = None if fields is None else list(fields)
        for start in range(0, len(handles), batch):
            part = [int(h) for h in handles[start : start + batch]]
            page = self.records(entity, part, keys)
            for handle in part:
                if handle in page:
                    yield page[handle]

    def of_customer(self, entity: str, customer: uuid.UUID, limit: int) -> list[Record]:
        """The live records of an entity with a field `customer`, newest first."""
        layout = self.layout(entity)
        c = layout.table.c
        newest = [c[layout.entity.happened].desc().nulls_last()] if layout.entity.happened else []
        query = sa.select(layout.rid).where(
            c.org_id == self.office,
            c.customer_id == customer,
            c.deleted_at.is_(None),
            access.condition(entity, self.actor, Action.VIEW, self.office),
        )
        handles = list(self.connection.execute(query.order_by(*newest, layout.rid.desc()).limit(limit)).scalars())
        return list(self.each(entity, handles))

    def any_of(self, entity: str) -> bool:
        """Whether there is any record of the entity at all, deleted or not, whoever asks."""
        table = self.layout(entity).table
        return (
            self.connection.execute(sa.select(table.c.id).where(table.c.org_id == self.office).limit(1)).first()
            is not None
        )

    def reachable(self, entity: str, ids: Iterable[uuid.UUID], action: Action) -> set[uuid.UUID]:
        """Those of these records that the action reaches."""
        c = self.layout(entity).table.c
        wanted = list(ids)
        if self.actor.reach(entity, action) is None and not (
            self.layout(entity).entity.shared or self.layout(entity).entity.parent
        ):
            return set(wanted)
        query = sa.select(c.id).where(
            c.org_id == self.office, among(c.id, wanted), access.condition(entity, self.actor, action, self.office)
        )
        return set(self.connection.execute(query).scalars())

    def sees_all(self, entity: str) -> bool:
        """Whether no record of the entity is out of the actor's sight."""
        described = self.layout(entity).entity
        whole = described.field(described.parent).target if described.parent else ""
        return described.shared or (self.sees_all(whole) if whole else self.actor.reach(entity, Action.VIEW) is None)

    def seen(self, entity: str, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, bool]:
        """Those of these records that are there and visible → whether they are in the recycle bin."""
        c = self.layout(entity).table.c
        visible = access.condition(entity, self.actor, Action.VIEW, self.office)
        query = sa.select(c.id, c.deleted_at.is_not(None)).where(c.org_id == self.office, among(c.id, ids), visible)
        return {row[0]: bool(row[1]) for row in self.connection.execute(query)}

    def is_user(self, user: uuid.UUID) -> bool:
        """Whether there is a user with this id, active or not."""
        return str(user) in self._user_ids()

    def user_names(self) -> dict[uuid.UUID, str]:
        """Display names of all users by id."""
        rows = self.connection.execute(sa.select(User.id, User.name).where(User.org_id == self.office))
        return {row.id: row.name for row in rows}

    def handle_of(self, entity: str, record: uuid.UUID) -> int | None:
        """The row handle of a visible record, or None."""
        layout = self.layout(entity)
        query = (
            sa.select(layout.rid)
            .select_from(layout.table)
            .where(layout.table.c.org_id == self.office, layout.table.c.id == record)
            .where(access.condition(entity, self.actor, Action.VIEW, self.office))
        )
        return self.connection.execute(query).scalar()


def _hide(values: dict[str, Any], hidden: list[Field]) -> frozenset[str]:
    masked = set()
    for field in hidden:
        value = values.get(field.key)
        if value:
            values[field.key] = mask(value) if isinstance(value, str) else None
            masked.add(field.key)
    return frozenset(masked)
