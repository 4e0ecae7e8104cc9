"""Spinner, navigation button, item list, empty state in narrow panes, form rows that hide."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QMenu, QVBoxLayout, QWidget

from app.views.widgets.empty_state import EmptyState
from app.views.widgets.flow import FlowLayout
from app.views.widgets.form import Form
from app.views.widgets.item_list import Item, ItemList
from app.views.widgets.menus import MenuItem
from app.views.widgets.nav_button import NavButton
from app.views.widgets.password_field import PasswordField
from app.views.widgets.spinner import Spinner
from tests.gui.widgets.showing import shown


def test_that_a_spinner_turns_only_while_it_is_seen(qtbot):
    spinner = shown(qtbot, Spinner())
    qtbot.waitUntil(lambda: spinner._angle > 0, timeout=2000)
    spinner.hide()
    assert not spinner._timer.isActive()


def test_that_a_nav_button_shows_names_literally_and_rings_for_the_keyboard_only(qtbot):
    button = shown(qtbot, NavButton("A&B", "users"), 180, 40)
    assert button.label() == "A&B"
    button.set_badge("3")
    assert button.accessibleName() == "A&B 3"
    button.setFocus(Qt.FocusReason.ActiveWindowFocusReason)
    assert not button._ring
    button.clearFocus()
    button.setFocus(Qt.FocusReason.TabFocusReason)
    assert button._ring


@pytest.mark.parametrize("width", [300, 420, 900])
def test_that_an_empty_page_never_cuts_its_sentence(qtbot, width):
    page = EmptyState("users", "标题", "很长的一句话，" * 12)
    host = QWidget()
    QVBoxLayout(host).addWidget(page)
    shown(qtbot, host, width, 500)
    label = page._text
    assert label.width() <= width
    needed = label.fontMetrics().boundingRect(0, 0, label.width(), 9999, Qt.TextFlag.TextWordWrap, label.text())
    assert label.height() >= needed.height() - 1


def test_that_an_item_offers_its_menu(qtbot):
    chosen = []
    view = ItemList("清单", "没有")
    shown(qtbot, view, 400, 200)
    view.set_items([Item("甲", "说明", "tag", ["重点"], "右", lambda: [MenuItem("做", lambda: chosen.append(1))])])
    QTest.qWait(20)
    QTest.mouseClick(view.lines[0].more, Qt.MouseButton.LeftButton)
    menu = view.lines[0].findChild(QMenu)
    menu.actions()[0].trigger()
    menu.close()
    assert chosen == [1]
    view.set_items([])
    assert view.items() == []


def test_that_a_hidden_form_row_hides_its_label_too(qtbot):
    form = Form(above=True)
    row = form.add_row("a", "甲", QLineEdit())
    shown(qtbot, form)
    row.set_shown(False)
    assert not row.isVisible()
    assert not row.title.isVisible()


def test_that_an_error_frames_the_line_inside_a_password_field(qtbot):
    form = Form(above=True)
    field = PasswordField()
    row = form.add_row("p", "密码", field)
    shown(qtbot, form)
    row.set_error("不对")
    assert field.edit.property("state") == "error"
    assert row.error() == "不对"
    row.set_error("")
    assert row.error() == ""


@pytest.mark.parametrize("margins", [(0, 0, 0, 0), (3, 2, 5, 7)])
def test_that_a_flow_keeps_its_margins(qtbot, margins):
    host = QWidget()
    flow = FlowLayout(spacing=8)
    flow.setContentsMargins(*margins)
    for _ in range(3):
        one = QWidget()
        one.setFixedSize(80, 20)
        flow.addWidget(one)
    host.setLayout(flow)
    left, top, right, bottom = margins
    shown(qtbot, host, 180 + left + right, 120)
    places = [flow.itemAt(at).geometry() for at in range(3)]
    assert (places[0].x(), places[0].y()) == (left, top)
    assert (places[2].x(), places[2].y()) == (left, top + 28)
    assert flow.heightForWidth(180 + left + right) == 48 + top + bottom
    assert flow.sizeHint().height() == 20 + top + bottom
