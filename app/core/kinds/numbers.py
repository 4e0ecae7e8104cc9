"""Numbers: whole and decimal ones, amounts, prices, shares, lengths of time."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from app.core.amounts import PRICE_DECIMALS, money_shown, money_text, plain_number, price_shown, price_text
from app.core.fields import Field, FieldType
from app.core.i18n import language, t
from app.core.kinds.base import LARGEST, ORDERED, Columns, Kind, UserNames, must_be, too_large
from app.core.primitives import NUMBER_SCALE, from_scaled, to_scaled
from app.errors import UserError

_MOST = Decimal(10) ** 12


class NumberKind(Kind):
    """What all numbers share; the value is an int."""

    custom = numeric = ordered = counted = True

    def clean(self, field: Field, value: Any) -> Any:
        self._fit(value)
        problem = self.outside(field, value)
        if problem:
            raise UserError(problem)
        return value

    def outside(self, field: Field, value: Any) -> str:
        least, most = field.least, field.most
        if (least is None or value >= least) and (most is None or value <= most):
            return ""
        low, high = (None if n is None else self.bound(n) for n in (least, most))
        if low is not None and high is not None:
            return t("请填 {least} 到 {most} 之间的数。", least=low, most=high)
        return t("不能小于 {least}。", least=low) if low is not None else t("不能大于 {most}。", most=high)

    def _fit(self, value: Any) -> None:
        must_be(value, int)
        if abs(value) > LARGEST:
            raise too_large()

    def operators(self, field: Field) -> tuple[str, ...]:
        return ("ge", "le", *(op for op in ORDERED if op not in ("ge", "le")))

    def compared(self, value: Any) -> Any:
        return whole(Decimal(str(value)) * self.scale)


class IntegerKind(NumberKind):
    """A whole number. An int."""

    type, zh, en = FieldType.INTEGER, "整数", "Whole number"
    excel = "0"

    def rule(self, field: Field) -> str:
        return t("12、1,200、3万")

    def example(self, field: Field) -> str:
        return "12"


class MoneyKind(NumberKind):
    """An amount. An int, minor units (分)."""

    type, zh, en = FieldType.MONEY, "金额", "Amount"
    summed = currency = True
    ending, excel, scale = "_minor", "#,##0.00", 100

    def to_json(self, value: int) -> str:
        return money_text(value)

    def from_json(self, data: Any) -> int:
        return int(Decimal(data).scaleb(2))

    def to_text(self, field: Field, value: int, users: UserNames | None = None) -> str:
        return money_text(value)

    def shown(self, field: Field, value: int, users: UserNames | None = None) -> str:
        return money_shown(value)

    def typed(self, field: Field, value: int) -> str:
        return money_text(value).removesuffix(".00")

    def bound(self, limit: int) -> str:
        return money_text(limit)

    def rule(self, field: Field) -> str:
        return t("以元为单位：1234.5、¥1,234.50、1.2万；也可以写负数")

    def example(self, field: Field) -> str:
        return "12800.00"


class DecimalKind(NumberKind):
    """A decimal number. A Decimal; its column holds millionths, a custom value also the number as it was given."""

    type, zh, en = FieldType.NUMBER, "小数", "Decimal number"
    excel, scale = "General", NUMBER_SCALE

    def _fit(self, value: Any) -> None:
        must_be(value, Decimal)
        if not value.is_finite() or abs(value) > _MOST:
            raise too_large()

    def store(self, value: Decimal) -> int:
        return to_scaled(value)

    def load(self, stored: Any) -> Decimal:
        return stored if isinstance(stored, Decimal) else from_scaled(stored)

    def to_custom(self, value: Decimal) -> Columns:
        return str(value), to_scaled(value)

    def from_custom(self, text: str | None, number: int | None) -> Decimal | None:
        return None if text is None else Decimal(text)

    def to_json(self, value: Decimal) -> str:
        return str(value)

    def from_json(self, data: Any) -> Decimal:
        return Decimal(data)

    def compared(self, value: Any) -> Decimal:
        number = Decimal(str(value))
        whole(number * NUMBER_SCALE)
        return number

    def rule(self, field: Field) -> str:
        return t("12.5、1,200.5、15%")

    def example(self, field: Field) -> str:
        return "12.5"


class ExactKind(DecimalKind):
    """A decimal number of at most six decimals, every one of which is kept: whole millionths wherever it is stored."""

    def clean(self, field: Field, value: Any) -> Decimal:
        super().clean(field, value)
        exact = value * NUMBER_SCALE
        if exact != exact.to_integral_value():
            raise UserError(t("最多 {n} 位小数。", n=PRICE_DECIMALS))
        return from_scaled(to_scaled(value))

    def to_custom(self, value: Decimal) -> Columns:
        return None, to_scaled(value)

    def from_custom(self, text: str | None, number: int | None) -> Decimal | None:
        return None if number is None else from_scaled(number)

    def to_json(self, value: Decimal) -> str:
        return plain_number(value)

    def to_text(self, field: Field, value: Decimal, users: UserNames | None = None) -> str:
        return plain_number(value)


class PriceKind(ExactKind):
    """What one piece costs, in units of the currency, with all its decimals: never rounded to cents, never added up."""

    type, zh, en = FieldType.PRICE, "单价", "Price"
    currency = True
    excel = "#,##0.00####"

    def to_json(self, value: Decimal) -> str:
        return price_text(value)

    def to_text(self, field: Field, value: Decimal, users: UserNames | None = None) -> str:
        return price_text(value)

    def shown(self, field: Field, value: Decimal, users: UserNames | None = None) -> str:
        return price_shown(value)

    def typed(self, field: Field, value: Decimal) -> str:
        return plain_number(value)

    def rule(self, field: Field) -> str:
        return t("以元为单位，最多 6 位小数：0.195、¥1,234.50、1.2万")

    def example(self, field: Field) -> str:
        return "0.195"


class PercentKind(ExactKind):
    """A share in percent points: 15% is Decimal(15)."""

    type, zh, en = FieldType.PERCENT, "百分比", "Percentage"
    excel = "0.########%"

    def to_text(self, field: Field, value: Decimal, users: UserNames | None = None) -> str:
        return f"{plain_number(value)}%"

    def asked(self, field: Field, value: Any) -> str:
        return f"{str(value).removesuffix('%')}%"

    def compared(self, value: Any) -> Decimal:
        return super().compared(str(value).strip().removesuffix("%"))

    def bound(self, limit: int) -> str:
        return f"{limit}%"

    def rule(self, field: Field) -> str:
        return t("15%、15（也是 15%）、12.5%，或 Excel 百分比")

    def example(self, field: Field) -> str:
        return "15%"


class DurationKind(NumberKind):
    """How long something takes. An int, seconds, not less than 0."""

    type, zh, en = FieldType.DURATION, "时长", "Duration"
    summed = True

    def _fit(self, value: Any) -> None:
        super()._fit(value)
        if value < 0:
            raise UserError(t("时长不能是负数。"))

    def to_text(self, field: Field, value: int, users: UserNames | None = None) -> str:
        return duration_text(value)

    def asked(self, field: Field, value: Any) -> str:
        return duration_text(int(value)) if str(value).isdigit() else str(value)

    def bound(self, limit: int) -> str:
        return duration_text(limit)

    def rule(self, field: Field) -> str:
        return t("1小时30分、1:30（1 小时 30 分）、1:30:00、90分钟、1.5小时、2天；只写数字就是分钟")

    def example(self, field: Field) -> str:
        return duration_text(5400)


def duration_text(seconds: int) -> str:
    """Seconds in words: 5400 → "1小时30分" or "1 h 30 min"; without units that are 0."""
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    said = [t("{n}小时", n=hours)] if hours else []
    said += [t("{n}分", n=minute)] if minute else []
    said += [t("{n}秒", n=second)] if second or not said else []
    return (" " if language() == "en" else "").join(said)


def whole(number: Decimal) -> int:
    """As an integer the engine can compare with; raises ValueError or OverflowError."""
    found = int(number.to_integral_value())
    if abs(found) > LARGEST:
        raise OverflowError
    return found
