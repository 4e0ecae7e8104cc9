"""Choose tags to put on or to take off."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QWidget

from app.core.i18n import t
from app.views.records.form_dialog import FormDialog
from app.views.shell.desk import Desk
from app.views.widgets.labels import DataLabel
from app.views.widgets.segmented import SegmentedControl
from app.views.widgets.tick_list import Tick, TickList


class TagDialog(FormDialog):
    """`names` and `taking_away` are read when it was accepted."""

    def __init__(self, desk: Desk, entity: str, title: str, parent: QWidget) -> None:
        super().__init__(parent, title, t("确定"), width=380)
        self._new = QLineEdit()
        self._mode = SegmentedControl([("add", t("加上")), ("remove", t("去掉"))], t("加上还是去掉"))
        self._mode.changed.connect(lambda key: self._new.setVisible(key == "add"))
        self._list = TickList(t("标签"), height=228)
        self._new.setPlaceholderText(t("新标签，多个用顿号隔开"))
        self._new.setAccessibleName(t("新标签"))
        self._new.setMaxLength(200)
        self._new.returnPressed.connect(self.submit)
        self._error = DataLabel("", "error")
        self._error.hide()
        for widget in (self._mode, self._list, self._new, self._error):
            self.body.addWidget(widget)
        self._list.submitted.connect(self.submit)
        service = desk.workspace.records(entity)
        desk.read(lambda _job: service.tags(), self._fill, owner=self)

    def _fill(self, tags: list[tuple[str, str, int]]) -> None:
        before = self._list.ticked()
        self._list.set_ticks([Tick(name, name, count, tone) for name, tone, count in tags], before)

    def names(self) -> list[str]:
        """The chosen tags."""
        found = self._list.ticked()
        if not self.taking_away():
            typed = self._new.text().replace("，", "、").replace(",", "、").split("、")
            found += [name.strip()[:40] for name in typed if name.strip()]
        return list(dict.fromkeys(found))

    def taking_away(self) -> bool:
        """去掉 instead of 加上."""
        return self._mode.current() == "remove"

    def submit(self) -> None:
        if self.names():
            self.accept()
            return
        self._error.setText(t("请至少选一个标签。"))
        self._error.show()
