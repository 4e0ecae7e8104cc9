"""外观: language, theme, height of table rows."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from app.core.i18n import t
from app.views.settings.section import Section, setting_row
from app.views.shell.desk import Desk
from app.views.theme import theme
from app.views.widgets.segmented import SegmentedControl


class AppearanceSection(Section):
    """Takes effect at once; the language in a fresh window."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, t("外观"))
        card = self.card(t("外观"))
        self._language = SegmentedControl([("zh", "中文"), ("en", "English")], t("语言"))
        self._theme = SegmentedControl(
            [("light", t("浅色")), ("dark", t("深色")), ("system", t("跟随系统"))], t("颜色主题")
        )
        self._rows = SegmentedControl([("roomy", t("舒适")), ("compact", t("紧凑"))], t("表格行高"))
        card.body.addWidget(setting_row(t("语言"), t("窗口会重新打开，档案不用重新解锁。"), self._language))
        card.body.addWidget(setting_row(t("颜色主题"), "", self._theme))
        card.body.addWidget(setting_row(t("表格行高"), t("紧凑时一屏能多看三成。新打开的页面生效。"), self._rows))
        self._language.changed.connect(self._on_language)
        self._theme.changed.connect(self._on_theme)
        self._rows.changed.connect(lambda key: desk.settings.change(compact_tables=key == "compact"))
        self.finish()

    def refresh(self) -> None:
        current = self.desk.settings.current
        self._language.set_current(current.language)
        self._theme.set_current(current.theme if current.theme in ("light", "dark", "system") else "light")
        self._rows.set_current("compact" if current.compact_tables else "roomy")

    def _on_language(self, code: str) -> None:
        self.desk.settings.change(language=code)
        self.desk.restart_wanted.emit()

    def _on_theme(self, mode: str) -> None:
        self.desk.settings.change(theme=mode)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        wanted = theme.system_mode(application) if mode == "system" else "dark" if mode == "dark" else "light"
        theme.apply(application, wanted)
