"""Contact 联系人: a person, tied to any number of customers with a role on each tie."""

from __future__ import annotations

from app.core.dictionary.common import BIRTHDAY, GENDERS, LUNAR, OWNER, emails, merged_into, phones, system, wechats
from app.core.fields import CODED, NAMED, WORDED, Entity, Field, FieldType

CONTACTS = Entity(
    key="contacts",
    table="contact",
    zh="联系人",
    en="Contacts",
    icon="users-round",
    tone="cyan",
    measure="位",
    sidebar=2,
    made_on="customers",
    shortcut="Ctrl+Shift+N",
    hits=8,
    named=r"联系人|contact|person|people",
    match=(("external_id",), ("number",), ("name", "phones"), ("name", "customers")),
    loose=True,
    service=("create",),
    duplicates=True,
    stale=(("updated_at", 730, None),),
    number_prefix="P",
    follows=("customers",),
    groups=(
        ("main", "基本信息", "Basics"),
        ("contact", "联系方式", "How to reach"),
        ("custom", "自定义字段", "Custom fields"),
        ("system", "其他", "Other"),
    ),
    fields=(
        Field("name", "姓名", "Name", required=True, group="main", searchable=NAMED, shown=True, width=130, max_length=100, holds=("person",),
              synonyms=("联系人", "联系人姓名", "联系人名称", "聯絡人", "Contact Name", "Full Name", "Contact")),
        Field("number", "联系人编号", "Number", readonly=True, searchable=CODED, group="main", width=96, max_length=40, unique=True),
        Field("customers", "所属客户", "Customers", FieldType.LINKS, group="main", shown=True, width=220, sortable=False,
              target="customers", several=True, there=True, holds=("company",), synonyms=("客户", "客户名称", "公司", "公司名称", "单位", "Company", "Account Name")),
        Field("title", "职务", "Job title", group="main", searchable=WORDED, max_length=100, shown=True,
              synonyms=("职位", "岗位", "头衔", "Title", "Job Title", "Position")),
        Field("department", "部门", "Department", group="main", max_length=100, synonyms=("所在部门",)),
        OWNER,
        phones(),
        emails(),
        wechats(),
        Field("gender", "性别", "Gender", FieldType.CHOICE, choices=GENDERS, group="main", width=60, synonyms=("Sex",), holds=("gender",)),
        BIRTHDAY,
        LUNAR,
        Field("remark", "备注", "Remark", FieldType.LONG_TEXT, max_length=10_000, group="main", searchable=WORDED,
              sortable=False, synonyms=("说明", "Notes"), optional=True),
        merged_into("contacts"),
        *system(searchable=True),
    ),
)  # fmt: skip
