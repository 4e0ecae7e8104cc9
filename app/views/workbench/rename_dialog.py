"""A recipe made for other headers: which column here stands for which of the recipe."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from app.core.i18n import t
from app.views.widgets import buttons
from app.views.widgets.fields import ChoiceField
from app.views.widgets.form import Form
from app.views.widgets.labels import heading, muted

_ALIKE = 0.4


def _likely(name: str, names: Sequence[str]) -> str:
    """The name most like this one, or ""."""
    scored = [(SequenceMatcher(None, known, name).ratio(), known) for known in names]
    best = max(scored, default=(0.0, ""))
    return best[1] if best[0] >= _ALIKE else ""


class RenameDialog(QDialog):
    """One row for each column the recipe misses; `renames` is the answer."""

    def __init__(self, missing: Sequence[str], names: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(t("对应列名"))
        self.setProperty("ground", "surface")
        self.setModal(True)
        self.resize(520, 0)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 18)
        outer.setSpacing(12)
        outer.addWidget(heading(t("这份数据里没有配方用到的列")))
        outer.addWidget(muted(t("说明配方里的列在这里叫什么，就可以运行。"), wrap=True))
        self._fields: dict[str, ChoiceField] = {}
        form = Form(label_width=150)
        choices = [("", t("（请选择）")), *((name, name) for name in names)]
        for name in missing:
            field = self._fields[name] = ChoiceField(choices)
            likely = _likely(name, names)
            if likely:
                field.set_key(likely)
            field.currentIndexChanged.connect(lambda _at: self._show_ready())
            form.add_row(name, name, field)
        outer.addWidget(form)
        outer.addStretch()
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addStretch()
        cancel = buttons.plain(t("取消"))
        cancel.clicked.connect(self.reject)
        self.run_button = buttons.primary(t("运行配方"))
        self.run_button.clicked.connect(self.accept)
        foot.addWidget(cancel)
        foot.addWidget(self.run_button)
        outer.addLayout(foot)
        self._show_ready()

    def _show_ready(self) -> None:
        self.run_button.setEnabled(all(field.key() for field in self._fields.values()))

    @property
    def renames(self) -> dict[str, str]:
        """Column of the recipe → column here."""
        return {name: field.key() for name, field in self._fields.items()}
