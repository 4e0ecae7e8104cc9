"""Customers to fill archives with."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from app.core.fields import Point
from app.core.records import Record
from app.services.workspace import Workspace

#: names as an office has them: companies, people, surnames with a reading of their own
NAMES = (
    "苏州恒力机械有限公司", "重庆长江贸易有限公司", "北京纷扬科技有限责任公司", "单雄信", "曾国藩", "欧阳修", "仇英",
    "张三", "张三丰", "李四", "王小明", "上海银行股份有限公司", "Acme Trading Ltd", "深圳市华强电子厂", "解晓东",
)  # fmt: skip


def phone(number: str, **more: Any) -> Point:
    """A mainland mobile number with its comparison form."""
    digits = "".join(c for c in number if c.isdigit())
    return Point(number, f"+86{digits}", **more)


def email(address: str) -> Point:
    return Point(address, address.lower())


def add(workspace: Workspace, *names: str, **values: Any) -> list[Record]:
    """Customers with these names and the same other values."""
    return [workspace.customers.create({"name": name, **values})[0] for name in names]


def handles(records: Iterable[Record]) -> list[int]:
    return [r.handle for r in records]


def user_id(workspace: Workspace, username: str) -> uuid.UUID:
    """The id of somebody in the office."""
    return workspace.people.get(username).id
