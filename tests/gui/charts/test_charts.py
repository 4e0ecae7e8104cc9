"""What is drawn, where it can be pointed at, and what it says; for every chart at every size."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from app.core.i18n import set_language
from app.views.charts.canvas import Canvas
from app.views.charts.columns import ColumnChart
from app.views.charts.data import Mark, Series, Unit
from app.views.charts.donut import DonutChart
from app.views.charts.funnel import FunnelChart
from app.views.charts.heat import HeatChart
from app.views.charts.kpi import KpiChart
from app.views.charts.line import LineChart
from app.views.charts.ranking import RankingChart
from app.views.theme.tokens import DARK, LIGHT
from tests.gui.charts.examples import ALL

SIZES = [(240, 140), (120, 60), (400, 260), (1600, 900), (230, 500)]


def drawn(chart, width=400, height=260, hot=None, tokens=LIGHT):
    """The picture and the spots."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(int(tokens.surface[1:], 16))
    painter = QPainter(image)
    spots = chart.draw(Canvas(painter, tokens), QRectF(4, 4, width - 8, height - 8), hot)
    painter.end()
    return image, spots


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_that_every_mark_lies_inside_at_any_size(qapp, name, size):
    _image, spots = drawn(ALL[name](), *size)
    whole = QRectF(0, 0, *size).adjusted(-4, -8, 4, 8)
    for spot in spots:
        assert whole.contains(spot.path.boundingRect()) or spot.path.isEmpty()
        assert whole.contains(spot.anchor) or spot.path.isEmpty()
    cells = [spot.cell for spot in spots]
    assert len(set(cells)) == len(cells)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_that_pointing_at_a_mark_changes_the_picture(qapp, name, tokens):
    chart = ALL[name]()
    plain, spots = drawn(chart, tokens=tokens)
    if not spots or name.startswith("kpi"):
        return
    emphasised, again = drawn(chart, hot=spots[-1].cell, tokens=tokens)
    assert plain != emphasised
    assert [s.cell for s in again] == [s.cell for s in spots]


@pytest.mark.parametrize("name", ALL)
def test_that_charts_speak_both_languages(qapp, name):
    for code in ("zh", "en"):
        set_language(code)
        chart = ALL[name]()
        said = chart.describe()
        assert said.startswith(chart.kind)
        assert code == "zh" or not any("\u4e00" <= char <= "\u9fff" for char in said)


@pytest.mark.parametrize(
    "chart",
    [
        LineChart("a", [], Unit.MONEY, reason="r"),
        ColumnChart("a", [], [], reason="r"),
        ColumnChart("a", ["x"], [Series("s", (Mark("x", None),))], reason="r"),
        RankingChart("a", [Mark("x", None)], reason="r"),
        FunnelChart("a", [Mark("x", 0)], reason="r"),
        DonutChart("a", [Mark("x", 0), Mark("y", None)], reason="r"),
        HeatChart("a", ["r"], ["c"], [[None]], reason="r"),
    ],
    ids=lambda chart: type(chart).__name__,
)
def test_that_nothing_is_said_to_be_nothing(qapp, chart):
    image, spots = drawn(chart)
    assert spots == []
    assert "没有数据" in chart.describe()
    assert "r" in chart.describe()
    blank = QImage(image.size(), image.format())
    blank.fill(int(LIGHT.surface[1:], 16))
    assert image != blank, "the reason is written"


def test_that_a_figure_of_nothing_is_a_dash(qapp):
    chart = KpiChart("赢单率", Mark("赢单率", None), Unit.RATE, reason="本期没有结束的商机")
    assert chart.describe() == "指标：赢单率：—，本期没有结束的商机"


def test_that_a_figure_tells_its_change(qapp):
    assert "较上月 增加 12.4%" in ALL["kpi"]().describe()


def test_that_bars_are_as_long_as_their_values(qapp):
    marks = [Mark(str(n), float(n) * 10) for n in (4, 2, 1)]
    chart = ColumnChart("a", ["a", "b", "c"], [Series("s", tuple(marks))])
    _image, spots = drawn(chart)
    heights = [spot.path.boundingRect().height() for spot in spots]
    assert heights[0] == pytest.approx(2 * heights[1], rel=0.02)
    assert heights[1] == pytest.approx(2 * heights[2], rel=0.02)


def test_that_stacks_stand_on_each_other(qapp):
    _image, spots = drawn(ALL["stacked"]())
    first = [spot.path.boundingRect() for spot in spots if spot.cell[1] == 0]
    for below, above in itertools.pairwise(first):
        assert above.bottom() == pytest.approx(below.top(), abs=0.5)


def test_that_a_negative_bar_hangs_below_zero(qapp):
    chart = ColumnChart("a", ["x", "y"], [Series("s", (Mark("x", 10.0), Mark("y", -10.0)))])
    _image, (up, down) = drawn(chart)
    assert up.path.boundingRect().bottom() == pytest.approx(down.path.boundingRect().top(), abs=1)


def test_that_slices_are_as_wide_as_their_share(qapp):
    chart = DonutChart("a", [Mark("x", 3.0, "x"), Mark("y", 1.0, "y")])
    image, _spots = drawn(chart, 240, 160)
    colors = [image.pixel(x, y) for x in range(0, 240, 2) for y in range(0, 160, 2)]
    big = sum(1 for c in colors if c & 0xFFFFFF == 0x2E6AFF)
    small = sum(1 for c in colors if c & 0xFFFFFF == 0xD97706)
    assert 2.4 < big / small < 3.6


def test_that_conversion_is_from_the_step_before(qapp):
    chart = FunnelChart("a", [Mark("x", 200), Mark("y", 50), Mark("z", 0), Mark("w", 0)])
    assert [chart.conversion(at) for at in range(4)] == ["", "25%", "0%", "—"]


def test_that_what_does_not_fit_is_counted(qapp):
    chart = RankingChart("a", [Mark(str(n), float(n), n) for n in range(40, 0, -1)])
    _image, spots = drawn(chart, 300, 160)
    assert 3 < len(spots) < 10
    assert len(chart.spoken_values()) == 40


def test_that_the_comparison_says_its_own_month(qapp):
    _image, spots = drawn(ALL["line"]())
    spot = next(s for s in spots if s.cell == (0, 3))
    assert spot.tip.heading == "2026年3月"
    assert [line.name for line in spot.tip.lines] == ["今年", "去年同期 2025年3月", ""]
    assert spot.tip.lines[0].strong
    assert spot.tip.spoken() == "2026年3月：今年 ¥2,910,000"


def test_that_gaps_are_no_marks(qapp):
    _image, spots = drawn(ALL["gaps"]())
    assert [spot.cell[1] for spot in spots] == [0, 1, 4, 5, 7, 8, 9, 10, 11]


def test_that_a_running_month_is_named_so(qapp):
    _image, spots = drawn(ALL["line"]())
    assert next(s for s in spots if s.cell == (0, 11)).tip.heading.endswith("（未结束）")


def test_that_wrong_shapes_are_refused():
    with pytest.raises(ValueError, match="category"):
        ColumnChart("a", ["x", "y"], [Series("s", (Mark("x", 1.0),))])
    with pytest.raises(ValueError, match="row"):
        HeatChart("a", ["x"], ["y"], [[Mark("", 1.0), Mark("", 2.0)]])


@settings(max_examples=60)
@given(
    st.lists(st.one_of(st.none(), st.floats(-1e13, 1e13, allow_nan=False)), min_size=1, max_size=40),
    st.sampled_from(list(Unit)),
    st.integers(30, 900),
    st.integers(20, 600),
)
def test_that_any_values_can_be_drawn_at_any_size(qapp, values, unit, width, height):
    marks = tuple(Mark(f"第{n}个 name", v, n, extra=("x",), previous=v) for n, v in enumerate(values))
    names = [mark.label for mark in marks]
    charts = [
        ColumnChart(
            "a", names, [Series("s", marks), Series("p", marks, faint=True)], unit, stacked=len(values) % 2 == 0
        ),
        RankingChart("a", marks, unit),
        FunnelChart("a", [Mark(m.label, abs(m.value or 0)) for m in marks], unit),
        DonutChart("a", marks, unit, center="x"),
        HeatChart("a", names, ["c"], [[m] for m in marks], unit),
        KpiChart("a", marks[0], unit, spark=values),
    ]
    for chart in charts:
        _image, spots = drawn(chart, width, height)
        assert chart.describe()
        assert len(spots) <= 2 * len(values)
