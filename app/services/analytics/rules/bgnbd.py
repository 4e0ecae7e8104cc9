"""BG/NBD: how often customers buy and whether they still do, when nobody says good-bye.

Fader, Hardie & Lee (2005), "Counting Your Customers" the Easy Way, Marketing Science 24(2); equations in the names of
the paper: r, alpha (rate of purchases), a, b (drop-out), x repeat purchases, t_x the last one, T the age. The unit of
time is the caller's, the same for all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.services.analytics.rules.arrays import Floats
from app.services.analytics.rules.special import hyp2f1, lgamma, minimise

#: parameters beyond these mean that the data does not tell them (a → 0, b → ∞)
SMALLEST, LARGEST = 1e-3, 1e3
#: weight of the ridge on the logarithms of the parameters, per customer
RIDGE = 0.001


@dataclass(frozen=True, slots=True)
class Fit:
    """Parameters in the model's own order, the log-likelihood at them, how many customers, whether ridged."""

    params: tuple[float, ...]
    log_likelihood: float
    n: int
    ridged: bool = False

    @property
    def on_boundary(self) -> bool:
        """Whether some parameter ran away: the data does not determine it."""
        return self.on_boundary_of(SMALLEST, LARGEST)

    def on_boundary_of(self, smallest: float, largest: float) -> bool:
        """Whether some parameter lies beyond these bounds."""
        return any(not smallest < p < largest for p in self.params)


def compressed(*columns: Floats) -> tuple[list[Floats], Floats]:
    """(the distinct rows as columns, how often each occurs): many customers share the same history."""
    rows, counts = np.unique(np.column_stack(columns), axis=0, return_counts=True)
    return [np.ascontiguousarray(rows[:, i]) for i in range(rows.shape[1])], counts.astype(np.float64)


def log_likelihood(logs: Floats, x: Floats, tx: Floats, age: Floats) -> Floats:
    """Log-likelihood of each customer (paper, eq. 6); `logs` are the logarithms of r, alpha, a, b."""
    r, alpha, a, b = np.exp(logs)
    one = lgamma(r + x) - lgamma(r) + r * np.log(alpha)
    two = lgamma(a + b) + lgamma(b + x) - lgamma(b) - lgamma(a + b + x)
    alive = -(r + x) * np.log(alpha + age)
    gone = np.where(x > 0, np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + tx), -np.inf)
    return np.asarray(one + two + np.logaddexp(alive, gone), dtype=np.float64)


def fit(x: Floats, tx: Floats, age: Floats, *, ridge: float = 0.0) -> Fit:
    """Maximum likelihood; `ridge` pulls the parameters' logarithms towards 0."""
    (ux, utx, uage), weight = compressed(x, tx, age)
    n = float(weight.sum())

    def loss(logs: Floats) -> float:
        if np.abs(logs).max() > 40:
            return float("inf")
        mean = float((weight * log_likelihood(logs, ux, utx, uage)).sum()) / n
        return -mean + ridge * float(logs @ logs)

    scale = float(np.log(max(float(age.mean()) / 8, 1e-6))) if len(age) else 0.0
    starts = [np.zeros(4), np.array([-1.0, scale, 0.0, 1.0])]
    best = min((minimise(loss, start) for start in starts), key=lambda found: found[1])[0]
    value = float((weight * log_likelihood(best, ux, utx, uage)).sum())
    return Fit(tuple(float(p) for p in np.exp(best)), value, int(n), ridged=ridge > 0)


def probability_alive(params: tuple[float, ...], x: Floats, tx: Floats, age: Floats) -> Floats:
    """P(still a customer | history); 1 for those who bought once, which is why nobody is ranked by it."""
    r, alpha, a, b = params
    odds = (a / (b + np.maximum(x, 1) - 1)) * ((alpha + age) / (alpha + tx)) ** (r + x)
    return np.where(x == 0, 1.0, 1 / (1 + odds))


def expected(params: tuple[float, ...], horizon: float, x: Floats, tx: Floats, age: Floats) -> Floats:
    """E[Y(horizon) | history], purchases to come (paper, eq. 10; 2F1 turned by A&S 15.3.3 so that nothing overflows)."""
    r, alpha, a, b = params
    if abs(a - 1) < 1e-9:
        a += 1e-7
    z = horizon / (alpha + age + horizon)
    c = a + b + x - 1
    c = np.where(np.abs(c) < 1e-9, 1e-9, c)
    series = hyp2f1(a + b - 1 - r, a - 1, c, z)
    above = c / (a - 1) * (1 - (1 - z) ** (a - 1) * series)
    odds = (a / (b + np.maximum(x, 1) - 1)) * ((alpha + age) / (alpha + tx)) ** (r + x)
    return np.asarray(above / (1 + np.where(x > 0, odds, 0.0)), dtype=np.float64)
