"""The values of pick-lists, as the office wants them: renamed, coloured, ordered, added, retired, merged."""

from __future__ import annotations

import builtins
import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from app.core.choices import Choice
from app.core.fields import Field, FieldType
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
        """(entity, field) of every pick-list, in the order of the registry; one that several fields share once."""
        return [
            (e.key, f)
            for e in self._context.registry
            for f in e.fields
            if f.type is FieldType.CHOICE and not f.custom and not f.readonly and not f.like and (f.choices or f.office)
        ]

    def list(self, entity: str, field: str) -> builtins.list[ChoiceInfo]:
        """The values in order, and behind them texts that records hold beyond the list."""
        known = self._field(entity, field)
        counts = dict(self._records(entity).distinct(field, limit=1000))
        brought = _brought(entity, field)
        found = [ChoiceInfo(c, counts.pop(c.code, 0), c.code not in brought) for c in known.choices]
        return [*found, *(ChoiceInfo(Choice(text, text, text), n, True) for text, n in counts.items())]

    def add(self, entity: str, field: str, label: str, tone: str = "gray", *, en: str = "", meaning: str = "") -> str:
        """A new value at the end; returns its code. Without `en` the English name is the same; without `meaning` it means
        what a value means of which nobody says more. Raises UserError where the list is not the office's, or has it."""
        with self._context.writing() as work:
            self._setup(work, t("新选项：{label}", label=label))
            code = self.make(work, entity, field, label, tone, en=en, meaning=meaning)
            work.commit()
        self._context.reload_registry()
        return code

    @staticmethod
    def make(
        work: UnitOfWork, entity: str, field: str, label: str, tone: str = "gray", *, en: str = "", meaning: str = ""
    ) -> str:
        """As `add`, inside a unit of work of the caller."""
        known = work.reader.registry.entity(entity).field(field)
        if not known.office:
            raise UserError(t("“{field}”的选项有固定含义，不能增加；可以改名、改颜色、排序。", field=known.label))
        values = _values(work, entity, known)
        zh, english = named(label, en, values)
        _toned(tone)
        code = _code(zh, known.max_length, {value.code for value in values})
        made = Choice(code, zh, english, tone=tone, meaning=_meant(known, meaning or known.neutral))
        choices.keep(work.connection, (entity, field), (*values, made))
        return code

    def rename(self, entity: str, field: str, code: str, label: str, en: str = "") -> None:
        """Another name, in English the same where `en` says nothing; records keep the value. Files may go on using the
        former one."""

        def change(value: Choice, others: Values) -> Choice:
            zh, english = named(label, en, others)
            words = tuple(dict.fromkeys((*value.synonyms, value.zh, value.en)))
            return replace(value, zh=zh, en=english, synonyms=words)

        self._change(entity, field, code, change, t("选项改名：{label}", label=label))

    def mean(self, entity: str, field: str, code: str, meaning: str) -> None:
        """Give a value of the office's own another meaning, as long as no record has it: no figure of the past changes."""
        known = self._field(entity, field)
        _meant(known, meaning)
        if code in _brought(entity, field):
            raise UserError(t("内置选项的含义不能改；请另加一个选项。"))
        if any(self._records(place).count(Condition(key, "in", [code])) for place, key in self._sharing(entity, field)):
            raise UserError(t("已有档案用到这个选项，不能改它的含义；请另加一个选项，再把它并过去。"))

        def change(value: Choice, others: Values) -> Choice:
            _still_offered(known, value, others)
            return replace(value, meaning=meaning)

        self._change(entity, field, code, change, t("选项改含义：{code}", code=code))

    def colour(self, entity: str, field: str, code: str, tone: str) -> None:
        """Another colour."""
        _toned(tone)
        self._change(
            entity, field, code, lambda value, _others: replace(value, tone=tone), t("选项改颜色：{code}", code=code)
        )

    def retire(self, entity: str, field: str, code: str, *, retired: bool = True) -> None:
        """Offer a value no more, or again; records that have it keep it. Refused for the last one with a meaning that the
        program itself sets."""
        known = self._field(entity, field)
        if retired and not known.office:
            raise UserError(t("“{field}”的选项有固定含义，不能停用。", field=known.label))

        def change(value: Choice, others: Values) -> Choice:
            if retired:
                _still_offered(known, value, others)
            return replace(value, retired=retired, merged_by="")

        text = t("停用选项：{code}", code=code) if retired else t("重新使用选项：{code}", code=code)
        self._change(entity, field, code, change, text)

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
        """Every record with the value gets the other one, as one operation with one undo; as long as that is not undone, it
        is offered no more."""
        known = self._field(entity, field)
        if code == into or (not known.open_choices and known.choice(into) is None):
            raise UserError(t("请选择要并入的另一个选项。"))
        self._context.actor.require_admin()
        goes = known.choice(code) if known.office else None
        if goes is not None:
            _still_offered(known, goes, [value for value in known.choices if value.code != code])
        service = self._records(entity)
        handles = service.handles(Condition(field, "in", [code]), job=job).tolist()
        if not handles:
            if goes is not None:
                self.retire(entity, field, code)
            return ManyResult(0, 0, (), ChangeSet())
        done = service.update_many(handles, {field: into}, job)
        if goes is not None and not done.kept and done.changes.operation_id is not None:
            self._merged(entity, known, code, done.changes.operation_id)
        return done

    def _merged(self, entity: str, field: Field, code: str, operation: uuid.UUID) -> None:
        """The value is retired by this operation: no step of its own."""
        with self._context.writing() as work:
            values = _values(work, entity, field)
            gone = (replace(v, merged_by=str(operation)) if v.code == code else v for v in values)
            choices.keep(work.connection, (entity, field.key), tuple(gone))
            work.commit()
        self._context.reload_registry()

    # ---- parts --------------------------------------------------------------------------------------------------

    def _field(self, entity: str, field: str) -> Field:
        return self._context.registry.entity(entity).field(field)

    def _sharing(self, entity: str, field: str) -> builtins.list[tuple[str, str]]:
        """The fields with this list."""
        place = f"{entity}.{field}"
        return [
            (e.key, f.key) for e in self._context.registry for f in e.fields if place in (f.like, f"{e.key}.{f.key}")
        ]

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
                values = (
                    *values,
                    Choice(code, code, code, meaning=self._field(entity, field).neutral),
                )  # joins the list
            others = tuple(value for value in values if value.code != code)
            changed = tuple(change(value, others) if value.code == code else value for value in values)
            choices.keep(work.connection, (entity, field), changed)
            work.commit()
        self._context.reload_registry()


def _values(work: UnitOfWork, entity: str, field: Field) -> Values:
    """The list as it is stored, or as the registry brings it."""
    return choices.lists(work.connection).get((entity, field.key), field.choices)


def _brought(entity: str, field: str) -> frozenset[str]:
    """The codes of the values that the registry brings."""
    known = choices.brought(entity, field)
    return frozenset(c.code for c in known.choices) if known is not None else frozenset()


def named(label: str, en: str, others: Sequence[Choice]) -> tuple[str, str]:
    """(Chinese, English) name; the English one is the Chinese one where nobody says another. Raises UserError for a name
    that is empty, too long, or another value's."""
    zh = " ".join(label.split())
    english = " ".join(en.split()) or zh
    for name in (zh, english):
        if not name or len(name) > _LONGEST:
            raise UserError(t("选项名不能为空，也不能超过 {n} 个字。", n=_LONGEST))
        if any(name.casefold() in {word.casefold() for word in (c.code, c.zh, c.en)} for c in others):
            raise UserError(t("已经有叫“{name}”的选项了。", name=name))
    return zh, english


def _code(name: str, longest: int, taken: Collection[str]) -> str:
    """What records hold of a value with this name: the name, cut where its column is shorter."""
    found, number = name[:longest], 2
    while found in taken:
        found, number = f"{name[: longest - len(str(number))]}{number}", number + 1
    return found


def _meant(field: Field, meaning: str) -> str:
    """The meaning, if the field's values may have it."""
    if meaning and all(m.key != meaning for m in field.meanings):
        known = "、".join(f"{m.key}（{m.label}）" for m in field.meanings)
        if not known:
            raise UserError(t("“{field}”的选项没有含义可选。", field=field.label))
        raise UserError(t("没有含义“{name}”。可用的有：{known}。", name=meaning, known=known))
    return meaning


def _still_offered(field: Field, value: Choice, others: Sequence[Choice]) -> None:
    """Raises UserError when without this value none would be offered with a meaning that the program itself sets."""
    meant = next((m for m in field.meanings if m.needed and m.key == value.meaning), None)
    if meant is not None and not value.retired and all(v.retired or v.meaning != value.meaning for v in others):
        raise UserError(t("含义为“{meaning}”的选项至少要留一个，请先加一个。", meaning=meant.label))


def _toned(tone: str) -> None:
    if tone not in TONES:
        raise UserError(t("没有这种颜色。可用的有：{names}。", names=", ".join(TONES)))
