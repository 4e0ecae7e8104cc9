"""Deal 商机 with its pipelines, stages, reasons of loss and stage history."""

from __future__ import annotations

from app.core.choices import Choice, Meaning
from app.core.dictionary.common import CUSTOMER, OWNER, files, link, name, position, remark, system, tags
from app.core.fields import CODED, Entity, Field, FieldType

_MAIN = ("main", "基本信息", "Basics")
_TAIL = (("custom", "自定义字段", "Custom fields"), ("system", "其他", "Other"))

OUTCOMES = (
    Choice(
        "open",
        "进行中",
        "Open",
        ("跟进中", "未成交", "In Progress", "Engaging", "Prospecting"),
        "primary",
        meaning="open",
    ),
    Choice(
        "won", "赢单", "Won", ("成交", "已成交", "赢", "成功", "已签约", "Closed Won", "Won Deal"), "ok", meaning="won"
    ),
    Choice(
        "lost",
        "输单",
        "Lost",
        ("丢单", "失败", "输", "流失", "已输单", "Closed Lost", "Lost Deal"),
        "bad",
        meaning="lost",
    ),
)
MEANINGS = (
    Meaning("open", "进行中", "Open", neutral=True, needed=True),
    Meaning("won", "赢单", "Won", needed=True),
    Meaning("lost", "输单", "Lost", needed=True),
)

PIPELINES = Entity(
    key="pipelines",
    table="pipeline",
    zh="销售管道",
    en="Pipelines",
    icon="workflow",
    picklist=True,
    match=(("external_id",), ("name",)),
    made=True,
    shared=True,
    groups=(_MAIN, *_TAIL),
    fields=(
        name("管道名称", "Name", "管道", "销售流程", "Pipeline"),
        position(),
        Field("active", "启用", "Active", FieldType.BOOL, group="main", shown=True, width=72),
        *system(),
    ),
)

STAGES = Entity(
    key="stages",
    table="stage",
    zh="销售阶段",
    en="Stages",
    icon="list",
    picklist=True,
    match=(("external_id",),),
    shared=True,
    groups=(_MAIN, *_TAIL),
    fields=(
        name("阶段名称", "Name", "阶段", "Stage"),
        link("pipeline", "管道", "Pipeline", "pipelines", "销售管道", shown=True),
        Field("kind", "性质", "Kind", FieldType.CHOICE, choices=OUTCOMES, meanings=MEANINGS, max_length=10, like="deals.outcome", group="main", shown=True, width=84, usual="open",
              synonyms=("类型", "Type")),
        Field("probability", "赢率（%）", "Probability (%)", FieldType.INTEGER, group="main", shown=True, width=90, least=0, most=100,
              synonyms=("赢率", "成交概率", "Probability")),
        Field("rot_days", "停滞提醒（天）", "Rotting after (days)", FieldType.INTEGER, group="main", shown=True, width=110, least=1, most=3650,
              synonyms=("停滞天数", "Rotting Days"), help="商机停在这个阶段超过这么多天就标出来；留空不标"),
        Field("required", "进入前必填", "Required fields", group="main", max_length=500, sortable=False,
              help="进入这个阶段前必须填好的字段"),
        position(),
        *system(),
    ),
)  # fmt: skip

LOST_REASONS = Entity(
    key="lost_reasons",
    table="lost_reason",
    zh="输单原因",
    en="Lost reasons",
    icon="circle-x",
    picklist=True,
    match=(("external_id",), ("name",)),
    made=True,
    shared=True,
    groups=(_MAIN, *_TAIL),
    fields=(
        name("原因", "Reason", "输单原因", "丢单原因", "Lost Reason"),
        position(),
        Field("active", "启用", "Active", FieldType.BOOL, group="main", shown=True, width=72),
        *system(),
    ),
)

DEALS = Entity(
    key="deals",
    table="deal",
    zh="商机",
    en="Deals",
    icon="kanban",
    tone="violet",
    room="deals",
    sidebar=4,
    origin="source",
    named=r"商机|机会|deal|opportunit",
    match=(("external_id",), ("number",)),
    stale=(("updated_at", 90, ("outcome", ("open",))),),
    number_prefix="D",
    happened="opened_on",
    follows=("customer",),
    groups=(_MAIN, ("result", "结果", "Result"), *_TAIL),
    fields=(
        name("商机名称", "Name", "商机", "机会名称", "销售机会", "项目名称", "Deal Name", "Opportunity Name", "Opportunity",
             "Title", width=220, searchable=True),
        Field("number", "商机编号", "Number", readonly=True, searchable=CODED, group="main", width=96, max_length=40, unique=True),
        CUSTOMER,
        link("contact", "联系人", "Contact", "contacts", "主要联系人", "Contact Name", optional=True),
        link("pipeline", "管道", "Pipeline", "pipelines", "销售管道", "销售流程"),
        link("stage", "阶段", "Stage", "stages", "销售阶段", "商机阶段", "当前阶段", "Deal Stage", "deal_stage",
             "Sales Stage", "Stage Name", shown=True, width=110),
        Field("amount", "金额", "Amount", FieldType.MONEY, group="main", shown=True, width=120, least=0,
              synonyms=("商机金额", "预计金额", "预计成交金额", "成交金额", "销售金额", "合同金额", "Deal Value", "Value",
                        "close_value", "Expected Revenue")),
        Field("expected_on", "预计成交日", "Expected close", FieldType.DATE, group="main", shown=True, width=104,
              synonyms=("预计签约日", "预计成交日期", "预计结单日期", "预计签单日期", "Expected Close Date", "Closing Date")),
        tags(),
        files(),
        OWNER,
        Field("source", "来源", "Source", FieldType.CHOICE, office=True, open_choices=True, max_length=60, group="main",
              synonyms=("商机来源", "来源渠道", "渠道", "Lead Source")),
        Field("opened_on", "立项日期", "Opened", FieldType.DATE, group="main", width=104, now=True,
              synonyms=("创建日期", "发现日期", "商机日期", "开始日期", "engage_date", "Create Date", "Created Date", "Open Date"), past=True),
        Field("outcome", "结果", "Outcome", FieldType.CHOICE, choices=OUTCOMES, meanings=MEANINGS, max_length=10, office=True, group="result", shown=True, width=84,
              synonyms=("商机状态", "状态", "输赢", "赢单输单", "Status", "Result")),
        Field("closed_on", "结单日期", "Closed", FieldType.DATE, group="result", width=104,
              synonyms=("成交日期", "关闭日期", "结束日期", "赢单日期", "实际成交日", "close_date", "Close Date", "Closed Date"), past=True, only=("outcome", ("won", "lost"))),
        link("lost_reason", "输单原因", "Lost reason", "lost_reasons", "丢单原因", "失败原因", "Loss Reason", group="result",
             width=120, only=("outcome", ("lost",))),
        Field("stage_since", "进入阶段时间", "In stage since", FieldType.DATETIME, group="system", width=140, optional=True),
        Field("position", "看板次序", "Board position", FieldType.INTEGER, group="system", importable=False, optional=True),
        remark(),
        *system("商机ID", "机会编号", "opportunity_id", "Deal ID", "Opportunity ID", searchable=True),
    ),
)  # fmt: skip

STAGE_CHANGES = Entity(
    key="stage_changes",
    table="stage_change",
    zh="阶段变更",
    en="Stage changes",
    icon="arrow-right",
    measure="次",
    parent="deal",
    groups=(_MAIN, *_TAIL),
    fields=(
        Field("name", "变更", "Change", group="main", shown=True, width=220),
        link("deal", "商机", "Deal", "deals", "商机名称", "商机编号", "Deal Name", shown=True, required=True),
        link("from_stage", "原阶段", "From stage", "stages", "变更前阶段", "From", shown=True),
        link("to_stage", "新阶段", "To stage", "stages", "变更后阶段", "阶段", "To", shown=True),
        Field("changed_at", "变更时间", "Changed at", FieldType.DATETIME, group="main", shown=True, width=140, now=True,
              synonyms=("时间", "日期", "Date", "Timestamp")),
        Field("changed_by", "变更人", "Changed by", FieldType.USER, group="main", shown=True, width=90,
              synonyms=("操作人", "User")),
        *system(),
    ),
)  # fmt: skip
