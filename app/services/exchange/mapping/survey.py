"""One look at all rows of a file before they are taken: what the first rows promise of a column must hold for every row."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.core.fields import FieldType, Registry
from app.core.kinds import Kind, kind_of
from app.services.cleaning.dates import parse_date
from app.services.exchange.cells.convert import converter
from app.services.exchange.cells.options import Options
from app.services.exchange.files.records import Batch
from app.services.exchange.mapping.plan import ImportPlan
from app.services.exchange.mapping.targets import target_of

_WHOLE = re.compile(r"-?(?:0|[1-9]\d{0,8})")
_CENTS = re.compile(r"-?(?:0|[1-9]\d{0,10})(?:\.\d{1,2})?")
_DECIMAL = re.compile(r"-?(?:0|[1-9]\d{0,10})(?:\.\d{1,6})?")
_PERCENT = re.compile(r"-?(?:0|[1-9]\d{0,10})(?:\.\d{1,6})?%")
_DAY = re.compile(r"\d{4}([-/.])\d{1,2}\1\d{1,2}")
_MONEY_WORDS = re.compile(
    r"price|amount|cost|fee|total|revenue|salary|金额|单价|价格|价|费用|成本|总额|货款|工资", re.IGNORECASE
)
#: what one piece costs; a price of another name is one where its cells have more decimals than an amount
_UNIT_PRICE, _PRICE = re.compile(r"unit ?price|单价", re.IGNORECASE), re.compile(r"price|价", re.IGNORECASE)
_NO_NUMBER = re.compile(
    r"id$|code|key|zip|post|phone|tel|mobile|fax|number|\bno\b|_no$|isbn|编号|编码|代码|号|邮编|电话|手机|传真|证",
    re.IGNORECASE,
)


@dataclass
class ColumnFacts:
    """What all cells of one column say. `misfits`: cells the field would refuse; `distinct` is counted for record numbers
    only."""

    filled: int = 0
    longest: int = 0
    misfits: int = 0
    distinct: int = 0


def fits(kind: FieldType, cell: str) -> bool:
    """Whether a cell can be stored as this kind with nothing of it lost."""
    match kind:
        case FieldType.INTEGER:
            return _WHOLE.fullmatch(cell) is not None
        case FieldType.MONEY:
            return _CENTS.fullmatch(cell) is not None
        case FieldType.PERCENT:
            return _PERCENT.fullmatch(cell) is not None
        case FieldType.NUMBER | FieldType.PRICE:
            return _DECIMAL.fullmatch(cell) is not None
        case FieldType.DATE:
            return _DAY.fullmatch(cell) is not None and parse_date(cell, certain=True).problem is None
    return True


def clear_kind(name: str, cells: list[str]) -> FieldType:
    """The kind of field for a column nobody knows: text, unless every cell clearly says otherwise."""
    given = [c.strip() for c in cells if c.strip()]
    if len(given) < 2 or any(getattr(c, "mark", "") for c in cells):
        return FieldType.TEXT
    if all(fits(FieldType.DATE, c) for c in given):
        return FieldType.DATE
    if _NO_NUMBER.search(name):
        return FieldType.TEXT
    if _MONEY_WORDS.search(name):
        money = (FieldType.MONEY, *((FieldType.PRICE,) if _PRICE.search(name) else ()))
        kinds: tuple[FieldType, ...] = (FieldType.PRICE,) if _UNIT_PRICE.search(name) else money
    else:
        kinds = (FieldType.INTEGER, FieldType.NUMBER, FieldType.PERCENT)
    for kind in kinds:
        if all(fits(kind, c) for c in given):
            return kind
    return FieldType.TEXT


def _rebuilt(plan: ImportPlan, registry: Registry, strict: Mapping[int, FieldType], unique: frozenset[int]) -> Survey:
    return Survey(plan, registry, strict, unique)


class Survey:
    """Called with the batches of a file in the reading process; every answer counts all rows so far.

    `strict`: columns that become a new field of this kind; `unique`: columns whose distinct cells are counted.
    """

    def __init__(
        self, plan: ImportPlan, registry: Registry, strict: Mapping[int, FieldType], unique: frozenset[int]
    ) -> None:
        self._plan, self._registry, self._strict, self._unique = plan, registry, dict(strict), unique
        self._tests: list[Callable[[str], bool]] | None = None
        self._facts = [ColumnFacts() for _ in plan.columns]
        self._seen: dict[int, set[int]] = {index: set() for index in unique}

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuilt, (self._plan, self._registry, self._strict, self._unique)

    def __call__(self, batch: Batch) -> list[ColumnFacts]:
        """The facts of all rows up to and with this batch."""
        if self._tests is None:
            self._tests = [self._test(index) for index in range(len(self._plan.columns))]
        for index, (facts, good) in enumerate(zip(self._facts, self._tests, strict=True)):
            seen = self._seen.get(index)
            for cells in batch.cells:
                cell = cells[index]
                if not cell:
                    continue
                facts.filled += 1
                facts.longest = max(facts.longest, len(cell))
                if not good(cell):
                    facts.misfits += 1
                if seen is not None:
                    seen.add(hash(cell))
            if seen is not None:
                facts.distinct = len(seen)
        return self._facts

    def _test(self, index: int) -> Callable[[str], bool]:
        """How a cell of the column is judged; what was said once is remembered."""
        column = self._plan.columns[index]
        known: dict[str, bool] = {}
        if index in self._strict:
            kind = self._strict[index]
            if kind is FieldType.TEXT:
                return lambda _cell: True
            return lambda cell: not getattr(cell, "mark", "") and fits(kind, cell.strip())
        entity = self._registry.entity(self._plan.entity)
        target = target_of(column.target, entity, self._registry) if column.target else None
        if target is None or not _refuses(kind_of(target.field)):
            return lambda _cell: True
        convert = converter(target.field, Options(column, self._plan.region, self._plan.date1904))

        def good(cell: str) -> bool:
            answer = known.get(cell)
            if answer is None:
                problem = convert(cell)[1]
                answer = problem is None or problem.severity != "error"
                if len(known) < 5_000:
                    known[cell] = answer
            return answer

        return good


def _refuses(kind: Kind) -> bool:
    """Whether the reader of the kind's cells may find one that it cannot take."""
    plain = kind.text and kind.type not in (FieldType.ID_CARD, FieldType.CREDIT_CODE)
    return not (plain or kind.points or kind.rows or kind.type is FieldType.USER)
