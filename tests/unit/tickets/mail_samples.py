"""Mails as real programs write them, made byte by byte."""

from __future__ import annotations

from base64 import b64encode


def encoded(text: str, charset: str) -> str:
    """An RFC 2047 word."""
    return f"=?{charset}?B?{b64encode(text.encode(charset if charset != 'gb2312' else 'gb18030')).decode()}?="


def simple(text: str, charset: str, *, label: str | None = None, subject: str = "送货单数量", more: str = "") -> bytes:
    """A one-part mail in a charset, labelled as told."""
    head = (
        f"From: {encoded('劉敏' if charset == 'big5' else '刘敏', charset)} <Min.Liu@Example.CN>\r\nTo: support@kedang.example\r\n"
        f"Subject: {encoded(subject, charset)}\r\nDate: Wed, 4 Mar 2026 10:42:00 +0800\r\n"
        f"Message-ID: <a1@example.cn>\r\n{more}MIME-Version: 1.0\r\n"
        f"Content-Type: text/plain; charset={label or charset}\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    )
    return head.encode() + b64encode(text.encode(charset)) + b"\r\n"


def mixed(boundary: str, *parts: bytes, kind: str = "mixed", head: bytes = b"") -> bytes:
    """A multipart body with its header."""
    line = b"--" + boundary.encode()
    body = b"".join(line + b"\r\n" + p + b"\r\n" for p in parts)
    return (
        head + f"Content-Type: multipart/{kind}; boundary={boundary}\r\n\r\n".encode() + body + line + b"--\r\n"
    )  # fmt: skip


HEAD = b"From: a@example.cn\r\nTo: b@example.cn\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
