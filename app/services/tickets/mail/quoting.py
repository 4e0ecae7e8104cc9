"""What is new in an answer, and what it quotes."""

from __future__ import annotations

import re

#: the first line of a quotation, as the common programs write it
_OPENINGS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"^\s*-{2,}\s*(原始邮件|原始郵件|回复邮件|转发邮件|轉寄郵件|Original Message|Forwarded message|Forwarded by).*$",
        r"^\s*_{10,}\s*$",
        r"^\s*(在|於|于)?\s*\d{4}\s*[年/.-]\s*\d{1,2}\s*[月/.-]\s*\d{1,2}.{0,160}(写道|寫道|wrote)\s*[:：]\s*$",
        r"^\s*(在|於|于)\s.{3,160}(写道|寫道)\s*[:：]\s*$",
        r"^\s*On\s.{3,200}wrote:\s*$",
        r"^\s*.{1,80}(于|於)\s*\d{4}.{3,60}(写道|寫道)\s*[:：]\s*$",
    )
)
_FROM = re.compile(r"^\s*[*]*(发件人|寄件者|寄件人|From)[*]*\s*[:：]\s*\S", re.IGNORECASE)
_MORE = re.compile(
    r"^\s*[*]*(发送时间|發送時間|日期|收件人|收件者|主题|主旨|寄件日期|Sent|Date|To|Subject)[*]*\s*[:：]", re.IGNORECASE
)
_LONGEST_LINE = 400
#: an answer between quoted lines shows itself in so many lines
_LOOKED_BELOW = 200


def split_quote(text: str) -> tuple[str, str]:
    """(what was newly written, the quotation after it); an answer below a quotation is left whole."""
    lines = text.split("\n")
    start = next((i for i in range(len(lines)) if _opens(lines, i)), None)
    if start is None:
        start = _trailing(lines)
    if start is None or not any(line.strip() for line in lines[:start]):
        return text.strip(), ""
    return "\n".join(lines[:start]).strip(), "\n".join(lines[start:]).strip()


def _opens(lines: list[str], index: int) -> bool:
    line = lines[index]
    if len(line) > _LONGEST_LINE:
        return False
    if any(p.match(line) for p in _OPENINGS):
        return not _written_below(lines, index)
    if _FROM.match(line):
        return sum(bool(_MORE.match(x[:_LONGEST_LINE])) for x in lines[index + 1 : index + 6]) >= 2
    joined = f"{line} {lines[index + 1].strip()}" if index + 1 < len(lines) else ""
    wrapped = line.lstrip().startswith(("On ", "在")) and len(joined) <= _LONGEST_LINE
    return wrapped and any(p.match(joined) for p in _OPENINGS) and not _written_below(lines, index + 1)


def _written_below(lines: list[str], index: int) -> bool:
    """Whether somebody answers between the lines that he quotes with ">" ."""
    below = [x for x in lines[index + 1 : index + _LOOKED_BELOW] if x.strip()]
    quoted = sum(x.lstrip().startswith(">") for x in below)
    return 0 < quoted < len(below) and bool(below) and below[0].lstrip().startswith(">")


def _trailing(lines: list[str]) -> int | None:
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    start = end
    while start and (lines[start - 1].lstrip().startswith(">") or not lines[start - 1].strip()):
        start -= 1
    quoted = [x for x in lines[start:end] if x.strip()]
    return start if len(quoted) >= 2 else None
