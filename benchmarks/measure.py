"""Measuring: interleaved rounds, process CPU time, medians; ratios are what counts, the machine is noted."""

from __future__ import annotations

import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One line of the results page. `ours` and `floor` in milliseconds of CPU unless `what` says otherwise."""

    what: str
    ours: float
    floor: float | None
    goal: str
    met: bool | None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        return self.ours / self.floor if self.floor else None


def cpu_ms(call: Callable[[], object]) -> float:
    """CPU milliseconds of this process for one call."""
    before = time.process_time()
    call()
    return (time.process_time() - before) * 1000


def paired(ours: Callable[[], object], floor: Callable[[], object], rounds: int = 5) -> tuple[float, float]:
    """Medians (ms CPU) of both, measured in turn so that a drifting machine hits both."""
    ours(), floor()  # warm
    mine, theirs = [], []
    for _ in range(rounds):
        mine.append(cpu_ms(ours))
        theirs.append(cpu_ms(floor))
    return statistics.median(mine), statistics.median(theirs)


def paired_wall(ours: Callable[[], object], floor: Callable[[], object], rounds: int = 5) -> tuple[float, float]:
    """As `paired`, in wall milliseconds: for work that another process does."""
    ours(), floor()  # warm
    mine, theirs = [], []
    for _ in range(rounds):
        for call, found in ((ours, mine), (floor, theirs)):
            before = time.perf_counter()
            call()
            found.append((time.perf_counter() - before) * 1000)
    return statistics.median(mine), statistics.median(theirs)


def median_ms(call: Callable[[], object], rounds: int = 5) -> float:
    """Median CPU milliseconds over rounds after a warm-up."""
    call()
    return statistics.median(cpu_ms(call) for _ in range(rounds))


def peak_mb() -> float:
    """Peak resident memory of this process in MB."""
    import resource
    import sys

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1_000_000 if sys.platform == "darwin" else 1000)


def child_peak_mb() -> float:
    """Peak resident memory of the largest finished child process in MB."""
    import resource
    import sys

    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return peak / (1_000_000 if sys.platform == "darwin" else 1000)


def current_mb() -> float:
    """Resident memory now (Linux), in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1000
    return 0.0


def machine() -> str:
    """One line about this machine."""
    import os

    return f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, " + (
        datetime.now(UTC).strftime("%Y-%m-%d")
    )
