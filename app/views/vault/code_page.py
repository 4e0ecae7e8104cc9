"""After an archive was made: its recovery code, once. On only with the tick that it was kept."""

from __future__ import annotations

from PySide6.QtCore import Signal

from app.core.i18n import t
from app.views.vault.form_page import FormPage
from app.views.vault.opening import Opened
from app.views.widgets.dialogs import Dialogs
from app.views.widgets.recovery_code import RecoveryCode


class CodePage(FormPage):
    """Signals:
    finished(Opened): the code was written down.
    """

    finished = Signal(object)

    def __init__(self, opened: Opened, dialogs: Dialogs) -> None:
        name = opened.workspace.archive.path.stem
        super().__init__(
            t("请抄下恢复码"), t("档案“{name}”已经创建。", name=name), t("进入客档通"), back=False, width=520
        )
        self.opened = opened
        self.code = RecoveryCode(opened.code, name, dialogs)
        self.extra.addWidget(self.code)
        self.primary.setEnabled(False)
        self.code.kept_changed.connect(self.primary.setEnabled)

    def submit(self) -> None:
        """Into the main window."""
        self.finished.emit(self.opened)
