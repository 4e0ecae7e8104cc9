"""Writes one batch of prepared rows: decides row by row, then inserts and updates in bulk. Dry runs use it too."""

from __future__ import annotations

import contextlib
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from app.core.access import Action, Actor
from app.core.fields import Entity, Field, FieldType, Link
from app.core.i18n import t
from app.core.records import Record
from app.db.journal import Operation
from app.db.store import lookup
from app.db.store.behaviour import Batch
from app.db.store.drafts import Change, Draft, TieRow, tie_row
from app.db.store.layout import from_store
from app.db.unit_of_work import UnitOfWork
from app.errors import UserError
from app.services.customers.choices import ChoiceService
from app.services.exchange.importing.differences import difference
from app.services.exchange.importing.errors_book import ErrorsBook
from app.services.exchange.importing.further import Clash, Further, Named, named
from app.services.exchange.importing.links import Links
from app.services.exchange.importing.matching import Match, Matcher
from app.services.exchange.importing.order_lines import OrderLines
from app.services.exchange.importing.prepare import Prepared, with_kept
from app.services.exchange.importing.report import AMBIGUOUS, DUPLICATE, REJECTED, UNMATCHED, WARNING, Tally
from app.services.exchange.mapping.plan import CREATE, UPDATE, ImportPlan
from app.services.exchange.mapping.targets import CONTACT


class BatchWriter:
    """One import's writer across its batches. `last` is the record that a row without one of its own belongs to; `people`: the
    customers made so far by their comparison names, where rows have contacts: one name is one customer then."""

    def __init__(self, plan: ImportPlan, tally: Tally, book: ErrorsBook, actor: Actor, owner: bytes) -> None:
        self._plan = plan
        self._tally = tally
        self._book = book
        self._actor = actor
        self._owner = owner
        self._seen: set[int] = set()
        self.last: Prepared | bytes | None = None
        #: the record of this import that was spoken of last
        self.open: Prepared | bytes | None = None
        self.people: dict[str, list[Named]] | None = {} if self._has_people(plan) else None
        self.made_tags: list[str] = []
        #: (field, word) of what pick-lists were given
        self.grown: set[tuple[str, str]] = set()
        self.lines = OrderLines(plan) if plan.entity == "orders" else None

    @staticmethod
    def _has_people(plan: ImportPlan) -> bool:
        return plan.entity == "customers" and CONTACT + "name" in plan.targets()

    def repeats(self, row: Prepared) -> bool:
        """Whether exactly this row stood in the file before."""
        mark = hash(row.joined)
        if mark in self._seen:
            return True
        self._seen.add(mark)
        return False

    def write(self, work: UnitOfWork, operation: Operation, rows: Sequence[Prepared]) -> None:
        """Decide and write the rows, in order."""
        batch = _Batch(self, work, operation, rows)
        batch.run()
        self.made_tags.extend(tag for tag in work.writer.made_tags if tag not in self.made_tags)


class _Batch:
    """The state of one batch. Rows to create wait in `_new` until the end, or until a later row needs them written."""

    def __init__(self, parent: BatchWriter, work: UnitOfWork, operation: Operation, rows: Sequence[Prepared]) -> None:
        self._p = parent
        self._plan = parent._plan  # noqa: SLF001 - the batch is the writer's own half
        self._tally = parent._tally  # noqa: SLF001
        self._rows = rows
        self._operation = operation
        self._reader = work.reader
        self._connection = work.connection
        self._writer = work.writer
        self._layout = work.reader.layout(self._plan.entity)
        self._entity: Entity = self._layout.entity
        self._matcher = Matcher(work.reader, self._layout, self._plan.rules, apart=self._plan.mode == CREATE)
        self._new: list[Prepared] = []
        self._changes: dict[bytes, Change] = {}
        self._changing: dict[bytes, list[Prepared]] = defaultdict(list)
        self._contacts: list[tuple[Prepared, bytes | Prepared]] = []
        apart = parent.lines.summed if parent.lines is not None else frozenset[str]()
        self._more = Further(self._plan, self._entity, apart)
        self._person = Further(self._plan, work.reader.registry.entity("contacts"), beside=CONTACT)
        #: rows that say more of a written record
        self._further: list[tuple[Prepared, bytes]] = []
        self._links = Links(work, self._plan, operation, parent._owner)  # noqa: SLF001
        self._work = work
        self._several = [f for f in self._entity.fields if f.type is FieldType.LINKS and not f.one]
        self._lists = [f for f in self._entity.fields if f.office and not f.open_choices]
        self._created: set[bytes] = set()
        self._made: set[bytes] = set()

    def run(self) -> None:
        """All rows of the batch."""
        self._matcher.load(self._rows)
        self._links.load(self._rows)
        with self._writer.own_search_entries():
            self._write_all()
        if self._plan.entity == "customers":  # a customer is found by its contacts' names
            grown = [x for row, x in self._contacts if isinstance(x, bytes) and (row.child or x not in self._made)]
            self._writer.outdated("customer", grown)
        if self._plan.entity == "contacts":
            touched = [*self._created, *self._changes]
            self._writer.outdated("customer", lookup.customers_of(self._connection, touched))

    def _write_all(self) -> None:
        matched: list[tuple[Prepared, bytes]] = []
        for row in self._rows:
            self._tally.add("rows")
            self._tell(row)
            if row.rejected:
                self._refuse(row, REJECTED, "rejected", None)
            elif row.child:
                self._child(row)
            else:
                self._decide(row, matched)
        self._flush_new()
        self._apply(matched)
        self._apply_further()
        self._insert_contacts()
        lines = self._p.lines
        if lines is not None:
            self._tally.add("lines", lines.flush(self._writer, self._operation, self._p._owner, self._plan.terms))  # noqa: SLF001
        self._tally.add("customers", self._links.made.get("customers", 0))
        self._tally.made_along.update(self._links.named)

    # ---- deciding -----------------------------------------------------------------------------------------------

    def _decide(self, row: Prepared, matched: list[tuple[Prepared, bytes]]) -> None:
        match = self._matcher.match(row)
        if match.pending is not None and self._plan.mode != CREATE:
            self._flush_new()
            match = self._matcher.match(row)
        if match.in_bin:
            self._refuse(row, REJECTED, "rejected", t("同一编号的档案在回收站里，请先恢复它"))
        elif len(match.records) > 1 and self._plan.mode != CREATE:
            self._refuse(
                row, AMBIGUOUS, "ambiguous", t("与 {n} 条已有档案都符合，无法确定是哪一条", n=len(match.records))
            )
        elif (above := self._above(row, match)) is not None:
            self._goes_on(row, above)
        elif match.records or match.pending is not None:
            self._found(row, match, matched)
        elif self._plan.mode == UPDATE:
            self._refuse(row, UNMATCHED, "rejected", t("档案里找不到对应的记录"))
        elif row.missing:
            row.problems = [*(row.problems or ()), *row.missing]
            for index, code, text, _ in row.missing:
                cell = row.cells[index] if index >= 0 else ""
                self._tally.issue(row.row, REJECTED, index, code, text, cell)
            self._refuse(row, REJECTED, "rejected", None)
        elif self._linked(row):
            if row.kept and self._entity.find("remark"):
                row.columns = with_kept(row)
            self._matcher.expect(row, len(self._new))
            self._new.append(row)
            if self._p.lines is not None:
                self._p.lines.begins(row)
            if row.contact:
                self._contacts.append((row, row))
            self._p.last = self._p.open = row
            if self._p.people is not None and row.derived and not row.guessed:
                self._p.people.setdefault(row.derived["match_key"], []).append(named(row))

    def _above(self, row: Prepared, match: Match) -> Prepared | bytes | None:
        """The record of this import that the row says more of: an order with further items, a customer with further people."""
        lines, people = self._p.lines, self._p.people
        if people is not None and row.contact is not None and row.derived and not row.guessed:
            there = next((x for x in people.get(row.derived["match_key"], ()) if not x.is_another(row)), None)
            return None if there is None or self._p.repeats(row) else there.of
        if lines is None:
            return None
        order: Prepared | bytes | None = None
        if match.pending is not None:
            order = self._new[match.pending]
        elif len(match.records) == 1 and lines.was_made(match.records[0]):
            order = match.records[0]
        # within an order an item may be there twice; the very row further down is the order once more
        twice = order is not None and lines.repeats(row) and not (lines.is_item(row) and order == self._p.open)
        return None if twice else order

    def _goes_on(self, row: Prepared, above: Prepared | bytes) -> None:
        """The row belongs to a record above."""
        self._tally.add("further")
        self._p.last = self._p.open = above
        if self._p.lines is not None:
            self._links.resolve_line(row)
            self._p.lines.goes_on(row, above)
        else:
            row.child = True
            self._contacts.append((row, above))
        if isinstance(above, bytes):
            self._further.append((row, above))
        else:
            self._tell_clashes(row, self._more.blend(above, row, above.cells), above.row)

    def _tell_clashes(self, row: Prepared, clashes: Sequence[Clash], above: int = 0) -> None:
        """What a row says otherwise than the record it belongs to is told by cell."""
        for clash in clashes:
            where = t("第 {row} 行", row=above) if above else t("上面的行")
            text = t("{where}已写“{there}”，这一格没有写入", where=where, there=clash.there[:80])
            cell = row.cells[clash.column] if clash.column >= 0 else ""
            self._tally.issue(row.row, WARNING, clash.column, "further.clash", text, cell)

    def _found(self, row: Prepared, match: Match, matched: list[tuple[Prepared, bytes]]) -> None:
        if self._plan.mode == CREATE:
            text = t("文件里前面已有相同的一行") if match.pending is not None else t("档案里已有相同的记录")
            self._refuse(row, DUPLICATE, "duplicates", text)
        else:
            matched.append((row, match.records[0]))
        self._p.last = (
            match.records[0] if match.records else self._new[match.pending] if match.pending is not None else None
        )

    def _child(self, row: Prepared) -> None:
        """A row without a record of its own: a further contact of the customer above it, a further item of the order."""
        above = self._p.last if self._p.lines is None else self._p.open
        if above is None and self._p.last is not None and self._plan.mode == CREATE:
            self._refuse(row, DUPLICATE, "duplicates", t("它属于上面一行，那一行已经有了"))
        elif above is None:
            self._refuse(
                row, REJECTED, "rejected", t("这一行没有自己的{entity}，上面也没有可归属的", entity=self._entity.label)
            )
        else:
            self._goes_on(row, above)

    def _refuse(self, row: Prepared, outcome: str, count: str, text: str | None) -> None:
        self._tally.add(count)
        self._tally.refused[row.row] = outcome
        problems = [(index, words) for index, _, words, severity in row.problems or () if severity == "error"]
        if text is not None:
            problems.append((-1, text))
            self._tally.issue(row.row, outcome, -1, outcome, text, "")
        self._p._book.add(row.row, row.cells, outcome, problems)  # noqa: SLF001

    def _tell(self, row: Prepared) -> None:
        cells: list[str] | None = None
        for index, code, text, severity in row.problems or ():
            cells = cells if cells is not None else row.cells
            if code == "owner.unknown":
                self._tally.unknown_owners[cells[index]] += 1
            outcome = WARNING if severity == "warning" or not row.rejected else REJECTED
            self._tally.issue(row.row, outcome, index, code, text, cells[index] if index >= 0 else "")
        for index, word in row.words:
            self._tally.words[index, word] += 1
        for index, before, after in row.changes or ():
            self._tally.change(row.row, index, before, after)

    # ---- writing ------------------------------------------------------------------------------------------------

    def _flush_new(self) -> None:
        if not self._new:
            return
        self._links.flush()
        self._understand([(row, None) for row in self._new])
        owner, terms = self._p._owner, self._plan.terms  # noqa: SLF001
        batch = self._writer.add(self._operation, self._plan.entity, self._new, owner, terms)
        written: list[Prepared] = []
        ids: list[bytes] = []
        for row, draft in zip(self._new, batch.drafts, strict=True):
            if self._taken(batch, draft, row):
                written.append(row)
                ids.append(draft.id.bytes)
        self._tally.add("created", len(written))
        self._matcher.written(written, ids)
        self._created.update(ids)
        self._made.update(key for row, key in zip(written, ids, strict=True) if row.contact)
        by_row = {id(row): key for row, key in zip(written, ids, strict=True)}
        self._contacts = [
            (row, by_row.get(id(target), target) if isinstance(target, Prepared) else target)
            for row, target in self._contacts
        ]
        if self._p.lines is not None:
            self._p.lines.written(by_row, written)
        if isinstance(self._p.last, Prepared):
            self._p.last = by_row.get(id(self._p.last))
        if isinstance(self._p.open, Prepared):
            self._p.open = by_row.get(id(self._p.open))
        self._know_people(by_row)
        self._leave_without(written)
        self._new = []

    def _know_people(self, by_row: Mapping[int, bytes]) -> None:
        """Customers that were written are known by their ids, those that were refused no more."""
        people = self._p.people
        if people is None:
            return
        for there in (x for row in self._new if row.derived for x in people.get(row.derived["match_key"], ())):
            if isinstance(there.of, Prepared):
                there.of = by_row.get(id(there.of), b"")
        for row in self._new:
            if row.derived and id(row) not in by_row:
                key = row.derived["match_key"]
                people[key] = [x for x in people.get(key, ()) if x.of]

    def _leave_without(self, written: Sequence[Prepared]) -> None:
        """Rows that were to be parts of a refused one are told, too."""
        there = set(map(id, written))
        for refused in [row for row in self._new if id(row) not in there]:
            parts = self._p.lines.refused(refused) if self._p.lines is not None else []
            parts += [row for row, target in self._contacts if target is refused and row is not refused]
            self._contacts = [pair for pair in self._contacts if pair[1] is not refused]
            for row in parts:
                text = t("它所属的第 {row} 行没有导入", row=refused.row)
                self._refuse(row, REJECTED, "rejected", text)

    def _taken(self, batch: Batch, draft: Draft, row: Prepared) -> bool:
        """Whether the row was written; what a person should know of it is told either way."""
        if draft.problems:
            labels = {key: batch.entity.field(key).label for key in draft.problems}
            self._refuse(
                row, REJECTED, "rejected", "；".join(f"{labels[k]}：{text}" for k, text in draft.problems.items())
            )
            return False
        self._grow_lists(row)
        for words in draft.told():
            self._tally.issue(row.row, WARNING, -1, "incomplete", words, "")
        return True

    def _grow_lists(self, row: Prepared) -> None:
        """Words that the office's pick-lists have not are added to them, with the first row that brings them."""
        for field in self._lists:
            value = from_store(field, row.columns.get(field.key))
            column = next((i for i, c in enumerate(self._plan.columns) if c.target == field.key), -1)
            for text in value if isinstance(value, tuple) else (value,):
                if not text or field.choice(text) is not None:
                    continue
                self._tally.words[column, text] += 1
                if (field.key, text) not in self._p.grown:
                    self._p.grown.add((field.key, text))
                    with contextlib.suppress(UserError):  # the list has it by now
                        ChoiceService.make(self._work, self._plan.entity, field.key, text)
                    self._tally.made_along[t("{field}：{text}", field=field.label, text=text)] += 1

    def _understand(self, rows: Sequence[tuple[Prepared, Record | None]]) -> None:
        behaviour = self._work.writer.behaviour(self._plan.entity)
        for row, text in behaviour.understand(self._work, self._operation, rows) if rows else ():
            self._tally.issue(row.row, WARNING, -1, "understood", text, "")

    def _apply(self, matched: list[tuple[Prepared, bytes]]) -> None:
        records = {
            r.id.bytes: r for r in self._reader.by_ids(self._plan.entity, {uuid.UUID(bytes=key) for _, key in matched})
        }
        matched = [(row, key) for row, key in matched if self._linked(row, records.get(key))]
        self._links.flush()
        self._understand([(row, records.get(key)) for row, key in matched])
        may = self._reader.reachable(self._plan.entity, [uuid.UUID(bytes=key) for _, key in matched], Action.EDIT)
        for row, key in matched:
            record = records.get(key)
            if record is None or record.id not in may:
                self._refuse(row, REJECTED, "rejected", t("对应的档案由别人负责，您不能修改"))
                continue
            if row.contact:
                self._contacts.append((row, key))
            self._merge(row, key, record)
        batch = self._writer.change(self._operation, self._plan.entity, list(self._changes.values()), self._plan.terms)
        for draft in batch.drafts:
            for row in self._changing[draft.id.bytes]:
                if self._taken(batch, draft, row):
                    self._tally.add("updated")

    def _apply_further(self) -> None:
        """What rows say of a record that an earlier batch wrote."""
        records = {
            r.id.bytes: r
            for r in self._reader.by_ids(self._plan.entity, {uuid.UUID(bytes=k) for _, k in self._further})
        }
        changes: dict[bytes, Change] = {}
        for row, key in self._further:
            record = records.get(key)
            if record is None or not self._linked(row, record):
                continue
            before = changes.get(key)
            seen = record if before is None else replace(record, values={**record.values, **before.values})
            change, clashes = self._more.change(seen, row)
            self._tell_clashes(row, clashes)
            if change is not None:
                known = before.values if before else {}
                changes[key] = replace(change, record=record, values={**known, **change.values},
                                       named=change.named | (before.named if before else frozenset()))  # fmt: skip
        self._links.flush()
        if changes:
            self._writer.change(self._operation, self._plan.entity, list(changes.values()), self._plan.terms).require()

    def _merge(self, row: Prepared, key: bytes, record: Record) -> None:
        """Two rows of a file may change the same record: the later one adds to the earlier one's change."""
        before = self._changes.get(key)
        seen = record if before is None else Record(
            record.entity, record.id, record.handle, record.version, {**record.values, **before.values}, record.masked
        )  # fmt: skip
        if self._matcher.is_alias(row, key, record.get("external_id")):
            row.columns.pop("external_id")  # it stays the alias's own
        change = difference(self._entity, self._plan, seen, row)
        if change is None:
            self._tally.add("unchanged")
            return
        self._changing[key].append(row)
        values = {**(before.values if before else {}), **change.values}
        raw = {**((before.raw if before else None) or {}), **(row.raw or {})}
        named = change.named | (before.named if before else frozenset())
        self._changes[key] = Change(record, values, raw, named)

    # ---- contacts of the row, and links by name -----------------------------------------------------------------

    def _insert_contacts(self) -> None:
        wanted = [(row, target) for row, target in self._contacts if isinstance(target, bytes) and row.contact]
        if not wanted:
            return
        known = lookup.contact_names(self._connection, [c for c in {c for _, c in wanted} if c not in self._created])
        fresh: dict[tuple[bytes, str], tuple[Prepared, bytes]] = {}
        for row, customer in wanted:
            assert row.contact is not None
            assert row.contact.derived is not None
            name = (customer, row.contact.derived["match_key"])
            if name in fresh:  # the same person again: what the row says of him more
                first = fresh[name][0]
                assert first.contact is not None
                self._tell_clashes(row, self._person.blend(first.contact, row.contact, first.cells), first.row)
            elif name in known:
                self._tell_known(row)
            else:
                fresh[name] = (row, customer)
        made = []
        for row, customer in fresh.values():
            if row.contact:
                if "owner" not in row.contact.columns and row.columns.get("owner"):
                    row.contact.columns["owner"] = row.columns["owner"]
                row.contact.ties = [("customers", customer, "", "", None, None)]
                made.append(row.contact)
        owner, terms = self._p._owner, self._plan.terms  # noqa: SLF001
        batch = self._writer.add(self._operation, "contacts", made, owner, terms)
        for (row, _), draft in zip(fresh.values(), batch.drafts, strict=True):
            if self._taken(batch, draft, row):
                self._tally.add("contacts")

    def _tell_known(self, row: Prepared) -> None:
        """The customer has a contact of this name already: nothing of the row's is written over him, and that is told."""
        for index, column in enumerate(self._plan.columns):
            cell = row.cells[index] if column.target and column.target.startswith(CONTACT) else ""
            if cell and column.target != CONTACT + "name":
                text = t("客户已有这位联系人，这一格没有写入；可以在联系人里导入")
                self._tally.issue(row.row, WARNING, index, "contact.known", text, cell)

    def _linked(self, row: Prepared, current: Record | None = None) -> bool:
        """Tie the row to the records it names; False when it cannot be taken without them."""
        for open_ in self._links.resolve(row, current):
            self._tally.unlinked[open_.text] += 1
            if not open_.soft:
                self._refuse(row, open_.outcome, "ambiguous" if open_.outcome == AMBIGUOUS else "rejected", open_.text)
                return False
            self._tally.issue(row.row, WARNING, -1, "link.unresolved", open_.text, open_.name)
        for field in self._several:
            self._tie(row, field)
        return True

    def _tie(self, row: Prepared, field: Field) -> None:
        """Tie a record to all those its row names."""
        ties: dict[bytes, TieRow] = {}
        for name, found in self._links.many(row, field.key):
            if len(found) == 1:
                ties.setdefault(found[0], tie_row(field.key, Link(uuid.UUID(bytes=found[0]))))
                continue
            if not found and self._links.make_tied(row, field.key, name):
                continue
            target = self._work.reader.registry.entity(field.target).label
            text = (
                t("有 {n} 个{entity}都叫“{name}”", n=len(found), entity=target, name=name)
                if found
                else t("找不到{entity}“{name}”", entity=target, name=name)
            )
            self._tally.issue(row.row, WARNING, -1, "link.unresolved", text, name)
            self._tally.unlinked[text] += 1
        row.ties = [*(tie for tie in row.ties if tie[0] != field.key), *ties.values()]
