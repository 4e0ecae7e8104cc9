"""The comparison form of a name: what two spellings of the same company or person share to the letter."""

from __future__ import annotations

import re
import unicodedata

_DROP = re.compile(r"[\s()（）·.,，。、\-_/&“”\"'‘’]+")


def match_key(name: str) -> str:
    """Width, case, spaces, brackets and punctuation do not matter: “纷扬 （北京）” and “纷扬(北京)” match."""
    return _DROP.sub("", unicodedata.normalize("NFKC", name).casefold())
