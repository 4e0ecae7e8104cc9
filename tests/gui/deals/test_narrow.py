"""The row over the list in a narrow window."""

from __future__ import annotations

import pytest

from app.core.i18n import set_language
from app.views.deals.leads_page import LeadsPage
from app.views.records.filter_bar import FilterBar
from app.views.widgets.buttons import Button


@pytest.mark.parametrize("width", [430, 520, 900])
def test_that_nothing_of_the_filter_bar_lies_on_something_else(qtbot, make_window, workspace, width):
    window = make_window()
    bar = FilterBar(window.desk, workspace.orders.entity, window)
    qtbot.addWidget(window)
    bar.show_count("1,234 张订单")
    window.resize(width, 200)
    window.show()
    qtbot.waitExposed(window)
    bar.setGeometry(0, 0, width, 60)
    row = [bar.search, bar.add, bar.count, bar.columns, bar.export]

    def apart() -> bool:
        at = [widget.mapTo(bar, widget.rect().topLeft()).x() for widget in row]
        ends = [x + widget.width() for x, widget in zip(at, row, strict=True)]
        return all(end <= x for end, x in zip(ends, [*at[1:], width], strict=True))

    qtbot.waitUntil(apart, timeout=3000)
    assert (bar.columns.text() == "") == (width == 430)
    assert bar.columns.accessibleName() == "列"


def test_that_the_verb_of_a_lead_keeps_its_words_in_a_narrow_pane(qtbot, make_window, workspace):
    window = make_window()
    qtbot.addWidget(window)
    set_language("en")
    try:
        page = LeadsPage(window.desk, window)
        window.resize(760, 600)
        page.setGeometry(0, 0, 760, 600)
        window.show()
        qtbot.waitUntil(lambda: page.pane.record() is not None, timeout=5000)

        def whole() -> bool:
            found = [b for b in page.pane.findChildren(Button) if b.isVisible() and b.text().startswith("Convert")]
            return len(found) == 1 and found[0].sizeHint().width() - 24 <= found[0].width()  # its padding may give

        qtbot.waitUntil(whole, timeout=3000)
    finally:
        set_language("zh")
