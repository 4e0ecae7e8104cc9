"""Finding files by their names and by what is written in them."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass

from app.core.fields import FieldType, File
from app.core.filters import Search
from app.db.search_text import MOST_TEXT
from app.db.store import files
from app.db.store.reading import Reader

#: characters shown around what was found
_BEFORE, _BEHIND = 24, 60
_SPACE = re.compile(r"\s+")


@dataclass(frozen=True)
class Hit:
    """A file that was found. `title`: of its record; `excerpt`: the text around the first word, "" where only the name has it."""

    entity: str
    record: uuid.UUID
    title: str
    field: str
    file: File
    excerpt: str


def find(reader: Reader, text: str, limit: int) -> list[Hit]:
    """The index finds the records, their files are compared word by word."""
    words = text.casefold().split()
    if not words:
        return []
    found: list[Hit] = []
    for entity in reader.registry:
        keys = [f.key for f in entity.fields if f.type is FieldType.FILES and reader.actor.sees(entity.key, f)]
        if not keys or len(found) >= limit:
            continue
        handles = reader.handles(entity.key, Search(text)).tolist()
        for record in reader.each(entity.key, handles, [entity.title, *keys], batch=100):
            held = [(key, file) for key in keys for file in record.get(key) or ()]
            written = files.texts(reader.connection, list({file.sha256 for _, file in held})) if held else {}
            for key, file in held:
                body = _SPACE.sub(" ", written.get(file.sha256, "")[:MOST_TEXT])
                if all(word in file.name.casefold() or word in body.casefold() for word in words):
                    title = str(record.get(entity.title) or "")
                    found.append(Hit(entity.key, record.id, title, key, file, _excerpt(body, words)))
            if len(found) >= limit:
                break
    return found[:limit]


def _excerpt(body: str, words: list[str]) -> str:
    """The text around the first of the words that stands in it."""
    lowered = body.casefold()
    place = min((at for word in words if (at := lowered.find(word)) >= 0), default=-1)
    if place < 0:
        return ""
    start, end = max(0, place - _BEFORE), min(len(body), place + _BEHIND)
    return ("…" if start else "") + body[start:end].strip() + ("…" if end < len(body) else "")
