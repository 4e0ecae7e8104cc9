"""Activity 跟进/活动: what was done or is planned with a customer."""

from __future__ import annotations

from app.core.choices import Choice, Meaning
from app.core.dictionary.common import OWNER, files, system, tags
from app.core.fields import NAMED, WORDED, Entity, Field, FieldType

KINDS = (
    Choice("call", "电话", "Call", ("致电", "电话跟进", "通话"), "primary", meaning="call"),
    Choice("visit", "拜访", "Visit", ("上门", "走访", "外访"), "ok", meaning="visit"),
    Choice("meeting", "会议", "Meeting", ("会面", "洽谈"), "violet", meaning="meeting"),
    Choice("email", "邮件", "E-mail", ("电子邮件",), "cyan", meaning="mail"),
    Choice("wechat", "微信", "WeChat", ("微信沟通", "企业微信", "Wechat"), "ok", meaning="chat"),
    Choice("note", "记录", "Note", ("备注", "其他"), "gray", meaning="note"),
    Choice("task", "任务", "Task", ("待办",), "warn", meaning="task"),
)
#: a task is work of our own with a due day; everything else is contact with the customer
MEANINGS = (
    Meaning("call", "电话", "Call"),
    Meaning("visit", "拜访", "Visit"),
    Meaning("meeting", "会议", "Meeting"),
    Meaning("mail", "邮件", "E-mail"),
    Meaning("chat", "聊天消息", "Chat"),
    Meaning("note", "其他联系", "Other contact", neutral=True),
    Meaning("task", "任务，有截止时间", "Task with a due time", needed=True),
)

ACTIVITIES = Entity(
    key="activities",
    table="activity",
    zh="跟进",
    en="Activities",
    icon="message-square",
    tone="primary",
    measure="条",
    made_on="customers",
    shortcut="Ctrl+J",
    named=r"跟进|活动|拜访|activit|task|event|call|meeting|note",
    match=(("external_id",),),
    contact=True,
    service=("create",),
    title="subject",
    titled_by="body",
    follows=("customer",),
    happened="happened_at",
    groups=(("main", "基本信息", "Basics"), ("custom", "自定义字段", "Custom fields"), ("system", "其他", "Other")),
    fields=(
        Field("subject", "主题", "Subject", required=True, group="main", searchable=NAMED, shown=True, width=240,
              synonyms=("标题", "跟进主题", "Title")),
        Field("kind", "方式", "Kind", FieldType.CHOICE, office=True, choices=KINDS, meanings=MEANINGS, max_length=20, group="main", shown=True, width=80,
              synonyms=("跟进方式", "类型", "活动类型", "Type")),
        Field("customer", "客户", "Customer", FieldType.LINKS, group="main", shown=True, width=220, sortable=False,
              target="customers", there=True, holds=("company",), synonyms=("客户名称", "公司", "Company", "Account Name")),
        Field("deal", "商机", "Deal", FieldType.LINKS, target="deals", group="main", sortable=False, width=160,
              synonyms=("销售机会", "Opportunity"), optional=True),
        Field("happened_at", "时间", "When", FieldType.DATETIME, group="main", shown=True, width=140, now=True, unless="due_at",
              synonyms=("跟进时间", "发生时间", "日期", "跟进日期", "Date")),
        Field("due_at", "截止时间", "Due", FieldType.DATETIME, group="main", synonyms=("到期", "Due Date"), optional=True),
        Field("done", "已完成", "Done", FieldType.BOOL, group="main", width=72, synonyms=("完成",), optional=True),
        Field("body", "内容", "Content", FieldType.LONG_TEXT, max_length=20_000, group="main", searchable=WORDED,
              sortable=False, width=260, synonyms=("跟进内容", "跟进记录", "详情", "Description")),
        tags(),
        files(),
        OWNER,
        *system(searchable=True),
    ),
)  # fmt: skip
