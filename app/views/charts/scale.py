"""Pure geometry of axes: round ticks, places on a line, which labels have room."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


def round_ticks(low: float, high: float, count: int, *, whole: bool = False) -> list[float]:
    """Round values that enclose low…high and always contain 0: about `count` steps; `whole`: no fractions of 1."""
    low, high = min(low, 0.0), max(high, 0.0)
    if high == low:
        high = low + 1.0
    rough = (high - low) / max(1, count)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(k * power for k in _STEPS if k * power >= rough * (1 - 1e-9))
    if whole:
        step = max(1.0, step if step == int(step) else math.ceil(step))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [at * step for at in range(first, last + 1)]


@dataclass(frozen=True, slots=True)
class Linear:
    """Values low…high onto pixels start…end (end may lie before start)."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """The pixel of a value."""
        if self.high == self.low:
            return (self.start + self.end) / 2
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


@dataclass(frozen=True, slots=True)
class Bands:
    """`count` equal bands from `start` over `length` pixels; `fill`: share of a band that is drawn on."""

    count: int
    start: float
    length: float
    fill: float = 0.62

    @property
    def width(self) -> float:
        return self.length / max(1, self.count)

    def left(self, at: int) -> float:
        """Left edge of the band."""
        return self.start + at * self.width

    def middle(self, at: int) -> float:
        return self.left(at) + self.width / 2

    def inner(self, at: int, most: float = 64.0) -> tuple[float, float]:
        """(left, width) of what is drawn in the band."""
        width = min(self.width * self.fill, most)
        return self.middle(at) - width / 2, width


def every(widths: Sequence[float], room: float, gap: float = 8.0) -> int:
    """Write each n-th of equally spaced labels, `room` pixels apart: the smallest n at which none touches the next."""
    if not widths or room <= 0:
        return 1
    return max(1, math.ceil((max(widths) + gap) / room))


def fitting(texts: Sequence[str], width_of: Callable[[str], float]) -> float:
    """Pixels of the widest text."""
    return max((width_of(text) for text in texts), default=0.0)
