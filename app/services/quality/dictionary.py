"""The data dictionary as a document: every entity and field of the archive, its standards, how full it is today."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.core.access import Action
from app.core.clock import now
from app.core.fields import Entity, Field, FieldType, Sensitivity
from app.core.i18n import t
from app.core.jobs import Job
from app.core.kinds import kind_of
from app.errors import EnvironmentProblem
from app.services.context import Context
from app.services.quality.builtin import JUDGED
from app.services.quality.records import COMPLETENESS, Health, Rule
from app.services.quality.service import QualityService


@dataclass(frozen=True, slots=True)
class FieldEntry:
    """One field. `filled`: part of the records it applies to in which it is filled, 0–100; None = not measured."""

    key: str
    zh: str
    en: str
    group: str
    type: str
    length: str
    required: bool
    unique: bool
    custom: bool
    readonly: bool
    sensitivity: str
    choices: str
    rules: tuple[str, ...]
    filled: float | None
    note: str


@dataclass(frozen=True, slots=True)
class EntityEntry:
    """One kind of record; `records` None = not counted."""

    key: str
    zh: str
    en: str
    records: int | None
    overall: float | None
    fields: tuple[FieldEntry, ...]


@dataclass(frozen=True, slots=True)
class DictionaryDocument:
    """The whole dictionary as of a moment."""

    taken_at: datetime
    entities: tuple[EntityEntry, ...]

    @property
    def fields(self) -> int:
        return sum(len(e.fields) for e in self.entities)


def sensitivity_label(kind: Sensitivity) -> str:
    """The class of sensitivity for people."""
    return {
        Sensitivity.NORMAL: t("普通"), Sensitivity.SENSITIVE: t("敏感"), Sensitivity.ADMIN: t("仅管理员"),
    }[kind]  # fmt: skip


def document_of(context: Context, quality: QualityService, job: Job) -> DictionaryDocument:
    """Built-in and custom fields of every entity the actor may see, with what is measured today."""
    actor = context.actor
    shown = [e for e in context.registry if e.shared or e.parent or actor.may(e.key, Action.VIEW)]
    judged = {e.key for e in quality.entities()}
    made = []
    for place, entity in enumerate(shown):
        job.progress(t("正在整理数据字典"), place, len(shown))
        health = quality.health(entity.key, job) if entity.key in judged else None
        rules = quality.rules.list(entity.key) if entity.key in JUDGED else ()
        made.append(_entity(context, entity, health, [r for r in rules if r.active]))
    return DictionaryDocument(now(), tuple(made))


def _entity(context: Context, entity: Entity, health: Health | None, rules: Sequence[Rule]) -> EntityEntry:
    entries = []
    for field in entity.fields:
        of = tuple(dict.fromkeys(r.title for r in rules if field.key in r.fields))
        figure = health.field(field.key) if health is not None else None
        cell = figure.cells.get(COMPLETENESS) if figure is not None else None
        entries.append(_field(context, entity, field, of, cell.score if cell is not None else None, rules))
    overall = health.overall if health is not None else None
    records = health.records if health is not None else None
    return EntityEntry(entity.key, entity.zh, entity.en, records, overall, tuple(entries))


def _field(
    context: Context, entity: Entity, field: Field, titles: tuple[str, ...], filled: float | None, rules: Iterable[Rule]
) -> FieldEntry:
    required = field.required or any(
        r.kind == "required" and r.field == field.key and not r.params.get("when") for r in rules
    )
    choices = t("、").join(c.label if c.label == c.code else f"{c.label}（{c.code}）" for c in field.choices)
    if field.choices and field.open_choices:
        choices += t("，可以另写")
    return FieldEntry(
        key=field.key,
        zh=field.zh,
        en=field.en,
        group=entity.group_label(field.group),
        type=_type_text(context, field),
        length=_length(field),
        required=required,
        unique=field.unique,
        custom=field.custom,
        readonly=field.readonly,
        sensitivity=sensitivity_label(field.sensitivity),
        choices=choices,
        rules=titles,
        filled=filled,
        note=field.help,
    )


def _type_text(context: Context, field: Field) -> str:
    if field.type is FieldType.LINKS and field.target:
        return t("关联：{target}", target=context.registry.entity(field.target).label)
    return kind_of(field).label


def _length(field: Field) -> str:
    """Characters, or the bounds of a number."""
    kind = kind_of(field)
    if kind.text:
        return f"≤ {field.max_length}"
    if field.least is None and field.most is None:
        return ""
    ends = ["" if n is None else kind.bound(n) for n in (field.least, field.most)]
    return f"{ends[0]} – {ends[1]}".strip()


# ---- as a workbook -----------------------------------------------------------------------------------------------------


def headings() -> tuple[tuple[str, int], ...]:
    """(heading, width in characters) of the columns of an entity."""
    return (
        (t("字段"), 18), (t("英文"), 18), (t("键"), 16), (t("分组"), 12), (t("类型"), 14), (t("长度/范围"), 12),
        (t("必填"), 7), (t("唯一"), 7), (t("敏感级别"), 10), (t("选项"), 34), (t("质量规则"), 44), (t("今日填写率"), 11),
        (t("自定义"), 8), (t("说明"), 34),
    )  # fmt: skip


def cells(field: FieldEntry) -> tuple[str, ...]:
    """A field as texts in the order of `headings`; the share filled is written by the caller."""
    yes = t("是")
    return (
        field.zh, field.en, field.key, field.group, field.type, field.length, yes if field.required else "",
        yes if field.unique else "", field.sensitivity, field.choices, t("；").join(field.rules),
        "" if field.filled is None else f"{field.filled:.1f}%", yes if field.custom else "", field.note,
    )  # fmt: skip


def write_workbook(document: DictionaryDocument, target: Path) -> None:
    """An .xlsx with an overview and one sheet per entity; an older file goes."""
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    book = xlsxwriter.Workbook(str(target), {"strings_to_formulas": False, "strings_to_urls": False})
    head = book.add_format({"bold": True, "bg_color": "#EEF2F7", "bottom": 1, "valign": "vcenter"})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    share = book.add_format({"num_format": "0.0%", "valign": "top"})
    number = book.add_format({"num_format": "#,##0", "valign": "top"})
    title = book.add_format({"bold": True, "font_size": 14})
    names = _sheet_names(document)
    first = book.add_worksheet(t("总览"))
    first.write_string(0, 0, t("数据字典"), title)
    first.write_string(1, 0, t("生成时间：{at}", at=document.taken_at.astimezone().strftime("%Y-%m-%d %H:%M")))
    for column, (text, width) in enumerate(
        ((t("档案"), 20), (t("英文"), 20), (t("键"), 18), (t("字段数"), 10), (t("档案数"), 12), (t("质量总分"), 12))
    ):
        first.write_string(3, column, text, head)
        first.set_column(column, column, width)
    for row, entity in enumerate(document.entities, 4):
        first.write_url(row, 0, f"internal:'{names[entity.key]}'!A1", string=entity.zh)
        first.write_string(row, 1, entity.en)
        first.write_string(row, 2, entity.key)
        first.write_number(row, 3, len(entity.fields), number)
        if entity.records is not None:
            first.write_number(row, 4, entity.records, number)
        if entity.overall is not None:
            first.write_number(row, 5, entity.overall / 100, share)
    for entity in document.entities:
        sheet = book.add_worksheet(names[entity.key])
        for column, (text, width) in enumerate(headings()):
            sheet.write_string(0, column, text, head)
            sheet.set_column(column, column, width)
        for row, field in enumerate(entity.fields, 1):
            for column, text in enumerate(cells(field)):
                if column == _FILLED and field.filled is not None:
                    sheet.write_number(row, column, field.filled / 100, share)
                else:
                    sheet.write_string(row, column, text, wrap)
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, len(entity.fields), len(headings()) - 1)
    try:
        book.close()
    except (FileCreateError, OSError) as error:
        raise EnvironmentProblem(t("写不了文件：{path}。请关闭打开它的程序，或换一个位置。", path=target)) from error


_FILLED = 11


def _sheet_names(document: DictionaryDocument) -> dict[str, str]:
    """One sheet name per entity, without the characters a sheet may not have, none twice."""
    names: dict[str, str] = {}
    for entity in document.entities:
        bare = "".join(c for c in entity.zh if c not in "[]:*?/\\'")[:25] or entity.key[:25]
        name, n = bare, 2
        while name in names.values() or name == t("总览"):
            name, n = f"{bare} {n}", n + 1
        names[entity.key] = name
    return names
