"""What customers will still be worth: BG/NBD purchases × Gamma-Gamma value × margin, discounted; with its guards.

Residual value over K periods = margin · E[M] · Σ_k (E[Y(k)] − E[Y(k−1)]) / (1 + d)^k, periods of four weeks.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.services.analytics.rules import bgnbd, gamma_gamma
from app.services.analytics.rules.arrays import Floats
from app.services.analytics.rules.bgnbd import Fit
from app.services.analytics.rules.history import ModelInputs

#: fewer customers with a second purchase do not determine the model
ENOUGH_REPEATERS = 100
PERIOD_WEEKS = 4.0
WEEKS_A_YEAR = 365.25 / 7


@dataclass(frozen=True)
class Model:
    """A fitted model. `trusted` False: too little data or a parameter on its boundary, then the fit is ridged.

    `correlation` of x and m, which Gamma-Gamma assumes to be near 0; None below two customers.
    """

    purchases: Fit
    value: Fit
    repeaters: int
    correlation: float | None

    @property
    def trusted(self) -> bool:
        return self.repeaters >= ENOUGH_REPEATERS and not self.purchases.ridged

    @property
    def value_known(self) -> bool:
        """Whether E[M] is finite: q > 1, from at least two customers."""
        return self.value.n > 1 and self.value.params[1] > 1 and not self.value.on_boundary_of(1e-4, 1e12)


def fit(inputs: ModelInputs) -> Model:
    """Both models on the customers' histories. Needs at least one customer."""
    repeaters = int((inputs.x > 0).sum())
    purchases = bgnbd.fit(inputs.x, inputs.tx, inputs.age) if repeaters >= ENOUGH_REPEATERS else None
    if purchases is None or purchases.on_boundary:
        purchases = bgnbd.fit(inputs.x, inputs.tx, inputs.age, ridge=bgnbd.RIDGE)
    usable = (inputs.x > 0) & (inputs.mean > 0)
    x, m = inputs.x[usable], inputs.mean[usable]
    correlation = None
    if len(x) > 1 and x.std() > 0 and m.std() > 0:
        correlation = float(np.corrcoef(x, m)[0, 1])
    return Model(purchases, gamma_gamma.fit(x, m), repeaters, correlation)


def purchases_to_come(model: Model, weeks: float, inputs: ModelInputs) -> Floats:
    """E[Y(weeks)] of each customer; equal histories are computed once."""
    rows, back = _distinct(inputs)
    return bgnbd.expected(model.purchases.params, weeks, *rows)[back]


def no_purchase(model: Model, weeks: float, inputs: ModelInputs) -> Floats:
    """P(no purchase within `weeks`) = 1 − P(alive) · (1 − ((α+T)/(α+T+w))^(r+x)): whoever is gone buys nothing, and
    whoever is there skips the time with the Gamma posterior of his rate."""
    rows, back = _distinct(inputs)
    r, alpha, _, _ = model.purchases.params
    x, _, age = rows
    still = bgnbd.probability_alive(model.purchases.params, *rows)
    quiet = ((alpha + age) / (alpha + age + weeks)) ** (r + x)
    return np.asarray((1 - still * (1 - quiet))[back], dtype=np.float64)


def alive(model: Model, inputs: ModelInputs) -> Floats:
    """P(still a customer) of each customer."""
    rows, back = _distinct(inputs)
    return bgnbd.probability_alive(model.purchases.params, *rows)[back]


def residual(model: Model, inputs: ModelInputs, *, weeks: float, discount: float, margin: float) -> Floats:
    """The discounted value to come of each customer in minor units; `discount` is a yearly rate, `margin` a share."""
    rows, back = _distinct(inputs)
    rate = (1 + discount) ** (PERIOD_WEEKS / WEEKS_A_YEAR) - 1
    total = np.zeros(len(rows[0]))
    before = np.zeros(len(rows[0]))
    done, period = 0.0, 0
    while done < weeks - 1e-9:
        period += 1
        until = min(done + PERIOD_WEEKS, weeks)
        now = bgnbd.expected(model.purchases.params, until, *rows)
        total += (now - before) / (1 + rate) ** (period - (1 - (until - done) / PERIOD_WEEKS))
        before, done = now, until
    worth = gamma_gamma.expected(model.value.params, inputs.x, inputs.mean)
    return np.asarray(margin * worth * total[back], dtype=np.float64)


def _distinct(inputs: ModelInputs) -> tuple[tuple[Floats, Floats, Floats], np.ndarray[tuple[int], np.dtype[np.intp]]]:
    rows, back = np.unique(np.column_stack((inputs.x, inputs.tx, inputs.age)), axis=0, return_inverse=True)
    return (rows[:, 0], rows[:, 1], rows[:, 2]), back.reshape(-1)
