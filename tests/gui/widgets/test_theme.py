from __future__ import annotations

import re
from dataclasses import asdict

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QImage
from PySide6.QtWidgets import QLabel

from app.core.i18n import set_language
from app.core.paths import resource_dir
from app.views.theme import fonts, icons, stylesheet, theme
from app.views.theme.tokens import DARK, LIGHT, TEXT_PAIRS, contrast


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("pair", TEXT_PAIRS, ids="/".join)
def test_that_every_text_can_be_read_on_its_ground(tokens, pair):
    ink, ground = pair
    assert contrast(getattr(tokens, ink), getattr(tokens, ground)) >= 4.5


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("token", ["control", "primary"])
def test_that_outlines_of_controls_are_visible(tokens, token):
    assert contrast(getattr(tokens, token), tokens.surface) >= 3.0


def test_that_contrast_follows_wcag():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_that_every_token_is_a_color(tokens):
    for name, value in asdict(tokens).items():
        values = value if isinstance(value, tuple) else (value,)
        assert name == "name" or all(re.fullmatch(r"#[0-9A-F]{6}", one) for one in values), name


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_that_the_stylesheet_names_no_item_view_and_no_missing_picture(tokens):
    sheet = stylesheet.build_stylesheet(tokens)
    assert "$" not in sheet
    assert not re.search(r"Q(TableView|TreeView|ListView|AbstractItemView|HeaderView)", sheet)
    pictures = re.findall(r"url\(theme:([^)]+)\)", sheet)
    assert pictures
    for name in pictures:
        assert (resource_dir() / "theme" / name).is_file(), name


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("picture", "token"),
    [
        ("chevron-down", "text_2"),
        ("chevron-up", "text_2"),
        ("chevron-right", "text_2"),
        ("chevron-down-off", "disabled"),
        ("check", "primary_text"),
    ],
)
def test_that_pictures_of_the_stylesheet_have_the_color_of_their_token(tokens, picture, token):
    svg = (resource_dir() / "theme" / f"{picture}-{tokens.name}.svg").read_text(encoding="utf-8")
    assert f'stroke="{getattr(tokens, token)}"' in svg


def test_that_every_icon_is_used_with_the_current_color_and_draws_something(qapp):
    for path in (resource_dir() / "icons").glob("*.svg"):
        assert "currentColor" in path.read_text(encoding="utf-8"), path.name
        image = icons.pixmap(path.stem, "#FF0000", 24, dpr=1.0).toImage()
        assert any(image.pixelColor(x, y).red() > 200 for x in range(24) for y in range(24)), path.name


def test_that_an_unknown_icon_is_a_defect_found_at_once(qapp):
    with pytest.raises(KeyError):
        icons.icon("no-such-icon")


def test_that_pixmaps_have_the_pixels_of_the_screen_and_are_remembered(qapp):
    sharp = icons.pixmap("search", "text", 16, dpr=1.5)
    assert sharp.width() == 24
    assert sharp.devicePixelRatio() == 1.5
    assert icons.pixmap("search", "text", 16, dpr=1.5) is sharp


def _strongest(image: QImage) -> QColor:
    pixels = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    return max(pixels, key=lambda color: color.alpha())


def test_that_icons_follow_the_theme_and_their_state(qapp):
    icon = icons.icon("square-kanban", "text", on_color="primary_text")
    for mode, tokens in (("light", LIGHT), ("dark", DARK)):
        theme.apply(qapp, mode)
        assert _strongest(icon.pixmap(QSize(32, 32)).toImage()).name().upper() == tokens.text
        on = icon.pixmap(QSize(32, 32), QIcon.Mode.Normal, QIcon.State.On)
        assert _strongest(on.toImage()).name().upper() == tokens.primary_text
        off = QIcon(icon).pixmap(QSize(32, 32), QIcon.Mode.Disabled)
        assert _strongest(off.toImage()).name().upper() == tokens.disabled


def test_that_applying_tells_everybody_after_the_fact(qapp, qtbot):
    seen = []
    connection = theme.notifier().changed.connect(lambda mode: seen.append((mode, theme.color("surface").name())))
    theme.apply(qapp, "dark")
    theme.notifier().changed.disconnect(connection)
    assert seen == [("dark", DARK.surface.lower())]
    assert theme.current() is DARK
    assert qapp.palette().base().color().name() == DARK.surface.lower()


def test_that_an_unknown_mode_is_refused(qapp):
    with pytest.raises(ValueError, match="blue"):
        theme.apply(qapp, "blue")


def test_that_the_dot_between_facts_is_narrow_in_the_font_in_use(qapp):
    theme.apply(qapp, "light")
    dot = fonts.separator().strip()
    assert fonts.metrics().horizontalAdvance(dot) <= fonts.BODY * 0.6
    assert fonts.join_facts("甲", "", "乙") == f"甲{fonts.separator()}乙"


def test_that_english_prefers_latin_fonts_and_keeps_chinese_ones(qapp):
    set_language("en")
    assert fonts.families("en")[0] in fonts.LATIN
    assert set(fonts.CHINESE) < set(fonts.families("en"))
    assert fonts.families("zh") == list(fonts.CHINESE)


def test_that_the_theme_reaches_widgets_that_exist_already(qapp, qtbot):
    label = QLabel("x")
    qtbot.addWidget(label)
    theme.apply(qapp, "dark")
    label.ensurePolished()
    assert label.palette().windowText().color().name() == DARK.text.lower()
