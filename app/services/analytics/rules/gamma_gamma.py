"""Gamma-Gamma: what a customer's average purchase is worth.

Fader & Hardie (2013), "The Gamma-Gamma Model of Monetary Value", brucehardie.com/notes/025. Parameters p, q, gamma.
`m` is the mean of the repeat purchases, only of customers with x > 0 and m > 0.
"""

from __future__ import annotations

import numpy as np

from app.services.analytics.rules.arrays import Floats
from app.services.analytics.rules.bgnbd import Fit
from app.services.analytics.rules.special import lgamma, minimise


def log_likelihood(logs: Floats, x: Floats, m: Floats) -> Floats:
    """Log-likelihood of each customer (note 025, eq. 1a)."""
    p, q, gamma = np.exp(logs)
    px = p * x
    found = lgamma(px + q) - lgamma(px) - lgamma(q) + q * np.log(gamma)
    found += (px - 1) * np.log(m) + px * np.log(x) - (px + q) * np.log(x * m + gamma)
    return np.asarray(found, dtype=np.float64)


def fit(x: Floats, m: Floats) -> Fit:
    """Maximum likelihood. Values are fitted in units of their mean, which the model allows (gamma is a scale)."""
    if not len(x):
        return Fit((float("nan"),) * 3, float("nan"), 0)
    unit = float(m.mean())
    scaled = m / unit

    def loss(logs: Floats) -> float:
        if np.abs(logs).max() > 25:
            return float("inf")
        return -float(log_likelihood(logs, x, scaled).mean())

    best, lowest = minimise(loss, np.array([1.0, 1.0, 0.0]))
    p, q, gamma = (float(v) for v in np.exp(best))
    likelihood = -lowest * len(x) - len(x) * float(np.log(unit))
    return Fit((p, q, gamma * unit), likelihood, len(x))


def expected(params: tuple[float, ...], x: Floats, m: Floats) -> Floats:
    """E[M | x, m] (note 025, eq. 5); of customers without repeat purchases the population's mean. Needs q > 1."""
    p, q, gamma = params
    weight = p * x / (p * x + q - 1)
    return np.asarray((1 - weight) * gamma * p / (q - 1) + weight * np.where(x > 0, m, 0.0), dtype=np.float64)
