"""How rows meet existing records: the options of an import."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QScrollArea, QVBoxLayout, QWidget

from app.core.fields import Entity
from app.core.i18n import t
from app.services.exchange.mapping.plan import Rule
from app.views.exchange.import_session import ImportSession
from app.views.exchange.words_list import WordsList
from app.views.widgets.fields import ChoiceField
from app.views.widgets.form import Form
from app.views.widgets.segmented import SegmentedControl

_RULE_FIELDS = ("external_id", "number", "credit_code", "id_number", "phones", "emails", "name")


class _TagsLine(QLineEdit):
    """Enter ends the typing; it does not press the wizard's default button, which would start the import."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        super().keyPressEvent(event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()


class CheckOptions(QScrollArea):
    """Signals:
    plan_changed(): the person chose otherwise; the session has the new plan.
    """

    plan_changed = Signal()

    def __init__(self, session: ImportSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._filling = False
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setProperty("ground", "surface")
        body = QWidget()
        body.setProperty("ground", "surface")
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 16, 0)
        self.words = WordsList(session)
        self.words.decided.connect(self.plan_changed)
        column.addWidget(self.words)
        column.addWidget(self._build_form())
        column.addStretch()
        self.setWidget(body)
        self.setMinimumWidth(body.minimumSizeHint().width())
        session.planned.connect(self._fill)

    def _build_form(self) -> Form:
        self.form = form = Form(above=True)
        self.mode = SegmentedControl(
            (("create", t("只新建")), ("update", t("只更新")), ("upsert", t("新建并更新"))), t("遇到已有的记录")
        )
        self.rule = ChoiceField()
        self.rule.setSizeAdjustPolicy(ChoiceField.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.empty = SegmentedControl((("keep", t("保留原值")), ("clear", t("清空原值"))), t("文件里是空的单元格"))
        self.lists = SegmentedControl((("add", t("追加")), ("replace", t("替换"))), t("电话、邮箱、标签"))
        self.bad = SegmentedControl((("reject", t("整行不导入")), ("blank", t("只留空这一格"))), t("看不懂的单元格"))
        self.gaps = SegmentedControl(
            (("auto", t("已结单的收，其余不收")), ("error", t("都不收")), ("warn", t("都收，并提示"))),
            t("阶段要求的字段没填"),
        )
        self.history = SegmentedControl((("now", t("记为今天")), ("unknown", t("留空"))), t("文件没写的日期"))
        self.owner = ChoiceField()
        self.owner.setSizeAdjustPolicy(ChoiceField.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.tags = _TagsLine()
        self.tags.setPlaceholderText(t("例如：展会 2026，用空格分开"))
        form.add_row("mode", t("遇到已有的记录"), self.mode)
        form.add_row("rule", t("怎样算同一条"), self.rule)
        form.add_row("empty", t("文件里是空的单元格"), self.empty)
        form.add_row("lists", t("电话、邮箱、标签"), self.lists)
        form.add_row("bad", t("看不懂的单元格"), self.bad)
        form.add_row("gaps", t("阶段要求的字段没填"), self.gaps)
        form.add_row("history", t("文件没写的日期"), self.history)
        form.add_row("owner", t("没有负责人的记录归"), self.owner)
        form.add_row("tags", t("给这批记录打标签"), self.tags)
        for control in (self.mode, self.empty, self.lists, self.bad, self.gaps, self.history):
            control.changed.connect(self._apply)
        for choice in (self.rule, self.owner):
            choice.currentIndexChanged.connect(self._apply)
        self.tags.editingFinished.connect(self._apply)
        return form

    def _fill(self) -> None:
        """The choices for this entity and these users, chosen as the plan has them."""
        plan = self._session.plan
        if plan is None:
            return
        self._filling = True
        entity, desk = self._session.entity, self._session.desk
        rules = [("", t("自动：编号、证件号，再按名称和电话"))]
        rules += [(key, t("按{field}", field=entity.field(key).label)) for key in _RULE_FIELDS if entity.find(key)]
        chosen = "+".join(plan.match[0]) if plan.match and plan.match != entity.match else ""
        if chosen not in dict(rules):
            rules.append((chosen, _rule_words(plan.match[0], entity)))
        self.rule.set_choices(rules)
        self.rule.set_key(chosen)
        me = desk.workspace.actor
        people = {k.hex: name for k, name in desk.users().items() if k != me.user_id}
        if plan.owner and plan.owner not in people:
            people[plan.owner] = desk.user_name(plan.owner) or t("已删除的用户")
        self.owner.set_choices([("", t("我（{name}）", name=me.name)), *people.items()])
        self.owner.set_key(plan.owner)
        self.mode.set_current(plan.mode)
        self.empty.set_current(plan.empty)
        self.lists.set_current(plan.lists)
        self.bad.set_current(plan.bad_cells)
        self.gaps.set_current(plan.gaps)
        self.history.set_current("unknown" if plan.history else "now")
        self.tags.setText(" ".join(plan.tags))
        self._filling = False
        self._fit()

    def _fit(self) -> None:
        """Options that only matter for existing records are shown only then."""
        meets = self.mode.current() != "create"
        self.form.row("empty").set_shown(meets)
        self.form.row("lists").set_shown(meets)
        self.form.row("owner").set_shown(self.mode.current() != "update")
        self.form.row("gaps").set_shown(self._session.entity_key == "deals")
        self.form.row("history").set_shown(
            any(f.now for f in self._session.entity.fields) and self.mode.current() != "update"
        )
        self.form.row("tags").set_shown(self._session.entity_key == "customers")

    def _apply(self, *_changed: Any) -> None:
        plan = self._session.plan
        if self._filling or plan is None:
            return
        key = self.rule.key()
        match: tuple[Rule, ...] = (tuple(key.split("+")),) if key else ()
        changed = replace(
            plan, mode=self.mode.current(), match=match, empty=self.empty.current(), lists=self.lists.current(),
            bad_cells=self.bad.current(), gaps=self.gaps.current(), history=self.history.current() == "unknown",
            owner=self.owner.key(), tags=tuple(self.tags.text().split()),
        )  # fmt: skip
        if changed != plan:
            self._session.change(changed)
            self.plan_changed.emit()


def _rule_words(rule: Rule, entity: Entity) -> str:
    labels = (field.label if (field := entity.find(key)) else key for key in rule)
    return t("按{field}", field=" + ".join(labels))
