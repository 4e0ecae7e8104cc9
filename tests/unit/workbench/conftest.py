"""A real archive with a few customers to clean."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.services.workspace import Workspace
from tests.factories.fixtures import office, own_home, staff, workspace

__all__ = ["messy", "office", "own_home", "sheet", "staff", "workspace"]

SHEET = (
    "公司,城市,负责人电话,日期,备注\n"
    " 恒力科技(苏州)有限公司 ,苏洲,138-0013-8000,2024/3/5,老客户\n"
    ",苏州,0512-88886666,2024年3月6日,\n"
    "华信科技有限公司,苏洲,abc,明年,作废\n"
    "ACME co ltd,南京,13900139000,45356,无\n"
)


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    """A small messy file."""
    path = tmp_path / "客户.csv"
    path.write_text(SHEET, encoding="utf-8")
    return path


@pytest.fixture
def messy(workspace: Workspace) -> Workspace:
    """Customers with untidy values."""
    for name, city, remark in (
        ("恒力科技(苏州)有限公司", "苏洲", "a"), ("华信科技有限公司", "苏州", "b"), ("创博服饰有限公司", "苏洲", ""),
    ):  # fmt: skip
        workspace.customers.create({"name": name, "city": city, "remark": remark})
    return workspace
