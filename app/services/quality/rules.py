"""What makes a value right: pure functions of one stored value, and of several values of one record.

Stored values: see `db/figures/quality.py`. A value test answers True for a good value. A cross test answers True, False,
or None where it has nothing to say; of a pick-list's value it gets the meaning.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any

from app.core.i18n import t
from app.core.primitives import NUMBER_SCALE
from app.errors import UserError
from app.services.cleaning.emails import parse_emails
from app.services.cleaning.identity import parse_credit_code, parse_id_card
from app.services.cleaning.phones import parse_phones
from app.services.cleaning.regions import plain_characters, regions, short_name
from app.services.cleaning.values import is_placeholder

Test = Callable[[Any], bool]

_JUNK = frozenset(
    "test tests testing 测试 测试客户 测试公司 测试数据 测试联系人 abc abcd asd asdf asdfg qwe qwer aaa aa 某某 某公司 "
    "无名 无名氏 佚名 同上 待完善 待确认 未命名 新客户 demo sample example foo bar temp".split()
)
_COUNTING = "01234567890123456789"
_HAN = re.compile("[\u3400-\u9fff]")
_URL = re.compile(r"(?:https?://)?[^\s/@.]+(?:\.[^\s/@.]+)+(?::\d+)?(?:[/?#]\S*)?", re.IGNORECASE)
_MOBILE = re.compile(r"86?1[3-9]\d{9}|1[3-9]\d{9}")


# ---- single values -----------------------------------------------------------------------------------------------------


def is_junk(text: str) -> bool:
    """Whether a text only stands there so that the field is not empty: 无, 未知, test, 123, 。。。, aaaa."""
    plain = text.strip().casefold()
    if is_placeholder(plain) or plain in _JUNK:
        return True
    if plain.isascii() and plain.isdigit():
        return (len(plain) >= 3 and plain in _COUNTING) or (len(plain) >= 2 and len(set(plain)) == 1)
    return (bool(plain) and len(plain) >= 3 and len(set(plain)) == 1) or not re.search(r"\w", plain)


def good_phones(points: Any) -> bool:
    """Every number of the list can be called: marked as valid when it was read, and not made up (111…, 12345678)."""
    return all(_good_phone(*point) for point in points)


def _good_phone(value: str, normal: str, valid: bool) -> bool:
    if not valid:
        return False
    digits = re.sub(r"\D", "", normal or value)
    local = digits[-8:]
    if len(local) == 8 and (len(set(local)) == 1 or local in _COUNTING):
        return False
    if _MOBILE.fullmatch(digits):
        return True
    found = parse_phones(value)
    return found.value is not None and not found.failed


def good_emails(points: Any) -> bool:
    """Every address is complete and its domain does not look mistyped."""
    return all(_good_email(*point) for point in points)


def _good_email(value: str, _normal: str, valid: bool) -> bool:
    return valid and parse_emails(value).problem is None


def good_wechats(points: Any) -> bool:
    """Every id is more than a placeholder."""
    return all(valid and not is_placeholder(value) for value, _, valid in points)


def good_id_number(text: str) -> bool:
    """An identity card number with a right check character."""
    return not parse_id_card(text).failed and parse_id_card(text).value is not None


def good_credit_code(text: str) -> bool:
    """A unified social credit code (or the registration number before it) with a right check character."""
    return not parse_credit_code(text).failed and parse_credit_code(text).value is not None


def good_url(text: str) -> bool:
    """Something that can be an address on the web."""
    return bool(_URL.fullmatch(text.strip()))


def _mobile(text: str) -> bool:
    return bool(_MOBILE.fullmatch(re.sub(r"[\s\-+]", "", text)))


def _text_email(text: str) -> bool:
    return parse_emails(text).problem is None


def _text_phone(text: str) -> bool:
    return not parse_phones(text).failed and parse_phones(text).value is not None


#: built-in formats by name, of text; own rules name them or give a pattern
FORMATS: Mapping[str, Test] = {
    "phone": _text_phone,
    "mobile": _mobile,
    "email": _text_email,
    "id_number": good_id_number,
    "credit_code": good_credit_code,
    "url": good_url,
    "digits": lambda text: text.isascii() and text.isdigit(),
    "postcode": lambda text: len(text) == 6 and text.isascii() and text.isdigit(),
    "han": lambda text: bool(_HAN.search(text)) and not re.search(r"[A-Za-z]", text),
}


def format_label(name: str) -> str:
    """The format's name for people."""
    return {
        "phone": t("电话号码"), "mobile": t("手机号"), "email": t("邮箱地址"), "id_number": t("身份证号"),
        "credit_code": t("统一社会信用代码"), "url": t("网址"), "digits": t("纯数字"), "postcode": t("邮政编码"),
        "han": t("中文"),
    }[name]  # fmt: skip


def pattern_test(pattern: str) -> Test:
    """Whether the whole text fits a pattern (RE2); raises UserError for a pattern that is none."""
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        compiled = re2.compile(pattern, options)
    except re2.error as error:
        raise UserError(t("格式“{pattern}”写得不对：{why}", pattern=pattern, why=str(error))) from error
    return lambda text: compiled.fullmatch(str(text)) is not None


def day_of(value: Any) -> date | None:
    """The day of a stored date or moment."""
    if isinstance(value, str):
        try:
            return date.fromisoformat(value[:10])
        except ValueError:
            return None
    if isinstance(value, int):
        from app.core.primitives import from_millis

        return from_millis(value).astimezone().date()
    return None


# ---- divisions ---------------------------------------------------------------------------------------------------------


@cache
def _by_name() -> tuple[dict[str, list[tuple[str, ...]]], ...]:
    """For levels 1, 2, 3: every full and short name → paths of the divisions that have it."""
    levels: tuple[dict[str, list[tuple[str, ...]]], ...] = ({}, {}, {})
    for region in regions().values():
        for name in {region.name, short_name(region.name)}:
            levels[region.level - 1].setdefault(name, []).append(region.path)
    return levels


@lru_cache(16_384)
def _paths(name: str, level: int) -> tuple[tuple[str, ...], ...]:
    """The divisions a text names at this level; a city may be a county-level one, a district a county of its province."""
    plain = name.strip().translate(plain_characters())
    wanted = {1: (1,), 2: (2, 1, 3), 3: (3, 2)}[level]
    found: list[tuple[str, ...]] = []
    for each in wanted:
        table = _by_name()[each - 1]
        found += table.get(plain, ()) or (table.get(short_name(plain), ()) if plain != short_name(plain) else ())
    return tuple(dict.fromkeys(found))


def known_region(text: str, level: int) -> bool:
    """Whether there is such a province (1), city (2) or district (3). Names without a Chinese character are foreign: fine."""
    return not _HAN.search(text) or bool(_paths(text, level))


@lru_cache(16_384)
def regions_agree(province: str | None, city: str | None, district: str | None) -> bool | None:
    """Whether the city lies in the province and the district in both; None when fewer than two of them are known."""
    given = [_paths(name, level) if name else () for name, level in ((province, 1), (city, 2), (district, 3))]
    known = [paths for paths in given if paths]
    if len(known) < 2:
        return None
    return all(_inside(known[i + 1], known[i]) for i in range(len(known) - 1)) and (
        len(known) < 3 or _inside(known[2], known[0])
    )


def _inside(below: tuple[tuple[str, ...], ...], above: tuple[tuple[str, ...], ...]) -> bool:
    return any(path[: len(over)] == over or over[: len(path)] == path for path in below for over in above)


# ---- several values of one record --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cross:
    """A contradiction to look for. `fields`: where it is shown and what a finding is about; `more`: what it reads beside.

    `test` gets the values of fields and more, in this order. `say` gives (title, why it is wrong).
    """

    name: str
    entity: str
    fields: tuple[str, ...]
    test: Callable[..., bool | None]
    say: Callable[[], tuple[str, str]]
    more: tuple[str, ...] = ()


def _kind_codes(kind: str | None, code: str | None, id_number: str | None) -> bool | None:
    if kind is None or not (code or id_number):
        return None
    return not (code if kind == "person" else id_number)


def _birthday(number: str | None, birthday: str | None, lunar: Any) -> bool | None:
    """A birthday without its year is compared by month and day."""
    card = parse_id_card(number).value if number and birthday and not lunar else None
    return None if card is None or not birthday else card.birth_date.isoformat().endswith(birthday.lstrip("-"))


def _gender(number: str | None, gender: str | None) -> bool | None:
    card = parse_id_card(number).value if number and gender else None
    return None if card is None else card.sex == gender


def _in_order(first: Any, second: Any) -> bool | None:
    return None if first is None or second is None else first <= second


def _outcome(outcome: str | None, kind: str | None) -> bool | None:
    return None if outcome is None or kind is None else outcome == kind


def _closed(outcome: str | None, closed: str | None) -> bool | None:
    return None if outcome is None else (closed is not None) == (outcome in ("won", "lost"))


def _reason(outcome: str | None, reason: Any) -> bool | None:
    return True if reason is None else outcome == "lost"


def _lines(amount: int | None, lines: int | None) -> bool | None:
    return None if lines is None else (amount or 0) == lines


def _refund(amount: int | None, refund: int | None) -> bool | None:
    return None if refund is None else 0 <= refund <= max(amount or 0, 0)


def _signs(amount: int | None, cost: int | None) -> bool | None:
    return None if amount is None and cost is None else (amount or 0) >= 0 and (cost or 0) >= 0


def _positive(amount: int | None) -> bool | None:
    return None if amount is None else amount > 0


def _live(link: Any, there: Any) -> bool | None:
    return None if link is None else there is not None


def _has_live(link: Any, there: Any) -> bool:
    return link is not None and there is not None


def _same(one: Any, other: Any) -> bool | None:
    return None if one is None or other is None else one == other


def _product(quantity: int | None, price: int | None, amount: int | None) -> bool | None:
    """Discounts make a line cheaper, nothing makes it dearer or turn its sign (a cent is rounding)."""
    if quantity is None or price is None or amount is None:
        return None
    full = quantity * price * 100 / NUMBER_SCALE**2
    return ((full < 0) == (amount < 0) and abs(amount) <= abs(full) + 1) or amount == 0


CROSS: tuple[Cross, ...] = (
    Cross("regions", "customers", ("city", "province", "district"), lambda c, p, d: regions_agree(p, c, d),
          lambda: (t("省、市、区要对得上"), t("城市不在这个省份里，或区县不在这个城市里"))),
    Cross("kind-codes", "customers", ("kind", "credit_code", "id_number"), _kind_codes,
          lambda: (t("个人没有信用代码，企业没有身份证号"), t("客户类型和证件不符"))),
    Cross("birthday-id", "customers", ("birthday", "id_number"), lambda b, n, lunar: _birthday(n, b, lunar),
          lambda: (t("生日与身份证一致"), t("生日和身份证号里的出生日期不同")), ("birthday_lunar",)),
    Cross("gender-id", "customers", ("gender", "id_number"), lambda g, n: _gender(n, g),
          lambda: (t("性别与身份证一致"), t("性别和身份证号里的性别不同"))),
    Cross("contact-after-deal", "customers", ("last_contact_on", "first_deal_on"),
          lambda last, first: _in_order(first, last),
          lambda: (t("最近联系不早于首次合作"), t("最近联系的日子比首次合作还早"))),
    Cross("regions", "leads", ("city", "province"), lambda c, p: regions_agree(p, c, None),
          lambda: (t("省、市要对得上"), t("城市不在这个省份里"))),
    Cross("converted", "leads", ("converted_at", "status"),
          lambda at, status: None if at is None else status == "converted",
          lambda: (t("有转化时间的线索是已转化"), t("填了转化时间，状态却不是已转化"))),
    Cross("customer", "contacts", ("customers",), lambda tied: tied is not None,
          lambda: (t("联系人属于一个在用的客户"), t("没有所属客户，或客户已删除"))),
    Cross("outcome", "deals", ("outcome", "stage"), lambda outcome, _stage, kind: _outcome(outcome, kind),
          lambda: (t("商机结果与阶段一致"), t("结果和阶段的性质不同")), ("stage~kind",)),
    Cross("closed", "deals", ("closed_on", "outcome"), lambda closed, outcome: _closed(outcome, closed),
          lambda: (t("结单的商机有结单日期"), t("赢单或输单没有结单日期，或进行中却有"))),
    Cross("closed-order", "deals", ("closed_on", "opened_on"), lambda closed, opened: _in_order(opened, closed),
          lambda: (t("结单日期不早于立项日期"), t("结单日期比立项日期还早"))),
    Cross("lost-reason", "deals", ("lost_reason", "outcome"), lambda reason, outcome: _reason(outcome, reason),
          lambda: (t("只有输单有输单原因"), t("没有输单却填了输单原因"))),
    Cross("customer", "deals", ("customer",), _live,
          lambda: (t("商机的客户在用"), t("客户已删除")), ("customer~live",)),
    Cross("lines", "orders", ("amount",), _lines,
          lambda: (t("订单金额等于明细之和"), t("订单金额和各行明细的合计不同")), ("lines~sum",)),
    Cross("refund", "orders", ("refund", "amount"), lambda refund, amount: _refund(amount, refund),
          lambda: (t("退款不超过订单金额"), t("退款比订单金额还多"))),
    Cross("signs", "orders", ("amount", "cost"), _signs,
          lambda: (t("金额和成本不为负"), t("金额或成本是负数；退货请填在退款里"))),
    Cross("due", "orders", ("due_on", "ordered_on"), lambda due, ordered: _in_order(ordered, due),
          lambda: (t("应收日期不早于下单日期"), t("应收日期比下单日期还早"))),
    Cross("customer", "orders", ("customer",), _has_live,
          lambda: (t("订单属于一个在用的客户"), t("没有客户，或客户已删除")), ("customer~live",)),
    Cross("product", "order_lines", ("amount", "quantity", "price"), lambda a, q, p: _product(q, p, a),
          lambda: (t("明细金额不超过数量乘单价"), t("金额比数量乘单价还多，或正负不同"))),
    Cross("amount", "payments", ("amount",), _positive,
          lambda: (t("回款金额大于零"), t("金额是零或负数；退款请选类型“退款”"))),
    Cross("customer", "payments", ("customer", "order"), lambda c, _order, other: _same(c, other),
          lambda: (t("回款与订单属于同一客户"), t("回款的客户和订单的客户不同")), ("order~customer",)),
    Cross("customer", "activities", ("customer",), _live,
          lambda: (t("跟进的客户在用"), t("客户已删除")), ("customer~live",)),
    Cross("resolved", "tickets", ("resolved_at", "opened_at"), lambda done, opened: _in_order(opened, done),
          lambda: (t("解决时间不早于创建时间"), t("解决时间比创建时间还早"))),
)  # fmt: skip
