"""The global filter: period, comparison, team and owner."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QWidget

from app.core import clock
from app.core.i18n import t
from app.views.dashboards.periods import KEYS, Span, titles
from app.views.widgets import buttons
from app.views.widgets.fields import ChoiceField, DateField
from app.views.widgets.flow import FlowLayout
from app.views.widgets.labels import muted

_USUAL = Span()


@dataclass(frozen=True)
class Wish:
    """What the bar asks for. `owner` None = everybody; `team` "" = every team."""

    span: Span = _USUAL
    compare: bool = True
    team: str = ""
    owner: uuid.UUID | None = None

    def stored(self) -> dict[str, Any]:
        """For the settings file: who is looked at stays out of it."""
        days = [day.isoformat() if day else "" for day in (self.span.first, self.span.last)]
        return {"period": self.span.key, "days": days, "compare": self.compare}

    @staticmethod
    def restored(stored: Any) -> Wish:
        """From the settings file; what does not fit is the default."""
        if not isinstance(stored, dict):
            return Wish()
        key = stored.get("period")
        days: list[date | None] = []
        kept = stored.get("days")
        for text in kept if isinstance(kept, list) else ("", ""):
            try:
                days.append(date.fromisoformat(str(text)))
            except ValueError:
                days.append(None)
        known = key if key in KEYS else Span().key
        if len(days) != 2 or (known == "custom" and None in days):
            return Wish(compare=stored.get("compare") is not False)
        return Wish(Span(known, *days), compare=stored.get("compare") is not False)


class FilterBar(QWidget):
    """Signals:
    changed(Wish): the person asked for something else.
    arrange_wanted(): the tiles are to be chosen.
    """

    changed = Signal(object)
    arrange_wanted = Signal()

    def __init__(self, wish: Wish, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wish = wish
        self.period = ChoiceField(titles())
        self.period.setAccessibleName(t("时间段"))
        self.period.setMinimumWidth(136)
        self.first, self.last = DateField(wish.span.first), DateField(wish.span.last)
        self.first.setAccessibleName(t("从哪天"))
        self.last.setAccessibleName(t("到哪天"))
        self.to = muted("–")
        self.compare = QCheckBox(t("与上一时段比较"))
        self.team = ChoiceField([("", t("全部团队"))])
        self.team.setAccessibleName(t("团队"))
        self.owner = ChoiceField([("", t("全部负责人"))])
        self.owner.setAccessibleName(t("负责人"))
        for field in (self.team, self.owner):
            field.setMinimumWidth(124)
        self.days = muted("")
        self.arrange = buttons.ghost(t("调整版面"), "layout-dashboard")
        self._lay_out()
        self.show_wish(wish)
        self.period.currentIndexChanged.connect(lambda _at: self._on_changed())
        self.compare.toggled.connect(lambda _on: self._on_changed())
        for field in (self.team, self.owner):
            field.currentIndexChanged.connect(lambda _at: self._on_changed())
        for day in (self.first, self.last):
            day.dateChanged.connect(lambda _day: self._on_changed())
        self.arrange.clicked.connect(self.arrange_wanted)

    def _lay_out(self) -> None:
        left = FlowLayout(spacing=8)
        everything: Sequence[QWidget] = (
            self.period, self.first, self.to, self.last, self.team, self.owner, self.compare, self.days
        )  # fmt: skip
        for widget in everything:
            left.addWidget(_in_line(widget) if widget in (self.to, self.compare, self.days) else widget)
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 10, 14, 2)
        row.addLayout(left, 1)
        row.addWidget(self.arrange, 0, Qt.AlignmentFlag.AlignTop)

    # ---- content ------------------------------------------------------------------------------------------------

    def wish(self) -> Wish:
        """What is asked for."""
        return self._wish

    def show_wish(self, wish: Wish) -> None:
        """Show another one, without a signal."""
        self._wish = wish
        widgets: Sequence[QWidget] = (self.period, self.first, self.last, self.compare, self.team, self.owner)
        for widget in widgets:
            widget.blockSignals(True)
        self.period.set_key(wish.span.key)
        if wish.span.first and wish.span.last:
            self.first.set_day(wish.span.first)
            self.last.set_day(wish.span.last)
        self.compare.setChecked(wish.compare)
        for widget in widgets:
            widget.blockSignals(False)
        self._show_days()

    def show_people(self, teams: Sequence[str], people: Sequence[tuple[uuid.UUID, str]]) -> None:
        """Offer these; a field with nothing to choose from is not shown."""
        self.team.set_choices([("", t("全部团队")), *((name, name) for name in teams)])
        self.owner.set_choices([("", t("全部负责人")), *((str(key), name) for key, name in people)])
        self.team.setVisible(bool(teams))
        self.owner.setVisible(len(people) > 1)

    def show_note(self, text: str) -> None:
        """The days of the period in words."""
        self.days.setText(text)

    def _begin_custom(self) -> None:
        """An own period begins as the one that was shown, up to today."""
        today = clock.today()
        shown = self._wish.span.period(today)
        for field, day in ((self.first, shown.start), (self.last, min(shown.last, today))):
            field.blockSignals(True)
            field.set_day(day)
            field.blockSignals(False)

    def _show_days(self) -> None:
        own = self._wish.span.key == "custom"
        for widget in (self.first, self.to.parentWidget(), self.last):
            if widget is not None:
                widget.setVisible(own)
        self.days.setVisible(not own)

    def _on_changed(self) -> None:
        key = self.period.key()
        span = Span(key)
        if key == "custom":
            if self._wish.span.key != "custom":
                self._begin_custom()
            span = Span(key, self.first.day(), self.last.day())
        owner = self.owner.key()
        self._wish = replace(
            self._wish, span=span, compare=self.compare.isChecked(), team=self.team.key(),
            owner=uuid.UUID(owner) if owner else None,
        )  # fmt: skip
        self._show_days()
        self.changed.emit(self._wish)


def _in_line(widget: QWidget) -> QWidget:
    """As high as the fields beside it, in its middle."""
    frame = QWidget()
    frame.setFixedHeight(34)
    row = QHBoxLayout(frame)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(widget)
    return frame
