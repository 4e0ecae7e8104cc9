"""The records that rows of a file are tied to: found by number or name, made when they are missing."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from app.core.access import Action
from app.core.fields import Entity, Field, FieldType, Link
from app.core.i18n import t
from app.core.pinyin import sort_key
from app.core.records import Record
from app.db.journal import Operation
from app.db.search_sources import SEARCHED
from app.db.search_tokens import tokens
from app.db.store import lookup
from app.db.store.drafts import NewRow, tie_row
from app.db.store.layout import Layout
from app.db.store.matching import match_key
from app.db.unit_of_work import UnitOfWork
from app.services.exchange.importing.prepare import Prepared
from app.services.exchange.importing.report import AMBIGUOUS, REJECTED
from app.services.exchange.mapping.plan import ImportPlan

#: asked in this order; the first that knows the text decides
_KEYS = ("external_id", "number", "code", "name")


@dataclass(frozen=True)
class Unlinked:
    """A link that could not be made. `outcome`: rejected or ambiguous; `soft`: the row is taken all the same."""

    text: str
    name: str
    outcome: str
    soft: bool


@dataclass
class _Target:
    """One linked entity: what the archive knows of the batch's texts, and records to be made."""

    layout: Layout
    known: dict[str, list[bytes]] = field(default_factory=dict)
    binned: set[str] = field(default_factory=set)
    fresh: dict[str, NewRow] = field(default_factory=dict)
    waiting: list[tuple[NewRow, str, str]] = field(default_factory=list)
    ties: list[tuple[NewRow, str, str]] = field(default_factory=list)


class Links:
    """One batch's links. `load` first, then `resolve` row by row, `flush` before the rows are written."""

    def __init__(self, work: UnitOfWork, plan: ImportPlan, operation: Operation, owner: bytes) -> None:
        self._work = work
        self._plan = plan
        self._operation = operation
        self._owner = owner
        entity = work.reader.layout(plan.entity).entity
        self._fields = [f for f in entity.fields if f.type is FieldType.LINKS]
        self._targets = {f.key: _Target(work.reader.layout(f.target)) for f in self._fields if f.key != "stage"}
        self._product = _Target(work.reader.layout("products")) if plan.entity == "orders" else None
        self._one = {f.key for f in self._fields if work.reader.layout(plan.entity).reference(f.key) is not None}
        self.made: dict[str, int] = defaultdict(int)
        self.named: Counter[str] = Counter()

    def load(self, rows: Sequence[Prepared]) -> None:
        """Look up every text of the batch at once."""
        for key, target in self._targets.items():
            texts = {text for row in rows for text in _texts(row, key)}
            if texts:
                target.known, target.binned = self._look_up(target.layout, texts)
        if self._product is not None:
            texts = {text for row in rows for text in _product_texts(row)}
            self._product.known, self._product.binned = self._look_up(self._product.layout, texts)

    def _look_up(self, layout: Layout, texts: set[str]) -> tuple[dict[str, list[bytes]], set[str]]:
        """Text → live records it names; and texts that are the number of a record in the recycle bin."""
        binned: set[str] = set()
        found: dict[str, list[bytes]] = {}
        missing = set(texts)
        for key in _KEYS:
            if not missing or layout.column(key) is None or (key == "name" and "match_key" not in layout.table.c):
                continue
            asked = {match_key(text) if key == "name" else text: text for text in missing}
            hits = lookup.find(self._work.connection, layout, key, asked)
            for text in list(missing):
                mine = hits.get(match_key(text) if key == "name" else text, ())
                live = [r for r, gone in mine if not gone]
                if live:
                    found[text] = live
                    missing.discard(text)
                elif mine and key != "name":
                    binned.add(text)
        return found, binned - found.keys()

    def resolve(self, row: Prepared, current: Record | None = None) -> list[Unlinked]:
        """Put the ids of linked records into the row's columns; returns what could not be linked. Where several records
        fit, the one that `current`, the record the row changes, is tied to already."""
        open_: list[Unlinked] = []
        for field_ in self._fields:
            target = self._targets.get(field_.key)
            if target is None or field_.key not in self._one:
                continue
            texts = _texts(row, field_.key)
            if not texts:
                continue
            tied = [link.id.bytes for link in (current.get(field_.key) if current is not None else None) or ()]
            problem = self._one_link(row, field_, target, texts, tied)
            if problem is not None:
                open_.append(problem)
        self.resolve_line(row)
        return open_

    def resolve_line(self, row: Prepared) -> None:
        """Tie the order item of the row to its product; a product that is not there is made."""
        target, texts = self._product, _product_texts(row)
        if target is None or row.line is None or not texts:
            return
        hits = target.known.get(texts[0], [])
        if hits:
            row.line.columns["product"] = hits[0]
        elif self._may_make(target.layout.entity):
            called = row.line.columns.get("name") or texts[0]
            made = _named(target.layout.entity, NewRow({"name": called, "code": texts[0], "active": 1}, []))
            made.columns["category"] = row.line.columns.get("category")
            target.fresh.setdefault(texts[0], made)
            target.waiting.append((row.line, "product", texts[0]))

    def _one_link(
        self, row: Prepared, field_: Field, target: _Target, texts: list[str], tied: list[bytes]
    ) -> Unlinked | None:
        hits = next((target.known[text] for text in texts if text in target.known), [])
        if len(hits) > 1 and tied:
            hits = [hit for hit in hits if hit in tied] or hits
        if len(hits) == 1:
            row.columns[field_.key] = hits[0]
            return None
        label = target.layout.entity.label
        soft = target.layout.entity.loose or (self._plan.links == "open" and not field_.required)
        name = texts[0]
        if hits:
            text = t("有 {n} 个{entity}都叫“{name}”", n=len(hits), entity=label, name=name)
            return Unlinked(text, name, AMBIGUOUS, soft)
        if name in target.binned:
            return Unlinked(t("{entity}“{name}”在回收站里，请先恢复它", entity=label, name=name), name, REJECTED, soft)
        if field_.there or not self._may_make(target.layout.entity):
            return Unlinked(t("找不到{entity}“{name}”", entity=label, name=name), name, REJECTED, soft)
        target.fresh.setdefault(name, self._new_row(target.layout.entity, row, name))
        target.waiting.append((row, field_.key, name))
        self.named[f"{label}：{name}"] += 1
        return None

    def _may_make(self, entity: Entity) -> bool:
        actor = self._work.actor
        if self._plan.links == "open" and entity.key == "customers":
            return False
        if not entity.made:
            return False
        return actor.is_admin if entity.shared else actor.may(entity.key, Action.CREATE)

    @staticmethod
    def _new_row(entity: Entity, row: Prepared, name: str) -> NewRow:
        if entity.key == "customers" and row.customer is not None:
            made = row.customer
            made.columns.setdefault("name", name)
        else:
            made = NewRow({"name": name}, [])
            if entity.shared and entity.find("active"):
                made.columns["active"] = 1
        return _named(entity, made)

    def flush(self) -> None:
        """Make the missing records and tie the rows that wait for them."""
        for target in (*self._targets.values(), *filter(None, (self._product,))):
            if not target.fresh:
                continue
            names = list(target.fresh)
            entity = target.layout.entity.key
            fresh = [target.fresh[n] for n in names]
            batch = self._work.writer.add(self._operation, entity, fresh, self._owner, self._plan.terms)
            batch.require()
            ids = [draft.id.bytes for draft in batch.drafts]
            made = dict(zip(names, ids, strict=True))
            target.known |= {name: [key] for name, key in made.items()}
            for row, field_key, name in target.waiting:
                row.columns[field_key] = made[name]
            for row, field_key, name in target.ties:
                row.ties = [*row.ties, tie_row(field_key, Link(uuid.UUID(bytes=made[name])))]
            self.made[entity] += len(ids)
            target.fresh, target.waiting, target.ties = {}, [], []

    def make_tied(self, row: Prepared, key: str, name: str) -> bool:
        """Have a record of this name made that the row is tied to; False where none may be made."""
        target = self._targets[key]
        entity = target.layout.entity
        if name in target.binned or not self._may_make(entity) or "name" not in {f.key for f in entity.fields}:
            return False
        target.fresh.setdefault(name, self._new_row(entity, row, name))
        target.ties.append((row, key, name))
        self.named[f"{entity.label}：{name}"] += 1
        return True

    def many(self, row: Prepared, key: str) -> list[tuple[str, list[bytes]]]:
        """(text, records) of a field that may hold several links."""
        target = self._targets[key]
        return [(text, target.known.get(text, [])) for text in row.links.get(key, ())]


def _named(entity: Entity, made: NewRow) -> NewRow:
    """The new record with what follows from its name."""
    title = str(made.columns["name"])[:200]
    made.columns["name"] = title
    made.derived = {"name_key": sort_key(title)[:300], "match_key": match_key(title)[:100]}
    sources = SEARCHED.get(entity.table)
    if sources is not None:
        codes = [str(made.columns[k]) for k in sources.codes if made.columns.get(k)]
        made.entry = tokens([title], [], [*codes, *(p[2] for p in made.points)])
    return made


def _product_texts(row: Prepared) -> tuple[str, ...]:
    return row.line.links.get("product", ()) if isinstance(row.line, Prepared) else ()


def _texts(row: Prepared, key: str) -> list[str]:
    """The texts that may name the linked record, the surest first."""
    texts: list[str] = []
    if key == "customer" and row.customer is not None:
        texts += [str(row.customer.columns[k]) for k in ("external_id",) if row.customer.columns.get(k)]
    texts += row.links.get(key, ())
    if key == "customer" and row.customer is not None and not texts:
        texts += _given(row.customer.columns.get("name"))
    return texts


def _given(text: object) -> Iterable[str]:
    return [str(text)] if text else []
