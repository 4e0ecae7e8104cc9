"""The CDNOW log as published (1/10 sample: 2,357 customers of early 1997), from the data files of the lifetimes package."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from app.services.analytics.rules.arrays import Floats

CALIBRATION_END = date(1997, 9, 30)


def file(name: str) -> Path:
    """A data file of the package, found without importing it."""
    spec = find_spec("lifetimes")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "datasets" / name


@dataclass(frozen=True)
class Purchase:
    customer: str
    day: date
    cents: int


@cache
def purchases() -> tuple[Purchase, ...]:
    """All transactions of the sample, January 1997 to June 1998."""
    found = []
    for line in file("CDNOW_sample.txt").read_text().splitlines():
        _, customer, day, _, dollars = line.split()
        when = datetime.strptime(day, "%Y%m%d").date()  # noqa: DTZ007 - a calendar day
        found.append(Purchase(customer, when, round(float(dollars) * 100)))
    return tuple(found)


@cache
def summary() -> tuple[Floats, Floats, Floats]:
    """(x, t_x, T) in weeks as published with the paper."""
    with file("cdnow_customers_summary.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    return tuple(np.array([float(r[k]) for r in rows]) for k in ("frequency", "recency", "T"))  # type: ignore[return-value]


@cache
def spending() -> tuple[Floats, Floats]:
    """(x, mean repeat purchase) of the customers with repeat purchases of some value, as published with note 025."""
    with file("cdnow_customers_summary_with_transactions.csv").open() as lines:
        rows = list(csv.DictReader(lines))
    pairs = [(float(r["x"]), float(r["zbar"])) for r in rows if float(r["x"]) > 0 and float(r["zbar"]) > 0]
    return np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs])
