"""Step 1: the file. Drop or choose it, see how it is read, mend what was misread."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from app.core.i18n import t
from app.services.exchange.exporting.template import write_template
from app.services.exchange.files.records import Inspection
from app.views.exchange.import_session import ImportSession
from app.views.exchange.notes_banner import NotesBanner
from app.views.theme import fonts
from app.views.widgets import buttons
from app.views.widgets.banner import Banner
from app.views.widgets.empty_state import EmptyState
from app.views.widgets.fields import ChoiceField, NumberField
from app.views.widgets.grid import Grid
from app.views.widgets.labels import ElidedLabel, IconLabel, caption, muted

ENDINGS = ("xlsx", "xlsm", "xls", "xlsb", "ods", "csv", "tsv", "txt", "vcf", "htm", "html")
_ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "gb18030": "GBK / GB18030",
    "big5hkscs": "Big5",
    "utf-16": "UTF-16",
}


class FileStep(QWidget):
    """Signals:
    picked(Path): the person chose a file.
    """

    picked = Signal(object)

    def __init__(self, session: ImportSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._filling = False
        self.setAcceptDrops(True)
        self._stack = QStackedWidget(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        self.problem = Banner("error", "", closable=True)
        self.problem.hide()
        column.addWidget(self.problem)
        column.addWidget(self._stack, 1)
        self._stack.addWidget(self._build_empty())
        self._stack.addWidget(self._build_found())
        session.inspected.connect(self._show_found)
        session.planned.connect(self._show_entity)
        session.refused.connect(self._on_refused)

    # ---- no file yet --------------------------------------------------------------------------------------------

    def _build_empty(self) -> QWidget:
        self.choose_button = buttons.primary(t("选择文件…"), "folder-open")
        self.choose_button.clicked.connect(self.choose)
        template = buttons.plain(t("下载模板…"), "download")
        template.clicked.connect(self._save_template)
        text = t(
            "Excel（.xlsx .xls .xlsb）、WPS、.ods、.csv、.txt、名片 .vcf，或系统导出的网页表格。原文件不会被改动。"
        )
        return EmptyState("file-spreadsheet", t("把文件拖到这里"), text, (self.choose_button, template))

    def choose(self) -> None:
        """Ask for a file."""
        path = self._session.desk.dialogs.pick_file("open", t("选择要导入的文件"), ((t("表格和名片"), ENDINGS),))
        if path is not None:
            self.picked.emit(path)

    def _save_template(self) -> None:
        entity = self._session.entity
        name = t("{entity}导入模板.xlsx", entity=entity.label)
        path = self._session.desk.dialogs.pick_file("save", t("保存模板"), (("Excel", ("xlsx",)),), suggested=name)
        if path is None:
            return
        registry = self._session.desk.workspace.context.registry
        self._session.desk.read(lambda _job: write_template(entity.key, registry, path), self._on_template, owner=self)

    def _on_template(self, path: Path) -> None:
        self._session.desk.toasts.show_toast(t("模板已保存到 {path}", path=path))

    def show_empty(self) -> None:
        """Wait for another file."""
        self.problem.hide()
        self._stack.setCurrentIndex(0)

    def _on_refused(self, error: object) -> None:
        """Said in its place; a file that was open before stays, with its options as they were."""
        self.problem.set_message(str(error), "error")
        self.problem.show()
        found = self._session.inspection
        if found is not None:
            self._show_options(found)
        else:
            self._stack.setCurrentIndex(0)

    # ---- the file is read ---------------------------------------------------------------------------------------

    def _build_found(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(self._build_head())
        column.addLayout(self._build_options())
        self.notes = NotesBanner()
        column.addWidget(self.notes)
        column.addWidget(caption(t("前几行（读到的原文）")))
        self.table = Grid(t("文件预览"))
        column.addWidget(self.table, 1)
        return page

    def _build_head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(IconLabel("file-spreadsheet", "primary_text", 20))
        self._name = ElidedLabel("", "strong")
        self._name.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self._facts = muted("")
        row.addWidget(self._name)
        row.addWidget(self._facts)
        row.addStretch()
        other = buttons.ghost(t("换一个文件"), "refresh-cw")
        other.clicked.connect(self.choose)
        row.addWidget(other)
        return row

    def _build_options(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.entity = ChoiceField()
        self.sheet = ChoiceField()
        self.sheet.setMaximumWidth(260)
        self.encoding = ChoiceField()
        self.header = NumberField(0, 200)
        self.header.setSpecialValueText(t("没有表头"))
        self._parts: dict[str, list[QWidget]] = {}
        for key, label, field in (
            ("entity", t("导入为"), self.entity),
            ("sheet", t("工作表"), self.sheet),
            ("encoding", t("编码"), self.encoding),
            ("header", t("表头在第几行"), self.header),
        ):
            words = muted(label)
            words.setBuddy(field)
            field.setAccessibleName(label)
            row.addWidget(words)
            row.addWidget(field)
            row.addSpacing(10)
            self._parts[key] = [words, field]
        row.addStretch()
        self.entity.currentIndexChanged.connect(lambda _i: self._changed("entity"))
        self.sheet.currentIndexChanged.connect(lambda _i: self._changed("sheet"))
        self.encoding.currentIndexChanged.connect(lambda _i: self._changed("encoding"))
        self.header.setKeyboardTracking(False)
        self.header.valueChanged.connect(lambda _value: self._changed("header"))
        return row

    def _changed(self, what: str) -> None:
        found = self._session.inspection
        if self._filling or found is None:
            return
        if what == "entity":
            self._session.set_entity(self.entity.key())
        elif what == "sheet" and self.sheet.key() != found.sheet:
            self._session.reread(sheet=self.sheet.key(), header_rows=None)
        elif what == "encoding" and self.encoding.key() != found.encoding:
            self._session.reread(encoding=self.encoding.key(), header_rows=None)
        elif what == "header":
            wanted = (self.header.value(),) if self.header.value() else ()
            if wanted != found.header_rows[-1:]:
                self._session.reread(header_rows=wanted)

    def _show_found(self) -> None:
        found = self._session.inspection
        assert found is not None
        self.problem.hide()
        self._name.setText(found.path.name)
        self._facts.setText(_facts(found))
        self._show_options(found)
        notes = [n.text for n in found.notes]
        if not found.rows:
            notes.insert(0, t("表头下面没有数据行。如果表头认错了，请改“表头在第几行”，或换一个工作表。"))
        self.notes.show_notes(notes, "info" if found.rows else "warning")
        self.table.show_rows([c.name for c in found.columns], found.preview, [str(n) for n in found.preview_rows])
        self._stack.setCurrentIndex(1)

    def _show_options(self, found: Inspection) -> None:
        self._filling = True
        self._fill_options(found)
        self._filling = False

    def _show_entity(self) -> None:
        """The kind of record may change later than it was asked for."""
        if self.entity.findData(self._session.entity_key) >= 0:
            self._filling = True
            self.entity.set_key(self._session.entity_key)
            self._filling = False

    def _fill_options(self, found: Inspection) -> None:
        registry = self._session.desk.workspace.context.registry
        self.entity.set_choices([(e.key, e.label) for e in registry])
        self.entity.set_key(self._session.entity_key)
        self.sheet.set_choices([
            (s.name, t("{name}（隐藏）", name=s.name) if s.hidden else f"{s.name}（{s.rows:,}）") for s in found.sheets
        ])  # fmt: skip
        if self.sheet.findData(found.sheet) >= 0:
            self.sheet.set_key(found.sheet)
        names = [c.name for c in found.encodings]
        if found.encoding and found.encoding not in names:
            names.insert(0, found.encoding)
        self.encoding.set_choices([(n, _ENCODINGS.get(n, n.upper())) for n in names])
        if found.encoding:
            self.encoding.set_key(found.encoding)
        self.header.setValue(found.header_rows[-1] if found.header_rows else 0)
        shown = {
            "sheet": len(found.sheets) > 1,
            "encoding": bool(found.encoding and names),
            "header": found.format != "vcf",
        }
        for key, parts in self._parts.items():
            for part in parts:
                part.setVisible(shown.get(key, True))

    # ---- dropping -----------------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        local = [u.toLocalFile() for u in event.mimeData().urls() if u.isLocalFile()]
        if local:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.picked.emit(Path(local[0]))


def _facts(found: Inspection) -> str:
    return fonts.join_facts(
        t("工作表“{name}”", name=found.sheet) if len(found.sheets) > 1 else found.format.upper(),
        t("{n} 行", n=f"{found.rows:,}"),
        t("{n} 列", n=len(found.columns)),
    )
