"""Pareto/NBD: the older model of the same question as BG/NBD, for comparison.

Schmittlein, Morrison & Colombo (1987); likelihood as in Fader & Hardie (2005), "A Note on Deriving the Pareto/NBD
Model", eq. 20 ff. Parameters r, alpha, s, beta.
"""

from __future__ import annotations

import numpy as np

from app.services.analytics.rules.arrays import Floats
from app.services.analytics.rules.bgnbd import Fit, compressed
from app.services.analytics.rules.special import hyp2f1, lgamma, minimise


def log_likelihood(logs: Floats, x: Floats, tx: Floats, age: Floats) -> Floats:
    """Log-likelihood of each customer; `logs` are the logarithms of r, alpha, s, beta."""
    r, alpha, s, beta = np.exp(logs)
    high, apart = max(alpha, beta), abs(alpha - beta)
    whole = r + s + x
    second = np.full_like(x, s + 1) if alpha >= beta else r + x
    early, late = (_log_series(whole, second, high + at, apart) for at in (tx, age))
    gap = np.minimum(late - early, -1e-300)
    log_a0 = early + np.log(-np.expm1(gap))
    head = lgamma(r + x) - lgamma(r) + r * np.log(alpha) + s * np.log(beta)
    alive = -(r + x) * np.log(alpha + age) - s * np.log(beta + age)
    return np.asarray(head + np.logaddexp(alive, np.log(s) - np.log(whole) + log_a0), dtype=np.float64)


def _log_series(whole: Floats, second: Floats, base: Floats, apart: float) -> Floats:
    """log of 2F1(whole, second; whole + 1; apart/base) · base^(−whole), by A&S 15.3.3."""
    z = apart / base
    series = hyp2f1(1.0, whole + 1 - second, whole + 1, z)
    return np.asarray((1 - second) * np.log1p(-z) + np.log(series) - whole * np.log(base), dtype=np.float64)


def fit(x: Floats, tx: Floats, age: Floats) -> Fit:
    """Maximum likelihood."""
    (ux, utx, uage), weight = compressed(x, tx, age)
    n = float(weight.sum())

    def loss(logs: Floats) -> float:
        if np.abs(logs).max() > 12:
            return float("inf")
        value = -float((weight * log_likelihood(logs, ux, utx, uage)).sum()) / n
        return value if np.isfinite(value) else float("inf")

    best, lowest = minimise(loss, np.array([-0.5, 2.0, -0.5, 2.2]))
    return Fit(tuple(float(p) for p in np.exp(best)), -lowest * n, int(n))
