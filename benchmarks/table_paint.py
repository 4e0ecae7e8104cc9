"""Frame costs of the virtual table over 1,000,000 made-up rows, offscreen, 1400 × 900. CPU milliseconds of the GUI thread.

Run: `QT_QPA_PLATFORM=offscreen python benchmarks/table_paint.py`. Goals: wheel frame 3 ms, full paint 8 ms.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from app.core.jobs import Job
from app.views.operations.runner import InlineRunner
from app.views.theme import theme
from app.views.widgets.table.model import VirtualTableModel
from app.views.widgets.table.source import Cell, Row, TableColumn
from app.views.widgets.table.view import VirtualTable

SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀兰霞平刚桂英"
CITIES = ("苏州", "上海", "深圳", "杭州", "成都", "宁波", "武汉", "西安")
STAGES = (("潜在", "gray"), ("意向", "cyan"), ("报价", "primary"), ("谈判", "violet"), ("成交", "ok"), ("流失", "bad"))
TAGS = ("重点客户|bad", "VIP|warn", "需回访|primary", "新客|ok", "转介绍|violet", "展会|cyan", "老客户|gray")


class MadeUpCustomers:
    """A million rows computed from their number."""

    columns: Sequence[TableColumn] = (
        TableColumn("check", "", "check", 44, sortable=False),
        TableColumn("name", "姓名", "strong", 120),
        TableColumn("company", "公司", "text", 200),
        TableColumn("stage", "阶段", "dot", 80),
        TableColumn("tags", "标签", "chips", 180, sortable=False),
        TableColumn("owner", "负责人", "muted", 90, editable=True),
        TableColumn("amount", "金额", "money", 120),
        TableColumn("seen", "最近联系", "date", 110),
        TableColumn("phone", "电话", "text", 130),
        TableColumn("city", "城市", "muted", 80),
        TableColumn("code", "编号", "text", 110),
    )

    def __init__(self, count: int = 1_000_000) -> None:
        self.count = count

    def load_ids(self, _job: Job) -> np.ndarray:
        return np.arange(1, self.count + 1, dtype=np.int64)

    def load_rows(self, handles: Sequence[int]) -> dict[int, Row]:
        return {handle: self.row(handle) for handle in handles}

    def row(self, n: int) -> Row:
        """The row of handle `n`."""
        mixed = n * 2654435761 % 4294967296
        name = SURNAMES[mixed % 20] + GIVEN[mixed // 20 % 24] + (GIVEN[mixed // 480 % 24] if mixed % 3 else "")
        city = CITIES[mixed // 7 % 8]
        stage, tone = STAGES[mixed // 11 % 6]
        tags = tuple(TAGS[(mixed // 13 + step * 3) % 7] for step in range(mixed // 17 % 4))
        company = f"{city}{GIVEN[mixed // 19 % 24]}{GIVEN[mixed // 23 % 24]}机械有限公司"
        seen = f"2026-{mixed // 29 % 12 + 1:02}-{mixed // 31 % 28 + 1:02}"
        phone = f"13{mixed // 37 % 10} {mixed // 41 % 10000:04} {mixed // 43 % 10000:04}"
        owner = SURNAMES[mixed // 47 % 20] + GIVEN[mixed // 53 % 24]
        amount = f"¥{mixed // 59 % 900000 + 1000:,}"
        return ("", name, company, Cell(stage, tone), tags, owner, amount, seen, phone, city, f"C{n:07}")


def cpu(repeat: int, step: Callable[[int], None]) -> list[float]:
    """CPU milliseconds of the calling thread for each of `repeat` calls."""
    spent = []
    for number in range(repeat):
        before = time.thread_time()
        step(number)
        spent.append((time.thread_time() - before) * 1000)
    return spent


def main() -> None:
    """Measure and print medians."""
    options = argparse.ArgumentParser()
    options.add_argument("--json", action="store_true")
    options.add_argument("--rows", type=int, default=1_000_000)
    chosen = options.parse_args()
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme.apply(app, "light")
    runner = InlineRunner()
    model = VirtualTableModel(runner, MadeUpCustomers(chosen.rows))
    table = VirtualTable(model, "customers", runner)
    table.resize(1400, 900)
    table.show()
    model.reload()
    bar = table.verticalScrollBar()
    send = app.sendEvent

    def wheel(_number: int) -> None:
        position = QPointF(600, 400)
        event = QWheelEvent(
            position,
            table.mapToGlobal(position),
            QPoint(0, -120),
            QPoint(0, -120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        send(table.viewport(), event)
        app.processEvents()

    def jump(number: int) -> None:
        bar.setValue(bar.maximum() * ((number * 7919) % 1000) // 1000)
        app.processEvents()

    result: dict[str, object] = {"rows": model.rowCount()}
    cpu(20, wheel)
    result["wheel_frame_ms"] = round(statistics.median(cpu(300, wheel)), 2)
    cpu(5, lambda _: table.viewport().repaint())
    result["full_paint_ms"] = round(statistics.median(cpu(60, lambda _: table.viewport().repaint())), 2)
    result["jump_with_page_load_ms"] = round(statistics.median(cpu(100, jump)), 2)
    result["select_all_ms"] = round(statistics.median(cpu(20, lambda _: model.selection.select_all())), 3)
    result["row_of_ms"] = round(statistics.median(cpu(20, lambda _: model.row_of(999_000) and None)), 3)
    print(json.dumps(result, ensure_ascii=False) if chosen.json else "\n".join(f"{k}: {v}" for k, v in result.items()))
    table.close()


if __name__ == "__main__":
    main()
