"""Large contents on their way in, and those nobody wants any more on their way out.

A content comes in pieces, each a transaction of its own, under a temporary name; it gets its name in the transaction that
changes the record. What a killed program left under such a name is swept: an archive has one writing program, and within
it `_filling` knows which parts somebody is filling.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import threading
import uuid
from collections.abc import Callable, Collection
from types import TracebackType
from typing import Protocol

import sqlalchemy as sa

from app.core.i18n import t
from app.core.ids import uuid7
from app.core.jobs import BYTES, Job
from app.db import scope
from app.db.attachments import CHUNK, PART
from app.db.dialect import Store, office_of
from app.db.dialect.expressions import contains, starts
from app.db.header_file import Step, no_step
from app.db.problems import told_plainly
from app.errors import AppError, EnvironmentProblem
from app.models import Attachment, AttachmentChunk, AttachmentContent, ChangeRow, ContentView, RecordFile

#: chunks in one transaction: 32 MB
PIECE = 128
_DIGEST = re.compile(r"[0-9a-f]{64}")
_filling: set[uuid.UUID] = set()
_guard = threading.Lock()
#: told of the bytes that came
OnBytes = Callable[[int], None]


class Readable(Protocol):
    """Something bytes come from."""

    def read(self, size: int, /) -> bytes:
        """At most so many bytes; none at the end."""


class Intake:
    """Contents that come in with one change of a record. At the end those that got no name are dropped."""

    def __init__(self, store: Store, step: Step = no_step) -> None:
        self._store, self._step = store, step
        self._mine: dict[uuid.UUID, tuple[str, int]] = {}

    def __enter__(self) -> Intake:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            with contextlib.suppress(AppError):  # on a full disk the next sweep does it
                drop(self._store, self._mine)
        finally:
            with _guard:
                _filling.difference_update(self._mine)

    def fill(self, source: Readable, came: OnBytes) -> tuple[str, int]:
        """Take all that `source` holds; returns (SHA-256, size). Other writers have their turn between the pieces."""
        content, digest, size, position = uuid7(), hashlib.sha256(), 0, 0
        with _guard:
            _filling.add(content)
        self._mine[content] = ("", 0)
        ended = False
        while not ended:
            piece: list[bytes] = []
            while len(piece) < PIECE and not ended:
                data = source.read(CHUNK)
                ended = not data
                if data:
                    piece.append(data)
                    digest.update(data)
                    size += len(data)
                    came(len(data))
            self._store_piece(content, position, piece)
            position += len(piece)
            self._step("files:piece")
        self._mine[content] = digest.hexdigest(), size
        return self._mine[content]

    def _store_piece(self, content: uuid.UUID, position: int, piece: list[bytes]) -> None:
        with told_plainly(), scope.writing(self._store) as connection:
            office = office_of(connection)
            if position == 0:
                row = {"org_id": office, "id": content, "sha256": f"{PART}{content.hex}", "size": 0}
                connection.execute(sa.insert(AttachmentContent), [row])
            for at, data in enumerate(piece, position):
                chunk = {"org_id": office, "id": uuid7(), "content_id": content, "position": at, "data": data}
                connection.execute(sa.insert(AttachmentChunk), [chunk])

    def name(self, connection: sa.Connection, sha256: str) -> None:
        """In the transaction that mentions it: the content is there from now on. A second one of the same stays nameless."""
        c, office = AttachmentContent, office_of(connection)
        if connection.execute(sa.select(c.id).where(c.org_id == office, c.sha256 == sha256)).first() is not None:
            return
        content, size = next(((key, n) for key, (name, n) in self._mine.items() if name == sha256), (None, 0))
        if content is None:
            raise EnvironmentProblem(t("附件的内容刚刚被清理，请再添加一次。"))
        connection.execute(sa.update(c).where(c.org_id == office, c.id == content).values(sha256=sha256, size=size))
        self._step("files:named")


def drop(store: Store, contents: Collection[uuid.UUID], job: Job | None = None) -> tuple[int, int]:
    """Delete those of these contents that have no name, piece by piece; returns (how many, bytes)."""
    c, k = AttachmentContent, AttachmentChunk
    count = size = 0
    for content in contents:
        with told_plainly(), scope.reading(store) as connection:
            office = office_of(connection)
            query = sa.select(c.id).where(c.org_id == office, c.id == content, starts(c.sha256, PART))
            if connection.execute(query).first() is None:
                continue
            chunks = sa.select(sa.func.max(k.position), sa.func.sum(sa.func.length(k.data)))
            last, bytes_ = connection.execute(chunks.where(k.org_id == office, k.content_id == content)).one()
        for end in range(PIECE, (last if last is not None else -1) + PIECE + 1, PIECE):
            with told_plainly(), scope.writing(store) as connection:
                mine = (k.org_id == office, k.content_id == content, k.position < end)
                connection.execute(sa.delete(k).where(*mine))
            if job is not None:
                job.progress(t("正在清理附件"), min(end, last + 1) * CHUNK, (last + 1) * CHUNK, unit=BYTES)
        with told_plainly(), scope.writing(store) as connection:
            connection.execute(sa.delete(c).where(c.org_id == office, c.id == content))
        count, size = count + 1, size + int(bytes_ or 0)
    return count, size


def sweep_parts(store: Store, job: Job | None = None) -> tuple[int, int]:
    """Delete what was never finished and nobody is filling; returns (how many, bytes)."""
    c = AttachmentContent
    with scope.reading(store) as connection:
        query = sa.select(c.id).where(c.org_id == office_of(connection), starts(c.sha256, PART))
        found = list(connection.execute(query).scalars())
    with _guard:
        left = [content for content in found if content not in _filling]
    return drop(store, left, job)


def unmentioned(connection: sa.Connection) -> list[str]:
    """The contents that no record names, in the recycle bin or not, and no entry of the journal: nothing brings them back."""
    c, a, f, office = AttachmentContent, Attachment, RecordFile, office_of(connection)
    mentioned = [
        sa.select(f.sha256).where(f.org_id == office),
        sa.select(a.sha256).where(a.org_id == office, a.sha256.is_not(None)),
    ]
    mine = (c.org_id == office, ~starts(c.sha256, PART), *(c.sha256.not_in(some) for some in mentioned))
    left = dict.fromkeys(connection.execute(sa.select(c.sha256).where(*mine).order_by(c.sha256)).scalars())
    if left:
        changes = sa.select(ChangeRow.fields).where(ChangeRow.org_id == office, contains(ChangeRow.fields, "sha256"))
        for text in connection.execute(changes).scalars():
            for name in _DIGEST.findall(text):
                left.pop(name, None)
    return list(left)


def sweep_unmentioned(store: Store, job: Job | None = None) -> tuple[int, int]:
    """Delete contents nobody mentions any more; returns (how many, bytes). They lose their names first, all at once, so
    that whoever adds the same content meanwhile brings it along anew."""
    c, v = AttachmentContent, ContentView
    with told_plainly(), scope.writing(store) as connection:
        office, names = office_of(connection), unmentioned(connection)
        for name in names:
            mine = (c.org_id == office, c.sha256 == name)
            key = connection.execute(sa.select(c.id).where(*mine)).scalar_one()
            connection.execute(sa.update(c).where(*mine).values(sha256=f"{PART}{key.hex}"))
            connection.execute(sa.delete(v).where(v.org_id == office, v.sha256 == name))
    return sweep_parts(store, job)
