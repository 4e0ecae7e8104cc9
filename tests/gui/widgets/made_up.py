"""Made-up customers for tables: rows are computed from their handle, so a million cost nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.core.jobs import Job
from app.views.widgets.table.source import Cell, Row, TableColumn

SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀兰霞平刚桂英"
CITIES = ("苏州", "上海", "深圳", "杭州", "成都", "宁波", "武汉", "西安")
STAGES = (("潜在", "gray"), ("意向", "cyan"), ("报价", "primary"), ("谈判", "violet"), ("成交", "ok"), ("流失", "bad"))
TAGS = ("重点客户|bad", "VIP|warn", "需回访|primary", "新客|ok", "转介绍|violet", "展会|cyan", "老客户|gray")


class MadeUpCustomers:
    """`count` rows with handles 1…count; `gone` handles have lost their record, `fail` makes loading raise."""

    columns: Sequence[TableColumn] = (
        TableColumn("check", "", "check", 44, sortable=False),
        TableColumn("name", "姓名", "strong", 124, editable=True),
        TableColumn("company", "公司", "text", 190),
        TableColumn("stage", "阶段", "dot", 84),
        TableColumn("tags", "标签", "chips", 176, sortable=False),
        TableColumn("owner", "负责人", "muted", 84, editable=True),
        TableColumn("amount", "金额", "money", 110),
        TableColumn("seen", "最近联系", "date", 106),
        TableColumn("phone", "电话", "text", 130, editable=True),
    )

    def __init__(self, count: int = 1_000_000) -> None:
        self.count = count
        self.gone: set[int] = set()
        self.edited: dict[int, str] = {}
        self.loads: list[list[int]] = []
        self.fail: Exception | None = None
        self.descending = False

    def load_ids(self, _job: Job) -> np.ndarray:
        if self.fail is not None:
            raise self.fail
        ids = np.arange(1, self.count + 1, dtype=np.int64)
        return ids[::-1].copy() if self.descending else ids

    def load_rows(self, handles: Sequence[int]) -> dict[int, Row]:
        self.loads.append(list(handles))
        if self.fail is not None:
            raise self.fail
        return {handle: self.row(handle) for handle in handles if handle not in self.gone}

    def row(self, n: int) -> Row:
        """The row of handle `n`."""
        mixed = n * 2654435761 % 4294967296
        name = SURNAMES[mixed % 20] + GIVEN[mixed // 20 % 24] + (GIVEN[mixed // 480 % 24] if mixed % 3 else "")
        city = CITIES[mixed // 7 % 8]
        stage, tone = STAGES[mixed // 11 % 6]
        tags = tuple(TAGS[(mixed // 13 + step * 3) % 7] for step in range(mixed // 17 % 4))
        company = f"{city}{GIVEN[mixed // 19 % 24]}{GIVEN[mixed // 23 % 24]}机械有限公司"
        seen = f"2026-{mixed // 29 % 12 + 1:02}-{mixed // 31 % 28 + 1:02}"
        phone = Cell(f"13{mixed // 37 % 10} **** {mixed // 43 % 10000:04}", masked=True)
        owner = SURNAMES[mixed // 47 % 20] + GIVEN[mixed // 53 % 24]
        amount = f"¥{mixed // 59 % 900000 + 1000:,}"
        return ("", self.edited.get(n, name), company, Cell(stage, tone), tags, owner, amount, seen, phone)
