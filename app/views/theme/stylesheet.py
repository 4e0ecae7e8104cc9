"""The stylesheet: small controls, menus, scroll bars.

There is no rule for QTableView or QAbstractItemView on purpose: with one, every scroll step repaints the whole viewport
(10 ms instead of 2). Item views are coloured by the palette and their delegates.
"""

from __future__ import annotations

from dataclasses import asdict
from string import Template

from PySide6.QtCore import QDir

from app.core.paths import resource_dir
from app.views.theme.tokens import Tokens

_RULES = Template("""
QWidget[ground="canvas"] { background: $canvas; }
QWidget[ground="surface"] { background: $surface; }
QWidget[ground="side"] { background: $side; }
QFrame[card="true"] { background: $surface; border: 1px solid $border; border-radius: 10px; }
QFrame[rule="true"] { background: $border; border: 0; max-height: 1px; min-height: 1px; }

QLabel[role="h1"] { font-size: 18px; font-weight: 600; color: $text; }
QLabel[role="h2"] { font-size: 14px; font-weight: 600; color: $text; }
QLabel[role="strong"] { font-weight: 600; color: $text; }
QLabel[role="secondary"] { color: $text_2; }
QLabel[role="muted"] { color: $text_3; font-size: 12px; }
QLabel[role="caption"] { color: $text_3; font-size: 11px; font-weight: 600; }
QLabel[role="figure"] { color: $text; font-size: 24px; font-weight: 600; }
QLabel[role="error"] { color: $bad; font-size: 12px; }
QLabel[role="warning"] { color: $warn; font-size: 12px; }
QLabel:disabled { color: $disabled; }

QDialogButtonBox QPushButton { background: $surface; border: 1px solid $border; border-radius: 7px; padding: 0 14px;
  min-height: 30px; color: $text; }
QDialogButtonBox QPushButton:hover { background: $hover; }
QDialogButtonBox QPushButton:focus { border-color: $primary; }
QDialogButtonBox QPushButton:default { background: $primary; border-color: $primary; color: $on_primary; }

QLineEdit, QTextEdit, QPlainTextEdit, QComboBox, QAbstractSpinBox {
  background: $surface; border: 1px solid $border; border-radius: 7px; padding: 0 9px; color: $text;
  selection-background-color: $primary; selection-color: $on_primary; }
QLineEdit, QComboBox { min-height: 30px; }
QAbstractSpinBox { min-height: 27px; }
QTextEdit, QPlainTextEdit { padding: 6px 8px; }
QLineEdit:hover, QTextEdit:hover, QPlainTextEdit:hover, QComboBox:hover, QAbstractSpinBox:hover {
  border-color: $scrollbar_hover; }
QLineEdit:focus, QTextEdit:focus, QPlainTextEdit:focus, QComboBox:focus, QComboBox:on, QAbstractSpinBox:focus {
  border: 1px solid $primary; }
QLineEdit:disabled, QTextEdit:disabled, QPlainTextEdit:disabled, QComboBox:disabled, QAbstractSpinBox:disabled {
  background: $surface_2; color: $disabled; border-color: $line; }
QLineEdit[state="error"], QTextEdit[state="error"], QPlainTextEdit[state="error"], QComboBox[state="error"],
QAbstractSpinBox[state="error"] { border: 1px solid $bad; }
QLineEdit[look="search"] { background: $surface_2; border-radius: 8px; padding-left: 3px; }
QLineEdit[look="search"]:focus { background: $surface; }
QLineEdit[look="bare"] { border: 0; background: transparent; font-size: 16px; min-height: 46px; }
QPlainTextEdit[look="bare"], QPlainTextEdit[look="bare"]:focus { border: 0; background: transparent; padding: 2px 4px; }
QLineEdit[look="cell"] { border: 2px solid $primary; border-radius: 4px; padding: 0 7px; min-height: 0; }

QLineEdit[echoMode="2"] { lineedit-password-character: 8226; }
QAbstractSpinBox QLineEdit, QComboBox QLineEdit { border: 0; padding: 0; min-height: 0; background: transparent; }

QComboBox { padding-right: 26px; }
QComboBox::drop-down { border: 0; width: 26px; subcontrol-origin: padding; subcontrol-position: center right; }
QComboBox::down-arrow { image: url(theme:chevron-down-$name.svg); width: 14px; height: 14px; }
QComboBox::down-arrow:disabled { image: url(theme:chevron-down-off-$name.svg); }
QDateEdit::drop-down, QDateTimeEdit::drop-down { border: 0; width: 26px; subcontrol-origin: padding;
  subcontrol-position: center right; }
QDateEdit::down-arrow, QDateTimeEdit::down-arrow { image: url(theme:chevron-down-$name.svg); width: 14px;
  height: 14px; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { border: 0; width: 20px; subcontrol-origin: padding; }
QAbstractSpinBox::up-button { subcontrol-position: top right; }
QAbstractSpinBox::down-button { subcontrol-position: bottom right; }
QAbstractSpinBox::up-arrow { image: url(theme:chevron-up-$name.svg); width: 12px; height: 12px; }
QAbstractSpinBox::down-arrow { image: url(theme:chevron-down-$name.svg); width: 12px; height: 12px; }

QCheckBox, QRadioButton { spacing: 8px; color: $text; min-height: 24px; }
QCheckBox:disabled, QRadioButton:disabled { color: $disabled; }
QCheckBox::indicator, QRadioButton::indicator { width: 16px; height: 16px; border: 1px solid $control;
  background: $surface; }
QCheckBox::indicator { border-radius: 4px; }
QRadioButton::indicator { border-radius: 9px; }
QCheckBox::indicator:hover, QRadioButton::indicator:hover, QCheckBox::indicator:focus, QRadioButton::indicator:focus {
  border-color: $primary; }
QCheckBox:focus, QRadioButton:focus { color: $primary_text; }
QCheckBox::indicator:checked { background: $primary; border-color: $primary; image: url(theme:check.svg); }
QCheckBox::indicator:indeterminate { background: $primary; border-color: $primary; image: url(theme:minus.svg); }
QRadioButton::indicator:checked { background: $primary; border-color: $primary; image: url(theme:dot.svg); }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled { border-color: $border; background: $surface_2; }

QScrollBar:vertical { background: transparent; width: 12px; margin: 0; border: 0; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 0; border: 0; }
QScrollBar::handle { background: $scrollbar; border-radius: 4px; margin: 2px; border: 0; }
QScrollBar::handle:vertical { min-height: 36px; }
QScrollBar::handle:horizontal { min-width: 36px; }
QScrollBar::handle:hover, QScrollBar::handle:pressed { background: $scrollbar_hover; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; border: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QScrollArea { border: 0; background: transparent; }

QMenu { background: $surface; border: 1px solid $border; border-radius: 8px; padding: 6px; }
QMenu::item { padding: 7px 28px 7px 10px; border-radius: 5px; color: $text; }
QMenu::item:selected { background: $primary_soft; color: $primary_text; }
QMenu::item:disabled { color: $disabled; background: transparent; }
QMenu::separator { height: 1px; background: $line; margin: 5px 4px; }
QMenu::icon { padding-left: 8px; }
QMenu::indicator { width: 14px; height: 14px; margin-left: 8px; }
QMenu::indicator:checked { image: url(theme:check-$name.svg); }
QMenu::right-arrow { image: url(theme:chevron-right-$name.svg); width: 14px; height: 14px; margin-right: 8px; }

QToolTip { background: $toast; color: $toast_text; border: 0; padding: 5px 8px; font-size: 12px; }
QProgressBar { background: $gray_soft; border: 0; border-radius: 3px; max-height: 6px; min-height: 6px;
  color: transparent; }
QProgressBar::chunk { background: $primary; border-radius: 3px; }
QSplitter::handle { background: $border; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QStatusBar { background: $surface; border-top: 1px solid $border; color: $text_3; font-size: 12px; }
QStatusBar::item { border: 0; }
QGroupBox { border: 1px solid $border; border-radius: 8px; margin-top: 10px; padding: 12px 10px 10px; }
QGroupBox::title { subcontrol-origin: margin; left: 10px; padding: 0 4px; color: $text_2; }
""")


def build_stylesheet(tokens: Tokens) -> str:
    """The stylesheet of one set of tokens. Pictures come from resources/theme through the search path `theme:`."""
    QDir.setSearchPaths("theme", [str(resource_dir() / "theme")])
    return _RULES.substitute({key: value for key, value in asdict(tokens).items() if isinstance(value, str)})
