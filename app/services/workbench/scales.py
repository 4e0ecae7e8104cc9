"""The distinct values of a column as numbers, dates and shapes: worked out once per content, kept with the column."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt

from app.core.i18n import t
from app.core.jobs import Job
from app.services.cleaning.amounts import parse_amount, parse_number
from app.services.cleaning.dates import parse_date
from app.services.workbench.masks import mask_of
from app.services.workbench.table import Column, column_of

Numbers = npt.NDArray[np.float64]

_PLAIN = re.compile(r"[+-]?\d{1,15}(?:\.\d+)?")
_ISO = re.compile(r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?:[ T].*)?")
_REPORTED = 20_000
_EPOCH = 719_163  # the ordinal of 1970-01-01
_SHORTEST_DATE = 4
_LONGEST = 40
# What numbers, amounts and dates are written with: whatever has other signs is none, and the parsers need not try.
_NUMBER_LIKE = re.compile(
    r"[\s,，.．+\-－()（）¥￥$€£%‰元圆块万萬亿億千百十仟佰拾角分整正kKwWRMBrmbCNYcnyUSDusd人民币约]*"
    r"[\d零〇一二两三四五六七八九壹贰叁肆伍陆柒捌玖]"
    r"[\d\s,，.．+\-－()（）¥￥$€£%‰元圆块万萬亿億千百十仟佰拾角分整正零〇一二两三四五六七八九壹贰叁肆伍陆柒捌玖kKwWRMBrmbCNYcnyUSDusd人民币]*"
)
_DATE_LIKE = re.compile(
    r"(?=.*[\d一二三〇零])[\d\s\-/.,，:：+年月日号號时時分秒上下午凌晨早晚中民国國星期周一二三四五六七八九十〇零元A-Za-z'’]+"
)


def numbers_of(column: Column, job: Job | None = None) -> Numbers:
    """The number each distinct value is; NaN for what is none."""
    known: Numbers | None = column.memo.get("numbers")
    if known is None:
        job = job or Job()
        known = np.full(len(column.values), np.nan)
        for code, text in enumerate(column.values):
            if code and code % _REPORTED == 0:
                job.progress(t("正在读取数值"), code, len(column.values))
            if _PLAIN.fullmatch(text):
                known[code] = float(text)
            elif len(text) <= _LONGEST and _NUMBER_LIKE.fullmatch(text):
                known[code] = _number(text)
        column.memo["numbers"] = known
    return known


def _number(text: str) -> float:
    """A number or an amount as people write them: 1.2万, ￥4,871, 12.5%; NaN for anything else."""
    found = parse_number(text).value
    if found is not None:
        return float(found)
    amount = parse_amount(text)
    return amount.value / 100 if amount.value is not None and not amount.failed else float("nan")


def days_of(column: Column, job: Job | None = None) -> Numbers:
    """The day each distinct value is, counted from 1970-01-01; NaN for what is none."""
    known: Numbers | None = column.memo.get("days")
    if known is None:
        job = job or Job()
        known = np.full(len(column.values), np.nan)
        for code, text in enumerate(column.values):
            if code and code % _REPORTED == 0:
                job.progress(t("正在读取日期"), code, len(column.values))
            day = _day(text)
            if day is not None:
                known[code] = day
        column.memo["days"] = known
    return known


def _day(text: str) -> int | None:
    if not (_SHORTEST_DATE <= len(text) <= _LONGEST and _DATE_LIKE.fullmatch(text)):
        return None
    if _PLAIN.fullmatch(text) and len(text) != 8:
        return None  # 45356 is a number until the column is made dates
    found = parse_date(text[:10] if _ISO.fullmatch(text) else text).value
    return found.toordinal() - _EPOCH if found is not None else None


def shapes_of(column: Column, job: Job | None = None) -> Column:
    """The shape of each distinct value (see `mask_of`), as a column over the distinct values."""
    known: Column | None = column.memo.get("shapes")
    if known is None:
        job = job or Job()
        made = []
        for code, text in enumerate(column.values):
            if code and code % _REPORTED == 0:
                job.progress(t("正在归纳格式"), code, len(column.values))
            made.append(mask_of(text))
        known = column.memo["shapes"] = column_of("", made)
    return known
