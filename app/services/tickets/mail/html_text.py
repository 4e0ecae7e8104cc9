"""HTML of a mail as plain text: nothing is fetched, run or kept but the words."""

from __future__ import annotations

import re
from html.parser import HTMLParser

#: what is read of one HTML part, in characters
LONGEST = 1_000_000
_SILENT = frozenset({"script", "style", "head", "title", "template", "noscript", "svg", "math", "object", "iframe"})
_BLOCKS = frozenset(
    "address article aside blockquote body center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr "
    "html li main nav ol p pre section table tbody tfoot thead tr ul".split()
)
_GAPS = re.compile(r"[ \t\u00a0]+")
_LINES = re.compile(r"\n{3,}")


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent: list[str] = []
        self._quotes = 0
        self._pre = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent.append(tag)
        elif self._silent:
            return
        elif tag == "br":
            self._newline()
        elif tag in _BLOCKS:
            self._block()
            if tag == "blockquote":
                self._quotes += 1
                self._newline()
            elif tag == "li":
                self.parts.append("• ")
            elif tag == "pre":
                self._pre += 1
        elif tag in ("td", "th"):
            self.parts.append("\t")
        elif tag == "img":
            alt = dict(attrs).get("alt") or ""
            self.parts.append(f"[{alt.strip()}]" if alt.strip() else "")

    def handle_endtag(self, tag: str) -> None:
        if self._silent:
            if tag == self._silent[-1]:
                self._silent.pop()
            return
        if tag == "blockquote" and self._quotes:
            self._quotes -= 1
        if tag == "pre" and self._pre:
            self._pre -= 1
        if tag in _BLOCKS:
            self._block()

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data if self._pre else _GAPS.sub(" ", data.replace("\n", " ").replace("\r", " ")))

    def _newline(self) -> None:
        self.parts.append("\n" + "> " * min(self._quotes, 20))

    def _block(self) -> None:
        if self.parts and not self.parts[-1].startswith("\n"):
            self._newline()


def html_text(html: str) -> str:
    """The words of an HTML text, paragraphs on lines of their own, quotations marked with "> ". Never raises."""
    reader = _Words()
    try:
        reader.feed(html[:LONGEST])
        reader.close()
    except (AssertionError, ValueError, RecursionError):
        return _LINES.sub("\n\n", _GAPS.sub(" ", re.sub(r"<[^<>]{0,2000}>", " ", html[:LONGEST]))).strip()
    lines = [
        line.rstrip() if line.lstrip(" ").startswith(">") else line.strip(" ")
        for line in "".join(reader.parts).split("\n")
    ]
    return _LINES.sub("\n\n", "\n".join(lines)).strip()
