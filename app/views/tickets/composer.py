"""Where answers and notes are written: two tabs, templates, files, what the ticket becomes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from uuid import UUID

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from app.core.choices import PickList
from app.core.i18n import t
from app.core.records import Record
from app.views.theme import theme
from app.views.widgets import buttons, painting
from app.views.widgets.buttons import IconButton
from app.views.widgets.chips import FilterChip
from app.views.widgets.fields import ChoiceField
from app.views.widgets.flow import FlowLayout
from app.views.widgets.labels import DataLabel, ElidedLabel
from app.views.widgets.menus import MenuItem, build_menu
from app.views.widgets.tabs import TabItem, ViewTabs

REPLY, NOTE = "reply", "note"
#: from this width on there is room to say where an answer goes
_ROOMY = 460


@dataclass
class Draft:
    """What is being written on one ticket."""

    texts: dict[str, str] = field(default_factory=dict)
    files: list[Path] = field(default_factory=list)
    mode: str = REPLY


class _Words(QPlainTextEdit):
    """Ctrl+Enter sends, Esc goes back to the list, "/" at the start offers templates."""

    send_wanted = Signal()
    left = Signal()
    slash = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.send_wanted.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.text() == "/" and not self.toPlainText():
            self.slash.emit()
        else:
            super().keyPressEvent(event)


class Composer(QWidget):
    """Signals:
    sent(str, str, list, str): mode, text, paths of files, status afterwards ("" = as it is).
    template_wanted(str): the body of a template, to be filled and put in.
    files_wanted(): the attach button.
    left(): Esc.
    """

    sent = Signal(str, str, list, str)
    template_wanted = Signal(str)
    files_wanted = Signal()
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._drafts: dict[UUID, Draft] = {}
        self._ticket: UUID | None = None
        self._target = ""
        self._templates: Sequence[Record] = ()
        self._manage: Callable[[], None] | None = None
        self.setAcceptDrops(True)
        self.tabs = ViewTabs(t("回复或备注"))
        self.tabs.set_tabs([TabItem(REPLY, t("回复客户")), TabItem(NOTE, t("内部备注"))])
        self.tabs.activated.connect(self.set_mode)
        self.templates = buttons.ghost(t("常用语"), "list")
        self.templates.clicked.connect(self.open_templates)
        self.attach = IconButton("paperclip", t("添加附件"))
        self.attach.clicked.connect(self.files_wanted)
        self.words = _Words()
        self.words.setAccessibleName(t("回复内容"))
        self.words.setTabChangesFocus(True)
        self.words.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.words.setProperty("look", "bare")
        self.words.send_wanted.connect(self.send)
        self.words.left.connect(self.left)
        self.words.slash.connect(self.open_templates)
        self.words.textChanged.connect(self._on_typed)
        self._file_box = QWidget()
        self._files = FlowLayout(self._file_box)
        self._file_box.hide()
        self.target = ElidedLabel("", "muted")
        self.after = ChoiceField()
        self.after.setAccessibleName(t("发送后状态"))
        self.go = buttons.primary(t("发送"), "send")
        self.go.setToolTip("Ctrl+Enter")
        self.go.clicked.connect(self.send)
        self._label = DataLabel(t("发送后状态"), "muted")
        self._build()
        self.set_mode(REPLY)
        theme.notifier().changed.connect(self.update)

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(4, 0, 0, 0)
        head.addWidget(self.tabs, 1)
        head.addWidget(self.templates)
        head.addWidget(self.attach)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self._label)
        foot.addWidget(self.after)
        foot.addWidget(self.target, 1)
        foot.addStretch()
        foot.addWidget(self.go)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 12)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self.words, 1)
        column.addWidget(self._file_box)
        column.addLayout(foot)
        self.setMinimumHeight(160)

    # ---- what is written ----------------------------------------------------------------------------------------

    def offer(self, statuses: PickList) -> None:
        """What a ticket may become with the answer: anything but new and closed, at first waiting."""
        chosen = self.after.key() if self.after.count() else statuses.first("waiting") or ""
        fitting = statuses.with_meaning("waiting", "open", "hold", "resolved")
        options = [(code, label) for code, label in statuses.options() if code in fitting]
        self.after.set_choices([*options, ("", t("保持不变"))])
        self.after.set_key(chosen if chosen in dict(options) else "")

    def show_ticket(self, ticket: Record, target: str) -> None:
        """Write on this ticket from now on; what was begun on another waits there. `target`: where an answer goes."""
        if self._ticket != ticket.id:
            self._ticket = ticket.id
            self._show_draft()
        self._target = target
        self.target.setText(t("客户看不到") if self.mode() == NOTE else target)

    def mode(self) -> str:
        """ "reply" or "note"."""
        return self._draft().mode

    def set_mode(self, mode: str) -> None:
        """Turn to the other tab; each keeps its own words."""
        self._draft().mode = mode
        self._show_draft()

    def insert(self, text: str) -> None:
        """Put words in where the cursor stands."""
        self.words.insertPlainText(text)
        self.words.setFocus(Qt.FocusReason.OtherFocusReason)

    def add_files(self, paths: Sequence[Path]) -> None:
        """Files to go with it."""
        draft = self._draft()
        draft.files += [path for path in paths if path.is_file() and path not in draft.files]
        self._show_files()

    def clear_draft(self, ticket: UUID) -> None:
        """It was sent."""
        self._drafts.pop(ticket, None)
        if ticket == self._ticket:
            self._show_draft()

    def send(self) -> None:
        """Ask for it to be sent, if there is anything."""
        draft = self._draft()
        text = self.words.toPlainText().strip()
        if text or draft.files:
            after = self.after.key() if draft.mode == REPLY else ""
            self.sent.emit(draft.mode, text, list(draft.files), after)

    def _draft(self) -> Draft:
        return self._drafts.setdefault(self._ticket or UUID(int=0), Draft())

    def _on_typed(self) -> None:
        draft = self._draft()
        draft.texts[draft.mode] = self.words.toPlainText()
        self._show_ready()

    def _show_ready(self) -> None:
        draft = self._draft()
        self.go.setEnabled(bool(draft.texts.get(draft.mode, "").strip() or draft.files))

    def _show_draft(self) -> None:
        draft = self._draft()
        note = draft.mode == NOTE
        self.tabs.set_current(draft.mode)
        self.words.blockSignals(True)
        self.words.setPlainText(draft.texts.get(draft.mode, ""))
        self.words.blockSignals(False)
        self.words.setPlaceholderText(
            t("只有同事看得到…  Ctrl+Enter 保存") if note else t("输入回复…  输入 / 插入常用语，Ctrl+Enter 发送")
        )
        self.go.setText(t("保存备注") if note else t("发送"))
        self.go.set_icon("check" if note else "send")
        for widget in (self._label, self.after):
            widget.setVisible(not note)
        self.target.setText(t("客户看不到") if note else self._target)
        self._show_files()
        self.update()

    def _show_files(self) -> None:
        while self._files.count():
            item = self._files.takeAt(0)
            widget = item.widget() if item else None
            if widget is not None:
                widget.deleteLater()
        files = self._draft().files
        for path in files:
            chip = FilterChip(path.name)
            chip.removed.connect(lambda one=path: self._remove(one))
            self._files.addWidget(chip)
        self._file_box.setVisible(bool(files))
        self._show_ready()

    def _remove(self, path: Path) -> None:
        self._draft().files.remove(path)
        self._show_files()

    # ---- templates ----------------------------------------------------------------------------------------------

    def set_templates(self, templates: Sequence[Record], manage: Callable[[], None] | None) -> None:
        """What 常用语 offers; `manage` opens their list."""
        self._templates, self._manage = templates, manage

    def template_items(self) -> list[MenuItem | None]:
        """The menu of templates."""
        items: list[MenuItem | None] = [
            MenuItem(str(r.get("name")), partial(self.template_wanted.emit, str(r.get("body") or "")))
            for r in self._templates
        ]
        if not items:
            items.append(MenuItem(t("还没有常用语"), enabled=False))
        if self._manage is not None:
            items += [None, MenuItem(t("管理常用语…"), self._manage, "settings")]
        return items

    def open_templates(self) -> None:
        """The menu over its button."""
        menu = build_menu(self, self.template_items())
        place = self.templates.mapToGlobal(self.templates.rect().topLeft())
        place.setY(place.y() - menu.sizeHint().height() - 4)
        menu.popup(place)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.target.setVisible(self.width() >= _ROOMY)

    # ---- files from outside, ground -----------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        urls = event.mimeData().urls()
        if urls and all(u.isLocalFile() for u in urls) and not all(u.path().lower().endswith(".eml") for u in urls):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.add_files([Path(u.toLocalFile()) for u in event.mimeData().urls()])
        event.acceptProposedAction()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        ground = "warn_soft" if self.mode() == NOTE else "surface"
        painting.rounded(painter, QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 10, ground, "border")
        painter.end()
