"""The numbered steps over a wizard page; finished steps can be gone back to."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from app.core.i18n import t
from app.views.theme import fonts, icons, theme
from app.views.widgets import painting


class _Step(QAbstractButton):
    """One step: circle with number or tick, and its name."""

    def __init__(self, number: int, name: str) -> None:
        super().__init__()
        self.number, self.name = number, name
        self.state = "todo"
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def set_state(self, state: str) -> None:
        """ "done", "now" or "todo"; only done steps can be pressed."""
        self.state = state
        done = state == "done"
        self.setEnabled(done)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if done else Qt.FocusPolicy.NoFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor if done else Qt.CursorShape.ArrowCursor)
        words = {"done": t("已完成"), "now": t("当前步骤"), "todo": t("未开始")}[state]
        self.setAccessibleName(t("第 {n} 步：{name}，{state}", n=self.number, name=self.name, state=words))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(34 + fonts.metrics(bold=True).horizontalAdvance(self.name) + 8, 36)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        circle = QRectF(3, 6, 24, 24)
        done, now = self.state == "done", self.state == "now"
        fill = "primary_hover" if done and self.underMouse() else "primary" if done or now else "surface"
        painting.rounded(painter, circle, 12, fill, "" if done or now else "control", 1.4)
        if done:
            tick = icons.pixmap("check", "on_primary", 14, dpr=self.devicePixelRatioF(), stroke=3)
            painter.drawPixmap(8, 11, tick)
        else:
            painter.setFont(fonts.font(fonts.CAPTION, bold=True))
            painter.setPen(theme.color("on_primary" if now else "text_3"))
            painter.drawText(circle, painting.CENTER, str(self.number))
        ink = "text" if now else "text_2" if done else "text_3"
        painting.put_text(painter, QRectF(35, 0, self.width() - 35, 36), self.name, ink, bold=now)
        if self.hasFocus():
            painting.focus_ring(painter, QRectF(self.rect()), 8)
        painter.end()


class _Link(QWidget):
    """The line between two steps."""

    def __init__(self) -> None:
        super().__init__()
        self.done = False
        self.setMinimumWidth(20)
        self.setFixedHeight(36)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = painting.painter_for(self)
        painter.setPen(QPen(theme.color("primary" if self.done else "border"), 1.4))
        painter.drawLine(0, 18, self.width(), 18)
        painter.end()


class Stepper(QWidget):
    """Steps 0…n-1 from left to right.

    Signals:
        step_clicked(int): a finished step was pressed.
    """

    step_clicked = Signal(int)

    def __init__(self, names: Sequence[str], current: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self._steps: list[_Step] = []
        self._links: list[_Link] = []
        for number, name in enumerate(names):
            if number:
                link = _Link()
                self._links.append(link)
                row.addWidget(link, 1)
            step = _Step(number + 1, name)
            step.clicked.connect(lambda _checked=False, at=number: self.step_clicked.emit(at))
            self._steps.append(step)
            row.addWidget(step)
        self.setAccessibleName(t("步骤"))
        self.set_current(current)

    def current(self) -> int:
        """The step that is being done."""
        return next(at for at, step in enumerate(self._steps) if step.state == "now")

    def set_current(self, current: int) -> None:
        """Steps before `current` are done, those behind it are still to do. IndexError if there is no such step."""
        if not 0 <= current < len(self._steps):
            raise IndexError(current)
        for at, step in enumerate(self._steps):
            step.set_state("done" if at < current else "now" if at == current else "todo")
        for at, link in enumerate(self._links):
            link.done = at < current
            link.update()
