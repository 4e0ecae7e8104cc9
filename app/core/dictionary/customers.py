"""Customer 客户: a company or a person, from potential to lost."""

from __future__ import annotations

from dataclasses import replace

from app.core.choices import Choice, Meaning
from app.core.dictionary.common import (
    BIRTHDAY,
    GENDER_MEANINGS,
    GENDERS,
    LUNAR,
    OWNER,
    addresses,
    emails,
    files,
    merged_into,
    phones,
    system,
    tags,
    wechats,
)
from app.core.fields import CODED, NAMED, WORDED, Entity, Field, FieldType, Sensitivity

KINDS = (
    Choice("company", "企业", "Company", ("公司", "单位", "机构"), "primary", meaning="company"),
    Choice("person", "个人", "Person", ("自然人", "会员"), "violet", meaning="person"),
)
KIND_MEANINGS = (
    Meaning("company", "企业，有信用代码", "Organisation with a credit code", neutral=True, needed=True),
    Meaning("person", "个人，有身份证", "Person with an ID card", needed=True),
)
STAGES = (
    Choice("potential", "潜在", "Potential", ("潜在客户", "新线索"), "gray", meaning="potential"),
    Choice("interested", "意向", "Interested", ("意向客户", "有意向"), "cyan", meaning="talking"),
    Choice("quoted", "报价", "Quoted", ("报价中", "已报价"), "primary", meaning="talking"),
    Choice("negotiating", "谈判", "Negotiating", ("谈判中", "洽谈"), "violet", meaning="talking"),
    Choice("won", "成交", "Customer", ("已成交", "成交客户", "合作中"), "ok", meaning="won"),
    Choice("lost", "流失", "Lost", ("已流失", "流失客户", "无效"), "bad", meaning="lost"),
)
STAGE_MEANINGS = (
    Meaning("potential", "还没有洽谈", "Not talking yet", neutral=True),
    Meaning("talking", "正在洽谈", "In talks", needed=True),
    Meaning("won", "已成交", "Bought"),
    Meaning("lost", "已流失", "Gone"),
)
#: which customers have what
_FIRM, _PERSON, _DEALT = ("kind", ("company",)), ("kind", ("person",)), ("stage", ("won", "lost"))

CUSTOMERS = Entity(
    key="customers",
    table="customer",
    zh="客户",
    en="Customers",
    icon="users",
    tone="primary",
    measure="位",
    sidebar=1,
    shortcut="Ctrl+N",
    hits=8,
    origin="source",
    named=r"客户|会员|公司|customer|account|compan|client",
    match=(("external_id",), ("number",), ("credit_code",), ("id_number",), ("name", "phones"), ("name",)),
    made=True,
    duplicates=True,
    stale=(("updated_at", 365, None), ("last_contact_on", 180, ("stage", ("won",)))),
    number_prefix="C",
    groups=(
        ("main", "基本信息", "Basics"),
        ("contact", "联系方式", "How to reach"),
        ("address", "地址", "Address"),
        ("business", "合作情况", "Business"),
        ("identity", "证件", "Identity"),
        ("custom", "自定义字段", "Custom fields"),
        ("system", "其他", "Other"),
    ),
    fields=(
        Field(
            "name", "客户名称", "Name", required=True, group="main", searchable=NAMED, shown=True, width=230,
            synonyms=(
                "名称", "公司名称", "单位名称", "企业名称", "公司", "单位", "客户", "客户名", "姓名", "会员姓名", "客户姓名",
                "客戶名稱", "公司全称", "全称", "Account Name", "Company", "Company Name", "Customer", "Customer Name",
                "Full Name",
            ),
            holds=("company", "person"),
        ),
        Field(
            "number", "客户编号", "Number", readonly=True, group="main", width=96, searchable=CODED, unique=True,
            max_length=40, synonyms=("编号", "客户代码", "客户号", "会员号", "会员编号", "Customer No"),
        ),
        Field("kind", "客户类型", "Kind", FieldType.CHOICE, office=True, choices=KINDS, meanings=KIND_MEANINGS, max_length=20, group="main", width=80,
              synonyms=("类型", "性质", "Type")),
        Field("short_name", "简称", "Short name", group="main", searchable=NAMED, max_length=100,
              synonyms=("客户简称", "公司简称"), optional=True),
        Field("stage", "阶段", "Stage", FieldType.CHOICE, office=True, choices=STAGES, meanings=STAGE_MEANINGS, max_length=20, group="main", shown=True, width=84,
              synonyms=("客户阶段", "状态", "客户状态", "跟进状态", "Status", "Lifecycle Stage")),
        Field("level", "级别", "Level", FieldType.CHOICE, office=True, open_choices=True, max_length=40, group="main", shown=True,
              width=72, synonyms=("客户级别", "等级", "客户等级", "会员等级", "分级", "Rating"),
              choices=(Choice("A", "A", "A", tone="bad"), Choice("B", "B", "B", tone="warn"),
                       Choice("C", "C", "C", tone="primary"), Choice("D", "D", "D", tone="gray"),
                       Choice("VIP", "VIP", "VIP", tone="warn"))),
        tags("客户标签", "分组", shown=True),
        files(),
        OWNER,
        phones(),
        emails(),
        wechats(),
        Field("website", "网址", "Website", FieldType.URL, group="contact", max_length=300,
              synonyms=("网站", "官网地址", "公司网址", "主页", "URL"), only=_FIRM, holds=("url",)),
        Field("province", "省份", "Province", group="address", max_length=40, synonyms=("省", "所在省", "省/直辖市", "State")),
        Field("city", "城市", "City", group="address", searchable=WORDED, shown=True, width=84, max_length=40,
              synonyms=("市", "所在城市", "所在市", "地市")),
        Field("district", "区县", "District", group="address", max_length=40, synonyms=("区", "县", "区/县", "所在区")),
        Field("address", "地址", "Address", group="address", width=220, max_length=300, searchable=WORDED,
              synonyms=("详细地址", "公司地址", "单位地址", "家庭住址", "住址", "联系地址", "通讯地址", "街道", "Street"), holds=("address",)),
        addresses(),
        Field("industry", "行业", "Industry", FieldType.CHOICE, office=True, open_choices=True, group="business", max_length=60,
              synonyms=("所属行业", "行业类别"), only=_FIRM),
        Field("source", "来源", "Source", FieldType.CHOICE, office=True, open_choices=True, group="business", max_length=60,
              synonyms=("客户来源", "来源渠道", "渠道", "获客渠道", "Lead Source")),
        Field("amount", "累计金额", "Total amount", FieldType.MONEY, group="business", shown=True, width=110,
              synonyms=("累计成交", "成交金额", "累计消费", "消费金额", "合作金额", "累计成交金额", "Amount", "Revenue"), only=_DEALT),
        Field("first_deal_on", "首次合作", "First deal", FieldType.DATE, group="business",
              synonyms=("首次成交", "登记日期", "合作日期", "首次合作日期", "注册日期", "入会日期", "成交日期"), past=True, only=_DEALT),
        Field("last_contact_on", "最近联系", "Last contact", FieldType.DATE, group="business", shown=True, width=104,
              synonyms=("最近回访", "最后联系", "最近联系日", "上次跟进", "最后跟进时间", "回访日期", "最近跟进"), past=True),
        Field("next_contact_on", "下次联系", "Next contact", FieldType.DATE, group="business",
              synonyms=("下次回访", "下次跟进", "计划回访"), optional=True),
        Field("credit_code", "统一社会信用代码", "Credit code", FieldType.CREDIT_CODE, group="identity", max_length=18,
              width=170, searchable=CODED, synonyms=("信用代码", "社会信用代码", "税号", "纳税人识别号", "营业执照号"), only=_FIRM, holds=("credit_code",)),
        Field("id_number", "身份证号", "ID number", FieldType.ID_CARD, group="identity", max_length=18, width=170,
              sensitivity=Sensitivity.SENSITIVE, sortable=False,
              synonyms=("身份证", "身份证号码", "证件号", "证件号码", "身份证件号"), only=_PERSON, holds=("id_number",)),
        Field("gender", "性别", "Gender", FieldType.CHOICE, choices=GENDERS, meanings=GENDER_MEANINGS, max_length=10, office=True, group="identity", width=60,
              synonyms=("Sex",), only=_PERSON, holds=("gender",)),
        replace(BIRTHDAY, group="identity", only=_PERSON),
        replace(LUNAR, group="identity"),
        Field("remark", "备注", "Remark", FieldType.LONG_TEXT, max_length=10_000, group="main", searchable=WORDED, width=200,
              sortable=False, synonyms=("说明", "备注信息", "客户备注", "附注", "Description", "Notes"), optional=True),
        merged_into("customers"),
        *system(searchable=True),
    ),
)  # fmt: skip
