"""Colours that everybody can tell apart and read."""

from __future__ import annotations

import itertools

import pytest

from app.views.charts.colors import DARK as DARK_SERIES
from app.views.charts.colors import LIGHT as LIGHT_SERIES
from app.views.charts.colors import heat_color, ink_on, mix, series_color, visible_on
from app.views.theme.tokens import DARK, LIGHT, contrast

# Machado, Oliveira, Fernandes 2009, severity 1: linear RGB as seen by a person with …
_SEEN = {
    "all colours": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red cones": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "no green cones": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "no blue cones": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def _times(matrix, vector):
    return [sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix]


def _oklab(color: str, seen) -> list[float]:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    linear = [min(1.0, max(0.0, p)) for p in _times(seen, linear)]
    cones = _times(((0.41222, 0.53633, 0.05145), (0.21190, 0.68070, 0.10740), (0.08830, 0.28172, 0.62998)), linear)
    roots = [max(0.0, c) ** (1 / 3) for c in cones]
    return _times(((0.21045, 0.79362, -0.00407), (1.97800, -2.42859, 0.45059), (0.02590, 0.78277, -0.80868)), roots)


def _distance(first: str, second: str, seen) -> float:
    pairs = zip(_oklab(first, seen), _oklab(second, seen), strict=True)
    return 100 * sum((a - b) ** 2 for a, b in pairs) ** 0.5


@pytest.mark.parametrize("seen", _SEEN)
@pytest.mark.parametrize("scale", [LIGHT_SERIES, DARK_SERIES], ids=["light", "dark"])
def test_that_series_stay_apart_for_every_eye(scale, seen):
    closest = min((_distance(a, b, _SEEN[seen]), a, b) for a, b in itertools.combinations(scale, 2))
    assert closest[0] >= 9, closest


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_that_series_stand_out_from_the_card(tokens):
    for at in range(6):
        assert contrast(series_color(tokens, at), tokens.surface) >= 3


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_that_text_on_any_mark_is_readable(tokens):
    for at in range(18):
        ground = series_color(tokens, at)
        assert contrast(ink_on(ground), ground) >= 4.5
    for part in range(101):
        for ground in (heat_color(tokens, part / 100), mix(series_color(tokens, 0), tokens.surface, part / 100)):
            assert contrast(ink_on(ground), ground) >= 4.5


def test_that_a_mix_lies_between():
    assert mix("#000000", "#FFFFFF", 0) == "#FFFFFF"
    assert mix("#000000", "#FFFFFF", 1) == "#000000"
    assert mix("#000000", "#FFFFFF", 0.5) == "#808080"


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_that_swatches_stand_out_in_the_tip(tokens):
    for at in range(6):
        assert contrast(visible_on(series_color(tokens, at), tokens.toast), tokens.toast) >= 3
    assert visible_on("#FFFFFF", "#000000") == "#FFFFFF"
