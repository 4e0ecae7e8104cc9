"""关于: version, where things lie, the licences of everything inside."""

from __future__ import annotations

import platform
from pathlib import Path

from PySide6.QtCore import qVersion
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QPlainTextEdit, QSplitter

from app import __version__
from app.core.i18n import t
from app.core.jobs import Job
from app.core.paths import data_dir, resource_dir
from app.views.settings.section import Section
from app.views.shell.desk import Desk
from app.views.theme import fonts
from app.views.widgets.brand import Brand
from app.views.widgets.labels import DataLabel


def licence_folder() -> Path:
    """Beside `resources` in a checkout and in a packaged program."""
    return resource_dir().parent / "LICENSES"


class AboutSection(Section):
    """The texts are read when the section is opened."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, t("关于"))
        card = self.card("")
        row = QHBoxLayout()
        row.setSpacing(14)
        row.addWidget(Brand(44))
        words = DataLabel(
            "\n".join(
                (
                    t("客档通 {version}", version=__version__),
                    fonts.join_facts(f"Python {platform.python_version()}", f"Qt {qVersion()}", platform.system()),
                    t("日志和备份：{folder}", folder=data_dir()),
                )
            ),
            "secondary", selectable=True,
        )  # fmt: skip
        row.addWidget(words, 1)
        card.body.addLayout(row)
        licences = self.card(t("开源组件的许可"))
        self.names = QListWidget()
        self.names.setAccessibleName(t("组件"))
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(t("许可全文"))
        splitter = QSplitter()
        splitter.addWidget(self.names)
        splitter.addWidget(self.text)
        splitter.setSizes([190, 540])
        splitter.setMinimumHeight(380)
        licences.body.addWidget(splitter)
        self.names.currentTextChanged.connect(self._on_chosen)
        self.finish()

    def refresh(self) -> None:
        if self.names.count() == 0:
            self.read(lambda _job: sorted(path.stem for path in licence_folder().glob("*.txt")), self._show)

    def _show(self, names: list[str]) -> None:
        self.names.addItems(names)
        self.names.setCurrentRow(0)

    def _on_chosen(self, name: str) -> None:
        def read(_job: Job) -> str:
            return (licence_folder() / f"{name}.txt").read_text(encoding="utf-8", errors="replace")

        self.read(read, self.text.setPlainText)
