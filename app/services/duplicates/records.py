"""What a search for duplicates answers."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from app.core.i18n import t
from app.core.records import Record

Band = Literal["auto", "review", "ignore"]
State = Literal["open", "merged", "different"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one field says about a pair: `points` are bits, positive for "one and the same"; `a`, `b` its values."""

    field: str
    label: str
    level: str
    points: float
    a: str = ""
    b: str = ""

    @property
    def text(self) -> str:
        """In words: 手机相同."""
        return f"{self.label}{_words().get(self.level, '')}"


def _words() -> Mapping[str, str]:
    """What each level of likeness is called, in the language in force."""
    return {
        "same": t("相同"), "core": t("主体相同"), "sounds": t("音或形相近"), "part": t("一个是另一个的简写"), "near": t("只差一点"),
        "alike": t("有些像"), "most": t("大部分相同"), "much": t("多半相同"), "some": t("部分相同"), "little": t("略有相同"),
        "user": t("用户名相同"), "year": t("年份相同"), "order": t("数量相近"), "different": t("不同"),
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records that may be one. `a_ref`, `b_ref`: external id where there is one, else the id."""

    entity: str
    a: uuid.UUID
    b: uuid.UUID
    probability: float
    points: float
    evidence: tuple[Evidence, ...]
    group: uuid.UUID
    state: State = "open"
    decided_at: datetime | None = None
    a_ref: str = ""
    b_ref: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Records that may all be one, with the pairs that say so. `probability`: of the weakest of the pairs that tie it."""

    id: uuid.UUID
    entity: str
    records: tuple[Record, ...]
    pairs: tuple[Pair, ...]
    probability: float


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A group in a list: how many records, the titles of some, the strongest and weakest tie."""

    id: uuid.UUID
    size: int
    titles: tuple[str, ...]
    strongest: float
    weakest: float
    band: Band
    decided: int = 0


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From `auto` on pairs are merged without asking, from `review` on a person decides, below nothing is shown."""

    auto: float = 0.99
    review: float = 0.5

    def band(self, probability: float) -> Band:
        return "auto" if probability >= self.auto else "review" if probability >= self.review else "ignore"


@dataclass(frozen=True, slots=True)
class CrowdIssue:
    """A value that too many records share to tell anything: a placeholder, or a shared switchboard."""

    field: str
    label: str
    value: str
    records: int


@dataclass(frozen=True, slots=True)
class FieldWeights:
    """How a field was compared: the weight in bits of each of its levels, worst first."""

    field: str
    label: str
    kind: str
    levels: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class SearchReport:
    """How a search went. `lost`: estimated share of true pairs that were never compared; `histogram`: open pairs by
    probability in twentieths."""

    entity: str
    records: int
    compared: int
    pairs: int
    groups: int
    bands: Mapping[str, int]
    lost: float
    crowds: tuple[CrowdIssue, ...]
    weights: tuple[FieldWeights, ...]
    seconds: float
    thresholds: Thresholds
    kept_apart: int = 0
    histogram: tuple[int, ...] = field(default=())
