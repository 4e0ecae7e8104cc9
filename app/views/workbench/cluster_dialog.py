"""Clusters of one column: choose how to look, tick what belongs together, merge, look again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDoubleSpinBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.core.i18n import t
from app.errors import UserError
from app.views.operations.task import Task
from app.views.widgets import buttons, painting
from app.views.widgets.fields import ChoiceField, NumberField
from app.views.widgets.labels import DataLabel, heading, muted
from app.views.widgets.spinner import Spinner
from app.views.workbench.bench import Bench
from app.views.workbench.words import methods

if TYPE_CHECKING:
    from app.services.workbench.clusters import Cluster, Clusters

_PAGE = 60
_WRITINGS = 12
_WAIT = 300


class ClusterCard(QWidget):
    """One cluster: its writings with their rows, a tick, and the value they shall all have."""

    def __init__(self, cluster: Cluster, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.cluster = cluster
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 10, 12, 10)
        row.setSpacing(12)
        self.tick = QCheckBox()
        self.tick.setAccessibleName(t("合并“{value}”这一组", value=cluster.suggested))
        row.addWidget(self.tick, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(2)
        for member in cluster.members[:_WRITINGS]:
            line = QHBoxLayout()
            label = DataLabel(member.value.replace("\n", " ")[:120])
            label.setToolTip("")
            line.addWidget(label, 1)
            line.addWidget(DataLabel(t("{n} 行", n=member.count), "muted"))
            words.addLayout(line)
        if cluster.size > _WRITINGS:
            words.addWidget(muted(t("还有 {n} 种写法", n=cluster.size - _WRITINGS)))
        row.addLayout(words, 3)
        right = QVBoxLayout()
        right.setSpacing(4)
        self.value = QLineEdit(cluster.suggested)
        self.value.setAccessibleName(t("“{value}”这一组的新值", value=cluster.suggested))
        right.addWidget(muted(t("{size} 种写法 · {rows} 行", size=cluster.size, rows=f"{cluster.rows:,}")))
        right.addWidget(self.value)
        right.addStretch()
        row.addLayout(right, 2)
        self.value.textEdited.connect(lambda _text: self.tick.setChecked(True))
        self.tick.toggled.connect(lambda _on: self.update())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        painting.rounded(painter, QRectF(self.rect()), 8, "surface", "primary" if self.tick.isChecked() else "border")
        painter.end()


class ClusterDialog(QDialog):
    """Clusters of the column in hand, over the rows the facets choose."""

    def __init__(self, bench: Bench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bench, self._column = bench, bench.column
        self._found: Clusters | None = None
        self._shown: list[Cluster] = []
        self.cards: list[ClusterCard] = []
        self._ticked: dict[str, str] = {}
        self._task: Task | None = None
        self._asked = 0
        self.setWindowTitle(t("聚类"))
        self.setProperty("ground", "surface")
        self.setModal(True)
        self.resize(860, 680)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 18)
        outer.setSpacing(10)
        outer.addWidget(heading(t("把“{column}”里同一事物的写法合到一起", column=self._column)))
        outer.addLayout(self._build_method())
        outer.addLayout(self._build_limits())
        self._summary_row = QHBoxLayout()
        self._spinner = Spinner(16)
        self.summary = DataLabel("", "secondary", wrap=True)
        self._summary_row.addWidget(self._spinner)
        self._summary_row.addWidget(self.summary, 1)
        self.all_button = buttons.ghost(t("全选"))
        self.all_button.clicked.connect(lambda: self._tick_all(True))
        self.none_button = buttons.ghost(t("全不选"))
        self.none_button.clicked.connect(lambda: self._tick_all(False))
        self._summary_row.addWidget(self.all_button)
        self._summary_row.addWidget(self.none_button)
        outer.addLayout(self._summary_row)
        outer.addWidget(self._build_list(), 1)
        outer.addLayout(self._build_foot())
        self._timer = QTimer(self, singleShot=True, interval=_WAIT)
        self._timer.timeout.connect(self.look)
        self.finished.connect(lambda _code: self._stop())
        self._show_needed()
        self.look()

    # ---- building -----------------------------------------------------------------------------------------------

    def _build_method(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.method = ChoiceField(methods())
        self.method.setAccessibleName(t("聚类方法"))
        self.method.currentIndexChanged.connect(lambda _at: self._on_method())
        self.n = _spin(1, 20, 2, "n")
        self.radius = QDoubleSpinBox()
        self.radius.setAccessibleName(t("最大距离"))
        self.block = _spin(0, 20, 0, t("分块长度"))
        self.block.setSpecialValueText(t("自动"))
        for field in (self.n, self.radius, self.block):
            field.valueChanged.connect(lambda _value: self._timer.start())
        self._labels = {name: DataLabel(text, "secondary") for name, text in (
            ("n", "n"), ("radius", t("最大距离")), ("block", t("分块长度")))}  # fmt: skip
        row.addWidget(DataLabel(t("方法"), "secondary"))
        row.addWidget(self.method, 1)
        for name, field in (("n", self.n), ("radius", self.radius), ("block", self.block)):
            row.addWidget(self._labels[name])
            row.addWidget(field)
        return row

    def _build_limits(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.limits: dict[str, tuple[QSpinBox, QSpinBox]] = {}
        for name, text in (
            ("size", t("写法数")), ("rows", t("行数")), ("average_length", t("平均长度")), ("variance", t("长度方差")),
        ):  # fmt: skip
            least = _spin(0, 9_999_999, 0, t("{what}至少", what=text))
            most = _spin(0, 9_999_999, 0, t("{what}至多", what=text))
            least.setSpecialValueText(t("不限"))
            most.setSpecialValueText(t("不限"))
            for field in (least, most):
                field.setMaximumWidth(84)
                field.valueChanged.connect(lambda _value: self._show_clusters())
            self.limits[name] = (least, most)
            row.addWidget(DataLabel(text, "muted"))
            row.addWidget(least)
            row.addWidget(DataLabel("–", "muted"))
            row.addWidget(most)
        row.addStretch()
        return row

    def _build_list(self) -> QScrollArea:
        body = QWidget()
        body.setProperty("ground", "surface")
        self._list = QVBoxLayout(body)
        self._list.setContentsMargins(0, 0, 6, 0)
        self._list.setSpacing(8)
        self.more_button = buttons.ghost(t("显示更多"))
        self.more_button.clicked.connect(self._show_more)
        self._list.addWidget(self.more_button, 0, Qt.AlignmentFlag.AlignHCenter)
        self._list.addStretch()
        area = QScrollArea()
        area.setWidget(body)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return area

    def _build_foot(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch()
        close = buttons.plain(t("关闭"))
        close.clicked.connect(self.reject)
        self.merge_close_button = buttons.plain(t("合并所选并关闭"))
        self.merge_close_button.clicked.connect(lambda: self._merge(again=False))
        self.merge_button = buttons.primary(t("合并所选并重新聚类"))
        self.merge_button.clicked.connect(lambda: self._merge(again=True))
        for button in (close, self.merge_close_button, self.merge_button):
            row.addWidget(button)
        return row

    # ---- looking ------------------------------------------------------------------------------------------------

    def _on_method(self) -> None:
        self._show_needed()
        self._timer.start()

    def _show_needed(self) -> None:
        from app.services.workbench.clusters import suggested_radius

        name = self.method.key()
        near = name in ("levenshtein", "jaro-winkler")
        for key, field, shown in (
            ("n", self.n, name == "ngram"),
            ("radius", self.radius, near),
            ("block", self.block, near),
        ):
            field.setVisible(shown)
            self._labels[key].setVisible(shown)
        if near:
            self.radius.blockSignals(True)
            edits = name == "levenshtein"
            self.radius.setDecimals(0 if edits else 2)
            self.radius.setRange(1 if edits else 0.01, 10 if edits else 0.99)
            self.radius.setSingleStep(1 if edits else 0.01)
            self.radius.setValue(suggested_radius(name))
            self.radius.blockSignals(False)

    def look(self) -> None:
        """Find clusters by the chosen method, in the background."""
        from app.services.workbench.clusters import Method

        self._stop()
        self._asked += 1
        asked = self._asked
        self._spinner.show()
        self.summary.setText(t("正在聚类…"))
        name = self.method.key()
        near = name in ("levenshtein", "jaro-winkler")
        method = Method(name, self.n.value(), self.radius.value() if near else 0.0, self.block.value() if near else 0)

        def done(found: Clusters) -> None:
            if asked == self._asked:
                self._task = None
                self._spinner.hide()
                self._found, self._ticked = found, {}
                self._show_clusters()

        def failed(error: Exception) -> None:
            if asked == self._asked:
                self._task = None
                self._spinner.hide()
                if isinstance(error, UserError):
                    self.summary.setText(str(error))
                else:
                    self._bench.desk.dialogs.show_error(error)

        self._task = self._bench.cluster(method, done, failed)

    def _stop(self) -> None:
        if self._task is not None and not self._task.over:
            self._task.cancel()
        self._task = None

    @property
    def is_busy(self) -> bool:
        """Whether clusters are being looked for."""
        return self._task is not None or self._timer.isActive()

    def _show_clusters(self) -> None:
        from app.services.workbench.clusters import Limits

        if self._found is None:
            return
        bounds = {name: tuple(f.value() or None for f in pair) for name, pair in self.limits.items()}
        limits = Limits(**bounds)  # type: ignore[arg-type]
        self._shown = [c for c in self._found.clusters if limits.allow(c)]
        self._keep_ticks()
        for card in self.cards:
            self._list.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = []
        total, shown = len(self._found.clusters), len(self._shown)
        text = t("{n} 组", n=total) if shown == total else t("{shown} 组（共 {n} 组）", shown=shown, n=total)
        if not total:
            text = t("没有发现可以合并的写法，换个方法试试。")
        if self._found.crowded:
            text += t("；{n} 个值太相似，只比较了相邻的", n=self._found.crowded)
        self.summary.setText(text)
        self._show_more()

    def _show_more(self) -> None:
        start = len(self.cards)
        for cluster in self._shown[start : start + _PAGE]:
            card = ClusterCard(cluster)
            if cluster.key in self._ticked:
                card.value.setText(self._ticked[cluster.key])
                card.tick.setChecked(True)
            card.tick.toggled.connect(lambda _on: self._show_ready())
            self._list.insertWidget(len(self.cards), card)
            self.cards.append(card)
        self.more_button.setVisible(len(self.cards) < len(self._shown))
        self._show_ready()

    def _keep_ticks(self) -> None:
        for card in self.cards:
            if card.tick.isChecked():
                self._ticked[card.cluster.key] = card.value.text()
            else:
                self._ticked.pop(card.cluster.key, None)

    def _show_ready(self) -> None:
        self._keep_ticks()
        for button in (self.merge_button, self.merge_close_button):
            button.setEnabled(bool(self._ticked))
        self.all_button.setEnabled(bool(self._shown))
        self.none_button.setEnabled(bool(self._ticked))

    def _tick_all(self, on: bool) -> None:
        self._ticked = {c.key: c.suggested for c in self._shown} if on else {}
        for card in self.cards:
            card.tick.blockSignals(True)
            card.tick.setChecked(on)
            card.tick.blockSignals(False)
            card.update()
        if on:
            self._ticked.update((card.cluster.key, card.value.text()) for card in self.cards)
        for button in (self.merge_button, self.merge_close_button):
            button.setEnabled(bool(self._ticked))
        self.none_button.setEnabled(bool(self._ticked))

    # ---- merging ------------------------------------------------------------------------------------------------

    def _merge(self, *, again: bool) -> None:
        from app.services.workbench.clusters import merge_map
        from app.services.workbench.steps import Step

        self._keep_ticks_of_shown()
        chosen = [c for c in self._shown if c.key in self._ticked]
        table = merge_map(chosen, self._ticked)
        if not table:
            return
        step = Step("map", self._column, {"map": table}, self._bench.chosen)
        self._bench.do_step(step, self.look if again else self.accept)

    def _keep_ticks_of_shown(self) -> None:
        for card in self.cards:
            if card.tick.isChecked():
                self._ticked[card.cluster.key] = card.value.text()


def _spin(least: int, most: int, value: int, name: str) -> QSpinBox:
    made = NumberField(least, most)
    made.setValue(value)
    made.setAccessibleName(name)
    return made
