"""Mouse, keys, menu, clipboard and files of a chart on the screen."""

from __future__ import annotations

import re
import unicodedata
import xml.etree.ElementTree as ET

import pytest
from PySide6.QtCore import QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QToolTip

from app.errors import EnvironmentProblem
from app.views.charts import export
from app.views.charts.chart import Tip, TipLine
from app.views.charts.export import Sheet
from app.views.charts.view import ChartView, tip_html
from app.views.theme import theme
from tests.gui.accessibility import assert_accessible
from tests.gui.charts.examples import ALL

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def show(qtbot, dialogs):
    """Makes a shown view of an example, and keeps it: an open menu must not hold the last reference to it."""
    kept = []

    def make(name, width=420, height=280):
        view = ChartView(ALL[name](), dialogs, offers_rows=True)
        kept.append(view)
        qtbot.addWidget(view)
        view.resize(width, height)
        view.show()
        qtbot.waitExposed(view)
        return view

    yield make
    QToolTip.hideText()


def middle_of(spot) -> QPoint:
    return spot.path.boundingRect().center().toPoint()


@pytest.mark.parametrize("name", ["stacked", "ranking", "funnel", "cohort", "rfm", "kpi"])
def test_that_a_click_hands_back_the_key_of_the_mark(show, qtbot, name):
    view = show(name)
    for spot in view.spots()[:6]:
        with qtbot.waitSignal(view.drilled) as heard:
            QTest.mouseClick(view, LEFT, pos=middle_of(spot))
        assert heard.args == [spot.mark.key]


def test_that_among_lines_the_nearest_point_is_meant(show, qtbot):
    view = show("line")
    for spot in view.spots():
        assert view.spot_at(spot.anchor).cell == spot.cell
    with qtbot.waitSignal(view.drilled) as heard:
        QTest.mouseClick(view, LEFT, pos=next(s for s in view.spots() if s.cell == (1, 6)).anchor.toPoint())
    assert heard.args[0] == ("month", "去年同期", "2025-06")


def test_that_a_mark_without_a_key_opens_nothing(show, qtbot):
    view = show("kpi_none")
    with qtbot.assertNotEmitted(view.drilled, wait=20):
        QTest.mouseClick(view, LEFT, pos=middle_of(view.spots()[0]))
    assert view.cursor().shape() == Qt.CursorShape.ArrowCursor


def test_that_hovering_emphasises_and_leaving_forgets(show, qtbot):
    view = show("stacked")
    spot = view.spots()[4]
    QTest.mouseMove(view, middle_of(spot))
    qtbot.waitUntil(lambda: view.current() is not None and view.current().cell == spot.cell)
    assert view.cursor().shape() == Qt.CursorShape.PointingHandCursor
    qtbot.waitUntil(lambda: spot.tip.heading in QToolTip.text())
    QTest.mouseMove(view, QPoint(2, 2))
    qtbot.waitUntil(lambda: view.current() is None)


def test_that_every_mark_can_be_reached_by_keys(show, qtbot):
    for name in ALL:
        view = show(name)
        view.setFocus(Qt.FocusReason.TabFocusReason)
        wanted = {spot.cell for spot in view.spots() if not spot.path.isEmpty()}
        seen = set()
        QTest.keyClick(view, Qt.Key.Key_Home)
        for _row in range(12):
            for _column in range(30):
                if view.current():
                    seen.add(view.current().cell)
                QTest.keyClick(view, Qt.Key.Key_Right)
            for _column in range(30):
                QTest.keyClick(view, Qt.Key.Key_Left)
                if view.current():
                    seen.add(view.current().cell)
            QTest.keyClick(view, Qt.Key.Key_Down)
        assert wanted <= seen, name
        view.hide()


def test_that_enter_opens_and_escape_lets_go(show, qtbot):
    view = show("rfm")
    view.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(view, Qt.Key.Key_Right)
    QTest.keyClick(view, Qt.Key.Key_Down)
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert view.accessibleDescription() == view.current().tip.spoken()
    with qtbot.waitSignal(view.drilled) as heard:
        QTest.keyClick(view, Qt.Key.Key_Return)
    assert heard.args == [(4, 2)]
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view.current() is None


def test_that_a_screen_reader_hears_name_and_values(show):
    view = show("donut")
    assert_accessible(view)
    assert view.accessibleName() == "客户来源"
    assert "老客户转介绍：412，占 36%" in view.accessibleDescription()


def test_that_a_theme_switch_changes_the_picture(show, qapp):
    view = show("line")
    light = view.grab().toImage()
    theme.apply(qapp, "dark")
    assert view.grab().toImage() != light


def test_that_the_menu_copies_and_saves(show, qtbot, dialogs, tmp_path):
    view = show("funnel")
    view.point_at((1, 0))
    items = [item for item in view.menu_items() if item is not None]
    assert [item.text for item in items] == [
        "打开“意向”的记录", "查看明细", "复制图片", "存为 PNG 图片…", "存为 SVG 矢量图…", "存为 PDF…",
    ]  # fmt: skip
    with qtbot.waitSignal(view.drilled):
        items[0].on_chosen()
    with qtbot.waitSignal(view.rows_wanted):
        items[1].on_chosen()
    items[2].on_chosen()
    assert QGuiApplication.clipboard().image().width() >= 2 * 640
    dialogs.files = [tmp_path / "漏斗.png", None]
    items[3].on_chosen()
    assert QImage(str(tmp_path / "漏斗.png")).height() >= 2 * 360
    items[4].on_chosen()
    assert not list(tmp_path.glob("*.svg"))


def test_that_the_menu_key_opens_the_menu(show, qtbot):
    view = show("funnel")
    view.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(view, Qt.Key.Key_Home)
    from PySide6.QtGui import QContextMenuEvent
    from PySide6.QtWidgets import QApplication

    place = view.rect().center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, place, view.mapToGlobal(place))
    QApplication.sendEvent(view, event)
    menu = view.findChild(QMenu)
    assert menu is not None
    qtbot.waitUntil(menu.isVisible)
    menu.close()


def test_that_a_file_that_cannot_be_written_is_told(show, dialogs, tmp_path):
    view = show("funnel")
    dialogs.files = [tmp_path / "no such folder" / "a.pdf"]
    view.save_picture("pdf")
    assert isinstance(dialogs.errors[0], EnvironmentProblem)
    assert "a.pdf" in str(dialogs.errors[0])


SHEET = Sheet("成交额趋势", "2026年", ("公式：净额 = 金额 − 退款",))


@pytest.mark.parametrize("name", ALL)
def test_that_svg_keeps_chinese_as_text(qapp, tmp_path, name):
    chart = ALL[name]()
    export.save(chart, SHEET, tmp_path / "a.svg")
    tree = ET.parse(tmp_path / "a.svg")
    words = " ".join(" ".join(node.itertext()) for node in tree.iter() if node.tag.endswith("text"))
    assert "成交额趋势" in words.replace(" ", "")
    assert QSvgRenderer(str(tmp_path / "a.svg")).isValid()


def test_that_the_same_marks_are_in_every_format(qapp, tmp_path):
    chart = ALL["funnel"]()
    for kind in export.FORMATS:
        export.save(chart, SHEET, tmp_path / f"a.{kind}", QSize(600, 400))
    picture = QImage(str(tmp_path / "a.png"))
    assert picture.size() == QSize(1200, 800)
    svg = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert all(word in svg for word in ("潜在", "意向", "报价", "谈判", "成交"))
    text = _pdf_text((tmp_path / "a.pdf").read_bytes())
    assert all(char in text for char in "潜在意向报价谈判成交额趋势公式转化")


def _pdf_text(data: bytes) -> str:
    """Every character that the fonts of the file map to."""
    assert data.startswith(b"%PDF")
    found = ""
    for table in re.findall(rb"beginbf(?:range|char)(.*?)endbf", data, re.DOTALL):
        found += "".join(chr(int(code, 16)) for code in re.findall(rb"<([0-9A-Fa-f]{4})>", table))
    return unicodedata.normalize("NFKC", found)  # the font shares glyphs between 金 and the radical ⾦


def test_that_paper_is_light_in_a_dark_window(qapp):
    chart = ALL["line"]()
    light = export.to_image(chart, SHEET, QSize(640, 400))
    theme.apply(qapp, "dark")
    assert export.to_image(chart, SHEET, QSize(640, 400)) == light


def test_that_another_ending_is_refused(qapp, tmp_path):
    with pytest.raises(ValueError, match="bmp"):
        export.save(ALL["line"](), SHEET, tmp_path / "a.bmp")


def test_that_file_names_have_no_forbidden_characters():
    assert export.file_name("赢单率 2026/11: 全部?") == "赢单率 2026_11_ 全部_"
    assert export.file_name("...") == "chart"


def test_that_names_from_data_are_never_read_as_markup():
    html = tip_html(Tip("<b>x</b>", (TipLine("<img src=x>", "<i>1</i>", "#FF0000"),)))
    assert "<img" not in html
    assert "<i>" not in html
    assert "&lt;b&gt;x" in html


def test_that_another_chart_keeps_the_mark_only_if_it_is_there(show):
    view = show("rfm")
    view.point_at((4, 4))
    view.set_chart(ALL["cohort"]())
    assert view.current() is None
    assert view.accessibleName() == "客户留存"
    assert view.spot_at(QPointF(-5, -5)) is None
