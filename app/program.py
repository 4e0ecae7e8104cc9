"""The life of the program: start window → main window → lock or end. At most one archive is open."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication

import app
from app.core.i18n import language, set_language
from app.settings.store import SettingsStore
from app.views.operations.runner import Runner
from app.views.theme import theme
from app.views.theme.qt_words import follow_language
from app.views.vault.opening import Opened
from app.views.vault.start_window import StartWindow

if TYPE_CHECKING:
    from app.services.workspace import Door, Workspace
    from app.views.shell.main_window import MainWindow

log = logging.getLogger(__name__)
Replace = Callable[[Path, str], None]


def replace_process(archive: Path, user: str) -> None:
    """Start a fresh program that asks for the password, and end this one at once: what memory holds goes with it."""
    import subprocess

    logging.shutdown()
    subprocess.Popen(  # noqa: S603 - our own program with our own arguments
        fresh_command(archive, user),
        env=_environment(),
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        close_fds=True, start_new_session=True,
    )  # fmt: skip
    os._exit(0)


def fresh_command(archive: Path, user: str) -> list[str]:
    """The command line of a fresh, locked program."""
    start = [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "app"]
    return [*start, "--lang", language(), f"--locked={user}", "--", str(archive)]


def _environment() -> dict[str, str]:
    """`-m app` finds the package wherever the program was started from."""
    if getattr(sys, "frozen", False):
        return dict(os.environ)
    root = str(Path(app.__file__).resolve().parents[1])
    paths = [root, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths))}


class Program(QObject):
    """`replace` is called with archive and user after a lock; it does not come back in the real program."""

    def __init__(
        self, application: QApplication, settings: SettingsStore, door: Door, replace: Replace = replace_process
    ) -> None:
        super().__init__(application)
        self._application, self._settings, self._door, self._replace = application, settings, door, replace
        self.runner = Runner(self)
        self.start_window: StartWindow | None = None
        self.main_window: MainWindow | None = None
        application.setQuitOnLastWindowClosed(False)
        application.styleHints().colorSchemeChanged.connect(lambda _scheme: self._follow_system())

    def begin(self, archive: Path | None = None, locked_user: str | None = None) -> None:
        """Show the start window. `locked_user`: after a lock, so that the password is asked in any case."""
        window = self.start_window = StartWindow(self._door, self.runner, self._settings)
        window.opened.connect(self._on_opened)
        window.closed.connect(self.end)
        window.show()
        window.begin(archive, locked_user or "", locked=locked_user is not None)

    def _on_opened(self, opened: Opened) -> None:
        path = opened.workspace.archive.path
        with contextlib.suppress(OSError):
            self._settings.put(self._settings.current.with_recent(path, opened.username))
        self._show_main(opened.workspace, opened.username)
        if self.start_window is not None:
            self.start_window.closed.disconnect(self.end)
            self.start_window.close()
            self.start_window.deleteLater()
            self.start_window = None

    def _show_main(self, workspace: Workspace, username: str) -> None:
        """Raises what kept the window from being made, after the archive is on its way to being closed again."""
        # Loaded while the person types the password, not before the first window is there.
        window: MainWindow | None = None
        try:
            from app.views.shell.main_window import MainWindow

            window = MainWindow(workspace, username, self.runner, self._settings)
            self.main_window = window
            window.closed.connect(self.end)
            window.locked.connect(self._replace)
            window.rebuild_wanted.connect(lambda: self._rebuild(window, username))
            window.begin()
        except BaseException:
            self._back_to_start(workspace, username, window)
            raise

    def _back_to_start(self, workspace: Workspace, username: str, window: MainWindow | None) -> None:
        """No main window: the archive is closed, before the next try in the same thread, and can be opened again."""
        self.main_window = None
        self.runner.start(lambda _job: workspace.close(), pool="write")
        if window is not None:
            window.let_go()
            window.deleteLater()
        path = workspace.archive.path
        if self.start_window is None:  # a fresh window for another language
            self.begin(path, username)
        else:
            self.start_window.begin(path, username, locked=True)

    def _rebuild(self, window: MainWindow, username: str) -> None:
        workspace = window.let_go()
        window.deleteLater()
        set_language(self._settings.current.language)
        follow_language(self._application)
        theme.apply(self._application, "dark" if theme.current().name == "dark" else "light")
        self._show_main(workspace, username)

    def end(self) -> None:
        """Nothing is open any more."""
        self.runner.shutdown(3000)
        self._application.quit()

    def _follow_system(self) -> None:
        if self._settings.current.theme == "system":
            theme.apply(self._application, theme.system_mode(self._application))
