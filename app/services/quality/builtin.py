"""The rules that follow from the field registry, and how much each field counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.core.dictionary import BUILT_IN
from app.core.fields import Entity, Field, FieldType
from app.core.i18n import t
from app.core.kinds import kind_of
from app.core.meanings import means, means_not
from app.services.quality.records import COMPLETENESS, CONSISTENCY, TIMELINESS, UNIQUENESS, VALIDITY, Rule
from app.services.quality.rules import CROSS

#: the kinds of records whose data is judged
JUDGED = BUILT_IN.kinds(lambda e: e.judged)
_FORMATS = {
    FieldType.PHONES: "phones", FieldType.EMAILS: "emails", FieldType.WECHATS: "wechats",
    FieldType.ID_CARD: "id_number", FieldType.CREDIT_CODE: "credit_code", FieldType.URL: "url",
}  # fmt: skip
_REGIONS = {"province": 1, "city": 2, "district": 3}
_IDENTIFYING = frozenset({FieldType.PHONES, FieldType.EMAILS, FieldType.ID_CARD, FieldType.CREDIT_CODE})


def applies(entity: Entity, field: str) -> tuple[str, tuple[str, ...]] | None:
    """(choice field, its values) that a record needs for the field to make sense; None: every record. A record whose
    choice is empty counts as one of them."""
    known = entity.find(field)
    if known is None or known.only is None:
        return None
    choice, meanings = known.only
    return choice, entity.field(choice).with_meaning(*meanings)


def judged_fields(entity: Entity) -> list[Field]:
    """The fields that are shown with their quality."""
    hidden = ("merged_into", "position", "created_at")
    return [f for f in entity.fields if f.key not in hidden and not (f.readonly and f.key != "updated_at")]


def weight(field: Field, required: bool) -> int:
    """How much a field counts in the completeness of its entity."""
    if required or field.required:
        return 5
    if field.optional or field.readonly or field.type is FieldType.BOOL or field.key == "updated_at":
        return 0
    return 2 if field.shown else 1


def builtin_rules(entity: Entity) -> Iterator[Rule]:
    """All rules the registry implies, in the order of the fields."""
    for field in judged_fields(entity):
        yield from _of_field(entity, field)
    yield from _of_entity(entity)


def _rule(
    entity: Entity, kind: str, fields: tuple[str, ...], dimension: str, title: str, **params: Any
) -> Rule:  # fmt: skip
    return Rule(f"{kind}:{fields[0]}", entity.key, fields, kind, dimension, title, params)


def _of_field(entity: Entity, field: Field) -> Iterator[Rule]:
    one, label = (field.key,), field.label
    if field.required:
        yield _rule(entity, "required", one, COMPLETENESS, t("{field}必填", field=label))
    if field.type in _FORMATS:
        title = t("{field}格式正确", field=label)
        yield _rule(entity, "format", one, VALIDITY, title, format=_FORMATS[field.type])
    if field.key == "requester_email":
        yield _rule(entity, "format", one, VALIDITY, t("{field}格式正确", field=label), format="email")
    kind = kind_of(field)
    if field.past and (kind.day or kind.yearly):
        yield _rule(entity, "future", one, VALIDITY, t("{field}不在将来", field=label))
    if field.least is not None or field.most is not None:
        yield _rule(entity, "range", one, VALIDITY, t("{field}在允许范围内", field=label))
    if kind.listed and not field.open_choices:
        title = t("{field}在选项里", field=label)
        yield _rule(entity, "allowed", one, VALIDITY, title, values=[c.code for c in field.choices])
    free = kind.text and field.type not in _FORMATS and field.key not in _REGIONS
    if (free or (field.type is FieldType.CHOICE and field.open_choices)) and field.key not in ("external_id", "number"):
        yield _rule(entity, "placeholder", one, VALIDITY, t("{field}不是“无”“未知”之类", field=label))
    if field.key in _REGIONS:
        title = t("{field}在行政区划表里", field=label)
        yield _rule(entity, "region", one, VALIDITY, title, level=_REGIONS[field.key])
    if field.type in _IDENTIFYING or field.unique:
        yield _rule(entity, "unique", one, UNIQUENESS, t("{field}不与别的档案相同", field=label))


def _of_entity(entity: Entity) -> Iterator[Rule]:
    if entity.key == "customers":
        firms = means_not(entity, "kind", "person")  # two people may well have one name
        yield _rule(entity, "unique", ("name", "city"), UNIQUENESS, t("同一城市没有同名的企业"), when=firms)
    if entity.find("merged_into") is not None and entity.key != "tickets":
        yield _rule(entity, "pairs", (entity.title,), UNIQUENESS, t("没有待处理的疑似重复"))
    for key, days, when in entity.stale:
        title = t("{field}在 {n} 天内", field=entity.field(key).label, n=days)
        which = means(entity, when[0], *when[1]) if when is not None else None
        yield _rule(entity, "stale", (key,), TIMELINESS, title, days=days, when=which)
    for cross in CROSS:
        if cross.entity == entity.key:
            title, reason = cross.say()
            yield Rule(f"cross:{cross.name}", entity.key, cross.fields, "cross", CONSISTENCY, title, {"reason": reason})
