"""The scenes behind `tests.gui.customers.shots`, drawn in a process of one scale."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QDialog, QScrollArea, QWidget

from app.core.fields import FieldType, Link, MonthDay
from app.core.filters import Condition
from app.core.i18n import set_language
from app.core.kinds import KINDS as KINDS_OF_VALUE
from app.services.workspace import Workspace
from app.settings.store import SettingsStore
from app.views.operations.runner import Runner
from app.views.records.record_dialog import RecordDialog
from app.views.records.record_page import RecordPage
from app.views.shell.main_window import MainWindow
from app.views.theme import theme
from app.views.widgets.drop_shade import DropShade
from app.views.widgets.fields import ChoiceField
from tests.gui.archives import USER
from tests.gui.customers.archive import filled, first_id, with_views
from tests.gui.shots_scenes import settle
from tests.unit.files.makers import docx, pdf, picture, put, xlsx

KINDS = ("抖音私信", "展会接待", "样品寄送", "视频演示", "合同评审", "售后回访", "节日问候")


class Scenes:
    """Each builds a window and yields the widgets to draw."""

    def __init__(self, folder: Path, full: Workspace, empty: Workspace, runner: Runner) -> None:
        self.folder, self.full, self.empty, self.runner = folder, full, empty, runner
        self.window: MainWindow | None = None

    def all(self) -> dict[str, Callable[[], Iterator[QWidget]]]:
        return {name[5:]: getattr(self, name) for name in dir(self) if name.startswith("shot_")}

    def _page(self, workspace: Workspace | None = None, size: tuple[int, int] = (1440, 900)) -> RecordPage:
        settings = SettingsStore(self.folder / "settings.json")
        settings.change(pages={"last": "customers"}, window={})
        window = self.window = MainWindow(workspace or self.full, USER, self.runner, settings)
        window.resize(*size)
        window.begin()
        window.show_page("customers")
        settle(500)
        page = window.current_page()
        assert isinstance(page, RecordPage)
        return page

    def _busy_page(self, size: tuple[int, int] = (1440, 900)) -> RecordPage:
        page = self._page(size=size)
        page.verbs.select(first_id(self.full, 1))
        settle(500)
        return page

    def _shown(self) -> QWidget:
        assert self.window is not None
        return self.window

    def shot_01_page(self) -> Iterator[QWidget]:
        self._busy_page()
        yield self._shown()

    def shot_02_filtered(self) -> Iterator[QWidget]:
        page = self._busy_page()
        parts = (Condition("stage", "in", ["quoted", "negotiating"]), Condition("amount", "ge", "50000"))
        page.bar.parts_changed.emit(parts, False)
        page.rows.table.header.sort_requested.emit("amount", True)
        settle(500)
        yield self._shown()

    def shot_03_popovers(self) -> Iterator[QWidget]:
        page = self._busy_page()
        for name in ("", "city", "amount", "last_contact_on", "tags"):
            popover = page.bar.open_editor(field=name)
            assert popover is not None
            settle(300)
            yield popover
            popover.close()

    def shot_04_columns(self) -> Iterator[QWidget]:
        page = self._busy_page()
        popover = page.open_columns()
        settle(300)
        yield popover
        popover.close()

    def shot_05_bulk(self) -> Iterator[QWidget]:
        page = self._busy_page()
        page.rows.model.selection.set_many(page.rows.model.handles_between(0, 11), True)
        settle(200)
        yield self._shown()

    def shot_06_edit(self) -> Iterator[QWidget]:
        page = self._busy_page()
        record = page.pane.record()
        assert record is not None
        dialog = page.verbs.edit_record(record)
        settle(300)
        yield dialog
        dialog.form.set_value("name", "")
        dialog.form.set_value("birthday", None)
        dialog.form.editor("birthday").setText("2026-13-45")  # type: ignore[attr-defined]
        dialog.submit()
        settle(300)
        yield dialog
        dialog.form.remember()
        dialog.reject()

    def shot_07_new(self) -> Iterator[QWidget]:
        page = self._busy_page()
        dialog = page.verbs.new_record()
        assert dialog is not None
        name = page.pane.record().get("name")  # type: ignore[union-attr]
        dialog.read_text(
            f"{name}\n张伟 采购经理\n手机：13800138000\n邮箱：zw@example.com\n地址：江苏省苏州市姑苏区人民路12号"
        )
        settle(700)
        yield dialog
        dialog.form.remember()
        dialog.reject()

    def shot_08_follow(self) -> Iterator[QWidget]:
        page = self._busy_page()
        page.verbs.follow()
        settle(300)
        dialog = page.findChild(QDialog)
        assert dialog is not None
        yield dialog
        dialog.reject()

    def shot_08b_many_kinds(self) -> Iterator[QWidget]:
        """More kinds of follow-ups than stand side by side."""
        page = self._busy_page()
        choices, field = page.desk.workspace.choices, page.desk.workspace.activities.entity.field("kind")
        for name in KINDS:
            if field.choice(name) is None:
                choices.add("activities", "kind", name)
            choices.retire("activities", "kind", name, retired=False)
        page.verbs.follow()
        settle(300)
        dialog = page.findChild(QDialog)
        assert dialog is not None
        yield dialog
        dialog.findChild(ChoiceField).showPopup()
        settle(300)
        yield dialog.findChild(ChoiceField).view().window()
        dialog.findChild(ChoiceField).hidePopup()
        dialog.reject()
        for name in KINDS:
            choices.retire("activities", "kind", name)

    def shot_09_tags(self) -> Iterator[QWidget]:
        page = self._busy_page()
        page.verbs.many.ask_tags([1, 2, 3])
        settle(300)
        dialog = page.findChild(QDialog)
        assert dialog is not None
        yield dialog
        dialog.reject()

    def shot_10_field(self) -> Iterator[QWidget]:
        page = self._busy_page()
        page.verbs.many.ask_field([1, 2, 3])
        settle(300)
        dialog = page.findChild(QDialog)
        assert dialog is not None
        yield dialog
        dialog.reject()

    def shot_11_tabs(self) -> Iterator[QWidget]:
        page = self._busy_page()
        for key in ("people", "fields"):
            page.pane.show_tab(key)
            settle(200)
            yield page.pane

    def shot_12_nothing(self) -> Iterator[QWidget]:
        page = self._page()
        page.bar.search.set_search("不存在的公司")
        page.bar.quick_changed.emit("不存在的公司")
        settle(400)
        yield self._shown()

    def shot_13_empty(self) -> Iterator[QWidget]:
        self._page(self.empty)
        yield self._shown()

    def shot_14_narrow(self) -> Iterator[QWidget]:
        page = self._busy_page((1100, 700))
        parts = tuple(
            Condition(key, op, value)
            for key, op, value in (
                ("stage", "in", ["quoted", "negotiating", "won"]), ("amount", "ge", "5000"), ("city", "not_empty", None),
                ("last_contact_on", "last_days", 3000),
            )
        )  # fmt: skip
        page.bar.parts_changed.emit(parts, False)
        settle(400)
        yield self._shown()

    def shot_15_editing(self) -> Iterator[QWidget]:
        page = self._busy_page()
        table = page.rows.table
        table.setCurrentIndex(page.rows.model.index(3, 6))
        table.edit(table.currentIndex())
        settle(200)
        yield self._shown()

    def shot_16_files(self) -> Iterator[QWidget]:
        page = self._busy_page()
        page.pane.show_tab("files")
        settle(100)
        yield self._shown()
        record = page.pane.record()
        assert record is not None
        made = [
            put(self.folder, "2026年度采购合同（盖章扫描件）.pdf", pdf()), put(self.folder, "二号车间.jpg", picture("JPEG")),
            put(self.folder, "报价单_第三版_含税_不含运费_2026-11-18.xlsx", xlsx()), put(self.folder, "会议纪要.docx", docx()),
            put(self.folder, "演示.mp4", bytes(3_400_000)), put(self.folder, "客户资料.zip", bytes(900)),
        ]  # fmt: skip
        if not page.pane.files.rows:
            added = self.full.files.add("customers", record.id, made, note="原件在档案柜")
            self.full.files.note("customers", record.id, added.files[1], "")
        page.pane.reload()
        settle(900)
        page.pane.files.rows[1].setFocus()
        settle(200)
        yield self._shown()
        page.pane.findChild(DropShade).lift()
        settle(100)
        yield page.pane
        page.pane.findChild(DropShade).hide()
        self._shown().resize(960, 600)
        settle(300)
        yield self._shown()

    def shot_17_ties(self) -> Iterator[QWidget]:
        page = self._busy_page()
        names = ("恒信贸易有限公司", "宁波海曙精密模具制造股份有限公司", "王先生")
        known = [self.full.customers.list(Condition("name", "eq", name), limit=1)[1] for name in names]
        made = [
            found[0] if found else self.full.customers.create({"name": n})[0]
            for found, n in zip(known, names, strict=True)
        ]
        contact, _ = self.full.contacts.create(
            {
                "name": "赵工",
                "customers": (
                    Link(made[0].id, names[0], "采购"),
                    Link(made[1].id, names[1], "技术顾问", "兼任，只在项目期间", date(2024, 1, 1), date(2026, 12, 31)),
                    Link(made[2].id, names[2]),
                ),
            }
        )
        dialog = RecordDialog(page.desk, "contacts", page, contact)
        dialog.open()
        settle(400)
        yield dialog
        dialog.reject()

    def shot_18_kinds(self) -> Iterator[QWidget]:
        fields = {f.label: f.key for f in self.full.fields.list("customers")}
        wanted = {
            "合作意向": (FieldType.PERCENT, Decimal("62.5")), "报价单价": (FieldType.PRICE, Decimal("0.195")),
            "到货周期": (FieldType.DURATION, 5400), "周年纪念": (FieldType.MONTH_DAY, MonthDay(5, 12)),
            "采购品类": (FieldType.MULTI_CHOICE, ("钢材", "模具")),
        }  # fmt: skip
        keys = {
            label: fields.get(label)
            or self.full.fields.add(
                "customers", label, kind, choices=["钢材", "模具", "电线电缆"] if KINDS_OF_VALUE[kind].listed else []
            )
            for label, (kind, _) in wanted.items()
        }
        page = self._busy_page()
        record = page.pane.record()
        assert record is not None
        changed, _ = self.full.customers.update(record.id, {keys[label]: value for label, (_, value) in wanted.items()})
        page.pane.reload()
        settle(500)
        page.pane.show_tab("fields")
        settle(200)
        yield self._shown()
        dialog = page.verbs.edit_record(changed)
        settle(400)
        dialog.findChild(QScrollArea).ensureWidgetVisible(dialog.form.editor(keys["采购品类"]))
        settle(200)
        yield dialog
        dialog.reject()
        for key in keys.values():
            popover = page.bar.open_editor(field=key)
            assert popover is not None
            settle(150)
            yield popover
            popover.close()


def main() -> None:
    """Draw everything at the scale of this process."""
    out, scale, only = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    looks = os.environ.get("SHOTS_LOOKS", "light-zh light-en dark-zh dark-en").split()
    app = QApplication([])
    with tempfile.TemporaryDirectory(prefix="kedang-shots-") as temporary:
        folder = Path(temporary)
        full = filled(folder / "恒信贸易.kedang")
        with_views(full)
        empty = filled(folder / "新档案.kedang", 0)
        runner = Runner()
        scenes = Scenes(folder, full, empty, runner)
        for look in looks:
            mode, code = look.split("-")
            set_language(code)
            theme.apply(app, mode)
            for name, scene in scenes.all().items():
                if not name.startswith(only):
                    continue
                for step, widget in enumerate(scene()):
                    settle(150)
                    widget.grab().save(str(out / f"{name}_{step}_{mode}_{code}_{scale}.png"))
                if scenes.window is not None:
                    scenes.window.let_go()
                    scenes.window.deleteLater()
                    app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        runner.shutdown()
        full.close()
        empty.close()


if __name__ == "__main__":
    main()
