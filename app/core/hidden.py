"""Characters nobody typed and nobody sees, which hide or reorder text: what never enters a stored value."""

from __future__ import annotations

import re

# Controls, format characters that hide or reorder text, lone surrogates, non-characters; line ends and tabs are kept.
HIDDEN = (
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f"
)
HIDDEN_ONE = re.compile(f"[{HIDDEN}]")
_EMOJI = "\u2190-\u2bff\ufe0f\U0001f000-\U0001faff"
_LONE_JOINER = re.compile(f"(?<![{_EMOJI}])\u200d|\u200d(?![{_EMOJI}])")


def without_hidden(text: str) -> str:
    """`text` without hidden characters; the joiner stays between pictographs, where it makes one picture of them."""
    return _LONE_JOINER.sub("", HIDDEN_ONE.sub("", text))
