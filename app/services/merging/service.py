"""Merging records of one kind, one group or many, as one operation that can be undone weeks later.

Order inside the operation: what hangs on the losers moves first, then the survivor takes its values, then the losers go
into the recycle bin as its aliases. Undo walks it backwards and keeps what changed since, field by field.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.core.access import Action
from app.core.fields import Link
from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import ChangeSet, Kept, Record
from app.db import operations
from app.db.journal import Operation
from app.db.operations import Wanted
from app.db.store import match_pairs, pair_lists
from app.db.store.children import chunks
from app.db.store.drafts import Change
from app.db.store.following import count_tied, tied, ties_to
from app.db.store.reading import Reader
from app.db.store.settings import setting, store_setting
from app.db.store.writing import Writer
from app.db.unit_of_work import UnitOfWork
from app.errors import AppError, UserError
from app.services.context import Context
from app.services.duplicates.service import ENTITIES, DuplicateService
from app.services.merging.records import RULES, BulkMergeResult, MergeInfo, MergePlan, MergeResult, Survival
from app.services.merging.survival import choose, joined_tie, pick_survivor

MERGE = "merge"
#: more than this in one group is a mistake of the search, not a customer written down so often
MOST = 200
BeforeMany = Callable[[str, Job], None]
#: field → id of the record whose value is wanted, or ("value", a value of one's own)
Chosen = Mapping[str, Any]
_AUTOMATIC: Chosen = {}


class MergeService:
    """Needs the rights to edit and to delete each of the records; what hangs on them follows whatever its rights."""

    def __init__(self, context: Context, duplicates: DuplicateService, before_many: BeforeMany | None = None) -> None:
        self._context = context
        self._duplicates = duplicates
        self._before_many = before_many

    # ---- before -------------------------------------------------------------------------------------------------

    def plan(
        self, entity: str, records: Sequence[uuid.UUID], survivor: uuid.UUID | None = None, chosen: Chosen = _AUTOMATIC
    ) -> MergePlan:
        """What a merge would do; nothing is written. `survivor` None: the record that says most."""
        with self._context.reading() as work:
            found = self._records(work, entity, records)
            return self._plan(work, entity, found, survivor, chosen)

    def _plan(
        self, work: UnitOfWork, entity: str, found: Sequence[Record], survivor: uuid.UUID | None, chosen: Chosen
    ) -> MergePlan:
        main = survivor or pick_survivor(found)
        if main not in {r.id for r in found}:
            raise UserError(t("保留的档案不在要合并的档案里。"))
        if not {r for r in chosen.values() if isinstance(r, uuid.UUID)} <= {r.id for r in found}:
            raise UserError(t("选定的值所在的档案不在要合并的档案里。"))
        described = work.reader.registry.entity(entity)
        fields = choose(described, found, main, self._survival(work, entity), chosen)
        losers = [r.id for r in found if r.id != main]
        return MergePlan(entity, main, tuple(found), tuple(fields), count_tied(_everything(work), entity, losers))

    def survival(self, entity: str) -> Survival:
        """The rules of survival in force."""
        with self._context.reading() as work:
            return self._survival(work, entity)

    def set_survival(self, entity: str, survival: Survival) -> None:
        """Change the rules of survival; raises UserError for one that does not exist."""
        self._context.actor.require_admin()
        if {survival.default, *survival.fields.values()} - set(RULES):
            raise UserError(t("没有这条取值规则。可用的有：{names}。", names="、".join(RULES)))
        value = {"default": survival.default, "fields": dict(survival.fields), "sources": list(survival.sources)}
        with self._context.writing() as work:
            store_setting(work.connection, f"merging.{entity}", value)
            work.commit()

    # ---- merging ------------------------------------------------------------------------------------------------

    def merge(
        self,
        entity: str,
        records: Sequence[uuid.UUID],
        survivor: uuid.UUID | None = None,
        chosen: Chosen = _AUTOMATIC,
        job: Job | None = None,
    ) -> MergeResult:
        """Merge these records into one. Raises UserError, NotPermitted, NotFound; then nothing is changed."""
        job = job or Job()
        with self._context.writing() as work:
            found = self._records(work, entity, records)
            plan = self._plan(work, entity, found, survivor, chosen)
            operation = work.operation(MERGE, "")
            moved = self._merge(work, operation, plan, job)
            title = _title(work, entity, plan.survivor)
            operation.summary = t(
                "合并 {n} 条{entity}：{title}", n=len(found), entity=self._label(entity), title=title
            )[:300]
            operation.counts = {"merged": len(found) - 1}
            record = work.reader.get(entity, plan.survivor)
            return MergeResult(operation.id, record, len(found) - 1, dict(moved), work.commit())

    def merge_groups(
        self,
        entity: str,
        groups: Iterable[uuid.UUID] | None = None,
        *,
        least: float | None = None,
        job: Job | None = None,
    ) -> BulkMergeResult:
        """Merge whole groups, each by the rules of survival, as one operation. `groups` None: every group whose weakest
        tie is at least `least` (by default the automatic threshold). Groups that cannot be merged are kept and told."""
        job = job or Job()
        limits = self._duplicates.thresholds(entity)
        lines = {line.id: line for line in self._duplicates.groups(entity)}
        floor = limits.auto if least is None else least
        wanted = [k for k, line in lines.items() if line.weakest >= floor] if groups is None else [g for g in groups if g in lines]  # fmt: skip
        if not wanted:
            return BulkMergeResult(None, 0, 0, {}, (), ChangeSet())
        if self._before_many:
            self._before_many(MERGE, job)
        moved: Counter[str] = Counter()
        kept: list[Kept] = []
        merged = 0
        with self._context.writing() as work:
            operation = work.operation(MERGE, "")
            members = _members(work, entity, set(wanted), limits.review)
            for done, key in enumerate(wanted):
                job.progress(t("正在合并"), done, len(wanted))
                try:
                    found = self._records(work, entity, members[key])
                    plan = self._plan(work, entity, found, None, _AUTOMATIC)
                except AppError as error:
                    kept.append(Kept(entity, key, "、".join(lines[key].titles[:2]), str(error)))
                    continue
                moved.update(self._merge(work, operation, plan, job))
                merged += len(found) - 1
            done_groups = len(wanted) - len(kept)
            operation.summary = t("自动合并 {n} 组重复的{entity}", n=done_groups, entity=self._label(entity))
            operation.counts = {"merged": merged} if merged else {}
            changes = work.commit()
        made = operation.id if merged else None
        return BulkMergeResult(made, done_groups, merged, dict(moved), tuple(kept), changes)

    def merges(self, *, limit: int = 50, offset: int = 0) -> tuple[int, list[MergeInfo]]:
        """(how many in all, merges that were made, newest first). They are undone as any operation."""
        actor = self._context.actor
        with self._context.reading() as work:
            total, found = operations.page(
                work.connection, Wanted(frozenset({MERGE})), None if actor.is_admin else (actor.user_id,),
                limit=limit, offset=offset,
            )  # fmt: skip
        made = [
            MergeInfo(o.id, o.started_at, o.actor, o.summary, o.state, int(o.counts.get("merged", 0))) for o in found
        ]
        return total, made

    # ---- parts --------------------------------------------------------------------------------------------------

    def _merge(self, work: UnitOfWork, operation: Operation, plan: MergePlan, job: Job) -> Counter[str]:
        """Write one merge into the open unit of work; returns what moved."""
        writer = work.writer.everywhere()
        everything = writer.reader
        losers = [r.id for r in plan.records if r.id != plan.survivor]
        main = next(r for r in plan.records if r.id == plan.survivor)
        title = str(main.get(work.reader.registry.entity(plan.entity).title) or "")
        with (
            writer.settling_last()
        ):  # what follows from the records follows from all of them, and from the values chosen
            moved = _move(everything, writer, operation, plan.entity, losers, Link(plan.survivor, title), job)
            current = everything.get(plan.entity, plan.survivor)
            changes = {c.key: c.merged for c in plan.fields if _differs(current.get(c.key), c.merged)}
            if changes:
                writer.touch(operation, plan.entity, current, changes)
            for loser in losers:
                record = everything.get(plan.entity, loser)
                writer.touch(operation, plan.entity, record, {"merged_into": (Link(plan.survivor, title),)})
                writer.delete(operation, plan.entity, loser)
        match_pairs.settle_merged(work.connection, plan.entity, [plan.survivor, *losers], self._context.actor.user_id)
        return moved

    def _records(self, work: UnitOfWork, entity: str, ids: Sequence[uuid.UUID]) -> list[Record]:
        """The records, in order, each live and within the rights to edit and delete."""
        if entity not in ENTITIES:
            names = t("、").join(work.reader.registry.entity(key).label for key in ENTITIES)
            raise UserError(t("只有这些档案可以合并：{names}。", names=names))
        wanted = list(dict.fromkeys(ids))
        if len(wanted) < 2:
            raise UserError(t("至少要选两条档案才能合并。"))
        if len(wanted) > MOST:
            raise UserError(t("一次最多合并 {n} 条档案，请先核对是不是选错了。", n=MOST))
        found = [work.reader.get(entity, key) for key in wanted]
        gone = next((r for r in found if r.deleted_at is not None), None)
        if gone is not None:
            raise UserError(t("“{title}”在回收站里，不能合并。", title=_title(work, entity, gone.id)))
        for action in (Action.EDIT, Action.DELETE):
            self._context.actor.require(entity, action)
            if len(work.reader.reachable(entity, wanted, action)) < len(wanted):
                raise UserError(t("其中有由别人负责的档案，您的角色不能合并它。"))
        return found

    def _survival(self, work: UnitOfWork, entity: str) -> Survival:
        known = setting(work.connection, f"merging.{entity}")
        return Survival(known["default"], known["fields"], tuple(known["sources"])) if known else Survival()

    def _label(self, entity: str) -> str:
        return self._context.registry.entity(entity).label


def _everything(work: UnitOfWork) -> Reader:
    """What hangs on a record follows it, seen or not; and masked values must not be written."""
    return Reader(work.connection, work.reader.registry, work.actor.unrestricted())


def _title(work: UnitOfWork, entity: str, record: uuid.UUID) -> str:
    described = work.reader.registry.entity(entity)
    return str(work.reader.get(entity, record).get(described.title) or "")


def _differs(before: Any, after: Any) -> bool:
    return bool((before or None) != (after or None))


def _move(
    reader: Reader, writer: Writer, operation: Operation, entity: str, losers: Sequence[uuid.UUID], to: Link, job: Job
) -> Counter[str]:
    """Everything that names a loser names the survivor; what ties say stays."""
    moved: Counter[str] = Counter()
    gone = set(losers)
    for tie in ties_to(entity, reader):
        key = tie.entity.key
        for part in chunks(list(dict.fromkeys(tied(reader, tie, losers)))):
            job.check()
            changes: list[Change] = []
            for record in writer.known(key, part, [tie.field.key]):
                links = record.get(tie.field.key) or ()
                if not tie.several and not any(link.id in gone for link in links):
                    links = (Link(losers[0], ""),)  # it hangs on a record in the recycle bin: not shown, but moved
                changes.append(Change(record, {tie.field.key: _retied(links, gone, to)}))
                if key != entity:
                    moved[key] += record.deleted_at is None
            writer.touch_many(operation, key, changes)
    return moved


def _retied(links: Sequence[Link], gone: set[uuid.UUID], to: Link) -> tuple[Link, ...]:
    made: dict[uuid.UUID, Link] = {}
    for link in links:
        new = replace(link, id=to.id, title=to.title) if link.id in gone else link
        before = made.get(new.id)
        made[new.id] = new if before is None else joined_tie(before, new)
    return tuple(made.values())


def _members(work: UnitOfWork, entity: str, groups: set[uuid.UUID], least: float) -> dict[uuid.UUID, list[uuid.UUID]]:
    found: dict[uuid.UUID, dict[uuid.UUID, None]] = {key: {} for key in groups}
    for tie in pair_lists.ties(work.reader, entity, pair_lists.OPEN, least):
        if tie.group_id in groups:
            found[tie.group_id].update({tie.a_id: None, tie.b_id: None})
    return {key: list(ids) for key, ids in found.items()}
