"""The theme in force. The one process-wide object of the window: colours are needed wherever something is painted."""

from __future__ import annotations

from typing import Literal, get_args

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from app.views.theme import fonts
from app.views.theme.palette import build_palette
from app.views.theme.stylesheet import build_stylesheet
from app.views.theme.tokens import DARK, LIGHT, Tokens

Mode = Literal["light", "dark"]


class ThemeNotifier(QObject):
    """Tells painted widgets that colours changed.

    Signals:
        changed(str): the new mode, after palette and stylesheet are in force.
    """

    changed = Signal(str)


class _Theme:
    """The tokens in force with their QColor cache."""

    def __init__(self) -> None:
        self.tokens = LIGHT
        self.colors: dict[str, QColor] = {}
        self.notifier: ThemeNotifier | None = None


_theme = _Theme()


def current() -> Tokens:
    """The tokens in force."""
    return _theme.tokens


def notifier() -> ThemeNotifier:
    """Connect painted widgets' `update` to `notifier().changed`."""
    if _theme.notifier is None:
        _theme.notifier = ThemeNotifier()
    return _theme.notifier


def color(token: str) -> QColor:
    """The QColor of a token name (or of a literal `#RRGGBB`). Shared: callers must not change it."""
    found = _theme.colors.get(token)
    if found is None:
        found = _theme.colors[token] = QColor(hex_color(token))
    return found


def hex_color(token: str) -> str:
    """`#RRGGBB` of a token name; a literal `#RRGGBB` is returned as it is."""
    return token if token.startswith("#") else str(getattr(_theme.tokens, token))


def ink(tone: str) -> str:
    """Token name of the text colour of a tone."""
    return "primary_text" if tone == "primary" else tone


def soft(tone: str) -> str:
    """Token name of the soft ground of a tone."""
    return f"{tone}_soft"


def apply(app: QApplication, mode: Mode) -> None:
    """Put the whole application into light or dark; also after the language changed (fonts follow it)."""
    if mode not in get_args(Mode):
        raise ValueError(mode)
    _theme.tokens = DARK if mode == "dark" else LIGHT
    _theme.colors.clear()
    fonts.forget()
    if app.style().objectName() != "fusion":
        app.setStyle("Fusion")
    app.setFont(fonts.font())
    app.setPalette(build_palette(_theme.tokens))
    app.setStyleSheet(build_stylesheet(_theme.tokens))
    notifier().changed.emit(mode)


def system_mode(app: QApplication) -> Mode:
    """What the desktop asks for; light where it does not say."""
    return "dark" if app.styleHints().colorScheme() == Qt.ColorScheme.Dark else "light"
