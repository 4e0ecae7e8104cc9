"""The values of pick-lists, as the office wants them: renamed, coloured, ordered, added, retired, merged."""

from __future__ import annotations

import builtins
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from app.core.fields import Choice, Field, FieldType
from app.core.filters import Condition
from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import ChangeSet
from app.db.office import choices
from app.db.unit_of_work import UnitOfWork
from app.errors import NotFound, UserError
from app.services.context import Context
from app.services.records import ManyResult, RecordService

#: colour tokens a value may have
TONES = ("gray", "primary", "cyan", "violet", "ok", "warn", "bad")
_LONGEST = 40
Values = tuple[Choice, ...]


@dataclass(frozen=True)
class ChoiceInfo:
    """One value: `used` by how many records; `own`: added by the office."""

    choice: Choice
    used: int
    own: bool


class ChoiceService:
    """Everybody reads the lists; only administrators change them. `records`: entity → its service."""

    def __init__(self, context: Context, records: Callable[[str], RecordService]) -> None:
        self._context = context
        self._records = records

    def fields(self) -> builtins.list[tuple[str, Field]]:
        """(entity, field) of every pick-list, in the order of the registry."""
        return [
            (e.key, f)
            for e in self._context.registry
            for f in e.fields
            if f.type is FieldType.CHOICE and not f.custom and not f.readonly and (f.choices or f.office)
        ]

    def list(self, entity: str, field: str) -> builtins.list[ChoiceInfo]:
        """The values in order, and behind them texts that records hold beyond the list."""
        known = self._field(entity, field)
        counts = dict(self._records(entity).distinct(field, limit=1000))
        brought = {c.code for c in self._brought(entity, field)}
        found = [ChoiceInfo(c, counts.pop(c.code, 0), c.code not in brought) for c in known.choices]
        return [*found, *(ChoiceInfo(Choice(text, text, text), n, True) for text, n in counts.items())]

    def add(self, entity: str, field: str, label: str, tone: str = "gray") -> str:
        """A new value at the end; returns its code. Raises UserError where the list is not the office's, or has it."""
        with self._context.writing() as work:
            self._setup(work, t("新选项：{label}", label=label))
            code = self.make(work, entity, field, label, tone)
            work.commit()
        self._context.reload_registry()
        return code

    @staticmethod
    def make(work: UnitOfWork, entity: str, field: str, label: str, tone: str = "gray") -> str:
        """As `add`, inside a unit of work of the caller."""
        known = work.reader.registry.entity(entity).field(field)
        if not known.office:
            raise UserError(t("“{field}”的选项有固定含义，不能增加；可以改名、改颜色、排序。", field=known.label))
        name = _named(label, known.choices)
        _toned(tone)
        values = _values(work, entity, known)
        choices.keep(work.connection, (entity, field), (*values, Choice(name, name, name, tone=tone)))
        return name

    def rename(self, entity: str, field: str, code: str, label: str) -> None:
        """Another name; records keep the value. Files may go on using the former one."""

        def change(value: Choice, others: Values) -> Choice:
            name = _named(label, others)
            words = tuple(dict.fromkeys((*value.synonyms, value.zh, value.en)))
            return replace(value, zh=name, en=name, synonyms=words)

        self._change(entity, field, code, change, t("选项改名：{label}", label=label))

    def colour(self, entity: str, field: str, code: str, tone: str) -> None:
        """Another colour."""
        _toned(tone)
        self._change(
            entity, field, code, lambda value, _others: replace(value, tone=tone), t("选项改颜色：{code}", code=code)
        )

    def retire(self, entity: str, field: str, code: str, *, retired: bool = True) -> None:
        """Offer a value no more, or again; records that have it keep it."""
        if retired and not self._field(entity, field).office:
            raise UserError(t("“{field}”的选项有固定含义，不能停用。", field=self._field(entity, field).label))
        text = t("停用选项：{code}", code=code) if retired else t("重新使用选项：{code}", code=code)
        self._change(entity, field, code, lambda value, _others: replace(value, retired=retired), text)

    def order(self, entity: str, field: str, codes: Sequence[str]) -> None:
        """The values in this order; those that are not named come behind."""
        with self._context.writing() as work:
            self._setup(work, t("选项排序"))
            values = _values(work, entity, self._field(entity, field))
            places = {code: place for place, code in enumerate(codes)}
            choices.keep(
                work.connection, (entity, field), sorted(values, key=lambda value: places.get(value.code, len(places)))
            )
            work.commit()
        self._context.reload_registry()

    def merge(self, entity: str, field: str, code: str, into: str, job: Job | None = None) -> ManyResult:
        """Every record with the value gets the other one, as one operation with one undo; then it is offered no more."""
        known = self._field(entity, field)
        if code == into or (not known.open_choices and known.choice(into) is None):
            raise UserError(t("请选择要并入的另一个选项。"))
        self._context.actor.require_admin()
        service = self._records(entity)
        handles = service.handles(Condition(field, "in", [code]), job=job).tolist()
        done = service.update_many(handles, {field: into}, job) if handles else ManyResult(0, 0, (), ChangeSet())
        if not done.kept and known.choice(code) is not None and known.office:
            self.retire(entity, field, code)
        return done

    # ---- parts --------------------------------------------------------------------------------------------------

    def _field(self, entity: str, field: str) -> Field:
        return self._context.registry.entity(entity).field(field)

    @staticmethod
    def _brought(entity: str, field: str) -> Values:
        from app.core.dictionary import BUILT_IN

        known = BUILT_IN.entity(entity).find(field)
        return known.choices if known is not None else ()

    def _setup(self, work: UnitOfWork, text: str) -> uuid.UUID:
        self._context.actor.require_admin()
        return work.operation("setup", text[:300]).id

    def _change(
        self, entity: str, field: str, code: str, change: Callable[[Choice, Values], Choice], text: str
    ) -> None:
        with self._context.writing() as work:
            self._setup(work, text)
            values = _values(work, entity, self._field(entity, field))
            if all(value.code != code for value in values):
                if not self._field(entity, field).open_choices:
                    raise NotFound(t("没有这个选项。"))
                values = (*values, Choice(code, code, code))  # a text that records hold joins the list
            others = tuple(value for value in values if value.code != code)
            changed = tuple(change(value, others) if value.code == code else value for value in values)
            choices.keep(work.connection, (entity, field), changed)
            work.commit()
        self._context.reload_registry()


def _values(work: UnitOfWork, entity: str, field: Field) -> Values:
    """The list as it is stored, or as the registry brings it."""
    return choices.lists(work.connection).get((entity, field.key), field.choices)


def _named(label: str, others: Sequence[Choice]) -> str:
    name = " ".join(label.split())
    if not name or len(name) > _LONGEST:
        raise UserError(t("选项名不能为空，也不能超过 {n} 个字。", n=_LONGEST))
    if any(name.casefold() in {word.casefold() for word in (c.code, c.zh, c.en)} for c in others):
        raise UserError(t("已经有叫“{name}”的选项了。", name=name))
    return name


def _toned(tone: str) -> None:
    if tone not in TONES:
        raise UserError(t("没有这种颜色。可用的有：{names}。", names=", ".join(TONES)))
