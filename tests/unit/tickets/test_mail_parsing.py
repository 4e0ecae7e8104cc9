"""Mails from every kind of program, and from people who mean harm."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import UserError
from app.services.exchange.files.child import run_in_child
from app.services.files.names import LONGEST_BYTES, safe_name
from app.services.tickets.mail.html_text import html_text
from app.services.tickets.mail.parsing import MAX_PEOPLE, Mail, Person, parse_mail, parse_task
from app.services.tickets.mail.quoting import split_quote
from app.services.tickets.mail.threads import plain_subject, reply_subject, tag, tagged
from tests.unit.tickets.mail_samples import HEAD, encoded, mixed, simple

WORDS = "您好，合同约定本批 120 台，实到 112 台。"


@pytest.mark.parametrize(
    ("charset", "label"),
    [
        ("utf-8", "utf-8"), ("utf-8", "UTF8"), ("gb18030", "gb18030"), ("gbk", "gbk"), ("gbk", "gb2312"),
        ("gbk", "\"GB2312\""), ("utf-8", "us-ascii"), ("gbk", "x-unknown"), ("utf-8", "gb2312"),
    ],
)  # fmt: skip
def test_that_chinese_is_read_whatever_the_label(charset: str, label: str) -> None:
    mail = parse_mail(simple(WORDS + "朱镕基", charset, label=label))
    assert mail.text == WORDS + "朱镕基"
    assert mail.subject == "送货单数量"
    assert mail.sender == Person("刘敏", "min.liu@example.cn")
    assert mail.sent_at == datetime(2026, 3, 4, 2, 42, tzinfo=UTC)
    assert mail.message_id == "a1@example.cn"
    assert not mail.automatic


def test_that_traditional_chinese_is_read() -> None:
    assert parse_mail(simple("請盡快核實數量", "big5", subject="送貨單")).text == "請盡快核實數量"


def test_that_a_character_cut_in_two_between_encoded_words_comes_out_whole() -> None:
    from base64 import b64encode

    raw = "主轴异响反馈".encode("gbk")
    words = " ".join(f"=?gb2312?B?{b64encode(raw[i : i + 5]).decode()}?=" for i in range(0, len(raw), 5))
    mail = parse_mail(f"From: a@b.cn\r\nSubject: {words}\r\n\r\nx".encode())
    assert mail.subject == "主轴异响反馈"


@pytest.mark.parametrize("charset", ["utf-8", "gbk"])
def test_that_headers_without_any_encoding_are_read(charset: str) -> None:
    raw = "From: 刘敏 <a@b.cn>\r\nSubject: 送货单数量不一致\r\n\r\n正文".encode(charset)
    mail = parse_mail(raw)
    assert (mail.subject, mail.sender.name, mail.text) == ("送货单数量不一致", "刘敏", "正文")


def test_that_a_subject_cannot_smuggle_a_header() -> None:
    mail = parse_mail(
        f"From: a@b.cn\r\nSubject: {encoded('a' + chr(13) + chr(10) + 'Bcc: evil@x.cn', 'utf-8')}\r\n\r\nx".encode()
    )
    assert mail.subject == "a Bcc: evil@x.cn"


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("filename*=utf-8''%E9%80%81%E8%B4%A7%E5%8D%95.jpg", "送货单.jpg"),
        ("filename*=gb2312''%CB%CD%BB%F5%B5%A5.jpg", "送货单.jpg"),
        ("filename*0*=utf-8''%E9%80%81%E8%B4%A7;\r\n filename*1*=%E5%8D%95.jpg", "送货单.jpg"),
        (f'filename="{encoded("送货单.jpg", "gbk")}"', "送货单.jpg"),
        ('filename="../../../../tmp/pwn.pdf"', "pwn.pdf"),
        ("filename=\"..\\\\..\\\\CON.txt\"", "_CON.txt"),
        ('filename="a\u202egpj.exe"', "agpj.exe"),
    ],
)  # fmt: skip
def test_that_attachments_keep_their_names_and_lose_their_tricks(header: str, name: str) -> None:
    part = f"Content-Type: image/jpeg\r\nContent-Disposition: attachment; {header}\r\n\r\nDATA".encode()
    text = "Content-Type: text/plain; charset=utf-8\r\n\r\n附上照片".encode()
    mail = parse_mail(mixed("b", text, part, head=HEAD))
    assert mail.text == "附上照片"
    assert [(f.name, f.data, f.media_type) for f in mail.files] == [(name, b"DATA", "image/jpeg")]


def test_that_of_two_forms_the_plain_one_is_read_and_pictures_become_files() -> None:
    alternative = mixed(
        "alt",
        b"Content-Type: text/plain\r\n\r\nplain words",
        mixed(
            "rel",
            b"Content-Type: text/html\r\n\r\n<p>rich words</p>",
            b"Content-Type: image/png; name=logo.png\r\nContent-ID: <1>\r\n\r\nPNG",
            kind="related",
        ),
        kind="alternative",
    )
    mail = parse_mail(mixed("out", alternative, head=HEAD))
    assert mail.text == "plain words"
    assert [f.name for f in mail.files] == ["logo.png"]


def test_that_an_empty_plain_form_gives_way_to_the_rich_one() -> None:
    mail = parse_mail(
        mixed(
            "a",
            b"Content-Type: text/plain\r\n\r\n \r\n",
            b"Content-Type: text/html\r\n\r\n<b>hi</b>",
            kind="alternative",
            head=HEAD,
        )
    )
    assert mail.text == "hi"


def test_that_an_enclosed_mail_is_a_file() -> None:
    inner = b"Content-Type: message/rfc822\r\n\r\nFrom: c@d.cn\r\nSubject: inner\r\n\r\nhello"
    mail = parse_mail(mixed("a", b"Content-Type: text/plain\r\n\r\nsee below", inner, head=HEAD))
    assert [f.name for f in mail.files] == ["inner.eml"]
    assert parse_mail(mail.files[0].data).text == "hello"


def test_that_the_thread_is_known_in_order() -> None:
    mail = parse_mail(simple("x", "utf-8", more="References: <r1@x> <r2@x>\r\nIn-Reply-To: <r2@x>\r\n"))
    assert mail.references == ("r1@x", "r2@x")


@pytest.mark.parametrize(
    ("more", "subject", "automatic"),
    [
        ("Auto-Submitted: auto-replied\r\n", "x", True),
        ("Auto-Submitted: no\r\n", "x", False),
        ("Precedence: auto_reply\r\n", "x", True),
        ("X-Autoreply: yes\r\n", "x", True),
        ("Return-Path: <>\r\n", "x", True),
        ("Return-Path: <a@b.cn>\r\n", "x", False),
        ("", "自动回复: 休假中", True),
        ("Precedence: bulk\r\n", "x", False),
    ],
)
def test_that_answers_of_machines_are_recognised(more: str, subject: str, automatic: bool) -> None:
    assert parse_mail(simple("x", "utf-8", subject=subject, more=more)).automatic is automatic


# ---- harm ------------------------------------------------------------------------------------------------------


def test_that_a_file_that_is_no_mail_is_refused() -> None:
    for data in (b"", b"PK\x03\x04zip", "客户,电话\n恒力,1\n".encode()):
        with pytest.raises(UserError):
            parse_mail(data)


def test_that_thousands_of_nested_parts_end_in_words_not_in_a_crash() -> None:
    data = HEAD
    for i in range(3000):
        data += f"Content-Type: multipart/mixed; boundary=b{i}\r\n\r\n--b{i}\r\n".encode()
    try:
        assert parse_mail(data).problems
    except UserError as error:
        assert "无法解析" in str(error)


def test_that_twenty_thousand_recipients_are_cut() -> None:
    people = ", ".join(f"p{i}@example.cn" for i in range(20_000))
    mail = parse_mail(f"From: a@b.cn\r\nTo: {people}\r\nSubject: x\r\n\r\ny".encode())
    assert len(mail.to) == MAX_PEOPLE


@pytest.mark.parametrize("value", ["@@@@", "group: ;", "<", "a@b, , <c>", '"unclosed <x@y.cn>', "=?x?q?=FF?= <a@b.cn>"])
def test_that_broken_addresses_do_not_break_the_mail(value: str) -> None:
    mail = parse_mail(f"From: {value}\r\nTo: {value}\r\nSubject: s\r\n\r\nbody".encode())
    assert mail.text == "body"
    assert all("@" in p.address or not p.address for p in (mail.sender, *mail.to))


@given(st.binary(max_size=2000))
def test_that_any_bytes_are_a_mail_or_a_sentence(data: bytes) -> None:
    try:
        assert isinstance(parse_mail(b"Subject: x\r\n" + data), Mail)
    except UserError as error:
        assert str(error)


HOSTILE = st.lists(
    st.sampled_from([
        b"Content-Type: multipart/mixed; boundary=b\r\n", b"Content-Type: text/html; charset=", b"utf-7", b"\r\n", b"\r\n\r\n",
        b"--b\r\n", b"--b--\r\n", b"Content-Transfer-Encoding: base64\r\n", b"====", b"Content-Type: message/rfc822\r\n",
        b"Content-Disposition: attachment; filename*0=\"", b"=?utf-8?b?w?=", b"To: a:b,c;\r\n", b"\xff\xfe", b"\x00",
        b"Content-Transfer-Encoding: x-uuencode\r\n", b"begin 644 x\r\n", b"<p><!--", b"Date: 99999999\r\n",
        b"Content-Type: multipart/alternative; boundary=\"b\"\r\n",
    ]),
    max_size=40,
).map(b"".join)  # fmt: skip


@given(HOSTILE)
def test_that_broken_mails_are_a_mail_or_a_sentence(data: bytes) -> None:
    try:
        parse_mail(b"From: a@b.cn\r\n" + data)
    except UserError as error:
        assert str(error)


def test_that_a_mail_is_read_in_a_child_process() -> None:
    (mail,) = run_in_child(parse_task, simple(WORDS, "gbk"))
    assert mail.text == WORDS


@given(st.text(max_size=400))
def test_that_a_safe_name_is_safe_whatever_it_was(name: str) -> None:
    shown = safe_name(name)
    assert shown
    assert len(shown.encode()) <= LONGEST_BYTES + 1
    assert not set(shown) & set('/\\:*?"<>|\x00\u202e\u200f')
    assert shown.split(".")[0].casefold() not in ("con", "nul", "com1", "prn", "lpt9", "aux")
    assert shown.strip(" .") == shown
    assert safe_name(shown) == shown


# ---- words ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>一</p><p>二</p>", "一\n二"),
        ("a<br>b", "a\nb"),
        ("<script>alert(1)</script><style>x{}</style>词", "词"),
        ("<ul><li>甲</li><li>乙</li></ul>", "• 甲\n• 乙"),
        ("<table><tr><td>A</td><td>B</td></tr></table>", "A\tB"),
        ("x &lt;b&gt; &amp; &#20013;", "x <b> & 中"),
        ("新<blockquote>旧一<br>旧二</blockquote>", "新\n> 旧一\n> 旧二"),
        ('<img src="http://evil/x.png" alt="照片">', "[照片]"),
        ("a\n   b", "a b"),
        ("<!-- x --><p>y", "y"),
    ],
)
def test_that_html_becomes_words(html: str, text: str) -> None:
    lines = [line.strip() for line in html_text(html).split("\n")]
    assert "\n".join(line for line in lines if line) == text


@given(st.text(alphabet="<>/!-pb a\"'=&;#x\n", max_size=300))
def test_that_any_html_becomes_words_without_an_error(html: str) -> None:
    html_text(html)


@pytest.mark.parametrize(
    ("text", "fresh"),
    [
        ("好的\n\n------------------ 原始邮件 ------------------\n发件人: x", "好的"),
        ("好的\n\n-----Original Message-----\nFrom: a", "好的"),
        ("好的\n在 2026年3月4日，刘敏 <a@b.cn> 写道：\n> 旧", "好的"),
        ("ok\n\nOn Wed, Mar 4, 2026 at 10:00 AM Liu <a@b.cn> wrote:\n> old", "ok"),
        ("ok\n\nOn Wed, Mar 4, 2026 at 10:00 AM Liu\n<a@b.cn> wrote:\n> old", "ok"),
        ("好\n\n发件人： 刘敏\n发送时间： 2026年3月4日\n收件人： b\n主题： x\n\n旧", "好"),
        ("好\n> 一\n> 二", "好"),
        ("> 一\n> 二\n答在下面", "> 一\n> 二\n答在下面"),
        ("没有引用", "没有引用"),
        ("发件人：这是一句话\n不是引用", "发件人：这是一句话\n不是引用"),
        ("------ 原始邮件 ------\n全部都是引用", "------ 原始邮件 ------\n全部都是引用"),
    ],
)
def test_that_the_new_words_are_told_from_the_quotation(text: str, fresh: str) -> None:
    assert split_quote(text)[0] == fresh


@given(st.text(alphabet="a>\n 在写道：-", max_size=200))
def test_that_nothing_is_lost_when_a_quotation_is_cut(text: str) -> None:
    fresh, quoted = split_quote(text)
    assert "".join((fresh + quoted).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("subject", "number"),
    [
        ("回复：送货 [T000123]", "T000123"),
        ("Re: [t002057] x", "T002057"),
        ("[#T0001] x", "T0001"),
        ("T000123", ""),
        ("[T12]", ""),
    ],
)
def test_that_a_subject_names_its_ticket(subject: str, number: str) -> None:
    assert tagged(subject) == number


def test_that_an_answers_subject_has_one_prefix_and_one_mark() -> None:
    once = reply_subject("回复：RE: Fwd: 送货单", "T000123")
    assert once == "Re: 送货单 [T000123]"
    assert reply_subject(once, "T000123") == once
    assert plain_subject("转发：答复: x " + tag("T000001")) == "x"
