"""Identifiers made by the client: UUIDv7 (RFC 9562), increasing within one process."""

from __future__ import annotations

import os
import secrets
import threading
import time
import uuid

_lock = threading.Lock()
_last = 0


def uuid7() -> uuid.UUID:
    """A new UUIDv7; strictly increasing within this process even when the clock steps back."""
    return uuid.UUID(bytes=uuid7_bytes(1)[0])


def uuid7_bytes(count: int) -> list[bytes]:
    """`count` new UUIDv7 as 16 raw bytes each, in increasing order (the bulk form)."""
    global _last  # noqa: PLW0603 - the monotonic counter of the process
    with _lock:
        # 48 bits of milliseconds and the 12 bits after the version form one rising counter of 60 bits
        first = max(time.time_ns() // 1_000_000 << 12, _last + 1)
        _last = first + count - 1
    tail = os.urandom(8 * count)
    made: list[bytes] = []
    for i in range(count):
        n = first + i
        head = (n >> 12) << 16 | 0x7000 | (n & 0xFFF)
        rest = int.from_bytes(tail[8 * i : 8 * i + 8], "big") & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        made.append((head << 64 | rest).to_bytes(16, "big"))
    return made


def short_hex(size: int = 8) -> str:
    """A random lowercase hexadecimal word of `size` digits, e.g. for keys of custom fields."""
    return secrets.token_hex((size + 1) // 2)[:size]
