"""Money and other numbers as written in sheets: exact, through `Decimal`, never through a float.

Money is renminbi in minor units (分, `int`). Another currency, a range or an estimate cannot be stored as an amount.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

from app.core.i18n import t
from app.core.primitives import NUMBER_SCALE, from_scaled
from app.services.cleaning.numerals import composite_number, han_amount, unit_factor
from app.services.cleaning.text import key_text, narrow
from app.services.cleaning.values import (
    BLANK,
    Cleaned,
    digits_destroyed,
    digits_marked,
    failed,
    is_placeholder,
    nothing_said,
    warned,
)

_FAST = re.compile(r"[¥￥]?(-?)([0-9]{1,3}(?:,[0-9]{3}){1,4}|[0-9]{1,13})(?:\.([0-9]{1,2}))?", re.ASCII)
_LARGEST = Decimal(10) ** 13
"""元; keeps every stored amount far inside 64 bits, sums included."""
_LARGEST_PRICE = Decimal(10) ** 12
_NOISE = Decimal("0.00000001")

_CURRENCY = re.compile(r"^(?:人民币|rmb|cny|¥)[:\s]*|(?:元整?|圆整?|块钱?|人民币|rmb|cny|¥)$", re.IGNORECASE)
_FOREIGN = re.compile(
    r"[$€£₩₽฿]|美元|美金|港币|港元|欧元|日元|英镑|台币|澳元|\b(?:us|hk|nt)\$|usd|hkd|eur|jpy|gbp|twd|aud", re.IGNORECASE
)
_ESTIMATE = re.compile(r"约|大概|左右|上下|近|以上|以内|以下|不到|超过|多$|余$|[~+]$|\d\s*[-~至到]\s*\d|[<>≤≥]")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?: \d{3})+(?:\.\d+)?|\d{1,3}(?:'\d{3})+(?:\.\d+)?")
_PLAIN = re.compile(r"\d+(?:\.\d*)?|\.\d+")
_POWER = re.compile(r"(\d(?:\.\d+)?)e([+-]?\d{1,2})", re.IGNORECASE)
_NEGATIVE = re.compile(r"^\((.*)\)$|^[-−–—](.*)$|^负(.*)$|^(.*\d)-$")
_HAN = re.compile(r"[零〇一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟萬億貳參陸元圆角分整正]+")
_JIAO = re.compile(r"(\d+)元(?:(\d)角)?(?:(\d)分)?[整正]?|()(\d)角(?:(\d)分)?")
_HEADER_UNIT = re.compile(
    r"[(\[/:,_\s](?:单位[:为]?|人民币)*(百万|千万|[万千亿])?(?:元|圆|人民币|rmb)?[)\]]?$", re.IGNORECASE
)

_YES = frozenset("是 对 对的 有 真 y yes true t 1 √ ✓ ✔ v on 已 同意 需要 启用".split())
_NO = frozenset("否 不 不是 没有 无 假 n no false f 0 × ✗ ✘ x off 未 不同意 不需要 停用".split())

Reading = tuple[Decimal, bool]
"""The number, and whether the text itself named a unit (万, 亿)."""


def parse_amount(text: str, *, unit: int = 1) -> Cleaned[int]:
    """The amount in 分. `unit`: 元 per written 1, from the column header (see `header_unit`).

    More than two decimals are rounded half to even with a warning.
    """
    match = _FAST.fullmatch(text)
    if match and unit == 1:
        cents = int(match[2].replace(",", "")) * 100 + int((match[3] or "").ljust(2, "0"))
        return Cleaned(-cents if match[1] else cents)
    exact = _written(text, unit)
    if exact.value is None:
        return Cleaned(None, exact.problem)
    minor = exact.value * 100
    cents = int(minor.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
    # Sheets save 1234.56 as 1234.5599999999999: that is not a third decimal somebody wrote.
    if exact.problem is None and abs(minor - cents) > Decimal("0.0001"):
        return warned(cents, "amount.rounded", t("“{text}”超过两位小数，已按四舍六入五成双取到分", text=narrow(text)))
    return Cleaned(cents, exact.problem)


def parse_price(text: str, *, unit: int = 1) -> Cleaned[Decimal]:
    """What one piece costs, in 元 with up to six decimals, written like an amount; `unit` as there.

    More decimals are rounded half up with a warning, those by which sheets miss a number without one.
    """
    exact = _written(text, unit)
    if exact.value is None:
        return exact
    if abs(exact.value) > _LARGEST_PRICE:
        return failed("amount.too_large", t("“{text}”超出了可以保存的金额", text=narrow(text)))
    price = _to_six(exact.value)
    if exact.problem is None and abs(exact.value - price) > _NOISE:
        return warned(price, "price.rounded", t("“{text}”超过六位小数，已四舍五入", text=narrow(text)))
    return Cleaned(price, exact.problem)


def _to_six(number: Decimal) -> Decimal:
    return from_scaled(int((number * NUMBER_SCALE).quantize(Decimal(1), ROUND_HALF_UP)))


def _written(text: str, unit: int) -> Cleaned[Decimal]:
    """The 元 in `text` with all the decimals it is written with."""
    if len(text) > 80:
        return failed("amount.not_amount", t("“{text}”不是金额", text=text[:40]))
    plain = narrow(text)
    if not plain:
        return BLANK
    if digits_marked(text):
        return digits_destroyed()
    if is_placeholder(plain):
        return nothing_said(plain)
    if _FOREIGN.search(plain):
        return failed("amount.currency", t("“{text}”不是人民币金额", text=plain))
    if _ESTIMATE.search(plain.removeprefix("-")):
        return failed("amount.not_exact", t("“{text}”不是一个确定的数", text=plain))
    return _amount(plain, unit)


def written_minor(text: str, *, unit: int = 1) -> Decimal:
    """The amount as it is written, in 分 with all its decimals, of a text that `parse_amount` understood."""
    sign, body = _sign(narrow(text))
    reading = _yuan(body)
    assert reading is not None
    number, named = reading
    return sign * (number if named else number * unit) * 100


def _amount(plain: str, unit: int) -> Cleaned[Decimal]:
    sign, body = _sign(plain)
    reading = _yuan(body)
    if reading is None:
        if re.search(r"\d[,.]\d", body):
            return failed("amount.separators", t("“{text}”的千分位或小数点写法有疑问", text=plain))
        if re.search(r"\d\s*[万亿萬億]\s*\d", body):
            return failed("amount.ambiguous", t("“{text}”有两种理解，请写出完整的数", text=plain))
        return failed("amount.not_amount", t("“{text}”不是金额", text=plain))
    number, named = reading
    yuan = sign * (number if named else number * unit)
    if abs(yuan) > _LARGEST:
        return failed("amount.too_large", t("“{text}”超出了可以保存的金额", text=plain))
    if named and unit != 1:
        return warned(yuan, "amount.unit_twice", t("表头和“{text}”都写了单位，按单元格里的单位计算", text=plain))
    if _POWER.fullmatch(body):
        return warned(yuan, "amount.scientific", t("“{text}”是科学记数法，末尾的数字可能已丢失", text=plain))
    return Cleaned(yuan)


def _sign(plain: str) -> tuple[int, str]:
    body = _CURRENCY.sub("", plain).strip()
    match = _NEGATIVE.match(body)
    if match is None:
        return 1, body.removeprefix("+").strip()
    inner = next(group for group in match.groups() if group is not None).strip()
    # A minus inside parentheses means two different things to two readers.
    return (1, plain) if _NEGATIVE.match(inner) else (-1, _CURRENCY.sub("", inner).strip())


def _yuan(body: str) -> Reading | None:
    number = _number(body)
    if number is not None:
        return number, False
    if match := _JIAO.fullmatch(body.replace("块", "元").replace("毛", "角")):
        parts = match.group(1, 2, 3) if match[1] else ("0", match[5], match[6])
        return Decimal(f"{int(parts[0] or 0)}.{parts[1] or 0}{parts[2] or 0}"), True
    bare = _CURRENCY.sub("", body).strip()
    if _HAN.fullmatch(body) and (said := han_amount(body)) is not None:
        return said, True
    cut = unit_factor(bare)
    if cut is not None:
        number = _number(cut[0])
        if number is not None:
            return number * cut[1], True
    whole = composite_number(bare)
    return (whole, True) if whole is not None else None


def _number(text: str) -> Decimal | None:
    """A plain or correctly grouped decimal number without sign, else None."""
    if _PLAIN.fullmatch(text) and len(text) < 40:
        return Decimal(text)
    if _GROUPED.fullmatch(text):
        return Decimal(re.sub("[, ']", "", text))
    if match := _POWER.fullmatch(text):
        return Decimal(match[1]).scaleb(int(match[2]))
    return None


def header_unit(header: str) -> int:
    """元 per written 1 as a column header says: `成交金额(万元)` → 10000; 1 when it says nothing."""
    match = _HEADER_UNIT.search(narrow(header))
    words = {"千": 1_000, "万": 10_000, "百万": 1_000_000, "千万": 10_000_000, "亿": 100_000_000}
    return words.get(match[1], 1) if match else 1


def parse_number(text: str) -> Cleaned[Decimal]:
    """An exact decimal number; 12.5% is 0.125, 1.2万 is 12000."""
    plain = narrow(text) if len(text) <= 80 else text[:81]
    if not plain:
        return BLANK
    if digits_marked(text):
        return digits_destroyed()
    if is_placeholder(plain):
        return nothing_said(plain)
    match = _NEGATIVE.match(plain)
    body = next(g for g in match.groups() if g is not None).strip() if match else plain.removeprefix("+").strip()
    scale = Decimal(1)
    for mark, factor in (("%", Decimal("0.01")), ("‰", Decimal("0.001"))):
        if body.endswith(mark):
            body, scale = body.removesuffix(mark).strip(), factor
    number = _number(body)
    if number is None and scale == 1:
        cut = unit_factor(body)
        number = _number(cut[0]) if cut else None
        scale = cut[1] if cut else scale
    if number is None:
        return failed("number.not_number", t("“{text}”不是数字", text=plain[:40]))
    return Cleaned((-number if match else number) * scale)


def parse_percent(text: str) -> Cleaned[Decimal]:
    """A share in percent points: "15%", "15 %" and "15" are 15, "5‰" is 0.5; at most six decimals."""
    sign = narrow(text)[-1:]
    found = parse_number(text)
    if found.value is None:
        return found
    exact = found.value * 100 if sign in ("%", "‰") else found.value
    if abs(exact) > _LARGEST_PRICE:
        return failed("number.too_large", t("“{text}”太大，无法保存", text=text.strip()[:40]))
    share = _to_six(exact)
    if abs(exact - share) > _NOISE:
        return warned(share, "percent.rounded", t("“{text}”超过六位小数，已四舍五入", text=text.strip()[:40]))
    if sign not in ("%", "‰") and 0 < abs(share) < 1:
        told = t("“{text}”按 {text}% 理解；如果是百分之几，请带上百分号", text=text.strip()[:40])
        return warned(share, "percent.small", told)
    return Cleaned(share, found.problem)


def parse_integer(text: str) -> Cleaned[int]:
    """A whole number (12, 12.0, 1,200, 3万)."""
    found = parse_number(text)
    if found.value is None:
        return Cleaned(None, found.problem)
    if found.value != found.value.to_integral_value():
        return failed("number.not_whole", t("“{text}”不是整数", text=text.strip()[:40]))
    if abs(found.value) >= Decimal(2) ** 63:
        return failed("number.too_large", t("“{text}”太大，无法保存", text=text.strip()[:40]))
    return Cleaned(int(found.value))


def parse_bool(text: str) -> Cleaned[bool]:
    """是/否 in the writings of sheets; anything else is an error."""
    key = key_text(text) if len(text) <= 80 else "?"
    if not key:
        return BLANK
    if key in _YES or key in _NO:
        return Cleaned(key in _YES)
    if is_placeholder(text):
        return nothing_said(text)
    return failed("bool.not_bool", t("“{text}”看不出是还是否", text=text.strip()[:40]))
