"""What speaks for and against two records being one, as bars: for to the right, against to the left."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QSizePolicy, QToolTip, QVBoxLayout, QWidget

from app.core.i18n import t
from app.services.duplicates.records import Evidence, Pair
from app.views.duplicates.words import likely, signed
from app.views.theme import fonts, theme
from app.views.widgets import painting
from app.views.widgets.fields import ChoiceField
from app.views.widgets.labels import DataLabel, plain_tooltip

_ROW = 24


class EvidenceBars(QWidget):
    """One line a field, the strongest first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._evidence: Sequence[Evidence] = ()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(t("证据"))

    def show_pair(self, pair: Pair | None) -> None:
        """The evidence of another pair."""
        self._evidence = pair.evidence if pair is not None else ()
        said = t("；").join(f"{e.text} {signed(e.points)}" for e in self._evidence)
        total = t("可能性 {share}：", share=likely(pair.probability)) if pair is not None else ""
        self.setAccessibleName(t("证据") + (f" {total}{said}" if said else ""))
        self.setFixedHeight(max(1, len(self._evidence)) * _ROW + 4)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(360, max(1, len(self._evidence)) * _ROW + 4)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        if self.hasFocus():
            painting.focus_ring(painter, QRectF(self.rect()), 6)
        if not self._evidence:
            painting.put_text(painter, QRectF(8, 2, self.width() - 16, _ROW), t("没有可以比较的字段"), "text_3")
            painter.end()
            return
        names = max(fonts.metrics().horizontalAdvance(e.text) for e in self._evidence) + 12
        left = 8 + min(names, self.width() * 0.42)
        middle = left + (self.width() - left - 8) * 0.42
        most = max(4.0, *(abs(e.points) for e in self._evidence))
        figures = fonts.metrics(fonts.CAPTION).horizontalAdvance("+88.8") + 8
        against, agreeing = middle - left - figures, self.width() - 8 - middle - figures
        painter.setPen(QPen(theme.color("border"), 1))
        painter.drawLine(int(middle), 2, int(middle), self.height() - 2)
        for at, each in enumerate(self._evidence):
            y = 2 + at * _ROW
            painting.put_text(painter, QRectF(8, y, left - 14, _ROW), each.text, "text_2")
            good = each.points >= 0
            wide = max(2.0, (agreeing if good else against) * abs(each.points) / most)
            bar = QRectF(middle if good else middle - wide, y + 6, wide, _ROW - 12)
            painting.rounded(painter, bar, 3, "ok" if good else "bad")
            text = (
                QRectF(bar.right() + 5, y, figures, _ROW)
                if good
                else QRectF(bar.left() - figures - 4, y, figures, _ROW)
            )
            align = painting.LEFT if good else painting.RIGHT
            painting.put_text(painter, text, signed(each.points), "ok" if good else "bad", fonts.CAPTION, align=align)
        painter.end()

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            at = (event.pos().y() - 2) // _ROW
            if 0 <= at < len(self._evidence):
                each = self._evidence[at]
                QToolTip.showText(
                    event.globalPos(), plain_tooltip(f"{each.label}\n{each.a or '—'}\n{each.b or '—'}"), self
                )
            return True
        return super().event(event)


class EvidencePane(QWidget):
    """The bars of one pair of a group, with the choice which."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pairs: Sequence[Pair] = ()
        self.pairs = ChoiceField()
        self.pairs.setAccessibleName(t("哪两条"))
        self.pairs.setMinimumWidth(210)
        self.pairs.currentIndexChanged.connect(lambda _at: self._show_evidence())
        self.total = DataLabel("", "strong")
        self.bars = EvidenceBars()
        line = QHBoxLayout()
        line.addWidget(DataLabel(t("证据"), "secondary"))
        line.addWidget(self.pairs)
        line.addStretch()
        line.addWidget(self.total)
        holder = QWidget()
        holder.setProperty("ground", "surface")
        inside = QVBoxLayout(holder)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addWidget(self.bars)
        inside.addStretch()
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(holder)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 6, 14, 4)
        column.setSpacing(4)
        column.addLayout(line)
        column.addWidget(area, 1)
        self.setMinimumHeight(96)

    def show_pairs(self, pairs: Sequence[Pair], names: Mapping[uuid.UUID, str], *, keep: bool) -> None:
        """The pairs of another group, or (`keep`) of the same with the same one shown."""
        self._pairs = pairs
        choices = [(str(at), f"{names[p.a]} ↔ {names[p.b]}") for at, p in enumerate(pairs)]
        before = self.pairs.key() if keep else ""
        blocked = self.pairs.blockSignals(True)
        self.pairs.set_choices(choices)
        if choices:
            self.pairs.set_key(before if before in dict(choices) else choices[0][0])
        self.pairs.blockSignals(blocked)
        self.pairs.setVisible(len(choices) > 1)
        self._show_evidence()

    def pair(self) -> Pair | None:
        """The pair whose evidence is shown."""
        key = self.pairs.key()
        return self._pairs[int(key)] if key and int(key) < len(self._pairs) else None

    def wanted(self) -> int:
        """The height at which every bar is seen."""
        return self.bars.sizeHint().height() + 54

    def _show_evidence(self) -> None:
        pair = self.pair()
        self.bars.show_pair(pair)
        self.total.setText(t("可能性 {share}", share=likely(pair.probability)) if pair is not None else "")
