"""Fields and pick-lists that several entities share."""

from __future__ import annotations

from app.core.fields import Choice, Field, FieldType

GENDERS = (
    Choice("male", "男", "Male", ("M", "先生", "男性", "1")),
    Choice("female", "女", "Female", ("F", "女士", "小姐", "女性", "0")),
)

OWNER = Field(
    "owner", "负责人", "Owner", FieldType.USER, group="main", shown=True, width=90,
    synonyms=("业务员", "销售", "客户经理", "跟进人", "归属人", "所属人", "所有者", "Account Owner", "Record Owner"),
)  # fmt: skip
EXTERNAL_ID = Field(
    "external_id", "外部编号", "External ID", max_length=100, group="system", unique=True,
    synonyms=("外部ID", "原系统编号", "系统编号", "原编号", "旧编号", "Record Id", "id"),
    help="这条档案在别的系统里的编号，用来更新和核对",
)  # fmt: skip
SYSTEM = (
    EXTERNAL_ID,
    Field("created_at", "建档时间", "Created", FieldType.DATETIME, readonly=True, importable=False, group="system"),
    Field("updated_at", "更新时间", "Updated", FieldType.DATETIME, readonly=True, importable=False, group="system"),
)


def phones(**more: object) -> Field:
    """The phone numbers of a person or company."""
    return Field(
        "phones", "电话", "Phones", FieldType.PHONES, group="contact", shown=True, width=130, searchable=True,
        sortable=False,
        synonyms=(
            "手机", "手机号", "手机号码", "联系电话", "电话号码", "移动电话", "固定电话", "座机", "办公电话", "联系方式",
            "手机/电话", "电话/手机", "聯絡電話", "電話", "公司电话", "Tel", "Mobile", "Phone", "Mobile Phone",
        ),
        **more,  # type: ignore[arg-type]
    )  # fmt: skip


def emails(**more: object) -> Field:
    """The e-mail addresses of a person or company."""
    return Field(
        "emails", "邮箱", "E-mails", FieldType.EMAILS, group="contact", width=170, searchable=True, sortable=False,
        synonyms=("电子邮箱", "电子邮件", "邮件", "邮箱地址", "Email", "E-mail", "Mail", "Email Address"),
        **more,  # type: ignore[arg-type]
    )  # fmt: skip


def wechats(**more: object) -> Field:
    """WeChat ids."""
    return Field(
        "wechats", "微信", "WeChat", FieldType.WECHATS, group="contact", searchable=True, sortable=False,
        synonyms=("微信号", "WeChat ID", "Weixin"),
        **more,  # type: ignore[arg-type]
    )  # fmt: skip
