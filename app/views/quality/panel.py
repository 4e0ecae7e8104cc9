"""数据健康: how good the data of a kind of record is, field by field, and what is to be looked at."""

from __future__ import annotations

import uuid
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from app.core.filters import Filter
from app.core.i18n import t
from app.core.jobs import Job
from app.core.records import ChangeSet
from app.services.quality.records import DIMENSIONS, CheckResult, FindingGroup, Health, Score
from app.views.charts.data import Mark, Series, Unit
from app.views.charts.line import LineChart
from app.views.charts.view import ChartView
from app.views.quality.matrix import MatrixView
from app.views.quality.review import Review
from app.views.quality.rules_dialog import RulesDialog
from app.views.quality.tiles import Dial, DimensionTile
from app.views.quality.words import percent
from app.views.shell import pages
from app.views.shell.desk import Desk
from app.views.shell.page import Command, OpenRecord
from app.views.widgets import buttons
from app.views.widgets.card import Card
from app.views.widgets.empty_state import EmptyState
from app.views.widgets.fields import ChoiceField
from app.views.widgets.gap import Gap
from app.views.widgets.labels import DataLabel, caption, muted, plain_tooltip
from app.views.widgets.menus import MenuItem, build_menu
from app.views.widgets.skeleton import Skeleton

#: after a change the figures are made anew so much later, if that took no longer than so many seconds
_SETTLE, _QUICK = 1200, 4.0
#: below this width the course of the score gives way to the figures
_WIDE = 1000
#: below this width the two cards stand one above the other
_BESIDE = 1000
Shown = tuple[Health, tuple[Score, ...], tuple[FindingGroup, ...], bool]


class QualityPanel(QWidget):
    """A payload that is an entity's key shows that entity."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self._quality = desk.workspace.quality
        self._entities = {e.key: e for e in self._quality.entities()}
        self._health: Health | None = None
        self._asked = 0
        self._stale = True
        self._build()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_SETTLE)
        self._soon.timeout.connect(self.reload)

    # ---- construction -------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.entity = ChoiceField([(key, e.label) for key, e in self._entities.items()])
        self.entity.setAccessibleName(t("档案"))
        self.entity.setMinimumWidth(150)
        self.entity.currentIndexChanged.connect(lambda _at: self._on_entity())
        self.facts = muted("")
        self.check_button = buttons.primary(t("立即检查"), "scan-search")
        self.check_button.clicked.connect(self.check)
        self.rules_button = buttons.plain(t("规则…"), "sliders-horizontal")
        self.rules_button.clicked.connect(self.open_rules)
        self.dictionary_button = buttons.plain(t("数据字典"), "book-open")
        self.dictionary_button.set_trailing("chevron-down")
        self.dictionary_button.clicked.connect(self._dictionary_menu)
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self.entity)
        head.addWidget(self.facts)
        head.addStretch()
        for button in (self.dictionary_button, self.rules_button, self.check_button):
            head.addWidget(button)
        self.stack = QStackedWidget()
        self.stack.addWidget(self._loading())
        self.stack.addWidget(self._content())
        self.nothing = EmptyState("database", t("还没有档案"), t("导入或新建档案之后，这里会显示它们的质量。"))
        self.stack.addWidget(self.nothing)
        self.forbidden = EmptyState(
            "lock", t("没有可以查看的档案"), t("您的角色没有查看档案的权限，需要时请联系管理员。")
        )
        self.stack.addWidget(self.forbidden)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 2, 20, 16)
        column.setSpacing(12)
        column.addLayout(head)
        column.addWidget(self.stack, 1)
        if not self._entities:
            for widget in (self.entity, self.check_button, self.rules_button, self.dictionary_button):
                widget.hide()
            self.stack.setCurrentWidget(self.forbidden)

    def _loading(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 8, 0, 0)
        column.addWidget(Skeleton(5))
        column.addSpacing(24)
        column.addWidget(Skeleton(8))
        column.addStretch()
        return page

    def _content(self) -> QWidget:
        self.dial = Dial()
        self.tiles = {key: DimensionTile(key) for key in DIMENSIONS}
        self.trend = ChartView(LineChart(t("质量总分走势"), (), Unit.RATE), self.desk.dialogs)
        self.trend.setMinimumWidth(160)
        self.trend.setMaximumHeight(106)
        figures = QHBoxLayout()
        figures.setSpacing(10)
        figures.addWidget(self.dial)
        figures.addSpacing(4)
        for key, tile in self.tiles.items():
            tile.clicked.connect(lambda _on=False, key=key: self.open_rows(key))
            figures.addWidget(tile, 3)
        figures.addSpacing(4)
        course = QVBoxLayout()
        course.setSpacing(2)
        course.setContentsMargins(0, 0, 0, 0)
        course.addWidget(caption(t("总分走势")))
        course.addWidget(self.trend, 1)
        self._course = QWidget()
        self._course.setLayout(course)
        figures.addWidget(self._course, 6)
        top = Card()
        top.body.addLayout(figures)
        self.matrix = MatrixView()
        self.matrix.opened.connect(lambda field, dimension: self.open_rows(dimension, field))
        left = _framed(t("字段质量"), t("点一格，打开有问题的档案"), self.matrix)
        self.review = Review(self.desk)
        self.review.record_wanted.connect(self._open_record)
        self.review.rule_wanted.connect(self._open_rule)
        self.review.decided.connect(self._read_groups)
        self.review.check_wanted.connect(self.check)
        right = _framed(t("待核对清单"), t("值改变之前，忽略的不再提示"), self.review)
        split = self._split = Gap(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(12)
        split.addWidget(left)
        split.addWidget(right)
        left.setMinimumWidth(380)
        split.setStretchFactor(0, 4)
        split.setStretchFactor(1, 6)
        split.setSizes([470, 760])
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(top)
        column.addWidget(split, 1)
        page.setProperty("ground", "surface")
        page.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        area = QScrollArea()
        area.setWidget(page)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return area

    # ---- the page's contract ------------------------------------------------------------------------------------

    def activate(self, payload: object) -> None:
        """It comes to the front."""
        if isinstance(payload, str) and payload in self._entities:
            self.entity.set_key(payload)
        if self._stale:
            self.reload()

    def commands(self) -> list[Command]:
        """What can be done here right now."""
        if not self._entities:
            return []
        return [
            Command("health:check", t("立即检查数据质量"), "scan-search", self.check),
            Command("health:rules", t("质量规则…"), "sliders-horizontal", self.open_rules),
            Command("health:dictionary", t("导出数据字典…"), "book-open", lambda: self.export_dictionary("xlsx")),
        ]

    def refresh(self, changes: ChangeSet, _initiator: object) -> None:
        """Data changed: look again, at once where that is quick, else when the panel comes to the front."""
        if not changes.concerns(self.entity.key(), "quality"):
            return
        self._stale = True
        if self.isVisible():
            if self._health is None or self._health.seconds < _QUICK:
                self._soon.start()
            else:
                self.facts.setText(t("数据有变化，可以重新检查"))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale and self._health is not None:
            self._soon.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._entities:
            self._course.setVisible(self.width() >= _WIDE)
            beside = self.width() >= _BESIDE  # else the list stands below the fields, and the page scrolls
            self._split.setOrientation(Qt.Orientation.Horizontal if beside else Qt.Orientation.Vertical)
            self._split.setMinimumHeight(300 if beside else 2 * 320)

    # ---- reading ------------------------------------------------------------------------------------------------

    def _on_entity(self) -> None:
        self._health = None
        self.reload()

    def reload(self) -> None:
        """Measure and show; nothing is kept."""
        entity = self.entity.key()
        if not entity:
            return
        self._stale = False
        self._asked += 1
        asked, quality = self._asked, self._quality
        if self._health is None:
            self.stack.setCurrentIndex(0)
            self.facts.setText(t("正在检查…"))

        def work(job: Job) -> Shown:
            health = quality.health(entity, job)
            return health, quality.trend(entity), quality.groups(entity), quality.checked_before(entity)

        def done(found: Shown) -> None:
            if asked == self._asked:
                self.show_health(*found)

        self.desk.read(work, done, owner=self, on_failed=self._on_failed)

    def _on_failed(self, error: Exception) -> None:
        self._stale = True
        self.facts.setText(t("没有查成"))
        self.desk.dialogs.show_error(error)

    def check(self) -> None:
        """Check by all rules, bring the review list up to date, keep the score."""
        entity, quality = self.entity.key(), self._quality
        if not entity or not self.check_button.isEnabled():
            return
        self.check_button.setEnabled(False)

        def work(job: Job) -> CheckResult:
            return quality.check(entity, job)

        def done(result: CheckResult) -> None:
            self.check_button.setEnabled(True)
            read_only = self.desk.workspace.archive.read_only
            self.desk.toasts.show_toast(_told(result, read_only=read_only), "success" if result.stored else "info")
            self.reload()

        def over() -> None:
            self.check_button.setEnabled(True)

        def failed(error: Exception) -> None:
            over()
            self.desk.dialogs.show_error(error)

        self.desk.runner.start(
            work, on_done=done, on_failed=failed, on_cancelled=over, owner=self, title=t("检查数据质量"), pool="read"
        )

    def show_health(
        self, health: Health, trend: tuple[Score, ...], groups: tuple[FindingGroup, ...], checked: bool
    ) -> None:
        """Show these figures."""
        self._health = health
        if not health.records:
            self.stack.setCurrentWidget(self.nothing)
            self.facts.setText("")
            return
        self.stack.setCurrentIndex(1)
        at = health.taken_at.astimezone().strftime("%H:%M")
        text = t("{n} 条档案，{at} 的情况", n=f"{health.records:,}", at=at)
        self.facts.setText(text if health.whole else t("{text}，只含您能看到的", text=text))
        skipped = [f"{r.rule.title}：{r.problem}" for r in health.rules if r.problem]
        self.facts.setToolTip(plain_tooltip("\n".join(skipped)))
        weights = t("完整性 30%、有效性 25%、唯一性 20%、一致性 15%、及时性 10%；没有可检查内容的维度不计")
        self.dial.show_score(health.overall, weights)
        for key, tile in self.tiles.items():
            tile.show_dimension(health.dimension(key))
        self.matrix.show_fields(health.fields)
        self._show_trend(trend)
        may = self._quality.may_decide(health.entity) and not self.desk.workspace.archive.read_only
        self.review.show_groups(health.entity, groups, checked=checked, may_decide=may)

    def _show_trend(self, trend: tuple[Score, ...]) -> None:
        by_day = {score.taken_at.astimezone().date(): score for score in trend if score.overall is not None}
        marks = tuple(
            Mark(day.isoformat(), (score.overall or 0) / 100, at=day, note=t("{n} 条档案", n=f"{score.records:,}"))
            for day, score in by_day.items()
        )
        reason = t("每次检查记一个点")
        self.trend.set_chart(
            LineChart(
                t("质量总分走势"), (Series(t("总分"), marks),) if marks else (), Unit.RATE, months=False, reason=reason
            )
        )

    def _read_groups(self) -> None:
        """Decisions changed the list; the figures are the same."""
        entity, quality = self.entity.key(), self._quality
        may = quality.may_decide(entity)

        def done(groups: tuple[FindingGroup, ...]) -> None:
            self.review.show_groups(entity, groups, checked=True, may_decide=may)

        self.desk.read(lambda _job: quality.groups(entity), done, owner=self)

    # ---- opening ------------------------------------------------------------------------------------------------

    def open_rows(self, dimension: str, field: str = "", rule: str = "") -> None:
        """The records behind a figure in their ordinary list."""
        health, quality = self._health, self._quality
        if health is None:
            return

        def done(condition: Filter) -> None:
            if all(entry.key != health.entity for entry in pages.entries()):
                self.desk.toasts.show_toast(t("没有这种记录的列表"), "info")
                return
            self.desk.page_wanted.emit(health.entity, condition)

        self.desk.read(lambda _job: quality.rows(health, dimension, field, rule), done, owner=self)

    def _open_rule(self, rule: str) -> None:
        if self._health is not None:
            result = next((r for r in self._health.rules if r.rule.key == rule), None)
            if result is not None:
                self.open_rows(result.rule.dimension, rule=rule)

    def _open_record(self, record: uuid.UUID) -> None:
        entity = self.entity.key()
        if all(entry.key != entity for entry in pages.entries()):
            self.desk.toasts.show_toast(t("没有这种记录的列表"), "info")
            return
        self.desk.page_wanted.emit(entity, OpenRecord(entity, record))

    def open_rules(self) -> None:
        """The rules of the entity shown."""
        entity = self._entities.get(self.entity.key())
        if entity is not None:
            dialog = RulesDialog(self.desk, entity, self)
            dialog.changed.connect(self.reload)
            dialog.open()

    # ---- the data dictionary ------------------------------------------------------------------------------------

    def _dictionary_menu(self) -> None:
        items = [
            MenuItem(t("导出为 Excel…"), lambda: self.export_dictionary("xlsx"), "file-spreadsheet"),
            MenuItem(t("导出为 PDF…"), lambda: self.export_dictionary("pdf"), "file-text"),
        ]
        corner = self.dictionary_button.rect().bottomLeft()
        build_menu(self, items).popup(self.dictionary_button.mapToGlobal(corner))

    def export_dictionary(self, kind: str) -> None:
        """Ask where, compile and write in the background."""
        kinds = (("Excel", ("xlsx",)),) if kind == "xlsx" else (("PDF", ("pdf",)),)
        name = t("数据字典") + f".{kind}"
        path = self.desk.dialogs.pick_file("save", t("导出数据字典"), kinds, suggested=Path(name))
        if path is None:
            return
        from app.services.quality.dictionary import DictionaryDocument, document_of, write_workbook
        from app.views.quality.dictionary_pdf import write_pdf

        context, quality = self.desk.workspace.context, self._quality

        def work(job: Job) -> DictionaryDocument:
            document = document_of(context, quality, job)
            if kind == "xlsx":
                write_workbook(document, path)
            else:
                write_pdf(document, path)
            return document

        def done(document: DictionaryDocument) -> None:
            text = t("数据字典已写到 {path}", path=path.name)
            self.desk.toasts.show_toast(f"{text}（{document.fields}）", "success")

        self.desk.runner.start(work, on_done=done, owner=self, title=t("正在整理数据字典"), pool="read")


def _framed(title: str, hint: str, content: QWidget) -> QWidget:
    """A card whose content goes to its edges."""
    card = Card()
    layout = card.layout()
    assert isinstance(layout, QVBoxLayout)
    layout.setContentsMargins(1, 0, 1, 8)
    layout.setSpacing(0)
    head = QHBoxLayout()
    head.setContentsMargins(14, 11, 14, 9)
    head.setSpacing(8)
    head.addWidget(DataLabel(title, "h2"))
    head.addWidget(muted(hint))
    head.addStretch()
    card.body.setSpacing(0)
    card.body.addLayout(head)
    card.body.addWidget(content, 1)
    card.setAccessibleName(title)
    return card


def _told(result: CheckResult, *, read_only: bool = False) -> str:
    """What a check did, in a sentence."""
    if not result.stored and read_only:
        return t("检查完成，总分 {score}。档案以只读方式打开，没有记录。", score=percent(result.health.overall))
    if not result.stored:
        return t("检查完成，总分 {score}。没有记录，因为您看不到全部档案。", score=percent(result.health.overall))
    return t(
        "检查完成，总分 {score}：新问题 {opened}，重新出现 {reopened}，已解决 {fixed}，待核对 {open}",
        score=percent(result.health.overall),
        opened=f"{result.opened:,}",
        reopened=f"{result.reopened:,}",
        fixed=f"{result.fixed:,}",
        open=f"{result.open:,}",
    )
