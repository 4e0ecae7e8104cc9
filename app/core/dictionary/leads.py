"""Lead 线索: somebody who may become a customer; `convert` makes customer, contact and deal of it."""

from __future__ import annotations

from app.core.choices import Choice, Meaning
from app.core.dictionary.common import OWNER, emails, link, merged_into, name, phones, remark, system, wechats
from app.core.fields import CODED, NAMED, WORDED, Entity, Field, FieldType

STATUSES = (
    Choice("new", "新建", "New", ("未处理", "待跟进", "Open", "未联系"), "primary", meaning="new"),
    Choice("working", "跟进中", "Working", ("已联系", "联系中", "Contacted", "In Progress"), "cyan", meaning="working"),
    Choice("qualified", "已确认", "Qualified", ("有效", "合格", "MQL", "SQL"), "violet", meaning="working"),
    Choice("converted", "已转化", "Converted", ("已转换", "转化", "转客户", "Closed Won"), "ok", meaning="converted"),
    Choice(
        "disqualified",
        "无效",
        "Disqualified",
        ("作废", "废弃", "不合格", "Unqualified", "Junk"),
        "gray",
        meaning="ended",
    ),
)
MEANINGS = (
    Meaning("new", "还没有跟进", "Not contacted yet", needed=True),
    Meaning("working", "正在跟进", "Being worked on", neutral=True),
    Meaning("converted", "已转成客户", "Became a customer", needed=True),
    Meaning("ended", "不再跟进", "Given up"),
)

LEADS = Entity(
    key="leads",
    table="lead",
    zh="线索",
    en="Leads",
    icon="user-plus",
    tone="cyan",
    measure="条",
    room="deals",
    sidebar=3,
    origin="source",
    named=r"线索|lead",
    match=(("external_id",), ("number",), ("name", "phones")),
    duplicates=True,
    stale=(("updated_at", 90, ("status", ("new", "working"))),),
    number_prefix="L",
    follows=("customer",),
    happened="received_at",
    groups=(
        ("main", "基本信息", "Basics"),
        ("contact", "联系方式", "How to reach"),
        ("address", "地址", "Address"),
        ("result", "转化结果", "Conversion"),
        ("custom", "自定义字段", "Custom fields"),
        ("system", "其他", "Other"),
    ),
    fields=(
        name("姓名", "Name", "线索名称", "联系人", "联系人姓名", "客户姓名", "Lead Name", "Full Name", "Contact", width=140,
             searchable=True),
        Field("number", "线索编号", "Number", readonly=True, searchable=CODED, group="main", width=96, max_length=40, unique=True),
        Field("company", "公司", "Company", group="main", searchable=NAMED, shown=True, width=200,
              synonyms=("公司名称", "单位", "企业名称", "客户名称", "Company Name", "Organization")),
        Field("title", "职务", "Job title", group="main", max_length=100, synonyms=("职位", "岗位", "Title", "Position")),
        Field("status", "状态", "Status", FieldType.CHOICE, office=True, choices=STATUSES, meanings=MEANINGS, max_length=20, group="main", shown=True, width=84,
              usual="new",
              synonyms=("线索状态", "跟进状态", "Lead Status")),
        Field("source", "来源", "Source", FieldType.CHOICE, office=True, open_choices=True, max_length=60, group="main", shown=True,
              width=96, synonyms=("线索来源", "来源渠道", "渠道", "Lead Source", "origin")),
        OWNER,
        phones(),
        emails(),
        wechats(),
        Field("province", "省份", "Province", group="address", max_length=40, synonyms=("省", "State")),
        Field("city", "城市", "City", group="address", searchable=WORDED, max_length=40, shown=True, width=84, synonyms=("市", "所在城市")),
        Field("address", "地址", "Address", group="address", searchable=WORDED, width=200, synonyms=("详细地址", "联系地址", "Street")),
        Field("industry", "行业", "Industry", FieldType.CHOICE, office=True, open_choices=True, max_length=60, group="main",
              synonyms=("所属行业", "business_segment")),
        Field("budget", "预计金额", "Budget", FieldType.MONEY, group="main", shown=True, width=110, least=0,
              synonyms=("预算", "意向金额", "Estimated Value")),
        Field("received_at", "获得时间", "Received", FieldType.DATETIME, group="main", shown=True, width=140, now=True,
              synonyms=("创建时间", "登记时间", "线索时间", "日期", "first_contact_date", "Create Date", "Created At"), past=True),
        Field("converted_at", "转化时间", "Converted", FieldType.DATETIME, group="result", width=140,
              synonyms=("转换时间", "成交时间", "won_date", "Converted Date"), past=True, optional=True),
        link("customer", "转成的客户", "Customer", "customers", group="result", only=("status", ("converted",))),
        link("contact", "转成的联系人", "Contact", "contacts", group="result", optional=True),
        link("deal", "转成的商机", "Deal", "deals", group="result", optional=True),
        remark(),
        merged_into("leads"),
        *system("线索ID", "Lead ID", "mql_id", searchable=True),
    ),
)  # fmt: skip
