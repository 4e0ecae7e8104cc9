"""Which fields of an entity are compared, and as what. Fields that describe the relation (stage, owner, dates of contact)
say nothing about who somebody is and are left out."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.access import Actor
from app.core.fields import Entity, Field, FieldType
from app.core.i18n import t
from app.core.kinds import KINDS, kind_of
from app.db.store.texts import Texts
from app.services.duplicates.matching import kinds
from app.services.duplicates.matching.features import Column

_KINDS = {
    FieldType.PHONES: kinds.PHONE, FieldType.EMAILS: kinds.EMAIL, FieldType.WECHATS: kinds.CODE,
    FieldType.ID_CARD: kinds.CODE, FieldType.CREDIT_CODE: kinds.CODE, FieldType.DATE: kinds.DATE,
    FieldType.MONTH_DAY: kinds.DATE, FieldType.LINKS: kinds.NAME,
    **{kind.type: kinds.NUMBER for kind in KINDS.values() if kind.numeric},
}  # fmt: skip
_NEVER = frozenset(
    "number external_id owner stage level status tags source kind remark first_deal_on last_contact_on next_contact_on "
    "created_at updated_at merged_into birthday_lunar received_at converted_at contact deal position active cost".split()
)
_PLACE = ("province", "city", "district")
_COMPARED = frozenset(_KINDS) | {kind.type for kind in KINDS.values() if kind.text or kind.listed}
#: of these only agreement tells something: they change, or say different things of one and the same
ONLY_AGREEMENT = frozenset({"amount", "website", "short_name", "contacts", "industry", "department", "title"})


def compared(entity: Entity, actor: Actor) -> list[Field]:
    """The fields a search reads; masked ones would tell what the actor may not see."""
    return [
        f for f in entity.fields
        if f.type in _COMPARED and (f.custom or f.key not in _NEVER) and actor.sees(entity.key, f)
        and not (f.type is FieldType.LONG_TEXT and not f.custom)
    ]  # fmt: skip


def columns_of(entity: Entity, texts: Texts, fields: Iterable[Field]) -> list[Column]:
    """The columns to compare. The parts of an address count as one line where there is a street."""
    made = []
    by_key = {f.key: f for f in fields}
    place = [texts.single[k] for k in _PLACE if k in texts.single]
    for key, field in by_key.items():
        if key in _PLACE and "address" in texts.single and key != "city":
            continue
        if key in texts.several:
            made.append(Column(key, field.label, texts.several[key], _KINDS.get(field.type), key in ONLY_AGREEMENT))
        elif key == "address" and place:
            lines = [
                "".join((*parts, street)) if street else ""
                for *parts, street in zip(*place, texts.single["address"], strict=True)
            ]
            made.append(Column(key, field.label, lines, kinds.ADDRESS))
        elif key in texts.single:
            if kind_of(field).yearly:  # half a day agrees with thousands and contradicts nobody
                texts.single[key] = ["" if text.startswith("--") else text for text in texts.single[key]]
            kind = kinds.NAME if key == entity.title else kinds.CATEGORY if kind_of(field).listed else None
            made.append(Column(key, field.label, texts.single[key], kind or _KINDS.get(field.type), key in ONLY_AGREEMENT))  # fmt: skip
    if "contacts" in texts.several:
        made.append(Column("contacts", t("联系人"), texts.several["contacts"], kinds.NAME, only_agreement=True))
    return made
