"""Step 3: how rows meet existing records, and what would happen to every row of the file."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSplitter, QVBoxLayout, QWidget

from app.core.i18n import t
from app.services.exchange.plan import DEFAULT_RULES, Rule
from app.services.exchange.report import ImportReport
from app.views.exchange.grid import Grid, GridCell
from app.views.exchange.import_session import ImportSession
from app.views.exchange.result_tiles import ResultTiles
from app.views.widgets import buttons
from app.views.widgets.banner import Banner
from app.views.widgets.fields import ChoiceField
from app.views.widgets.form import Form
from app.views.widgets.labels import muted
from app.views.widgets.segmented import SegmentedControl

_RULE_FIELDS = ("external_id", "number", "credit_code", "id_number", "phones", "emails", "name")
_OUTCOMES = {"rejected": ("rejected", "unmatched"), "warnings": ("warning",), "ambiguous": ("ambiguous",),
             "duplicates": ("duplicate",)}  # fmt: skip


class CheckStep(QWidget):
    """Options at the left, the outcome of the dry run at the right."""

    def __init__(self, session: ImportSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._filling = False
        self._chosen = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        parts = QSplitter(Qt.Orientation.Horizontal)
        parts.setChildrenCollapsible(False)
        parts.addWidget(self._build_options())
        parts.addWidget(self._build_outcome())
        parts.setStretchFactor(1, 1)
        parts.setSizes([330, 640])
        row.addWidget(parts)
        session.inspected.connect(self._fill)
        session.checked.connect(self._show)

    # ---- options ------------------------------------------------------------------------------------------------

    def _build_options(self) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 0, 16, 0)
        column.setSpacing(10)
        self.form = Form(above=True)
        self.mode = SegmentedControl(
            (("create", t("只新建")), ("update", t("只更新")), ("upsert", t("新建并更新"))), t("方式")
        )
        self.rule = ChoiceField()
        self.empty = SegmentedControl((("keep", t("保留原值")), ("clear", t("清空原值"))), t("空单元格"))
        self.lists = SegmentedControl((("add", t("追加")), ("replace", t("替换"))), t("电话、邮箱、标签"))
        self.bad = SegmentedControl((("reject", t("整行不导入")), ("blank", t("只留空这一格"))), t("看不懂的单元格"))
        self.owner = ChoiceField()
        self.tags = QLineEdit()
        self.tags.setPlaceholderText(t("例如：展会 2026，用空格分开"))
        self.form.add_row("mode", t("遇到已有的记录"), self.mode)
        self.form.add_row("rule", t("怎样算同一条"), self.rule)
        self.form.add_row("empty", t("文件里是空的单元格"), self.empty)
        self.form.add_row("lists", t("电话、邮箱、标签"), self.lists)
        self.form.add_row("bad", t("看不懂的单元格"), self.bad)
        self.form.add_row("owner", t("没有负责人的记录归"), self.owner)
        self.form.add_row("tags", t("给这批记录打标签"), self.tags)
        column.addWidget(self.form)
        column.addStretch()
        for control in (self.mode, self.empty, self.lists, self.bad):
            control.changed.connect(self._apply)
        for choice in (self.rule, self.owner):
            choice.currentIndexChanged.connect(self._apply)
        self.tags.editingFinished.connect(self._apply)
        return box

    def _fill(self) -> None:
        """The choices for this entity and these users; defaults of the plan."""
        plan = self._session.plan
        if plan is None:
            return
        self._filling = True
        entity = self._session.entity
        rules = [("", t("自动：编号、证件号，再按名称和电话"))]
        rules += [(key, t("按{field}", field=entity.field(key).label)) for key in _RULE_FIELDS if entity.find(key)]
        self.rule.set_choices(rules)
        self.rule.set_key("+".join(plan.match[0]) if plan.match and plan.match not in DEFAULT_RULES.values() else "")
        people = self._session.desk.users()
        me = self._session.desk.workspace.actor
        self.owner.set_choices(
            [("", t("我（{name}）", name=me.name)), *((k.hex, n) for k, n in people.items() if k != me.user_id)]
        )
        self.mode.set_current(plan.mode)
        self.empty.set_current(plan.empty)
        self.lists.set_current(plan.lists)
        self.bad.set_current(plan.bad_cells)
        self.tags.setText(" ".join(plan.tags))
        self._filling = False
        self._fit()

    def _fit(self) -> None:
        """Options that only matter for existing records are shown only then."""
        meets = self.mode.current() != "create"
        self.form.row("empty").set_shown(meets)
        self.form.row("lists").set_shown(meets)
        self.form.row("tags").set_shown(self._session.entity_key == "customers")

    def _apply(self, *_changed: Any) -> None:
        plan = self._session.plan
        if self._filling or plan is None:
            return
        self._fit()
        key = self.rule.key()
        match: tuple[Rule, ...] = (tuple(key.split("+")),) if key else ()
        changed = replace(
            plan, mode=self.mode.current(), match=match, empty=self.empty.current(), lists=self.lists.current(),
            bad_cells=self.bad.current(), owner=self.owner.key(), tags=tuple(self.tags.text().split()),
        )  # fmt: skip
        if changed != plan:
            self._session.change(changed)
            self.start()

    # ---- outcome ------------------------------------------------------------------------------------------------

    def _build_outcome(self) -> QWidget:
        box = QWidget()
        column = QVBoxLayout(box)
        column.setContentsMargins(16, 0, 0, 0)
        column.setSpacing(10)
        self.tiles = ResultTiles()
        self.tiles.chosen.connect(self._choose)
        column.addWidget(self.tiles)
        self.note = Banner("info", "")
        column.addWidget(self.note)
        head = QHBoxLayout()
        self.view = SegmentedControl((("issues", t("问题行")), ("changes", t("值的变化"))), t("列表"))
        self.view.changed.connect(lambda _key: self._list())
        head.addWidget(self.view)
        self._count = muted("")
        head.addWidget(self._count)
        head.addStretch()
        self.save_button = buttons.plain(t("导出问题行…"), "download")
        self.save_button.clicked.connect(self._save_rows)
        head.addWidget(self.save_button)
        column.addLayout(head)
        self.table = Grid(t("检查结果"))
        column.addWidget(self.table, 1)
        return box

    def start(self) -> None:
        """Check all rows when the answer is not known yet."""
        if self._session.dry is None and not self._session.is_busy and not self._session.obstacle():
            self._session.check()

    def _show(self) -> None:
        report = self._session.dry
        if report is None:
            return
        self._chosen = ""
        self.tiles.show_report(report)
        bad = report.rejected + report.ambiguous + report.duplicates
        self.save_button.setEnabled(bad > 0)
        if bad:
            text = t("有 {n} 行不会导入。可以现在导入其余的行，再把问题行导出改好后重新导入。", n=f"{bad:,}")
            self.note.set_message(text, "warning")
        else:
            self.note.set_message(
                t("全部 {n} 行都可以导入。导入前会自动备份，导入后可整批撤销。", n=f"{report.rows:,}"), "success"
            )
        self._list()

    def _choose(self, key: str) -> None:
        self._chosen = key
        if key in _OUTCOMES:
            self.view.set_current("issues")
        self._list()

    def _list(self) -> None:
        report = self._session.dry
        if report is None:
            return
        names = [c.name for c in self._session.inspection.columns] if self._session.inspection else []
        if self.view.current() == "changes":
            rows = [
                [GridCell(_name(names, c.column)), GridCell(c.before), GridCell(c.after, "primary")]
                for c in report.cell_changes
            ]
            marks = [str(c.row) for c in report.cell_changes]
            self.table.show_rows([t("列"), t("原文"), t("导入后")], rows, marks, (110, 220, 120))
            total = sum(c.changed for c in report.columns)
        else:
            rows, marks, total = self._issues(report, names)
            self.table.show_rows([t("列"), t("原文"), t("原因")], rows, marks, (110, 160, 120))
        self._count.setText(
            t("{n} 处", n=f"{total:,}")
            if total <= len(rows)
            else t("{n} 处，列出前 {m} 处", n=f"{total:,}", m=f"{len(rows):,}")
        )

    def _issues(self, report: ImportReport, names: list[str]) -> tuple[list[list[GridCell]], list[str], int]:
        wanted = _OUTCOMES.get(self._chosen)
        found = [i for i in report.issues if wanted is None or i.outcome in wanted]
        rows = [
            [
                GridCell(_name(names, i.column)), GridCell(i.cell),
                GridCell(i.text, "warn" if i.outcome == "warning" else "bad", i.text),
            ]
            for i in found
        ]  # fmt: skip
        shown_all = len(report.issues) < 2000
        total = len(found) if shown_all else max(len(found), report.warnings + report.rejected)
        return rows, [str(i.row) for i in found], total

    def _save_rows(self) -> None:
        path = self._session.path
        assert path is not None
        name = t("{stem}_问题行.xlsx", stem=path.stem)
        target = self._session.desk.dialogs.pick_file(
            "save", t("导出问题行"), (("Excel", ("*.xlsx",)),), suggested=name
        )
        if target is not None:
            self._session.check(target)


def _name(names: list[str], column: int) -> str:
    return names[column] if 0 <= column < len(names) else t("整行")
