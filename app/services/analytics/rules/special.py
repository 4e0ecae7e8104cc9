"""Log-gamma, the Gauss hypergeometric series and a quasi-Newton minimiser: what the customer-value models need.

Sources: Abramowitz & Stegun 6.1.40 (Stirling), 15.1.1 and 15.3.3 (2F1); Nocedal & Wright, algorithm 6.1 (BFGS).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from app.services.analytics.rules.arrays import Floats

_HALF_LOG_2PI = 0.9189385332046727
_LARGE = 8.0
#: three steps in a row that gain less than this, relatively, end the search
_NO_GAIN = 1e-12


def lgamma(values: Any) -> Floats:
    """log Γ(x) for x > 0, elementwise, to about 1e-13: shifted above 8, then Stirling's series."""
    at = np.array(values, dtype=np.float64)
    shift = np.zeros_like(at)
    for _ in range(int(_LARGE)):
        small = at < _LARGE
        if not small.any():
            break
        shift = np.where(small, shift - np.log(np.where(small, at, 1.0)), shift)
        at = np.where(small, at + 1, at)
    one = 1 / at
    two = one * one
    tail = one * (1 / 12 - two * (1 / 360 - two * (1 / 1260 - two * (1 / 1680 - two / 1188))))
    return np.asarray(shift + (at - 0.5) * np.log(at) - at + _HALF_LOG_2PI + tail, dtype=np.float64)


def hyp2f1(a: Any, b: Any, c: Any, z: Any, *, tolerance: float = 1e-12, most: int = 20_000) -> Floats:
    """2F1(a, b; c; z) for 0 ≤ z < 1, elementwise, by its series."""
    a, b, c, z = (np.asarray(v, dtype=np.float64) for v in np.broadcast_arrays(a, b, c, z))
    term = np.ones(z.shape)
    total = term.copy()
    for n in range(most):
        term = term * ((a + n) * (b + n) / ((c + n) * (n + 1))) * z
        total = total + term
        if np.all(np.abs(term) <= tolerance * np.abs(total)):
            break
    return np.asarray(total, dtype=np.float64)


def minimise(
    function: Callable[[Floats], float], start: Floats, *, steps: int = 300, flat: float = 1e-7
) -> tuple[Floats, float]:
    """(the place, the value) of a minimum: BFGS with central differences and backtracking."""
    at = np.array(start, dtype=np.float64)
    size = len(at)
    eye = np.eye(size)
    inverse = eye.copy()
    value = function(at)
    idle = 0
    slope = _slope(function, at)
    for _ in range(steps):
        direction = -inverse @ slope
        if direction @ slope > 0:
            inverse, direction = eye.copy(), -slope
        found = _line(function, at, value, slope, direction)
        if found is None:
            break
        there, lower = found
        steeper = _slope(function, there)
        if not np.isfinite(steeper).all():  # at the edge of what is allowed
            return there, lower
        move, bend = there - at, steeper - slope
        idle = idle + 1 if value - lower < _NO_GAIN * (1 + abs(value)) else 0
        at, value, slope = there, lower, steeper
        if np.abs(slope).max() < flat or idle >= 3:
            break
        along = float(move @ bend)
        if along > 1e-12:
            rho = 1 / along
            left = eye - rho * np.outer(move, bend)
            inverse = left @ inverse @ left.T + rho * np.outer(move, move)
    return at, value


def _line(
    function: Callable[[Floats], float], at: Floats, value: float, slope: Floats, direction: Floats
) -> tuple[Floats, float] | None:
    length = min(1.0, 4.0 / max(float(np.abs(direction).max()), 1e-12))
    while length > 1e-12:
        there = at + length * direction
        lower = function(there)
        if np.isfinite(lower) and lower <= value + 1e-4 * length * float(slope @ direction):
            return there, lower
        length *= 0.5
    return None


def _slope(function: Callable[[Floats], float], at: Floats) -> Floats:
    step = 1e-6
    eye = np.eye(len(at))
    return np.array([(function(at + step * e) - function(at - step * e)) / (2 * step) for e in eye])
