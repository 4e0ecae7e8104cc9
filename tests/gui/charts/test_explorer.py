"""The explorer: zoom, pan, a rectangle that picks, axes in the language of the window."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolTip, QWidget

from app.core.i18n import set_language
from app.views.charts.data import Unit
from app.views.charts.explored import Explored, Place, Track, inside
from app.views.charts.explorer import Explorer, ExplorerDialog
from app.views.theme import theme
from tests.gui.accessibility import assert_accessible

FIRST = date(2025, 1, 1).toordinal()


def daily() -> Explored:
    places = tuple(Place(FIRST + n, float((n * 7) % 30 + n) * 1_000_000, "", n) for n in range(365))
    return Explored("每日净额", "日期", "净额", (Track("净额", places, True),), None, Unit.MONEY)


def cloud() -> Explored:
    tracks = tuple(
        Track(
            name, tuple(Place(float(n % 20), float(n // 20), f"客户{n}", (name, n) if n else None) for n in range(100))
        )
        for name in ("重要", "一般")
    )
    return Explored("客户", "距上次成交", "订单", tracks, Unit.DAYS, Unit.COUNT)


@pytest.fixture
def explorer(qtbot, dialogs):
    made = Explorer(cloud(), dialogs)
    qtbot.addWidget(made)
    made.resize(800, 520)
    made.show()
    qtbot.waitExposed(made)
    made.grab()  # the plane takes its measure when it is painted
    made.plane.reset()
    made.grab()
    yield made
    QToolTip.hideText()


def viewport_of(explorer, x, y) -> QPoint:
    scene = explorer.plane.box.mapViewToScene(QPointF(x, y))
    return explorer.plane.widget.mapFromScene(scene)


def drag(explorer, start, end):
    port = explorer.plane.widget.viewport()
    QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 6):
        QTest.mouseMove(port, start + (end - start) * step / 5)
        QTest.qWait(15)  # the scene takes no more moves than a screen shows
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, pos=end)


def test_that_a_rectangle_picks_the_points_in_it(explorer, qtbot):
    explorer.set_mode("brush")
    heard = []
    explorer.selected.connect(heard.append)
    drag(explorer, viewport_of(explorer, 2.5, 0.5), viewport_of(explorer, 5.5, 2.5))
    qtbot.waitUntil(lambda: bool(heard))
    wanted = {(name, row * 20 + column) for name in ("重要", "一般") for row in (1, 2) for column in (3, 4, 5)}
    assert set(heard[-1]) == wanted
    assert "12" in explorer.count.text()
    with qtbot.waitSignal(explorer.opened) as opened:
        explorer.open_button.click()
    assert set(opened.args[0]) == wanted


def test_that_dragging_moves_the_view_otherwise(explorer):
    before = explorer.plane.box.viewRange()
    drag(explorer, QPoint(400, 250), QPoint(250, 250))
    after = explorer.plane.box.viewRange()
    assert after[0][0] > before[0][0]
    assert explorer.picked() == []


def test_that_keys_zoom_pan_and_go_back(explorer, qtbot):
    plane = explorer.plane
    plane.widget.setFocus()
    whole = plane.box.viewRange()
    QTest.keyClick(plane.widget, Qt.Key.Key_Plus)
    nearer = plane.box.viewRange()
    assert nearer[0][1] - nearer[0][0] == pytest.approx(0.7 * (whole[0][1] - whole[0][0]))
    QTest.keyClick(plane.widget, Qt.Key.Key_Right)
    assert plane.box.viewRange()[0][0] > nearer[0][0]
    QTest.keyClick(plane.widget, Qt.Key.Key_Minus)
    QTest.keyClick(plane.widget, Qt.Key.Key_Home)
    assert plane.box.viewRange()[0] == pytest.approx(whole[0], abs=0.1)
    explorer.pick_visible.click()
    assert len(explorer.picked()) == 198, "one point of each track has no record"
    with qtbot.waitSignal(explorer.opened):
        QTest.keyClick(plane.widget, Qt.Key.Key_Return)


def test_that_the_wheel_zooms(explorer):
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtWidgets import QApplication

    before = explorer.plane.box.viewRange()[0]
    port = explorer.plane.widget.viewport()
    place = QPointF(port.rect().center())
    event = QWheelEvent(
        place, QPointF(port.mapToGlobal(port.rect().center())), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(port, event)
    after = explorer.plane.box.viewRange()[0]
    assert after[1] - after[0] < before[1] - before[0]


def test_that_the_point_under_the_mouse_is_named(explorer, qtbot):
    at = explorer.plane.nearest(explorer.plane.box.mapViewToScene(QPointF(3, 1)))
    assert explorer.plane.place(at).label == "客户23"
    assert explorer.plane.nearest(explorer.plane.box.mapViewToScene(QPointF(3.5, 1.5))) is None
    explorer._on_hovered(at, explorer.plane.box.mapViewToScene(QPointF(3, 1)))
    qtbot.waitUntil(lambda: "客户23" in QToolTip.text())


def test_that_days_are_named_in_the_language(qtbot, dialogs):
    for code, word in (("zh", "月"), ("en", "Mar")):
        set_language(code)
        made = Explorer(daily(), dialogs)
        qtbot.addWidget(made)
        texts = [text for _x, text in made.plane._x_ticks(FIRST, FIRST + 364, 700)]
        assert any(word in text for text in texts)
        assert made.plane._x_ticks(-1e9, 1e9, 700) is not None, "zoomed out beyond every calendar"


def test_that_pictures_are_copied_and_saved(explorer, dialogs, tmp_path):
    explorer.copy_picture()
    assert not QGuiApplication.clipboard().image().isNull()
    dialogs.files = [tmp_path / "a.png", tmp_path / "nowhere" / "a.png", None]
    explorer.save_picture()
    assert QImage(str(tmp_path / "a.png")).width() > 1000
    explorer.save_picture()
    assert len(dialogs.errors) == 1
    explorer.save_picture()
    assert len(dialogs.errors) == 1


def test_that_everything_has_a_name(explorer):
    assert_accessible(explorer)
    assert "200 个点" in explorer.plane.widget.accessibleDescription()


def test_that_a_theme_switch_recolours(explorer, qapp):
    before = explorer.grab().toImage()
    theme.apply(qapp, "dark")
    assert explorer.grab().toImage() != before


def test_that_it_opens_as_a_window(qtbot, dialogs):
    host = QWidget()
    qtbot.addWidget(host)
    dialog = ExplorerDialog(daily(), dialogs, host)
    dialog.show()
    qtbot.waitExposed(dialog)
    assert dialog.windowTitle() == "每日净额"
    assert not dialog.explorer.legend.isVisible()
    dialog.close()


def test_that_nothing_to_show_is_no_error(explorer):
    explorer.show_points(Explored("空", "x", "y", (Track("a", ()),)))
    assert explorer.plane.nearest(QPointF(10, 10)) is None
    explorer.pick_visible.click()
    assert explorer.picked() == []


def test_that_pyqtgraph_waits_until_an_explorer_opens():
    code = "import app.views.charts.explorer, app.views.charts.view, sys; sys.exit('pyqtgraph' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@given(
    st.lists(st.tuples(st.floats(-100, 100), st.floats(-100, 100)), max_size=50), st.tuples(*[st.floats(-120, 120)] * 4)
)
def test_that_a_rectangle_holds_exactly_what_lies_in_it(points, corners):
    places = [(0, Place(x, y, "")) for x, y in points]
    left, right, low, high = corners
    found = inside(places, left, right, low, high)
    for at, (x, y) in enumerate(points):
        within = min(left, right) <= x <= max(left, right) and min(low, high) <= y <= max(low, high)
        assert (at in found) == within
