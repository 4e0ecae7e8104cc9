"""Passwords and the recovery code as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.db.secrets import check_password, new_recovery_code, parse_recovery_code, password_strength
from app.errors import UserError

#: fixed, so that every worker collects the same cases
CODE = "202K9-WP45A-2VRH9-541C3-2BE39-TB1BT-Q10R"
RAW = parse_recovery_code(CODE)


def test_that_a_code_reads_back() -> None:
    code, raw = new_recovery_code()
    assert len(raw) == 20
    assert [len(part) for part in code.split("-")] == [5] * 6 + [4]
    assert parse_recovery_code(code) == raw
    assert new_recovery_code()[1] != raw


@pytest.mark.parametrize("typed", [CODE.lower(), CODE.replace("-", ""), CODE.replace("-", " "), f"  {CODE} ",
                                   CODE.replace("0", "O").replace("1", "l"), "".join(chr(ord(c) + 0xFEE0) if c != "-" else c for c in CODE)])  # fmt: skip
def test_that_spelling_of_the_code_does_not_matter(typed: str) -> None:
    assert parse_recovery_code(typed) == RAW


@given(st.integers(0, 33), st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
def test_that_one_wrong_symbol_is_told_apart_from_a_wrong_code(at: int, symbol: str) -> None:
    symbols = list(CODE.replace("-", ""))
    if symbols[at] == symbol:
        return
    symbols[at] = symbol
    # two check symbols: one slip in a thousand would pass, and then the archive refuses it
    try:
        assert parse_recovery_code("".join(symbols)) != RAW
    except UserError as error:
        assert "输入错误" in str(error)


def test_that_nearly_every_slip_is_found() -> None:
    symbols, found, tried = CODE.replace("-", ""), 0, 0
    for at in range(34):
        for symbol in "0123456789ABCDEFGHJKMNPQRSTVWXYZ":
            if symbol != symbols[at]:
                tried += 1
                try:
                    parse_recovery_code(symbols[:at] + symbol + symbols[at + 1 :])
                except UserError:
                    found += 1
    assert found / tried > 0.99


@pytest.mark.parametrize(("typed", "n"), [("", 0), ("ABC", 3), (CODE + "0", 35), ("密码", 0)])
def test_that_a_wrong_length_is_counted(typed: str, n: int) -> None:
    with pytest.raises(UserError, match=f"现在有 {n} 个"):
        parse_recovery_code(typed)


@pytest.mark.parametrize("password", ["", "12345", "一二三四五"])
def test_that_a_password_that_protects_nothing_is_refused(password: str) -> None:
    with pytest.raises(UserError, match="太短"):
        check_password(password)
    assert password_strength(password)[0] == 0


@pytest.mark.parametrize(
    ("password", "low", "high"),
    [("12345678", 0, 0), ("PASSWORD", 0, 0), ("aaaaaaaaaaaa", 0, 0), ("abcdefgh", 0, 1), ("kX9#mQ2$vL7!", 3, 4),
     ("春风又绿江南岸明月", 1, 3), ("correct horse battery staple", 3, 4)],
)  # fmt: skip
def test_that_strength_rises_with_length_and_variety(password: str, low: int, high: int) -> None:
    score, advice = password_strength(password)
    assert low <= score <= high
    assert bool(advice) is (score < 3)


@given(st.text(max_size=40))
def test_that_strength_is_always_told(password: str) -> None:
    score, _ = password_strength(password)
    assert 0 <= score <= 4
