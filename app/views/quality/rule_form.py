"""One own rule: which field, which kind, what exactly, for which records, why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.core.fields import Entity
from app.core.filters import dump, parse
from app.core.i18n import t
from app.core.jobs import Job
from app.errors import AppError, UserError
from app.services.quality.book import kind_label, kinds_for
from app.services.quality.builtin import judged_fields
from app.services.quality.records import Rule
from app.services.quality.rules import FORMATS, format_label
from app.views.records.conditions import Conditions
from app.views.shell.desk import Desk
from app.views.widgets import buttons
from app.views.widgets.fields import ChoiceField, NumberField
from app.views.widgets.form import Form, fit_height
from app.views.widgets.labels import DataLabel

_PATTERN = "pattern"
_WIDTH = 560


class RuleForm(QDialog):
    """Stores when everything is right; what the service refuses is said in the form.

    `saved` is called after that.
    """

    def __init__(
        self, desk: Desk, entity: Entity, parent: QWidget, saved: Callable[[], object], rule: Rule | None = None
    ) -> None:
        super().__init__(parent)
        self._desk, self._entity, self._rule, self._saved = desk, entity, rule, saved
        self.setWindowTitle(t("修改规则") if rule is not None else t("新规则"))
        self.setProperty("ground", "surface")
        self.setFixedWidth(_WIDTH)
        actor = desk.workspace.actor
        usable = [f for f in judged_fields(entity) if actor.sees(entity.key, f)]
        self.field = ChoiceField([("", t("（整条档案）")), *((f.key, f.label) for f in usable)])
        self.kind = ChoiceField()
        self.format = ChoiceField([*((key, format_label(key)) for key in FORMATS), (_PATTERN, t("正则表达式…"))])
        self.pattern = QLineEdit()
        self.values = QLineEdit()
        self.least, self.most = QLineEdit(), QLineEdit()
        self.days = NumberField(1, 36_500, suffix=t(" 天"))
        self.days.setValue(180)
        self.when = Conditions(desk, entity)
        self.message = QLineEdit()
        self.message.setMaxLength(200)
        self.form = Form(label_width=96)
        self.form.add_row("field", t("字段"), self.field)
        self.form.add_row("kind", t("规则"), self.kind)
        self.form.add_row("format", t("格式"), self.format)
        self.form.add_row(
            "pattern", t("正则表达式"), self.pattern, hint=t("要符合整个值，例如 {example}", example=r"[A-Z]{2}\d{4}")
        )
        self.form.add_row("values", t("允许的值"), self.values, hint=t("用逗号分开"))
        self.form.add_row("least", t("下限"), self.least)
        self.form.add_row("most", t("上限"), self.most)
        self.form.add_row("days", t("期限"), self.days)
        self.form.add_row("when", t("条件"), self.when)
        self.form.add_row("message", t("说明"), self.message, hint=t("显示在待核对清单里，可以不填"))
        self._problem = DataLabel("", "error", wrap=True)
        self._problem.hide()
        cancel = buttons.plain(t("取消"))
        cancel.clicked.connect(self.reject)
        self.go = buttons.primary(t("保存"))
        self.go.clicked.connect(self.save)
        self.go.setDefault(True)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(cancel)
        row.addWidget(self.go)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 18)
        column.setSpacing(14)
        column.addWidget(DataLabel(self.windowTitle(), "h2"))
        column.addWidget(self.form)
        column.addWidget(self._problem)
        column.addLayout(row)
        self.field.currentIndexChanged.connect(lambda _at: self._on_field())
        self.kind.currentIndexChanged.connect(lambda _at: self._on_kind())
        self.format.currentIndexChanged.connect(lambda _at: self._on_kind())
        self.when.parts_changed.connect(lambda _parts, _any: QTimer.singleShot(0, self, self._fit))
        self.finished.connect(self.deleteLater)
        if usable:
            self.field.set_key(usable[0].key)
        self._on_field()
        if rule is not None:
            self._fill(rule)

    # ---- what is asked ------------------------------------------------------------------------------------------

    def _on_field(self) -> None:
        key = self.field.key()
        kinds = (*kinds_for(self._entity.field(key)), "custom") if key else ("custom",)
        self.kind.set_choices([(kind, kind_label(kind)) for kind in kinds])
        self._on_kind()

    def _on_kind(self) -> None:
        kind = self.kind.key()
        shown = {
            "format": kind == "format",
            "pattern": kind == "format" and self.format.key() == _PATTERN,
            "values": kind == "allowed",
            "least": kind in ("range", "length"),
            "most": kind in ("range", "length"),
            "days": kind == "stale",
        }
        for key, on in shown.items():
            self.form.row(key).set_shown(on)
        title = self.form.row("when").title
        if title is not None:
            title.setText(
                t("错误的情况 *") if kind == "custom" else t("条件 *") if kind == "reference" else t("只检查")
            )
        QTimer.singleShot(0, self, self._fit)

    def _fit(self) -> None:
        fit_height(self)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit()

    def _fill(self, rule: Rule) -> None:
        params = rule.params
        of = rule.field if rule.kind != "custom" or self.field.findData(rule.field) >= 0 else ""
        if self.field.findData(of) >= 0:
            self.field.set_key(of)
        self._on_field()
        if self.kind.findData(rule.kind) >= 0:
            self.kind.set_key(rule.kind)
        if "format" in params:
            self.format.set_key(str(params["format"]))
        elif "pattern" in params:
            self.format.set_key(_PATTERN)
            self.pattern.setText(str(params["pattern"]))
        self.values.setText(t("，").join(map(str, params.get("values", ()))))
        self.least.setText(str(params.get("least", "")))
        self.most.setText(str(params.get("most", "")))
        self.days.setValue(int(params.get("days", 180)))
        self.message.setText(str(params.get("message", "")))
        given = params.get("where") or params.get("when")
        self.when.set_filter(parse(given) if given else None)
        self._on_kind()

    def params(self) -> dict[str, Any]:
        """What was entered, as the service takes it."""
        kind = self.kind.key()
        made: dict[str, Any] = {"message": self.message.text().strip()}
        if kind == "format":
            chosen = self.format.key()
            made |= {"pattern": self.pattern.text().strip()} if chosen == _PATTERN else {"format": chosen}
        elif kind == "allowed":
            texts = self.values.text().replace("，", ",").replace("、", ",").split(",")
            made["values"] = [text.strip() for text in texts if text.strip()]
        elif kind in ("range", "length"):
            made |= {"least": self.least.text().strip(), "most": self.most.text().strip()}
        elif kind == "stale":
            made["days"] = self.days.value()
        given = self.when.filter()
        if given is not None:
            made["where" if kind == "custom" else "when"] = dump(given)
        return made

    def save(self) -> None:
        """Store, or say what is wrong."""
        rules, entity, rule = self._desk.workspace.quality.rules, self._entity, self._rule
        field, kind, params = self.field.key(), self.kind.key(), self.params()
        try:
            rules.checked(entity, field, kind, params)
        except UserError as error:
            self._say(error)
            return

        def work(_job: Job) -> Rule:
            if rule is None:
                return rules.add(entity.key, field, kind, params)
            return rules.update(entity.key, rule.key, field, kind, params)

        def done(_rule: Rule) -> None:
            self._saved()
            self.accept()

        self.go.setEnabled(False)
        self._desk.operate(work, title=t("正在保存规则"), owner=self, on_done=done, on_failed=self._on_failed)

    def _on_failed(self, error: Exception) -> None:
        self.go.setEnabled(True)
        if isinstance(error, AppError):
            self._say(error)
        else:
            self._desk.dialogs.show_error(error)

    def _say(self, error: AppError) -> None:
        self._problem.setText(str(error))
        self._problem.show()
        QTimer.singleShot(0, self, self._fit)
