"""New and changed customers and contacts: one dialog for both, built from the field registry."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, cast

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QWidget

from app.core.clock import today
from app.core.fields import Address, Entity, FieldType, Link
from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import ChangeSet, Record
from app.core.validation import InvalidFields
from app.errors import AppError, Conflict
from app.services.customers.pasted import Pasted, read_pasted
from app.services.exchange.cells.convert import address_parts
from app.views.operations.task import Task
from app.views.records.cells import Tones, has_editor
from app.views.records.drafts import DraftReader, Rows, Ties, Typed
from app.views.records.field_editors import FieldEditor, LineEditor
from app.views.records.form_dialog import FormDialog
from app.views.records.link_editor import finder_of
from app.views.records.record_form import RecordForm
from app.views.records.similar import Similar, find_similar
from app.views.shell.desk import Desk
from app.views.shell.words import edit_text, new_text
from app.views.widgets import buttons
from app.views.widgets.banner import Banner
from app.views.widgets.labels import DataLabel
from app.views.widgets.message_dialog import Choice

_PARTS = ("province", "city", "district", "address")


#: set by dragging cards, by what happens, or in a place of their own
_NOT_HERE = frozenset({"files", "position", "stage_since", "converted_at"})


def _usual(entity: Entity) -> dict[str, Any]:
    """What a new record of this kind will say where nobody says otherwise, to be written over. Moments are those of saving."""
    found: dict[str, Any] = {f.key: f.usually for f in entity.fields if f.usual}
    days = (f for f in entity.fields if f.type is FieldType.DATE and (f.required or (f.now and not f.unless)))
    found |= {f.key: today() for f in days}
    if entity.key == "customers":
        found["kind"] = entity.field("kind").first("company")
    return found


class RecordDialog(FormDialog):
    """`record` None = a new one; `customer`: the customer a new contact belongs to (id, name).

    Signals:
        saved(Record): it is stored.
        open_wanted(Record): the record that seems to be the same.
    """

    saved = Signal(object)
    open_wanted = Signal(object)

    def __init__(
        self,
        desk: Desk,
        entity: str,
        parent: QWidget,
        record: Record | None = None,
        *,
        tags: Tones | None = None,
        customer: tuple[uuid.UUID, str] | None = None,
        preset: Mapping[str, Any] | None = None,
        focus: str = "",
    ) -> None:
        self._desk, self._key, self._record, self._customer = desk, entity, record, customer
        service = desk.workspace.records(entity)
        self._entity = service.entity
        title = edit_text(entity) if record is not None else new_text(entity)
        super().__init__(parent, title, t("保存"), width=720)
        actor = desk.workspace.actor
        fields = [
            f for f in self._entity.fields
            if has_editor(f) and f.key not in _NOT_HERE and (record is not None or actor.sees(entity, f))
        ]  # fmt: skip
        self._banner = Banner("warning", "", t("打开"))
        self._banner.hide()
        self._banner.action_clicked.connect(self._open_similar)
        self._problem = DataLabel("", "error", wrap=True)
        self._problem.hide()
        self.form = RecordForm(self._entity, fields, desk.users(), tags or {}, finder_of(desk))
        self._similar: list[Record] = []
        self._searching: Task | None = None
        self._build(parent)
        if record is not None:
            self.form.show_record(record)
        else:
            self._begin(actor.user_id, preset or {})
        self._watch()
        wanted = (focus, self._entity.title, *(f.key for f in fields))
        focused = self.form.editor(next(key for key in wanted if self.form.has(key)))
        focused.setFocus()
        if focus:
            QTimer.singleShot(0, self, lambda: self._area.ensureWidgetVisible(focused, 20, 80))

    def _begin(self, user: uuid.UUID, preset: Mapping[str, Any]) -> None:
        """What a new record has before anything is typed."""
        tied = {"customers": (Link(*self._customer),)} if self._customer is not None else {}
        usual = {"owner": user, **_usual(self._entity), **tied, **preset}
        for key, value in usual.items():
            if self.form.has(key):
                self.form.set_value(key, value)
        self.form.remember()

    # ---- construction -------------------------------------------------------------------------------------------

    def _build(self, parent: QWidget) -> None:
        self.body.setContentsMargins(24, 0, 10, 0)
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 14, 0)
        top.addWidget(self._banner)
        self.body.addLayout(top)
        if self._customer is not None:
            self.title.setText(t("给“{name}”添加联系人", name=self._customer[1]))
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setWidget(self.form)
        self._area.setAccessibleName(t("字段"))
        self.body.addWidget(self._area, 1)
        self.body.addWidget(self._problem)
        room = parent.window().height() if parent.window() is not None else 800
        self.setFixedHeight(max(440, min(760, room - 60)))
        if self._record is None and self._is_people():
            paste = buttons.ghost(t("粘贴识别"), "clipboard")
            paste.setToolTip(t("把剪贴板里的一段文字拆成姓名、电话、邮箱、地址"))
            paste.clicked.connect(lambda _on=False: self.read_text(QGuiApplication.clipboard().text()))
            self.foot.insertWidget(0, paste)
        if all(self.form.has(part) for part in _PARTS):
            split = buttons.Button(t("把地址拆成省市区"), "split", "link", compact=True)
            split.clicked.connect(lambda _on=False: self.split_address())
            row = self.form.row("address").layout()
            if row is not None:
                row.addWidget(split)
                row.setAlignment(split, Qt.AlignmentFlag.AlignLeft)

    def _watch(self) -> None:
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(350)
        self._later.timeout.connect(self._search)
        if not self._is_people():
            return
        name = self.form.editor(self._entity.title)
        name.installEventFilter(self)
        if isinstance(name, LineEditor):
            name.textEdited.connect(lambda _text: self._later.start())
        phones = self.form.editor("phones") if self.form.has("phones") else None
        if phones is not None:
            phones.changed.connect(self._later.start)  # type: ignore[attr-defined]
        address = self.form.editor("address") if self.form.has("address") else None
        if address is not None:
            address.installEventFilter(self)

    # ---- help while typing --------------------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        if not event.matches(QKeySequence.StandardKey.Paste):
            return False
        text = QGuiApplication.clipboard().text()
        if self.form.has("address") and watched is self.form.editor("address"):
            QTimer.singleShot(0, self, lambda: self.split_address(only_empty=True))
        elif self._record is None and (len(text) > 20 or "\n" in text or " " in text.strip()):
            return self.read_text(text)
        return False

    def read_text(self, text: str) -> bool:
        """Spread a pasted block over the empty fields; False if it is only a name."""
        found = read_pasted(text)
        if not found.telling:
            return False
        self._fill(found)
        self._later.start()
        return True

    def _fill(self, found: Pasted) -> None:
        contact = self._key in ("contacts", "leads")
        name = found.person if contact else found.company or found.person
        lines = {
            self._entity.title: name, "company": found.company, "title": found.title, "wechats": found.wechat, "address": found.address,
        }  # fmt: skip
        rest = [found.rest] if contact else [found.person if found.company else "", found.title, found.rest]
        reader = DraftReader(self._desk.workspace, self._key, self._desk.users())
        for key, text in lines.items():
            if text and self.form.has(key) and self._is_empty(key):
                field = self._entity.field(key)
                self.form.set_value(key, reader.value(field, Typed(text)))
        for key, texts in (("phones", found.phones), ("emails", found.emails)):
            if texts and self._is_empty(key):
                field = self._entity.field(key)
                points = [point for text in texts for point in reader.value(field, Typed(text)) or ()]
                self.form.set_value(key, tuple(points))
        remark = " ".join(part for part in rest if part)
        if remark and self._is_empty("remark"):
            self.form.set_value("remark", remark)
        if self._key == "customers" and not found.company and found.person:
            self.form.set_value("kind", self._entity.field("kind").first("person"))
        self.split_address(only_empty=True)
        self._desk.toasts.show_toast(t("已识别并填入，请核对"), "info")

    def _is_people(self) -> bool:
        """Whether these are people or firms: pasted cards are understood, and likely duplicates told."""
        return self._entity.find("phones") is not None

    def _is_empty(self, key: str) -> bool:
        draft = cast("FieldEditor", self.form.editor(key)).draft()
        match draft:
            case Rows(rows):
                return not rows
            case Ties(lines):
                return not lines
            case Typed(text):
                return not text
        return not draft.value

    def split_address(self, *, only_empty: bool = False) -> None:
        """Province, city and district out of the address line."""
        if not all(self.form.has(part) for part in _PARTS):
            return
        address = self.form.editor("address")
        if not isinstance(address, LineEditor) or (only_empty and not (self._is_empty("province"))):
            return
        found, _problem = address_parts(address.text())
        if not isinstance(found, Address) or not found.province:
            if address.text().strip() and not only_empty:
                self.form.row("address").set_error(t("认不出省市区，请分开填写。"))
            return
        for key, text in zip(_PARTS, (found.province, found.city, found.district, found.detail), strict=True):
            self.form.set_value(key, text)

    def _search(self) -> None:
        if self._searching is not None and not self._searching.over:
            self._searching.cancel()
        drafts = self.form.drafts()
        name, phones = drafts.get(self._entity.title), drafts.get("phones")
        text = name.text if isinstance(name, Typed) else ""
        numbers = [row.text for row in phones.rows] if isinstance(phones, Rows) else []
        workspace = self._desk.workspace

        def work(job: Job) -> list[Similar]:
            return find_similar(workspace, self._key, text, numbers, job)

        self._searching = self._desk.read(work, self._show_similar, owner=self, on_failed=lambda _error: None)

    def _show_similar(self, found: list[Similar]) -> None:
        own = self._record.id if self._record is not None else None
        others = [one for one in found if one.known.id != own]
        self._similar = [one.record for one in others if one.record is not None]
        words = [one.words(self._desk.user_name(one.known.owner)) for one in others]
        self._banner.set_message(t("已有：{names}", names="、".join(words)), "warning")
        self._banner.set_action(t("打开") if self._similar else "")
        self._banner.setVisible(bool(others))

    def similar(self) -> list[Record]:
        """Records that seem to be the same, of those the person may see."""
        return list(self._similar)

    def _open_similar(self) -> None:
        if self._similar and self._may_leave():
            self.open_wanted.emit(self._similar[0])
            self.done(0)

    # ---- saving and leaving -------------------------------------------------------------------------------------

    def submit(self) -> None:
        if not self.go.isEnabled():
            return  # it is being saved
        changed = self.form.changed()
        if self._record is not None and not changed:
            self.accept()
            return
        drafts = changed if self._record is not None else self.form.drafts()
        workspace, users, record = self._desk.workspace, self._desk.users(), self._record
        self.go.setEnabled(False)

        def work(_job: Job) -> tuple[Record, ChangeSet]:
            values = DraftReader(workspace, self._key, users).values(drafts)
            service = workspace.records(self._key)
            if record is not None:
                return service.update(record.id, values, expected_version=record.version)
            given = {key: value for key, value in values.items() if value is not None}
            return service.create(given)

        self._desk.operate(
            work, title=t("正在保存"), owner=self, on_done=self._on_saved, on_failed=self._on_failed,
            told=lambda result: self._told(result[0]), initiator=self,
        )  # fmt: skip

    def _told(self, record: Record) -> str:
        name = str(record.get(self._entity.title) or record.get("number") or self._entity.label)
        return t("已保存“{name}”", name=name) if self._record is not None else t("已新建“{name}”", name=name)

    def _on_saved(self, result: tuple[Record, ChangeSet]) -> None:
        self.saved.emit(result[0])
        self.accept()

    def _on_failed(self, error: Exception) -> None:
        self.go.setEnabled(True)
        if isinstance(error, InvalidFields):
            self._tell(self.form.show_problems(cast("Mapping[str, str]", error.problems)))
            first = next((key for key in error.problems if self.form.has(key)), "")
            if first:
                self._area.ensureWidgetVisible(self.form.row(first), 20, 60)
        elif isinstance(error, Conflict):
            self._tell(t("别人刚改过这条记录。请取消后重新打开，再改一次；您填的内容可以先复制下来。"))
        elif isinstance(error, AppError):
            self._tell(str(error))
        else:
            self._desk.dialogs.show_error(error)

    def _tell(self, text: str) -> None:
        self._problem.setText(text)
        self._problem.setVisible(bool(text))

    def _may_leave(self) -> bool:
        """Asked when something was typed; 保存 saves and leaves by itself."""
        if not self.form.changed():
            return True
        answer: Any = self._desk.dialogs.ask(
            t("放弃刚才填写的内容？"),
            (Choice("stay", t("继续填写")), Choice("drop", t("放弃")), Choice("save", t("保存"), "primary")),
            default="save",
        )
        if answer == "save":
            self.submit()
        return bool(answer == "drop")

    def reject(self) -> None:
        if self._may_leave():
            super().reject()
