"""Names of files that are safe to write anywhere, and no two alike on one record."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

LONGEST_BYTES = 200
_DEVICES = frozenset(
    ["con", "prn", "aux", "nul", "conin$", "conout$", *(f"{x}{i}" for x in ("com", "lpt") for i in "0123456789¹²³")]
)
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')


def safe_name(name: str, fallback: str = "attachment") -> str:
    """The file name without folders, control and direction characters, device names; at most 200 bytes of UTF-8."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    shown = "".join(c for c in last if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp", "Co", "Cn"))
    shown = _FORBIDDEN.sub("_", shown).strip(" .")
    stem, dot, suffix = shown.rpartition(".")
    if not stem:
        stem, dot, suffix = shown, "", ""
    if len(suffix) > 16:
        stem, dot, suffix = shown, "", ""
    room = LONGEST_BYTES - len((dot + suffix).encode())
    stem = stem.encode()[:room].decode("utf-8", "ignore").strip(" .")
    if stem.split(".")[0].strip().casefold() in _DEVICES:
        stem = f"_{stem}"
    whole = f"{stem}{dot}{suffix}".strip(" .")
    return whole or fallback


def free_name(name: str, taken: Collection[str]) -> str:
    """The name, or with the first number behind it that nobody has: "合同 (2).pdf". Big and small letters are alike."""
    used = {other.casefold() for other in taken}
    if name.casefold() not in used:
        return name
    stem, dot, suffix = name.rpartition(".")
    if not stem:
        stem, dot, suffix = name, "", ""
    number = 2
    while True:
        tail = f" ({number}){dot}{suffix}"
        found = stem.encode()[: LONGEST_BYTES - len(tail.encode())].decode("utf-8", "ignore").rstrip() + tail
        if found.casefold() not in used:
            return found
        number += 1
