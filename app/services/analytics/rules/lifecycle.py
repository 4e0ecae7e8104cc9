"""When a customer counts as lost, and the five stages of a customer's life.

Churn window W = 90th percentile of the days between purchases. Stages, first match: potential (no order) · lost
(recency > W) · new (one order day, age ≤ W) · loyal (at least k orders and recency score ≥ 4) · active.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from app.services.analytics.rules.arrays import Ints, quantile
from app.services.analytics.rules.history import Histories, Orders, gaps
from app.services.analytics.rules.rfm import quintiles

STAGES = ("potential", "new", "active", "loyal", "lost")
_POTENTIAL, NEW, ACTIVE, LOYAL, LOST = range(5)
WINDOW_SHARE = 0.9
#: without any second purchase nothing can be measured
DEFAULT_WINDOW = 90
LOYAL_SCORE = 4


def churn_window(orders: Orders) -> int:
    """W in whole days, at least 1."""
    measured = quantile(gaps(orders).astype(np.float64), WINDOW_SHARE)
    return DEFAULT_WINDOW if measured is None else max(1, round(measured))


def stages(found: Histories, as_of: int, window: int, *, loyal_orders: int) -> Ints:
    """The index in `STAGES` of each customer with orders."""
    recency = as_of - found.last
    lost = recency > window
    new = (found.purchase_days == 1) & (as_of - found.first <= window)
    loyal = (found.orders >= loyal_orders) & (quintiles(-recency) >= LOYAL_SCORE)
    return np.select([lost, new, loyal], [LOST, NEW, LOYAL], ACTIVE).astype(np.int64)


@dataclass(frozen=True)
class Churn:
    """Of `population` customers who had bought by t0, `churned` did not within the window that follows."""

    window: int
    population: int
    churned: int


def churn(orders: Orders, as_of: int, window: int) -> Churn:
    """Churn in the window that ends with `as_of`: t0 = as_of − W, days (t0, as_of]."""
    start = as_of - window
    before = np.unique(orders.customer[orders.day <= start])
    within = np.unique(orders.customer[(orders.day > start) & (orders.day <= as_of)])
    kept = len(np.intersect1d(before, within, assume_unique=True))
    return Churn(window, len(before), len(before) - kept)
