"""Draws every chart into PNG files: `python -m tests.gui.charts.gallery OUT_FOLDER`.

Light and dark, Chinese and English, small and large, at 1.0 and 1.5 (a process each, because the scale is fixed at
start); and each export format.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication, QGridLayout, QWidget

from app.core.i18n import set_language
from app.views.charts import export
from app.views.charts.export import Sheet
from app.views.charts.view import ChartView
from app.views.theme import theme
from app.views.widgets.card import Card
from tests.gui.charts.examples import ALL

SIZES = {"kpi": 120, "kpi_worse": 120, "kpi_none": 120}


def board(names: list[str], columns: int, width: int, height: int, hot: tuple[int, int] | None = None) -> QWidget:
    """Charts as cards in a grid."""
    window = QWidget()
    window.setProperty("ground", "canvas")
    grid = QGridLayout(window)
    for at, name in enumerate(names):
        chart = ALL[name]()
        card = Card(chart.title)
        view = ChartView(chart)
        view.setFixedSize(width, SIZES.get(name, height) if height > 140 else height)
        view._hot = hot
        card.body.addWidget(view)
        card.body.addStretch()
        grid.addWidget(card, at // columns, at % columns)
    return window


def draw(out: Path, scale: str) -> None:
    """Everything at the scale of this process."""
    app = QApplication([])
    for mode in ("light", "dark"):
        for code in ("zh", "en"):
            set_language(code)
            theme.apply(app, mode)  # type: ignore[arg-type]
            names = list(ALL)
            boards = {
                "a": board(names[:8], 3, 440, 280),
                "b": board(names[8:], 3, 440, 280, hot=(1, 1)),
                "small": board(names, 6, 240, 140),
                "wide": board(["line", "donut", "funnel", "ranking"], 1, 1300, 330, hot=(0, 3)),
            }
            for name, window in boards.items():
                window.ensurePolished()
                window.adjustSize()
                window.grab().save(str(out / f"charts_{name}_{mode}_{code}_{scale}.png"))
                window.deleteLater()
    set_language("zh")
    theme.apply(app, "dark")
    for name, make in ALL.items():
        chart = make()
        sheet = Sheet(chart.title, "2025年12月 – 2026年11月", ("公式：净额 = 金额 − 退款；截至 2026-11-21；n = 5,009",))
        for kind in export.FORMATS:
            export.save(chart, sheet, out / f"export_{name}.{kind}", QSize(800, 480))


def main() -> None:
    """One process for each scale."""
    options = argparse.ArgumentParser()
    options.add_argument("folder", type=Path)
    options.add_argument("--scale", default="")
    chosen = options.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    if chosen.scale:
        draw(chosen.folder, chosen.scale)
        return
    for scale in ("1.0", "1.5"):
        command = [sys.executable, "-m", "tests.gui.charts.gallery", str(chosen.folder), "--scale", scale]
        subprocess.run(command, check=True, env={**os.environ, "QT_SCALE_FACTOR": scale})


if __name__ == "__main__":
    main()
