"""A chart as picture or paper: PNG, SVG, PDF from the same `draw`, always on a light ground."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QIODevice, QMarginsF, QRectF, QSaveFile, QSize, QSizeF
from PySide6.QtGui import QColor, QImage, QImageWriter, QPageLayout, QPageSize, QPaintDevice, QPainter, QPdfWriter

from app.core.i18n import t
from app.errors import EnvironmentProblem
from app.views.charts.canvas import Canvas, width_of
from app.views.charts.chart import Chart
from app.views.theme import fonts
from app.views.theme.tokens import LIGHT, Tokens

FORMATS = ("png", "svg", "pdf")
_EDGE, _HEAD, _LINE = 20.0, 30.0, 17.0
#: of small print; a picture is for the chart
_MOST_LINES = 8
_PIECES = re.compile(r"[\u2e80-\u9fff\uff00-\uffef]|[^\s\u2e80-\u9fff\uff00-\uffef]+|\s+")
_PDF_DPI = 1200


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands on the picture besides the chart: a title above, small lines (formula, date, n) below."""

    title: str
    subtitle: str = ""
    footnotes: tuple[str, ...] = ()


def draw_sheet(painter: QPainter, size: QSizeF, chart: Chart, sheet: Sheet, tokens: Tokens = LIGHT) -> None:
    """Title, chart and footnotes on `size` logical pixels, ground included."""
    canvas = Canvas(painter, tokens)
    painter.fillRect(QRectF(0, 0, size.width(), size.height()), QColor(tokens.surface))
    inner = QRectF(_EDGE, _EDGE, size.width() - 2 * _EDGE, size.height() - 2 * _EDGE)
    canvas.text(QRectF(inner.x(), inner.y(), inner.width(), 22), sheet.title, "text", fonts.TITLE, bold=True)
    top = _HEAD
    if sheet.subtitle:
        canvas.text(QRectF(inner.x(), inner.y() + 22, inner.width(), 18), sheet.subtitle, "text_3", fonts.CAPTION)
        top += 18
    lines = [line for text in sheet.footnotes for line in wrapped(text, inner.width())][:_MOST_LINES]
    bottom = len(lines) * _LINE + (8 if lines else 0)
    chart.draw(canvas, inner.adjusted(0, top, 0, -bottom))
    for at, text in enumerate(lines):
        y = inner.bottom() - bottom + 8 + at * _LINE
        canvas.text(QRectF(inner.x(), y, inner.width(), _LINE), text, "text_3", fonts.SMALL)


def wrapped(text: str, width: float) -> list[str]:
    """The lines of a text on so many pixels: broken at spaces, and between any two Han characters."""
    found = [""]
    for word in _PIECES.findall(text.strip()):
        if width_of(found[-1] + word) > width and found[-1]:
            found.append(word.lstrip())
        else:
            found[-1] += word
    return found


def to_image(chart: Chart, sheet: Sheet, size: QSize, scale: float = 2.0, tokens: Tokens = LIGHT) -> QImage:
    """The sheet as a picture of `size` × `scale` device pixels."""
    image = QImage(size * scale, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(scale)
    painter = QPainter(image)
    draw_sheet(painter, QSizeF(size), chart, sheet, tokens)
    painter.end()
    return image


def save(chart: Chart, sheet: Sheet, path: Path, size: QSize | None = None) -> None:
    """Write the format that the ending of `path` names; `size` in logical pixels.

    The file appears whole or not at all. Raises ValueError for another ending, EnvironmentProblem if it cannot be
    written.
    """
    kind = path.suffix.lower().lstrip(".")
    if kind not in FORMATS:
        raise ValueError(path.suffix)
    wanted = size or QSize(900, 540)
    file = QSaveFile(str(path))
    if not file.open(QIODevice.OpenModeFlag.WriteOnly):
        raise EnvironmentProblem(t("无法写入“{name}”：{why}", name=path.name, why=file.errorString()))
    if kind == "png":
        written = QImageWriter(file, b"png").write(to_image(chart, sheet, wanted))
    else:
        written = _write_svg(file, chart, sheet, wanted) if kind == "svg" else _write_pdf(file, chart, sheet, wanted)
    if not written or not file.commit():
        why = file.errorString()
        file.cancelWriting()
        raise EnvironmentProblem(t("无法写入“{name}”：{why}", name=path.name, why=why))


def _write_svg(device: QIODevice, chart: Chart, sheet: Sheet, size: QSize) -> bool:
    from PySide6.QtSvg import QSvgGenerator

    generator = QSvgGenerator()
    generator.setOutputDevice(device)
    generator.setSize(size)
    generator.setViewBox(QRectF(0, 0, size.width(), size.height()))
    generator.setResolution(96)
    generator.setTitle(sheet.title)
    generator.setDescription(chart.describe())
    return _paint(generator, size, 1.0, chart, sheet)


def _write_pdf(device: QIODevice, chart: Chart, sheet: Sheet, size: QSize) -> bool:
    writer = QPdfWriter(device)
    writer.setResolution(_PDF_DPI)
    points = QSizeF(size.width() * 0.75, size.height() * 0.75)
    page = QPageSize(points, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch)
    writer.setPageLayout(QPageLayout(page, QPageLayout.Orientation.Portrait, QMarginsF()))
    writer.setTitle(sheet.title)
    writer.setCreator(t("客档通"))
    return _paint(writer, size, _PDF_DPI / 96, chart, sheet)


def _paint(device: QPaintDevice, size: QSize, scale: float, chart: Chart, sheet: Sheet) -> bool:
    painter = QPainter()
    if not painter.begin(device):
        return False
    painter.scale(scale, scale)
    draw_sheet(painter, QSizeF(size), chart, sheet)
    return bool(painter.end())


def file_name(title: str) -> str:
    """A name for the file, without characters that systems refuse."""
    kept = "".join("_" if char in '<>:"/\\|?*' or ord(char) < 32 else char for char in title).strip(" .")
    return kept or "chart"
