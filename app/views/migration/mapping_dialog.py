"""Which column of a step goes where."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.core.fields import FieldType, Registry
from app.core.i18n import t
from app.services.exchange.mapping.plan import ImportPlan
from app.services.exchange.mapping.targets import NEW, new_target, targets_of
from app.services.migration.records import Step
from app.views.migration.words import target_label
from app.views.records.form_dialog import FormDialog
from app.views.widgets.fields import ChoiceField
from app.views.widgets.labels import ElidedLabel, IconLabel, muted

_FIELD = 230


class MappingDialog(FormDialog):
    """One line a column: its name, its first values, its field."""

    def __init__(self, parent: QWidget, step: Step, samples: tuple[tuple[str, ...], ...], registry: Registry) -> None:
        super().__init__(parent, t("“{file}”的列对应", file=step.path.name), t("保存"), width=760)
        self._step = step
        self.body.addWidget(muted(t("左边是文件里的列和前几行的值，右边是导入到的字段。"), wrap=True))
        targets = [(x.key, x.label) for x in targets_of(registry.entity(step.entity), registry)]
        box = QWidget()
        box.setProperty("ground", "surface")
        lines = QVBoxLayout(box)
        lines.setContentsMargins(0, 0, 8, 0)
        lines.setSpacing(6)
        self.fields: list[ChoiceField] = []
        for place, column in enumerate(step.plan.columns):
            choices = [("", t("合成名称") if place in step.name_parts else t("不导入")), *targets]
            known = {key for key, _ in choices}
            if column.target and column.target not in known:
                choices.insert(1, (column.target, target_label(step, column.target, registry)))
            if not (column.target and column.target.startswith(NEW)):
                fresh = new_target(" ".join(column.name.split())[:60], FieldType.TEXT)
                choices.insert(1, (fresh, t("新字段：{name}", name=column.name)))
            field = ChoiceField(choices)
            field.set_key(column.target or "")
            field.setAccessibleName(t("“{name}”导入到", name=column.name))
            field.setFixedWidth(_FIELD)
            self.fields.append(field)
            line = QHBoxLayout()
            line.setSpacing(12)
            words = "；".join(samples[place]) if place < len(samples) else ""
            line.addWidget(ElidedLabel(column.name.replace("\n", " "), "strong"), 3)
            line.addWidget(ElidedLabel(words.replace("\n", " "), "muted"), 4)
            line.addWidget(IconLabel("chevron-right", "text_3", 16))
            line.addWidget(field)
            lines.addLayout(line)
        lines.addStretch()
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.viewport().setProperty("ground", "surface")
        area.setWidget(box)
        area.setMinimumHeight(min(460, 42 * len(self.fields) + 8))
        self.body.addWidget(area, 1)

    def plan(self) -> ImportPlan:
        """The step's plan with the fields chosen."""
        made = self._step.plan
        for index, (column, field) in enumerate(zip(self._step.plan.columns, self.fields, strict=True)):
            if (column.target or "") != field.key():
                made = made.with_target(index, field.key() or None)
        return made
