"""The shape of a text: 9 for digits, A and a for letters, 汉 for Chinese characters, signs as they are; runs count once."""

from __future__ import annotations

import re

_RUN = re.compile(r"([9Aa汉文 ])\1+")


class _Shapes(dict[int, str]):
    """Character → its sign, found once per character."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if char.isdigit():
            sign = "9"
        elif "㐀" <= char <= "鿿" or "豈" <= char <= "﫿" or code >= 0x20000 or char == "〇":
            sign = "汉"
        elif char.isalpha():
            sign = "A" if char.isupper() else "a" if char.islower() else "文"
        elif char.isspace():
            sign = " "
        else:
            sign = char
        self[code] = sign
        return sign


_shapes = _Shapes()


def mask_of(text: str) -> str:
    """`138-0013 8000` → `9-9 9`, `苏州Abc` → `汉Aa`. Letters without case are 文."""
    return _RUN.sub(r"\1", text.translate(_shapes))
