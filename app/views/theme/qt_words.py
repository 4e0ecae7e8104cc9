"""Qt's own words (file dialogs, standard buttons, menus of text fields, calendars) and formats in the program's language."""

from __future__ import annotations

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from app.core.i18n import language

_NAME = "qt-words"
#: what Qt's own Chinese leaves out of the dialogs we open
_GAPS = {"&Look in:": "查找范围(&L)：", "Files of &type:": "文件类型(&T)：", "Page &Set:": "页面范围(&S)："}


class _Gaps(QTranslator):
    """Asked before Qt's own translation."""

    def isEmpty(self) -> bool:
        return False

    def translate(self, _context: str, source: str, _remark: str | None = None, _n: int = -1) -> str | None:
        return _GAPS.get(source)  # None, not "": Qt asks the next one


def follow_language(application: QApplication) -> None:
    """Put the language in force into effect for every window made from now on."""
    chinese = language() == "zh"
    QLocale.setDefault(QLocale("zh_CN" if chinese else "en_GB"))  # weeks begin on Monday in both
    for old in application.findChildren(QTranslator, _NAME):
        application.removeTranslator(old)
        old.setObjectName("")
        old.deleteLater()
    if not chinese:
        return  # English is what Qt is written in
    own, gaps = QTranslator(application), _Gaps(application)
    own.load("qtbase_zh_CN", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
    for translator in (own, gaps):  # the last one is asked first
        translator.setObjectName(_NAME)
        application.installTranslator(translator)
