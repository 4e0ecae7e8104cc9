"""The quality of the data: measure it, keep findings and scores, decide on findings, open the rows behind a figure."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from app.core.access import Action
from app.core.clock import now, today
from app.core.fields import Entity
from app.core.filters import Condition, Filter, Group, Listed
from app.core.i18n import t
from app.core.jobs import Job
from app.core.values import to_text
from app.db import quality_book
from app.db.figures.changes import mark
from app.db.figures.quality import pairs_mark
from app.db.store.reading import Reader
from app.db.store.settings import setting, store_setting
from app.errors import NotPermitted, UserError
from app.services.context import Context
from app.services.quality.book import RuleBook
from app.services.quality.builtin import JUDGED, applies
from app.services.quality.figures import health_of
from app.services.quality.measure import measure
from app.services.quality.records import (
    COMPLETENESS,
    DIMENSIONS,
    DISCARDED,
    OPEN,
    CheckResult,
    Finding,
    FindingGroup,
    Findings,
    Health,
    Rule,
    Score,
    dimension_label,
)

_EVERY = "quality.every_days"
DEFAULT_DAYS = 1


class QualityService:
    """Figures are those of the records the actor sees; findings and scores of the archive are written only by somebody who
    sees everything."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.rules = RuleBook(context)
        self._lock = threading.Lock()
        self._known: dict[str, tuple[Any, Health]] = {}

    def entities(self) -> tuple[Entity, ...]:
        """The entities whose data is judged and which the actor may see."""
        registry, actor = self._context.registry, self._context.actor
        return tuple(registry.entity(key) for key in JUDGED if self._may(actor, registry.entity(key)))

    # ---- figures ----------------------------------------------------------------------------------------------------

    def health(self, entity: str, job: Job | None = None) -> Health:
        """The figures as of now; kept as long as nothing changed."""
        kind = self._judged(entity)
        rules = [r for r in self.rules.list(entity) if r.active]
        with self._context.reading() as work:
            pairs = pairs_mark(work.reader, entity)
            key = (mark(work.reader), pairs, today(), tuple((r.key, repr(r.params), r.title) for r in rules))
            with self._lock:
                known = self._known.get(entity)
            if known is not None and known[0] == key:
                return known[1]
            found, _ = self._measured(work.reader, kind, rules, job or Job())
        with self._lock:
            self._known[entity] = (key, found)
        return found

    def _measured(self, reader: Reader, kind: Entity, rules: Sequence[Rule], job: Job) -> tuple[Health, Any]:
        began = time.monotonic()
        found = measure(reader, kind, rules, today(), job)
        made = health_of(kind, found, rules, now(), whole=self._sees_all(kind))
        return replace(made, seconds=time.monotonic() - began), found

    def check(self, entity: str, job: Job | None = None) -> CheckResult:
        """Measure, bring the review list up to date and keep the score. By somebody who does not see everything nothing is
        kept."""
        kind = self._judged(entity)
        rules = [r for r in self.rules.list(entity) if r.active]
        job = job or Job()
        with self._context.reading() as work:
            health, found = self._measured(work.reader, kind, rules, job)
        if not health.whole or self._context.archive.read_only:
            shown = sum(g.open for g in self.groups(entity))
            return CheckResult(health, 0, 0, 0, shown, stored=False)
        job.progress(t("正在更新待核对清单"), 0, 0)
        with self._context.writing() as work:
            synced = quality_book.sync(work.connection, entity, found.broken, found.problems, health.taken_at)
            if health.records:
                quality_book.add_score(work.connection, entity, health.taken_at, _body(health))
            job.check()
            work.commit()
        shown = sum(g.open for g in self.groups(entity))
        return CheckResult(health, synced.opened, synced.reopened, synced.fixed, shown, stored=True)

    def trend(self, entity: str, limit: int = 90) -> tuple[Score, ...]:
        """The scores of past checks, oldest first; only for somebody whose figures they are."""
        kind = self._judged(entity)
        if not self._sees_all(kind):
            return ()
        with self._context.reading() as work:
            rows = quality_book.scores(work.connection, entity, limit)
        return tuple(
            Score(at, body.get("overall"), body.get("dimensions", {}), body.get("records", 0)) for at, body in rows
        )

    def rows(self, health: Health, dimension: str, field: str = "", rule: str = "") -> Filter:
        """The records behind a figure: those that are not good."""
        kind = self._judged(health.entity)
        if dimension == COMPLETENESS and field and not rule:
            empty = Condition(field, "is_empty")
            need = applies(kind, field)
            if need is None:
                return empty
            fits = Group("or", (Condition(need[0], "in", list(need[1])), Condition(need[0], "is_empty")))
            return Group("and", (empty, fits))
        if rule:
            keys = [rule]
            label = next((r.rule.title for r in health.rules if r.rule.key == rule), rule)
        else:
            keys = [
                r.rule.key for r in health.rules
                if r.rule.dimension == dimension and (not field or field in r.rule.fields)
            ]  # fmt: skip
            name = kind.field(field).label if field else kind.label
            label = t("{what}：{dimension}待改进", what=name, dimension=dimension_label(dimension))
        ids = {key for name in keys for key in health.broken.get(name, ())}
        if dimension == COMPLETENESS and not rule:
            counted = [
                f.key for f in health.fields if f.weight >= 5 and f.cells[COMPLETENESS].good < f.cells[COMPLETENESS].n
            ]
            parts = tuple(self.rows(health, COMPLETENESS, key) for key in counted)
            return Group("or", parts) if parts else Listed((), label)
        return Listed(tuple(uuid.UUID(bytes=key) for key in sorted(ids)), label)

    # ---- findings ---------------------------------------------------------------------------------------------------

    def groups(self, entity: str) -> tuple[FindingGroup, ...]:
        """Rules that have findings, the most open ones first."""
        rules = self._shown_rules(entity)
        with self._context.reading() as work:
            counts = quality_book.counts(work.reader, entity, rules)
        made = [
            FindingGroup(
                key,
                rules[key].title,
                reason_of(rules[key]),
                rules[key].dimension,
                by.get(OPEN, 0),
                by.get(DISCARDED, 0),
            )
            for key, by in counts.items()
        ]
        return tuple(sorted(made, key=lambda g: (-g.open, -g.discarded, g.title)))

    def findings(
        self, entity: str, *, rule: str = "", state: str | None = OPEN, limit: int = 100, offset: int = 0
    ) -> Findings:
        """A page of the review list. `state` None: open and discarded ones."""
        if state not in (None, OPEN, DISCARDED):
            raise UserError(t("状态只能是 open 或 discarded。"))
        kind = self._judged(entity)
        rules = self._shown_rules(entity)
        if rule and rule not in rules:
            self.rules.get(entity, rule)
        wanted = [rule] if rule else list(rules)
        with self._context.reading() as work:
            total, rows = quality_book.page(
                work.reader, entity, [k for k in wanted if k in rules], state, limit, offset
            )
            fields = {k for row in rows for k in rules[row.rule].fields if kind.find(k)}
            numbered = ("number",) if kind.find("number") else ()
            records = {
                r.id: r
                for r in work.reader.by_ids(entity, {row.record for row in rows}, {kind.title, *numbered, *fields})
            }
            names = work.reader.user_names()
        made = []
        for row in rows:
            record = records.get(row.record)
            if record is None:
                continue
            of = rules[row.rule]
            shown = [(kind.field(k), record.get(k)) for k in of.fields if kind.find(k)]
            texts = [(f.label, to_text(f, v, lambda u: names.get(u, "")) or t("空")) for f, v in shown]
            value = texts[0][1] if len(texts) == 1 else "；".join(f"{label}：{text}" for label, text in texts)
            label = shown[0][0].label if shown else ""
            title = to_text(kind.field(kind.title), record.get(kind.title)) or t("（无名称）")
            number = str(record.get("number") or "")
            made.append(
                Finding(
                    entity, row.rule, row.record, title, number, label, value, reason_of(of), row.state, row.found_at
                )
            )
        return Findings(total, tuple(made))

    def found_ids(self, entity: str, rule: str, state: str) -> tuple[uuid.UUID, ...]:
        """The records of all findings of a rule in a state."""
        if rule not in self._shown_rules(entity):
            return ()
        with self._context.reading() as work:
            _, rows = quality_book.page(work.reader, entity, [rule], state, -1, 0)
        return tuple(row.record for row in rows)

    def may_decide(self, entity: str) -> bool:
        """Whether the actor may discard findings at all."""
        kind = self._context.registry.entity(entity)
        actor = self._context.actor
        if kind.shared:
            return bool(actor.is_admin)
        return bool(kind.parent) or bool(actor.may(entity, Action.EDIT))

    def checked_before(self, entity: str) -> bool:
        """Whether there was ever a check whose findings were kept."""
        with self._context.reading() as work:
            return entity in quality_book.last_checks(work.connection)

    def discard(self, entity: str, rule: str, records: Iterable[uuid.UUID] | None = None) -> int:
        """These findings (None: all open ones of the rule) are all right as they are, until the value changes."""
        return self._decide(entity, rule, records, DISCARDED)

    def reopen(self, entity: str, rule: str, records: Iterable[uuid.UUID] | None = None) -> int:
        """Take discards back."""
        return self._decide(entity, rule, records, OPEN)

    def _decide(self, entity: str, rule: str, records: Iterable[uuid.UUID] | None, state: str) -> int:
        kind = self._judged(entity)
        actor = self._context.actor
        if not self.may_decide(entity):
            actor.require_admin() if kind.shared else actor.require(entity, Action.EDIT)
        self.rules.get(entity, rule)
        if records is None and not self._edits_all(kind):
            raise NotPermitted(t("只有能编辑全部档案的人才能一次处理整条规则；请选择具体的档案。"))
        wanted = None if records is None else list(records)
        if wanted is not None and not self._edits_all(kind):
            with self._context.reading() as work:
                reached = work.reader.reachable(entity, wanted, Action.EDIT)
            if set(wanted) - reached:
                raise NotPermitted(t("其中有您不能编辑的档案。"))
        with self._context.writing() as work:
            changed = quality_book.decide(work.connection, entity, rule, wanted, state, actor.user_id, now())
            work.commit()
        return changed

    def remove_rule(self, entity: str, key: str) -> None:
        """Delete an own rule together with its findings."""
        self.rules.remove(entity, key)
        with self._context.writing() as work:
            quality_book.forget_rule(work.connection, entity, key)
            work.commit()

    # ---- the schedule ---------------------------------------------------------------------------------------------------

    def every_days(self) -> int:
        """Days between checks that happen by themselves; 0 = never."""
        with self._context.reading() as work:
            found = setting(work.connection, _EVERY)
        return int(found) if isinstance(found, int) else DEFAULT_DAYS

    def set_every_days(self, days: int) -> None:
        """Change the schedule."""
        self._context.actor.require_admin()
        if not 0 <= days <= 365:
            raise UserError(t("请填 0 到 365 天，0 表示不自动检查。"))
        with self._context.writing() as work:
            store_setting(work.connection, _EVERY, days)
            work.commit()

    def due(self) -> tuple[str, ...]:
        """The entities whose last check is older than the schedule says, for somebody whose check is kept."""
        days = self.every_days()
        if not days or self._context.archive.read_only:
            return ()
        with self._context.reading() as work:
            last = quality_book.last_checks(work.connection)
            limit = now() - timedelta(days=days)
            due = [e for e in self.entities() if self._sees_all(e) and (e.key not in last or last[e.key] < limit)]
            return tuple(e.key for e in due if work.reader.any_of(e.key))

    def check_due(self, job: Job) -> tuple[str, ...]:
        """Check what is due; returns what was checked."""
        done = []
        for entity in self.due():
            self.check(entity, job)
            done.append(entity)
        return tuple(done)

    # ---- rights -----------------------------------------------------------------------------------------------------

    def _judged(self, entity: str) -> Entity:
        kind = self._context.registry.entity(entity)
        if entity not in JUDGED:
            names = t("、").join(self._context.registry.entity(k).label for k in JUDGED)
            raise UserError(t("{entity}没有质量规则。有规则的是：{names}。", entity=kind.label, names=names))
        if not self._may(self._context.actor, kind):
            self._context.actor.require(entity, Action.VIEW)
        return kind

    def _may(self, actor: Any, kind: Entity) -> bool:
        return kind.shared or bool(kind.parent) or bool(actor.may(kind.key, Action.VIEW))

    def _whole(self, kind: Entity, action: Action) -> bool:
        actor = self._context.actor
        if kind.shared:
            return action is Action.VIEW or actor.is_admin
        if kind.parent:
            return self._whole(self._context.registry.entity(kind.field(kind.parent).target), action)
        return actor.reach(kind.key, action) is None

    def _sees_all(self, kind: Entity) -> bool:
        actor = self._context.actor
        return self._whole(kind, Action.VIEW) and all(actor.sees(kind.key, f) for f in kind.fields)

    def _edits_all(self, kind: Entity) -> bool:
        return self._whole(kind, Action.EDIT)

    def _shown_rules(self, entity: str) -> dict[str, Rule]:
        """Active rules about fields the actor sees."""
        kind = self._judged(entity)
        actor = self._context.actor

        def seen(rule: Rule) -> bool:
            fields = [kind.find(k) for k in rule.fields]
            return all(f is None or actor.sees(entity, f) for f in fields)

        return {r.key: r for r in self.rules.list(entity) if r.active and seen(r)}


def reason_of(rule: Rule) -> str:
    """Why a record that breaks the rule is wrong, in words."""
    given = rule.params.get("message") or rule.params.get("reason")
    if given:
        return str(given)
    shape = rule.params.get("format") if rule.kind == "format" else None
    if shape in ("phones", "phone", "mobile"):
        return t("号码位数不对，或像是编的（如 12345678）")
    if shape in ("emails", "email"):
        return t("不是完整的邮箱，或域名像写错了（如 qq.con）")
    return {
        "required": t("必填，但没有填"),
        "reference": t("在这种情况下必须填写"),
        "format": t("格式不对，或校验码不符"),
        "allowed": t("不在允许的值里"),
        "range": t("超出允许的范围"),
        "length": t("字数不在允许的范围内"),
        "placeholder": t("只是占位，没有内容"),
        "region": t("行政区划表里没有这个名称"),
        "future": t("这一天还没有到"),
        "unique": t("别的档案里也有"),
        "pairs": t("可能与别的档案是同一个"),
        "stale": t("太久没有更新"),
    }.get(rule.kind, rule.title)


def _body(health: Health) -> dict[str, Any]:
    """A score as it is stored: figures only."""
    return {
        "overall": None if health.overall is None else round(health.overall, 2),
        "records": health.records,
        "dimensions": {
            d.key: None if d.score is None else round(d.score, 2) for d in health.dimensions if d.key in DIMENSIONS
        },
        "fields": {f.key: {k: [c.good, c.n] for k, c in f.cells.items()} for f in health.fields},
        "rules": {r.rule.key: [r.broken, r.checked] for r in health.rules},
    }
