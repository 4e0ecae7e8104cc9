"""Pictures of the import wizard and the export dialog: `take(folder)`, or `python -m tests.gui.exchange.shots FOLDER`."""

from __future__ import annotations

import csv
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from app.core.i18n import set_language
from app.core.paths import resource_dir
from app.services.workspace import Workspace
from app.settings.store import SettingsStore
from app.views.exchange.export_dialog import ExportDialog, wish_of
from app.views.exchange.import_dialog import CHECK, FILE, MAPPING, ImportDialog
from app.views.operations.runner import Runner
from app.views.shell.desk import Desk
from app.views.theme import theme
from app.views.widgets.dialogs import WindowDialogs
from app.views.widgets.toast import ToastStack
from tests.gui.archives import make_archive, opened

SAMPLE = resource_dir() / "samples" / "customers.xlsx"
Save = Callable[[str, QWidget], object]


def wait(condition: Callable[[], bool], milliseconds: int = 15_000) -> None:
    """Run the event loop until the condition holds; raises TimeoutError."""
    loop = QEventLoop()
    timer = QTimer()
    timer.timeout.connect(lambda: condition() and loop.quit())
    timer.start(20)
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()
    timer.stop()
    if not condition():
        raise TimeoutError


def settle(milliseconds: int = 250) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def write_odd_table(path: Path) -> Path:
    """60 columns, some with very long names, amounts in 万元, dates that can be read in two ways."""
    long_name = "客户自述的主营产品及其上下游供应关系（含代工、贴牌与出口转内销情况，按上一年度填写）"
    headers = ["公司名称", "成交额（万元）", "签约日期", long_name, *(f"问卷第{n}题" for n in range(5, 61))]
    rows = [
        [
            f"苏州恒力机械{n}有限公司",
            f"{n * 3.5:.1f}",
            f"0{n}/0{n + 1}/2026",
            "减速机、链轮" * 12,
            *("是" for _ in range(56)),
        ]
        for n in range(1, 7)
    ]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([headers, *rows])
    return path


def take(out: Path) -> None:
    """Every step in both themes and both languages."""
    out.mkdir(parents=True, exist_ok=True)
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    ratio = app.primaryScreen().devicePixelRatio()
    with tempfile.TemporaryDirectory() as folder:
        path, _ = make_archive(Path(folder), 0)
        workspace = opened(path)
        for mode, language in (("light", "zh"), ("dark", "zh"), ("light", "en"), ("dark", "en")):
            set_language(language)
            theme.apply(app, mode)  # type: ignore[arg-type]

            def save(name: str, widget: QWidget, tail: str = f"{mode}_{language}_{ratio:.1f}") -> None:
                widget.grab().save(str(out / f"{name}_{tail}.png"))

            _one(workspace, Path(folder), save)
        workspace.close()


def _one(workspace: Workspace, folder: Path, save: Save) -> None:
    host = QWidget()
    host.resize(1200, 800)
    runner = Runner(host)
    desk = Desk(workspace, runner, WindowDialogs(host), ToastStack(host), SettingsStore(folder / "settings.json"), host)
    _import(desk, folder, save)
    _odd(desk, folder, save)
    _deals(desk, folder, save)
    _export(desk, save)
    wait(lambda: not runner.busy())
    runner.shutdown(3000)
    host.deleteLater()
    settle(20)


def _import(desk: Desk, folder: Path, save: Save) -> None:
    dialog = ImportDialog(desk)
    dialog.resize(1040, 720)
    dialog.show()
    settle()
    save("import_1_empty", dialog)
    bad = folder / "坏文件.xlsx"
    bad.write_bytes(b"PK\x03\x04 broken")
    dialog.session.open(bad)
    wait(lambda: not dialog.session.is_busy)
    settle()
    save("import_1b_refused", dialog)
    dialog.session.open(SAMPLE)
    wait(lambda: dialog.session.preview is not None)
    settle()
    dialog.file_step.problem.hide()
    save("import_2_file", dialog)
    dialog._by_keyboard = True
    dialog._go(MAPPING)
    settle()
    save("import_3_mapping", dialog)
    dialog._go(CHECK)
    settle(60)
    save("import_4_checking", dialog)
    wait(lambda: dialog.session.dry is not None)
    settle()
    dialog.check_step.table.setFocus()
    save("import_5_checked", dialog)
    dialog.check_step.options.mode.set_current("upsert")
    dialog.check_step.options._fit()
    dialog.check_step.view.set_current("changes")
    dialog.check_step._list()
    settle(50)
    save("import_6_changes", dialog)
    dialog.next_button.click()
    settle(60)
    save("import_7_importing", dialog)
    wait(lambda: dialog.session.report is not None)
    settle()
    save("import_8_done", dialog)
    dialog.done_step.undo_button.click()
    wait(lambda: not dialog.done_step.is_undoing)
    save("import_9_undone", dialog)
    dialog.accept()
    dialog.deleteLater()


def _deals(desk: Desk, folder: Path, save: Save) -> None:
    """Deals that lack what their stage asks for: what becomes of them is the person's choice."""
    path = folder / "商机.csv"
    rows = [
        ["机会编号", "商机名称", "商机阶段", "结单日期"],
        ["D1", "扩产", "赢单", "2025-03-01"],
        ["D2", "改造", "输单", ""],
    ]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    dialog = ImportDialog(desk)
    dialog.resize(960, 600)
    dialog.show()
    dialog.session.open(path, entity="deals")
    wait(lambda: dialog.session.preview is not None)
    dialog._by_keyboard = True
    dialog._go(CHECK)
    wait(lambda: dialog.session.dry is not None)
    settle()
    save("import_deals_checked", dialog)
    dialog.session.forget()
    dialog.done(0)
    dialog.deleteLater()


def _odd(desk: Desk, folder: Path, save: Save) -> None:
    dialog = ImportDialog(
        desk, "customers", write_odd_table(folder / "供应商年度问卷汇总表（各分公司合并，最终版修改三）.csv")
    )
    dialog.resize(1040, 720)
    dialog.show()
    wait(lambda: dialog.session.preview is not None)
    dialog.session.reread(header_rows=(1,))
    wait(lambda: not dialog.session.is_busy and dialog.session.preview is not None)
    settle()
    save("odd_1_file", dialog)
    dialog._go(MAPPING)
    settle()
    save("odd_2_mapping", dialog)
    dialog._go(FILE)
    dialog.session.set_entity("activities")
    wait(lambda: dialog.session.entity_key == "activities" and not dialog.session.is_busy)
    dialog._go(MAPPING)
    settle()
    save("odd_3_obstacle", dialog)
    dialog._go(FILE)
    dialog.reject()
    dialog.deleteLater()


def _export(desk: Desk, save: Save) -> None:
    wish = wish_of({"entity": "customers", "columns": ("name", "phones", "city"), "handles": list, "count": 12})
    dialog = ExportDialog(desk, wish)
    dialog.show()
    settle()
    save("export_1", dialog)
    dialog.format.set_key("csv")
    dialog.columns.tick(set())
    settle(30)
    save("export_2_csv_none", dialog)
    dialog.format.set_key("vcf")
    settle(30)
    save("export_3_cards", dialog)
    dialog.reject()
    dialog.deleteLater()


if __name__ == "__main__":
    take(Path(sys.argv[1]))
