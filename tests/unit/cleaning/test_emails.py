"""E-mail addresses in the writings of real sheets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.cleaning.emails import parse_emails, suggestion


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("a@qq.com", ("a@qq.com",)),
        ("3＠163.com", ("3@163.com",)),
        ("mailto:a@b.cn", ("a@b.cn",)),
        ("张三 <zs@a.com>", ("zs@a.com",)),
        ("a@qq.com.", ("a@qq.com",)),
        ("a@qq。com", ("a@qq.com",)),
        ("a@qq.com，b@qq.com", ("a@qq.com", "b@qq.com")),
        ("a@b.com/c@d.com", ("a@b.com", "c@d.com")),
        ("User@QQ.COM", ("User@qq.com",)),
        ("a @ qq.com", ("a@qq.com",)),
        ("邮箱：a@qq.com", ("a@qq.com",)),
        ("张三@例子.公司", ("张三@例子.公司",)),
        ("a@qq.com\na@QQ.com", ("a@qq.com",)),
        ("“a@b.com”", ("a@b.com",)),
        (" a@qq.com ", ("a@qq.com",)),
    ],
)
def test_that_addresses_are_found(text: str, addresses: tuple[str, ...]) -> None:
    found = parse_emails(text)
    assert (found.value, found.problem) == (addresses, None)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a@b", "email.domain"),
        ("a@b.c1", "email.domain"),
        ("a@-b.com", "email.domain"),
        ("a..b@qq.com", "email.dots"),
        (".a@qq.com", "email.dots"),
        ("a@@b.com", "email.two_at"),
        ("@qq.com", "email.incomplete"),
        ("a@", "email.incomplete"),
        ("zhang san@qq.com", "email.space"),
        ("12345678", "email.no_at"),
        ("a(b)c@qq.com", "email.characters"),
    ],
)
def test_that_what_is_no_address_is_an_error_with_its_reason(text: str, code: str) -> None:
    found = parse_emails(text)
    assert found.value is None
    assert found.problem is not None
    assert (found.problem.severity, found.problem.code) == ("error", code)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("a@qq.con", "a@qq.com"),
        ("b@163.co", "b@163.com"),
        ("c@gmial.com", "c@gmail.com"),
        ("d@firma.con", "d@firma.com"),
    ],
)
def test_that_a_typing_mistake_is_told_and_never_changed(typed: str, meant: str) -> None:
    found = parse_emails(typed)
    assert found.value == (typed,)
    assert found.problem is not None
    assert found.problem.code == "email.typo"
    assert meant in found.problem.text
    assert suggestion(typed) == meant


def test_that_words_beside_an_address_are_told() -> None:
    found = parse_emails("张三 a@qq.com")
    assert found.value == ("a@qq.com",)
    assert found.problem is not None
    assert (found.problem.severity, found.problem.code) == ("warning", "email.words")


def test_that_a_good_address_beside_a_bad_one_is_kept() -> None:
    found = parse_emails("a@qq.com;b@qq")
    assert found.value == ("a@qq.com",)
    assert found.failed


def test_that_nothing_said_is_blank() -> None:
    assert parse_emails("").problem is None
    for text in ("无", "没有", "-"):
        found = parse_emails(text)
        assert found.value is None
        assert found.problem is not None
        assert found.problem.severity == "warning"


@given(st.emails())
def test_that_common_addresses_are_kept_as_written(address: str) -> None:
    found = parse_emails(address)
    if "/" not in address and "'" not in address and "|" not in address:
        local, _, domain = address.rpartition("@")
        if domain.rsplit(".", 1)[-1].isalpha():
            assert found.value == (f"{local}@{domain.casefold()}",)


@given(st.text(max_size=40) | st.text("ab@.,; <>张＠", max_size=20))
def test_that_cleaning_addresses_again_changes_nothing(text: str) -> None:
    found = parse_emails(text)
    if found.value:
        assert parse_emails(";".join(found.value)).value == found.value
