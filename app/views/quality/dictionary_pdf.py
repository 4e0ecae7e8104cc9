"""The data dictionary on paper: A4 landscape, headings repeated on every page, page numbers."""

from __future__ import annotations

from html import escape
from pathlib import Path

from PySide6.QtCore import QIODevice, QMarginsF, QRectF, QSaveFile, QSizeF, Qt
from PySide6.QtGui import QAbstractTextDocumentLayout, QPageLayout, QPageSize, QPainter, QPdfWriter, QTextDocument

from app.core.i18n import t
from app.errors import EnvironmentProblem
from app.services.quality.dictionary import DictionaryDocument, EntityEntry, cells, headings
from app.views.theme import fonts
from app.views.theme.tokens import LIGHT

_DPI = 96
#: points of the sheet's edge; logical pixels kept for the foot
_EDGE, _FOOT = 36.0, 22.0
#: columns of `headings` that fit a page, with their part of its width
_COLUMNS = ((0, 11), (1, 10), (2, 9), (4, 8), (5, 8), (6, 4), (7, 4), (8, 6), (9, 17), (10, 17), (11, 6))


def html_of(document: DictionaryDocument) -> str:
    """The document as HTML; every text of the archive is escaped."""
    at = document.taken_at.astimezone().strftime("%Y-%m-%d %H:%M")
    facts = t(
        "{entities} 类档案，{fields} 个字段，生成于 {at}",
        entities=len(document.entities),
        fields=document.fields,
        at=at,
    )
    parts = [f"<h1>{escape(t('数据字典'))}</h1><p class='dim'>{escape(facts)}</p>"]
    parts += [_section(entity) for entity in document.entities]
    style = (
        f"body{{color:{LIGHT.text}}} h1{{font-size:20px;margin-bottom:2px}} h2{{font-size:15px;margin-top:16px;margin-bottom:2px}}"
        f" .dim{{color:{LIGHT.text_3};font-size:11px}} td,th{{font-size:10px}} th{{background-color:{LIGHT.surface_2}}}"
    )
    return f"<html><head><style>{style}</style></head><body>{''.join(parts)}</body></html>"


def _section(entity: EntityEntry) -> str:
    names = headings()
    facts = [entity.key]
    if entity.records is not None:
        facts.append(t("{n} 条档案", n=f"{entity.records:,}"))
    if entity.overall is not None:
        facts.append(t("质量总分 {score}", score=f"{entity.overall:.1f}"))
    head = "".join(f"<th width='{share}%' align='left'>{escape(names[i][0])}</th>" for i, share in _COLUMNS)
    rows = []
    for field in entity.fields:
        texts = cells(field)
        rows.append("<tr>" + "".join(f"<td valign='top'>{escape(texts[i])}</td>" for i, _ in _COLUMNS) + "</tr>")
    return (
        f"<h2>{escape(entity.zh)} {escape(entity.en)}</h2><p class='dim'>{escape(' | '.join(facts))}</p>"
        f"<table width='100%' border='1' cellspacing='0' cellpadding='3' style='border-color:{LIGHT.border};"
        f"border-style:solid;border-collapse:collapse'><thead><tr>{head}</tr></thead>{''.join(rows)}</table>"
    )


def write_pdf(document: DictionaryDocument, path: Path) -> None:
    """The file appears whole or not at all; raises EnvironmentProblem if it cannot be written."""
    file = QSaveFile(str(path))
    if not file.open(QIODevice.OpenModeFlag.WriteOnly):
        raise EnvironmentProblem(t("无法写入“{name}”：{why}", name=path.name, why=file.errorString()))
    writer = QPdfWriter(file)
    writer.setResolution(_DPI)
    page = QPageSize(QPageSize.PageSizeId.A4)
    writer.setPageLayout(QPageLayout(page, QPageLayout.Orientation.Landscape, QMarginsF(_EDGE, _EDGE, _EDGE, _EDGE)))
    writer.setTitle(t("数据字典"))
    writer.setCreator(t("客档通"))
    painter = QPainter()
    done = painter.begin(writer)
    if done:
        _paint(painter, writer, html_of(document))
        done = painter.end()
    if not done or not file.commit():
        why = file.errorString()
        file.cancelWriting()
        raise EnvironmentProblem(t("无法写入“{name}”：{why}", name=path.name, why=why))


def _paint(painter: QPainter, writer: QPdfWriter, html: str) -> None:
    size = QSizeF(writer.width(), writer.height())
    inner = QSizeF(size.width(), size.height() - _FOOT)
    text = QTextDocument()
    text.setDefaultFont(fonts.font(fonts.SMALL))
    text.documentLayout().setPaintDevice(writer)
    text.setDocumentMargin(0)
    text.setPageSize(inner)
    text.setHtml(html)
    total = text.pageCount()
    for number in range(total):
        if number:
            writer.newPage()
        painter.save()
        painter.translate(0, -number * inner.height())
        context = QAbstractTextDocumentLayout.PaintContext()
        context.clip = QRectF(0, number * inner.height(), inner.width(), inner.height())
        painter.setClipRect(context.clip)
        text.documentLayout().draw(painter, context)
        painter.restore()
        painter.setFont(fonts.font(fonts.SMALL))
        painter.drawText(
            QRectF(0, inner.height(), size.width(), _FOOT),
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
            t("第 {page} / {total} 页", page=number + 1, total=total),
        )
