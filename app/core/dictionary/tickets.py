"""Ticket 工单 with its messages, categories, promises, the office's days off, reply templates and attachments."""

from __future__ import annotations

from dataclasses import replace

from app.core.choices import Choice, Meaning
from app.core.dictionary.common import CUSTOMER, OWNER, files, link, name, position, system, tags
from app.core.fields import CODED, NAMED, WORDED, Entity, Field, FieldType

_MAIN = ("main", "基本信息", "Basics")
_TIMES = ("times", "时间", "Times")
_TAIL = (("custom", "自定义字段", "Custom fields"), ("system", "其他", "Other"))

STATUSES = (
    Choice("new", "新建", "New", ("新", "待受理", "未处理", "待分配"), "bad", meaning="new"),
    Choice(
        "open",
        "处理中",
        "Open",
        ("待处理", "进行中", "受理中", "处理", "Opened", "In Progress", "Assigned"),
        "primary",
        meaning="open",
    ),
    Choice(
        "waiting",
        "等待客户",
        "Waiting",
        ("待客户回复", "待回复", "Pending", "Waiting on customer", "Awaiting"),
        "violet",
        meaning="waiting",
    ),
    Choice("hold", "挂起", "On hold", ("暂停", "搁置", "已挂起", "Hold", "Paused"), "gray", meaning="hold"),
    Choice(
        "resolved",
        "已解决",
        "Resolved",
        ("解决", "已处理", "已完成", "完成", "Solved", "Done", "Fixed"),
        "ok",
        meaning="resolved",
    ),
    Choice("closed", "已关闭", "Closed", ("关闭", "已结束", "结束", "Close"), "gray", meaning="closed"),
)
STATUS_MEANINGS = (
    Meaning("new", "还没有受理", "Not taken up yet", needed=True),
    Meaning("open", "正在处理，时限在走", "In work, clocks run", neutral=True, needed=True),
    Meaning("waiting", "等客户，时限暂停", "Waiting for the customer, clocks stand", needed=True),
    Meaning("hold", "搁置，时限暂停", "On hold, clocks stand"),
    Meaning("resolved", "已解决", "Resolved", needed=True),
    Meaning("closed", "已关闭", "Closed", needed=True),
)
#: tickets whose status means one of these are done
ENDED = ("resolved", "closed")
PRIORITIES = (
    Choice("low", "低", "Low", ("4", "P4", "Minor", "较低"), "gray", meaning="low"),
    Choice("normal", "普通", "Normal", ("中", "一般", "3", "P3", "Medium", "正常"), "primary", meaning="normal"),
    Choice("high", "高", "High", ("2", "P2", "较高", "重要", "Major"), "warn", meaning="high"),
    Choice("urgent", "紧急", "Urgent", ("1", "P1", "特急", "非常紧急", "Critical", "Highest"), "bad", meaning="urgent"),
)
PRIORITY_MEANINGS = (
    Meaning("low", "低", "Low"),
    Meaning("normal", "普通", "Normal", neutral=True, needed=True),
    Meaning("high", "高", "High"),
    Meaning("urgent", "紧急", "Urgent"),
)
CHANNELS = (
    Choice("email", "邮件", "E-mail", ("邮箱", "Mail"), "primary", meaning="mail"),
    Choice("phone", "电话", "Phone", ("来电", "Call"), "cyan", meaning="call"),
    Choice("wechat", "微信", "WeChat", ("企业微信",), "ok", meaning="other"),
    Choice("web", "网站", "Web", ("网页", "表单", "Portal", "Website"), "violet", meaning="other"),
    Choice("visit", "上门", "Visit", ("当面", "现场"), "warn", meaning="other"),
)
CHANNEL_MEANINGS = (
    Meaning("mail", "邮件", "E-mail"),
    Meaning("call", "电话", "Call"),
    Meaning("other", "其他", "Other", neutral=True),
)
KINDS = (
    Choice(
        "inbound",
        "客户来信",
        "From customer",
        ("客户", "来信", "用户回复", "客户回复", "Customer", "Incoming", "End-user"),
        "gray",
    ),
    Choice(
        "reply",
        "回复",
        "Reply",
        ("公开回复", "客服回复", "回复客户", "Public", "Agent", "Outgoing", "Comment"),
        "primary",
    ),
    Choice("note", "内部备注", "Note", ("备注", "内部", "Private", "Internal", "Internal note"), "warn"),
    Choice("event", "系统记录", "Event", ("事件", "操作", "状态变更", "日志", "System", "Audit"), "gray"),
)
DELIVERIES = (
    Choice("recorded", "已记录", "Recorded", tone="gray"),
    Choice("queued", "待发送", "Queued", tone="warn"),
    Choice("sent", "已发送", "Sent", tone="ok"),
    Choice("failed", "发送失败", "Failed", tone="bad"),
)


def _moment(key: str, zh: str, en: str, *synonyms: str, **more: object) -> Field:
    return Field(key, zh, en, FieldType.DATETIME, synonyms=synonyms, **{"group": "times", "width": 140, **more})  # type: ignore[arg-type]


def _own(key: str, zh: str, en: str, kind: FieldType = FieldType.TEXT, **more: object) -> Field:
    """A field the program fills."""
    given = {"readonly": True, "importable": False, "group": "system", "width": 140, **more}
    return Field(key, zh, en, kind, **given)  # type: ignore[arg-type]


TICKET_CATEGORIES = Entity(
    key="ticket_categories",
    table="ticket_category",
    zh="工单分类",
    en="Ticket categories",
    icon="tags",
    picklist=True,
    made=True,
    shared=True,
    groups=(_MAIN, *_TAIL),
    fields=(
        name("分类名称", "Name", "分类", "工单分类", "Category"),
        link("parent", "上级分类", "Parent", "ticket_categories", "父分类", "Parent Category", shown=True),
        position(),
        Field("active", "启用", "Active", FieldType.BOOL, group="main", shown=True, width=72),
        *system(),
    ),
)

SLA_POLICIES = Entity(
    key="sla_policies",
    table="sla_policy",
    zh="服务时限",
    en="SLA policies",
    icon="timer",
    picklist=True,
    shared=True,
    groups=(_MAIN, *_TAIL),
    fields=(
        name("名称", "Name", "SLA", "时限名称", "SLA Policy"),
        Field("active", "启用", "Active", FieldType.BOOL, group="main", shown=True, width=72),
        position(),
        Field("terms", "时限内容", "Terms", FieldType.LONG_TEXT, max_length=20_000, group="main", sortable=False,
              importable=False, help="各优先级的首次响应、后续响应和解决时限（JSON）"),
        *system(),
    ),
)  # fmt: skip

CALENDAR_DAYS = Entity(
    key="calendar_days",
    table="calendar_day",
    zh="特殊工作日",
    en="Special days",
    icon="calendar",
    picklist=True,
    shared=True,
    groups=(_MAIN, *_TAIL),
    fields=(
        name("名称", "Name", "说明", "节日", "Holiday"),
        Field("day", "日期", "Day", FieldType.DATE, required=True, unique=True, group="main", shown=True, width=110,
              synonyms=("Date",)),
        Field("hours", "工作时间", "Hours", group="main", shown=True, max_length=100, width=180, sortable=False,
              synonyms=("上班时间", "Working hours"), help="例如 09:00-12:00 13:30-18:00；留空表示休息"),
        *system(),
    ),
)  # fmt: skip

REPLY_TEMPLATES = Entity(
    key="reply_templates",
    table="reply_template",
    zh="常用语",
    en="Reply templates",
    icon="message-square",
    picklist=True,
    shared=True,
    groups=(_MAIN, *_TAIL),
    fields=(
        name("名称", "Name", "标题", "模板名称", "Template", searchable=True),
        Field("body", "内容", "Text", FieldType.LONG_TEXT, max_length=20_000, required=True, group="main", sortable=False,
              searchable=WORDED, shown=True, width=320, synonyms=("正文", "模板内容", "Body", "Content")),
        position(),
        *system(searchable=True),
    ),
)  # fmt: skip

TICKETS = Entity(
    key="tickets",
    table="ticket",
    zh="工单",
    en="Tickets",
    icon="inbox",
    tone="warn",
    measure="张",
    room="tickets",
    sidebar=8,
    named=r"工单|服务单|ticket|case",
    contact=True,
    service=("create", "edit", "assign"),
    match=(("external_id",), ("number",)),
    title="subject",
    number_prefix="T",
    happened="opened_at",
    follows=("customer",),
    groups=(_MAIN, _TIMES, *_TAIL),
    fields=(
        Field("subject", "主题", "Subject", required=True, group="main", searchable=NAMED, shown=True, width=280, max_length=300,
              synonyms=("标题", "工单标题", "工单主题", "问题", "问题描述", "Title", "Summary")),
        Field("number", "工单编号", "Number", readonly=True, searchable=CODED, group="main", width=96, max_length=40, unique=True, shown=True),
        replace(CUSTOMER, shown=True),
        link("contact", "联系人", "Contact", "contacts", "客户联系人", "Contact Name", width=110, optional=True),
        Field("requester", "提交人", "Requester", group="main", searchable=NAMED, max_length=100, width=100,
              synonyms=("报修人", "反馈人", "来信人", "Submitter", "From", "Requester Name"), optional=True),
        Field("requester_email", "提交人邮箱", "Requester e-mail", group="main", searchable=CODED, max_length=254, width=180,
              synonyms=("来信邮箱", "Requester Email", "From Email"), optional=True),
        Field("status", "状态", "Status", FieldType.CHOICE, office=True, choices=STATUSES, meanings=STATUS_MEANINGS, max_length=20, group="main", shown=True, width=84,
              synonyms=("工单状态", "处理状态", "State")),
        Field("priority", "优先级", "Priority", FieldType.CHOICE, office=True, choices=PRIORITIES, meanings=PRIORITY_MEANINGS, max_length=20, group="main", shown=True, width=72,
              synonyms=("紧急程度", "严重程度", "级别", "Severity", "Urgency")),
        link("category", "分类", "Category", "ticket_categories", "工单分类", "问题分类", "问题类型", "类型", "Type", width=120),
        Field("channel", "渠道", "Channel", FieldType.CHOICE, office=True, choices=CHANNELS, meanings=CHANNEL_MEANINGS, open_choices=True, max_length=40, group="main",
              width=80, synonyms=("来源", "受理渠道", "Source", "Via")),
        tags(),
        files(),
        replace(OWNER, zh="处理人", en="Assignee",
                synonyms=("负责人", "客服", "受理人", "经办人", "坐席", "Agent", "Assigned To", "Owner")),
        _moment("opened_at", "创建时间", "Opened", "提交时间", "受理时间", "报修时间", "建单时间", "Created At", "Created",
                "Open Date", "Opened At", shown=True, now=True, past=True),
        _moment("first_responded_at", "首次响应时间", "First response", "首次回复时间", "响应时间", "First Response At",
                "First Reply At", "First Responded At", optional=True),
        _moment("resolved_at", "解决时间", "Resolved", "完成时间", "处理完成时间", "Resolved At", "Solved At", "Resolution Date", past=True, optional=True),
        _moment("closed_at", "关闭时间", "Closed", "结单时间", "Closed At", "Close Date", past=True, optional=True),
        Field("reopened", "重开次数", "Reopened", FieldType.INTEGER, group="times", width=80, synonyms=("重新打开次数", "Reopens"), optional=True),
        link("sla_policy", "服务时限", "SLA policy", "sla_policies", "SLA", group="times"),
        _moment("response_due_at", "首次响应截止", "First response due", readonly=True, importable=False),
        _moment("next_response_due_at", "下次响应截止", "Next response due", readonly=True, importable=False),
        _moment("resolution_due_at", "解决截止", "Resolution due", readonly=True, importable=False),
        _moment("next_due_at", "最近截止", "Next deadline", readonly=True, importable=False, shown=True),
        _own("sla_paused", "时限暂停", "SLA paused", FieldType.BOOL, group="times", width=80, optional=True),
        _own("unanswered", "待回复", "Awaiting answer", FieldType.BOOL, width=80, optional=True),
        _moment("last_message_at", "最近消息", "Last message", readonly=True, importable=False, group="system"),
        _own("snippet", "最近内容", "Last words", searchable=WORDED, max_length=200, sortable=False, width=240, optional=True),
        link("merged_into", "已合并到", "Merged into", "tickets", group="system", readonly=True, importable=False),
        _own("sla_terms", "时限（建单时）", "SLA terms", FieldType.LONG_TEXT, max_length=20_000, sortable=False),
        *system("工单ID", "工单号", "Ticket ID", "Case Number", "Case ID", "ticket_id", searchable=True),
    ),
)  # fmt: skip

TICKET_MESSAGES = Entity(
    key="ticket_messages",
    table="ticket_message",
    zh="工单消息",
    en="Ticket messages",
    icon="mail",
    measure="条",
    contact=True,
    title="subject",
    parent="ticket",
    groups=(_MAIN, *_TAIL),
    fields=(
        link("ticket", "工单", "Ticket", "tickets", "工单编号", "工单号", "工单ID", "Ticket ID", "Case ID", "ticket_id", "Case Number",
             required=True, shown=True),
        Field("kind", "类别", "Kind", FieldType.CHOICE, choices=KINDS, required=True, group="main", shown=True, width=90,
              synonyms=("消息类型", "事件类型", "类型", "方向", "Type", "Event", "Direction", "Activity")),
        Field("author", "作者", "Author", group="main", searchable=NAMED, max_length=100, shown=True, width=100,
              synonyms=("发送人", "操作人", "回复人", "From", "User", "Actor", "By", "Resource")),
        Field("author_user", "作者（用户）", "Author (user)", FieldType.USER, group="main", width=90),
        Field("author_email", "作者邮箱", "Author e-mail", group="main", searchable=CODED, max_length=254, synonyms=("发件人邮箱", "From Email")),
        Field("recipients", "收件人", "To", group="main", max_length=2000, sortable=False, synonyms=("发送给",)),
        Field("cc", "抄送", "Cc", group="main", max_length=2000, sortable=False),
        Field("sent_at", "时间", "Sent", FieldType.DATETIME, group="main", shown=True, width=140, now=True,
              synonyms=("发送时间", "回复时间", "发生时间", "操作时间", "日期", "Date", "Timestamp", "Created At", "Complete Timestamp")),
        Field("subject", "主题", "Subject", group="main", searchable=NAMED, max_length=300, synonyms=("标题", "Title")),
        Field("body", "内容", "Text", FieldType.LONG_TEXT, max_length=500_000, group="main", searchable=WORDED, sortable=False, shown=True, width=320,
              synonyms=("正文", "回复内容", "消息内容", "备注", "Body", "Content", "Message", "Comment")),
        Field("status", "新状态", "New status", FieldType.CHOICE, choices=STATUSES, meanings=STATUS_MEANINGS, max_length=20, like="tickets.status", group="main", width=84,
              synonyms=("状态", "变更后状态", "Status", "To Status")),
        Field("priority", "新优先级", "New priority", FieldType.CHOICE, choices=PRIORITIES, meanings=PRIORITY_MEANINGS, max_length=20, like="tickets.priority", group="main", width=84,
              synonyms=("优先级", "Priority")),
        Field("automatic", "自动", "Automatic", FieldType.BOOL, group="main", width=72,
              synonyms=("机器人", "自动回复", "Bot", "Auto")),
        Field("message_id", "邮件标识", "Message-ID", group="system", max_length=250, sortable=False, synonyms=("Message-ID",)),
        Field("thread_ids", "所答邮件", "References", FieldType.LONG_TEXT, max_length=30_000, group="system", sortable=False,
              importable=False),
        Field("delivery", "发送", "Delivery", FieldType.CHOICE, choices=DELIVERIES, group="system", width=84, importable=False),
        Field("delivery_error", "发送问题", "Delivery problem", group="system", max_length=500, sortable=False, importable=False),
        *system(searchable=True),
    ),
)  # fmt: skip

ATTACHMENTS = Entity(
    key="attachments",
    table="attachment",
    zh="附件",
    en="Attachments",
    icon="paperclip",
    parent="ticket",
    groups=(_MAIN, *_TAIL),
    fields=(
        Field("name", "文件名", "File name", required=True, group="main", shown=True, width=220, importable=False),
        link("ticket", "工单", "Ticket", "tickets", required=True, shown=True, importable=False),
        link("message", "消息", "Message", "ticket_messages", importable=False),
        Field("media_type", "类型", "Type", group="main", max_length=100, shown=True, importable=False),
        Field("size", "大小（字节）", "Size (bytes)", FieldType.INTEGER, group="main", shown=True, importable=False),
        Field("sha256", "校验值", "SHA-256", group="system", max_length=64, importable=False),
        *system(),
    ),
)  # fmt: skip
