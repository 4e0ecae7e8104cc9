"""The boards: every tile on real figures, moved by mouse and keys, opening the records behind."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt, QThread
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from app.core.access import Action, Level
from app.core.filters import Group, Listed
from app.core.i18n import set_language
from app.core.records import ChangeSet
from app.errors import UserError
from app.services.samples.office import SampleOffice
from app.settings.store import SettingsStore
from app.views.charts.explorer import ExplorerDialog
from app.views.dashboards.keys import RowKey, drill_of
from app.views.dashboards.memory import Memory
from app.views.dashboards.page import DashboardsPage
from app.views.dashboards.rows_dialog import RowsDialog
from app.views.dashboards.tiles import TABS, all_tiles, defaults
from app.views.shell import pages
from tests.gui.accessibility import assert_accessible
from tests.gui.archives import opened
from tests.gui.dashboards.conftest import ready
from tests.gui.dashboards.office import TODAY, create, link

LEFT = Qt.MouseButton.LeftButton
MOVE = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def shown_keys(page) -> list[str]:
    return [box.key for box in page.boards[page.current_tab()].boxes()]


def wanted(page):
    """What the page asks the window for, from now on."""
    heard = []
    page.desk.page_wanted.connect(lambda key, payload: heard.append((key, payload)))
    return heard


# ---- tiles on real figures ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tab", TABS)
def test_that_every_tile_shows_a_chart(page, qtbot, runner, tab):
    page.show_tab(tab)
    ready(page, qtbot, runner)
    tiles = page.tiles(tab)
    assert list(tiles) == [one.key for one in defaults(tab) if one.shown]
    for key, tile in tiles.items():
        assert tile.stack.currentWidget() is tile.view, f"{key}: {tile._problem.accessibleName()}"
        assert tile.view.accessibleDescription(), key
    assert_accessible(page)


COUNTED = {
    "lifecycle": "n", "rfm_groups": "n", "churn_bands": "n", "backlog": "n", "ticket_channels": "n", "sources": "n",
    "sales_line": "orders", "receivables": "n", "pipeline_stages": "n", "ticket_volume": "opened", "funnel": "n",
}  # fmt: skip


@pytest.mark.parametrize("key", COUNTED)
def test_that_the_list_behind_a_mark_has_as_many_records_as_the_mark_says(page, qtbot, runner, workspace, key):
    tab = next(tab for tab in TABS if any(one.key == key and one.shown for one in defaults(tab)))
    page.show_tab(tab)
    ready(page, qtbot, runner)
    report = page.report(tab, key)
    checked = 0
    for spot in page.tiles(tab)[key].view.spots():
        mark = spot.mark.key
        if not isinstance(mark, RowKey) or mark.before or mark.at < 0:
            continue
        row = (report.part(mark.part) if mark.part else report).rows[mark.at]
        drill = drill_of(report, mark)
        assert workspace.records(drill.entity).count(drill.condition) == row[COUNTED[key]], row
        checked += 1
    assert checked


def test_that_cells_of_the_grids_open_their_customers(page, qtbot, runner, workspace):
    page.show_tab("value")
    ready(page, qtbot, runner)
    for key in ("rfm_grid", "cohort"):
        report = page.report("value", key)
        spots = page.tiles("value")[key].view.spots()
        assert spots
        for spot in spots[:12]:
            drill = drill_of(report, spot.mark.key)
            found = workspace.customers.count(drill.condition)
            if key == "rfm_grid":
                assert found == spot.mark.value
            else:
                row = report.rows[spot.mark.key.at]
                assert found == row["active"][dict(spot.mark.key.more)["k"]]


def test_that_a_click_asks_the_window_for_the_filtered_list(page, qtbot, runner, monkeypatch):
    page.show_tab("value")
    ready(page, qtbot, runner)
    heard = wanted(page)
    tile = page.tiles("value")["rfm_groups"]
    spot = next(s for s in tile.view.spots() if s.mark.value)
    place = spot.path.boundingRect().center().toPoint()
    QTest.mouseClick(tile.view, LEFT, pos=place)
    qtbot.waitUntil(lambda: any("没有这种记录的列表" in toast._text for toast in page.desk.toasts.toasts()))
    assert heard == [], "a list that this window does not have is not asked for"
    entry = pages.PageEntry("customers", "客户", "users", "main", lambda desk: None)
    monkeypatch.setattr(pages, "entries", lambda: [entry])
    QTest.mouseClick(tile.view, LEFT, pos=place)
    qtbot.waitUntil(lambda: bool(heard))
    ((key, payload),) = heard
    assert key == "customers"
    assert isinstance(payload, Listed)
    assert len(payload.ids) == spot.mark.value


def test_that_everything_a_report_counts_is_an_empty_group(page, monkeypatch):
    from app.services.analytics.records import Drill

    monkeypatch.setattr(pages, "entries", lambda: [pages.PageEntry("orders", "", "", "main", lambda desk: None)])
    heard = wanted(page)
    page.behind.records(Drill("orders", None))
    assert heard == [("orders", Group("and", ()))]


# ---- the global filter ----------------------------------------------------------------------------------------------


def value_of(page, key: str):
    return page.report(page.current_tab(), key).measure(page._specs[key].tile.measure).value


def test_that_the_period_changes_the_figures(page, qtbot, runner, workspace):
    year = value_of(page, "orders")
    page.bar.period.set_key("month")
    ready(page, qtbot, runner)
    month = value_of(page, "orders")
    assert 0 < month < year
    report = page.report("overview", "orders")
    assert workspace.orders.count(drill_of(report, RowKey()).condition) == month
    assert page.bar.days.text() == "2026-11"


def test_that_an_own_period_begins_where_the_last_one_was(page, qtbot, runner):
    page.bar.period.set_key("custom")
    ready(page, qtbot, runner)
    assert page.bar.first.isVisible()
    assert page.bar.first.day().isoformat() == "2025-12-01"
    assert page.bar.last.day() == TODAY
    page.bar.first.set_day(TODAY)
    ready(page, qtbot, runner)
    assert page.report("overview", "revenue").window.days == 1


def test_that_the_comparison_can_be_switched_off(page, qtbot, runner):
    assert page.report("overview", "revenue").previous is not None
    assert "较上期" in page.tiles("overview")["revenue"].view.accessibleDescription()
    page.bar.compare.setChecked(False)
    ready(page, qtbot, runner)
    assert page.report("overview", "revenue").previous is None
    assert "较上期" not in page.tiles("overview")["revenue"].view.accessibleDescription()


def test_that_owner_and_team_narrow_every_figure(page, qtbot, runner, workspace):
    whole = value_of(page, "orders")
    people = {person.name: person for person in workspace.people.list()}
    page.bar.owner.set_key(str(people["李建国"].id))
    ready(page, qtbot, runner)
    own = value_of(page, "orders")
    assert 0 < own < whole
    assert "李建国" in "".join(page.tiles("overview")["orders"].view.sheet.footnotes)
    page.bar.owner.set_key("")
    page.bar.team.set_key("华东组")
    ready(page, qtbot, runner)
    assert 0 < value_of(page, "orders") < whole


def test_that_period_tab_and_order_are_remembered_for_the_person_alone(page, qtbot, runner, settings):
    page.bar.period.set_key("quarter")
    page.show_tab("sales")
    ready(page, qtbot, runner)
    user = str(page.desk.workspace.actor.user_id)
    again = Memory(SettingsStore(settings._path), user)
    assert again.wish().span.key == "quarter"
    assert again.tab() == "sales"
    other = Memory(SettingsStore(settings._path), "somebody else")
    assert other.wish().span.key == "last_12"
    assert other.tab() == "overview"


def test_that_who_is_looked_at_is_not_stored(page, qtbot, runner, workspace, settings):
    someone = str(workspace.people.list()[0].id)
    page.bar.owner.set_key(someone)
    ready(page, qtbot, runner)
    assert "owner" not in settings._path.read_text(encoding="utf-8").replace("ownership", "")


# ---- arranging ------------------------------------------------------------------------------------------------------


def test_that_keys_move_and_size_a_tile(page, settings):
    tile = page.tiles("overview")["revenue"]
    tile.view.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(tile.view, Qt.Key.Key_Right, MOVE)
    assert shown_keys(page)[:2] == ["orders", "revenue"]
    QTest.keyClick(tile.view, Qt.Key.Key_Left, MOVE)
    assert shown_keys(page)[0] == "revenue"
    width = tile.width()
    QTest.keyClick(tile.view, Qt.Key.Key_Up, MOVE)
    assert tile.size_key == "M"
    assert tile.width() > width
    QTest.keyClick(tile.view, Qt.Key.Key_Down, MOVE)
    QTest.keyClick(tile.view, Qt.Key.Key_Down, MOVE)
    assert tile.size_key == "S"
    kept = Memory(SettingsStore(settings._path), str(page.desk.workspace.actor.user_id))
    assert [one.key for one in kept.arrangement("overview")] == [one.key for one in page.arrangement("overview")]


def head_of(tile) -> QPoint:
    return QPoint(20, 14)


def drag(tile, end_global: QPoint) -> None:
    start = head_of(tile)
    QTest.mousePress(tile, LEFT, pos=start)
    goal = tile.mapFromGlobal(end_global)
    for step in range(1, 6):
        QTest.mouseMove(tile, start + (goal - start) * step / 5)


def test_that_a_tile_is_dragged_by_its_head(page, qtbot):
    board = page.boards["overview"]
    tile = page.tiles("overview")["revenue"]
    goal = page.tiles("overview")["win_rate"]
    place = goal.mapToGlobal(QPoint(10, goal.height() // 2))
    drag(tile, place)
    qtbot.waitUntil(board._line.isVisible)
    QTest.mouseRelease(tile, LEFT, pos=tile.mapFromGlobal(place))
    assert shown_keys(page)[:4] == ["orders", "buyers", "revenue", "win_rate"]
    assert not board._line.isVisible()


def test_that_escape_gives_a_drag_up(page, qtbot):
    before = shown_keys(page)
    tile = page.tiles("overview")["revenue"]
    goal = page.tiles("overview")["win_rate"]
    place = goal.mapToGlobal(QPoint(10, goal.height() // 2))
    drag(tile, place)
    qtbot.waitUntil(lambda: tile.dragging)
    QTest.keyClick(tile, Qt.Key.Key_Escape)
    QTest.mouseRelease(tile, LEFT, pos=tile.mapFromGlobal(place))
    assert shown_keys(page) == before
    assert not tile.dragging


def test_that_a_hidden_tile_can_be_brought_back_at_once(page, qtbot):
    page.tiles("overview")["orders"].hide_wanted.emit()
    assert "orders" not in shown_keys(page)
    toast = next(t for t in page.desk.toasts.toasts() if "订单数" in t._text)
    toast._on_clicked()
    assert "orders" in shown_keys(page)


def test_that_tiles_are_chosen_ordered_and_put_back_in_the_small_window(page, qtbot):
    popover = page.open_arranger()
    chooser = popover.content
    chooser.list.set_ticked("sources", on=False)
    chooser.list.chosen.emit("sources")
    assert "sources" not in shown_keys(page)
    usual = [one.key for one in defaults("overview") if one.shown]
    chooser.chosen.emit(())
    assert shown_keys(page) == usual
    assert chooser.list.ticked() == usual
    popover.close()


def test_that_the_menu_offers_size_place_picture_and_rows(page, qtbot):
    tile = page.tiles("overview")["sales_line"]
    texts = [item.text for item in tile.menu_items() if item is not None]
    assert texts == [
        "查看明细", "放大查看…", "复制图片", "存为 PNG 图片…", "存为 SVG 矢量图…", "存为 PDF…", "大小", "前移", "后移", "隐藏这一块",
    ]  # fmt: skip
    tile.open_menu()
    menu = tile.findChild(QMenu)
    assert menu is not None
    menu.close()


# ---- behind the figures ---------------------------------------------------------------------------------------------


def test_that_the_formula_says_how_from_what_and_how_many(page, qtbot):
    tile = page.tiles("overview")["revenue"]
    QTest.mouseClick(tile.info, LEFT)
    report = page.report("overview", "revenue")
    popover = next(w for w in page.findChildren(type(page.open_formula("overview", "revenue", tile.info))))
    facts = popover.content.facts()
    assert report.formula.name in facts
    assert report.formula.text in facts
    assert TODAY.isoformat() in facts
    assert f"{report.n:,}" in facts
    assert "全部" in facts
    assert_accessible(popover)


def test_that_the_rows_are_a_table_that_opens_its_records(page, qtbot, runner, monkeypatch):
    page.show_tab("value")
    ready(page, qtbot, runner)
    page.behind.rows(all_tiles()["rfm_groups"])
    qtbot.waitUntil(lambda: page.findChild(RowsDialog) is not None)
    dialog = page.findChild(RowsDialog)
    qtbot.waitUntil(lambda: dialog.model.rowCount() == 8)
    assert dialog.choice.key() == "groups"
    assert_accessible(dialog)
    monkeypatch.setattr(pages, "entries", lambda: [pages.PageEntry("customers", "", "", "main", lambda desk: None)])
    heard = wanted(page)
    dialog.table.setCurrentIndex(dialog.model.index(0, 0))
    qtbot.waitUntil(dialog.open_row.isEnabled)
    QTest.mouseClick(dialog.open_row, LEFT)
    qtbot.waitUntil(lambda: bool(heard))
    assert heard[0][0] == "customers"
    dialog.choice.set_key("")
    qtbot.waitUntil(lambda: dialog.model.rowCount() == dialog.report.n)
    dialog.close()


def test_that_the_rows_go_into_a_file_without_formulas(page, qtbot, runner, dialogs, tmp_path, workspace):
    record = workspace.customers.list(limit=1)[1][0]
    create(
        workspace,
        "orders",
        [{"customer": link(record.id), "ordered_on": TODAY, "status": "done", "amount": 9_999_999_00}],
    )
    workspace.customers.update(record.id, {"name": "=HYPERLINK(1)"})
    page.show_tab("value")
    ready(page, qtbot, runner)
    page.feed.forget_all()
    page.behind.rows(all_tiles()["rfm_grid"])
    qtbot.waitUntil(lambda: page.findChild(RowsDialog) is not None)
    dialog = page.findChild(RowsDialog)
    target = tmp_path / "rows.csv"
    dialogs.files = [target]
    QTest.mouseClick(dialog.save, LEFT)
    qtbot.waitUntil(lambda: target.exists() and not runner.busy())
    text = target.read_text(encoding="utf-8-sig")
    assert "'=HYPERLINK(1)" in text
    assert len(text.strip().splitlines()) == dialog.report.n + 1
    assert workspace.history.list()[1][0].kind == "export", "what leaves the archive is noted"
    dialog.choice.set_key("groups")
    dialogs.files = [tmp_path / "groups.csv"]
    QTest.mouseClick(dialog.save, LEFT)
    qtbot.waitUntil(lambda: (tmp_path / "groups.csv").exists() and not runner.busy())
    assert len((tmp_path / "groups.csv").read_text(encoding="utf-8-sig").strip().splitlines()) == 9
    dialogs.files = [tmp_path / "all.xlsx"]
    QTest.mouseClick(dialog.save, LEFT)
    qtbot.waitUntil(lambda: (tmp_path / "all.xlsx").exists() and not runner.busy())
    from openpyxl import load_workbook

    assert len(load_workbook(tmp_path / "all.xlsx").sheetnames) >= 4
    dialogs.files = [tmp_path / "no folder" / "a.csv"]
    QTest.mouseClick(dialog.save, LEFT)
    qtbot.waitUntil(lambda: bool(dialogs.errors))
    dialog.close()


def test_that_points_picked_in_the_explorer_open_as_one_list(page, qtbot, runner, monkeypatch):
    page.show_tab("value")
    ready(page, qtbot, runner)
    page.behind.explorer(all_tiles()["rfm_grid"])
    qtbot.waitUntil(lambda: page.findChild(ExplorerDialog) is not None)
    dialog = page.findChild(ExplorerDialog)
    monkeypatch.setattr(pages, "entries", lambda: [pages.PageEntry("customers", "", "", "main", lambda desk: None)])
    heard = wanted(page)
    dialog.explorer.pick_visible.click()
    dialog.explorer.open_button.click()
    qtbot.waitUntil(lambda: bool(heard))
    ((key, payload),) = heard
    assert key == "customers"
    assert len(payload.ids) == len(dialog.explorer.picked())
    dialog.close()


def test_that_days_picked_in_the_explorer_open_their_orders(page, qtbot, runner, workspace, monkeypatch):
    page.behind.explorer(all_tiles()["sales_line"])
    qtbot.waitUntil(lambda: page.findChild(ExplorerDialog) is not None)
    dialog = page.findChild(ExplorerDialog)
    monkeypatch.setattr(pages, "entries", lambda: [pages.PageEntry("orders", "", "", "main", lambda desk: None)])
    heard = wanted(page)
    keys = [RowKey(at) for at in (3, 40, 200)]
    dialog.explorer.opened.emit(keys)
    qtbot.waitUntil(lambda: bool(heard))
    ((_key, payload),) = heard
    report = page.report("overview", "sales_line")
    assert report.name == "sales"
    count = workspace.orders.count(payload)
    one_by_one = 0
    for at in (3, 40, 200):
        place = dialog.explorer._explored.tracks[0].places[at]
        from datetime import date

        from app.core.filters import Condition

        day = date.fromordinal(int(place.x)).isoformat()
        only = Group("and", (Condition("ordered_on", "eq", day), Condition("status", "not_in", ["draft", "cancelled"])))
        one_by_one += workspace.orders.count(only)
    assert count == one_by_one
    dialog.close()


# ---- changes, problems, nothing -------------------------------------------------------------------------------------


def test_that_a_new_order_changes_the_figures(page, qtbot, runner, workspace):
    before = value_of(page, "orders")
    who = workspace.customers.list(limit=1)[1][0]
    _record, changes = workspace.orders.create(
        {"customer": link(who.id), "ordered_on": TODAY, "status": "done", "amount": 5_000_00}
    )
    page.desk.changed.emit(changes, None)
    qtbot.waitUntil(lambda: value_of(page, "orders") == before + 1, timeout=8000)


def test_that_changes_of_no_concern_compute_nothing(page):
    page.desk.changed.emit(ChangeSet(None, {"presets": frozenset()}), None)
    assert not page._soon.isActive()


def test_that_a_page_in_the_back_waits_until_it_is_seen(page, qtbot, runner, main_window):
    main_window.show_page("settings")
    page.desk.changed.emit(ChangeSet(None, {"orders": None}), None)
    assert page._stale
    assert not page._soon.isActive()
    main_window.show_page("dashboards")
    qtbot.waitUntil(lambda: not page._stale)
    ready(page, qtbot, runner)


def test_that_a_problem_is_told_on_its_tile_and_can_be_tried_again(page, qtbot, runner, monkeypatch):
    analytics = page.desk.workspace.analytics
    real = analytics.run

    def broken(name, request, job=None):
        if name == "sales":
            raise UserError("没有团队“华北组”。")
        return real(name, request, job)

    monkeypatch.setattr(analytics, "run", broken)
    page.feed.forget_all()
    page.reload()
    ready(page, qtbot, runner)
    tile = page.tiles("overview")["revenue"]
    assert tile._problem.accessibleName() == "没有团队“华北组”。"
    assert page.tiles("overview")["funnel"].stack.currentWidget() is page.tiles("overview")["funnel"].view
    monkeypatch.setattr(analytics, "run", real)
    QTest.mouseClick(tile._problem.retry, LEFT)
    qtbot.waitUntil(lambda: tile.stack.currentWidget() is tile.view)


def test_that_a_defect_shows_a_sentence_not_a_traceback(page, qtbot, runner, monkeypatch):
    def broken(name, request, job=None):
        raise ZeroDivisionError("x")

    monkeypatch.setattr(page.desk.workspace.analytics, "run", broken)
    page.feed.forget_all()
    page.reload()
    ready(page, qtbot, runner)
    assert page.tiles("overview")["revenue"]._problem.accessibleName() == "这一块没有算出来"


def test_that_an_answer_to_an_older_wish_is_not_shown(page, qtbot, runner):
    asking = page.asking
    spec = page._specs["revenue"]
    old = asking.request(spec)
    page.bar.period.set_key("month")
    assert asking.request(spec) != old
    ready(page, qtbot, runner)
    assert page.report("overview", "revenue").window.days < 31


def test_that_one_computation_serves_every_tile_that_wants_it(page, qtbot, runner, monkeypatch):
    analytics = page.desk.workspace.analytics
    real, asked = analytics.run, []

    def counting(name, request, job=None):
        asked.append(name)
        return real(name, request, job)

    monkeypatch.setattr(analytics, "run", counting)
    page.feed.forget_all()
    page.reload()
    ready(page, qtbot, runner)
    assert asked.count("sales") == 2, "the figures with their line, and the small lines"
    asked.clear()
    page.reload()
    ready(page, qtbot, runner)
    assert asked == []


def test_that_an_empty_archive_offers_ways_to_begin(qtbot, runner, monkeypatch, desk_of_bare):
    monkeypatch.setattr(SampleOffice.fill, "__defaults__", (60,))
    page = DashboardsPage(desk_of_bare)
    qtbot.addWidget(page)
    page.resize(1100, 700)
    page.show()
    page.activate()
    qtbot.waitUntil(lambda: page.stack.currentWidget() is page.empty, timeout=8000)
    heard = wanted(page)
    from app.views.widgets.buttons import Button

    bring, sample = page.empty.findChildren(Button)
    QTest.mouseClick(bring, LEFT)
    assert heard == [("import", {"entity": "customers"})]
    assert not page.bar.isVisible()
    assert_accessible(page.empty)
    QTest.mouseClick(sample, LEFT)
    qtbot.waitUntil(page.bar.isVisible, timeout=20_000)
    ready(page, qtbot, runner)
    assert page.report("overview", "lifecycle").n > 0
    assert page.tiles("overview")["revenue"].view.chart.mark.value > 0


@pytest.fixture
def desk_of_bare(qtbot, runner, settings, dialogs, bare, tmp_path):
    from PySide6.QtWidgets import QWidget

    from app.views.shell.desk import Desk
    from app.views.widgets.toast import ToastStack
    from tests.gui.dashboards.office import copy_of

    workspace = opened(copy_of(bare, tmp_path / "bare"))
    host = QWidget()
    qtbot.addWidget(host)
    yield Desk(workspace, runner, dialogs, ToastStack(host), settings, host)
    runner.cancel_all()
    qtbot.waitUntil(lambda: not runner.busy())
    workspace.close()


def test_that_commands_and_payloads_lead_to_a_tab(page, qtbot, runner):
    commands = {command.key: command for command in page.commands()}
    commands["dashboard:service"].run()
    assert page.current_tab() == "service"
    page.activate("sales")
    assert page.current_tab() == "sales"
    ready(page, qtbot, runner)
    commands["dashboard-arrange"].run()


def test_that_another_day_brings_other_figures(page, qtbot, runner, monkeypatch):
    from datetime import timedelta

    from app.core import clock

    monkeypatch.setattr(clock, "today", lambda: TODAY + timedelta(days=20))
    page.reload()
    ready(page, qtbot, runner)
    assert page.report("overview", "revenue").as_of == TODAY + timedelta(days=20)
    assert page.bar.days.text() == "2026-01 – 2026-12"


def test_that_every_tile_has_a_name_in_both_languages():
    titles = {key: spec.title for key, spec in all_tiles().items()}
    set_language("en")
    for key, spec in all_tiles().items():
        assert spec.title != titles[key] or spec.title.isascii(), key


def test_that_tiles_of_reports_without_rights_are_left_out(page, monkeypatch):
    spec = all_tiles()["funnel"]
    assert page._may_see(spec)
    context = page.desk.workspace.context
    monkeypatch.setattr(context, "actor", replace(context.actor, rules={("orders", Action.VIEW): Level.ALL}))
    assert not page._may_see(spec)
    assert page._may_see(all_tiles()["revenue"])


def test_that_a_page_can_have_any_tile(page, qtbot, runner):
    chooser = page.open_arranger().content
    assert set(chooser.list.values()) == set(all_tiles())
    chooser.list.set_ticked("backlog", on=True)
    chooser.list.chosen.emit("backlog")
    ready(page, qtbot, runner)
    tile = page.tiles("overview")["backlog"]
    assert tile.isVisible()
    assert tile.stack.currentWidget() is tile.view


def test_that_charts_of_a_large_report_are_drawn_without_looking_for_records(page, qtbot, runner, monkeypatch):
    page.show_tab("value")
    ready(page, qtbot, runner)
    asked = []
    report = page.report("value", "rfm_grid")
    spy = replace(report, parts=tuple(replace(p, of_row=asked.append) for p in report.parts))
    chart = all_tiles()["rfm_grid"].draw(spy)
    assert not chart.is_empty()
    assert asked == []
    assert drill_of(spy, RowKey(0, "grid")) is None
    assert len(asked) == 1


def test_that_computations_nobody_waits_for_any_more_are_given_up(page, qtbot, runner, monkeypatch):
    analytics = page.desk.workspace.analytics
    real, cancelled = analytics.run, []

    def slow(name, request, job=None):
        if name == "service" and request.period.days < 40:
            while not job.cancelled:
                QThread.msleep(5)
            cancelled.append(name)
            job.check()
        return real(name, request, job)

    monkeypatch.setattr(analytics, "run", slow)
    page.bar.period.set_key("month")
    page.bar.period.set_key("year")
    ready(page, qtbot, runner)
    assert cancelled == ["service"]
    assert page.report("overview", "first_response").window.start.isoformat() == "2026-01-01"


def test_that_a_page_without_tiles_says_so_and_offers_them_back(page, qtbot, runner):
    for key in shown_keys(page):
        page.tiles("overview")[key].hide_wanted.emit()
    assert page.stack.currentWidget() is page.bare
    assert page.bar.isVisible()
    from app.views.widgets.buttons import Button

    QTest.mouseClick(page.bare.findChild(Button), LEFT)
    assert shown_keys(page) == [one.key for one in defaults("overview") if one.shown]
    assert page.stack.currentIndex() == TABS.index("overview")


def test_that_every_size_has_its_place(page, qtbot, runner):
    for key in shown_keys(page):
        page.tiles("overview")[key].size_wanted.emit("L")
    boxes = page.boards["overview"].boxes()
    charts = [box for box in boxes if not page._specs[box.key].figure]
    assert len({box.x for box in charts}) == 1
    for box in boxes:
        tile = page.tiles("overview")[box.key]
        assert (tile.width(), tile.height()) == (box.width, box.height)


def test_that_the_tabulator_follows_the_order_on_the_screen(page, qtbot, runner):
    page.tiles("overview")["revenue"].step_wanted.emit(1)
    page.tiles("overview")["sources"].step_wanted.emit(-1)
    order = shown_keys(page)
    by_view = {tile.view: key for key, tile in page.tiles("overview").items()}
    found = []
    widget = page.tiles("overview")[order[0]].view
    for _ in range(2000):
        if widget in by_view:
            found.append(by_view[widget])
        widget = widget.nextInFocusChain()
        if by_view.get(widget) == order[0]:
            break
    assert found == order
