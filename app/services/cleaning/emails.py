"""E-mail addresses: several in a cell, display names, full-width signs, well-known typing mistakes. No network."""

from __future__ import annotations

import re

from app.core.i18n import t
from app.services.cleaning.text import narrow
from app.services.cleaning.values import (
    BLANK,
    LONGEST,
    Cleaned,
    Problem,
    failed,
    is_placeholder,
    nothing_said,
)

_FAST = re.compile(
    r"[A-Za-z0-9_]+(?:[.+-][A-Za-z0-9_]+)*@[a-z0-9]+(?:[.-][a-z0-9]+)*\.(?:com|cn|net|org|edu)", re.ASCII
)
_ATOM = r"[\w!#$%&'*+/=?^`{|}~-]+"
_LOCAL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL = re.compile(r"[^\W_](?:[\w-]{0,61}[^\W_])?")
_TOP = re.compile(r"[^\W\d_]{2,}|xn--[a-z0-9-]+")
_BETWEEN = re.compile(r"[;,、|\s]+")
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'(?=\s*<)")
_LABEL_WORD = re.compile(r"^(?:电子)?(?:邮箱|邮件|信箱|mail|e-?mail)(?:地址)?\s*[:=]\s*", re.IGNORECASE)

# Domains people mean, by what they type. Nothing on the left is a mail service people here use.
_TYPOS = {
    "qq.con": "qq.com", "qq.cm": "qq.com", "qq.co": "qq.com", "qq.cmo": "qq.com", "qq.om": "qq.com", "qq.comm": "qq.com",
    "qqq.com": "qq.com", "qq.coom": "qq.com", "qq.vom": "qq.com", "qq.cim": "qq.com",
    "163.con": "163.com", "163.co": "163.com", "163.cm": "163.com", "163.cmo": "163.com", "163.comm": "163.com",
    "126.con": "126.com", "126.co": "126.com",
    "gmial.com": "gmail.com", "gmai.com": "gmail.com", "gamil.com": "gmail.com", "gmail.con": "gmail.com",
    "gmail.co": "gmail.com", "gmail.cm": "gmail.com", "gmaill.com": "gmail.com", "gnail.com": "gmail.com",
    "hotmial.com": "hotmail.com", "hotmai.com": "hotmail.com", "hotmail.con": "hotmail.com", "hotmall.com": "hotmail.com",
    "outlok.com": "outlook.com", "outlook.con": "outlook.com", "outloook.com": "outlook.com", "outlook.co": "outlook.com",
    "yahooo.com": "yahoo.com", "yahoo.con": "yahoo.com", "yaho.com": "yahoo.com", "yhaoo.com": "yahoo.com",
    "sina.con": "sina.com", "sohu.con": "sohu.com", "souhu.com": "sohu.com",
    "foxmial.com": "foxmail.com", "foxmail.con": "foxmail.com", "foxmai.com": "foxmail.com", "fxomail.com": "foxmail.com",
    "aliyun.con": "aliyun.com", "139.con": "139.com", "189.con": "189.cn", "icloud.con": "icloud.com",
    "iclod.com": "icloud.com",
}  # fmt: skip
_TOP_TYPOS = dict.fromkeys(("con", "cmo", "comm", "coom", "vom", "cpm", "xom", "ocm", "comn"), "com") | {
    "nte": "net",
    "ner": "net",
}


def parse_emails(text: str) -> Cleaned[tuple[str, ...]]:
    """Every address in the cell, its domain in lower case, the rest as written. Typing mistakes warn, nothing is changed.

    When some are good and some are not, `value` holds the good ones and `problem` (error) tells of the others.
    """
    if _FAST.fullmatch(text) and len(text) < 65 and suggestion(text) is None:
        return Cleaned((text,))
    if len(text) > LONGEST:
        return failed("email.none", t("不是邮箱地址"))
    plain = narrow(text).replace("。", ".").replace("mailto:", " ").replace("MAILTO:", " ")
    if not plain:
        return BLANK
    if is_placeholder(plain):
        return nothing_said(plain)
    plain = _LABEL_WORD.sub("", plain)
    if "@" not in plain:
        return failed("email.no_at", t("“{text}”里没有 @", text=plain[:40]))
    return _collect(plain)


def suggestion(address: str) -> str | None:
    """The address with its domain put right when it looks mistyped, else None."""
    local, _, domain = address.rpartition("@")
    domain = domain.casefold()
    better = _TYPOS.get(domain)
    if better is None:
        head, _, top = domain.rpartition(".")
        better = f"{head}.{_TOP_TYPOS[top]}" if head and top in _TOP_TYPOS else None
    return f"{local}@{better}" if better else None


def _collect(plain: str) -> Cleaned[tuple[str, ...]]:
    good: dict[str, str] = {}
    wrong: Problem | None = None
    told: Problem | None = None
    for piece in _pieces(plain):
        if isinstance(piece, Problem):
            wrong, told = (wrong or piece, told) if piece.severity == "error" else (wrong, told or piece)
            continue
        address, problem = _check(piece)
        if address is None:
            wrong = wrong or problem
            continue
        good.setdefault(address.casefold(), address)
        told = told or problem
    numbers = tuple(good.values()) or None
    return Cleaned(numbers, wrong or told)


def _pieces(plain: str) -> list[str | Problem]:
    """The address-like parts; words beside them become a problem (never part of an address)."""
    plain = _QUOTED.sub(" ", plain)
    bracketed = re.findall(r"<([^<>]*@[^<>]*)>", plain)
    if bracketed:
        # With "Zhang San <a@b.cn>" the words outside are the display name.
        rest = [p for p in _BETWEEN.split(re.sub(r"<[^<>]*>", " ", plain)) if "@" in p]
        return [*(b.strip() for b in bracketed), *rest]
    found: list[str | Problem] = []
    loose = ""
    for part in _BETWEEN.split(re.sub(r"\s*@\s*", "@", plain)):
        if "@" not in part:
            loose = part or loose
            continue
        if loose and loose.isascii() and re.search(r"\w", loose) and len(found) == 0 and ":" not in loose:
            # "zhang san@qq.com": nobody can tell where the address begins.
            problem = t("“{text}”里有空格，看不出地址从哪里开始", text=plain[:40])
            found.append(Problem("email.space", problem, "error"))
            loose = ""
            continue
        if loose:
            problem = t("邮箱旁边的文字“{text}”没有保存", text=loose[:20])
            found.append(Problem("email.words", problem, "warning"))
        loose = ""
        found += [p for p in part.split("/") if p] if part.count("@") > 1 else [part]
    if loose and re.search(r"\w", loose):
        found.append(Problem("email.words", t("邮箱旁边的文字“{text}”没有保存", text=loose[:20]), "warning"))
    return found


def _check(piece: str) -> tuple[str | None, Problem | None]:
    address = piece.strip("<>()[]\"':,;“”‘’《》").rstrip(".")
    local, _, domain = address.rpartition("@")
    domain = domain.casefold()

    def error(code: str, text: str) -> tuple[None, Problem]:
        return None, Problem(code, text, "error")

    if "@" in local:
        return error("email.two_at", t("“{text}”里有两个 @", text=address[:40]))
    if not local or not domain:
        return error("email.incomplete", t("“{text}”缺少 @ 前或 @ 后的部分", text=address[:40]))
    if ".." in address or local.startswith(".") or local.endswith(".") or domain.startswith("."):
        return error("email.dots", t("“{text}”里点的位置不对", text=address[:40]))
    if not _LOCAL.fullmatch(local) or len(local) > 64:
        return error("email.characters", t("“{text}”@ 前面有不能用的字符", text=address[:40]))
    labels = domain.split(".")
    right = len(labels) > 1 and len(domain) <= 253 and all(_LABEL.fullmatch(x) for x in labels)
    if not right or not _TOP.fullmatch(labels[-1]):
        return error("email.domain", t("“{text}”@ 后面不是完整的域名", text=address[:40]))
    address = f"{local}@{domain}"
    better = suggestion(address)
    if better:
        told = t("“{text}”可能写错了，是不是 {better}", text=address, better=better)
        return address, Problem("email.typo", told, "warning")
    return address, None
