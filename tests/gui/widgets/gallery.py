"""Draws every widget in every state into PNG files: `python tests/gui/widgets/gallery.py OUT_FOLDER`.

Light and dark, Chinese and English, at 1.0 and 1.5 (a process each, because the scale is fixed at start).
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[3]))

from PySide6.QtCore import QEvent, QEventLoop, QPoint, Qt, QTimer
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from app.core.i18n import set_language
from app.core.jobs import Progress
from app.errors import UserError
from app.views.operations.runner import BaseRunner, InlineRunner, Pool
from app.views.operations.task import Task
from app.views.theme import fonts, theme
from app.views.widgets import buttons, labels
from app.views.widgets.avatar import Avatar
from app.views.widgets.banner import Banner
from app.views.widgets.card import Card
from app.views.widgets.chips import ChipRow, FilterChip
from app.views.widgets.dialogs import describe
from app.views.widgets.empty_state import EmptyState
from app.views.widgets.fields import ChoiceField, DateField, NumberField
from app.views.widgets.form import Form
from app.views.widgets.job_tray import JobTray
from app.views.widgets.menus import MenuItem, build_menu
from app.views.widgets.message_dialog import Choice, MessageDialog
from app.views.widgets.palette import CommandPalette, PaletteGroup, PaletteItem
from app.views.widgets.password_field import PasswordField
from app.views.widgets.popover import Popover
from app.views.widgets.search_box import SearchBox
from app.views.widgets.segmented import SegmentedControl
from app.views.widgets.skeleton import Skeleton
from app.views.widgets.stepper import Stepper
from app.views.widgets.table.model import VirtualTableModel
from app.views.widgets.table.view import VirtualTable
from app.views.widgets.tabs import TabItem, ViewTabs
from app.views.widgets.toast import ToastStack
from tests.gui.widgets.made_up import MadeUpCustomers


class StillRunner(BaseRunner):
    """Never does anything: tasks stay on the list, pages stay skeletons."""

    def _submit(self, task: Task, pool: Pool) -> None:
        pass

    def _report(self, task: Task, kind: str, payload: object) -> None:
        self._deliver(task, kind, payload)


def page(width: int, height: int, ground: str = "surface") -> tuple[QWidget, QVBoxLayout]:
    """An empty window of a size."""
    window = QWidget()
    window.setProperty("ground", ground)
    window.resize(width, height)
    column = QVBoxLayout(window)
    column.setContentsMargins(24, 20, 24, 20)
    column.setSpacing(14)
    return window, column


def row(*widgets: QWidget, stretch: bool = True) -> QHBoxLayout:
    """Widgets side by side."""
    line = QHBoxLayout()
    line.setSpacing(8)
    for widget in widgets:
        line.addWidget(widget)
    if stretch:
        line.addStretch()
    return line


def disabled(widget: QWidget) -> QWidget:
    """The same, switched off."""
    widget.setEnabled(False)
    return widget


def controls() -> QWidget:
    """Buttons, chips, labels, banners."""
    window, column = page(1080, 900)
    column.addLayout(row(labels.heading("按钮 Buttons"), labels.muted("主要、普通、次要、危险")))
    checked = buttons.plain("已选中", "list-filter")
    checked.setCheckable(True)
    checked.setChecked(True)
    down = buttons.plain("更多", "sliders-horizontal")
    down.set_trailing("chevron-down")
    column.addLayout(
        row(
            buttons.primary("新建客户", "plus"),
            buttons.plain("导入 Excel / CSV", "upload"),
            buttons.plain("普通按钮"),
            buttons.ghost("导出", "download"),
            buttons.danger("永久删除", "trash-2"),
            checked,
            down,
            buttons.IconButton("bell", "通知"),
            buttons.IconButton("star", "关注"),
            buttons.Button("紧凑", "plus", compact=True),
        )
    )
    ring, ring2 = buttons.primary("键盘焦点", "plus"), buttons.plain("键盘焦点", "plus")
    ring._ring = ring2._ring = True
    column.addLayout(
        row(
            disabled(buttons.primary("不可用", "plus")),
            disabled(buttons.plain("不可用", "upload")),
            disabled(buttons.ghost("不可用", "download")),
            disabled(buttons.IconButton("bell", "通知")),
            ring,
            ring2,
            SegmentedControl([("list", "列表"), ("board", "看板"), ("cal", "日历")], "显示方式"),
        )
    )
    tabs = ViewTabs("保存的视图", "保存当前筛选为视图")
    tabs.set_tabs(
        [
            TabItem("all", "全部客户"),
            TabItem("mine", "我负责的"),
            TabItem("week", "本周需回访", 12),
            TabItem("vip", "重点客户", 1280),
            TabItem("cold", "30 天未联系"),
        ]
    )
    column.addWidget(tabs)
    small = ViewTabs("保存的视图", "保存当前筛选为视图")
    small.setFixedWidth(460)
    small.set_tabs([TabItem(str(n), f"视图 {n} 华东大客户") for n in range(9)], "6")
    column.addWidget(small)
    add = buttons.Button("筛选", "plus", "ghost", compact=True)
    chips = [FilterChip("阶段：报价、谈判"), FilterChip("城市：苏州"), FilterChip("金额 ≥ 5 万")]
    column.addLayout(row(*chips, add))
    tags = ChipRow(
        [
            ("展会", "cyan"),
            ("重点客户", "bad"),
            ("VIP", "warn"),
            ("新客", "ok"),
            ("转介绍", "violet"),
            ("需回访", "primary"),
            ("老客户", "gray"),
            "自动颜色",
        ]
    )
    column.addLayout(row(Avatar("刘敏", 46), Avatar("恒力机械", 36), Avatar("Anna", 28), tags, stretch=False))
    for severity, text, action in (
        ("info", "已按列名和内容自动匹配 6 列。这套匹配会记住，下次导入同样格式的文件时自动套用。", ""),
        ("success", "备份已完成并通过校验。", "打开文件夹"),
        ("warning", "23 行的电话格式不识别，将按原文保留。", "查看这些行"),
        ("error", "5 行无法识别为日期，这些行不会导入。", "下载错误报告"),
    ):
        column.addWidget(Banner(severity, text, action, closable=severity == "info"))  # type: ignore[arg-type]
    column.addWidget(Stepper(["选择文件", "匹配列", "检查重复", "确认导入"], 1))
    card = Card("成交额趋势", "近 12 个月")
    card.head_actions.addWidget(buttons.IconButton("ellipsis", "更多", side=28))
    card.body.addWidget(labels.DataLabel("¥4,862,000", "figure"))
    card.body.addWidget(labels.muted(fonts.join_facts("较上月 +12.4%", "34 笔")))
    waiting = Card("载入中")
    waiting.body.addWidget(Skeleton(3))
    column.addLayout(row(card, waiting, stretch=False))
    column.addStretch()
    return window


def forms() -> QWidget:
    """Fields in every state."""
    window, column = page(1080, 760)
    column.addWidget(labels.heading("表单 Forms"))
    left, right = Form(), Form(above=True)
    name, phone, note = QLineEdit("苏州恒力机械有限公司"), QLineEdit("1385521"), QPlainTextEdit("已寄样")
    note.setFixedHeight(70)
    combo = ChoiceField([("quote", "报价"), ("talk", "谈判")])
    day, spin = DateField(date(2026, 9, 1)), NumberField(0, 365, suffix=" 天")
    spin.setValue(30)
    left.add_row("name", "客户名称", name, required=True)
    left.add_row("phone", "手机/电话", phone, hint="可以填多个，用逗号分开")
    left.add_row("stage", "阶段", combo)
    left.add_row("date", "最近联系", day)
    left.add_row("days", "有效期", spin)
    left.add_row("note", "备注", note)
    left.add_row("off", "客户编号", disabled(QLineEdit("C0587294")))
    left.set_errors({"phone": "手机号应为 11 位，现在只有 7 位。"})
    password, again = PasswordField("密码"), PasswordField("再输一次")
    password.edit.setText("correct horse")
    password.set_strength(3, "较强：离线猜测约需数年")
    again.edit.setText("abc")
    again.set_shown(True)
    again.set_strength(1, "太弱：常见单词，几秒钟就能猜到")
    again._caps.show()
    right.add_row("password", "密码", password, required=True)
    right.add_row("again", "再输一次", again, required=True)
    boxes = QWidget()
    grid = QGridLayout(boxes)
    grid.setContentsMargins(0, 0, 0, 0)
    tri = QCheckBox("部分")
    tri.setTristate(True)
    tri.setCheckState(Qt.CheckState.PartiallyChecked)
    on, radio = QCheckBox("记住此设备"), QRadioButton("新建")
    on.setChecked(True)
    radio.setChecked(True)
    for at, box in enumerate((on, QCheckBox("未选"), tri, disabled(QCheckBox("不可用")), radio, QRadioButton("更新"))):
        grid.addWidget(box, at // 4, at % 4)
    right.add_row("boxes", "选项", boxes)
    bar = QProgressBar()
    bar.setValue(62)
    right.add_row("bar", "进度", bar)
    search = SearchBox("搜索客户、商机、工单…")
    search.setText("恒力")
    right.add_row("search", "搜索", search)
    right.add_row("search2", "空搜索", SearchBox())
    both = QHBoxLayout()
    both.setSpacing(40)
    for form in (left, right):
        side = QVBoxLayout()
        side.addWidget(form)
        side.addStretch()
        both.addLayout(side, 1)
    column.addLayout(both, 1)
    column.addLayout(row(labels.muted("导入可整批撤销，导入前会自动备份。"), QWidget(), stretch=True))
    return window


def table_page(*, compact: bool = False, skeleton: bool = False, edit: bool = False, sort: str = "seen") -> QWidget:
    """Tabs, filters and the table."""
    window, column = page(1180, 760)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    tabs = ViewTabs("保存的视图", "保存当前筛选为视图")
    tabs.set_tabs([TabItem("all", "全部客户"), TabItem("mine", "我负责的"), TabItem("week", "本周需回访", 12)])
    holder = QWidget()
    line = QHBoxLayout(holder)
    line.setContentsMargins(12, 2, 12, 0)
    line.addWidget(tabs)
    column.addWidget(holder)
    filters = row(
        FilterChip("阶段：报价、谈判"), FilterChip("城市：苏州"), buttons.Button("筛选", "plus", "ghost", compact=True)
    )
    filters.setContentsMargins(20, 9, 12, 9)
    for widget in (
        labels.muted("1,000,000 位客户"),
        buttons.ghost("列", "columns-3"),
        buttons.ghost("导出", "download"),
    ):
        filters.addWidget(widget)
    column.addLayout(filters)
    inline, still = InlineRunner(window), StillRunner(window)
    source = MadeUpCustomers()
    source.gone = {8}
    model = VirtualTableModel(inline, source, window)
    model.reload()
    if skeleton:
        model.pages._runner = still
    table = VirtualTable(model, "客户表", inline)
    table.header.set_sorted(sort, True)
    table.set_compact(compact)
    column.addWidget(table, 1)
    if not skeleton:
        model.selection.set_many([2, 5], True)
        table.setCurrentIndex(model.index(3, 2))
        table.cells.hover_row = 6
        if edit:
            table.setCurrentIndex(model.index(3, 5))
            QTimer.singleShot(30, window, lambda: table.edit(model.index(3, 5)))
    return window


def palette_page() -> QWidget:
    """The command palette over a table."""
    window = table_page()
    palette = CommandPalette(window)
    palette.query_changed.connect(
        lambda query: palette.set_results(
            [
                PaletteGroup(
                    "客户",
                    [
                        PaletteItem(
                            1, "苏州恒力机械有限公司", fonts.join_facts("刘敏", "138 5521 9087", "VIP"), "user"
                        ),
                        PaletteItem(2, "杭州恒力电子厂 <b>不是粗体</b>", "吴晨", "user"),
                    ],
                ),
                PaletteGroup(
                    "命令",
                    [
                        PaletteItem("c", "转到 客户", "", "users", "Ctrl+2"),
                        PaletteItem("n", "新建客户", "", "plus", "Ctrl+N"),
                        PaletteItem("i", "导入客户（Excel / CSV）…", "", "upload", "Ctrl+I"),
                        PaletteItem("m", "查找并合并重复客户…", "", "git-merge"),
                        PaletteItem("e", "导出当前视图…", "", "download", "Ctrl+Shift+E"),
                        PaletteItem("l", "立即锁定", "", "lock", "Ctrl+L"),
                        PaletteItem("d", "切换深色模式", "", "moon", "Ctrl+Shift+D"),
                    ],
                ),
            ],
            query,
        )
    )
    QTimer.singleShot(0, window, lambda: palette.open("恒力"))
    return window


def toast_page() -> QWidget:
    """Three toasts over a table."""
    window = table_page(compact=True)
    stack = ToastStack(window)
    undo = lambda: None  # noqa: E731
    stack.show_toast("已复制 3 行", "info")
    stack.show_toast(
        "邮件服务器没有应答：将在 5 分钟后再试。已经写好的邮件保存在发件箱，不会丢失，网络恢复以后会自动发送出去。",
        "warning",
    )
    stack.show_toast("已将「云备份续费」移到「谈判」", "success", action="撤销", on_action=undo)
    return window


def empty_page() -> QWidget:
    """The first page of a new archive."""
    window, column = page(760, 460)
    column.addWidget(
        EmptyState(
            "users",
            "还没有客户",
            "从 Excel 导入现有名单，或先用示例数据看看每个页面长什么样。",
            [
                buttons.primary("导入 Excel / CSV", "upload"),
                buttons.plain("新建客户", "plus"),
                buttons.ghost("载入示例数据", "wand-sparkles"),
            ],
        )
    )
    return window


def question() -> QWidget:
    """A dangerous question."""
    choices = (Choice("no", "取消"), Choice("yes", "永久删除", "danger"))
    text = "这些客户的 34 条跟进和 5 个附件会一起删除。删除前会自动备份。"
    return MessageDialog(None, "永久删除 12 位客户？", choices, severity="warning", text=text, default="no")


def error() -> QWidget:
    """An error with details."""
    wrong = UserError(
        "有 3 行不能导入。", details=["第 3 行：电话少 4 位", "第 18 行：日期 2026-13-40 不存在", "第 20 行：没有姓名"]
    )
    message, text, details, severity = describe(wrong)
    return MessageDialog(
        None, message, (Choice("ok", "知道了", "primary"),), severity=severity, text=text, details=details, default="ok"
    )


def jobs() -> QWidget:
    """The job tray in a popover."""
    holder, column = page(460, 300, "canvas")
    runner = StillRunner(holder)
    one = runner.start(lambda _job: None, title="导入 客户名单_2026Q3.xlsx")
    runner.start(lambda _job: None, title="查找重复客户")
    runner._report(one, "progress", Progress("写入", 128_460, 200_000, 8_200, 8.7))
    popover = Popover(JobTray(runner), holder, "后台任务")
    popover.setWindowFlags(Qt.WindowType.Widget)
    column.addWidget(popover)
    return holder


def menu() -> QWidget:
    """A context menu."""
    holder, _column = page(300, 300, "canvas")
    built = build_menu(
        holder,
        [
            MenuItem("打开", None, "external-link", "Enter"),
            MenuItem("编辑", None, "pencil", "F2"),
            MenuItem("改负责人", None, "user-check", items=[MenuItem("王伟")]),
            None,
            MenuItem("紧凑行高", checked=True),
            MenuItem("没有权限", None, "lock", enabled=False),
            None,
            MenuItem("删除", None, "trash-2", "Delete", danger=True),
        ],
    )
    built.setParent(holder, Qt.WindowType.Widget)
    built.move(QPoint(20, 20))
    built.resize(built.sizeHint())
    QTimer.singleShot(0, holder, built.show)
    return holder


PAGES: dict[str, Callable[[], QWidget]] = {
    "controls": controls,
    "forms": forms,
    "table": table_page,
    "table_skeleton": lambda: table_page(skeleton=True),
    "table_edit": lambda: table_page(edit=True, sort="amount"),
    "palette": palette_page,
    "toast": toast_page,
    "empty": empty_page,
    "question": question,
    "error": error,
    "jobs": jobs,
    "menu": menu,
}


def settle(milliseconds: int = 60) -> None:
    """Let timers and layouts run."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def draw(folder: Path, scale: float, wanted: list[str]) -> None:
    """All pages at the scale of this process."""
    app = QApplication([])
    for mode in ("light", "dark"):
        for code in ("zh", "en"):
            set_language(code)
            theme.apply(app, mode)  # type: ignore[arg-type]
            for name, build in PAGES.items():
                if wanted and name not in wanted:
                    continue
                window = build()
                window.show()
                window.activateWindow()
                settle()
                window.grab().save(str(folder / f"{name}_{mode}_{code}_{scale}.png"))
                window.close()
                window.deleteLater()
                app.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def main() -> None:
    """Draw in this process, or start one process for each scale."""
    options = argparse.ArgumentParser()
    options.add_argument("folder", type=Path)
    options.add_argument("--scale", type=float)
    options.add_argument("--page", action="append", default=[])
    chosen = options.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    if chosen.scale:
        draw(chosen.folder, chosen.scale, chosen.page)
        return
    for scale in (1.0, 1.5):
        command = [sys.executable, __file__, str(chosen.folder), "--scale", str(scale)]
        command += [part for name in chosen.page for part in ("--page", name)]
        subprocess.run(command, check=True, env={**os.environ, "QT_SCALE_FACTOR": str(scale)})


if __name__ == "__main__":
    main()
