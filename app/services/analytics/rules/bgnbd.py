"""BG/NBD: how often customers buy and whether they still do, when nobody says good-bye.

Fader, Hardie & Lee (2005), "Counting Your Customers" the Easy Way, Marketing Science 24(2); equations in the names of
the paper: r, alpha (rate of purchases), a, b (drop-out), x repeat purchases, t_x the last one, T the age. The unit of
time is the caller's, the same for all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from app.services.analytics.rules.arrays import Floats
from app.services.analytics.rules.special import hyp2f1, lgamma, minimise

#: parameters beyond these mean that the data does not tell them (a → 0, b → ∞)
SMALLEST, LARGEST = 1e-3, 1e3
#: no logarithm of a parameter is tried beyond this: far outside the bounds, where nothing overflows
_FARTHEST = 12.0
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


@dataclass(frozen=True)
class _Column:
    """A column as its few distinct values and where each row finds its own: logarithms are taken of those only."""

    values: Floats
    place: npt.NDArray[np.intp]

    @classmethod
    def of(cls, column: Floats) -> _Column:
        values, place = np.unique(column, return_inverse=True)
        return cls(values, place.reshape(-1))


def log_likelihood(logs: Floats, x: Floats, tx: Floats, age: Floats) -> Floats:
    """Log-likelihood of each customer (paper, eq. 6); `logs` are the logarithms of r, alpha, a, b."""
    return _log_likelihood(logs, x, _Column.of(x), _Column.of(tx), _Column.of(age))


def _log_likelihood(logs: Floats, x: Floats, xs: _Column, txs: _Column, ages: _Column) -> Floats:
    r, alpha, a, b = np.exp(logs)
    n = xs.values
    head = lgamma(r + n) - lgamma(r) + r * logs[1] + lgamma(a + b) + lgamma(b + n) - lgamma(b) - lgamma(a + b + n)
    with np.errstate(divide="ignore", invalid="ignore"):
        drop = np.where(n > 0, logs[2] - np.log(np.where(n > 0, b + n - 1, 1.0)), -np.inf)
    alive = -(r + x) * np.log(alpha + ages.values)[ages.place]
    gone = drop[xs.place] - (r + x) * np.log(alpha + txs.values)[txs.place]
    return np.asarray(head[xs.place] + np.logaddexp(alive, gone), dtype=np.float64)


def fit(x: Floats, tx: Floats, age: Floats, *, ridge: float = 0.0) -> Fit:
    """Maximum likelihood; `ridge` pulls the parameters' logarithms towards 0."""
    (ux, utx, uage), weight = compressed(x, tx, age)
    columns = ux, _Column.of(ux), _Column.of(utx), _Column.of(uage)
    n = float(weight.sum())

    def loss(logs: Floats) -> float:
        if np.abs(logs).max() > _FARTHEST:
            return float("inf")
        mean = float(weight @ _log_likelihood(logs, *columns)) / n
        value = -mean + ridge * float(logs @ logs)
        return value if np.isfinite(value) else float("inf")

    scale = min(max(float(np.log(max(float(age.mean()) / 8, 1e-3))), -4.0), 6.0) if len(age) else 0.0
    best, lowest = minimise(loss, np.array([-1.0, scale, 0.0, 1.0]))
    if not ridge:  # a second start, unless the data is plainly out of reach of any
        other, value = minimise(loss, np.zeros(4))
        best, lowest = (other, value) if value < lowest else (best, lowest)
    likelihood = float(weight @ _log_likelihood(best, *columns))
    return Fit(tuple(float(p) for p in np.exp(best)), likelihood, int(n), ridged=ridge > 0)


def probability_alive(params: tuple[float, ...], x: Floats, tx: Floats, age: Floats) -> Floats:
    """P(still a customer | history); 1 for those who bought once, which is why nobody is ranked by it."""
    return np.asarray(1 / (1 + _odds(params, x, tx, age)), dtype=np.float64)


def _odds(params: tuple[float, ...], x: Floats, tx: Floats, age: Floats) -> Floats:
    """P(gone) / P(alive); endless for a customer long silent after many purchases, 0 without repeat purchases."""
    r, alpha, a, b = params
    logs = np.log(a) - np.log(b + np.maximum(x, 1) - 1) + (r + x) * np.log((alpha + age) / (alpha + tx))
    return np.where(x > 0, np.exp(np.minimum(logs, 700.0)), 0.0)


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
    return np.asarray(above / (1 + _odds(params, x, tx, age)), dtype=np.float64)
