"""Opening files that came from outside with the programs of this computer."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from app.core.i18n import t
from app.views.shell.desk import Desk

#: endings of files that are run, not shown
_PROGRAMS = frozenset(
    "exe com bat cmd scr pif msi msp vbs vbe js jse wsf wsh ps1 psm1 hta cpl jar lnk reg sh command app desktop html htm svg "
    "docm xlsm pptm iso img vhd url".split()
)


def is_program(name: str) -> bool:
    """Whether opening a file of this name would run it: such are saved instead."""
    return name.rpartition(".")[2].casefold() in _PROGRAMS


def show_file(desk: Desk, path: Path) -> None:
    """Hand the file to the program this computer opens such with."""
    if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
        desk.toasts.show_toast(t("这台电脑没有能打开它的程序，请另存"), "warning")
