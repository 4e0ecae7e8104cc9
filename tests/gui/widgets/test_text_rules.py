"""Pure rules under the widgets: matches, clipboard cells, colours of words."""

from __future__ import annotations

import csv
import io
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.jobs import Progress
from app.views.theme.tokens import TONES
from app.views.widgets.avatar import initial_of, tone_of
from app.views.widgets.chips import chip_tone
from app.views.widgets.job_tray import describe_progress, describe_seconds
from app.views.widgets.labels import plain_tooltip
from app.views.widgets.palette_list import match_ranges, split_matches
from app.views.widgets.table.tsv import disarm, tsv, tsv_cell


@pytest.mark.parametrize(
    ("text", "query", "ranges"),
    [
        ("苏州恒力机械", "恒力", [(2, 4)]),
        ("Acme acme", "ACME", [(0, 4), (5, 9)]),
        ("aaa", "aa", [(0, 3)]),
        ("苏州恒力", "恒 苏州", [(0, 3)]),
        ("苏州", "", []),
        ("İstanbul Straße", "strasse", [(9, 15)]),
    ],
)
def test_that_matches_are_found(text, query, ranges):
    assert match_ranges(text, query) == ranges


@given(st.text(max_size=30), st.text(max_size=6))
def test_that_pieces_are_the_text_and_the_matching_ones_are_in_the_query(text, query):
    pieces = split_matches(text, query)
    assert "".join(piece for piece, _on in pieces) == text
    assert all(piece for piece, _on in pieces)
    for (_a, first), (_b, second) in pairwise(pieces):
        assert first != second


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("＝HYPERLINK(1)", "'＝HYPERLINK(1)"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-12.50", "-12.50"),
        ("+86 138 0013 8000", "+86 138 0013 8000"),
        ("-¥1,200.00", "-¥1,200.00"),
        ("a\tb", '"a\tb"'),
        ('5" 屏', '"5"" 屏"'),
        ("苏州", "苏州"),
    ],
)
def test_that_cells_for_the_clipboard_are_harmless(text, cell):
    assert tsv_cell(text) == cell


@given(
    st.lists(
        st.lists(
            st.text(st.characters(exclude_characters="\r\x00", exclude_categories=["Cs"])), min_size=2, max_size=4
        ),
        min_size=1,
        max_size=5,
    )
)
def test_that_a_spreadsheet_reads_the_same_cells(rows):
    read = list(csv.reader(io.StringIO(tsv(rows), newline=""), delimiter="\t"))
    expected = [[disarm(cell) for cell in row] for row in rows]
    assert read == expected


@given(st.text(max_size=20))
def test_that_words_have_one_tone_for_ever_and_an_initial(text):
    assert chip_tone(text) == chip_tone(text) in TONES
    assert tone_of(text) in TONES
    assert initial_of(text)


@pytest.mark.parametrize(
    ("name", "initial"), [("刘敏", "刘"), ("（苏州）恒力", "苏"), ("anna", "A"), ("", "?"), ("--", "?")]
)
def test_that_the_initial_is_the_first_letter(name, initial):
    assert initial_of(name) == initial


@pytest.mark.parametrize("text", ["<b>x</b>", "a & b", "<img src=file://x>"])
def test_that_tooltips_show_markup_literally(text):
    assert "<b>" not in plain_tooltip(text)
    assert "<img" not in plain_tooltip(text)
    assert plain_tooltip("") == ""


@pytest.mark.parametrize(("seconds", "words"), [(0.2, "1 秒"), (59, "59 秒"), (61, "1 分钟"), (7200, "2 小时")])
def test_that_durations_are_rough(seconds, words):
    assert describe_seconds(seconds) == words


def test_that_progress_is_one_line_of_what_is_known():
    assert describe_progress(None) == "等待中"
    line = describe_progress(Progress("写入", 1200, 5000, 800.0, 4.75))
    assert [part for part in ("写入", "1,200 / 5,000", "每秒 800 条", "还需 5 秒") if part not in line] == []
    assert describe_progress(Progress("读取", 0, 0, 0.0, None)) == "读取"
