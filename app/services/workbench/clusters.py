"""Clusters: different writings of one thing in a column, with the value that should stand for them.

Keys are computed on distinct values and kept with the column's content, so that another look answers at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.core.i18n import t
from app.core.jobs import Job
from app.errors import UserError
from app.services.cleaning.text import clean_text
from app.services.workbench.keyers import keyer
from app.services.workbench.nearest import JARO_WINKLER, LEVENSHTEIN, neighbours
from app.services.workbench.table import Column, Mask

METHODS = (
    "fingerprint", "ngram", "phonetic", "cologne", "pinyin", "core", "core-pinyin", LEVENSHTEIN, JARO_WINKLER,
)  # fmt: skip
NEAREST = (LEVENSHTEIN, JARO_WINKLER)
_REPORTED = 5_000
_KEPT = 8  # answers kept with a column


@dataclass(frozen=True)
class Method:
    """How to look. `n`: length of n-grams. `radius`: edits (Levenshtein) or distance 0–1 (Jaro-Winkler). `block`:
    characters two values must share in a row to be compared; 0 = by their length."""

    name: str
    n: int = 2
    radius: float = 0.0
    block: int = 0

    def settled(self) -> Method:
        """With its own defaults; raises UserError for what cannot be."""
        if self.name not in METHODS:
            raise UserError(t("没有聚类方法“{name}”。可用的有：{all}。", name=self.name, all="、".join(METHODS)))
        if not 1 <= self.n <= 20:
            raise UserError(t("n 应在 1 到 20 之间。"))
        if not 0 <= self.block <= 20:
            raise UserError(t("分块长度应在 0 到 20 之间。"))
        if self.name == LEVENSHTEIN:
            radius = self.radius or 1.0
            if not 1 <= radius <= 10:
                raise UserError(t("编辑距离应在 1 到 10 之间。"))
            return replace(self, radius=float(int(radius)))
        if self.name == JARO_WINKLER:
            radius = self.radius or 0.1
            if not 0 < radius < 1:
                raise UserError(t("Jaro-Winkler 的距离应在 0 到 1 之间。"))
            return replace(self, radius=radius)
        return self


@dataclass(frozen=True)
class Member:
    """One writing with its rows."""

    value: str
    count: int


@dataclass(frozen=True)
class Cluster:
    """Writings that may mean the same, the most frequent first. `variance`: of their lengths."""

    key: str
    members: tuple[Member, ...]
    rows: int
    suggested: str

    @property
    def size(self) -> int:
        return len(self.members)

    @property
    def average_length(self) -> float:
        return sum(len(m.value) for m in self.members) / len(self.members)

    @property
    def variance(self) -> float:
        mean = self.average_length
        return sum((len(m.value) - mean) ** 2 for m in self.members) / len(self.members)

    def to_json(self) -> dict[str, Any]:
        """The cluster as JSON data."""
        values = [{"value": m.value, "count": m.count} for m in self.members]
        return {"key": self.key, "values": values, "rows": self.rows, "suggested": self.suggested}


@dataclass(frozen=True)
class Clusters:
    """All clusters of a column, the largest first. `crowded`: values whose blocks were too full to compare every pair
    (nearest neighbours only)."""

    column: str
    method: Method
    clusters: tuple[Cluster, ...]
    crowded: int = 0

    def to_json(self) -> dict[str, Any]:
        """The stable form of `kedang clean cluster`."""
        return {
            "column": self.column, "method": self.method.name, "n": self.method.n, "radius": self.method.radius,
            "block": self.method.block, "crowded": self.crowded, "clusters": [c.to_json() for c in self.clusters],
        }  # fmt: skip


@dataclass(frozen=True)
class Limits:
    """Which clusters to show; None = no bound. Bounds are inclusive."""

    size: tuple[float | None, float | None] = (None, None)
    rows: tuple[float | None, float | None] = (None, None)
    average_length: tuple[float | None, float | None] = (None, None)
    variance: tuple[float | None, float | None] = (None, None)

    def allow(self, cluster: Cluster) -> bool:
        """Whether the cluster is within all bounds."""
        for name in ("size", "rows", "average_length", "variance"):
            least, most = getattr(self, name)
            value = getattr(cluster, name)
            if (least is not None and value < least) or (most is not None and value > most):
                return False
        return True


def cluster(column: Column, method: Method, mask: Mask | None = None, job: Job | None = None) -> Clusters:
    """The clusters among the values that rows of `mask` have (all without one)."""
    method, job = method.settled(), job or Job()
    counts = column.counts(mask)
    counts[0] = 0
    asked = ("clusters", method, hashlib.blake2b(counts.tobytes()).digest())
    known: Clusters | None = column.memo.get(asked)
    if known is not None:
        return replace(known, column=column.name)
    crowded = 0
    if method.name in NEAREST:
        groups, crowded = _near(column, method, counts, job)
    else:
        groups = _grouped(column, method, job)
    found = []
    for key, codes in groups:
        there = [code for code in codes if counts[code]]
        if len(there) > 1:
            found.append(_cluster(column.values, key, there, counts))
    found.sort(key=lambda c: (-c.size, -c.rows, c.key, c.members[0].value))
    answer = Clusters(column.name, method, tuple(found), crowded)
    for old in [key for key in column.memo if isinstance(key, tuple) and key[0] == "clusters"][: 1 - _KEPT]:
        del column.memo[old]
    column.memo[asked] = answer
    return answer


def _cluster(values: Sequence[str], key: str, codes: list[int], counts: Any) -> Cluster:
    members = [Member(str(values[code]), int(counts[code])) for code in codes]
    members.sort(key=lambda m: (-m.count, -len(m.value), m.value))
    # the most frequent; among equals the most complete: the longest, and tidy as to blanks
    suggested = max(members, key=lambda m: (m.count, len(clean_text(m.value)), m.value == clean_text(m.value), m.value))
    return Cluster(key, tuple(members), sum(m.count for m in members), suggested.value.strip() or suggested.value)


def _grouped(column: Column, method: Method, job: Job) -> list[tuple[str, list[int]]]:
    """Codes by key, where a key has several; kept with the column."""
    known = ("groups", method.name, method.n if method.name == "ngram" else 0)
    groups: list[tuple[str, list[int]]] | None = column.memo.get(known)
    if groups is None:
        key_of = keyer(method.name, method.n)
        by_key: dict[str, list[int] | int] = {}
        text, total = t("正在计算聚类键"), len(column.values)
        for code, value in enumerate(column.values):
            if code and code % _REPORTED == 0:
                job.progress(text, code, total)
            if not code:
                continue
            key = key_of(value)
            if not key:
                continue
            there = by_key.get(key)
            if there is None:
                by_key[key] = code
            elif isinstance(there, int):
                by_key[key] = [there, code]
            else:
                there.append(code)
        groups = [(key, codes) for key, codes in by_key.items() if isinstance(codes, list)]
        column.memo[known] = groups
    return groups


def _near(column: Column, method: Method, counts: Any, job: Job) -> tuple[list[tuple[str, list[int]]], int]:
    """Each value with its neighbours, the most frequent value first; a value belongs to one cluster only, so that
    clusters do not run together over chains of small steps."""
    known = ("near", method)
    pairs = column.memo.get(known)
    if pairs is None:
        pairs = column.memo[known] = neighbours(column.values, method.name, method.radius, method.block, job)
    near: Mapping[int, list[int]] = pairs[0]
    order = sorted(near, key=lambda code: (-counts[code], -len(near[code]), column.values[code]))
    taken: set[int] = set()
    groups = []
    for code in order:
        if code in taken or not counts[code]:
            continue
        circle = [code, *(other for other in near[code] if other not in taken and counts[other])]
        if len(circle) > 1:
            taken.update(circle)
            groups.append((str(column.values[code]), circle))
    return groups, pairs[1]


def merge_map(clusters: Sequence[Cluster], chosen: Mapping[str, str] | None = None) -> dict[str, str]:
    """From each writing to the value that stands for its cluster; `chosen`: cluster key → another value."""
    found: dict[str, str] = {}
    for one in clusters:
        target = (chosen or {}).get(one.key, one.suggested)
        found.update((m.value, target) for m in one.members if m.value != target)
    return found


def suggested_radius(name: str) -> float:
    """The radius a dialog starts with."""
    return 1.0 if name == LEVENSHTEIN else 0.1
