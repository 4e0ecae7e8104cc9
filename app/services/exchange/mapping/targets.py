"""What a column of a file can become: a field of the entity, a field of the contact in the same row, a new field."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace

from app.core.fields import Entity, Field, FieldType, Registry
from app.core.i18n import t
from app.core.kinds import kind_of
from app.services.cleaning.amounts import header_unit

CONTACT, CUSTOMER, LINE = "contact.", "customer.", "line."
NEW = "new:"
#: when a record was made in the system it comes from; only a migration asks for it
CREATED_AT = "created_at"
_CONTACT_FIELDS = ("name", "title", "department", "phones", "emails", "wechats", "gender", "birthday", "remark")
_CUSTOMER_FIELDS = (
    "external_id",
    "name",
    "phones",
    "emails",
    "province",
    "city",
    "address",
    "industry",
    "level",
    "kind",
)
_LINE_FIELDS = ("name", "product", "category", "quantity", "price", "amount", "cost", "profit")
_CUSTOMER_IDS = (
    "客户编号", "客户ID", "客户代码", "会员编号", "会员ID", "会员号", "用户ID", "买家ID", "客户号", "Customer ID", "CustomerID",
    "cust_id", "Customer No", "Account ID", "Client ID",
)  # fmt: skip
_NOISE = re.compile(r"[\s*＊:：()（）\[\]【】/、_\-.]+")
_UNIT = re.compile(r"[(（【\[][^)）】\]]*[)）】\]]")


@dataclass(frozen=True)
class Target:
    """A place a column can go to. `key` is stable ("phones", "contact.name", "new:备注2:text")."""

    key: str
    label: str
    field: Field
    group: str


def header_key(text: str) -> str:
    """The comparison form of a header: no units in brackets, width, case, spaces or required-marks."""
    plain = unicodedata.normalize("NFKC", text)
    without_unit = _UNIT.sub("", plain) or plain
    return _NOISE.sub("", without_unit).casefold()


def targets_of(entity: Entity, registry: Registry) -> list[Target]:
    """All targets for a file imported into `entity`, in form order."""
    found = [
        Target(f.key, f.label, f, entity.group_label(f.group))
        for f in entity.fields
        if f.importable and f.type is not FieldType.ADDRESSES
    ]
    if entity.key == "customers":
        contacts = registry.entity("contacts")
        for key in _CONTACT_FIELDS:
            field = contacts.field(key)
            label = t("联系人：{field}", field=field.label)
            found.append(Target(CONTACT + key, label, field, t("同一行的联系人")))
    if any(f.brings for f in entity.fields):
        customers = registry.entity("customers")
        for key in _CUSTOMER_FIELDS:
            field = customers.field(key)
            if key == "external_id":
                field = replace(field, zh="编号", en="number", synonyms=_CUSTOMER_IDS)
            label = t("客户：{field}", field=field.label)
            found.append(Target(CUSTOMER + key, label, field, t("同一行的客户")))
    if entity.key == "orders":
        lines = registry.entity("order_lines")
        for key in _LINE_FIELDS:
            field = lines.field(key)
            found.append(Target(LINE + key, t("明细：{field}", field=field.label), field, t("同一行的明细")))
    return found


def file_headers(entity: Entity, language: str) -> dict[str, str]:
    """Field key → header of exports and templates in a language ("zh", "en"): the label, made unique where two fields
    share one; amounts whose label names a unit say that the file's unit is 元."""
    taken: set[str] = set()
    headers: dict[str, str] = {}
    for field in entity.fields:
        label = field.en if language == "en" else field.zh
        if header_key(label) in taken:
            label = f"{label}·{field.key}"
        taken.add(header_key(label))
        if kind_of(field).currency and header_unit(label) != 1:
            label = f"{label}（元）"
        headers[field.key] = label
    return headers


def target_of(key: str, entity: Entity, registry: Registry) -> Target | None:
    """The target with this key; understands "new:<label>:<type>" for a custom field that is still to be made."""
    if key.startswith(NEW):
        _, label, kind = key.split(":", 2)
        field = Field(key, label, label, FieldType(kind), open_choices=True, custom=True, max_length=500)
        return Target(key, label, field, t("新字段"))
    if key == CREATED_AT and (moment := entity.find(key)) is not None:
        return Target(key, moment.label, moment, entity.group_label(moment.group))
    return next((x for x in targets_of(entity, registry) if x.key == key), None)


def holds_several(field: Field) -> bool:
    """Whether several columns may go into this field together (two phone columns)."""
    return kind_of(field).points or field.type in (FieldType.TAGS, FieldType.LONG_TEXT)


def new_target(label: str, kind: FieldType) -> str:
    """The key of a custom field to be made from a column."""
    return f"{NEW}{label.replace(':', ' ')}:{kind}"


def words_of(target: Target) -> dict[str, float]:
    """Header comparison forms of the target → how surely they mean it (0–1)."""
    field = target.field
    words = {header_key(field.zh): 1.0, header_key(field.en): 1.0, header_key(field.key): 0.95}
    for synonym in field.synonyms:
        words.setdefault(header_key(synonym), 0.92)
    for prefix, calls in ((CONTACT, ("联系人", "contact")), (CUSTOMER, ("客户", "customer")), (LINE, ("明细", "line"))):
        if target.key.startswith(prefix):
            plain = {k: v * 0.9 for k, v in words.items()}
            words = plain | {header_key(p + w): 0.97 for p in calls for w in plain}
    if target.key == CUSTOMER + "external_id":
        words = {header_key(word): 0.96 for word in _CUSTOMER_IDS}
    return words
