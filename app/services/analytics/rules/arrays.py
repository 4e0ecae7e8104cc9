"""Names for column types, and small helpers on grouped columns."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


def group_starts(keys: Ints) -> Ints:
    """Where each run of equal keys begins, in a column where equal keys stand together."""
    if not len(keys):
        return np.zeros(0, dtype=np.int64)
    return np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1]))).astype(np.int64)


#: values within so narrow a range are counted instead of sorted
_NARROW = 1 << 20


def smaller(values: Floats | Ints) -> Ints:
    """For each value how many are strictly smaller. Equal values get equal numbers, whatever their order."""
    if len(values) and values.dtype.kind == "i":
        low = int(values.min())
        if int(values.max()) - low < _NARROW:
            place = values - low
            counts = np.bincount(place)
            return np.asarray((np.cumsum(counts) - counts)[place], dtype=np.int64)
    return np.searchsorted(np.sort(values), values, side="left").astype(np.int64)


def quantile(values: Floats, share: float) -> float | None:
    """The value below which `share` of all lie, interpolated between neighbours (type 7); None of nothing."""
    if not len(values):
        return None
    return float(np.quantile(values, share))


def rate(part: float, whole: float) -> float | None:
    """part / whole; None when the whole is nothing."""
    return part / whole if whole else None
