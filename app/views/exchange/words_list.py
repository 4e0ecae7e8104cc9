"""Words of the file that a pick-list has not: each becomes a value, means one that is there, or is left out."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.core.i18n import t
from app.views.exchange.import_session import NEW_WORD, ImportSession, Word
from app.views.widgets.fields import ChoiceField
from app.views.widgets.labels import DataLabel, muted

_MOST = 40


class WordsList(QWidget):
    """Hidden while there are none.

    Signals:
        decided(): the session has another plan.
    """

    decided = Signal()

    def __init__(self, session: ImportSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.boxes: dict[tuple[int, str], ChoiceField] = {}
        self._inside: list[QWidget] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 14)
        self._column.setSpacing(4)
        self._column.addWidget(DataLabel(t("选项里没有的说法"), "strong"))
        self._column.addWidget(muted(t("下次导入同样的表时会照此处理。"), wrap=True))
        session.checked.connect(self.show_words)
        self.hide()

    def show_words(self) -> None:
        """The words of the last check."""
        for widget in self._inside:
            self._column.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._inside, self.boxes = [], {}
        words = self._session.words()
        for word in words[:_MOST]:
            rows = t("{n} 行", n=f"{word.rows:,}") if word.rows else ""
            self._add(
                muted(
                    t("{field}：“{text}” {rows}", field=word.field.label, text=word.text, rows=rows).strip(), wrap=True
                )
            )
            self._add(self._box(word))
        self.setVisible(bool(words))

    def _box(self, word: Word) -> ChoiceField:
        options = [(NEW_WORD, t("作为新选项"))] if word.grows else []
        options += [("", t("不导入这一格")), *((c.code, c.label) for c in word.field.offered)]
        box = ChoiceField(options)
        box.setSizeAdjustPolicy(ChoiceField.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setAccessibleName(t("“{text}”当作", text=word.text))
        box.set_key(word.meant)
        box.currentIndexChanged.connect(lambda _at: self._decide(word, box.key()))
        self.boxes[word.column, word.text] = box
        return box

    def _decide(self, word: Word, meant: str) -> None:
        self._session.set_word(word, meant)
        self.decided.emit()

    def _add(self, widget: QWidget) -> None:
        self._inside.append(widget)
        self._column.addWidget(widget)
