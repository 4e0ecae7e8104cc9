"""Puts the window together: settings, language, theme, log, exception hook, door, program."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from app import __version__
from app.core.i18n import LANGUAGES, set_language
from app.core.paths import APP_NAME, config_dir, data_dir
from app.log import start_logging
from app.program import Program
from app.settings.store import SettingsStore
from app.views.operations.excepthook import ExceptionReporter
from app.views.theme import theme
from app.views.theme.qt_words import follow_language
from app.views.widgets.brand import window_icon
from app.views.widgets.dialogs import WindowDialogs

if TYPE_CHECKING:
    from app.services.workspace import Door


def run_window(
    archive: Path | None = None,
    *,
    language: str | None = None,
    theme_mode: str | None = None,
    locked_user: str | None = None,
) -> int:
    """Run until the last window is closed; returns the exit code. `language` and `theme_mode` go before the settings."""
    start_logging(data_dir() / "logs")
    settings = SettingsStore(config_dir() / "settings.json")
    wanted = language or settings.current.language
    set_language(wanted if wanted in LANGUAGES else LANGUAGES[0])
    application = QApplication(sys.argv[:1])
    application.setApplicationName(APP_NAME)
    application.setApplicationVersion(__version__)
    application.setDesktopFileName("kedang")
    follow_language(application)
    theme.apply(application, _mode(application, theme_mode or settings.current.theme))
    application.setWindowIcon(window_icon())
    reporter = ExceptionReporter(application)
    reporter.raised.connect(lambda error: _tell(application, error))
    reporter.install()
    program = Program(application, settings, cast("Door", LazyDoor()))
    QTimer.singleShot(0, program, lambda: program.begin(archive.absolute() if archive else None, locked_user))
    code = application.exec()
    reporter.uninstall()
    return code


def start_for_benchmark(archive: Path | None = None) -> None:
    """Everything up to the painted start window, and out again with `os._exit`."""
    settings = SettingsStore(config_dir() / "settings.json")
    application = QApplication(sys.argv[:1])
    follow_language(application)
    theme.apply(application, "light")
    program = Program(application, settings, cast("Door", LazyDoor()))
    program.begin(archive)
    assert program.start_window is not None
    program.start_window.grab()
    os._exit(0)


class LazyDoor:
    """The real door, opened when first used: its libraries are loaded in a worker while the first window is there."""

    def __getattr__(self, name: str) -> Any:
        from app.door import ArchiveDoor

        return getattr(ArchiveDoor(), name)


def _mode(application: QApplication, wanted: str) -> theme.Mode:
    if wanted == "system":
        return theme.system_mode(application)
    return "dark" if wanted == "dark" else "light"


def _tell(application: QApplication, error: Exception) -> None:
    shown = (window for window in application.topLevelWidgets() if window.isVisible())
    window = application.activeWindow() or next(shown, None)
    if window is not None:
        WindowDialogs(window).show_error(error)
