"""Which conversation a mail belongs to."""

from __future__ import annotations

import re

_TAG = re.compile(r"\[\s*#?(T\d{4,12})\s*\]", re.IGNORECASE)
_PREFIX = re.compile(
    r"^\s*(?:(?:re|fw|fwd|aw|sv|antw|回复|回覆|答复|转发|轉寄|轉發)(?:\s*\[\d+\])?\s*[:：]\s*)+", re.IGNORECASE
)


def tag(number: str) -> str:
    """The mark in a subject that names the ticket: [T000123]."""
    return f"[{number}]"


def tagged(subject: str) -> str:
    """The ticket number a subject names, "" when none."""
    found = _TAG.search(subject)
    return found[1].upper() if found else ""


def plain_subject(subject: str) -> str:
    """The subject without answer prefixes (Re: 回复：…) and without our mark."""
    text = _TAG.sub(" ", subject)
    for _ in range(10):
        shorter = _PREFIX.sub("", text)
        if shorter == text:
            break
        text = shorter
    return " ".join(text.split())


def reply_subject(subject: str, number: str) -> str:
    """The subject of our answer: one prefix, one mark."""
    return f"Re: {plain_subject(subject)} {tag(number)}".replace("  ", " ")


def chain(parent_ids: list[str]) -> list[str]:
    """The References header for an answer to the newest of these ids (RFC 5322 3.6.4): the first and the last ones."""
    unique = list(dict.fromkeys(x for x in parent_ids if x))
    return unique if len(unique) <= 20 else [unique[0], *unique[-19:]]
