"""A link to one record: typed, with the records that fit offered below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QCompleter, QLineEdit

from app.core.fields import Field, Link
from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import Record
from app.views.records.drafts import Draft, Ready, Typed
from app.views.shell.desk import Desk
from app.views.theme import icons

_OFFERED = 20
Offer = Sequence[tuple[Link, str]]
#: (entity, typed text, owner, what to do with the answer)
Finder = Callable[[str, str, QObject, Callable[[Offer], None]], None]


def finder_of(desk: Desk) -> Finder:
    """Finds visible records of an entity by a typed text, in the background; no text = the first ones."""

    def find(entity: str, text: str, owner: QObject, done: Callable[[Offer], None]) -> None:
        from app.core.filters import Search

        service = desk.workspace.records(entity)
        condition = Search(text) if text.strip() else None

        def read(_job: Job) -> list[Record]:
            return service.list(condition, limit=_OFFERED)[1]

        def found(records: list[Record]) -> None:
            title = service.entity.title
            done([(Link(r.id, str(r.get(title) or "")), _detail(r)) for r in records])

        desk.read(read, found, owner=owner)

    return find


def _detail(record: Record) -> str:
    number = str(record.get("number") or "")
    ties = record.get("customer") or record.get("customers") or record.get("pipeline") or ()
    return "  ".join(part for part in (number, ties[0].title if ties else "") if part)


class LinkEditor(QLineEdit):
    """Down arrow or the button offers records without typing; what is chosen is shown by its title."""

    def __init__(self, field: Field, finder: Finder) -> None:
        super().__init__()
        self._field, self._find = field, finder
        self._link: Link | None = None
        self.setPlaceholderText(t("输入名称或编号查找"))
        action = self.addAction(icons.icon("chevron-down", "text_3"), QLineEdit.ActionPosition.TrailingPosition)
        action.setToolTip(t("选择"))
        action.triggered.connect(lambda: self._ask(""))
        self._model = QStandardItemModel(0, 1, self)
        self._offered = QCompleter(self._model, self)
        self._offered.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._offered.setWidget(self)
        self._offered.activated[QModelIndex].connect(self._take)  # type: ignore[index]
        self._wait = QTimer(self)
        self._wait.setSingleShot(True)
        self._wait.setInterval(160)
        self._wait.timeout.connect(lambda: self._ask(self.text()))
        self.textEdited.connect(lambda _text: self._wait.start())

    def _ask(self, text: str) -> None:
        self._find(self._field.target, text, self, self._show)

    def _show(self, offer: Offer) -> None:
        self._model.clear()
        for link, detail in offer:
            item = QStandardItem(f"{link.title}    {detail}" if detail else link.title)
            item.setData(link, Qt.ItemDataRole.UserRole + 1)
            self._model.appendRow(item)
        if offer and self.isVisible():
            self._offered.complete(self.rect().translated(QPoint(0, 2)))

    def _take(self, index: QModelIndex) -> None:
        link = index.data(Qt.ItemDataRole.UserRole + 1)
        if isinstance(link, Link):
            QTimer.singleShot(0, self, lambda: self.set_value((link,)))  # after the completer has put its own text

    def keyPressEvent(self, event: QKeyEvent) -> None:
        popup = self._offered.popup()
        if event.key() == Qt.Key.Key_Down and (popup is None or not popup.isVisible()):
            self._ask("" if self._link is not None else self.text())
            return
        super().keyPressEvent(event)

    def draft(self) -> Draft:
        text = self.text().strip()
        if self._link is not None and text == self._link.title:
            return Ready((self._link,))
        return Typed(text) if text else Ready(None)

    def set_value(self, value: Any) -> None:
        self._link = value[0] if value else None
        self.setText(self._link.title if self._link else "")
        self.setCursorPosition(0)
