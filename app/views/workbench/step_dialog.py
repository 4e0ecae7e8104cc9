"""One transformation: what it asks for, and what it would do, over all rows. Nothing changes until 应用."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from app.core.i18n import t
from app.errors import UserError
from app.views.operations.task import Task
from app.views.widgets import buttons
from app.views.widgets.fields import ChoiceField
from app.views.widgets.form import Form
from app.views.widgets.labels import DataLabel, heading, muted
from app.views.widgets.segmented import SegmentedControl
from app.views.widgets.spinner import Spinner
from app.views.workbench.bench import Bench
from app.views.workbench.pairs import TextTable
from app.views.workbench.words import Param, params_of

if TYPE_CHECKING:
    from app.services.workbench.history import Entry
    from app.services.workbench.steps import Effect, Step

_WAIT = 250  # ms after the last change before the preview is made anew
_SPLIT_NEEDS = {"separator": "separator", "lengths": "lengths", "regex": "pattern"}


class StepDialog(QDialog):
    """`op` on `column`; `preset` fills in parameters (a cell's value to edit)."""

    def __init__(
        self, bench: Bench, op: str, column: str, preset: dict[str, Any] | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        from app.services.workbench.operations import label

        self._bench, self._op, self._column = bench, op, column
        self._preset = preset or {}
        self._entry: Entry | None = None
        self._task: Task | None = None
        self._asked = 0
        self._fields: dict[str, QWidget] = {}
        self._params = {param.key: param for param in self._asked_for()}
        self.setWindowTitle(label(op))
        self.setProperty("ground", "surface")
        self.setModal(True)
        self.resize(760, 600)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 18)
        outer.setSpacing(12)
        outer.addWidget(heading(t("{column}：{what}", column=column, what=label(op)) if column else label(op)))
        scope = (
            t("只作用于筛选出的 {n} 行", n=bench.browse.rows) if bench.chosen and bench.browse else t("作用于全部行")
        )
        outer.addWidget(muted(scope))
        self.form = Form(label_width=120)
        for param in self._params.values():
            self._fields[param.key] = self._field(param)
            self.form.add_row(param.key, param.label, self._fields[param.key], hint=param.hint)
        if self._params:
            outer.addWidget(self.form)
        outer.addLayout(self._build_summary())
        self.pairs = TextTable(t("变化前后对照"))
        self.unread = TextTable(t("看不懂的值"))
        self._stack = QStackedWidget()
        self._stack.addWidget(self.pairs)
        self._stack.addWidget(self.unread)
        outer.addWidget(self._stack, 1)
        outer.addLayout(self._build_foot())
        self._timer = QTimer(self, singleShot=True, interval=_WAIT)
        self._timer.timeout.connect(self.refresh)
        self._show_needed()
        self.finished.connect(lambda _code: self._stop())
        self.refresh()

    def _asked_for(self) -> list[Param]:
        if self._op == "edit":
            return [Param("to", "text", t("改成"), default=self._preset.get("from", ""))]
        return params_of(self._op, self._column)

    def _build_summary(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self._spinner = Spinner(16)
        self.summary = DataLabel("", "strong", wrap=True)
        self.tabs = SegmentedControl([("pairs", t("变化")), ("unread", t("看不懂"))], t("变化或看不懂的值"))
        self.tabs.changed.connect(lambda key: self._stack.setCurrentIndex(int(key == "unread")))
        row.addWidget(self._spinner)
        row.addWidget(self.summary, 1)
        row.addWidget(self.tabs)
        return row

    def _build_foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch()
        cancel = buttons.plain(t("取消"))
        cancel.clicked.connect(self.reject)
        self.apply_button = buttons.primary(t("应用"))
        self.apply_button.setDefault(True)
        self.apply_button.clicked.connect(self._apply)
        row.addWidget(cancel)
        row.addWidget(self.apply_button)
        return row

    # ---- the form -----------------------------------------------------------------------------------------------

    def _field(self, param: Param) -> QWidget:
        if param.kind == "choice":
            choice = ChoiceField(param.choices)
            choice.currentIndexChanged.connect(lambda _at: self._changed())
            return choice
        if param.kind == "bool":
            box = QCheckBox()
            box.setChecked(bool(param.default))
            box.toggled.connect(lambda _on: self._changed())
            return box
        text = QLineEdit(str(param.default))
        if param.kind == "columns":
            text.setText("，".join(self._bench.table.names[:2]))
            text.setPlaceholderText("，".join(self._bench.table.names))
        elif param.hint:
            text.setPlaceholderText(param.hint)
        text.textChanged.connect(lambda _text: self._changed())
        return text

    def _changed(self) -> None:
        self._show_needed()
        self.apply_button.setEnabled(False)
        self._timer.start()

    def _show_needed(self) -> None:
        """Of a split only the row of the way it splits."""
        how = self._fields.get("how")
        if self._op == "split" and isinstance(how, ChoiceField):
            for way, key in _SPLIT_NEEDS.items():
                self.form.row(key).set_shown(how.key() == way)

    def step(self) -> Step:
        """The step as the form says it."""
        from app.services.workbench.steps import Step

        params = dict(self._preset)
        for key, param in self._params.items():
            value = self._value(param, self._fields[key])
            if value not in (None, ""):
                params[key] = value
            elif self._op == "edit":
                params[key] = ""
        if self._op == "split":
            way = _SPLIT_NEEDS.get(str(params.get("how", "separator")), "separator")
            for key in _SPLIT_NEEDS.values():
                if key != way:
                    params.pop(key, None)
        column = "" if self._op in ("join", "constant") else self._column
        return Step(self._op, column, params, self._bench.chosen)

    @staticmethod
    def _value(param: Param, field: QWidget) -> Any:
        if isinstance(field, ChoiceField):
            return int(field.key()) if param.key == "unit" else field.key()
        if isinstance(field, QCheckBox):
            return field.isChecked()
        assert isinstance(field, QLineEdit)
        text = field.text()
        if param.kind in ("names", "columns"):
            return [word.strip() for word in text.replace("，", ",").split(",") if word.strip()] or None
        if param.kind == "lengths":
            words = text.replace("，", ",").replace(" ", ",").split(",")
            return [int(word) for word in words if word.strip().isdigit()] or None
        return text

    # ---- the preview --------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Ask what the step would do now."""
        self._timer.stop()
        self._stop()
        self._asked += 1
        asked = self._asked
        self._entry = None
        self.apply_button.setEnabled(False)
        self._spinner.show()

        def done(entry: Entry) -> None:
            if asked == self._asked:
                self._show(entry)

        def failed(error: Exception) -> None:
            if asked == self._asked:
                self._refuse(error)

        self._task = self._bench.try_step(self.step(), done, failed)

    def _stop(self) -> None:
        if self._task is not None and not self._task.over:
            self._task.cancel()
        self._task = None

    def _show(self, entry: Entry) -> None:
        self._task = None
        self._entry = entry
        effect = entry.effect
        self._spinner.hide()
        self.summary.set_role("strong")
        self.summary.setText(_summary(effect))
        blank = t("（空白）")
        headers = [t("变化前"), t("变化后"), t("行数")]
        self.pairs.show_rows(
            headers,
            [(p.before or blank, p.after or blank, f"{p.rows:,}") for p in effect.pairs],
            {1: "primary_text", 2: "text_3"},
        )
        rows = [(u.value, u.why, f"{u.rows:,}") for u in effect.unread]
        self.unread.show_rows([t("值"), t("原因"), t("行数")], rows, {2: "text_3"})
        self.tabs.setVisible(bool(effect.unread))
        if not effect.unread:
            self.tabs.set_current("pairs")
            self._stack.setCurrentIndex(0)
        changes = not effect.nothing or effect.unread_rows > 0 or self._op in ("delete", "move")
        self.apply_button.setEnabled(changes)

    def _refuse(self, error: Exception) -> None:
        self._task = None
        self._spinner.hide()
        self.pairs.show_rows([], [])
        self.unread.show_rows([], [])
        self.tabs.hide()
        if isinstance(error, UserError):
            self.summary.set_role("error")
            self.summary.setText("\n".join([str(error), *error.details]))
        else:
            self._bench.desk.dialogs.show_error(error)

    def _apply(self) -> None:
        if self._entry is not None:
            self._bench.take(self._entry)
            self.accept()


def _summary(effect: Effect) -> str:
    parts = []
    if effect.changed:
        parts.append(t("将改动 {n} 个单元格（{kinds} 种值）", n=f"{effect.changed:,}", kinds=f"{effect.pair_count:,}"))
    if effect.removed:
        parts.append(t("将移出 {n} 行", n=effect.removed))
    if effect.added:
        parts.append(t("新列 {names}", names="、".join(effect.added)))
    if effect.unread_rows:
        parts.append(t("{n} 个单元格看不懂，会保持原样", n=f"{effect.unread_rows:,}"))
    return "，".join(parts) or t("没有单元格会变化")
