"""The files of the record in the pane: add, open, save, rename, note, remove; by mouse, by keys, dropped, pasted."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QImage, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core.clock import now
from app.core.fields import Entity, FieldType, File
from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import ChangeSet, Record
from app.core.sizes import size_text
from app.services.files.records import Added, Held
from app.services.files.sources import Source, Stream
from app.views.records.file_progress import FileProgress
from app.views.records.file_row import FileRow
from app.views.shell.desk import Desk
from app.views.shell.opened_files import is_program, show_file
from app.views.widgets import buttons
from app.views.widgets.drop_shade import local_files
from app.views.widgets.labels import DataLabel, ElidedLabel
from app.views.widgets.menus import MenuItem, build_menu


class FilesPanel(QWidget):
    """`may_edit`: whether this person may change such records here at all; where not, the panel says why."""

    def __init__(self, desk: Desk, entity: Entity, *, may_edit: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        why_not = "" if may_edit else t("您的角色不能修改这类档案，只能查看和保存附件。")
        if desk.workspace.archive.read_only:
            why_not = t("档案以只读方式打开，不能添加或移除附件。")
        self._desk, self._service, self._entity = desk, desk.workspace.files, entity
        self._field = next((f for f in entity.fields if f.type is FieldType.FILES), None)
        self._why_not = why_not
        self._record: Record | None = None
        self._looked: set[tuple[uuid.UUID, str]] = set()
        self._pictures: dict[str, bytes | None] = {}
        self.rows: list[FileRow] = []
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.add = buttons.plain(t("添加附件…"), "paperclip")
        self.add.clicked.connect(lambda _on=False: self.pick())
        self.add.setEnabled(not why_not)
        self.save_all = buttons.ghost(t("全部另存为…"), "download")
        self.save_all.clicked.connect(lambda _on=False: self._save_all())
        self.sum = ElidedLabel("", "muted")
        self.progress = FileProgress()
        self.nothing = DataLabel("", "muted", wrap=True)
        self.hint = DataLabel(why_not, "muted", wrap=True)
        self.hint.setVisible(bool(why_not))
        top = QHBoxLayout()
        top.setSpacing(6)
        top.addWidget(self.add)
        top.addStretch()
        bottom = QHBoxLayout()
        bottom.addWidget(self.sum, 1)
        bottom.addWidget(self.save_all)
        self._list = QVBoxLayout()
        self._list.setSpacing(2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 10, 4, 12)
        column.setSpacing(8)
        column.addLayout(top)
        column.addWidget(self.hint)
        column.addWidget(self.progress)
        column.addLayout(self._list)
        column.addWidget(self.nothing)
        column.addLayout(bottom)
        column.addStretch()

    @property
    def may_change(self) -> bool:
        """Whether files can be added and removed here."""
        return not self._why_not and self._field is not None

    # ---- showing ------------------------------------------------------------------------------------------------

    def show_files(self, record: Record, held: Sequence[Held], pictures: Mapping[str, bytes | None]) -> None:
        """Another record's files, or a newer state of these. `pictures`: those that are known; others come in the background.
        The keyboard stays where it was."""
        at = next((i for i, row in enumerate(self.rows) if row.hasFocus()), None)
        if self._record is None or self._record.id != record.id:
            at, self._pictures = None, {}
        self._record = record
        self._pictures |= pictures
        for row in self.rows:
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = [self._row(one.file, self._pictures.get(one.file.sha256)) for one in held]
        self.save_all.setVisible(len(held) > 1)
        total = size_text(sum(one.file.size for one in held))
        self.sum.setText(t("{n} 个附件，共 {size}", n=len(held), size=total) if len(held) > 1 else "")
        self.sum.setVisible(len(held) > 1)
        empty = t("还没有附件。") if self._why_not else t("还没有附件。点“添加附件”，或把文件拖到这里，也可以粘贴。")
        self.nothing.setText(empty)
        self.nothing.setVisible(not held)
        if at is not None:
            (self.rows[min(at, len(self.rows) - 1)] if self.rows else self.add).setFocus()
        self._look(record, [one.file.sha256 for one in held if one.file.sha256 not in self._pictures])

    def _row(self, file: File, picture: bytes | None) -> FileRow:
        row = FileRow(file, picture)
        row.opened.connect(partial(self.open, file))
        row.keyed.connect(partial(self._on_key, row))
        row.menu_wanted.connect(partial(self._open_menu, file))
        self._list.addWidget(row)
        row.show()  # the keyboard may come to it at once
        return row

    def _look(self, record: Record, contents: Sequence[str]) -> None:
        """See what nobody saw yet, once; pictures come when they are there."""
        wanted = [sha256 for sha256 in contents if (record.id, sha256) not in self._looked]
        if not wanted:
            return
        self._looked.update((record.id, sha256) for sha256 in wanted)

        def work(job: Job) -> tuple[list[Held], dict[str, bytes | None]]:
            self._service.look(wanted, job)
            held = self._service.list(record.entity, record.id)
            return held, self._service.pictures(record.entity, record.id)

        def done(found: tuple[list[Held], dict[str, bytes | None]]) -> None:
            self._looked.difference_update((record.id, sha256) for sha256 in found[1])  # another look costs little
            if self._record is not None and self._record.id == record.id:
                self.show_files(record, *found)

        self._desk.read(work, done, owner=self, on_failed=lambda _error: None)

    # ---- in -----------------------------------------------------------------------------------------------------

    def pick(self) -> None:
        """Choose files of this computer and add them."""
        paths = self._desk.dialogs.pick_files(t("选择要添加的文件"))
        self.take(paths)

    def take(self, sources: Sequence[Source]) -> None:
        """Add these to the record in front."""
        record, field = self._record, self._field
        if not sources or record is None or field is None or not self.may_change:
            return
        task = self._desk.operate(
            lambda job: self._service.add(record.entity, record.id, sources, field=field.key, job=job, look=False),
            title=t("正在添加附件"), owner=self, told=_told_added, on_failed=self._desk.dialogs.show_error,
        )  # fmt: skip
        self.progress.follow(task)

    def paste(self) -> None:
        """Add what is on the clipboard: files, or a picture."""
        data = QGuiApplication.clipboard().mimeData()
        paths = local_files(data)
        if paths:
            self.take(paths)
        elif data.hasImage():
            image = QGuiApplication.clipboard().image()
            name = t("粘贴的图片 {when}", when=f"{now().astimezone():%Y-%m-%d %H.%M.%S}") + ".png"
            self.take([Stream(name, io.BytesIO(_png(image)))])
        else:
            self._desk.toasts.show_toast(t("剪贴板里没有文件或图片。"), "info")

    # ---- out ----------------------------------------------------------------------------------------------------

    def open(self, file: File) -> None:
        """In the program this computer opens such files with; programs are saved instead."""
        record = self._record
        if record is None:
            return
        if is_program(file.name):
            self.save(file)
            return
        task = self._desk.read(
            lambda job: self._service.open_copy(record.entity, record.id, file, job),
            lambda path: show_file(self._desk, path), owner=self, on_failed=self._desk.dialogs.show_error,
            title=t("正在打开附件"),
        )  # fmt: skip
        self.progress.follow(task)

    def save(self, file: File) -> None:
        """Where the person wants it; the dialog has asked before a file is written over."""
        record = self._record
        path = self._desk.dialogs.pick_file("save", t("保存附件"), suggested=file.name)
        if record is None or path is None:
            return
        task = self._desk.read(
            lambda job: self._service.save(record.entity, record.id, file, path, job, overwrite=True),
            lambda saved: self._saved(t("已保存到 {path}", path=saved.name)),
            owner=self, title=t("保存附件"), on_failed=self._desk.dialogs.show_error,
        )  # fmt: skip
        self.progress.follow(task)

    def _save_all(self) -> None:
        record = self._record
        folder = self._desk.dialogs.pick_file("folder", t("保存附件"))
        if record is None or folder is None:
            return
        task = self._desk.read(
            lambda job: self._service.save_all(record.entity, record.id, folder, job),
            lambda saved: self._saved(t("已保存 {n} 个附件", n=len(saved))),
            owner=self, title=t("保存附件"), on_failed=self._desk.dialogs.show_error,
        )  # fmt: skip
        self.progress.follow(task)

    def _saved(self, text: str) -> None:
        self._desk.toasts.show_toast(text, "success")

    # ---- changing -----------------------------------------------------------------------------------------------

    def rename(self, file: File) -> None:
        """Ask for another name."""
        record = self._record
        name = self._desk.dialogs.ask_text(t("改名"), t("附件的名称"), file.name)
        if record is not None and name and name != file.name:
            self._change(lambda: self._service.rename(record.entity, record.id, file, name), t("已改名"))

    def note(self, file: File) -> None:
        """Ask what is to be said of it."""
        record = self._record
        text = self._desk.dialogs.ask_text(t("备注"), file.name, file.note)
        if record is not None and text is not None and text != file.note:
            self._change(lambda: self._service.note(record.entity, record.id, file, text), t("已保存备注"))

    def remove(self, file: File) -> None:
        """Off the record; the toast brings it back."""
        record = self._record
        if record is not None and self.may_change:
            told = t("已移除“{name}”", name=file.name)
            self._change(lambda: self._service.remove(record.entity, record.id, [file]), told)

    def _change(self, work: Callable[[], ChangeSet], told: str) -> None:
        self._desk.operate(
            lambda _job: work(), title=t("正在保存"), owner=self, told=told, on_failed=self._desk.dialogs.show_error
        )

    # ---- menu and keys ------------------------------------------------------------------------------------------

    def menu_of(self, file: File) -> list[MenuItem | None]:
        """What can be done with a file."""
        change = self.may_change
        return [
            MenuItem(t("打开"), partial(self.open, file), "external-link", "Return"),
            MenuItem(t("另存为…"), partial(self.save, file), "download"),
            None,
            MenuItem(t("改名…"), partial(self.rename, file), "pencil", "F2", enabled=change),
            MenuItem(t("备注…"), partial(self.note, file), "message-square", enabled=change),
            MenuItem(t("移除"), partial(self.remove, file), "trash-2", "Delete", enabled=change, danger=True),
        ]

    def _open_menu(self, file: File, place: QPoint) -> None:
        build_menu(self, self.menu_of(file)).popup(place)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        paste = MenuItem(t("粘贴"), self.paste, "clipboard", "Ctrl+V", enabled=self.may_change)
        build_menu(self, [MenuItem(t("添加附件…"), self.pick, "paperclip", enabled=self.may_change), paste]).popup(
            event.globalPos()
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste) and self.may_change:
            self.paste()
        else:
            super().keyPressEvent(event)

    def _on_key(self, row: FileRow, key: int) -> None:
        if key in (Qt.Key.Key_Up.value, Qt.Key.Key_Down.value):
            at = self.rows.index(row) + (1 if key == Qt.Key.Key_Down.value else -1)
            if 0 <= at < len(self.rows):
                self.rows[at].setFocus(Qt.FocusReason.TabFocusReason)
        elif key == Qt.Key.Key_F2.value:
            if self.may_change:
                self.rename(row.file)
        else:
            self.remove(row.file)


def _told_added(added: Added) -> str:
    if len(added.files) == 1:
        return t("已添加附件“{name}”", name=added.files[0].name)
    return t("已添加 {n} 个附件", n=len(added.files))


def _png(image: QImage) -> bytes:
    held = QByteArray()
    buffer = QBuffer(held)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(held.data())
