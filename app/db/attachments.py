"""Contents of files inside the archive: by SHA-256, once each, in chunks, streamed both ways. Large ones: `contents`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import BinaryIO

import sqlalchemy as sa

from app.core.i18n import t
from app.core.ids import uuid7
from app.db.dialect import office_of
from app.db.dialect.expressions import starts
from app.errors import EnvironmentProblem, UserError
from app.models import AttachmentChunk, AttachmentContent

CHUNK = 256 * 1024
#: chunks read in one go
AT_ONCE = 16
#: bytes of a content that comes in one transaction (`put`)
MAX_SIZE = 50 * 1024 * 1024
#: how contents are called that are not whole yet
PART = "part:"


def put(connection: sa.Connection, source: BinaryIO) -> tuple[str, int]:
    """Store what `source` holds from its current position; returns (SHA-256, size). The same content is stored once.

    Raises UserError when it is larger than MAX_SIZE; what was written goes with the transaction.
    """
    content, digest, size, office = uuid7(), hashlib.sha256(), 0, office_of(connection)
    c = AttachmentContent
    connection.execute(sa.insert(c), [{"org_id": office, "id": content, "sha256": f"{PART}{content.hex}", "size": 0}])
    for position, data in enumerate(iter(lambda: source.read(CHUNK), b"")):
        size += len(data)
        if size > MAX_SIZE:
            raise UserError(t("附件超过 {n} MB，不能放进档案。", n=MAX_SIZE // 1024 // 1024))
        digest.update(data)
        row = {"org_id": office, "id": uuid7(), "content_id": content, "position": position, "data": data}
        connection.execute(sa.insert(AttachmentChunk), [row])
    name = digest.hexdigest()
    if connection.execute(sa.select(c.id).where(c.org_id == office, c.sha256 == name)).first() is not None:
        connection.execute(
            sa.delete(AttachmentChunk).where(AttachmentChunk.org_id == office, AttachmentChunk.content_id == content)
        )
        connection.execute(sa.delete(c).where(c.org_id == office, c.id == content))
    else:
        connection.execute(sa.update(c).where(c.org_id == office, c.id == content).values(sha256=name, size=size))
    return name, size


def chunks(connection: sa.Connection, sha256: str) -> Iterator[bytes]:
    """The content in chunks of at most 256 KiB, a few of them in memory; raises EnvironmentProblem when it is missing or
    damaged."""
    c, k, office = AttachmentContent, AttachmentChunk, office_of(connection)
    row = connection.execute(sa.select(c.id, c.size).where(c.org_id == office, c.sha256 == sha256)).first()
    digest, size, last = hashlib.sha256(), 0, -1
    while row is not None:
        mine = (k.org_id == office, k.content_id == row.id, k.position > last)
        query = sa.select(k.position, k.data).where(*mine).order_by(k.position).limit(AT_ONCE)
        found = connection.execute(query).all()
        for position, data in found:
            digest.update(data)
            size, last = size + len(data), position
            yield data
        if len(found) < AT_ONCE:
            break
    if row is None or size != row.size or digest.hexdigest() != sha256:
        raise EnvironmentProblem(t("这个附件的内容不完整，档案可能已损坏。请用备份核对。"))


def size_of(connection: sa.Connection, sha256: str) -> int | None:
    """The size of a content; None where there is none of this name."""
    c = AttachmentContent
    query = sa.select(c.size).where(c.org_id == office_of(connection), c.sha256 == sha256)
    return connection.execute(query).scalar()


def known_size(connection: sa.Connection, size: int) -> bool:
    """Whether there is a content of this size: only then can another file be the same."""
    c = AttachmentContent
    mine = (c.org_id == office_of(connection), c.size == size, ~starts(c.sha256, PART))
    return connection.execute(sa.select(c.id).where(*mine).limit(1)).first() is not None
