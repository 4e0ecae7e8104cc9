"""The one writer: every record that is made, changed, deleted or put back, alone or by the thousand, goes through here.

A write is a batch of one kind. Its behaviour completes the drafts (`prepare`), says what speaks against them (`check`), the
rules for all kinds are checked, rows and journal are written, and what follows is done (`follow`, `settle`). A single edit
is a batch of one.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from app.core.access import Action
from app.core.i18n import t
from app.core.records import Record
from app.core.validation import InvalidFields, clean_values
from app.db.journal import CREATE, DELETE, RESTORE, UPDATE, Journal, Operation
from app.db.store import checks, rights, usual
from app.db.store.behaviour import FOLLOWING, PLAIN, Batch, Behaviour, Terms
from app.db.store.change_texts import changed_text, made_text
from app.db.store.concerned import concern
from app.db.store.drafts import Change, ChangeDraft, Draft, NewDraft, NewRow, row_of, same
from app.db.store.layout import Layout
from app.db.store.reading import Reader
from app.db.store.storing import Former, Tables, fresh_ids
from app.errors import AppError, Conflict, NotPermitted

_HERE = Terms()
#: fields that every change needs to know
_ALWAYS = ("owner", "updated_at")


class Writer:
    """Writes records of any entity in one unit of work. `behaviours`: entity → its behaviour."""

    def __init__(
        self,
        reader: Reader,
        journal: Journal,
        behaviours: Mapping[str, Behaviour] | None = None,
        tables: Tables | None = None,
    ) -> None:
        self.reader = reader
        self.connection = reader.connection
        self.journal = journal
        self.behaviours = behaviours or {}
        self.actor = reader.actor
        self._tables = tables or Tables(reader.connection, reader.layout)
        self._deferred: list[Batch] | None = None
        self._everywhere: Writer | None = None

    def everywhere(self) -> Writer:
        """The same writer for what follows from a permitted change, seen by the actor or not."""
        if self._everywhere is None:
            self._everywhere = Writer(self.reader.unrestricted(), self.journal, self.behaviours, self._tables)
        return self._everywhere

    # ---- new records --------------------------------------------------------------------------------------------

    def create(self, operation: Operation, entity: str, values: Mapping[str, Any], terms: Terms = _HERE) -> Record:
        """A new record; the actor becomes its owner unless one is given. Raises InvalidFields, NotPermitted."""
        layout = self.reader.layout(entity)
        rights.require_create(self.reader, layout, values)
        return self.create_part(operation, entity, values, terms)

    def create_part(self, operation: Operation, entity: str, values: Mapping[str, Any], terms: Terms = _HERE) -> Record:
        """A part that follows from a permitted change of its whole, whatever the rights on parts."""
        layout = self.reader.layout(entity)
        given = {k: v for k, v in values.items() if v not in (None, "", ())}
        _check_editable(layout, given)
        cleaned = clean_values(layout.entity, given, partial=True)
        row = row_of(layout, {k: v for k, v in cleaned.items() if v is not None})
        row.unowned = self.behaviour(entity).ownerless and "owner" in values and values["owner"] is None
        batch = self.add(operation, entity, [row], self.actor.user_id.bytes if self.actor.user_id else None, terms)
        batch.require()
        return self._seen(layout, batch.drafts[0].id)

    def add_following(self, operation: Operation, entity: str, values: Sequence[Mapping[str, Any]]) -> list[uuid.UUID]:
        """New records that follow from a permitted write; returns their ids."""
        layout = self.reader.layout(entity)
        rows = [row_of(layout, {k: v for k, v in each.items() if v is not None}) for each in values]
        batch = self.everywhere().add(operation, entity, rows, None, FOLLOWING)
        batch.require()
        return [draft.id for draft in batch.drafts]

    def add(
        self, operation: Operation, entity: str, rows: Sequence[NewRow], owner: bytes | None, terms: Terms = _HERE
    ) -> Batch:
        """New records in order, without asking for rights. `owner` is for rows without one. Drafts with `problems` were
        not written."""
        layout = self.reader.layout(entity)
        owned = layout.entity.find("owner") is not None
        for row in rows:
            if owned and not row.columns.get("owner") and not row.unowned:
                row.columns["owner"] = owner
        drafts: list[Draft] = [
            NewDraft(layout, uuid.UUID(bytes=key), row) for key, row in zip(fresh_ids(len(rows)), rows, strict=True)
        ]
        batch = Batch(self, operation, layout, CREATE, drafts, terms)
        self._admit(batch)
        written = [d for d in batch if isinstance(d, NewDraft)]
        if written:
            for draft in written:
                _complete(layout, draft.row)
            ids = [d.id.bytes for d in written]
            self._tables.insert(layout, ids, [d.row for d in written])
            self.journal.record_many(
                operation, entity,
                [(key, CREATE, 1, made_text(d.row.raw)) for key, d in zip(ids, written, strict=True)],
            )  # fmt: skip
            self._conclude(batch)
        return batch

    # ---- records that are there ---------------------------------------------------------------------------------

    def update(
        self,
        operation: Operation,
        entity: str,
        record: uuid.UUID,
        changes: Mapping[str, Any],
        *,
        expected_version: int | None = None,
        raw: Mapping[str, str] | None = None,
        terms: Terms = _HERE,
    ) -> tuple[Record, bool]:
        """Change fields of a record; returns it and whether anything changed.

        Raises Conflict when `expected_version` is no longer the record's, NotPermitted, InvalidFields.
        """
        layout = self.reader.layout(entity)
        current = self.reader.get(entity, record)
        rights.require(self.reader, layout, current, Action.EDIT)
        if expected_version is not None and current.version != expected_version:
            raise Conflict(t("这条档案刚被别人改过，请刷新后再试。"))
        change = self._wanted(layout, current, clean_values(layout.entity, changes, partial=True))
        if change is None:
            return current, False
        if "owner" in change.values and current.get("owner"):
            rights.require(self.reader, layout, current, Action.ASSIGN)
        change.raw = raw
        batch = self.change(operation, entity, [change], terms)
        batch.require()
        if not change.values:
            return current, False
        return self._seen(layout, record), True

    def update_many(
        self, operation: Operation, entity: str, records: Sequence[Record], changes: Mapping[str, Any]
    ) -> dict[uuid.UUID, AppError | bool]:
        """Set the same fields of many records, as one batch. Returns per record whether it changed, or why it stayed.
        Raises InvalidFields for values that fit no record."""
        cleaned = clean_values(self.reader.registry.entity(entity), changes, partial=True)
        return self._update_all(operation, entity, records, dict.fromkeys((r.id for r in records), cleaned))

    def update_each(
        self,
        operation: Operation,
        entity: str,
        records: Sequence[Record],
        changes: Mapping[uuid.UUID, Mapping[str, Any]],
    ) -> dict[uuid.UUID, AppError | bool]:
        """As `update_many`, with values of its own for each record."""
        described = self.reader.registry.entity(entity)
        cleaned = {key: clean_values(described, values, partial=True) for key, values in changes.items()}
        return self._update_all(operation, entity, records, cleaned)

    def _update_all(
        self,
        operation: Operation,
        entity: str,
        records: Sequence[Record],
        cleaned: Mapping[uuid.UUID, Mapping[str, Any]],
    ) -> dict[uuid.UUID, AppError | bool]:
        layout = self.reader.layout(entity)
        outcome: dict[uuid.UUID, AppError | bool] = dict(rights.out_of_reach(self.reader, layout, records, Action.EDIT))
        wanted: list[Change] = []
        for record in records:
            if record.id in outcome:
                continue
            try:
                change = self._wanted(layout, record, cleaned[record.id])
            except AppError as error:
                outcome[record.id] = error
                continue
            outcome[record.id] = False
            if change is not None:
                wanted.append(change)
        given_away = [c.record for c in wanted if "owner" in c.values and c.record.get("owner")]
        kept = rights.out_of_reach(self.reader, layout, given_away, Action.ASSIGN) if given_away else {}
        outcome |= kept
        batch = self.change(operation, entity, [c for c in wanted if c.record.id not in kept])
        for draft in batch.drafts:
            assert isinstance(draft, ChangeDraft)
            refused = InvalidFields(layout.entity, draft.problems) if draft.problems else None
            outcome[draft.id] = refused or bool(draft.change.values)
        return outcome

    def change(self, operation: Operation, entity: str, changes: Sequence[Change], terms: Terms = _HERE) -> Batch:
        """Different values of existing records, without asking for rights. Drafts with `problems` were not written; a
        draft whose change says nothing any more was not, either."""
        layout = self.reader.layout(entity)
        drafts = [ChangeDraft(layout.entity, change) for change in changes]
        batch = Batch(self, operation, layout, UPDATE, list(drafts), terms)
        self._admit(batch)
        for draft in drafts:
            for key in [k for k, v in draft.change.values.items() if same(draft.before(k), v)]:
                draft.drop(key)
        self._store(batch)
        return batch

    def touch(self, operation: Operation, entity: str, current: Record, changes: Mapping[str, Any]) -> None:
        """A change that follows from another one (last contact day of a follow-up): journaled, whatever the edit rights."""
        self.touch_many(operation, entity, [Change(current, dict(changes))])

    def touch_many(self, operation: Operation, entity: str, changes: Sequence[Change]) -> None:
        """As `touch`, for many. What they follow from was checked; what is worked out from them is brought up to date."""
        layout = self.reader.layout(entity)
        drafts: list[Draft] = [ChangeDraft(layout.entity, change) for change in changes]
        self._store(Batch(self, operation, layout, UPDATE, drafts, FOLLOWING))

    def _wanted(self, layout: Layout, current: Record, cleaned: Mapping[str, Any]) -> Change | None:
        """The values that differ from the record's; raises what stands against changing them at all."""
        different = {k: v for k, v in cleaned.items() if not same(current.get(k), v)}
        if not different:
            return None
        _check_editable(layout, different)
        hidden = [k for k in different if k in current.masked]
        if hidden:
            raise NotPermitted(t("您无权修改敏感字段“{field}”。", field=layout.entity.field(hidden[0]).label))
        return Change(current, different, named=frozenset(cleaned))

    # ---- the recycle bin ----------------------------------------------------------------------------------------

    def delete(self, operation: Operation, entity: str, record: uuid.UUID) -> None:
        """Into the recycle bin. Raises NotPermitted, NotFound."""
        self._mark_one(operation, entity, record, DELETE)

    def restore(self, operation: Operation, entity: str, record: uuid.UUID) -> None:
        """Back from the recycle bin."""
        self._mark_one(operation, entity, record, RESTORE)

    def _mark_one(self, operation: Operation, entity: str, record: uuid.UUID, action: str) -> None:
        outcome = self.mark_many(operation, entity, [self.reader.get(entity, record)], action)[record]
        if isinstance(outcome, AppError):
            raise outcome

    def mark_many(
        self, operation: Operation, entity: str, records: Sequence[Record], action: str
    ) -> dict[uuid.UUID, AppError | bool]:
        """Delete or restore records as one batch. Returns per record whether it changed, or why it stayed."""
        layout = self.reader.layout(entity)
        outcome: dict[uuid.UUID, AppError | bool] = dict(
            rights.out_of_reach(self.reader, layout, records, Action.DELETE)
        )
        if layout.entity.shared and action == DELETE:
            outcome |= rights.in_use(self.reader, layout, [r for r in records if r.id not in outcome])
        todo = [r for r in records if r.id not in outcome and (r.deleted_at is None) is (action == DELETE)]
        outcome |= {r.id: False for r in records if r.id not in outcome}
        outcome |= {r.id: True for r in todo}
        self.mark(operation, entity, todo, action, _HERE)
        return outcome

    def mark(
        self, operation: Operation, entity: str, records: Sequence[Record], action: str, terms: Terms = FOLLOWING
    ) -> None:
        """Delete or restore records, without asking for rights."""
        if not records:
            return
        layout = self.reader.layout(entity)
        self._tables.mark(layout, [(r.id.bytes, r.version) for r in records], deleted=action == DELETE)
        self.journal.record_many(operation, entity, [(r.id.bytes, action, r.version + 1, "") for r in records])
        drafts: list[Draft] = [ChangeDraft(layout.entity, Change(r, {})) for r in records]
        self._conclude(Batch(self, operation, layout, action, drafts, terms))

    def unwrite(self, entity: str, formers: Sequence[Former]) -> None:
        """Put records back as if they had never been written; nothing is journaled and nothing follows."""
        self._tables.unwrite(self.reader.layout(entity), formers)

    def known(self, entity: str, ids: Sequence[uuid.UUID], changing: Iterable[str] = ()) -> list[Record]:
        """The records with what must be known of them to change these fields, or to delete or restore them."""
        return self.reader.by_ids(entity, ids, self._needed(entity, changing))

    def known_by_handle(self, entity: str, handles: Sequence[int], changing: Iterable[str] = ()) -> list[Record]:
        """As `known`, by row handles and in their order."""
        found = self.reader.records(entity, handles, self._needed(entity, changing))
        return [found[int(h)] for h in handles if int(h) in found]

    def _needed(self, entity: str, changing: Iterable[str]) -> list[str] | None:
        needs = self.behaviour(entity).needs
        if needs is None:
            return None
        described = self.reader.registry.entity(entity)
        return [k for k in dict.fromkeys((*changing, *needs, described.title, *_ALWAYS)) if described.find(k)]

    # ---- one batch ----------------------------------------------------------------------------------------------

    def behaviour(self, entity: str) -> Behaviour:
        """What the kind of record brings along."""
        return self.behaviours.get(entity, PLAIN)

    def _admit(self, batch: Batch) -> None:
        """Complete the drafts and find out what speaks against them."""
        behaviour = self.behaviour(batch.entity.key)
        minded = batch.terms.note and type(behaviour).prepare is not Behaviour.prepare
        asked = [draft.asked() for draft in batch.drafts] if minded else []
        usual.fill(batch)
        behaviour.prepare(batch)
        for draft, values in zip(batch.drafts, asked, strict=False):
            draft.miss(values)
        checks.check(batch, self.reader)
        behaviour.check(batch)
        for draft in batch.drafts:
            if not batch.terms.tolerate(draft):
                for key, text in draft.lacking.items():
                    draft.problems.setdefault(key, text)
        if batch.terms.note:
            for draft in batch:
                for words in draft.told():
                    batch.operation.notes[batch.entity.key, words] += 1

    def _store(self, batch: Batch) -> None:
        """Write the changes of a batch, with their journal, and conclude it."""
        written: list[Change] = []
        for draft in batch:
            assert isinstance(draft, ChangeDraft)
            if draft.change.values:
                written.append(draft.change)
        if not written:
            return
        self._tables.update(batch.layout, written)
        entity = batch.entity.key
        texts = [(c.record.id.bytes, UPDATE, c.record.version + 1, changed_text(batch.layout, c)) for c in written]
        self.journal.record_many(batch.operation, entity, texts)
        self._conclude(batch)

    def _conclude(self, batch: Batch) -> None:
        behaviour = self.behaviour(batch.entity.key)
        concern(batch)
        if batch.terms.note:
            behaviour.follow(batch)
        if self._deferred is None:
            behaviour.settle([batch])
        elif type(behaviour).settle is not Behaviour.settle:
            self._deferred.append(batch)

    @contextlib.contextmanager
    def settling_last(self) -> Iterator[None]:
        """While inside, nothing is settled; at the end everything is, when all records are as they are to stay."""
        if self._deferred is not None:  # already inside
            yield
            return
        self._deferred = []
        try:
            yield
        finally:
            batches, self._deferred = self._deferred, None
        kinds: dict[str, list[Batch]] = {}
        for batch in batches:
            kinds.setdefault(batch.entity.key, []).append(batch)
        for entity, mine in kinds.items():
            self.behaviour(entity).settle(mine)

    # ---- bulk doors ---------------------------------------------------------------------------------------------

    @property
    def made_tags(self) -> list[str]:
        """Names of tags that had to be made."""
        return self._tables.made_tags

    @contextlib.contextmanager
    def own_search_entries(self) -> Iterator[None]:
        """While inside, new rows bring their search entries along (`NewRow.entry`)."""
        with self._tables.own_search_entries():
            yield

    def grow(self, entity: str, field: str, amounts: Sequence[tuple[int, bytes]]) -> None:
        """Add (minor units, record) to an amount of records that this very operation made: no change of their own."""
        self._tables.grow(self.reader.layout(entity), field, amounts)

    def outdated(self, table: str, records: Sequence[bytes]) -> None:
        """These existing records' search entries are stale."""
        self._tables.outdated(table, records)

    # ---- checks -------------------------------------------------------------------------------------------------

    def _seen(self, layout: Layout, record: uuid.UUID) -> Record:
        """The record after writing; its writer may have given it out of his own sight."""
        found = self.reader.find(layout.entity.key, record)
        return found or Record(layout.entity.key, record, 0, 0, {})

    def check_unique(self, layout: Layout, values: Mapping[str, Any], record: uuid.UUID | None) -> None:
        """Raise InvalidFields when another record, in the recycle bin or not, has one of these unique values."""
        current = Record(layout.entity.key, record or uuid.UUID(int=0), 0, 0, {})
        known = {k: v for k, v in values.items() if layout.entity.field(k).unique}
        if known:
            draft = ChangeDraft(layout.entity, Change(current, known))
            checks.unique(self.reader, layout, [draft])
            if draft.problems:
                raise InvalidFields(layout.entity, draft.problems)


def _check_editable(layout: Layout, values: Iterable[str]) -> None:
    fixed = [k for k in values if layout.entity.field(k).readonly]
    if fixed:
        raise InvalidFields(layout.entity, {k: t("由系统填写，不能修改。") for k in fixed})


def _complete(layout: Layout, row: NewRow) -> None:
    """Columns that follow from the name, where the row does not bring them."""
    if row.derived is None and "name" in row.columns:
        row.derived = layout.derive(row.columns) or None
