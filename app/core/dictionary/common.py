"""Fields and pick-lists that several entities share."""

from __future__ import annotations

from dataclasses import replace

from app.core.choices import Choice, Meaning
from app.core.fields import CODED, NAMED, WORDED, Field, FieldType

GENDERS = (
    Choice("male", "男", "Male", ("M", "先生", "男性", "1"), meaning="male"),
    Choice("female", "女", "Female", ("F", "女士", "小姐", "女性", "0"), meaning="female"),
)
GENDER_MEANINGS = (
    Meaning("male", "男", "Male"),
    Meaning("female", "女", "Female"),
    Meaning("other", "其他", "Other", neutral=True),
)

BIRTHDAY = Field(
    "birthday",
    "生日",
    "Birthday",
    FieldType.MONTH_DAY,
    group="main",
    synonyms=("出生日期", "出生年月", "Date of Birth"),
    past=True,
    optional=True,
)
LUNAR = Field(
    "birthday_lunar", "农历生日", "Lunar birthday", FieldType.BOOL, group="main", synonyms=("过农历", "农历", "阴历生日"),
    help="生日那天的农历月日每年提醒；生日没有年份时，写的就是农历月日", optional=True,
)  # fmt: skip
OWNER = Field(
    "owner", "负责人", "Owner", FieldType.USER, group="main", shown=True, width=90,
    synonyms=("业务员", "销售", "客户经理", "跟进人", "归属人", "所属人", "所有者", "Account Owner", "Record Owner"),
)  # fmt: skip
EXTERNAL_ID = Field(
    "external_id", "外部编号", "External ID", max_length=100, group="system", unique=True,
    synonyms=("外部ID", "原系统编号", "系统编号", "原编号", "旧编号", "Record Id", "id"),
    help="这条档案在别的系统里的编号，用来更新和核对", optional=True,
)  # fmt: skip
SYSTEM = (
    EXTERNAL_ID,
    Field("created_at", "建档时间", "Created", FieldType.DATETIME, readonly=True, importable=False, group="system"),
    Field("updated_at", "更新时间", "Updated", FieldType.DATETIME, readonly=True, importable=False, group="system"),
)


def external_id(*synonyms: str, searchable: bool = False) -> Field:
    """The record's number in another system, under the names other systems give it."""
    return replace(EXTERNAL_ID, synonyms=(*synonyms, *EXTERNAL_ID.synonyms), searchable=CODED if searchable else "")


def system(*synonyms: str, searchable: bool = False) -> tuple[Field, ...]:
    """The fields every entity ends with; `synonyms` are headers for the number in another system, which is searched like
    the rest of a record where there is a search index."""
    return (external_id(*synonyms, searchable=searchable), *SYSTEM[1:])


def name(zh: str, en: str, *synonyms: str, width: int = 200, max_length: int = 200, searchable: bool = False) -> Field:
    """The required name of a record, its title."""
    return Field("name", zh, en, required=True, group="main", searchable=NAMED if searchable else "", shown=True, width=width,
                 max_length=max_length, synonyms=synonyms)  # fmt: skip


def link(key: str, zh: str, en: str, target: str, *synonyms: str, **more: object) -> Field:
    """A reference to one record of `target`."""
    given = {"group": "main", "width": 180, **more}
    return Field(key, zh, en, FieldType.LINKS, target=target, sortable=False, synonyms=synonyms, **given)  # type: ignore[arg-type]


def merged_into(target: str) -> Field:
    """The record of the same kind that this one was merged into; it is its alias since."""
    return link("merged_into", "已并入", "Merged into", target, group="system", readonly=True, importable=False)


def remark() -> Field:
    """Free notes."""
    return Field("remark", "备注", "Remark", FieldType.LONG_TEXT, max_length=10_000, group="main", searchable=WORDED,
                 sortable=False, synonyms=("说明", "备注信息", "Description", "Notes"), optional=True)  # fmt: skip


def position() -> Field:
    """The place among its siblings, set by dragging."""
    return Field(
        "position",
        "次序",
        "Position",
        FieldType.INTEGER,
        group="system",
        synonyms=("顺序", "排序", "Order"),
        optional=True,
    )


CUSTOMER = link(
    "customer", "客户", "Customer", "customers",
    "客户名称", "公司", "公司名称", "客户姓名", "单位名称", "会员", "Company", "Account Name", "Account", "Customer Name",
    "customer_name", "Organization", shown=True, width=200, brings=True,
)  # fmt: skip


def tags(*synonyms: str, **more: object) -> Field:
    """Words a record is marked with."""
    return Field("tags", "标签", "Tags", FieldType.TAGS, group="main", width=150, sortable=False,
                 synonyms=(*synonyms, "Tag"), optional=True, **more)  # type: ignore[arg-type]  # fmt: skip


def files() -> Field:
    """Files that belong to a record."""
    return Field("files", "附件", "Files", FieldType.FILES, group="main", width=150, sortable=False, importable=False,
                 searchable=WORDED, optional=True)  # fmt: skip


def addresses() -> Field:
    """Further addresses."""
    return Field("addresses", "其他地址", "Other addresses", FieldType.ADDRESSES, group="address", sortable=False,
                 importable=False, synonyms=("收货地址", "开票地址"), optional=True)  # fmt: skip


def phones(**more: object) -> Field:
    """The phone numbers of a person or company."""
    return Field(
        "phones", "电话", "Phones", FieldType.PHONES, group="contact", shown=True, width=130, searchable=CODED,
        sortable=False,
        synonyms=(
            "手机", "手机号", "手机号码", "联系电话", "电话号码", "移动电话", "固定电话", "座机", "办公电话", "联系方式",
            "手机/电话", "电话/手机", "聯絡電話", "電話", "公司电话", "Tel", "Mobile", "Phone", "Mobile Phone",
        ),
        holds=("mobile", "phone"), **more,  # type: ignore[arg-type]
    )  # fmt: skip


def emails(**more: object) -> Field:
    """The e-mail addresses of a person or company."""
    return Field(
        "emails", "邮箱", "E-mails", FieldType.EMAILS, group="contact", width=170, searchable=CODED, sortable=False,
        synonyms=("电子邮箱", "电子邮件", "邮件", "邮箱地址", "Email", "E-mail", "Mail", "Email Address"),
        holds=("email",), **more,  # type: ignore[arg-type]
    )  # fmt: skip


def wechats(**more: object) -> Field:
    """WeChat ids."""
    return Field(
        "wechats", "微信", "WeChat", FieldType.WECHATS, group="contact", searchable=CODED, sortable=False,
        synonyms=("微信号", "WeChat ID", "Weixin"), optional=True,
        **more,  # type: ignore[arg-type]
    )  # fmt: skip
